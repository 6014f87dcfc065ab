#include "sign.h"

#include <stdlib.h>
#include <string.h>

#include "json/json.h"
#include "verify.h"

/* siglet sign: files in, bundles out. */

#define MAX_PATH_BYTES 65536
#define RESERVED_BYTES 65536 /* what a bundle may need, several times over */
#define DEFAULT_JOBS 8	     /* the work is waiting for services */
#define MAX_JOBS 64

static const cli_option sign_options[] = {
	SIGN_IDENTITY_OPTIONS,
	SIGN_KEY_OPTIONS,
	SIGN_PRIVACY_OPTIONS,
	SIGN_SERVICE_OPTIONS,
	{ .help = "What is written" },
	{ .name = "format",
	  .value = "FORMAT",
	  .choices = "bundle cose",
	  .id = CLI_FORMAT,
	  .help = "a Sigstore bundle, or cose for a COSE_Sign1 in FILE.cose" },
	{ .name = "payload",
	  .value = "WHAT",
	  .choices = "hash attached detached",
	  .id = CLI_PAYLOAD,
	  .help = "with --format cose: the file's hash (unless given), or the file itself, "
		  "in the message or beside it" },
	{ .help = "Many files" },
	{ .name = "output-dir",
	  .value = "DIR",
	  .choices = CLI_FOLDERS,
	  .id = CLI_OUTPUT_DIR,
	  .help = "the bundles go into this folder" },
	{ .name = "jobs", .value = "N", .id = CLI_JOBS, .help = "so many files at once (8)" },
	SIGN_OUTPUT_OPTIONS,
};

/* One file to sign. */
typedef struct job {
	const char *name;
	char *bundle; /* NULL: standard output */
	siglet_sys_output *output;
	bool is_done;
} job;

typedef struct batch {
	sign_run run;
	job *jobs;
	size_t count;
} batch;

/* ---- before anything is asked of anybody ---- */

static bool is_cose(const cli_arguments *arguments)
{
	const char *format = cli_value(arguments, CLI_FORMAT);

	return format != NULL && strcmp(format, "cose") == 0;
}

static siglet_err *name_bundle(const cli_arguments *arguments, const char *name, char **ret_bundle)
{
	const char *suffix = is_cose(arguments) ? ".cose" : ".sigstore.json";
	const char *output = cli_value(arguments, CLI_OUTPUT);
	const char *folder = cli_value(arguments, CLI_OUTPUT_DIR);
	const char *slash = strrchr(name, '/');
	siglet_buf path;
	siglet_err *err;

	if (output != NULL && strcmp(output, "-") == 0)
		return NULL;
	siglet_buf_init(&path, MAX_PATH_BYTES);
	if (output != NULL)
		err = siglet_buf_append_str(&path, output);
	else if (folder != NULL)
		err = siglet_buf_printf(&path, "%s/%s%s", folder, slash == NULL ? name : slash + 1,
					suffix);
	else
		err = siglet_buf_printf(&path, "%s%s", name, suffix);
	if (err == NULL)
		err = siglet_strndup(siglet_buf_slice(&path), ret_bundle);
	siglet_buf_clear(&path);
	return err;
}

static siglet_err *check_twice(const batch *b, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (b->jobs[i].bundle != NULL &&
		    siglet_sys_is_same_place(b->jobs[i].bundle, b->jobs[index].bundle))
			return siglet_err_new(
				SIGLET_E_USAGE, "%s would be written twice",
				siglet_text_printable(siglet_slice_str(b->jobs[i].bundle)).text);
	return NULL;
}

static siglet_err *check_file(const char *name)
{
	siglet_err *err = siglet_sys_check_file(name);

	if (err == NULL || !siglet_sys_is_folder(name))
		return err;
	return siglet_err_hint(err, "leave folders out, or name the files in it");
}

/*
 * The place for the bundle, with room on the disk: a full one is found out before the log is told.
 */
static siglet_err *open_place(batch *b, size_t index)
{
	job *j = &b->jobs[index];
	siglet_err *err = NULL;

	if (strcmp(j->name, "-") != 0)
		err = check_file(j->name);
	if (err == NULL)
		err = name_bundle(b->run.arguments, j->name, &j->bundle);
	if (err == NULL && j->bundle == NULL)
		return sign_check_audit_log(b->run.arguments, NULL);
	if (err != NULL)
		return err;
	err = check_twice(b, index);
	if (err == NULL)
		err = sign_check_place(b->run.arguments, j->bundle);
	if (err == NULL)
		err = sign_check_audit_log(b->run.arguments, j->bundle);
	if (err == NULL && !b->run.force)
		err = sign_check_absent(j->bundle);
	if (err == NULL)
		err = siglet_sys_output_begin(j->bundle, &j->output);
	if (err == NULL)
		err = siglet_sys_output_reserve(j->output, RESERVED_BYTES);
	return err;
}

static siglet_err *check_operands(const cli_arguments *arguments)
{
	const size_t count = arguments->operand_count;
	static const cli_id places[] = { CLI_OUTPUT, CLI_OUTPUT_DIR };

	if (count == 0)
		return siglet_err_new(SIGLET_E_USAGE, "no file to sign");
	if (count > 1 && cli_has(arguments, CLI_OUTPUT))
		return siglet_err_hint(siglet_err_new(SIGLET_E_USAGE, "--output is for one file"),
				       "--output-dir is for many");
	for (size_t i = 0; i < count; i++)
		if (strcmp(arguments->operands[i], "-") == 0 &&
		    (count > 1 || !cli_has(arguments, CLI_OUTPUT)))
			return siglet_err_new(SIGLET_E_USAGE,
					      "standard input (-) goes alone, with --output");
	return cli_check_exclusive(arguments, places, SIGLET_COUNT(places));
}

/* All that is wrong with the files is told at once. */
static siglet_err *open_each(batch *b)
{
	size_t bad = 0;

	for (size_t i = 0; i < b->count; i++) {
		b->jobs[i].name = b->run.arguments->operands[i];
		siglet_err *err = open_place(b, i);

		if (err == NULL)
			continue;
		if (b->count == 1 || b->run.style.json || siglet_err_code(err) != SIGLET_E_IO)
			return err;
		(void)cli_fail(NULL, err);
		bad++;
	}
	return bad == 0 ? NULL
			: siglet_err_new(SIGLET_E_IO,
					 "%zu of %zu files can't be signed, so nothing was", bad,
					 b->count);
}

static siglet_err *open_places(batch *b)
{
	const cli_arguments *arguments = b->run.arguments;

	b->count = arguments->operand_count;
	b->jobs = siglet_calloc(b->count, sizeof(*b->jobs));
	if (b->jobs == NULL)
		return siglet_err_nomem();
	verify_allow_many_files();
	return open_each(b);
}

static void clear(batch *b)
{
	for (size_t i = 0; i < b->count && b->jobs != NULL; i++) {
		siglet_sys_output_free(b->jobs[i].output);
		free(b->jobs[i].bundle);
	}
	free(b->jobs);
	sign_clear(&b->run);
}

/* ---- one file ---- */

static siglet_err *consume(void *context, siglet_slice piece)
{
	return siglet_artifact_add(context, piece.ptr, piece.len);
}

static siglet_err *sign_stdin(const siglet_signing *signing, siglet_signature **ret_signature)
{
	siglet_artifact *artifact = NULL;
	siglet_err *err = siglet_signing_begin_artifact(signing, &artifact);

	if (err == NULL)
		err = siglet_sys_stream_stdin(consume, artifact);
	if (err == NULL)
		err = siglet_artifact_finish(artifact);
	if (err == NULL)
		err = siglet_sign_artifact(signing, artifact, ret_signature);
	siglet_artifact_free(artifact);
	return err;
}

static siglet_err *keep(const batch *b, const job *j, const siglet_signature *signature,
			siglet_buf *out)
{
	size_t len = 0;
	const void *bundle = siglet_signature_bundle(signature, &len);
	siglet_err *err;

	if (j->output == NULL)
		return siglet_buf_append(out, siglet_slice_of(bundle, len));
	err = siglet_sys_output_write(j->output, siglet_slice_of(bundle, len));
	if (err != NULL)
		return err;
	return b->run.force ? siglet_sys_output_commit(j->output, b->run.new_file_mode)
			    : siglet_sys_output_commit_new(j->output, b->run.new_file_mode);
}

static siglet_err *write_json(const batch *b, const job *j, const siglet_signature *signature,
			      siglet_buf *out)
{
	const char *url = NULL, *sha256 = siglet_signature_sha256(signature);
	const char *identity = siglet_signing_identity(b->run.signing);
	int64_t index = 0, time_s = 0;
	siglet_json_writer w;
	siglet_err *err;

	siglet_json_writer_init(&w, out, 0);
	siglet_json_write_begin_object(&w, NULL);
	siglet_json_write_text(&w, "file", j->name);
	siglet_json_write_text(&w, "verdict", "signed");
	if (j->bundle != NULL)
		siglet_json_write_text(&w, "bundle", j->bundle);
	if (sha256 != NULL)
		siglet_json_write_text(&w, "digest", sha256);
	if (identity != NULL) {
		siglet_json_write_text(&w, "identity", identity);
		siglet_json_write_text(&w, "issuer", siglet_signing_issuer(b->run.signing));
	}
	if (siglet_signature_time(signature, &time_s))
		siglet_json_write_text(&w, "time", siglet_time_format(time_s).text);
	if (siglet_signature_log(signature, &url, &index)) {
		siglet_json_write_text(&w, "log", url);
		siglet_json_write_int(&w, "logIndex", index);
	}
	siglet_json_write_text(&w, "trustRoot", siglet_trust_source(b->run.trust));
	siglet_json_write_end_object(&w);
	err = siglet_json_writer_finish(&w);
	return err == NULL ? siglet_buf_append_byte(out, '\n') : err;
}

static siglet_err *write_line(const job *j, const siglet_signature *signature, siglet_buf *out)
{
	const char *url = NULL;
	int64_t index = 0;
	siglet_err *err = cli_append_name(out, j->bundle);

	if (err == NULL)
		err = siglet_buf_append_str(out, ": signed");
	if (err == NULL && siglet_signature_log(signature, &url, &index))
		err = siglet_buf_printf(out, ", log %s index %lld",
					siglet_text_printable(siglet_slice_str(url)).text,
					(long long)index);
	return err == NULL ? siglet_buf_append_byte(out, '\n') : err;
}

static siglet_err *answer_signed(const batch *b, const job *j, const siglet_signature *signature,
				 verify_answer *answer)
{
	const cli_style *style = &b->run.style;

	if (style->json)
		return write_json(b, j, signature, j->output == NULL ? &answer->err : &answer->out);
	if (style->quiet || j->bundle == NULL)
		return NULL;
	return write_line(j, signature, &answer->out);
}

static void answer_failed(const batch *b, const job *j, siglet_err *err, verify_answer *answer)
{
	const verify_ask ask = { .style = b->run.style };

	verify_answer_error(&ask, j->name, "sign", err, answer);
}

static siglet_err *account_for(const batch *b, const job *j, const siglet_signature *signature)
{
	const sign_account about_it = { .file = j->name,
					.digest = siglet_signature_sha256(signature),
					.bundle = j->bundle };

	return sign_account_for(&b->run, &about_it, signature);
}

static void sign_one(void *context, size_t index, verify_answer *answer)
{
	batch *b = context;
	job *j = &b->jobs[index];
	siglet_signature *signature = NULL;
	siglet_err *err = strcmp(j->name, "-") == 0
				  ? sign_stdin(b->run.signing, &signature)
				  : siglet_sign_file(b->run.signing, j->name, &signature);

	/* First: what can't be accounted for is handed to nobody. */
	if (err == NULL)
		err = account_for(b, j, signature);
	if (err == NULL)
		err = keep(b, j, signature, &answer->out);
	if (err == NULL)
		j->is_done = true;
	if (err == NULL)
		err = answer_signed(b, j, signature, answer);
	if (err == NULL)
		answer->status = SIGLET_STATUS_OK;
	else
		answer_failed(b, j, err, answer);
	siglet_signature_free(signature);
	/* A file that was not signed leaves nothing, and keeps no descriptor. */
	siglet_sys_output_free(j->output);
	j->output = NULL;
}

/* ---- all of them ---- */

/* Of those that were signed. names has room for every job. */
static void print_command(const batch *b, const char **names)
{
	const cli_arguments *arguments = b->run.arguments;
	sign_named named = { .names = names };

	for (size_t i = 0; i < b->count; i++) {
		const job *j = &b->jobs[i];

		if (!j->is_done)
			continue;
		if (strcmp(j->name, "-") != 0)
			names[named.count++] = j->name;
		/* A bundle in JSON beside the file would be found first. */
		if (named.bundle == NULL &&
		    (cli_has(arguments, CLI_OUTPUT) || cli_has(arguments, CLI_OUTPUT_DIR) ||
		     (is_cose(arguments) && b->count == 1)))
			named.bundle = j->bundle == NULL ? "BUNDLE" : j->bundle;
	}
	if (named.count > 0 || named.bundle != NULL)
		sign_print_command(&b->run, &named);
}

static siglet_status sign_all(batch *b, unsigned jobs)
{
	const cli_style *style = &b->run.style;
	const char **names = siglet_calloc(b->count, sizeof(*names));
	verify_tally t;

	verify_run_all(style->quiet, jobs == 0 ? DEFAULT_JOBS : jobs, b->count, sign_one, b, &t);
	if (!style->quiet && !style->json && b->count > 1)
		(void)fprintf(stderr, "siglet: %zu of %zu signed\n", t.accepted, b->count);
	if (!style->quiet && !style->json && names != NULL)
		print_command(b, names);
	free(names);
	return t.status;
}

static siglet_status dry_run(const batch *b)
{
	const char *identity =
		b->run.credential == NULL ? NULL : siglet_credential_identity(b->run.credential);

	if (b->run.style.json) {
		(void)printf("{\"verdict\":\"dry run\",\"files\":%zu}\n", b->count);
		return SIGLET_STATUS_OK;
	}
	(void)fprintf(stderr, "siglet: would sign %zu file%s as %s; nothing was sent\n", b->count,
		      b->count == 1 ? "" : "s",
		      b->run.credential == NULL ? "the holder of the key"
		      : identity == NULL	? "whom the certificate authority says"
					 : siglet_text_printable(siglet_slice_str(identity)).text);
	return SIGLET_STATUS_OK;
}

static siglet_status run(const cli_verb *verb, int argc, char **argv)
{
	batch b = { .count = 0 };
	cli_arguments arguments;
	siglet_status status;
	unsigned jobs = 0;
	siglet_err *err;

	if (!cli_begin(verb, argc, argv, &arguments, &status))
		return status;
	cli_leave_out_bundles(&arguments, false);
	err = check_operands(&arguments);
	if (err == NULL && cli_has(&arguments, CLI_JOBS))
		err = cli_number(&arguments, CLI_JOBS, 1, MAX_JOBS, &jobs);
	if (err == NULL)
		err = sign_set_up(&arguments, &b.run);
	if (err == NULL)
		err = open_places(&b);
	if (err == NULL)
		err = sign_identify(&b.run);
	if (err == NULL && !cli_has(&arguments, CLI_DRY_RUN))
		err = sign_start(&b.run);
	if (err != NULL)
		status = cli_fail_run(verb, &arguments, err);
	else
		status = cli_has(&arguments, CLI_DRY_RUN) ? dry_run(&b) : sign_all(&b, jobs);
	clear(&b);
	cli_arguments_clear(&arguments);
	return status;
}

const cli_verb cli_sign = {
	.name = "sign",
	.operands = "FILE...",
	.choices = CLI_FILES,
	.summary = "sign files with the identity of this CI job or person",
	.about = "A key is made for this run alone, a certificate says whose it is, and each\n"
		 "signature is timestamped and logged. The bundle goes to FILE.sigstore.json,\n"
		 "or with --format cose to FILE.cose.\n"
		 "- is standard input, with --output.\n",
	.options = sign_options,
	.option_count = SIGLET_COUNT(sign_options),
	.uses_crypto = true,
	.keeps_secrets = true,
	.run = run,
};
