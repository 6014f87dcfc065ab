#include "crypto/crypto_internal.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[SIGLET_HASH_COUNT] = { "sha256", "sha384", "sha512" };

size_t siglet_hash_size(siglet_hash hash)
{
	switch (hash) {
	case SIGLET_SHA256:
		return 32;
	case SIGLET_SHA384:
		return 48;
	case SIGLET_SHA512:
		return 64;
	}
	return 0;
}

const char *siglet_hash_name(siglet_hash hash)
{
	return (size_t)hash < SIGLET_HASH_COUNT ? names[hash] : "(unknown hash)";
}

const EVP_MD *siglet_hash_md(siglet_hash hash)
{
	switch (hash) {
	case SIGLET_SHA256:
		return EVP_sha256();
	case SIGLET_SHA384:
		return EVP_sha384();
	case SIGLET_SHA512:
		return EVP_sha512();
	}
	return NULL;
}

bool siglet_hash_find(siglet_slice name, siglet_hash *ret_hash)
{
	for (unsigned i = 0; i < SIGLET_HASH_COUNT; i++) {
		if (siglet_slice_is(name, names[i])) {
			*ret_hash = (siglet_hash)i;
			return true;
		}
	}
	return false;
}

siglet_slice siglet_digest_slice(const siglet_digest *digest)
{
	return siglet_slice_of(digest->bytes, siglet_hash_size(digest->hash));
}

/* An unknown hash has no bytes to compare, so two of them are not the same. */
bool siglet_digest_equal(const siglet_digest *a, const siglet_digest *b)
{
	return a->hash == b->hash && siglet_hash_size(a->hash) != 0 &&
	       siglet_slice_equal(siglet_digest_slice(a), siglet_digest_slice(b));
}

const siglet_digest *siglet_digests_get(const siglet_digests *digests, siglet_hash hash)
{
	if ((size_t)hash >= SIGLET_HASH_COUNT || (digests->mask & SIGLET_HASH_BIT(hash)) == 0)
		return NULL;
	return &digests->of[hash];
}

siglet_err *siglet_digest_from(siglet_hash hash, siglet_slice bytes, siglet_digest *ret_digest)
{
	const size_t size = siglet_hash_size(hash);

	if (size == 0 || bytes.len != size)
		return siglet_err_new(SIGLET_E_LENGTH, "a %s digest has %zu bytes, not %zu",
				      siglet_hash_name(hash), size, bytes.len);

	siglet_digest digest = { .hash = hash };

	memcpy(digest.bytes, bytes.ptr, size);
	*ret_digest = digest;
	return NULL;
}

static siglet_err *start(siglet_hash hash, EVP_MD_CTX **ret_ctx)
{
	const EVP_MD *md = siglet_hash_md(hash);

	if (md == NULL)
		return siglet_err_new(SIGLET_E_USAGE, "there is no such hash");

	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	if (ctx == NULL)
		return siglet_crypto_error(SIGLET_E_NOMEM, "hash");
	if (EVP_DigestInit_ex(ctx, md, NULL) != 1) {
		EVP_MD_CTX_free(ctx);
		return siglet_crypto_error(SIGLET_E_CRYPTO, siglet_hash_name(hash));
	}
	*ret_ctx = ctx;
	return NULL;
}

static siglet_err *update(EVP_MD_CTX *ctx, siglet_slice data)
{
	if (data.len != 0 && EVP_DigestUpdate(ctx, data.ptr, data.len) != 1)
		return siglet_crypto_error(SIGLET_E_CRYPTO, "hash");
	return NULL;
}

static siglet_err *finish(EVP_MD_CTX *ctx, siglet_hash hash, siglet_digest *ret_digest)
{
	siglet_digest digest = { .hash = hash };
	unsigned len = 0;

	if (EVP_DigestFinal_ex(ctx, digest.bytes, &len) != 1 || len != siglet_hash_size(hash))
		return siglet_crypto_error(SIGLET_E_CRYPTO, siglet_hash_name(hash));
	*ret_digest = digest;
	return NULL;
}

siglet_err *siglet_crypto_hash(siglet_hash hash, const siglet_slice *parts, size_t count,
			       siglet_digest *ret_digest)
{
	siglet_err *err = SIGLET_ERR_UNSET;
	EVP_MD_CTX *ctx = NULL;

	siglet_crypto_clear_errors();
	err = start(hash, &ctx);
	if (err != NULL)
		goto out;
	for (size_t i = 0; i < count; i++) {
		err = update(ctx, parts[i]);
		if (err != NULL)
			goto out;
	}
	err = finish(ctx, hash, ret_digest);
out:
	EVP_MD_CTX_free(ctx);
	return err;
}

struct siglet_hasher {
	EVP_MD_CTX *ctx[SIGLET_HASH_COUNT]; /* NULL for a hash that was not asked for */
	bool finished;
};

siglet_err *siglet_hasher_new(unsigned mask, siglet_hasher **ret_hasher)
{
	siglet_err *err = SIGLET_ERR_UNSET;
	siglet_hasher *hasher = NULL;

	if (mask == 0 || mask >> SIGLET_HASH_COUNT != 0)
		return siglet_err_new(SIGLET_E_USAGE, "no hash, or one that there is not");
	hasher = calloc(1, sizeof(*hasher));
	if (hasher == NULL)
		return siglet_err_nomem();

	siglet_crypto_clear_errors();
	for (unsigned i = 0; i < SIGLET_HASH_COUNT; i++) {
		if ((mask & SIGLET_HASH_BIT(i)) == 0)
			continue;
		err = start((siglet_hash)i, &hasher->ctx[i]);
		if (err != NULL)
			goto out;
	}
	*ret_hasher = hasher;
	hasher = NULL;
	err = NULL; /* success */
out:
	siglet_hasher_free(hasher);
	return err;
}

siglet_err *siglet_hasher_update(siglet_hasher *hasher, siglet_slice data)
{
	if (hasher->finished)
		return siglet_err_new(SIGLET_E_USAGE, "the hash is finished");
	siglet_crypto_clear_errors();
	for (unsigned i = 0; i < SIGLET_HASH_COUNT; i++) {
		siglet_err *err = hasher->ctx[i] == NULL ? NULL : update(hasher->ctx[i], data);

		if (err != NULL) {
			hasher->finished = true; /* the contexts have seen different messages */
			return err;
		}
	}
	return NULL;
}

siglet_err *siglet_hasher_finish(siglet_hasher *hasher, siglet_digests *ret_digests)
{
	siglet_digests digests = { 0 };

	if (hasher->finished)
		return siglet_err_new(SIGLET_E_USAGE, "the hash is finished");
	hasher->finished = true;
	siglet_crypto_clear_errors();
	for (unsigned i = 0; i < SIGLET_HASH_COUNT; i++) {
		if (hasher->ctx[i] == NULL)
			continue;

		siglet_err *err = finish(hasher->ctx[i], (siglet_hash)i, &digests.of[i]);

		if (err != NULL)
			return err;
		digests.mask |= SIGLET_HASH_BIT(i);
	}
	*ret_digests = digests;
	return NULL;
}

void siglet_hasher_free(siglet_hasher *hasher)
{
	if (hasher == NULL)
		return;
	for (unsigned i = 0; i < SIGLET_HASH_COUNT; i++)
		EVP_MD_CTX_free(hasher->ctx[i]);
	free(hasher);
}
