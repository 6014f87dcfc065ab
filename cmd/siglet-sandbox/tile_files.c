#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "sys/sys.h"

/*
 * A tile log as files: each entry is hashed and written once, and only the tile at the right edge
 * of each level is in memory, so that a log of any size takes the same.
 */

#define MAX_PATH 1024
#define BUNDLES TILE_LEVELS /* among the folders that were made last */

struct tile_files {
	const char *folder;
	uint64_t size;
	EVP_MD *md;
	EVP_MD_CTX *ctx;
	siglet_hash32 hashes[TILE_LEVELS][TILE_WIDTH];
	unsigned widths[TILE_LEVELS];
	siglet_buf bundle;
	char made[TILE_LEVELS + 1][MAX_PATH];
};

void tile_name(uint64_t number, unsigned width, char ret_name[MAX_TILE_NAME])
{
	char groups[MAX_TILE_NAME], part[8];
	size_t len = 0;

	(void)snprintf(groups, sizeof(groups), "%03" PRIu64, number);
	/* A length that is a multiple of three. */
	while (strlen(groups) % 3 != 0) {
		memmove(groups + 1, groups, strlen(groups) + 1);
		groups[0] = '0';
	}
	for (size_t i = 0; groups[i] != '\0'; i += 3) {
		const bool is_last = groups[i + 3] == '\0';

		(void)snprintf(part, sizeof(part), "%s%.3s%s", is_last ? "" : "x", groups + i,
			       is_last ? "" : "/");
		memcpy(ret_name + len, part, strlen(part) + 1);
		len += strlen(part);
	}
	if (width != TILE_WIDTH)
		(void)snprintf(ret_name + len, MAX_TILE_NAME - len, ".p/%u", width);
}

/* ---- hashes (RFC 6962 section 2.1), with one context: it is what takes the time ---- */

static void hash(tile_files *t, const uint8_t *head, size_t head_len, siglet_slice rest,
		 siglet_hash32 *ret_hash)
{
	MUST(EVP_DigestInit_ex2(t->ctx, t->md, NULL) == 1);
	MUST(EVP_DigestUpdate(t->ctx, head, head_len) == 1);
	if (rest.len > 0)
		MUST(EVP_DigestUpdate(t->ctx, rest.ptr, rest.len) == 1);
	MUST(EVP_DigestFinal_ex(t->ctx, ret_hash->bytes, NULL) == 1);
}

static void hash_node(tile_files *t, const siglet_hash32 *left, const siglet_hash32 *right,
		      siglet_hash32 *ret_hash)
{
	uint8_t node[65] = { 1 };

	memcpy(node + 1, left->bytes, 32);
	memcpy(node + 33, right->bytes, 32);
	hash(t, node, sizeof(node), SIGLET_SLICE_NONE, ret_hash);
}

/* The root over so many hashes, which is a power of two. */
static void hash_subtree(tile_files *t, const siglet_hash32 *hashes, unsigned count,
			 siglet_hash32 *ret_hash)
{
	siglet_hash32 nodes[TILE_WIDTH];

	memcpy(nodes, hashes, count * sizeof(*nodes));
	for (; count > 1; count /= 2)
		for (size_t i = 0; i < count / 2; i++) {
			const siglet_hash32 left = nodes[2 * i], right = nodes[2 * i + 1];

			hash_node(t, &left, &right, &nodes[i]);
		}
	*ret_hash = nodes[0];
}

/* ---- files ---- */

/* The folders above a file, unless they were the last ones made there. */
static void make_folders(tile_files *t, unsigned place, const char *path)
{
	char folder[MAX_PATH];
	const size_t len = (size_t)(strrchr(path, '/') - path);

	if (strncmp(t->made[place], path, len) == 0 && t->made[place][len] == '\0')
		return;
	memcpy(folder, path, len);
	folder[len] = '\0';
	memcpy(t->made[place], folder, len + 1);
	for (char *at = folder + strlen(t->folder) + 1;; at++) {
		const char end = *at;

		if (end != '/' && end != '\0')
			continue;
		*at = '\0';
		if (mkdir(folder, S_IRWXU | S_IRWXG | S_IRWXO) != 0 && errno != EEXIST)
			fail_at(folder, strerror(errno));
		*at = end;
		if (end == '\0')
			return;
	}
}

static void name_tile(const tile_files *t, unsigned place, uint64_t number, unsigned width,
		      char ret_path[MAX_PATH])
{
	char name[MAX_TILE_NAME], level[16] = "entries";
	int len;

	tile_name(number, width, name);
	if (place != BUNDLES)
		(void)snprintf(level, sizeof(level), "%u", place);
	len = snprintf(ret_path, MAX_PATH, "%s/tile/%s/%s", t->folder, level, name);
	if (len < 0 || len >= MAX_PATH)
		fail_at(t->folder, "too long");
}

/* Not put on disk at once: a log that a crash cut is made again. */
static void write_tile(tile_files *t, unsigned place, uint64_t number, unsigned width,
		       siglet_slice data)
{
	char path[MAX_PATH];
	int fd;

	name_tile(t, place, number, width, path);
	make_folders(t, place, path);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0)
		fail_at(path, strerror(errno));
	while (data.len > 0) {
		const ssize_t done = write(fd, data.ptr, data.len);

		if (done < 0)
			fail_at(path, strerror(errno));
		data.ptr += done;
		data.len -= (size_t)done;
	}
	if (close(fd) != 0)
		fail_at(path, strerror(errno));
}

static void read_tile(const tile_files *t, unsigned place, uint64_t number, unsigned width,
		      siglet_buf *ret_data)
{
	char path[MAX_PATH];
	siglet_err *err;

	name_tile(t, place, number, width, path);
	err = siglet_sys_read_file(path, ret_data);
	if (err != NULL) {
		siglet_err_free(err);
		fail_at(path, "of the log that is to grow, can't be read");
	}
}

/* ---- the log ---- */

static unsigned width_at(uint64_t size, unsigned level)
{
	return (unsigned)(size >> (8 * level)) % TILE_WIDTH;
}

/* Its right edge. */
static void read_edge(tile_files *t)
{
	for (unsigned level = 0; level < TILE_LEVELS; level++) {
		const unsigned width = width_at(t->size, level);
		siglet_buf data;

		if (width == 0)
			continue;
		siglet_buf_init(&data, sizeof(t->hashes[0]));
		read_tile(t, level, t->size >> (8 * level + 8), width, &data);
		if (data.len != width * sizeof(siglet_hash32))
			fail_at(t->folder, "has a tile of another length");
		memcpy(t->hashes[level], data.ptr, data.len);
		t->widths[level] = width;
		siglet_buf_clear(&data);
	}
	if (width_at(t->size, 0) != 0)
		read_tile(t, BUNDLES, t->size / TILE_WIDTH, width_at(t->size, 0), &t->bundle);
}

tile_files *tile_files_new(const char *folder, uint64_t size)
{
	tile_files *t = siglet_calloc(1, sizeof(*t));

	MUST(t != NULL);
	t->folder = folder;
	t->size = size;
	t->md = EVP_MD_fetch(NULL, "SHA256", NULL);
	t->ctx = EVP_MD_CTX_new();
	MUST(t->md != NULL && t->ctx != NULL);
	siglet_buf_init(&t->bundle, (size_t)TILE_WIDTH * (MAX_ENTRY_BYTES + 2));
	read_edge(t);
	return t;
}

/* The hash of a full tile goes into the one above it. */
static void add_hash(tile_files *t, siglet_hash32 node)
{
	for (unsigned level = 0; level < TILE_LEVELS; level++) {
		t->hashes[level][t->widths[level]++] = node;
		if (t->widths[level] < TILE_WIDTH)
			return;
		write_tile(t, level, (t->size >> (8 * level + 8)) - 1, TILE_WIDTH,
			   siglet_slice_of(t->hashes[level], sizeof(t->hashes[level])));
		hash_subtree(t, t->hashes[level], TILE_WIDTH, &node);
		t->widths[level] = 0;
	}
}

void tile_files_add(tile_files *t, siglet_slice entry)
{
	static const uint8_t leaf = 0;
	siglet_hash32 node;

	WELL(siglet_buf_append_uint(&t->bundle, entry.len, 2));
	WELL(siglet_buf_append(&t->bundle, entry));
	hash(t, &leaf, 1, entry, &node);
	t->size++;
	if (t->size % TILE_WIDTH == 0) {
		write_tile(t, BUNDLES, t->size / TILE_WIDTH - 1, TILE_WIDTH,
			   siglet_buf_slice(&t->bundle));
		siglet_buf_truncate(&t->bundle, 0);
	}
	add_hash(t, node);
}

/* From the right edge inwards: each bit of the size is a subtree. */
static void fold_root(tile_files *t, siglet_hash32 *ret_root)
{
	bool is_first = true;
	siglet_hash32 node;

	hash(t, NULL, 0, SIGLET_SLICE_NONE, ret_root);
	for (unsigned level = 0; level < TILE_LEVELS; level++) {
		unsigned end = t->widths[level];

		for (unsigned bit = 1; bit < TILE_WIDTH; bit *= 2) {
			if ((end & bit) == 0)
				continue;
			end -= bit;
			hash_subtree(t, t->hashes[level] + end, bit, &node);
			if (is_first)
				*ret_root = node;
			else
				hash_node(t, &node, ret_root, ret_root);
			is_first = false;
		}
	}
}

void tile_files_finish(tile_files *t, siglet_hash32 *ret_root)
{
	for (unsigned level = 0; level < TILE_LEVELS; level++)
		if (t->widths[level] > 0)
			write_tile(t, level, t->size >> (8 * level + 8), t->widths[level],
				   siglet_slice_of(t->hashes[level],
						   t->widths[level] * sizeof(siglet_hash32)));
	if (t->widths[0] > 0)
		write_tile(t, BUNDLES, t->size / TILE_WIDTH, t->widths[0],
			   siglet_buf_slice(&t->bundle));
	fold_root(t, ret_root);
}

void tile_files_free(tile_files *t)
{
	siglet_buf_clear(&t->bundle);
	EVP_MD_CTX_free(t->ctx);
	EVP_MD_free(t->md);
	free(t);
}

/* ---- what is there already ---- */

/* The second line of a checkpoint is the size. */
static uint64_t size_in(siglet_slice note, const char *path)
{
	siglet_reader lines = { note };
	siglet_slice line = SIGLET_SLICE_NONE;
	char number[32];
	uint64_t size = 0;
	siglet_err *err = siglet_reader_line(&lines, &line);

	if (err == NULL)
		err = siglet_reader_line(&lines, &line);
	if (err != NULL) {
		siglet_err_free(err);
		fail_at(path, "no checkpoint");
	}
	(void)snprintf(number, sizeof(number), "%.*s", (int)line.len, (const char *)line.ptr);
	if (!read_number(number, MAX_LOG_SIZE, &size))
		fail_at(path, "no checkpoint");
	return size;
}

uint64_t tile_files_size(const char *folder)
{
	char path[MAX_STATE_PATH];
	siglet_buf note;
	uint64_t size = 0;

	(void)snprintf(path, sizeof(path), "%s/checkpoint", folder);
	siglet_buf_init(&note, 65536);
	if (siglet_sys_is_there(path)) {
		WELL(siglet_sys_read_file(path, &note));
		size = size_in(siglet_buf_slice(&note), path);
	}
	siglet_buf_clear(&note);
	return size;
}
