#include "verify/verify_internal.h"

/*
 * What a COSE_Sign1 has of its own: its signature is over a Sig_structure around the payload, and
 * its log entries come without bodies. All else is as with a bundle.
 */

#define MAX_BODY_BYTES ((size_t)1 << 20)

/* ---- what is signed ---- */

/* The digest in place of the artifact, or all of the artifact, where the message has neither. */
static siglet_err *find_detached(const verification *v, siglet_slice *ret_payload)
{
	const siglet_bundle_cose *cose = v->data->cose;
	const siglet_verify_input *artifact = v->artifact;
	const siglet_digest *digest;

	if (artifact == NULL || artifact->digests == NULL)
		return siglet_err_hint(siglet_err_new(SIGLET_E_MISSING,
						      "the payload is detached, and no artifact "
						      "was given"),
				       "give the file that was signed");
	if (!cose->is_envelope) {
		if (!artifact->has_message)
			return siglet_err_new(SIGLET_E_MISSING,
					      "the whole artifact is the payload, and only its "
					      "digest is known");
		*ret_payload = artifact->message;
		return NULL;
	}
	digest = siglet_digests_get(artifact->digests, cose->envelope.hash);
	if (digest == NULL)
		return siglet_err_hint(siglet_err_new(SIGLET_E_MISSING,
						      "the payload is the artifact's %s, which is "
						      "not known",
						      siglet_hash_name(cose->envelope.hash)),
				       "give the file, or its %s digest",
				       siglet_hash_name(cose->envelope.hash));
	*ret_payload = siglet_digest_slice(digest);
	return NULL;
}

static siglet_err *put_together(verification *v)
{
	const siglet_bundle_cose *cose = v->data->cose;
	const siglet_slice header = cose->message.protected_bytes;
	siglet_hash hash = SIGLET_SHA256;
	siglet_digest digest = { .hash = SIGLET_SHA256 };
	siglet_buf head;
	siglet_err *err;

	siglet_buf_init(&head, header.len + 64);
	err = siglet_cose_tbs_head(cose->heads, header, SIGLET_SLICE_NONE, v->signed_parts[1].len,
				   &head);
	if (err == NULL)
		err = siglet_arena_copy(&v->report->arena, siglet_buf_slice(&head),
					&v->signed_parts[0]);
	siglet_buf_clear(&head);
	if (err != NULL || !siglet_scheme_hash(cose->algorithm->scheme, &hash))
		return err;
	err = siglet_crypto_hash(hash, v->signed_parts, 2, &digest);
	if (err == NULL) {
		v->signed_digests.mask = SIGLET_HASH_BIT(hash);
		v->signed_digests.of[hash] = digest;
	}
	return err;
}

/* ---- log entries ---- */

static siglet_err *make_body(const verification *v, siglet_entry *entry)
{
	const siglet_entry_subject subject = {
		.signature = v->data->signature,
		.cert_der = v->leaf == NULL ? SIGLET_SLICE_NONE : siglet_cert_der(v->leaf),
		.key = v->key,
		.artifact = &v->signed_digests,
	};
	siglet_buf body;
	siglet_err *err;

	/* A log checks RSA signatures in a way that COSE does not sign. */
	if (siglet_key_type_of(v->key) == SIGLET_KEY_RSA)
		return siglet_err_new(SIGLET_E_UNSUPPORTED, "no log has signatures by %s",
				      v->data->cose->algorithm->name);
	siglet_buf_init(&body, MAX_BODY_BYTES);
	err = siglet_entry_rebuild(entry, &subject, &body);
	if (err == NULL)
		err = siglet_arena_copy(&v->report->arena, siglet_buf_slice(&body), &entry->body);
	siglet_buf_clear(&body);
	return err;
}

/* The report's entries are these, so they live in its arena. */
static siglet_err *make_bodies(verification *v)
{
	const size_t count = v->data->entry_count;
	siglet_entry *entries = NULL;
	siglet_err *err = siglet_arena_alloc(&v->report->arena, count, sizeof(*entries), &entries);

	if (err != NULL)
		return err;
	for (size_t i = 0; i < count; i++) {
		entries[i] = v->data->entries[i];
		err = make_body(v, &entries[i]);
		if (err != NULL)
			return siglet_verify_fail(v, SIGLET_RULE_ENTRY, (int)i, err);
	}
	v->own = *v->data;
	v->own.entries = entries;
	v->data = &v->own;
	return NULL;
}

/* ---- the signature ---- */

/* Pure Ed25519 wants all of it in one piece. */
static siglet_err *verify_whole(const verification *v, siglet_scheme scheme)
{
	siglet_buf whole;
	siglet_err *err;

	siglet_buf_init(&whole, v->signed_parts[0].len + v->signed_parts[1].len);
	err = siglet_buf_append(&whole, v->signed_parts[0]);
	if (err == NULL)
		err = siglet_buf_append(&whole, v->signed_parts[1]);
	if (err == NULL)
		err = siglet_key_verify(v->key, scheme, siglet_buf_slice(&whole),
					v->data->signature);
	siglet_buf_clear(&whole);
	return err;
}

static siglet_err *check_signature(verification *v)
{
	const siglet_cose_algorithm *algorithm = v->data->cose->algorithm;
	siglet_hash hash = SIGLET_SHA256;
	siglet_err *err;

	if (siglet_scheme_hash(algorithm->scheme, &hash))
		err = siglet_key_verify_digest(v->key, algorithm->scheme,
					       &v->signed_digests.of[hash], v->data->signature);
	else
		err = verify_whole(v, algorithm->scheme);
	if (err != NULL)
		err = siglet_cbor_error_wrap(siglet_cbor_at(v->data->cose->message.item, 3), err);
	if (err != NULL && !v->data->cose->message.has_payload)
		err = siglet_err_hint(err,
				      "the payload is detached: it may be of another artifact");
	if (err != NULL)
		return siglet_verify_fail(v, SIGLET_RULE_SIGNATURE, -1, err);
	v->report->scheme = algorithm->scheme;
	return siglet_verify_note(v, SIGLET_RULE_SIGNATURE, -1, SIGLET_OUTCOME_PASSED,
				  "%s by the %s, over the protected header and the payload",
				  algorithm->name,
				  v->leaf != NULL ? "certificate's key" : "given key");
}

siglet_err *siglet_verify_cose_prepare(verification *v)
{
	const siglet_bundle_cose *cose = v->data->cose;
	siglet_err *err;

	if (cose == NULL)
		return NULL;
	err = siglet_cose_check_key(&cose->message, cose->algorithm, v->key);
	if (err != NULL)
		return siglet_verify_fail(v, SIGLET_RULE_SIGNATURE, -1, err);
	v->signed_parts[1] = cose->message.payload;
	if (!cose->message.has_payload)
		err = find_detached(v, &v->signed_parts[1]);
	if (err != NULL)
		return siglet_verify_fail(v, SIGLET_RULE_ARTIFACT, -1, err);
	err = put_together(v);
	if (err != NULL)
		return siglet_verify_fail(v, SIGLET_RULE_SIGNATURE, -1, err);
	/* Now, and not with the artifact: a promise is about what it is over. */
	err = check_signature(v);
	return err == NULL && !v->policy->is_statement ? make_bodies(v) : err;
}

/* ---- the artifact ---- */

/* The payload is the artifact when one digest of both is the same. */
static siglet_err *compare_payload(const verification *v, siglet_hash *ret_hash)
{
	for (int i = 0; i < SIGLET_HASH_COUNT; i++) {
		const siglet_digest *have =
			siglet_digests_get(v->artifact->digests, (siglet_hash)i);
		siglet_digest digest = { .hash = (siglet_hash)i };
		siglet_err *err;

		if (have == NULL)
			continue;
		*ret_hash = (siglet_hash)i;
		err = siglet_crypto_hash((siglet_hash)i, &v->signed_parts[1], 1, &digest);
		if (err != NULL || siglet_digest_equal(have, &digest))
			return err;
		return siglet_err_new(SIGLET_E_MISMATCH,
				      "the payload that is signed is not the artifact");
	}
	return siglet_err_new(SIGLET_E_MISSING, "no digest of the artifact is known");
}

static siglet_err *compare_digest(const verification *v, siglet_hash *ret_hash)
{
	const siglet_digest *signed_digest = &v->data->cose->envelope.digest;
	const siglet_digest *have = siglet_digests_get(v->artifact->digests, signed_digest->hash);

	*ret_hash = signed_digest->hash;
	if (have == NULL)
		return siglet_err_hint(siglet_err_new(SIGLET_E_MISSING,
						      "what is signed is a %s, which is not known "
						      "of the artifact",
						      siglet_hash_name(signed_digest->hash)),
				       "give the file, or its %s digest",
				       siglet_hash_name(signed_digest->hash));
	if (siglet_digest_equal(have, signed_digest))
		return NULL;
	return siglet_err_hint(siglet_err_new(SIGLET_E_MISMATCH,
					      "the artifact is not the one that was signed"),
			       "fetch the artifact again, or the message that belongs to it");
}

siglet_err *siglet_verify_cose_content(verification *v)
{
	const siglet_bundle_cose *cose = v->data->cose;
	siglet_hash hash = SIGLET_SHA256;
	siglet_err *err = NULL;

	if (v->policy->statement_only)
		return siglet_verify_note(v, SIGLET_RULE_DIGEST, -1, SIGLET_OUTCOME_NOT_CHECKED,
					  "NO ARTIFACT CHECKED, as was asked");
	if (v->artifact == NULL || v->artifact->digests == NULL)
		return siglet_verify_fail(v, SIGLET_RULE_ARTIFACT, -1,
					  siglet_err_new(SIGLET_E_MISSING,
							 "no artifact was given"));
	if (!cose->message.has_payload)
		return siglet_verify_note(v, SIGLET_RULE_DIGEST, -1, SIGLET_OUTCOME_PASSED,
					  "the artifact%s is the payload that was signed",
					  cose->is_envelope ? "'s digest" : "");
	err = cose->is_envelope ? compare_digest(v, &hash) : compare_payload(v, &hash);
	if (err != NULL)
		return siglet_verify_fail(v, SIGLET_RULE_DIGEST, -1, err);
	return siglet_verify_note(v, SIGLET_RULE_DIGEST, -1, SIGLET_OUTCOME_PASSED,
				  cose->is_envelope ? "the payload is the artifact's %s"
						    : "the payload is the artifact, by its %s",
				  siglet_hash_name(hash));
}
