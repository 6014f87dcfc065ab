#include "cose/cose_internal.h"

/* The signature of a message, under a key. */

#define MAX_DER_SIGNATURE 160 /* of P-521 */
#define MAX_TBS_SLACK 256     /* heads and words around what is signed */

/* ["Signature1", protected, aad, and the head of the payload. */
siglet_err *siglet_cose_tbs_head(const siglet_cbor_heads *heads, siglet_slice protected_bytes,
				 siglet_slice external_aad, uint64_t payload_len,
				 siglet_buf *ret_bytes)
{
	/* An array of four, and a text of ten bytes: the same each time. */
	static const char start[] = "\x84\x6aSignature1";
	const size_t before = ret_bytes->len;
	siglet_err *err = siglet_buf_append(ret_bytes, siglet_slice_of(start, sizeof(start) - 1));

	if (err == NULL)
		err = siglet_cbor_append_bytes_head(heads, protected_bytes.len, ret_bytes);
	if (err == NULL)
		err = siglet_buf_append(ret_bytes, protected_bytes);
	if (err == NULL)
		err = siglet_cbor_append_bytes_head(heads, external_aad.len, ret_bytes);
	if (err == NULL)
		err = siglet_buf_append(ret_bytes, external_aad);
	if (err == NULL)
		err = siglet_cbor_append_bytes_head(heads, payload_len, ret_bytes);
	if (err != NULL)
		siglet_buf_truncate(ret_bytes, before);
	return err;
}

siglet_err *siglet_cose_tbs(const siglet_cbor_heads *heads, siglet_scheme scheme,
			    siglet_slice protected_bytes, siglet_slice external_aad,
			    siglet_slice payload, siglet_cose_tbs_parts *ret_tbs)
{
	siglet_hash hash = SIGLET_SHA256;
	siglet_err *err;

	siglet_buf_init(&ret_tbs->bytes,
			protected_bytes.len + external_aad.len + payload.len + MAX_TBS_SLACK);
	ret_tbs->is_hashed = siglet_scheme_hash(scheme, &hash);
	err = siglet_cose_tbs_head(heads, protected_bytes, external_aad, payload.len,
				   &ret_tbs->bytes);
	if (err == NULL && ret_tbs->is_hashed) {
		/* A payload may be large: it is hashed where it lies. */
		const siglet_slice parts[] = { siglet_buf_slice(&ret_tbs->bytes), payload };

		err = siglet_crypto_hash(hash, parts, SIGLET_COUNT(parts), &ret_tbs->digest);
	} else if (err == NULL) {
		err = siglet_buf_append(&ret_tbs->bytes, payload);
	}
	if (err != NULL)
		siglet_buf_clear(&ret_tbs->bytes);
	return err;
}

/* ---- the key ---- */

static size_t signature_size(const siglet_key *key)
{
	const size_t half = siglet_ecdsa_half(siglet_key_type_of(key));

	if (half > 0)
		return 2 * half;
	if (siglet_key_type_of(key) == SIGLET_KEY_RSA)
		return (siglet_key_bits(key) + 7) / 8;
	return 64; /* Ed25519 */
}

siglet_err *siglet_cose_check_key(const siglet_cose_sign1 *message,
				  const siglet_cose_algorithm *algorithm, const siglet_key *key)
{
	const size_t size = signature_size(key);

	if (siglet_key_type_of(key) != algorithm->key_type)
		return siglet_cbor_error(siglet_cose_protected(message, SIGLET_COSE_ALG),
					 SIGLET_E_MISMATCH, "%s is not for a key of type %s",
					 algorithm->name, siglet_key_describe(key));
	if (message->signature.len != size)
		return siglet_cbor_error(siglet_cbor_at(message->item, 3), SIGLET_E_LENGTH,
					 "%zu bytes, not the %zu of a signature by %s",
					 message->signature.len, size, siglet_key_describe(key));
	return NULL;
}

/* ---- the signature ---- */

static siglet_err *check_payload(const siglet_cose_sign1 *message,
				 const siglet_cose_context *context, siglet_slice *ret_payload)
{
	const siglet_cbor *item = siglet_cbor_at(message->item, 2);

	if (message->has_payload && context->is_detached)
		return siglet_cbor_error(item, SIGLET_E_USAGE,
					 "the message has its payload, and needs no other");
	if (!message->has_payload && !context->is_detached)
		return siglet_cbor_error(item, SIGLET_E_USAGE,
					 "the payload is detached, and was not given");
	*ret_payload = message->has_payload ? message->payload : context->payload;
	return NULL;
}

static siglet_err *verify_tbs(const siglet_cose_tbs_parts *tbs, const siglet_key *key,
			      siglet_scheme scheme, siglet_slice signature)
{
	if (tbs->is_hashed)
		return siglet_key_verify_digest(key, scheme, &tbs->digest, signature);
	return siglet_key_verify(key, scheme, siglet_buf_slice(&tbs->bytes), signature);
}

/* OpenSSL wants DER of ECDSA. */
static siglet_err *verify_signature(const siglet_cose_tbs_parts *tbs, const siglet_key *key,
				    siglet_scheme scheme, siglet_slice signature)
{
	siglet_buf der;
	siglet_err *err;

	if (siglet_ecdsa_half(siglet_key_type_of(key)) == 0)
		return verify_tbs(tbs, key, scheme, signature);
	siglet_buf_init(&der, MAX_DER_SIGNATURE);
	err = siglet_ecdsa_to_der(siglet_key_type_of(key), signature, &der);
	if (err == NULL)
		err = verify_tbs(tbs, key, scheme, siglet_buf_slice(&der));
	siglet_buf_clear(&der);
	return err;
}

siglet_err *siglet_cose_verify(const siglet_cose_sign1 *message, const siglet_cbor_heads *heads,
			       const siglet_key *key, const siglet_cose_context *context)
{
	const siglet_cose_algorithm *algorithm = NULL;
	siglet_cose_tbs_parts tbs;
	siglet_slice payload = SIGLET_SLICE_NONE;
	siglet_err *err = siglet_cose_check(message, &context->understood, &algorithm);

	if (err == NULL)
		err = siglet_cose_check_key(message, algorithm, key);
	if (err == NULL)
		err = check_payload(message, context, &payload);
	if (err == NULL)
		err = siglet_cose_tbs(heads, algorithm->scheme, message->protected_bytes,
				      context->external_aad, payload, &tbs);
	if (err != NULL)
		return err;
	err = verify_signature(&tbs, key, algorithm->scheme, message->signature);
	siglet_buf_clear(&tbs.bytes);
	return err == NULL ? NULL : siglet_cbor_error_wrap(siglet_cbor_at(message->item, 3), err);
}
