#include "base/base.h"

#include <string.h>

static const char BASE64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Every function here reserves its whole output once and then writes in place. */

siglet_err *siglet_hex_encode(siglet_slice data, siglet_buf *ret_text)
{
	static const char digits[] = "0123456789abcdef";

	if (data.len > SIZE_MAX / 2)
		return siglet_err_new(SIGLET_E_LIMIT, "more than %zu bytes", ret_text->max);
	siglet_err *err = siglet_buf_reserve(ret_text, data.len * 2);
	if (err != NULL)
		return err;

	uint8_t *out = ret_text->ptr + ret_text->len;
	for (size_t i = 0; i < data.len; i++) {
		*out++ = (uint8_t)digits[data.ptr[i] >> 4];
		*out++ = (uint8_t)digits[data.ptr[i] & 15];
	}
	*out = '\0';
	ret_text->len += data.len * 2;
	return NULL;
}

static int hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

siglet_err *siglet_hex_decode(siglet_slice text, siglet_buf *ret_data)
{
	const size_t before = ret_data->len;

	if (text.len % 2 != 0)
		return siglet_err_new(SIGLET_E_MALFORMED, "hex of odd length %zu", text.len);
	siglet_err *err = siglet_buf_reserve(ret_data, text.len / 2);
	if (err != NULL)
		return err;

	uint8_t *out = ret_data->ptr + before;
	for (size_t i = 0; i < text.len; i += 2) {
		const int high = hex_value(text.ptr[i]), low = hex_value(text.ptr[i + 1]);

		if (high < 0 || low < 0) {
			siglet_buf_truncate(ret_data, before);
			return siglet_err_new(SIGLET_E_MALFORMED, "not hex at character %zu",
					      high < 0 ? i : i + 1);
		}
		*out++ = (uint8_t)(high << 4 | low);
	}
	*out = '\0';
	ret_data->len = before + text.len / 2;
	return NULL;
}

siglet_err *siglet_base64_encode(siglet_slice data, siglet_buf *ret_text)
{
	const size_t groups = data.len / 3 + (data.len % 3 != 0);

	if (groups > SIZE_MAX / 4)
		return siglet_err_new(SIGLET_E_LIMIT, "more than %zu bytes", ret_text->max);
	siglet_err *err = siglet_buf_reserve(ret_text, groups * 4);
	if (err != NULL)
		return err;

	uint8_t *out = ret_text->ptr + ret_text->len;
	for (size_t i = 0; i < data.len; i += 3) {
		const size_t have = data.len - i < 3 ? data.len - i : 3;
		uint32_t bits = (uint32_t)data.ptr[i] << 16;

		if (have > 1)
			bits |= (uint32_t)data.ptr[i + 1] << 8;
		if (have > 2)
			bits |= data.ptr[i + 2];
		*out++ = (uint8_t)BASE64[bits >> 18];
		*out++ = (uint8_t)BASE64[bits >> 12 & 63];
		*out++ = have > 1 ? (uint8_t)BASE64[bits >> 6 & 63] : '=';
		*out++ = have > 2 ? (uint8_t)BASE64[bits & 63] : '=';
	}
	*out = '\0';
	ret_text->len += groups * 4;
	return NULL;
}

/* Which alphabets a digit belongs to; one that is in both carries neither mark. */
#define STANDARD_ONLY 0x100u
#define URL_ONLY 0x200u

/* A digit's value plus one, and its marks; 0 for what is no digit. */
/* clang-format off */
static const uint16_t DIGITS[256] = {
	['A'] = 1,  ['B'] = 2,  ['C'] = 3,  ['D'] = 4,  ['E'] = 5,  ['F'] = 6,  ['G'] = 7,
	['H'] = 8,  ['I'] = 9,  ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14,
	['O'] = 15, ['P'] = 16, ['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21,
	['V'] = 22, ['W'] = 23, ['X'] = 24, ['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28,
	['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32, ['g'] = 33, ['h'] = 34, ['i'] = 35,
	['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40, ['o'] = 41, ['p'] = 42,
	['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48, ['w'] = 49,
	['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56,
	['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62,
	['+'] = 63 | STANDARD_ONLY, ['/'] = 64 | STANDARD_ONLY,
	['-'] = 63 | URL_ONLY, ['_'] = 64 | URL_ONLY,
};
/* clang-format on */

/*
 * text without padding, its length not 1 modulo 4, into out, which has room for it. *ret_marks says
 * which alphabets it took.
 */
static siglet_err *not_a_digit(siglet_slice text)
{
	size_t i = 0;

	while (i < text.len && DIGITS[text.ptr[i]] != 0)
		i++;
	return siglet_err_new(SIGLET_E_MALFORMED, "not base64 at character %zu", i);
}

static siglet_err *decode_digits(siglet_slice text, uint8_t *out, unsigned *ret_marks)
{
	const uint8_t *in = text.ptr, *groups_end = text.ptr + text.len / 4 * 4;
	const size_t rest = text.len % 4;
	uint32_t bits = 0;
	unsigned marks = 0;

	/* Four at a time: a log's entries are mostly this. */
	for (; in < groups_end; in += 4, out += 3) {
		const unsigned a = DIGITS[in[0]], b = DIGITS[in[1]], c = DIGITS[in[2]],
			       d = DIGITS[in[3]];

		if (a == 0 || b == 0 || c == 0 || d == 0)
			return not_a_digit(text);
		marks |= a | b | c | d;
		bits = ((a & 0xff) - 1) << 18 | ((b & 0xff) - 1) << 12 | ((c & 0xff) - 1) << 6 |
		       ((d & 0xff) - 1);
		out[0] = (uint8_t)(bits >> 16);
		out[1] = (uint8_t)(bits >> 8 & 255);
		out[2] = (uint8_t)(bits & 255);
	}
	bits = 0;
	for (size_t i = 0; i < rest; i++) {
		const unsigned digit = DIGITS[in[i]];

		if (digit == 0)
			return not_a_digit(text);
		marks |= digit;
		bits = bits << 6 | ((digit & 0xff) - 1);
	}
	/* Two digits are a byte and four bits, three two bytes and two bits. */
	if ((rest == 2 && (bits & 15) != 0) || (rest == 3 && (bits & 3) != 0))
		return siglet_err_new(SIGLET_E_MALFORMED, "base64 whose unused bits are not zero");
	if (rest == 2)
		out[0] = (uint8_t)(bits >> 4);
	if (rest == 3) {
		out[0] = (uint8_t)(bits >> 10);
		out[1] = (uint8_t)(bits >> 2 & 255);
	}
	*ret_marks = marks;
	return NULL;
}

static siglet_err *decode(siglet_slice text, bool lenient, siglet_buf *ret_data)
{
	const size_t before = ret_data->len;
	size_t padding = 0;
	unsigned marks = 0;

	while (padding < 2 && padding < text.len && text.ptr[text.len - 1 - padding] == '=')
		padding++;
	const siglet_slice digits = { text.ptr, text.len - padding };
	const size_t len = digits.len / 4 * 3 + digits.len % 4 * 3 / 4;

	if (digits.len % 4 == 1 || ((padding > 0 || !lenient) && text.len % 4 != 0))
		return siglet_err_new(SIGLET_E_MALFORMED, "base64 of %zu characters is cut off",
				      text.len);
	siglet_err *err = siglet_buf_reserve(ret_data, len);
	if (err != NULL)
		return err;

	err = decode_digits(digits, ret_data->ptr + before, &marks);
	if (err == NULL && (marks & URL_ONLY) != 0 && (!lenient || (marks & STANDARD_ONLY) != 0))
		err = siglet_err_new(SIGLET_E_MALFORMED,
				     "base64 with characters of another alphabet");
	if (err != NULL) {
		siglet_buf_truncate(ret_data, before);
		return err;
	}
	ret_data->len = before + len;
	ret_data->ptr[ret_data->len] = '\0';
	return NULL;
}

siglet_err *siglet_base64_decode(siglet_slice text, siglet_buf *ret_data)
{
	return decode(text, false, ret_data);
}

siglet_err *siglet_base64_decode_any(siglet_slice text, siglet_buf *ret_data)
{
	return decode(text, true, ret_data);
}
