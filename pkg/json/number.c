#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "json/json_internal.h"

/* Integers, exactly; and doubles as ECMAScript writes them, which is how RFC 8785 does. */

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

/* json-c keeps how a double was spelled; scan.c spells an integer too large for it with "e0". */
static siglet_err *refuse_double(struct json_object *object)
{
	const siglet_slice spelling = siglet_slice_str(json_object_get_userdata(object));
	bool is_negative = false, fits = true;
	uint64_t magnitude = 0;

	if (siglet_slice_has_suffix(spelling, "e0")) {
		const siglet_slice digits = { spelling.ptr, spelling.len - 2 };

		if (siglet_json_read_integer(digits, &is_negative, &magnitude, &fits) && !fits)
			return out_of_range(digits);
	}
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
		return refuse_double(object);
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

#define MAX_DIGITS 17 /* tell any two doubles apart */

/* A positive number: 0.DIGITS times ten to the power of point. */
typedef struct decimal {
	char digits[MAX_DIGITS + 1];
	int count;
	int point;
} decimal;

/* number correctly rounded to count digits. The locale's decimal point is skipped, not read. */
static void round_to(double number, int count, decimal *ret)
{
	char text[64];
	int taken = 0, exponent = 0;
	const char *c = text;
	bool is_negative;

	(void)snprintf(text, sizeof(text), "%.*e", count - 1, number);
	for (; *c != 'e' && *c != '\0'; c++)
		if (*c >= '0' && *c <= '9' && taken < MAX_DIGITS)
			ret->digits[taken++] = *c;
	c += *c == 'e';
	is_negative = *c == '-';
	for (; *c != '\0'; c++)
		if (*c >= '0' && *c <= '9')
			exponent = exponent * 10 + (*c - '0');
	ret->digits[taken] = '\0';
	ret->count = taken;
	ret->point = (is_negative ? -exponent : exponent) + 1;
}

/* The next decimal up with as many digits; false where that has fewer. */
static bool step_up(decimal *d)
{
	for (int i = d->count - 1; i >= 0; i--) {
		if (d->digits[i] < '9') {
			d->digits[i]++;
			return i == d->count - 1;
		}
		d->digits[i] = '0';
	}
	return false;
}

/*
 * Whether json-c, and with it every correct reader, reads d as number. Written without a decimal
 * point, so that no locale can matter.
 */
static siglet_err *reads_as(const decimal *d, double number, bool *ret_equal)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "%se%d", d->digits, d->point - d->count);
	struct json_object *spelled = json_object_new_string(text);
	if (spelled == NULL)
		return siglet_err_nomem();
	const double back = json_object_get_double(spelled);
	*ret_equal = back == number;
	(void)json_object_put(spelled);
	return NULL;
}

/*
 * The fewest digits that read back as number, and of those the closest to it (ECMAScript,
 * Number::toString, note 2). The closest may fail where the one above does not: below a power of
 * two doubles lie twice as dense as above it.
 */
static siglet_err *shortest(double number, decimal *ret)
{
	/* A normal double keeps any 15 digits, so fewer are these without their zeros. */
	int count = number < DBL_MIN ? 1 : 15;

	for (; count <= MAX_DIGITS; count++) {
		bool equal = false;

		round_to(number, count, ret);
		siglet_err *err = reads_as(ret, number, &equal);
		if (err == NULL && !equal && step_up(ret))
			err = reads_as(ret, number, &equal);
		if (err != NULL)
			return err;
		if (equal)
			break;
	}
	while (ret->count > 1 && ret->digits[ret->count - 1] == '0')
		ret->digits[--ret->count] = '\0';
	return NULL;
}

static siglet_err *write_decimal(const decimal *d, siglet_buf *text)
{
	static const char zeros[] = "000000000000000000000";
	const int k = d->count, n = d->point;

	if (k <= n && n <= 21)
		return siglet_buf_printf(text, "%s%.*s", d->digits, n - k, zeros);
	if (0 < n && n < k)
		return siglet_buf_printf(text, "%.*s.%s", n, d->digits, d->digits + n);
	if (-6 < n && n <= 0)
		return siglet_buf_printf(text, "0.%.*s%s", -n, zeros, d->digits);
	return siglet_buf_printf(text, "%c%s%se%c%d", d->digits[0], k > 1 ? "." : "", d->digits + 1,
				 n > 0 ? '+' : '-', n > 0 ? n - 1 : 1 - n);
}

siglet_err *siglet_json_write_double(double number, siglet_buf *ret_text)
{
	const size_t before = ret_text->len;
	decimal d = { .count = 0 };

	/* Up to 2^53 an integer is its own digits; minus zero is 0. */
	if (number >= -9007199254740992.0 && number <= 9007199254740992.0) {
		const int64_t whole = (int64_t)number;

		if ((double)whole == number)
			return siglet_buf_printf(ret_text, "%" PRId64, whole);
	}
	siglet_err *err = shortest(fabs(number), &d);
	if (err == NULL && number < 0)
		err = siglet_buf_append_byte(ret_text, '-');
	if (err == NULL)
		err = write_decimal(&d, ret_text);
	if (err != NULL)
		siglet_buf_truncate(ret_text, before);
	return err;
}
