#include <limits.h>
#include <string.h>

#include "json/json_internal.h"

/* The JSON mapping of Protocol Buffers: two spellings a field, null for unset, no defaults. */

#define MAX_NAME_BYTES 64

/* "x509CertificateChain" to "x509_certificate_chain". False when it does not fit. */
static bool to_snake_case(const char *name, char out[MAX_NAME_BYTES])
{
	size_t len = 0;

	for (; *name != '\0'; name++) {
		const bool upper = *name >= 'A' && *name <= 'Z';

		if (len + upper + 1 >= MAX_NAME_BYTES)
			return false;
		if (upper)
			out[len++] = '_';
		out[len++] = *name;
		if (upper)
			out[len - 1] = (char)(*name - 'A' + 'a');
	}
	out[len] = '\0';
	return true;
}

/* The field under either name; NULL when unset. A message that is itself unset has no fields. */
static siglet_err *find_field(const siglet_json *object, const char *name,
			      const siglet_json **ret_value)
{
	char snake[MAX_NAME_BYTES] = "";
	const siglet_json *value, *other = NULL;

	if (object != NULL && siglet_json_kind_of(object) != SIGLET_JSON_OBJECT)
		return siglet_err_new(SIGLET_E_MALFORMED, "%s: not looked for in %s", name,
				      siglet_json_kind_name(siglet_json_kind_of(object)));
	if (!to_snake_case(name, snake))
		return siglet_err_new(SIGLET_E_INTERNAL, "%s: too long a name", name);
	value = siglet_json_object_get(object, name);
	if (strcmp(snake, name) != 0)
		other = siglet_json_object_get(object, snake);
	if (value != NULL && other != NULL)
		return siglet_err_new(SIGLET_E_MALFORMED, "%s and %s: the same field twice", name,
				      snake);
	if (value == NULL)
		value = other;
	*ret_value = siglet_json_kind_of(value) == SIGLET_JSON_NULL ? NULL : value;
	return NULL;
}

static siglet_err *check_kind(const siglet_json *value, const char *name, siglet_json_kind want)
{
	const siglet_json_kind got = siglet_json_kind_of(value);

	if (got == want)
		return NULL;
	return siglet_err_new(SIGLET_E_MALFORMED, "%s: %s, not %s", name,
			      siglet_json_kind_name(got), siglet_json_kind_name(want));
}

static siglet_err *field_of_kind(const siglet_json *object, const char *name, siglet_json_kind kind,
				 const siglet_json **ret_value)
{
	const siglet_json *value = NULL;
	siglet_err *err = find_field(object, name, &value);

	if (err == NULL && value != NULL)
		err = check_kind(value, name, kind);
	if (err == NULL)
		*ret_value = value;
	return err;
}

siglet_err *siglet_proto_object(const siglet_json *object, const char *name,
				const siglet_json **ret_value)
{
	return field_of_kind(object, name, SIGLET_JSON_OBJECT, ret_value);
}

siglet_err *siglet_proto_array(const siglet_json *object, const char *name, size_t max_count,
			       const siglet_json **ret_value)
{
	const siglet_json *value = NULL;
	siglet_err *err = field_of_kind(object, name, SIGLET_JSON_ARRAY, &value);

	if (err != NULL)
		return err;
	if (siglet_json_array_count(value) > max_count)
		return siglet_err_new(SIGLET_E_LIMIT, "%s: %zu items, more than %zu", name,
				      siglet_json_array_count(value), max_count);
	*ret_value = value;
	return NULL;
}

siglet_err *siglet_proto_string(const siglet_json *object, const char *name, siglet_slice *ret_text)
{
	const siglet_json *value = NULL;
	siglet_err *err = field_of_kind(object, name, SIGLET_JSON_STRING, &value);

	if (err != NULL)
		return err;
	*ret_text = siglet_json_string(value);
	return NULL;
}

siglet_err *siglet_proto_int64(const siglet_json *object, const char *name, int64_t *ret_value)
{
	const siglet_json *value = NULL;
	int64_t number = 0;
	siglet_err *err = find_field(object, name, &value);

	if (err != NULL)
		return err;
	if (value != NULL) {
		err = siglet_json_integer(value, &number);
		if (err != NULL)
			return siglet_err_wrap(err, "%s", name);
	}
	*ret_value = number;
	return NULL;
}

siglet_err *siglet_proto_bytes_value(const siglet_json *value, const char *what,
				     siglet_arena *arena, siglet_slice *ret_bytes)
{
	siglet_buf bytes;
	siglet_err *err = check_kind(value, what, SIGLET_JSON_STRING);

	if (err != NULL)
		return err;
	const siglet_slice text = siglet_json_string(value);
	siglet_buf_init(&bytes, text.len);
	err = siglet_base64_decode_any(text, &bytes);
	if (err == NULL)
		err = siglet_arena_copy(arena, siglet_buf_slice(&bytes), ret_bytes);
	siglet_buf_clear(&bytes);
	return err == NULL ? NULL : siglet_err_wrap(err, "%s", what);
}

siglet_err *siglet_proto_bytes(const siglet_json *object, const char *name, siglet_arena *arena,
			       siglet_slice *ret_bytes)
{
	const siglet_json *value = NULL;
	siglet_err *err = find_field(object, name, &value);

	if (err != NULL)
		return err;
	if (value != NULL)
		return siglet_proto_bytes_value(value, name, arena, ret_bytes);
	*ret_bytes = SIGLET_SLICE_NONE;
	return NULL;
}

siglet_err *siglet_proto_time(const siglet_json *object, const char *name, bool *ret_present,
			      int64_t *ret_ms)
{
	const siglet_json *value = NULL;
	int64_t time_ms = 0;
	siglet_err *err = field_of_kind(object, name, SIGLET_JSON_STRING, &value);

	if (err != NULL)
		return err;
	if (value != NULL) {
		err = siglet_time_parse(siglet_json_string(value), &time_ms);
		if (err != NULL)
			return siglet_err_wrap(err, "%s", name);
	}
	*ret_present = value != NULL;
	*ret_ms = time_ms;
	return NULL;
}

static siglet_err *enum_of_name(siglet_slice text, const char *name, const siglet_proto_enum *table,
				size_t count, int *ret_number)
{
	for (size_t i = 0; i < count; i++) {
		if (siglet_slice_is(text, table[i].name)) {
			*ret_number = table[i].number;
			return NULL;
		}
	}
	return siglet_err_new(SIGLET_E_UNSUPPORTED, "%s: \"%s\" is not supported", name,
			      siglet_text_printable(text).text);
}

static siglet_err *enum_of_number(const siglet_json *value, const char *name,
				  const siglet_proto_enum *table, size_t count, int *ret_number)
{
	int64_t number = 0;
	siglet_err *err = siglet_json_integer(value, &number);

	if (err != NULL && siglet_err_code(err) != SIGLET_E_RANGE)
		return siglet_err_wrap(err, "%s", name);
	for (size_t i = 0; err == NULL && i < count; i++) {
		if (table[i].number == number) {
			*ret_number = table[i].number;
			return NULL;
		}
	}
	/* An integer outside 64 bits is in no table either. */
	siglet_err_free(err);
	return siglet_err_new(SIGLET_E_UNSUPPORTED, "%s: a number that is not supported", name);
}

siglet_err *siglet_proto_enum_value(const siglet_json *object, const char *name,
				    const siglet_proto_enum *table, size_t count, int *ret_number)
{
	const siglet_json *value = NULL;
	siglet_err *err = find_field(object, name, &value);

	if (err != NULL)
		return err;
	switch (siglet_json_kind_of(value)) {
	case SIGLET_JSON_NULL:
		*ret_number = 0;
		return NULL;
	case SIGLET_JSON_STRING:
		return enum_of_name(siglet_json_string(value), name, table, count, ret_number);
	case SIGLET_JSON_NUMBER:
		return enum_of_number(value, name, table, count, ret_number);
	case SIGLET_JSON_BOOL:
	case SIGLET_JSON_ARRAY:
	case SIGLET_JSON_OBJECT:
		break;
	}
	return siglet_err_new(SIGLET_E_MALFORMED, "%s: %s, not a name or a number", name,
			      siglet_json_kind_name(siglet_json_kind_of(value)));
}
