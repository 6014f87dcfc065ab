#include "json/json_internal.h"

/* One byte after the other. */

siglet_err *siglet_json_malformed(size_t at, const char *what)
{
	return siglet_err_new(SIGLET_E_MALFORMED, "byte %zu: %s", at, what);
}

siglet_err *siglet_json_expected(const siglet_json_cursor *c, const char *what)
{
	if (c->at == c->text.len)
		return siglet_err_new(SIGLET_E_MALFORMED, "byte %zu: the text ends before %s",
				      c->at, what);
	return siglet_err_new(SIGLET_E_MALFORMED, "byte %zu: not %s", c->at, what);
}

uint8_t siglet_json_peek(const siglet_json_cursor *c)
{
	return c->at < c->text.len ? c->text.ptr[c->at] : 0;
}

bool siglet_json_take(siglet_json_cursor *c, uint8_t byte)
{
	if (c->at == c->text.len || c->text.ptr[c->at] != byte)
		return false;
	c->at++;
	return true;
}

void siglet_json_skip_space(siglet_json_cursor *c)
{
	for (;; c->at++) {
		const uint8_t next = siglet_json_peek(c);

		if (next != ' ' && next != '\t' && next != '\n' && next != '\r')
			return;
	}
}

bool siglet_json_is_digit(uint8_t byte)
{
	return byte >= '0' && byte <= '9';
}
