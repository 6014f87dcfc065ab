#include "audit/audit_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sys/sys.h"

/* The root of a log from its entries, all of them or a range. */

#define CHECK "log"
#define SCAN_MEMORY ((size_t)40 << 20)
#define SAVE_EVERY_MS 1000
#define SAVE_MIRROR_EVERY_MS 10000
#define MAX_FRONTIER_BYTES 65536
#define MAX_PROBLEMS 20 /* that are told one by one */

typedef struct recomputing {
	const siglet_audit *audit;
	const siglet_audit_span *span;
	const audit_tree *tree;
	const audit_state *state;
	/* The file that says how far; "": none is kept. */
	char frontier[SIGLET_AUDIT_MAX_PATH + 64];
	audit_finding *finding;
	siglet_range range;		 /* of what was read */
	uint64_t total;			 /* entries that are to be read */
	uint64_t bytes;			 /* of its entries */
	uint64_t hits, unknown, skipped; /* of what was looked for */
	uint64_t problems;
	bool has_wrong; /* one at least is no mere lack */
	int64_t saved_ms;
} recomputing;

/* ---- while it reads ---- */

/* Of one bundle: one that is read twice has its bytes, and what is in it, once. */
typedef struct seen {
	uint64_t bytes;
	audit_found *found;
} seen;

static void drop(void *finding)
{
	seen *s = finding;

	siglet_audit_found_free(s->found);
	free(s);
}

static size_t weigh(const void *finding)
{
	const seen *s = finding;

	return sizeof(*s) + siglet_audit_found_weight(s->found);
}

static siglet_err *see(void *context, uint64_t first, const siglet_entries *entries,
		       const siglet_hash32 *leaves, void **ret_finding)
{
	const recomputing *r = context;
	seen *s = siglet_calloc(1, sizeof(*s));
	siglet_err *err = NULL;

	if (s == NULL)
		return siglet_err_nomem();
	for (size_t i = 0; i < entries->count; i++)
		s->bytes += entries->of[i].len;
	if (r->span->watch != NULL)
		err = siglet_audit_find_all(&r->span->watch->rules, r->tree->log, first, entries,
					    leaves, &s->found);
	if (err == NULL)
		*ret_finding = s;
	else
		drop(s);
	return err;
}

static siglet_err *hand_over(recomputing *r, const audit_found *list)
{
	siglet_err *err = NULL;

	for (const audit_found *f = list; err == NULL && f != NULL; f = f->next) {
		bool known = false;

		if (f->reason != NULL) {
			r->skipped++;
			continue;
		}
		err = siglet_audit_found_hand_over(r->tree, r->span->watch, f, &known);
		r->hits++;
		r->unknown += !known;
	}
	return err;
}

/* A mirror is on disk before it is said how far it reaches. */
static siglet_err *write_frontier(const recomputing *r)
{
	siglet_buf json;
	siglet_err *err = NULL;

	siglet_buf_init(&json, MAX_FRONTIER_BYTES);
	if (r->span->mirror != NULL && r->range.end > 0)
		err = siglet_sys_sync_copies(r->span->mirror);
	if (err == NULL)
		err = siglet_audit_frontier_encode(r->tree->fresh.checkpoint.origin, &r->range,
						   &json);
	if (err == NULL)
		err = r->span->mirror != NULL
			      ? siglet_sys_write_copy(r->frontier, siglet_buf_slice(&json))
			      : siglet_sys_write_kept(r->frontier, siglet_buf_slice(&json));
	siglet_buf_clear(&json);
	return err;
}

/* What was wrong once must be read again: the frontier stays before it. */
static siglet_err *save(recomputing *r)
{
	if (r->frontier[0] == '\0' || r->problems > 0)
		return NULL;
	r->saved_ms = siglet_sys_monotonic_ms();
	return write_frontier(r);
}

static bool is_time_to_save(const recomputing *r)
{
	return siglet_sys_monotonic_ms() - r->saved_ms >=
	       (r->span->mirror != NULL ? SAVE_MIRROR_EVERY_MS : SAVE_EVERY_MS);
}

static siglet_err *take(void *context, const siglet_scan_block *block)
{
	recomputing *r = context;
	siglet_err *err = siglet_range_join(&r->range, &block->range);

	for (size_t i = 0; err == NULL && i < block->count; i++) {
		const seen *s = block->findings[i];

		if (s == NULL)
			continue;
		r->bytes += s->bytes;
		err = hand_over(r, s->found);
	}
	if (err != NULL)
		return err;
	r->finding->report.checked += block->end - block->begin;
	if (r->audit->progress != NULL)
		r->audit->progress(r->audit->context, r->finding->report.checked, r->total);
	return is_time_to_save(r) ? save(r) : NULL;
}

/* One report each: an operator wants to know of all that is damaged, not of the first. */
static siglet_err *bear(void *context, siglet_err *err)
{
	recomputing *r = context;
	const siglet_code code = siglet_err_code(err);
	audit_finding problem;

	if (code != SIGLET_E_MISMATCH && code != SIGLET_E_MALFORMED && code != SIGLET_E_MISSING &&
	    code != SIGLET_E_LIMIT)
		return err;
	r->has_wrong = r->has_wrong || code != SIGLET_E_MISSING;
	if (++r->problems > MAX_PROBLEMS)
		return err;
	siglet_audit_finding_init(&problem, CHECK);
	problem.report.verdict =
		code == SIGLET_E_MISSING ? SIGLET_AUDIT_INCOMPLETE : SIGLET_AUDIT_DATA_MISMATCH;
	problem.report.origin = r->tree->fresh.checkpoint.origin;
	siglet_audit_finding_tell(r->audit, &problem, err);
	siglet_audit_finding_clear(&problem);
	return NULL;
}

/* ---- what to read ---- */

static siglet_err *choose_range(const recomputing *r, uint64_t *ret_begin, uint64_t *ret_end)
{
	const siglet_audit_span *span = r->span;
	const uint64_t size = r->tree->fresh.checkpoint.size;

	*ret_begin = 0;
	*ret_end = size;
	if (span->has_shard) {
		siglet_audit_shard(size, span->shard, span->shards, ret_begin, ret_end);
	} else if (span->has_range) {
		*ret_begin = span->begin;
		*ret_end = span->end < size ? span->end : size;
		if (*ret_begin > *ret_end)
			return siglet_err_new(SIGLET_E_USAGE,
					      "the log has %" PRIu64
					      " entries, and the range begins with %" PRIu64,
					      size, span->begin);
	}
	return NULL;
}

static bool is_whole(const siglet_audit_span *span)
{
	return !span->has_range && !span->has_shard;
}

/*
 * A mirror has a frontier of its own, in it: what it lacks must be read, whatever was read before.
 * And who looked at the entries alone did not look at the tiles.
 */
static void name_frontier(recomputing *r)
{
	const siglet_audit_span *span = r->span;

	if (span->mirror != NULL)
		(void)snprintf(r->frontier, sizeof(r->frontier), "%s/frontier.json", span->mirror);
	else if (r->state != NULL && is_whole(span) && span->watch == NULL)
		(void)snprintf(r->frontier, sizeof(r->frontier), "%s/%s",
			       siglet_audit_state_folder(r->state),
			       span->skips_tiles ? "frontier-entries" : "frontier");
}

/* A folder has room for one log; whose it is, is said before the first tile is put there. */
static siglet_err *claim_mirror(recomputing *r)
{
	siglet_source *source = r->tree->source;
	siglet_range so_far;
	bool is_there = false;
	siglet_err *err = siglet_audit_frontier_read(r->frontier, r->tree->fresh.checkpoint.origin,
						     &so_far, &is_there);

	if (err == NULL && !is_there)
		err = write_frontier(r);
	return err == NULL ? siglet_source_set_mirror(source, r->span->mirror) : err;
}

/*
 * Where the last run came to. A log that shrank was refused before; under an older checkpoint, that
 * was given, all is read again.
 */
static siglet_err *find_start(recomputing *r, uint64_t begin)
{
	const uint64_t size = r->tree->fresh.checkpoint.size;
	bool is_there = false;
	siglet_err *err = NULL;

	name_frontier(r);
	siglet_range_init(&r->range, 0);
	if (r->span->mirror != NULL)
		err = claim_mirror(r);
	/* What is looked for is looked for in all of it. */
	if (!is_whole(r->span) || r->span->watch != NULL)
		r->frontier[0] = '\0';
	if (err == NULL && r->frontier[0] != '\0')
		err = siglet_audit_frontier_read(r->frontier, r->tree->fresh.checkpoint.origin,
						 &r->range, &is_there);
	if (err == NULL && r->range.end > size && r->span->checkpoint != NULL) {
		r->frontier[0] = '\0';
		siglet_range_init(&r->range, 0);
	}
	if (err == NULL && r->range.end > size)
		err = siglet_err_new(SIGLET_E_IO,
				     "%s: is ahead of the log, which has %" PRIu64 " entries",
				     r->frontier, size);
	if (err == NULL && !is_whole(r->span))
		siglet_range_init(&r->range, begin);
	return err;
}

/* A frontier that is not of this tree is a file of ours that is damaged, and no fault of the log. */
static siglet_err *check_start(const recomputing *r, siglet_tree *hashes)
{
	siglet_range have;
	siglet_hash32 want_root, have_root;
	siglet_err *err;

	if (r->frontier[0] == '\0' || r->range.end == 0)
		return NULL;
	err = siglet_range_of(0, r->range.end, siglet_tree_look_up, hashes, &have);
	if (err == NULL)
		err = siglet_range_root(&have, &have_root);
	if (err == NULL)
		err = siglet_range_root(&r->range, &want_root);
	if (err == NULL && !siglet_hash32_equal(&have_root, &want_root))
		err = siglet_err_hint(siglet_err_new(SIGLET_E_IO,
						     "%s: is not of the tree that the log signed",
						     r->frontier),
				      "remove it to begin with the first entry again");
	return err;
}

static siglet_err *scan(recomputing *r, siglet_tree *hashes, uint64_t end)
{
	const siglet_scan scan = {
		.source = r->tree->source,
		.tree = hashes,
		.begin = r->range.end,
		.end = end,
		.jobs = siglet_audit_jobs(r->tree),
		.memory = SCAN_MEMORY,
		.checks_tiles = !r->span->skips_tiles,
		.context = r,
		.see = see,
		.drop = drop,
		.weigh = weigh,
		.take = take,
		.bear = bear,
	};

	r->total = end - scan.begin;
	return siglet_scan_run(&scan);
}

/* ---- the end ---- */

static siglet_err *conclude_whole(recomputing *r)
{
	siglet_audit_report *report = &r->finding->report;
	siglet_hash32 root;
	siglet_err *err = siglet_range_root(&r->range, &root);

	if (err != NULL)
		return err;
	if (!siglet_hash32_equal(&root, &r->tree->fresh.checkpoint.root)) {
		report->verdict = SIGLET_AUDIT_DATA_MISMATCH;
		return siglet_err_new(SIGLET_E_MISMATCH,
				      "the entries lead to another root than the signed one");
	}
	err = save(r);
	if (err == NULL)
		err = siglet_source_mirror_checkpoint(r->tree->source, r->tree->fresh.text);
	if (err == NULL)
		report->verdict = SIGLET_AUDIT_RECOMPUTED;
	return err;
}

static siglet_err *write_part(const recomputing *r)
{
	const audit_part part = {
		.origin = r->tree->fresh.checkpoint.origin,
		.head = siglet_audit_head_of(&r->tree->fresh),
		.range = r->range,
		.bytes = r->bytes,
		.hits = r->hits,
		.known = r->hits - r->unknown,
		.skipped = r->skipped,
	};
	siglet_buf json;
	siglet_err *err;

	if (strcmp(r->span->part, "-") == 0)
		return siglet_audit_part_write(&part, &r->finding->part);

	siglet_buf_init(&json, 65536);
	err = siglet_audit_part_write(&part, &json);
	if (err == NULL)
		err = siglet_sys_write_copy(r->span->part, siglet_buf_slice(&json));
	siglet_buf_clear(&json);
	return err;
}

static siglet_err *conclude(recomputing *r)
{
	siglet_err *err = NULL;

	/* What is not served is not found out; it may be there tomorrow. */
	if (r->problems > 0)
		return siglet_err_new(r->has_wrong ? SIGLET_E_MISMATCH : SIGLET_E_MISSING,
				      "%" PRIu64 " problems", r->problems);
	if (is_whole(r->span))
		err = conclude_whole(r);
	if (err == NULL && r->span->part != NULL)
		err = write_part(r);
	if (err == NULL && !is_whole(r->span))
		r->finding->report.verdict = SIGLET_AUDIT_PARTIAL;
	else if (err != NULL && siglet_audit_verdict_is_good(r->finding->report.verdict))
		r->finding->report.verdict = SIGLET_AUDIT_INCOMPLETE;
	r->finding->report.skipped = r->skipped;
	if (err == NULL && r->unknown > 0)
		r->finding->report.verdict = SIGLET_AUDIT_MATCH;
	else if (err == NULL && r->skipped > 0)
		r->finding->report.verdict = SIGLET_AUDIT_INCOMPLETE;
	return err;
}

/* A tile of another length or form is as little the tree's as one with another hash. */
static bool is_wrong(const siglet_err *err)
{
	const siglet_code code = siglet_err_code(err);

	return code == SIGLET_E_MISMATCH || code == SIGLET_E_MALFORMED || code == SIGLET_E_LIMIT;
}

static siglet_err *recompute(recomputing *r)
{
	siglet_tree *hashes = NULL;
	uint64_t begin = 0, end = 0;
	siglet_err *err = choose_range(r, &begin, &end);

	if (err == NULL)
		err = find_start(r, begin);
	if (err == NULL)
		err = siglet_audit_open_tiles(r->tree, &r->tree->fresh, &hashes);
	if (err == NULL)
		err = check_start(r, hashes);
	if (err == NULL)
		err = scan(r, hashes, end);
	if (err == NULL)
		err = conclude(r);
	else if (r->range.end > begin)
		err = siglet_err_wrap(err, "after entry %" PRIu64, r->range.end);
	if (err != NULL && r->finding->report.verdict == SIGLET_AUDIT_INCOMPLETE &&
	    (r->has_wrong || is_wrong(err)))
		r->finding->report.verdict = SIGLET_AUDIT_DATA_MISMATCH;
	siglet_tree_free(hashes);
	return err;
}

/* ---- each tree ---- */

/* Without a state, what the checkpoint says is only compared with what is read. */
static siglet_err *see_first(recomputing *r, audit_tree *tree, audit_state **ret_state)
{
	siglet_err *err = NULL;

	if (r->span->checkpoint == NULL && r->audit->state != NULL)
		err = siglet_audit_state_open(r->audit, tree->log, tree->fresh.checkpoint.origin,
					      ret_state);
	if (err != NULL && siglet_err_code(err) == SIGLET_E_UNTRUSTED)
		r->finding->report.verdict = SIGLET_AUDIT_OTHER_KEY;
	if (err == NULL)
		err = siglet_audit_see(tree, *ret_state, r->finding);
	r->state = *ret_state;
	return err;
}

/* What can't be read entry by entry. */
static siglet_err *check_readable(const audit_tree *tree)
{
	if (tree->source == NULL)
		return siglet_err_hint(siglet_err_new(SIGLET_E_USAGE,
						      "there is nowhere to read this log from"),
				       "--from names its URL or folder");
	if (siglet_audit_has_tiles(tree))
		return NULL;
	if (tree->kind == AUDIT_CT_API)
		return siglet_err_hint(
			siglet_err_new(SIGLET_E_UNSUPPORTED,
				       "a CT log that serves no tiles can't be read in parts"),
			"siglet audit watch --ct reads it in order, and computes its root");
	return siglet_err_hint(siglet_err_new(SIGLET_E_UNSUPPORTED,
					      "a log of Rekor v1 has no tiles: it gives out ten "
					      "entries at a time, and billions can't be read so"),
			       "siglet audit consistency and sample are what can be done with it");
}

static siglet_err *recompute_tree(void *context, audit_tree *tree)
{
	recomputing *r = context;
	audit_state *state = NULL;
	audit_finding finding;
	siglet_source_counts counts;
	siglet_err *err;

	siglet_audit_finding_init(&finding, CHECK);
	finding.report.origin = tree->fresh.checkpoint.origin;
	r->tree = tree;
	r->finding = &finding;
	r->problems = 0;
	r->has_wrong = false;
	r->bytes = r->hits = r->unknown = r->skipped = 0;
	r->frontier[0] = '\0';
	r->saved_ms = siglet_sys_monotonic_ms();
	err = check_readable(tree);
	if (err == NULL)
		err = see_first(r, tree, &state);
	if (err == NULL && siglet_audit_verdict_is_good(finding.report.verdict)) {
		finding.report.verdict = SIGLET_AUDIT_INCOMPLETE;
		err = recompute(r);
	}
	counts = siglet_source_counts_of(tree->source);
	finding.report.requests = counts.requests;
	finding.report.bytes = counts.bytes;
	siglet_audit_state_close(state);
	siglet_audit_finding_tell(r->audit, &finding, err);
	siglet_audit_finding_clear(&finding);
	return NULL;
}

static siglet_err *recompute_log(void *context, const audit_log *log)
{
	recomputing *r = context;
	audit_finding finding;
	siglet_buf bad;
	siglet_err *err;

	siglet_buf_init(&bad, SIGLET_MAX_NOTE_BYTES);
	err = siglet_audit_each_tree(r->audit, log, recompute_tree, r, &bad);
	if (err != NULL) {
		siglet_audit_finding_init(&finding, CHECK);
		finding.report.origin = log->name;
		err = siglet_audit_see_bad(r->audit, log, &bad, err, &finding);
		siglet_audit_finding_tell(r->audit, &finding, err);
		siglet_audit_finding_clear(&finding);
	}
	siglet_buf_clear(&bad);
	return NULL;
}

siglet_err *siglet_audit_recompute(const siglet_audit *audit, const siglet_audit_span *span)
{
	recomputing r = { .audit = audit, .span = span };
	siglet_err *err = span->watch == NULL
				  ? NULL
				  : siglet_audit_rules_check_for(&span->watch->rules, audit);

	if (err != NULL)
		return err;
	if (span->checkpoint != NULL)
		return siglet_audit_tree_under(audit, span->checkpoint, recompute_tree, &r);
	return siglet_audit_each_log(audit, recompute_log, &r);
}

/* ---- how large ---- */

static siglet_err *note_size(void *context, audit_tree *tree)
{
	uint64_t *size = context;

	*size = tree->fresh.checkpoint.size;
	return NULL;
}

typedef struct sizing {
	const siglet_audit *audit;
	uint64_t size;
} sizing;

static siglet_err *size_log(void *context, const audit_log *log)
{
	sizing *s = context;
	siglet_buf bad;
	siglet_err *err;

	siglet_buf_init(&bad, SIGLET_MAX_NOTE_BYTES);
	err = siglet_audit_each_tree(s->audit, log, note_size, &s->size, &bad);
	siglet_buf_clear(&bad);
	return err;
}

siglet_err *siglet_audit_size(const siglet_audit *audit, const char *checkpoint, uint64_t *ret_size)
{
	sizing s = { audit, 0 };
	siglet_err *err = checkpoint != NULL
				  ? siglet_audit_tree_under(audit, checkpoint, note_size, &s.size)
				  : siglet_audit_each_log(audit, size_log, &s);

	if (err == NULL)
		*ret_size = s.size;
	return err;
}
