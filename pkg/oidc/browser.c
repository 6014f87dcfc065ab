#include "oidc/loopback_internal.h"

#include <stdio.h>
#include <string.h>

/* A person logs in with a browser on this machine: authorization code, PKCE, loopback redirect. */

#define DEFAULT_TIMEOUT_S 120
#define MAX_QUERY_BYTES 8192

/* Everything of one login. */
typedef struct login {
	const siglet_oidc_client *client;
	const siglet_surroundings *around;
	const siglet_transport *transport;
	siglet_issuer issuer;
	char verifier[SIGLET_FLOW_SECRET + 1];
	char state[SIGLET_FLOW_SECRET + 1];
	char nonce[SIGLET_FLOW_SECRET + 1];
	char challenge[64];
	char redirect[64];
} login;

static int64_t now_ms(void *context)
{
	const login *l = context;

	return l->around->now_s(l->around->context) * 1000;
}

/* Equal in a time that does not tell how much of it is. */
static bool same_secret(const char *a, const char *b)
{
	const size_t len = strlen(b);
	unsigned differs = 0;

	if (strlen(a) != len)
		return false;
	for (size_t i = 0; i < len; i++)
		differs |= (unsigned)(unsigned char)(a[i] ^ b[i]);
	return differs == 0;
}

static bool escaped_byte(const char *text, unsigned *ret_byte)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char *high = text[0] == '\0' ? NULL : strchr(digits, text[0]);
	const char *low = high == NULL || text[1] == '\0' ? NULL : strchr(digits, text[1]);

	if (low == NULL)
		return false;
	*ret_byte = (unsigned)((high - digits) % 16 * 16 + (low - digits) % 16);
	return *ret_byte != 0;
}

/* The value of a query's parameter, unescaped; false where there is none. */
static bool find_parameter(const char *query, const char *name, char *ret_value, size_t size)
{
	const size_t name_len = strlen(name);
	size_t len = 0;

	while (*query != '\0' && (strncmp(query, name, name_len) != 0 || query[name_len] != '=')) {
		query += strcspn(query, "&");
		query += *query == '&';
	}
	if (*query == '\0')
		return false;
	for (query += name_len + 1; *query != '\0' && *query != '&'; query++) {
		unsigned byte = (unsigned char)*query;

		if (len + 1 >= size)
			return false;
		if (byte == '+')
			byte = ' ';
		if (byte == '%') {
			if (!escaped_byte(query + 1, &byte))
				return false;
			query += 2;
		}
		ret_value[len++] = (char)byte;
	}
	ret_value[len] = '\0';
	return true;
}

static siglet_err *prepare(login *l, uint16_t port)
{
	siglet_err *err = siglet_oidc_secret(l->verifier);

	if (err == NULL)
		err = siglet_oidc_secret(l->state);
	if (err == NULL)
		err = siglet_oidc_secret(l->nonce);
	if (err == NULL)
		err = siglet_oidc_challenge(l->verifier, l->challenge);
	(void)snprintf(l->redirect, sizeof(l->redirect), "http://localhost:%u/auth/callback",
		       (unsigned)port);
	return err;
}

static siglet_err *write_url(const login *l, siglet_buf *ret_url)
{
	const char *const parameters[][2] = {
		{ "response_type", "code" },
		{ "client_id", l->client->client_id },
		{ "scope", "openid email" },
		{ "redirect_uri", l->redirect },
		{ "code_challenge", l->challenge },
		{ "code_challenge_method", "S256" },
		{ "state", l->state },
		{ "nonce", l->nonce },
	};
	siglet_err *err = siglet_buf_append_str(ret_url, l->issuer.authorization_endpoint);

	if (err == NULL && strchr(l->issuer.authorization_endpoint, '?') == NULL)
		err = siglet_buf_append_byte(ret_url, '?');
	for (size_t i = 0; err == NULL && i < SIGLET_COUNT(parameters); i++)
		err = siglet_oidc_parameter(parameters[i][0], parameters[i][1], ret_url);
	return err;
}

static siglet_err *send_person(const login *l)
{
	const siglet_oidc_client *client = l->client;
	siglet_buf url;
	siglet_err *err;

	siglet_buf_init(&url, SIGLET_MAX_OIDC_URL);
	err = write_url(l, &url);
	if (err == NULL && client->browse != NULL &&
	    client->browse(client->context, siglet_buf_text(&url))) {
		client->tell(client->context,
			     "Log in with the browser window that opened. If none did, open:");
	} else if (err == NULL) {
		client->tell(client->context,
			     "Open this page in a browser on this machine to log in:");
	}
	if (err == NULL)
		client->tell(client->context, siglet_buf_text(&url));
	siglet_buf_clear(&url);
	return err;
}

/* State first: until it is ours, nothing else of the answer is looked at. */
static siglet_err *read_answer(const login *l, const char *query, char *ret_code, size_t size)
{
	char state[SIGLET_FLOW_SECRET + 8] = "", error[64] = "";

	if (!find_parameter(query, "state", state, sizeof(state)) || !same_secret(state, l->state))
		return siglet_err_new(SIGLET_E_MISMATCH,
				      "the browser's answer belongs to another login (state)");
	if (find_parameter(query, "error", error, sizeof(error)))
		return siglet_err_new(SIGLET_E_UNTRUSTED, "the issuer says no: %s",
				      siglet_text_printable(siglet_slice_str(error)).text);
	if (!find_parameter(query, "code", ret_code, size) || ret_code[0] == '\0')
		return siglet_err_new(SIGLET_E_MALFORMED, "the browser brought no code");
	return NULL;
}

static siglet_err *redeem(const login *l, const char *code, siglet_token **ret_token)
{
	const char *const parameters[][2] = {
		{ "grant_type", "authorization_code" }, { "code", code },
		{ "redirect_uri", l->redirect },	{ "client_id", l->client->client_id },
		{ "code_verifier", l->verifier },
	};
	char error[64] = "";
	siglet_buf form;
	siglet_err *err = NULL;

	siglet_buf_init_secret(&form, SIGLET_MAX_OIDC_URL);
	for (size_t i = 0; err == NULL && i < SIGLET_COUNT(parameters); i++)
		err = siglet_oidc_parameter(parameters[i][0], parameters[i][1], &form);
	if (err == NULL)
		err = siglet_oidc_redeem(l->transport, l->issuer.token_endpoint,
					 siglet_buf_slice(&form), ret_token, error);
	siglet_buf_clear(&form);
	if (err == NULL && error[0] != '\0')
		err = siglet_err_new(SIGLET_E_UNTRUSTED, "the issuer says no: %s",
				     siglet_text_printable(siglet_slice_str(error)).text);
	return err;
}

/* Is it the answer to this very login, by this very issuer? */
static siglet_err *check_token(const login *l, const siglet_token *token)
{
	if (!siglet_slice_is(siglet_token_claim(token, "nonce"), l->nonce))
		return siglet_err_new(SIGLET_E_MISMATCH,
				      "the token belongs to another login (nonce)");
	if (!siglet_slice_is(siglet_token_issuer(token), l->client->issuer))
		return siglet_err_new(SIGLET_E_MISMATCH, "the token is of another issuer, %s",
				      siglet_text_printable(siglet_token_issuer(token)).text);
	return siglet_token_check(token, l->client->audience, l->around->now_s(l->around->context));
}

static siglet_err *run(login *l, const siglet_loopback *loopback, siglet_token **ret_token)
{
	const unsigned seconds =
		l->client->timeout_s == 0 ? DEFAULT_TIMEOUT_S : l->client->timeout_s;
	char code[MAX_QUERY_BYTES];
	siglet_token *token = NULL;
	siglet_buf query;
	siglet_err *err = prepare(l, loopback->port);

	siglet_buf_init_secret(&query, MAX_QUERY_BYTES);
	if (err == NULL)
		err = send_person(l);
	if (err == NULL)
		err = siglet_loopback_wait(loopback, now_ms(l) + (int64_t)seconds * 1000, now_ms, l,
					   &query);
	if (err == NULL)
		err = read_answer(l, siglet_buf_text(&query), code, sizeof(code));
	siglet_buf_clear(&query);
	if (err == NULL)
		err = redeem(l, code, &token);
	siglet_wipe(code, sizeof(code));
	if (err == NULL)
		err = check_token(l, token);
	if (err != NULL) {
		siglet_token_free(token);
		return err;
	}
	*ret_token = token;
	return NULL;
}

siglet_err *siglet_oidc_browser(const siglet_oidc_client *client, const siglet_surroundings *around,
				const siglet_transport *transport, siglet_token **ret_token)
{
	login l = { .client = client, .around = around, .transport = transport };
	siglet_loopback loopback = { { -1, -1 }, 0 };
	siglet_err *err = siglet_oidc_discover(transport, client->issuer, &l.issuer);

	if (err == NULL)
		err = siglet_loopback_open(&loopback);
	if (err == NULL)
		err = run(&l, &loopback, ret_token);
	siglet_loopback_close(&loopback);
	siglet_arena_clear(&l.issuer.arena);
	siglet_wipe(&l, sizeof(l));
	return err == NULL ? NULL : siglet_err_wrap(err, "login");
}
