/*
 * tsa: when does a timestamp authority say that this existed?
 *
 * Asks one, checks that the answer is one to this very question (status, imprint, nonce).
 * Verifying it under the trusted root is the caller's part (timestamp).
 *
 * Spec: RFC 3161 sections 2.4 and 3.4, protocol/rfc3161.md 1 and 2.
 */
#ifndef SIGLET_TSA_H
#define SIGLET_TSA_H

#include "base/base.h"
#include "crypto/crypto.h"
#include "http/http.h"
#include "timestamp/timestamp.h"

/*
 * Append the DER TimeStampReq: SHA-256 of data, nonce (8 bytes, positive), no certificate asked
 * for.
 */
SIGLET_MUST_USE siglet_err *siglet_tsa_write_request(siglet_slice data, siglet_slice nonce,
						     siglet_buf *ret_der);

/*
 * Ask for a timestamp over data (the raw signature). ret_response gets the whole TimeStampResp as
 * it came.
 * Errors: SIGLET_E_NETWORK (unreachable, or a status other than 200 and 201), SIGLET_E_UNTRUSTED
 *                          (it refused:
 *         its status text), SIGLET_E_MALFORMED, SIGLET_E_MISMATCH (imprint or nonce),
 *         SIGLET_E_NOMEM
 */
SIGLET_MUST_USE siglet_err *siglet_tsa_ask(const siglet_transport *transport, const char *url,
					   siglet_slice data, siglet_buf *ret_response);

#endif
