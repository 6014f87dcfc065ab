#include "rekor/rekor_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * An entry of a Rekor v2 log from what the log publishes for everybody (C2SP tlog-tiles): the
 * checkpoint, the bundle that holds the entry, and a proof made of the hashes in tiles.
 */

#define TILE_WIDTH 256
#define TILE_LEVEL_BITS 8
#define MAX_TILES 64 /* that one proof needs: two a level at most, and then some */
#define MAX_PATH_BYTES 128

/* What was fetched, so that no tile is fetched twice. */
typedef struct tile {
	unsigned level;
	uint64_t number;
	siglet_buf hashes;
} tile;

typedef struct reader {
	const siglet_transport *transport;
	const char *base_url;
	uint64_t size; /* of the tree */
	tile tiles[MAX_TILES];
	size_t count;
	siglet_hash32 proof[SIGLET_MERKLE_MAX_PROOF];
	size_t proof_count;
} reader;

/* ---- fetching ---- */

/* 1234067 is "x001/x234/067". */
static void write_number(uint64_t number, char *ret_text, size_t size)
{
	char groups[8][8];
	size_t count = 0, len = 0;

	do {
		(void)snprintf(groups[count++], sizeof(groups[0]), "%03" PRIu64, number % 1000);
		number /= 1000;
	} while (number > 0 && count < SIGLET_COUNT(groups));
	ret_text[0] = '\0';
	while (count-- > 0 && len < size)
		len += (size_t)snprintf(ret_text + len, size - len, "%s%s%s", count > 0 ? "x" : "",
					groups[count], count > 0 ? "/" : "");
}

/* How many of the 256 places are filled at this size of the tree; 0: the tile is not there. */
static unsigned tile_width(uint64_t size, unsigned level, uint64_t number)
{
	const uint64_t hashes = level >= 8 ? 0 : size >> (TILE_LEVEL_BITS * level);

	if (number < hashes / TILE_WIDTH)
		return TILE_WIDTH;
	return number == hashes / TILE_WIDTH ? (unsigned)(hashes % TILE_WIDTH) : 0;
}

/* A partial tile may be gone once the full one is there, which begins with it. */
static siglet_err *fetch(const reader *r, const char *kind, uint64_t number, unsigned width,
			 siglet_buf *ret_data)
{
	char text[64], path[MAX_PATH_BYTES], partial[16] = "";
	siglet_http_response response;
	siglet_err *err;

	write_number(number, text, sizeof(text));
	if (width < TILE_WIDTH)
		(void)snprintf(partial, sizeof(partial), ".p/%u", width);
	siglet_http_response_init(&response);
	for (;;) {
		(void)snprintf(path, sizeof(path), "/api/v2/tile/%s/%s%s", kind, text, partial);
		err = siglet_rekor_get(r->transport, r->base_url, path, "application/octet-stream",
				       &response);
		if (err == NULL || response.status != 404 || partial[0] == '\0')
			break;
		siglet_err_free(err);
		siglet_http_response_clear(&response);
		partial[0] = '\0';
	}
	if (err == NULL)
		err = siglet_buf_append(ret_data, siglet_buf_slice(&response.body));
	siglet_http_response_clear(&response);
	return err;
}

static siglet_err *find_tile(reader *r, unsigned level, uint64_t number, const tile **ret_tile)
{
	const unsigned width = tile_width(r->size, level, number);
	char kind[16];
	tile *t;

	for (size_t i = 0; i < r->count; i++)
		if (r->tiles[i].level == level && r->tiles[i].number == number) {
			*ret_tile = &r->tiles[i];
			return NULL;
		}
	if (width == 0 || r->count == MAX_TILES)
		return siglet_err_new(SIGLET_E_RANGE, "tile %u/%" PRIu64 " of a tree of %" PRIu64,
				      level, number, r->size);
	t = &r->tiles[r->count++];
	t->level = level;
	t->number = number;
	siglet_buf_init(&t->hashes, (size_t)TILE_WIDTH * SIGLET_SHA256_SIZE);
	(void)snprintf(kind, sizeof(kind), "%u", level);
	siglet_err *err = fetch(r, kind, number, width, &t->hashes);

	if (err == NULL && t->hashes.len == (size_t)TILE_WIDTH * SIGLET_SHA256_SIZE)
		siglet_buf_truncate(&t->hashes, (size_t)width * SIGLET_SHA256_SIZE);
	if (err == NULL && t->hashes.len != (size_t)width * SIGLET_SHA256_SIZE)
		err = siglet_err_new(SIGLET_E_MALFORMED, "a tile of %zu bytes", t->hashes.len);
	if (err == NULL)
		*ret_tile = t;
	return err;
}

/* ---- hashes of ranges ---- */

/*
 * The complete subtree of 2^height leaves at number: the root of consecutive hashes in one tile.
 */
static siglet_err *hash_subtree(reader *r, unsigned height, uint64_t number,
				siglet_hash32 *ret_hash)
{
	const unsigned level = height / TILE_LEVEL_BITS, rest = height % TILE_LEVEL_BITS;
	const uint64_t first = number << rest;
	siglet_hash32 hashes[TILE_WIDTH / 2];
	const tile *t = NULL;
	siglet_err *err = find_tile(r, level, first / TILE_WIDTH, &t);
	size_t count = (size_t)1 << rest;

	if (err != NULL)
		return err;
	const size_t from = (size_t)(first % TILE_WIDTH);
	if ((from + count) * SIGLET_SHA256_SIZE > t->hashes.len)
		return siglet_err_new(SIGLET_E_RANGE, "a hash beyond its tile");
	memcpy(hashes, t->hashes.ptr + from * SIGLET_SHA256_SIZE, count * SIGLET_SHA256_SIZE);
	for (; err == NULL && count > 1; count /= 2)
		for (size_t i = 0; err == NULL && i < count / 2; i++)
			err = siglet_merkle_hash_node(&hashes[2 * i], &hashes[2 * i + 1],
						      &hashes[i]);
	if (err == NULL)
		*ret_hash = hashes[0];
	return err;
}

/* The largest power of two below count, which is at least 2. */
static uint64_t split(uint64_t count)
{
	uint64_t power = 1;

	while (power < count - power)
		power *= 2;
	return power;
}

static unsigned height_of(uint64_t count)
{
	unsigned height = 0;

	while ((uint64_t)1 << height < count)
		height++;
	return height;
}

/* RFC 6962 section 2.1, of the leaves from begin to end. No deeper than a number has bits. */
static siglet_err *hash_range(reader *r, uint64_t begin, uint64_t end, siglet_hash32 *ret_hash)
{
	const uint64_t count = end - begin;
	siglet_hash32 left, right;
	siglet_err *err;

	if ((count & (count - 1)) == 0)
		return hash_subtree(r, height_of(count), begin >> height_of(count), ret_hash);
	const uint64_t middle = begin + split(count);
	err = hash_range(r, begin, middle, &left);
	if (err == NULL)
		err = hash_range(r, middle, end, &right);
	return err == NULL ? siglet_merkle_hash_node(&left, &right, ret_hash) : err;
}

/* RFC 6962 section 2.1.1: PATH(index), leaf side first. */
static siglet_err *make_path(reader *r, uint64_t index, uint64_t begin, uint64_t end)
{
	siglet_hash32 sibling;
	siglet_err *err;

	if (end - begin == 1)
		return NULL;
	const uint64_t middle = begin + split(end - begin);
	const bool is_left = index < middle;
	err = is_left ? make_path(r, index, begin, middle) : make_path(r, index, middle, end);
	if (err == NULL)
		err = is_left ? hash_range(r, middle, end, &sibling)
			      : hash_range(r, begin, middle, &sibling);
	if (err != NULL)
		return err;
	if (r->proof_count == SIGLET_MERKLE_MAX_PROOF)
		return siglet_err_new(SIGLET_E_LIMIT, "too long a proof");
	r->proof[r->proof_count++] = sibling;
	return NULL;
}

/* ---- the checkpoint ---- */

static const siglet_log *find_log(const siglet_trustroot *root, const siglet_note *note)
{
	const size_t count = root == NULL ? 0 : siglet_trustroot_tlog_count(root);

	for (size_t i = 0; i < count; i++) {
		const siglet_log *log = siglet_trustroot_tlog(root, i);
		siglet_note_verifier verifier = {
			.name = log->name,
			.key = log->key,
			.scheme = log->scheme,
		};
		siglet_err *err;

		memcpy(verifier.id, log->checkpoint_id, sizeof(verifier.id));
		err = siglet_note_verify(note, &verifier);
		if (err == NULL)
			return log;
		siglet_err_free(err);
	}
	return NULL;
}

static siglet_err *read_checkpoint(reader *r, const siglet_trustroot *root, uint64_t index,
				   siglet_rekor_entry *entry)
{
	siglet_http_response response;
	siglet_checkpoint checkpoint;
	siglet_note note;
	const siglet_log *log;
	siglet_err *err;

	siglet_http_response_init(&response);
	err = siglet_rekor_get(r->transport, r->base_url, "/api/v2/checkpoint", "text/plain",
			       &response);
	if (err == NULL)
		err = siglet_arena_copy(&entry->arena, siglet_buf_slice(&response.body),
					&entry->entry.checkpoint);
	siglet_http_response_clear(&response);
	if (err == NULL)
		err = siglet_note_parse(entry->entry.checkpoint, &entry->arena, &note);
	if (err == NULL)
		err = siglet_checkpoint_parse(&note, &checkpoint);
	if (err != NULL)
		return siglet_err_wrap(err, "checkpoint");
	log = find_log(root, &note);
	if (log == NULL)
		return siglet_err_new(SIGLET_E_UNTRUSTED,
				      "checkpoint: signed by no log of the trusted root");
	if (index >= checkpoint.size)
		return siglet_err_new(SIGLET_E_RANGE, "entry %" PRIu64 " of a tree of %" PRIu64,
				      index, checkpoint.size);
	r->size = checkpoint.size;
	return siglet_arena_copy(&entry->arena, log->log_id, &entry->entry.log_id);
}

/* ---- the entry ---- */

/* Item number index % 256 of its bundle: lengths of two bytes before each. */
static siglet_err *read_body(const reader *r, uint64_t index, siglet_rekor_entry *entry)
{
	const uint64_t number = index / TILE_WIDTH;
	siglet_reader items;
	siglet_slice item = SIGLET_SLICE_NONE;
	siglet_buf bundle;
	siglet_err *err;

	siglet_buf_init(&bundle, SIGLET_MAX_REKOR_ANSWER);
	err = fetch(r, "entries", number, tile_width(r->size, 0, number), &bundle);
	items.left = siglet_buf_slice(&bundle);
	for (uint64_t i = 0; err == NULL && i <= index % TILE_WIDTH; i++) {
		uint64_t len = 0;

		err = siglet_reader_uint(&items, 2, &len);
		if (err == NULL)
			err = siglet_reader_bytes(&items, (size_t)len, &item);
	}
	if (err == NULL)
		err = siglet_arena_copy(&entry->arena, item, &entry->entry.body);
	siglet_buf_clear(&bundle);
	return err == NULL ? NULL : siglet_err_wrap(err, "entry bundle");
}

static siglet_err *fill(reader *r, const siglet_trustroot *root, uint64_t index,
			siglet_rekor_entry *entry)
{
	siglet_hash32 *nodes = NULL;
	siglet_err *err = read_checkpoint(r, root, index, entry);

	if (err == NULL)
		err = read_body(r, index, entry);
	if (err == NULL)
		err = make_path(r, index, 0, r->size);
	if (err == NULL)
		err = siglet_arena_alloc(&entry->arena, r->proof_count, sizeof(*nodes), &nodes);
	if (err != NULL)
		return err;
	if (r->proof_count > 0)
		memcpy(nodes, r->proof, r->proof_count * sizeof(*nodes));
	entry->entry.kind = SIGLET_ENTRY_HASHEDREKORD_V002;
	entry->entry.kind_name = siglet_slice_str("hashedrekord");
	entry->entry.kind_version = siglet_slice_str("0.0.2");
	entry->entry.log_index = (int64_t)index;
	entry->entry.has_proof = true;
	entry->entry.proof_index = (int64_t)index;
	entry->entry.proof_size = (int64_t)r->size;
	entry->entry.proof_nodes = nodes;
	entry->entry.proof_count = r->proof_count;
	return NULL;
}

siglet_err *siglet_rekor_entry_from_tiles(const siglet_transport *transport, const char *base_url,
					  const siglet_trustroot *root, uint64_t index,
					  siglet_rekor_entry *ret_entry)
{
	reader *r = siglet_calloc(1, sizeof(*r));
	siglet_rekor_entry entry;
	siglet_err *err;

	if (r == NULL)
		return siglet_err_nomem();
	r->transport = transport;
	r->base_url = base_url;
	siglet_rekor_entry_init(&entry);
	err = fill(r, root, index, &entry);
	for (size_t i = 0; i < r->count; i++)
		siglet_buf_clear(&r->tiles[i].hashes);
	free(r);
	if (err != NULL) {
		siglet_rekor_entry_clear(&entry);
		return err;
	}
	siglet_rekor_entry_clear(ret_entry);
	*ret_entry = entry;
	return NULL;
}
