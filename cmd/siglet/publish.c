#include "repository.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "verify.h"

/* siglet publish: files and their bundles, side by side, in a repository. */

#define DEFAULT_JOBS 4
#define MAX_JOBS 64
#define MAX_CLAIMS_BYTES ((size_t)64 << 20)

static const cli_option publish_options[] = {
	{ .help = "Where to" },
	{ .name = "to",
	  .value = "URL",
	  .id = CLI_TO,
	  .help = "the folder; each file goes to URL/NAME, its bundle to URL/NAME.sigstore.json" },
	{ .name = "name",
	  .value = "NAME",
	  .id = CLI_NAME,
	  .help = "of the one file there; else its own" },
	{ .name = "bundle",
	  .value = "FILE",
	  .choices = CLI_FILES,
	  .id = CLI_BUNDLE,
	  .help = "the bundle of the one file; else the one beside it" },
	{ .name = "force", .id = CLI_FORCE, .help = "replace other files that have these names" },
	{ .name = "read-back",
	  .id = CLI_READ_BACK,
	  .help = "download and compare what the server gives no checksum of" },
	{ .name = "jobs", .value = "N", .id = CLI_JOBS, .help = "so many files at once (4)" },

	REPOSITORY_OPTIONS,

	{ .help = "Output" },
	ACCOUNT_OPTION,
	{ .name = "json", .id = CLI_JSON, .help = "print an object a file, each on one line" },
	{ .name = "verbose", .letter = 'v', .id = CLI_VERBOSE, .help = "tell of each request" },
	CLI_LAST_OPTIONS,
};

typedef struct job {
	const char *path;
	const char *name; /* in the repository */
	siglet_parcel *parcel;
	char *digest;
} job;

typedef struct batch {
	const cli_arguments *arguments;
	verify_ask style; /* for answers: its style alone */
	siglet_repository *repository;
	job *jobs;
	size_t count;
	siglet_sys_progress *progress; /* of the one file; NULL: there are several */
} batch;

/* ---- before anything is sent ---- */

static siglet_err *check_command(const cli_arguments *arguments)
{
	if (arguments->operand_count == 0)
		return siglet_err_new(SIGLET_E_USAGE, "no file to publish");
	if (!cli_has(arguments, CLI_TO))
		return siglet_err_new(SIGLET_E_USAGE, "--to URL says where to");
	if (arguments->operand_count > 1 &&
	    (cli_has(arguments, CLI_NAME) || cli_has(arguments, CLI_BUNDLE)))
		return siglet_err_new(SIGLET_E_USAGE, "--name and --bundle go with one file");
	for (size_t i = 0; i < arguments->operand_count; i++)
		if (strcmp(arguments->operands[i], "-") == 0)
			return siglet_err_hint(siglet_err_new(SIGLET_E_USAGE,
							      "standard input can't be published"),
					       "it is read twice: write it to a file");
	return NULL;
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

/* What can't be a name there is found out before anything is sent. */
static siglet_err *check_name(const batch *b, const char *name)
{
	char *url = NULL;
	siglet_err *err = siglet_url_of_file(cli_value(b->arguments, CLI_TO), name, &url);

	siglet_string_free(url);
	return err;
}

static siglet_err *name_jobs(batch *b)
{
	const char *name = cli_value(b->arguments, CLI_NAME);

	b->count = b->arguments->operand_count;
	b->jobs = siglet_calloc(b->count, sizeof(*b->jobs));
	if (b->jobs == NULL)
		return siglet_err_nomem();
	for (size_t i = 0; i < b->count; i++) {
		b->jobs[i].path = b->arguments->operands[i];
		b->jobs[i].name = name != NULL ? name : last_part(b->jobs[i].path);
		for (size_t k = 0; k < i; k++)
			if (strcmp(b->jobs[k].name, b->jobs[i].name) == 0)
				return siglet_err_new(
					SIGLET_E_USAGE, "%s would be published twice",
					siglet_text_printable(siglet_slice_str(b->jobs[i].name))
						.text);
	}
	return NULL;
}

/* Takes err. receipt NULL: nothing was published. */
static siglet_err *account_for(const batch *b, const job *j, const siglet_receipt *receipt,
			       siglet_err *err)
{
	account line = {
		.action = "publish",
		.verdict = "published",
		.file = siglet_slice_str(j->path),
		.digest = siglet_slice_str(j->digest),
		.log_index = -1,
	};
	siglet_json_doc *doc = NULL;
	char *json = NULL;
	siglet_err *unread = NULL;

	if (account_log(b->arguments) == NULL)
		return err;
	if (j->parcel != NULL) {
		line.bundle = siglet_slice_str(siglet_parcel_bundle(j->parcel));
		unread = siglet_parcel_describe_json(j->parcel, &json);
		if (unread == NULL)
			unread = siglet_json_parse(siglet_slice_str(json), MAX_CLAIMS_BYTES, &doc);
		if (unread == NULL)
			account_take_claims(doc, &line);
	}
	if (receipt != NULL) {
		line.url = siglet_slice_str(siglet_receipt_url(receipt));
		line.bundle_url = siglet_slice_str(siglet_receipt_bundle_url(receipt));
		line.checked = siglet_slice_str(siglet_receipt_checked(receipt));
	}
	/* What it claims is beside the point where it can't be had. */
	siglet_err_free(unread);
	err = account_outcome(b->arguments, &line, err);
	siglet_json_doc_free(doc);
	siglet_string_free(json);
	return err;
}

static void pack(void *context, size_t index, verify_answer *answer)
{
	batch *b = context;
	job *j = &b->jobs[index];
	siglet_err *err =
		siglet_parcel_open(j->path, cli_value(b->arguments, CLI_BUNDLE), &j->parcel);

	if (err == NULL)
		err = check_name(b, j->name);
	if (err == NULL)
		err = siglet_parcel_sha256(j->parcel, &j->digest);
	if (err != NULL)
		err = account_for(b, j, NULL, err);
	if (err == NULL)
		answer->status = SIGLET_STATUS_OK;
	else
		verify_answer_error(&b->style, j->path, "bundle", err, answer);
}

/* ---- one file ---- */

static siglet_err *write_json(const job *j, const siglet_receipt *receipt, siglet_buf *out)
{
	const char *checked = siglet_receipt_checked(receipt);
	siglet_json_writer w;
	siglet_err *err;

	siglet_json_writer_init(&w, out, 0);
	siglet_json_write_begin_object(&w, NULL);
	siglet_json_write_text(&w, "file", j->path);
	siglet_json_write_text(&w, "verdict", "published");
	siglet_json_write_text(&w, "url", siglet_receipt_url(receipt));
	siglet_json_write_text(&w, "bundle", siglet_receipt_bundle_url(receipt));
	siglet_json_write_text(&w, "digest", j->digest);
	siglet_json_write_int(&w, "size", (int64_t)siglet_parcel_size(j->parcel));
	siglet_json_write_bool(&w, "sent", siglet_receipt_sent(receipt));
	if (checked != NULL)
		siglet_json_write_text(&w, "checked", checked);
	siglet_json_write_end_object(&w);
	err = siglet_json_writer_finish(&w);
	return err == NULL ? siglet_buf_append_byte(out, '\n') : err;
}

static const char *describe(const siglet_receipt *receipt)
{
	const char *checked = siglet_receipt_checked(receipt);

	if (!siglet_receipt_sent(receipt))
		return "was there already, the same";
	if (checked == NULL)
		return "published; the server shows nothing of it";
	if (strcmp(checked, "content") == 0)
		return "published, read back and compared";
	if (strcmp(checked, "size") == 0)
		return "published; the server gives no checksum, its size is right";
	return "published, and the server's checksum is right";
}

static siglet_err *write_line(const siglet_receipt *receipt, siglet_buf *out)
{
	siglet_err *err = cli_append_name(out, siglet_receipt_url(receipt));

	return err == NULL ? siglet_buf_printf(out, ": %s\n", describe(receipt)) : err;
}

static void publish_one(void *context, size_t index, verify_answer *answer)
{
	batch *b = context;
	const job *j = &b->jobs[index];
	const cli_style *style = &b->style.style;
	const siglet_publish_options options = {
		.name = j->name,
		.replace = cli_has(b->arguments, CLI_FORCE),
		.read_back = cli_has(b->arguments, CLI_READ_BACK),
		.progress = b->progress == NULL ? NULL : repository_draw,
		.progress_context = b->progress,
	};
	siglet_receipt *receipt = NULL;
	siglet_err *err = siglet_repository_publish(b->repository, j->parcel, &options, &receipt);

	if (b->progress != NULL)
		siglet_sys_progress_wipe(b->progress);
	err = account_for(b, j, receipt, err);
	if (err == NULL && style->json)
		err = write_json(j, receipt, &answer->out);
	else if (err == NULL && !style->quiet)
		err = write_line(receipt, &answer->out);
	if (err == NULL)
		answer->status = SIGLET_STATUS_OK;
	else
		verify_answer_error(&b->style, j->path, "publish", err, answer);
	siglet_receipt_free(receipt);
}

/* ---- all of them ---- */

static siglet_status publish_all(batch *b, unsigned jobs)
{
	const cli_style *style = &b->style.style;
	siglet_sys_progress progress;
	verify_tally t;

	verify_run_all(true, jobs, b->count, pack, b, &t);
	if (t.status != SIGLET_STATUS_OK) {
		if (!style->json && b->count > 1)
			(void)fprintf(stderr,
				      "siglet: %zu of %zu files can't be published, so nothing "
				      "was\n",
				      b->count - t.accepted, b->count);
		return t.status;
	}
	siglet_sys_progress_start(&progress, style->quiet ? -1 : STDERR_FILENO, b->jobs[0].name,
				  siglet_parcel_size(b->jobs[0].parcel), true);
	b->progress = b->count == 1 ? &progress : NULL;
	verify_run_all(style->quiet || b->count == 1, jobs, b->count, publish_one, b, &t);
	if (!style->quiet && !style->json && b->count > 1)
		(void)fprintf(stderr, "siglet: %zu of %zu published\n", t.accepted, b->count);
	return t.status;
}

static void clear(batch *b)
{
	for (size_t i = 0; i < b->count && b->jobs != NULL; i++) {
		siglet_parcel_free(b->jobs[i].parcel);
		siglet_string_free(b->jobs[i].digest);
	}
	free(b->jobs);
	siglet_repository_free(b->repository);
}

static siglet_status run(const cli_verb *verb, int argc, char **argv)
{
	cli_arguments arguments;
	batch b = { .arguments = &arguments };
	siglet_status status;
	unsigned jobs = DEFAULT_JOBS;
	siglet_err *err;

	if (!cli_begin(verb, argc, argv, &arguments, &status))
		return status;
	cli_leave_out_bundles(&arguments, false);
	err = cli_style_from(&arguments, &b.style.style);
	if (err == NULL)
		err = check_command(&arguments);
	if (err == NULL && cli_has(&arguments, CLI_JOBS))
		err = cli_number(&arguments, CLI_JOBS, 1, MAX_JOBS, &jobs);
	if (err == NULL)
		err = account_check(&arguments);
	if (err == NULL)
		err = name_jobs(&b);
	if (err == NULL)
		err = repository_open(&arguments, cli_value(&arguments, CLI_TO), jobs,
				      &b.repository);
	if (err == NULL) {
		verify_allow_many_files();
		status = publish_all(&b, jobs);
	} else {
		status = cli_fail_run(verb, &arguments, err);
	}
	clear(&b);
	cli_arguments_clear(&arguments);
	return status;
}

const cli_verb cli_publish = {
	.name = "publish",
	.operands = "FILE... --to URL",
	.choices = CLI_FILES,
	.summary = "put signed files and their bundles into a repository",
	.about =
		"Each file and its bundle go side by side to a folder of an artifact repository\n"
		"(Artifactory, Nexus, WebDAV), the bundle first. A file that is not what its\n"
		"bundle signs is refused, and nothing is sent; what is there by the same name is\n"
		"not replaced.\n\n"
		"  siglet publish dist/* --to https://repo.example/app/1.2 --auth-env REPO_TOKEN\n",
	.options = publish_options,
	.option_count = SIGLET_COUNT(publish_options),
	.uses_crypto = true,
	.keeps_secrets = true,
	.run = run,
};
