#include "audit/audit_internal.h"

#include <inttypes.h>
#include <stdio.h>

#include "rekor/rekor.h"

/*
 * Two views of one log. From what the log serves, and the larger root covers, follows which root the
 * smaller tree has in the larger one: it is the one that was signed, or the log told two stories.
 */

void siglet_audit_comparison_init(audit_comparison *comparison)
{
	*comparison = (audit_comparison) { .is_same = false };
	siglet_audit_view_init(&comparison->other);
}

void siglet_audit_comparison_clear(audit_comparison *comparison)
{
	siglet_audit_view_clear(&comparison->other);
}

/* The root of what lies before the leaf is not the smaller view's. */
static siglet_err *compare_before(const siglet_merkle_proof *proof, const audit_view *smaller,
				  bool *ret_is_same)
{
	siglet_hash32 root;
	siglet_range before;
	siglet_err *err = siglet_range_before(proof, &before);

	if (err == NULL)
		err = siglet_range_root(&before, &root);
	if (err == NULL)
		*ret_is_same = siglet_hash32_equal(&root, &smaller->checkpoint.root);
	return err;
}

static siglet_merkle_proof proof_of(const audit_contradiction *shown, const audit_view *smaller,
				    const audit_view *larger)
{
	return (siglet_merkle_proof) {
		.leaf_index = smaller->checkpoint.size,
		.tree_size = larger->checkpoint.size,
		.nodes = shown->proof.nodes,
		.count = shown->proof.count,
	};
}

siglet_err *siglet_audit_check_contradiction(const audit_contradiction *shown,
					     const audit_view *smaller, const audit_view *larger)
{
	const siglet_merkle_proof proof = proof_of(shown, smaller, larger);
	bool is_same = true;
	siglet_err *err =
		siglet_merkle_check_inclusion(&proof, &shown->leaf, &larger->checkpoint.root);

	if (err == NULL)
		err = compare_before(&proof, smaller, &is_same);
	if (err == NULL && is_same)
		err = siglet_err_new(SIGLET_E_MISMATCH, "the larger tree begins with the smaller");
	return err;
}

/* ---- tiles ---- */

static siglet_err *show_tiled(siglet_tree *hashes, const audit_view *smaller,
			      const audit_view *larger, audit_contradiction *ret_shown)
{
	siglet_err *err =
		siglet_tree_look_up(hashes, 0, smaller->checkpoint.size, &ret_shown->leaf);

	return err == NULL
		       ? siglet_merkle_prove_inclusion(smaller->checkpoint.size,
						       larger->checkpoint.size, siglet_tree_look_up,
						       hashes, &ret_shown->proof)
		       : err;
}

/* Those of what the log shows are read once. */
static siglet_err *open_hashes(audit_tree *tree, const audit_view *larger, siglet_tree **ret_own,
			       siglet_tree **ret_hashes)
{
	siglet_err *err;

	if (tree->fresh.checkpoint.size == larger->checkpoint.size &&
	    siglet_hash32_equal(&tree->fresh.checkpoint.root, &larger->checkpoint.root))
		return siglet_audit_tree_hashes(tree, ret_hashes);
	err = siglet_audit_open_tiles(tree, larger, ret_own);
	if (err == NULL)
		*ret_hashes = *ret_own;
	return err;
}

static siglet_err *compare_tiled(audit_tree *tree, const audit_view *smaller,
				 const audit_view *larger, audit_comparison *comparison)
{
	siglet_tree *own = NULL, *hashes = NULL;
	siglet_hash32 root;
	siglet_err *err = open_hashes(tree, larger, &own, &hashes);

	if (err == NULL)
		err = siglet_merkle_root_of(smaller->checkpoint.size, siglet_tree_look_up, hashes,
					    &root);
	if (err == NULL && siglet_hash32_equal(&root, &smaller->checkpoint.root))
		comparison->is_same = true;
	else if (err == NULL)
		err = show_tiled(hashes, smaller, larger, &comparison->shown);
	siglet_tree_free(own);
	return err;
}

/* ---- by asking ---- */

static siglet_err *ask_for_proof(const audit_tree *tree, const audit_view *smaller,
				 const audit_view *larger, bool *ret_is_same)
{
	const siglet_checkpoint *old = &smaller->checkpoint, *new = &larger->checkpoint;
	siglet_merkle_list proof;
	siglet_err *err =
		tree->kind == AUDIT_CT_API
			? siglet_audit_ct_growth(tree->source, old->size, new->size, &proof)
			: siglet_rekor_prove_growth(tree->audit->transport, tree->url,
						    tree->tree_id, old->size, new->size, &proof);

	if (err != NULL)
		return err;
	err = siglet_merkle_check_consistency(old->size, new->size, proof.nodes, proof.count,
					      &old->root, &new->root);
	*ret_is_same = err == NULL;
	if (err != NULL && siglet_err_is_fault(err))
		return err;
	siglet_err_free(err);
	return NULL;
}

static siglet_err *check_record(const siglet_rekor_record *record, const audit_view *smaller,
				const audit_view *larger)
{
	if (record->leaf_index == smaller->checkpoint.size &&
	    record->tree_size == larger->checkpoint.size &&
	    siglet_slice_equal(larger->checkpoint.origin, smaller->checkpoint.origin))
		return NULL;
	return siglet_err_new(SIGLET_E_MISMATCH, "the log gave another entry than was asked for");
}

static siglet_err *use_record(const siglet_rekor_record *record, const audit_view *smaller,
			      audit_comparison *comparison)
{
	const audit_view *larger = &comparison->other;
	siglet_merkle_proof proof;
	siglet_err *err = check_record(record, smaller, larger);

	comparison->shown.proof = record->proof;
	proof = proof_of(&comparison->shown, smaller, larger);
	if (err == NULL)
		err = siglet_merkle_hash_leaf(record->body, &comparison->shown.leaf);
	if (err == NULL)
		err = siglet_merkle_check_inclusion(&proof, &comparison->shown.leaf,
						    &larger->checkpoint.root);
	return err == NULL ? compare_before(&proof, smaller, &comparison->is_same) : err;
}

/*
 * The log's own proof did not convince: it may be the proof that is wrong, or the log. The first
 * entry behind the smaller tree tells, as it comes with its inclusion under a signed root.
 */
static siglet_err *look_behind_v1(const audit_tree *tree, const audit_view *smaller,
				  audit_comparison *comparison)
{
	siglet_rekor_record record;
	char which[64];
	siglet_err *err;

	siglet_rekor_record_init(&record);
	(void)snprintf(which, sizeof(which), "?logIndex=%" PRIu64,
		       tree->offset + smaller->checkpoint.size);
	err = siglet_rekor_read_record(tree->audit->transport, tree->url, which, &record);
	if (err == NULL)
		err = siglet_audit_view_read(tree->log, record.checkpoint, &comparison->other);
	if (err == NULL)
		err = use_record(&record, smaller, comparison);
	comparison->has_other = err == NULL;
	siglet_rekor_record_clear(&record);
	return err;
}

/* A CT log is asked for it under the very root that is disputed. */
static siglet_err *look_behind_ct(const audit_tree *tree, const audit_view *smaller,
				  const audit_view *larger, audit_comparison *comparison)
{
	audit_contradiction *shown = &comparison->shown;
	siglet_merkle_proof proof;
	siglet_buf entry;
	siglet_err *err;

	siglet_buf_init(&entry, SIGLET_MAX_BUNDLE_TILE_BYTES);
	err = siglet_audit_ct_inclusion(tree->source, smaller->checkpoint.size,
					larger->checkpoint.size, &entry, &shown->leaf,
					&shown->proof);
	siglet_buf_clear(&entry);
	proof = proof_of(shown, smaller, larger);
	if (err == NULL)
		err = siglet_merkle_check_inclusion(&proof, &shown->leaf, &larger->checkpoint.root);
	return err == NULL ? compare_before(&proof, smaller, &comparison->is_same) : err;
}

static siglet_err *look_behind(const audit_tree *tree, const audit_view *smaller,
			       const audit_view *larger, audit_comparison *comparison)
{
	siglet_err *err = tree->kind == AUDIT_CT_API
				  ? look_behind_ct(tree, smaller, larger, comparison)
				  : look_behind_v1(tree, smaller, comparison);

	/* Then nothing that it serves can be believed. */
	if (err == NULL && comparison->is_same)
		return siglet_err_new(SIGLET_E_MISMATCH,
				      "the log's consistency proof does not lead to its root");
	return err;
}

static siglet_err *compare_asked(const audit_tree *tree, const audit_view *smaller,
				 const audit_view *larger, audit_comparison *comparison)
{
	siglet_hash32 nothing = { { 0 } };
	siglet_err *err;

	/* A tree of nothing is the beginning of any, and no log proves that. */
	if (smaller->checkpoint.size == 0) {
		err = siglet_sha256(NULL, 0, nothing.bytes);
		comparison->is_same =
			err == NULL && siglet_hash32_equal(&nothing, &smaller->checkpoint.root);
		return err;
	}
	err = ask_for_proof(tree, smaller, larger, &comparison->is_same);
	if (err != NULL || comparison->is_same)
		return err;
	return look_behind(tree, smaller, larger, comparison);
}

/* ---- either ---- */

siglet_err *siglet_audit_compare_views(audit_tree *tree, const audit_view *a, const audit_view *b,
				       audit_comparison *ret_comparison)
{
	const bool grew = a->checkpoint.size < b->checkpoint.size;
	const audit_view *smaller = grew ? a : b, *larger = grew ? b : a;
	siglet_err *err;

	if (a->checkpoint.size == b->checkpoint.size) {
		ret_comparison->is_same =
			siglet_hash32_equal(&a->checkpoint.root, &b->checkpoint.root);
		return NULL;
	}
	err = siglet_audit_has_tiles(tree) ? compare_tiled(tree, smaller, larger, ret_comparison)
					   : compare_asked(tree, smaller, larger, ret_comparison);
	ret_comparison->is_shown = err == NULL && !ret_comparison->is_same;
	return err;
}
