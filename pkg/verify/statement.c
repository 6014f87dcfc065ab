#include "statement/statement.h"

#include <string.h>

#include "verify/verify_internal.h"

/* Step 8: what does the envelope attest, of which artifact? */

static siglet_err *check_signature_type(verification *v)
{
	const char *wanted = v->policy->predicate_type;

	if (wanted == NULL)
		return NULL;
	if (strcmp(wanted, "signature") != 0)
		return siglet_verify_fail(v, SIGLET_RULE_TYPE, -1,
					  siglet_err_new(SIGLET_E_MISMATCH,
							 "a signature, not an attestation of "
							 "type %s",
							 wanted));
	return siglet_verify_note(v, SIGLET_RULE_TYPE, -1, SIGLET_OUTCOME_PASSED,
				  "a signature, as was asked");
}

static siglet_err *check_predicate_type(verification *v)
{
	const char *wanted = v->policy->predicate_type;
	const siglet_slice have = siglet_report_predicate_type(v->report);
	siglet_err *err = NULL;

	if (wanted == NULL)
		return NULL;
	if (strcmp(wanted, "signature") == 0)
		err = siglet_err_new(SIGLET_E_MISMATCH,
				     "an attestation, and a signature was asked for");
	else if (!siglet_slice_is(have, wanted))
		err = siglet_err_new(SIGLET_E_MISMATCH,
				     "the predicate's type is \"%s\", not \"%s\"",
				     siglet_text_printable(have).text, wanted);
	if (err != NULL)
		return siglet_verify_fail(v, SIGLET_RULE_TYPE, -1, err);
	return siglet_verify_note(v, SIGLET_RULE_TYPE, -1, SIGLET_OUTCOME_PASSED, "%s", wanted);
}

static siglet_err *check_subject(verification *v)
{
	siglet_hash hash = SIGLET_SHA256;
	size_t index = 0;
	siglet_err *err =
		siglet_statement_match(v->report->statement, v->artifact->digests, &index, &hash);

	if (err != NULL)
		return siglet_verify_fail(v, SIGLET_RULE_SUBJECT, -1, err);
	const siglet_slice name = siglet_statement_subject_name(v->report->statement, index);
	return siglet_verify_note(v, SIGLET_RULE_SUBJECT, -1, SIGLET_OUTCOME_PASSED,
				  "the artifact's %s is that of subject %zu, \"%s\"",
				  siglet_hash_name(hash), index, siglet_text_printable(name).text);
}

/* An envelope of another payload type can be authentic, but says nothing about an artifact. */
static siglet_err *check_other_payload(verification *v)
{
	const siglet_printable type = siglet_text_printable(v->data->payload_type);

	if (!v->policy->statement_only || v->policy->predicate_type != NULL)
		return siglet_verify_fail(
			v, SIGLET_RULE_STATEMENT, -1,
			siglet_err_new(SIGLET_E_UNSUPPORTED,
				       "the payload's type is \"%s\": no in-toto statement",
				       type.text));
	return siglet_verify_note(v, SIGLET_RULE_STATEMENT, -1, SIGLET_OUTCOME_NOT_CHECKED,
				  "a payload of type \"%s\"", type.text);
}

siglet_err *siglet_verify_statement(verification *v)
{
	siglet_err *err;

	if (!v->data->is_dsse)
		return check_signature_type(v);
	if (!siglet_slice_is(v->data->payload_type, SIGLET_INTOTO_PAYLOAD_TYPE))
		return check_other_payload(v);
	err = siglet_statement_parse(v->data->payload, &v->report->statement);
	if (err != NULL)
		return siglet_verify_fail(v, SIGLET_RULE_STATEMENT, -1, err);
	err = siglet_verify_note(
		v, SIGLET_RULE_STATEMENT, -1, SIGLET_OUTCOME_PASSED,
		"in-toto statement, %zu subject%s, predicate \"%s\"",
		siglet_statement_subject_count(v->report->statement),
		siglet_statement_subject_count(v->report->statement) == 1 ? "" : "s",
		siglet_text_printable(siglet_statement_predicate_type(v->report->statement)).text);
	if (err == NULL)
		err = check_predicate_type(v);
	if (err != NULL)
		return err;
	if (v->policy->statement_only)
		return siglet_verify_note(v, SIGLET_RULE_SUBJECT, -1, SIGLET_OUTCOME_NOT_CHECKED,
					  "NO ARTIFACT CHECKED, as was asked");
	return check_subject(v);
}
