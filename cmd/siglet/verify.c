#include "verify.h"

#include <string.h>
#include <unistd.h>

#define MAX_JOBS 64

static const cli_option verify_options[] = {
	VERIFY_WHOM_OPTIONS,

	{ .help = "What to verify" },
	{ .name = "bundle",
	  .value = "FILE",
	  .choices = CLI_FILES,
	  .id = CLI_BUNDLE,
	  .help = "the bundle, - for standard input; else the one beside the file" },
	{ .name = "all", .id = CLI_ALL, .help = "every bundle must be good, not just one" },
	{ .name = "digest",
	  .value = "ALG:HEX",
	  .id = CLI_DIGEST,
	  .help = "a digest in place of a file (sha256, sha384, sha512); needs --bundle" },
	{ .name = "statement-only",
	  .id = CLI_STATEMENT_ONLY,
	  .help = "no artifact at all; needs --bundle" },
	{ .name = "recursive",
	  .value = "DIR",
	  .choices = CLI_FOLDERS,
	  .id = CLI_RECURSIVE,
	  .repeats = true,
	  .help = "every regular file below a folder, except bundles" },
	{ .name = "files-from",
	  .value = "LIST",
	  .choices = CLI_FILES,
	  .id = CLI_FILES_FROM,
	  .repeats = true,
	  .help = "files that are named in a file, one a line; - for standard input" },
	{ .name = "manifest",
	  .value = "SUMS",
	  .choices = CLI_FILES,
	  .id = CLI_MANIFEST,
	  .help = "a signed list as sha256sum writes it, then every file that it lists" },
	{ .name = "jobs",
	  .value = "N",
	  .id = CLI_JOBS,
	  .help = "so many files at once (one a processor)" },

	{ .help = "Whose word counts" },
	VERIFY_TRUST_OPTIONS,
	{ .name = "scitt",
	  .id = CLI_SCITT,
	  .help = "a signed statement (RFC 9943), by its own issuer and its services; no trusted "
		  "root" },
	{ .name = "subject",
	  .value = "TEXT",
	  .id = CLI_SUBJECT,
	  .help = "with --scitt, exactly this is what it is about" },
	{ .name = "scitt-keys",
	  .value = "[ISSUER=]FILE",
	  .id = CLI_SCITT_KEYS,
	  .repeats = true,
	  .help = "keys of a transparency service, whose receipt is wanted; may be repeated" },
	{ .name = "scitt-threshold",
	  .value = "N",
	  .id = CLI_SCITT_THRESHOLD,
	  .help = "receipts of so many distinct services (1)" },
	{ .name = "offline",
	  .id = CLI_OFFLINE,
	  .help = "open no connection, and use trust material of any age" },
	CLI_STORE_OPTIONS,

	{ .help = "Output" },
	ACCOUNT_OPTION,
	{ .name = "output",
	  .value = "FILE",
	  .choices = CLI_FILES,
	  .letter = 'o',
	  .id = CLI_OUTPUT,
	  .help = "with - as the file, keep standard input here once it is accepted" },
	{ .name = "predicate-out",
	  .value = "FILE",
	  .choices = CLI_FILES,
	  .id = CLI_PREDICATE_OUT,
	  .help = "write what an accepted attestation says" },
	{ .name = "explain", .id = CLI_EXPLAIN, .help = "print every check and what it compared" },
	{ .name = "json", .id = CLI_JSON, .help = "print an object a file, each on one line" },
	{ .name = "verbose",
	  .letter = 'v',
	  .id = CLI_VERBOSE,
	  .help = "tell what is used and found on the way" },
	{ .name = "quiet", .letter = 'q', .id = CLI_QUIET, .help = "print only what is wrong" },
	{ .name = "color",
	  .value = "WHEN",
	  .choices = "auto always never",
	  .id = CLI_COLOR,
	  .help = "auto, always or never; auto heeds NO_COLOR" },
	{ .name = "help", .letter = 'h', .id = CLI_HELP, .help = "show this page" },
};

static const char *const later_options[] = {
	"policy",
	"timeout",
	"signing-config",
	NULL,
};

static siglet_err *refuse(const char *what)
{
	return siglet_err_new(SIGLET_E_USAGE, "%s", what);
}

/* What is to be verified must be one thing, and come with what it needs. */
static siglet_err *check_subject(const cli_arguments *arguments, const verify_ask *ask)
{
	const size_t operands = arguments->operand_count;
	const bool lists = cli_has(arguments, CLI_RECURSIVE) || cli_has(arguments, CLI_FILES_FROM);
	const bool manifest = cli_has(arguments, CLI_MANIFEST);
	const int kinds =
		(operands > 0 || lists) + manifest + (ask->digest != NULL) + ask->statement_only;

	if (cli_has(arguments, CLI_SCITT) && ask->bundle == NULL)
		return refuse("--scitt takes one statement, and perhaps an artifact");
	if (kinds == 0)
		return refuse("no file to verify");
	if (kinds > 1)
		return refuse(
			"files, --manifest, --digest and --statement-only exclude each other");
	if (ask->bundle == NULL && ask->digest != NULL)
		return refuse("--digest needs --bundle");
	if (ask->bundle == NULL && ask->statement_only)
		return refuse("--statement-only needs --bundle");
	if (ask->bundle != NULL && (operands > 1 || lists))
		return refuse("--bundle goes with one file: of many, each needs its own");
	if (ask->predicate_out != NULL && (operands > 1 || lists || manifest))
		return refuse("--predicate-out goes with one file");
	for (size_t i = 0; operands + lists > 1 && i < operands; i++)
		if (strcmp(arguments->operands[i], "-") == 0)
			return refuse("standard input (-) goes alone");
	return NULL;
}

/* Standard input is read once, and nothing passes unverified bytes on. */
static siglet_err *check_streams(const cli_arguments *arguments, const verify_ask *ask)
{
	const bool from_stdin =
		arguments->operand_count == 1 && strcmp(arguments->operands[0], "-") == 0;
	const char *bundle = ask->bundle == NULL ? "" : ask->bundle;
	const char *manifest = cli_value(arguments, CLI_MANIFEST);

	if (from_stdin && ask->bundle == NULL)
		return refuse("standard input needs --bundle");
	if (from_stdin && strcmp(bundle, "-") == 0)
		return refuse("the file and its bundle can't both be standard input");
	if (manifest != NULL && strcmp(manifest, "-") == 0)
		return refuse("--manifest can't be standard input: its files lie beside it");
	if (ask->output != NULL && !from_stdin)
		return siglet_err_hint(refuse("--output goes with standard input (-)"),
				       "a file that is verified stays where it is");
	if (ask->output != NULL && strcmp(ask->output, "-") == 0)
		return siglet_err_hint(refuse("--output can't be standard output"),
				       "nothing passes unverified bytes on: name a file");
	if (ask->predicate_out != NULL && strcmp(ask->predicate_out, "-") == 0)
		return refuse("--predicate-out can't be standard output: name a file");
	return NULL;
}

static bool is_message(const char *name)
{
	const size_t len = strlen(name);

	return len > 5 && strcmp(name + len - 5, ".cose") == 0;
}

/*
 * FILE.cose, and the artifact behind it where there is one: the message is what is judged. Its name
 * says so, or --scitt, not what is in it: any file may begin as CBOR does.
 */
static void take_message(cli_arguments *arguments, verify_ask *ask)
{
	static const cli_id others[] = { CLI_BUNDLE, CLI_STATEMENT_ONLY, CLI_RECURSIVE,
					 CLI_FILES_FROM, CLI_MANIFEST };
	const size_t count = arguments->operand_count;

	for (size_t i = 0; i < SIGLET_COUNT(others); i++)
		if (cli_has(arguments, others[i]))
			return;
	if (count < 1 || count > 2 ||
	    (!cli_has(arguments, CLI_SCITT) &&
	     (!is_message(arguments->operands[0]) ||
	      (count == 2 && is_message(arguments->operands[1])))))
		return;
	ask->bundle = arguments->operands[0];
	ask->statement_only = count == 1 && !cli_has(arguments, CLI_DIGEST);
	arguments->operands[0] = arguments->operands[count - 1];
	arguments->operand_count = count - 1;
}

static siglet_err *read_ask(const cli_arguments *arguments, verify_ask *ask, unsigned *ret_jobs)
{
	siglet_err *err = cli_style_from(arguments, &ask->style);

	ask->arguments = arguments;

	if (ask->bundle == NULL)
		ask->bundle = cli_value(arguments, CLI_BUNDLE);
	ask->digest = cli_value(arguments, CLI_DIGEST);
	ask->output = cli_value(arguments, CLI_OUTPUT);
	ask->predicate_out = cli_value(arguments, CLI_PREDICATE_OUT);
	ask->all = cli_has(arguments, CLI_ALL);
	ask->statement_only |= cli_has(arguments, CLI_STATEMENT_ONLY);
	ask->explain = cli_has(arguments, CLI_EXPLAIN);
	if (err == NULL && ask->explain && (ask->style.json || ask->style.quiet))
		err = refuse(ask->style.json ? "--json holds what --explain tells: say one"
					     : "--explain and --quiet contradict each other");
	if (err == NULL)
		err = check_subject(arguments, ask);
	if (err == NULL)
		err = check_streams(arguments, ask);
	if (err == NULL)
		err = account_check(arguments);
	if (err == NULL && cli_has(arguments, CLI_JOBS))
		err = cli_number(arguments, CLI_JOBS, 1, MAX_JOBS, ret_jobs);
	if (err == NULL && (ask->output != NULL || ask->predicate_out != NULL))
		ask->new_file_mode = siglet_sys_new_file_mode();
	return err != NULL ? err : verify_expect(arguments, ask);
}

/* What the threads share: the names and what is asked of each. */
typedef struct files {
	const verify_ask *ask;
	verify_list list;
} files;

static void judge_listed(void *context, size_t index, verify_answer *answer)
{
	const files *f = context;

	verify_judge(f->ask, f->list.names[index], NULL, answer);
}

static siglet_status verify_single(const verify_ask *ask, const char *name)
{
	const uint64_t size = strcmp(name, "-") == 0 ? 0 : siglet_sys_file_size(name);
	siglet_sys_progress progress;
	siglet_status status;
	verify_answer answer;

	siglet_sys_progress_start(&progress, ask->style.quiet ? -1 : STDERR_FILENO, name, size,
				  true);
	verify_answer_init(&answer);
	verify_judge(ask, name, &progress, &answer);
	verify_answer_print(&answer);
	status = answer.status;
	verify_answer_clear(&answer);
	return status;
}

static siglet_status verify_files(const cli_verb *verb, const cli_arguments *arguments,
				  const verify_ask *ask, unsigned jobs)
{
	files f = { .ask = ask };
	siglet_status status;
	siglet_err *err = verify_list_gather(arguments, &f.list);

	if (err != NULL)
		return siglet_err_code(err) == SIGLET_E_USAGE ? cli_fail_usage(verb, err)
							      : cli_fail(NULL, err);
	if (f.list.count == 1 && arguments->operand_count == 1)
		status = verify_single(ask, f.list.names[0]);
	else
		status = verify_run_jobs(ask, jobs, f.list.count, judge_listed, &f);
	verify_list_clear(&f.list);
	return status;
}

static siglet_status run(const cli_verb *verb, int argc, char **argv)
{
	cli_arguments arguments;
	verify_ask ask = { 0 };
	siglet_status status;
	unsigned jobs = 0;
	siglet_err *err;

	if (!cli_begin(verb, argc, argv, &arguments, &status))
		return status;
	take_message(&arguments, &ask);
	if (ask.bundle == NULL && !cli_has(&arguments, CLI_BUNDLE))
		cli_leave_out_bundles(&arguments, true);
	err = read_ask(&arguments, &ask, &jobs);
	if (err == NULL && siglet_expectation_warning(ask.expectation) != NULL)
		(void)cli_fail("warning",
			       siglet_err_new(SIGLET_E_USAGE, "%s",
					      siglet_expectation_warning(ask.expectation)));
	if (err != NULL)
		status = siglet_err_code(err) == SIGLET_E_USAGE ? cli_fail_usage(verb, err)
								: cli_fail(NULL, err);
	else if (cli_has(&arguments, CLI_MANIFEST))
		status = verify_manifest(&ask, cli_value(&arguments, CLI_MANIFEST), jobs);
	else if (ask.digest != NULL)
		status = verify_single(&ask, ask.digest);
	else if (ask.statement_only)
		status = verify_single(&ask, ask.bundle);
	else
		status = verify_files(verb, &arguments, &ask, jobs);
	verify_ask_clear(&ask);
	cli_arguments_clear(&arguments);
	return status;
}

const cli_verb cli_verify = {
	.name = "verify",
	.operands = "FILE...",
	.choices = CLI_FILES,
	.summary = "is this file what that identity signed?",
	.about =
		"Each file is verified against the Sigstore bundle beside it: FILE.sigstore.json,\n"
		"FILE.sigstore or FILE.sigstore.jsonl, or the COSE message FILE.cose. No network\n"
		"is used.\n\n"
		"  siglet verify app.tar.gz --github acme/app\n"
		"  siglet verify --manifest SHA256SUMS --github acme/app\n"
		"  siglet verify app.tar.gz.cose app.tar.gz --github acme/app\n"
		"  siglet verify --scitt FILE --scitt-keys KEYS --issuer did:x509:…\n"
		"  curl -L URL | siglet verify - --bundle app.sigstore.json --github acme/app \\\n"
		"      -o app.tar.gz\n\n"
		"The exit status is 0 when every file verified, 1 when the answer is no, 2 for a\n"
		"wrong command line, 3 when a file is missing or unreadable.\n",
	.options = verify_options,
	.option_count = SIGLET_COUNT(verify_options),
	.later = later_options,
	.uses_crypto = true,
	.run = run,
};
