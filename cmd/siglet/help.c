#include "cli.h"

#include <string.h>

#define WIDTH 80
#define COLUMN 28 /* where the words of an option begin */

static const cli_option help_options[] = {
	{ .name = "help", .letter = 'h', .id = CLI_HELP, .help = "show this page" },
};

/* Words, broken at the width; at is the column where the cursor stands. */
static void print_wrapped(const char *text, size_t at, FILE *stream)
{
	while (*text != '\0') {
		const size_t len = strcspn(text, " ");

		if (at > COLUMN && at + len + 1 > WIDTH) {
			(void)fprintf(stream, "\n%*s", COLUMN, "");
			at = COLUMN;
		} else if (at > COLUMN) {
			(void)fputc(' ', stream);
			at++;
		}
		(void)fwrite(text, 1, len, stream);
		at += len;
		text += len;
		while (*text == ' ')
			text++;
	}
	(void)fputc('\n', stream);
}

static void print_option(const cli_option *option, FILE *stream)
{
	const char *space = option->value == NULL ? "" : " ";
	const char *value = option->value == NULL ? "" : option->value;
	char letter[4] = "   ";
	size_t at;
	int len;

	if (option->name == NULL) {
		(void)fprintf(stream, "\n%s:\n", option->help);
		return;
	}
	if (option->letter != 0) {
		letter[0] = '-';
		letter[1] = option->letter;
		letter[2] = ',';
	}
	len = fprintf(stream, "  %s --%s%s%s", letter, option->name, space, value);
	at = len < 0 ? COLUMN : (size_t)len;
	if (at + 2 > COLUMN) {
		(void)fputc('\n', stream);
		at = 0;
	}
	(void)fprintf(stream, "%*s", (int)(COLUMN - at), "");
	print_wrapped(option->help, COLUMN, stream);
}

void cli_print_help(const cli_verb *verb, FILE *stream)
{
	(void)fprintf(stream, "%s%s: %s\n\nUsage: %s%s%s%s%s\n\n%s", cli_prefix, verb->name,
		      verb->summary, cli_prefix, verb->name,
		      verb->option_count > 1 ? " [OPTION]..." : "",
		      verb->operands[0] == '\0' ? "" : " ", verb->operands, verb->about);
	if (verb->option_count > 0 && verb->options[0].name != NULL)
		(void)fputs("\nOptions:\n", stream);
	for (size_t i = 0; i < verb->option_count; i++)
		print_option(&verb->options[i], stream);
}

void cli_print_overview(FILE *stream)
{
	(void)fputs("siglet: sign files with an identity, not a key; check what others signed\n\n"
		    "Usage: siglet VERB [OPTION]... [ARGUMENT]...\n\n",
		    stream);
	for (size_t i = 0; cli_verbs[i] != NULL; i++) {
		const int len =
			fprintf(stream, "  %s %s", cli_verbs[i]->name, cli_verbs[i]->operands);

		(void)fprintf(stream, "%*s%s\n", len < COLUMN ? COLUMN - len : 2, "",
			      cli_verbs[i]->summary);
	}
	(void)fputs("\n  siglet sign app.tar.gz\n"
		    "  siglet verify app.tar.gz --github acme/app\n\n"
		    "siglet help VERB tells more, man siglet-VERB all.\n",
		    stream);
}

static siglet_status run(const cli_verb *verb, int argc, char **argv)
{
	cli_arguments arguments;
	siglet_status status;

	if (!cli_begin(verb, argc, argv, &arguments, &status))
		return status;
	status = SIGLET_STATUS_OK;
	const cli_verb *asked =
		arguments.operand_count == 1 ? cli_find_verb(arguments.operands[0]) : NULL;
	if (asked != NULL)
		cli_print_help(asked, stdout);
	else if (arguments.operand_count == 0)
		cli_print_overview(stdout);
	else if (arguments.operand_count > 1)
		status = cli_fail_usage(verb, siglet_err_new(SIGLET_E_USAGE, "one verb at most"));
	else
		status = cli_fail_usage(
			verb, siglet_err_new(
				      SIGLET_E_USAGE, "unknown verb \"%s\"",
				      siglet_text_printable(siglet_slice_str(arguments.operands[0]))
					      .text));
	cli_arguments_clear(&arguments);
	return status;
}

const cli_verb cli_help = {
	.name = "help",
	.operands = "[VERB]",
	.choices = "sign attest verify publish fetch inspect audit trust whoami version help "
		   "completion",
	.summary = "tell what the verbs do",
	.about = "Without a verb, lists them.\n",
	.options = help_options,
	.option_count = SIGLET_COUNT(help_options),
	.run = run,
};
