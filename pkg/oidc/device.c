#include "oidc/oidc_internal.h"

#include <stdio.h>
#include <string.h>

/* A person logs in on another device, with a code that is shown here (RFC 8628). */

#define DEFAULT_INTERVAL_S 5
#define SLOW_DOWN_S 5
#define MAX_WAIT_S 1800
#define GRANT "urn:ietf:params:oauth:grant-type:device_code"

typedef struct device {
	const siglet_oidc_client *client;
	const siglet_surroundings *around;
	const siglet_transport *transport;
	siglet_issuer issuer;
	char verifier[SIGLET_FLOW_SECRET + 1];
	siglet_buf code; /* secret */
	int64_t interval_s, until_s;
} device;

/* What the person has to do. */
static siglet_err *tell_person(const device *d, const siglet_json *root)
{
	const siglet_slice code = siglet_json_string(siglet_json_object_get(root, "user_code"));
	const siglet_slice page =
		siglet_json_string(siglet_json_object_get(root, "verification_uri"));
	const siglet_slice whole =
		siglet_json_string(siglet_json_object_get(root, "verification_uri_complete"));
	siglet_buf line;
	siglet_err *err;

	if (code.len == 0 || page.len == 0)
		return siglet_err_new(SIGLET_E_MALFORMED, "the issuer gives no code and page");
	siglet_buf_init(&line, SIGLET_MAX_OIDC_URL);
	err = siglet_buf_printf(&line, "Open %s and type the code %s",
				siglet_text_printable(page).text, siglet_text_printable(code).text);
	if (err == NULL && whole.len > 0)
		err = siglet_buf_printf(&line, " (or open %s)", siglet_text_printable(whole).text);
	if (err == NULL)
		d->client->tell(d->client->context, siglet_buf_text(&line));
	siglet_buf_clear(&line);
	return err;
}

static siglet_err *read_times(device *d, const siglet_json *root)
{
	int64_t expires_s = 0, interval_s = 0;
	siglet_err *err = siglet_proto_int64(root, "expires_in", &expires_s);

	if (err == NULL)
		err = siglet_proto_int64(root, "interval", &interval_s);
	if (err != NULL)
		return err;
	if (expires_s <= 0 || expires_s > MAX_WAIT_S)
		expires_s = MAX_WAIT_S;
	if (d->client->timeout_s != 0 && expires_s > d->client->timeout_s)
		expires_s = d->client->timeout_s;
	d->interval_s =
		interval_s <= 0 || interval_s > MAX_WAIT_S ? DEFAULT_INTERVAL_S : interval_s;
	d->until_s = d->around->now_s(d->around->context) + expires_s;
	return NULL;
}

static siglet_err *read_grant(device *d, siglet_slice json)
{
	siglet_json_doc *doc = NULL;
	siglet_slice code = SIGLET_SLICE_NONE;
	siglet_err *err = siglet_json_parse_secret(json, (size_t)1 << 20, &doc);

	if (err == NULL)
		err = siglet_json_need_string(siglet_json_root(doc), "device_code", &code);
	if (err == NULL)
		err = siglet_buf_append(&d->code, code);
	if (err == NULL)
		err = read_times(d, siglet_json_root(doc));
	if (err == NULL)
		err = tell_person(d, siglet_json_root(doc));
	siglet_json_doc_free(doc);
	return err;
}

static siglet_err *begin(device *d)
{
	siglet_http_response response;
	char challenge[64];
	siglet_buf form;
	siglet_err *err = siglet_oidc_secret(d->verifier);

	siglet_buf_init(&form, SIGLET_MAX_OIDC_URL);
	siglet_http_response_init(&response);
	if (err == NULL)
		err = siglet_oidc_challenge(d->verifier, challenge);
	if (err == NULL)
		err = siglet_oidc_parameter("client_id", d->client->client_id, &form);
	if (err == NULL)
		err = siglet_oidc_parameter("scope", "openid email", &form);
	if (err == NULL)
		err = siglet_oidc_parameter("code_challenge", challenge, &form);
	if (err == NULL)
		err = siglet_oidc_parameter("code_challenge_method", "S256", &form);
	if (err == NULL) {
		const siglet_http_request request = {
			.what = "the OIDC issuer",
			.method = "POST",
			.url = d->issuer.device_endpoint,
			.headers = { { "Content-Type", "application/x-www-form-urlencoded",
				       false } },
			.header_count = 1,
			.body = siglet_buf_slice(&form),
			.secret_answer = true,
		};

		err = siglet_transport_send(d->transport, &request, &response);
		if (err == NULL && response.status != 200)
			err = siglet_http_status_error(&request, &response);
	}
	if (err == NULL)
		err = read_grant(d, siglet_buf_slice(&response.body));
	siglet_http_response_clear(&response);
	siglet_buf_clear(&form);
	return err;
}

static siglet_err *poll_once(const device *d, siglet_token **ret_token, char ret_error[64])
{
	siglet_buf form;
	siglet_err *err;

	siglet_buf_init_secret(&form, SIGLET_MAX_OIDC_URL);
	err = siglet_oidc_parameter("grant_type", GRANT, &form);
	if (err == NULL)
		err = siglet_oidc_parameter("client_id", d->client->client_id, &form);
	if (err == NULL)
		err = siglet_oidc_parameter("device_code", siglet_buf_text(&d->code), &form);
	if (err == NULL)
		err = siglet_oidc_parameter("scope", "openid email", &form);
	if (err == NULL)
		err = siglet_oidc_parameter("code_verifier", d->verifier, &form);
	if (err == NULL)
		err = siglet_oidc_redeem(d->transport, d->issuer.token_endpoint,
					 siglet_buf_slice(&form), ret_token, ret_error);
	siglet_buf_clear(&form);
	return err;
}

static siglet_err *wait_for_token(device *d, siglet_token **ret_token)
{
	for (;;) {
		char error[64] = "";
		const int64_t left_s = d->until_s - d->around->now_s(d->around->context);
		const int64_t wait_s = d->interval_s < left_s ? d->interval_s : left_s;
		siglet_err *err;

		if (left_s <= 0)
			return siglet_err_new(SIGLET_E_MISSING, "nobody logged in in time");
		d->around->sleep_ms(d->around->context, (unsigned)wait_s * 1000);
		err = poll_once(d, ret_token, error);
		if (err != NULL || *ret_token != NULL)
			return err;
		if (strcmp(error, "slow_down") == 0)
			d->interval_s += SLOW_DOWN_S;
		else if (strcmp(error, "authorization_pending") != 0)
			return siglet_err_new(SIGLET_E_UNTRUSTED, "the issuer says no: %s",
					      siglet_text_printable(siglet_slice_str(error)).text);
	}
}

static siglet_err *run(device *d, siglet_token **ret_token)
{
	siglet_token *token = NULL;
	siglet_err *err;

	if (d->issuer.device_endpoint == NULL)
		return siglet_err_new(SIGLET_E_UNSUPPORTED, "the issuer has no device flow");
	err = begin(d);
	if (err == NULL)
		err = wait_for_token(d, &token);
	if (err == NULL && !siglet_slice_is(siglet_token_issuer(token), d->client->issuer))
		err = siglet_err_new(SIGLET_E_MISMATCH, "the token is of another issuer");
	if (err == NULL)
		err = siglet_token_check(token, d->client->audience,
					 d->around->now_s(d->around->context));
	if (err != NULL) {
		siglet_token_free(token);
		return err;
	}
	*ret_token = token;
	return NULL;
}

siglet_err *siglet_oidc_device(const siglet_oidc_client *client, const siglet_surroundings *around,
			       const siglet_transport *transport, siglet_token **ret_token)
{
	device d = { .client = client, .around = around, .transport = transport };
	siglet_err *err;

	siglet_buf_init_secret(&d.code, SIGLET_MAX_OIDC_URL);
	err = siglet_oidc_discover(transport, client->issuer, &d.issuer);
	if (err == NULL)
		err = run(&d, ret_token);
	siglet_buf_clear(&d.code);
	siglet_arena_clear(&d.issuer.arena);
	siglet_wipe(d.verifier, sizeof(d.verifier));
	return err == NULL ? NULL : siglet_err_wrap(err, "login");
}
