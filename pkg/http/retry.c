#include "http/http_internal.h"

#include <stdio.h>
#include <string.h>

/* When to ask again, and when not to. */

#define FIRST_WAIT_MS 250
#define MAX_WAIT_MS 8000
#define MAX_ASKED_S 30

static bool is_busy(int status)
{
	return status == 429 || status == 503;
}

static bool is_failure(int status)
{
	return status == 500 || status == 502 || status == 504;
}

bool siglet_http_may_repeat(const siglet_attempt *attempt, siglet_http_repeat repeat)
{
	if (attempt->streamed)
		return false;
	switch (attempt->stage) {
	case SIGLET_NET_NOT_CONNECTED:
		return true;
	case SIGLET_NET_LOST:
		return repeat == SIGLET_HTTP_REPEAT_SAFE;
	case SIGLET_NET_ANSWERED:
		return is_busy(attempt->status) ||
		       (is_failure(attempt->status) && repeat == SIGLET_HTTP_REPEAT_SAFE);
	case SIGLET_NET_UNTRIED:
	case SIGLET_NET_TOO_LARGE:
	case SIGLET_NET_STOPPED:
		return false;
	}
	return false;
}

#define MAX_NUMBER 1000000000

/* The number that so many digits make, or more than MAX_NUMBER; -1 where one is no digit. */
static int64_t number(const char *text, size_t len)
{
	int64_t value = 0;

	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		if (value <= MAX_NUMBER)
			value = value * 10 + (text[i] - '0');
	}
	return value;
}

/* The month whose three letters these are, from 1; 0 where there is none. */
static int month(const char *text)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (int i = 0; i < 12; i++)
		if (memcmp(months + 3 * (ptrdiff_t)i, text, 3) == 0)
			return i + 1;
	return 0;
}

/* RFC 9110 section 5.6.7, the preferred form alone: its fields stand at fixed places. */
static int64_t date(const char *text)
{
	static const char form[] = "Www, DD Mon YYYY hh:mm:ss GMT";
	int64_t day, year, hour, minute, second;

	if (strlen(text) != sizeof(form) - 1)
		return -1;
	for (size_t i = 0; form[i] != '\0'; i++)
		if (strchr(", :GMT", form[i]) != NULL && text[i] != form[i] &&
		    (i < 8 || i > 10)) /* the month's name */
			return -1;
	day = number(text + 5, 2);
	year = number(text + 12, 4);
	hour = number(text + 17, 2);
	minute = number(text + 20, 2);
	second = number(text + 23, 2);
	if (day < 1 || day > 31 || month(text + 8) == 0 || year < 1970 || hour < 0 || hour > 23 ||
	    minute < 0 || minute > 59 || second < 0 || second > 60)
		return -1;
	return siglet_time_from_civil((int)year, month(text + 8), (int)day, (int)hour, (int)minute,
				      (int)second);
}

/* Seconds, or a date; -1: neither. */
static int64_t asked_s(siglet_slice slice, int64_t now_s)
{
	char text[40];
	int64_t seconds;

	if (slice.len == 0 || slice.len >= sizeof(text))
		return -1;
	memcpy(text, slice.ptr, slice.len);
	text[slice.len] = '\0';
	seconds = number(text, slice.len);
	if (seconds >= 0)
		return seconds;
	seconds = date(text);
	if (seconds < 0)
		return -1;
	return seconds <= now_s ? 0 : seconds - now_s;
}

unsigned siglet_http_wait_ms(const siglet_attempt *attempt, unsigned next, unsigned random,
			     int64_t now_s)
{
	const int64_t asked = asked_s(attempt->retry_after, now_s);
	unsigned most = FIRST_WAIT_MS;

	if (asked >= 0)
		return (unsigned)(asked > MAX_ASKED_S ? MAX_ASKED_S : asked) * 1000;
	for (unsigned i = 1; i < next && most < MAX_WAIT_MS; i++)
		most *= 2;
	return (unsigned)((uint64_t)most * (random & 0xffff) / 0xffff);
}
