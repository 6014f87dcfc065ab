#include "audit/audit_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/*
 * An entry of Rekor v1. The log gives it with its inclusion under a checkpoint that is newer than
 * any that was asked for: this one must be signed, and be of one tree with what the log shows.
 */

#define ID_BYTES (2 * 8 + 2 * SIGLET_SHA256_SIZE + 1)

static siglet_err *put_id(const audit_tree *tree, const audit_claim *claim, char ret_id[ID_BYTES])
{
	siglet_buf hex;
	siglet_err *err;

	siglet_buf_init(&hex, ID_BYTES);
	err = siglet_hex_encode(siglet_hash32_slice(&claim->leaf), &hex);
	/* Whose tree is not known is asked for by its leaf alone. */
	if (err == NULL && claim->view.text.len > 0)
		(void)snprintf(ret_id, ID_BYTES, "%016" PRIx64 "%s", (uint64_t)tree->tree_id,
			       siglet_buf_text(&hex));
	else if (err == NULL)
		(void)snprintf(ret_id, ID_BYTES, "%s", siglet_buf_text(&hex));
	siglet_buf_clear(&hex);
	return err;
}

static siglet_err *read_record(const audit_tree *tree, audit_claim *claim)
{
	char id[ID_BYTES] = "", which[ID_BYTES + 16];
	siglet_err *err = NULL;

	if (claim->id[0] != '\0')
		(void)snprintf(id, sizeof(id), "%s", claim->id);
	else if (claim->has_leaf)
		err = put_id(tree, claim, id);
	if (err != NULL)
		return err;
	if (id[0] != '\0')
		(void)snprintf(which, sizeof(which), "/%s", id);
	else
		(void)snprintf(which, sizeof(which), "?logIndex=%" PRIu64, claim->index);
	return siglet_rekor_read_record(tree->audit->transport, tree->url, which, &claim->record);
}

/* The record holds by itself: the log signed a tree that has this very entry. */
static siglet_err *check_record(audit_claim *claim)
{
	const siglet_rekor_record *record = &claim->record;
	const siglet_merkle_proof proof = {
		.leaf_index = record->leaf_index,
		.tree_size = record->tree_size,
		.nodes = record->proof.nodes,
		.count = record->proof.count,
	};
	siglet_hash32 leaf;
	siglet_err *err = siglet_merkle_hash_leaf(record->body, &leaf);

	if (err == NULL && claim->has_leaf && !siglet_hash32_equal(&leaf, &claim->leaf))
		err = siglet_err_new(SIGLET_E_MISMATCH,
				     "the log gave another entry than was asked for");
	if (err == NULL && record->tree_size != claim->record_view.checkpoint.size)
		err = siglet_err_new(SIGLET_E_MISMATCH,
				     "its proof is not of the checkpoint that comes with it");
	if (err == NULL)
		err = siglet_merkle_check_inclusion(&proof, &leaf,
						    &claim->record_view.checkpoint.root);
	if (err != NULL && !siglet_err_is_fault(err))
		claim->finding.report.verdict = SIGLET_AUDIT_DATA_MISMATCH;
	if (err != NULL)
		return err;
	claim->has_leaf = true;
	claim->leaf = leaf;
	return NULL;
}

siglet_err *siglet_audit_claim_fetch_v1(const audit_tree *tree, audit_claim *claim)
{
	siglet_audit_report *report = &claim->finding.report;
	siglet_err *err = read_record(tree, claim);

	if (err != NULL) {
		if (siglet_err_code(err) == SIGLET_E_MISSING)
			report->verdict = SIGLET_AUDIT_NOT_INCLUDED;
		else if (siglet_err_code(err) == SIGLET_E_MISMATCH)
			report->verdict = SIGLET_AUDIT_DATA_MISMATCH;
		return err;
	}
	err = siglet_audit_view_read(tree->log, claim->record.checkpoint, &claim->record_view);
	if (err != NULL && !siglet_err_is_fault(err))
		report->verdict = siglet_audit_verdict_of(err);
	return err == NULL ? check_record(claim) : err;
}

/* The index that the log gives it, across all trees, follows from those before. */
static siglet_err *check_index(const audit_tree *tree, audit_claim *claim)
{
	const uint64_t index = tree->offset + claim->record.leaf_index;

	if (claim->record.index != index) {
		claim->finding.report.verdict = SIGLET_AUDIT_DATA_MISMATCH;
		return siglet_err_new(SIGLET_E_MISMATCH,
				      "the log calls it entry %" PRIu64 ", and it is %" PRIu64,
				      claim->record.index, index);
	}
	if (claim->has_index && claim->index != index) {
		claim->finding.report.verdict = SIGLET_AUDIT_NOT_INCLUDED;
		return siglet_err_new(SIGLET_E_MISMATCH,
				      "the log has it as entry %" PRIu64 ", not %" PRIu64, index,
				      claim->index);
	}
	claim->has_index = true;
	claim->index = index;
	return NULL;
}

siglet_err *siglet_audit_claim_look_v1(audit_tree *tree, const audit_state *state,
				       audit_claim *claim)
{
	siglet_audit_report *report = &claim->finding.report;
	const audit_dispute dispute = {
		.first = &tree->fresh,
		.second = &claim->record_view,
		.from = tree->url,
	};
	siglet_err *err = NULL;

	if (claim->record_view.text.len == 0)
		err = siglet_audit_claim_fetch_v1(tree, claim);
	if (err == NULL && !siglet_slice_equal(claim->record_view.checkpoint.origin,
					       tree->fresh.checkpoint.origin)) {
		report->verdict = SIGLET_AUDIT_DATA_MISMATCH;
		err = siglet_err_new(SIGLET_E_MISMATCH, "the log gave an entry of another tree");
	}
	if (err == NULL)
		err = check_index(tree, claim);
	if (err == NULL)
		err = siglet_audit_settle_dispute(tree, state, &dispute, &claim->finding);
	if (err == NULL && claim->wants_entry)
		err = siglet_buf_append(&claim->entry, claim->record.body);
	if (err == NULL && report->verdict == SIGLET_AUDIT_INCOMPLETE)
		report->verdict = SIGLET_AUDIT_INCLUDED;
	return err;
}
