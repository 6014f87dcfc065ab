#include "bundle/bundle.h"

#include "json/json.h"

static void write_material(const siglet_bundle_data *data, siglet_json_writer *w)
{
	switch (data->material) {
	case SIGLET_MATERIAL_CERTIFICATE:
		siglet_json_write_begin_object(w, "certificate");
		siglet_json_write_base64(w, "rawBytes", data->leaf_der);
		siglet_json_write_end_object(w);
		break;
	case SIGLET_MATERIAL_CHAIN:
		siglet_json_write_begin_object(w, "x509CertificateChain");
		siglet_json_write_begin_array(w, "certificates");
		for (size_t i = 0; i <= data->chain_rest_count; i++) {
			siglet_json_write_begin_object(w, NULL);
			siglet_json_write_base64(w, "rawBytes",
						 i == 0 ? data->leaf_der : data->chain_rest[i - 1]);
			siglet_json_write_end_object(w);
		}
		siglet_json_write_end_array(w);
		siglet_json_write_end_object(w);
		break;
	case SIGLET_MATERIAL_KEY:
		siglet_json_write_begin_object(w, "publicKey");
		if (data->key_hint.len > 0)
			siglet_json_write_string(w, "hint", data->key_hint);
		siglet_json_write_end_object(w);
		break;
	}
}

static void write_entries(const siglet_bundle_data *data, siglet_json_writer *w)
{
	siglet_json_write_begin_array(w, "tlogEntries");
	for (size_t i = 0; i < data->entry_count; i++)
		siglet_entry_write(&data->entries[i], w, NULL);
	siglet_json_write_end_array(w);
}

static void write_timestamps(const siglet_bundle_data *data, siglet_json_writer *w)
{
	siglet_json_write_begin_object(w, "timestampVerificationData");
	siglet_json_write_begin_array(w, "rfc3161Timestamps");
	for (size_t i = 0; i < data->timestamp_count; i++) {
		siglet_json_write_begin_object(w, NULL);
		siglet_json_write_base64(w, "signedTimestamp", data->timestamps[i]);
		siglet_json_write_end_object(w);
	}
	siglet_json_write_end_array(w);
	siglet_json_write_end_object(w);
}

static void write_message_signature(const siglet_bundle_data *data, siglet_json_writer *w)
{
	static const char *const names[] = { "SHA2_256", "SHA2_384", "SHA2_512" };

	siglet_json_write_begin_object(w, "messageSignature");
	if (data->has_digest) {
		siglet_json_write_begin_object(w, "messageDigest");
		siglet_json_write_text(w, "algorithm", names[data->digest.hash]);
		siglet_json_write_base64(w, "digest", siglet_digest_slice(&data->digest));
		siglet_json_write_end_object(w);
	}
	siglet_json_write_base64(w, "signature", data->signature);
	siglet_json_write_end_object(w);
}

static void write_envelope(const siglet_bundle_data *data, siglet_json_writer *w)
{
	siglet_json_write_begin_object(w, "dsseEnvelope");
	siglet_json_write_base64(w, "payload", data->payload);
	siglet_json_write_string(w, "payloadType", data->payload_type);
	siglet_json_write_begin_array(w, "signatures");
	siglet_json_write_begin_object(w, NULL);
	siglet_json_write_base64(w, "sig", data->signature);
	if (data->key_id.len > 0)
		siglet_json_write_string(w, "keyid", data->key_id);
	siglet_json_write_end_object(w);
	siglet_json_write_end_array(w);
	siglet_json_write_end_object(w);
}

/* The rules of form that the reader would refuse; the rest it checks when the bundle is read back. */
static siglet_err *check(const siglet_bundle_data *data)
{
	if (data->cose != NULL)
		return siglet_err_new(SIGLET_E_USAGE, "a COSE message can't be written as JSON");
	if (data->signature.len == 0)
		return siglet_err_new(SIGLET_E_USAGE, "a bundle without a signature");
	if (data->material != SIGLET_MATERIAL_KEY && data->leaf_der.len == 0)
		return siglet_err_new(SIGLET_E_USAGE, "a bundle without its certificate");
	if (data->material != SIGLET_MATERIAL_KEY &&
	    (data->version == SIGLET_BUNDLE_V03) != (data->material == SIGLET_MATERIAL_CERTIFICATE))
		return siglet_err_new(SIGLET_E_USAGE, "certificate material of another version");
	if (data->entry_count > SIGLET_MAX_ENTRIES || data->timestamp_count > SIGLET_MAX_TIMESTAMPS)
		return siglet_err_new(SIGLET_E_USAGE, "too many entries or timestamps");
	return NULL;
}

siglet_err *siglet_bundle_write(const siglet_bundle_data *data, siglet_buf *ret_json)
{
	siglet_json_writer w;
	siglet_err *err = check(data);

	if (err != NULL)
		return err;
	siglet_json_writer_init(&w, ret_json, 0);
	siglet_json_write_begin_object(&w, NULL);
	siglet_json_write_string(&w, "mediaType", data->media_type);
	siglet_json_write_begin_object(&w, "verificationMaterial");
	write_material(data, &w);
	if (data->entry_count > 0)
		write_entries(data, &w);
	if (data->timestamp_count > 0)
		write_timestamps(data, &w);
	siglet_json_write_end_object(&w);
	if (data->is_dsse)
		write_envelope(data, &w);
	else
		write_message_signature(data, &w);
	siglet_json_write_end_object(&w);
	err = siglet_json_writer_finish(&w);
	return err != NULL ? err : siglet_buf_append_byte(ret_json, '\n');
}
