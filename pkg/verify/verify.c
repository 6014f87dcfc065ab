#include "verify/verify.h"

#include <stdlib.h>

#include "verify/verify_internal.h"

/* The algorithm: every step runs, in this order, or the answer is no. */

#define MAX_NOTE_ARENA_BYTES                                      \
	((size_t)2 * SIGLET_MAX_ENTRIES * SIGLET_MAX_NOTE_BYTES + \
	 (size_t)2 * SIGLET_MAX_ENTRIES * sizeof(siglet_witness_result))

bool siglet_verify_is_new_voter(const siglet_slice *voters, size_t count, siglet_slice voter)
{
	for (size_t i = 0; i < count; i++)
		if (siglet_slice_equal(voters[i], voter))
			return false;
	return true;
}

const siglet_log *siglet_verify_next_tlog(const siglet_trustroot *root, siglet_slice log_id,
					  size_t *index)
{
	const size_t count = root == NULL ? 0 : siglet_trustroot_tlog_count(root);

	while (*index < count) {
		const siglet_log *log = siglet_trustroot_tlog(root, (*index)++);

		if (siglet_slice_equal(log->log_id, log_id))
			return log;
	}
	return NULL;
}

typedef siglet_err *step(verification *v);

static siglet_err *run_steps(verification *v, step *const *steps, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		siglet_err *err = steps[i](v);

		if (err != NULL)
			return err;
	}
	return NULL;
}

static siglet_err *run(verification *v)
{
	static step *const ordinary[] = {
		siglet_verify_material,	   siglet_verify_cose_prepare, siglet_verify_times,
		siglet_verify_certificate, siglet_verify_scts,	       siglet_verify_content,
		siglet_verify_log,	   siglet_verify_receipts,     siglet_verify_statement,
		siglet_verify_policy,
	};
	/* What vouches for a statement is not Sigstore's: no root, no logs, no SCTs. */
	static step *const of_statement[] = {
		siglet_verify_scitt_material, siglet_verify_cose_prepare, siglet_verify_receipts,
		siglet_verify_scitt_issuer,   siglet_verify_content,	  siglet_verify_bounds,
	};

	return v->policy->is_statement ? run_steps(v, of_statement, SIGLET_COUNT(of_statement))
				       : run_steps(v, ordinary, SIGLET_COUNT(ordinary));
}

siglet_err *siglet_verify(const siglet_bundle *bundle, const siglet_trustroot *root,
			  const siglet_verify_input *artifact, const siglet_policy *policy,
			  siglet_report **ret_report)
{
	siglet_err *err = siglet_policy_check(policy);
	siglet_report *report;

	if (err != NULL)
		return err;
	report = siglet_calloc(1, sizeof(*report));
	if (report == NULL)
		return siglet_err_nomem();
	report->err = SIGLET_ERR_UNSET;
	report->bundle = bundle;
	report->policy = policy;
	siglet_arena_init(&report->arena, MAX_NOTE_ARENA_BYTES);

	verification v = { .bundle = bundle,
			   .data = siglet_bundle_get(bundle),
			   .root = root,
			   .artifact = policy->statement_only ? NULL : artifact,
			   .policy = policy,
			   .report = report };
	err = run(&v);
	if (err != NULL && siglet_err_code(err) == SIGLET_E_NOMEM) {
		siglet_report_free(report);
		return err; /* no verdict: the caller may try again */
	}
	report->err = err;
	*ret_report = report;
	report->accepted = err == NULL;
	return NULL;
}
