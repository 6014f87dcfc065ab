#include "hits_scene.h"

#include <sys/stat.h>

/* What is added, once, and what is found of it. */

/* ---- idempotence ---- */

static void a_row_is_added_once(void)
{
	siglet_hits *hits = open_hits("once");
	const siglet_skipped_record skipped = skipped_at(8);
	siglet_match_record match = match_at(7);
	bool is_new = false;

	OK(add_match(hits, 7), "a match is new");
	OK(!add_match(hits, 7), "it is not the second time");
	match.identity = siglet_slice_str("somebody else");
	OK_SUCCESS(siglet_hits_add_match(hits, &match, &is_new), "with another identity");
	OK(!is_new && matches_in(hits) == 1, "it is neither");
	match.rule = siglet_slice_str("another rule");
	OK_SUCCESS(siglet_hits_add_match(hits, &match, &is_new), "by another rule");
	OK(is_new && matches_in(hits) == 2, "it is another match");
	match.origin = siglet_slice_str(OTHER_ORIGIN);
	OK_SUCCESS(siglet_hits_add_match(hits, &match, &is_new), "in another log");
	OK(is_new && matches_in(hits) == 3, "too");
	OK_SUCCESS(siglet_hits_add_skipped(hits, &skipped, &is_new), "a skipped entry");
	OK(is_new, "is new");
	OK_SUCCESS(siglet_hits_add_skipped(hits, &skipped, &is_new), "again");
	OK(!is_new && skipped_in(hits) == 1, "it is not");
	siglet_hits_close(hits);
	hits = open_hits("once");
	OK(!add_match(hits, 7) && matches_in(hits) == 3, "nor after the file was closed");
	siglet_hits_close(hits);
}

static void another_leaf_is_a_fork(void)
{
	siglet_hits *hits = open_hits("fork");
	siglet_match_record match = match_at(7);
	siglet_skipped_record skipped = skipped_at(7);
	bool is_new = false;

	add_match(hits, 7);
	need(siglet_hits_begin(hits));
	add_match(hits, 8);
	match.leaf = siglet_slice_of(leaf_bytes + 1, 32);
	OK_ERROR(siglet_hits_add_match(hits, &match, &is_new), SIGLET_E_MISMATCH,
		 "an index with another leaf");
	match.rule = siglet_slice_str("another rule");
	OK_ERROR(siglet_hits_add_match(hits, &match, &is_new), SIGLET_E_MISMATCH,
		 "by another rule too");
	skipped.leaf = match.leaf;
	OK_ERROR(siglet_hits_add_skipped(hits, &skipped, &is_new), SIGLET_E_MISMATCH,
		 "and as a skipped entry");
	skipped.leaf = siglet_slice_of(leaf_bytes, 32);
	OK_SUCCESS(siglet_hits_add_skipped(hits, &skipped, &is_new), "with the same it is fine");
	OK_SUCCESS(siglet_hits_commit(hits), "the block is not harmed");
	OK(matches_in(hits) == 2, "what was good of it is there");
	match = match_at(9);
	skipped = skipped_at(9);
	need(siglet_hits_add_skipped(hits, &skipped, &is_new));
	match.leaf = siglet_slice_of(leaf_bytes + 1, 32);
	OK_ERROR(siglet_hits_add_match(hits, &match, &is_new), SIGLET_E_MISMATCH,
		 "a match where another entry was skipped");
	siglet_hits_close(hits);
}

/* ---- what is no record ---- */

static siglet_slice filled(size_t len)
{
	static char text[SIGLET_HITS_MAX_JSON_BYTES + 1];

	memset(text, 'a', sizeof(text));
	return siglet_slice_of(text, len);
}

static void limits_hold_to_the_byte(void)
{
	siglet_hits *hits = open_hits("limits");
	siglet_match_record match = match_at(INT64_MAX);
	bool is_new = false;

	match.rule = filled(SIGLET_HITS_MAX_TEXT_BYTES);
	match.identity = match.issuer = match.rule;
	match.origin = filled(SIGLET_HITS_MAX_NAME_BYTES);
	match.kind = match.api_version = match.digest = match.origin;
	match.json = filled(SIGLET_HITS_MAX_JSON_BYTES);
	OK_SUCCESS(siglet_hits_add_match(hits, &match, &is_new), "everything as long as may be");
	OK(is_new, "is kept");
#define ONE_MORE(field, max)                                                            \
	do {                                                                            \
		siglet_match_record longer = match_at(1);                               \
		longer.field = filled(max + 1);                                         \
		OK_ERROR(siglet_hits_add_match(hits, &longer, &is_new), SIGLET_E_LIMIT, \
			 #field " with a byte more");                                   \
	} while (0)
	ONE_MORE(origin, SIGLET_HITS_MAX_NAME_BYTES);
	ONE_MORE(kind, SIGLET_HITS_MAX_NAME_BYTES);
	ONE_MORE(api_version, SIGLET_HITS_MAX_NAME_BYTES);
	ONE_MORE(digest, SIGLET_HITS_MAX_NAME_BYTES);
	ONE_MORE(rule, SIGLET_HITS_MAX_TEXT_BYTES);
	ONE_MORE(identity, SIGLET_HITS_MAX_TEXT_BYTES);
	ONE_MORE(issuer, SIGLET_HITS_MAX_TEXT_BYTES);
	ONE_MORE(json, SIGLET_HITS_MAX_JSON_BYTES);
	match = match_at((uint64_t)INT64_MAX + 1);
	OK_ERROR(siglet_hits_add_match(hits, &match, &is_new), SIGLET_E_RANGE,
		 "an index that SQLite has no number for");
	siglet_skipped_record skipped = skipped_at((uint64_t)INT64_MAX + 1);
	OK_ERROR(siglet_hits_add_skipped(hits, &skipped, &is_new), SIGLET_E_RANGE, "likewise");
	siglet_run_record run = run_of(0, (uint64_t)INT64_MAX + 1);
	OK_ERROR(siglet_hits_add_run(hits, &run), SIGLET_E_RANGE, "likewise a run");
	run = run_of(5, 6);
	run.to = 4;
	OK_ERROR(siglet_hits_add_run(hits, &run), SIGLET_E_RANGE,
		 "a run that ends before it began");
	OK(matches_in(hits) == 1, "nothing of these is kept");
	siglet_hits_close(hits);
}

static void what_is_no_text_is_refused(void)
{
	static const char hidden[] = "ci@example.com\0.evil.example";
	siglet_hits *hits = open_hits("text");
	siglet_skipped_record skipped = skipped_at(1);
	siglet_match_record match = match_at(1);
	siglet_run_record run = run_of(0, 1);
	bool is_new = false;

	match.identity = siglet_slice_of(hidden, sizeof(hidden) - 1);
	OK_ERROR(siglet_hits_add_match(hits, &match, &is_new), SIGLET_E_MALFORMED,
		 "an identity with NUL in it");
	match.identity = siglet_slice_str("\xff");
	OK_ERROR(siglet_hits_add_match(hits, &match, &is_new), SIGLET_E_MALFORMED,
		 "one that is not UTF-8");
	match = match_at(1);
	match.rule = SIGLET_SLICE_NONE;
	OK_ERROR(siglet_hits_add_match(hits, &match, &is_new), SIGLET_E_MALFORMED, "no rule");
	match = match_at(1);
	match.origin = SIGLET_SLICE_NONE;
	OK_ERROR(siglet_hits_add_match(hits, &match, &is_new), SIGLET_E_MALFORMED, "no origin");
	match = match_at(1);
	match.json = SIGLET_SLICE_NONE;
	OK_ERROR(siglet_hits_add_match(hits, &match, &is_new), SIGLET_E_MALFORMED, "no JSON");
	match = match_at(1);
	match.leaf.len = 31;
	OK_ERROR(siglet_hits_add_match(hits, &match, &is_new), SIGLET_E_LENGTH, "31 bytes of leaf");
	match = match_at(1);
	match.cert_sha256.len = 33;
	OK_ERROR(siglet_hits_add_match(hits, &match, &is_new), SIGLET_E_LENGTH,
		 "33 of a certificate's hash");
	skipped.leaf.len = 0;
	OK_ERROR(siglet_hits_add_skipped(hits, &skipped, &is_new), SIGLET_E_LENGTH, "no leaf");
	skipped = skipped_at(1);
	skipped.reason = SIGLET_SLICE_NONE;
	OK_ERROR(siglet_hits_add_skipped(hits, &skipped, &is_new), SIGLET_E_MALFORMED, "no reason");
	run.verdict = SIGLET_SLICE_NONE;
	OK_ERROR(siglet_hits_add_run(hits, &run), SIGLET_E_MALFORMED, "a run without a verdict");
	OK(matches_in(hits) == 0 && skipped_in(hits) == 0, "nothing of these is kept");
	siglet_hits_close(hits);
}

/* SQL in a text is text. */
static void text_is_never_sql(void)
{
	siglet_hits *hits = open_hits("sql");
	siglet_match_record match = match_at(1);
	bool is_new = false;

	match.identity = siglet_slice_str("'); DROP TABLE matches; --");
	match.rule = match.origin = match.json = match.identity;
	OK_SUCCESS(siglet_hits_add_match(hits, &match, &is_new), "a name with a tail");
	OK(matches_in(hits) == 1, "is a name");
	siglet_hits_close(hits);
}

/* ---- reading ---- */

typedef struct seen {
	siglet_hits *hits;
	char text[512];
	size_t count;
	bool torn; /* a row was not as it was added */
	bool stop, mark;
} seen;

static bool same(siglet_slice a, siglet_slice b)
{
	return siglet_slice_equal(a, b);
}

static siglet_err *see_match(void *context, const siglet_match_record *m)
{
	const siglet_match_record was = match_at(m->index);
	seen *s = context;

	s->count++;
	s->torn = s->torn ||
		  !(same(m->leaf, was.leaf) && same(m->kind, was.kind) &&
		    same(m->api_version, was.api_version) && same(m->digest, was.digest) &&
		    same(m->identity, was.identity) && same(m->issuer, was.issuer) &&
		    same(m->cert_sha256, was.cert_sha256) && m->not_before_s == was.not_before_s &&
		    same(m->json, was.json) && m->found_s == NOW && !m->chain_ok && !m->known &&
		    (!m->is_delivered || m->delivered_s == NOW || m->delivered_s == NOW + 1) &&
		    (!m->is_acknowledged || m->acknowledged_s == NOW + 3));
	(void)snprintf(s->text + strlen(s->text), sizeof(s->text) - strlen(s->text), "%c%u%.1s%s ",
		       m->origin.ptr[m->origin.len - 1], (unsigned)m->index,
		       (const char *)m->rule.ptr, m->is_delivered ? "d" : "");
	if (s->mark)
		return siglet_hits_mark_delivered(s->hits, m->origin, m->index, m->rule, NOW + 1);
	return s->stop ? siglet_err_new(SIGLET_E_USAGE, "enough") : NULL;
}

static void put_match(siglet_hits *hits, const char *origin, uint64_t index, const char *rule)
{
	siglet_match_record match = match_at(index);
	bool is_new = false;

	match.origin = siglet_slice_str(origin);
	match.rule = siglet_slice_str(rule);
	need(siglet_hits_add_match(hits, &match, &is_new));
}

static void rows_come_in_order(void)
{
	siglet_hits *hits = open_hits("order");
	siglet_hits_filter filter = { .origin = siglet_slice_str(ORIGIN) };
	seen s = { .hits = hits };

	put_match(hits, OTHER_ORIGIN, 2, "x");
	put_match(hits, ORIGIN, 10, "b");
	put_match(hits, ORIGIN, 9, "z");
	put_match(hits, ORIGIN, 10, "a");
	put_match(hits, ORIGIN, 0, "c");
	OK_SUCCESS(siglet_hits_each_match(hits, &everything, see_match, &s), "every match");
	OK(strcmp(s.text, "50c 59z 510a 510b 62x ") == 0, "by log, index and rule: %s", s.text);
	OK(!s.torn, "with all that was kept of it");
	s = (seen) { .hits = hits };
	OK_SUCCESS(siglet_hits_each_match(hits, &filter, see_match, &s), "of one log");
	OK(strcmp(s.text, "50c 59z 510a 510b ") == 0, "only its own: %s", s.text);
	filter.origin = siglet_slice_str("a stranger");
	s = (seen) { .hits = hits };
	OK_SUCCESS(siglet_hits_each_match(hits, &filter, see_match, &s), "of an unknown log");
	OK(s.count == 0, "there is none");
	s = (seen) { .stop = true };
	OK_ERROR(siglet_hits_each_match(hits, &everything, see_match, &s), SIGLET_E_USAGE,
		 "the visitor may stop it");
	OK(s.count == 1, "at once");
	siglet_hits_close(hits);
}

/* ---- what becomes of them ---- */

static void delivered_once_and_no_more(void)
{
	siglet_hits *hits = open_hits("delivered");
	const siglet_hits_filter waiting = { .undelivered_only = true };
	const siglet_slice origin = siglet_slice_str(ORIGIN), rule = siglet_slice_str("a");
	uint64_t count = 9;
	seen s = { .hits = hits };

	put_match(hits, ORIGIN, 1, "a");
	put_match(hits, ORIGIN, 1, "b");
	put_match(hits, ORIGIN, 2, "a");
	OK_SUCCESS(siglet_hits_mark_delivered(hits, origin, 1, rule, NOW), "one is delivered");
	OK_SUCCESS(siglet_hits_mark_delivered(hits, origin, 1, rule, NOW + 5), "and again");
	OK_SUCCESS(siglet_hits_each_match(hits, &waiting, see_match, &s), "the others");
	OK(strcmp(s.text, "51b 52a ") == 0, "are left: %s", s.text);
	need(siglet_hits_count_matches(hits, &waiting, &count));
	OK(count == 2, "and counted");
	s = (seen) { .hits = hits, .mark = true };
	OK_SUCCESS(siglet_hits_each_match(hits, &waiting, see_match, &s),
		   "the visitor may mark what it sees");
	OK(s.count == 2, "each is seen once");
	s = (seen) { .hits = hits };
	OK_SUCCESS(siglet_hits_each_match(hits, &waiting, see_match, &s), "then");
	OK(s.count == 0, "none is left");
	OK_SUCCESS(siglet_hits_each_match(hits, &everything, see_match, &s), "all of them");
	OK(strcmp(s.text, "51ad 51bd 52ad ") == 0 && !s.torn, "are marked: %s", s.text);
	OK_ERROR(siglet_hits_mark_delivered(hits, origin, 3, rule, NOW), SIGLET_E_MISSING,
		 "an entry that is not there");
	OK_ERROR(siglet_hits_mark_delivered(hits, origin, 1, siglet_slice_str("c"), NOW),
		 SIGLET_E_MISSING, "a rule that is not");
	OK_ERROR(siglet_hits_mark_delivered(hits, rule, 1, rule, NOW), SIGLET_E_MISSING,
		 "a log that is not");
	OK_ERROR(siglet_hits_mark_delivered(hits, origin, UINT64_MAX, rule, NOW), SIGLET_E_MISSING,
		 "an index that can't be");
	siglet_hits_close(hits);
}

static siglet_err *see_skipped(void *context, const siglet_skipped_record *s)
{
	seen *all = context;

	all->count++;
	all->torn = all->torn || !(same(s->leaf, siglet_slice_of(leaf_bytes, 32)) &&
				   siglet_slice_is(s->reason, "not JSON") && s->found_s == NOW &&
				   siglet_slice_is(s->origin, ORIGIN) &&
				   (!s->is_acknowledged || s->acknowledged_s == NOW + 3));
	(void)snprintf(all->text + strlen(all->text), sizeof(all->text) - strlen(all->text),
		       "%u%s ", (unsigned)s->index, s->is_acknowledged ? "a" : "");
	return NULL;
}

static void acknowledged_is_no_finding_any_more(void)
{
	siglet_hits *hits = open_hits("acknowledged");
	const siglet_hits_filter open = { .unacknowledged_only = true };
	const siglet_slice origin = siglet_slice_str(ORIGIN);
	uint64_t count = 9;
	bool is_new = false;
	seen s = { .hits = hits };

	for (uint64_t i = 3; i > 0; i--) {
		const siglet_skipped_record skipped = skipped_at(i);

		need(siglet_hits_add_skipped(hits, &skipped, &is_new));
	}
	put_match(hits, ORIGIN, 2, "a");
	put_match(hits, ORIGIN, 2, "b");
	put_match(hits, ORIGIN, 4, "a");
	OK_SUCCESS(siglet_hits_acknowledge(hits, origin, 2, NOW + 3), "an entry is looked at");
	OK_SUCCESS(siglet_hits_acknowledge(hits, origin, 2, NOW + 9), "and again");
	OK_SUCCESS(siglet_hits_each_skipped(hits, &everything, see_skipped, &s), "all skipped");
	OK(strcmp(s.text, "1 2a 3 ") == 0 && !s.torn, "in order: %s", s.text);
	s = (seen) { .hits = hits };
	OK_SUCCESS(siglet_hits_each_skipped(hits, &open, see_skipped, &s), "those that are open");
	OK(strcmp(s.text, "1 3 ") == 0, "are the others: %s", s.text);
	need(siglet_hits_count_skipped(hits, &open, &count));
	OK(count == 2, "and counted");
	s = (seen) { .hits = hits };
	OK_SUCCESS(siglet_hits_each_match(hits, &open, see_match, &s), "of the matches");
	OK(strcmp(s.text, "54a ") == 0, "both of that entry are too: %s", s.text);
	need(siglet_hits_count_matches(hits, &open, &count));
	OK(count == 1, "and counted");
	const siglet_hits_filter both = { .unacknowledged_only = true, .undelivered_only = true };
	need(siglet_hits_count_matches(hits, &both, &count));
	OK(count == 1, "also of those that wait");
	s = (seen) { .hits = hits };
	OK_SUCCESS(siglet_hits_each_match(hits, &everything, see_match, &s), "all matches");
	OK(s.count == 3 && !s.torn, "keep the first time that they were looked at");
	OK_SUCCESS(siglet_hits_acknowledge(hits, origin, 3, NOW + 3), "one that was skipped alone");
	OK_SUCCESS(siglet_hits_acknowledge(hits, origin, 4, NOW),
		   "a match without a skipped entry");
	OK_ERROR(siglet_hits_acknowledge(hits, origin, 5, NOW), SIGLET_E_MISSING,
		 "an entry that is not there");
	OK_ERROR(siglet_hits_acknowledge(hits, siglet_slice_str("x"), 2, NOW), SIGLET_E_MISSING,
		 "a log that is not there");
	siglet_hits_close(hits);
}

static siglet_err *see_run(void *context, const siglet_run_record *r)
{
	seen *s = context;

	s->count++;
	s->torn = s->torn ||
		  !(siglet_slice_is(r->kind, "watch") && siglet_slice_is(r->verdict, "match") &&
		    r->started_s == NOW && r->ended_s == NOW + 60 && r->entries == r->to - r->from);
	(void)snprintf(s->text + strlen(s->text), sizeof(s->text) - strlen(s->text), "%u-%u ",
		       (unsigned)r->from, (unsigned)r->to);
	return NULL;
}

static void logs_are_kept_apart(void)
{
	siglet_hits *hits = open_hits("logs");
	uint64_t count = 0;
	char origin[200];
	bool good = true;

	need(siglet_hits_begin(hits));
	for (unsigned i = 0; i < 200; i++) {
		(void)snprintf(origin, sizeof(origin), "%0150u", i % 50);
		put_match(hits, origin, i, "a");
	}
	need(siglet_hits_commit(hits));
	for (unsigned i = 0; i < 50; i++) {
		(void)snprintf(origin, sizeof(origin), "%0150u", i);
		const siglet_hits_filter filter = { .origin = siglet_slice_str(origin) };
		need(siglet_hits_count_matches(hits, &filter, &count));
		good = good && count == 4;
	}
	OK(good, "fifty logs in turn have their own matches");
	siglet_hits_close(hits);
}

static void every_run_is_a_row(void)
{
	siglet_hits *hits = open_hits("runs");
	const siglet_run_record first = run_of(0, 256), second = run_of(256, 256);
	seen s = { .hits = hits };

	OK_SUCCESS(siglet_hits_add_run(hits, &first), "a run");
	OK_SUCCESS(siglet_hits_add_run(hits, &second), "one of no entry");
	OK_SUCCESS(siglet_hits_add_run(hits, &first), "the first again");
	OK_SUCCESS(siglet_hits_each_run(hits, &everything, see_run, &s), "every run");
	OK(strcmp(s.text, "0-256 256-256 0-256 ") == 0 && !s.torn, "as they came: %s", s.text);
	siglet_hits_close(hits);
}

/* A key of its own has no certificate; what has one has all of it. */
static siglet_err *see_key(void *context, const siglet_match_record *m)
{
	bool *good = context;

	*good = m->cert_sha256.len == 0 && m->not_before_s == 0 && m->identity.len == 0 &&
		m->digest.len == 0 && m->chain_ok && m->known && m->index == INT64_MAX;
	return NULL;
}

static void a_match_needs_no_certificate(void)
{
	siglet_hits *hits = open_hits("key");
	siglet_match_record match = match_at(INT64_MAX);
	bool is_new = false, good = false;

	match.cert_sha256 = match.identity = match.issuer = match.digest = SIGLET_SLICE_NONE;
	match.chain_ok = match.known = true;
	OK_SUCCESS(siglet_hits_add_match(hits, &match, &is_new), "a match of a key");
	OK_SUCCESS(siglet_hits_each_match(hits, &everything, see_key, &good), "comes back");
	OK(good, "as it was");
	siglet_hits_close(hits);
}

/* ---- the file ---- */

static void only_its_owner_reads_it(void)
{
	static const char *const names[] = { "owner", "owner-wal", "owner-shm" };
	siglet_hits *hits = open_hits("owner");
	struct stat info;

	add_match(hits, 1);
	for (size_t i = 0; i < SIGLET_COUNT(names); i++)
		OK(stat(in_scratch(names[i]), &info) == 0 && (info.st_mode & 0777) == 0600,
		   "%s is its owner's alone", names[i]);
	siglet_hits_close(hits);
	OK(stat(in_scratch("owner-wal"), &info) != 0, "a closed one is one file");
	siglet_hits_close(NULL);
}

int main(void)
{
	scratch_make();
	a_row_is_added_once();
	another_leaf_is_a_fork();
	limits_hold_to_the_byte();
	what_is_no_text_is_refused();
	text_is_never_sql();
	rows_come_in_order();
	delivered_once_and_no_more();
	acknowledged_is_no_finding_any_more();
	logs_are_kept_apart();
	every_run_is_a_row();
	a_match_needs_no_certificate();
	only_its_owner_reads_it();
	return tap_done();
}
