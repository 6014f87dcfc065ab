#include "timestamp/timestamp_internal.h"

#include <string.h>

#include <openssl/ess.h>

#include "timestamp_authority.h"

/* ---- algorithms ---- */

static void hash_and_key_are_of_those_we_take(void)
{
	const struct {
		const char *claim;
		EVP_PKEY *key;
		const EVP_MD *md;
		bool is_pss;
		siglet_code code; /* 0: fine */
	} cases[] = {
		{ "P-256, SHA-256", tsa_ec_key("P-256"), EVP_sha256(), false, 0 },
		{ "P-256, SHA-512", tsa_ec_key("P-256"), EVP_sha512(), false, 0 },
		{ "P-384, SHA-256", tsa_ec_key("P-384"), EVP_sha256(), false, 0 },
		{ "P-384, SHA-384", tsa_ec_key("P-384"), EVP_sha384(), false, 0 },
		{ "RSA, SHA-256", tsa_rsa_key(2048), EVP_sha256(), false, 0 },
		{ "RSA, SHA-512", tsa_rsa_key(2048), EVP_sha512(), false, 0 },
		{ "P-256, SHA-1", tsa_ec_key("P-256"), EVP_sha1(), false, SIGLET_E_UNSUPPORTED },
		{ "P-256, SHA-224", tsa_ec_key("P-256"), EVP_sha224(), false,
		  SIGLET_E_UNSUPPORTED },
		{ "RSA, MD5", tsa_rsa_key(2048), EVP_md5(), false, SIGLET_E_UNSUPPORTED },
		{ "RSA-PSS", tsa_rsa_key(2048), EVP_sha256(), true, SIGLET_E_UNSUPPORTED },
	};

	for (size_t i = 0; i < SIGLET_COUNT(cases); i++) {
		authority a = authority_with_key(&signer_options, cases[i].key);
		tsa_options options = options_of(&a);
		options.md = cases[i].md;
		options.is_pss = cases[i].is_pss;

		if (cases[i].code == 0)
			OK_SUCCESS(judge(&options, a.chain), "%s", cases[i].claim);
		else
			OK_ERROR(judge(&options, a.chain), cases[i].code, "%s", cases[i].claim);
		authority_clear(&a);
	}
}

static void a_key_that_we_do_not_use_is_refused(void)
{
	EVP_PKEY *keys[] = { tsa_ec_key("P-224"), tsa_rsa_key(1024) };

	for (size_t i = 0; i < SIGLET_COUNT(keys); i++) {
		authority a = authority_with_key(&signer_options, keys[i]);
		tsa_options options = options_of(&a);
		siglet_err *err = judge(&options, a.chain);

		OK(err != NULL && (siglet_err_code(err) == SIGLET_E_UNSUPPORTED ||
				   siglet_err_code(err) == SIGLET_E_UNTRUSTED),
		   "a weak key");
		siglet_err_free(err);
		authority_clear(&a);
	}
}

static void set_signature_algorithm(CMS_ContentInfo *cms, int nid, int parameters)
{
	X509_ALGOR *algorithm = NULL;

	CMS_SignerInfo_get0_algs(sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0), NULL, NULL,
				 NULL, &algorithm);
	if (X509_ALGOR_set0(algorithm, OBJ_nid2obj(nid), parameters, NULL) != 1)
		abort();
}

static void says_sha384(CMS_ContentInfo *cms)
{
	set_signature_algorithm(cms, NID_ecdsa_with_SHA384, V_ASN1_UNDEF);
}

static void says_rsa(CMS_ContentInfo *cms)
{
	set_signature_algorithm(cms, NID_sha256WithRSAEncryption, V_ASN1_NULL);
}

static void says_rsa_of_any_hash(CMS_ContentInfo *cms)
{
	set_signature_algorithm(cms, NID_rsaEncryption, V_ASN1_NULL);
}

static void says_null(CMS_ContentInfo *cms)
{
	set_signature_algorithm(cms, NID_ecdsa_with_SHA256, V_ASN1_NULL);
}

static void says_more(CMS_ContentInfo *cms)
{
	X509_ALGOR *algorithm = NULL;

	CMS_SignerInfo_get0_algs(sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0), NULL, NULL,
				 NULL, &algorithm);
	if (X509_ALGOR_set0(algorithm, OBJ_nid2obj(NID_ecdsa_with_SHA256), V_ASN1_OBJECT,
			    OBJ_nid2obj(NID_sha1)) != 1)
		abort();
}

static void the_signature_algorithm_fits_key_and_hash(void)
{
	authority a = authority_of(&signer_options);
	const struct {
		const char *claim;
		void (*edit)(CMS_ContentInfo *cms);
		bool is_fit;
	} cases[] = {
		{ "ecdsa-with-SHA256", NULL, true },
		{ "ecdsa-with-SHA256, parameters NULL", says_null, true },
		{ "ecdsa-with-SHA256, other parameters", says_more, false },
		{ "ecdsa-with-SHA384", says_sha384, false },
		{ "sha256WithRSAEncryption", says_rsa, false },
		{ "rsaEncryption", says_rsa_of_any_hash, false },
	};

	for (size_t i = 0; i < SIGLET_COUNT(cases); i++) {
		tsa_options options = options_of(&a);
		options.edit_signed = cases[i].edit;

		if (cases[i].is_fit)
			OK_SUCCESS(judge(&options, a.chain), "%s", cases[i].claim);
		else
			OK_ERROR(judge(&options, a.chain), SIGLET_E_UNSUPPORTED, "%s",
				 cases[i].claim);
	}
	authority_clear(&a);
}

/* ---- signed attributes ---- */

static void drop(CMS_SignerInfo *signer_info, int nid)
{
	const int at = CMS_signed_get_attr_by_NID(signer_info, nid, -1);

	if (at < 0)
		abort();
	X509_ATTRIBUTE_free(CMS_signed_delete_attr(signer_info, at));
}

/* A second value in the attribute's set, the same as the first. */
static void repeat_value(CMS_SignerInfo *signer_info, int nid)
{
	X509_ATTRIBUTE *attribute =
		CMS_signed_get_attr(signer_info, CMS_signed_get_attr_by_NID(signer_info, nid, -1));
	ASN1_TYPE *value = X509_ATTRIBUTE_get0_type(attribute, 0);

	if (X509_ATTRIBUTE_set1_data(attribute, ASN1_TYPE_get(value), value->value.ptr, -1) != 1)
		abort();
}

static void no_content_type(CMS_SignerInfo *signer_info)
{
	drop(signer_info, NID_pkcs9_contentType);
}

static void other_content_type(CMS_SignerInfo *signer_info)
{
	no_content_type(signer_info);
	if (CMS_signed_add1_attr_by_NID(signer_info, NID_pkcs9_contentType, V_ASN1_OBJECT,
					OBJ_nid2obj(NID_pkcs7_data), -1) != 1)
		abort();
}

static void no_message_digest(CMS_SignerInfo *signer_info)
{
	drop(signer_info, NID_pkcs9_messageDigest);
}

static void put_message_digest(CMS_SignerInfo *signer_info, const void *bytes, int len)
{
	no_message_digest(signer_info);
	if (CMS_signed_add1_attr_by_NID(signer_info, NID_pkcs9_messageDigest, V_ASN1_OCTET_STRING,
					bytes, len) != 1)
		abort();
}

static void other_message_digest(CMS_SignerInfo *signer_info)
{
	put_message_digest(signer_info, "0123456789abcdef0123456789abcdef", 32);
}

static void empty_message_digest(CMS_SignerInfo *signer_info)
{
	put_message_digest(signer_info, "", 0);
}

static void two_content_types(CMS_SignerInfo *signer_info)
{
	repeat_value(signer_info, NID_pkcs9_contentType);
}

static void two_message_digests(CMS_SignerInfo *signer_info)
{
	repeat_value(signer_info, NID_pkcs9_messageDigest);
}

static void two_certificate_ids(CMS_SignerInfo *signer_info)
{
	repeat_value(signer_info, NID_id_smime_aa_signingCertificateV2);
}

static void no_signing_time(CMS_SignerInfo *signer_info)
{
	drop(signer_info, NID_pkcs9_signingTime);
}

static void garble(CMS_SignerInfo *signer_info, int nid)
{
	static const uint8_t not_ess[] = { 0x30, 0x02, 0x05, 0x00 };

	drop(signer_info, nid);
	if (CMS_signed_add1_attr_by_NID(signer_info, nid, V_ASN1_SEQUENCE, not_ess,
					sizeof(not_ess)) != 1)
		abort();
}

static void garbled_v1(CMS_SignerInfo *signer_info)
{
	garble(signer_info, NID_id_smime_aa_signingCertificate);
}

static void garbled_v2(CMS_SignerInfo *signer_info)
{
	garble(signer_info, NID_id_smime_aa_signingCertificateV2);
}

static void each_attribute_is_there_once_and_right(void)
{
	authority a = authority_of(&signer_options);
	const struct {
		const char *claim;
		void (*edit)(CMS_SignerInfo *signer_info);
		siglet_code code; /* 0: fine */
	} cases[] = {
		{ "no signing time", no_signing_time, 0 },
		{ "no content type", no_content_type, SIGLET_E_MALFORMED },
		{ "another content type", other_content_type, SIGLET_E_MISMATCH },
		{ "two content types", two_content_types, SIGLET_E_MALFORMED },
		{ "no message digest", no_message_digest, SIGLET_E_MALFORMED },
		{ "another message digest", other_message_digest, SIGLET_E_MISMATCH },
		{ "an empty message digest", empty_message_digest, SIGLET_E_MISMATCH },
		{ "two message digests", two_message_digests, SIGLET_E_MALFORMED },
		{ "two certificate ids", two_certificate_ids, SIGLET_E_MALFORMED },
		{ "a certificate id that is none", garbled_v2, SIGLET_E_MALFORMED },
	};
	void (*const doubtful[])(CMS_SignerInfo * signer_info) = { garbled_v1, garbled_v2,
								   two_certificate_ids };

	for (size_t i = 0; i < SIGLET_COUNT(cases); i++) {
		tsa_options options = options_of(&a);
		options.edit_attributes = cases[i].edit;

		if (cases[i].code == 0)
			OK_SUCCESS(judge(&options, a.chain), "%s", cases[i].claim);
		else
			OK_ERROR(judge(&options, a.chain), cases[i].code, "%s", cases[i].claim);
	}
	for (size_t i = 0; i < SIGLET_COUNT(doubtful); i++) {
		tsa_options options = options_of(&a);
		options.ess = TSA_ESS_BOTH;
		options.edit_attributes = doubtful[i];
		OK_ERROR(judge(&options, a.chain), SIGLET_E_MALFORMED,
			 "a good certificate id makes up for no bad one");
	}
	tsa_options options = options_of(&a);
	options.signer_flags = CMS_NOATTR;
	options.ess = TSA_ESS_NONE;
	OK_ERROR(judge(&options, a.chain), SIGLET_E_MALFORMED, "none at all");
	authority_clear(&a);
}

/* ---- ESS ---- */

static void a_certificate_id_names_the_signer(void)
{
	authority a = authority_of(&signer_options), b = authority_of(&signer_options);
	static const struct {
		tsa_ess ess;
		const char *name;
	} kinds[] = { { TSA_ESS_V1, "v1" }, { TSA_ESS_V2, "v2" }, { TSA_ESS_BOTH, "both" } };

	for (size_t i = 0; i < SIGLET_COUNT(kinds); i++) {
		tsa_options options = options_of(&a);
		options.ess = kinds[i].ess;

		OK_SUCCESS(judge(&options, a.chain), "%s", kinds[i].name);
		options.ess_cert = b.signer;
		OK_ERROR(judge(&options, a.chain), SIGLET_E_MISMATCH, "%s of another certificate",
			 kinds[i].name);
		options.ess_cert = a.ca;
		OK_ERROR(judge(&options, a.chain), SIGLET_E_MISMATCH, "%s of the issuer",
			 kinds[i].name);
		options.ess_second = a.signer;
		OK_ERROR(judge(&options, a.chain), SIGLET_E_MISMATCH,
			 "%s of the issuer, then the signer", kinds[i].name);
		options.ess_cert = a.signer;
		options.ess_second = a.ca;
		OK_SUCCESS(judge(&options, a.chain), "%s of the signer, then its issuer",
			   kinds[i].name);
	}
	tsa_options options = options_of(&a);
	options.ess = TSA_ESS_NONE;
	OK_ERROR(judge(&options, a.chain), SIGLET_E_MALFORMED, "none");
	authority_clear(&b);
	authority_clear(&a);
}

static X509 *ess_v2_of; /* the callback of the next test has no argument for it */

static void replace_v2(CMS_SignerInfo *signer_info)
{
	ESS_SIGNING_CERT_V2 *ess =
		OSSL_ESS_signing_cert_v2_new_init(EVP_sha512(), ess_v2_of, NULL, 0);
	uint8_t *der = NULL;
	const int len = i2d_ESS_SIGNING_CERT_V2(ess, &der);

	drop(signer_info, NID_id_smime_aa_signingCertificateV2);
	if (CMS_signed_add1_attr_by_NID(signer_info, NID_id_smime_aa_signingCertificateV2,
					V_ASN1_SEQUENCE, der, len) != 1)
		abort();
	OPENSSL_free(der);
	ESS_SIGNING_CERT_V2_free(ess);
}

static void either_certificate_id_must_hold(void)
{
	authority a = authority_of(&signer_options), b = authority_of(&signer_options);
	tsa_options options = options_of(&a);
	options.ess = TSA_ESS_BOTH;
	options.edit_attributes = replace_v2;

	ess_v2_of = a.signer;
	OK_SUCCESS(judge(&options, a.chain), "v1, and v2 with SHA-512 and without a name");
	ess_v2_of = b.signer;
	OK_ERROR(judge(&options, a.chain), SIGLET_E_MISMATCH, "v1 holds, v2 does not");
	ess_v2_of = a.signer;
	options.ess_cert = b.signer;
	OK_ERROR(judge(&options, a.chain), SIGLET_E_MISMATCH, "v2 holds, v1 does not");
	authority_clear(&b);
	authority_clear(&a);
}

int main(void)
{
	hash_and_key_are_of_those_we_take();
	a_key_that_we_do_not_use_is_refused();
	the_signature_algorithm_fits_key_and_hash();
	each_attribute_is_there_once_and_right();
	a_certificate_id_names_the_signer();
	either_certificate_id_must_hold();
	return tap_done();
}
