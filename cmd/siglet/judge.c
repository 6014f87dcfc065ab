#include "verify.h"

#include <inttypes.h>
#include <string.h>

/* One artifact and its bundles: found, read once, judged. */

const char *const verify_suffixes[] = { ".sigstore.json", ".sigstore", ".sigstore.jsonl", ".cose",
					NULL };

/* The first that exists decides: what comes after it is never looked at. */
static siglet_err *find_beside(const char *name, siglet_bundles **ret_bundles)
{
	siglet_err *err;

	for (size_t i = 0; verify_suffixes[i] != NULL; i++) {
		siglet_buf path;

		siglet_buf_init(&path, strlen(name) + 32);
		err = siglet_buf_printf(&path, "%s%s", name, verify_suffixes[i]);
		const bool found = err == NULL && siglet_sys_is_there(siglet_buf_text(&path));
		if (found)
			err = siglet_bundles_open(siglet_buf_text(&path), ret_bundles);
		siglet_buf_clear(&path);
		if (found || err != NULL)
			return err;
	}
	err = siglet_sys_check_file(name); /* that the file itself is missing matters more */
	if (err != NULL)
		return err;
	err = siglet_err_new(SIGLET_E_MISSING, "no bundle beside it");
	return siglet_err_hint(err,
			       "it would be named %s.sigstore.json; --bundle FILE names another",
			       siglet_text_printable(siglet_slice_str(name)).text);
}

siglet_err *verify_find_bundles(const verify_ask *ask, const char *name,
				siglet_bundles **ret_bundles)
{
	return ask->bundle != NULL ? siglet_bundles_open(ask->bundle, ret_bundles)
				   : find_beside(name, ret_bundles);
}

/* Where the pieces of a stream go. */
typedef struct sink {
	siglet_artifact *artifact;
	siglet_sys_output *output;     /* NULL: nothing is kept */
	siglet_sys_progress *progress; /* NULL: nobody looks */
} sink;

static siglet_err *consume(void *context, siglet_slice piece)
{
	sink *s = context;
	siglet_err *err = siglet_artifact_add(s->artifact, piece.ptr, piece.len);

	if (err == NULL && s->output != NULL)
		err = siglet_sys_output_write(s->output, piece);
	if (err == NULL && s->progress != NULL)
		siglet_sys_progress_add(s->progress, piece.len);
	return err;
}

/* The artifact that the ask means by this name; NULL when only a statement is judged. */
static siglet_err *read_artifact(const verify_ask *ask, const char *name,
				 const siglet_bundles *bundles, sink *s)
{
	siglet_err *err;

	if (ask->statement_only)
		return NULL;
	if (ask->digest != NULL)
		return siglet_artifact_from_digest(ask->digest, &s->artifact);
	err = siglet_artifact_begin(bundles, ask->expectation, &s->artifact);
	if (err == NULL)
		err = strcmp(name, "-") == 0 ? siglet_sys_stream_stdin(consume, s)
					     : siglet_sys_stream_file(name, consume, s);
	return err != NULL ? err : siglet_artifact_finish(s->artifact);
}

/* What an attestation says, in a file of its own. */
siglet_err *verify_write_predicate(const verify_ask *ask, const siglet_result *result)
{
	char *json = NULL;
	size_t len = 0;
	siglet_err *err = siglet_result_predicate(result, &json, &len);

	if (err != NULL)
		return siglet_err_wrap(err, "--predicate-out");
	err = cli_write_file(ask->predicate_out, siglet_slice_of(json, len), ask->new_file_mode,
			     true);
	siglet_string_free(json);
	return err;
}

static void tell(const verify_ask *ask, const char *name, const siglet_bundles *bundles,
		 const siglet_artifact *artifact, const siglet_result *result,
		 verify_answer *answer)
{
	const char *digest = artifact == NULL ? NULL : siglet_artifact_sha256(artifact);
	int64_t time_s = 0;

	if (ask->trust != NULL)
		verify_answer_tell(ask, name, answer, "trust root %s",
				   siglet_trust_source(ask->trust));
	verify_answer_tell(ask, name, answer, "bundle %s (%zu)", siglet_bundles_source(bundles),
			   siglet_bundles_count(bundles));
	if (digest != NULL)
		verify_answer_tell(ask, name, answer, "%s, %" PRIu64 " bytes read", digest,
				   siglet_artifact_size(artifact));
	if (siglet_result_identity(result) != NULL)
		verify_answer_tell(ask, name, answer, "identity %s",
				   siglet_result_identity(result));
	if (siglet_result_issuer(result) != NULL)
		verify_answer_tell(ask, name, answer, "issuer %s", siglet_result_issuer(result));
	if (siglet_result_time(result, &time_s))
		verify_answer_tell(ask, name, answer, "verified time %s",
				   siglet_time_format(time_s).text);
}

/* Only what was accepted becomes a file: first what it says, then itself. */
static siglet_err *keep_accepted(const verify_ask *ask, const siglet_result *result,
				 siglet_sys_output *output)
{
	siglet_err *err = NULL;

	if (!siglet_result_accepted(result))
		return NULL;
	if (ask->predicate_out != NULL)
		err = verify_write_predicate(ask, result);
	if (err == NULL && output != NULL)
		err = siglet_sys_output_commit(output, ask->new_file_mode);
	return err;
}

/* Takes err. */
static siglet_err *account_for(const verify_ask *ask, const char *name,
			       const siglet_bundles *bundles, const siglet_artifact *artifact,
			       const siglet_result *result, siglet_err *err)
{
	const account_context context = {
		.action = "verify",
		.file = name,
		.digest = artifact == NULL ? NULL : siglet_artifact_sha256(artifact),
		.bundle = bundles == NULL ? NULL : siglet_bundles_source(bundles),
	};

	return ask->arguments == NULL ? err
				      : account_verdict(ask->arguments, &context, result, err);
}

void verify_judge(const verify_ask *ask, const char *name, siglet_sys_progress *progress,
		  verify_answer *answer)
{
	siglet_bundles *bundles = NULL;
	siglet_result *result = NULL;
	sink s = { .progress = progress };
	siglet_err *err = verify_find_bundles(ask, name, &bundles);

	if (err == NULL && ask->output != NULL)
		err = siglet_sys_output_begin(ask->output, &s.output);
	cli_guard(s.output);
	if (err == NULL)
		err = read_artifact(ask, name, bundles, &s);
	if (err == NULL)
		err = siglet_verify_artifact(ask->trust, ask->expectation, bundles, s.artifact,
					     ask->all, &result);
	if (err == NULL)
		tell(ask, name, bundles, s.artifact, result, answer);
	/* First: a verdict that can't be accounted for is none. */
	err = account_for(ask, name, bundles, s.artifact, result, err);
	if (err == NULL)
		err = keep_accepted(ask, result, s.output);
	if (progress != NULL)
		siglet_sys_progress_wipe(progress);
	if (err == NULL)
		verify_answer_result(ask, name, result, answer);
	else
		verify_answer_error(ask, name, "bundle", err, answer);
	siglet_result_free(result);
	siglet_artifact_free(s.artifact);
	siglet_bundles_free(bundles);
	cli_unguard(s.output);
	siglet_sys_output_free(s.output);
}
