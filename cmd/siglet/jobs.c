#include "verify.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

/* Many files at once, answered in their order. */

#define MAX_JOBS 64
#define MAX_AHEAD 256 /* answers that may wait for an earlier one: this bounds the memory */

/* Shared by all threads; everything but what is fixed from the start is under the lock. */
typedef struct pool {
	pthread_mutex_t lock;
	pthread_cond_t answered; /* a slot was filled */
	pthread_cond_t printed;	 /* a slot became free */
	verify_work *work;
	void *context;
	size_t count;
	size_t next;			/* the first that nobody has taken */
	size_t first;			/* the first that is not printed yet */
	verify_answer slots[MAX_AHEAD]; /* number n is in slot n % MAX_AHEAD */
	bool filled[MAX_AHEAD];
} pool;

static void count_answer(verify_tally *t, const verify_answer *answer)
{
	if (answer->status == SIGLET_STATUS_OK)
		t->accepted++;
	else if (answer->status == SIGLET_STATUS_REFUSED)
		t->refused++;
	else
		t->failed++;
	t->status = cli_worst(t->status, answer->status);
}

static void *worker(void *shared)
{
	pool *p = shared;

	(void)pthread_mutex_lock(&p->lock);
	while (p->next < p->count) {
		if (p->next >= p->first + MAX_AHEAD) {
			(void)pthread_cond_wait(&p->printed, &p->lock);
			continue;
		}
		const size_t index = p->next++;
		verify_answer *answer = &p->slots[index % MAX_AHEAD];

		(void)pthread_mutex_unlock(&p->lock);
		verify_answer_init(answer);
		p->work(p->context, index, answer);
		(void)pthread_mutex_lock(&p->lock);
		p->filled[index % MAX_AHEAD] = true;
		(void)pthread_cond_signal(&p->answered);
	}
	(void)pthread_mutex_unlock(&p->lock);
	return NULL;
}

/* The thread that writes. */
static void print_in_order(pool *p, siglet_sys_progress *progress, verify_tally *t)
{
	(void)pthread_mutex_lock(&p->lock);
	while (p->first < p->count) {
		const size_t slot = p->first % MAX_AHEAD;

		if (!p->filled[slot]) {
			(void)pthread_cond_wait(&p->answered, &p->lock);
			continue;
		}
		(void)pthread_mutex_unlock(&p->lock);
		siglet_sys_progress_wipe(progress);
		verify_answer_print(&p->slots[slot]);
		siglet_sys_progress_add(progress, 1);
		count_answer(t, &p->slots[slot]);
		verify_answer_clear(&p->slots[slot]);
		(void)pthread_mutex_lock(&p->lock);
		p->filled[slot] = false;
		p->first++;
		(void)pthread_cond_broadcast(&p->printed);
	}
	(void)pthread_mutex_unlock(&p->lock);
}

/* False when not a single thread could be had; then nothing was done. */
static bool run_threads(unsigned jobs, size_t count, verify_work *work, void *context,
			siglet_sys_progress *progress, verify_tally *t)
{
	pool *p = siglet_calloc(1, sizeof(*p));
	pthread_t threads[MAX_JOBS];
	unsigned started = 0;

	if (p == NULL)
		return false;
	p->work = work;
	p->context = context;
	p->count = count;
	if (pthread_mutex_init(&p->lock, NULL) != 0 || pthread_cond_init(&p->answered, NULL) != 0 ||
	    pthread_cond_init(&p->printed, NULL) != 0) {
		free(p);
		return false;
	}
	while (started < jobs && pthread_create(&threads[started], NULL, worker, p) == 0)
		started++;
	if (started > 0)
		print_in_order(p, progress, t);
	for (unsigned i = 0; i < started; i++)
		(void)pthread_join(threads[i], NULL);
	(void)pthread_cond_destroy(&p->printed);
	(void)pthread_cond_destroy(&p->answered);
	(void)pthread_mutex_destroy(&p->lock);
	free(p);
	return started > 0;
}

static void run_alone(size_t count, verify_work *work, void *context, siglet_sys_progress *progress,
		      verify_tally *t)
{
	for (size_t i = 0; i < count; i++) {
		verify_answer answer;

		verify_answer_init(&answer);
		work(context, i, &answer);
		siglet_sys_progress_wipe(progress);
		verify_answer_print(&answer);
		siglet_sys_progress_add(progress, 1);
		count_answer(t, &answer);
		verify_answer_clear(&answer);
	}
}

void verify_run_all(bool quiet, unsigned jobs, size_t count, verify_work *work, void *context,
		    verify_tally *ret_tally)
{
	siglet_sys_progress progress;

	*ret_tally = (verify_tally) { .status = SIGLET_STATUS_OK };
	if (jobs > MAX_JOBS)
		jobs = MAX_JOBS;
	if (jobs > count)
		jobs = (unsigned)count;
	siglet_sys_progress_start(&progress, quiet ? -1 : STDERR_FILENO, "files", count, false);
	if (jobs <= 1 || !run_threads(jobs, count, work, context, &progress, ret_tally))
		run_alone(count, work, context, &progress, ret_tally);
	siglet_sys_progress_wipe(&progress);
}

void verify_allow_many_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

siglet_status verify_run_jobs(const verify_ask *ask, unsigned jobs, size_t count, verify_work *work,
			      void *context)
{
	verify_tally t;

	if (count == 0)
		return cli_fail(NULL, siglet_err_new(SIGLET_E_IO, "nothing to verify was found"));
	if (jobs == 0)
		jobs = siglet_sys_processors();
	verify_run_all(ask->style.quiet, jobs, count, work, context, &t);
	if (!ask->style.quiet && !ask->style.json)
		(void)fprintf(stderr, "siglet: %zu of %zu accepted, %zu refused, %zu not judged\n",
			      t.accepted, count, t.refused, t.failed);
	return t.status;
}
