#include "hits/hits_internal.h"

/* Whole blocks or nothing: a block that lost one row must not pass for kept. */

static siglet_err *begin(siglet_hits *hits)
{
	siglet_err *err = siglet_hits_do(hits, SIGLET_HITS_BEGIN, NULL, 0, NULL);

	if (err == NULL) {
		hits->in_transaction = true;
		hits->is_spoilt = false;
	}
	return err;
}

siglet_err *siglet_hits_begin(siglet_hits *hits)
{
	if (hits->in_transaction)
		return siglet_err_new(SIGLET_E_USAGE, "%s: a transaction is open already",
				      siglet_buf_text(&hits->shown));
	return begin(hits);
}

void siglet_hits_rollback(siglet_hits *hits)
{
	/* SQLite itself has rolled back after some failures. Prepared before, this needs no memory. */
	if (hits->in_transaction && hits->db->in_transaction(hits->handle))
		siglet_err_free(siglet_hits_do(hits, SIGLET_HITS_ROLLBACK, NULL, 0, NULL));
	hits->in_transaction = false;
	siglet_hits_forget_log(hits);
}

siglet_err *siglet_hits_commit(siglet_hits *hits)
{
	siglet_err *err = NULL;

	if (!hits->in_transaction)
		return siglet_err_new(SIGLET_E_USAGE, "%s: no transaction is open",
				      siglet_buf_text(&hits->shown));
	if (hits->is_spoilt || !hits->db->in_transaction(hits->handle))
		err = siglet_err_new(
			SIGLET_E_IO,
			"%s: nothing of this block was kept, since a part of it failed",
			siglet_buf_text(&hits->shown));
	else
		err = siglet_hits_do(hits, SIGLET_HITS_COMMIT, NULL, 0, NULL);
	if (err == NULL && hits->db->in_transaction(hits->handle))
		err = siglet_err_new(SIGLET_E_INTERNAL, "%s: the transaction did not end",
				     siglet_buf_text(&hits->shown));
	if (err != NULL)
		siglet_hits_rollback(hits);
	hits->in_transaction = false;
	return err;
}

siglet_err *siglet_hits_enter(siglet_hits *hits, bool *ret_own)
{
	siglet_err *err = NULL;

	*ret_own = !hits->in_transaction;
	if (!hits->in_transaction)
		return begin(hits);
	/* SQLite may have ended it: what is written now would be committed by itself. */
	if (hits->is_spoilt || !hits->db->in_transaction(hits->handle))
		err = siglet_err_new(SIGLET_E_IO, "%s: this block failed before",
				     siglet_buf_text(&hits->shown));
	return err;
}

siglet_err *siglet_hits_leave(siglet_hits *hits, bool own, siglet_err *err)
{
	if (!own) {
		if (err != NULL && siglet_err_is_fault(err))
			hits->is_spoilt = true;
		return err;
	}
	if (err == NULL)
		return siglet_hits_commit(hits);
	siglet_hits_rollback(hits);
	return err;
}
