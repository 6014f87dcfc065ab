/*
 * tap: what does a test say? One line a claim, read by prove.
 */
#ifndef SIGLET_TEST_TAP_H
#define SIGLET_TEST_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static int tap_count, tap_failed;

__attribute__((format(printf, 4, 5), unused)) static bool tap_ok(bool passed, const char *file,
								 int line, const char *format, ...)
{
	va_list args;

	printf("%sok %d - ", passed ? "" : "not ", ++tap_count);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	if (!passed) {
		printf("# %s:%d\n", file, line);
		tap_failed++;
	}
	fflush(stdout);
	return passed;
}

/* A claim that holds or not; the text after it says what was claimed. */
#define OK(condition, ...) tap_ok((condition), __FILE__, __LINE__, __VA_ARGS__)

/* Something that could not be tried here: visible and counted, never silent. */
#define SKIP(...)                                     \
	do {                                          \
		printf("ok %d # SKIP ", ++tap_count); \
		printf(__VA_ARGS__);                  \
		printf("\n");                         \
	} while (0)

__attribute__((unused)) static int tap_done(void)
{
	printf("1..%d\n", tap_count);
	return tap_failed == 0 ? 0 : 1;
}

#endif
