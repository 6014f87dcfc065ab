/*
 * hits: a database of findings where the n-th allocation fails, for every n.
 *
 * What is said to be kept is there, and what is not is not, in blocks; an error is one of memory or
 * of the file; everything that was taken is given back.
 */
#include "../unit/hits_scene.h"
#include "../lib/deny.h"
#include "sys/sys.h"

#ifdef CAN_DENY

#define ROWS 3

static siglet_err *ignore(void *context, const siglet_match_record *match)
{
	(void)match;
	++*(unsigned *)context;
	return NULL;
}

/* A block, and what was asked of it afterwards. *ret_kept: the commit said yes. */
static siglet_err *work(const char *path, bool *ret_kept, unsigned *ret_seen)
{
	siglet_hits *hits = NULL;
	siglet_skipped_record skipped = skipped_at(ROWS);
	siglet_run_record run = run_of(0, ROWS);
	bool is_new = false;
	siglet_err *err = siglet_hits_open(path, 0, &hits);

	if (err == NULL)
		err = siglet_hits_begin(hits);
	/* The caller goes on after an error: the block must not. */
	for (uint64_t i = 0; err == NULL && i < ROWS; i++) {
		const siglet_match_record match = match_at(i);

		siglet_err_free(siglet_hits_add_match(hits, &match, &is_new));
	}
	if (err == NULL) {
		siglet_err_free(siglet_hits_add_skipped(hits, &skipped, &is_new));
		siglet_err_free(siglet_hits_add_run(hits, &run));
		err = siglet_hits_commit(hits);
		*ret_kept = err == NULL;
	}
	if (err == NULL)
		err = siglet_hits_mark_delivered(hits, skipped.origin, 1, match_at(1).rule, NOW);
	if (err == NULL)
		err = siglet_hits_acknowledge(hits, skipped.origin, 1, NOW);
	if (err == NULL)
		err = siglet_hits_each_match(hits, &everything, ignore, ret_seen);
	siglet_hits_close(hits);
	return err;
}

/* Everything, or nothing, and what was said of it. */
static bool is_consistent(const char *name, bool kept)
{
	siglet_hits *hits = open_hits(name);
	const uint64_t matches = matches_in(hits), skipped = skipped_in(hits);
	const bool all = matches == ROWS && skipped == 1, none = matches == 0 && skipped == 0;
	const bool good = all || (none && !kept);

	if (!good)
		printf("# %s: %u matches, kept: %d\n", name, (unsigned)matches, kept);
	siglet_hits_close(hits);
	return good;
}

static void forget(const char *name)
{
	static const char *const ends[] = { "", "-wal", "-shm", "-journal" };

	for (size_t i = 0; i < SIGLET_COUNT(ends); i++) {
		char path[600];

		(void)snprintf(path, sizeof(path), "%s%s", in_scratch(name), ends[i]);
		(void)unlink(path);
	}
}

static bool fail_at(uint64_t n, bool is_made, unsigned long *wrong, int64_t *ret_kept)
{
	const char *path = in_scratch("hits");
	bool kept = false;
	unsigned seen = 0;
	int64_t before;
	siglet_err *err;

	forget("hits");
	if (is_made)
		siglet_hits_close(open_hits("hits"));
	before = live;
	failed = false;
	until = n;
	armed = true;
	err = work(path, &kept, &seen);
	armed = false;
	/* UNSUPPORTED: the loader had no memory. */
	if (err != NULL && siglet_err_code(err) != SIGLET_E_NOMEM &&
	    siglet_err_code(err) != SIGLET_E_IO && siglet_err_code(err) != SIGLET_E_UNSUPPORTED) {
		printf("# %u: %s: %s\n", (unsigned)n, siglet_code_name(siglet_err_code(err)),
		       siglet_err_message(err));
		*wrong += 1;
	}
	/* An answer that seems whole must be. */
	if (err == NULL && (!kept || seen != ROWS))
		*wrong += 1;
	siglet_err_free(err);
	*ret_kept = live - before;
	if (!is_consistent("hits", kept))
		*wrong += 1;
	return failed;
}

static void sweep(bool is_made)
{
	unsigned long failures = 0, wrong = 0, leaks = 0;
	int64_t kept = 0;

	for (uint64_t n = 0; fail_at(n, is_made, &wrong, &kept); n++) {
		failures++;
		/* What is taken once and kept for the process is not taken again. */
		if (kept > 0 && fail_at(n, is_made, &wrong, &kept) && kept > 0) {
			printf("# %u: %d not given back\n", (unsigned)n, (int)kept);
			leaks++;
		}
	}
	OK(failures > 100, "%s: %lu allocations fail in turn",
	   is_made ? "a file that is there" : "a new file", failures);
	OK(wrong == 0, "... %lu times a block was not as it was said to be", wrong);
	OK(leaks == 0, "... %lu leaks", leaks);
}

int main(void)
{
	/* Thousands of databases: where there is memory for them, no disk has to keep up. */
	if (access("/dev/shm", W_OK) == 0)
		(void)snprintf(scratch, sizeof(scratch), "/dev/shm/siglet-hits-XXXXXX");
	scratch_make();
	siglet_hits_close(open_hits("first")); /* loads what stays */
	lasts = false;
	sweep(true);
	sweep(false);
	lasts = true; /* and all that follow */
	sweep(true);
	return tap_done();
}

#else

int main(void)
{
	SKIP("allocations can't be made to fail in this build");
	return tap_done();
}

#endif
