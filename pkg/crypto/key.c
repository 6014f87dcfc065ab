#include "crypto/crypto_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *siglet_key_type_name(siglet_key_type type)
{
	switch (type) {
	case SIGLET_KEY_P256:
		return "ECDSA P-256";
	case SIGLET_KEY_P384:
		return "ECDSA P-384";
	case SIGLET_KEY_P521:
		return "ECDSA P-521";
	case SIGLET_KEY_ED25519:
		return "Ed25519";
	case SIGLET_KEY_RSA:
		return "RSA";
	case SIGLET_KEY_ML_DSA_44:
		return "ML-DSA-44";
	case SIGLET_KEY_ML_DSA_65:
		return "ML-DSA-65";
	case SIGLET_KEY_ML_DSA_87:
		return "ML-DSA-87";
	}
	return "(unknown key type)";
}

static void describe(siglet_key *key)
{
	if (key->type == SIGLET_KEY_RSA)
		(void)snprintf(key->description, sizeof(key->description), "RSA %u", key->bits);
	else
		(void)snprintf(key->description, sizeof(key->description), "%s",
			       siglet_key_type_name(key->type));
}

siglet_err *siglet_key_from_decoded(siglet_slice der, EVP_PKEY *decoded, siglet_key **ret_key)
{
	siglet_err *err = SIGLET_ERR_UNSET;
	EVP_PKEY *pkey = NULL;
	siglet_key *key = NULL;
	siglet_key_type type = SIGLET_KEY_RSA;
	unsigned bits = 0;

	err = siglet_spki_decode(der, decoded, &pkey, &type, &bits);
	if (err != NULL)
		goto out;
	key = calloc(1, sizeof(*key) + der.len);
	if (key == NULL) {
		err = siglet_err_nomem();
		goto out;
	}
	err = siglet_crypto_sha256(&der, 1, &key->id);
	if (err != NULL)
		goto out;
	key->type = type;
	key->bits = bits;
	key->spki_len = der.len;
	memcpy(key->spki, der.ptr, der.len);
	describe(key);
	key->pkey = pkey;
	pkey = NULL;
	*ret_key = key;
	key = NULL;
	err = NULL; /* success */
out:
	siglet_key_free(key);
	EVP_PKEY_free(pkey);
	return err;
}

siglet_err *siglet_key_from_spki(siglet_slice der, siglet_key **ret_key)
{
	return siglet_key_from_decoded(der, NULL, ret_key);
}

void siglet_key_free(siglet_key *key)
{
	if (key == NULL)
		return;
	EVP_PKEY_free(key->pkey);
	free(key);
}

siglet_key_type siglet_key_type_of(const siglet_key *key)
{
	return key->type;
}

unsigned siglet_key_bits(const siglet_key *key)
{
	return key->bits;
}

siglet_slice siglet_key_spki(const siglet_key *key)
{
	return siglet_slice_of(key->spki, key->spki_len);
}

const siglet_digest *siglet_key_id(const siglet_key *key)
{
	return &key->id;
}

const char *siglet_key_describe(const siglet_key *key)
{
	return key->description;
}

/* There is one encoding of a key that siglet_key_from_spki takes. */
bool siglet_key_equal(const siglet_key *a, const siglet_key *b)
{
	return siglet_slice_equal(siglet_key_spki(a), siglet_key_spki(b));
}

siglet_slice siglet_key_raw(const siglet_key *key)
{
	const size_t len = 32;

	if (key->type != SIGLET_KEY_ED25519)
		return SIGLET_SLICE_NONE;
	return siglet_slice_of(key->spki + (key->spki_len - len), len);
}
