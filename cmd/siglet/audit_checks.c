#include "audit.h"

#include <string.h>
#include <unistd.h>

#define MAX_SHOWN_BYTES ((size_t)64 << 20)

/* What each check of siglet audit asks the library, and what it does with the answer. */

siglet_err *audit_consistency(audit_run *run)
{
	return siglet_audit_check_consistency(run->auditor, audit_tell, run);
}

siglet_err *audit_evidence(audit_run *run)
{
	siglet_err *err = NULL;

	for (size_t i = 1; err == NULL && i < run->arguments->operand_count; i++)
		err = siglet_audit_check_evidence(run->auditor, run->arguments->operands[i],
						  audit_tell, run);
	return err;
}

/* ---- entries ---- */

static siglet_audit_entry entry_of(const audit_run *run)
{
	return (siglet_audit_entry) {
		.index = cli_value(run->arguments, CLI_INDEX),
		.uuid = cli_value(run->arguments, CLI_UUID),
		.leaf_hash = cli_value(run->arguments, CLI_LEAF_HASH),
	};
}

static bool names_entry(const siglet_audit_entry *entry)
{
	return entry->index != NULL || entry->uuid != NULL || entry->leaf_hash != NULL;
}

siglet_err *audit_inclusion(audit_run *run)
{
	const siglet_audit_entry entry = entry_of(run);
	const size_t bundles = run->arguments->operand_count - 1;

	if (names_entry(&entry) && bundles > 0)
		return siglet_err_new(SIGLET_E_USAGE, "name bundles or an entry, not both");
	if (names_entry(&entry))
		return siglet_audit_find_entry(run->auditor, &entry, audit_tell, run);
	if (bundles == 0)
		return siglet_err_new(SIGLET_E_USAGE, "name at least one bundle, or an entry with "
						      "--index, --uuid or --leaf-hash");
	return siglet_audit_check_inclusion(run->auditor, run->arguments->operands + 1, bundles,
					    audit_tell, run);
}

/* ---- get ---- */

/* As it is; but a terminal is shown nothing that would do something to it, unless -o - asks for that. */
static siglet_err *print_entry(siglet_slice entry, bool is_asked_for)
{
	siglet_buf text;
	siglet_err *err;

	if (is_asked_for || !siglet_sys_is_terminal(STDOUT_FILENO)) {
		(void)fwrite(entry.ptr, 1, entry.len, stdout);
		return NULL;
	}
	siglet_buf_init(&text, MAX_SHOWN_BYTES);
	err = siglet_text_print(entry, &text);
	if (err == NULL)
		(void)printf("%s\n", siglet_buf_text(&text));
	siglet_buf_clear(&text);
	return err;
}

/* Where the entry goes to standard output, what is said of it does not. */
static void tell_entry(void *context, const siglet_audit_report *report)
{
	audit_run *run = context;
	const char *path = cli_value(run->arguments, CLI_OUTPUT);
	const bool is_file = path != NULL && strcmp(path, "-") != 0;
	const void *bytes = NULL;
	size_t len = 0;
	char *text = NULL;
	siglet_err *err = NULL;

	if (siglet_audit_report_entry(report, &bytes, &len) && is_file)
		err = cli_write_file(path, siglet_slice_of(bytes, len), siglet_sys_new_file_mode(),
				     true);
	if (err != NULL) {
		run->err = err;
		return;
	}
	if (run->style.json || is_file) {
		audit_tell(run, report);
		return;
	}
	run->status = cli_worst(run->status, siglet_audit_report_status(report));
	if (bytes != NULL)
		run->err = print_entry(siglet_slice_of(bytes, len), path != NULL);
	else
		run->err = siglet_audit_report_describe(report, &text);
	if (text != NULL)
		(void)fprintf(stderr, "%s\n", text);
	siglet_string_free(text);
}

siglet_err *audit_get(audit_run *run)
{
	const siglet_audit_entry entry = entry_of(run);

	if (!names_entry(&entry))
		return siglet_err_new(SIGLET_E_USAGE, "get needs --index or --uuid");
	return siglet_audit_get_entry(run->auditor, &entry, tell_entry, run);
}

/* ---- other views ---- */

siglet_err *audit_compare(audit_run *run)
{
	const size_t files = run->arguments->operand_count - 1;
	const bool witnesses = cli_has(run->arguments, CLI_WITNESSES);
	siglet_err *err = NULL;

	if (files == 0 && !witnesses)
		return siglet_err_new(SIGLET_E_USAGE,
				      "name at least one checkpoint or bundle, or --witnesses");
	if (witnesses && !cli_has(run->arguments, CLI_WITNESS_POLICY))
		return siglet_err_new(SIGLET_E_USAGE, "--witnesses needs --witness-policy");
	if (witnesses && cli_has(run->arguments, CLI_OFFLINE))
		return siglet_err_new(SIGLET_E_USAGE, "--witnesses can't be asked with --offline");
	if (files > 0)
		err = siglet_audit_compare_files(run->auditor, run->arguments->operands + 1, files,
						 audit_tell, run);
	if (err == NULL && witnesses)
		err = siglet_audit_compare_witnesses(run->auditor, audit_tell, run);
	return err;
}

siglet_err *audit_sample(audit_run *run)
{
	const char *count = cli_value(run->arguments, CLI_COUNT);

	if (count == NULL)
		return siglet_err_new(SIGLET_E_USAGE, "sample needs --n, how many entries");
	return siglet_audit_check_sample(run->auditor, count, cli_value(run->arguments, CLI_SEED),
					 audit_tell, run);
}

siglet_err *audit_status(audit_run *run)
{
	siglet_err *err = siglet_audit_show_state(run->auditor, audit_tell, run);

	if (err == NULL && run->told == 0 && !run->style.json && !run->style.quiet)
		(void)printf("nothing is remembered of any log\n");
	return err;
}
