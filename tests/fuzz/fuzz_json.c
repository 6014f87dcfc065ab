#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "json/json.h"

/*
 * Reads any text as JSON, asks all of it through every accessor, and requires of the canonical form
 * that it is read as the same document: its own canonical form is itself.
 */

#define MAX_BYTES (1u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

/* Every proto accessor on the member f: none may crash, and a success has a meaning. */
static void ask_as_proto(const siglet_json *object)
{
	static const siglet_proto_enum table[] = { { "one", 1 } };
	const siglet_json *value = NULL;
	siglet_slice text = SIGLET_SLICE_NONE;
	siglet_arena arena;
	int64_t number = 0;
	bool present = false;
	int choice = 0;

	siglet_arena_init(&arena, MAX_BYTES);
	siglet_err_free(siglet_proto_object(object, "fF", &value));
	siglet_err_free(siglet_proto_array(object, "fF", 3, &value));
	siglet_err_free(siglet_proto_string(object, "fF", &text));
	siglet_err_free(siglet_proto_int64(object, "fF", &number));
	siglet_err_free(siglet_proto_bytes(object, "fF", &arena, &text));
	siglet_err_free(siglet_proto_time(object, "fF", &present, &number));
	siglet_err_free(siglet_proto_enum_value(object, "fF", table, 1, &choice));
	siglet_err_free(siglet_json_need_object(object, "f", &value));
	siglet_err_free(siglet_json_need_array(object, "f", &value));
	siglet_err_free(siglet_json_need_string(object, "f", &text));
	require(choice == 0 || choice == 1);
	siglet_arena_clear(&arena);
}

static siglet_err *walk(const siglet_json *value);

/* context is the object that the member is found in by name, too. */
static siglet_err *walk_member(void *context, siglet_slice name, const siglet_json *value)
{
	const siglet_json *const *object = context;

	require(siglet_utf8_is_valid(name) &&
		memchr(name.ptr, 0, name.len + 1) == name.ptr + name.len);
	require(siglet_json_object_get(*object, (const char *)name.ptr) == value);
	return walk(value);
}

static siglet_err *walk(const siglet_json *value)
{
	siglet_err *err = NULL;

	require(value != NULL);
	require(siglet_utf8_is_valid(siglet_json_string(value)));
	(void)siglet_json_bool(value);
	ask_as_proto(value);
	for (size_t i = 0; err == NULL && i < siglet_json_array_count(value); i++)
		err = walk(siglet_json_array_item(value, i));
	require(siglet_json_array_item(value, siglet_json_array_count(value)) == NULL);
	return err != NULL ? err : siglet_json_object_each(value, walk_member, &value);
}

static siglet_json_doc *parse(siglet_slice text)
{
	siglet_json_doc *doc = NULL;
	siglet_err *err = siglet_json_parse(text, MAX_BYTES, &doc);

	require((err == NULL) == (doc != NULL));
	require(err == NULL || siglet_err_code(err) == SIGLET_E_MALFORMED ||
		siglet_err_code(err) == SIGLET_E_LIMIT);
	siglet_err_free(err);
	return doc;
}

static bool canonicalize(const siglet_json_doc *doc, siglet_buf *out)
{
	siglet_buf_init(out, MAX_BYTES);
	siglet_err *err = siglet_json_canonicalize(siglet_json_root(doc), out);
	const bool good = err == NULL;

	require(good || out->len == 0);
	require(good || siglet_err_code(err) == SIGLET_E_RANGE ||
		siglet_err_code(err) == SIGLET_E_LIMIT);
	siglet_err_free(err);
	return good;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	siglet_json_doc *doc = parse(siglet_slice_of(data, size));
	siglet_buf first, second;

	if (doc == NULL)
		return 0;
	siglet_err *err = walk(siglet_json_root(doc));
	require(err == NULL);
	if (canonicalize(doc, &first)) {
		siglet_json_doc *again = parse(siglet_buf_slice(&first));

		require(again != NULL);
		require(canonicalize(again, &second));
		require(siglet_slice_equal(siglet_buf_slice(&first), siglet_buf_slice(&second)));
		siglet_buf_clear(&second);
		siglet_json_doc_free(again);
	}
	siglet_buf_clear(&first);
	siglet_json_doc_free(doc);
	return 0;
}
