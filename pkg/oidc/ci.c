#include "oidc/oidc_internal.h"

#include <string.h>

/* CI services, each as its documentation says. */

#define MAX_HEADER_BYTES 65536

/* ---- any CI: a variable ---- */

siglet_err *siglet_oidc_variable(const siglet_search *search, siglet_token **ret_token)
{
	if (siglet_search_env(search, "SIGSTORE_ID_TOKEN") == NULL)
		return NULL;
	return siglet_search_take(search, "SIGSTORE_ID_TOKEN", ret_token);
}

/* ---- GitHub Actions ---- */

#define GITHUB_HINT                                                                         \
	"give the job the permission \"id-token: write\" (permissions: { id-token: write, " \
	"contents: "                                                                        \
	"read }); pull requests from forks never have it"

/* The URL has a query already. */
static siglet_err *ask_github(const siglet_search *search, const char *url, const char *secret,
			      siglet_token **ret_token)
{
	siglet_buf whole, bearer;
	siglet_err *err;

	siglet_buf_init(&whole, SIGLET_MAX_OIDC_URL);
	siglet_buf_init_secret(&bearer, MAX_HEADER_BYTES);
	err = siglet_buf_printf(&whole, "%s%caudience=", url, strchr(url, '?') != NULL ? '&' : '?');
	if (err == NULL)
		err = siglet_oidc_escape(siglet_slice_str(search->audience), &whole);
	if (err == NULL)
		err = siglet_buf_append_str(&bearer, "bearer ");
	if (err == NULL)
		err = siglet_buf_append_str(&bearer, secret);
	if (err == NULL) {
		siglet_http_request request = {
			.what = "GitHub's token service",
			.method = "GET",
			.url = siglet_buf_text(&whole),
			.headers = { { "Authorization", siglet_buf_text(&bearer), true },
				     { "Accept", "application/json", false } },
			.header_count = 2,
		};

		err = siglet_search_ask(search, &request, "value", GITHUB_HINT, ret_token);
	}
	siglet_buf_clear(&bearer);
	siglet_buf_clear(&whole);
	return err;
}

siglet_err *siglet_oidc_github(const siglet_search *search, siglet_token **ret_token)
{
	const char *url, *secret;
	siglet_err *err;

	if (siglet_search_env(search, "GITHUB_ACTIONS") == NULL)
		return NULL;
	url = siglet_search_env(search, "ACTIONS_ID_TOKEN_REQUEST_URL");
	secret = siglet_search_env(search, "ACTIONS_ID_TOKEN_REQUEST_TOKEN");
	if (url == NULL || secret == NULL)
		return siglet_err_hint(siglet_err_new(SIGLET_E_MISSING,
						      "the job may not have an identity token"),
				       GITHUB_HINT);
	err = ask_github(search, url, secret, ret_token);
	search->around->wipe_env(search->around->context, "ACTIONS_ID_TOKEN_REQUEST_TOKEN");
	return err;
}

/* ---- GitLab ---- */

siglet_err *siglet_oidc_gitlab(const siglet_search *search, siglet_token **ret_token)
{
	(void)ret_token;
	if (siglet_search_env(search, "GITLAB_CI") == NULL)
		return NULL;
	/* SIGSTORE_ID_TOKEN was looked for before. */
	return siglet_err_hint(siglet_err_new(SIGLET_E_MISSING, "the job has no SIGSTORE_ID_TOKEN"),
			       "add to the job: id_tokens: { SIGSTORE_ID_TOKEN: { aud: %s } }",
			       search->audience);
}

/* ---- Buildkite ---- */

siglet_err *siglet_oidc_buildkite(const siglet_search *search, siglet_token **ret_token)
{
	const char *const argv[] = { "buildkite-agent", "oidc",		  "request-token",
				     "--audience",	search->audience, NULL };
	static const char *const variables[] = {
		"PATH",
		"HOME",
		"BUILDKITE_AGENT_ACCESS_TOKEN",
		"BUILDKITE_AGENT_ENDPOINT",
		"BUILDKITE_JOB_ID",
		"BUILDKITE_NO_HTTP2",
		NULL,
	};

	if (siglet_search_env(search, "BUILDKITE") == NULL &&
	    siglet_search_env(search, "BUILDKITE_AGENT_ACCESS_TOKEN") == NULL)
		return NULL;
	return siglet_search_run(
		search, argv, variables,
		"buildkite-agent 3.41 or later must be in PATH of the step, and work there",
		ret_token);
}

/* ---- CircleCI ---- */

siglet_err *siglet_oidc_circleci(const siglet_search *search, siglet_token **ret_token)
{
	static const char *const variables[] = { "PATH",
						 "HOME",
						 "CIRCLECI",
						 "CIRCLE_OIDC_TOKEN",
						 "CIRCLE_OIDC_TOKEN_V2",
						 "CIRCLE_PROJECT_ID",
						 "CIRCLE_JOB_ID",
						 "TASK_ID",
						 NULL };
	siglet_json_writer w;
	siglet_buf claims;
	siglet_err *err;

	if (siglet_search_env(search, "CIRCLECI") == NULL)
		return NULL;
	siglet_buf_init(&claims, SIGLET_MAX_OIDC_URL);
	siglet_json_writer_init(&w, &claims, 0);
	siglet_json_write_begin_object(&w, NULL);
	siglet_json_write_text(&w, "aud", search->audience);
	siglet_json_write_end_object(&w);
	err = siglet_json_writer_finish(&w);
	if (err == NULL) {
		const char *const argv[] = { "circleci",
					     "run",
					     "oidc",
					     "get",
					     "--root-issuer",
					     "--claims",
					     siglet_buf_text(&claims),
					     NULL };

		err = siglet_search_run(search, argv, variables,
					"the job needs a context (context: NAME), and the circleci "
					"command in PATH; the ready-made CIRCLE_OIDC_TOKEN has "
					"another audience",
					ret_token);
	}
	siglet_buf_clear(&claims);
	return err;
}

/* ---- Azure Pipelines ---- */

#define AZURE_HINT "map the token into the step: env: { SYSTEM_ACCESSTOKEN: $(System.AccessToken) }"

siglet_err *siglet_oidc_azure(const siglet_search *search, siglet_token **ret_token)
{
	const char *url = siglet_search_env(search, "SYSTEM_OIDCREQUESTURI");
	const char *secret = siglet_search_env(search, "SYSTEM_ACCESSTOKEN");
	siglet_buf whole, bearer;
	siglet_err *err;

	if (url == NULL)
		return NULL;
	if (secret == NULL)
		return siglet_err_hint(siglet_err_new(SIGLET_E_MISSING,
						      "the step has no SYSTEM_ACCESSTOKEN"),
				       AZURE_HINT);
	siglet_buf_init(&whole, SIGLET_MAX_OIDC_URL);
	siglet_buf_init_secret(&bearer, MAX_HEADER_BYTES);
	err = siglet_buf_printf(&whole, "%s%capi-version=7.1", url,
				strchr(url, '?') != NULL ? '&' : '?');
	if (err == NULL)
		err = siglet_buf_append_str(&bearer, "Bearer ");
	if (err == NULL)
		err = siglet_buf_append_str(&bearer, secret);
	if (err == NULL) {
		siglet_http_request request = {
			.what = "Azure's token service",
			.method = "POST",
			.url = siglet_buf_text(&whole),
			.headers = { { "Authorization", siglet_buf_text(&bearer), true },
				     { "Content-Type", "application/json", false } },
			.header_count = 2,
		};

		err = siglet_search_ask(search, &request, "oidcToken", AZURE_HINT, ret_token);
	}
	search->around->wipe_env(search->around->context, "SYSTEM_ACCESSTOKEN");
	siglet_buf_clear(&bearer);
	siglet_buf_clear(&whole);
	return err;
}

/* ---- Bitbucket Pipelines ---- */

siglet_err *siglet_oidc_bitbucket(const siglet_search *search, siglet_token **ret_token)
{
	if (siglet_search_env(search, "BITBUCKET_BUILD_NUMBER") == NULL)
		return NULL;
	if (siglet_search_env(search, "BITBUCKET_STEP_OIDC_TOKEN") == NULL)
		return siglet_err_hint(siglet_err_new(SIGLET_E_MISSING,
						      "the step has no BITBUCKET_STEP_OIDC_TOKEN"),
				       "add to the step: oidc: { audiences: [ %s ] }",
				       search->audience);
	return siglet_search_take(search, "BITBUCKET_STEP_OIDC_TOKEN", ret_token);
}
