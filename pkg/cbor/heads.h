/*
 * heads: what crosses the border to libsiglet-cose.so.
 *
 * That shared object has libcbor behind it and none of siglet's rooms, so only plain C crosses: the
 * head of one CBOR item, read or written. libcbor's reader of whole trees stays unused: it takes
 * memory by the counts that it is told (2 GiB for five bytes), keeps repeated keys, passes over
 * trailing bytes, and in 0.8 refuses the tag of COSE_Sign1. Whoever loads the object asks
 * siglet_cose_functions for the table and looks at abi before anything else. The functions keep no
 * state and take no memory; any thread may call them.
 */
#ifndef SIGLET_CBOR_HEADS_H
#define SIGLET_CBOR_HEADS_H

#include <stddef.h>
#include <stdint.h>

#define SIGLET_COSE_ABI 1
#define SIGLET_COSE_LIBRARY SIGLET_LOADED("libsiglet-cose.so.0")
#define SIGLET_COSE_ENTRY "siglet_cose_functions"

#define SIGLET_CBOR_MAX_HEAD 9 /* bytes */

/* The first three bits of an item (RFC 8949 section 3.1). */
typedef enum siglet_cbor_major {
	SIGLET_CBOR_MAJOR_UINT = 0,
	SIGLET_CBOR_MAJOR_NINT,	 /* -1 - value */
	SIGLET_CBOR_MAJOR_BYTES, /* value: bytes that follow */
	SIGLET_CBOR_MAJOR_TEXT,
	SIGLET_CBOR_MAJOR_ARRAY, /* value: items that follow */
	SIGLET_CBOR_MAJOR_MAP,	 /* value: pairs of items that follow */
	SIGLET_CBOR_MAJOR_TAG,
	SIGLET_CBOR_MAJOR_SIMPLE, /* value: 20 false, 21 true, 22 null, 23 undefined */
} siglet_cbor_major;

/* What was found; nothing but DONE is a head. */
typedef enum siglet_cbor_found {
	SIGLET_CBOR_NOTHING = 0, /* no item begins like this, or none that libcbor knows */
	SIGLET_CBOR_DONE,
	SIGLET_CBOR_CUT, /* the head goes on behind the end, or the string that it declares does */
	SIGLET_CBOR_INDEFINITE, /* of a string, an array or a map without a length; or their end */
	SIGLET_CBOR_FLOAT,
} siglet_cbor_found;

typedef struct siglet_cbor_head {
	siglet_cbor_major major;
	uint64_t value;
	size_t size; /* in bytes, of the head alone */
} siglet_cbor_head;

typedef struct siglet_cbor_heads {
	unsigned abi;
	/* The head at bytes. Of a string all of it must be there. ret_head is set when DONE only. */
	siglet_cbor_found (*decode)(const uint8_t *bytes, size_t len, siglet_cbor_head *ret_head);
	/* The shortest head for value; how many bytes it has. 0: there is none. */
	size_t (*encode)(siglet_cbor_major major, uint64_t value,
			 uint8_t ret_bytes[SIGLET_CBOR_MAX_HEAD]);
} siglet_cbor_heads;

#endif
