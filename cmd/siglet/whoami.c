#include "sign.h"

#include "json/json.h"

/* siglet whoami: which identity would sign here? */

#define MAX_SHOWN_BYTES ((size_t)1 << 20)

static const cli_option whoami_options[] = {
	SIGN_IDENTITY_OPTIONS,
	SIGN_TRUST_OPTIONS,
	{ .help = "Output" },
	{ .name = "json", .id = CLI_JSON, .help = "print an object" },
	{ .name = "verbose", .letter = 'v', .id = CLI_VERBOSE, .help = "tell of each request" },
	CLI_LAST_OPTIONS,
};

static siglet_err *show_line(const char *label, const char *value, siglet_buf *out)
{
	siglet_err *err = siglet_buf_printf(out, "%-12s", label);

	if (err == NULL)
		err = cli_append_name(out, value);
	return err == NULL ? siglet_buf_append_byte(out, '\n') : err;
}

static siglet_err *show_text(const siglet_credential *credential, const char *claims,
			     siglet_buf *out)
{
	const char *identity = siglet_credential_identity(credential);
	siglet_err *err =
		show_line("identity", identity == NULL ? "(the CA decides)" : identity, out);

	if (err == NULL)
		err = show_line("issuer", siglet_credential_certificate_issuer(credential), out);
	if (err == NULL)
		err = show_line("subject", siglet_credential_subject(credential), out);
	if (err == NULL)
		err = show_line("from", siglet_credential_source(credential), out);
	if (err == NULL)
		err = show_line("expires",
				siglet_time_format(siglet_credential_expires(credential)).text,
				out);
	if (err == NULL)
		err = siglet_buf_append_str(out, "claims\n");
	if (err == NULL)
		err = cli_append_text(out, claims, true);
	return err == NULL ? siglet_buf_append_byte(out, '\n') : err;
}

static siglet_err *show_json(const siglet_credential *credential, siglet_buf *out)
{
	const char *identity = siglet_credential_identity(credential);
	siglet_json_writer w;
	siglet_err *err;

	siglet_json_writer_init(&w, out, 0);
	siglet_json_write_begin_object(&w, NULL);
	if (identity != NULL)
		siglet_json_write_text(&w, "identity", identity);
	siglet_json_write_text(&w, "issuer", siglet_credential_certificate_issuer(credential));
	siglet_json_write_text(&w, "subject", siglet_credential_subject(credential));
	siglet_json_write_text(&w, "tokenIssuer", siglet_credential_issuer(credential));
	siglet_json_write_text(&w, "source", siglet_credential_source(credential));
	siglet_json_write_text(&w, "expires",
			       siglet_time_format(siglet_credential_expires(credential)).text);
	siglet_json_write_end_object(&w);
	err = siglet_json_writer_finish(&w);
	return err == NULL ? siglet_buf_append_byte(out, '\n') : err;
}

static siglet_err *show(const sign_run *run)
{
	char *claims = NULL;
	siglet_buf out;
	siglet_err *err = siglet_credential_claims(run->credential, &claims);

	siglet_buf_init(&out, MAX_SHOWN_BYTES);
	if (err == NULL)
		err = run->style.json ? show_json(run->credential, &out)
				      : show_text(run->credential, claims, &out);
	if (err == NULL && !run->style.quiet)
		(void)fwrite(out.ptr, 1, out.len, stdout);
	siglet_buf_clear(&out);
	siglet_string_free(claims);
	return err;
}

static siglet_status run(const cli_verb *verb, int argc, char **argv)
{
	sign_run r = { .only_shows = true };
	cli_arguments arguments;
	siglet_status status;
	siglet_err *err = NULL;

	if (!cli_begin(verb, argc, argv, &arguments, &status))
		return status;
	status = SIGLET_STATUS_OK;
	if (arguments.operand_count > 0)
		err = siglet_err_new(SIGLET_E_USAGE, "it takes no argument");
	if (err == NULL)
		err = sign_set_up(&arguments, &r);
	if (err == NULL)
		err = sign_find_identity(&arguments, siglet_buf_slice(&r.taken_token), r.signing,
					 &r.credential);
	if (err == NULL)
		err = show(&r);
	if (err != NULL)
		status = cli_fail_run(verb, &arguments, err);
	sign_clear(&r);
	cli_arguments_clear(&arguments);
	return status;
}

const cli_verb cli_whoami = {
	.name = "whoami",
	.operands = "",
	.summary = "which identity would sign here, and where it comes from",
	.about = "The token itself is never shown.\n",
	.options = whoami_options,
	.option_count = SIGLET_COUNT(whoami_options),
	.uses_crypto = true,
	.keeps_secrets = true,
	.run = run,
};
