/*
 * json: what does this text say, and can it be read in only one way?
 *
 * json-c behind a strict front: valid UTF-8, unique keys, bounded depth and size, exact numbers, no
 * trailing bytes. On top of it the rules of proto-JSON, canonical JSON, and a writer. No I/O, no
 * state; a parsed document is read-only and may be shared by threads.
 *
 * Spec: RFC 8259 (JSON), RFC 8785 (canonical form), OLPC canonical JSON (the form that TUF signs),
 *       the ProtoJSON format of Protocol Buffers.
 */
#ifndef SIGLET_JSON_H
#define SIGLET_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/base.h"

/*
 * Ceilings on what a text may ask json-c to build: an empty object of two bytes takes it some 800
 * bytes of memory. A member counts as a value, and so does each array and object.
 */
#define SIGLET_JSON_MAX_DEPTH 100
#define SIGLET_JSON_MAX_VALUES (1u << 20)
#define SIGLET_JSON_MAX_CONTAINERS (1u << 18)

typedef struct siglet_json_doc siglet_json_doc; /* owns a parsed document */
typedef struct siglet_json siglet_json;		/* a value in it; lives as long as the document */

typedef enum siglet_json_kind {
	SIGLET_JSON_NULL,
	SIGLET_JSON_BOOL,
	SIGLET_JSON_NUMBER,
	SIGLET_JSON_STRING,
	SIGLET_JSON_ARRAY,
	SIGLET_JSON_OBJECT,
} siglet_json_kind;

/*
 * Parse a whole document of at most max_bytes.
 *
 * Errors: SIGLET_E_LIMIT      larger than max_bytes, or past a ceiling above
 *         SIGLET_E_MALFORMED  not JSON, not UTF-8, a byte order mark, half a surrogate pair, a key
 *                             that is repeated or holds NUL, trailing bytes; the message names the
 *                             byte offset
 *         SIGLET_E_NOMEM
 */
SIGLET_MUST_USE siglet_err *siglet_json_parse(siglet_slice text, size_t max_bytes,
					      siglet_json_doc **ret_doc);
/*
 * The same of a text that holds a token: strings are wiped when the document is freed, or can't be
 * had. (Keys are not.)
 */
SIGLET_MUST_USE siglet_err *siglet_json_parse_secret(siglet_slice text, size_t max_bytes,
						     siglet_json_doc **ret_doc);
void siglet_json_doc_free(siglet_json_doc *doc);
const siglet_json *siglet_json_root(const siglet_json_doc *doc);

siglet_json_kind siglet_json_kind_of(const siglet_json *value); /* JSON null is SIGLET_JSON_NULL */
const char *siglet_json_kind_name(siglet_json_kind kind);	/* "an object", "a string" … */

/*
 * Of a value of that kind only; otherwise an empty slice, 0 or NULL. A string may hold NUL. A value
 * may be NULL, for one that is absent, in all functions that read.
 */
siglet_slice siglet_json_string(const siglet_json *value);
bool siglet_json_bool(const siglet_json *value);
size_t siglet_json_array_count(const siglet_json *value);
const siglet_json *siglet_json_array_item(const siglet_json *value, size_t index);
/* NULL when absent; a member whose value is null gives a value of kind SIGLET_JSON_NULL. */
const siglet_json *siglet_json_object_get(const siglet_json *value, const char *name);

/*
 * A number or a quoted integer, exactly. Errors: SIGLET_E_MALFORMED for another kind of value, or a
 * fraction, exponent or anything else in a string; SIGLET_E_RANGE outside int64_t.
 */
SIGLET_MUST_USE siglet_err *siglet_json_integer(const siglet_json *value, int64_t *ret_value);

/* Call visit for each member in document order until it returns an error, which is returned. */
typedef siglet_err *siglet_json_visit(void *context, siglet_slice name, const siglet_json *value);
SIGLET_MUST_USE siglet_err *siglet_json_object_each(const siglet_json *value,
						    siglet_json_visit *visit, void *context);

/*
 * Members by plain JSON rules (in-toto statements, log entry bodies): exactly this name.
 * Errors of all: SIGLET_E_MISSING when absent or null, SIGLET_E_MALFORMED when of another kind.
 */
SIGLET_MUST_USE siglet_err *siglet_json_need_object(const siglet_json *object, const char *name,
						    const siglet_json **ret_value);
SIGLET_MUST_USE siglet_err *siglet_json_need_array(const siglet_json *object, const char *name,
						   const siglet_json **ret_value);
SIGLET_MUST_USE siglet_err *siglet_json_need_string(const siglet_json *object, const char *name,
						    siglet_slice *ret_text);
/* A number without fraction or exponent. Errors also: SIGLET_E_RANGE. */
SIGLET_MUST_USE siglet_err *siglet_json_need_int64(const siglet_json *object, const char *name,
						   int64_t *ret_value);

/*
 * Members by proto-JSON rules (bundles, trusted roots). name is lowerCamelCase; its snake_case
 * spelling is accepted too, both together are SIGLET_E_MALFORMED; null means unset. An unset field
 * gives NULL, an empty slice, 0 or false: its proto default. Wrong kind: SIGLET_E_MALFORMED. Every
 * error names the field.
 */
SIGLET_MUST_USE siglet_err *siglet_proto_object(const siglet_json *object, const char *name,
						const siglet_json **ret_value);
/* Errors also: SIGLET_E_LIMIT when the array has more than max_count items. */
SIGLET_MUST_USE siglet_err *siglet_proto_array(const siglet_json *object, const char *name,
					       size_t max_count, const siglet_json **ret_value);
SIGLET_MUST_USE siglet_err *siglet_proto_string(const siglet_json *object, const char *name,
						siglet_slice *ret_text);
/*
 * A decimal string or an integer; no fraction, exponent, sign "+", space. Errors also:
 * SIGLET_E_RANGE.
 */
SIGLET_MUST_USE siglet_err *siglet_proto_int64(const siglet_json *object, const char *name,
					       int64_t *ret_value);
/* Base64 (siglet_base64_decode_any), decoded into arena. */
SIGLET_MUST_USE siglet_err *siglet_proto_bytes(const siglet_json *object, const char *name,
					       siglet_arena *arena, siglet_slice *ret_bytes);
/* The same for one value, such as an array item; what names it in errors. */
SIGLET_MUST_USE siglet_err *siglet_proto_bytes_value(const siglet_json *value, const char *what,
						     siglet_arena *arena, siglet_slice *ret_bytes);
/* RFC 3339 to milliseconds since 1970 UTC. */
SIGLET_MUST_USE siglet_err *siglet_proto_time(const siglet_json *object, const char *name,
					      bool *ret_present, int64_t *ret_ms);

/* One value of an enum: its proto name and number. */
typedef struct siglet_proto_enum {
	const char *name;
	int number;
} siglet_proto_enum;

/*
 * A name or an integer. Unset gives 0. An integer or name that is not in the table gives
 * SIGLET_E_UNSUPPORTED; anything but a string or integer SIGLET_E_MALFORMED.
 */
SIGLET_MUST_USE siglet_err *siglet_proto_enum_value(const siglet_json *object, const char *name,
						    const siglet_proto_enum *table, size_t count,
						    int *ret_number);

/*
 * Append the canonical form (RFC 8785). Errors: SIGLET_E_RANGE for a number that has no double,
 * SIGLET_E_LIMIT, SIGLET_E_NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_json_canonicalize(const siglet_json *value,
						     siglet_buf *ret_text);

/*
 * The same in the form of OLPC (TUF specification 4.2): only quote and backslash are escaped, keys
 * sort by code point. Errors: SIGLET_E_MALFORMED for a number with a fraction or exponent;
 * SIGLET_E_RANGE for one that does not fit 64 bits; SIGLET_E_LIMIT, SIGLET_E_NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_json_canonicalize_olpc(const siglet_json *value,
							  siglet_buf *ret_text);

/*
 * Writing. text is quoted with the escapes of RFC 8785 (only ", \ and controls), so it must be
 * valid UTF-8 for valid JSON: what is not is written as U+FFFD.
 */
SIGLET_MUST_USE siglet_err *siglet_json_quote(siglet_slice text, siglet_buf *ret_text);

/*
 * The same text by other escapes: what siglet_text_print takes for harmful is \uNNNN, too, since JSON
 * is printed on terminals. For anything whose bytes nobody signs.
 */
SIGLET_MUST_USE siglet_err *siglet_json_quote_harmless(siglet_slice text, siglet_buf *ret_text);

/*
 * A writer that puts commas and, with indent > 0, line breaks. After the first failure it does
 * nothing more and keeps the error for siglet_json_writer_finish, so calls need no check each.
 * name is NULL inside arrays and at the top.
 */
typedef struct siglet_json_writer {
	siglet_buf *out;
	siglet_err *err;
	unsigned indent; /* spaces a level; 0: everything on one line */
	unsigned depth;
	bool first;
} siglet_json_writer;

void siglet_json_writer_init(siglet_json_writer *writer, siglet_buf *out, unsigned indent);
void siglet_json_write_begin_object(siglet_json_writer *writer, const char *name);
void siglet_json_write_end_object(siglet_json_writer *writer);
void siglet_json_write_begin_array(siglet_json_writer *writer, const char *name);
void siglet_json_write_end_array(siglet_json_writer *writer);
void siglet_json_write_string(siglet_json_writer *writer, const char *name, siglet_slice text);
void siglet_json_write_text(siglet_json_writer *writer, const char *name, const char *text);
void siglet_json_write_base64(siglet_json_writer *writer, const char *name, siglet_slice bytes);
void siglet_json_write_hex(siglet_json_writer *writer, const char *name, siglet_slice bytes);
void siglet_json_write_int(siglet_json_writer *writer, const char *name, int64_t value);
/* As proto-JSON writes 64-bit numbers: a decimal string. */
void siglet_json_write_int_string(siglet_json_writer *writer, const char *name, int64_t value);
void siglet_json_write_bool(siglet_json_writer *writer, const char *name, bool value);
void siglet_json_write_null(siglet_json_writer *writer, const char *name);
/* Errors also: SIGLET_E_INTERNAL for anything but one whole value. */
SIGLET_MUST_USE siglet_err *siglet_json_writer_finish(siglet_json_writer *writer);

#endif
