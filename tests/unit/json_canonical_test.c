#include <locale.h>

#include "../lib/check.h"
#include "json/json.h"

/* The canonical form of text, in a buffer that the caller clears. */
static siglet_err *canonicalize(const char *text, size_t max, siglet_buf *out)
{
	siglet_json_doc *doc = NULL;
	siglet_err *err = siglet_json_parse(siglet_slice_str(text), 1 << 20, &doc);

	siglet_buf_init(out, max);
	if (err == NULL)
		err = siglet_json_canonicalize(siglet_json_root(doc), out);
	siglet_json_doc_free(doc);
	return err;
}

static void becomes(const char *text, const char *want)
{
	siglet_buf out;
	siglet_err *err = canonicalize(text, 1 << 20, &out);

	if (!OK(err == NULL && siglet_slice_is(siglet_buf_slice(&out), want), "%.50s", text))
		printf("# got: %s\n",
		       err == NULL ? siglet_buf_text(&out) : siglet_err_message(err));
	siglet_err_free(err);
	siglet_buf_clear(&out);
}

/* RFC 8785 appendix B: the double's bits, and how it is written. */
static void numbers_follow_appendix_b(void)
{
	static const struct {
		uint64_t bits;
		const char *want;
	} cases[] = {
		{ 0x0000000000000000, "0" },
		{ 0x8000000000000000, "0" },
		{ 0x0000000000000001, "5e-324" },
		{ 0x8000000000000001, "-5e-324" },
		{ 0x7fefffffffffffff, "1.7976931348623157e+308" },
		{ 0xffefffffffffffff, "-1.7976931348623157e+308" },
		{ 0x4340000000000000, "9007199254740992" },
		{ 0xc340000000000000, "-9007199254740992" },
		{ 0x4430000000000000, "295147905179352830000" },
		{ 0x44b52d02c7e14af5, "9.999999999999997e+22" },
		{ 0x44b52d02c7e14af6, "1e+23" },
		{ 0x44b52d02c7e14af7, "1.0000000000000001e+23" },
		{ 0x444b1ae4d6e2ef4e, "999999999999999700000" },
		{ 0x444b1ae4d6e2ef4f, "999999999999999900000" },
		{ 0x444b1ae4d6e2ef50, "1e+21" },
		{ 0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7" },
		{ 0x3eb0c6f7a0b5ed8d, "0.000001" },
		{ 0x41b3de4355555553, "333333333.3333332" },
		{ 0x41b3de4355555554, "333333333.33333325" },
		{ 0x41b3de4355555555, "333333333.3333333" },
		{ 0x41b3de4355555556, "333333333.3333334" },
		{ 0x41b3de4355555557, "333333333.33333343" },
		{ 0xbecbf647612f3696, "-0.0000033333333333333333" },
		{ 0x43143ff3c1cb0959, "1424953923781206.2" },
	};

	for (size_t i = 0; i < SIGLET_COUNT(cases); i++) {
		char text[64];
		double number;

		memcpy(&number, &cases[i].bits, sizeof(number));
		(void)snprintf(text, sizeof(text), "%.17e", number);
		becomes(text, cases[i].want);
	}
}

/* Values that ECMAScript engines agree on; each has a rule of its own. */
static void numbers_are_those_of_ecmascript(void)
{
	becomes("1e21", "1e+21");
	becomes("1e20", "100000000000000000000");
	becomes("123456789012345680000", "123456789012345680000");
	becomes("1e-6", "0.000001");
	becomes("1e-7", "1e-7");
	becomes("1.5e-7", "1.5e-7");
	becomes("1.0", "1");
	becomes("-1.50", "-1.5");
	becomes("0.1", "0.1");
	becomes("100", "100");
	becomes("1e2", "100");
	becomes("-0", "0");
	becomes("-0.0", "0");
	becomes("0e99999", "0");
	becomes("1e-400", "0");
	becomes("4.9e-324", "5e-324");
	becomes("2.2250738585072014e-308", "2.2250738585072014e-308");
	becomes("2.2250738585072011e-308", "2.225073858507201e-308");
	becomes("0.30000000000000004", "0.30000000000000004");
	/* Just below these, powers of two, doubles lie closer: 16 digits do, rounded up. */
	becomes("5.684341886080801486968994140625e-14", "5.684341886080802e-14");
	becomes("9.5367431640625e-7", "9.5367431640625e-7");
	/* Integers are doubles as well. */
	becomes("9007199254740993", "9007199254740992");
	becomes("9007199254740995", "9007199254740996");
	becomes("9223372036854775807", "9223372036854776000");
	becomes("-9223372036854775808", "-9223372036854776000");
	becomes("18446744073709551615", "18446744073709552000");
	becomes("18446744073709551616", "18446744073709552000");
	becomes("123456789012345678901234567890", "1.2345678901234568e+29");
	becomes("-123456789012345678901234567890", "-1.2345678901234568e+29");
	becomes("[99999999999999999999,1,-99999999999999999999]",
		"[100000000000000000000,1,-100000000000000000000]");
}

static void numbers_without_a_double_are_refused(void)
{
	static const char *const cases[] = { "1e309", "[1,-1e400]", "{\"a\":1.8e308}" };
	siglet_buf out;

	for (size_t i = 0; i < SIGLET_COUNT(cases); i++) {
		OK_ERROR(canonicalize(cases[i], 100, &out), SIGLET_E_RANGE, "%s", cases[i]);
		OK(out.len == 0, "leaves nothing");
		siglet_buf_clear(&out);
	}
	char digits[400];
	memset(digits, '9', sizeof(digits) - 1);
	digits[sizeof(digits) - 1] = '\0';
	OK_ERROR(canonicalize(digits, 100, &out), SIGLET_E_RANGE, "an integer of 399 digits");
	siglet_buf_clear(&out);
}

/* RFC 8785 section 3.2.3, and where UTF-16 order is not that of code points. */
static void keys_sort_by_utf16(void)
{
	becomes("{\"\\u20ac\":\"Euro Sign\",\"\\r\":\"Carriage Return\",\"\\ufb33\":\"Hebrew\","
		"\"1\":\"One\",\"\\ud83d\\ude00\":\"Smile\",\"\\u0080\":\"Control\","
		"\"\\u00f6\":\"Latin\"}",
		"{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xc2\x80\":\"Control\","
		"\"\xc3\xb6\":\"Latin\",\"\xe2\x82\xac\":\"Euro Sign\","
		"\"\xf0\x9f\x98\x80\":\"Smile\",\"\xef\xac\xb3\":\"Hebrew\"}");
	becomes("{\"\\uffff\":1,\"\\ue000\":2,\"\\ud800\\udc00\":3,\"\\udbff\\udfff\":4,"
		"\"\\ud7ff\":5}",
		"{\"\xed\x9f\xbf\":5,\"\xf0\x90\x80\x80\":3,\"\xf4\x8f\xbf\xbf\":4,"
		"\"\xee\x80\x80\":2,\"\xef\xbf\xbf\":1}");
	becomes("{\"b\":1,\"aa\":2,\"a\":3,\"\":4,\"B\":5}",
		"{\"\":4,\"B\":5,\"a\":3,\"aa\":2,\"b\":1}");
	becomes("{\"z\\ue000\":1,\"z\\ud83d\\ude00\":2}",
		"{\"z\xf0\x9f\x98\x80\":2,\"z\xee\x80\x80\":1}");
}

static void strings_are_escaped_as_little_as_possible(void)
{
	becomes("\"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\"",
		"\"\xe2\x82\xac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"");
	becomes("\"\\b\\f\\n\\r\\t\\u0000\\u001f\\u007f\\u2028\"",
		"\"\\b\\f\\n\\r\\t\\u0000\\u001f\x7f\xe2\x80\xa8\"");
	becomes("\"\"", "\"\"");
}

static void white_space_is_gone(void)
{
	becomes(" { \"a\" : [ 1 , 2.0 , { } , [ ] , null , true , false ] } ",
		"{\"a\":[1,2,{},[],null,true,false]}");
}

static void canonical_form_keeps_to_the_ceiling(void)
{
	static const char text[] = "{\"a\":[1.5,\"x\\n\",null,-1e30]}";
	const size_t len = strlen("{\"a\":[1.5,\"x\\n\",null,-1e+30]}");
	siglet_buf out;

	OK_SUCCESS(canonicalize(text, len, &out), "a buffer just large enough");
	siglet_buf_clear(&out);
	for (size_t max = 0; max < len; max++) {
		OK_ERROR(canonicalize(text, max, &out), SIGLET_E_LIMIT, "%zu bytes are too few",
			 max);
		OK(out.len == 0 && strcmp(siglet_buf_text(&out), "") == 0, "and stay empty");
		siglet_buf_clear(&out);
	}
}

/* A locale with a decimal comma, where there is one. */
static void locale_changes_nothing(void)
{
	static const char *const names[] = { "de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8",
					     "nl_NL.UTF-8", "de_DE" };
	bool found = false;

	for (size_t i = 0; i < SIGLET_COUNT(names) && !found; i++)
		found = setlocale(LC_ALL, names[i]) != NULL;
	if (!found) {
		SKIP("no locale with a decimal comma is installed");
		return;
	}
	becomes("[1.5,1e-7,333333333.33333329,5e-324,1.25e30]",
		"[1.5,1e-7,333333333.3333333,5e-324,1.25e+30]");
	(void)setlocale(LC_ALL, "C");
}

/* TUF section 4.2 and the form's own page: no escapes but two, keys by code point, no fractions. */
static void olpc_form(void)
{
	static const struct {
		const char *text, *want; /* NULL: refused */
	} cases[] = {
		{ "{\"b\":1,\"a\":[true,null,\"x\"]}", "{\"a\":[true,null,\"x\"],\"b\":1}" },
		{ "\"line\\nbreak\\ttab\"", "\"line\nbreak\ttab\"" },
		{ "\"a\\\"b\\\\c\\/d\"", "\"a\\\"b\\\\c/d\"" },
		{ "\"\\u00e9\\u0001\"", "\"\xc3\xa9\x01\"" },
		{ "[-1, 0, 9223372036854775807]", "[-1,0,9223372036854775807]" },
		/* RFC 8785 sorts these two the other way round. */
		{ "{\"\\ud83d\\ude00\":1,\"\\ufb01\":2}",
		  "{\"\xef\xac\x81\":2,\"\xf0\x9f\x98\x80\":1}" },
		{ "1.0", NULL },
		{ "1e3", NULL },
		{ "9223372036854775808", NULL },
	};

	for (size_t i = 0; i < SIGLET_COUNT(cases); i++) {
		siglet_json_doc *doc = NULL;
		siglet_buf out;
		siglet_err *err = siglet_json_parse(siglet_slice_str(cases[i].text), 1 << 20, &doc);

		siglet_buf_init(&out, 1000);
		if (err == NULL)
			err = siglet_json_canonicalize_olpc(siglet_json_root(doc), &out);
		OK(cases[i].want == NULL
			   ? err != NULL && out.len == 0
			   : err == NULL && siglet_slice_is(siglet_buf_slice(&out), cases[i].want),
		   "OLPC: %zu", i);
		siglet_err_free(err);
		siglet_buf_clear(&out);
		siglet_json_doc_free(doc);
	}
}

int main(void)
{
	numbers_follow_appendix_b();
	numbers_are_those_of_ecmascript();
	numbers_without_a_double_are_refused();
	keys_sort_by_utf16();
	strings_are_escaped_as_little_as_possible();
	white_space_is_gone();
	canonical_form_keeps_to_the_ceiling();
	locale_changes_nothing();
	olpc_form();
	return tap_done();
}
