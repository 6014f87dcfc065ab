#include "cert/cert_internal.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/err.h>

#define MAX_NAME_TEXT \
	((size_t)4 * SIGLET_MAX_CERT_BYTES) /* a hex dump with escapes is the longest form */

/* ---- reading ---- */

static siglet_err *check_form(const siglet_cert *cert)
{
	const X509_ALGOR *outer = NULL, *inner = X509_get0_tbs_sigalg(cert->x509);

	if (X509_get_version(cert->x509) != X509_VERSION_3)
		return siglet_err_new(SIGLET_E_MALFORMED, "certificate: not version 3");
	X509_get0_signature(NULL, &outer, cert->x509);
	/* RFC 5280 section 4.1.1.2: the signed one is the one that counts. */
	if (outer == NULL || inner == NULL || X509_ALGOR_cmp(outer, inner) != 0)
		return siglet_err_new(SIGLET_E_MALFORMED,
				      "certificate: two different signature algorithms");
	return NULL;
}

static siglet_err *read_x509(siglet_slice der, siglet_cert *cert)
{
	const uint8_t *at = der.ptr;

	if (der.len > SIGLET_MAX_CERT_BYTES)
		return siglet_err_new(SIGLET_E_LIMIT, "certificate: over %d bytes",
				      SIGLET_MAX_CERT_BYTES);
	cert->der = siglet_calloc(der.len, 1);
	if (cert->der == NULL)
		return siglet_err_nomem();
	if (der.len > 0)
		memcpy(cert->der, der.ptr, der.len);
	cert->der_len = der.len;

	cert->x509 = d2i_X509(NULL, &at, (long)der.len);
	if (cert->x509 == NULL)
		return siglet_crypto_error(SIGLET_E_MALFORMED, "certificate");
	if (at != der.ptr + der.len)
		return siglet_err_new(SIGLET_E_MALFORMED, "certificate: bytes behind it");
	/* OpenSSL reads BER; whoever hashes or compares certificates needs one form. */
	if (!siglet_der_is_canonical(der))
		return siglet_err_new(SIGLET_E_MALFORMED, "certificate: not in DER");
	return check_form(cert);
}

/*
 * RFC 5280 section 4.1.2.5: UTCTime YYMMDDHHMMSSZ or GeneralizedTime YYYYMMDDHHMMSSZ, no other form.
 * OpenSSL breaks it up; its own arithmetic would ask for a time zone.
 */
static siglet_err *read_time(const ASN1_TIME *time, const char *which, int64_t *ret_time_s)
{
	const siglet_slice text = siglet_asn1_slice(time);
	const size_t want = ASN1_STRING_type(time) == V_ASN1_UTCTIME ? 13 : 15;
	struct tm tm = { 0 };

	if (text.len != want || text.ptr[want - 1] != 'Z' || ASN1_TIME_to_tm(time, &tm) != 1) {
		siglet_crypto_clear_errors();
		return siglet_err_new(SIGLET_E_MALFORMED, "certificate: %s is no date", which);
	}
	const int64_t time_s = siglet_time_from_civil(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
						      tm.tm_hour, tm.tm_min, tm.tm_sec);
	if (time_s < 0)
		return siglet_err_new(SIGLET_E_MALFORMED, "certificate: %s is before 1970", which);
	*ret_time_s = time_s;
	return NULL;
}

static siglet_err *read_validity(siglet_cert *cert)
{
	siglet_err *err =
		read_time(X509_get0_notBefore(cert->x509), "notBefore", &cert->not_before_s);

	if (err == NULL)
		err = read_time(X509_get0_notAfter(cert->x509), "notAfter", &cert->not_after_s);
	if (err == NULL && cert->not_after_s < cert->not_before_s)
		err = siglet_err_new(SIGLET_E_MALFORMED, "certificate: ends before it begins");
	return err;
}

static siglet_err *read_key(siglet_cert *cert)
{
	const int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert->x509), &cert->spki);

	if (len <= 0)
		return siglet_crypto_error(SIGLET_E_CRYPTO, "certificate: public key");
	cert->spki_len = (size_t)len;

	EVP_PKEY *decoded = X509_get0_pubkey(cert->x509);
	siglet_err *err = siglet_key_from_decoded(siglet_cert_spki(cert), decoded, &cert->key);

	/* OpenSSL parses a certificate also where it has no memory for its key, and then calls it weak. */
	if (err == NULL && decoded == NULL)
		return siglet_err_nomem();
	if (err == NULL)
		return NULL;
	const siglet_code code = siglet_err_code(err);
	if (code != SIGLET_E_UNSUPPORTED && code != SIGLET_E_MALFORMED)
		return err;
	/* Only who needs the key finds it missing: a trusted root may hold roots of any kind. */
	siglet_err_free(err);
	cert->key = NULL;
	return NULL;
}

/* RFC 2253 with all its escapes: what comes out is printable ASCII on one line. */
static siglet_err *print_name(const X509_NAME *name, siglet_buf *ret_text)
{
	siglet_err *err = SIGLET_ERR_UNSET;
	char *text = NULL;
	BIO *out = NULL;

	siglet_buf_init(ret_text, MAX_NAME_TEXT);
	if (X509_NAME_entry_count(name) == 0)
		return NULL;
	out = BIO_new(BIO_s_mem());
	if (out == NULL) {
		siglet_crypto_clear_errors();
		return siglet_err_nomem();
	}
	if (X509_NAME_print_ex(out, name, 0, XN_FLAG_RFC2253) < 0) {
		err = siglet_crypto_error(SIGLET_E_MALFORMED, "certificate: name");
		goto out;
	}
	const long len = BIO_get_mem_data(out, &text);
	err = siglet_buf_append(ret_text, siglet_slice_of(text, len > 0 ? (size_t)len : 0));
out:
	BIO_free(out);
	return err;
}

static siglet_err *read_texts(siglet_cert *cert)
{
	const ASN1_INTEGER *serial = X509_get0_serialNumber(cert->x509);
	siglet_err *err = print_name(X509_get_subject_name(cert->x509), &cert->subject);

	if (err == NULL)
		err = print_name(X509_get_issuer_name(cert->x509), &cert->issuer);
	siglet_buf_init(&cert->serial_hex, 2 * SIGLET_MAX_CERT_BYTES + 1);
	if (err == NULL && ASN1_STRING_type(serial) == V_ASN1_NEG_INTEGER)
		err = siglet_buf_append_byte(&cert->serial_hex, '-');
	if (err == NULL)
		err = siglet_hex_encode(siglet_asn1_slice(serial), &cert->serial_hex);
	return err;
}

siglet_err *siglet_cert_parse(siglet_slice der, siglet_cert **ret_cert)
{
	siglet_cert *cert = siglet_calloc(1, sizeof(*cert));
	siglet_err *err = SIGLET_ERR_UNSET;

	if (cert == NULL)
		return siglet_err_nomem();
	err = read_x509(der, cert);
	if (err == NULL)
		err = siglet_cert_read_extensions(cert);
	if (err == NULL)
		err = read_validity(cert);
	if (err == NULL)
		err = read_key(cert);
	if (err == NULL)
		err = read_texts(cert);
	/* Whatever OpenSSL remarked on the way, nobody else is to find in its queue. */
	siglet_crypto_clear_errors();
	if (err != NULL) {
		siglet_cert_free(cert);
		return err;
	}
	*ret_cert = cert;
	return NULL;
}

void siglet_cert_free(siglet_cert *cert)
{
	if (cert == NULL)
		return;
	siglet_buf_clear(&cert->serial_hex);
	siglet_buf_clear(&cert->issuer);
	siglet_buf_clear(&cert->subject);
	GENERAL_NAMES_free(cert->san);
	siglet_key_free(cert->key);
	OPENSSL_free(cert->spki);
	X509_free(cert->x509);
	free(cert->der);
	free(cert);
}

/* ---- asking ---- */

siglet_slice siglet_cert_der(const siglet_cert *cert)
{
	return siglet_slice_of(cert->der, cert->der_len);
}

siglet_slice siglet_cert_spki(const siglet_cert *cert)
{
	return siglet_slice_of(cert->spki, cert->spki_len);
}

const siglet_key *siglet_cert_key(const siglet_cert *cert)
{
	return cert->key;
}

int64_t siglet_cert_not_before_s(const siglet_cert *cert)
{
	return cert->not_before_s;
}

int64_t siglet_cert_not_after_s(const siglet_cert *cert)
{
	return cert->not_after_s;
}

bool siglet_cert_is_ca(const siglet_cert *cert)
{
	return cert->is_ca;
}

bool siglet_cert_issued_by_name(const siglet_cert *cert, const siglet_cert *issuer)
{
	return X509_NAME_cmp(X509_get_issuer_name(cert->x509),
			     X509_get_subject_name(issuer->x509)) == 0;
}

bool siglet_cert_equal(const siglet_cert *a, const siglet_cert *b)
{
	return siglet_slice_equal(siglet_cert_der(a), siglet_cert_der(b));
}

siglet_slice siglet_cert_subject(const siglet_cert *cert)
{
	return siglet_buf_slice(&cert->subject);
}

siglet_slice siglet_cert_issuer(const siglet_cert *cert)
{
	return siglet_buf_slice(&cert->issuer);
}

siglet_slice siglet_cert_serial_hex(const siglet_cert *cert)
{
	return siglet_buf_slice(&cert->serial_hex);
}

struct x509_st *siglet_cert_x509(const siglet_cert *cert)
{
	return cert->x509;
}
