#include "tiles/tiles.h"

siglet_err *siglet_entries_split(siglet_slice tile, unsigned width, siglet_entries *ret_entries)
{
	siglet_reader reader = { tile };
	siglet_err *err = NULL;
	unsigned count = 0;

	for (; err == NULL && reader.left.len > 0 && count < SIGLET_TILE_WIDTH; count++) {
		siglet_slice entry = SIGLET_SLICE_NONE;

		err = siglet_reader_vector(&reader, 2, &entry);
		if (err == NULL && count < width)
			ret_entries->of[count] = entry;
	}
	if (err == NULL)
		err = siglet_reader_end(&reader);
	if (err == NULL && count != width && (count != SIGLET_TILE_WIDTH || count < width))
		err = siglet_err_new(SIGLET_E_MALFORMED, "%u entries, not %u", count, width);
	if (err != NULL)
		return siglet_err_wrap(err, "entry %u of the bundle", count);
	ret_entries->count = width;
	return NULL;
}
