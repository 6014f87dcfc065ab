#include "cbor/cbor_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Items of the kind that is called for, and errors that say where there is another. */

/* ---- places ---- */

#define MAX_PLACE_BYTES 512
#define MAX_KEY_BYTES 40

/* As much of a key as a place has room for, in whole characters: it is UTF-8. */
static siglet_slice shorten(siglet_slice text)
{
	size_t len = text.len < MAX_KEY_BYTES ? text.len : MAX_KEY_BYTES;

	while (len < text.len && len > 0 && (text.ptr[len] & 0xc0) == 0x80)
		len--;
	return siglet_slice_of(text.ptr, len);
}

static siglet_err *append_key(const siglet_cbor *key, siglet_buf *ret_place)
{
	switch (siglet_cbor_kind_of(key)) {
	case SIGLET_CBOR_UINT:
		return siglet_buf_printf(ret_place, "%" PRIu64, key->value);
	case SIGLET_CBOR_NINT:
		if (key->value == UINT64_MAX)
			return siglet_buf_append_str(ret_place, "-18446744073709551616");
		return siglet_buf_printf(ret_place, "-%" PRIu64, key->value + 1);
	case SIGLET_CBOR_TEXT:
		return siglet_buf_printf(ret_place, "\"%s\"",
					 siglet_text_printable(shorten(key->content)).text);
	case SIGLET_CBOR_BYTES:
	case SIGLET_CBOR_ARRAY:
	case SIGLET_CBOR_MAP:
	case SIGLET_CBOR_TAG:
	case SIGLET_CBOR_BOOL:
	case SIGLET_CBOR_NULL:
	case SIGLET_CBOR_UNDEFINED:
		break;
	}
	return siglet_buf_append_str(ret_place, siglet_cbor_kind_name(siglet_cbor_kind_of(key)));
}

/* What this step of the way adds; a tag and the outermost item add nothing. */
static siglet_err *append_step(const siglet_cbor *item, siglet_buf *ret_place)
{
	siglet_err *err = NULL;

	if (item->parent == NULL || item->is_opened || item->parent->kind == SIGLET_CBOR_TAG)
		return NULL;
	if (ret_place->len > 0)
		err = siglet_buf_append_byte(ret_place, '/');
	if (err != NULL)
		return err;
	if (item->name != NULL)
		return siglet_buf_append_str(ret_place, item->name);
	if (item->key != NULL)
		return append_key(item->key, ret_place);
	if (item->parent->kind == SIGLET_CBOR_MAP)
		return siglet_buf_printf(ret_place, "key %" PRIu32, item->index / 2);
	return siglet_buf_printf(ret_place, "%" PRIu32, item->index);
}

/* "protected/33", from the outermost item down. */
static siglet_err *append_place(const siglet_cbor *item, siglet_buf *ret_place)
{
	/* One more than may be: an item that is refused for its depth has a place, too. */
	const siglet_cbor *way[SIGLET_CBOR_MAX_DEPTH + 1];
	size_t steps = 0;
	siglet_err *err = NULL;

	for (; item != NULL && steps < SIGLET_COUNT(way); item = item->parent)
		way[steps++] = item;
	while (err == NULL && steps > 0)
		err = append_step(way[--steps], ret_place);
	return err;
}

/* Takes err, an error without a place. */
static siglet_err *put_place(const siglet_cbor *item, const uint8_t *at, siglet_err *err)
{
	const size_t offset = (size_t)(at - item->doc->input.ptr);
	siglet_buf place;
	siglet_err *failure;

	siglet_buf_init(&place, MAX_PLACE_BYTES);
	failure = append_place(item, &place);
	/* A place that is too long for its buffer is told as far as it goes. */
	siglet_err_free(failure);
	err = place.len == 0
		      ? siglet_err_wrap(err, "byte %zu", offset)
		      : siglet_err_wrap(err, "byte %zu: %s", offset, siglet_buf_text(&place));
	siglet_buf_clear(&place);
	return err;
}

siglet_err *siglet_cbor_error_at(const siglet_cbor *item, const uint8_t *at, siglet_code code,
				 const char *format, ...)
{
	char message[512];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	return put_place(item, at, siglet_err_new(code, "%s", message));
}

siglet_err *siglet_cbor_error(const siglet_cbor *item, siglet_code code, const char *format, ...)
{
	char message[512];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	if (item == NULL)
		return siglet_err_new(code, "%s", message);
	return put_place(item, item->raw.ptr, siglet_err_new(code, "%s", message));
}

siglet_err *siglet_cbor_error_wrap(const siglet_cbor *item, siglet_err *err)
{
	return item == NULL ? err : put_place(item, item->raw.ptr, err);
}

/* ---- kinds ---- */

siglet_err *siglet_cbor_need(const siglet_cbor *item, siglet_cbor_kind kind)
{
	if (item == NULL)
		return siglet_err_new(SIGLET_E_MISSING, "nothing where %s should be",
				      siglet_cbor_kind_name(kind));
	if (item->kind == kind)
		return NULL;
	return siglet_cbor_error(item, SIGLET_E_MALFORMED, "%s, not %s",
				 siglet_cbor_kind_name((siglet_cbor_kind)item->kind),
				 siglet_cbor_kind_name(kind));
}

siglet_err *siglet_cbor_need_bytes(const siglet_cbor *item, siglet_slice *ret_bytes)
{
	siglet_err *err = siglet_cbor_need(item, SIGLET_CBOR_BYTES);

	if (err == NULL)
		*ret_bytes = item->content;
	return err;
}

siglet_err *siglet_cbor_need_text(const siglet_cbor *item, siglet_slice *ret_text)
{
	siglet_err *err = siglet_cbor_need(item, SIGLET_CBOR_TEXT);

	if (err == NULL)
		*ret_text = item->content;
	return err;
}

static siglet_err *need_integer(const siglet_cbor *item)
{
	if (item == NULL)
		return siglet_err_new(SIGLET_E_MISSING, "nothing where an integer should be");
	if (item->kind == SIGLET_CBOR_UINT || item->kind == SIGLET_CBOR_NINT)
		return NULL;
	return siglet_cbor_error(item, SIGLET_E_MALFORMED, "%s, not an integer",
				 siglet_cbor_kind_name((siglet_cbor_kind)item->kind));
}

siglet_err *siglet_cbor_need_int64(const siglet_cbor *item, int64_t *ret_value)
{
	siglet_err *err = need_integer(item);

	if (err != NULL)
		return err;
	if (item->value > INT64_MAX)
		return siglet_cbor_error(item, SIGLET_E_RANGE, "an integer of more than 64 bits");
	*ret_value =
		item->kind == SIGLET_CBOR_UINT ? (int64_t)item->value : -1 - (int64_t)item->value;
	return NULL;
}

siglet_err *siglet_cbor_need_uint63(const siglet_cbor *item, uint64_t *ret_value)
{
	siglet_err *err = need_integer(item);

	if (err != NULL)
		return err;
	if (item->kind == SIGLET_CBOR_NINT)
		return siglet_cbor_error(item, SIGLET_E_RANGE, "a negative number");
	if (item->value > INT64_MAX)
		return siglet_cbor_error(item, SIGLET_E_RANGE, "a number above 2^63 - 1");
	*ret_value = item->value;
	return NULL;
}

siglet_err *siglet_cbor_need_array(const siglet_cbor *item, size_t least, size_t most)
{
	siglet_err *err = siglet_cbor_need(item, SIGLET_CBOR_ARRAY);

	if (err != NULL)
		return err;
	if (item->count >= least && item->count <= most)
		return NULL;
	if (least == most)
		return siglet_cbor_error(item, SIGLET_E_LENGTH, "an array of %" PRIu32 ", not %zu",
					 item->count, least);
	return siglet_cbor_error(item, SIGLET_E_LENGTH, "an array of %" PRIu32 ", not %zu to %zu",
				 item->count, least, most);
}

siglet_err *siglet_cbor_need_hash(const siglet_cbor *item, size_t size, siglet_slice *ret_bytes)
{
	siglet_slice bytes = SIGLET_SLICE_NONE;
	siglet_err *err = siglet_cbor_need_bytes(item, &bytes);

	if (err != NULL)
		return err;
	if (bytes.len != size)
		return siglet_cbor_error(item, SIGLET_E_LENGTH, "%zu bytes, not the %zu of a hash",
					 bytes.len, size);
	*ret_bytes = bytes;
	return NULL;
}
