/*
 * tiles: what does a log publish in files, and does its signed root cover it?
 *
 * A log's tree as static files (C2SP tlog-tiles), over HTTP or in a folder. Everything that is read
 * here is untrusted until the root of a checkpoint, whose signature the caller has verified, covers
 * it: a tree authenticates each tile it reads from the root down.
 *
 * A source may be used by several threads at once, a tree by one at a time.
 *
 * Spec: C2SP tlog-tiles, RFC 9162 section 2.1.
 */
#ifndef SIGLET_TILES_H
#define SIGLET_TILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/base.h"
#include "http/http.h"
#include "merkle/merkle.h"

#define SIGLET_MAX_ENTRY_BYTES 65535 /* a length has 16 bits */
#define SIGLET_MAX_BUNDLE_TILE_BYTES ((size_t)256 * (2 + SIGLET_MAX_ENTRY_BYTES)) /* of entries */

/* ---- where they come from (source.c) ---- */

typedef enum siglet_freshness {
	SIGLET_ANY_COPY = 0, /* a cache's will do: what it says is checked */
	SIGLET_FRESH_COPY,   /* past all caches, after one that was wrong or not there */
} siglet_freshness;

typedef struct siglet_source siglet_source;

/*
 * A log's prefix: a URL, or a folder. transport may be NULL for a folder, and must outlive the
 * source. rate: at most so many requests a second; 0: as many as there are.
 * Errors: SIGLET_E_USAGE (a URL without a transport, or one that may not be used), SIGLET_E_NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_source_new(const char *where, const siglet_transport *transport,
					      unsigned rate, siglet_source **ret_source);
void siglet_source_free(siglet_source *source);
const char *siglet_source_where(const siglet_source *source);
bool siglet_source_is_url(const char *where); /* else it is a folder */
bool siglet_source_is_remote(const siglet_source *source);
/* May a fresh copy be another one: over the network, or past a mirror? */
bool siglet_source_has_copies(const siglet_source *source);
/* Read from below a prefix of the log from now on, such as "/api/v2". Errors: SIGLET_E_NOMEM. */
SIGLET_MUST_USE siglet_err *siglet_source_set_prefix(siglet_source *source, const char *prefix);

/*
 * Append the file at path ("checkpoint", "tile/0/000") to ret_data, up to its ceiling.
 * Errors: SIGLET_E_MISSING   it is certainly not there
 *         SIGLET_E_NETWORK, SIGLET_E_IO  nobody knows
 *         SIGLET_E_LIMIT     larger than the ceiling
 *         SIGLET_E_NOMEM
 */
SIGLET_MUST_USE siglet_err *siglet_source_fetch(siglet_source *source, const char *path,
						siglet_freshness freshness, siglet_buf *ret_data);
/*
 * A tile as it is served, of that width or, where the partial one is gone, the full one: the first
 * tile->width hashes or entries of it are meant. A full one that is not there is asked for once more
 * past caches. Errors: as fetch.
 */
SIGLET_MUST_USE siglet_err *siglet_source_fetch_tile(siglet_source *source, const siglet_tile *tile,
						     siglet_freshness freshness,
						     siglet_buf *ret_data);
/*
 * Keep a copy of each tile in folder, and read it from there the next time; in the layout of a log,
 * so that it can be served. Errors: SIGLET_E_IO, SIGLET_E_USAGE, SIGLET_E_NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_source_set_mirror(siglet_source *source, const char *folder);
/* The last thing to be kept there: a checkpoint whose tiles are all there. Errors: SIGLET_E_IO. */
SIGLET_MUST_USE siglet_err *siglet_source_mirror_checkpoint(const siglet_source *source,
							    siglet_slice note);
/*
 * A transport for what a log serves besides files: it waits for its turn as fetch does, and what it
 * sends is counted. Lives as long as the source; of a folder it has no network.
 */
siglet_transport siglet_source_transport(siglet_source *source);
/* What was asked for so far, and how much came. */
typedef struct siglet_source_counts {
	uint64_t requests, bytes;
} siglet_source_counts;
siglet_source_counts siglet_source_counts_of(const siglet_source *source);

/* ---- a bundle of entries (bundle.c) ---- */

/* Up to 256 entries; they borrow from the bytes of their tile. */
typedef struct siglet_entries {
	size_t count;
	siglet_slice of[SIGLET_TILE_WIDTH];
} siglet_entries;

/*
 * Split the first width entries off a tile of entries, which must end there unless it is a full one
 * read for a partial one. Errors: SIGLET_E_MALFORMED.
 */
SIGLET_MUST_USE siglet_err *siglet_entries_split(siglet_slice tile, unsigned width,
						 siglet_entries *ret_entries);

/* How entries lie in tiles, and what their leaf hashes are. */
typedef struct siglet_tile_format {
	siglet_tile_kind kind;
	/*
	 * The first width entries of a tile, and their hashes. What is in a tile that is read for a
	 * narrower one is passed over. Errors: SIGLET_E_MALFORMED …: it is no such tile.
	 */
	siglet_err *(*digest)(siglet_slice tile, unsigned width, siglet_entries *ret_entries,
			      siglet_hash32 ret_leaves[SIGLET_TILE_WIDTH]);
} siglet_tile_format;

extern const siglet_tile_format siglet_tlog_tiles; /* C2SP tlog-tiles */

/* ---- a tree (tree.c) ---- */

typedef struct siglet_tree siglet_tree;

/*
 * The tree that a checkpoint names. Reads and checks the tiles of its right edge, from which the
 * root must follow.
 *
 * Errors: SIGLET_E_MISMATCH  the tiles that are served lead to another root, also past caches
 *         SIGLET_E_MISSING   a tile that there must be is not served
 *         SIGLET_E_MALFORMED, SIGLET_E_NETWORK, SIGLET_E_IO, SIGLET_E_LIMIT, SIGLET_E_CRYPTO,
 *         SIGLET_E_RANGE (a tree too large), SIGLET_E_NOMEM
 */
SIGLET_MUST_USE siglet_err *siglet_tree_open(siglet_source *source, uint64_t size,
					     const siglet_hash32 *root, siglet_tree **ret_tree);
void siglet_tree_free(siglet_tree *tree);
uint64_t siglet_tree_size(const siglet_tree *tree);
/* How its entries are published: as tlog-tiles has it, unless that is said. Static data. */
void siglet_tree_set_format(siglet_tree *tree, const siglet_tile_format *format);
const siglet_tile_format *siglet_tree_format(const siglet_tree *tree);

/*
 * The hash of a whole subtree, authenticated: a siglet_subtree_lookup, with the tree as its context.
 * Errors: those of siglet_tree_open; SIGLET_E_RANGE for what is not whole in this tree.
 */
SIGLET_MUST_USE siglet_err *siglet_tree_look_up(void *tree, unsigned level, uint64_t index,
						siglet_hash32 *ret_hash);

/*
 * The hashes of the leaves from 256 * number on, authenticated, and how many there are. They last
 * until the tree is asked for something else. Errors: as above.
 */
SIGLET_MUST_USE siglet_err *siglet_tree_leaves(siglet_tree *tree, uint64_t number,
					       const siglet_hash32 **ret_hashes,
					       unsigned *ret_width);

/* The entry at index, authenticated; appended. Errors: as above. */
SIGLET_MUST_USE siglet_err *siglet_tree_entry(siglet_tree *tree, uint64_t index,
					      siglet_buf *ret_entry);

/* ---- many entries (scan.c, scan_bundle.c, scan_judge.c) ---- */

/* Entries under one hash of level 16: what is authenticated, and given out, at once. */
#define SIGLET_SCAN_BLOCK 65536
#define SIGLET_SCAN_MAX_JOBS 64
#define SIGLET_SCAN_BUNDLES (SIGLET_SCAN_BLOCK / SIGLET_TILE_WIDTH) /* of one block */

/* Entries in a row that were read; begin and end lie in one block, which may come in pieces. */
typedef struct siglet_scan_block {
	uint64_t begin, end;
	siglet_range range; /* of their leaves */
	size_t count;	    /* of findings: one a bundle, in order; some may be NULL */
	void **findings;    /* what see made of them */
} siglet_scan_block;

typedef struct siglet_scan {
	siglet_source *source;
	siglet_tree *tree; /* of the checkpoint that covers the entries */
	uint64_t begin, end;
	unsigned jobs; /* threads; at least 1 */
	/*
	 * Bytes of bundles in flight, at most, a bundle at least is; and likewise of findings that
	 * were not taken yet.
	 */
	size_t memory;
	bool checks_tiles; /* compare each tile of leaf hashes, and of those above, too */
	void *context;
	/*
	 * By several threads at once, in any order: the entries of a bundle from first on, with their
	 * leaf hashes. They are not authenticated yet. NULL: nothing is made of them.
	 */
	siglet_err *(*see)(void *context, uint64_t first, const siglet_entries *entries,
			   const siglet_hash32 *leaves, void **ret_finding);
	void (*drop)(void *finding); /* also of findings that are never taken */
	/* By several threads: how much memory a finding takes, in bytes. NULL: none to speak of. */
	size_t (*weigh)(const void *finding);
	/*
	 * By the caller's thread, in order: a block that the tree covers. An error ends the scan, and
	 * is returned.
	 */
	siglet_err *(*take)(void *context, const siglet_scan_block *block);
	/*
	 * Likewise: a tile or bundle that the tree does not cover, or that is not served, is cut or too
	 * large, also past caches. Takes err. NULL goes on with what is behind it, and takes nothing
	 * of that bundle but the tree's hash; an error ends the scan. Without it such an error ends
	 * the scan.
	 */
	siglet_err *(*bear)(void *context, siglet_err *err);
} siglet_scan;

/*
 * Read the entries from begin to end in parallel. All that was taken is authentic, and without
 * gaps; a bundle that is wrong is asked for again past caches before that is said.
 *
 * Errors: SIGLET_E_MISMATCH  entries or tiles are not those that the root covers
 *         SIGLET_E_MISSING, SIGLET_E_NETWORK, SIGLET_E_IO, SIGLET_E_MALFORMED, SIGLET_E_LIMIT,
 *         SIGLET_E_RANGE, SIGLET_E_NOMEM; those of see and take
 */
SIGLET_MUST_USE siglet_err *siglet_scan_run(const siglet_scan *scan);

#endif
