#include "repository.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "verify.h"

/* siglet fetch: a download that becomes a file only when it is accepted. */

static const cli_option fetch_options[] = {
	VERIFY_WHOM_OPTIONS,

	{ .help = "What to fetch" },
	{ .name = "name",
	  .value = "NAME",
	  .id = CLI_NAME,
	  .help = "this file of a folder, which the URL is then, as publish --to puts it there" },
	{ .name = "output",
	  .value = "FILE",
	  .choices = CLI_FILES,
	  .letter = 'o',
	  .id = CLI_OUTPUT,
	  .help = "the file to make; else named as at the end of the URL, here" },
	{ .name = "bundle",
	  .value = "URL|FILE",
	  .choices = CLI_FILES,
	  .id = CLI_BUNDLE,
	  .help = "the bundle; else the first of URL.sigstore.json, .sigstore, .sigstore.jsonl "
		  "and .cose" },
	{ .name = "all", .id = CLI_ALL, .help = "every bundle must be good, not just one" },
	{ .name = "max-size",
	  .value = "SIZE",
	  .id = CLI_MAX_SIZE,
	  .help = "fetch no larger file, in bytes or with K, M, G or T behind (16G)" },
	{ .name = "no-resume",
	  .id = CLI_NO_RESUME,
	  .help = "do not go on with what an earlier run left" },

	REPOSITORY_OPTIONS,

	{ .help = "Whose word counts" },
	VERIFY_TRUST_OPTIONS,
	CLI_STORE_OPTIONS,

	{ .help = "Output" },
	ACCOUNT_OPTION,
	{ .name = "bundle-out",
	  .value = "FILE",
	  .choices = CLI_FILES,
	  .id = CLI_BUNDLE_OUT,
	  .help = "keep the bundle, too, once the file is accepted" },
	{ .name = "predicate-out",
	  .value = "FILE",
	  .choices = CLI_FILES,
	  .id = CLI_PREDICATE_OUT,
	  .help = "write what an accepted attestation says" },
	{ .name = "explain", .id = CLI_EXPLAIN, .help = "print every check and what it compared" },
	{ .name = "json", .id = CLI_JSON, .help = "print an object" },
	{ .name = "verbose", .letter = 'v', .id = CLI_VERBOSE, .help = "tell of each request" },
	CLI_LAST_OPTIONS,
};

typedef struct download {
	const cli_arguments *arguments;
	verify_ask ask; /* its output is ours, or borrowed from argv */
	const char *url;
	char *joined; /* that, where it is a folder's and a name's */
	char *shown;  /* the same without its query, which may hold a secret */
	char *named;  /* the output, where the URL names it */
	uint64_t max_bytes;
	siglet_repository *repository;
	siglet_arrival *arrival;
} download;

/* ---- the command line ---- */

/* "1500", "20M". */
static siglet_err *read_size(const char *text, uint64_t *ret_bytes)
{
	static const char units[] = "KMGT";
	const char *unit;
	uint64_t number = 0;
	size_t digits = 0;

	for (; text[digits] >= '0' && text[digits] <= '9' && digits < 13; digits++)
		number = number * 10 + (uint64_t)(text[digits] - '0');
	unit = text[digits] == '\0' ? NULL : strchr(units, text[digits]);
	if (digits == 0 || number == 0 || (text[digits] != '\0' && unit == NULL) ||
	    (unit != NULL && text[digits + 1] != '\0') ||
	    (unit != NULL && number > UINT64_C(1000000)))
		return siglet_err_new(SIGLET_E_USAGE,
				      "--max-size takes a size such as 1500, 20M, 4G");
	*ret_bytes = unit == NULL ? number : number << (10 * (unit - units + 1));
	return NULL;
}

static siglet_err *check_outputs(const download *d)
{
	static const cli_id others[] = { CLI_BUNDLE_OUT, CLI_PREDICATE_OUT };
	const char *other[SIGLET_COUNT(others)];

	if (strcmp(d->ask.output, "-") == 0)
		return siglet_err_hint(siglet_err_new(SIGLET_E_USAGE,
						      "--output can't be standard output"),
				       "nothing passes unverified bytes on: name a file");
	for (size_t i = 0; i < SIGLET_COUNT(others); i++) {
		other[i] = cli_value(d->arguments, others[i]);
		if (other[i] != NULL && strcmp(other[i], "-") == 0)
			return siglet_err_new(SIGLET_E_USAGE,
					      "--%s can't be standard output: name a file",
					      i == 0 ? "bundle-out" : "predicate-out");
		if (other[i] != NULL && siglet_sys_is_same_place(other[i], d->ask.output))
			return siglet_err_new(SIGLET_E_USAGE, "two outputs go to one file");
	}
	if (other[0] != NULL && other[1] != NULL && siglet_sys_is_same_place(other[0], other[1]))
		return siglet_err_new(SIGLET_E_USAGE, "two outputs go to one file");
	return NULL;
}

/* A folder and a name, which need not know what a URL must escape. */
static siglet_err *find_url(download *d)
{
	const char *name = cli_value(d->arguments, CLI_NAME);
	siglet_err *err = NULL;

	d->url = d->arguments->operands[0];
	if (name != NULL)
		err = siglet_url_of_file(d->url, name, &d->joined);
	if (d->joined != NULL)
		d->url = d->joined;
	return err == NULL
		       ? siglet_strndup(siglet_slice_of(d->url, strcspn(d->url, "?")), &d->shown)
		       : err;
}

static siglet_err *find_output(download *d)
{
	siglet_err *err = NULL;

	d->ask.output = cli_value(d->arguments, CLI_OUTPUT);
	if (d->ask.output == NULL)
		err = siglet_url_file_name(d->url, &d->named);
	if (d->ask.output == NULL)
		d->ask.output = d->named;
	return err == NULL ? check_outputs(d) : err;
}

static siglet_err *read_command(download *d)
{
	const cli_arguments *arguments = d->arguments;
	const char *max = cli_value(arguments, CLI_MAX_SIZE);
	siglet_err *err = cli_style_from(arguments, &d->ask.style);

	if (err == NULL && arguments->operand_count != 1)
		err = siglet_err_new(SIGLET_E_USAGE, "name one URL");
	if (err != NULL)
		return err;
	err = find_url(d);
	d->ask.all = cli_has(arguments, CLI_ALL);
	d->ask.explain = cli_has(arguments, CLI_EXPLAIN);
	d->ask.predicate_out = cli_value(arguments, CLI_PREDICATE_OUT);
	d->ask.new_file_mode = siglet_sys_new_file_mode();
	if (err != NULL)
		return err;
	if (d->ask.explain && (d->ask.style.json || d->ask.style.quiet))
		return siglet_err_new(SIGLET_E_USAGE,
				      d->ask.style.json
					      ? "--json holds what --explain tells: say one"
					      : "--explain and --quiet contradict each other");
	if (max != NULL)
		err = read_size(max, &d->max_bytes);
	if (err == NULL)
		err = find_output(d);
	if (err == NULL)
		err = account_check(arguments);
	return err == NULL ? verify_expect(arguments, &d->ask) : err;
}

/* ---- the download ---- */

static siglet_err *get(download *d)
{
	siglet_sys_progress bar;
	siglet_err *err;

	siglet_sys_progress_start(&bar, d->ask.style.quiet ? -1 : STDERR_FILENO, d->ask.output, 0,
				  true);
	const siglet_fetch_options options = {
		.url = d->url,
		.bundle = cli_value(d->arguments, CLI_BUNDLE),
		.output = d->ask.output,
		.all = d->ask.all,
		.restart = cli_has(d->arguments, CLI_NO_RESUME),
		.max_bytes = d->max_bytes,
		.progress = repository_draw,
		.progress_context = &bar,
	};
	err = siglet_repository_fetch(d->repository, d->ask.trust, d->ask.expectation, &options,
				      &d->arrival);
	siglet_sys_progress_wipe(&bar);
	return err;
}

static siglet_err *write_bundle(const download *d, const char *path)
{
	size_t len = 0;
	const void *bundle = siglet_arrival_bundle(d->arrival, &len);

	return cli_write_file(path, siglet_slice_of(bundle, len), d->ask.new_file_mode, true);
}

/* What says that it is good comes first, so that the file never stands there without. */
static siglet_err *keep(const download *d)
{
	const siglet_result *result = siglet_arrival_result(d->arrival);
	const char *bundle_out = cli_value(d->arguments, CLI_BUNDLE_OUT);
	siglet_err *err = NULL;

	if (!siglet_result_accepted(result))
		return NULL;
	if (d->ask.predicate_out != NULL)
		err = verify_write_predicate(&d->ask, result);
	if (err == NULL && bundle_out != NULL)
		err = write_bundle(d, bundle_out);
	return err == NULL ? siglet_arrival_keep(d->arrival, d->ask.new_file_mode) : err;
}

/* ---- what is told ---- */

/* The object of any verdict or error, with where it came from in front. */
static siglet_err *add_url(const char *url, siglet_buf *out)
{
	siglet_json_writer w;
	siglet_buf whole;
	siglet_err *err;

	siglet_buf_init(&whole, out->max);
	siglet_json_writer_init(&w, &whole, 0);
	siglet_json_write_begin_object(&w, NULL);
	siglet_json_write_text(&w, "url", url);
	siglet_json_write_end_object(&w);
	err = siglet_json_writer_finish(&w);
	if (err == NULL) {
		whole.len--; /* the brace */
		err = siglet_buf_append_byte(&whole, ',');
	}
	if (err == NULL)
		err = siglet_buf_append(&whole, siglet_slice_of(out->ptr + 1, out->len - 1));
	if (err != NULL) {
		siglet_buf_clear(&whole);
		return err;
	}
	siglet_buf_clear(out);
	*out = whole;
	return NULL;
}

/* A page for people where a file was wanted is the likeliest reason. */
static siglet_err *explain_page(const download *d, verify_answer *answer)
{
	if (siglet_result_accepted(siglet_arrival_result(d->arrival)) || d->ask.style.json ||
	    strncmp(siglet_arrival_type(d->arrival), "text/html", 9) != 0)
		return NULL;
	return siglet_buf_append_str(&answer->err,
				     "  note: what came is a web page (text/html): is it the right "
				     "address, and does it want credentials?\n");
}

static siglet_err *tell(const download *d, siglet_err *err, verify_answer *answer)
{
	if (err != NULL) {
		verify_answer_error(&d->ask, d->ask.output, "bundle", err, answer);
	} else {
		verify_answer_result(&d->ask, d->ask.output, siglet_arrival_result(d->arrival),
				     answer);
		err = explain_page(d, answer);
		if (err != NULL)
			return err;
	}
	return d->ask.style.json && answer->out.len > 1 ? add_url(d->shown, &answer->out) : NULL;
}

/* Takes err. */
static siglet_err *account_for(const download *d, siglet_err *err)
{
	const siglet_artifact *artifact =
		d->arrival == NULL ? NULL : siglet_arrival_artifact(d->arrival);
	const account_context context = {
		.action = "fetch",
		.file = d->ask.output,
		.digest = artifact == NULL ? NULL : siglet_artifact_sha256(artifact),
		.bundle = d->arrival == NULL ? cli_value(d->arguments, CLI_BUNDLE)
					     : siglet_arrival_source(d->arrival),
		.url = d->shown,
	};

	return account_verdict(d->arguments, &context,
			       d->arrival == NULL ? NULL : siglet_arrival_result(d->arrival), err);
}

static siglet_status fetch(download *d)
{
	verify_answer answer;
	siglet_status status;
	siglet_err *err = get(d);

	verify_answer_init(&answer);
	/* First: what can't be accounted for is not kept. */
	err = account_for(d, err);
	if (err == NULL)
		err = keep(d);
	err = tell(d, err, &answer);
	verify_answer_print(&answer);
	status = err == NULL ? answer.status : cli_fail(NULL, err);
	verify_answer_clear(&answer);
	return status;
}

static siglet_status run(const cli_verb *verb, int argc, char **argv)
{
	cli_arguments arguments;
	download d = { .arguments = &arguments };
	siglet_status status;
	siglet_err *err;

	if (!cli_begin(verb, argc, argv, &arguments, &status))
		return status;
	err = read_command(&d);
	if (err == NULL)
		err = repository_open(&arguments, d.url, 0, &d.repository);
	status = err == NULL ? fetch(&d) : cli_fail_run(verb, &arguments, err);
	siglet_arrival_free(d.arrival);
	siglet_repository_free(d.repository);
	verify_ask_clear(&d.ask);
	siglet_string_free(d.named);
	siglet_string_free(d.shown);
	siglet_string_free(d.joined);
	cli_arguments_clear(&arguments);
	return status;
}

const cli_verb cli_fetch = {
	.name = "fetch",
	.operands = "URL",
	.summary = "download a file, and keep it only if it verifies",
	.about =
		"The file and its bundle are downloaded, and the file is hashed while it comes.\n"
		"It becomes --output only when it is accepted, as siglet verify would. A download\n"
		"that broke off goes on where it was.\n\n"
		"  siglet fetch https://repo.example/app/1.2/app.tar.gz --github acme/app\n",
	.options = fetch_options,
	.option_count = SIGLET_COUNT(fetch_options),
	.uses_crypto = true,
	.keeps_secrets = true,
	.run = run,
};
