/*
 * What the files of the signing half share.
 */
#ifndef SIGLET_SIGNING_INTERNAL_H
#define SIGLET_SIGNING_INTERNAL_H

#include "http/http.h"
#include "oidc/oidc.h"
#include "pkcs11/pkcs11.h"
#include "sign/sign.h"
#include "siglet/siglet_internal.h"

struct siglet_signing {
	const siglet_trust *trust;
	unsigned set;			       /* a bit for each option that was set */
	char *values[SIGLET_SIGN_PAYLOAD + 1]; /* of the options that are texts */
	const siglet_key_details *details;
	siglet_fulcio_proof proof;
	int rekor_version;
	unsigned timeout_ms, in_flight;
	bool no_tlog, no_timestamp;
	bool is_cose;
	siglet_cose_wish cose;	       /* heads are loaded at the start */
	siglet_signing_config *config; /* NULL: the trust's */
	siglet_signer *managed;	       /* until the session takes it */
	siglet_pkcs11 *token;	       /* where it is; NULL: in memory */
	char *certificate_pem;
	siglet_sign_trace *trace;
	void *trace_context;

	siglet_services services;
	siglet_http *http;
	siglet_thresholds thresholds;
	siglet_session *session; /* NULL until it is started */
	char *identity, *issuer;
	char key_id[2 * SIGLET_SHA256_SIZE + 1];
};

struct siglet_credential {
	siglet_token *token;
	const char *source; /* static */
	char *issuer, *subject, *certificate_issuer, *identity, *email;
};

const siglet_token *siglet_credential_token(const siglet_credential *credential);

/* This process as the providers of identities see it. Static. */
const siglet_surroundings *siglet_own_surroundings(void);

#endif
