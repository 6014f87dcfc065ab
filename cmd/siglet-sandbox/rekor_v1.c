#include "rekor.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Rekor v1: its shards, and what is answered about them. */

#define MAX_RETRIEVED 10 /* entries a request */

static const tree *shown(const shard *s)
{
	return s->log.is_forked ? &s->log.fork : &s->log.honest;
}

/* The index is the one in the shard. */
static void put_id(const shard *s, size_t index, siglet_buf *out)
{
	put(out, "%016" PRIx64, (uint64_t)s->id);
	WELL(siglet_hex_encode(siglet_hash32_slice(&shown(s)->leaves[index]), out));
}

static void put_promise(const instance *in, siglet_slice body, size_t index, int64_t time_s,
			siglet_buf *out)
{
	siglet_buf payload, signature;

	siglet_buf_init(&payload, 2 * MAX_BODY_BYTES);
	siglet_buf_init(&signature, 1024);
	put(&payload, "{\"body\":\"");
	put_base64(&payload, body);
	put(&payload, "\",\"integratedTime\":%" PRId64 ",\"logID\":\"", time_s);
	WELL(siglet_hex_encode(siglet_digest_slice(siglet_key_id(siglet_signer_key(in->v1))),
			       &payload));
	put(&payload, "\",\"logIndex\":%zu}", index);
	sign_bytes(in->v1, siglet_buf_slice(&payload), &signature);
	if (in->faults.wrong_promise)
		signature.ptr[signature.len - 1] ^= 1;
	put_base64(out, siglet_buf_slice(&signature));
	siglet_buf_clear(&signature);
	siglet_buf_clear(&payload);
}

static void put_hashes(const siglet_hash32 *hashes, size_t count, siglet_buf *out)
{
	put(out, "[");
	for (size_t i = 0; i < count; i++) {
		put(out, i > 0 ? ",\"" : "\"");
		WELL(siglet_hex_encode(siglet_hash32_slice(&hashes[i]), out));
		put(out, "\"");
	}
	put(out, "]");
}

static void put_proof(const instance *in, const shard *s, size_t index, siglet_buf *out)
{
	const proof p = rekor_prove(in, shown(s), index);
	siglet_buf note;

	siglet_buf_init(&note, 65536);
	rekor_put_checkpoint(in, s->id, shown(s), &p, &note);
	put(out, "{\"checkpoint\":");
	WELL(siglet_json_quote(siglet_buf_slice(&note), out));
	put(out, ",\"hashes\":");
	put_hashes(p.nodes, p.count, out);
	put(out, ",\"logIndex\":%zu,\"rootHash\":\"", index);
	WELL(siglet_hex_encode(siglet_hash32_slice(&p.root), out));
	put(out, "\",\"treeSize\":%zu}", p.size);
	siglet_buf_clear(&note);
}

/* A duplicate entry stands at its own index and at the next one. */
static void write_v1_entry(const instance *in, const shard *s, size_t index, siglet_buf *out)
{
	const bool is_duplicate = log_fault_is(&in->faults.logs[LOG_V1], FAULT_DUPLICATE_ENTRY);
	const size_t shows = index - (is_duplicate && index % 2 == 1);
	const siglet_slice body = siglet_buf_slice(&shown(s)->entries[shows]);
	const int64_t time_s = shown(s)->times_s[shows] + in->faults.skew_s;

	put(out, "{\"");
	put_id(s, shows, out);
	put(out, "\":{\"body\":\"");
	put_base64(out, body);
	put(out, "\",\"integratedTime\":%" PRId64 ",\"logID\":\"", time_s);
	WELL(siglet_hex_encode(siglet_digest_slice(siglet_key_id(siglet_signer_key(in->v1))), out));
	put(out, "\",\"logIndex\":%zu,\"verification\":{\"inclusionProof\":", s->begin + index);
	put_proof(in, s, index, out);
	put(out, ",\"signedEntryTimestamp\":\"");
	put_promise(in, body, s->begin + index, time_s, out);
	put(out, "\"}}}");
}

static void answer_conflict(const shard *s, size_t index, response *r)
{
	siglet_buf id;

	siglet_buf_init(&id, 128);
	put_id(s, index, &id);
	response_error(r, 409, 409,
		       "an equivalent entry already exists in the transparency log with UUID %s",
		       siglet_buf_text(&id));
	r->header = "Location";
	(void)snprintf(r->value_text, sizeof(r->value_text), "/api/v1/log/entries/%s",
		       siglet_buf_text(&id));
	r->value = r->value_text;
	siglet_buf_clear(&id);
}

/* By which clients find the entry in its answer. */
static void put_etag(const shard *s, size_t index, response *r)
{
	siglet_buf id;

	siglet_buf_init(&id, 128);
	put_id(s, index, &id);
	r->header = "ETag";
	(void)snprintf(r->value_text, sizeof(r->value_text), "%s", siglet_buf_text(&id));
	r->value = r->value_text;
	siglet_buf_clear(&id);
}

/* ---- adding ---- */

static void post_v1(instance *in, const request *q, response *r)
{
	shard *s = &in->shards[in->shard_count - 1];
	tree *t = log_shown(&s->log);
	siglet_json_doc *doc = NULL;
	siglet_buf body;
	size_t index = 0;
	siglet_err *err = siglet_json_parse(q->body, MAX_BODY_BYTES, &doc);

	siglet_buf_init(&body, MAX_BODY_BYTES);
	if (err != NULL || !rekor_v1_body(siglet_json_root(doc), &body)) {
		response_error(r, 400, 400, "error processing entry: invalid signature or form");
	} else if (tree_find(t, siglet_buf_slice(&body), &index)) {
		answer_conflict(s, index, r);
	} else {
		index = tree_add(t, siglet_buf_slice(&body));
		write_v1_entry(in, s, in->faults.wrong_entry ? index - 1 : index, &r->body);
		r->status = 201;
		put_etag(s, index, r);
	}
	siglet_err_free(err);
	siglet_buf_clear(&body);
	siglet_json_doc_free(doc);
}

/* ---- finding entries ---- */

typedef struct found {
	const shard *shard; /* NULL: none */
	size_t index;	    /* in it */
} found;

static found find_index(const instance *in, uint64_t index)
{
	for (size_t i = in->shard_count; i > 0; i--) {
		const shard *s = &in->shards[i - 1];

		if (index >= s->begin)
			return index - s->begin < shown(s)->count
				       ? (found) { s, (size_t)(index - s->begin) }
				       : (found) { 0 };
	}
	return (found) { 0 };
}

/* By 64 hexadecimal digits, or the 80 that say in which tree. */
static found find_id(const instance *in, siglet_slice id)
{
	for (size_t i = 0; i < in->shard_count; i++)
		for (size_t j = 0; j < shown(&in->shards[i])->count; j++) {
			siglet_buf own;
			bool same;

			siglet_buf_init(&own, 128);
			put_id(&in->shards[i], j, &own);
			same = siglet_slice_equal(siglet_buf_slice(&own), id) ||
			       siglet_slice_equal(siglet_slice_of(own.ptr + 16, 64), id);
			siglet_buf_clear(&own);
			if (same)
				return (found) { &in->shards[i], j };
		}
	return (found) { 0 };
}

static found find_proposed(const instance *in, const siglet_json *entry)
{
	found f = { 0 };
	siglet_buf body;

	siglet_buf_init(&body, MAX_BODY_BYTES);
	if (rekor_v1_body(entry, &body))
		for (size_t i = 0; i < in->shard_count && f.shard == NULL; i++)
			if (tree_find(shown(&in->shards[i]), siglet_buf_slice(&body), &f.index))
				f.shard = &in->shards[i];
	siglet_buf_clear(&body);
	return f;
}

static void answer_found(const instance *in, found f, response *r)
{
	if (f.shard == NULL)
		response_error(r, 404, 404, "not found");
	else
		write_v1_entry(in, f.shard, f.index, &r->body);
}

static void get_by_index(const instance *in, const request *q, response *r)
{
	const char *text = q->query(q->connection, "logIndex");
	uint64_t index = 0;

	if (text == NULL || !read_number(text, INT64_MAX, &index))
		response_error(r, 422, 602, "logIndex in query is required");
	else
		answer_found(in, find_index(in, index), r);
}

/* ---- several at once ---- */

/* What is not there is left out. */
static void add_found(const instance *in, found f, response *r)
{
	if (f.shard == NULL)
		return;
	if (r->body.len > 1)
		put(&r->body, ",");
	write_v1_entry(in, f.shard, f.index, &r->body);
}

static bool read_index(const siglet_json *number, uint64_t *ret_index)
{
	siglet_buf text;
	bool good;

	siglet_buf_init(&text, 64);
	siglet_err *err = siglet_json_canonicalize(number, &text);
	good = err == NULL && read_number(siglet_buf_text(&text), INT64_MAX, ret_index);
	siglet_err_free(err);
	siglet_buf_clear(&text);
	return good;
}

static void retrieve(const instance *in, const siglet_json *root, response *r)
{
	const siglet_json *ids = inside(root, "entryUUIDs"), *entries = inside(root, "entries");
	const siglet_json *indexes = inside(root, "logIndexes");
	const size_t counts[] = { siglet_json_array_count(ids), siglet_json_array_count(entries),
				  siglet_json_array_count(indexes) };
	uint64_t index = 0;

	if (counts[0] + counts[1] + counts[2] > MAX_RETRIEVED) {
		response_error(r, 422, 422, "more than max allowed %d entries in request",
			       MAX_RETRIEVED);
		return;
	}
	put(&r->body, "[");
	for (size_t i = 0; i < counts[0]; i++)
		add_found(in, find_id(in, siglet_json_string(siglet_json_array_item(ids, i))), r);
	for (size_t i = 0; i < counts[1]; i++)
		add_found(in, find_proposed(in, siglet_json_array_item(entries, i)), r);
	for (size_t i = 0; i < counts[2]; i++)
		if (read_index(siglet_json_array_item(indexes, i), &index))
			add_found(in, find_index(in, index), r);
	put(&r->body, "]");
}

static void post_retrieve(const instance *in, const request *q, response *r)
{
	siglet_json_doc *doc = NULL;
	siglet_err *err = siglet_json_parse(q->body, MAX_BODY_BYTES, &doc);

	if (err != NULL)
		response_error(r, 400, 400, "parsing entry body failed");
	else
		retrieve(in, siglet_json_root(doc), r);
	siglet_err_free(err);
	siglet_json_doc_free(doc);
}

/* ---- the log ---- */

/* The members that the log and each inactive shard have. */
static void put_shard(const instance *in, const shard *s, siglet_buf *out)
{
	const bool is_active = s == &in->shards[in->shard_count - 1];
	const tree *t = shown(s);
	const size_t size =
		is_active ? (size_t)log_fault_size(&in->faults.logs[LOG_V1], t->count) : t->count;
	siglet_hash32 root;
	siglet_buf note;

	siglet_buf_init(&note, 65536);
	tree_hash(t, 0, size, &root);
	write_checkpoint(in, s->id, size, &root, &note);
	put(out, "\"rootHash\":\"");
	WELL(siglet_hex_encode(siglet_hash32_slice(&root), out));
	put(out, "\",\"signedTreeHead\":");
	WELL(siglet_json_quote(siglet_buf_slice(&note), out));
	put(out, ",\"treeID\":\"%" PRId64 "\",\"treeSize\":%zu}", s->id, size);
	siglet_buf_clear(&note);
}

static void get_log(const instance *in, response *r)
{
	put(&r->body, "{\"inactiveShards\":[");
	for (size_t i = 0; i + 1 < in->shard_count; i++) {
		put(&r->body, i > 0 ? ",{" : "{");
		put_shard(in, &in->shards[i], &r->body);
	}
	put(&r->body, "],");
	put_shard(in, &in->shards[in->shard_count - 1], &r->body);
}

static const shard *find_shard(const instance *in, const char *id)
{
	char own[32];

	if (id == NULL)
		return &in->shards[in->shard_count - 1];
	for (size_t i = 0; i < in->shard_count; i++) {
		(void)snprintf(own, sizeof(own), "%" PRId64, in->shards[i].id);
		if (strcmp(own, id) == 0)
			return &in->shards[i];
	}
	return NULL;
}

/* As the real one has it, the root is the one that the tree has now, whatever was asked for. */
static void write_consistency(const instance *in, const tree *t, size_t first, size_t last,
			      siglet_buf *out)
{
	siglet_hash32 nodes[64], root;
	const size_t count = tree_consistency(t, first, last, nodes);

	if (log_fault_is(&in->faults.logs[LOG_V1], FAULT_WRONG_CONSISTENCY) && count > 0)
		nodes[0].bytes[0] ^= 1;
	tree_hash(t, 0, t->count, &root);
	put(out, "{\"hashes\":");
	put_hashes(nodes, count, out);
	put(out, ",\"rootHash\":\"");
	WELL(siglet_hex_encode(siglet_hash32_slice(&root), out));
	put(out, "\"}");
}

static void get_proof(const instance *in, const request *q, response *r)
{
	const char *first_text = q->query(q->connection, "firstSize");
	const char *last_text = q->query(q->connection, "lastSize");
	const shard *s = find_shard(in, q->query(q->connection, "treeID"));
	uint64_t first = 1, last = 0;

	if ((first_text != NULL && !read_number(first_text, INT64_MAX, &first)) ||
	    last_text == NULL || !read_number(last_text, INT64_MAX, &last) || first == 0 ||
	    last == 0)
		response_error(r, 422, 602, "firstSize and lastSize are to be 1 or more");
	else if (s == NULL)
		response_error(r, 400, 400, "no such tree");
	else if (first > last)
		response_error(r, 400, 400,
			       "firstSize(%" PRIu64 ") must be less than lastSize(%" PRIu64 ")",
			       first, last);
	else if (last > shown(s)->count)
		response_error(r, 400, 400,
			       "the tree size requested(%" PRIu64
			       ") was greater than what is currently observable(%zu)",
			       last, shown(s)->count);
	else
		write_consistency(in, shown(s), (size_t)first, (size_t)last, &r->body);
}

static void get_key(const instance *in, response *r)
{
	r->type = "application/x-pem-file";
	WELL(siglet_pem_encode("PUBLIC KEY", siglet_key_spki(siglet_signer_key(in->v1)), &r->body));
}

/* ---- requests ---- */

static void route(instance *in, const request *q, response *r)
{
	const char *path = q->path + strlen("/api/v1/log");
	const bool is_post = strcmp(q->method, "POST") == 0;

	if (strcmp(path, "/entries") == 0 && is_post)
		post_v1(in, q, r);
	else if (strcmp(path, "/entries/retrieve") == 0 && is_post)
		post_retrieve(in, q, r);
	else if (strcmp(path, "/entries") == 0)
		get_by_index(in, q, r);
	else if (strncmp(path, "/entries/", 9) == 0)
		answer_found(in, find_id(in, siglet_slice_str(path + 9)), r);
	else if (strcmp(path, "/proof") == 0)
		get_proof(in, q, r);
	else if (strcmp(path, "/publicKey") == 0)
		get_key(in, r);
	else if (*path == '\0')
		get_log(in, r);
	else
		response_error(r, 404, 404, "not found");
}

void rekor_v1_answer(instance *in, const request *q, response *r)
{
	r->service = SERVICE_REKOR;
	MUST(pthread_mutex_lock(&in->lock) == 0);
	route(in, q, r);
	MUST(pthread_mutex_unlock(&in->lock) == 0);
}

/* ---- changes ---- */

bool rekor_v1_rotate(instance *in)
{
	const shard *last = &in->shards[in->shard_count - 1];

	if (in->shard_count == MAX_SHARDS)
		return false;
	in->shards[in->shard_count].id = last->id + 1;
	in->shards[in->shard_count].begin = last->begin + shown(last)->count;
	in->shard_count++;
	return true;
}

void rekor_v1_misbehave(instance *in)
{
	log_misbehave(&in->shards[in->shard_count - 1].log, &in->faults.logs[LOG_V1]);
}
