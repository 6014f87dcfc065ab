#include <json-c/json_tokener.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "json/json_internal.h"

struct siglet_json_doc {
	struct json_object *root; /* NULL for null */
};

/* One piece of the text. False when json-c wants something else than its caller. */
static bool feed(struct json_tokener *tok, siglet_slice piece, enum json_tokener_error want,
		 struct json_object **ret_root)
{
	*ret_root = json_tokener_parse_ex(tok, (const char *)piece.ptr, (int)piece.len);
	return json_tokener_get_error(tok) == want && json_tokener_get_parse_end(tok) == piece.len;
}

static siglet_err *lost_a_part(void)
{
	return siglet_err_new(SIGLET_E_NOMEM, "json-c lost a part of the document");
}

/* json-c stopped where the text goes on: without a reason, it had no memory. */
static siglet_err *explain(enum json_tokener_error reason)
{
	if (reason == json_tokener_success || reason == json_tokener_continue)
		return lost_a_part();
	return siglet_err_new(SIGLET_E_MALFORMED, "json-c refuses it: %s",
			      json_tokener_error_desc(reason));
}

/*
 * The text in pieces, cut behind each integer that json-c would clamp: "e0" there makes it a double
 * of the same value, whose spelling json-c keeps.
 */
static siglet_err *feed_all(struct json_tokener *tok, siglet_slice text, const siglet_buf *big,
			    struct json_object **ret_root)
{
	const siglet_slice exponent = siglet_slice_str("e0");
	bool fine = true;
	size_t at = 0;

	for (size_t i = 0; fine && i < big->len / sizeof(at); i++) {
		size_t end;

		memcpy(&end, big->ptr + i * sizeof(end), sizeof(end));
		fine = feed(tok, siglet_slice_of(text.ptr + at, end - at), json_tokener_continue,
			    ret_root) &&
		       feed(tok, exponent, json_tokener_continue, ret_root);
		at = end;
	}
	if (fine && !feed(tok, siglet_slice_of(text.ptr + at, text.len - at), json_tokener_success,
			  ret_root)) {
		/* A number at the end of the text goes on until json-c sees a NUL. */
		fine = *ret_root == NULL && json_tokener_get_error(tok) == json_tokener_continue;
		if (fine)
			(void)feed(tok, siglet_slice_of("", 1), json_tokener_success, ret_root);
		fine = fine && json_tokener_get_error(tok) == json_tokener_success;
	}
	return fine ? NULL : explain(json_tokener_get_error(tok));
}

static void count_string(const struct json_object *object, siglet_json_census *census)
{
	census->of[SIGLET_TALLY_STRING]++;
	census->of[SIGLET_TALLY_STRING_BYTES] += (size_t)json_object_get_string_len(object);
}

/* Add up what object holds. It is as deep as the text was at most, whatever json-c made of it. */
static void take_census(struct json_object *object, siglet_json_census *census)
{
	switch (json_object_get_type(object)) {
	case json_type_null:
		census->of[SIGLET_TALLY_NULL]++;
		break;
	case json_type_boolean:
		census->of[json_object_get_boolean(object) ? SIGLET_TALLY_TRUE :
							     SIGLET_TALLY_FALSE]++;
		break;
	case json_type_int:
		census->of[SIGLET_TALLY_INTEGER]++;
		break;
	case json_type_double:
		census->of[SIGLET_TALLY_DOUBLE]++;
		break;
	case json_type_string:
		count_string(object, census);
		break;
	case json_type_array:
		census->of[SIGLET_TALLY_ARRAY]++;
		for (size_t i = 0; i < json_object_array_length(object); i++)
			take_census(json_object_array_get_idx(object, i), census);
		break;
	case json_type_object:
		census->of[SIGLET_TALLY_OBJECT]++;
		json_object_object_foreach(object, name, member) {
			census->of[SIGLET_TALLY_KEY]++;
			census->of[SIGLET_TALLY_KEY_BYTES] += strlen(name);
			take_census(member, census);
		}
		break;
	}
}

/*
 * json-c (0.16 at least) goes on without what it found no memory for: a member, the end of a
 * string, the document around an array. So nothing is believed until the counts agree.
 */
static siglet_err *check_census(struct json_object *root, const siglet_json_census *want)
{
	siglet_json_census got = { { 0 } };

	take_census(root, &got);
	for (size_t i = 0; i < SIGLET_TALLY_COUNT; i++)
		if (got.of[i] != want->of[i])
			return lost_a_part();
	return NULL;
}

static siglet_err *load(siglet_slice text, const siglet_json_census *census, const siglet_buf *big,
			struct json_object **ret_root)
{
	/* The innermost value of the deepest array counts as a level to json-c. */
	struct json_tokener *tok = json_tokener_new_ex(SIGLET_JSON_MAX_DEPTH + 1);
	struct json_object *root = NULL;

	if (tok == NULL)
		return siglet_err_nomem();
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	siglet_err *err = feed_all(tok, text, big, &root);
	if (err == NULL)
		err = check_census(root, census);
	if (err == NULL)
		*ret_root = root;
	else
		(void)json_object_put(root);
	json_tokener_free(tok);
	return err;
}

siglet_err *siglet_json_parse(siglet_slice text, size_t max_bytes, siglet_json_doc **ret_doc)
{
	siglet_json_census census;
	siglet_json_doc *doc = NULL;
	siglet_buf big;
	siglet_err *err = SIGLET_ERR_UNSET;

	/* json-c measures text by int. */
	const size_t limit = max_bytes < INT_MAX ? max_bytes : INT_MAX;
	if (text.len > limit)
		return siglet_err_new(SIGLET_E_LIMIT, "%zu bytes, more than %zu", text.len, limit);
	siglet_buf_init(&big, SIGLET_JSON_MAX_VALUES * sizeof(size_t));
	err = siglet_json_scan(text, &census, &big);
	if (err != NULL)
		goto out;
	doc = siglet_calloc(1, sizeof(*doc));
	if (doc == NULL) {
		err = siglet_err_nomem();
		goto out;
	}
	err = load(text, &census, &big, &doc->root);
	if (err != NULL)
		goto out;
	*ret_doc = doc;
	doc = NULL;
	err = NULL; /* success */
out:
	siglet_json_doc_free(doc);
	siglet_buf_clear(&big);
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
