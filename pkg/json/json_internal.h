/*
 * json_internal: what the files of json share.
 *
 * Reading takes three steps, each of which trusts nothing of the others: scan.c holds the text to
 * the grammar, parse.c has json-c load it, and both keep a trail of what they saw. Only a document
 * with the same trail reaches the accessors.
 */
#ifndef SIGLET_JSON_INTERNAL_H
#define SIGLET_JSON_INTERNAL_H

#include <json-c/json_object.h>
#include <json-c/linkhash.h>

#include "json/json.h"

/*
 * What a document says, step after step in its order, folded into one number (FNV-1a). It tells
 * accidents apart, not attacks: it compares two readings of one text.
 */
typedef struct siglet_json_trail {
	uint64_t hash;
} siglet_json_trail;

typedef enum siglet_json_step {
	SIGLET_STEP_NULL,
	SIGLET_STEP_FALSE,
	SIGLET_STEP_TRUE,
	SIGLET_STEP_INTEGER, /* then its magnitude */
	SIGLET_STEP_NEGATIVE,
	SIGLET_STEP_DOUBLE, /* then its spelling */
	SIGLET_STEP_STRING, /* then its bytes, unescaped, and their number */
	SIGLET_STEP_KEY,
	SIGLET_STEP_ARRAY,
	SIGLET_STEP_ARRAY_END,
	SIGLET_STEP_OBJECT,
	SIGLET_STEP_OBJECT_END,
} siglet_json_step;

void siglet_json_trail_init(siglet_json_trail *trail);
void siglet_json_trail_step(siglet_json_trail *trail, siglet_json_step step);
void siglet_json_trail_bytes(siglet_json_trail *trail, siglet_slice bytes);
void siglet_json_trail_number(siglet_json_trail *trail, uint64_t number);

/*
 * Hold text to the rules of json.h. Where json-c would misread what it says, *ret_respelled, which
 * must be empty, is the same document as json-c reads it well; else it stays empty.
 *
 * Errors: those of siglet_json_parse.
 */
SIGLET_MUST_USE siglet_err *siglet_json_scan(siglet_slice text, siglet_json_trail *ret_trail,
					     siglet_buf *ret_respelled);

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
