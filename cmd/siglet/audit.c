#include "audit.h"

#include <string.h>

/* siglet audit: does the transparency log tell everybody the same, and who used my identity? */

#define MAX_POLICY_BYTES ((size_t)1 << 20)

static const cli_option audit_options[] = {
	{ .help = "Which log" },
	{ .name = "log",
	  .value = "NAME",
	  .id = CLI_LOG,
	  .help = "only this one of the trust root's logs, such as log2025-1.rekor.sigstore.dev" },
	{ .name = "from",
	  .value = "URL|DIR",
	  .choices = CLI_FOLDERS,
	  .id = CLI_FROM,
	  .help = "read the log from there, such as a mirror" },
	{ .name = "log-key",
	  .value = "VKEY",
	  .id = CLI_LOG_KEY,
	  .help = "a log that no trust root names, by its verifier key" },

	{ .help = "Who else must have seen it" },
	{ .name = "witness-policy",
	  .value = "FILE",
	  .choices = CLI_FILES,
	  .id = CLI_WITNESS_POLICY,
	  .help = "a C2SP tlog-policy whose quorum every checkpoint must meet" },
	{ .name = "witness-threshold",
	  .value = "N",
	  .id = CLI_WITNESS_THRESHOLD,
	  .help = "at least this many of its witnesses" },
	{ .name = "max-age",
	  .value = "TIME",
	  .id = CLI_MAX_AGE,
	  .help = "refuse an older view: seconds, or with m, h or d behind" },

	{ .help = "For watch (and log), what to look for" },
	{ .name = "github",
	  .value = "OWNER[/REPO]",
	  .id = CLI_GITHUB,
	  .help = "anything of that owner or repository on GitHub" },
	{ .name = "gitlab",
	  .value = "PROJECT",
	  .id = CLI_GITLAB,
	  .help = "the same on GitLab, or by the URL of a project of your own" },
	{ .name = "email", .value = "ADDRESS", .id = CLI_EMAIL, .help = "a mail address" },
	{ .name = "identity", .value = "NAME", .id = CLI_IDENTITY, .help = "exactly that name" },
	{ .name = "identity-regex",
	  .value = "PATTERN",
	  .id = CLI_IDENTITY_REGEX,
	  .help = "a name that the whole pattern matches" },
	{ .name = "issuer", .value = "URL", .id = CLI_ISSUER, .help = "only of that issuer" },
	{ .name = "issuer-regex",
	  .value = "PATTERN",
	  .id = CLI_ISSUER_REGEX,
	  .help = "only of an issuer that the whole pattern matches" },
	{ .name = "require",
	  .value = "NAME=VALUE",
	  .id = CLI_REQUIRE,
	  .repeats = true,
	  .help = "only with that certificate extension" },
	{ .name = "subject",
	  .value = "TEXT",
	  .id = CLI_SUBJECT,
	  .repeats = true,
	  .help = "or a name with that in it, in any case" },
	{ .name = "digest",
	  .value = "sha256:HEX",
	  .id = CLI_DIGEST,
	  .repeats = true,
	  .help = "or the artifact with that digest" },
	{ .name = "key",
	  .value = "FILE",
	  .choices = CLI_FILES,
	  .id = CLI_KEY,
	  .repeats = true,
	  .help = "or that public key, in PEM" },

	{ .help = "For watch, what to do" },
	{ .name = "since",
	  .value = "WHEN",
	  .id = CLI_SINCE,
	  .help = "where the first run begins. begin, head, an index or a date" },
	{ .name = "known",
	  .value = "FILE|DIR",
	  .choices = CLI_FILES,
	  .id = CLI_KNOWN,
	  .repeats = true,
	  .help = "our own entries, as bundles or lines of sign --audit-log" },
	{ .name = "on-match",
	  .value = "PROGRAM",
	  .choices = CLI_FILES,
	  .id = CLI_ON_MATCH,
	  .help = "run it for each match that is not known, with the match on its standard input" },
	{ .name = "report-only", .id = CLI_REPORT_ONLY, .help = "a match is no failure" },
	{ .name = "canary",
	  .value = "INDEX",
	  .id = CLI_CANARY,
	  .help = "an entry that must match, else the rules are wrong" },
	{ .name = "db",
	  .value = "FILE",
	  .choices = CLI_FILES,
	  .id = CLI_DB,
	  .help = "the SQLite database of matches; else one beside the state" },
	{ .name = "acknowledge",
	  .value = "ORIGIN:INDEX",
	  .id = CLI_ACKNOWLEDGE,
	  .repeats = true,
	  .help = "somebody has looked at that entry" },
	{ .name = "once", .id = CLI_ONCE, .help = "look once (unless --follow)" },
	{ .name = "follow", .id = CLI_FOLLOW, .help = "go on looking until stopped" },
	{ .name = "interval",
	  .value = "SECONDS",
	  .id = CLI_INTERVAL,
	  .help = "with --follow, between two looks (60)" },

	{ .help = "For log and combine" },
	{ .name = "range",
	  .value = "A:B",
	  .id = CLI_RANGE,
	  .help = "entries from A up to, without, B" },
	{ .name = "shard",
	  .value = "I/N",
	  .id = CLI_SHARD,
	  .help = "one of N about equal ranges; env takes I from the batch system" },
	{ .name = "shards", .value = "N", .id = CLI_SHARDS, .help = "with --shard env" },
	{ .name = "list-shards",
	  .value = "N",
	  .id = CLI_LIST_SHARDS,
	  .help = "print the ranges of N shards, and read no entry" },
	{ .name = "checkpoint",
	  .value = "FILE",
	  .choices = CLI_FILES,
	  .id = CLI_CHECKPOINT,
	  .help = "go by this signed checkpoint, not by a fresh one" },
	{ .name = "part",
	  .value = "FILE",
	  .choices = CLI_FILES,
	  .id = CLI_PART,
	  .help = "write the outcome of a range there, for combine; - is standard output" },
	{ .name = "mirror",
	  .value = "DIR",
	  .choices = CLI_FOLDERS,
	  .id = CLI_MIRROR,
	  .help = "keep what is read there, and read it from there next time" },
	{ .name = "entries-only",
	  .id = CLI_ENTRIES_ONLY,
	  .help = "leave out the tiles of leaf hashes" },

	{ .help = "What is trusted" },
	{ .name = "instance",
	  .value = "NAME",
	  .choices = "public staging github",
	  .id = CLI_INSTANCE,
	  .help = "public (unless given), staging, github, or a private one" },
	{ .name = "trusted-root",
	  .value = "FILE",
	  .choices = CLI_FILES,
	  .id = CLI_TRUSTED_ROOT,
	  .help = "a trusted_root.json in place of an instance" },
	{ .name = "trust-config",
	  .value = "FILE",
	  .choices = CLI_FILES,
	  .id = CLI_TRUST_CONFIG,
	  .help = "a ClientTrustConfig likewise; without, the one that SIGLET_TRUST_CONFIG names" },
	CLI_STORE_OPTIONS,

	{ .help = "How" },
	{ .name = "state",
	  .value = "DIR",
	  .choices = CLI_FOLDERS,
	  .id = CLI_STATE,
	  .help = "keep what was seen there; else below XDG_STATE_HOME" },
	{ .name = "jobs",
	  .value = "N",
	  .id = CLI_JOBS,
	  .help = "read so much at once (32 over a network, else one a processor)" },
	{ .name = "rate", .value = "N", .id = CLI_RATE, .help = "at most so many a second" },
	{ .name = "contact",
	  .value = "MAIL|URL",
	  .id = CLI_CONTACT,
	  .help = "tell the log's operator who asks" },
	{ .name = "timeout", .value = "SECONDS", .id = CLI_TIMEOUT, .help = "of each request" },
	{ .name = "offline", .id = CLI_OFFLINE, .help = "open no connection" },

	{ .help = "Output" },
	{ .name = "json", .id = CLI_JSON, .help = "print an object a line (docs/json.md)" },
	{ .name = "verbose", .letter = 'v', .id = CLI_VERBOSE, .help = "tell of each request" },
	CLI_LAST_OPTIONS,
};

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

static siglet_err *set_policy(audit_run *run)
{
	const char *path = cli_value(run->arguments, CLI_WITNESS_POLICY);
	siglet_buf text;
	siglet_err *err;

	if (path == NULL)
		return NULL;
	siglet_buf_init(&text, MAX_POLICY_BYTES);
	err = siglet_sys_read_file(path, &text);
	if (err == NULL) {
		err = siglet_auditor_set(run->auditor, SIGLET_AUDITOR_WITNESS_POLICY,
					 siglet_buf_text(&text));
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

/* A log whose key was given needs no trust root. */
static siglet_err *open_trust(audit_run *run)
{
	if (cli_has(run->arguments, CLI_LOG_KEY))
		return NULL;
	return cli_open_trust(run->arguments, SIGLET_TRUST_TO_VERIFY, &run->trust);
}

siglet_err *audit_set_up(audit_run *run)
{
	siglet_err *err = open_trust(run);

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
		err = set_policy(run);
	if (err == NULL)
		err = set_max_age(run);
	if (err == NULL && cli_has(run->arguments, CLI_OFFLINE))
		siglet_auditor_set_offline(run->auditor);
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

static siglet_err *print_report(const audit_run *run, const siglet_audit_report *report,
				siglet_status status)
{
	const char *part = siglet_audit_report_part(report);
	char *text = NULL;
	siglet_err *err = NULL;

	/* Standard output is for the part alone then. */
	if (part != NULL) {
		(void)printf("%s", part);
		return NULL;
	}
	err = run->style.json ? siglet_audit_report_describe_json(report, &text)
			      : siglet_audit_report_describe(report, &text);

	/* Quiet is not deaf: what is wrong is said. */
	if (err == NULL && (!run->style.quiet || status != SIGLET_STATUS_OK))
		(void)printf("%s\n", text);
	(void)fflush(stdout);
	siglet_string_free(text);
	return err;
}

void audit_tell(void *context, const siglet_audit_report *report)
{
	audit_run *run = context;
	const siglet_status status = siglet_audit_report_status(report);
	siglet_err *err = print_report(run, report, status);

	/* Where matches are only reported, a match is what was asked for. */
	if (!(cli_has(run->arguments, CLI_REPORT_ONLY) &&
	      strcmp(siglet_audit_report_verdict(report), "match") == 0))
		run->status = cli_worst(run->status, status);
	if (run->err == NULL)
		run->err = err;
	else
		siglet_err_free(err);
}

/* ---- the checks ---- */

static siglet_err *consistency(audit_run *run)
{
	return siglet_audit_check_consistency(run->auditor, audit_tell, run);
}

static siglet_err *evidence(audit_run *run)
{
	siglet_err *err = NULL;

	for (size_t i = 1; err == NULL && i < run->arguments->operand_count; i++)
		err = siglet_audit_check_evidence(run->auditor, run->arguments->operands[i],
						  audit_tell, run);
	return err;
}

/* ---- log ---- */

/* Where batch systems say which of several equal jobs this is, and how many there are. */
static const struct {
	const char *index, *count, *first;
} batches[] = {
	{ "JOB_COMPLETION_INDEX", NULL, NULL }, /* Kubernetes: an indexed job */
	{ "SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT", "SLURM_ARRAY_TASK_MIN" },
	{ "AWS_BATCH_JOB_ARRAY_INDEX", NULL, NULL },
};

static siglet_err *read_variable(const char *name, const char *value, unsigned *ret_number)
{
	unsigned number = 0;

	for (const char *c = value; *c != '\0'; c++) {
		if (*c < '0' || *c > '9' || number > 99999999)
			return siglet_err_new(SIGLET_E_USAGE, "%s is no number", name);
		number = number * 10 + (unsigned)(*c - '0');
	}
	*ret_number = number;
	return NULL;
}

static siglet_err *find_shard(const cli_arguments *arguments, unsigned *ret_index,
			      unsigned *ret_count)
{
	for (size_t i = 0; i < SIGLET_COUNT(batches); i++) {
		const char *index = siglet_sys_environment(batches[i].index);
		const char *count =
			batches[i].count == NULL ? NULL : siglet_sys_environment(batches[i].count);
		const char *first =
			batches[i].first == NULL ? NULL : siglet_sys_environment(batches[i].first);
		unsigned begin = 0;
		siglet_err *err;

		if (index == NULL)
			continue;
		err = read_variable(batches[i].index, index, ret_index);
		if (err == NULL && first != NULL)
			err = read_variable(batches[i].first, first, &begin);
		if (err == NULL && count != NULL && !cli_has(arguments, CLI_SHARDS))
			return read_variable(batches[i].count, count, ret_count) == NULL &&
					       *ret_index >= begin
				       ? (*ret_index -= begin, NULL)
				       : siglet_err_new(SIGLET_E_USAGE, "%s", batches[i].count);
		if (err == NULL && !cli_has(arguments, CLI_SHARDS))
			err = siglet_err_new(SIGLET_E_USAGE,
					     "%s says which shard, --shards must "
					     "say of how many",
					     batches[i].index);
		if (err == NULL)
			err = cli_number(arguments, CLI_SHARDS, 1, 65536, ret_count);
		*ret_index -= err == NULL && *ret_index >= begin ? begin : 0;
		return err;
	}
	return siglet_err_new(SIGLET_E_USAGE, "--shard env: no batch system says which shard");
}

static siglet_err *set_shard(const audit_run *run)
{
	const char *value = cli_value(run->arguments, CLI_SHARD);
	unsigned index = 0, count = 0;
	char text[64];
	siglet_err *err = NULL;

	if (value == NULL)
		return NULL;
	if (strcmp(value, "env") == 0) {
		err = find_shard(run->arguments, &index, &count);
		if (err != NULL)
			return err;
		(void)snprintf(text, sizeof(text), "%u/%u", index, count);
		value = text;
	}
	err = siglet_auditor_set(run->auditor, SIGLET_AUDITOR_SHARD, value);
	return err == NULL ? NULL : siglet_err_wrap(err, "--shard %s", value);
}

static siglet_err *list_shards(const audit_run *run)
{
	unsigned shards = 0;
	char *lines = NULL;
	siglet_err *err = cli_number(run->arguments, CLI_LIST_SHARDS, 1, 65536, &shards);

	if (err == NULL)
		err = siglet_audit_list_shards(run->auditor, shards, &lines);
	if (err == NULL)
		(void)printf("%s", lines);
	siglet_string_free(lines);
	return err;
}

static siglet_err *check_log(audit_run *run)
{
	siglet_err *err = set_shard(run);

	if (err != NULL)
		return err;
	if (cli_has(run->arguments, CLI_LIST_SHARDS))
		return list_shards(run);
	if (cli_has(run->arguments, CLI_ENTRIES_ONLY))
		siglet_auditor_skip_tiles(run->auditor);
	if (audit_has_rules(run->arguments))
		return audit_watch(run, true);
	return siglet_audit_check_log(run->auditor, audit_tell, run);
}

static siglet_err *watch(audit_run *run)
{
	return audit_watch(run, false);
}

static siglet_err *combine(audit_run *run)
{
	return siglet_audit_combine_parts(run->auditor, run->arguments->operands + 1,
					  run->arguments->operand_count - 1, audit_tell, run);
}

/* ---- the verb ---- */

#define MAX_TAKEN 28

static const struct {
	const char *name;
	size_t least, most; /* operands behind the name */
	const char *operands;
	siglet_err *(*run)(audit_run *run);
	cli_id takes[MAX_TAKEN]; /* beside what all take */
} checks[] = {
	{ "consistency", 0, 0, "no file", consistency, { CLI_FROM, CLI_MAX_AGE } },
	{ "log",
	  0,
	  0,
	  "no file",
	  check_log,
	  { CLI_FROM,	      CLI_MAX_AGE,	CLI_RANGE,	CLI_SHARD,
	    CLI_SHARDS,	      CLI_LIST_SHARDS,	CLI_CHECKPOINT, CLI_PART,
	    CLI_MIRROR,	      CLI_ENTRIES_ONLY, CLI_GITHUB,	CLI_GITLAB,
	    CLI_EMAIL,	      CLI_IDENTITY,	CLI_ISSUER,	CLI_IDENTITY_REGEX,
	    CLI_ISSUER_REGEX, CLI_REQUIRE,	CLI_SUBJECT,	CLI_DIGEST,
	    CLI_KEY,	      CLI_KNOWN,	CLI_ON_MATCH,	CLI_REPORT_ONLY } },
	{ "watch", 0, 0, "no file", watch, { CLI_FROM,	   CLI_MAX_AGE,	       CLI_GITHUB,
					     CLI_GITLAB,   CLI_EMAIL,	       CLI_IDENTITY,
					     CLI_ISSUER,   CLI_IDENTITY_REGEX, CLI_ISSUER_REGEX,
					     CLI_REQUIRE,  CLI_SUBJECT,	       CLI_DIGEST,
					     CLI_KEY,	   CLI_SINCE,	       CLI_KNOWN,
					     CLI_ON_MATCH, CLI_REPORT_ONLY,    CLI_CANARY,
					     CLI_DB,	   CLI_ACKNOWLEDGE,    CLI_ONCE,
					     CLI_FOLLOW,   CLI_INTERVAL } },
	{ "combine", 1, SIZE_MAX, "at least one part", combine, { CLI_CHECKPOINT, CLI_FROM } },
	{ "evidence", 1, SIZE_MAX, "at least one file", evidence, { 0 } },
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
				      "say what: consistency, watch, log, combine or evidence");
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

static siglet_status run_audit(const cli_verb *verb, int argc, char **argv)
{
	cli_arguments arguments;
	audit_run run = { .arguments = &arguments, .status = SIGLET_STATUS_OK };
	siglet_status status;
	siglet_err *err;

	if (!cli_begin(verb, argc, argv, &arguments, &status))
		return status;
	err = act(&run);
	if (err != NULL)
		run.status = cli_worst(run.status, cli_fail_run(verb, &arguments, err));
	siglet_err_free(run.err);
	audit_tear_down(&run);
	cli_arguments_clear(&arguments);
	return run.status;
}

const cli_verb cli_audit = {
	.name = "audit",
	.operands = "consistency | watch | log | combine PART... | evidence FILE...",
	.choices = "consistency watch log combine evidence",
	.summary = "check the transparency log itself",
	.about = "consistency  has the log only grown since it was last looked at?\n"
		 "watch        who used this identity, key or artifact since the last time?\n"
		 "log          does the signed root follow from the entries, and every tile?\n"
		 "combine      do the parts that log wrote make up the whole?\n"
		 "evidence     does this file show what it says of a log?\n",
	.options = audit_options,
	.option_count = SIGLET_COUNT(audit_options),
	.uses_crypto = true,
	.run = run_audit,
};
