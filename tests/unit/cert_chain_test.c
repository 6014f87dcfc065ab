#include "cert_authority.h"

#include <openssl/err.h>

#define CODE SIGLET_PURPOSE_CODE_SIGNING

/* ---- making an authority ---- */

static void authority_needs_certificates(void)
{
	X509 *root = make_root(MAKER_ROOT);
	siglet_buf der = x509_der(root);
	siglet_slice many[SIGLET_MAX_CHAIN + 1];
	siglet_chain *chain = NULL;

	for (size_t i = 0; i < SIGLET_COUNT(many); i++)
		many[i] = siglet_buf_slice(&der);
	OK_ERROR(siglet_chain_new(CODE, many, 0, &chain), SIGLET_E_MISSING, "no certificate");
	OK_ERROR(siglet_chain_new(CODE, many, SIGLET_MAX_CHAIN + 1, &chain), SIGLET_E_LIMIT,
		 "too many");
	OK(chain == NULL, "nothing is returned");
	OK_SUCCESS(siglet_chain_new(CODE, many, SIGLET_MAX_CHAIN, &chain), "as many as may be");
	OK(siglet_chain_cert(chain, 3) == NULL, "they are not read yet");
	OK_SUCCESS(siglet_chain_open(chain), "open it");
	OK_SUCCESS(siglet_chain_open(chain), "… and again");
	OK(siglet_chain_count(chain) == SIGLET_MAX_CHAIN &&
		   siglet_slice_equal(siglet_cert_der(siglet_chain_cert(chain, 3)), many[3]) &&
		   siglet_chain_cert(chain, SIGLET_MAX_CHAIN) == NULL,
	   "and they can be looked at");
	OK(siglet_chain_signer(chain) == NULL, "there is no signer");
	siglet_chain_free(chain);
	siglet_chain_free(NULL);
	chain = NULL;
	many[1].len--;
	OK_ERROR(siglet_chain_new(CODE, many, 2, &chain), SIGLET_E_MALFORMED, "a broken one");
	OK(chain == NULL && ERR_peek_error() == 0, "nothing is returned, nothing queued");
	many[1] = siglet_slice_of("\x05\x00", 2);
	many[2].len = SIGLET_MAX_CERT_BYTES + 1;
	OK_ERROR(siglet_chain_new(CODE, many + 2, 1, &chain), SIGLET_E_LIMIT, "a huge one");
	siglet_buf_clear(&der);
	X509_free(root);
}

/* DER, but no certificate. */
static void a_broken_certificate_makes_an_authority_useless(void)
{
	X509 *root = make_root(MAKER_ROOT);
	siglet_buf der = x509_der(root);
	const siglet_slice certs[2] = { siglet_slice_of("\x30\x02\x05\x00", 4),
					siglet_buf_slice(&der) };
	siglet_chain *chain = NULL;
	siglet_path path = { .count = 0 };
	siglet_cert *cert = parse_x509(root);

	OK_SUCCESS(siglet_chain_new(CODE, certs, 2, &chain), "nobody has looked yet");
	OK_ERROR(siglet_chain_open(chain), SIGLET_E_UNTRUSTED, "open");
	OK_ERROR(siglet_chain_verify(chain, cert, NULL, 0, &path), SIGLET_E_UNTRUSTED, "verify");
	OK(siglet_chain_cert(chain, 1) == NULL && siglet_chain_signer(chain) == NULL,
	   "it has no certificates");
	OK(ERR_peek_error() == 0, "nothing is queued");
	siglet_chain_free(chain);
	siglet_cert_free(cert);
	siglet_buf_clear(&der);
	X509_free(root);
}

/* ---- one change away from a good path ---- */

typedef struct change {
	const char *name, *value;
} change;

typedef struct path_case {
	const char *claim;
	bool is_good;
	change root, intermediate, leaf; /* of one extension; without a name: none */
} path_case;

static const path_case path_cases[] = {
	{ "Fulcio's profile", true, { 0 }, { 0 }, { 0 } },
	/* the leaf */
	{ "a leaf that is a CA", false, { 0 }, { 0 }, { "basicConstraints", "critical,CA:TRUE" } },
	{ "a leaf without EKU", false, { 0 }, { 0 }, { "extendedKeyUsage", NULL } },
	{ "a leaf for any purpose",
	  false,
	  { 0 },
	  { 0 },
	  { "extendedKeyUsage", "anyExtendedKeyUsage" } },
	{ "a leaf without digitalSignature",
	  false,
	  { 0 },
	  { 0 },
	  { "keyUsage", "critical,keyAgreement" } },
	{ "a leaf with an unknown critical extension",
	  false,
	  { 0 },
	  { 0 },
	  { "1.2.3.4", "critical,DER:0500" } },
	{ "a leaf without key identifiers",
	  true,
	  { 0 },
	  { 0 },
	  { "authorityKeyIdentifier", NULL } },
	{ "a leaf that names another issuer key",
	  false,
	  { 0 },
	  { 0 },
	  { "authorityKeyIdentifier", "DER:300680040a0b0c0d" } },
	/* the intermediate */
	{ "an intermediate without basic constraints",
	  false,
	  { 0 },
	  { "basicConstraints", NULL },
	  { 0 } },
	{ "an intermediate that is no CA",
	  false,
	  { 0 },
	  { "basicConstraints", "critical,CA:FALSE" },
	  { 0 } },
	{ "an intermediate without keyCertSign",
	  false,
	  { 0 },
	  { "keyUsage", "critical,cRLSign" },
	  { 0 } },
	{ "an intermediate without key usage", true, { 0 }, { "keyUsage", NULL }, { 0 } },
	{ "an intermediate without EKU", true, { 0 }, { "extendedKeyUsage", NULL }, { 0 } },
	{ "an intermediate for two purposes",
	  true,
	  { 0 },
	  { "extendedKeyUsage", "timeStamping,codeSigning" },
	  { 0 } },
	{ "an intermediate for another purpose",
	  false,
	  { 0 },
	  { "extendedKeyUsage", "timeStamping" },
	  { 0 } },
	{ "an intermediate for any purpose",
	  false,
	  { 0 },
	  { "extendedKeyUsage", "anyExtendedKeyUsage" },
	  { 0 } },
	{ "an intermediate with an unknown critical extension",
	  false,
	  { 0 },
	  { "1.2.3.4", "critical,DER:0500" },
	  { 0 } },
	{ "an intermediate with an unknown extension",
	  true,
	  { 0 },
	  { "1.2.3.4", "DER:0500" },
	  { 0 } },
	{ "an intermediate that names another root key",
	  false,
	  { 0 },
	  { "authorityKeyIdentifier", "DER:300680040a0b0c0d" },
	  { 0 } },
	/* the root */
	{ "a root without basic constraints", false, { "basicConstraints", NULL }, { 0 }, { 0 } },
	{ "a root that is no CA",
	  false,
	  { "basicConstraints", "critical,CA:FALSE" },
	  { 0 },
	  { 0 } },
	{ "a root without keyCertSign", false, { "keyUsage", "critical,cRLSign" }, { 0 }, { 0 } },
	{ "a root with an unknown critical extension",
	  false,
	  { "1.2.3.4", "critical,DER:0500" },
	  { 0 },
	  { 0 } },
	{ "a root that allows one intermediate",
	  true,
	  { "basicConstraints", "critical,CA:TRUE,pathlen:1" },
	  { 0 },
	  { 0 } },
	{ "a root that allows no intermediate",
	  false,
	  { "basicConstraints", "critical,CA:TRUE,pathlen:0" },
	  { 0 },
	  { 0 } },
	{ "a root for this purpose", true, { "extendedKeyUsage", "codeSigning" }, { 0 }, { 0 } },
	{ "a root for another purpose",
	  false,
	  { "extendedKeyUsage", "timeStamping" },
	  { 0 },
	  { 0 } },
	/* name constraints */
	{ "a root that permits the leaf's name",
	  true,
	  { "nameConstraints", "critical,permitted;email:example.com" },
	  { 0 },
	  { 0 } },
	{ "a root that permits other names",
	  false,
	  { "nameConstraints", "critical,permitted;email:example.org" },
	  { 0 },
	  { 0 } },
	{ "a root that excludes the leaf's name",
	  false,
	  { "nameConstraints", "critical,excluded;email:example.com" },
	  { 0 },
	  { 0 } },
	{ "a root that excludes other names",
	  true,
	  { "nameConstraints", "critical,excluded;email:example.org" },
	  { 0 },
	  { 0 } },
	{ "a root that permits names of another kind",
	  true,
	  { "nameConstraints", "critical,permitted;URI:.example.org" },
	  { 0 },
	  { 0 } },
	{ "an intermediate that permits the leaf's name",
	  true,
	  { 0 },
	  { "nameConstraints", "critical,permitted;email:example.com" },
	  { 0 } },
	{ "an intermediate that permits other names",
	  false,
	  { 0 },
	  { "nameConstraints", "critical,permitted;email:example.org" },
	  { 0 } },
};

static maker_extensions changed(maker_extensions extensions, const change *by)
{
	return by->name == NULL ? extensions : with(extensions, by->name, by->value);
}

static void every_rule_of_a_path_holds(void)
{
	for (size_t i = 0; i < SIGLET_COUNT(path_cases); i++) {
		const path_case *c = &path_cases[i];
		X509 *root = make_root(changed(MAKER_ROOT, &c->root));
		X509 *intermediate =
			make_intermediate(root, changed(MAKER_INTERMEDIATE, &c->intermediate));
		X509 *leaf =
			make_leaf(intermediate, keys.intermediate, changed(MAKER_LEAF, &c->leaf));
		siglet_chain *chain = make_chain(CODE, (X509 *[4]) { intermediate, root });

		/* Twice: the second time something is remembered. */
		judge(chain, leaf, NULL, c->is_good ? 0 : SIGLET_E_UNTRUSTED, 3, c->claim);
		judge(chain, leaf, NULL, c->is_good ? 0 : SIGLET_E_UNTRUSTED, 3, "… and again");
		siglet_chain_free(chain);
		X509_free(leaf);
		X509_free(intermediate);
		X509_free(root);
	}
}

/* What one leaf may do is not what the next one may: constraints are never remembered. */
static void name_constraints_bind_each_leaf(void)
{
	X509 *root = make_root(
		with(MAKER_ROOT, "nameConstraints", "critical,permitted;email:example.com"));
	X509 *intermediate = make_intermediate(root, MAKER_INTERMEDIATE);
	X509 *good = make_leaf(intermediate, keys.intermediate, MAKER_LEAF);
	X509 *bad = make_leaf(intermediate, keys.intermediate,
			      with(MAKER_LEAF, "subjectAltName", "critical,email:a@example.org"));
	siglet_chain *chain = make_chain(CODE, (X509 *[4]) { intermediate, root });

	judge(chain, good, NULL, 0, 3, "a permitted name");
	judge(chain, bad, NULL, SIGLET_E_UNTRUSTED, 0, "another one after it");
	judge(chain, good, NULL, 0, 3, "the permitted one again");
	siglet_chain_free(chain);
	X509_free(bad);
	X509_free(good);
	X509_free(intermediate);
	X509_free(root);
}

/* ---- whose signature ---- */

static void signatures_must_be_the_issuers(void)
{
	X509 *root = make_root(MAKER_ROOT);
	X509 *intermediate = make_intermediate(root, MAKER_INTERMEDIATE);
	X509 *leaf = make_leaf(intermediate, keys.intermediate, MAKER_LEAF);
	X509 *forged = make_leaf(intermediate, keys.stranger, MAKER_LEAF);
	X509 *alone = make_x509(
		&(maker_plan) { .name = "intermediate",
				.key = keys.leaf,
				.extensions = with(MAKER_LEAF, "authorityKeyIdentifier", NULL) });
	siglet_chain *chain = make_chain(CODE, (X509 *[4]) { intermediate, root });

	judge(chain, forged, NULL, SIGLET_E_UNTRUSTED, 0, "a leaf that another key signed");
	judge(chain, alone, NULL, SIGLET_E_UNTRUSTED, 0, "a leaf that signed itself");
	judge(chain, leaf, NULL, 0, 3, "the good one after those");
	siglet_chain_free(chain);

	/* An intermediate that the root did not sign, under its name and key identifier. */
	X509 *false_intermediate = make_x509(&(maker_plan) { .name = "intermediate",
							     .key = keys.intermediate,
							     .issuer = root,
							     .issuer_key = keys.stranger,
							     .extensions = MAKER_INTERMEDIATE });
	chain = make_chain(CODE, (X509 *[4]) { false_intermediate, root });
	judge(chain, leaf, NULL, SIGLET_E_UNTRUSTED, 0, "an intermediate that another key signed");
	judge(chain, leaf, NULL, SIGLET_E_UNTRUSTED, 0, "… and again");
	siglet_chain_free(chain);
	X509_free(false_intermediate);
	X509_free(alone);
	X509_free(forged);
	X509_free(leaf);
	X509_free(intermediate);
	X509_free(root);
}

/* Every byte of a leaf is signed, or part of the signature, or makes it unreadable. */
static void no_byte_of_a_leaf_is_free(void)
{
	X509 *root = make_root(MAKER_ROOT);
	X509 *leaf = make_leaf(root, keys.root, MAKER_LEAF);
	siglet_chain *chain = make_chain(CODE, (X509 *[4]) { root });
	siglet_buf der = x509_der(leaf);
	size_t accepted = 0, queued = 0;

	for (size_t i = 0; i < der.len; i++) {
		siglet_cert *cert = NULL;
		siglet_path path = { .count = 0 };

		der.ptr[i] ^= 0x01;
		siglet_err *err = siglet_cert_parse(siglet_buf_slice(&der), &cert);
		if (err == NULL)
			err = siglet_chain_verify(chain, cert, NULL, 0, &path);
		accepted += err == NULL;
		queued += ERR_peek_error() != 0;
		siglet_err_free(err);
		siglet_cert_free(cert);
		der.ptr[i] ^= 0x01;
	}
	OK(accepted == 0, "no changed leaf is accepted");
	OK(queued == 0, "no error is left in OpenSSL's queue");
	siglet_buf_clear(&der);
	siglet_chain_free(chain);
	X509_free(leaf);
	X509_free(root);
}

static void one_name_may_have_several_keys(void)
{
	const maker_extensions plain_root = with(MAKER_ROOT, "subjectKeyIdentifier", NULL);
	const maker_extensions plain_leaf = with(MAKER_LEAF, "authorityKeyIdentifier", NULL);
	X509 *root = make_root(plain_root);
	X509 *twin = make_x509(
		&(maker_plan) { .name = "root", .key = keys.stranger, .extensions = plain_root });
	X509 *leaf = make_leaf(root, keys.root, plain_leaf);
	X509 *other = make_leaf(twin, keys.stranger, plain_leaf);
	siglet_chain *chain = make_chain(CODE, (X509 *[4]) { twin });

	judge(chain, leaf, NULL, SIGLET_E_UNTRUSTED, 0, "a root of the same name with another key");
	judge(chain, other, NULL, 0, 2, "which is right for its own leaf");
	siglet_chain_free(chain);

	chain = make_chain(CODE, (X509 *[4]) { twin, root });
	judge(chain, leaf, NULL, 0, 2, "the second of two of that name");
	judge(chain, other, NULL, SIGLET_E_UNTRUSTED, 0,
	      "the first, which does not lead to the anchor");
	siglet_chain_free(chain);
	X509_free(other);
	X509_free(leaf);
	X509_free(twin);
	X509_free(root);
}

static void a_certificate_of_the_authority_is_no_leaf(void)
{
	X509 *root = make_root(MAKER_ROOT);
	X509 *intermediate = make_intermediate(root, MAKER_INTERMEDIATE);
	X509 *leaf = make_leaf(root, keys.root, MAKER_LEAF);
	X509 *below = make_leaf(leaf, keys.leaf, with(MAKER_LEAF, "authorityKeyIdentifier", NULL));
	X509 *pinned = make_x509(
		&(maker_plan) { .name = "pinned",
				.key = keys.leaf,
				.extensions = with(MAKER_LEAF, "authorityKeyIdentifier", NULL) });
	siglet_chain *chain = make_chain(CODE, (X509 *[4]) { intermediate, root });

	judge(chain, root, NULL, SIGLET_E_UNTRUSTED, 0, "the root");
	judge(chain, intermediate, NULL, SIGLET_E_UNTRUSTED, 0, "the intermediate");
	siglet_chain_free(chain);
	chain = make_chain(CODE, (X509 *[4]) { leaf });
	judge(chain, leaf, NULL, SIGLET_E_UNTRUSTED, 0, "an anchor that is no CA, as its own leaf");
	judge(chain, below, NULL, SIGLET_E_UNTRUSTED, 0, "a leaf of an anchor that is no CA");
	siglet_chain_free(chain);
	chain = make_chain(CODE, (X509 *[4]) { pinned });
	judge(chain, pinned, NULL, SIGLET_E_UNTRUSTED, 0, "a self-signed one as its own anchor");
	siglet_chain_free(chain);
	X509_free(pinned);
	X509_free(below);
	X509_free(leaf);
	X509_free(intermediate);
	X509_free(root);
}

static void anchor_needs_no_root(void)
{
	X509 *root = make_root(MAKER_ROOT);
	X509 *intermediate = make_intermediate(root, MAKER_INTERMEDIATE);
	X509 *leaf = make_leaf(intermediate, keys.intermediate, MAKER_LEAF);
	X509 *direct = make_leaf(root, keys.root, MAKER_LEAF);
	siglet_chain *chain = make_chain(CODE, (X509 *[4]) { intermediate });

	judge(chain, leaf, NULL, 0, 2, "an intermediate as the anchor");
	judge(chain, leaf, (X509 *[3]) { root }, 0, 2, "whose root changes nothing");
	judge(chain, direct, (X509 *[3]) { root }, SIGLET_E_UNTRUSTED, 0, "and is not trusted");
	siglet_chain_free(chain);
	chain = make_chain(CODE, (X509 *[4]) { root });
	judge(chain, direct, NULL, 0, 2, "a root that issues leaves");
	judge(chain, leaf, NULL, SIGLET_E_UNTRUSTED, 0, "an intermediate that is missing");
	siglet_chain_free(chain);
	X509_free(direct);
	X509_free(leaf);
	X509_free(intermediate);
	X509_free(root);
}

/* ---- algorithms ---- */

static void weak_algorithms_are_refused(void)
{
	EVP_PKEY *small = rsa_key(1024), *large = rsa_key(2048);
	X509 *root = make_x509(&(maker_plan) {
		.name = "root", .key = large, .md = EVP_sha1(), .extensions = MAKER_ROOT });
	X509 *weak_root =
		make_x509(&(maker_plan) { .name = "weak", .key = small, .extensions = MAKER_ROOT });
	maker_plan plan = {
		.key = keys.leaf, .issuer = root, .issuer_key = large, .extensions = MAKER_LEAF
	};
	X509 *leaf = make_x509(&plan);
	plan.md = EVP_sha1();
	X509 *weak_leaf = make_x509(&plan);
	X509 *below_weak = make_leaf(weak_root, small, MAKER_LEAF);
	siglet_chain *chain = make_chain(CODE, (X509 *[4]) { root });

	judge(chain, leaf, NULL, 0, 2,
	      "RSA of 2048 bits; how an anchor signed itself does not count");
	judge(chain, weak_leaf, NULL, SIGLET_E_UNTRUSTED, 0, "a leaf signed with SHA-1");
	siglet_chain_free(chain);
	chain = make_chain(CODE, (X509 *[4]) { weak_root });
	judge(chain, below_weak, NULL, SIGLET_E_UNTRUSTED, 0, "an issuer with RSA of 1024 bits");
	siglet_chain_free(chain);

	maker_plan middle = { .name = "intermediate",
			      .key = keys.intermediate,
			      .issuer = root,
			      .issuer_key = large,
			      .md = EVP_sha1(),
			      .extensions = MAKER_INTERMEDIATE };
	X509 *intermediate = make_x509(&middle);
	X509 *low = make_leaf(intermediate, keys.intermediate, MAKER_LEAF);
	chain = make_chain(CODE, (X509 *[4]) { intermediate, root });
	judge(chain, low, NULL, SIGLET_E_UNTRUSTED, 0, "an intermediate signed with SHA-1");
	siglet_chain_free(chain);
	X509_free(low);
	X509_free(intermediate);
	X509_free(below_weak);
	X509_free(weak_leaf);
	X509_free(leaf);
	X509_free(weak_root);
	X509_free(root);
	EVP_PKEY_free(large);
	EVP_PKEY_free(small);
}

static void every_strong_curve_may_issue(void)
{
	static const char *const curves[] = { "P-256", "P-384", "P-521" };

	for (size_t i = 0; i < SIGLET_COUNT(curves); i++) {
		EVP_PKEY *key = ec_key(curves[i]);
		X509 *root = make_x509(&(maker_plan) {
			.name = "root", .key = key, .md = EVP_sha384(), .extensions = MAKER_ROOT });
		X509 *leaf = make_leaf(root, key, MAKER_LEAF);
		siglet_chain *chain = make_chain(CODE, (X509 *[4]) { root });

		judge(chain, leaf, NULL, 0, 2, curves[i]);
		siglet_chain_free(chain);
		X509_free(leaf);
		X509_free(root);
		EVP_PKEY_free(key);
	}
}

/* ---- time ---- */

/* One certificate of the path is valid for two seconds, the others for the year. */
static void check_window(size_t narrow, const char *which)
{
	const char *from[3] = { NULL }, *to[3] = { NULL };
	siglet_path path = { .count = 0 };
	const int64_t start = 1751587200; /* 2025-07-04T00:00:00Z */

	from[narrow] = "20250704000000Z";
	to[narrow] = "20250704000001Z";
	maker_plan plans[3] = {
		{ .key = keys.leaf, .extensions = MAKER_LEAF },
		{ .name = "intermediate",
		  .key = keys.intermediate,
		  .extensions = MAKER_INTERMEDIATE },
		{ .name = "root", .key = keys.root, .extensions = MAKER_ROOT },
	};
	X509 *certs[3] = { NULL };
	for (size_t i = 3; i-- > 0;) {
		plans[i].not_before = from[i];
		plans[i].not_after = to[i];
		plans[i].issuer = i == 2 ? NULL : certs[i + 1];
		plans[i].issuer_key = i == 2 ? NULL : plans[i + 1].key;
		certs[i] = make_x509(&plans[i]);
	}
	siglet_chain *chain = make_chain(CODE, (X509 *[4]) { certs[1], certs[2] });
	siglet_cert *leaf = parse_x509(certs[0]);

	OK_SUCCESS(siglet_chain_verify(chain, leaf, NULL, 0, &path), "a path is not of a time");
	OK_ERROR(siglet_path_check_time(&path, start - 1), SIGLET_E_EXPIRED, "%s: a second before",
		 which);
	OK_SUCCESS(siglet_path_check_time(&path, start), "%s: its first second", which);
	OK_SUCCESS(siglet_path_check_time(&path, start + 1), "%s: its last second", which);
	OK_ERROR(siglet_path_check_time(&path, start + 2), SIGLET_E_EXPIRED, "%s: a second after",
		 which);
	siglet_cert_free(leaf);
	siglet_chain_free(chain);
	for (size_t i = 0; i < 3; i++)
		X509_free(certs[i]);
}

static void time_must_suit_the_whole_path(void)
{
	const siglet_path nothing = { .count = 0 };

	check_window(0, "leaf");
	check_window(1, "intermediate");
	check_window(2, "root");
	OK_ERROR(siglet_path_check_time(&nothing, 0), SIGLET_E_EXPIRED,
		 "no path is valid at no time");
}

int main(void)
{
	authority_keys_new();
	authority_needs_certificates();
	a_broken_certificate_makes_an_authority_useless();
	every_rule_of_a_path_holds();
	name_constraints_bind_each_leaf();
	signatures_must_be_the_issuers();
	no_byte_of_a_leaf_is_free();
	one_name_may_have_several_keys();
	a_certificate_of_the_authority_is_no_leaf();
	anchor_needs_no_root();
	weak_algorithms_are_refused();
	every_strong_curve_may_issue();
	time_must_suit_the_whole_path();
	authority_keys_free();
	return tap_done();
}
