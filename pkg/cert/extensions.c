#include "cert/cert_internal.h"

#include <string.h>

#include <openssl/objects.h>

/* What certificates say about themselves in extensions, and what that makes them fit for. */

siglet_slice siglet_extension_slice(X509_EXTENSION *extension)
{
	return siglet_asn1_slice(X509_EXTENSION_get_data(extension));
}

/* ---- reading them once ---- */

/* RFC 5280 section 4.2: no extension twice. OpenSSL would take the first or refuse by kind. */
static siglet_err *check_unique(const X509 *x509)
{
	const int count = X509_get_ext_count(x509);

	if (count > SIGLET_MAX_CERT_EXTENSIONS)
		return siglet_err_new(SIGLET_E_LIMIT, "certificate: %d extensions, at most %d",
				      count, SIGLET_MAX_CERT_EXTENSIONS);
	for (int i = 1; i < count; i++) {
		const ASN1_OBJECT *object = X509_EXTENSION_get_object(X509_get_ext(x509, i));

		for (int j = 0; j < i; j++)
			if (OBJ_cmp(object, X509_EXTENSION_get_object(X509_get_ext(x509, j))) == 0)
				return siglet_err_new(SIGLET_E_MALFORMED,
						      "certificate: an extension twice");
	}
	return NULL;
}

/* OpenSSL takes BER in an extension, and does not look behind what it decoded. */
static siglet_err *check_der(const X509 *x509)
{
	static const int nids[] = { NID_basic_constraints,	 NID_key_usage,
				    NID_ext_key_usage,		 NID_subject_alt_name,
				    NID_name_constraints,	 NID_subject_key_identifier,
				    NID_authority_key_identifier };

	for (size_t i = 0; i < SIGLET_COUNT(nids); i++) {
		const int at = X509_get_ext_by_NID(x509, nids[i], -1);

		if (at >= 0 &&
		    !siglet_der_is_canonical(siglet_extension_slice(X509_get_ext(x509, at))))
			return siglet_err_new(SIGLET_E_MALFORMED, "certificate: %s: not DER",
					      OBJ_nid2ln(nids[i]));
	}
	return NULL;
}

/* NULL with *ret_value NULL when the extension is absent. */
static siglet_err *decode_extension(const X509 *x509, int nid, bool *ret_critical, void **ret_value)
{
	int critical = -1;

	*ret_value = X509_get_ext_d2i(x509, nid, &critical, NULL);
	if (*ret_value == NULL && critical != -1)
		return siglet_crypto_error(SIGLET_E_MALFORMED, OBJ_nid2ln(nid));
	*ret_critical = critical == 1;
	return NULL;
}

static siglet_err *read_eku(siglet_cert *cert)
{
	siglet_cert_eku *eku = &cert->eku;
	void *value = NULL;
	siglet_err *err = decode_extension(cert->x509, NID_ext_key_usage, &eku->critical, &value);

	if (err != NULL || value == NULL)
		return err;
	EXTENDED_KEY_USAGE *usages = value;
	eku->present = true;
	for (int i = 0; i < sk_ASN1_OBJECT_num(usages); i++) {
		const int nid = OBJ_obj2nid(sk_ASN1_OBJECT_value(usages, i));

		eku->count++;
		eku->code_signing |= nid == NID_code_sign;
		eku->timestamping |= nid == NID_time_stamp;
		eku->any |= nid == NID_anyExtendedKeyUsage;
		eku->precert_signing |= nid == NID_ct_precert_signer;
	}
	EXTENDED_KEY_USAGE_free(usages);
	return NULL;
}

static siglet_err *read_san(siglet_cert *cert)
{
	const int at = X509_get_ext_by_NID(cert->x509, NID_subject_alt_name, -1);
	bool critical = false;
	void *value = NULL;
	siglet_err *err = NULL;

	if (at < 0)
		return NULL;
	err = decode_extension(cert->x509, NID_subject_alt_name, &critical, &value);
	if (err != NULL)
		return err;
	cert->san = value;
	cert->san_der = siglet_extension_slice(X509_get_ext(cert->x509, at));
	return NULL;
}

static void read_flags(siglet_cert *cert)
{
	const uint32_t flags = X509_get_extension_flags(cert->x509);
	const uint32_t usage = X509_get_key_usage(cert->x509); /* all ones where there is none */
	const bool says_ca = (flags & EXFLAG_CA) != 0;
	const bool may_sign = (usage & KU_KEY_CERT_SIGN) != 0;

	/*
	 * X509_check_ca() calls a CA whose key usage forbids issuing none: neither is fit to be a
	 * leaf, so whatever claims to be a CA in one way counts as one where a leaf is wanted.
	 */
	cert->is_ca = says_ca || X509_check_ca(cert->x509) != 0 ||
		      ((flags & EXFLAG_KUSAGE) != 0 && may_sign);
	cert->may_issue = says_ca && may_sign;
	cert->has_unknown_critical = (flags & EXFLAG_CRITICAL) != 0;
	cert->has_name_constraints = X509_get_ext_by_NID(cert->x509, NID_name_constraints, -1) >= 0;
}

/* This fills OpenSSL's cache, so that later calls only read and threads may share it. */
static siglet_err *fill_cache(const siglet_cert *cert)
{
	const uint32_t bad = EXFLAG_INVALID | EXFLAG_NO_FINGERPRINT;

	if (X509_check_purpose(cert->x509, -1, 0) == 1)
		return NULL;
	/* It hashes the certificate, too; that this failed says nothing about what is in it. */
	if ((X509_get_extension_flags(cert->x509) & bad) == EXFLAG_NO_FINGERPRINT)
		return siglet_crypto_error(SIGLET_E_CRYPTO, "certificate: hash");
	return siglet_crypto_error(SIGLET_E_MALFORMED, "certificate: extensions");
}

siglet_err *siglet_cert_read_extensions(siglet_cert *cert)
{
	siglet_err *err = check_unique(cert->x509);

	if (err == NULL)
		err = check_der(cert->x509);
	if (err == NULL)
		err = fill_cache(cert);
	if (err != NULL)
		return err;
	read_flags(cert);
	err = read_eku(cert);
	return err != NULL ? err : read_san(cert);
}

/* ---- fitness of a leaf ---- */

static siglet_err *unfit(const char *why)
{
	return siglet_err_new(SIGLET_E_UNTRUSTED, "%s", why);
}

siglet_err *siglet_cert_check_any_signer(const siglet_cert *cert)
{
	if (cert->has_unknown_critical)
		return unfit("the certificate has a critical extension that is not known");
	if (cert->is_ca)
		return unfit("the certificate is that of a certificate authority");
	/* All ones where there is none. */
	if ((X509_get_key_usage(cert->x509) & KU_DIGITAL_SIGNATURE) == 0)
		return unfit("the certificate's key usage lacks digitalSignature");
	if (cert->key == NULL)
		return siglet_err_new(SIGLET_E_UNSUPPORTED,
				      "the certificate's key is of an unsupported kind");
	return NULL;
}

siglet_err *siglet_cert_check_signer(const siglet_cert *cert)
{
	const uint32_t usage = X509_get_key_usage(cert->x509);

	if (cert->has_unknown_critical)
		return unfit("the certificate has a critical extension that is not known");
	if (cert->is_ca)
		return unfit("the certificate is that of a certificate authority");
	if ((X509_get_extension_flags(cert->x509) & EXFLAG_KUSAGE) == 0)
		return unfit("the certificate has no key usage");
	if ((usage & KU_DIGITAL_SIGNATURE) == 0)
		return unfit("the certificate's key usage lacks digitalSignature");
	if (!cert->eku.present)
		return unfit("the certificate has no extended key usage");
	if (!cert->eku.code_signing)
		return unfit("the certificate's extended key usage lacks codeSigning");
	if (cert->key == NULL)
		return siglet_err_new(SIGLET_E_UNSUPPORTED,
				      "the certificate's key is of an unsupported kind");
	return NULL;
}

siglet_err *siglet_cert_check_timestamper(const siglet_cert *cert)
{
	const uint32_t allowed = KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION;
	const uint32_t usage = X509_get_key_usage(cert->x509);
	const siglet_cert_eku *eku = &cert->eku;

	if (cert->has_unknown_critical)
		return unfit("the certificate has a critical extension that is not known");
	if (cert->is_ca)
		return unfit("the certificate is that of a certificate authority");
	if (!eku->present)
		return unfit("the certificate has no extended key usage");
	/* RFC 3161 section 2.3: critical, and this purpose alone. */
	if (!eku->critical || !eku->timestamping || eku->count != 1)
		return unfit("the certificate's extended key usage is not critical and "
			     "timeStamping alone");
	if ((X509_get_extension_flags(cert->x509) & EXFLAG_KUSAGE) != 0 &&
	    ((usage & allowed) == 0 || (usage & ~allowed) != 0))
		return unfit("the certificate's key usage is not signing alone");
	return NULL;
}
