#include "cert_authority.h"

#include <openssl/err.h>

#define SCT_LIST "1.3.6.1.4.1.11129.2.4.2"

/* ---- a CT log of the tests' own ---- */

typedef struct log_plan {
	EVP_PKEY *key;
	uint64_t timestamp_ms;
	siglet_slice extensions;
	uint8_t version, hash, signature;
} log_plan;

static EVP_PKEY *log_ec, *log_rsa;

static log_plan ec_log(void)
{
	return (log_plan) {
		.key = log_ec, .timestamp_ms = 1751587200123, .hash = 4, .signature = 3
	};
}

static void put(siglet_buf *out, siglet_slice data)
{
	MAKER_NEED(siglet_buf_append(out, data) == NULL);
}

static void put_uint(siglet_buf *out, uint64_t value, size_t width)
{
	MAKER_NEED(siglet_buf_append_uint(out, value, width) == NULL);
}

static siglet_buf spki_of(EVP_PKEY *key)
{
	siglet_buf out;
	uint8_t *der = NULL;
	const int len = i2d_PUBKEY(key, &der);

	siglet_buf_init(&out, 1u << 16);
	MAKER_NEED(len > 0);
	put(&out, siglet_slice_of(der, (size_t)len));
	OPENSSL_free(der);
	return out;
}

static siglet_key *log_key(EVP_PKEY *key)
{
	siglet_buf spki = spki_of(key);
	siglet_key *found = NULL;

	MAKER_NEED(siglet_key_from_spki(siglet_buf_slice(&spki), &found) == NULL);
	siglet_buf_clear(&spki);
	return found;
}

static void put_hash(siglet_buf *out, siglet_slice data)
{
	uint8_t hash[32];

	MAKER_NEED(EVP_Digest(data.ptr, data.len, hash, NULL, EVP_sha256(), NULL) == 1);
	put(out, siglet_slice_of(hash, sizeof(hash)));
}

/* What a log signs, put together from OpenSSL's encodings: issuer NULL for a final certificate. */
static siglet_buf signed_data(const log_plan *log, X509 *cert, EVP_PKEY *issuer)
{
	siglet_buf out, spki;
	uint8_t *der = NULL;
	const int len = issuer == NULL ? i2d_X509(cert, &der) : i2d_re_X509_tbs(cert, &der);

	siglet_buf_init(&out, 1u << 18);
	MAKER_NEED(len > 0);
	put_uint(&out, 0, 2);
	put_uint(&out, log->timestamp_ms, 8);
	put_uint(&out, issuer == NULL ? 0 : 1, 2);
	if (issuer != NULL) {
		spki = spki_of(issuer);
		put_hash(&out, siglet_buf_slice(&spki));
		siglet_buf_clear(&spki);
	}
	put_uint(&out, (uint64_t)len, 3);
	put(&out, siglet_slice_of(der, (size_t)len));
	put_uint(&out, log->extensions.len, 2);
	put(&out, log->extensions);
	OPENSSL_free(der);
	return out;
}

/* A serialised SCT; of cert as it is now, that is before the list goes into it. */
static siglet_buf make_sct(const log_plan *log, X509 *cert, EVP_PKEY *issuer)
{
	siglet_buf data = signed_data(log, cert, issuer), spki = spki_of(log->key), out;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t signature[1024];
	size_t len = sizeof(signature);

	MAKER_NEED(ctx != NULL &&
		   EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, log->key) == 1 &&
		   EVP_DigestSign(ctx, signature, &len, data.ptr, data.len) == 1);
	siglet_buf_init(&out, 1u << 18);
	put_uint(&out, log->version, 1);
	put_hash(&out, siglet_buf_slice(&spki));
	put_uint(&out, log->timestamp_ms, 8);
	put_uint(&out, log->extensions.len, 2);
	put(&out, log->extensions);
	put_uint(&out, log->hash, 1);
	put_uint(&out, log->signature, 1);
	put_uint(&out, len, 2);
	put(&out, siglet_slice_of(signature, len));
	EVP_MD_CTX_free(ctx);
	siglet_buf_clear(&spki);
	siglet_buf_clear(&data);
	return out;
}

/* The extension around these list bytes, in front of extension `at` (-1: last). */
static void embed_bytes(X509 *cert, siglet_slice list, int at)
{
	ASN1_OBJECT *object = OBJ_txt2obj(SCT_LIST, 1);
	ASN1_OCTET_STRING *inner = ASN1_OCTET_STRING_new(), *outer = ASN1_OCTET_STRING_new();
	uint8_t *der = NULL;

	MAKER_NEED(object != NULL && inner != NULL && outer != NULL);
	MAKER_NEED(ASN1_OCTET_STRING_set(inner, list.ptr, (int)list.len) == 1);
	const int len = i2d_ASN1_OCTET_STRING(inner, &der);
	MAKER_NEED(len > 0 && ASN1_OCTET_STRING_set(outer, der, len) == 1);
	X509_EXTENSION *extension = X509_EXTENSION_create_by_OBJ(NULL, object, 0, outer);
	MAKER_NEED(extension != NULL && X509_add_ext(cert, extension, at) == 1);
	X509_EXTENSION_free(extension);
	OPENSSL_free(der);
	ASN1_OCTET_STRING_free(outer);
	ASN1_OCTET_STRING_free(inner);
	ASN1_OBJECT_free(object);
}

static void put_list(siglet_buf *out, const siglet_buf *scts, size_t count)
{
	size_t total = 0;

	for (size_t i = 0; i < count; i++)
		total += 2 + scts[i].len;
	put_uint(out, total, 2);
	for (size_t i = 0; i < count; i++) {
		put_uint(out, scts[i].len, 2);
		put(out, siglet_buf_slice(&scts[i]));
	}
}

/* ---- an issued leaf with one SCT ---- */

typedef struct issued {
	X509 *root, *leaf;
	siglet_cert *root_cert, *leaf_cert;
} issued;

static issued issue(const log_plan *log, int at)
{
	issued i = { .root = make_root(MAKER_ROOT) };
	const maker_plan plan = { .key = keys.leaf,
				  .issuer = i.root,
				  .issuer_key = keys.root,
				  .extensions = MAKER_LEAF };
	siglet_buf list;

	i.leaf = make_x509(&plan);
	siglet_buf sct = make_sct(log, i.leaf, keys.root);
	siglet_buf_init(&list, 1u << 18);
	put_list(&list, &sct, 1);
	embed_bytes(i.leaf, siglet_buf_slice(&list), at);
	sign_cert(i.leaf, &plan);
	i.leaf_cert = parse_x509(i.leaf);
	i.root_cert = parse_x509(i.root);
	siglet_buf_clear(&list);
	siglet_buf_clear(&sct);
	return i;
}

static void issued_free(issued *i)
{
	siglet_cert_free(i->leaf_cert);
	siglet_cert_free(i->root_cert);
	X509_free(i->leaf);
	X509_free(i->root);
}

static siglet_sct only_sct(const issued *i)
{
	siglet_sct scts[SIGLET_MAX_SCTS];
	size_t count = 0;

	OK_SUCCESS(siglet_cert_scts(i->leaf_cert, scts, &count), "the list is read");
	MAKER_NEED(count == 1);
	return scts[0];
}

static void embedded_sct_verifies(void)
{
	static const int places[] = { 0, 1, -1 };

	for (size_t n = 0; n < SIGLET_COUNT(places); n++) {
		const log_plan log = ec_log();
		issued i = issue(&log, places[n]);
		siglet_key *key = log_key(log_ec);
		const siglet_sct sct = only_sct(&i);

		OK(siglet_slice_equal(sct.log_id, siglet_digest_slice(siglet_key_id(key))) &&
			   sct.timestamp_ms == 1751587200123 && sct.extensions.len == 0 &&
			   sct.hash_algorithm == 4 && sct.signature_algorithm == 3,
		   "all of it is read");
		OK_SUCCESS(siglet_sct_verify(&sct, i.leaf_cert, i.root_cert, key),
			   "it verifies, with the list at place %d", places[n]);
		OK_ERROR(siglet_sct_verify(&sct, i.leaf_cert, NULL, key), SIGLET_E_MISMATCH,
			 "it is no promise about the final certificate");
		siglet_key_free(key);
		issued_free(&i);
	}
}

static void sct_extensions_are_signed(void)
{
	log_plan log = ec_log();
	log.extensions = siglet_slice_of("\0\0\5\0\0\0\0\x70", 8);
	issued i = issue(&log, -1);
	siglet_key *key = log_key(log_ec);
	siglet_sct sct = only_sct(&i);

	OK(siglet_slice_equal(sct.extensions, log.extensions), "extensions are read");
	OK_SUCCESS(siglet_sct_verify(&sct, i.leaf_cert, i.root_cert, key), "and verify");
	sct.extensions.len--;
	OK_ERROR(siglet_sct_verify(&sct, i.leaf_cert, i.root_cert, key), SIGLET_E_MISMATCH,
		 "not when they are shorter");
	sct.extensions = SIGLET_SLICE_NONE;
	OK_ERROR(siglet_sct_verify(&sct, i.leaf_cert, i.root_cert, key), SIGLET_E_MISMATCH,
		 "not when they are gone");
	uint8_t *long_extensions = siglet_calloc(65536, 1);
	MAKER_NEED(long_extensions != NULL);
	sct.extensions = siglet_slice_of(long_extensions, 65536);
	OK_ERROR(siglet_sct_verify(&sct, i.leaf_cert, i.root_cert, key), SIGLET_E_MALFORMED,
		 "not when they are longer than their length can say");
	free(long_extensions);
	siglet_key_free(key);
	issued_free(&i);
}

static void rsa_log_verifies(void)
{
	log_plan log = ec_log();
	log.key = log_rsa;
	log.signature = 1;
	issued i = issue(&log, -1);
	siglet_key *rsa = log_key(log_rsa), *ec = log_key(log_ec);
	siglet_sct sct = only_sct(&i);

	OK_SUCCESS(siglet_sct_verify(&sct, i.leaf_cert, i.root_cert, rsa), "an RSA log");
	OK_ERROR(siglet_sct_verify(&sct, i.leaf_cert, i.root_cert, ec), SIGLET_E_UNSUPPORTED,
		 "an RSA signature with an EC key");
	sct.signature_algorithm = 3;
	OK_ERROR(siglet_sct_verify(&sct, i.leaf_cert, i.root_cert, rsa), SIGLET_E_UNSUPPORTED,
		 "an ECDSA signature with an RSA key");
	siglet_key_free(ec);
	siglet_key_free(rsa);
	issued_free(&i);
}

static void p384_log_signs_with_sha256(void)
{
	EVP_PKEY *p384 = ec_key("P-384"), *ed25519 = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	log_plan log = ec_log();
	log.key = p384;
	issued i = issue(&log, -1);
	siglet_key *key = log_key(p384), *edwards = log_key(ed25519);
	const siglet_sct sct = only_sct(&i);

	OK_SUCCESS(siglet_sct_verify(&sct, i.leaf_cert, i.root_cert, key), "a P-384 log");
	OK_ERROR(siglet_sct_verify(&sct, i.leaf_cert, i.root_cert, edwards), SIGLET_E_UNSUPPORTED,
		 "Ed25519 is no key of a CT log");
	siglet_key_free(edwards);
	siglet_key_free(key);
	issued_free(&i);
	EVP_PKEY_free(ed25519);
	EVP_PKEY_free(p384);
}

static void altered_sct_is_refused(void)
{
	const log_plan log = ec_log();
	issued i = issue(&log, -1);
	siglet_key *key = log_key(log_ec), *other = log_key(keys.stranger);
	siglet_cert *stranger = NULL;
	siglet_sct sct = only_sct(&i);

	OK_ERROR(siglet_sct_verify(&sct, i.leaf_cert, i.root_cert, other), SIGLET_E_MISMATCH,
		 "another log's key");
	sct.timestamp_ms++;
	OK_ERROR(siglet_sct_verify(&sct, i.leaf_cert, i.root_cert, key), SIGLET_E_MISMATCH,
		 "a millisecond later");
	sct.timestamp_ms--;
	sct.hash_algorithm = 5;
	OK_ERROR(siglet_sct_verify(&sct, i.leaf_cert, i.root_cert, key), SIGLET_E_UNSUPPORTED,
		 "SHA-384");
	sct.hash_algorithm = 4;
	sct.signature_algorithm = 2;
	OK_ERROR(siglet_sct_verify(&sct, i.leaf_cert, i.root_cert, key), SIGLET_E_UNSUPPORTED,
		 "DSA");
	sct.signature_algorithm = 3;
	sct.signature.len--;
	OK_ERROR(siglet_sct_verify(&sct, i.leaf_cert, i.root_cert, key), SIGLET_E_MISMATCH,
		 "a signature cut short");
	sct.signature.len = 0;
	OK_ERROR(siglet_sct_verify(&sct, i.leaf_cert, i.root_cert, key), SIGLET_E_MISMATCH,
		 "no signature");
	sct = only_sct(&i);

	X509 *twin = make_x509(
		&(maker_plan) { .name = "root", .key = keys.stranger, .extensions = MAKER_ROOT });
	stranger = parse_x509(twin);
	OK_ERROR(siglet_sct_verify(&sct, i.leaf_cert, stranger, key), SIGLET_E_MISMATCH,
		 "an issuer of the same name with another key");
	siglet_cert_free(stranger);
	X509_free(twin);
	siglet_key_free(other);
	siglet_key_free(key);
	issued_free(&i);
}

/* The issuer's certificate is rebuilt with one change; its key and name are right. */
static void refuses_issuer(const issued *i, const char *name, const char *value, siglet_code code,
			   const char *claim)
{
	siglet_key *key = log_key(log_ec);
	X509 *changed = make_root(with(MAKER_ROOT, name, value));
	siglet_cert *issuer = parse_x509(changed);
	const siglet_sct sct = only_sct(i);

	OK_ERROR(siglet_sct_verify(&sct, i->leaf_cert, issuer, key), code, "%s", claim);
	siglet_cert_free(issuer);
	X509_free(changed);
	siglet_key_free(key);
}

static void issuer_must_be_a_ca(void)
{
	const log_plan log = ec_log();
	issued i = issue(&log, -1);
	siglet_key *key = log_key(log_ec);
	const siglet_sct sct = only_sct(&i);

	refuses_issuer(&i, "basicConstraints", "critical,CA:FALSE", SIGLET_E_UNTRUSTED, "no CA");
	refuses_issuer(&i, "keyUsage", "critical,digitalSignature", SIGLET_E_UNTRUSTED,
		       "may not issue");
	refuses_issuer(&i, "extendedKeyUsage", "1.3.6.1.4.1.11129.2.4.4", SIGLET_E_UNSUPPORTED,
		       "a precertificate signing certificate");
	X509 *renamed = make_x509(
		&(maker_plan) { .name = "other", .key = keys.root, .extensions = MAKER_ROOT });
	siglet_cert *issuer = parse_x509(renamed);
	OK_ERROR(siglet_sct_verify(&sct, i.leaf_cert, issuer, key), SIGLET_E_UNTRUSTED,
		 "another name");
	siglet_cert_free(issuer);
	X509_free(renamed);
	siglet_key_free(key);
	issued_free(&i);
}

static void final_certificate_verifies(void)
{
	const log_plan log = ec_log();
	issued i = issue(&log, -1);
	siglet_key *key = log_key(log_ec);
	siglet_buf bytes = make_sct(&log, i.leaf, NULL);
	siglet_sct sct = { .timestamp_ms = 0 };

	OK_SUCCESS(siglet_sct_parse(siglet_buf_slice(&bytes), &sct), "a detached SCT is read");
	OK_SUCCESS(siglet_sct_verify(&sct, i.leaf_cert, NULL, key), "and verifies");
	OK_ERROR(siglet_sct_verify(&sct, i.leaf_cert, i.root_cert, key), SIGLET_E_MISMATCH,
		 "not as an embedded one");
	OK_ERROR(siglet_sct_verify(&sct, i.root_cert, NULL, key), SIGLET_E_MISMATCH,
		 "not for another certificate");
	siglet_buf_clear(&bytes);
	siglet_key_free(key);
	issued_free(&i);
}

/* Each byte of the leaf: unreadable, or no longer what the log signed; the SCT itself is the old one. */
static void no_byte_of_the_tbs_is_free(void)
{
	const log_plan log = ec_log();
	issued i = issue(&log, 1);
	siglet_key *key = log_key(log_ec);
	siglet_buf der = x509_der(i.leaf);
	siglet_buf good, tbs;
	const siglet_sct sct = only_sct(&i);
	size_t accepted = 0, same = 0;

	siglet_buf_init(&good, 1u << 16);
	siglet_buf_init(&tbs, 1u << 16);
	MAKER_NEED(siglet_cert_precert_tbs(i.leaf_cert, &good) == NULL);
	for (size_t n = 0; n < der.len; n++) {
		siglet_cert *cert = NULL;

		der.ptr[n] ^= 0x01;
		siglet_err *err = siglet_cert_parse(siglet_buf_slice(&der), &cert);
		if (err == NULL) {
			MAKER_NEED(siglet_cert_precert_tbs(cert, &tbs) == NULL);
			const bool is_same =
				siglet_slice_equal(siglet_buf_slice(&tbs), siglet_buf_slice(&good));
			siglet_buf_clear(&tbs);
			err = siglet_sct_verify(&sct, cert, i.root_cert, key);
			same += is_same;
			accepted += err == NULL && !is_same;
		}
		siglet_err_free(err);
		siglet_cert_free(cert);
		der.ptr[n] ^= 0x01;
	}
	OK(accepted == 0, "a promise about one TBSCertificate is none about another");
	OK(same > 0, "the list itself and the certificate's signature are outside of it");
	siglet_buf_clear(&good);
	siglet_buf_clear(&der);
	siglet_key_free(key);
	issued_free(&i);
}

/* ---- what a log signed ---- */

static void precert_tbs_is_the_one_before(void)
{
	X509 *root = make_root(MAKER_ROOT);
	const maker_plan plan = {
		.key = keys.leaf, .issuer = root, .issuer_key = keys.root, .extensions = MAKER_LEAF
	};
	static const int places[] = { 0, 2, -1 };

	for (size_t n = 0; n < SIGLET_COUNT(places); n++) {
		X509 *x509 = make_x509(&plan);
		uint8_t *der = NULL;
		const int len = i2d_re_X509_tbs(x509, &der);
		siglet_buf tbs;

		embed_bytes(x509, siglet_slice_of("\0\0", 2), places[n]);
		sign_cert(x509, &plan);
		siglet_cert *cert = parse_x509(x509);
		siglet_buf_init(&tbs, 1u << 16);
		put(&tbs, siglet_slice_str("before"));
		OK_SUCCESS(siglet_cert_precert_tbs(cert, &tbs), "the list is cut out");
		OK(tbs.len == 6 + (size_t)len && memcmp(tbs.ptr, "before", 6) == 0 &&
			   memcmp(tbs.ptr + 6, der, (size_t)len) == 0,
		   "what is left is what was there before it, at place %d", places[n]);
		siglet_buf_clear(&tbs);
		siglet_buf_init(&tbs, 20);
		put(&tbs, siglet_slice_str("before"));
		OK_ERROR(siglet_cert_precert_tbs(cert, &tbs), SIGLET_E_LIMIT,
			 "a buffer that is too small");
		OK(strcmp(siglet_buf_text(&tbs), "before") == 0, "is left as it was");
		siglet_buf_clear(&tbs);
		siglet_cert_free(cert);
		OPENSSL_free(der);
		X509_free(x509);
	}
	X509_free(root);
}

static void check_precert_tbs(const maker_plan *plan, bool embed, const char *claim)
{
	X509 *x509 = make_x509(plan);
	uint8_t *der = NULL;
	const int len = i2d_re_X509_tbs(x509, &der);
	siglet_buf tbs;

	if (embed)
		embed_bytes(x509, siglet_slice_of("\0\0", 2), -1);
	sign_cert(x509, plan);
	siglet_cert *cert = parse_x509(x509);
	siglet_buf_init(&tbs, 1u << 16);
	OK_SUCCESS(siglet_cert_precert_tbs(cert, &tbs), "%s", claim);
	OK(siglet_slice_equal(siglet_buf_slice(&tbs), siglet_slice_of(der, (size_t)len)),
	   "… as it was before");
	siglet_buf_clear(&tbs);
	siglet_cert_free(cert);
	OPENSSL_free(der);
	X509_free(x509);
}

static void precert_tbs_without_other_extensions(void)
{
	const maker_plan bare = { .name = "bare", .key = keys.leaf };
	const maker_plan plain = { .name = "bare", .key = keys.leaf, .extensions = MAKER_ROOT };

	check_precert_tbs(&bare, true, "the list is the only extension");
	check_precert_tbs(&bare, false, "there is no extension");
	check_precert_tbs(&plain, false, "there is no list");
}

/* ---- lists ---- */

static void refuses_list(siglet_slice list, siglet_code code, const char *claim)
{
	const maker_plan plan = { .name = "x", .key = keys.leaf, .extensions = MAKER_ROOT };
	X509 *x509 = make_x509(&plan);
	siglet_sct scts[SIGLET_MAX_SCTS];
	size_t count = 99;

	embed_bytes(x509, list, -1);
	sign_cert(x509, &plan);
	siglet_cert *cert = parse_x509(x509);
	siglet_err *err = siglet_cert_scts(cert, scts, &count);
	if (code == 0)
		OK(err == NULL && count != 99, "%s", claim);
	else
		OK(err != NULL && siglet_err_code(err) == code && count == 99 &&
			   ERR_peek_error() == 0,
		   "%s", claim);
	siglet_err_free(err);
	siglet_cert_free(cert);
	X509_free(x509);
}

static void lists_are_read_exactly(void)
{
	X509 *root = make_root(MAKER_ROOT);
	const log_plan log = ec_log();
	siglet_buf sct = make_sct(&log, root, NULL), list, scts[SIGLET_MAX_SCTS + 1];
	size_t accepted = 0;

	siglet_buf_init(&list, 1u << 18);
	for (size_t i = 0; i < SIGLET_COUNT(scts); i++)
		scts[i] = sct;
	put_list(&list, scts, 1);
	refuses_list(siglet_buf_slice(&list), 0, "one SCT");
	for (size_t len = 0; len < list.len; len++) {
		siglet_sct parsed;
		siglet_err *err = siglet_sct_parse(
			siglet_slice_of(list.ptr + 4, len > 4 ? len - 4 : 0), &parsed);

		accepted += err == NULL;
		siglet_err_free(err);
	}
	OK(accepted == 0, "no SCT that is cut short");
	refuses_list(siglet_slice_of(list.ptr, list.len - 1), SIGLET_E_MALFORMED,
		     "a list cut short");
	list.ptr[1]--;
	refuses_list(siglet_slice_of(list.ptr, list.len), SIGLET_E_MALFORMED,
		     "a byte behind the list");
	refuses_list(siglet_slice_of(list.ptr, list.len - 1), SIGLET_E_MALFORMED,
		     "an SCT cut short");
	list.ptr[1]++;
	list.ptr[3]--;
	refuses_list(siglet_buf_slice(&list), SIGLET_E_MALFORMED, "an SCT with another length");
	list.ptr[3]++;
	put_uint(&list, 0, 1);
	refuses_list(siglet_buf_slice(&list), SIGLET_E_MALFORMED, "a byte behind all");
	list.ptr[1]++;
	list.ptr[3]++;
	refuses_list(siglet_buf_slice(&list), SIGLET_E_MALFORMED, "a byte behind the signature");
	list.ptr[1]--;
	list.ptr[3]--;
	list.ptr[4] = 1;
	refuses_list(siglet_slice_of(list.ptr, list.len - 1), SIGLET_E_UNSUPPORTED, "version 2");
	siglet_buf_clear(&list);

	refuses_list(siglet_slice_of("\0\0", 2), SIGLET_E_MALFORMED, "an empty list");
	refuses_list(siglet_slice_of("\0\2\0\0", 4), SIGLET_E_MALFORMED, "an empty SCT");
	refuses_list(SIGLET_SLICE_NONE, SIGLET_E_MALFORMED, "nothing");
	put_list(&list, scts, SIGLET_MAX_SCTS);
	refuses_list(siglet_buf_slice(&list), 0, "as many SCTs as may be");
	siglet_buf_clear(&list);
	put_list(&list, scts, SIGLET_MAX_SCTS + 1);
	refuses_list(siglet_buf_slice(&list), SIGLET_E_LIMIT, "and one more");
	siglet_buf_clear(&list);
	siglet_buf_clear(&sct);
	X509_free(root);
}

static void list_must_be_an_octet_string(void)
{
	static const struct {
		const char *value, *claim;
	} cases[] = {
		{ "DER:0c0400020000", "another type" },
		{ "DER:0002abcd", "none at all" },
		{ "DER:04040002000000", "a byte behind it" },
		{ "DER:0481040002abcd", "a long length" },
		{ "DER:2406040400020000", "in pieces" },
	};

	for (size_t i = 0; i < SIGLET_COUNT(cases); i++) {
		const maker_plan plan = { .name = "x",
					  .key = keys.leaf,
					  .extensions =
						  with(MAKER_ROOT, SCT_LIST, cases[i].value) };
		siglet_cert *cert = plan_cert(&plan);
		siglet_sct scts[SIGLET_MAX_SCTS];
		size_t count = 99;

		OK_ERROR(siglet_cert_scts(cert, scts, &count), SIGLET_E_MALFORMED, "%s",
			 cases[i].claim);
		OK(count == 99 && ERR_peek_error() == 0, "… nothing is written, no error queued");
		siglet_cert_free(cert);
	}
}

static void no_list_is_no_scts(void)
{
	const maker_plan plan = { .name = "x", .key = keys.leaf, .extensions = MAKER_ROOT };
	siglet_cert *cert = plan_cert(&plan);
	siglet_sct scts[SIGLET_MAX_SCTS];
	size_t count = 99;

	OK_SUCCESS(siglet_cert_scts(cert, scts, &count), "a certificate without SCTs");
	OK(count == 0, "has none");
	siglet_cert_free(cert);
}

int main(void)
{
	authority_keys_new();
	log_ec = ec_key("P-256");
	log_rsa = rsa_key(2048);
	embedded_sct_verifies();
	sct_extensions_are_signed();
	rsa_log_verifies();
	p384_log_signs_with_sha256();
	altered_sct_is_refused();
	issuer_must_be_a_ca();
	final_certificate_verifies();
	no_byte_of_the_tbs_is_free();
	precert_tbs_is_the_one_before();
	precert_tbs_without_other_extensions();
	lists_are_read_exactly();
	list_must_be_an_octet_string();
	no_list_is_no_scts();
	OK(ERR_peek_error() == 0, "no error is left in OpenSSL's queue");
	EVP_PKEY_free(log_rsa);
	EVP_PKEY_free(log_ec);
	authority_keys_free();
	return tap_done();
}
