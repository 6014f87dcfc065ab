/*
 * What the tests of tlog share: keys and signatures of their own, texts and changed texts.
 *
 * What is made lives in one pool until fixture_end; a failure to make it ends the test.
 */
#ifndef SIGLET_TLOG_FIXTURE_H
#define SIGLET_TLOG_FIXTURE_H

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "tlog/tlog.h"

#include "../lib/check.h"

static siglet_arena pool = { .max = 64u << 20 };

static inline void bail_out(const char *why)
{
	printf("Bail out! %s\n", why);
	exit(3);
}

static inline void must(siglet_err *err)
{
	if (err != NULL)
		bail_out(siglet_err_message(err));
}

static inline int fixture_end(void)
{
	siglet_arena_clear(&pool);
	return tap_done();
}

static inline siglet_slice keep(siglet_slice bytes)
{
	siglet_slice copy = SIGLET_SLICE_NONE;

	must(siglet_arena_copy(&pool, bytes, &copy));
	return copy;
}

/* Slices of the pool have a NUL behind them. */
static inline const char *text_of(siglet_slice text)
{
	return (const char *)keep(text).ptr;
}

static inline siglet_slice base64(siglet_slice bytes)
{
	siglet_buf out;
	siglet_slice text;

	siglet_buf_init(&out, 1u << 20);
	must(siglet_base64_encode(bytes, &out));
	text = keep(siglet_buf_slice(&out));
	siglet_buf_clear(&out);
	return text;
}

static inline const char *base64_text(siglet_slice bytes)
{
	return text_of(base64(bytes));
}

static inline const char *hex_text(siglet_slice bytes)
{
	siglet_buf out;
	const char *text;

	siglet_buf_init(&out, 1u << 20);
	must(siglet_hex_encode(bytes, &out));
	text = text_of(siglet_buf_slice(&out));
	siglet_buf_clear(&out);
	return text;
}

static inline siglet_slice pem(const char *label, siglet_slice der)
{
	siglet_buf out;
	siglet_slice text;

	siglet_buf_init(&out, 1u << 20);
	must(siglet_pem_encode(label, der, &out));
	text = keep(siglet_buf_slice(&out));
	siglet_buf_clear(&out);
	return text;
}

__attribute__((format(printf, 1, 2))) static inline const char *format(const char *pattern, ...)
{
	char text[16384];
	va_list args;
	int len;

	va_start(args, pattern);
	len = vsnprintf(text, sizeof(text), pattern, args);
	va_end(args);
	if (len < 0 || (size_t)len >= sizeof(text))
		bail_out("a text is too long");
	return text_of(siglet_slice_of(text, (size_t)len));
}

/* text with the first `from` as `to`; from must be there. */
static inline const char *replace(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);

	if (at == NULL)
		bail_out("nothing to replace");
	else
		text = format("%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
	return text;
}

static inline siglet_digest sha256(siglet_slice data)
{
	siglet_digest digest = { 0 };

	must(siglet_crypto_sha256(&data, 1, &digest));
	return digest;
}

/* "P-256" …, "ED25519", or "RSA" of 2048 bits. */
static inline EVP_PKEY *secret_new(const char *type)
{
	EVP_PKEY *secret = strcmp(type, "RSA") == 0 ? EVP_RSA_gen(2048)
			   : type[0] == 'P'	    ? EVP_EC_gen(type)
						    : EVP_PKEY_Q_keygen(NULL, NULL, type);

	if (secret == NULL)
		bail_out("no key");
	return secret;
}

static inline siglet_key *public_of(EVP_PKEY *secret)
{
	uint8_t *der = NULL;
	const int len = i2d_PUBKEY(secret, &der);
	siglet_key *key = NULL;

	if (len <= 0)
		bail_out("no public key");
	must(siglet_key_from_spki(siglet_slice_of(der, (size_t)len), &key));
	OPENSSL_free(der);
	return key;
}

static inline siglet_slice sign(EVP_PKEY *secret, const EVP_MD *md, siglet_slice message)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t signature[1024];
	size_t len = sizeof(signature);

	if (context == NULL || EVP_DigestSignInit(context, NULL, md, NULL, secret) != 1 ||
	    EVP_DigestSign(context, signature, &len, message.ptr, message.len) != 1)
		bail_out("no signature");
	EVP_MD_CTX_free(context);
	return keep(siglet_slice_of(signature, len));
}

/* A signed note: text, an empty line, and one signature line. */
static inline const char *note_of(const char *text, const char *name, const uint8_t id[4],
				  siglet_slice signature)
{
	uint8_t blob[1028];

	memcpy(blob, id, 4);
	memcpy(blob + 4, signature.ptr, signature.len);
	return format("%s\n\xe2\x80\x94 %s %s\n", text, name,
		      base64_text(siglet_slice_of(blob, signature.len + 4)));
}

#endif
