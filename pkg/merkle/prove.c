#include "merkle/merkle.h"

#include <inttypes.h>

/*
 * Proofs from the hashes of whole subtrees, which are what a log keeps. Each node of a proof is the
 * root of a range of leaves, and ranges at the tree's right edge are put together from several.
 */

typedef struct prover {
	siglet_subtree_lookup *lookup;
	void *context;
	siglet_merkle_list *proof;
} prover;

/* The root of the leaves from begin to end, where begin is where a subtree of that size may be. */
static siglet_err *hash_leaves(const prover *p, uint64_t begin, uint64_t end,
			       siglet_hash32 *ret_hash)
{
	siglet_hash32 hashes[SIGLET_MERKLE_MAX_PROOF] = { 0 };
	size_t count = 0;
	siglet_err *err = NULL;

	while (err == NULL && begin < end) {
		const unsigned level = siglet_range_next_level(begin, end);

		err = p->lookup(p->context, level, begin >> level, &hashes[count++]);
		begin += (uint64_t)1 << level;
	}
	for (; err == NULL && count > 1; count--)
		err = siglet_merkle_hash_node(&hashes[count - 2], &hashes[count - 1],
					      &hashes[count - 2]);
	if (err == NULL)
		*ret_hash = hashes[0];
	return err;
}

static siglet_err *add(const prover *p, uint64_t begin, uint64_t end)
{
	siglet_merkle_list *proof = p->proof;

	if (proof->count == SIGLET_MERKLE_MAX_PROOF)
		return siglet_err_new(SIGLET_E_INTERNAL, "too long a proof");
	siglet_err *err = hash_leaves(p, begin, end, &proof->nodes[proof->count]);
	if (err == NULL)
		proof->count++;
	return err;
}

/* Nodes come root side first; a proof has them leaf side first. */
static void reverse(siglet_merkle_list *proof)
{
	for (size_t i = 0; i < proof->count / 2; i++) {
		const siglet_hash32 swapped = proof->nodes[i];

		proof->nodes[i] = proof->nodes[proof->count - 1 - i];
		proof->nodes[proof->count - 1 - i] = swapped;
	}
}

/* The largest power of two below count, which is at least 2. */
static uint64_t split(uint64_t count)
{
	uint64_t power = 1;

	while (power < count - power)
		power *= 2;
	return power;
}

/*
 * The siblings on the way down to the leaves that end at stop: RFC 9162's PATH(m, D[n]), and the
 * SUBPROOF of 2.1.4.1 likewise. *begin and *end become where it ends: at whole, a range that the
 * caller has no need to go into.
 */
static siglet_err *descend(const prover *p, uint64_t stop,
			   bool (*is_whole)(uint64_t, uint64_t, uint64_t), uint64_t *begin,
			   uint64_t *end)
{
	siglet_err *err = NULL;

	while (err == NULL && !is_whole(*begin, *end, stop)) {
		const uint64_t middle = *begin + split(*end - *begin);

		if (stop <= middle) {
			err = add(p, middle, *end);
			*end = middle;
		} else {
			err = add(p, *begin, middle);
			*begin = middle;
		}
	}
	return err;
}

static bool is_leaf(uint64_t begin, uint64_t end, uint64_t stop)
{
	(void)stop;
	return end - begin == 1;
}

static bool ends_there(uint64_t begin, uint64_t end, uint64_t stop)
{
	(void)begin;
	return end == stop;
}

siglet_err *siglet_merkle_prove_inclusion(uint64_t index, uint64_t size,
					  siglet_subtree_lookup *lookup, void *context,
					  siglet_merkle_list *ret_proof)
{
	siglet_merkle_list proof = { .count = 0 };
	const prover p = { lookup, context, &proof };
	uint64_t begin = 0, end = size;

	if (index >= size || size > SIGLET_MERKLE_MAX_SIZE)
		return siglet_err_new(SIGLET_E_RANGE,
				      "leaf %" PRIu64 " of a tree of %" PRIu64 " leaves", index,
				      size);
	siglet_err *err = descend(&p, index + 1, is_leaf, &begin, &end);
	if (err != NULL)
		return err;
	reverse(&proof);
	*ret_proof = proof;
	return NULL;
}

siglet_err *siglet_merkle_prove_consistency(uint64_t old_size, uint64_t new_size,
					    siglet_subtree_lookup *lookup, void *context,
					    siglet_merkle_list *ret_proof)
{
	siglet_merkle_list proof = { .count = 0 };
	const prover p = { lookup, context, &proof };
	uint64_t begin = 0, end = new_size;
	siglet_err *err;

	if (old_size == 0 || old_size > new_size || new_size > SIGLET_MERKLE_MAX_SIZE)
		return siglet_err_new(SIGLET_E_RANGE,
				      "from a tree of %" PRIu64 " leaves to one of %" PRIu64,
				      old_size, new_size);
	err = descend(&p, old_size, ends_there, &begin, &end);
	/* What both trees share is named, unless it is the whole old tree. */
	if (err == NULL && begin > 0)
		err = add(&p, begin, end);
	if (err != NULL)
		return err;
	reverse(&proof);
	*ret_proof = proof;
	return NULL;
}

siglet_err *siglet_merkle_root_of(uint64_t size, siglet_subtree_lookup *lookup, void *context,
				  siglet_hash32 *ret_root)
{
	const prover p = { lookup, context, NULL };

	if (size > SIGLET_MERKLE_MAX_SIZE)
		return siglet_err_new(SIGLET_E_RANGE, "a tree of %" PRIu64 " leaves", size);
	if (size == 0)
		return siglet_sha256(NULL, 0, ret_root->bytes);
	return hash_leaves(&p, 0, size, ret_root);
}

siglet_err *siglet_range_of(uint64_t begin, uint64_t end, siglet_subtree_lookup *lookup,
			    void *context, siglet_range *ret_range)
{
	siglet_range range;
	siglet_err *err = NULL;

	if (begin > end || end > SIGLET_MERKLE_MAX_SIZE)
		return siglet_err_new(SIGLET_E_RANGE, "no range of leaves");
	siglet_range_init(&range, begin);
	/* cppcheck-suppress invalidLifetime ; an error borrows nothing */
	while (err == NULL && range.end < end) {
		const unsigned level = siglet_range_next_level(range.end, end);
		siglet_hash32 hash;

		err = lookup(context, level, range.end >> level, &hash);
		if (err == NULL)
			err = siglet_range_push(&range, level, &hash);
	}
	if (err == NULL)
		*ret_range = range;
	return err;
}
