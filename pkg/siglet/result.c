#include "siglet/siglet.h"

#include <stdlib.h>
#include <string.h>

#include "siglet/siglet_internal.h"

/* What a result says, made once when it is finished, so that its getters can't fail. */

#define MAX_LINE_BYTES 8192
#define MAX_JSON_BYTES (64u << 20)

static const siglet_report *decisive(const siglet_result *result)
{
	return result->count == 0 ? NULL : result->reports[result->decisive];
}

/* Text of a certificate as a C string. A NUL can't be in it: the cert room refuses that. */
static siglet_err *keep_identity(siglet_result *result, const siglet_identity *identity)
{
	siglet_err *err = siglet_strndup(identity->san, &result->identity);

	if (err == NULL)
		err = siglet_strndup(identity->issuer, &result->issuer);
	for (unsigned i = 1; err == NULL && i < SIGLET_FULCIO_COUNT; i++)
		if (identity->has[i])
			err = siglet_strndup(identity->value[i], &result->extensions[i]);
	return err;
}

static siglet_err *keep_statement(siglet_result *result, const siglet_scitt_statement *statement)
{
	siglet_err *err = siglet_strndup(statement->claims.subject, &result->identity);

	return err != NULL ? err : siglet_strndup(statement->claims.issuer, &result->issuer);
}

static siglet_err *keep_kind(siglet_result *result, const siglet_report *report)
{
	const siglet_slice type = siglet_report_predicate_type(report);
	siglet_buf text;
	siglet_err *err;

	siglet_buf_init(&text, MAX_LINE_BYTES);
	if (!siglet_report_is_attestation(report))
		err = siglet_buf_append_str(&text, "signed");
	else
		err = siglet_buf_printf(&text, "attested: %s",
					type.len == 0 ? "(no predicate type)"
						      : siglet_text_printable(type).text);
	if (err == NULL)
		err = siglet_strndup(siglet_buf_slice(&text), &result->kind);
	siglet_buf_clear(&text);
	return err;
}

/* Workflow builds: what ran, on which ref, why, and on whose machine. */
static siglet_err *say_build(const siglet_identity *identity, siglet_buf *out)
{
	static const struct {
		unsigned number;
		const char *before;
	} parts[] = {
		{ SIGLET_FULCIO_SOURCE_REPOSITORY_REF, ", ref " },
		{ SIGLET_FULCIO_BUILD_TRIGGER, ", event " },
		{ SIGLET_FULCIO_RUNNER_ENVIRONMENT, ", runner " },
	};
	siglet_err *err = NULL;

	for (size_t i = 0; err == NULL && i < SIGLET_COUNT(parts); i++)
		if (identity->has[parts[i].number])
			err = siglet_buf_printf(
				out, "%s%s", parts[i].before,
				siglet_text_printable(identity->value[parts[i].number]).text);
	return err;
}

/* Of a statement: who states it, and what it is about. */
static siglet_err *say_statement(const siglet_report *report, siglet_buf *out)
{
	const siglet_scitt_statement *statement = siglet_report_scitt(report);
	const siglet_policy *policy = siglet_report_policy(report);
	siglet_err *err = siglet_buf_append_str(out, " by ");

	if (err == NULL)
		err = siglet_text_print(statement->claims.issuer, out);
	if (err == NULL)
		err = siglet_buf_append_str(out, " (subject ");
	if (err == NULL)
		err = siglet_text_print(statement->claims.subject, out);
	if (err == NULL)
		err = siglet_buf_append_byte(out, ')');
	if (err == NULL && policy->key == NULL && policy->issuer.text == NULL)
		err = siglet_buf_append_str(out, " ANY ISSUER");
	return err;
}

static siglet_err *say_signer(const siglet_report *report, siglet_buf *out)
{
	const siglet_identity *identity = siglet_report_identity(report);
	siglet_err *err;

	if (siglet_report_policy(report)->is_statement)
		return say_statement(report, out);
	if (identity == NULL)
		return siglet_buf_append_str(out, " by the given key");
	err = siglet_buf_append_str(out, " by ");
	if (err == NULL)
		err = siglet_text_print(identity->san, out);
	if (err == NULL)
		err = siglet_buf_append_str(out, " (issuer ");
	if (err == NULL)
		err = siglet_text_print(identity->issuer, out);
	if (err == NULL)
		err = siglet_buf_append_byte(out, ')');
	return err != NULL ? err : say_build(identity, out);
}

static siglet_err *say_services(const siglet_report *report, siglet_buf *out)
{
	const siglet_scitt_findings *findings = siglet_report_receipts(report);
	siglet_err *err = NULL;

	for (size_t i = 0; findings != NULL && err == NULL && i < findings->count; i++) {
		const siglet_scitt_finding *finding = &findings->of[i];
		const siglet_slice issuer = finding->receipt.claims.issuer;

		if (finding->outcome != SIGLET_SCITT_VERIFIED)
			continue;
		err = siglet_buf_append_str(out, ", registered by ");
		if (err == NULL)
			err = issuer.len == 0 ? siglet_buf_append_str(out, "a pinned service")
					      : siglet_text_print(issuer, out);
	}
	return err;
}

static siglet_err *say_time_and_log(const siglet_report *report, siglet_buf *out)
{
	siglet_err *err = NULL;
	bool logged = false;

	if (siglet_report_time_count(report) > 0)
		err = siglet_buf_printf(
			out, ", %s",
			siglet_time_format(siglet_report_time(report, 0)->time_s).text);
	for (size_t i = 0; err == NULL && i < siglet_report_entry_count(report); i++) {
		const siglet_report_entry *entry = siglet_report_entry_at(report, i);

		if (entry->log == NULL)
			continue;
		logged = true;
		err = siglet_buf_printf(out, ", log %s index %lld%s",
					siglet_text_printable(entry->log->name).text,
					(long long)entry->entry->log_index,
					entry->inclusion_proven ? "" : " (inclusion not proven)");
		if (err == NULL && entry->witnessed)
			err = siglet_buf_printf(out, " (%zu witness%s)", entry->witness->cosigned,
						entry->witness->cosigned == 1 ? "" : "es");
	}
	if (err == NULL)
		err = say_services(report, out);
	if (err == NULL && !logged && !siglet_report_policy(report)->is_statement)
		err = siglet_buf_append_str(out, ", in no known log");
	return err;
}

static siglet_err *say_accepted(const siglet_result *result, const siglet_report *report,
				siglet_buf *out)
{
	const siglet_trust *trust = result->trust;
	siglet_err *err = siglet_buf_append_str(out, result->kind);

	if (err == NULL)
		err = say_signer(report, out);
	if (err == NULL)
		err = say_time_and_log(report, out);
	if (err == NULL && siglet_report_policy(report)->statement_only)
		err = siglet_buf_append_str(out, "; NO ARTIFACT CHECKED");
	if (err == NULL && trust != NULL && strcmp(trust->source, "public") != 0)
		err = siglet_buf_printf(
			out, "; trust root: %s",
			siglet_text_printable(siglet_slice_str(trust->source)).text);
	return err;
}

static siglet_err *say_refused(const siglet_result *result, siglet_buf *out)
{
	if (result->count > 1)
		return siglet_buf_printf(out, "refused: %zu of %zu bundles judged: %s: %s",
					 result->count, result->count, siglet_result_rule(result),
					 siglet_result_message(result));
	return siglet_buf_printf(out, "refused: %s: %s", siglet_result_rule(result),
				 siglet_result_message(result));
}

/*
 * A bundle that some other shipped instance issued is refused, with a hint that names it: which
 * root to trust is the user's decision. The way up to the certificate's chain is what tells.
 */
static siglet_err *hint_other_instance(siglet_result *result, const siglet_bundles *bundles,
				       const siglet_verify_input *input,
				       const siglet_policy *policy)
{
	siglet_trust *other = NULL;
	siglet_err *err = NULL;
	siglet_buf text;

	siglet_buf_init(&text, MAX_LINE_BYTES);
	for (size_t i = 0; err == NULL && i < siglet_shipped_count && result->hint == NULL; i++) {
		siglet_report *report = NULL;

		if (result->trust->shipped == &siglet_shipped_roots[i])
			continue;
		err = siglet_trust_shipped(siglet_shipped_roots[i].name, &other);
		if (err == NULL)
			err = siglet_verify(bundles->items[result->decisive], other->root, input,
					    policy, &report);
		if (err == NULL && siglet_report_path(report) != NULL) {
			err = siglet_buf_printf(&text,
						"it was issued by the instance \"%s\"; if you "
						"trust that one, pass --instance %s",
						siglet_shipped_roots[i].name,
						siglet_shipped_roots[i].name);
			if (err == NULL)
				err = siglet_strndup(siglet_buf_slice(&text), &result->hint);
		}
		siglet_report_free(report);
		siglet_trust_free(other);
		other = NULL;
	}
	siglet_buf_clear(&text);
	return err;
}

/* Refusals that another trust root may be behind. */
static bool may_be_other_instance(const siglet_report *report)
{
	const siglet_rule rule = siglet_report_rule(report);

	return siglet_bundle_leaf(siglet_report_bundle(report)) != NULL &&
	       !siglet_report_policy(report)->is_statement &&
	       (rule == SIGLET_RULE_CERT_CHAIN || rule == SIGLET_RULE_CERT_TIME ||
		rule == SIGLET_RULE_TIME_THRESHOLD);
}

static siglet_err *keep_hint(siglet_result *result, const siglet_bundles *bundles,
			     const siglet_verify_input *input, const siglet_policy *policy)
{
	const siglet_report *report = decisive(result);
	const siglet_err *why = report == NULL ? result->unreadable : siglet_report_error(report);
	siglet_err *err = NULL;

	if (report != NULL && result->trust != NULL && result->trust->shipped != NULL &&
	    may_be_other_instance(report))
		err = hint_other_instance(result, bundles, input, policy);
	if (err == NULL && result->hint == NULL && report != NULL && may_be_other_instance(report))
		err = siglet_strndup(
			siglet_slice_str("was it signed in another instance? --instance, "
					 "--trusted-root or --trust-config name one; keys that are "
					 "new come with siglet trust update"),
			&result->hint);
	if (err == NULL && result->hint == NULL && why != NULL && siglet_err_hint_text(why) != NULL)
		err = siglet_strndup(siglet_slice_str(siglet_err_hint_text(why)), &result->hint);
	return err;
}

siglet_err *siglet_result_finish(siglet_result *result, const siglet_bundles *bundles,
				 const siglet_verify_input *input, const siglet_policy *policy)
{
	const siglet_report *report = decisive(result);
	siglet_err *err = NULL;
	siglet_buf line;

	siglet_buf_init(&line, MAX_LINE_BYTES);
	if (report != NULL && siglet_report_identity(report) != NULL)
		err = keep_identity(result, siglet_report_identity(report));
	if (err == NULL && result->accepted && siglet_report_policy(report)->is_statement)
		err = keep_statement(result, siglet_report_scitt(report));
	if (err == NULL && result->accepted)
		err = keep_kind(result, report);
	if (err == NULL && !result->accepted)
		err = keep_hint(result, bundles, input, policy);
	if (err == NULL)
		err = result->accepted ? say_accepted(result, report, &line)
				       : say_refused(result, &line);
	if (err == NULL)
		err = siglet_strndup(siglet_buf_slice(&line), &result->line);
	siglet_buf_clear(&line);
	return err;
}

bool siglet_result_accepted(const siglet_result *result)
{
	return result->accepted;
}

const char *siglet_result_rule(const siglet_result *result)
{
	if (result->accepted)
		return NULL;
	return result->count == 0 ? siglet_rule_name(SIGLET_RULE_BUNDLE)
				  : siglet_rule_name(siglet_report_rule(decisive(result)));
}

const char *siglet_result_message(const siglet_result *result)
{
	if (result->accepted)
		return NULL;
	return siglet_err_message(result->count == 0 ? result->unreadable
						     : siglet_report_error(decisive(result)));
}

const char *siglet_result_hint(const siglet_result *result)
{
	return result->hint;
}

const char *siglet_result_line(const siglet_result *result)
{
	return result->line;
}

const char *siglet_result_kind(const siglet_result *result)
{
	return result->kind;
}

const char *siglet_result_identity(const siglet_result *result)
{
	return result->identity;
}

const char *siglet_result_issuer(const siglet_result *result)
{
	return result->issuer;
}

const char *siglet_result_extension(const siglet_result *result, const char *name)
{
	return result->extensions[siglet_fulcio_find(siglet_slice_str(name))];
}

bool siglet_result_time(const siglet_result *result, int64_t *ret_time_s)
{
	const siglet_report *report = decisive(result);
	int64_t earliest = INT64_MAX;

	if (report == NULL || siglet_report_time_count(report) == 0)
		return false;
	for (size_t i = 0; i < siglet_report_time_count(report); i++)
		if (siglet_report_time(report, i)->time_s < earliest)
			earliest = siglet_report_time(report, i)->time_s;
	*ret_time_s = earliest;
	return true;
}

static void write_trust(const siglet_trust *trust, siglet_json_writer *w)
{
	const siglet_provenance *p = &trust->provenance;

	siglet_json_write_text(w, "trustRoot", trust->source);
	siglet_json_write_text(w, "trustOrigin", p->origin);
	if (p->refreshed_s != 0)
		siglet_json_write_text(w, "trustRefreshed",
				       siglet_time_format(p->refreshed_s).text);
	if (p->expires_s != 0)
		siglet_json_write_text(w, "trustExpires", siglet_time_format(p->expires_s).text);
}

static void write_json(const siglet_result *result, const char *file, siglet_json_writer *w)
{
	siglet_json_write_begin_object(w, NULL);
	if (file != NULL)
		siglet_json_write_text(w, "file", file);
	if (result->trust != NULL)
		write_trust(result->trust, w);
	if (result->kind != NULL)
		siglet_json_write_text(w, "kind", result->kind);
	if (result->count > 0) {
		siglet_report_write(decisive(result), w);
	} else {
		siglet_json_write_text(w, "verdict", "refused");
		siglet_json_write_text(w, "rule", siglet_result_rule(result));
		siglet_json_write_text(w, "code",
				       siglet_code_name(siglet_err_code(result->unreadable)));
		siglet_json_write_text(w, "message", siglet_result_message(result));
	}
	if (result->hint != NULL)
		siglet_json_write_text(w, "hint", result->hint);
	siglet_json_write_end_object(w);
}

siglet_error *siglet_result_json(const siglet_result *result, const char *file, char **ret_json)
{
	siglet_json_writer w;
	siglet_buf out;
	siglet_err *err;

	siglet_buf_init(&out, MAX_JSON_BYTES);
	siglet_json_writer_init(&w, &out, 0);
	write_json(result, file, &w);
	err = siglet_json_writer_finish(&w);
	if (err == NULL)
		err = siglet_strndup(siglet_buf_slice(&out), ret_json);
	siglet_buf_clear(&out);
	return err;
}

/* Whose word counted, and how old it is. */
static siglet_err *explain_trust(const siglet_trust *trust, siglet_buf *out)
{
	const siglet_provenance *p = &trust->provenance;
	siglet_err *err =
		siglet_buf_printf(out, "Trust root\n  %s, %s",
				  siglet_text_printable(siglet_slice_str(trust->source)).text,
				  p->origin);

	if (err == NULL && p->refreshed_s != 0)
		err = siglet_buf_printf(out, ", of %s", siglet_time_format(p->refreshed_s).text);
	if (err == NULL && p->expires_s != 0)
		err = siglet_buf_printf(out, ", expires %s", siglet_time_format(p->expires_s).text);
	return err == NULL ? siglet_buf_append_str(out, "\n\n") : err;
}

siglet_error *siglet_result_explain(const siglet_result *result, char **ret_text)
{
	siglet_buf out;
	siglet_err *err = NULL;

	siglet_buf_init(&out, MAX_JSON_BYTES);
	if (result->trust != NULL)
		err = explain_trust(result->trust, &out);
	if (err == NULL && result->count == 0)
		err = siglet_buf_printf(&out, "Checks\n  FAILED       bundle: %s\n",
					siglet_result_message(result));
	for (size_t i = 0; err == NULL && i < result->count; i++) {
		if (result->count > 1)
			err = siglet_buf_printf(&out, "%sBundle %zu\n", i > 0 ? "\n" : "", i + 1);
		if (err == NULL)
			err = siglet_report_explain(result->reports[i], &out);
	}
	if (err == NULL)
		err = siglet_strndup(siglet_buf_slice(&out), ret_text);
	siglet_buf_clear(&out);
	return err;
}

siglet_error *siglet_result_predicate(const siglet_result *result, char **ret_json, size_t *ret_len)
{
	siglet_buf out;
	siglet_err *err;

	if (!result->accepted)
		return siglet_err_new(SIGLET_E_USAGE, "the predicate of what was refused");
	siglet_buf_init(&out, (size_t)2 * SIGLET_MAX_BUNDLE_BYTES);
	err = siglet_report_predicate(decisive(result), &out);
	if (err == NULL)
		err = siglet_strndup(siglet_buf_slice(&out), ret_json);
	if (err == NULL)
		*ret_len = out.len;
	siglet_buf_clear(&out);
	return err;
}

void siglet_result_free(siglet_result *result)
{
	if (result == NULL)
		return;
	for (size_t i = 0; i < result->count; i++)
		siglet_report_free(result->reports[i]);
	free(result->reports);
	siglet_err_free(result->unreadable);
	free(result->line);
	free(result->kind);
	free(result->identity);
	free(result->issuer);
	free(result->hint);
	for (size_t i = 0; i < SIGLET_FULCIO_COUNT; i++)
		free(result->extensions[i]);
	siglet_artifact_free(result->owned_artifact);
	siglet_bundles_free(result->owned_bundles);
	free(result);
}
