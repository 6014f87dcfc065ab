#include "cbor/cbor_internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/*
 * Bytes to items. Every count is held against the bytes and the items that are left before memory
 * is taken for it, so the work is bounded by the input, and the memory by the budget of items.
 */

typedef struct reader {
	siglet_cbor_doc *doc;
	const uint8_t *at, *end;
	const char *const *names; /* of the items of the outermost array */
} reader;

static siglet_err *read_item(reader *r, siglet_cbor *item);

static size_t left(const reader *r)
{
	return (size_t)(r->end - r->at);
}

static siglet_err *fail(const reader *r, const siglet_cbor *item, siglet_code code,
			const char *what)
{
	return siglet_cbor_error_at(item, r->at, code, "%s", what);
}

/* ---- heads ---- */

/* What libcbor finds nothing in, in words. */
static siglet_err *unknown_head(const reader *r, const siglet_cbor *item)
{
	const unsigned first = r->at[0], low = first & 0x1f;

	if (first >> 5 == SIGLET_CBOR_MAJOR_SIMPLE && (low < 20 || low == 24))
		return siglet_cbor_error_at(item, r->at, SIGLET_E_UNSUPPORTED,
					    "simple value %u, which nothing here uses",
					    low < 24 || left(r) < 2 ? low : r->at[1]);
	return siglet_cbor_error_at(item, r->at, SIGLET_E_MALFORMED, "no item begins with 0x%02x",
				    first);
}

static siglet_err *read_head(reader *r, const siglet_cbor *item, siglet_cbor_head *ret_head)
{
	if (left(r) == 0)
		return fail(r, item, SIGLET_E_MALFORMED, "the bytes end before this item");
	switch (r->doc->heads->decode(r->at, left(r), ret_head)) {
	case SIGLET_CBOR_DONE:
		break;
	case SIGLET_CBOR_NOTHING:
		return unknown_head(r, item);
	case SIGLET_CBOR_CUT:
		return fail(r, item, SIGLET_E_MALFORMED,
			    "the bytes end in the middle of this item");
	case SIGLET_CBOR_INDEFINITE:
		return fail(r, item, SIGLET_E_MALFORMED, "an indefinite length");
	case SIGLET_CBOR_FLOAT:
		return fail(r, item, SIGLET_E_UNSUPPORTED,
			    "a floating-point number, which nothing here uses");
	}
	if (ret_head->size == 0 || ret_head->size > left(r))
		return fail(r, item, SIGLET_E_INTERNAL, "a head without an end");
	return NULL;
}

size_t siglet_cbor_head_size(uint64_t value)
{
	if (value < 24)
		return 1;
	if (value <= UINT8_MAX)
		return 2;
	if (value <= UINT16_MAX)
		return 3;
	return value <= UINT32_MAX ? 5 : 9;
}

/* ---- strings ---- */

static siglet_err *read_string(reader *r, siglet_cbor *item)
{
	if (item->value > left(r))
		return fail(r, item, SIGLET_E_MALFORMED,
			    "the bytes end in the middle of this item");
	item->content = siglet_slice_of(r->at, (size_t)item->value);
	if (item->kind == SIGLET_CBOR_TEXT && !siglet_utf8_is_valid(item->content))
		return fail(r, item, SIGLET_E_MALFORMED, "text that is not UTF-8");
	r->at += item->content.len;
	return NULL;
}

/* ---- what holds items ---- */

/* Room for as many items; each has a byte at least. */
static siglet_err *take_items(reader *r, siglet_cbor *item, uint64_t pairs_of)
{
	const uint64_t count = item->value;
	siglet_err *err;

	if (count > left(r) / pairs_of)
		return siglet_cbor_error_at(item, item->raw.ptr, SIGLET_E_MALFORMED,
					    "%" PRIu64 " %s in the %zu bytes that are left", count,
					    pairs_of == 2 ? "pairs" : "items", left(r));
	if (count * pairs_of > r->doc->items_left)
		return siglet_cbor_error_at(item, item->raw.ptr, SIGLET_E_LIMIT,
					    "more than %d items in all", SIGLET_CBOR_MAX_ITEMS);
	item->count = (uint32_t)(count * pairs_of);
	r->doc->items_left -= item->count;
	err = siglet_arena_alloc(&r->doc->arena, item->count, sizeof(*item->items), &item->items);
	return err;
}

static void place(const reader *r, siglet_cbor *item, siglet_cbor *child, uint32_t index)
{
	child->doc = r->doc;
	child->parent = item;
	child->index = index;
	child->depth = (uint8_t)(item->depth + 1);
}

static siglet_err *read_array(reader *r, siglet_cbor *item)
{
	const char *const *names = r->names;
	siglet_err *err = take_items(r, item, 1);

	r->names = NULL;
	for (uint32_t i = 0; err == NULL && i < item->count; i++) {
		siglet_cbor *child = &item->items[i];

		place(r, item, child, i);
		if (names != NULL && *names != NULL)
			child->name = *names++;
		err = read_item(r, child);
		item->is_deterministic &= child->is_deterministic;
	}
	return err;
}

/* A key that a person could name, and a new one. */
static siglet_err *check_key(const siglet_cbor *item, const siglet_cbor *key)
{
	if (key->kind > SIGLET_CBOR_TEXT)
		return siglet_cbor_error(key, SIGLET_E_UNSUPPORTED, "%s for a key",
					 siglet_cbor_kind_name((siglet_cbor_kind)key->kind));
	for (const siglet_cbor *other = item->items; other < key; other += 2)
		if (siglet_cbor_same_key(other, key))
			return siglet_cbor_error(key, SIGLET_E_MALFORMED, "this key is repeated");
	return NULL;
}

static siglet_err *read_pair(reader *r, siglet_cbor *item, uint32_t index)
{
	siglet_cbor *key = &item->items[index], *value = key + 1;
	siglet_err *err;

	place(r, item, key, index);
	place(r, item, value, index + 1);
	err = read_item(r, key);
	if (err != NULL)
		return err;
	/* From here on errors can say which key. */
	key->key = value->key = key;
	err = check_key(item, key);
	if (err != NULL)
		return err;
	if (index > 0 && siglet_slice_compare(key[-2].raw, key->raw) >= 0)
		item->is_deterministic = false;
	err = read_item(r, value);
	item->is_deterministic &= key->is_deterministic && value->is_deterministic;
	return err;
}

static siglet_err *read_map(reader *r, siglet_cbor *item)
{
	siglet_err *err;

	r->names = NULL;
	if (item->value > SIGLET_CBOR_MAX_PAIRS && item->value <= left(r) / 2)
		return siglet_cbor_error_at(item, item->raw.ptr, SIGLET_E_LIMIT,
					    "a map of %" PRIu64 " pairs, more than %d", item->value,
					    SIGLET_CBOR_MAX_PAIRS);
	err = take_items(r, item, 2);
	for (uint32_t i = 0; err == NULL && i < item->count; i += 2)
		err = read_pair(r, item, i);
	return err;
}

static siglet_err *read_tag(reader *r, siglet_cbor *item)
{
	siglet_err *err;

	if (r->doc->items_left == 0)
		return siglet_cbor_error_at(item, item->raw.ptr, SIGLET_E_LIMIT,
					    "more than %d items in all", SIGLET_CBOR_MAX_ITEMS);
	r->doc->items_left--;
	err = siglet_arena_alloc(&r->doc->arena, 1, sizeof(*item->items), &item->items);
	if (err != NULL)
		return err;
	item->count = 1;
	place(r, item, item->items, 0);
	err = read_item(r, item->items);
	item->is_deterministic &= item->items->is_deterministic;
	return err;
}

/* ---- items ---- */

static void set_simple(siglet_cbor *item, uint64_t value)
{
	item->value = value == 21;
	item->kind = value == 22   ? SIGLET_CBOR_NULL
		     : value == 23 ? SIGLET_CBOR_UNDEFINED
				   : SIGLET_CBOR_BOOL;
}

static siglet_err *read_content(reader *r, siglet_cbor *item, siglet_cbor_major major)
{
	switch (major) {
	case SIGLET_CBOR_MAJOR_UINT:
	case SIGLET_CBOR_MAJOR_NINT:
		return NULL;
	case SIGLET_CBOR_MAJOR_BYTES:
	case SIGLET_CBOR_MAJOR_TEXT:
		return read_string(r, item);
	case SIGLET_CBOR_MAJOR_ARRAY:
		return read_array(r, item);
	case SIGLET_CBOR_MAJOR_MAP:
		return read_map(r, item);
	case SIGLET_CBOR_MAJOR_TAG:
		return read_tag(r, item);
	case SIGLET_CBOR_MAJOR_SIMPLE:
		set_simple(item, item->value);
		return NULL;
	}
	return fail(r, item, SIGLET_E_INTERNAL, "a head of no kind");
}

/* The item at the cursor; its place is set. */
static siglet_err *read_item(reader *r, siglet_cbor *item)
{
	siglet_cbor_head head = { SIGLET_CBOR_MAJOR_UINT, 0, 0 };
	const uint8_t *start = r->at;
	siglet_err *err;

	item->raw = siglet_slice_of(start, 0);
	item->kind = SIGLET_CBOR_UNDEFINED;
	if (item->depth > SIGLET_CBOR_MAX_DEPTH)
		return siglet_cbor_error_at(item, start, SIGLET_E_LIMIT, "nested deeper than %d",
					    SIGLET_CBOR_MAX_DEPTH);
	err = read_head(r, item, &head);
	if (err != NULL)
		return err;
	r->at += head.size;
	item->kind = (uint8_t)head.major; /* up to TAG they are the same */
	item->value = head.value;
	item->is_deterministic = head.size == siglet_cbor_head_size(head.value);
	err = read_content(r, item, head.major);
	item->raw.len = (size_t)(r->at - start);
	return err;
}

/* The whole of bytes as one item. */
static siglet_err *read_whole(siglet_cbor_doc *doc, siglet_slice bytes, const char *const *names,
			      siglet_cbor *item)
{
	reader r = { .doc = doc, .at = bytes.ptr, .end = bytes.ptr + bytes.len, .names = names };
	siglet_err *err;

	if (doc->items_left == 0)
		return siglet_cbor_error_at(item, bytes.ptr, SIGLET_E_LIMIT,
					    "more than %d items in all", SIGLET_CBOR_MAX_ITEMS);
	doc->items_left--;
	err = read_item(&r, item);
	if (err == NULL && r.at != r.end)
		return siglet_cbor_error_at(item, r.at, SIGLET_E_MALFORMED,
					    "%zu bytes too many behind the item", left(&r));
	return err;
}

static bool is_space(uint8_t byte)
{
	return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

/* "{" and "[" would begin strings of a length that no file has; white space, a number alone. */
static bool looks_like_json(siglet_slice bytes, size_t *ret_at)
{
	size_t at = 0;

	while (at < bytes.len - 1 && is_space(bytes.ptr[at]))
		at++;
	*ret_at = at;
	if (bytes.ptr[at] != '{' && bytes.ptr[at] != '[')
		return false;
	/* What follows in JSON is text; in CBOR, the first byte of eight of a length. */
	return at + 1 == bytes.len || bytes.ptr[at + 1] == '\n' || bytes.ptr[at + 1] == '\r' ||
	       bytes.ptr[at + 1] == '\t' || (bytes.ptr[at + 1] >= ' ' && bytes.ptr[at + 1] < 0x7f);
}

static siglet_err *suspect_json(siglet_slice bytes, siglet_err *err)
{
	size_t at = 0;

	if (siglet_err_code(err) != SIGLET_E_MALFORMED || !looks_like_json(bytes, &at))
		return err;
	siglet_err_free(err);
	return siglet_err_new(SIGLET_E_MALFORMED, "byte %zu: not CBOR: it looks like JSON", at);
}

siglet_err *siglet_cbor_parse(const siglet_cbor_heads *heads, siglet_slice bytes, size_t max_bytes,
			      const char *const *names, siglet_cbor_doc **ret_doc)
{
	siglet_cbor_doc *doc;
	siglet_err *err;

	if (bytes.len == 0)
		return siglet_err_new(SIGLET_E_MALFORMED, "no bytes at all");
	if (bytes.len > max_bytes)
		return siglet_err_new(SIGLET_E_LIMIT, "%zu bytes, more than %zu", bytes.len,
				      max_bytes);
	doc = siglet_calloc(1, sizeof(*doc));
	if (doc == NULL)
		return siglet_err_nomem();
	doc->heads = heads;
	doc->input = bytes;
	doc->items_left = SIGLET_CBOR_MAX_ITEMS;
	/* Only a second line: the budget of items is the first. */
	siglet_arena_init(&doc->arena, (size_t)SIGLET_CBOR_MAX_ITEMS *
					       (sizeof(siglet_cbor) + sizeof(max_align_t)));
	doc->root.doc = doc;
	doc->root.depth = 1;
	err = read_whole(doc, bytes, names, &doc->root);
	if (err != NULL) {
		siglet_cbor_doc_free(doc);
		return suspect_json(bytes, err);
	}
	*ret_doc = doc;
	return NULL;
}

/* The document's own item: what the caller holds is for reading. */
static siglet_cbor *own(siglet_cbor_doc *doc, const siglet_cbor *item)
{
	return item->parent == NULL ? &doc->root : &item->parent->items[item->index];
}

siglet_err *siglet_cbor_open(siglet_cbor_doc *doc, const siglet_cbor *bytes,
			     const char *const *names, const siglet_cbor **ret_item)
{
	const siglet_cbor *known = siglet_cbor_opened(bytes);
	siglet_cbor *item = NULL;
	siglet_slice content = SIGLET_SLICE_NONE;
	siglet_err *err = siglet_cbor_need_bytes(bytes, &content);

	if (err != NULL)
		return err;
	if (bytes == NULL)
		return siglet_err_new(SIGLET_E_INTERNAL, "no byte string to open");
	if (known != NULL) {
		*ret_item = known;
		return NULL;
	}
	err = siglet_arena_alloc(&doc->arena, 1, sizeof(*item), &item);
	if (err != NULL)
		return err;
	item->doc = doc;
	item->parent = bytes;
	item->is_opened = true;
	item->depth = (uint8_t)(bytes->depth + 1);
	err = read_whole(doc, content, names, item);
	if (err != NULL)
		return err;
	own(doc, bytes)->items = item;
	*ret_item = item;
	return NULL;
}

const siglet_cbor *siglet_cbor_opened(const siglet_cbor *bytes)
{
	return siglet_cbor_kind_of(bytes) == SIGLET_CBOR_BYTES ? bytes->items : NULL;
}

void siglet_cbor_doc_free(siglet_cbor_doc *doc)
{
	if (doc == NULL)
		return;
	siglet_arena_clear(&doc->arena);
	free(doc);
}

const siglet_cbor *siglet_cbor_root(const siglet_cbor_doc *doc)
{
	return &doc->root;
}

const siglet_cbor_heads *siglet_cbor_doc_heads(const siglet_cbor_doc *doc)
{
	return doc->heads;
}
