#include "../lib/check.h"
#include "json/json.h"

/*
 * Strings are read eight bytes at a time: what must be noticed is noticed at every place of such a
 * word and behind the last one.
 */

#define LENGTH 27 /* some words and a rest */

/* Is text read in quotes, and as what? From a copy that ends where it ends. */
static bool reads(siglet_slice text, siglet_buf *ret_text)
{
	siglet_json_doc *doc = NULL;
	uint8_t *quoted = malloc(text.len + 2);

	if (quoted == NULL)
		exit(1);
	quoted[0] = '"';
	memcpy(quoted + 1, text.ptr, text.len);
	quoted[text.len + 1] = '"';
	siglet_err *err = siglet_json_parse(siglet_slice_of(quoted, text.len + 2), 1000, &doc);
	if (err == NULL)
		err = siglet_buf_append(ret_text, siglet_json_string(siglet_json_root(doc)));
	const bool good = err == NULL;
	siglet_err_free(err);
	siglet_json_doc_free(doc);
	free(quoted);
	return good;
}

/* Is part, wherever in a string it stands, read as meaning, or with a NULL meaning refused? */
static bool everywhere(siglet_slice part, const char *meaning)
{
	unsigned wrong = 0;

	for (size_t len = part.len; len <= LENGTH; len++) {
		for (size_t at = 0; at + part.len <= len; at++) {
			char text[LENGTH + 1], want[LENGTH + 32];
			siglet_buf got;

			siglet_buf_init(&got, 1000);
			memset(text, 'A', sizeof(text));
			memcpy(text + at, part.ptr, part.len);
			const int want_len =
				snprintf(want, sizeof(want), "%.*s%s%.*s", (int)at, text,
					 meaning == NULL ? "" : meaning, (int)(len - at - part.len),
					 text + at + part.len);
			const bool good = reads(siglet_slice_of(text, len), &got);
			wrong += good != (meaning != NULL);
			wrong += good &&
				 !siglet_slice_equal(siglet_buf_slice(&got),
						     siglet_slice_of(want, (size_t)want_len));
			siglet_buf_clear(&got);
		}
	}
	return wrong == 0;
}

static void a_byte_is_the_same_at_every_place(void)
{
	for (unsigned byte = 0; byte < 256; byte++) {
		const char text[] = { (char)byte, '\0' };
		const bool may = byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';

		/* A backslash escapes what follows, which is an A or the end. */
		OK(everywhere(siglet_slice_of(text, 1), may ? text : NULL), "byte 0x%02x is %s",
		   byte, may ? "itself" : "refused");
	}
}

static void so_is_a_sequence_of_bytes(void)
{
	static const char *const valid[] = { "\xc2\x80",	 "\xdf\xbf",	    "\xe0\xa0\x80",
					     "\xed\x9f\xbf",	 "\xee\x80\x80",    "\xef\xbf\xbf",
					     "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf" };
	static const char *const invalid[] = { "\xc1\xbf",     "\xe0\x9f\xbf",
					       "\xed\xa0\x80", "\xed\xbf\xbf",
					       "\xe2\x82",     "\xf0\x8f\xbf\xbf",
					       "\xf0\x9f\x98", "\xf4\x90\x80\x80" };

	for (size_t i = 0; i < SIGLET_COUNT(valid); i++)
		OK(everywhere(siglet_slice_str(valid[i]), valid[i]), "a character, %zu", i);
	for (size_t i = 0; i < SIGLET_COUNT(invalid); i++)
		OK(everywhere(siglet_slice_str(invalid[i]), NULL), "none, %zu", i);
}

/* At the ends of what one, two, three and four bytes of UTF-8 can say. */
static void escapes_are_their_characters(void)
{
	static const struct {
		const char *escape, *meaning;
	} cases[] = {
		{ "\\u0001", "\x01" },
		{ "\\u007f", "\x7f" },
		{ "\\u0080", "\xc2\x80" },
		{ "\\u07FF", "\xdf\xbf" },
		{ "\\u0800", "\xe0\xa0\x80" },
		{ "\\uD7ff", "\xed\x9f\xbf" },
		{ "\\ue000", "\xee\x80\x80" },
		{ "\\uffff", "\xef\xbf\xbf" },
		{ "\\ud800\\udc00", "\xf0\x90\x80\x80" },
		{ "\\udbff\\udfff", "\xf4\x8f\xbf\xbf" },
		{ "\\n\\\"", "\n\"" },
	};
	static const char *const none[] = { "\\ud800",	      "\\udfff", "\\ud800\\ud800",
					    "\\udc00\\ud800", "\\u00g0", "\\U0041",
					    "\\x41",	      "\\'" };

	for (size_t i = 0; i < SIGLET_COUNT(cases); i++)
		OK(everywhere(siglet_slice_str(cases[i].escape), cases[i].meaning), "%s",
		   cases[i].escape);
	for (size_t i = 0; i < SIGLET_COUNT(none); i++)
		OK(everywhere(siglet_slice_str(none[i]), NULL), "not %s", none[i]);
}

int main(void)
{
	a_byte_is_the_same_at_every_place();
	so_is_a_sequence_of_bytes();
	escapes_are_their_characters();
	return tap_done();
}
