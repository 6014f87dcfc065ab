/*
 * timestamp: when, at the latest, did this signature exist?
 *
 * RFC 3161 responses, over OpenSSL's TS and CMS code. Pure: the time that counts is the token's
 * own.
 *
 * Spec: RFC 3161 (section 2.4.2), RFC 5816 (ESSCertIDv2), RFC 5652 (CMS), RFC 5280 section
 *       4.2.1.12.
 */
#ifndef SIGLET_TIMESTAMP_H
#define SIGLET_TIMESTAMP_H

#include <stddef.h>
#include <stdint.h>

#include "base/base.h"
#include "cert/cert.h"
#include "crypto/crypto.h"

#define SIGLET_MAX_TIMESTAMP_BYTES (1u << 20)

typedef struct siglet_timestamp siglet_timestamp; /* a parsed response; immutable */

/*
 * Parse a whole DER TimeStampResp: status granted or grantedWithMods, a token, one SignerInfo,
 * version 1 TSTInfo, a hash of SHA-256, -384 or -512, an imprint of its length.
 * Errors: SIGLET_E_MALFORMED, SIGLET_E_UNSUPPORTED (hash), SIGLET_E_LIMIT, SIGLET_E_NOMEM
 */
SIGLET_MUST_USE siglet_err *siglet_timestamp_parse(siglet_slice response,
						   siglet_timestamp **ret_timestamp);
void siglet_timestamp_free(siglet_timestamp *timestamp);

int64_t siglet_timestamp_time_s(const siglet_timestamp *timestamp); /* genTime, fraction cut off */
int64_t siglet_timestamp_end_ms(
	const siglet_timestamp *timestamp); /* genTime, rounded up to 1 ms */
siglet_slice siglet_timestamp_serial_hex(const siglet_timestamp *timestamp);
siglet_slice siglet_timestamp_signer_name(
	const siglet_timestamp *timestamp); /* issuer+serial, printable */

/* The nonce of the request, big-endian without leading zeros; empty: none, or a negative one. */
siglet_slice siglet_timestamp_nonce(const siglet_timestamp *timestamp);

/*
 * Append a DER TimeStampReq (RFC 3161 section 2.4.1) for the SHA-256 of data: with this nonce
 * (positive, big-endian), without asking for certificates. Errors: SIGLET_E_CRYPTO,
 * SIGLET_E_LIMIT, SIGLET_E_NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_timestamp_request(siglet_slice data, siglet_slice nonce,
						     siglet_buf *ret_der);

/*
 * Is the imprint the hash of these bytes (the raw signature)? Errors: SIGLET_E_MISMATCH, _CRYPTO.
 */
SIGLET_MUST_USE siglet_err *siglet_timestamp_check_imprint(const siglet_timestamp *timestamp,
							   siglet_slice data);

/*
 * Is the token of this authority: does its SignerInfo name the authority's signer (embedded or
 * not), or, for an authority without one, an embedded certificate that one of the authority's
 * issued? Says nothing about whether it verifies. An error, never false, where that could not be
 * found out.
 */
SIGLET_MUST_USE siglet_err *siglet_timestamp_is_of(const siglet_timestamp *timestamp,
						   const siglet_chain *authority, bool *ret_is_of);

/*
 * Verify the token under one authority: the signer by issuer and serial (or key id) and, where the
 * authority names one, exactly that one; CMS signature, content type and message digest
 * attributes, ESS certificate id; the signer's fitness; its path at genTime. Windows of the
 * trusted root are the caller's to check, and so is the imprint.
 *
 * Errors: SIGLET_E_UNTRUSTED    its signer is another one, unfit, or without a path to the anchor
 *         SIGLET_E_EXPIRED      the path is not valid at genTime
 *         SIGLET_E_MISMATCH     signature, content type, message digest or certificate id are
 *                               wrong
 *         SIGLET_E_MALFORMED    a signed attribute is missing, doubled or unreadable
 *         SIGLET_E_UNSUPPORTED  a hash, key or signature algorithm that we do not take
 *         SIGLET_E_CRYPTO, SIGLET_E_NOMEM
 */
SIGLET_MUST_USE siglet_err *siglet_timestamp_verify(const siglet_timestamp *timestamp,
						    const siglet_chain *authority);

#endif
