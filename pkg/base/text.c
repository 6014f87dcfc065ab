#include "base/base.h"

#include <stdio.h>
#include <string.h>

/* The code point at the start of text and its length in bytes; length 0 for invalid UTF-8. */
static size_t decode_utf8(siglet_slice text, uint32_t *ret_point)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const uint8_t first = text.ptr[0];
	const size_t len = first < 0x80			   ? 1
			   : first >= 0xc2 && first < 0xe0 ? 2
			   : first >= 0xe0 && first < 0xf0 ? 3
			   : first >= 0xf0 && first < 0xf5 ? 4
							   : 0;
	uint32_t point;

	if (len == 0 || len > text.len)
		return 0;
	point = len == 1 ? first : first & (0xffu >> (len + 1));
	for (size_t i = 1; i < len; i++) {
		if ((text.ptr[i] & 0xc0) != 0x80)
			return 0;
		point = point << 6 | (text.ptr[i] & 0x3fu);
	}
	if (point < smallest[len] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
		return 0;
	*ret_point = point;
	return len;
}

static size_t ascii_run(siglet_slice text)
{
	size_t len = 0;

	while (len < text.len && text.ptr[len] < 0x80)
		len++;
	return len;
}

bool siglet_utf8_is_valid(siglet_slice text)
{
	while (text.len > 0) {
		uint32_t point;
		/* Most text is ASCII, and there may be megabytes of it. */
		const size_t len = text.ptr[0] < 0x80 ? ascii_run(text) : decode_utf8(text, &point);

		if (len == 0)
			return false;
		text = siglet_slice_of(text.ptr + len, text.len - len);
	}
	return true;
}

/*
 * What moves the cursor, changes its direction, or does not show: the Unicode categories Cc, Cf, Zl
 * and Zp, and the property Default_Ignorable_Code_Point.
 */
static bool is_unsafe(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} unsafe[] = {
		{ 0x0, 0x1f },	      { 0x7f, 0x9f },	    { 0xad, 0xad },
		{ 0x34f, 0x34f },     { 0x600, 0x605 },	    { 0x61c, 0x61c },
		{ 0x6dd, 0x6dd },     { 0x70f, 0x70f },	    { 0x890, 0x891 },
		{ 0x8e2, 0x8e2 },     { 0x115f, 0x1160 },   { 0x17b4, 0x17b5 },
		{ 0x180b, 0x180f },   { 0x200b, 0x200f },   { 0x2028, 0x202e },
		{ 0x2060, 0x206f },   { 0x3164, 0x3164 },   { 0xfe00, 0xfe0f },
		{ 0xfeff, 0xfeff },   { 0xffa0, 0xffa0 },   { 0xfff0, 0xfffb },
		{ 0x110bd, 0x110bd }, { 0x110cd, 0x110cd }, { 0x13430, 0x1343f },
		{ 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a }, { 0xe0000, 0xe0fff },
	};

	for (size_t i = 0; i < SIGLET_COUNT(unsafe); i++)
		if (c >= unsafe[i].first && c <= unsafe[i].last)
			return true;
	return false;
}

bool siglet_text_find_harm(siglet_slice text, size_t *ret_at, size_t *ret_len, uint32_t *ret_point)
{
	for (size_t at = 0, len = 1; at < text.len; at += len) {
		uint32_t point = 0;

		len = 1;
		if (text.ptr[at] >= 0x20 && text.ptr[at] < 0x7f)
			continue;
		len = decode_utf8(siglet_slice_of(text.ptr + at, text.len - at), &point);
		if (len > 0 && is_unsafe(point)) {
			*ret_at = at;
			*ret_len = len;
			*ret_point = point;
			return true;
		}
		len = len == 0 ? 1 : len;
	}
	return false;
}

/* One step: how many bytes were read, and what to show for them. out holds at least 12 bytes. */
static size_t escape_one(siglet_slice text, char *out, size_t out_size)
{
	uint32_t point;
	const size_t len = decode_utf8(text, &point);

	if (len == 0) {
		(void)snprintf(out, out_size, "\\x%02x", text.ptr[0]);
		return 1;
	}
	if (point == '\\')
		(void)snprintf(out, out_size, "\\\\");
	else if (is_unsafe(point) && point < 0x80)
		(void)snprintf(out, out_size, "\\x%02x", (unsigned)point);
	else if (is_unsafe(point))
		(void)snprintf(out, out_size, "\\u{%x}", (unsigned)point);
	else {
		memcpy(out, text.ptr, len);
		out[len] = '\0';
	}
	return len;
}

siglet_err *siglet_text_print(siglet_slice text, siglet_buf *ret_text)
{
	const size_t before = ret_text->len;

	while (text.len > 0) {
		char out[16];
		const size_t len = escape_one(text, out, sizeof(out));
		siglet_err *err = siglet_buf_append_str(ret_text, out);

		if (err != NULL) {
			siglet_buf_truncate(ret_text, before);
			return err;
		}
		text = siglet_slice_of(text.ptr + len, text.len - len);
	}
	return NULL;
}

siglet_printable siglet_text_printable(siglet_slice text)
{
	static const char more[] = "…";
	siglet_printable result;
	size_t used = 0;

	while (text.len > 0) {
		char out[16];
		const size_t len = escape_one(text, out, sizeof(out)), add = strlen(out);

		if (used + add + sizeof(more) > sizeof(result.text)) {
			memcpy(result.text + used, more, sizeof(more) - 1);
			used += sizeof(more) - 1;
			break;
		}
		memcpy(result.text + used, out, add);
		used += add;
		text = siglet_slice_of(text.ptr + len, text.len - len);
	}
	result.text[used] = '\0';
	return result;
}
