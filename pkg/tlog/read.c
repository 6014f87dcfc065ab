#include "tlog/tlog.h"

#include <inttypes.h>
#include <string.h>

#define HASHEDREKORD "hashedrekord"

static siglet_err *refuse_kind(siglet_slice kind, siglet_slice version)
{
	const siglet_printable shown_kind = siglet_text_printable(kind);
	const siglet_printable shown_version = siglet_text_printable(version);

	if (siglet_slice_is(kind, "intoto") && siglet_slice_is(version, "0.0.1"))
		return siglet_err_new(SIGLET_E_UNSUPPORTED, "entry of kind intoto 0.0.1: its body "
							    "does not hold the signature");
	return siglet_err_new(SIGLET_E_UNSUPPORTED, "entry of kind %s %s", shown_kind.text,
			      shown_version.text);
}

siglet_err *siglet_entry_set_kind(siglet_slice kind, siglet_slice version, siglet_entry *entry)
{
	static const struct {
		const char *name, *version;
		siglet_entry_kind kind;
	} known[] = {
		{ HASHEDREKORD, "0.0.1", SIGLET_ENTRY_HASHEDREKORD_V001 },
		{ HASHEDREKORD, "0.0.2", SIGLET_ENTRY_HASHEDREKORD_V002 },
		{ "dsse", "0.0.1", SIGLET_ENTRY_DSSE_V001 },
		{ "intoto", "0.0.2", SIGLET_ENTRY_INTOTO_V002 },
	};

	for (size_t i = 0; i < SIGLET_COUNT(known); i++) {
		if (siglet_slice_is(kind, known[i].name) &&
		    siglet_slice_is(version, known[i].version)) {
			entry->kind = known[i].kind;
			/* The table's text outlives any document. */
			entry->kind_name = siglet_slice_str(known[i].name);
			entry->kind_version = siglet_slice_str(known[i].version);
			return NULL;
		}
	}
	return refuse_kind(kind, version);
}

static siglet_err *read_kind(const siglet_json *object, siglet_entry *entry)
{
	const siglet_json *holder = NULL;
	siglet_slice kind = SIGLET_SLICE_NONE, version = SIGLET_SLICE_NONE;
	siglet_err *err = siglet_proto_object(object, "kindVersion", &holder);

	if (err != NULL)
		return err;
	if (holder == NULL)
		return siglet_err_new(SIGLET_E_MISSING, "no kindVersion");
	err = siglet_proto_string(holder, "kind", &kind);
	if (err == NULL)
		err = siglet_proto_string(holder, "version", &version);
	if (err != NULL)
		return siglet_err_wrap(err, "kindVersion");
	return siglet_entry_set_kind(kind, version, entry);
}

/* A count or time that is never below zero; unset is 0. */
static siglet_err *read_count(const siglet_json *object, const char *name, int64_t *ret_value)
{
	int64_t value = 0;
	siglet_err *err = siglet_proto_int64(object, name, &value);

	if (err != NULL)
		return err;
	if (value < 0)
		return siglet_err_new(SIGLET_E_RANGE, "%s: %" PRId64, name, value);
	*ret_value = value;
	return NULL;
}

static siglet_err *read_log_id(const siglet_json *object, siglet_arena *arena, siglet_entry *entry)
{
	const siglet_json *holder = NULL;
	siglet_err *err = siglet_proto_object(object, "logId", &holder);

	if (err == NULL && holder != NULL)
		err = siglet_proto_bytes(holder, "keyId", arena, &entry->log_id);
	if (err != NULL)
		return siglet_err_wrap(err, "logId");
	if (entry->log_id.len == 0)
		return siglet_err_new(SIGLET_E_MISSING, "no logId.keyId");
	return NULL;
}

/* Rekor v2 knows no promises; one on its entry was put there to pass for a time. */
static siglet_err *read_promise(const siglet_json *object, siglet_arena *arena, siglet_entry *entry)
{
	const siglet_json *holder = NULL;
	siglet_err *err = siglet_proto_object(object, "inclusionPromise", &holder);

	if (err != NULL || holder == NULL)
		return err;
	if (siglet_entry_is_v2(entry))
		return siglet_err_new(SIGLET_E_MALFORMED,
				      "inclusionPromise: a Rekor v2 entry has no promise");
	err = siglet_proto_bytes(holder, "signedEntryTimestamp", arena, &entry->promise);
	return err == NULL ? NULL : siglet_err_wrap(err, "inclusionPromise");
}

static siglet_err *read_nodes(const siglet_json *proof, siglet_arena *arena, siglet_entry *entry)
{
	const siglet_json *array = NULL;
	siglet_hash32 *nodes = NULL;
	siglet_err *err = siglet_proto_array(proof, "hashes", SIGLET_MERKLE_MAX_PROOF, &array);

	if (err != NULL || array == NULL)
		return err;
	const size_t count = siglet_json_array_count(array);
	err = siglet_arena_alloc(arena, count, sizeof(*nodes), &nodes);
	for (size_t i = 0; err == NULL && i < count; i++) {
		siglet_slice node = SIGLET_SLICE_NONE;

		err = siglet_proto_bytes_value(siglet_json_array_item(array, i), "a hash", arena,
					       &node);
		if (err == NULL && node.len != sizeof(nodes[i].bytes))
			err = siglet_err_new(SIGLET_E_MALFORMED, "%zu bytes, not %zu", node.len,
					     sizeof(nodes[i].bytes));
		if (err != NULL)
			return siglet_err_wrap(err, "hashes[%zu]", i);
		memcpy(nodes[i].bytes, node.ptr, node.len);
	}
	entry->proof_nodes = nodes;
	entry->proof_count = count;
	return err;
}

static siglet_err *read_checkpoint(const siglet_json *proof, siglet_arena *arena,
				   siglet_entry *entry)
{
	const siglet_json *holder = NULL;
	siglet_slice text = SIGLET_SLICE_NONE;
	siglet_err *err = siglet_proto_object(proof, "checkpoint", &holder);

	if (err == NULL && holder != NULL)
		err = siglet_proto_string(holder, "envelope", &text);
	if (err != NULL)
		return siglet_err_wrap(err, "checkpoint");
	if (text.len == 0)
		return siglet_err_new(SIGLET_E_MISSING, "a proof without a checkpoint");
	return siglet_arena_copy(arena, text, &entry->checkpoint);
}

siglet_err *siglet_entry_check_proof_form(const siglet_entry *entry)
{
	const bool v2 = siglet_entry_is_v2(entry);

	if (entry->proof_root.len == 0 && !v2)
		return siglet_err_new(SIGLET_E_MISSING, "no rootHash");
	if (entry->proof_root.len != 0 && entry->proof_root.len != SIGLET_SHA256_SIZE)
		return siglet_err_new(SIGLET_E_MALFORMED, "rootHash of %zu bytes, not %d",
				      entry->proof_root.len, SIGLET_SHA256_SIZE);
	if (entry->proof_size == 0 && v2)
		return NULL;
	if (entry->proof_index >= entry->proof_size)
		return siglet_err_new(SIGLET_E_RANGE, "logIndex %" PRId64 " of treeSize %" PRId64,
				      entry->proof_index, entry->proof_size);
	return NULL;
}

static siglet_err *read_proof(const siglet_json *object, siglet_arena *arena, siglet_entry *entry)
{
	const siglet_json *proof = NULL;
	siglet_err *err = siglet_proto_object(object, "inclusionProof", &proof);

	if (err != NULL || proof == NULL)
		return err;
	entry->has_proof = true;
	err = read_count(proof, "logIndex", &entry->proof_index);
	if (err == NULL)
		err = read_count(proof, "treeSize", &entry->proof_size);
	if (err == NULL)
		err = siglet_proto_bytes(proof, "rootHash", arena, &entry->proof_root);
	if (err == NULL)
		err = read_nodes(proof, arena, entry);
	if (err == NULL)
		err = read_checkpoint(proof, arena, entry);
	if (err == NULL)
		err = siglet_entry_check_proof_form(entry);
	return err == NULL ? NULL : siglet_err_wrap(err, "inclusionProof");
}

/* What a log of this version always gives. */
static siglet_err *check_complete(const siglet_entry *entry)
{
	if (entry->body.len > SIGLET_MAX_ENTRY_BODY_BYTES)
		return siglet_err_new(SIGLET_E_LIMIT,
				      "canonicalizedBody of %zu bytes, at most %u are read",
				      entry->body.len, SIGLET_MAX_ENTRY_BODY_BYTES);
	if (siglet_entry_is_v2(entry))
		return entry->has_proof ? NULL
					: siglet_err_new(SIGLET_E_MISSING, "no inclusionProof");
	if (entry->body.len == 0)
		return siglet_err_new(SIGLET_E_MISSING, "no canonicalizedBody");
	if (!entry->has_proof && entry->promise.len == 0)
		return siglet_err_new(SIGLET_E_MISSING,
				      "no inclusionProof and no inclusionPromise");
	return NULL;
}

siglet_err *siglet_entry_read(const siglet_json *value, siglet_arena *arena,
			      siglet_entry *ret_entry)
{
	siglet_entry entry = { 0 };
	siglet_err *err;

	if (siglet_json_kind_of(value) != SIGLET_JSON_OBJECT)
		return siglet_err_new(SIGLET_E_MALFORMED, "not an object");
	err = read_kind(value, &entry);
	if (err == NULL)
		err = read_count(value, "logIndex", &entry.log_index);
	if (err == NULL)
		err = read_log_id(value, arena, &entry);
	if (err == NULL)
		err = read_count(value, "integratedTime", &entry.integrated_time_s);
	if (err == NULL)
		err = read_promise(value, arena, &entry);
	if (err == NULL)
		err = siglet_proto_bytes(value, "canonicalizedBody", arena, &entry.body);
	if (err == NULL)
		err = read_proof(value, arena, &entry);
	if (err == NULL)
		err = check_complete(&entry);
	if (err != NULL)
		return err;
	*ret_entry = entry;
	return NULL;
}

bool siglet_entry_is_v2(const siglet_entry *entry)
{
	return entry->kind == SIGLET_ENTRY_HASHEDREKORD_V002;
}
