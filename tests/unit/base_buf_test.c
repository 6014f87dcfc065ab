#include "../lib/check.h"

/* Sanitizers stop at sizes that no machine has, where malloc gives NULL: so shall theirs. */
#define RETURN_NULL __attribute__((visibility("default")))
RETURN_NULL const char *__asan_default_options(void);
RETURN_NULL const char *__tsan_default_options(void);

const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

const char *__tsan_default_options(void)
{
	return "allocator_may_return_null=1";
}

static bool holds(const siglet_buf *buf, const char *text)
{
	return siglet_slice_is(siglet_buf_slice(buf), text) &&
	       strcmp(siglet_buf_text(buf), text) == 0;
}

static void empty_buffer_is_an_empty_string(void)
{
	siglet_buf b;

	siglet_buf_init(&b, 8);
	OK(b.ptr == NULL && strcmp(siglet_buf_text(&b), "") == 0 && siglet_buf_slice(&b).len == 0,
	   "a new buffer holds nothing and is a string");
	siglet_buf_truncate(&b, 0);
	OK_SUCCESS(siglet_buf_append(&b, SIGLET_SLICE_NONE), "appending nothing works");
	OK(holds(&b, ""), "and adds nothing");
	siglet_buf_clear(&b);
	siglet_buf_clear(&b);
	OK(b.ptr == NULL && b.max == 8, "clearing twice keeps the ceiling");
}

static void appends_stop_at_the_ceiling(void)
{
	siglet_buf b;

	siglet_buf_init(&b, 8);
	OK_SUCCESS(siglet_buf_append_str(&b, "12345678"), "a full buffer is fine");
	OK_ERROR(siglet_buf_append_byte(&b, '9'), SIGLET_E_LIMIT, "a byte more is refused");
	OK_ERROR(siglet_buf_append_str(&b, "9"), SIGLET_E_LIMIT, "as a string");
	OK_ERROR(siglet_buf_append(&b, siglet_slice_str("9")), SIGLET_E_LIMIT, "as a slice");
	OK_ERROR(siglet_buf_append_uint(&b, 9, 1), SIGLET_E_LIMIT, "as a number");
	OK_ERROR(siglet_buf_printf(&b, "%d", 9), SIGLET_E_LIMIT, "as a format");
	OK_ERROR(siglet_buf_reserve(&b, 1), SIGLET_E_LIMIT, "as a promise");
	OK_ERROR(siglet_buf_reserve(&b, SIZE_MAX), SIGLET_E_LIMIT, "whose sum wraps");
	OK(holds(&b, "12345678"), "and nothing was appended");
	siglet_buf_truncate(&b, 6);
	OK_ERROR(siglet_buf_printf(&b, "%s", "abc"), SIGLET_E_LIMIT, "what only half fits");
	OK(holds(&b, "123456"), "is not appended by half");
	OK_SUCCESS(siglet_buf_printf(&b, "%s", "ab"), "what fits is");
	OK(holds(&b, "123456ab"), "appended");
	siglet_buf_clear(&b);

	siglet_buf_init(&b, 0);
	OK_SUCCESS(siglet_buf_append_str(&b, ""), "a ceiling of zero lets nothing in");
	OK_ERROR(siglet_buf_append_byte(&b, 0), SIGLET_E_LIMIT, "not a byte");
	siglet_buf_clear(&b);
}

static void every_append_ends_in_nul(void)
{
	siglet_buf b;
	bool ended = true;

	siglet_buf_init(&b, 1000);
	for (unsigned i = 0; i < 1000; i++) {
		siglet_err_free(siglet_buf_append_byte(&b, (uint8_t)('a' + i % 26)));
		ended = ended && b.len == i + 1 && b.ptr[b.len] == '\0' && b.cap >= b.len &&
			b.cap <= b.max;
	}
	OK(ended, "through all growth");
	OK(b.ptr[0] == 'a' && b.ptr[999] == 'a' + 999 % 26, "and the bytes stay");
	siglet_buf_clear(&b);
}

static void reserving_keeps_what_is_there(void)
{
	siglet_buf b;

	siglet_buf_init(&b, 5000);
	OK_SUCCESS(siglet_buf_append_str(&b, "abc"), "three bytes");
	OK_SUCCESS(siglet_buf_reserve(&b, 4997), "and room for all others");
	OK(b.cap == 5000 && holds(&b, "abc"), "leave three bytes");
	siglet_buf_clear(&b);
}

static void truncating_only_shortens(void)
{
	siglet_buf b;

	siglet_buf_init(&b, 100);
	OK_SUCCESS(siglet_buf_append_str(&b, "abc"), "of three bytes");
	siglet_buf_truncate(&b, 4);
	OK(holds(&b, "abc"), "four are three");
	siglet_buf_truncate(&b, 3);
	OK(holds(&b, "abc"), "three are three");
	siglet_buf_truncate(&b, 1);
	OK(holds(&b, "a"), "one is one");
	siglet_buf_truncate(&b, 0);
	OK(holds(&b, ""), "none is none");
	siglet_buf_clear(&b);
}

static void numbers_are_big_endian_and_fit(void)
{
	siglet_buf b;

	siglet_buf_init(&b, 100);
	OK_SUCCESS(siglet_buf_append_uint(&b, 0x010203, 3), "a number of three bytes");
	OK_SUCCESS(siglet_buf_append_uint(&b, UINT64_MAX, 8), "of eight");
	OK_SUCCESS(siglet_buf_append_uint(&b, 255, 1), "of one");
	OK(siglet_slice_equal(siglet_buf_slice(&b),
			      siglet_slice_of("\1\2\3\xff\xff\xff\xff\xff\xff\xff\xff\xff", 12)),
	   "is its bytes, the highest first");
	OK_ERROR(siglet_buf_append_uint(&b, 256, 1), SIGLET_E_RANGE, "256 is no byte");
	OK_ERROR(siglet_buf_append_uint(&b, (uint64_t)1 << 56, 7), SIGLET_E_RANGE,
		 "nor 2^56 seven");
	OK_ERROR(siglet_buf_append_uint(&b, 0, 0), SIGLET_E_RANGE, "no bytes are no number");
	OK_ERROR(siglet_buf_append_uint(&b, 0, 9), SIGLET_E_RANGE, "nor are nine");
	OK(b.len == 12, "and nothing was appended");
	siglet_buf_clear(&b);
}

static bool all_zero(const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (bytes[i] != 0)
			return false;
	return true;
}

static void secrets_are_kept_and_wiped(void)
{
	siglet_buf b;
	uint8_t bytes[16];

	siglet_buf_init_secret(&b, 1000);
	for (unsigned i = 0; i < 1000; i++)
		siglet_err_free(siglet_buf_append_byte(&b, (uint8_t)(i % 251 + 1)));
	OK(b.secret && b.len == 1000 && b.ptr[0] == 1 && b.ptr[999] == 999 % 251 + 1,
	   "a secret grows like any buffer");
	siglet_buf_truncate(&b, 10);
	OK(all_zero(b.ptr + 10, b.cap + 1 - 10) && b.ptr[9] == 10, "what is cut off is wiped");
	siglet_buf_clear(&b);
	OK(b.secret && b.ptr == NULL && b.max == 1000, "a cleared one stays secret");

	memset(bytes, 7, sizeof(bytes));
	siglet_wipe(bytes + 1, sizeof(bytes) - 2);
	OK(bytes[0] == 7 && bytes[15] == 7 && all_zero(bytes + 1, 14), "wiping is exact");
	siglet_wipe(NULL, 0);
}

static void strings_are_copied_whole(void)
{
	char *text = NULL;

	OK_SUCCESS(siglet_strndup(siglet_slice_of("a\0bc", 3), &text), "bytes are copied");
	OK(text != NULL && memcmp(text, "a\0b", 4) == 0, "with NUL in them and behind");
	free(text);
	text = NULL;
	OK_SUCCESS(siglet_strndup(SIGLET_SLICE_NONE, &text), "none are too");
	OK(text != NULL && *text == '\0', "to the empty string");
	free(text);
	text = NULL;
	OK_ERROR(siglet_strndup(siglet_slice_of("a", SIZE_MAX), &text), SIGLET_E_NOMEM,
		 "a length that wraps is refused");
	OK(text == NULL, "and gives nothing");
}

static void calloc_checks_its_product(void)
{
	volatile size_t huge = SIZE_MAX / 2 + 1;
	uint8_t *bytes = siglet_calloc(3, 5), *none = siglet_calloc(0, 5),
		*zero = siglet_calloc(5, 0);

	OK(bytes != NULL && all_zero(bytes, 15), "memory comes zeroed");
	OK(none != NULL && zero != NULL, "none of it is no failure");
	OK(siglet_calloc(huge, 2) == NULL, "a product that wraps is");
	free(bytes);
	free(none);
	free(zero);
}

int main(void)
{
	empty_buffer_is_an_empty_string();
	appends_stop_at_the_ceiling();
	every_append_ends_in_nul();
	reserving_keeps_what_is_there();
	truncating_only_shortens();
	numbers_are_big_endian_and_fit();
	secrets_are_kept_and_wiped();
	strings_are_copied_whole();
	calloc_checks_its_product();
	return tap_done();
}
