#include "audit/audit_internal.h"

#include <pthread.h>

/*
 * Entries in a tree of tiles. Where many are claimed, threads read them ahead of their turn: most of
 * the time goes by on the way to the log and back.
 */

#define MAX_THREADS 64
#define LEAST_A_THREAD 8 /* claims: each thread reads the tree's edge first */

/* ---- one entry ---- */

static siglet_err *compare_leaf(siglet_tree *hashes, audit_claim *claim)
{
	siglet_hash32 leaf;
	siglet_err *err = siglet_tree_look_up(hashes, 0, claim->index, &leaf);

	if (err != NULL)
		return err;
	if (claim->has_leaf && !siglet_hash32_equal(&leaf, &claim->leaf)) {
		claim->looked.verdict = SIGLET_AUDIT_NOT_INCLUDED;
		return siglet_err_new(SIGLET_E_MISMATCH, "the log has another entry there");
	}
	claim->has_leaf = true;
	claim->leaf = leaf;
	siglet_buf_clear(&claim->entry);
	return claim->wants_entry ? siglet_tree_entry(hashes, claim->index, &claim->entry) : NULL;
}

static siglet_err *look(siglet_tree *hashes, audit_claim *claim)
{
	siglet_err *err;

	if (claim->index >= siglet_tree_size(hashes)) {
		claim->looked.verdict = SIGLET_AUDIT_NOT_INCLUDED;
		return siglet_err_new(SIGLET_E_RANGE, "the log has fewer entries");
	}
	err = compare_leaf(hashes, claim);
	if (err == NULL)
		claim->looked.verdict = SIGLET_AUDIT_INCLUDED;
	else if (claim->looked.verdict == SIGLET_AUDIT_INCOMPLETE &&
		 siglet_err_code(err) == SIGLET_E_MISMATCH)
		claim->looked.verdict = SIGLET_AUDIT_DATA_MISMATCH;
	return err;
}

/* What was found under a tree of another size is of no use. */
static void look_again(siglet_tree *hashes, audit_claim *claim)
{
	siglet_err_free(claim->looked.err);
	claim->looked.verdict = SIGLET_AUDIT_INCOMPLETE;
	claim->looked.err = look(hashes, claim);
	claim->looked.is_done = true;
	claim->looked.size = siglet_tree_size(hashes);
}

static siglet_err *find(audit_tree *tree, audit_claim *claim)
{
	siglet_err *err = NULL;

	if (!claim->has_index)
		err = siglet_audit_search(tree, &claim->leaf, &claim->has_index, &claim->index);
	if (err != NULL || claim->has_index)
		return err;
	claim->finding.report.verdict = SIGLET_AUDIT_NOT_INCLUDED;
	return siglet_err_new(SIGLET_E_MISSING, "no entry of it has this hash");
}

siglet_err *siglet_audit_claim_look_tiled(audit_tree *tree, audit_claim *claim)
{
	siglet_audit_report *report = &claim->finding.report;
	siglet_tree *hashes = NULL;
	siglet_err *err = siglet_audit_tree_hashes(tree, &hashes);

	if (err == NULL)
		err = find(tree, claim);
	if (err != NULL) {
		if (siglet_err_code(err) == SIGLET_E_MISMATCH)
			report->verdict = SIGLET_AUDIT_DATA_MISMATCH;
		return err;
	}
	if (!claim->looked.is_done || claim->looked.size != siglet_tree_size(hashes))
		look_again(hashes, claim);
	report->verdict = claim->looked.verdict;
	err = claim->looked.err;
	claim->looked.err = NULL;
	claim->looked.is_done = false;
	return err;
}

/* ---- many ---- */

typedef struct reading {
	const audit_tree *tree;
	audit_claim **claims;
	size_t count;
} reading;

/* A thread that can't begin leaves its claims to be looked for in their turn. */
static void *read_ahead(void *context)
{
	const reading *r = context;
	siglet_tree *hashes = NULL;
	siglet_err *err = siglet_tree_open(r->tree->source, r->tree->fresh.checkpoint.size,
					   &r->tree->fresh.checkpoint.root, &hashes);

	for (size_t i = 0; err == NULL && i < r->count; i++)
		look_again(hashes, r->claims[i]);
	siglet_tree_free(hashes);
	siglet_err_free(err);
	return NULL;
}

/* Neighbours stay with one thread: they are under the same tiles. */
void siglet_audit_claims_look_ahead(const audit_tree *tree, audit_claim **claims, size_t count)
{
	const unsigned jobs = siglet_audit_jobs(tree);
	pthread_t threads[MAX_THREADS];
	reading readings[MAX_THREADS];
	size_t wanted = count / LEAST_A_THREAD, started = 0;

	if (wanted > jobs)
		wanted = jobs;
	if (wanted > MAX_THREADS)
		wanted = MAX_THREADS;
	for (size_t begin = 0; wanted >= 2 && started < wanted; started++) {
		const size_t end = count * (started + 1) / wanted;

		readings[started] = (reading) { tree, claims + begin, end - begin };
		if (pthread_create(&threads[started], NULL, read_ahead, &readings[started]) != 0)
			break;
		begin = end;
	}
	for (size_t i = 0; i < started; i++)
		(void)pthread_join(threads[i], NULL);
}
