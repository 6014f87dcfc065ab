#include "audit_scene.h"

/* Ranges of a log: how they are cut, written, read again and put together. */

/* ---- cutting ---- */

static void shards_cover_every_log_once(void)
{
	static const uint64_t sizes[] = { 0,
					  1,
					  65535,
					  65536,
					  65537,
					  200000,
					  16777215,
					  16777216,
					  16777219,
					  78978442,
					  (uint64_t)1 << 40,
					  INT64_MAX };
	static const uint64_t counts[] = { 1, 2, 3, 7, 64, 1000, 65536 };
	bool covers = true, cuts = true, even = true;

	for (size_t s = 0; s < SIGLET_COUNT(sizes); s++)
		for (size_t c = 0; c < SIGLET_COUNT(counts); c++) {
			uint64_t at = 0, least = UINT64_MAX, most = 0;

			for (uint64_t i = 0; i < counts[c]; i++) {
				uint64_t begin = 1, end = 0;

				siglet_audit_shard(sizes[s], i, counts[c], &begin, &end);
				covers = covers && begin == at && end >= begin;
				cuts = cuts && (end % 65536 == 0 || end == sizes[s]);
				if (end < sizes[s] && end - begin < least)
					least = end - begin;
				most = end - begin > most ? end - begin : most;
				at = end;
			}
			covers = covers && at == sizes[s];
			even = even && (least > most || most - least <= (uint64_t)1 << 24);
		}
	OK(covers, "one begins where the other ends, from the first entry to the last");
	OK(cuts, "where subtrees begin");
	OK(even, "about equal");
}

/* ---- one part ---- */

static siglet_err *range_of(uint64_t begin, uint64_t end, siglet_range *ret_range)
{
	return siglet_range_of(begin, end, scene_look_up, &scene.tree, ret_range);
}

static void put_part(const char *name, uint64_t begin, uint64_t end, uint64_t bytes)
{
	audit_part part = { .origin = siglet_slice_str("log.example"), .bytes = bytes };
	siglet_buf json;

	part.head = (siglet_audit_head) { .is_there = true, .size = scene.tree.size };
	scene_root(&scene.tree, &part.head.root);
	well(range_of(begin, end, &part.range));
	siglet_buf_init(&json, 65536);
	well(siglet_audit_part_write(&part, &json));
	put_file(name, json.ptr, json.len);
	siglet_buf_clear(&json);
}

static siglet_err *combine(const char *const *names, size_t count)
{
	siglet_audit audit = scene_audit(NULL, NULL);
	char paths[8][512];
	const char *list[8];

	for (size_t i = 0; i < count; i++) {
		(void)snprintf(paths[i], sizeof(paths[i]), "%s", in_scratch(names[i]));
		list[i] = paths[i];
	}
	return siglet_audit_combine(&audit, in_scratch("note"), list, count);
}

#define COMBINE(...)                                   \
	combine((const char *const[]) { __VA_ARGS__ }, \
		sizeof((const char *const[]) { __VA_ARGS__ }) / sizeof(const char *))

static void any_cuts_fit(void)
{
	bool good = true;

	for (uint64_t a = 0; a <= 500; a += 41)
		for (uint64_t b = a; b <= 500; b += 59) {
			put_part("a", 0, a, 1);
			put_part("b", a, b, 1);
			put_part("c", b, 500, 1);
			siglet_err *err = COMBINE("c", "a", "b");

			good = good && err == NULL && scene.verdict == SIGLET_AUDIT_RECOMPUTED &&
			       scene.checked == 500;
			siglet_err_free(err);
		}
	OK(good, "parts that are cut anywhere lead to the root");
}

static void what_does_not_fit(void)
{
	put_part("a", 0, 100, 1);
	put_part("b", 100, 300, 1);
	put_part("c", 300, 500, 1);
	put_part("b2", 99, 300, 1);
	put_part("all", 0, 500, 1);
	OK_SUCCESS(COMBINE("a", "b", "c"), "they fit");
	OK(scene.verdict == SIGLET_AUDIT_RECOMPUTED, "and lead to the root");
	OK_SUCCESS(COMBINE("a", "c"), "a gap");
	OK(scene.verdict == SIGLET_AUDIT_INCOMPLETE && scene.code == SIGLET_E_MISSING, "%s",
	   scene.message);
	OK_SUCCESS(COMBINE("a", "b2", "c"), "an overlap");
	OK(scene.verdict == SIGLET_AUDIT_INCOMPLETE && scene.code == SIGLET_E_MISMATCH, "%s",
	   scene.message);
	OK_SUCCESS(COMBINE("all", "a"), "one within another");
	OK(!siglet_audit_verdict_is_good(scene.verdict), "%s", scene.message);
	scene.tree.fork_at = 200;
	put_part("b", 100, 300, 1);
	scene.tree.fork_at = UINT64_MAX;
	OK_SUCCESS(COMBINE("a", "b", "c"), "one of a fork");
	OK(scene.verdict == SIGLET_AUDIT_INCOMPLETE && scene.code == SIGLET_E_MISMATCH,
	   "names another root: %s", scene.message);
	OK_ERROR(COMBINE("a", "none"), SIGLET_E_IO, "one that is not there");
	put_file("b", "{}", 2);
	OK_ERROR(COMBINE("a", "b"), SIGLET_E_IO, "one that is none");
}

static void the_same_bytes(void)
{
	siglet_buf first, second;

	siglet_buf_init(&first, 65536);
	siglet_buf_init(&second, 65536);
	put_part("x", 77, 401, 5);
	put_part("y", 77, 401, 5);
	well(siglet_sys_read_kept(in_scratch("x"), &first));
	well(siglet_sys_read_kept(in_scratch("y"), &second));
	OK(siglet_slice_equal(siglet_buf_slice(&first), siglet_buf_slice(&second)),
	   "what is made again is the same");
	siglet_buf_clear(&second);
	siglet_buf_clear(&first);
}

/* Over a range a part counts each byte once, whatever was read twice. */
static void bytes_are_counted_once(void)
{
	siglet_buf first, second;
	siglet_audit audit = scene_audit("https://tiled.example", NULL);
	siglet_audit_span span = { .has_range = true, .begin = 10, .end = 490 };
	char note[512], part[512];

	audit.jobs = 3;
	(void)snprintf(note, sizeof(note), "%s", in_scratch("note"));
	(void)snprintf(part, sizeof(part), "%s", in_scratch("part-1"));
	span.checkpoint = note;
	span.part = part;
	siglet_buf_init(&first, 65536);
	siglet_buf_init(&second, 65536);
	OK_SUCCESS(siglet_audit_recompute(&audit, &span), "a range");
	OK(scene.verdict == SIGLET_AUDIT_PARTIAL, "is under the root");
	well(siglet_sys_read_kept(part, &first));
	scene_put((scene_other) { .url = "entries/000",
				  .times = -1,
				  .from_cache = true,
				  .status = 200,
				  .body = strdup("x") });
	OK_SUCCESS(siglet_audit_recompute(&audit, &span), "read again past a cache");
	OK(scene.verdict == SIGLET_AUDIT_PARTIAL, "it is that range");
	well(siglet_sys_read_kept(part, &second));
	OK(siglet_slice_equal(siglet_buf_slice(&first), siglet_buf_slice(&second)),
	   "and its part has the same bytes");
	scene_honest();
	siglet_buf_clear(&second);
	siglet_buf_clear(&first);
}

int main(void)
{
	siglet_buf note;

	scene_begin();
	siglet_buf_init(&note, 2000);
	scene_note(&scene.tree, false, &note);
	put_file("note", note.ptr, note.len);
	siglet_buf_clear(&note);
	shards_cover_every_log_once();
	any_cuts_fit();
	what_does_not_fit();
	the_same_bytes();
	bytes_are_counted_once();
	scene_end();
	return tap_done();
}
