#include "oidc/oidc_internal.h"

#include <stdio.h>
#include <string.h>

#include "crypto/crypto.h"

/* What the browser and the device flow share: discovery, secrets, the token endpoint. */

#define MAX_ANSWER_BYTES ((size_t)1 << 20)

/* ---- discovery ---- */

static siglet_err *read_endpoint(const siglet_json *root, const char *name, bool is_needed,
				 siglet_arena *arena, const char **ret_url)
{
	const siglet_json *value = siglet_json_object_get(root, name);
	siglet_slice copy = SIGLET_SLICE_NONE;
	siglet_err *err;

	if (value == NULL && !is_needed)
		return NULL;
	if (siglet_json_kind_of(value) != SIGLET_JSON_STRING)
		return siglet_err_new(SIGLET_E_MALFORMED, "the issuer names no %s", name);
	err = siglet_arena_copy(arena, siglet_json_string(value), &copy);
	if (err != NULL)
		return err;
	if (strlen((const char *)copy.ptr) != copy.len ||
	    !siglet_http_url_is_allowed((const char *)copy.ptr))
		return siglet_err_new(SIGLET_E_MALFORMED, "the issuer's %s is no https URL", name);
	*ret_url = (const char *)copy.ptr;
	return NULL;
}

static siglet_err *check_methods(const siglet_json *root)
{
	const siglet_json *methods =
		siglet_json_object_get(root, "code_challenge_methods_supported");

	for (size_t i = 0; i < siglet_json_array_count(methods); i++)
		if (siglet_slice_is(siglet_json_string(siglet_json_array_item(methods, i)), "S256"))
			return NULL;
	return siglet_err_new(SIGLET_E_UNSUPPORTED, "the issuer does not offer PKCE with S256");
}

static siglet_err *read_issuer(const siglet_json *root, const char *url, siglet_issuer *issuer)
{
	siglet_slice name = siglet_json_string(siglet_json_object_get(root, "issuer"));
	siglet_err *err;

	if (!siglet_slice_is(name, url))
		return siglet_err_new(SIGLET_E_MISMATCH, "it calls itself %s",
				      siglet_text_printable(name).text);
	err = read_endpoint(root, "authorization_endpoint", true, &issuer->arena,
			    &issuer->authorization_endpoint);
	if (err == NULL)
		err = read_endpoint(root, "token_endpoint", true, &issuer->arena,
				    &issuer->token_endpoint);
	if (err == NULL)
		err = read_endpoint(root, "device_authorization_endpoint", false, &issuer->arena,
				    &issuer->device_endpoint);
	return err == NULL ? check_methods(root) : err;
}

siglet_err *siglet_oidc_discover(const siglet_transport *transport, const char *url,
				 siglet_issuer *ret_issuer)
{
	siglet_http_response response;
	siglet_json_doc *doc = NULL;
	siglet_buf where;
	siglet_err *err;

	memset(ret_issuer, 0, sizeof(*ret_issuer));
	siglet_arena_init(&ret_issuer->arena, MAX_ANSWER_BYTES);
	siglet_buf_init(&where, SIGLET_MAX_OIDC_URL);
	siglet_http_response_init(&response);
	err = siglet_buf_printf(&where, "%s/.well-known/openid-configuration", url);
	if (err == NULL) {
		const siglet_http_request request = { .what = "the OIDC issuer",
						      .method = "GET",
						      .url = siglet_buf_text(&where) };

		err = siglet_transport_send(transport, &request, &response);
		if (err == NULL && response.status != 200)
			err = siglet_http_status_error(&request, &response);
	}
	if (err == NULL)
		err = siglet_json_parse(siglet_buf_slice(&response.body), MAX_ANSWER_BYTES, &doc);
	if (err == NULL)
		err = read_issuer(siglet_json_root(doc), url, ret_issuer);
	siglet_json_doc_free(doc);
	siglet_http_response_clear(&response);
	siglet_buf_clear(&where);
	return err == NULL ? NULL
			   : siglet_err_wrap(err, "%s",
					     siglet_text_printable(siglet_slice_str(url)).text);
}

/* ---- secrets ---- */

/* 64 of 64 characters: 384 bits. */
siglet_err *siglet_oidc_secret(char ret_text[SIGLET_FLOW_SECRET + 1])
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	uint8_t bytes[SIGLET_FLOW_SECRET];
	siglet_err *err = siglet_crypto_random(bytes, sizeof(bytes));

	for (size_t i = 0; i < sizeof(bytes); i++)
		ret_text[i] = alphabet[bytes[i] & 63];
	ret_text[SIGLET_FLOW_SECRET] = '\0';
	siglet_wipe(bytes, sizeof(bytes));
	return err;
}

siglet_err *siglet_oidc_challenge(const char *verifier, char ret_text[64])
{
	const siglet_slice text = siglet_slice_str(verifier);
	siglet_digest digest;
	siglet_buf encoded;
	siglet_err *err = siglet_crypto_sha256(&text, 1, &digest);

	siglet_buf_init(&encoded, 64);
	if (err == NULL)
		err = siglet_base64_encode(siglet_digest_slice(&digest), &encoded);
	/* Base64, but with the letters that URLs may have, and without padding. */
	ret_text[0] = '\0';
	if (err == NULL)
		(void)snprintf(ret_text, 64, "%s", siglet_buf_text(&encoded));
	for (char *c = ret_text; *c != '\0'; c++)
		if (*c == '+')
			*c = '-';
		else if (*c == '/')
			*c = '_';
		else if (*c == '=')
			*c = '\0';
	siglet_buf_clear(&encoded);
	return err;
}

siglet_err *siglet_oidc_parameter(const char *name, const char *value, siglet_buf *ret_form)
{
	siglet_err *err = NULL;

	if (ret_form->len > 0 && ret_form->ptr[ret_form->len - 1] != '?')
		err = siglet_buf_append_byte(ret_form, '&');
	if (err == NULL)
		err = siglet_buf_append_str(ret_form, name);
	if (err == NULL)
		err = siglet_buf_append_byte(ret_form, '=');
	return err == NULL ? siglet_oidc_escape(siglet_slice_str(value), ret_form) : err;
}

/* ---- the token endpoint ---- */

static siglet_err *read_tokens(siglet_slice json, int status, siglet_token **ret_token,
			       char ret_error[64])
{
	siglet_json_doc *doc = NULL;
	siglet_slice error, token;
	siglet_err *err = siglet_json_parse_secret(json, MAX_ANSWER_BYTES, &doc);

	if (err != NULL) {
		siglet_err_free(err);
		return siglet_err_new(SIGLET_E_NETWORK, "the OIDC issuer answered %d, and no JSON",
				      status);
	}
	error = siglet_json_string(siglet_json_object_get(siglet_json_root(doc), "error"));
	token = siglet_json_string(siglet_json_object_get(siglet_json_root(doc), "id_token"));
	if (error.len > 0)
		/* Printable: never empty, whatever it is. */
		(void)snprintf(ret_error, 64, "%.60s", siglet_text_printable(error).text);
	else if (status != 200 || token.len == 0)
		err = siglet_err_new(SIGLET_E_NETWORK,
				     "the OIDC issuer answered %d, without an id_token", status);
	else
		err = siglet_token_parse(token, ret_token);
	siglet_json_doc_free(doc);
	return err;
}

siglet_err *siglet_oidc_redeem(const siglet_transport *transport, const char *url,
			       siglet_slice form, siglet_token **ret_token, char ret_error[64])
{
	const siglet_http_request request = {
		.what = "the OIDC issuer",
		.method = "POST",
		.url = url,
		.headers = { { "Content-Type", "application/x-www-form-urlencoded", false },
			     { "Accept", "application/json", false } },
		.header_count = 2,
		.body = form,
		.secret_body = true,
		.secret_answer = true,
		/* A code is good for one use. */
		.repeat = SIGLET_HTTP_REPEAT_UNSENT,
	};
	siglet_http_response response;
	siglet_err *err;

	*ret_token = NULL;
	ret_error[0] = '\0';
	siglet_http_response_init(&response);
	err = siglet_transport_send(transport, &request, &response);
	if (err == NULL)
		err = read_tokens(siglet_buf_slice(&response.body), response.status, ret_token,
				  ret_error);
	siglet_http_response_clear(&response);
	return err;
}
