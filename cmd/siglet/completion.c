#include "cli.h"

#include <string.h>

/* Scripts for shells, from the tables of the verbs. */

static const cli_option completion_options[] = {
	{ .name = "help", .letter = 'h', .id = CLI_HELP, .help = "show this page" },
};

static bool completes_words(const char *choices)
{
	return choices != NULL && strcmp(choices, CLI_FILES) != 0 &&
	       strcmp(choices, CLI_FOLDERS) != 0;
}

static bool is_kind(const char *choices, const char *kind)
{
	return choices != NULL && strcmp(choices, kind) == 0;
}

/* ---- bash ---- */

/* What completes the word behind an option: words, files, folders, or nothing. */
static void bash_values(const cli_verb *verb)
{
	for (size_t i = 0; i < verb->option_count; i++) {
		const cli_option *option = &verb->options[i];

		if (option->name == NULL || option->value == NULL)
			continue;
		(void)printf("\t%s:--%s", verb->name, option->name);
		if (option->letter != 0)
			(void)printf(" | %s:-%c", verb->name, option->letter);
		if (completes_words(option->choices))
			(void)printf(") COMPREPLY=($(compgen -W '%s' -- \"$cur\")) ;;\n",
				     option->choices);
		else if (is_kind(option->choices, CLI_FOLDERS))
			(void)printf(") compopt -o filenames; "
				     "mapfile -t COMPREPLY < <(compgen -d -- \"$cur\") ;;\n");
		else if (is_kind(option->choices, CLI_FILES))
			(void)printf(") compopt -o filenames; "
				     "mapfile -t COMPREPLY < <(compgen -f -- \"$cur\") ;;\n");
		else
			(void)printf(") COMPREPLY=() ;;\n");
	}
}

/* What completes any other word: options behind a dash, else what the verb is about. */
static void bash_words(const cli_verb *verb)
{
	(void)printf("\t%s:*)\n\t\tif [[ $cur == -* ]]; then\n\t\t\tCOMPREPLY=($(compgen -W '",
		     verb->name);
	for (size_t i = 0; i < verb->option_count; i++)
		if (verb->options[i].name != NULL)
			(void)printf("%s--%s", i > 0 ? " " : "", verb->options[i].name);
	(void)printf("' -- \"$cur\"))\n");
	if (completes_words(verb->choices))
		(void)printf("\t\telse\n\t\t\tCOMPREPLY=($(compgen -W '%s' -- \"$cur\"))\n",
			     verb->choices);
	else if (is_kind(verb->choices, CLI_FILES))
		(void)printf("\t\telse\n\t\t\tcompopt -o filenames\n"
			     "\t\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n");
	(void)printf("\t\tfi ;;\n");
}

static void print_bash(void)
{
	(void)printf("# bash completion for siglet\n"
		     "_siglet() {\n"
		     "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
		     "\tCOMPREPLY=()\n"
		     "\tif [[ $cur == = ]]; then\n"
		     "\t\tcur=\n"
		     "\telif [[ $prev == = ]]; then\n"
		     "\t\tprev=${COMP_WORDS[COMP_CWORD-2]}\n"
		     "\tfi\n"
		     "\tif ((COMP_CWORD == 1)); then\n"
		     "\t\tCOMPREPLY=($(compgen -W '");
	for (size_t i = 0; cli_verbs[i] != NULL; i++)
		(void)printf("%s ", cli_verbs[i]->name);
	(void)printf("--help --version' -- \"$cur\"))\n"
		     "\t\treturn\n"
		     "\tfi\n"
		     "\tcase ${COMP_WORDS[1]}:$prev in\n");
	for (size_t i = 0; cli_verbs[i] != NULL; i++) {
		bash_values(cli_verbs[i]);
		bash_words(cli_verbs[i]);
	}
	(void)printf("\tesac\n}\ncomplete -F _siglet siglet\n");
}

/* Between single quotes, which all three shells let an apostrophe out of in the same way. */
static void print_text(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text == '\'')
			(void)fputs("'\\''", stdout);
		else
			(void)putchar(*text);
}

/* ---- zsh ---- */

static void zsh_action(const char *choices)
{
	if (completes_words(choices))
		(void)printf("(%s)", choices);
	else if (is_kind(choices, CLI_FOLDERS))
		(void)printf("_files -/");
	else if (is_kind(choices, CLI_FILES))
		(void)printf("_files");
}

static void zsh_spec(const cli_option *option, const char *spelling)
{
	(void)printf(" \\\n\t\t\t'%s%s%s[", option->repeats ? "*" : "", spelling,
		     option->value != NULL && spelling[1] == '-' ? "=" : "");
	print_text(option->help);
	(void)printf("]");
	if (option->value != NULL) {
		(void)printf(":%s:", option->value);
		zsh_action(option->choices);
	}
	(void)printf("'");
}

static void zsh_verb(const cli_verb *verb)
{
	(void)printf("\t%s)\n\t\t_arguments -s", verb->name);
	for (size_t i = 0; i < verb->option_count; i++) {
		const cli_option *option = &verb->options[i];
		const char letter[] = { '-', option->letter, '\0' };
		char spelling[64];

		if (option->name == NULL)
			continue;
		(void)snprintf(spelling, sizeof(spelling), "--%s", option->name);
		zsh_spec(option, spelling);
		if (option->letter != 0)
			zsh_spec(option, letter);
	}
	if (verb->choices != NULL) {
		(void)printf(" \\\n\t\t\t'*:argument:");
		zsh_action(verb->choices);
		(void)printf("'");
	}
	(void)printf("\n\t\t;;\n");
}

static void print_zsh(void)
{
	(void)printf("#compdef siglet\n# zsh completion for siglet\n"
		     "_siglet() {\n"
		     "\tlocal -a verbs\n"
		     "\tverbs=(");
	for (size_t i = 0; cli_verbs[i] != NULL; i++) {
		(void)printf("\n\t\t'%s:", cli_verbs[i]->name);
		print_text(cli_verbs[i]->summary);
		(void)printf("'");
	}
	(void)printf("\n\t)\n"
		     "\tif ((CURRENT == 2)); then\n"
		     "\t\t_describe verb verbs\n"
		     "\t\treturn\n"
		     "\tfi\n"
		     "\tlocal verb=$words[2]\n"
		     "\tshift words\n"
		     "\t((CURRENT--))\n"
		     "\tcase $verb in\n");
	for (size_t i = 0; cli_verbs[i] != NULL; i++)
		zsh_verb(cli_verbs[i]);
	(void)printf("\tesac\n}\n"
		     "if [ \"$funcstack[1]\" = _siglet ]; then\n"
		     "\t_siglet \"$@\"\n"
		     "else\n"
		     "\tcompdef _siglet siglet\n"
		     "fi\n");
}

/* ---- fish ---- */

static void fish_verb(const cli_verb *verb)
{
	for (size_t i = 0; i < verb->option_count; i++) {
		const cli_option *option = &verb->options[i];

		if (option->name == NULL)
			continue;
		(void)printf("complete -c siglet -n '__fish_seen_subcommand_from %s' -l %s",
			     verb->name, option->name);
		if (option->letter != 0)
			(void)printf(" -s %c", option->letter);
		if (completes_words(option->choices))
			(void)printf(" -x -a '%s'", option->choices);
		else if (is_kind(option->choices, CLI_FOLDERS))
			(void)printf(" -x -a '(__fish_complete_directories)'");
		else if (is_kind(option->choices, CLI_FILES))
			(void)printf(" -r -F");
		else if (option->value != NULL)
			(void)printf(" -x");
		(void)printf(" -d '");
		print_text(option->help);
		(void)printf("'\n");
	}
	if (completes_words(verb->choices))
		(void)printf("complete -c siglet -n '__fish_seen_subcommand_from %s' -f -a '%s'\n",
			     verb->name, verb->choices);
	else if (verb->choices == NULL)
		(void)printf("complete -c siglet -n '__fish_seen_subcommand_from %s' -f\n",
			     verb->name);
}

static void print_fish(void)
{
	(void)printf("# fish completion for siglet\n");
	for (size_t i = 0; cli_verbs[i] != NULL; i++) {
		(void)printf("complete -c siglet -n __fish_use_subcommand -f -a %s -d '",
			     cli_verbs[i]->name);
		print_text(cli_verbs[i]->summary);
		(void)printf("'\n");
	}
	for (size_t i = 0; cli_verbs[i] != NULL; i++)
		fish_verb(cli_verbs[i]);
}

static siglet_status run(const cli_verb *verb, int argc, char **argv)
{
	siglet_status status = SIGLET_STATUS_OK;
	cli_arguments arguments;

	if (!cli_begin(verb, argc, argv, &arguments, &status))
		return status;
	status = SIGLET_STATUS_OK;
	const char *shell = arguments.operand_count == 1 ? arguments.operands[0] : "";
	if (strcmp(shell, "bash") == 0)
		print_bash();
	else if (strcmp(shell, "zsh") == 0)
		print_zsh();
	else if (strcmp(shell, "fish") == 0)
		print_fish();
	else
		status = cli_fail_usage(verb, siglet_err_new(SIGLET_E_USAGE,
							     "say which shell: bash, zsh or fish"));
	cli_arguments_clear(&arguments);
	return status;
}

const cli_verb cli_completion = {
	.name = "completion",
	.operands = "bash|zsh|fish",
	.choices = "bash zsh fish",
	.summary = "print a script that completes command lines",
	.about = "For this session of bash:\n\n  . <(siglet completion bash)\n",
	.options = completion_options,
	.option_count = SIGLET_COUNT(completion_options),
	.run = run,
};
