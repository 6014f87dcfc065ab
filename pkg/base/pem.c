#include "base/base.h"

#include <stdio.h>
#include <string.h>

#define BEGIN "-----BEGIN "
#define END "-----END "
#define DASHES "-----"
#define COLUMNS 64

/* Take one line, its LF or CRLF removed; the last one may lack them. */
static siglet_slice next_line(siglet_slice *text)
{
	const uint8_t *newline = text->len == 0 ? NULL : memchr(text->ptr, '\n', text->len);
	siglet_slice line = *text;

	if (newline != NULL) {
		line.len = (size_t)(newline - text->ptr);
		*text = siglet_slice_of(newline + 1, text->len - line.len - 1);
	} else {
		*text = SIGLET_SLICE_NONE;
	}
	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	return line;
}

static bool is_boundary(siglet_slice line, const char *edge, const char *label)
{
	const size_t edge_len = strlen(edge), label_len = strlen(label),
		     dashes_len = strlen(DASHES);

	return line.len == edge_len + label_len + dashes_len &&
	       memcmp(line.ptr, edge, edge_len) == 0 &&
	       memcmp(line.ptr + edge_len, label, label_len) == 0 &&
	       memcmp(line.ptr + edge_len + label_len, DASHES, dashes_len) == 0;
}

static siglet_err *read_body(siglet_slice *text, const char *label, siglet_buf *ret_der)
{
	siglet_buf digits;
	siglet_err *err = SIGLET_ERR_UNSET;

	siglet_buf_init(&digits, text->len);
	for (;;) {
		if (text->len == 0) {
			err = siglet_err_new(SIGLET_E_MALFORMED, "PEM block without its END line");
			goto out;
		}
		const siglet_slice line = next_line(text);
		if (is_boundary(line, END, label))
			break;
		err = siglet_buf_append(&digits, line);
		if (err != NULL)
			goto out;
	}
	if (digits.len == 0) {
		err = siglet_err_new(SIGLET_E_MALFORMED, "empty PEM block");
		goto out;
	}
	err = siglet_base64_decode(siglet_buf_slice(&digits), ret_der);
out:
	siglet_buf_clear(&digits);
	return err;
}

siglet_err *siglet_pem_next(siglet_slice *text, const char *label, siglet_buf *ret_der,
			    bool *ret_found)
{
	while (text->len > 0) {
		const siglet_slice line = next_line(text);

		if (!siglet_slice_has_prefix(line, BEGIN))
			continue;
		if (!is_boundary(line, BEGIN, label))
			return siglet_err_new(SIGLET_E_MALFORMED, "%s where %s%s%s is wanted",
					      siglet_text_printable(line).text, BEGIN, label,
					      DASHES);
		siglet_err *err = read_body(text, label, ret_der);
		if (err == NULL)
			*ret_found = true;
		return err;
	}
	*ret_found = false;
	return NULL;
}

siglet_err *siglet_pem_encode(const char *label, siglet_slice der, siglet_buf *ret_text)
{
	const size_t before = ret_text->len;
	siglet_buf digits;
	siglet_err *err;

	siglet_buf_init(&digits, SIZE_MAX / 2);
	err = siglet_base64_encode(der, &digits);
	if (err == NULL)
		err = siglet_buf_printf(ret_text, BEGIN "%s" DASHES "\n", label);
	for (size_t i = 0; err == NULL && i < digits.len; i += COLUMNS) {
		const size_t len = digits.len - i < COLUMNS ? digits.len - i : COLUMNS;

		err = siglet_buf_append(ret_text, siglet_slice_of(digits.ptr + i, len));
		if (err == NULL)
			err = siglet_buf_append_byte(ret_text, '\n');
	}
	if (err == NULL)
		err = siglet_buf_printf(ret_text, END "%s" DASHES "\n", label);
	if (err != NULL)
		siglet_buf_truncate(ret_text, before);
	siglet_buf_clear(&digits);
	return err;
}
