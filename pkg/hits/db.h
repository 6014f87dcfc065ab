/*
 * db: what crosses the border to libsiglet-db.so.
 *
 * That shared object has SQLite behind it and none of siglet's rooms, so only plain C crosses: no
 * siglet_err, no buffer, no SQL of its own. Whoever loads it asks siglet_db_functions for the table
 * and looks at abi before anything else. A database belongs to one thread at a time.
 */
#ifndef SIGLET_HITS_DB_H
#define SIGLET_HITS_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIGLET_DB_ABI 1
#define SIGLET_DB_LIBRARY SIGLET_LOADED("libsiglet-db.so.0")
#define SIGLET_DB_ENTRY "siglet_db_functions"

/* How a call ended; what is neither DONE nor ROW has failed. */
typedef enum siglet_db_outcome {
	SIGLET_DB_FAILED = 0, /* in another way: the problem says how */
	SIGLET_DB_DONE,
	SIGLET_DB_ROW,
	SIGLET_DB_LOCKED,      /* another process has it, for longer than was waited */
	SIGLET_DB_FULL,	       /* no space left */
	SIGLET_DB_DAMAGED,     /* the file contradicts itself */
	SIGLET_DB_NO_DATABASE, /* the file is none of SQLite's */
	SIGLET_DB_CANT_OPEN,   /* no such file, no right to it, a symbolic link */
	SIGLET_DB_READ_ONLY,   /* it can't be written */
	SIGLET_DB_IO,	       /* the system refused to read or write */
	SIGLET_DB_TOO_LARGE,   /* a value over max_value */
	SIGLET_DB_CONSTRAINT,  /* a rule of the schema */
	SIGLET_DB_NO_MEMORY,
	SIGLET_DB_UNSUPPORTED, /* this SQLite is too old, or was built without threads */
} siglet_db_outcome;

/* Why the last failed call did. */
typedef struct siglet_db_problem {
	char text[256];	   /* SQLite's words */
	int system_number; /* an errno value, or 0 */
} siglet_db_problem;

typedef struct siglet_db siglet_db;
typedef struct siglet_db_query siglet_db_query;

/* A column of the row at hand. Bytes live until the next step, reset or end of the query. */
typedef struct siglet_db_column {
	enum {
		SIGLET_DB_NULL = 0,
		SIGLET_DB_INTEGER,
		SIGLET_DB_TEXT,
		SIGLET_DB_BYTES,
		SIGLET_DB_REAL
	} type;
	int64_t integer;
	const void *bytes; /* of TEXT (UTF-8, any bytes) and BYTES; NULL when empty */
	size_t len;
} siglet_db_column;

typedef struct siglet_db_options {
	unsigned wait_ms; /* for another process's lock */
	unsigned
		max_value; /* bytes of one value or row; what is larger is refused, also in the file */
} siglet_db_options;

typedef struct siglet_db_table {
	unsigned abi;
	/*
	 * Open a file that is there, by its absolute name without any symbolic link, to read and
	 * write; nothing is read yet. What a file could do to its reader is switched off: triggers,
	 * views, functions in its schema. *ret_db is closed by the caller after a failure too; it is
	 * NULL without memory.
	 */
	siglet_db_outcome (*open)(const char *path, const siglet_db_options *options,
				  siglet_db **ret_db);
	/* Queries must have ended. An open transaction is rolled back. NULL is fine. */
	void (*close)(siglet_db *db);
	const siglet_db_problem *(*problem)(const siglet_db *db);
	bool (*is_read_only)(const siglet_db *db);
	bool (*in_transaction)(const siglet_db *db);
	uint64_t (*changed)(const siglet_db *db); /* rows, by the last statement that changes any */

	/* One statement that has no parameters, to its end; rows are passed over. */
	siglet_db_outcome (*run)(siglet_db *db, const char *sql);
	/* One statement, kept for use again and again. */
	siglet_db_outcome (*prepare)(siglet_db *db, const char *sql, siglet_db_query **ret_query);
	/*
	 * Parameter number `at`, from 1; a query that is under way is reset first. bytes are
	 * borrowed until the query ends, is reset and unbound, or is bound anew.
	 */
	siglet_db_outcome (*bind)(siglet_db_query *query, unsigned at,
				  const siglet_db_column *value);
	siglet_db_outcome (*step)(
		siglet_db_query *query); /* ROW, DONE, or it failed and was reset */
	siglet_db_outcome (*column)(siglet_db_query *query, unsigned at,
				    siglet_db_column *ret_column);
	void (*reset)(siglet_db_query *query); /* unbinds too */
	void (*end)(siglet_db_query *query);   /* NULL is fine */
} siglet_db_table;

#endif
