#include "cose/cose.h"

#include <inttypes.h>

/* Hash envelopes (RFC 9995): the payload is a digest, and labels 258 to 260 say of what. */

static siglet_err *read_hash(const siglet_cose_sign1 *message, siglet_hash *ret_hash)
{
	const siglet_cbor *value = siglet_cose_protected(message, SIGLET_COSE_PAYLOAD_HASH_ALG);
	int64_t number = 0;
	siglet_err *err = siglet_cbor_need_int64(value, &number);

	if (err == NULL && !siglet_cose_hash_find(number, ret_hash))
		return siglet_cbor_error(value, SIGLET_E_UNSUPPORTED,
					 "a payload hashed by algorithm %" PRId64
					 ", which is not used here",
					 number);
	return err;
}

/* The type of what was hashed is label 259's to tell; label 3 would speak of the digest. */
static siglet_err *check_content_type(const siglet_cose_sign1 *message)
{
	const siglet_cbor *inside = siglet_cose_protected(message, SIGLET_COSE_CONTENT_TYPE);
	const siglet_cbor *outside = siglet_cose_unprotected(message, SIGLET_COSE_CONTENT_TYPE);

	if (inside == NULL && outside == NULL)
		return NULL;
	return siglet_cbor_error(inside != NULL ? inside : outside, SIGLET_E_MALFORMED,
				 "a content type in a hash envelope");
}

static siglet_err *read_optional(const siglet_cose_sign1 *message, siglet_cose_envelope *envelope)
{
	const siglet_cbor *type = siglet_cose_protected(message, SIGLET_COSE_PREIMAGE_CONTENT_TYPE);
	const siglet_cbor *location = siglet_cose_protected(message, SIGLET_COSE_PAYLOAD_LOCATION);
	uint64_t number = 0;
	siglet_err *err = NULL;

	if (siglet_cbor_kind_of(type) == SIGLET_CBOR_TEXT)
		envelope->content_type = siglet_cbor_text(type);
	else if (type != NULL)
		err = siglet_cbor_need_uint63(type, &number); /* a CoAP content format */
	if (err == NULL && location != NULL)
		err = siglet_cbor_need_text(location, &envelope->location);
	return err;
}

/* What describes something that was hashed, in a payload that nothing says was. */
static siglet_err *check_none(const siglet_cose_sign1 *message)
{
	const siglet_cbor *type = siglet_cose_protected(message, SIGLET_COSE_PREIMAGE_CONTENT_TYPE);
	const siglet_cbor *location = siglet_cose_protected(message, SIGLET_COSE_PAYLOAD_LOCATION);

	if (type == NULL && location == NULL)
		return NULL;
	return siglet_cbor_error(type != NULL ? type : location, SIGLET_E_MISSING,
				 "what was hashed is described, and no hash (%d)",
				 SIGLET_COSE_PAYLOAD_HASH_ALG);
}

siglet_err *siglet_cose_envelope_read(const siglet_cose_sign1 *message, bool *ret_is_envelope,
				      siglet_cose_envelope *ret_envelope)
{
	siglet_cose_envelope envelope = { .has_digest = message->has_payload };
	siglet_err *err;

	if (siglet_cose_protected(message, SIGLET_COSE_PAYLOAD_HASH_ALG) == NULL) {
		*ret_is_envelope = false;
		return check_none(message);
	}
	err = read_hash(message, &envelope.hash);
	if (err == NULL)
		err = check_content_type(message);
	if (err == NULL)
		err = read_optional(message, &envelope);
	if (err == NULL && message->has_payload &&
	    message->payload.len != siglet_hash_size(envelope.hash))
		err = siglet_cbor_error(siglet_cbor_at(message->item, 2), SIGLET_E_LENGTH,
					"%zu bytes, not the %zu of a %s digest",
					message->payload.len, siglet_hash_size(envelope.hash),
					siglet_hash_name(envelope.hash));
	if (err == NULL && message->has_payload)
		err = siglet_digest_from(envelope.hash, message->payload, &envelope.digest);
	if (err != NULL)
		return err;
	*ret_is_envelope = true;
	*ret_envelope = envelope;
	return NULL;
}
