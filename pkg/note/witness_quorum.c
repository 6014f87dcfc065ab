#include <stdio.h>
#include "note/note_internal.h"
#include "note/witness_policy_internal.h"

/* Is a checkpoint witnessed as a policy asks? */

/* Members come before their group, so one pass from the first name to the last is enough. */
static bool meets_quorum(const siglet_witness_policy *policy, const siglet_witness_result *result,
			 int64_t not_before_s)
{
	size_t witnessed[MAX_NODES] = { 0 }; /* of a group: how many of its members */

	if (policy->quorum == NO_NODE)
		return true;
	for (size_t i = 0; i < policy->node_count; i++) {
		const policy_node *node = &policy->nodes[i];
		const size_t w = node->witness;
		const bool holds = w < SIGLET_MAX_WITNESSES
					   ? result->states[w] == SIGLET_WITNESS_COSIGNED &&
						     result->times_s[w] >= not_before_s
					   : witnessed[i] >= node->threshold;

		if (holds && i == policy->quorum)
			return true;
		if (holds && node->parent != NO_NODE)
			witnessed[node->parent]++;
	}
	return false;
}

/* The latest of the cosignatures' times from which on the quorum is met. */
static int64_t find_quorum_time(const siglet_witness_policy *policy,
				const siglet_witness_result *result)
{
	int64_t latest_s = result->oldest_s;

	for (size_t w = 0; w < policy->witness_count; w++)
		if (result->states[w] == SIGLET_WITNESS_COSIGNED && result->times_s[w] > latest_s &&
		    meets_quorum(policy, result, result->times_s[w]))
			latest_s = result->times_s[w];
	return latest_s;
}

/* Absent is no error; neither is a key that this build can't use, which counts for nothing. */
static siglet_err *ask_key(const siglet_note_key *key, const siglet_note *note, int64_t *ret_time_s,
			   siglet_witness_state *ret_state)
{
	siglet_err *err = siglet_note_key_verify(key, note, ret_time_s);

	*ret_state = SIGLET_WITNESS_ABSENT;
	if (err == NULL)
		*ret_state = SIGLET_WITNESS_COSIGNED;
	else if (siglet_err_code(err) == SIGLET_E_UNSUPPORTED && !siglet_note_key_is_usable(key))
		*ret_state = SIGLET_WITNESS_UNCHECKED;
	else if (siglet_err_code(err) != SIGLET_E_MISSING)
		return err;
	siglet_err_free(err);
	return NULL;
}

/* Every log of the policy that signed must have signed well; the first one is named. */
static siglet_err *ask_logs(const siglet_witness_policy *policy, const siglet_note *note,
			    siglet_witness_result *result)
{
	siglet_checkpoint checkpoint = { 0 };
	siglet_err *err = siglet_checkpoint_parse(note, &checkpoint);

	result->log = SIGLET_NO_POLICY_LOG;
	for (size_t i = 0; err == NULL && i < policy->log_count; i++) {
		const siglet_note_key *key = policy->logs[i].key;
		siglet_witness_state state;
		int64_t time_s = 0;

		/* The key's name is the log's origin: elsewhere this log has nothing to say. */
		if (!siglet_slice_equal(siglet_note_key_name(key), checkpoint.origin))
			continue;
		err = ask_key(key, note, &time_s, &state);
		if (err == NULL && state == SIGLET_WITNESS_COSIGNED &&
		    result->log == SIGLET_NO_POLICY_LOG)
			result->log = i;
		result->unchecked += err == NULL && state == SIGLET_WITNESS_UNCHECKED;
		if (err != NULL)
			err = siglet_err_wrap(err, "log %zu of the witness policy", i + 1);
	}
	return err;
}

static siglet_err *ask_witnesses(const siglet_witness_policy *policy, const siglet_note *note,
				 siglet_witness_result *result)
{
	for (size_t w = 0; w < policy->witness_count; w++) {
		const siglet_policy_witness *witness = &policy->witnesses[w];
		int64_t time_s = 0;
		siglet_err *err = ask_key(witness->key, note, &time_s, &result->states[w]);

		if (err != NULL)
			return siglet_err_wrap(err, "witness \"%s\"",
					       siglet_text_printable(witness->name).text);
		result->unchecked += result->states[w] == SIGLET_WITNESS_UNCHECKED;
		if (result->states[w] != SIGLET_WITNESS_COSIGNED)
			continue;
		result->times_s[w] = time_s;
		if (result->cosigned == 0 || time_s > result->newest_s)
			result->newest_s = time_s;
		if (result->cosigned == 0 || time_s < result->oldest_s)
			result->oldest_s = time_s;
		result->cosigned++;
	}
	return NULL;
}

bool siglet_witness_policy_find(const siglet_witness_policy *policy,
				const siglet_note_signature *line, size_t *ret_witness)
{
	for (size_t w = 0; w < policy->witness_count; w++) {
		const siglet_note_verifier lines = siglet_note_key_lines(policy->witnesses[w].key);

		if (siglet_note_is_by(line, &lines)) {
			*ret_witness = w;
			return true;
		}
	}
	return false;
}

siglet_err *siglet_witness_policy_check(const siglet_witness_policy *policy,
					const siglet_note *note, siglet_witness_result *ret_result)
{
	siglet_witness_result result = { 0 };
	siglet_err *err = ask_logs(policy, note, &result);

	if (err == NULL)
		err = ask_witnesses(policy, note, &result);
	if (err != NULL)
		return err;
	result.quorum_met = meets_quorum(policy, &result, INT64_MIN);
	if (result.quorum_met && result.cosigned > 0)
		result.quorum_s = find_quorum_time(policy, &result);
	result.satisfied =
		result.quorum_met && (policy->log_count == 0 || result.log != SIGLET_NO_POLICY_LOG);
	*ret_result = result;
	return NULL;
}

siglet_err *siglet_witness_result_require(const siglet_witness_policy *policy,
					  const siglet_witness_result *result, unsigned least)
{
	char unchecked[96] = "";

	if (result->unchecked > 0)
		(void)snprintf(unchecked, sizeof(unchecked),
			       "; %zu more can't be verified here, without ML-DSA",
			       result->unchecked);
	if (policy->log_count > 0 && result->log == SIGLET_NO_POLICY_LOG)
		return siglet_err_new(SIGLET_E_UNTRUSTED,
				      "not signed by a log that the witness policy allows%s",
				      unchecked);
	if (!result->quorum_met)
		return siglet_err_new(
			SIGLET_E_MISSING,
			"the quorum \"%s\" is not met: cosigned by %zu of %zu witnesses%s",
			siglet_text_printable(siglet_witness_policy_quorum(policy)).text,
			result->cosigned, policy->witness_count, unchecked);
	if (result->cosigned < least)
		return siglet_err_new(SIGLET_E_MISSING, "cosigned by %zu witness%s, %u needed%s",
				      result->cosigned, result->cosigned == 1 ? "" : "es", least,
				      unchecked);
	/* The last line of the check, not the absence of a reason, is what makes it a yes. */
	return result->satisfied
		       ? NULL
		       : siglet_err_new(SIGLET_E_INTERNAL, "a witness policy that was not asked");
}
