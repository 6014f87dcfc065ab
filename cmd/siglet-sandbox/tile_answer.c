#include "log.h"

#include <string.h>

/* A tile log over HTTP (C2SP tlog-tiles, static-ct-api), wherever its hashes come from. */

static bool read_digits(const char **at, uint64_t *number)
{
	for (int i = 0; i < 3; i++, (*at)++) {
		if (**at < '0' || **at > '9')
			return false;
		*number = *number * 10 + (uint64_t)(**at - '0');
	}
	return true;
}

/* "x001/x234/067" with or without ".p/112". */
static bool read_number_of_tile(const char *text, tile_path *ret_path)
{
	const char *const whole = text;
	uint64_t number = 0, width = TILE_WIDTH;
	char name[MAX_TILE_NAME];

	for (int groups = 0;; groups++, text++) {
		const bool is_last = *text != 'x';

		if (groups == 6 || (!is_last && text[1] == '\0'))
			return false;
		text += !is_last;
		if (!read_digits(&text, &number))
			return false;
		if (is_last)
			break;
		if (*text != '/')
			return false;
	}
	if (*text != '\0' &&
	    (strncmp(text, ".p/", 3) != 0 || !read_number(text + 3, TILE_WIDTH - 1, &width)))
		return false;
	ret_path->number = number;
	ret_path->width = (unsigned)width;
	/* A tile has one name. */
	tile_name(number, ret_path->width, name);
	return strcmp(name, whole) == 0;
}

bool tile_path_read(const char *text, const char *entries, tile_path *ret_path)
{
	const size_t len = strlen(entries);

	*ret_path = (tile_path) { .width = TILE_WIDTH };
	if (strncmp(text, entries, len) == 0 && text[len] == '/') {
		ret_path->is_entries = true;
		return read_number_of_tile(text + len + 1, ret_path);
	}
	if (text[0] < '0' || text[0] > '9' || text[1] != '/')
		return false;
	ret_path->level = (unsigned)(text[0] - '0');
	return read_number_of_tile(text + 2, ret_path);
}

static bool holds(const tile_log *log, const tile_path *t)
{
	return t->level < TILE_LEVELS && t->number < MAX_LOG_SIZE &&
	       t->number * TILE_WIDTH + t->width <= log->size >> (8 * t->level);
}

static void put_tile(const tile_log *log, const tile_path *t, siglet_buf *out)
{
	for (uint64_t i = 0; i < t->width; i++) {
		const uint64_t index = t->number * TILE_WIDTH + i;
		siglet_hash32 hash;

		if (t->is_entries) {
			log->entry(log->context, index, out);
			continue;
		}
		log->hash(log->context, t->level, index, &hash);
		WELL(siglet_buf_append(out, siglet_hash32_slice(&hash)));
	}
}

/* ---- the root ---- */

/* Over count hashes from first on, a power of two. */
static void hash_subtree(const tile_log *log, unsigned level, uint64_t first, unsigned count,
			 siglet_hash32 *ret_hash)
{
	siglet_hash32 left, right;

	if (count == 1) {
		log->hash(log->context, level, first, ret_hash);
		return;
	}
	hash_subtree(log, level, first, count / 2, &left);
	hash_subtree(log, level, first + count / 2, count / 2, &right);
	WELL(siglet_merkle_hash_node(&left, &right, ret_hash));
}

void tile_log_root(const tile_log *log, uint64_t size, siglet_hash32 *ret_root)
{
	siglet_digest empty;
	bool is_first = true;

	WELL(siglet_crypto_sha256(NULL, 0, &empty));
	memcpy(ret_root->bytes, empty.bytes, sizeof(ret_root->bytes));
	/* From the right edge inwards: each bit of the size is a subtree. */
	for (unsigned level = 0; level < TILE_LEVELS; level++) {
		uint64_t end = size >> (8 * level);

		for (unsigned bit = 1; bit < TILE_WIDTH; bit *= 2) {
			siglet_hash32 node;

			if ((end & bit) == 0)
				continue;
			end -= bit;
			hash_subtree(log, level, end, bit, &node);
			if (is_first)
				*ret_root = node;
			else
				WELL(siglet_merkle_hash_node(&node, ret_root, ret_root));
			is_first = false;
		}
	}
}

/* ---- answers ---- */

static void answer_checkpoint(const tile_log *log, response *r)
{
	const uint64_t size = log_fault_size(log->faults, log->size);
	siglet_hash32 root;

	r->type = "text/plain; charset=utf-8";
	tile_log_root(log, size, &root);
	log->checkpoint(log->in, size, &root, &r->body);
}

void tile_log_answer(const tile_log *log, const char *path, response *r)
{
	tile_path t;

	if (strcmp(path, "checkpoint") == 0) {
		answer_checkpoint(log, r);
		return;
	}
	if (strncmp(path, "tile/", 5) != 0 || !tile_path_read(path + 5, log->entries, &t) ||
	    !holds(log, &t)) {
		response_text(r, 404, "no such tile");
		return;
	}
	r->type = "application/octet-stream";
	put_tile(log, &t, &r->body);
	log_fault_apply(log->in, log->faults, &t, r);
}
