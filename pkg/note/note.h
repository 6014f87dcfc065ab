/*
 * note: what did a log sign?
 *
 * Signed notes and the checkpoints they carry. Pure; a parsed note borrows from its text and belongs
 * to its caller; read-only, it may be shared by threads.
 *
 * Spec: C2SP signed-note, tlog-checkpoint, tlog-cosignature; Rekor v1 checkpoints.
 */
#ifndef SIGLET_NOTE_H
#define SIGLET_NOTE_H

#include <stddef.h>
#include <stdint.h>

#include "base/base.h"
#include "crypto/crypto.h"
#include "merkle/merkle.h"

#define SIGLET_MAX_NOTE_BYTES 65536
#define SIGLET_MAX_NOTE_SIGNATURES 64
#define SIGLET_NOTE_ID_SIZE 4

/* A signature line. name borrows from the note's text, signature is decoded into the arena. */
typedef struct siglet_note_signature {
	siglet_slice name;
	uint8_t id
		[SIGLET_NOTE_ID_SIZE]; /* key id: the first bytes of a hash that depends on the type */
	siglet_slice signature;	       /* without the id; at least one byte */
} siglet_note_signature;

typedef struct siglet_note {
	siglet_slice
		text; /* what is signed: up to and including the newline before the empty line */
	const siglet_note_signature *signatures;
	size_t count; /* of signatures, 1 to SIGLET_MAX_NOTE_SIGNATURES */
} siglet_note;

/*
 * Parse a whole note; ret_note borrows from text and arena.
 * Errors: SIGLET_E_LIMIT      over SIGLET_MAX_NOTE_BYTES or SIGLET_MAX_NOTE_SIGNATURES
 *         SIGLET_E_MALFORMED  not UTF-8, a control character, no empty line, a bad signature line
 *         SIGLET_E_NOMEM
 */
SIGLET_MUST_USE siglet_err *siglet_note_parse(siglet_slice text, siglet_arena *arena,
					      siglet_note *ret_note);

typedef struct siglet_checkpoint {
	siglet_slice origin;
	uint64_t size; /* in leaves */
	siglet_hash32 root;
	siglet_slice extensions; /* the lines after the root, each with its newline; may be empty */
} siglet_checkpoint;

/* Read the note's text as a checkpoint; borrows from it. Errors: SIGLET_E_MALFORMED, SIGLET_E_RANGE. */
SIGLET_MUST_USE siglet_err *siglet_checkpoint_parse(const siglet_note *note,
						    siglet_checkpoint *ret_checkpoint);

/* Whose signature is wanted on a note. */
typedef struct siglet_note_verifier {
	siglet_slice name; /* the key name that a line must carry; empty: any name (Rekor v1) */
	uint8_t id[SIGLET_NOTE_ID_SIZE];
	const siglet_key *key;
	siglet_scheme scheme;
} siglet_note_verifier;

/*
 * Require a signature line of this verifier, and every line that has its id (and its name, when one
 * is given) to verify. Lines of others are passed over.
 *
 * Errors: SIGLET_E_MISSING   no line of this verifier
 *         SIGLET_E_MISMATCH  a line of it does not verify
 *         SIGLET_E_CRYPTO, SIGLET_E_UNSUPPORTED
 */
SIGLET_MUST_USE siglet_err *siglet_note_verify(const siglet_note *note,
					       const siglet_note_verifier *verifier);

/* Is this line one of the verifier's (same id, and same name when the verifier has one)? */
bool siglet_note_is_by(const siglet_note_signature *signature,
		       const siglet_note_verifier *verifier);

#endif
