#include "verify/verify_internal.h"

/* Step 1: certificate or key, as was asked. Step 6: is it this key's signature over this artifact? */

siglet_err *siglet_verify_material(verification *v)
{
	siglet_err *err = NULL;

	v->leaf = siglet_bundle_leaf(v->bundle);
	if (v->leaf != NULL && v->policy->key != NULL)
		err = siglet_err_hint(
			siglet_err_new(SIGLET_E_MISMATCH,
				       "it holds a certificate, and a public key was given"),
			"leave the key out and say which identity signed it");
	else if (v->leaf == NULL && v->policy->key == NULL)
		err = siglet_err_hint(siglet_err_new(SIGLET_E_MISMATCH,
						     "it is signed with a managed key, not with "
						     "an identity"),
				      "give the signer's public key");
	if (err != NULL)
		return siglet_verify_fail(v, SIGLET_RULE_MATERIAL, -1, err);
	v->key = v->leaf != NULL ? siglet_cert_key(v->leaf) : v->policy->key;
	if (v->key == NULL)
		return siglet_verify_fail(
			v, SIGLET_RULE_MATERIAL, -1,
			siglet_err_new(SIGLET_E_UNSUPPORTED,
				       "the certificate's key is of a type, curve or size that "
				       "this build does not verify"));
	return siglet_verify_note(v, SIGLET_RULE_MATERIAL, -1, SIGLET_OUTCOME_PASSED, "%s, %s",
				  v->leaf != NULL ? "a certificate" : "the given public key",
				  siglet_key_describe(v->key));
}

/* One scheme over an artifact that is known by digests, or whole. */
static siglet_err *check_artifact(const verification *v, siglet_scheme scheme)
{
	const siglet_verify_input *artifact = v->artifact;
	siglet_hash hash = SIGLET_SHA256;

	if (artifact == NULL)
		return siglet_err_new(SIGLET_E_MISSING, "no artifact is given");
	if (!siglet_scheme_hash(scheme, &hash)) {
		if (artifact->has_message)
			return siglet_key_verify(v->key, scheme, artifact->message,
						 v->data->signature);
		return siglet_err_new(SIGLET_E_MISSING,
				      "%s signs the whole artifact, and only its digest is known",
				      siglet_scheme_name(scheme));
	}
	const siglet_digest *digest = siglet_digests_get(artifact->digests, hash);
	if (digest == NULL)
		return siglet_err_hint(
			siglet_err_new(SIGLET_E_MISSING,
				       "%s can't be checked: the artifact's %s is not known",
				       siglet_scheme_name(scheme), siglet_hash_name(hash)),
			"give the file, or its %s digest", siglet_hash_name(hash));
	return siglet_key_verify_digest(v->key, scheme, digest, v->data->signature);
}

/* A reason that says what to give or what is lacking tells more than "does not verify". */
static siglet_err *better_reason(siglet_err *a, siglet_err *b)
{
	if (a != NULL && siglet_err_code(a) != SIGLET_E_MISMATCH) {
		siglet_err_free(b);
		return a;
	}
	siglet_err_free(a);
	return b;
}

/* Try what the key may sign with, best first; the bundle has no say in it. */
static siglet_err *check_schemes(verification *v, siglet_slice pae)
{
	siglet_scheme schemes[SIGLET_MAX_SCHEMES];
	const size_t count = siglet_key_schemes(v->key, schemes);
	siglet_err *why = NULL;

	for (size_t i = 0; i < count; i++) {
		siglet_err *err = v->data->is_dsse ? siglet_key_verify(v->key, schemes[i], pae,
								       v->data->signature)
						   : check_artifact(v, schemes[i]);

		if (err == NULL) {
			siglet_err_free(why);
			v->report->scheme = schemes[i];
			return NULL;
		}
		why = better_reason(why, err);
	}
	return why != NULL ? why : siglet_err_new(SIGLET_E_UNSUPPORTED, "no scheme for such a key");
}

/*
 * What the bundle says it is for is no proof, but tells a person which of two files is the wrong one.
 */
static siglet_err *explain_mismatch(const verification *v, siglet_err *err)
{
	const siglet_digest *have;

	if (siglet_err_code(err) != SIGLET_E_MISMATCH || v->data->is_dsse || !v->data->has_digest ||
	    v->artifact == NULL)
		return err;
	have = siglet_digests_get(v->artifact->digests, v->data->digest.hash);
	if (have == NULL || siglet_digest_equal(have, &v->data->digest))
		return err;
	err = siglet_err_wrap(err, "the artifact is not the one that was signed");
	return siglet_err_hint(err, "fetch the artifact again, or the bundle that belongs to it");
}

static siglet_err *check_signature(verification *v)
{
	siglet_buf pae;
	siglet_err *err = NULL;

	siglet_buf_init(&pae, (size_t)2 * SIGLET_MAX_PAYLOAD_BYTES);
	if (v->data->is_dsse)
		err = siglet_dsse_pae(v->data->payload_type, v->data->payload, &pae);
	if (err == NULL)
		err = check_schemes(v, siglet_buf_slice(&pae));
	siglet_buf_clear(&pae);
	if (err != NULL)
		return siglet_verify_fail(v, SIGLET_RULE_SIGNATURE, -1, explain_mismatch(v, err));
	return siglet_verify_note(v, SIGLET_RULE_SIGNATURE, -1, SIGLET_OUTCOME_PASSED,
				  "%s by the %s, over the %s",
				  siglet_scheme_name(v->report->scheme),
				  v->leaf != NULL ? "certificate's key" : "given key",
				  v->data->is_dsse ? "envelope" : "artifact");
}

/* messageDigest is an unsigned hint, yet one that lies has no place in an accepted bundle. */
static siglet_err *check_digest(verification *v)
{
	const siglet_digest *claimed = &v->data->digest, *have;
	siglet_err *err;

	if (!v->data->has_digest)
		return NULL;
	have = siglet_digests_get(v->artifact->digests, claimed->hash);
	if (have != NULL && siglet_digest_equal(have, claimed))
		return siglet_verify_note(v, SIGLET_RULE_DIGEST, -1, SIGLET_OUTCOME_PASSED,
					  "messageDigest is the artifact's %s",
					  siglet_hash_name(claimed->hash));
	if (have == NULL)
		err = siglet_err_hint(siglet_err_new(SIGLET_E_MISSING,
						     "messageDigest is a %s, which is not known of "
						     "the artifact",
						     siglet_hash_name(claimed->hash)),
				      "give the file, or its %s digest",
				      siglet_hash_name(claimed->hash));
	else
		err = siglet_err_new(SIGLET_E_MISMATCH,
				     "messageDigest is not the artifact's %s, though the "
				     "signature is over the artifact",
				     siglet_hash_name(claimed->hash));
	return siglet_verify_fail(v, SIGLET_RULE_DIGEST, -1, err);
}

siglet_err *siglet_verify_content(verification *v)
{
	siglet_err *err = NULL;

	if (v->data->cose != NULL)
		return siglet_verify_cose_content(v);
	if (v->policy->statement_only && !v->data->is_dsse)
		err = siglet_err_new(SIGLET_E_MISMATCH,
				     "a signature of an artifact has no statement to judge");
	else if (!v->policy->statement_only &&
		 (v->artifact == NULL || v->artifact->digests == NULL))
		err = siglet_err_new(SIGLET_E_MISSING, "no artifact was given");
	if (err != NULL)
		return siglet_verify_fail(v, SIGLET_RULE_ARTIFACT, -1, err);
	err = check_signature(v);
	if (err == NULL && !v->data->is_dsse)
		err = check_digest(v);
	return err;
}
