#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "json/json_internal.h"

/* Numbers as they are read: integers exactly, all others by how they are spelled. */

bool siglet_json_read_integer(siglet_slice text, bool *ret_is_negative, uint64_t *ret_magnitude,
			      bool *ret_fits)
{
	const bool is_negative = text.len > 0 && text.ptr[0] == '-';
	const uint64_t max = SIGLET_JSON_MAX_INTEGER(is_negative);
	bool fits = true;
	uint64_t magnitude = 0;

	if (is_negative)
		text = siglet_slice_of(text.ptr + 1, text.len - 1);
	if (text.len == 0 || (text.len > 1 && text.ptr[0] == '0'))
		return false;
	for (size_t i = 0; i < text.len; i++) {
		const unsigned digit = (unsigned)text.ptr[i] - '0';

		if (digit > 9)
			return false;
		if (fits && magnitude > (max - digit) / 10)
			fits = false;
		if (fits)
			magnitude = magnitude * 10 + digit;
	}
	*ret_is_negative = is_negative;
	*ret_magnitude = magnitude;
	*ret_fits = fits;
	return true;
}

/* ---- from the text ---- */

/* One digit or more. */
static bool take_digits(siglet_json_cursor *c)
{
	const size_t start = c->at;

	while (siglet_json_is_digit(siglet_json_peek(c)))
		c->at++;
	return c->at > start;
}

static siglet_err *scan_number(siglet_json_cursor *c, siglet_slice *ret_spelling)
{
	const size_t start = c->at;

	(void)siglet_json_take(c, '-');
	if (!siglet_json_take(c, '0') && !take_digits(c))
		return siglet_json_expected(c, "a digit");
	if (siglet_json_take(c, '.') && !take_digits(c))
		return siglet_json_expected(c, "a digit");
	if (siglet_json_take(c, 'e') || siglet_json_take(c, 'E')) {
		if (!siglet_json_take(c, '+'))
			(void)siglet_json_take(c, '-');
		if (!take_digits(c))
			return siglet_json_expected(c, "a digit");
	}
	*ret_spelling = siglet_slice_of(c->text.ptr + start, c->at - start);
	return NULL;
}

static struct json_object *new_integer(bool is_negative, uint64_t magnitude)
{
	if (!is_negative)
		return magnitude > INT64_MAX ? json_object_new_uint64(magnitude)
					     : json_object_new_int64((int64_t)magnitude);
	return json_object_new_int64(magnitude == 0 ? 0 : -(int64_t)(magnitude - 1) - 1);
}

/* The value that json-c is given is nobody's: see siglet_json_double. */
static siglet_err *keep_spelling(siglet_slice spelling, struct json_object **ret_number)
{
	char *text = NULL;
	siglet_err *err = siglet_strndup(spelling, &text);

	if (err != NULL)
		return err;
	*ret_number = json_object_new_double_s(0, text);
	free(text);
	return *ret_number == NULL ? siglet_err_nomem() : NULL;
}

siglet_err *siglet_json_read_number(siglet_json_cursor *c, struct json_object **ret_number)
{
	siglet_slice spelling = SIGLET_SLICE_NONE;
	bool is_negative = false, fits = false;
	uint64_t magnitude = 0;
	siglet_err *err = scan_number(c, &spelling);

	if (err != NULL)
		return err;
	if (!siglet_json_read_integer(spelling, &is_negative, &magnitude, &fits) || !fits)
		return keep_spelling(spelling, ret_number);
	*ret_number = new_integer(is_negative, magnitude);
	return *ret_number == NULL ? siglet_err_nomem() : NULL;
}

/* ---- as an integer ---- */

static siglet_err *out_of_range(siglet_slice text)
{
	return siglet_err_new(SIGLET_E_RANGE, "%s does not fit a signed 64-bit integer",
			      siglet_text_printable(text).text);
}

static siglet_err *integer_of_text(siglet_slice text, int64_t *ret_value)
{
	bool is_negative = false, fits = false;
	uint64_t magnitude = 0;

	if (!siglet_json_read_integer(text, &is_negative, &magnitude, &fits))
		return siglet_err_new(SIGLET_E_MALFORMED, "\"%s\" is not an integer",
				      siglet_text_printable(text).text);
	if (!fits || magnitude > (uint64_t)INT64_MAX + is_negative)
		return out_of_range(text);
	if (is_negative)
		*ret_value = magnitude == 0 ? 0 : -(int64_t)(magnitude - 1) - 1;
	else
		*ret_value = (int64_t)magnitude;
	return NULL;
}

static siglet_slice spelling_of(struct json_object *number)
{
	return siglet_slice_str(json_object_get_userdata(number));
}

static siglet_err *refuse_spelled(siglet_slice spelling)
{
	bool is_negative = false, fits = true;
	uint64_t magnitude = 0;

	if (siglet_json_read_integer(spelling, &is_negative, &magnitude, &fits))
		return out_of_range(spelling);
	return siglet_err_new(SIGLET_E_MALFORMED, "%s has a fraction or an exponent",
			      siglet_text_printable(spelling).text);
}

siglet_err *siglet_json_integer(const siglet_json *value, int64_t *ret_value)
{
	struct json_object *object = siglet_json_unwrap(value);
	const siglet_json_kind kind = siglet_json_kind_of(value);

	if (kind == SIGLET_JSON_STRING)
		return integer_of_text(siglet_json_string(value), ret_value);
	if (kind != SIGLET_JSON_NUMBER)
		return siglet_err_new(SIGLET_E_MALFORMED, "%s, not an integer",
				      siglet_json_kind_name(kind));
	if (json_object_is_type(object, json_type_double) == 1)
		return refuse_spelled(spelling_of(object));
	/* json-c clamps what it holds as unsigned: above INT64_MAX the two getters differ. */
	const int64_t number = json_object_get_int64(object);
	const uint64_t magnitude = json_object_get_uint64(object);

	if (number >= 0 && magnitude > INT64_MAX)
		return siglet_err_new(SIGLET_E_RANGE,
				      "%" PRIu64 " does not fit a signed 64-bit integer",
				      magnitude);
	*ret_value = number;
	return NULL;
}

/* ---- as a double ---- */

/* Far beyond any double, and far from overflow. */
#define MAX_EXPONENT 1000000

/* digits without a point or leading zeros, and the exponent that goes with them. */
static void split(siglet_slice spelling, char *digits, long *ret_exponent)
{
	long exponent = 0, given = 0;
	bool is_negative = false, in_fraction = false;
	size_t i = 0, count = 0;

	for (; i < spelling.len && spelling.ptr[i] != 'e' && spelling.ptr[i] != 'E'; i++) {
		if (siglet_json_is_digit(spelling.ptr[i])) {
			if (count > 0 || spelling.ptr[i] != '0')
				digits[count++] = (char)spelling.ptr[i];
			exponent -= in_fraction;
		} else {
			in_fraction = in_fraction || spelling.ptr[i] == '.';
		}
	}
	for (; i < spelling.len; i++) {
		is_negative = is_negative || spelling.ptr[i] == '-';
		if (siglet_json_is_digit(spelling.ptr[i]) && given < MAX_EXPONENT)
			given = given * 10 + (spelling.ptr[i] - '0');
	}
	digits[count] = '\0';
	*ret_exponent = exponent + (is_negative ? -given : given);
}

siglet_err *siglet_json_double(struct json_object *number, double *ret_double)
{
	const siglet_slice spelling = spelling_of(number);
	char *digits;
	long exponent = 0;
	siglet_err *err;

	if (json_object_is_type(number, json_type_int) == 1) {
		*ret_double = json_object_get_int64(number) < 0
				      ? (double)json_object_get_int64(number)
				      : (double)json_object_get_uint64(number);
		return NULL;
	}
	digits = malloc(spelling.len + 1);
	if (digits == NULL)
		return siglet_err_nomem();
	split(spelling, digits, &exponent);
	err = siglet_json_read_decimal(digits, exponent, ret_double);
	free(digits);
	if (err == NULL && spelling.ptr[0] == '-')
		*ret_double = -*ret_double;
	return err;
}
