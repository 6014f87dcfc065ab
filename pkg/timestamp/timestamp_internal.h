/*
 * timestamp_internal: what the files of this room share.
 */
#ifndef SIGLET_TIMESTAMP_INTERNAL_H
#define SIGLET_TIMESTAMP_INTERNAL_H

#include "timestamp/timestamp.h"

struct CMS_ContentInfo_st;
struct CMS_SignerInfo_st;
struct asn1_string_st;
struct stack_st_X509;

/* Certificates in one token. Issuers embed a signer and its chain: three or four at most. */
#define SIGLET_MAX_EMBEDDED_CERTS 16

struct siglet_timestamp {
	struct CMS_ContentInfo_st *cms;	       /* only read once parsed */
	struct CMS_SignerInfo_st *signer_info; /* the only one; borrows from cms */
	struct stack_st_X509 *embedded;	       /* NULL: none */
	siglet_slice content;		       /* the TSTInfo; borrows from cms */
	siglet_digest imprint;
	int64_t time_s;
	int64_t end_ms;
	siglet_buf serial_hex;
	siglet_buf nonce; /* big-endian, without leading zeros; empty: none */
	siglet_buf signer_name;
};

/* Borrows. */
siglet_slice siglet_timestamp_asn1_slice(const struct asn1_string_st *string);

/*
 * Does OpenSSL write what it read the way it was given? It reads BER as well, in which one value
 * has many encodings, and stops before bytes that are left over: all of that shows here.
 * Takes again, which OpenSSL allocated; NULL or a negative len say that it failed.
 * Errors: SIGLET_E_MALFORMED, SIGLET_E_CRYPTO
 */
SIGLET_MUST_USE siglet_err *siglet_timestamp_check_der(siglet_slice der, uint8_t *again, int len,
						       const char *what);

/* ---- gentime.c ---- */

/*
 * A DER GeneralizedTime's text: YYYYMMDDhhmmss[.f]Z, f without trailing zeros (RFC 3161 section
 * 2.4.2). ret_s is cut off, ret_end_ms rounded up. Errors: SIGLET_E_MALFORMED
 */
SIGLET_MUST_USE siglet_err *siglet_timestamp_read_time(siglet_slice text, int64_t *ret_s,
						       int64_t *ret_end_ms);

/* ---- tstinfo.c ---- */

/* Fill imprint, times and serial from timestamp->content. Errors: as siglet_timestamp_parse. */
SIGLET_MUST_USE siglet_err *siglet_timestamp_read_info(siglet_timestamp *timestamp);

/* ---- signer.c ---- */

/* Fill signer_name from signer_info. Errors: SIGLET_E_LIMIT, _CRYPTO, _NOMEM */
SIGLET_MUST_USE siglet_err *siglet_timestamp_read_signer(siglet_timestamp *timestamp);

/* Does the SignerInfo name this certificate, by issuer and serial or by key id? */
bool siglet_timestamp_names(const siglet_timestamp *timestamp, const siglet_cert *cert);

/* The certificates of the token that we can read; those that we can't may not help. */
typedef struct siglet_embedded {
	siglet_cert *owned[SIGLET_MAX_EMBEDDED_CERTS];
	size_t count;
} siglet_embedded;

/* Errors: SIGLET_E_NOMEM, SIGLET_E_CRYPTO. To be cleared, also after an error. */
SIGLET_MUST_USE siglet_err *siglet_embedded_read(const siglet_timestamp *timestamp,
						 siglet_embedded *ret_embedded);
void siglet_embedded_clear(siglet_embedded *embedded);

/* ---- attributes.c ---- */

/*
 * Content type and message digest are there once, with one value each; the type is TSTInfo's, the
 * digest the content's under hash. Errors: SIGLET_E_MALFORMED, _MISMATCH, _CRYPTO
 */
SIGLET_MUST_USE siglet_err *siglet_timestamp_check_attributes(const siglet_timestamp *timestamp,
							      siglet_hash hash);

/*
 * RFC 2634 section 5.4 and RFC 5816: the certificate ids in the signed attributes are those of the
 * path, its first one first. Errors: SIGLET_E_MALFORMED, _MISMATCH, _NOMEM
 */
SIGLET_MUST_USE siglet_err *siglet_timestamp_check_ess(const siglet_timestamp *timestamp,
						       const siglet_path *path);

/* ---- signature.c ---- */

/* The hash of the signature, of those we take. Errors: SIGLET_E_UNSUPPORTED, _MALFORMED */
SIGLET_MUST_USE siglet_err *siglet_timestamp_signature_hash(const siglet_timestamp *timestamp,
							    siglet_hash *ret_hash);

/*
 * The signature over the signed attributes by this very certificate's key.
 * Errors: SIGLET_E_MISMATCH, SIGLET_E_UNSUPPORTED, SIGLET_E_MALFORMED, SIGLET_E_CRYPTO, _NOMEM
 */
SIGLET_MUST_USE siglet_err *siglet_timestamp_check_signature(const siglet_timestamp *timestamp,
							     siglet_hash hash,
							     const siglet_cert *signer);

/* An AlgorithmIdentifier of a hash that we take, its parameters absent or NULL. */
struct X509_algor_st;
SIGLET_MUST_USE siglet_err *siglet_timestamp_read_hash(const struct X509_algor_st *algorithm,
						       siglet_hash *ret_hash);

#endif
