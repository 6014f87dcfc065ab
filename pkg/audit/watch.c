#include "audit/audit_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hits/hits.h"
#include "sys/sys.h"

/*
 * What came into a log since the last time, and whom it concerns. A block of entries counts once it
 * is known to be the log's: then its matches are kept on disk, then the cursor moves behind it, and
 * then the matches are handed over. Wherever the end comes, the next run goes on there.
 */

#define CHECK "watch"
#define SCAN_MEMORY ((size_t)40 << 20)
#define DATABASE_WAIT_MS 10000

typedef struct watching {
	const siglet_audit *audit;
	const siglet_audit_watch *watch;
	char mark[2 + 8]; /* "@" and the beginning of a hash of the rules */
	const audit_tree *tree;
	const audit_state *state;
	siglet_tree *hashes;
	siglet_hits *hits;
	audit_finding *finding;
	uint64_t unknown;	 /* matches that were handed over, or should have been */
	siglet_err *undelivered; /* why the last one could not be */
} watching;

/* ---- by the threads ---- */

static siglet_err *see(void *context, uint64_t first, const siglet_entries *entries,
		       const siglet_hash32 *leaves, void **ret_finding)
{
	const watching *w = context;
	audit_found *list = NULL;
	siglet_err *err = siglet_audit_find_all(&w->watch->rules, first, entries, leaves, &list);

	if (err == NULL)
		*ret_finding = list;
	return err;
}

static void drop(void *finding)
{
	siglet_audit_found_free(finding);
}

static size_t weigh(const void *finding)
{
	return siglet_audit_found_weight(finding);
}

/* ---- into the database ---- */

/* Others who watch the same log for other things have a row, and a delivery, of their own. */
static siglet_err *set_mark(watching *w)
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

static siglet_err *add_match(const watching *w, const audit_found *found)
{
	const siglet_slice der = siglet_buf_slice(&found->cert);
	siglet_hash32 cert_hash;
	char rule[32];
	bool known = false, chain_ok = false, is_new = false;
	siglet_buf json;
	siglet_err *err;

	(void)snprintf(rule, sizeof(rule), "%s%s", found->rule, w->mark);
	siglet_buf_init(&json, SIGLET_AUDIT_MAX_LINE);
	err = siglet_audit_found_describe(w->tree, w->watch, found, &known, &chain_ok, &json);
	if (err == NULL)
		err = siglet_sha256(&der, 1, cert_hash.bytes);
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
			.cert_sha256 =
				der.len > 0 ? siglet_hash32_slice(&cert_hash) : SIGLET_SLICE_NONE,
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

static siglet_err *add_skipped(const watching *w, const audit_found *found)
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

static siglet_err *add_all(const watching *w, const siglet_scan_block *block)
{
	siglet_err *err = NULL;

	for (size_t i = 0; err == NULL && i < block->count; i++)
		for (const audit_found *f = block->findings[i]; err == NULL && f != NULL;
		     f = f->next)
			err = f->reason != NULL ? add_skipped(w, f) : add_match(w, f);
	return err;
}

static bool has_findings(const siglet_scan_block *block)
{
	for (size_t i = 0; i < block->count; i++)
		if (block->findings[i] != NULL)
			return true;
	return false;
}

/* First what was found, then how far: the other way round something could be missed. */
static siglet_err *take(void *context, const siglet_scan_block *block)
{
	watching *w = context;
	siglet_err *err = NULL;

	if (has_findings(block)) {
		err = siglet_hits_begin(w->hits);
		if (err == NULL)
			err = add_all(w, block);
		if (err == NULL)
			err = siglet_hits_commit(w->hits);
		else
			siglet_hits_rollback(w->hits);
	}
	if (err == NULL)
		err = siglet_audit_cursor_write(w->state, w->watch->rules_name, block->end,
						siglet_tree_size(w->hashes));
	if (err == NULL)
		w->finding->report.checked += block->end - block->begin;
	return err;
}

/* ---- handing over ---- */

static siglet_slice without_mark(siglet_slice rule)
{
	const uint8_t *at = rule.len == 0 ? NULL : memchr(rule.ptr, '@', rule.len);

	return at == NULL ? rule : siglet_slice_of(rule.ptr, (size_t)(at - rule.ptr));
}

static siglet_err *hand_over(void *context, const siglet_match_record *record)
{
	watching *w = context;
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
	siglet_err *err = w->watch->deliver(w->watch->context, &match);

	w->unknown += !record->known;
	if (err == NULL)
		return siglet_hits_mark_delivered(w->hits, record->origin, record->index,
						  record->rule, w->audit->now_s);
	if (siglet_err_is_fault(err))
		return err;
	siglet_err_free(w->undelivered);
	w->undelivered = err;
	return NULL;
}

static siglet_err *deliver(watching *w)
{
	const siglet_hits_filter filter = {
		.origin = w->tree->fresh.checkpoint.origin,
		.undelivered_only = true,
	};
	siglet_err *err = siglet_hits_each_match(w->hits, &filter, hand_over, w);

	if (err == NULL && w->undelivered != NULL) {
		err = siglet_err_wrap(w->undelivered, "a match could not be handed over, and will "
						      "be again");
		w->undelivered = NULL;
	}
	return err;
}

static siglet_err *count_skipped(const watching *w)
{
	const siglet_hits_filter filter = {
		.origin = w->tree->fresh.checkpoint.origin,
		.unacknowledged_only = true,
	};

	return siglet_hits_count_skipped(w->hits, &filter, &w->finding->report.skipped);
}

/* ---- where to begin ---- */

/* When the youngest certificate of a bundle was made. */
typedef struct bundle_time {
	bool is_there;
	int64_t time_s;
} bundle_time;

static siglet_err *see_time(void *context, uint64_t first, const siglet_entries *entries,
			    const siglet_hash32 *leaves, void **ret_finding)
{
	bundle_time *found = siglet_calloc(1, sizeof(*found));
	audit_content content;
	siglet_err *err = NULL;

	(void)context;
	(void)first;
	(void)leaves;
	if (found == NULL)
		return siglet_err_nomem();
	siglet_audit_content_init(&content);
	for (size_t i = 0; err == NULL && i < entries->count; i++) {
		siglet_glance glance;

		err = siglet_audit_content_read(entries->of[i], &content);
		if (err == NULL && content.cert_count > 0) {
			err = siglet_cert_glance(content.certs[0], false, &glance);
			if (err == NULL &&
			    (!found->is_there || glance.not_before_s > found->time_s))
				*found = (bundle_time) { true, glance.not_before_s };
		}
		if (err != NULL && !siglet_err_is_fault(err)) {
			siglet_err_free(err);
			err = NULL;
		}
	}
	siglet_audit_content_clear(&content);
	*ret_finding = found;
	return err;
}

static siglet_err *take_time(void *context, const siglet_scan_block *block)
{
	if (block->count > 0 && block->findings[0] != NULL)
		*(bundle_time *)context = *(const bundle_time *)block->findings[0];
	return NULL;
}

static siglet_err *time_of(const watching *w, uint64_t bundle, uint64_t size, bundle_time *ret_time)
{
	const uint64_t begin = bundle * SIGLET_TILE_WIDTH;
	const siglet_scan scan = {
		.source = w->tree->source,
		.tree = w->hashes,
		.begin = begin,
		.end = size - begin < SIGLET_TILE_WIDTH ? size : begin + SIGLET_TILE_WIDTH,
		.jobs = 1,
		.memory = SCAN_MEMORY,
		.context = ret_time,
		.see = see_time,
		.drop = free,
		.take = take_time,
	};

	*ret_time = (bundle_time) { .is_there = false };
	return siglet_scan_run(&scan);
}

/*
 * Certificates are made minutes before their entries, so these are about in order of time: an hour
 * earlier is early enough. Of a whole bundle the youngest one counts, so that nobody who puts an old
 * one where the search looks can have it pass over what lies before.
 */
#define MARGIN_S 3600

static siglet_err *find_time(const watching *w, uint64_t size, uint64_t *ret_index)
{
	const int64_t want_s = w->watch->since_time_s - MARGIN_S;
	uint64_t first = 0, last = size / SIGLET_TILE_WIDTH + (size % SIGLET_TILE_WIDTH != 0);
	siglet_err *err = NULL;

	while (err == NULL && first < last) {
		const uint64_t middle = first + (last - first) / 2;
		bundle_time found;

		err = time_of(w, middle, size, &found);
		/* Where nothing tells, what is there is looked at. */
		if (found.is_there && found.time_s < want_s)
			first = middle + 1;
		else
			last = middle;
	}
	*ret_index = first * SIGLET_TILE_WIDTH < size ? first * SIGLET_TILE_WIDTH : size;
	return err;
}

/* A log that shrank was refused before: what lies behind its end is damaged. */
static siglet_err *check_cursor(const watching *w, uint64_t begin)
{
	const uint64_t size = siglet_tree_size(w->hashes);

	if (begin <= size)
		return NULL;
	return siglet_err_new(SIGLET_E_IO,
			      "%s: its cursor is at entry %" PRIu64 ", and the log has %" PRIu64,
			      siglet_audit_state_folder(w->state), begin, size);
}

static siglet_err *find_start(watching *w, uint64_t *ret_begin)
{
	const siglet_audit_watch *watch = w->watch;
	const uint64_t size = siglet_tree_size(w->hashes);
	bool is_there = false;
	siglet_err *err =
		siglet_audit_cursor_read(w->state, watch->rules_name, ret_begin, &is_there);

	if (err != NULL || is_there)
		return err == NULL ? check_cursor(w, *ret_begin) : err;
	switch (watch->since) {
	case SIGLET_SINCE_LAST:
		return siglet_err_hint(siglet_err_new(SIGLET_E_USAGE,
						      "these rules are watched for the first time"),
				       "say where to begin: --since begin, head, an index or a "
				       "date");
	case SIGLET_SINCE_INDEX:
		*ret_begin = watch->since_index;
		if (watch->since_index > size)
			err = siglet_err_new(SIGLET_E_USAGE,
					     "--since %" PRIu64 ": the log has %" PRIu64 " entries",
					     watch->since_index, size);
		return err;
	case SIGLET_SINCE_TIME:
		return find_time(w, size, ret_begin);
	case SIGLET_SINCE_HEAD:
		*ret_begin = size;
		return NULL;
	}
	return siglet_err_new(SIGLET_E_INTERNAL, "no such beginning");
}

/* ---- are the rules right? ---- */

static siglet_err *look_at_canary(watching *w, audit_hit *ret_hit)
{
	audit_content content;
	siglet_buf body;
	siglet_err *err;

	siglet_audit_content_init(&content);
	siglet_buf_init(&body, SIGLET_MAX_ENTRY_BYTES);
	err = siglet_tree_entry(w->hashes, w->watch->canary, &body);
	if (err == NULL) {
		err = siglet_audit_content_read(siglet_buf_slice(&body), &content);
		if (err == NULL)
			err = siglet_audit_rules_match(&w->watch->rules, &content, ret_hit);
		/* One that can't be read matches nothing. */
		if (err != NULL && !siglet_err_is_fault(err)) {
			siglet_err_free(err);
			ret_hit->rule = NULL;
			err = NULL;
		}
	}
	siglet_buf_clear(&body);
	siglet_audit_content_clear(&content);
	return err;
}

static siglet_err *check_canary(watching *w)
{
	const uint64_t size = siglet_tree_size(w->hashes), canary = w->watch->canary;
	audit_hit hit = { .rule = NULL };
	siglet_err *err;

	if (!w->watch->has_canary)
		return NULL;
	if (canary >= size)
		return siglet_err_new(SIGLET_E_USAGE,
				      "the canary is entry %" PRIu64 ", and the log has %" PRIu64,
				      canary, size);
	err = look_at_canary(w, &hit);
	if (err == NULL && hit.rule == NULL)
		err = siglet_err_hint(siglet_err_new(SIGLET_E_USAGE,
						     "entry %" PRIu64
						     " does not match, and should: the rules are "
						     "not those that were meant",
						     canary),
				      "siglet audit get --index %" PRIu64 " shows it", canary);
	return err;
}

/* ---- one log ---- */

static siglet_err *open_database(watching *w)
{
	char path[SIGLET_AUDIT_MAX_PATH + 32];

	(void)snprintf(path, sizeof(path), "%s/hits.sqlite", siglet_audit_state_folder(w->state));
	return siglet_hits_open(w->watch->database != NULL ? w->watch->database : path,
				DATABASE_WAIT_MS, &w->hits);
}

static siglet_err *scan(watching *w, uint64_t begin)
{
	const siglet_scan scan = {
		.source = w->tree->source,
		.tree = w->hashes,
		.begin = begin,
		.end = siglet_tree_size(w->hashes),
		.jobs = siglet_audit_jobs(w->tree),
		.memory = SCAN_MEMORY,
		.context = w,
		.see = see,
		.drop = drop,
		.weigh = weigh,
		.take = take,
	};
	siglet_err *err = NULL;

	/* Rules that begin at the head have looked at nothing yet, and that is where they stand. */
	if (begin == scan.end)
		err = siglet_audit_cursor_write(w->state, w->watch->rules_name, begin, begin);
	return err == NULL ? siglet_scan_run(&scan) : err;
}

static siglet_err *add_run(const watching *w, uint64_t begin)
{
	const siglet_audit_report *report = &w->finding->report;
	const siglet_run_record run = {
		.origin = report->origin,
		.kind = siglet_slice_str(CHECK),
		.started_s = w->audit->now_s,
		.ended_s = siglet_sys_now_s(),
		.from = begin,
		.to = begin + report->checked,
		.entries = report->checked,
		.verdict = siglet_slice_str(siglet_audit_verdict_name(report->verdict)),
	};

	return siglet_hits_add_run(w->hits, &run);
}

/* Also a tile or bundle of another length or form is none that the signed root covers. */
static bool is_wrong(const siglet_err *err)
{
	const siglet_code code = siglet_err_code(err);

	return code == SIGLET_E_MISMATCH || code == SIGLET_E_MALFORMED || code == SIGLET_E_LIMIT;
}

static void conclude(watching *w, const siglet_err *err)
{
	siglet_audit_report *report = &w->finding->report;

	/* What was found counts, however the run ended. */
	if (w->unknown > 0)
		report->verdict = SIGLET_AUDIT_MATCH;
	else if (err != NULL && is_wrong(err))
		report->verdict = SIGLET_AUDIT_DATA_MISMATCH;
	else if (err == NULL && report->skipped == 0)
		report->verdict = SIGLET_AUDIT_NO_MATCH;
}

static siglet_err *watch_entries(watching *w)
{
	siglet_audit_report *report = &w->finding->report;
	uint64_t begin = 0;
	siglet_err *err = open_database(w), *later;

	if (err == NULL)
		err = siglet_tree_open(w->tree->source, w->tree->fresh.checkpoint.size,
				       &w->tree->fresh.checkpoint.root, &w->hashes);
	if (err == NULL)
		err = check_canary(w);
	if (err == NULL)
		err = find_start(w, &begin);
	if (err == NULL) {
		report->from = (siglet_audit_head) { .is_there = true, .size = begin };
		err = scan(w, begin);
	}
	/* Also what an earlier run found and did not come to hand over. */
	if (w->hits != NULL) {
		later = deliver(w);
		if (later == NULL)
			later = count_skipped(w);
		if (err == NULL)
			err = later;
		else
			siglet_err_free(later);
	}
	conclude(w, err);
	if (w->hits != NULL) {
		later = add_run(w, begin);
		if (err == NULL && later != NULL) {
			report->verdict =
				w->unknown > 0 ? SIGLET_AUDIT_MATCH : SIGLET_AUDIT_INCOMPLETE;
			err = later;
		} else {
			siglet_err_free(later);
		}
	}
	siglet_tree_free(w->hashes);
	w->hashes = NULL;
	siglet_hits_close(w->hits);
	w->hits = NULL;
	return err;
}

static siglet_err *watch_tree(void *context, audit_tree *tree)
{
	watching *w = context;
	audit_state *state = NULL;
	audit_finding finding;
	siglet_err *err;

	siglet_audit_finding_init(&finding, CHECK);
	finding.report.origin = tree->fresh.checkpoint.origin;
	w->tree = tree;
	w->finding = &finding;
	w->unknown = 0;
	siglet_err_free(w->undelivered);
	w->undelivered = NULL;
	err = siglet_audit_state_open(w->audit, tree->log, tree->fresh.checkpoint.origin, &state);
	w->state = state;
	if (err != NULL && siglet_err_code(err) == SIGLET_E_UNTRUSTED)
		finding.report.verdict = SIGLET_AUDIT_OTHER_KEY;
	if (err == NULL)
		err = siglet_audit_see(tree, state, &finding);
	if (err == NULL && siglet_audit_verdict_is_good(finding.report.verdict)) {
		finding.report.verdict = SIGLET_AUDIT_INCOMPLETE;
		err = watch_entries(w);
	}
	siglet_audit_finding_count(tree, &finding);
	siglet_audit_state_close(state);
	siglet_audit_finding_tell(w->audit, &finding, err);
	siglet_audit_finding_clear(&finding);
	return NULL;
}

static siglet_err *watch_log(void *context, const audit_log *log)
{
	watching *w = context;
	audit_finding finding;
	siglet_buf bad;
	siglet_err *err;

	siglet_buf_init(&bad, SIGLET_MAX_NOTE_BYTES);
	err = siglet_audit_each_tree(w->audit, log, watch_tree, w, &bad);
	if (err != NULL) {
		siglet_audit_finding_init(&finding, CHECK);
		finding.report.origin = log->name;
		err = siglet_audit_see_bad(w->audit, log, &bad, err, &finding);
		siglet_audit_finding_tell(w->audit, &finding, err);
		siglet_audit_finding_clear(&finding);
	}
	siglet_buf_clear(&bad);
	return NULL;
}

siglet_err *siglet_audit_watch_run(const siglet_audit *audit, const siglet_audit_watch *watch)
{
	watching w = { .audit = audit, .watch = watch };
	siglet_err *err = siglet_audit_rules_check(&watch->rules);

	if (err == NULL)
		err = set_mark(&w);
	if (err == NULL)
		err = siglet_audit_each_log(audit, watch_log, &w);
	siglet_err_free(w.undelivered);
	return err;
}

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
