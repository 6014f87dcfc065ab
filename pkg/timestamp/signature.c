#include "timestamp/timestamp_internal.h"

#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/pkcs7.h>
#include <openssl/x509.h>

/* ---- algorithms ---- */

/* RFC 5754: the parameters of a hash are absent or NULL, and both occur. */
static bool without_parameters(const X509_ALGOR *algorithm, int *ret_nid)
{
	const ASN1_OBJECT *oid = NULL;
	int type = V_ASN1_UNDEF;

	X509_ALGOR_get0(&oid, &type, NULL, algorithm);
	*ret_nid = OBJ_obj2nid(oid);
	return type == V_ASN1_UNDEF || type == V_ASN1_NULL;
}

siglet_err *siglet_timestamp_read_hash(const X509_ALGOR *algorithm, siglet_hash *ret_hash)
{
	static const int nids[SIGLET_HASH_COUNT] = { NID_sha256, NID_sha384, NID_sha512 };
	int nid = NID_undef;

	if (!without_parameters(algorithm, &nid))
		return siglet_err_new(SIGLET_E_MALFORMED, "a hash with parameters");
	for (size_t i = 0; i < SIGLET_HASH_COUNT; i++) {
		if (nids[i] == nid) {
			*ret_hash = (siglet_hash)i;
			return NULL;
		}
	}
	return siglet_err_new(SIGLET_E_UNSUPPORTED, "a hash other than SHA-256, -384 or -512");
}

siglet_err *siglet_timestamp_signature_hash(const siglet_timestamp *timestamp,
					    siglet_hash *ret_hash)
{
	X509_ALGOR *digest = NULL;

	CMS_SignerInfo_get0_algs(timestamp->signer_info, NULL, NULL, &digest, NULL);
	siglet_err *err = siglet_timestamp_read_hash(digest, ret_hash);
	return err != NULL ? siglet_err_wrap(err, "signature") : NULL;
}

typedef struct algorithm {
	int nid; /* of the SignerInfo's signatureAlgorithm */
	int key_type;
	siglet_hash hash;
} algorithm;

/*
 * OpenSSL takes key and hash from elsewhere and does not look at an ECDSA signatureAlgorithm. All
 * three must agree. rsaEncryption says nothing of the hash (RFC 3370 section 3.2) and fits each.
 */
static siglet_err *check_algorithm(const siglet_timestamp *timestamp, siglet_hash hash,
				   const EVP_PKEY *key)
{
	static const algorithm algorithms[] = {
		{ NID_ecdsa_with_SHA256, EVP_PKEY_EC, SIGLET_SHA256 },
		{ NID_ecdsa_with_SHA384, EVP_PKEY_EC, SIGLET_SHA384 },
		{ NID_ecdsa_with_SHA512, EVP_PKEY_EC, SIGLET_SHA512 },
		{ NID_sha256WithRSAEncryption, EVP_PKEY_RSA, SIGLET_SHA256 },
		{ NID_sha384WithRSAEncryption, EVP_PKEY_RSA, SIGLET_SHA384 },
		{ NID_sha512WithRSAEncryption, EVP_PKEY_RSA, SIGLET_SHA512 },
		{ NID_rsaEncryption, EVP_PKEY_RSA, SIGLET_SHA256 },
		{ NID_rsaEncryption, EVP_PKEY_RSA, SIGLET_SHA384 },
		{ NID_rsaEncryption, EVP_PKEY_RSA, SIGLET_SHA512 },
	};
	X509_ALGOR *from = NULL;
	int nid = NID_undef;

	CMS_SignerInfo_get0_algs(timestamp->signer_info, NULL, NULL, NULL, &from);
	if (!without_parameters(from, &nid))
		return siglet_err_new(SIGLET_E_UNSUPPORTED,
				      "signature: an algorithm with parameters");
	for (size_t i = 0; i < SIGLET_COUNT(algorithms); i++)
		if (algorithms[i].nid == nid && algorithms[i].hash == hash &&
		    algorithms[i].key_type == EVP_PKEY_get_base_id(key))
			return NULL;
	return siglet_err_new(SIGLET_E_UNSUPPORTED,
			      "signature: its algorithm does not fit the key and %s",
			      siglet_hash_name(hash));
}

/* ---- the signature ---- */

/* The attributes as a DER SET, the way they were signed (RFC 5652 section 5.4), in their order. */
static siglet_err *signed_bytes(const siglet_timestamp *timestamp, uint8_t **ret_der, int *ret_len)
{
	STACK_OF(X509_ATTRIBUTE) *attributes = sk_X509_ATTRIBUTE_new_null();
	const int count = CMS_signed_get_attr_count(timestamp->signer_info);
	siglet_err *err = SIGLET_ERR_UNSET;
	uint8_t *der = NULL;

	if (attributes == NULL) {
		err = siglet_err_nomem();
		goto out;
	}
	for (int i = 0; i < count; i++) {
		if (sk_X509_ATTRIBUTE_push(attributes,
					   CMS_signed_get_attr(timestamp->signer_info, i)) <= 0) {
			err = siglet_err_nomem();
			goto out;
		}
	}
	const int len = ASN1_item_i2d((const ASN1_VALUE *)attributes, &der,
				      ASN1_ITEM_rptr(PKCS7_ATTR_VERIFY));
	if (der == NULL || len <= 0) {
		err = siglet_crypto_error(SIGLET_E_CRYPTO, "signed attributes");
		goto out;
	}
	*ret_der = der;
	*ret_len = len;
	err = NULL; /* success */
out:
	sk_X509_ATTRIBUTE_free(attributes); /* the stack alone */
	return err;
}

static const EVP_MD *digest_of(siglet_hash hash)
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

siglet_err *siglet_timestamp_check_signature(const siglet_timestamp *timestamp, siglet_hash hash,
					     const siglet_cert *signer)
{
	const siglet_slice signature =
		siglet_timestamp_asn1_slice(CMS_SignerInfo_get0_signature(timestamp->signer_info));
	EVP_PKEY *key = X509_get0_pubkey(siglet_cert_x509(signer));
	const EVP_MD *md = digest_of(hash);
	EVP_MD_CTX *ctx = NULL;
	uint8_t *der = NULL;
	int len = 0;
	siglet_err *err = SIGLET_ERR_UNSET;

	/* The cert room's idea of a usable key has curves and sizes in it. */
	if (siglet_cert_key(signer) == NULL || key == NULL)
		return siglet_err_new(SIGLET_E_UNSUPPORTED, "the signer's kind of key");
	err = check_algorithm(timestamp, hash, key);
	if (err == NULL)
		err = signed_bytes(timestamp, &der, &len);
	if (err != NULL)
		goto out;

	ctx = EVP_MD_CTX_new();
	if (ctx == NULL || md == NULL || EVP_DigestVerifyInit(ctx, NULL, md, NULL, key) != 1) {
		err = siglet_crypto_error(SIGLET_E_CRYPTO, "signature");
		goto out;
	}
	if (EVP_DigestVerify(ctx, signature.ptr, signature.len, der, (size_t)len) != 1) {
		err = siglet_crypto_error(SIGLET_E_MISMATCH, "the signature is not its signer's");
		goto out;
	}
	err = NULL; /* success */
out:
	EVP_MD_CTX_free(ctx);
	OPENSSL_free(der);
	return err;
}
