/*
 * audit: audits of a log where the n-th allocation fails, for every n.
 *
 * What is refused with memory must never be told to be good without; what is good may fail, and
 * gives back all it took.
 */
#include <pthread.h>

#include "../lib/deny.h"
#include "../unit/audit_scene.h"

#ifdef CAN_DENY

#define TILED "https://tiled.example"
#define V1 "https://v1.example"

typedef struct lie {
	const char *claim, *from, *state;
	void (*run)(const struct lie *l);
	siglet_audit_lookup lookup;
	const char *file;
	bool good;
} lie;

static bool was_armed;

/* The log has all the memory it wants. */
static void pause_denial(bool is_paused)
{
	if (is_paused)
		was_armed = armed;
	armed = is_paused ? false : was_armed;
}

static void end(siglet_err *err)
{
	siglet_err_free(err);
}

static void look(const lie *l)
{
	const siglet_audit audit = scene_audit(l->from, l->state);

	end(siglet_audit_look_up(&audit, &l->lookup));
}

static void see(const lie *l)
{
	const siglet_audit audit = scene_audit(l->from, l->state);

	end(siglet_audit_consistency(&audit));
}

static void compare(const lie *l)
{
	siglet_audit audit = scene_audit(l->from, l->state);
	const char *const names[] = { in_scratch(l->file) };

	if (l->from == NULL)
		audit.transport = NULL;
	end(siglet_audit_compare(&audit, names, 1));
}

static void sample(const lie *l)
{
	const siglet_audit audit = scene_audit(l->from, l->state);

	end(siglet_audit_sample(&audit, 2, siglet_slice_str("seed")));
}

/* Evidence of each run would fill the folder. */
static int forget_one(const char *path, const struct stat *info, int kind, struct FTW *where)
{
	(void)info;
	(void)kind;
	(void)where;
	return strstr(path, "/evidence/") == NULL ? 0 : remove(path);
}

static void forget_evidence(const char *state)
{
	char folder[512];

	(void)snprintf(folder, sizeof(folder), "%s", in_scratch(state));
	(void)nftw(folder, forget_one, 32, FTW_PHYS);
}

static bool fail_at(const lie *l, uint64_t index, bool *ret_good, int64_t *ret_kept)
{
	const int64_t before = live;

	failed = false;
	until = index;
	armed = true;
	l->run(l);
	armed = false;
	*ret_good = scene.good > 0;
	*ret_kept = live - before;
	forget_evidence(l->state);
	return failed;
}

static void sweep(lie l)
{
	unsigned long failures = 0, good = 0, leaks = 0;
	int64_t kept = 0;
	bool yes = false;

	l.lookup.check = "inclusion";
	l.run(&l);
	OK((scene.good > 0) == l.good, "%s: %s (%s)", l.claim,
	   siglet_audit_verdict_name(scene.verdict), scene.message);
	for (uint64_t n = 0; fail_at(&l, n, &yes, &kept); n++) {
		failures++;
		good += yes;
		if (kept > 0 && fail_at(&l, n, &yes, &kept) && kept > 0)
			leaks++;
	}
	OK(failures > 20, "… %lu allocations fail in turn", failures);
	OK(l.good || good == 0, "… %lu times told to be good", good);
	OK(leaks == 0, "… %lu leaks", leaks);
}

static void spoil(siglet_buf *body)
{
	body->ptr[0] ^= 1;
}

static void put_note(const char *name, scene_tree tree)
{
	siglet_buf note;

	siglet_buf_init(&note, 2000);
	scene_note(&tree, false, &note);
	put_file(name, note.ptr, note.len);
	siglet_buf_clear(&note);
}

static void tiled(void)
{
	static const scene_tree fork = { .size = 20, .fork_at = 10 },
				old = { .size = 9, .fork_at = UINT64_MAX };
	const lie remembered = {
		.claim = "a log", .from = TILED, .state = "s", .run = see, .good = true
	};
	lie l = remembered;

	sweep(remembered);
	l = (lie) { "an entry", TILED, "s", look, { .has_index = true, .index = 3 }, NULL, true };
	sweep(l);
	l.claim = "its hash elsewhere";
	l.lookup.has_leaf = true;
	l.good = false;
	sweep(l);
	l = (lie) { "a hash that is nowhere", TILED, "s", look, { .has_leaf = true }, NULL, false };
	sweep(l);
	l = (lie) { "entries at random", TILED, "s", sample, { 0 }, NULL, true };
	sweep(l);
	put_note("fork", fork);
	put_note("old", old);
	l = (lie) { "another's view", TILED, "s", compare, { 0 }, "old", true };
	sweep(l);
	l.claim = "one of another tree";
	l.file = "fork";
	l.good = false;
	sweep(l);
	l.claim = "the same, offline";
	l.from = NULL;
	sweep(l);
	l = (lie) { "a fork", TILED, "s", see, { 0 }, NULL, false };
	scene_put((scene_other) { .url = "", .times = -1, .tree = &fork });
	sweep(l);
	scene_honest();
	l.claim = "a rollback";
	scene_put((scene_other) { .url = "checkpoint", .times = -1, .tree = &old });
	sweep(l);
	scene_honest();
	l = (lie) { "a tile that is wrong", TILED, "s", look, { .has_index = true }, NULL, false };
	scene_put((scene_other) { .url = "tile/0", .times = -1, .change = spoil });
	sweep(l);
	scene_honest();
}

static void v1(void)
{
	static const scene_tree fork = { .size = 23, .fork_at = 4, .id = 4712 };
	lie l = { "Rekor v1", V1, "v1", see, { 0 }, NULL, true };

	sweep(l);
	l = (lie) { "an entry", V1, "v1", look, { .has_index = true, .index = 7 }, NULL, true };
	sweep(l);
	l.claim = "one that the log does not have";
	l.lookup.index = 99;
	l.good = false;
	sweep(l);
	l.claim = "one under another tree";
	l.lookup.index = 12;
	scene_put((scene_other) { .url = "entries", .times = -1, .tree = &fork });
	scene_put((scene_other) { .url = "proof", .times = -1, .tree = &fork });
	sweep(l);
	scene_honest();
}

int main(void)
{
	scene_begin();
	scene.tree.size = 20;
	scene.pause = pause_denial;
	tiled();
	v1();
	scene_end();
	return tap_done();
}

#else

int main(void)
{
	SKIP("no allocations can be made to fail here");
	return tap_done();
}

#endif
