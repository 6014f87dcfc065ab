#include "timestamp/timestamp_internal.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pkcs7.h>
#include <openssl/ts.h>

siglet_slice siglet_timestamp_asn1_slice(const ASN1_STRING *string)
{
	return siglet_slice_of(ASN1_STRING_get0_data(string), (size_t)ASN1_STRING_length(string));
}

siglet_err *siglet_timestamp_check_der(siglet_slice der, uint8_t *again, int len, const char *what)
{
	siglet_err *err = NULL;

	if (again == NULL || len < 0)
		err = siglet_crypto_error(SIGLET_E_CRYPTO, what);
	else if (!siglet_slice_equal(der, siglet_slice_of(again, (size_t)len)))
		err = siglet_err_new(SIGLET_E_MALFORMED, "%s: not DER, or with bytes behind it",
				     what);
	OPENSSL_free(again);
	return err;
}

/* ---- PKIStatusInfo ---- */

static siglet_err *refusal(const TS_STATUS_INFO *info)
{
	const STACK_OF(ASN1_UTF8STRING) *texts = TS_STATUS_INFO_get0_text(info);
	siglet_slice text = SIGLET_SLICE_NONE;
	int64_t status = -1;

	if (ASN1_INTEGER_get_int64(&status, TS_STATUS_INFO_get0_status(info)) != 1)
		status = -1;
	siglet_crypto_clear_errors();
	if (sk_ASN1_UTF8STRING_num(texts) > 0)
		text = siglet_timestamp_asn1_slice(sk_ASN1_UTF8STRING_value(texts, 0));
	return siglet_err_new(SIGLET_E_MALFORMED, "the authority refused (status %lld)%s%s",
			      (long long)status, text.len > 0 ? ": " : "",
			      siglet_text_printable(text).text);
}

static siglet_err *check_status(siglet_slice der)
{
	const uint8_t *next = der.ptr;
	TS_STATUS_INFO *info = d2i_TS_STATUS_INFO(NULL, &next, (long)der.len);
	siglet_err *err = SIGLET_ERR_UNSET;
	uint8_t *again = NULL;
	int64_t status = -1;

	if (info == NULL) {
		err = siglet_crypto_error(SIGLET_E_MALFORMED, "no PKIStatusInfo");
		goto out;
	}
	const int len = i2d_TS_STATUS_INFO(info, &again);
	err = siglet_timestamp_check_der(der, again, len, "PKIStatusInfo");
	if (err != NULL)
		goto out;
	if (ASN1_INTEGER_get_int64(&status, TS_STATUS_INFO_get0_status(info)) != 1 ||
	    (status != TS_STATUS_GRANTED && status != TS_STATUS_GRANTED_WITH_MODS)) {
		err = refusal(info);
		goto out;
	}
	err = NULL; /* success */
out:
	TS_STATUS_INFO_free(info);
	return err;
}

/* ---- the token ---- */

/*
 * DER wants a SET OF sorted, and few authorities sort the certificates they embed. OpenSSL's CMS
 * code writes them sorted, its PKCS #7 code (which knows no signer named by key id) as it found
 * them: it is enough that one of the two makes the same bytes again.
 */
static siglet_err *check_token_der(CMS_ContentInfo *cms, siglet_slice der)
{
	uint8_t *again = NULL;
	int len = i2d_CMS_ContentInfo(cms, &again);
	siglet_err *err = siglet_timestamp_check_der(der, again, len, "token");

	if (err == NULL || siglet_err_code(err) != SIGLET_E_MALFORMED)
		return err;

	const uint8_t *next = der.ptr;
	PKCS7 *pkcs7 = d2i_PKCS7(NULL, &next, (long)der.len);
	if (pkcs7 != NULL) {
		siglet_err_free(err);
		again = NULL;
		len = i2d_PKCS7(pkcs7, &again);
		err = siglet_timestamp_check_der(der, again, len, "token");
	}
	PKCS7_free(pkcs7);
	siglet_crypto_clear_errors();
	return err;
}

/* What is in the envelope: TSTInfo bytes, one SignerInfo, a bounded number of certificates. */
static siglet_err *read_signed_data(siglet_timestamp *timestamp)
{
	CMS_ContentInfo *cms = timestamp->cms;

	if (OBJ_obj2nid(CMS_get0_type(cms)) != NID_pkcs7_signed)
		return siglet_err_new(SIGLET_E_MALFORMED, "not SignedData");
	if (OBJ_obj2nid(CMS_get0_eContentType(cms)) != NID_id_smime_ct_TSTInfo)
		return siglet_err_new(SIGLET_E_MALFORMED, "its content is no TSTInfo");

	ASN1_OCTET_STRING **content = CMS_get0_content(cms);
	if (content == NULL || *content == NULL)
		return siglet_err_new(SIGLET_E_MALFORMED, "no content");
	timestamp->content = siglet_timestamp_asn1_slice(*content);

	STACK_OF(CMS_SignerInfo) *infos = CMS_get0_SignerInfos(cms);
	if (sk_CMS_SignerInfo_num(infos) != 1)
		return siglet_err_new(SIGLET_E_MALFORMED, "not exactly one SignerInfo");
	timestamp->signer_info = sk_CMS_SignerInfo_value(infos, 0);

	/* NULL is also what no certificate gives; then nothing stands in the queue. */
	siglet_crypto_clear_errors();
	timestamp->embedded = CMS_get1_certs(cms);
	if (timestamp->embedded == NULL && ERR_peek_error() != 0)
		return siglet_crypto_error(SIGLET_E_CRYPTO, "embedded certificates");
	if (sk_X509_num(timestamp->embedded) > SIGLET_MAX_EMBEDDED_CERTS)
		return siglet_err_new(SIGLET_E_LIMIT, "more than %d certificates",
				      SIGLET_MAX_EMBEDDED_CERTS);
	return NULL;
}

static siglet_err *read_token(siglet_slice der, siglet_timestamp *timestamp)
{
	const uint8_t *next = der.ptr;
	siglet_err *err = NULL;

	timestamp->cms = d2i_CMS_ContentInfo(NULL, &next, (long)der.len);
	if (timestamp->cms == NULL)
		return siglet_crypto_error(SIGLET_E_MALFORMED, "token: no ContentInfo");
	err = check_token_der(timestamp->cms, der);
	if (err != NULL)
		return err;
	err = read_signed_data(timestamp);
	if (err != NULL)
		return siglet_err_wrap(err, "token");
	err = siglet_timestamp_read_info(timestamp);
	return err != NULL ? err : siglet_timestamp_read_signer(timestamp);
}

/* ---- TimeStampResp ---- */

/*
 * TimeStampResp ::= SEQUENCE { PKIStatusInfo, ContentInfo OPTIONAL }, part by part: OpenSSL's
 * TS_RESP takes the token for PKCS #7, which knows no signer named by key id.
 */
static siglet_err *read_response(siglet_slice response, siglet_timestamp *timestamp)
{
	const uint8_t *next = response.ptr;
	ASN1_SEQUENCE_ANY *parts = d2i_ASN1_SEQUENCE_ANY(NULL, &next, (long)response.len);
	siglet_err *err = SIGLET_ERR_UNSET;
	siglet_slice part[2] = { SIGLET_SLICE_NONE, SIGLET_SLICE_NONE };
	uint8_t *again = NULL;

	if (parts == NULL) {
		err = siglet_crypto_error(SIGLET_E_MALFORMED, "no TimeStampResp");
		goto out;
	}
	const int count = sk_ASN1_TYPE_num(parts), len = i2d_ASN1_SEQUENCE_ANY(parts, &again);
	err = siglet_timestamp_check_der(response, again, len, "TimeStampResp");
	if (err != NULL)
		goto out;
	for (int i = 0; i < count; i++) {
		const ASN1_TYPE *any = sk_ASN1_TYPE_value(parts, i);

		if (i >= 2 || ASN1_TYPE_get(any) != V_ASN1_SEQUENCE) {
			err = siglet_err_new(SIGLET_E_MALFORMED, "not a TimeStampResp");
			goto out;
		}
		part[i] = siglet_timestamp_asn1_slice(any->value.sequence);
	}
	err = check_status(part[0]);
	if (err == NULL && count < 2)
		err = siglet_err_new(SIGLET_E_MALFORMED, "no token");
	if (err == NULL)
		err = read_token(part[1], timestamp);
out:
	sk_ASN1_TYPE_pop_free(parts, ASN1_TYPE_free);
	return err;
}

siglet_err *siglet_timestamp_parse(siglet_slice response, siglet_timestamp **ret_timestamp)
{
	if (response.len > SIGLET_MAX_TIMESTAMP_BYTES)
		return siglet_err_new(SIGLET_E_LIMIT, "more than %u bytes",
				      SIGLET_MAX_TIMESTAMP_BYTES);

	siglet_timestamp *timestamp = siglet_calloc(1, sizeof(*timestamp));
	if (timestamp == NULL)
		return siglet_err_nomem();
	siglet_err *err = read_response(response, timestamp);
	siglet_crypto_clear_errors();
	if (err != NULL) {
		siglet_timestamp_free(timestamp);
		return err;
	}
	*ret_timestamp = timestamp;
	return NULL;
}

void siglet_timestamp_free(siglet_timestamp *timestamp)
{
	if (timestamp == NULL)
		return;
	siglet_buf_clear(&timestamp->signer_name);
	siglet_buf_clear(&timestamp->serial_hex);
	siglet_buf_clear(&timestamp->nonce);
	sk_X509_pop_free(timestamp->embedded, X509_free);
	CMS_ContentInfo_free(timestamp->cms);
	free(timestamp);
}
