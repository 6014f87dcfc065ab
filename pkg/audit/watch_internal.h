/* What the files about watching share. */
#ifndef SIGLET_AUDIT_WATCH_INTERNAL_H
#define SIGLET_AUDIT_WATCH_INTERNAL_H

#include "audit/audit_internal.h"
#include "hits/hits.h"

/* A watch of one tree. */
/* A match by its row in the database. */
#define AUDIT_MAX_PENDING 64
typedef struct audit_pending {
	uint64_t index;
	char rule[64];
} audit_pending;

typedef struct audit_watching {
	const siglet_audit *audit;
	const siglet_audit_watch *watch;
	audit_tree *tree;
	const audit_state *state;
	siglet_tree *hashes; /* the tree's; NULL where there are no tiles */
	char mark[2 + 8];    /* "@" and the beginning of a hash of the rules */
	siglet_hits *hits;
	audit_finding *finding;
	bool has_cursor;
	audit_cursor cursor;	 /* how far these rules had come before, if they had */
	siglet_err *unread;	 /* why that could not be read */
	bool has_earlier;	 /* they had come some way in an earlier tree of this log */
	bool is_earlier_unknown; /* or it is not known whether they had */
	uint64_t unknown;	 /* matches that were handed over, or should have been */
	siglet_err *undelivered; /* why the last one could not be */
	/* Handed over, and not marked so yet; pending_ms: since when. */
	audit_pending pending[AUDIT_MAX_PENDING];
	size_t pending_count;
	int64_t pending_ms;
} audit_watching;

/* ---- what was found, and whom it is handed to (watch_keep.c) ---- */

SIGLET_MUST_USE siglet_err *siglet_audit_open_database(audit_watching *w);
/*
 * Entries up to, without, cursor->scanned_to were looked at, and are the log's: keep what was found in
 * them, in count lists some of which may be NULL, and then how far. first counts them for the report.
 */
SIGLET_MUST_USE siglet_err *siglet_audit_keep(audit_watching *w, uint64_t first,
					      const audit_found *const *lists, size_t count,
					      const audit_cursor *cursor);
/* Hand over what was not yet, also by an earlier run, and count what could not be read. */
SIGLET_MUST_USE siglet_err *siglet_audit_deliver(audit_watching *w);
/* Note the run; begin is its first entry in the tree. */
SIGLET_MUST_USE siglet_err *siglet_audit_keep_run(const audit_watching *w, uint64_t begin);

/* ---- where to begin (watch_start.c) ---- */

/* When the youngest of step entries from index on was made; *ret_there false: none of them tells. */
typedef struct audit_time_teller {
	uint64_t step;
	siglet_err *(*time_of)(void *context, uint64_t index, bool *ret_there, int64_t *ret_time_s);
	void *context;
} audit_time_teller;

/*
 * The first entry of the tree to look at, which is remembered. Errors: SIGLET_E_USAGE (where the
 * caller must say, or said what there is not), those of the teller.
 */
SIGLET_MUST_USE siglet_err *siglet_audit_find_start(const audit_watching *w,
						    const audit_time_teller *teller,
						    uint64_t *ret_begin);
/* Does the body of the canary match? Errors: SIGLET_E_USAGE: it does not. */
SIGLET_MUST_USE siglet_err *siglet_audit_check_canary(const audit_watching *w, siglet_slice body);

/* The error that the log has no such entry. */
SIGLET_MUST_USE siglet_err *siglet_audit_refuse_canary(const audit_watching *w);

/* ---- logs that give out entries by asking (walk.c) ---- */

/* An entry, under a root that the log signed: what lies before it follows from that. */
typedef struct audit_anchor {
	siglet_hash32 leaf;
	siglet_range before;
	audit_view view; /* the one whose root it is under; without text: the tree's fresh one */
	siglet_buf body;
	int64_t time_s; /* by the log's word; 0: it says none */
} audit_anchor;

void siglet_audit_anchor_init(audit_anchor *anchor);
void siglet_audit_anchor_clear(audit_anchor *anchor);

/* Entries in a row, as one thread reads them. */
typedef struct audit_batch {
	uint64_t first; /* by its index in the tree */
	size_t count;	/* of entries that are wanted */
	size_t read;
	siglet_hash32 *leaves;
	audit_found *found; /* by index */
	audit_found **found_end;
	audit_content content;
	bool has_anchor;
	audit_anchor anchor; /* of the last entry, where the log gives it with the entry */
	siglet_err *err;
} audit_batch;

/* Look at the next entry of the batch. Errors: faults alone. */
SIGLET_MUST_USE siglet_err *siglet_audit_batch_add(const audit_watching *w, audit_batch *batch,
						   siglet_slice body, const siglet_hash32 *leaf);

/* How a kind of log is asked. */
typedef struct audit_api {
	size_t step;  /* entries of an answer, at most */
	size_t block; /* entries that are authenticated, and kept, at once */
	/* By several threads: all entries of the batch. Errors also: what the log gave is no entry. */
	siglet_err *(*read)(const audit_watching *w, audit_batch *batch);
	/*
	 * The entry at that index of the tree, and that a signed root covers it. ret_anchor is
	 * initialised. Errors: SIGLET_E_MISMATCH: none does.
	 */
	siglet_err *(*anchor)(const audit_watching *w, uint64_t index, audit_anchor *ret_anchor);
} audit_api;

/*
 * Look through the tree's entries from where the rules are to begin up to its end. What is kept is
 * authentic, and without gaps. *ret_begin is where it began.
 * Errors: SIGLET_E_MISMATCH: what is served is not what a signed root covers; where it is two signed
 *         roots that contradict each other, the finding says so, with evidence. Those of the API.
 */
SIGLET_MUST_USE siglet_err *siglet_audit_walk(audit_watching *w, const audit_api *api,
					      uint64_t *ret_begin);

/* ---- kinds of logs ---- */

extern const audit_api siglet_audit_api_v1; /* (watch_v1.c) */
extern const audit_api siglet_audit_api_ct; /* (watch_ct.c) */

#endif
