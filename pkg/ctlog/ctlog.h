/*
 * ctlog: which certificates did a CT log publish, and did it sign that?
 *
 * The formats in which logs of certificates publish: entries and tree heads of RFC 6962, in its own
 * JSON and as static files (C2SP static-ct-api). A tree head of either kind is kept as a signed note,
 * which says the same. Pure; what is read borrows from its input, or lives in the arena that is given.
 *
 * Spec: RFC 6962 sections 2.1, 3.1, 3.4, 3.5 and 4; C2SP static-ct-api.
 */
#ifndef SIGLET_CTLOG_H
#define SIGLET_CTLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/base.h"
#include "crypto/crypto.h"
#include "merkle/merkle.h"
#include "note/note.h"

#define SIGLET_MAX_CT_ANSWER ((size_t)32 << 20) /* bytes of JSON */
#define SIGLET_CT_NOTE_TYPE 0x05		/* RFC6962NoteSignature */

/* ---- entries (entry.c) ---- */

typedef enum siglet_ct_kind {
	SIGLET_CT_X509 = 0,
	SIGLET_CT_PRECERT = 1,
} siglet_ct_kind;

/* A TimestampedEntry. */
typedef struct siglet_ct_entry {
	siglet_ct_kind kind;
	uint64_t timestamp_ms;	      /* since 1970 UTC */
	siglet_slice issuer_key_hash; /* 32 bytes, of a precertificate; else empty */
	siglet_slice cert;	      /* DER; of a precertificate its TBSCertificate */
	siglet_slice extensions;
	bool has_index; /* an extension of static-ct-api says which entry of its log it is */
	uint64_t index;
} siglet_ct_entry;

/*
 * Parse a whole one. Extensions that are not those of static-ct-api are any bytes.
 * Errors: SIGLET_E_MALFORMED    cut off, bytes left over, an empty certificate
 *         SIGLET_E_UNSUPPORTED  another type of entry
 *         SIGLET_E_RANGE        a timestamp past 2^63 - 1
 */
SIGLET_MUST_USE siglet_err *siglet_ct_entry_parse(siglet_slice bytes, siglet_ct_entry *ret_entry);

/*
 * The TimestampedEntry in a whole MerkleTreeLeaf, unparsed. Errors: SIGLET_E_MALFORMED,
 * SIGLET_E_UNSUPPORTED (another version or type of leaf).
 */
SIGLET_MUST_USE siglet_err *siglet_ct_leaf_parse(siglet_slice leaf, siglet_slice *ret_entry);

/* The hash that the tree has of a TimestampedEntry: of its MerkleTreeLeaf. Errors: SIGLET_E_CRYPTO. */
SIGLET_MUST_USE siglet_err *siglet_ct_hash_leaf(siglet_slice entry, siglet_hash32 *ret_hash);

/*
 * The TimestampedEntry of the next TileLeaf of a tile; what else is in that is passed over.
 * Errors: SIGLET_E_MALFORMED, SIGLET_E_UNSUPPORTED (an entry of another type: where it ends is not
 *         known).
 */
SIGLET_MUST_USE siglet_err *siglet_ct_next_tile_leaf(siglet_reader *tile, siglet_slice *ret_entry);

/* ---- tree heads (head.c) ---- */

/* What get-sth answers. */
typedef struct siglet_ct_head {
	uint64_t size; /* in leaves */
	uint64_t timestamp_ms;
	siglet_hash32 root;
	siglet_slice signature; /* a digitally-signed struct, not looked into */
} siglet_ct_head;

/* Errors: SIGLET_E_MALFORMED, SIGLET_E_MISSING, SIGLET_E_RANGE (a negative number), NOMEM. */
SIGLET_MUST_USE siglet_err *siglet_ct_head_parse(siglet_slice json, siglet_arena *arena,
						 siglet_ct_head *ret_head);

/*
 * The id of a log's key on notes: of the name that it has there, which is its URL for submissions
 * without the scheme, and its LogID (32 bytes). Errors: SIGLET_E_CRYPTO, SIGLET_E_LENGTH.
 */
SIGLET_MUST_USE siglet_err *siglet_ct_key_id(siglet_slice name, siglet_slice log_id,
					     uint8_t ret_id[SIGLET_NOTE_ID_SIZE]);

/* Append the checkpoint that says what head does, with its signature. Errors: those of appends. */
SIGLET_MUST_USE siglet_err *siglet_ct_head_write(const siglet_ct_head *head, siglet_slice name,
						 const uint8_t id[SIGLET_NOTE_ID_SIZE],
						 siglet_buf *ret_note);

/*
 * siglet_note_verify for a log's signature of this kind: over the checkpoint's size and root and a
 * time. Which log it is, it does not cover: that is the key's word alone.
 * Errors: SIGLET_E_MISSING    no line of this verifier
 *         SIGLET_E_MISMATCH   a line of it does not verify, or is no such signature
 *         SIGLET_E_MALFORMED  lines behind the root, which no such signature covers
 *         SIGLET_E_UNTRUSTED  it begins with another name
 *         SIGLET_E_CRYPTO, SIGLET_E_UNSUPPORTED
 */
SIGLET_MUST_USE siglet_err *siglet_ct_note_verify(const siglet_note *note,
						  const siglet_checkpoint *checkpoint,
						  const siglet_note_verifier *verifier);

/* ---- other answers (answer.c) ---- */

typedef siglet_err *siglet_ct_visit(void *context, siglet_slice leaf);
/*
 * Call visit with each leaf_input that get-entries answers with, in order. Errors: SIGLET_E_MALFORMED,
 * SIGLET_E_MISSING, SIGLET_E_LIMIT; those of visit.
 */
SIGLET_MUST_USE siglet_err *siglet_ct_each_entry(siglet_slice json, siglet_ct_visit *visit,
						 void *context);
/* What get-sth-consistency answers. Errors: SIGLET_E_MALFORMED, MISSING, LIMIT. */
SIGLET_MUST_USE siglet_err *siglet_ct_growth_parse(siglet_slice json,
						   siglet_merkle_list *ret_proof);
/* What get-entry-and-proof answers; the leaf is appended. Errors: as above. */
SIGLET_MUST_USE siglet_err *siglet_ct_inclusion_parse(siglet_slice json, siglet_buf *ret_leaf,
						      siglet_merkle_list *ret_proof);

#endif
