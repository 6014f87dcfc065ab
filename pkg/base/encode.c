#include "base/base.h"

#include <string.h>

static const char BASE64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

siglet_err *siglet_hex_encode(siglet_slice data, siglet_buf *ret_text)
{
	static const char digits[] = "0123456789abcdef";
	const size_t before = ret_text->len;

	for (size_t i = 0; i < data.len; i++) {
		const char pair[2] = { digits[data.ptr[i] >> 4], digits[data.ptr[i] & 15] };
		siglet_err *err = siglet_buf_append(ret_text, siglet_slice_of(pair, 2));

		if (err != NULL) {
			ret_text->len = before;
			return err;
		}
	}
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
	for (size_t i = 0; i < text.len; i += 2) {
		const int high = hex_value(text.ptr[i]), low = hex_value(text.ptr[i + 1]);
		siglet_err *err =
			high < 0 || low < 0 ?
				siglet_err_new(SIGLET_E_MALFORMED, "not hex at character %zu", i) :
				siglet_buf_append_byte(ret_data, (uint8_t)(high << 4 | low));

		if (err != NULL) {
			ret_data->len = before;
			return err;
		}
	}
	return NULL;
}

siglet_err *siglet_base64_encode(siglet_slice data, siglet_buf *ret_text)
{
	const size_t before = ret_text->len;

	for (size_t i = 0; i < data.len; i += 3) {
		const size_t have = data.len - i < 3 ? data.len - i : 3;
		uint32_t bits = (uint32_t)data.ptr[i] << 16;
		if (have > 1)
			bits |= (uint32_t)data.ptr[i + 1] << 8;
		if (have > 2)
			bits |= data.ptr[i + 2];

		const char out[4] = { BASE64[bits >> 18], BASE64[bits >> 12 & 63],
				      have > 1 ? BASE64[bits >> 6 & 63] : '=',
				      have > 2 ? BASE64[bits & 63] : '=' };
		siglet_err *err = siglet_buf_append(ret_text, siglet_slice_of(out, 4));
		if (err != NULL) {
			ret_text->len = before;
			return err;
		}
	}
	return NULL;
}

/* 0 to 63, or -1. The two alphabets differ in the last two characters only. */
static int base64_value(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	if (c == '/' || c == '_')
		return 63;
	return -1;
}

/* Which alphabet: refuses a mix, and the URL-safe one unless it is allowed. */
static siglet_err *check_alphabet(siglet_slice text, bool url_allowed)
{
	bool standard = false, url = false;

	for (size_t i = 0; i < text.len; i++) {
		standard |= text.ptr[i] == '+' || text.ptr[i] == '/';
		url |= text.ptr[i] == '-' || text.ptr[i] == '_';
	}
	if (url && (standard || !url_allowed))
		return siglet_err_new(SIGLET_E_MALFORMED, "base64 with characters of another alphabet");
	return NULL;
}

/* text without padding, its length not 1 modulo 4. */
static siglet_err *decode_digits(siglet_slice text, siglet_buf *ret_data)
{
	uint32_t bits = 0;
	unsigned count = 0;

	for (size_t i = 0; i < text.len; i++) {
		const int value = base64_value(text.ptr[i]);

		if (value < 0)
			return siglet_err_new(SIGLET_E_MALFORMED, "not base64 at character %zu", i);
		bits = bits << 6 | (uint32_t)value;
		count += 6;
		if (count >= 8) {
			siglet_err *err;

			count -= 8;
			err = siglet_buf_append_byte(ret_data, (uint8_t)(bits >> count & 255));
			if (err != NULL)
				return err;
		}
	}
	if ((bits & ((1u << count) - 1)) != 0)
		return siglet_err_new(SIGLET_E_MALFORMED, "base64 whose unused bits are not zero");
	return NULL;
}

static siglet_err *decode(siglet_slice text, bool lenient, siglet_buf *ret_data)
{
	const size_t before = ret_data->len;
	size_t padding = 0;
	siglet_err *err = check_alphabet(text, lenient);

	if (err != NULL)
		return err;
	while (padding < 2 && padding < text.len && text.ptr[text.len - 1 - padding] == '=')
		padding++;
	const siglet_slice digits = { text.ptr, text.len - padding };

	if (digits.len % 4 == 1 || ((padding > 0 || !lenient) && text.len % 4 != 0))
		return siglet_err_new(SIGLET_E_MALFORMED, "base64 of %zu characters is cut off",
				      text.len);
	err = decode_digits(digits, ret_data);
	if (err != NULL)
		ret_data->len = before;
	return err;
}

siglet_err *siglet_base64_decode(siglet_slice text, siglet_buf *ret_data)
{
	return decode(text, false, ret_data);
}

siglet_err *siglet_base64_decode_any(siglet_slice text, siglet_buf *ret_data)
{
	return decode(text, true, ret_data);
}
