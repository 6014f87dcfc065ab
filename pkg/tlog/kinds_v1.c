#include "tlog/tlog_internal.h"

/*
 * The bodies of Rekor v1. What is compared is what binds an entry to one signature: what was
 * signed, the signature, and who signed. Their JSON is the log's own; other members bind nothing.
 */

static siglet_err *match_artifact(const siglet_digest *logged, const siglet_digests *artifact)
{
	const siglet_digest *ours =
		artifact == NULL ? NULL : siglet_digests_get(artifact, logged->hash);

	if (ours == NULL)
		return siglet_err_new(SIGLET_E_MISSING,
				      "the entry is about the artifact's %s, which is not known",
				      siglet_hash_name(logged->hash));
	if (!siglet_digest_equal(logged, ours))
		return siglet_err_new(SIGLET_E_MISMATCH,
				      "the entry is of another artifact (its %s differs)",
				      siglet_hash_name(logged->hash));
	return NULL;
}

siglet_err *siglet_tlog_match_hashedrekord(const siglet_json *spec,
					   const siglet_entry_subject *subject)
{
	const siglet_json *data = NULL, *signature = NULL, *key = NULL;
	siglet_digest logged = { 0 };
	siglet_err *err;

	if (subject->is_dsse)
		return siglet_err_new(SIGLET_E_UNSUPPORTED,
				      "an entry of kind hashedrekord 0.0.1 is of no envelope");
	err = siglet_tlog_need_object(spec, "data", &data);
	if (err == NULL)
		err = siglet_tlog_need_object(spec, "signature", &signature);
	if (err == NULL)
		err = siglet_tlog_need_object(signature, "publicKey", &key);
	if (err == NULL)
		err = siglet_tlog_read_hash(data, "hash", &logged);
	if (err == NULL)
		err = match_artifact(&logged, subject->artifact);
	if (err == NULL)
		err = siglet_tlog_match_base64(signature, "content", subject->signature);
	if (err == NULL)
		err = siglet_tlog_match_pem(key, "content", subject);
	return err;
}

/*
 * The one signature of an entry. A bundle has one, so an entry with more is of an envelope that was
 * signed by others too: not the one in hand.
 */
static siglet_err *need_signature(const siglet_json *object, const siglet_json **ret_signature)
{
	const siglet_json *array = NULL, *item;
	siglet_err *err = siglet_tlog_need_array(object, "signatures", &array);

	if (err != NULL)
		return err;
	if (siglet_json_array_count(array) != 1)
		return siglet_err_new(SIGLET_E_MISMATCH, "the entry has %zu signatures, not 1",
				      siglet_json_array_count(array));
	item = siglet_json_array_item(array, 0);
	if (siglet_json_kind_of(item) != SIGLET_JSON_OBJECT)
		return siglet_err_new(SIGLET_E_MALFORMED, "signatures[0]: not an object");
	*ret_signature = item;
	return NULL;
}

/* envelopeHash is of a spelling of the envelope that is lost; it can't be checked. */
siglet_err *siglet_tlog_match_dsse(const siglet_json *spec, const siglet_entry_subject *subject)
{
	const siglet_json *signature = NULL;
	siglet_err *err;

	if (!subject->is_dsse)
		return siglet_err_new(SIGLET_E_UNSUPPORTED,
				      "an entry of kind dsse is of an envelope only");
	err = siglet_tlog_match_payload_hash(spec, "payloadHash", subject->payload);
	if (err == NULL)
		err = need_signature(spec, &signature);
	if (err == NULL)
		err = siglet_tlog_match_base64(signature, "signature", subject->signature);
	if (err == NULL)
		err = siglet_tlog_match_pem(signature, "verifier", subject);
	return err;
}

/* Both were optional, depending on how the entry was made. */
static siglet_err *match_envelope_copy(const siglet_json *envelope,
				       const siglet_entry_subject *subject)
{
	siglet_slice type = SIGLET_SLICE_NONE;
	siglet_err *err;

	if (siglet_json_object_get(envelope, "payloadType") != NULL) {
		err = siglet_tlog_need_string(envelope, "payloadType", &type);
		if (err != NULL)
			return err;
		if (!siglet_slice_equal(type, subject->payload_type))
			return siglet_err_new(SIGLET_E_MISMATCH,
					      "the entry is of a payload of type \"%s\"",
					      siglet_text_printable(type).text);
	}
	if (siglet_json_object_get(envelope, "payload") != NULL)
		return siglet_tlog_match_base64_twice(envelope, "payload", subject->payload);
	return NULL;
}

siglet_err *siglet_tlog_match_intoto(const siglet_json *spec, const siglet_entry_subject *subject)
{
	const siglet_json *content = NULL, *envelope = NULL, *signature = NULL;
	siglet_err *err;

	if (!subject->is_dsse)
		return siglet_err_new(SIGLET_E_UNSUPPORTED,
				      "an entry of kind intoto is of an envelope only");
	err = siglet_tlog_need_object(spec, "content", &content);
	if (err == NULL)
		err = siglet_tlog_need_object(content, "envelope", &envelope);
	if (err == NULL)
		err = siglet_tlog_match_payload_hash(content, "payloadHash", subject->payload);
	if (err == NULL)
		err = match_envelope_copy(envelope, subject);
	if (err == NULL)
		err = need_signature(envelope, &signature);
	if (err == NULL)
		err = siglet_tlog_match_base64_twice(signature, "sig", subject->signature);
	if (err == NULL)
		err = siglet_tlog_match_pem(signature, "publicKey", subject);
	return err;
}
