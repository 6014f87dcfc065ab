#include "tlog/tlog_internal.h"

/* Bodies made again from what they are about, for entries that are carried without. */

#define MAX_PEM_BYTES ((size_t)128 << 10)

/* What the log hashes first: the curve's own hash; SHA-256 for RSA. */
static siglet_err *find_digest(const siglet_entry_subject *subject,
			       const siglet_digest **ret_digest)
{
	const siglet_key_details *details = siglet_key_details_default(subject->key);
	siglet_hash hash = SIGLET_SHA256;

	if (details == NULL || !siglet_scheme_hash(details->scheme, &hash))
		return siglet_err_new(SIGLET_E_UNSUPPORTED, "Rekor v1 logs no signatures by %s",
				      siglet_key_describe(subject->key));
	*ret_digest =
		subject->artifact == NULL ? NULL : siglet_digests_get(subject->artifact, hash);
	if (*ret_digest == NULL)
		return siglet_err_new(SIGLET_E_MISSING,
				      "the entry is about a %s digest, which is not known",
				      siglet_hash_name(hash));
	return NULL;
}

/* The log has PEM in base64, with a line end behind its last line. */
static siglet_err *write_verifier(const siglet_entry_subject *subject, siglet_json_writer *w)
{
	const bool certificate = subject->cert_der.len > 0;
	siglet_buf pem;
	siglet_err *err;

	siglet_buf_init(&pem, MAX_PEM_BYTES);
	err = certificate ? siglet_pem_encode("CERTIFICATE", subject->cert_der, &pem)
			  : siglet_pem_encode("PUBLIC KEY", siglet_key_spki(subject->key), &pem);
	if (err == NULL)
		siglet_json_write_base64(w, "content", siglet_buf_slice(&pem));
	siglet_buf_clear(&pem);
	return err;
}

/* Canonical JSON: the members in order, as they are here. */
static siglet_err *write_body(const siglet_entry_subject *subject, const siglet_digest *digest,
			      siglet_json_writer *w)
{
	siglet_err *err;

	siglet_json_write_begin_object(w, NULL);
	siglet_json_write_text(w, "apiVersion", "0.0.1");
	siglet_json_write_text(w, "kind", "hashedrekord");
	siglet_json_write_begin_object(w, "spec");
	siglet_json_write_begin_object(w, "data");
	siglet_json_write_begin_object(w, "hash");
	siglet_json_write_text(w, "algorithm", siglet_hash_name(digest->hash));
	siglet_json_write_hex(w, "value", siglet_digest_slice(digest));
	siglet_json_write_end_object(w);
	siglet_json_write_end_object(w);
	siglet_json_write_begin_object(w, "signature");
	siglet_json_write_base64(w, "content", subject->signature);
	siglet_json_write_begin_object(w, "publicKey");
	err = write_verifier(subject, w);
	siglet_json_write_end_object(w);
	siglet_json_write_end_object(w);
	siglet_json_write_end_object(w);
	siglet_json_write_end_object(w);
	return err;
}

siglet_err *siglet_tlog_rebuild_v1(const siglet_entry_subject *subject, siglet_buf *ret_body)
{
	const size_t before = ret_body->len;
	const siglet_digest *digest = NULL;
	siglet_json_writer w;
	siglet_err *failed, *err = find_digest(subject, &digest);

	if (err != NULL)
		return err;
	if (digest == NULL)
		return siglet_err_new(SIGLET_E_INTERNAL, "no digest to write");
	siglet_json_writer_init(&w, ret_body, 0);
	err = write_body(subject, digest, &w);
	failed = siglet_json_writer_finish(&w);
	if (err == NULL)
		err = failed;
	else
		siglet_err_free(failed);
	if (err != NULL)
		siglet_buf_truncate(ret_body, before);
	return err;
}

siglet_err *siglet_entry_rebuild(const siglet_entry *entry, const siglet_entry_subject *subject,
				 siglet_buf *ret_body)
{
	switch (entry->kind) {
	case SIGLET_ENTRY_HASHEDREKORD_V001:
		return siglet_tlog_rebuild_v1(subject, ret_body);
	case SIGLET_ENTRY_HASHEDREKORD_V002:
		return siglet_tlog_rebuild(subject, ret_body);
	case SIGLET_ENTRY_DSSE_V001:
	case SIGLET_ENTRY_INTOTO_V002:
		break;
	}
	return siglet_err_new(SIGLET_E_UNSUPPORTED, "an entry of this kind can't be made again");
}
