#include "tiles/tiles_internal.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/*
 * Many entries, read by several threads and given out in order. The threads take bundles one after
 * the other and may be a few blocks ahead; the caller's thread waits for a block to be whole,
 * compares it with the tree, and gives it out.
 */

#define OPEN_BLOCKS 3 /* being read or waiting to be given out */
#define FIRST_GUESS ((size_t)1 << 20)
#define STOP UINT64_MAX

typedef struct open_block {
	scanned_bundle bundles[SIGLET_SCAN_BUNDLES];
	unsigned done;
} open_block;

typedef struct pool {
	const siglet_scan *scan;
	uint64_t first, last;	 /* bundles: from first up to, without, last */
	pthread_mutex_t lock;	 /* over what follows */
	pthread_cond_t opened;	 /* a block may be read, or nothing more */
	pthread_cond_t released; /* there is more room */
	pthread_cond_t whole;	 /* all of a block was read */
	unsigned without_room;	 /* threads that wait for it */
	uint64_t next;		 /* bundle to be read */
	uint64_t given;		 /* block that is given out now */
	size_t guess;		 /* bytes of a bundle */
	size_t reserved;	 /* bytes of bundles in flight */
	bool is_stopping;
	open_block *blocks; /* OPEN_BLOCKS of them, by number */
} pool;

static uint64_t block_of(uint64_t bundle)
{
	return bundle / SIGLET_SCAN_BUNDLES;
}

static open_block *place_of(const pool *p, uint64_t block)
{
	return &p->blocks[block % OPEN_BLOCKS];
}

typedef struct extent {
	uint64_t first, last; /* bundles of a block that are in the scan */
	unsigned count;
} extent;

static extent extent_of(const pool *p, uint64_t block)
{
	const uint64_t first = block * SIGLET_SCAN_BUNDLES, last = first + SIGLET_SCAN_BUNDLES;

	extent e = { first < p->first ? p->first : first, last > p->last ? p->last : last, 0 };

	e.count = (unsigned)(e.last - e.first);
	return e;
}

/* ---- memory: what is in flight is reserved first ---- */

/* With the lock held. One bundle may always be in flight, whatever its size. */
static bool has_room(const pool *p, size_t bytes)
{
	return p->reserved == 0 || p->reserved + bytes <= p->scan->memory;
}

static bool reserve(pool *p, size_t bytes)
{
	bool stops;

	(void)pthread_mutex_lock(&p->lock);
	p->without_room++;
	while (!p->is_stopping && !has_room(p, bytes))
		(void)pthread_cond_wait(&p->released, &p->lock);
	p->without_room--;
	stops = p->is_stopping;
	if (!stops)
		p->reserved += bytes;
	(void)pthread_mutex_unlock(&p->lock);
	return !stops;
}

static void release(pool *p, size_t bytes)
{
	(void)pthread_mutex_lock(&p->lock);
	p->reserved -= bytes;
	if (p->without_room > 0)
		(void)pthread_cond_broadcast(&p->released);
	(void)pthread_mutex_unlock(&p->lock);
}

/* ---- the threads ---- */

/* The next bundle that is to be read, once its block may be open. STOP: there is none. */
static uint64_t take_turn(pool *p, size_t *ret_guess)
{
	uint64_t number = STOP;

	(void)pthread_mutex_lock(&p->lock);
	while (!p->is_stopping && p->next < p->last && block_of(p->next) >= p->given + OPEN_BLOCKS)
		(void)pthread_cond_wait(&p->opened, &p->lock);
	if (!p->is_stopping && p->next < p->last)
		number = p->next++;
	*ret_guess = p->guess;
	(void)pthread_mutex_unlock(&p->lock);
	return number;
}

/* Bundles of one log are about as large as each other. One that is larger is asked for again. */
static void read_bundle(pool *p, uint64_t number, size_t guess, scanned_bundle *bundle)
{
	size_t max_bytes = guess, bytes = 0;

	for (;;) {
		bool is_too_large;

		*bundle = (scanned_bundle) { .err = NULL };
		if (!reserve(p, max_bytes)) {
			bundle->err = siglet_err_new(SIGLET_E_INTERNAL, "the scan has ended");
			return;
		}
		siglet_scan_bundle_read(p->scan, number, SIGLET_ANY_COPY, max_bytes, bundle,
					&bytes);
		release(p, max_bytes);
		is_too_large = bundle->err != NULL &&
			       siglet_err_code(bundle->err) == SIGLET_E_LIMIT &&
			       max_bytes < SIGLET_MAX_BUNDLE_TILE_BYTES;
		if (!is_too_large)
			break;
		siglet_scan_bundle_clear(p->scan, bundle);
		max_bytes = SIGLET_MAX_BUNDLE_TILE_BYTES;
	}
	/* Twice what came leaves room for what differs. */
	guess = 2 * bytes < FIRST_GUESS ? FIRST_GUESS : 2 * bytes;
	if (guess > SIGLET_MAX_BUNDLE_TILE_BYTES)
		guess = SIGLET_MAX_BUNDLE_TILE_BYTES;
	(void)pthread_mutex_lock(&p->lock);
	if (bundle->err == NULL)
		p->guess = guess;
	(void)pthread_mutex_unlock(&p->lock);
}

static void *run_thread(void *context)
{
	pool *p = context;
	scanned_bundle bundle;
	size_t guess = 0;

	for (;;) {
		const uint64_t number = take_turn(p, &guess);

		if (number == STOP)
			return NULL;
		read_bundle(p, number, guess, &bundle);
		(void)pthread_mutex_lock(&p->lock);
		open_block *block = place_of(p, block_of(number));
		block->bundles[number % SIGLET_SCAN_BUNDLES] = bundle;
		block->done++;
		if (block->done == extent_of(p, block_of(number)).count)
			(void)pthread_cond_signal(&p->whole);
		(void)pthread_mutex_unlock(&p->lock);
	}
}

/* ---- one block ---- */

static siglet_err *push_bundle(const scanned_bundle *bundle, siglet_range *range)
{
	siglet_err *err = NULL;

	if (bundle->leaves == NULL)
		return siglet_range_push(range, SIGLET_TILE_BITS, &bundle->node);
	for (unsigned i = 0; err == NULL && i < bundle->count; i++)
		err = siglet_range_push(range, 0, &bundle->leaves[i]);
	return err;
}

static siglet_err *range_of_bundle(const scanned_bundle *bundle, siglet_range *ret_range)
{
	siglet_range_init(ret_range, bundle->first);
	return push_bundle(bundle, ret_range);
}

static bool are_equal(const siglet_range *a, const siglet_range *b)
{
	if (a->begin != b->begin || a->end != b->end || a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!siglet_hash32_equal(&a->nodes[i].hash, &b->nodes[i].hash))
			return false;
	return true;
}

/* Is it what the tree has there? */
static siglet_err *check_range(const pool *p, const siglet_range *range, bool *ret_is_same)
{
	siglet_range want;
	siglet_err *err = siglet_range_of(range->begin, range->end, siglet_tree_look_up,
					  p->scan->tree, &want);

	if (err == NULL)
		*ret_is_same = are_equal(range, &want);
	return err;
}

static siglet_err *bear(const pool *p, siglet_err *err)
{
	if (err == NULL || p->scan->bear == NULL || siglet_err_is_fault(err))
		return err;
	return p->scan->bear(p->scan->context, err);
}

static siglet_err *no_match(const scanned_bundle *bundle)
{
	const siglet_tile tile = {
		.kind = SIGLET_TILE_ENTRIES,
		.number = bundle->first / SIGLET_TILE_WIDTH,
		.width = SIGLET_TILE_WIDTH,
	};

	return siglet_err_new(SIGLET_E_MISMATCH,
			      "%s: its entries are not those that the signed root covers",
			      siglet_tile_path_of(&tile).text);
}

/* A bundle that is wrong is read once more, past caches. */
static siglet_err *mend_bundle(const pool *p, scanned_bundle *bundle, bool *ret_is_good)
{
	const uint64_t number = bundle->first / SIGLET_TILE_WIDTH;
	siglet_range range;
	size_t bytes = 0;
	siglet_err *err = range_of_bundle(bundle, &range);

	if (err == NULL)
		err = check_range(p, &range, ret_is_good);
	if (err != NULL || *ret_is_good || !siglet_source_is_remote(p->scan->source))
		return err;
	siglet_scan_bundle_clear(p->scan, bundle);
	siglet_scan_bundle_read(p->scan, number, SIGLET_FRESH_COPY, SIGLET_MAX_BUNDLE_TILE_BYTES,
				bundle, &bytes);
	err = bundle->err;
	bundle->err = NULL;
	if (err == NULL)
		err = range_of_bundle(bundle, &range);
	return err == NULL ? check_range(p, &range, ret_is_good) : err;
}

/* Something in the block is wrong: which bundles? ret_is_good: none any more. */
static siglet_err *mend_block(const pool *p, open_block *block, extent e, bool *ret_is_good)
{
	siglet_err *err = NULL;

	*ret_is_good = true;
	for (uint64_t n = e.first; err == NULL && n < e.last; n++) {
		scanned_bundle *bundle = &block->bundles[n % SIGLET_SCAN_BUNDLES];
		bool is_good = false;

		err = mend_bundle(p, bundle, &is_good);
		if (err == NULL && !is_good) {
			*ret_is_good = false;
			err = bear(p, no_match(bundle));
		}
	}
	return err;
}

static siglet_err *build_range(const open_block *block, extent e, siglet_range *ret_range)
{
	siglet_err *err = NULL;

	siglet_range_init(ret_range, block->bundles[e.first % SIGLET_SCAN_BUNDLES].first);
	for (uint64_t n = e.first; err == NULL && n < e.last; n++)
		err = push_bundle(&block->bundles[n % SIGLET_SCAN_BUNDLES], ret_range);
	return err;
}

/* The tile above the block's bundles, which nothing else has read. */
static siglet_err *check_tile_above(const pool *p, const open_block *block, uint64_t number)
{
	siglet_hash32 nodes[SIGLET_TILE_WIDTH];
	const siglet_tile tile = { .level = 1, .number = number, .width = SIGLET_TILE_WIDTH };
	siglet_buf data;
	siglet_err *err = NULL;

	for (unsigned i = 0; i < SIGLET_SCAN_BUNDLES; i++)
		nodes[i] = block->bundles[i].node;
	for (int try = 0; try < 2; try++) {
		siglet_err_free(err);
		siglet_buf_init(&data, SIGLET_TILE_BYTES);
		err = siglet_source_fetch_tile(p->scan->source, &tile,
					       try == 0 ? SIGLET_ANY_COPY : SIGLET_FRESH_COPY,
					       &data);
		if (err == NULL &&
		    (data.len != sizeof(nodes) || memcmp(data.ptr, nodes, sizeof(nodes)) != 0))
			err = siglet_err_new(SIGLET_E_MISMATCH,
					     "%s: its hashes are not those of the entries",
					     siglet_tile_path_of(&tile).text);
		siglet_buf_clear(&data);
		if (err == NULL || !siglet_tiles_may_be_stale(p->scan->source, err))
			break;
	}
	return err;
}

static siglet_err *check_tiles(const pool *p, open_block *block, uint64_t number, extent e)
{
	siglet_err *err = NULL;

	for (uint64_t n = e.first; err == NULL && n < e.last; n++) {
		scanned_bundle *bundle = &block->bundles[n % SIGLET_SCAN_BUNDLES];

		err = bear(p, bundle->tile_err);
		bundle->tile_err = NULL;
	}
	/* Of a part of a block not all nodes are known. */
	if (err == NULL && p->scan->checks_tiles && e.count == SIGLET_SCAN_BUNDLES &&
	    block->bundles[0].leaves == NULL &&
	    block->bundles[SIGLET_SCAN_BUNDLES - 1].leaves == NULL)
		err = bear(p, check_tile_above(p, block, number));
	return err;
}

static siglet_err *first_error(open_block *block, extent e)
{
	for (uint64_t n = e.first; n < e.last; n++) {
		scanned_bundle *bundle = &block->bundles[n % SIGLET_SCAN_BUNDLES];
		siglet_err *err = bundle->err;

		bundle->err = NULL;
		if (err != NULL)
			return err;
	}
	return NULL;
}

static siglet_err *give_out(const pool *p, open_block *block, extent e, const siglet_range *range)
{
	void *findings[SIGLET_SCAN_BUNDLES];
	siglet_scan_block given = {
		.begin = range->begin,
		.end = range->end,
		.range = *range,
		.count = e.count,
		.findings = findings,
	};

	for (uint64_t n = e.first; n < e.last; n++)
		findings[n - e.first] = block->bundles[n % SIGLET_SCAN_BUNDLES].finding;
	return p->scan->take(p->scan->context, &given);
}

/*
 * Where what is wrong is borne, what the tree has is given out in its place: what comes behind it
 * can so be checked too.
 */
static siglet_err *judge_block(const pool *p, open_block *block, uint64_t number)
{
	const extent e = extent_of(p, number);
	siglet_range range;
	bool is_same = false;
	siglet_err *err = first_error(block, e);

	if (err != NULL)
		return err;
	err = check_tiles(p, block, number, e);
	if (err == NULL)
		err = build_range(block, e, &range);
	if (err == NULL)
		err = check_range(p, &range, &is_same);
	if (err == NULL && !is_same)
		err = mend_block(p, block, e, &is_same);
	if (err == NULL && !is_same)
		err = siglet_range_of(range.begin, range.end, siglet_tree_look_up, p->scan->tree,
				      &range);
	else if (err == NULL)
		err = build_range(block, e, &range);
	return err == NULL ? give_out(p, block, e, &range) : err;
}

/* ---- the caller's thread ---- */

static void wait_for_block(pool *p, const open_block *block, uint64_t count)
{
	(void)pthread_mutex_lock(&p->lock);
	while (block->done < count)
		(void)pthread_cond_wait(&p->whole, &p->lock);
	(void)pthread_mutex_unlock(&p->lock);
}

static void clear_block(const pool *p, open_block *block)
{
	for (size_t i = 0; i < SIGLET_SCAN_BUNDLES; i++)
		siglet_scan_bundle_clear(p->scan, &block->bundles[i]);
}

static siglet_err *give_all(pool *p)
{
	siglet_err *err = NULL;

	for (uint64_t number = block_of(p->first); err == NULL && number <= block_of(p->last - 1);
	     number++) {
		open_block *block = place_of(p, number);
		const extent e = extent_of(p, number);

		wait_for_block(p, block, e.count);
		err = judge_block(p, block, number);
		clear_block(p, block);
		(void)pthread_mutex_lock(&p->lock);
		block->done = 0;
		p->given = number + 1;
		(void)pthread_cond_broadcast(&p->opened);
		(void)pthread_mutex_unlock(&p->lock);
	}
	return err;
}

static siglet_err *run_threads(pool *p)
{
	pthread_t threads[SIGLET_SCAN_MAX_JOBS];
	unsigned started = 0;
	siglet_err *err = NULL;

	while (started < p->scan->jobs && started < SIGLET_SCAN_MAX_JOBS &&
	       pthread_create(&threads[started], NULL, run_thread, p) == 0)
		started++;
	if (started == 0)
		err = siglet_err_new(SIGLET_E_NOMEM, "no thread can be started");
	else
		err = give_all(p);
	(void)pthread_mutex_lock(&p->lock);
	p->is_stopping = true;
	(void)pthread_cond_broadcast(&p->opened);
	(void)pthread_cond_broadcast(&p->released);
	(void)pthread_mutex_unlock(&p->lock);
	for (unsigned i = 0; i < started; i++)
		(void)pthread_join(threads[i], NULL);
	return err;
}

static siglet_err *run_pool(pool *p)
{
	siglet_err *err;

	p->blocks = siglet_calloc(OPEN_BLOCKS, sizeof(*p->blocks));
	if (p->blocks == NULL)
		return siglet_err_nomem();
	err = run_threads(p);
	for (size_t i = 0; i < OPEN_BLOCKS; i++)
		clear_block(p, &p->blocks[i]);
	free(p->blocks);
	return err;
}

static siglet_err *start_locks(pool *p)
{
	pthread_cond_t *const conditions[] = { &p->opened, &p->released, &p->whole };
	size_t made = 0;

	if (pthread_mutex_init(&p->lock, NULL) != 0)
		return siglet_err_nomem();
	while (made < SIGLET_COUNT(conditions) && pthread_cond_init(conditions[made], NULL) == 0)
		made++;
	if (made == SIGLET_COUNT(conditions))
		return NULL;
	while (made > 0)
		(void)pthread_cond_destroy(conditions[--made]);
	(void)pthread_mutex_destroy(&p->lock);
	return siglet_err_nomem();
}

static void end_locks(pool *p)
{
	(void)pthread_cond_destroy(&p->opened);
	(void)pthread_cond_destroy(&p->released);
	(void)pthread_cond_destroy(&p->whole);
	(void)pthread_mutex_destroy(&p->lock);
}

siglet_err *siglet_scan_run(const siglet_scan *scan)
{
	pool p = {
		.scan = scan,
		.first = scan->begin / SIGLET_TILE_WIDTH,
		.last = (scan->end + SIGLET_TILE_WIDTH - 1) / SIGLET_TILE_WIDTH,
		.guess = FIRST_GUESS,
	};
	siglet_err *err;

	if (scan->begin > scan->end || scan->end > siglet_tree_size(scan->tree))
		return siglet_err_new(SIGLET_E_RANGE,
				      "entries %" PRIu64 " to %" PRIu64 " of a tree of %" PRIu64,
				      scan->begin, scan->end, siglet_tree_size(scan->tree));
	if (scan->begin == scan->end)
		return NULL;
	p.next = p.first;
	p.given = block_of(p.first);
	err = start_locks(&p);
	if (err != NULL)
		return err;
	err = run_pool(&p);
	end_locks(&p);
	return err;
}
