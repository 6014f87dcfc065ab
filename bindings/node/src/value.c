#include "value.h"

#include <stdlib.h>
#include <string.h>

bool value_check(napi_env env, napi_status status)
{
	const napi_extended_error_info *info = NULL;
	bool pending = true;

	if (status == napi_ok)
		return true;
	if (napi_get_last_error_info(env, &info) != napi_ok)
		info = NULL;
	const char *why = info == NULL || info->error_message == NULL ? "Node-API failed"
								      : info->error_message;
	if (napi_is_exception_pending(env, &pending) == napi_ok && !pending)
		(void)napi_throw_error(env, NULL, why);
	return false;
}

static bool set_named(napi_env env, napi_value object, const char *name, napi_value value)
{
	return value_check(env, napi_set_named_property(env, object, name, value));
}

bool value_set_text(napi_env env, napi_value object, const char *name, const char *text)
{
	napi_value value = NULL;
	const napi_status status =
		text == NULL ? napi_get_null(env, &value)
			     : napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value);

	return value_check(env, status) && set_named(env, object, name, value);
}

bool value_set_bool(napi_env env, napi_value object, const char *name, bool flag)
{
	napi_value value = NULL;

	return value_check(env, napi_get_boolean(env, flag, &value)) &&
	       set_named(env, object, name, value);
}

bool value_set_time(napi_env env, napi_value object, const char *name, bool has, int64_t time_s)
{
	napi_value value = NULL;
	const napi_status status =
		has ? napi_create_int64(env, time_s, &value) : napi_get_null(env, &value);

	return value_check(env, status) && set_named(env, object, name, value);
}

static bool make_error(napi_env env, int32_t status, const char *code, const char *message,
		       const char *hint, napi_value *ret_value)
{
	napi_value object = NULL, number = NULL;

	if (!value_check(env, napi_create_object(env, &object)) ||
	    !value_check(env, napi_create_int32(env, status, &number)) ||
	    !set_named(env, object, "status", number) ||
	    !value_set_text(env, object, "code", code) ||
	    !value_set_text(env, object, "message", message) ||
	    !value_set_text(env, object, "hint", hint))
		return false;
	*ret_value = object;
	return true;
}

bool value_from_error(napi_env env, const library *lib, siglet_error *error, napi_value *ret_value)
{
	const bool made = make_error(env, (int32_t)lib->error_status(error), lib->error_code(error),
				     lib->error_message(error), lib->error_hint(error), ret_value);

	lib->error_free(error);
	return made;
}

void value_throw(napi_env env, const library *lib, siglet_error *error)
{
	napi_value value = NULL;

	if (value_from_error(env, lib, error, &value))
		(void)napi_throw(env, value);
}

void value_throw_usage(napi_env env, const char *message)
{
	napi_value value = NULL;

	if (make_error(env, SIGLET_STATUS_USAGE, "usage", message, NULL, &value))
		(void)napi_throw(env, value);
}

/* value_get_…: is it there? */
static bool get_named(napi_env env, napi_value object, const char *name, napi_value *ret_value,
		      bool *ret_there)
{
	napi_valuetype type = napi_undefined;

	if (!value_check(env, napi_get_named_property(env, object, name, ret_value)) ||
	    !value_check(env, napi_typeof(env, *ret_value, &type)))
		return false;
	*ret_there = type != napi_undefined && type != napi_null;
	return true;
}

bool value_get_text(napi_env env, napi_value object, const char *name, char **ret_text)
{
	napi_value value = NULL;
	size_t len = 0, written = 0;
	bool there = false;
	char *text;

	*ret_text = NULL;
	if (!get_named(env, object, name, &value, &there))
		return false;
	if (!there)
		return true;
	if (!value_check(env, napi_get_value_string_utf8(env, value, NULL, 0, &len)))
		return false;
	text = malloc(len + 1);
	if (text == NULL) {
		(void)napi_throw_range_error(env, NULL, "out of memory");
		return false;
	}
	if (!value_check(env, napi_get_value_string_utf8(env, value, text, len + 1, &written))) {
		free(text);
		return false;
	}
	if (strlen(text) != len) { /* the library would read only what stands before it */
		free(text);
		value_throw_usage(env, "text with a NUL in it");
		return false;
	}
	*ret_text = text;
	return true;
}

bool value_get_bool(napi_env env, napi_value object, const char *name, bool *ret_flag)
{
	napi_value value = NULL;
	bool there = false;

	*ret_flag = false;
	if (!get_named(env, object, name, &value, &there))
		return false;
	return !there || value_check(env, napi_get_value_bool(env, value, ret_flag));
}

bool value_get_bytes(napi_env env, napi_value object, const char *name, void **ret_data,
		     size_t *ret_len)
{
	napi_typedarray_type type = napi_int8_array;
	napi_value value = NULL;
	void *data = NULL, *copy;
	size_t len = 0;
	bool there = false;

	*ret_data = NULL;
	*ret_len = 0;
	if (!get_named(env, object, name, &value, &there))
		return false;
	if (!there)
		return true;
	if (!value_check(env, napi_get_typedarray_info(env, value, &type, &len, &data, NULL, NULL)))
		return false;
	if (type != napi_uint8_array) {
		value_throw_usage(env, "bytes are a Uint8Array");
		return false;
	}
	copy = malloc(len == 0 ? 1 : len);
	if (copy == NULL) {
		(void)napi_throw_range_error(env, NULL, "out of memory");
		return false;
	}
	if (len > 0)
		memcpy(copy, data, len);
	*ret_data = copy;
	*ret_len = len;
	return true;
}
