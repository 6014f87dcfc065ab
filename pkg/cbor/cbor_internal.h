/*
 * cbor_internal: what the files of this room share.
 */
#ifndef SIGLET_CBOR_INTERNAL_H
#define SIGLET_CBOR_INTERNAL_H

#include "cbor/cbor.h"

struct siglet_cbor {
	const siglet_cbor_doc *doc;
	const siglet_cbor *parent; /* NULL: the outermost; of what was opened: the byte string */
	const siglet_cbor *key;	   /* of a value in a map */
	const char *name;	   /* what its place is called; NULL: key or index say it */
	siglet_cbor *items;	   /* of an array or tag; of a map keys and values in turn;
				    * of a byte string, beyond count: what was opened in it */
	siglet_slice raw;
	siglet_slice content; /* of a string */
	uint64_t value;	      /* the head's argument; of BOOL 0 or 1 */
	uint32_t count;	      /* of items */
	uint32_t index;	      /* among the parent's items */
	uint8_t kind;	      /* siglet_cbor_kind */
	uint8_t depth;	      /* 1: the outermost */
	bool is_deterministic;
	bool is_opened; /* parent is the byte string that it was encoded in */
};

struct siglet_cbor_doc {
	const siglet_cbor_heads *heads;
	siglet_slice input;
	siglet_arena arena;
	size_t items_left;
	siglet_cbor root;
};

/*
 * The same as siglet_cbor_error at a byte of the document that lies in item.
 */
SIGLET_MUST_USE SIGLET_NEVER_NULL siglet_err *siglet_cbor_error_at(const siglet_cbor *item,
								   const uint8_t *at,
								   siglet_code code,
								   const char *format, ...)
	SIGLET_PRINTF(4, 5);

/* Bytes of the shortest head for value. */
size_t siglet_cbor_head_size(uint64_t value);

#endif
