/*
 * fulcio: will the certificate authority vouch for this key?
 *
 * The v2 signingCert call: a certificate signing request (or the public-key request) and a token
 * go out, a chain comes back. Parsed here, verified by the caller (sign). Transport is an
 * argument.
 *
 * Spec: fulcio.proto (v2), RFC 2986 (PKCS#10), protocol/fulcio.md 1.
 */
#ifndef SIGLET_FULCIO_H
#define SIGLET_FULCIO_H

#include "base/base.h"
#include "cert/cert.h"
#include "crypto/crypto.h"
#include "http/http.h"
#include "json/json.h"

typedef enum siglet_fulcio_proof {
	SIGLET_FULCIO_CSR = 0,	  /* the request's own signature is the proof of possession */
	SIGLET_FULCIO_PUBLIC_KEY, /* a signature over the subject is */
} siglet_fulcio_proof;

/*
 * What came back. Certificates are DER, leaf first, the root left out of nothing: as the CA sent
 * them.
 */
typedef struct siglet_fulcio_answer {
	siglet_arena arena; /* owns the slices */
	siglet_slice chain[SIGLET_MAX_CHAIN];
	size_t count;
	siglet_slice
		detached_sct; /* the JSON of an RFC 6962 AddChainResponse; empty: embedded or none */
} siglet_fulcio_answer;

void siglet_fulcio_answer_init(siglet_fulcio_answer *answer);
void siglet_fulcio_answer_clear(siglet_fulcio_answer *answer);

/* Append the JSON body of the request. subject: what SIGLET_FULCIO_PUBLIC_KEY signs. */
SIGLET_MUST_USE siglet_err *siglet_fulcio_write_request(const siglet_signer *signer,
							siglet_fulcio_proof proof,
							siglet_slice subject, siglet_buf *ret_json);

/* Errors: SIGLET_E_MALFORMED, SIGLET_E_LIMIT, SIGLET_E_NOMEM. */
SIGLET_MUST_USE siglet_err *siglet_fulcio_read_answer(siglet_slice json,
						      siglet_fulcio_answer *ret_answer);

/* The detached SCT as the TLS structure of RFC 6962 3.2, ready for siglet_sct_parse. Appends. */
SIGLET_MUST_USE siglet_err *siglet_fulcio_detached_sct(siglet_slice json, siglet_buf *ret_sct);

/*
 * Ask. base_url without "/api/v2/signingCert"; jwt is secret.
 * Errors: SIGLET_E_NETWORK     the CA can't be reached or failed
 *         SIGLET_E_UNTRUSTED   it refused (4xx): its message is shown, hints say what is usual
 *         SIGLET_E_MALFORMED   what it answered is no such answer
 */
SIGLET_MUST_USE siglet_err *siglet_fulcio_certify(const siglet_transport *transport,
						  const char *base_url, siglet_slice jwt,
						  const siglet_signer *signer,
						  siglet_fulcio_proof proof, siglet_slice subject,
						  siglet_fulcio_answer *ret_answer);

#endif
