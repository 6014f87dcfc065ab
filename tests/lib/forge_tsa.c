/* Timestamps: RFC 3161 tokens as Sigstore's timestamp authority makes them. */
#include "forge_internal.h"

#include <string.h>

#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/cms.h>
#include <openssl/ess.h>
#include <openssl/objects.h>
#include <openssl/ts.h>

#define POLICY_OID "1.3.6.1.4.1.57264.2"
#define STATUS_REJECTION 2

typedef struct token_plan {
	siglet_slice data; /* what is stamped */
	int64_t time_s;
	long serial;
	X509 *signer;
	const forge_key *key;
	bool embeds;
} token_plan;

static void set_imprint(TS_TST_INFO *info, siglet_slice data)
{
	const forge_digest digest = forge_hash(EVP_sha256(), data);
	TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
	X509_ALGOR *algorithm = X509_ALGOR_new();
	uint8_t bytes[EVP_MAX_MD_SIZE];

	MUST(imprint != NULL && algorithm != NULL);
	memcpy(bytes, digest.bytes, digest.len);
	X509_ALGOR_set_md(algorithm, EVP_sha256());
	MUST(TS_MSG_IMPRINT_set_algo(imprint, algorithm) == 1);
	MUST(TS_MSG_IMPRINT_set_msg(imprint, bytes, (int)digest.len) == 1);
	MUST(TS_TST_INFO_set_msg_imprint(info, imprint) == 1);
	X509_ALGOR_free(algorithm);
	TS_MSG_IMPRINT_free(imprint);
}

static siglet_buf make_info(const token_plan *plan)
{
	TS_TST_INFO *info = TS_TST_INFO_new();
	TS_ACCURACY *accuracy = TS_ACCURACY_new();
	ASN1_OBJECT *policy = OBJ_txt2obj(POLICY_OID, 1);
	ASN1_INTEGER *number = ASN1_INTEGER_new();
	ASN1_GENERALIZEDTIME *time = ASN1_GENERALIZEDTIME_set(NULL, (time_t)plan->time_s);
	uint8_t *der = NULL;

	MUST(info != NULL && accuracy != NULL && policy != NULL && number != NULL && time != NULL);
	MUST(TS_TST_INFO_set_version(info, 1) == 1);
	MUST(TS_TST_INFO_set_policy_id(info, policy) == 1);
	set_imprint(info, plan->data);
	MUST(ASN1_INTEGER_set(number, plan->serial) == 1);
	MUST(TS_TST_INFO_set_serial(info, number) == 1);
	MUST(TS_TST_INFO_set_time(info, time) == 1);
	MUST(ASN1_INTEGER_set(number, 1) == 1);
	MUST(TS_ACCURACY_set_seconds(accuracy, number) == 1);
	MUST(TS_TST_INFO_set_accuracy(info, accuracy) == 1);
	const int len = i2d_TS_TST_INFO(info, &der);
	ASN1_GENERALIZEDTIME_free(time);
	ASN1_INTEGER_free(number);
	ASN1_OBJECT_free(policy);
	TS_ACCURACY_free(accuracy);
	TS_TST_INFO_free(info);
	return forge_taken(der, len);
}

/* RFC 5816: the token names its signer's certificate by hash. */
static void add_ess(CMS_SignerInfo *signer_info, X509 *signer)
{
	ESS_SIGNING_CERT_V2 *ess = OSSL_ESS_signing_cert_v2_new_init(EVP_sha256(), signer, NULL, 1);
	uint8_t *der = NULL;
	const int len = i2d_ESS_SIGNING_CERT_V2(ess, &der);

	MUST(len > 0 &&
	     CMS_signed_add1_attr_by_NID(signer_info, NID_id_smime_aa_signingCertificateV2,
					 V_ASN1_SEQUENCE, der, len) == 1);
	OPENSSL_free(der);
	ESS_SIGNING_CERT_V2_free(ess);
}

/* Given here, because OpenSSL would ask the clock otherwise. */
static void add_signing_time(CMS_SignerInfo *signer_info, int64_t time_s)
{
	ASN1_TIME *time = ASN1_TIME_set(NULL, (time_t)time_s);

	MUST(time != NULL);
	MUST(CMS_signed_add1_attr_by_NID(signer_info, NID_pkcs9_signingTime, ASN1_STRING_type(time),
					 time, -1) == 1);
	ASN1_TIME_free(time);
}

static void swap_content(CMS_ContentInfo *cms, const token_plan *plan)
{
	token_plan other = *plan;
	ASN1_OCTET_STRING **content = CMS_get0_content(cms);

	other.serial++;
	siglet_buf info = make_info(&other);
	MUST(content != NULL && ASN1_OCTET_STRING_set(*content, info.ptr, (int)info.len) == 1);
	siglet_buf_clear(&info);
}

static siglet_buf make_token(const forge_making *making, const token_plan *plan)
{
	const unsigned flags = CMS_PARTIAL | CMS_BINARY | CMS_NOSMIMECAP;
	siglet_buf info = make_info(plan);
	BIO *content = BIO_new_mem_buf(info.ptr, (int)info.len);
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, flags);
	uint8_t *der = NULL;

	MUST(content != NULL && cms != NULL);
	MUST(CMS_set1_eContentType(cms, OBJ_nid2obj(NID_id_smime_ct_TSTInfo)) == 1);
	CMS_SignerInfo *signer_info =
		CMS_add1_signer(cms, plan->signer, plan->key->pkey, EVP_sha256(),
				flags | (plan->embeds ? 0 : (unsigned)CMS_NOCERTS));
	MUST(signer_info != NULL);
	if (!forge_is(making, FORGE_DEFECT_STAMP_NO_ESS))
		add_ess(signer_info, plan->signer);
	add_signing_time(signer_info, plan->time_s);
	MUST(CMS_final(cms, content, NULL, CMS_BINARY) == 1);
	if (forge_is(making, FORGE_DEFECT_STAMP_SIGNATURE)) {
		ASN1_OCTET_STRING *signature = CMS_SignerInfo_get0_signature(signer_info);
		siglet_buf bytes = forge_copy(siglet_slice_of(
			ASN1_STRING_get0_data(signature), (size_t)ASN1_STRING_length(signature)));
		bytes.ptr[bytes.len - 1] ^= 1;
		MUST(ASN1_STRING_set(signature, bytes.ptr, (int)bytes.len) == 1);
		siglet_buf_clear(&bytes);
	}
	if (forge_is(making, FORGE_DEFECT_STAMP_CONTENT))
		swap_content(cms, plan);
	const int len = i2d_CMS_ContentInfo(cms, &der);
	CMS_ContentInfo_free(cms);
	BIO_free(content);
	siglet_buf_clear(&info);
	return forge_taken(der, len);
}

static void push(ASN1_SEQUENCE_ANY *parts, siglet_slice der)
{
	ASN1_TYPE *part = ASN1_TYPE_new();
	ASN1_STRING *string = ASN1_STRING_type_new(V_ASN1_SEQUENCE);

	MUST(part != NULL && string != NULL && ASN1_STRING_set(string, der.ptr, (int)der.len) == 1);
	ASN1_TYPE_set(part, V_ASN1_SEQUENCE, string);
	MUST(sk_ASN1_TYPE_push(parts, part) > 0);
}

/* TimeStampResp: status and token, as they are. */
static siglet_buf make_response(int status, siglet_slice token)
{
	ASN1_SEQUENCE_ANY *parts = sk_ASN1_TYPE_new_null();
	TS_STATUS_INFO *info = TS_STATUS_INFO_new();
	uint8_t *der = NULL;

	MUST(parts != NULL && info != NULL && TS_STATUS_INFO_set_status(info, status) == 1);
	const int info_len = i2d_TS_STATUS_INFO(info, &der);
	siglet_buf info_der = forge_taken(der, info_len);
	push(parts, siglet_buf_slice(&info_der));
	push(parts, token);
	der = NULL;
	const int len = i2d_ASN1_SEQUENCE_ANY(parts, &der);
	siglet_buf_clear(&info_der);
	TS_STATUS_INFO_free(info);
	sk_ASN1_TYPE_pop_free(parts, ASN1_TYPE_free);
	return forge_taken(der, len);
}

siglet_buf forge_stamp_make(forge_making *making, const forge_stamp *stamp)
{
	const forge_tsa *tsa = forge_tsa_of(making->instance, stamp->tsa);
	const bool is_other = forge_is(making, FORGE_DEFECT_STAMP_OTHER_SIGNER);
	const long serial = 1000 + (long)making->number;
	const token_plan plan = {
		.data = forge_is(making, FORGE_DEFECT_STAMP_OVER_ARTIFACT)
				? siglet_buf_slice(&making->message)
			: forge_is(making, FORGE_DEFECT_STAMP_OTHER_BYTES) ||
					forge_is(making, FORGE_DEFECT_STAMP_OTHER_BYTES_V1)
				? forge_other_artifact()
				: siglet_buf_slice(&making->signature),
		.time_s = making->time_s + stamp->late_s,
		.serial = forge_varies(making, FORGE_VARIATION_STAMP_NEGATIVE_SERIAL) ? -serial
										      : serial,
		.signer = is_other ? tsa->other : tsa->leaf,
		.key = is_other ? &tsa->other_key : &tsa->leaf_key,
		.embeds = stamp->embeds || making->instance->config.tsa_leaf_not_in_root,
	};

	if (forge_is(making, FORGE_DEFECT_STAMP_EMPTY))
		return forge_buf();
	siglet_buf token = make_token(making, &plan);
	if (forge_is(making, FORGE_DEFECT_STAMP_BARE))
		return token;
	siglet_buf response =
		make_response(forge_is(making, FORGE_DEFECT_STAMP_REJECTED) ? STATUS_REJECTION
			      : forge_varies(making, FORGE_VARIATION_STAMP_WITH_MODS)
				      ? TS_STATUS_GRANTED_WITH_MODS
				      : TS_STATUS_GRANTED,
			      siglet_buf_slice(&token));
	if (forge_is(making, FORGE_DEFECT_STAMP_TRAILING))
		forge_put_uint(&response, 0, 1);
	siglet_buf_clear(&token);
	return response;
}
