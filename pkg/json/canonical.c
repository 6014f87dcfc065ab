#include <stdlib.h>
#include <string.h>

#include "json/json_internal.h"

/* RFC 8785: one text for each document. A document is at most SIGLET_JSON_MAX_DEPTH deep. */

typedef struct member {
	siglet_slice name;
	struct json_object *value;
} member;

static siglet_err *write_value(struct json_object *object, siglet_buf *out);

/*
 * RFC 8785 section 3.2.3: keys sort by UTF-16 code unit. UTF-8 sorts by code point, which differs
 * in one place: what is written with surrogates (U+10000 and up, UTF-8 from 0xf0) goes before
 * U+E000 to U+FFFF (UTF-8 from 0xee).
 */
static int compare_members(const void *first, const void *second)
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

static siglet_err *write_members(const member *members, size_t count, siglet_buf *out)
{
	for (size_t i = 0; i < count; i++) {
		siglet_err *err = i == 0 ? NULL : siglet_buf_append_byte(out, ',');

		if (err == NULL)
			err = siglet_json_quote(members[i].name, out);
		if (err == NULL)
			err = siglet_buf_append_byte(out, ':');
		if (err == NULL)
			err = write_value(members[i].value, out);
		if (err != NULL)
			return err;
	}
	return NULL;
}

static siglet_err *write_object(struct json_object *object, siglet_buf *out)
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
	qsort(members, count, sizeof(*members), compare_members);

	siglet_err *err = siglet_buf_append_byte(out, '{');
	if (err == NULL)
		err = write_members(members, count, out);
	if (err == NULL)
		err = siglet_buf_append_byte(out, '}');
	free(members);
	return err;
}

static siglet_err *write_array(struct json_object *object, siglet_buf *out)
{
	siglet_err *err = siglet_buf_append_byte(out, '[');

	for (size_t i = 0; err == NULL && i < json_object_array_length(object); i++) {
		if (i > 0)
			err = siglet_buf_append_byte(out, ',');
		if (err == NULL)
			err = write_value(json_object_array_get_idx(object, i), out);
	}
	return err == NULL ? siglet_buf_append_byte(out, ']') : err;
}

/* RFC 8785 section 3.2.2.3: a number is the double nearest to it, also where it is an integer. */
static siglet_err *write_number(struct json_object *object, siglet_buf *out)
{
	double number = 0;
	siglet_err *err = siglet_json_double(object, &number);

	if (err != NULL)
		return err;
	return siglet_json_write_double(number, out);
}

static siglet_err *write_value(struct json_object *object, siglet_buf *out)
{
	switch (json_object_get_type(object)) {
	case json_type_null:
		return siglet_buf_append_str(out, "null");
	case json_type_boolean:
		return siglet_buf_append_str(out,
					     json_object_get_boolean(object) ? "true" : "false");
	case json_type_int:
	case json_type_double:
		return write_number(object, out);
	case json_type_string:
		return siglet_json_quote(siglet_json_string(siglet_json_wrap(object)), out);
	case json_type_array:
		return write_array(object, out);
	case json_type_object:
		return write_object(object, out);
	}
	return siglet_err_new(SIGLET_E_INTERNAL, "a JSON value of no kind");
}

siglet_err *siglet_json_canonicalize(const siglet_json *value, siglet_buf *ret_text)
{
	const size_t before = ret_text->len;
	siglet_err *err = write_value(siglet_json_unwrap(value), ret_text);

	if (err != NULL)
		siglet_buf_truncate(ret_text, before);
	return err;
}
