#include "hits/hits_internal.h"

#include <inttypes.h>

/* What became of a row after it was found. */

static siglet_err *unknown(siglet_hits *hits, uint64_t index)
{
	return siglet_err_new(SIGLET_E_MISSING, "%s: nothing is kept of entry %" PRIu64,
			      siglet_buf_text(&hits->shown), index);
}

/* The row of a log that must be there, for an index that can be. */
static siglet_err *find(siglet_hits *hits, siglet_slice origin, uint64_t index, int64_t *ret_log_id)
{
	bool found = false;
	siglet_err *err = NULL;

	if (index <= INT64_MAX)
		err = siglet_hits_find_log(hits, origin, &found, ret_log_id);
	if (err == NULL && !found)
		err = unknown(hits, index);
	return err;
}

static siglet_err *deliver(siglet_hits *hits, siglet_slice origin, uint64_t index,
			   siglet_slice rule, int64_t now_s)
{
	int64_t log_id = 0;
	uint64_t changed = 0;
	siglet_err *err = find(hits, origin, index, &log_id);

	if (err != NULL)
		return err;
	const siglet_db_column values[] = { siglet_hits_number(log_id),
					    siglet_hits_number((int64_t)index),
					    siglet_hits_text(rule), siglet_hits_number(now_s) };
	err = siglet_hits_do(hits, SIGLET_HITS_DELIVER, values, SIGLET_COUNT(values), &changed);
	if (err == NULL && changed == 0)
		err = unknown(hits, index);
	return err;
}

siglet_err *siglet_hits_mark_delivered(siglet_hits *hits, siglet_slice origin, uint64_t index,
				       siglet_slice rule, int64_t now_s)
{
	bool own = false;
	siglet_err *err = siglet_hits_enter(hits, &own);

	if (err != NULL)
		return err;
	return siglet_hits_leave(hits, own, deliver(hits, origin, index, rule, now_s));
}

static siglet_err *acknowledge(siglet_hits *hits, siglet_slice origin, uint64_t index,
			       int64_t now_s)
{
	int64_t log_id = 0;
	uint64_t matches = 0, skipped = 0;
	siglet_err *err = find(hits, origin, index, &log_id);

	if (err != NULL)
		return err;
	const siglet_db_column values[] = { siglet_hits_number(log_id),
					    siglet_hits_number((int64_t)index),
					    siglet_hits_number(now_s) };
	err = siglet_hits_do(hits, SIGLET_HITS_ACKNOWLEDGE_MATCHES, values, SIGLET_COUNT(values),
			     &matches);
	if (err == NULL)
		err = siglet_hits_do(hits, SIGLET_HITS_ACKNOWLEDGE_SKIPPED, values,
				     SIGLET_COUNT(values), &skipped);
	if (err == NULL && matches == 0 && skipped == 0)
		err = unknown(hits, index);
	return err;
}

siglet_err *siglet_hits_acknowledge(siglet_hits *hits, siglet_slice origin, uint64_t index,
				    int64_t now_s)
{
	bool own = false;
	siglet_err *err = siglet_hits_enter(hits, &own);

	if (err != NULL)
		return err;
	return siglet_hits_leave(hits, own, acknowledge(hits, origin, index, now_s));
}
