#include "timestamp/timestamp.h"
#include "verify/verify_internal.h"

/* Step 2: who vouches for the time at which the signature existed? */

static void add_time(verification *v, int64_t time_s, bool from_log, siglet_slice voter,
		     siglet_slice source)
{
	/* One place for each entry and token that a bundle may hold. */
	v->report->times[v->report->time_count++] =
		(siglet_verified_time) { time_s, from_log, false, voter, source };
}

/* genTime inside the authority's window, both ends included; a fraction counts at the end only. */
static siglet_err *check_authority_window(const siglet_timestamp *token,
					  const siglet_authority *authority)
{
	const int64_t time_s = siglet_timestamp_time_s(token);
	const siglet_window *window = &authority->window;

	if (siglet_window_contains_s(window, time_s) &&
	    (!window->has_end || siglet_timestamp_end_ms(token) <= window->end_ms))
		return NULL;
	return siglet_err_new(SIGLET_E_EXPIRED,
			      "%s: the trusted root does not vouch for this authority then",
			      siglet_time_format(time_s).text);
}

/*
 * Try the authorities that the token may be of. *ret_authority NULL and no error: it is of none.
 * Of some: it must verify under one of those.
 */
static siglet_err *find_authority(const verification *v, const siglet_timestamp *token,
				  const siglet_authority **ret_authority)
{
	const size_t count = v->root == NULL ? 0 : siglet_trustroot_tsa_count(v->root);
	siglet_err *why = NULL;

	*ret_authority = NULL;
	for (size_t i = 0; i < count; i++) {
		const siglet_authority *authority = siglet_trustroot_tsa(v->root, i);
		bool is_of = false;
		siglet_err *err = siglet_timestamp_is_of(token, authority->chain, &is_of);

		if (err == NULL && !is_of)
			continue;
		if (err == NULL)
			err = siglet_timestamp_verify(token, authority->chain);
		if (err == NULL)
			err = check_authority_window(token, authority);
		if (err == NULL) {
			siglet_err_free(why);
			*ret_authority = authority;
			return NULL;
		}
		siglet_err_free(why);
		why = siglet_err_wrap(err, "%s", siglet_text_printable(authority->uri).text);
	}
	return why;
}

static siglet_err *check_token(verification *v, int item, const siglet_timestamp *token)
{
	const siglet_authority *authority = NULL;
	siglet_err *err = siglet_timestamp_check_imprint(token, v->data->signature);

	if (err == NULL)
		err = find_authority(v, token, &authority);
	if (err != NULL)
		return siglet_verify_fail(v, SIGLET_RULE_TIMESTAMP, item, err);
	if (authority == NULL)
		return siglet_verify_note(
			v, SIGLET_RULE_TIMESTAMP, item, SIGLET_OUTCOME_NOT_CHECKED,
			"of an authority that is not in the trusted root: %s",
			siglet_text_printable(siglet_timestamp_signer_name(token)).text);
	add_time(v, siglet_timestamp_time_s(token), false, siglet_authority_voter(authority),
		 authority->uri);
	return siglet_verify_note(v, SIGLET_RULE_TIMESTAMP, item, SIGLET_OUTCOME_PASSED,
				  "%s by %s, over this signature",
				  siglet_time_format(siglet_timestamp_time_s(token)).text,
				  siglet_text_printable(authority->uri).text);
}

static siglet_err *check_tokens(verification *v)
{
	for (size_t i = 0; i < v->data->timestamp_count; i++) {
		siglet_timestamp *token = NULL;
		siglet_err *err = siglet_timestamp_parse(v->data->timestamps[i], &token);

		if (err != NULL)
			return siglet_verify_fail(v, SIGLET_RULE_TIMESTAMP, (int)i, err);
		err = check_token(v, (int)i, token);
		siglet_timestamp_free(token);
		if (err != NULL)
			return err;
	}
	return NULL;
}

/* The log that made the promise, its window holding the time that is promised. */
static siglet_err *verify_promise(const verification *v, const siglet_entry *entry,
				  const siglet_log **ret_log)
{
	const siglet_log *log;
	siglet_err *why = NULL;
	size_t index = 0;

	*ret_log = NULL;
	while ((log = siglet_verify_next_tlog(v->root, entry->log_id, &index)) != NULL) {
		siglet_err *err = NULL;

		if (!siglet_window_contains_s(&log->window, entry->integrated_time_s))
			err = siglet_err_new(SIGLET_E_EXPIRED,
					     "%s: the trusted root does not vouch for %s then",
					     siglet_time_format(entry->integrated_time_s).text,
					     siglet_text_printable(log->base_url).text);
		if (err == NULL)
			err = siglet_entry_check_promise(entry, log->key, log->scheme);
		siglet_err_free(why);
		why = err;
		if (err == NULL) {
			*ret_log = log;
			return NULL;
		}
	}
	return why;
}

static siglet_err *check_promise(verification *v, int item, const siglet_entry *entry)
{
	const siglet_log *log = NULL;
	siglet_err *err = verify_promise(v, entry, &log);

	if (err != NULL)
		return siglet_verify_fail(v, SIGLET_RULE_PROMISE, item, err);
	if (log == NULL)
		return siglet_verify_note(v, SIGLET_RULE_PROMISE, item, SIGLET_OUTCOME_NOT_CHECKED,
					  "of a log that is not in the trusted root");
	add_time(v, entry->integrated_time_s, true, siglet_log_voter(log), log->base_url);
	return siglet_verify_note(v, SIGLET_RULE_PROMISE, item, SIGLET_OUTCOME_PASSED,
				  "%s by %s, for entry %lld",
				  siglet_time_format(entry->integrated_time_s).text,
				  siglet_text_printable(log->base_url).text,
				  (long long)entry->log_index);
}

static siglet_err *check_promises(verification *v)
{
	for (size_t i = 0; i < v->data->entry_count; i++) {
		const siglet_entry *entry = &v->data->entries[i];
		siglet_err *err = entry->promise.len == 0 ? NULL : check_promise(v, (int)i, entry);

		if (err != NULL)
			return err;
	}
	return NULL;
}

/* A log and an authority of one operator are two observers; two tokens of one authority are one. */
static size_t count_observers(const siglet_report *report)
{
	siglet_slice seen[2][SIGLET_MAX_TIMES];
	size_t count[2] = { 0, 0 };

	for (size_t i = 0; i < report->time_count; i++) {
		const siglet_verified_time *time = &report->times[i];
		const size_t kind = time->from_log ? 1 : 0;

		if (siglet_verify_is_new_voter(seen[kind], count[kind], time->voter))
			seen[kind][count[kind]++] = time->voter;
	}
	return count[0] + count[1];
}

siglet_err *siglet_verify_times(verification *v)
{
	const bool has_window = v->policy->has_key_not_before || v->policy->has_key_not_after;
	unsigned wanted = v->policy->thresholds.timestamp;
	siglet_err *err = check_tokens(v);

	if (err == NULL)
		err = check_promises(v);
	if (err != NULL)
		return err;
	if (wanted == 0 && (v->leaf != NULL || has_window))
		wanted =
			1; /* a certificate, or a key with a window, means nothing without a time */
	const size_t observers = count_observers(v->report);
	if (observers < wanted) {
		err = siglet_err_new(
			SIGLET_E_MISSING,
			"%zu verified time%s, %u needed: nothing that the trusted root "
			"vouches for says when this was signed",
			observers, observers == 1 ? "" : "s", wanted);
		return siglet_verify_fail(v, SIGLET_RULE_TIME_THRESHOLD, -1, err);
	}
	return siglet_verify_note(v, SIGLET_RULE_TIME_THRESHOLD, -1,
				  wanted == 0 ? SIGLET_OUTCOME_NOT_NEEDED : SIGLET_OUTCOME_PASSED,
				  "%zu observer%s of the time, %u needed", observers,
				  observers == 1 ? "" : "s", wanted);
}
