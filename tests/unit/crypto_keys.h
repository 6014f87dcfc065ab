/*
 * crypto_keys: keys and signatures for the tests of crypto, made by OpenSSL.
 *
 * Bytes live in one arena until keys_done(); a test fails as a whole when something can't be made.
 */
#ifndef SIGLET_TEST_CRYPTO_KEYS_H
#define SIGLET_TEST_CRYPTO_KEYS_H

#include <stdlib.h>
#include <string.h>

#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "crypto/crypto.h"

#include "../lib/check.h"

#define KEYS_UNUSED __attribute__((unused))

static siglet_arena keys_memory = { .max = 64u << 20 };

static void keys_need(bool condition, const char *what)
{
	if (condition)
		return;
	printf("Bail out! can't make %s\n", what);
	exit(1);
}

static siglet_slice keys_keep(siglet_slice bytes)
{
	siglet_slice copy = SIGLET_SLICE_NONE;

	keys_need(siglet_arena_copy(&keys_memory, bytes, &copy) == NULL, "a copy");
	return copy;
}

KEYS_UNUSED static siglet_slice unhex(const char *text)
{
	siglet_buf bytes;

	siglet_buf_init(&bytes, strlen(text));
	keys_need(siglet_hex_decode(siglet_slice_str(text), &bytes) == NULL, text);

	const siglet_slice copy = keys_keep(siglet_buf_slice(&bytes));

	siglet_buf_clear(&bytes);
	return copy;
}

KEYS_UNUSED static siglet_slice joined(siglet_slice a, siglet_slice b)
{
	siglet_buf both;

	siglet_buf_init(&both, a.len + b.len);
	keys_need(siglet_buf_append(&both, a) == NULL, "a copy");
	keys_need(siglet_buf_append(&both, b) == NULL, "a copy");

	const siglet_slice copy = keys_keep(siglet_buf_slice(&both));

	siglet_buf_clear(&both);
	return copy;
}

/* A copy with one bit changed; a negative position counts from the end. */
KEYS_UNUSED static siglet_slice flipped(siglet_slice bytes, long at)
{
	uint8_t *copy = NULL;

	keys_need(siglet_arena_alloc(&keys_memory, bytes.len, 1, &copy) == NULL, "a copy");
	memcpy(copy, bytes.ptr, bytes.len);
	copy[at < 0 ? bytes.len - (size_t)-at : (size_t)at] ^= 1;
	return siglet_slice_of(copy, bytes.len);
}

/* DER: the tag, the length in its one form, the content. */
KEYS_UNUSED static siglet_slice der(uint8_t tag, siglet_slice content)
{
	const size_t len = content.len;
	const uint8_t one[] = { tag, (uint8_t)len };
	const uint8_t two[] = { tag, 0x81, (uint8_t)len };
	const uint8_t three[] = { tag, 0x82, (uint8_t)(len >> 8), (uint8_t)len };

	if (len < 0x80)
		return joined(siglet_slice_of(one, sizeof(one)), content);
	if (len < 0x100)
		return joined(siglet_slice_of(two, sizeof(two)), content);
	return joined(siglet_slice_of(three, sizeof(three)), content);
}

/* An SPKI of an AlgorithmIdentifier and a key, both encoded. */
KEYS_UNUSED static siglet_slice spki_of(siglet_slice algorithm, siglet_slice key)
{
	const siglet_slice bits = joined(unhex("00"), key);

	return der(0x30, joined(algorithm, der(0x03, bits)));
}

KEYS_UNUSED static siglet_slice spki_of_pkey(EVP_PKEY *pkey)
{
	unsigned char *bytes = NULL;
	const int len = i2d_PUBKEY(pkey, &bytes);

	keys_need(len > 0, "an SPKI");

	const siglet_slice copy = keys_keep(siglet_slice_of(bytes, (size_t)len));

	OPENSSL_free(bytes);
	return copy;
}

KEYS_UNUSED static siglet_key *key_of_spki(siglet_slice spki)
{
	siglet_key *key = NULL;
	siglet_err *err = siglet_key_from_spki(spki, &key);

	keys_need(err == NULL, err == NULL ? "" : siglet_err_message(err));
	return key;
}

KEYS_UNUSED static EVP_PKEY *make_ec(const char *group)
{
	EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "EC", group);

	keys_need(pkey != NULL, group);
	return pkey;
}

KEYS_UNUSED static EVP_PKEY *make_ed25519(void)
{
	EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");

	keys_need(pkey != NULL, "Ed25519");
	return pkey;
}

KEYS_UNUSED static EVP_PKEY *make_rsa(void)
{
	EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);

	keys_need(pkey != NULL, "RSA");
	return pkey;
}

/* An RSAPublicKey of an odd modulus with so many bits that nobody can sign with. */
KEYS_UNUSED static siglet_slice pkcs1_of_size(unsigned bits, const char *exponent_der)
{
	siglet_slice n = SIGLET_SLICE_NONE;
	BIGNUM *modulus = BN_new();
	uint8_t bytes[2100];

	keys_need(modulus != NULL && BN_set_bit(modulus, (int)bits - 1) == 1 &&
			  BN_set_bit(modulus, 0) == 1,
		  "a modulus");
	n = siglet_slice_of(bytes, (size_t)BN_bn2bin(modulus, bytes));
	if (bits % 8 == 0)
		n = joined(unhex("00"), n);
	n = der(0x02, n);
	BN_free(modulus);
	return der(0x30, joined(n, unhex(exponent_der)));
}

#define RSA_ALGORITHM "300d06092a864886f70d0101010500"
#define EXPONENT_F4 "0203010001"

KEYS_UNUSED static siglet_slice rsa_of_size(unsigned bits, const char *exponent_der)
{
	return spki_of(unhex(RSA_ALGORITHM), pkcs1_of_size(bits, exponent_der));
}

typedef struct pss {
	int salt_len;
	const EVP_MD *mgf1;
} pss;

/* md is NULL for schemes that hash for themselves, with NULL but for RSA PSS. */
KEYS_UNUSED static siglet_slice sign(EVP_PKEY *pkey, const EVP_MD *md, const pss *with,
				     siglet_slice message)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *settings = NULL;
	uint8_t signature[8192];
	size_t len = sizeof(signature);

	keys_need(ctx != NULL && EVP_DigestSignInit(ctx, &settings, md, NULL, pkey) == 1,
		  "a signer");
	if (with != NULL)
		keys_need(EVP_PKEY_CTX_set_rsa_padding(settings, RSA_PKCS1_PSS_PADDING) == 1 &&
				  EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, with->salt_len) == 1 &&
				  EVP_PKEY_CTX_set_rsa_mgf1_md(settings, with->mgf1) == 1,
			  "RSA PSS");
	keys_need(EVP_DigestSign(ctx, signature, &len, message.ptr, message.len) == 1,
		  "a signature");
	EVP_MD_CTX_free(ctx);
	return keys_keep(siglet_slice_of(signature, len));
}

/* The claim that every function of crypto makes: nothing stays in OpenSSL's error queue. */
KEYS_UNUSED static bool queue_is_empty(void)
{
	const bool empty = ERR_peek_error() == 0;

	ERR_clear_error();
	return empty;
}

static int keys_done(void)
{
	siglet_arena_clear(&keys_memory);
	return tap_done();
}

#endif
