#include "root.h"

#include <stdlib.h>

/* Says that an object was made here. */
static const napi_type_tag tag = { 0x7369676c65740001, 0x8f3a64d15be0c927 };

/* About what one takes, so that the collector knows that they are not small. */
#define ROOT_BYTES 65536

void root_hold(root *held)
{
	held->users++;
}

void root_release(root *held)
{
	if (--held->users > 0)
		return;
	held->lib->trust_free(held->trust);
	free(held);
}

static void account(napi_env env, int64_t change)
{
	int64_t now = 0;

	(void)napi_adjust_external_memory(env, change, &now);
}

static void finalize(napi_env env, void *data, void *hint)
{
	(void)hint;
	account(env, -ROOT_BYTES);
	root_release(data);
}

bool root_get(napi_env env, napi_value value, root **ret_root)
{
	napi_valuetype type = napi_undefined;
	void *held = NULL;
	bool ours = false;

	if (napi_typeof(env, value, &type) != napi_ok || type != napi_object ||
	    napi_check_object_type_tag(env, value, &tag, &ours) != napi_ok || !ours ||
	    napi_unwrap(env, value, &held) != napi_ok) {
		value_throw_usage(env, "the trust root is closed");
		return false;
	}
	*ret_root = held;
	return true;
}

/* Takes trust. warning may be NULL. */
static napi_value give(napi_env env, const library *lib, siglet_trust *trust, const char *warning)
{
	napi_value object = NULL;
	root *held = calloc(1, sizeof(*held));

	if (held == NULL) {
		lib->trust_free(trust);
		(void)napi_throw_range_error(env, NULL, "out of memory");
		return NULL;
	}
	*held = (root) { .lib = lib, .trust = trust, .users = 1 };
	if (!value_check(env, napi_create_object(env, &object)) ||
	    !value_set_text(env, object, "warning", warning) ||
	    !value_check(env, napi_type_tag_object(env, object, &tag)) ||
	    !value_check(env, napi_wrap(env, object, held, finalize, NULL, NULL))) {
		root_release(held);
		return NULL;
	}
	account(env, ROOT_BYTES);
	return object;
}

/* The one argument, an object, and the library. */
static bool begin(napi_env env, napi_callback_info info, napi_value *ret_argument,
		  const library **ret_lib)
{
	size_t count = 1;
	void *data = NULL;

	if (!value_check(env, napi_get_cb_info(env, info, &count, ret_argument, NULL, &data)))
		return false;
	*ret_lib = data;
	return true;
}

typedef siglet_error *open_function(const char *name, siglet_trust **ret_trust);

static napi_value open_by(napi_env env, const library *lib, napi_value options, const char *name,
			  open_function *function)
{
	siglet_trust *trust = NULL;
	siglet_error *error;
	char *text = NULL;

	if (!value_get_text(env, options, name, &text))
		return NULL;
	error = function(text == NULL ? "" : text, &trust);
	free(text);
	if (error != NULL) {
		value_throw(env, lib, error);
		return NULL;
	}
	return give(env, lib, trust, NULL);
}

/* shipped({instance}), open({path}), openConfig({path}), parse({json, source}) */
static napi_value shipped(napi_env env, napi_callback_info info)
{
	const library *lib = NULL;
	napi_value options = NULL;

	return !begin(env, info, &options, &lib)
		       ? NULL
		       : open_by(env, lib, options, "instance", lib->trust_shipped);
}

static napi_value open_file(napi_env env, napi_callback_info info)
{
	const library *lib = NULL;
	napi_value options = NULL;

	return !begin(env, info, &options, &lib)
		       ? NULL
		       : open_by(env, lib, options, "path", lib->trust_open);
}

static napi_value open_config(napi_env env, napi_callback_info info)
{
	const library *lib = NULL;
	napi_value options = NULL;

	return !begin(env, info, &options, &lib)
		       ? NULL
		       : open_by(env, lib, options, "path", lib->trust_open_config);
}

static napi_value parse(napi_env env, napi_callback_info info)
{
	const library *lib = NULL;
	siglet_trust *trust = NULL;
	siglet_error *error = NULL;
	napi_value options = NULL;
	char *source = NULL;
	void *json = NULL;
	size_t len = 0;
	bool read;

	if (!begin(env, info, &options, &lib))
		return NULL;
	read = value_get_text(env, options, "source", &source) &&
	       value_get_bytes(env, options, "json", &json, &len);
	if (read)
		error = lib->trust_parse(json == NULL ? "" : json, len,
					 source == NULL ? "memory" : source, &trust);
	free(source);
	free(json);
	if (error != NULL)
		value_throw(env, lib, error);
	return read && error == NULL ? give(env, lib, trust, NULL) : NULL;
}

/* kept({instance, folder}): what siglet trust update keeps. Nobody is asked. */
static napi_value kept(napi_env env, napi_callback_info info)
{
	const library *lib = NULL;
	siglet_trust_store *store = NULL;
	siglet_trust *trust = NULL;
	siglet_error *error = NULL;
	napi_value options = NULL, given = NULL;
	char *instance = NULL, *folder = NULL;

	if (!begin(env, info, &options, &lib))
		return NULL;
	if (value_get_text(env, options, "instance", &instance) &&
	    value_get_text(env, options, "folder", &folder)) {
		error = lib->trust_store_open(instance == NULL ? "" : instance, &store);
		if (error == NULL)
			lib->trust_store_set_offline(store);
		if (error == NULL && folder != NULL)
			error = lib->trust_store_set_folder(store, folder);
		if (error == NULL)
			error = lib->trust_store_get(store, SIGLET_TRUST_TO_VERIFY, &trust);
		if (error != NULL)
			value_throw(env, lib, error);
		else
			given = give(env, lib, trust, lib->trust_store_warning(store));
	}
	lib->trust_store_free(store);
	free(instance);
	free(folder);
	return given;
}

/* about(root): source, origin, refreshed, expires */
static napi_value about(napi_env env, napi_callback_info info)
{
	const library *lib = NULL;
	napi_value value = NULL, object = NULL;
	int64_t refreshed_s = 0, expires_s = 0;
	root *held = NULL;

	if (!begin(env, info, &value, &lib) || !root_get(env, value, &held) ||
	    !value_check(env, napi_create_object(env, &object)))
		return NULL;
	const bool is_refreshed = lib->trust_refreshed(held->trust, &refreshed_s);
	const bool has_expiry = lib->trust_expires(held->trust, &expires_s);

	if (!value_set_text(env, object, "source", lib->trust_source(held->trust)) ||
	    !value_set_text(env, object, "origin", lib->trust_origin(held->trust)) ||
	    !value_set_time(env, object, "refreshed", is_refreshed, refreshed_s) ||
	    !value_set_time(env, object, "expires", has_expiry, expires_s))
		return NULL;
	return object;
}

/* close(root): verifications that are under way keep it until they end. */
static napi_value close_root(napi_env env, napi_callback_info info)
{
	const library *lib = NULL;
	napi_value value = NULL;
	root *held = NULL;
	void *taken = NULL;

	if (!begin(env, info, &value, &lib) || !root_get(env, value, &held) ||
	    !value_check(env, napi_remove_wrap(env, value, &taken)))
		return NULL;
	account(env, -ROOT_BYTES);
	root_release(held);
	return NULL;
}

bool root_export(napi_env env, napi_value exports, const library *lib)
{
	static const struct {
		const char *name;
		napi_callback function;
	} functions[] = {
		{ "shipped", shipped },	 { "open", open_file }, { "openConfig", open_config },
		{ "parse", parse },	 { "kept", kept },	{ "about", about },
		{ "close", close_root },
	};

	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		napi_value function = NULL;

		if (!value_check(env, napi_create_function(env, functions[i].name, NAPI_AUTO_LENGTH,
							   functions[i].function, (void *)lib,
							   &function)) ||
		    !value_check(env, napi_set_named_property(env, exports, functions[i].name,
							      function)))
			return false;
	}
	return true;
}
