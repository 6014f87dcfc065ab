#include <stdlib.h>
#include <string.h>

#include "json/json_internal.h"

/*
 * The grammar of RFC 8259, strictly, and what it leaves open decided: one meaning or none. Nothing
 * is built here but the keys of the objects that are open, to find repeated ones.
 */

typedef struct scan {
	siglet_slice text;
	size_t at; /* of the next byte */
	unsigned depth;
	size_t values, containers;
	siglet_json_trail *trail;
	siglet_buf *respelled;
	size_t copied;	      /* of text, to respelled */
	siglet_buf keys;      /* of struct key: those of all open objects, the innermost's last */
	siglet_arena spelled; /* unescaped keys */
} scan;

/* A key as it compares. Its first eight bytes decide most comparisons without a look elsewhere. */
typedef struct key {
	uint64_t head;
	const uint8_t *ptr;
	uint32_t len;
	uint32_t at; /* offset in the text */
} key;

static siglet_err *scan_value(scan *s);

static siglet_err *malformed(size_t at, const char *what)
{
	return siglet_err_new(SIGLET_E_MALFORMED, "byte %zu: %s", at, what);
}

/* What stands at s->at is not what the grammar wants. */
static siglet_err *expected(const scan *s, const char *what)
{
	if (s->at == s->text.len)
		return siglet_err_new(SIGLET_E_MALFORMED, "byte %zu: the text ends before %s",
				      s->at, what);
	return siglet_err_new(SIGLET_E_MALFORMED, "byte %zu: not %s", s->at, what);
}

/* The next byte; NUL, which the grammar has nowhere, at the end. */
static uint8_t peek(const scan *s)
{
	return s->at < s->text.len ? s->text.ptr[s->at] : 0;
}

static bool take(scan *s, uint8_t byte)
{
	if (s->at == s->text.len || s->text.ptr[s->at] != byte)
		return false;
	s->at++;
	return true;
}

static void skip_space(scan *s)
{
	while (peek(s) == ' ' || peek(s) == '\t' || peek(s) == '\n' || peek(s) == '\r')
		s->at++;
}

/* Have json-c read other characters in place of those from start to s->at. */
static siglet_err *respell(scan *s, size_t start, siglet_slice as)
{
	const siglet_slice before = { s->text.ptr + s->copied, start - s->copied };
	siglet_err *err = siglet_buf_append(s->respelled, before);

	if (err == NULL)
		err = siglet_buf_append(s->respelled, as);
	s->copied = s->at;
	return err;
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* One digit or more. */
static bool take_digits(scan *s)
{
	const size_t start = s->at;

	while (is_digit(peek(s)))
		s->at++;
	return s->at > start;
}

/* A whole number. json-c clamps one that is too large for it: with "e0" it is a double to it. */
static siglet_err *end_integer(scan *s, siglet_slice spelling)
{
	const siglet_slice exponent = siglet_slice_str("e0");
	bool is_negative = false, fits = false;
	uint64_t magnitude = 0;

	if (siglet_json_read_integer(spelling, &is_negative, &magnitude, &fits) && fits) {
		siglet_json_trail_step(s->trail, is_negative && magnitude > 0
							 ? SIGLET_STEP_NEGATIVE
							 : SIGLET_STEP_INTEGER);
		siglet_json_trail_number(s->trail, magnitude);
		return NULL;
	}
	siglet_json_trail_step(s->trail, SIGLET_STEP_DOUBLE);
	siglet_json_trail_bytes(s->trail, spelling);
	siglet_json_trail_bytes(s->trail, exponent);
	return respell(s, s->at, exponent);
}

static siglet_err *scan_number(scan *s)
{
	const size_t start = s->at;
	bool is_integer = true;

	(void)take(s, '-');
	if (!take(s, '0') && !take_digits(s))
		return expected(s, "a digit");
	if (take(s, '.')) {
		is_integer = false;
		if (!take_digits(s))
			return expected(s, "a digit");
	}
	if (take(s, 'e') || take(s, 'E')) {
		is_integer = false;
		if (!take(s, '+'))
			(void)take(s, '-');
		if (!take_digits(s))
			return expected(s, "a digit");
	}
	const siglet_slice spelling = { s->text.ptr + start, s->at - start };
	if (is_integer)
		return end_integer(s, spelling);
	siglet_json_trail_step(s->trail, SIGLET_STEP_DOUBLE);
	siglet_json_trail_bytes(s->trail, spelling);
	return NULL;
}

static siglet_err *scan_literal(scan *s, const char *word, siglet_json_step step)
{
	const size_t len = strlen(word);

	if (s->text.len - s->at < len || memcmp(s->text.ptr + s->at, word, len) != 0)
		return expected(s, "a value");
	s->at += len;
	siglet_json_trail_step(s->trail, step);
	return NULL;
}

/* Four hex digits: a UTF-16 code unit. */
static siglet_err *scan_unit(scan *s, uint32_t *ret_unit)
{
	uint32_t unit = 0;

	for (int i = 0; i < 4; i++, s->at++) {
		const uint8_t c = peek(s);

		if (is_digit(c))
			unit = unit << 4 | (uint32_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			unit = unit << 4 | (uint32_t)(c - 'a' + 10);
		else if (c >= 'A' && c <= 'F')
			unit = unit << 4 | (uint32_t)(c - 'A' + 10);
		else
			return expected(s, "a hex digit");
	}
	*ret_unit = unit;
	return NULL;
}

/* What follows \u: one unit or a surrogate pair. Half a pair has no UTF-8 form. */
static siglet_err *scan_unicode_escape(scan *s, uint32_t *ret_point)
{
	const size_t start = s->at - 2;
	uint32_t high = 0, low = 0;
	siglet_err *err = scan_unit(s, &high);

	if (err != NULL)
		return err;
	if (high < 0xd800 || high > 0xdfff) {
		*ret_point = high;
		return NULL;
	}
	if (high > 0xdbff || !take(s, '\\') || !take(s, 'u'))
		return malformed(start, "half a surrogate pair");
	err = scan_unit(s, &low);
	if (err != NULL)
		return err;
	if (low < 0xdc00 || low > 0xdfff)
		return malformed(start, "half a surrogate pair");
	*ret_point = 0x10000 + ((high - 0xd800) << 10 | (low - 0xdc00));
	return NULL;
}

/* What follows a backslash. */
static siglet_err *scan_escape(scan *s, uint32_t *ret_point)
{
	static const char letters[] = "\"\\/bfnrt", points[] = "\"\\/\b\f\n\r\t";
	const uint8_t c = peek(s);
	const char *letter = c == 0 ? NULL : strchr(letters, c);

	if (take(s, 'u'))
		return scan_unicode_escape(s, ret_point);
	if (letter == NULL)
		return expected(s, "an escape");
	s->at++;
	*ret_point = (uint8_t)points[letter - letters];
	return NULL;
}

/* The UTF-8 form of a code point that is no surrogate, and its length. */
static size_t encode_utf8(uint32_t point, uint8_t out[4])
{
	if (point < 0x80) {
		out[0] = (uint8_t)point;
		return 1;
	}
	const size_t len = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
	for (size_t i = len - 1; i > 0; i--, point >>= 6)
		out[i] = (uint8_t)(0x80 | (point & 0x3f));
	out[0] = (uint8_t)((0xf00u >> len & 0xf0) | point);
	return len;
}

/* The characters up to an escape, the closing quote, or what may not stand in a string. */
static siglet_slice plain_run(scan *s, uint8_t *any)
{
	const uint8_t *start = s->text.ptr + s->at;
	const size_t left = s->text.len - s->at;
	size_t len = 0;

	for (; len < left && start[len] >= 0x20 && start[len] != '"' && start[len] != '\\'; len++)
		*any |= start[len];
	s->at += len;
	return siglet_slice_of(start, len);
}

/*
 * The escape at s->at and its UTF-8 form. json-c 0.16 takes some of the characters that surrogates
 * make for surrogates themselves (U+1D800 to U+1DFFF, and so on): it is given them unescaped.
 */
static siglet_err *take_escape(scan *s, uint8_t out[4], size_t *ret_len)
{
	const size_t start = s->at++;
	uint32_t point = 0;
	siglet_err *err = scan_escape(s, &point);

	if (err != NULL)
		return err;
	*ret_len = encode_utf8(point, out);
	siglet_json_trail_bytes(s->trail, siglet_slice_of(out, *ret_len));
	return point < 0x10000 ? NULL : respell(s, start, siglet_slice_of(out, *ret_len));
}

/* From the opening to the closing quote. *ret_len is the length once unescaped. */
static siglet_err *scan_string(scan *s, siglet_json_step step, size_t *ret_len)
{
	const size_t start = ++s->at;
	uint8_t any = 0;
	size_t len = 0;

	siglet_json_trail_step(s->trail, step);
	for (;;) {
		const siglet_slice run = plain_run(s, &any);
		uint8_t escaped[4];
		size_t more = 0;

		siglet_json_trail_bytes(s->trail, run);
		len += run.len;
		if (peek(s) == '"')
			break;
		if (peek(s) != '\\')
			return expected(s, "a character or the end of a string");
		siglet_err *err = take_escape(s, escaped, &more);
		if (err != NULL)
			return err;
		len += more;
	}
	if (any >= 0x80 &&
	    !siglet_utf8_is_valid(siglet_slice_of(s->text.ptr + start, s->at - start)))
		return malformed(start, "a string that is not UTF-8");
	s->at++;
	siglet_json_trail_number(s->trail, len);
	*ret_len = len;
	return NULL;
}

/* The bytes of the string that begins at start, which was scanned, into out, which has room. */
static siglet_err *unescape(const scan *s, size_t start, uint8_t *out)
{
	scan again = { .text = s->text, .at = start + 1 };
	uint8_t any = 0;

	for (;;) {
		const siglet_slice run = plain_run(&again, &any);
		uint32_t point = 0;

		if (run.len > 0)
			memcpy(out, run.ptr, run.len);
		out += run.len;
		if (!take(&again, '\\'))
			return NULL;
		siglet_err *err = scan_escape(&again, &point);
		if (err != NULL)
			return err;
		out += encode_utf8(point, out);
	}
}

/* The key at s->at, unescaped, onto the pile. */
static siglet_err *scan_key(scan *s)
{
	const size_t start = s->at;
	key k = { .at = (uint32_t)start };
	size_t len = 0;

	if (peek(s) != '"')
		return expected(s, "a key in double quotes");
	siglet_err *err = scan_string(s, SIGLET_STEP_KEY, &len);
	if (err != NULL)
		return err;
	k.ptr = s->text.ptr + start + 1;
	k.len = (uint32_t)len;
	if (s->at - start - 2 != len) {
		uint8_t *spelled = NULL;

		err = siglet_arena_alloc(&s->spelled, len, 1, &spelled);
		if (err == NULL)
			err = unescape(s, start, spelled);
		if (err != NULL)
			return err;
		k.ptr = spelled;
	}
	/* json-c's keys end at a NUL. */
	if (len > 0 && memchr(k.ptr, 0, len) != NULL)
		return malformed(start, "a key with a NUL in it");
	for (size_t i = 0; i < sizeof(k.head); i++)
		k.head = k.head << 8 | (i < len ? k.ptr[i] : 0);
	return siglet_buf_append(&s->keys, siglet_slice_of(&k, sizeof(k)));
}

static int compare_keys(const void *first, const void *second)
{
	const key *a = first, *b = second;

	if (a->head != b->head)
		return a->head < b->head ? -1 : 1;
	return siglet_slice_compare(siglet_slice_of(a->ptr, a->len),
				    siglet_slice_of(b->ptr, b->len));
}

/*
 * The keys above base must differ; takes them off the pile. Sorting finds equal ones without a hash
 * that an author of input could aim at.
 */
static siglet_err *close_keys(scan *s, size_t base)
{
	const size_t total = (s->keys.len - base) / sizeof(key);
	key *keys = total == 0 ? NULL : (key *)(void *)(s->keys.ptr + base);

	if (total > 1)
		qsort(keys, total, sizeof(*keys), compare_keys);
	for (size_t i = 1; i < total; i++) {
		const key *a = &keys[i - 1], *b = &keys[i];

		if (compare_keys(a, b) == 0)
			return siglet_err_new(
				SIGLET_E_MALFORMED, "byte %u: the key \"%s\" is repeated",
				(unsigned)(a->at > b->at ? a->at : b->at),
				siglet_text_printable(siglet_slice_of(a->ptr, a->len)).text);
	}
	siglet_buf_truncate(&s->keys, base);
	return NULL;
}

static siglet_err *scan_member(scan *s)
{
	siglet_err *err = scan_key(s);

	if (err != NULL)
		return err;
	skip_space(s);
	if (!take(s, ':'))
		return expected(s, "a colon");
	return scan_value(s);
}

static siglet_err *scan_object(scan *s)
{
	const size_t base = s->keys.len;

	s->at++;
	skip_space(s);
	if (take(s, '}'))
		return NULL;
	for (;;) {
		siglet_err *err = scan_member(s);

		if (err != NULL)
			return err;
		skip_space(s);
		if (take(s, '}'))
			return close_keys(s, base);
		if (!take(s, ','))
			return expected(s, "a comma or the end of an object");
		skip_space(s);
	}
}

static siglet_err *scan_array(scan *s)
{
	s->at++;
	skip_space(s);
	if (take(s, ']'))
		return NULL;
	for (;;) {
		siglet_err *err = scan_value(s);

		if (err != NULL)
			return err;
		skip_space(s);
		if (take(s, ']'))
			return NULL;
		if (!take(s, ','))
			return expected(s, "a comma or the end of an array");
	}
}

static siglet_err *scan_container(scan *s)
{
	const bool is_array = peek(s) == '[';

	if (s->depth == SIGLET_JSON_MAX_DEPTH)
		return siglet_err_new(SIGLET_E_LIMIT, "byte %zu: nested deeper than %d", s->at,
				      SIGLET_JSON_MAX_DEPTH);
	if (++s->containers > SIGLET_JSON_MAX_CONTAINERS)
		return siglet_err_new(SIGLET_E_LIMIT, "byte %zu: more than %u arrays and objects",
				      s->at, SIGLET_JSON_MAX_CONTAINERS);
	s->depth++;
	siglet_json_trail_step(s->trail, is_array ? SIGLET_STEP_ARRAY : SIGLET_STEP_OBJECT);
	siglet_err *err = is_array ? scan_array(s) : scan_object(s);
	siglet_json_trail_step(s->trail, is_array ? SIGLET_STEP_ARRAY_END : SIGLET_STEP_OBJECT_END);
	s->depth--;
	return err;
}

static siglet_err *scan_value(scan *s)
{
	size_t len = 0;

	if (++s->values > SIGLET_JSON_MAX_VALUES)
		return siglet_err_new(SIGLET_E_LIMIT, "byte %zu: more than %u values", s->at,
				      SIGLET_JSON_MAX_VALUES);
	skip_space(s);
	switch (peek(s)) {
	case '{':
	case '[':
		return scan_container(s);
	case '"':
		return scan_string(s, SIGLET_STEP_STRING, &len);
	case 'n':
		return scan_literal(s, "null", SIGLET_STEP_NULL);
	case 't':
		return scan_literal(s, "true", SIGLET_STEP_TRUE);
	case 'f':
		return scan_literal(s, "false", SIGLET_STEP_FALSE);
	default:
		if (peek(s) != '-' && !is_digit(peek(s)))
			return expected(s, "a value");
		return scan_number(s);
	}
}

siglet_err *siglet_json_scan(siglet_slice text, siglet_json_trail *ret_trail,
			     siglet_buf *ret_respelled)
{
	scan s = { .text = text, .trail = ret_trail, .respelled = ret_respelled };
	siglet_err *err = SIGLET_ERR_UNSET;

	siglet_json_trail_init(ret_trail);
	/* Both ceilings are only a second line: the number of values is bounded, a key has bytes. */
	siglet_buf_init(&s.keys, SIGLET_JSON_MAX_VALUES * sizeof(key));
	siglet_arena_init(&s.spelled, text.len + SIGLET_JSON_MAX_VALUES * sizeof(max_align_t));
	if (text.len >= 3 && memcmp(text.ptr, "\xef\xbb\xbf", 3) == 0) {
		err = malformed(0, "a byte order mark");
		goto out;
	}
	err = scan_value(&s);
	if (err != NULL)
		goto out;
	skip_space(&s);
	if (s.at != text.len)
		err = expected(&s, "the end of the document");
	else if (s.copied > 0)
		err = respell(&s, text.len, SIGLET_SLICE_NONE);
out:
	siglet_arena_clear(&s.spelled);
	siglet_buf_clear(&s.keys);
	return err;
}
