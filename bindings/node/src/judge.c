#include "judge.h"

#include <stdlib.h>
#include <string.h>

#include "root.h"

/* How something is asked for: by which function of the library. */
typedef enum method {
	ASK_VALUE = 0,
	ASK_PATTERN,
	ASK_POLICY,
	ASK_THRESHOLD,
	ASK_STATEMENT_ONLY,
} method;

typedef struct ask {
	uint32_t by, what, count;
	char *text;
} ask;

/* What a verification needs, copied from JavaScript, and what comes of it. */
typedef struct job {
	const library *lib;
	root *held;
	napi_async_work work;
	napi_deferred deferred;
	ask *asks;
	size_t count; /* of asks */
	siglet_verify_options options;
	char *path, *digest, *bundle_path;
	void *data, *bundle;
	/* what comes of it: an error, or the rest */
	siglet_error *error;
	siglet_expectation *expectation;
	siglet_result *result;
	char *json, *explanation, *predicate;
	size_t predicate_len;
} job;

static void job_free(job *j)
{
	if (j == NULL)
		return;
	const library *lib = j->lib;

	lib->string_free(j->json);
	lib->string_free(j->explanation);
	lib->string_free(j->predicate);
	lib->result_free(j->result); /* it borrows from all that follows */
	lib->expectation_free(j->expectation);
	lib->error_free(j->error);
	for (size_t i = 0; i < j->count; i++)
		free(j->asks[i].text);
	free(j->asks);
	free(j->path);
	free(j->digest);
	free(j->bundle_path);
	free(j->data);
	free(j->bundle);
	if (j->held != NULL)
		root_release(j->held);
	free(j);
}

/* ---- in the pool's thread: no JavaScript here ---- */

static siglet_error *ask_for(const library *lib, siglet_expectation *expectation, const ask *a)
{
	const char *text = a->text == NULL ? "" : a->text;

	switch ((method)a->by) {
	case ASK_VALUE:
		return lib->expectation_set(expectation, (siglet_expect)a->what, text);
	case ASK_PATTERN:
		return lib->expectation_set_pattern(expectation, (siglet_expect)a->what, text);
	case ASK_POLICY:
		return lib->expectation_set_witness_policy(expectation, text, strlen(text));
	case ASK_THRESHOLD:
		return lib->expectation_set_threshold(expectation, (siglet_threshold)a->what,
						      a->count);
	case ASK_STATEMENT_ONLY:
		return lib->expectation_set_statement_only(expectation);
	}
	return lib->expectation_set(expectation, (siglet_expect)0, ""); /* says that it is wrong */
}

static siglet_error *report(job *j)
{
	const library *lib = j->lib;
	siglet_error *error = lib->result_json(j->result, j->path, &j->json);

	if (error == NULL)
		error = lib->result_explain(j->result, &j->explanation);
	/* Of a signature there is no predicate, which is no error of the caller's. */
	if (error == NULL && lib->result_accepted(j->result) &&
	    strcmp(lib->result_kind(j->result), "signed") != 0)
		error = lib->result_predicate(j->result, &j->predicate, &j->predicate_len);
	return error;
}

static void execute(napi_env env, void *data)
{
	job *j = data;
	const library *lib = j->lib;
	siglet_error *error = lib->expectation_new(j->held->trust, &j->expectation);

	(void)env;
	for (size_t i = 0; error == NULL && i < j->count; i++)
		error = ask_for(lib, j->expectation, &j->asks[i]);
	if (error == NULL)
		error = lib->verify_with_options(j->held->trust, j->expectation, &j->options,
						 &j->result);
	if (error == NULL)
		error = report(j);
	j->error = error;
}

/* ---- back in JavaScript's thread ---- */

static bool make_verdict(napi_env env, const job *j, napi_value *ret_value)
{
	const library *lib = j->lib;
	napi_value object = NULL;
	int64_t time_s = 0;
	const bool has_time = lib->result_time(j->result, &time_s);

	if (!value_check(env, napi_create_object(env, &object)) ||
	    !value_set_bool(env, object, "accepted", lib->result_accepted(j->result)) ||
	    !value_set_text(env, object, "line", lib->result_line(j->result)) ||
	    !value_set_time(env, object, "time", has_time, time_s) ||
	    !value_set_text(env, object, "json", j->json) ||
	    !value_set_text(env, object, "explanation", j->explanation) ||
	    !value_set_text(env, object, "predicate", j->predicate) ||
	    !value_set_text(env, object, "warning", lib->expectation_warning(j->expectation)))
		return false;
	*ret_value = object;
	return true;
}

static void complete(napi_env env, napi_status status, void *data)
{
	job *j = data;
	napi_value value = NULL;
	bool made = false;

	if (status == napi_ok && j->error == NULL && make_verdict(env, j, &value)) {
		(void)napi_resolve_deferred(env, j->deferred, value);
		made = true;
	} else if (status == napi_ok && j->error != NULL) {
		made = value_from_error(env, j->lib, j->error, &value);
		j->error = NULL;
		if (made)
			(void)napi_reject_deferred(env, j->deferred, value);
	}
	/* Neither: the program ends, or memory ran out; what was thrown is why it is rejected. */
	if (!made && napi_get_and_clear_last_exception(env, &value) == napi_ok)
		(void)napi_reject_deferred(env, j->deferred, value);
	(void)napi_delete_async_work(env, j->work);
	job_free(j);
}

static bool read_ask(napi_env env, napi_value asked, ask *ret_ask)
{
	napi_value by = NULL, what = NULL, count = NULL;

	return value_check(env, napi_get_named_property(env, asked, "by", &by)) &&
	       value_check(env, napi_get_value_uint32(env, by, &ret_ask->by)) &&
	       value_check(env, napi_get_named_property(env, asked, "what", &what)) &&
	       value_check(env, napi_get_value_uint32(env, what, &ret_ask->what)) &&
	       value_check(env, napi_get_named_property(env, asked, "count", &count)) &&
	       value_check(env, napi_get_value_uint32(env, count, &ret_ask->count)) &&
	       value_get_text(env, asked, "text", &ret_ask->text);
}

static bool read_asks(napi_env env, napi_value options, job *j)
{
	napi_value list = NULL, asked = NULL;
	uint32_t count = 0;

	if (!value_check(env, napi_get_named_property(env, options, "asks", &list)) ||
	    !value_check(env, napi_get_array_length(env, list, &count)))
		return false;
	j->asks = calloc(count == 0 ? 1 : count, sizeof(*j->asks));
	if (j->asks == NULL) {
		(void)napi_throw_range_error(env, NULL, "out of memory");
		return false;
	}
	for (uint32_t i = 0; i < count; i++) {
		if (!value_check(env, napi_get_element(env, list, i, &asked)) ||
		    !read_ask(env, asked, &j->asks[i]))
			return false;
		j->count++;
	}
	return true;
}

static bool read_options(napi_env env, napi_value options, job *j)
{
	siglet_verify_options *o = &j->options;

	if (!read_asks(env, options, j) || !value_get_text(env, options, "path", &j->path) ||
	    !value_get_text(env, options, "digest", &j->digest) ||
	    !value_get_text(env, options, "bundlePath", &j->bundle_path) ||
	    !value_get_bytes(env, options, "data", &j->data, &o->data_len) ||
	    !value_get_bytes(env, options, "bundle", &j->bundle, &o->bundle_len) ||
	    !value_get_bool(env, options, "all", &o->all))
		return false;
	o->path = j->path;
	o->digest = j->digest;
	o->data = j->data;
	o->bundle_path = j->bundle_path;
	o->bundle = j->bundle;
	return true;
}

static bool start(napi_env env, job *j, napi_value *ret_promise)
{
	napi_value name = NULL;

	if (!value_check(env, napi_create_string_utf8(env, "siglet", NAPI_AUTO_LENGTH, &name)) ||
	    !value_check(env,
			 napi_create_async_work(env, NULL, name, execute, complete, j, &j->work)))
		return false;
	if (value_check(env, napi_create_promise(env, &j->deferred, ret_promise)) &&
	    value_check(env, napi_queue_async_work(env, j->work)))
		return true;
	(void)napi_delete_async_work(env, j->work);
	return false;
}

/* judge(root, {asks, path, digest, data, bundlePath, bundle, all}): a promise */
static napi_value judge(napi_env env, napi_callback_info info)
{
	napi_value arguments[2] = { NULL, NULL }, promise = NULL;
	size_t count = 2;
	void *lib = NULL;
	root *held = NULL;
	job *j;

	if (!value_check(env, napi_get_cb_info(env, info, &count, arguments, NULL, &lib)) ||
	    !root_get(env, arguments[0], &held))
		return NULL;
	j = calloc(1, sizeof(*j));
	if (j == NULL) {
		(void)napi_throw_range_error(env, NULL, "out of memory");
		return NULL;
	}
	j->lib = lib;
	j->held = held;
	root_hold(held);
	if (!read_options(env, arguments[1], j) || !start(env, j, &promise)) {
		job_free(j);
		return NULL;
	}
	return promise;
}

bool judge_export(napi_env env, napi_value exports, const library *lib)
{
	napi_value function = NULL;

	return value_check(env, napi_create_function(env, "judge", NAPI_AUTO_LENGTH, judge,
						     (void *)lib, &function)) &&
	       value_check(env, napi_set_named_property(env, exports, "judge", function));
}
