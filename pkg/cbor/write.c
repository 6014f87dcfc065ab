#include "cbor/cbor_internal.h"

#include <string.h>

/*
 * Deterministic CBOR. The head of an array or map is put before its items when it is closed, since
 * only then their number is known; the pairs of a map are put into order at the same time.
 */

void siglet_cbor_writer_init(siglet_cbor_writer *writer, const siglet_cbor_heads *heads,
			     siglet_buf *out)
{
	*writer = (siglet_cbor_writer) { .heads = heads, .out = out, .begin = out->len };
	writer->open[0].begin = out->len;
}

static void refuse(siglet_cbor_writer *writer, siglet_code code, const char *what)
{
	if (writer->err == NULL)
		writer->err = siglet_err_new(code, "%s", what);
}

static siglet_err *append_head(const siglet_cbor_heads *heads, siglet_cbor_major major,
			       uint64_t value, siglet_buf *out)
{
	uint8_t head[SIGLET_CBOR_MAX_HEAD];
	const size_t size = heads->encode(major, value, head);

	if (size == 0)
		return siglet_err_new(SIGLET_E_INTERNAL, "no head for a CBOR item");
	return siglet_buf_append(out, siglet_slice_of(head, size));
}

siglet_err *siglet_cbor_append_bytes_head(const siglet_cbor_heads *heads, uint64_t len,
					  siglet_buf *ret_bytes)
{
	return append_head(heads, SIGLET_CBOR_MAJOR_BYTES, len, ret_bytes);
}

/* One more item where we are; an item under a tag was counted with it. */
static bool begin_item(siglet_cbor_writer *writer)
{
	if (writer->err != NULL)
		return false;
	if (!writer->after_tag)
		writer->open[writer->depth].items++;
	writer->after_tag = false;
	return true;
}

static void put(siglet_cbor_writer *writer, siglet_cbor_major major, uint64_t value,
		siglet_slice content)
{
	if (!begin_item(writer))
		return;
	writer->err = append_head(writer->heads, major, value, writer->out);
	if (writer->err == NULL)
		writer->err = siglet_buf_append(writer->out, content);
}

void siglet_cbor_write_uint(siglet_cbor_writer *writer, uint64_t value)
{
	put(writer, SIGLET_CBOR_MAJOR_UINT, value, SIGLET_SLICE_NONE);
}

void siglet_cbor_write_int(siglet_cbor_writer *writer, int64_t value)
{
	if (value < 0)
		put(writer, SIGLET_CBOR_MAJOR_NINT, (uint64_t)(-1 - value), SIGLET_SLICE_NONE);
	else
		put(writer, SIGLET_CBOR_MAJOR_UINT, (uint64_t)value, SIGLET_SLICE_NONE);
}

void siglet_cbor_write_bytes(siglet_cbor_writer *writer, siglet_slice bytes)
{
	put(writer, SIGLET_CBOR_MAJOR_BYTES, bytes.len, bytes);
}

void siglet_cbor_write_text(siglet_cbor_writer *writer, siglet_slice text)
{
	if (!siglet_utf8_is_valid(text))
		refuse(writer, SIGLET_E_USAGE, "text for CBOR that is not UTF-8");
	put(writer, SIGLET_CBOR_MAJOR_TEXT, text.len, text);
}

void siglet_cbor_write_bool(siglet_cbor_writer *writer, bool value)
{
	put(writer, SIGLET_CBOR_MAJOR_SIMPLE, value ? 21 : 20, SIGLET_SLICE_NONE);
}

void siglet_cbor_write_null(siglet_cbor_writer *writer)
{
	put(writer, SIGLET_CBOR_MAJOR_SIMPLE, 22, SIGLET_SLICE_NONE);
}

void siglet_cbor_write_tag(siglet_cbor_writer *writer, uint64_t number)
{
	put(writer, SIGLET_CBOR_MAJOR_TAG, number, SIGLET_SLICE_NONE);
	writer->after_tag = true;
}

void siglet_cbor_write_raw(siglet_cbor_writer *writer, siglet_slice encoded)
{
	if (begin_item(writer))
		writer->err = siglet_buf_append(writer->out, encoded);
}

/* ---- arrays and maps ---- */

static void begin(siglet_cbor_writer *writer, bool is_map)
{
	if (!begin_item(writer))
		return;
	if (writer->depth == SIGLET_CBOR_MAX_DEPTH) {
		refuse(writer, SIGLET_E_LIMIT, "CBOR that is nested too deep");
		return;
	}
	writer->depth++;
	writer->open[writer->depth].begin = writer->out->len;
	writer->open[writer->depth].items = 0;
	writer->open[writer->depth].is_map = is_map;
}

/* The head of what is closed, before its items. */
static void end(siglet_cbor_writer *writer, bool is_map)
{
	const size_t from = writer->open[writer->depth].begin, items = writer->out->len - from;
	const uint64_t count = writer->open[writer->depth].items / (is_map ? 2 : 1);
	siglet_buf *out = writer->out;
	uint8_t head[SIGLET_CBOR_MAX_HEAD];
	size_t size;

	writer->err =
		append_head(writer->heads, is_map ? SIGLET_CBOR_MAJOR_MAP : SIGLET_CBOR_MAJOR_ARRAY,
			    count, out);
	if (writer->err != NULL)
		return;
	size = out->len - from - items;
	memcpy(head, out->ptr + from + items, size);
	memmove(out->ptr + from + size, out->ptr + from, items);
	memcpy(out->ptr + from, head, size);
	writer->depth--;
}

static bool is_open(siglet_cbor_writer *writer, bool is_map)
{
	if (writer->err != NULL)
		return false;
	if (writer->depth == 0 || writer->open[writer->depth].is_map != is_map || writer->after_tag)
		refuse(writer, SIGLET_E_USAGE, "the end of a CBOR array or map that is not open");
	return writer->err == NULL;
}

void siglet_cbor_write_begin_array(siglet_cbor_writer *writer)
{
	begin(writer, false);
}

void siglet_cbor_write_end_array(siglet_cbor_writer *writer)
{
	if (is_open(writer, false))
		end(writer, false);
}

void siglet_cbor_write_begin_map(siglet_cbor_writer *writer)
{
	begin(writer, true);
}

/* A pair among the bytes that were written. */
typedef struct pair {
	siglet_slice key, whole;
} pair;

/* The item at the cursor, of what was just written: moves behind it. */
static siglet_err *pass_item(const siglet_cbor_heads *heads, siglet_reader *reader, unsigned depth)
{
	siglet_cbor_head head;
	siglet_slice passed;
	uint64_t items = 0;
	siglet_err *err;

	if (depth == 0 ||
	    heads->decode(reader->left.ptr, reader->left.len, &head) != SIGLET_CBOR_DONE)
		return siglet_err_new(SIGLET_E_INTERNAL, "what was written as CBOR is none");
	err = siglet_reader_bytes(reader, head.size, &passed);
	if (head.major == SIGLET_CBOR_MAJOR_BYTES || head.major == SIGLET_CBOR_MAJOR_TEXT) {
		if (err == NULL)
			err = siglet_reader_bytes(reader, (size_t)head.value, &passed);
	} else if (head.major == SIGLET_CBOR_MAJOR_ARRAY || head.major == SIGLET_CBOR_MAJOR_MAP) {
		items = head.value * (head.major == SIGLET_CBOR_MAJOR_MAP ? 2 : 1);
	} else if (head.major == SIGLET_CBOR_MAJOR_TAG) {
		items = 1;
	}
	while (err == NULL && items-- > 0)
		err = pass_item(heads, reader, depth - 1);
	return err;
}

static siglet_err *pass_pair(const siglet_cbor_heads *heads, siglet_reader *reader, pair *ret_pair)
{
	const siglet_slice start = reader->left;
	siglet_err *err = pass_item(heads, reader, 2 * SIGLET_CBOR_MAX_DEPTH);

	if (err != NULL)
		return err;
	ret_pair->key = siglet_slice_of(start.ptr, start.len - reader->left.len);
	err = pass_item(heads, reader, 2 * SIGLET_CBOR_MAX_DEPTH);
	ret_pair->whole = siglet_slice_of(start.ptr, start.len - reader->left.len);
	return err;
}

/* Into its place among the pairs that are sorted. */
static siglet_err *insert(pair *pairs, size_t count, pair next)
{
	size_t at = count;

	for (; at > 0; at--) {
		const int order = siglet_slice_compare(pairs[at - 1].key, next.key);

		if (order == 0)
			return siglet_err_new(SIGLET_E_USAGE, "a key twice in a CBOR map");
		if (order < 0)
			break;
		pairs[at] = pairs[at - 1];
	}
	pairs[at] = next;
	return NULL;
}

/*
 * RFC 8949 section 4.2.1: by the bytes of the encoded keys. siglet_slice_compare would put a prefix
 * first, but no encoding is a prefix of another.
 */
static siglet_err *sort(siglet_cbor_writer *writer, size_t from, size_t count)
{
	pair pairs[SIGLET_CBOR_MAX_PAIRS];
	siglet_buf *out = writer->out, sorted;
	siglet_reader reader;
	siglet_err *err = NULL;

	if (count == 0)
		return NULL;
	reader.left = siglet_slice_of(out->ptr + from, out->len - from);
	siglet_buf_init(&sorted, out->len - from);
	for (size_t i = 0; err == NULL && i < count; i++) {
		pair next = { SIGLET_SLICE_NONE, SIGLET_SLICE_NONE };

		err = pass_pair(writer->heads, &reader, &next);
		if (err == NULL)
			err = insert(pairs, i, next);
	}
	if (err == NULL)
		err = siglet_reader_end(&reader);
	for (size_t i = 0; err == NULL && i < count; i++)
		err = siglet_buf_append(&sorted, pairs[i].whole);
	if (err == NULL && sorted.len > 0)
		memcpy(out->ptr + from, sorted.ptr, sorted.len);
	siglet_buf_clear(&sorted);
	return err;
}

void siglet_cbor_write_end_map(siglet_cbor_writer *writer)
{
	if (!is_open(writer, true))
		return;
	const size_t from = writer->open[writer->depth].begin;
	const size_t items = writer->open[writer->depth].items;

	if (items % 2 != 0)
		refuse(writer, SIGLET_E_USAGE, "a key without a value in a CBOR map");
	else if (items / 2 > SIGLET_CBOR_MAX_PAIRS)
		refuse(writer, SIGLET_E_LIMIT, "too many pairs in a CBOR map");
	else
		writer->err = sort(writer, from, items / 2);
	if (writer->err == NULL)
		end(writer, true);
}

/* ---- what was read ---- */

static void write_items(siglet_cbor_writer *writer, const siglet_cbor *item)
{
	for (uint32_t i = 0; i < item->count; i++)
		siglet_cbor_write_item(writer, &item->items[i]);
}

void siglet_cbor_write_item(siglet_cbor_writer *writer, const siglet_cbor *item)
{
	switch (siglet_cbor_kind_of(item)) {
	case SIGLET_CBOR_UINT:
	case SIGLET_CBOR_NINT:
	case SIGLET_CBOR_BYTES:
	case SIGLET_CBOR_TEXT:
		put(writer, (siglet_cbor_major)item->kind, item->value, item->content);
		break;
	case SIGLET_CBOR_ARRAY:
		siglet_cbor_write_begin_array(writer);
		write_items(writer, item);
		siglet_cbor_write_end_array(writer);
		break;
	case SIGLET_CBOR_MAP:
		siglet_cbor_write_begin_map(writer);
		write_items(writer, item);
		siglet_cbor_write_end_map(writer);
		break;
	case SIGLET_CBOR_TAG:
		siglet_cbor_write_tag(writer, item->value);
		write_items(writer, item);
		break;
	case SIGLET_CBOR_BOOL:
		siglet_cbor_write_bool(writer, item->value == 1);
		break;
	case SIGLET_CBOR_NULL:
		siglet_cbor_write_null(writer);
		break;
	case SIGLET_CBOR_UNDEFINED:
		put(writer, SIGLET_CBOR_MAJOR_SIMPLE, 23, SIGLET_SLICE_NONE);
		break;
	}
}

siglet_err *siglet_cbor_writer_finish(siglet_cbor_writer *writer)
{
	siglet_err *err = writer->err;

	writer->err = NULL;
	if (err == NULL && (writer->depth > 0 || writer->open[0].items != 1 || writer->after_tag))
		err = siglet_err_new(SIGLET_E_USAGE, "not one whole CBOR item was written");
	if (err != NULL)
		siglet_buf_truncate(writer->out, writer->begin);
	return err;
}
