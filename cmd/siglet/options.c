#include "account.h"

#include <stdlib.h>
#include <string.h>

/* Arguments are read by a verb's table, left to right; options and operands may be mixed. */

/* Names of the same things in other tools, for hints. */
static const struct {
	const char *theirs, *ours;
} other_names[] = {
	{ "certificate-identity", "identity" },
	{ "certificate-identity-regexp", "identity-regex" },
	{ "certificate-oidc-issuer", "issuer" },
	{ "certificate-oidc-issuer-regexp", "issuer-regex" },
	{ "cert-identity", "identity" },
	{ "cert-identity-regex", "identity-regex" },
	{ "cert-oidc-issuer", "issuer" },
	{ "owner", "github" },
	{ "repo", "github" },
	{ "predicate-type", "type" },
	{ "signer-workflow", "workflow" },
	{ "source-ref", "ref" },
};

const cli_verb *cli_find_verb(const char *name)
{
	for (size_t i = 0; cli_verbs[i] != NULL; i++)
		if (strcmp(cli_verbs[i]->name, name) == 0)
			return cli_verbs[i];
	return NULL;
}

static const cli_option *find_name(const cli_verb *verb, siglet_slice name)
{
	for (size_t i = 0; i < verb->option_count; i++)
		if (verb->options[i].name != NULL && siglet_slice_is(name, verb->options[i].name))
			return &verb->options[i];
	return NULL;
}

static const cli_option *find_letter(const cli_verb *verb, char letter)
{
	for (size_t i = 0; i < verb->option_count; i++)
		if (verb->options[i].letter != 0 && verb->options[i].letter == letter)
			return &verb->options[i];
	return NULL;
}

/* The option that was probably meant: another tool's word for it, or the first that begins so. */
static const char *likely_name(const cli_verb *verb, siglet_slice name)
{
	for (size_t i = 0; i < SIGLET_COUNT(other_names); i++)
		if (siglet_slice_is(name, other_names[i].theirs) &&
		    find_name(verb, siglet_slice_str(other_names[i].ours)) != NULL)
			return other_names[i].ours;
	for (size_t i = 0; i < verb->option_count; i++)
		if (verb->options[i].name != NULL && name.len > 0 &&
		    strncmp(verb->options[i].name, (const char *)name.ptr, name.len) == 0)
			return verb->options[i].name;
	return NULL;
}

static siglet_err *unknown_option(const cli_verb *verb, siglet_slice name)
{
	const char *likely = likely_name(verb, name);
	siglet_err *err;

	for (size_t i = 0; verb->later != NULL && verb->later[i] != NULL; i++)
		if (siglet_slice_is(name, verb->later[i]))
			return siglet_err_new(SIGLET_E_USAGE, "--%s is not in this version",
					      verb->later[i]);
	err = siglet_err_new(SIGLET_E_USAGE, "unknown option --%s",
			     siglet_text_printable(name).text);
	if (likely != NULL)
		return siglet_err_hint(err, "did you mean --%s? %s%s --help lists all", likely,
				       cli_prefix, verb->name);
	return err;
}

static bool was_given(const cli_arguments *arguments, const cli_option *option)
{
	for (size_t i = 0; i < arguments->given_count; i++)
		if (arguments->given[i].option == option)
			return true;
	return false;
}

/* A switch may be said twice; a value that is, would leave one of the two unheard. */
static siglet_err *take(cli_arguments *arguments, const cli_option *option, const char *value)
{
	if (value != NULL && value[0] == '\0')
		return siglet_err_new(SIGLET_E_USAGE, "--%s: the value is empty", option->name);
	if (value != NULL && !option->repeats && was_given(arguments, option))
		return siglet_err_new(SIGLET_E_USAGE, "--%s is given twice", option->name);
	arguments->given[arguments->given_count++] = (cli_given) { option, value };
	arguments->wants_help = arguments->wants_help || option->id == CLI_HELP;
	return NULL;
}

/* The value that is an argument of its own. What looks like an option was hardly meant as one. */
static siglet_err *next_value(const cli_option *option, int argc, char **argv, int *at,
			      const char **ret_value)
{
	siglet_err *err;

	if (*at + 1 < argc && strncmp(argv[*at + 1], "--", 2) != 0) {
		*ret_value = argv[++*at];
		return NULL;
	}
	err = siglet_err_new(SIGLET_E_USAGE, "--%s needs a value: %s", option->name, option->value);
	if (*at + 1 < argc)
		err = siglet_err_hint(err, "a value with dashes in front is written --%s=%s",
				      option->name,
				      siglet_text_printable(siglet_slice_str(argv[*at + 1])).text);
	return err;
}

static siglet_err *parse_long(const cli_verb *verb, int argc, char **argv, int *at,
			      cli_arguments *arguments)
{
	const char *text = argv[*at] + 2;
	const char *equals = strchr(text, '=');
	const siglet_slice name =
		siglet_slice_of(text, equals == NULL ? strlen(text) : (size_t)(equals - text));
	const cli_option *option = find_name(verb, name);
	const char *value = equals == NULL ? NULL : equals + 1;
	siglet_err *err = NULL;

	if (option == NULL)
		return unknown_option(verb, name);
	if (option->value == NULL && value != NULL)
		return siglet_err_new(SIGLET_E_USAGE, "--%s takes no value", option->name);
	if (option->value != NULL && value == NULL)
		err = next_value(option, argc, argv, at, &value);
	return err != NULL ? err : take(arguments, option, value);
}

/* -q, -qv, -o FILE, -oFILE: switches may share a dash, a value takes what is left. */
static siglet_err *parse_short(const cli_verb *verb, int argc, char **argv, int *at,
			       cli_arguments *arguments)
{
	for (const char *letter = argv[*at] + 1; *letter != '\0'; letter++) {
		const cli_option *option = find_letter(verb, *letter);
		const char *value = NULL;
		siglet_err *err = NULL;

		if (option == NULL)
			return siglet_err_new(
				SIGLET_E_USAGE, "unknown option -%s",
				siglet_text_printable(siglet_slice_of(letter, 1)).text);
		if (option->value != NULL && letter[1] != '\0')
			value = letter + 1;
		else if (option->value != NULL)
			err = next_value(option, argc, argv, at, &value);
		if (err == NULL)
			err = take(arguments, option, value);
		if (err != NULL || value != NULL)
			return err;
	}
	return NULL;
}

siglet_err *cli_parse(const cli_verb *verb, int argc, char **argv, cli_arguments *ret_arguments)
{
	cli_arguments arguments = { 0 };
	bool options = true;
	siglet_err *err = NULL;
	size_t room = 1;

	/* Each character of an argument is an option at most. */
	for (int i = 0; i < argc; i++)
		room += strlen(argv[i]) + 1;
	arguments.given = siglet_calloc(room, sizeof(*arguments.given));
	arguments.operands = siglet_calloc((size_t)argc + 1, sizeof(*arguments.operands));
	if (arguments.given == NULL || arguments.operands == NULL)
		err = siglet_err_nomem();
	for (int at = 0; err == NULL && !arguments.wants_help && at < argc; at++) {
		const char *text = argv[at];

		if (options && strcmp(text, "--") == 0)
			options = false;
		else if (options && strncmp(text, "--", 2) == 0)
			err = parse_long(verb, argc, argv, &at, &arguments);
		else if (options && text[0] == '-' && text[1] != '\0')
			err = parse_short(verb, argc, argv, &at, &arguments);
		else
			arguments.operands[arguments.operand_count++] = text;
	}
	if (err != NULL) {
		cli_arguments_clear(&arguments);
		return err;
	}
	*ret_arguments = arguments;
	return NULL;
}

void cli_arguments_clear(cli_arguments *arguments)
{
	if (arguments->syslog > 0)
		siglet_sys_close_syslog(arguments->syslog);
	free(arguments->given);
	free(arguments->operands);
	*arguments = (cli_arguments) { 0 };
}

const char *cli_value(const cli_arguments *arguments, cli_id id)
{
	for (size_t i = 0; i < arguments->given_count; i++)
		if (arguments->given[i].option->id == id)
			return arguments->given[i].value;
	return NULL;
}

bool cli_has(const cli_arguments *arguments, cli_id id)
{
	for (size_t i = 0; i < arguments->given_count; i++)
		if (arguments->given[i].option->id == id)
			return true;
	return false;
}

siglet_err *cli_number(const cli_arguments *arguments, cli_id id, unsigned least, unsigned most,
		       unsigned *ret_number)
{
	const char *text = "", *name = "";
	unsigned number = 0;
	size_t digits = 0;

	for (size_t i = 0; i < arguments->given_count; i++)
		if (arguments->given[i].option->id == id) {
			name = arguments->given[i].option->name;
			text = arguments->given[i].value;
		}
	while (text[digits] >= '0' && text[digits] <= '9' && number <= most)
		number = number * 10 + (unsigned)(text[digits++] - '0');
	if (digits == 0 || text[digits] != '\0' || number < least || number > most)
		return siglet_err_new(SIGLET_E_USAGE, "--%s: \"%s\" is no number from %u to %u",
				      name, siglet_text_printable(siglet_slice_str(text)).text,
				      least, most);
	*ret_number = number;
	return NULL;
}

bool cli_begin(const cli_verb *verb, int argc, char **argv, cli_arguments *ret_arguments,
	       siglet_status *ret_status)
{
	siglet_err *err = cli_parse(verb, argc, argv, ret_arguments);

	if (err != NULL) {
		*ret_status = cli_fail_usage(verb, err);
		return false;
	}
	if (!ret_arguments->wants_help && account_is_syslog(account_log(ret_arguments)))
		err = siglet_sys_open_syslog(NULL, &ret_arguments->syslog);
	if (err != NULL) {
		*ret_status = cli_fail_run(verb, ret_arguments, err);
		cli_arguments_clear(ret_arguments);
		return false;
	}
	/* Not even a mistake of ours opens a socket from here on. */
	if (cli_has(ret_arguments, CLI_OFFLINE))
		(void)siglet_sys_refuse_network();
	if (!ret_arguments->wants_help)
		return true;
	cli_print_help(verb, stdout);
	cli_arguments_clear(ret_arguments);
	*ret_status = SIGLET_STATUS_OK;
	return false;
}
