#include "timestamp/timestamp.h"
#include "verify/verify_internal.h"

/* What a bundle says, for people, without a verdict: nothing here has been checked. */

static siglet_err *describe_extensions(const siglet_identity *identity, siglet_buf *out)
{
	siglet_err *err = NULL;

	for (unsigned i = 1; err == NULL && i < SIGLET_FULCIO_COUNT; i++)
		if (identity->has[i] && siglet_fulcio_name(i) != NULL)
			err = siglet_buf_printf(out, "    %s: %s\n", siglet_fulcio_name(i),
						siglet_text_printable(identity->value[i]).text);
	for (size_t i = 0; err == NULL && i < identity->other_count; i++)
		err = siglet_buf_printf(out, "    %s: %s\n", identity->other[i].oid,
					siglet_text_printable(identity->other[i].value).text);
	return err;
}

static siglet_err *describe_identity(const siglet_cert *leaf, siglet_buf *out)
{
	siglet_identity identity;
	siglet_err *unread = siglet_cert_identity(leaf, &identity);
	siglet_err *err;

	if (unread != NULL) {
		err = siglet_buf_printf(out, "  identity: unreadable: %s\n",
					siglet_err_message(unread));
		siglet_err_free(unread);
		return err;
	}
	err = siglet_buf_printf(out, "  identity: %s (%s)\n  issuer: %s\n  extensions:\n",
				siglet_text_printable(identity.san).text,
				siglet_san_type_name(identity.san_type),
				siglet_text_printable(identity.issuer).text);
	return err != NULL ? err : describe_extensions(&identity, out);
}

static siglet_err *describe_scts(const siglet_cert *leaf, siglet_buf *out)
{
	siglet_sct scts[SIGLET_MAX_SCTS];
	size_t count = 0;
	siglet_err *unread = siglet_cert_scts(leaf, scts, &count);
	siglet_err *err = NULL;

	if (unread != NULL) {
		err = siglet_buf_printf(out, "  SCTs: unreadable: %s\n",
					siglet_err_message(unread));
		siglet_err_free(unread);
		return err;
	}
	for (size_t i = 0; err == NULL && i < count; i++) {
		err = siglet_buf_printf(
			out, "  SCT: %s, log ",
			siglet_time_format((int64_t)(scts[i].timestamp_ms / 1000)).text);
		if (err == NULL)
			err = siglet_hex_encode(scts[i].log_id, out);
		if (err == NULL)
			err = siglet_buf_append_byte(out, '\n');
	}
	return err;
}

static siglet_err *describe_material(const siglet_bundle *bundle, siglet_buf *out)
{
	const siglet_cert *leaf = siglet_bundle_leaf(bundle);
	siglet_err *err;

	if (leaf == NULL)
		return siglet_buf_printf(
			out, "Managed key, hint \"%s\"\n",
			siglet_text_printable(siglet_bundle_get(bundle)->key_hint).text);
	err = siglet_buf_printf(out,
				"Certificate\n  serial: %s\n  issued by: %s\n  valid: %s to %s\n"
				"  key: %s\n",
				siglet_text_printable(siglet_cert_serial_hex(leaf)).text,
				siglet_text_printable(siglet_cert_issuer(leaf)).text,
				siglet_time_format(siglet_cert_not_before_s(leaf)).text,
				siglet_time_format(siglet_cert_not_after_s(leaf)).text,
				siglet_cert_key(leaf) == NULL
					? "of an unsupported kind"
					: siglet_key_describe(siglet_cert_key(leaf)));
	if (err == NULL)
		err = describe_identity(leaf, out);
	return err != NULL ? err : describe_scts(leaf, out);
}

static siglet_err *describe_statement(const siglet_bundle_data *data, siglet_buf *out)
{
	siglet_statement *statement = NULL;
	siglet_err *unread = siglet_statement_parse(data->payload, &statement);
	siglet_err *err;

	if (unread != NULL) {
		err = siglet_buf_printf(out, "  statement: unreadable: %s\n",
					siglet_err_message(unread));
		siglet_err_free(unread);
		return err;
	}
	err = siglet_buf_printf(
		out, "  predicate: %s\n",
		siglet_text_printable(siglet_statement_predicate_type(statement)).text);
	for (size_t i = 0; err == NULL && i < siglet_statement_subject_count(statement); i++) {
		const siglet_digests *digests = siglet_statement_subject_digests(statement, i);

		err = siglet_buf_printf(
			out, "  subject: %s",
			siglet_text_printable(siglet_statement_subject_name(statement, i)).text);
		for (int h = 0; err == NULL && h < SIGLET_HASH_COUNT; h++) {
			const siglet_digest *digest = siglet_digests_get(digests, (siglet_hash)h);

			if (digest == NULL)
				continue;
			err = siglet_buf_printf(out, " %s:", siglet_hash_name(digest->hash));
			if (err == NULL)
				err = siglet_hex_encode(siglet_digest_slice(digest), out);
		}
		if (err == NULL)
			err = siglet_buf_append_byte(out, '\n');
	}
	siglet_statement_free(statement);
	return err;
}

static siglet_err *describe_content(const siglet_bundle_data *data, siglet_buf *out)
{
	siglet_err *err;

	if (data->is_dsse) {
		err = siglet_buf_printf(out, "Envelope\n  payload type: %s, %zu bytes\n",
					siglet_text_printable(data->payload_type).text,
					data->payload.len);
		if (err == NULL && siglet_slice_is(data->payload_type, SIGLET_INTOTO_PAYLOAD_TYPE))
			err = describe_statement(data, out);
		return err;
	}
	err = siglet_buf_append_str(out, "Signature of an artifact\n");
	if (err != NULL || !data->has_digest)
		return err;
	err = siglet_buf_printf(out,
				"  digest it claims: %s:", siglet_hash_name(data->digest.hash));
	if (err == NULL)
		err = siglet_hex_encode(siglet_digest_slice(&data->digest), out);
	return err != NULL ? err : siglet_buf_append_byte(out, '\n');
}

static siglet_err *describe_entry(const siglet_entry *entry, size_t index, siglet_buf *out)
{
	siglet_err *err = siglet_buf_printf(out,
					    "Log entry [%zu]\n  kind: %s %s\n  index: %lld\n"
					    "  log: ",
					    index, siglet_text_printable(entry->kind_name).text,
					    siglet_text_printable(entry->kind_version).text,
					    (long long)entry->log_index);

	if (err == NULL)
		err = siglet_hex_encode(entry->log_id, out);
	if (err == NULL && entry->integrated_time_s != 0)
		err = siglet_buf_printf(out, "\n  integrated: %s",
					siglet_time_format(entry->integrated_time_s).text);
	if (err == NULL)
		err = siglet_buf_printf(out, "\n  promise: %s\n",
					entry->promise.len > 0 ? "yes" : "no");
	if (err == NULL && entry->has_proof)
		err = siglet_buf_printf(out, "  proof: %zu hashes, entry %lld of a tree of %lld\n",
					entry->proof_count, (long long)entry->proof_index,
					(long long)entry->proof_size);
	return err;
}

static siglet_err *describe_timestamp(siglet_slice token, size_t index, siglet_buf *out)
{
	siglet_timestamp *timestamp = NULL;
	siglet_err *unread = siglet_timestamp_parse(token, &timestamp);
	siglet_err *err;

	if (unread != NULL)
		err = siglet_buf_printf(out, "Timestamp [%zu]\n  unreadable: %s\n", index,
					siglet_err_message(unread));
	else
		err = siglet_buf_printf(
			out, "Timestamp [%zu]\n  time: %s\n  signer: %s\n", index,
			siglet_time_format(siglet_timestamp_time_s(timestamp)).text,
			siglet_text_printable(siglet_timestamp_signer_name(timestamp)).text);
	siglet_err_free(unread);
	siglet_timestamp_free(timestamp);
	return err;
}

siglet_err *siglet_bundle_describe(const siglet_bundle *bundle, siglet_buf *ret_text)
{
	const siglet_bundle_data *data = siglet_bundle_get(bundle);
	siglet_err *err = siglet_buf_printf(ret_text, "Bundle %s (nothing here is verified)\n",
					    siglet_text_printable(data->media_type).text);

	if (err == NULL)
		err = describe_material(bundle, ret_text);
	if (err == NULL)
		err = describe_content(data, ret_text);
	for (size_t i = 0; err == NULL && i < data->entry_count; i++)
		err = describe_entry(&data->entries[i], i, ret_text);
	for (size_t i = 0; err == NULL && i < data->timestamp_count; i++)
		err = describe_timestamp(data->timestamps[i], i, ret_text);
	if (err == NULL && data->unknown_fields.len > 0)
		err = siglet_buf_printf(ret_text, "Unknown fields, which nothing reads: %s\n",
					siglet_text_printable(data->unknown_fields).text);
	return err;
}
