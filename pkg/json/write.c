#include <inttypes.h>

#include "json/json_internal.h"

void siglet_json_writer_init(siglet_json_writer *writer, siglet_buf *out, unsigned indent)
{
	*writer = (siglet_json_writer) { .out = out, .indent = indent, .first = true };
}

static siglet_err *break_line(siglet_json_writer *writer)
{
	if (writer->indent == 0)
		return NULL;
	return siglet_buf_printf(writer->out, "\n%*s", (int)(writer->indent * writer->depth), "");
}

/* What stands before a value: a comma, a new line, its name. False when nothing may follow. */
static bool begin_value(siglet_json_writer *writer, const char *name)
{
	siglet_err *err = NULL;

	if (writer->err != NULL)
		return false;
	if (writer->depth == 0 && !writer->first)
		err = siglet_err_new(SIGLET_E_INTERNAL, "a second JSON value at the top");
	if (err == NULL && !writer->first)
		err = siglet_buf_append_byte(writer->out, ',');
	if (err == NULL && writer->depth > 0)
		err = break_line(writer);
	if (err == NULL && name != NULL)
		err = siglet_json_quote(siglet_slice_str(name), writer->out);
	if (err == NULL && name != NULL)
		err = siglet_buf_append_str(writer->out, writer->indent > 0 ? ": " : ":");
	writer->first = false;
	writer->err = err;
	return err == NULL;
}

static void begin_container(siglet_json_writer *writer, const char *name, uint8_t bracket)
{
	if (!begin_value(writer, name))
		return;
	writer->err = siglet_buf_append_byte(writer->out, bracket);
	writer->depth++;
	writer->first = true;
}

static void end_container(siglet_json_writer *writer, uint8_t bracket)
{
	siglet_err *err = NULL;

	if (writer->err != NULL)
		return;
	if (writer->depth == 0) {
		writer->err = siglet_err_new(SIGLET_E_INTERNAL, "a JSON bracket too many");
		return;
	}
	writer->depth--;
	if (!writer->first)
		err = break_line(writer);
	if (err == NULL)
		err = siglet_buf_append_byte(writer->out, bracket);
	writer->first = false;
	writer->err = err;
}

void siglet_json_write_begin_object(siglet_json_writer *writer, const char *name)
{
	begin_container(writer, name, '{');
}

void siglet_json_write_end_object(siglet_json_writer *writer)
{
	end_container(writer, '}');
}

void siglet_json_write_begin_array(siglet_json_writer *writer, const char *name)
{
	begin_container(writer, name, '[');
}

void siglet_json_write_end_array(siglet_json_writer *writer)
{
	end_container(writer, ']');
}

void siglet_json_write_string(siglet_json_writer *writer, const char *name, siglet_slice text)
{
	if (begin_value(writer, name))
		writer->err = siglet_json_quote_harmless(text, writer->out);
}

void siglet_json_write_text(siglet_json_writer *writer, const char *name, const char *text)
{
	siglet_json_write_string(writer, name, siglet_slice_str(text));
}

/* Text of an encoder whose alphabet needs no escapes. */
static void write_encoded(siglet_json_writer *writer, const char *name, siglet_slice bytes,
			  siglet_err *(*encode)(siglet_slice data, siglet_buf *ret_text))
{
	if (!begin_value(writer, name))
		return;
	siglet_err *err = siglet_buf_append_byte(writer->out, '"');
	if (err == NULL)
		err = encode(bytes, writer->out);
	if (err == NULL)
		err = siglet_buf_append_byte(writer->out, '"');
	writer->err = err;
}

void siglet_json_write_base64(siglet_json_writer *writer, const char *name, siglet_slice bytes)
{
	write_encoded(writer, name, bytes, siglet_base64_encode);
}

void siglet_json_write_hex(siglet_json_writer *writer, const char *name, siglet_slice bytes)
{
	write_encoded(writer, name, bytes, siglet_hex_encode);
}

void siglet_json_write_int(siglet_json_writer *writer, const char *name, int64_t value)
{
	if (begin_value(writer, name))
		writer->err = siglet_buf_printf(writer->out, "%" PRId64, value);
}

void siglet_json_write_int_string(siglet_json_writer *writer, const char *name, int64_t value)
{
	if (begin_value(writer, name))
		writer->err = siglet_buf_printf(writer->out, "\"%" PRId64 "\"", value);
}

void siglet_json_write_bool(siglet_json_writer *writer, const char *name, bool value)
{
	if (begin_value(writer, name))
		writer->err = siglet_buf_append_str(writer->out, value ? "true" : "false");
}

void siglet_json_write_null(siglet_json_writer *writer, const char *name)
{
	if (begin_value(writer, name))
		writer->err = siglet_buf_append_str(writer->out, "null");
}

siglet_err *siglet_json_writer_finish(siglet_json_writer *writer)
{
	siglet_err *err = writer->err;

	writer->err = NULL;
	if (err == NULL && (writer->depth != 0 || writer->first))
		err = siglet_err_new(SIGLET_E_INTERNAL, "a JSON document without its end");
	return err;
}
