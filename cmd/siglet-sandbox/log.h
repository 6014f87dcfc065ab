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
/* By the checkpoint in a folder; 0: there is none. */
uint64_t tile_files_size(const char *folder);

/* ---- files (log_public.c) ---- */

void write_file(const char *path, siglet_slice text);
void write_beside(const char *folder, const char *name, siglet_slice text);
/* C2SP tlog-policy: the log with its keys of before, and, for the quorum, all its witnesses. */
void put_policy(const instance *in, siglet_buf *out);
/* The trust config, the keys as verifiers have them, and a policy. */
void write_public(const instance *in, const char *folder);

/* ---- faults (log_fault.c); struct log_faults is in sandbox.h ---- */

/* A tile that is asked for. */
typedef struct tile_path {
	bool is_entries;
	unsigned level, width;
	uint64_t number;
} tile_path;

/* False: there is no such fault, or its value makes no sense. */
bool log_fault_set(const char *name, const char *value, log_faults logs[LOGS]);
bool log_fault_is(const log_faults *f, log_fault kind);
/* The size that a checkpoint shows. */
uint64_t log_fault_size(const log_faults *f, uint64_t size);
/* Would it come to that tile? */
bool log_fault_touches(const log_faults *f, const tile_path *t);
/* To a tile that was answered. */
void log_fault_apply(instance *in, log_faults *f, const tile_path *t, response *r);

/* ---- answers (tile_answer.c) ---- */

/* A log of so many entries, whose hashes and entries are made when they are asked for. */
typedef struct tile_log {
	instance *in;
	log_faults *faults;
	uint64_t size;
	const char *entries; /* how bundles are called: "entries", "data" */
	void *context;
	/* Of the subtree over 256^level entries. */
	void (*hash)(void *context, unsigned level, uint64_t index, siglet_hash32 *ret_hash);
	/* As it stands in a bundle. */
	void (*entry)(void *context, uint64_t index, siglet_buf *out);
	void (*checkpoint)(const instance *in, uint64_t size, const siglet_hash32 *root,
			   siglet_buf *ret_note);
} tile_log;

/* Behind "tile/". False: no tile has that name. */
bool tile_path_read(const char *text, const char *entries, tile_path *ret_path);
void tile_log_root(const tile_log *log, uint64_t size, siglet_hash32 *ret_root);
/* path: "checkpoint", "tile/0/001" … */
void tile_log_answer(const tile_log *log, const char *path, response *r);

/* ---- what the witnesses saw (witness.c) ---- */

#define WITNESS_PATH "/witness/"
#define POLICY_PATH "/sandbox/policy"
void witness_answer(instance *in, const char *path, response *r);
/* What they saw of a log. */
void witness_note(const tile_log *log, siglet_buf *ret_note);

/* ---- serving (log_server.c) ---- */

typedef struct log_server_options {
	unsigned port;
	const char *log, *keys, *config_out;
	faults faults;
} log_server_options;

/* 0, or the exit status after a message. */
int log_server_option(const char *name, const char *value, log_server_options *o);
/* Serve until a signal; in->answer is set. Gives the exit status. */
int log_server_run(instance *in, const log_server_options *o);
/* What is asked for, below / or /log/, with or without api/v2/. */
const char *log_server_path(const char *path);

/* POST /sandbox/log/NAME[?value=VALUE] sets a fault; honest takes all of them back. */
#define MISBEHAVE_PATH "/sandbox/log/"
void misbehave_answer(instance *in, const request *q, response *r);

/* ---- options (log_options.c) ---- */

/* A decimal number up to max, all of the text. */
bool read_number(const char *text, uint64_t max, uint64_t *ret_number);
/* End with a message, and a status of what the machine does not let us do. */
_Noreturn void fail_at(const char *path, const char *why);

/* False: it is none of entries, or its value makes no sense. */
bool entry_option(const char *name, const char *value, entry_options *o);
bool read_port(const char *text, unsigned *ret_port);
int complain_of_fault(const char *value); /* gives the status for that */
/* Threads that start now leave the signals that end us to this one, or no longer. */
void keep_signals(bool keeps);
/* Print the URL, and wait for such a signal. */
void serve_until_end(const instance *in);

/* ---- the verbs; they give the exit status ---- */

int make_log(int argc, char **argv);
int serve_log(int argc, char **argv);
int simulate_log(int argc, char **argv);

#endif
