#include "ct.h"

#include <inttypes.h>
#include <string.h>

/* The CT log as RFC 6962 section 4 has it read. The caller holds the lock. */

#define MAX_ENTRIES 64 /* an answer */

typedef struct view {
	const instance *in;
	const log_faults *faults;
	const tree *tree;
	size_t size;
} view;

static bool read_query(const request *q, const char *name, uint64_t *ret_number)
{
	const char *text = q->query(q->connection, name);

	return text != NULL && read_number(text, MAX_LOG_SIZE, ret_number);
}

static void put_hashes(siglet_json_writer *w, const char *name, const siglet_hash32 *hashes,
		       size_t count)
{
	siglet_json_write_begin_array(w, name);
	for (size_t i = 0; i < count; i++)
		siglet_json_write_base64(w, NULL, siglet_hash32_slice(&hashes[i]));
	siglet_json_write_end_array(w);
}

void ct_sign_head(const instance *in, int64_t time_ms, uint64_t size, const siglet_hash32 *root,
		  siglet_buf *ret_signature)
{
	siglet_buf head;

	siglet_buf_init(&head, 128);
	WELL(siglet_buf_append_uint(&head, 0x0001, 2)); /* v1, tree_hash */
	WELL(siglet_buf_append_uint(&head, (uint64_t)time_ms, 8));
	WELL(siglet_buf_append_uint(&head, size, 8));
	WELL(siglet_buf_append(&head, siglet_hash32_slice(root)));
	ct_sign(in, siglet_buf_slice(&head), ret_signature);
	if (log_fault_is(&in->faults.logs[LOG_CT], FAULT_BAD_SIGNATURE))
		ret_signature->ptr[ret_signature->len - 1] ^= 1;
	siglet_buf_clear(&head);
}

static void get_sth(const view *v, siglet_json_writer *w)
{
	const int64_t time_ms = instance_now_s(v->in) * 1000;
	siglet_hash32 root;
	siglet_buf signature;

	siglet_buf_init(&signature, 1024);
	tree_hash(v->tree, 0, v->size, &root);
	ct_sign_head(v->in, time_ms, v->size, &root, &signature);
	siglet_json_write_int(w, "tree_size", (int64_t)v->size);
	siglet_json_write_int(w, "timestamp", time_ms);
	siglet_json_write_base64(w, "sha256_root_hash", siglet_hash32_slice(&root));
	siglet_json_write_base64(w, "tree_head_signature", siglet_buf_slice(&signature));
	siglet_buf_clear(&signature);
}

static bool get_consistency(const view *v, const request *q, siglet_json_writer *w)
{
	uint64_t first = 0, second = 0;
	siglet_hash32 nodes[64];
	size_t count;

	if (!read_query(q, "first", &first) || !read_query(q, "second", &second) ||
	    first > second || second > v->tree->count)
		return false;
	count = first == 0 ? 0 : tree_consistency(v->tree, (size_t)first, (size_t)second, nodes);
	if (log_fault_is(v->faults, FAULT_WRONG_CONSISTENCY) && count > 0)
		nodes[0].bytes[0] ^= 1;
	put_hashes(w, "consistency", nodes, count);
	return true;
}

static bool get_proof(const view *v, const request *q, siglet_json_writer *w)
{
	const char *text = q->query(q->connection, "hash");
	siglet_hash32 nodes[64];
	uint64_t size = 0;
	siglet_buf hash;
	bool found = false;

	if (text == NULL || !read_query(q, "tree_size", &size) || size > v->tree->count)
		return false;
	siglet_buf_init(&hash, 32);
	siglet_err_free(siglet_base64_decode(siglet_slice_str(text), &hash));
	for (size_t i = 0; i < size && !found; i++) {
		found = siglet_slice_equal(siglet_hash32_slice(&v->tree->leaves[i]),
					   siglet_buf_slice(&hash));
		if (!found)
			continue;
		siglet_json_write_int(w, "leaf_index", (int64_t)i);
		put_hashes(w, "audit_path", nodes, tree_path(v->tree, i, (size_t)size, nodes));
	}
	siglet_buf_clear(&hash);
	return found;
}

/* A duplicate entry stands at its own index and at the next one. */
static void put_entry(const view *v, size_t index, siglet_json_writer *w)
{
	if (log_fault_is(v->faults, FAULT_DUPLICATE_ENTRY) && index % 2 == 1)
		index--;
	siglet_json_write_base64(w, "leaf_input", siglet_buf_slice(&v->tree->entries[index]));
	siglet_json_write_base64(w, "extra_data", ct_extra(v->in, index));
}

/* As logs do, it answers with fewer than it was asked for. */
static bool get_entries(const view *v, const request *q, siglet_json_writer *w)
{
	uint64_t start = 0, end = 0;

	if (!read_query(q, "start", &start) || !read_query(q, "end", &end) || start > end ||
	    start >= v->tree->count)
		return false;
	siglet_json_write_begin_array(w, "entries");
	for (uint64_t i = start; i <= end && i < v->tree->count && i < start + MAX_ENTRIES; i++) {
		siglet_json_write_begin_object(w, NULL);
		put_entry(v, (size_t)i, w);
		siglet_json_write_end_object(w);
	}
	siglet_json_write_end_array(w);
	return true;
}

static bool get_entry_and_proof(const view *v, const request *q, siglet_json_writer *w)
{
	uint64_t index = 0, size = 0;
	siglet_hash32 nodes[64];

	if (!read_query(q, "leaf_index", &index) || !read_query(q, "tree_size", &size) ||
	    index >= size || size > v->tree->count)
		return false;
	put_entry(v, (size_t)index, w);
	put_hashes(w, "audit_path", nodes, tree_path(v->tree, (size_t)index, (size_t)size, nodes));
	return true;
}

static void get_roots(const view *v, siglet_json_writer *w)
{
	siglet_buf der;

	siglet_buf_init(&der, 65536);
	x509_der(v->in->root, &der);
	siglet_json_write_begin_array(w, "certificates");
	siglet_json_write_base64(w, NULL, siglet_buf_slice(&der));
	siglet_json_write_end_array(w);
	siglet_buf_clear(&der);
}

static bool write_answer(const view *v, const request *q, const char *path, siglet_json_writer *w)
{
	if (strcmp(path, "get-sth-consistency") == 0)
		return get_consistency(v, q, w);
	if (strcmp(path, "get-proof-by-hash") == 0)
		return get_proof(v, q, w);
	if (strcmp(path, "get-entries") == 0)
		return get_entries(v, q, w);
	if (strcmp(path, "get-entry-and-proof") == 0)
		return get_entry_and_proof(v, q, w);
	if (strcmp(path, "get-sth") == 0)
		get_sth(v, w);
	else if (strcmp(path, "get-roots") == 0)
		get_roots(v, w);
	else
		return false;
	return true;
}

void ct_read_answer(instance *in, const request *q, const char *path, response *r)
{
	const tree *t = log_shown(&in->ct_log);
	const log_faults *f = &in->faults.logs[LOG_CT];
	const view v = { in, f, t, (size_t)log_fault_size(f, t->count) };
	siglet_json_writer w;

	siglet_json_writer_init(&w, &r->body, 0);
	siglet_json_write_begin_object(&w, NULL);
	const bool good = write_answer(&v, q, path, &w);
	siglet_json_write_end_object(&w);
	WELL(siglet_json_writer_finish(&w));
	if (good)
		return;
	siglet_buf_truncate(&r->body, 0);
	response_text(r, 400, "the log has nothing like that");
}
