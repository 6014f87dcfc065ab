#include "hits/hits_internal.h"

/* Logs by their origins. Blocks are of one log: the last one is remembered. */

void siglet_hits_forget_log(siglet_hits *hits)
{
	siglet_buf_truncate(&hits->origin, 0);
}

siglet_err *siglet_hits_find_log(siglet_hits *hits, siglet_slice origin, bool *ret_found,
				 int64_t *ret_log_id)
{
	const siglet_db_column value = siglet_hits_text(origin);
	siglet_db_column column;
	siglet_db_query *row = NULL;
	siglet_err *err;

	if (origin.len > 0 && siglet_slice_equal(origin, siglet_buf_slice(&hits->origin))) {
		*ret_found = true;
		*ret_log_id = hits->log_id;
		return NULL;
	}
	err = siglet_hits_ask(hits, SIGLET_HITS_FIND_LOG, &value, 1, &row);
	if (err != NULL)
		return err;
	if (row == NULL) {
		*ret_found = false;
		return NULL;
	}
	err = siglet_hits_read(hits, row, 0, SIGLET_DB_INTEGER, &column);
	hits->db->reset(row);
	if (err != NULL)
		return err;
	siglet_hits_forget_log(hits);
	err = siglet_buf_append(&hits->origin, origin);
	if (err != NULL)
		return err;
	hits->log_id = column.integer;
	*ret_found = true;
	*ret_log_id = column.integer;
	return NULL;
}

siglet_err *siglet_hits_need_log(siglet_hits *hits, siglet_slice origin, int64_t *ret_log_id)
{
	const siglet_db_column value = siglet_hits_text(origin);
	bool found = false;
	siglet_err *err = siglet_hits_find_log(hits, origin, &found, ret_log_id);

	if (err != NULL || found)
		return err;
	err = siglet_hits_do(hits, SIGLET_HITS_ADD_LOG, &value, 1, NULL);
	if (err == NULL)
		err = siglet_hits_find_log(hits, origin, &found, ret_log_id);
	if (err == NULL && !found)
		err = siglet_hits_damaged(hits, "a log that was added is not there");
	return err;
}
