#include "tlog/tlog.h"

#include <inttypes.h>
#include <string.h>

/*
 * A Rekor v1 entry must repeat size and root. A v2 entry may leave them out, but what it says must
 * not differ from what the log signed.
 */
static siglet_err *compare_tree(const siglet_entry *entry, const siglet_checkpoint *checkpoint)
{
	const bool optional = siglet_entry_is_v2(entry);

	if (!(optional && entry->proof_root.len == 0) &&
	    !siglet_slice_equal(entry->proof_root, siglet_hash32_slice(&checkpoint->root)))
		return siglet_err_new(SIGLET_E_MISMATCH,
				      "the checkpoint's root is not the proof's rootHash");
	if (!(optional && entry->proof_size == 0) &&
	    (entry->proof_size < 0 || (uint64_t)entry->proof_size != checkpoint->size))
		return siglet_err_new(SIGLET_E_MISMATCH,
				      "the checkpoint is of %" PRIu64
				      " entries, the proof's treeSize %" PRId64,
				      checkpoint->size, entry->proof_size);
	return NULL;
}

/* Form only. */
static siglet_err *parse_checkpoint(const siglet_entry *entry, siglet_arena *arena,
				    siglet_inclusion *inclusion)
{
	siglet_err *err;

	if (!entry->has_proof)
		return siglet_err_new(SIGLET_E_MISSING, "no inclusion proof");
	if (entry->checkpoint.len == 0)
		return siglet_err_new(SIGLET_E_MISSING, "no checkpoint");
	err = siglet_note_parse(entry->checkpoint, arena, &inclusion->note);
	if (err == NULL)
		err = siglet_checkpoint_parse(&inclusion->note, &inclusion->checkpoint);
	return err == NULL ? NULL : siglet_err_wrap(err, "checkpoint");
}

static siglet_err *check_signature(const siglet_entry *entry, const siglet_note_verifier *verifier,
				   const siglet_inclusion *inclusion)
{
	siglet_err *err = siglet_note_verify(&inclusion->note, verifier);

	if (err != NULL)
		return siglet_err_wrap(err, "checkpoint");
	/* Rekor v1 writes "host - tree id" there, which no trusted root has. */
	if (siglet_entry_is_v2(entry) &&
	    !siglet_slice_equal(inclusion->checkpoint.origin, verifier->name))
		return siglet_err_new(SIGLET_E_MISMATCH,
				      "checkpoint: its origin is \"%s\", not \"%s\"",
				      siglet_text_printable(inclusion->checkpoint.origin).text,
				      siglet_text_printable(verifier->name).text);
	return NULL;
}

siglet_err *siglet_entry_check_checkpoint(const siglet_entry *entry,
					  const siglet_note_verifier *verifier, siglet_arena *arena,
					  siglet_inclusion *ret_inclusion)
{
	siglet_inclusion inclusion = { 0 };
	siglet_err *err = parse_checkpoint(entry, arena, &inclusion);

	if (err == NULL)
		err = check_signature(entry, verifier, &inclusion);
	if (err == NULL)
		err = compare_tree(entry, &inclusion.checkpoint);
	if (err != NULL)
		return err;
	*ret_inclusion = inclusion;
	return NULL;
}

siglet_err *siglet_entry_check_proof(const siglet_entry *entry, siglet_slice body,
				     siglet_inclusion *inclusion)
{
	siglet_hash32 leaf;
	siglet_err *err;

	if (!entry->has_proof)
		return siglet_err_new(SIGLET_E_MISSING, "no inclusion proof");
	if (entry->proof_index < 0)
		return siglet_err_new(SIGLET_E_RANGE, "index %" PRId64, entry->proof_index);
	/* Rekor v2 counts in one tree; in v1 log_index runs on across shards. */
	if (siglet_entry_is_v2(entry) && entry->proof_index != entry->log_index)
		return siglet_err_new(SIGLET_E_MISMATCH,
				      "the proof is of entry %" PRId64 ", not %" PRId64,
				      entry->proof_index, entry->log_index);
	const siglet_merkle_proof proof = {
		.leaf_index = (uint64_t)entry->proof_index,
		.tree_size = inclusion->checkpoint.size,
		.nodes = entry->proof_nodes,
		.count = entry->proof_count,
	};
	err = siglet_merkle_hash_leaf(body, &leaf);
	if (err == NULL)
		err = siglet_merkle_check_inclusion(&proof, &leaf, &inclusion->checkpoint.root);
	if (err != NULL)
		return siglet_err_wrap(err, "inclusion proof");
	inclusion->leaf = leaf;
	return NULL;
}

siglet_err *siglet_entry_check_inclusion(const siglet_entry *entry, siglet_slice body,
					 const siglet_note_verifier *verifier, siglet_arena *arena,
					 siglet_inclusion *ret_inclusion)
{
	siglet_inclusion inclusion = { 0 };
	siglet_err *err = siglet_entry_check_checkpoint(entry, verifier, arena, &inclusion);

	if (err == NULL)
		err = siglet_entry_check_proof(entry, body, &inclusion);
	if (err != NULL)
		return err;
	*ret_inclusion = inclusion;
	return NULL;
}

siglet_err *siglet_entry_recompute(const siglet_entry *entry, siglet_slice body,
				   siglet_arena *arena, siglet_inclusion *ret_inclusion)
{
	siglet_inclusion inclusion = { 0 };
	siglet_err *err = parse_checkpoint(entry, arena, &inclusion);

	if (err == NULL)
		err = compare_tree(entry, &inclusion.checkpoint);
	if (err == NULL)
		err = siglet_entry_check_proof(entry, body, &inclusion);
	if (err != NULL)
		return err;
	*ret_inclusion = inclusion;
	return NULL;
}
