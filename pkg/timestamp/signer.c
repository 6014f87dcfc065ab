#include "timestamp/timestamp_internal.h"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#define MAX_SIGNER_NAME 4096 /* bytes; for a person to read */

/* ---- the name that the SignerInfo gives ---- */

static siglet_err *print_issuer(const X509_NAME *issuer, siglet_buf *ret_text)
{
	BIO *out = BIO_new(BIO_s_mem());
	siglet_err *err = SIGLET_ERR_UNSET;
	char *text = NULL;

	/* RFC 2253 with all its escapes: what comes out is printable ASCII. */
	if (out == NULL || X509_NAME_print_ex(out, issuer, 0, XN_FLAG_RFC2253) < 0) {
		err = siglet_crypto_error(SIGLET_E_CRYPTO, "the signer's name");
		goto out;
	}
	const long len = BIO_get_mem_data(out, &text);
	err = siglet_buf_append(ret_text, siglet_slice_of(text, len > 0 ? (size_t)len : 0));
out:
	BIO_free(out);
	return err;
}

siglet_err *siglet_timestamp_read_signer(siglet_timestamp *timestamp)
{
	siglet_buf *name = &timestamp->signer_name;
	ASN1_OCTET_STRING *key_id = NULL;
	ASN1_INTEGER *serial = NULL;
	X509_NAME *issuer = NULL;
	siglet_err *err = NULL;

	if (CMS_SignerInfo_get0_signer_id(timestamp->signer_info, &key_id, &issuer, &serial) != 1)
		return siglet_crypto_error(SIGLET_E_MALFORMED, "SignerInfo: no signer");
	siglet_buf_init(name, MAX_SIGNER_NAME);
	if (issuer == NULL) {
		err = siglet_buf_append_str(name, "key id ");
		return err != NULL ? err
				   : siglet_hex_encode(siglet_timestamp_asn1_slice(key_id), name);
	}
	err = print_issuer(issuer, name);
	if (err == NULL)
		err = siglet_buf_append_str(name, ", serial ");
	return err != NULL ? err : siglet_hex_encode(siglet_timestamp_asn1_slice(serial), name);
}

/* ---- whom it names ---- */

/*
 * OpenSSL compares names as people read them ("ca" is "CA"). The SignerInfo is not signed, so that
 * this would leave bytes of a token free to change: ask for the same bytes.
 */
static bool same_name(const X509_NAME *a, const X509_NAME *b)
{
	const uint8_t *a_der = NULL, *b_der = NULL;
	size_t a_len = 0, b_len = 0;

	return X509_NAME_get0_der(a, &a_der, &a_len) == 1 &&
	       X509_NAME_get0_der(b, &b_der, &b_len) == 1 &&
	       siglet_slice_equal(siglet_slice_of(a_der, a_len), siglet_slice_of(b_der, b_len));
}

bool siglet_timestamp_names(const siglet_timestamp *timestamp, const siglet_cert *cert)
{
	X509 *x509 = siglet_cert_x509(cert);
	X509_NAME *issuer = NULL;
	bool named = false;

	if (CMS_SignerInfo_cert_cmp(timestamp->signer_info, x509) == 0 &&
	    CMS_SignerInfo_get0_signer_id(timestamp->signer_info, NULL, &issuer, NULL) == 1)
		named = issuer == NULL || same_name(issuer, X509_get_issuer_name(x509));
	siglet_crypto_clear_errors();
	return named;
}

/* ---- embedded certificates ---- */

static siglet_err *read_one(X509 *x509, siglet_embedded *embedded)
{
	siglet_cert *cert = NULL;
	uint8_t *der = NULL;
	const int len = i2d_X509(x509, &der);

	if (der == NULL || len < 0)
		return siglet_crypto_error(SIGLET_E_CRYPTO, "embedded certificate");
	siglet_err *err = siglet_cert_parse(siglet_slice_of(der, (size_t)len), &cert);
	OPENSSL_free(der);
	if (err == NULL) {
		embedded->owned[embedded->count++] = cert;
		return NULL;
	}
	if (siglet_err_is_fault(err))
		return err;
	siglet_err_free(err);
	return NULL;
}

siglet_err *siglet_embedded_read(const siglet_timestamp *timestamp, siglet_embedded *ret_embedded)
{
	siglet_err *err = NULL;

	*ret_embedded = (siglet_embedded) { .count = 0 };
	for (int i = 0; i < sk_X509_num(timestamp->embedded) && err == NULL; i++)
		err = read_one(sk_X509_value(timestamp->embedded, i), ret_embedded);
	return err;
}

void siglet_embedded_clear(siglet_embedded *embedded)
{
	for (size_t i = 0; i < embedded->count; i++)
		siglet_cert_free(embedded->owned[i]);
	embedded->count = 0;
}

/* ---- whose it is ---- */

/* By signature: of two authorities that share a name only the right one says yes. */
static siglet_err *check_issuer(const siglet_cert *cert, const siglet_cert *issuer,
				bool *ret_is_issuer)
{
	EVP_PKEY *key = X509_get0_pubkey(siglet_cert_x509(issuer));
	siglet_err *err = NULL;
	int verified;

	*ret_is_issuer = false;
	if (!siglet_cert_issued_by_name(cert, issuer) || key == NULL)
		return NULL;
	verified = X509_verify(siglet_cert_x509(cert), key);
	*ret_is_issuer = verified == 1;
	if (*ret_is_issuer)
		return NULL;
	/* A signature that is wrong or for another kind of key is an answer; one not checked is none. */
	const bool is_answer = verified == 0 || ERR_GET_REASON(ERR_peek_last_error()) ==
							ASN1_R_WRONG_PUBLIC_KEY_TYPE;
	err = siglet_crypto_error(is_answer ? SIGLET_E_UNTRUSTED : SIGLET_E_CRYPTO,
				  "embedded certificate: issuer");
	if (siglet_err_code(err) != SIGLET_E_UNTRUSTED)
		return err;
	siglet_err_free(err);
	return NULL;
}

static siglet_err *check_issued(const siglet_cert *cert, const siglet_chain *authority,
				bool *ret_is_issued)
{
	bool is_issued = false;
	siglet_err *err = NULL;

	for (size_t i = 0; i < siglet_chain_count(authority) && err == NULL && !is_issued; i++)
		err = check_issuer(cert, siglet_chain_cert(authority, i), &is_issued);
	if (err == NULL)
		*ret_is_issued = is_issued;
	return err;
}

siglet_err *siglet_timestamp_is_of(const siglet_timestamp *timestamp, const siglet_chain *authority,
				   bool *ret_is_of)
{
	siglet_embedded embedded = { .count = 0 };
	const siglet_cert *signer;
	bool is_of = false;
	siglet_err *err = siglet_chain_open(authority);

	/* Of an authority that can't be used no one knows what is its: that is no "not of it". */
	if (err != NULL)
		return err;
	signer = siglet_chain_signer(authority);
	if (signer != NULL) {
		*ret_is_of = siglet_timestamp_names(timestamp, signer);
		return NULL;
	}
	err = siglet_embedded_read(timestamp, &embedded);
	for (size_t i = 0; i < embedded.count && err == NULL && !is_of; i++)
		if (siglet_timestamp_names(timestamp, embedded.owned[i]))
			err = check_issued(embedded.owned[i], authority, &is_of);
	siglet_embedded_clear(&embedded);
	if (err == NULL)
		*ret_is_of = is_of;
	return err;
}
