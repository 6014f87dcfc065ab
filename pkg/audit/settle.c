#include "audit/audit_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Each log is asked once for all that is claimed of it, and what it shows is compared with what is
 * remembered before it is believed.
 */

typedef struct settling {
	const siglet_audit *audit;
	const audit_log *log;
	audit_claim *claims;
	size_t count;
	/* Of the tree that is looked at: what came of its view. */
	bool is_seen;
	audit_state *state;
	audit_finding seen;
	siglet_err *unseen;
} settling;

static bool is_open(const settling *s, const audit_claim *claim)
{
	return !claim->is_settled && siglet_slice_equal(claim->log.name, s->log->name) &&
	       memcmp(claim->log.verifier.id, s->log->verifier.id, SIGLET_NOTE_ID_SIZE) == 0;
}

/* The same error once more, for another claim that it stands in the way of. */
static siglet_err *again(const siglet_err *err)
{
	const char *hint;
	siglet_err *copy;

	if (err == NULL)
		return NULL;
	hint = siglet_err_hint_text(err);
	copy = siglet_err_new(siglet_err_code(err), "%s", siglet_err_message(err));
	return hint == NULL ? copy : siglet_err_hint(copy, "%s", hint);
}

static siglet_err *take_finding(const audit_finding *from, audit_claim *claim)
{
	siglet_audit_report *report = &claim->finding.report;

	report->verdict = from->report.verdict;
	report->origin = from->report.origin;
	report->to = from->report.to;
	/* Where the log's own view is refused, it is for what it was compared with. */
	if (siglet_audit_verdict_is_refusal(report->verdict))
		report->from = from->report.from;
	report->has_age = from->report.has_age;
	report->age_s = from->report.age_s;
	report->cosigned = from->report.cosigned;
	if (from->evidence.len == 0)
		return NULL;
	siglet_buf_clear(&claim->finding.evidence);
	return siglet_buf_append(&claim->finding.evidence, siglet_buf_slice(&from->evidence));
}

static void see(settling *s, audit_tree *tree)
{
	if (s->is_seen)
		return;
	s->is_seen = true;
	siglet_audit_finding_init(&s->seen, "view");
	s->seen.report.origin = tree->fresh.checkpoint.origin;
	if (s->state == NULL && s->audit->state != NULL)
		s->unseen = siglet_audit_state_open(s->audit, tree->log,
						    tree->fresh.checkpoint.origin, &s->state);
	if (s->unseen != NULL && siglet_err_code(s->unseen) == SIGLET_E_UNTRUSTED)
		s->seen.report.verdict = SIGLET_AUDIT_OTHER_KEY;
	if (s->unseen == NULL)
		s->unseen = siglet_audit_see(tree, s->state, &s->seen);
}

static void forget(settling *s)
{
	if (s->is_seen)
		siglet_audit_finding_clear(&s->seen);
	siglet_err_free(s->unseen);
	s->unseen = NULL;
	s->is_seen = false;
}

/* A view of more entries than the log shows: a cache may be in between. */
static siglet_err *catch_up(settling *s, audit_tree *tree, const audit_claim *claim)
{
	const uint64_t before = tree->fresh.checkpoint.size;
	siglet_err *err;

	if (claim->view.text.len == 0 || claim->view.checkpoint.size <= before)
		return NULL;
	err = siglet_audit_tree_refresh(tree);
	if (err == NULL && tree->fresh.checkpoint.size > before) {
		forget(s);
		see(s, tree);
	}
	return err;
}

static siglet_err *hold_view(const settling *s, audit_tree *tree, audit_claim *claim)
{
	const bool shrank = claim->view.checkpoint.size > tree->fresh.checkpoint.size;
	const audit_dispute dispute = {
		.first = shrank ? &claim->view : &tree->fresh,
		.second = shrank ? &tree->fresh : &claim->view,
		.from = shrank || claim->subject == NULL ? tree->url : claim->subject,
		.shrank = shrank,
	};

	return siglet_audit_settle_dispute(tree, s->state, &dispute, &claim->finding);
}

/* Of two trees nothing follows for each other, even if their roots are the same. */
static siglet_err *check_tree(const audit_tree *tree, audit_claim *claim)
{
	const siglet_slice origin = claim->view.checkpoint.origin;

	if (siglet_slice_equal(origin, tree->fresh.checkpoint.origin))
		return NULL;
	claim->finding.report.verdict = SIGLET_AUDIT_OTHER_ORIGIN;
	return siglet_err_new(SIGLET_E_UNTRUSTED,
			      "its checkpoint is of \"%s\", which the log does not show",
			      siglet_text_printable(origin).text);
}

static bool has_entry(const audit_claim *claim)
{
	return claim->has_index || claim->has_leaf || claim->id[0] != '\0';
}

/* ---- one claim in one tree ---- */

static siglet_err *look_at(settling *s, audit_tree *tree, audit_claim *claim)
{
	siglet_audit_report *report = &claim->finding.report;
	siglet_err *err = take_finding(&s->seen, claim);

	if (err != NULL)
		return err;
	if (s->unseen != NULL || !siglet_audit_verdict_is_good(report->verdict))
		return again(s->unseen);
	report->verdict = SIGLET_AUDIT_INCOMPLETE;
	if (claim->view.text.len > 0)
		err = check_tree(tree, claim);
	if (err == NULL && claim->view.text.len > 0)
		err = hold_view(s, tree, claim);
	if (err != NULL || report->verdict != SIGLET_AUDIT_INCOMPLETE)
		return err;
	if (!has_entry(claim)) {
		report->verdict = SIGLET_AUDIT_CONSISTENT;
		return NULL;
	}
	switch (tree->kind) {
	case AUDIT_TILED:
		return siglet_audit_claim_look_tiled(tree, claim);
	case AUDIT_REKOR_V1:
		return siglet_audit_claim_look_v1(tree, s->state, claim);
	case AUDIT_CT_TILED:
	case AUDIT_CT_API:
		break;
	}
	return siglet_err_new(SIGLET_E_UNSUPPORTED, "entries of CT logs are not looked up");
}

/* Which tree it is in, the log must say first. */
static bool is_to_be_placed(const audit_tree *tree, const audit_claim *claim)
{
	return tree->kind == AUDIT_REKOR_V1 && claim->view.text.len == 0 &&
	       claim->record_view.text.len == 0 && (claim->has_leaf || claim->id[0] != '\0');
}

/* An id of 80 digits begins with the tree's, which the signed origin ends with. */
static bool is_tree_of_id(const audit_tree *tree, const char *id)
{
	char begin[17], end[32];

	(void)snprintf(begin, sizeof(begin), "%016" PRIx64, (uint64_t)tree->tree_id);
	(void)snprintf(end, sizeof(end), " - %" PRId64, tree->tree_id);
	return strncmp(id, begin, 16) == 0 &&
	       siglet_slice_has_suffix(tree->fresh.checkpoint.origin, end);
}

/* Of several trees, the one that a claim names is known by its view, its record or its index. */
static bool may_be_in(const audit_tree *tree, const audit_claim *claim)
{
	const siglet_slice origin = tree->fresh.checkpoint.origin;
	const uint64_t end = tree->offset + tree->fresh.checkpoint.size;

	if (tree->kind != AUDIT_REKOR_V1)
		return true;
	if (strlen(claim->id) == sizeof(claim->id) - 1 && !is_tree_of_id(tree, claim->id))
		return false;
	if (claim->view.text.len > 0)
		return siglet_slice_equal(origin, claim->view.checkpoint.origin);
	if (claim->record_view.text.len > 0)
		return siglet_slice_equal(origin, claim->record_view.checkpoint.origin);
	return !claim->has_index || tree->is_active ||
	       (claim->index >= tree->offset && claim->index < end);
}

/* Not under a view that is refused, nor for those that know of a newer one. */
static void look_ahead(settling *s, audit_tree *tree)
{
	audit_claim **claims = siglet_calloc(s->count, sizeof(audit_claim *));
	size_t count = 0;

	for (size_t i = 0; claims != NULL && i < s->count; i++) {
		audit_claim *claim = &s->claims[i];

		if (is_open(s, claim) && claim->has_index &&
		    claim->view.checkpoint.size <= tree->fresh.checkpoint.size)
			claims[count++] = claim;
	}
	if (count > 1)
		see(s, tree);
	if (count > 1 && s->unseen == NULL && siglet_audit_verdict_is_good(s->seen.report.verdict))
		siglet_audit_claims_look_ahead(tree, claims, count);
	free(claims);
}

static siglet_err *visit_tree(void *context, audit_tree *tree)
{
	settling *s = context;

	if (tree->kind == AUDIT_TILED)
		look_ahead(s, tree);
	for (size_t i = 0; i < s->count; i++) {
		audit_claim *claim = &s->claims[i];
		siglet_err *err = NULL;

		if (!is_open(s, claim))
			continue;
		if (is_to_be_placed(tree, claim))
			err = siglet_audit_claim_fetch_v1(tree, claim);
		if (err == NULL && !may_be_in(tree, claim))
			continue;
		if (err == NULL)
			see(s, tree);
		if (err == NULL)
			err = catch_up(s, tree, claim);
		if (err == NULL)
			err = look_at(s, tree, claim);
		siglet_audit_finding_count(tree, &claim->finding);
		siglet_audit_claim_tell(s->audit, claim, err);
	}
	forget(s);
	siglet_audit_state_close(s->state);
	s->state = NULL;
	return NULL;
}

/* ---- all claims about one log ---- */

/* What the log could not show stands in the way of all that is left. */
static void tell_rest(settling *s, audit_finding *finding, siglet_err *err)
{
	for (size_t i = 0; i < s->count; i++) {
		audit_claim *claim = &s->claims[i];
		siglet_err *unkept;

		if (!is_open(s, claim))
			continue;
		unkept = take_finding(finding, claim);
		if (err == NULL && unkept == NULL) {
			claim->finding.report.verdict = SIGLET_AUDIT_NOT_INCLUDED;
			unkept = siglet_err_new(SIGLET_E_MISSING,
						"the log shows no such tree any more");
		}
		siglet_audit_claim_tell(s->audit, claim, unkept != NULL ? unkept : again(err));
	}
}

static siglet_err *ask(settling *s, audit_finding *finding)
{
	bool is_read = true;
	siglet_buf bad;
	siglet_err *err = siglet_audit_is_read(s->audit, s->log, &is_read);

	if (err == NULL && !is_read)
		err = siglet_err_new(
			SIGLET_E_UNTRUSTED,
			"%s: what is served there is not signed with this log's key",
			siglet_text_printable(s->audit->from == NULL
						      ? s->log->url
						      : siglet_slice_str(s->audit->from))
				.text);
	if (err != NULL)
		return err;
	siglet_buf_init(&bad, SIGLET_MAX_NOTE_BYTES);
	err = siglet_audit_each_tree(s->audit, s->log, visit_tree, s, &bad);
	if (err != NULL)
		err = siglet_audit_see_bad(s->audit, s->log, &bad, err, finding);
	siglet_buf_clear(&bad);
	return err;
}

void siglet_audit_claims_settle(const siglet_audit *audit, audit_claim *claims, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const audit_log log = claims[i].log;
		settling s = { .audit = audit, .log = &log, .claims = claims, .count = count };
		audit_finding finding;
		siglet_err *err;

		if (claims[i].is_settled)
			continue;
		if (!siglet_audit_can_ask(audit)) {
			siglet_audit_claim_settle_alone(audit, &claims[i]);
			continue;
		}
		/* A contradiction that is plain needs no log that can be reached. */
		if (siglet_audit_claim_is_refuted(audit, &claims[i]))
			continue;
		siglet_audit_finding_init(&finding, "view");
		finding.report.origin = log.name;
		err = ask(&s, &finding);
		tell_rest(&s, &finding, err);
		siglet_err_free(err);
		siglet_audit_finding_clear(&finding);
	}
}
