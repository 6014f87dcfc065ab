#include "verify/verify_internal.h"

/* The report as JSON. docs/json.md describes the members; they only grow. */

static const char *outcome_name(siglet_outcome outcome)
{
	switch (outcome) {
	case SIGLET_OUTCOME_FAILED:
		return "failed";
	case SIGLET_OUTCOME_PASSED:
		return "passed";
	case SIGLET_OUTCOME_NOT_CHECKED:
		return "not checked";
	case SIGLET_OUTCOME_NOT_NEEDED:
		return "not needed";
	}
	return "failed";
}

static void write_identity_members(const siglet_identity *identity, siglet_json_writer *w)
{
	siglet_json_write_string(w, "san", identity->san);
	siglet_json_write_text(w, "sanType", siglet_san_type_name(identity->san_type));
	siglet_json_write_string(w, "issuer", identity->issuer);
	siglet_json_write_begin_object(w, "extensions");
	for (unsigned i = 1; i < SIGLET_FULCIO_COUNT; i++)
		if (identity->has[i] && siglet_fulcio_name(i) != NULL)
			siglet_json_write_string(w, siglet_fulcio_name(i), identity->value[i]);
	for (size_t i = 0; i < identity->other_count; i++)
		siglet_json_write_string(w, identity->other[i].oid, identity->other[i].value);
	siglet_json_write_end_object(w);
}

static void write_times(const siglet_report *report, siglet_json_writer *w)
{
	siglet_json_write_begin_array(w, "times");
	for (size_t i = 0; i < report->time_count; i++) {
		const siglet_verified_time *time = &report->times[i];

		siglet_json_write_begin_object(w, NULL);
		siglet_json_write_text(w, "time", siglet_time_format(time->time_s).text);
		siglet_json_write_text(w, "kind",
				       time->from_service ? "receipt"
				       : time->from_log	  ? "log promise"
							  : "timestamp");
		siglet_json_write_string(w, "source", time->source);
		siglet_json_write_end_object(w);
	}
	siglet_json_write_end_array(w);
}

static const char *witness_state_name(siglet_witness_state state)
{
	switch (state) {
	case SIGLET_WITNESS_ABSENT:
		return "absent";
	case SIGLET_WITNESS_COSIGNED:
		return "cosigned";
	case SIGLET_WITNESS_UNCHECKED:
		return "not checked";
	}
	return "absent";
}

/* A name is any bytes in a policy, so it is written as it would be printed. */
static void write_witnesses(const siglet_report *report, const siglet_report_entry *record,
			    siglet_json_writer *w)
{
	const siglet_witness_policy *policy = report->policy->witnesses;
	const siglet_witness_result *result = record->witness;

	siglet_json_write_bool(w, "witnessed", record->witnessed);
	if (result->quorum_met && result->cosigned > 0)
		siglet_json_write_text(w, "witnessedAt", siglet_time_format(result->quorum_s).text);
	siglet_json_write_begin_array(w, "witnesses");
	for (size_t i = 0; i < siglet_witness_policy_witness_count(policy); i++) {
		const siglet_policy_witness *witness = siglet_witness_policy_witness(policy, i);

		siglet_json_write_begin_object(w, NULL);
		siglet_json_write_text(w, "name", siglet_text_printable(witness->name).text);
		siglet_json_write_string(w, "key", siglet_note_key_name(witness->key));
		siglet_json_write_text(w, "state", witness_state_name(result->states[i]));
		if (result->states[i] == SIGLET_WITNESS_COSIGNED)
			siglet_json_write_text(w, "time",
					       siglet_time_format(result->times_s[i]).text);
		siglet_json_write_end_object(w);
	}
	siglet_json_write_end_array(w);
}

static void write_entry(const siglet_report *report, const siglet_report_entry *record,
			siglet_json_writer *w)
{
	const siglet_checkpoint *checkpoint = &record->inclusion.checkpoint;

	siglet_json_write_begin_object(w, NULL);
	siglet_json_write_int(w, "logIndex", record->entry->log_index);
	siglet_json_write_hex(w, "logId", record->entry->log_id);
	siglet_json_write_string(w, "kind", record->entry->kind_name);
	siglet_json_write_string(w, "version", record->entry->kind_version);
	siglet_json_write_bool(w, "known", record->log != NULL);
	if (record->log != NULL)
		siglet_json_write_string(w, "log", record->log->base_url);
	siglet_json_write_bool(w, "inclusionProven", record->inclusion_proven);
	if (record->inclusion_proven) {
		siglet_json_write_string(w, "origin", checkpoint->origin);
		siglet_json_write_int(w, "treeSize", (int64_t)checkpoint->size);
		siglet_json_write_hex(w, "rootHash", siglet_hash32_slice(&checkpoint->root));
		siglet_json_write_hex(w, "leafHash", siglet_hash32_slice(&record->inclusion.leaf));
	}
	if (record->witness != NULL)
		write_witnesses(report, record, w);
	siglet_json_write_end_object(w);
}

static void write_checks(const siglet_report *report, siglet_json_writer *w)
{
	siglet_json_write_begin_array(w, "checks");
	for (size_t i = 0; i < report->check_count; i++) {
		const siglet_check *check = &report->checks[i];

		siglet_json_write_begin_object(w, NULL);
		siglet_json_write_text(w, "rule", siglet_rule_name(check->rule));
		if (check->item >= 0)
			siglet_json_write_int(w, "item", check->item);
		siglet_json_write_text(w, "outcome", outcome_name(check->outcome));
		siglet_json_write_text(w, "detail", check->detail);
		siglet_json_write_end_object(w);
	}
	siglet_json_write_end_array(w);
}

static const char *receipt_outcome(siglet_scitt_outcome outcome)
{
	switch (outcome) {
	case SIGLET_SCITT_REFUSED:
		return "refused";
	case SIGLET_SCITT_VERIFIED:
		return "verified";
	case SIGLET_SCITT_NOT_COUNTED:
		return "not counted";
	}
	return "refused";
}

/* A receipt's own claims are as it says, whatever became of it. */
static void write_receipt(const siglet_scitt_finding *finding, siglet_json_writer *w)
{
	const siglet_cose_claims *claims = &finding->receipt.claims;
	const bool has_place = finding->receipt.structure == SIGLET_SCITT_RFC9162_SHA256;

	siglet_json_write_begin_object(w, NULL);
	siglet_json_write_text(w, "outcome", receipt_outcome(finding->outcome));
	if (finding->why != NULL)
		siglet_json_write_text(w, "message", siglet_err_message(finding->why));
	if (finding->is_read && claims->issuer.len > 0)
		siglet_json_write_string(w, "issuer", claims->issuer);
	if (finding->is_read && claims->has_issued_at)
		siglet_json_write_text(w, "time", siglet_time_format(claims->issued_at_s).text);
	if (finding->outcome == SIGLET_SCITT_VERIFIED) {
		siglet_json_write_hex(w, "rootHash", siglet_hash32_slice(&finding->proven.root));
		if (has_place) {
			siglet_json_write_int(w, "treeSize", (int64_t)finding->proven.tree_size);
			siglet_json_write_int(w, "leafIndex", (int64_t)finding->proven.leaf_index);
		}
	}
	siglet_json_write_end_object(w);
}

static void write_scitt(const siglet_report *report, siglet_json_writer *w)
{
	const siglet_scitt_statement *statement = siglet_report_scitt(report);
	const siglet_scitt_findings *findings = siglet_report_receipts(report);

	if (statement == NULL)
		return;
	siglet_json_write_begin_object(w, "scitt");
	siglet_json_write_string(w, "issuer", statement->claims.issuer);
	siglet_json_write_string(w, "subject", statement->claims.subject);
	siglet_json_write_bool(w, "issuerChecked",
			       report->accepted && report->policy->is_statement &&
				       (report->policy->issuer.text != NULL ||
					report->policy->key != NULL));
	siglet_json_write_int(w, "services", (int64_t)findings->services);
	siglet_json_write_begin_array(w, "receipts");
	for (size_t i = 0; i < findings->count; i++)
		write_receipt(&findings->of[i], w);
	siglet_json_write_end_array(w);
	siglet_json_write_end_object(w);
}

static void write_statement(const siglet_report *report, siglet_json_writer *w)
{
	if (report->statement == NULL)
		return;
	siglet_json_write_begin_object(w, "statement");
	siglet_json_write_string(w, "type", siglet_statement_type(report->statement));
	siglet_json_write_string(w, "predicateType",
				 siglet_statement_predicate_type(report->statement));
	siglet_json_write_int(w, "subjects",
			      (int64_t)siglet_statement_subject_count(report->statement));
	siglet_json_write_end_object(w);
}

void siglet_report_write(const siglet_report *report, siglet_json_writer *w)
{
	const siglet_bundle_data *data = siglet_bundle_get(report->bundle);

	siglet_json_write_text(w, "verdict", report->accepted ? "accepted" : "refused");
	if (!report->accepted) {
		siglet_json_write_text(w, "rule", siglet_rule_name(report->rule));
		siglet_json_write_text(w, "code", siglet_code_name(siglet_err_code(report->err)));
		siglet_json_write_text(w, "message", siglet_err_message(report->err));
	}
	siglet_json_write_string(w, "mediaType", data->media_type);
	siglet_json_write_text(w, "content", data->is_dsse ? "attestation" : "signature");
	siglet_json_write_bool(w, "artifactChecked",
			       report->accepted && !report->policy->statement_only);
	if (report->scheme != 0)
		siglet_json_write_text(w, "scheme", siglet_scheme_name(report->scheme));
	if (report->has_identity) {
		siglet_json_write_begin_object(w, "identity");
		write_identity_members(&report->identity, w);
		siglet_json_write_end_object(w);
	}
	write_statement(report, w);
	write_scitt(report, w);
	write_times(report, w);
	siglet_json_write_begin_array(w, "entries");
	for (size_t i = 0; i < report->entry_count; i++)
		write_entry(report, &report->entries[i], w);
	siglet_json_write_end_array(w);
	write_checks(report, w);
}

static void describe_entries(const siglet_bundle_data *data, siglet_json_writer *w)
{
	siglet_json_write_begin_array(w, "entries");
	for (size_t i = 0; i < data->entry_count; i++) {
		const siglet_entry *entry = &data->entries[i];

		siglet_json_write_begin_object(w, NULL);
		siglet_json_write_string(w, "kind", entry->kind_name);
		siglet_json_write_string(w, "version", entry->kind_version);
		siglet_json_write_int(w, "logIndex", entry->log_index);
		siglet_json_write_hex(w, "logId", entry->log_id);
		if (entry->integrated_time_s != 0)
			siglet_json_write_text(w, "integratedTime",
					       siglet_time_format(entry->integrated_time_s).text);
		siglet_json_write_bool(w, "promise", entry->promise.len > 0);
		siglet_json_write_bool(w, "proof", entry->has_proof);
		if (entry->has_proof) {
			siglet_json_write_int(w, "treeSize", entry->proof_size);
			siglet_json_write_string(w, "checkpoint", entry->checkpoint);
		}
		siglet_json_write_end_object(w);
	}
	siglet_json_write_end_array(w);
}

static void describe_certificate(const siglet_cert *leaf, siglet_json_writer *w)
{
	siglet_identity identity;
	siglet_err *err = siglet_cert_identity(leaf, &identity);

	siglet_json_write_begin_object(w, "certificate");
	siglet_json_write_string(w, "serial", siglet_cert_serial_hex(leaf));
	siglet_json_write_string(w, "issuer", siglet_cert_issuer(leaf));
	siglet_json_write_text(w, "notBefore",
			       siglet_time_format(siglet_cert_not_before_s(leaf)).text);
	siglet_json_write_text(w, "notAfter",
			       siglet_time_format(siglet_cert_not_after_s(leaf)).text);
	siglet_json_write_begin_object(w, "identity");
	if (err == NULL)
		write_identity_members(&identity, w);
	else
		siglet_json_write_text(w, "error", siglet_err_message(err));
	siglet_json_write_end_object(w);
	siglet_json_write_end_object(w);
	siglet_err_free(err);
}

void siglet_bundle_describe_json(const siglet_bundle *bundle, siglet_json_writer *w)
{
	const siglet_bundle_data *data = siglet_bundle_get(bundle);

	siglet_json_write_string(w, "mediaType", data->media_type);
	siglet_json_write_text(w, "content", data->is_dsse ? "attestation" : "signature");
	if (siglet_bundle_leaf(bundle) != NULL)
		describe_certificate(siglet_bundle_leaf(bundle), w);
	else
		siglet_json_write_string(w, "publicKeyHint", data->key_hint);
	if (data->is_dsse)
		siglet_json_write_string(w, "payloadType", data->payload_type);
	if (data->has_digest) {
		siglet_json_write_begin_object(w, "messageDigest");
		siglet_json_write_hex(w, siglet_hash_name(data->digest.hash),
				      siglet_digest_slice(&data->digest));
		siglet_json_write_end_object(w);
	}
	siglet_json_write_base64(w, "signature", data->signature);
	describe_entries(data, w);
	siglet_json_write_int(w, "timestamps", (int64_t)data->timestamp_count);
	if (data->unknown_fields.len > 0)
		siglet_json_write_string(w, "unknownFields", data->unknown_fields);
}
