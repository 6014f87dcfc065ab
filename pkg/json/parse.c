#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "json/json_internal.h"

/*
 * The grammar of RFC 8259, strictly, and what it leaves open decided: one meaning or none. What is
 * read is built of json-c's objects, each of which is looked at before it is used.
 */

/* Keys live as long as the document: json-c is told that they are constant, and copies none. */
struct siglet_json_doc {
	struct json_object *root; /* NULL for null */
	siglet_arena keys;
};

typedef struct reader {
	siglet_json_cursor c;
	unsigned depth;
	size_t values, containers;
	siglet_arena *keys;
	siglet_buf scratch; /* the string that is being unescaped; secret where the document is */
} reader;

static siglet_err *read_value(reader *r, struct json_object **ret_value);

/* ---- simple values ---- */

static siglet_err *take_word(reader *r, const char *word)
{
	const size_t len = strlen(word);

	if (r->c.text.len - r->c.at < len || memcmp(r->c.text.ptr + r->c.at, word, len) != 0)
		return siglet_json_expected(&r->c, "a value");
	r->c.at += len;
	return NULL;
}

static siglet_err *read_boolean(reader *r, bool is_true, struct json_object **ret_value)
{
	siglet_err *err = take_word(r, is_true ? "true" : "false");

	if (err != NULL)
		return err;
	*ret_value = json_object_new_boolean(is_true);
	return *ret_value == NULL ? siglet_err_nomem() : NULL;
}

/* json-c calls this before it frees a string. */
static void wipe_text(struct json_object *text, void *nothing)
{
	(void)nothing;
	siglet_wipe((char *)(uintptr_t)json_object_get_string(text),
		    (size_t)json_object_get_string_len(text));
}

static siglet_err *read_text(reader *r, struct json_object **ret_value)
{
	siglet_slice text = SIGLET_SLICE_NONE;
	siglet_err *err = siglet_json_read_string(&r->c, &r->scratch, &text);

	if (err != NULL)
		return err;
	/* json-c copies even nothing from somewhere. */
	*ret_value = json_object_new_string_len(text.len == 0 ? "" : (const char *)text.ptr,
						(int)text.len);
	if (*ret_value == NULL)
		return siglet_err_nomem();
	if (r->scratch.secret)
		json_object_set_userdata(*ret_value, NULL, wipe_text);
	return NULL;
}

/* ---- objects ---- */

/* The key at the cursor, which must be a new one. */
static siglet_err *read_key(reader *r, struct json_object *object, const char **ret_key)
{
	const size_t start = r->c.at;
	siglet_slice text = SIGLET_SLICE_NONE, copy = SIGLET_SLICE_NONE;
	siglet_err *err;

	if (siglet_json_peek(&r->c) != '"')
		return siglet_json_expected(&r->c, "a key in double quotes");
	err = siglet_json_read_string(&r->c, &r->scratch, &text);
	if (err != NULL)
		return err;
	/* json-c's keys end at a NUL. */
	if (text.len > 0 && memchr(text.ptr, 0, text.len) != NULL)
		return siglet_json_malformed(start, "a key with a NUL in it");
	err = siglet_arena_copy(r->keys, text, &copy);
	if (err != NULL)
		return err;
	*ret_key = (const char *)copy.ptr;
	if (json_object_object_get_ex(object, *ret_key, NULL))
		return siglet_err_new(SIGLET_E_MALFORMED, "byte %zu: the key \"%s\" is repeated",
				      start, siglet_text_printable(text).text);
	return NULL;
}

static siglet_err *read_member(reader *r, struct json_object *object)
{
	/* The second by the only name that json-c 0.15 has for it. */
	const unsigned options = JSON_C_OBJECT_ADD_KEY_IS_NEW | JSON_C_OBJECT_KEY_IS_CONSTANT;
	struct json_object *value = NULL;
	const char *key = NULL;
	siglet_err *err = read_key(r, object, &key);

	if (err != NULL)
		return err;
	siglet_json_skip_space(&r->c);
	if (!siglet_json_take(&r->c, ':'))
		return siglet_json_expected(&r->c, "a colon");
	err = read_value(r, &value);
	if (err != NULL)
		return err;
	if (json_object_object_add_ex(object, key, value, options) == 0)
		return NULL;
	(void)json_object_put(value);
	return siglet_err_nomem();
}

static siglet_err *read_members(reader *r, struct json_object *object)
{
	r->c.at++;
	siglet_json_skip_space(&r->c);
	if (siglet_json_take(&r->c, '}'))
		return NULL;
	for (;;) {
		siglet_err *err = read_member(r, object);

		if (err != NULL)
			return err;
		siglet_json_skip_space(&r->c);
		if (siglet_json_take(&r->c, '}'))
			return NULL;
		if (!siglet_json_take(&r->c, ','))
			return siglet_json_expected(&r->c, "a comma or the end of an object");
		siglet_json_skip_space(&r->c);
	}
}

/* ---- arrays ---- */

static siglet_err *read_item(reader *r, struct json_object *array)
{
	struct json_object *value = NULL;
	siglet_err *err = read_value(r, &value);

	if (err != NULL)
		return err;
	if (json_object_array_add(array, value) == 0)
		return NULL;
	(void)json_object_put(value);
	return siglet_err_nomem();
}

static siglet_err *read_items(reader *r, struct json_object *array)
{
	r->c.at++;
	siglet_json_skip_space(&r->c);
	if (siglet_json_take(&r->c, ']'))
		return NULL;
	for (;;) {
		siglet_err *err = read_item(r, array);

		if (err != NULL)
			return err;
		siglet_json_skip_space(&r->c);
		if (siglet_json_take(&r->c, ']'))
			return NULL;
		if (!siglet_json_take(&r->c, ','))
			return siglet_json_expected(&r->c, "a comma or the end of an array");
	}
}

/* ---- values ---- */

static siglet_err *check_ceilings(reader *r)
{
	if (r->depth == SIGLET_JSON_MAX_DEPTH)
		return siglet_err_new(SIGLET_E_LIMIT, "byte %zu: nested deeper than %d", r->c.at,
				      SIGLET_JSON_MAX_DEPTH);
	if (++r->containers > SIGLET_JSON_MAX_CONTAINERS)
		return siglet_err_new(SIGLET_E_LIMIT, "byte %zu: more than %u arrays and objects",
				      r->c.at, SIGLET_JSON_MAX_CONTAINERS);
	return NULL;
}

static siglet_err *read_container(reader *r, struct json_object **ret_value)
{
	const bool is_array = siglet_json_peek(&r->c) == '[';
	struct json_object *made;
	siglet_err *err = check_ceilings(r);

	if (err != NULL)
		return err;
	made = is_array ? json_object_new_array() : json_object_new_object();
	if (made == NULL)
		return siglet_err_nomem();
	r->depth++;
	err = is_array ? read_items(r, made) : read_members(r, made);
	r->depth--;
	if (err != NULL)
		(void)json_object_put(made);
	else
		*ret_value = made;
	return err;
}

/* *ret_value stays NULL for null. */
static siglet_err *read_value(reader *r, struct json_object **ret_value)
{
	if (++r->values > SIGLET_JSON_MAX_VALUES)
		return siglet_err_new(SIGLET_E_LIMIT, "byte %zu: more than %u values", r->c.at,
				      SIGLET_JSON_MAX_VALUES);
	siglet_json_skip_space(&r->c);
	switch (siglet_json_peek(&r->c)) {
	case '{':
	case '[':
		return read_container(r, ret_value);
	case '"':
		return read_text(r, ret_value);
	case 'n':
		return take_word(r, "null");
	case 't':
		return read_boolean(r, true, ret_value);
	case 'f':
		return read_boolean(r, false, ret_value);
	default:
		if (siglet_json_peek(&r->c) != '-' &&
		    !siglet_json_is_digit(siglet_json_peek(&r->c)))
			return siglet_json_expected(&r->c, "a value");
		return siglet_json_read_number(&r->c, ret_value);
	}
}

static siglet_err *read_document(siglet_slice text, bool is_secret, siglet_json_doc *doc)
{
	reader r = { .c = { .text = text }, .keys = &doc->keys };
	siglet_err *err;

	if (text.len >= 3 && memcmp(text.ptr, "\xef\xbb\xbf", 3) == 0)
		return siglet_json_malformed(0, "a byte order mark");
	siglet_buf_init(&r.scratch, text.len);
	r.scratch.secret = is_secret;
	err = read_value(&r, &doc->root);
	siglet_json_skip_space(&r.c);
	if (err == NULL && r.c.at != text.len)
		err = siglet_json_expected(&r.c, "the end of the document");
	siglet_buf_clear(&r.scratch);
	return err;
}

static siglet_err *parse(siglet_slice text, size_t max_bytes, bool is_secret,
			 siglet_json_doc **ret_doc)
{
	/* json-c measures text by int. */
	const size_t limit = max_bytes < INT_MAX ? max_bytes : INT_MAX;
	siglet_json_doc *doc;
	siglet_err *err;

	if (text.len > limit)
		return siglet_err_new(SIGLET_E_LIMIT, "%zu bytes, more than %zu", text.len, limit);
	doc = siglet_calloc(1, sizeof(*doc));
	if (doc == NULL)
		return siglet_err_nomem();
	/* Only a second line: values are counted, and a key has its bytes in the text. */
	siglet_arena_init(&doc->keys, text.len + SIGLET_JSON_MAX_VALUES * sizeof(max_align_t));
	err = read_document(text, is_secret, doc);
	if (err != NULL) {
		siglet_json_doc_free(doc);
		return err;
	}
	*ret_doc = doc;
	return NULL;
}

siglet_err *siglet_json_parse(siglet_slice text, size_t max_bytes, siglet_json_doc **ret_doc)
{
	return parse(text, max_bytes, false, ret_doc);
}

siglet_err *siglet_json_parse_secret(siglet_slice text, size_t max_bytes, siglet_json_doc **ret_doc)
{
	return parse(text, max_bytes, true, ret_doc);
}

void siglet_json_doc_free(siglet_json_doc *doc)
{
	if (doc == NULL)
		return;
	(void)json_object_put(doc->root); /* before the keys, which it still has */
	siglet_arena_clear(&doc->keys);
	free(doc);
}

const siglet_json *siglet_json_root(const siglet_json_doc *doc)
{
	return siglet_json_wrap(doc->root);
}
