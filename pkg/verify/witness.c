#include "verify/verify_internal.h"

/*
 * Did others see the same log? A log can show each reader another tree, and prove inclusion in each;
 * witnesses sign only one. Those of the policy count, on checkpoints under which inclusion is proven.
 */

static siglet_err *note_witness(verification *v, int item, const siglet_policy_witness *witness,
				siglet_witness_state state, int64_t time_s)
{
	const siglet_printable name = siglet_text_printable(witness->name);
	const siglet_printable key = siglet_text_printable(siglet_note_key_name(witness->key));

	switch (state) {
	case SIGLET_WITNESS_COSIGNED:
		return siglet_verify_note(v, SIGLET_RULE_WITNESS, item, SIGLET_OUTCOME_PASSED,
					  "witness \"%s\" (%s) saw it %s%s", name.text, key.text,
					  time_s == 0 ? "and says no time" : "at ",
					  time_s == 0 ? "" : siglet_time_format(time_s).text);
	case SIGLET_WITNESS_UNCHECKED:
		return siglet_verify_note(v, SIGLET_RULE_WITNESS, item, SIGLET_OUTCOME_NOT_CHECKED,
					  "witness \"%s\" (%s): this build's OpenSSL has no ML-DSA",
					  name.text, key.text);
	case SIGLET_WITNESS_ABSENT:
		break;
	}
	return siglet_verify_note(v, SIGLET_RULE_WITNESS, item, SIGLET_OUTCOME_NOT_CHECKED,
				  "witness \"%s\" (%s) is not on it", name.text, key.text);
}

static siglet_err *note_all(verification *v, int item, const siglet_witness_result *result)
{
	const siglet_witness_policy *policy = v->policy->witnesses;
	siglet_err *err = NULL;

	for (size_t w = 0; err == NULL && w < siglet_witness_policy_witness_count(policy); w++)
		err = note_witness(v, item, siglet_witness_policy_witness(policy, w),
				   result->states[w], result->times_s[w]);
	return err;
}

/* A checkpoint that falls short refuses nothing by itself: another log's may do. */
static siglet_err *note_quorum(verification *v, int item, const siglet_witness_result *result,
			       bool *ret_witnessed)
{
	const siglet_witness_policy *policy = v->policy->witnesses;
	siglet_err *short_of =
		siglet_witness_result_require(policy, result, v->policy->thresholds.witness);
	siglet_err *err;

	if (short_of != NULL && siglet_err_is_fault(short_of))
		return short_of;
	*ret_witnessed = short_of == NULL;
	if (short_of != NULL)
		err = siglet_verify_note(v, SIGLET_RULE_WITNESS, item, SIGLET_OUTCOME_NOT_CHECKED,
					 "this checkpoint does not count: %s",
					 siglet_err_message(short_of));
	else
		err = siglet_verify_note(
			v, SIGLET_RULE_WITNESS, item, SIGLET_OUTCOME_PASSED,
			"quorum \"%s\": cosigned by %zu of %zu witnesses",
			siglet_text_printable(siglet_witness_policy_quorum(policy)).text,
			result->cosigned, siglet_witness_policy_witness_count(policy));
	siglet_err_free(short_of);
	return err;
}

siglet_err *siglet_verify_witnesses(verification *v, int item, siglet_report_entry *record)
{
	siglet_witness_result *result = NULL;
	siglet_err *err;

	if (v->policy->witnesses == NULL)
		return NULL;
	err = siglet_arena_alloc(&v->report->arena, 1, sizeof(*result), &result);
	if (err != NULL)
		return err;
	err = siglet_witness_policy_check(v->policy->witnesses, &record->inclusion.note, result);
	if (err != NULL)
		return siglet_verify_fail(v, SIGLET_RULE_WITNESS, item, err);
	record->witness = result;
	err = note_all(v, item, result);
	return err != NULL ? err : note_quorum(v, item, result, &record->witnessed);
}

/* Why the first checkpoint that was proven falls short; else that there is none. */
static siglet_err *explain_shortage(const verification *v, size_t distinct, unsigned wanted)
{
	const siglet_report *report = v->report;

	for (size_t i = 0; i < report->entry_count; i++) {
		const siglet_report_entry *record = &report->entries[i];
		siglet_err *err;

		if (record->witness == NULL || record->witnessed)
			continue;
		err = siglet_witness_result_require(v->policy->witnesses, record->witness,
						    v->policy->thresholds.witness);
		if (err != NULL)
			return siglet_err_wrap(err, "witnessed in %zu log%s, %u needed", distinct,
					       distinct == 1 ? "" : "s", wanted);
	}
	return siglet_err_new(
		SIGLET_E_MISSING,
		"witnessed in %zu log%s, %u needed: no other inclusion is proven under "
		"a checkpoint",
		distinct, distinct == 1 ? "" : "s", wanted);
}

siglet_err *siglet_verify_witness_threshold(verification *v)
{
	const siglet_report *report = v->report;
	const unsigned wanted = v->policy->thresholds.tlog == 0 ? 1 : v->policy->thresholds.tlog;
	siglet_slice voters[SIGLET_MAX_ENTRIES];
	size_t distinct = 0;

	if (v->policy->witnesses == NULL)
		return NULL;
	for (size_t i = 0; i < report->entry_count; i++) {
		const siglet_report_entry *record = &report->entries[i];

		if (record->witnessed && record->inclusion_proven && record->log != NULL &&
		    siglet_verify_is_new_voter(voters, distinct, siglet_log_voter(record->log)))
			voters[distinct++] = siglet_log_voter(record->log);
	}
	if (distinct < wanted)
		return siglet_verify_fail(v, SIGLET_RULE_WITNESS, -1,
					  explain_shortage(v, distinct, wanted));
	return siglet_verify_note(v, SIGLET_RULE_WITNESS, -1, SIGLET_OUTCOME_PASSED,
				  "witnessed in %zu log%s, %u needed", distinct,
				  distinct == 1 ? "" : "s", wanted);
}
