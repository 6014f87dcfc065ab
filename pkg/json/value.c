#include "json/json_internal.h"

/* A null has no object in json-c; this stands for all of them. */
static const char null_value = 0;
#define NULL_VALUE ((const siglet_json *)(const void *)&null_value)

const siglet_json *siglet_json_wrap(const struct json_object *object)
{
	return object == NULL ? NULL_VALUE : (const siglet_json *)(const void *)object;
}

/* By way of an integer: json-c's readers take pointers to what is not const. */
struct json_object *siglet_json_unwrap(const siglet_json *value)
{
	return value == NULL_VALUE ? NULL : (struct json_object *)(uintptr_t)value;
}

siglet_json_kind siglet_json_kind_of(const siglet_json *value)
{
	switch (json_object_get_type(siglet_json_unwrap(value))) {
	case json_type_null:
		return SIGLET_JSON_NULL;
	case json_type_boolean:
		return SIGLET_JSON_BOOL;
	case json_type_int:
	case json_type_double:
		return SIGLET_JSON_NUMBER;
	case json_type_string:
		return SIGLET_JSON_STRING;
	case json_type_array:
		return SIGLET_JSON_ARRAY;
	case json_type_object:
		return SIGLET_JSON_OBJECT;
	}
	return SIGLET_JSON_NULL;
}

const char *siglet_json_kind_name(siglet_json_kind kind)
{
	switch (kind) {
	case SIGLET_JSON_NULL:
		return "null";
	case SIGLET_JSON_BOOL:
		return "a boolean";
	case SIGLET_JSON_NUMBER:
		return "a number";
	case SIGLET_JSON_STRING:
		return "a string";
	case SIGLET_JSON_ARRAY:
		return "an array";
	case SIGLET_JSON_OBJECT:
		return "an object";
	}
	return "null";
}

siglet_slice siglet_json_string(const siglet_json *value)
{
	struct json_object *object = siglet_json_unwrap(value);

	if (siglet_json_kind_of(value) != SIGLET_JSON_STRING)
		return SIGLET_SLICE_NONE;
	return siglet_slice_of(json_object_get_string(object),
			       (size_t)json_object_get_string_len(object));
}

bool siglet_json_bool(const siglet_json *value)
{
	return siglet_json_kind_of(value) == SIGLET_JSON_BOOL &&
	       json_object_get_boolean(siglet_json_unwrap(value)) == 1;
}

size_t siglet_json_array_count(const siglet_json *value)
{
	return siglet_json_kind_of(value) == SIGLET_JSON_ARRAY
		       ? json_object_array_length(siglet_json_unwrap(value))
		       : 0;
}

const siglet_json *siglet_json_array_item(const siglet_json *value, size_t index)
{
	if (index >= siglet_json_array_count(value))
		return NULL;
	return siglet_json_wrap(json_object_array_get_idx(siglet_json_unwrap(value), index));
}

const siglet_json *siglet_json_object_get(const siglet_json *value, const char *name)
{
	struct json_object *member = NULL;

	if (siglet_json_kind_of(value) != SIGLET_JSON_OBJECT ||
	    !json_object_object_get_ex(siglet_json_unwrap(value), name, &member))
		return NULL;
	return siglet_json_wrap(member);
}

siglet_err *siglet_json_object_each(const siglet_json *value, siglet_json_visit *visit,
				    void *context)
{
	if (siglet_json_kind_of(value) != SIGLET_JSON_OBJECT)
		return NULL;
	json_object_object_foreach(siglet_json_unwrap(value), name, member)
	{
		siglet_err *err = visit(context, siglet_slice_str(name), siglet_json_wrap(member));

		if (err != NULL)
			return err;
	}
	return NULL;
}

static siglet_err *need(const siglet_json *object, const char *name, siglet_json_kind kind,
			const siglet_json **ret_value)
{
	const siglet_json *value = siglet_json_object_get(object, name);
	const siglet_json_kind got = siglet_json_kind_of(value);

	if (object != NULL && siglet_json_kind_of(object) != SIGLET_JSON_OBJECT)
		return siglet_err_new(SIGLET_E_MALFORMED, "%s: not looked for in %s", name,
				      siglet_json_kind_name(siglet_json_kind_of(object)));
	if (got == SIGLET_JSON_NULL)
		return siglet_err_new(SIGLET_E_MISSING, "%s: missing", name);
	if (got != kind)
		return siglet_err_new(SIGLET_E_MALFORMED, "%s: %s, not %s", name,
				      siglet_json_kind_name(got), siglet_json_kind_name(kind));
	*ret_value = value;
	return NULL;
}

siglet_err *siglet_json_need_object(const siglet_json *object, const char *name,
				    const siglet_json **ret_value)
{
	return need(object, name, SIGLET_JSON_OBJECT, ret_value);
}

siglet_err *siglet_json_need_array(const siglet_json *object, const char *name,
				   const siglet_json **ret_value)
{
	return need(object, name, SIGLET_JSON_ARRAY, ret_value);
}

siglet_err *siglet_json_need_int64(const siglet_json *object, const char *name, int64_t *ret_value)
{
	const siglet_json *value = NULL;
	siglet_err *err = need(object, name, SIGLET_JSON_NUMBER, &value);

	if (err != NULL)
		return err;
	err = siglet_json_integer(value, ret_value);
	return err == NULL ? NULL : siglet_err_wrap(err, "%s", name);
}

siglet_err *siglet_json_need_string(const siglet_json *object, const char *name,
				    siglet_slice *ret_text)
{
	const siglet_json *value = NULL;
	siglet_err *err = need(object, name, SIGLET_JSON_STRING, &value);

	if (err != NULL)
		return err;
	*ret_text = siglet_json_string(value);
	return NULL;
}
