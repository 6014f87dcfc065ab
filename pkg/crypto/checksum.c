#include "crypto/crypto_internal.h"

#include <stdlib.h>
#include <string.h>

/*
 * MD5 and SHA-1, which artifact repositories still compare uploads by. They find errors of transport;
 * nothing that is trusted rests on them. Where OpenSSL has been told to do without one, there is none.
 */

struct siglet_checksummer {
	EVP_MD_CTX *ctx[SIGLET_CHECKSUM_COUNT]; /* NULL: this OpenSSL has no such hash */
};

static EVP_MD_CTX *start(const char *name)
{
	EVP_MD *md = EVP_MD_fetch(NULL, name, NULL);
	EVP_MD_CTX *ctx = md == NULL ? NULL : EVP_MD_CTX_new();

	if (ctx != NULL && EVP_DigestInit_ex2(ctx, md, NULL) != 1) {
		EVP_MD_CTX_free(ctx);
		ctx = NULL;
	}
	EVP_MD_free(md);
	siglet_crypto_clear_errors();
	return ctx;
}

siglet_err *siglet_checksummer_new(siglet_checksummer **ret_checksummer)
{
	static const char *const names[SIGLET_CHECKSUM_COUNT] = { "MD5", "SHA1" };
	siglet_checksummer *c = siglet_calloc(1, sizeof(*c));

	if (c == NULL)
		return siglet_err_nomem();
	for (size_t i = 0; i < SIGLET_CHECKSUM_COUNT; i++)
		c->ctx[i] = start(names[i]);
	*ret_checksummer = c;
	return NULL;
}

siglet_err *siglet_checksummer_update(siglet_checksummer *checksummer, siglet_slice data)
{
	for (size_t i = 0; i < SIGLET_CHECKSUM_COUNT; i++)
		if (checksummer->ctx[i] != NULL && data.len > 0 &&
		    EVP_DigestUpdate(checksummer->ctx[i], data.ptr, data.len) != 1)
			return siglet_crypto_error(SIGLET_E_CRYPTO, "checksum");
	return NULL;
}

static siglet_err *finish(EVP_MD_CTX *ctx, siglet_checksum *ret_sum)
{
	uint8_t bytes[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (EVP_DigestFinal_ex(ctx, bytes, &len) != 1 || len > sizeof(ret_sum->bytes))
		return siglet_crypto_error(SIGLET_E_CRYPTO, "checksum");
	memcpy(ret_sum->bytes, bytes, len);
	ret_sum->len = len;
	return NULL;
}

siglet_err *siglet_checksummer_finish(siglet_checksummer *checksummer,
				      siglet_checksum ret_sums[SIGLET_CHECKSUM_COUNT])
{
	siglet_checksum sums[SIGLET_CHECKSUM_COUNT] = { { .len = 0 } };

	for (size_t i = 0; i < SIGLET_CHECKSUM_COUNT; i++) {
		siglet_err *err =
			checksummer->ctx[i] == NULL ? NULL : finish(checksummer->ctx[i], &sums[i]);

		if (err != NULL)
			return err;
	}
	memcpy(ret_sums, sums, sizeof(sums));
	return NULL;
}

void siglet_checksummer_free(siglet_checksummer *checksummer)
{
	if (checksummer == NULL)
		return;
	for (size_t i = 0; i < SIGLET_CHECKSUM_COUNT; i++)
		EVP_MD_CTX_free(checksummer->ctx[i]);
	free(checksummer);
}
