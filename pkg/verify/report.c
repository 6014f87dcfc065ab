#include "verify/verify.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/verify_internal.h"

#define MAX_DETAIL_BYTES 4096

const char *siglet_rule_name(siglet_rule rule)
{
	static const char *const names[SIGLET_RULE_COUNT] = {
		[SIGLET_RULE_POLICY] = "policy",
		[SIGLET_RULE_BUNDLE] = "bundle",
		[SIGLET_RULE_MATERIAL] = "material",
		[SIGLET_RULE_TIMESTAMP] = "time.timestamp",
		[SIGLET_RULE_PROMISE] = "log.promise",
		[SIGLET_RULE_TIME_THRESHOLD] = "time.threshold",
		[SIGLET_RULE_CERT_SIGNER] = "certificate.signer",
		[SIGLET_RULE_CERT_CHAIN] = "certificate.chain",
		[SIGLET_RULE_CERT_TIME] = "certificate.time",
		[SIGLET_RULE_SCT] = "certificate.sct",
		[SIGLET_RULE_SCT_THRESHOLD] = "certificate.sct-threshold",
		[SIGLET_RULE_ENTRY] = "log.entry",
		[SIGLET_RULE_CHECKPOINT] = "log.checkpoint",
		[SIGLET_RULE_INCLUSION] = "log.inclusion",
		[SIGLET_RULE_INTEGRATED_TIME] = "log.integrated-time",
		[SIGLET_RULE_TLOG_THRESHOLD] = "log.threshold",
		[SIGLET_RULE_WITNESS] = "log.witness",
		[SIGLET_RULE_ARTIFACT] = "artifact",
		[SIGLET_RULE_SIGNATURE] = "signature",
		[SIGLET_RULE_DIGEST] = "digest",
		[SIGLET_RULE_STATEMENT] = "statement",
		[SIGLET_RULE_SUBJECT] = "statement.subject",
		[SIGLET_RULE_TYPE] = "statement.type",
		[SIGLET_RULE_KEY_WINDOW] = "key.window",
		[SIGLET_RULE_IDENTITY] = "identity.san",
		[SIGLET_RULE_ISSUER] = "identity.issuer",
		[SIGLET_RULE_REPOSITORY] = "identity.repository",
		[SIGLET_RULE_WORKFLOW] = "identity.workflow",
		[SIGLET_RULE_REF] = "identity.ref",
		[SIGLET_RULE_EXTENSION] = "identity.extension",
		[SIGLET_RULE_SIGNED_AFTER] = "time.signed-after",
		[SIGLET_RULE_SCITT_STATEMENT] = "scitt.statement",
		[SIGLET_RULE_RECEIPT] = "scitt.receipt",
		[SIGLET_RULE_RECEIPT_COUNT] = "scitt.threshold",
		[SIGLET_RULE_SCITT_ISSUER] = "scitt.issuer",
		[SIGLET_RULE_SCITT_SUBJECT] = "scitt.subject",
	};

	return rule < SIGLET_RULE_COUNT ? names[rule] : "unknown";
}

static siglet_err *add_check(siglet_report *report, siglet_check check)
{
	if (report->check_count == report->check_room) {
		const size_t room = report->check_room == 0 ? 32 : report->check_room * 2;
		siglet_check *checks = realloc(report->checks, room * sizeof(*checks));

		if (checks == NULL)
			return siglet_err_nomem();
		report->checks = checks;
		report->check_room = room;
	}
	report->checks[report->check_count++] = check;
	return NULL;
}

static siglet_err *note_text(siglet_report *report, siglet_rule rule, int item,
			     siglet_outcome outcome, const char *detail)
{
	siglet_check check = { .rule = rule, .outcome = outcome, .item = item };
	siglet_err *err = siglet_strndup(siglet_slice_str(detail), &check.detail);

	if (err != NULL)
		return err;
	err = add_check(report, check);
	if (err != NULL)
		free(check.detail);
	return err;
}

siglet_err *siglet_verify_note(verification *v, siglet_rule rule, int item, siglet_outcome outcome,
			       const char *format, ...)
{
	char detail[MAX_DETAIL_BYTES];
	va_list args;

	va_start(args, format);
	const int len = vsnprintf(detail, sizeof(detail), format, args);
	va_end(args);
	if (len < 0)
		return siglet_err_new(SIGLET_E_INTERNAL, "a check could not be described");
	return note_text(v->report, rule, item, outcome, detail);
}

siglet_err *siglet_verify_fail(verification *v, siglet_rule rule, int item, siglet_err *err)
{
	siglet_err *nomem =
		note_text(v->report, rule, item, SIGLET_OUTCOME_FAILED, siglet_err_message(err));

	v->report->rule = rule;
	if (nomem == NULL)
		return err;
	siglet_err_free(err);
	return nomem;
}

bool siglet_report_accepted(const siglet_report *report)
{
	return report->accepted;
}

siglet_rule siglet_report_rule(const siglet_report *report)
{
	return report->rule;
}

const siglet_err *siglet_report_error(const siglet_report *report)
{
	return report->err;
}

size_t siglet_report_check_count(const siglet_report *report)
{
	return report->check_count;
}

const siglet_check *siglet_report_check(const siglet_report *report, size_t index)
{
	return &report->checks[index];
}

size_t siglet_report_time_count(const siglet_report *report)
{
	return report->time_count;
}

const siglet_verified_time *siglet_report_time(const siglet_report *report, size_t index)
{
	return &report->times[index];
}

size_t siglet_report_entry_count(const siglet_report *report)
{
	return report->entry_count;
}

const siglet_report_entry *siglet_report_entry_at(const siglet_report *report, size_t index)
{
	return &report->entries[index];
}

const siglet_identity *siglet_report_identity(const siglet_report *report)
{
	return report->has_identity ? &report->identity : NULL;
}

const siglet_path *siglet_report_path(const siglet_report *report)
{
	return report->has_path ? &report->path : NULL;
}

const siglet_policy *siglet_report_policy(const siglet_report *report)
{
	return report->policy;
}

const siglet_bundle *siglet_report_bundle(const siglet_report *report)
{
	return report->bundle;
}

bool siglet_report_is_attestation(const siglet_report *report)
{
	return siglet_bundle_get(report->bundle)->is_dsse;
}

siglet_slice siglet_report_predicate_type(const siglet_report *report)
{
	return report->statement == NULL ? SIGLET_SLICE_NONE
					 : siglet_statement_predicate_type(report->statement);
}

const siglet_scitt_statement *siglet_report_scitt(const siglet_report *report)
{
	return report->scitt == NULL || report->scitt->doc == NULL ? NULL
								   : &report->scitt->statement;
}

const siglet_scitt_findings *siglet_report_receipts(const siglet_report *report)
{
	return siglet_report_scitt(report) == NULL ? NULL : &report->scitt->findings;
}

siglet_scheme siglet_report_scheme(const siglet_report *report)
{
	return report->scheme;
}

siglet_err *siglet_report_predicate(const siglet_report *report, siglet_buf *ret_json)
{
	if (!report->accepted)
		return siglet_err_new(SIGLET_E_USAGE, "the predicate of what was refused");
	if (report->statement == NULL)
		return siglet_err_new(SIGLET_E_MISSING, "it is no in-toto statement");
	return siglet_statement_predicate(report->statement, ret_json);
}

void siglet_report_free(siglet_report *report)
{
	if (report == NULL)
		return;
	for (size_t i = 0; i < report->check_count; i++)
		free(report->checks[i].detail);
	free(report->checks);
	siglet_statement_free(report->statement);
	if (report->scitt != NULL) {
		siglet_scitt_findings_clear(&report->scitt->findings);
		siglet_cbor_doc_free(report->scitt->doc);
		free(report->scitt);
	}
	siglet_arena_clear(&report->arena);
	siglet_err_free(report->err);
	free(report);
}
