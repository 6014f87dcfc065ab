#include "audit/watch_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sys/sys.h"

/* What a watch found: into the database, and then to whom it concerns. */

#define DATABASE_WAIT_MS 10000

/* Others who watch the same log for other things have a row, and a delivery, of their own. */
static siglet_err *set_mark(audit_watching *w)
{
	siglet_hash32 hash;
	siglet_buf hex;
	siglet_err *err = siglet_sha256(&w->watch->rules_name, 1, hash.bytes);

	siglet_buf_init(&hex, 8);
	if (err == NULL)
		err = siglet_hex_encode(siglet_slice_of(hash.bytes, 4), &hex);
	(void)snprintf(w->mark, sizeof(w->mark), "@%s", siglet_buf_text(&hex));
	siglet_buf_clear(&hex);
	return err;
}

/* These rules have found things there, which may not be handed over yet: a new one would hide them. */
static siglet_err *check_database(const audit_watching *w, const char *path)
{
	if (!w->has_cursor || siglet_sys_file_size(path) > 0)
		return NULL;
	return siglet_err_hint(
		siglet_err_new(SIGLET_E_IO, "%s: what these rules found before is not there", path),
		"where it is lost, remove their cursor in %s, and say with --since "
		"where to begin",
		siglet_audit_state_folder(w->state));
}

siglet_err *siglet_audit_open_database(audit_watching *w)
{
	char own[SIGLET_AUDIT_MAX_PATH + 32];
	const char *path = w->watch->database;
	siglet_err *err = set_mark(w);

	(void)snprintf(own, sizeof(own), "%s/hits.sqlite", siglet_audit_state_folder(w->state));
	if (path == NULL)
		path = own;
	if (err == NULL)
		err = check_database(w, path);
	return err == NULL ? siglet_hits_open(path, DATABASE_WAIT_MS, &w->hits) : err;
}

/* ---- into the database ---- */

static siglet_err *add_match(const audit_watching *w, const audit_found *found)
{
	char rule[32];
	bool known = false, chain_ok = false, is_new = false;
	siglet_buf json;
	siglet_err *err;

	(void)snprintf(rule, sizeof(rule), "%s%s", found->rule, w->mark);
	siglet_buf_init(&json, SIGLET_AUDIT_MAX_LINE);
	err = siglet_audit_found_describe(w->tree, w->watch, found, &known, &chain_ok, &json);
	if (err == NULL) {
		const siglet_match_record record = {
			.origin = w->tree->fresh.checkpoint.origin,
			.index = found->index,
			.rule = siglet_slice_str(rule),
			.leaf = siglet_hash32_slice(&found->leaf),
			.kind = siglet_slice_str(found->kind),
			.api_version = siglet_slice_str(found->api_version),
			.digest = siglet_slice_str(found->digest),
			.identity = siglet_slice_str(found->identity),
			.issuer = siglet_slice_str(found->issuer),
			.cert_sha256 = found->cert.len > 0 ? siglet_hash32_slice(&found->cert_hash)
							   : SIGLET_SLICE_NONE,
			.not_before_s = found->not_before_s,
			.chain_ok = chain_ok,
			.known = known,
			.json = siglet_buf_slice(&json),
			.found_s = w->audit->now_s,
		};

		err = siglet_hits_add_match(w->hits, &record, &is_new);
	}
	siglet_buf_clear(&json);
	return err;
}

static siglet_err *add_skipped(const audit_watching *w, const audit_found *found)
{
	const siglet_skipped_record record = {
		.origin = w->tree->fresh.checkpoint.origin,
		.index = found->index,
		.leaf = siglet_hash32_slice(&found->leaf),
		.reason = siglet_slice_str(found->reason),
		.found_s = w->audit->now_s,
	};
	bool is_new = false;

	return siglet_hits_add_skipped(w->hits, &record, &is_new);
}

static siglet_err *add_all(const audit_watching *w, const audit_found *const *lists, size_t count)
{
	siglet_err *err = NULL;

	for (size_t i = 0; err == NULL && i < count; i++)
		for (const audit_found *f = lists[i]; err == NULL && f != NULL; f = f->next)
			err = f->reason != NULL ? add_skipped(w, f) : add_match(w, f);
	return err;
}

static bool has_findings(const audit_found *const *lists, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (lists[i] != NULL)
			return true;
	return false;
}

/* First what was found, then how far: the other way round something could be missed. */
siglet_err *siglet_audit_keep(audit_watching *w, uint64_t first, const audit_found *const *lists,
			      size_t count, const audit_cursor *cursor)
{
	siglet_err *err = NULL;

	if (has_findings(lists, count)) {
		err = siglet_hits_begin(w->hits);
		if (err == NULL)
			err = add_all(w, lists, count);
		if (err == NULL)
			err = siglet_hits_commit(w->hits);
		else
			siglet_hits_rollback(w->hits);
	}
	if (err == NULL)
		err = siglet_audit_cursor_write(w->state, w->watch->rules_name, cursor);
	if (err == NULL)
		w->finding->report.checked += cursor->scanned_to - first;
	return err;
}

/* ---- handing over ---- */

static siglet_slice without_mark(siglet_slice rule)
{
	const uint8_t *at = rule.len == 0 ? NULL : memchr(rule.ptr, '@', rule.len);

	return at == NULL ? rule : siglet_slice_of(rule.ptr, (size_t)(at - rule.ptr));
}

#define PENDING_MS 200

/*
 * Each transaction waits for the disk: of matches that are handed over one upon the other, some are
 * marked at once. Whoever ends the program in between has those few told again.
 */
static siglet_err *mark_pending(audit_watching *w)
{
	siglet_err *err = w->pending_count == 0 ? NULL : siglet_hits_begin(w->hits);

	if (err != NULL || w->pending_count == 0)
		return err;
	for (size_t i = 0; err == NULL && i < w->pending_count; i++)
		err = siglet_hits_mark_delivered(w->hits, w->tree->fresh.checkpoint.origin,
						 w->pending[i].index,
						 siglet_slice_str(w->pending[i].rule),
						 w->audit->now_s);
	if (err == NULL)
		err = siglet_hits_commit(w->hits);
	else
		siglet_hits_rollback(w->hits);
	w->pending_count = 0;
	return err;
}

static siglet_err *mark_later(audit_watching *w, const siglet_match_record *record)
{
	audit_pending *pending = &w->pending[w->pending_count];

	/* Longer than any rule of ours: whoever wrote it, it is marked as it stands. */
	if (record->rule.len >= sizeof(pending->rule))
		return siglet_hits_mark_delivered(w->hits, record->origin, record->index,
						  record->rule, w->audit->now_s);
	if (w->pending_count == 0)
		w->pending_ms = siglet_sys_monotonic_ms();
	pending->index = record->index;
	(void)snprintf(pending->rule, sizeof(pending->rule), "%.*s", (int)record->rule.len,
		       (const char *)record->rule.ptr);
	w->pending_count++;
	return w->pending_count == AUDIT_MAX_PENDING ||
			       siglet_sys_monotonic_ms() - w->pending_ms >= PENDING_MS
		       ? mark_pending(w)
		       : NULL;
}

/* What others watch for is told to them, by a program of theirs and with an exit status of theirs. */
static bool is_ours(const audit_watching *w, const siglet_match_record *record)
{
	return siglet_slice_has_suffix(record->rule, w->mark);
}

static siglet_err *hand_over(void *context, const siglet_match_record *record)
{
	audit_watching *w = context;
	siglet_err *err;
	const siglet_audit_match match = {
		.origin = record->origin,
		.index = record->index,
		.known = record->known,
		.chain_ok = record->chain_ok,
		.rule = without_mark(record->rule),
		.kind = record->kind,
		.api_version = record->api_version,
		.digest = record->digest,
		.identity = record->identity,
		.issuer = record->issuer,
		.json = record->json,
	};

	if (!is_ours(w, record))
		return NULL;
	err = w->watch->deliver(w->watch->context, &match);
	w->unknown += !record->known;
	if (err == NULL)
		return mark_later(w, record);
	if (siglet_err_is_fault(err))
		/* cppcheck-suppress returnDanglingLifetime ; an error borrows nothing */
		return err;
	siglet_err_free(w->undelivered);
	w->undelivered = err;
	return NULL;
}

static siglet_err *deliver(audit_watching *w)
{
	const siglet_hits_filter filter = {
		.origin = w->tree->fresh.checkpoint.origin,
		.undelivered_only = true,
	};
	siglet_err *err = siglet_hits_each_match(w->hits, &filter, hand_over, w);
	siglet_err *unmarked = mark_pending(w);

	if (err == NULL)
		err = unmarked;
	else
		siglet_err_free(unmarked);
	if (err == NULL && w->undelivered != NULL) {
		err = siglet_err_wrap(w->undelivered, "a match could not be handed over, and will "
						      "be again");
		w->undelivered = NULL;
	}
	return err;
}

static siglet_err *count_skipped(const audit_watching *w)
{
	const siglet_hits_filter filter = {
		.origin = w->tree->fresh.checkpoint.origin,
		.unacknowledged_only = true,
	};

	return siglet_hits_count_skipped(w->hits, &filter, &w->finding->report.skipped);
}

siglet_err *siglet_audit_deliver(audit_watching *w)
{
	siglet_err *err = deliver(w);

	return err == NULL ? count_skipped(w) : err;
}

/* ---- runs ---- */

/* By the indexes that matches have. */
siglet_err *siglet_audit_keep_run(const audit_watching *w, uint64_t begin)
{
	const siglet_audit_report *report = &w->finding->report;
	const siglet_run_record run = {
		.origin = report->origin,
		.kind = siglet_slice_str(report->check),
		.started_s = w->audit->now_s,
		.ended_s = siglet_sys_now_s(),
		.from = w->tree->offset + begin,
		.to = w->tree->offset + begin + report->checked,
		.entries = report->checked,
		.verdict = siglet_slice_str(siglet_audit_verdict_name(report->verdict)),
	};

	return siglet_hits_add_run(w->hits, &run);
}

/* ---- what somebody has looked at ---- */

siglet_err *siglet_audit_acknowledge(const siglet_audit *audit, const char *database,
				     const char *origin, uint64_t index)
{
	const siglet_slice name = siglet_slice_str(origin);
	siglet_hits *hits = NULL;
	siglet_buf path;
	siglet_err *err = NULL;

	siglet_buf_init(&path, SIGLET_AUDIT_MAX_PATH + 32);
	if (database == NULL) {
		err = siglet_audit_state_name(audit, name, &path);
		if (err == NULL)
			err = siglet_buf_append_str(&path, "/hits.sqlite");
		database = siglet_buf_text(&path);
	}
	if (err == NULL && !siglet_sys_is_there(database))
		err = siglet_err_new(SIGLET_E_MISSING, "%s: no such database", database);
	if (err == NULL)
		err = siglet_hits_open(database, DATABASE_WAIT_MS, &hits);
	if (err == NULL)
		err = siglet_hits_acknowledge(hits, name, index, audit->now_s);
	siglet_hits_close(hits);
	siglet_buf_clear(&path);
	return err;
}
