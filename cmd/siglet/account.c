#include "account.h"

#include <string.h>

/* When, who, which digest, where, and with what outcome: for whoever answers for it later. */

/* Nothing must go without its line for having long names: 1024 paths, each byte an escape. */
#define MAX_LINE_BYTES ((size_t)32 << 20)
#define MAX_REPORT_BYTES ((size_t)256 << 20)
#define SYSLOG "syslog:"

const char *account_log(const cli_arguments *arguments)
{
	return cli_value(arguments, CLI_AUDIT_LOG);
}

bool account_is_syslog(const char *log)
{
	return log != NULL && strcmp(log, SYSLOG) == 0;
}

/* ---- before anything is done ---- */

static siglet_err *check_place(const cli_arguments *arguments, const char *log)
{
	const char *other = NULL;

	for (size_t i = 0; other == NULL && i < arguments->operand_count; i++)
		if (siglet_sys_is_same_file(log, arguments->operands[i]) ||
		    siglet_sys_is_same_place(log, arguments->operands[i]))
			other = "a file that is named";
	for (size_t i = 0; other == NULL && i < arguments->given_count; i++) {
		const cli_given *given = &arguments->given[i];

		if (given->value != NULL && given->option->id != CLI_AUDIT_LOG &&
		    (siglet_sys_is_same_file(log, given->value) ||
		     siglet_sys_is_same_place(log, given->value)))
			other = "named by another option";
	}
	return other == NULL
		       ? NULL
		       : siglet_err_new(SIGLET_E_USAGE, "--audit-log %s: it is %s",
					siglet_text_printable(siglet_slice_str(log)).text, other);
}

siglet_err *account_check(const cli_arguments *arguments)
{
	const char *log = account_log(arguments);
	siglet_err *err;

	if (log == NULL || account_is_syslog(log))
		return NULL;
	err = check_place(arguments, log);
	return err == NULL ? siglet_sys_append_line(log, SIGLET_SLICE_NONE) : err;
}

/* ---- a line ---- */

static void write_member(siglet_json_writer *w, const char *name, siglet_slice value)
{
	if (value.len > 0)
		siglet_json_write_string(w, name, value);
}

static void write_subjects(siglet_json_writer *w, const account *line)
{
	if (line->count < 2)
		return;
	siglet_json_write_begin_array(w, "subjects");
	for (size_t i = 0; i < line->count; i++) {
		siglet_json_write_begin_object(w, NULL);
		siglet_json_write_text(w, "file", line->names[i]);
		siglet_json_write_text(w, "digest", line->digests[i]);
		siglet_json_write_end_object(w);
	}
	siglet_json_write_end_array(w);
}

static void write_log(siglet_json_writer *w, const account *line)
{
	write_member(w, "log", line->log);
	if (line->log_index >= 0)
		siglet_json_write_int(w, "logIndex", line->log_index);
	write_member(w, "logId", line->log_id);
	write_member(w, "leaf", line->leaf);
}

/* Members that were always there come first, as they were. */
static siglet_err *write_line(const account *line, siglet_buf *out)
{
	const int64_t time_s = line->time_s != 0 ? line->time_s : siglet_sys_now_s();
	siglet_json_writer w;

	siglet_json_writer_init(&w, out, 0);
	siglet_json_write_begin_object(&w, NULL);
	siglet_json_write_text(&w, "time", siglet_time_format(time_s).text);
	write_member(&w, "file", line->file);
	write_member(&w, "digest", line->digest);
	write_subjects(&w, line);
	write_member(&w, "type", line->type);
	write_member(&w, "bundle", line->bundle);
	write_member(&w, "identity", line->identity);
	write_member(&w, "issuer", line->issuer);
	write_member(&w, "keyId", line->key_id);
	write_log(&w, line);
	siglet_json_write_int(&w, "schema", ACCOUNT_SCHEMA);
	siglet_json_write_text(&w, "action", line->action);
	siglet_json_write_text(&w, "verdict", line->verdict);
	if (line->is_claimed)
		siglet_json_write_bool(&w, "verified", false);
	write_member(&w, "format", line->format);
	write_member(&w, "trustRoot", line->trust_root);
	write_member(&w, "manifest", line->manifest);
	write_member(&w, "url", line->url);
	write_member(&w, "bundleUrl", line->bundle_url);
	write_member(&w, "checked", line->checked);
	write_member(&w, "rule", line->rule);
	write_member(&w, "code", line->code);
	write_member(&w, "message", line->message);
	siglet_json_write_end_object(&w);
	return siglet_json_writer_finish(&w);
}

static bool is_bad(const account *line)
{
	return strcmp(line->verdict, "refused") == 0 || strcmp(line->verdict, "error") == 0;
}

siglet_err *account_add(const cli_arguments *arguments, const account *line)
{
	const char *log = account_log(arguments);
	siglet_buf out;
	siglet_err *err;

	if (log == NULL)
		return NULL;
	siglet_buf_init(&out, MAX_LINE_BYTES);
	err = write_line(line, &out);
	if (err == NULL && account_is_syslog(log))
		err = siglet_sys_write_syslog(arguments->syslog, is_bad(line),
					      siglet_buf_slice(&out));
	else if (err == NULL) {
		err = siglet_buf_append_byte(&out, '\n');
		if (err == NULL)
			err = siglet_sys_append_line(log, siglet_buf_slice(&out));
	}
	siglet_buf_clear(&out);
	return err == NULL ? NULL : siglet_err_wrap(err, "--audit-log");
}

/* ---- what came of a verification ---- */

static siglet_slice member(const siglet_json *object, const char *name)
{
	return siglet_json_string(siglet_json_object_get(object, name));
}

/* The first entry that is proven, or else the first of a log that is known. */
static const siglet_json *find_entry(const siglet_json *report)
{
	const siglet_json *entries = siglet_json_object_get(report, "entries");
	const size_t count = siglet_json_kind_of(entries) == SIGLET_JSON_ARRAY
				     ? siglet_json_array_count(entries)
				     : 0;
	const siglet_json *found = NULL;

	for (size_t i = 0; i < count; i++) {
		const siglet_json *entry = siglet_json_array_item(entries, i);

		if (member(entry, "leafHash").len > 0)
			return entry;
		if (found == NULL && member(entry, "log").len > 0)
			found = entry;
	}
	return found;
}

static void take_entry(const siglet_json *report, account *line)
{
	const siglet_json *entry = find_entry(report);
	siglet_err *err;

	if (entry == NULL)
		return;
	line->log = member(entry, "log");
	line->log_id = member(entry, "logId");
	line->leaf = member(entry, "leafHash");
	err = siglet_json_need_int64(entry, "logIndex", &line->log_index);
	siglet_err_free(err);
}

#define ATTESTED "attested: "

static void take_report(const siglet_json *report, account *line)
{
	const siglet_json *identity = siglet_json_object_get(report, "identity");
	const siglet_slice kind = member(report, "kind");
	const size_t prefix = sizeof(ATTESTED) - 1;

	if (siglet_slice_has_prefix(kind, ATTESTED))
		line->type = siglet_slice_of(kind.ptr + prefix, kind.len - prefix);
	if (siglet_slice_has_prefix(member(report, "mediaType"), "application/cose"))
		line->format = siglet_slice_str("cose");
	if (siglet_json_kind_of(identity) == SIGLET_JSON_OBJECT) {
		line->identity = member(identity, "san");
		line->issuer = member(identity, "issuer");
	}
	line->trust_root = member(report, "trustRoot");
	line->rule = member(report, "rule");
	line->code = member(report, "code");
	line->message = member(report, "message");
	take_entry(report, line);
}

/* The report is the one place that knows; the line says the same in fewer words. */
static siglet_err *add_result(const cli_arguments *arguments, account *line,
			      const siglet_result *result)
{
	siglet_json_doc *doc = NULL;
	char *json = NULL;
	siglet_err *err = siglet_result_json(result, "", &json);

	if (err == NULL)
		err = siglet_json_parse(siglet_slice_str(json), MAX_REPORT_BYTES, &doc);
	if (err == NULL) {
		take_report(siglet_json_root(doc), line);
		line->verdict = siglet_result_accepted(result) ? "accepted" : "refused";
		err = account_add(arguments, line);
	}
	siglet_json_doc_free(doc);
	siglet_string_free(json);
	return err;
}

void account_take_claims(const siglet_json_doc *doc, account *line)
{
	const siglet_json *bundle =
		siglet_json_array_item(siglet_json_object_get(siglet_json_root(doc), "bundles"), 0);
	const siglet_json *certificate = siglet_json_object_get(bundle, "certificate");
	const siglet_json *identity = siglet_json_object_get(certificate, "identity");
	const siglet_json *entry =
		siglet_json_array_item(siglet_json_object_get(bundle, "entries"), 0);
	siglet_err *err = siglet_json_need_int64(entry, "logIndex", &line->log_index);

	if (err != NULL)
		line->log_index = -1;
	siglet_err_free(err);
	line->identity = member(identity, "san");
	line->issuer = member(identity, "issuer");
	line->is_claimed = true;
}

siglet_err *account_outcome(const cli_arguments *arguments, account *line, siglet_err *err)
{
	siglet_err *unwritten;

	if (err == NULL)
		return account_add(arguments, line);
	line->verdict = siglet_error_status(err) == SIGLET_STATUS_REFUSED ? "refused" : "error";
	line->code = siglet_slice_str(siglet_code_name(siglet_err_code(err)));
	line->message = siglet_slice_str(siglet_err_message(err));
	unwritten = account_add(arguments, line);
	/* It failed in any case; why it did is told, and that this could not be kept is told with it. */
	if (unwritten != NULL)
		err = siglet_err_wrap(err, "not written to the audit log (%s)",
				      siglet_err_message(unwritten));
	siglet_err_free(unwritten);
	return err;
}

siglet_err *account_verdict(const cli_arguments *arguments, const account_context *context,
			    const siglet_result *result, siglet_err *err)
{
	account line = {
		.action = context->action,
		.file = siglet_slice_str(context->file),
		.digest = siglet_slice_str(context->digest),
		.bundle = siglet_slice_str(context->bundle),
		.url = siglet_slice_str(context->url),
		.log_index = -1,
	};

	if (account_log(arguments) == NULL)
		return err;
	return err == NULL ? add_result(arguments, &line, result)
			   : account_outcome(arguments, &line, err);
}
