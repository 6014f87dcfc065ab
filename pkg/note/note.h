/*
 * note: what did a log sign, and who witnessed it?
 *
 * Signed notes, the checkpoints they carry, the keys that sign them, and the policy that says whose
 * cosignatures are enough. Pure; a parsed note borrows from its text and belongs to its caller;
 * notes, keys and policies are read-only and may be shared by threads.
 *
 * Spec: C2SP signed-note, tlog-checkpoint, tlog-cosignature, tlog-policy; Rekor v1 checkpoints.
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

/* ---- verifier keys (vkey.c) ---- */

/* How a key signs: the byte of C2SP signed-note. */
typedef enum siglet_note_type {
	SIGLET_NOTE_ED25519 = 0x01,	       /* over the text */
	SIGLET_NOTE_ECDSA = 0x02,	       /* SHA-256 of the text, whatever the curve */
	SIGLET_NOTE_COSIGNATURE = 0x04,	       /* Ed25519, over a time and the text */
	SIGLET_NOTE_COSIGNATURE_ML_DSA = 0x06, /* ML-DSA-44, over a time and what the text says */
} siglet_note_type;

#define SIGLET_MAX_VKEY_BYTES 4096

/* A key and the name it signs under; immutable. */
typedef struct siglet_note_key siglet_note_key;

/*
 * A vkey, "NAME+ID+KEY": id in eight lowercase hex digits, and the one that name and key give; key
 * in base64, a type byte before it. An ML-DSA key that this build's OpenSSL can't use is read all
 * the same, see siglet_note_key_is_usable.
 * Errors: SIGLET_E_MALFORMED, SIGLET_E_LIMIT (over SIGLET_MAX_VKEY_BYTES)
 *         SIGLET_E_MISMATCH     the id is of another name or key
 *         SIGLET_E_UNSUPPORTED  another type or curve
 *         SIGLET_E_CRYPTO, SIGLET_E_NOMEM
 */
SIGLET_MUST_USE siglet_err *siglet_note_key_parse(siglet_slice vkey, siglet_note_key **ret_key);
void siglet_note_key_free(siglet_note_key *key);

siglet_slice siglet_note_key_name(const siglet_note_key *key);
siglet_note_type siglet_note_key_type(const siglet_note_key *key);
bool siglet_note_key_is_usable(const siglet_note_key *key);
/* The same public key, whatever the names, ids and types. */
bool siglet_note_key_equal(const siglet_note_key *a, const siglet_note_key *b);

/*
 * The id of a key: material is its 32 bytes for Ed25519, 1312 for ML-DSA-44, the DER
 * SubjectPublicKeyInfo for ECDSA (whose id depends on nothing else). Errors: SIGLET_E_UNSUPPORTED
 * (no such type), SIGLET_E_CRYPTO, SIGLET_E_NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_note_key_id(siglet_note_type type, siglet_slice name,
					       siglet_slice material,
					       uint8_t ret_id[SIGLET_NOTE_ID_SIZE]);

/*
 * A verifier for siglet_note_verify; borrows from key. Errors: SIGLET_E_UNSUPPORTED for a key of
 * cosignatures: those need siglet_note_key_verify.
 */
SIGLET_MUST_USE siglet_err *siglet_note_key_verifier(const siglet_note_key *key,
						     siglet_note_verifier *ret_verifier);

/* ---- cosignatures (cosignature.c) ---- */

/*
 * Require a signature line of this key, of whatever type, and every line that has its name and id to
 * verify. A cosignature must be over a checkpoint; *ret_time_s is then the newest time that one of
 * its lines states, in seconds since 1970 UTC, and 0 for keys of other types. A cosigner that makes
 * no statement about the time says 0 too. No clock is asked: a time may lie in the future.
 *
 * Errors: SIGLET_E_MISSING      no line of this key
 *         SIGLET_E_MISMATCH     a line of it does not verify
 *         SIGLET_E_MALFORMED    a line of it is no cosignature, or the note no checkpoint
 *         SIGLET_E_RANGE        a time past 2^63 - 1
 *         SIGLET_E_UNSUPPORTED  the key is not usable here
 *         SIGLET_E_CRYPTO, SIGLET_E_NOMEM
 */
SIGLET_MUST_USE siglet_err *siglet_note_key_verify(const siglet_note_key *key,
						   const siglet_note *note, int64_t *ret_time_s);

/* ---- witness policies (witness_policy.c, witness_quorum.c) ---- */

#define SIGLET_MAX_WITNESS_POLICY_BYTES ((size_t)1 << 20)
#define SIGLET_MAX_POLICY_LOGS 64
#define SIGLET_MAX_WITNESSES 256
#define SIGLET_MAX_WITNESS_GROUPS 64

/* Which logs are known, which witnesses, and which of them must have seen a checkpoint. */
typedef struct siglet_witness_policy siglet_witness_policy;

/*
 * Read a policy file; it is copied. Messages begin with the number of the line.
 * Errors: SIGLET_E_MALFORMED    a line breaks a rule of tlog-policy, or there is not one quorum
 *         SIGLET_E_LIMIT        over a ceiling above
 *         SIGLET_E_UNSUPPORTED  a key of a type that is not known, or does not cosign
 *         SIGLET_E_MISMATCH     a vkey's id is of another name or key
 *         SIGLET_E_CRYPTO, SIGLET_E_NOMEM
 */
SIGLET_MUST_USE siglet_err *siglet_witness_policy_parse(siglet_slice text,
							siglet_witness_policy **ret_policy);
void siglet_witness_policy_free(siglet_witness_policy *policy);

/* A log line. Its key's name is the log's origin. */
typedef struct siglet_policy_log {
	siglet_note_key *key;
	siglet_slice url; /* empty: none was given */
} siglet_policy_log;

/* A witness line. name is the policy's own word for it, of any bytes; print it with care. */
typedef struct siglet_policy_witness {
	siglet_slice name;
	siglet_note_key *key;
	siglet_slice url; /* empty: none was given */
} siglet_policy_witness;

/* In the order of the file. What is returned lives as long as the policy. */
size_t siglet_witness_policy_log_count(const siglet_witness_policy *policy);
const siglet_policy_log *siglet_witness_policy_log(const siglet_witness_policy *policy,
						   size_t index);
size_t siglet_witness_policy_witness_count(const siglet_witness_policy *policy);
const siglet_policy_witness *siglet_witness_policy_witness(const siglet_witness_policy *policy,
							   size_t index);
/* The name behind quorum, "none" included. */
siglet_slice siglet_witness_policy_quorum(const siglet_witness_policy *policy);

typedef enum siglet_witness_state {
	SIGLET_WITNESS_ABSENT = 0, /* no line of it on the note */
	SIGLET_WITNESS_COSIGNED,   /* a cosignature that verified */
	SIGLET_WITNESS_UNCHECKED, /* a line of it that this build can't verify: counts for nothing */
} siglet_witness_state;

#define SIGLET_NO_POLICY_LOG SIZE_MAX

/* What a policy finds on a note. Plain data. */
typedef struct siglet_witness_result {
	bool satisfied;	  /* a log signed it that the policy allows, and the quorum is met */
	bool quorum_met;  /* the second half alone */
	size_t log;	  /* which of the policy's logs signed it; SIGLET_NO_POLICY_LOG: none */
	size_t cosigned;  /* distinct witnesses of the policy, in the quorum or not */
	size_t unchecked; /* signers of the policy whose lines this build can't verify */
	siglet_witness_state states[SIGLET_MAX_WITNESSES]; /* by index of the witness */
	int64_t times_s[SIGLET_MAX_WITNESSES]; /* where COSIGNED: its newest cosignature's time */
	/*
	 * Only where cosigned > 0: the newest and oldest of those times. One witness alone can make
	 * the newest what it likes.
	 */
	int64_t newest_s, oldest_s;
	/*
	 * Only where quorum_met and cosigned > 0: the age of the view. The latest time T such that
	 * the cosignatures made at T or later meet the quorum by themselves: a quorum says that it
	 * saw this checkpoint as the newest then. With "quorum none" it is newest_s.
	 */
	int64_t quorum_s;
} siglet_witness_result;

/*
 * Whose signatures are on a checkpoint? A policy without log lines allows any log: the caller knows
 * it from elsewhere and has verified its signature. A policy that is not satisfied is no error.
 * Lines of nobody in the policy are passed over.
 *
 * Errors: SIGLET_E_MISMATCH, SIGLET_E_MALFORMED, SIGLET_E_RANGE  a line of a log or witness of the
 *         policy does not hold (see siglet_note_key_verify), or the note is no checkpoint: it must be
 *         right for none then
 *         SIGLET_E_CRYPTO, SIGLET_E_NOMEM
 */
SIGLET_MUST_USE siglet_err *siglet_witness_policy_check(const siglet_witness_policy *policy,
							const siglet_note *note,
							siglet_witness_result *ret_result);

/* The witness whose line this is, by name and id. False: none of the policy's. */
bool siglet_witness_policy_find(const siglet_witness_policy *policy,
				const siglet_note_signature *line, size_t *ret_witness);

/*
 * Refuse a result that is not satisfied, or has fewer than least distinct witnesses; says what is
 * missing. Errors: SIGLET_E_UNTRUSTED  none of the policy's logs signed it
 *                  SIGLET_E_MISSING    the quorum or the number
 *                  SIGLET_E_NOMEM
 */
SIGLET_MUST_USE siglet_err *siglet_witness_result_require(const siglet_witness_policy *policy,
							  const siglet_witness_result *result,
							  unsigned least);

#endif
