#include "hits/hits_internal.h"

/* How many rows there are, without looking at each. */

static siglet_err *count_rows(siglet_hits *hits, siglet_hits_statement which,
			      const siglet_hits_filter *filter, uint64_t *ret_count)
{
	const bool all = filter->origin.len == 0;
	siglet_db_column column;
	siglet_db_query *row = NULL;
	int64_t log_id = 0;
	bool found = all;
	siglet_err *err = NULL;

	if (!all)
		err = siglet_hits_find_log(hits, filter->origin, &found, &log_id);
	if (err != NULL)
		return err;
	if (!found) {
		*ret_count = 0;
		return NULL;
	}
	const siglet_db_column values[] = {
		siglet_hits_number_if(!all, log_id),
		siglet_hits_number(filter->unacknowledged_only ? 1 : 0),
	};
	err = siglet_hits_ask(hits, which, values, SIGLET_COUNT(values), &row);
	if (err != NULL)
		return err;
	if (row == NULL)
		return siglet_hits_damaged(hits, "its rows can't be counted");
	err = siglet_hits_read(hits, row, 0, SIGLET_DB_INTEGER, &column);
	hits->db->reset(row);
	if (err == NULL)
		*ret_count = (uint64_t)column.integer;
	return err;
}

siglet_err *siglet_hits_count_matches(siglet_hits *hits, const siglet_hits_filter *filter,
				      uint64_t *ret_count)
{
	return count_rows(hits,
			  filter->undelivered_only ? SIGLET_HITS_COUNT_UNDELIVERED
						   : SIGLET_HITS_COUNT_MATCHES,
			  filter, ret_count);
}

siglet_err *siglet_hits_count_skipped(siglet_hits *hits, const siglet_hits_filter *filter,
				      uint64_t *ret_count)
{
	return count_rows(hits, SIGLET_HITS_COUNT_SKIPPED, filter, ret_count);
}
