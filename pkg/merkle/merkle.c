#include "merkle/merkle.h"

#include <inttypes.h>
#include <string.h>

siglet_slice siglet_hash32_slice(const siglet_hash32 *hash)
{
	return siglet_slice_of(hash->bytes, sizeof(hash->bytes));
}

bool siglet_hash32_equal(const siglet_hash32 *a, const siglet_hash32 *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

/* RFC 6962 section 2.1: the first byte keeps a node from ever passing for a leaf. */
siglet_err *siglet_merkle_hash_leaf(siglet_slice entry, siglet_hash32 *ret_hash)
{
	static const uint8_t prefix = 0x00;
	const siglet_slice parts[] = { { &prefix, 1 }, entry };

	return siglet_sha256(parts, SIGLET_COUNT(parts), ret_hash->bytes);
}

siglet_err *siglet_merkle_hash_node(const siglet_hash32 *left, const siglet_hash32 *right,
				    siglet_hash32 *ret_hash)
{
	/* In one piece: left or right may be where the result goes, and one update is faster. */
	uint8_t node[1 + 2 * SIGLET_SHA256_SIZE] = { 0x01 };
	const siglet_slice whole = { node, sizeof(node) };

	memcpy(node + 1, left->bytes, SIGLET_SHA256_SIZE);
	memcpy(node + 1 + SIGLET_SHA256_SIZE, right->bytes, SIGLET_SHA256_SIZE);
	return siglet_sha256(&whole, 1, ret_hash->bytes);
}

static unsigned bit_length(uint64_t n)
{
	unsigned length = 0;

	for (; n != 0; n >>= 1)
		length++;
	return length;
}

static unsigned count_ones(uint64_t n)
{
	unsigned ones = 0;

	for (; n != 0; n &= n - 1)
		ones++;
	return ones;
}

static uint64_t shift_right(uint64_t n, unsigned bits)
{
	return bits < 64 ? n >> bits : 0;
}

/*
 * The way from a leaf up to the root. The paths to this leaf and to the last leaf part at level
 * fork. Below it, the bits of the index say on which side each sibling lies. Above it the path is
 * the tree's right edge: every sibling lies on the left, and there is one for each bit still set.
 */
typedef struct path {
	uint64_t index;
	unsigned fork;
	size_t length; /* of the proof, in nodes */
} path;

/* index is below size. */
static path find_path(uint64_t index, uint64_t size)
{
	const unsigned fork = bit_length(index ^ (size - 1));

	return (path) { .index = index,
			.fork = fork,
			.length = fork + (size_t)count_ones(shift_right(index, fork)) };
}

static siglet_err *check_count(size_t count, size_t want)
{
	if (count != want)
		return siglet_err_new(SIGLET_E_LENGTH, "a proof of %zu hashes, not %zu", count,
				      want);
	return NULL;
}

static siglet_err *check_shape(const siglet_merkle_proof *proof, path *ret_path)
{
	const uint64_t index = proof->leaf_index, size = proof->tree_size;

	if (index >= size)
		return siglet_err_new(SIGLET_E_RANGE,
				      "leaf %" PRIu64 " of a tree of %" PRIu64 " leaves", index,
				      size);

	const path way = find_path(index, size);
	siglet_err *err = check_count(proof->count, way.length);

	if (err != NULL)
		return err;
	*ret_path = way;
	return NULL;
}

static bool sibling_is_left(const path *way, size_t level)
{
	return level >= way->fork || (way->index >> level & 1) == 1;
}

/* acc becomes the parent of acc and sibling. */
static siglet_err *climb(siglet_hash32 *acc, const siglet_hash32 *sibling, bool sibling_left)
{
	return sibling_left ? siglet_merkle_hash_node(sibling, acc, acc)
			    : siglet_merkle_hash_node(acc, sibling, acc);
}

siglet_err *siglet_merkle_inclusion_root(const siglet_merkle_proof *proof,
					 const siglet_hash32 *leaf, siglet_hash32 *ret_root)
{
	siglet_hash32 acc = *leaf;
	path way = { 0 };
	siglet_err *err = check_shape(proof, &way);

	if (err != NULL)
		return err;
	for (size_t i = 0; i < way.length; i++) {
		err = climb(&acc, &proof->nodes[i], sibling_is_left(&way, i));
		if (err != NULL)
			return siglet_err_wrap(err, "level %zu of the proof", i);
	}
	*ret_root = acc;
	return NULL;
}

siglet_err *siglet_merkle_check_inclusion(const siglet_merkle_proof *proof,
					  const siglet_hash32 *leaf, const siglet_hash32 *root)
{
	siglet_hash32 reached;
	siglet_err *err = siglet_merkle_inclusion_root(proof, leaf, &reached);

	if (err != NULL)
		return err;
	if (!siglet_hash32_equal(&reached, root))
		return siglet_err_new(SIGLET_E_MISMATCH, "the proof leads to another root");
	return NULL;
}

siglet_err *siglet_merkle_trace(const siglet_merkle_proof *proof, const siglet_hash32 *leaf,
				siglet_merkle_step *ret_steps)
{
	siglet_merkle_step steps[SIGLET_MERKLE_MAX_PROOF];
	siglet_hash32 acc = *leaf;
	path way = { 0 };
	siglet_err *err = check_shape(proof, &way);

	if (err != NULL)
		return err;
	for (size_t i = 0; i < way.length; i++) {
		const bool left = sibling_is_left(&way, i);

		err = climb(&acc, &proof->nodes[i], left);
		if (err != NULL)
			return siglet_err_wrap(err, "level %zu of the proof", i);
		steps[i] = (siglet_merkle_step) { .sibling_left = left,
						  .sibling = proof->nodes[i],
						  .result = acc };
	}
	if (way.length != 0)
		memcpy(ret_steps, steps, way.length * sizeof(*steps));
	return NULL;
}

/*
 * The siblings on the left of the way from a leaf to the root are the subtrees of what is before it:
 * one for each bit of its index. Above the fork there are no others.
 */
siglet_err *siglet_range_before(const siglet_merkle_proof *proof, siglet_range *ret_range)
{
	siglet_range range;
	path way = { 0 };
	siglet_err *err = check_shape(proof, &way);
	size_t last = way.length;

	siglet_range_init(&range, 0);
	for (unsigned level = SIGLET_MERKLE_MAX_LEVEL + 1; err == NULL && level-- > 0;) {
		if ((way.index >> level & 1) == 0)
			continue;
		const size_t at = level >= way.fork ? --last : level;
		err = siglet_range_push(&range, level, &proof->nodes[at]);
	}
	if (err == NULL)
		*ret_range = range;
	return err;
}

/*
 * Both roots, from a node that both trees have: seed, at level first on the way from the old tree's
 * last leaf to the new root. A sibling on the left belongs to both trees; one on the right came
 * later, and the old tree does not have it.
 */
static siglet_err *climb_both(const path *way, size_t first, const siglet_hash32 *seed,
			      const siglet_hash32 *nodes, siglet_hash32 *ret_old,
			      siglet_hash32 *ret_new)
{
	siglet_hash32 old_acc = *seed, new_acc = *seed;

	for (size_t i = first; i < way->length; i++) {
		const siglet_hash32 *sibling = &nodes[i - first];
		const bool left = sibling_is_left(way, i);
		siglet_err *err = climb(&new_acc, sibling, left);

		if (err == NULL && left)
			err = climb(&old_acc, sibling, left);
		if (err != NULL)
			return siglet_err_wrap(err, "hash %zu of the proof", i - first);
	}
	*ret_old = old_acc;
	*ret_new = new_acc;
	return NULL;
}

/* The level of the largest whole subtree at the right end of a tree of size leaves, size > 0. */
static unsigned whole_level(uint64_t size)
{
	unsigned level = 0;

	for (; (size & 1) == 0; size >>= 1)
		level++;
	return level;
}

siglet_err *siglet_merkle_consistency_root(uint64_t old_size, uint64_t new_size,
					   const siglet_hash32 *nodes, size_t count,
					   const siglet_hash32 *old_root,
					   siglet_hash32 *ret_new_root)
{
	if (old_size == 0 || old_size > new_size)
		return siglet_err_new(SIGLET_E_RANGE,
				      "from a tree of %" PRIu64 " leaves to one of %" PRIu64,
				      old_size, new_size);

	/*
	 * The old tree's rightmost whole subtree is in both trees. The proof names it first, unless
	 * it is the whole old tree, whose root the caller has.
	 */
	const bool whole = (old_size & (old_size - 1)) == 0;
	const bool same = old_size == new_size;
	const path way = find_path(old_size - 1, new_size);
	const size_t first = whole_level(old_size);
	const size_t named = whole ? 0 : 1;
	siglet_hash32 have_old = *old_root, have_new = *old_root;
	siglet_err *err = check_count(count, same ? 0 : named + way.length - first);

	if (err != NULL)
		return err;
	if (!same) {
		err = climb_both(&way, first, whole ? old_root : &nodes[0], nodes + named,
				 &have_old, &have_new);
		if (err != NULL)
			return err;
	}
	if (!siglet_hash32_equal(&have_old, old_root))
		return siglet_err_new(SIGLET_E_MISMATCH, "the proof leads to another old root");
	*ret_new_root = have_new;
	return NULL;
}

siglet_err *siglet_merkle_check_consistency(uint64_t old_size, uint64_t new_size,
					    const siglet_hash32 *nodes, size_t count,
					    const siglet_hash32 *old_root,
					    const siglet_hash32 *new_root)
{
	siglet_hash32 reached;
	siglet_err *err = siglet_merkle_consistency_root(old_size, new_size, nodes, count, old_root,
							 &reached);

	if (err != NULL)
		return err;
	if (!siglet_hash32_equal(&reached, new_root))
		return siglet_err_new(SIGLET_E_MISMATCH, "the proof leads to another new root");
	return NULL;
}
