#include "verify/verify_internal.h"

/* Steps 3 and 4: does the trusted root vouch for the certificate, at every verified time? */

/* What is known of each authority during one verification: a path is built at most once. */
typedef struct candidate {
	bool tried;
	siglet_err *err; /* why there is no path */
	siglet_path path;
} candidate;

/* The authority's word at that time: its window, and every certificate of the path. */
static siglet_err *check_time(const siglet_authority *authority, const siglet_path *path,
			      int64_t time_s)
{
	if (!siglet_window_contains_s(&authority->window, time_s))
		return siglet_err_new(SIGLET_E_EXPIRED,
				      "%s: the trusted root does not vouch for this authority then",
				      siglet_time_format(time_s).text);
	return siglet_path_check_time(path, time_s);
}

/* Sets c->err or c->path, once. */
static void try_authority(const verification *v, const siglet_authority *authority, candidate *c)
{
	if (c->tried)
		return;
	c->err = siglet_chain_verify(authority->chain, v->leaf, NULL, 0, &c->path);
	c->tried = true;
}

/*
 * Find an authority that vouches for the leaf at time_s. Those whose window holds it come first: an
 * old one is asked only for a better reason to refuse. A reason about time beats one about paths: it
 * comes from an authority that did issue the leaf.
 */
static siglet_err *find_authority(const verification *v, candidate *candidates, int64_t time_s,
				  size_t *ret_index, siglet_rule *ret_rule)
{
	const size_t count = siglet_trustroot_ca_count(v->root);
	siglet_err *why = siglet_err_new(SIGLET_E_UNTRUSTED,
					 "no certificate authority of the trusted root issued it");

	*ret_rule = SIGLET_RULE_CERT_CHAIN;
	for (size_t turn = 0; turn < 2 * count; turn++) {
		const bool wants_current = turn < count;
		const size_t i = wants_current ? turn : turn - count;
		const siglet_authority *authority = siglet_trustroot_ca(v->root, i);

		if (siglet_window_contains_s(&authority->window, time_s) != wants_current)
			continue;
		try_authority(v, authority, &candidates[i]);
		if (candidates[i].err != NULL)
			continue;
		siglet_err *err = check_time(authority, &candidates[i].path, time_s);
		siglet_err_free(why);
		why = err;
		if (err == NULL) {
			*ret_index = i;
			return NULL;
		}
		*ret_rule = SIGLET_RULE_CERT_TIME;
	}
	return why;
}

/* The candidate's reason in place of err, which is freed. */
static siglet_err *candidate_error(const candidate *c, siglet_err *err)
{
	siglet_err *own = siglet_err_new(siglet_err_code(c->err), "%s", siglet_err_message(c->err));

	siglet_err_free(err);
	return own;
}

/* Of all the authorities that did not issue it, the one whose name fits has something to say. */
static siglet_err *explain_no_path(const verification *v, const candidate *candidates, size_t count,
				   siglet_err *err)
{
	for (size_t i = 0; i < count; i++) {
		const siglet_chain *chain = siglet_trustroot_ca(v->root, i)->chain;

		for (size_t j = 0; candidates[i].err != NULL && j < siglet_chain_count(chain);
		     j++) {
			const siglet_cert *cert = siglet_chain_cert(chain, j);

			/* NULL: it could not be read, and might have been the one. */
			if (cert == NULL || siglet_cert_issued_by_name(v->leaf, cert))
				return siglet_err_wrap(candidate_error(&candidates[i], err),
						       "no certificate authority of the trusted "
						       "root issued it");
		}
	}
	return err;
}

static siglet_err *check_all_times(verification *v, candidate *candidates, size_t count)
{
	siglet_report *report = v->report;

	for (size_t i = 0; i < report->time_count; i++) {
		siglet_rule rule = SIGLET_RULE_CERT_CHAIN;
		size_t index = 0;
		siglet_err *err =
			find_authority(v, candidates, report->times[i].time_s, &index, &rule);

		if (err != NULL && rule == SIGLET_RULE_CERT_CHAIN)
			err = explain_no_path(v, candidates, count, err);
		if (err != NULL)
			return siglet_verify_fail(v, rule, -1, err);
		if (i == 0) {
			report->path = candidates[index].path;
			report->has_path = true;
			err = siglet_verify_note(
				v, SIGLET_RULE_CERT_CHAIN, -1, SIGLET_OUTCOME_PASSED,
				"issued by %s, up to %s",
				siglet_text_printable(siglet_cert_issuer(v->leaf)).text,
				siglet_text_printable(
					siglet_cert_subject(
						report->path.certs[report->path.count - 1]))
					.text);
		}
		if (err == NULL)
			err = siglet_verify_note(v, SIGLET_RULE_CERT_TIME, (int)i,
						 SIGLET_OUTCOME_PASSED,
						 "valid at %s, as was every certificate above it",
						 siglet_time_format(report->times[i].time_s).text);
		if (err != NULL)
			return err;
	}
	return NULL;
}

siglet_err *siglet_verify_certificate(verification *v)
{
	candidate candidates[SIGLET_MAX_TRUSTROOT_ITEMS] = { 0 };
	siglet_err *err;

	if (v->leaf == NULL)
		return NULL;
	err = siglet_cert_check_signer(v->leaf);
	if (err != NULL)
		return siglet_verify_fail(v, SIGLET_RULE_CERT_SIGNER, -1, err);
	err = siglet_verify_note(v, SIGLET_RULE_CERT_SIGNER, -1, SIGLET_OUTCOME_PASSED,
				 "a code signing certificate, %s key", siglet_key_describe(v->key));
	if (err != NULL)
		return err;
	if (v->root == NULL || v->report->time_count == 0)
		return siglet_verify_fail(v, SIGLET_RULE_CERT_CHAIN, -1,
					  siglet_err_new(SIGLET_E_UNTRUSTED,
							 "no trusted root, or no verified time"));

	const size_t count = siglet_trustroot_ca_count(v->root);
	err = check_all_times(v, candidates, count);
	for (size_t i = 0; i < count; i++)
		siglet_err_free(candidates[i].err);
	if (err != NULL)
		return err;
	err = siglet_cert_identity(v->leaf, &v->report->identity);
	if (err != NULL)
		return siglet_verify_fail(v, SIGLET_RULE_IDENTITY, -1, err);
	v->report->has_identity = true;
	return NULL;
}

/* An SCT of a known log must hold: in its window, with a right signature. Unknown: *ret_log NULL. */
static siglet_err *check_sct(const verification *v, const siglet_sct *sct,
			     const siglet_log **ret_log)
{
	const siglet_cert *issuer = v->report->path.certs[1];
	siglet_err *why = NULL;

	*ret_log = NULL;
	for (size_t i = 0; i < siglet_trustroot_ctlog_count(v->root); i++) {
		const siglet_log *log = siglet_trustroot_ctlog(v->root, i);
		siglet_err *err = NULL;

		if (!siglet_slice_equal(log->log_id, sct->log_id))
			continue;
		if (sct->timestamp_ms > INT64_MAX ||
		    !siglet_window_contains(&log->window, (int64_t)sct->timestamp_ms))
			err = siglet_err_new(SIGLET_E_EXPIRED,
					     "the trusted root does not vouch for %s at its time",
					     siglet_text_printable(log->base_url).text);
		if (err == NULL)
			err = siglet_sct_verify(sct, v->leaf, issuer, log->key);
		siglet_err_free(why);
		why = err;
		if (err == NULL) {
			*ret_log = log;
			return NULL;
		}
	}
	return why;
}

static siglet_err *note_sct(verification *v, int item, const siglet_sct *sct, const siglet_log *log)
{
	if (log == NULL)
		return siglet_verify_note(v, SIGLET_RULE_SCT, item, SIGLET_OUTCOME_NOT_CHECKED,
					  "of a CT log that is not in the trusted root");
	return siglet_verify_note(v, SIGLET_RULE_SCT, item, SIGLET_OUTCOME_PASSED,
				  "issuance promised to %s at %s",
				  siglet_text_printable(log->base_url).text,
				  siglet_time_format((int64_t)(sct->timestamp_ms / 1000)).text);
}

siglet_err *siglet_verify_scts(verification *v)
{
	const unsigned wanted = v->policy->thresholds.sct;
	siglet_sct scts[SIGLET_MAX_SCTS];
	siglet_slice voters[SIGLET_MAX_SCTS];
	size_t count = 0, distinct = 0;
	siglet_err *err;

	if (v->leaf == NULL)
		return NULL;
	err = siglet_cert_scts(v->leaf, scts, &count);
	if (err != NULL)
		return siglet_verify_fail(v, SIGLET_RULE_SCT, -1, err);
	for (size_t i = 0; i < count; i++) {
		const siglet_log *log = NULL;

		err = check_sct(v, &scts[i], &log);
		if (err != NULL)
			return siglet_verify_fail(v, SIGLET_RULE_SCT, (int)i, err);
		if (log != NULL &&
		    siglet_verify_is_new_voter(voters, distinct, siglet_log_voter(log)))
			voters[distinct++] = siglet_log_voter(log);
		err = note_sct(v, (int)i, &scts[i], log);
		if (err != NULL)
			return err;
	}
	if (distinct < wanted) {
		err = siglet_err_new(SIGLET_E_MISSING,
				     "%zu known CT log%s vouch%s for the certificate, %u needed",
				     distinct, distinct == 1 ? "" : "s", distinct == 1 ? "es" : "",
				     wanted);
		return siglet_verify_fail(v, SIGLET_RULE_SCT_THRESHOLD, -1, err);
	}
	return siglet_verify_note(v, SIGLET_RULE_SCT_THRESHOLD, -1,
				  wanted == 0 ? SIGLET_OUTCOME_NOT_NEEDED : SIGLET_OUTCOME_PASSED,
				  "%zu CT log%s, %u needed", distinct, distinct == 1 ? "" : "s",
				  wanted);
}
