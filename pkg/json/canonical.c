#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "json/json_internal.h"

/*
 * One text for each document, by RFC 8785 or as OLPC has it, which differ in the order of keys, in
 * strings and in numbers. A document is at most SIGLET_JSON_MAX_DEPTH deep.
 */

typedef struct member {
	siglet_slice name;
	struct json_object *value;
} member;

typedef struct form {
	int (*compare_members)(const void *first, const void *second);
	siglet_err *(*write_string)(siglet_slice text, siglet_buf *out);
	siglet_err *(*write_number)(struct json_object *object, siglet_buf *out);
} form;

static siglet_err *write_value(const form *f, struct json_object *object, siglet_buf *out);

/*
 * RFC 8785 section 3.2.3: keys sort by UTF-16 code unit. UTF-8 sorts by code point, which differs
 * in one place: what is written with surrogates (U+10000 and up, UTF-8 from 0xf0) goes before
 * U+E000 to U+FFFF (UTF-8 from 0xee).
 */
static int compare_utf16(const void *first, const void *second)
{
	const siglet_slice a = ((const member *)first)->name, b = ((const member *)second)->name;
	size_t same = 0;

	while (same < a.len && same < b.len && a.ptr[same] == b.ptr[same])
		same++;
	if (same == a.len || same == b.len)
		return (a.len > b.len) - (a.len < b.len);
	const uint8_t x = a.ptr[same], y = b.ptr[same];
	const int order = x < y ? -1 : 1;
	return x >= 0xee && y >= 0xee && (x >= 0xf0) != (y >= 0xf0) ? -order : order;
}

static siglet_err *write_members(const form *f, const member *members, size_t count,
				 siglet_buf *out)
{
	for (size_t i = 0; i < count; i++) {
		siglet_err *err = i == 0 ? NULL : siglet_buf_append_byte(out, ',');

		if (err == NULL)
			err = f->write_string(members[i].name, out);
		if (err == NULL)
			err = siglet_buf_append_byte(out, ':');
		if (err == NULL)
			err = write_value(f, members[i].value, out);
		if (err != NULL)
			return err;
	}
	return NULL;
}

static siglet_err *write_object(const form *f, struct json_object *object, siglet_buf *out)
{
	size_t count = 0;
	member *members =
		siglet_calloc((size_t)json_object_object_length(object), sizeof(*members));

	if (members == NULL)
		return siglet_err_nomem();
	json_object_object_foreach(object, name, value)
	{
		members[count].name = siglet_slice_str(name);
		members[count++].value = value;
	}
	qsort(members, count, sizeof(*members), f->compare_members);

	siglet_err *err = siglet_buf_append_byte(out, '{');
	if (err == NULL)
		err = write_members(f, members, count, out);
	if (err == NULL)
		err = siglet_buf_append_byte(out, '}');
	free(members);
	return err;
}

static siglet_err *write_array(const form *f, struct json_object *object, siglet_buf *out)
{
	siglet_err *err = siglet_buf_append_byte(out, '[');

	for (size_t i = 0; err == NULL && i < json_object_array_length(object); i++) {
		if (i > 0)
			err = siglet_buf_append_byte(out, ',');
		if (err == NULL)
			err = write_value(f, json_object_array_get_idx(object, i), out);
	}
	return err == NULL ? siglet_buf_append_byte(out, ']') : err;
}

/* RFC 8785 section 3.2.2.3: a number is the double nearest to it, also where it is an integer. */
static siglet_err *write_double(struct json_object *object, siglet_buf *out)
{
	double number = 0;
	siglet_err *err = siglet_json_double(object, &number);

	if (err != NULL)
		return err;
	return siglet_json_write_double(number, out);
}

static siglet_err *write_value(const form *f, struct json_object *object, siglet_buf *out)
{
	switch (json_object_get_type(object)) {
	case json_type_null:
		return siglet_buf_append_str(out, "null");
	case json_type_boolean:
		return siglet_buf_append_str(out,
					     json_object_get_boolean(object) ? "true" : "false");
	case json_type_int:
	case json_type_double:
		return f->write_number(object, out);
	case json_type_string:
		return f->write_string(siglet_json_string(siglet_json_wrap(object)), out);
	case json_type_array:
		return write_array(f, object, out);
	case json_type_object:
		return write_object(f, object, out);
	}
	return siglet_err_new(SIGLET_E_INTERNAL, "a JSON value of no kind");
}

static siglet_err *canonicalize(const form *f, const siglet_json *value, siglet_buf *ret_text)
{
	const size_t before = ret_text->len;
	siglet_err *err = write_value(f, siglet_json_unwrap(value), ret_text);

	if (err != NULL)
		siglet_buf_truncate(ret_text, before);
	return err;
}

siglet_err *siglet_json_canonicalize(const siglet_json *value, siglet_buf *ret_text)
{
	static const form rfc8785 = { compare_utf16, siglet_json_quote, write_double };

	return canonicalize(&rfc8785, value, ret_text);
}

/* ---- OLPC ---- */

/* UTF-8 sorts by its bytes as by its code points. */
static int compare_bytes(const void *first, const void *second)
{
	return siglet_slice_compare(((const member *)first)->name, ((const member *)second)->name);
}

/* A newline stands as it is: keys in PEM have some. */
static siglet_err *write_raw_string(siglet_slice text, siglet_buf *out)
{
	siglet_err *err = siglet_buf_append_byte(out, '"');
	size_t start = 0;

	for (size_t i = 0; err == NULL && i < text.len; i++) {
		if (text.ptr[i] != '"' && text.ptr[i] != '\\')
			continue;
		err = siglet_buf_append(out, siglet_slice_of(text.ptr + start, i - start));
		if (err == NULL)
			err = siglet_buf_append_byte(out, '\\');
		start = i;
	}
	if (err == NULL)
		err = siglet_buf_append(out, siglet_slice_of(text.ptr + start, text.len - start));
	return err == NULL ? siglet_buf_append_byte(out, '"') : err;
}

static siglet_err *write_integer(struct json_object *object, siglet_buf *out)
{
	int64_t number = 0;
	siglet_err *err = siglet_json_integer(siglet_json_wrap(object), &number);

	return err == NULL ? siglet_buf_printf(out, "%" PRId64, number) : err;
}

siglet_err *siglet_json_canonicalize_olpc(const siglet_json *value, siglet_buf *ret_text)
{
	static const form olpc = { compare_bytes, write_raw_string, write_integer };

	return canonicalize(&olpc, value, ret_text);
}
