#include "crypto/crypto_internal.h"

static siglet_err *check_kind(const siglet_key_details *details, const siglet_key *key)
{
	if (key->type != details->type)
		return siglet_err_new(SIGLET_E_MISMATCH, "the key is %s, which is not %s",
				      key->description, details->name);
	if (details->bits != 0 && key->bits != details->bits)
		return siglet_err_new(SIGLET_E_MISMATCH, "the key has %u bits, which is not %s",
				      key->bits, details->name);
	return NULL;
}

siglet_err *siglet_key_from_details(const siglet_key_details *details, siglet_slice der,
				    siglet_key **ret_key)
{
	siglet_err *err = SIGLET_ERR_UNSET;
	siglet_key *key = NULL;
	siglet_buf spki;

	siglet_buf_init(&spki, SIGLET_MAX_SPKI_BYTES);
	if (details->pkcs1) {
		err = siglet_spki_from_pkcs1(der, &spki);
		if (err != NULL)
			goto out;
		der = siglet_buf_slice(&spki);
	}
	err = siglet_key_from_spki(der, &key);
	if (err != NULL)
		goto out;
	err = check_kind(details, key);
	if (err != NULL)
		goto out;
	*ret_key = key;
	key = NULL;
	err = NULL; /* success */
out:
	siglet_key_free(key);
	siglet_buf_clear(&spki);
	return err;
}

siglet_err *siglet_key_from_raw(siglet_key_type type, siglet_slice raw, siglet_key **ret_key)
{
	siglet_buf spki;

	siglet_buf_init(&spki, SIGLET_MAX_SPKI_BYTES);
	siglet_err *err = siglet_spki_from_raw(type, raw, &spki);
	if (err == NULL)
		err = siglet_key_from_spki(siglet_buf_slice(&spki), ret_key);
	siglet_buf_clear(&spki);
	return err;
}

siglet_err *siglet_key_from_rsa(siglet_slice modulus, siglet_slice exponent, siglet_key **ret_key)
{
	siglet_buf spki;

	siglet_buf_init(&spki, SIGLET_MAX_SPKI_BYTES);
	siglet_err *err = siglet_spki_from_rsa(modulus, exponent, &spki);
	if (err == NULL)
		err = siglet_key_from_spki(siglet_buf_slice(&spki), ret_key);
	siglet_buf_clear(&spki);
	return err;
}

siglet_err *siglet_key_from_pem(siglet_slice text, siglet_key **ret_key)
{
	siglet_err *err = SIGLET_ERR_UNSET;
	siglet_buf der, other;
	bool found = false;

	siglet_buf_init(&der, SIGLET_MAX_SPKI_BYTES);
	siglet_buf_init(&other, SIGLET_MAX_SPKI_BYTES);
	err = siglet_pem_next(&text, "PUBLIC KEY", &der, &found);
	if (err != NULL)
		goto out;
	if (!found) {
		err = siglet_err_new(SIGLET_E_MISSING, "no PEM block PUBLIC KEY");
		goto out;
	}
	err = siglet_pem_next(&text, "PUBLIC KEY", &other, &found);
	if (err != NULL)
		goto out;
	if (found) {
		err = siglet_err_new(SIGLET_E_MALFORMED, "more than one public key");
		goto out;
	}
	err = siglet_key_from_spki(siglet_buf_slice(&der), ret_key);
out:
	siglet_buf_clear(&other);
	siglet_buf_clear(&der);
	return err;
}
