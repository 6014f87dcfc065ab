#include "audit/audit_internal.h"

#include <inttypes.h>

/*
 * Trees that a log showed once and does not show any more. A log of Rekor v1 names its trees itself,
 * and signs no list of them: who leaves one out hides what came into it since it was last looked at.
 */

typedef struct leaving {
	const siglet_audit *audit;
	const audit_log *log;
	const char *check;
	siglet_audit_tree_visit *visit;
	void *context;
	siglet_hash32 shown[SIGLET_REKOR_MAX_SHARDS]; /* by the hash of the origin */
	size_t count;
} leaving;

static siglet_err *visit_shown(void *context, audit_tree *tree)
{
	const siglet_slice origin = tree->fresh.checkpoint.origin;
	leaving *l = context;

	if (l->count < SIGLET_COUNT(l->shown)) {
		siglet_err *err = siglet_sha256(&origin, 1, l->shown[l->count].bytes);

		if (err != NULL)
			return err;
		l->count++;
	}
	return l->visit(l->context, tree);
}

static siglet_err *say_why(const leaving *l, siglet_slice origin, const audit_view *last)
{
	siglet_buf folder;
	siglet_err *err;

	siglet_buf_init(&folder, SIGLET_AUDIT_MAX_PATH);
	err = siglet_audit_state_name(l->audit, origin, &folder);
	if (err == NULL)
		err = siglet_err_hint(
			siglet_err_new(SIGLET_E_MISMATCH,
				       "the log does not show this tree any more, of which "
				       "%" PRIu64 " entries are remembered",
				       last->checkpoint.size),
			"where it is known why, move %s away", siglet_buf_text(&folder));
	siglet_buf_clear(&folder);
	return err;
}

/* The log signs nothing that says so: there is no evidence to keep. */
static siglet_err *tell_left(void *context, siglet_slice origin)
{
	const leaving *l = context;
	bool is_there = false;
	audit_finding finding;
	audit_view last;
	siglet_err *err;

	siglet_audit_view_init(&last);
	err = siglet_audit_state_peek(l->audit, l->log, origin, &last, &is_there);
	if (err == NULL && is_there) {
		siglet_audit_finding_init(&finding, l->check);
		finding.report.origin = origin;
		finding.report.verdict = SIGLET_AUDIT_STALE;
		finding.report.from = siglet_audit_head_of(&last);
		siglet_audit_finding_tell(l->audit, &finding, say_why(l, origin, &last));
		siglet_audit_finding_clear(&finding);
	}
	siglet_audit_view_clear(&last);
	return err;
}

siglet_err *siglet_audit_each_tree_left(const siglet_audit *audit, const audit_log *log,
					const char *check, siglet_audit_tree_visit *visit,
					void *context, siglet_buf *ret_bad)
{
	leaving l = {
		.audit = audit, .log = log, .check = check, .visit = visit, .context = context
	};
	siglet_err *err = siglet_audit_each_tree(audit, log, visit_shown, &l, ret_bad);

	return err == NULL ? siglet_audit_state_each(audit, log, l.shown, l.count, tell_left, &l)
			   : err;
}
