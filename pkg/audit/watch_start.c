#include "audit/watch_internal.h"

#include <inttypes.h>

/* Where a watch begins, and whether its rules are those that were meant. */

/*
 * Certificates are made minutes before their entries, so these are about in order of time: an hour
 * earlier is early enough. Of entries that are read at once the youngest one counts, so that nobody
 * who puts an old one where the search looks can have it pass over what lies before.
 */
#define MARGIN_S 3600

/* Of a log that gives out ten entries at a time, more than these are days. */
#define MAX_UNASKED 1000000

static siglet_err *find_time(const audit_watching *w, const audit_time_teller *teller,
			     uint64_t *ret_index)
{
	const int64_t want_s = w->watch->since_time_s - MARGIN_S;
	const uint64_t size = w->tree->fresh.checkpoint.size, step = teller->step;
	uint64_t first = 0, last = size / step + (size % step != 0);
	siglet_err *err = NULL;

	/* cppcheck-suppress invalidLifetime ; an error borrows nothing */
	while (err == NULL && first < last) {
		const uint64_t middle = first + (last - first) / 2;
		bool is_there = false;
		int64_t time_s = 0;

		err = teller->time_of(teller->context, middle * step, &is_there, &time_s);
		/* Where nothing tells, what is there is looked at. */
		if (is_there && time_s < want_s)
			first = middle + 1;
		else
			last = middle;
	}
	*ret_index = first * step < size ? first * step : size;
	/* cppcheck-suppress returnDanglingLifetime ; an error borrows nothing */
	return err;
}

/* --since names entries as people know them: across all trees of a log. */
static siglet_err *find_index(const audit_watching *w, uint64_t *ret_begin)
{
	const uint64_t index = w->watch->since_index, offset = w->tree->offset;
	const uint64_t size = w->tree->fresh.checkpoint.size;

	*ret_begin = index < offset ? 0 : index - offset;
	if (*ret_begin <= size)
		return NULL;
	*ret_begin = size;
	return !w->tree->is_active
		       ? NULL
		       : siglet_err_new(SIGLET_E_USAGE,
					"--since %" PRIu64 ": the log has %" PRIu64 " entries",
					index, offset + size);
}

static siglet_err *check_begin(const audit_tree *tree)
{
	const uint64_t signed_total = tree->offset + tree->fresh.checkpoint.size;
	const uint64_t total = tree->total > signed_total ? tree->total : signed_total;

	if (tree->kind != AUDIT_REKOR_V1 || total <= MAX_UNASKED)
		return NULL;
	return siglet_err_hint(
		siglet_err_new(SIGLET_E_USAGE,
			       "this log has %" PRIu64 " entries, and gives out ten at a time",
			       total),
		"--since takes an index or a date; 0 is the first entry all the same");
}

static siglet_err *start_anew(const audit_watching *w, const audit_time_teller *teller,
			      uint64_t *ret_begin)
{
	switch (w->watch->since) {
	case SIGLET_SINCE_LAST:
		return siglet_err_hint(siglet_err_new(SIGLET_E_USAGE,
						      "these rules are watched for the first time"),
				       "say where to begin: --since begin, head, an index or a "
				       "date");
	case SIGLET_SINCE_BEGIN:
		*ret_begin = 0;
		return check_begin(w->tree);
	case SIGLET_SINCE_INDEX:
		return find_index(w, ret_begin);
	case SIGLET_SINCE_TIME:
		return find_time(w, teller, ret_begin);
	case SIGLET_SINCE_HEAD:
		*ret_begin = w->tree->fresh.checkpoint.size;
		return NULL;
	}
	return siglet_err_new(SIGLET_E_INTERNAL, "no such beginning");
}

/* A log that shrank was refused before: what lies behind its end is damaged. */
static siglet_err *check_cursor(const audit_watching *w)
{
	const uint64_t size = w->tree->fresh.checkpoint.size;

	if (w->cursor.scanned_to <= size)
		return NULL;
	return siglet_err_new(SIGLET_E_IO,
			      "%s: its cursor is at entry %" PRIu64 ", and the log has %" PRIu64,
			      siglet_audit_state_folder(w->state), w->cursor.scanned_to, size);
}

static siglet_err *choose_start(const audit_watching *w, const audit_time_teller *teller,
				uint64_t *ret_begin)
{
	/* A tree that was begun since the last time is new from its first entry on. */
	if (w->has_earlier) {
		*ret_begin = 0;
		return NULL;
	}
	if (w->is_earlier_unknown)
		return siglet_err_new(SIGLET_E_IO, "how far the tree before was looked through is "
						   "not known, and so not where to begin here");
	return start_anew(w, teller, ret_begin);
}

siglet_err *siglet_audit_find_start(const audit_watching *w, const audit_time_teller *teller,
				    uint64_t *ret_begin)
{
	audit_cursor cursor = { .anchor = w->tree->fresh.checkpoint.size };
	siglet_err *err;

	if (w->has_cursor) {
		*ret_begin = w->cursor.scanned_to;
		return check_cursor(w);
	}
	err = choose_start(w, teller, ret_begin);
	if (err != NULL)
		return err;
	/* Before anything is read: a run that fails must not make the next one begin elsewhere. */
	cursor.scanned_to = *ret_begin;
	return siglet_audit_cursor_write(w->state, w->watch->rules_name, &cursor);
}

/* ---- are the rules right? ---- */

/* One that can't be read matches nothing. */
static siglet_err *match_canary(const audit_watching *w, siglet_slice body, audit_hit *ret_hit)
{
	audit_content content;
	siglet_err *err;

	siglet_audit_content_init(&content);
	content.is_ct = w->tree->log->is_ct;
	err = siglet_audit_content_read(body, &content);
	if (err == NULL)
		err = siglet_audit_rules_match(&w->watch->rules, &content, ret_hit);
	if (err != NULL && !siglet_err_is_fault(err)) {
		siglet_err_free(err);
		ret_hit->rule = NULL;
		err = NULL;
	}
	siglet_audit_content_clear(&content);
	return err;
}

siglet_err *siglet_audit_check_canary(const audit_watching *w, siglet_slice body)
{
	const uint64_t canary = w->watch->canary;
	audit_hit hit = { .rule = NULL };
	siglet_err *err = match_canary(w, body, &hit);

	if (err == NULL && hit.rule == NULL)
		err = siglet_err_hint(siglet_err_new(SIGLET_E_USAGE,
						     "entry %" PRIu64
						     " does not match, and should: the rules are "
						     "not those that were meant",
						     canary),
				      "siglet audit get --index %" PRIu64 " shows it", canary);
	return err;
}

siglet_err *siglet_audit_refuse_canary(const audit_watching *w)
{
	return siglet_err_new(SIGLET_E_USAGE,
			      "the canary is entry %" PRIu64 ", and the log has %" PRIu64,
			      w->watch->canary, w->tree->offset + w->tree->fresh.checkpoint.size);
}
