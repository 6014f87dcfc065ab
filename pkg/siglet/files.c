#include "siglet/siglet.h"

#include <stdlib.h>
#include <string.h>

#include "siglet/siglet_internal.h"
#include "sys/sys.h"

/* The half of the library that opens files: reading what the pure half takes from memory. */

#define MAX_KEY_FILE_BYTES 65536
#define MAX_CONFIG_FILE_BYTES ((size_t)2 * SIGLET_MAX_TRUSTROOT_BYTES)

static bool is_stdin(const char *path)
{
	return strcmp(path, "-") == 0;
}

siglet_error *siglet_trust_open(const char *path, siglet_trust **ret_trust)
{
	siglet_buf json;
	siglet_err *err;

	siglet_buf_init(&json, SIGLET_MAX_TRUSTROOT_BYTES);
	err = siglet_sys_read_file(path, &json);
	if (err != NULL)
		err = siglet_as_unreadable(err);
	else
		err = siglet_trust_parse(json.ptr, json.len, path, ret_trust);
	if (err == NULL)
		(*ret_trust)->provenance.origin = "file";
	siglet_buf_clear(&json);
	return err;
}

siglet_error *siglet_trust_open_config(const char *path, siglet_trust **ret_trust)
{
	siglet_signing_config *config = NULL;
	siglet_trustroot *root = NULL;
	siglet_err *config_err = NULL;
	siglet_buf json;
	siglet_err *err;

	siglet_buf_init(&json, MAX_CONFIG_FILE_BYTES);
	err = siglet_sys_read_file(path, &json);
	if (err == NULL) {
		err = siglet_trust_config_parse(siglet_buf_slice(&json), &root, NULL);
		if (err == NULL)
			config_err =
				siglet_trust_config_parse(siglet_buf_slice(&json), NULL, &config);
		if (err != NULL)
			err = siglet_err_wrap(err, "%s",
					      siglet_text_printable(siglet_slice_str(path)).text);
	}
	siglet_buf_clear(&json);
	if (err != NULL)
		return siglet_as_unreadable(err);
	err = siglet_trust_new(root, config, path, NULL, ret_trust);
	if (err != NULL) {
		siglet_err_free(config_err);
		return err;
	}
	(*ret_trust)->config_err = config_err;
	(*ret_trust)->provenance.origin = "file";
	return NULL;
}

siglet_error *siglet_expectation_set_key_file(siglet_expectation *expectation, const char *path)
{
	siglet_buf pem;
	siglet_err *err;

	siglet_buf_init(&pem, MAX_KEY_FILE_BYTES);
	err = siglet_sys_read_file(path, &pem);
	if (err == NULL && memchr(siglet_buf_text(&pem), '\0', pem.len) != NULL)
		err = siglet_err_new(SIGLET_E_IO, "%s: not a text file",
				     siglet_text_printable(siglet_slice_str(path)).text);
	if (err != NULL) {
		err = siglet_as_unreadable(err);
	} else {
		err = siglet_expectation_set(expectation, SIGLET_EXPECT_KEY_PEM,
					     siglet_buf_text(&pem));
		if (err != NULL)
			err = siglet_err_wrap(err, "%s",
					      siglet_text_printable(siglet_slice_str(path)).text);
	}
	siglet_buf_clear(&pem);
	return err;
}

siglet_error *siglet_expectation_set_witness_policy_file(siglet_expectation *expectation,
							 const char *path)
{
	siglet_buf text;
	siglet_err *err;

	siglet_buf_init(&text, SIGLET_MAX_WITNESS_POLICY_BYTES);
	err = siglet_sys_read_file(path, &text);
	if (err != NULL) {
		err = siglet_as_unreadable(err);
	} else {
		err = siglet_expectation_set_witness_policy(expectation, text.ptr, text.len);
		if (err != NULL)
			err = siglet_err_wrap(err, "%s",
					      siglet_text_printable(siglet_slice_str(path)).text);
	}
	siglet_buf_clear(&text);
	return err;
}

siglet_error *siglet_bundles_open(const char *path, siglet_bundles **ret_bundles)
{
	siglet_buf json;
	siglet_err *err;

	siglet_buf_init(&json, SIGLET_MAX_BUNDLE_BYTES);
	err = is_stdin(path) ? siglet_sys_read_stdin(&json) : siglet_sys_read_file(path, &json);
	const char *source = is_stdin(path) ? "(standard input)" : path;

	if (err == NULL && siglet_bundle_is_cose(siglet_buf_slice(&json)))
		err = siglet_bundles_parse_cose(json.ptr, json.len, source, ret_bundles);
	else if (err == NULL)
		err = siglet_bundles_parse(json.ptr, json.len, source, ret_bundles);
	siglet_buf_clear(&json);
	return err;
}

static siglet_err *add_piece(void *context, siglet_slice piece)
{
	return siglet_artifact_add(context, piece.ptr, piece.len);
}

siglet_error *siglet_artifact_open(const char *path, const siglet_bundles *bundles,
				   const siglet_expectation *expectation,
				   siglet_artifact **ret_artifact)
{
	siglet_artifact *artifact = NULL;
	siglet_err *err = siglet_artifact_begin(bundles, expectation, &artifact);

	if (err == NULL)
		err = is_stdin(path) ? siglet_sys_stream_stdin(add_piece, artifact)
				     : siglet_sys_stream_file(path, add_piece, artifact);
	if (err == NULL)
		err = siglet_artifact_finish(artifact);
	if (err != NULL) {
		siglet_artifact_free(artifact);
		return siglet_as_unreadable(err);
	}
	*ret_artifact = artifact;
	return NULL;
}

/* FILE.sigstore.json, FILE.sigstore, FILE.sigstore.jsonl, FILE.cose: the first that is there. */
static siglet_err *find_bundle(const char *path, siglet_buf *ret_path)
{
	static const char *const suffixes[] = { ".sigstore.json", ".sigstore", ".sigstore.jsonl",
						".cose" };

	for (size_t i = 0; i < SIGLET_COUNT(suffixes); i++) {
		siglet_err *err;

		ret_path->len = 0;
		err = siglet_buf_printf(ret_path, "%s%s", path, suffixes[i]);
		if (err != NULL)
			return err;
		if (siglet_sys_is_there(siglet_buf_text(ret_path)))
			return NULL;
	}
	return siglet_err_hint(
		siglet_err_new(SIGLET_E_MISSING, "no bundle beside %s",
			       siglet_text_printable(siglet_slice_str(path)).text),
		"looked for .sigstore.json, .sigstore, .sigstore.jsonl and .cose; name "
		"another with --bundle");
}

/* bundle_path NULL: the one beside path. That a file is missing is said before that its bundle is. */
static siglet_err *open_bundles(const char *path, const char *bundle_path,
				siglet_bundles **ret_bundles)
{
	siglet_buf found;
	siglet_err *err = NULL;

	siglet_buf_init(&found, path == NULL ? 0 : strlen(path) + sizeof(".sigstore.jsonl"));
	if (path != NULL && !is_stdin(path) && !siglet_sys_is_there(path))
		err = siglet_err_new(SIGLET_E_IO, "%s: no such file",
				     siglet_text_printable(siglet_slice_str(path)).text);
	if (err == NULL && bundle_path == NULL) {
		err = find_bundle(path, &found);
		bundle_path = siglet_buf_text(&found);
	}
	if (err == NULL)
		err = siglet_bundles_open(bundle_path, ret_bundles);
	siglet_buf_clear(&found);
	return err;
}

/* A malformed bundle ends as a refusal. Takes err. */
static siglet_err *refuse_or_fail(siglet_err *err, siglet_result **ret_result)
{
	return siglet_is_refusal(err) ? siglet_result_unreadable(err, ret_result) : err;
}

siglet_error *siglet_verify_file(const siglet_trust *trust, const siglet_expectation *expectation,
				 const char *path, const char *bundle_path,
				 siglet_result **ret_result)
{
	siglet_artifact *artifact = NULL;
	siglet_bundles *bundles = NULL;
	siglet_err *err;

	if (path == NULL)
		return siglet_err_new(SIGLET_E_USAGE, "no artifact");
	err = siglet_policy_check(&expectation->policy);
	if (err == NULL)
		err = open_bundles(path, bundle_path, &bundles);
	if (err != NULL)
		return refuse_or_fail(err, ret_result);
	err = siglet_artifact_open(path, bundles, expectation, &artifact);
	return siglet_judge_owned(trust, expectation, bundles, artifact, false, err, ret_result);
}

/* What can't be meant. */
static siglet_err *check_options(const siglet_verify_options *options, bool statement_only)
{
	const int artifacts =
		(options->path != NULL) + (options->digest != NULL) + (options->data != NULL);

	if (artifacts > 1)
		return siglet_err_new(SIGLET_E_USAGE, "more than one artifact");
	if (artifacts == 0 && !statement_only)
		return siglet_err_new(SIGLET_E_USAGE, "no artifact");
	if (artifacts == 1 && statement_only)
		return siglet_err_new(SIGLET_E_USAGE, "an artifact that would not be checked");
	if (options->bundle != NULL && options->bundle_path != NULL)
		return siglet_err_new(SIGLET_E_USAGE, "more than one bundle");
	if (options->bundle == NULL && options->bundle_path == NULL && options->path == NULL)
		return siglet_err_new(SIGLET_E_USAGE, "no bundle");
	return NULL;
}

/* Programs that serve others pass on names: none of them may read standard input. */
static const char *name_of_file(const char *path)
{
	return path != NULL && is_stdin(path) ? "./-" : path;
}

static siglet_err *open_artifact(const siglet_verify_options *options,
				 const siglet_bundles *bundles,
				 const siglet_expectation *expectation,
				 siglet_artifact **ret_artifact)
{
	if (options->path != NULL)
		return siglet_artifact_open(name_of_file(options->path), bundles, expectation,
					    ret_artifact);
	if (options->digest != NULL)
		return siglet_artifact_from_digest(options->digest, ret_artifact);
	if (options->data != NULL)
		return siglet_artifact_from_bytes(options->data, options->data_len, ret_artifact);
	return NULL; /* statement-only */
}

siglet_error *siglet_verify_with_options(const siglet_trust *trust,
					 const siglet_expectation *expectation,
					 const siglet_verify_options *options,
					 siglet_result **ret_result)
{
	siglet_artifact *artifact = NULL;
	siglet_bundles *bundles = NULL;
	siglet_err *err = siglet_policy_check(&expectation->policy);

	if (err == NULL)
		err = check_options(options, expectation->policy.statement_only);
	if (err == NULL && options->bundle != NULL)
		err = siglet_bundles_parse(options->bundle, options->bundle_len, "bundle",
					   &bundles);
	else if (err == NULL)
		err = open_bundles(name_of_file(options->path), name_of_file(options->bundle_path),
				   &bundles);
	if (err != NULL)
		return refuse_or_fail(err, ret_result);
	err = open_artifact(options, bundles, expectation, &artifact);
	return siglet_judge_owned(trust, expectation, bundles, artifact, options->all, err,
				  ret_result);
}
