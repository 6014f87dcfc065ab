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
		return false;
	}
	return false;
}

/* Seconds, or an HTTP date (RFC 9110 section 5.6.7, the preferred form alone); -1: neither. */
static int64_t asked_s(siglet_slice text, int64_t now_s)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	int64_t seconds = 0;
	unsigned day = 0, year = 0, hour = 0, minute = 0, second = 0;
	char month[4] = "", date[40] = "";

	if (text.len == 0 || text.len >= sizeof(date))
		return -1;
	memcpy(date, text.ptr, text.len);
	if (strspn(date, "0123456789") == text.len) {
		for (size_t i = 0; i < text.len && seconds <= MAX_ASKED_S; i++)
			seconds = seconds * 10 + (date[i] - '0');
		return seconds;
	}
	if (sscanf(date, "%*3s, %2u %3s %4u %2u:%2u:%2u GMT", &day, month, &year, &hour, &minute,
		   &second) != 6)
		return -1;
	const char *found = strlen(month) == 3 ? strstr(months, month) : NULL;
	if (found == NULL || (found - months) % 3 != 0 || day < 1 || day > 31 || hour > 23 ||
	    minute > 59 || second > 60)
		return -1;
	seconds = siglet_time_from_civil((int)year, (int)((found - months) / 3) + 1, (int)day,
					 (int)hour, (int)minute, (int)second) -
		  now_s;
	return seconds < 0 ? 0 : seconds;
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
