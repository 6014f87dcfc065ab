#include "verify/verify.h"

#include <stdlib.h>
#include <string.h>

/* What a person asks for: the object, and whether it can be asked at all. identity.c does the matching. */

void siglet_policy_init(siglet_policy *policy)
{
	*policy = (siglet_policy) { .thresholds = { .tlog = 1, .timestamp = 1, .sct = 1 } };
}

void siglet_policy_clear(siglet_policy *policy)
{
	free(policy->forge_url);
	free(policy->forge_owner);
	free(policy->forge_repository);
	free(policy->workflow);
	free(policy->ref);
	free(policy->predicate_type);
	for (size_t i = 0; i < policy->requirement_count; i++)
		free(policy->requirements[i].value);
	siglet_policy_init(policy);
}

static siglet_err *check_text(const siglet_match *match, const char *what)
{
	if (match->text != NULL && match->text[0] == '\0')
		return siglet_err_new(SIGLET_E_USAGE, "an empty %s", what);
	return NULL;
}

static siglet_err *check_key_policy(const siglet_policy *policy)
{
	if (policy->identity.text != NULL || policy->issuer.text != NULL ||
	    policy->forge != SIGLET_FORGE_NONE || policy->requirement_count > 0)
		return siglet_err_new(SIGLET_E_USAGE,
				      "a key and an identity: a signature has one or the other");
	if (policy->has_key_not_before && policy->has_key_not_after &&
	    policy->key_not_before_s > policy->key_not_after_s)
		return siglet_err_new(SIGLET_E_USAGE, "the key's window ends before it begins");
	return NULL;
}

static siglet_err *check_identity_policy(const siglet_policy *policy)
{
	const bool has_forge = policy->forge != SIGLET_FORGE_NONE;

	if (policy->identity.text == NULL && policy->issuer.text == NULL && !has_forge)
		return siglet_err_hint(
			siglet_err_new(SIGLET_E_USAGE, "no identity and no key to expect"),
			"say who must have signed it: --github OWNER/REPO, or --identity with "
			"--issuer, or --key");
	if (policy->identity.text == NULL && !has_forge)
		return siglet_err_new(SIGLET_E_USAGE, "an issuer without an identity: anybody "
						      "with a login there could have signed");
	if (policy->issuer.text == NULL && !has_forge)
		return siglet_err_new(SIGLET_E_USAGE, "an identity without an issuer: any issuer "
						      "could have named it");
	if ((policy->workflow != NULL || policy->ref != NULL) && !has_forge)
		return siglet_err_new(SIGLET_E_USAGE,
				      "a workflow or ref needs a repository to belong to");
	if (policy->has_key_not_before || policy->has_key_not_after)
		return siglet_err_new(SIGLET_E_USAGE, "a key's window without a key");
	if (policy->thresholds.timestamp == 0)
		return siglet_err_new(SIGLET_E_USAGE,
				      "a certificate that lived for minutes needs a verified "
				      "time: the timestamp threshold can't be 0");
	return NULL;
}

/*
 * A policy for checkpoints and a threshold of no log contradict each other. Raising the threshold
 * in silence would refuse what was said to be fine; keeping it would ask nobody.
 */
static siglet_err *check_witnesses(const siglet_policy *policy)
{
	const unsigned wanted = policy->thresholds.witness;

	if (policy->witnesses == NULL)
		return wanted == 0 ? NULL
				   : siglet_err_new(SIGLET_E_USAGE,
						    "a witness threshold without a witness policy: "
						    "whose word would count?");
	if (policy->thresholds.tlog == 0)
		return siglet_err_hint(
			siglet_err_new(SIGLET_E_USAGE,
				       "a witness policy, and a log threshold of 0: without a log "
				       "there is nothing to witness"),
			"say --tlog-threshold 1 or more; this instance or key may ask for none");
	if (wanted > siglet_witness_policy_witness_count(policy->witnesses))
		return siglet_err_new(SIGLET_E_USAGE,
				      "a threshold of %u witnesses, and the policy has %zu", wanted,
				      siglet_witness_policy_witness_count(policy->witnesses));
	return NULL;
}

static siglet_err *check_receipts(const siglet_policy *policy)
{
	const unsigned wanted = policy->thresholds.receipt;

	if (policy->subject.text != NULL && !policy->is_statement)
		return siglet_err_new(SIGLET_E_USAGE,
				      "a subject to expect: only statements of SCITT have one");
	if (policy->services == NULL)
		return wanted == 0 ? NULL
				   : siglet_err_new(SIGLET_E_USAGE,
						    "receipts are wanted, and no keys of services: "
						    "whose word would count?");
	if (wanted > siglet_scitt_keys_count(policy->services))
		return siglet_err_new(SIGLET_E_USAGE,
				      "receipts of %u services, and the keys are %zu", wanted,
				      siglet_scitt_keys_count(policy->services));
	return NULL;
}

/* What Sigstore's certificates say is not in a statement: asked for, it would be asked of nobody. */
static siglet_err *check_statement_policy(const siglet_policy *policy)
{
	if (policy->identity.text != NULL || policy->forge != SIGLET_FORGE_NONE ||
	    policy->requirement_count > 0 || policy->predicate_type != NULL ||
	    policy->witnesses != NULL)
		return siglet_err_hint(
			siglet_err_new(SIGLET_E_USAGE,
				       "a statement of SCITT has an issuer and a subject, and "
				       "nothing that Sigstore's certificates and logs say"),
			"say --issuer and --subject, or --key");
	if (policy->key == NULL && policy->issuer.text == NULL && policy->thresholds.receipt == 0)
		return siglet_err_hint(siglet_err_new(SIGLET_E_USAGE,
						      "nobody is expected to vouch for it"),
				       "give the keys of services, an issuer, or a key");
	if (policy->key == NULL && (policy->has_key_not_before || policy->has_key_not_after))
		return siglet_err_new(SIGLET_E_USAGE, "a key's window without a key");
	if (policy->has_key_not_before && policy->has_key_not_after &&
	    policy->key_not_before_s > policy->key_not_after_s)
		return siglet_err_new(SIGLET_E_USAGE, "the key's window ends before it begins");
	return NULL;
}

siglet_err *siglet_policy_check(const siglet_policy *policy)
{
	siglet_err *err = check_text(&policy->identity, "identity");

	if (err == NULL)
		err = check_text(&policy->issuer, "issuer");
	if (err == NULL)
		err = check_text(&policy->subject, "subject");
	if (err == NULL && policy->predicate_type != NULL && policy->predicate_type[0] == '\0')
		err = siglet_err_new(SIGLET_E_USAGE, "an empty type");
	if (err == NULL && policy->statement_only && policy->predicate_type != NULL &&
	    strcmp(policy->predicate_type, "signature") == 0)
		err = siglet_err_new(SIGLET_E_USAGE, "a signature has no statement to judge");
	if (err == NULL)
		err = check_receipts(policy);
	if (err == NULL && policy->is_statement)
		return check_statement_policy(policy);
	if (err == NULL)
		err = check_witnesses(policy);
	if (err != NULL)
		return err;
	return policy->key != NULL ? check_key_policy(policy) : check_identity_policy(policy);
}
