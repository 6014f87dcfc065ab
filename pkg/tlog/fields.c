#include "tlog/tlog_internal.h"

#include <string.h>

/*
 * One field of a body against what it must repeat. Decoded bytes are compared, whole: an entry that
 * merely resembles the signature in hand is another signature's.
 */

/* SIGLET_E_MISSING is for what our caller lacks, not for what a body lacks. */
static siglet_err *as_malformed(siglet_err *err)
{
	siglet_err *malformed;

	if (err == NULL || siglet_err_code(err) != SIGLET_E_MISSING)
		return err;
	malformed = siglet_err_new(SIGLET_E_MALFORMED, "%s", siglet_err_message(err));
	siglet_err_free(err);
	return malformed;
}

siglet_err *siglet_tlog_need_object(const siglet_json *object, const char *name,
				    const siglet_json **ret_value)
{
	return as_malformed(siglet_json_need_object(object, name, ret_value));
}

siglet_err *siglet_tlog_need_array(const siglet_json *object, const char *name,
				   const siglet_json **ret_value)
{
	return as_malformed(siglet_json_need_array(object, name, ret_value));
}

siglet_err *siglet_tlog_need_string(const siglet_json *object, const char *name,
				    siglet_slice *ret_text)
{
	return as_malformed(siglet_json_need_string(object, name, ret_text));
}

/* Strict base64 of something. Appends. */
static siglet_err *decode(siglet_slice text, siglet_buf *ret_data)
{
	siglet_err *err = siglet_base64_decode(text, ret_data);

	if (err == NULL && ret_data->len == 0)
		err = siglet_err_new(SIGLET_E_MALFORMED, "empty");
	return err;
}

static siglet_err *compare(siglet_slice have, siglet_slice wanted, const char *name)
{
	if (wanted.len == 0 || !siglet_slice_equal(have, wanted))
		return siglet_err_new(SIGLET_E_MISMATCH, "the entry's %s is another one", name);
	return NULL;
}

siglet_err *siglet_tlog_match_base64(const siglet_json *object, const char *name,
				     siglet_slice wanted)
{
	siglet_slice text = SIGLET_SLICE_NONE;
	siglet_buf data;
	siglet_err *err = siglet_tlog_need_string(object, name, &text);

	if (err != NULL)
		return err;
	siglet_buf_init(&data, SIGLET_MAX_ENTRY_BODY_BYTES);
	err = decode(text, &data);
	if (err != NULL)
		err = siglet_err_wrap(err, "%s", name);
	else
		err = compare(siglet_buf_slice(&data), wanted, name);
	siglet_buf_clear(&data);
	return err;
}

siglet_err *siglet_tlog_match_base64_twice(const siglet_json *object, const char *name,
					   siglet_slice wanted)
{
	siglet_slice text = SIGLET_SLICE_NONE;
	siglet_buf outer, inner;
	siglet_err *err = siglet_tlog_need_string(object, name, &text);

	if (err != NULL)
		return err;
	siglet_buf_init(&outer, SIGLET_MAX_ENTRY_BODY_BYTES);
	siglet_buf_init(&inner, SIGLET_MAX_ENTRY_BODY_BYTES);
	err = decode(text, &outer);
	if (err == NULL)
		err = decode(siglet_buf_slice(&outer), &inner);
	if (err != NULL)
		err = siglet_err_wrap(err, "%s", name);
	else
		err = compare(siglet_buf_slice(&inner), wanted, name);
	siglet_buf_clear(&inner);
	siglet_buf_clear(&outer);
	return err;
}

/* One PEM block with nothing before or behind it; some old entries lack the final newline. */
static siglet_err *decode_pem(siglet_slice text, const char *label, siglet_buf *ret_der)
{
	bool found = false;
	siglet_err *err = siglet_pem_next(&text, label, ret_der, &found);

	if (err != NULL)
		return err;
	if (!found || text.len != 0)
		return siglet_err_new(SIGLET_E_MALFORMED, "not one PEM block alone");
	return NULL;
}

static siglet_err *match_pem_text(siglet_slice pem, const char *name,
				  const siglet_entry_subject *subject)
{
	const bool wants_certificate = subject->cert_der.len > 0;
	const bool certificate = siglet_slice_has_prefix(pem, "-----BEGIN CERTIFICATE-----");
	siglet_buf der;
	siglet_err *err;

	if (!certificate && !siglet_slice_has_prefix(pem, "-----BEGIN PUBLIC KEY-----"))
		return siglet_err_new(SIGLET_E_MALFORMED, "%s: no PEM certificate or public key",
				      name);
	if (certificate != wants_certificate)
		return siglet_err_new(SIGLET_E_MISMATCH, "the entry names %s in place of %s",
				      certificate ? "a certificate" : "a public key",
				      certificate ? "the public key" : "the certificate");
	siglet_buf_init(&der, SIGLET_MAX_ENTRY_BODY_BYTES);
	err = decode_pem(pem, certificate ? "CERTIFICATE" : "PUBLIC KEY", &der);
	if (err != NULL)
		err = siglet_err_wrap(err, "%s", name);
	else
		err = compare(siglet_buf_slice(&der),
			      certificate ? subject->cert_der : siglet_key_spki(subject->key),
			      certificate ? "certificate" : "public key");
	siglet_buf_clear(&der);
	return err;
}

siglet_err *siglet_tlog_match_pem(const siglet_json *object, const char *name,
				  const siglet_entry_subject *subject)
{
	siglet_slice text = SIGLET_SLICE_NONE;
	siglet_buf pem;
	siglet_err *err = siglet_tlog_need_string(object, name, &text);

	if (err != NULL)
		return err;
	siglet_buf_init(&pem, SIGLET_MAX_ENTRY_BODY_BYTES);
	err = decode(text, &pem);
	if (err != NULL)
		err = siglet_err_wrap(err, "%s", name);
	else
		err = match_pem_text(siglet_buf_slice(&pem), name, subject);
	siglet_buf_clear(&pem);
	return err;
}

siglet_err *siglet_tlog_read_hash(const siglet_json *object, const char *name,
				  siglet_digest *ret_digest)
{
	const siglet_json *holder = NULL;
	siglet_slice algorithm = SIGLET_SLICE_NONE, value = SIGLET_SLICE_NONE;
	siglet_hash hash = SIGLET_SHA256;
	siglet_buf bytes;
	siglet_err *err = siglet_tlog_need_object(object, name, &holder);

	if (err == NULL)
		err = siglet_tlog_need_string(holder, "algorithm", &algorithm);
	if (err == NULL)
		err = siglet_tlog_need_string(holder, "value", &value);
	if (err != NULL)
		return err;
	if (!siglet_hash_find(algorithm, &hash))
		return siglet_err_new(SIGLET_E_UNSUPPORTED, "%s: hash algorithm \"%s\"", name,
				      siglet_text_printable(algorithm).text);
	if (value.len != 2 * siglet_hash_size(hash))
		return siglet_err_new(SIGLET_E_MALFORMED, "%s: %zu characters, not %zu", name,
				      value.len, 2 * siglet_hash_size(hash));
	siglet_buf_init(&bytes, SIGLET_MAX_HASH_SIZE);
	err = siglet_hex_decode(value, &bytes);
	if (err == NULL)
		err = siglet_digest_from(hash, siglet_buf_slice(&bytes), ret_digest);
	siglet_buf_clear(&bytes);
	return err == NULL ? NULL : siglet_err_wrap(err, "%s", name);
}

siglet_err *siglet_tlog_match_payload_hash(const siglet_json *object, const char *name,
					   siglet_slice payload)
{
	siglet_digest logged = { 0 }, ours = { 0 };
	siglet_err *err = siglet_tlog_read_hash(object, name, &logged);

	if (err != NULL)
		return err;
	/* The log writes no other, so another is not one to be compared with another hash. */
	if (logged.hash != SIGLET_SHA256)
		return siglet_err_new(SIGLET_E_UNSUPPORTED, "%s: %s, not sha256", name,
				      siglet_hash_name(logged.hash));
	err = siglet_crypto_sha256(&payload, 1, &ours);
	if (err != NULL)
		return err;
	if (!siglet_digest_equal(&logged, &ours))
		return siglet_err_new(SIGLET_E_MISMATCH, "the entry is of another payload");
	return NULL;
}
