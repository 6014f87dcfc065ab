#include "rekor/rekor_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* What a Rekor v1 log says of itself: its trees, how they grew, and any entry of them. */

#define MAX_PATH_BYTES 256
#define MAX_HISTORY_BYTES ((size_t)4 << 20)

static siglet_err *get_json(const siglet_transport *transport, const char *base_url,
			    const char *path, siglet_json_doc **ret_doc)
{
	siglet_http_response response;
	siglet_err *err;

	siglet_http_response_init(&response);
	err = siglet_rekor_get(transport, base_url, path, "application/json", &response);
	if (err != NULL && response.status == 404)
		err = siglet_err_recode(err, SIGLET_E_MISSING);
	if (err == NULL) {
		err = siglet_json_parse(siglet_buf_slice(&response.body), SIGLET_MAX_REKOR_ANSWER,
					ret_doc);
		if (err != NULL && !siglet_err_is_fault(err))
			err = siglet_err_wrap(err, "what the log answers at %s is no JSON", path);
	}
	siglet_http_response_clear(&response);
	return err;
}

/* What is not in an answer is no sign that the log lacks it: only 404 is. */
static siglet_err *as_malformed(siglet_err *err)
{
	return err != NULL && siglet_err_code(err) == SIGLET_E_MISSING
		       ? siglet_err_recode(err, SIGLET_E_MALFORMED)
		       : err;
}

/* ---- trees ---- */

void siglet_rekor_shards_init(siglet_rekor_shards *shards)
{
	*shards = (siglet_rekor_shards) { .count = 0 };
	siglet_arena_init(&shards->arena, MAX_HISTORY_BYTES);
}

void siglet_rekor_shards_clear(siglet_rekor_shards *shards)
{
	siglet_arena_clear(&shards->arena);
	siglet_rekor_shards_init(shards);
}

static siglet_err *read_tree_id(siglet_slice text, int64_t *ret_id)
{
	uint64_t id = 0;

	if (text.len == 0 || text.len > 19)
		return siglet_err_new(SIGLET_E_MALFORMED, "treeID");
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return siglet_err_new(SIGLET_E_MALFORMED, "treeID");
		id = id * 10 + (uint64_t)(text.ptr[i] - '0');
	}
	if (id == 0 || id > INT64_MAX)
		return siglet_err_new(SIGLET_E_RANGE, "treeID");
	*ret_id = (int64_t)id;
	return NULL;
}

static siglet_err *read_shard(const siglet_json *object, bool is_active,
			      siglet_rekor_shards *shards)
{
	siglet_rekor_shard shard = { .is_active = is_active };
	siglet_slice id = SIGLET_SLICE_NONE, head = SIGLET_SLICE_NONE;
	int64_t size = 0;
	siglet_err *err = siglet_json_need_string(object, "treeID", &id);

	if (err == NULL)
		err = read_tree_id(id, &shard.tree_id);
	if (err == NULL)
		err = siglet_json_need_string(object, "signedTreeHead", &head);
	if (err == NULL)
		err = siglet_json_need_int64(object, "treeSize", &size);
	if (err == NULL && size < 0)
		err = siglet_err_new(SIGLET_E_RANGE, "treeSize");
	if (err == NULL)
		err = siglet_arena_copy(&shards->arena, head, &shard.checkpoint);
	if (err != NULL)
		return siglet_err_wrap(err, "shard %zu", shards->count);
	shard.size = (uint64_t)size;
	shards->of[shards->count++] = shard;
	return NULL;
}

static siglet_err *read_all_shards(const siglet_json *info, siglet_rekor_shards *shards)
{
	const siglet_json *inactive = siglet_json_object_get(info, "inactiveShards");
	const size_t count = siglet_json_array_count(inactive);
	siglet_err *err = NULL;

	if (inactive != NULL && siglet_json_kind_of(inactive) != SIGLET_JSON_ARRAY &&
	    siglet_json_kind_of(inactive) != SIGLET_JSON_NULL)
		return siglet_err_new(SIGLET_E_MALFORMED, "inactiveShards");
	if (count >= SIGLET_REKOR_MAX_SHARDS)
		return siglet_err_new(SIGLET_E_LIMIT, "%zu shards", count);
	for (size_t i = 0; err == NULL && i < count; i++)
		err = read_shard(siglet_json_array_item(inactive, i), false, shards);
	return err == NULL ? read_shard(info, true, shards) : err;
}

siglet_err *siglet_rekor_read_shards(const siglet_transport *transport, const char *base_url,
				     siglet_rekor_shards *ret_shards)
{
	siglet_json_doc *doc = NULL;
	siglet_rekor_shards shards;
	siglet_err *err = get_json(transport, base_url, "/api/v1/log", &doc);

	siglet_rekor_shards_init(&shards);
	if (err == NULL)
		err = as_malformed(read_all_shards(siglet_json_root(doc), &shards));
	siglet_json_doc_free(doc);
	if (err != NULL) {
		siglet_rekor_shards_clear(&shards);
		return err;
	}
	siglet_rekor_shards_clear(ret_shards);
	*ret_shards = shards;
	return NULL;
}

/* ---- growth ---- */

static siglet_err *read_hashes(const siglet_json *hashes, siglet_merkle_list *ret_list)
{
	siglet_merkle_list list = { .count = siglet_json_array_count(hashes) };
	siglet_err *err = NULL;

	if (list.count > SIGLET_MERKLE_MAX_PROOF)
		return siglet_err_new(SIGLET_E_LIMIT, "a proof of %zu hashes", list.count);
	for (size_t i = 0; err == NULL && i < list.count; i++) {
		const siglet_slice hex = siglet_json_string(siglet_json_array_item(hashes, i));
		siglet_buf bytes;

		siglet_buf_init(&bytes, sizeof(list.nodes[i].bytes));
		err = siglet_hex_decode(hex, &bytes);
		if (err == NULL && bytes.len != sizeof(list.nodes[i].bytes))
			err = siglet_err_new(SIGLET_E_MALFORMED, "a hash of %zu bytes", bytes.len);
		if (err == NULL)
			memcpy(list.nodes[i].bytes, bytes.ptr, bytes.len);
		siglet_buf_clear(&bytes);
	}
	if (err == NULL)
		*ret_list = list;
	return err;
}

siglet_err *siglet_rekor_prove_growth(const siglet_transport *transport, const char *base_url,
				      int64_t tree_id, uint64_t old_size, uint64_t new_size,
				      siglet_merkle_list *ret_proof)
{
	const siglet_json *hashes = NULL;
	siglet_json_doc *doc = NULL;
	char path[MAX_PATH_BYTES];
	siglet_err *err;

	(void)snprintf(path, sizeof(path),
		       "/api/v1/log/proof?firstSize=%" PRIu64 "&lastSize=%" PRIu64
		       "&treeID=%" PRId64,
		       old_size, new_size, tree_id);
	err = get_json(transport, base_url, path, &doc);
	/* A proof without hashes is null there. */
	if (err == NULL &&
	    siglet_json_kind_of(siglet_json_object_get(siglet_json_root(doc), "hashes")) ==
		    SIGLET_JSON_NULL)
		*ret_proof = (siglet_merkle_list) { .count = 0 };
	else if (err == NULL)
		err = as_malformed(
			siglet_json_need_array(siglet_json_root(doc), "hashes", &hashes));
	if (err == NULL && hashes != NULL)
		err = read_hashes(hashes, ret_proof);
	siglet_json_doc_free(doc);
	return err;
}

/* ---- entries ---- */

void siglet_rekor_record_init(siglet_rekor_record *record)
{
	*record = (siglet_rekor_record) { .index = 0 };
	siglet_arena_init(&record->arena, 2 * SIGLET_MAX_REKOR_ANSWER);
}

void siglet_rekor_record_clear(siglet_rekor_record *record)
{
	siglet_arena_clear(&record->arena);
	siglet_rekor_record_init(record);
}

static siglet_err *read_body(const siglet_json *value, siglet_rekor_record *record)
{
	siglet_slice text = SIGLET_SLICE_NONE;
	siglet_buf body;
	siglet_err *err = siglet_json_need_string(value, "body", &text);

	if (err != NULL)
		return err;
	siglet_buf_init(&body, SIGLET_MAX_ENTRY_BODY_BYTES);
	err = siglet_base64_decode(text, &body);
	if (err == NULL)
		err = siglet_arena_copy(&record->arena, siglet_buf_slice(&body), &record->body);
	siglet_buf_clear(&body);
	return err;
}

static siglet_err *read_numbers(const siglet_json *value, const siglet_json *proof,
				siglet_rekor_record *record)
{
	int64_t index = 0, own = 0, size = 0;
	siglet_err *err = siglet_json_need_int64(value, "logIndex", &index);

	if (err == NULL)
		err = siglet_json_need_int64(value, "integratedTime", &record->integrated_time_s);
	if (err == NULL)
		err = siglet_json_need_int64(proof, "logIndex", &own);
	if (err == NULL)
		err = siglet_json_need_int64(proof, "treeSize", &size);
	if (err == NULL && (index < 0 || own < 0 || size < 0))
		err = siglet_err_new(SIGLET_E_RANGE, "a negative index or size");
	if (err != NULL)
		return err;
	record->index = (uint64_t)index;
	record->leaf_index = (uint64_t)own;
	record->tree_size = (uint64_t)size;
	return NULL;
}

static siglet_err *read_record(siglet_slice id, const siglet_json *value,
			       siglet_rekor_record *record)
{
	const siglet_json *verification = NULL, *proof = NULL, *hashes = NULL;
	siglet_slice checkpoint = SIGLET_SLICE_NONE;
	siglet_err *err = siglet_json_need_object(value, "verification", &verification);

	if (err == NULL)
		err = siglet_json_need_object(verification, "inclusionProof", &proof);
	if (err == NULL)
		err = read_numbers(value, proof, record);
	if (err == NULL)
		err = siglet_json_need_array(proof, "hashes", &hashes);
	if (err == NULL)
		err = read_hashes(hashes, &record->proof);
	if (err == NULL)
		err = siglet_json_need_string(proof, "checkpoint", &checkpoint);
	if (err == NULL)
		err = siglet_arena_copy(&record->arena, checkpoint, &record->checkpoint);
	if (err == NULL)
		err = siglet_arena_copy(&record->arena, id, &record->id);
	return err == NULL ? read_body(value, record) : err;
}

/* The id is the leaf's hash, with the tree's before it or not. */
static siglet_err *check_id(const siglet_rekor_record *record)
{
	siglet_hash32 leaf;
	siglet_buf hex;
	siglet_err *err = siglet_merkle_hash_leaf(record->body, &leaf);

	siglet_buf_init(&hex, 2 * sizeof(leaf.bytes));
	if (err == NULL)
		err = siglet_hex_encode(siglet_hash32_slice(&leaf), &hex);
	if (err == NULL && !siglet_slice_has_suffix(record->id, siglet_buf_text(&hex)))
		err = siglet_err_new(SIGLET_E_MISMATCH, "the entry's id is not its body's");
	siglet_buf_clear(&hex);
	return err;
}

typedef struct record_list {
	siglet_rekor_record *records;
	size_t count, room;
} record_list;

static siglet_err *take_record(void *context, siglet_slice id, const siglet_json *value)
{
	record_list *list = context;
	siglet_err *err;

	if (list->count == list->room)
		return siglet_err_new(SIGLET_E_MALFORMED, "more than %zu entries", list->room);
	err = read_record(id, value, &list->records[list->count]);
	if (err == NULL)
		err = check_id(&list->records[list->count]);
	list->count++;
	return err == NULL ? NULL : siglet_err_wrap(err, "entry %zu", list->count - 1);
}

siglet_err *siglet_rekor_read_record(const siglet_transport *transport, const char *base_url,
				     const char *which, siglet_rekor_record *ret_record)
{
	siglet_json_doc *doc = NULL;
	siglet_rekor_record record;
	record_list list = { &record, 0, 1 };
	char path[MAX_PATH_BYTES];
	siglet_err *err;

	(void)snprintf(path, sizeof(path), "/api/v1/log/entries%s", which);
	siglet_rekor_record_init(&record);
	err = get_json(transport, base_url, path, &doc);
	if (err == NULL)
		err = as_malformed(
			siglet_json_object_each(siglet_json_root(doc), take_record, &list));
	if (err == NULL && list.count != 1)
		err = siglet_err_new(SIGLET_E_MALFORMED, "no entry in the answer");
	siglet_json_doc_free(doc);
	if (err != NULL) {
		siglet_rekor_record_clear(&record);
		return err;
	}
	siglet_rekor_record_clear(ret_record);
	*ret_record = record;
	return NULL;
}

/* ---- several entries ---- */

static siglet_err *write_indexes(uint64_t first, size_t count, siglet_buf *json)
{
	siglet_err *err = siglet_buf_append_str(json, "{\"logIndexes\":[");

	for (size_t i = 0; err == NULL && i < count; i++)
		err = siglet_buf_printf(json, "%s%" PRIu64, i == 0 ? "" : ",", first + i);
	return err == NULL ? siglet_buf_append_str(json, "]}") : err;
}

static siglet_err *post_indexes(const siglet_transport *transport, const char *base_url,
				siglet_slice json, siglet_json_doc **ret_doc)
{
	siglet_http_response response;
	siglet_buf url;
	siglet_err *err;

	siglet_buf_init(&url, 8192);
	siglet_http_response_init(&response);
	err = siglet_rekor_url(base_url, "/api/v1/log/entries/retrieve", &url);
	if (err == NULL) {
		const siglet_http_request request = {
			.what = "the transparency log",
			.method = "POST",
			.url = siglet_buf_text(&url),
			.headers = { { "Accept", "application/json", false },
				     { "Content-Type", "application/json", false } },
			.header_count = 2,
			.body = json,
			.max_answer = SIGLET_MAX_REKOR_ANSWER,
		};

		err = siglet_transport_send(transport, &request, &response);
		if (err == NULL && response.status != 200)
			err = siglet_http_status_error(&request, &response);
	}
	if (err == NULL)
		err = siglet_json_parse(siglet_buf_slice(&response.body), SIGLET_MAX_REKOR_ANSWER,
					ret_doc);
	siglet_http_response_clear(&response);
	siglet_buf_clear(&url);
	return err;
}

/* They come in any order, and each must be the one that was asked for. */
static siglet_err *take_array(const siglet_json *array, uint64_t first, size_t count,
			      siglet_rekor_record *records)
{
	const size_t given = siglet_json_array_count(array);

	if (given != count)
		return siglet_err_new(SIGLET_E_MALFORMED, "%zu entries, not %zu", given, count);
	for (size_t i = 0; i < count; i++) {
		record_list list = { &records[i], 0, 1 };
		siglet_err *err = siglet_json_object_each(siglet_json_array_item(array, i),
							  take_record, &list);

		if (err == NULL && list.count != 1)
			err = siglet_err_new(SIGLET_E_MALFORMED, "no entry in the answer");
		if (err != NULL)
			return err;
	}
	for (size_t i = 0; i < count; i++)
		for (size_t j = i; records[i].index != first + i; j++) {
			if (j == count)
				return siglet_err_new(SIGLET_E_MALFORMED,
						      "entry %" PRIu64 " is not in the answer",
						      first + i);
			if (records[j].index == first + i) {
				const siglet_rekor_record moved = records[j];

				records[j] = records[i];
				records[i] = moved;
			}
		}
	return NULL;
}

siglet_err *siglet_rekor_read_records(const siglet_transport *transport, const char *base_url,
				      uint64_t first, size_t count, siglet_rekor_record *records)
{
	siglet_json_doc *doc = NULL;
	siglet_buf json;
	siglet_err *err;

	if (count == 0 || count > SIGLET_REKOR_MAX_RECORDS)
		return siglet_err_new(SIGLET_E_USAGE, "%zu entries of one answer", count);
	siglet_buf_init(&json, 1024);
	err = write_indexes(first, count, &json);
	if (err == NULL)
		err = post_indexes(transport, base_url, siglet_buf_slice(&json), &doc);
	if (err == NULL)
		err = as_malformed(take_array(siglet_json_root(doc), first, count, records));
	siglet_json_doc_free(doc);
	siglet_buf_clear(&json);
	return err;
}
