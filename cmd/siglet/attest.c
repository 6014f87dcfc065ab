#include "sign.h"

#include <stdlib.h>
#include <string.h>

#include "json/json.h"

/* siglet attest: a signed statement about files. */

#define MAX_STATEMENT_BYTES ((size_t)11 << 20) /* a bundle has room for a little more, in base64 */
#define MAX_SUBJECTS_BYTES ((size_t)8 << 20)   /* what is around a predicate: names and digests */
#define MAX_PATH_BYTES 65536
#define RESERVED_SLACK 65536 /* what a bundle has besides the payload */
#define MAX_DIGEST_TEXT 160

static const cli_option attest_options[] = {
	{ .help = "What is stated" },
	{ .name = "type",
	  .value = "TYPE",
	  .choices = "slsaprovenance1 slsaprovenance02 spdx cyclonedx vuln link",
	  .id = CLI_TYPE,
	  .help = "the predicate's type, by short name or URI; with --predicate" },
	{ .name = "predicate",
	  .value = "FILE",
	  .choices = CLI_FILES,
	  .id = CLI_PREDICATE,
	  .help = "the predicate, JSON" },
	{ .name = "statement",
	  .value = "FILE",
	  .choices = CLI_FILES,
	  .id = CLI_STATEMENT,
	  .help = "a whole in-toto statement in place of files, --type and --predicate" },
	{ .name = "digest",
	  .value = "ALG:HEX",
	  .id = CLI_DIGEST,
	  .help = "a subject by its digest in place of a file; with --name" },
	{ .name = "name", .value = "NAME", .id = CLI_NAME, .help = "that subject's name" },
	SIGN_IDENTITY_OPTIONS,
	SIGN_KEY_OPTIONS,
	SIGN_PRIVACY_OPTIONS,
	SIGN_SERVICE_OPTIONS,
	SIGN_OUTPUT_OPTIONS,
};

/* What it is about; each has room for every operand, and at least one. */
typedef struct subjects {
	const char **files; /* as they were named */
	const char **names;
	const char **digests;
	char (*texts)[MAX_DIGEST_TEXT];
	size_t count; /* 0 for a whole statement */
} subjects;

typedef struct attestation {
	sign_run run;
	subjects subjects;
	char *bundle; /* NULL: standard output */
	siglet_sys_output *output;
	siglet_buf statement;
} attestation;

static siglet_err *refuse(const char *why)
{
	return siglet_err_new(SIGLET_E_USAGE, "%s", why);
}

static siglet_err *check_options(const cli_arguments *arguments)
{
	const bool whole = cli_has(arguments, CLI_STATEMENT);
	const bool digest = cli_has(arguments, CLI_DIGEST);
	const size_t files = arguments->operand_count;

	if (whole && (files > 0 || digest || cli_has(arguments, CLI_TYPE) ||
		      cli_has(arguments, CLI_PREDICATE)))
		return refuse("--statement says everything itself");
	if (!whole && files == 0 && !digest)
		return refuse("nothing to attest: no file, --digest or --statement");
	if (digest && files > 0)
		return refuse("files and --digest exclude each other");
	if (digest != cli_has(arguments, CLI_NAME))
		return refuse("--digest and --name go together");
	if (!whole && (!cli_has(arguments, CLI_TYPE) || !cli_has(arguments, CLI_PREDICATE)))
		return refuse("--type and --predicate say what is stated");
	if (files != 1 && !cli_has(arguments, CLI_OUTPUT))
		return refuse("--output FILE: there is no one file to name the bundle by");
	return NULL;
}

/* ---- the statement ---- */

static siglet_err *consume(void *context, siglet_slice piece)
{
	return siglet_artifact_add(context, piece.ptr, piece.len);
}

static siglet_err *hash_file(const char *path, char ret_digest[MAX_DIGEST_TEXT])
{
	siglet_artifact *artifact = NULL;
	siglet_err *err = siglet_artifact_begin(NULL, NULL, &artifact);

	if (err == NULL)
		err = siglet_sys_stream_unchanged(path, consume, artifact);
	if (err == NULL)
		err = siglet_artifact_finish(artifact);
	if (err == NULL)
		(void)snprintf(ret_digest, MAX_DIGEST_TEXT, "%s", siglet_artifact_sha256(artifact));
	siglet_artifact_free(artifact);
	return err;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

static siglet_err *read_subjects(const cli_arguments *arguments, subjects *to)
{
	siglet_err *err = NULL;

	to->count = arguments->operand_count;
	for (size_t i = 0; err == NULL && i < arguments->operand_count; i++) {
		to->files[i] = arguments->operands[i];
		to->names[i] = base_name(arguments->operands[i]);
		to->digests[i] = to->texts[i];
		err = hash_file(arguments->operands[i], to->texts[i]);
	}
	if (arguments->operand_count == 0) {
		to->files[0] = to->names[0] = cli_value(arguments, CLI_NAME);
		to->digests[0] = cli_value(arguments, CLI_DIGEST);
		to->count = 1;
	}
	return err;
}

static siglet_err *make_room(const cli_arguments *arguments, subjects *to)
{
	const size_t room = arguments->operand_count + 1;

	to->files = siglet_calloc(room, sizeof(*to->files));
	to->names = siglet_calloc(room, sizeof(*to->names));
	to->digests = siglet_calloc(room, sizeof(*to->digests));
	to->texts = siglet_calloc(room, sizeof(*to->texts));
	return to->files != NULL && to->names != NULL && to->digests != NULL && to->texts != NULL
		       ? NULL
		       : siglet_err_nomem();
}

static void subjects_clear(subjects *s)
{
	free(s->texts);
	free(s->digests);
	free(s->names);
	free(s->files);
}

/* Which file it was that could not be used. */
static siglet_err *in_file(const char *path, siglet_err *err)
{
	return err == NULL || siglet_err_code(err) != SIGLET_E_IO
		       ? err
		       : siglet_err_wrap(err, "%s",
					 siglet_text_printable(siglet_slice_str(path)).text);
}

static siglet_err *make_statement(attestation *a, siglet_slice predicate)
{
	const cli_arguments *arguments = a->run.arguments;
	subjects *about = &a->subjects;
	char *json = NULL;
	siglet_err *err = make_room(arguments, about);

	if (err == NULL)
		err = read_subjects(arguments, about);
	if (err == NULL)
		err = in_file(cli_value(arguments, CLI_PREDICATE),
			      siglet_statement_make(about->names, about->digests, about->count,
						    cli_value(arguments, CLI_TYPE), predicate.ptr,
						    predicate.len, &json));
	if (err == NULL)
		err = siglet_buf_append_str(&a->statement, json);
	siglet_string_free(json);
	return err;
}

/* Before anybody is asked for anything. */
static siglet_err *check_size(const attestation *a)
{
	if (a->statement.len <= MAX_STATEMENT_BYTES)
		return NULL;
	return siglet_err_new(SIGLET_E_IO,
			      "the statement has %zu bytes, more than the %zu that a bundle holds",
			      a->statement.len, MAX_STATEMENT_BYTES);
}

/* One that is too large is not what it should be, and no verdict on anything. */
static siglet_err *read_input(const char *path, siglet_buf *ret_data)
{
	siglet_err *err = siglet_sys_read_file(path, ret_data);

	return err != NULL && siglet_err_code(err) == SIGLET_E_LIMIT
		       ? siglet_err_recode(err, SIGLET_E_IO)
		       : err;
}

static siglet_err *read_statement(attestation *a)
{
	const char *whole = cli_value(a->run.arguments, CLI_STATEMENT);
	const char *path = cli_value(a->run.arguments, CLI_PREDICATE);
	siglet_buf predicate;
	siglet_err *err;

	if (whole != NULL) {
		a->statement.max = MAX_STATEMENT_BYTES;
		return read_input(whole, &a->statement);
	}
	siglet_buf_init(&predicate, MAX_STATEMENT_BYTES);
	err = read_input(path, &predicate);
	if (err == NULL)
		err = make_statement(a, siglet_buf_slice(&predicate));
	if (err == NULL)
		err = check_size(a);
	siglet_buf_clear(&predicate);
	return err;
}

/* ---- the bundle's place ---- */

static siglet_err *open_place(attestation *a)
{
	const cli_arguments *arguments = a->run.arguments;
	const char *output = cli_value(arguments, CLI_OUTPUT);
	siglet_buf path;
	siglet_err *err;

	if (output != NULL && strcmp(output, "-") == 0)
		return sign_check_audit_log(arguments, NULL);
	siglet_buf_init(&path, MAX_PATH_BYTES);
	err = output != NULL ? siglet_buf_append_str(&path, output)
			     : siglet_buf_printf(&path, "%s.sigstore.json", arguments->operands[0]);
	if (err == NULL)
		err = siglet_strndup(siglet_buf_slice(&path), &a->bundle);
	siglet_buf_clear(&path);
	if (err == NULL)
		err = sign_check_place(arguments, a->bundle);
	if (err == NULL)
		err = sign_check_audit_log(arguments, a->bundle);
	if (err == NULL && !a->run.force)
		err = sign_check_absent(a->bundle);
	if (err == NULL && !cli_has(arguments, CLI_DRY_RUN))
		err = siglet_sys_output_begin(a->bundle, &a->output);
	if (err == NULL && a->output != NULL)
		err = siglet_sys_output_reserve(a->output, RESERVED_SLACK + 2 * a->statement.len);
	return err;
}

static siglet_err *keep(attestation *a, const siglet_signature *signature)
{
	size_t len = 0;
	const void *bundle = siglet_signature_bundle(signature, &len);
	siglet_err *err;

	if (a->output == NULL) {
		(void)fwrite(bundle, 1, len, stdout);
		return NULL;
	}
	err = siglet_sys_output_write(a->output, siglet_slice_of(bundle, len));
	if (err != NULL)
		return err;
	return a->run.force ? siglet_sys_output_commit(a->output, a->run.new_file_mode)
			    : siglet_sys_output_commit_new(a->output, a->run.new_file_mode);
}

/* ---- what is said ---- */

static siglet_err *write_json(const attestation *a, const siglet_signature *signature)
{
	const char *url = NULL;
	int64_t index = 0, time_s = 0;
	siglet_json_writer w;
	siglet_buf out;
	siglet_err *err;

	siglet_buf_init(&out, MAX_PATH_BYTES);
	siglet_json_writer_init(&w, &out, 0);
	siglet_json_write_begin_object(&w, NULL);
	siglet_json_write_text(&w, "verdict", "attested");
	if (a->bundle != NULL)
		siglet_json_write_text(&w, "bundle", a->bundle);
	if (siglet_signing_identity(a->run.signing) != NULL) {
		siglet_json_write_text(&w, "identity", siglet_signing_identity(a->run.signing));
		siglet_json_write_text(&w, "issuer", siglet_signing_issuer(a->run.signing));
	}
	if (siglet_signature_time(signature, &time_s))
		siglet_json_write_text(&w, "time", siglet_time_format(time_s).text);
	if (siglet_signature_log(signature, &url, &index)) {
		siglet_json_write_text(&w, "log", url);
		siglet_json_write_int(&w, "logIndex", index);
	}
	siglet_json_write_text(&w, "trustRoot", siglet_trust_source(a->run.trust));
	siglet_json_write_end_object(&w);
	err = siglet_json_writer_finish(&w);
	if (err == NULL)
		(void)fprintf(a->bundle == NULL ? stderr : stdout, "%s\n", siglet_buf_text(&out));
	siglet_buf_clear(&out);
	return err;
}

static siglet_err *say(const attestation *a, const siglet_signature *signature)
{
	const cli_arguments *arguments = a->run.arguments;
	const sign_named named = {
		.names = arguments->operands,
		.count = arguments->operand_count,
		.bundle = !cli_has(arguments, CLI_OUTPUT) ? NULL
			  : a->bundle == NULL		  ? "BUNDLE"
							  : a->bundle,
		.type = cli_value(arguments, CLI_TYPE),
	};
	const char *url = NULL;
	int64_t index = 0;

	if (a->run.style.json)
		return write_json(a, signature);
	if (a->run.style.quiet)
		return NULL;
	if (a->bundle != NULL) {
		(void)printf("%s: attested",
			     siglet_text_printable(siglet_slice_str(a->bundle)).text);
		if (siglet_signature_log(signature, &url, &index))
			(void)printf(", log %s index %lld",
				     siglet_text_printable(siglet_slice_str(url)).text,
				     (long long)index);
		(void)puts("");
		(void)fflush(stdout);
	}
	sign_print_command(&a->run, &named);
	return NULL;
}

/* ---- the verb ---- */

static siglet_err *account_for(const attestation *a, const siglet_signature *signature)
{
	const subjects *about = &a->subjects;
	const char *whole = cli_value(a->run.arguments, CLI_STATEMENT);
	const sign_account about_it = {
		.file = about->count > 0 ? about->files[0] : whole,
		.digest = about->count > 0 ? about->digests[0] : NULL,
		.bundle = a->bundle,
		.type = cli_value(a->run.arguments, CLI_TYPE),
		.names = about->files,
		.digests = about->digests,
		.count = about->count,
		.is_attestation = true,
	};

	return sign_account_for(&a->run, &about_it, signature);
}

static siglet_err *sign_it(attestation *a)
{
	const char *whole = cli_value(a->run.arguments, CLI_STATEMENT);
	siglet_signature *signature = NULL;
	siglet_err *err = sign_start(&a->run);

	if (err == NULL)
		err = siglet_sign_statement(a->run.signing, a->statement.ptr, a->statement.len,
					    NULL, &signature);
	if (err != NULL && signature == NULL && whole != NULL)
		err = in_file(whole, err);
	/* First: what can't be accounted for is handed to nobody. */
	if (err == NULL)
		err = account_for(a, signature);
	if (err == NULL)
		err = keep(a, signature);
	if (err == NULL)
		err = say(a, signature);
	siglet_signature_free(signature);
	return err;
}

static siglet_status run(const cli_verb *verb, int argc, char **argv)
{
	attestation a = { .bundle = NULL };
	cli_arguments arguments;
	siglet_status status;
	siglet_err *err;

	if (!cli_begin(verb, argc, argv, &arguments, &status))
		return status;
	status = SIGLET_STATUS_OK;
	siglet_buf_init(&a.statement, MAX_STATEMENT_BYTES + MAX_SUBJECTS_BYTES);
	err = check_options(&arguments);
	if (err == NULL)
		err = sign_set_up(&arguments, &a.run);
	if (err == NULL)
		err = read_statement(&a);
	if (err == NULL)
		err = open_place(&a);
	cli_guard(a.output);
	if (err == NULL)
		err = sign_identify(&a.run);
	if (err == NULL && cli_has(&arguments, CLI_DRY_RUN)) {
		(void)fprintf(stderr, "siglet: nothing was sent; this is the statement\n");
		(void)printf("%s\n", siglet_buf_text(&a.statement));
	} else if (err == NULL)
		err = sign_it(&a);
	if (err != NULL)
		status = cli_fail_run(verb, &arguments, err);
	cli_unguard(a.output);
	siglet_sys_output_free(a.output);
	free(a.bundle);
	subjects_clear(&a.subjects);
	siglet_buf_clear(&a.statement);
	sign_clear(&a.run);
	cli_arguments_clear(&arguments);
	return status;
}

const cli_verb cli_attest = {
	.name = "attest",
	.operands = "FILE...",
	.choices = CLI_FILES,
	.summary = "sign a statement about files (in-toto, DSSE)",
	.about = "The files are the statement's subjects, by their SHA-256. With one file the\n"
		 "bundle goes to FILE.sigstore.json, else to --output.\n",
	.options = attest_options,
	.option_count = SIGLET_COUNT(attest_options),
	.uses_crypto = true,
	.keeps_secrets = true,
	.run = run,
};
