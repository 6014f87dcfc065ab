#include "audit.h"

#include <string.h>
#include <unistd.h>

/* siglet audit: does the transparency log tell everybody the same, and who used my identity? */

#define MAX_POLICY_BYTES ((size_t)1 << 20)

/* ---- the set-up ---- */

static const struct {
	cli_id id;
	siglet_auditor_option what;
	const char *name;
} plain[] = {
	{ CLI_STATE, SIGLET_AUDITOR_STATE, "--state" },
	{ CLI_FROM, SIGLET_AUDITOR_FROM, "--from" },
	{ CLI_LOG, SIGLET_AUDITOR_LOG, "--log" },
	{ CLI_LOG_KEY, SIGLET_AUDITOR_LOG_KEY, "--log-key" },
	{ CLI_WITNESS_THRESHOLD, SIGLET_AUDITOR_WITNESS_THRESHOLD, "--witness-threshold" },
	{ CLI_JOBS, SIGLET_AUDITOR_JOBS, "--jobs" },
	{ CLI_RATE, SIGLET_AUDITOR_RATE, "--rate" },
	{ CLI_CONTACT, SIGLET_AUDITOR_CONTACT, "--contact" },
	{ CLI_TIMEOUT, SIGLET_AUDITOR_TIMEOUT, "--timeout" },
	{ CLI_RANGE, SIGLET_AUDITOR_RANGE, "--range" },
	{ CLI_CHECKPOINT, SIGLET_AUDITOR_CHECKPOINT, "--checkpoint" },
	{ CLI_PART, SIGLET_AUDITOR_PART, "--part" },
	{ CLI_MIRROR, SIGLET_AUDITOR_MIRROR, "--mirror" },
};

static siglet_err *set_file(audit_run *run, cli_id id, siglet_auditor_option what)
{
	const char *path = cli_value(run->arguments, id);
	siglet_buf text;
	siglet_err *err;

	if (path == NULL)
		return NULL;
	siglet_buf_init(&text, MAX_POLICY_BYTES);
	err = siglet_sys_read_file(path, &text);
	if (err == NULL) {
		err = siglet_auditor_set(run->auditor, what, siglet_buf_text(&text));
		if (err != NULL)
			err = siglet_err_wrap(err, "%s",
					      siglet_text_printable(siglet_slice_str(path)).text);
	}
	siglet_buf_clear(&text);
	return err;
}

/* "90", "90s", "15m", "24h", "7d" in seconds. */
static siglet_err *set_max_age(audit_run *run)
{
	const char *value = cli_value(run->arguments, CLI_MAX_AGE);
	unsigned long long number = 0, unit = 1;
	const char *c = value;
	char seconds[32];

	if (value == NULL)
		return NULL;
	for (; *c >= '0' && *c <= '9' && number < 1000000000; c++)
		number = number * 10 + (unsigned long long)(*c - '0');
	if (strcmp(c, "m") == 0)
		unit = 60;
	else if (strcmp(c, "h") == 0)
		unit = 3600;
	else if (strcmp(c, "d") == 0)
		unit = 86400;
	else if (*c != '\0' && strcmp(c, "s") != 0)
		c = value;
	if (c == value)
		return siglet_err_new(SIGLET_E_USAGE,
				      "--max-age takes a time such as 90s, 24h, 7d");
	(void)snprintf(seconds, sizeof(seconds), "%llu", number * unit);
	siglet_err *err = siglet_auditor_set(run->auditor, SIGLET_AUDITOR_MAX_AGE, seconds);
	return err == NULL ? NULL : siglet_err_wrap(err, "--max-age");
}

/* A log whose key was given needs no trust root, nor does what asks nobody. */
static siglet_err *open_trust(audit_run *run)
{
	if (cli_has(run->arguments, CLI_LOG_KEY) || run->needs_no_trust)
		return NULL;
	return cli_open_trust(run->arguments, SIGLET_TRUST_TO_VERIFY, &run->trust);
}

static void draw_progress(void *context, uint64_t done, uint64_t total)
{
	siglet_sys_progress *bar = context;

	bar->total = total;
	siglet_sys_progress_add(bar, done < bar->done ? 0 : done - bar->done);
}

/* A report starts a line of its own. */
static void restart_progress(audit_run *run)
{
	siglet_sys_progress_wipe(&run->bar);
	siglet_sys_progress_start(&run->bar, run->style.quiet ? -1 : STDERR_FILENO, "entries", 0,
				  false);
}

siglet_err *audit_set_up(audit_run *run)
{
	static const cli_id logs[] = { CLI_CT, CLI_LOG_KEY };
	siglet_err *err = cli_check_exclusive(run->arguments, logs, SIGLET_COUNT(logs));

	if (err == NULL)
		err = open_trust(run);
	if (err == NULL)
		err = siglet_auditor_new(run->trust, &run->auditor);
	for (size_t i = 0; err == NULL && i < SIGLET_COUNT(plain); i++) {
		const char *value = cli_value(run->arguments, plain[i].id);

		if (value == NULL)
			continue;
		err = siglet_auditor_set(run->auditor, plain[i].what, value);
		if (err != NULL)
			err = siglet_err_wrap(err, "%s", plain[i].name);
	}
	if (err == NULL)
		err = set_file(run, CLI_WITNESS_POLICY, SIGLET_AUDITOR_WITNESS_POLICY);
	if (err == NULL)
		err = set_file(run, CLI_KEY, SIGLET_AUDITOR_KEY);
	if (err == NULL)
		err = set_max_age(run);
	if (err == NULL && cli_has(run->arguments, CLI_OFFLINE))
		siglet_auditor_set_offline(run->auditor);
	if (err == NULL && cli_has(run->arguments, CLI_CT))
		siglet_auditor_set_ct(run->auditor);
	if (err == NULL) {
		restart_progress(run);
		siglet_auditor_set_progress(run->auditor, draw_progress, &run->bar);
	}
	if (err == NULL && run->style.verbose)
		siglet_auditor_set_trace(run->auditor, cli_trace, NULL);
	return err;
}

void audit_tear_down(audit_run *run)
{
	siglet_auditor_free(run->auditor);
	siglet_trust_free(run->trust);
	run->auditor = NULL;
	run->trust = NULL;
}

/* ---- what is told ---- */

/* Where a part goes to standard output, it goes there alone. */
FILE *audit_output(const audit_run *run)
{
	const char *part = cli_value(run->arguments, CLI_PART);

	return part != NULL && strcmp(part, "-") == 0 ? stderr : stdout;
}

static siglet_err *print_report(const audit_run *run, const siglet_audit_report *report,
				siglet_status status)
{
	const char *part = siglet_audit_report_part(report);
	FILE *out = audit_output(run);
	char *text = NULL;
	siglet_err *err = NULL;

	if (part != NULL)
		(void)printf("%s", part);
	if (part != NULL && status == SIGLET_STATUS_OK)
		return NULL;
	err = run->style.json ? siglet_audit_report_describe_json(report, &text)
			      : siglet_audit_report_describe(report, &text);

	/* Quiet is not deaf: what is wrong is said. */
	if (err == NULL && (!run->style.quiet || status != SIGLET_STATUS_OK))
		(void)fprintf(out, "%s\n", text);
	(void)fflush(out);
	siglet_string_free(text);
	return err;
}

void audit_tell(void *context, const siglet_audit_report *report)
{
	audit_run *run = context;
	/* Where matches are only reported, a match is what was asked for; what was missed is not. */
	const siglet_status status = cli_has(run->arguments, CLI_REPORT_ONLY)
					     ? siglet_audit_report_status_beside_match(report)
					     : siglet_audit_report_status(report);
	siglet_err *err;

	restart_progress(run);
	err = print_report(run, report, status);

	run->told++;
	run->status = cli_worst(run->status, status);
	if (run->err == NULL)
		run->err = err;
	else
		siglet_err_free(err);
}

/* ---- the verb ---- */

static siglet_err *watch(audit_run *run)
{
	return audit_watch(run, false);
}

#define MAX_TAKEN 28

static const struct {
	const char *name;
	size_t least, most; /* operands behind the name */
	const char *operands;
	siglet_err *(*run)(audit_run *run);
	cli_id takes[MAX_TAKEN]; /* beside what all take */
} checks[] = {
	{ "consistency", 0, 0, "no file", audit_consistency, { CLI_CT, CLI_FROM, CLI_MAX_AGE } },
	{ "inclusion",
	  0,
	  SIZE_MAX,
	  "bundles",
	  audit_inclusion,
	  { CLI_FROM, CLI_MAX_AGE, CLI_INDEX, CLI_UUID, CLI_LEAF_HASH, CLI_KEY } },
	{ "get",
	  0,
	  0,
	  "no file",
	  audit_get,
	  { CLI_FROM, CLI_MAX_AGE, CLI_INDEX, CLI_UUID, CLI_LEAF_HASH, CLI_OUTPUT } },
	{ "compare", 0, SIZE_MAX, "files", audit_compare, { CLI_FROM, CLI_WITNESSES } },
	{ "sample", 0, 0, "no file", audit_sample, { CLI_FROM, CLI_MAX_AGE, CLI_COUNT, CLI_SEED } },
	{ "status", 0, 0, "no file", audit_status, { 0 } },
	{ "log",
	  0,
	  0,
	  "no file",
	  audit_log,
	  { CLI_CT,	     CLI_FROM,		 CLI_MAX_AGE,
	    CLI_RANGE,	     CLI_SHARD,		 CLI_SHARDS,
	    CLI_LIST_SHARDS, CLI_CHECKPOINT,	 CLI_PART,
	    CLI_MIRROR,	     CLI_ENTRIES_ONLY,	 CLI_GITHUB,
	    CLI_GITLAB,	     CLI_EMAIL,		 CLI_IDENTITY,
	    CLI_ISSUER,	     CLI_IDENTITY_REGEX, CLI_ISSUER_REGEX,
	    CLI_REQUIRE,     CLI_SUBJECT,	 CLI_DIGEST,
	    CLI_KEY,	     CLI_KNOWN,		 CLI_ON_MATCH,
	    CLI_REPORT_ONLY } },
	{ "watch", 0, 0, "no file", watch, { CLI_CT,	       CLI_FROM,     CLI_MAX_AGE,
					     CLI_GITHUB,       CLI_GITLAB,   CLI_EMAIL,
					     CLI_IDENTITY,     CLI_ISSUER,   CLI_IDENTITY_REGEX,
					     CLI_ISSUER_REGEX, CLI_REQUIRE,  CLI_SUBJECT,
					     CLI_DIGEST,       CLI_KEY,	     CLI_SINCE,
					     CLI_KNOWN,	       CLI_ON_MATCH, CLI_REPORT_ONLY,
					     CLI_CANARY,       CLI_DB,	     CLI_ACKNOWLEDGE,
					     CLI_ONCE,	       CLI_FOLLOW,   CLI_INTERVAL } },
	{ "combine",
	  1,
	  SIZE_MAX,
	  "at least one part",
	  audit_combine,
	  { CLI_CT, CLI_CHECKPOINT, CLI_FROM } },
	{ "trail", 1, SIZE_MAX, "at least one audit log", audit_trail, { CLI_FROM, CLI_MAX_AGE } },
	{ "evidence", 1, SIZE_MAX, "at least one file", audit_evidence, { 0 } },
};

static bool takes(size_t check, cli_id id)
{
	static const cli_id all_take[] = {
		CLI_LOG,       CLI_LOG_KEY,   CLI_WITNESS_POLICY, CLI_WITNESS_THRESHOLD,
		CLI_INSTANCE,  CLI_STATE,     CLI_TRUSTED_ROOT,	  CLI_TRUST_CONFIG,
		CLI_CACHE_DIR, CLI_MAX_STALE, CLI_JOBS,		  CLI_RATE,
		CLI_CONTACT,   CLI_TIMEOUT,   CLI_OFFLINE,	  CLI_JSON,
		CLI_VERBOSE,   CLI_QUIET,     CLI_COLOR,	  CLI_HELP,
	};

	for (size_t i = 0; i < SIGLET_COUNT(all_take); i++)
		if (all_take[i] == id)
			return true;
	for (size_t i = 0; i < MAX_TAKEN; i++)
		if (checks[check].takes[i] == id)
			return true;
	return false;
}

/* An option that means nothing here was meant for something. */
static siglet_err *check_options(const cli_arguments *arguments, size_t check)
{
	for (size_t i = 0; i < arguments->given_count; i++) {
		const cli_option *option = arguments->given[i].option;

		if (!takes(check, option->id))
			return siglet_err_new(SIGLET_E_USAGE, "%s does not take --%s",
					      checks[check].name, option->name);
	}
	return NULL;
}

static siglet_err *find_check(const cli_arguments *a, size_t *ret_check)
{
	if (a->operand_count == 0)
		return siglet_err_new(SIGLET_E_USAGE,
				      "say what: consistency, inclusion, watch, compare, log, "
				      "combine, get, sample, status, trail or evidence");
	for (size_t i = 0; i < SIGLET_COUNT(checks); i++) {
		if (strcmp(checks[i].name, a->operands[0]) != 0)
			continue;
		if (a->operand_count - 1 < checks[i].least || a->operand_count - 1 > checks[i].most)
			return siglet_err_new(SIGLET_E_USAGE, "%s takes %s", checks[i].name,
					      checks[i].operands);
		*ret_check = i;
		return check_options(a, i);
	}
	return siglet_err_new(SIGLET_E_USAGE, "audit knows no \"%s\"",
			      siglet_text_printable(siglet_slice_str(a->operands[0])).text);
}

static siglet_err *act(audit_run *run)
{
	size_t check = 0;
	siglet_err *err = cli_style_from(run->arguments, &run->style);

	if (err == NULL)
		err = find_check(run->arguments, &check);
	run->needs_no_trust = err == NULL && checks[check].run == audit_status;
	if (err == NULL)
		err = audit_set_up(run);
	if (err == NULL)
		err = checks[check].run(run);
	if (err == NULL) {
		err = run->err;
		run->err = NULL;
	}
	return err;
}

siglet_status audit_main(const cli_verb *verb, int argc, char **argv)
{
	cli_arguments arguments;
	audit_run run = { .arguments = &arguments, .status = SIGLET_STATUS_OK };
	siglet_status status;
	siglet_err *err;

	if (!cli_begin(verb, argc, argv, &arguments, &status))
		return status;
	err = act(&run);
	siglet_sys_progress_wipe(&run.bar);
	if (err != NULL)
		run.status = cli_worst(run.status, cli_fail_run(verb, &arguments, err));
	siglet_err_free(run.err);
	audit_tear_down(&run);
	cli_arguments_clear(&arguments);
	return run.status;
}
