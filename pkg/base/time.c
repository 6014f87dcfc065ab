#include "base/base.h"

#include <stdio.h>

static bool is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_in_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* Days from 1970-01-01, counting years from March so that the leap day comes last. */
int64_t siglet_time_from_civil(int year, int month, int day, int hour, int minute, int second)
{
	const int64_t y = year - (month <= 2);
	const int64_t era = (y >= 0 ? y : y - 399) / 400;
	const int64_t year_of_era = y - era * 400;
	const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	const int64_t day_of_era =
		year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	const int64_t days = era * 146097 + day_of_era - 719468;

	return days * 86400 + hour * INT64_C(3600) + minute * INT64_C(60) + second;
}

/* count decimal digits; -1 when there are fewer. */
static int take_number(siglet_slice *text, size_t count)
{
	int value = 0;

	if (text->len < count)
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (text->ptr[i] < '0' || text->ptr[i] > '9')
			return -1;
		value = value * 10 + (text->ptr[i] - '0');
	}
	*text = siglet_slice_of(text->ptr + count, text->len - count);
	return value;
}

static bool take_char(siglet_slice *text, const char *any_of)
{
	if (text->len == 0)
		return false;
	for (; *any_of != '\0'; any_of++) {
		if (text->ptr[0] == (uint8_t)*any_of) {
			*text = siglet_slice_of(text->ptr + 1, text->len - 1);
			return true;
		}
	}
	return false;
}

/* ".123456" to milliseconds; 1 to 9 digits. -1 when malformed. */
static int take_fraction(siglet_slice *text)
{
	int ms = 0, digits = 0;

	while (text->len > 0 && text->ptr[0] >= '0' && text->ptr[0] <= '9') {
		if (digits < 3)
			ms = ms * 10 + (text->ptr[0] - '0');
		digits++;
		*text = siglet_slice_of(text->ptr + 1, text->len - 1);
	}
	if (digits < 1 || digits > 9)
		return -1;
	for (; digits < 3; digits++)
		ms *= 10;
	return ms;
}

/* "Z" or "+hh:mm" to seconds east of UTC. False when malformed. */
static bool take_offset(siglet_slice *text, int *ret_offset_s)
{
	if (take_char(text, "Zz")) {
		*ret_offset_s = 0;
		return true;
	}
	const bool west = text->len > 0 && text->ptr[0] == '-';
	if (!take_char(text, "+-"))
		return false;
	const int hours = take_number(text, 2);
	if (hours < 0 || hours > 23 || !take_char(text, ":"))
		return false;
	const int minutes = take_number(text, 2);
	if (minutes < 0 || minutes > 59)
		return false;
	*ret_offset_s = (west ? -1 : 1) * (hours * 3600 + minutes * 60);
	return true;
}

siglet_err *siglet_time_parse(siglet_slice text, int64_t *ret_ms)
{
	const siglet_slice whole = text;
	int part[6] = { 0 }, ms = 0, offset_s = 0;
	static const char *const before[6] = { "", "-", "-", "Tt", ":", ":" };

	for (size_t i = 0; i < 6; i++) {
		if (i > 0 && !take_char(&text, before[i]))
			goto malformed;
		part[i] = take_number(&text, i == 0 ? 4 : 2);
		if (part[i] < 0)
			goto malformed;
	}
	if (take_char(&text, ".")) {
		ms = take_fraction(&text);
		if (ms < 0)
			goto malformed;
	}
	if (!take_offset(&text, &offset_s) || text.len != 0)
		goto malformed;
	if (part[0] < 1 || part[1] < 1 || part[1] > 12 || part[2] < 1 ||
	    part[2] > days_in_month(part[0], part[1]) || part[3] > 23 || part[4] > 59 ||
	    part[5] > 59)
		return siglet_err_new(SIGLET_E_RANGE, "no such time: \"%s\"",
				      siglet_text_printable(whole).text);

	*ret_ms = (siglet_time_from_civil(part[0], part[1], part[2], part[3], part[4], part[5]) -
		   offset_s) *
			  1000 +
		  ms;
	return NULL;

malformed:
	return siglet_err_new(SIGLET_E_MALFORMED,
			      "\"%s\" is not a time such as 2025-07-04T00:00:00Z",
			      siglet_text_printable(whole).text);
}

siglet_time_string siglet_time_format(int64_t time_s)
{
	siglet_time_string result;

	if (time_s < siglet_time_from_civil(0, 1, 1, 0, 0, 0) ||
	    time_s > siglet_time_from_civil(9999, 12, 31, 23, 59, 59)) {
		(void)snprintf(result.text, sizeof(result.text), "(out of range)");
		return result;
	}
	int64_t days = time_s / 86400, rest = time_s % 86400;
	if (rest < 0) {
		rest += 86400;
		days--;
	}
	days += 719468;
	const int64_t era = (days >= 0 ? days : days - 146096) / 146097;
	const int64_t doe = days - era * 146097;
	const int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	const int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	const int64_t mp = (5 * doy + 2) / 153;
	const int day = (int)(doy - (153 * mp + 2) / 5 + 1);
	const int month = (int)(mp < 10 ? mp + 3 : mp - 9);
	const int year = (int)(yoe + era * 400 + (month <= 2));

	(void)snprintf(result.text, sizeof(result.text), "%04u-%02u-%02uT%02u:%02u:%02uZ",
		       (unsigned)year % 10000u, (unsigned)month % 100u, (unsigned)day % 100u,
		       (unsigned)(rest / 3600) % 100u, (unsigned)(rest / 60 % 60) % 100u,
		       (unsigned)(rest % 60) % 100u);
	return result;
}
