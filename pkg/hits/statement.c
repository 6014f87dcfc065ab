#include "hits/hits_internal.h"

/* Every statement there is, prepared when it is first needed, and run with values beside it. */

/* In the order in which each.c reads them. */
#define MATCH_COLUMNS                                                                      \
	"log_index, rule, leaf, kind, api_version, digest, identity, issuer, cert_sha256," \
	" not_before, chain, known, json, found, delivered, acknowledged"
#define SKIPPED_COLUMNS "log_index, leaf, reason, found, acknowledged"

/* A row behind (?2, ?3) of log ?1; with ?4, unacknowledged alone. */
#define NEXT_MATCH                                            \
	" WHERE log_id = ?1 AND (log_index, rule) > (?2, ?3)" \
	" AND (NOT ?4 OR acknowledged IS NULL)"
#define IN_ORDER " ORDER BY log_index, rule LIMIT 1"

/*
 * INDEXED BY: a statement that would walk through the whole table is refused when it is prepared,
 * not slow some day.
 */
static const char *const texts[SIGLET_HITS_STATEMENTS] = {
	/* The lock is had here or not at all, not by the first row. */
	[SIGLET_HITS_BEGIN] = "BEGIN IMMEDIATE",
	[SIGLET_HITS_COMMIT] = "COMMIT",
	[SIGLET_HITS_ROLLBACK] = "ROLLBACK",
	[SIGLET_HITS_ADD_LOG] = "INSERT INTO logs (origin) VALUES (?1)"
				" ON CONFLICT (origin) DO NOTHING",
	[SIGLET_HITS_FIND_LOG] = "SELECT log_id FROM logs WHERE origin = ?1",
	[SIGLET_HITS_NEXT_LOG] = "SELECT log_id, origin FROM logs WHERE origin > ?1"
				 " ORDER BY origin LIMIT 1",
	[SIGLET_HITS_FIND_OTHER_LEAF] =
		"SELECT leaf FROM matches WHERE log_id = ?1 AND log_index = ?2 AND leaf <> ?3"
		" UNION ALL"
		" SELECT leaf FROM skipped WHERE log_id = ?1 AND log_index = ?2 AND leaf <> ?3"
		" LIMIT 1",
	[SIGLET_HITS_ADD_MATCH] =
		"INSERT INTO matches (log_id, log_index, rule, leaf, kind, api_version, digest,"
		" identity, issuer, cert_sha256, not_before, chain, known, json, found)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)"
		" ON CONFLICT (log_id, log_index, rule) DO NOTHING",
	[SIGLET_HITS_ADD_SKIPPED] =
		"INSERT INTO skipped (log_id, log_index, leaf, reason, found)"
		" VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (log_id, log_index) DO NOTHING",
	[SIGLET_HITS_ADD_RUN] =
		"INSERT INTO runs (log_id, kind, started, ended, from_index, to_index, entries,"
		" verdict) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
	/* The row is counted whether it had been marked before or not; the first time stays. */
	[SIGLET_HITS_DELIVER] = "UPDATE matches SET delivered = coalesce(delivered, ?4)"
				" WHERE log_id = ?1 AND log_index = ?2 AND rule = ?3",
	[SIGLET_HITS_ACKNOWLEDGE_MATCHES] =
		"UPDATE matches SET acknowledged = coalesce(acknowledged, ?3)"
		" WHERE log_id = ?1 AND log_index = ?2",
	[SIGLET_HITS_ACKNOWLEDGE_SKIPPED] =
		"UPDATE skipped SET acknowledged = coalesce(acknowledged, ?3)"
		" WHERE log_id = ?1 AND log_index = ?2",
	[SIGLET_HITS_NEXT_MATCH] = "SELECT " MATCH_COLUMNS " FROM matches" NEXT_MATCH IN_ORDER,
	[SIGLET_HITS_NEXT_UNDELIVERED] =
		"SELECT " MATCH_COLUMNS " FROM matches INDEXED BY matches_undelivered" NEXT_MATCH
		" AND delivered IS NULL" IN_ORDER,
	[SIGLET_HITS_NEXT_SKIPPED] = "SELECT " SKIPPED_COLUMNS " FROM skipped"
				     " WHERE log_id = ?1 AND log_index > ?2"
				     " ORDER BY log_index LIMIT 1",
	[SIGLET_HITS_NEXT_UNACKNOWLEDGED] =
		"SELECT " SKIPPED_COLUMNS " FROM skipped INDEXED BY skipped_unacknowledged"
		" WHERE log_id = ?1 AND log_index > ?2 AND acknowledged IS NULL"
		" ORDER BY log_index LIMIT 1",
	[SIGLET_HITS_NEXT_RUN] =
		"SELECT run_id, kind, started, ended, from_index, to_index, entries, verdict"
		" FROM runs INDEXED BY runs_of_log WHERE log_id = ?1 AND run_id > ?2"
		" ORDER BY run_id LIMIT 1",
	/* ?1: of this log alone, or NULL. */
	[SIGLET_HITS_COUNT_MATCHES] =
		"SELECT count(*) FROM matches WHERE (?1 IS NULL OR log_id = ?1)"
		" AND (NOT ?2 OR acknowledged IS NULL)",
	[SIGLET_HITS_COUNT_UNDELIVERED] =
		"SELECT count(*) FROM matches INDEXED BY matches_undelivered"
		" WHERE (?1 IS NULL OR log_id = ?1) AND (NOT ?2 OR acknowledged IS NULL)"
		" AND delivered IS NULL",
	[SIGLET_HITS_COUNT_SKIPPED] =
		"SELECT count(*) FROM skipped WHERE (?1 IS NULL OR log_id = ?1)"
		" AND (NOT ?2 OR acknowledged IS NULL)",
};

const char *siglet_hits_statement_text(siglet_hits_statement which)
{
	return texts[which];
}

siglet_db_column siglet_hits_number(int64_t number)
{
	return (siglet_db_column) { .type = SIGLET_DB_INTEGER, .integer = number };
}

siglet_db_column siglet_hits_text(siglet_slice text)
{
	return (siglet_db_column) { .type = SIGLET_DB_TEXT, .bytes = text.ptr, .len = text.len };
}

siglet_db_column siglet_hits_bytes(siglet_slice bytes)
{
	return (siglet_db_column) { .type = SIGLET_DB_BYTES, .bytes = bytes.ptr, .len = bytes.len };
}

siglet_db_column siglet_hits_number_if(bool condition, int64_t number)
{
	return condition ? siglet_hits_number(number)
			 : (siglet_db_column) { .type = SIGLET_DB_NULL };
}

siglet_err *siglet_hits_prepare(siglet_hits *hits, siglet_hits_statement which)
{
	siglet_db_outcome outcome;

	if (hits->queries[which] != NULL)
		return NULL;
	outcome = hits->db->prepare(hits->handle, texts[which], &hits->queries[which]);
	return outcome == SIGLET_DB_DONE ? NULL : siglet_hits_problem(hits, outcome);
}

/* Bind and take the first step. The query is reset unless there is a row. */
static siglet_err *start(siglet_hits *hits, siglet_hits_statement which,
			 const siglet_db_column *values, unsigned count, siglet_db_outcome *ret)
{
	siglet_err *err = siglet_hits_prepare(hits, which);
	siglet_db_outcome outcome = SIGLET_DB_DONE;

	if (err != NULL)
		return err;
	for (unsigned i = 0; i < count && outcome == SIGLET_DB_DONE; i++)
		outcome = hits->db->bind(hits->queries[which], i + 1, &values[i]);
	if (outcome == SIGLET_DB_DONE)
		outcome = hits->db->step(hits->queries[which]);
	if (outcome != SIGLET_DB_ROW)
		hits->db->reset(hits->queries[which]);
	if (outcome != SIGLET_DB_ROW && outcome != SIGLET_DB_DONE)
		return siglet_hits_problem(hits, outcome);
	*ret = outcome;
	return NULL;
}

siglet_err *siglet_hits_do(siglet_hits *hits, siglet_hits_statement which,
			   const siglet_db_column *values, unsigned count, uint64_t *ret_changed)
{
	siglet_db_outcome outcome = SIGLET_DB_FAILED;
	siglet_err *err = start(hits, which, values, count, &outcome);

	if (err != NULL)
		return err;
	if (outcome != SIGLET_DB_DONE) {
		hits->db->reset(hits->queries[which]);
		return siglet_err_new(SIGLET_E_INTERNAL, "%s: a row that nobody asked for",
				      siglet_buf_text(&hits->shown));
	}
	if (ret_changed != NULL)
		*ret_changed = hits->db->changed(hits->handle);
	return NULL;
}

siglet_err *siglet_hits_ask(siglet_hits *hits, siglet_hits_statement which,
			    const siglet_db_column *values, unsigned count,
			    siglet_db_query **ret_row)
{
	siglet_db_outcome outcome = SIGLET_DB_FAILED;
	siglet_err *err = start(hits, which, values, count, &outcome);

	if (err == NULL)
		*ret_row = outcome == SIGLET_DB_ROW ? hits->queries[which] : NULL;
	return err;
}

siglet_err *siglet_hits_read(siglet_hits *hits, siglet_db_query *row, unsigned at, int type,
			     siglet_db_column *ret_column)
{
	siglet_db_column column;
	const siglet_db_outcome outcome = hits->db->column(row, at, &column);

	if (outcome != SIGLET_DB_DONE)
		return siglet_hits_problem(hits, outcome);
	if ((int)column.type != type)
		return siglet_hits_damaged(hits, "a column holds another type than siglet writes");
	*ret_column = column;
	return NULL;
}
