#include "../lib/check.h"
#include "../lib/heads.h"
#include "cbor/cbor.h"

/*
 * RFC 8949 appendix A, all of its examples: what we read prints as the RFC prints it (but for
 * characters that can be shown, which are not escaped here) and is written again byte for byte;
 * what we refuse is refused for its reason.
 */

typedef struct example {
	const char *hex;
	const char *diagnostic; /* or, behind a "!", why it is refused */
} example;

#define FLOAT "!a floating-point number"
#define SIMPLE "!simple value"
#define INDEFINITE "!an indefinite length"

static const example examples[] = {
	{ "00", "0" },
	{ "01", "1" },
	{ "0a", "10" },
	{ "17", "23" },
	{ "1818", "24" },
	{ "1819", "25" },
	{ "1864", "100" },
	{ "1903e8", "1000" },
	{ "1a000f4240", "1000000" },
	{ "1b000000e8d4a51000", "1000000000000" },
	{ "1bffffffffffffffff", "18446744073709551615" },
	{ "c249010000000000000000", "2(h'010000000000000000')" },
	{ "3bffffffffffffffff", "-18446744073709551616" },
	{ "c349010000000000000000", "3(h'010000000000000000')" },
	{ "20", "-1" },
	{ "29", "-10" },
	{ "3863", "-100" },
	{ "3903e7", "-1000" },
	{ "f90000", FLOAT },
	{ "f98000", FLOAT },
	{ "f93c00", FLOAT },
	{ "fb3ff199999999999a", FLOAT },
	{ "f93e00", FLOAT },
	{ "f97bff", FLOAT },
	{ "fa47c35000", FLOAT },
	{ "fa7f7fffff", FLOAT },
	{ "fb7e37e43c8800759c", FLOAT },
	{ "f90001", FLOAT },
	{ "f90400", FLOAT },
	{ "f9c400", FLOAT },
	{ "fbc010666666666666", FLOAT },
	{ "f97c00", FLOAT },
	{ "f97e00", FLOAT },
	{ "f9fc00", FLOAT },
	{ "fa7f800000", FLOAT },
	{ "fa7fc00000", FLOAT },
	{ "faff800000", FLOAT },
	{ "fb7ff0000000000000", FLOAT },
	{ "fb7ff8000000000000", FLOAT },
	{ "fbfff0000000000000", FLOAT },
	{ "f4", "false" },
	{ "f5", "true" },
	{ "f6", "null" },
	{ "f7", "undefined" },
	{ "f0", SIMPLE },
	{ "f8ff", SIMPLE },
	{ "c074323031332d30332d32315432303a30343a30305a", "0(\"2013-03-21T20:04:00Z\")" },
	{ "c11a514b67b0", "1(1363896240)" },
	{ "c1fb41d452d9ec200000", FLOAT },
	{ "d74401020304", "23(h'01020304')" },
	{ "d818456449455446", "24(h'6449455446')" },
	{ "d82076687474703a2f2f7777772e6578616d706c652e636f6d", "32(\"http://www.example.com\")" },
	{ "40", "h''" },
	{ "4401020304", "h'01020304'" },
	{ "60", "\"\"" },
	{ "6161", "\"a\"" },
	{ "6449455446", "\"IETF\"" },
	{ "62225c", "\"\\\"\\\\\"" },
	{ "62c3bc", "\"\xc3\xbc\"" },
	{ "63e6b0b4", "\"\xe6\xb0\xb4\"" },
	{ "64f0908591", "\"\xf0\x90\x85\x91\"" },
	{ "80", "[]" },
	{ "83010203", "[1, 2, 3]" },
	{ "8301820203820405", "[1, [2, 3], [4, 5]]" },
	{ "98190102030405060708090a0b0c0d0e0f101112131415161718181819",
	  "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, "
	  "25]" },
	{ "a0", "{}" },
	{ "a201020304", "{1: 2, 3: 4}" },
	{ "a26161016162820203", "{\"a\": 1, \"b\": [2, 3]}" },
	{ "826161a161626163", "[\"a\", {\"b\": \"c\"}]" },
	{ "a56161614161626142616361436164614461656145",
	  "{\"a\": \"A\", \"b\": \"B\", \"c\": \"C\", \"d\": \"D\", \"e\": \"E\"}" },
	{ "5f42010243030405ff", INDEFINITE },
	{ "7f657374726561646d696e67ff", INDEFINITE },
	{ "9fff", INDEFINITE },
	{ "9f018202039f0405ffff", INDEFINITE },
	{ "9f01820203820405ff", INDEFINITE },
	{ "83018202039f0405ff", INDEFINITE },
	{ "83019f0203ff820405", INDEFINITE },
	{ "9f0102030405060708090a0b0c0d0e0f101112131415161718181819ff", INDEFINITE },
	{ "bf61610161629f0203ffff", INDEFINITE },
	{ "826161bf61626163ff", INDEFINITE },
	{ "bf6346756ef563416d7421ff", INDEFINITE },
};

static void refused(const example *e, siglet_err *err)
{
	const bool good = err != NULL && strstr(siglet_err_message(err), e->diagnostic + 1) != NULL;

	if (!OK(good, "%s is refused: %s", e->hex, e->diagnostic + 1))
		printf("# got: %s\n", err == NULL ? "success" : siglet_err_message(err));
	siglet_err_free(err);
}

static void accepted(const example *e, siglet_slice bytes, const siglet_cbor *item)
{
	siglet_cbor_writer writer;
	siglet_buf text, again;

	siglet_buf_init(&text, 4096);
	siglet_buf_init(&again, 4096);
	OK_SUCCESS(siglet_cbor_print(item, NULL, &text), "%s prints", e->hex);
	if (!OK(strcmp(siglet_buf_text(&text), e->diagnostic) == 0, "… as %s", e->diagnostic))
		printf("# got: %s\n", siglet_buf_text(&text));
	siglet_cbor_writer_init(&writer, heads(), &again);
	siglet_cbor_write_item(&writer, item);
	OK_SUCCESS(siglet_cbor_writer_finish(&writer), "… is written");
	OK(siglet_slice_equal(bytes, siglet_buf_slice(&again)), "… the same");
	OK(siglet_cbor_is_deterministic(item), "… as every example is");
	siglet_buf_clear(&again);
	siglet_buf_clear(&text);
}

int main(void)
{
	if (heads() == NULL) {
		SKIP("built without COSE");
		return tap_done();
	}
	for (size_t i = 0; i < SIGLET_COUNT(examples); i++) {
		const example *e = &examples[i];
		siglet_buf bytes = unhex(e->hex);
		siglet_cbor_doc *doc = NULL;
		siglet_err *err =
			siglet_cbor_parse(heads(), siglet_buf_slice(&bytes), bytes.len, NULL, &doc);

		if (e->diagnostic[0] == '!') {
			refused(e, err);
		} else {
			OK_SUCCESS(err, "%s is read", e->hex);
			if (doc != NULL)
				accepted(e, siglet_buf_slice(&bytes), siglet_cbor_root(doc));
		}
		siglet_cbor_doc_free(doc);
		siglet_buf_clear(&bytes);
	}
	return tap_done();
}
