/*
 * audit_scan: recomputations and watches where the n-th allocation fails, for every n.
 *
 * A log that is wrong is never told to be recomputed, and one with a match in it never to have none;
 * what a run did not come to deliver, the next one does.
 */
#include <pthread.h>

#include "../lib/deny.h"
#include "../unit/audit_scene.h"
#include "../unit/cert_maker.h"

#ifdef CAN_DENY

#define FROM "https://tiled.example"
#define FIRST_MATCH 3
#define SECOND_MATCH 290
#define SIZE 300

static siglet_buf ours; /* an entry that concerns us */
static _Atomic bool was_armed;
static unsigned delivered[SIZE];

static void pause_denial(bool is_paused)
{
	if (is_paused)
		was_armed = armed;
	armed = is_paused ? false : was_armed;
}

static void make_entry(const scene_tree *t, uint64_t index, siglet_buf *out)
{
	(void)t;
	if (index == FIRST_MATCH || index == SECOND_MATCH)
		well(siglet_buf_append(out, siglet_buf_slice(&ours)));
	else
		well(siglet_buf_printf(out, "{\"kind\":\"k\",\"apiVersion\":\"%u\"}",
				       (unsigned)index));
}

static void forget(const char *name)
{
	(void)nftw(in_scratch(name), scratch_remove_one, 32, FTW_DEPTH | FTW_PHYS);
}

static siglet_err *recompute(void)
{
	siglet_audit audit = scene_audit(FROM, NULL);
	const siglet_audit_span span = { .checkpoint = in_scratch("note") };

	audit.jobs = 1;
	return siglet_audit_recompute(&audit, &span);
}

static siglet_err *deliver(void *context, const siglet_audit_match *match)
{
	(void)context;
	delivered[match->index]++;
	return NULL;
}

static siglet_err *watch(void)
{
	static const char *const parts[] = { "acme" };
	siglet_audit audit = scene_audit(FROM, "state");
	const siglet_audit_watch w = {
		.rules = { .subjects = parts, .subject_count = 1 },
		.rules_name = siglet_slice_str("subject=acme"),
		.since = SIGLET_SINCE_INDEX,
		.deliver = deliver,
	};

	audit.jobs = 1;
	return siglet_audit_watch_run(&audit, &w);
}

/* False: nothing was left to fail. */
static bool fail_at(siglet_err *(*run)(void), uint64_t n, int64_t *ret_kept)
{
	const int64_t before = live;
	siglet_err *err;

	failed = false;
	until = n;
	armed = true;
	err = run();
	armed = false;
	siglet_err_free(err);
	*ret_kept = live - before;
	return failed;
}

static void recompute_in_turn(const char *claim, bool good)
{
	unsigned long failures = 0, yes = 0, leaks = 0;
	int64_t kept = 0;

	siglet_err_free(recompute());
	OK((scene.good > 0) == good, "%s: %s (%s)", claim, siglet_audit_verdict_name(scene.verdict),
	   scene.message);
	for (uint64_t n = 0; fail_at(recompute, n, &kept); n++) {
		failures++;
		yes += scene.good > 0;
		if (kept > 0 && fail_at(recompute, n, &kept) && kept > 0) {
			printf("# %u: %d\n", (unsigned)n, (int)kept);
			leaks++;
		}
	}
	OK(failures > 50, "... %lu allocations fail in turn", failures);
	/* An error that has no words is one all the same; what is good may be so without them. */
	OK(good || yes == 0, "... %lu times told to be good", yes);
	OK(leaks == 0, "... %lu leaks", leaks);
}

static void watch_in_turn(bool all_after)
{
	unsigned long failures = 0, passed = 0, missed = 0;
	int64_t kept = 0;
	bool is_failing = true;

	lasts = all_after;
	for (uint64_t n = 0; is_failing; n += 1 + n / 60) {
		forget("state");
		memset(delivered, 0, sizeof(delivered));
		is_failing = fail_at(watch, n, &kept);
		failures += is_failing;
		passed += scene.good > 0;
		lasts = false;
		siglet_err_free(watch());
		lasts = all_after;
		if (delivered[FIRST_MATCH] == 0 || delivered[SECOND_MATCH] == 0) {
			printf("# %u: %u and %u times, then %s (%s)\n", (unsigned)n,
			       delivered[FIRST_MATCH], delivered[SECOND_MATCH],
			       siglet_audit_verdict_name(scene.verdict), scene.message);
			missed++;
		}
	}
	lasts = false;
	OK(failures > 50, "a watch: %lu allocations fail%s", failures,
	   all_after ? ", and all behind them" : "");
	OK(passed == 0, "... %lu times there is no match", passed);
	OK(missed == 0, "... %lu matches are missed for good", missed);
}

static void spoil(siglet_buf *body)
{
	body->ptr[body->len - 1] ^= 1;
}

static void make_ours(void)
{
	EVP_PKEY *key = ec_key("P-256");
	const maker_plan plan = { .key = key,
				  .extensions = with(MAKER_LEAF, "subjectAltName",
						     "email:it@acme.example") };
	siglet_buf der = plan_der(&plan);

	siglet_buf_init(&ours, SIGLET_MAX_ENTRY_BYTES);
	well(siglet_buf_append_str(&ours, "{\"kind\":\"k\",\"apiVersion\":\"1\",\"c\":\""));
	well(siglet_base64_encode(siglet_buf_slice(&der), &ours));
	well(siglet_buf_append_str(&ours, "\"}"));
	siglet_buf_clear(&der);
	EVP_PKEY_free(key);
}

int main(void)
{
	siglet_buf note;

	if (access("/dev/shm", W_OK) == 0)
		(void)snprintf(scratch, sizeof(scratch), "/dev/shm/siglet-scan-XXXXXX");
	scene_begin();
	make_ours();
	scene.tree.size = SIZE;
	scene.make = make_entry;
	scene.pause = pause_denial;
	siglet_buf_init(&note, 2000);
	scene_note(&scene.tree, false, &note);
	put_file("note", note.ptr, note.len);
	siglet_buf_clear(&note);
	recompute_in_turn("a log", true);
	scene_put((scene_other) { .url = "tile/entries/000", .times = -1, .change = spoil });
	recompute_in_turn("a bundle that is wrong", false);
	scene_honest();
	scene_put((scene_other) { .url = "tile/0/000", .times = -1, .change = spoil });
	recompute_in_turn("a tile that is wrong", false);
	scene_honest();
	scene_put((scene_other) { .url = "tile/entries/001", .times = -1, .status = 404 });
	recompute_in_turn("a bundle that is missing", false);
	scene_honest();
	siglet_err_free(watch());
	OK(scene.verdict == SIGLET_AUDIT_MATCH && delivered[FIRST_MATCH] == 1 &&
		   delivered[SECOND_MATCH] == 1,
	   "a watch finds both matches");
	watch_in_turn(false);
	watch_in_turn(true);
	siglet_buf_clear(&ours);
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
