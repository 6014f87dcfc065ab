/*
 * log: what do the verbs for transparency logs share?
 *
 * Logs of any size for testing auditors: written as files, served from files, or only pretended.
 * All are tile logs (C2SP tlog-tiles) with the keys of an instance, as Rekor v2 is one.
 */
#ifndef SIGLET_SANDBOX_LOG_H
#define SIGLET_SANDBOX_LOG_H

#include "sandbox.h"

#define MAX_ENTRY_BYTES 65535 /* its length stands in two bytes */
#define MAX_LOG_SIZE ((uint64_t)1 << 40)
#define TILE_WIDTH 256
#define TILE_LEVELS 6 /* 256^6 is more than MAX_LOG_SIZE */

/* ---- entries (entries.c) ---- */

typedef enum entry_kind {
	ENTRY_PLAIN,	    /* bytes */
	ENTRY_HASHEDREKORD, /* what Rekor v2 has, by 64 workflows */
} entry_kind;

/* An entry that is another than its neighbours. */
typedef struct plant {
	uint64_t index;
	const char *what; /* "github:acme/app", "stranger:email:jane@example.com", "key" … */
} plant;

#define MAX_PLANTS 1024

typedef struct entry_options {
	entry_kind kind;
	size_t bytes; /* of a plain one */
	uint64_t seed;
	bool forks;
	uint64_t fork_at; /* from here on entries are others */
	plant plants[MAX_PLANTS];
	size_t plant_count;
	const char *keys; /* the folder that keeps certificates and planted entries; or NULL */
} entry_options;

typedef struct entry_maker entry_maker;

/* Is it something that can be planted? */
bool entries_can_plant(const char *what);
/* Borrows the instance and the options, whose plants it sorts. */
entry_maker *entries_new(instance *in, entry_options *o);
void entries_free(entry_maker *m);
/* The entry at an index, always the same one; it lives until the next call. */
siglet_slice entries_make(entry_maker *m, uint64_t index);

/* ---- tiles as files (tile_files.c) ---- */

/* "x001/x234/067", with ".p/112" if width is not TILE_WIDTH. */
#define MAX_TILE_NAME 64
void tile_name(uint64_t number, unsigned width, char ret_name[MAX_TILE_NAME]);

typedef struct tile_files tile_files;

/* Go on in a folder that holds the first size entries. */
tile_files *tile_files_new(const char *folder, uint64_t size);
void tile_files_add(tile_files *t, siglet_slice entry);
/* Write what is partial, and give the root. */
void tile_files_finish(tile_files *t, siglet_hash32 *ret_root);
void tile_files_free(tile_files *t);

/* ---- options (log_options.c) ---- */

/* A decimal number up to max, all of the text. */
bool read_number(const char *text, uint64_t max, uint64_t *ret_number);
/* End with a message, and a status of what the machine does not let us do. */
_Noreturn void fail_at(const char *path, const char *why);

/* ---- the verbs; they give the exit status ---- */

int make_log(int argc, char **argv);

#endif
