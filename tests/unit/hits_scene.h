/*
 * hits_scene: a database in a scratch folder, and rows for it.
 */
#ifndef SIGLET_TEST_HITS_SCENE_H
#define SIGLET_TEST_HITS_SCENE_H

#include "hits/hits.h"

#include <signal.h>
#include <sys/wait.h>

#include "../lib/check.h"
#include "sys_scratch.h"

#define ORIGIN "log.example/2025"
#define OTHER_ORIGIN "log.example/2026"
#define NOW INT64_C(1760000000)

static const uint8_t leaf_bytes[64] = { 1, 2, 3 };

static inline siglet_match_record match_at(uint64_t index)
{
	return (siglet_match_record) {
		.origin = siglet_slice_str(ORIGIN),
		.index = index,
		.rule = siglet_slice_str("identity=ci@example.com"),
		.leaf = siglet_slice_of(leaf_bytes, 32),
		.kind = siglet_slice_str("hashedrekord"),
		.api_version = siglet_slice_str("0.0.2"),
		.digest = siglet_slice_str("sha256:00ff"),
		.identity = siglet_slice_str("ci@example.com"),
		.issuer = siglet_slice_str("https://issuer.example"),
		.cert_sha256 = siglet_slice_of(leaf_bytes, 32),
		.not_before_s = NOW - 600,
		.json = siglet_slice_str("{\"index\":7}"),
		.found_s = NOW,
	};
}

static inline siglet_skipped_record skipped_at(uint64_t index)
{
	return (siglet_skipped_record) { .origin = siglet_slice_str(ORIGIN),
					 .index = index,
					 .leaf = siglet_slice_of(leaf_bytes, 32),
					 .reason = siglet_slice_str("not JSON"),
					 .found_s = NOW };
}

static inline siglet_run_record run_of(uint64_t from, uint64_t to)
{
	return (siglet_run_record) { .origin = siglet_slice_str(ORIGIN),
				     .kind = siglet_slice_str("watch"),
				     .started_s = NOW,
				     .ended_s = NOW + 60,
				     .from = from,
				     .to = to,
				     .entries = to - from,
				     .verdict = siglet_slice_str("match") };
}

static inline void need(siglet_err *err)
{
	if (err == NULL)
		return;
	printf("Bail out! %s\n", siglet_err_message(err));
	exit(1);
}

/* Of a name in the scratch folder; without waiting for anybody. */
static inline siglet_hits *open_hits(const char *name)
{
	siglet_hits *hits = NULL;

	need(siglet_hits_open(in_scratch(name), 0, &hits));
	return hits;
}

static inline bool add_match(siglet_hits *hits, uint64_t index)
{
	const siglet_match_record match = match_at(index);
	bool is_new = false;

	need(siglet_hits_add_match(hits, &match, &is_new));
	return is_new;
}

static const siglet_hits_filter everything;

static inline uint64_t matches_in(siglet_hits *hits)
{
	uint64_t count = UINT64_MAX;

	need(siglet_hits_count_matches(hits, &everything, &count));
	return count;
}

static inline uint64_t skipped_in(siglet_hits *hits)
{
	uint64_t count = UINT64_MAX;

	need(siglet_hits_count_skipped(hits, &everything, &count));
	return count;
}

/* ---- other processes ---- */

/* A child says how it goes, a letter at a time. */
typedef struct child {
	pid_t pid;
	int said;
	char all[64]; /* what it said until its end */
	int status;
} child;

static int say_to = -1; /* in the child */

static inline void say(char letter)
{
	if (write(say_to, &letter, 1) != 1)
		_exit(99);
}

/* It ends at once when act does: what its parent had open is not its own to give back. */
static inline child start_child(void (*act)(void *context), void *context)
{
	int ends[2];
	child c;

	(void)fflush(stdout);
	if (pipe(ends) != 0)
		need(siglet_err_new(SIGLET_E_IO, "no pipe"));
	c = (child) { .pid = fork(), .said = ends[0] };
	if (c.pid == 0) {
		say_to = ends[1];
		act(context);
		(void)fflush(stdout);
		(void)raise(SIGKILL);
	}
	(void)close(ends[1]);
	if (c.pid < 0)
		need(siglet_err_new(SIGLET_E_IO, "no child"));
	return c;
}

static inline void end_child(child *c)
{
	const size_t before = strlen(c->all);
	ssize_t more;

	for (size_t at = before; at < sizeof(c->all) - 1; at += (size_t)more) {
		more = read(c->said, c->all + at, sizeof(c->all) - 1 - at);
		if (more <= 0)
			break;
	}
	(void)close(c->said);
	(void)waitpid(c->pid, &c->status, 0);
}

static inline child run_child(void (*act)(void *context), void *context)
{
	child c = start_child(act, context);

	end_child(&c);
	return c;
}

/* The call must fail as I/O does, with these words and the file's name in its message. */
#define OK_REFUSED(call, words, name, ...)                                           \
	do {                                                                         \
		siglet_err *err_ = (call);                                           \
		if (!OK(err_ != NULL && siglet_err_code(err_) == SIGLET_E_IO &&      \
				strstr(siglet_err_message(err_), words) != NULL &&   \
				strstr(siglet_err_message(err_), name) != NULL,      \
			__VA_ARGS__))                                                \
			printf("# got: %s\n",                                        \
			       err_ == NULL ? "success" : siglet_err_message(err_)); \
		siglet_err_free(err_);                                               \
	} while (0)

#endif
