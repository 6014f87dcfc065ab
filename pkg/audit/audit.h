/*
 * audit: has the log only grown, does it tell everybody the same, and who used my identity?
 *
 * What an auditor does with a transparency log: remembers what it signed, proves that it only grew
 * since, recomputes its root, and looks through its entries. Whatever a log serves is compared with
 * the root that it signed; whatever it signs is compared with what it signed before.
 *
 * Every function tells what it found in reports, one for each log (entry, bundle), and returns an
 * error only where it could not begin. A report that says nothing good is no error: ask its verdict.
 *
 * Spec: C2SP tlog-checkpoint, tlog-tiles, tlog-witness; RFC 9162 section 2.1; protocol/log-audit.md 4
 *       to 9.
 */
#ifndef SIGLET_AUDIT_H
#define SIGLET_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/base.h"
#include "bundle/bundle.h"
#include "http/http.h"
#include "json/json.h"
#include "merkle/merkle.h"
#include "note/note.h"
#include "trustroot/trustroot.h"
#include "verify/verify.h"

/* ---- what was found (report.c) ---- */

/* The zero value is "nothing is certain". */
typedef enum siglet_audit_verdict {
	SIGLET_AUDIT_INCOMPLETE = 0, /* it could not be found out */
	SIGLET_AUDIT_FIRST_SEEN,     /* signed; there was nothing to compare it with */
	SIGLET_AUDIT_CONSISTENT,     /* the log only grew, or is what it was */
	SIGLET_AUDIT_INCLUDED,
	SIGLET_AUDIT_RECOMPUTED, /* the root follows from the entries */
	SIGLET_AUDIT_PARTIAL,	 /* the same of a range of entries */
	SIGLET_AUDIT_PROVEN,	 /* of evidence: it is what it claims to be */
	SIGLET_AUDIT_REMEMBERED, /* what is kept of a log: nobody was asked */
	SIGLET_AUDIT_NO_MATCH,
	/* from here on the answer is no */
	SIGLET_AUDIT_MATCH, /* somebody used the identity, and it is not known that we did */
	SIGLET_AUDIT_FORK,  /* two signed checkpoints contradict each other */
	SIGLET_AUDIT_STALE, /* the log shows less than it did */
	SIGLET_AUDIT_BAD_SIGNATURE, /* a checkpoint that the log did not sign */
	SIGLET_AUDIT_OTHER_ORIGIN,  /* a checkpoint of another log */
	SIGLET_AUDIT_OTHER_KEY,	    /* the log has another key than before */
	SIGLET_AUDIT_DATA_MISMATCH, /* what is served is not what the signed root covers */
	SIGLET_AUDIT_NOT_INCLUDED,
	SIGLET_AUDIT_NO_QUORUM, /* too few witnesses saw the checkpoint */
	SIGLET_AUDIT_TOO_OLD,	/* nobody vouches that this view is recent */
	SIGLET_AUDIT_UNPROVEN,	/* of evidence: it does not prove what it claims */
} siglet_audit_verdict;

const char *siglet_audit_verdict_name(siglet_audit_verdict verdict); /* "fork", "no-match" … */
/* Is the answer no? Neither this nor good: it could not be found out. */
bool siglet_audit_verdict_is_refusal(siglet_audit_verdict verdict);
bool siglet_audit_verdict_is_good(siglet_audit_verdict verdict);

/* A tree at a time: what a checkpoint says. */
typedef struct siglet_audit_head {
	bool is_there;
	uint64_t size;
	siglet_hash32 root;
} siglet_audit_head;

/* Plain data; borrows from whoever tells it. */
typedef struct siglet_audit_report {
	siglet_audit_verdict verdict;
	const char *check;   /* "consistency", "inclusion", "log" … */
	const char *subject; /* a bundle's or file's name, or NULL */
	siglet_slice origin; /* of the log; empty where that is not known */
	siglet_audit_head from, to;
	bool has_index;
	uint64_t index; /* of an entry; in Rekor v1 across all trees */
	bool has_leaf;
	siglet_hash32 leaf; /* its hash in the tree */
	bool has_entry;
	siglet_slice entry; /* its bytes, where those were asked for */
	bool has_age;
	int64_t age_s;	   /* of the view: since the quorum of witnesses saw it, or we did */
	unsigned cosigned; /* witnesses of the policy that signed the checkpoint */
	uint64_t checked;  /* entries */
	uint64_t skipped;  /* entries that could not be read */
	uint64_t requests, bytes;
	const char *part; /* the outcome of a range, in JSON, where it goes to no file; or NULL */
	const char *evidence;			  /* the file, or NULL */
	const siglet_err *error;		  /* what stood in the way, or why not; or NULL */
	const char *detail;			  /* one sentence more, or NULL */
	const struct siglet_audit_memory *memory; /* what is kept of the log; NULL but for status */
} siglet_audit_report;

/* What is kept of a log. */
typedef struct siglet_audit_memory {
	const char *folder;
	size_t evidence_count; /* files; the report names the newest */
	bool has_frontier;
	uint64_t frontier; /* entries that were recomputed */
	size_t cursor_count;
	struct {
		char name[64];
		uint64_t scanned_to;
	} cursors[16]; /* the first of them */
} siglet_audit_memory;

typedef void siglet_audit_tell(void *context, const siglet_audit_report *report);

/* Append one line for people, without a newline, and what follows it, indented. */
SIGLET_MUST_USE siglet_err *siglet_audit_report_text(const siglet_audit_report *report,
						     siglet_buf *ret_text);
/* Write it as an object (docs/json.md). */
void siglet_audit_report_write(const siglet_audit_report *report, siglet_json_writer *writer);

/* ---- the set-up ---- */

typedef struct siglet_audit {
	const siglet_trustroot *root;	     /* its logs are known; may be NULL */
	const siglet_witness_policy *policy; /* NULL: none; its logs are known too */
	unsigned witness_threshold;	     /* 0: the policy's quorum alone */
	const siglet_note_key *log_key;	     /* NULL, or one more log */
	const siglet_transport *transport;   /* NULL: no network */
	const char *state; /* the folder of what is remembered; NULL: nothing is */
	const char *from;  /* a log's URL or folder in place of its own URL; or NULL */
	const char *log;   /* only the log with this name; or NULL */
	bool is_ct;	   /* the trusted root's CT logs are meant, and not where signatures go */
	unsigned jobs;	   /* requests or threads at once; 0: as fits where a log is read from */
	unsigned rate;	   /* requests a second; 0: any */
	const siglet_key
		*key; /* that made the signatures of bundles without certificate; or NULL */
	int64_t now_s;
	bool has_max_age;
	int64_t max_age_s; /* refuse a view that is older */
	siglet_audit_tell *tell;
	/* NULL, or told now and then how many of how many entries were read. */
	void (*progress)(void *context, uint64_t done, uint64_t total);
	void *context;
} siglet_audit;

/* ---- consistency (consistency.c) ---- */

/*
 * For each log: is what it shows now signed, and did it only grow since it was last looked at? What
 * it shows is remembered when it did. Evidence of the contrary is kept first.
 * Errors: SIGLET_E_USAGE (no such log), SIGLET_E_IO (the state), SIGLET_E_NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_audit_consistency(const siglet_audit *audit);

/* ---- other views (compare.c, witness.c) ---- */

/*
 * Do these checkpoints, and those in these bundles, agree with what is remembered of their logs and,
 * unless nobody may be asked, with what the logs show now? Each is told.
 * Errors: SIGLET_E_NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_audit_compare(const siglet_audit *audit,
						 const char *const *names, size_t count);
/*
 * The same of what each witness of the policy that has a URL serves, of each log that the policy
 * names, or that is known where it names none. Origins are the logs' names.
 * Errors: SIGLET_E_USAGE (no policy, no such witness, no network), SIGLET_E_TRUST, SIGLET_E_NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_audit_ask_witnesses(const siglet_audit *audit);

/* ---- trails (trail.c, trail_line.c) ---- */

/*
 * Is each signature that an audit log (docs/audit-log.md; "-": standard input) tells of in its log, at
 * the place that is said, by the key and about the file that are said? What is wrong is told of each
 * line, and then one report of all. Errors: SIGLET_E_NOMEM and other faults.
 */
SIGLET_MUST_USE siglet_err *siglet_audit_trail(const siglet_audit *audit, const char *path);

/* ---- samples (sample.c) ---- */

#define SIGLET_AUDIT_MAX_SAMPLE 1000000

/*
 * Of each log, are count entries that seed and its name draw those that its root covers? What is
 * wrong is told of each, and then one report of all. Errors: SIGLET_E_USAGE, SIGLET_E_TRUST,
 * SIGLET_E_NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_audit_sample(const siglet_audit *audit, size_t count,
						siglet_slice seed);

/* ---- what is remembered (status.c) ---- */

/*
 * Tell what lies in the state folder of each log; nobody is asked and nothing verified. A folder
 * that is not there is an empty one. Errors: SIGLET_E_IO (it can't be read), SIGLET_E_NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_audit_status(const siglet_audit *audit);

/* ---- evidence (evidence.c) ---- */

/*
 * Does this file prove what it claims, by the key of a log that is known?
 * Errors: SIGLET_E_MALFORMED (it is no such file), SIGLET_E_NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_audit_evidence(const siglet_audit *audit, const char *name,
						  siglet_slice json);

/* ---- watch (rules.c, watch.c) ---- */

/*
 * Which entries concern somebody: those that meet all conditions of the policy by one certificate, or
 * have one of the digests, keys or subjects. Borrows.
 */
typedef struct siglet_audit_rules {
	/*
	 * Identity, issuer, short form, requirements; NULL: none. A short form is taken in its widest
	 * sense: nobody's use of a repository is missed because its workflow is another's.
	 */
	const siglet_policy *policy;
	const siglet_digest *digests;
	size_t digest_count;
	const siglet_key *const *keys;
	size_t key_count;
	const char *const *subjects; /* parts of a name, in any case */
	size_t subject_count;
} siglet_audit_rules;

/*
 * Can anything match? Errors: SIGLET_E_USAGE: no rule, or an identity and an issuer that never occur
 * together.
 */
SIGLET_MUST_USE siglet_err *siglet_audit_rules_check(const siglet_audit_rules *rules);
/* And in the logs that are meant? Errors: SIGLET_E_USAGE: digests alone, of which CT logs have none. */
SIGLET_MUST_USE siglet_err *siglet_audit_rules_check_for(const siglet_audit_rules *rules,
							 const siglet_audit *audit);

/* An entry that a rule matched. Text is printable; borrows. */
typedef struct siglet_audit_match {
	siglet_slice origin;
	uint64_t index;	   /* of Rekor v1 across all its trees */
	bool known;	   /* it was expected */
	bool chain_ok;	   /* its certificate chains to a trusted authority */
	siglet_slice rule; /* "identity", "digest", "key", "subject" */
	siglet_slice kind, api_version, digest, identity, issuer;
	siglet_slice json; /* all of it as an object, without a newline */
} siglet_audit_match;

typedef enum siglet_audit_since {
	SIGLET_SINCE_LAST = 0, /* where the last run came to; there must have been one */
	SIGLET_SINCE_BEGIN,    /* all there is; refused for large logs without tiles */
	SIGLET_SINCE_INDEX,    /* of Rekor v1 across all its trees */
	SIGLET_SINCE_TIME,     /* entries whose certificates are of then or later */
	SIGLET_SINCE_HEAD,     /* what comes from now on */
} siglet_audit_since;

typedef struct siglet_audit_watch {
	siglet_audit_rules rules;
	siglet_slice rules_name;  /* the same for the same rules: each has a cursor of its own */
	siglet_audit_since since; /* of rules that are watched for the first time */
	uint64_t since_index;
	int64_t since_time_s;
	const char *database;		   /* a file; NULL: one in the state */
	const siglet_hash32 *known_leaves; /* entries that are our own, by their leaf */
	size_t known_leaf_count;
	/* By the SHA-256 of a certificate, of its TBSCertificate as CT logs have it, or of its key. */
	const siglet_hash32 *known_certs;
	size_t known_cert_count;
	/*
	 * And by log and index, with the SHA-256 of the key that signed: three arrays. A place alone would
	 * be the log's word for what it has there.
	 */
	const siglet_slice *known_urls;
	const uint64_t *known_indexes;
	const siglet_hash32 *known_keys;
	size_t known_index_count;
	bool has_canary;
	uint64_t canary; /* an entry that must match, else the rules are wrong */
	/*
	 * Hand a match over. It is told until that succeeded once, so again after an end in between. An
	 * error is remembered and told; it keeps nothing else from being handed over.
	 */
	siglet_err *(*deliver)(void *context, const siglet_audit_match *match);
	void *context;
} siglet_audit_watch;

/*
 * Look through what each log got since the last time, and hand over what matches. What can't be read
 * is kept in the database until somebody has looked at it. One report a log: MATCH where a match was
 * found that is not known.
 * Errors: SIGLET_E_USAGE, SIGLET_E_IO, SIGLET_E_UNSUPPORTED (no SQLite), SIGLET_E_NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_audit_watch_run(const siglet_audit *audit,
						   const siglet_audit_watch *watch);

/* Somebody has looked at what was found of that entry. Errors: SIGLET_E_MISSING, SIGLET_E_IO. */
SIGLET_MUST_USE siglet_err *siglet_audit_acknowledge(const siglet_audit *audit,
						     const char *database, const char *origin,
						     uint64_t index);

/* ---- recomputation (recompute.c, part.c) ---- */

/* Of which entries. All zero: of all of them. */
typedef struct siglet_audit_span {
	bool has_range;
	uint64_t begin, end; /* entries from begin up to, without, end; end is cut at the tree's */
	bool has_shard;	     /* or the shard-th of shards about equal ranges, from 0 on */
	uint64_t shard, shards;
	const char *checkpoint; /* a file with the signed checkpoint to go by; NULL: a fresh one */
	const char *part; /* the file for the outcome of a range; "-": the report; NULL: nowhere */
	const char *mirror; /* keep what is read there, and read it from there; or NULL */
	bool skips_tiles;   /* look at the entries, and not at each tile of hashes */
	/*
	 * NULL, or what to look for on the way: its rules, what is known, and deliver. Nothing of it is
	 * kept: each match is handed over once by a run that is not cut short.
	 */
	const siglet_audit_watch *watch;
} siglet_audit_span;

/*
 * Compute the root from the entries, and compare every tile with them. Of the whole log it goes on
 * where the last run came to; a range needs no memory of others. Memory does not grow with the log.
 * Errors: SIGLET_E_USAGE, SIGLET_E_IO, SIGLET_E_NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_audit_recompute(const siglet_audit *audit,
						   const siglet_audit_span *span);

/*
 * The range of entries of one of shards about equal parts of a tree, cut where subtrees of 65,536 (of
 * 2^24 where there are enough of them) begin. Empty where there are more shards than such subtrees.
 */
void siglet_audit_shard(uint64_t size, uint64_t shard, uint64_t shards, uint64_t *ret_begin,
			uint64_t *ret_end);
/* The size that a signed checkpoint states, of a file or (NULL) fresh, of the one log that is meant. */
SIGLET_MUST_USE siglet_err *siglet_audit_size(const siglet_audit *audit, const char *checkpoint,
					      uint64_t *ret_size);

/*
 * Do the parts in these files, one a line and in any order, make up the tree of that checkpoint,
 * without a gap and none twice?
 * Errors: SIGLET_E_IO (a file that can't be read, or has no parts), SIGLET_E_NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_audit_combine(const siglet_audit *audit, const char *checkpoint,
						 const char *const *files, size_t count);
/* ---- inclusion (inclusion.c, lookup.c) ---- */

/*
 * For each log entry of these bundles: does it belong to the bundle's signature, is it under the
 * checkpoint that came with it, and (unless nobody may be asked) under what the log shows now, which
 * begins with that checkpoint's tree? Each is told once it is settled. A file that can't be read is
 * told too, and keeps no other from being checked. No artifact is looked at.
 * Errors: SIGLET_E_TRUST (no log is known), SIGLET_E_NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_audit_inclusion(const siglet_audit *audit,
						   const char *const *names, size_t count);

/* One entry of one log. At least one of index, leaf and id; all that are given must hold. */
typedef struct siglet_audit_lookup {
	const char *check; /* what the report calls it */
	bool has_index, has_leaf;
	uint64_t index;	    /* of Rekor v1 across all trees */
	siglet_hash32 leaf; /* its hash in the tree */
	const char *id;	    /* NULL, or its id in Rekor v1: 64 or 80 hexadecimal digits */
	bool wants_entry;   /* and its bytes */
} siglet_audit_lookup;

/*
 * Is that entry in the log, under what the log shows now? Where its leaf is all that is known of it,
 * a log of tiles is searched, from its end on.
 * Errors: SIGLET_E_USAGE (an id that is none, or several logs and none was named), SIGLET_E_TRUST,
 *         SIGLET_E_NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_audit_look_up(const siglet_audit *audit,
						 const siglet_audit_lookup *lookup);

#endif
