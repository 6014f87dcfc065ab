#include "timestamp/timestamp_internal.h"

#include <openssl/cms.h>
#include <openssl/ess.h>
#include <openssl/x509.h>

/* The value of a signed attribute that must be there once, with one value of this type. */
static siglet_err *get_attribute(const siglet_timestamp *timestamp, int nid, int type,
				 const void **ret_value)
{
	enum { ONE_ATTRIBUTE_WITH_ONE_VALUE = -3 }; /* OpenSSL's lastpos */
	const void *value = CMS_signed_get0_data_by_OBJ(timestamp->signer_info, OBJ_nid2obj(nid),
							ONE_ATTRIBUTE_WITH_ONE_VALUE, type);

	siglet_crypto_clear_errors();
	if (value == NULL)
		return siglet_err_new(SIGLET_E_MALFORMED, "signed attributes: not exactly one %s",
				      OBJ_nid2ln(nid));
	*ret_value = value;
	return NULL;
}

siglet_err *siglet_timestamp_check_attributes(const siglet_timestamp *timestamp, siglet_hash hash)
{
	const void *value = NULL;
	siglet_digest digest = { .hash = hash };
	siglet_err *err = get_attribute(timestamp, NID_pkcs9_contentType, V_ASN1_OBJECT, &value);

	if (err != NULL)
		return err;
	if (OBJ_obj2nid(value) != NID_id_smime_ct_TSTInfo)
		return siglet_err_new(SIGLET_E_MISMATCH, "it signs another type of content");

	err = get_attribute(timestamp, NID_pkcs9_messageDigest, V_ASN1_OCTET_STRING, &value);
	if (err == NULL)
		err = siglet_crypto_hash(hash, &timestamp->content, 1, &digest);
	if (err != NULL)
		return err;
	if (!siglet_slice_equal(siglet_timestamp_asn1_slice(value), siglet_digest_slice(&digest)))
		return siglet_err_new(SIGLET_E_MISMATCH, "it signs another TSTInfo");
	return NULL;
}

/* ---- ESS ---- */

/* The raw SEQUENCE of one of the two attributes; empty when it has none. */
static siglet_err *get_ess(const siglet_timestamp *timestamp, int nid, siglet_slice *ret_der)
{
	const void *value = NULL;

	if (CMS_signed_get_attr_by_NID(timestamp->signer_info, nid, -1) < 0) {
		*ret_der = SIGLET_SLICE_NONE;
		return NULL;
	}
	siglet_err *err = get_attribute(timestamp, nid, V_ASN1_SEQUENCE, &value);
	if (err == NULL)
		*ret_der = siglet_timestamp_asn1_slice(value);
	return err;
}

static siglet_err *path_stack(const siglet_path *path, STACK_OF(X509) * *ret_stack)
{
	STACK_OF(X509) *stack = sk_X509_new_null();

	for (size_t i = 0; stack != NULL && i < path->count; i++) {
		if (sk_X509_push(stack, siglet_cert_x509(path->certs[i])) <= 0) {
			sk_X509_free(stack);
			stack = NULL;
		}
	}
	if (stack == NULL)
		return siglet_err_nomem();
	*ret_stack = stack;
	return NULL;
}

siglet_err *siglet_timestamp_check_ess(const siglet_timestamp *timestamp, const siglet_path *path)
{
	siglet_slice v1 = SIGLET_SLICE_NONE, v2 = SIGLET_SLICE_NONE;
	ESS_SIGNING_CERT *ess_v1 = NULL;
	ESS_SIGNING_CERT_V2 *ess_v2 = NULL;
	STACK_OF(X509) *certs = NULL; /* borrowed from path */
	siglet_err *err = get_ess(timestamp, NID_id_smime_aa_signingCertificate, &v1);

	if (err == NULL)
		err = get_ess(timestamp, NID_id_smime_aa_signingCertificateV2, &v2);
	if (err == NULL)
		err = path_stack(path, &certs);
	if (err != NULL)
		goto out;
	if (v1.len == 0 && v2.len == 0) {
		err = siglet_err_new(SIGLET_E_MALFORMED, "signed attributes: no certificate id");
		goto out;
	}

	/* Each is the bytes of one SEQUENCE, so that none are left over. */
	if (v1.len > 0)
		ess_v1 = d2i_ESS_SIGNING_CERT(NULL, &v1.ptr, (long)v1.len);
	if (v2.len > 0)
		ess_v2 = d2i_ESS_SIGNING_CERT_V2(NULL, &v2.ptr, (long)v2.len);
	/* One that was there and can't be read must not pass for one that was absent. */
	if ((ess_v1 == NULL) != (v1.len == 0) || (ess_v2 == NULL) != (v2.len == 0)) {
		err = siglet_crypto_error(SIGLET_E_MALFORMED, "certificate id");
		goto out;
	}
	if (OSSL_ESS_check_signing_certs(ess_v1, ess_v2, certs, 1) != 1) {
		err = siglet_crypto_error(SIGLET_E_MISMATCH, "it names another certificate");
		goto out;
	}
	err = NULL; /* success */
out:
	ESS_SIGNING_CERT_V2_free(ess_v2);
	ESS_SIGNING_CERT_free(ess_v1);
	sk_X509_free(certs);
	return err;
}
