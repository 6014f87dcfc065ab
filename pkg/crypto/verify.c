#include "crypto/crypto_internal.h"

#include <openssl/rsa.h>

/* Longer than any: ML-DSA-87 has 4627 bytes. */
#define MAX_SIGNATURE_BYTES 8192

static bool is_ecdsa(siglet_key_type type)
{
	return type == SIGLET_KEY_P256 || type == SIGLET_KEY_P384 || type == SIGLET_KEY_P521;
}

static bool is_ml_dsa(siglet_key_type type)
{
	return type == SIGLET_KEY_ML_DSA_44 || type == SIGLET_KEY_ML_DSA_65 ||
	       type == SIGLET_KEY_ML_DSA_87;
}

static bool fits(siglet_scheme scheme, siglet_key_type type)
{
	switch (scheme) {
	case SIGLET_SCHEME_ECDSA_SHA256:
	case SIGLET_SCHEME_ECDSA_SHA384:
	case SIGLET_SCHEME_ECDSA_SHA512:
		return is_ecdsa(type);
	case SIGLET_SCHEME_ED25519:
	case SIGLET_SCHEME_ED25519_PH:
		return type == SIGLET_KEY_ED25519;
	case SIGLET_SCHEME_RSA_PKCS1_SHA256:
	case SIGLET_SCHEME_RSA_PSS_SHA256:
	case SIGLET_SCHEME_RSA_PSS_SHA384:
	case SIGLET_SCHEME_RSA_PSS_SHA512:
	case SIGLET_SCHEME_RSA_PSS_SHA256_ANY_SALT:
		return type == SIGLET_KEY_RSA;
	case SIGLET_SCHEME_ML_DSA:
		return is_ml_dsa(type);
	}
	return false;
}

static siglet_err *check_use(const siglet_key *key, siglet_scheme scheme, siglet_slice signature)
{
	if (!fits(scheme, key->type))
		return siglet_err_new(SIGLET_E_USAGE, "%s is not for a key of type %s",
				      siglet_scheme_name(scheme), key->description);
	if (signature.len == 0 || signature.len > MAX_SIGNATURE_BYTES)
		return siglet_err_new(SIGLET_E_MISMATCH, "a signature of %zu bytes", signature.len);
	return NULL;
}

/* OpenSSL answers 1, 0 or a negative number; nothing but 1 is a yes. */
static siglet_err *verdict(int answer)
{
	if (answer == 1)
		return NULL;
	return siglet_crypto_error(SIGLET_E_MISMATCH, "the signature is not the key's");
}

siglet_err *siglet_use_rsa_padding(EVP_PKEY_CTX *ctx, siglet_scheme scheme)
{
	if (scheme == SIGLET_SCHEME_RSA_PKCS1_SHA256) {
		if (EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) != 1)
			return siglet_crypto_error(SIGLET_E_CRYPTO, "RSA PKCS#1 v1.5");
		return NULL;
	}
	siglet_hash hash = SIGLET_SHA256;

	if (!siglet_scheme_hash(scheme, &hash))
		return siglet_err_new(SIGLET_E_INTERNAL, "RSA without a hash");

	const int salt = scheme == SIGLET_SCHEME_RSA_PSS_SHA256_ANY_SALT
				 ? RSA_PSS_SALTLEN_AUTO
				 : (int)siglet_hash_size(hash);

	if (EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) != 1 ||
	    EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, siglet_hash_md(hash)) != 1 ||
	    EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, salt) != 1)
		return siglet_crypto_error(SIGLET_E_CRYPTO, "RSA PSS");
	return NULL;
}

/* ECDSA and RSA: the digest is all that they need. */
static siglet_err *verify_hashed(const siglet_key *key, siglet_scheme scheme,
				 const siglet_digest *digest, siglet_slice signature)
{
	const siglet_slice tbs = siglet_digest_slice(digest);
	siglet_err *err = SIGLET_ERR_UNSET;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL);

	if (ctx == NULL || EVP_PKEY_verify_init(ctx) != 1) {
		err = siglet_crypto_error(SIGLET_E_CRYPTO, siglet_scheme_name(scheme));
		goto out;
	}
	if (key->type == SIGLET_KEY_RSA) {
		err = siglet_use_rsa_padding(ctx, scheme);
		if (err != NULL)
			goto out;
	}
	if (EVP_PKEY_CTX_set_signature_md(ctx, siglet_hash_md(digest->hash)) != 1) {
		err = siglet_crypto_error(SIGLET_E_CRYPTO, siglet_scheme_name(scheme));
		goto out;
	}
	err = verdict(EVP_PKEY_verify(ctx, signature.ptr, signature.len, tbs.ptr, tbs.len));
out:
	EVP_PKEY_CTX_free(ctx);
	siglet_crypto_clear_errors();
	return err;
}

/*
 * Until OpenSSL 3.5 an Ed25519 key has no way to take a digest. Worse, 3.0 ignores a request for
 * Ed25519ph and checks as if it were Ed25519, so that it must not even be asked.
 */
static siglet_err *verify_ed25519_ph(const siglet_key *key, const siglet_digest *digest,
				     siglet_slice signature)
{
#if OPENSSL_VERSION_NUMBER >= 0x30500000L
	const siglet_slice tbs = siglet_digest_slice(digest);
	siglet_err *err = SIGLET_ERR_UNSET;
	EVP_PKEY_CTX *ctx = NULL;
	EVP_SIGNATURE *algorithm = EVP_SIGNATURE_fetch(NULL, "ED25519ph", NULL);

	if (algorithm == NULL) {
		err = siglet_crypto_error(SIGLET_E_UNSUPPORTED, "OpenSSL has no Ed25519ph");
		goto out;
	}
	ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL);
	if (ctx == NULL || EVP_PKEY_verify_init_ex2(ctx, algorithm, NULL) != 1) {
		err = siglet_crypto_error(SIGLET_E_CRYPTO, "Ed25519ph");
		goto out;
	}
	err = verdict(EVP_PKEY_verify(ctx, signature.ptr, signature.len, tbs.ptr, tbs.len));
out:
	EVP_PKEY_CTX_free(ctx);
	EVP_SIGNATURE_free(algorithm);
	siglet_crypto_clear_errors();
	return err;
#else
	(void)key;
	(void)digest;
	(void)signature;
	return siglet_err_new(SIGLET_E_UNSUPPORTED,
			      "Ed25519ph needs OpenSSL 3.5 or later, this build has %s",
			      OPENSSL_VERSION_STR);
#endif
}

static siglet_err *verify_digest_once(const siglet_key *key, siglet_scheme scheme,
				      const siglet_digest *digest, siglet_slice signature)
{
	if (scheme == SIGLET_SCHEME_ED25519_PH)
		return verify_ed25519_ph(key, digest, signature);
	return verify_hashed(key, scheme, digest, signature);
}

/*
 * Out of memory, OpenSSL may answer as if the signature were wrong, and leave no word of why. Who
 * passes over what is wrongly signed must not pass over that: a "no" is one only when given twice.
 */
static bool is_to_ask_again(siglet_err *err)
{
	if (err == NULL || siglet_err_code(err) != SIGLET_E_MISMATCH)
		return false;
	siglet_err_free(err);
	return true;
}

siglet_err *siglet_key_verify_digest(const siglet_key *key, siglet_scheme scheme,
				     const siglet_digest *digest, siglet_slice signature)
{
	siglet_hash hash = SIGLET_SHA256;
	siglet_err *err = check_use(key, scheme, signature);

	if (err != NULL)
		return err;
	if (!siglet_scheme_hash(scheme, &hash))
		return siglet_err_new(SIGLET_E_USAGE, "%s needs the whole message, not its digest",
				      siglet_scheme_name(scheme));
	if (digest->hash != hash)
		return siglet_err_new(SIGLET_E_USAGE, "%s needs a %s digest, not %s",
				      siglet_scheme_name(scheme), siglet_hash_name(hash),
				      siglet_hash_name(digest->hash));

	siglet_crypto_clear_errors();
	err = verify_digest_once(key, scheme, digest, signature);
	return is_to_ask_again(err) ? verify_digest_once(key, scheme, digest, signature) : err;
}

/* Ed25519 and ML-DSA hash for themselves, and in ways that only a message in memory allows. */
static siglet_err *verify_whole_once(const siglet_key *key, siglet_scheme scheme,
				     siglet_slice message, siglet_slice signature)
{
	/* An empty message is one; OpenSSL takes a NULL pointer for a missing one. */
	const uint8_t *data = message.ptr == NULL ? (const uint8_t *)"" : message.ptr;
	siglet_err *err = SIGLET_ERR_UNSET;
	EVP_MD_CTX *ctx = NULL;

	siglet_crypto_clear_errors();
	ctx = EVP_MD_CTX_new();
	if (ctx == NULL ||
	    EVP_DigestVerifyInit_ex(ctx, NULL, NULL, NULL, NULL, key->pkey, NULL) != 1) {
		err = siglet_crypto_error(SIGLET_E_CRYPTO, siglet_scheme_name(scheme));
		goto out;
	}
	err = verdict(EVP_DigestVerify(ctx, signature.ptr, signature.len, data, message.len));
out:
	EVP_MD_CTX_free(ctx);
	siglet_crypto_clear_errors();
	return err;
}

static siglet_err *verify_whole(const siglet_key *key, siglet_scheme scheme, siglet_slice message,
				siglet_slice signature)
{
	siglet_err *err = verify_whole_once(key, scheme, message, signature);

	return is_to_ask_again(err) ? verify_whole_once(key, scheme, message, signature) : err;
}

siglet_err *siglet_key_verify(const siglet_key *key, siglet_scheme scheme, siglet_slice message,
			      siglet_slice signature)
{
	siglet_hash hash = SIGLET_SHA256;
	siglet_digest digest;
	siglet_err *err = check_use(key, scheme, signature);

	if (err != NULL)
		return err;
	if (!siglet_scheme_hash(scheme, &hash))
		return verify_whole(key, scheme, message, signature);
	err = siglet_crypto_hash(hash, &message, 1, &digest);
	if (err != NULL)
		return err;
	return siglet_key_verify_digest(key, scheme, &digest, signature);
}
