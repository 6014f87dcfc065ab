#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "json/json_internal.h"

/* Doubles as ECMAScript writes them, which is how RFC 8785 does. */

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
 * json-c converts text by strtod, which reads a decimal point as the locale has it: there is none
 * in what it is given. It says 0 and ERANGE for what is too large as well as for what is too small.
 */
siglet_err *siglet_json_read_decimal(const char *digits, long exponent, double *ret_number)
{
	const size_t len = strlen(digits);
	struct json_object *spelled;
	siglet_buf text;
	siglet_err *err;

	if (len == 0) {
		*ret_number = 0;
		return NULL;
	}
	siglet_buf_init(&text, len + 32);
	err = siglet_buf_printf(&text, "%se%ld", digits, exponent);
	spelled = err == NULL ? json_object_new_string(siglet_buf_text(&text)) : NULL;
	if (err == NULL && spelled == NULL)
		err = siglet_err_nomem();
	if (err == NULL) {
		errno = 0;
		*ret_number = json_object_get_double(spelled);
		if (errno == ERANGE && *ret_number == 0 && (long)len + exponent > 0)
			err = siglet_err_new(SIGLET_E_RANGE,
					     "a number that is too large for a double");
	}
	(void)json_object_put(spelled);
	siglet_buf_clear(&text);
	return err;
}

/* Whether every correct reader reads d as number. */
static siglet_err *reads_as(const decimal *d, double number, bool *ret_equal)
{
	double back = 0;
	siglet_err *err = siglet_json_read_decimal(d->digits, d->point - d->count, &back);

	if (err != NULL && siglet_err_code(err) == SIGLET_E_RANGE) {
		siglet_err_free(err);
		*ret_equal = false;
		return NULL;
	}
	if (err == NULL)
		*ret_equal = back == number;
	return err;
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
