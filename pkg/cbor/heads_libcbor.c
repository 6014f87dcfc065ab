#include "cbor/heads.h"

#include <cbor.h>
#include <stdbool.h>
#include <string.h>

/*
 * libcbor's streaming half, one head at a time: what it sees it tells by callbacks, and takes no
 * memory for it. The same on 0.8 and on what came after.
 */

/* Lengths and counts: size_t in 0.8, uint64_t later. */
#if CBOR_MAJOR_VERSION > 0 || CBOR_MINOR_VERSION >= 9
typedef uint64_t count;
#else
typedef size_t count;
#endif

/* What the callbacks saw. */
typedef struct sight {
	siglet_cbor_found found;
	siglet_cbor_major major;
	uint64_t value;
	size_t content; /* of a string, behind the head */
} sight;

static void see(void *context, siglet_cbor_major major, uint64_t value)
{
	sight *s = context;

	s->found = SIGLET_CBOR_DONE;
	s->major = major;
	s->value = value;
}

static void see_uint8(void *context, uint8_t value)
{
	see(context, SIGLET_CBOR_MAJOR_UINT, value);
}

static void see_uint16(void *context, uint16_t value)
{
	see(context, SIGLET_CBOR_MAJOR_UINT, value);
}

static void see_uint32(void *context, uint32_t value)
{
	see(context, SIGLET_CBOR_MAJOR_UINT, value);
}

static void see_uint64(void *context, uint64_t value)
{
	see(context, SIGLET_CBOR_MAJOR_UINT, value);
}

static void see_negint8(void *context, uint8_t value)
{
	see(context, SIGLET_CBOR_MAJOR_NINT, value);
}

static void see_negint16(void *context, uint16_t value)
{
	see(context, SIGLET_CBOR_MAJOR_NINT, value);
}

static void see_negint32(void *context, uint32_t value)
{
	see(context, SIGLET_CBOR_MAJOR_NINT, value);
}

static void see_negint64(void *context, uint64_t value)
{
	see(context, SIGLET_CBOR_MAJOR_NINT, value);
}

static void see_bytes(void *context, cbor_data content, count len)
{
	sight *s = context;

	(void)content;
	see(context, SIGLET_CBOR_MAJOR_BYTES, len);
	s->content = (size_t)len;
}

static void see_text(void *context, cbor_data content, count len)
{
	sight *s = context;

	(void)content;
	see(context, SIGLET_CBOR_MAJOR_TEXT, len);
	s->content = (size_t)len;
}

static void see_array(void *context, count items)
{
	see(context, SIGLET_CBOR_MAJOR_ARRAY, items);
}

static void see_map(void *context, count pairs)
{
	see(context, SIGLET_CBOR_MAJOR_MAP, pairs);
}

static void see_tag(void *context, uint64_t number)
{
	see(context, SIGLET_CBOR_MAJOR_TAG, number);
}

static void see_boolean(void *context, bool value)
{
	see(context, SIGLET_CBOR_MAJOR_SIMPLE, value ? 21 : 20);
}

static void see_null(void *context)
{
	see(context, SIGLET_CBOR_MAJOR_SIMPLE, 22);
}

static void see_undefined(void *context)
{
	see(context, SIGLET_CBOR_MAJOR_SIMPLE, 23);
}

static void see_indefinite(void *context)
{
	sight *s = context;

	s->found = SIGLET_CBOR_INDEFINITE;
}

static void see_float(void *context, float value)
{
	sight *s = context;

	(void)value;
	s->found = SIGLET_CBOR_FLOAT;
}

static void see_double(void *context, double value)
{
	sight *s = context;

	(void)value;
	s->found = SIGLET_CBOR_FLOAT;
}

static const struct cbor_callbacks callbacks = {
	.uint8 = see_uint8,
	.uint16 = see_uint16,
	.uint32 = see_uint32,
	.uint64 = see_uint64,
	.negint8 = see_negint8,
	.negint16 = see_negint16,
	.negint32 = see_negint32,
	.negint64 = see_negint64,
	.byte_string = see_bytes,
	.byte_string_start = see_indefinite,
	.string = see_text,
	.string_start = see_indefinite,
	.array_start = see_array,
	.indef_array_start = see_indefinite,
	.map_start = see_map,
	.indef_map_start = see_indefinite,
	.tag = see_tag,
	.boolean = see_boolean,
	.null = see_null,
	.undefined = see_undefined,
	.indef_break = see_indefinite,
	.float2 = see_float,
	.float4 = see_float,
	.float8 = see_double,
};

static siglet_cbor_found look(const uint8_t *bytes, size_t len, siglet_cbor_head *ret_head)
{
	sight s = { .found = SIGLET_CBOR_NOTHING };
	const struct cbor_decoder_result result = cbor_stream_decode(bytes, len, &callbacks, &s);

	switch (result.status) {
	case CBOR_DECODER_FINISHED:
		if (s.found == SIGLET_CBOR_DONE)
			*ret_head =
				(siglet_cbor_head) { s.major, s.value, result.read - s.content };
		return s.found;
	case CBOR_DECODER_NEDATA:
		return SIGLET_CBOR_CUT;
	case CBOR_DECODER_ERROR:
		return SIGLET_CBOR_NOTHING;
	}
	return SIGLET_CBOR_NOTHING;
}

/*
 * libcbor 0.8 knows no tags from 6 to 20 in a single byte. A tag's number is written as an unsigned
 * integer is, so it is read as one, whichever libcbor this is.
 */
static siglet_cbor_found look_at_tag(const uint8_t *bytes, size_t len, siglet_cbor_head *ret_head)
{
	uint8_t copy[SIGLET_CBOR_MAX_HEAD];
	siglet_cbor_found found;

	if (len > sizeof(copy))
		len = sizeof(copy);
	memcpy(copy, bytes, len);
	copy[0] &= 0x1f;
	found = look(copy, len, ret_head);
	if (found == SIGLET_CBOR_DONE)
		ret_head->major = SIGLET_CBOR_MAJOR_TAG;
	return found;
}

/* A length or count of eight bytes that no memory here has room for: libcbor would cut it. */
static bool is_beyond_memory(const uint8_t *bytes, size_t len)
{
	uint64_t value = 0;

	if (sizeof(size_t) >= sizeof(uint64_t) || (bytes[0] & 0x1f) != 27 || len < 9 ||
	    bytes[0] >> 5 < 2 || bytes[0] >> 5 > 5)
		return false;
	for (size_t i = 1; i < 9; i++)
		value = value << 8 | bytes[i];
	return value > SIZE_MAX;
}

static siglet_cbor_found decode(const uint8_t *bytes, size_t len, siglet_cbor_head *ret_head)
{
	if (len == 0 || is_beyond_memory(bytes, len))
		return SIGLET_CBOR_CUT;
	if (bytes[0] >> 5 == SIGLET_CBOR_MAJOR_TAG)
		return look_at_tag(bytes, len, ret_head);
	return look(bytes, len, ret_head);
}

static size_t encode_simple(uint64_t value, uint8_t *ret_bytes)
{
	switch (value) {
	case 20:
	case 21:
		return cbor_encode_bool(value == 21, ret_bytes, SIGLET_CBOR_MAX_HEAD);
	case 22:
		return cbor_encode_null(ret_bytes, SIGLET_CBOR_MAX_HEAD);
	case 23:
		return cbor_encode_undef(ret_bytes, SIGLET_CBOR_MAX_HEAD);
	default:
		return 0;
	}
}

static size_t encode(siglet_cbor_major major, uint64_t value, uint8_t *ret_bytes)
{
	const size_t room = SIGLET_CBOR_MAX_HEAD;

	if (major >= SIGLET_CBOR_MAJOR_BYTES && major <= SIGLET_CBOR_MAJOR_MAP && value > SIZE_MAX)
		return 0;
	switch (major) {
	case SIGLET_CBOR_MAJOR_UINT:
		return cbor_encode_uint(value, ret_bytes, room);
	case SIGLET_CBOR_MAJOR_NINT:
		return cbor_encode_negint(value, ret_bytes, room);
	case SIGLET_CBOR_MAJOR_BYTES:
		return cbor_encode_bytestring_start((size_t)value, ret_bytes, room);
	case SIGLET_CBOR_MAJOR_TEXT:
		return cbor_encode_string_start((size_t)value, ret_bytes, room);
	case SIGLET_CBOR_MAJOR_ARRAY:
		return cbor_encode_array_start((size_t)value, ret_bytes, room);
	case SIGLET_CBOR_MAJOR_MAP:
		return cbor_encode_map_start((size_t)value, ret_bytes, room);
	case SIGLET_CBOR_MAJOR_TAG:
		return cbor_encode_tag(value, ret_bytes, room);
	case SIGLET_CBOR_MAJOR_SIMPLE:
		return encode_simple(value, ret_bytes);
	}
	return 0;
}

__attribute__((visibility("default"))) const siglet_cbor_heads *siglet_cose_functions(void);

const siglet_cbor_heads *siglet_cose_functions(void)
{
	static const siglet_cbor_heads heads = { SIGLET_COSE_ABI, decode, encode };

	return &heads;
}
