#include "forge_internal.h"

#include <string.h>

#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>

#define SERIAL_BYTES 20 /* the most that RFC 5280 section 4.1.2.2 allows */

static void set_serial(X509 *cert, const char *seed, const char *label)
{
	siglet_buf input = forge_buf();

	forge_put(&input, "%s serial %s", seed, label);
	forge_digest serial = forge_hash(EVP_sha256(), siglet_buf_slice(&input));
	serial.bytes[0] = (serial.bytes[0] & 0x3f) | 0x40; /* positive, and always as long */
	BIGNUM *number = BN_bin2bn(serial.bytes, SERIAL_BYTES, NULL);
	MUST(number != NULL && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(cert)) != NULL);
	BN_free(number);
	siglet_buf_clear(&input);
}

static X509_NAME *make_name(const char *organization, const char *common_name)
{
	X509_NAME *name = X509_NAME_new();

	MUST(name != NULL);
	if (organization != NULL)
		MUST(X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8,
						(const uint8_t *)organization, -1, -1, 0) == 1);
	if (common_name != NULL)
		MUST(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
						(const uint8_t *)common_name, -1, -1, 0) == 1);
	return name;
}

X509 *forge_cert_new(const char *seed, const forge_cert_plan *plan, const forge_key *key)
{
	X509 *cert = X509_new();
	X509_NAME *subject = make_name(plan->organization, plan->common_name);

	MUST(cert != NULL && X509_set_version(cert, X509_VERSION_3) == 1);
	set_serial(cert, seed, plan->serial_label);
	MUST(X509_set_subject_name(cert, subject) == 1);
	MUST(X509_set_issuer_name(cert, plan->issuer != NULL ? X509_get_subject_name(plan->issuer)
							     : subject) == 1);
	MUST(ASN1_TIME_set(X509_getm_notBefore(cert), (time_t)plan->not_before_s) != NULL);
	MUST(ASN1_TIME_set(X509_getm_notAfter(cert), (time_t)plan->not_after_s) != NULL);
	MUST(X509_set_pubkey(cert, key->pkey) == 1);
	X509_NAME_free(subject);
	return cert;
}

void forge_cert_extend(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;

	X509V3_set_ctx(&ctx, issuer != NULL ? issuer : cert, cert, NULL, NULL, 0);
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	MUST(extension != NULL && X509_add_ext(cert, extension, -1) == 1);
	X509_EXTENSION_free(extension);
}

void forge_cert_extend_raw(X509 *cert, const char *oid, bool is_critical, siglet_slice value)
{
	ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);
	ASN1_OCTET_STRING *content = ASN1_OCTET_STRING_new();

	MUST(object != NULL && content != NULL);
	MUST(ASN1_OCTET_STRING_set(content, value.ptr, (int)value.len) == 1);
	X509_EXTENSION *extension =
		X509_EXTENSION_create_by_OBJ(NULL, object, is_critical ? 1 : 0, content);
	MUST(extension != NULL && X509_add_ext(cert, extension, -1) == 1);
	X509_EXTENSION_free(extension);
	ASN1_OCTET_STRING_free(content);
	ASN1_OBJECT_free(object);
}

void forge_cert_sign(X509 *cert, const forge_key *key)
{
	MUST(X509_sign(cert, key->pkey, forge_key_md(key->type)) > 0);
}

static void put_header(siglet_buf *out, bool constructed, int tag, size_t len)
{
	uint8_t header[16], *at = header;

	ASN1_put_object(&at, constructed, (int)len, tag, V_ASN1_UNIVERSAL);
	forge_put_bytes(out, siglet_slice_of(header, (size_t)(at - header)));
}

/* Certificate { tbsCertificate, signatureAlgorithm, signatureValue }, put together by hand. */
void forge_cert_sign_as_it_is(X509 **cert, const forge_key *key)
{
	const X509_ALGOR *algorithm = NULL;
	uint8_t *der = NULL;
	siglet_buf inner = forge_buf(), whole = forge_buf();

	MUST(X509_set_version(*cert, X509_VERSION_1) == 1);
	const int tbs_len = i2d_re_X509_tbs(*cert, &der);
	siglet_buf tbs = forge_taken(der, tbs_len),
		   signature = forge_sign(key, siglet_buf_slice(&tbs));
	X509_get0_signature(NULL, &algorithm, *cert);
	der = NULL;
	const int algorithm_len = i2d_X509_ALGOR(algorithm, &der);
	siglet_buf name = forge_taken(der, algorithm_len);

	forge_put_bytes(&inner, siglet_buf_slice(&tbs));
	forge_put_bytes(&inner, siglet_buf_slice(&name));
	put_header(&inner, false, V_ASN1_BIT_STRING, signature.len + 1);
	forge_put_uint(&inner, 0, 1); /* no unused bits */
	forge_put_bytes(&inner, siglet_buf_slice(&signature));
	put_header(&whole, true, V_ASN1_SEQUENCE, inner.len);
	forge_put_bytes(&whole, siglet_buf_slice(&inner));
	const uint8_t *at = whole.ptr;
	MUST(d2i_X509(cert, &at, (long)whole.len) != NULL);
	siglet_buf_clear(&whole);
	siglet_buf_clear(&inner);
	siglet_buf_clear(&name);
	siglet_buf_clear(&signature);
	siglet_buf_clear(&tbs);
}

siglet_buf forge_cert_der(X509 *cert)
{
	uint8_t *der = NULL;
	const int len = i2d_X509(cert, &der);

	return forge_taken(der, len);
}
