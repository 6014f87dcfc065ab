#include "audit/audit_internal.h"

/* Has each log only grown since it was last looked at? */

#define CHECK "consistency"

static siglet_err *see_tree(void *context, audit_tree *tree)
{
	const siglet_audit *audit = context;
	audit_state *state = NULL;
	audit_finding finding;
	siglet_err *err;

	siglet_audit_finding_init(&finding, CHECK);
	finding.report.origin = tree->fresh.checkpoint.origin;
	err = siglet_audit_state_open(audit, tree->log, tree->fresh.checkpoint.origin, &state);
	if (err == NULL)
		err = siglet_audit_see(tree, state, &finding);
	else if (siglet_err_code(err) == SIGLET_E_UNTRUSTED)
		finding.report.verdict = SIGLET_AUDIT_OTHER_KEY;
	siglet_audit_finding_count(tree, &finding);
	siglet_audit_state_close(state);
	siglet_audit_finding_tell(audit, &finding, err);
	siglet_audit_finding_clear(&finding);
	return NULL;
}

/* One log that can't be reached does not keep the others from being checked. */
static siglet_err *see_log(void *context, const audit_log *log)
{
	const siglet_audit *audit = context;
	audit_finding finding;
	siglet_buf bad;
	siglet_err *err;

	siglet_buf_init(&bad, SIGLET_MAX_NOTE_BYTES);
	err = siglet_audit_each_tree_left(audit, log, CHECK, see_tree, context, &bad);
	if (err != NULL) {
		siglet_audit_finding_init(&finding, CHECK);
		finding.report.origin = log->name;
		err = siglet_audit_see_bad(audit, log, &bad, err, &finding);
		siglet_audit_finding_tell(audit, &finding, err);
		siglet_audit_finding_clear(&finding);
	}
	siglet_buf_clear(&bad);
	return NULL;
}

siglet_err *siglet_audit_consistency(const siglet_audit *audit)
{
	siglet_audit copy = *audit;
	siglet_err *err = siglet_audit_each_log(audit, see_log, &copy);

	if (err == NULL)
		siglet_audit_tell_unusable(audit, CHECK);
	return err;
}
