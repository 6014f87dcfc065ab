#include "cli.h"

static const cli_option version_options[] = {
	{ .name = "help", .letter = 'h', .id = CLI_HELP, .help = "show this page" },
};

static siglet_status run(const cli_verb *verb, int argc, char **argv)
{
	cli_arguments arguments;
	siglet_status status;

	if (!cli_begin(verb, argc, argv, &arguments, &status))
		return status;
	status = SIGLET_STATUS_OK;
	if (arguments.operand_count > 0)
		status = cli_fail_usage(verb, siglet_err_new(SIGLET_E_USAGE, "takes no argument"));
	else
		(void)printf("siglet %s\n", siglet_version());
	cli_arguments_clear(&arguments);
	return status;
}

const cli_verb cli_version = {
	.name = "version",
	.operands = "",
	.summary = "tell which version this is",
	.about = "Prints the name and the version.\n",
	.options = version_options,
	.option_count = SIGLET_COUNT(version_options),
	.run = run,
};
