#include "merkle/merkle.h"

#include <stdlib.h>
#include <string.h>

#include "../lib/check.h"

/*
 * Trees whose whole subtrees are kept level by level, as a log keeps them. What is put together from
 * them is compared with RFC 6962's recursion, or with the check that a stranger makes.
 */

#define MAX_LEAVES ((size_t)65537)
#define LEVELS 17

static siglet_hash32 *levels[LEVELS];
static size_t counts[LEVELS];
static size_t lookups; /* how many hashes were asked for */

static void grow_tree(void)
{
	for (unsigned level = 0; level < LEVELS; level++) {
		counts[level] = MAX_LEAVES >> level;
		levels[level] = malloc(counts[level] * sizeof(siglet_hash32));
		if (levels[level] == NULL)
			abort();
		for (size_t i = 0; i < counts[level]; i++) {
			const uint8_t entry[3] = { (uint8_t)i, (uint8_t)(i >> 8),
						   (uint8_t)(i >> 16) };
			siglet_err *err =
				level == 0 ? siglet_merkle_hash_leaf(siglet_slice_of(entry, 3),
								     &levels[0][i])
					   : siglet_merkle_hash_node(&levels[level - 1][2 * i],
								     &levels[level - 1][2 * i + 1],
								     &levels[level][i]);
			if (err != NULL)
				abort();
		}
	}
}

static siglet_err *look_up(void *context, unsigned level, uint64_t index, siglet_hash32 *ret_hash)
{
	const uint64_t *size = context;

	lookups++;
	/* A log has whole subtrees only. */
	if (level >= LEVELS || (index + 1) << level > *size)
		return siglet_err_new(SIGLET_E_INTERNAL, "level %u, index %llu", level,
				      (unsigned long long)index);
	*ret_hash = levels[level][index];
	return NULL;
}

/* RFC 6962 section 2.1, word for word. */
static siglet_hash32 mth(size_t first, size_t n)
{
	siglet_hash32 left, right, hash;
	size_t k = 1;

	if (n == 1)
		return levels[0][first];
	while (k * 2 < n)
		k *= 2;
	left = mth(first, k);
	right = mth(first + k, n - k);
	if (siglet_merkle_hash_node(&left, &right, &hash) != NULL)
		abort();
	return hash;
}

static siglet_hash32 root_of(uint64_t size)
{
	siglet_hash32 root;

	if (siglet_merkle_root_of(size, look_up, &size, &root) != NULL)
		abort();
	return root;
}

static void roots_are_those_of_the_recursion(void)
{
	bool good = true;
	siglet_hash32 empty;

	for (size_t size = 1; size <= 1025; size++) {
		const siglet_hash32 root = root_of(size), want = mth(0, size);

		good = good && siglet_hash32_equal(&root, &want);
	}
	OK(good, "of 1 to 1025 leaves");
	for (size_t size = MAX_LEAVES - 2; size <= MAX_LEAVES; size++) {
		const siglet_hash32 root = root_of(size), want = mth(0, size);

		OK(siglet_hash32_equal(&root, &want), "of %zu leaves", size);
	}
	empty = root_of(0);
	OK(empty.bytes[0] == 0xe3 && empty.bytes[1] == 0xb0 && empty.bytes[31] == 0x55,
	   "of none: SHA-256 of nothing");
}

static bool proves_inclusion(uint64_t index, uint64_t size)
{
	const siglet_hash32 root = root_of(size);
	siglet_merkle_list list;
	siglet_err *err = siglet_merkle_prove_inclusion(index, size, look_up, &size, &list);

	if (err == NULL) {
		const siglet_merkle_proof proof = { index, size, list.nodes, list.count };
		siglet_range before, want;

		err = siglet_merkle_check_inclusion(&proof, &levels[0][index], &root);
		if (err == NULL)
			err = siglet_range_before(&proof, &before);
		if (err == NULL)
			err = siglet_range_of(0, index, look_up, &size, &want);
		if (err == NULL &&
		    (before.end != index || before.count != want.count ||
		     memcmp(before.nodes, want.nodes, want.count * sizeof(*want.nodes)) != 0))
			err = siglet_err_new(SIGLET_E_MISMATCH, "range before %llu of %llu",
					     (unsigned long long)index, (unsigned long long)size);
	}
	if (err != NULL)
		printf("# %s\n", siglet_err_message(err));
	siglet_err_free(err);
	return err == NULL;
}

static bool proves_consistency(uint64_t old_size, uint64_t new_size)
{
	const siglet_hash32 old_root = root_of(old_size), new_root = root_of(new_size);
	siglet_merkle_list list;
	siglet_err *err =
		siglet_merkle_prove_consistency(old_size, new_size, look_up, &new_size, &list);

	if (err == NULL)
		err = siglet_merkle_check_consistency(old_size, new_size, list.nodes, list.count,
						      &old_root, &new_root);
	if (err != NULL)
		printf("# %llu to %llu: %s\n", (unsigned long long)old_size,
		       (unsigned long long)new_size, siglet_err_message(err));
	siglet_err_free(err);
	return err == NULL;
}

static const uint64_t sizes[] = {
	1,    2,    3,	  4,	5,     7,     8,     9,	    15,	   16,	  17,	 31,	32,    33,
	127,  128,  129,  255,	256,   257,   511,   512,   513,   767,	  768,	 1000,	1023,  1024,
	1025, 4095, 4096, 4097, 32767, 32768, 32769, 65279, 65280, 65281, 65535, 65536, 65537,
};

static void proofs_convince_a_stranger(void)
{
	bool inclusion = true, consistency = true;

	for (uint64_t size = 1; size <= 130; size++)
		for (uint64_t i = 0; i < size; i++)
			inclusion = proves_inclusion(i, size) && inclusion;
	OK(inclusion, "every leaf of 1 to 130 leaves");
	for (uint64_t to = 1; to <= 130; to++)
		for (uint64_t from = 1; from <= to; from++)
			consistency = proves_consistency(from, to) && consistency;
	OK(consistency, "every growth up to 130 leaves");
	for (size_t i = 0; i < SIGLET_COUNT(sizes); i++)
		for (size_t j = 0; j <= i; j++) {
			inclusion = proves_inclusion(sizes[j] - 1, sizes[i]) && inclusion;
			consistency = proves_consistency(sizes[j], sizes[i]) && consistency;
		}
	OK(inclusion, "leaves of trees up to 65,537");
	OK(consistency, "growth up to 65,537");
	for (uint64_t size = 1; size <= 1025; size++) {
		inclusion = proves_inclusion(size - 1, 1025) && inclusion;
		consistency = proves_consistency(size, 1025) && consistency;
	}
	OK(inclusion, "every leaf of 1025");
	OK(consistency, "every growth to 1025");
}

static void impossible_proofs_are_refused(void)
{
	uint64_t size = 9;
	siglet_merkle_list list;
	siglet_hash32 root;
	siglet_range range;

	OK_ERROR(siglet_merkle_prove_inclusion(9, 9, look_up, &size, &list), SIGLET_E_RANGE,
		 "a leaf past the end");
	OK_ERROR(siglet_merkle_prove_inclusion(0, SIGLET_MERKLE_MAX_SIZE + 1, look_up, &size,
					       &list),
		 SIGLET_E_RANGE, "of a tree that is too large");
	OK_ERROR(siglet_merkle_prove_consistency(0, 9, look_up, &size, &list), SIGLET_E_RANGE,
		 "from nothing");
	OK_ERROR(siglet_merkle_prove_consistency(10, 9, look_up, &size, &list), SIGLET_E_RANGE,
		 "a tree that shrinks");
	OK_ERROR(siglet_merkle_prove_consistency(3, SIGLET_MERKLE_MAX_SIZE + 1, look_up, &size,
						 &list),
		 SIGLET_E_RANGE, "to one that is too large");
	OK_ERROR(siglet_merkle_root_of(SIGLET_MERKLE_MAX_SIZE + 1, look_up, &size, &root),
		 SIGLET_E_RANGE, "its root");
	OK_ERROR(siglet_range_of(5, 4, look_up, &size, &range), SIGLET_E_RANGE,
		 "a range that ends before it begins");
	size = 8;
	OK_ERROR(siglet_merkle_prove_inclusion(0, 9, look_up, &size, &list), SIGLET_E_INTERNAL,
		 "what the lookup says is passed on");
	OK_ERROR(siglet_merkle_prove_consistency(3, 9, look_up, &size, &list), SIGLET_E_INTERNAL,
		 "for growth too");
	OK_ERROR(siglet_merkle_root_of(9, look_up, &size, &root), SIGLET_E_INTERNAL, "for roots");
	OK_ERROR(siglet_range_of(3, 9, look_up, &size, &range), SIGLET_E_INTERNAL, "for ranges");
}

/* ---- compact ranges ---- */

static siglet_range leaves(uint64_t begin, uint64_t end)
{
	siglet_range range;

	siglet_range_init(&range, begin);
	for (uint64_t i = begin; i < end; i++)
		if (siglet_range_push(&range, 0, &levels[0][i]) != NULL)
			abort();
	return range;
}

static bool are_equal(const siglet_range *a, const siglet_range *b)
{
	if (a->begin != b->begin || a->end != b->end || a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (a->nodes[i].level != b->nodes[i].level ||
		    a->nodes[i].index != b->nodes[i].index ||
		    !siglet_hash32_equal(&a->nodes[i].hash, &b->nodes[i].hash))
			return false;
	return true;
}

static void ranges_join_wherever_they_are_cut(void)
{
	bool joined = true, shaped = true;

	for (uint64_t end = 0; end <= 70; end++)
		for (uint64_t begin = 0; begin <= end; begin++)
			for (uint64_t cut = begin; cut <= end; cut++) {
				const siglet_range whole = leaves(begin, end);
				const siglet_range right = leaves(cut, end);
				siglet_range left = leaves(begin, cut);

				joined = joined && siglet_range_join(&left, &right) == NULL &&
					 are_equal(&left, &whole);
				shaped = shaped && siglet_range_check(&left) == NULL;
			}
	OK(joined, "all ranges of up to 70 leaves");
	OK(shaped, "have the nodes that their ends call for");
}

static void a_range_from_the_start_has_the_root(void)
{
	siglet_range range, other;
	siglet_hash32 root, want;
	bool good = true;

	for (uint64_t size = 1; size <= 300; size++) {
		range = leaves(0, size);
		want = mth(0, size);
		good = good && siglet_range_root(&range, &root) == NULL &&
		       siglet_hash32_equal(&root, &want);
	}
	OK(good, "of 1 to 300 leaves");
	range = leaves(1, 2);
	OK_ERROR(siglet_range_root(&range, &root), SIGLET_E_RANGE, "another has none");
	other = leaves(3, 4);
	OK_ERROR(siglet_range_join(&range, &other), SIGLET_E_RANGE, "a gap is not bridged");
	OK(range.end == 2 && range.count == 1, "and nothing was added");
	OK_ERROR(siglet_range_push(&other, 3, &want), SIGLET_E_RANGE, "no subtree begins there");
	OK_ERROR(siglet_range_push(&other, 63, &want), SIGLET_E_RANGE, "none is so large");
	siglet_range_init(&other, SIGLET_MERKLE_MAX_SIZE);
	OK_ERROR(siglet_range_push(&other, 0, &want), SIGLET_E_RANGE, "nor so late");
}

static void a_range_of_another_shape_is_refused(void)
{
	siglet_range range = leaves(3, 23);

	OK_SUCCESS(siglet_range_check(&range), "as it is");
	range.nodes[1].level++;
	OK_ERROR(siglet_range_check(&range), SIGLET_E_MALFORMED, "another level");
	range = leaves(3, 23);
	range.nodes[2].index++;
	OK_ERROR(siglet_range_check(&range), SIGLET_E_MALFORMED, "another index");
	range = leaves(3, 23);
	range.count--;
	OK_ERROR(siglet_range_check(&range), SIGLET_E_MALFORMED, "a node less");
	range = leaves(3, 23);
	range.end--;
	OK_ERROR(siglet_range_check(&range), SIGLET_E_MALFORMED, "a leaf less");
	range = leaves(3, 23);
	range.nodes[range.count] = range.nodes[range.count - 1];
	range.count++;
	OK_ERROR(siglet_range_check(&range), SIGLET_E_MALFORMED, "a node more");
	range = leaves(3, 23);
	range.begin = 24;
	OK_ERROR(siglet_range_check(&range), SIGLET_E_RANGE, "an end before its begin");
	range = leaves(0, 0);
	range.end = SIGLET_MERKLE_MAX_SIZE + 1;
	OK_ERROR(siglet_range_check(&range), SIGLET_E_RANGE, "an end past any tree's");
	range.end = 0;
	range.count = SIGLET_RANGE_MAX_NODES + 1;
	OK_ERROR(siglet_range_check(&range), SIGLET_E_RANGE, "more nodes than there is room for");
}

/* The longest there is: as many nodes up as down. */
static void the_longest_range_fits(void)
{
	const uint64_t begin = 1, end = SIGLET_MERKLE_MAX_SIZE;
	siglet_range range;
	siglet_err *err = NULL;

	siglet_range_init(&range, begin);
	while (err == NULL && range.end < end)
		err = siglet_range_push(&range, siglet_range_next_level(range.end, end),
					&levels[0][0]);
	OK_SUCCESS(err, "from the second leaf to the last of the largest tree");
	OK(range.count == 124 && range.end == end, "%zu nodes", range.count);
	OK_SUCCESS(siglet_range_check(&range), "well shaped");
}

/* ---- tiles ---- */

static bool has_path(siglet_tile_kind kind, unsigned level, uint64_t number, unsigned width,
		     const char *want)
{
	const siglet_tile tile = { kind, level, number, width };
	const siglet_tile_path path = siglet_tile_path_of(&tile);

	return strcmp(path.text, want) == 0;
}

static void tiles_lie_where_c2sp_says(void)
{
	OK(has_path(SIGLET_TILE_HASHES, 0, 5, 256, "tile/0/005"), "a full one");
	OK(has_path(SIGLET_TILE_HASHES, 3, 1234067, 256, "tile/3/x001/x234/067"),
	   "of large number");
	OK(has_path(SIGLET_TILE_HASHES, 1, 1000, 17, "tile/1/x001/000.p/17"), "a partial one");
	OK(has_path(SIGLET_TILE_ENTRIES, 0, 0, 1, "tile/entries/000.p/1"), "entries");
	OK(has_path(SIGLET_TILE_DATA, 0, 70000, 256, "tile/data/x070/000"), "of a static CT log");
	OK(has_path(SIGLET_TILE_HASHES, 0, UINT64_MAX, 255,
		    "tile/0/x018/x446/x744/x073/x709/x551/615.p/255"),
	   "the largest number has room");
}

static void tiles_are_as_wide_as_the_tree(void)
{
	OK(siglet_tile_width(0, 272, 70000) == 256 && siglet_tile_width(0, 273, 70000) == 112 &&
		   siglet_tile_width(0, 274, 70000) == 0,
	   "70000 leaves: 273 full tiles, and 112 leaves");
	OK(siglet_tile_width(1, 0, 70000) == 256 && siglet_tile_width(1, 1, 70000) == 17 &&
		   siglet_tile_width(2, 0, 70000) == 1 && siglet_tile_width(3, 0, 70000) == 0,
	   "and above them");
	OK(siglet_tile_width(0, 256, 65536) == 0 && siglet_tile_partial_width(0, 65536) == 0 &&
		   siglet_tile_width(2, 0, 65536) == 1,
	   "no empty tile");
	OK(siglet_tile_full_count(0, 1025) == 4 && siglet_tile_full_count(7, UINT64_MAX) == 0,
	   "as many full ones");
	OK(siglet_tile_width(7, 0, SIGLET_MERKLE_MAX_SIZE) == 127 &&
		   siglet_tile_width(8, 0, SIGLET_MERKLE_MAX_SIZE) == 0,
	   "the largest tree has eight levels");
}

static void tiles_fold_to_their_subtree(void)
{
	siglet_hash32 hash;

	for (unsigned level = 0; level <= 8; level++)
		OK(siglet_tile_fold(levels[0] + 256, (size_t)1 << level, &hash) == NULL &&
			   siglet_hash32_equal(&hash, &levels[level][256 >> level]),
		   "of %u hashes", 1u << level);
	OK_ERROR(siglet_tile_fold(levels[0], 0, &hash), SIGLET_E_RANGE, "of none");
	OK_ERROR(siglet_tile_fold(levels[0], 3, &hash), SIGLET_E_RANGE, "of three");
	OK_ERROR(siglet_tile_fold(levels[0], 512, &hash), SIGLET_E_RANGE, "of more than a tile");
}

int main(void)
{
	grow_tree();
	roots_are_those_of_the_recursion();
	proofs_convince_a_stranger();
	impossible_proofs_are_refused();
	ranges_join_wherever_they_are_cut();
	a_range_from_the_start_has_the_root();
	a_range_of_another_shape_is_refused();
	the_longest_range_fits();
	tiles_lie_where_c2sp_says();
	tiles_are_as_wide_as_the_tree();
	tiles_fold_to_their_subtree();
	for (unsigned level = 0; level < LEVELS; level++)
		free(levels[level]);
	return tap_done();
}
