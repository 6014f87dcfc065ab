#include "verify.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "json/json.h"

#define MAX_ANSWER_BYTES ((size_t)256 << 20)
#define MAX_TOLD_BYTES 4096
#define GREEN "\033[32m"
#define PLAIN "\033[m"

void verify_answer_init(verify_answer *answer)
{
	siglet_buf_init(&answer->out, MAX_ANSWER_BYTES);
	siglet_buf_init(&answer->err, MAX_ANSWER_BYTES);
	answer->status = SIGLET_STATUS_INTERNAL;
}

void verify_answer_clear(verify_answer *answer)
{
	siglet_buf_clear(&answer->out);
	siglet_buf_clear(&answer->err);
}

/* Standard output first: the report stands before the refusal that it explains. */
void verify_answer_print(const verify_answer *answer)
{
	if (answer->out.len > 0)
		(void)fwrite(answer->out.ptr, 1, answer->out.len, stdout);
	if (answer->err.len > 0) {
		(void)fflush(stdout);
		(void)fwrite(answer->err.ptr, 1, answer->err.len, stderr);
	}
}

/* An answer that can't be written is none. Takes err. */
static void settle(verify_answer *answer, siglet_status status, siglet_err *err)
{
	static const char failed[] = "siglet: out of memory\n";

	answer->status = status;
	if (err == NULL)
		return;
	siglet_err_free(err);
	answer->status = SIGLET_STATUS_INTERNAL;
	siglet_err_free(siglet_buf_append_str(&answer->err, failed));
}

void verify_answer_tell(const verify_ask *ask, const char *name, verify_answer *answer,
			const char *format, ...)
{
	char text[MAX_TOLD_BYTES];
	siglet_err *err;
	va_list args;

	if (!ask->style.verbose)
		return;
	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	err = siglet_buf_append_str(&answer->err, "siglet: ");
	if (err == NULL)
		err = cli_append_name(&answer->err, name);
	if (err == NULL)
		err = siglet_buf_append_str(&answer->err, ": ");
	if (err == NULL)
		err = cli_append_text(&answer->err, text, false);
	if (err == NULL)
		err = siglet_buf_append_byte(&answer->err, '\n');
	siglet_err_free(err); /* what is merely told may be lost */
}

/* "NAME: signed by …" with the verdict's first words in green. */
static siglet_err *write_line(const verify_ask *ask, const char *name, const char *kind,
			      const char *line, siglet_buf *out)
{
	const size_t kind_len =
		kind != NULL && strncmp(line, kind, strlen(kind)) == 0 && ask->style.color_out
			? strlen(kind)
			: 0;
	siglet_err *err = cli_append_name(out, name);

	if (err == NULL)
		err = siglet_buf_append_str(out, ": ");
	if (err == NULL && kind_len > 0) {
		err = siglet_buf_append_str(out, GREEN);
		if (err == NULL)
			err = cli_append_text(out, kind, false);
		if (err == NULL)
			err = siglet_buf_append_str(out, PLAIN);
	}
	if (err == NULL)
		err = cli_append_text(out, line + kind_len, false);
	return err != NULL ? err : siglet_buf_append_byte(out, '\n');
}

static siglet_err *write_json(const siglet_result *result, const char *name, siglet_buf *out)
{
	char *json = NULL;
	siglet_err *err = siglet_result_json(result, name, &json);

	if (err == NULL)
		err = siglet_buf_append_str(out, json);
	if (err == NULL)
		err = siglet_buf_append_byte(out, '\n');
	siglet_string_free(json);
	return err;
}

static siglet_err *write_report(const siglet_result *result, const char *name, siglet_buf *out)
{
	char *text = NULL;
	siglet_err *err = siglet_result_explain(result, &text);

	if (err == NULL)
		err = cli_append_name(out, name);
	if (err == NULL)
		err = siglet_buf_append_str(out, "\n");
	if (err == NULL)
		err = cli_append_text(out, text, true);
	if (err == NULL)
		err = siglet_buf_append_byte(out, '\n');
	siglet_string_free(text);
	return err;
}

void verify_answer_result(const verify_ask *ask, const char *name, const siglet_result *result,
			  verify_answer *answer)
{
	const bool accepted = siglet_result_accepted(result);
	const cli_style *style = &ask->style;
	siglet_err *err = NULL;

	if (style->json && !(style->quiet && accepted))
		err = write_json(result, name, &answer->out);
	if (err == NULL && ask->explain)
		err = write_report(result, name, &answer->out);
	if (err == NULL && accepted && !style->json && !style->quiet)
		err = write_line(ask, name, siglet_result_kind(result), siglet_result_line(result),
				 &answer->out);
	if (err == NULL && !accepted && !style->json)
		err = cli_append_error(&answer->err, name, "refused", siglet_result_message(result),
				       siglet_result_hint(result), style->color_err);
	settle(answer, accepted ? SIGLET_STATUS_OK : SIGLET_STATUS_REFUSED, err);
}

static siglet_err *write_json_error(const char *name, const char *rule, const siglet_err *why,
				    siglet_buf *out)
{
	const siglet_status status = siglet_error_status(why);
	siglet_json_writer w;
	siglet_err *err;

	siglet_json_writer_init(&w, out, 0);
	siglet_json_write_begin_object(&w, NULL);
	siglet_json_write_text(&w, "file", name);
	if (status == SIGLET_STATUS_REFUSED) {
		siglet_json_write_text(&w, "verdict", "refused");
		siglet_json_write_text(&w, "rule", rule);
		siglet_json_write_text(&w, "code", siglet_code_name(siglet_err_code(why)));
		siglet_json_write_text(&w, "message", siglet_err_message(why));
		if (siglet_err_hint_text(why) != NULL)
			siglet_json_write_text(&w, "hint", siglet_err_hint_text(why));
	} else {
		cli_write_error(&w, why);
	}
	siglet_json_write_end_object(&w);
	err = siglet_json_writer_finish(&w);
	return err != NULL ? err : siglet_buf_append_byte(out, '\n');
}

void verify_answer_error(const verify_ask *ask, const char *name, const char *rule, siglet_err *why,
			 verify_answer *answer)
{
	const siglet_status status = siglet_error_status(why);
	siglet_err *err;

	if (ask->style.json)
		err = write_json_error(name, rule, why, &answer->out);
	else
		err = cli_append_error(&answer->err, name,
				       status == SIGLET_STATUS_REFUSED ? "refused" : NULL,
				       siglet_err_message(why), siglet_err_hint_text(why),
				       ask->style.color_err);
	siglet_err_free(why);
	settle(answer, status, err);
}

static siglet_err *write_json_listed(const char *name, const char *list, const char *digest,
				     siglet_buf *out)
{
	siglet_json_writer w;
	siglet_err *err;

	siglet_json_writer_init(&w, out, 0);
	siglet_json_write_begin_object(&w, NULL);
	siglet_json_write_text(&w, "file", name);
	siglet_json_write_text(&w, "verdict", "accepted");
	siglet_json_write_text(&w, "kind", "listed");
	siglet_json_write_text(&w, "manifest", list);
	siglet_json_write_text(&w, "digest", digest);
	siglet_json_write_end_object(&w);
	err = siglet_json_writer_finish(&w);
	return err != NULL ? err : siglet_buf_append_byte(out, '\n');
}

void verify_answer_listed(const verify_ask *ask, const char *name, const char *list,
			  const char *digest, verify_answer *answer)
{
	siglet_err *err = NULL;
	siglet_buf line;

	siglet_buf_init(&line, MAX_ANSWER_BYTES);
	if (!ask->style.quiet && ask->style.json) {
		err = write_json_listed(name, list, digest, &answer->out);
	} else if (!ask->style.quiet) {
		err = siglet_buf_append_str(&line, "listed in ");
		if (err == NULL)
			err = cli_append_name(&line, list);
		if (err == NULL)
			err = write_line(ask, name, "listed", siglet_buf_text(&line), &answer->out);
	}
	siglet_buf_clear(&line);
	settle(answer, SIGLET_STATUS_OK, err);
}
