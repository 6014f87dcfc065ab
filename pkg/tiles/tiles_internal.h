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
	size_t weight;	      /* of the finding, in bytes */
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

/* Bundles of one block, from first up to, without, last. */
typedef struct scan_extent {
	uint64_t first, last;
} scan_extent;

/*
 * Compare these bundles, which stand in block by the last digits of their numbers, with the tree, and
 * give them out. (scan_judge.c)
 */
SIGLET_MUST_USE siglet_err *siglet_scan_judge(const siglet_scan *scan, scanned_bundle *block,
					      scan_extent extent);

/* Is it about what the log serves: wrong, cut, too large or not there? */
bool siglet_tiles_is_wrong(const siglet_err *err);
/* And may a second answer, past caches and the mirror's copies, be another one? */
bool siglet_tiles_may_be_stale(const siglet_source *source, const siglet_err *err);

#endif
