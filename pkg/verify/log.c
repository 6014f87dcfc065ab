#include "verify/verify_internal.h"

#include <stdio.h>
#include <string.h>

/*
 * Step 5 and 7: is this very signature in the log? Every entry must belong to the signature, and every
 * entry of a known log must hold in all that it carries; those of unknown logs are named, not counted.
 */

/* A promise without a proof is taken only for signatures from before this: 2025-01-01T00:00:00Z. */
#define PROMISE_ALONE_UNTIL_S 1735689600

/* integratedTime claims when the certificate or key was used; verified or not, it must fit. */
static siglet_err *check_integrated_time(const verification *v, const siglet_entry *entry)
{
	const siglet_policy *policy = v->policy;
	const int64_t time_s = entry->integrated_time_s;
	const char *what = NULL;

	if (time_s == 0)
		return NULL;
	if (v->leaf != NULL) {
		if (time_s < siglet_cert_not_before_s(v->leaf) ||
		    time_s > siglet_cert_not_after_s(v->leaf))
			what = "the certificate";
	} else if ((policy->has_key_not_before && time_s < policy->key_not_before_s) ||
		   (policy->has_key_not_after && time_s > policy->key_not_after_s)) {
		what = "the key";
	}
	if (what == NULL)
		return NULL;
	return siglet_err_new(SIGLET_E_EXPIRED, "%s: %s was not valid then",
			      siglet_time_format(time_s).text, what);
}

/*
 * Without a promise no log says when; the time that others vouch for must then meet the log's window,
 * so that the key of a log that was retired can't sign for it later.
 */
static siglet_err *check_log_window(const verification *v, const siglet_entry *entry,
				    const siglet_log *log)
{
	if (entry->promise.len > 0 || v->report->time_count == 0)
		return NULL;
	for (size_t i = 0; i < v->report->time_count; i++)
		if (siglet_window_contains_s(&log->window, v->report->times[i].time_s))
			return NULL;
	return siglet_err_new(SIGLET_E_EXPIRED,
			      "the trusted root does not vouch for %s at any verified time",
			      siglet_text_printable(log->base_url).text);
}

static siglet_note_verifier verifier_of(const siglet_entry *entry, const siglet_log *log)
{
	siglet_note_verifier verifier = { .name = SIGLET_SLICE_NONE,
					  .key = log->key,
					  .scheme = log->scheme };

	/* A v1 log's key name is its bare host, while its origin is "host - tree id". */
	if (siglet_entry_is_v2(entry))
		verifier.name = log->name;
	memcpy(verifier.id, log->checkpoint_id, sizeof(verifier.id));
	return verifier;
}

/* The log of the trusted root under which the checkpoint verifies. Its id must be known. */
static siglet_err *find_log(verification *v, const siglet_entry *entry,
			    siglet_inclusion *ret_inclusion, const siglet_log **ret_log)
{
	const siglet_log *log;
	siglet_err *why = NULL;
	size_t index = 0;

	while ((log = siglet_verify_next_tlog(v->root, entry->log_id, &index)) != NULL) {
		const siglet_note_verifier verifier = verifier_of(entry, log);
		siglet_err *err = check_log_window(v, entry, log);

		if (err == NULL)
			err = siglet_entry_check_checkpoint(entry, &verifier, &v->report->arena,
							    ret_inclusion);
		siglet_err_free(why);
		why = err;
		if (err == NULL) {
			*ret_log = log;
			return NULL;
		}
	}
	return why != NULL ? why : siglet_err_new(SIGLET_E_INTERNAL, "no such log");
}

/* How many signature lines of others the checkpoint has: witnesses that nobody asked about. */
static size_t count_unchecked(const verification *v, const siglet_inclusion *inclusion,
			      const siglet_note_verifier *verifier)
{
	const siglet_witness_policy *witnesses = v->policy->witnesses;
	size_t count = 0, which = 0;

	for (size_t i = 0; i < inclusion->note.count; i++) {
		const siglet_note_signature *line = &inclusion->note.signatures[i];
		const bool is_witness =
			witnesses != NULL && siglet_witness_policy_find(witnesses, line, &which);

		count += !is_witness && !siglet_note_is_by(line, verifier);
	}
	return count;
}

static siglet_err *note_checkpoint(verification *v, int item, const siglet_entry *entry,
				   const siglet_log *log, const siglet_inclusion *inclusion)
{
	const siglet_note_verifier verifier = verifier_of(entry, log);
	const size_t others = count_unchecked(v, inclusion, &verifier);
	siglet_err *err =
		siglet_verify_note(v, SIGLET_RULE_CHECKPOINT, item, SIGLET_OUTCOME_PASSED,
				   "\"%s\" of %llu entries, signed by %s",
				   siglet_text_printable(inclusion->checkpoint.origin).text,
				   (unsigned long long)inclusion->checkpoint.size,
				   siglet_text_printable(log->base_url).text);

	if (err == NULL && others > 0)
		err = siglet_verify_note(v, SIGLET_RULE_CHECKPOINT, item,
					 SIGLET_OUTCOME_NOT_CHECKED,
					 "%zu more signature%s on it, by keys that are not known",
					 others, others == 1 ? "" : "s");
	return err;
}

static siglet_err *check_proof(verification *v, int item, siglet_report_entry *record,
			       siglet_slice body)
{
	const siglet_entry *entry = record->entry;
	siglet_err *err = find_log(v, entry, &record->inclusion, &record->log);

	if (err == NULL)
		err = note_checkpoint(v, item, entry, record->log, &record->inclusion);
	if (err != NULL)
		return siglet_verify_fail(v, SIGLET_RULE_CHECKPOINT, item, err);
	err = siglet_entry_check_proof(entry, body, &record->inclusion);
	if (err != NULL)
		return siglet_verify_fail(v, SIGLET_RULE_INCLUSION, item, err);
	record->inclusion_proven = true;
	err = siglet_verify_note(v, SIGLET_RULE_INCLUSION, item, SIGLET_OUTCOME_PASSED,
				 "entry %lld is in that tree", (long long)entry->proof_index);
	return err != NULL ? err : siglet_verify_witnesses(v, item, record);
}

/*
 * A media type is not signed, so a newer bundle can be dressed as v0.1 to shed its proof. Only what
 * is as old as the format may live on a promise; step 2 has verified the promise and its time.
 */
static siglet_err *check_promise_alone(verification *v, int item, siglet_report_entry *record)
{
	size_t index = 0;
	const siglet_log *log = siglet_verify_next_tlog(v->root, record->entry->log_id, &index);
	siglet_err *err = NULL;

	if (v->data->version != SIGLET_BUNDLE_V01 || record->entry->promise.len == 0)
		err = siglet_err_new(SIGLET_E_MISSING, "no inclusion proof");
	else if (record->entry->integrated_time_s >= PROMISE_ALONE_UNTIL_S)
		err = siglet_err_new(SIGLET_E_MISSING,
				     "no inclusion proof: a promise alone counts only before 2025");
	if (err != NULL)
		return siglet_verify_fail(v, SIGLET_RULE_INCLUSION, item, err);
	record->log = log;
	return siglet_verify_note(v, SIGLET_RULE_INCLUSION, item, SIGLET_OUTCOME_NOT_CHECKED,
				  "inclusion not proven: an old bundle with a promise alone");
}

static siglet_err *match_entry(const verification *v, const siglet_entry *entry,
			       siglet_buf *ret_body)
{
	const siglet_entry_subject subject = {
		.signature = v->data->signature,
		.cert_der = v->leaf == NULL ? SIGLET_SLICE_NONE : siglet_cert_der(v->leaf),
		.key = v->key,
		.is_dsse = v->data->is_dsse,
		.payload = v->data->payload,
		.payload_type = v->data->payload_type,
		.artifact = v->data->cose != NULL ? &v->signed_digests
			    : v->artifact == NULL ? NULL
						  : v->artifact->digests,
	};

	return siglet_entry_match(entry, &subject, ret_body);
}

static siglet_err *check_entry(verification *v, int item, siglet_report_entry *record)
{
	const siglet_entry *entry = record->entry;
	siglet_buf body;
	size_t index = 0;
	siglet_err *err;

	siglet_buf_init(&body, SIGLET_MAX_ENTRY_BODY_BYTES);
	err = match_entry(v, entry, &body);
	if (err != NULL) {
		err = siglet_verify_fail(v, SIGLET_RULE_ENTRY, item, err);
		goto out;
	}
	err = siglet_verify_note(v, SIGLET_RULE_ENTRY, item, SIGLET_OUTCOME_PASSED,
				 "%s %s: this signature, %s and %s",
				 siglet_text_printable(entry->kind_name).text,
				 siglet_text_printable(entry->kind_version).text,
				 v->leaf != NULL ? "certificate" : "key",
				 v->data->is_dsse	 ? "envelope"
				 : v->data->cose != NULL ? "signed bytes"
							 : "artifact digest");
	if (err != NULL)
		goto out;
	err = check_integrated_time(v, entry);
	if (err != NULL) {
		err = siglet_verify_fail(v, SIGLET_RULE_INTEGRATED_TIME, item, err);
		goto out;
	}
	if (siglet_verify_next_tlog(v->root, entry->log_id, &index) == NULL)
		err = siglet_verify_note(v, SIGLET_RULE_INCLUSION, item, SIGLET_OUTCOME_NOT_CHECKED,
					 "in a log that is not in the trusted root");
	else if (entry->has_proof)
		err = check_proof(v, item, record, siglet_buf_slice(&body));
	else
		err = check_promise_alone(v, item, record);
out:
	siglet_buf_clear(&body);
	return err;
}

siglet_err *siglet_verify_log(verification *v)
{
	const unsigned wanted = v->policy->thresholds.tlog;
	siglet_report *report = v->report;
	siglet_slice voters[SIGLET_MAX_ENTRIES];
	size_t distinct = 0;
	siglet_err *err;

	for (size_t i = 0; i < v->data->entry_count; i++) {
		siglet_report_entry *record = &report->entries[report->entry_count++];

		record->entry = &v->data->entries[i];
		err = check_entry(v, (int)i, record);
		if (err != NULL)
			return err;
		if (record->log != NULL &&
		    siglet_verify_is_new_voter(voters, distinct, siglet_log_voter(record->log)))
			voters[distinct++] = siglet_log_voter(record->log);
	}
	if (distinct < wanted) {
		err = siglet_err_new(SIGLET_E_MISSING, "in %zu known log%s, %u needed", distinct,
				     distinct == 1 ? "" : "s", wanted);
		return siglet_verify_fail(v, SIGLET_RULE_TLOG_THRESHOLD, -1, err);
	}
	err = siglet_verify_note(v, SIGLET_RULE_TLOG_THRESHOLD, -1,
				 wanted == 0 ? SIGLET_OUTCOME_NOT_NEEDED : SIGLET_OUTCOME_PASSED,
				 "in %zu log%s, %u needed", distinct, distinct == 1 ? "" : "s",
				 wanted);
	return err != NULL ? err : siglet_verify_witness_threshold(v);
}
