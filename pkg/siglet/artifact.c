#include "siglet/siglet.h"

#include <stdlib.h>
#include <string.h>

#include "siglet/siglet_internal.h"

/* Whole artifacts are kept only for signatures that need them, and only up to this. */
#define MAX_WHOLE_ARTIFACT_BYTES ((size_t)256 << 20)

siglet_err *siglet_artifact_new(siglet_artifact **ret_artifact)
{
	siglet_artifact *artifact = siglet_calloc(1, sizeof(*artifact));

	if (artifact == NULL)
		return siglet_err_nomem();
	siglet_buf_init(&artifact->owned, MAX_WHOLE_ARTIFACT_BYTES);
	*ret_artifact = artifact;
	return NULL;
}

static siglet_err *name_digest(siglet_artifact *artifact)
{
	const siglet_digest *digest = siglet_digests_get(&artifact->digests, SIGLET_SHA256);
	siglet_buf text;
	siglet_err *err;

	if (digest == NULL)
		return NULL;
	siglet_buf_init(&text, sizeof(artifact->sha256) - 1);
	err = siglet_buf_append_str(&text, "sha256:");
	if (err == NULL)
		err = siglet_hex_encode(siglet_digest_slice(digest), &text);
	if (err == NULL)
		memcpy(artifact->sha256, siglet_buf_text(&text), text.len + 1);
	siglet_buf_clear(&text);
	return err;
}

siglet_err *siglet_parse_digest(siglet_slice text, siglet_digest *ret_digest)
{
	const uint8_t *colon = text.len == 0 ? NULL : memchr(text.ptr, ':', text.len);
	const size_t name_len = colon == NULL ? text.len : (size_t)(colon - text.ptr);
	siglet_hash hash = SIGLET_SHA256;
	siglet_buf bytes;
	siglet_err *err;

	if (colon == NULL || !siglet_hash_find(siglet_slice_of(text.ptr, name_len), &hash))
		return siglet_err_new(SIGLET_E_USAGE, "\"%s\" is no digest",
				      siglet_text_printable(text).text);
	siglet_buf_init(&bytes, SIGLET_MAX_HASH_SIZE);
	err = siglet_hex_decode(siglet_slice_of(colon + 1, text.len - name_len - 1), &bytes);
	if (err == NULL)
		err = siglet_digest_from(hash, siglet_buf_slice(&bytes), ret_digest);
	siglet_buf_clear(&bytes);
	if (err == NULL || siglet_err_code(err) == SIGLET_E_NOMEM)
		return err;
	siglet_err_free(err);
	return siglet_err_new(SIGLET_E_USAGE, "\"%s\" is no %s digest",
			      siglet_text_printable(text).text, siglet_hash_name(hash));
}

siglet_error *siglet_artifact_from_digest(const char *text, siglet_artifact **ret_artifact)
{
	siglet_artifact *artifact = NULL;
	siglet_digest digest = { .hash = SIGLET_SHA256 };
	siglet_err *err = siglet_parse_digest(siglet_slice_str(text), &digest);

	if (err != NULL)
		return siglet_err_hint(err, "say sha256:HEX, sha384:HEX or sha512:HEX");
	err = siglet_artifact_new(&artifact);
	if (err != NULL)
		return err;
	artifact->digests.mask = SIGLET_HASH_BIT(digest.hash);
	artifact->digests.of[digest.hash] = digest;
	err = name_digest(artifact);
	if (err != NULL) {
		siglet_artifact_free(artifact);
		return err;
	}
	*ret_artifact = artifact;
	return NULL;
}

unsigned siglet_artifact_hashes(const siglet_bundles *bundles,
				const siglet_expectation *expectation)
{
	unsigned mask = SIGLET_HASH_BIT(SIGLET_SHA256);

	for (size_t i = 0; bundles != NULL && i < bundles->count; i++)
		mask |= siglet_bundle_hashes(bundles->items[i],
					     expectation == NULL ? NULL : expectation->key);
	return mask;
}

/* Pure Ed25519 and ML-DSA sign the artifact itself, not a hash of it. */
static bool needs_message(const siglet_bundle *bundle, const siglet_key *key)
{
	const siglet_cert *leaf = siglet_bundle_leaf(bundle);
	siglet_scheme schemes[SIGLET_MAX_SCHEMES];
	siglet_hash hash;

	const siglet_bundle_cose *cose = siglet_bundle_get(bundle)->cose;

	/* A detached payload that is no digest is the artifact itself, behind bytes of COSE's. */
	if (cose != NULL)
		return !cose->is_envelope && !cose->message.has_payload;
	if (siglet_bundle_get(bundle)->is_dsse)
		return false;
	if (leaf != NULL)
		key = siglet_cert_key(leaf);
	if (key == NULL)
		return false;
	const size_t count = siglet_key_schemes(key, schemes);
	for (size_t i = 0; i < count; i++)
		if (!siglet_scheme_hash(schemes[i], &hash))
			return true;
	return false;
}

bool siglet_artifact_needs_message(const siglet_bundles *bundles,
				   const siglet_expectation *expectation)
{
	for (size_t i = 0; bundles != NULL && i < bundles->count; i++)
		if (needs_message(bundles->items[i], expectation == NULL ? NULL : expectation->key))
			return true;
	return false;
}

siglet_err *siglet_artifact_start(unsigned hashes, bool needs_message,
				  siglet_artifact **ret_artifact)
{
	siglet_artifact *artifact = NULL;
	siglet_err *err = siglet_artifact_new(&artifact);

	if (err != NULL)
		return err;
	err = siglet_hasher_new(hashes, &artifact->hasher);
	if (err != NULL) {
		siglet_artifact_free(artifact);
		return err;
	}
	artifact->has_message = needs_message;
	*ret_artifact = artifact;
	return NULL;
}

siglet_error *siglet_artifact_begin(const siglet_bundles *bundles,
				    const siglet_expectation *expectation,
				    siglet_artifact **ret_artifact)
{
	return siglet_artifact_start(siglet_artifact_hashes(bundles, expectation),
				     siglet_artifact_needs_message(bundles, expectation),
				     ret_artifact);
}

siglet_error *siglet_artifact_add(siglet_artifact *artifact, const void *data, size_t len)
{
	const siglet_slice piece = siglet_slice_of(data, len);
	siglet_err *err;

	if (artifact->hasher == NULL)
		return siglet_err_new(SIGLET_E_USAGE, "the artifact takes no more bytes");
	err = siglet_hasher_update(artifact->hasher, piece);
	if (err == NULL && artifact->has_message)
		err = siglet_buf_append(&artifact->owned, piece);
	if (err != NULL)
		return err;
	artifact->size += len;
	return NULL;
}

siglet_error *siglet_artifact_finish(siglet_artifact *artifact)
{
	siglet_err *err;

	if (artifact->hasher == NULL)
		return siglet_err_new(SIGLET_E_USAGE, "the artifact is finished already");
	err = siglet_hasher_finish(artifact->hasher, &artifact->digests);
	siglet_hasher_free(artifact->hasher);
	artifact->hasher = NULL;
	if (err != NULL)
		return err;
	if (artifact->has_message)
		artifact->message = siglet_buf_slice(&artifact->owned);
	return name_digest(artifact);
}

siglet_error *siglet_artifact_from_bytes(const void *data, size_t len,
					 siglet_artifact **ret_artifact)
{
	siglet_artifact *artifact = NULL;
	siglet_err *err = siglet_artifact_begin(NULL, NULL, &artifact);

	if (err == NULL)
		err = siglet_artifact_add(artifact, data, len);
	if (err == NULL)
		err = siglet_artifact_finish(artifact);
	if (err != NULL) {
		siglet_artifact_free(artifact);
		return err;
	}
	artifact->has_message = true;
	artifact->message = siglet_slice_of(data, len);
	*ret_artifact = artifact;
	return NULL;
}

uint64_t siglet_artifact_size(const siglet_artifact *artifact)
{
	return artifact->size;
}

const char *siglet_artifact_sha256(const siglet_artifact *artifact)
{
	return artifact->sha256[0] == '\0' ? NULL : artifact->sha256;
}

void siglet_artifact_free(siglet_artifact *artifact)
{
	if (artifact == NULL)
		return;
	siglet_hasher_free(artifact->hasher);
	siglet_buf_clear(&artifact->owned);
	free(artifact);
}
