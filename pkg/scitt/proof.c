#include "scitt/scitt_internal.h"

#include <inttypes.h>
#include <string.h>

/* From an entry up to a root, by the rules of two kinds of logs. */

#define MAX_EVIDENCE_BYTES 1024

static siglet_err *read_hash(const siglet_cbor *item, siglet_hash32 *ret_hash)
{
	siglet_slice bytes = SIGLET_SLICE_NONE;
	siglet_err *err = siglet_cbor_need_hash(item, SIGLET_SHA256_SIZE, &bytes);

	if (err == NULL)
		memcpy(ret_hash->bytes, bytes.ptr, SIGLET_SHA256_SIZE);
	return err;
}

/* A tree of one entry has a path of none, whatever the published grammar says. */
static siglet_err *read_hashes(const siglet_cbor *array, siglet_hash32 *ret_nodes,
			       size_t *ret_count)
{
	siglet_err *err = siglet_cbor_need_array(array, 0, SIGLET_MERKLE_MAX_PROOF);

	for (size_t i = 0; err == NULL && i < siglet_cbor_count(array); i++)
		err = read_hash(siglet_cbor_at(array, i), &ret_nodes[i]);
	if (err == NULL)
		*ret_count = siglet_cbor_count(array);
	return err;
}

siglet_err *siglet_scitt_entry_hash(siglet_slice bytes, siglet_scitt_entry *ret_entry)
{
	siglet_err *err = siglet_sha256(&bytes, 1, ret_entry->hash.bytes);

	return err == NULL ? siglet_merkle_hash_leaf(bytes, &ret_entry->leaf) : err;
}

/* ---- RFC9162_SHA256 ---- */

/* [size, index, [hashes]] */
static siglet_err *rfc9162_root(const siglet_cbor *proof, const siglet_scitt_entry *entry,
				siglet_scitt_proven *ret_proven)
{
	siglet_hash32 nodes[SIGLET_MERKLE_MAX_PROOF];
	siglet_merkle_proof way = { .nodes = nodes };
	siglet_err *err = siglet_cbor_need_array(proof, 3, 3);

	if (err == NULL)
		err = siglet_cbor_need_uint63(siglet_cbor_at(proof, 0), &way.tree_size);
	if (err == NULL)
		err = siglet_cbor_need_uint63(siglet_cbor_at(proof, 1), &way.leaf_index);
	if (err == NULL && way.leaf_index >= way.tree_size)
		err = siglet_cbor_error(siglet_cbor_at(proof, 1), SIGLET_E_RANGE,
					"leaf %" PRIu64 " of a tree of %" PRIu64, way.leaf_index,
					way.tree_size);
	if (err == NULL)
		err = read_hashes(siglet_cbor_at(proof, 2), nodes, &way.count);
	if (err == NULL)
		err = siglet_merkle_inclusion_root(&way, &entry->leaf, &ret_proven->root);
	ret_proven->tree_size = way.tree_size;
	ret_proven->leaf_index = way.leaf_index;
	return err;
}

siglet_err *siglet_scitt_growth_read(const siglet_cbor *proof, siglet_scitt_growth *ret_growth)
{
	siglet_err *err = siglet_cbor_need_array(proof, 3, 3);

	if (err == NULL)
		err = siglet_cbor_need_uint63(siglet_cbor_at(proof, 0), &ret_growth->old_size);
	if (err == NULL)
		err = siglet_cbor_need_uint63(siglet_cbor_at(proof, 1), &ret_growth->new_size);
	if (err == NULL)
		err = read_hashes(siglet_cbor_at(proof, 2), ret_growth->nodes, &ret_growth->count);
	return err;
}

/* ---- CCF_LEDGER_SHA256 ---- */

/* [hash of the transaction, evidence that it was committed, hash of the entry] */
static siglet_err *ccf_leaf(const siglet_cbor *leaf, const siglet_scitt_entry *entry,
			    siglet_hash32 *ret_hash)
{
	siglet_hash32 transaction, evidence_hash, data;
	siglet_slice evidence = SIGLET_SLICE_NONE;
	siglet_err *err = siglet_cbor_need_array(leaf, 3, 3);

	if (err == NULL)
		err = read_hash(siglet_cbor_at(leaf, 0), &transaction);
	if (err == NULL)
		err = siglet_cbor_need_text(siglet_cbor_at(leaf, 1), &evidence);
	if (err == NULL && (evidence.len == 0 || evidence.len > MAX_EVIDENCE_BYTES))
		err = siglet_cbor_error(siglet_cbor_at(leaf, 1), SIGLET_E_LENGTH,
					"evidence of %zu bytes, not 1 to %d", evidence.len,
					MAX_EVIDENCE_BYTES);
	if (err == NULL)
		err = read_hash(siglet_cbor_at(leaf, 2), &data);
	if (err == NULL && !siglet_hash32_equal(&data, &entry->hash))
		err = siglet_cbor_error(siglet_cbor_at(leaf, 2), SIGLET_E_MISMATCH,
					"the hash of another statement");
	if (err == NULL)
		err = siglet_sha256(&evidence, 1, evidence_hash.bytes);
	if (err != NULL)
		return err;

	const siglet_slice parts[] = { siglet_hash32_slice(&transaction),
				       siglet_hash32_slice(&evidence_hash),
				       siglet_hash32_slice(&data) };

	return siglet_sha256(parts, SIGLET_COUNT(parts), ret_hash->bytes);
}

/* [is the hash on the left, hash]; CCF puts no prefix before what it hashes. */
static siglet_err *ccf_step(const siglet_cbor *step, siglet_hash32 *acc)
{
	siglet_hash32 sibling;
	siglet_err *err = siglet_cbor_need_array(step, 2, 2);

	if (err == NULL)
		err = siglet_cbor_need(siglet_cbor_at(step, 0), SIGLET_CBOR_BOOL);
	if (err == NULL)
		err = read_hash(siglet_cbor_at(step, 1), &sibling);
	if (err != NULL)
		return err;

	const bool left = siglet_cbor_bool(siglet_cbor_at(step, 0));
	const siglet_slice parts[] = { siglet_hash32_slice(left ? &sibling : acc),
				       siglet_hash32_slice(left ? acc : &sibling) };
	siglet_hash32 above = { { 0 } };

	err = siglet_sha256(parts, SIGLET_COUNT(parts), above.bytes);
	if (err == NULL)
		*acc = above;
	return err;
}

/* {1: leaf, 2: [steps]} */
static siglet_err *ccf_root(const siglet_cbor *proof, const siglet_scitt_entry *entry,
			    siglet_scitt_proven *ret_proven)
{
	const siglet_cbor *leaf = siglet_cbor_get(proof, 1), *path = siglet_cbor_get(proof, 2);
	siglet_err *err = siglet_cbor_need(proof, SIGLET_CBOR_MAP);

	if (err == NULL && (leaf == NULL || path == NULL))
		err = siglet_cbor_error(proof, SIGLET_E_MISSING, "a proof without %s",
					leaf == NULL ? "a leaf" : "a path");
	if (err == NULL)
		err = ccf_leaf(leaf, entry, &ret_proven->root);
	if (err == NULL)
		err = siglet_cbor_need_array(path, 0, SIGLET_MERKLE_MAX_PROOF);
	for (size_t i = 0; err == NULL && i < siglet_cbor_count(path); i++)
		err = ccf_step(siglet_cbor_at(path, i), &ret_proven->root);
	return err;
}

siglet_err *siglet_scitt_inclusion_root(siglet_scitt_structure structure, const siglet_cbor *proof,
					const siglet_scitt_entry *entry,
					siglet_scitt_proven *ret_proven)
{
	switch (structure) {
	case SIGLET_SCITT_RFC9162_SHA256:
		return rfc9162_root(proof, entry, ret_proven);
	case SIGLET_SCITT_CCF_LEDGER_SHA256:
		return ccf_root(proof, entry, ret_proven);
	}
	return siglet_err_new(SIGLET_E_INTERNAL, "no such structure");
}
