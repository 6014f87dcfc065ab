#include "sign.h"

#include <string.h>
#include <unistd.h>

/* From options to a run that can sign. */

#define MAX_CONFIG_BYTES ((size_t)4 << 20)
#define MAX_PEM_BYTES 65536
#define MAX_PASSPHRASE_BYTES 4096
#define MAX_COMMAND_BYTES 65536

/* Options whose value the library takes as it is. */
static const struct {
	cli_id id;
	siglet_sign_option what;
	const char *name;
} plain[] = {
	{ CLI_ALGORITHM, SIGLET_SIGN_ALGORITHM, "--algorithm" },
	{ CLI_FULCIO_URL, SIGLET_SIGN_FULCIO_URL, "--fulcio-url" },
	{ CLI_REKOR_URL, SIGLET_SIGN_REKOR_URL, "--rekor-url" },
	{ CLI_REKOR_VERSION, SIGLET_SIGN_REKOR_VERSION, "--rekor-version" },
	{ CLI_TSA_URL, SIGLET_SIGN_TSA_URL, "--tsa-url" },
	{ CLI_OIDC_ISSUER, SIGLET_SIGN_OIDC_URL, "--oidc-issuer" },
	{ CLI_TIMEOUT, SIGLET_SIGN_TIMEOUT, "--timeout" },
	{ CLI_FORMAT, SIGLET_SIGN_FORMAT, "--format" },
	{ CLI_PAYLOAD, SIGLET_SIGN_PAYLOAD, "--payload" },
};

/* ---- services ---- */

static siglet_err *set_config(const char *path, siglet_signing *signing)
{
	siglet_buf json;
	siglet_err *err;

	siglet_buf_init(&json, MAX_CONFIG_BYTES);
	err = siglet_sys_read_file(path, &json);
	const bool json_is_unread = err != NULL;
	if (err == NULL)
		err = siglet_signing_set(signing, SIGLET_SIGN_CONFIG_JSON, siglet_buf_text(&json));
	siglet_buf_clear(&json);
	if (err == NULL || json_is_unread)
		return err;
	return siglet_err_wrap(siglet_err_recode(err, SIGLET_E_IO), "%s",
			       siglet_text_printable(siglet_slice_str(path)).text);
}

/* ---- a managed key ---- */

siglet_err *cli_read_secret(const char *source, siglet_buf *ret_secret)
{
	siglet_err *err;

	if (strncmp(source, "fd:", 3) == 0) {
		unsigned fd = 0;

		for (const char *c = source + 3; *c != '\0'; c++) {
			if (*c < '0' || *c > '9' || fd > 6553)
				return siglet_err_new(SIGLET_E_USAGE, "fd:N takes a number");
			fd = fd * 10 + (unsigned)(*c - '0');
		}
		err = siglet_sys_read_descriptor((int)fd, ret_secret);
	} else {
		err = siglet_sys_read_file(source, ret_secret);
	}
	if (err == NULL)
		siglet_buf_truncate(ret_secret, strcspn(siglet_buf_text(ret_secret), "\r\n"));
	return err;
}

#define PKCS11 "pkcs11:"

static siglet_err *load_key(const char *key, const char *passphrase, const char *certificate,
			    siglet_signing *signing)
{
	siglet_buf pem;
	siglet_err *err;

	if (strncmp(key, PKCS11, sizeof(PKCS11) - 1) == 0)
		return siglet_signing_set_key_pkcs11(signing, key, passphrase, certificate);
	siglet_buf_init_secret(&pem, MAX_PEM_BYTES);
	err = siglet_sys_read_file(key, &pem);
	if (err != NULL) {
		siglet_buf_clear(&pem);
		return err;
	}
	err = siglet_signing_set_key_pem(signing, siglet_buf_text(&pem), passphrase, certificate);
	siglet_buf_clear(&pem);
	return err == NULL ? NULL
			   : siglet_err_wrap(err, "%s",
					     siglet_text_printable(siglet_slice_str(key)).text);
}

static siglet_err *set_key(const cli_arguments *arguments, const char *key, siglet_signing *signing)
{
	const char *source = cli_value(arguments, CLI_PASSPHRASE_FILE);
	const char *certificate = cli_value(arguments, CLI_CERTIFICATE);
	siglet_buf passphrase, chain;
	siglet_err *err = NULL;

	siglet_buf_init_secret(&passphrase, MAX_PASSPHRASE_BYTES);
	siglet_buf_init(&chain, MAX_PEM_BYTES);
	if (source != NULL)
		err = cli_read_secret(source, &passphrase);
	if (err == NULL && certificate != NULL)
		err = siglet_sys_read_file(certificate, &chain);
	if (err == NULL)
		err = load_key(key, siglet_buf_text(&passphrase),
			       certificate == NULL ? NULL : siglet_buf_text(&chain), signing);
	siglet_buf_clear(&chain);
	siglet_buf_clear(&passphrase);
	return err;
}

static siglet_err *check_key_options(const cli_arguments *arguments)
{
	static const cli_id with_key[] = { CLI_KEY, CLI_IDENTITY_TOKEN };
	static const cli_id logins[] = { CLI_DEVICE, CLI_IDENTITY_TOKEN };

	if (!cli_has(arguments, CLI_KEY) &&
	    (cli_has(arguments, CLI_PASSPHRASE_FILE) || cli_has(arguments, CLI_CERTIFICATE)))
		return siglet_err_new(SIGLET_E_USAGE,
				      "--passphrase-file and --certificate go with --key");
	if (cli_has(arguments, CLI_KEY) && cli_has(arguments, CLI_ALGORITHM))
		return siglet_err_new(SIGLET_E_USAGE, "--algorithm is for keys that are made: "
						      "a given one has its own");
	siglet_err *err = cli_check_exclusive(arguments, with_key, SIGLET_COUNT(with_key));
	return err == NULL ? cli_check_exclusive(arguments, logins, SIGLET_COUNT(logins)) : err;
}

/* ---- the run ---- */

static siglet_err *set_options(const cli_arguments *arguments, siglet_signing *signing)
{
	const char *config = cli_value(arguments, CLI_SIGNING_CONFIG);
	const char *key = cli_value(arguments, CLI_KEY);
	siglet_err *err = NULL;

	for (size_t i = 0; err == NULL && i < SIGLET_COUNT(plain); i++) {
		const char *value = cli_value(arguments, plain[i].id);

		if (value != NULL)
			err = siglet_signing_set(signing, plain[i].what, value);
		if (err != NULL)
			err = siglet_err_wrap(err, "%s", plain[i].name);
	}
	if (err == NULL && config != NULL)
		err = set_config(config, signing);
	if (err == NULL && key != NULL)
		err = set_key(arguments, key, signing);
	if (cli_has(arguments, CLI_NO_TLOG))
		siglet_signing_skip_tlog(signing);
	if (cli_has(arguments, CLI_NO_TIMESTAMP))
		siglet_signing_skip_timestamp(signing);
	return err;
}

siglet_err *sign_set_up(const cli_arguments *arguments, sign_run *run)
{
	siglet_err *err = sign_take_argument(arguments, &run->taken_token);

	if (err == NULL)
		err = cli_style_from(arguments, &run->style);
	run->arguments = arguments;
	run->force = cli_has(arguments, CLI_FORCE);
	run->new_file_mode = siglet_sys_new_file_mode();
	if (err == NULL)
		err = check_key_options(arguments);
	if (err == NULL)
		err = cli_open_trust(
			arguments, run->only_shows ? SIGLET_TRUST_TO_VERIFY : SIGLET_TRUST_TO_SIGN,
			&run->trust);
	if (err == NULL)
		err = siglet_signing_new(run->trust, &run->signing);
	if (err == NULL)
		err = set_options(arguments, run->signing);
	if (err == NULL && run->style.verbose)
		siglet_signing_set_trace(run->signing, cli_trace, NULL);
	return err;
}

void sign_clear(sign_run *run)
{
	siglet_buf_clear(&run->taken_token);
	siglet_credential_free(run->credential);
	siglet_signing_free(run->signing);
	siglet_trust_free(run->trust);
	*run = (sign_run) { .trust = NULL };
}

/* ---- what a public log would learn ---- */

/* By the instance that was asked for, or by the services: a file may name those of the public one. */
static bool is_public_log(const sign_run *run)
{
	const char *source = siglet_trust_source(run->trust);

	return strcmp(source, "public") == 0 || strcmp(source, "staging") == 0 ||
	       siglet_signing_is_public(run->signing);
}

static siglet_err *check_visibility(const sign_run *run)
{
	static const char *const claims[] = { "repository_visibility", "project_visibility" };

	for (size_t i = 0; i < SIGLET_COUNT(claims); i++) {
		const char *value = siglet_credential_claim(run->credential, claims[i]);

		if (value == NULL ||
		    (strcmp(value, "private") != 0 && strcmp(value, "internal") != 0))
			continue;
		return siglet_err_hint(
			siglet_err_new(
				SIGLET_E_UNTRUSTED,
				"the repository is %s, and a public log would keep its name, "
				"workflow and commit for ever",
				value),
			"pass --publish-private if that is meant, or sign with an instance of your "
			"own");
	}
	return NULL;
}

static siglet_err *ask_about_email(const sign_run *run)
{
	const char *email = siglet_credential_email(run->credential);
	const char *identity = siglet_credential_identity(run->credential);
	char answer[16] = "";

	/* Where only the CA knows the identity, it may well be the address. */
	if (email == NULL || (identity != NULL && strcmp(email, identity) != 0) ||
	    cli_has(run->arguments, CLI_YES) || !siglet_sys_is_terminal(STDIN_FILENO) ||
	    !siglet_sys_is_terminal(STDERR_FILENO))
		return NULL;
	(void)fprintf(stderr, "A public log will keep the address %s for ever. Go on? [y/N] ",
		      siglet_text_printable(siglet_slice_str(email)).text);
	(void)fflush(stderr);
	if (fgets(answer, sizeof(answer), stdin) != NULL &&
	    (strcmp(answer, "y\n") == 0 || strcmp(answer, "Y\n") == 0 ||
	     strcmp(answer, "yes\n") == 0))
		return NULL;
	return siglet_err_hint(siglet_err_new(SIGLET_E_UNTRUSTED, "not published"),
			       "--yes goes on without asking");
}

siglet_err *sign_identify(sign_run *run)
{
	siglet_err *err;

	if (cli_has(run->arguments, CLI_KEY))
		return NULL;
	err = sign_find_identity(run->arguments, siglet_buf_slice(&run->taken_token), run->signing,
				 &run->credential);
	siglet_buf_clear(&run->taken_token);
	if (err != NULL || !is_public_log(run))
		return err;
	if (!cli_has(run->arguments, CLI_PUBLISH_PRIVATE))
		err = check_visibility(run);
	return err == NULL ? ask_about_email(run) : err;
}

siglet_err *sign_start(sign_run *run)
{
	siglet_err *err = NULL;

	/* A signature that can't be accounted for is not made. */
	if (account_log(run->arguments) != NULL && !account_is_syslog(account_log(run->arguments)))
		err = siglet_sys_append_line(account_log(run->arguments), SIGLET_SLICE_NONE);
	if (err == NULL)
		err = siglet_signing_start(run->signing, run->credential);
	/* No verdict on anything: what was asked for can't be had. */
	if (err != NULL && siglet_err_code(err) == SIGLET_E_UNSUPPORTED)
		err = siglet_err_recode(err, cli_has(run->arguments, CLI_KEY) ? SIGLET_E_IO
									      : SIGLET_E_USAGE);
	siglet_credential_free(run->credential);
	run->credential = NULL;
	return err;
}

/* ---- what a stranger should type ---- */

/* Does it hold nothing that a terminal would not show? */
static bool is_printable(const char *word)
{
	size_t backslashes = 0;
	siglet_buf printed;
	siglet_err *err;
	bool same;

	for (const char *c = word; *c != '\0'; c++)
		backslashes += *c == '\\';
	siglet_buf_init(&printed, MAX_COMMAND_BYTES);
	err = siglet_text_print(siglet_slice_str(word), &printed);
	same = err == NULL && printed.len == strlen(word) + backslashes;
	siglet_err_free(err);
	siglet_buf_clear(&printed);
	return same;
}

static siglet_err *append_quoted(siglet_buf *out, const char *word)
{
	siglet_err *err = siglet_buf_append_byte(out, '\'');

	for (const char *c = word; err == NULL && *c != '\0'; c++)
		err = *c == '\'' ? siglet_buf_append_str(out, "'\\''")
				 : siglet_buf_append_byte(out, (uint8_t)*c);
	return err == NULL ? siglet_buf_append_byte(out, '\'') : err;
}

#define PLAIN                                                  \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" \
	"0123456789_@%+=:,./-"

/* By way of printf: what a shell makes of control characters and the like differs. */
static siglet_err *append_by_printf(siglet_buf *out, const char *word)
{
	siglet_err *err = siglet_buf_append_str(out, "\"$(printf '");

	for (const char *c = word; err == NULL && *c != '\0'; c++)
		err = *c != '%' && strchr(PLAIN, *c) != NULL
			      ? siglet_buf_append_byte(out, (uint8_t)*c)
			      : siglet_buf_printf(out, "\\%03o", (unsigned)(uint8_t)*c);
	return err == NULL ? siglet_buf_append_str(out, "')\"") : err;
}

/* Quoted where a shell would make anything else of it. */
static siglet_err *append_word(siglet_buf *out, const char *word)
{
	siglet_err *err = siglet_buf_append_byte(out, ' ');

	if (err != NULL)
		return err;
	if (word[0] != '\0' && word[strspn(word, PLAIN)] == '\0')
		return siglet_buf_append_str(out, word);
	return is_printable(word) ? append_quoted(out, word) : append_by_printf(out, word);
}

/* A name that begins with a dash would be an option. */
static siglet_err *append_file(siglet_buf *out, const char *name)
{
	siglet_buf path;
	siglet_err *err;

	siglet_buf_init(&path, MAX_COMMAND_BYTES);
	err = siglet_buf_printf(&path, "%s%s", name[0] == '-' ? "./" : "", name);
	if (err == NULL)
		err = append_word(out, siglet_buf_text(&path));
	siglet_buf_clear(&path);
	return err;
}

static siglet_err *append_option(siglet_buf *out, const char *option, const char *value)
{
	siglet_err *err;

	if (value == NULL)
		return NULL;
	err = append_word(out, option);
	return err == NULL ? append_word(out, value) : err;
}

static siglet_err *append_thresholds(const sign_run *run, siglet_buf *out)
{
	siglet_err *err = NULL;

	if (siglet_signing_threshold(run->signing, SIGLET_THRESHOLD_TLOG) == 0 &&
	    cli_has(run->arguments, CLI_NO_TLOG))
		err = append_option(out, "--tlog-threshold", "0");
	return err;
}

static siglet_err *append_trust(const sign_run *run, siglet_buf *out)
{
	static const struct {
		cli_id id;
		const char *option;
	} options[] = { { CLI_INSTANCE, "--instance" },
			{ CLI_TRUSTED_ROOT, "--trusted-root" },
			{ CLI_TRUST_CONFIG, "--trust-config" } };
	const char *source = siglet_trust_source(run->trust);
	siglet_err *err = NULL;

	for (size_t i = 0; i < SIGLET_COUNT(options); i++) {
		if (!cli_has(run->arguments, options[i].id))
			continue;
		return append_option(out, options[i].option,
				     cli_value(run->arguments, options[i].id));
	}
	if (strcmp(source, "public") != 0)
		err = append_option(out, "--trust-config", source);
	return err;
}

static siglet_err *append_signer(const sign_run *run, siglet_buf *out)
{
	const char *identity = siglet_signing_identity(run->signing);
	siglet_err *err;

	if (identity == NULL)
		return append_option(out, "--key", "PUBLIC_KEY.pem");
	err = append_option(out, "--identity", identity);
	return err == NULL ? append_option(out, "--issuer", siglet_signing_issuer(run->signing))
			   : err;
}

#define MAX_NAMED 8 /* more are left to whoever types it */

static siglet_err *append_files(const sign_named *named, siglet_buf *out)
{
	const size_t shown = named->bundle != NULL && named->count > 1 ? 1 : named->count;
	siglet_err *err = NULL;

	if (named->count == 0)
		return siglet_buf_append_str(out, " FILE");
	if (shown > MAX_NAMED)
		return siglet_buf_append_str(out, " FILE...");
	for (size_t i = 0; err == NULL && i < shown; i++)
		err = append_file(out, named->names[i]);
	return err;
}

static siglet_err *append_command(const sign_run *run, const sign_named *named, siglet_buf *out)
{
	siglet_err *err = siglet_buf_append_str(out, "siglet: to verify it:\n  siglet verify");

	if (err == NULL)
		err = append_files(named, out);
	if (err == NULL && named->bundle != NULL)
		err = siglet_buf_append_str(out, " --bundle");
	if (err == NULL && named->bundle != NULL)
		err = append_file(out, named->bundle);
	if (err == NULL)
		err = append_signer(run, out);
	if (err == NULL)
		err = append_option(out, "--type", named->type);
	if (err == NULL)
		err = append_thresholds(run, out);
	if (err == NULL)
		err = append_trust(run, out);
	if (err == NULL && named->bundle != NULL && named->count > 1)
		err = siglet_buf_append_str(out, "\n  and so on, each with its own bundle");
	return err;
}

void sign_print_command(const sign_run *run, const sign_named *named)
{
	siglet_buf out;
	siglet_err *err;

	siglet_buf_init(&out, MAX_COMMAND_BYTES);
	err = append_command(run, named, &out);
	if (err == NULL)
		(void)fprintf(stderr, "%s\n", siglet_buf_text(&out));
	siglet_err_free(err);
	siglet_buf_clear(&out);
}
