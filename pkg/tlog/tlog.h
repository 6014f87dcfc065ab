/*
 * tlog: is this very signature in the log?
 *
 * Transparency log entries of every kind we accept, and what makes one belong to a signature. Pure;
 * an entry borrows from whoever parsed it (a bundle, an API answer).
 *
 * Spec: Rekor v1 (hashedrekord 0.0.1, dsse 0.0.1, intoto 0.0.2; signed entry timestamps), Rekor v2
 *       (hashedrekord 0.0.2), RFC 6962.
 */
#ifndef SIGLET_TLOG_H
#define SIGLET_TLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/base.h"
#include "crypto/crypto.h"
#include "json/json.h"
#include "merkle/merkle.h"
#include "note/note.h"

#define SIGLET_MAX_ENTRY_BODY_BYTES (16u << 20)

typedef enum siglet_entry_kind {
	SIGLET_ENTRY_HASHEDREKORD_V001 = 1,
	SIGLET_ENTRY_DSSE_V001,
	SIGLET_ENTRY_INTOTO_V002,
	SIGLET_ENTRY_HASHEDREKORD_V002,
} siglet_entry_kind;

/* A TransparencyLogEntry as it stands in a bundle: nothing in it is verified yet. */
typedef struct siglet_entry {
	siglet_entry_kind kind;
	siglet_slice kind_name, kind_version;
	int64_t log_index; /* in Rekor v1 across all shards */
	siglet_slice log_id;
	int64_t integrated_time_s; /* 0: none */
	siglet_slice promise;	   /* signed entry timestamp; empty: none */
	siglet_slice body;	   /* canonicalizedBody; may be absent (empty) for v2 */
	bool has_proof;
	int64_t proof_index, proof_size;
	siglet_slice proof_root; /* may be empty for v2, else 32 bytes */
	const siglet_hash32 *proof_nodes;
	size_t proof_count;
	siglet_slice checkpoint; /* the note's text; empty: none */
} siglet_entry;

/*
 * Read one from proto-JSON into arena. Checks form only: kinds, ranges, lengths of hashes, that the
 * body is there for v1.
 * Errors: SIGLET_E_UNSUPPORTED (kind or version), SIGLET_E_MALFORMED, _RANGE, _LIMIT, _MISSING, _NOMEM
 */
SIGLET_MUST_USE siglet_err *siglet_entry_read(const siglet_json *value, siglet_arena *arena,
					      siglet_entry *ret_entry);
/*
 * The kind of that name and version, for who reads entries of another form. Sets kind, kind_name and
 * kind_version. Errors: SIGLET_E_UNSUPPORTED.
 */
SIGLET_MUST_USE siglet_err *siglet_entry_set_kind(siglet_slice kind, siglet_slice version,
						  siglet_entry *entry);
/*
 * Are index, size and root of a proof that was read possible together? A v2 entry may leave size
 * and root to the checkpoint, where they are signed. Errors: MISSING, MALFORMED, RANGE.
 */
SIGLET_MUST_USE siglet_err *siglet_entry_check_proof_form(const siglet_entry *entry);
bool siglet_entry_is_v2(const siglet_entry *entry);
/* Write it as proto-JSON, an object (name as for the writer). */
void siglet_entry_write(const siglet_entry *entry, siglet_json_writer *writer, const char *name);

/* What the bundle says was signed, by whom: an entry must repeat it. */
typedef struct siglet_entry_subject {
	siglet_slice signature; /* raw */
	siglet_slice cert_der;	/* the leaf; empty for a managed key */
	const siglet_key *key;	/* the leaf's or the managed key */
	bool is_dsse;
	siglet_slice payload, payload_type; /* of an envelope */
	const siglet_digests *artifact;	    /* of a message signature */
} siglet_entry_subject;

/*
 * Does the entry's body belong to this very signature? Compares, byte for byte, every field that the
 * kind has (verify.md step 7); a hashedrekord 0.0.2 body is rebuilt and must be equal. ret_body gets
 * the bytes that the inclusion proof is about.
 *
 * Errors: SIGLET_E_MISMATCH     a field differs; the message names it
 *         SIGLET_E_MALFORMED    the body is not in its format
 *         SIGLET_E_UNSUPPORTED  an algorithm, or content of another type than the kind logs
 *         SIGLET_E_MISSING      the artifact digest that the entry needs was not given
 */
SIGLET_MUST_USE siglet_err *siglet_entry_match(const siglet_entry *entry,
					       const siglet_entry_subject *subject,
					       siglet_buf *ret_body);

/*
 * Append the body that a log has of such an entry: hashedrekord, of either version. For entries that
 * were carried without it: what is proven is then about this subject, or about nothing.
 *
 * Errors: SIGLET_E_UNSUPPORTED  another kind, or a key that the log takes no signatures of
 *         SIGLET_E_MISSING      the artifact digest that it needs was not given
 *         SIGLET_E_CRYPTO, SIGLET_E_LIMIT, SIGLET_E_NOMEM
 */
SIGLET_MUST_USE siglet_err *siglet_entry_rebuild(const siglet_entry *entry,
						 const siglet_entry_subject *subject,
						 siglet_buf *ret_body);

/* The artifact hashes that the entry's body names, for callers that hash first. Mask; 0 for none. */
unsigned siglet_entry_hashes(const siglet_entry *entry);

/* Append what a signed entry timestamp covers: JCS of body, integratedTime, logID, logIndex. */
SIGLET_MUST_USE siglet_err *siglet_entry_promise_payload(const siglet_entry *entry,
							 siglet_buf *ret_payload);
/* Errors: SIGLET_E_MISSING, SIGLET_E_MISMATCH, SIGLET_E_CRYPTO. */
SIGLET_MUST_USE siglet_err *siglet_entry_check_promise(const siglet_entry *entry,
						       const siglet_key *log_key,
						       siglet_scheme scheme);

/* What a checkpoint proved, for the report. */
typedef struct siglet_inclusion {
	siglet_checkpoint checkpoint;
	siglet_note note; /* every signature line; those of others were not checked */
	siglet_hash32 leaf;
} siglet_inclusion;

/*
 * Check the inclusion of body under the entry's checkpoint, signed by the log: note, origin (v2: equal
 * to the log's name), size and root equal to the proof's, the path from leaf to root.
 *
 * verifier->name is the log's name for v2, empty for v1. Borrowed memory of ret_inclusion lives in arena
 * and entry.
 *
 * Errors: SIGLET_E_MISSING (no proof or checkpoint), SIGLET_E_MALFORMED, SIGLET_E_MISMATCH,
 *         SIGLET_E_LENGTH, SIGLET_E_RANGE, SIGLET_E_LIMIT, SIGLET_E_CRYPTO
 */
SIGLET_MUST_USE siglet_err *siglet_entry_check_inclusion(const siglet_entry *entry,
							 siglet_slice body,
							 const siglet_note_verifier *verifier,
							 siglet_arena *arena,
							 siglet_inclusion *ret_inclusion);
/* The two halves of it, so that a report can say which one failed; the whole calls both. */
SIGLET_MUST_USE siglet_err *siglet_entry_check_checkpoint(const siglet_entry *entry,
							  const siglet_note_verifier *verifier,
							  siglet_arena *arena,
							  siglet_inclusion *ret_inclusion);
SIGLET_MUST_USE siglet_err *siglet_entry_check_proof(const siglet_entry *entry, siglet_slice body,
						     siglet_inclusion *inclusion);

/*
 * Does the path lead from body to the root that the checkpoint names? Whoever signed that: nothing
 * is proven by it, it only tells a proof from what is none, for who writes proofs in other forms.
 * Errors: as above.
 */
SIGLET_MUST_USE siglet_err *siglet_entry_recompute(const siglet_entry *entry, siglet_slice body,
						   siglet_arena *arena,
						   siglet_inclusion *ret_inclusion);

#endif
