#include "hits/hits_internal.h"

#include <stdio.h>

/* The tables: docs/audit-db.md tells what they mean, and a test compares the two. */

static const char create_logs[] = "CREATE TABLE logs (\n"
				  "  log_id INTEGER PRIMARY KEY,\n"
				  "  origin TEXT NOT NULL UNIQUE CHECK (origin <> '')\n"
				  ")";

static const char create_matches[] = "CREATE TABLE matches (\n"
				     "  match_id INTEGER PRIMARY KEY,\n"
				     "  log_id INTEGER NOT NULL REFERENCES logs (log_id),\n"
				     "  log_index INTEGER NOT NULL CHECK (log_index >= 0),\n"
				     "  rule TEXT NOT NULL CHECK (rule <> ''),\n"
				     "  leaf BLOB NOT NULL CHECK (length(leaf) = 32),\n"
				     "  kind TEXT NOT NULL,\n"
				     "  api_version TEXT NOT NULL,\n"
				     "  digest TEXT NOT NULL,\n"
				     "  identity TEXT NOT NULL,\n"
				     "  issuer TEXT NOT NULL,\n"
				     "  cert_sha256 BLOB CHECK (length(cert_sha256) = 32),\n"
				     "  not_before INTEGER,\n"
				     "  chain TEXT NOT NULL CHECK (chain IN ('ok', 'unknown')),\n"
				     "  known INTEGER NOT NULL CHECK (known IN (0, 1)),\n"
				     "  found INTEGER NOT NULL,\n"
				     "  delivered INTEGER,\n"
				     "  acknowledged INTEGER,\n"
				     "  json TEXT NOT NULL CHECK (json <> ''),\n"
				     "  UNIQUE (log_id, log_index, rule)\n"
				     ")";

static const char create_skipped[] = "CREATE TABLE skipped (\n"
				     "  skipped_id INTEGER PRIMARY KEY,\n"
				     "  log_id INTEGER NOT NULL REFERENCES logs (log_id),\n"
				     "  log_index INTEGER NOT NULL CHECK (log_index >= 0),\n"
				     "  leaf BLOB NOT NULL CHECK (length(leaf) = 32),\n"
				     "  reason TEXT NOT NULL CHECK (reason <> ''),\n"
				     "  found INTEGER NOT NULL,\n"
				     "  acknowledged INTEGER,\n"
				     "  UNIQUE (log_id, log_index)\n"
				     ")";

static const char create_runs[] = "CREATE TABLE runs (\n"
				  "  run_id INTEGER PRIMARY KEY,\n"
				  "  log_id INTEGER NOT NULL REFERENCES logs (log_id),\n"
				  "  kind TEXT NOT NULL CHECK (kind <> ''),\n"
				  "  started INTEGER NOT NULL,\n"
				  "  ended INTEGER NOT NULL,\n"
				  "  from_index INTEGER NOT NULL CHECK (from_index >= 0),\n"
				  "  to_index INTEGER NOT NULL CHECK (to_index >= from_index),\n"
				  "  entries INTEGER NOT NULL CHECK (entries >= 0),\n"
				  "  verdict TEXT NOT NULL CHECK (verdict <> '')\n"
				  ")";

/* In the order in which they are made. */
static const struct {
	const char *name, *sql;
} objects[] = {
	{ "logs", create_logs },
	{ "matches", create_matches },
	{ "skipped", create_skipped },
	{ "runs", create_runs },
	/* What is still to be done stays cheap to find among millions that are done. */
	{ "matches_undelivered",
	  "CREATE INDEX matches_undelivered ON matches (log_id, log_index, rule)"
	  " WHERE delivered IS NULL" },
	{ "skipped_unacknowledged", "CREATE INDEX skipped_unacknowledged ON skipped"
				    " (log_id, log_index) WHERE acknowledged IS NULL" },
	{ "runs_of_log", "CREATE INDEX runs_of_log ON runs (log_id)" },
};

/* ---- statements that are needed once ---- */

static siglet_err *run(siglet_hits *hits, const char *sql)
{
	const siglet_db_outcome outcome = hits->db->run(hits->handle, sql);

	return outcome == SIGLET_DB_DONE ? NULL : siglet_hits_problem(hits, outcome);
}

/* The first column of the one row that sql gives, for a name; is it this text? */
static siglet_err *is_text(siglet_hits *hits, const char *sql, const char *name, const char *text,
			   bool *ret_is)
{
	const siglet_db_column value = siglet_hits_text(siglet_slice_str(name));
	siglet_db_column column = { .type = SIGLET_DB_NULL };
	siglet_db_query *query = NULL;
	siglet_db_outcome outcome = hits->db->prepare(hits->handle, sql, &query);

	if (outcome != SIGLET_DB_DONE)
		return siglet_hits_problem(hits, outcome);
	if (name != NULL)
		outcome = hits->db->bind(query, 1, &value);
	if (outcome == SIGLET_DB_DONE)
		outcome = hits->db->step(query);
	if (outcome == SIGLET_DB_ROW)
		outcome = hits->db->column(query, 0, &column);
	if (outcome == SIGLET_DB_DONE)
		*ret_is = column.type == SIGLET_DB_TEXT &&
			  siglet_slice_is(siglet_slice_of(column.bytes, column.len), text);
	hits->db->end(query);
	return outcome == SIGLET_DB_DONE ? NULL : siglet_hits_problem(hits, outcome);
}

static siglet_err *number_of(siglet_hits *hits, const char *sql, int64_t *ret_number)
{
	siglet_db_column column = { .type = SIGLET_DB_NULL };
	siglet_db_query *query = NULL;
	siglet_db_outcome outcome = hits->db->prepare(hits->handle, sql, &query);

	if (outcome != SIGLET_DB_DONE)
		return siglet_hits_problem(hits, outcome);
	outcome = hits->db->step(query);
	if (outcome == SIGLET_DB_ROW)
		outcome = hits->db->column(query, 0, &column);
	hits->db->end(query);
	if (outcome != SIGLET_DB_DONE)
		return siglet_hits_problem(hits, outcome);
	if (column.type != SIGLET_DB_INTEGER)
		return siglet_hits_damaged(hits, "its header");
	*ret_number = column.integer;
	return NULL;
}

/* ---- whose file is it? ---- */

static siglet_err *not_ours(siglet_hits *hits)
{
	return siglet_err_hint(siglet_err_new(SIGLET_E_IO, "%s: is the database of another program",
					      siglet_buf_text(&hits->shown)),
			       "name another file: this one is left as it is");
}

/* A table that lost a rule, or has one more, could lose rows; so could text in another encoding. */
static siglet_err *check_objects(siglet_hits *hits)
{
	bool same = false;
	siglet_err *err = is_text(hits, "PRAGMA encoding", NULL, "UTF-8", &same);

	for (size_t i = 0; err == NULL && same && i < SIGLET_COUNT(objects); i++) {
		same = false;
		err = is_text(hits, "SELECT sql FROM sqlite_master WHERE name = ?1",
			      objects[i].name, objects[i].sql, &same);
	}
	if (err == NULL && !same)
		err = siglet_hits_damaged(hits, "its schema was changed");
	return err;
}

/* *ret_is_empty: nothing was ever written to it. */
static siglet_err *check_header(siglet_hits *hits, bool *ret_is_empty)
{
	int64_t application = 0, version = 0, count = 0;
	siglet_err *err = number_of(hits, "PRAGMA application_id", &application);

	if (err == NULL)
		err = number_of(hits, "PRAGMA user_version", &version);
	if (err == NULL)
		err = number_of(hits, "SELECT count(*) FROM sqlite_master", &count);
	if (err != NULL)
		return err;
	*ret_is_empty = application == 0 && version == 0 && count == 0;
	if (*ret_is_empty)
		return NULL;
	if (application != SIGLET_HITS_APPLICATION)
		return not_ours(hits);
	if (version > SIGLET_HITS_VERSION)
		return siglet_err_hint(
			siglet_err_new(SIGLET_E_IO, "%s: is of version %lld; this siglet knows %d",
				       siglet_buf_text(&hits->shown), (long long)version,
				       SIGLET_HITS_VERSION),
			"a newer siglet wrote it: use that one");
	if (version < SIGLET_HITS_VERSION)
		return siglet_hits_damaged(hits, "its version");
	return check_objects(hits);
}

/* ---- making it ours ---- */

/* Settings of this connection; the file is not touched. */
static siglet_err *set_up(siglet_hits *hits)
{
	static const char *const settings[] = {
		/* A commit returns when its block is on disk, also on systems whose fsync does less. */
		"PRAGMA synchronous = FULL",
		"PRAGMA fullfsync = ON",
		"PRAGMA checkpoint_fullfsync = ON",
		"PRAGMA foreign_keys = ON",
		/* A page is checked when it is read, not believed. */
		"PRAGMA cell_size_check = ON",
		/* A file that another cuts short must not end this process. */
		"PRAGMA mmap_size = 0",
		"PRAGMA temp_store = MEMORY",
		"PRAGMA journal_size_limit = 67108864",
	};
	siglet_err *err = NULL;

	for (size_t i = 0; err == NULL && i < SIGLET_COUNT(settings); i++)
		err = run(hits, settings[i]);
	return err;
}

/* Some file systems can't; then a reader would stop the watch. */
static siglet_err *use_log(siglet_hits *hits)
{
	bool is_wal = false;
	siglet_err *err = is_text(hits, "PRAGMA journal_mode = WAL", NULL, "wal", &is_wal);

	if (err == NULL && !is_wal)
		err = siglet_err_hint(siglet_err_new(SIGLET_E_IO,
						     "%s: its file system has no shared memory",
						     siglet_buf_text(&hits->shown)),
				      "keep it on a local disk");
	return err;
}

/* In the transaction of the caller: the whole schema, or none of it. */
static siglet_err *create(siglet_hits *hits)
{
	char sql[64];
	siglet_err *err = NULL;

	for (size_t i = 0; err == NULL && i < SIGLET_COUNT(objects); i++)
		err = run(hits, objects[i].sql);
	(void)snprintf(sql, sizeof(sql), "PRAGMA application_id = %d", SIGLET_HITS_APPLICATION);
	if (err == NULL)
		err = run(hits, sql);
	(void)snprintf(sql, sizeof(sql), "PRAGMA user_version = %d", SIGLET_HITS_VERSION);
	return err == NULL ? run(hits, sql) : err;
}

/* Another process may do the same just now: the one that has the lock looks again. */
static siglet_err *create_if_empty(siglet_hits *hits)
{
	bool is_empty = false;
	siglet_err *err = siglet_hits_begin(hits);

	if (err != NULL)
		return err;
	err = check_header(hits, &is_empty);
	if (err == NULL && is_empty)
		err = create(hits);
	if (err == NULL)
		return siglet_hits_commit(hits);
	siglet_hits_rollback(hits);
	return err;
}

siglet_err *siglet_hits_settle_schema(siglet_hits *hits)
{
	bool is_empty = false;
	siglet_err *err = set_up(hits);

	/* Looked at before anything is written: another program's file stays as it is. */
	if (err == NULL)
		err = check_header(hits, &is_empty);
	if (err == NULL)
		err = use_log(hits);
	if (err == NULL && is_empty)
		err = create_if_empty(hits);
	return err;
}
