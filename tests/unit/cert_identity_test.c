#include "cert_maker.h"

#include <openssl/err.h>

#define ARC "1.3.6.1.4.1.57264.1."

static EVP_PKEY *key;

static maker_extensions base(void)
{
	return with(MAKER_LEAF, "authorityKeyIdentifier", NULL);
}

static siglet_cert *make(maker_extensions extensions)
{
	const maker_plan plan = { .key = key, .extensions = extensions };

	return plan_cert(&plan);
}

/* Reads the identity of a certificate with these extensions, and tells with which code it fails. */
static void refuses(maker_extensions extensions, siglet_code code, const char *claim)
{
	siglet_cert *cert = make(extensions);
	siglet_identity identity = { .san = { NULL, 7 } };

	OK_ERROR(siglet_cert_identity(cert, &identity), code, "%s", claim);
	OK(identity.san.len == 7 && ERR_peek_error() == 0, "… nothing is written, no error queued");
	siglet_cert_free(cert);
}

/* ---- the subject alternative name ---- */

static void san_of_each_kind_is_read(void)
{
	static const struct {
		const char *conf;
		siglet_san_type type;
		const char *text, *name;
	} cases[] = {
		{ "critical,email:a@example.com", SIGLET_SAN_EMAIL, "a@example.com", "email" },
		{ "critical,URI:https://example.com/a?b#c", SIGLET_SAN_URI,
		  "https://example.com/a?b#c", "uri" },
		{ "DNS:example.com", SIGLET_SAN_DNS, "example.com", "dns" },
		{ "critical,otherName:1.3.6.1.4.1.57264.1.7;UTF8:name!example.com",
		  SIGLET_SAN_OTHER_NAME, "name!example.com", "username" },
		{ "DER:3019a017060a2b0601040183bf300107a0090c07c3a96c21612e62",
		  SIGLET_SAN_OTHER_NAME, "\xc3\xa9l!a.b", "username" },
	};

	for (size_t i = 0; i < SIGLET_COUNT(cases); i++) {
		siglet_cert *cert = make(with(base(), "subjectAltName", cases[i].conf));
		siglet_identity identity = { .other_count = 9 };

		OK_SUCCESS(siglet_cert_identity(cert, &identity), "%s", cases[i].conf);
		OK(identity.san_type == cases[i].type &&
			   siglet_slice_is(identity.san, cases[i].text),
		   "… is read as such");
		OK(strcmp(siglet_san_type_name(identity.san_type), cases[i].name) == 0,
		   "… and named");
		OK(identity.other_count == 0 && identity.issuer.len == 0, "… and nothing else");
		siglet_cert_free(cert);
	}
}

static void san_must_be_exactly_one(void)
{
	refuses(with(base(), "subjectAltName", NULL), SIGLET_E_MISSING, "no SAN");
	refuses(with(base(), "subjectAltName", "DER:3000"), SIGLET_E_MISSING,
		"a SAN without names");
	refuses(with(base(), "subjectAltName", "email:a@example.com,email:b@example.com"),
		SIGLET_E_MALFORMED, "two e-mail addresses");
	refuses(with(base(), "subjectAltName", "email:a@example.com,email:a@example.com"),
		SIGLET_E_MALFORMED, "one twice");
	refuses(with(base(), "subjectAltName", "email:a@example.com,DNS:example.com"),
		SIGLET_E_MALFORMED, "two kinds");
}

static void san_of_other_kinds_is_unsupported(void)
{
	refuses(with(base(), "subjectAltName", "IP:10.0.0.1"), SIGLET_E_UNSUPPORTED, "an address");
	refuses(with(base(), "subjectAltName", "RID:1.2.3.4"), SIGLET_E_UNSUPPORTED, "an OID");
	refuses(with(base(), "subjectAltName",
		     "otherName:1.3.6.1.4.1.57264.1.8;UTF8:name!example.com"),
		SIGLET_E_UNSUPPORTED, "an otherName of Fulcio's with another number");
	refuses(with(base(), "subjectAltName",
		     "otherName:1.3.6.1.4.1.57264.7;UTF8:name!example.com"),
		SIGLET_E_UNSUPPORTED, "an otherName outside of the arc");
	refuses(with(base(), "subjectAltName",
		     "otherName:1.3.6.1.4.1.57264.1.7.1;UTF8:name!example.com"),
		SIGLET_E_UNSUPPORTED, "an otherName below Fulcio's");
}

static void san_text_must_be_plain(void)
{
	refuses(with(base(), "subjectAltName", "DER:30058103610062"), SIGLET_E_MALFORMED,
		"an e-mail with NUL");
	refuses(with(base(), "subjectAltName", "DER:30058603610062"), SIGLET_E_MALFORMED,
		"a URI with NUL");
	refuses(with(base(), "subjectAltName", "DER:30058203610062"), SIGLET_E_MALFORMED,
		"a DNS name with NUL");
	refuses(with(base(), "subjectAltName", "DER:30058103610000"), SIGLET_E_MALFORMED,
		"an e-mail that ends in NUL");
	refuses(with(base(), "subjectAltName", "DER:30048102c3a9"), SIGLET_E_MALFORMED,
		"an e-mail beyond ASCII");
	refuses(with(base(), "subjectAltName", "DER:30028100"), SIGLET_E_MALFORMED,
		"an empty e-mail");
	refuses(with(base(), "subjectAltName", "DER:3007a1050c03612e62"), SIGLET_E_MALFORMED,
		"an e-mail in pieces");
}

/* 3015 a013 | 060a 2b0601040183bf300107 | a005 0c03 612162 */
static void san_other_name_must_be_plain_utf8(void)
{
	const char *const head = "DER:3015a013060a2b0601040183bf300107";
	static const struct {
		const char *value;
		siglet_code code;
		const char *claim;
	} cases[] = {
		{ "a0050c03612162", 0, "a UTF8String" },
		{ "a0050c03610062", SIGLET_E_MALFORMED, "with NUL" },
		{ "a0050c0361c3ff", SIGLET_E_MALFORMED, "that is not UTF-8" },
		{ "a0051603612162", SIGLET_E_MALFORMED, "an IA5String" },
		{ "a0050403612162", SIGLET_E_MALFORMED, "an OCTET STRING" },
	};

	for (size_t i = 0; i < SIGLET_COUNT(cases); i++) {
		char value[128];
		MAKER_NEED(snprintf(value, sizeof(value), "%s%s", head, cases[i].value) > 0);
		const maker_extensions extensions = with(base(), "subjectAltName", value);

		if (cases[i].code != 0) {
			refuses(extensions, cases[i].code, cases[i].claim);
			continue;
		}
		siglet_cert *cert = make(extensions);
		siglet_identity identity;
		OK_SUCCESS(siglet_cert_identity(cert, &identity), "%s", cases[i].claim);
		siglet_cert_free(cert);
	}
	refuses(with(base(), "subjectAltName", "DER:3012a010060a2b0601040183bf300107a0020c00"),
		SIGLET_E_MALFORMED, "an empty one");
}

/* ---- Fulcio's extensions ---- */

static void extensions_are_read_by_number(void)
{
	char oid[32], value[64], text[16];

	for (unsigned n = 1; n < SIGLET_FULCIO_COUNT; n++) {
		siglet_identity identity = { .other_count = 9 };

		if (n == 7)
			continue;
		MAKER_NEED(snprintf(text, sizeof(text), "v%02u", n) == 3);
		MAKER_NEED(snprintf(oid, sizeof(oid), ARC "%u", n) > 0);
		if (n < 7)
			MAKER_NEED(snprintf(value, sizeof(value), "DER:76%02x%02x", text[1],
					    text[2]) > 0);
		else
			MAKER_NEED(snprintf(value, sizeof(value), "ASN1:UTF8String:%s", text) > 0);
		siglet_cert *cert = make(with(base(), oid, value));
		OK_SUCCESS(siglet_cert_identity(cert, &identity), ".%u", n);
		OK(identity.has[n] && siglet_slice_is(identity.value[n], text), "… has its text");
		size_t count = 0;
		for (unsigned i = 0; i < SIGLET_FULCIO_COUNT; i++)
			count += identity.has[i];
		OK(count == 1 && identity.other_count == 0, "… and no other has");
		siglet_cert_free(cert);
	}
}

static void extensions_have_names(void)
{
	unsigned named = 0;

	for (unsigned n = 0; n < SIGLET_FULCIO_COUNT; n++) {
		const char *name = siglet_fulcio_name(n);

		if (name == NULL)
			continue;
		named++;
		OK(siglet_fulcio_find(siglet_slice_str(name)) == n, ".%u is %s", n, name);
	}
	OK(named == 23, "all but .7, which is no extension");
	OK(strcmp(siglet_fulcio_name(SIGLET_FULCIO_ISSUER_V2), "issuer-v2") == 0, "issuer-v2");
	OK(siglet_fulcio_name(SIGLET_FULCIO_COUNT) == NULL, "no name beyond the last");
	OK(siglet_fulcio_find(siglet_slice_str("issuer-v3")) == 0, "an unknown name");
	OK(siglet_fulcio_find(SIGLET_SLICE_NONE) == 0, "no name");
}

static void later_extensions_are_kept_for_showing(void)
{
	maker_extensions extensions = with(base(), ARC "25", "ASN1:UTF8String:later");
	extensions = with(extensions, ARC "26", "DER:0500");
	extensions = with(extensions, ARC "7", "DER:78");
	extensions = with(extensions, ARC "8.1", "ASN1:UTF8String:deeper");
	extensions = with(extensions, ARC "136", "ASN1:UTF8String:far");
	extensions = with(extensions, "1.3.6.1.4.1.57264.2", "ASN1:UTF8String:outside");
	extensions = with(extensions, "1.3.6.1.4.1.57264.1", "ASN1:UTF8String:the arc");
	siglet_cert *cert = make(extensions);
	siglet_identity identity = { .other_count = 0 };

	OK_SUCCESS(siglet_cert_identity(cert, &identity), "later extensions do no harm");
	OK(identity.other_count == 5, "those below the arc are kept");
	OK(strcmp(identity.other[0].oid, ARC "25") == 0 &&
		   siglet_slice_is(identity.other[0].value, "later"),
	   "a text as text");
	OK(strcmp(identity.other[1].oid, ARC "26") == 0 &&
		   siglet_slice_equal(identity.other[1].value, siglet_slice_of("\x05\0", 2)),
	   "anything else as it is");
	OK(strcmp(identity.other[2].oid, ARC "7") == 0, ".7 is no known extension");
	OK(strcmp(identity.other[3].oid, ARC "8.1") == 0 && !identity.has[8], ".8.1 is not .8");
	OK(strcmp(identity.other[4].oid, ARC "136") == 0 && !identity.has[8], ".136 is not .8");
	siglet_cert_free(cert);
}

static void later_extensions_are_bounded(void)
{
	const maker_plan plan = { .key = key, .extensions = base() };
	X509 *x509 = make_x509(&plan);
	siglet_identity identity = { .other_count = 0 };
	siglet_cert *cert = NULL;
	char oid[32];

	for (int i = 0; i < SIGLET_MAX_FULCIO_OTHER; i++) {
		MAKER_NEED(snprintf(oid, sizeof(oid), ARC "%d", 100 + i) > 0);
		extend(x509, NULL, oid, "ASN1:UTF8String:x");
	}
	sign_cert(x509, &plan);
	cert = parse_x509(x509);
	OK_SUCCESS(siglet_cert_identity(cert, &identity), "as many as fit");
	OK(identity.other_count == SIGLET_MAX_FULCIO_OTHER, "are kept");
	siglet_cert_free(cert);
	extend(x509, NULL, ARC "99", "ASN1:UTF8String:x");
	sign_cert(x509, &plan);
	cert = parse_x509(x509);
	OK_ERROR(siglet_cert_identity(cert, &identity), SIGLET_E_LIMIT, "one more is refused");
	siglet_cert_free(cert);
	X509_free(x509);
	refuses(with(base(), ARC "1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1", "DER:0500"),
		SIGLET_E_LIMIT, "a number that is too long to show");
}

static void early_extensions_must_be_plain(void)
{
	refuses(with(base(), ARC "1", "DER:610062"), SIGLET_E_MALFORMED, ".1 with NUL");
	refuses(with(base(), ARC "5", "DER:6100"), SIGLET_E_MALFORMED, ".5 that ends in NUL");
	refuses(with(base(), ARC "2", "DER:c3ff"), SIGLET_E_MALFORMED, ".2 that is not UTF-8");
}

static void newer_extensions_must_be_one_utf8_string(void)
{
	refuses(with(base(), ARC "8", "ASN1:IA5:x"), SIGLET_E_MALFORMED, ".8 as IA5String");
	refuses(with(base(), ARC "8", "ASN1:OCT:x"), SIGLET_E_MALFORMED, ".8 as OCTET STRING");
	refuses(with(base(), ARC "8", "ASN1:EXP:12,UTF8:x"), SIGLET_E_MALFORMED,
		".8 with another tag");
	refuses(with(base(), ARC "8", "ASN1:IMP:12,UTF8:x"), SIGLET_E_MALFORMED,
		".8 with the number of the right tag, of another class");
	refuses(with(base(), ARC "8", "DER:78"), SIGLET_E_MALFORMED, ".8 raw");
	refuses(with(base(), ARC "8", "DER:0c017800"), SIGLET_E_MALFORMED,
		".8 with a byte behind it");
	refuses(with(base(), ARC "8", "DER:0c01780c0179"), SIGLET_E_MALFORMED, "two strings in .8");
	refuses(with(base(), ARC "8", "DER:0c810178"), SIGLET_E_MALFORMED, ".8 with a long length");
	refuses(with(base(), ARC "8", "DER:0c0278"), SIGLET_E_MALFORMED, ".8 cut off");
	refuses(with(base(), ARC "8", "DER:2c030c0178"), SIGLET_E_MALFORMED, ".8 in pieces");
	refuses(with(base(), ARC "8", "DER:2c800c01780000"), SIGLET_E_MALFORMED,
		".8 without a length");
	refuses(with(base(), ARC "8", "DER:0c03610062"), SIGLET_E_MALFORMED, ".8 with NUL");
	refuses(with(base(), ARC "8", "DER:0c02c3ff"), SIGLET_E_MALFORMED, ".8 that is not UTF-8");
	refuses(with(base(), ARC "24", "DER:78"), SIGLET_E_MALFORMED, ".24 raw");
	refuses(with(base(), ARC "9", "DER:0c"), SIGLET_E_MALFORMED, ".9 without a length");
}

static void issuer_is_one(void)
{
	const maker_extensions v1 = with(base(), ARC "1", "DER:68747470733a2f2f61"); /* https://a */
	siglet_identity identity = { .other_count = 0 };
	siglet_cert *cert = make(v1);

	OK_SUCCESS(siglet_cert_identity(cert, &identity), ".1 alone");
	OK(siglet_slice_is(identity.issuer, "https://a"), "is the issuer");
	siglet_cert_free(cert);

	cert = make(with(base(), ARC "8", "ASN1:UTF8String:https://b"));
	OK_SUCCESS(siglet_cert_identity(cert, &identity), ".8 alone");
	OK(siglet_slice_is(identity.issuer, "https://b"), "is the issuer");
	siglet_cert_free(cert);

	cert = make(with(v1, ARC "8", "ASN1:UTF8String:https://a"));
	OK_SUCCESS(siglet_cert_identity(cert, &identity), "both alike");
	OK(siglet_slice_is(identity.issuer, "https://a"), "are the issuer");
	siglet_cert_free(cert);
	refuses(with(v1, ARC "8", "ASN1:UTF8String:https://b"), SIGLET_E_MALFORMED,
		"both, and different");
	refuses(with(v1, ARC "8", "ASN1:UTF8String:https://a/"), SIGLET_E_MALFORMED, "by one byte");
	refuses(with(v1, ARC "8", "ASN1:UTF8String:"), SIGLET_E_MALFORMED, "an empty .8 beside .1");
}

int main(void)
{
	key = ec_key("P-256");
	san_of_each_kind_is_read();
	san_must_be_exactly_one();
	san_of_other_kinds_is_unsupported();
	san_text_must_be_plain();
	san_other_name_must_be_plain_utf8();
	extensions_are_read_by_number();
	extensions_have_names();
	later_extensions_are_kept_for_showing();
	later_extensions_are_bounded();
	early_extensions_must_be_plain();
	newer_extensions_must_be_one_utf8_string();
	issuer_is_one();
	EVP_PKEY_free(key);
	return tap_done();
}
