#include "forge_internal.h"

#include <string.h>

#define HASH_BYTES 32

forge_digest forge_tree_leaf(siglet_slice body)
{
	siglet_buf input = forge_buf();

	forge_put_uint(&input, 0, 1);
	forge_put_bytes(&input, body);
	const forge_digest leaf = forge_hash(EVP_sha256(), siglet_buf_slice(&input));
	siglet_buf_clear(&input);
	return leaf;
}

static forge_digest node(const uint8_t *left, const uint8_t *right)
{
	uint8_t input[1 + 2 * HASH_BYTES] = { 1 };

	memcpy(input + 1, left, HASH_BYTES);
	memcpy(input + 1 + HASH_BYTES, right, HASH_BYTES);
	return forge_hash(EVP_sha256(), siglet_slice_of(input, sizeof(input)));
}

static const uint8_t *hash_at(const forge_tree *tree, unsigned level, uint64_t index)
{
	MUST((index + 1) * HASH_BYTES <= tree->level[level].len);
	return tree->level[level].ptr + index * HASH_BYTES;
}

void forge_tree_append(forge_tree *tree, const forge_digest *leaf)
{
	forge_digest hash = *leaf;
	uint64_t index = tree->size++;

	/* An odd index completes the subtree above it. */
	for (unsigned level = 0;; level++, index /= 2) {
		MUST(level < FORGE_TREE_LEVELS);
		if (tree->level[level].max == 0)
			tree->level[level] = forge_buf();
		forge_put_bytes(&tree->level[level], forge_digest_slice(&hash));
		if (index % 2 == 0)
			return;
		hash = node(hash_at(tree, level, index - 1), hash_at(tree, level, index));
	}
}

/* RFC 6962 section 2.1: where the hash of this many leaves splits. */
static uint64_t split(uint64_t count)
{
	uint64_t k = 1;

	while (k * 2 < count)
		k *= 2;
	return k;
}

/* MTH of the leaves from begin up to, without, end. */
static forge_digest range(const forge_tree *tree, uint64_t begin, uint64_t end)
{
	const uint64_t count = end - begin;
	unsigned level = 0;

	while ((uint64_t)1 << level < count)
		level++;
	if ((uint64_t)1 << level == count && begin % count == 0) {
		forge_digest complete = { .len = HASH_BYTES };

		memcpy(complete.bytes, hash_at(tree, level, begin >> level), HASH_BYTES);
		return complete;
	}
	const uint64_t k = split(count);
	const forge_digest left = range(tree, begin, begin + k),
			   right = range(tree, begin + k, end);
	return node(left.bytes, right.bytes);
}

forge_digest forge_tree_root(const forge_tree *tree)
{
	MUST(tree->size > 0);
	return range(tree, 0, tree->size);
}

/* RFC 6962 section 2.1.1: PATH(index, leaves from begin to end). */
static void path(const forge_tree *tree, uint64_t index, uint64_t begin, uint64_t end,
		 siglet_buf *proof)
{
	if (end - begin == 1)
		return;
	const uint64_t middle = begin + split(end - begin);
	forge_digest sibling;

	if (index < middle) {
		path(tree, index, begin, middle, proof);
		sibling = range(tree, middle, end);
	} else {
		path(tree, index, middle, end, proof);
		sibling = range(tree, begin, middle);
	}
	forge_put_bytes(proof, forge_digest_slice(&sibling));
}

siglet_buf forge_tree_proof(const forge_tree *tree, uint64_t index)
{
	siglet_buf proof = forge_buf();

	MUST(index < tree->size);
	path(tree, index, 0, tree->size, &proof);
	return proof;
}

void forge_tree_clear(forge_tree *tree)
{
	for (unsigned level = 0; level < FORGE_TREE_LEVELS; level++)
		siglet_buf_clear(&tree->level[level]);
	tree->size = 0;
}
