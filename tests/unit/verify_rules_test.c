#include "verify/verify.h"

#include <stdlib.h>

#include "../lib/check.h"
#include "../lib/judge.h"

/*
 * Rules that a person's question turns on or off: types, windows, thresholds, digests. Each acceptance has
 * a neighbour, one change away, that is refused by the rule it breaks.
 */

static forge *instance;

static siglet_policy ordinary(void)
{
	siglet_policy policy;

	siglet_policy_init(&policy);
	return policy;
}

static void accepts(const forge_options *options, const forge_root_options *root,
		    const siglet_policy *policy, const char *claim)
{
	judged j = judge_options(instance, options, root, policy);

	if (!OK(j.accepted, "accepts %s", claim))
		printf("# %s: %s\n", j.rule < SIGLET_RULE_COUNT ? siglet_rule_name(j.rule) : "?",
		       j.message);
	judged_clear(&j);
}

static void refuses(const forge_options *options, const forge_root_options *root,
		    const siglet_policy *policy, siglet_rule rule, const char *claim)
{
	judged j = judge_options(instance, options, root, policy);

	if (!OK(!j.accepted && j.rule == rule, "refuses %s, by %s", claim, siglet_rule_name(rule)))
		printf("# %s: %s\n",
		       j.accepted		    ? "ACCEPTED"
		       : j.rule < SIGLET_RULE_COUNT ? siglet_rule_name(j.rule)
						    : "?",
		       j.message);
	judged_clear(&j);
}

static void every_key_and_kind_is_accepted(void)
{
	static const struct {
		forge_key_type key;
		const char *name;
	} keys[] = {
		{ FORGE_P256, "P-256" },
		{ FORGE_P384, "P-384 with SHA-384" },
		{ FORGE_P384_SHA256, "P-384 with SHA-256" },
		{ FORGE_P521, "P-521 with SHA-512" },
		{ FORGE_P521_SHA256, "P-521 with SHA-256" },
		{ FORGE_RSA_2048, "RSA 2048" },
		{ FORGE_RSA_3072, "RSA 3072" },
		{ FORGE_RSA_4096, "RSA 4096" },
		{ FORGE_PSS_2048, "RSA-PSS 2048" },
		{ FORGE_PSS_4096, "RSA-PSS 4096" },
	};

	for (size_t i = 0; i < SIGLET_COUNT(keys); i++) {
		forge_options options = { .key = keys[i].key };

		if (forge_options_problem(&options) == NULL)
			accepts(&options, NULL, NULL, keys[i].name);
		options.is_dsse = true;
		if (forge_options_problem(&options) == NULL)
			accepts(&options, NULL, NULL, "its envelope");
	}
	const forge_options ed25519 = { .key = FORGE_ED25519, .is_dsse = true };
	accepts(&ed25519, NULL, NULL, "an envelope by Ed25519");
}

static void every_version_and_entry_is_accepted(void)
{
	static const forge_version versions[] = { FORGE_V03, FORGE_V03_OLD, FORGE_V02, FORGE_V01 };

	for (size_t i = 0; i < SIGLET_COUNT(versions); i++) {
		forge_options options = { .version = versions[i] };

		accepts(&options, NULL, NULL, "a message signature of that version");
		options.is_dsse = true;
		accepts(&options, NULL, NULL, "an envelope of that version");
		options.entries[0].kind = FORGE_INTOTO_002;
		options.entry_count = 1;
		accepts(&options, NULL, NULL, "an envelope logged as intoto 0.0.2");
	}
	forge_options v2 = { .is_v2 = true };
	accepts(&v2, NULL, NULL, "a Rekor v2 entry with a timestamp");
	v2.is_dsse = true;
	accepts(&v2, NULL, NULL, "an envelope in Rekor v2");
}

static void types_are_what_was_asked(void)
{
	const forge_options message = { 0 }, envelope = { .is_dsse = true };
	siglet_policy policy = ordinary();
	char signature[] = "signature", slsa[] = "https://slsa.dev/provenance/v1";
	char other[] = "https://example.com/other";

	policy.predicate_type = signature;
	accepts(&message, NULL, &policy, "a signature where one is asked for");
	refuses(&envelope, NULL, &policy, SIGLET_RULE_TYPE, "an attestation in its place");
	policy.predicate_type = slsa;
	refuses(&message, NULL, &policy, SIGLET_RULE_TYPE, "a signature for an attestation");
	policy.predicate_type = other;
	refuses(&envelope, NULL, &policy, SIGLET_RULE_TYPE, "an attestation of another type");
}

static void statements_can_be_judged_alone(void)
{
	const forge_options message = { 0 }, envelope = { .is_dsse = true };
	const forge_options other = { .is_dsse = true, .payload_type = "text/plain" };
	siglet_policy policy = ordinary();

	policy.statement_only = true;
	accepts(&envelope, NULL, &policy, "an envelope without its artifact");
	accepts(&other, NULL, &policy, "an envelope of another payload type");
	refuses(&message, NULL, &policy, SIGLET_RULE_ARTIFACT, "a message signature");
	policy.statement_only = false;
	refuses(&other, NULL, &policy, SIGLET_RULE_STATEMENT,
		"another payload type when an artifact is asked about");
}

static void signed_after(void)
{
	const forge_options options = { 0 };
	siglet_policy policy = ordinary();

	policy.has_signed_after = true;
	policy.signed_after_s = FORGE_TIME_S;
	accepts(&options, NULL, &policy, "a signature of that very second");
	policy.signed_after_s = FORGE_TIME_S + 1;
	refuses(&options, NULL, &policy, SIGLET_RULE_SIGNED_AFTER, "one a second older");
}

static void keys_have_windows(void)
{
	const forge_options options = { .material = FORGE_PUBLIC_KEY };
	siglet_policy policy = ordinary();

	policy.thresholds.timestamp = 0;
	accepts(&options, NULL, &policy, "a managed key");
	policy.has_key_not_before = policy.has_key_not_after = true;
	policy.key_not_before_s = policy.key_not_after_s = FORGE_TIME_S;
	accepts(&options, NULL, &policy, "a key in the only second of its window");
	policy.key_not_before_s = FORGE_TIME_S + 1;
	policy.key_not_after_s = FORGE_TIME_S + 2;
	refuses(&options, NULL, &policy, SIGLET_RULE_INTEGRATED_TIME, "a key before its window");
	policy.key_not_before_s = 0;
	policy.key_not_after_s = FORGE_TIME_S - 1;
	refuses(&options, NULL, &policy, SIGLET_RULE_INTEGRATED_TIME, "a key after its window");

	const forge_options untimed = { .material = FORGE_PUBLIC_KEY, .no_promise = true };
	policy.key_not_after_s = FORGE_TIME_S;
	refuses(&untimed, NULL, &policy, SIGLET_RULE_TIME_THRESHOLD,
		"a key with a window and no verified time");

	const forge_options stamped = { .material = FORGE_PUBLIC_KEY,
					.is_v2 = true,
					.stamps = { { .late_s = 60 } },
					.stamp_count = 1 };
	refuses(&stamped, NULL, &policy, SIGLET_RULE_KEY_WINDOW, "a timestamp after the window");
	policy.key_not_after_s = FORGE_TIME_S + 60;
	accepts(&stamped, NULL, &policy, "one of its last second");
}

static void materials_are_what_was_asked(void)
{
	const forge_options with_certificate = { 0 };
	siglet_buf root = forge_trusted_root(instance, NULL);
	forge_product product = forge_make(instance, &with_certificate);
	const char *identity = product.identity;

	product.identity = NULL; /* its public key is given in place of the identity */
	judged j = judge(&product, siglet_buf_slice(&root), NULL);
	OK(!j.accepted && j.rule == SIGLET_RULE_MATERIAL,
	   "refuses a certificate for a key, by material");
	judged_clear(&j);
	product.identity = identity;
	forge_product_clear(&product);

	const forge_options with_key = { .material = FORGE_PUBLIC_KEY };
	product = forge_make(instance, &with_key);
	siglet_policy policy = ordinary();
	product.identity = "https://example.com";
	product.issuer = "https://example.com";
	j = judge(&product, siglet_buf_slice(&root), &policy);
	OK(!j.accepted && j.rule == SIGLET_RULE_MATERIAL,
	   "refuses a key for an identity, by material");
	judged_clear(&j);
	product.identity = NULL;
	forge_product_clear(&product);
	siglet_buf_clear(&root);
}

static void thresholds_count_distinct_voters(void)
{
	const forge_root_options two = { .more = true, .is_v02 = true, .has_operators = true };
	const forge_root_options same = {
		.more = true, .is_v02 = true, .has_operators = true, .one_operator = true
	};
	forge_options logs = { .entries = { { .log = FORGE_FIRST }, { .log = FORGE_SECOND } },
			       .entry_count = 2 };
	siglet_policy policy = ordinary();

	policy.thresholds.tlog = 2;
	accepts(&logs, &two, &policy, "two logs of two operators");
	refuses(&logs, &same, &policy, SIGLET_RULE_TLOG_THRESHOLD, "two logs of one operator");
	logs.entries[1].log = FORGE_FIRST;
	refuses(&logs, &two, &policy, SIGLET_RULE_TLOG_THRESHOLD, "two entries of one log");

	forge_options stamps = { .is_v2 = true,
				 .stamps = { { .tsa = FORGE_FIRST }, { .tsa = FORGE_SECOND } },
				 .stamp_count = 2 };
	policy = ordinary();
	policy.thresholds.timestamp = 2;
	accepts(&stamps, &two, &policy, "two timestamp authorities of two operators");
	refuses(&stamps, &same, &policy, SIGLET_RULE_TIME_THRESHOLD, "two of one operator");
	stamps.stamps[1].tsa = FORGE_FIRST;
	stamps.stamps[1].late_s = 1;
	refuses(&stamps, &two, &policy, SIGLET_RULE_TIME_THRESHOLD, "two tokens of one authority");

	const forge_options both = { .stamps = { { .tsa = FORGE_FIRST } }, .stamp_count = 1 };
	accepts(&both, &same, &policy, "a log and an authority of one operator: two observers");

	forge_options scts = { .second_sct = true };
	policy = ordinary();
	policy.thresholds.sct = 2;
	accepts(&scts, &two, &policy, "two CT logs of two operators");
	refuses(&scts, &same, &policy, SIGLET_RULE_SCT_THRESHOLD, "two of one operator");
}

static void zero_thresholds_still_check(void)
{
	siglet_policy policy = ordinary();
	forge_options options = { 0 };
	forge_root_options root = { 0 };

	policy.thresholds.tlog = 0;
	policy.thresholds.sct = 0;
	options.no_entries = true;
	options.no_sct = true;
	options.stamp_count = 1;
	accepts(&options, NULL, &policy, "no entry and no SCT where none is needed");
	options = (forge_options) { 0 };
	forge_defect_prepare(FORGE_DEFECT_PROOF_HASH, &options, &root);
	refuses(&options, &root, &policy, SIGLET_RULE_INCLUSION, "a bad proof all the same");
	options = (forge_options) { 0 };
	forge_defect_prepare(FORGE_DEFECT_SCT_SIGNATURE, &options, &root);
	refuses(&options, &root, &policy, SIGLET_RULE_SCT, "a bad SCT all the same");
	options = (forge_options) { 0 };
	forge_defect_prepare(FORGE_DEFECT_ENTRY_OTHER_SIGNATURE, &options, &root);
	refuses(&options, &root, &policy, SIGLET_RULE_ENTRY,
		"another signature's entry all the same");
}

/* The key of a log that was retired must not sign for it later. */
static void logs_have_windows_without_a_promise(void)
{
	const forge_options v2 = { .is_v2 = true };
	const forge_root_options retired = { .rekor_v2 = { FORGE_AUTHORITIES_START_S,
							   FORGE_TIME_S - 1 } };
	const forge_root_options last = { .rekor_v2 = { FORGE_AUTHORITIES_START_S, FORGE_TIME_S } };

	accepts(&v2, &last, NULL, "an entry of the last second of its log");
	refuses(&v2, &retired, NULL, SIGLET_RULE_CHECKPOINT,
		"an entry of a log that was retired before");
}

static judged judge_digests(const forge_product *product, siglet_slice root_json, unsigned mask)
{
	judged j = { .rule = SIGLET_RULE_COUNT };
	siglet_digests all = { 0 };

	OK_SUCCESS(siglet_trustroot_parse(root_json, &j.root), "root");
	OK_SUCCESS(siglet_bundle_parse(siglet_buf_slice(&product->json), &j.bundle), "bundle");
	OK_SUCCESS(judge_hash(siglet_buf_slice(&product->artifact), &all), "digests");
	all.mask = mask;
	const siglet_verify_input input = { &all, false, SIGLET_SLICE_NONE };
	j.policy = calloc(1, sizeof(*j.policy));
	if (j.policy == NULL)
		exit(3);
	siglet_policy_init(j.policy);
	j.policy->identity.text = product->identity;
	j.policy->issuer.text = product->issuer;
	OK_SUCCESS(siglet_verify(j.bundle, j.root, &input, j.policy, &j.report), "a verdict");
	j.accepted = j.report != NULL && siglet_report_accepted(j.report);
	if (j.report != NULL && !j.accepted)
		j.rule = siglet_report_rule(j.report);
	return j;
}

static void a_digest_serves_its_own_algorithm_only(void)
{
	const forge_options options = { .key = FORGE_P384 };
	siglet_buf root = forge_trusted_root(instance, NULL);
	forge_product product = forge_make(instance, &options);
	judged j = judge_digests(&product, siglet_buf_slice(&root), SIGLET_HASH_BIT(SIGLET_SHA384));

	OK(j.accepted, "the SHA-384 digest serves a signature over SHA-384");
	judged_clear(&j);
	j = judge_digests(&product, siglet_buf_slice(&root), SIGLET_HASH_BIT(SIGLET_SHA256));
	OK(!j.accepted && j.rule == SIGLET_RULE_SIGNATURE,
	   "its SHA-256 digest alone is refused: nothing in the bundle stands in");
	OK(j.report != NULL && siglet_err_code(siglet_report_error(j.report)) == SIGLET_E_MISSING &&
		   siglet_err_hint_text(siglet_report_error(j.report)) != NULL,
	   "and the hint says which digest to give");
	judged_clear(&j);
	forge_product_clear(&product);
	siglet_buf_clear(&root);
}

static void without_a_root_nothing_is_trusted(void)
{
	const forge_options options = { 0 };
	forge_product product = forge_make(instance, &options);
	siglet_digests digests = { 0 };
	siglet_bundle *bundle = NULL;
	siglet_report *report = NULL;
	siglet_policy policy = ordinary();

	policy.identity.text = product.identity;
	policy.issuer.text = product.issuer;
	OK_SUCCESS(siglet_bundle_parse(siglet_buf_slice(&product.json), &bundle), "bundle");
	OK_SUCCESS(judge_hash(siglet_buf_slice(&product.artifact), &digests), "digests");
	const siglet_verify_input input = { &digests, true, siglet_buf_slice(&product.artifact) };
	OK_SUCCESS(siglet_verify(bundle, NULL, &input, &policy, &report), "a verdict");
	OK(report != NULL && !siglet_report_accepted(report),
	   "without a trusted root it is refused");
	siglet_report_free(report);
	siglet_bundle_free(bundle);
	forge_product_clear(&product);
}

static void identities_of_every_type(void)
{
	forge_options options = { .identity = { .san_type = FORGE_SAN_EMAIL,
						.san = "jane@example.com",
						.issuer = "https://accounts.example.com",
						.is_plain = true } };

	accepts(&options, NULL, NULL, "an e-mail address");
	options.identity.san_type = FORGE_SAN_OTHER_NAME;
	options.identity.san = "jane!example.com";
	accepts(&options, NULL, NULL, "a username");
	options.identity.san_type = FORGE_SAN_DNS;
	options.identity.san = "build.example.com";
	accepts(&options, NULL, NULL, "a DNS name");
	siglet_policy policy = ordinary();
	policy.identity.text = "build.example.com.";
	policy.issuer.text = "https://accounts.example.com";
	refuses(&options, NULL, &policy, SIGLET_RULE_IDENTITY, "a DNS name with a dot more");
}

int main(void)
{
	const forge_config config = { .is_fast = true };

	instance = forge_new(&config);
	every_key_and_kind_is_accepted();
	every_version_and_entry_is_accepted();
	types_are_what_was_asked();
	statements_can_be_judged_alone();
	signed_after();
	keys_have_windows();
	materials_are_what_was_asked();
	thresholds_count_distinct_voters();
	zero_thresholds_still_check();
	logs_have_windows_without_a_promise();
	a_digest_serves_its_own_algorithm_only();
	without_a_root_nothing_is_trusted();
	identities_of_every_type();
	forge_free(instance);
	return tap_done();
}
