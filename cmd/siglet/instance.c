#include "cli.h"

#include <string.h>

/* Whose word counts, by the options that every verb has. */

#define TRUST_VARIABLE "SIGLET_TRUST_CONFIG"
#define MAX_STALE_DAYS 36500
#define MAX_WARNING_BYTES 65536

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

/* ---- stores ---- */

siglet_err *cli_set_store(const cli_arguments *arguments, siglet_trust_store *store)
{
	const char *folder = cli_value(arguments, CLI_CACHE_DIR);
	unsigned days = 0;
	siglet_err *err = NULL;

	if (folder != NULL)
		err = siglet_trust_store_set_folder(store, folder);
	if (err == NULL && cli_has(arguments, CLI_MAX_STALE)) {
		err = cli_number(arguments, CLI_MAX_STALE, 0, MAX_STALE_DAYS, &days);
		siglet_trust_store_set_max_stale(store, days);
	}
	if (cli_has(arguments, CLI_OFFLINE))
		siglet_trust_store_set_offline(store);
	if (cli_has(arguments, CLI_VERBOSE))
		siglet_trust_store_set_trace(store, cli_trace, NULL);
	return err;
}

siglet_err *cli_open_store(const cli_arguments *arguments, const char *instance,
			   siglet_trust_store **ret_store)
{
	siglet_trust_store *store = NULL;
	siglet_err *err = siglet_trust_store_open(instance, &store);

	if (err == NULL)
		err = cli_set_store(arguments, store);
	if (err != NULL) {
		siglet_trust_store_free(store);
		return err;
	}
	*ret_store = store;
	return NULL;
}

void cli_warn_of_store(const cli_arguments *arguments, const siglet_trust_store *store)
{
	const char *warning = siglet_trust_store_warning(store);
	siglet_buf out;
	siglet_err *err;

	if (warning == NULL || cli_has(arguments, CLI_QUIET))
		return;
	siglet_buf_init(&out, MAX_WARNING_BYTES);
	err = siglet_buf_append_str(&out, "siglet: warning: ");
	if (err == NULL)
		err = cli_append_text(&out, warning, false);
	if (err == NULL)
		(void)fprintf(stderr, "%s\n", siglet_buf_text(&out));
	siglet_err_free(err);
	siglet_buf_clear(&out);
}

static siglet_err *ask_store(const cli_arguments *arguments, const char *instance,
			     siglet_trust_use use, siglet_trust **ret_trust)
{
	siglet_trust_store *store = NULL;
	siglet_err *err = cli_open_store(arguments, instance, &store);

	if (err == NULL)
		err = siglet_trust_store_get(store, use, ret_trust);
	if (err == NULL)
		cli_warn_of_store(arguments, store);
	siglet_trust_store_free(store);
	return err;
}

/* ---- the one that counts ---- */

siglet_err *cli_open_trust(const cli_arguments *arguments, siglet_trust_use use,
			   siglet_trust **ret_trust)
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
		return ask_store(arguments, instance, use, ret_trust);
	config = siglet_sys_environment(TRUST_VARIABLE);
	if (config != NULL) {
		err = siglet_trust_open_config(config, ret_trust);
		return err == NULL ? NULL : siglet_err_wrap(err, TRUST_VARIABLE);
	}
	return ask_store(arguments, "public", use, ret_trust);
}
