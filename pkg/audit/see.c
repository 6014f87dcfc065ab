#include "audit/audit_internal.h"

/* What a log shows now, against what it showed before, and who else saw it. */

#define MAX_PART_BYTES 65536
#define MAX_AHEAD_S 300 /* the clock of a witness may be ahead of ours */

/* ---- findings ---- */

void siglet_audit_finding_init(audit_finding *finding, const char *check)
{
	*finding = (audit_finding) { .report.check = check };
	siglet_buf_init(&finding->evidence, (size_t)2 * SIGLET_AUDIT_MAX_PATH);
	siglet_buf_init(&finding->part, MAX_PART_BYTES);
}

void siglet_audit_finding_clear(audit_finding *finding)
{
	siglet_buf_clear(&finding->evidence);
	siglet_buf_clear(&finding->part);
}

void siglet_audit_finding_count(const audit_tree *tree, audit_finding *finding)
{
	const siglet_source_counts counts = siglet_source_counts_of(tree->source);

	finding->report.requests = counts.requests;
	finding->report.bytes = counts.bytes;
}

void siglet_audit_finding_tell(const siglet_audit *audit, audit_finding *finding, siglet_err *err)
{
	finding->report.error = err;
	finding->report.evidence =
		finding->evidence.len > 0 ? siglet_buf_text(&finding->evidence) : NULL;
	finding->report.part = finding->part.len > 0 ? siglet_buf_text(&finding->part) : NULL;
	audit->tell(audit->context, &finding->report);
	finding->report.error = NULL;
	siglet_err_free(err);
}

/* ---- evidence ---- */

/* It is kept before anything else is done: what follows may fail. */
static siglet_err *accuse(const audit_state *state, const audit_evidence *evidence,
			  audit_finding *finding)
{
	finding->report.verdict = evidence->kind;
	return state == NULL ? NULL
			     : siglet_audit_evidence_keep(state, evidence, &finding->evidence);
}

static siglet_err *conclude(const audit_tree *tree, const audit_state *state,
			    const audit_dispute *dispute, const audit_comparison *comparison,
			    audit_finding *finding)
{
	const bool grew = dispute->first->checkpoint.size < dispute->second->checkpoint.size;
	audit_evidence evidence = {
		.kind = SIGLET_AUDIT_STALE,
		.log = tree->log,
		.first = dispute->first->text,
		.second = dispute->second->text,
		.from = dispute->from,
		.seen_s = tree->audit->now_s,
	};

	if (!comparison->is_same) {
		evidence.kind = SIGLET_AUDIT_FORK;
		/* What is shown is under that one, in place of the larger of the two. */
		if (comparison->has_other)
			*(grew ? &evidence.second : &evidence.first) = comparison->other.text;
		if (comparison->is_shown)
			evidence.shown = &comparison->shown;
		return accuse(state, &evidence, finding);
	}
	return dispute->shrank ? accuse(state, &evidence, finding) : NULL;
}

/*
 * A log that shows less than it did is refused even where the rest can't be found out: it may well
 * not serve any more what it forgot.
 */
siglet_err *siglet_audit_settle_dispute(audit_tree *tree, const audit_state *state,
					const audit_dispute *dispute, audit_finding *finding)
{
	audit_comparison comparison;
	siglet_err *err;

	siglet_audit_comparison_init(&comparison);
	err = siglet_audit_compare_views(tree, dispute->first, dispute->second, &comparison);
	if (err != NULL && dispute->shrank && !siglet_err_is_fault(err)) {
		siglet_err_free(err);
		comparison.is_same = true;
		err = NULL;
	}
	if (err == NULL)
		err = conclude(tree, state, dispute, &comparison, finding);
	else if (siglet_err_code(err) == SIGLET_E_MISMATCH)
		finding->report.verdict = SIGLET_AUDIT_DATA_MISMATCH;
	siglet_audit_comparison_clear(&comparison);
	return err;
}

/* ---- against what is remembered ---- */

/* What is smaller may be a cache's. */
static siglet_err *compare(audit_tree *tree, const audit_state *state, const audit_view *last,
			   audit_finding *finding)
{
	audit_dispute dispute = { .first = last, .second = &tree->fresh, .from = tree->url };
	siglet_err *err = NULL;

	if (tree->fresh.checkpoint.size < last->checkpoint.size)
		err = siglet_audit_tree_refresh(tree);
	if (err != NULL)
		return err;
	dispute.shrank = tree->fresh.checkpoint.size < last->checkpoint.size;
	finding->report.origin = tree->fresh.checkpoint.origin;
	finding->report.from = siglet_audit_head_of(last);
	finding->report.to = siglet_audit_head_of(&tree->fresh);
	err = siglet_audit_settle_dispute(tree, state, &dispute, finding);
	if (err == NULL && finding->report.verdict == SIGLET_AUDIT_INCOMPLETE)
		finding->report.verdict = SIGLET_AUDIT_CONSISTENT;
	return err;
}

/* ---- who else saw it, and when ---- */

static siglet_err *check_witnesses(const audit_tree *tree, siglet_audit_report *report)
{
	const siglet_audit *audit = tree->audit;
	siglet_witness_result result;
	siglet_err *err;

	if (audit->policy == NULL)
		return NULL;
	err = siglet_witness_policy_check(audit->policy, &tree->fresh.note, &result);
	if (err == NULL) {
		report->cosigned = (unsigned)result.cosigned;
		err = siglet_witness_result_require(audit->policy, &result,
						    audit->witness_threshold);
	}
	/* A time to come would keep a view young until then. */
	if (err == NULL && result.quorum_met && result.cosigned > 0 &&
	    result.quorum_s <= audit->now_s + MAX_AHEAD_S) {
		report->has_age = true;
		report->age_s = audit->now_s - result.quorum_s;
	}
	if (err != NULL && !siglet_err_is_fault(err))
		report->verdict = SIGLET_AUDIT_NO_QUORUM;
	return err;
}

/* Where no witness says when, it is as old as we know it. */
static siglet_err *check_age(const audit_tree *tree, const audit_state *state,
			     siglet_audit_report *report)
{
	const siglet_audit *audit = tree->audit;
	int64_t seen_s = audit->now_s;
	siglet_err *err = NULL;

	if (!report->has_age && state != NULL)
		err = siglet_audit_state_seen(state, &tree->fresh, audit->now_s, &seen_s);
	if (err != NULL)
		return err;
	if (!report->has_age && state != NULL) {
		report->has_age = true;
		report->age_s = audit->now_s - seen_s;
	}
	if (report->has_age && report->age_s < 0)
		report->age_s = 0;
	/* What is closed stays as it was for ever. */
	if (!tree->is_active || tree->log->is_retired)
		return NULL;
	if (!audit->has_max_age || !report->has_age || report->age_s <= audit->max_age_s)
		return NULL;
	report->verdict = SIGLET_AUDIT_TOO_OLD;
	return siglet_err_new(SIGLET_E_EXPIRED, "this view is %lld seconds old, and --max-age %lld",
			      (long long)report->age_s, (long long)audit->max_age_s);
}

static siglet_err *accept(const audit_tree *tree, const audit_state *state, const audit_view *last,
			  audit_finding *finding)
{
	siglet_audit_report *report = &finding->report;
	const siglet_audit_verdict good = report->verdict;
	siglet_err *err = check_witnesses(tree, report);

	if (err != NULL)
		return err;
	/* What is not remembered must not pass for it. */
	report->verdict = SIGLET_AUDIT_INCOMPLETE;
	if (state != NULL)
		err = siglet_audit_state_remember(state, &tree->fresh, last);
	if (err == NULL)
		err = check_age(tree, state, report);
	if (err == NULL)
		report->verdict = good;
	return err;
}

siglet_err *siglet_audit_see(audit_tree *tree, const audit_state *state, audit_finding *finding)
{
	siglet_audit_report *report = &finding->report;
	audit_view last;
	bool is_there = false;
	siglet_err *err = NULL;

	siglet_audit_view_init(&last);
	report->origin = tree->fresh.checkpoint.origin;
	report->to = siglet_audit_head_of(&tree->fresh);
	if (state != NULL)
		err = siglet_audit_state_view(state, tree->log, &last, &is_there);
	if (err == NULL && is_there)
		err = compare(tree, state, &last, finding);
	else if (err == NULL)
		report->verdict = SIGLET_AUDIT_FIRST_SEEN;
	if (err == NULL && siglet_audit_verdict_is_good(report->verdict))
		err = accept(tree, state, is_there ? &last : NULL, finding);
	siglet_audit_view_clear(&last);
	return err;
}

/* ---- what is not the log's ---- */

static siglet_err *keep_bad(const siglet_audit *audit, const audit_log *log, const siglet_buf *bad,
			    siglet_audit_verdict verdict, audit_finding *finding)
{
	audit_evidence evidence = {
		.kind = verdict,
		.log = log,
		.second = siglet_buf_slice(bad),
		.seen_s = audit->now_s,
	};
	audit_state *state = NULL;
	bool is_there = false;
	audit_view last;
	siglet_buf from;
	siglet_err *err = siglet_audit_state_open(audit, log, log->name, &state);

	siglet_audit_view_init(&last);
	siglet_buf_init(&from, SIGLET_AUDIT_MAX_PATH);
	if (err == NULL)
		err = audit->from != NULL ? siglet_buf_append_str(&from, audit->from)
					  : siglet_buf_append(&from, log->url);
	if (err == NULL)
		err = siglet_audit_state_view(state, log, &last, &is_there);
	if (err == NULL) {
		evidence.from = siglet_buf_text(&from);
		evidence.first = last.text;
		err = siglet_audit_evidence_keep(state, &evidence, &finding->evidence);
	}
	siglet_buf_clear(&from);
	siglet_audit_view_clear(&last);
	siglet_audit_state_close(state);
	return err;
}

siglet_err *siglet_audit_see_bad(const siglet_audit *audit, const audit_log *log,
				 const siglet_buf *bad, siglet_err *err, audit_finding *finding)
{
	siglet_audit_verdict verdict;
	siglet_err *unkept;

	if (bad->len == 0)
		return err;
	verdict = siglet_audit_verdict_of(err);
	finding->report.verdict = verdict;
	if (verdict == SIGLET_AUDIT_INCOMPLETE || audit->state == NULL)
		return err;
	unkept = keep_bad(audit, log, bad, verdict, finding);
	if (unkept == NULL)
		return err;
	siglet_err_free(err);
	return unkept;
}
