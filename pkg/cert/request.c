#include "cert/cert_internal.h"

#include <openssl/x509.h>

/* Asking for a certificate: who holds the key says so by signing with it. */

/* NULL where the key has its own hash. */
static const EVP_MD *hash_of(siglet_key_type type)
{
	switch (type) {
	case SIGLET_KEY_P256:
	case SIGLET_KEY_RSA:
		return EVP_sha256();
	case SIGLET_KEY_P384:
		return EVP_sha384();
	case SIGLET_KEY_P521:
		return EVP_sha512();
	case SIGLET_KEY_ED25519:
	case SIGLET_KEY_ML_DSA_44:
	case SIGLET_KEY_ML_DSA_65:
	case SIGLET_KEY_ML_DSA_87:
		return NULL;
	}
	return NULL;
}

siglet_err *siglet_cert_request(const siglet_signer *signer, siglet_buf *ret_pem)
{
	EVP_PKEY *pkey = siglet_signer_pkey(signer);
	X509_REQ *request = X509_REQ_new();
	siglet_err *err = SIGLET_ERR_UNSET;
	uint8_t *der = NULL;
	int len = 0;

	if (request == NULL || X509_REQ_set_version(request, X509_REQ_VERSION_1) != 1 ||
	    X509_REQ_set_pubkey(request, pkey) != 1 ||
	    X509_REQ_sign(request, pkey, hash_of(siglet_signer_details(signer)->type)) <= 0) {
		err = siglet_crypto_error(SIGLET_E_CRYPTO, "certificate signing request");
		goto out;
	}
	len = i2d_X509_REQ(request, &der);
	if (len <= 0)
		err = siglet_crypto_error(SIGLET_E_CRYPTO, "certificate signing request");
	else
		err = siglet_pem_encode("CERTIFICATE REQUEST", siglet_slice_of(der, (size_t)len),
					ret_pem);
out:
	OPENSSL_free(der);
	X509_REQ_free(request);
	siglet_crypto_clear_errors();
	return err;
}
