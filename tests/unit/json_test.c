#include "../lib/check.h"
#include "json/json.h"

/* Parsing and the plain accessors. */

#define MAX_BYTES (64u << 20)

static siglet_err *parse(const char *text, siglet_json_doc **doc)
{
	*doc = NULL;
	return siglet_json_parse(siglet_slice_str(text), MAX_BYTES, doc);
}

/* A document of a test's own, which must parse. */
static siglet_json_doc *must(const char *text)
{
	siglet_json_doc *doc = NULL;

	OK_SUCCESS(parse(text, &doc), "%.60s", text);
	if (doc == NULL)
		exit(1);
	return doc;
}

static void accepts(const char *text)
{
	siglet_json_doc_free(must(text));
}

static void refuses(siglet_slice text, siglet_code code, const char *message)
{
	siglet_json_doc *doc = NULL;
	siglet_err *err = siglet_json_parse(text, MAX_BYTES, &doc);
	const bool good = err != NULL && siglet_err_code(err) == code && doc == NULL &&
			  strcmp(siglet_err_message(err), message) == 0;

	if (!OK(good, "refused: %s", message))
		printf("# got: %s\n", err == NULL ? "success" : siglet_err_message(err));
	siglet_err_free(err);
	siglet_json_doc_free(doc);
}

static void malformed(const char *text, const char *message)
{
	refuses(siglet_slice_str(text), SIGLET_E_MALFORMED, message);
}

/* count times text, between head and tail. */
static siglet_buf repeat(const char *head, const char *text, size_t count, const char *tail)
{
	siglet_buf b;
	siglet_buf_init(&b, MAX_BYTES);
	siglet_err *err = siglet_buf_append_str(&b, head);

	for (size_t i = 0; err == NULL && i < count; i++)
		err = siglet_buf_append_str(&b, text);
	if (err == NULL)
		err = siglet_buf_append_str(&b, tail);
	siglet_err_free(err);
	return b;
}

static void every_kind_is_told_apart(void)
{
	static const struct {
		const char *text;
		siglet_json_kind kind;
		const char *name;
	} cases[] = {
		{ "null", SIGLET_JSON_NULL, "null" },
		{ "true", SIGLET_JSON_BOOL, "a boolean" },
		{ " \t\r\n false \t\r\n ", SIGLET_JSON_BOOL, "a boolean" },
		{ "0", SIGLET_JSON_NUMBER, "a number" },
		{ "-0.5e-7", SIGLET_JSON_NUMBER, "a number" },
		{ "99999999999999999999999", SIGLET_JSON_NUMBER, "a number" },
		{ "\"\"", SIGLET_JSON_STRING, "a string" },
		{ "[]", SIGLET_JSON_ARRAY, "an array" },
		{ "{}", SIGLET_JSON_OBJECT, "an object" },
	};

	for (size_t i = 0; i < SIGLET_COUNT(cases); i++) {
		siglet_json_doc *doc = must(cases[i].text);
		const siglet_json_kind kind = siglet_json_kind_of(siglet_json_root(doc));

		OK(kind == cases[i].kind && strcmp(siglet_json_kind_name(kind), cases[i].name) == 0,
		   "is %s", cases[i].name);
		siglet_json_doc_free(doc);
	}
	siglet_json_doc_free(NULL);
}

static void values_are_what_they_say(void)
{
	siglet_json_doc *doc = must("{\"a\":[1,\"x\",null,true,{}],\"b\":false,\"\":\"empty\"}");
	const siglet_json *root = siglet_json_root(doc);
	const siglet_json *a = siglet_json_object_get(root, "a");

	OK(siglet_json_array_count(a) == 5, "an array has its items");
	OK(siglet_slice_is(siglet_json_string(siglet_json_array_item(a, 1)), "x"),
	   "a string its text");
	OK(siglet_json_array_item(a, 2) != NULL &&
		   siglet_json_kind_of(siglet_json_array_item(a, 2)) == SIGLET_JSON_NULL,
	   "null is a value");
	OK(siglet_json_bool(siglet_json_array_item(a, 3)) &&
		   !siglet_json_bool(siglet_json_object_get(root, "b")),
	   "true is true and false is not");
	OK(siglet_json_array_item(a, 5) == NULL && siglet_json_array_item(a, SIZE_MAX) == NULL,
	   "past the end there is nothing");
	OK(siglet_slice_is(siglet_json_string(siglet_json_object_get(root, "")), "empty"),
	   "a key may be empty");
	OK(siglet_json_object_get(root, "c") == NULL && siglet_json_object_get(root, "A") == NULL,
	   "and must be spelled exactly");
	siglet_json_doc_free(doc);
}

static void getters_of_other_kinds_give_nothing(void)
{
	siglet_json_doc *doc = must("[null,true,1,\"true\",[true],{\"a\":1}]");
	const siglet_json *root = siglet_json_root(doc);

	for (size_t i = 0; i < 6; i++) {
		const siglet_json *value = siglet_json_array_item(root, i);

		OK((i == 3) == (siglet_json_string(value).ptr != NULL), "%zu: string", i);
		OK((i == 1) == siglet_json_bool(value), "%zu: boolean", i);
		OK((i == 4) == (siglet_json_array_count(value) == 1), "%zu: count", i);
		OK((i == 4) == (siglet_json_array_item(value, 0) != NULL), "%zu: item", i);
		OK((i == 5) == (siglet_json_object_get(value, "a") != NULL), "%zu: member", i);
	}
	OK(siglet_json_kind_of(NULL) == SIGLET_JSON_NULL && siglet_json_string(NULL).len == 0 &&
		   !siglet_json_bool(NULL) && siglet_json_array_count(NULL) == 0 &&
		   siglet_json_array_item(NULL, 0) == NULL &&
		   siglet_json_object_get(NULL, "a") == NULL,
	   "what is absent gives nothing");
	siglet_json_doc_free(doc);
}

static siglet_err *note_member(void *context, siglet_slice name, const siglet_json *value)
{
	if (siglet_json_kind_of(value) == SIGLET_JSON_BOOL)
		return siglet_err_new(SIGLET_E_MISMATCH, "stop");
	return siglet_buf_append(context, name);
}

static void members_come_in_their_order(void)
{
	siglet_json_doc *doc = must("{\"z\":1,\"a\":null,\"m\":\"\",\"stop\":true,\"x\":1}");
	siglet_json_doc *array = must("[1]");
	siglet_buf seen;
	siglet_buf_init(&seen, 100);

	OK_ERROR(siglet_json_object_each(siglet_json_root(doc), note_member, &seen),
		 SIGLET_E_MISMATCH, "the error of a visit is returned");
	OK(siglet_slice_is(siglet_buf_slice(&seen), "zam"), "those before were seen in order");
	OK_SUCCESS(siglet_json_object_each(siglet_json_root(array), note_member, &seen),
		   "what is no object has no members");
	OK_SUCCESS(siglet_json_object_each(NULL, note_member, &seen), "nor has what is absent");
	OK(seen.len == 3, "and none were seen");
	siglet_buf_clear(&seen);
	siglet_json_doc_free(array);
	siglet_json_doc_free(doc);
}

static void string_is(const char *json, const char *want, size_t len)
{
	siglet_json_doc *doc = must(json);

	OK(siglet_slice_equal(siglet_json_string(siglet_json_root(doc)),
			      siglet_slice_of(want, len)),
	   "is read as meant");
	siglet_json_doc_free(doc);
}

static void strings_are_unescaped(void)
{
	string_is("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t", 8);
	string_is("\"a\\u0000b\"", "a\0b", 3);
	string_is("\"\\u0041\\u00e4\\u20AC\\uFFFF\"", "A\xc3\xa4\xe2\x82\xac\xef\xbf\xbf", 9);
	string_is("\"\\ud83d\\ude00\\uDBFF\\uDFFF\"", "\xf0\x9f\x98\x80\xf4\x8f\xbf\xbf", 8);
	string_is("\"\\ud800\\udc00\"", "\xf0\x90\x80\x80", 4);
	/* Pairs whose character has the bits of a surrogate: json-c 0.16 misreads them. */
	string_is("\"\\ud836\\udc00\\uD836\\uDD1E\\ud837\\udc00x\"",
		  "\xf0\x9d\xa0\x80\xf0\x9d\xa4\x9e\xf0\x9d\xb0\x80x", 13);
	string_is("\"\xf0\x9f\x98\x80\x7f\"", "\xf0\x9f\x98\x80\x7f", 5);
}

/* What is unescaped stays in its place, in keys too. */
static void unescaped_text_keeps_its_order(void)
{
	siglet_json_doc *doc = must(
		"[18446744073709551616,{\"a\\ud837\\udfff\":\"\\n\\ud836\\udd1e\",\"b\":[\"x\"]},"
		"-9223372036854775809 , 7]");
	const siglet_json *root = siglet_json_root(doc), *object = siglet_json_array_item(root, 1);
	siglet_buf out;

	OK(siglet_slice_is(siglet_json_string(siglet_json_object_get(object, "a\xf0\x9d\xbf\xbf")),
			   "\n\xf0\x9d\xa4\x9e"),
	   "a key and its value");
	siglet_buf_init(&out, 1000);
	OK_SUCCESS(siglet_json_canonicalize(root, &out), "and all around them");
	OK(siglet_slice_is(siglet_buf_slice(&out),
			   "[18446744073709552000,{\"a\xf0\x9d\xbf\xbf\":\"\\n\xf0\x9d\xa4\x9e\","
			   "\"b\":[\"x\"]},-9223372036854776000,7]"),
	   "are as they were");
	siglet_buf_clear(&out);
	siglet_json_doc_free(doc);
	malformed("{\"\\ud837\\udfff\":1,\"\xf0\x9d\xbf\xbf\":2}",
		  "byte 18: the key \"\xf0\x9d\xbf\xbf\" is repeated");
}

static void grammar_is_that_of_the_rfc(void)
{
	accepts("[0,-0,1,-1,0.0,-0.0e+00,1E9,1e-9,10,123456789012345678901234567890]");
	accepts("[[],{},[{}],{\"a\":[]}]");
	malformed("", "byte 0: the text ends before a value");
	malformed("  ", "byte 2: the text ends before a value");
	malformed("[1,]", "byte 3: not a value");
	malformed("[1 2]", "byte 3: not a comma or the end of an array");
	malformed("[1", "byte 2: the text ends before a comma or the end of an array");
	malformed("[,1]", "byte 1: not a value");
	malformed("{\"a\":1,}", "byte 7: not a key in double quotes");
	malformed("{\"a\" 1}", "byte 5: not a colon");
	malformed("{\"a\":1 \"b\":2}", "byte 7: not a comma or the end of an object");
	malformed("{a:1}", "byte 1: not a key in double quotes");
	malformed("{'a':1}", "byte 1: not a key in double quotes");
	malformed("['a']", "byte 1: not a value");
	malformed("{1:1}", "byte 1: not a key in double quotes");
	malformed("[1}", "byte 2: not a comma or the end of an array");
	malformed("{\"a\":1]", "byte 6: not a comma or the end of an object");
	malformed("nul", "byte 0: not a value");
	malformed("True", "byte 0: not a value");
	malformed("NaN", "byte 0: not a value");
	malformed("Infinity", "byte 0: not a value");
	malformed("-Infinity", "byte 1: not a digit");
	malformed("[1] // x", "byte 4: not the end of the document");
	malformed("[1]/**/", "byte 3: not the end of the document");
	malformed("{}{}", "byte 2: not the end of the document");
	malformed("\f1", "byte 0: not a value");
	refuses(siglet_slice_of("1\0", 2), SIGLET_E_MALFORMED,
		"byte 1: not the end of the document");
	refuses(siglet_slice_of("[\0]", 3), SIGLET_E_MALFORMED, "byte 1: not a value");
}

static void numbers_are_strict(void)
{
	malformed("01", "byte 1: not the end of the document");
	malformed("-", "byte 1: the text ends before a digit");
	malformed("-01", "byte 2: not the end of the document");
	malformed("+1", "byte 0: not a value");
	malformed(".5", "byte 0: not a value");
	malformed("5.", "byte 2: the text ends before a digit");
	malformed("5.e1", "byte 2: not a digit");
	malformed("1e", "byte 2: the text ends before a digit");
	malformed("1e+", "byte 3: the text ends before a digit");
	malformed("1e5.5", "byte 3: not the end of the document");
	malformed("0x10", "byte 1: not the end of the document");
	malformed("1_000", "byte 1: not the end of the document");
	malformed("--1", "byte 1: not a digit");
}

static void strings_are_strict(void)
{
	malformed("\"abc", "byte 4: the text ends before a character or the end of a string");
	malformed("\"a\nb\"", "byte 2: not a character or the end of a string");
	malformed("\"\x1f\"", "byte 1: not a character or the end of a string");
	refuses(siglet_slice_of("\"\0\"", 3), SIGLET_E_MALFORMED,
		"byte 1: not a character or the end of a string");
	malformed("\"\\x41\"", "byte 2: not an escape");
	malformed("\"\\'\"", "byte 2: not an escape");
	malformed("\"\\", "byte 2: the text ends before an escape");
	refuses(siglet_slice_of("\"\\\0\"", 4), SIGLET_E_MALFORMED, "byte 2: not an escape");
	malformed("\"\\u12g4\"", "byte 5: not a hex digit");
	malformed("\"\\u123", "byte 6: the text ends before a hex digit");
	malformed("\"\\U0041\"", "byte 2: not an escape");
}

static void half_surrogate_pairs_are_refused(void)
{
	malformed("\"a\\ud800\"", "byte 2: half a surrogate pair");
	malformed("\"\\udc00\"", "byte 1: half a surrogate pair");
	malformed("\"\\udc00\\udc00\"", "byte 1: half a surrogate pair");
	malformed("\"\\ud800\\ud800\"", "byte 1: half a surrogate pair");
	malformed("\"\\ud800\\u0041\"", "byte 1: half a surrogate pair");
	malformed("\"\\udbff\\n\"", "byte 1: half a surrogate pair");
	malformed("\"\\udbff\\ue000\"", "byte 1: half a surrogate pair");
	malformed("\"\\udfff\\udbff\"", "byte 1: half a surrogate pair");
	malformed("{\"\\ud800\":1}", "byte 2: half a surrogate pair");
	accepts("\"\\ud7ff\\ue000\"");
}

static void text_is_utf8_without_a_mark(void)
{
	malformed("\"\xff\"", "byte 1: a string that is not UTF-8");
	malformed("[\"\xc3\"]", "byte 2: a string that is not UTF-8");
	malformed("\"\xed\xa0\x80\"", "byte 1: a string that is not UTF-8");
	malformed("\"\xc0\x80\"", "byte 1: a string that is not UTF-8");
	malformed("\"\\n\xc3\"", "byte 1: a string that is not UTF-8");
	malformed("{\"\xc3\":1}", "byte 2: a string that is not UTF-8");
	malformed("\xef\xbb\xbf{}", "byte 0: a byte order mark");
	malformed("[\xc2\xa0]", "byte 1: not a value");
	accepts("\"\xef\xbb\xbf\"");
}

static void repeated_keys_are_refused(void)
{
	malformed("{\"a\":1,\"b\":2,\"a\":1}", "byte 13: the key \"a\" is repeated");
	malformed("{\"a\":1,\"\\u0061\":2}", "byte 7: the key \"a\" is repeated");
	malformed("{\"\\u0061\":1,\"a\":2}", "byte 12: the key \"a\" is repeated");
	malformed("{\"\":1,\"\":2}", "byte 6: the key \"\" is repeated");
	malformed("{\"x\":[{\"k\":1,\"\xc3\xa4\":2,\"\\u00e4\":3}]}",
		  "byte 20: the key \"\xc3\xa4\" is repeated");
	malformed("{\"a\":{\"b\":{}},\"c\":[{}],\"a\":0}", "byte 23: the key \"a\" is repeated");
	malformed("{\"abcdefghi1\":1,\"abcdefghi1\":1}",
		  "byte 16: the key \"abcdefghi1\" is repeated");
	malformed("{\"\\n\\u001b\":1,\"\\n\\u001b\":1}",
		  "byte 14: the key \"\\x0a\\x1b\" is repeated");
	accepts("{\"a\":1,\"A\":2,\"aa\":3,\"abcdefghi1\":4,\"abcdefghi2\":5,\"abcdefgh\":6}");
	accepts("{\"a\":{\"a\":{\"a\":1}},\"b\":[{\"a\":1},{\"a\":1}]}");
	accepts("{\"\xc3\xa4\":1,\"a\xcc\x88\":2}");
}

static void keys_hold_no_nul(void)
{
	malformed("{\"a\\u0000b\":1}", "byte 1: a key with a NUL in it");
	malformed("{\"\\u0000\":1}", "byte 1: a key with a NUL in it");
	accepts("{\"\\u0001\":\"\\u0000\"}");
}

static void depth_is_bounded(void)
{
	siglet_buf open = repeat("", "[", SIGLET_JSON_MAX_DEPTH, "1");
	siglet_err *err = NULL;

	for (int i = 0; err == NULL && i < SIGLET_JSON_MAX_DEPTH; i++)
		err = siglet_buf_append_byte(&open, ']');
	siglet_err_free(err);
	accepts(siglet_buf_text(&open));
	siglet_buf_clear(&open);

	open = repeat("", "{\"a\":", SIGLET_JSON_MAX_DEPTH, "1");
	for (int i = 0; err == NULL && i < SIGLET_JSON_MAX_DEPTH; i++)
		err = siglet_buf_append_byte(&open, '}');
	accepts(siglet_buf_text(&open));
	siglet_buf_clear(&open);

	open = repeat("", "[", SIGLET_JSON_MAX_DEPTH + 1, "]");
	refuses(siglet_buf_slice(&open), SIGLET_E_LIMIT, "byte 100: nested deeper than 100");
	siglet_buf_clear(&open);
	open = repeat("", "{\"a\":", SIGLET_JSON_MAX_DEPTH + 1, "1");
	refuses(siglet_buf_slice(&open), SIGLET_E_LIMIT, "byte 500: nested deeper than 100");
	siglet_buf_clear(&open);
	open = repeat("[", "[[]],", 200, "[]]");
	accepts(siglet_buf_text(&open));
	siglet_buf_clear(&open);
}

static void size_is_bounded(void)
{
	siglet_json_doc *doc = NULL;

	OK_SUCCESS(siglet_json_parse(siglet_slice_str("[1]"), 3, &doc), "as large as allowed");
	siglet_json_doc_free(doc);
	doc = NULL;
	OK_ERROR(siglet_json_parse(siglet_slice_str("[1] "), 3, &doc), SIGLET_E_LIMIT,
		 "one byte larger is refused");
	OK_ERROR(siglet_json_parse(siglet_slice_of("", (size_t)INT32_MAX + 1), SIZE_MAX, &doc),
		 SIGLET_E_LIMIT, "so is what json-c can't measure");
	OK(doc == NULL, "without a document");
}

static void counts_are_bounded(void)
{
	siglet_buf text = repeat("[", "0,", SIGLET_JSON_MAX_VALUES - 2, "0]");
	siglet_json_doc *doc = NULL;

	OK_SUCCESS(siglet_json_parse(siglet_buf_slice(&text), MAX_BYTES, &doc),
		   "the most values that there may be");
	OK(doc != NULL &&
		   siglet_json_array_count(siglet_json_root(doc)) == SIGLET_JSON_MAX_VALUES - 1,
	   "are there");
	siglet_json_doc_free(doc);
	siglet_buf_clear(&text);
	text = repeat("[", "0,", SIGLET_JSON_MAX_VALUES - 1, "0]");
	refuses(siglet_buf_slice(&text), SIGLET_E_LIMIT, "byte 2097151: more than 1048576 values");
	siglet_buf_clear(&text);

	doc = NULL;
	text = repeat("[", "[],", SIGLET_JSON_MAX_CONTAINERS - 2, "[]]");
	OK_SUCCESS(siglet_json_parse(siglet_buf_slice(&text), MAX_BYTES, &doc),
		   "the most arrays that there may be");
	siglet_json_doc_free(doc);
	siglet_buf_clear(&text);
	text = repeat("[", "{},", SIGLET_JSON_MAX_CONTAINERS - 1, "{}]");
	refuses(siglet_buf_slice(&text), SIGLET_E_LIMIT,
		"byte 786430: more than 262144 arrays and objects");
	siglet_buf_clear(&text);
}

/* Hashing or comparing each key with each other would not finish. */
static void many_keys_are_compared(void)
{
	siglet_buf text;
	siglet_err *err;
	siglet_json_doc *doc = NULL;
	const unsigned count = 300000;

	siglet_buf_init(&text, MAX_BYTES);
	err = siglet_buf_append_str(&text, "{\"same\":0");
	for (unsigned i = 0; err == NULL && i < count; i++)
		err = siglet_buf_printf(&text, ",\"%skey%u\":0", i % 2 == 0 ? "" : "\\u006b", i);
	const size_t len = text.len;
	if (err == NULL)
		err = siglet_buf_append_str(&text, "}");
	OK_SUCCESS(err, "many different keys");
	OK_SUCCESS(siglet_json_parse(siglet_buf_slice(&text), MAX_BYTES, &doc), "are read");
	OK(doc != NULL && siglet_json_object_get(siglet_json_root(doc), "kkey299999") != NULL,
	   "and found");
	siglet_json_doc_free(doc);
	siglet_buf_truncate(&text, len);
	OK_SUCCESS(siglet_buf_append_str(&text, ",\"s\\u0061me\":0}"), "one of them twice");
	doc = NULL;
	OK_ERROR(siglet_json_parse(siglet_buf_slice(&text), MAX_BYTES, &doc), SIGLET_E_MALFORMED,
		 "is found among them");
	siglet_buf_clear(&text);
}

static void needed_members_are_of_their_kind(void)
{
	siglet_json_doc *doc =
		must("{\"o\":{},\"a\":[],\"s\":\"x\",\"n\":null,\"some_name\":\"y\"}");
	const siglet_json *root = siglet_json_root(doc), *value = NULL;
	siglet_slice text = SIGLET_SLICE_NONE;

	OK_SUCCESS(siglet_json_need_object(root, "o", &value), "an object");
	OK(siglet_json_kind_of(value) == SIGLET_JSON_OBJECT, "is one");
	OK_SUCCESS(siglet_json_need_array(root, "a", &value), "an array");
	OK(siglet_json_kind_of(value) == SIGLET_JSON_ARRAY, "is one");
	OK_SUCCESS(siglet_json_need_string(root, "s", &text), "a string");
	OK(siglet_slice_is(text, "x"), "is one");

	value = NULL;
	OK_ERROR(siglet_json_need_object(root, "z", &value), SIGLET_E_MISSING, "no object");
	OK_ERROR(siglet_json_need_array(root, "z", &value), SIGLET_E_MISSING, "no array");
	OK_ERROR(siglet_json_need_string(root, "z", &text), SIGLET_E_MISSING, "no string");
	OK_ERROR(siglet_json_need_object(root, "n", &value), SIGLET_E_MISSING,
		 "null for an object");
	OK_ERROR(siglet_json_need_array(root, "n", &value), SIGLET_E_MISSING, "null for an array");
	OK_ERROR(siglet_json_need_string(root, "n", &text), SIGLET_E_MISSING, "null for a string");
	OK_ERROR(siglet_json_need_object(root, "a", &value), SIGLET_E_MALFORMED,
		 "array for object");
	OK_ERROR(siglet_json_need_array(root, "s", &value), SIGLET_E_MALFORMED, "string for array");
	OK_ERROR(siglet_json_need_string(root, "o", &text), SIGLET_E_MALFORMED,
		 "object for string");
	OK_ERROR(siglet_json_need_string(root, "someName", &text), SIGLET_E_MISSING,
		 "these names have one spelling");
	OK_ERROR(siglet_json_need_string(siglet_json_object_get(root, "a"), "s", &text),
		 SIGLET_E_MALFORMED, "a member of an array");
	OK_ERROR(siglet_json_need_string(NULL, "s", &text), SIGLET_E_MISSING, "one of nothing");
	OK(value == NULL && siglet_slice_is(text, "x"), "none of which writes anything");
	siglet_json_doc_free(doc);
}

int main(void)
{
	every_kind_is_told_apart();
	values_are_what_they_say();
	getters_of_other_kinds_give_nothing();
	members_come_in_their_order();
	strings_are_unescaped();
	unescaped_text_keeps_its_order();
	grammar_is_that_of_the_rfc();
	numbers_are_strict();
	strings_are_strict();
	half_surrogate_pairs_are_refused();
	text_is_utf8_without_a_mark();
	repeated_keys_are_refused();
	keys_hold_no_nul();
	depth_is_bounded();
	size_is_bounded();
	counts_are_bounded();
	many_keys_are_compared();
	needed_members_are_of_their_kind();
	return tap_done();
}
