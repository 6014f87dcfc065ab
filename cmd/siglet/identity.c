#include "sign.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where the token comes from. */

#define MAX_TOKEN_BYTES 65536
#define DEFAULT_AUDIENCE "sigstore"

const char *sign_audience(const cli_arguments *arguments)
{
	const char *audience = cli_value(arguments, CLI_AUDIENCE);

	return audience == NULL ? DEFAULT_AUDIENCE : audience;
}

/* ---- given ---- */

static siglet_err *read_descriptor(const char *text, siglet_buf *ret_token)
{
	char *end = NULL;

	errno = 0;
	const long fd = strtol(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || fd < 0 || fd > 65535)
		return siglet_err_new(SIGLET_E_USAGE, "fd:N takes the number of a descriptor");
	return siglet_sys_read_descriptor((int)fd, ret_token);
}

static bool names_source(const char *value)
{
	return value[0] == '@' || strcmp(value, "-") == 0 || strncmp(value, "fd:", 3) == 0;
}

/*
 * A token on the command line is there for everybody to see: at least not for longer than needed.
 */
siglet_err *sign_take_argument(const cli_arguments *arguments, siglet_buf *ret_token)
{
	const char *value = cli_value(arguments, CLI_IDENTITY_TOKEN);
	char *seen = (char *)(uintptr_t)value;
	siglet_err *err;

	siglet_buf_init_secret(ret_token, MAX_TOKEN_BYTES);
	if (value == NULL || names_source(value))
		return NULL;
	err = siglet_buf_append_str(ret_token, value);
	siglet_wipe(seen, strlen(seen));
	(void)fputs("siglet: warning: others can read a token on the command line\n"
		    "  hint: --identity-token @FILE or fd:N\n",
		    stderr);
	return err == NULL ? NULL : siglet_err_wrap(err, "--identity-token");
}

static siglet_err *read_given(const char *value, siglet_slice taken, siglet_buf *ret_token)
{
	if (value[0] == '@')
		return siglet_sys_read_file(value + 1, ret_token);
	if (strcmp(value, "-") == 0)
		return siglet_sys_read_stdin(ret_token);
	if (strncmp(value, "fd:", 3) == 0)
		return read_descriptor(value + 3, ret_token);
	return siglet_buf_append(ret_token, taken);
}

static siglet_err *from_option(const char *value, siglet_slice taken,
			       siglet_credential **ret_credential)
{
	siglet_buf token;
	siglet_err *err;

	siglet_buf_init_secret(&token, MAX_TOKEN_BYTES);
	err = read_given(value, taken, &token);
	while (err == NULL && token.len > 0 && strchr(" \t\r\n", token.ptr[token.len - 1]) != NULL)
		token.len--;
	if (err == NULL)
		err = siglet_credential_parse(token.ptr, token.len, ret_credential);
	siglet_buf_clear(&token);
	return err == NULL ? NULL : siglet_err_wrap(err, "--identity-token");
}

/* ---- a person ---- */

static void tell(void *context, const char *line)
{
	siglet_buf text;
	siglet_err *err;

	(void)context;
	siglet_buf_init(&text, MAX_TOKEN_BYTES);
	err = siglet_text_print(siglet_slice_str(line), &text);
	(void)fprintf(stderr, "%s\n", err == NULL ? siglet_buf_text(&text) : "");
	siglet_err_free(err);
	siglet_buf_clear(&text);
}

static bool browse(void *context, const char *url)
{
	(void)context;
	return siglet_sys_open_browser(url);
}

static siglet_err *log_in(const cli_arguments *arguments, const siglet_signing *signing,
			  siglet_credential **ret_credential)
{
	const char *client = cli_value(arguments, CLI_OIDC_CLIENT_ID);
	char *issuer = NULL;
	siglet_err *err = siglet_signing_oidc_issuer(signing, &issuer);

	if (err != NULL)
		return err;
	const siglet_login login = {
		.issuer = issuer,
		.client_id = client,
		.audience = cli_value(arguments, CLI_AUDIENCE),
		.device = cli_has(arguments, CLI_DEVICE),
		.tell = tell,
		.browse = browse,
	};
	err = siglet_credential_login(&login, ret_credential);
	siglet_string_free(issuer);
	return err;
}

static siglet_err *none_found(bool in_ci)
{
	siglet_err *err = siglet_err_new(SIGLET_E_IDENTITY, "no identity to sign with was found");

	if (in_ci)
		return siglet_err_hint(err,
				       "let the job have an OIDC token (GitHub: permissions: "
				       "id-token: write; GitLab: id_tokens: SIGSTORE_ID_TOKEN: "
				       "aud: sigstore)");
	return siglet_err_hint(err, "set SIGSTORE_ID_TOKEN, pass --identity-token @FILE, or run it "
				    "on a terminal to log in");
}

/* ---- the order ---- */

siglet_err *sign_find_identity(const cli_arguments *arguments, siglet_slice taken,
			       const siglet_signing *signing, siglet_credential **ret_credential)
{
	const char *given = cli_value(arguments, CLI_IDENTITY_TOKEN);
	const bool in_ci = siglet_sys_environment("CI") != NULL;
	siglet_credential *credential = NULL;
	siglet_err *err = NULL;

	/* An explicit token that is bad is an error: nothing else takes its place. */
	if (given != NULL)
		err = from_option(given, taken, &credential);
	else if (!cli_has(arguments, CLI_NO_AMBIENT) && !cli_has(arguments, CLI_DEVICE))
		err = siglet_credential_ambient_traced(
			sign_audience(arguments),
			cli_has(arguments, CLI_VERBOSE) ? cli_trace : NULL, NULL, &credential);
	if (err == NULL && credential == NULL && !in_ci &&
	    (cli_has(arguments, CLI_DEVICE) ||
	     (siglet_sys_is_terminal(STDIN_FILENO) && siglet_sys_is_terminal(STDERR_FILENO))))
		err = log_in(arguments, signing, &credential);
	else if (err == NULL && credential == NULL)
		err = none_found(in_ci);
	if (err == NULL)
		err = siglet_credential_check(credential, sign_audience(arguments));
	if (err != NULL) {
		siglet_credential_free(credential);
		return err;
	}
	*ret_credential = credential;
	return NULL;
}
