/*
 * base: what does every other room stand on?
 *
 * Errors as values, borrowed slices, bounded buffers, text encodings, times. No I/O, no clock, no
 * global state; every function is safe from any thread, an object belongs to one thread at a time.
 *
 * Spec: RFC 4648 (base16, base64), RFC 7468 (PEM), RFC 3629 (UTF-8), RFC 3339 (times).
 */
#ifndef SIGLET_BASE_H
#define SIGLET_BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__) || defined(__clang__)
#define SIGLET_MUST_USE __attribute__((warn_unused_result))
#define SIGLET_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define SIGLET_NEVER_NULL __attribute__((returns_nonnull))
#else
#define SIGLET_MUST_USE
#define SIGLET_PRINTF(fmt, args)
#define SIGLET_NEVER_NULL
#endif

#define SIGLET_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * The name by which an object of ours is loaded when it is first needed. A distribution's build
 * says in which folder (LOADEDDIR); any other lies beside the program or the library, where the
 * run path points. Nothing from the environment has a say when a folder is named.
 */
#ifdef SIGLET_LOADED_DIR
#define SIGLET_LOADED(name) SIGLET_LOADED_DIR "/" name
#define SIGLET_LOADED_WHERE ""
#else
#define SIGLET_LOADED(name) name
#define SIGLET_LOADED_WHERE " beside the program or the library"
#endif

/* ---- errors (err.c) ---- */

/* What went wrong, by what a person can do about it. */
typedef enum siglet_code {
	SIGLET_E_USAGE = 1,   /* the caller asked for something that makes no sense */
	SIGLET_E_MALFORMED,   /* the input is not in its format */
	SIGLET_E_UNSUPPORTED, /* well-formed, but a kind or algorithm this build does not handle */
	SIGLET_E_RANGE,	      /* a number lies outside what is allowed */
	SIGLET_E_LENGTH,      /* a length or count is not the one that is called for */
	SIGLET_E_LIMIT,	      /* larger than a ceiling of ours */
	SIGLET_E_MISMATCH,    /* two values that must be equal differ, or a signature is wrong */
	SIGLET_E_UNTRUSTED,   /* nothing in the trusted root vouches for it */
	SIGLET_E_EXPIRED,     /* outside a validity window */
	SIGLET_E_MISSING,     /* something that is required is absent */
	SIGLET_E_IO,	      /* a file can't be read or written */
	SIGLET_E_NETWORK,     /* a service failed or can't be reached */
	SIGLET_E_IDENTITY, /* no identity to sign with, or one that the authority does not take */
	SIGLET_E_TRUST,	   /* no usable trust root */
	SIGLET_E_CRYPTO,   /* the cryptographic library failed */
	SIGLET_E_NOMEM,	   /* out of memory */
	SIGLET_E_INTERNAL, /* a fault of ours */
} siglet_code;

/*
 * An error. NULL is success; anything else is owned by who received it, and is returned, wrapped or
 * freed. It is a pointer so that no int of another library's conventions can pass for one.
 */
typedef struct siglet_err siglet_err;

/* The value every `err` starts with, so that a forgotten assignment is a failure. Never freed. */
extern siglet_err siglet_err_unset;
#define SIGLET_ERR_UNSET (&siglet_err_unset)

/* Make an error. Never NULL: without memory the answer is a static SIGLET_E_NOMEM error. */
SIGLET_MUST_USE SIGLET_NEVER_NULL siglet_err *siglet_err_new(siglet_code code, const char *format,
							     ...) SIGLET_PRINTF(2, 3);

/* The static out-of-memory error. Inline, so that analysers see that it is not NULL. */
extern siglet_err siglet_err_no_memory;
SIGLET_MUST_USE SIGLET_NEVER_NULL static inline siglet_err *siglet_err_nomem(void)
{
	return &siglet_err_no_memory;
}

/* Put "context: " before the message. Takes err, which must not be NULL; never returns NULL. */
SIGLET_MUST_USE SIGLET_NEVER_NULL siglet_err *siglet_err_wrap(siglet_err *err, const char *format,
							      ...) SIGLET_PRINTF(2, 3);

/* Say what to do about it; an earlier hint stays. Takes err; never returns NULL. */
SIGLET_MUST_USE SIGLET_NEVER_NULL siglet_err *siglet_err_hint(siglet_err *err, const char *format,
							      ...) SIGLET_PRINTF(2, 3);

/* The same error under another code: what it means to the caller of the caller. Takes err. */
SIGLET_MUST_USE SIGLET_NEVER_NULL siglet_err *siglet_err_recode(siglet_err *err, siglet_code code);

siglet_code siglet_err_code(const siglet_err *err); /* err must not be NULL */
/*
 * Does it say nothing of the input, since memory, the cryptographic library or this program failed?
 * Whoever passes over bad input passes this on: no verdict may rest on it. err must not be NULL.
 */
bool siglet_err_is_fault(const siglet_err *err);
const char *siglet_err_message(const siglet_err *err);	 /* never NULL */
const char *siglet_err_hint_text(const siglet_err *err); /* NULL where there is none */
const char *siglet_code_name(siglet_code code);		 /* "malformed", "mismatch" … */
void siglet_err_free(siglet_err *err);			 /* NULL and static errors are fine */

/* ---- slices (bytes.c) ---- */

/* Borrowed, read-only bytes. ptr may be NULL when len is 0. */
typedef struct siglet_slice {
	const uint8_t *ptr;
	size_t len; /* in bytes */
} siglet_slice;

#define SIGLET_SLICE_NONE ((siglet_slice) { NULL, 0 })

siglet_slice siglet_slice_of(const void *ptr, size_t len);
siglet_slice siglet_slice_str(const char *text); /* without the NUL; NULL gives an empty slice */
bool siglet_slice_equal(siglet_slice a, siglet_slice b);
bool siglet_slice_is(siglet_slice a, const char *text); /* byte equality with a C string */
bool siglet_slice_has_prefix(siglet_slice a, const char *text);
bool siglet_slice_contains(siglet_slice a, const char *text);
bool siglet_slice_has_suffix(siglet_slice a, const char *text);
bool siglet_slice_equal_nocase(siglet_slice a, siglet_slice b); /* ASCII letters only, any locale */
int siglet_slice_compare(siglet_slice a, siglet_slice b);	/* memcmp order, then length */

/* ---- owned buffers (bytes.c) ---- */

/*
 * Bytes that are owned and may grow up to a ceiling fixed at init. A secret buffer is wiped
 * whenever its memory is given back. ptr is always NUL-terminated one past len once non-NULL.
 */
typedef struct siglet_buf {
	uint8_t *ptr;
	size_t len; /* in bytes, in use */
	size_t cap; /* allocated, without the terminator */
	size_t max; /* ceiling of len */
	bool secret;
} siglet_buf;

void siglet_buf_init(siglet_buf *buf, size_t max);
void siglet_buf_init_secret(siglet_buf *buf, size_t max);
void siglet_buf_clear(siglet_buf *buf); /* frees, wipes secrets; usable again, same ceiling */
siglet_slice siglet_buf_slice(const siglet_buf *buf);
const char *siglet_buf_text(const siglet_buf *buf);    /* NUL-terminated, "" when empty */
void siglet_buf_truncate(siglet_buf *buf, size_t len); /* keep the first len bytes, or all */

/* Errors of all appends: SIGLET_E_LIMIT past the ceiling, SIGLET_E_NOMEM. Nothing is appended then. */
SIGLET_MUST_USE siglet_err *siglet_buf_append(siglet_buf *buf, siglet_slice data);
SIGLET_MUST_USE siglet_err *siglet_buf_append_str(siglet_buf *buf, const char *text);
SIGLET_MUST_USE siglet_err *siglet_buf_append_byte(siglet_buf *buf, uint8_t byte);
/* Big-endian, width 1 to 8. Errors also: SIGLET_E_RANGE when value does not fit. */
SIGLET_MUST_USE siglet_err *siglet_buf_append_uint(siglet_buf *buf, uint64_t value, size_t width);
SIGLET_MUST_USE siglet_err *siglet_buf_printf(siglet_buf *buf, const char *format, ...)
	SIGLET_PRINTF(2, 3);

/* Allocate for more bytes to come, so that appending them can't fail. */
SIGLET_MUST_USE siglet_err *siglet_buf_reserve(siglet_buf *buf, size_t more);

/* A copy of text or bytes with a NUL behind it, from malloc. Errors: SIGLET_E_NOMEM. */
SIGLET_MUST_USE siglet_err *siglet_strndup(siglet_slice text, char **ret_text);

/* calloc with the multiplication checked; count 0 gives a non-NULL pointer. NULL without memory. */
void *siglet_calloc(size_t count, size_t size);

/* Overwrite memory in a way that the compiler can't remove. */
void siglet_wipe(void *ptr, size_t len);

/* ---- arena (arena.c) ---- */

/*
 * Memory that is freed all at once: the decoded pieces of one parsed document. The ceiling counts
 * every byte handed out, so that no input can make more of it than its reader allows.
 */
typedef struct siglet_arena {
	struct siglet_arena_block *blocks;
	size_t used; /* bytes handed out */
	size_t max;
} siglet_arena;

void siglet_arena_init(siglet_arena *arena, size_t max);
void siglet_arena_clear(siglet_arena *arena); /* frees everything; usable again, same ceiling */

/* Zeroed memory for count objects of size bytes, aligned for any type. Errors: LIMIT, NOMEM. */
SIGLET_MUST_USE siglet_err *siglet_arena_alloc(siglet_arena *arena, size_t count, size_t size,
					       void *ret_pointer);
/* A copy with a NUL behind it. Errors: LIMIT, NOMEM. */
SIGLET_MUST_USE siglet_err *siglet_arena_copy(siglet_arena *arena, siglet_slice data,
					      siglet_slice *ret_copy);

/* ---- reader (bytes.c) ---- */

/* A cursor over borrowed bytes; every read checks what is left and a failed one moves nothing. */
typedef struct siglet_reader {
	siglet_slice left;
} siglet_reader;

/*
 * Big-endian unsigned number of width 1 to 8 bytes. Errors of all reads: SIGLET_E_MALFORMED when it
 * is cut off; SIGLET_E_RANGE for another width.
 */
SIGLET_MUST_USE siglet_err *siglet_reader_uint(siglet_reader *reader, size_t width,
					       uint64_t *ret_value);
SIGLET_MUST_USE siglet_err *siglet_reader_bytes(siglet_reader *reader, size_t len,
						siglet_slice *ret_bytes);
/* A big-endian length of width bytes, then that many bytes. */
SIGLET_MUST_USE siglet_err *siglet_reader_vector(siglet_reader *reader, size_t width,
						 siglet_slice *ret_bytes);
/* The text up to, without, the next newline; the newline is consumed and must be there. */
SIGLET_MUST_USE siglet_err *siglet_reader_line(siglet_reader *reader, siglet_slice *ret_line);
/* Errors: SIGLET_E_MALFORMED when bytes are left over. */
SIGLET_MUST_USE siglet_err *siglet_reader_end(const siglet_reader *reader);

/* ---- text encodings (encode.c, pem.c) ---- */

/* Appends; lowercase hex, standard base64 with padding. Errors: those of siglet_buf_append. */
SIGLET_MUST_USE siglet_err *siglet_hex_encode(siglet_slice data, siglet_buf *ret_text);
SIGLET_MUST_USE siglet_err *siglet_base64_encode(siglet_slice data, siglet_buf *ret_text);

/* Either case; the length must be even. Appends to ret_data. Errors: SIGLET_E_MALFORMED, _LIMIT, _NOMEM. */
SIGLET_MUST_USE siglet_err *siglet_hex_decode(siglet_slice text, siglet_buf *ret_data);

/*
 * Strict: standard alphabet, padding required, no white space, unused bits zero. Appends.
 * Errors: SIGLET_E_MALFORMED, SIGLET_E_LIMIT, SIGLET_E_NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_base64_decode(siglet_slice text, siglet_buf *ret_data);

/*
 * As proto-JSON readers do: standard or URL-safe alphabet, not mixed; padding whole or absent; no
 * white space, unused bits zero. Appends. Errors: as siglet_base64_decode.
 */
SIGLET_MUST_USE siglet_err *siglet_base64_decode_any(siglet_slice text, siglet_buf *ret_data);

/*
 * The next PEM block of *text with this label ("CERTIFICATE"); text around blocks is skipped, blocks
 * with another label are an error. *text moves behind the block. When no block is left, *ret_found
 * is false. Appends the decoded bytes to ret_der. Errors: SIGLET_E_MALFORMED, _LIMIT, _NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_pem_next(siglet_slice *text, const char *label,
					    siglet_buf *ret_der, bool *ret_found);

/* RFC 7468 strict form, 64 columns, final newline: the one that Rekor stores. Appends. */
SIGLET_MUST_USE siglet_err *siglet_pem_encode(const char *label, siglet_slice der,
					      siglet_buf *ret_text);

/* ---- text (text.c) ---- */

/* RFC 3629: no overlong forms, surrogates, or values past U+10FFFF. */
bool siglet_utf8_is_valid(siglet_slice text);

/*
 * Append text so that it can do nothing to a terminal: control characters, DEL, C1, bidirectional
 * and invisible format characters and invalid UTF-8 become \xNN or \u{NNNN}; a backslash is doubled.
 */
SIGLET_MUST_USE siglet_err *siglet_text_print(siglet_slice text, siglet_buf *ret_text);

/*
 * The first of the characters that siglet_text_print takes for harmful: where it is, its length in
 * bytes and its code point. False: there is none. What is no UTF-8 is passed over.
 */
bool siglet_text_find_harm(siglet_slice text, size_t *ret_at, size_t *ret_len, uint32_t *ret_point);

/* As siglet_text_print, cut with "…" behind where it does not fit, in a fixed buffer; for messages. */
typedef struct siglet_printable {
	char text[256];
} siglet_printable;
siglet_printable siglet_text_printable(siglet_slice text);

/* ---- times (time.c) ---- */

/* RFC 3339 date-time to milliseconds since 1970 UTC, finer fractions cut off. Errors: MALFORMED, RANGE. */
SIGLET_MUST_USE siglet_err *siglet_time_parse(siglet_slice text, int64_t *ret_ms);

/* "2025-07-04T00:00:00Z" of seconds since 1970 UTC; years 0 to 9999, else "(out of range)". */
typedef struct siglet_time_string {
	char text[32];
} siglet_time_string;
siglet_time_string siglet_time_format(int64_t time_s);

/* Proleptic Gregorian date and time to seconds since 1970 UTC; fields must be in range. */
int64_t siglet_time_from_civil(int year, int month, int day, int hour, int minute, int second);

#endif
