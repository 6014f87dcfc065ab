/*
 * merkle: does a log's tree contain an entry, and has it only grown?
 *
 * Pure functions over memory the caller owns: no I/O, no clock, no state; safe from any thread.
 *
 * Spec: RFC 6962 section 2.1 (hashing), RFC 9162 section 2.1.3 (inclusion), 2.1.4 (consistency).
 */
#ifndef SIGLET_MERKLE_H
#define SIGLET_MERKLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/base.h"
#include "crypto/crypto.h"

#define SIGLET_MERKLE_MAX_PROOF 64 /* no proof of a tree below 2^64 leaves needs more */

/* A node of the tree: SHA-256. */
typedef struct siglet_hash32 {
	uint8_t bytes[SIGLET_SHA256_SIZE];
} siglet_hash32;

siglet_slice siglet_hash32_slice(const siglet_hash32 *hash);
bool siglet_hash32_equal(const siglet_hash32 *a, const siglet_hash32 *b);

/* SHA-256 of 0x00 and the entry. Errors: SIGLET_E_CRYPTO. */
SIGLET_MUST_USE siglet_err *siglet_merkle_hash_leaf(siglet_slice entry, siglet_hash32 *ret_hash);
/* SHA-256 of 0x01, left and right. Errors: SIGLET_E_CRYPTO. */
SIGLET_MUST_USE siglet_err *siglet_merkle_hash_node(const siglet_hash32 *left,
						    const siglet_hash32 *right,
						    siglet_hash32 *ret_hash);

/* An inclusion proof. Borrows nodes; copying the struct copies no hashes. */
typedef struct siglet_merkle_proof {
	uint64_t leaf_index;	    /* zero-based, below tree_size */
	uint64_t tree_size;	    /* in leaves */
	const siglet_hash32 *nodes; /* siblings, leaf side first; may be NULL if count is 0 */
	size_t count;		    /* of nodes */
} siglet_merkle_proof;

/* The path of a proof, for people: after each level the hash that was reached. */
typedef struct siglet_merkle_step {
	bool sibling_left;
	siglet_hash32 sibling;
	siglet_hash32 result;
} siglet_merkle_step;

/*
 * Check that leaf is the entry at proof->leaf_index of the tree with this root.
 *
 * Returns NULL only when the root computed from leaf and proof equals root. Does not ask who signed
 * root: that is note's job.
 *
 * Errors: SIGLET_E_RANGE     leaf_index is not below tree_size
 *         SIGLET_E_LENGTH    count is not what leaf_index and tree_size call for
 *         SIGLET_E_MISMATCH  the roots differ
 *         SIGLET_E_CRYPTO    the hash failed
 */
SIGLET_MUST_USE siglet_err *siglet_merkle_check_inclusion(const siglet_merkle_proof *proof,
							  const siglet_hash32 *leaf,
							  const siglet_hash32 *root);

/*
 * The steps of such a proof, for a report; ret_steps has room for proof->count of them.
 * Errors: RANGE, LENGTH, CRYPTO as above; it compares no root.
 */
SIGLET_MUST_USE siglet_err *siglet_merkle_trace(const siglet_merkle_proof *proof,
						const siglet_hash32 *leaf,
						siglet_merkle_step *ret_steps);

/*
 * Check that the tree of new_size with new_root begins with the tree of old_size with old_root.
 *
 * Errors: SIGLET_E_RANGE     old_size is 0 or above new_size
 *         SIGLET_E_LENGTH    count is not what the sizes call for
 *         SIGLET_E_MISMATCH  one of the roots differs
 *         SIGLET_E_CRYPTO    the hash failed
 */
SIGLET_MUST_USE siglet_err *siglet_merkle_check_consistency(uint64_t old_size, uint64_t new_size,
							    const siglet_hash32 *nodes,
							    size_t count,
							    const siglet_hash32 *old_root,
							    const siglet_hash32 *new_root);

#endif
