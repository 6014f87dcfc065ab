#include "cbor/cbor_internal.h"

#include <inttypes.h>
#include <string.h>

/* Diagnostic notation: what people read. */

typedef struct printer {
	siglet_cbor_style style;
	siglet_buf *out;
	unsigned depth;
} printer;

static siglet_err *print(printer *p, const siglet_cbor *item);

/* ---- strings ---- */

/* Bytes of the first character of valid UTF-8, and what it is. */
static size_t first_character(siglet_slice text, uint32_t *ret_character)
{
	const uint8_t lead = text.ptr[0];
	const size_t len = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
	uint32_t character = len == 1 ? lead : lead & (0x7fu >> len);

	for (size_t i = 1; i < len && i < text.len; i++)
		character = character << 6 | (text.ptr[i] & 0x3f);
	*ret_character = character;
	return len;
}

/* As JSON has it, which diagnostic notation takes over (RFC 8949 section 8). */
static siglet_err *escape(uint32_t character, siglet_buf *out)
{
	if (character == '\n')
		return siglet_buf_append_str(out, "\\n");
	if (character == '"' || character == '\\')
		return siglet_buf_printf(out, "\\%c", (char)character);
	if (character < 0x10000)
		return siglet_buf_printf(out, "\\u%04" PRIx32, character);
	character -= 0x10000;
	return siglet_buf_printf(out, "\\u%04" PRIx32 "\\u%04" PRIx32,
				 UINT32_C(0xd800) + (character >> 10),
				 UINT32_C(0xdc00) + (character & 0x3ff));
}

/* What siglet_text_print would not let through is escaped here in another way. */
static siglet_err *append_character(siglet_slice one, uint32_t character, siglet_buf *out)
{
	const siglet_printable shown = siglet_text_printable(one);

	if (character == '"' || !siglet_slice_is(one, shown.text))
		return escape(character, out);
	return siglet_buf_append(out, one);
}

static siglet_err *print_text(printer *p, siglet_slice text)
{
	const size_t most = p->style.max_string == 0 ? text.len : p->style.max_string;
	siglet_err *err = siglet_buf_append_byte(p->out, '"');
	size_t at = 0;

	while (err == NULL && at < text.len) {
		const siglet_slice rest = { text.ptr + at, text.len - at };
		uint32_t character;
		const size_t len = first_character(rest, &character);

		if (at + len > most)
			break;
		err = append_character(siglet_slice_of(rest.ptr, len), character, p->out);
		at += len;
	}
	if (err == NULL)
		err = siglet_buf_append_str(p->out, at < text.len ? "...\"" : "\"");
	if (err == NULL && at < text.len)
		err = siglet_buf_printf(p->out, " / %zu bytes /", text.len);
	return err;
}

static siglet_err *print_bytes(printer *p, const siglet_cbor *item)
{
	const siglet_cbor *opened = siglet_cbor_opened(item);
	const size_t most = p->style.max_string == 0 ? SIZE_MAX : p->style.max_string;
	siglet_slice bytes = item->content;
	siglet_err *err;

	if (opened != NULL) {
		err = siglet_buf_append_str(p->out, "<<");
		if (err == NULL)
			err = print(p, opened);
		return err == NULL ? siglet_buf_append_str(p->out, ">>") : err;
	}
	if (bytes.len > most)
		bytes.len = most;
	err = siglet_buf_append_str(p->out, "h'");
	if (err == NULL)
		err = siglet_hex_encode(bytes, p->out);
	if (err == NULL && bytes.len < item->content.len)
		return siglet_buf_printf(p->out, "...' / %zu bytes /", item->content.len);
	return err == NULL ? siglet_buf_append_byte(p->out, '\'') : err;
}

/* ---- what holds items ---- */

static siglet_err *new_line(printer *p)
{
	if (p->style.indent == 0)
		return NULL;
	return siglet_buf_printf(p->out, "\n%*s", (int)(p->style.indent * p->depth), "");
}

static siglet_err *print_pair(printer *p, const siglet_cbor *key)
{
	const char *name = NULL;
	siglet_err *err = NULL;

	if (p->style.name != NULL && key->kind <= SIGLET_CBOR_NINT)
		name = p->style.name(key);
	if (name != NULL)
		err = siglet_buf_printf(p->out, "/ %s / ", name);
	if (err == NULL)
		err = print(p, key);
	if (err == NULL)
		err = siglet_buf_append_str(p->out, ": ");
	return err == NULL ? print(p, key + 1) : err;
}

static siglet_err *print_items(printer *p, const siglet_cbor *item, uint32_t step)
{
	siglet_err *err = NULL;

	p->depth++;
	for (uint32_t i = 0; err == NULL && i < item->count; i += step) {
		if (i > 0)
			err = siglet_buf_append_str(p->out, p->style.indent == 0 ? ", " : ",");
		if (err == NULL)
			err = new_line(p);
		if (err == NULL)
			err = step == 2 ? print_pair(p, &item->items[i])
					: print(p, &item->items[i]);
	}
	p->depth--;
	return err == NULL && item->count > 0 ? new_line(p) : err;
}

static siglet_err *print_between(printer *p, const siglet_cbor *item, const char *brackets)
{
	siglet_err *err = siglet_buf_append_byte(p->out, (uint8_t)brackets[0]);

	if (err == NULL)
		err = print_items(p, item, item->kind == SIGLET_CBOR_MAP ? 2 : 1);
	return err == NULL ? siglet_buf_append_byte(p->out, (uint8_t)brackets[1]) : err;
}

static siglet_err *print_tag(printer *p, const siglet_cbor *item)
{
	siglet_err *err = siglet_buf_printf(p->out, "%" PRIu64 "(", item->value);

	if (err == NULL)
		err = print(p, item->items);
	return err == NULL ? siglet_buf_append_byte(p->out, ')') : err;
}

/* ---- numbers ---- */

static bool is_a_value(const siglet_cbor *item)
{
	return item->key != item && item->kind <= SIGLET_CBOR_NINT;
}

static siglet_err *print_integer(printer *p, const siglet_cbor *item)
{
	const char *name = p->style.name == NULL || !is_a_value(item) ? NULL : p->style.name(item);
	siglet_err *err;

	if (item->kind == SIGLET_CBOR_UINT)
		err = siglet_buf_printf(p->out, "%" PRIu64, item->value);
	else if (item->value == UINT64_MAX)
		err = siglet_buf_append_str(p->out, "-18446744073709551616");
	else
		err = siglet_buf_printf(p->out, "-%" PRIu64, item->value + 1);
	if (err == NULL && name != NULL)
		err = siglet_buf_printf(p->out, " / %s /", name);
	return err;
}

static siglet_err *print(printer *p, const siglet_cbor *item)
{
	switch (siglet_cbor_kind_of(item)) {
	case SIGLET_CBOR_UINT:
	case SIGLET_CBOR_NINT:
		return print_integer(p, item);
	case SIGLET_CBOR_BYTES:
		return print_bytes(p, item);
	case SIGLET_CBOR_TEXT:
		return print_text(p, item->content);
	case SIGLET_CBOR_ARRAY:
		return print_between(p, item, "[]");
	case SIGLET_CBOR_MAP:
		return print_between(p, item, "{}");
	case SIGLET_CBOR_TAG:
		return print_tag(p, item);
	case SIGLET_CBOR_BOOL:
		return siglet_buf_append_str(p->out, item->value == 1 ? "true" : "false");
	case SIGLET_CBOR_NULL:
		return siglet_buf_append_str(p->out, "null");
	case SIGLET_CBOR_UNDEFINED:
		break;
	}
	return siglet_buf_append_str(p->out, "undefined");
}

siglet_err *siglet_cbor_print(const siglet_cbor *item, const siglet_cbor_style *style,
			      siglet_buf *ret_text)
{
	static const siglet_cbor_style none = { 0 };
	printer p = { .style = style == NULL ? none : *style, .out = ret_text };

	return print(&p, item);
}
