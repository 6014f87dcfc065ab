/*
 * scitt: what did a transparency service register, and who says so?
 *
 * Signed and transparent statements, the receipts in them, and the keys of services that somebody
 * pinned. Pure: no I/O, no clock, no state. What is read borrows from its CBOR document.
 *
 * Spec: RFC 9943 (architecture), RFC 9942 (receipts; RFC9162_SHA256), draft-ietf-scitt-receipts-
 *       ccf-profile (CCF_LEDGER_SHA256), RFC 7517 (JWKS).
 */
#ifndef SIGLET_SCITT_H
#define SIGLET_SCITT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/base.h"
#include "cbor/cbor.h"
#include "cose/cose.h"
#include "crypto/crypto.h"
#include "merkle/merkle.h"

#define SIGLET_MAX_RECEIPTS 16
#define SIGLET_MAX_RECEIPT_PROOFS 16
#define SIGLET_MAX_SCITT_KEYS 256
#define SIGLET_MAX_SCITT_KEY_BYTES (1u << 20) /* of a file of keys */

/* ---- pinned keys (keys.c, jwks.c) ---- */

/* The keys of the services that are trusted; immutable once nothing more is added. */
typedef struct siglet_scitt_keys siglet_scitt_keys;

typedef struct siglet_scitt_key {
	siglet_slice issuer; /* whose receipts it is for; empty: whoever's */
	siglet_slice kid;    /* empty: none was given */
	const siglet_key *key;
	const siglet_cose_algorithm *algorithm; /* the only one it is for; NULL: not said */
	size_t file; /* which call of siglet_scitt_keys_add it came with */
} siglet_scitt_key;

SIGLET_MUST_USE siglet_err *siglet_scitt_keys_new(siglet_scitt_keys **ret_keys);
void siglet_scitt_keys_free(siglet_scitt_keys *keys);

/*
 * Add what a file holds: a COSE_Key or a set of them, a JWK or a set of them (RFC 7517), service
 * certificates as CCF lists them in JSON, or PEM blocks (CERTIFICATE, PUBLIC KEY). Of certificates
 * only the key counts: it is pinned, so neither names nor times are asked for. A key in a set that we
 * can't use is passed over; a file without one that we can is an error. issuer is copied.
 *
 * Errors: SIGLET_E_MISSING    not one usable key
 *         SIGLET_E_MALFORMED, SIGLET_E_LENGTH, SIGLET_E_MISMATCH  of no form, or a bad key
 *         SIGLET_E_USAGE      a private key in it
 *         SIGLET_E_LIMIT      over a ceiling above
 *         SIGLET_E_UNSUPPORTED, SIGLET_E_CRYPTO, SIGLET_E_NOMEM
 */
SIGLET_MUST_USE siglet_err *siglet_scitt_keys_add(siglet_scitt_keys *keys,
						  const siglet_cbor_heads *heads,
						  siglet_slice issuer, siglet_slice bytes);

size_t siglet_scitt_keys_count(const siglet_scitt_keys *keys);
siglet_scitt_key siglet_scitt_keys_at(const siglet_scitt_keys *keys, size_t index);

/* ---- receipts (receipt.c, proof.c) ---- */

/* How a service's log is built: label 395. */
typedef enum siglet_scitt_structure {
	SIGLET_SCITT_RFC9162_SHA256 = SIGLET_COSE_VDS_RFC9162_SHA256,
	SIGLET_SCITT_CCF_LEDGER_SHA256 = 2,
} siglet_scitt_structure;

/* A receipt as it stands there: nothing of it is verified. Borrows from its document. */
typedef struct siglet_scitt_receipt {
	siglet_cose_sign1 message;
	siglet_cose_claims claims;
	siglet_slice kid; /* empty: none */
	siglet_scitt_structure structure;
	const siglet_cbor *inclusion[SIGLET_MAX_RECEIPT_PROOFS]; /* opened */
	const siglet_cbor *consistency[SIGLET_MAX_RECEIPT_PROOFS];
	size_t inclusion_count, consistency_count;
} siglet_scitt_receipt;

/*
 * Read a receipt: a tagged COSE_Sign1 with alg and vds protected, and with one proof at least.
 * Errors: SIGLET_E_MALFORMED, SIGLET_E_MISSING, SIGLET_E_LENGTH, SIGLET_E_RANGE, SIGLET_E_LIMIT
 *         SIGLET_E_UNSUPPORTED  another structure, or an algorithm that we do not use
 *         SIGLET_E_NOMEM
 */
SIGLET_MUST_USE siglet_err *siglet_scitt_receipt_read(siglet_cbor_doc *doc, const siglet_cbor *item,
						      siglet_scitt_receipt *ret_receipt);

/* What a verified receipt says. */
typedef struct siglet_scitt_proven {
	size_t key; /* which of the pinned keys signed it */
	siglet_hash32 root;
	/*
	 * RFC9162_SHA256 only, as the proof has them. Only the root is signed, and the same hashes can
	 * lead there from another index in a tree of another size: they tell people where to look.
	 */
	uint64_t tree_size, leaf_index;
} siglet_scitt_proven;

/*
 * Does the service say that its log has entry? Every inclusion proof must lead to one root, and a
 * pinned key of the service must have signed it.
 *
 * Errors: SIGLET_E_UNTRUSTED  no pinned key is the service's: the receipt counts for nothing
 *         SIGLET_E_MISSING    it has no proof of inclusion
 *         SIGLET_E_MISMATCH   it is about another entry; another root; not signed by that key
 *         SIGLET_E_MALFORMED, SIGLET_E_LENGTH, SIGLET_E_RANGE  a proof that is none
 *         SIGLET_E_UNSUPPORTED, SIGLET_E_CRYPTO, SIGLET_E_NOMEM
 */
SIGLET_MUST_USE siglet_err *siglet_scitt_receipt_check(const siglet_scitt_receipt *receipt,
						       const siglet_cbor_heads *heads,
						       const siglet_scitt_keys *keys,
						       siglet_slice entry,
						       siglet_scitt_proven *ret_proven);

/*
 * Does the service say that its log has grown from the tree of old_size with old_root? Of
 * RFC9162_SHA256 only. ret_proven has the new root and size. Errors: as above; SIGLET_E_MISSING
 * also when no proof starts at old_size.
 */
SIGLET_MUST_USE siglet_err *siglet_scitt_receipt_check_growth(const siglet_scitt_receipt *receipt,
							      const siglet_cbor_heads *heads,
							      const siglet_scitt_keys *keys,
							      uint64_t old_size,
							      const siglet_hash32 *old_root,
							      siglet_scitt_proven *ret_proven);

/* ---- statements (statement.c, verdict.c) ---- */

/* A signed statement, with receipts or without; nothing of it is verified. */
typedef struct siglet_scitt_statement {
	siglet_cose_sign1 message;
	siglet_cose_claims claims; /* issuer and subject are there */
	bool is_envelope;
	siglet_cose_envelope envelope; /* only where is_envelope */
	bool has_certificates;
	const siglet_cbor *receipts[SIGLET_MAX_RECEIPTS]; /* byte strings */
	size_t receipt_count;
} siglet_scitt_statement;

/*
 * Read a statement by the rules of RFC 9943: tagged; alg, issuer and subject protected; a key's id,
 * or certificates that are bound by the signature, with a URI for an issuer then.
 * Errors: as siglet_scitt_receipt_read.
 */
SIGLET_MUST_USE siglet_err *siglet_scitt_statement_read(siglet_cbor_doc *doc,
							const siglet_cbor *item,
							siglet_scitt_statement *ret_statement);

/*
 * Append what was registered: the statement as it was signed, tagged, with an empty unprotected
 * header. Errors: those of siglet_buf_append.
 */
SIGLET_MUST_USE siglet_err *siglet_scitt_registered(const siglet_cbor_heads *heads,
						    const siglet_scitt_statement *statement,
						    siglet_buf *ret_bytes);

/*
 * Is the statement signed by this key? The payload is given where it is detached. Errors: those of
 * siglet_cose_verify.
 */
SIGLET_MUST_USE siglet_err *siglet_scitt_statement_verify(const siglet_scitt_statement *statement,
							  const siglet_cbor_heads *heads,
							  const siglet_key *key,
							  const siglet_slice *detached_payload);

typedef enum siglet_scitt_outcome {
	SIGLET_SCITT_REFUSED = 0, /* of a known service, and it does not hold */
	SIGLET_SCITT_VERIFIED,
	SIGLET_SCITT_NOT_COUNTED, /* of a service that nobody pinned, or unreadable: as if it were not there */
} siglet_scitt_outcome;

typedef struct siglet_scitt_finding {
	siglet_scitt_outcome outcome;
	bool is_read; /* receipt is set */
	siglet_scitt_receipt receipt;
	siglet_scitt_proven proven; /* only where VERIFIED */
	siglet_err *why;	    /* NULL where VERIFIED; owned */
} siglet_scitt_finding;

typedef struct siglet_scitt_findings {
	siglet_scitt_finding of[SIGLET_MAX_RECEIPTS]; /* in the order of the receipts */
	size_t count;
	/*
	 * Distinct ones with a verified receipt. One key, one name, and one file of keys that was
	 * pinned without a name are one service each: what a service calls itself proves nothing.
	 */
	size_t services;
} siglet_scitt_findings;

/*
 * Check every receipt of a statement. That some do not hold is no error here, see
 * siglet_scitt_findings_require. Clear ret_findings.
 * Errors: SIGLET_E_NOMEM, SIGLET_E_CRYPTO, SIGLET_E_INTERNAL: nothing is known then.
 */
SIGLET_MUST_USE siglet_err *siglet_scitt_check(siglet_cbor_doc *doc,
					       const siglet_scitt_statement *statement,
					       const siglet_scitt_keys *keys,
					       siglet_scitt_findings *ret_findings);
void siglet_scitt_findings_clear(siglet_scitt_findings *findings);

/*
 * Refuse findings with fewer distinct services than least, or with a known service's receipt that
 * does not hold. Errors: SIGLET_E_MISSING, SIGLET_E_UNTRUSTED; the receipt's own.
 */
SIGLET_MUST_USE siglet_err *siglet_scitt_findings_require(const siglet_scitt_findings *findings,
							  size_t least);

#endif
