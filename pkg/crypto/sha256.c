/*
 * A log's tree is millions of hashes of a few dozen bytes. There EVP's objects and providers cost
 * four times the hash itself; these functions of OpenSSL's are older, and do nothing else. They are
 * deprecated, which is why one file alone knows them.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/crypto_internal.h"

#include <openssl/sha.h>

siglet_err *siglet_sha256(const siglet_slice *parts, size_t count,
			  uint8_t ret_hash[SIGLET_SHA256_SIZE])
{
	SHA256_CTX ctx;

	if (SHA256_Init(&ctx) != 1)
		return siglet_err_new(SIGLET_E_CRYPTO, "sha256");
	for (size_t i = 0; i < count; i++)
		if (parts[i].len != 0 && SHA256_Update(&ctx, parts[i].ptr, parts[i].len) != 1)
			return siglet_err_new(SIGLET_E_CRYPTO, "sha256");
	if (SHA256_Final(ret_hash, &ctx) != 1)
		return siglet_err_new(SIGLET_E_CRYPTO, "sha256");
	return NULL;
}

siglet_err *siglet_crypto_sha256(const siglet_slice *parts, size_t count, siglet_digest *ret_digest)
{
	siglet_digest digest = { .hash = SIGLET_SHA256 };
	siglet_err *err = siglet_sha256(parts, count, digest.bytes);

	if (err == NULL)
		*ret_digest = digest;
	return err;
}
