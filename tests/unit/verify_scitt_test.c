#include "statement_maker.h"

#include "../lib/judge.h"

/*
 * Statements of SCITT, judged: by services that registered them, an issuer that is named by an
 * authority's certificate, or a key. And receipts of a message that Sigstore vouches for.
 */

#if SIGLET_COSE

static siglet_scitt_keys *both, *tiles_only;

static void pin_keys(void)
{
	make_services();
	MAKER_DO(siglet_scitt_keys_new(&both));
	MAKER_DO(siglet_scitt_keys_new(&tiles_only));
	pin(both, &ledger, "");
	pin(both, &tiles, "");
	pin(tiles_only, &tiles, "");
}

/* ---- questions ---- */

static siglet_policy ordinary(void)
{
	siglet_policy policy;

	siglet_policy_init(&policy);
	policy.is_statement = true;
	policy.statement_only = true;
	policy.services = both;
	policy.thresholds.receipt = 1;
	return policy;
}

#define ACCEPTED SIGLET_RULE_COUNT

static char last_message[512];
static siglet_outcome last_outcome; /* of the rule that is looked for */

static siglet_rule rule_of(const siglet_report *report, siglet_rule look_for)
{
	last_message[0] = '\0';
	last_outcome = SIGLET_OUTCOME_FAILED;
	for (size_t i = 0; i < siglet_report_check_count(report); i++)
		if (siglet_report_check(report, i)->rule == look_for)
			last_outcome = siglet_report_check(report, i)->outcome;
	if (siglet_report_accepted(report))
		return ACCEPTED;
	(void)snprintf(last_message, sizeof(last_message), "%s",
		       siglet_err_message(siglet_report_error(report)));
	return siglet_report_rule(report);
}

static siglet_rule judge_bytes(siglet_slice bytes, const siglet_trustroot *trusted,
			       const siglet_policy *policy, siglet_slice file, siglet_rule look_for)
{
	siglet_bundle *bundle = NULL;
	siglet_report *report = NULL;
	siglet_digests digests = { 0 };

	MAKER_DO(judge_read(bytes, &bundle));
	MAKER_DO(judge_hash(file, &digests));
	const siglet_verify_input input = { &digests, true, file };
	MAKER_DO(siglet_verify(bundle, trusted, file.ptr == NULL ? NULL : &input, policy, &report));
	const siglet_rule rule = rule_of(report, look_for);
	siglet_report_free(report);
	siglet_bundle_free(bundle);
	return rule;
}

static siglet_rule judge_plan(const plan *p, const registration *registrations, size_t count,
			      const siglet_policy *policy, siglet_slice file, siglet_rule look_for)
{
	siglet_buf signed_only = statement_of(p, SIGLET_SLICE_NONE);
	siglet_buf whole = with_receipts(siglet_buf_slice(&signed_only), registrations, count);
	const siglet_rule rule =
		judge_bytes(siglet_buf_slice(&whole), NULL, policy, file, look_for);

	siglet_buf_clear(&whole);
	siglet_buf_clear(&signed_only);
	return rule;
}

static void expect(const plan *p, const registration *registrations, size_t count,
		   const siglet_policy *policy, siglet_rule wanted, const char *claim)
{
	const siglet_rule rule =
		judge_plan(p, registrations, count, policy, SIGLET_SLICE_NONE, SIGLET_RULE_COUNT);

	if (!OK(rule == wanted, "%s: %s", claim,
		wanted == ACCEPTED ? "accepted" : siglet_rule_name(wanted)))
		printf("# %s: %s\n", rule == ACCEPTED ? "ACCEPTED" : siglet_rule_name(rule),
		       last_message);
}

static const registration one[] = { { &ledger, RECEIPT_PLAIN } };
static const registration two[] = { { &ledger, RECEIPT_PLAIN }, { &tiles, RECEIPT_PLAIN } };
static const plan plain = { .issuer = NULL };

static void services_vouch_for_it(void)
{
	static const registration twice[] = { { &ledger, RECEIPT_PLAIN },
					      { &ledger, RECEIPT_PLAIN } };
	static const registration bad[] = { { &ledger, RECEIPT_PLAIN },
					    { &tiles, RECEIPT_OTHER_ENTRY } };
	static const registration forged[] = { { &ledger, RECEIPT_OTHER_SIGNER } };
	siglet_policy policy = ordinary();

	expect(&plain, one, 1, &policy, ACCEPTED, "one service");
	expect(&plain, two, 2, &policy, ACCEPTED, "two services");
	expect(&plain, NULL, 0, &policy, SIGLET_RULE_RECEIPT_COUNT, "no receipt");
	expect(&plain, bad, 2, &policy, SIGLET_RULE_RECEIPT,
	       "a known service's receipt of something else, beside a good one");
	expect(&plain, forged, 1, &policy, SIGLET_RULE_RECEIPT, "a receipt that another signed");
	policy.thresholds.receipt = 2;
	expect(&plain, two, 2, &policy, ACCEPTED, "two services where two are asked for");
	expect(&plain, one, 1, &policy, SIGLET_RULE_RECEIPT_COUNT,
	       "one service where two are asked for");
	expect(&plain, twice, 2, &policy, SIGLET_RULE_RECEIPT_COUNT, "two receipts of one service");
	policy.services = tiles_only;
	policy.thresholds.receipt = 1;
	expect(&plain, one, 1, &policy, SIGLET_RULE_RECEIPT_COUNT,
	       "a service whose key is not given");
	expect(&plain, two, 2, &policy, ACCEPTED, "it beside one whose key is");
	policy.thresholds.receipt = 0;
	policy.issuer.text = did;
	expect(&plain, one, 1, &policy, ACCEPTED, "no service where none is asked for");
	expect(&plain, bad, 2, &policy, SIGLET_RULE_RECEIPT,
	       "a bad receipt where none is asked for");
	policy.services = NULL;
	expect(&plain, bad, 2, &policy, ACCEPTED, "an issuer where no services are known");
}

static void an_issuer_is_its_certificates(void)
{
	const plan unnamed = { .issuer = "https://author.example" };
	const plan other = {
		.issuer = "did:x509:0:sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA::"
			  "subject:CN:author"
	};
	char not_the_leaf[300];
	siglet_policy policy = ordinary();

	(void)snprintf(not_the_leaf, sizeof(not_the_leaf), "%s2", did);
	const plan another = { .issuer = not_the_leaf };
	policy.issuer.text = did;
	expect(&plain, one, 1, &policy, ACCEPTED, "the issuer that is asked for");
	policy.issuer.text = not_the_leaf;
	expect(&plain, one, 1, &policy, SIGLET_RULE_SCITT_ISSUER, "another issuer");
	expect(&another, one, 1, &policy, SIGLET_RULE_SCITT_ISSUER,
	       "the issuer's name on another's certificate");
	policy.issuer.text = other.issuer;
	expect(&other, one, 1, &policy, SIGLET_RULE_SCITT_ISSUER,
	       "the issuer's name on another authority's certificate");
	policy.issuer.text = unnamed.issuer;
	expect(&unnamed, one, 1, &policy, SIGLET_RULE_SCITT_ISSUER,
	       "certificates of an issuer who names no authority");
	policy.issuer.text = NULL;
	expect(&unnamed, one, 1, &policy, SIGLET_RULE_SCITT_ISSUER,
	       "them where any issuer would do");
	policy.subject.text = SUBJECT;
	expect(&plain, one, 1, &policy, ACCEPTED, "the subject that is asked for");
	policy.subject.text = "app 1";
	expect(&plain, one, 1, &policy, SIGLET_RULE_SCITT_SUBJECT, "another subject");
}

static siglet_outcome outcome_at(int64_t issued_at_s, siglet_rule wanted, const char *claim)
{
	siglet_policy policy = ordinary();

	maker_issued_at_s = issued_at_s;
	const siglet_rule rule =
		judge_plan(&plain, one, 1, &policy, SIGLET_SLICE_NONE, SIGLET_RULE_CERT_TIME);
	maker_issued_at_s = ISSUED_S;
	if (!OK(rule == wanted, "%s", claim))
		printf("# %s\n", last_message);
	return last_outcome;
}

static void certificates_are_valid_when_it_is_registered(void)
{
	siglet_policy policy = ordinary();

	OK(outcome_at(ISSUED_S, ACCEPTED, "within the certificate's validity") ==
		   SIGLET_OUTCOME_PASSED,
	   "… which is checked");
	OK(outcome_at(0, ACCEPTED, "no time") == SIGLET_OUTCOME_NOT_CHECKED,
	   "… is nothing to check");
	(void)outcome_at(1735689600, ACCEPTED, "the first second");
	(void)outcome_at(1735689599, SIGLET_RULE_CERT_TIME, "a second before");
	(void)outcome_at(1767225599, ACCEPTED, "the last second");
	(void)outcome_at(1767225600, SIGLET_RULE_CERT_TIME, "a second after");
	policy.has_signed_after = true;
	policy.signed_after_s = ISSUED_S;
	expect(&plain, one, 1, &policy, ACCEPTED, "registered at that second");
	policy.signed_after_s = ISSUED_S + 1;
	expect(&plain, one, 1, &policy, SIGLET_RULE_SIGNED_AFTER, "registered a second before");
}

static void a_key_may_be_given(void)
{
	const plan by_key = { .issuer = "acme", .by_key = true };
	siglet_signer *other = maker_signer("PKIX_ECDSA_P256_SHA_256");
	siglet_policy policy = ordinary();

	expect(&by_key, one, 1, &policy, SIGLET_RULE_MATERIAL, "a key's id, and no key");
	policy.key = siglet_signer_key(author);
	expect(&by_key, one, 1, &policy, ACCEPTED, "the key");
	expect(&plain, one, 1, &policy, SIGLET_RULE_MATERIAL, "certificates where a key is given");
	policy.issuer.text = "acme";
	expect(&by_key, one, 1, &policy, ACCEPTED, "the key and its issuer");
	policy.issuer.text = "acme2";
	expect(&by_key, one, 1, &policy, SIGLET_RULE_SCITT_ISSUER, "the key of another issuer");
	policy.issuer.text = NULL;
	policy.has_key_not_after = true;
	policy.key_not_after_s = ISSUED_S;
	expect(&by_key, one, 1, &policy, ACCEPTED, "the key within its window");
	policy.key_not_after_s = ISSUED_S - 1;
	expect(&by_key, one, 1, &policy, SIGLET_RULE_KEY_WINDOW, "the key behind its window");
	maker_issued_at_s = 0;
	expect(&by_key, one, 1, &policy, SIGLET_RULE_TIME_THRESHOLD, "a window, and no time");
	maker_issued_at_s = ISSUED_S;
	policy.has_key_not_after = false;
	policy.key = siglet_signer_key(other);
	expect(&by_key, one, 1, &policy, SIGLET_RULE_SIGNATURE, "another key");
	siglet_signer_free(other);
}

static void what_is_stated_is_checked(void)
{
	const plan detached = { .is_detached = true }, hash = { .has_hash = true };
	const plan changed = { .changed = true };
	const siglet_slice good = siglet_slice_str(stated), bad = siglet_slice_str("another");
	siglet_policy policy = ordinary();

	expect(&changed, one, 1, &policy, SIGLET_RULE_SIGNATURE, "another payload");
	expect(&detached, one, 1, &policy, SIGLET_RULE_ARTIFACT, "a payload that is not there");
	policy.statement_only = false;
	OK(judge_plan(&plain, one, 1, &policy, good, 0) == ACCEPTED, "the artifact");
	OK(judge_plan(&plain, one, 1, &policy, bad, 0) == SIGLET_RULE_DIGEST, "another artifact");
	OK(judge_plan(&hash, one, 1, &policy, good, 0) == ACCEPTED, "its hash");
	OK(judge_plan(&hash, one, 1, &policy, bad, 0) == SIGLET_RULE_DIGEST, "another's hash");
	OK(judge_plan(&detached, one, 1, &policy, good, 0) == ACCEPTED, "it as detached payload");
	OK(judge_plan(&detached, one, 1, &policy, bad, 0) == SIGLET_RULE_SIGNATURE,
	   "another as detached payload");
}

static void it_is_a_statement(void)
{
	const plan no_subject = { .no_subject = true };
	const forge_config config = { .is_fast = true };
	forge *instance = forge_new(&config);
	siglet_buf json = forge_bundle(instance, NULL);
	siglet_policy policy = ordinary();

	expect(&no_subject, NULL, 0, &policy, SIGLET_RULE_SCITT_STATEMENT,
	       "a message without a subject");
	OK(judge_bytes(siglet_buf_slice(&json), NULL, &policy, SIGLET_SLICE_NONE, 0) ==
		   SIGLET_RULE_SCITT_STATEMENT,
	   "a bundle");
	siglet_buf_clear(&json);
	forge_free(instance);
}

/* ---- receipts beside what Sigstore vouches for ---- */

static void beside_sigstore(forge *instance, const forge_options *options, size_t receipts,
			    siglet_rule wanted, const char *claim)
{
	siglet_buf json = forge_trusted_root(instance, NULL), whole = { 0 };
	forge_product product = forge_make(instance, options);
	siglet_trustroot *trusted = NULL;
	siglet_key *key = NULL;
	siglet_policy policy;

	MAKER_DO(siglet_trustroot_parse(siglet_buf_slice(&json), &trusted));
	MAKER_DO(siglet_key_from_pem(siglet_buf_slice(&product.public_key), &key));
	siglet_policy_init(&policy);
	policy.identity.text = product.identity;
	policy.issuer.text = product.issuer;
	if (product.identity == NULL)
		policy.key = key;
	policy.services = both;
	policy.thresholds.receipt = 1;
	policy.thresholds.tlog = 0;
	/* When it was signed, Sigstore's authorities say; a service's time, which is earlier, does not count. */
	policy.has_signed_after = true;
	policy.signed_after_s = ISSUED_S + 1;
	if (options->cose != FORGE_NO_COSE)
		whole = with_receipts(siglet_buf_slice(&product.json), one, receipts);
	const siglet_rule rule = judge_bytes(
		siglet_buf_slice(options->cose != FORGE_NO_COSE ? &whole : &product.json), trusted,
		&policy, siglet_buf_slice(&product.artifact), SIGLET_RULE_COUNT);
	if (!OK(rule == wanted, "%s", claim))
		printf("# %s\n", last_message);
	siglet_key_free(key);
	siglet_trustroot_free(trusted);
	siglet_buf_clear(&whole);
	siglet_buf_clear(&json);
	forge_product_clear(&product);
}

static void receipts_of_sigstore_messages(void)
{
	const forge_config config = { .is_fast = true };
	const forge_options in_no_log = { .cose = FORGE_COSE_ATTACHED,
					  .no_entries = true,
					  .stamp_count = 1 };
	const forge_options in_log = { .cose = FORGE_COSE_HASH };
	const forge_options by_key = { .cose = FORGE_COSE_HASH, .material = FORGE_PUBLIC_KEY };
	const forge_options bundle = { .cose = FORGE_NO_COSE };
	forge *instance = forge_new(&config);

	beside_sigstore(instance, &in_no_log, 1, ACCEPTED, "a receipt in place of a log");
	beside_sigstore(instance, &in_log, 1, ACCEPTED, "a receipt beside a log");
	beside_sigstore(instance, &in_log, 0, SIGLET_RULE_RECEIPT_COUNT, "no receipt");
	beside_sigstore(instance, &by_key, 1, SIGLET_RULE_SCITT_STATEMENT,
			"what names no issuer and subject is no statement");
	beside_sigstore(instance, &bundle, 0, SIGLET_RULE_RECEIPT_COUNT,
			"a bundle, which has no receipts");
	forge_free(instance);
}

/* ---- what can be asked ---- */

static void refuses_policy(const siglet_policy *policy, const char *claim)
{
	OK_ERROR(siglet_policy_check(policy), SIGLET_E_USAGE, "not to be asked: %s", claim);
}

static void questions_make_sense(void)
{
	char type[] = "signature";
	siglet_policy policy = ordinary();

	OK_SUCCESS(siglet_policy_check(&policy), "services");
	policy.thresholds.receipt = 0;
	refuses_policy(&policy, "nobody");
	policy.issuer.text = did;
	OK_SUCCESS(siglet_policy_check(&policy), "an issuer");
	policy.thresholds.receipt = 3;
	refuses_policy(&policy, "more services than keys");
	policy.thresholds.receipt = 1;
	policy.services = NULL;
	refuses_policy(&policy, "receipts of nobody");
	policy = ordinary();
	policy.identity.text = "a";
	refuses_policy(&policy, "an identity of Sigstore's");
	policy = ordinary();
	policy.forge = SIGLET_FORGE_GITHUB;
	refuses_policy(&policy, "a repository");
	policy = ordinary();
	policy.requirement_count = 1;
	refuses_policy(&policy, "an extension");
	policy = ordinary();
	policy.predicate_type = type;
	policy.statement_only = false;
	refuses_policy(&policy, "a type");
	policy = ordinary();
	policy.issuer.text = "";
	refuses_policy(&policy, "an empty issuer");
	policy = ordinary();
	policy.subject.text = "";
	refuses_policy(&policy, "an empty subject");
	policy = ordinary();
	policy.has_key_not_after = true;
	refuses_policy(&policy, "a window of no key");
	policy = ordinary();
	policy.key = siglet_signer_key(author);
	policy.has_key_not_before = policy.has_key_not_after = true;
	policy.key_not_before_s = 1;
	refuses_policy(&policy, "a window that ends before it begins");
	siglet_policy_init(&policy);
	policy.identity.text = policy.issuer.text = policy.subject.text = "a";
	refuses_policy(&policy, "a subject of a bundle");
	policy.subject.text = NULL;
	policy.thresholds.receipt = 1;
	refuses_policy(&policy, "receipts of a bundle, of nobody");
}

#endif

int main(void)
{
#if SIGLET_COSE
	make_author();
	pin_keys();
	services_vouch_for_it();
	an_issuer_is_its_certificates();
	certificates_are_valid_when_it_is_registered();
	a_key_may_be_given();
	what_is_stated_is_checked();
	it_is_a_statement();
	receipts_of_sigstore_messages();
	questions_make_sense();
	siglet_scitt_keys_free(tiles_only);
	siglet_scitt_keys_free(both);
	clear_makers();
#else
	SKIP("built without COSE");
#endif
	return tap_done();
}
