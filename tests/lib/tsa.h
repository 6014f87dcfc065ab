/*
 * tsa: a timestamp authority of the tests' own, which makes what a real one never would.
 *
 * A fault of the maker itself ends the test: nothing here is under test.
 */
#ifndef SIGLET_TEST_TSA_H
#define SIGLET_TEST_TSA_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/ts.h>
#include <openssl/x509.h>

#include "base/base.h"

/* ---- certificates ---- */

typedef struct tsa_cert_options {
	const char *name;	/* common name; NULL: "test" */
	long serial;		/* 0: 1 */
	const char *not_before; /* NULL: 20250101000000Z */
	const char *not_after;	/* NULL: 20251231235959Z */
	bool is_ca;
	const char *key_usage; /* as OpenSSL's configuration writes it; NULL: none */
	const char *eku;
} tsa_cert_options;

#define TSA_EKU "critical,timeStamping"

EVP_PKEY *tsa_ec_key(const char *curve); /* "P-256" … */
EVP_PKEY *tsa_rsa_key(unsigned bits);
/* issuer NULL: self-signed. */
X509 *tsa_cert(EVP_PKEY *key, const tsa_cert_options *options, X509 *issuer, EVP_PKEY *issuer_key);
/* The DER of it, in a buffer that the caller clears. */
siglet_buf tsa_cert_der(X509 *cert);

/* ---- responses ---- */

typedef enum tsa_ess {
	TSA_ESS_V2 = 0,
	TSA_ESS_V1,
	TSA_ESS_BOTH,
	TSA_ESS_NONE,
} tsa_ess;

#define TSA_MAX_EMBED 20

typedef struct tsa_options {
	X509 *signer;
	EVP_PKEY *key;
	X509 *embed[TSA_MAX_EMBED]; /* up to the first NULL */
	const char *data;	    /* what is stamped; NULL: "data" */
	const char *gen_time;	    /* NULL: 20250704120000Z */
	const EVP_MD *md;	    /* of the signature; NULL: SHA-256 */
	const EVP_MD *imprint_md;   /* NULL: SHA-256 */
	unsigned signer_flags;	    /* CMS_USE_KEYID, CMS_KEY_PARAM */
	tsa_ess ess;
	X509 *ess_cert;	  /* NULL: signer */
	X509 *ess_second; /* NULL: none */
	bool two_signers;
	int content_nid; /* 0: TSTInfo */
	int status;
	const char *status_text;
	bool no_token;
	bool is_pss;
	/* Called before anything is encoded, or where attributes are about to be signed. */
	void (*edit_info)(TS_TST_INFO *info);
	void (*edit_content)(siglet_buf *tstinfo_der);
	void (*edit_attributes)(CMS_SignerInfo *signer_info);
	void (*edit_signed)(CMS_ContentInfo *cms);
} tsa_options;

/* A DER TimeStampResp, in a buffer that the caller clears. */
siglet_buf tsa_respond(const tsa_options *options);
/* The same around a ready token (empty: none). */
siglet_buf tsa_response(const tsa_options *options, siglet_slice token);

#endif
