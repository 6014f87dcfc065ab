#include "../lib/check.h"
#include "json/json.h"

/* An object of the test's own: the document stays until the next one or clear(). */
static siglet_json_doc *current;

static void clear(void)
{
	siglet_json_doc_free(current);
	current = NULL;
}

static const siglet_json *object(const char *text)
{
	clear();
	siglet_err *err = siglet_json_parse(siglet_slice_str(text), 1 << 20, &current);
	if (err != NULL) {
		printf("Bail out! %s: %s\n", text, siglet_err_message(err));
		exit(1);
	}
	return siglet_json_root(current);
}

/* The call fails with code and a message that begins with start. */
static void fails(siglet_err *err, siglet_code code, const char *start)
{
	const bool good = err != NULL && siglet_err_code(err) == code &&
			  strncmp(siglet_err_message(err), start, strlen(start)) == 0;

	if (!OK(good, "%s", start))
		printf("# got: %s: %s\n",
		       err == NULL ? "success" : siglet_code_name(siglet_err_code(err)),
		       err == NULL ? "" : siglet_err_message(err));
	siglet_err_free(err);
}

static void names_have_two_spellings(void)
{
	static const struct {
		const char *name, *snake;
	} cases[] = {
		{ "logIndex", "log_index" },
		{ "x509CertificateChain", "x509_certificate_chain" },
		{ "rfc3161Timestamps", "rfc3161_timestamps" },
		{ "timestampVerificationData", "timestamp_verification_data" },
	};
	char text[200], want[200];
	siglet_slice value = SIGLET_SLICE_NONE;

	for (size_t i = 0; i < SIGLET_COUNT(cases); i++) {
		const char *name = cases[i].name, *snake = cases[i].snake;

		(void)snprintf(text, sizeof(text), "{\"%s\":\"v\"}", name);
		OK_SUCCESS(siglet_proto_string(object(text), name, &value), "%s", name);
		OK(siglet_slice_is(value, "v"), "is found");
		(void)snprintf(text, sizeof(text), "{\"%s\":\"w\"}", snake);
		OK_SUCCESS(siglet_proto_string(object(text), name, &value), "%s", snake);
		OK(siglet_slice_is(value, "w"), "is found too");
		(void)snprintf(text, sizeof(text), "{\"%s\":\"v\",\"%s\":\"v\"}", snake, name);
		(void)snprintf(want, sizeof(want), "%s and %s: the same field twice", name, snake);
		fails(siglet_proto_string(object(text), name, &value), SIGLET_E_MALFORMED, want);
		(void)snprintf(text, sizeof(text), "{\"%s\":\"v\",\"%s\":null}", snake, name);
		fails(siglet_proto_string(object(text), name, &value), SIGLET_E_MALFORMED, want);
	}
	OK_SUCCESS(siglet_proto_string(object("{\"LogIndex\":\"v\",\"Log_index\":\"v\"}"),
				       "logIndex", &value),
		   "other spellings");
	OK(value.len == 0, "are other fields");
	OK_SUCCESS(siglet_proto_string(object("{\"hint\":\"h\"}"), "hint", &value), "one word");
	OK(siglet_slice_is(value, "h"), "is one spelling");
	fails(siglet_proto_string(
		      object("{}"),
		      "aNameThatIsFarTooLongForAnyFieldOfTheseFormatsWhichIsAFaultOfOurs", &value),
	      SIGLET_E_INTERNAL, "aName");
}

static void unset_fields_have_their_defaults(void)
{
	static const char *const unset[] = { "{}", "{\"someField\":null}",
					     "{\"some_field\":null}" };
	siglet_arena arena;

	siglet_arena_init(&arena, 100);
	for (size_t i = 0; i <= SIGLET_COUNT(unset); i++) {
		/* The last round asks a message that is itself unset. */
		const siglet_json *o = i < SIGLET_COUNT(unset) ? object(unset[i]) : NULL;
		const siglet_json *value = siglet_json_root(current);
		siglet_slice text = siglet_slice_str("x"), bytes = text;
		int64_t number = 7, ms = 7;
		int choice = 7;
		bool present = true;

		OK_SUCCESS(siglet_proto_object(o, "someField", &value), "%zu: object", i);
		OK(value == NULL, "is NULL");
		value = siglet_json_root(current);
		OK_SUCCESS(siglet_proto_array(o, "someField", 0, &value), "array");
		OK(value == NULL, "is NULL");
		OK_SUCCESS(siglet_proto_string(o, "someField", &text), "string");
		OK(text.len == 0, "is empty");
		OK_SUCCESS(siglet_proto_bytes(o, "someField", &arena, &bytes), "bytes");
		OK(bytes.len == 0, "are none");
		OK_SUCCESS(siglet_proto_int64(o, "someField", &number), "number");
		OK(number == 0, "is 0");
		OK_SUCCESS(siglet_proto_time(o, "someField", &present, &ms), "time");
		OK(!present && ms == 0, "is absent");
		OK_SUCCESS(siglet_proto_enum_value(o, "someField", NULL, 0, &choice), "enum");
		OK(choice == 0, "is 0");
	}
	siglet_arena_clear(&arena);
}

/* Text of each kind but one, as the value of f. */
static const char *const KINDS[] = { "{\"f\":true}", "{\"f\":1}", "{\"f\":\"!\"}", "{\"f\":[]}",
				     "{\"f\":{}}" };
static const char *const KIND_NAMES[] = { "a boolean", "a number", "a string", "an array",
					  "an object" };

static void other_kinds_are_refused(void)
{
	siglet_arena arena;
	const siglet_json *value = NULL;
	siglet_slice text = SIGLET_SLICE_NONE;
	int64_t number = 7;
	bool present = false;
	int choice = 7;
	char want[100];

	siglet_arena_init(&arena, 100);
	for (size_t i = 0; i < SIGLET_COUNT(KINDS); i++) {
		const siglet_json *o = object(KINDS[i]);

		(void)snprintf(want, sizeof(want), "f: %s, not ", KIND_NAMES[i]);
		if (i != 4)
			fails(siglet_proto_object(o, "f", &value), SIGLET_E_MALFORMED, want);
		if (i != 3)
			fails(siglet_proto_array(o, "f", 9, &value), SIGLET_E_MALFORMED, want);
		if (i != 2) {
			fails(siglet_proto_string(o, "f", &text), SIGLET_E_MALFORMED, want);
			fails(siglet_proto_bytes(o, "f", &arena, &text), SIGLET_E_MALFORMED, want);
			fails(siglet_proto_time(o, "f", &present, &number), SIGLET_E_MALFORMED,
			      want);
		}
		if (i != 1 && i != 2) {
			fails(siglet_proto_int64(o, "f", &number), SIGLET_E_MALFORMED, want);
			fails(siglet_proto_enum_value(o, "f", NULL, 0, &choice), SIGLET_E_MALFORMED,
			      want);
		}
	}
	fails(siglet_proto_string(object("[\"f\"]"), "f", &text), SIGLET_E_MALFORMED,
	      "f: not looked for in an array");
	fails(siglet_proto_string(object("null"), "f", &text), SIGLET_E_MALFORMED,
	      "f: not looked for in null");
	OK(value == NULL && text.ptr == NULL && number == 7 && choice == 7 && !present,
	   "none of which writes anything");
	siglet_arena_clear(&arena);
}

static void objects_and_arrays_are_found(void)
{
	const siglet_json *value = NULL;

	OK_SUCCESS(siglet_proto_object(object("{\"f\":{}}"), "f", &value), "an object");
	OK(siglet_json_kind_of(value) == SIGLET_JSON_OBJECT, "is one");
	OK_SUCCESS(siglet_proto_array(object("{\"f\":[1,2]}"), "f", 2, &value),
		   "as many as allowed");
	OK(siglet_json_array_count(value) == 2, "are two");
	value = NULL;
	fails(siglet_proto_array(object("{\"f\":[1,2,3]}"), "f", 2, &value), SIGLET_E_LIMIT,
	      "f: 3 items, more than 2");
	OK(value == NULL, "and gives none");
}

static void int_is(const char *spelling, int64_t want)
{
	char text[100];
	int64_t number = -77;

	for (int quoted = 0; quoted < 2; quoted++) {
		(void)snprintf(text, sizeof(text), quoted ? "{\"f\":\"%s\"}" : "{\"f\":%s}",
			       spelling);
		OK_SUCCESS(siglet_proto_int64(object(text), "f", &number), "%s", text);
		OK(number == want, "is that number");
	}
}

static void int_is_not(const char *spelling, siglet_code code)
{
	char text[100];
	int64_t number = -77;

	for (int quoted = 0; quoted < 2; quoted++) {
		(void)snprintf(text, sizeof(text), quoted ? "{\"f\":\"%s\"}" : "{\"f\":%s}",
			       spelling);
		fails(siglet_proto_int64(object(text), "f", &number), code, "f: ");
	}
	OK(number == -77, "and %s gives none", spelling);
}

static void integers_are_exact(void)
{
	int_is("0", 0);
	int_is("-0", 0);
	int_is("1", 1);
	int_is("-1", -1);
	int_is("9007199254740993", 9007199254740993);
	int_is("9223372036854775807", INT64_MAX);
	int_is("-9223372036854775808", INT64_MIN);
	int_is("-9223372036854775807", -INT64_MAX);
}

static void integers_outside_are_refused(void)
{
	int_is_not("9223372036854775808", SIGLET_E_RANGE);
	int_is_not("-9223372036854775809", SIGLET_E_RANGE);
	int_is_not("18446744073709551615", SIGLET_E_RANGE);
	int_is_not("18446744073709551616", SIGLET_E_RANGE);
	int_is_not("18446744073709551617", SIGLET_E_RANGE);
	int_is_not("-18446744073709551615", SIGLET_E_RANGE);
	int_is_not("-18446744073709551617", SIGLET_E_RANGE);
	int_is_not("100000000000000000000000000000000000000", SIGLET_E_RANGE);
}

static void what_is_no_integer_is_refused(void)
{
	static const char *const strings[] = { "",    "+1",	 " 1",	"1 ",	    "0x1",
					       "01",  "-01",	 "00",	"-",	    "--1",
					       "1_0", "1,0",	 "abc", "\\u00001", "1\\u0000",
					       "NaN", "\xd9\xa1" };
	char text[100];
	int64_t number = -77;

	int_is_not("1.0", SIGLET_E_MALFORMED);
	int_is_not("1.5", SIGLET_E_MALFORMED);
	int_is_not("1e3", SIGLET_E_MALFORMED);
	int_is_not("1e0", SIGLET_E_MALFORMED);
	int_is_not("1E0", SIGLET_E_MALFORMED);
	int_is_not("-0.0", SIGLET_E_MALFORMED);
	int_is_not("99999999999999999999.0", SIGLET_E_MALFORMED);
	int_is_not("1e400", SIGLET_E_MALFORMED);
	for (size_t i = 0; i < SIGLET_COUNT(strings); i++) {
		(void)snprintf(text, sizeof(text), "{\"f\":\"%s\"}", strings[i]);
		fails(siglet_proto_int64(object(text), "f", &number), SIGLET_E_MALFORMED, "f: \"");
	}
	OK(number == -77, "and gives none");
}

static void bytes_are_base64(void)
{
	siglet_arena arena;
	siglet_slice bytes = SIGLET_SLICE_NONE;

	siglet_arena_init(&arena, 4096);
	OK_SUCCESS(siglet_proto_bytes(object("{\"f\":\"+/8=\"}"), "f", &arena, &bytes), "standard");
	OK(siglet_slice_is(bytes, "\xfb\xff"), "gives the bytes");
	OK_SUCCESS(siglet_proto_bytes(object("{\"f\":\"-_8\"}"), "f", &arena, &bytes), "URL-safe");
	OK(siglet_slice_is(bytes, "\xfb\xff"), "gives the same");
	clear();
	OK(siglet_slice_is(bytes, "\xfb\xff"), "which outlive the document");
	OK_SUCCESS(siglet_proto_bytes(object("{\"f\":\"\"}"), "f", &arena, &bytes), "none");
	OK(bytes.len == 0, "are none");
	fails(siglet_proto_bytes(object("{\"f\":\"+_8=\"}"), "f", &arena, &bytes),
	      SIGLET_E_MALFORMED, "f: base64");
	fails(siglet_proto_bytes(object("{\"f\":\"+/9=\"}"), "f", &arena, &bytes),
	      SIGLET_E_MALFORMED, "f: base64");
	fails(siglet_proto_bytes(object("{\"f\":\"+/8=\\n\"}"), "f", &arena, &bytes),
	      SIGLET_E_MALFORMED, "f: base64");
	fails(siglet_proto_bytes(object("{\"f\":\"AAA\\u0000\"}"), "f", &arena, &bytes),
	      SIGLET_E_MALFORMED, "f: not base64");
	OK_SUCCESS(siglet_proto_bytes_value(siglet_json_array_item(object("[\"aGk=\"]"), 0),
					    "hashes[0]", &arena, &bytes),
		   "an item");
	OK(siglet_slice_is(bytes, "hi"), "works too");
	fails(siglet_proto_bytes_value(object("null"), "hashes[0]", &arena, &bytes),
	      SIGLET_E_MALFORMED, "hashes[0]: null, not a string");
	fails(siglet_proto_bytes_value(object("7"), "hashes[0]", &arena, &bytes),
	      SIGLET_E_MALFORMED, "hashes[0]: a number, not a string");
	siglet_arena_clear(&arena);
	siglet_arena_init(&arena, 31);
	fails(siglet_proto_bytes(object("{\"f\":\"aGk=\"}"), "f", &arena, &bytes), SIGLET_E_LIMIT,
	      "f: more than");
	siglet_arena_clear(&arena);
}

static void times_are_rfc_3339(void)
{
	bool present = false;
	int64_t ms = 0;

	OK_SUCCESS(siglet_proto_time(object("{\"f\":\"2025-07-04T02:00:00.25+02:00\"}"), "f",
				     &present, &ms),
		   "a time");
	OK(present && ms == 1751587200250, "is that time");
	present = false;
	fails(siglet_proto_time(object("{\"f\":\"2025-07-04\"}"), "f", &present, &ms),
	      SIGLET_E_MALFORMED, "f: ");
	fails(siglet_proto_time(object("{\"f\":\"\"}"), "f", &present, &ms), SIGLET_E_MALFORMED,
	      "f: ");
	fails(siglet_proto_time(object("{\"f\":\"2025-02-30T00:00:00Z\"}"), "f", &present, &ms),
	      SIGLET_E_RANGE, "f: ");
	OK(!present, "and gives none");
}

static void enums_are_names_or_numbers(void)
{
	static const siglet_proto_enum table[] = { { "SHA2_256", 1 }, { "SHA2_384", 2 } };
	static const char *const unsupported[] = {
		"{\"f\":3}",
		"{\"f\":0}",
		"{\"f\":-1}",
		"{\"f\":4294967297}",
		"{\"f\":99999999999999999999}",
		"{\"f\":18446744073709551615}",
		"{\"f\":\"SHA3_256\"}",
		"{\"f\":\"sha2_256\"}",
		"{\"f\":\"\"}",
		"{\"f\":\"1\"}",
		"{\"f\":\"SHA2_256\\u0000\"}",
	};
	int number = 0;

	OK_SUCCESS(siglet_proto_enum_value(object("{\"f\":\"SHA2_384\"}"), "f", table, 2, &number),
		   "a name");
	OK(number == 2, "is its number");
	OK_SUCCESS(siglet_proto_enum_value(object("{\"f\":1}"), "f", table, 2, &number),
		   "a number");
	OK(number == 1, "is itself");
	for (size_t i = 0; i < SIGLET_COUNT(unsupported); i++)
		fails(siglet_proto_enum_value(object(unsupported[i]), "f", table, 2, &number),
		      SIGLET_E_UNSUPPORTED, "f: ");
	fails(siglet_proto_enum_value(object("{\"f\":1.0}"), "f", table, 2, &number),
	      SIGLET_E_MALFORMED, "f: 1.0 has a fraction");
	OK(number == 1, "and gives none");
}

int main(void)
{
	names_have_two_spellings();
	unset_fields_have_their_defaults();
	other_kinds_are_refused();
	objects_and_arrays_are_found();
	integers_are_exact();
	integers_outside_are_refused();
	what_is_no_integer_is_refused();
	bytes_are_base64();
	times_are_rfc_3339();
	enums_are_names_or_numbers();
	clear();
	return tap_done();
}
