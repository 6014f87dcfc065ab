#include "cli.h"

#include <string.h>

/* What a bundle has, in other forms. Nothing is decided here, and nothing is made that was not there. */

#define MAX_PATH_BYTES 65536

static const cli_option convert_options[] = {
	{ .name = "to",
	  .value = "FORMAT",
	  .choices = "cose-proof",
	  .id = CLI_TO,
	  .help = "cose-proof, the inclusion in Rekor as CBOR" },
	{ .name = "entry",
	  .value = "NUMBER",
	  .id = CLI_ENTRY,
	  .help = "of which log entry, from 0; needed where there are several" },
	{ .name = "output",
	  .letter = 'o',
	  .value = "FILE",
	  .choices = CLI_FILES,
	  .id = CLI_OUTPUT,
	  .help = "write it there, or to - (standard output)" },
	{ .name = "force", .id = CLI_FORCE, .help = "replace a file that is there" },
	{ .name = "quiet", .letter = 'q', .id = CLI_QUIET, .help = "print only what is wrong" },
	{ .name = "help", .letter = 'h', .id = CLI_HELP, .help = "show this page" },
};

/* Of one bundle the entry that is asked for, or its only one. */
static siglet_err *choose_entry(const cli_arguments *arguments, const siglet_bundles *bundles,
				unsigned *ret_entry)
{
	const size_t count = siglet_bundles_entry_count(bundles, 0);

	*ret_entry = 0;
	if (siglet_bundles_count(bundles) != 1)
		return siglet_err_new(SIGLET_E_USAGE,
				      "%zu bundles in one file: write one of them to a file",
				      siglet_bundles_count(bundles));
	if (count == 0)
		return siglet_err_new(SIGLET_E_MISSING, "there is no log entry in it");
	if (!cli_has(arguments, CLI_ENTRY))
		return count == 1 ? NULL
				  : siglet_err_new(SIGLET_E_USAGE,
						   "it has %zu log entries: --entry says which",
						   count);
	return cli_number(arguments, CLI_ENTRY, 0, (unsigned)count - 1, ret_entry);
}

/* app.tar.gz.sigstore.json: app.tar.gz.rekor-proof.cbor. */
static siglet_err *name_output(const cli_arguments *arguments, siglet_buf *ret_path)
{
	static const char *const suffixes[] = { ".sigstore.json", ".sigstore" };
	const char *given = cli_value(arguments, CLI_OUTPUT), *source = arguments->operands[0];
	size_t len = strlen(source);

	if (given != NULL)
		return siglet_buf_append_str(ret_path, given);
	if (strcmp(source, "-") == 0)
		return siglet_err_new(SIGLET_E_USAGE, "standard input needs --output");
	for (size_t i = 0; i < SIGLET_COUNT(suffixes); i++) {
		const size_t end = strlen(suffixes[i]);

		if (len > end && strcmp(source + len - end, suffixes[i]) == 0) {
			len -= end;
			break;
		}
	}
	return siglet_buf_printf(ret_path, "%.*s.rekor-proof.cbor", (int)len, source);
}

static siglet_err *check_output(const char *path, bool force)
{
	if (force || strcmp(path, "-") == 0 || !siglet_sys_is_there(path))
		return NULL;
	return siglet_err_hint(siglet_err_new(SIGLET_E_IO, "%s is there already",
					      siglet_text_printable(siglet_slice_str(path)).text),
			       "--force replaces it, --output names another");
}

static siglet_err *tell(const char *path)
{
	siglet_buf line;
	siglet_err *err;

	siglet_buf_init(&line, (size_t)5 * MAX_PATH_BYTES);
	err = cli_append_name(&line, path);
	if (err == NULL)
		err = siglet_buf_append_str(&line, ": a Rekor proof in CBOR; who signed its "
						   "checkpoint was not asked\n");
	if (err == NULL)
		(void)fwrite(line.ptr, 1, line.len, stdout);
	siglet_buf_clear(&line);
	return err;
}

static siglet_err *convert(const cli_arguments *arguments)
{
	siglet_bundles *bundles = NULL;
	char *cbor = NULL;
	size_t len = 0;
	const bool force = cli_has(arguments, CLI_FORCE);
	unsigned entry = 0;
	siglet_buf path;
	siglet_err *err;

	siglet_buf_init(&path, MAX_PATH_BYTES);
	err = name_output(arguments, &path);
	if (err == NULL)
		err = siglet_bundles_open(arguments->operands[0], &bundles);
	if (err == NULL)
		err = choose_entry(arguments, bundles, &entry);
	if (err == NULL)
		err = check_output(siglet_buf_text(&path), force);
	if (err == NULL)
		err = siglet_bundles_rekor_proof(bundles, 0, entry, &cbor, &len);
	if (err == NULL)
		err = cli_write_output(siglet_buf_text(&path), siglet_slice_of(cbor, len), force);
	if (err == NULL && strcmp(siglet_buf_text(&path), "-") != 0 &&
	    !cli_has(arguments, CLI_QUIET))
		err = tell(siglet_buf_text(&path));
	siglet_string_free(cbor);
	siglet_bundles_free(bundles);
	siglet_buf_clear(&path);
	return err;
}

static siglet_err *check_arguments(const cli_arguments *arguments)
{
	const char *to = cli_value(arguments, CLI_TO);

	if (arguments->operand_count != 1)
		return siglet_err_new(SIGLET_E_USAGE, "it takes one bundle");
	if (to == NULL)
		return siglet_err_new(SIGLET_E_USAGE, "--to says into what: cose-proof");
	if (strcmp(to, "cose-proof") != 0)
		return siglet_err_new(SIGLET_E_USAGE, "--to is cose-proof, not \"%s\"",
				      siglet_text_printable(siglet_slice_str(to)).text);
	return NULL;
}

static siglet_status run(const cli_verb *verb, int argc, char **argv)
{
	cli_arguments arguments;
	siglet_status status;
	siglet_err *err;

	if (!cli_begin(verb, argc, argv, &arguments, &status))
		return status;
	status = SIGLET_STATUS_OK;
	err = check_arguments(&arguments);
	if (err == NULL)
		err = convert(&arguments);
	if (err != NULL && siglet_err_code(err) == SIGLET_E_USAGE)
		status = cli_fail_usage(verb, err);
	else if (err != NULL)
		status = cli_fail(arguments.operands[0], err);
	cli_arguments_clear(&arguments);
	return status;
}

const cli_verb cli_convert = {
	.name = "convert",
	.operands = "BUNDLE --to FORMAT",
	.choices = CLI_FILES,
	.summary = "write what a bundle has in another form",
	.about =
		"cose-proof is the inclusion of its entry in Rekor, in CBOR. It is no receipt of\n"
		"SCITT, since Rekor does not sign COSE. Nothing is verified but that the proof is\n"
		"one; siglet verify decides.\n",
	.options = convert_options,
	.option_count = SIGLET_COUNT(convert_options),
	.uses_crypto = true,
	.run = run,
};
