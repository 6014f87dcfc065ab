#include "oidc/oidc.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "json/json.h"

/*
 * What a client reads in an identity token (RFC 7519). Its signature is for the certificate
 * authority.
 */

#define LEEWAY_S 5
#define MAX_TIME_S 253402300799 /* the end of the year 9999 */

struct siglet_token {
	siglet_buf jwt; /* secret */
	siglet_json_doc *claims;
	siglet_slice issuer, subject, email, connector; /* borrow from claims */
	bool email_is_verified;
	int64_t expires_s, issued_s, not_before_s; /* 0: not given */
};

/* ---- reading ---- */

/* One of three base64url parts, without padding; *text moves behind it and its dot. */
static siglet_err *next_part(siglet_slice *text, bool is_last, siglet_slice *ret_part)
{
	size_t len = 0;

	while (len < text->len && text->ptr[len] != '.') {
		const uint8_t c = text->ptr[len++];

		if ((c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') &&
		    c != '-' && c != '_')
			return siglet_err_new(SIGLET_E_MALFORMED, "not base64url");
	}
	if (len == 0 || (len == text->len) != is_last)
		return siglet_err_new(SIGLET_E_MALFORMED, "not three parts with dots between");
	*ret_part = siglet_slice_of(text->ptr, len);
	*text = is_last ? SIGLET_SLICE_NONE
			: siglet_slice_of(text->ptr + len + 1, text->len - len - 1);
	return NULL;
}

static siglet_err *parse_claims(siglet_slice jwt, siglet_json_doc **ret_claims)
{
	siglet_slice header = SIGLET_SLICE_NONE, payload = SIGLET_SLICE_NONE;
	siglet_slice signature = SIGLET_SLICE_NONE;
	siglet_buf json;
	siglet_err *err = next_part(&jwt, false, &header);

	if (err == NULL)
		err = next_part(&jwt, false, &payload);
	if (err == NULL)
		err = next_part(&jwt, true, &signature);
	if (err != NULL)
		return err;
	siglet_buf_init_secret(&json, SIGLET_MAX_TOKEN_BYTES);
	err = siglet_base64_decode_any(payload, &json);
	if (err == NULL)
		err = siglet_json_parse(siglet_buf_slice(&json), SIGLET_MAX_TOKEN_BYTES,
					ret_claims);
	siglet_buf_clear(&json);
	if (err == NULL && siglet_json_kind_of(siglet_json_root(*ret_claims)) != SIGLET_JSON_OBJECT)
		err = siglet_err_new(SIGLET_E_MALFORMED, "the claims are no object");
	return err;
}

static const siglet_json *claim(const siglet_token *token, const char *name)
{
	return siglet_json_object_get(siglet_json_root(token->claims), name);
}

/* Seconds, which some issuers write as a float. Absent or null: *ret_time stays. */
static siglet_err *read_time(const siglet_token *token, const char *name, int64_t *ret_time_s)
{
	const siglet_json *value = claim(token, name);
	siglet_buf text;
	siglet_err *err;
	int64_t time_s = 0;
	size_t i = 0;

	if (value == NULL || siglet_json_kind_of(value) == SIGLET_JSON_NULL)
		return NULL;
	if (siglet_json_kind_of(value) != SIGLET_JSON_NUMBER)
		return siglet_err_new(SIGLET_E_MALFORMED, "%s is no number", name);
	siglet_buf_init(&text, 64);
	err = siglet_json_canonicalize(value, &text);
	for (; err == NULL && i < text.len && text.ptr[i] >= '0' && text.ptr[i] <= '9'; i++)
		time_s = time_s > MAX_TIME_S ? time_s : time_s * 10 + (text.ptr[i] - '0');
	if (err == NULL && (i == 0 || time_s > MAX_TIME_S || (i < text.len && text.ptr[i] != '.')))
		err = siglet_err_new(SIGLET_E_MALFORMED, "%s is no time", name);
	siglet_buf_clear(&text);
	if (err == NULL)
		*ret_time_s = time_s;
	return err;
}

static siglet_err *read_text(const siglet_token *token, const char *name, bool is_needed,
			     siglet_slice *ret_text)
{
	const siglet_json *value = claim(token, name);

	if (value == NULL || siglet_json_kind_of(value) == SIGLET_JSON_NULL)
		return is_needed ? siglet_err_new(SIGLET_E_MISSING, "no claim %s", name) : NULL;
	if (siglet_json_kind_of(value) != SIGLET_JSON_STRING)
		return siglet_err_new(SIGLET_E_MALFORMED, "%s is no text", name);
	*ret_text = siglet_json_string(value);
	if (is_needed && ret_text->len == 0)
		return siglet_err_new(SIGLET_E_MISSING, "%s is empty", name);
	return NULL;
}

/* True; but some issuers send it as a text. */
static siglet_err *read_verified(siglet_token *token)
{
	const siglet_json *value = claim(token, "email_verified");
	const siglet_slice text = siglet_json_string(value);

	switch (siglet_json_kind_of(value)) {
	case SIGLET_JSON_NULL:
		return NULL;
	case SIGLET_JSON_BOOL:
		token->email_is_verified = siglet_json_bool(value);
		return NULL;
	case SIGLET_JSON_STRING:
		if (siglet_slice_is(text, "true") || siglet_slice_is(text, "True")) {
			token->email_is_verified = true;
			return NULL;
		}
		if (siglet_slice_is(text, "false") || siglet_slice_is(text, "False"))
			return NULL;
		break;
	case SIGLET_JSON_NUMBER:
	case SIGLET_JSON_ARRAY:
	case SIGLET_JSON_OBJECT:
		break;
	}
	return siglet_err_new(SIGLET_E_MALFORMED, "email_verified is neither true nor false");
}

/* A federating issuer names the one that it asked. */
static siglet_err *read_connector(siglet_token *token)
{
	const siglet_json *federated = claim(token, "federated_claims");
	const siglet_json *id;

	if (federated == NULL || siglet_json_kind_of(federated) == SIGLET_JSON_NULL)
		return NULL;
	if (siglet_json_kind_of(federated) != SIGLET_JSON_OBJECT)
		return siglet_err_new(SIGLET_E_MALFORMED, "federated_claims is no object");
	id = siglet_json_object_get(federated, "connector_id");
	if (id == NULL)
		return NULL;
	if (siglet_json_kind_of(id) != SIGLET_JSON_STRING)
		return siglet_err_new(SIGLET_E_MALFORMED, "connector_id is no text");
	token->connector = siglet_json_string(id);
	return NULL;
}

static siglet_err *check_audience_form(const siglet_token *token)
{
	const siglet_json *audience = claim(token, "aud");

	if (audience == NULL || siglet_json_kind_of(audience) == SIGLET_JSON_NULL)
		return siglet_err_new(SIGLET_E_MISSING, "no claim aud");
	if (siglet_json_kind_of(audience) == SIGLET_JSON_STRING)
		return NULL;
	if (siglet_json_kind_of(audience) != SIGLET_JSON_ARRAY)
		return siglet_err_new(SIGLET_E_MALFORMED, "aud is neither a text nor a list");
	for (size_t i = 0; i < siglet_json_array_count(audience); i++)
		if (siglet_json_kind_of(siglet_json_array_item(audience, i)) != SIGLET_JSON_STRING)
			return siglet_err_new(SIGLET_E_MALFORMED, "aud[%zu] is no text", i);
	return NULL;
}

static siglet_err *read_claims(siglet_token *token)
{
	siglet_err *err = read_text(token, "iss", true, &token->issuer);

	if (err == NULL)
		err = read_text(token, "sub", true, &token->subject);
	if (err == NULL)
		err = check_audience_form(token);
	if (err == NULL)
		err = read_time(token, "exp", &token->expires_s);
	if (err == NULL && token->expires_s == 0)
		err = siglet_err_new(SIGLET_E_MISSING, "no claim exp");
	if (err == NULL)
		err = read_time(token, "iat", &token->issued_s);
	if (err == NULL)
		err = read_time(token, "nbf", &token->not_before_s);
	if (err == NULL)
		err = read_text(token, "email", false, &token->email);
	if (err == NULL)
		err = read_verified(token);
	return err == NULL ? read_connector(token) : err;
}

siglet_err *siglet_token_parse(siglet_slice jwt, siglet_token **ret_token)
{
	siglet_token *token;
	siglet_err *err;

	if (jwt.len > SIGLET_MAX_TOKEN_BYTES)
		return siglet_err_new(SIGLET_E_LIMIT, "a token of more than %d bytes",
				      SIGLET_MAX_TOKEN_BYTES);
	token = siglet_calloc(1, sizeof(*token));
	if (token == NULL)
		return siglet_err_nomem();
	siglet_buf_init_secret(&token->jwt, SIGLET_MAX_TOKEN_BYTES);
	err = siglet_buf_append(&token->jwt, jwt);
	if (err == NULL)
		err = parse_claims(siglet_buf_slice(&token->jwt), &token->claims);
	if (err == NULL)
		err = read_claims(token);
	if (err != NULL) {
		siglet_token_free(token);
		return siglet_err_wrap(err, "identity token");
	}
	*ret_token = token;
	return NULL;
}

void siglet_token_free(siglet_token *token)
{
	if (token == NULL)
		return;
	siglet_buf_clear(&token->jwt);
	siglet_json_doc_free(token->claims);
	free(token);
}

/* ---- asking ---- */

siglet_slice siglet_token_jwt(const siglet_token *token)
{
	return siglet_buf_slice(&token->jwt);
}

siglet_slice siglet_token_issuer(const siglet_token *token)
{
	return token->issuer;
}

siglet_slice siglet_token_subject(const siglet_token *token)
{
	return token->subject;
}

int64_t siglet_token_expires_s(const siglet_token *token)
{
	return token->expires_s;
}

siglet_slice siglet_token_email(const siglet_token *token)
{
	return token->email;
}

bool siglet_token_email_is_verified(const siglet_token *token)
{
	return token->email_is_verified;
}

siglet_slice siglet_token_certificate_issuer(const siglet_token *token)
{
	return token->connector.len > 0 ? token->connector : token->issuer;
}

siglet_slice siglet_token_claim(const siglet_token *token, const char *name)
{
	return siglet_json_string(claim(token, name));
}

/* ---- showing ---- */

typedef struct printer {
	siglet_buf *out;
	unsigned indent;
	bool is_first;
} printer;

static siglet_err *print_claim(void *context, siglet_slice name, const siglet_json *value)
{
	printer *p = context;
	siglet_err *err =
		siglet_buf_printf(p->out, "%s\n%*s", p->is_first ? "" : ",", (int)p->indent, "");

	p->is_first = false;
	if (err == NULL)
		err = siglet_json_quote(name, p->out);
	if (err == NULL)
		err = siglet_buf_append_str(p->out, ": ");
	return err == NULL ? siglet_json_canonicalize(value, p->out) : err;
}

siglet_err *siglet_token_print_claims(const siglet_token *token, unsigned indent,
				      siglet_buf *ret_json)
{
	printer p = { ret_json, indent, true };
	siglet_err *err = siglet_buf_append_byte(ret_json, '{');

	if (err == NULL)
		err = siglet_json_object_each(siglet_json_root(token->claims), print_claim, &p);
	return err == NULL ? siglet_buf_append_str(ret_json, "\n}") : err;
}

/* ---- judging ---- */

static bool has_audience(const siglet_token *token, const char *wanted)
{
	const siglet_json *audience = claim(token, "aud");

	if (siglet_json_kind_of(audience) == SIGLET_JSON_STRING)
		return siglet_slice_is(siglet_json_string(audience), wanted);
	for (size_t i = 0; i < siglet_json_array_count(audience); i++)
		if (siglet_slice_is(siglet_json_string(siglet_json_array_item(audience, i)),
				    wanted))
			return true;
	return false;
}

/* The one that it has, or the first of several. */
static siglet_slice first_audience(const siglet_token *token)
{
	const siglet_json *audience = claim(token, "aud");

	return siglet_json_string(siglet_json_kind_of(audience) == SIGLET_JSON_ARRAY
					  ? siglet_json_array_item(audience, 0)
					  : audience);
}

/* Where the job's file says for whom its token is. */
static siglet_err *wrong_audience(const siglet_token *token, const char *wanted)
{
	siglet_err *err = siglet_err_new(SIGLET_E_MISMATCH,
					 "the identity token is for \"%s\", not for \"%s\"",
					 siglet_text_printable(first_audience(token)).text, wanted);

	if (claim(token, "ci_config_ref_uri") != NULL)
		return siglet_err_hint(err, "GitLab: id_tokens: { SIGSTORE_ID_TOKEN: { aud: %s } }",
				       wanted);
	if (claim(token, "pipelineUuid") != NULL)
		return siglet_err_hint(err, "Bitbucket: oidc: { audiences: [ %s ] }", wanted);
	return siglet_err_hint(err, "ask the provider for a token with the audience %s", wanted);
}

siglet_err *siglet_token_check(const siglet_token *token, const char *audience, int64_t now_s)
{
	if (!has_audience(token, audience))
		return wrong_audience(token, audience);
	if (now_s >= token->expires_s)
		return siglet_err_hint(siglet_err_new(SIGLET_E_EXPIRED,
						      "the identity token expired at %s",
						      siglet_time_format(token->expires_s).text),
				       "get a new one right before signing");
	if (now_s + LEEWAY_S < token->not_before_s || now_s + LEEWAY_S < token->issued_s)
		return siglet_err_hint(
			siglet_err_new(SIGLET_E_EXPIRED,
				       "the identity token is not valid before %s",
				       siglet_time_format(token->not_before_s > token->issued_s
								  ? token->not_before_s
								  : token->issued_s)
					       .text),
			"is the clock of this machine right?");
	/* A CI token may name an address that nobody vouches for: there it is no identity. */
	if (token->email.len > 0 && !token->email_is_verified && token->connector.len > 0)
		return siglet_err_hint(
			siglet_err_new(SIGLET_E_UNTRUSTED,
				       "the issuer has not verified the e-mail address"),
			"verify it with the provider, and log in again");
	return NULL;
}
