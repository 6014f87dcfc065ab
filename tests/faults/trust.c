/*
 * trust: updates of trust material where the n-th allocation fails, for every n.
 *
 * What is refused with memory must never be accepted without: a root that too few signed, a way
 * back to older versions, a changed file. What is accepted may fail, and gives back all it took.
 */
#include "../lib/tuf_maker.h"
#include "../lib/deny.h"

#ifdef CAN_DENY

/* Files in the order in which an update wants them; NULL: there is none of that name. */
#define MAX_FILES 8

typedef struct scene {
	const char *claim;
	siglet_slice anchor;
	siglet_slice files[MAX_FILES]; /* an empty one: there is no such file */
	size_t count;
	siglet_slice timestamp, snapshot; /* what was seen before */
	siglet_slice target;		  /* of the file "a" */
} scene;

static siglet_err *fetch(siglet_tuf *tuf, const scene *s)
{
	siglet_tuf_target target;
	bool found = false;
	siglet_err *err = siglet_tuf_find(tuf, siglet_slice_str("a"), &found, &target);

	if (err == NULL && !found)
		err = siglet_err_new(SIGLET_E_MISSING, "no target");
	return err == NULL ? siglet_tuf_target_check(&target, s->target) : err;
}

static siglet_err *update(const scene *s)
{
	siglet_tuf_request request;
	siglet_tuf *tuf = NULL;
	size_t i = 0;
	siglet_err *err = siglet_tuf_new(s->anchor, TUF_NOW, SIGLET_TUF_CURRENT, &tuf);

	if (err == NULL && s->timestamp.len > 0)
		err = siglet_tuf_recall(tuf, s->timestamp, s->snapshot, SIGLET_SLICE_NONE);
	while (err == NULL && i < s->count && siglet_tuf_next(tuf, &request)) {
		err = s->files[i].len == 0 ? siglet_tuf_absent(tuf)
					   : siglet_tuf_feed(tuf, s->files[i]);
		i++;
	}
	if (err == NULL)
		err = fetch(tuf, s);
	siglet_tuf_free(tuf);
	return err;
}

static bool fail_at(const scene *s, uint64_t index, bool *ret_accepted, int64_t *ret_kept)
{
	const int64_t before = live;
	siglet_err *err;

	failed = false;
	until = index;
	armed = true;
	err = update(s);
	armed = false;
	*ret_accepted = err == NULL;
	siglet_err_free(err);
	*ret_kept = live - before;
	return failed;
}

static void sweep(const scene *s, bool good)
{
	unsigned long failures = 0, accepted = 0, leaks = 0;
	siglet_err *err = update(s);
	int64_t kept = 0;
	bool yes = false;

	OK((err == NULL) == good, "%s: %s with memory", s->claim, good ? "accepted" : "refused");
	if (err != NULL)
		printf("# %s\n", siglet_err_message(err));
	siglet_err_free(err);
	for (uint64_t n = 0; fail_at(s, n, &yes, &kept); n++) {
		failures++;
		accepted += yes;
		if (kept > 0 && fail_at(s, n, &yes, &kept) && kept > 0)
			leaks++;
	}
	OK(failures > 100, "… %lu allocations fail in turn", failures);
	OK(good || accepted == 0, "… %lu times accepted", accepted);
	OK(leaks == 0, "… %lu leaks", leaks);
}

int main(void)
{
	char entry[256], hash[65];

	tuf_keys_make();
	tuf_hash(siglet_slice_str("hello"), hash);
	(void)snprintf(entry, sizeof(entry), "\"a\":{\"hashes\":{\"sha256\":\"%s\"},\"length\":5}",
		       hash);
	/* The timestamp's key is on P-256: OpenSSL takes memory for that, and loses errors. */
	static const tuf_signers who = { "abc", "l", "e", "f", 2, TUF_LATER };
	siglet_buf anchor = tuf_root(1, &who, "ab");
	siglet_buf root = tuf_root(2, &who, "ab"), half = tuf_root(2, &who, "a");
	siglet_buf timestamp = tuf_timestamp(2, 2, "", TUF_LATER, "l");
	siglet_buf newer = tuf_timestamp(3, 3, "", TUF_LATER, "l");
	siglet_buf forged = tuf_timestamp(2, 2, "", TUF_LATER, "e");
	siglet_buf old = tuf_timestamp(2, 2, "", TUF_PAST, "l");
	siglet_buf snapshot = tuf_snapshot(2, "\"targets.json\":{\"version\":2}", TUF_LATER, "e");
	siglet_buf snapshot_newer =
		tuf_snapshot(3, "\"targets.json\":{\"version\":3}", TUF_LATER, "e");
	siglet_buf targets = tuf_targets(2, "", entry, TUF_LATER, "f");
	scene s = { .claim = "an update",
		    .anchor = siglet_buf_slice(&anchor),
		    .files = { siglet_buf_slice(&root), SIGLET_SLICE_NONE,
			       siglet_buf_slice(&timestamp), siglet_buf_slice(&snapshot),
			       siglet_buf_slice(&targets) },
		    .count = 5,
		    .target = siglet_slice_str("hello") };

	sweep(&s, true);
	s.claim = "another file";
	s.target = siglet_slice_str("hallo");
	sweep(&s, false);
	s.target = siglet_slice_str("hello");
	s.claim = "a root by one key of two";
	s.files[0] = siglet_buf_slice(&half);
	sweep(&s, false);
	s.files[0] = siglet_buf_slice(&root);
	s.claim = "a timestamp by another's key";
	s.files[2] = siglet_buf_slice(&forged);
	sweep(&s, false);
	s.claim = "an expired timestamp";
	s.files[2] = siglet_buf_slice(&old);
	sweep(&s, false);
	s.files[2] = siglet_buf_slice(&timestamp);
	s.claim = "a way back";
	s.timestamp = siglet_buf_slice(&newer);
	s.snapshot = siglet_buf_slice(&snapshot_newer);
	sweep(&s, false);
	return tap_done();
}

#else

int main(void)
{
	SKIP("allocations can't be made to fail in this build");
	return tap_done();
}

#endif
