#include "bundle/bundle.h"

#include <stdlib.h>
#include <string.h>

#include "bundle/bundle_internal.h"

/*
 * A COSE_Sign1 as a bundle: certificate and signature are its own, log entries and timestamps are
 * carried under labels for private use. Form only, as in read.c.
 */

#define MAX_DER_SIGNATURE 160

/* Of an entry's map. */
#define ENTRY_VERSION 1
#define ENTRY_LOG_ID 2
#define ENTRY_INDEX 3
#define ENTRY_TIME 4
#define ENTRY_PROMISE 5
#define ENTRY_PROOF 6
#define ENTRY_CHECKPOINT 7
#define ENTRY_ROOT 8

/* What is acted upon beyond alg, crit, content type and kid. */
static const int64_t labels[] = { SIGLET_COSE_CWT_CLAIMS,
				  SIGLET_COSE_X5CHAIN,
				  SIGLET_COSE_X5T,
				  SIGLET_COSE_PAYLOAD_HASH_ALG,
				  SIGLET_COSE_PREIMAGE_CONTENT_TYPE,
				  SIGLET_COSE_PAYLOAD_LOCATION };

bool siglet_bundle_is_cose(siglet_slice bytes)
{
	/*
	 * Arrays, maps and tags of CBOR; no text of JSON begins so. A map is no message, but whoever
	 * names one should hear that, and not that it is no JSON.
	 */
	return bytes.len > 0 && bytes.ptr[0] >> 5 >= SIGLET_CBOR_MAJOR_ARRAY &&
	       bytes.ptr[0] >> 5 <= SIGLET_CBOR_MAJOR_TAG;
}

/* ---- log entries ---- */

static siglet_err *need(const siglet_cbor *map, int64_t key, const char *what,
			const siglet_cbor **ret_value)
{
	*ret_value = siglet_cbor_get(map, key);
	if (*ret_value != NULL)
		return NULL;
	return siglet_cbor_error(map, SIGLET_E_MISSING, "an entry without %s", what);
}

static siglet_err *read_index(const siglet_cbor *item, int64_t *ret_value)
{
	uint64_t value = 0;
	siglet_err *err = siglet_cbor_need_uint63(item, &value);

	if (err == NULL)
		*ret_value = (int64_t)value;
	return err;
}

/* [index, size, [hashes]] */
static siglet_err *read_proof(const siglet_cbor *proof, siglet_arena *arena, siglet_entry *entry)
{
	const siglet_cbor *hashes = siglet_cbor_at(proof, 2);
	siglet_hash32 *nodes = NULL;
	siglet_slice hash = SIGLET_SLICE_NONE;
	siglet_err *err = siglet_cbor_need_array(proof, 3, 3);

	if (err == NULL)
		err = read_index(siglet_cbor_at(proof, 0), &entry->proof_index);
	if (err == NULL)
		err = read_index(siglet_cbor_at(proof, 1), &entry->proof_size);
	if (err == NULL)
		err = siglet_cbor_need_array(hashes, 0, SIGLET_MERKLE_MAX_PROOF);
	if (err == NULL)
		err = siglet_arena_alloc(arena, siglet_cbor_count(hashes), sizeof(*nodes), &nodes);
	for (size_t i = 0; err == NULL && i < siglet_cbor_count(hashes); i++) {
		err = siglet_cbor_need_hash(siglet_cbor_at(hashes, i), sizeof(nodes[i].bytes),
					    &hash);
		if (err == NULL)
			memcpy(nodes[i].bytes, hash.ptr, hash.len);
	}
	if (err != NULL)
		return err;
	entry->has_proof = true;
	entry->proof_nodes = nodes;
	entry->proof_count = siglet_cbor_count(hashes);
	return NULL;
}

static siglet_err *check_proof(const siglet_cbor *proof, const siglet_entry *entry)
{
	siglet_err *err = siglet_entry_check_proof_form(entry);

	return err == NULL ? NULL : siglet_cbor_error_wrap(proof, err);
}

static siglet_err *read_kind(const siglet_cbor *map, siglet_entry *entry)
{
	const siglet_cbor *value = NULL;
	siglet_slice version = SIGLET_SLICE_NONE;
	siglet_err *err = need(map, ENTRY_VERSION, "a version", &value);

	if (err == NULL)
		err = siglet_cbor_need_text(value, &version);
	if (err != NULL)
		return err;
	err = siglet_entry_set_kind(siglet_slice_str("hashedrekord"), version, entry);
	return err == NULL ? NULL : siglet_cbor_error_wrap(value, err);
}

/* A promise without a time is none, and a Rekor v2 entry has none. */
static siglet_err *read_promise(const siglet_cbor *map, siglet_entry *entry)
{
	const siglet_cbor *time = siglet_cbor_get(map, ENTRY_TIME);
	const siglet_cbor *promise = siglet_cbor_get(map, ENTRY_PROMISE);
	siglet_err *err = NULL;

	if (time != NULL)
		err = read_index(time, &entry->integrated_time_s);
	if (err == NULL && promise != NULL)
		err = siglet_cbor_need_bytes(promise, &entry->promise);
	if (err == NULL && promise != NULL && siglet_entry_is_v2(entry))
		err = siglet_cbor_error(promise, SIGLET_E_MALFORMED,
					"a Rekor v2 entry has no promise");
	if (err == NULL && promise != NULL && (entry->promise.len == 0 || time == NULL))
		err = siglet_cbor_error(promise, SIGLET_E_MALFORMED,
					"a promise that is empty, or of no time");
	return err;
}

static siglet_err *read_entry(const siglet_cbor *map, siglet_arena *arena, siglet_entry *entry)
{
	const siglet_cbor *id = NULL, *index = NULL, *proof = NULL, *checkpoint = NULL;
	const siglet_cbor *root = siglet_cbor_get(map, ENTRY_ROOT);
	siglet_err *err = siglet_cbor_need(map, SIGLET_CBOR_MAP);

	if (err == NULL)
		err = read_kind(map, entry);
	if (err == NULL)
		err = need(map, ENTRY_LOG_ID, "a log's id", &id);
	if (err == NULL)
		err = need(map, ENTRY_INDEX, "an index", &index);
	if (err == NULL)
		err = need(map, ENTRY_PROOF, "a proof", &proof);
	if (err == NULL)
		err = need(map, ENTRY_CHECKPOINT, "a checkpoint", &checkpoint);
	if (err == NULL)
		err = siglet_cbor_need_bytes(id, &entry->log_id);
	if (err == NULL && entry->log_id.len == 0)
		err = siglet_cbor_error(id, SIGLET_E_MALFORMED, "an empty log id");
	if (err == NULL)
		err = read_index(index, &entry->log_index);
	if (err == NULL)
		err = read_promise(map, entry);
	if (err == NULL)
		err = read_proof(proof, arena, entry);
	if (err == NULL)
		err = siglet_cbor_need_text(checkpoint, &entry->checkpoint);
	if (err == NULL && root != NULL)
		err = siglet_cbor_need_hash(root, SIGLET_SHA256_SIZE, &entry->proof_root);
	if (err == NULL)
		err = check_proof(proof, entry);
	return err;
}

static siglet_err *check_entry_is_new(const siglet_cbor *map, const siglet_entry *entries,
				      size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (entries[i].log_index == entries[count].log_index &&
		    siglet_slice_equal(entries[i].log_id, entries[count].log_id))
			return siglet_cbor_error(map, SIGLET_E_MALFORMED, "the same entry as %zu",
						 i);
	return NULL;
}

static siglet_err *read_entries(const siglet_cbor *list, siglet_bundle *bundle)
{
	siglet_entry *entries = NULL;
	siglet_err *err;

	if (list == NULL)
		return NULL;
	err = siglet_cbor_need_array(list, 1, SIGLET_MAX_ENTRIES);
	if (err == NULL)
		err = siglet_arena_alloc(&bundle->arena, siglet_cbor_count(list), sizeof(*entries),
					 &entries);
	for (size_t i = 0; err == NULL && i < siglet_cbor_count(list); i++) {
		err = read_entry(siglet_cbor_at(list, i), &bundle->arena, &entries[i]);
		if (err == NULL)
			err = check_entry_is_new(siglet_cbor_at(list, i), entries, i);
	}
	if (err != NULL)
		return err;
	bundle->data.entries = entries;
	bundle->data.entry_count = siglet_cbor_count(list);
	return NULL;
}

/* ---- timestamps ---- */

static siglet_err *read_timestamps(const siglet_cbor *list, siglet_bundle *bundle)
{
	siglet_slice *timestamps = NULL;
	siglet_err *err;

	if (list == NULL)
		return NULL;
	err = siglet_cbor_need_array(list, 1, SIGLET_MAX_TIMESTAMPS);
	if (err == NULL)
		err = siglet_arena_alloc(&bundle->arena, siglet_cbor_count(list),
					 sizeof(*timestamps), &timestamps);
	for (size_t i = 0; err == NULL && i < siglet_cbor_count(list); i++) {
		const siglet_cbor *item = siglet_cbor_at(list, i);

		err = siglet_cbor_need_bytes(item, &timestamps[i]);
		if (err == NULL && timestamps[i].len == 0)
			err = siglet_cbor_error(item, SIGLET_E_MALFORMED, "an empty timestamp");
		for (size_t k = 0; err == NULL && k < i; k++)
			if (siglet_slice_equal(timestamps[i], timestamps[k]))
				err = siglet_cbor_error(item, SIGLET_E_MALFORMED,
							"the same timestamp as %zu", k);
	}
	if (err != NULL)
		return err;
	bundle->data.timestamps = timestamps;
	bundle->data.timestamp_count = siglet_cbor_count(list);
	return NULL;
}

/* ---- who signed, and what ---- */

static siglet_err *read_leaf(const siglet_cose_sign1 *message, siglet_bundle *bundle)
{
	siglet_cose_chain chain = { .count = 0 };
	siglet_err *err = siglet_cose_chain_read(message, &chain);

	if (err != NULL)
		return err;
	bundle->leaf = chain.certs[0];
	chain.certs[0] = NULL;
	siglet_cose_chain_clear(&chain); /* the path is the trusted root's, not the message's */
	bundle->data.material = SIGLET_MATERIAL_CERTIFICATE;
	bundle->data.leaf_der = siglet_cert_der(bundle->leaf);
	if (siglet_cert_is_ca(bundle->leaf))
		return siglet_err_new(SIGLET_E_MALFORMED, "the signing certificate is a CA");
	return NULL;
}

static siglet_err *read_material(const siglet_cose_sign1 *message, siglet_bundle *bundle)
{
	const siglet_cbor *kid = siglet_cose_protected(message, SIGLET_COSE_KID);

	if (siglet_cose_protected(message, SIGLET_COSE_X5CHAIN) != NULL ||
	    siglet_cose_unprotected(message, SIGLET_COSE_X5CHAIN) != NULL)
		return read_leaf(message, bundle);
	bundle->data.material = SIGLET_MATERIAL_KEY;
	if (kid == NULL)
		kid = siglet_cose_unprotected(message, SIGLET_COSE_KID);
	if (siglet_utf8_is_valid(siglet_cbor_bytes(kid)))
		bundle->data.key_hint = siglet_cbor_bytes(kid);
	return NULL;
}

/* As logs and timestamp authorities were given it: ECDSA in DER. */
static siglet_err *read_signature(const siglet_bundle_cose *cose, siglet_bundle *bundle)
{
	const siglet_key_type type = cose->algorithm->key_type;
	siglet_buf der;
	siglet_err *err;

	bundle->data.signature = cose->message.signature;
	if (siglet_ecdsa_half(type) == 0)
		return NULL;
	siglet_buf_init(&der, MAX_DER_SIGNATURE);
	err = siglet_ecdsa_to_der(type, cose->message.signature, &der);
	if (err == NULL)
		err = siglet_arena_copy(&bundle->arena, siglet_buf_slice(&der),
					&bundle->data.signature);
	siglet_buf_clear(&der);
	return err == NULL ? NULL
			   : siglet_cbor_error_wrap(siglet_cbor_at(cose->message.item, 3), err);
}

static siglet_err *read_content(siglet_bundle *bundle)
{
	siglet_bundle_cose *cose = &bundle->cose;
	const siglet_cose_understood understood = { labels, SIGLET_COUNT(labels) };
	siglet_err *err = siglet_cose_check(&cose->message, &understood, &cose->algorithm);

	if (err == NULL)
		err = siglet_cose_claims_read(&cose->message, &cose->claims);
	if (err == NULL)
		err = siglet_cose_envelope_read(&cose->message, &cose->is_envelope,
						&cose->envelope);
	if (err == NULL)
		err = read_signature(cose, bundle);
	if (err != NULL || !cose->is_envelope || !cose->envelope.has_digest)
		return err;
	bundle->data.has_digest = true;
	bundle->data.digest = cose->envelope.digest;
	return NULL;
}

/* ---- all of it ---- */

static siglet_err *read_cose(const siglet_cbor_heads *heads, siglet_bundle *bundle)
{
	const siglet_cose_sign1 *message = &bundle->cose.message;
	siglet_err *err =
		siglet_cose_sign1_parse(heads, bundle->input, &bundle->doc, &bundle->cose.message);

	bundle->cose.heads = heads;
	bundle->cose.bytes = bundle->input;
	bundle->data.cose = &bundle->cose;
	bundle->data.version = SIGLET_BUNDLE_V03;
	bundle->data.media_type = siglet_slice_str(SIGLET_COSE_MEDIA_TYPE);
	if (err == NULL)
		err = read_content(bundle);
	if (err == NULL)
		err = read_material(message, bundle);
	if (err == NULL)
		err = read_entries(siglet_cose_unprotected(message, SIGLET_COSE_LOG_ENTRIES),
				   bundle);
	if (err == NULL)
		err = read_timestamps(siglet_cose_unprotected(message, SIGLET_COSE_TIMESTAMPS),
				      bundle);
	return err;
}

siglet_err *siglet_bundle_parse_cose(const siglet_cbor_heads *heads, siglet_slice bytes,
				     siglet_bundle **ret_bundle)
{
	siglet_bundle *bundle = NULL;
	siglet_err *err = SIGLET_ERR_UNSET;

	if (bytes.len > SIGLET_MAX_BUNDLE_BYTES)
		return siglet_err_new(SIGLET_E_LIMIT, "%zu bytes, more than %u", bytes.len,
				      SIGLET_MAX_BUNDLE_BYTES);
	bundle = siglet_calloc(1, sizeof(*bundle));
	if (bundle == NULL)
		return siglet_err_nomem();
	siglet_arena_init(&bundle->arena, SIGLET_MAX_BUNDLE_DECODED_BYTES);
	err = siglet_arena_copy(&bundle->arena, bytes, &bundle->input);
	if (err == NULL)
		err = read_cose(heads, bundle);
	if (err != NULL) {
		siglet_bundle_free(bundle);
		return err;
	}
	*ret_bundle = bundle;
	return NULL;
}

/* ---- writing ---- */

static void write_entry(siglet_cbor_writer *w, const siglet_entry *entry)
{
	siglet_cbor_write_begin_map(w);
	siglet_cbor_write_int(w, ENTRY_VERSION);
	siglet_cbor_write_text(w, entry->kind_version);
	siglet_cbor_write_int(w, ENTRY_LOG_ID);
	siglet_cbor_write_bytes(w, entry->log_id);
	siglet_cbor_write_int(w, ENTRY_INDEX);
	siglet_cbor_write_int(w, entry->log_index);
	if (entry->integrated_time_s != 0) {
		siglet_cbor_write_int(w, ENTRY_TIME);
		siglet_cbor_write_int(w, entry->integrated_time_s);
	}
	if (entry->promise.len > 0) {
		siglet_cbor_write_int(w, ENTRY_PROMISE);
		siglet_cbor_write_bytes(w, entry->promise);
	}
	siglet_cbor_write_int(w, ENTRY_PROOF);
	siglet_cbor_write_begin_array(w);
	siglet_cbor_write_int(w, entry->proof_index);
	siglet_cbor_write_int(w, entry->proof_size);
	siglet_cbor_write_begin_array(w);
	for (size_t i = 0; i < entry->proof_count; i++)
		siglet_cbor_write_bytes(w, siglet_hash32_slice(&entry->proof_nodes[i]));
	siglet_cbor_write_end_array(w);
	siglet_cbor_write_end_array(w);
	siglet_cbor_write_int(w, ENTRY_CHECKPOINT);
	siglet_cbor_write_text(w, entry->checkpoint);
	if (entry->proof_root.len > 0) {
		siglet_cbor_write_int(w, ENTRY_ROOT);
		siglet_cbor_write_bytes(w, entry->proof_root);
	}
	siglet_cbor_write_end_map(w);
}

siglet_err *siglet_bundle_write_carried(const siglet_cbor_heads *heads,
					const siglet_bundle_data *data, siglet_buf *ret_map)
{
	siglet_cbor_writer w;

	for (size_t i = 0; i < data->entry_count; i++)
		if (!data->entries[i].has_proof || data->entries[i].checkpoint.len == 0)
			return siglet_err_new(SIGLET_E_USAGE, "an entry without a proof");
	siglet_cbor_writer_init(&w, heads, ret_map);
	siglet_cbor_write_begin_map(&w);
	if (data->entry_count > 0) {
		siglet_cbor_write_int(&w, SIGLET_COSE_LOG_ENTRIES);
		siglet_cbor_write_begin_array(&w);
		for (size_t i = 0; i < data->entry_count; i++)
			write_entry(&w, &data->entries[i]);
		siglet_cbor_write_end_array(&w);
	}
	if (data->timestamp_count > 0) {
		siglet_cbor_write_int(&w, SIGLET_COSE_TIMESTAMPS);
		siglet_cbor_write_begin_array(&w);
		for (size_t i = 0; i < data->timestamp_count; i++)
			siglet_cbor_write_bytes(&w, data->timestamps[i]);
		siglet_cbor_write_end_array(&w);
	}
	siglet_cbor_write_end_map(&w);
	return siglet_cbor_writer_finish(&w);
}
