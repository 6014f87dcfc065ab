#include "verify/verify.h"

#include "verify/verify_internal.h"

/* Steps 3 and 4 for a signer, who has no bundle yet: the time is the caller's word. */

static siglet_err *run(verification *v, siglet_identity *ret_identity)
{
	siglet_err *err = siglet_verify_certificate(v);

	if (err == NULL)
		err = siglet_verify_scts(v);
	if (err == NULL)
		*ret_identity = v->report->identity;
	return err;
}

siglet_err *siglet_verify_leaf(const siglet_cert *leaf, const siglet_trustroot *root,
			       int64_t time_s, unsigned sct_threshold,
			       siglet_identity *ret_identity)
{
	const siglet_key *key = siglet_cert_key(leaf);
	siglet_policy policy;
	siglet_report *report;
	siglet_err *err;

	if (key == NULL)
		return siglet_err_new(SIGLET_E_UNSUPPORTED, "a key of a kind we do not use");
	report = siglet_calloc(1, sizeof(*report));
	if (report == NULL)
		return siglet_err_nomem();
	siglet_policy_init(&policy);
	policy.thresholds.sct = sct_threshold;
	report->err = SIGLET_ERR_UNSET;
	report->policy = &policy;
	report->times[0] = (siglet_verified_time) { .time_s = time_s };
	report->time_count = 1;

	verification v = {
		.root = root, .policy = &policy, .leaf = leaf, .key = key, .report = report
	};
	err = run(&v, ret_identity);
	siglet_report_free(report);
	siglet_policy_clear(&policy);
	return err;
}
