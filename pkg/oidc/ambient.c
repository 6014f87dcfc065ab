#include "oidc/oidc_internal.h"

#include <string.h>

/* The search for an identity, and what its providers share. */

#define MAX_OUTPUT_BYTES SIGLET_MAX_TOKEN_BYTES

static const struct {
	const char *name;
	siglet_provider *provider;
} providers[] = {
	{ "SIGSTORE_ID_TOKEN", siglet_oidc_variable },
	{ "GitHub Actions", siglet_oidc_github },
	{ "GitLab CI", siglet_oidc_gitlab },
	{ "Buildkite", siglet_oidc_buildkite },
	{ "CircleCI", siglet_oidc_circleci },
	{ "Azure Pipelines", siglet_oidc_azure },
	{ "Bitbucket Pipelines", siglet_oidc_bitbucket },
	{ "a projected token file", siglet_oidc_file },
	{ "Google Cloud", siglet_oidc_google },
	{ "SPIFFE", siglet_oidc_spiffe },
};

siglet_err *siglet_oidc_ambient(const siglet_surroundings *around,
				const siglet_transport *transport, const char *audience,
				siglet_token **ret_token, const char **ret_provider)
{
	const siglet_search search = { around, transport, audience };

	*ret_token = NULL;
	for (size_t i = 0; i < SIGLET_COUNT(providers); i++) {
		siglet_token *token = NULL;
		siglet_err *err = providers[i].provider(&search, &token);

		if (err != NULL)
			return siglet_err_wrap(err, "%s", providers[i].name);
		if (token != NULL) {
			*ret_token = token;
			*ret_provider = providers[i].name;
			return NULL;
		}
	}
	return NULL;
}

const char *siglet_search_env(const siglet_search *search, const char *name)
{
	const char *value = search->around->getenv(search->around->context, name);

	return value == NULL || value[0] == '\0' ? NULL : value;
}

static siglet_slice trim_end(siglet_slice text)
{
	while (text.len > 0 && strchr(" \t\r\n", text.ptr[text.len - 1]) != NULL)
		text.len--;
	return text;
}

siglet_err *siglet_search_take(const siglet_search *search, const char *name,
			       siglet_token **ret_token)
{
	const char *value = siglet_search_env(search, name);
	siglet_err *err;

	if (value == NULL)
		return siglet_err_new(SIGLET_E_MISSING, "%s is not set", name);
	err = siglet_token_parse(trim_end(siglet_slice_str(value)), ret_token);
	search->around->wipe_env(search->around->context, name);
	return err == NULL ? NULL : siglet_err_wrap(err, "%s", name);
}

static siglet_err *token_of_json(siglet_slice json, const char *member, siglet_token **ret_token)
{
	siglet_slice text = SIGLET_SLICE_NONE;
	siglet_json_doc *doc = NULL;
	siglet_err *err = siglet_json_parse_secret(json, (size_t)4 * SIGLET_MAX_TOKEN_BYTES, &doc);

	if (err != NULL) {
		siglet_err_free(err);
		return siglet_err_new(SIGLET_E_MALFORMED, "the answer is no JSON");
	}
	err = siglet_json_need_string(siglet_json_root(doc), member, &text);
	if (err == NULL && text.len == 0)
		err = siglet_err_new(SIGLET_E_MALFORMED, "the answer has an empty %s", member);
	if (err == NULL)
		err = siglet_token_parse(text, ret_token);
	siglet_json_doc_free(doc);
	return err;
}

siglet_err *siglet_search_ask(const siglet_search *search, siglet_http_request *request,
			      const char *member, const char *hint, siglet_token **ret_token)
{
	siglet_http_response response;
	siglet_err *err;

	request->secret_answer = true;
	request->max_answer = (size_t)4 * SIGLET_MAX_TOKEN_BYTES;
	siglet_http_response_init(&response);
	err = siglet_transport_send(search->transport, request, &response);
	if (err == NULL && response.status != 200) {
		err = siglet_http_status_error(request, &response);
		if (response.status >= 400 && response.status < 500)
			err = siglet_err_hint(siglet_err_recode(err, SIGLET_E_MISSING), "%s", hint);
	} else if (err == NULL) {
		err = member == NULL
			      ? siglet_token_parse(trim_end(siglet_buf_slice(&response.body)),
						   ret_token)
			      : token_of_json(siglet_buf_slice(&response.body), member, ret_token);
	}
	siglet_http_response_clear(&response);
	return err;
}

siglet_err *siglet_search_run(const siglet_search *search, const char *const *argv,
			      const char *const *variables, const char *hint,
			      siglet_token **ret_token)
{
	siglet_buf output;
	siglet_err *err;

	siglet_buf_init_secret(&output, MAX_OUTPUT_BYTES);
	err = search->around->run(search->around->context, argv, variables, &output);
	if (err == NULL)
		err = siglet_token_parse(trim_end(siglet_buf_slice(&output)), ret_token);
	siglet_buf_clear(&output);
	if (err == NULL)
		return NULL;
	return siglet_err_hint(siglet_err_wrap(err, "%s", argv[0]), "%s", hint);
}

siglet_err *siglet_oidc_escape(siglet_slice text, siglet_buf *ret_url)
{
	siglet_err *err = NULL;

	for (size_t i = 0; err == NULL && i < text.len; i++) {
		const uint8_t c = text.ptr[i];
		const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
				   (c >= 'a' && c <= 'z') || c == '-' || c == '.' || c == '_' ||
				   c == '~';

		err = plain ? siglet_buf_append_byte(ret_url, c)
			    : siglet_buf_printf(ret_url, "%%%02X", c);
	}
	return err;
}
