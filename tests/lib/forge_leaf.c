/* The certificate that Fulcio gives for ten minutes, and all that can be wrong with it. */
#include "forge_internal.h"

#include <stdio.h>
#include <string.h>

#include <openssl/asn1.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>

#define FULCIO_OID "1.3.6.1.4.1.57264.1."
#define SCT_LIST_OID "1.3.6.1.4.1.11129.2.4.2"
#define OTHER_NAME_OID FULCIO_OID "7"
#define LAST_RAW 6 /* .1 to .6 hold their text as it is, later ones a DER UTF8String */

#define IDENTITY "https://github.com/acme/app/.github/workflows/release.yml@refs/tags/v1"
#define ISSUER "https://token.actions.githubusercontent.com"
#define REPOSITORY "https://github.com/acme/app"
#define COMMIT "5f1d8a3b7c9e2046a1b3c5d7e9f01234567890ab"

static const char *const github[FORGE_EXTENSIONS] = {
	[1] = ISSUER,
	[2] = "push",
	[3] = COMMIT,
	[4] = "release",
	[5] = "acme/app",
	[6] = "refs/tags/v1",
	[8] = ISSUER,
	[9] = IDENTITY,
	[10] = COMMIT,
	[11] = "github-hosted",
	[12] = REPOSITORY,
	[13] = COMMIT,
	[14] = "refs/tags/v1",
	[15] = "123456789",
	[16] = "https://github.com/acme",
	[17] = "987654",
	[18] = IDENTITY,
	[19] = COMMIT,
	[20] = "push",
	[21] = REPOSITORY "/actions/runs/20260115/attempts/1",
	[22] = "public",
	[24] = "repo:acme/app:ref:refs/tags/v1",
};

const char *forge_leaf_san(const forge_making *making)
{
	return making->options.identity.san != NULL ? making->options.identity.san : IDENTITY;
}

const char *forge_leaf_issuer(const forge_making *making)
{
	return making->options.identity.issuer != NULL ? making->options.identity.issuer : ISSUER;
}

/* ---- subject alternative name ---- */

static GENERAL_NAME *string_name(int type, siglet_slice text)
{
	GENERAL_NAME *name = GENERAL_NAME_new();
	ASN1_IA5STRING *string = ASN1_IA5STRING_new();

	MUST(name != NULL && string != NULL);
	MUST(ASN1_STRING_set(string, text.ptr, (int)text.len) == 1);
	GENERAL_NAME_set0_value(name, type, string);
	return name;
}

static GENERAL_NAME *other_name(const char *oid, siglet_slice text)
{
	GENERAL_NAME *name = GENERAL_NAME_new();
	ASN1_TYPE *value = ASN1_TYPE_new();
	ASN1_UTF8STRING *string = ASN1_UTF8STRING_new();
	ASN1_OBJECT *type = OBJ_txt2obj(oid, 1);

	MUST(name != NULL && value != NULL && string != NULL && type != NULL);
	MUST(ASN1_STRING_set(string, text.ptr, (int)text.len) == 1);
	ASN1_TYPE_set(value, V_ASN1_UTF8STRING, string);
	MUST(GENERAL_NAME_set0_othername(name, type, value) == 1);
	return name;
}

static GENERAL_NAME *make_san(const forge_making *making, siglet_slice text)
{
	if (forge_is(making, FORGE_DEFECT_CERT_SAN_OTHER_OID))
		return other_name("1.3.6.1.4.1.311.20.2.3", text);
	switch (making->options.identity.san_type) {
	case FORGE_SAN_EMAIL:
		return string_name(GEN_EMAIL, text);
	case FORGE_SAN_DNS:
		return string_name(GEN_DNS, text);
	case FORGE_SAN_OTHER_NAME:
		return other_name(OTHER_NAME_OID, text);
	case FORGE_SAN_URI:
		break;
	}
	return string_name(GEN_URI, text);
}

static void add_san(const forge_making *making, X509 *cert)
{
	GENERAL_NAMES *names = GENERAL_NAMES_new();
	siglet_buf text = forge_copy(siglet_slice_str(forge_leaf_san(making)));

	if (forge_is(making, FORGE_DEFECT_CERT_NO_SAN) ||
	    forge_is(making, FORGE_DEFECT_CERT_SUBJECT_ONLY))
		goto out;
	if (forge_is(making, FORGE_DEFECT_CERT_SAN_NUL)) {
		forge_put_uint(&text, 0, 1);
		forge_put(&text, ".evil.example");
	}
	MUST(names != NULL &&
	     sk_GENERAL_NAME_push(names, make_san(making, siglet_buf_slice(&text))) > 0);
	if (forge_is(making, FORGE_DEFECT_CERT_TWO_SANS))
		MUST(sk_GENERAL_NAME_push(names, string_name(GEN_EMAIL,
							     siglet_slice_str("m@evil.example"))) >
		     0);
	MUST(X509_add1_ext_i2d(cert, NID_subject_alt_name, names, 1, X509V3_ADD_APPEND) == 1);
out:
	siglet_buf_clear(&text);
	GENERAL_NAMES_free(names);
}

/* ---- Fulcio's extensions ---- */

static siglet_buf der_string(siglet_slice text, int type)
{
	ASN1_STRING *string = ASN1_STRING_type_new(type);
	uint8_t *der = NULL;

	MUST(string != NULL && ASN1_STRING_set(string, text.ptr, (int)text.len) == 1);
	const int len = type == V_ASN1_IA5STRING ? i2d_ASN1_IA5STRING(string, &der)
						 : i2d_ASN1_UTF8STRING(string, &der);
	ASN1_STRING_free(string);
	return forge_taken(der, len);
}

/* What extension .number says; "" when it is absent. */
static const char *extension_text(const forge_making *making, int number)
{
	const forge_identity *identity = &making->options.identity;
	const bool is_issuer = number == 1 || number == 8;

	if (is_issuer && forge_is(making, FORGE_DEFECT_CERT_NO_ISSUER))
		return "";
	if (number == 1 && forge_is(making, FORGE_DEFECT_CERT_ISSUERS_DIFFER))
		return "https://accounts.evil.example";
	if (number == 8 && forge_varies(making, FORGE_VARIATION_ISSUER_V1_ONLY))
		return "";
	if (identity->extension[number] != NULL)
		return identity->extension[number];
	if (is_issuer)
		return forge_leaf_issuer(making);
	return identity->is_plain || github[number] == NULL ? "" : github[number];
}

static siglet_buf extension_value(const forge_making *making, int number, siglet_slice text)
{
	const bool is_v2_issuer = number == 8;

	if (number <= LAST_RAW || (is_v2_issuer && forge_is(making, FORGE_DEFECT_CERT_ISSUER_RAW)))
		return forge_copy(text);
	siglet_buf der =
		der_string(text, is_v2_issuer && forge_is(making, FORGE_DEFECT_CERT_ISSUER_TAG)
					 ? V_ASN1_IA5STRING
					 : V_ASN1_UTF8STRING);
	if (is_v2_issuer && forge_is(making, FORGE_DEFECT_CERT_ISSUER_TRAILING))
		forge_put_uint(&der, 0, 1);
	return der;
}

static void add_fulcio(const forge_making *making, X509 *cert)
{
	for (int number = 1; number < FORGE_EXTENSIONS; number++) {
		const char *text = extension_text(making, number);
		char oid[64];

		if (*text == '\0')
			continue;
		(void)snprintf(oid, sizeof(oid), FULCIO_OID "%d", number);
		siglet_buf value = extension_value(making, number, siglet_slice_str(text));
		forge_cert_extend_raw(cert, oid, false, siglet_buf_slice(&value));
		if (number == 9 && forge_is(making, FORGE_DEFECT_CERT_EXTENSION_TWICE))
			forge_cert_extend_raw(cert, oid, false, siglet_buf_slice(&value));
		siglet_buf_clear(&value);
	}
}

/* ---- usage, and the whole ---- */

static void add_usage(const forge_making *making, X509 *cert, X509 *issuer)
{
	if (!forge_is(making, FORGE_DEFECT_CERT_NO_KEY_USAGE))
		forge_cert_extend(cert, issuer, NID_key_usage,
				  forge_is(making, FORGE_DEFECT_CERT_KEY_USAGE)
					  ? "critical,keyAgreement"
					  : "critical,digitalSignature");
	if (!forge_is(making, FORGE_DEFECT_CERT_NO_EKU))
		forge_cert_extend(
			cert, issuer, NID_ext_key_usage,
			forge_is(making, FORGE_DEFECT_CERT_ANY_EKU)	? "anyExtendedKeyUsage"
			: forge_is(making, FORGE_DEFECT_CERT_OTHER_EKU) ? "emailProtection"
									: "codeSigning");
	if (forge_is(making, FORGE_DEFECT_CERT_IS_CA))
		forge_cert_extend(cert, issuer, NID_basic_constraints, "critical,CA:TRUE");
	if (forge_varies(making, FORGE_VARIATION_BASIC_CONSTRAINTS))
		forge_cert_extend(cert, issuer, NID_basic_constraints, "critical,CA:FALSE");
	if (forge_is(making, FORGE_DEFECT_CERT_CRITICAL))
		forge_cert_extend_raw(cert, "1.3.6.1.4.1.57264.99", true,
				      siglet_slice_of("\x05\x00", 2));
}

static void add_scts(forge_making *making, X509 *cert)
{
	uint8_t *der = NULL;

	if (making->options.no_sct)
		return;
	siglet_buf list = forge_ct_list(making, cert);
	ASN1_OCTET_STRING *inner = ASN1_OCTET_STRING_new();
	MUST(inner != NULL && ASN1_OCTET_STRING_set(inner, list.ptr, (int)list.len) == 1);
	const int len = i2d_ASN1_OCTET_STRING(inner, &der);
	siglet_buf value = forge_taken(der, len);
	forge_cert_extend_raw(cert, SCT_LIST_OID, false, siglet_buf_slice(&value));
	siglet_buf_clear(&value);
	ASN1_OCTET_STRING_free(inner);
	siglet_buf_clear(&list);
}

static forge_cert_plan leaf_plan(const forge_making *making, const char *serial_label)
{
	forge_cert_plan plan = {
		.issuer = making->ca->issuer,
		.serial_label = serial_label,
		.not_before_s = making->time_s - FORGE_LEAF_BEFORE_S,
		.not_after_s = making->time_s + FORGE_LEAF_AFTER_S,
	};

	if (forge_is(making, FORGE_DEFECT_CERT_EXPIRED)) {
		plan.not_before_s -= FORGE_LEAF_AFTER_S + 1;
		plan.not_after_s -= FORGE_LEAF_AFTER_S + 1;
	}
	if (forge_is(making, FORGE_DEFECT_CERT_NOT_YET)) {
		plan.not_before_s += FORGE_LEAF_BEFORE_S + 1;
		plan.not_after_s += FORGE_LEAF_BEFORE_S + 1;
	}
	if (forge_is(making, FORGE_DEFECT_CERT_SUBJECT_ONLY))
		plan.common_name = "release.acme.example"; /* X.520 allows 64 characters at most */
	if (forge_is(making, FORGE_DEFECT_CERT_SELF_SIGNED)) {
		plan.issuer = NULL;
		plan.common_name = "self";
	}
	return plan;
}

static void damage_signature(X509 *cert)
{
	const ASN1_BIT_STRING *signature = NULL;

	X509_get0_signature(&signature, NULL, cert);
	siglet_buf bytes = forge_copy(siglet_slice_of(ASN1_STRING_get0_data(signature),
						      (size_t)ASN1_STRING_length(signature)));
	siglet_buf der = forge_cert_der(cert);
	/* The signature's bytes end the certificate. */
	MUST(der.len > bytes.len &&
	     memcmp(der.ptr + der.len - bytes.len, bytes.ptr, bytes.len) == 0);
	der.ptr[der.len - bytes.len / 4] ^= 1;
	const uint8_t *at = der.ptr;
	MUST(d2i_X509(&cert, &at, (long)der.len) != NULL);
	siglet_buf_clear(&der);
	siglet_buf_clear(&bytes);
}

X509 *forge_leaf_issue(forge_making *making, const forge_key *key, const char *label)
{
	const bool by_itself = forge_is(making, FORGE_DEFECT_CERT_SELF_SIGNED);
	const forge_ca *ca = making->ca;
	const forge_key *by = by_itself ? key : forge_issuing_key(ca);
	char serial[96];

	(void)snprintf(serial, sizeof(serial), "leaf %llu %s", (unsigned long long)making->number,
		       label);
	const forge_cert_plan plan = leaf_plan(making, serial);
	X509 *cert = forge_cert_new(making->instance->seed, &plan, key);
	X509 *issuer = by_itself ? cert : ca->issuer;

	add_usage(making, cert, issuer);
	forge_cert_extend(cert, issuer, NID_subject_key_identifier, "hash");
	forge_cert_extend(cert, issuer, NID_authority_key_identifier, "keyid");
	add_san(making, cert);
	add_fulcio(making, cert);
	/* Signed a first time as the precertificate, so that its TBS names the algorithm. */
	forge_cert_sign(cert, by);
	if (forge_is(making, FORGE_DEFECT_CERT_VERSION))
		MUST(X509_set_version(cert, X509_VERSION_1) == 1);
	add_scts(making, cert);
	if (forge_is(making, FORGE_DEFECT_CERT_VERSION))
		forge_cert_sign_as_it_is(&cert, by);
	else
		forge_cert_sign(cert, by);
	if (forge_is(making, FORGE_DEFECT_CERT_SIGNATURE))
		damage_signature(cert);
	return cert;
}
