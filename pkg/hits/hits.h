/*
 * hits: what did the watch find?
 *
 * Matches, skipped entries and runs of log audits, kept in an SQLite database that other programs
 * read too (docs/audit-db.md has its schema). SQLite does the work, in a shared object of ours that
 * is loaded when a database is first opened. What is committed is on disk: it survives the end of
 * the process and of the power.
 *
 * A database belongs to one thread at a time, and to the process that opened it, not to its
 * children. Messages name the file.
 *
 * Spec: protocol/log-audit.md 6, 7 and 9; https://www.sqlite.org/fileformat2.html.
 */
#ifndef SIGLET_HITS_H
#define SIGLET_HITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/base.h"

#define SIGLET_HITS_VERSION 1 /* of the schema (user_version) */

/* Ceilings of what one row holds, in bytes. */
#define SIGLET_HITS_MAX_NAME_BYTES \
	((size_t)1 << 10) /* origin, kind, api_version, digest, verdict */
#define SIGLET_HITS_MAX_TEXT_BYTES ((size_t)64 << 10) /* identity, issuer, rule, reason */
#define SIGLET_HITS_MAX_JSON_BYTES ((size_t)1 << 20)

#define SIGLET_HITS_LEAF_BYTES 32 /* a leaf hash, and the SHA-256 of a certificate */

/* One open database. */
typedef struct siglet_hits siglet_hits;

/*
 * An entry that a rule of the watch matched. All text is UTF-8 without NUL: what comes from outside
 * is made so by the caller (siglet_text_print). Borrows.
 */
typedef struct siglet_match_record {
	/* which: no two rows have all three */
	siglet_slice origin; /* of the log; not empty */
	uint64_t index;	     /* in that log; up to 2^63 - 1, as SQLite's numbers */
	siglet_slice rule;   /* the rule that matched, not empty */
	/* what */
	siglet_slice leaf;		/* its hash: 32 bytes */
	siglet_slice kind, api_version; /* of the entry, "hashedrekord" and "0.0.2" */
	siglet_slice digest;		/* "sha256:HEX" of the artifact, or empty */
	siglet_slice identity, issuer;	/* of the certificate, or empty */
	siglet_slice cert_sha256; /* 32 bytes; empty: a key of its own, without a certificate */
	int64_t not_before_s;	  /* of the certificate; not kept without one */
	bool chain_ok;		  /* the certificate chains to a trusted authority */
	bool known;		  /* the caller had expected it */
	siglet_slice json;	  /* the line that was printed; not empty */
	int64_t found_s;	  /* when this machine found it */
	/* what became of it; not looked at when it is added */
	bool is_delivered, is_acknowledged;
	int64_t delivered_s, acknowledged_s;
} siglet_match_record;

/* An entry that could not be read. Text as above. Borrows. */
typedef struct siglet_skipped_record {
	siglet_slice origin;
	uint64_t index;
	siglet_slice leaf;   /* its hash: 32 bytes */
	siglet_slice reason; /* not empty */
	int64_t found_s;
	bool is_acknowledged; /* not looked at when it is added */
	int64_t acknowledged_s;
} siglet_skipped_record;

/* A run that came to an end, by itself or not. Text as above. Borrows. */
typedef struct siglet_run_record {
	siglet_slice origin;
	siglet_slice kind; /* "watch", "log", "consistency" … */
	int64_t started_s, ended_s;
	uint64_t from, to; /* the entries it was about: from is the first, to is behind the last */
	uint64_t entries;  /* how many of them it dealt with */
	siglet_slice verdict; /* "no-match", "fork", "incomplete" … */
} siglet_run_record;

/* ---- a database (open.c) ---- */

/*
 * Open a database; where there is no file, make one with its schema, for its owner alone. wait_ms is
 * how long to wait for another process's lock, here and later. A file that is another program's, a
 * symbolic link, a schema that is newer or was changed: each is refused and left as it was.
 *
 * Errors: SIGLET_E_IO           names the file: not ours, damaged, locked, no right to it, disk full …
 *         SIGLET_E_UNSUPPORTED  libsiglet-db or SQLite is missing or too old (hint)
 *         SIGLET_E_NOMEM
 */
SIGLET_MUST_USE siglet_err *siglet_hits_open(const char *path, unsigned wait_ms,
					     siglet_hits **ret_hits);

/* Close it. An open transaction is rolled back. NULL is fine. */
void siglet_hits_close(siglet_hits *hits);

/*
 * Errors of all that follows, besides those named: SIGLET_E_IO (locked, disk full, damaged …, with
 * the file's name), SIGLET_E_NOMEM, SIGLET_E_INTERNAL.
 */

/* ---- transactions (transaction.c) ---- */

/*
 * Begin one: a block of entries. What is written without one is a transaction by itself.
 * Errors also: SIGLET_E_USAGE (one is open already).
 */
SIGLET_MUST_USE siglet_err *siglet_hits_begin(siglet_hits *hits);

/*
 * All of it is on disk when this succeeds, and none of it is there when it does not: also when
 * something in it had failed, which is an error here again. The transaction is over either way.
 * Errors also: SIGLET_E_USAGE (none is open).
 */
SIGLET_MUST_USE siglet_err *siglet_hits_commit(siglet_hits *hits);

/* Undo it; no transaction is fine. */
void siglet_hits_rollback(siglet_hits *hits);

/* ---- writing (add.c, mark.c) ---- */

/*
 * Add what is not there yet. A row that is there already stays as it is, and *ret_is_new is false:
 * a block may be repeated.
 * Errors also: SIGLET_E_MISMATCH   the log had another entry at that index before: a fork, or the
 *                                  database of another log
 *              SIGLET_E_LIMIT      over a ceiling
 *              SIGLET_E_MALFORMED  text that is not UTF-8, holds NUL, or is empty
 *              SIGLET_E_LENGTH     a hash that has not 32 bytes
 *              SIGLET_E_RANGE      an index over 2^63 - 1
 * None of these five harms the transaction.
 */
SIGLET_MUST_USE siglet_err *siglet_hits_add_match(siglet_hits *hits,
						  const siglet_match_record *match,
						  bool *ret_is_new);
SIGLET_MUST_USE siglet_err *siglet_hits_add_skipped(siglet_hits *hits,
						    const siglet_skipped_record *skipped,
						    bool *ret_is_new);

/* Add a run; each is a row of its own. Errors also: SIGLET_E_LIMIT, _MALFORMED, _RANGE (to before from too). */
SIGLET_MUST_USE siglet_err *siglet_hits_add_run(siglet_hits *hits, const siglet_run_record *run);

/*
 * A match was handed over to whom it concerns. The first time counts.
 * Errors also: SIGLET_E_MISSING (no such match).
 */
SIGLET_MUST_USE siglet_err *siglet_hits_mark_delivered(siglet_hits *hits, siglet_slice origin,
						       uint64_t index, siglet_slice rule,
						       int64_t now_s);

/*
 * A person has looked at what is known of an entry: its matches, by any rule, and that it was
 * skipped. The first time counts. Errors also: SIGLET_E_MISSING (nothing is known of it).
 */
SIGLET_MUST_USE siglet_err *siglet_hits_acknowledge(siglet_hits *hits, siglet_slice origin,
						    uint64_t index, int64_t now_s);

/* ---- reading (each.c) ---- */

/* Which rows. All zero: every row. */
typedef struct siglet_hits_filter {
	siglet_slice origin;	  /* of this log alone, unless empty */
	bool undelivered_only;	  /* of matches */
	bool unacknowledged_only; /* of matches and skipped entries */
} siglet_hits_filter;

typedef siglet_err *siglet_hits_match_visit(void *context, const siglet_match_record *match);
typedef siglet_err *siglet_hits_skipped_visit(void *context, const siglet_skipped_record *skipped);
typedef siglet_err *siglet_hits_run_visit(void *context, const siglet_run_record *run);

/*
 * Call visit with each row: origins in byte order, then by index, then by rule in byte order; runs
 * of an origin as they were added. One row is in memory at a time, and lives until visit returns.
 * visit may write to the same database, and takes what it likes of its time: nothing is locked
 * meanwhile. Rows that are added behind the one at hand are visited too. Errors: those of visit.
 */
SIGLET_MUST_USE siglet_err *siglet_hits_each_match(siglet_hits *hits,
						   const siglet_hits_filter *filter,
						   siglet_hits_match_visit *visit, void *context);
SIGLET_MUST_USE siglet_err *siglet_hits_each_skipped(siglet_hits *hits,
						     const siglet_hits_filter *filter,
						     siglet_hits_skipped_visit *visit,
						     void *context);
SIGLET_MUST_USE siglet_err *siglet_hits_each_run(siglet_hits *hits,
						 const siglet_hits_filter *filter,
						 siglet_hits_run_visit *visit, void *context);

/* How many there are. */
SIGLET_MUST_USE siglet_err *siglet_hits_count_matches(siglet_hits *hits,
						      const siglet_hits_filter *filter,
						      uint64_t *ret_count);
SIGLET_MUST_USE siglet_err *siglet_hits_count_skipped(siglet_hits *hits,
						      const siglet_hits_filter *filter,
						      uint64_t *ret_count);

#endif
