/*
 * cbor: what do these bytes say, and can they be read in only one way?
 *
 * A strict front before libcbor: definite lengths, unique keys, valid UTF-8, bounded size, depth and
 * number of items, no floating-point numbers, no trailing bytes. And a writer whose output has the
 * one deterministic form. libcbor itself is handed in, as the two functions of heads.h: no I/O, no
 * state here. Items of a parsed document are read-only and may be shared by threads, once nothing
 * more is opened in it.
 *
 * Spec: RFC 8949 (CBOR), section 4.2.1 for what is written, section 8 for what people see.
 */
#ifndef SIGLET_CBOR_H
#define SIGLET_CBOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/base.h"
#include "cbor/heads.h"

/* Ceilings of one input, with all that is encoded in its byte strings. */
#define SIGLET_MAX_CBOR_BYTES (16u << 20)
#define SIGLET_CBOR_MAX_DEPTH 16
#define SIGLET_CBOR_MAX_ITEMS 10000
#define SIGLET_CBOR_MAX_PAIRS 256 /* of one map */

typedef struct siglet_cbor_doc siglet_cbor_doc; /* owns the items of an input, which it borrows */
typedef struct siglet_cbor siglet_cbor;		/* an item; lives as long as the document */

typedef enum siglet_cbor_kind {
	SIGLET_CBOR_UINT = 0,
	SIGLET_CBOR_NINT, /* a negative integer */
	SIGLET_CBOR_BYTES,
	SIGLET_CBOR_TEXT,
	SIGLET_CBOR_ARRAY,
	SIGLET_CBOR_MAP,
	SIGLET_CBOR_TAG,
	SIGLET_CBOR_BOOL,
	SIGLET_CBOR_NULL,
	SIGLET_CBOR_UNDEFINED,
} siglet_cbor_kind;

/* ---- reading (parse.c) ---- */

/*
 * Parse one item, whole, of at most max_bytes, which is borrowed. names, ended by NULL, is what errors
 * call the items of the outermost array, tagged or not; NULL for their numbers.
 *
 * Errors: SIGLET_E_LIMIT        larger than max_bytes, or past a ceiling above
 *         SIGLET_E_MALFORMED    cut off, trailing bytes, an indefinite length, more items declared
 *                               than bytes are left, a repeated key, text that is not UTF-8; JSON
 *         SIGLET_E_UNSUPPORTED  a floating-point number, another simple value than false, true,
 *                               null and undefined, a key that is neither an integer nor a string
 *         SIGLET_E_NOMEM
 * Each message begins with the place: "byte 57: protected/33: ".
 */
SIGLET_MUST_USE siglet_err *siglet_cbor_parse(const siglet_cbor_heads *heads, siglet_slice bytes,
					      size_t max_bytes, const char *const *names,
					      siglet_cbor_doc **ret_doc);
void siglet_cbor_doc_free(siglet_cbor_doc *doc);
const siglet_cbor *siglet_cbor_root(const siglet_cbor_doc *doc);
const siglet_cbor_heads *siglet_cbor_doc_heads(const siglet_cbor_doc *doc);

/*
 * Parse what a byte string of the document has in it, as one item, whole. It takes from what is left
 * of the document's ceilings, so that wrapping multiplies nothing. Opened before, it is found
 * again. Errors: as above.
 */
SIGLET_MUST_USE siglet_err *siglet_cbor_open(siglet_cbor_doc *doc, const siglet_cbor *bytes,
					     const char *const *names,
					     const siglet_cbor **ret_item);
/* What was opened in it; NULL: nothing. */
const siglet_cbor *siglet_cbor_opened(const siglet_cbor *bytes);

/* ---- items (item.c); NULL stands for one that is absent, in all of them ---- */

/* UNDEFINED of one that is absent. */
siglet_cbor_kind siglet_cbor_kind_of(const siglet_cbor *item);
const char *siglet_cbor_kind_name(siglet_cbor_kind kind); /* "a byte string", "a map" … */

/* Its own encoding, head and all, as it stands in the input. */
siglet_slice siglet_cbor_raw(const siglet_cbor *item);
/* Is that encoding the one that RFC 8949 section 4.2.1 calls for? */
bool siglet_cbor_is_deterministic(const siglet_cbor *item);

/* Of an item of that kind only; otherwise an empty slice, 0 or NULL. Text may hold NUL. */
siglet_slice siglet_cbor_bytes(const siglet_cbor *item);
siglet_slice siglet_cbor_text(const siglet_cbor *item);
bool siglet_cbor_bool(const siglet_cbor *item);
uint64_t siglet_cbor_tag(const siglet_cbor *item);
const siglet_cbor *siglet_cbor_tagged(const siglet_cbor *item); /* what the tag is on */
size_t siglet_cbor_count(const siglet_cbor *item); /* items of an array, pairs of a map */
const siglet_cbor *siglet_cbor_at(const siglet_cbor *array, size_t index);
const siglet_cbor *siglet_cbor_key(const siglet_cbor *map, size_t index);
const siglet_cbor *siglet_cbor_value(const siglet_cbor *map, size_t index);
/* Of an integer: the argument n of its head; a negative one is -1 - n. */
uint64_t siglet_cbor_argument(const siglet_cbor *item);

/* The value of a key; NULL when there is none. The integer 1 and the text "1" are two keys. */
const siglet_cbor *siglet_cbor_get(const siglet_cbor *map, int64_t key);
const siglet_cbor *siglet_cbor_get_text(const siglet_cbor *map, const char *key);

/* NULL of the outermost; of what was opened the byte string. */
const siglet_cbor *siglet_cbor_parent(const siglet_cbor *item);
/* The key of the pair in a map that it is the key or the value of; NULL elsewhere. */
const siglet_cbor *siglet_cbor_key_of(const siglet_cbor *item);

/* Do two keys say the same, in whatever encoding? */
bool siglet_cbor_same_key(const siglet_cbor *a, const siglet_cbor *b);

/* ---- items that are wanted (need.c) ---- */

/*
 * An error about an item, its place before the message; where item is NULL, just the message.
 * Never NULL.
 */
SIGLET_MUST_USE SIGLET_NEVER_NULL siglet_err *siglet_cbor_error(const siglet_cbor *item,
								siglet_code code,
								const char *format, ...)
	SIGLET_PRINTF(3, 4);
/* Takes err, and puts the place of item before its message. Never NULL. */
SIGLET_MUST_USE SIGLET_NEVER_NULL siglet_err *siglet_cbor_error_wrap(const siglet_cbor *item,
								     siglet_err *err);

/*
 * The value, of an item of that kind. Errors: SIGLET_E_MALFORMED for another kind; of the integers
 * SIGLET_E_RANGE outside what their type has room for (of uint63: int64_t, and not negative).
 */
SIGLET_MUST_USE siglet_err *siglet_cbor_need(const siglet_cbor *item, siglet_cbor_kind kind);
SIGLET_MUST_USE siglet_err *siglet_cbor_need_bytes(const siglet_cbor *item,
						   siglet_slice *ret_bytes);
SIGLET_MUST_USE siglet_err *siglet_cbor_need_text(const siglet_cbor *item, siglet_slice *ret_text);
SIGLET_MUST_USE siglet_err *siglet_cbor_need_int64(const siglet_cbor *item, int64_t *ret_value);
SIGLET_MUST_USE siglet_err *siglet_cbor_need_uint63(const siglet_cbor *item, uint64_t *ret_value);
/* Errors also: SIGLET_E_LENGTH with fewer or more items. */
SIGLET_MUST_USE siglet_err *siglet_cbor_need_array(const siglet_cbor *item, size_t least,
						   size_t most);
/* Errors also: SIGLET_E_LENGTH of another length. */
SIGLET_MUST_USE siglet_err *siglet_cbor_need_hash(const siglet_cbor *item, size_t size,
						  siglet_slice *ret_bytes);

/* ---- for people (print.c) ---- */

/* How to print. */
typedef struct siglet_cbor_style {
	/* A word for an integer, as key or as value, without a slash; or NULL. May be NULL. */
	const char *(*name)(const siglet_cbor *integer);
	unsigned indent;   /* spaces for each level; 0: all on one line */
	size_t max_string; /* bytes of a string that are shown; 0: all */
} siglet_cbor_style;

/*
 * Append an item in diagnostic notation (RFC 8949 section 8; <<...>> and comments in slashes as in
 * RFC 8610 appendix G), so that it can do nothing to a terminal. What was opened in byte strings is
 * shown in their place. style may be NULL.
 * Errors: those of siglet_buf_append.
 */
SIGLET_MUST_USE siglet_err *siglet_cbor_print(const siglet_cbor *item,
					      const siglet_cbor_style *style, siglet_buf *ret_text);

/* ---- writing (write.c) ---- */

/*
 * A writer of deterministic CBOR: heads are the shortest, arrays and maps count themselves, and maps
 * sort their pairs by the bytes of the encoded keys, whatever the order of the calls. After the
 * first failure it does nothing more and keeps the error for siglet_cbor_writer_finish, so calls
 * need no check each.
 */
typedef struct siglet_cbor_writer {
	const siglet_cbor_heads *heads;
	siglet_buf *out;
	size_t begin; /* of what it writes, in out */
	siglet_err *err;
	unsigned depth;
	bool after_tag;
	struct {
		size_t begin; /* of its items in out; the head is put before them in the end */
		size_t items; /* so far; a pair has two */
		bool is_map;
	} open[SIGLET_CBOR_MAX_DEPTH + 1]; /* [0]: the top, which holds one item */
} siglet_cbor_writer;

/* Appends to out. */
void siglet_cbor_writer_init(siglet_cbor_writer *writer, const siglet_cbor_heads *heads,
			     siglet_buf *out);
void siglet_cbor_write_uint(siglet_cbor_writer *writer, uint64_t value);
void siglet_cbor_write_int(siglet_cbor_writer *writer, int64_t value);
void siglet_cbor_write_bytes(siglet_cbor_writer *writer, siglet_slice bytes);
void siglet_cbor_write_text(siglet_cbor_writer *writer, siglet_slice text); /* UTF-8 */
void siglet_cbor_write_bool(siglet_cbor_writer *writer, bool value);
void siglet_cbor_write_null(siglet_cbor_writer *writer);
/* On the next item. */
void siglet_cbor_write_tag(siglet_cbor_writer *writer, uint64_t number);
void siglet_cbor_write_begin_array(siglet_cbor_writer *writer);
void siglet_cbor_write_end_array(siglet_cbor_writer *writer);
/* A key, its value, the next key, its value … */
void siglet_cbor_write_begin_map(siglet_cbor_writer *writer);
void siglet_cbor_write_end_map(siglet_cbor_writer *writer);
/* One item that is encoded already; as it stands, so the writer's promise is the caller's here. */
void siglet_cbor_write_raw(siglet_cbor_writer *writer, siglet_slice encoded);
/* An item that was read, in deterministic form. */
void siglet_cbor_write_item(siglet_cbor_writer *writer, const siglet_cbor *item);
/*
 * Errors: the first one that came up: SIGLET_E_USAGE (text that is not UTF-8, a key twice, a key
 *         without a value, more or less than one item), SIGLET_E_LIMIT, SIGLET_E_NOMEM; out is then as it was.
 */
SIGLET_MUST_USE siglet_err *siglet_cbor_writer_finish(siglet_cbor_writer *writer);

/* Append the head of a byte string of len bytes: for who has the bytes elsewhere. */
SIGLET_MUST_USE siglet_err *siglet_cbor_append_bytes_head(const siglet_cbor_heads *heads,
							  uint64_t len, siglet_buf *ret_bytes);

#endif
