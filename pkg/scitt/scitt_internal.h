/*
 * scitt_internal: what the files of this room share.
 */
#ifndef SIGLET_SCITT_INTERNAL_H
#define SIGLET_SCITT_INTERNAL_H

#include "scitt/scitt.h"

/* ---- keys.c ---- */

/* Takes key. kid and issuer are copied. Errors: SIGLET_E_LIMIT, SIGLET_E_NOMEM; key is freed then. */
SIGLET_MUST_USE siglet_err *siglet_scitt_keys_put(siglet_scitt_keys *keys, siglet_slice issuer,
						  siglet_slice kid, siglet_key *key,
						  const siglet_cose_algorithm *algorithm);

/* ---- jwks.c ---- */

/* Add what JSON holds: a JWK, a set of them, or CCF's list of service certificates. */
SIGLET_MUST_USE siglet_err *siglet_scitt_add_json(siglet_scitt_keys *keys, siglet_slice issuer,
						  siglet_slice text);

/* ---- proof.c ---- */

/*
 * The entry that a receipt should be about, by its hashes. It may have many megabytes and many proofs
 * may be about it: it is hashed once.
 */
typedef struct siglet_scitt_entry {
	siglet_hash32 hash; /* SHA-256 */
	siglet_hash32 leaf; /* of a tree of RFC9162_SHA256 */
} siglet_scitt_entry;

SIGLET_MUST_USE siglet_err *siglet_scitt_entry_hash(siglet_slice bytes,
						    siglet_scitt_entry *ret_entry);

/* The root that one inclusion proof leads to from the entry. Errors: those of the receipt. */
SIGLET_MUST_USE siglet_err *siglet_scitt_inclusion_root(siglet_scitt_structure structure,
							const siglet_cbor *proof,
							const siglet_scitt_entry *entry,
							siglet_scitt_proven *ret_proven);

/* [older size, newer size, [hashes]]. */
typedef struct siglet_scitt_growth {
	uint64_t old_size, new_size;
	siglet_hash32 nodes[SIGLET_MERKLE_MAX_PROOF];
	size_t count;
} siglet_scitt_growth;

SIGLET_MUST_USE siglet_err *siglet_scitt_growth_read(const siglet_cbor *proof,
						     siglet_scitt_growth *ret_growth);

/* ---- receipt.c ---- */

/* siglet_scitt_receipt_check of an entry that is hashed. */
SIGLET_MUST_USE siglet_err *siglet_scitt_receipt_check_entry(const siglet_scitt_receipt *receipt,
							     const siglet_cbor_heads *heads,
							     const siglet_scitt_keys *keys,
							     const siglet_scitt_entry *entry,
							     siglet_scitt_proven *ret_proven);

#endif
