#include "hits/hits_internal.h"

#include <inttypes.h>
#include <string.h>

/* What is added is looked at first: a refused record leaves the transaction as it was. */

static siglet_err *check_text(const char *what, siglet_slice text, size_t max, bool may_be_empty)
{
	if (text.len > max)
		return siglet_err_new(SIGLET_E_LIMIT, "%s: %zu bytes, more than %zu", what,
				      text.len, max);
	if (text.len == 0 && !may_be_empty)
		return siglet_err_new(SIGLET_E_MALFORMED, "%s: empty", what);
	/* Tools show text up to a NUL: an identity behind which another hides would be misread. */
	if (!siglet_utf8_is_valid(text) ||
	    (text.len > 0 && memchr(text.ptr, '\0', text.len) != NULL))
		return siglet_err_new(SIGLET_E_MALFORMED, "%s: not UTF-8 text", what);
	return NULL;
}

static siglet_err *check_hash(const char *what, siglet_slice hash)
{
	if (hash.len != SIGLET_HITS_LEAF_BYTES)
		return siglet_err_new(SIGLET_E_LENGTH, "%s: %zu bytes, not %d", what, hash.len,
				      SIGLET_HITS_LEAF_BYTES);
	return NULL;
}

/* SQLite's numbers are signed; no log comes near that. */
static siglet_err *check_number(const char *what, uint64_t number)
{
	if (number > INT64_MAX)
		return siglet_err_new(SIGLET_E_RANGE, "%s: %" PRIu64 ", more than 2^63 - 1", what,
				      number);
	return NULL;
}

static siglet_err *check_match(const siglet_match_record *m)
{
	const struct {
		const char *what;
		siglet_slice text;
		size_t max;
		bool may_be_empty;
	} texts[] = {
		{ "origin", m->origin, SIGLET_HITS_MAX_NAME_BYTES, false },
		{ "rule", m->rule, SIGLET_HITS_MAX_TEXT_BYTES, false },
		{ "kind", m->kind, SIGLET_HITS_MAX_NAME_BYTES, true },
		{ "apiVersion", m->api_version, SIGLET_HITS_MAX_NAME_BYTES, true },
		{ "digest", m->digest, SIGLET_HITS_MAX_NAME_BYTES, true },
		{ "identity", m->identity, SIGLET_HITS_MAX_TEXT_BYTES, true },
		{ "issuer", m->issuer, SIGLET_HITS_MAX_TEXT_BYTES, true },
		{ "json", m->json, SIGLET_HITS_MAX_JSON_BYTES, false },
	};
	siglet_err *err = check_number("index", m->index);

	for (size_t i = 0; err == NULL && i < SIGLET_COUNT(texts); i++)
		err = check_text(texts[i].what, texts[i].text, texts[i].max, texts[i].may_be_empty);
	if (err == NULL)
		err = check_hash("leaf", m->leaf);
	if (err == NULL && m->cert_sha256.len > 0)
		err = check_hash("cert_sha256", m->cert_sha256);
	return err;
}

/* An index has one entry for ever: another one there is a fork of the log, and no repetition. */
static siglet_err *check_leaf(siglet_hits *hits, int64_t log_id, uint64_t index, siglet_slice leaf)
{
	const siglet_db_column values[] = { siglet_hits_number(log_id),
					    siglet_hits_number((int64_t)index),
					    siglet_hits_bytes(leaf) };
	siglet_db_query *row = NULL;
	siglet_err *err = siglet_hits_ask(hits, SIGLET_HITS_FIND_OTHER_LEAF, values,
					  SIGLET_COUNT(values), &row);

	if (err != NULL || row == NULL)
		return err;
	hits->db->reset(row);
	return siglet_err_new(SIGLET_E_MISMATCH,
			      "%s: entry %" PRIu64 " had another leaf hash when it was found first",
			      siglet_buf_text(&hits->shown), index);
}

static siglet_err *add(siglet_hits *hits, siglet_hits_statement which,
		       const siglet_db_column *values, unsigned count, bool *ret_is_new)
{
	uint64_t changed = 0;
	siglet_err *err = siglet_hits_do(hits, which, values, count, &changed);

	if (err == NULL)
		*ret_is_new = changed == 1;
	return err;
}

static siglet_err *insert_match(siglet_hits *hits, const siglet_match_record *m, bool *ret_is_new)
{
	const bool by_certificate = m->cert_sha256.len > 0;
	int64_t log_id = 0;
	siglet_err *err = siglet_hits_need_log(hits, m->origin, &log_id);

	if (err == NULL)
		err = check_leaf(hits, log_id, m->index, m->leaf);
	if (err != NULL)
		return err;
	const siglet_db_column values[] = {
		siglet_hits_number(log_id),
		siglet_hits_number((int64_t)m->index),
		siglet_hits_text(m->rule),
		siglet_hits_bytes(m->leaf),
		siglet_hits_text(m->kind),
		siglet_hits_text(m->api_version),
		siglet_hits_text(m->digest),
		siglet_hits_text(m->identity),
		siglet_hits_text(m->issuer),
		by_certificate ? siglet_hits_bytes(m->cert_sha256)
			       : siglet_hits_number_if(false, 0),
		siglet_hits_number_if(by_certificate, m->not_before_s),
		siglet_hits_text(siglet_slice_str(m->chain_ok ? "ok" : "unknown")),
		siglet_hits_number(m->known ? 1 : 0),
		siglet_hits_text(m->json),
		siglet_hits_number(m->found_s),
	};
	return add(hits, SIGLET_HITS_ADD_MATCH, values, SIGLET_COUNT(values), ret_is_new);
}

siglet_err *siglet_hits_add_match(siglet_hits *hits, const siglet_match_record *match,
				  bool *ret_is_new)
{
	bool own = false, is_new = false;
	siglet_err *err = check_match(match);

	if (err == NULL)
		err = siglet_hits_enter(hits, &own);
	if (err != NULL)
		return err;
	err = siglet_hits_leave(hits, own, insert_match(hits, match, &is_new));
	if (err == NULL)
		*ret_is_new = is_new;
	return err;
}

static siglet_err *insert_skipped(siglet_hits *hits, const siglet_skipped_record *s,
				  bool *ret_is_new)
{
	int64_t log_id = 0;
	siglet_err *err = siglet_hits_need_log(hits, s->origin, &log_id);

	if (err == NULL)
		err = check_leaf(hits, log_id, s->index, s->leaf);
	if (err != NULL)
		return err;
	const siglet_db_column values[] = {
		siglet_hits_number(log_id),	siglet_hits_number((int64_t)s->index),
		siglet_hits_bytes(s->leaf),	siglet_hits_text(s->reason),
		siglet_hits_number(s->found_s),
	};
	return add(hits, SIGLET_HITS_ADD_SKIPPED, values, SIGLET_COUNT(values), ret_is_new);
}

siglet_err *siglet_hits_add_skipped(siglet_hits *hits, const siglet_skipped_record *skipped,
				    bool *ret_is_new)
{
	bool own = false, is_new = false;
	siglet_err *err = check_number("index", skipped->index);

	if (err == NULL)
		err = check_text("origin", skipped->origin, SIGLET_HITS_MAX_NAME_BYTES, false);
	if (err == NULL)
		err = check_text("reason", skipped->reason, SIGLET_HITS_MAX_TEXT_BYTES, false);
	if (err == NULL)
		err = check_hash("leaf", skipped->leaf);
	if (err == NULL)
		err = siglet_hits_enter(hits, &own);
	if (err != NULL)
		return err;
	err = siglet_hits_leave(hits, own, insert_skipped(hits, skipped, &is_new));
	if (err == NULL)
		*ret_is_new = is_new;
	return err;
}

static siglet_err *check_run(const siglet_run_record *r)
{
	siglet_err *err = check_text("origin", r->origin, SIGLET_HITS_MAX_NAME_BYTES, false);

	if (err == NULL)
		err = check_text("kind", r->kind, SIGLET_HITS_MAX_NAME_BYTES, false);
	if (err == NULL)
		err = check_text("verdict", r->verdict, SIGLET_HITS_MAX_NAME_BYTES, false);
	if (err == NULL)
		err = check_number("to", r->to);
	if (err == NULL)
		err = check_number("entries", r->entries);
	if (err == NULL && r->from > r->to)
		err = siglet_err_new(SIGLET_E_RANGE, "a run from %" PRIu64 " to %" PRIu64, r->from,
				     r->to);
	return err;
}

static siglet_err *insert_run(siglet_hits *hits, const siglet_run_record *r)
{
	int64_t log_id = 0;
	siglet_err *err = siglet_hits_need_log(hits, r->origin, &log_id);

	if (err != NULL)
		return err;
	const siglet_db_column values[] = {
		siglet_hits_number(log_id),
		siglet_hits_text(r->kind),
		siglet_hits_number(r->started_s),
		siglet_hits_number(r->ended_s),
		siglet_hits_number((int64_t)r->from),
		siglet_hits_number((int64_t)r->to),
		siglet_hits_number((int64_t)r->entries),
		siglet_hits_text(r->verdict),
	};
	return siglet_hits_do(hits, SIGLET_HITS_ADD_RUN, values, SIGLET_COUNT(values), NULL);
}

siglet_err *siglet_hits_add_run(siglet_hits *hits, const siglet_run_record *run)
{
	bool own = false;
	siglet_err *err = check_run(run);

	if (err == NULL)
		err = siglet_hits_enter(hits, &own);
	if (err != NULL)
		return err;
	return siglet_hits_leave(hits, own, insert_run(hits, run));
}
