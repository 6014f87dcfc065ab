#include "audit/audit_internal.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sys/sys.h"

/* The root of a log from its entries, all of them or a range. */

#define CHECK "log"
#define SCAN_MEMORY ((size_t)40 << 20)
#define SAVE_EVERY_MS 1000
#define MAX_PROBLEMS 20 /* that are told one by one */

typedef struct recomputing {
	const siglet_audit *audit;
	const siglet_audit_span *span;
	const audit_tree *tree;
	const audit_state *state;
	char frontier[64]; /* the file of that name; "": none is kept */
	audit_finding *finding;
	siglet_range range; /* of what was read */
	atomic_uint_fast64_t bytes;
	uint64_t hits, unknown, skipped; /* of what was looked for */
	uint64_t problems;
	int64_t saved_ms;
} recomputing;

/* ---- while it reads ---- */

static siglet_err *find_in(const siglet_audit_rules *rules, uint64_t first,
			   const siglet_entries *entries, const siglet_hash32 *leaves,
			   audit_found **ret_list)
{
	audit_found *list = NULL, **end = &list;
	audit_content content;
	siglet_err *err = NULL;

	siglet_audit_content_init(&content);
	for (size_t i = 0; err == NULL && i < entries->count; i++) {
		err = siglet_audit_find(rules, first + i, entries->of[i], &leaves[i], &content,
					end);
		if (err == NULL && *end != NULL)
			end = &(*end)->next;
	}
	siglet_audit_content_clear(&content);
	if (err != NULL)
		siglet_audit_found_free(list);
	else
		*ret_list = list;
	return err;
}

static siglet_err *see(void *context, uint64_t first, const siglet_entries *entries,
		       const siglet_hash32 *leaves, void **ret_finding)
{
	recomputing *r = context;
	audit_found *list = NULL;
	uint64_t bytes = 0;
	siglet_err *err = NULL;

	for (size_t i = 0; i < entries->count; i++)
		bytes += entries->of[i].len;
	(void)atomic_fetch_add_explicit(&r->bytes, bytes, memory_order_relaxed);
	if (r->span->watch != NULL)
		err = find_in(&r->span->watch->rules, first, entries, leaves, &list);
	*ret_finding = list;
	return err;
}

static void drop(void *finding)
{
	siglet_audit_found_free(finding);
}

static siglet_err *hand_over(recomputing *r, const audit_found *found)
{
	const siglet_audit_watch *watch = r->span->watch;
	siglet_audit_match match = {
		.origin = r->tree->fresh.checkpoint.origin,
		.index = found->index,
		.rule = siglet_slice_str(found->rule),
		.kind = siglet_slice_str(found->kind),
		.api_version = siglet_slice_str(found->api_version),
		.digest = siglet_slice_str(found->digest),
		.identity = siglet_slice_str(found->identity),
		.issuer = siglet_slice_str(found->issuer),
	};
	siglet_buf json;
	siglet_err *err;

	siglet_buf_init(&json, SIGLET_AUDIT_MAX_LINE);
	err = siglet_audit_found_describe(r->tree, watch, found, &match.known, &match.chain_ok,
					  &json);
	match.json = siglet_buf_slice(&json);
	if (err == NULL)
		err = watch->deliver(watch->context, &match);
	siglet_buf_clear(&json);
	r->hits++;
	r->unknown += !match.known;
	return err;
}

static siglet_err *hand_over_all(recomputing *r, const siglet_scan_block *block)
{
	siglet_err *err = NULL;

	for (size_t i = 0; err == NULL && i < block->count; i++)
		for (const audit_found *f = block->findings[i]; err == NULL && f != NULL;
		     f = f->next) {
			if (f->reason != NULL)
				r->skipped++;
			else
				err = hand_over(r, f);
		}
	return err;
}

/* What was wrong once must be read again: the frontier stays before it. */
static siglet_err *save(recomputing *r)
{
	if (r->frontier[0] == '\0' || r->problems > 0)
		return NULL;
	r->saved_ms = siglet_sys_monotonic_ms();
	return siglet_audit_frontier_write(r->state, r->frontier, &r->range);
}

static siglet_err *take(void *context, const siglet_scan_block *block)
{
	recomputing *r = context;
	siglet_err *err = hand_over_all(r, block);

	if (err == NULL)
		err = siglet_range_join(&r->range, &block->range);
	if (err == NULL && siglet_sys_monotonic_ms() - r->saved_ms >= SAVE_EVERY_MS)
		err = save(r);
	return err;
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

/* A mirror has a frontier of its own: what it lacks must be read, whatever was read before. */
static siglet_err *name_frontier(recomputing *r)
{
	const siglet_slice mirror = siglet_slice_str(r->span->mirror);
	siglet_hash32 hash;
	siglet_buf hex;
	siglet_err *err;

	/* What is looked for is looked for in all of it. */
	if (r->state == NULL || !is_whole(r->span) || r->span->watch != NULL)
		return NULL;
	if (r->span->mirror == NULL) {
		(void)snprintf(r->frontier, sizeof(r->frontier), "frontier");
		return NULL;
	}
	siglet_buf_init(&hex, 2 * sizeof(hash.bytes));
	err = siglet_sha256(&mirror, 1, hash.bytes);
	if (err == NULL)
		err = siglet_hex_encode(siglet_slice_of(hash.bytes, 4), &hex);
	if (err == NULL)
		(void)snprintf(r->frontier, sizeof(r->frontier), "frontier-%s",
			       siglet_buf_text(&hex));
	siglet_buf_clear(&hex);
	return err;
}

/* Where the last run came to; a log that shrank was refused before. */
static siglet_err *find_start(recomputing *r, uint64_t begin)
{
	siglet_err *err = name_frontier(r);

	siglet_range_init(&r->range, begin);
	if (err == NULL && r->frontier[0] != '\0')
		err = siglet_audit_frontier_read(r->state, r->frontier, &r->range);
	if (err == NULL && r->range.end > r->tree->fresh.checkpoint.size)
		err = siglet_err_new(SIGLET_E_IO,
				     "%s/%s: is ahead of the log, which has %" PRIu64 " entries",
				     siglet_audit_state_folder(r->state), r->frontier,
				     r->tree->fresh.checkpoint.size);
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
		.take = take,
		.bear = bear,
	};

	r->finding->report.checked = end - r->range.end;
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
		.bytes = atomic_load(&r->bytes),
		.hits = r->hits,
		.skipped = r->skipped,
	};
	siglet_buf json;
	siglet_err *err;

	siglet_buf_init(&json, 65536);
	if (strcmp(r->span->part, "-") == 0)
		return siglet_audit_part_write(&part, &r->finding->part);
	err = siglet_audit_part_write(&part, &json);
	if (err == NULL)
		err = siglet_sys_write_copy(r->span->part, siglet_buf_slice(&json));
	siglet_buf_clear(&json);
	return err;
}

static siglet_err *conclude(recomputing *r)
{
	siglet_err *err = NULL;

	if (r->problems > 0) {
		r->finding->report.verdict = SIGLET_AUDIT_DATA_MISMATCH;
		return siglet_err_new(SIGLET_E_MISMATCH, "%" PRIu64 " problems", r->problems);
	}
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

static siglet_err *recompute(recomputing *r)
{
	siglet_tree *hashes = NULL;
	uint64_t begin = 0, end = 0;
	siglet_err *err = choose_range(r, &begin, &end);

	if (err == NULL)
		err = find_start(r, begin);
	if (err == NULL && r->span->mirror != NULL)
		err = siglet_source_set_mirror(r->tree->source, r->span->mirror);
	if (err == NULL)
		err = siglet_tree_open(r->tree->source, r->tree->fresh.checkpoint.size,
				       &r->tree->fresh.checkpoint.root, &hashes);
	if (err == NULL)
		err = scan(r, hashes, end);
	if (err == NULL)
		err = conclude(r);
	else if (r->range.end > begin)
		err = siglet_err_wrap(err, "after entry %" PRIu64, r->range.end);
	if (err != NULL && r->finding->report.verdict == SIGLET_AUDIT_INCOMPLETE &&
	    siglet_err_code(err) == SIGLET_E_MISMATCH)
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
	if (tree->kind == AUDIT_TILED)
		return NULL;
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
	siglet_err *err;

	siglet_audit_finding_init(&finding, CHECK);
	finding.report.origin = tree->fresh.checkpoint.origin;
	r->tree = tree;
	r->finding = &finding;
	r->problems = 0;
	r->hits = r->unknown = r->skipped = 0;
	atomic_store(&r->bytes, 0);
	r->frontier[0] = '\0';
	r->saved_ms = siglet_sys_monotonic_ms();
	err = check_readable(tree);
	if (err == NULL)
		err = see_first(r, tree, &state);
	if (err == NULL && siglet_audit_verdict_is_good(finding.report.verdict)) {
		finding.report.verdict = SIGLET_AUDIT_INCOMPLETE;
		err = recompute(r);
	}
	siglet_audit_finding_count(tree, &finding);
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
	siglet_err *err =
		span->watch == NULL ? NULL : siglet_audit_rules_check(&span->watch->rules);

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
