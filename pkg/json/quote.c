#include "json/json_internal.h"

/* How many bytes from the start of text need no escape; whole characters, all of them valid. */
static size_t plain_run(siglet_slice text)
{
	size_t len = 0;

	while (len < text.len && text.ptr[len] >= 0x20 && text.ptr[len] != '"' &&
	       text.ptr[len] != '\\')
		len++;
	return len;
}

/* The length of the valid UTF-8 character at the start of text; 0 when there is none. */
static size_t character_length(siglet_slice text)
{
	for (size_t len = 1; len <= 4 && len <= text.len; len++)
		if (siglet_utf8_is_valid(siglet_slice_of(text.ptr, len)))
			return len;
	return 0;
}

/* Bytes that need no escape but may be no UTF-8: U+FFFD for each byte that is part of none. */
static siglet_err *append_repaired(siglet_slice text, siglet_buf *out)
{
	siglet_err *err = NULL;

	if (siglet_utf8_is_valid(text))
		return siglet_buf_append(out, text);
	while (err == NULL && text.len > 0) {
		const size_t len = character_length(text), step = len == 0 ? 1 : len;

		err = len == 0 ? siglet_buf_append_str(out, "\xef\xbf\xbd")
			       : siglet_buf_append(out, siglet_slice_of(text.ptr, len));
		text = siglet_slice_of(text.ptr + step, text.len - step);
	}
	return err;
}

static siglet_err *append_escape(uint8_t c, siglet_buf *out)
{
	switch (c) {
	case '"':
		return siglet_buf_append_str(out, "\\\"");
	case '\\':
		return siglet_buf_append_str(out, "\\\\");
	case '\b':
		return siglet_buf_append_str(out, "\\b");
	case '\f':
		return siglet_buf_append_str(out, "\\f");
	case '\n':
		return siglet_buf_append_str(out, "\\n");
	case '\r':
		return siglet_buf_append_str(out, "\\r");
	case '\t':
		return siglet_buf_append_str(out, "\\t");
	default:
		return siglet_buf_printf(out, "\\u%04x", (unsigned)c);
	}
}

siglet_err *siglet_json_quote(siglet_slice text, siglet_buf *ret_text)
{
	const size_t before = ret_text->len;
	siglet_err *err = siglet_buf_append_byte(ret_text, '"');

	while (err == NULL && text.len > 0) {
		const size_t run = plain_run(text), escape = run < text.len;

		err = append_repaired(siglet_slice_of(text.ptr, run), ret_text);
		if (err == NULL && escape == 1)
			err = append_escape(text.ptr[run], ret_text);
		text = siglet_slice_of(text.ptr + run + escape, text.len - run - escape);
	}
	if (err == NULL)
		err = siglet_buf_append_byte(ret_text, '"');
	if (err != NULL)
		siglet_buf_truncate(ret_text, before);
	return err;
}
