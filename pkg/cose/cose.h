/*
 * cose: whose signature is in this COSE_Sign1, and over what?
 *
 * COSE_Sign1 messages read, verified, signed and written; COSE_Key; certificates in headers. Pure: no
 * I/O, no clock, no state. What is read borrows from its CBOR document, which borrows from the input.
 *
 * Spec: RFC 9052 (structures), RFC 9053 and RFC 9864 (algorithms), RFC 8230 (RSA keys), RFC 9360
 *       (certificates), RFC 9995 (hash envelopes).
 */
#ifndef SIGLET_COSE_H
#define SIGLET_COSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/base.h"
#include "cbor/cbor.h"
#include "cert/cert.h"
#include "crypto/crypto.h"

#define SIGLET_COSE_TAG_SIGN1 18

/* Labels of headers (IANA, COSE Header Parameters). */
#define SIGLET_COSE_ALG 1
#define SIGLET_COSE_CRIT 2
#define SIGLET_COSE_CONTENT_TYPE 3
#define SIGLET_COSE_KID 4
#define SIGLET_COSE_CWT_CLAIMS 15
#define SIGLET_COSE_TYP 16
#define SIGLET_COSE_X5BAG 32
#define SIGLET_COSE_X5CHAIN 33
#define SIGLET_COSE_X5T 34
#define SIGLET_COSE_X5U 35
#define SIGLET_COSE_PAYLOAD_HASH_ALG 258
#define SIGLET_COSE_PREIMAGE_CONTENT_TYPE 259
#define SIGLET_COSE_PAYLOAD_LOCATION 260
#define SIGLET_COSE_3161_TTC 269
#define SIGLET_COSE_3161_CTT 270
#define SIGLET_COSE_RECEIPTS 394
#define SIGLET_COSE_VDS 395
#define SIGLET_COSE_VDP 396

/* Keys of the map under SIGLET_COSE_VDP, and a value of SIGLET_COSE_VDS (RFC 9942). */
#define SIGLET_COSE_VDP_INCLUSION (-1)
#define SIGLET_COSE_VDP_CONSISTENCY (-2)
#define SIGLET_COSE_VDS_RFC9162_SHA256 1

/* Labels for private use (RFC 9052 section 11.1), in unprotected headers: docs/cose.md. */
#define SIGLET_COSE_LOG_ENTRIES (-65537)
#define SIGLET_COSE_TIMESTAMPS (-65538)
/* And in a Rekor proof, a map that is no message: there is no header that a signature covers. */
#define SIGLET_COSE_REKOR_ENTRY (-65539)
#define SIGLET_COSE_REKOR_CHECKPOINT (-65540)
#define SIGLET_COSE_REKOR_LOG_ID (-65541)
#define SIGLET_COSE_REKOR_LOG_INDEX (-65542)

/* Keys of the map under SIGLET_COSE_CWT_CLAIMS (RFC 8392). */
#define SIGLET_CWT_ISS 1
#define SIGLET_CWT_SUB 2
#define SIGLET_CWT_AUD 3
#define SIGLET_CWT_EXP 4
#define SIGLET_CWT_NBF 5
#define SIGLET_CWT_IAT 6

/* ---- algorithms (algorithm.c) ---- */

/* A way to sign, and the one type of key that it is taken from here. */
typedef struct siglet_cose_algorithm {
	int64_t number;
	const char *name; /* "ES256" */
	siglet_key_type key_type;
	siglet_scheme scheme;
} siglet_cose_algorithm;

/* NULL for a number that is unknown, or of an algorithm that we do not use. */
const siglet_cose_algorithm *siglet_cose_algorithm_find(int64_t number);
/* What a key signs with; NULL for one that COSE has no number for. */
const siglet_cose_algorithm *siglet_cose_algorithm_for(const siglet_key *key);
/* For people: also of those that we do not use, and of hashes; NULL for one that is not known. */
const char *siglet_cose_algorithm_name(int64_t number);
bool siglet_cose_hash_find(int64_t number, siglet_hash *ret_hash);
int64_t siglet_cose_hash_number(siglet_hash hash);

/* ---- messages (sign1.c) ---- */

/* A COSE_Sign1; borrows from its document. */
typedef struct siglet_cose_sign1 {
	const siglet_cbor *item;	 /* the array of four */
	const siglet_cbor *is_protected; /* the protected header; NULL: it is empty */
	const siglet_cbor *unprotected;
	siglet_slice protected_bytes; /* as it is signed: as received, but empty for an empty map */
	bool has_tag;
	bool has_payload;
	siglet_slice payload; /* empty when it is detached */
	siglet_slice signature;
} siglet_cose_sign1;

/* What the four are called, for siglet_cbor_parse. */
extern const char *const siglet_cose_sign1_names[];

/*
 * Read a COSE_Sign1 by its form: tag 18 or none; a byte string with a map or nothing in it, a map,
 * bytes or null, bytes; labels that are integers of 64 bits or text that does not look like one; no
 * label in both headers. Whether the headers make sense is siglet_cose_check's to ask.
 *
 * Errors: SIGLET_E_MALFORMED, SIGLET_E_LENGTH, SIGLET_E_RANGE, SIGLET_E_LIMIT
 *         SIGLET_E_UNSUPPORTED  another tag
 *         SIGLET_E_NOMEM
 */
SIGLET_MUST_USE siglet_err *siglet_cose_sign1_read(siglet_cbor_doc *doc, const siglet_cbor *item,
						   siglet_cose_sign1 *ret_message);

/* The same of bytes: a document of its own, which the caller frees. */
SIGLET_MUST_USE siglet_err *siglet_cose_sign1_parse(const siglet_cbor_heads *heads,
						    siglet_slice bytes, siglet_cbor_doc **ret_doc,
						    siglet_cose_sign1 *ret_message);

/* The value of a label; NULL when the header has none. */
const siglet_cbor *siglet_cose_protected(const siglet_cose_sign1 *message, int64_t label);
const siglet_cbor *siglet_cose_unprotected(const siglet_cose_sign1 *message, int64_t label);

/* ---- headers that make sense (headers.c) ---- */

/* Labels that whoever reads a message acts upon, beyond alg, crit, content type and kid. */
typedef struct siglet_cose_understood {
	const int64_t *labels;
	size_t count;
} siglet_cose_understood;

/*
 * What alg may be, and what must be understood. Labels that only what is signed may say (1, 2, 15,
 * 258 to 260, 395) stand in no unprotected header: whoever carries a message could choose them.
 *
 * Errors: SIGLET_E_MISSING      no alg in the protected header
 *         SIGLET_E_MALFORMED    such a label unprotected; crit that is no array of labels, or names
 *                               one that is not protected; a kid, content type or typ of another
 *                               kind
 *         SIGLET_E_UNSUPPORTED  an algorithm we do not use; a label in crit that is not understood
 *         SIGLET_E_NOMEM
 */
SIGLET_MUST_USE siglet_err *siglet_cose_check(const siglet_cose_sign1 *message,
					      const siglet_cose_understood *understood,
					      const siglet_cose_algorithm **ret_algorithm);

/* ---- CWT claims (claims.c) ---- */

#define SIGLET_MAX_CWT_TEXT 8192

/* Of the protected header; slices borrow from the document. */
typedef struct siglet_cose_claims {
	bool is_present;
	siglet_slice issuer, subject; /* empty: not said */
	bool has_issued_at;
	int64_t issued_at_s;
} siglet_cose_claims;

/*
 * Claims that say for whom or when a message holds (aud, exp, nbf) are refused: nothing here judges
 * them, and whoever does not must not accept the message (RFC 8392 section 3.1).
 *
 * Errors: SIGLET_E_UNSUPPORTED  aud, exp or nbf
 *         SIGLET_E_MALFORMED  a claim of another kind
 *         SIGLET_E_LENGTH     an empty one, or one over SIGLET_MAX_CWT_TEXT
 *         SIGLET_E_RANGE, SIGLET_E_NOMEM
 */
SIGLET_MUST_USE siglet_err *siglet_cose_claims_read(const siglet_cose_sign1 *message,
						    siglet_cose_claims *ret_claims);

/* ---- hash envelopes (envelope.c) ---- */

/* What a payload is the digest of; slices borrow from the document. */
typedef struct siglet_cose_envelope {
	siglet_hash hash;
	bool has_digest; /* false: the payload is detached */
	siglet_digest digest;
	siglet_slice content_type, location; /* of what was hashed; empty: not said, or a number */
} siglet_cose_envelope;

/*
 * *ret_is_envelope says whether the message is one: it has label 258. Errors:
 * SIGLET_E_UNSUPPORTED (another hash), SIGLET_E_MALFORMED (a content type, label 3), SIGLET_E_MISSING
 * (label 259 or 260 without 258), SIGLET_E_LENGTH (a payload that is no such digest),
 * SIGLET_E_RANGE, SIGLET_E_NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_cose_envelope_read(const siglet_cose_sign1 *message,
						      bool *ret_is_envelope,
						      siglet_cose_envelope *ret_envelope);

/* ---- signatures (verify.c) ---- */

/* What a signature covers besides the message. */
typedef struct siglet_cose_context {
	siglet_slice external_aad;
	bool is_detached;     /* the payload is the one here, and null in the message */
	siglet_slice payload; /* of a detached one */
	siglet_cose_understood understood;
} siglet_cose_context;

/*
 * Append the Sig_structure without its last bytes, which are the payload: what is signed is this
 * and then payload_len bytes (RFC 9052 section 4.4).
 */
SIGLET_MUST_USE siglet_err *siglet_cose_tbs_head(const siglet_cbor_heads *heads,
						 siglet_slice protected_bytes,
						 siglet_slice external_aad, uint64_t payload_len,
						 siglet_buf *ret_bytes);

/*
 * Is the key one for the algorithm, and the signature as long as one by it is? Errors:
 * SIGLET_E_MISMATCH, SIGLET_E_LENGTH.
 */
SIGLET_MUST_USE siglet_err *siglet_cose_check_key(const siglet_cose_sign1 *message,
						  const siglet_cose_algorithm *algorithm,
						  const siglet_key *key);

/*
 * Is the signature this key's, over this message and context? Headers first, then the key, then the
 * signature: the algorithm is the protected header's, and must be the one for such a key.
 *
 * Errors: those of siglet_cose_check
 *         SIGLET_E_MISMATCH  not this key's signature; the key is not one for the algorithm; r or s
 *                            is zero
 *         SIGLET_E_LENGTH    a signature of another length than the algorithm's with this key
 *         SIGLET_E_USAGE     a payload for a message that has its own, or none for a detached one
 *         SIGLET_E_CRYPTO, SIGLET_E_NOMEM
 */
SIGLET_MUST_USE siglet_err *siglet_cose_verify(const siglet_cose_sign1 *message,
					       const siglet_cbor_heads *heads,
					       const siglet_key *key,
					       const siglet_cose_context *context);

/* ---- signing (sign.c) ---- */

/* A message to be. The maps are encoded, deterministic; one that is empty may be no bytes. */
typedef struct siglet_cose_draft {
	siglet_slice protected_map, unprotected_map;
	siglet_slice external_aad;
	siglet_slice payload;
	bool is_detached; /* the payload is signed and left out */
} siglet_cose_draft;

/*
 * Append the signature of a draft, as COSE writes it. The protected map must name the algorithm that
 * the signer signs with. Errors: SIGLET_E_USAGE (it does not), SIGLET_E_CRYPTO, _LIMIT, _NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_cose_sign(const siglet_cbor_heads *heads,
					     const siglet_signer *signer,
					     const siglet_cose_draft *draft,
					     siglet_buf *ret_signature);

/* Append the message, tagged. Errors: SIGLET_E_USAGE (a map that is none), _LIMIT, _NOMEM. */
SIGLET_MUST_USE siglet_err *siglet_cose_write(const siglet_cbor_heads *heads,
					      const siglet_cose_draft *draft,
					      siglet_slice signature, siglet_buf *ret_message);

/* ---- COSE_Key (key.c) ---- */

typedef struct siglet_cose_key {
	siglet_key *key;			/* owned */
	siglet_slice kid;			/* borrowed from the document; empty: none */
	const siglet_cose_algorithm *algorithm; /* the only one it is for; NULL: not said */
} siglet_cose_key;

/*
 * Read a public key: EC2 on P-256, P-384 or P-521 with both coordinates at full width, OKP Ed25519,
 * RSA. Free ret_key->key.
 *
 * Errors: SIGLET_E_MALFORMED, SIGLET_E_LENGTH, SIGLET_E_MISSING
 *         SIGLET_E_UNSUPPORTED  another type or curve, a compressed point; what siglet_key_from_spki
 *                               refuses; a key that is not for verifying
 *         SIGLET_E_MISMATCH     an algorithm that is not for a key of its type
 *         SIGLET_E_USAGE        it holds a private key
 *         SIGLET_E_CRYPTO, SIGLET_E_NOMEM
 */
SIGLET_MUST_USE siglet_err *siglet_cose_key_read(const siglet_cbor *item, siglet_cose_key *ret_key);

/* ---- certificates in headers (certificates.c) ---- */

/* Leaf first; owned. */
typedef struct siglet_cose_chain {
	siglet_cert *certs[SIGLET_MAX_CHAIN];
	size_t count;
} siglet_cose_chain;

void siglet_cose_chain_clear(siglet_cose_chain *chain);

/*
 * The certificates of x5chain, whose leaf must be bound by what is signed: x5chain is protected, or
 * x5t is, and is the leaf's. A protected x5t must agree in any case. Certificates behind the leaf
 * are no more than help on the way. Clear ret_chain.
 *
 * Errors: SIGLET_E_MISSING    no x5chain, or none that is bound
 *         SIGLET_E_MISMATCH   x5t is of another certificate
 *         SIGLET_E_MALFORMED  one of them is not of its form, or no certificate
 *         SIGLET_E_LIMIT      more certificates than SIGLET_MAX_CHAIN, or one too large
 *         SIGLET_E_UNSUPPORTED  x5t by a hash that we do not use
 *         SIGLET_E_CRYPTO, SIGLET_E_NOMEM
 */
SIGLET_MUST_USE siglet_err *siglet_cose_chain_read(const siglet_cose_sign1 *message,
						   siglet_cose_chain *ret_chain);

/* ---- for people (print.c) ---- */

/*
 * Append a message in diagnostic notation with words for labels and algorithms; what byte strings
 * of known labels have in them is opened (the protected header; receipts and their proofs).
 * Strings are cut behind max_string bytes; 0: shown whole. Errors: _LIMIT, _NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_cose_print(siglet_cbor_doc *doc, size_t max_string,
					      siglet_buf *ret_text);

#endif
