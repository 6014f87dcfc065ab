/* What the files of this room share. */
#ifndef SIGLET_TILES_INTERNAL_H
#define SIGLET_TILES_INTERNAL_H

#include "tiles/tiles.h"

/* What became of one bundle. */
typedef struct scanned_bundle {
	uint64_t first;	       /* index of its first entry that counts */
	unsigned count;	       /* of entries that count */
	siglet_hash32 node;    /* over all 256, when they all count */
	siglet_hash32 *leaves; /* else each; NULL otherwise */
	void *finding;
	siglet_err *err;      /* it could not be read */
	siglet_err *tile_err; /* its tile of leaf hashes is wrong or not there */
} scanned_bundle;

void siglet_scan_bundle_clear(const siglet_scan *scan, scanned_bundle *bundle);

/*
 * Read and hash the bundle of that number, as far as it lies in the scan. guess: how large the last
 * ones were; updated.
 */
void siglet_scan_bundle_read(const siglet_scan *scan, uint64_t number, siglet_freshness freshness,
			     size_t max_bytes, scanned_bundle *ret_bundle, size_t *ret_bytes);

/* May a second answer, past caches, be another one? */
bool siglet_tiles_may_be_stale(const siglet_source *source, const siglet_err *err);

#endif
