#include "siglet/signing_internal.h"

#include <stdlib.h>
#include <string.h>

#include "sys/sys.h"

/* Identity tokens behind the public interface. */

#define MAX_IDENTITY_BYTES 65536
#define MAX_CLAIMS_BYTES ((size_t)8 * SIGLET_MAX_TOKEN_BYTES)
#define DEFAULT_CLIENT "sigstore"

const siglet_token *siglet_credential_token(const siglet_credential *credential)
{
	return credential->token;
}

/* ---- made of a token ---- */

/* Text that a C string can't hold is no name of anybody. */
static siglet_err *keep_text(siglet_slice text, const char *what, char **ret_text)
{
	if (text.len > 0 && memchr(text.ptr, 0, text.len) != NULL)
		return siglet_err_new(SIGLET_E_IDENTITY, "the token's %s holds a NUL", what);
	return siglet_strndup(text, ret_text);
}

static siglet_err *keep_identity(siglet_credential *credential)
{
	siglet_buf san;
	siglet_err *err;

	siglet_buf_init(&san, MAX_IDENTITY_BYTES);
	err = siglet_token_expected_san(credential->token, &san);
	if (err == NULL && san.len > 0)
		err = keep_text(siglet_buf_slice(&san), "identity", &credential->identity);
	siglet_buf_clear(&san);
	return err;
}

static siglet_err *keep_texts(siglet_credential *credential)
{
	const siglet_token *token = credential->token;
	siglet_err *err = keep_text(siglet_token_issuer(token), "issuer", &credential->issuer);

	if (err == NULL)
		err = keep_text(siglet_token_subject(token), "subject", &credential->subject);
	if (err == NULL)
		err = keep_text(siglet_token_certificate_issuer(token), "issuer",
				&credential->certificate_issuer);
	if (err == NULL && siglet_token_email(token).len > 0)
		err = keep_text(siglet_token_email(token), "e-mail", &credential->email);
	return err == NULL ? keep_identity(credential) : err;
}

/* Takes token. */
static siglet_err *wrap_token(siglet_token *token, const char *source,
			      siglet_credential **ret_credential)
{
	siglet_credential *credential = siglet_calloc(1, sizeof(*credential));
	siglet_err *err;

	if (credential == NULL) {
		siglet_token_free(token);
		return siglet_err_nomem();
	}
	credential->token = token;
	credential->source = source;
	err = keep_texts(credential);
	if (err != NULL) {
		siglet_credential_free(credential);
		return err;
	}
	*ret_credential = credential;
	return NULL;
}

/* Whatever is wrong with a token or its source: there is no identity. */
static siglet_err *as_identity(siglet_err *err)
{
	const siglet_code code = siglet_err_code(err);

	if (code == SIGLET_E_NETWORK || code == SIGLET_E_NOMEM || code == SIGLET_E_INTERNAL)
		return err;
	return siglet_err_recode(err, SIGLET_E_IDENTITY);
}

siglet_error *siglet_credential_parse(const void *jwt, size_t len,
				      siglet_credential **ret_credential)
{
	siglet_token *token = NULL;
	siglet_err *err = siglet_token_parse(siglet_slice_of(jwt, len), &token);

	return err != NULL ? as_identity(err) : wrap_token(token, "token", ret_credential);
}

/* ---- asked for ---- */

siglet_error *siglet_credential_ambient(const char *audience, siglet_credential **ret_credential)
{
	return siglet_credential_ambient_traced(audience, NULL, NULL, ret_credential);
}

siglet_error *siglet_credential_ambient_traced(const char *audience, siglet_sign_trace *trace,
					       void *context, siglet_credential **ret_credential)
{
	const siglet_http_options options = { .trace = trace, .trace_context = context };
	const char *provider = NULL;
	siglet_token *token = NULL;
	siglet_http *http = NULL;
	siglet_transport transport;
	siglet_err *err = siglet_http_new(&options, &http);

	if (err != NULL)
		return err;
	transport = siglet_http_transport(http);
	err = siglet_oidc_ambient(siglet_own_surroundings(), &transport, audience, &token,
				  &provider);
	siglet_http_free(http);
	if (err != NULL)
		return as_identity(err);
	if (token == NULL) {
		*ret_credential = NULL;
		return NULL;
	}
	return wrap_token(token, provider, ret_credential);
}

siglet_error *siglet_credential_login(const siglet_login *login, siglet_credential **ret_credential)
{
	const siglet_http_options options = { 0 };
	const char *id = login->client_id == NULL ? DEFAULT_CLIENT : login->client_id;
	const siglet_oidc_client client = {
		.issuer = login->issuer,
		.client_id = id,
		.audience = login->audience == NULL ? id : login->audience,
		.timeout_s = login->timeout_s,
		.tell = login->tell,
		.browse = login->browse,
		.context = login->context,
	};
	siglet_token *token = NULL;
	siglet_http *http = NULL;
	siglet_transport transport;
	siglet_err *err = siglet_http_new(&options, &http);

	if (err != NULL)
		return err;
	transport = siglet_http_transport(http);
	err = login->device
		      ? siglet_oidc_device(&client, siglet_own_surroundings(), &transport, &token)
		      : siglet_oidc_browser(&client, siglet_own_surroundings(), &transport, &token);
	siglet_http_free(http);
	return err != NULL ? as_identity(err) : wrap_token(token, "login", ret_credential);
}

/* ---- asking ---- */

siglet_error *siglet_credential_check(const siglet_credential *credential, const char *audience)
{
	siglet_err *err = siglet_token_check(credential->token, audience, siglet_sys_now_s());

	return err == NULL ? NULL : as_identity(err);
}

const char *siglet_credential_source(const siglet_credential *credential)
{
	return credential->source;
}

const char *siglet_credential_issuer(const siglet_credential *credential)
{
	return credential->issuer;
}

const char *siglet_credential_subject(const siglet_credential *credential)
{
	return credential->subject;
}

const char *siglet_credential_certificate_issuer(const siglet_credential *credential)
{
	return credential->certificate_issuer;
}

const char *siglet_credential_identity(const siglet_credential *credential)
{
	return credential->identity;
}

const char *siglet_credential_email(const siglet_credential *credential)
{
	return credential->email;
}

int64_t siglet_credential_expires(const siglet_credential *credential)
{
	return siglet_token_expires_s(credential->token);
}

/* The text is NUL-terminated in the token's own memory. */
const char *siglet_credential_claim(const siglet_credential *credential, const char *name)
{
	const siglet_slice value = siglet_token_claim(credential->token, name);

	if (value.len == 0 || memchr(value.ptr, 0, value.len) != NULL ||
	    value.ptr[value.len] != '\0')
		return NULL;
	return (const char *)value.ptr;
}

siglet_error *siglet_credential_claims(const siglet_credential *credential, char **ret_json)
{
	siglet_buf json;
	siglet_err *err;

	siglet_buf_init(&json, MAX_CLAIMS_BYTES);
	err = siglet_token_print_claims(credential->token, 2, &json);
	if (err == NULL)
		err = siglet_strndup(siglet_buf_slice(&json), ret_json);
	siglet_buf_clear(&json);
	return err;
}

void siglet_credential_free(siglet_credential *credential)
{
	if (credential == NULL)
		return;
	siglet_token_free(credential->token);
	free(credential->issuer);
	free(credential->subject);
	free(credential->certificate_issuer);
	free(credential->identity);
	free(credential->email);
	free(credential);
}
