/*
 * timestamp_authority: an authority made by tests/lib/tsa.h, as this room's callers know it.
 */
#ifndef SIGLET_TEST_TIMESTAMP_AUTHORITY_H
#define SIGLET_TEST_TIMESTAMP_AUTHORITY_H

#include <stdlib.h>

#include <openssl/err.h>

#include "cert/cert.h"
#include "timestamp/timestamp.h"

#include "../lib/check.h"
#include "../lib/tsa.h"

/* One authority: a root, and a signer of its own. */
typedef struct authority {
	EVP_PKEY *ca_key, *key;
	X509 *ca, *signer;
	siglet_chain *chain;	  /* signer and root */
	siglet_chain *root_alone; /* a trusted root that names no signer */
} authority;

static const tsa_cert_options ca_options = { .name = "ca", .is_ca = true };
static const tsa_cert_options signer_options = {
	.name = "tsa", .serial = 7, .eku = TSA_EKU, .key_usage = "critical,digitalSignature"
};

static inline siglet_chain *chain_of(X509 *const *certs, size_t count)
{
	siglet_buf der[4] = { { 0 } };
	siglet_slice slices[4] = { SIGLET_SLICE_NONE };
	siglet_chain *chain = NULL;

	for (size_t i = 0; i < count; i++) {
		der[i] = tsa_cert_der(certs[i]);
		slices[i] = siglet_buf_slice(&der[i]);
	}
	siglet_err *err = siglet_chain_new(SIGLET_PURPOSE_TIMESTAMPING, slices, count, &chain);
	if (err != NULL)
		abort();
	for (size_t i = 0; i < count; i++)
		siglet_buf_clear(&der[i]);
	return chain;
}

static inline authority authority_with_key(const tsa_cert_options *signer, EVP_PKEY *key)
{
	authority a = { .ca_key = tsa_ec_key("P-256"), .key = key };

	a.ca = tsa_cert(a.ca_key, &ca_options, NULL, NULL);
	a.signer = tsa_cert(a.key, signer, a.ca, a.ca_key);
	a.chain = chain_of((X509 *[]) { a.signer, a.ca }, 2);
	a.root_alone = chain_of((X509 *[]) { a.ca }, 1);
	return a;
}

static inline authority authority_of(const tsa_cert_options *signer)
{
	return authority_with_key(signer, tsa_ec_key("P-256"));
}

static inline void authority_clear(authority *a)
{
	siglet_chain_free(a->root_alone);
	siglet_chain_free(a->chain);
	X509_free(a->signer);
	X509_free(a->ca);
	EVP_PKEY_free(a->key);
	EVP_PKEY_free(a->ca_key);
}

static inline tsa_options options_of(const authority *a)
{
	return (tsa_options) { .signer = a->signer, .key = a->key };
}

/* Parse what options make, check the imprint and verify: all that a caller does. */
static inline siglet_err *judge(const tsa_options *options, const siglet_chain *chain)
{
	siglet_buf response = tsa_respond(options);
	siglet_timestamp *timestamp = NULL;
	siglet_err *err = siglet_timestamp_parse(siglet_buf_slice(&response), &timestamp);

	siglet_buf_clear(&response);
	if (err == NULL)
		err = siglet_timestamp_check_imprint(timestamp, siglet_slice_str("data"));
	if (err == NULL)
		err = siglet_timestamp_verify(timestamp, chain);
	siglet_timestamp_free(timestamp);
	if (ERR_peek_error() != 0)
		OK(false, "OpenSSL's error queue is empty");
	return err;
}

static inline siglet_timestamp *parsed(const tsa_options *options)
{
	siglet_buf response = tsa_respond(options);
	siglet_timestamp *timestamp = NULL;

	OK_SUCCESS(siglet_timestamp_parse(siglet_buf_slice(&response), &timestamp), "it parses");
	siglet_buf_clear(&response);
	return timestamp;
}

#endif
