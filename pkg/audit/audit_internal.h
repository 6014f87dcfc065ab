/* What the files of this room share. */
#ifndef SIGLET_AUDIT_INTERNAL_H
#define SIGLET_AUDIT_INTERNAL_H

#include "audit/audit.h"
#include "cert/cert.h"
#include "ctlog/ctlog.h"
#include "rekor/rekor.h"
#include "tiles/tiles.h"
#include "tlog/tlog.h"

#define SIGLET_AUDIT_MAX_PATH 4096
#define SIGLET_AUDIT_MAX_ORIGIN 1024
#define SIGLET_AUDIT_STATE_VERSION "siglet-audit-state/1"

/* ---- which logs (log.c) ---- */

/* A log whose key is known. Borrows from where it is known from. */
typedef struct audit_log {
	siglet_slice name; /* of its key; the origin too, but for Rekor v1 and CT logs */
	siglet_note_verifier verifier;
	siglet_slice url;    /* empty: none is known */
	siglet_slice log_id; /* as entries name it; empty: not known */
	bool is_ct;	     /* a log of certificates, which signs as RFC 6962 has it */
	bool is_retired;     /* the trusted root says that nothing new counts in it */
} audit_log;

typedef siglet_err *siglet_audit_log_visit(void *context, const audit_log *log);
/* Each log that is meant: the trusted root's, the policy's, the one that was given. */
SIGLET_MUST_USE siglet_err *siglet_audit_each_log(const siglet_audit *audit,
						  siglet_audit_log_visit *visit, void *context);

/*
 * Tell, for that check, of each log of the trusted root whose key this build can't use: nobody looks
 * at it. Of none where one log is named, or where it is read from.
 */
void siglet_audit_tell_unusable(const siglet_audit *audit, const char *check);

/* As each_log without asking anybody: those that --log leaves, wherever they are read from. */
SIGLET_MUST_USE siglet_err *siglet_audit_each_known_log(const siglet_audit *audit,
							siglet_audit_log_visit *visit,
							void *context);
/*
 * The only one that is meant. It borrows as each does. Errors: SIGLET_E_USAGE where there are
 * several, those of siglet_audit_each_log.
 */
SIGLET_MUST_USE siglet_err *siglet_audit_one_log(const siglet_audit *audit, audit_log *ret_log);
/*
 * Is this log to be read from where audit says? Asks there only where several logs are known.
 * Errors: it could not be found out.
 */
SIGLET_MUST_USE siglet_err *siglet_audit_is_read(const siglet_audit *audit, const audit_log *log,
						 bool *ret_is_read);
/* Can anything be asked: over the network, or in a folder? */
bool siglet_audit_can_ask(const siglet_audit *audit);

/* ---- what a log signed (view.c) ---- */

/* A checkpoint whose signature was verified. */
typedef struct audit_view {
	siglet_arena arena;
	siglet_slice text; /* the whole note, as it came */
	siglet_note note;
	siglet_checkpoint checkpoint;
} audit_view;

void siglet_audit_view_init(audit_view *view);
void siglet_audit_view_clear(audit_view *view);
/*
 * Errors: SIGLET_E_MALFORMED, SIGLET_E_LIMIT, SIGLET_E_RANGE  no checkpoint
 *         SIGLET_E_MISSING, SIGLET_E_MISMATCH  not signed by the log
 *         SIGLET_E_UNTRUSTED  signed, but of another origin
 *         SIGLET_E_CRYPTO, SIGLET_E_NOMEM
 */
SIGLET_MUST_USE siglet_err *siglet_audit_view_read(const audit_log *log, siglet_slice text,
						   audit_view *ret_view);
/*
 * A log that is one tree has its key's name for an origin: one that may call it something else could
 * show a second tree, which nothing that is remembered contradicts. Errors: SIGLET_E_UNTRUSTED.
 */
SIGLET_MUST_USE siglet_err *siglet_audit_view_check_whole(const audit_log *log,
							  const audit_view *view);
/* The verdict that such an error stands for; INCOMPLETE for those that say nothing of the log. */
siglet_audit_verdict siglet_audit_verdict_of(const siglet_err *err);
siglet_audit_head siglet_audit_head_of(const audit_view *view);

/* ---- a log that can be asked (tree.c) ---- */

typedef enum audit_kind {
	AUDIT_TILED = 1, /* C2SP tlog-tiles: Rekor v2 */
	AUDIT_REKOR_V1,	 /* the API of Rekor v1 */
	AUDIT_CT_TILED,	 /* C2SP static-ct-api */
	AUDIT_CT_API,	 /* RFC 6962 */
} audit_kind;

/* One tree of a log, and what it shows of it now. */
typedef struct audit_tree {
	const siglet_audit *audit;
	const audit_log *log;
	audit_kind kind;
	siglet_source *source; /* where it is read from */
	const char *url;
	int64_t tree_id;     /* of Rekor v1 */
	uint64_t offset;     /* of Rekor v1: entries of the trees before */
	uint64_t total;	     /* of Rekor v1: entries of all trees, by its own word */
	bool is_active;	     /* it still grows */
	audit_view fresh;    /* verified */
	siglet_tree *hashes; /* of fresh, once it was asked for; NULL where there are no tiles */
} audit_tree;

bool siglet_audit_has_tiles(const audit_tree *tree);
/* The hashes and entries under a view of a tree with tiles. Errors: those of siglet_tree_open. */
SIGLET_MUST_USE siglet_err *siglet_audit_open_tiles(const audit_tree *tree, const audit_view *view,
						    siglet_tree **ret_hashes);
/* The hashes of what a tree with tiles shows, which live as long as it. Errors: as open_tiles. */
SIGLET_MUST_USE siglet_err *siglet_audit_tree_hashes(audit_tree *tree, siglet_tree **ret_hashes);
/*
 * What it shows past all caches, where that is a good view of more entries; else all stays as it is.
 * Errors: only those that say nothing of the log.
 */
SIGLET_MUST_USE siglet_err *siglet_audit_tree_refresh(audit_tree *tree);

/*
 * Call visit for each tree of a log, with what it shows now. A checkpoint that is not good past
 * caches either is left in ret_bad.
 * Errors: those of visit; NETWORK, IO, MISSING … where nothing could be read; those of
 *         siglet_audit_view_read.
 */
typedef siglet_err *siglet_audit_tree_visit(void *context, audit_tree *tree);
SIGLET_MUST_USE siglet_err *siglet_audit_each_tree(const siglet_audit *audit, const audit_log *log,
						   siglet_audit_tree_visit *visit, void *context,
						   siglet_buf *ret_bad);

/*
 * How much is read at once: from a folder as much as there are processors, over a network so much
 * that it is not the way there and back that takes the time.
 */
unsigned siglet_audit_jobs(const audit_tree *tree);

/* ---- the API of CT logs (ct.c) ---- */

/* How their entries lie in tiles; an entry is a TimestampedEntry there and in all that follows. */
extern const siglet_tile_format siglet_audit_ct_tiles;

/* The log's tree head, as a note: appended. Errors: MISSING (no such log there), NETWORK, MALFORMED … */
SIGLET_MUST_USE siglet_err *siglet_audit_ct_head(siglet_source *source, const audit_log *log,
						 siglet_freshness freshness, siglet_buf *ret_note);
SIGLET_MUST_USE siglet_err *siglet_audit_ct_growth(siglet_source *source, uint64_t old_size,
						   uint64_t new_size,
						   siglet_merkle_list *ret_proof);
/* An entry, appended, its hash and its way to the root of that size: nothing of it is verified. */
SIGLET_MUST_USE siglet_err *siglet_audit_ct_inclusion(siglet_source *source, uint64_t index,
						      uint64_t size, siglet_buf *ret_entry,
						      siglet_hash32 *ret_leaf,
						      siglet_merkle_list *ret_proof);

/* ---- what is remembered of a log (state.c) ---- */

typedef struct audit_state audit_state;

/*
 * Lock and open what is remembered under that origin; make it where there is nothing.
 * Errors: SIGLET_E_IO (in use, unreadable, damaged, of a newer version), SIGLET_E_NOMEM;
 *         SIGLET_E_UNTRUSTED: the log has another key than before.
 */
SIGLET_MUST_USE siglet_err *siglet_audit_state_open(const siglet_audit *audit, const audit_log *log,
						    siglet_slice origin, audit_state **ret_state);
/* Append the folder that is, or would be, that origin's. Errors: LIMIT, CRYPTO, NOMEM. */
SIGLET_MUST_USE siglet_err *siglet_audit_state_name(const siglet_audit *audit, siglet_slice origin,
						    siglet_buf *ret_path);
void siglet_audit_state_close(audit_state *state);
const char *siglet_audit_state_folder(const audit_state *state);

/* The newest view that was accepted. ret_there false: there is none. Errors: SIGLET_E_IO. */
SIGLET_MUST_USE siglet_err *siglet_audit_state_view(const audit_state *state, const audit_log *log,
						    audit_view *ret_view, bool *ret_there);
/*
 * Remember a view that was proved to follow upon last, which is what is remembered; NULL: nothing
 * is. Errors: SIGLET_E_IO.
 */
SIGLET_MUST_USE siglet_err *siglet_audit_state_remember(const audit_state *state,
							const audit_view *view,
							const audit_view *last);
/*
 * The same of what is remembered under that origin, without the lock and for reading alone. Errors:
 * SIGLET_E_IO; SIGLET_E_UNTRUSTED: the log has another key than before.
 */
SIGLET_MUST_USE siglet_err *siglet_audit_state_peek(const siglet_audit *audit, const audit_log *log,
						    siglet_slice origin, audit_view *ret_view,
						    bool *ret_there);
/*
 * Call visit for each origin that there is a folder of with that log's key, but for some, by their
 * SHA-256. Errors: those of visit; SIGLET_E_IO: a folder does not say whose it is.
 */
typedef siglet_err *siglet_audit_origin_visit(void *context, siglet_slice origin);
SIGLET_MUST_USE siglet_err *siglet_audit_state_each(const siglet_audit *audit, const audit_log *log,
						    const siglet_hash32 *but, size_t but_count,
						    siglet_audit_origin_visit *visit,
						    void *context);
/* When the view that is remembered was first seen: now, where that is not known yet. Errors: IO. */
SIGLET_MUST_USE siglet_err *siglet_audit_state_seen(const audit_state *state,
						    const audit_view *view, int64_t now_s,
						    int64_t *ret_time_s);

/* ---- two views of one log (growth.c) ---- */

/*
 * What shows, to whoever has the log's key, that two signed views contradict each other: the way
 * from the first entry behind the smaller tree to the root of the larger one. The siblings on its
 * left are the smaller tree, as the larger one has it.
 */
typedef struct audit_contradiction {
	siglet_hash32 leaf;
	siglet_merkle_list proof;
} audit_contradiction;

/* Does it show that? Errors: SIGLET_E_MISMATCH, SIGLET_E_LENGTH, SIGLET_E_RANGE: it does not. */
SIGLET_MUST_USE siglet_err *siglet_audit_check_contradiction(const audit_contradiction *shown,
							     const audit_view *smaller,
							     const audit_view *larger);

typedef struct audit_comparison {
	bool is_same;  /* the larger tree begins with the smaller one, or they are equal */
	bool is_shown; /* else: by what follows; two roots of one size need nothing more */
	audit_contradiction shown;
	/* Rekor v1: the larger view that it is under, in place of the one that was given. */
	bool has_other;
	audit_view other;
} audit_comparison;

void siglet_audit_comparison_init(audit_comparison *comparison);
void siglet_audit_comparison_clear(audit_comparison *comparison);

/*
 * Compare two views of the tree, in any order of size, by what the log serves and the larger one's
 * root covers. ret_comparison is initialised.
 * Errors: it could not be found out: NETWORK, IO, MISSING …; SIGLET_E_MISMATCH: what is served is not
 *         what the root covers; SIGLET_E_NOMEM …
 */
SIGLET_MUST_USE siglet_err *siglet_audit_compare_views(audit_tree *tree, const audit_view *a,
						       const audit_view *b,
						       audit_comparison *ret_comparison);

/* ---- what a tree shows now, against what is remembered (see.c) ---- */

/* What a check finds, on its way to being told. The verdict is INCOMPLETE until it is certain. */
typedef struct audit_finding {
	siglet_audit_report report;
	siglet_buf evidence; /* the name of a file */
	siglet_buf part;     /* JSON */
} audit_finding;

void siglet_audit_finding_init(audit_finding *finding, const char *check);
void siglet_audit_finding_clear(audit_finding *finding);
/* How much was asked for, and came. */
void siglet_audit_finding_count(const audit_tree *tree, audit_finding *finding);
/* Tell it, with err as what stood in the way or why not. Takes err, which may be NULL. */
void siglet_audit_finding_tell(const siglet_audit *audit, audit_finding *finding, siglet_err *err);

/*
 * Is the tree's fresh view one that may be built upon? It did not contradict what is remembered,
 * enough witnesses saw it, and it is not too old; then it is remembered. Sets the finding's verdict
 * and numbers. state may be NULL: then nothing is compared or remembered.
 * An error says why not, or, where the verdict is INCOMPLETE, what stood in the way.
 */
SIGLET_MUST_USE siglet_err *siglet_audit_see(audit_tree *tree, const audit_state *state,
					     audit_finding *finding);

/*
 * As siglet_audit_each_tree; then tell, for that check, of each tree that is remembered of the log and
 * that it does not show any more: nobody sees what came into it since. Errors: as each_tree, and those
 * of siglet_audit_state_each.
 */
SIGLET_MUST_USE siglet_err *siglet_audit_each_tree_left(const siglet_audit *audit,
							const audit_log *log, const char *check,
							siglet_audit_tree_visit *visit,
							void *context, siglet_buf *ret_bad);

/* Two views that should be of one tree. */
typedef struct audit_dispute {
	const audit_view *first, *second; /* the one that is taken for true, and the other */
	const char *from;		  /* where the other came from */
	bool shrank; /* the second is what the log shows, and is smaller than what it signed */
} audit_dispute;

/*
 * Settle it: the finding's verdict becomes FORK or STALE, with evidence, or DATA_MISMATCH; it stays
 * what it is where the views agree. state may be NULL: then no evidence is kept.
 * Errors: what stood in the way, also of keeping evidence.
 */
SIGLET_MUST_USE siglet_err *siglet_audit_settle_dispute(audit_tree *tree, const audit_state *state,
							const audit_dispute *dispute,
							audit_finding *finding);

/*
 * What each_tree could not show: a checkpoint that is not the log's. Keeps it as evidence where
 * that is so. Takes err and gives it back.
 */
SIGLET_MUST_USE siglet_err *siglet_audit_see_bad(const siglet_audit *audit, const audit_log *log,
						 const siglet_buf *bad, siglet_err *err,
						 audit_finding *finding);

/* ---- evidence (evidence.c) ---- */

typedef struct audit_evidence {
	siglet_audit_verdict kind; /* FORK, STALE, BAD_SIGNATURE, OTHER_ORIGIN, OTHER_KEY … */
	const audit_log *log;
	siglet_slice first, second;	  /* notes: the one that was accepted, then the other */
	const audit_contradiction *shown; /* of a FORK of different sizes; else NULL */
	const char *from;
	int64_t seen_s;
} audit_evidence;

/* Keep it below the state; the name of the file in ret_path. Errors: SIGLET_E_IO, _NOMEM. */
SIGLET_MUST_USE siglet_err *siglet_audit_evidence_keep(const audit_state *state,
						       const audit_evidence *evidence,
						       siglet_buf *ret_path);

/* ---- ranges in JSON (range_json.c) ---- */

/* "[[level,index,"base64"]…]". */
void siglet_audit_range_write(const siglet_range *range, const char *name,
			      siglet_json_writer *writer);
/* Errors: SIGLET_E_MALFORMED, SIGLET_E_RANGE, SIGLET_E_MISSING; also for nodes of another shape. */
SIGLET_MUST_USE siglet_err *siglet_audit_range_read(const siglet_json *object, const char *name,
						    uint64_t begin, uint64_t end,
						    siglet_range *ret_range);

/* ---- how far entries were read (progress.c) ---- */

/*
 * The compact range of the entries that were read and found to be the tree's, from the first on; of
 * none where there is no such file. Errors: SIGLET_E_IO (unreadable, damaged, of another log or
 * version), SIGLET_E_NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_audit_frontier_read(const char *path, siglet_slice origin,
						       siglet_range *ret_range, bool *ret_there);
SIGLET_MUST_USE siglet_err *siglet_audit_frontier_parse(siglet_slice json, siglet_slice origin,
							siglet_range *ret_range);
SIGLET_MUST_USE siglet_err *siglet_audit_frontier_encode(siglet_slice origin,
							 const siglet_range *range,
							 siglet_buf *ret_json);

/* ---- one tree by a checkpoint in a file (tree.c) ---- */

/*
 * The one tree that is meant, under the checkpoint in that file, which its log must have signed; its
 * fresh view is that one. Visits it as siglet_audit_each_tree does, without asking for another; its
 * source is NULL where there is nowhere to read it from.
 * Errors: those of reading and of siglet_audit_view_read; SIGLET_E_UNTRUSTED: of no log that is known.
 */
SIGLET_MUST_USE siglet_err *siglet_audit_tree_under(const siglet_audit *audit,
						    const char *checkpoint,
						    siglet_audit_tree_visit *visit, void *context);

/* ---- parts (part.c) ---- */

/* What was found out of a range of entries, to be put together with others. */
typedef struct audit_part {
	siglet_slice origin;
	siglet_audit_head head; /* of the whole tree */
	siglet_range range;
	uint64_t bytes;		       /* of its entries */
	uint64_t hits, known, skipped; /* known: of the hits */
} audit_part;

SIGLET_MUST_USE siglet_err *siglet_audit_part_write(const audit_part *part, siglet_buf *ret_json);
/* Borrows from root. Errors: MALFORMED, MISSING, RANGE, LENGTH, LIMIT, UNSUPPORTED, NOMEM. */
SIGLET_MUST_USE siglet_err *siglet_audit_part_read(const siglet_json *root, audit_part *ret_part);

/* ---- what an entry is about (content.c) ---- */

#define AUDIT_MAX_CERTS 16

/* A digest as an entry spells it: the algorithm's name, and hex or base64. */
typedef struct audit_digest {
	siglet_slice algorithm, text;
	bool is_base64;
} audit_digest;

/* Of one entry at a time; slices borrow from the body and from this. Nothing is verified. */
typedef struct audit_content {
	siglet_arena arena;
	siglet_buf scratch;
	siglet_slice kind, version;
	audit_digest digests[AUDIT_MAX_CERTS]; /* of the artifact, its payload, its envelope */
	size_t digest_count;
	size_t shown_digest;		     /* the one that is told */
	siglet_slice certs[AUDIT_MAX_CERTS]; /* DER */
	size_t cert_count;
	siglet_slice keys[AUDIT_MAX_CERTS]; /* DER SubjectPublicKeyInfo */
	size_t key_count;
	bool is_ct;  /* what is read are entries of a CT log; stays what it is set to */
	bool is_tbs; /* what certs has is a TBSCertificate */
	siglet_slice issuer_key_hash; /* of that; else empty */
	bool has_index;		      /* the entry says which one it is */
	uint64_t index;
} audit_content;

void siglet_audit_content_init(audit_content *content);
void siglet_audit_content_clear(audit_content *content);
/*
 * What looks like a certificate or a key of the forms that signatures are verified with, and can't be
 * read, is an error: it could be anybody's.
 * Errors: SIGLET_E_MALFORMED, SIGLET_E_MISSING, SIGLET_E_LIMIT  it can't be read
 *         SIGLET_E_CRYPTO, SIGLET_E_NOMEM
 */
SIGLET_MUST_USE siglet_err *siglet_audit_content_read(siglet_slice body, audit_content *content);
/* Append the bytes of a digest. Errors: SIGLET_E_MALFORMED, _LIMIT, _NOMEM. */
SIGLET_MUST_USE siglet_err *siglet_audit_digest_bytes(const audit_digest *digest,
						      siglet_buf *ret_bytes);
/*
 * Append "sha256:HEX" of the artifact; nothing where none is named, or of no algorithm that is known.
 * Errors: MALFORMED, LIMIT, NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_audit_content_digest(const audit_content *content,
							siglet_buf *ret_text);

/* ---- certificates and keys in a text (armour.c) ---- */

/*
 * Add what there is in a text of an entry, as itself or as the base64 of itself, also of itself: PEM
 * and DER of certificates and public keys. Every spelling of base64 that some verifier takes is
 * taken. Errors: as siglet_audit_content_read.
 */
SIGLET_MUST_USE siglet_err *siglet_audit_look_at(siglet_slice text, audit_content *content);

/* ---- rules (rules.c) ---- */

/* Which rule an entry meets; rule NULL: none. Static text. */
typedef struct audit_hit {
	const char *rule;
	bool has_cert;
	size_t cert;	      /* of the content's */
	siglet_glance glance; /* of that certificate */
} audit_hit;

/*
 * Errors: SIGLET_E_MALFORMED: a certificate of it can't be read, and it could be the one that is
 *         meant; those of patterns; SIGLET_E_CRYPTO, SIGLET_E_NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_audit_rules_match(const siglet_audit_rules *rules,
						     const audit_content *content,
						     audit_hit *ret_hit);

/* ---- what a watch finds (found.c) ---- */

/* An entry that matched, or could not be read. Owns its text, which is printable. */
typedef struct audit_found audit_found;
struct audit_found {
	audit_found *next; /* of the same bundle, by index */
	uint64_t index;
	siglet_hash32 leaf;
	char *reason; /* why it could not be read; NULL: it matched */
	const char *rule;
	char *kind, *api_version, *digest, *identity, *issuer;
	siglet_buf cert;	 /* DER; empty: none */
	bool is_tbs;		 /* a TBSCertificate */
	siglet_hash32 cert_hash; /* SHA-256 of that */
	bool has_key;
	siglet_hash32 key_hash; /* SHA-256 of its SubjectPublicKeyInfo, or of the entry's own */
	siglet_hash32 issuer_key_hash; /* of a TBSCertificate */
	int64_t not_before_s;
};

void siglet_audit_found_free(audit_found *found);	    /* all of the list */
size_t siglet_audit_found_weight(const audit_found *found); /* likewise, in bytes */
/*
 * What there is to be found in an entry; *ret_found NULL: nothing. Errors: faults alone.
 */
SIGLET_MUST_USE siglet_err *siglet_audit_find(const siglet_audit_rules *rules, uint64_t index,
					      siglet_slice body, const siglet_hash32 *leaf,
					      audit_content *content, audit_found **ret_found);
/* The same of a bundle of a log's entries from first on, as a list by index. Errors: faults alone. */
SIGLET_MUST_USE siglet_err *siglet_audit_find_all(const siglet_audit_rules *rules,
						  const audit_log *log, uint64_t first,
						  const siglet_entries *entries,
						  const siglet_hash32 *leaves,
						  audit_found **ret_list);
/* Does its certificate chain to an authority of the trusted root, at the time it begins? */
SIGLET_MUST_USE siglet_err *siglet_audit_check_chain(const siglet_trustroot *root,
						     const audit_found *found, bool *ret_ok);

#define SIGLET_AUDIT_MAX_LINE ((size_t)256 << 10)
/*
 * A match as an object (docs/json.md); is it one of those that are known, and does its certificate
 * chain to a trusted authority? Errors: faults alone.
 */
SIGLET_MUST_USE siglet_err *siglet_audit_found_describe(const audit_tree *tree,
							const siglet_audit_watch *watch,
							const audit_found *found, bool *ret_known,
							bool *ret_chain_ok, siglet_buf *ret_json);

/* Hand one over at once, without a database. Errors: those of the watch's deliver; faults. */
SIGLET_MUST_USE siglet_err *siglet_audit_found_hand_over(const audit_tree *tree,
							 const siglet_audit_watch *watch,
							 const audit_found *found, bool *ret_known);

/* ---- cursors (cursor.c) ---- */

/* How far rules have looked through a tree. */
typedef struct audit_cursor {
	uint64_t scanned_to; /* entries, by their index in that tree */
	uint64_t anchor;     /* the size of the view that they were under */
	bool has_range;	     /* where nothing but what was read says what was before */
	siglet_range range;  /* of the entries up to scanned_to */
} audit_cursor;

/* ret_there false: they never have. Errors: SIGLET_E_IO. */
SIGLET_MUST_USE siglet_err *siglet_audit_cursor_read(const audit_state *state, siglet_slice rules,
						     audit_cursor *ret_cursor, bool *ret_there);
/* Of rules with that hash. Errors: MALFORMED, MISSING, RANGE, LIMIT, UNSUPPORTED, NOMEM. */
SIGLET_MUST_USE siglet_err *siglet_audit_cursor_parse(siglet_slice json, const char *rules,
						      audit_cursor *ret_cursor);
/* Have they ever looked through that tree? Without the lock. Errors: CRYPTO, LIMIT, NOMEM. */
SIGLET_MUST_USE siglet_err *siglet_audit_cursor_is_there(const siglet_audit *audit,
							 siglet_slice origin, siglet_slice rules,
							 bool *ret_there);
SIGLET_MUST_USE siglet_err *siglet_audit_cursor_write(const audit_state *state, siglet_slice rules,
						      const audit_cursor *cursor);

/* ---- chance (sample.c) ---- */

/*
 * count places in a tree of size (at least 1) entries, by seed and the log's name: the same for the
 * same, each place as likely as any, some perhaps twice. Errors: SIGLET_E_CRYPTO.
 */
SIGLET_MUST_USE siglet_err *siglet_audit_draw(siglet_slice seed, siglet_slice name, uint64_t size,
					      size_t count, uint64_t *ret_indexes);

/* ---- what is claimed of a log (claim.c, signer.c, settle.c, claim_tiled.c, claim_v1.c,
 * search.c) ---- */

/* That a view is of one tree with the log's, that an entry is in it, or both. */
typedef struct audit_claim {
	audit_log log;
	char *subject;	 /* whose claim it is: a file, a witness; or NULL */
	audit_view view; /* a verified one of somebody else's; without text: none */
	bool has_index, has_leaf;
	uint64_t index; /* of Rekor v1 across all trees */
	siglet_hash32 leaf;
	char id[2 * 8 + 2 * SIGLET_SHA256_SIZE + 1]; /* of Rekor v1; "" where it is not known */
	bool wants_entry;			     /* authenticated, and told */
	bool drops_entry;			     /* but not told */
	bool is_settled;
	/* Of tiles: what was found of the entry, under a root of that size. */
	struct {
		bool is_done;
		uint64_t size;
		siglet_audit_verdict verdict;
		siglet_err *err;
	} looked;
	/* Of Rekor v1: what the log says of the entry, and its checkpoint, once it was asked. */
	siglet_rekor_record record;
	audit_view record_view;
	siglet_buf entry;
	audit_finding finding;
} audit_claim;

void siglet_audit_claim_init(audit_claim *claim, const char *check);
void siglet_audit_claim_clear(audit_claim *claim);
/* Tell what came of it. Takes err, which may be NULL. */
void siglet_audit_claim_tell(const siglet_audit *audit, audit_claim *claim, siglet_err *err);
/* What can be said of a claim's view without asking anybody; tells it. */
void siglet_audit_claim_settle_alone(const siglet_audit *audit, audit_claim *claim);
/* Does its view contradict what is remembered in plain sight? Then it is told. */
bool siglet_audit_claim_is_refuted(const siglet_audit *audit, audit_claim *claim);
/* Ask the logs, each once, and tell what came of each claim. */
void siglet_audit_claims_settle(const siglet_audit *audit, audit_claim *claims, size_t count);

/*
 * Find the log that signed a note among those that are known. log_id: of the entry that it came
 * with, or empty. ret_view is initialised.
 * Errors: SIGLET_E_UNTRUSTED  no log that is known: ret_verdict is INCOMPLETE
 *         those of siglet_audit_view_read, for the log that it should be of, with the verdict
 */
SIGLET_MUST_USE siglet_err *siglet_audit_find_signer(const siglet_audit *audit, siglet_slice text,
						     siglet_slice log_id, audit_log *ret_log,
						     audit_view *ret_view,
						     siglet_audit_verdict *ret_verdict);
/* Is this how entries name that log? */
bool siglet_audit_log_has_id(const audit_log *log, siglet_slice log_id);
/* The log that entries name so. ret_found false: none is known. */
SIGLET_MUST_USE siglet_err *siglet_audit_find_log_id(const siglet_audit *audit, siglet_slice log_id,
						     audit_log *ret_log, bool *ret_found);

/* Tiles: look for the claim's entry in what the tree shows. The finding's verdict says the rest. */
SIGLET_MUST_USE siglet_err *siglet_audit_claim_look_tiled(audit_tree *tree, audit_claim *claim);
/* Do that for many at once, whose places are known, so that nobody waits for it later. */
void siglet_audit_claims_look_ahead(const audit_tree *tree, audit_claim **claims, size_t count);

/*
 * Rekor v1: ask for the claim's entry; its record holds by itself then. Then hold it against what
 * the tree shows, which is the one that the record names. The finding's verdict says what came of it.
 */
SIGLET_MUST_USE siglet_err *siglet_audit_claim_fetch_v1(const audit_tree *tree, audit_claim *claim);
SIGLET_MUST_USE siglet_err *siglet_audit_claim_look_v1(audit_tree *tree, const audit_state *state,
						       audit_claim *claim);

/*
 * An index of that leaf in a tiled tree, one of the last, found by as many threads as audit has
 * jobs. Errors: it could not be found out, as siglet_tree_look_up.
 */
SIGLET_MUST_USE siglet_err *siglet_audit_search(const audit_tree *tree, const siglet_hash32 *leaf,
						bool *ret_found, uint64_t *ret_index);

#endif
