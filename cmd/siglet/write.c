#include "cli.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define RED "\033[31m"
#define PLAIN "\033[m"
#define MAX_ERROR_BYTES ((size_t)1 << 20)

siglet_err *cli_style_from(const cli_arguments *arguments, cli_style *ret_style)
{
	const char *color = cli_value(arguments, CLI_COLOR);
	cli_style style = {
		.json = cli_has(arguments, CLI_JSON),
		.quiet = cli_has(arguments, CLI_QUIET),
		.verbose = cli_has(arguments, CLI_VERBOSE),
	};

	if (style.quiet && style.verbose)
		return siglet_err_new(SIGLET_E_USAGE,
				      "--quiet and --verbose contradict each other");
	if (color == NULL || strcmp(color, "auto") == 0) {
		style.color_out = siglet_sys_wants_color(STDOUT_FILENO);
		style.color_err = siglet_sys_wants_color(STDERR_FILENO);
	} else if (strcmp(color, "always") == 0) {
		style.color_out = style.color_err = true;
	} else if (strcmp(color, "never") != 0) {
		return siglet_err_new(SIGLET_E_USAGE, "--color is auto, always or never");
	}
	*ret_style = style;
	return NULL;
}

siglet_err *cli_append_name(siglet_buf *out, const char *name)
{
	return siglet_text_print(siglet_slice_str(name), out);
}

/* Backslashes are kept: the library has doubled those that came from outside. */
siglet_err *cli_append_text(siglet_buf *out, const char *text, bool lines)
{
	siglet_err *err = NULL;

	while (err == NULL && *text != '\0') {
		const size_t len = strcspn(text, lines ? "\\\n" : "\\");

		err = siglet_text_print(siglet_slice_of(text, len), out);
		text += len;
		if (err == NULL && *text != '\0')
			err = siglet_buf_append_byte(out, (uint8_t)*text++);
	}
	return err;
}

/* Errors about the file itself begin with its name, which is not said twice. */
static const char *without_name(const char *message, const siglet_buf *name)
{
	if (strncmp(message, siglet_buf_text(name), name->len) != 0 ||
	    strncmp(message + name->len, ": ", 2) != 0)
		return message;
	return message + name->len + 2;
}

siglet_err *cli_append_error(siglet_buf *out, const char *name, const char *verdict,
			     const char *message, const char *hint, bool color)
{
	siglet_buf shown;
	siglet_err *err;

	siglet_buf_init(&shown, MAX_ERROR_BYTES);
	err = siglet_buf_append_str(out, "siglet: ");
	if (err == NULL && name != NULL)
		err = cli_append_name(&shown, name);
	if (err == NULL && name != NULL) {
		message = without_name(message, &shown);
		err = siglet_buf_printf(out, "%s: ", siglet_buf_text(&shown));
	}
	if (err == NULL && verdict != NULL)
		err = siglet_buf_printf(out, "%s%s%s: ", color ? RED : "", verdict,
					color ? PLAIN : "");
	if (err == NULL)
		err = cli_append_text(out, message, false);
	if (err == NULL)
		err = siglet_buf_append_byte(out, '\n');
	if (err == NULL && hint != NULL) {
		err = siglet_buf_append_str(out, "  hint: ");
		if (err == NULL)
			err = cli_append_text(out, hint, false);
		if (err == NULL)
			err = siglet_buf_append_byte(out, '\n');
	}
	siglet_buf_clear(&shown);
	return err;
}

siglet_status cli_fail(const char *name, siglet_err *err)
{
	const siglet_status status = siglet_error_status(err);
	siglet_buf text;
	siglet_err *failed;

	siglet_buf_init(&text, MAX_ERROR_BYTES);
	failed = cli_append_error(&text, name, NULL, siglet_err_message(err),
				  siglet_err_hint_text(err), false);
	/* Without memory, the bare fact has to do. */
	if (failed != NULL)
		(void)fputs("siglet: an error could not be described\n", stderr);
	else
		(void)fwrite(text.ptr, 1, text.len, stderr);
	siglet_err_free(failed);
	siglet_buf_clear(&text);
	siglet_err_free(err);
	return status;
}

siglet_status cli_fail_usage(const cli_verb *verb, siglet_err *err)
{
	if (siglet_err_code(err) == SIGLET_E_USAGE)
		err = siglet_err_hint(err, "%s%s --help", cli_prefix, verb->name);
	return cli_fail(verb->name, err);
}

void cli_write_error(siglet_json_writer *w, const siglet_err *err)
{
	siglet_json_write_text(w, "verdict", "error");
	siglet_json_write_int(w, "exit", (int64_t)siglet_error_status(err));
	siglet_json_write_text(w, "code", siglet_code_name(siglet_err_code(err)));
	siglet_json_write_text(w, "message", siglet_err_message(err));
	if (siglet_err_hint_text(err) != NULL)
		siglet_json_write_text(w, "hint", siglet_err_hint_text(err));
}

static bool print_object(const siglet_err *err)
{
	siglet_json_writer w;
	siglet_err *failed;
	siglet_buf out;
	bool printed;

	siglet_buf_init(&out, MAX_ERROR_BYTES);
	siglet_json_writer_init(&w, &out, 0);
	siglet_json_write_begin_object(&w, NULL);
	cli_write_error(&w, err);
	siglet_json_write_end_object(&w);
	failed = siglet_json_writer_finish(&w);
	printed = failed == NULL && printf("%s\n", siglet_buf_text(&out)) > 0;
	siglet_err_free(failed);
	siglet_buf_clear(&out);
	return printed;
}

siglet_status cli_fail_run(const cli_verb *verb, const cli_arguments *arguments, siglet_err *err)
{
	const siglet_status status = siglet_error_status(err);

	if (siglet_err_code(err) == SIGLET_E_USAGE)
		return cli_fail_usage(verb, err);
	if (!cli_has(arguments, CLI_JSON) || !print_object(err))
		return cli_fail(NULL, err);
	siglet_err_free(err);
	return status;
}

static int weight(siglet_status status)
{
	switch (status) {
	case SIGLET_STATUS_OK:
		return 0;
	case SIGLET_STATUS_IDENTITY:
		return 1;
	case SIGLET_STATUS_TRUST:
		return 2;
	case SIGLET_STATUS_SERVICE:
		return 3;
	case SIGLET_STATUS_UNREADABLE:
		return 4;
	case SIGLET_STATUS_USAGE:
		return 5;
	case SIGLET_STATUS_INTERNAL:
		return 6;
	case SIGLET_STATUS_REFUSED:
		return 7;
	}
	return 6;
}

siglet_status cli_worst(siglet_status a, siglet_status b)
{
	return weight(a) >= weight(b) ? a : b;
}

siglet_err *cli_write_file(const char *path, siglet_slice bytes, unsigned mode, bool replaces)
{
	siglet_sys_output *output = NULL;
	siglet_err *err = siglet_sys_output_begin(path, &output);

	cli_guard(output);
	if (err == NULL)
		err = siglet_sys_output_write(output, bytes);
	if (err == NULL)
		err = replaces ? siglet_sys_output_commit(output, mode)
			       : siglet_sys_output_commit_new(output, mode);
	cli_unguard(output);
	siglet_sys_output_free(output);
	return err;
}

siglet_err *cli_write_output(const char *path, siglet_slice bytes, bool replaces)
{
	if (strcmp(path, "-") != 0)
		return cli_write_file(path, bytes, siglet_sys_new_file_mode(), replaces);
	(void)fwrite(bytes.ptr, 1, bytes.len, stdout);
	return NULL;
}

siglet_status cli_finish(siglet_status status)
{
	errno = 0;
	const bool failed_before = ferror(stdout) != 0;
	const bool failed_now = fflush(stdout) != 0;
	const int number = errno;

	if (!failed_before && !failed_now)
		return status;
	siglet_err *err = siglet_err_new(SIGLET_E_IO, "standard output: %s",
					 failed_now && number != 0 ? strerror(number)
								   : "not all could be written");
	return cli_worst(status, cli_fail(NULL, err));
}

void cli_trace(void *context, const char *method, const char *url, int status, unsigned ms,
	       const char *problem)
{
	siglet_buf line;
	siglet_err *err;

	(void)context;
	siglet_buf_init(&line, MAX_ERROR_BYTES);
	err = siglet_buf_printf(&line, "siglet: %s ", method);
	if (err == NULL)
		err = cli_append_name(&line, url);
	if (err == NULL && problem != NULL)
		err = siglet_buf_append_str(&line, ": ");
	/* It may hold what a server put into its certificate. */
	if (err == NULL && problem != NULL)
		err = cli_append_name(&line, problem);
	if (err == NULL)
		err = siglet_buf_printf(&line,
					status > 0 ? ": %d in %u ms\n" : ": none%.0d in %u ms\n",
					status, ms);
	if (err == NULL)
		(void)fwrite(line.ptr, 1, line.len, stderr);
	siglet_err_free(err);
	siglet_buf_clear(&line);
}
