#include "hits/db.h"

#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* SQLite behind plain C. Built into libsiglet-db.so alone. */

/* 3.31 knows SQLITE_OPEN_NOFOLLOW and untrusted schemas. */
#define OLDEST_SQLITE 3031000

struct siglet_db {
	sqlite3 *handle;
	siglet_db_problem problem;
};

struct siglet_db_query {
	siglet_db *db;
	sqlite3_stmt *statement;
};

/* ---- outcomes ---- */

static siglet_db_outcome outcome_of(int result)
{
	/* The low byte is what it is in general, the rest where it happened. */
	switch (result & 0xff) {
	case SQLITE_OK:
	case SQLITE_DONE:
		return SIGLET_DB_DONE;
	case SQLITE_ROW:
		return SIGLET_DB_ROW;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_PROTOCOL: /* too many others at once, while the log was opened */
		return SIGLET_DB_LOCKED;
	case SQLITE_FULL:
		return SIGLET_DB_FULL;
	case SQLITE_CORRUPT:
		return SIGLET_DB_DAMAGED;
	case SQLITE_NOTADB:
		return SIGLET_DB_NO_DATABASE;
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return SIGLET_DB_CANT_OPEN;
	case SQLITE_READONLY:
		return SIGLET_DB_READ_ONLY;
	case SQLITE_IOERR:
		return result == SQLITE_IOERR_NOMEM ? SIGLET_DB_NO_MEMORY : SIGLET_DB_IO;
	case SQLITE_TOOBIG:
		return SIGLET_DB_TOO_LARGE;
	case SQLITE_CONSTRAINT:
		return SIGLET_DB_CONSTRAINT;
	case SQLITE_NOMEM:
		return SIGLET_DB_NO_MEMORY;
	default:
		return SIGLET_DB_FAILED;
	}
}

/* The outcome, and what SQLite says of it, before the next call makes it forget. */
static siglet_db_outcome end_with(siglet_db *db, int result)
{
	const siglet_db_outcome outcome = outcome_of(result);

	if (outcome == SIGLET_DB_DONE || outcome == SIGLET_DB_ROW)
		return outcome;
	(void)snprintf(db->problem.text, sizeof(db->problem.text), "%s",
		       db->handle == NULL ? sqlite3_errstr(result) : sqlite3_errmsg(db->handle));
	/* SQLite keeps the number of the last refusal, also when this failure is none. */
	db->problem.system_number =
		db->handle != NULL && (outcome == SIGLET_DB_IO || outcome == SIGLET_DB_CANT_OPEN)
			? sqlite3_system_errno(db->handle)
			: 0;
	return outcome;
}

static siglet_db_outcome refuse(siglet_db *db, siglet_db_outcome outcome, const char *why)
{
	(void)snprintf(db->problem.text, sizeof(db->problem.text), "%s", why);
	db->problem.system_number = 0;
	return outcome;
}

/* ---- a database ---- */

/*
 * A file is data. What it says of triggers, views and functions is not followed, and no page of it
 * is believed to be larger than it is.
 */
static int distrust_file(sqlite3 *handle, const siglet_db_options *options)
{
	static const struct {
		int what, on;
	} settings[] = {
		{ SQLITE_DBCONFIG_DEFENSIVE, 1 },      { SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
		{ SQLITE_DBCONFIG_ENABLE_TRIGGER, 0 }, { SQLITE_DBCONFIG_ENABLE_VIEW, 0 },
		{ SQLITE_DBCONFIG_ENABLE_FKEY, 1 },
	};
	int result = sqlite3_extended_result_codes(handle, 1);

	for (size_t i = 0; result == SQLITE_OK && i < sizeof(settings) / sizeof(settings[0]); i++) {
		int is_on = -1;

		result = sqlite3_db_config(handle, settings[i].what, settings[i].on, &is_on);
		if (result == SQLITE_OK && is_on != settings[i].on)
			result = SQLITE_ERROR;
	}
	(void)sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, (int)options->max_value);
	(void)sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, 0);
	return result == SQLITE_OK ? sqlite3_busy_timeout(handle, (int)options->wait_ms) : result;
}

static siglet_db_outcome db_open(const char *path, const siglet_db_options *options,
				 siglet_db **ret_db)
{
	const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW;
	siglet_db *db = calloc(1, sizeof(*db));
	const sqlite3_vfs *files;
	int result;

	*ret_db = db;
	if (db == NULL)
		return SIGLET_DB_NO_MEMORY;
	if (sqlite3_libversion_number() < OLDEST_SQLITE)
		return refuse(db, SIGLET_DB_UNSUPPORTED, "this SQLite is older than 3.31");
	if (sqlite3_threadsafe() == 0)
		return refuse(db, SIGLET_DB_UNSUPPORTED, "this SQLite was built without threads");
	result = sqlite3_initialize();
	if (result != SQLITE_OK)
		return end_with(db, result);
	files = sqlite3_vfs_find(NULL);
	if (files != NULL && strlen(path) + sizeof("-journal") > (size_t)files->mxPathname)
		return refuse(db, SIGLET_DB_CANT_OPEN, "its full name is too long for SQLite");
	result = sqlite3_open_v2(path, &db->handle, flags, NULL);
	if (result == SQLITE_OK)
		result = distrust_file(db->handle, options);
	return end_with(db, result);
}

static void db_close(siglet_db *db)
{
	if (db == NULL)
		return;
	(void)sqlite3_close(db->handle);
	free(db);
}

static const siglet_db_problem *db_problem(const siglet_db *db)
{
	return &db->problem;
}

static bool db_is_read_only(const siglet_db *db)
{
	return sqlite3_db_readonly(db->handle, "main") != 0;
}

static bool db_in_transaction(const siglet_db *db)
{
	return sqlite3_get_autocommit(db->handle) == 0;
}

static uint64_t db_changed(const siglet_db *db)
{
	return (uint64_t)sqlite3_changes(db->handle);
}

/* ---- queries ---- */

static siglet_db_outcome db_prepare(siglet_db *db, const char *sql, siglet_db_query **ret_query)
{
	siglet_db_query *query = calloc(1, sizeof(*query));
	siglet_db_outcome outcome;

	if (query == NULL)
		return refuse(db, SIGLET_DB_NO_MEMORY, "out of memory");
	query->db = db;
	outcome = end_with(db, sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT,
						  &query->statement, NULL));
	if (outcome == SIGLET_DB_DONE)
		*ret_query = query;
	else
		free(query);
	return outcome;
}

static siglet_db_outcome db_step(siglet_db_query *query)
{
	const siglet_db_outcome outcome = end_with(query->db, sqlite3_step(query->statement));

	if (outcome != SIGLET_DB_ROW)
		(void)sqlite3_reset(query->statement);
	return outcome;
}

static void db_reset(siglet_db_query *query)
{
	(void)sqlite3_reset(query->statement);
	(void)sqlite3_clear_bindings(query->statement);
}

static void db_end(siglet_db_query *query)
{
	if (query == NULL)
		return;
	(void)sqlite3_finalize(query->statement);
	free(query);
}

static siglet_db_outcome db_run(siglet_db *db, const char *sql)
{
	siglet_db_query *query = NULL;
	siglet_db_outcome outcome = db_prepare(db, sql, &query);

	if (outcome != SIGLET_DB_DONE)
		return outcome;
	do
		outcome = db_step(query);
	while (outcome == SIGLET_DB_ROW);
	db_end(query);
	return outcome;
}

/* NULL would be SQL's NULL, which is no text. */
static siglet_db_outcome db_bind(siglet_db_query *query, unsigned at, const siglet_db_column *value)
{
	const void *bytes = value->bytes == NULL ? "" : value->bytes;
	sqlite3_stmt *statement = query->statement;
	int result = SQLITE_MISUSE;

	(void)sqlite3_reset(statement);
	switch (value->type) {
	case SIGLET_DB_NULL:
		result = sqlite3_bind_null(statement, (int)at);
		break;
	case SIGLET_DB_INTEGER:
		result = sqlite3_bind_int64(statement, (int)at, value->integer);
		break;
	case SIGLET_DB_TEXT:
		result = sqlite3_bind_text64(statement, (int)at, bytes, value->len, SQLITE_STATIC,
					     SQLITE_UTF8);
		break;
	case SIGLET_DB_BYTES:
		result = sqlite3_bind_blob64(statement, (int)at, bytes, value->len, SQLITE_STATIC);
		break;
	case SIGLET_DB_REAL: /* nothing of ours is one */
		break;
	}
	return end_with(query->db, result);
}

static siglet_db_outcome db_column(siglet_db_query *query, unsigned at,
				   siglet_db_column *ret_column)
{
	sqlite3_stmt *statement = query->statement;
	siglet_db_column column = { .type = SIGLET_DB_NULL };

	switch (sqlite3_column_type(statement, (int)at)) {
	case SQLITE_INTEGER:
		column.type = SIGLET_DB_INTEGER;
		column.integer = sqlite3_column_int64(statement, (int)at);
		break;
	case SQLITE_TEXT:
		column.type = SIGLET_DB_TEXT;
		column.bytes = sqlite3_column_text(statement, (int)at);
		break;
	case SQLITE_BLOB:
		column.type = SIGLET_DB_BYTES;
		column.bytes = sqlite3_column_blob(statement, (int)at);
		break;
	case SQLITE_FLOAT:
		column.type = SIGLET_DB_REAL;
		break;
	default:
		break;
	}
	/* After the pointer: asking for it may have converted the value. */
	if (column.type == SIGLET_DB_TEXT || column.type == SIGLET_DB_BYTES)
		column.len = (size_t)sqlite3_column_bytes(statement, (int)at);
	/* Text is never NULL; bytes are when there are none. */
	if (column.bytes == NULL && (column.type == SIGLET_DB_TEXT || column.len > 0))
		return refuse(query->db, SIGLET_DB_NO_MEMORY, "out of memory");
	*ret_column = column;
	return SIGLET_DB_DONE;
}

__attribute__((visibility("default"))) const siglet_db_table *siglet_db_functions(void);

const siglet_db_table *siglet_db_functions(void)
{
	static const siglet_db_table table = {
		.abi = SIGLET_DB_ABI,
		.open = db_open,
		.close = db_close,
		.problem = db_problem,
		.is_read_only = db_is_read_only,
		.in_transaction = db_in_transaction,
		.changed = db_changed,
		.run = db_run,
		.prepare = db_prepare,
		.bind = db_bind,
		.step = db_step,
		.column = db_column,
		.reset = db_reset,
		.end = db_end,
	};

	return &table;
}
