#include <string.h>

#include "json/json_internal.h"

/* Strings: what stands between two quotes, and the bytes that it means. */

/* ---- escapes ---- */

/* Four hex digits: a UTF-16 code unit. */
static siglet_err *read_unit(siglet_json_cursor *c, uint32_t *ret_unit)
{
	uint32_t unit = 0;

	for (int i = 0; i < 4; i++, c->at++) {
		const uint8_t next = siglet_json_peek(c);

		if (siglet_json_is_digit(next))
			unit = unit << 4 | (uint32_t)(next - '0');
		else if (next >= 'a' && next <= 'f')
			unit = unit << 4 | (uint32_t)(next - 'a' + 10);
		else if (next >= 'A' && next <= 'F')
			unit = unit << 4 | (uint32_t)(next - 'A' + 10);
		else
			return siglet_json_expected(c, "a hex digit");
	}
	*ret_unit = unit;
	return NULL;
}

/* What follows \u: one unit or a surrogate pair. Half a pair has no UTF-8 form. */
static siglet_err *read_unicode_escape(siglet_json_cursor *c, uint32_t *ret_point)
{
	const size_t start = c->at - 2;
	uint32_t high = 0, low = 0;
	siglet_err *err = read_unit(c, &high);

	if (err != NULL)
		return err;
	if (high < 0xd800 || high > 0xdfff) {
		*ret_point = high;
		return NULL;
	}
	if (high > 0xdbff || !siglet_json_take(c, '\\') || !siglet_json_take(c, 'u'))
		return siglet_json_malformed(start, "half a surrogate pair");
	err = read_unit(c, &low);
	if (err != NULL)
		return err;
	if (low < 0xdc00 || low > 0xdfff)
		return siglet_json_malformed(start, "half a surrogate pair");
	*ret_point = 0x10000 + ((high - 0xd800) << 10 | (low - 0xdc00));
	return NULL;
}

/* What follows a backslash. */
static siglet_err *read_escape(siglet_json_cursor *c, uint32_t *ret_point)
{
	static const char letters[] = "\"\\/bfnrt", points[] = "\"\\/\b\f\n\r\t";
	const uint8_t next = siglet_json_peek(c);
	const char *letter = next == 0 ? NULL : strchr(letters, next);

	if (siglet_json_take(c, 'u'))
		return read_unicode_escape(c, ret_point);
	if (letter == NULL)
		return siglet_json_expected(c, "an escape");
	c->at++;
	*ret_point = (uint8_t)points[letter - letters];
	return NULL;
}

/* The UTF-8 form of a code point that is no surrogate, and its length. */
static size_t encode_utf8(uint32_t point, uint8_t out[4])
{
	if (point < 0x80) {
		out[0] = (uint8_t)point;
		return 1;
	}
	const size_t len = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
	for (size_t i = len - 1; i > 0; i--, point >>= 6)
		out[i] = (uint8_t)(0x80 | (point & 0x3f));
	out[0] = (uint8_t)((0xf00u >> len & 0xf0) | point);
	return len;
}

/* ---- runs of plain characters ---- */

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Is any of the eight bytes a quote, a backslash or a control? (The usual test for a zero byte.) */
static bool has_special(uint64_t word)
{
	const uint64_t quote = word ^ EACH(0x22), backslash = word ^ EACH(0x5c);

	return (((word - EACH(0x20)) & ~word) | ((quote - EACH(0x01)) & ~quote) |
		((backslash - EACH(0x01)) & ~backslash)) &
	       EACH(0x80);
}

/*
 * The characters up to an escape, the closing quote, or what may not stand in a string. Most of a
 * bundle is long base64, so it is looked at eight bytes at a time. In *any the top bit gets set if
 * it is in any of them: all else is ASCII.
 */
static siglet_slice plain_run(siglet_json_cursor *c, uint8_t *any)
{
	const uint8_t *start = c->text.ptr + c->at;
	const size_t left = c->text.len - c->at;
	uint64_t word = 0, seen = 0;
	size_t len = 0;

	while (left - len >= sizeof(word)) {
		memcpy(&word, start + len, sizeof(word));
		if (has_special(word))
			break;
		seen |= word;
		len += sizeof(word);
	}
	if ((seen & EACH(0x80)) != 0)
		*any |= 0x80;
	for (; len < left && start[len] >= 0x20 && start[len] != '"' && start[len] != '\\'; len++)
		*any |= start[len];
	c->at += len;
	return siglet_slice_of(start, len);
}

/* ---- a string ---- */

static siglet_err *append_escape(siglet_json_cursor *c, siglet_buf *scratch)
{
	uint8_t escaped[4];
	uint32_t point = 0;
	siglet_err *err;

	c->at++;
	err = read_escape(c, &point);
	if (err != NULL)
		return err;
	return siglet_buf_append(scratch, siglet_slice_of(escaped, encode_utf8(point, escaped)));
}

/* From the first escape on, behind the run that precedes it. */
static siglet_err *read_escaped(siglet_json_cursor *c, siglet_slice run, siglet_buf *scratch,
				uint8_t *any)
{
	siglet_err *err;

	siglet_buf_truncate(scratch, 0);
	for (;;) {
		err = siglet_buf_append(scratch, run);
		if (err != NULL || siglet_json_peek(c) != '\\')
			return err;
		err = append_escape(c, scratch);
		if (err != NULL)
			return err;
		run = plain_run(c, any);
	}
}

siglet_err *siglet_json_read_string(siglet_json_cursor *c, siglet_buf *scratch,
				    siglet_slice *ret_text)
{
	const size_t start = ++c->at;
	uint8_t any = 0;
	siglet_slice text = plain_run(c, &any);

	if (siglet_json_peek(c) == '\\') {
		siglet_err *err = read_escaped(c, text, scratch, &any);

		if (err != NULL)
			return err;
		text = siglet_buf_slice(scratch);
	}
	if (siglet_json_peek(c) != '"')
		return siglet_json_expected(c, "a character or the end of a string");
	if (any >= 0x80 &&
	    !siglet_utf8_is_valid(siglet_slice_of(c->text.ptr + start, c->at - start)))
		return siglet_json_malformed(start, "a string that is not UTF-8");
	c->at++;
	*ret_text = text;
	return NULL;
}
