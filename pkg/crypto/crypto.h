/*
 * crypto: is this signature this key's, and what is the hash of these bytes?
 *
 * Digests, public keys, signatures, and the registry of algorithms, over OpenSSL. No I/O, no
 * clock, no state of ours; keys are immutable and may be shared by threads, a hasher belongs to
 * one.
 *
 * Spec: FIPS 180-4, FIPS 186-5 (ECDSA), RFC 8032 (Ed25519), RFC 8017 (RSA), FIPS 204 (ML-DSA),
 *       sigstore_common.proto PublicKeyDetails, the Sigstore algorithm registry.
 */
#ifndef SIGLET_CRYPTO_H
#define SIGLET_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/base.h"

/* ---- digests (digest.c) ---- */

typedef enum siglet_hash {
	SIGLET_SHA256 = 0,
	SIGLET_SHA384,
	SIGLET_SHA512,
} siglet_hash;

#define SIGLET_HASH_COUNT 3
#define SIGLET_HASH_BIT(hash) (1u << (hash))
#define SIGLET_SHA256_SIZE 32
#define SIGLET_MAX_HASH_SIZE 64

typedef struct siglet_digest {
	siglet_hash hash;
	uint8_t bytes[SIGLET_MAX_HASH_SIZE]; /* the first siglet_hash_size(hash) count */
} siglet_digest;

/* Digests of one message under several hashes; mask has a SIGLET_HASH_BIT for each one present. */
typedef struct siglet_digests {
	unsigned mask;
	siglet_digest of[SIGLET_HASH_COUNT];
} siglet_digests;

size_t siglet_hash_size(siglet_hash hash);			 /* in bytes: 32, 48, 64 */
const char *siglet_hash_name(siglet_hash hash);			 /* "sha256" … */
bool siglet_hash_find(siglet_slice name, siglet_hash *ret_hash); /* by that name, exactly */
siglet_slice siglet_digest_slice(const siglet_digest *digest);
bool siglet_digest_equal(const siglet_digest *a, const siglet_digest *b); /* hash and bytes */
const siglet_digest *siglet_digests_get(const siglet_digests *digests,
					siglet_hash hash); /* or NULL */

/* Errors: SIGLET_E_LENGTH when bytes is not as long as the hash's output. */
SIGLET_MUST_USE siglet_err *siglet_digest_from(siglet_hash hash, siglet_slice bytes,
					       siglet_digest *ret_digest);

/* The hash of the parts, in turn. Errors: SIGLET_E_USAGE (no such hash), _CRYPTO, _NOMEM. */
SIGLET_MUST_USE siglet_err *siglet_crypto_hash(siglet_hash hash, const siglet_slice *parts,
					       size_t count, siglet_digest *ret_digest);
SIGLET_MUST_USE siglet_err *siglet_crypto_sha256(const siglet_slice *parts, size_t count,
						 siglet_digest *ret_digest);
/* The same into 32 bytes: needs no memory (sha256.c). Errors: SIGLET_E_CRYPTO. */
SIGLET_MUST_USE siglet_err *siglet_sha256(const siglet_slice *parts, size_t count,
					  uint8_t ret_hash[SIGLET_SHA256_SIZE]);

/*
 * One pass over a message of any size, for every hash in mask. After finish there is only free.
 * Errors: SIGLET_E_USAGE for an empty or unknown mask or after finish; SIGLET_E_CRYPTO, _NOMEM.
 */
typedef struct siglet_hasher siglet_hasher;
SIGLET_MUST_USE siglet_err *siglet_hasher_new(unsigned mask, siglet_hasher **ret_hasher);
SIGLET_MUST_USE siglet_err *siglet_hasher_update(siglet_hasher *hasher, siglet_slice data);
SIGLET_MUST_USE siglet_err *siglet_hasher_finish(siglet_hasher *hasher,
						 siglet_digests *ret_digests);
void siglet_hasher_free(siglet_hasher *hasher);

/* ---- checksums that repositories ask for (checksum.c) ---- */

/* Against errors of transport alone: anybody can make two files with the same. */
typedef enum siglet_checksum_kind {
	SIGLET_CHECKSUM_MD5 = 0,
	SIGLET_CHECKSUM_SHA1,
} siglet_checksum_kind;
#define SIGLET_CHECKSUM_COUNT 2

typedef struct siglet_checksum {
	uint8_t bytes[20];
	size_t len; /* 16, 20, or 0: this OpenSSL does not compute it */
} siglet_checksum;

/* One pass over a message of any size. After finish there is only free. Errors: _CRYPTO, _NOMEM. */
typedef struct siglet_checksummer siglet_checksummer;
SIGLET_MUST_USE siglet_err *siglet_checksummer_new(siglet_checksummer **ret_checksummer);
SIGLET_MUST_USE siglet_err *siglet_checksummer_update(siglet_checksummer *checksummer,
						      siglet_slice data);
SIGLET_MUST_USE siglet_err *siglet_checksummer_finish(
	siglet_checksummer *checksummer, siglet_checksum ret_sums[SIGLET_CHECKSUM_COUNT]);
void siglet_checksummer_free(siglet_checksummer *checksummer);

/* ---- algorithms (registry.c) ---- */

typedef enum siglet_key_type {
	SIGLET_KEY_P256 = 1,
	SIGLET_KEY_P384,
	SIGLET_KEY_P521,
	SIGLET_KEY_ED25519,
	SIGLET_KEY_RSA,
	SIGLET_KEY_ML_DSA_44,
	SIGLET_KEY_ML_DSA_65,
	SIGLET_KEY_ML_DSA_87,
} siglet_key_type;

/*
 * A way to sign: the key's type is known from the key, so this names only what is left to choose.
 */
typedef enum siglet_scheme {
	SIGLET_SCHEME_ECDSA_SHA256 = 1,
	SIGLET_SCHEME_ECDSA_SHA384,
	SIGLET_SCHEME_ECDSA_SHA512,
	SIGLET_SCHEME_ED25519,	  /* pure: over the whole message */
	SIGLET_SCHEME_ED25519_PH, /* over its SHA-512 */
	SIGLET_SCHEME_RSA_PKCS1_SHA256,
	SIGLET_SCHEME_RSA_PSS_SHA256, /* MGF1 with SHA-256, salt of 32 bytes */
	SIGLET_SCHEME_RSA_PSS_SHA384, /* the same with that hash, and a salt as long; to verify only */
	SIGLET_SCHEME_RSA_PSS_SHA512,
	SIGLET_SCHEME_ML_DSA, /* pure: over the whole message, empty context */
	/* The same PSS with a salt of any length, as signers of TUF make it; to verify only. */
	SIGLET_SCHEME_RSA_PSS_SHA256_ANY_SALT,
} siglet_scheme;

const char *siglet_scheme_name(siglet_scheme scheme); /* "ECDSA SHA-256" … */
/* False for the schemes that need the whole message. */
bool siglet_scheme_hash(siglet_scheme scheme, siglet_hash *ret_hash);

typedef struct siglet_key siglet_key; /* a public key; immutable */
struct evp_pkey_st;

/* A row of PublicKeyDetails. */
typedef struct siglet_key_details {
	const char *name; /* "PKIX_ECDSA_P256_SHA_256" */
	int number;
	siglet_key_type type;
	unsigned bits; /* RSA: the modulus must have as many; 0: any from 2048 to 16384 */
	bool pkcs1;    /* the key is a PKCS#1 RSAPublicKey, not a SubjectPublicKeyInfo */
	siglet_scheme scheme;
} siglet_key_details;

/* NULL for a name or number that is unknown or names an algorithm no build supports. */
const siglet_key_details *siglet_key_details_find(siglet_slice name);
const siglet_key_details *siglet_key_details_number(int number);

/* By the algorithm registry's name, "ecdsa-sha2-256-nistp256"; NULL for one that is not known. */
const siglet_key_details *siglet_key_details_registry(siglet_slice name);
/* Is it one that new signatures are made with (no deprecated row, RSA of 3072 bits or more)? */
bool siglet_key_details_may_sign(const siglet_key_details *details);

/*
 * The row that a signer with this key writes (rekor-v2: P-256 -> PKIX_ECDSA_P256_SHA_256, RSA ->
 * PKCS1V15 of its size, Ed25519 -> PKIX_ED25519_PH …). NULL where there is none (RSA of an odd
 * size).
 */
const siglet_key_details *siglet_key_details_default(const siglet_key *key);

#define SIGLET_MAX_SCHEMES 2

/*
 * The schemes under which a signature of an artifact by this key may be accepted, best first: the
 * curve's own hash, then SHA-256 for P-384 and P-521 (what clients wrote until 2024); RSA PKCS#1
 * v1.5, then PSS; Ed25519 pure, then prehashed. Never chosen by what a bundle says.
 */
size_t siglet_key_schemes(const siglet_key *key, siglet_scheme ret_schemes[SIGLET_MAX_SCHEMES]);

/* ---- public keys (key.c, spki.c, load.c, verify.c) ---- */

/*
 * A DER SubjectPublicKeyInfo, whole and canonical.
 * Errors: SIGLET_E_MALFORMED    not such a structure, trailing bytes, a point off the curve
 *         SIGLET_E_UNSUPPORTED  a type, curve or size that we do not use (RSA under 2048 bits), or
 *                               ML-DSA when this build's OpenSSL has none
 */
SIGLET_MUST_USE siglet_err *siglet_key_from_spki(siglet_slice der, siglet_key **ret_key);

/*
 * The same, of a certificate's SPKI that OpenSSL decoded already: spares a second import. decoded
 * is shared, not taken; NULL where OpenSSL could make nothing of it.
 */
SIGLET_MUST_USE siglet_err *siglet_key_from_decoded(siglet_slice der, struct evp_pkey_st *decoded,
						    siglet_key **ret_key);

/*
 * The key of a trust root, encoded as details says and of the kind that it names.
 * Errors: those of siglet_key_from_spki; SIGLET_E_MISMATCH when it is a key of another kind.
 */
SIGLET_MUST_USE siglet_err *siglet_key_from_details(const siglet_key_details *details,
						    siglet_slice der, siglet_key **ret_key);

/*
 * The bare bytes of a key: an uncompressed point on P-256, P-384 or P-521, or the 32 bytes of an
 * Ed25519 key. Errors: those of siglet_key_from_spki; SIGLET_E_USAGE for another type.
 */
SIGLET_MUST_USE siglet_err *siglet_key_from_raw(siglet_key_type type, siglet_slice raw,
						siglet_key **ret_key);

/*
 * An RSA key by modulus and exponent, big-endian without leading zeros (RFC 8230, RFC 7518).
 * Errors: those of siglet_key_from_spki.
 */
SIGLET_MUST_USE siglet_err *siglet_key_from_rsa(siglet_slice modulus, siglet_slice exponent,
						siglet_key **ret_key);

/*
 * A file with exactly one PEM block, PUBLIC KEY, and any text around it.
 * Errors: those of siglet_key_from_spki; SIGLET_E_MISSING without a block, SIGLET_E_LIMIT when it
 * is longer than any key.
 */
SIGLET_MUST_USE siglet_err *siglet_key_from_pem(siglet_slice text, siglet_key **ret_key);

void siglet_key_free(siglet_key *key);
siglet_key_type siglet_key_type_of(const siglet_key *key);
unsigned siglet_key_bits(const siglet_key *key);	   /* RSA modulus, curve, 256 for Ed25519 */
siglet_slice siglet_key_spki(const siglet_key *key);	   /* DER SubjectPublicKeyInfo */
const siglet_digest *siglet_key_id(const siglet_key *key); /* SHA-256 of it */
const char *siglet_key_describe(const siglet_key *key);	   /* "ECDSA P-256", "RSA 4096" … */
const char *siglet_key_type_name(siglet_key_type type);	   /* "ECDSA P-256", "RSA" … */
bool siglet_key_equal(const siglet_key *a, const siglet_key *b);
/* The raw 32 bytes of an Ed25519 key; empty for others. */
siglet_slice siglet_key_raw(const siglet_key *key);

/*
 * Check a signature. Returns NULL only when signature is one of this key over the message (or over
 * a message with this digest). ECDSA signatures must be DER without trailing bytes.
 *
 * Errors: SIGLET_E_MISMATCH     not this key's signature over that
 *         SIGLET_E_USAGE        the scheme does not fit the key, or the digest the scheme
 *         SIGLET_E_UNSUPPORTED  the installed OpenSSL lacks the scheme
 *         SIGLET_E_CRYPTO, SIGLET_E_NOMEM
 */
SIGLET_MUST_USE siglet_err *siglet_key_verify(const siglet_key *key, siglet_scheme scheme,
					      siglet_slice message, siglet_slice signature);
SIGLET_MUST_USE siglet_err *siglet_key_verify_digest(const siglet_key *key, siglet_scheme scheme,
						     const siglet_digest *digest,
						     siglet_slice signature);

/* ---- ECDSA signatures without DER (ecdsa.c) ---- */

/* Bytes of r, and of s, at the curve's full width; 0 for a type that is none of the curves. */
size_t siglet_ecdsa_half(siglet_key_type type);

/*
 * r and s side by side to DER, and back. Appends. That the signature is the key's is not asked.
 * Errors: SIGLET_E_LENGTH     raw is not twice the width
 *         SIGLET_E_MISMATCH   r or s is zero, as in no signature
 *         SIGLET_E_MALFORMED  not DER, or of a larger curve
 *         SIGLET_E_USAGE      a type that is none of the curves
 *         SIGLET_E_CRYPTO, SIGLET_E_LIMIT, SIGLET_E_NOMEM
 */
SIGLET_MUST_USE siglet_err *siglet_ecdsa_to_der(siglet_key_type type, siglet_slice raw,
						siglet_buf *ret_der);
SIGLET_MUST_USE siglet_err *siglet_ecdsa_from_der(siglet_key_type type, siglet_slice der,
						  siglet_buf *ret_raw);

/* ---- private keys (signer.c, signer_load.c) ---- */

/* A private key and the one way in which it signs. Wiped when freed; may be shared by threads. */
typedef struct siglet_signer siglet_signer;

/*
 * A key that lives in memory only. OpenSSL allocates its secret part from the secure heap where
 * the program set one up. Errors: SIGLET_E_UNSUPPORTED (this build's OpenSSL has no such
 * algorithm), SIGLET_E_CRYPTO, _NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_signer_generate(const siglet_key_details *details,
						   siglet_signer **ret_signer);

/*
 * A managed key: a PEM PRIVATE KEY, ENCRYPTED PRIVATE KEY, EC or RSA PRIVATE KEY; an empty
 * passphrase for none. It signs as siglet_key_details_default says, but as plain Ed25519 where
 * OpenSSL has no Ed25519ph. Errors: SIGLET_E_MALFORMED,
 * SIGLET_E_MISSING (a passphrase is needed), SIGLET_E_MISMATCH (it is a wrong one),
 * SIGLET_E_UNSUPPORTED, SIGLET_E_CRYPTO, SIGLET_E_NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_signer_from_pem(siglet_slice pem, siglet_slice passphrase,
						   siglet_signer **ret_signer);

/*
 * The same of a key that OpenSSL holds (PKCS#11 through a provider or engine). Takes a reference.
 * details: how it signs; NULL: as above.
 */
SIGLET_MUST_USE siglet_err *siglet_signer_from_pkey(struct evp_pkey_st *pkey,
						    const siglet_key_details *details,
						    siglet_signer **ret_signer);

void siglet_signer_free(siglet_signer *signer);
const siglet_key *siglet_signer_key(const siglet_signer *signer); /* its public half */
const siglet_key_details *siglet_signer_details(const siglet_signer *signer);
siglet_scheme siglet_signer_scheme(const siglet_signer *signer);
struct evp_pkey_st *siglet_signer_pkey(const siglet_signer *signer); /* borrowed; for a CSR */

/*
 * Append a signature, DER for ECDSA. The second form is for schemes with a hash
 * (siglet_scheme_hash); the digest must be of that hash. Errors: SIGLET_E_USAGE, SIGLET_E_CRYPTO,
 * SIGLET_E_LIMIT, SIGLET_E_NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_signer_sign(const siglet_signer *signer, siglet_slice message,
					       siglet_buf *ret_signature);
SIGLET_MUST_USE siglet_err *siglet_signer_sign_digest(const siglet_signer *signer,
						      const siglet_digest *digest,
						      siglet_buf *ret_signature);

/* Random bytes for nonces and secrets. Errors: SIGLET_E_CRYPTO. */
SIGLET_MUST_USE siglet_err *siglet_crypto_random(uint8_t *ret_bytes, size_t len);

/* OpenSSL's reason for the last failure, moved out of its queue, which is left empty. */
SIGLET_MUST_USE siglet_err *siglet_crypto_error(siglet_code code, const char *what);
void siglet_crypto_clear_errors(void);

#endif
