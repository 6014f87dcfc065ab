/*
 * json_internal: what the files of json share.
 *
 * Reading takes three steps, each of which trusts nothing of the others: scan.c holds the text to
 * the grammar and counts what it says, parse.c has json-c load it and counts what came out, and
 * only a document with equal counts reaches the accessors.
 */
#ifndef SIGLET_JSON_INTERNAL_H
#define SIGLET_JSON_INTERNAL_H

#include <json-c/json_object.h>
#include <json-c/linkhash.h>

#include "json/json.h"

/* What there is to count in a document. */
typedef enum siglet_json_tally {
	SIGLET_TALLY_NULL,
	SIGLET_TALLY_FALSE,
	SIGLET_TALLY_TRUE,
	SIGLET_TALLY_INTEGER, /* that fits json-c's integers */
	SIGLET_TALLY_DOUBLE,  /* every other number */
	SIGLET_TALLY_STRING,
	SIGLET_TALLY_STRING_BYTES, /* after unescaping */
	SIGLET_TALLY_ARRAY,
	SIGLET_TALLY_OBJECT,
	SIGLET_TALLY_KEY,
	SIGLET_TALLY_KEY_BYTES, /* after unescaping */
	SIGLET_TALLY_COUNT,
} siglet_json_tally;

typedef struct siglet_json_census {
	size_t of[SIGLET_TALLY_COUNT];
} siglet_json_census;

/*
 * Hold text to the rules of json.h. Appends to ret_big the offset, as a size_t, behind each integer
 * that is too large for json-c.
 *
 * Errors: those of siglet_json_parse.
 */
SIGLET_MUST_USE siglet_err *siglet_json_scan(siglet_slice text, siglet_json_census *ret_census,
					     siglet_buf *ret_big);

/* The most that a negative or positive integer may be to fit json-c's int64_t or uint64_t. */
#define SIGLET_JSON_MAX_INTEGER(is_negative) ((is_negative) ? (uint64_t)1 << 63 : UINT64_MAX)

/*
 * The integer that text is, by the grammar of JSON: "-", then digits without a leading zero. False
 * for any other text. *ret_fits says whether the digits are no more than SIGLET_JSON_MAX_INTEGER.
 */
bool siglet_json_read_integer(siglet_slice text, bool *ret_is_negative, uint64_t *ret_magnitude,
			      bool *ret_fits);

/*
 * A number or a quoted integer, exactly. Errors: SIGLET_E_MALFORMED for another kind of value, or a
 * fraction, exponent or anything else in a string; SIGLET_E_RANGE outside int64_t.
 */
SIGLET_MUST_USE siglet_err *siglet_json_integer(const siglet_json *value, int64_t *ret_value);

/* Between a value and json-c's object for it, which is NULL for null. Read the object only. */
const siglet_json *siglet_json_wrap(const struct json_object *object);
struct json_object *siglet_json_unwrap(const siglet_json *value);

/* Append a finite number as RFC 8785 section 3.2.2.3 writes it. */
SIGLET_MUST_USE siglet_err *siglet_json_write_double(double number, siglet_buf *ret_text);

#endif
