#include "tiles/tiles_internal.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>

/*
 * Many entries, read by several threads and given out in order. The threads take bundles one after
 * the other and may be a few blocks ahead; the caller's thread waits for a block to be whole,
 * compares it with the tree, and gives it out. Where so much is found that it fills the memory, what
 * there is of a block is given out before it is whole.
 */

#define OPEN_BLOCKS 3 /* being read or waiting to be given out */
#define FIRST_GUESS ((size_t)1 << 20)
#define STOP UINT64_MAX

typedef struct open_block {
	scanned_bundle bundles[SIGLET_SCAN_BUNDLES];
	bool is_read[SIGLET_SCAN_BUNDLES]; /* and not given out yet */
} open_block;

typedef struct pool {
	const siglet_scan *scan;
	uint64_t first, last;	 /* bundles: from first up to, without, last */
	pthread_mutex_t lock;	 /* over what follows */
	pthread_cond_t opened;	 /* a block may be read, or nothing more */
	pthread_cond_t released; /* there is more room */
	pthread_cond_t whole;	 /* there may be something to give out */
	unsigned without_room;	 /* threads that wait for it */
	uint64_t next;		 /* bundle to be read */
	uint64_t given;		 /* bundle that is given out next */
	size_t guess;		 /* bytes of a bundle */
	size_t reserved;	 /* bytes of bundles in flight */
	size_t found;		 /* bytes of findings that were not given out yet */
	unsigned unread;	 /* bundles of the block that is given out next */
	bool has_failed;	 /* what lies ahead is not to be read any more */
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

/* The bundles of its block that come after that one, with it. */
static scan_extent rest_of_block(const pool *p, uint64_t bundle)
{
	const uint64_t last = (block_of(bundle) + 1) * SIGLET_SCAN_BUNDLES;

	return (scan_extent) { bundle, last > p->last ? p->last : last };
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

/* With the lock held. May one more bundle be read, before others are given out? */
static bool is_open(const pool *p)
{
	return block_of(p->next) < block_of(p->given) + OPEN_BLOCKS && p->found <= p->scan->memory;
}

/* The next bundle that is to be read, once it may be. STOP: there is none. */
static uint64_t take_turn(pool *p, size_t *ret_guess)
{
	uint64_t number = STOP;

	(void)pthread_mutex_lock(&p->lock);
	while (!p->is_stopping && !p->has_failed && p->next < p->last && !is_open(p))
		(void)pthread_cond_wait(&p->opened, &p->lock);
	if (!p->is_stopping && !p->has_failed && p->next < p->last)
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

/* What neither other entries nor another answer can mend ends the scan, and soon. */
static bool is_final(const siglet_err *err)
{
	return err != NULL && !siglet_tiles_is_wrong(err);
}

/* With the lock held. */
static void put_bundle(pool *p, uint64_t number, const scanned_bundle *bundle)
{
	open_block *block = place_of(p, block_of(number));

	block->bundles[number % SIGLET_SCAN_BUNDLES] = *bundle;
	block->is_read[number % SIGLET_SCAN_BUNDLES] = true;
	p->found += bundle->weight;
	if (block_of(number) == block_of(p->given))
		p->unread--;
	if (is_final(bundle->err)) {
		p->has_failed = true;
		(void)pthread_cond_broadcast(&p->opened);
	}
	if (p->unread == 0 || p->has_failed || p->found > p->scan->memory)
		(void)pthread_cond_signal(&p->whole);
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
		put_bundle(p, number, &bundle);
		(void)pthread_mutex_unlock(&p->lock);
	}
}

/* ---- the caller's thread ---- */

/* With the lock held. The bundles from the next one on that were read. */
static scan_extent read_so_far(const pool *p)
{
	const open_block *block = place_of(p, block_of(p->given));
	scan_extent e = rest_of_block(p, p->given);
	uint64_t last = e.first;

	while (last < e.last && block->is_read[last % SIGLET_SCAN_BUNDLES])
		last++;
	e.last = last;
	return e;
}

/* A whole block, or as much as there is of it where memory is short, or something failed. */
static scan_extent wait_for_bundles(pool *p)
{
	scan_extent e;

	(void)pthread_mutex_lock(&p->lock);
	while ((e = read_so_far(p)).last < rest_of_block(p, p->given).last &&
	       (e.first == e.last || !(p->has_failed || p->found > p->scan->memory)))
		(void)pthread_cond_wait(&p->whole, &p->lock);
	(void)pthread_mutex_unlock(&p->lock);
	return e;
}

/* With the lock held. */
static unsigned count_unread(const pool *p)
{
	const open_block *block = place_of(p, block_of(p->given));
	const scan_extent e = rest_of_block(p, p->given);
	unsigned count = 0;

	for (uint64_t n = e.first; n < e.last; n++)
		count += !block->is_read[n % SIGLET_SCAN_BUNDLES];
	return count;
}

static void clear_bundles(pool *p, open_block *block, scan_extent e)
{
	(void)pthread_mutex_lock(&p->lock);
	for (uint64_t n = e.first; n < e.last; n++) {
		scanned_bundle *bundle = &block->bundles[n % SIGLET_SCAN_BUNDLES];

		p->found -= bundle->weight;
		block->is_read[n % SIGLET_SCAN_BUNDLES] = false;
		siglet_scan_bundle_clear(p->scan, bundle);
	}
	p->given = e.last;
	p->unread = p->given < p->last ? count_unread(p) : 0;
	(void)pthread_cond_broadcast(&p->opened);
	(void)pthread_mutex_unlock(&p->lock);
}

static siglet_err *give_all(pool *p)
{
	siglet_err *err = NULL;

	while (err == NULL && p->given < p->last) {
		const scan_extent e = wait_for_bundles(p);
		open_block *block = place_of(p, block_of(e.first));

		err = siglet_scan_judge(p->scan, block->bundles, e);
		clear_bundles(p, block, e);
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
	p->unread = count_unread(p);
	err = run_threads(p);
	for (size_t i = 0; i < OPEN_BLOCKS; i++)
		for (size_t n = 0; n < SIGLET_SCAN_BUNDLES; n++)
			siglet_scan_bundle_clear(p->scan, &p->blocks[i].bundles[n]);
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
	p.given = p.first;
	err = start_locks(&p);
	if (err != NULL)
		return err;
	err = run_pool(&p);
	end_locks(&p);
	return err;
}
