#include "../lib/check.h"
#include "../lib/heads.h"
#include "cbor/cbor.h"

/* What is read and what is refused, with the place of it. */

static const char *const names[] = { "protected", "unprotected", NULL };

static siglet_err *parse(siglet_slice bytes, siglet_cbor_doc **doc)
{
	*doc = NULL;
	return siglet_cbor_parse(heads(), bytes, SIGLET_MAX_CBOR_BYTES, names, doc);
}

static void refuses_bytes(siglet_slice bytes, siglet_code code, const char *message)
{
	siglet_cbor_doc *doc = NULL;
	siglet_err *err = parse(bytes, &doc);
	const bool good = err != NULL && siglet_err_code(err) == code && doc == NULL &&
			  strcmp(siglet_err_message(err), message) == 0;

	if (!OK(good, "refused: %s", message))
		printf("# got: %s\n", err == NULL ? "success" : siglet_err_message(err));
	siglet_err_free(err);
	siglet_cbor_doc_free(doc);
}

static void refuses(const char *hex, siglet_code code, const char *message)
{
	siglet_buf bytes = unhex(hex);

	refuses_bytes(siglet_buf_slice(&bytes), code, message);
	siglet_buf_clear(&bytes);
}

static void malformed(const char *hex, const char *message)
{
	refuses(hex, SIGLET_E_MALFORMED, message);
}

static void accepts_bytes(siglet_slice bytes, bool is_deterministic, const char *claim)
{
	siglet_cbor_doc *doc = NULL;

	OK_SUCCESS(parse(bytes, &doc), "%s", claim);
	if (doc != NULL)
		OK(siglet_cbor_is_deterministic(siglet_cbor_root(doc)) == is_deterministic,
		   "… which is %sdeterministic", is_deterministic ? "" : "not ");
	siglet_cbor_doc_free(doc);
}

static void accepts(const char *hex, bool is_deterministic, const char *claim)
{
	siglet_buf bytes = unhex(hex);

	accepts_bytes(siglet_buf_slice(&bytes), is_deterministic, claim);
	siglet_buf_clear(&bytes);
}

/* count times piece behind head; clear it. */
static siglet_buf repeat(const char *head, const char *piece, size_t count)
{
	siglet_buf all = unhex(head), one = unhex(piece);
	siglet_err *err = NULL;

	for (size_t i = 0; err == NULL && i < count; i++)
		err = siglet_buf_append(&all, siglet_buf_slice(&one));
	if (err != NULL)
		exit(3);
	siglet_buf_clear(&one);
	return all;
}

/* ---- what is cut off, or goes on ---- */

static void every_byte_is_wanted(void)
{
	siglet_buf whole = unhex("d284 43a10126 a1 04 42 3131 f6 4401020304");

	accepts_bytes(siglet_buf_slice(&whole), true, "a small COSE_Sign1");
	for (size_t len = 1; len < whole.len; len++) {
		siglet_cbor_doc *doc = NULL;

		OK_ERROR(parse(siglet_slice_of(whole.ptr, len), &doc), SIGLET_E_MALFORMED,
			 "its first %zu bytes are refused", len);
	}
	siglet_buf_clear(&whole);
	refuses_bytes(SIGLET_SLICE_NONE, SIGLET_E_MALFORMED, "no bytes at all");
	malformed("00 00", "byte 1: 1 bytes too many behind the item");
	malformed("8101f6", "byte 2: 1 bytes too many behind the item");
	malformed("8201", "byte 0: 2 items in the 1 bytes that are left");
	malformed("820141", "byte 2: unprotected: the bytes end in the middle of this item");
	malformed("82 8101", "byte 3: unprotected: the bytes end before this item");
	malformed("19 01", "byte 0: the bytes end in the middle of this item");
}

static void lengths_are_definite(void)
{
	malformed("5f 41 00 ff", "byte 0: an indefinite length");
	malformed("7f 61 61 ff", "byte 0: an indefinite length");
	malformed("9f 01 ff", "byte 0: an indefinite length");
	malformed("bf 01 02 ff", "byte 0: an indefinite length");
	malformed("82 01 9f 01 ff", "byte 2: unprotected: an indefinite length");
	malformed("ff", "byte 0: an indefinite length");
	malformed("81 ff", "byte 1: protected: an indefinite length");
}

static void heads_are_known(void)
{
	malformed("1c", "byte 0: no item begins with 0x1c");
	malformed("3d", "byte 0: no item begins with 0x3d");
	malformed("5e", "byte 0: no item begins with 0x5e");
	malformed("7c", "byte 0: no item begins with 0x7c");
	malformed("9d 00", "byte 0: no item begins with 0x9d");
	malformed("be 00", "byte 0: no item begins with 0xbe");
	malformed("dc 00", "byte 0: no item begins with 0xdc");
	malformed("df 00", "byte 0: no item begins with 0xdf");
	malformed("fc", "byte 0: no item begins with 0xfc");
}

static void floats_and_simples_are_refused_by_name(void)
{
	const char *const number = "byte 1: protected: a floating-point number, which nothing here "
				   "uses";

	refuses("81 f93c00", SIGLET_E_UNSUPPORTED, number);
	refuses("81 fa47c35000", SIGLET_E_UNSUPPORTED, number);
	refuses("81 fb3ff199999999999a", SIGLET_E_UNSUPPORTED, number);
	refuses("f0", SIGLET_E_UNSUPPORTED, "byte 0: simple value 16, which nothing here uses");
	refuses("f8ff", SIGLET_E_UNSUPPORTED, "byte 0: simple value 255, which nothing here uses");
	refuses("f818", SIGLET_E_UNSUPPORTED, "byte 0: simple value 24, which nothing here uses");
}

/* ---- maps ---- */

static void keys_are_unique(void)
{
	malformed("a2 01 02 01 03", "byte 3: 1: this key is repeated");
	malformed("a2 01 02 1801 03", "byte 3: 1: this key is repeated");
	malformed("82 40 a2 20 02 20 03", "byte 5: unprotected/-1: this key is repeated");
	malformed("a2 3bffffffffffffffff 02 3bffffffffffffffff 03",
		  "byte 11: -18446744073709551616: this key is repeated");
	malformed("a2 1bffffffffffffffff 02 1bffffffffffffffff 03",
		  "byte 11: 18446744073709551615: this key is repeated");
	/* Names are of the outermost array. */
	malformed("a1 01 82 00 ff", "byte 4: 1/1: an indefinite length");
	malformed("81 82 00 ff", "byte 3: protected/1: an indefinite length");
	malformed("a2 61 61 01 61 61 02", "byte 4: \"a\": this key is repeated");
	malformed("a2 61 61 01 7801 61 02", "byte 4: \"a\": this key is repeated");
	malformed("a2 41 61 01 41 61 02", "byte 4: a byte string: this key is repeated");
	accepts("a2 01 02 20 03", true, "1 and -1");
	accepts("a2 01 02 61 31 03", true, "1 and \"1\"");
	accepts("a2 41 61 01 61 61 02", true, "h'61' and \"a\"");
	accepts("a2 00 00 20 00", true, "0 and -1, whose arguments are the same");
}

static void keys_are_numbers_and_strings(void)
{
	refuses("a1 80 01", SIGLET_E_UNSUPPORTED, "byte 1: an array: an array for a key");
	refuses("a1 a0 01", SIGLET_E_UNSUPPORTED, "byte 1: a map: a map for a key");
	refuses("a1 c1 01 01", SIGLET_E_UNSUPPORTED, "byte 1: a tag: a tag for a key");
	refuses("a1 f5 01", SIGLET_E_UNSUPPORTED, "byte 1: a boolean: a boolean for a key");
	refuses("a1 f6 01", SIGLET_E_UNSUPPORTED, "byte 1: null: null for a key");
	refuses("a1 f7 01", SIGLET_E_UNSUPPORTED, "byte 1: undefined: undefined for a key");
}

/* ---- text ---- */

static void text_is_utf8(void)
{
	accepts("63 e6b0b4", true, "a character of three bytes");
	accepts("64 f0908591", true, "one of four");
	malformed("62 c328", "byte 1: text that is not UTF-8");
	malformed("62 c080", "byte 1: text that is not UTF-8");
	malformed("63 eda080", "byte 1: text that is not UTF-8");
	malformed("61 ff", "byte 1: text that is not UTF-8");
	malformed("a1 61 ff 01", "byte 2: key 0: text that is not UTF-8");
	accepts("41 ff", true, "the same as bytes");
}

static void text_in_places_does_nothing_to_terminals(void)
{
	malformed("a1 64 1b5b326a a2 01 02 01 03", "byte 9: \"\\x1b[2j\"/1: this key is repeated");
	/* Cut behind a character, never within it: 39 bytes and two of the next. */
	malformed("a1 7829 "
		  "616161616161616161616161616161616161616161616161616161616161616161616161616161"
		  "c3a9 ff",
		  "byte 44: \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\": an indefinite length");
	malformed("a1 7829 "
		  "6161616161616161616161616161616161616161616161616161616161616161616161616161"
		  "c3a961 ff",
		  "byte 44: \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\xc3\xa9\": an indefinite "
		  "length");
}

/* ---- what is not the shortest, or not in order, is read all the same ---- */

static void other_encodings_are_read(void)
{
	accepts("17", true, "23 in one byte");
	accepts("18 17", false, "23 in two bytes");
	accepts("19 0017", false, "23 in three bytes");
	accepts("1a 00000017", false, "23 in five bytes");
	accepts("1b 0000000000000017", false, "23 in nine bytes");
	accepts("18 18", true, "24 in two bytes");
	accepts("19 00ff", false, "255 in three bytes");
	accepts("19 0100", true, "256 in three bytes");
	accepts("1a 0000ffff", false, "65535 in five bytes");
	accepts("1a 00010000", true, "65536 in five bytes");
	accepts("1b 00000000ffffffff", false, "2^32 - 1 in nine bytes");
	accepts("1b 0000000100000000", true, "2^32 in nine bytes");
	accepts("5801 00", false, "a byte string with a long head");
	accepts("7801 61", false, "a text with a long head");
	accepts("9801 01", false, "an array with a long head");
	accepts("b801 01 02", false, "a map with a long head");
	accepts("d812 01", false, "tag 18 in two bytes");
	accepts("d90012 01", false, "tag 18 in three bytes");
	accepts("a2 02 00 01 00", false, "keys out of order");
	accepts("a2 20 00 1818 00", false, "-1 before 24");
	accepts("a2 1818 00 20 00", true, "24 before -1");
	accepts("a2 6162 00 6161 00", false, "texts out of order");
	accepts("82 01 81 1801", false, "a long number inside");
	accepts("a1 1801 02", false, "a long key");
	accepts("a1 01 1802", false, "a long value");
	accepts("a1 01 81 a1 02 1803", false, "a long number deep inside");
	accepts("c1 1801", false, "a long number under a tag");
}

static void tags_are_read_whichever_libcbor_this_is(void)
{
	for (unsigned tag = 0; tag < 24; tag++) {
		const uint8_t bytes[] = { (uint8_t)(0xc0 + tag), 0x01 };
		siglet_cbor_doc *doc = NULL;

		OK_SUCCESS(parse(siglet_slice_of(bytes, sizeof(bytes)), &doc), "tag %u", tag);
		if (doc == NULL)
			continue;
		OK(siglet_cbor_tag(siglet_cbor_root(doc)) == tag &&
			   siglet_cbor_argument(siglet_cbor_tagged(siglet_cbor_root(doc))) == 1,
		   "… on 1");
		siglet_cbor_doc_free(doc);
	}
	accepts("d9d9f7 01", true, "tag 55799");
	malformed("d2", "byte 1: the bytes end before this item");
	accepts("da00012345 01", true, "a tag of four bytes");
	accepts("db0000000123456789 01", true, "a tag of eight bytes");
	malformed("db00000001234567", "byte 0: the bytes end in the middle of this item");
	malformed("d8", "byte 0: the bytes end in the middle of this item");
}

/* ---- ceilings, at the limit and one past it ---- */

static void depth_is_bounded(void)
{
	siglet_buf deep = repeat("", "81", SIGLET_CBOR_MAX_DEPTH - 1);
	siglet_buf tags = repeat("", "d2", SIGLET_CBOR_MAX_DEPTH - 1);
	siglet_err *err = siglet_buf_append_byte(&deep, 0x01);

	if (err == NULL)
		err = siglet_buf_append_byte(&tags, 0x01);
	siglet_err_free(err);
	accepts_bytes(siglet_buf_slice(&deep), true, "sixteen levels");
	accepts_bytes(siglet_buf_slice(&tags), true, "sixteen levels of tags");
	siglet_buf_clear(&deep);
	siglet_buf_clear(&tags);
	deep = repeat("", "81", SIGLET_CBOR_MAX_DEPTH);
	err = siglet_buf_append_byte(&deep, 0x01);
	siglet_err_free(err);
	refuses_bytes(siglet_buf_slice(&deep), SIGLET_E_LIMIT,
		      "byte 16: protected/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0: nested deeper than 16");
	siglet_buf_clear(&deep);
	deep = repeat("", "81", 1u << 20);
	refuses_bytes(siglet_buf_slice(&deep), SIGLET_E_LIMIT,
		      "byte 16: protected/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0: nested deeper than 16");
	siglet_buf_clear(&deep);
}

static void items_are_bounded(void)
{
	/* One array and its 9,999 items. */
	siglet_buf most = repeat("99270f", "00", 9999);
	siglet_buf more = repeat("992710", "00", 10000);
	/* A hundred arrays of a hundred: 1 + 100 + 100 * 100 items. */
	siglet_buf grid = repeat("9864 00", "00", 0);
	siglet_buf row = repeat("9864", "00", 100);
	siglet_err *err = NULL;

	accepts_bytes(siglet_buf_slice(&most), true, "10,000 items");
	refuses_bytes(siglet_buf_slice(&more), SIGLET_E_LIMIT,
		      "byte 0: more than 10000 items in all");
	siglet_buf_truncate(&grid, 2);
	for (size_t i = 0; err == NULL && i < 100; i++)
		err = siglet_buf_append(&grid, siglet_buf_slice(&row));
	siglet_err_free(err);
	refuses_bytes(siglet_buf_slice(&grid), SIGLET_E_LIMIT,
		      "byte 9998: 98: more than 10000 items in all");
	siglet_buf_clear(&row);
	siglet_buf_clear(&grid);
	siglet_buf_clear(&more);
	siglet_buf_clear(&most);
}

static void tags_count_too(void)
{
	siglet_buf tagged = repeat("991388", "c100", 5000); /* 1 + 2 * 5,000 */

	refuses_bytes(siglet_slice_of(tagged.ptr, tagged.len), SIGLET_E_LIMIT,
		      "byte 10001: 4999: more than 10000 items in all");
	siglet_buf_clear(&tagged);
	tagged = repeat("991387", "c100", 4999);
	accepts_bytes(siglet_buf_slice(&tagged), true, "4,999 tagged items");
	siglet_buf_clear(&tagged);
}

static siglet_buf map_of(size_t pairs)
{
	siglet_buf map = unhex("b9");
	siglet_err *err = siglet_buf_append_uint(&map, pairs, 2);

	for (size_t i = 0; err == NULL && i < pairs; i++) {
		err = siglet_buf_append_byte(&map, 0x19);
		if (err == NULL)
			err = siglet_buf_append_uint(&map, 0x100 + i, 2);
		if (err == NULL)
			err = siglet_buf_append_byte(&map, 0);
	}
	if (err != NULL)
		exit(3);
	return map;
}

static void maps_are_bounded(void)
{
	siglet_buf most = map_of(256), more = map_of(257);

	accepts_bytes(siglet_buf_slice(&most), true, "a map of 256 pairs");
	refuses_bytes(siglet_buf_slice(&more), SIGLET_E_LIMIT,
		      "byte 0: a map of 257 pairs, more than 256");
	siglet_buf_clear(&more);
	siglet_buf_clear(&most);
}

static void sizes_are_bounded(void)
{
	siglet_cbor_doc *doc = NULL;
	siglet_buf bytes = unhex("83010203");
	siglet_err *err = siglet_cbor_parse(heads(), siglet_buf_slice(&bytes), 4, NULL, &doc);

	OK(err == NULL && doc != NULL, "as many bytes as may be");
	siglet_err_free(err);
	siglet_cbor_doc_free(doc);
	doc = NULL;
	OK_ERROR(siglet_cbor_parse(heads(), siglet_buf_slice(&bytes), 3, NULL, &doc),
		 SIGLET_E_LIMIT, "one more");
	siglet_buf_clear(&bytes);
}

/* ---- what libcbor's own reader of trees stumbles over ---- */

static void hostile_counts_take_no_memory(void)
{
	malformed("9a 10000000", "byte 0: 268435456 items in the 0 bytes that are left");
	malformed("9b 1000000000000000",
		  "byte 0: 1152921504606846976 items in the 0 bytes that are left");
	malformed("9b ffffffffffffffff",
		  "byte 0: 18446744073709551615 items in the 0 bytes that are left");
	malformed("ba 10000000", "byte 0: 268435456 pairs in the 0 bytes that are left");
	malformed("bb ffffffffffffffff",
		  "byte 0: 18446744073709551615 pairs in the 0 bytes that are left");
	malformed("bb 8000000000000000 0102",
		  "byte 0: 9223372036854775808 pairs in the 2 bytes that are left");
	malformed("5a 10000000", "byte 0: the bytes end in the middle of this item");
	malformed("5b ffffffffffffffff 00", "byte 0: the bytes end in the middle of this item");
	malformed("81 5b fffffffffffffff6 00",
		  "byte 1: protected: the bytes end in the middle of this item");
	malformed("7b 0000000100000000 61", "byte 0: the bytes end in the middle of this item");
	malformed("82 82 82 82 82 00", "byte 4: protected/0/0/0: 2 items in the 1 bytes that are "
				       "left");
	malformed("a2 01 02 03", "byte 0: 2 pairs in the 3 bytes that are left");
}

static void json_is_told_from_cbor(void)
{
	static const char *const texts[] = { "{\"mediaType\":\"x\"}", "[1]", " \n{}", "\t [" };

	for (size_t i = 0; i < SIGLET_COUNT(texts); i++) {
		siglet_cbor_doc *doc = NULL;
		siglet_err *err = parse(siglet_slice_str(texts[i]), &doc);

		OK(err != NULL && strstr(siglet_err_message(err), "looks like JSON") != NULL,
		   "refused as JSON: %zu", i);
		siglet_err_free(err);
		siglet_cbor_doc_free(doc);
	}
	malformed("20 20", "byte 1: 1 bytes too many behind the item");
}

/* ---- asking ---- */

static void values_are_found(void)
{
	siglet_buf bytes = unhex("a6 01 26 0a 3863 1901 8b 1b7fffffffffffffff 20 f5 61 31 42 0102 "
				 "63 616263 80");
	siglet_cbor_doc *doc = NULL;
	int64_t number = 0;
	uint64_t size = 0;

	OK_SUCCESS(parse(siglet_buf_slice(&bytes), &doc), "a map of all kinds");
	if (doc == NULL)
		exit(1);
	const siglet_cbor *map = siglet_cbor_root(doc);

	OK(siglet_cbor_count(map) == 6, "six pairs");
	OK_SUCCESS(siglet_cbor_need_int64(siglet_cbor_get(map, 1), &number), "label 1");
	OK(number == -7, "… is -7");
	OK_SUCCESS(siglet_cbor_need_int64(siglet_cbor_get(map, 10), &number), "label 10");
	OK(number == -100, "… is -100");
	OK_SUCCESS(siglet_cbor_need_uint63(siglet_cbor_get(map, 395), &size), "label 395");
	OK(size == INT64_MAX, "… is 2^63 - 1");
	OK(siglet_cbor_bool(siglet_cbor_get(map, -1)), "label -1 is true");
	OK(siglet_cbor_bytes(siglet_cbor_get_text(map, "1")).len == 2, "\"1\" is not 1");
	OK(siglet_cbor_kind_of(siglet_cbor_get_text(map, "abc")) == SIGLET_CBOR_ARRAY, "\"abc\"");
	OK(siglet_cbor_get(map, 2) == NULL && siglet_cbor_get_text(map, "ab") == NULL,
	   "and no others");
	OK(siglet_cbor_get(siglet_cbor_get(map, 1), 1) == NULL, "nor any in what is no map");
	OK(siglet_slice_equal(siglet_cbor_raw(map), siglet_buf_slice(&bytes)),
	   "the encoding is kept");
	OK(siglet_slice_equal(siglet_cbor_raw(siglet_cbor_get(map, 10)),
			      siglet_slice_of("\x38\x63", 2)),
	   "… of each item");
	siglet_cbor_doc_free(doc);
	siglet_buf_clear(&bytes);
}

static void wrong(siglet_err *err, siglet_code code, const char *message)
{
	if (!OK(err != NULL && siglet_err_code(err) == code &&
			strcmp(siglet_err_message(err), message) == 0,
		"refused: %s", message))
		printf("# got: %s\n", err == NULL ? "success" : siglet_err_message(err));
	siglet_err_free(err);
}

static void other_kinds_are_refused_with_their_place(void)
{
	siglet_buf bytes =
		unhex("82 40 a3 04 01 1821 60 1822 83 1b8000000000000000 3b8000000000000000 "
		      "20");
	siglet_cbor_doc *doc = NULL;
	siglet_slice slice;
	int64_t number = 0;
	uint64_t size = 0;

	OK_SUCCESS(parse(siglet_buf_slice(&bytes), &doc), "an array with a map");
	if (doc == NULL)
		exit(1);
	const siglet_cbor *map = siglet_cbor_at(siglet_cbor_root(doc), 1);
	const siglet_cbor *numbers = siglet_cbor_get(map, 34);

	wrong(siglet_cbor_need_bytes(siglet_cbor_get(map, 4), &slice), SIGLET_E_MALFORMED,
	      "byte 4: unprotected/4: an unsigned integer, not a byte string");
	wrong(siglet_cbor_need_int64(siglet_cbor_get(map, 33), &number), SIGLET_E_MALFORMED,
	      "byte 7: unprotected/33: text, not an integer");
	wrong(siglet_cbor_need_int64(siglet_cbor_at(numbers, 0), &number), SIGLET_E_RANGE,
	      "byte 11: unprotected/34/0: an integer of more than 64 bits");
	wrong(siglet_cbor_need_int64(siglet_cbor_at(numbers, 1), &number), SIGLET_E_RANGE,
	      "byte 20: unprotected/34/1: an integer of more than 64 bits");
	wrong(siglet_cbor_need_uint63(siglet_cbor_at(numbers, 0), &size), SIGLET_E_RANGE,
	      "byte 11: unprotected/34/0: a number above 2^63 - 1");
	wrong(siglet_cbor_need_uint63(siglet_cbor_at(numbers, 2), &size), SIGLET_E_RANGE,
	      "byte 29: unprotected/34/2: a negative number");
	wrong(siglet_cbor_need_array(numbers, 2, 2), SIGLET_E_LENGTH,
	      "byte 10: unprotected/34: an array of 3, not 2");
	wrong(siglet_cbor_need_array(numbers, 4, 5), SIGLET_E_LENGTH,
	      "byte 10: unprotected/34: an array of 3, not 4 to 5");
	wrong(siglet_cbor_need_array(map, 1, 2), SIGLET_E_MALFORMED,
	      "byte 2: unprotected: a map, not an array");
	wrong(siglet_cbor_need_hash(siglet_cbor_at(siglet_cbor_root(doc), 0), 32, &slice),
	      SIGLET_E_LENGTH, "byte 1: protected: 0 bytes, not the 32 of a hash");
	wrong(siglet_cbor_need_text(NULL, &slice), SIGLET_E_MISSING,
	      "nothing where text should be");
	OK_SUCCESS(siglet_cbor_need_array(numbers, 3, 3), "three numbers are three");
	siglet_cbor_doc_free(doc);
	siglet_buf_clear(&bytes);
}

/* Who asks for a hash copies as many bytes as it asked for. */
static void hashes_are_of_their_length(void)
{
	siglet_buf bytes = unhex("84 41aa 42aaaa 43aaaaaa 6161");
	siglet_cbor_doc *doc = NULL;
	siglet_slice slice = SIGLET_SLICE_NONE;

	OK_SUCCESS(parse(siglet_buf_slice(&bytes), &doc), "three byte strings and a text");
	if (doc == NULL)
		exit(1);
	const siglet_cbor *array = siglet_cbor_root(doc);

	wrong(siglet_cbor_need_hash(siglet_cbor_at(array, 0), 2, &slice), SIGLET_E_LENGTH,
	      "byte 1: protected: 1 bytes, not the 2 of a hash");
	OK_SUCCESS(siglet_cbor_need_hash(siglet_cbor_at(array, 1), 2, &slice), "two bytes");
	OK(slice.len == 2, "… are two");
	wrong(siglet_cbor_need_hash(siglet_cbor_at(array, 2), 2, &slice), SIGLET_E_LENGTH,
	      "byte 6: 2: 3 bytes, not the 2 of a hash");
	wrong(siglet_cbor_need_hash(siglet_cbor_at(array, 3), 1, &slice), SIGLET_E_MALFORMED,
	      "byte 10: 3: text, not a byte string");
	siglet_cbor_doc_free(doc);
	siglet_buf_clear(&bytes);
}

/* Items of an array are no keys and values. */
static void only_maps_have_keys(void)
{
	siglet_buf bytes = unhex("84 01 02 6131 03");
	siglet_cbor_doc *doc = NULL;

	OK_SUCCESS(parse(siglet_buf_slice(&bytes), &doc), "an array of four");
	if (doc == NULL)
		exit(1);
	const siglet_cbor *array = siglet_cbor_root(doc);

	OK(siglet_cbor_get(array, 1) == NULL && siglet_cbor_get_text(array, "1") == NULL &&
		   siglet_cbor_get(array, 77) == NULL,
	   "has no keys");
	OK(siglet_cbor_key(array, 0) == NULL && siglet_cbor_value(array, 0) == NULL &&
		   siglet_cbor_at(siglet_cbor_at(array, 0), 0) == NULL,
	   "nor a number items");
	siglet_cbor_doc_free(doc);
	siglet_buf_clear(&bytes);
	bytes = unhex("a1 01 02");
	OK_SUCCESS(parse(siglet_buf_slice(&bytes), &doc), "a map");
	OK(siglet_cbor_at(siglet_cbor_root(doc), 0) == NULL, "its keys are not items");
	siglet_cbor_doc_free(doc);
	siglet_buf_clear(&bytes);
}

/* ---- what byte strings have encoded in them ---- */

static const siglet_cbor *open(siglet_cbor_doc *doc, const siglet_cbor *bytes)
{
	const siglet_cbor *item = NULL;

	OK_SUCCESS(siglet_cbor_open(doc, bytes, NULL, &item), "opened");
	if (item == NULL)
		exit(1);
	return item;
}

static void places_go_through_byte_strings(void)
{
	siglet_buf bytes = unhex("82 45 a1 1821 1821 a1 04 43 a2 01 01");
	siglet_cbor_doc *doc = NULL;
	const siglet_cbor *item = NULL;
	siglet_slice slice;

	OK_SUCCESS(parse(siglet_buf_slice(&bytes), &doc), "a byte string with a map in it");
	if (doc == NULL)
		exit(1);
	const siglet_cbor *root = siglet_cbor_root(doc);
	const siglet_cbor *map = open(doc, siglet_cbor_at(root, 0));

	wrong(siglet_cbor_need_bytes(siglet_cbor_get(map, 33), &slice), SIGLET_E_MALFORMED,
	      "byte 5: protected/33: an unsigned integer, not a byte string");
	wrong(siglet_cbor_open(doc, siglet_cbor_get(siglet_cbor_at(root, 1), 4), NULL, &item),
	      SIGLET_E_MALFORMED, "byte 10: unprotected/4: 2 pairs in the 2 bytes that are left");
	wrong(siglet_cbor_open(doc, siglet_cbor_at(root, 1), NULL, &item), SIGLET_E_MALFORMED,
	      "byte 7: unprotected: a map, not a byte string");
	OK(siglet_cbor_parent(map) == siglet_cbor_at(root, 0), "its parent is the byte string");
	OK(open(doc, siglet_cbor_at(root, 0)) == map &&
		   siglet_cbor_opened(siglet_cbor_at(root, 0)) == map,
	   "opened again it is the same");
	OK(siglet_cbor_opened(siglet_cbor_at(root, 1)) == NULL, "nothing was opened in a map");
	siglet_cbor_doc_free(doc);
	siglet_buf_clear(&bytes);
}

/* Two byte strings with 5,000 items each, and depth upon depth. */
static void opening_multiplies_nothing(void)
{
	siglet_buf inner = repeat("991387", "00", 4999), outer = unhex("82");
	siglet_err *err = NULL;
	siglet_cbor_doc *doc = NULL;
	const siglet_cbor *item = NULL;

	for (int i = 0; err == NULL && i < 2; i++) {
		err = siglet_cbor_append_bytes_head(heads(), inner.len, &outer);
		if (err == NULL)
			err = siglet_buf_append(&outer, siglet_buf_slice(&inner));
	}
	siglet_err_free(err);
	OK_SUCCESS(parse(siglet_buf_slice(&outer), &doc), "two byte strings");
	if (doc == NULL)
		exit(1);
	(void)open(doc, siglet_cbor_at(siglet_cbor_root(doc), 0));
	OK_ERROR(siglet_cbor_open(doc, siglet_cbor_at(siglet_cbor_root(doc), 1), NULL, &item),
		 SIGLET_E_LIMIT, "the second is one too many");
	siglet_cbor_doc_free(doc);
	siglet_buf_clear(&outer);
	siglet_buf_clear(&inner);
}

/* Nothing is left to open an item with; that it holds nothing does not help it. */
static void opening_takes_from_what_is_left(void)
{
	siglet_buf bytes = repeat("99270f", "00", 9998), tail = unhex("41 00");
	siglet_err *err = siglet_buf_append(&bytes, siglet_buf_slice(&tail));
	siglet_cbor_doc *doc = NULL;
	const siglet_cbor *item = NULL;

	siglet_err_free(err);
	OK_SUCCESS(parse(siglet_buf_slice(&bytes), &doc), "as many items as may be");
	if (doc == NULL)
		exit(1);
	wrong(siglet_cbor_open(doc, siglet_cbor_at(siglet_cbor_root(doc), 9998), NULL, &item),
	      SIGLET_E_LIMIT, "byte 10002: 9998: more than 10000 items in all");
	siglet_cbor_doc_free(doc);
	siglet_buf_clear(&tail);
	siglet_buf_clear(&bytes);
}

static void opening_goes_deeper(void)
{
	/* Fourteen levels of tags, and a byte string with an array in an array. */
	siglet_buf bytes = repeat("", "c1", 13), tail = unhex("43 81 81 00");
	siglet_err *err = siglet_buf_append(&bytes, siglet_buf_slice(&tail));
	siglet_cbor_doc *doc = NULL;
	const siglet_cbor *item = NULL, *inner = NULL;

	siglet_err_free(err);
	OK_SUCCESS(parse(siglet_buf_slice(&bytes), &doc), "thirteen tags on a byte string");
	if (doc == NULL)
		exit(1);
	for (item = siglet_cbor_root(doc); siglet_cbor_tagged(item) != NULL;)
		item = siglet_cbor_tagged(item);
	wrong(siglet_cbor_open(doc, item, NULL, &inner), SIGLET_E_LIMIT,
	      "byte 16: 0/0: nested deeper than 16");
	siglet_cbor_doc_free(doc);
	siglet_buf_clear(&tail);
	siglet_buf_clear(&bytes);
}

int main(void)
{
	if (heads() == NULL) {
		SKIP("built without COSE");
		return tap_done();
	}
	every_byte_is_wanted();
	lengths_are_definite();
	heads_are_known();
	floats_and_simples_are_refused_by_name();
	keys_are_unique();
	keys_are_numbers_and_strings();
	text_is_utf8();
	text_in_places_does_nothing_to_terminals();
	other_encodings_are_read();
	tags_are_read_whichever_libcbor_this_is();
	depth_is_bounded();
	items_are_bounded();
	tags_count_too();
	maps_are_bounded();
	sizes_are_bounded();
	hostile_counts_take_no_memory();
	json_is_told_from_cbor();
	values_are_found();
	only_maps_have_keys();
	other_kinds_are_refused_with_their_place();
	hashes_are_of_their_length();
	places_go_through_byte_strings();
	opening_multiplies_nothing();
	opening_takes_from_what_is_left();
	opening_goes_deeper();
	return tap_done();
}
