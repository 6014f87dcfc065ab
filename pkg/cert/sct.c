#include "cert/cert_internal.h"

#include <string.h>

/* RFC 6962 sections 3.2 and 3.3: promises of CT logs, and whether they are about a certificate. */

#define SCT_VERSION_1 0
#define HASH_SHA256 4 /* RFC 5246 section 7.4.1.4.1 */
#define SIGNATURE_RSA 1
#define SIGNATURE_ECDSA 3
#define ENTRY_X509 0
#define ENTRY_PRECERT 1

/* ---- reading ---- */

static siglet_err *read_sct(siglet_reader *reader, siglet_sct *sct)
{
	uint64_t version = 0, hash = 0, signature = 0;
	siglet_err *err = siglet_reader_uint(reader, 1, &version);

	if (err == NULL && version != SCT_VERSION_1)
		return siglet_err_new(SIGLET_E_UNSUPPORTED, "version %u", (unsigned)version + 1);
	if (err == NULL)
		err = siglet_reader_bytes(reader, SIGLET_SHA256_SIZE, &sct->log_id);
	if (err == NULL)
		err = siglet_reader_uint(reader, 8, &sct->timestamp_ms);
	if (err == NULL)
		err = siglet_reader_vector(reader, 2, &sct->extensions);
	if (err == NULL)
		err = siglet_reader_uint(reader, 1, &hash);
	if (err == NULL)
		err = siglet_reader_uint(reader, 1, &signature);
	if (err == NULL)
		err = siglet_reader_vector(reader, 2, &sct->signature);
	if (err == NULL)
		err = siglet_reader_end(reader);
	sct->hash_algorithm = (uint8_t)hash;
	sct->signature_algorithm = (uint8_t)signature;
	return err;
}

siglet_err *siglet_sct_parse(siglet_slice bytes, siglet_sct *ret_sct)
{
	siglet_reader reader = { bytes };
	siglet_sct sct = { .timestamp_ms = 0 };
	siglet_err *err = read_sct(&reader, &sct);

	if (err != NULL)
		return siglet_err_wrap(err, "SCT");
	*ret_sct = sct;
	return NULL;
}

/* opaque SerializedSCT<1..2^16-1>; SerializedSCT sct_list <1..2^16-1>. */
static siglet_err *read_list(siglet_slice bytes, siglet_sct scts[SIGLET_MAX_SCTS],
			     size_t *ret_count)
{
	siglet_reader outer = { bytes }, list = { SIGLET_SLICE_NONE };
	size_t count = 0;
	siglet_err *err = siglet_reader_vector(&outer, 2, &list.left);

	if (err == NULL)
		err = siglet_reader_end(&outer);
	if (err == NULL && list.left.len == 0)
		err = siglet_err_new(SIGLET_E_MALFORMED, "empty");
	while (err == NULL && list.left.len > 0) {
		siglet_slice item = SIGLET_SLICE_NONE;

		if (count == SIGLET_MAX_SCTS)
			return siglet_err_new(SIGLET_E_LIMIT, "over %d SCTs", SIGLET_MAX_SCTS);
		err = siglet_reader_vector(&list, 2, &item);
		if (err == NULL)
			err = siglet_sct_parse(item, &scts[count++]);
	}
	if (err == NULL)
		*ret_count = count;
	return err;
}

siglet_err *siglet_cert_scts(const siglet_cert *cert, siglet_sct ret_scts[SIGLET_MAX_SCTS],
			     size_t *ret_count)
{
	const int at = X509_get_ext_by_NID(cert->x509, NID_ct_precert_scts, -1);
	siglet_sct scts[SIGLET_MAX_SCTS] = { { .timestamp_ms = 0 } };
	siglet_slice list = SIGLET_SLICE_NONE;
	siglet_err *err = NULL;
	size_t count = 0;

	if (at < 0) {
		*ret_count = 0;
		return NULL;
	}
	/* The extension's OCTET STRING holds another one, which holds the list. */
	if (!siglet_der_string(siglet_extension_slice(X509_get_ext(cert->x509, at)),
			       V_ASN1_OCTET_STRING, &list))
		return siglet_err_new(SIGLET_E_MALFORMED, "SCT list: not one OCTET STRING");
	err = read_list(list, scts, &count);
	if (err != NULL)
		return siglet_err_wrap(err, "SCT list");
	memcpy(ret_scts, scts, count * sizeof(scts[0]));
	*ret_count = count;
	return NULL;
}

/* ---- verifying ---- */

static siglet_err *find_scheme(const siglet_sct *sct, const siglet_key *key,
			       siglet_scheme *ret_scheme)
{
	const siglet_key_type type = siglet_key_type_of(key);
	const bool is_ec =
		type == SIGLET_KEY_P256 || type == SIGLET_KEY_P384 || type == SIGLET_KEY_P521;

	if (sct->hash_algorithm != HASH_SHA256)
		return siglet_err_new(SIGLET_E_UNSUPPORTED, "SCT: hash algorithm %u",
				      sct->hash_algorithm);
	if (sct->signature_algorithm == SIGNATURE_ECDSA && is_ec)
		*ret_scheme = SIGLET_SCHEME_ECDSA_SHA256;
	else if (sct->signature_algorithm == SIGNATURE_RSA && type == SIGLET_KEY_RSA)
		*ret_scheme = SIGLET_SCHEME_RSA_PKCS1_SHA256;
	else
		return siglet_err_new(SIGLET_E_UNSUPPORTED,
				      "SCT: signature algorithm %u with a key of %s",
				      sct->signature_algorithm, siglet_key_describe(key));
	return NULL;
}

static siglet_err *check_issuer(const siglet_cert *cert, const siglet_cert *issuer)
{
	if (!issuer->may_issue || !siglet_cert_issued_by_name(cert, issuer))
		return siglet_err_new(SIGLET_E_UNTRUSTED,
				      "SCT: the issuer is no certificate authority of this name");
	/* RFC 6962 section 3.1 then takes the next one up; Fulcio has no such thing. */
	if (issuer->eku.precert_signing)
		return siglet_err_new(SIGLET_E_UNSUPPORTED,
				      "SCT: issued by a precertificate signing certificate");
	return NULL;
}

/* PreCert: issuer_key_hash[32], then TBSCertificate<1..2^24-1>. */
static siglet_err *append_precert(const siglet_cert *cert, const siglet_cert *issuer,
				  siglet_buf *out)
{
	const siglet_slice spki = siglet_cert_spki(issuer);
	siglet_digest digest = { .hash = SIGLET_SHA256 };
	siglet_buf tbs;
	siglet_err *err = siglet_crypto_sha256(&spki, 1, &digest);

	siglet_buf_init(&tbs, SIGLET_MAX_CERT_BYTES);
	if (err == NULL)
		err = siglet_cert_precert_tbs(cert, &tbs);
	if (err == NULL)
		err = siglet_buf_append(out, siglet_digest_slice(&digest));
	if (err == NULL)
		err = siglet_buf_append_uint(out, tbs.len, 3);
	if (err == NULL)
		err = siglet_buf_append(out, siglet_buf_slice(&tbs));
	siglet_buf_clear(&tbs);
	return err;
}

/* The digitally-signed struct of RFC 6962 section 3.2. */
static siglet_err *append_signed(const siglet_sct *sct, const siglet_cert *cert,
				 const siglet_cert *issuer, siglet_buf *out)
{
	const siglet_slice der = siglet_cert_der(cert);
	siglet_err *err = siglet_buf_append_uint(out, SCT_VERSION_1, 1);

	if (err == NULL)
		err = siglet_buf_append_uint(out, 0, 1); /* certificate_timestamp */
	if (err == NULL)
		err = siglet_buf_append_uint(out, sct->timestamp_ms, 8);
	if (err == NULL)
		err = siglet_buf_append_uint(out, issuer == NULL ? ENTRY_X509 : ENTRY_PRECERT, 2);
	if (err == NULL && issuer != NULL)
		err = append_precert(cert, issuer, out);
	if (err == NULL && issuer == NULL)
		err = siglet_buf_append_uint(out, der.len, 3);
	if (err == NULL && issuer == NULL)
		err = siglet_buf_append(out, der);
	if (err == NULL)
		err = siglet_buf_append_uint(out, sct->extensions.len, 2);
	return err != NULL ? err : siglet_buf_append(out, sct->extensions);
}

siglet_err *siglet_sct_verify(const siglet_sct *sct, const siglet_cert *cert,
			      const siglet_cert *issuer, const siglet_key *log_key)
{
	siglet_scheme scheme = SIGLET_SCHEME_ECDSA_SHA256;
	siglet_buf message;
	siglet_err *err = find_scheme(sct, log_key, &scheme);

	if (err == NULL && issuer != NULL)
		err = check_issuer(cert, issuer);
	if (err == NULL && sct->extensions.len > UINT16_MAX)
		err = siglet_err_new(SIGLET_E_MALFORMED, "SCT: overlong extensions");
	if (err != NULL)
		return err;
	siglet_buf_init(&message, SIGLET_MAX_CERT_BYTES + UINT16_MAX + 64);
	err = append_signed(sct, cert, issuer, &message);
	if (err == NULL)
		err = siglet_key_verify(log_key, scheme, siglet_buf_slice(&message),
					sct->signature);
	siglet_buf_clear(&message);
	return err != NULL ? siglet_err_wrap(err, "SCT") : NULL;
}
