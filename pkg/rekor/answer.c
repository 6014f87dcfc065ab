#include "rekor/rekor_internal.h"

#include <string.h>

/* What a log sends back, in the form that bundles have it. */

#define MAX_ENTRY_ARENA (4 * SIGLET_MAX_REKOR_ANSWER)

void siglet_rekor_entry_init(siglet_rekor_entry *entry)
{
	memset(entry, 0, sizeof(*entry));
	siglet_arena_init(&entry->arena, MAX_ENTRY_ARENA);
}

void siglet_rekor_entry_clear(siglet_rekor_entry *entry)
{
	siglet_arena_clear(&entry->arena);
	siglet_rekor_entry_init(entry);
}

/* ---- Rekor v1: one member, named by the entry's id ---- */

typedef struct only_member {
	siglet_slice name;
	const siglet_json *value;
	size_t count;
} only_member;

static siglet_err *see_member(void *context, siglet_slice name, const siglet_json *value)
{
	only_member *only = context;

	only->name = name;
	only->value = value;
	only->count++;
	return NULL;
}

static siglet_err *write_hex_as_base64(siglet_slice hex, const char *name, siglet_json_writer *w)
{
	siglet_buf bytes;
	siglet_err *err;

	siglet_buf_init(&bytes, 64);
	err = siglet_hex_decode(hex, &bytes);
	if (err == NULL && bytes.len != SIGLET_SHA256_SIZE)
		err = siglet_err_new(SIGLET_E_MALFORMED, "%s: %zu bytes, not %d",
				     name == NULL ? "hash" : name, bytes.len, SIGLET_SHA256_SIZE);
	if (err == NULL)
		siglet_json_write_base64(w, name, siglet_buf_slice(&bytes));
	siglet_buf_clear(&bytes);
	return err;
}

/* A JSON integer becomes the string that proto-JSON has. */
static siglet_err *copy_number(const siglet_json *from, const char *name, siglet_json_writer *w)
{
	int64_t number = 0;
	siglet_err *err = siglet_proto_int64(from, name, &number);

	if (err == NULL)
		siglet_json_write_int_string(w, name, number);
	return err;
}

static siglet_err *write_proof(const siglet_json *proof, siglet_json_writer *w)
{
	const siglet_json *hashes = NULL;
	siglet_slice root = SIGLET_SLICE_NONE, checkpoint = SIGLET_SLICE_NONE;
	siglet_err *err = siglet_json_need_array(proof, "hashes", &hashes);

	if (err == NULL)
		err = siglet_json_need_string(proof, "rootHash", &root);
	if (err == NULL)
		err = siglet_json_need_string(proof, "checkpoint", &checkpoint);
	if (err == NULL && siglet_json_array_count(hashes) > SIGLET_MERKLE_MAX_PROOF)
		err = siglet_err_new(SIGLET_E_LIMIT, "more than %d hashes",
				     SIGLET_MERKLE_MAX_PROOF);
	if (err != NULL)
		return err;
	siglet_json_write_begin_object(w, "inclusionProof");
	err = copy_number(proof, "logIndex", w);
	if (err == NULL)
		err = copy_number(proof, "treeSize", w);
	if (err == NULL)
		err = write_hex_as_base64(root, "rootHash", w);
	siglet_json_write_begin_array(w, "hashes");
	for (size_t i = 0; err == NULL && i < siglet_json_array_count(hashes); i++)
		err = write_hex_as_base64(siglet_json_string(siglet_json_array_item(hashes, i)),
					  NULL, w);
	siglet_json_write_end_array(w);
	siglet_json_write_begin_object(w, "checkpoint");
	siglet_json_write_string(w, "envelope", checkpoint);
	siglet_json_write_end_object(w);
	siglet_json_write_end_object(w);
	return err;
}

/* The body says of which kind it is. */
static siglet_err *write_kind(siglet_slice body, siglet_json_writer *w)
{
	siglet_slice kind = SIGLET_SLICE_NONE, version = SIGLET_SLICE_NONE;
	siglet_json_doc *doc = NULL;
	siglet_err *err = siglet_json_parse(body, SIGLET_MAX_ENTRY_BODY_BYTES, &doc);

	if (err == NULL)
		err = siglet_json_need_string(siglet_json_root(doc), "kind", &kind);
	if (err == NULL)
		err = siglet_json_need_string(siglet_json_root(doc), "apiVersion", &version);
	if (err == NULL) {
		siglet_json_write_begin_object(w, "kindVersion");
		siglet_json_write_string(w, "kind", kind);
		siglet_json_write_string(w, "version", version);
		siglet_json_write_end_object(w);
	}
	siglet_json_doc_free(doc);
	return err == NULL ? NULL : siglet_err_wrap(err, "body");
}

/* An id is the hash of the leaf, with the tree's number before it or not. */
static siglet_err *check_id(siglet_slice id, siglet_slice body)
{
	siglet_hash32 leaf;
	siglet_buf hex;
	siglet_err *err;

	if (id.len != 64 && id.len != 80)
		return siglet_err_new(SIGLET_E_MALFORMED, "an entry id of %zu characters", id.len);
	siglet_buf_init(&hex, 64);
	err = siglet_merkle_hash_leaf(body, &leaf);
	if (err == NULL)
		err = siglet_hex_encode(siglet_hash32_slice(&leaf), &hex);
	if (err == NULL &&
	    !siglet_slice_equal(siglet_slice_of(id.ptr + id.len - 64, 64), siglet_buf_slice(&hex)))
		err = siglet_err_new(SIGLET_E_MISMATCH, "the entry's id is not its body's");
	siglet_buf_clear(&hex);
	return err;
}

static siglet_err *convert_v1(const only_member *only, siglet_slice body, siglet_json_writer *w)
{
	const siglet_json *verification = NULL, *proof = NULL;
	siglet_slice log_id = SIGLET_SLICE_NONE, promise = SIGLET_SLICE_NONE;
	siglet_err *err = siglet_json_need_string(only->value, "logID", &log_id);

	if (err == NULL)
		err = siglet_json_need_object(only->value, "verification", &verification);
	if (err == NULL)
		err = siglet_json_need_object(verification, "inclusionProof", &proof);
	if (err == NULL)
		err = siglet_json_need_string(verification, "signedEntryTimestamp", &promise);
	if (err == NULL)
		err = copy_number(only->value, "logIndex", w);
	if (err == NULL)
		err = copy_number(only->value, "integratedTime", w);
	siglet_json_write_begin_object(w, "logId");
	if (err == NULL)
		err = write_hex_as_base64(log_id, "keyId", w);
	siglet_json_write_end_object(w);
	if (err == NULL)
		err = write_kind(body, w);
	siglet_json_write_begin_object(w, "inclusionPromise");
	siglet_json_write_string(w, "signedEntryTimestamp", promise);
	siglet_json_write_end_object(w);
	if (err == NULL)
		err = write_proof(proof, w);
	siglet_json_write_base64(w, "canonicalizedBody", body);
	return err;
}

static siglet_err *write_v1(const siglet_json *root, siglet_buf *ret_json)
{
	only_member only = { .count = 0 };
	siglet_slice text = SIGLET_SLICE_NONE;
	siglet_json_writer w;
	siglet_buf body;
	siglet_err *err = siglet_json_object_each(root, see_member, &only), *failed;

	if (err == NULL && only.count != 1)
		err = siglet_err_new(SIGLET_E_MALFORMED, "%zu entries, not one", only.count);
	if (err == NULL)
		err = siglet_json_need_string(only.value, "body", &text);
	if (err != NULL)
		return err;
	siglet_buf_init(&body, SIGLET_MAX_ENTRY_BODY_BYTES);
	err = siglet_base64_decode(text, &body);
	if (err == NULL)
		err = check_id(only.name, siglet_buf_slice(&body));
	siglet_json_writer_init(&w, ret_json, 0);
	siglet_json_write_begin_object(&w, NULL);
	if (err == NULL)
		err = convert_v1(&only, siglet_buf_slice(&body), &w);
	siglet_json_write_end_object(&w);
	failed = siglet_json_writer_finish(&w);
	siglet_buf_clear(&body);
	if (err == NULL)
		return failed;
	siglet_err_free(failed);
	return err;
}

/* ---- both ---- */

static siglet_err *read_entry(siglet_slice json, siglet_rekor_entry *ret_entry)
{
	siglet_rekor_entry read;
	siglet_json_doc *doc = NULL;
	siglet_err *err = siglet_json_parse(json, 2 * SIGLET_MAX_REKOR_ANSWER, &doc);

	siglet_rekor_entry_init(&read);
	if (err == NULL)
		err = siglet_entry_read(siglet_json_root(doc), &read.arena, &read.entry);
	siglet_json_doc_free(doc);
	if (err != NULL) {
		siglet_rekor_entry_clear(&read);
		return err;
	}
	siglet_rekor_entry_clear(ret_entry);
	*ret_entry = read;
	return NULL;
}

/*
 * What the protobuf's JSON says with null, or with a time of 0, is not there: bundles leave it
 * out.
 */
static siglet_err *read_v1(siglet_slice json, siglet_rekor_entry *ret_entry)
{
	siglet_json_doc *doc = NULL;
	siglet_buf converted;
	siglet_err *err = siglet_json_parse(json, SIGLET_MAX_REKOR_ANSWER, &doc);

	siglet_buf_init(&converted, 2 * SIGLET_MAX_REKOR_ANSWER);
	if (err == NULL && siglet_json_kind_of(siglet_json_root(doc)) != SIGLET_JSON_OBJECT)
		err = siglet_err_new(SIGLET_E_MALFORMED, "not an object");
	if (err == NULL)
		err = write_v1(siglet_json_root(doc), &converted);
	if (err == NULL)
		err = read_entry(siglet_buf_slice(&converted), ret_entry);
	siglet_buf_clear(&converted);
	siglet_json_doc_free(doc);
	return err;
}

siglet_err *siglet_rekor_read_answer(int version, siglet_slice json, siglet_rekor_entry *ret_entry)
{
	siglet_err *err = version == 1 ? read_v1(json, ret_entry) : read_entry(json, ret_entry);

	return err == NULL ? NULL : siglet_err_wrap(err, "the log's answer");
}
