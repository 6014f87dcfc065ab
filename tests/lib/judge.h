/*
 * judge: verify what the forge made, the way a careful user would.
 */
#ifndef SIGLET_TEST_JUDGE_H
#define SIGLET_TEST_JUDGE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forge.h"
#include "heads.h"

#include "bundle/bundle.h"
#include "trustroot/trustroot.h"
#include "verify/verify.h"

/* A bundle's way to a verdict, and what it needs to live meanwhile. */
typedef struct judged {
	bool accepted;
	siglet_rule rule;  /* of a refusal */
	char message[512]; /* of a refusal */
	siglet_bundle *bundle;
	siglet_trustroot *root;
	siglet_key *key;
	siglet_policy *policy; /* on the heap: the report borrows it */
	siglet_report *report; /* NULL where the bundle or the root could not be read */
} judged;

static inline void judged_clear(judged *j)
{
	siglet_report_free(j->report);
	siglet_bundle_free(j->bundle);
	siglet_trustroot_free(j->root);
	siglet_key_free(j->key);
	if (j->policy != NULL)
		siglet_policy_clear(j->policy);
	free(j->policy);
}

static inline void judge_note(judged *j, siglet_rule rule, siglet_err *err)
{
	j->rule = rule;
	(void)snprintf(j->message, sizeof(j->message), "%s", siglet_err_message(err));
	siglet_err_free(err);
}

static inline siglet_err *judge_hash(siglet_slice artifact, siglet_digests *ret_digests)
{
	const unsigned all = SIGLET_HASH_BIT(SIGLET_SHA256) | SIGLET_HASH_BIT(SIGLET_SHA384) |
			     SIGLET_HASH_BIT(SIGLET_SHA512);
	siglet_hasher *hasher = NULL;
	siglet_err *err = siglet_hasher_new(all, &hasher);

	if (err == NULL)
		err = siglet_hasher_update(hasher, artifact);
	if (err == NULL)
		err = siglet_hasher_finish(hasher, ret_digests);
	siglet_hasher_free(hasher);
	return err;
}

static inline siglet_err *judge_read(siglet_slice bytes, siglet_bundle **ret_bundle)
{
	return siglet_bundle_is_cose(bytes) ? siglet_bundle_parse_cose(heads(), bytes, ret_bundle)
					    : siglet_bundle_parse(bytes, ret_bundle);
}

/*
 * Verify a product. policy NULL: its own identity and issuer, or its key; one of everything, as the command
 * line has it. policy is copied with its type; it must own no other string.
 */
static inline judged judge(const forge_product *product, siglet_slice root,
			   const siglet_policy *policy)
{
	judged j = { .rule = SIGLET_RULE_COUNT };
	siglet_digests digests = { 0 };
	siglet_err *err = siglet_trustroot_parse(root, &j.root);

	j.policy = calloc(1, sizeof(*j.policy));
	if (j.policy == NULL)
		exit(3);
	siglet_policy_init(j.policy);
	if (err != NULL) {
		judge_note(&j, SIGLET_RULE_POLICY, err);
		return j;
	}
	err = judge_read(siglet_buf_slice(&product->json), &j.bundle);
	if (err != NULL) {
		judge_note(&j, SIGLET_RULE_BUNDLE, err);
		return j;
	}
	if (policy != NULL)
		*j.policy = *policy;
	if (policy != NULL && policy->predicate_type != NULL) {
		j.policy->predicate_type = NULL;
		siglet_err_free(siglet_strndup(siglet_slice_str(policy->predicate_type),
					       &j.policy->predicate_type));
	}
	if (product->identity == NULL) {
		err = siglet_key_from_pem(siglet_buf_slice(&product->public_key), &j.key);
		j.policy->key = j.key;
		if (policy == NULL)
			j.policy->thresholds.timestamp = 0;
	} else if (policy == NULL || policy->identity.text == NULL) {
		if (j.policy->forge == SIGLET_FORGE_NONE) {
			j.policy->identity.text = product->identity;
			j.policy->issuer.text = product->issuer;
		}
	}
	if (err == NULL)
		err = judge_hash(siglet_buf_slice(&product->artifact), &digests);
	const siglet_verify_input input = { &digests, true, siglet_buf_slice(&product->artifact) };
	if (err == NULL)
		err = siglet_verify(j.bundle, j.root, &input, j.policy, &j.report);
	if (err != NULL) {
		judge_note(&j, SIGLET_RULE_POLICY, err);
		return j;
	}
	j.accepted = siglet_report_accepted(j.report);
	if (!j.accepted) {
		j.rule = siglet_report_rule(j.report);
		(void)snprintf(j.message, sizeof(j.message), "%s",
			       siglet_err_message(siglet_report_error(j.report)));
	}
	return j;
}

/* Forge with these options and judge at once. root NULL: the instance's ordinary one. */
static inline judged judge_options(forge *instance, const forge_options *options,
				   const forge_root_options *root_options,
				   const siglet_policy *policy)
{
	siglet_buf root = forge_trusted_root(instance, root_options);
	forge_product product = forge_make(instance, options);
	judged j = judge(&product, siglet_buf_slice(&root), policy);

	forge_product_clear(&product);
	siglet_buf_clear(&root);
	return j;
}

#endif
