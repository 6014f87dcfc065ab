/*
 * cert: who does a certificate name, who issued it, and was its issuance logged?
 *
 * X.509 as Sigstore uses it, over OpenSSL. Pure: no clock, no system trust store, no fetching. All
 * handles are immutable once made and may be shared by threads.
 *
 * Spec: RFC 5280 (certificates and paths), RFC 6962 sections 3.2 and 3.3 (SCTs), Fulcio's OID
 *       documentation (1.3.6.1.4.1.57264.1).
 */
#ifndef SIGLET_CERT_H
#define SIGLET_CERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/base.h"
#include "crypto/crypto.h"

#define SIGLET_MAX_CERT_BYTES 65536
#define SIGLET_MAX_CHAIN 10 /* certificates in one chain, of a bundle or a trusted root */

/* ---- one certificate (cert.c) ---- */

typedef struct siglet_cert siglet_cert;

/*
 * Parse one DER certificate, whole: version 3, no trailing bytes, at most SIGLET_MAX_CERT_BYTES, a
 * canonical signature algorithm. A key that we can't use is no error here: siglet_cert_key is
 * NULL.
 *
 * Errors: SIGLET_E_LIMIT, SIGLET_E_MALFORMED, SIGLET_E_NOMEM
 */
SIGLET_MUST_USE siglet_err *siglet_cert_parse(siglet_slice der, siglet_cert **ret_cert);
void siglet_cert_free(siglet_cert *cert);

siglet_slice siglet_cert_der(const siglet_cert *cert);
siglet_slice siglet_cert_spki(const siglet_cert *cert);	    /* DER SubjectPublicKeyInfo */
const siglet_key *siglet_cert_key(const siglet_cert *cert); /* NULL: a key we do not support */
int64_t siglet_cert_not_before_s(const siglet_cert *cert);
int64_t siglet_cert_not_after_s(const siglet_cert *cert);
bool siglet_cert_is_ca(const siglet_cert *cert);
bool siglet_cert_issued_by_name(const siglet_cert *cert,
				const siglet_cert *issuer);	    /* names only */
bool siglet_cert_equal(const siglet_cert *a, const siglet_cert *b); /* DER equality */
siglet_slice siglet_cert_subject(const siglet_cert *cert); /* one printable line, RFC 2253 style */
siglet_slice siglet_cert_issuer(const siglet_cert *cert);
siglet_slice siglet_cert_serial_hex(const siglet_cert *cert);

/* For rooms that use OpenSSL themselves; borrowed. */
struct x509_st *siglet_cert_x509(const siglet_cert *cert);

/*
 * Is it fit to be the leaf of a code signature: not a CA, digitalSignature, EKU with codeSigning
 * (anyExtendedKeyUsage alone does not do), no unknown critical extension, a supported key.
 * Errors: SIGLET_E_UNTRUSTED with what is missing; SIGLET_E_UNSUPPORTED for its key.
 */
SIGLET_MUST_USE siglet_err *siglet_cert_check_signer(const siglet_cert *cert);

/*
 * Is it fit to sign timestamps: not a CA, a critical EKU with timeStamping alone, key usage (where
 * present) digitalSignature or nonRepudiation only. Errors: SIGLET_E_UNTRUSTED.
 */
SIGLET_MUST_USE siglet_err *siglet_cert_check_timestamper(const siglet_cert *cert);

/* ---- the identity in it (identity.c) ---- */

typedef enum siglet_san_type {
	SIGLET_SAN_EMAIL = 1,
	SIGLET_SAN_URI,
	SIGLET_SAN_DNS,
	SIGLET_SAN_OTHER_NAME, /* Fulcio's username: 1.3.6.1.4.1.57264.1.7, "name!domain" */
} siglet_san_type;

/*
 * Fulcio's extensions by the last number of their OID; .7 is the otherName type, not an extension.
 */
#define SIGLET_FULCIO_ISSUER_V1 1
#define SIGLET_FULCIO_TRIGGER 2
#define SIGLET_FULCIO_SHA 3
#define SIGLET_FULCIO_WORKFLOW_NAME 4
#define SIGLET_FULCIO_REPOSITORY 5
#define SIGLET_FULCIO_REF 6
#define SIGLET_FULCIO_ISSUER_V2 8
#define SIGLET_FULCIO_BUILD_SIGNER_URI 9
#define SIGLET_FULCIO_BUILD_SIGNER_DIGEST 10
#define SIGLET_FULCIO_RUNNER_ENVIRONMENT 11
#define SIGLET_FULCIO_SOURCE_REPOSITORY_URI 12
#define SIGLET_FULCIO_SOURCE_REPOSITORY_DIGEST 13
#define SIGLET_FULCIO_SOURCE_REPOSITORY_REF 14
#define SIGLET_FULCIO_SOURCE_REPOSITORY_ID 15
#define SIGLET_FULCIO_SOURCE_REPOSITORY_OWNER_URI 16
#define SIGLET_FULCIO_SOURCE_REPOSITORY_OWNER_ID 17
#define SIGLET_FULCIO_BUILD_CONFIG_URI 18
#define SIGLET_FULCIO_BUILD_CONFIG_DIGEST 19
#define SIGLET_FULCIO_BUILD_TRIGGER 20
#define SIGLET_FULCIO_RUN_INVOCATION_URI 21
#define SIGLET_FULCIO_VISIBILITY 22
#define SIGLET_FULCIO_DEPLOYMENT_ENVIRONMENT 23
#define SIGLET_FULCIO_TOKEN_SUBJECT 24
#define SIGLET_FULCIO_COUNT 25 /* one past the last number we know */

/* One value of a later Fulcio extension, for showing. */
typedef struct siglet_fulcio_other {
	char oid[64];	    /* dotted */
	siglet_slice value; /* the UTF8String's text, or else the raw bytes */
} siglet_fulcio_other;

#define SIGLET_MAX_FULCIO_OTHER 32

/* What the certificate says about its holder; slices borrow from the certificate's handle. */
typedef struct siglet_identity {
	siglet_san_type san_type;
	siglet_slice san;
	siglet_slice issuer;	       /* .8, or .1 where .8 is absent; empty if neither */
	bool has[SIGLET_FULCIO_COUNT]; /* is extension .N present? */
	siglet_slice value[SIGLET_FULCIO_COUNT]; /* its text */
	siglet_fulcio_other other[SIGLET_MAX_FULCIO_OTHER];
	size_t other_count;
} siglet_identity;

/*
 * Read it. Exactly one SAN of a known type is required; .1 and .8 must agree where both exist; a
 * known extension of .8 and above must be one whole DER UTF8String; no extension twice; no NUL.
 *
 * Errors: SIGLET_E_MISSING      no SAN
 *         SIGLET_E_MALFORMED    several SANs, a bad extension, an issuer that contradicts itself
 *         SIGLET_E_UNSUPPORTED  a SAN of another type
 */
SIGLET_MUST_USE siglet_err *siglet_cert_identity(const siglet_cert *cert,
						 siglet_identity *ret_identity);

/* "issuer-v2", "source-repository-uri" …; NULL for a number that is none. */
const char *siglet_fulcio_name(unsigned number);
/* The number of such a name; 0 when unknown. */
unsigned siglet_fulcio_find(siglet_slice name);
const char *siglet_san_type_name(siglet_san_type type);

/* ---- a glance at a certificate (glance.c) ---- */

#define SIGLET_MAX_GLANCE_NAMES 16

typedef struct siglet_glance_name {
	siglet_san_type type;
	siglet_slice text; /* any bytes */
} siglet_glance_name;

/* What it says, as it stands there; nothing of it is verified. Borrows from the DER. */
typedef struct siglet_glance {
	siglet_glance_name names[SIGLET_MAX_GLANCE_NAMES]; /* of the types that we know */
	size_t name_count;
	siglet_slice value[SIGLET_FULCIO_COUNT]; /* empty: no such extension */
	siglet_slice spki;			 /* DER SubjectPublicKeyInfo */
	int64_t not_before_s;
} siglet_glance;

/*
 * Look at a certificate, or with is_tbs at a TBSCertificate (which a CT log has of a precertificate),
 * far faster than siglet_cert_parse. One that is well-formed for it may still be none for others.
 * Errors: SIGLET_E_MALFORMED: not DER, more names than there is room for, one of Fulcio's extensions
 * twice: which of the two would count?
 */
SIGLET_MUST_USE siglet_err *siglet_cert_glance(siglet_slice der, bool is_tbs,
					       siglet_glance *ret_glance);

/* Has it the form of a DER SubjectPublicKeyInfo? Whose key, of which kind, it does not ask. */
bool siglet_cert_is_spki(siglet_slice der);

/* ---- requests (request.c) ---- */

/*
 * Append a PKCS#10 request (RFC 2986) in PEM: an empty subject, the signer's key, signed as
 * certificate authorities want it (the curve's own hash; SHA-256 for RSA). Errors:
 * SIGLET_E_CRYPTO, SIGLET_E_NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_cert_request(const siglet_signer *signer, siglet_buf *ret_pem);

/* ---- authorities (authority.c, chain.c) ---- */

/* The certificates of one authority of a trusted root: a universe of its own. */
typedef struct siglet_chain siglet_chain;

typedef enum siglet_purpose {
	SIGLET_PURPOSE_CODE_SIGNING = 1, /* certs: intermediates, then the anchor */
	SIGLET_PURPOSE_TIMESTAMPING, /* certs: the signer if it is known, intermediates, anchor */
	SIGLET_PURPOSE_SIGNING,	     /* of anything: whatever extended key usages there are */
} siglet_purpose;

/*
 * Set up an authority. The last certificate is the anchor, self-signed or not. For timestamping a
 * first certificate that is no CA is the signer. Takes nothing: certs are copied.
 *
 * What belongs to the trusted root alone is done at most once, on first use: the certificates are
 * parsed, and the signatures and constraints from each of them up to the anchor checked. (A thread
 * that comes meanwhile waits.)
 *
 * Errors: SIGLET_E_MISSING (no certificate), SIGLET_E_LIMIT, SIGLET_E_MALFORMED (one that is not
 *         DER), SIGLET_E_NOMEM
 */
SIGLET_MUST_USE siglet_err *siglet_chain_new(siglet_purpose purpose, const siglet_slice *der_certs,
					     size_t count, siglet_chain **ret_chain);
void siglet_chain_free(siglet_chain *chain);
size_t siglet_chain_count(const siglet_chain *chain);

/*
 * Parse the certificates now. One that is malformed makes the authority useless: no path leads
 * there.
 * Errors: SIGLET_E_UNTRUSTED (that, naming it), SIGLET_E_CRYPTO, SIGLET_E_NOMEM
 */
SIGLET_MUST_USE siglet_err *siglet_chain_open(const siglet_chain *chain);
/* Once it is open; NULL before. */
const siglet_cert *siglet_chain_cert(const siglet_chain *chain, size_t index);
const siglet_cert *siglet_chain_signer(
	const siglet_chain *chain); /* timestamping; NULL if unknown */

/* A path that was verified, leaf first, anchor last; borrows from leaf, chain and untrusted. */
typedef struct siglet_path {
	const siglet_cert *certs[SIGLET_MAX_CHAIN + 2];
	size_t count;
} siglet_path;

/*
 * Build and verify a path from leaf to the anchor: signatures, names, basic constraints and path
 * lengths, key usage, EKU nesting, name constraints, unknown critical extensions; for the purpose
 * the leaf's own fitness too. No time is looked at: that is siglet_path_check_time, for each time.
 * untrusted may help (embedded TSA intermediates) and is never an anchor; pass count 0 for none.
 *
 * Errors: SIGLET_E_UNTRUSTED   no path to the anchor, or one that breaks a rule
 *         SIGLET_E_UNSUPPORTED, SIGLET_E_CRYPTO, SIGLET_E_NOMEM
 */
SIGLET_MUST_USE siglet_err *siglet_chain_verify(const siglet_chain *chain, const siglet_cert *leaf,
						const siglet_cert *const *untrusted, size_t count,
						siglet_path *ret_path);

/*
 * Every certificate of the path valid at that time, both ends included. Errors: SIGLET_E_EXPIRED.
 */
SIGLET_MUST_USE siglet_err *siglet_path_check_time(const siglet_path *path, int64_t time_s);

/* ---- issuers that are named by a certificate authority (did.c) ---- */

bool siglet_did_is_x509(siglet_slice did); /* "did:x509:…" */

/* When all certificates of a path are valid, both ends included. */
typedef struct siglet_validity {
	int64_t not_before_s, not_after_s;
} siglet_validity;

/*
 * Does did (draft-birkholz-did-x509, version 0) name who holds the leaf, the first of certs? A path
 * leads from it to the last of them, one of the authorities on it has the fingerprint, and the leaf
 * is as every policy says: subject, san, eku, fulcio-issuer. No time is looked at.
 *
 * Errors: SIGLET_E_MALFORMED   no did:x509
 *         SIGLET_E_UNSUPPORTED another version, or a policy or hash that is unknown
 *         SIGLET_E_MISSING     only one certificate
 *         SIGLET_E_UNTRUSTED   no path, or no authority with this fingerprint on it
 *         SIGLET_E_MISMATCH    the leaf is not as a policy says
 *         SIGLET_E_CRYPTO, SIGLET_E_NOMEM
 */
SIGLET_MUST_USE siglet_err *siglet_did_x509_check(siglet_slice did, const siglet_cert *const *certs,
						  size_t count, siglet_validity *ret_validity);

/* ---- signed certificate timestamps (sct.c) ---- */

#define SIGLET_MAX_SCTS 32

typedef struct siglet_sct {
	siglet_slice log_id; /* 32 bytes */
	uint64_t timestamp_ms;
	siglet_slice extensions;
	uint8_t hash_algorithm;	     /* 4: SHA-256 */
	uint8_t signature_algorithm; /* 1: RSA, 3: ECDSA */
	siglet_slice signature;
} siglet_sct;

/*
 * The SCTs embedded in cert. ret_count 0 when it has no such extension. Slices borrow from cert.
 * Errors: SIGLET_E_MALFORMED, SIGLET_E_UNSUPPORTED (a version other than 1), SIGLET_E_LIMIT.
 */
SIGLET_MUST_USE siglet_err *siglet_cert_scts(const siglet_cert *cert,
					     siglet_sct ret_scts[SIGLET_MAX_SCTS],
					     size_t *ret_count);

/* Parse one serialised SCT (RFC 6962 section 3.2), whole. Errors: as above. */
SIGLET_MUST_USE siglet_err *siglet_sct_parse(siglet_slice bytes, siglet_sct *ret_sct);

/* Append the TBSCertificate without the SCT list extension: what a CT log signed. */
SIGLET_MUST_USE siglet_err *siglet_cert_precert_tbs(const siglet_cert *cert, siglet_buf *ret_tbs);

/*
 * Verify an SCT embedded in cert, or with issuer NULL one that was issued for the final
 * certificate. issuer comes from a verified path. The caller has chosen the log by id and checked
 * its window.
 *
 * Errors: SIGLET_E_UNSUPPORTED  a hash or signature algorithm that does not fit the key
 *         SIGLET_E_MISMATCH     the signature is wrong
 *         SIGLET_E_UNTRUSTED    issuer is no CA
 */
SIGLET_MUST_USE siglet_err *siglet_sct_verify(const siglet_sct *sct, const siglet_cert *cert,
					      const siglet_cert *issuer, const siglet_key *log_key);

#endif
