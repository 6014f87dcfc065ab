#include "cli.h"

#include <string.h>

/* Whose word counts, by the options that every verb has. */

#define TRUST_VARIABLE "SIGLET_TRUST_CONFIG"

/* Two options of which the second would be silently unheard. */
siglet_err *cli_check_exclusive(const cli_arguments *arguments, const cli_id *ids, size_t count)
{
	const char *first = NULL;

	for (size_t i = 0; i < arguments->given_count; i++) {
		const cli_option *option = arguments->given[i].option;

		for (size_t k = 0; k < count; k++) {
			if (option->id != ids[k])
				continue;
			if (first != NULL && strcmp(first, option->name) != 0)
				return siglet_err_new(SIGLET_E_USAGE,
						      "--%s and --%s contradict each other", first,
						      option->name);
			first = option->name;
		}
	}
	return NULL;
}

siglet_err *cli_open_trust(const cli_arguments *arguments, siglet_trust **ret_trust)
{
	static const cli_id roots[] = { CLI_INSTANCE, CLI_TRUSTED_ROOT, CLI_TRUST_CONFIG };
	const char *root = cli_value(arguments, CLI_TRUSTED_ROOT);
	const char *config = cli_value(arguments, CLI_TRUST_CONFIG);
	const char *instance = cli_value(arguments, CLI_INSTANCE);
	siglet_err *err = cli_check_exclusive(arguments, roots, SIGLET_COUNT(roots));

	if (err != NULL)
		return err;
	if (root != NULL)
		return siglet_trust_open(root, ret_trust);
	if (config != NULL)
		return siglet_trust_open_config(config, ret_trust);
	if (instance != NULL)
		return siglet_trust_shipped(instance, ret_trust);
	config = siglet_sys_environment(TRUST_VARIABLE);
	if (config != NULL) {
		err = siglet_trust_open_config(config, ret_trust);
		return err == NULL ? NULL : siglet_err_wrap(err, TRUST_VARIABLE);
	}
	return siglet_trust_shipped("public", ret_trust);
}
