#include "merkle/merkle.h"

#include <stdlib.h>
#include <string.h>

#include "../lib/check.h"

#define MAX_LEAVES 70

/* ---- RFC 6962 section 2.1, word for word: recursive, of a list of entries ---- */

static siglet_hash32 sha256(uint8_t prefix, siglet_slice a, siglet_slice b)
{
	const siglet_slice parts[] = { { &prefix, 1 }, a, b };
	siglet_digest digest = { 0 };
	siglet_hash32 hash;

	if (siglet_crypto_sha256(parts, 3, &digest) != NULL)
		abort();
	memcpy(hash.bytes, digest.bytes, sizeof(hash.bytes));
	return hash;
}

static uint8_t entry_of(size_t index)
{
	return (uint8_t)(index * 7 + 1);
}

/* The largest power of two below n. */
static size_t split(size_t n)
{
	size_t k = 1;

	while (k * 2 < n)
		k *= 2;
	return k;
}

/* MTH(D[first:first+n]) */
static siglet_hash32 mth(size_t first, size_t n)
{
	const uint8_t entry = entry_of(first);

	if (n == 0)
		abort();
	if (n == 1)
		return sha256(0x00, siglet_slice_of(&entry, 1), SIGLET_SLICE_NONE);

	const size_t k = split(n);
	const siglet_hash32 left = mth(first, k), right = mth(first + k, n - k);

	return sha256(0x01, siglet_hash32_slice(&left), siglet_hash32_slice(&right));
}

/* PATH(m, D[first:first+n]): appends, returns the new count. */
static size_t path(size_t m, size_t first, size_t n, siglet_hash32 *nodes, size_t count)
{
	if (n == 1)
		return count;

	const size_t k = split(n);

	if (m < k) {
		count = path(m, first, k, nodes, count);
		nodes[count] = mth(first + k, n - k);
	} else {
		count = path(m - k, first + k, n - k, nodes, count);
		nodes[count] = mth(first, k);
	}
	return count + 1;
}

/* SUBPROOF(m, D[first:first+n], whole): appends, returns the new count. */
static size_t subproof(size_t m, size_t first, size_t n, bool whole, siglet_hash32 *nodes,
		       size_t count)
{
	if (m == n) {
		if (!whole)
			nodes[count++] = mth(first, n);
		return count;
	}

	const size_t k = split(n);

	if (m <= k) {
		count = subproof(m, first, k, whole, nodes, count);
		nodes[count] = mth(first + k, n - k);
	} else {
		count = subproof(m - k, first + k, n - k, false, nodes, count);
		nodes[count] = mth(first, k);
	}
	return count + 1;
}

/* ---- helpers ---- */

/* The code of an error, 0 of success. */
static int code_of(siglet_err *err)
{
	const int code = err == NULL ? 0 : (int)siglet_err_code(err);

	siglet_err_free(err);
	return code;
}

static int include(uint64_t index, uint64_t size, const siglet_hash32 *nodes, size_t count,
		   const siglet_hash32 *leaf, const siglet_hash32 *root)
{
	const siglet_merkle_proof proof = {
		.leaf_index = index, .tree_size = size, .nodes = nodes, .count = count
	};

	return code_of(siglet_merkle_check_inclusion(&proof, leaf, root));
}

static siglet_hash32 changed(siglet_hash32 hash)
{
	hash.bytes[31] ^= 1;
	return hash;
}

/* ---- inclusion ---- */

static size_t inclusion_neighbours(size_t index, size_t size, siglet_hash32 *nodes, size_t count,
				   const siglet_hash32 *leaf, const siglet_hash32 *root)
{
	const siglet_hash32 other_leaf = changed(*leaf), other_root = changed(*root);
	size_t wrong = 0;

	wrong += include(index, size, nodes, count, &other_leaf, root) != SIGLET_E_MISMATCH;
	wrong += include(index, size, nodes, count, leaf, &other_root) != SIGLET_E_MISMATCH;
	wrong += include(index, size, nodes, count + 1, leaf, root) != SIGLET_E_LENGTH;
	wrong += count > 0 && include(index, size, nodes, count - 1, leaf, root) != SIGLET_E_LENGTH;
	wrong += include(size, size, nodes, count, leaf, root) != SIGLET_E_RANGE;
	for (size_t other = 0; other < size; other++)
		wrong += other != index && include(other, size, nodes, count, leaf, root) == 0;
	for (size_t i = 0; i < count; i++) {
		const siglet_hash32 kept = nodes[i];

		nodes[i] = changed(kept);
		wrong += include(index, size, nodes, count, leaf, root) != SIGLET_E_MISMATCH;
		nodes[i] = kept;
	}
	return wrong;
}

static void inclusion_takes_each_leaf_of_each_tree_and_no_neighbour(void)
{
	for (size_t size = 1; size <= MAX_LEAVES; size++) {
		const siglet_hash32 root = mth(0, size);
		size_t wrong = 0;

		for (size_t index = 0; index < size; index++) {
			siglet_hash32 nodes[SIGLET_MERKLE_MAX_PROOF + 1] = { 0 };
			const size_t count = path(index, 0, size, nodes, 0);
			const siglet_hash32 leaf = mth(index, 1);

			wrong += include(index, size, nodes, count, &leaf, &root) != 0;
			wrong += inclusion_neighbours(index, size, nodes, count, &leaf, &root);
		}
		OK(wrong == 0, "tree of %zu leaves: %zu wrong", size, wrong);
	}
}

static void inclusion_rejects_swapped_sides(void)
{
	siglet_hash32 nodes[SIGLET_MERKLE_MAX_PROOF] = { 0 };
	const siglet_hash32 root = mth(0, 2), first = mth(0, 1), second = mth(1, 1);

	nodes[0] = second;
	OK(include(0, 2, nodes, 1, &first, &root) == 0, "the left of two leaves");
	OK(include(1, 2, nodes, 1, &first, &root) == SIGLET_E_MISMATCH, "is not the right one");
	/* A node's hash must not pass for an entry's. */
	OK(include(0, 1, NULL, 0, &root, &root) == 0, "one leaf is its own root");
	OK(include(0, 2, nodes, 1, &root, &root) == SIGLET_E_MISMATCH, "the root is no leaf of it");
}

static void inclusion_rejects_wrong_ranges(void)
{
	const siglet_hash32 leaf = mth(0, 1);
	static const siglet_hash32 nodes[SIGLET_MERKLE_MAX_PROOF + 1];

	OK(include(0, 0, NULL, 0, &leaf, &leaf) == SIGLET_E_RANGE, "leaf 0 of no leaves");
	OK(include(1, 1, NULL, 0, &leaf, &leaf) == SIGLET_E_RANGE, "leaf 1 of one");
	OK(include(UINT64_MAX, UINT64_MAX, nodes, 64, &leaf, &leaf) == SIGLET_E_RANGE, "2^64-1");
	OK(include(UINT64_MAX - 1, UINT64_MAX, nodes, 63, &leaf, &leaf) == SIGLET_E_MISMATCH,
	   "the last leaf of the largest tree has 63 siblings");
	OK(include(UINT64_MAX - 1, UINT64_MAX, nodes, 62, &leaf, &leaf) == SIGLET_E_LENGTH,
	   "not 62");
	OK(include(UINT64_MAX - 1, UINT64_MAX, nodes, 64, &leaf, &leaf) == SIGLET_E_LENGTH,
	   "not 64");
	OK(include(0, UINT64_MAX, nodes, 64, &leaf, &leaf) == SIGLET_E_MISMATCH,
	   "the first has 64");
	OK(include(0, UINT64_MAX, nodes, 65, &leaf, &leaf) == SIGLET_E_LENGTH, "not 65");
	OK(include(0, UINT64_MAX, nodes, SIZE_MAX, &leaf, &leaf) == SIGLET_E_LENGTH,
	   "nor as many as can be counted");
}

static void trace_shows_the_way_to_the_root(void)
{
	siglet_hash32 nodes[SIGLET_MERKLE_MAX_PROOF];
	siglet_merkle_step steps[SIGLET_MERKLE_MAX_PROOF];
	const size_t size = 13, index = 12;
	const siglet_hash32 root = mth(0, size), leaf = mth(index, 1);
	const siglet_merkle_proof proof = { .leaf_index = index,
					    .tree_size = size,
					    .nodes = nodes,
					    .count = path(index, 0, size, nodes, 0) };
	siglet_merkle_proof wrong = proof;
	const siglet_hash32 twelve = mth(8, 5);

	OK_SUCCESS(siglet_merkle_trace(&proof, &leaf, steps), "leaf 12 of 13");
	OK(proof.count == 2 && steps[0].sibling_left && steps[1].sibling_left, "both on the left");
	OK(siglet_hash32_equal(&steps[0].sibling, &nodes[0]), "the sibling");
	OK(siglet_hash32_equal(&steps[0].result, &twelve), "what both make");
	OK(siglet_hash32_equal(&steps[1].result, &root), "and at last the root");

	wrong.count = 1;
	OK_ERROR(siglet_merkle_trace(&wrong, &leaf, steps), SIGLET_E_LENGTH, "a hash too few");
	wrong = proof;
	wrong.leaf_index = size;
	OK_ERROR(siglet_merkle_trace(&wrong, &leaf, steps), SIGLET_E_RANGE, "a leaf too far");

	const siglet_merkle_proof left = {
		.leaf_index = 0, .tree_size = 2, .nodes = nodes, .count = 1
	};
	const siglet_merkle_proof alone = { .tree_size = 1 };

	OK_SUCCESS(siglet_merkle_trace(&left, &leaf, steps), "leaf 0 of 2");
	OK(!steps[0].sibling_left, "its sibling is on the right");
	OK_SUCCESS(siglet_merkle_trace(&alone, &leaf, NULL), "no steps need no room");
}

/* ---- consistency ---- */

static int consist(uint64_t old_size, uint64_t new_size, const siglet_hash32 *nodes, size_t count,
		   const siglet_hash32 *old_root, const siglet_hash32 *new_root)
{
	return code_of(siglet_merkle_check_consistency(old_size, new_size, nodes, count, old_root,
						       new_root));
}

static size_t consistency_neighbours(size_t m, size_t n, siglet_hash32 *nodes, size_t count,
				     const siglet_hash32 *old_root, const siglet_hash32 *new_root)
{
	const siglet_hash32 other_old = changed(*old_root), other_new = changed(*new_root);
	size_t wrong = 0;

	wrong += consist(m, n, nodes, count, &other_old, new_root) != SIGLET_E_MISMATCH;
	wrong += consist(m, n, nodes, count, old_root, &other_new) != SIGLET_E_MISMATCH;
	/* Of one tree, any root is the same twice. */
	wrong += consist(m, n, nodes, count, &other_old, &other_new) !=
		 (m == n ? 0 : SIGLET_E_MISMATCH);
	wrong += consist(m, n, nodes, count + 1, old_root, new_root) != SIGLET_E_LENGTH;
	wrong +=
		count > 0 && consist(m, n, nodes, count - 1, old_root, new_root) != SIGLET_E_LENGTH;
	wrong += consist(0, n, nodes, count, old_root, new_root) != SIGLET_E_RANGE;
	wrong += consist(n + 1, n, nodes, count, old_root, new_root) != SIGLET_E_RANGE;
	wrong += m != n && consist(n, m, nodes, count, new_root, old_root) != SIGLET_E_RANGE;
	wrong += m != n && consist(m, n, nodes, count, new_root, old_root) == 0;
	for (size_t i = 0; i < count; i++) {
		const siglet_hash32 kept = nodes[i];

		nodes[i] = changed(kept);
		wrong += consist(m, n, nodes, count, old_root, new_root) != SIGLET_E_MISMATCH;
		nodes[i] = kept;
	}
	return wrong;
}

static void consistency_takes_each_pair_of_trees_and_no_neighbour(void)
{
	for (size_t n = 1; n <= MAX_LEAVES; n++) {
		const siglet_hash32 new_root = mth(0, n);
		size_t wrong = 0;

		for (size_t m = 1; m <= n; m++) {
			siglet_hash32 nodes[SIGLET_MERKLE_MAX_PROOF + 2] = { 0 };
			const size_t count = subproof(m, 0, n, true, nodes, 0);
			const siglet_hash32 old_root = mth(0, m);

			wrong += consist(m, n, nodes, count, &old_root, &new_root) != 0;
			wrong += consistency_neighbours(m, n, nodes, count, &old_root, &new_root);
		}
		OK(wrong == 0, "trees up to %zu leaves: %zu wrong", n, wrong);
	}
}

static void consistency_of_a_tree_with_itself_needs_no_proof(void)
{
	static const siglet_hash32 nodes[SIGLET_MERKLE_MAX_PROOF + 2];
	const siglet_hash32 root = mth(0, 5), other = mth(0, 4);

	OK(consist(5, 5, NULL, 0, &root, &root) == 0, "the same root");
	OK(consist(5, 5, NULL, 0, &root, &other) == SIGLET_E_MISMATCH, "another root");
	OK(consist(5, 5, nodes, 1, &root, &root) == SIGLET_E_LENGTH, "a proof all the same");
	OK(consist(0, 0, NULL, 0, &root, &root) == SIGLET_E_RANGE, "empty trees say nothing");
	OK(consist(UINT64_MAX, UINT64_MAX, NULL, 0, &root, &root) == 0, "the largest tree");
	OK(consist(UINT64_MAX - 1, UINT64_MAX, nodes, 64, &root, &root) == SIGLET_E_MISMATCH,
	   "and one leaf before it");
	OK(consist(UINT64_MAX - 1, UINT64_MAX, nodes, 65, &root, &root) == SIGLET_E_LENGTH,
	   "with a hash too many");
}

/* ---- hashing ---- */

/* The reference trees of Certificate Transparency: the empty entry and 0x00. */
static void leaves_and_nodes_hash_as_published(void)
{
	static const uint8_t empty_leaf[] = { 0x6e, 0x34, 0x0b, 0x9c, 0xff, 0xb3, 0x7a, 0x98,
					      0x9c, 0xa5, 0x44, 0xe6, 0xbb, 0x78, 0x0a, 0x2c,
					      0x78, 0x90, 0x1d, 0x3f, 0xb3, 0x37, 0x38, 0x76,
					      0x85, 0x11, 0xa3, 0x06, 0x17, 0xaf, 0xa0, 0x1d };
	static const uint8_t two_leaves[] = { 0xfa, 0xc5, 0x42, 0x03, 0xe7, 0xcc, 0x69, 0x6c,
					      0xf0, 0xdf, 0xcb, 0x42, 0xc9, 0x2a, 0x1d, 0x9d,
					      0xba, 0xf7, 0x0a, 0xd9, 0xe6, 0x21, 0xf4, 0xbd,
					      0x8d, 0x98, 0x66, 0x2f, 0x00, 0xe3, 0xc1, 0x25 };
	static const uint8_t zero = 0x00;
	siglet_hash32 left = { 0 }, right = { 0 }, node = { 0 };

	OK_SUCCESS(siglet_merkle_hash_leaf(SIGLET_SLICE_NONE, &left), "the empty entry");
	OK(memcmp(left.bytes, empty_leaf, sizeof(empty_leaf)) == 0, "hashes as published");
	OK_SUCCESS(siglet_merkle_hash_leaf(siglet_slice_of(&zero, 1), &right), "the entry 0x00");
	OK_SUCCESS(siglet_merkle_hash_node(&left, &right, &node), "both");
	OK(memcmp(node.bytes, two_leaves, sizeof(two_leaves)) == 0, "hash as published");
	OK_SUCCESS(siglet_merkle_hash_node(&left, &right, &left), "in place");
	OK(siglet_hash32_equal(&left, &node), "gives the same");
	OK(!siglet_hash32_equal(&left, &right), "which is not everything");
}

int main(void)
{
	leaves_and_nodes_hash_as_published();
	inclusion_takes_each_leaf_of_each_tree_and_no_neighbour();
	inclusion_rejects_swapped_sides();
	inclusion_rejects_wrong_ranges();
	trace_shows_the_way_to_the_root();
	consistency_takes_each_pair_of_trees_and_no_neighbour();
	consistency_of_a_tree_with_itself_needs_no_proof();
	return tap_done();
}
