/*
 * tiles_log: a log in memory, over a transport that misbehaves when it is told to, or in a folder.
 *
 * Its entries are numbers, with a tail of some length; its tree is folded level by level, as RFC 6962
 * says, apart from the code that is tested.
 */
#ifndef SIGLET_TEST_TILES_LOG_H
#define SIGLET_TEST_TILES_LOG_H

#include <inttypes.h>
#include <pthread.h>

#include "../lib/check.h"
#include "sys/sys.h"
#include "sys_scratch.h"
#include "tiles/tiles.h"

#define LOG_LEVELS 20
#define LOG_URL "http://127.0.0.1:1/log"

typedef enum fault_kind {
	FAULT_MISSING = 1,
	FAULT_CUT,   /* the last byte is not there */
	FAULT_SHORT, /* the last hash is not there */
	FAULT_FLIP,  /* a bit in the middle is another */
	FAULT_SWAP,  /* the first and the last hash change places */
	FAULT_HUGE,
	FAULT_EMPTY,
	FAULT_NETWORK,
	FAULT_TWICE, /* of a bundle: the second entry is the first one again */
} fault_kind;

typedef struct fault {
	const char *path;
	fault_kind kind;
	bool only_cached; /* past caches all is well */
} fault;

typedef struct mem_log {
	uint64_t size;
	size_t tail; /* bytes behind the number of an entry */
	siglet_hash32 *levels[LOG_LEVELS];
	/* of the transport */
	pthread_mutex_t lock;
	unsigned requests, fresh;
	fault faults[8];
	bool no_partial;
	bool stale; /* a cache has every bundle wrong */
	/* other entries than the tree's: the one of that index */
	uint64_t forged;
} mem_log;

/* Some have a tail, so that bundles differ in size. */
__attribute__((unused)) static void log_entry(const mem_log *l, uint64_t index, siglet_buf *entry)
{
	siglet_err *err = siglet_buf_printf(entry, "entry %" PRIu64 "%s", index,
					    index == l->forged ? " forged" : "");

	for (size_t i = 0; err == NULL && index % 3 == 2 && i < l->tail; i++)
		err = siglet_buf_append_byte(entry, (uint8_t)(index + i));
	if (err != NULL)
		abort();
}

__attribute__((unused)) static void log_make(mem_log *l, uint64_t size, size_t tail)
{
	*l = (mem_log) { .size = size, .tail = tail, .forged = UINT64_MAX };
	(void)pthread_mutex_init(&l->lock, NULL);
	for (unsigned level = 0; level < LOG_LEVELS; level++) {
		l->levels[level] =
			siglet_calloc((size_t)(size >> level) + 1, sizeof(siglet_hash32));
		for (uint64_t i = 0; i < size >> level; i++) {
			siglet_err *err = NULL;
			siglet_buf entry;

			siglet_buf_init(&entry, SIGLET_MAX_ENTRY_BYTES);
			if (level == 0) {
				log_entry(l, i, &entry);
				err = siglet_merkle_hash_leaf(siglet_buf_slice(&entry),
							      &l->levels[0][i]);
			} else {
				err = siglet_merkle_hash_node(&l->levels[level - 1][2 * i],
							      &l->levels[level - 1][2 * i + 1],
							      &l->levels[level][i]);
			}
			siglet_buf_clear(&entry);
			if (err != NULL)
				abort();
		}
	}
}

__attribute__((unused)) static void log_free(mem_log *l)
{
	for (unsigned level = 0; level < LOG_LEVELS; level++)
		free(l->levels[level]);
	(void)pthread_mutex_destroy(&l->lock);
}

/* The root of the first size entries: one subtree a bit, folded from the right. */
__attribute__((unused)) static siglet_hash32 log_root(const mem_log *l, uint64_t size)
{
	siglet_hash32 root;
	bool is_there = false;
	uint64_t end = size;

	if (size == 0 && siglet_sha256(NULL, 0, root.bytes) != NULL)
		abort();
	for (unsigned level = 0; level < LOG_LEVELS; level++) {
		siglet_hash32 left;

		if ((size >> level & 1) == 0)
			continue;
		end -= (uint64_t)1 << level;
		left = l->levels[level][end >> level];
		if (is_there) {
			if (siglet_merkle_hash_node(&left, &root, &root) != NULL)
				abort();
		} else {
			root = left;
		}
		is_there = true;
	}
	return root;
}

/* ---- tiles ---- */

__attribute__((unused)) static void log_tile(const mem_log *l, const siglet_tile *tile,
					     siglet_buf *data)
{
	siglet_err *err = NULL;

	for (unsigned i = 0; err == NULL && i < tile->width; i++) {
		const uint64_t index = tile->number * SIGLET_TILE_WIDTH + i;
		siglet_buf entry;

		if (tile->kind == SIGLET_TILE_HASHES) {
			err = siglet_buf_append(
				data, siglet_hash32_slice(
					      &l->levels[tile->level * SIGLET_TILE_BITS][index]));
			continue;
		}
		siglet_buf_init(&entry, SIGLET_MAX_ENTRY_BYTES);
		log_entry(l, index, &entry);
		err = siglet_buf_append_uint(data, entry.len, 2);
		if (err == NULL)
			err = siglet_buf_append(data, siglet_buf_slice(&entry));
		siglet_buf_clear(&entry);
	}
	if (err != NULL)
		abort();
}

/* Which tile has that path? What was read must lead to the same path again. */
__attribute__((unused)) static bool log_find(const mem_log *l, const char *path, siglet_tile *tile)
{
	const char *dot = strstr(path, ".p/"), *at = strrchr(path, '/');
	uint64_t hashes;

	*tile = (siglet_tile) { .width = dot == NULL ? 256 : (unsigned)strtoul(dot + 3, NULL, 10) };
	if (strncmp(path, "tile/entries/", 13) == 0)
		tile->kind = SIGLET_TILE_ENTRIES;
	else if (strncmp(path, "tile/", 5) == 0)
		tile->level = (unsigned)strtoul(path + 5, NULL, 10);
	at = strchr(path + 5, '/');
	for (; at != NULL && *at != '\0' && *at != '.'; at++)
		if (*at >= '0' && *at <= '9')
			tile->number = tile->number * 10 + (uint64_t)(*at - '0');
	if (tile->level > 2 || tile->width < 1 || tile->width > 256)
		return false;
	hashes = l->size >> (8 * tile->level);
	return strcmp(siglet_tile_path_of(tile).text, path) == 0 &&
	       tile->number * 256 + tile->width <= hashes;
}

__attribute__((unused)) static void log_spoil(fault_kind kind, siglet_buf *data)
{
	uint8_t hash[32];

	switch (kind) {
	case FAULT_CUT:
		data->len -= data->len > 0;
		break;
	case FAULT_SHORT:
		data->len -= data->len >= 32 ? 32 : data->len;
		break;
	case FAULT_FLIP:
		data->ptr[data->len / 2] ^= 4;
		break;
	case FAULT_SWAP:
		memcpy(hash, data->ptr, 32);
		memmove(data->ptr, data->ptr + data->len - 32, 32);
		memcpy(data->ptr + data->len - 32, hash, 32);
		break;
	case FAULT_TWICE:
		/* "entry 0" and "entry 1" are of one length. */
		memcpy(data->ptr + 2 + data->ptr[1], data->ptr, 2 + (size_t)data->ptr[1]);
		break;
	case FAULT_EMPTY:
		data->len = 0;
		break;
	case FAULT_MISSING:
	case FAULT_HUGE:
	case FAULT_NETWORK:
		break;
	}
}

__attribute__((unused)) static fault_kind log_fault(const mem_log *l, const char *path, bool fresh)
{
	for (size_t i = 0; i < SIGLET_COUNT(l->faults); i++)
		if (l->faults[i].path != NULL && strcmp(l->faults[i].path, path) == 0 &&
		    !(fresh && l->faults[i].only_cached))
			return l->faults[i].kind;
	return l->stale && !fresh && strncmp(path, "tile/entries/", 13) == 0 ? FAULT_FLIP : 0;
}

/* A log may remove a partial tile once the full one is there. */
__attribute__((unused)) static bool is_gone(const mem_log *l, const siglet_tile *tile)
{
	return l->no_partial && tile->width < SIGLET_TILE_WIDTH &&
	       tile->number < l->size >> (8 * tile->level) >> 8;
}

__attribute__((unused)) static siglet_err *log_send(void *context,
						    const siglet_http_request *request,
						    siglet_http_response *response)
{
	mem_log *l = context;
	const char *path = request->url + strlen(LOG_URL "/");
	const bool fresh = request->header_count > 0;
	const fault_kind kind = log_fault(l, path, fresh);
	siglet_tile tile;
	siglet_buf data;
	siglet_err *err = NULL;

	(void)pthread_mutex_lock(&l->lock);
	l->requests++;
	l->fresh += fresh;
	(void)pthread_mutex_unlock(&l->lock);
	if (kind == FAULT_NETWORK)
		return siglet_err_new(SIGLET_E_NETWORK, "no answer");
	response->status = 200;
	response->body.max = request->max_answer;
	if (kind == FAULT_MISSING || !log_find(l, path, &tile) || is_gone(l, &tile)) {
		response->status = 404;
		return NULL;
	}
	siglet_buf_init(&data, SIGLET_MAX_BUNDLE_TILE_BYTES + 1000);
	log_tile(l, &tile, &data);
	log_spoil(kind, &data);
	if (kind == FAULT_HUGE || data.len > request->max_answer)
		err = siglet_err_new(SIGLET_E_LIMIT, "larger than %zu", request->max_answer);
	else
		err = siglet_buf_append(&response->body, siglet_buf_slice(&data));
	siglet_buf_clear(&data);
	return err;
}

__attribute__((unused)) static siglet_source *log_source(mem_log *l)
{
	const siglet_transport transport = { .send = log_send, .context = l };
	siglet_source *source = NULL;

	if (siglet_source_new(LOG_URL, &transport, 0, &source) != NULL)
		abort();
	return source;
}

__attribute__((unused)) static void log_put(const mem_log *l, const char *folder,
					    const siglet_tile *tile)
{
	char path[512];
	siglet_buf data;

	siglet_buf_init(&data, SIGLET_MAX_BUNDLE_TILE_BYTES);
	log_tile(l, tile, &data);
	(void)snprintf(path, sizeof(path), "%s/%s", in_scratch(folder),
		       siglet_tile_path_of(tile).text);
	if (siglet_sys_write_copy(path, siglet_buf_slice(&data)) != NULL)
		abort();
	siglet_buf_clear(&data);
}

/* All of it, as a log of this size publishes it. */
__attribute__((unused)) static void log_write(const mem_log *l, const char *folder, uint64_t size)
{
	for (unsigned level = 0; level < 3 && size >> (8 * level) > 0; level++) {
		for (uint64_t n = 0; siglet_tile_width(level, n, size) > 0; n++) {
			siglet_tile tile = { SIGLET_TILE_HASHES, level, n,
					     siglet_tile_width(level, n, size) };

			log_put(l, folder, &tile);
			tile.kind = SIGLET_TILE_ENTRIES;
			if (level == 0)
				log_put(l, folder, &tile);
		}
	}
}

#endif
