#include "siglet/siglet.h"

#include <stdlib.h>
#include <string.h>

#include "siglet/siglet_internal.h"

/* From handles to a result: every bundle is judged alone, then one of them speaks for all. */

/*
 * The digests that these bundles call for; more of them than were made at first come from the
 * bytes.
 */
static siglet_err *complete_digests(const siglet_bundles *bundles,
				    const siglet_expectation *expectation,
				    const siglet_artifact *artifact, siglet_digests *ret_digests)
{
	const unsigned wanted = siglet_artifact_hashes(bundles, expectation);
	siglet_hasher *hasher = NULL;
	siglet_err *err;

	*ret_digests = artifact->digests;
	if (!artifact->has_message || (wanted & ~artifact->digests.mask) == 0)
		return NULL;
	err = siglet_hasher_new(wanted | artifact->digests.mask, &hasher);
	if (err == NULL)
		err = siglet_hasher_update(hasher, artifact->message);
	if (err == NULL)
		err = siglet_hasher_finish(hasher, ret_digests);
	siglet_hasher_free(hasher);
	return err;
}

static siglet_err *judge_all(const siglet_trust *trust, const siglet_expectation *expectation,
			     const siglet_bundles *bundles, const siglet_verify_input *input,
			     siglet_result *result)
{
	for (size_t i = 0; i < bundles->count; i++) {
		siglet_err *err =
			siglet_verify(bundles->items[i], trust == NULL ? NULL : trust->root, input,
				      &expectation->policy, &result->reports[i]);

		if (err != NULL)
			return err;
		result->count++;
		const bool accepted = siglet_report_accepted(result->reports[i]);
		if (accepted != result->all) { /* one yes is enough, or one no is */
			result->decisive = i;
			result->accepted = accepted;
			return NULL;
		}
	}
	result->accepted = result->all && result->count > 0;
	return NULL;
}

siglet_error *siglet_verify_artifact(const siglet_trust *trust,
				     const siglet_expectation *expectation,
				     const siglet_bundles *bundles, const siglet_artifact *artifact,
				     bool all, siglet_result **ret_result)
{
	siglet_digests digests = { 0 };
	siglet_verify_input input = { 0 };
	siglet_result *result;
	siglet_err *err = siglet_policy_check(&expectation->policy);

	if (err == NULL && artifact != NULL && artifact->hasher != NULL)
		err = siglet_err_new(SIGLET_E_USAGE, "the artifact is not finished");
	if (err == NULL && artifact == NULL && !expectation->policy.statement_only)
		err = siglet_err_new(SIGLET_E_USAGE, "no artifact");
	if (err == NULL && artifact != NULL)
		err = complete_digests(bundles, expectation, artifact, &digests);
	if (err != NULL)
		return err;
	if (artifact != NULL)
		input = (siglet_verify_input) { &digests, artifact->has_message,
						artifact->message };

	result = siglet_calloc(1, sizeof(*result));
	if (result == NULL)
		return siglet_err_nomem();
	result->all = all;
	result->trust = trust;
	result->reports = siglet_calloc(bundles->count, sizeof(siglet_report *));
	err = result->reports == NULL ? siglet_err_nomem()
				      : judge_all(trust, expectation, bundles, &input, result);
	if (err == NULL)
		err = siglet_result_finish(result, bundles, &input, &expectation->policy);
	if (err != NULL) {
		siglet_result_free(result);
		return err;
	}
	*ret_result = result;
	return NULL;
}

siglet_err *siglet_result_unreadable(siglet_err *why, siglet_result **ret_result)
{
	siglet_result *result = siglet_calloc(1, sizeof(*result));
	siglet_err *err;

	if (result == NULL) {
		siglet_err_free(why);
		return siglet_err_nomem();
	}
	result->unreadable = why;
	err = siglet_result_finish(result, NULL, NULL, NULL);
	if (err != NULL) {
		siglet_result_free(result);
		return err;
	}
	*ret_result = result;
	return NULL;
}

siglet_err *siglet_judge_owned(const siglet_trust *trust, const siglet_expectation *expectation,
			       siglet_bundles *bundles, siglet_artifact *artifact, bool all,
			       siglet_err *err, siglet_result **ret_result)
{
	siglet_result *result = NULL;

	if (err == NULL)
		err = siglet_verify_artifact(trust, expectation, bundles, artifact, all, &result);
	if (err != NULL) {
		siglet_artifact_free(artifact);
		siglet_bundles_free(bundles);
		return err;
	}
	result->owned_bundles = bundles;
	result->owned_artifact = artifact;
	*ret_result = result;
	return NULL;
}

siglet_error *siglet_verify_bytes(const siglet_trust *trust, const siglet_expectation *expectation,
				  const void *data, size_t len, const void *bundle_json,
				  size_t bundle_len, siglet_result **ret_result)
{
	siglet_artifact *artifact = NULL;
	siglet_bundles *bundles = NULL;
	siglet_err *err = siglet_policy_check(&expectation->policy);

	if (err == NULL)
		err = siglet_bundles_parse(bundle_json, bundle_len, "bundle", &bundles);
	if (err != NULL)
		return siglet_is_refusal(err) ? siglet_result_unreadable(err, ret_result) : err;
	err = siglet_artifact_from_bytes(data, len, &artifact);
	return siglet_judge_owned(trust, expectation, bundles, artifact, false, err, ret_result);
}

siglet_error *siglet_verify_digest(const siglet_trust *trust, const siglet_expectation *expectation,
				   const char *digest, const void *bundle_json, size_t bundle_len,
				   siglet_result **ret_result)
{
	siglet_artifact *artifact = NULL;
	siglet_bundles *bundles = NULL;
	siglet_err *err = siglet_policy_check(&expectation->policy);

	if (err == NULL)
		err = siglet_bundles_parse(bundle_json, bundle_len, "bundle", &bundles);
	if (err != NULL)
		return siglet_is_refusal(err) ? siglet_result_unreadable(err, ret_result) : err;
	err = siglet_artifact_from_digest(digest, &artifact);
	return siglet_judge_owned(trust, expectation, bundles, artifact, false, err, ret_result);
}
