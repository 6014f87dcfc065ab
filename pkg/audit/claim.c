#include "audit/audit_internal.h"

#include <stdlib.h>

/* What somebody else says of a log: a checkpoint, an entry, or both. */

void siglet_audit_claim_init(audit_claim *claim, const char *check)
{
	*claim = (audit_claim) { .subject = NULL };
	siglet_audit_view_init(&claim->view);
	siglet_audit_view_init(&claim->record_view);
	siglet_rekor_record_init(&claim->record);
	siglet_buf_init(&claim->entry, SIGLET_MAX_ENTRY_BODY_BYTES);
	siglet_audit_finding_init(&claim->finding, check);
}

void siglet_audit_claim_clear(audit_claim *claim)
{
	siglet_audit_finding_clear(&claim->finding);
	siglet_buf_clear(&claim->entry);
	siglet_err_free(claim->looked.err);
	claim->looked.err = NULL;
	siglet_rekor_record_clear(&claim->record);
	siglet_audit_view_clear(&claim->record_view);
	siglet_audit_view_clear(&claim->view);
	free(claim->subject);
	claim->subject = NULL;
}

void siglet_audit_claim_tell(const siglet_audit *audit, audit_claim *claim, siglet_err *err)
{
	siglet_audit_report *report = &claim->finding.report;

	report->subject = claim->subject;
	if (!siglet_audit_verdict_is_good(report->verdict))
		report->detail = NULL;
	if (report->origin.len == 0)
		report->origin =
			claim->view.text.len > 0 ? claim->view.checkpoint.origin : claim->log.name;
	if (claim->view.text.len > 0 && !report->from.is_there)
		report->from = siglet_audit_head_of(&claim->view);
	report->has_index = claim->has_index;
	report->index = claim->index;
	report->has_leaf = claim->has_leaf;
	report->leaf = claim->leaf;
	report->has_entry = claim->wants_entry && !claim->drops_entry &&
			    siglet_audit_verdict_is_good(report->verdict) && err == NULL;
	if (report->has_entry)
		report->entry = siglet_buf_slice(&claim->entry);
	siglet_audit_finding_tell(audit, &claim->finding, err);
	/* What was of a tree is gone with it. */
	report->origin = SIGLET_SLICE_NONE;
	claim->is_settled = true;
}

/* ---- what can be said without asking ---- */

static siglet_err *keep_fork(const siglet_audit *audit, audit_claim *claim, const audit_view *last)
{
	audit_evidence evidence = {
		.kind = SIGLET_AUDIT_FORK,
		.log = &claim->log,
		.first = last->text,
		.second = claim->view.text,
		.from = claim->subject == NULL ? "" : claim->subject,
		.seen_s = audit->now_s,
	};
	audit_state *state = NULL;
	siglet_err *err =
		siglet_audit_state_open(audit, &claim->log, claim->view.checkpoint.origin, &state);

	claim->finding.report.verdict = SIGLET_AUDIT_FORK;
	if (err == NULL)
		err = siglet_audit_evidence_keep(state, &evidence, &claim->finding.evidence);
	siglet_audit_state_close(state);
	return err;
}

/* Of one size, two trees are the same or not: nothing has to be fetched for that. */
static siglet_err *compare_alone(const siglet_audit *audit, audit_claim *claim, bool *ret_is_same)
{
	siglet_audit_report *report = &claim->finding.report;
	const siglet_checkpoint *theirs = &claim->view.checkpoint;
	bool is_there = false;
	audit_view last;
	siglet_err *err = NULL;

	*ret_is_same = false;
	siglet_audit_view_init(&last);
	if (audit->state != NULL)
		err = siglet_audit_state_peek(audit, &claim->log, theirs->origin, &last, &is_there);
	if (err != NULL && siglet_err_code(err) == SIGLET_E_UNTRUSTED)
		report->verdict = SIGLET_AUDIT_OTHER_KEY;
	if (err == NULL && is_there) {
		report->to = siglet_audit_head_of(&last);
		if (theirs->size == last.checkpoint.size) {
			*ret_is_same = siglet_hash32_equal(&theirs->root, &last.checkpoint.root);
			if (!*ret_is_same)
				err = keep_fork(audit, claim, &last);
		}
	}
	siglet_audit_view_clear(&last);
	return err;
}

bool siglet_audit_claim_is_refuted(const siglet_audit *audit, audit_claim *claim)
{
	siglet_audit_report *report = &claim->finding.report;
	bool is_same = false;
	siglet_err *err = NULL;

	if (claim->view.text.len > 0)
		err = compare_alone(audit, claim, &is_same);
	if (!siglet_audit_verdict_is_refusal(report->verdict)) {
		/* What stands in the way here is told when the state is opened. */
		siglet_err_free(err);
		report->to.is_there = false;
		return false;
	}
	siglet_audit_claim_tell(audit, claim, err);
	return true;
}

void siglet_audit_claim_settle_alone(const siglet_audit *audit, audit_claim *claim)
{
	siglet_audit_report *report = &claim->finding.report;
	bool is_same = false;
	siglet_err *err;

	if (claim->view.text.len == 0) {
		err = siglet_err_new(SIGLET_E_NETWORK,
				     "nothing proves it, and nobody may be asked with --offline");
		siglet_audit_claim_tell(audit, claim, err);
		return;
	}
	err = compare_alone(audit, claim, &is_same);
	if (err == NULL && report->verdict == SIGLET_AUDIT_INCOMPLETE) {
		/* The entry was proved under the view before it became a claim. */
		if (claim->has_leaf)
			report->verdict = SIGLET_AUDIT_INCLUDED;
		else if (is_same)
			report->verdict = SIGLET_AUDIT_CONSISTENT;
		else if (report->to.is_there)
			err = siglet_err_new(SIGLET_E_NETWORK,
					     "a view of another size than what is remembered: the "
					     "log must be asked how it grew");
		else
			err = siglet_err_new(SIGLET_E_NETWORK,
					     "nothing is remembered of this log to compare with");
		if (claim->has_leaf && !is_same)
			report->detail = "under its own checkpoint, compared with nothing; "
					 "no artifact was checked";
	}
	siglet_audit_claim_tell(audit, claim, err);
}
