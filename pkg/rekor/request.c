#include "rekor/rekor_internal.h"

#include "statement/statement.h"

/* What a log is asked to keep. */

#define MAX_PEM_BYTES 131072

static bool is_envelope(const siglet_rekor_proposal *proposal)
{
	return proposal->payload_type.len > 0;
}

static siglet_err *hash_envelope(const siglet_rekor_proposal *proposal, siglet_hash hash,
				 siglet_digest *ret_digest)
{
	siglet_slice bytes;
	siglet_buf pae;
	siglet_err *err;

	siglet_buf_init(&pae, SIGLET_MAX_PAYLOAD_BYTES + 4096);
	err = siglet_dsse_pae(proposal->payload_type, proposal->payload, &pae);
	bytes = siglet_buf_slice(&pae);
	if (err == NULL)
		err = siglet_crypto_hash(hash, &bytes, 1, ret_digest);
	siglet_buf_clear(&pae);
	return err;
}

siglet_err *siglet_rekor_digest(const siglet_rekor_proposal *proposal, siglet_digest *ret_digest)
{
	const siglet_digest *known;
	siglet_hash hash;

	if (!siglet_scheme_hash(proposal->details->scheme, &hash))
		return siglet_err_hint(
			siglet_err_new(SIGLET_E_UNSUPPORTED,
				       "%s signs no digest, and the log checks a "
				       "signature by a digest alone",
				       siglet_scheme_name(proposal->details->scheme)),
			"sign with another algorithm, such as "
			"ecdsa-sha2-256-nistp256");
	if (is_envelope(proposal))
		return hash_envelope(proposal, hash, ret_digest);
	known = proposal->artifact == NULL ? NULL : siglet_digests_get(proposal->artifact, hash);
	if (known == NULL)
		return siglet_err_new(SIGLET_E_MISSING, "no %s digest", siglet_hash_name(hash));
	*ret_digest = *known;
	return NULL;
}

/* ---- Rekor v1 ---- */

/* base64 of a PEM text: the certificate's, else the key's. name NULL: an item of an array. */
static siglet_err *write_verifier(const siglet_rekor_proposal *proposal, const char *name,
				  siglet_json_writer *w)
{
	siglet_buf pem;
	siglet_err *err;

	siglet_buf_init(&pem, MAX_PEM_BYTES);
	err = proposal->leaf != NULL
		      ? siglet_pem_encode("CERTIFICATE", siglet_cert_der(proposal->leaf), &pem)
		      : siglet_pem_encode("PUBLIC KEY", siglet_key_spki(proposal->key), &pem);
	if (err == NULL)
		siglet_json_write_base64(w, name, siglet_buf_slice(&pem));
	siglet_buf_clear(&pem);
	return err;
}

static siglet_err *write_hashedrekord(const siglet_rekor_proposal *proposal, siglet_json_writer *w)
{
	siglet_digest digest = { .hash = SIGLET_SHA256 };
	siglet_err *err = siglet_rekor_digest(proposal, &digest);

	if (err != NULL)
		return err;
	siglet_json_write_begin_object(w, "data");
	siglet_json_write_begin_object(w, "hash");
	siglet_json_write_text(w, "algorithm", siglet_hash_name(digest.hash));
	siglet_json_write_hex(w, "value", siglet_digest_slice(&digest));
	siglet_json_write_end_object(w);
	siglet_json_write_end_object(w);
	siglet_json_write_begin_object(w, "signature");
	siglet_json_write_base64(w, "content", proposal->signature);
	siglet_json_write_begin_object(w, "publicKey");
	err = write_verifier(proposal, "content", w);
	siglet_json_write_end_object(w);
	siglet_json_write_end_object(w);
	return err;
}

/* The envelope as a JSON text of its own, which goes into the request as a string. */
static siglet_err *write_envelope(const siglet_rekor_proposal *proposal, siglet_buf *ret_json)
{
	siglet_json_writer w;

	siglet_json_writer_init(&w, ret_json, 0);
	siglet_json_write_begin_object(&w, NULL);
	siglet_json_write_base64(&w, "payload", proposal->payload);
	siglet_json_write_string(&w, "payloadType", proposal->payload_type);
	siglet_json_write_begin_array(&w, "signatures");
	siglet_json_write_begin_object(&w, NULL);
	siglet_json_write_text(&w, "keyid", "");
	siglet_json_write_base64(&w, "sig", proposal->signature);
	siglet_json_write_end_object(&w);
	siglet_json_write_end_array(&w);
	siglet_json_write_end_object(&w);
	return siglet_json_writer_finish(&w);
}

/* The server checks an envelope's ECDSA and RSA signatures with SHA-256, whatever the key. */
static siglet_err *check_dsse_scheme(const siglet_rekor_proposal *proposal)
{
	siglet_hash hash = SIGLET_SHA256;

	if (!siglet_scheme_hash(proposal->details->scheme, &hash) || hash == SIGLET_SHA256)
		return NULL;
	return siglet_err_hint(
		siglet_err_new(SIGLET_E_UNSUPPORTED,
			       "a Rekor v1 log takes no envelope that is signed with %s",
			       siglet_scheme_name(proposal->details->scheme)),
		"sign with ecdsa-sha2-256-nistp256, or use a Rekor v2 log");
}

static siglet_err *write_dsse(const siglet_rekor_proposal *proposal, siglet_json_writer *w)
{
	siglet_buf envelope;
	siglet_err *err = check_dsse_scheme(proposal);

	if (err != NULL)
		return err;
	siglet_buf_init(&envelope, (size_t)2 * SIGLET_MAX_PAYLOAD_BYTES);
	err = write_envelope(proposal, &envelope);
	siglet_json_write_begin_object(w, "proposedContent");
	if (err == NULL)
		siglet_json_write_string(w, "envelope", siglet_buf_slice(&envelope));
	siglet_json_write_begin_array(w, "verifiers");
	if (err == NULL)
		err = write_verifier(proposal, NULL, w);
	siglet_json_write_end_array(w);
	siglet_json_write_end_object(w);
	siglet_buf_clear(&envelope);
	return err;
}

static siglet_err *write_v1(const siglet_rekor_proposal *proposal, siglet_json_writer *w)
{
	const bool is_dsse = is_envelope(proposal);
	siglet_err *err;

	siglet_json_write_text(w, "apiVersion", "0.0.1");
	siglet_json_write_text(w, "kind", is_dsse ? "dsse" : "hashedrekord");
	siglet_json_write_begin_object(w, "spec");
	err = is_dsse ? write_dsse(proposal, w) : write_hashedrekord(proposal, w);
	siglet_json_write_end_object(w);
	return err;
}

/* ---- Rekor v2 ---- */

static siglet_err *write_v2(const siglet_rekor_proposal *proposal, siglet_json_writer *w)
{
	siglet_digest digest = { .hash = SIGLET_SHA256 };
	siglet_err *err = siglet_rekor_digest(proposal, &digest);

	if (err != NULL)
		return err;
	siglet_json_write_begin_object(w, "hashedRekordRequestV002");
	siglet_json_write_base64(w, "digest", siglet_digest_slice(&digest));
	siglet_json_write_begin_object(w, "signature");
	siglet_json_write_base64(w, "content", proposal->signature);
	siglet_json_write_begin_object(w, "verifier");
	siglet_json_write_begin_object(w, proposal->leaf != NULL ? "x509Certificate" : "publicKey");
	siglet_json_write_base64(w, "rawBytes",
				 proposal->leaf != NULL ? siglet_cert_der(proposal->leaf)
							: siglet_key_spki(proposal->key));
	siglet_json_write_end_object(w);
	siglet_json_write_text(w, "keyDetails", proposal->details->name);
	siglet_json_write_end_object(w);
	siglet_json_write_end_object(w);
	siglet_json_write_end_object(w);
	return NULL;
}

siglet_err *siglet_rekor_write_request(int version, const siglet_rekor_proposal *proposal,
				       siglet_buf *ret_json)
{
	siglet_json_writer w;
	siglet_err *err, *failed;

	if (version != 1 && version != 2)
		return siglet_err_new(SIGLET_E_UNSUPPORTED, "Rekor v%d", version);
	siglet_json_writer_init(&w, ret_json, 0);
	siglet_json_write_begin_object(&w, NULL);
	err = version == 1 ? write_v1(proposal, &w) : write_v2(proposal, &w);
	siglet_json_write_end_object(&w);
	failed = siglet_json_writer_finish(&w);
	if (err == NULL)
		return failed;
	siglet_err_free(failed);
	return err;
}
