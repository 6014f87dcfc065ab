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

/* RFC 8259 section 7: past U+FFFF by a surrogate pair. */
static siglet_err *append_point(uint32_t point, siglet_buf *out)
{
	if (point < 0x10000)
		return siglet_buf_printf(out, "\\u%04x", (unsigned)point);
	point -= 0x10000;
	return siglet_buf_printf(out, "\\u%04x\\u%04x", (unsigned)(0xd800 + (point >> 10)),
				 (unsigned)(0xdc00 + (point & 0x3ff)));
}

static siglet_err *escape_harm(siglet_slice quoted, siglet_buf *out)
{
	size_t at = 0, len = 0;
	uint32_t point = 0;
	siglet_err *err = NULL;

	while (err == NULL && siglet_text_find_harm(quoted, &at, &len, &point)) {
		err = siglet_buf_append(out, siglet_slice_of(quoted.ptr, at));
		if (err == NULL)
			err = append_point(point, out);
		quoted = siglet_slice_of(quoted.ptr + at + len, quoted.len - at - len);
	}
	return err == NULL ? siglet_buf_append(out, quoted) : err;
}

siglet_err *siglet_json_quote_harmless(siglet_slice text, siglet_buf *ret_text)
{
	const size_t before = ret_text->len;
	size_t at = 0, len = 0;
	uint32_t point = 0;
	siglet_buf quoted;
	siglet_err *err;

	if (!siglet_text_find_harm(text, &at, &len, &point))
		return siglet_json_quote(text, ret_text);
	siglet_buf_init(&quoted, ret_text->max);
	err = siglet_json_quote(text, &quoted);
	if (err == NULL)
		err = escape_harm(siglet_buf_slice(&quoted), ret_text);
	siglet_buf_clear(&quoted);
	if (err != NULL)
		siglet_buf_truncate(ret_text, before);
	return err;
}
