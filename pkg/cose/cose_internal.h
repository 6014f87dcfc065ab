/*
 * cose_internal: what the files of this room share.
 */
#ifndef SIGLET_COSE_INTERNAL_H
#define SIGLET_COSE_INTERNAL_H

#include "cose/cose.h"

/* What is signed: hashed where the scheme hashes, whole where it wants all of it. */
typedef struct siglet_cose_tbs_parts {
	siglet_buf bytes;
	bool is_hashed;
	siglet_digest digest;
} siglet_cose_tbs_parts;

/* Clear ret_tbs->bytes after success. Errors: SIGLET_E_CRYPTO, SIGLET_E_LIMIT, SIGLET_E_NOMEM. */
SIGLET_MUST_USE siglet_err *siglet_cose_tbs(const siglet_cbor_heads *heads, siglet_scheme scheme,
					    siglet_slice protected_bytes, siglet_slice external_aad,
					    siglet_slice payload, siglet_cose_tbs_parts *ret_tbs);

#endif
