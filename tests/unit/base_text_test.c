#include "../lib/check.h"

/* ---- UTF-8 ---- */

/* RFC 3629 section 4: the borders of the table of well-formed sequences, and one step past each. */
static void utf8_is_that_of_the_rfc(void)
{
	static const char *const good[] = {
		"",
		"a",
		"\x7f",
		"\xc2\x80",
		"\xdf\xbf",
		"\xe0\xa0\x80",
		"\xed\x9f\xbf",
		"\xee\x80\x80",
		"\xef\xbf\xbf",
		"\xf0\x90\x80\x80",
		"\xf4\x8f\xbf\xbf",
		"a\xc3\xa4z\xe2\x82\xacz\xf0\x9f\x98\x80z",
	};
	static const char *const bad[] = {
		"\x80",
		"\xbf",
		"\xc0\x80",
		"\xc1\xbf",
		"\xc2",
		"\xc2\x7f",
		"\xc2\xc0",
		"\xdf",
		"\xe0\x9f\xbf",
		"\xe0\xa0",
		"\xe0",
		"\xe2\x28\xa1",
		"\xe2\x82\x28",
		"\xed\xa0\x80",
		"\xed\xbf\xbf",
		"\xf0\x8f\xbf\xbf",
		"\xf0\x90\x80",
		"\xf4\x90\x80\x80",
		"\xf5\x80\x80\x80",
		"\xf0\x28\x8c\xbc",
		"\xf0\x90\x28\xbc",
		"\xf0\x28\x8c\x28",
		"\xf8\x88\x80\x80\x80",
		"\xfc\x84\x80\x80\x80\x80",
		"\xfe",
		"\xff",
		"aaaaaaaaaaaaaaaaaaaa\xff",
		"\xc3\xa4\xa4",
	};

	for (size_t i = 0; i < SIGLET_COUNT(good); i++)
		OK(siglet_utf8_is_valid(siglet_slice_str(good[i])), "good %zu", i);
	for (size_t i = 0; i < SIGLET_COUNT(bad); i++)
		OK(!siglet_utf8_is_valid(siglet_slice_str(bad[i])), "bad %zu", i);
	OK(siglet_utf8_is_valid(siglet_slice_of("a\0b", 3)), "NUL is a character");
	OK(!siglet_utf8_is_valid(siglet_slice_of("\xe2\x82\xac", 2)), "the length is heeded");
}

/* ---- printing ---- */

static bool prints(const char *text, const char *want)
{
	siglet_buf out;
	siglet_buf_init(&out, 1000);
	siglet_err *err = siglet_text_print(siglet_slice_str(text), &out);
	const bool good = err == NULL && siglet_slice_is(siglet_buf_slice(&out), want) &&
			  strcmp(siglet_text_printable(siglet_slice_str(text)).text, want) == 0;

	if (!good)
		printf("# got: %s\n", siglet_buf_text(&out));
	siglet_err_free(err);
	siglet_buf_clear(&out);
	return good;
}

static void harmless_text_is_printed_as_it_is(void)
{
	OK(prints("plain \"text\" ~", "plain \"text\" ~"), "ASCII");
	OK(prints("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"),
	   "letters, signs and pictures");
	OK(prints("\xc2\xa0", "\xc2\xa0") && prints("\xc2\xac", "\xc2\xac") &&
		   prints("\xc2\xae", "\xc2\xae"),
	   "the neighbours of what is escaped");
}

static void dangerous_text_is_escaped(void)
{
	OK(prints("\x1b[2J", "\\x1b[2J"), "escape sequences");
	OK(prints("a\nb\r\t\x7f", "a\\x0ab\\x0d\\x09\\x7f"), "line breaks, tabs and DEL");
	OK(prints("\\x41", "\\\\x41"), "a backslash is doubled");
	OK(prints("\xc2\x80\xc2\x9b\xc2\x9f", "\\u{80}\\u{9b}\\u{9f}"), "C1 controls");
	OK(prints("\xe2\x80\xae\xe2\x81\xa6\xd8\x9c", "\\u{202e}\\u{2066}\\u{61c}"),
	   "changes of direction");
	OK(prints("\xe2\x80\x8b\xe2\x80\x8f\xef\xbb\xbf\xc2\xad",
		  "\\u{200b}\\u{200f}\\u{feff}\\u{ad}"),
	   "invisible characters");
	OK(prints("\xe2\x80\xa8\xe2\x80\xa9", "\\u{2028}\\u{2029}"), "line separators");
	OK(prints("\xf3\xa0\x81\x81", "\\u{e0041}"), "tags");
	OK(prints("\xe3\x85\xa4\xef\xbe\xa0", "\\u{3164}\\u{ffa0}"),
	   "fillers that look like space");
	OK(prints("\xff", "\\xff") && prints("\xed\xa0\x80", "\\xed\\xa0\\x80") &&
		   prints("\xc3", "\\xc3"),
	   "what is no UTF-8");
	OK(strcmp(siglet_text_printable(siglet_slice_of("a\0b", 3)).text, "a\\x00b") == 0, "NUL");
}

static void printing_keeps_to_the_ceiling(void)
{
	siglet_buf out;
	siglet_buf_init(&out, 8);
	OK_SUCCESS(siglet_text_print(siglet_slice_str("abcd\n"), &out), "text that fits escaped");
	siglet_buf_clear(&out);
	siglet_buf_init(&out, 7);
	OK_SUCCESS(siglet_buf_append_str(&out, ""), "a buffer one smaller");
	OK_ERROR(siglet_text_print(siglet_slice_str("abcd\n"), &out), SIGLET_E_LIMIT,
		 "does not take it");
	OK(out.len == 0 && strcmp(siglet_buf_text(&out), "") == 0, "nor any of it");
	siglet_buf_clear(&out);
}

static void long_text_is_cut_visibly(void)
{
	char text[600];
	siglet_printable shown;

	memset(text, 'a', sizeof(text));
	shown = siglet_text_printable(siglet_slice_of(text, 252));
	OK(strlen(shown.text) == 252 && shown.text[251] == 'a', "what fits is whole");
	shown = siglet_text_printable(siglet_slice_of(text, sizeof(text)));
	OK(strlen(shown.text) == 255 && strcmp(shown.text + 252, "\xe2\x80\xa6") == 0,
	   "what does not ends in an ellipsis");
	memset(text, '\n', sizeof(text));
	shown = siglet_text_printable(siglet_slice_of(text, sizeof(text)));
	OK(strcmp(shown.text + strlen(shown.text) - 7, "\\x0a\xe2\x80\xa6") == 0,
	   "and no escape is cut in two");
}

/* ---- times ---- */

static bool reads(const char *text, int64_t want_ms)
{
	int64_t ms = -1;
	siglet_err *err = siglet_time_parse(siglet_slice_str(text), &ms);
	const bool good = err == NULL && ms == want_ms;

	if (err != NULL)
		printf("# %s\n", siglet_err_message(err));
	siglet_err_free(err);
	return good;
}

static void times_are_read(void)
{
	/* RFC 3339 section 5.8, with seconds from date -u. */
	OK(reads("1985-04-12T23:20:50.52Z", 482196050520), "the first example of the RFC");
	OK(reads("1996-12-19T16:39:57-08:00", 851042397000), "one west of UTC");
	OK(reads("1937-01-01T12:00:27.87+00:20", -1041337172130), "one east, before 1970");
	OK(reads("1970-01-01T00:00:00Z", 0), "the epoch");
	OK(reads("2025-07-04t00:00:00z", 1751587200000), "small letters");
	OK(reads("2025-07-04T00:00:00-00:00", 1751587200000), "an unknown offset");
	OK(reads("2025-07-04T23:59:59.999999999Z", 1751673599999), "nine digits, cut off");
	OK(reads("2025-07-04T00:00:00.1Z", 1751587200100), "one digit");
	OK(reads("1969-12-31T23:59:59.5Z", -500), "a fraction before 1970");
	OK(reads("0001-01-01T00:00:00Z", -62135596800000), "the first year");
	OK(reads("9999-12-31T23:59:59Z", 253402300799000), "the last second");
	OK(reads("2024-02-29T00:00:00Z", 1709164800000), "a leap day");
	OK(reads("2000-02-29T00:00:00Z", 951782400000), "one in a century that has it");
	OK(reads("2025-01-01T00:00:00+23:59", 1735603260000), "the largest offset");
}

static void what_is_no_time_is_refused(void)
{
	static const char *const malformed[] = {
		"",
		"2025-07-04",
		"2025-07-04T00:00:00",
		"2025-07-04 00:00:00Z",
		"2025-07-04T00:00Z",
		"2025-07-04T00:00:00.Z",
		"2025-07-04T00:00:00.1234567890Z",
		"2025-07-04T00:00:00,1Z",
		"2025-7-04T00:00:00Z",
		"25-07-04T00:00:00Z",
		"+2025-07-04T00:00:00Z",
		"12025-07-04T00:00:00Z",
		"2025-07-04T00:00:00ZZ",
		"2025-07-04T00:00:00Z ",
		" 2025-07-04T00:00:00Z",
		"2025-07-04T00:00:00+01",
		"2025-07-04T00:00:00+0100",
		"2025-07-04T00:00:00+24:00",
		"2025-07-04T00:00:00+00:60",
		"2025-07-04T00:00:00+1:00",
		"2025-07-04T00:00:00-",
		"2025/07/04T00:00:00Z",
		"2025-07-04T00:00:0aZ",
		"1751587200",
		"-001-01-01T00:00:00Z",
	};
	static const char *const none[] = {
		"2025-00-04T00:00:00Z", "2025-13-04T00:00:00Z", "2025-07-00T00:00:00Z",
		"2025-07-32T00:00:00Z", "2025-06-31T00:00:00Z", "2025-02-29T00:00:00Z",
		"1900-02-29T00:00:00Z", "2024-02-30T00:00:00Z", "2025-07-04T24:00:00Z",
		"2025-07-04T00:60:00Z", "2025-07-04T00:00:60Z", "2025-07-04T00:00:61Z",
		"0000-01-01T00:00:00Z",
	};
	int64_t ms = 77;

	for (size_t i = 0; i < SIGLET_COUNT(malformed); i++)
		OK_ERROR(siglet_time_parse(siglet_slice_str(malformed[i]), &ms), SIGLET_E_MALFORMED,
			 "\"%s\" is no time", malformed[i]);
	for (size_t i = 0; i < SIGLET_COUNT(none); i++)
		OK_ERROR(siglet_time_parse(siglet_slice_str(none[i]), &ms), SIGLET_E_RANGE,
			 "there is no %s", none[i]);
	OK(ms == 77, "and nothing was written");
}

static void times_are_written(void)
{
	OK(strcmp(siglet_time_format(0).text, "1970-01-01T00:00:00Z") == 0, "the epoch");
	OK(strcmp(siglet_time_format(-1).text, "1969-12-31T23:59:59Z") == 0, "the second before");
	OK(strcmp(siglet_time_format(951782399).text, "2000-02-28T23:59:59Z") == 0 &&
		   strcmp(siglet_time_format(951782400).text, "2000-02-29T00:00:00Z") == 0,
	   "a leap day");
	OK(strcmp(siglet_time_format(253402300799).text, "9999-12-31T23:59:59Z") == 0 &&
		   strcmp(siglet_time_format(253402300800).text, "(out of range)") == 0,
	   "the last second, and the one after");
	OK(strcmp(siglet_time_format(-62167219200).text, "0000-01-01T00:00:00Z") == 0 &&
		   strcmp(siglet_time_format(-62167219201).text, "(out of range)") == 0,
	   "the first, and the one before");
	OK(strcmp(siglet_time_format(INT64_MAX).text, "(out of range)") == 0 &&
		   strcmp(siglet_time_format(INT64_MIN).text, "(out of range)") == 0,
	   "and no others");
}

static void times_come_back(void)
{
	bool same = true;

	/* Steps that share no factor with the lengths of days, months and years. */
	for (int64_t s = -62135596800; s < 253402300800; s += 86399 * 379 + 1) {
		const siglet_time_string text = siglet_time_format(s);
		int64_t ms = 0;
		siglet_err *err = siglet_time_parse(siglet_slice_str(text.text), &ms);

		same = same && err == NULL && ms == s * 1000;
		siglet_err_free(err);
	}
	OK(same, "what is written is read as the same second");
	OK(siglet_time_from_civil(2025, 7, 4, 12, 34, 56) == 1751632496, "a date of today");
	OK(siglet_time_from_civil(1970, 1, 1, 0, 0, 0) == 0, "the epoch");
	OK(siglet_time_from_civil(0, 3, 1, 0, 0, 0) == -62162035200, "a date before the calendar");
}

int main(void)
{
	utf8_is_that_of_the_rfc();
	harmless_text_is_printed_as_it_is();
	dangerous_text_is_escaped();
	printing_keeps_to_the_ceiling();
	long_text_is_cut_visibly();
	times_are_read();
	what_is_no_time_is_refused();
	times_are_written();
	times_come_back();
	return tap_done();
}
