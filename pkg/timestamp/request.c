#include "timestamp/timestamp_internal.h"

#include <openssl/bn.h>
#include <openssl/ts.h>

/* What a timestamp authority is asked. */

siglet_slice siglet_timestamp_nonce(const siglet_timestamp *timestamp)
{
	return siglet_buf_slice(&timestamp->nonce);
}

static bool set_imprint(TS_REQ *request, const siglet_digest *digest)
{
	TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
	X509_ALGOR *algorithm = X509_ALGOR_new();
	siglet_digest copy = *digest; /* OpenSSL's pointer is not const */
	bool good = imprint != NULL && algorithm != NULL &&
		    X509_ALGOR_set0(algorithm, OBJ_nid2obj(NID_sha256), V_ASN1_NULL, NULL) == 1 &&
		    TS_MSG_IMPRINT_set_algo(imprint, algorithm) == 1 &&
		    TS_MSG_IMPRINT_set_msg(imprint, copy.bytes, SIGLET_SHA256_SIZE) == 1 &&
		    TS_REQ_set_msg_imprint(request, imprint) == 1;

	X509_ALGOR_free(algorithm);
	TS_MSG_IMPRINT_free(imprint);
	return good;
}

static bool set_nonce(TS_REQ *request, siglet_slice nonce)
{
	BIGNUM *number = BN_bin2bn(nonce.ptr, (int)nonce.len, NULL);
	ASN1_INTEGER *integer = number == NULL ? NULL : BN_to_ASN1_INTEGER(number, NULL);
	const bool good = integer != NULL && TS_REQ_set_nonce(request, integer) == 1;

	ASN1_INTEGER_free(integer);
	BN_free(number);
	return good;
}

siglet_err *siglet_timestamp_request(siglet_slice data, siglet_slice nonce, siglet_buf *ret_der)
{
	siglet_digest digest = { .hash = SIGLET_SHA256 };
	siglet_err *err = siglet_crypto_sha256(&data, 1, &digest);
	TS_REQ *request = NULL;
	uint8_t *der = NULL;
	int len = 0;

	if (err != NULL)
		return err;
	request = TS_REQ_new();
	if (request == NULL || TS_REQ_set_version(request, 1) != 1 ||
	    !set_imprint(request, &digest) || !set_nonce(request, nonce) ||
	    TS_REQ_set_cert_req(request, 0) != 1) {
		err = siglet_crypto_error(SIGLET_E_CRYPTO, "timestamp request");
		goto out;
	}
	len = i2d_TS_REQ(request, &der);
	if (len <= 0)
		err = siglet_crypto_error(SIGLET_E_CRYPTO, "timestamp request");
	else
		err = siglet_buf_append(ret_der, siglet_slice_of(der, (size_t)len));
out:
	OPENSSL_free(der);
	TS_REQ_free(request);
	siglet_crypto_clear_errors();
	return err;
}
