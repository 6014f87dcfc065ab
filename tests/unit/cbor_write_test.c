#include "../lib/check.h"
#include "../lib/heads.h"
#include "cbor/cbor.h"

/* What is written has one form; and what people are shown. */

static siglet_buf out;
static siglet_cbor_writer writer;

static siglet_cbor_writer *start(void)
{
	siglet_buf_clear(&out);
	siglet_cbor_writer_init(&writer, heads(), &out);
	return &writer;
}

static void wrote(const char *hex, const char *claim)
{
	siglet_buf wanted = unhex(hex);

	OK_SUCCESS(siglet_cbor_writer_finish(&writer), "%s", claim);
	OK(siglet_slice_equal(siglet_buf_slice(&out), siglet_buf_slice(&wanted)), "… is %s", hex);
	siglet_buf_clear(&wanted);
}

static void refused(siglet_code code, const char *claim)
{
	OK_ERROR(siglet_cbor_writer_finish(&writer), code, "refused: %s", claim);
	OK(out.len == 0, "… and nothing is left of it");
}

/* ---- heads ---- */

static void heads_are_the_shortest(void)
{
	static const struct {
		uint64_t value;
		const char *uint, *nint;
	} edges[] = {
		{ 0, "00", "20" },
		{ 23, "17", "37" },
		{ 24, "1818", "3818" },
		{ 255, "18ff", "38ff" },
		{ 256, "190100", "390100" },
		{ 65535, "19ffff", "39ffff" },
		{ 65536, "1a00010000", "3a00010000" },
		{ UINT32_MAX, "1affffffff", "3affffffff" },
		{ (uint64_t)UINT32_MAX + 1, "1b0000000100000000", "3b0000000100000000" },
		{ INT64_MAX, "1b7fffffffffffffff", "3b7fffffffffffffff" },
	};

	for (size_t i = 0; i < SIGLET_COUNT(edges); i++) {
		siglet_cbor_write_uint(start(), edges[i].value);
		wrote(edges[i].uint, "an edge");
		siglet_cbor_write_int(start(), -1 - (int64_t)edges[i].value);
		wrote(edges[i].nint, "its negative");
		siglet_cbor_write_int(start(), (int64_t)edges[i].value);
		wrote(edges[i].uint, "as a signed one");
	}
	siglet_cbor_write_uint(start(), UINT64_MAX);
	wrote("1bffffffffffffffff", "the largest");
	siglet_cbor_write_bool(start(), true);
	wrote("f5", "true");
	siglet_cbor_write_bool(start(), false);
	wrote("f4", "false");
	siglet_cbor_write_null(start());
	wrote("f6", "null");
}

static void strings_count_bytes(void)
{
	static const char long_text[] = "123456789012345678901234";

	siglet_cbor_write_text(start(), siglet_slice_str("\xe6\xb0\xb4"));
	wrote("63e6b0b4", "a text");
	siglet_cbor_write_bytes(start(), SIGLET_SLICE_NONE);
	wrote("40", "no bytes");
	siglet_cbor_write_bytes(start(), siglet_slice_str(long_text));
	wrote("5818 313233343536373839303132333435363738393031323334", "24 bytes");
	siglet_cbor_write_text(start(), siglet_slice_of("\xff", 1));
	refused(SIGLET_E_USAGE, "text that is not UTF-8");
}

/* ---- arrays and maps ---- */

static void arrays_count_themselves(void)
{
	siglet_cbor_writer *w = start();

	siglet_cbor_write_tag(w, 18);
	siglet_cbor_write_begin_array(w);
	siglet_cbor_write_bytes(w, siglet_slice_of("\xa1\x01\x26", 3));
	siglet_cbor_write_begin_map(w);
	siglet_cbor_write_end_map(w);
	siglet_cbor_write_null(w);
	siglet_cbor_write_bytes(w, siglet_slice_str("x"));
	siglet_cbor_write_end_array(w);
	wrote("d2 84 43a10126 a0 f6 4178", "a tagged array");
	w = start();
	siglet_cbor_write_begin_array(w);
	for (int i = 0; i < 24; i++) {
		siglet_cbor_write_tag(w, 1);
		siglet_cbor_write_tag(w, 2);
		siglet_cbor_write_uint(w, 0);
	}
	siglet_cbor_write_end_array(w);
	wrote("9818 c1c200 c1c200 c1c200 c1c200 c1c200 c1c200 c1c200 c1c200 c1c200 c1c200 c1c200 "
	      "c1c200 c1c200 c1c200 c1c200 c1c200 c1c200 c1c200 c1c200 c1c200 c1c200 c1c200 c1c200 "
	      "c1c200",
	      "24 items with two tags each");
}

/* The order of cose-scitt.md: 1, 15, 33, 34, 258, then negatives, then text. */
static void maps_are_sorted_by_encoded_keys(void)
{
	siglet_cbor_writer *w = start();

	siglet_cbor_write_begin_map(w);
	siglet_cbor_write_text(w, siglet_slice_str("b"));
	siglet_cbor_write_uint(w, 0);
	siglet_cbor_write_text(w, siglet_slice_str("aa"));
	siglet_cbor_write_uint(w, 1);
	siglet_cbor_write_int(w, 258);
	siglet_cbor_write_int(w, -16);
	siglet_cbor_write_int(w, -1);
	siglet_cbor_write_begin_map(w);
	siglet_cbor_write_int(w, 6);
	siglet_cbor_write_uint(w, 60);
	siglet_cbor_write_int(w, 1);
	siglet_cbor_write_uint(w, 10);
	siglet_cbor_write_end_map(w);
	siglet_cbor_write_int(w, 34);
	siglet_cbor_write_tag(w, 1);
	siglet_cbor_write_uint(w, 3);
	siglet_cbor_write_int(w, 33);
	siglet_cbor_write_bytes(w, siglet_slice_str("z"));
	siglet_cbor_write_int(w, 15);
	siglet_cbor_write_begin_array(w);
	siglet_cbor_write_null(w);
	siglet_cbor_write_end_array(w);
	siglet_cbor_write_int(w, 1);
	siglet_cbor_write_int(w, -7);
	siglet_cbor_write_int(w, -300);
	siglet_cbor_write_bool(w, true);
	siglet_cbor_write_end_map(w);
	wrote("a9 01 26  0f 81f6  1821 417a  1822 c103  190102 2f  20 a2 01 0a 06 183c  39012b f5 "
	      " 6162 00  626161 01",
	      "a map that was written in another order");
}

static void what_is_no_item_is_refused(void)
{
	siglet_cbor_writer *w = start();

	refused(SIGLET_E_USAGE, "nothing");
	w = start();
	siglet_cbor_write_null(w);
	siglet_cbor_write_null(w);
	refused(SIGLET_E_USAGE, "two items");
	siglet_cbor_write_begin_array(start());
	refused(SIGLET_E_USAGE, "an array that is not closed");
	siglet_cbor_write_end_array(start());
	refused(SIGLET_E_USAGE, "the end of none");
	w = start();
	siglet_cbor_write_begin_array(w);
	siglet_cbor_write_end_map(w);
	refused(SIGLET_E_USAGE, "a map's end for an array");
	siglet_cbor_write_tag(start(), 18);
	refused(SIGLET_E_USAGE, "a tag on nothing");
	w = start();
	siglet_cbor_write_begin_array(w);
	siglet_cbor_write_tag(w, 18);
	siglet_cbor_write_end_array(w);
	refused(SIGLET_E_USAGE, "a tag on the end of an array");
	w = start();
	siglet_cbor_write_begin_array(w);
	siglet_cbor_write_begin_array(w);
	siglet_cbor_write_tag(w, 18);
	siglet_cbor_write_end_array(w);
	siglet_cbor_write_null(w);
	siglet_cbor_write_end_array(w);
	refused(SIGLET_E_USAGE, "also where something comes behind it");
	w = start();
	siglet_cbor_write_begin_map(w);
	siglet_cbor_write_int(w, 1);
	siglet_cbor_write_end_map(w);
	refused(SIGLET_E_USAGE, "a key without a value");
	w = start();
	siglet_cbor_write_begin_map(w);
	for (int i = 0; i < 4; i++)
		siglet_cbor_write_int(w, 1 - i % 2);
	siglet_cbor_write_end_map(w);
	refused(SIGLET_E_USAGE, "a key twice");
	w = start();
	for (int i = 0; i <= SIGLET_CBOR_MAX_DEPTH; i++)
		siglet_cbor_write_begin_array(w);
	refused(SIGLET_E_LIMIT, "seventeen levels");
}

static void ceilings_hold(void)
{
	siglet_cbor_writer *w = start();

	siglet_cbor_write_begin_map(w);
	for (int i = 0; i < SIGLET_CBOR_MAX_PAIRS + 1; i++) {
		siglet_cbor_write_int(w, i);
		siglet_cbor_write_null(w);
	}
	siglet_cbor_write_end_map(w);
	refused(SIGLET_E_LIMIT, "257 pairs");
	out.max = 4;
	siglet_cbor_write_bytes(start(), siglet_slice_str("1234"));
	refused(SIGLET_E_LIMIT, "more than the buffer may have");
	out.max = 4096;
}

static void appends_behind_what_is_there(void)
{
	siglet_cbor_writer *w;
	siglet_err *err;

	siglet_buf_clear(&out);
	err = siglet_buf_append_str(&out, "ab");
	siglet_cbor_writer_init(&writer, heads(), &out);
	w = &writer;
	siglet_cbor_write_begin_map(w);
	siglet_cbor_write_int(w, 2);
	siglet_cbor_write_null(w);
	siglet_cbor_write_int(w, 1);
	siglet_cbor_write_raw(w, siglet_slice_of("\x81\x01", 2));
	siglet_cbor_write_end_map(w);
	siglet_err_free(err);
	wrote("6162 a2 01 8101 02 f6", "a map behind other bytes");
	siglet_cbor_writer_init(&writer, heads(), &out);
	OK_ERROR(siglet_cbor_writer_finish(&writer), SIGLET_E_USAGE, "then nothing");
	OK(out.len == 8, "… which leaves what was there");
}

/* ---- reading, and writing what was read ---- */

static void written_again_it_is_deterministic(void)
{
	siglet_buf bytes = unhex("9804 d90012 1800 b802 1901ff 7801 61 1801 f7 38ff 5801 ff");
	siglet_cbor_doc *doc = NULL;

	OK_SUCCESS(siglet_cbor_parse(heads(), siglet_buf_slice(&bytes), bytes.len, NULL, &doc),
		   "long heads and keys out of order");
	if (doc == NULL)
		exit(1);
	OK(!siglet_cbor_is_deterministic(siglet_cbor_root(doc)), "… are not deterministic");
	siglet_cbor_write_item(start(), siglet_cbor_root(doc));
	wrote("84 d2 00 a2 01 f7 1901ff 6161 38ff 41ff", "written again");
	siglet_cbor_doc_free(doc);
	siglet_buf_clear(&bytes);
}

/* ---- for people ---- */

/* Byte strings of two bytes and more that can be opened are. */
static void open_all(siglet_cbor_doc *doc, const siglet_cbor *item)
{
	const siglet_cbor *inner = NULL;

	if (siglet_cbor_bytes(item).len > 1)
		siglet_err_free(siglet_cbor_open(doc, item, NULL, &inner));
	for (size_t i = 0; i < siglet_cbor_count(item); i++)
		open_all(doc, siglet_cbor_at(item, i));
	if (siglet_cbor_tagged(item) != NULL)
		open_all(doc, siglet_cbor_tagged(item));
}

static void shows(const char *hex, const siglet_cbor_style *style, const char *wanted)
{
	siglet_buf bytes = unhex(hex), text;
	siglet_cbor_doc *doc = NULL;

	siglet_buf_init(&text, 4096);
	OK_SUCCESS(siglet_cbor_parse(heads(), siglet_buf_slice(&bytes), bytes.len, NULL, &doc),
		   "%s", hex);
	if (doc == NULL)
		exit(1);
	open_all(doc, siglet_cbor_root(doc));
	OK_SUCCESS(siglet_cbor_print(siglet_cbor_root(doc), style, &text), "… prints");
	if (!OK(strcmp(siglet_buf_text(&text), wanted) == 0, "… as %s", wanted))
		printf("# got: %s\n", siglet_buf_text(&text));
	siglet_cbor_doc_free(doc);
	siglet_buf_clear(&text);
	siglet_buf_clear(&bytes);
}

static void text_is_escaped(void)
{
	shows("69 1b5b33316d 0a 0d 09 00", NULL, "\"\\u001b[31m\\n\\u000d\\u0009\\u0000\"");
	shows("63 e280ae", NULL, "\"\\u202e\"");
	shows("64 f3a08081", NULL, "\"\\udb40\\udc01\"");
	shows("62 c285", NULL, "\"\\u0085\"");
	shows("61 7f", NULL, "\"\\u007f\"");
	shows("a1 63 e280ae 01", NULL, "{\"\\u202e\": 1}");
}

static const char *name_of(const siglet_cbor *integer)
{
	if (siglet_cbor_key_of(integer) == integer && siglet_cbor_argument(integer) == 1)
		return "alg";
	if (siglet_cbor_kind_of(integer) == SIGLET_CBOR_NINT && siglet_cbor_argument(integer) == 6)
		return "ES256";
	return NULL;
}

static void names_and_contents_are_shown(void)
{
	siglet_cbor_style style = { .name = name_of };

	shows("82 43a10126 01", &style, "[<<{/ alg / 1: -7 / ES256 /}>>, 1]");
	shows("82 43810126 01", &style, "[h'810126', 1]");
	style.indent = 2;
	shows("d2 83 43a10126 a0 a2 01 80 02 81 03", &style,
	      "18([\n  <<{\n    / alg / 1: -7 / ES256 /\n  }>>,\n  {},\n  {\n    / alg / 1: [],\n"
	      "    2: [\n      3\n    ]\n  }\n])");
}

static void long_strings_are_cut(void)
{
	const siglet_cbor_style style = { .max_string = 4 };

	shows("83 44 01020304 45 0102030405 65 6162636465", &style,
	      "[h'01020304', h'01020304...' / 5 bytes /, \"abcd...\" / 5 bytes /]");
	shows("65 616263c3bc", &style, "\"abc...\" / 5 bytes /");
}

int main(void)
{
	if (heads() == NULL) {
		SKIP("built without COSE");
		return tap_done();
	}
	siglet_buf_init(&out, 4096);
	heads_are_the_shortest();
	strings_count_bytes();
	arrays_count_themselves();
	maps_are_sorted_by_encoded_keys();
	what_is_no_item_is_refused();
	ceilings_hold();
	appends_behind_what_is_there();
	written_again_it_is_deterministic();
	text_is_escaped();
	names_and_contents_are_shown();
	long_strings_are_cut();
	siglet_buf_clear(&out);
	return tap_done();
}
