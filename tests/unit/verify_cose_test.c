#include "verify/verify.h"

#include <stdlib.h>

#include "../lib/check.h"
#include "../lib/judge.h"

/*
 * What breaks a rule in a bundle breaks it in a COSE message: the same defects, where the form has
 * them, and the rule that refuses each. An entry's body is not carried but made again, so that what
 * is wrong with a body is wrong with its promise or its place in the tree.
 *
 * With the argument "learn" it prints which rule refuses what.
 */

#if SIGLET_COSE

typedef struct expected {
	forge_defect defect;
	siglet_rule rule;
} expected;

#define R(defect, rule)                                   \
	{                                                 \
		FORGE_DEFECT_##defect, SIGLET_RULE_##rule \
	}

static const expected EXPECTED[] = {
#include "verify_cose.inc"
};

static siglet_rule rule_of(forge_defect defect)
{
	for (size_t i = 0; i < SIGLET_COUNT(EXPECTED); i++)
		if (EXPECTED[i].defect == defect)
			return EXPECTED[i].rule;
	return SIGLET_RULE_COUNT;
}

static const char *name_of(const judged *j)
{
	return j->accepted		      ? "ACCEPTED"
	       : j->rule == SIGLET_RULE_COUNT ? "?"
					      : siglet_rule_name(j->rule);
}

static void defects_are_refused_by_their_rule(forge *instance, forge_cose form, bool learn)
{
	for (int i = 1; i < FORGE_DEFECTS; i++) {
		const forge_twist *about = forge_defect_about((forge_defect)i);
		const siglet_rule wanted = rule_of((forge_defect)i);
		forge_options options = { .cose = form };
		forge_root_options root = { 0 };

		forge_defect_prepare((forge_defect)i, &options, &root);
		if (forge_options_problem(&options) != NULL)
			continue;
		judged j = judge_options(instance, &options, &root, NULL);
		if (learn)
			printf("%s\t%s\t%s\t# %s\n", about->name, name_of(&j), j.message,
			       about->text);
		else if (!OK(!j.accepted && j.rule == wanted, "%s is refused by %s", about->name,
			     wanted == SIGLET_RULE_COUNT ? "?" : siglet_rule_name(wanted)))
			printf("# %s: %s: %s\n", about->text, name_of(&j), j.message);
		judged_clear(&j);
	}
}

/* ---- what is accepted ---- */

static const struct {
	forge_cose form;
	const char *name;
} forms[] = {
	{ FORGE_COSE_HASH, "the digest as payload" },
	{ FORGE_COSE_ATTACHED, "the file as payload" },
	{ FORGE_COSE_DETACHED, "a detached payload" },
};

static void accepts(forge *instance, const forge_options *options, const forge_root_options *root,
		    const siglet_policy *policy, const char *claim)
{
	judged j = judge_options(instance, options, root, policy);

	if (!OK(j.accepted, "accepts %s", claim))
		printf("# %s: %s\n", name_of(&j), j.message);
	judged_clear(&j);
}

static void refuses(forge *instance, const forge_options *options, const siglet_policy *policy,
		    siglet_rule rule, const char *claim)
{
	judged j = judge_options(instance, options, NULL, policy);

	if (!OK(!j.accepted && j.rule == rule, "refuses %s, by %s", claim, siglet_rule_name(rule)))
		printf("# %s: %s\n", name_of(&j), j.message);
	judged_clear(&j);
}

static void variations_are_accepted(forge *instance)
{
	for (int i = 1; i < FORGE_VARIATIONS; i++) {
		forge_options options = { .cose = FORGE_COSE_HASH };
		forge_root_options root = { 0 };

		forge_variation_prepare((forge_variation)i, &options, &root);
		if (forge_options_problem(&options) == NULL)
			accepts(instance, &options, &root, NULL,
				forge_variation_about((forge_variation)i)->name);
	}
}

static void every_form_and_key_is_accepted(forge *instance)
{
	static const forge_key_type keys[] = { FORGE_P256, FORGE_P384, FORGE_P521 };

	for (size_t i = 0; i < SIGLET_COUNT(forms); i++) {
		for (size_t k = 0; k < SIGLET_COUNT(keys); k++) {
			forge_options options = { .cose = forms[i].form, .key = keys[k] };

			accepts(instance, &options, NULL, NULL, forms[i].name);
			options.is_v2 = true;
			accepts(instance, &options, NULL, NULL, "… in Rekor v2");
			options.is_v2 = false;
			options.material = FORGE_PUBLIC_KEY;
			accepts(instance, &options, NULL, NULL, "… by a managed key");
			options.is_v2 = true;
			accepts(instance, &options, NULL, NULL, "… and in Rekor v2");
		}
	}
}

/* Rekor v1 and v2 check RSA by another padding than COSE's, and take no Ed25519. */
static void keys_that_no_log_takes(forge *instance)
{
	static const forge_key_type keys[] = { FORGE_PSS_2048, FORGE_PSS_3072, FORGE_PSS_4096,
					       FORGE_ED25519 };

	for (size_t k = 0; k < SIGLET_COUNT(keys); k++) {
		forge_options options = { .cose = FORGE_COSE_ATTACHED,
					  .key = keys[k],
					  .material = FORGE_PUBLIC_KEY,
					  .no_entries = true };
		siglet_policy policy;

		siglet_policy_init(&policy);
		policy.thresholds.timestamp = 0;
		policy.thresholds.tlog = 0;
		accepts(instance, &options, NULL, &policy, "a key without a log");
		refuses(instance, &options, NULL, SIGLET_RULE_TLOG_THRESHOLD,
			"it where one is asked for");
		options.no_entries = false;
		if (forge_options_problem(&options) == NULL && keys[k] != FORGE_ED25519)
			refuses(instance, &options, NULL, SIGLET_RULE_ENTRY, "an entry of RSA");
	}
}

/* ---- questions ---- */

typedef struct question {
	siglet_slice artifact; /* ptr NULL: none was given */
	unsigned digests;      /* mask of those that are known; 0: all */
	bool only_digests;
	bool statement_only;
	const char *predicate_type;
	forge_key_type other_key; /* FORGE_KEY_ORDINARY: none in the signer's place */
} question;

static siglet_key *other_key(forge *instance, const question *q)
{
	const forge_options options = { .material = FORGE_PUBLIC_KEY,
					.key = q->other_key,
					.key_label = "other" };
	forge_product product = forge_make(instance, &options);
	siglet_key *key = NULL;

	if (siglet_key_from_pem(siglet_buf_slice(&product.public_key), &key) != NULL)
		exit(3);
	forge_product_clear(&product);
	return key;
}

static void settle_policy(const forge_product *product, const question *q, siglet_key **ret_key,
			  forge *instance, siglet_policy *policy)
{
	siglet_policy_init(policy);
	policy->statement_only = q->statement_only;
	if (q->predicate_type != NULL &&
	    siglet_strndup(siglet_slice_str(q->predicate_type), &policy->predicate_type) != NULL)
		exit(3);
	if (product->identity != NULL && q->other_key == FORGE_KEY_ORDINARY) {
		policy->identity.text = product->identity;
		policy->issuer.text = product->issuer;
		return;
	}
	if (q->other_key != FORGE_KEY_ORDINARY)
		*ret_key = other_key(instance, q);
	else if (siglet_key_from_pem(siglet_buf_slice(&product->public_key), ret_key) != NULL)
		exit(3);
	policy->key = *ret_key;
	policy->thresholds.timestamp = 0;
}

/* The rule that refuses, or SIGLET_RULE_COUNT when it is accepted. */
static siglet_rule ask(forge *instance, const forge_options *options, const question *q)
{
	siglet_buf root_json = forge_trusted_root(instance, NULL);
	forge_product product = forge_make(instance, options);
	siglet_verify_input input = { .has_message = !q->only_digests, .message = q->artifact };
	siglet_digests digests = { 0 };
	siglet_trustroot *root = NULL;
	siglet_bundle *bundle = NULL;
	siglet_report *report = NULL;
	siglet_key *key = NULL;
	siglet_policy policy;
	siglet_rule rule = SIGLET_RULE_COUNT;

	settle_policy(&product, q, &key, instance, &policy);
	if (judge_hash(q->artifact, &digests) != NULL ||
	    siglet_trustroot_parse(siglet_buf_slice(&root_json), &root) != NULL ||
	    judge_read(siglet_buf_slice(&product.json), &bundle) != NULL)
		exit(3);
	if (q->digests != 0)
		digests.mask = q->digests;
	input.digests = &digests;
	if (siglet_verify(bundle, root, q->artifact.ptr == NULL ? NULL : &input, &policy,
			  &report) != NULL)
		exit(3);
	if (!siglet_report_accepted(report))
		rule = siglet_report_rule(report);
	siglet_report_free(report);
	siglet_policy_clear(&policy);
	siglet_key_free(key);
	siglet_bundle_free(bundle);
	siglet_trustroot_free(root);
	forge_product_clear(&product);
	siglet_buf_clear(&root_json);
	return rule;
}

#define ACCEPTED SIGLET_RULE_COUNT
#define ONLY(hash) SIGLET_HASH_BIT(SIGLET_##hash)

static void artifacts_are_asked_about(forge *instance)
{
	const siglet_slice good = forge_artifact(), bad = siglet_slice_str("another\n");
	const struct {
		const char *claim;
		question q;
		siglet_rule by[SIGLET_COUNT(forms)]; /* of each form */
	} cases[] = {
		{ "the artifact", { .artifact = good }, { ACCEPTED, ACCEPTED, ACCEPTED } },
		{ "another artifact",
		  { .artifact = bad },
		  { SIGLET_RULE_DIGEST, SIGLET_RULE_DIGEST, SIGLET_RULE_SIGNATURE } },
		{ "no artifact",
		  { .digests = 0 },
		  { SIGLET_RULE_ARTIFACT, SIGLET_RULE_ARTIFACT, SIGLET_RULE_ARTIFACT } },
		{ "no artifact, as was asked",
		  { .statement_only = true },
		  { ACCEPTED, ACCEPTED, SIGLET_RULE_ARTIFACT } },
		{ "its SHA-256",
		  { .artifact = good, .digests = ONLY(SHA256), .only_digests = true },
		  { ACCEPTED, ACCEPTED, SIGLET_RULE_ARTIFACT } },
		{ "another's SHA-256",
		  { .artifact = bad, .digests = ONLY(SHA256), .only_digests = true },
		  { SIGLET_RULE_DIGEST, SIGLET_RULE_DIGEST, SIGLET_RULE_ARTIFACT } },
		{ "its SHA-512",
		  { .artifact = good, .digests = ONLY(SHA512), .only_digests = true },
		  { SIGLET_RULE_DIGEST, ACCEPTED, SIGLET_RULE_ARTIFACT } },
		{ "another's SHA-512",
		  { .artifact = bad, .digests = ONLY(SHA512), .only_digests = true },
		  { SIGLET_RULE_DIGEST, SIGLET_RULE_DIGEST, SIGLET_RULE_ARTIFACT } },
	};

	for (size_t c = 0; c < SIGLET_COUNT(cases); c++)
		for (size_t i = 0; i < SIGLET_COUNT(forms); i++) {
			const forge_options options = { .cose = forms[i].form };

			OK(ask(instance, &options, &cases[c].q) == cases[c].by[i], "%s: %s: %s",
			   forms[i].name, cases[c].claim,
			   cases[c].by[i] == ACCEPTED ? "accepted"
						      : siglet_rule_name(cases[c].by[i]));
		}
}

static void types_and_keys_are_asked_for(forge *instance)
{
	const forge_options options = { .cose = FORGE_COSE_HASH };
	const forge_options by_key = { .cose = FORGE_COSE_HASH, .material = FORGE_PUBLIC_KEY };
	question q = { .artifact = forge_artifact(), .predicate_type = "signature" };

	OK(ask(instance, &options, &q) == ACCEPTED, "a signature where one is asked for");
	q.predicate_type = "https://slsa.dev/provenance/v1";
	OK(ask(instance, &options, &q) == SIGLET_RULE_TYPE, "a COSE message is no attestation");
	q.predicate_type = NULL;
	q.other_key = FORGE_P256;
	OK(ask(instance, &by_key, &q) == SIGLET_RULE_SIGNATURE, "another key's message");
	OK(ask(instance, &options, &q) == SIGLET_RULE_MATERIAL,
	   "a certificate where a key is asked for");
	q.other_key = FORGE_P384;
	OK(ask(instance, &by_key, &q) == SIGLET_RULE_SIGNATURE,
	   "an algorithm that is not for the key that was given");
}

#endif

int main(int argc, char **argv)
{
#if SIGLET_COSE
	const forge_config config = { .is_fast = true };
	forge *instance = forge_new(&config);
	const bool learn = argc > 1 && strcmp(argv[1], "learn") == 0;

	defects_are_refused_by_their_rule(instance, FORGE_COSE_HASH, learn);
	if (!learn) {
		variations_are_accepted(instance);
		every_form_and_key_is_accepted(instance);
		keys_that_no_log_takes(instance);
		artifacts_are_asked_about(instance);
		types_and_keys_are_asked_for(instance);
	}
	forge_free(instance);
	return learn ? 0 : tap_done();
#else
	(void)argc;
	(void)argv;
	SKIP("built without COSE");
	return tap_done();
#endif
}
