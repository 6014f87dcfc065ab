#include "../lib/check.h"
#include "json/json.h"

static bool quotes(siglet_slice text, const char *want)
{
	siglet_buf out;
	siglet_buf_init(&out, 1000);
	siglet_err *err = siglet_json_quote(text, &out);
	const bool good = err == NULL && siglet_slice_is(siglet_buf_slice(&out), want);

	if (!good)
		printf("# got: %s\n", siglet_buf_text(&out));
	siglet_err_free(err);
	siglet_buf_clear(&out);
	return good;
}

static void quoting_escapes_what_it_must(void)
{
	OK(quotes(SIGLET_SLICE_NONE, "\"\""), "nothing is an empty string");
	OK(quotes(siglet_slice_str("a\"b\\c/d\x7f"), "\"a\\\"b\\\\c/d\x7f\""),
	   "quotes and backslashes");
	OK(quotes(siglet_slice_str("\b\f\n\r\t\x01\x1f"), "\"\\b\\f\\n\\r\\t\\u0001\\u001f\""),
	   "controls");
	OK(quotes(siglet_slice_of("\0", 1), "\"\\u0000\""), "NUL");
	OK(quotes(siglet_slice_str("\xc3\xa4\xf0\x9f\x98\x80"), "\"\xc3\xa4\xf0\x9f\x98\x80\""),
	   "no other character");
}

#define LOST "\xef\xbf\xbd"

static void quoting_repairs_what_is_no_utf8(void)
{
	OK(quotes(siglet_slice_str("\xff"), "\"" LOST "\""), "a byte");
	OK(quotes(siglet_slice_str("a\xc3\xa4\xc3"), "\"a\xc3\xa4" LOST "\""), "half a character");
	OK(quotes(siglet_slice_str("\xc3\"\xa4"), "\"" LOST "\\\"" LOST "\""),
	   "one that a quote would complete");
	OK(quotes(siglet_slice_str("\xf0\x9f\x98\x80\xff"), "\"\xf0\x9f\x98\x80" LOST "\""),
	   "one behind a whole character");
	OK(quotes(siglet_slice_str("\xed\xa0\x80z"), "\"" LOST LOST LOST "z\""), "a surrogate");
}

static void quoting_keeps_to_the_ceiling(void)
{
	for (size_t max = 0; max < 8; max++) {
		siglet_buf out;
		siglet_buf_init(&out, max);
		OK_ERROR(siglet_json_quote(siglet_slice_str("a\n\xff"), &out), SIGLET_E_LIMIT,
			 "%zu bytes are too few", max);
		OK(out.len == 0, "and stay empty");
		siglet_buf_clear(&out);
	}
	siglet_buf out;
	siglet_buf_init(&out, 8);
	OK_SUCCESS(siglet_json_quote(siglet_slice_str("a\n\xff"), &out), "eight do");
	siglet_buf_clear(&out);
}

static void write_sample(siglet_json_writer *w)
{
	siglet_json_write_begin_object(w, NULL);
	siglet_json_write_text(w, "text", "a\"b");
	siglet_json_write_string(w, "k\n", siglet_slice_of("\0", 1));
	siglet_json_write_begin_array(w, "list");
	siglet_json_write_int(w, NULL, INT64_MIN);
	siglet_json_write_int_string(w, NULL, INT64_MAX);
	siglet_json_write_null(w, NULL);
	siglet_json_write_begin_object(w, NULL);
	siglet_json_write_bool(w, "yes", true);
	siglet_json_write_bool(w, "no", false);
	siglet_json_write_end_object(w);
	siglet_json_write_begin_array(w, NULL);
	siglet_json_write_end_array(w);
	siglet_json_write_end_array(w);
	siglet_json_write_begin_object(w, "none");
	siglet_json_write_end_object(w);
	siglet_json_write_base64(w, "base64", siglet_slice_str("hi"));
	siglet_json_write_hex(w, "hex", siglet_slice_str("hi"));
	siglet_json_write_text(w, "nothing", NULL);
	siglet_json_write_end_object(w);
}

static const char COMPACT[] =
	"{\"text\":\"a\\\"b\",\"k\\n\":\"\\u0000\",\"list\":[-9223372036854775808,"
	"\"9223372036854775807\",null,{\"yes\":true,\"no\":false},[]],\"none\":{},"
	"\"base64\":\"aGk=\",\"hex\":\"6869\",\"nothing\":\"\"}";

static const char INDENTED[] = "{\n"
			       "  \"text\": \"a\\\"b\",\n"
			       "  \"k\\n\": \"\\u0000\",\n"
			       "  \"list\": [\n"
			       "    -9223372036854775808,\n"
			       "    \"9223372036854775807\",\n"
			       "    null,\n"
			       "    {\n"
			       "      \"yes\": true,\n"
			       "      \"no\": false\n"
			       "    },\n"
			       "    []\n"
			       "  ],\n"
			       "  \"none\": {},\n"
			       "  \"base64\": \"aGk=\",\n"
			       "  \"hex\": \"6869\",\n"
			       "  \"nothing\": \"\"\n"
			       "}";

static void documents_are_written(void)
{
	static const char *const want[] = { COMPACT, INDENTED };

	for (unsigned i = 0; i < 2; i++) {
		siglet_json_writer w;
		siglet_json_doc *doc = NULL;
		siglet_buf out;

		siglet_buf_init(&out, 1000);
		siglet_json_writer_init(&w, &out, i * 2);
		write_sample(&w);
		OK_SUCCESS(siglet_json_writer_finish(&w), "a document with indent %u", i * 2);
		if (!OK(siglet_slice_is(siglet_buf_slice(&out), want[i]), "is as it should be"))
			printf("# got: %s\n", siglet_buf_text(&out));
		OK_SUCCESS(siglet_json_parse(siglet_buf_slice(&out), 1000, &doc),
			   "and is read back");
		siglet_json_doc_free(doc);
		siglet_buf_clear(&out);
	}
}

/* The first failure is kept through all calls that follow, whichever it hits. */
static void first_failure_is_kept(void)
{
	bool all = true;

	for (size_t max = 0; max < sizeof(INDENTED) - 1; max++) {
		siglet_json_writer w;
		siglet_buf out;

		siglet_buf_init(&out, max);
		siglet_json_writer_init(&w, &out, 2);
		write_sample(&w);
		siglet_err *err = siglet_json_writer_finish(&w);
		all = all && err != NULL && siglet_err_code(err) == SIGLET_E_LIMIT;
		siglet_err_free(err);
		siglet_buf_clear(&out);
	}
	OK(all, "a buffer too small by any length is noticed");
}

static void one_value_alone_is_a_document(void)
{
	siglet_json_writer w;
	siglet_buf out;

	siglet_buf_init(&out, 100);
	siglet_json_writer_init(&w, &out, 4);
	siglet_json_write_bool(&w, NULL, true);
	OK_SUCCESS(siglet_json_writer_finish(&w), "a value at the top");
	OK(siglet_slice_is(siglet_buf_slice(&out), "true"), "is itself");
	siglet_buf_clear(&out);

	siglet_json_writer_init(&w, &out, 0);
	OK_ERROR(siglet_json_writer_finish(&w), SIGLET_E_INTERNAL, "no value is none");
	siglet_json_writer_init(&w, &out, 0);
	siglet_json_write_null(&w, NULL);
	siglet_json_write_null(&w, NULL);
	OK_ERROR(siglet_json_writer_finish(&w), SIGLET_E_INTERNAL, "nor are two");
	siglet_json_writer_init(&w, &out, 0);
	siglet_json_write_begin_array(&w, NULL);
	OK_ERROR(siglet_json_writer_finish(&w), SIGLET_E_INTERNAL, "nor is half of one");
	siglet_json_writer_init(&w, &out, 0);
	siglet_json_write_begin_array(&w, NULL);
	siglet_json_write_null(&w, NULL);
	OK_ERROR(siglet_json_writer_finish(&w), SIGLET_E_INTERNAL, "nor one without its end");
	siglet_json_writer_init(&w, &out, 0);
	siglet_json_write_end_array(&w);
	siglet_json_write_null(&w, NULL);
	OK_ERROR(siglet_json_writer_finish(&w), SIGLET_E_INTERNAL, "nor the other half");
	siglet_buf_clear(&out);
}

static void writes(const char *text, const char *want)
{
	siglet_json_doc *doc = NULL;
	siglet_json_writer w;
	siglet_buf out;

	siglet_buf_init(&out, 4096);
	siglet_json_writer_init(&w, &out, 0);
	siglet_json_write_text(&w, NULL, text);
	OK_SUCCESS(siglet_json_writer_finish(&w), "a text");
	OK(strcmp(siglet_buf_text(&out), want) == 0, "is written %s", want);
	OK_SUCCESS(siglet_json_parse(siglet_buf_slice(&out), 4096, &doc), "and read");
	OK(siglet_slice_is(siglet_json_string(siglet_json_root(doc)), text), "as it was");
	siglet_json_doc_free(doc);
	siglet_buf_clear(&out);
}

/* What is written may be printed on a terminal, whoever wrote the text. */
static void harmless_texts(void)
{
	writes("plain \xc3\xa9 \xe2\x80\x94 \xf0\x9f\x98\x80",
	       "\"plain \xc3\xa9 \xe2\x80\x94 \xf0\x9f\x98\x80\"");
	writes("\x1b[31m\x7f", "\"\\u001b[31m\\u007f\"");
	writes("\xc2\x9b"
	       "31m \\ \xc2\x80",
	       "\"\\u009b31m \\\\ \\u0080\"");
	writes("\xe2\x80\xae"
	       "a\xe2\x81\xa6\xef\xbb\xbf",
	       "\"\\u202ea\\u2066\\ufeff\"");
	writes("\xf3\xa0\x80\x81x\xf0\x91\x82\xbd", "\"\\udb40\\udc01x\\ud804\\udcbd\"");
}

int main(void)
{
	quoting_escapes_what_it_must();
	quoting_repairs_what_is_no_utf8();
	quoting_keeps_to_the_ceiling();
	documents_are_written();
	first_failure_is_kept();
	one_value_alone_is_a_document();
	harmless_texts();
	return tap_done();
}
