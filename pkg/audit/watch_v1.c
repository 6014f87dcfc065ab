#include "audit/watch_internal.h"

#include <inttypes.h>

#include "rekor/rekor.h"

/*
 * Rekor v1: ten entries an answer, each with its inclusion under a checkpoint of then, which the log
 * signed. Indexes are those of the whole log there, and those of the tree in the proofs.
 */

#define BLOCK 500

/* Is this the tree's entry at index, under a checkpoint of that tree? */
static siglet_err *check_record(const audit_watching *w, const siglet_rekor_record *record,
				uint64_t index, audit_anchor *anchor)
{
	const siglet_checkpoint *checkpoint = &anchor->view.checkpoint;
	const siglet_merkle_proof proof = {
		.leaf_index = record->leaf_index,
		.tree_size = record->tree_size,
		.nodes = record->proof.nodes,
		.count = record->proof.count,
	};
	siglet_err *err = NULL;

	if (record->index != w->tree->offset + index || record->leaf_index != index)
		err = siglet_err_new(SIGLET_E_MISMATCH,
				     "the log gave another entry than was asked for");
	if (err == NULL)
		err = siglet_audit_view_read(w->tree->log, record->checkpoint, &anchor->view);
	if (err == NULL &&
	    !siglet_slice_equal(checkpoint->origin, w->tree->fresh.checkpoint.origin))
		err = siglet_err_new(SIGLET_E_MISMATCH, "its checkpoint is of \"%s\"",
				     siglet_text_printable(checkpoint->origin).text);
	if (err == NULL && checkpoint->size != record->tree_size)
		err = siglet_err_new(SIGLET_E_MISMATCH,
				     "its proof is of %" PRIu64 " entries, and its checkpoint of "
				     "%" PRIu64,
				     record->tree_size, checkpoint->size);
	if (err == NULL)
		err = siglet_merkle_check_inclusion(&proof, &anchor->leaf, &checkpoint->root);
	return err == NULL ? siglet_range_before(&proof, &anchor->before) : err;
}

/* Whatever is wrong with a proof or a checkpoint: these entries are not shown to be the log's. */
static siglet_err *as_mismatch(siglet_err *err, uint64_t index)
{
	siglet_code code;

	if (err == NULL || siglet_err_is_fault(err))
		return err;
	code = siglet_err_code(err);
	err = siglet_err_wrap(err, "entry %" PRIu64, index);
	return code == SIGLET_E_NETWORK || code == SIGLET_E_IO
		       ? err
		       : siglet_err_recode(err, SIGLET_E_MISMATCH);
}

static siglet_err *read_anchor(const audit_watching *w, uint64_t index, audit_anchor *ret_anchor)
{
	const siglet_transport transport = siglet_source_transport(w->tree->source);
	siglet_rekor_record record;
	siglet_err *err;

	siglet_rekor_record_init(&record);
	err = siglet_rekor_read_records(&transport, w->tree->url, w->tree->offset + index, 1,
					&record);
	if (err == NULL)
		err = siglet_merkle_hash_leaf(record.body, &ret_anchor->leaf);
	if (err == NULL)
		err = as_mismatch(check_record(w, &record, index, ret_anchor),
				  w->tree->offset + index);
	if (err == NULL)
		err = siglet_buf_append(&ret_anchor->body, record.body);
	ret_anchor->time_s = record.integrated_time_s;
	siglet_rekor_record_clear(&record);
	return err;
}

static siglet_err *take_records(const audit_watching *w, const siglet_rekor_record *records,
				audit_batch *batch)
{
	const siglet_rekor_record *last = &records[batch->count - 1];
	siglet_err *err = NULL;

	for (size_t i = 0; err == NULL && i < batch->count; i++) {
		siglet_hash32 leaf;

		err = siglet_merkle_hash_leaf(records[i].body, &leaf);
		if (err == NULL)
			err = siglet_audit_batch_add(w, batch, records[i].body, &leaf);
	}
	if (err != NULL)
		return err;
	batch->anchor.leaf = batch->leaves[batch->count - 1];
	err = check_record(w, last, batch->first + batch->count - 1, &batch->anchor);
	batch->has_anchor = err == NULL;
	return as_mismatch(err, last->index);
}

static siglet_err *read_entries(const audit_watching *w, audit_batch *batch)
{
	const siglet_transport transport = siglet_source_transport(w->tree->source);
	siglet_rekor_record records[SIGLET_REKOR_MAX_RECORDS];
	siglet_err *err;

	for (size_t i = 0; i < SIGLET_COUNT(records); i++)
		siglet_rekor_record_init(&records[i]);
	err = siglet_rekor_read_records(&transport, w->tree->url, w->tree->offset + batch->first,
					batch->count, records);
	if (err == NULL)
		err = take_records(w, records, batch);
	for (size_t i = 0; i < SIGLET_COUNT(records); i++)
		siglet_rekor_record_clear(&records[i]);
	return err;
}

const audit_api siglet_audit_api_v1 = {
	.step = SIGLET_REKOR_MAX_RECORDS,
	.block = BLOCK,
	.read = read_entries,
	.anchor = read_anchor,
};
