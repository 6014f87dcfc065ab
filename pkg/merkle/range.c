#include "merkle/merkle.h"

#include <inttypes.h>
#include <string.h>

/*
 * A compact range: the fewest whole subtrees that cover the leaves from begin to end. It is all that
 * has to be remembered of leaves that were hashed: 64 hashes at most of a log from its start.
 */

void siglet_range_init(siglet_range *range, uint64_t begin)
{
	range->begin = range->end = begin;
	range->count = 0;
}

/* Two subtrees side by side are one when their parent covers just them. */
static bool are_siblings(const siglet_subtree *left, const siglet_subtree *right)
{
	return left->level == right->level && left->index % 2 == 0 &&
	       left->index + 1 == right->index;
}

static siglet_err *merge(siglet_range *range)
{
	while (range->count >= 2) {
		siglet_subtree *left = &range->nodes[range->count - 2];
		const siglet_subtree *right = &range->nodes[range->count - 1];

		if (!are_siblings(left, right))
			return NULL;
		siglet_err *err = siglet_merkle_hash_node(&left->hash, &right->hash, &left->hash);
		if (err != NULL)
			return err;
		left->level++;
		left->index /= 2;
		range->count--;
	}
	return NULL;
}

siglet_err *siglet_range_push(siglet_range *range, unsigned level, const siglet_hash32 *hash)
{
	if (level > SIGLET_MERKLE_MAX_LEVEL || (range->end & (((uint64_t)1 << level) - 1)) != 0 ||
	    range->end > SIGLET_MERKLE_MAX_SIZE - ((uint64_t)1 << level))
		return siglet_err_new(SIGLET_E_RANGE,
				      "a subtree of level %u at leaf %" PRIu64 " of a tree", level,
				      range->end);
	/* Sizes below 2^63 bound the nodes of any range, see SIGLET_RANGE_MAX_NODES. */
	if (range->count == SIGLET_RANGE_MAX_NODES)
		return siglet_err_new(SIGLET_E_INTERNAL, "a range of too many nodes");
	range->nodes[range->count++] = (siglet_subtree) {
		.level = level,
		.index = range->end >> level,
		.hash = *hash,
	};
	range->end += (uint64_t)1 << level;
	return merge(range);
}

siglet_err *siglet_range_join(siglet_range *left, const siglet_range *right)
{
	siglet_range joined = *left;

	if (left->end != right->begin)
		return siglet_err_new(SIGLET_E_RANGE,
				      "leaf %" PRIu64 " does not follow upon leaf %" PRIu64,
				      right->begin, left->end);
	for (size_t i = 0; i < right->count; i++) {
		siglet_err *err =
			siglet_range_push(&joined, right->nodes[i].level, &right->nodes[i].hash);
		if (err != NULL)
			return err;
	}
	*left = joined;
	return NULL;
}

siglet_err *siglet_range_root(const siglet_range *range, siglet_hash32 *ret_root)
{
	siglet_hash32 acc;
	siglet_err *err = NULL;

	if (range->begin != 0)
		return siglet_err_new(SIGLET_E_RANGE, "a range from leaf %" PRIu64 " has no root",
				      range->begin);
	if (range->count == 0)
		return siglet_sha256(NULL, 0, ret_root->bytes);
	acc = range->nodes[range->count - 1].hash;
	for (size_t i = range->count - 1; err == NULL && i > 0; i--)
		err = siglet_merkle_hash_node(&range->nodes[i - 1].hash, &acc, &acc);
	if (err == NULL)
		*ret_root = acc;
	return err;
}

unsigned siglet_range_next_level(uint64_t begin, uint64_t end)
{
	unsigned level = 0;

	while (level < SIGLET_MERKLE_MAX_LEVEL && (begin >> level & 1) == 0 &&
	       end - begin >= (uint64_t)2 << level)
		level++;
	return level;
}

siglet_err *siglet_range_check(const siglet_range *range)
{
	uint64_t at = range->begin;

	if (range->begin > range->end || range->end > SIGLET_MERKLE_MAX_SIZE ||
	    range->count > SIGLET_RANGE_MAX_NODES)
		return siglet_err_new(SIGLET_E_RANGE, "no range of leaves");
	for (size_t i = 0; i < range->count; i++) {
		const siglet_subtree *node = &range->nodes[i];
		const unsigned level =
			at < range->end ? siglet_range_next_level(at, range->end) : UINT32_MAX;

		if (at >= range->end || node->level != level || node->index != at >> level)
			return siglet_err_new(SIGLET_E_MALFORMED,
					      "node %zu is not the one that leaf %" PRIu64
					      " calls for",
					      i, at);
		at += (uint64_t)1 << level;
	}
	if (at != range->end)
		return siglet_err_new(SIGLET_E_MALFORMED,
				      "a range without nodes from leaf %" PRIu64, at);
	return NULL;
}
