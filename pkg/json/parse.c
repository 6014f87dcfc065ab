#include <json-c/json_tokener.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "json/json_internal.h"

struct siglet_json_doc {
	struct json_object *root; /* NULL for null */
};

/* json-c (0.16 at least) goes on without what it found no memory for, and calls it a success. */
static siglet_err *lost_a_part(void)
{
	return siglet_err_new(SIGLET_E_NOMEM, "json-c lost a part of the document");
}

/* *ret_root may be anything that json-c made, also on failure. */
static siglet_err *feed(struct json_tokener *tok, siglet_slice text, struct json_object **ret_root)
{
	*ret_root = json_tokener_parse_ex(tok, (const char *)text.ptr, (int)text.len);
	/* A number at the end of the text goes on until json-c sees a NUL. */
	if (json_tokener_get_error(tok) == json_tokener_continue && *ret_root == NULL)
		*ret_root = json_tokener_parse_ex(tok, "", 1);
	const enum json_tokener_error reason = json_tokener_get_error(tok);
	if (reason == json_tokener_success)
		return NULL; /* the trail will tell of what */
	if (reason == json_tokener_continue)
		return lost_a_part();
	return siglet_err_new(SIGLET_E_MALFORMED, "json-c refuses it: %s",
			      json_tokener_error_desc(reason));
}

static void follow_string(siglet_json_trail *trail, siglet_json_step step, siglet_slice text)
{
	siglet_json_trail_step(trail, step);
	siglet_json_trail_bytes(trail, text);
	siglet_json_trail_number(trail, text.len);
}

static void follow_integer(siglet_json_trail *trail, const struct json_object *object)
{
	const int64_t number = json_object_get_int64(object);
	const bool is_negative = number < 0;

	siglet_json_trail_step(trail, is_negative ? SIGLET_STEP_NEGATIVE : SIGLET_STEP_INTEGER);
	siglet_json_trail_number(trail, is_negative ? 0 - (uint64_t)number
						    : json_object_get_uint64(object));
}

static void follow(siglet_json_trail *trail, struct json_object *object);

static void follow_items(siglet_json_trail *trail, struct json_object *array)
{
	siglet_json_trail_step(trail, SIGLET_STEP_ARRAY);
	for (size_t i = 0; i < json_object_array_length(array); i++)
		follow(trail, json_object_array_get_idx(array, i));
	siglet_json_trail_step(trail, SIGLET_STEP_ARRAY_END);
}

static void follow_members(siglet_json_trail *trail, struct json_object *object)
{
	siglet_json_trail_step(trail, SIGLET_STEP_OBJECT);
	json_object_object_foreach(object, name, value)
	{
		follow_string(trail, SIGLET_STEP_KEY, siglet_slice_str(name));
		follow(trail, value);
	}
	siglet_json_trail_step(trail, SIGLET_STEP_OBJECT_END);
}

/* The steps of scan.c, read off what json-c made of them. No deeper than json-c's limit. */
static void follow(siglet_json_trail *trail, struct json_object *object)
{
	switch (json_object_get_type(object)) {
	case json_type_null:
		siglet_json_trail_step(trail, SIGLET_STEP_NULL);
		break;
	case json_type_boolean:
		siglet_json_trail_step(trail, json_object_get_boolean(object) ? SIGLET_STEP_TRUE
									      : SIGLET_STEP_FALSE);
		break;
	case json_type_int:
		follow_integer(trail, object);
		break;
	case json_type_double:
		siglet_json_trail_step(trail, SIGLET_STEP_DOUBLE);
		siglet_json_trail_bytes(trail, siglet_slice_str(json_object_get_userdata(object)));
		break;
	case json_type_string:
		follow_string(trail, SIGLET_STEP_STRING,
			      siglet_json_string(siglet_json_wrap(object)));
		break;
	case json_type_array:
		follow_items(trail, object);
		break;
	case json_type_object:
		follow_members(trail, object);
		break;
	}
}

static siglet_err *load(siglet_slice text, const siglet_json_trail *want,
			struct json_object **ret_root)
{
	/* The innermost value of the deepest array counts as a level to json-c. */
	struct json_tokener *tok = json_tokener_new_ex(SIGLET_JSON_MAX_DEPTH + 1);
	struct json_object *root = NULL;
	siglet_json_trail trail;

	if (tok == NULL)
		return siglet_err_nomem();
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	siglet_err *err = feed(tok, text, &root);
	if (err == NULL) {
		siglet_json_trail_init(&trail);
		follow(&trail, root);
		if (trail.hash != want->hash)
			err = lost_a_part();
	}
	if (err == NULL)
		*ret_root = root;
	else
		(void)json_object_put(root);
	json_tokener_free(tok);
	return err;
}

siglet_err *siglet_json_parse(siglet_slice text, size_t max_bytes, siglet_json_doc **ret_doc)
{
	siglet_json_trail trail;
	siglet_json_doc *doc = NULL;
	siglet_buf respelled;
	siglet_err *err = SIGLET_ERR_UNSET;

	/* json-c measures text by int. */
	const size_t limit = max_bytes < INT_MAX ? max_bytes : INT_MAX;
	if (text.len > limit)
		return siglet_err_new(SIGLET_E_LIMIT, "%zu bytes, more than %zu", text.len, limit);
	/* Only an integer of 19 digits or more is respelled longer, by two characters. */
	siglet_buf_init(&respelled, INT_MAX);
	err = siglet_json_scan(text, &trail, &respelled);
	if (err != NULL)
		goto out;
	doc = siglet_calloc(1, sizeof(*doc));
	if (doc == NULL) {
		err = siglet_err_nomem();
		goto out;
	}
	err = load(respelled.len > 0 ? siglet_buf_slice(&respelled) : text, &trail, &doc->root);
	if (err != NULL)
		goto out;
	*ret_doc = doc;
	doc = NULL;
	err = NULL; /* success */
out:
	siglet_json_doc_free(doc);
	siglet_buf_clear(&respelled);
	return err;
}

void siglet_json_doc_free(siglet_json_doc *doc)
{
	if (doc == NULL)
		return;
	(void)json_object_put(doc->root);
	free(doc);
}

const siglet_json *siglet_json_root(const siglet_json_doc *doc)
{
	return siglet_json_wrap(doc->root);
}
