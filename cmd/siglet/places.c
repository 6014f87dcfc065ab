#include "sign.h"

#include <string.h>

/* What is written must not be what is read: even --force replaces bundles, and nothing else. */

static const cli_id inputs[] = { CLI_PREDICATE,	     CLI_STATEMENT,	  CLI_KEY,
				 CLI_CERTIFICATE,    CLI_TRUSTED_ROOT,	  CLI_TRUST_CONFIG,
				 CLI_SIGNING_CONFIG, CLI_PASSPHRASE_FILE, CLI_IDENTITY_TOKEN };

static siglet_err *refuse(const char *path, const char *what)
{
	return siglet_err_new(SIGLET_E_USAGE, "%s would be overwritten: it is %s",
			      siglet_text_printable(siglet_slice_str(path)).text, what);
}

static siglet_err *check_against_options(const cli_arguments *arguments, const char *path)
{
	for (size_t i = 0; i < SIGLET_COUNT(inputs); i++) {
		const char *value = cli_value(arguments, inputs[i]);

		if (value == NULL)
			continue;
		/* A token's file is named behind an @. */
		if (siglet_sys_is_same_file(path, value) ||
		    (value[0] == '@' && siglet_sys_is_same_file(path, value + 1)))
			return refuse(path, "read, by another option");
	}
	return NULL;
}

siglet_err *sign_check_place(const cli_arguments *arguments, const char *path)
{
	/* What is not there yet is nobody's file. */
	if (!siglet_sys_is_there(path))
		return NULL;
	for (size_t i = 0; i < arguments->operand_count; i++)
		if (siglet_sys_is_same_file(path, arguments->operands[i]))
			return refuse(path, "a file to be signed");
	return check_against_options(arguments, path);
}

siglet_err *sign_check_audit_log(const cli_arguments *arguments, const char *bundle)
{
	const char *log = cli_value(arguments, CLI_AUDIT_LOG);

	if (log == NULL || account_is_syslog(log))
		return NULL;
	if (bundle != NULL &&
	    (siglet_sys_is_same_file(log, bundle) || siglet_sys_is_same_place(log, bundle)))
		return refuse(log, "the audit log, and a bundle");
	return sign_check_place(arguments, log);
}

siglet_err *sign_check_absent(const char *bundle)
{
	siglet_err *err = siglet_sys_check_absent(bundle);

	if (err == NULL)
		return NULL;
	return siglet_err_hint(err, "--force replaces it, --output names another: several bundles "
				    "of one file go into FILE.sigstore.jsonl, one a line");
}
