/* Logs, and the entries that they give out: promise, proof and checkpoint. */
#include "forge_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_TREE_ID 1193050959916656506 /* of v1: the number in the origin */
#define FIRST_OFFSET 21428036		  /* of v1: entries in earlier shards */
#define ORDINARY_TREE_SIZE 5
#define HASH_BYTES 32
#define MANY_HASHES 100
#define WRONG_SIZE ((uint64_t)1 << 40) /* so far off that the proof's shape is another */

/* ---- a log ---- */

/* rekor-tiles: what a v2 log's id is the hash of depends on its key. */
static forge_digest note_key_id(const forge_log *log)
{
	siglet_buf input = forge_buf();
	uint8_t raw[32];
	size_t len = sizeof(raw);

	if (log->key.type == FORGE_ED25519) {
		MUST(EVP_PKEY_get_raw_public_key(log->key.pkey, raw, &len) == 1);
		forge_put(&input, "%s\n\x01", log->name);
		forge_put_bytes(&input, siglet_slice_of(raw, len));
	} else if (log->key.type >= FORGE_RSA_1024) {
		forge_put(&input, "%s\n\xffPKIX-RSA-PKCS#1v1.5", log->name);
		forge_put_bytes(&input, siglet_buf_slice(&log->key.spki));
	} else {
		forge_put_bytes(&input, siglet_buf_slice(&log->key.spki));
	}
	const forge_digest id = forge_hash(EVP_sha256(), siglet_buf_slice(&input));
	siglet_buf_clear(&input);
	return id;
}

static void name_log(forge_log *log, forge_which which)
{
	if (log->is_v2) {
		(void)snprintf(log->name, sizeof(log->name), "log2026-1.rekor.%s",
			       forge_domain(which));
		(void)snprintf(log->origin, sizeof(log->origin), "%s", log->name);
		return;
	}
	(void)snprintf(log->name, sizeof(log->name), "rekor.%s", forge_domain(which));
	(void)snprintf(log->origin, sizeof(log->origin), "%s - %llu", log->name,
		       FIRST_TREE_ID + (unsigned long long)which);
	log->index_offset = FIRST_OFFSET + (uint64_t)which;
}

static forge_key_type log_key_type(const forge_config *config, bool is_v2)
{
	if (!is_v2)
		return config->rekor_v1_key;
	return config->rekor_v2_key == FORGE_KEY_ORDINARY ? FORGE_ED25519 : config->rekor_v2_key;
}

forge_log *forge_log_of(forge *instance, bool is_v2, forge_which which)
{
	forge_log **log = &instance->log[is_v2 ? 1 : 0][which];
	const uint64_t size =
		instance->config.tree_size != 0 ? instance->config.tree_size : ORDINARY_TREE_SIZE;

	if (*log != NULL)
		return *log;
	*log = calloc(1, sizeof(**log));
	MUST(*log != NULL);
	(*log)->is_v2 = is_v2;
	name_log(*log, which);
	(*log)->key = forge_key_make(instance->seed, (*log)->origin,
				     log_key_type(&instance->config, is_v2));
	const forge_digest id =
		is_v2 ? note_key_id(*log)
		      : forge_hash(EVP_sha256(), siglet_buf_slice(&(*log)->key.spki));
	memcpy((*log)->id, id.bytes, sizeof((*log)->id));
	for (uint64_t i = 0; i < size; i++) {
		const forge_digest leaf = forge_tree_leaf(siglet_slice_of(&i, sizeof(i)));
		forge_tree_append(&(*log)->tree, &leaf);
	}
	return *log;
}

void forge_log_free(forge_log *log)
{
	if (log == NULL)
		return;
	forge_tree_clear(&log->tree);
	forge_key_clear(&log->key);
	free(log);
}

/* ---- one entry ---- */

typedef struct entry {
	const forge_log *log;
	forge_entry_kind kind;
	siglet_buf body;
	uint64_t index; /* in the tree */
	uint64_t size;	/* of the tree that the proof is for */
	forge_digest root;
	siglet_buf hashes; /* of the proof */
	int64_t log_index; /* in all shards; what the bundle calls logIndex */
	int64_t time_s;
} entry;

static entry append(forge_making *making, const forge_entry *wanted)
{
	const bool is_v2 = wanted->kind == FORGE_HASHEDREKORD_002;
	forge_log *log = forge_log_of(making->instance, is_v2, wanted->log);
	entry made = { .log = log, .kind = wanted->kind };

	made.body = forge_body_make(making, wanted->kind);
	forge_digest leaf = forge_tree_leaf(siglet_buf_slice(&made.body));
	if (forge_is(making, FORGE_DEFECT_BODY_NOT_LOGGED))
		leaf = forge_tree_leaf(siglet_slice_str("another body"));
	made.index = log->tree.size;
	forge_tree_append(&log->tree, &leaf);
	/* Somebody else's, so that a proof has siblings on both sides. */
	const forge_digest next = forge_tree_leaf(siglet_slice_of(&made.index, sizeof(made.index)));
	forge_tree_append(&log->tree, &next);
	made.size = log->tree.size;
	made.root = forge_tree_root(&log->tree);
	made.hashes = forge_tree_proof(&log->tree, made.index);
	made.log_index = (int64_t)(log->index_offset + made.index);
	if (forge_is(making, FORGE_DEFECT_INDEX_NEGATIVE))
		made.log_index = -made.log_index;
	made.time_s = is_v2 ? 0 : making->time_s + making->options.integrated_late_s;
	return made;
}

/* ---- signed entry timestamp ---- */

static siglet_buf make_promise(const forge_making *making, const entry *from)
{
	const forge_log *stranger = forge_log_of(making->instance, false, FORGE_STRANGER);
	const bool by_stranger = forge_is(making, FORGE_DEFECT_SET_OTHER_KEY);
	const bool names_stranger = forge_is(making, FORGE_DEFECT_SET_OTHER_LOG_ID);
	const forge_log *named = names_stranger ? stranger : from->log;
	siglet_buf body = forge_copy(siglet_buf_slice(&from->body)), text = forge_buf();

	if (forge_is(making, FORGE_DEFECT_SET_SIGNATURE) ||
	    forge_is(making, FORGE_DEFECT_SET_SIGNATURE_V01))
		forge_damage(&body);
	forge_put(&text, "{\"body\":\"");
	forge_put_base64(&text, siglet_buf_slice(&body));
	forge_put(&text, "\",\"integratedTime\":%lld,\"logID\":\"",
		  (long long)from->time_s +
			  (forge_is(making, FORGE_DEFECT_SET_OTHER_TIME) ? 1 : 0));
	forge_put_hex(&text, siglet_slice_of(named->id, sizeof(named->id)));
	forge_put(&text, "\",\"logIndex\":%lld}",
		  (long long)from->log_index +
			  (forge_is(making, FORGE_DEFECT_SET_OTHER_INDEX) ? 1 : 0));
	siglet_buf promise =
		forge_sign(by_stranger ? &stranger->key : &from->log->key, siglet_buf_slice(&text));
	siglet_buf_clear(&text);
	siglet_buf_clear(&body);
	return promise;
}

static void write_promise(const forge_making *making, const entry *from, siglet_buf *json)
{
	const bool is_wanted = from->log->is_v2 ? forge_is(making, FORGE_DEFECT_SET_ON_V2)
						: !making->options.no_promise;

	if (!is_wanted)
		return;
	siglet_buf promise = make_promise(making, from);
	forge_put(json, "\"inclusionPromise\":{\"signedEntryTimestamp\":");
	forge_write_bytes(making, json, siglet_buf_slice(&promise));
	forge_put(json, "},");
	siglet_buf_clear(&promise);
}

/* ---- inclusion proof ---- */

/* What is wrong with the proof, before the checkpoint is signed over it … */
static void spoil_signed(const forge_making *making, entry *made)
{
	if (forge_is(making, FORGE_DEFECT_ROOT_WRONG_SIGNED))
		made->root.bytes[0] ^= 1;
	if (forge_is(making, FORGE_DEFECT_SIZE_WRONG_SIGNED))
		made->size = WRONG_SIZE;
	if (forge_is(making, FORGE_DEFECT_PROOF_SIZE_ZERO))
		made->size = 0;
}

/* … and after. */
static void spoil_unsigned(const forge_making *making, entry *made)
{
	const siglet_slice one = siglet_slice_of(made->root.bytes, HASH_BYTES);

	if (forge_is(making, FORGE_DEFECT_ROOT_WRONG))
		made->root.bytes[0] ^= 1;
	if (forge_is(making, FORGE_DEFECT_SIZE_WRONG))
		made->size++;
	if (forge_is(making, FORGE_DEFECT_PROOF_HASH) ||
	    forge_is(making, FORGE_DEFECT_PROOF_HASH_V2))
		forge_damage(&made->hashes);
	if (forge_is(making, FORGE_DEFECT_PROOF_SHORT))
		siglet_buf_truncate(&made->hashes, made->hashes.len - HASH_BYTES);
	if (forge_is(making, FORGE_DEFECT_PROOF_LONG))
		forge_put_bytes(&made->hashes, one);
	if (forge_is(making, FORGE_DEFECT_PROOF_MANY))
		for (int i = 0; i < MANY_HASHES; i++)
			forge_put_bytes(&made->hashes, one);
	if (forge_is(making, FORGE_DEFECT_PROOF_HASH_LENGTH))
		siglet_buf_truncate(&made->hashes, made->hashes.len - 1);
	if (forge_is(making, FORGE_DEFECT_PROOF_INDEX) ||
	    forge_is(making, FORGE_DEFECT_PROOF_INDEX_V2))
		made->index--;
	if (forge_is(making, FORGE_DEFECT_PROOF_INDEX_BEYOND))
		made->index = made->size;
}

static void write_proof(forge_making *making, const entry *from, const siglet_buf *note,
			siglet_buf *json)
{
	if (making->options.no_proof)
		return;
	forge_put(json, "\"inclusionProof\":{\"logIndex\":");
	forge_write_number(making, json, (int64_t)from->index);
	forge_put(json, ",\"rootHash\":");
	forge_write_bytes(making, json, forge_digest_slice(&from->root));
	forge_put(json, ",\"treeSize\":");
	forge_write_number(making, json, (int64_t)from->size);
	forge_put(json, ",\"hashes\":[");
	for (size_t at = 0; at < from->hashes.len; at += HASH_BYTES) {
		const size_t left = from->hashes.len - at;

		forge_put(json, "%s", at > 0 ? "," : "");
		forge_write_bytes(making, json,
				  siglet_slice_of(from->hashes.ptr + at,
						  left < HASH_BYTES ? left : HASH_BYTES));
	}
	forge_put(json, "]");
	if (!making->options.no_checkpoint) {
		forge_put(json, ",\"checkpoint\":{\"envelope\":");
		forge_put_json(json, siglet_buf_text(note));
		forge_put(json, "}");
	}
	forge_put(json, "},");
}

/* ---- as the bundle shows it ---- */

static void write_index(const forge_making *making, const entry *from, siglet_buf *json)
{
	forge_put(json, "\"logIndex\":");
	if (forge_is(making, FORGE_DEFECT_NUMBER_FRACTION))
		forge_put(json, "\"%lld.5\"", (long long)from->log_index);
	else if (forge_is(making, FORGE_DEFECT_NUMBER_HUGE))
		/* The index and 2^64: what wraps reads the index. */
		forge_put(json, "\"18446744073%lld\"", 709551616 + (long long)from->log_index);
	else
		forge_write_number(making, json, from->log_index);
	if (forge_is(making, FORGE_DEFECT_BOTH_SPELLINGS)) {
		forge_put(json, ",\"log_index\":");
		forge_write_number(making, json, from->log_index);
	}
}

static void write_kind(const forge_making *making, const entry *from, siglet_buf *json)
{
	const char *name = forge_kind_name(from->kind);

	if (forge_is(making, FORGE_DEFECT_ENTRY_KIND_VERSION))
		name = from->kind == FORGE_DSSE_001 ? "hashedrekord" : "dsse";
	if (forge_is(making, FORGE_DEFECT_ENTRY_DSSE_V2))
		name = "dsse";
	if (forge_is(making, FORGE_DEFECT_ENTRY_UNKNOWN_KIND))
		name = "parchment";
	forge_put(json, ",\"kindVersion\":{\"kind\":\"%s\",\"version\":\"%s\"},", name,
		  forge_kind_version(from->kind));
}

static void write_time(const forge_making *making, const entry *from, siglet_buf *json)
{
	const bool is_null = forge_varies(making, FORGE_VARIATION_NULL_FIELDS);

	if (from->log->is_v2 && !is_null)
		return;
	forge_put(json, "\"integratedTime\":");
	forge_write_number(making, json, from->time_s);
	forge_put(json, ",");
	if (is_null)
		forge_put(json, "\"inclusionPromise\":null,");
}

static void write_json(forge_making *making, const entry *made, const siglet_buf *note,
		       siglet_buf *json)
{
	forge_put(json, "{");
	write_index(making, made, json);
	forge_put(json, ",\"logId\":{\"keyId\":");
	forge_write_bytes(making, json, siglet_slice_of(made->log->id, sizeof(made->log->id)));
	forge_put(json, "}");
	write_kind(making, made, json);
	write_time(making, made, json);
	write_promise(making, made, json);
	write_proof(making, made, note, json);
	if (!forge_is(making, FORGE_DEFECT_ENTRY_NO_BODY)) {
		forge_put(json, "\"canonicalizedBody\":");
		forge_write_bytes(making, json, siglet_buf_slice(&made->body));
	} else {
		json->len--; /* the comma */
	}
	forge_put(json, "}");
}

/* ---- as a COSE message shows it: a map, without the body ---- */

static void put_cbor_proof(const entry *made, siglet_buf *out)
{
	const size_t count = (made->hashes.len + HASH_BYTES - 1) / HASH_BYTES;

	forge_cbor_int(out, 6);
	forge_cbor_array(out, 3);
	forge_cbor_int(out, (int64_t)made->index);
	forge_cbor_int(out, (int64_t)made->size);
	forge_cbor_array(out, count);
	for (size_t at = 0; at < made->hashes.len; at += HASH_BYTES) {
		const size_t left = made->hashes.len - at;

		forge_cbor_bytes(out, siglet_slice_of(made->hashes.ptr + at,
						      left < HASH_BYTES ? left : HASH_BYTES));
	}
}

static void write_cbor(forge_making *making, const entry *made, const siglet_buf *note,
		       siglet_buf *out)
{
	const forge_options *options = &making->options;
	const bool has_promise =
		made->log->is_v2 ? forge_is(making, FORGE_DEFECT_SET_ON_V2) : !options->no_promise;
	const bool has_time = made->time_s != 0;
	const bool is_named_v2 =
		made->log->is_v2 != forge_is(making, FORGE_DEFECT_ENTRY_KIND_VERSION);

	forge_cbor_map(out, 4 + (has_time ? 1u : 0u) + (has_promise ? 1u : 0u) +
				    (options->no_proof ? 0u : 1u) +
				    (options->no_checkpoint ? 0u : 1u));
	forge_cbor_int(out, 1);
	forge_cbor_text(out, siglet_slice_str(is_named_v2 ? "0.0.2" : "0.0.1"));
	forge_cbor_int(out, 2);
	forge_cbor_bytes(out, siglet_slice_of(made->log->id, sizeof(made->log->id)));
	forge_cbor_int(out, 3);
	forge_cbor_int(out, made->log_index);
	if (has_time) {
		forge_cbor_int(out, 4);
		forge_cbor_int(out, made->time_s);
	}
	if (has_promise) {
		siglet_buf promise = make_promise(making, made);

		forge_cbor_int(out, 5);
		forge_cbor_bytes(out, siglet_buf_slice(&promise));
		siglet_buf_clear(&promise);
	}
	if (!options->no_proof)
		put_cbor_proof(made, out);
	if (!options->no_checkpoint) {
		forge_cbor_int(out, 7);
		forge_cbor_text(out, siglet_buf_slice(note));
	}
	forge_cbor_int(out, 8);
	forge_cbor_bytes(out, forge_digest_slice(&made->root));
}

void forge_entry_write(forge_making *making, const forge_entry *wanted, siglet_buf *out)
{
	entry made = append(making, wanted);

	spoil_signed(making, &made);
	siglet_buf note = forge_note_make(making, made.log, made.size, &made.root);
	spoil_unsigned(making, &made);
	if (making->options.cose != FORGE_NO_COSE)
		write_cbor(making, &made, &note, out);
	else
		write_json(making, &made, &note, out);
	siglet_buf_clear(&note);
	siglet_buf_clear(&made.hashes);
	siglet_buf_clear(&made.body);
}
