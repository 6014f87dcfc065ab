#include "cert_maker.h"

/* Whom a did:x509 names: an authority by its hash, and what its certificate for the leaf says. */

#define FULCIO_ISSUER "1.3.6.1.4.1.57264.1.1"
/* https://accounts.example/a */
#define FULCIO_ISSUER_VALUE "DER:68747470733a2f2f6163636f756e74732e6578616d706c652f61"

static EVP_PKEY *root_key, *middle_key, *leaf_key, *other_key;
static X509 *root, *middle, *leaf;
static const siglet_cert *chain[3]; /* leaf, middle, root */

static void make_chain(void)
{
	root_key = ec_key("P-256");
	middle_key = ec_key("P-256");
	leaf_key = ec_key("P-256");
	other_key = ec_key("P-256");
	root = make_x509(&(maker_plan) { .name = "root",
					 .key = root_key,
					 .not_before = "20200101000000Z",
					 .not_after = "20401231235959Z",
					 .extensions = MAKER_ROOT });
	middle = make_x509(&(maker_plan) { .name = "middle",
					   .key = middle_key,
					   .issuer = root,
					   .issuer_key = root_key,
					   .not_after = "20250630235959Z",
					   .extensions = MAKER_INTERMEDIATE });
}

static maker_plan leaf_plan(void)
{
	return (maker_plan) {
		.name = "Alice B.",
		.more = { "C", "US", "O", "Acme, Inc.", "2.5.4.15", "Org", "L", "M\xc3\xbcnchen",
			  "OU", "one", "OU", "two" },
		.key = leaf_key,
		.issuer = middle,
		.issuer_key = middle_key,
		.not_before = "20250301000000Z",
		.extensions = { { { "keyUsage", "critical,digitalSignature" },
				  { "extendedKeyUsage", "codeSigning,1.3.6.1.4.1.311.76.59.1.2" },
				  { "authorityKeyIdentifier", "keyid" },
				  { "subjectAltName", "email:a+b@example.com,DNS:example.com,"
						      "URI:https://example.com/~a" },
				  { FULCIO_ISSUER, FULCIO_ISSUER_VALUE } } },
	};
}

static char fingerprint[3][128]; /* of the three certificates, for SHA-256 */

static void name_fingerprint(const siglet_cert *cert, siglet_hash hash, char *out, size_t size)
{
	const siglet_slice der = siglet_cert_der(cert);
	siglet_digest digest = { .hash = hash };
	siglet_buf text;

	siglet_buf_init(&text, 1024);
	MAKER_NEED(siglet_crypto_hash(hash, &der, 1, &digest) == NULL);
	MAKER_NEED(siglet_base64_encode(siglet_digest_slice(&digest), &text) == NULL);
	for (size_t i = 0; i < text.len; i++)
		text.ptr[i] = text.ptr[i] == '+' ? '-' : text.ptr[i] == '/' ? '_' : text.ptr[i];
	while (text.ptr[text.len - 1] == '=')
		siglet_buf_truncate(&text, text.len - 1);
	(void)snprintf(out, size, "%s", siglet_buf_text(&text));
	siglet_buf_clear(&text);
}

static siglet_err *check_text(const char *did, size_t count, siglet_validity *ret_validity)
{
	return siglet_did_x509_check(siglet_slice_str(did), chain, count, ret_validity);
}

/* The policies behind the middle certificate's fingerprint. */
static siglet_err *check(const char *policies)
{
	siglet_validity validity = { 0 };
	char did[1024];

	(void)snprintf(did, sizeof(did), "did:x509:0:sha256:%s%s", fingerprint[1], policies);
	return check_text(did, 3, &validity);
}

static void accepts(const char *policies)
{
	OK_SUCCESS(check(policies), "accepts %s", policies);
}

static void refuses(const char *policies, siglet_code code)
{
	OK_ERROR(check(policies), code, "refuses %s", policies);
}

static void an_authority_is_named_by_its_hash(void)
{
	siglet_validity validity = { 0 };
	char did[1024], hash[128];

	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(did, sizeof(did), "did:x509:0:sha256:%s::subject:C:US",
			       fingerprint[i]);
		if (i > 0)
			OK_SUCCESS(check_text(did, 3, &validity), "authority %zu", i);
		else
			OK_ERROR(check_text(did, 3, &validity), SIGLET_E_UNTRUSTED,
				 "the leaf is no authority");
	}
	OK(validity.not_before_s == 1740787200 && validity.not_after_s == 1751327999,
	   "what the path is valid for is what all of it is");
	name_fingerprint(chain[2], SIGLET_SHA384, hash, sizeof(hash));
	(void)snprintf(did, sizeof(did), "did:x509:0:sha384:%s::subject:C:US", hash);
	OK_SUCCESS(check_text(did, 3, &validity), "by SHA-384");
	OK_ERROR(check_text(did, 2, &validity), SIGLET_E_UNTRUSTED,
		 "an authority whose certificate is not there");
	(void)snprintf(did, sizeof(did), "did:x509:0:sha512:%s::subject:C:US", hash);
	OK_ERROR(check_text(did, 3, &validity), SIGLET_E_MALFORMED,
		 "a fingerprint of another length than its hash's");
	name_fingerprint(chain[2], SIGLET_SHA512, hash, sizeof(hash));
	(void)snprintf(did, sizeof(did), "did:x509:0:sha512:%s::subject:C:US", hash);
	OK_SUCCESS(check_text(did, 3, &validity), "by SHA-512");
	(void)snprintf(did, sizeof(did), "did:x509:0:sha256:%s::subject:C:US", fingerprint[2]);
	OK_ERROR(check_text(did, 1, &validity), SIGLET_E_MISSING, "a leaf alone");
}

/* The certificate of a famous authority can be put behind any leaf. */
static void an_authority_on_the_path_counts_only(void)
{
	X509 *own_x509 = make_x509(
		&(maker_plan) { .name = "own", .key = other_key, .extensions = MAKER_ROOT });
	siglet_cert *own = parse_x509(own_x509), *mine;
	maker_plan plan = leaf_plan();
	siglet_validity validity = { 0 };
	char did[1024];

	plan.issuer = siglet_cert_x509(own);
	plan.issuer_key = other_key;
	X509 *x509 = make_x509(&plan);
	mine = parse_x509(x509);
	const siglet_cert *beside[] = { mine, chain[1], own }, *behind[] = { mine, own, chain[1] };
	(void)snprintf(did, sizeof(did), "did:x509:0:sha256:%s::subject:C:US", fingerprint[1]);
	OK_ERROR(siglet_did_x509_check(siglet_slice_str(did), beside, 3, &validity),
		 SIGLET_E_UNTRUSTED, "an authority beside the path");
	OK_ERROR(siglet_did_x509_check(siglet_slice_str(did), behind, 3, &validity),
		 SIGLET_E_UNTRUSTED, "an authority that the path does not lead to");
	siglet_cert_free(mine);
	siglet_cert_free(own);
	X509_free(own_x509);
	X509_free(x509);
}

static void the_leaf_is_fit_to_sign(void)
{
	static const struct {
		const char *name, *value, *claim;
		siglet_code code;
	} cases[] = {
		{ "keyUsage", NULL, "no key usage", 0 },
		{ "extendedKeyUsage", NULL, "no extended key usage", 0 },
		{ "keyUsage", "critical,keyAgreement", "another key usage", SIGLET_E_UNTRUSTED },
		{ "basicConstraints", "critical,CA:TRUE", "an authority", SIGLET_E_UNTRUSTED },
		{ "1.2.3.4", "critical,DER:0500", "a critical extension that is unknown",
		  SIGLET_E_UNTRUSTED },
	};

	for (size_t i = 0; i < SIGLET_COUNT(cases); i++) {
		maker_plan plan = leaf_plan();
		siglet_validity validity = { 0 };
		char did[1024];

		plan.extensions = with(plan.extensions, cases[i].name, cases[i].value);
		X509 *x509 = make_x509(&plan);
		siglet_cert *cert = parse_x509(x509);
		const siglet_cert *certs[] = { cert, chain[1], chain[2] };
		(void)snprintf(did, sizeof(did), "did:x509:0:sha256:%s::subject:C:US",
			       fingerprint[1]);
		siglet_err *err = siglet_did_x509_check(siglet_slice_str(did), certs, 3, &validity);
		if (!OK(cases[i].code == 0 ? err == NULL
					   : err != NULL && siglet_err_code(err) == cases[i].code,
			"a leaf with %s", cases[i].claim))
			printf("# %s\n", err == NULL ? "accepted" : siglet_err_message(err));
		siglet_err_free(err);
		siglet_cert_free(cert);
		X509_free(x509);
	}
}

static void subjects(void)
{
	accepts("::subject:C:US");
	accepts("::subject:C:US:O:Acme%2C%20Inc.:CN:Alice%20B.");
	accepts("::subject:O:Acme%2c%20Inc.");
	accepts("::subject:2.5.4.15:Org");
	accepts("::subject:2.5.4.6:US");
	accepts("::subject:L:M%C3%BCnchen");
	/* Which of two would be the one that is named? */
	refuses("::subject:OU:one", SIGLET_E_UNSUPPORTED);
	refuses("::subject:C:US:2.5.4.11:two", SIGLET_E_UNSUPPORTED);
	refuses("::subject:C:DE", SIGLET_E_MISMATCH);
	refuses("::subject:C:us", SIGLET_E_MISMATCH);
	refuses("::subject:C:US:ST:Bavaria", SIGLET_E_MISMATCH);
	refuses("::subject:C:US:C:US", SIGLET_E_MALFORMED);
	refuses("::subject:C", SIGLET_E_MALFORMED);
	refuses("::subject:C:US:O", SIGLET_E_MALFORMED);
	refuses("::subject:C:", SIGLET_E_MALFORMED);
	refuses("::subject:XX:US", SIGLET_E_MALFORMED);
	refuses("::subject:02.5.4.6:US", SIGLET_E_MALFORMED);
	refuses("::subject:O:Acme, Inc.", SIGLET_E_MALFORMED);
	refuses("::subject:O:Acme%2", SIGLET_E_MALFORMED);
	refuses("::subject:O:Acme%zz", SIGLET_E_MALFORMED);
	refuses("::subject:C:US:1.1:a:1.2:a:1.3:a:1.4:a", SIGLET_E_MISMATCH);
}

static void alternative_names(void)
{
	accepts("::san:email:a%2Bb%40example.com");
	accepts("::san:dns:example.com");
	accepts("::san:uri:https%3A%2F%2Fexample.com%2F%7Ea");
	refuses("::san:dns:a%2Bb%40example.com", SIGLET_E_MISMATCH);
	refuses("::san:email:b%40example.com", SIGLET_E_MISMATCH);
	refuses("::san:dns:example.co", SIGLET_E_MISMATCH);
	refuses("::san:dns:", SIGLET_E_MALFORMED);
	refuses("::san:dns", SIGLET_E_MALFORMED);
	refuses("::san:ip:127.0.0.1", SIGLET_E_MALFORMED);
	refuses("::san:uri:https://example.com/", SIGLET_E_MALFORMED);
	refuses("::san:dns:example.com:dns:example.com", SIGLET_E_MALFORMED);
}

static void usages_and_issuers(void)
{
	accepts("::eku:1.3.6.1.5.5.7.3.3");
	accepts("::eku:1.3.6.1.4.1.311.76.59.1.2");
	refuses("::eku:1.3.6.1.4.1.311.76.59.1", SIGLET_E_MISMATCH);
	refuses("::eku:1.3.6.1.5.5.7.3.8", SIGLET_E_MISMATCH);
	refuses("::eku:codeSigning", SIGLET_E_MALFORMED);
	refuses("::eku:1.3.6.1.5.5.7.3.03", SIGLET_E_MALFORMED);
	refuses("::eku:", SIGLET_E_MALFORMED);
	accepts("::fulcio-issuer:accounts.example%2Fa");
	refuses("::fulcio-issuer:accounts.example", SIGLET_E_MISMATCH);
	refuses("::fulcio-issuer:https%3A%2F%2Faccounts.example%2Fa", SIGLET_E_MISMATCH);
}

static void each_policy_must_hold(void)
{
	accepts("::subject:C:US::san:dns:example.com::eku:1.3.6.1.5.5.7.3.3");
	refuses("::subject:C:US::san:dns:example.org::eku:1.3.6.1.5.5.7.3.3", SIGLET_E_MISMATCH);
	refuses("::subject:C:US::san:dns:example.com::eku:1.3.6.1.5.5.7.3.8", SIGLET_E_MISMATCH);
	refuses("::subject:C:US::age:18", SIGLET_E_UNSUPPORTED);
	refuses("::subject:C:US::", SIGLET_E_UNSUPPORTED);
	refuses("::subject:C:US:", SIGLET_E_MALFORMED);
	refuses("::subject", SIGLET_E_UNSUPPORTED);
	refuses(":subject:C:US", SIGLET_E_MALFORMED);
	refuses("", SIGLET_E_MALFORMED);
	refuses(":", SIGLET_E_MALFORMED);
	refuses("::", SIGLET_E_UNSUPPORTED);
}

static void it_has_one_form(void)
{
	static const struct {
		const char *before, *behind;
		siglet_code code;
	} cases[] = {
		{ "did:x509:1:sha256:", "", SIGLET_E_UNSUPPORTED },
		{ "did:x509:00:sha256:", "", SIGLET_E_UNSUPPORTED },
		{ "did:x509:0:sha1:", "", SIGLET_E_UNSUPPORTED },
		{ "did:x509:0:SHA256:", "", SIGLET_E_UNSUPPORTED },
		{ "did:x509:0:sha256:", "=", SIGLET_E_MALFORMED },
		{ "did:x509:0:sha256:", "A", SIGLET_E_MALFORMED },
		{ "did:x509:0:sha256:", "AAAA", SIGLET_E_MALFORMED },
		{ "did:web:0:sha256:", "", SIGLET_E_MALFORMED },
		{ "DID:x509:0:sha256:", "", SIGLET_E_MALFORMED },
		{ " did:x509:0:sha256:", "", SIGLET_E_MALFORMED },
	};
	siglet_validity validity = { 0 };
	char did[1024];

	for (size_t i = 0; i < SIGLET_COUNT(cases); i++) {
		(void)snprintf(did, sizeof(did), "%s%s%s::subject:C:US", cases[i].before,
			       fingerprint[1], cases[i].behind);
		OK_ERROR(check_text(did, 3, &validity), cases[i].code, "refuses %sX%s",
			 cases[i].before, cases[i].behind);
	}
	OK_ERROR(check_text("did:x509:", 3, &validity), SIGLET_E_UNSUPPORTED, "a prefix alone");
	OK_ERROR(check_text("did:x509:0", 3, &validity), SIGLET_E_UNSUPPORTED, "a version alone");
	OK(siglet_did_is_x509(siglet_slice_str("did:x509:0:")) &&
		   !siglet_did_is_x509(siglet_slice_str("did:x509")) &&
		   !siglet_did_is_x509(SIGLET_SLICE_NONE),
	   "it is known by its beginning");
}

int main(void)
{
	make_chain();
	const maker_plan plan = leaf_plan();
	leaf = make_x509(&plan);
	chain[0] = parse_x509(leaf);
	chain[1] = parse_x509(middle);
	chain[2] = parse_x509(root);
	for (size_t i = 0; i < 3; i++)
		name_fingerprint(chain[i], SIGLET_SHA256, fingerprint[i], sizeof(fingerprint[i]));
	an_authority_is_named_by_its_hash();
	an_authority_on_the_path_counts_only();
	the_leaf_is_fit_to_sign();
	subjects();
	alternative_names();
	usages_and_issuers();
	each_policy_must_hold();
	it_has_one_form();
	for (size_t i = 0; i < 3; i++)
		siglet_cert_free((siglet_cert *)(uintptr_t)chain[i]);
	X509_free(leaf);
	X509_free(middle);
	X509_free(root);
	EVP_PKEY_free(other_key);
	EVP_PKEY_free(leaf_key);
	EVP_PKEY_free(middle_key);
	EVP_PKEY_free(root_key);
	return tap_done();
}
