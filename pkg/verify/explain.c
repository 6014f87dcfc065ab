#include "verify/verify_internal.h"

#include <stdio.h>
#include <string.h>

/* The report for people: every check, then the way from the entry's hash up to the root that is signed. */

#define MAX_DRAWN_STEPS SIGLET_MERKLE_MAX_PROOF

static const char *mark(siglet_outcome outcome)
{
	switch (outcome) {
	case SIGLET_OUTCOME_FAILED:
		return "FAILED";
	case SIGLET_OUTCOME_PASSED:
		return "ok";
	case SIGLET_OUTCOME_NOT_CHECKED:
		return "not checked";
	case SIGLET_OUTCOME_NOT_NEEDED:
		return "not needed";
	}
	return "FAILED";
}

static siglet_err *explain_checks(const siglet_report *report, siglet_buf *out)
{
	siglet_err *err = siglet_buf_append_str(out, "Checks\n");

	for (size_t i = 0; err == NULL && i < report->check_count; i++) {
		const siglet_check *check = &report->checks[i];
		char item[16] = "";

		if (check->item >= 0)
			(void)snprintf(item, sizeof(item), "[%d]", check->item);
		err = siglet_buf_printf(out, "  %-11s  %s%s: %s\n", mark(check->outcome),
					siglet_rule_name(check->rule), item, check->detail);
	}
	return err;
}

static siglet_err *explain_path(const siglet_report *report, siglet_buf *out)
{
	siglet_err *err;

	if (!report->has_path)
		return NULL;
	err = siglet_buf_append_str(out, "\nCertificate path\n");
	for (size_t i = 0; err == NULL && i < report->path.count; i++) {
		const siglet_cert *cert = report->path.certs[i];
		const siglet_slice subject = siglet_cert_subject(cert);

		err = siglet_buf_printf(out, "  %s%s  valid %s to %s\n", i == 0 ? "" : "issued by ",
					subject.len == 0 ? "(the leaf has no name but its identity)"
							 : siglet_text_printable(subject).text,
					siglet_time_format(siglet_cert_not_before_s(cert)).text,
					siglet_time_format(siglet_cert_not_after_s(cert)).text);
	}
	return err;
}

static siglet_err *explain_extensions(const siglet_identity *identity, siglet_buf *out)
{
	siglet_err *err = NULL;

	for (unsigned i = 1; err == NULL && i < SIGLET_FULCIO_COUNT; i++)
		if (identity->has[i] && siglet_fulcio_name(i) != NULL)
			err = siglet_buf_printf(out, "  %s: %s\n", siglet_fulcio_name(i),
						siglet_text_printable(identity->value[i]).text);
	for (size_t i = 0; err == NULL && i < identity->other_count; i++)
		err = siglet_buf_printf(out, "  %s: %s\n", identity->other[i].oid,
					siglet_text_printable(identity->other[i].value).text);
	return err;
}

static siglet_err *explain_identity(const siglet_identity *identity, siglet_buf *out)
{
	siglet_err *err = siglet_buf_printf(out, "\nIdentity\n  %s: %s\n  issuer: %s\n",
					    siglet_san_type_name(identity->san_type),
					    siglet_text_printable(identity->san).text,
					    siglet_text_printable(identity->issuer).text);

	return err != NULL ? err : explain_extensions(identity, out);
}

static siglet_err *append_hash(const char *before, const siglet_hash32 *hash, const char *after,
			       siglet_buf *out)
{
	siglet_err *err = siglet_buf_append_str(out, before);

	if (err == NULL)
		err = siglet_hex_encode(siglet_hash32_slice(hash), out);
	return err != NULL ? err : siglet_buf_append_str(out, after);
}

/* leaf, each sibling with the side it stands on, and the hash that both make: up to the root. */
static siglet_err *draw_steps(const siglet_report_entry *record, siglet_buf *out)
{
	const siglet_entry *entry = record->entry;
	const siglet_merkle_proof proof = { (uint64_t)entry->proof_index,
					    record->inclusion.checkpoint.size, entry->proof_nodes,
					    entry->proof_count };
	siglet_merkle_step steps[MAX_DRAWN_STEPS];
	siglet_err *err;

	if (entry->proof_count > MAX_DRAWN_STEPS)
		return siglet_err_new(SIGLET_E_LIMIT, "a proof of %zu hashes", entry->proof_count);
	err = siglet_merkle_trace(&proof, &record->inclusion.leaf, steps);
	for (size_t i = 0; err == NULL && i < entry->proof_count; i++) {
		err = append_hash(steps[i].sibling_left ? "    with left  " : "    with right ",
				  &steps[i].sibling, "\n", out);
		if (err == NULL)
			err = append_hash("  = ", &steps[i].result, "\n", out);
	}
	return err;
}

static const char *describe_line(const siglet_report *report, const siglet_report_entry *record,
				 const siglet_note_signature *line)
{
	size_t which = 0;

	if (record->log != NULL &&
	    memcmp(line->id, record->log->checkpoint_id, sizeof(line->id)) == 0)
		return "verified";
	if (record->witness != NULL &&
	    siglet_witness_policy_find(report->policy->witnesses, line, &which) &&
	    record->witness->states[which] == SIGLET_WITNESS_COSIGNED)
		return "verified, a witness";
	return "not checked";
}

static siglet_err *explain_entry(const siglet_report *report, const siglet_report_entry *record,
				 size_t index, siglet_buf *out)
{
	const siglet_checkpoint *checkpoint = &record->inclusion.checkpoint;
	siglet_err *err = siglet_buf_printf(out, "\nLog entry [%zu]: %s %s, index %lld\n", index,
					    siglet_text_printable(record->entry->kind_name).text,
					    siglet_text_printable(record->entry->kind_version).text,
					    (long long)record->entry->log_index);

	if (err != NULL || !record->inclusion_proven)
		return err != NULL ? err : siglet_buf_append_str(out, "  inclusion not proven\n");
	err = append_hash("  leaf ", &record->inclusion.leaf, "\n", out);
	if (err == NULL)
		err = draw_steps(record, out);
	if (err == NULL)
		err = append_hash("  root ", &checkpoint->root, "\n", out);
	if (err == NULL)
		err = siglet_buf_printf(out, "  checkpoint \"%s\", %llu entries, signed by %s\n",
					siglet_text_printable(checkpoint->origin).text,
					(unsigned long long)checkpoint->size,
					siglet_text_printable(record->log->base_url).text);
	for (size_t i = 0; err == NULL && i < record->inclusion.note.count; i++) {
		const siglet_note_signature *line = &record->inclusion.note.signatures[i];
		const char *state = describe_line(report, record, line);

		err = siglet_buf_printf(out, "  signature line %s: %s\n",
					siglet_text_printable(line->name).text, state);
	}
	return err;
}

siglet_err *siglet_report_explain(const siglet_report *report, siglet_buf *ret_text)
{
	siglet_err *err = explain_checks(report, ret_text);

	if (err == NULL && report->has_identity)
		err = explain_identity(&report->identity, ret_text);
	if (err == NULL)
		err = explain_path(report, ret_text);
	for (size_t i = 0; err == NULL && i < report->entry_count; i++)
		err = explain_entry(report, &report->entries[i], i, ret_text);
	return err;
}
