#include "audit/watch_internal.h"

#include <stdlib.h>

/*
 * What came into a log since the last time, and whom it concerns. A block of entries counts once it
 * is known to be the log's: then its matches are kept on disk, then the cursor moves behind it, and
 * then the matches are handed over. Wherever the end comes, the next run goes on there.
 */

#define CHECK "watch"
#define SCAN_MEMORY ((size_t)40 << 20)

/* ---- by the threads ---- */

static siglet_err *see(void *context, uint64_t first, const siglet_entries *entries,
		       const siglet_hash32 *leaves, void **ret_finding)
{
	const audit_watching *w = context;
	audit_found *list = NULL;
	siglet_err *err = siglet_audit_find_all(&w->watch->rules, w->tree->log, first, entries,
						leaves, &list);

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

static siglet_err *take(void *context, const siglet_scan_block *block)
{
	const audit_found *lists[SIGLET_SCAN_BUNDLES];
	audit_watching *w = context;
	const audit_cursor cursor = {
		.scanned_to = block->end,
		.anchor = siglet_tree_size(w->hashes),
	};

	for (size_t i = 0; i < block->count; i++)
		lists[i] = block->findings[i];
	return siglet_audit_keep(w, block->begin, lists, block->count, &cursor);
}

/* ---- a log of tiles ---- */

/* When the youngest certificate of a bundle was made. */
typedef struct bundle_time {
	bool is_there;
	int64_t time_s;
} bundle_time;

typedef struct telling {
	const audit_log *log;
	bundle_time found;
} telling;

static siglet_err *see_time(void *context, uint64_t first, const siglet_entries *entries,
			    const siglet_hash32 *leaves, void **ret_finding)
{
	const telling *t = context;
	bundle_time *found = siglet_calloc(1, sizeof(*found));
	audit_content content;
	siglet_err *err = NULL;

	(void)first;
	(void)leaves;
	if (found == NULL)
		return siglet_err_nomem();
	siglet_audit_content_init(&content);
	content.is_ct = t->log->is_ct;
	for (size_t i = 0; err == NULL && i < entries->count; i++) {
		siglet_glance glance;

		err = siglet_audit_content_read(entries->of[i], &content);
		if (err == NULL && content.cert_count > 0) {
			err = siglet_cert_glance(content.certs[0], content.is_tbs, &glance);
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
	telling *t = context;

	if (block->count > 0 && block->findings[0] != NULL)
		t->found = *(const bundle_time *)block->findings[0];
	return NULL;
}

static siglet_err *time_of(void *context, uint64_t begin, bool *ret_there, int64_t *ret_time_s)
{
	const audit_watching *w = context;
	const uint64_t size = siglet_tree_size(w->hashes);
	telling t = { .log = w->tree->log };
	const siglet_scan scan = {
		.source = w->tree->source,
		.tree = w->hashes,
		.begin = begin,
		.end = size - begin < SIGLET_TILE_WIDTH ? size : begin + SIGLET_TILE_WIDTH,
		.jobs = 1,
		.memory = SCAN_MEMORY,
		.context = &t,
		.see = see_time,
		.drop = free,
		.take = take_time,
	};
	siglet_err *err = siglet_scan_run(&scan);

	*ret_there = t.found.is_there;
	*ret_time_s = t.found.time_s;
	return err;
}

static siglet_err *check_canary(audit_watching *w)
{
	siglet_buf body;
	siglet_err *err;

	if (!w->watch->has_canary)
		return NULL;
	if (w->watch->canary >= siglet_tree_size(w->hashes))
		return siglet_audit_refuse_canary(w);
	siglet_buf_init(&body, SIGLET_MAX_BUNDLE_TILE_BYTES);
	err = siglet_tree_entry(w->hashes, w->watch->canary, &body);
	if (err == NULL)
		err = siglet_audit_check_canary(w, siglet_buf_slice(&body));
	siglet_buf_clear(&body);
	return err;
}

static siglet_err *scan(audit_watching *w, uint64_t begin)
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

	return siglet_scan_run(&scan);
}

static siglet_err *watch_tiled(audit_watching *w, uint64_t *ret_begin)
{
	const audit_time_teller teller = { SIGLET_TILE_WIDTH, time_of, w };
	siglet_err *err = siglet_audit_tree_hashes(w->tree, &w->hashes);

	if (err == NULL)
		err = check_canary(w);
	if (err == NULL)
		err = siglet_audit_find_start(w, &teller, ret_begin);
	if (err == NULL) {
		w->finding->report.from =
			(siglet_audit_head) { .is_there = true, .size = *ret_begin };
		err = scan(w, *ret_begin);
	}
	w->hashes = NULL;
	return err;
}

/* ---- one tree ---- */

/* Also a tile or bundle of another length or form is none that the signed root covers. */
static bool is_wrong(const audit_watching *w, const siglet_err *err)
{
	const siglet_code code = siglet_err_code(err);

	return code == SIGLET_E_MISMATCH ||
	       (siglet_audit_has_tiles(w->tree) &&
		(code == SIGLET_E_MALFORMED || code == SIGLET_E_LIMIT));
}

static void conclude(audit_watching *w, const siglet_err *err)
{
	siglet_audit_report *report = &w->finding->report;

	/* What was found counts, however the run ended; but a log that lies is worse. */
	if (report->verdict == SIGLET_AUDIT_FORK)
		return;
	if (w->unknown > 0)
		report->verdict = SIGLET_AUDIT_MATCH;
	else if (err != NULL && is_wrong(w, err))
		report->verdict = SIGLET_AUDIT_DATA_MISMATCH;
	else if (err == NULL && report->skipped == 0)
		report->verdict = SIGLET_AUDIT_NO_MATCH;
}

static siglet_err *read_entries(audit_watching *w, uint64_t *ret_begin)
{
	switch (w->tree->kind) {
	case AUDIT_TILED:
	case AUDIT_CT_TILED:
		return watch_tiled(w, ret_begin);
	case AUDIT_REKOR_V1:
		return siglet_audit_walk(w, &siglet_audit_api_v1, ret_begin);
	case AUDIT_CT_API:
		return siglet_audit_walk(w, &siglet_audit_api_ct, ret_begin);
	}
	return siglet_err_new(SIGLET_E_INTERNAL, "no such kind of log");
}

static siglet_err *watch_entries(audit_watching *w)
{
	siglet_audit_report *report = &w->finding->report;
	uint64_t begin = 0;
	siglet_err *err = siglet_audit_open_database(w), *later;

	if (err != NULL)
		return err;
	err = w->unread;
	w->unread = NULL;
	if (err == NULL)
		err = read_entries(w, &begin);
	/* Also what an earlier run found and did not come to hand over. */
	later = siglet_audit_deliver(w);
	if (err == NULL)
		err = later;
	else
		siglet_err_free(later);
	conclude(w, err);
	later = siglet_audit_keep_run(w, begin);
	if (err == NULL && later != NULL) {
		report->verdict = w->unknown > 0 ? SIGLET_AUDIT_MATCH : SIGLET_AUDIT_INCOMPLETE;
		err = later;
	} else {
		siglet_err_free(later);
	}
	siglet_hits_close(w->hits);
	w->hits = NULL;
	return err;
}

static siglet_err *watch_state(audit_watching *w, audit_tree *tree)
{
	siglet_audit_report *report = &w->finding->report;
	siglet_err *err = siglet_audit_see(tree, w->state, w->finding);

	if (err != NULL || !siglet_audit_verdict_is_good(report->verdict))
		return err;
	report->verdict = SIGLET_AUDIT_INCOMPLETE;
	return watch_entries(w);
}

/* What an earlier tree has of these rules decides where a later one begins: it is read first. */
static siglet_err *open_state(audit_watching *w, const audit_tree *tree, audit_state **ret_state)
{
	siglet_err *err = siglet_audit_state_open(w->audit, tree->log,
						  tree->fresh.checkpoint.origin, ret_state);

	w->has_cursor = false;
	if (err != NULL && siglet_err_code(err) == SIGLET_E_UNTRUSTED)
		w->finding->report.verdict = SIGLET_AUDIT_OTHER_KEY;
	if (err == NULL)
		w->unread = siglet_audit_cursor_read(*ret_state, w->watch->rules_name, &w->cursor,
						     &w->has_cursor);
	w->is_earlier_unknown = w->is_earlier_unknown || err != NULL || w->unread != NULL;
	return err;
}

static void forget_errors(audit_watching *w)
{
	siglet_err_free(w->undelivered);
	siglet_err_free(w->unread);
	w->undelivered = w->unread = NULL;
}

static siglet_err *watch_tree(void *context, audit_tree *tree)
{
	audit_watching *w = context;
	audit_state *state = NULL;
	audit_finding finding;
	siglet_err *err;

	siglet_audit_finding_init(&finding, CHECK);
	finding.report.origin = tree->fresh.checkpoint.origin;
	w->tree = tree;
	w->finding = &finding;
	w->unknown = 0;
	forget_errors(w);
	err = open_state(w, tree, &state);
	w->state = state;
	if (err == NULL)
		err = watch_state(w, tree);
	w->has_earlier = w->has_earlier || w->has_cursor;
	siglet_audit_finding_count(tree, &finding);
	siglet_audit_state_close(state);
	siglet_audit_finding_tell(w->audit, &finding, err);
	siglet_audit_finding_clear(&finding);
	return NULL;
}

static siglet_err *find_earlier(void *context, siglet_slice origin)
{
	audit_watching *w = context;
	bool is_there = false;
	siglet_err *err =
		siglet_audit_cursor_is_there(w->audit, origin, w->watch->rules_name, &is_there);

	w->has_earlier = w->has_earlier || is_there;
	return err;
}

/* In which order a log shows its trees is its own affair: a new one may come before those it had. */
static siglet_err *watch_trees(audit_watching *w, const audit_log *log, siglet_buf *ret_bad)
{
	siglet_err *err;

	w->has_earlier = w->is_earlier_unknown = false;
	err = siglet_audit_state_each(w->audit, log, NULL, 0, find_earlier, w);
	return err == NULL
		       ? siglet_audit_each_tree_left(w->audit, log, CHECK, watch_tree, w, ret_bad)
		       : err;
}

static siglet_err *watch_log(void *context, const audit_log *log)
{
	audit_watching *w = context;
	audit_finding finding;
	siglet_buf bad;
	siglet_err *err;

	siglet_buf_init(&bad, SIGLET_MAX_NOTE_BYTES);
	err = watch_trees(w, log, &bad);
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
	audit_watching w = { .audit = audit, .watch = watch };
	siglet_err *err = siglet_audit_rules_check_for(&watch->rules, audit);

	if (err == NULL)
		err = siglet_audit_each_log(audit, watch_log, &w);
	if (err == NULL)
		siglet_audit_tell_unusable(audit, CHECK);
	forget_errors(&w);
	return err;
}
