/*
 * sign: make a bundle that a stranger will accept.
 *
 * One session has one key and one certificate, and signs any number of things with them:
 * signature, timestamps and log entries asked for at the same time, everything put into a bundle,
 * and the bundle verified as whoever downloads it will. Network, clock and token are arguments;
 * nothing is read or written here.
 *
 * Spec: Sigstore client specification section 3; sigstore_signing_config (v0.2) for the choice of
 *       services.
 */
#ifndef SIGLET_SIGN_H
#define SIGLET_SIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/base.h"
#include "bundle/bundle.h"
#include "crypto/crypto.h"
#include "fulcio/fulcio.h"
#include "http/http.h"
#include "oidc/oidc.h"
#include "rekor/rekor.h"
#include "trustroot/trustroot.h"
#include "tsa/tsa.h"
#include "verify/verify.h"

/* ---- which services (services.c) ---- */

#define SIGLET_MAX_SERVICES 8 /* logs, or authorities, that one signing asks */

/* What the caller wants in place of what the signing config says. NULL, 0 and false: nothing. */
typedef struct siglet_service_wishes {
	const char *fulcio_url, *oidc_url, *rekor_url, *tsa_url;
	int rekor_version; /* 1 or 2; with rekor_url, 0 means 1 */
	bool no_tlog, no_timestamp;
	bool managed_key; /* no certificate will be asked for */
} siglet_service_wishes;

typedef struct siglet_log_service {
	const char *url;
	int version; /* of Rekor: 1 or 2 */
} siglet_log_service;

/* Texts live in the arena. */
typedef struct siglet_services {
	siglet_arena arena;
	const char *fulcio; /* NULL for a managed key */
	const char *oidc;   /* NULL: none is known */
	siglet_log_service logs[SIGLET_MAX_SERVICES];
	size_t log_count;
	const char *tsas[SIGLET_MAX_SERVICES];
	size_t tsa_count;
} siglet_services;

void siglet_services_init(siglet_services *services);
void siglet_services_clear(siglet_services *services);

/*
 * Choose: valid now, of a version we speak, the highest version, then the newest; one of each
 * operator; as many as the config's selector says (ANY and EXACT at random). config may be NULL
 * where the wishes name all.
 *
 * Errors: SIGLET_E_MISSING (no CA, no log, no timestamp authority where one is needed; a
 *                          certificate with a
 *         Rekor v2 entry or no log at all needs one), SIGLET_E_EXPIRED (there are some, none valid
 *         now),
 *         SIGLET_E_UNSUPPORTED (a selector or version that we don't know), SIGLET_E_USAGE (a URL
 *                              that may not
 *         be used), SIGLET_E_CRYPTO, SIGLET_E_NOMEM
 */
SIGLET_MUST_USE siglet_err *siglet_services_choose(const siglet_signing_config *config,
						   const siglet_service_wishes *wishes,
						   int64_t now_ms, siglet_services *services);

/* ---- a session (session.c) ---- */

typedef struct siglet_session siglet_session;

typedef struct siglet_session_options {
	const siglet_trustroot *root;	 /* what the bundles must verify under; borrowed */
	const siglet_services *services; /* borrowed */
	siglet_transport transport;
	siglet_thresholds thresholds; /* what a stranger will ask for */
	int64_t (*now_s)(void *context);
	void *context;
} siglet_session_options;

SIGLET_MUST_USE siglet_err *siglet_session_new(const siglet_session_options *options,
					       siglet_session **ret_session);
void siglet_session_free(siglet_session *session); /* wipes the key */

/*
 * Keyless: make a key, and have the CA certify it for the token's identity. What comes back is
 * verified before anything is signed: the key, the path to the trusted root, the SCTs, identity
 * and issuer against the token. Begins to connect to the other services meanwhile. After an error
 * the session has no key, and signs nothing.
 *
 * Errors: those of siglet_signer_generate, siglet_fulcio_certify; SIGLET_E_MISMATCH (another key
 *         or identity),
 *         SIGLET_E_UNTRUSTED, SIGLET_E_EXPIRED, SIGLET_E_MISSING (SCT)
 */
SIGLET_MUST_USE siglet_err *siglet_session_certify(siglet_session *session,
						   const siglet_key_details *details,
						   const siglet_token *token,
						   siglet_fulcio_proof proof);

/*
 * A managed key; takes the signer. leaf_der empty, or its certificate (which must be of that key).
 * After an error the session has no key, and signs nothing.
 */
SIGLET_MUST_USE siglet_err *siglet_session_use_key(siglet_session *session, siglet_signer *signer,
						   siglet_slice leaf_der);

const siglet_cert *siglet_session_certificate(const siglet_session *session); /* NULL: none */
const siglet_key *siglet_session_key(const siglet_session *session);
/* The identity that the bundles will carry; NULL for a key. */
const siglet_identity *siglet_session_identity(const siglet_session *session);
/*
 * Which digests of an artifact a signature by it needs; mask. needs_message: the whole of it, too.
 */
unsigned siglet_session_hashes(const siglet_session *session, bool *ret_needs_message);

/* How an artifact is signed as a COSE_Sign1 (docs/cose.md). */
typedef struct siglet_cose_wish {
	const siglet_cbor_heads *heads;
	bool is_whole;	  /* the payload is the artifact, which is there whole; else its digest */
	bool is_detached; /* with is_whole: the payload is left out */
} siglet_cose_wish;

/* What to sign: an artifact by its digests, or an envelope. */
typedef struct siglet_content {
	const siglet_cose_wish *cose; /* NULL: a Sigstore bundle */
	siglet_verify_input
		artifact; /* of an envelope: NULL digests where it is about no file at hand */
	siglet_slice payload_type, payload; /* payload_type not empty: an envelope */
} siglet_content;

/* What was made. */
typedef struct siglet_signed {
	siglet_buf bundle;   /* JSON, one line; or a COSE_Sign1 */
	int64_t time_s;	     /* when, as the first observer says; 0: nobody */
	int64_t log_index;   /* -1: not logged */
	const char *log_url; /* borrowed from the services; NULL likewise */
	/* The log's id, and the hash of the entry as it was proven to be there; or has_leaf is false. */
	bool has_leaf;
	uint8_t log_id[SIGLET_SHA256_SIZE];
	siglet_hash32 leaf;
} siglet_signed;

void siglet_signed_init(siglet_signed *made);
void siglet_signed_clear(siglet_signed *made);

/*
 * Sign one thing. Several threads may share a session. The bundle is handed out only if it
 * verifies under the session's trusted root and thresholds. Before anybody is asked: LIMIT (no
 * bundle holds so large a payload), and for a statement that comes with an artifact what
 * siglet_statement_match says.
 *
 * Errors: SIGLET_E_NETWORK, SIGLET_E_UNTRUSTED (a service refused, or what it gave does not
 *                         verify),
 *         SIGLET_E_EXPIRED (the certificate ran out), SIGLET_E_MISMATCH, SIGLET_E_CRYPTO,
 *                          SIGLET_E_NOMEM …
 */
SIGLET_MUST_USE siglet_err *siglet_session_sign(const siglet_session *session,
						const siglet_content *content, siglet_signed *made);

#endif
