#include "crypto/crypto_internal.h"

#include <limits.h>

#include <openssl/bn.h>
#include <openssl/ecdsa.h>

/*
 * The two ways to write an ECDSA signature: DER, which OpenSSL and Sigstore speak, and r and s side
 * by side at the curve's full width, which COSE and JOSE do.
 */

#define MAX_HALF_BYTES 66 /* of P-521 */

size_t siglet_ecdsa_half(siglet_key_type type)
{
	switch (type) {
	case SIGLET_KEY_P256:
		return 32;
	case SIGLET_KEY_P384:
		return 48;
	case SIGLET_KEY_P521:
		return MAX_HALF_BYTES;
	case SIGLET_KEY_ED25519:
	case SIGLET_KEY_RSA:
	case SIGLET_KEY_ML_DSA_44:
	case SIGLET_KEY_ML_DSA_65:
	case SIGLET_KEY_ML_DSA_87:
		break;
	}
	return 0;
}

static siglet_err *need_curve(siglet_key_type type, size_t *ret_half)
{
	const size_t half = siglet_ecdsa_half(type);

	if (half == 0)
		return siglet_err_new(SIGLET_E_USAGE, "%s signs without r and s",
				      siglet_key_type_name(type));
	*ret_half = half;
	return NULL;
}

/* One of the two numbers; neither is ever zero. */
static siglet_err *read_half(siglet_slice bytes, const char *name, BIGNUM **ret_number)
{
	BIGNUM *number = BN_bin2bn(bytes.ptr, (int)bytes.len, NULL);

	if (number == NULL)
		return siglet_crypto_error(SIGLET_E_CRYPTO, "ECDSA signature");
	if (BN_is_zero(number) == 1) {
		BN_free(number);
		return siglet_err_new(SIGLET_E_MISMATCH, "%s of the signature is zero", name);
	}
	*ret_number = number;
	return NULL;
}

static siglet_err *append_der(const ECDSA_SIG *signature, siglet_buf *ret_der)
{
	unsigned char *der = NULL;
	const int len = i2d_ECDSA_SIG(signature, &der);
	siglet_err *err;

	if (len <= 0)
		return siglet_crypto_error(SIGLET_E_CRYPTO, "ECDSA signature");
	err = siglet_buf_append(ret_der, siglet_slice_of(der, (size_t)len));
	OPENSSL_free(der);
	return err;
}

siglet_err *siglet_ecdsa_to_der(siglet_key_type type, siglet_slice raw, siglet_buf *ret_der)
{
	siglet_err *err = SIGLET_ERR_UNSET;
	BIGNUM *r = NULL, *s = NULL;
	ECDSA_SIG *signature = NULL;
	size_t half = 0;

	err = need_curve(type, &half);
	if (err != NULL)
		return err;
	if (raw.len != 2 * half)
		return siglet_err_new(SIGLET_E_LENGTH,
				      "a signature of %zu bytes, not the %zu of %s", raw.len,
				      2 * half, siglet_key_type_name(type));
	siglet_crypto_clear_errors();
	err = read_half(siglet_slice_of(raw.ptr, half), "r", &r);
	if (err != NULL)
		goto out;
	err = read_half(siglet_slice_of(raw.ptr + half, half), "s", &s);
	if (err != NULL)
		goto out;
	signature = ECDSA_SIG_new();
	if (signature == NULL || ECDSA_SIG_set0(signature, r, s) != 1) {
		err = siglet_crypto_error(SIGLET_E_CRYPTO, "ECDSA signature");
		goto out;
	}
	r = s = NULL; /* the signature's now */
	err = append_der(signature, ret_der);
out:
	ECDSA_SIG_free(signature);
	BN_free(s);
	BN_free(r);
	return err;
}

siglet_err *siglet_ecdsa_from_der(siglet_key_type type, siglet_slice der, siglet_buf *ret_raw)
{
	uint8_t raw[2 * MAX_HALF_BYTES];
	siglet_err *err = SIGLET_ERR_UNSET;
	const unsigned char *p = der.ptr;
	ECDSA_SIG *signature = NULL;
	size_t half = 0;

	err = need_curve(type, &half);
	if (err != NULL)
		return err;
	if (der.len == 0 || der.len > LONG_MAX)
		return siglet_err_new(SIGLET_E_MALFORMED, "a signature of %zu bytes", der.len);
	siglet_crypto_clear_errors();
	signature = d2i_ECDSA_SIG(NULL, &p, (long)der.len);
	if (signature == NULL || p != der.ptr + der.len) {
		err = siglet_crypto_error(SIGLET_E_MALFORMED, "not an ECDSA signature in DER");
		goto out;
	}
	/* -1: a number that is longer than the curve. */
	if (BN_bn2binpad(ECDSA_SIG_get0_r(signature), raw, (int)half) < 0 ||
	    BN_bn2binpad(ECDSA_SIG_get0_s(signature), raw + half, (int)half) < 0) {
		err = siglet_crypto_error(SIGLET_E_MALFORMED,
					  "an ECDSA signature of another curve");
		goto out;
	}
	err = siglet_buf_append(ret_raw, siglet_slice_of(raw, 2 * half));
out:
	ECDSA_SIG_free(signature);
	siglet_crypto_clear_errors();
	return err;
}
