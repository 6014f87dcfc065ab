#include "base/base.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

siglet_slice siglet_slice_of(const void *ptr, size_t len)
{
	return (siglet_slice) { ptr, len };
}

siglet_slice siglet_slice_str(const char *text)
{
	return (siglet_slice) { (const uint8_t *)text, text == NULL ? 0 : strlen(text) };
}

/* memcmp must not see NULL, not even for no bytes. */
static bool same_bytes(const uint8_t *a, const void *b, size_t len)
{
	return len == 0 || memcmp(a, b, len) == 0;
}

bool siglet_slice_equal(siglet_slice a, siglet_slice b)
{
	return a.len == b.len && same_bytes(a.ptr, b.ptr, a.len);
}

bool siglet_slice_is(siglet_slice a, const char *text)
{
	return siglet_slice_equal(a, siglet_slice_str(text));
}

bool siglet_slice_has_prefix(siglet_slice a, const char *text)
{
	const size_t len = strlen(text);

	return a.len >= len && same_bytes(a.ptr, text, len);
}

bool siglet_slice_has_suffix(siglet_slice a, const char *text)
{
	const size_t len = strlen(text);

	return a.len >= len && (len == 0 || memcmp(a.ptr + (a.len - len), text, len) == 0);
}

bool siglet_slice_contains(siglet_slice a, const char *text)
{
	const size_t len = strlen(text);

	if (len == 0)
		return true;
	while (a.len >= len) {
		const uint8_t *at = memchr(a.ptr, text[0], a.len - len + 1);

		if (at == NULL)
			return false;
		if (memcmp(at, text, len) == 0)
			return true;
		a.len -= (size_t)(at - a.ptr) + 1;
		a.ptr = at + 1;
	}
	return false;
}

/* tolower() would ask the locale. */
static uint8_t ascii_lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

bool siglet_slice_equal_nocase(siglet_slice a, siglet_slice b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (ascii_lower(a.ptr[i]) != ascii_lower(b.ptr[i]))
			return false;
	return true;
}

int siglet_slice_compare(siglet_slice a, siglet_slice b)
{
	const size_t common = a.len < b.len ? a.len : b.len;
	const int order = common == 0 ? 0 : memcmp(a.ptr, b.ptr, common);

	if (order != 0)
		return order;
	return (a.len > b.len) - (a.len < b.len);
}

void *siglet_calloc(size_t count, size_t size)
{
	return calloc(count == 0 ? 1 : count, size == 0 ? 1 : size);
}

void siglet_wipe(void *ptr, size_t len)
{
	volatile uint8_t *p = ptr;

	while (len-- > 0)
		*p++ = 0;
}

void siglet_buf_init(siglet_buf *buf, size_t max)
{
	*buf = (siglet_buf) { .max = max };
}

void siglet_buf_init_secret(siglet_buf *buf, size_t max)
{
	*buf = (siglet_buf) { .max = max, .secret = true };
}

void siglet_buf_clear(siglet_buf *buf)
{
	if (buf->secret && buf->ptr != NULL)
		siglet_wipe(buf->ptr, buf->cap + 1);
	free(buf->ptr);
	buf->ptr = NULL;
	buf->len = buf->cap = 0;
}

siglet_slice siglet_buf_slice(const siglet_buf *buf)
{
	return (siglet_slice) { buf->ptr, buf->len };
}

const char *siglet_buf_text(const siglet_buf *buf)
{
	return buf->ptr == NULL ? "" : (const char *)buf->ptr;
}

void siglet_buf_truncate(siglet_buf *buf, size_t len)
{
	if (buf->ptr == NULL || len > buf->len)
		return;
	/* From len on, not buf->len: a writer that failed half-way may have written past it. */
	if (buf->secret)
		siglet_wipe(buf->ptr + len, buf->cap - len);
	buf->len = len;
	buf->ptr[len] = '\0';
}

/* A secret moves by copy and wipe: realloc would leave the old bytes behind. */
siglet_err *siglet_buf_reserve(siglet_buf *buf, size_t more)
{
	if (more > buf->max - buf->len)
		return siglet_err_new(SIGLET_E_LIMIT, "more than %zu bytes", buf->max);
	if (buf->ptr != NULL && more <= buf->cap - buf->len)
		return NULL;

	const size_t need = buf->len + more;
	size_t cap = buf->cap < 64 ? 64 : buf->cap > buf->max / 2 ? buf->max : buf->cap * 2;
	if (cap < need)
		cap = need;
	if (cap > buf->max)
		cap = buf->max;
	if (cap == SIZE_MAX)
		return siglet_err_nomem();

	uint8_t *ptr = buf->secret ? malloc(cap + 1) : realloc(buf->ptr, cap + 1);
	if (ptr == NULL)
		return siglet_err_nomem();
	if (buf->secret && buf->ptr != NULL) {
		memcpy(ptr, buf->ptr, buf->len);
		siglet_wipe(buf->ptr, buf->cap + 1);
		free(buf->ptr);
	}
	buf->ptr = ptr;
	buf->cap = cap;
	buf->ptr[buf->len] = '\0';
	return NULL;
}

siglet_err *siglet_buf_append(siglet_buf *buf, siglet_slice data)
{
	siglet_err *err = siglet_buf_reserve(buf, data.len);

	if (err != NULL)
		return err;
	if (data.len > 0)
		memcpy(buf->ptr + buf->len, data.ptr, data.len);
	buf->len += data.len;
	buf->ptr[buf->len] = '\0';
	return NULL;
}

siglet_err *siglet_buf_append_str(siglet_buf *buf, const char *text)
{
	return siglet_buf_append(buf, siglet_slice_str(text));
}

siglet_err *siglet_buf_append_byte(siglet_buf *buf, uint8_t byte)
{
	return siglet_buf_append(buf, siglet_slice_of(&byte, 1));
}

siglet_err *siglet_buf_append_uint(siglet_buf *buf, uint64_t value, size_t width)
{
	uint8_t bytes[8];

	if (width < 1 || width > 8 || (width < 8 && value >> (8 * width) != 0))
		return siglet_err_new(SIGLET_E_RANGE, "number does not fit %zu bytes", width);
	for (size_t i = 0; i < width; i++)
		bytes[i] = (uint8_t)(value >> (8 * (width - 1 - i)));
	return siglet_buf_append(buf, siglet_slice_of(bytes, width));
}

siglet_err *siglet_buf_printf(siglet_buf *buf, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	const int len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0)
		return siglet_err_new(SIGLET_E_INTERNAL, "a message could not be formatted");

	siglet_err *err = siglet_buf_reserve(buf, (size_t)len);
	if (err != NULL)
		return err;
	va_start(args, format);
	(void)vsnprintf((char *)buf->ptr + buf->len, (size_t)len + 1, format, args);
	va_end(args);
	buf->len += (size_t)len;
	return NULL;
}

siglet_err *siglet_strndup(siglet_slice text, char **ret_text)
{
	if (text.len == SIZE_MAX)
		return siglet_err_nomem();
	char *copy = malloc(text.len + 1);
	if (copy == NULL)
		return siglet_err_nomem();
	if (text.len > 0)
		memcpy(copy, text.ptr, text.len);
	copy[text.len] = '\0';
	*ret_text = copy;
	return NULL;
}

siglet_err *siglet_reader_bytes(siglet_reader *reader, size_t len, siglet_slice *ret_bytes)
{
	if (len > reader->left.len)
		return siglet_err_new(SIGLET_E_MALFORMED, "cut off: %zu bytes wanted, %zu left",
				      len, reader->left.len);
	*ret_bytes = siglet_slice_of(reader->left.ptr, len);
	if (len > 0)
		reader->left = siglet_slice_of(reader->left.ptr + len, reader->left.len - len);
	return NULL;
}

siglet_err *siglet_reader_uint(siglet_reader *reader, size_t width, uint64_t *ret_value)
{
	const siglet_slice left = reader->left;
	uint64_t value = 0;

	if (width < 1 || width > 8)
		return siglet_err_new(SIGLET_E_RANGE, "a number of %zu bytes", width);
	if (width > left.len)
		return siglet_err_new(SIGLET_E_MALFORMED, "cut off: %zu bytes wanted, %zu left",
				      width, left.len);
	for (size_t i = 0; i < width; i++)
		value = value << 8 | left.ptr[i];
	reader->left = siglet_slice_of(left.ptr + width, left.len - width);
	*ret_value = value;
	return NULL;
}

siglet_err *siglet_reader_vector(siglet_reader *reader, size_t width, siglet_slice *ret_bytes)
{
	siglet_reader ahead = *reader;
	uint64_t len = 0;
	siglet_err *err = siglet_reader_uint(&ahead, width, &len);

	if (err != NULL)
		return err;
	if (len > ahead.left.len)
		return siglet_err_new(SIGLET_E_MALFORMED, "a length of %llu reaches past the end",
				      (unsigned long long)len);
	err = siglet_reader_bytes(&ahead, (size_t)len, ret_bytes);
	if (err == NULL)
		*reader = ahead;
	return err;
}

siglet_err *siglet_reader_line(siglet_reader *reader, siglet_slice *ret_line)
{
	const uint8_t *end =
		reader->left.len == 0 ? NULL : memchr(reader->left.ptr, '\n', reader->left.len);

	if (end == NULL)
		return siglet_err_new(SIGLET_E_MALFORMED, "a line without its newline");
	const size_t len = (size_t)(end - reader->left.ptr);
	*ret_line = siglet_slice_of(reader->left.ptr, len);
	reader->left = siglet_slice_of(end + 1, reader->left.len - len - 1);
	return NULL;
}

siglet_err *siglet_reader_end(const siglet_reader *reader)
{
	if (reader->left.len != 0)
		return siglet_err_new(SIGLET_E_MALFORMED, "%zu bytes left over", reader->left.len);
	return NULL;
}
