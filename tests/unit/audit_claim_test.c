#include "audit_scene.h"

/* Entries and views under what a log shows: each answer of it that is good, and each that is not. */

#define TILED "https://tiled.example"
#define V1 "https://v1.example"

static void look_up(const char *from, const char *state, siglet_audit_lookup lookup)
{
	const siglet_audit audit = scene_audit(from, state);
	siglet_err *err;

	lookup.check = "inclusion";
	err = siglet_audit_look_up(&audit, &lookup);
	if (err != NULL)
		(void)snprintf(scene.message, sizeof(scene.message), "%s", siglet_err_message(err));
	scene.verdict = err == NULL ? scene.verdict : SIGLET_AUDIT_INCOMPLETE;
	scene.code = err == NULL ? scene.code : siglet_err_code(err);
	siglet_err_free(err);
}

static void at(const char *from, uint64_t index)
{
	look_up(from, "at", (siglet_audit_lookup) { .has_index = true, .index = index });
}

static void by_leaf(const char *from, const siglet_hash32 *leaf)
{
	look_up(from, "at", (siglet_audit_lookup) { .has_leaf = true, .leaf = *leaf });
}

static void found(siglet_audit_verdict verdict, const char *what)
{
	OK(scene.verdict == verdict, "%s: %s, not %s (%s)", what,
	   siglet_audit_verdict_name(verdict), siglet_audit_verdict_name(scene.verdict),
	   scene.message);
}

/* ---- caches ---- */

static void see(const char *state, siglet_audit_verdict verdict, const char *what)
{
	const siglet_audit audit = scene_audit(TILED, state);

	well(siglet_audit_consistency(&audit));
	found(verdict, what);
}

static void caches(void)
{
	static const scene_tree old = { .size = 300, .fork_at = UINT64_MAX };
	static const scene_tree fork = { .size = 300, .fork_at = 100 };

	see("cache", SIGLET_AUDIT_FIRST_SEEN, "the first time");
	scene_put((scene_other) {
		.url = "checkpoint", .times = -1, .from_cache = true, .tree = &old });
	see("cache", SIGLET_AUDIT_CONSISTENT, "an old checkpoint of a cache");
	OK(scene.to.size == 500, "is asked for past it");
	scene_honest();
	scene_put((scene_other) {
		.url = "checkpoint", .times = -1, .from_cache = true, .tree = &fork });
	see("cache", SIGLET_AUDIT_CONSISTENT, "so is an old one that is no other's business");
	scene_honest();
	scene_put((scene_other) { .url = "checkpoint", .times = -1, .tree = &old });
	see("cache", SIGLET_AUDIT_STALE, "one that stays");
	OK(scene.evidence[0] != '\0', "with evidence");
	scene_honest();
	scene_put((scene_other) { .url = "checkpoint", .times = -1, .tree = &fork });
	see("cache", SIGLET_AUDIT_FORK, "one that stays, of another tree");
	scene_honest();
	scene_put((scene_other) { .url = "example/checkpoint",
				  .times = -1,
				  .from_cache = true,
				  .status = 200,
				  .body = strdup("nonsense\n") });
	see("cache", SIGLET_AUDIT_CONSISTENT, "nonsense of a cache");
	scene_honest();
}

static bool evidence_has(const char *text)
{
	siglet_buf json;
	bool has;

	siglet_buf_init(&json, 1u << 20);
	well(siglet_sys_read_file(scene.evidence, &json));
	has = strstr(siglet_buf_text(&json), text) != NULL;
	siglet_buf_clear(&json);
	return has;
}

/* Others have a view of more entries than a cache between us and the log. */
static void others_have_more(void)
{
	static const scene_tree old = { .size = 300, .fork_at = UINT64_MAX };
	static const scene_tree more = { .size = 600, .fork_at = UINT64_MAX };
	const siglet_audit audit = scene_audit(TILED, "behind");
	const char *const names[] = { in_scratch("newer") };
	siglet_buf note;

	siglet_buf_init(&note, 2000);
	scene_note(&scene.tree, false, &note);
	put_file("newer", note.ptr, note.len);
	scene_put((scene_other) {
		.url = "checkpoint", .times = -1, .from_cache = true, .tree = &old });
	well(siglet_audit_compare(&audit, names, 1));
	found(SIGLET_AUDIT_CONSISTENT, "a view of more than a cache has");
	OK(scene.to.size == 500, "is held against what is behind it");
	scene_honest();
	scene_put((scene_other) { .url = "checkpoint", .times = -1, .tree = &old });
	well(siglet_audit_compare(&(siglet_audit) { .log_key = audit.log_key,
						    .transport = audit.transport,
						    .from = audit.from,
						    .tell = audit.tell },
				  names, 1));
	found(SIGLET_AUDIT_STALE, "or than the log shows, without a state");
	scene_honest();
	/* What is behind a cache has less than that: what was shown once is not forgotten. */
	siglet_buf_clear(&note);
	scene_note(&more, false, &note);
	put_file("newer", note.ptr, note.len);
	scene_put((scene_other) {
		.url = "checkpoint", .times = -1, .from_cache = true, .tree = &scene.tree });
	scene_put((scene_other) { .url = "checkpoint", .times = -1, .tree = &old });
	well(siglet_audit_compare(&audit, names, 1));
	found(SIGLET_AUDIT_STALE, "a view of more than anybody shows");
	OK(scene.to.size == 500 && evidence_has("\\n500\\n"),
	   "is held against the most that was shown");
	scene_honest();
	siglet_buf_clear(&note);
}

/* ---- tiles ---- */

static void shorten(siglet_buf *body)
{
	siglet_buf_truncate(body, body->len - 1);
}

static void spoil(siglet_buf *body)
{
	body->ptr[0] ^= 1;
}

static void tiled(void)
{
	siglet_hash32 leaf;

	at(TILED, 0);
	found(SIGLET_AUDIT_INCLUDED, "the first entry");
	at(TILED, 499);
	found(SIGLET_AUDIT_INCLUDED, "the last one");
	at(TILED, 500);
	found(SIGLET_AUDIT_NOT_INCLUDED, "the one behind it");
	look_up(TILED, "at",
		(siglet_audit_lookup) { .has_index = true, .index = 7, .wants_entry = true });
	OK(strcmp(scene.entry, "an entry 7 of 0") == 0, "its bytes: %s", scene.entry);
	look_up(TILED, NULL, (siglet_audit_lookup) { .has_index = true, .index = 7 });
	found(SIGLET_AUDIT_INCLUDED, "without a state");
	scene_leaf(&scene.tree, 3, &leaf);
	look_up(TILED, "at",
		(siglet_audit_lookup) {
			.has_index = true, .index = 3, .has_leaf = true, .leaf = leaf });
	found(SIGLET_AUDIT_INCLUDED, "by place and hash");
	look_up(TILED, "at",
		(siglet_audit_lookup) {
			.has_index = true, .index = 4, .has_leaf = true, .leaf = leaf });
	found(SIGLET_AUDIT_NOT_INCLUDED, "another's hash");
	scene_put((scene_other) { .url = "tile/0/000", .times = -1, .change = spoil });
	at(TILED, 0);
	found(SIGLET_AUDIT_DATA_MISMATCH, "a hash that is wrong");
	at(TILED, 499);
	found(SIGLET_AUDIT_INCLUDED, "elsewhere");
	scene_honest();
	scene_put((scene_other) { .url = "tile/0/000", .times = -1, .change = shorten });
	at(TILED, 0);
	found(SIGLET_AUDIT_INCOMPLETE, "a tile that is cut");
	scene_honest();
	scene_put((scene_other) { .url = "tile/0/000", .times = 1, .status = 404 });
	at(TILED, 0);
	found(SIGLET_AUDIT_INCLUDED, "one that a cache knows nothing of");
	scene_honest();
	scene_put((scene_other) { .url = "tile/0/001.p", .times = -1, .change = spoil });
	at(TILED, 0);
	found(SIGLET_AUDIT_DATA_MISMATCH, "an edge that leads elsewhere");
	scene_honest();
	scene_put((scene_other) { .url = "", .times = -1, .status = 0 });
	at(TILED, 0);
	found(SIGLET_AUDIT_INCOMPLETE, "nobody");
	scene_honest();
}

static void searched(void)
{
	siglet_hash32 leaf, none = { { 1 } };

	scene_leaf(&scene.tree, 258, &leaf);
	by_leaf(TILED, &leaf);
	found(SIGLET_AUDIT_INCLUDED, "by its hash, at the end");
	OK(scene.has_index && scene.index == 258, "where it is");
	scene_leaf(&scene.tree, 0, &leaf);
	by_leaf(TILED, &leaf);
	found(SIGLET_AUDIT_INCLUDED, "at the beginning");
	OK(scene.has_index && scene.index == 0, "where it is");
	by_leaf(TILED, &none);
	found(SIGLET_AUDIT_NOT_INCLUDED, "a hash that is nowhere");
	scene_put((scene_other) { .url = "tile/0/000", .times = -1, .status = 404 });
	by_leaf(TILED, &none);
	found(SIGLET_AUDIT_INCOMPLETE, "nowhere else: a tile is not there to be searched");
	OK(scene.code == SIGLET_E_MISSING, "which is why");
	scene_leaf(&scene.tree, 258, &leaf);
	by_leaf(TILED, &leaf);
	found(SIGLET_AUDIT_INCLUDED, "found beside it");
	scene_honest();
	scene_put((scene_other) { .url = "tile/0/000", .times = -1, .change = spoil });
	by_leaf(TILED, &none);
	found(SIGLET_AUDIT_DATA_MISMATCH, "nor can a wrong one be searched");
	scene_honest();
}

static void spoil_last(siglet_buf *body)
{
	body->ptr[body->len - 1] ^= 1;
}

/* ---- Rekor v1 ---- */

/* A part of the JSON becomes another of the same length. */
static const char *part, *instead;

static void edit(siglet_buf *body)
{
	char *at_part = strstr((char *)body->ptr, part);

	if (at_part != NULL)
		memcpy(at_part, instead, strlen(instead));
}

static void edited(const char *url, const char *what, const char *by, siglet_audit_verdict verdict)
{
	part = what;
	instead = by;
	scene_put((scene_other) { .url = url, .times = -1, .change = edit });
	at(V1, 7);
	OK(scene.verdict == verdict, "%s for %s: %s (%s)", by, what,
	   siglet_audit_verdict_name(scene.verdict), scene.message);
	scene_honest();
}

static void v1(void)
{
	siglet_hash32 leaf;
	char id[100];

	at(V1, 7);
	found(SIGLET_AUDIT_INCLUDED, "an entry of the tree that grows");
	at(V1, 0);
	found(SIGLET_AUDIT_INCLUDED, "of the one before");
	OK(scene.to.size == 5, "under its own root");
	at(V1, 4);
	found(SIGLET_AUDIT_INCLUDED, "its last");
	at(V1, 24);
	found(SIGLET_AUDIT_INCLUDED, "the last of all");
	at(V1, 25);
	found(SIGLET_AUDIT_NOT_INCLUDED, "the one behind it");
	look_up(V1, "at",
		(siglet_audit_lookup) { .has_index = true, .index = 7, .wants_entry = true });
	OK(strcmp(scene.entry, "an entry 2 of 4712") == 0, "its bytes: %s", scene.entry);
	scene_leaf(&scene.trees[0], 2, &leaf);
	by_leaf(V1, &leaf);
	found(SIGLET_AUDIT_INCLUDED, "by its leaf alone");
	OK(scene.index == 2 && scene.to.size == 5, "in the tree that has it");
	for (size_t b = 0; b < sizeof(leaf.bytes); b++)
		(void)snprintf(id + 16 + 2 * b, 3, "%02x", leaf.bytes[b]);
	(void)memcpy(id, "0000000000001267", 16); /* 4711 */
	look_up(V1, "at", (siglet_audit_lookup) { .id = id });
	found(SIGLET_AUDIT_INCLUDED, "by its id");
	look_up(V1, "at", (siglet_audit_lookup) { .id = id + 16 });
	found(SIGLET_AUDIT_INCLUDED, "by the shorter one");
	(void)memcpy(id, "0000000000001268", 16);
	look_up(V1, "at", (siglet_audit_lookup) { .id = id });
	OK(siglet_audit_verdict_is_refusal(scene.verdict), "but not by another tree's");
	(void)memcpy(id, "0000000000001269", 16);
	look_up(V1, "at", (siglet_audit_lookup) { .id = id });
	OK(siglet_audit_verdict_is_refusal(scene.verdict), "nor by one that there is not");
	look_up(V1, "at", (siglet_audit_lookup) { .id = "1267" });
	OK(scene.code == SIGLET_E_USAGE, "nor by what is none");
}

/* The answer about an entry, as if it were another's place. Owned. */
static char *entry_as(const scene_tree *t, uint64_t index, uint64_t global)
{
	siglet_json_writer w;
	siglet_buf json;

	siglet_buf_init(&json, 10000);
	siglet_json_writer_init(&w, &json, 0);
	(void)scene_write_entry(t, index, global, &w);
	well(siglet_json_writer_finish(&w));
	return (char *)json.ptr;
}

static void v1_lies(void)
{
	static const scene_tree more = { .size = 23, .fork_at = UINT64_MAX, .id = 4712 };
	static const scene_tree fork = { .size = 23, .fork_at = 4, .id = 4712 };
	static const scene_tree same = { .size = 20, .fork_at = 1, .id = 4712 };

	edited("entries", "\"logIndex\":7", "\"logIndex\":8", SIGLET_AUDIT_DATA_MISMATCH);
	edited("entries", "\"logIndex\":2", "\"logIndex\":3", SIGLET_AUDIT_DATA_MISMATCH);
	edited("entries", "\"treeSize\":20", "\"treeSize\":19", SIGLET_AUDIT_DATA_MISMATCH);
	edited("entries", "\"verification\"", "\"verificatiom\"", SIGLET_AUDIT_INCOMPLETE);
	edited("entries", "\"hashes\"", "\"hasheS\"", SIGLET_AUDIT_INCOMPLETE);
	edited("entries", "4712\\n20", "4712\\n21", SIGLET_AUDIT_BAD_SIGNATURE);
	edited("entries", "log.example - 4712", "log.example - 4711", SIGLET_AUDIT_BAD_SIGNATURE);
	edited("entries", "\"body\":\"Y", "\"body\":\"Z", SIGLET_AUDIT_DATA_MISMATCH);
	edited("/api/v1/log", "\"treeID\"", "\"treeid\"", SIGLET_AUDIT_INCOMPLETE);
	scene.trees[0].size = 20;
	scene_put((scene_other) { .url = "entries",
				  .times = -1,
				  .status = 200,
				  .body = entry_as(&scene.trees[0], 7, 27) });
	look_up(V1, "same-size", (siglet_audit_lookup) { .has_index = true, .index = 27 });
	found(SIGLET_AUDIT_DATA_MISMATCH, "an entry of the other tree that is in its place");
	OK(scene.evidence[0] == '\0', "which is no fork");
	scene.trees[0].size = 5;
	scene_honest();
	scene_put((scene_other) { .url = "entries", .times = -1, .status = 500 });
	at(V1, 7);
	found(SIGLET_AUDIT_INCOMPLETE, "a server that fails");
	scene_honest();
	scene_put((scene_other) {
		.url = "entries", .times = -1, .status = 404, .body = strdup("{}") });
	at(V1, 7);
	found(SIGLET_AUDIT_NOT_INCLUDED, "a log that does not have it");
	scene_honest();
	scene_put((scene_other) { .url = "entries", .times = -1, .tree = &more });
	scene_put((scene_other) { .url = "proof", .times = -1, .tree = &more });
	at(V1, 7);
	found(SIGLET_AUDIT_INCLUDED, "under a newer root than the one that is shown");
	scene_honest();
	scene_put((scene_other) { .url = "entries", .times = -1, .tree = &fork });
	scene_put((scene_other) { .url = "proof", .times = -1, .tree = &fork });
	at(V1, 12);
	found(SIGLET_AUDIT_FORK, "under the root of another tree");
	OK(scene.evidence[0] != '\0', "with evidence");
	scene_honest();
	scene_put((scene_other) { .url = "entries", .times = -1, .tree = &same });
	at(V1, 12);
	found(SIGLET_AUDIT_FORK, "of the same size");
	scene_honest();
}

/* ---- evidence holds ---- */

static void proves(const char *what)
{
	siglet_audit audit = scene_audit(NULL, NULL);
	char path[512];
	siglet_buf json;

	(void)snprintf(path, sizeof(path), "%s", scene.evidence);
	siglet_buf_init(&json, 1u << 20);
	well(siglet_sys_read_file(path, &json));
	well(siglet_audit_evidence(&audit, path, siglet_buf_slice(&json)));
	found(SIGLET_AUDIT_PROVEN, what);
	siglet_buf_clear(&json);
}

/*
 * Rekor v1 rolled back, and told another story on the way: the first entry behind the smaller tree
 * comes under a third root, which takes the larger one's place in the evidence.
 */
static void v1_rolled_back(void)
{
	static const scene_tree fork = { .size = 15, .fork_at = 4, .id = 4712 };
	static const scene_tree larger = { .size = 22, .fork_at = UINT64_MAX, .id = 4712 };
	const siglet_audit audit = scene_audit(V1, "back");

	well(siglet_audit_consistency(&audit));
	found(SIGLET_AUDIT_FIRST_SEEN, "the first time");
	scene_put((scene_other) { .url = "log/", .times = -1, .tree = &larger });
	scene_put((scene_other) { .url = "api/v1/log", .times = -1, .tree = &fork });
	well(siglet_audit_consistency(&audit));
	found(SIGLET_AUDIT_FORK, "rolled back to another tree");
	proves("which the evidence shows");
	scene_honest();
}

/* ---- another key ---- */

static void two_keys(bool old_first)
{
	witness old = witness_new("log.example");
	const witness *keys[] = { old_first ? &old : &scene.key, old_first ? &scene.key : &old };
	const char *const names[] = { in_scratch("old-note") };
	siglet_witness_policy *policy = NULL;
	const witness now = scene.key;
	siglet_audit audit;
	siglet_buf text;

	siglet_buf_init(&text, 10000);
	for (size_t i = 0; i < 2; i++) {
		well(siglet_buf_append_str(&text, "log "));
		witness_put_vkey(keys[i], 0x01, &text);
		well(siglet_buf_append_str(&text, " " TILED "\n"));
	}
	well(siglet_buf_append_str(&text, "quorum none\n"));
	well(siglet_witness_policy_parse(siglet_buf_slice(&text), &policy));
	siglet_buf_clear(&text);
	scene.key = old;
	scene_note(&scene.tree, false, &text);
	scene.key = now;
	put_file("old-note", text.ptr, text.len);
	audit = scene_audit(NULL, "keys");
	audit.log_key = NULL;
	audit.policy = policy;
	well(siglet_audit_look_up(&audit, &(siglet_audit_lookup) { .check = "inclusion",
								   .has_index = true }));
	found(SIGLET_AUDIT_INCLUDED, "of two keys of one name, under the one in use");
	well(siglet_audit_compare(&audit, names, 1));
	found(SIGLET_AUDIT_OTHER_KEY, "what the other signed is not what was remembered of it");
	audit.state = in_scratch("no-keys");
	well(siglet_audit_compare(&audit, names, 1));
	found(SIGLET_AUDIT_INCOMPLETE, "where nothing was, it is no fault of the log");
	OK(scene.evidence[0] == '\0', "nor evidence");
	siglet_witness_policy_free(policy);
	siglet_buf_clear(&text);
	witness_free(&old);
}

/* ---- many at once ---- */

static void sample(const char *from, size_t count, unsigned jobs)
{
	siglet_audit audit = scene_audit(from, "at");

	audit.jobs = jobs;
	well(siglet_audit_sample(&audit, count, siglet_slice_str("seed")));
}

static void samples(void)
{
	unsigned alone;

	sample(TILED, 200, 1);
	found(SIGLET_AUDIT_INCLUDED, "two hundred entries");
	OK(scene.checked == 200 && scene.told == 1, "each of them");
	scene.requests = 0;
	sample(TILED, 200, 1);
	alone = scene.requests;
	scene.requests = 0;
	sample(TILED, 200, 8);
	found(SIGLET_AUDIT_INCLUDED, "by eight threads");
	OK(scene.checked == 200 && scene.told == 1, "each of them");
	OK(scene.requests > alone, "which read the tree's edge each");
	scene_put((scene_other) { .url = "entries/000", .times = -1, .change = spoil_last });
	sample(TILED, 2000, 8);
	OK(scene.worst == SIGLET_AUDIT_DATA_MISMATCH && scene.verdict == scene.worst,
	   "one that is wrong is found");
	OK(scene.checked + scene.told - 1 == 2000 && scene.told > 1, "and told: %u times",
	   scene.told - 1);
	scene_honest();
	scene_put((scene_other) { .url = "tile/0/000", .times = -1, .status = 404 });
	sample(TILED, 200, 8);
	found(SIGLET_AUDIT_INCOMPLETE, "a tile that is missing");
	OK(scene.checked > 0 && scene.checked < 200 && scene.told == 2, "keeps no other from it");
	scene_honest();
	sample(V1, 50, 8);
	found(SIGLET_AUDIT_INCLUDED, "over both trees of Rekor v1");
	OK(scene.checked == 50, "all of them");
}

/* ---- chance ---- */

static void draws(void)
{
	const siglet_slice seed = siglet_slice_str("seed"), name = siglet_slice_str("log");
	const uint64_t huge = SIGLET_MERKLE_MAX_SIZE;
	uint64_t a[4000], b[4000];
	unsigned counts[5] = { 0 }, upper = 0;
	bool below = true;

	well(siglet_audit_draw(seed, name, 5, 4000, a));
	well(siglet_audit_draw(seed, name, 5, 4000, b));
	OK(memcmp(a, b, sizeof(a)) == 0, "the same for the same seed");
	for (size_t i = 0; i < 4000; i++) {
		below = below && a[i] < 5;
		counts[a[i] % 5]++;
	}
	OK(below, "below the size");
	/* Five of 800 each: the deviation is 25, and this is fixed. */
	for (size_t i = 0; i < 5; i++)
		OK(counts[i] > 700 && counts[i] < 900, "%u of 4000", counts[i]);
	well(siglet_audit_draw(siglet_slice_str("seee"), name, 5, 4000, b));
	OK(memcmp(a, b, sizeof(a)) != 0, "others for another seed");
	well(siglet_audit_draw(seed, siglet_slice_str("lof"), 5, 4000, b));
	OK(memcmp(a, b, sizeof(a)) != 0, "and for another log");
	well(siglet_audit_draw(seed, name, 1, 10, a));
	OK(a[0] == 0 && a[9] == 0, "of one entry that one");
	/* 2^64 is one and a half of this: without rejection the lower half would come twice as often. */
	well(siglet_audit_draw(seed, name, huge / 4 * 3 + 1 + huge / 2, 4000, a));
	for (size_t i = 0; i < 4000; i++)
		upper += a[i] >= (huge / 4 * 3 + 1 + huge / 2) / 2;
	OK(upper > 1880 && upper < 2120, "both halves of a size that does not divide 2^64: %u",
	   upper);
}

int main(void)
{
	scene_begin();
	caches();
	others_have_more();
	tiled();
	searched();
	v1();
	v1_lies();
	v1_rolled_back();
	two_keys(true);
	two_keys(false);
	samples();
	draws();
	scene_end();
	return tap_done();
}
