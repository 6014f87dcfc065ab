#include "tsa.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ess.h>
#include <openssl/pkcs7.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#define MAX_MADE (1u << 21)

static void must_(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "tests/lib/tsa.c: %s\n", what);
	ERR_print_errors_fp(stderr);
	abort();
}

#define must(condition) must_((condition), #condition)

static siglet_buf taken(uint8_t *der, int len)
{
	siglet_buf buf;

	siglet_buf_init(&buf, MAX_MADE);
	must(der != NULL && len > 0);
	must(siglet_buf_append(&buf, siglet_slice_of(der, (size_t)len)) == NULL);
	OPENSSL_free(der);
	return buf;
}

/* ---- certificates ---- */

EVP_PKEY *tsa_ec_key(const char *curve)
{
	EVP_PKEY *key = EVP_EC_gen(curve);

	must(key != NULL);
	return key;
}

EVP_PKEY *tsa_rsa_key(unsigned bits)
{
	EVP_PKEY *key = EVP_RSA_gen(bits);

	must(key != NULL);
	return key;
}

static void add_extension(X509 *cert, int nid, const char *value)
{
	X509V3_CTX ctx;

	X509V3_set_ctx(&ctx, cert, cert, NULL, NULL, 0);
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	must(extension != NULL && X509_add_ext(cert, extension, -1) == 1);
	X509_EXTENSION_free(extension);
}

static void set_time(ASN1_TIME *time, const char *text, const char *otherwise)
{
	must(ASN1_TIME_set_string_X509(time, text != NULL ? text : otherwise) == 1);
}

X509 *tsa_cert(EVP_PKEY *key, const tsa_cert_options *options, X509 *issuer, EVP_PKEY *issuer_key)
{
	const char *name = options->name != NULL ? options->name : "test";
	X509 *cert = X509_new();
	X509_NAME *subject = X509_NAME_new();

	must(cert != NULL && subject != NULL && X509_set_version(cert, X509_VERSION_3) == 1);
	must(ASN1_INTEGER_set(X509_get_serialNumber(cert),
			      options->serial != 0 ? options->serial : 1) == 1);
	must(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const uint8_t *)name, -1, -1,
					0) == 1);
	must(X509_set_subject_name(cert, subject) == 1);
	must(X509_set_issuer_name(cert, issuer != NULL ? X509_get_subject_name(issuer) : subject) ==
	     1);
	set_time(X509_getm_notBefore(cert), options->not_before, "20250101000000Z");
	set_time(X509_getm_notAfter(cert), options->not_after, "20251231235959Z");
	must(X509_set_pubkey(cert, key) == 1);

	add_extension(cert, NID_basic_constraints,
		      options->is_ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
	add_extension(cert, NID_subject_key_identifier, "hash");
	if (options->is_ca)
		add_extension(cert, NID_key_usage, "critical,keyCertSign,cRLSign");
	else if (options->key_usage != NULL)
		add_extension(cert, NID_key_usage, options->key_usage);
	if (options->eku != NULL)
		add_extension(cert, NID_ext_key_usage, options->eku);
	must(X509_sign(cert, issuer_key != NULL ? issuer_key : key, EVP_sha256()) > 0);
	X509_NAME_free(subject);
	return cert;
}

siglet_buf tsa_cert_der(X509 *cert)
{
	uint8_t *der = NULL;
	const int len = i2d_X509(cert, &der);

	return taken(der, len);
}

/* ---- TSTInfo ---- */

static void set_imprint(TS_TST_INFO *info, const tsa_options *options)
{
	const EVP_MD *md = options->imprint_md != NULL ? options->imprint_md : EVP_sha256();
	const char *data = options->data != NULL ? options->data : "data";
	TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
	X509_ALGOR *algorithm = X509_ALGOR_new();
	uint8_t hash[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	must(imprint != NULL && algorithm != NULL);
	must(EVP_Digest(data, strlen(data), hash, &len, md, NULL) == 1);
	X509_ALGOR_set_md(algorithm, md);
	must(TS_MSG_IMPRINT_set_algo(imprint, algorithm) == 1);
	must(TS_MSG_IMPRINT_set_msg(imprint, hash, (int)len) == 1);
	must(TS_TST_INFO_set_msg_imprint(info, imprint) == 1);
	X509_ALGOR_free(algorithm);
	TS_MSG_IMPRINT_free(imprint);
}

static siglet_buf make_info(const tsa_options *options)
{
	const char *gen_time = options->gen_time != NULL ? options->gen_time : "20250704120000Z";
	TS_TST_INFO *info = TS_TST_INFO_new();
	ASN1_OBJECT *policy = OBJ_txt2obj("1.3.6.1.4.1.57264.2", 1);
	ASN1_INTEGER *serial = ASN1_INTEGER_new();
	ASN1_GENERALIZEDTIME *time = ASN1_GENERALIZEDTIME_new();
	uint8_t *der = NULL;

	must(info != NULL && policy != NULL && serial != NULL && time != NULL);
	must(TS_TST_INFO_set_version(info, 1) == 1);
	must(TS_TST_INFO_set_policy_id(info, policy) == 1);
	set_imprint(info, options);
	must(ASN1_INTEGER_set(serial, 0x1234) == 1);
	must(TS_TST_INFO_set_serial(info, serial) == 1);
	/* As it stands: ASN1_GENERALIZEDTIME_set_string() would look at it. */
	must(ASN1_STRING_set(time, gen_time, -1) == 1);
	must(TS_TST_INFO_set_time(info, time) == 1);
	if (options->edit_info != NULL)
		options->edit_info(info);
	const int len = i2d_TS_TST_INFO(info, &der);
	ASN1_GENERALIZEDTIME_free(time);
	ASN1_INTEGER_free(serial);
	ASN1_OBJECT_free(policy);
	TS_TST_INFO_free(info);

	siglet_buf content = taken(der, len);
	if (options->edit_content != NULL)
		options->edit_content(&content);
	return content;
}

/* ---- signed attributes ---- */

static void add_ess_v1(CMS_SignerInfo *signer_info, X509 *cert, STACK_OF(X509) * more)
{
	ESS_SIGNING_CERT *ess = OSSL_ESS_signing_cert_new_init(cert, more, 1);
	uint8_t *der = NULL;
	const int len = i2d_ESS_SIGNING_CERT(ess, &der);

	must(len > 0 && CMS_signed_add1_attr_by_NID(signer_info, NID_id_smime_aa_signingCertificate,
						    V_ASN1_SEQUENCE, der, len) == 1);
	OPENSSL_free(der);
	ESS_SIGNING_CERT_free(ess);
}

static void add_ess_v2(CMS_SignerInfo *signer_info, X509 *cert, STACK_OF(X509) * more)
{
	ESS_SIGNING_CERT_V2 *ess = OSSL_ESS_signing_cert_v2_new_init(EVP_sha256(), cert, more, 1);
	uint8_t *der = NULL;
	const int len = i2d_ESS_SIGNING_CERT_V2(ess, &der);

	must(len > 0 &&
	     CMS_signed_add1_attr_by_NID(signer_info, NID_id_smime_aa_signingCertificateV2,
					 V_ASN1_SEQUENCE, der, len) == 1);
	OPENSSL_free(der);
	ESS_SIGNING_CERT_V2_free(ess);
}

static void add_ess(CMS_SignerInfo *signer_info, const tsa_options *options)
{
	X509 *cert = options->ess_cert != NULL ? options->ess_cert : options->signer;
	STACK_OF(X509) *more = sk_X509_new_null();

	if (options->ess_second != NULL)
		must(sk_X509_push(more, options->ess_second) == 1);
	if (options->ess == TSA_ESS_V1 || options->ess == TSA_ESS_BOTH)
		add_ess_v1(signer_info, cert, more);
	if (options->ess == TSA_ESS_V2 || options->ess == TSA_ESS_BOTH)
		add_ess_v2(signer_info, cert, more);
	sk_X509_free(more);
}

/* Sign whatever attributes are there now; CMS_SignerInfo_sign() refuses what breaks its rules. */
static void sign_again(CMS_SignerInfo *signer_info, const tsa_options *options)
{
	const EVP_MD *md = options->md != NULL ? options->md : EVP_sha256();
	ASN1_OCTET_STRING *signature = CMS_SignerInfo_get0_signature(signer_info);
	STACK_OF(X509_ATTRIBUTE) *attributes = sk_X509_ATTRIBUTE_new_null();
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t *der = NULL, bytes[1024];
	size_t bytes_len = sizeof(bytes);

	for (int i = 0; i < CMS_signed_get_attr_count(signer_info); i++)
		must(sk_X509_ATTRIBUTE_push(attributes, CMS_signed_get_attr(signer_info, i)) > 0);
	const int len = ASN1_item_i2d((const ASN1_VALUE *)attributes, &der,
				      ASN1_ITEM_rptr(PKCS7_ATTR_SIGN));
	must(len > 0 && EVP_DigestSignInit(ctx, NULL, md, NULL, options->key) == 1);
	must(EVP_DigestSign(ctx, bytes, &bytes_len, der, (size_t)len) == 1);
	must(ASN1_STRING_set(signature, bytes, (int)bytes_len) == 1);
	OPENSSL_free(der);
	EVP_MD_CTX_free(ctx);
	sk_X509_ATTRIBUTE_free(attributes);
}

/* ---- SignedData and response ---- */

static CMS_SignerInfo *add_signer(CMS_ContentInfo *cms, const tsa_options *options)
{
	const unsigned flags = CMS_PARTIAL | CMS_BINARY | CMS_NOSMIMECAP | CMS_NOCERTS |
			       options->signer_flags | (options->is_pss ? CMS_KEY_PARAM : 0);
	CMS_SignerInfo *signer_info =
		CMS_add1_signer(cms, options->signer, options->key,
				options->md != NULL ? options->md : EVP_sha256(), flags);

	must(signer_info != NULL);
	if (options->is_pss)
		must(EVP_PKEY_CTX_set_rsa_padding(CMS_SignerInfo_get0_pkey_ctx(signer_info),
						  RSA_PKCS1_PSS_PADDING) == 1);
	add_ess(signer_info, options);
	return signer_info;
}

static siglet_buf make_token(const tsa_options *options)
{
	const int nid = options->content_nid != 0 ? options->content_nid : NID_id_smime_ct_TSTInfo;
	const unsigned flags = CMS_PARTIAL | CMS_BINARY | CMS_NOSMIMECAP;
	siglet_buf info = make_info(options);
	BIO *content = BIO_new_mem_buf(info.ptr, (int)info.len);
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, flags);
	uint8_t *der = NULL;

	must(cms != NULL && CMS_set1_eContentType(cms, OBJ_nid2obj(nid)) == 1);
	for (size_t i = 0; i < TSA_MAX_EMBED && options->embed[i] != NULL; i++)
		must(CMS_add1_cert(cms, options->embed[i]) == 1);
	CMS_SignerInfo *signer_info = add_signer(cms, options);
	if (options->two_signers)
		(void)add_signer(cms, options);
	must(CMS_final(cms, content, NULL, CMS_BINARY) == 1);
	if (options->edit_attributes != NULL) {
		options->edit_attributes(signer_info);
		sign_again(signer_info, options);
	}
	if (options->edit_signed != NULL)
		options->edit_signed(cms);
	const int len = i2d_CMS_ContentInfo(cms, &der);
	CMS_ContentInfo_free(cms);
	BIO_free(content);
	siglet_buf_clear(&info);
	return taken(der, len);
}

static void push_sequence(ASN1_SEQUENCE_ANY *parts, const uint8_t *der, size_t len)
{
	ASN1_TYPE *part = ASN1_TYPE_new();
	ASN1_STRING *string = ASN1_STRING_type_new(V_ASN1_SEQUENCE);

	must(part != NULL && string != NULL && ASN1_STRING_set(string, der, (int)len) == 1);
	ASN1_TYPE_set(part, V_ASN1_SEQUENCE, string);
	must(sk_ASN1_TYPE_push(parts, part) > 0);
}

siglet_buf tsa_response(const tsa_options *options, siglet_slice token)
{
	ASN1_SEQUENCE_ANY *parts = sk_ASN1_TYPE_new_null();
	TS_STATUS_INFO *info = TS_STATUS_INFO_new();
	uint8_t *der = NULL;

	must(parts != NULL && info != NULL &&
	     TS_STATUS_INFO_set_status(info, options->status) == 1);
	if (options->status_text != NULL) {
		/* The setter of the text is not public: the reader of what it would write is. */
		siglet_buf text;
		siglet_buf_init(&text, 127);
		const size_t len = strlen(options->status_text);
		must(len < 100 && siglet_buf_printf(&text, "0%c\x02\x01%c0%c\x0c%c%s",
						    (int)(len + 7), options->status, (int)(len + 2),
						    (int)len, options->status_text) == NULL);
		push_sequence(parts, text.ptr, text.len);
		siglet_buf_clear(&text);
	} else {
		const int len = i2d_TS_STATUS_INFO(info, &der);
		must(len > 0);
		push_sequence(parts, der, (size_t)len);
		OPENSSL_free(der);
	}
	if (token.len > 0)
		push_sequence(parts, token.ptr, token.len);
	uint8_t *whole = NULL;
	const int len = i2d_ASN1_SEQUENCE_ANY(parts, &whole);
	TS_STATUS_INFO_free(info);
	sk_ASN1_TYPE_pop_free(parts, ASN1_TYPE_free);
	return taken(whole, len);
}

siglet_buf tsa_respond(const tsa_options *options)
{
	siglet_buf token = { 0 };

	if (!options->no_token)
		token = make_token(options);
	siglet_buf response = tsa_response(options, siglet_buf_slice(&token));
	siglet_buf_clear(&token);
	return response;
}
