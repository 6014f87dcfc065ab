#include "bundle/bundle.h"

#include <stdlib.h>
#include <string.h>

#include "bundle/bundle_internal.h"

static siglet_err *read_version(const siglet_json *object, siglet_bundle *bundle)
{
	static const struct {
		const char *media_type;
		siglet_bundle_version version;
	} known[] = {
		{ "application/vnd.dev.sigstore.bundle+json;version=0.1", SIGLET_BUNDLE_V01 },
		{ "application/vnd.dev.sigstore.bundle+json;version=0.2", SIGLET_BUNDLE_V02 },
		{ "application/vnd.dev.sigstore.bundle+json;version=0.3", SIGLET_BUNDLE_V03 },
		{ SIGLET_BUNDLE_MEDIA_TYPE, SIGLET_BUNDLE_V03 },
	};
	siglet_slice text = SIGLET_SLICE_NONE;
	siglet_err *err = siglet_proto_string(object, "mediaType", &text);

	if (err != NULL)
		return err;
	if (text.len == 0)
		return siglet_err_new(SIGLET_E_MISSING, "no mediaType");
	for (size_t i = 0; i < SIGLET_COUNT(known); i++) {
		if (siglet_slice_is(text, known[i].media_type)) {
			bundle->data.version = known[i].version;
			bundle->data.media_type = siglet_slice_str(known[i].media_type);
			return NULL;
		}
	}
	return siglet_err_hint(siglet_err_new(SIGLET_E_UNSUPPORTED, "mediaType: \"%s\"",
					      siglet_text_printable(text).text),
			       "this version reads bundles v0.1, v0.2 and v0.3");
}

/* rawBytes of an X509Certificate message. */
static siglet_err *read_certificate(const siglet_json *object, siglet_arena *arena,
				    siglet_slice *ret_der)
{
	siglet_slice der = SIGLET_SLICE_NONE;
	siglet_err *err;

	if (siglet_json_kind_of(object) != SIGLET_JSON_OBJECT)
		return siglet_err_new(SIGLET_E_MALFORMED, "not an object");
	err = siglet_proto_bytes(object, "rawBytes", arena, &der);
	if (err != NULL)
		return err;
	if (der.len == 0)
		return siglet_err_new(SIGLET_E_MISSING, "no rawBytes");
	*ret_der = der;
	return NULL;
}

/*
 * Certificates behind the leaf prove nothing, yet their order is checked: a chain that runs from the
 * leaf towards the root may end in the root (writers did so in 2022), any other order is refused.
 */
static siglet_err *check_chain_order(const siglet_bundle *bundle)
{
	siglet_cert *lower = NULL, *upper = NULL;
	siglet_err *err = NULL;

	for (size_t i = 0; err == NULL && i < bundle->data.chain_rest_count; i++) {
		err = siglet_cert_parse(bundle->data.chain_rest[i], &upper);
		if (err != NULL) {
			err = siglet_err_wrap(err, "certificates[%zu]", i + 1);
			break;
		}
		if (!siglet_cert_issued_by_name(lower == NULL ? bundle->leaf : lower, upper))
			err = siglet_err_new(
				SIGLET_E_MALFORMED,
				"certificates[%zu] is not the issuer of the one before", i + 1);
		siglet_cert_free(lower);
		lower = upper;
		upper = NULL;
	}
	siglet_cert_free(lower);
	return err;
}

static siglet_err *read_chain(const siglet_json *object, siglet_bundle *bundle)
{
	const siglet_json *array = NULL;
	siglet_slice *rest = NULL;
	siglet_err *err = siglet_proto_array(object, "certificates", SIGLET_MAX_CHAIN, &array);

	if (err != NULL)
		return err;
	const size_t count = array == NULL ? 0 : siglet_json_array_count(array);
	if (count == 0)
		return siglet_err_new(SIGLET_E_MISSING, "certificates: empty");
	err = siglet_arena_alloc(&bundle->arena, count, sizeof(*rest), &rest);
	for (size_t i = 0; err == NULL && i < count; i++) {
		err = read_certificate(siglet_json_array_item(array, i), &bundle->arena,
				       i == 0 ? &bundle->data.leaf_der : &rest[i - 1]);
		if (err != NULL)
			err = siglet_err_wrap(err, "certificates[%zu]", i);
	}
	bundle->data.chain_rest = rest;
	bundle->data.chain_rest_count = count - 1;
	return err;
}

static siglet_err *parse_leaf(siglet_bundle *bundle)
{
	siglet_err *err = siglet_cert_parse(bundle->data.leaf_der, &bundle->leaf);

	if (err != NULL)
		return siglet_err_wrap(err, "the signing certificate");
	if (siglet_cert_is_ca(bundle->leaf))
		return siglet_err_new(SIGLET_E_MALFORMED, "the signing certificate is a CA");
	return NULL;
}

static siglet_err *read_key_hint(const siglet_json *object, siglet_bundle *bundle)
{
	siglet_slice hint = SIGLET_SLICE_NONE;
	siglet_err *err = siglet_proto_string(object, "hint", &hint);

	if (err == NULL)
		err = siglet_arena_copy(&bundle->arena, hint, &bundle->data.key_hint);
	return err == NULL ? NULL : siglet_err_wrap(err, "publicKey");
}

/* The oneof of VerificationMaterial; which member is allowed depends on the version. */
static siglet_err *read_material(const siglet_json *object, siglet_bundle *bundle)
{
	const siglet_json *certificate = NULL, *chain = NULL, *key = NULL;
	const siglet_bundle_version version = bundle->data.version;
	siglet_err *err = siglet_proto_object(object, "certificate", &certificate);

	if (err == NULL)
		err = siglet_proto_object(object, "x509CertificateChain", &chain);
	if (err == NULL)
		err = siglet_proto_object(object, "publicKey", &key);
	if (err != NULL)
		return err;
	const int given = (certificate != NULL) + (chain != NULL) + (key != NULL);
	if (given == 0)
		return siglet_err_new(SIGLET_E_MISSING, "no certificate and no public key");
	if (given > 1)
		return siglet_err_new(SIGLET_E_MALFORMED, "more than one of certificate, "
							  "x509CertificateChain and publicKey");
	if (key != NULL) {
		bundle->data.material = SIGLET_MATERIAL_KEY;
		return read_key_hint(key, bundle);
	}
	if ((version == SIGLET_BUNDLE_V03) != (certificate != NULL))
		return siglet_err_new(SIGLET_E_MALFORMED, "%s does not belong in a bundle of %s",
				      certificate != NULL ? "certificate" : "x509CertificateChain",
				      siglet_bundle_version_name(version));
	if (certificate != NULL) {
		bundle->data.material = SIGLET_MATERIAL_CERTIFICATE;
		err = read_certificate(certificate, &bundle->arena, &bundle->data.leaf_der);
	} else {
		bundle->data.material = SIGLET_MATERIAL_CHAIN;
		err = read_chain(chain, bundle);
	}
	if (err == NULL)
		err = parse_leaf(bundle);
	if (err == NULL)
		err = check_chain_order(bundle);
	return err == NULL ? NULL
			   : siglet_err_wrap(err, "%s",
					     certificate != NULL ? "certificate"
								 : "x509CertificateChain");
}

/*
 * A bundle v0.2 and later needs the proof; v0.1 needs the promise, since it may lack the proof. (That
 * a promise alone counts only for old signatures is for the verifier, who knows the time.)
 */
static siglet_err *check_entry_version(const siglet_entry *entry, siglet_bundle_version version)
{
	if (version != SIGLET_BUNDLE_V01 && !entry->has_proof)
		return siglet_err_new(SIGLET_E_MISSING, "no inclusionProof, which %s requires",
				      siglet_bundle_version_name(version));
	if (version == SIGLET_BUNDLE_V01 && !siglet_entry_is_v2(entry) && entry->promise.len == 0)
		return siglet_err_new(SIGLET_E_MISSING, "no inclusionPromise, which v0.1 requires");
	return NULL;
}

static siglet_err *check_entry_is_new(const siglet_entry *entries, size_t count,
				      const siglet_entry *entry)
{
	for (size_t i = 0; i < count; i++)
		if (entries[i].log_index == entry->log_index &&
		    siglet_slice_equal(entries[i].log_id, entry->log_id))
			return siglet_err_new(SIGLET_E_MALFORMED, "the same entry as [%zu]", i);
	return NULL;
}

static siglet_err *read_entries(const siglet_json *object, siglet_bundle *bundle)
{
	const siglet_json *array = NULL;
	siglet_entry *entries = NULL;
	siglet_err *err = siglet_proto_array(object, "tlogEntries", SIGLET_MAX_ENTRIES, &array);

	if (err != NULL || array == NULL)
		return err;
	const size_t count = siglet_json_array_count(array);
	err = siglet_arena_alloc(&bundle->arena, count, sizeof(*entries), &entries);
	for (size_t i = 0; err == NULL && i < count; i++) {
		err = siglet_entry_read(siglet_json_array_item(array, i), &bundle->arena,
					&entries[i]);
		if (err == NULL)
			err = check_entry_version(&entries[i], bundle->data.version);
		if (err == NULL)
			err = check_entry_is_new(entries, i, &entries[i]);
		if (err != NULL)
			return siglet_err_wrap(err, "tlogEntries[%zu]", i);
	}
	bundle->data.entries = entries;
	bundle->data.entry_count = count;
	return err;
}

static siglet_err *read_timestamps(const siglet_json *object, siglet_bundle *bundle)
{
	const siglet_json *holder = NULL, *array = NULL;
	siglet_slice *timestamps = NULL;
	siglet_err *err = siglet_proto_object(object, "timestampVerificationData", &holder);

	if (err != NULL || holder == NULL)
		return err;
	err = siglet_proto_array(holder, "rfc3161Timestamps", SIGLET_MAX_TIMESTAMPS, &array);
	if (err != NULL || array == NULL)
		return err;
	const size_t count = siglet_json_array_count(array);
	err = siglet_arena_alloc(&bundle->arena, count, sizeof(*timestamps), &timestamps);
	for (size_t i = 0; err == NULL && i < count; i++) {
		const siglet_json *item = siglet_json_array_item(array, i);

		if (siglet_json_kind_of(item) != SIGLET_JSON_OBJECT)
			err = siglet_err_new(SIGLET_E_MALFORMED, "not an object");
		else
			err = siglet_proto_bytes(item, "signedTimestamp", &bundle->arena,
						 &timestamps[i]);
		if (err == NULL && timestamps[i].len == 0)
			err = siglet_err_new(SIGLET_E_MISSING, "no signedTimestamp");
		for (size_t j = 0; err == NULL && j < i; j++)
			if (siglet_slice_equal(timestamps[i], timestamps[j]))
				err = siglet_err_new(SIGLET_E_MALFORMED, "the same token as [%zu]",
						     j);
		if (err != NULL)
			return siglet_err_wrap(err, "rfc3161Timestamps[%zu]", i);
	}
	bundle->data.timestamps = timestamps;
	bundle->data.timestamp_count = count;
	return err;
}

/* messageDigest is optional; where it is given it must name a hash that we know. */
static siglet_err *read_digest(const siglet_json *object, siglet_bundle *bundle)
{
	static const siglet_proto_enum hashes[] = { { "SHA2_256", 1 },
						    { "SHA2_384", 2 },
						    { "SHA2_512", 3 } };
	const siglet_json *holder = NULL;
	siglet_slice bytes = SIGLET_SLICE_NONE;
	int number = 0;
	siglet_err *err = siglet_proto_object(object, "messageDigest", &holder);

	if (err != NULL || holder == NULL)
		return err;
	err = siglet_proto_enum_value(holder, "algorithm", hashes, SIGLET_COUNT(hashes), &number);
	if (err == NULL && number == 0)
		err = siglet_err_new(SIGLET_E_MISSING, "no algorithm");
	if (err == NULL)
		err = siglet_proto_bytes(holder, "digest", &bundle->arena, &bytes);
	if (err == NULL)
		err = siglet_digest_from((siglet_hash)(number - 1), bytes, &bundle->data.digest);
	if (err != NULL)
		return siglet_err_wrap(err, "messageDigest");
	bundle->data.has_digest = true;
	return NULL;
}

static siglet_err *read_message_signature(const siglet_json *object, siglet_bundle *bundle)
{
	siglet_err *err =
		siglet_proto_bytes(object, "signature", &bundle->arena, &bundle->data.signature);

	if (err == NULL && bundle->data.signature.len == 0)
		err = siglet_err_new(SIGLET_E_MISSING, "no signature");
	if (err == NULL)
		err = read_digest(object, bundle);
	return err == NULL ? NULL : siglet_err_wrap(err, "messageSignature");
}

static siglet_err *read_envelope_signature(const siglet_json *object, siglet_bundle *bundle)
{
	const siglet_json *array = NULL;
	siglet_slice key_id = SIGLET_SLICE_NONE;
	siglet_err *err = siglet_proto_array(object, "signatures", SIZE_MAX, &array);

	if (err != NULL)
		return err;
	const size_t count = array == NULL ? 0 : siglet_json_array_count(array);
	if (count != 1)
		return siglet_err_new(SIGLET_E_LENGTH, "signatures: %zu of them, not one", count);
	const siglet_json *item = siglet_json_array_item(array, 0);
	if (siglet_json_kind_of(item) != SIGLET_JSON_OBJECT)
		return siglet_err_new(SIGLET_E_MALFORMED, "signatures[0]: not an object");
	err = siglet_proto_bytes(item, "sig", &bundle->arena, &bundle->data.signature);
	if (err == NULL && bundle->data.signature.len == 0)
		err = siglet_err_new(SIGLET_E_MISSING, "no sig");
	if (err == NULL)
		err = siglet_proto_string(item, "keyid", &key_id);
	if (err == NULL)
		err = siglet_arena_copy(&bundle->arena, key_id, &bundle->data.key_id);
	return err == NULL ? NULL : siglet_err_wrap(err, "signatures[0]");
}

static siglet_err *read_envelope(const siglet_json *object, siglet_bundle *bundle)
{
	siglet_slice type = SIGLET_SLICE_NONE;
	siglet_bundle_data *data = &bundle->data;
	siglet_err *err = siglet_proto_bytes(object, "payload", &bundle->arena, &data->payload);

	data->is_dsse = true;
	if (err == NULL)
		err = siglet_proto_string(object, "payloadType", &type);
	if (err == NULL && type.len == 0)
		err = siglet_err_new(SIGLET_E_MISSING, "no payloadType");
	if (err == NULL)
		err = siglet_arena_copy(&bundle->arena, type, &data->payload_type);
	if (err == NULL)
		err = read_envelope_signature(object, bundle);
	if (err == NULL && data->key_id.len > 0 && data->key_hint.len > 0 &&
	    !siglet_slice_equal(data->key_id, data->key_hint))
		err = siglet_err_new(SIGLET_E_MALFORMED, "keyid is not the public key's hint");
	return err == NULL ? NULL : siglet_err_wrap(err, "dsseEnvelope");
}

static siglet_err *read_content(const siglet_json *object, siglet_bundle *bundle)
{
	const siglet_json *message = NULL, *envelope = NULL;
	siglet_err *err = siglet_proto_object(object, "messageSignature", &message);

	if (err == NULL)
		err = siglet_proto_object(object, "dsseEnvelope", &envelope);
	if (err != NULL)
		return err;
	if (message == NULL && envelope == NULL)
		return siglet_err_new(SIGLET_E_MISSING, "no messageSignature and no dsseEnvelope");
	if (message != NULL && envelope != NULL)
		return siglet_err_new(SIGLET_E_MALFORMED, "both messageSignature and dsseEnvelope");
	return message != NULL ? read_message_signature(message, bundle)
			       : read_envelope(envelope, bundle);
}

static siglet_err *read_bundle(const siglet_json *object, siglet_bundle *bundle)
{
	const siglet_json *material = NULL;
	siglet_err *err;

	if (siglet_json_kind_of(object) != SIGLET_JSON_OBJECT)
		return siglet_err_new(SIGLET_E_MALFORMED, "not a JSON object");
	err = read_version(object, bundle);
	if (err == NULL)
		err = siglet_proto_object(object, "verificationMaterial", &material);
	if (err == NULL && material == NULL)
		err = siglet_err_new(SIGLET_E_MISSING, "no verificationMaterial");
	if (err != NULL)
		return err;
	err = read_material(material, bundle);
	if (err == NULL)
		err = read_entries(material, bundle);
	if (err == NULL)
		err = read_timestamps(material, bundle);
	if (err != NULL)
		return siglet_err_wrap(err, "verificationMaterial");
	err = read_content(object, bundle);
	if (err == NULL)
		err = siglet_bundle_find_unknown(object, &bundle->arena,
						 &bundle->data.unknown_fields);
	return err;
}

siglet_err *siglet_bundle_parse(siglet_slice json, siglet_bundle **ret_bundle)
{
	siglet_json_doc *doc = NULL;
	siglet_bundle *bundle = NULL;
	siglet_err *err = siglet_json_parse(json, SIGLET_MAX_BUNDLE_BYTES, &doc);

	if (err != NULL)
		return err;
	bundle = siglet_calloc(1, sizeof(*bundle));
	if (bundle == NULL) {
		err = siglet_err_nomem();
		goto out;
	}
	siglet_arena_init(&bundle->arena, SIGLET_MAX_BUNDLE_DECODED_BYTES);
	err = read_bundle(siglet_json_root(doc), bundle);
	if (err != NULL)
		goto out;
	*ret_bundle = bundle;
	bundle = NULL;
	err = NULL; /* success */
out:
	siglet_bundle_free(bundle);
	siglet_json_doc_free(doc);
	return err;
}

void siglet_bundle_free(siglet_bundle *bundle)
{
	if (bundle == NULL)
		return;
	siglet_cert_free(bundle->leaf);
	siglet_cbor_doc_free(bundle->doc);
	siglet_arena_clear(&bundle->arena);
	free(bundle);
}

const siglet_bundle_data *siglet_bundle_get(const siglet_bundle *bundle)
{
	return &bundle->data;
}

const siglet_cert *siglet_bundle_leaf(const siglet_bundle *bundle)
{
	return bundle->leaf;
}

const char *siglet_bundle_version_name(siglet_bundle_version version)
{
	switch (version) {
	case SIGLET_BUNDLE_V01:
		return "v0.1";
	case SIGLET_BUNDLE_V02:
		return "v0.2";
	case SIGLET_BUNDLE_V03:
		return "v0.3";
	}
	return "an unknown version";
}

bool siglet_bundle_next_line(siglet_slice *text, siglet_slice *ret_line)
{
	while (text->len > 0) {
		const uint8_t *newline = memchr(text->ptr, '\n', text->len);
		siglet_slice line = *text;

		if (newline == NULL) {
			*text = SIGLET_SLICE_NONE;
		} else {
			line.len = (size_t)(newline - text->ptr);
			*text = siglet_slice_of(newline + 1, text->len - line.len - 1);
		}
		while (line.len > 0 &&
		       (line.ptr[line.len - 1] == '\r' || line.ptr[line.len - 1] == ' ' ||
			line.ptr[line.len - 1] == '\t'))
			line.len--;
		if (line.len > 0) {
			*ret_line = line;
			return true;
		}
	}
	return false;
}

/* No JSON text that goes on can close its outermost brace at the end of the first line. */
bool siglet_bundle_is_lines(siglet_slice text)
{
	siglet_slice rest = text, first = SIGLET_SLICE_NONE, second = SIGLET_SLICE_NONE;

	return siglet_bundle_next_line(&rest, &first) && siglet_bundle_next_line(&rest, &second) &&
	       first.ptr[0] == '{' && first.ptr[first.len - 1] == '}' && first.len > 2;
}
