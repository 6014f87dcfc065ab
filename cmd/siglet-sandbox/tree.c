#include "sandbox.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* An append-only list and its hashes, as RFC 6962 section 2.1 defines them. */

size_t tree_add(tree *t, siglet_slice entry)
{
	if (t->count == t->room) {
		t->room = t->room == 0 ? 64 : 2 * t->room;
		t->entries = realloc(t->entries, t->room * sizeof(*t->entries));
		t->leaves = realloc(t->leaves, t->room * sizeof(*t->leaves));
		t->times_s = realloc(t->times_s, t->room * sizeof(*t->times_s));
		MUST(t->entries != NULL && t->leaves != NULL && t->times_s != NULL);
	}
	siglet_buf_init(&t->entries[t->count], MAX_BODY_BYTES);
	WELL(siglet_buf_append(&t->entries[t->count], entry));
	WELL(siglet_merkle_hash_leaf(entry, &t->leaves[t->count]));
	t->times_s[t->count] = (int64_t)time(NULL);
	if (t->path[0] != '\0')
		state_append(t->path, entry);
	return t->count++;
}

bool tree_find(const tree *t, siglet_slice entry, size_t *ret_index)
{
	for (size_t i = 0; i < t->count; i++)
		if (siglet_slice_equal(siglet_buf_slice(&t->entries[i]), entry)) {
			*ret_index = i;
			return true;
		}
	return false;
}

static size_t split(size_t count)
{
	size_t power = 1;

	while (power < count - power)
		power *= 2;
	return power;
}

void tree_hash(const tree *t, size_t begin, size_t end, siglet_hash32 *ret_hash)
{
	siglet_hash32 left, right;

	if (end == begin) {
		siglet_digest empty;

		WELL(siglet_crypto_sha256(NULL, 0, &empty));
		memcpy(ret_hash->bytes, empty.bytes, sizeof(ret_hash->bytes));
		return;
	}
	if (end - begin == 1) {
		*ret_hash = t->leaves[begin];
		return;
	}
	const size_t middle = begin + split(end - begin);
	tree_hash(t, begin, middle, &left);
	tree_hash(t, middle, end, &right);
	WELL(siglet_merkle_hash_node(&left, &right, ret_hash));
}

static size_t walk(const tree *t, size_t index, size_t begin, size_t end, siglet_hash32 *nodes)
{
	size_t count;

	if (end - begin == 1)
		return 0;
	const size_t middle = begin + split(end - begin);
	if (index < middle) {
		count = walk(t, index, begin, middle, nodes);
		tree_hash(t, middle, end, &nodes[count]);
	} else {
		count = walk(t, index, middle, end, nodes);
		tree_hash(t, begin, middle, &nodes[count]);
	}
	return count + 1;
}

size_t tree_path(const tree *t, size_t index, size_t size, siglet_hash32 ret_nodes[64])
{
	return walk(t, index, 0, size, ret_nodes);
}

/* RFC 6962 section 2.1.2: SUBPROOF. is_known: the tree of the first ones is one that was asked for. */
static size_t prove(const tree *t, size_t first, size_t begin, size_t end, bool is_known,
		    siglet_hash32 *nodes)
{
	size_t count;

	if (first == end) {
		if (!is_known)
			tree_hash(t, begin, end, &nodes[0]);
		return is_known ? 0 : 1;
	}
	const size_t middle = begin + split(end - begin);
	if (first <= middle) {
		count = prove(t, first, begin, middle, is_known, nodes);
		tree_hash(t, middle, end, &nodes[count]);
	} else {
		count = prove(t, first, middle, end, false, nodes);
		tree_hash(t, begin, middle, &nodes[count]);
	}
	return count + 1;
}

size_t tree_consistency(const tree *t, size_t first, size_t second, siglet_hash32 ret_nodes[64])
{
	return prove(t, first, 0, second, true, ret_nodes);
}

void tree_clear(tree *t)
{
	for (size_t i = 0; i < t->count; i++)
		siglet_buf_clear(&t->entries[i]);
	free(t->entries);
	free(t->leaves);
	free(t->times_s);
	*t = (tree) { .path = "" };
}
