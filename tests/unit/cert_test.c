#include "cert_maker.h"

#include <openssl/err.h>

static EVP_PKEY *key;

static maker_plan leaf_plan(void)
{
	return (maker_plan) { .name = "leaf", .key = key, .extensions = MAKER_LEAF };
}

static maker_plan self_signed(maker_extensions extensions)
{
	return (maker_plan) { .name = "leaf", .key = key, .extensions = extensions };
}

/* LEAF without what needs an issuer. */
static maker_extensions leaf_extensions(void)
{
	return with(MAKER_LEAF, "authorityKeyIdentifier", NULL);
}

static void refuses(siglet_slice der, siglet_code code, const char *claim)
{
	siglet_cert *cert = NULL;

	OK_ERROR(siglet_cert_parse(der, &cert), code, "%s", claim);
	OK(cert == NULL && ERR_peek_error() == 0, "… nothing is returned, nothing left in a queue");
}

static void refuses_buf(siglet_buf *der, siglet_code code, const char *claim)
{
	refuses(siglet_buf_slice(der), code, claim);
	siglet_buf_clear(der);
}

/* ---- parsing ---- */

static void parse_tells_what_is_in_it(void)
{
	maker_plan plan = self_signed(leaf_extensions());
	plan.name = "sigl\xc3\xa9t, \"x\"\n";
	siglet_buf der = plan_der(&plan);
	siglet_cert *cert = NULL;

	OK_SUCCESS(siglet_cert_parse(siglet_buf_slice(&der), &cert), "a certificate is read");
	OK(siglet_slice_equal(siglet_cert_der(cert), siglet_buf_slice(&der)), "its bytes are kept");
	OK(siglet_cert_not_before_s(cert) == 1735689600, "2025-01-01T00:00:00Z");
	OK(siglet_cert_not_after_s(cert) == 1767225599, "2025-12-31T23:59:59Z");
	OK(siglet_slice_is(siglet_cert_serial_hex(cert), "1234"), "serial number");
	OK(siglet_slice_is(siglet_cert_subject(cert), "CN=sigl\\C3\\A9t\\, \\\"x\\\"\\0A"),
	   "subject, printable: %s", siglet_text_printable(siglet_cert_subject(cert)).text);
	OK(siglet_slice_equal(siglet_cert_subject(cert), siglet_cert_issuer(cert)), "issuer");
	OK(siglet_cert_key(cert) != NULL &&
		   siglet_slice_equal(siglet_cert_spki(cert),
				      siglet_key_spki(siglet_cert_key(cert))),
	   "its key");
	OK(siglet_cert_issued_by_name(cert, cert), "it names itself as its issuer");
	OK(!siglet_cert_is_ca(cert), "it is no CA");
	OK(X509_cmp(siglet_cert_x509(cert), siglet_cert_x509(cert)) == 0, "OpenSSL's handle");
	siglet_cert_free(cert);
	siglet_buf_clear(&der);
	siglet_cert_free(NULL);
}

static void parse_takes_an_empty_subject_and_late_dates(void)
{
	maker_plan plan = leaf_plan();
	plan.extensions = leaf_extensions();
	plan.name = NULL;
	plan.not_after = "99991231235959Z";
	siglet_cert *cert = plan_cert(&plan);

	OK(siglet_cert_subject(cert).len == 0, "an empty subject is an empty text");
	OK(siglet_cert_not_after_s(cert) == 253402300799, "the last second of the year 9999");
	siglet_cert_free(cert);
}

static void parse_refuses_what_is_not_one_whole_certificate(void)
{
	maker_plan plan = self_signed(leaf_extensions());
	siglet_buf der = plan_der(&plan);
	size_t accepted = 0;

	refuses(SIGLET_SLICE_NONE, SIGLET_E_MALFORMED, "nothing");
	for (size_t len = 1; len < der.len; len++) {
		siglet_cert *cert = NULL;
		siglet_err *err = siglet_cert_parse(siglet_slice_of(der.ptr, len), &cert);

		accepted += err == NULL;
		siglet_err_free(err);
	}
	OK(accepted == 0, "cut short anywhere");
	MAKER_NEED(siglet_buf_append_byte(&der, 0) == NULL);
	refuses_buf(&der, SIGLET_E_MALFORMED, "one byte behind it");

	der = plan_der(&plan);
	siglet_buf big;
	siglet_buf_init(&big, SIGLET_MAX_CERT_BYTES + 1);
	MAKER_NEED(siglet_buf_reserve(&big, SIGLET_MAX_CERT_BYTES + 1) == NULL);
	memset(big.ptr, 0, SIGLET_MAX_CERT_BYTES + 1);
	memcpy(big.ptr, der.ptr, der.len);
	refuses(siglet_slice_of(big.ptr, SIGLET_MAX_CERT_BYTES), SIGLET_E_MALFORMED,
		"as long as a certificate may be is read");
	refuses(siglet_slice_of(big.ptr, SIGLET_MAX_CERT_BYTES + 1), SIGLET_E_LIMIT,
		"and one more is not");
	siglet_buf_clear(&big);
	siglet_buf_clear(&der);
}

/* What OpenSSL reads, and DER is not. */
static void parse_refuses_ber(void)
{
	maker_plan plan = self_signed(leaf_extensions());
	siglet_buf der = plan_der(&plan), ber;
	const size_t content = der.len - 4;
	const uint8_t *at = NULL;
	X509 *read = NULL;

	siglet_buf_init(&ber, 1u << 16);
	MAKER_NEED(der.ptr[1] == 0x82);
	MAKER_NEED(siglet_buf_append(&ber, siglet_slice_of("\x30\x83\x00", 3)) == NULL &&
		   siglet_buf_append(&ber, siglet_slice_of(der.ptr + 2, der.len - 2)) == NULL);
	at = ber.ptr;
	read = d2i_X509(NULL, &at, (long)ber.len);
	OK(read != NULL, "OpenSSL takes a length with a leading zero");
	X509_free(read);
	refuses_buf(&ber, SIGLET_E_MALFORMED, "a length with a leading zero");

	MAKER_NEED(siglet_buf_append(&ber, siglet_slice_of("\x30\x80", 2)) == NULL &&
		   siglet_buf_append(&ber, siglet_slice_of(der.ptr + 4, content)) == NULL &&
		   siglet_buf_append(&ber, siglet_slice_of("\0\0", 2)) == NULL);
	at = ber.ptr;
	read = d2i_X509(NULL, &at, (long)ber.len);
	OK(read != NULL, "OpenSSL takes an indefinite length");
	X509_free(read);
	refuses_buf(&ber, SIGLET_E_MALFORMED, "an indefinite length");

	/* critical TRUE of key usage, inside what is signed */
	uint8_t *critical = find_bytes(&der, "\x55\x1d\x0f\x01\x01\xff", 6, false);
	critical[5] = 0x01;
	at = der.ptr;
	read = d2i_X509(NULL, &at, (long)der.len);
	OK(read != NULL, "OpenSSL takes a TRUE of 01");
	X509_free(read);
	refuses_buf(&der, SIGLET_E_MALFORMED, "a TRUE that is not ff");
}

static void parse_refuses_other_versions(void)
{
	maker_plan plan = { .name = "old", .key = key, .version = 1 };
	siglet_buf der = plan_der(&plan);

	refuses_buf(&der, SIGLET_E_MALFORMED, "version 1");
	plan.version = 2;
	der = plan_der(&plan);
	refuses_buf(&der, SIGLET_E_MALFORMED, "version 2");
}

static void parse_refuses_two_signature_algorithms(void)
{
	static const uint8_t sha256[] = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02 };
	maker_plan plan = self_signed(leaf_extensions());
	siglet_buf der = plan_der(&plan);

	find_bytes(&der, sha256, sizeof(sha256), true)[7] = 0x03;
	refuses_buf(&der, SIGLET_E_MALFORMED, "the outer signature algorithm is another");
}

static void change_time(ASN1_TIME *time, int type, const char *text)
{
	MAKER_NEED(ASN1_STRING_set(time, text, -1) == 1);
	time->type = type;
}

static void refuses_times(int type, const char *not_before, const char *not_after,
			  const char *claim)
{
	maker_plan plan = self_signed(leaf_extensions());
	X509 *x509 = make_x509(&plan);

	if (not_before != NULL)
		change_time(X509_getm_notBefore(x509), type, not_before);
	if (not_after != NULL)
		change_time(X509_getm_notAfter(x509), type, not_after);
	sign_cert(x509, &plan);
	siglet_buf der = x509_der(x509);
	refuses_buf(&der, SIGLET_E_MALFORMED, claim);
	X509_free(x509);
}

static void parse_refuses_absurd_dates(void)
{
	const int utc = V_ASN1_UTCTIME, general = V_ASN1_GENERALIZEDTIME;

	refuses_times(utc, "251301000000Z", NULL, "month 13");
	refuses_times(utc, NULL, "250230000000Z", "30 February");
	refuses_times(utc, NULL, "2512312359Z", "no seconds");
	refuses_times(utc, NULL, "251231235959", "no Z");
	refuses_times(utc, NULL, "251231235959+0000", "an offset");
	refuses_times(utc, "691231235959Z", NULL, "before 1970");
	refuses_times(general, NULL, "20251231235959.5Z", "half a second");
	refuses_times(general, NULL, "202512312359Z", "no seconds, four digits of the year");
	refuses_times(general, "00000101000000Z", NULL, "year 0");
	refuses_times(utc, NULL, "241231235959Z", "ends before it begins");
}

static void parse_takes_one_second_of_validity(void)
{
	maker_plan plan = self_signed(leaf_extensions());
	plan.not_after = "20250101000000Z";
	siglet_cert *cert = plan_cert(&plan);

	OK(siglet_cert_not_before_s(cert) == siglet_cert_not_after_s(cert),
	   "begin and end may be one");
	siglet_cert_free(cert);
}

static void parse_refuses_an_extension_twice(void)
{
	static const char *const oids[] = { "subjectAltName", "1.3.6.1.4.1.57264.1.9", "1.2.3.4" };
	static const char *const values[] = { "email:b@example.com", "ASN1:UTF8String:x",
					      "DER:0500" };

	for (size_t i = 0; i < SIGLET_COUNT(oids); i++) {
		maker_plan plan = self_signed(with(leaf_extensions(), oids[i], values[i]));
		X509 *x509 = make_x509(&plan);
		siglet_cert *cert = parse_x509(x509);

		siglet_cert_free(cert);
		extend(x509, NULL, oids[i], values[i]);
		sign_cert(x509, &plan);
		siglet_buf der = x509_der(x509);
		refuses_buf(&der, SIGLET_E_MALFORMED, oids[i]);
		X509_free(x509);
	}
}

static void parse_bounds_the_number_of_extensions(void)
{
	maker_plan plan = self_signed(leaf_extensions());
	X509 *x509 = make_x509(&plan);
	char oid[32];

	for (int i = X509_get_ext_count(x509); i < 128; i++) {
		MAKER_NEED(snprintf(oid, sizeof(oid), "1.2.3.%d", i) > 0);
		extend(x509, NULL, oid, "DER:0500");
	}
	sign_cert(x509, &plan);
	siglet_cert_free(parse_x509(x509));
	OK(true, "128 extensions");
	extend(x509, NULL, "1.2.3.4", "DER:0500");
	sign_cert(x509, &plan);
	siglet_buf der = x509_der(x509);
	refuses_buf(&der, SIGLET_E_LIMIT, "129 extensions");
	X509_free(x509);
}

static void parse_refuses_broken_extensions(void)
{
	static const struct {
		const char *name, *value, *claim;
	} cases[] = {
		{ "basicConstraints", "critical,DER:300000", "bytes behind basic constraints" },
		{ "basicConstraints", "critical,DER:3003010101",
		  "a TRUE of 01 in basic constraints" },
		{ "basicConstraints", "critical,DER:30060101ff0201ff", "a negative path length" },
		{ "keyUsage", "critical,DER:0302078000", "bytes behind the key usage" },
		{ "keyUsage", "critical,DER:0500", "a key usage that is none" },
		{ "extendedKeyUsage", "DER:300a06082b0601050507030300", "bytes behind the EKU" },
		{ "extendedKeyUsage", "DER:30810a06082b06010505070303",
		  "a long length in the EKU" },
		{ "extendedKeyUsage", "DER:0500", "an EKU that is none" },
		{ "subjectAltName", "DER:300381016100", "bytes behind the SAN" },
		{ "subjectAltName", "DER:0500", "a SAN that is none" },
		{ "nameConstraints", "critical,DER:0500", "name constraints that are none" },
		{ "authorityKeyIdentifier", "DER:0500", "an AKI that is none" },
	};

	for (size_t i = 0; i < SIGLET_COUNT(cases); i++) {
		maker_plan plan =
			self_signed(with(leaf_extensions(), cases[i].name, cases[i].value));
		siglet_buf der = plan_der(&plan);

		refuses_buf(&der, SIGLET_E_MALFORMED, cases[i].claim);
	}
}

static void parse_leaves_unsupported_keys_out(void)
{
	EVP_PKEY *other = ec_key("secp256k1"), *small = rsa_key(1024);
	maker_plan plan = self_signed(leaf_extensions());
	siglet_cert *cert = NULL;

	plan.key = other;
	cert = plan_cert(&plan);
	OK(siglet_cert_key(cert) == NULL, "a curve that we do not use");
	OK_ERROR(siglet_cert_check_signer(cert), SIGLET_E_UNSUPPORTED, "is not fit to sign");
	siglet_cert_free(cert);

	plan.key = small;
	cert = plan_cert(&plan);
	OK(siglet_cert_key(cert) == NULL, "RSA of 1024 bits");
	OK_ERROR(siglet_cert_check_signer(cert), SIGLET_E_UNSUPPORTED, "is not fit to sign");
	siglet_cert_free(cert);
	EVP_PKEY_free(small);
	EVP_PKEY_free(other);
}

static void equality_is_of_bytes(void)
{
	maker_plan plan = self_signed(leaf_extensions());
	X509 *x509 = make_x509(&plan);
	siglet_cert *a = parse_x509(x509), *b = parse_x509(x509);

	sign_cert(x509, &plan); /* ECDSA signatures are random */
	siglet_cert *c = parse_x509(x509);
	OK(siglet_cert_equal(a, b), "the same bytes");
	OK(!siglet_cert_equal(a, c), "the same content with another signature");
	siglet_cert_free(c);
	siglet_cert_free(b);
	siglet_cert_free(a);
	X509_free(x509);
}

/* ---- fitness ---- */

typedef siglet_err *check_function(const siglet_cert *cert);

typedef struct fitness_case {
	const char *name, *value;
	bool is_fit;
	const char *claim;
} fitness_case;

static void check_fitness(check_function *check, maker_extensions base, const fitness_case *cases,
			  size_t count)
{
	for (size_t i = 0; i < count; i++) {
		maker_plan plan = self_signed(with(base, cases[i].name, cases[i].value));
		siglet_cert *cert = plan_cert(&plan);

		if (cases[i].is_fit)
			OK_SUCCESS(check(cert), "%s", cases[i].claim);
		else
			OK_ERROR(check(cert), SIGLET_E_UNTRUSTED, "%s", cases[i].claim);
		siglet_cert_free(cert);
	}
}

static void signer_must_be_fit(void)
{
	static const fitness_case cases[] = {
		{ "keyUsage", "critical,digitalSignature", true, "Fulcio's profile" },
		{ "keyUsage", "digitalSignature,nonRepudiation", true,
		  "another key usage beside it" },
		{ "keyUsage", NULL, false, "no key usage" },
		{ "keyUsage", "critical,nonRepudiation", false, "no digitalSignature" },
		{ "keyUsage", "critical,digitalSignature,keyCertSign", false,
		  "may sign certificates" },
		{ "basicConstraints", "critical,CA:FALSE", true, "says that it is no CA" },
		{ "basicConstraints", "critical,CA:TRUE", false, "says that it is a CA" },
		{ "basicConstraints", "CA:TRUE", false, "says so without stress" },
		{ "extendedKeyUsage", NULL, false, "no extended key usage" },
		{ "extendedKeyUsage", "critical,codeSigning", true, "a critical one" },
		{ "extendedKeyUsage", "anyExtendedKeyUsage", false, "any purpose alone" },
		{ "extendedKeyUsage", "anyExtendedKeyUsage,codeSigning", true,
		  "any and code signing" },
		{ "extendedKeyUsage", "timeStamping", false, "another purpose" },
		{ "extendedKeyUsage", "1.3.6.1.5.5.7.3.30", false, "an unknown purpose" },
		{ "1.2.3.4", "DER:0500", true, "an unknown extension" },
		{ "1.2.3.4", "critical,DER:0500", false, "an unknown critical extension" },
		{ "1.3.6.1.4.1.57264.1.8", "critical,ASN1:UTF8String:x", false,
		  "an issuer extension that is critical" },
		{ "1.3.6.1.4.1.11129.2.4.3", "critical,DER:0500", false, "a precertificate" },
	};

	check_fitness(siglet_cert_check_signer, leaf_extensions(), cases, SIGLET_COUNT(cases));
}

/* OpenSSL calls a CA whose key usage forbids issuing no CA. */
static void signer_is_no_broken_ca(void)
{
	static const fitness_case cases[] = {
		{ "keyUsage", "critical,digitalSignature", false, "a CA that may not issue" },
	};

	check_fitness(siglet_cert_check_signer,
		      with(leaf_extensions(), "basicConstraints", "critical,CA:TRUE"), cases, 1);
}

static void timestamper_must_be_fit(void)
{
	static const fitness_case cases[] = {
		{ "keyUsage", "critical,digitalSignature", true, "the TSA's profile" },
		{ "keyUsage", "critical,digitalSignature,nonRepudiation", true,
		  "both ways of signing" },
		{ "keyUsage", "critical,nonRepudiation", true, "non-repudiation alone" },
		{ "keyUsage", NULL, true, "no key usage" },
		{ "keyUsage", "critical,digitalSignature,keyEncipherment", false,
		  "another usage too" },
		{ "keyUsage", "critical,keyAgreement", false, "another usage alone" },
		{ "keyUsage", "critical,digitalSignature,keyCertSign", false,
		  "may sign certificates" },
		{ "basicConstraints", "critical,CA:FALSE", true, "says that it is no CA" },
		{ "basicConstraints", "critical,CA:TRUE", false, "says that it is a CA" },
		{ "extendedKeyUsage", NULL, false, "no extended key usage" },
		{ "extendedKeyUsage", "timeStamping", false, "one that is not critical" },
		{ "extendedKeyUsage", "critical,timeStamping,codeSigning", false,
		  "a second purpose" },
		{ "extendedKeyUsage", "critical,timeStamping,1.2.3.4", false,
		  "a second purpose that is unknown" },
		{ "extendedKeyUsage", "critical,anyExtendedKeyUsage", false, "any purpose" },
		{ "extendedKeyUsage", "critical,codeSigning", false, "another purpose" },
		{ "1.2.3.4", "DER:0500", true, "an unknown extension" },
		{ "1.2.3.4", "critical,DER:0500", false, "an unknown critical extension" },
	};

	static const fitness_case netscape = { "nsCertType", "objCA", false,
					       "a CA in Netscape's way" };
	const maker_extensions base = with(MAKER_STAMPER, "authorityKeyIdentifier", NULL);

	check_fitness(siglet_cert_check_timestamper, base, cases, SIGLET_COUNT(cases));
	check_fitness(siglet_cert_check_timestamper, with(base, "keyUsage", NULL), &netscape, 1);
}

int main(void)
{
	key = ec_key("P-256");
	parse_tells_what_is_in_it();
	parse_takes_an_empty_subject_and_late_dates();
	parse_refuses_what_is_not_one_whole_certificate();
	parse_refuses_ber();
	parse_refuses_other_versions();
	parse_refuses_two_signature_algorithms();
	parse_refuses_absurd_dates();
	parse_takes_one_second_of_validity();
	parse_refuses_an_extension_twice();
	parse_bounds_the_number_of_extensions();
	parse_refuses_broken_extensions();
	parse_leaves_unsupported_keys_out();
	equality_is_of_bytes();
	signer_must_be_fit();
	signer_is_no_broken_ca();
	timestamper_must_be_fit();
	EVP_PKEY_free(key);
	return tap_done();
}
