#include "timestamp/timestamp_internal.h"

#include <stdio.h>

#define SECONDS_LEN 14 /* YYYYMMDDhhmmss */

static bool all_digits(siglet_slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return false;
	return true;
}

/* In milliseconds, rounded up: 0 to 1000. */
static int64_t fraction_end_ms(siglet_slice digits)
{
	int64_t ms = 0;

	for (size_t i = 0; i < 3; i++)
		ms = ms * 10 + (i < digits.len ? digits.ptr[i] - '0' : 0);
	/* The last digit is not 0, so that digits past the third say "and a bit more". */
	return digits.len > 3 ? ms + 1 : ms;
}

siglet_err *siglet_timestamp_read_time(siglet_slice text, int64_t *ret_s, int64_t *ret_end_ms)
{
	siglet_slice fraction = SIGLET_SLICE_NONE;
	char rfc3339[32] = "";
	int64_t ms = 0;

	if (text.len < SECONDS_LEN + 1 || text.ptr[text.len - 1] != 'Z')
		goto malformed;
	if (text.len > SECONDS_LEN + 1) {
		/* Room for one digit at least between the point and the Z. */
		if (text.len < SECONDS_LEN + 3 || text.ptr[SECONDS_LEN] != '.')
			goto malformed;
		fraction = siglet_slice_of(text.ptr + SECONDS_LEN + 1, text.len - SECONDS_LEN - 2);
		if (!all_digits(fraction) || fraction.ptr[fraction.len - 1] == '0')
			goto malformed;
	}

	/* That they are digits, and a time that exists, is the reader's to say. */
	const char *p = (const char *)text.ptr;
	(void)snprintf(rfc3339, sizeof(rfc3339), "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", p, p + 4, p + 6,
		       p + 8, p + 10, p + 12);
	siglet_err *err = siglet_time_parse(siglet_slice_str(rfc3339), &ms);
	if (err != NULL) {
		siglet_err_free(err);
		goto malformed;
	}
	*ret_s = ms / 1000;
	*ret_end_ms = ms + fraction_end_ms(fraction);
	return NULL;

malformed:
	return siglet_err_new(SIGLET_E_MALFORMED, "genTime \"%s\" is no UTC time in DER",
			      siglet_text_printable(text).text);
}
