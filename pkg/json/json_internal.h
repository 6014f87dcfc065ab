/*
 * json_internal: what the files of json share.
 *
 * parse.c holds the text to the grammar and builds json-c's tree from what it reads; json-c's own
 * reader is not used: it forgives much, and under want of memory it drops members or crashes.
 */
#ifndef SIGLET_JSON_INTERNAL_H
#define SIGLET_JSON_INTERNAL_H

#include <json-c/json_object.h>
#include <json-c/linkhash.h>

#include "json/json.h"

/* ---- a text that is being read (cursor.c) ---- */

typedef struct siglet_json_cursor {
	siglet_slice text;
	size_t at; /* of the next byte */
} siglet_json_cursor;

/* The next byte; NUL, which the grammar has nowhere, at the end. */
uint8_t siglet_json_peek(const siglet_json_cursor *c);
bool siglet_json_take(siglet_json_cursor *c, uint8_t byte);
void siglet_json_skip_space(siglet_json_cursor *c);
bool siglet_json_is_digit(uint8_t byte);

/* SIGLET_E_MALFORMED at that byte; and: what stands at the cursor is not what the grammar wants. */
SIGLET_MUST_USE siglet_err *siglet_json_malformed(size_t at, const char *what);
SIGLET_MUST_USE siglet_err *siglet_json_expected(const siglet_json_cursor *c, const char *what);

/* ---- strings (string.c) ---- */

/*
 * The string at the cursor, from its opening quote, unescaped. Borrows from the text, or where it
 * has escapes from scratch, whose content is replaced.
 */
SIGLET_MUST_USE siglet_err *siglet_json_read_string(siglet_json_cursor *c, siglet_buf *scratch,
						    siglet_slice *ret_text);

/* ---- numbers (number.c) ---- */

/* The most that a negative or positive integer may be to fit json-c's int64_t or uint64_t. */
#define SIGLET_JSON_MAX_INTEGER(is_negative) ((is_negative) ? (uint64_t)1 << 63 : UINT64_MAX)

/*
 * The integer that text is, by the grammar of JSON: "-", then digits without a leading zero. False
 * for any other text. *ret_fits says whether the digits are no more than SIGLET_JSON_MAX_INTEGER.
 */
bool siglet_json_read_integer(siglet_slice text, bool *ret_is_negative, uint64_t *ret_magnitude,
			      bool *ret_fits);

/*
 * The number at the cursor as an object of json-c: an integer that fits exactly, any other by its
 * spelling alone.
 */
SIGLET_MUST_USE siglet_err *siglet_json_read_number(siglet_json_cursor *c,
						    struct json_object **ret_number);

/* The double nearest to a number. Errors: SIGLET_E_RANGE when there is none, SIGLET_E_NOMEM. */
SIGLET_MUST_USE siglet_err *siglet_json_double(struct json_object *number, double *ret_double);

/* Append a finite number as RFC 8785 section 3.2.2.3 writes it. (double.c) */
SIGLET_MUST_USE siglet_err *siglet_json_write_double(double number, siglet_buf *ret_text);

/* Does a correct reader read digits times ten to the power of exponent as number? (double.c) */
SIGLET_MUST_USE siglet_err *siglet_json_read_decimal(const char *digits, long exponent,
						     double *ret_number);

/* ---- values (value.c) ---- */

/* Between a value and json-c's object for it, which is NULL for null. Read the object only. */
const siglet_json *siglet_json_wrap(const struct json_object *object);
struct json_object *siglet_json_unwrap(const siglet_json *value);

#endif
