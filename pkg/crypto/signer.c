#include "crypto/crypto_internal.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

/*
 * Private keys: made, and used. OpenSSL keeps their secret part in its secure heap where there is
 * one.
 */

#define MAX_SIGNATURE_BYTES 8192

struct siglet_signer {
	EVP_PKEY *pkey;
	siglet_key *key; /* the public half */
	const siglet_key_details *details;
};

/* ---- making one ---- */

/* As the logs want it, unless this OpenSSL can't: then as it can. */
static const siglet_key_details *usual_details(const siglet_key *key)
{
#if OPENSSL_VERSION_NUMBER < 0x30500000L
	if (siglet_key_type_of(key) == SIGLET_KEY_ED25519)
		return siglet_key_details_find(siglet_slice_str("PKIX_ED25519"));
#endif
	return siglet_key_details_default(key);
}

/* Takes pkey. details NULL: what a key of its type signs with. */
static siglet_err *wrap_key(EVP_PKEY *pkey, const siglet_key_details *details,
			    siglet_signer **ret_signer)
{
	siglet_err *err = SIGLET_ERR_UNSET;
	siglet_signer *signer = siglet_calloc(1, sizeof(*signer));
	unsigned char *spki = NULL;
	int len = 0;

	if (signer == NULL) {
		err = siglet_err_nomem();
		goto out;
	}
	len = i2d_PUBKEY(pkey, &spki);
	if (len <= 0) {
		err = siglet_crypto_error(SIGLET_E_CRYPTO, "public half of the key");
		goto out;
	}
	/* By a second import: the public half must not hold the private one. */
	err = siglet_key_from_spki(siglet_slice_of(spki, (size_t)len), &signer->key);
	if (err != NULL)
		goto out;
	signer->details = details != NULL ? details : usual_details(signer->key);
	if (signer->details != NULL && signer->details->type != siglet_key_type_of(signer->key)) {
		err = siglet_err_new(SIGLET_E_MISMATCH, "%s is no key for %s",
				     siglet_key_describe(signer->key), signer->details->name);
		goto out;
	}
	if (signer->details == NULL) {
		err = siglet_err_new(SIGLET_E_UNSUPPORTED, "%s: no log takes such a key",
				     siglet_key_describe(signer->key));
		goto out;
	}
	signer->pkey = pkey;
	pkey = NULL;
	*ret_signer = signer;
	signer = NULL;
	err = NULL; /* success */
out:
	OPENSSL_free(spki);
	EVP_PKEY_free(pkey);
	siglet_signer_free(signer);
	siglet_crypto_clear_errors();
	return err;
}

static EVP_PKEY *generate(const siglet_key_details *details)
{
	switch (details->type) {
	case SIGLET_KEY_P256:
		return EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	case SIGLET_KEY_P384:
		return EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-384");
	case SIGLET_KEY_P521:
		return EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-521");
	case SIGLET_KEY_ED25519:
		return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	case SIGLET_KEY_RSA:
		return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)details->bits);
	case SIGLET_KEY_ML_DSA_44:
		return EVP_PKEY_Q_keygen(NULL, NULL, "ML-DSA-44");
	case SIGLET_KEY_ML_DSA_65:
		return EVP_PKEY_Q_keygen(NULL, NULL, "ML-DSA-65");
	case SIGLET_KEY_ML_DSA_87:
		return EVP_PKEY_Q_keygen(NULL, NULL, "ML-DSA-87");
	}
	return NULL;
}

siglet_err *siglet_signer_generate(const siglet_key_details *details, siglet_signer **ret_signer)
{
	EVP_PKEY *pkey;

	if (!siglet_key_details_may_sign(details))
		return siglet_err_new(SIGLET_E_UNSUPPORTED, "%s is for old signatures only",
				      details->name);
#if OPENSSL_VERSION_NUMBER < 0x30500000L
	if (details->scheme == SIGLET_SCHEME_ML_DSA || details->scheme == SIGLET_SCHEME_ED25519_PH)
		return siglet_err_new(SIGLET_E_UNSUPPORTED, "this build's OpenSSL (%s) has no %s",
				      OPENSSL_VERSION_STR, siglet_scheme_name(details->scheme));
#endif
	siglet_crypto_clear_errors();
	pkey = generate(details);
	if (pkey == NULL)
		return siglet_crypto_error(SIGLET_E_CRYPTO, "making a key");
	return wrap_key(pkey, details, ret_signer);
}

siglet_err *siglet_signer_from_pkey(EVP_PKEY *pkey, const siglet_key_details *details,
				    siglet_signer **ret_signer)
{
	if (EVP_PKEY_up_ref(pkey) != 1)
		return siglet_crypto_error(SIGLET_E_CRYPTO, "private key");
	return wrap_key(pkey, details, ret_signer);
}

void siglet_signer_free(siglet_signer *signer)
{
	if (signer == NULL)
		return;
	EVP_PKEY_free(signer->pkey); /* which wipes it */
	siglet_key_free(signer->key);
	free(signer);
}

/* ---- from a file ---- */

/* What OpenSSL asks for when a key is encrypted; nobody is ever prompted. */
typedef struct phrase {
	siglet_slice text;
	bool was_asked;
} phrase;

static int give_phrase(char *buffer, int size, int is_writing, void *context)
{
	phrase *p = context;

	(void)is_writing;
	p->was_asked = true;
	if (size < 0 || p->text.len == 0 || p->text.len > (size_t)size)
		return -1;
	memcpy(buffer, p->text.ptr, p->text.len);
	return (int)p->text.len;
}

static siglet_err *no_pem(void)
{
	return siglet_err_hint(siglet_err_new(SIGLET_E_MALFORMED, "no private key in PEM"),
			       "a key in DER becomes one with: openssl pkey -inform DER");
}

static siglet_err *why_unread(const phrase *p)
{
	siglet_crypto_clear_errors();
	if (p->was_asked && p->text.len == 0)
		return siglet_err_hint(siglet_err_new(SIGLET_E_MISSING,
						      "the private key is encrypted"),
				       "its passphrase is needed: --passphrase-file");
	if (p->was_asked)
		return siglet_err_new(SIGLET_E_MISMATCH, "the passphrase is not that key's");
	return no_pem();
}

siglet_err *siglet_signer_from_pem(siglet_slice pem, siglet_slice passphrase,
				   siglet_signer **ret_signer)
{
	phrase p = { .text = passphrase };
	EVP_PKEY *pkey = NULL;
	BIO *in;

	if (pem.len == 0 || pem.len > INT_MAX)
		return no_pem();
	if (siglet_slice_contains(pem, "ENCRYPTED SIGSTORE PRIVATE KEY") ||
	    siglet_slice_contains(pem, "ENCRYPTED COSIGN PRIVATE KEY"))
		return siglet_err_hint(
			siglet_err_new(SIGLET_E_UNSUPPORTED,
				       "a key in cosign's own format, which only cosign reads"),
			"make another with openssl genpkey, or sign without a key");
	siglet_crypto_clear_errors();
	in = BIO_new_mem_buf(pem.ptr, (int)pem.len);
	if (in == NULL)
		return siglet_crypto_error(SIGLET_E_CRYPTO, "private key");
	pkey = PEM_read_bio_PrivateKey(in, NULL, give_phrase, &p);
	BIO_free(in);
	return pkey == NULL ? why_unread(&p) : wrap_key(pkey, NULL, ret_signer);
}

/* ---- asking ---- */

const siglet_key *siglet_signer_key(const siglet_signer *signer)
{
	return signer->key;
}

const siglet_key_details *siglet_signer_details(const siglet_signer *signer)
{
	return signer->details;
}

siglet_scheme siglet_signer_scheme(const siglet_signer *signer)
{
	return signer->details->scheme;
}

EVP_PKEY *siglet_signer_pkey(const siglet_signer *signer)
{
	return signer->pkey;
}

/* ---- signing ---- */

static siglet_err *start_signing(const siglet_signer *signer, EVP_PKEY_CTX *ctx,
				 const siglet_digest *digest)
{
	const siglet_scheme scheme = signer->details->scheme;

#if OPENSSL_VERSION_NUMBER >= 0x30500000L
	if (scheme == SIGLET_SCHEME_ED25519_PH) {
		EVP_SIGNATURE *algorithm = EVP_SIGNATURE_fetch(NULL, "ED25519ph", NULL);
		const int started =
			algorithm == NULL ? 0 : EVP_PKEY_sign_init_ex2(ctx, algorithm, NULL);

		EVP_SIGNATURE_free(algorithm);
		return started == 1 ? NULL : siglet_crypto_error(SIGLET_E_CRYPTO, "Ed25519ph");
	}
#endif
	if (EVP_PKEY_sign_init(ctx) != 1)
		return siglet_crypto_error(SIGLET_E_CRYPTO, siglet_scheme_name(scheme));
	if (signer->details->type == SIGLET_KEY_RSA) {
		siglet_err *err = siglet_use_rsa_padding(ctx, scheme);

		if (err != NULL)
			return err;
	}
	if (EVP_PKEY_CTX_set_signature_md(ctx, siglet_hash_md(digest->hash)) != 1)
		return siglet_crypto_error(SIGLET_E_CRYPTO, siglet_scheme_name(scheme));
	return NULL;
}

static siglet_err *sign_hashed(const siglet_signer *signer, const siglet_digest *digest,
			       siglet_buf *ret_signature)
{
	const siglet_slice tbs = siglet_digest_slice(digest);
	uint8_t signature[MAX_SIGNATURE_BYTES];
	size_t len = sizeof(signature);
	siglet_err *err = SIGLET_ERR_UNSET;
	EVP_PKEY_CTX *ctx = NULL;

	siglet_crypto_clear_errors();
	ctx = EVP_PKEY_CTX_new_from_pkey(NULL, signer->pkey, NULL);
	if (ctx == NULL) {
		err = siglet_crypto_error(SIGLET_E_CRYPTO, "signing");
		goto out;
	}
	err = start_signing(signer, ctx, digest);
	if (err != NULL)
		goto out;
	if (EVP_PKEY_sign(ctx, signature, &len, tbs.ptr, tbs.len) != 1) {
		err = siglet_crypto_error(SIGLET_E_CRYPTO, "signing");
		goto out;
	}
	err = siglet_buf_append(ret_signature, siglet_slice_of(signature, len));
out:
	EVP_PKEY_CTX_free(ctx);
	siglet_crypto_clear_errors();
	return err;
}

siglet_err *siglet_signer_sign_digest(const siglet_signer *signer, const siglet_digest *digest,
				      siglet_buf *ret_signature)
{
	const siglet_scheme scheme = signer->details->scheme;
	siglet_hash hash = SIGLET_SHA256;

	if (!siglet_scheme_hash(scheme, &hash) || digest->hash != hash)
		return siglet_err_new(SIGLET_E_USAGE, "%s does not sign a %s digest",
				      siglet_scheme_name(scheme), siglet_hash_name(digest->hash));
#if OPENSSL_VERSION_NUMBER < 0x30500000L
	/* Older releases ignore the request for it, and would sign as Ed25519. */
	if (scheme == SIGLET_SCHEME_ED25519_PH)
		return siglet_err_new(SIGLET_E_UNSUPPORTED,
				      "Ed25519ph needs OpenSSL 3.5 or later, this build has %s",
				      OPENSSL_VERSION_STR);
#endif
	return sign_hashed(signer, digest, ret_signature);
}

static siglet_err *sign_whole(const siglet_signer *signer, siglet_slice message,
			      siglet_buf *ret_signature)
{
	const uint8_t *data = message.ptr == NULL ? (const uint8_t *)"" : message.ptr;
	uint8_t signature[MAX_SIGNATURE_BYTES];
	size_t len = sizeof(signature);
	siglet_err *err = SIGLET_ERR_UNSET;
	EVP_MD_CTX *ctx = NULL;

	siglet_crypto_clear_errors();
	ctx = EVP_MD_CTX_new();
	if (ctx == NULL ||
	    EVP_DigestSignInit_ex(ctx, NULL, NULL, NULL, NULL, signer->pkey, NULL) != 1 ||
	    EVP_DigestSign(ctx, signature, &len, data, message.len) != 1) {
		err = siglet_crypto_error(SIGLET_E_CRYPTO, "signing");
		goto out;
	}
	err = siglet_buf_append(ret_signature, siglet_slice_of(signature, len));
out:
	EVP_MD_CTX_free(ctx);
	siglet_crypto_clear_errors();
	return err;
}

siglet_err *siglet_signer_sign(const siglet_signer *signer, siglet_slice message,
			       siglet_buf *ret_signature)
{
	siglet_hash hash = SIGLET_SHA256;
	siglet_digest digest;
	siglet_err *err;

	if (!siglet_scheme_hash(signer->details->scheme, &hash))
		return sign_whole(signer, message, ret_signature);
	err = siglet_crypto_hash(hash, &message, 1, &digest);
	return err != NULL ? err : siglet_signer_sign_digest(signer, &digest, ret_signature);
}

siglet_err *siglet_crypto_random(uint8_t *ret_bytes, size_t len)
{
	if (len > INT_MAX || RAND_bytes(ret_bytes, (int)len) != 1)
		return siglet_crypto_error(SIGLET_E_CRYPTO, "random bytes");
	return NULL;
}
