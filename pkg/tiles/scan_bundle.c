#include "tiles/tiles_internal.h"

#include <stdlib.h>
#include <string.h>

/* One bundle of entries: read, hashed, looked at. */

void siglet_scan_bundle_clear(const siglet_scan *scan, scanned_bundle *bundle)
{
	if (bundle->finding != NULL)
		scan->drop(bundle->finding);
	free(bundle->leaves);
	siglet_err_free(bundle->err);
	siglet_err_free(bundle->tile_err);
	*bundle = (scanned_bundle) { .first = 0 };
}

/* The tile of leaf hashes must say what the entries do. */
static siglet_err *compare_tile(const siglet_scan *scan, siglet_tile tile,
				siglet_freshness freshness, const siglet_hash32 *leaves)
{
	const size_t len = tile.width * sizeof(*leaves);
	siglet_buf data;
	siglet_err *err;

	tile.kind = SIGLET_TILE_HASHES;
	siglet_buf_init(&data, SIGLET_TILE_BYTES);
	err = siglet_source_fetch_tile(scan->source, &tile, freshness, &data);
	if (err == NULL && (data.len != len && data.len != SIGLET_TILE_BYTES))
		err = siglet_err_new(SIGLET_E_MALFORMED, "%s: %zu bytes, not %zu",
				     siglet_tile_path_of(&tile).text, data.len, len);
	else if (err == NULL && memcmp(data.ptr, leaves, len) != 0)
		err = siglet_err_new(SIGLET_E_MISMATCH,
				     "%s: its hashes are not those of the entries",
				     siglet_tile_path_of(&tile).text);
	siglet_buf_clear(&data);
	return err;
}

static siglet_err *check_tile(const siglet_scan *scan, const siglet_tile *tile,
			      const siglet_hash32 *leaves)
{
	siglet_err *err = compare_tile(scan, *tile, SIGLET_ANY_COPY, leaves);

	if (err == NULL || !siglet_tiles_may_be_stale(scan->source, err))
		return err;
	siglet_err_free(err);
	return compare_tile(scan, *tile, SIGLET_FRESH_COPY, leaves);
}

/* One hash stands for a whole bundle; of a part each leaf is needed. */
static siglet_err *keep_hashes(const siglet_hash32 *leaves, scanned_bundle *bundle)
{
	const size_t size = bundle->count * sizeof(*leaves);

	if (bundle->count == SIGLET_TILE_WIDTH)
		return siglet_tile_fold(leaves, SIGLET_TILE_WIDTH, &bundle->node);
	bundle->leaves = malloc(size);
	if (bundle->leaves == NULL)
		return siglet_err_nomem();
	memcpy(bundle->leaves, leaves, size);
	return NULL;
}

static siglet_err *work(const siglet_scan *scan, const siglet_tile *tile, siglet_slice data,
			scanned_bundle *bundle)
{
	const uint64_t first = tile->number * SIGLET_TILE_WIDTH;
	const unsigned skip = (unsigned)(bundle->first - first);
	siglet_hash32 leaves[SIGLET_TILE_WIDTH];
	siglet_entries entries;
	siglet_err *err =
		siglet_tree_format(scan->tree)->digest(data, tile->width, &entries, leaves);

	if (err != NULL)
		return siglet_err_wrap(err, "%s", siglet_tile_path_of(tile).text);
	if (scan->checks_tiles)
		bundle->tile_err = check_tile(scan, tile, leaves);
	if (err == NULL)
		err = keep_hashes(leaves + skip, bundle);
	if (err != NULL || scan->see == NULL)
		return err;
	memmove(entries.of, entries.of + skip, bundle->count * sizeof(entries.of[0]));
	entries.count = bundle->count;
	/* cppcheck-suppress returnDanglingLifetime ; an error borrows nothing */
	return scan->see(scan->context, bundle->first, &entries, leaves + skip, &bundle->finding);
}

void siglet_scan_bundle_read(const siglet_scan *scan, uint64_t number, siglet_freshness freshness,
			     size_t max_bytes, scanned_bundle *ret_bundle, size_t *ret_bytes)
{
	const uint64_t size = siglet_tree_size(scan->tree);
	const uint64_t first = number * SIGLET_TILE_WIDTH, last = first + SIGLET_TILE_WIDTH;
	const uint64_t begin = first < scan->begin ? scan->begin : first;
	const uint64_t end = last > scan->end ? scan->end : last;
	const siglet_tile tile = {
		.kind = siglet_tree_format(scan->tree)->kind,
		.number = number,
		.width = siglet_tile_width(0, number, size),
	};
	siglet_buf data;
	siglet_err *err;

	*ret_bundle = (scanned_bundle) { .first = begin, .count = (unsigned)(end - begin) };
	siglet_buf_init(&data, max_bytes);
	err = siglet_source_fetch_tile(scan->source, &tile, freshness, &data);
	*ret_bytes = data.len;
	if (err == NULL)
		err = work(scan, &tile, siglet_buf_slice(&data), ret_bundle);
	siglet_buf_clear(&data);
	if (ret_bundle->finding != NULL && scan->weigh != NULL)
		ret_bundle->weight = scan->weigh(ret_bundle->finding);
	ret_bundle->err = err;
}
