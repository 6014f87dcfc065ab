#include "oidc/oidc.h"

#include <string.h>

/*
 * Which name will the certificate have? Fulcio's templates, as far as the claims allow to fill
 * them.
 */

static siglet_err *append_claim(const siglet_token *token, const char *before, const char *name,
				siglet_buf *ret_san)
{
	const siglet_slice value = siglet_token_claim(token, name);
	siglet_err *err;

	if (value.len == 0)
		return NULL;
	err = siglet_buf_append_str(ret_san, before);
	return err == NULL ? siglet_buf_append(ret_san, value) : err;
}

static siglet_err *append_buildkite(const siglet_token *token, siglet_buf *ret_san)
{
	const siglet_slice organization = siglet_token_claim(token, "organization_slug");
	const siglet_slice pipeline = siglet_token_claim(token, "pipeline_slug");
	siglet_err *err;

	if (organization.len == 0 || pipeline.len == 0)
		return NULL;
	err = siglet_buf_append_str(ret_san, "https://buildkite.com/");
	if (err == NULL)
		err = siglet_buf_append(ret_san, organization);
	if (err == NULL)
		err = siglet_buf_append_byte(ret_san, '/');
	return err == NULL ? siglet_buf_append(ret_san, pipeline) : err;
}

/* Issuers that vouch for addresses, whose certificates name one. */
static bool is_email_issuer(siglet_slice issuer)
{
	static const char *const issuers[] = {
		"https://accounts.google.com",
		"https://oauth2.sigstore.dev/auth",
		"https://oauth2.sigstage.dev/auth",
	};

	for (size_t i = 0; i < SIGLET_COUNT(issuers); i++)
		if (siglet_slice_is(issuer, issuers[i]))
			return true;
	return false;
}

siglet_err *siglet_token_expected_san(const siglet_token *token, siglet_buf *ret_san)
{
	const siglet_slice issuer = siglet_token_issuer(token);

	if (is_email_issuer(issuer))
		return siglet_buf_append(ret_san, siglet_token_email(token));
	if (siglet_slice_has_prefix(issuer, "https://token.actions.githubusercontent.com"))
		return append_claim(token, "https://github.com/", "job_workflow_ref", ret_san);
	if (siglet_token_claim(token, "ci_config_ref_uri").len > 0)
		return append_claim(token, "https://", "ci_config_ref_uri", ret_san);
	if (siglet_slice_is(issuer, "https://agent.buildkite.com"))
		return append_buildkite(token, ret_san);
	if (siglet_slice_has_prefix(siglet_token_subject(token), "spiffe://"))
		return siglet_buf_append(ret_san, siglet_token_subject(token));
	return NULL;
}

static bool is_ci(const siglet_token *token)
{
	const siglet_slice issuer = siglet_token_issuer(token);

	return siglet_slice_has_prefix(issuer, "https://token.actions.githubusercontent.com") ||
	       siglet_slice_is(issuer, "https://agent.buildkite.com") ||
	       siglet_slice_has_prefix(issuer, "https://oidc.circleci.com") ||
	       siglet_token_claim(token, "ci_config_ref_uri").len > 0;
}

siglet_slice siglet_token_challenge(const siglet_token *token)
{
	const siglet_slice email = siglet_token_email(token);

	if (is_email_issuer(siglet_token_issuer(token)))
		return email;
	return !is_ci(token) && email.len > 0 && siglet_token_email_is_verified(token)
		       ? email
		       : siglet_token_subject(token);
}
