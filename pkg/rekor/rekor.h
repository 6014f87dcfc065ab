/*
 * rekor: put this signature into the transparency log.
 *
 * Writes entries to Rekor v1 (hashedrekord 0.0.1, dsse 0.0.1) and v2 (hashedrekord 0.0.2), and
 * gives back the entry in the form that bundles have, compared with what was sent. Promise, proof
 * and checkpoint are verified by the caller (verify), as a stranger would. An entry that exists
 * already (409) is fetched, not taken for an error.
 *
 * Spec: rekor openapi.yaml (v1), rekor/v2 protos, C2SP tlog-tiles; protocol/rekor-v1.md 1 to 4,
 *       rekor-v2.md 1, 2, 6.
 */
#ifndef SIGLET_REKOR_H
#define SIGLET_REKOR_H

#include "base/base.h"
#include "cert/cert.h"
#include "crypto/crypto.h"
#include "http/http.h"
#include "json/json.h"
#include "tlog/tlog.h"
#include "trustroot/trustroot.h"

/* What to log. Exactly one of artifact and envelope; leaf, or (managed key) NULL and key. */
typedef struct siglet_rekor_proposal {
	const siglet_cert *leaf;
	const siglet_key *key;		   /* also where there is a leaf: its key */
	const siglet_key_details *details; /* how it signed */
	siglet_slice signature;		   /* raw */
	const siglet_digests *artifact;	   /* has the hash of the key's scheme */
	siglet_slice payload_type,
		payload; /* of the envelope, decoded; payload_type empty: no envelope */
} siglet_rekor_proposal;

/* An entry as the log gave it: its slices live in the arena. */
typedef struct siglet_rekor_entry {
	siglet_arena arena;
	siglet_entry entry;
} siglet_rekor_entry;

void siglet_rekor_entry_init(siglet_rekor_entry *entry);
void siglet_rekor_entry_clear(siglet_rekor_entry *entry);

/*
 * Append the JSON of the request. Errors: SIGLET_E_UNSUPPORTED (an algorithm the log's version
 * does not take).
 */
SIGLET_MUST_USE siglet_err *siglet_rekor_write_request(int version,
						       const siglet_rekor_proposal *proposal,
						       siglet_buf *ret_json);

/*
 * Parse an answer of that version (v1: one-key object; v2: TransparencyLogEntry). Errors:
 * MALFORMED, LIMIT.
 */
SIGLET_MUST_USE siglet_err *siglet_rekor_read_answer(int version, siglet_slice json,
						     siglet_rekor_entry *ret_entry);

/*
 * Log it. version 1 or 2; base_url without "/api/…". root (may be NULL) has the keys of the logs:
 * a Rekor v2 log answers a repetition with an index only, and the entry is then put together from
 * tiles under a checkpoint that one of these keys signed.
 * Errors: SIGLET_E_NETWORK     unreachable, failed, frozen (hint)
 *         SIGLET_E_UNTRUSTED   the log refused the entry (4xx): its message
 *         SIGLET_E_MISMATCH    the entry that came back is another one
 *         SIGLET_E_MALFORMED, SIGLET_E_UNSUPPORTED, SIGLET_E_NOMEM
 */
SIGLET_MUST_USE siglet_err *siglet_rekor_log(const siglet_transport *transport, int version,
					     const char *base_url, const siglet_trustroot *root,
					     const siglet_rekor_proposal *proposal,
					     siglet_rekor_entry *ret_entry);

/* ---- reading a v1 log (history.c): nothing of what comes is verified yet ---- */

#define SIGLET_REKOR_MAX_SHARDS 64
#define SIGLET_REKOR_MAX_RECORDS 10 /* that one answer gives */

/* One tree of a log. */
typedef struct siglet_rekor_shard {
	int64_t tree_id;
	uint64_t size;		 /* by its own word; the checkpoint has the signed one */
	siglet_slice checkpoint; /* in the arena */
	bool is_active;
} siglet_rekor_shard;

/* In the order of the global index; the active one is the last. */
typedef struct siglet_rekor_shards {
	siglet_arena arena;
	size_t count;
	siglet_rekor_shard of[SIGLET_REKOR_MAX_SHARDS];
} siglet_rekor_shards;

void siglet_rekor_shards_init(siglet_rekor_shards *shards);
void siglet_rekor_shards_clear(siglet_rekor_shards *shards);
/* Errors of all that follow: NETWORK, MISSING (404), MALFORMED, LIMIT, RANGE, NOMEM. */
SIGLET_MUST_USE siglet_err *siglet_rekor_read_shards(const siglet_transport *transport,
						     const char *base_url,
						     siglet_rekor_shards *ret_shards);

/* A consistency proof of a tree. */
SIGLET_MUST_USE siglet_err *siglet_rekor_prove_growth(const siglet_transport *transport,
						      const char *base_url, int64_t tree_id,
						      uint64_t old_size, uint64_t new_size,
						      siglet_merkle_list *ret_proof);

/* An entry of any kind, with its proof. Slices are in its arena. */
typedef struct siglet_rekor_record {
	siglet_arena arena;
	siglet_slice id;   /* hexadecimal: its leaf's hash, the tree's id before it or not */
	siglet_slice body; /* whose hash the id has */
	uint64_t index;	   /* across all trees */
	int64_t integrated_time_s;
	uint64_t leaf_index, tree_size; /* of the proof */
	siglet_merkle_list proof;
	siglet_slice checkpoint;
} siglet_rekor_record;

void siglet_rekor_record_init(siglet_rekor_record *record);
void siglet_rekor_record_clear(siglet_rekor_record *record);
/* which: "?logIndex=N" or "/ID". Errors also: MISMATCH (the id is not the body's). */
SIGLET_MUST_USE siglet_err *siglet_rekor_read_record(const siglet_transport *transport,
						     const char *base_url, const char *which,
						     siglet_rekor_record *ret_record);
/*
 * The entries first to first + count - 1 by global index, into count records that are initialised;
 * count is up to SIGLET_REKOR_MAX_RECORDS.
 */
SIGLET_MUST_USE siglet_err *siglet_rekor_read_records(const siglet_transport *transport,
						      const char *base_url, uint64_t first,
						      size_t count, siglet_rekor_record *records);

#endif
