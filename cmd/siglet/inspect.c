#include "cli.h"

#include <string.h>

#include "json/json.h"

#define MAX_SHOWN_BYTES ((size_t)256 << 20)
#define MAX_FILE_BYTES ((size_t)16 << 20)
#define SHOWN_STRING_BYTES 132 /* the longest signature but RSA's */

static const cli_option inspect_options[] = {
	{ .name = "json", .id = CLI_JSON, .help = "print an object a file, each on one line" },
	{ .name = "help", .letter = 'h', .id = CLI_HELP, .help = "show this page" },
};

static siglet_err *show_json(const siglet_bundles *bundles, siglet_buf *out)
{
	char *text = NULL;
	siglet_err *err = siglet_bundles_describe_json(bundles, &text);

	if (err == NULL)
		err = siglet_buf_append_str(out, text);
	if (err == NULL)
		err = siglet_buf_append_byte(out, '\n');
	siglet_string_free(text);
	return err;
}

static siglet_err *show_text(const siglet_bundles *bundles, bool named, siglet_buf *out)
{
	char *text = NULL;
	siglet_err *err = siglet_bundles_describe(bundles, &text);

	if (err == NULL && named) {
		err = siglet_buf_append_str(out, "File ");
		if (err == NULL)
			err = cli_append_name(out, siglet_bundles_source(bundles));
		if (err == NULL)
			err = siglet_buf_append_byte(out, '\n');
	}
	if (err == NULL)
		err = cli_append_text(out, text, true);
	siglet_string_free(text);
	return err;
}

/* One line on standard output says why there is no description. */
static siglet_err *show_json_error(const char *path, const siglet_err *why, siglet_buf *out)
{
	siglet_json_writer w;
	siglet_err *err;

	siglet_json_writer_init(&w, out, 0);
	siglet_json_write_begin_object(&w, NULL);
	siglet_json_write_text(&w, "file", path);
	siglet_json_write_text(&w, "verdict", "error");
	siglet_json_write_int(&w, "exit", (int64_t)siglet_error_status(why));
	siglet_json_write_text(&w, "message", siglet_err_message(why));
	siglet_json_write_end_object(&w);
	err = siglet_json_writer_finish(&w);
	return err != NULL ? err : siglet_buf_append_byte(out, '\n');
}

/* ---- COSE ---- */

/* As it stands there; then, where it is a message that could be verified, what it says of itself. */
static siglet_err *show_cose(const siglet_buf *bytes, const char *source, bool named,
			     siglet_buf *out)
{
	siglet_bundles *bundles = NULL;
	char *text = NULL;
	siglet_err *err = siglet_cose_describe(bytes->ptr, bytes->len, SHOWN_STRING_BYTES, &text);
	siglet_err *unfit = NULL;

	if (err == NULL)
		unfit = siglet_bundles_parse_cose(bytes->ptr, bytes->len, source, &bundles);
	if (err == NULL && unfit == NULL)
		err = show_text(bundles, named, out);
	else if (err == NULL && siglet_error_status(unfit) != SIGLET_STATUS_REFUSED)
		err = unfit;
	if (err == NULL && unfit == NULL)
		err = siglet_buf_append_byte(out, '\n');
	if (err == NULL)
		err = cli_append_text(out, text, true);
	if (err != unfit)
		siglet_err_free(unfit);
	siglet_string_free(text);
	siglet_bundles_free(bundles);
	return err;
}

/* No text of JSON begins with such a byte; arrays, maps and tags of CBOR do. */
static bool is_cbor(const siglet_buf *bytes)
{
	return bytes->len > 0 && bytes->ptr[0] >= 0x80;
}

static siglet_err *read_bytes(const char *path, siglet_buf *ret_bytes)
{
	return strcmp(path, "-") == 0 ? siglet_sys_read_stdin(ret_bytes)
				      : siglet_sys_read_file(path, ret_bytes);
}

/* ---- any file ---- */

static siglet_err *show(const char *path, bool json, bool named, siglet_buf *out)
{
	const char *source = strcmp(path, "-") == 0 ? "(standard input)" : path;
	siglet_bundles *bundles = NULL;
	siglet_buf bytes;
	siglet_err *err;

	siglet_buf_init(&bytes, MAX_FILE_BYTES);
	err = read_bytes(path, &bytes);
	if (err == NULL && is_cbor(&bytes) && !json) {
		err = show_cose(&bytes, source, named, out);
		goto out;
	}
	if (err == NULL && is_cbor(&bytes))
		err = siglet_bundles_parse_cose(bytes.ptr, bytes.len, source, &bundles);
	else if (err == NULL)
		err = siglet_bundles_parse(bytes.ptr, bytes.len, source, &bundles);
	if (err == NULL)
		err = json ? show_json(bundles, out) : show_text(bundles, named, out);
out:
	siglet_bundles_free(bundles);
	siglet_buf_clear(&bytes);
	return err;
}

static siglet_status inspect(const char *path, bool json, bool named)
{
	siglet_status status;
	siglet_buf out;
	siglet_err *err;

	siglet_buf_init(&out, MAX_SHOWN_BYTES);
	err = show(path, json, named, &out);
	status = siglet_error_status(err);
	if (err != NULL && json) {
		siglet_err *why = err;

		err = show_json_error(path, why, &out);
		siglet_err_free(why);
	}
	if (err == NULL)
		(void)fwrite(out.ptr, 1, out.len, stdout);
	else
		status = cli_worst(status, cli_fail(path, err));
	siglet_buf_clear(&out);
	return status;
}

static siglet_status run(const cli_verb *verb, int argc, char **argv)
{
	siglet_status status = SIGLET_STATUS_OK;
	cli_arguments arguments;
	size_t from_stdin = 0;

	if (!cli_begin(verb, argc, argv, &arguments, &status))
		return status;
	status = SIGLET_STATUS_OK;
	for (size_t i = 0; i < arguments.operand_count; i++)
		from_stdin += strcmp(arguments.operands[i], "-") == 0;
	if (arguments.operand_count == 0)
		status = cli_fail_usage(verb, siglet_err_new(SIGLET_E_USAGE, "no bundle to show"));
	else if (from_stdin > 1)
		status = cli_fail_usage(verb, siglet_err_new(SIGLET_E_USAGE,
							     "standard input is given twice"));
	else
		for (size_t i = 0; i < arguments.operand_count; i++)
			status = cli_worst(status, inspect(arguments.operands[i],
							   cli_has(&arguments, CLI_JSON),
							   arguments.operand_count > 1));
	cli_arguments_clear(&arguments);
	return status;
}

const cli_verb cli_inspect = {
	.name = "inspect",
	.operands = "BUNDLE...",
	.choices = CLI_FILES,
	.summary = "show what a bundle says, without deciding",
	.about =
		"Nothing that is shown has been verified. - is standard input. COSE messages, and\n"
		"the receipts and statements of SCITT, are shown in diagnostic notation.\n",
	.options = inspect_options,
	.option_count = SIGLET_COUNT(inspect_options),
	.uses_crypto = true,
	.run = run,
};
