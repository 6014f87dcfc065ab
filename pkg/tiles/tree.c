#include "tiles/tiles_internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/*
 * A tree whose hashes are fetched when they are asked for. The tiles of its right edge lead to its
 * root; any other tile is full, and is the child of one hash of the tile above it. So each is
 * authenticated before a hash of it is used.
 */

#define CACHED_TILES 64

typedef struct kept_tile {
	bool is_there;
	unsigned level;
	uint64_t number;
	uint64_t used; /* the last time, counted in lookups */
	siglet_hash32 hashes[SIGLET_TILE_WIDTH];
} kept_tile;

struct siglet_tree {
	siglet_source *source;
	const siglet_tile_format *format;
	uint64_t size;
	siglet_hash32 root;
	uint64_t clock;
	/* By level; of width siglet_tile_partial_width. */
	siglet_hash32 edge[SIGLET_MAX_TILE_LEVEL + 1][SIGLET_TILE_WIDTH];
	kept_tile kept[CACHED_TILES];
};

uint64_t siglet_tree_size(const siglet_tree *tree)
{
	return tree->size;
}

void siglet_tree_set_format(siglet_tree *tree, const siglet_tile_format *format)
{
	tree->format = format;
}

const siglet_tile_format *siglet_tree_format(const siglet_tree *tree)
{
	return tree->format;
}

void siglet_tree_free(siglet_tree *tree)
{
	free(tree);
}

/* ---- one tile ---- */

/* A partial tile that came as a full one begins with what it was. */
static siglet_err *read_tile(const siglet_tree *tree, const siglet_tile *tile,
			     siglet_freshness freshness, siglet_hash32 *ret_hashes)
{
	const size_t want = tile->width * sizeof(siglet_hash32);
	siglet_buf data;
	siglet_err *err;

	siglet_buf_init(&data, SIGLET_TILE_BYTES);
	err = siglet_source_fetch_tile(tree->source, tile, freshness, &data);
	if (err == NULL && data.len != want && data.len != SIGLET_TILE_BYTES)
		err = siglet_err_new(SIGLET_E_MALFORMED, "%s: %zu bytes, not %zu",
				     siglet_tile_path_of(tile).text, data.len, want);
	if (err == NULL)
		memcpy(ret_hashes, data.ptr, want);
	siglet_buf_clear(&data);
	return err;
}

bool siglet_tiles_is_wrong(const siglet_err *err)
{
	const siglet_code code = siglet_err_code(err);

	return code == SIGLET_E_MISMATCH || code == SIGLET_E_MALFORMED ||
	       code == SIGLET_E_MISSING || code == SIGLET_E_LIMIT;
}

/* A copy may have been wrong or not there once: such an answer is asked for twice. */
bool siglet_tiles_may_be_stale(const siglet_source *source, const siglet_err *err)
{
	return siglet_source_has_copies(source) && siglet_tiles_is_wrong(err);
}

/* ---- the right edge ---- */

static siglet_err *read_edge(siglet_tree *tree, siglet_freshness freshness)
{
	for (unsigned level = 0; level <= SIGLET_MAX_TILE_LEVEL; level++) {
		const siglet_tile tile = {
			.level = level,
			.number = siglet_tile_full_count(level, tree->size),
			.width = siglet_tile_partial_width(level, tree->size),
		};
		siglet_err *err = NULL;

		if (tile.width > 0)
			err = read_tile(tree, &tile, freshness, tree->edge[level]);
		if (err != NULL)
			return err;
	}
	return NULL;
}

/* Highest level first, as the leaves are: the subtrees that the tree's size is the sum of. */
static siglet_err *check_edge(const siglet_tree *tree)
{
	siglet_hash32 root;
	siglet_range range;
	siglet_err *err = NULL;

	siglet_range_init(&range, 0);
	for (unsigned level = SIGLET_MAX_TILE_LEVEL + 1; level-- > 0;)
		for (unsigned i = 0;
		     err == NULL && i < siglet_tile_partial_width(level, tree->size); i++)
			err = siglet_range_push(&range, level * SIGLET_TILE_BITS,
						&tree->edge[level][i]);
	if (err == NULL)
		err = siglet_range_root(&range, &root);
	if (err != NULL)
		return err;
	if (range.end != tree->size || !siglet_hash32_equal(&root, &tree->root))
		return siglet_err_new(SIGLET_E_MISMATCH,
				      "the tiles at the end of the tree of %" PRIu64
				      " entries do not lead to its signed root",
				      tree->size);
	return NULL;
}

static siglet_err *take_edge(siglet_tree *tree, siglet_freshness freshness)
{
	siglet_err *err = read_edge(tree, freshness);

	return err == NULL ? check_edge(tree) : err;
}

siglet_err *siglet_tree_open(siglet_source *source, uint64_t size, const siglet_hash32 *root,
			     siglet_tree **ret_tree)
{
	siglet_tree *tree;
	siglet_err *err;

	if (size > SIGLET_MERKLE_MAX_SIZE)
		return siglet_err_new(SIGLET_E_RANGE, "a tree of %" PRIu64 " leaves", size);
	tree = siglet_calloc(1, sizeof(*tree));
	if (tree == NULL)
		return siglet_err_nomem();
	tree->source = source;
	tree->format = &siglet_tlog_tiles;
	tree->size = size;
	tree->root = *root;
	err = take_edge(tree, SIGLET_ANY_COPY);
	if (err != NULL && siglet_tiles_may_be_stale(source, err)) {
		siglet_err_free(err);
		err = take_edge(tree, SIGLET_FRESH_COPY);
	}
	if (err != NULL) {
		siglet_tree_free(tree);
		return err;
	}
	*ret_tree = tree;
	return NULL;
}

/* ---- full tiles ---- */

static kept_tile *oldest(siglet_tree *tree)
{
	kept_tile *found = &tree->kept[0];

	for (size_t i = 0; i < CACHED_TILES && found->is_there; i++)
		if (!tree->kept[i].is_there || tree->kept[i].used < found->used)
			found = &tree->kept[i];
	return found;
}

static siglet_err *check_full(const siglet_tile *tile, const siglet_hash32 *hashes,
			      const siglet_hash32 *parent)
{
	siglet_hash32 hash;
	siglet_err *err = siglet_tile_fold(hashes, SIGLET_TILE_WIDTH, &hash);

	if (err == NULL && !siglet_hash32_equal(&hash, parent))
		err = siglet_err_new(SIGLET_E_MISMATCH,
				     "%s: its hashes are not those that the signed root covers",
				     siglet_tile_path_of(tile).text);
	return err;
}

static siglet_err *take_full(const siglet_tree *tree, const siglet_tile *tile,
			     siglet_freshness freshness, const siglet_hash32 *parent,
			     siglet_hash32 *ret_hashes)
{
	siglet_err *err = read_tile(tree, tile, freshness, ret_hashes);

	return err == NULL ? check_full(tile, ret_hashes, parent) : err;
}

static siglet_err *find_full(siglet_tree *tree, unsigned level, uint64_t number,
			     const siglet_hash32 **ret_hashes)
{
	const siglet_tile tile = { .level = level, .number = number, .width = SIGLET_TILE_WIDTH };
	siglet_hash32 parent, hashes[SIGLET_TILE_WIDTH];
	kept_tile *place;
	siglet_err *err;

	for (size_t i = 0; i < CACHED_TILES; i++) {
		kept_tile *kept = &tree->kept[i];

		if (kept->is_there && kept->level == level && kept->number == number) {
			kept->used = ++tree->clock;
			*ret_hashes = kept->hashes;
			return NULL;
		}
	}
	err = siglet_tree_look_up(tree, (level + 1) * SIGLET_TILE_BITS, number, &parent);
	if (err != NULL)
		return err;
	err = take_full(tree, &tile, SIGLET_ANY_COPY, &parent, hashes);
	if (err != NULL && siglet_tiles_may_be_stale(tree->source, err)) {
		siglet_err_free(err);
		err = take_full(tree, &tile, SIGLET_FRESH_COPY, &parent, hashes);
	}
	if (err != NULL)
		return err;
	place = oldest(tree);
	*place = (kept_tile) {
		.is_there = true,
		.level = level,
		.number = number,
		.used = ++tree->clock,
	};
	memcpy(place->hashes, hashes, sizeof(hashes));
	*ret_hashes = place->hashes;
	return NULL;
}

/* ---- lookups ---- */

siglet_err *siglet_tree_look_up(void *context, unsigned level, uint64_t index,
				siglet_hash32 *ret_hash)
{
	siglet_tree *tree = context;
	const unsigned tile_level = level / SIGLET_TILE_BITS, rest = level % SIGLET_TILE_BITS;
	const siglet_hash32 *hashes;
	siglet_err *err = NULL;

	/* Also keeps what follows from overflowing. */
	if (level > SIGLET_MERKLE_MAX_LEVEL || index >= tree->size >> level)
		return siglet_err_new(SIGLET_E_RANGE,
				      "no subtree %" PRIu64 " of level %u in a tree of %" PRIu64,
				      index, level, tree->size);
	const uint64_t first = index << rest, number = first / SIGLET_TILE_WIDTH;

	if (number == siglet_tile_full_count(tile_level, tree->size))
		hashes = tree->edge[tile_level];
	else
		err = find_full(tree, tile_level, number, &hashes);
	if (err != NULL)
		return err;
	return siglet_tile_fold(hashes + first % SIGLET_TILE_WIDTH, (size_t)1 << rest, ret_hash);
}

siglet_err *siglet_tree_leaves(siglet_tree *tree, uint64_t number, const siglet_hash32 **ret_hashes,
			       unsigned *ret_width)
{
	const unsigned width = siglet_tile_width(0, number, tree->size);
	siglet_err *err = NULL;

	if (width == 0)
		return siglet_err_new(SIGLET_E_RANGE,
				      "no tile %" PRIu64 " in a tree of %" PRIu64 " entries",
				      number, tree->size);
	if (number == siglet_tile_full_count(0, tree->size))
		*ret_hashes = tree->edge[0];
	else
		err = find_full(tree, 0, number, ret_hashes);
	if (err == NULL)
		*ret_width = width;
	return err;
}

/* ---- entries ---- */

static siglet_err *take_entry(siglet_tree *tree, uint64_t index, siglet_freshness freshness,
			      const siglet_hash32 *want, siglet_buf *ret_entry)
{
	const siglet_tile tile = {
		.kind = tree->format->kind,
		.number = index / SIGLET_TILE_WIDTH,
		.width = siglet_tile_width(0, index / SIGLET_TILE_WIDTH, tree->size),
	};
	const size_t at = index % SIGLET_TILE_WIDTH;
	siglet_entries entries;
	siglet_hash32 leaves[SIGLET_TILE_WIDTH];
	siglet_buf data;
	siglet_err *err;

	siglet_buf_init(&data, SIGLET_MAX_BUNDLE_TILE_BYTES);
	err = siglet_source_fetch_tile(tree->source, &tile, freshness, &data);
	if (err == NULL)
		err = tree->format->digest(siglet_buf_slice(&data), tile.width, &entries, leaves);
	if (err == NULL && !siglet_hash32_equal(&leaves[at], want))
		err = siglet_err_new(SIGLET_E_MISMATCH,
				     "%s: entry %" PRIu64
				     " is not the one that the signed root covers",
				     siglet_tile_path_of(&tile).text, index);
	if (err == NULL)
		err = siglet_buf_append(ret_entry, entries.of[at]);
	siglet_buf_clear(&data);
	return err;
}

siglet_err *siglet_tree_entry(siglet_tree *tree, uint64_t index, siglet_buf *ret_entry)
{
	siglet_hash32 want;
	siglet_err *err = siglet_tree_look_up(tree, 0, index, &want);

	if (err != NULL)
		return err;
	err = take_entry(tree, index, SIGLET_ANY_COPY, &want, ret_entry);
	if (err != NULL && siglet_tiles_may_be_stale(tree->source, err)) {
		siglet_err_free(err);
		err = take_entry(tree, index, SIGLET_FRESH_COPY, &want, ret_entry);
	}
	return err;
}
