#include "audit/audit_internal.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

/*
 * Which entry has this hash? A log of tiles has no index, so the lowest tiles are read from the last
 * one on: what is looked for is most often young. Each thread has a tree of its own, whose size does
 * not depend on the log's.
 */

#define MAX_THREADS 64

typedef struct search {
	siglet_source *source;
	const audit_view *view;
	const siglet_hash32 *leaf;
	atomic_uint_fast64_t left; /* tiles that nobody took yet: the last of them is next */
	atomic_bool is_over;
	pthread_mutex_t lock; /* over what follows */
	bool is_found;
	uint64_t index;
	siglet_err *err; /* the first */
} search;

static void end(search *s, siglet_err *err)
{
	(void)pthread_mutex_lock(&s->lock);
	if (s->err == NULL)
		s->err = err;
	else
		siglet_err_free(err);
	(void)pthread_mutex_unlock(&s->lock);
	atomic_store(&s->is_over, true);
}

static void found(search *s, uint64_t index)
{
	(void)pthread_mutex_lock(&s->lock);
	if (!s->is_found || index > s->index)
		s->index = index;
	s->is_found = true;
	(void)pthread_mutex_unlock(&s->lock);
	atomic_store(&s->is_over, true);
}

static siglet_err *look_into(search *s, siglet_tree *tree, uint64_t number)
{
	const siglet_hash32 *hashes = NULL;
	unsigned width = 0;
	siglet_err *err = siglet_tree_leaves(tree, number, &hashes, &width);

	for (unsigned i = width; err == NULL && i-- > 0;)
		if (siglet_hash32_equal(&hashes[i], s->leaf)) {
			found(s, number * SIGLET_TILE_WIDTH + i);
			break;
		}
	return err;
}

static bool take(search *s, uint64_t *ret_number)
{
	uint_fast64_t left = atomic_load(&s->left);

	while (left > 0 && !atomic_load(&s->is_over))
		if (atomic_compare_exchange_weak(&s->left, &left, left - 1)) {
			*ret_number = left - 1;
			return true;
		}
	return false;
}

static void *work(void *context)
{
	search *s = context;
	siglet_tree *tree = NULL;
	uint64_t number = 0;
	siglet_err *err = siglet_tree_open(s->source, s->view->checkpoint.size,
					   &s->view->checkpoint.root, &tree);

	while (err == NULL && take(s, &number))
		err = look_into(s, tree, number);
	siglet_tree_free(tree);
	if (err != NULL)
		end(s, err);
	return NULL;
}

/* As many as can be had: this one works too. */
static void run(search *s, unsigned jobs)
{
	pthread_t threads[MAX_THREADS];
	unsigned count = 0;

	while (count + 1 < jobs && count < MAX_THREADS &&
	       pthread_create(&threads[count], NULL, work, s) == 0)
		count++;
	(void)work(s);
	for (unsigned i = 0; i < count; i++)
		(void)pthread_join(threads[i], NULL);
}

siglet_err *siglet_audit_search(const audit_tree *tree, const siglet_hash32 *leaf, bool *ret_found,
				uint64_t *ret_index)
{
	const uint64_t size = tree->fresh.checkpoint.size;
	const uint64_t tiles = size / SIGLET_TILE_WIDTH + (size % SIGLET_TILE_WIDTH > 0);
	const unsigned jobs = siglet_audit_jobs(tree);
	search s = { .source = tree->source, .view = &tree->fresh, .leaf = leaf };

	if (pthread_mutex_init(&s.lock, NULL) != 0)
		return siglet_err_nomem();
	atomic_init(&s.left, tiles);
	atomic_init(&s.is_over, false);
	/* No more threads than there are tiles: each reads the tree's edge first. */
	run(&s, jobs < tiles ? jobs : (unsigned)tiles);
	(void)pthread_mutex_destroy(&s.lock);
	/* Only where every tile was read is it certain that it is not there. */
	if (s.err != NULL && !s.is_found)
		return s.err;
	siglet_err_free(s.err);
	*ret_found = s.is_found;
	*ret_index = s.index;
	return NULL;
}
