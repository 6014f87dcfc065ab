/*
 * statement: what does an attestation claim, and about which files?
 *
 * DSSE envelopes and in-toto statements. Pure; a statement borrows its predicate from the payload.
 *
 * Spec: DSSE protocol (PAE), in-toto Statement v0.1 and v1.
 */
#ifndef SIGLET_STATEMENT_H
#define SIGLET_STATEMENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/base.h"
#include "crypto/crypto.h"

#define SIGLET_MAX_SUBJECTS 1024
#define SIGLET_MAX_SUBJECT_DIGESTS 32
#define SIGLET_MAX_PAYLOAD_BYTES (16u << 20)
#define SIGLET_INTOTO_PAYLOAD_TYPE "application/vnd.in-toto+json"

/*
 * Append the bytes that a DSSE signature covers:
 * "DSSEv1" SP len(type) SP type SP len(payload) SP payload, lengths counting bytes.
 */
SIGLET_MUST_USE siglet_err *siglet_dsse_pae(siglet_slice payload_type, siglet_slice payload,
					    siglet_buf *ret_pae);

typedef struct siglet_statement siglet_statement; /* a parsed statement; immutable */

/*
 * Parse the payload of an envelope of type application/vnd.in-toto+json: _type (or type, not both) of
 * Statement v0.1 or v1, subjects, predicateType. Unknown fields are passed over.
 *
 * Errors: SIGLET_E_MALFORMED, SIGLET_E_MISSING, SIGLET_E_UNSUPPORTED (another _type), SIGLET_E_LIMIT
 */
SIGLET_MUST_USE siglet_err *siglet_statement_parse(siglet_slice payload,
						   siglet_statement **ret_statement);
void siglet_statement_free(siglet_statement *statement);

siglet_slice siglet_statement_type(const siglet_statement *statement);		 /* _type */
siglet_slice siglet_statement_predicate_type(const siglet_statement *statement); /* may be empty */
size_t siglet_statement_subject_count(const siglet_statement *statement);
siglet_slice siglet_statement_subject_name(const siglet_statement *statement, size_t index);
/* The supported digests of a subject; those of bad hex or length are left out. */
const siglet_digests *siglet_statement_subject_digests(const siglet_statement *statement,
						       size_t index);
unsigned siglet_statement_hashes(
	const siglet_statement *statement); /* mask: hashes of any subject */

/*
 * Is the artifact with these digests a subject? One equal digest suffices, but a subject that has one
 * must not contradict another digest that is known of the artifact.
 *
 * Errors: SIGLET_E_MISMATCH     no subject has an equal digest
 *         SIGLET_E_UNSUPPORTED  no subject has a digest of a hash we know
 *         SIGLET_E_MISSING      subjects have supported digests, but none in a hash that is given
 */
SIGLET_MUST_USE siglet_err *siglet_statement_match(const siglet_statement *statement,
						   const siglet_digests *artifact,
						   size_t *ret_subject, siglet_hash *ret_hash);

/*
 * Append the predicate member byte for byte as it stands in the payload, which must still be there.
 * Errors: SIGLET_E_MISSING, SIGLET_E_LIMIT, SIGLET_E_NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_statement_predicate(const siglet_statement *statement,
						       siglet_buf *ret_json);

/* The long URI of a short predicate name (slsaprovenance1, spdx …), or the name itself if none. */
const char *siglet_predicate_uri(const char *name);

/*
 * Is it a short name, or something with the scheme of a URI? Errors: SIGLET_E_USAGE, with a hint.
 */
SIGLET_MUST_USE siglet_err *siglet_predicate_check(const char *name);

#endif
