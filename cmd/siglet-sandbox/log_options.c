#include "log.h"

#include <stdio.h>
#include <stdlib.h>

bool read_number(const char *text, uint64_t max, uint64_t *ret_number)
{
	uint64_t number = 0;

	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		const uint64_t digit = (uint64_t)(*text - '0');

		if (*text < '0' || *text > '9' || number > (max - digit) / 10)
			return false;
		number = number * 10 + digit;
	}
	*ret_number = number;
	return number <= max;
}

void fail_at(const char *path, const char *why)
{
	(void)fprintf(stderr, "siglet-sandbox: %s: %s\n", path, why);
	exit(3);
}
