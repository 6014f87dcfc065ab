#include "audit/watch_internal.h"

#include <inttypes.h>

#include "../lib/check.h"
#include "sys_scratch.h"

/* A log that gives out entries by asking: what of them counts, and what is said of one that lies. */

#define NAME "log.example"
#define SIZE 25
#define STEP 4
#define BLOCK 10
#define NOWHERE UINT64_MAX

static void need(siglet_err *err)
{
	if (err == NULL)
		return;
	printf("Bail out! %s\n", siglet_err_message(err));
	exit(1);
}

/* ---- two logs: entries are others from forked on ---- */

typedef struct entries {
	uint64_t forked;
	siglet_hash32 leaves[SIZE];
} entries;

static siglet_buf body_of(const entries *e, uint64_t index)
{
	siglet_buf body;

	siglet_buf_init(&body, 256);
	need(siglet_buf_printf(
		&body, "{\"apiVersion\":\"1\",\"kind\":\"none\",\"spec\":\"%" PRIu64 "%s\"}", index,
		index >= e->forked ? " forked" : ""));
	return body;
}

static void make_entries(entries *e, uint64_t forked)
{
	e->forked = forked;
	for (uint64_t i = 0; i < SIZE; i++) {
		siglet_buf body = body_of(e, i);

		need(siglet_merkle_hash_leaf(siglet_buf_slice(&body), &e->leaves[i]));
		siglet_buf_clear(&body);
	}
}

static siglet_err *look_up(void *context, unsigned level, uint64_t index, siglet_hash32 *ret_hash)
{
	const entries *e = context;

	return siglet_tile_fold(&e->leaves[index << level], (size_t)1 << level, ret_hash);
}

static siglet_hash32 root_of(entries *e, uint64_t size)
{
	siglet_hash32 root;

	need(siglet_merkle_root_of(size, look_up, e, &root));
	return root;
}

/* ---- the scene ---- */

typedef struct scene {
	siglet_signer *signer;
	audit_log log;
	siglet_audit audit;
	siglet_audit_watch watch;
	audit_tree tree;
	audit_finding finding;
	audit_state *state;
	audit_watching w;
	entries shown;	 /* whose root is fresh */
	entries served;	 /* what is given out */
	entries claimed; /* what anchors are of */
	bool has_view;	 /* anchors come with a view, of the claimed */
	uint64_t wrong_range, refused, too_few, too_many; /* at which entry, or NOWHERE */
} scene;

static scene *the; /* the API has no other way to it */

static audit_view view_of(entries *e)
{
	const siglet_hash32 root = root_of(e, SIZE);
	siglet_buf text, blob;
	audit_view view;

	siglet_buf_init(&text, 4096);
	siglet_buf_init(&blob, 1024);
	siglet_audit_view_init(&view);
	need(siglet_buf_printf(&text, NAME "\n%d\n", SIZE));
	need(siglet_base64_encode(siglet_hash32_slice(&root), &text));
	need(siglet_buf_append_byte(&text, '\n'));
	need(siglet_buf_append(&blob, siglet_slice_of(the->log.verifier.id, 4)));
	need(siglet_signer_sign(the->signer, siglet_buf_slice(&text), &blob));
	need(siglet_buf_append_str(&text, "\n\xe2\x80\x94 " NAME " "));
	need(siglet_base64_encode(siglet_buf_slice(&blob), &text));
	need(siglet_buf_append_byte(&text, '\n'));
	need(siglet_audit_view_read(&the->log, siglet_buf_slice(&text), &view));
	siglet_buf_clear(&blob);
	siglet_buf_clear(&text);
	return view;
}

static void tell(void *context, const siglet_audit_report *report)
{
	(void)context;
	(void)report;
}

static void set_scene(scene *s, const char *folder)
{
	*s = (scene) { .wrong_range = NOWHERE,
		       .refused = NOWHERE,
		       .too_few = NOWHERE,
		       .too_many = NOWHERE,
		       .has_view = true };
	the = s;
	need(siglet_signer_generate(
		siglet_key_details_registry(siglet_slice_str("ecdsa-sha2-256-nistp256")),
		&s->signer));
	s->log.name = siglet_slice_str(NAME);
	s->log.verifier = (siglet_note_verifier) { .id = { 1, 2, 3, 4 },
						   .key = siglet_signer_key(s->signer),
						   .scheme = siglet_signer_scheme(s->signer) };
	make_entries(&s->shown, NOWHERE);
	s->served = s->claimed = s->shown;
	s->audit = (siglet_audit) { .state = in_scratch(folder), .jobs = 3, .tell = tell };
	s->watch = (siglet_audit_watch) { .rules_name = siglet_slice_str("rules"),
					  .since = SIGLET_SINCE_BEGIN };
	s->tree = (audit_tree) { .audit = &s->audit,
				 .log = &s->log,
				 .kind = AUDIT_REKOR_V1,
				 .url = "https://log.example",
				 .is_active = true,
				 .fresh = view_of(&s->shown) };
	siglet_audit_finding_init(&s->finding, "watch");
	need(siglet_audit_state_open(&s->audit, &s->log, s->log.name, &s->state));
	s->w = (audit_watching) { .audit = &s->audit,
				  .watch = &s->watch,
				  .tree = &s->tree,
				  .state = s->state,
				  .finding = &s->finding };
}

static void end_scene(scene *s)
{
	siglet_audit_state_close(s->state);
	siglet_audit_view_clear(&s->tree.fresh);
	siglet_audit_finding_clear(&s->finding);
	siglet_signer_free(s->signer);
}

/* ---- how it is asked ---- */

static siglet_err *anchor(const audit_watching *w, uint64_t index, audit_anchor *ret_anchor)
{
	siglet_merkle_list list;
	siglet_merkle_proof proof;

	(void)w;
	need(siglet_merkle_prove_inclusion(index, SIZE, look_up, &the->claimed, &list));
	proof = (siglet_merkle_proof) { index, SIZE, list.nodes, list.count };
	need(siglet_range_before(&proof, &ret_anchor->before));
	if (index == the->wrong_range)
		ret_anchor->before.nodes[0].hash.bytes[0] ^= 1;
	ret_anchor->leaf = the->claimed.leaves[index];
	if (the->has_view)
		ret_anchor->view = view_of(&the->claimed);
	return NULL;
}

static siglet_err *read_entries(const audit_watching *w, audit_batch *batch)
{
	const uint64_t end = batch->first + batch->count;
	siglet_err *err = NULL;

	if (the->refused >= batch->first && the->refused < end)
		return siglet_err_new(SIGLET_E_NETWORK, "refused");
	for (uint64_t i = batch->first; err == NULL && i < end; i++) {
		siglet_buf body = body_of(&the->served, i);

		if (i != the->too_few)
			err = siglet_audit_batch_add(w, batch, siglet_buf_slice(&body),
						     &the->served.leaves[i]);
		if (err == NULL && i == the->too_many)
			err = siglet_audit_batch_add(w, batch, siglet_buf_slice(&body),
						     &the->served.leaves[i]);
		siglet_buf_clear(&body);
	}
	return err;
}

static const audit_api api = {
	.step = STEP,
	.block = BLOCK,
	.read = read_entries,
	.anchor = anchor,
};

static siglet_err *walk(scene *s, uint64_t *ret_begin)
{
	s->finding.report.checked = 0;
	need(siglet_audit_cursor_read(s->state, s->watch.rules_name, &s->w.cursor,
				      &s->w.has_cursor));
	return siglet_audit_walk(&s->w, &api, ret_begin);
}

/* How far the rules have come; NOWHERE: there is no cursor. */
static uint64_t cursor_of(const scene *s)
{
	audit_cursor cursor;
	bool is_there = false;

	need(siglet_audit_cursor_read(s->state, s->watch.rules_name, &cursor, &is_there));
	return is_there ? cursor.scanned_to : NOWHERE;
}

/* ---- claims ---- */

static void an_honest_log_is_walked_through(void)
{
	uint64_t begin = NOWHERE;
	audit_cursor cursor;
	siglet_hash32 root, want;
	bool is_there = false;
	scene s;

	set_scene(&s, "honest");
	OK_SUCCESS(walk(&s, &begin), "all entries");
	OK(begin == 0 && s.finding.report.checked == SIZE && cursor_of(&s) == SIZE, "of the log");
	need(siglet_audit_cursor_read(s.state, s.watch.rules_name, &cursor, &is_there));
	need(siglet_range_root(&cursor.range, &root));
	want = root_of(&s.shown, SIZE);
	OK(cursor.has_range && siglet_hash32_equal(&root, &want),
	   "and its root follows from what is kept");
	OK_SUCCESS(walk(&s, &begin), "once more");
	OK(begin == SIZE && s.finding.report.checked == 0, "from there on");
	end_scene(&s);
}

static void what_is_kept_is_what_was_before_an_error(void)
{
	uint64_t begin = NOWHERE;
	scene s;

	set_scene(&s, "refused");
	s.refused = 18;
	s.audit.jobs = 1;
	OK_ERROR(walk(&s, &begin), SIGLET_E_NETWORK, "a log that fails");
	OK(cursor_of(&s) == 18, "after two batches of the second block");
	s.refused = NOWHERE;
	OK_SUCCESS(walk(&s, &begin), "goes on");
	OK(begin == 18 && s.finding.report.checked == SIZE - 18, "there");
	end_scene(&s);
	set_scene(&s, "few");
	s.too_few = 12;
	OK_ERROR(walk(&s, &begin), SIGLET_E_MALFORMED, "fewer entries than were asked for");
	OK(cursor_of(&s) == BLOCK, "after the first block");
	end_scene(&s);
	set_scene(&s, "many");
	s.too_many = 3;
	OK_ERROR(walk(&s, &begin), SIGLET_E_MALFORMED, "more entries");
	OK(cursor_of(&s) == 0, "in the first one");
	end_scene(&s);
}

static void another_entry_is_not_kept(void)
{
	uint64_t begin;
	scene s;

	set_scene(&s, "other");
	make_entries(&s.served, 12);
	OK_ERROR(walk(&s, &begin), SIGLET_E_MISMATCH, "entries that the root does not cover");
	OK(cursor_of(&s) == BLOCK && s.finding.report.verdict == SIGLET_AUDIT_INCOMPLETE,
	   "are not kept, nor called a fork");
	end_scene(&s);
	set_scene(&s, "hidden");
	s.served.leaves[4] = s.served.leaves[5];
	OK_ERROR(walk(&s, &begin), SIGLET_E_MISMATCH, "one among others that are right");
	OK(cursor_of(&s) == 0, "is not kept");
	end_scene(&s);
	set_scene(&s, "last");
	s.served.leaves[9] = s.served.leaves[5];
	OK_ERROR(walk(&s, &begin), SIGLET_E_MISMATCH, "nor the last of a block");
	OK(cursor_of(&s) == 0, "even if what is before it is right");
	end_scene(&s);
	set_scene(&s, "range");
	s.wrong_range = 9;
	OK_ERROR(walk(&s, &begin), SIGLET_E_MISMATCH, "a root that has another past");
	OK(cursor_of(&s) == 0, "is none for it");
	end_scene(&s);
}

static void two_roots_that_contradict_are_a_fork(void)
{
	uint64_t begin;
	scene s;

	set_scene(&s, "fork");
	make_entries(&s.served, 22);
	s.claimed = s.served;
	OK_ERROR(walk(&s, &begin), SIGLET_E_MISMATCH, "entries under another root");
	OK(s.finding.report.verdict == SIGLET_AUDIT_FORK && s.finding.evidence.len > 0 &&
		   access(siglet_buf_text(&s.finding.evidence), F_OK) == 0,
	   "that the log signed: a fork, with evidence");
	OK(cursor_of(&s) == 20, "what both have is kept");
	end_scene(&s);
	set_scene(&s, "unsigned");
	make_entries(&s.served, 22);
	s.claimed = s.served;
	s.has_view = false;
	OK_ERROR(walk(&s, &begin), SIGLET_E_MISMATCH, "entries under no other root");
	OK(s.finding.report.verdict == SIGLET_AUDIT_INCOMPLETE && s.finding.evidence.len == 0,
	   "are no fork");
	end_scene(&s);
}

static void the_past_must_stay_what_it_was(void)
{
	audit_cursor cursor;
	uint64_t begin;
	bool is_there = false;
	scene s;

	set_scene(&s, "past");
	s.refused = 10;
	OK_ERROR(walk(&s, &begin), SIGLET_E_NETWORK, "a first part");
	s.refused = NOWHERE;
	make_entries(&s.shown, 3);
	s.served = s.claimed = s.shown;
	siglet_audit_view_clear(&s.tree.fresh);
	s.tree.fresh = view_of(&s.shown);
	OK_ERROR(walk(&s, &begin), SIGLET_E_MISMATCH, "then a log that has another past");
	OK(cursor_of(&s) == BLOCK, "is not gone on with");
	need(siglet_audit_cursor_read(s.state, s.watch.rules_name, &cursor, &is_there));
	cursor.has_range = false;
	need(siglet_audit_cursor_write(s.state, s.watch.rules_name, &cursor));
	OK_SUCCESS(walk(&s, &begin), "where nothing is known of the past, it is what it is");
	end_scene(&s);
}

static void the_head_is_the_fresh_one(void)
{
	uint64_t begin = NOWHERE;
	bool is_there = false;
	audit_cursor cursor;
	scene s;

	set_scene(&s, "head");
	s.watch.since = SIGLET_SINCE_HEAD;
	OK_SUCCESS(walk(&s, &begin), "from the head on");
	OK(begin == SIZE && cursor_of(&s) == SIZE && s.finding.report.checked == 0,
	   "nothing is read");
	end_scene(&s);
	set_scene(&s, "headless");
	s.watch.since = SIGLET_SINCE_HEAD;
	make_entries(&s.claimed, 20);
	OK_ERROR(walk(&s, &begin), SIGLET_E_MISMATCH, "a head of another root");
	OK(s.finding.report.verdict == SIGLET_AUDIT_FORK, "is a fork");
	need(siglet_audit_cursor_read(s.state, s.watch.rules_name, &cursor, &is_there));
	OK(is_there && cursor.scanned_to == SIZE && !cursor.has_range,
	   "where it began is remembered, and nothing of what is before");
	end_scene(&s);
}

int main(void)
{
	scratch_make();
	an_honest_log_is_walked_through();
	what_is_kept_is_what_was_before_an_error();
	another_entry_is_not_kept();
	two_roots_that_contradict_are_a_fork();
	the_past_must_stay_what_it_was();
	the_head_is_the_fresh_one();
	return tap_done();
}
