/*
 * merkle: does a log's tree contain an entry, and has it only grown?
 *
 * Pure functions over memory the caller owns: no I/O, no clock, no state; safe from any thread.
 *
 * Spec: RFC 6962 section 2.1 (hashing), RFC 9162 section 2.1.3 (inclusion), 2.1.4 (consistency);
 *       C2SP tlog-tiles.
 */
#ifndef SIGLET_MERKLE_H
#define SIGLET_MERKLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/base.h"
#include "crypto/crypto.h"

#define SIGLET_MERKLE_MAX_PROOF 64 /* no proof of a tree below 2^64 leaves needs more */
#define SIGLET_MERKLE_MAX_SIZE ((uint64_t)INT64_MAX) /* leaves; bundles count in int64 */
#define SIGLET_MERKLE_MAX_LEVEL 62		     /* of a subtree in such a tree */

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
 * The root that such a proof leads to, for who has it to compare with a signature. Errors: RANGE,
 * LENGTH, CRYPTO as above.
 */
SIGLET_MUST_USE siglet_err *siglet_merkle_inclusion_root(const siglet_merkle_proof *proof,
							 const siglet_hash32 *leaf,
							 siglet_hash32 *ret_root);

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

/*
 * The new root that such a proof leads to from old_root, which it must lead to as well. Errors: as
 * above.
 */
SIGLET_MUST_USE siglet_err *siglet_merkle_consistency_root(uint64_t old_size, uint64_t new_size,
							   const siglet_hash32 *nodes, size_t count,
							   const siglet_hash32 *old_root,
							   siglet_hash32 *ret_new_root);

/* ---- compact ranges (range.c) ---- */

/* The root over the leaves from index * 2^level on, 2^level of them. */
typedef struct siglet_subtree {
	unsigned level;
	uint64_t index;
	siglet_hash32 hash;
} siglet_subtree;

/* Up to as many on the way up from begin, and as many on the way down to end. */
#define SIGLET_RANGE_MAX_NODES 128

/* The fewest whole subtrees that cover the leaves from begin up to, without, end. Plain data. */
typedef struct siglet_range {
	uint64_t begin, end;
	size_t count;
	siglet_subtree nodes[SIGLET_RANGE_MAX_NODES]; /* from left to right */
} siglet_range;

void siglet_range_init(siglet_range *range, uint64_t begin); /* no leaves yet */
/*
 * Add the next 2^level leaves by their root; end must be where such a subtree begins. After an
 * error the range is of no more use. Errors: SIGLET_E_RANGE, SIGLET_E_CRYPTO.
 */
SIGLET_MUST_USE siglet_err *siglet_range_push(siglet_range *range, unsigned level,
					      const siglet_hash32 *hash);
/* Add the leaves of right, which begins where left ends. Errors: RANGE (then nothing is added). */
SIGLET_MUST_USE siglet_err *siglet_range_join(siglet_range *left, const siglet_range *right);
/* The tree's root, of a range from leaf 0. Errors: SIGLET_E_RANGE, SIGLET_E_CRYPTO. */
SIGLET_MUST_USE siglet_err *siglet_range_root(const siglet_range *range, siglet_hash32 *ret_root);
/* Has it the very nodes that its ends call for? For one that was read. Errors: RANGE, MALFORMED. */
SIGLET_MUST_USE siglet_err *siglet_range_check(const siglet_range *range);
/* The level of the largest whole subtree that begins at begin and ends by end; begin < end. */
unsigned siglet_range_next_level(uint64_t begin, uint64_t end);
/*
 * The range of all leaves before the proof's, in any tree that has them. Check the proof first: it
 * is as good as that. (merkle.c) Errors: RANGE, LENGTH, CRYPTO.
 */
SIGLET_MUST_USE siglet_err *siglet_range_before(const siglet_merkle_proof *proof,
						siglet_range *ret_range);

/* ---- proofs from the hashes of subtrees (prove.c) ---- */

/*
 * Find the hash of a whole subtree. Its errors go to the caller as they are. Whether the hash can be
 * trusted is between the two.
 */
typedef siglet_err *siglet_subtree_lookup(void *context, unsigned level, uint64_t index,
					  siglet_hash32 *ret_hash);

typedef struct siglet_merkle_list {
	size_t count;
	siglet_hash32 nodes[SIGLET_MERKLE_MAX_PROOF]; /* leaf side first */
} siglet_merkle_list;

/* As siglet_merkle_check_inclusion wants it. Errors: SIGLET_E_RANGE, those of lookup. */
SIGLET_MUST_USE siglet_err *siglet_merkle_prove_inclusion(uint64_t index, uint64_t size,
							  siglet_subtree_lookup *lookup,
							  void *context,
							  siglet_merkle_list *ret_proof);
/* As siglet_merkle_check_consistency wants it. Errors: SIGLET_E_RANGE, those of lookup. */
SIGLET_MUST_USE siglet_err *siglet_merkle_prove_consistency(uint64_t old_size, uint64_t new_size,
							    siglet_subtree_lookup *lookup,
							    void *context,
							    siglet_merkle_list *ret_proof);
/* The root of the first size leaves. Errors: SIGLET_E_RANGE, those of lookup. */
SIGLET_MUST_USE siglet_err *siglet_merkle_root_of(uint64_t size, siglet_subtree_lookup *lookup,
						  void *context, siglet_hash32 *ret_root);
/* The compact range of these leaves. Errors: SIGLET_E_RANGE, those of lookup. */
SIGLET_MUST_USE siglet_err *siglet_range_of(uint64_t begin, uint64_t end,
					    siglet_subtree_lookup *lookup, void *context,
					    siglet_range *ret_range);

/* ---- tiles (tile.c) ---- */

#define SIGLET_TILE_WIDTH 256	/* hashes, or entries, of a full tile */
#define SIGLET_TILE_BITS 8	/* levels of the tree from one level of tiles to the next */
#define SIGLET_TILE_BYTES 8192	/* of a full one of hashes */
#define SIGLET_MAX_TILE_LEVEL 7 /* of a tree with up to SIGLET_MERKLE_MAX_SIZE leaves */

typedef enum siglet_tile_kind {
	SIGLET_TILE_HASHES = 0,
	SIGLET_TILE_ENTRIES, /* C2SP tlog-tiles: 2-byte length and entry, 256 times */
	SIGLET_TILE_DATA,    /* C2SP static-ct-api: TileLeaf structures */
} siglet_tile_kind;

/* Hashes from 256 * number on, of the subtrees of level 8 * level. */
typedef struct siglet_tile {
	siglet_tile_kind kind;
	unsigned level; /* of hashes only */
	uint64_t number;
	unsigned width; /* 1 to 256 */
} siglet_tile;

/* "tile/0/x001/x234/067", "tile/entries/005.p/17": below the log's prefix. */
typedef struct siglet_tile_path {
	char text[64];
} siglet_tile_path;
siglet_tile_path siglet_tile_path_of(const siglet_tile *tile);

/* How wide that tile is in a tree of size leaves; 0: it has none such. */
unsigned siglet_tile_width(unsigned level, uint64_t number, uint64_t size);
uint64_t siglet_tile_full_count(unsigned level, uint64_t size);	   /* of full ones */
unsigned siglet_tile_partial_width(unsigned level, uint64_t size); /* of the last one; 0: none */

/* The root over a power of two of hashes, up to a tile. Errors: SIGLET_E_RANGE, SIGLET_E_CRYPTO. */
SIGLET_MUST_USE siglet_err *siglet_tile_fold(const siglet_hash32 *hashes, size_t count,
					     siglet_hash32 *ret_hash);

#endif
