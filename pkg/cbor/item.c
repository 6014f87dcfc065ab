#include "cbor/cbor_internal.h"

#include <string.h>

/* What an item is, and the items in it. */

siglet_cbor_kind siglet_cbor_kind_of(const siglet_cbor *item)
{
	return item == NULL ? SIGLET_CBOR_UNDEFINED : (siglet_cbor_kind)item->kind;
}

const char *siglet_cbor_kind_name(siglet_cbor_kind kind)
{
	switch (kind) {
	case SIGLET_CBOR_UINT:
		return "an unsigned integer";
	case SIGLET_CBOR_NINT:
		return "a negative integer";
	case SIGLET_CBOR_BYTES:
		return "a byte string";
	case SIGLET_CBOR_TEXT:
		return "text";
	case SIGLET_CBOR_ARRAY:
		return "an array";
	case SIGLET_CBOR_MAP:
		return "a map";
	case SIGLET_CBOR_TAG:
		return "a tag";
	case SIGLET_CBOR_BOOL:
		return "a boolean";
	case SIGLET_CBOR_NULL:
		return "null";
	case SIGLET_CBOR_UNDEFINED:
		return "undefined";
	}
	return "undefined";
}

siglet_slice siglet_cbor_raw(const siglet_cbor *item)
{
	return item == NULL ? SIGLET_SLICE_NONE : item->raw;
}

bool siglet_cbor_is_deterministic(const siglet_cbor *item)
{
	return item != NULL && item->is_deterministic;
}

static bool is(const siglet_cbor *item, siglet_cbor_kind kind)
{
	return item != NULL && item->kind == kind;
}

siglet_slice siglet_cbor_bytes(const siglet_cbor *item)
{
	return is(item, SIGLET_CBOR_BYTES) ? item->content : SIGLET_SLICE_NONE;
}

siglet_slice siglet_cbor_text(const siglet_cbor *item)
{
	return is(item, SIGLET_CBOR_TEXT) ? item->content : SIGLET_SLICE_NONE;
}

bool siglet_cbor_bool(const siglet_cbor *item)
{
	return is(item, SIGLET_CBOR_BOOL) && item->value == 1;
}

uint64_t siglet_cbor_tag(const siglet_cbor *item)
{
	return is(item, SIGLET_CBOR_TAG) ? item->value : 0;
}

const siglet_cbor *siglet_cbor_tagged(const siglet_cbor *item)
{
	return is(item, SIGLET_CBOR_TAG) ? item->items : NULL;
}

uint64_t siglet_cbor_argument(const siglet_cbor *item)
{
	return is(item, SIGLET_CBOR_UINT) || is(item, SIGLET_CBOR_NINT) ? item->value : 0;
}

size_t siglet_cbor_count(const siglet_cbor *item)
{
	if (is(item, SIGLET_CBOR_MAP))
		return item->count / 2;
	return is(item, SIGLET_CBOR_ARRAY) ? item->count : 0;
}

const siglet_cbor *siglet_cbor_at(const siglet_cbor *array, size_t index)
{
	return is(array, SIGLET_CBOR_ARRAY) && index < array->count ? &array->items[index] : NULL;
}

const siglet_cbor *siglet_cbor_key(const siglet_cbor *map, size_t index)
{
	return is(map, SIGLET_CBOR_MAP) && index < map->count / 2 ? &map->items[2 * index] : NULL;
}

const siglet_cbor *siglet_cbor_value(const siglet_cbor *map, size_t index)
{
	const siglet_cbor *key = siglet_cbor_key(map, index);

	return key == NULL ? NULL : key + 1;
}

const siglet_cbor *siglet_cbor_parent(const siglet_cbor *item)
{
	return item == NULL ? NULL : item->parent;
}

const siglet_cbor *siglet_cbor_key_of(const siglet_cbor *item)
{
	return item == NULL ? NULL : item->key;
}

bool siglet_cbor_same_key(const siglet_cbor *a, const siglet_cbor *b)
{
	return a->kind == b->kind && a->value == b->value &&
	       siglet_slice_equal(a->content, b->content);
}

static const siglet_cbor *find(const siglet_cbor *map, const siglet_cbor *wanted)
{
	/* An array has items too, and no keys among them. */
	for (size_t i = 0; is(map, SIGLET_CBOR_MAP) && i < siglet_cbor_count(map); i++)
		if (siglet_cbor_same_key(&map->items[2 * i], wanted))
			return &map->items[2 * i + 1];
	return NULL;
}

const siglet_cbor *siglet_cbor_get(const siglet_cbor *map, int64_t key)
{
	const siglet_cbor wanted = {
		.kind = key < 0 ? SIGLET_CBOR_NINT : SIGLET_CBOR_UINT,
		.value = key < 0 ? (uint64_t)(-1 - key) : (uint64_t)key,
	};

	return find(map, &wanted);
}

const siglet_cbor *siglet_cbor_get_text(const siglet_cbor *map, const char *key)
{
	const siglet_slice text = siglet_slice_str(key);
	const siglet_cbor wanted = { .kind = SIGLET_CBOR_TEXT, .value = text.len, .content = text };

	return find(map, &wanted);
}
