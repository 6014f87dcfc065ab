#include "repository.h"

#include <string.h>

/* Credentials come from a file or a variable, never from the command line. */

#define MAX_SECRET_BYTES 16384
#define MAX_NETRC_BYTES ((size_t)256 << 10)
#define MAX_TIMEOUT_S 86400

/* The name of a variable, and not its value: what is no name may be a secret, and is not shown. */
static bool is_variable_name(const char *name)
{
	if (*name == '\0' || (*name >= '0' && *name <= '9'))
		return false;
	for (; *name != '\0'; name++)
		if (!((*name >= 'a' && *name <= 'z') || (*name >= 'A' && *name <= 'Z') ||
		      (*name >= '0' && *name <= '9') || *name == '_'))
			return false;
	return true;
}

static siglet_err *read_variable(const char *name, siglet_buf *ret_secret)
{
	const char *value;
	siglet_err *err;

	if (!is_variable_name(name))
		return siglet_err_hint(siglet_err_new(SIGLET_E_USAGE,
						      "--auth-env takes the name of a variable"),
				       "without $, so that what is in it is not on the command "
				       "line");
	value = siglet_sys_environment(name);
	if (value == NULL)
		return siglet_err_new(SIGLET_E_USAGE,
				      "--auth-env %s: there is no such variable, or it is empty",
				      name);
	err = siglet_buf_append_str(ret_secret, value);
	siglet_sys_wipe_environment(name);
	return err;
}

static siglet_err *read_secrets(const cli_arguments *arguments, siglet_buf *credential,
				siglet_buf *netrc)
{
	static const cli_id sources[] = { CLI_NETRC_FILE, CLI_AUTH_ENV, CLI_AUTH_FILE };
	const char *file = cli_value(arguments, CLI_AUTH_FILE);
	const char *variable = cli_value(arguments, CLI_AUTH_ENV);
	const char *netrc_file = cli_value(arguments, CLI_NETRC_FILE);
	siglet_err *err = cli_check_exclusive(arguments, sources, SIGLET_COUNT(sources));

	if (err == NULL && variable != NULL)
		err = read_variable(variable, credential);
	if (err == NULL && file != NULL)
		err = cli_read_secret(file, credential);
	if (err == NULL && netrc_file != NULL)
		err = siglet_sys_read_file(netrc_file, netrc);
	if (err == NULL && strlen(siglet_buf_text(netrc)) != netrc->len)
		err = siglet_err_new(SIGLET_E_IO, "%s: not a text file",
				     siglet_text_printable(siglet_slice_str(netrc_file)).text);
	return err;
}

siglet_err *repository_open(const cli_arguments *arguments, const char *url, unsigned connections,
			    siglet_repository **ret_repository)
{
	const bool has_credential =
		cli_has(arguments, CLI_AUTH_ENV) || cli_has(arguments, CLI_AUTH_FILE);
	siglet_buf credential, netrc;
	unsigned timeout_s = 0;
	siglet_err *err = NULL;

	siglet_buf_init_secret(&credential, MAX_SECRET_BYTES);
	siglet_buf_init_secret(&netrc, MAX_NETRC_BYTES);
	if (cli_has(arguments, CLI_TIMEOUT))
		err = cli_number(arguments, CLI_TIMEOUT, 1, MAX_TIMEOUT_S, &timeout_s);
	if (err == NULL)
		err = read_secrets(arguments, &credential, &netrc);
	const siglet_repository_options options = {
		.url = url,
		.credential = has_credential ? siglet_buf_text(&credential) : NULL,
		.netrc = cli_has(arguments, CLI_NETRC_FILE) ? siglet_buf_text(&netrc) : NULL,
		.timeout_s = timeout_s,
		.connections = connections,
		.trace = cli_has(arguments, CLI_VERBOSE) ? cli_trace : NULL,
	};
	if (err == NULL)
		err = siglet_repository_open(&options, ret_repository);
	siglet_buf_clear(&credential);
	siglet_buf_clear(&netrc);
	return err;
}

void repository_draw(void *context, uint64_t done, uint64_t total)
{
	siglet_sys_progress *bar = context;

	/* It may have begun again. */
	if (done < bar->done)
		bar->done = done;
	bar->total = total == UINT64_MAX ? 0 : total;
	siglet_sys_progress_add(bar, done - bar->done);
}
