/*
 * cert_maker: certificates for tests, right and wrong ones.
 *
 * A fault of the maker itself ends the test: nothing here is under test.
 */
#ifndef SIGLET_TEST_CERT_MAKER_H
#define SIGLET_TEST_CERT_MAKER_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "../lib/check.h"
#include "cert/cert.h"

#define MAKER_NEED(condition)                                            \
	do {                                                             \
		if (!(condition)) {                                      \
			printf("Bail out! %s:%d\n", __FILE__, __LINE__); \
			exit(3);                                         \
		}                                                        \
	} while (0)

/* ---- extensions: names and values as OpenSSL's configuration writes them ---- */

#define MAKER_MAX_EXTENSIONS 12

typedef struct maker_extension {
	const char *name; /* or a dotted OID, with a value "DER:0500", "critical,DER:…" */
	const char *value;
} maker_extension;

typedef struct maker_extensions {
	maker_extension list[MAKER_MAX_EXTENSIONS]; /* up to the first without a name */
} maker_extensions;

#define MAKER_ROOT                                                              \
	((maker_extensions) { { { "basicConstraints", "critical,CA:TRUE" },     \
				{ "keyUsage", "critical,keyCertSign,cRLSign" }, \
				{ "subjectKeyIdentifier", "hash" } } })
#define MAKER_INTERMEDIATE                                                            \
	((maker_extensions) { { { "basicConstraints", "critical,CA:TRUE,pathlen:0" }, \
				{ "keyUsage", "critical,keyCertSign,cRLSign" },       \
				{ "extendedKeyUsage", "codeSigning" },                \
				{ "subjectKeyIdentifier", "hash" },                   \
				{ "authorityKeyIdentifier", "keyid" } } })
#define MAKER_LEAF                                                           \
	((maker_extensions) { { { "keyUsage", "critical,digitalSignature" }, \
				{ "extendedKeyUsage", "codeSigning" },       \
				{ "authorityKeyIdentifier", "keyid" },       \
				{ "subjectAltName", "critical,email:a@example.com" } } })
#define MAKER_STAMPER                                                            \
	((maker_extensions) { { { "keyUsage", "critical,digitalSignature" },     \
				{ "extendedKeyUsage", "critical,timeStamping" }, \
				{ "authorityKeyIdentifier", "keyid" } } })

/* The same with one extension changed or added; value NULL: without it. */
__attribute__((unused)) static maker_extensions with(maker_extensions extensions, const char *name,
						     const char *value)
{
	maker_extensions changed = { { { NULL, NULL } } };
	size_t count = 0;
	bool found = false;

	for (size_t i = 0; i < MAKER_MAX_EXTENSIONS && extensions.list[i].name != NULL; i++) {
		maker_extension extension = extensions.list[i];

		if (strcmp(extension.name, name) == 0) {
			extension.value = value;
			found = true;
		}
		if (extension.value != NULL)
			changed.list[count++] = extension;
	}
	if (!found && value != NULL) {
		MAKER_NEED(count < MAKER_MAX_EXTENSIONS);
		changed.list[count++] = (maker_extension) { name, value };
	}
	return changed;
}

/* ---- keys ---- */

__attribute__((unused)) static EVP_PKEY *ec_key(const char *curve)
{
	EVP_PKEY *key = EVP_EC_gen(curve);

	MAKER_NEED(key != NULL);
	return key;
}

__attribute__((unused)) static EVP_PKEY *rsa_key(unsigned bits)
{
	EVP_PKEY *key = EVP_RSA_gen(bits);

	MAKER_NEED(key != NULL);
	return key;
}

/* ---- certificates ---- */

#define MAKER_MAX_NAMES 12

typedef struct maker_plan {
	const char *name;		   /* common name; NULL: an empty subject */
	const char *more[MAKER_MAX_NAMES]; /* of the subject: type, value, type, value … */
	EVP_PKEY *key;
	X509 *issuer; /* NULL: self-signed */
	EVP_PKEY *issuer_key;
	const char *not_before; /* NULL: 20250101000000Z */
	const char *not_after;	/* NULL: 20251231235959Z */
	maker_extensions extensions;
	const EVP_MD *md; /* NULL: SHA-256 */
	long version;	  /* 0: 3 */
} maker_plan;

__attribute__((unused)) static void extend(X509 *cert, X509 *issuer, const char *name,
					   const char *value)
{
	X509V3_CTX ctx;

	X509V3_set_ctx(&ctx, issuer == NULL ? cert : issuer, cert, NULL, NULL, 0);
	X509_EXTENSION *extension = X509V3_EXT_nconf(NULL, &ctx, name, value);
	if (extension == NULL)
		printf("# extension %s = %s\n", name, value);
	MAKER_NEED(extension != NULL && X509_add_ext(cert, extension, -1) == 1);
	X509_EXTENSION_free(extension);
}

static inline void sign_cert(X509 *cert, const maker_plan *plan)
{
	MAKER_NEED(X509_sign(cert, plan->issuer == NULL ? plan->key : plan->issuer_key,
			     plan->md == NULL ? EVP_sha256() : plan->md) > 0);
}

__attribute__((unused)) static X509 *make_x509(const maker_plan *plan)
{
	const char *not_before = plan->not_before == NULL ? "20250101000000Z" : plan->not_before;
	const char *not_after = plan->not_after == NULL ? "20251231235959Z" : plan->not_after;
	X509_NAME *name = X509_NAME_new();
	X509 *cert = X509_new();

	MAKER_NEED(cert != NULL && name != NULL);
	if (plan->name != NULL)
		MAKER_NEED(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
						      (const uint8_t *)plan->name, -1, -1, 0) == 1);
	for (size_t i = 0; i + 1 < MAKER_MAX_NAMES && plan->more[i] != NULL; i += 2)
		MAKER_NEED(X509_NAME_add_entry_by_txt(name, plan->more[i], MBSTRING_UTF8,
						      (const uint8_t *)plan->more[i + 1], -1, -1,
						      0) == 1);
	MAKER_NEED(X509_set_version(cert,
				    plan->version == 0 ? X509_VERSION_3 : plan->version - 1) == 1);
	MAKER_NEED(ASN1_INTEGER_set(X509_get_serialNumber(cert), 0x1234) == 1);
	MAKER_NEED(X509_set_subject_name(cert, name) == 1);
	MAKER_NEED(X509_set_issuer_name(cert, plan->issuer == NULL
						      ? name
						      : X509_get_subject_name(plan->issuer)) == 1);
	MAKER_NEED(ASN1_TIME_set_string_X509(X509_getm_notBefore(cert), not_before) == 1);
	MAKER_NEED(ASN1_TIME_set_string_X509(X509_getm_notAfter(cert), not_after) == 1);
	MAKER_NEED(X509_set_pubkey(cert, plan->key) == 1);
	for (size_t i = 0; i < MAKER_MAX_EXTENSIONS && plan->extensions.list[i].name != NULL; i++)
		extend(cert, plan->issuer, plan->extensions.list[i].name,
		       plan->extensions.list[i].value);
	sign_cert(cert, plan);
	X509_NAME_free(name);
	return cert;
}

/* In a buffer that the caller clears. */
__attribute__((unused)) static siglet_buf x509_der(X509 *cert)
{
	siglet_buf der;
	uint8_t *bytes = NULL;
	const int len = i2d_X509(cert, &bytes);

	siglet_buf_init(&der, 1u << 20);
	MAKER_NEED(len > 0 && siglet_buf_append(&der, siglet_slice_of(bytes, (size_t)len)) == NULL);
	OPENSSL_free(bytes);
	return der;
}

__attribute__((unused)) static siglet_buf plan_der(const maker_plan *plan)
{
	X509 *cert = make_x509(plan);
	siglet_buf der = x509_der(cert);

	X509_free(cert);
	return der;
}

__attribute__((unused)) static siglet_cert *parse_x509(X509 *x509)
{
	siglet_buf der = x509_der(x509);
	siglet_cert *cert = NULL;
	siglet_err *err = siglet_cert_parse(siglet_buf_slice(&der), &cert);

	if (err != NULL)
		printf("# %s\n", siglet_err_message(err));
	MAKER_NEED(err == NULL);
	siglet_buf_clear(&der);
	return cert;
}

__attribute__((unused)) static siglet_cert *plan_cert(const maker_plan *plan)
{
	X509 *x509 = make_x509(plan);
	siglet_cert *cert = parse_x509(x509);

	X509_free(x509);
	return cert;
}

/* Where the bytes are in text, which must have them; from the end when last is true. */
__attribute__((unused)) static uint8_t *find_bytes(siglet_buf *text, const void *bytes, size_t len,
						   bool last)
{
	uint8_t *found = NULL;

	for (size_t i = 0; i + len <= text->len; i++) {
		if (memcmp(text->ptr + i, bytes, len) != 0)
			continue;
		found = text->ptr + i;
		if (!last)
			break;
	}
	MAKER_NEED(found != NULL);
	return found;
}

#endif
