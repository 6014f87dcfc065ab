#include "siglet/signing_internal.h"

#include <stdlib.h>
#include <string.h>

#include "statement/statement.h"
#include "sys/sys.h"

/* Signing, once a run is set up. */

struct siglet_signature {
	siglet_signed made;
	char sha256[sizeof("sha256:") + (size_t)2 * SIGLET_SHA256_SIZE];
	char log_id[(size_t)2 * SIGLET_SHA256_SIZE + 1], leaf[(size_t)2 * SIGLET_SHA256_SIZE + 1];
};

static siglet_err *write_hex(siglet_slice bytes, char ret_hex[2 * SIGLET_SHA256_SIZE + 1])
{
	siglet_buf text;
	siglet_err *err;

	siglet_buf_init(&text, (size_t)2 * SIGLET_SHA256_SIZE);
	err = siglet_hex_encode(bytes, &text);
	if (err == NULL)
		memcpy(ret_hex, siglet_buf_text(&text), text.len + 1);
	siglet_buf_clear(&text);
	return err;
}

static siglet_err *name_entry(siglet_signature *signature)
{
	const siglet_signed *made = &signature->made;
	siglet_err *err;

	if (!made->has_leaf)
		return NULL;
	err = write_hex(siglet_slice_of(made->log_id, sizeof(made->log_id)), signature->log_id);
	return err == NULL ? write_hex(siglet_hash32_slice(&made->leaf), signature->leaf) : err;
}

static siglet_err *sign_content(const siglet_signing *signing, const siglet_content *content,
				const char *sha256, siglet_signature **ret_signature)
{
	siglet_signature *signature;
	siglet_err *err;

	if (signing->session == NULL)
		return siglet_err_new(SIGLET_E_USAGE, "the signing was not started");
	signature = siglet_calloc(1, sizeof(*signature));
	if (signature == NULL)
		return siglet_err_nomem();
	siglet_signed_init(&signature->made);
	if (sha256 != NULL)
		memcpy(signature->sha256, sha256, strlen(sha256) + 1);
	err = siglet_session_sign(signing->session, content, &signature->made);
	if (err == NULL)
		err = name_entry(signature);
	if (err != NULL) {
		siglet_signature_free(signature);
		return err;
	}
	*ret_signature = signature;
	return NULL;
}

siglet_error *siglet_signing_begin_artifact(const siglet_signing *signing,
					    siglet_artifact **ret_artifact)
{
	bool needs_message = false;

	if (signing->session == NULL)
		return siglet_err_new(SIGLET_E_USAGE, "the signing was not started");
	const unsigned hashes = siglet_session_hashes(signing->session, &needs_message);
	if (signing->is_cose)
		needs_message = signing->cose.is_whole;
	return siglet_artifact_start(hashes, needs_message, ret_artifact);
}

static siglet_verify_input input_of(const siglet_artifact *artifact)
{
	return (siglet_verify_input) {
		.digests = &artifact->digests,
		.has_message = artifact->has_message,
		.message = artifact->message,
	};
}

siglet_error *siglet_sign_artifact(const siglet_signing *signing, const siglet_artifact *artifact,
				   siglet_signature **ret_signature)
{
	siglet_content content = { .cose = signing->is_cose ? &signing->cose : NULL };

	if (artifact == NULL)
		return siglet_err_new(SIGLET_E_USAGE, "no artifact");
	content.artifact = input_of(artifact);
	return sign_content(signing, &content, siglet_artifact_sha256(artifact), ret_signature);
}

siglet_error *siglet_sign_bytes(const siglet_signing *signing, const void *data, size_t len,
				siglet_signature **ret_signature)
{
	siglet_artifact *artifact = NULL;
	siglet_err *err = siglet_signing_begin_artifact(signing, &artifact);

	if (err == NULL)
		err = siglet_artifact_add(artifact, data, len);
	if (err == NULL)
		err = siglet_artifact_finish(artifact);
	if (err == NULL)
		err = siglet_sign_artifact(signing, artifact, ret_signature);
	siglet_artifact_free(artifact);
	return err;
}

siglet_error *siglet_sign_digest(const siglet_signing *signing, const char *digest,
				 siglet_signature **ret_signature)
{
	siglet_artifact *artifact = NULL;
	siglet_err *err = siglet_artifact_from_digest(digest, &artifact);

	if (err == NULL)
		err = siglet_sign_artifact(signing, artifact, ret_signature);
	siglet_artifact_free(artifact);
	return err;
}

static siglet_err *consume(void *context, siglet_slice piece)
{
	return siglet_artifact_add(context, piece.ptr, piece.len);
}

siglet_error *siglet_sign_file(const siglet_signing *signing, const char *path,
			       siglet_signature **ret_signature)
{
	siglet_artifact *artifact = NULL;
	siglet_err *err = siglet_signing_begin_artifact(signing, &artifact);

	if (err == NULL)
		err = siglet_sys_stream_unchanged(path, consume, artifact);
	if (err == NULL)
		err = siglet_artifact_finish(artifact);
	if (err == NULL)
		err = siglet_sign_artifact(signing, artifact, ret_signature);
	siglet_artifact_free(artifact);
	return err;
}

/* ---- statements ---- */

siglet_error *siglet_sign_statement(const siglet_signing *signing, const void *json, size_t len,
				    const siglet_artifact *artifact,
				    siglet_signature **ret_signature)
{
	siglet_statement *statement = NULL;
	siglet_content content = {
		.payload_type = siglet_slice_str(SIGLET_INTOTO_PAYLOAD_TYPE),
		.payload = siglet_slice_of(json, len),
	};
	siglet_err *err;

	if (signing->is_cose)
		return siglet_err_new(SIGLET_E_USAGE, "statements are signed as bundles only");
	err = siglet_statement_parse(content.payload, &statement);
	siglet_statement_free(statement);
	if (err != NULL)
		return siglet_as_unreadable(siglet_err_wrap(err, "the statement"));
	if (artifact != NULL)
		content.artifact = input_of(artifact);
	err = sign_content(signing, &content, NULL, ret_signature);
	/* Too large, or about another file: the key and the services did nothing wrong. */
	return err == NULL || siglet_err_code(err) == SIGLET_E_CRYPTO ? err
								      : siglet_as_unreadable(err);
}

/* ---- asking ---- */

const void *siglet_signature_bundle(const siglet_signature *signature, size_t *ret_len)
{
	*ret_len = signature->made.bundle.len;
	return signature->made.bundle.ptr;
}

const char *siglet_signature_sha256(const siglet_signature *signature)
{
	return signature->sha256[0] == '\0' ? NULL : signature->sha256;
}

bool siglet_signature_log(const siglet_signature *signature, const char **ret_url,
			  int64_t *ret_index)
{
	if (signature->made.log_url == NULL)
		return false;
	*ret_url = signature->made.log_url;
	*ret_index = signature->made.log_index;
	return true;
}

bool siglet_signature_entry(const siglet_signature *signature, const char **ret_log_id,
			    const char **ret_leaf)
{
	if (!signature->made.has_leaf)
		return false;
	*ret_log_id = signature->log_id;
	*ret_leaf = signature->leaf;
	return true;
}

bool siglet_signature_time(const siglet_signature *signature, int64_t *ret_time_s)
{
	if (signature->made.time_s == 0)
		return false;
	*ret_time_s = signature->made.time_s;
	return true;
}

void siglet_signature_free(siglet_signature *signature)
{
	if (signature == NULL)
		return;
	siglet_signed_clear(&signature->made);
	free(signature);
}
