#include "sandbox.h"

#include <string.h>

#include <openssl/asn1.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>

/* Certificates of the authorities, in Sigstore's profile. */

#define YEAR_S ((int64_t)365 * 86400)

static const EVP_MD *hash_for(const siglet_signer *key)
{
	switch (siglet_signer_details(key)->type) {
	case SIGLET_KEY_P384:
		return EVP_sha384();
	case SIGLET_KEY_P521:
		return EVP_sha512();
	case SIGLET_KEY_ED25519:
		return NULL;
	case SIGLET_KEY_P256:
	case SIGLET_KEY_RSA:
	case SIGLET_KEY_ML_DSA_44:
	case SIGLET_KEY_ML_DSA_65:
	case SIGLET_KEY_ML_DSA_87:
		break;
	}
	return EVP_sha256();
}

X509 *x509_new(const siglet_key *key, X509 *issuer, int64_t begins_s, int64_t ends_s,
	       uint64_t serial)
{
	const siglet_slice spki = siglet_key_spki(key);
	const unsigned char *at = spki.ptr;
	EVP_PKEY *pkey = d2i_PUBKEY(NULL, &at, (long)spki.len);
	X509 *cert = X509_new();

	MUST(pkey != NULL && cert != NULL && X509_set_version(cert, X509_VERSION_3) == 1);
	MUST(ASN1_INTEGER_set_uint64(X509_get_serialNumber(cert), serial) == 1);
	MUST(ASN1_TIME_set(X509_getm_notBefore(cert), (time_t)begins_s) != NULL);
	MUST(ASN1_TIME_set(X509_getm_notAfter(cert), (time_t)ends_s) != NULL);
	MUST(X509_set_pubkey(cert, pkey) == 1);
	if (issuer != NULL)
		MUST(X509_set_issuer_name(cert, X509_get_subject_name(issuer)) == 1);
	EVP_PKEY_free(pkey);
	return cert;
}

static void set_name(X509 *cert, const char *name)
{
	X509_NAME *subject = X509_NAME_new();

	MUST(subject != NULL);
	MUST(X509_NAME_add_entry_by_txt(subject, "O", MBSTRING_UTF8,
					(const unsigned char *)"sandbox.example", -1, -1, 0) == 1);
	MUST(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name,
					-1, -1, 0) == 1);
	MUST(X509_set_subject_name(cert, subject) == 1);
	X509_NAME_free(subject);
}

void x509_add(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509_EXTENSION *extension;
	X509V3_CTX ctx;

	X509V3_set_ctx(&ctx, issuer != NULL ? issuer : cert, cert, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	MUST(extension != NULL && X509_add_ext(cert, extension, -1) == 1);
	X509_EXTENSION_free(extension);
}

void x509_add_raw(X509 *cert, const char *oid, bool is_critical, siglet_slice value)
{
	ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);
	ASN1_OCTET_STRING *content = ASN1_OCTET_STRING_new();
	X509_EXTENSION *extension;

	MUST(object != NULL && content != NULL);
	MUST(ASN1_OCTET_STRING_set(content, value.ptr, (int)value.len) == 1);
	extension = X509_EXTENSION_create_by_OBJ(NULL, object, is_critical ? 1 : 0, content);
	MUST(extension != NULL && X509_add_ext(cert, extension, -1) == 1);
	X509_EXTENSION_free(extension);
	ASN1_OCTET_STRING_free(content);
	ASN1_OBJECT_free(object);
}

void x509_sign(X509 *cert, const siglet_signer *key)
{
	MUST(X509_sign(cert, siglet_signer_pkey(key), hash_for(key)) > 0);
}

X509 *x509_make_ca(const siglet_signer *key, const char *name, X509 *issuer,
		   const siglet_signer *issuer_key, int64_t now_s, uint64_t serial)
{
	X509 *cert = x509_new(siglet_signer_key(key), issuer, now_s - YEAR_S, now_s + 10 * YEAR_S,
			      serial);

	set_name(cert, name);
	if (issuer == NULL)
		MUST(X509_set_issuer_name(cert, X509_get_subject_name(cert)) == 1);
	x509_add(cert, issuer, NID_key_usage, "critical,keyCertSign,cRLSign");
	if (issuer != NULL)
		x509_add(cert, issuer, NID_ext_key_usage, "codeSigning");
	x509_add(cert, issuer, NID_basic_constraints,
		 issuer == NULL ? "critical,CA:TRUE" : "critical,CA:TRUE,pathlen:0");
	x509_add(cert, issuer, NID_subject_key_identifier, "hash");
	if (issuer != NULL)
		x509_add(cert, issuer, NID_authority_key_identifier, "keyid");
	x509_sign(cert, issuer == NULL ? key : issuer_key);
	return cert;
}

X509 *x509_make_tsa(const siglet_signer *key, X509 *issuer, const siglet_signer *issuer_key,
		    int64_t now_s, uint64_t serial)
{
	X509 *cert = x509_new(siglet_signer_key(key), issuer, now_s - YEAR_S, now_s + 5 * YEAR_S,
			      serial);

	set_name(cert, "sandbox timestamps");
	x509_add(cert, issuer, NID_key_usage, "critical,digitalSignature");
	x509_add(cert, issuer, NID_ext_key_usage, "critical,timeStamping");
	x509_add(cert, issuer, NID_subject_key_identifier, "hash");
	x509_add(cert, issuer, NID_authority_key_identifier, "keyid");
	x509_sign(cert, issuer_key);
	return cert;
}

void x509_der(X509 *cert, siglet_buf *ret_der)
{
	unsigned char *der = NULL;
	const int len = i2d_X509(cert, &der);

	MUST(len > 0);
	WELL(siglet_buf_append(ret_der, siglet_slice_of(der, (size_t)len)));
	OPENSSL_free(der);
}

void x509_pem(X509 *cert, siglet_buf *ret_pem)
{
	siglet_buf der;

	siglet_buf_init(&der, 65536);
	x509_der(cert, &der);
	WELL(siglet_pem_encode("CERTIFICATE", siglet_buf_slice(&der), ret_pem));
	siglet_buf_clear(&der);
	/* Fulcio sends no final newline. */
	while (ret_pem->len > 0 && ret_pem->ptr[ret_pem->len - 1] == '\n')
		siglet_buf_truncate(ret_pem, ret_pem->len - 1);
}
