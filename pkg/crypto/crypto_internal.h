/*
 * crypto_internal: what the files of this room share.
 */
#ifndef SIGLET_CRYPTO_INTERNAL_H
#define SIGLET_CRYPTO_INTERNAL_H

#include "crypto/crypto.h"

#include <openssl/evp.h>

/* The longest key we use is RSA of 16384 bits: some 2100 bytes. */
#define SIGLET_MAX_SPKI_BYTES 8192

#define SIGLET_MIN_RSA_BITS 2048
#define SIGLET_MAX_RSA_BITS 16384

struct siglet_key {
	EVP_PKEY *pkey;
	siglet_key_type type;
	unsigned bits;
	siglet_digest id;
	char description[24];
	size_t spki_len;
	uint8_t spki[];
};

/* OpenSSL's object for the hash; static, never freed. */
const EVP_MD *siglet_hash_md(siglet_hash hash);

/*
 * The OpenSSL key in an SPKI, checked. decoded: what OpenSSL made of these bytes before, or NULL.
 * Errors: those of siglet_key_from_spki.
 */
SIGLET_MUST_USE siglet_err *siglet_spki_decode(siglet_slice der, EVP_PKEY *decoded,
					       EVP_PKEY **ret_pkey, siglet_key_type *ret_type,
					       unsigned *ret_bits);

/* Set up RSA's padding on a context that is ready to verify or sign. */
SIGLET_MUST_USE siglet_err *siglet_use_rsa_padding(EVP_PKEY_CTX *ctx, siglet_scheme scheme);

/* The SPKI around the bare bytes of a key. Appends. Errors: those of siglet_key_from_raw. */
SIGLET_MUST_USE siglet_err *siglet_spki_from_raw(siglet_key_type type, siglet_slice raw,
						 siglet_buf *ret_spki);

/* The SPKI of an RSA key by its numbers. Appends. Errors: those of siglet_key_from_rsa. */
SIGLET_MUST_USE siglet_err *siglet_spki_from_rsa(siglet_slice modulus, siglet_slice exponent,
						 siglet_buf *ret_spki);

/* The SPKI of a PKCS#1 RSAPublicKey. Appends. Errors: SIGLET_E_MALFORMED and the buffer's. */
SIGLET_MUST_USE siglet_err *siglet_spki_from_pkcs1(siglet_slice der, siglet_buf *ret_spki);

#endif
