#include "audit_scene.h"
#include "cert_maker.h"

/* A watch misses nothing, whatever fails, and tells each match until somebody has it. */

#define FROM "https://tiled.example"
#define SIZE 1100
#define EVERY_DAY 40 /* entries */
#define FIRST 33
#define SECOND 540
#define GARBAGE 700

static siglet_buf entries[SIZE];

static void make_entry(const scene_tree *t, uint64_t index, siglet_buf *out)
{
	/* A fork has the entry before in the place of each. */
	well(siglet_buf_append(
		out, siglet_buf_slice(&entries[index >= t->fork_at ? index - 1 : index])));
}

/* Of a certificate that begins on that day of January 2025; 0: in 2001. */
static void put_entry(size_t index, EVP_PKEY *key, const char *name, size_t day)
{
	char time[32];
	const maker_plan plan = { .key = key,
				  .not_before = time,
				  .extensions = with(MAKER_LEAF, "subjectAltName", name) };
	siglet_buf der;

	(void)snprintf(time, sizeof(time), day == 0 ? "20010101000000Z" : "202501%02u000000Z",
		       (unsigned)day);
	der = plan_der(&plan);
	siglet_buf_clear(&entries[index]);
	siglet_buf_init(&entries[index], SIGLET_MAX_ENTRY_BYTES);
	well(siglet_buf_printf(&entries[index], "{\"kind\":\"k\",\"apiVersion\":\"%u\",\"c\":\"",
			       (unsigned)index));
	well(siglet_base64_encode(siglet_buf_slice(&der), &entries[index]));
	well(siglet_buf_append_str(&entries[index], "\"}"));
	siglet_buf_clear(&der);
}

static void make_entries(EVP_PKEY *key)
{
	for (size_t i = 0; i < SIZE; i++)
		put_entry(i, key,
			  i == FIRST || i == SECOND ? "email:it@acme.example" : "email:x@y.example",
			  1 + i / EVERY_DAY);
	siglet_buf_truncate(&entries[GARBAGE], 10);
	scene.make = make_entry;
	scene.tree.size = SIZE;
}

/* ---- a run ---- */

typedef struct delivery {
	unsigned first, second, other, known;
	bool fails;
	bool is_marked; /* the rule is told as it is, without what the database has behind it */
} delivery;

static siglet_err *deliver(void *context, const siglet_audit_match *match)
{
	delivery *d = context;

	d->first += match->index == FIRST;
	d->second += match->index == SECOND;
	d->other += match->index != FIRST && match->index != SECOND;
	d->known += match->known;
	d->is_marked = d->is_marked || memchr(match->rule.ptr, '@', match->rule.len) != NULL;
	return d->fails ? siglet_err_new(SIGLET_E_IO, "nobody takes it") : NULL;
}

static siglet_audit_watch plan(delivery *d)
{
	static const char *const parts[] = { "acme" };

	return (siglet_audit_watch) {
		.rules = { .subjects = parts, .subject_count = 1 },
		.rules_name = siglet_slice_str("subject=acme"),
		.since = SIGLET_SINCE_INDEX,
		.deliver = deliver,
		.context = d,
	};
}

static siglet_err *watch(const siglet_audit_watch *w, const char *state)
{
	siglet_audit audit = scene_audit(FROM, state);

	audit.jobs = 3;
	return siglet_audit_watch_run(&audit, w);
}

static bool has_cursor_at(const char *state, uint64_t at)
{
	char want[64], command[600], text[400] = "";
	FILE *pipe;

	(void)snprintf(want, sizeof(want), "\"scanned_to\":%u,", (unsigned)at);
	(void)snprintf(command, sizeof(command), "cat %s/*/cursor-*.json", in_scratch(state));
	pipe = popen(command, "r");
	if (pipe != NULL) {
		(void)!fread(text, 1, sizeof(text) - 1, pipe);
		(void)pclose(pipe);
	}
	return strstr(text, want) != NULL;
}

/* ---- claims ---- */

static void matches_are_told_until_somebody_has_them(void)
{
	delivery d = { .fails = true };
	siglet_audit_watch w = plan(&d);

	OK_SUCCESS(watch(&w, "told"), "a first run");
	OK(scene.verdict == SIGLET_AUDIT_MATCH && d.first == 1 && d.second == 1 && d.other == 0,
	   "finds both, and hands them over");
	OK(scene.code == SIGLET_E_IO, "that nobody takes them is said: %s", scene.message);
	OK(!d.is_marked, "the rule has its own name");
	OK(has_cursor_at("told", SIZE), "what was looked at needs not be looked at again");
	OK_SUCCESS(watch(&w, "told"), "a second run");
	OK(scene.verdict == SIGLET_AUDIT_MATCH && d.first == 2 && d.second == 2,
	   "hands them over again");
	d.fails = false;
	OK_SUCCESS(watch(&w, "told"), "a third run");
	OK(scene.verdict == SIGLET_AUDIT_MATCH && d.first == 3 && d.second == 3, "likewise");
	OK_SUCCESS(watch(&w, "told"), "a fourth run");
	OK(d.first == 3 && d.second == 3, "has nothing to hand over");
	OK(scene.verdict == SIGLET_AUDIT_INCOMPLETE && scene.code == 0,
	   "and is not good: an entry could not be read");
	{
		const siglet_audit audit = scene_audit(FROM, "told");

		OK_SUCCESS(siglet_audit_acknowledge(&audit, NULL, "log.example", GARBAGE),
			   "somebody looks at it");
		OK_ERROR(siglet_audit_acknowledge(&audit, NULL, "log.example", 1), SIGLET_E_MISSING,
			 "nothing is known of others");
		OK_ERROR(siglet_audit_acknowledge(&audit, NULL, "log.elsewhere", 1),
			 SIGLET_E_MISSING, "nor of other logs");
	}
	OK_SUCCESS(watch(&w, "told"), "a fifth run");
	OK(scene.verdict == SIGLET_AUDIT_NO_MATCH, "is good");
}

static void others_have_their_own(void)
{
	delivery d = { .fails = false };
	siglet_audit_watch w = plan(&d);

	w.rules_name = siglet_slice_str("subject=ACME");
	OK_SUCCESS(watch(&w, "told"), "other rules in the same state");
	OK(d.first == 1 && d.second == 1, "are told what was told to others");
}

static void what_is_known(void)
{
	const uint64_t indexes[] = { SECOND };
	const siglet_slice urls[] = { siglet_slice_str("https://log.elsewhere") };
	const siglet_hash32 keys[] = { { { 0 } } };
	delivery d = { .fails = false };
	siglet_audit_watch w = plan(&d);
	siglet_hash32 leaf;

	well(siglet_merkle_hash_leaf(siglet_buf_slice(&entries[FIRST]), &leaf));
	w.known_leaves = &leaf;
	w.known_leaf_count = 1;
	w.known_indexes = indexes;
	w.known_urls = urls;
	w.known_keys = keys;
	w.known_index_count = 1;
	OK_SUCCESS(watch(&w, "known"), "an entry that is ours");
	OK(d.first == 1 && d.second == 1 && d.known == 1,
	   "is told as known; that of another log not");
	OK(scene.verdict == SIGLET_AUDIT_MATCH, "the other one counts");
	w.known_leaves = NULL;
	w.known_leaf_count = 0;
}

static void a_first_run_that_fails_keeps_its_place(void)
{
	delivery d = { .fails = false };
	siglet_audit_watch w = plan(&d);

	scene_put((scene_other) { .url = "tile/entries/001", .times = -1, .status = 0 });
	w.since_index = 20;
	OK_SUCCESS(watch(&w, "place"), "a run that can't read");
	OK(scene.verdict != SIGLET_AUDIT_NO_MATCH && scene.code == SIGLET_E_NETWORK, "says so");
	OK(d.first == 1 && d.second == 0, "what it came to is handed over");
	OK(has_cursor_at("place", 256), "it remembers how far it came");
	scene_honest();
	w.since = SIGLET_SINCE_HEAD;
	OK_SUCCESS(watch(&w, "place"), "the next one, from wherever it is told to begin");
	OK(d.first == 1 && d.second == 1, "goes on there");
	w.since = SIGLET_SINCE_LAST;
	OK_SUCCESS(watch(&w, "nowhere"), "a first one that is not told where");
	OK(scene.verdict == SIGLET_AUDIT_INCOMPLETE && scene.code == SIGLET_E_USAGE, "is refused");
}

static void what_the_root_does_not_cover(void)
{
	static const scene_tree fork = { .size = SIZE, .fork_at = 300 };
	delivery d = { .fails = false };
	siglet_audit_watch w = plan(&d);

	scene_put((scene_other) { .url = "tile/entries/002", .times = -1, .tree = &fork });
	OK_SUCCESS(watch(&w, "other"), "other entries than the signed ones");
	OK(scene.worst == SIGLET_AUDIT_MATCH && d.first == 1 && d.second == 0 && d.other == 0,
	   "are not looked at, whatever was found before: %s", scene.message);
	scene_honest();
	OK_SUCCESS(watch(&w, "other"), "honest again");
	OK(d.first == 1 && d.second == 1 && d.other == 0, "nothing was missed");
	scene_put((scene_other) {
		.url = "tile/entries/002", .times = -1, .from_cache = true, .tree = &fork });
	d = (delivery) { .fails = false };
	OK_SUCCESS(watch(&w, "cache"), "in a cache alone");
	OK(d.first == 1 && d.second == 1 && d.other == 0 && scene.code == 0, "they do no harm");
	scene_honest();
}

static int64_t day(unsigned number)
{
	return siglet_time_from_civil(2025, 1, (int)number, 0, 0, 0);
}

static uint64_t begins_at(int64_t time_s, const char *state)
{
	delivery d = { .fails = false };
	siglet_audit_watch w = plan(&d);

	w.since = SIGLET_SINCE_TIME;
	w.since_time_s = time_s;
	siglet_err_free(watch(&w, state));
	return scene.from.size;
}

static void a_date_is_never_too_late(EVP_PKEY *key)
{
	OK(begins_at(0, "d0") == 0, "before all of them");
	OK(begins_at(day(1), "d1") == 0, "at the first");
	OK(begins_at(day(31), "d31") == SIZE, "behind the last");
	/* Day 14 begins with entry 520. */
	OK(begins_at(day(14), "d14") <= 520 && begins_at(day(14), "d14b") > 0, "in between");
	OK(begins_at(day(20), "d20") <= 760, "later");
	/* Old certificates where a search looks must not have it pass over what lies before. */
	put_entry(SIZE / 2, key, "email:x@y.example", 0);
	put_entry(512, key, "email:x@y.example", 0);
	put_entry(768, key, "email:x@y.example", 0);
	put_entry(256, key, "email:x@y.example", 0);
	OK(begins_at(day(14), "o14") <= 520, "with old certificates strewn in");
	OK(begins_at(day(7), "o7") <= 240, "anywhere");
	/* One of a time to come only has more looked at. */
	put_entry(300, key, "email:x@y.example", 30);
	OK(begins_at(day(20), "n20") <= 760, "and with young ones");
}

static void canaries(void)
{
	delivery d = { .fails = false };
	siglet_audit_watch w = plan(&d);

	w.has_canary = true;
	w.canary = FIRST;
	OK_SUCCESS(watch(&w, "canary"), "one that matches");
	OK(scene.verdict == SIGLET_AUDIT_MATCH && d.first == 1, "is no hindrance");
	w.canary = 1;
	OK_SUCCESS(watch(&w, "canary"), "one that does not");
	OK(scene.verdict == SIGLET_AUDIT_INCOMPLETE && scene.code == SIGLET_E_USAGE, "%s",
	   scene.message);
	w.canary = GARBAGE;
	OK_SUCCESS(watch(&w, "canary"), "one that can't be read");
	OK(scene.code == SIGLET_E_USAGE, "%s", scene.message);
	w.canary = SIZE;
	OK_SUCCESS(watch(&w, "canary"), "one that is not there");
	OK(scene.code == SIGLET_E_USAGE, "%s", scene.message);
}

int main(void)
{
	EVP_PKEY *key = ec_key("P-256");

	scene_begin();
	make_entries(key);
	matches_are_told_until_somebody_has_them();
	others_have_their_own();
	what_is_known();
	a_first_run_that_fails_keeps_its_place();
	what_the_root_does_not_cover();
	canaries();
	a_date_is_never_too_late(key);
	for (size_t i = 0; i < SIZE; i++)
		siglet_buf_clear(&entries[i]);
	EVP_PKEY_free(key);
	scene_end();
	return tap_done();
}
