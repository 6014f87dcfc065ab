#include "merkle/merkle.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Where a log keeps its hashes: 256 of one level to a file (C2SP tlog-tiles). */

uint64_t siglet_tile_full_count(unsigned level, uint64_t size)
{
	const unsigned bits = SIGLET_TILE_BITS * (level + 1);

	return bits < 64 ? size >> bits : 0;
}

unsigned siglet_tile_partial_width(unsigned level, uint64_t size)
{
	const unsigned bits = SIGLET_TILE_BITS * level;

	return bits < 64 ? (unsigned)(size >> bits & (SIGLET_TILE_WIDTH - 1)) : 0;
}

unsigned siglet_tile_width(unsigned level, uint64_t number, uint64_t size)
{
	const uint64_t full = siglet_tile_full_count(level, size);

	if (number < full)
		return SIGLET_TILE_WIDTH;
	return number == full ? siglet_tile_partial_width(level, size) : 0;
}

/* "x001/x234/067": groups of three digits, all but the last marked. */
static size_t put_number(uint64_t number, char *text, size_t room)
{
	uint64_t groups[7];
	size_t count = 0, len = 0;

	do {
		groups[count++] = number % 1000;
		number /= 1000;
	} while (number > 0);
	for (size_t i = count; i > 0; i--)
		len += (size_t)snprintf(text + len, room - len, "/%s%03" PRIu64, i > 1 ? "x" : "",
					groups[i - 1]);
	return len;
}

siglet_tile_path siglet_tile_path_of(const siglet_tile *tile)
{
	siglet_tile_path path;
	size_t len;

	if (tile->kind == SIGLET_TILE_HASHES)
		len = (size_t)snprintf(path.text, sizeof(path.text), "tile/%u", tile->level);
	else
		len = (size_t)snprintf(path.text, sizeof(path.text), "tile/%s",
				       tile->kind == SIGLET_TILE_ENTRIES ? "entries" : "data");
	len += put_number(tile->number, path.text + len, sizeof(path.text) - len);
	if (tile->width < SIGLET_TILE_WIDTH)
		(void)snprintf(path.text + len, sizeof(path.text) - len, ".p/%u", tile->width);
	return path;
}

siglet_err *siglet_tile_fold(const siglet_hash32 *hashes, size_t count, siglet_hash32 *ret_hash)
{
	siglet_hash32 folded[SIGLET_TILE_WIDTH / 2] = { 0 };
	siglet_err *err = NULL;

	if (count == 0 || count > SIGLET_TILE_WIDTH || (count & (count - 1)) != 0)
		return siglet_err_new(SIGLET_E_RANGE, "%zu hashes have no subtree", count);
	if (count == 1) {
		*ret_hash = hashes[0];
		return NULL;
	}
	for (size_t i = 0; err == NULL && i < count / 2; i++)
		err = siglet_merkle_hash_node(&hashes[2 * i], &hashes[2 * i + 1], &folded[i]);
	for (count /= 2; count > 1; count /= 2)
		for (size_t i = 0; err == NULL && i < count / 2; i++)
			err = siglet_merkle_hash_node(&folded[2 * i], &folded[2 * i + 1],
						      &folded[i]);
	if (err == NULL)
		*ret_hash = folded[0];
	return err;
}
