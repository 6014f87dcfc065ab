#include "audit/watch_internal.h"

#include <inttypes.h>
#include <stdio.h>

/*
 * A CT log that answers as RFC 6962 has it: as many entries as it likes an answer, without proofs; a
 * proof is asked for once a block.
 */

#define STEP 256
#define BLOCK 1024

static siglet_err *read_anchor(const audit_watching *w, uint64_t index, audit_anchor *ret_anchor)
{
	const siglet_checkpoint *fresh = &w->tree->fresh.checkpoint;
	siglet_ct_entry entry = { .timestamp_ms = 0 };
	siglet_merkle_list list = { .count = 0 };
	siglet_merkle_proof proof;
	siglet_err *err = siglet_audit_ct_inclusion(w->tree->source, index, fresh->size,
						    &ret_anchor->body, &ret_anchor->leaf, &list);

	if (err != NULL)
		return err;
	proof = (siglet_merkle_proof) { index, fresh->size, list.nodes, list.count };
	err = siglet_merkle_check_inclusion(&proof, &ret_anchor->leaf, &fresh->root);
	if (err == NULL)
		err = siglet_range_before(&proof, &ret_anchor->before);
	if (err != NULL && !siglet_err_is_fault(err))
		return siglet_err_recode(siglet_err_wrap(err, "entry %" PRIu64, index),
					 SIGLET_E_MISMATCH);
	if (err != NULL)
		return err;
	/* One that can't be read has no time. */
	err = siglet_ct_entry_parse(siglet_buf_slice(&ret_anchor->body), &entry);
	siglet_err_free(err);
	ret_anchor->time_s = (int64_t)(entry.timestamp_ms / 1000);
	return NULL;
}

typedef struct taking {
	const audit_watching *w;
	audit_batch *batch;
} taking;

static siglet_err *take_leaf(void *context, siglet_slice leaf)
{
	const taking *t = context;
	siglet_slice entry = SIGLET_SLICE_NONE;
	siglet_hash32 hash;
	siglet_err *err = siglet_ct_leaf_parse(leaf, &entry);

	if (err == NULL)
		err = siglet_ct_hash_leaf(entry, &hash);
	return err == NULL ? siglet_audit_batch_add(t->w, t->batch, entry, &hash) : err;
}

static siglet_err *ask_entries(const audit_watching *w, audit_batch *batch)
{
	taking t = { w, batch };
	char path[128];
	siglet_buf json;
	siglet_err *err;

	(void)snprintf(path, sizeof(path), "ct/v1/get-entries?start=%" PRIu64 "&end=%" PRIu64,
		       batch->first + batch->read, batch->first + batch->count - 1);
	siglet_buf_init(&json, SIGLET_MAX_CT_ANSWER);
	err = siglet_source_fetch(w->tree->source, path, SIGLET_ANY_COPY, &json);
	if (err == NULL)
		err = siglet_ct_each_entry(siglet_buf_slice(&json), take_leaf, &t);
	siglet_buf_clear(&json);
	return err;
}

/* It may give fewer than it was asked for, but not none. */
static siglet_err *read_entries(const audit_watching *w, audit_batch *batch)
{
	siglet_err *err = NULL;

	while (err == NULL && batch->read < batch->count) {
		const size_t before = batch->read;

		err = ask_entries(w, batch);
		if (err == NULL && batch->read == before)
			err = siglet_err_new(SIGLET_E_MALFORMED, "no entries in the answer");
	}
	return err == NULL ? NULL
			   : siglet_err_wrap(err, "entries from %" PRIu64 " on",
					     batch->first + batch->read);
}

const audit_api siglet_audit_api_ct = {
	.step = STEP,
	.block = BLOCK,
	.read = read_entries,
	.anchor = read_anchor,
};
