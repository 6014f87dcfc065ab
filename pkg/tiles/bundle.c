#include "tiles/tiles.h"

/* By hand: millions of entries pass here, and a length and its bytes are all there is to one. */
siglet_err *siglet_entries_split(siglet_slice tile, unsigned width, siglet_entries *ret_entries)
{
	size_t at = 0;
	unsigned count = 0;

	for (; at < tile.len && count < SIGLET_TILE_WIDTH; count++) {
		size_t len;

		if (tile.len - at < 2)
			return siglet_err_new(SIGLET_E_MALFORMED,
					      "entry %u of the bundle is cut off", count);
		len = (size_t)tile.ptr[at] << 8 | tile.ptr[at + 1];
		at += 2;
		if (len > tile.len - at)
			return siglet_err_new(SIGLET_E_MALFORMED,
					      "entry %u of the bundle is cut off", count);
		ret_entries->of[count] = siglet_slice_of(tile.ptr + at, len);
		at += len;
	}
	if (at != tile.len)
		return siglet_err_new(SIGLET_E_MALFORMED, "%zu bytes behind the last entry",
				      tile.len - at);
	if (count != width && (count != SIGLET_TILE_WIDTH || width > count))
		return siglet_err_new(SIGLET_E_MALFORMED, "%u entries, not %u", count, width);
	ret_entries->count = width;
	return NULL;
}

static siglet_err *digest(siglet_slice tile, unsigned width, siglet_entries *ret_entries,
			  siglet_hash32 ret_leaves[SIGLET_TILE_WIDTH])
{
	siglet_err *err = siglet_entries_split(tile, width, ret_entries);

	for (size_t i = 0; err == NULL && i < ret_entries->count; i++)
		err = siglet_merkle_hash_leaf(ret_entries->of[i], &ret_leaves[i]);
	return err;
}

const siglet_tile_format siglet_tlog_tiles = { SIGLET_TILE_ENTRIES, digest };
