/*
 * hits_internal: what the files of this room share.
 */
#ifndef SIGLET_HITS_INTERNAL_H
#define SIGLET_HITS_INTERNAL_H

#include "hits/db.h"
#include "hits/hits.h"

/* "SGLT": tells our files from other programs' (SQLite's application_id). */
#define SIGLET_HITS_APPLICATION 0x53474c54

/* Every statement that is kept prepared; its text is in statement.c. */
typedef enum siglet_hits_statement {
	SIGLET_HITS_BEGIN = 0,
	SIGLET_HITS_COMMIT,
	SIGLET_HITS_ROLLBACK,
	SIGLET_HITS_ADD_LOG,
	SIGLET_HITS_FIND_LOG,
	SIGLET_HITS_NEXT_LOG,
	SIGLET_HITS_FIND_OTHER_LEAF,
	SIGLET_HITS_ADD_MATCH,
	SIGLET_HITS_ADD_SKIPPED,
	SIGLET_HITS_ADD_RUN,
	SIGLET_HITS_DELIVER,
	SIGLET_HITS_ACKNOWLEDGE_MATCHES,
	SIGLET_HITS_ACKNOWLEDGE_SKIPPED,
	SIGLET_HITS_NEXT_MATCH,
	SIGLET_HITS_NEXT_UNDELIVERED,
	SIGLET_HITS_NEXT_SKIPPED,
	SIGLET_HITS_NEXT_UNACKNOWLEDGED,
	SIGLET_HITS_NEXT_RUN,
	SIGLET_HITS_COUNT_MATCHES,
	SIGLET_HITS_COUNT_UNDELIVERED,
	SIGLET_HITS_COUNT_SKIPPED,
	SIGLET_HITS_STATEMENTS, /* how many */
} siglet_hits_statement;

struct siglet_hits {
	const siglet_db_table *db;
	siglet_db *handle;
	siglet_db_query *queries[SIGLET_HITS_STATEMENTS]; /* NULL: not prepared yet */
	siglet_buf shown;				  /* the file's name, for messages */
	bool in_transaction;
	bool is_spoilt;	   /* something failed in it: it can't be committed */
	siglet_buf origin; /* of the log that was asked for last; empty: none */
	int64_t log_id;	   /* its row */
};

/* ---- load.c ---- */

/* libsiglet-db.so's table. Errors: SIGLET_E_UNSUPPORTED. */
SIGLET_MUST_USE siglet_err *siglet_hits_load(const siglet_db_table **ret_table);

/* ---- problem.c ---- */

/* What an outcome that is a failure means to a person; an open transaction is spoilt by it. */
SIGLET_MUST_USE SIGLET_NEVER_NULL siglet_err *siglet_hits_problem(siglet_hits *hits,
								  siglet_db_outcome outcome);

/* The file is not as siglet writes them. Errors: SIGLET_E_IO. */
SIGLET_MUST_USE SIGLET_NEVER_NULL siglet_err *siglet_hits_damaged(siglet_hits *hits,
								  const char *what);

/* ---- schema.c ---- */

/* Is the file ours, and as this program wrote it? An empty one becomes so. */
SIGLET_MUST_USE siglet_err *siglet_hits_settle_schema(siglet_hits *hits);

/* ---- statement.c ---- */

const char *siglet_hits_statement_text(siglet_hits_statement which);

/* Values of parameters; they borrow. */
siglet_db_column siglet_hits_number(int64_t number);
siglet_db_column siglet_hits_text(siglet_slice text);
siglet_db_column siglet_hits_bytes(siglet_slice bytes);
siglet_db_column siglet_hits_number_if(bool condition, int64_t number); /* else NULL */

/* Have it prepared, so that it can't fail for want of memory later. */
SIGLET_MUST_USE siglet_err *siglet_hits_prepare(siglet_hits *hits, siglet_hits_statement which);

/* A statement that gives no row, with values for its parameters. changed (may be NULL): rows. */
SIGLET_MUST_USE siglet_err *siglet_hits_do(siglet_hits *hits, siglet_hits_statement which,
					   const siglet_db_column *values, unsigned count,
					   uint64_t *ret_changed);

/*
 * The first row that a statement gives. *ret_row is NULL where there is none; else the caller reads
 * its columns and resets it.
 */
SIGLET_MUST_USE siglet_err *siglet_hits_ask(siglet_hits *hits, siglet_hits_statement which,
					    const siglet_db_column *values, unsigned count,
					    siglet_db_query **ret_row);

/* A column that holds what its type says, or the file is damaged. */
SIGLET_MUST_USE siglet_err *siglet_hits_read(siglet_hits *hits, siglet_db_query *row, unsigned at,
					     int type, siglet_db_column *ret_column);

/* ---- transaction.c ---- */

/*
 * What a single write is in: the open transaction, or one of its own. leave takes the error of the
 * write, and ends what enter began. *ret_own is for leave.
 */
SIGLET_MUST_USE siglet_err *siglet_hits_enter(siglet_hits *hits, bool *ret_own);
SIGLET_MUST_USE siglet_err *siglet_hits_leave(siglet_hits *hits, bool own, siglet_err *err);

/* ---- log.c ---- */

/* The row of a log; *ret_found is false where there is none. */
SIGLET_MUST_USE siglet_err *siglet_hits_find_log(siglet_hits *hits, siglet_slice origin,
						 bool *ret_found, int64_t *ret_log_id);
/* The same; made where there is none. */
SIGLET_MUST_USE siglet_err *siglet_hits_need_log(siglet_hits *hits, siglet_slice origin,
						 int64_t *ret_log_id);
void siglet_hits_forget_log(siglet_hits *hits);

#endif
