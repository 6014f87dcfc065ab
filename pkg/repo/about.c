#include "repo/repo_internal.h"

#include "statement/statement.h"

/*
 * Do the two belong together? Not a verification: nobody's identity, time or log is asked. It keeps a
 * bundle of another file from being published beside this one.
 */

static siglet_err *check_statement(const siglet_bundle_data *data, const siglet_digests *digests)
{
	siglet_statement *statement = NULL;
	siglet_hash hash = SIGLET_SHA256;
	size_t subject = 0;
	siglet_err *err;

	if (!siglet_slice_is(data->payload_type, SIGLET_INTOTO_PAYLOAD_TYPE))
		return siglet_err_new(SIGLET_E_UNSUPPORTED, "an envelope of type %s",
				      siglet_text_printable(data->payload_type).text);
	err = siglet_statement_parse(data->payload, &statement);
	if (err == NULL)
		err = siglet_statement_match(statement, digests, &subject, &hash);
	siglet_statement_free(statement);
	return err;
}

static siglet_err *another(void)
{
	return siglet_err_hint(siglet_err_new(SIGLET_E_MISMATCH,
					      "the artifact is not the one that was signed"),
			       "was it built or replaced after it was signed? Sign it again, or "
			       "find the bundle that belongs to it");
}

/*
 * Any way in which the key may sign a digest that is known. *ret_tried: that decided it. A key that
 * may have signed the whole file (pure Ed25519, ML-DSA) is not refuted by its digests.
 */
static siglet_err *check_key(const siglet_bundle_data *data, const siglet_key *key,
			     const siglet_digests *digests, bool *ret_tried)
{
	siglet_scheme schemes[SIGLET_MAX_SCHEMES];
	const size_t count = siglet_key_schemes(key, schemes);
	bool refuted = count > 0;

	for (size_t i = 0; i < count; i++) {
		siglet_hash hash = SIGLET_SHA256;
		const siglet_digest *digest = NULL;
		siglet_err *err;

		if (siglet_scheme_hash(schemes[i], &hash))
			digest = siglet_digests_get(digests, hash);
		if (digest == NULL) {
			refuted = false;
			continue;
		}
		err = siglet_key_verify_digest(key, schemes[i], digest, data->signature);
		*ret_tried = *ret_tried || err == NULL;
		if (err == NULL || siglet_err_is_fault(err))
			return err;
		refuted = refuted && siglet_err_code(err) != SIGLET_E_UNSUPPORTED;
		siglet_err_free(err);
	}
	return refuted ? another() : NULL;
}

/* The payload is the artifact's digest (a hash envelope), or the artifact itself. */
static siglet_err *check_cose(const siglet_bundle_data *data, const siglet_digests *digests,
			      bool *ret_tried)
{
	const siglet_bundle_cose *cose = data->cose;
	siglet_digest digest = { .hash = SIGLET_SHA256 };
	siglet_err *err;

	if (cose->is_envelope || !cose->message.has_payload)
		return NULL;
	err = siglet_crypto_sha256(&cose->message.payload, 1, &digest);
	*ret_tried = true;
	if (err == NULL && !siglet_digest_equal(&digest, &digests->of[SIGLET_SHA256]))
		err = another();
	return err;
}

/* An unsigned hint; but one that lies is no good either. *ret_tried: it could be compared. */
static siglet_err *check_hint(const siglet_bundle_data *data, const siglet_digests *digests,
			      bool *ret_tried)
{
	const siglet_digest *ours =
		data->has_digest ? siglet_digests_get(digests, data->digest.hash) : NULL;

	if (ours == NULL)
		return NULL;
	*ret_tried = true;
	return siglet_digest_equal(ours, &data->digest) ? NULL : another();
}

siglet_err *siglet_repo_check_about(const siglet_bundle *bundle, const siglet_digests *digests)
{
	const siglet_bundle_data *data = siglet_bundle_get(bundle);
	const siglet_cert *leaf = siglet_bundle_leaf(bundle);
	const siglet_key *key = leaf == NULL ? NULL : siglet_cert_key(leaf);
	bool tried = false;
	siglet_err *err;

	if (data->is_dsse)
		return check_statement(data, digests);
	err = check_hint(data, digests, &tried);
	if (err == NULL && data->cose != NULL)
		err = check_cose(data, digests, &tried);
	else if (err == NULL && key != NULL)
		err = check_key(data, key, digests, &tried);
	if (err != NULL || tried)
		return err;
	return siglet_err_hint(siglet_err_new(SIGLET_E_MISSING,
					      "the bundle does not say which file it is about"),
			       "it has neither a certificate nor a digest of it");
}
