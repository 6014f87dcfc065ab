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

/* Errors, slices, the arena and the reader; other files of this name test the rest of base. */

/* ---- errors ---- */

static void error_carries_code_and_message(void)
{
	siglet_err *err = siglet_err_new(SIGLET_E_RANGE, "leaf %d of %s", 7, "six");

	OK(siglet_err_code(err) == SIGLET_E_RANGE, "an error keeps its code");
	OK(strcmp(siglet_err_message(err), "leaf 7 of six") == 0, "and its formatted message");
	OK(siglet_err_hint_text(err) == NULL, "and has no hint of its own");
	siglet_err_free(err);
}

static void wrapping_puts_context_in_front(void)
{
	siglet_err *err = siglet_err_new(SIGLET_E_MISMATCH, "the roots differ");

	err = siglet_err_wrap(err, "tlog entry %d", 2);
	err = siglet_err_wrap(err, "%s", "a.json");
	OK(strcmp(siglet_err_message(err), "a.json: tlog entry 2: the roots differ") == 0,
	   "the outermost context comes first");
	OK(siglet_err_code(err) == SIGLET_E_MISMATCH, "wrapping keeps the code");
	siglet_err_free(err);
}

static void first_hint_stays(void)
{
	siglet_err *err = siglet_err_new(SIGLET_E_USAGE, "no key");

	err = siglet_err_hint(err, "give --%s", "key");
	err = siglet_err_hint(err, "something else");
	OK(strcmp(siglet_err_hint_text(err), "give --key") == 0, "a later hint changes nothing");
	err = siglet_err_wrap(err, "sign");
	OK(siglet_err_hint_text(err) != NULL, "wrapping keeps the hint");
	siglet_err_free(err);
}

static void static_errors_survive_everything(void)
{
	siglet_err *unset = SIGLET_ERR_UNSET, *nomem = siglet_err_nomem();

	OK(siglet_err_code(unset) == SIGLET_E_INTERNAL, "an unset error is a failure");
	OK(siglet_err_code(nomem) == SIGLET_E_NOMEM, "no memory has its code");
	OK(siglet_err_wrap(unset, "x") == unset && siglet_err_hint(unset, "x") == unset &&
		   siglet_err_wrap(nomem, "x") == nomem && siglet_err_hint(nomem, "x") == nomem,
	   "static errors are wrapped and hinted in vain");
	siglet_err_free(unset);
	siglet_err_free(nomem);
	siglet_err_free(NULL);
	OK(strcmp(siglet_err_message(unset), "no verdict was reached") == 0 &&
		   strcmp(siglet_err_message(nomem), "out of memory") == 0 &&
		   siglet_err_hint_text(unset) == NULL,
	   "and freed in vain");
}

static void every_code_has_its_own_name(void)
{
	static const char *const names[] = {
		"usage",    "malformed", "unsupported", "range",	 "length",   "limit",
		"mismatch", "untrusted", "expired",	"missing",	 "io",	     "network",
		"identity", "trust",	 "crypto",	"out-of-memory", "internal",
	};

	for (size_t i = 0; i < SIGLET_COUNT(names); i++)
		OK(strcmp(siglet_code_name((siglet_code)(SIGLET_E_USAGE + i)), names[i]) == 0,
		   "code %zu is %s", i + 1, names[i]);
	siglet_err *err = siglet_err_hint(siglet_err_new(SIGLET_E_IO, "why"), "do");

	err = siglet_err_recode(err, SIGLET_E_TRUST);
	OK(siglet_err_code(err) == SIGLET_E_TRUST && strcmp(siglet_err_message(err), "why") == 0 &&
		   strcmp(siglet_err_hint_text(err), "do") == 0,
	   "another code, the same words");
	siglet_err_free(err);
	OK(siglet_err_code(siglet_err_recode(siglet_err_nomem(), SIGLET_E_IO)) == SIGLET_E_NOMEM,
	   "no memory stays that");
	OK(SIGLET_E_INTERNAL == SIGLET_COUNT(names), "and these are all");
}

/* What may be passed over, as a bad input among good ones, and what must not. */
static void a_fault_of_ours_says_nothing_of_the_input(void)
{
	for (siglet_code code = SIGLET_E_USAGE; code <= SIGLET_E_INTERNAL; code++) {
		siglet_err *err = siglet_err_new(code, "why");
		const bool is_ours = code == SIGLET_E_CRYPTO || code == SIGLET_E_NOMEM ||
				     code == SIGLET_E_INTERNAL;

		OK(siglet_err_is_fault(err) == is_ours, "%s is%s a fault of ours",
		   siglet_code_name(code), is_ours ? "" : " not");
		siglet_err_free(err);
	}
}

/* ---- slices ---- */

static void slices_borrow(void)
{
	const char text[] = "abc";
	const siglet_slice a = siglet_slice_of(text, 2), none = siglet_slice_str(NULL);

	OK(a.ptr == (const uint8_t *)text && a.len == 2, "a slice is where its bytes are");
	OK(siglet_slice_str(text).len == 3, "that of a string leaves the NUL out");
	OK(none.ptr == NULL && none.len == 0, "that of NULL is empty");
	OK(siglet_slice_equal(none, siglet_slice_of("", 0)), "empty slices are equal");
}

static void slices_compare_by_bytes(void)
{
	const siglet_slice abc = siglet_slice_str("abc"), abd = siglet_slice_str("abd"),
			   ab = siglet_slice_str("ab"), none = SIGLET_SLICE_NONE;

	OK(siglet_slice_equal(abc, siglet_slice_str("abc")) && !siglet_slice_equal(abc, abd) &&
		   !siglet_slice_equal(abc, ab),
	   "equal means every byte");
	OK(siglet_slice_is(abc, "abc") && !siglet_slice_is(abc, "ab") &&
		   !siglet_slice_is(siglet_slice_of("abc", 4), "abc"),
	   "a NUL in a slice counts");
	OK(siglet_slice_compare(abc, abd) < 0 && siglet_slice_compare(abd, abc) > 0 &&
		   siglet_slice_compare(abc, siglet_slice_str("abc")) == 0,
	   "order is that of bytes");
	OK(siglet_slice_compare(ab, abc) < 0 && siglet_slice_compare(abc, ab) > 0 &&
		   siglet_slice_compare(none, ab) < 0 && siglet_slice_compare(none, none) == 0,
	   "and a prefix comes first");
	OK(siglet_slice_compare(siglet_slice_str("\x80"), siglet_slice_str("a")) > 0,
	   "bytes are unsigned");
}

static void prefixes_and_suffixes(void)
{
	const siglet_slice abc = siglet_slice_str("abc"), none = SIGLET_SLICE_NONE;

	OK(siglet_slice_has_prefix(abc, "ab") && siglet_slice_has_prefix(abc, "abc") &&
		   siglet_slice_has_prefix(abc, "") && siglet_slice_has_prefix(none, ""),
	   "a prefix is found");
	OK(siglet_slice_contains(abc, "b") && siglet_slice_contains(abc, "abc") &&
		   siglet_slice_contains(none, ""),
	   "contains");
	OK(!siglet_slice_contains(abc, "abcd") && !siglet_slice_contains(abc, "ac") &&
		   !siglet_slice_contains(none, "a"),
	   "contains not");
	OK(!siglet_slice_has_prefix(abc, "b") && !siglet_slice_has_prefix(abc, "abcd") &&
		   !siglet_slice_has_prefix(none, "a"),
	   "what is none is not");
	OK(siglet_slice_has_suffix(abc, "bc") && siglet_slice_has_suffix(abc, "abc") &&
		   siglet_slice_has_suffix(abc, "") && siglet_slice_has_suffix(none, ""),
	   "a suffix is found");
	OK(!siglet_slice_has_suffix(abc, "b") && !siglet_slice_has_suffix(abc, "zabc") &&
		   !siglet_slice_has_suffix(none, "a"),
	   "what is none is not");
}

static void case_is_ignored_for_ascii_only(void)
{
	OK(siglet_slice_equal_nocase(siglet_slice_str("Ab9Z"), siglet_slice_str("aB9z")),
	   "letters of either case are equal");
	OK(!siglet_slice_equal_nocase(siglet_slice_str("a"), siglet_slice_str("b")) &&
		   !siglet_slice_equal_nocase(siglet_slice_str("a"), siglet_slice_str("ab")),
	   "other letters and lengths are not");
	OK(!siglet_slice_equal_nocase(siglet_slice_str("@["), siglet_slice_str("`{")),
	   "the neighbours of the letters are not letters");
	OK(!siglet_slice_equal_nocase(siglet_slice_str("\xc3\x84"), siglet_slice_str("\xc3\xa4")),
	   "nor are others than those of ASCII");
}

/* ---- arena ---- */

static void arena_gives_zeroed_aligned_memory(void)
{
	siglet_arena arena;
	bool aligned = true, zero = true;

	siglet_arena_init(&arena, 1 << 20);
	for (size_t i = 1; i < 300; i++) {
		uint8_t *bytes = NULL;

		siglet_err_free(siglet_arena_alloc(&arena, i, 3, &bytes));
		aligned = aligned && bytes != NULL && (uintptr_t)bytes % _Alignof(max_align_t) == 0;
		for (size_t j = 0; bytes != NULL && j < i * 3; j++)
			zero = zero && bytes[j] == 0;
		if (bytes != NULL)
			memset(bytes, 0xff, i * 3);
	}
	OK(aligned, "every allocation is aligned for any type");
	OK(zero, "zeroed, and overlaps no earlier one");
	siglet_arena_clear(&arena);
	OK(arena.blocks == NULL && arena.used == 0 && arena.max == 1 << 20,
	   "clearing keeps the ceiling only");
	siglet_arena_clear(&arena);
}

static void arena_holds_to_its_ceiling(void)
{
	siglet_arena arena;
	uint8_t *bytes = NULL, *more = NULL;

	siglet_arena_init(&arena, 64 * 1024);
	OK_SUCCESS(siglet_arena_alloc(&arena, 64, 1024, &bytes), "all of it may be had");
	OK_ERROR(siglet_arena_alloc(&arena, 1, 1, &more), SIGLET_E_LIMIT,
		 "one byte more is refused");
	OK(more == NULL, "and gives nothing");
	OK_SUCCESS(siglet_arena_alloc(&arena, 0, 8, &more), "no bytes may still be had");
	OK(more != NULL, "at an address");
	siglet_arena_clear(&arena);
	OK_ERROR(siglet_arena_alloc(&arena, 64 * 1024 + 1, 1, &more), SIGLET_E_LIMIT,
		 "more than all is refused at once");
	OK_SUCCESS(siglet_arena_alloc(&arena, 2, 100, &more), "a cleared arena works again");
	siglet_arena_clear(&arena);
}

static void arena_refuses_products_that_overflow(void)
{
	siglet_arena arena;
	uint8_t *bytes = NULL;

	siglet_arena_init(&arena, SIZE_MAX);
	OK_ERROR(siglet_arena_alloc(&arena, SIZE_MAX / 2, 4, &bytes), SIGLET_E_LIMIT,
		 "a count whose product wraps is refused");
	OK_ERROR(siglet_arena_alloc(&arena, SIZE_MAX / 4 + 1, 4, &bytes), SIGLET_E_LIMIT,
		 "also when it wraps to zero");
	OK_ERROR(siglet_arena_alloc(&arena, SIZE_MAX, 1, &bytes), SIGLET_E_LIMIT,
		 "also when only rounding up would wrap");
	OK_ERROR(siglet_arena_alloc(&arena, SIZE_MAX / 2 - 64, 1, &bytes), SIGLET_E_NOMEM,
		 "what no machine has is out of memory");
	siglet_arena_clear(&arena);
}

static void arena_copies_end_in_nul(void)
{
	siglet_arena arena;
	siglet_slice copy = SIGLET_SLICE_NONE;
	const char text[] = "a\0b";

	siglet_arena_init(&arena, 4096);
	OK_SUCCESS(siglet_arena_copy(&arena, siglet_slice_of(text, 3), &copy), "bytes are copied");
	OK(siglet_slice_equal(copy, siglet_slice_of(text, 3)) &&
		   copy.ptr != (const uint8_t *)text && copy.ptr[3] == 0,
	   "NUL in and behind them");
	OK_SUCCESS(siglet_arena_copy(&arena, SIGLET_SLICE_NONE, &copy), "nothing is copied too");
	OK(copy.len == 0 && copy.ptr != NULL && copy.ptr[0] == 0, "to an empty string");
	OK_ERROR(siglet_arena_copy(&arena, siglet_slice_of(text, 4096), &copy), SIGLET_E_LIMIT,
		 "the NUL counts against the ceiling");
	OK_ERROR(siglet_arena_copy(&arena, siglet_slice_of(text, SIZE_MAX), &copy), SIGLET_E_NOMEM,
		 "and can't wrap the length");
	siglet_arena_clear(&arena);
}

/* ---- reader ---- */

static void reader_reads_big_endian(void)
{
	siglet_reader r = { siglet_slice_of("\x01\x02\x03\x04\x05\x06\x07\x08\x09", 9) };
	uint64_t value = 0;

	OK_SUCCESS(siglet_reader_uint(&r, 8, &value), "eight bytes are a number");
	OK(value == 0x0102030405060708, "the first is the highest");
	OK_ERROR(siglet_reader_uint(&r, 2, &value), SIGLET_E_MALFORMED, "two of one left are not");
	OK(value == 0x0102030405060708 && r.left.len == 1, "and nothing is moved or written");
	OK_SUCCESS(siglet_reader_uint(&r, 1, &value), "one of one is");
	OK(value == 9, "the number");
	OK_SUCCESS(siglet_reader_end(&r), "then the end is reached");
	r.left = siglet_slice_of("123456789", 9);
	OK_ERROR(siglet_reader_uint(&r, 0, &value), SIGLET_E_RANGE, "width 0 is refused");
	OK_ERROR(siglet_reader_uint(&r, 9, &value), SIGLET_E_RANGE, "width 9 is refused");
	OK_ERROR(siglet_reader_end(&r), SIGLET_E_MALFORMED, "left-over bytes are an error");
}

static void reader_takes_bytes_that_are_there(void)
{
	siglet_reader r = { siglet_slice_str("abc") };
	siglet_slice bytes = SIGLET_SLICE_NONE;

	OK_SUCCESS(siglet_reader_bytes(&r, 2, &bytes), "two of three bytes");
	OK(siglet_slice_is(bytes, "ab"), "are the first two");
	OK_ERROR(siglet_reader_bytes(&r, 2, &bytes), SIGLET_E_MALFORMED, "two of one are refused");
	OK(siglet_slice_is(bytes, "ab") && siglet_slice_is(r.left, "c"), "and nothing changes");
	OK_SUCCESS(siglet_reader_bytes(&r, 0, &bytes), "none of one");
	OK(bytes.len == 0 && r.left.len == 1, "is none");
}

static void reader_takes_vectors_that_are_there(void)
{
	siglet_reader r = { siglet_slice_of("\x00\x02hi\x00", 5) };
	siglet_slice bytes = SIGLET_SLICE_NONE;

	OK_SUCCESS(siglet_reader_vector(&r, 2, &bytes), "a length and its bytes");
	OK(siglet_slice_is(bytes, "hi"), "give the bytes");
	OK_SUCCESS(siglet_reader_vector(&r, 1, &bytes), "a length of zero");
	OK(bytes.len == 0 && r.left.len == 0, "gives none");
	r.left = siglet_slice_of("\x03hi", 3);
	OK_ERROR(siglet_reader_vector(&r, 1, &bytes), SIGLET_E_MALFORMED,
		 "a length one too large is refused");
	OK(r.left.len == 3, "and not consumed");
	r.left = siglet_slice_of("\xff\xff\xff\xff\xff\xff\xff\xff hi", 11);
	OK_ERROR(siglet_reader_vector(&r, 8, &bytes), SIGLET_E_MALFORMED, "so is the largest");
	r.left = siglet_slice_of("\x00", 1);
	OK_ERROR(siglet_reader_vector(&r, 2, &bytes), SIGLET_E_MALFORMED, "and half a length");
}

static void reader_wants_each_newline(void)
{
	siglet_reader r = { siglet_slice_str("one\n\ntwo") };
	siglet_slice line = SIGLET_SLICE_NONE;

	OK_SUCCESS(siglet_reader_line(&r, &line), "a line");
	OK(siglet_slice_is(line, "one"), "comes without its newline");
	OK_SUCCESS(siglet_reader_line(&r, &line), "an empty line");
	OK(line.len == 0 && siglet_slice_is(r.left, "two"), "is one");
	OK_ERROR(siglet_reader_line(&r, &line), SIGLET_E_MALFORMED, "one without newline is none");
	OK(siglet_slice_is(r.left, "two"), "and stays");
	r.left = SIGLET_SLICE_NONE;
	OK_ERROR(siglet_reader_line(&r, &line), SIGLET_E_MALFORMED, "nothing is no line");
}

int main(void)
{
	error_carries_code_and_message();
	wrapping_puts_context_in_front();
	first_hint_stays();
	static_errors_survive_everything();
	every_code_has_its_own_name();
	a_fault_of_ours_says_nothing_of_the_input();
	slices_borrow();
	slices_compare_by_bytes();
	prefixes_and_suffixes();
	case_is_ignored_for_ascii_only();
	arena_gives_zeroed_aligned_memory();
	arena_holds_to_its_ceiling();
	arena_refuses_products_that_overflow();
	arena_copies_end_in_nul();
	reader_reads_big_endian();
	reader_takes_bytes_that_are_there();
	reader_takes_vectors_that_are_there();
	reader_wants_each_newline();
	return tap_done();
}
