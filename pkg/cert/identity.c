#include "cert/cert_internal.h"

#include <string.h>

#include <openssl/objects.h>

/* 1.3.6.1.4.1.57264.1: Fulcio's arc, and .7 below it. */
static const uint8_t fulcio_arc[] = { 0x2b, 0x06, 0x01, 0x04, 0x01, 0x83, 0xbf, 0x30, 0x01 };
#define FULCIO_OTHER_NAME 7

static siglet_slice object_slice(const ASN1_OBJECT *object)
{
	return siglet_slice_of(OBJ_get0_data(object), OBJ_length(object));
}

static bool is_below_arc(siglet_slice oid)
{
	return oid.len > sizeof(fulcio_arc) && memcmp(oid.ptr, fulcio_arc, sizeof(fulcio_arc)) == 0;
}

/* The number of an OID that is one arc below Fulcio's; 0 for any other, and from 128 on. */
static unsigned fulcio_number(siglet_slice oid)
{
	if (!is_below_arc(oid) || oid.len != sizeof(fulcio_arc) + 1)
		return 0;
	return oid.ptr[sizeof(fulcio_arc)];
}

/* What is compared with an expected identity must end where it seems to end. */
static bool is_plain_text(siglet_slice text)
{
	return siglet_utf8_is_valid(text) &&
	       (text.len == 0 || memchr(text.ptr, '\0', text.len) == NULL);
}

static bool is_ascii(siglet_slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] == 0 || text.ptr[i] > 0x7f)
			return false;
	return true;
}

/* ---- the subject alternative name ---- */

static siglet_err *read_ia5(const ASN1_IA5STRING *string, siglet_san_type type,
			    siglet_identity *identity)
{
	const siglet_slice text = siglet_asn1_slice(string);

	if (!is_ascii(text))
		return siglet_err_new(SIGLET_E_MALFORMED,
				      "subject alternative name: a NUL, or not ASCII");
	identity->san_type = type;
	identity->san = text;
	return NULL;
}

static siglet_err *read_other_name(const OTHERNAME *name, siglet_identity *identity)
{
	if (fulcio_number(object_slice(name->type_id)) != FULCIO_OTHER_NAME)
		return siglet_err_new(
			SIGLET_E_UNSUPPORTED,
			"subject alternative name: an otherName that is not Fulcio's");
	if (ASN1_TYPE_get(name->value) != V_ASN1_UTF8STRING)
		return siglet_err_new(SIGLET_E_MALFORMED,
				      "subject alternative name: the otherName is no UTF8String");

	const siglet_slice text = siglet_asn1_slice(name->value->value.utf8string);
	if (!is_plain_text(text))
		return siglet_err_new(SIGLET_E_MALFORMED,
				      "subject alternative name: a NUL, or not UTF-8");
	identity->san_type = SIGLET_SAN_OTHER_NAME;
	identity->san = text;
	return NULL;
}

/* A name's own tag hides its type from a look at headers: have the value encoded again. */
static siglet_err *check_san_der(const siglet_cert *cert)
{
	uint8_t *der = NULL;
	const int len = i2d_GENERAL_NAMES(cert->san, &der);

	if (len < 0 || der == NULL)
		return siglet_crypto_error(SIGLET_E_CRYPTO, "subject alternative name");
	const bool same = siglet_slice_equal(cert->san_der, siglet_slice_of(der, (size_t)len));
	OPENSSL_free(der);
	if (!same)
		return siglet_err_new(SIGLET_E_MALFORMED, "subject alternative name: not in DER");
	return NULL;
}

static siglet_err *read_name(const GENERAL_NAME *name, siglet_identity *identity)
{
	switch (name->type) {
	case GEN_EMAIL:
		return read_ia5(name->d.rfc822Name, SIGLET_SAN_EMAIL, identity);
	case GEN_URI:
		return read_ia5(name->d.uniformResourceIdentifier, SIGLET_SAN_URI, identity);
	case GEN_DNS:
		return read_ia5(name->d.dNSName, SIGLET_SAN_DNS, identity);
	case GEN_OTHERNAME:
		return read_other_name(name->d.otherName, identity);
	default:
		return siglet_err_new(SIGLET_E_UNSUPPORTED,
				      "subject alternative name: neither e-mail, URI, DNS name nor "
				      "username");
	}
}

static siglet_err *read_san(const siglet_cert *cert, siglet_identity *identity)
{
	const int count = cert->san == NULL ? 0 : sk_GENERAL_NAME_num(cert->san);

	if (count <= 0)
		return siglet_err_new(SIGLET_E_MISSING, "no subject alternative name");
	if (count != 1)
		return siglet_err_new(SIGLET_E_MALFORMED, "%d subject alternative names, not one",
				      count);
	siglet_err *err = check_san_der(cert);
	if (err == NULL)
		err = read_name(sk_GENERAL_NAME_value(cert->san, 0), identity);
	if (err == NULL && identity->san.len == 0)
		err = siglet_err_new(SIGLET_E_MALFORMED, "subject alternative name: empty");
	return err;
}

/* ---- Fulcio's extensions ---- */

static siglet_err *bad_extension(unsigned number, const char *what)
{
	return siglet_err_new(SIGLET_E_MALFORMED, "extension 1.3.6.1.4.1.57264.1.%u (%s): %s",
			      number, siglet_fulcio_name(number), what);
}

/* Up to .6 the content is the text; from .8 on it is a DER UTF8String. */
static siglet_err *read_known(unsigned number, siglet_slice content, siglet_identity *identity)
{
	siglet_slice text = content;

	if (number >= SIGLET_FULCIO_ISSUER_V2 &&
	    !siglet_der_string(content, V_ASN1_UTF8STRING, &text))
		return bad_extension(number, "not one whole UTF8String");
	if (!is_plain_text(text))
		return bad_extension(number, "a NUL, or not UTF-8");
	identity->has[number] = true;
	identity->value[number] = text;
	return NULL;
}

static siglet_err *read_other(const ASN1_OBJECT *object, siglet_slice content,
			      siglet_identity *identity)
{
	siglet_slice text = SIGLET_SLICE_NONE;

	if (identity->other_count == SIGLET_MAX_FULCIO_OTHER)
		return siglet_err_new(SIGLET_E_LIMIT,
				      "over %d unknown extensions below Fulcio's arc",
				      SIGLET_MAX_FULCIO_OTHER);
	siglet_fulcio_other *other = &identity->other[identity->other_count];
	const int len = OBJ_obj2txt(other->oid, (int)sizeof(other->oid), object, 1);
	if (len <= 0 || (size_t)len >= sizeof(other->oid)) {
		siglet_crypto_clear_errors();
		return siglet_err_new(SIGLET_E_LIMIT, "an overlong extension number");
	}
	const bool readable =
		siglet_der_string(content, V_ASN1_UTF8STRING, &text) && is_plain_text(text);
	other->value = readable ? text : content;
	identity->other_count++;
	return NULL;
}

static siglet_err *read_extension(X509_EXTENSION *extension, siglet_identity *identity)
{
	const ASN1_OBJECT *object = X509_EXTENSION_get_object(extension);
	const siglet_slice oid = object_slice(object);
	const unsigned number = fulcio_number(oid);

	if (!is_below_arc(oid))
		return NULL;
	if (siglet_fulcio_name(number) != NULL)
		return read_known(number, siglet_extension_slice(extension), identity);
	return read_other(object, siglet_extension_slice(extension), identity);
}

static siglet_err *read_issuer(siglet_identity *identity)
{
	const siglet_slice v1 = identity->value[SIGLET_FULCIO_ISSUER_V1];
	const siglet_slice v2 = identity->value[SIGLET_FULCIO_ISSUER_V2];
	const bool has_v1 = identity->has[SIGLET_FULCIO_ISSUER_V1];
	const bool has_v2 = identity->has[SIGLET_FULCIO_ISSUER_V2];

	if (has_v1 && has_v2 && !siglet_slice_equal(v1, v2))
		return siglet_err_new(SIGLET_E_MALFORMED, "two different issuers, in .1 and .8");
	identity->issuer = has_v2 ? v2 : v1;
	return NULL;
}

siglet_err *siglet_cert_identity(const siglet_cert *cert, siglet_identity *ret_identity)
{
	siglet_identity identity = { .other_count = 0 };
	siglet_err *err = read_san(cert, &identity);

	for (int i = 0; i < X509_get_ext_count(cert->x509) && err == NULL; i++)
		err = read_extension(X509_get_ext(cert->x509, i), &identity);
	if (err == NULL)
		err = read_issuer(&identity);
	if (err == NULL)
		*ret_identity = identity;
	return err;
}

/* ---- names ---- */

static const char *const fulcio_names[SIGLET_FULCIO_COUNT] = {
	[SIGLET_FULCIO_ISSUER_V1] = "issuer",
	[SIGLET_FULCIO_TRIGGER] = "github-workflow-trigger",
	[SIGLET_FULCIO_SHA] = "github-workflow-sha",
	[SIGLET_FULCIO_WORKFLOW_NAME] = "github-workflow-name",
	[SIGLET_FULCIO_REPOSITORY] = "github-workflow-repository",
	[SIGLET_FULCIO_REF] = "github-workflow-ref",
	[SIGLET_FULCIO_ISSUER_V2] = "issuer-v2",
	[SIGLET_FULCIO_BUILD_SIGNER_URI] = "build-signer-uri",
	[SIGLET_FULCIO_BUILD_SIGNER_DIGEST] = "build-signer-digest",
	[SIGLET_FULCIO_RUNNER_ENVIRONMENT] = "runner-environment",
	[SIGLET_FULCIO_SOURCE_REPOSITORY_URI] = "source-repository-uri",
	[SIGLET_FULCIO_SOURCE_REPOSITORY_DIGEST] = "source-repository-digest",
	[SIGLET_FULCIO_SOURCE_REPOSITORY_REF] = "source-repository-ref",
	[SIGLET_FULCIO_SOURCE_REPOSITORY_ID] = "source-repository-identifier",
	[SIGLET_FULCIO_SOURCE_REPOSITORY_OWNER_URI] = "source-repository-owner-uri",
	[SIGLET_FULCIO_SOURCE_REPOSITORY_OWNER_ID] = "source-repository-owner-identifier",
	[SIGLET_FULCIO_BUILD_CONFIG_URI] = "build-config-uri",
	[SIGLET_FULCIO_BUILD_CONFIG_DIGEST] = "build-config-digest",
	[SIGLET_FULCIO_BUILD_TRIGGER] = "build-trigger",
	[SIGLET_FULCIO_RUN_INVOCATION_URI] = "run-invocation-uri",
	[SIGLET_FULCIO_VISIBILITY] = "source-repository-visibility-at-signing",
	[SIGLET_FULCIO_DEPLOYMENT_ENVIRONMENT] = "deployment-environment",
	[SIGLET_FULCIO_TOKEN_SUBJECT] = "token-subject",
};

const char *siglet_fulcio_name(unsigned number)
{
	return number < SIGLET_FULCIO_COUNT ? fulcio_names[number] : NULL;
}

unsigned siglet_fulcio_find(siglet_slice name)
{
	for (unsigned i = 0; i < SIGLET_FULCIO_COUNT; i++)
		if (fulcio_names[i] != NULL && siglet_slice_is(name, fulcio_names[i]))
			return i;
	return 0;
}

const char *siglet_san_type_name(siglet_san_type type)
{
	switch (type) {
	case SIGLET_SAN_EMAIL:
		return "email";
	case SIGLET_SAN_URI:
		return "uri";
	case SIGLET_SAN_DNS:
		return "dns";
	case SIGLET_SAN_OTHER_NAME:
		return "username";
	}
	return "none";
}
