/*
 * trust: updates of trust material where the n-th allocation fails, for every n.
 *
 * What is refused with memory must never be accepted without: a root that too few signed, a way
 * back to older versions, a changed file. What is accepted may fail, and gives back all it took.
 */
#include "../lib/tuf_maker.h"
#include "../lib/deny.h"
#include "store/store.h"

#ifdef CAN_DENY

/* Files in the order in which an update wants them; NULL: there is none of that name. */
#define MAX_FILES 8

typedef struct scene scene;

struct scene {
	const char *claim;
	siglet_err *(*update)(const scene *s);
	siglet_slice anchor;
	siglet_slice files[MAX_FILES]; /* an empty one: there is no such file */
	size_t count;
	siglet_slice timestamp, snapshot; /* what was seen before */
	siglet_slice target;		  /* of the file "a" */
	siglet_pack *kept, *offered;	  /* in place of all these, for a whole update */
};

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
	while (err == NULL && i < s->count) {
		err = siglet_tuf_next(tuf, &request);
		if (err != NULL)
			break;
		err = s->files[i].len == 0 ? siglet_tuf_absent(tuf)
					   : siglet_tuf_feed(tuf, s->files[i]);
		i++;
	}
	if (err == NULL)
		err = fetch(tuf, s);
	siglet_tuf_free(tuf);
	return err;
}

/* The whole of it, as the store does it. */
static siglet_err *update_store(const scene *s)
{
	static const char *const wanted[] = { "a", NULL };
	const siglet_pack *offered = s->offered;
	const siglet_instance instance = { .name = "acme",
					   .metadata_url = "repo:/",
					   .targets_url = "repo:/targets/",
					   .anchor = s->anchor };
	const siglet_store_source source = { .instance = &instance,
					     .fetch = siglet_store_fetch_from_pack,
					     .context = &offered,
					     .now_s = TUF_NOW,
					     .wanted = wanted };
	siglet_pack *pack = NULL;
	siglet_err *err = siglet_store_update(&source, s->kept, &pack);

	siglet_pack_free(pack);
	return err;
}

static bool fail_at(const scene *s, uint64_t index, bool *ret_accepted, int64_t *ret_kept)
{
	const int64_t before = live;
	siglet_err *err;

	failed = false;
	until = index;
	armed = true;
	err = s->update(s);
	armed = false;
	*ret_accepted = err == NULL;
	siglet_err_free(err);
	*ret_kept = live - before;
	return failed;
}

static void sweep(const scene *s, bool good)
{
	unsigned long failures = 0, accepted = 0, leaks = 0;
	siglet_err *err = s->update(s);
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

/* ---- whole updates ---- */

static void put(siglet_pack *pack, siglet_pack_part part, const char *name, siglet_slice bytes)
{
	tuf_need(siglet_pack_put(pack, part, name, bytes));
}

static void clear_packs(scene *s)
{
	siglet_pack_free(s->kept);
	siglet_pack_free(s->offered);
	s->kept = s->offered = NULL;
}

/* A repository with what the keys of the anchor signed, without the roots after it. */
static void make_packs(scene *s)
{
	static const char *const names[] = { "timestamp.json", "snapshot.json", "targets.json" };

	tuf_need(siglet_pack_new(&s->kept));
	tuf_need(siglet_pack_new(&s->offered));
	for (size_t i = 0; i < SIGLET_COUNT(names); i++)
		put(s->offered, SIGLET_PACK_METADATA, names[i], s->files[i + 2]);
	put(s->offered, SIGLET_PACK_TARGETS, "a", s->target);
}

/* What the next root has taken from a key must not come back, whoever tells of that root. */
static void sweep_rotations(scene *s, siglet_slice rotated)
{
	s->update = update_store;
	s->claim = "a whole update";
	make_packs(s);
	sweep(s, true);
	s->claim = "a key that the kept root has no more";
	put(s->kept, SIGLET_PACK_METADATA, "2.root.json", rotated);
	sweep(s, false);
	clear_packs(s);
	s->claim = "a key that the offered root has no more";
	make_packs(s);
	put(s->offered, SIGLET_PACK_METADATA, "2.root.json", rotated);
	sweep(s, false);
	clear_packs(s);
	s->update = update;
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
	static const tuf_signers other = { "abc", "d", "e", "f", 2, TUF_LATER };
	siglet_buf anchor = tuf_root(1, &who, "ab");
	siglet_buf root = tuf_root(2, &who, "ab"), half = tuf_root(2, &who, "a");
	siglet_buf rotated = tuf_root(2, &other, "ab");
	siglet_buf anchor_ed = tuf_root(1, &other, "ab");
	siglet_buf timestamp_ed = tuf_timestamp(2, 2, "", TUF_LATER, "d");
	siglet_buf newer_ed = tuf_timestamp(3, 3, "", TUF_LATER, "d");
	siglet_buf timestamp = tuf_timestamp(2, 2, "", TUF_LATER, "l");
	siglet_buf newer = tuf_timestamp(3, 3, "", TUF_LATER, "l");
	siglet_buf forged = tuf_timestamp(2, 2, "", TUF_LATER, "e");
	siglet_buf old = tuf_timestamp(2, 2, "", TUF_PAST, "l");
	siglet_buf snapshot = tuf_snapshot(2, "\"targets.json\":{\"version\":2}", TUF_LATER, "e");
	siglet_buf snapshot_newer =
		tuf_snapshot(3, "\"targets.json\":{\"version\":3}", TUF_LATER, "e");
	siglet_buf targets = tuf_targets(2, "", entry, TUF_LATER, "f");
	scene s = { .claim = "an update",
		    .update = update,
		    .anchor = siglet_buf_slice(&anchor),
		    .files = { siglet_buf_slice(&root), SIGLET_SLICE_NONE,
			       siglet_buf_slice(&timestamp), siglet_buf_slice(&snapshot),
			       siglet_buf_slice(&targets) },
		    .count = 5,
		    .target = siglet_slice_str("hello") };

	sweep(&s, true);
	sweep_rotations(&s, siglet_buf_slice(&rotated));
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
	sweep(&s, false);
	s.claim = "a way back behind a snapshot";
	s.snapshot = siglet_buf_slice(&snapshot_newer);
	sweep(&s, false);
	s.claim = "a way back, by Ed25519";
	s.anchor = siglet_buf_slice(&anchor_ed);
	s.files[0] = SIGLET_SLICE_NONE;
	s.files[1] = siglet_buf_slice(&timestamp_ed);
	s.files[2] = siglet_buf_slice(&snapshot);
	s.files[3] = siglet_buf_slice(&targets);
	s.count = 4;
	s.timestamp = siglet_buf_slice(&newer_ed);
	s.snapshot = SIGLET_SLICE_NONE;
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
