#include "audit/watch_internal.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/*
 * Through a log that gives out its entries by asking. What comes is hashed in order, from the compact
 * range of all that is before it: a block counts once its last entry is, with the very range that was
 * computed, under a root that the log signed; and all of it once it leads to the root that was fresh.
 */

#define MAX_BATCHES 64 /* of a block */
#define UNASKED_JOBS 8 /* such logs are slow, and not ours */

void siglet_audit_anchor_init(audit_anchor *anchor)
{
	*anchor = (audit_anchor) { .time_s = 0 };
	siglet_audit_view_init(&anchor->view);
	siglet_buf_init(&anchor->body, SIGLET_MAX_BUNDLE_TILE_BYTES);
}

void siglet_audit_anchor_clear(audit_anchor *anchor)
{
	siglet_audit_view_clear(&anchor->view);
	siglet_buf_clear(&anchor->body);
	siglet_audit_anchor_init(anchor);
}

/* ---- batches ---- */

static siglet_err *open_batch(audit_batch *batch, bool is_ct, uint64_t first, size_t count)
{
	*batch = (audit_batch) { .first = first, .count = count };
	batch->found_end = &batch->found;
	siglet_audit_content_init(&batch->content);
	batch->content.is_ct = is_ct;
	siglet_audit_anchor_init(&batch->anchor);
	batch->leaves = siglet_calloc(count, sizeof(*batch->leaves));
	return batch->leaves == NULL ? siglet_err_nomem() : NULL;
}

static void close_batch(audit_batch *batch)
{
	siglet_audit_found_free(batch->found);
	siglet_audit_content_clear(&batch->content);
	siglet_audit_anchor_clear(&batch->anchor);
	free(batch->leaves);
	siglet_err_free(batch->err);
}

siglet_err *siglet_audit_batch_add(const audit_watching *w, audit_batch *batch, siglet_slice body,
				   const siglet_hash32 *leaf)
{
	const uint64_t index = w->tree->offset + batch->first + batch->read;
	siglet_err *err;

	if (batch->read == batch->count)
		return siglet_err_new(SIGLET_E_MALFORMED, "more entries than were asked for");
	err = siglet_audit_find(&w->watch->rules, index, body, leaf, &batch->content,
				batch->found_end);
	if (err != NULL)
		return err;
	if (*batch->found_end != NULL)
		batch->found_end = &(*batch->found_end)->next;
	batch->leaves[batch->read++] = *leaf;
	return NULL;
}

/* ---- a block: read by several threads ---- */

typedef struct walk {
	audit_watching *w;
	const audit_api *api;
	siglet_range range; /* of what was kept, and all before it */
	audit_batch batches[MAX_BATCHES];
	size_t count;
	atomic_size_t next;
} walk;

static siglet_err *read_batch(const walk *k, audit_batch *batch)
{
	siglet_err *err = k->api->read(k->w, batch);

	if (err == NULL && batch->read != batch->count)
		err = siglet_err_new(SIGLET_E_MALFORMED, "%zu entries, not %zu", batch->read,
				     batch->count);
	return err;
}

static void *run_thread(void *context)
{
	walk *k = context;

	for (;;) {
		const size_t i = atomic_fetch_add(&k->next, 1);

		if (i >= k->count)
			return NULL;
		k->batches[i].err = read_batch(k, &k->batches[i]);
		/* What is behind it can't be kept without it. */
		if (k->batches[i].err != NULL)
			atomic_store(&k->next, k->count);
	}
}

/* One thread is this one. */
static void read_block(walk *k)
{
	const unsigned wanted = k->w->audit->jobs > 0 ? k->w->audit->jobs : UNASKED_JOBS;
	pthread_t threads[MAX_BATCHES];
	unsigned started = 0;

	atomic_store(&k->next, 0);
	while (started + 1 < wanted && started + 1 < k->count &&
	       pthread_create(&threads[started], NULL, run_thread, k) == 0)
		started++;
	(void)run_thread(k);
	for (unsigned i = 0; i < started; i++)
		(void)pthread_join(threads[i], NULL);
}

static siglet_err *open_block(walk *k)
{
	const uint64_t left = k->w->tree->fresh.checkpoint.size - k->range.end;
	const uint64_t end = k->range.end + (left < k->api->block ? left : k->api->block);
	siglet_err *err = NULL;

	k->count = 0;
	for (uint64_t first = k->range.end; err == NULL && first < end && k->count < MAX_BATCHES;
	     first += k->api->step) {
		const uint64_t rest = end - first;

		err = open_batch(&k->batches[k->count++], k->w->tree->log->is_ct, first,
				 (size_t)(rest < k->api->step ? rest : k->api->step));
	}
	return err;
}

static void close_block(walk *k)
{
	for (size_t i = 0; i < k->count; i++)
		close_batch(&k->batches[i]);
	k->count = 0;
}

/* ---- is it the log's? ---- */

static bool are_equal(const siglet_range *a, const siglet_range *b)
{
	if (a->begin != b->begin || a->end != b->end || a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!siglet_hash32_equal(&a->nodes[i].hash, &b->nodes[i].hash))
			return false;
	return true;
}

/*
 * The log signed a root above these entries that is not the fresh one's: do the two contradict each
 * other? It is a fork then, and both are kept.
 */
static siglet_err *dispute(const walk *k, const audit_anchor *anchor)
{
	const audit_watching *w = k->w;
	const audit_dispute roots = {
		.first = &w->tree->fresh,
		.second = &anchor->view,
		.from = w->tree->url,
	};
	siglet_err *err = NULL;

	if (anchor->view.text.len > 0)
		err = siglet_audit_settle_dispute(w->tree, w->state, &roots, w->finding);
	if (err != NULL)
		return err;
	return siglet_err_new(SIGLET_E_MISMATCH,
			      "the entries lead to another root than the signed one");
}

static siglet_err *check_root(const walk *k, const siglet_range *range, const audit_anchor *anchor)
{
	siglet_hash32 root;
	siglet_err *err = siglet_range_root(range, &root);

	if (err == NULL && !siglet_hash32_equal(&root, &k->w->tree->fresh.checkpoint.root))
		err = dispute(k, anchor);
	return err;
}

/* Hash what was read of the first count batches; the last entry's anchor must say the same. */
static siglet_err *hash_block(const walk *k, size_t count, const audit_anchor *anchor,
			      siglet_range *ret_range)
{
	const uint64_t last = k->batches[count - 1].first + k->batches[count - 1].count - 1;
	siglet_range range = k->range;
	bool is_same = true;
	siglet_err *err = NULL;

	for (size_t i = 0; err == NULL && i < count; i++)
		for (size_t n = 0; err == NULL && n < k->batches[i].count; n++) {
			const siglet_hash32 *leaf = &k->batches[i].leaves[n];

			if (range.end == last)
				is_same = are_equal(&range, &anchor->before) &&
					  siglet_hash32_equal(leaf, &anchor->leaf);
			err = siglet_range_push(&range, 0, leaf);
		}
	if (err == NULL && !is_same)
		err = siglet_err_new(SIGLET_E_MISMATCH,
				     "entries %" PRIu64 " to %" PRIu64
				     " are not those that the signed root covers",
				     k->w->tree->offset + k->range.end, k->w->tree->offset + last);
	if (err == NULL && range.end == k->w->tree->fresh.checkpoint.size)
		err = check_root(k, &range, anchor);
	if (err == NULL)
		*ret_range = range;
	return err;
}

static siglet_err *keep_block(walk *k, size_t count, const siglet_range *range)
{
	const audit_found *lists[MAX_BATCHES];
	const audit_cursor cursor = {
		.scanned_to = range->end,
		.anchor = k->w->tree->fresh.checkpoint.size,
		.has_range = true,
		.range = *range,
	};
	siglet_err *err;

	for (size_t i = 0; i < count; i++)
		lists[i] = k->batches[i].found;
	err = siglet_audit_keep(k->w, k->range.end, lists, count, &cursor);
	if (err == NULL)
		k->range = *range;
	return err;
}

/* How many batches came, and why not all: one may have been left out for one behind it. */
static siglet_err *count_read(walk *k, size_t *ret_count)
{
	siglet_err *stop = NULL;
	size_t count = 0;

	while (count < k->count && k->batches[count].err == NULL &&
	       k->batches[count].read == k->batches[count].count)
		count++;
	for (size_t i = count; stop == NULL && i < k->count; i++) {
		stop = k->batches[i].err;
		k->batches[i].err = NULL;
	}
	*ret_count = count;
	return count == k->count || stop != NULL
		       ? stop
		       : siglet_err_new(SIGLET_E_INTERNAL, "a batch was not read");
}

/* What came before an error is kept, where it is the log's. */
static siglet_err *take_block(walk *k)
{
	audit_anchor asked, *anchor = &asked;
	siglet_range range;
	size_t count = 0;
	siglet_err *stop = count_read(k, &count), *err = NULL;

	if (count == 0 || (stop != NULL && siglet_err_is_fault(stop)))
		return stop;
	siglet_audit_anchor_init(&asked);
	if (k->batches[count - 1].has_anchor)
		anchor = &k->batches[count - 1].anchor;
	else
		err = k->api->anchor(k->w,
				     k->batches[count - 1].first + k->batches[count - 1].count - 1,
				     &asked);
	if (err == NULL)
		err = hash_block(k, count, anchor, &range);
	if (err == NULL)
		err = keep_block(k, count, &range);
	siglet_audit_anchor_clear(&asked);
	if (err == NULL)
		return stop;
	siglet_err_free(stop);
	return err;
}

/* ---- where it begins ---- */

/* What is before that entry, by a root that the log signed. */
static siglet_err *find_range(const walk *k, uint64_t index, siglet_range *ret_range)
{
	const uint64_t size = k->w->tree->fresh.checkpoint.size;
	audit_anchor anchor;
	siglet_err *err;

	siglet_range_init(ret_range, 0);
	if (index == 0)
		return NULL;
	siglet_audit_anchor_init(&anchor);
	err = k->api->anchor(k->w, index < size ? index : size - 1, &anchor);
	if (err == NULL)
		*ret_range = anchor.before;
	if (err == NULL && index == size)
		err = siglet_range_push(ret_range, 0, &anchor.leaf);
	if (err == NULL && index == size)
		err = check_root(k, ret_range, &anchor);
	siglet_audit_anchor_clear(&anchor);
	return err;
}

/* Has the log before that entry what was looked through there? */
static siglet_err *check_past(walk *k, uint64_t begin)
{
	const audit_cursor *cursor = &k->w->cursor;
	siglet_err *err = find_range(k, begin, &k->range);

	if (err == NULL && k->w->has_cursor && cursor->has_range &&
	    !are_equal(&cursor->range, &k->range))
		err = siglet_err_new(SIGLET_E_MISMATCH,
				     "before entry %" PRIu64
				     " the log has others than those that were looked through",
				     k->w->tree->offset + begin);
	return err;
}

static siglet_err *time_of(audit_watching *w, const audit_api *api, uint64_t index,
			   int64_t *ret_time_s)
{
	audit_anchor anchor;
	siglet_err *err;

	siglet_audit_anchor_init(&anchor);
	err = api->anchor(w, index, &anchor);
	if (err == NULL)
		*ret_time_s = anchor.time_s;
	siglet_audit_anchor_clear(&anchor);
	/* cppcheck-suppress returnDanglingLifetime ; an error borrows nothing */
	return err;
}

static siglet_err *find_time(void *context, uint64_t index, bool *ret_there, int64_t *ret_time_s)
{
	const walk *k = context;
	siglet_err *err = time_of(k->w, k->api, index, ret_time_s);

	*ret_there = err == NULL && *ret_time_s > 0;
	return err;
}

/* The canary of another tree of the log is not looked for in this one. */
static siglet_err *check_canary(const walk *k)
{
	const audit_tree *tree = k->w->tree;
	const uint64_t canary = k->w->watch->canary, size = tree->fresh.checkpoint.size;
	audit_anchor anchor;
	siglet_err *err;

	if (!k->w->watch->has_canary || canary < tree->offset)
		return NULL;
	if (canary - tree->offset >= size)
		return tree->is_active ? siglet_audit_refuse_canary(k->w) : NULL;
	siglet_audit_anchor_init(&anchor);
	err = k->api->anchor(k->w, canary - tree->offset, &anchor);
	if (err == NULL)
		err = siglet_audit_check_canary(k->w, siglet_buf_slice(&anchor.body));
	siglet_audit_anchor_clear(&anchor);
	/* cppcheck-suppress returnDanglingLifetime ; an error borrows nothing */
	return err;
}

static siglet_err *begin_walk(walk *k, uint64_t *ret_begin)
{
	const audit_time_teller tell = { 1, find_time, k };
	siglet_err *err = check_canary(k);

	if (err == NULL)
		err = siglet_audit_find_start(k->w, &tell, ret_begin);
	if (err == NULL) {
		k->w->finding->report.from =
			(siglet_audit_head) { .is_there = true, .size = *ret_begin };
		err = check_past(k, *ret_begin);
	}
	/* Rules that begin at the head have looked at nothing yet, and that is where they stand. */
	if (err == NULL && k->range.end == k->w->tree->fresh.checkpoint.size)
		err = keep_block(k, 0, &k->range);
	return err;
}

siglet_err *siglet_audit_walk(audit_watching *w, const audit_api *api, uint64_t *ret_begin)
{
	walk *k = siglet_calloc(1, sizeof(*k));
	siglet_err *err;

	if (k == NULL)
		return siglet_err_nomem();
	k->w = w;
	k->api = api;
	err = begin_walk(k, ret_begin);
	while (err == NULL && k->range.end < w->tree->fresh.checkpoint.size) {
		err = open_block(k);
		if (err == NULL) {
			read_block(k);
			err = take_block(k);
		}
		close_block(k);
	}
	free(k);
	return err;
}
