/*
 * value: JavaScript's values in and out. What returns bool leaves a JavaScript exception when it is false.
 */
#ifndef VALUE_H
#define VALUE_H

#define NAPI_VERSION 8
#include <node_api.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "library.h"

/* The status of a call to Node-API; what is not OK throws, unless an exception is on its way. */
bool value_check(napi_env env, napi_status status);
/* Throws: an error of siglet's kind, with code "usage". */
void value_throw_usage(napi_env env, const char *message);
/* Throws it, and frees it. */
void value_throw(napi_env env, const library *lib, siglet_error *error);
/* The same as an object: status, code, message, hint. Takes error. */
bool value_from_error(napi_env env, const library *lib, siglet_error *error, napi_value *ret_value);

/* A member of an object; text is copied, NUL-terminated and holds none, and NULL where it is undefined. */
bool value_get_text(napi_env env, napi_value object, const char *name, char **ret_text);
bool value_get_bool(napi_env env, napi_value object, const char *name, bool *ret_flag);
/* A Uint8Array, copied: it may be changed or taken away meanwhile. NULL where it is undefined. */
bool value_get_bytes(napi_env env, napi_value object, const char *name, void **ret_data,
		     size_t *ret_len);

/* Set a member; NULL becomes null. */
bool value_set_text(napi_env env, napi_value object, const char *name, const char *text);
bool value_set_bool(napi_env env, napi_value object, const char *name, bool flag);
/* Seconds since 1970, or null. */
bool value_set_time(napi_env env, napi_value object, const char *name, bool has, int64_t time_s);

#endif
