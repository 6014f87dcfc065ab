#include <unistd.h>

#include "../lib/check.h"
#include "siglet/siglet_internal.h"
#include "sys/sys.h"

/* Any artifact with any bundle, in the one call that bindings use; by the demo's real files. */

#define ARTIFACT "testdata/demo/signed-package-2.1.0-hb0f4dca_0.conda"
#define BUNDLE ARTIFACT ".sigstore.json"
#define OTHER "README.md"
#define MAX_BYTES (1u << 20)

static siglet_trust *trust;
static siglet_expectation *expectation, *statement_only;
static siglet_buf data, bundle;
static char digest[80];

static siglet_expectation *expect_demo(void)
{
	siglet_expectation *made = NULL;

	OK_SUCCESS(siglet_expectation_new(trust, &made), "an expectation");
	OK_SUCCESS(siglet_expectation_set(made, SIGLET_EXPECT_GITHUB,
					  "prefix-dev/sigstore-example"),
		   "of the demo's repository");
	return made;
}

static void set_up(void)
{
	siglet_artifact *artifact = NULL;

	siglet_buf_init(&data, MAX_BYTES);
	siglet_buf_init(&bundle, MAX_BYTES);
	OK_SUCCESS(siglet_sys_read_file(ARTIFACT, &data), "the artifact");
	OK_SUCCESS(siglet_sys_read_file(BUNDLE, &bundle), "its bundle");
	OK_SUCCESS(siglet_trust_shipped("public", &trust), "a trust root");
	expectation = expect_demo();
	statement_only = expect_demo();
	OK_SUCCESS(siglet_expectation_set_statement_only(statement_only), "without an artifact");
	OK_SUCCESS(siglet_artifact_open(ARTIFACT, NULL, NULL, &artifact), "its digest");
	(void)snprintf(digest, sizeof(digest), "%s", siglet_artifact_sha256(artifact));
	siglet_artifact_free(artifact);
}

static bool accepts(siglet_verify_options options)
{
	siglet_result *result = NULL;
	siglet_err *err = siglet_verify_with_options(trust, expectation, &options, &result);
	const bool accepted = err == NULL && siglet_result_accepted(result);

	if (err != NULL)
		printf("# %s\n", siglet_err_message(err));
	siglet_err_free(err);
	siglet_result_free(result);
	return accepted;
}

/* By this rule, and not for a fault. */
static bool refuses(siglet_verify_options options, const char *rule)
{
	siglet_result *result = NULL;
	siglet_err *err = siglet_verify_with_options(trust, expectation, &options, &result);
	const bool refused = err == NULL && !siglet_result_accepted(result) &&
			     strcmp(siglet_result_rule(result), rule) == 0;

	if (!refused)
		printf("# %s\n",
		       err != NULL ? siglet_err_message(err) : siglet_result_line(result));
	siglet_err_free(err);
	siglet_result_free(result);
	return refused;
}

static void it_takes_any_artifact_with_any_bundle(void)
{
	OK(accepts((siglet_verify_options) { .path = ARTIFACT }),
	   "a file, and what lies beside it");
	OK(accepts((siglet_verify_options) { .path = ARTIFACT, .bundle_path = BUNDLE }),
	   "a file, and a bundle's file");
	OK(accepts((siglet_verify_options) {
		   .path = ARTIFACT, .bundle = bundle.ptr, .bundle_len = bundle.len }),
	   "a file, and a bundle in memory");
	OK(accepts((siglet_verify_options) {
		   .data = data.ptr, .data_len = data.len, .bundle_path = BUNDLE }),
	   "bytes, and a bundle's file");
	OK(accepts((siglet_verify_options) { .data = data.ptr,
					     .data_len = data.len,
					     .bundle = bundle.ptr,
					     .bundle_len = bundle.len }),
	   "bytes, and a bundle in memory");
	OK(accepts((siglet_verify_options) { .digest = digest, .bundle_path = BUNDLE }),
	   "a digest, and a bundle's file");
	OK(accepts((siglet_verify_options) {
		   .digest = digest, .bundle = bundle.ptr, .bundle_len = bundle.len }),
	   "a digest, and a bundle in memory");
}

static void what_is_another_is_refused(void)
{
	OK(refuses((siglet_verify_options) { .path = OTHER, .bundle_path = BUNDLE },
		   "statement.subject"),
	   "another file");
	OK(refuses((siglet_verify_options) { .data = data.ptr,
					     .data_len = data.len - 1,
					     .bundle_path = BUNDLE },
		   "statement.subject"),
	   "a byte less");
	OK(refuses((siglet_verify_options) { .data = data.ptr,
					     .data_len = 0,
					     .bundle_path = BUNDLE },
		   "statement.subject"),
	   "no byte at all");
	digest[10] = digest[10] == '0' ? '1' : '0';
	OK(refuses((siglet_verify_options) { .digest = digest, .bundle_path = BUNDLE },
		   "statement.subject"),
	   "another digest");
	OK(refuses((siglet_verify_options) { .path = ARTIFACT,
					     .bundle = bundle.ptr,
					     .bundle_len = bundle.len - 3 },
		   "bundle"),
	   "a bundle that is cut");
	OK(refuses((siglet_verify_options) { .path = ARTIFACT,
					     .bundle = bundle.ptr,
					     .bundle_len = 0 },
		   "bundle"),
	   "an empty bundle");
	OK(refuses((siglet_verify_options) { .path = OTHER }, "bundle"), "no bundle beside a file");
}

static siglet_err *ask(const siglet_expectation *of, siglet_verify_options options)
{
	siglet_result *result = NULL;
	siglet_err *err = siglet_verify_with_options(trust, of, &options, &result);

	OK(result == NULL, "no result");
	return err;
}

static void what_cannot_be_meant_is_usage(void)
{
	OK_ERROR(ask(expectation, (siglet_verify_options) { 0 }), SIGLET_E_USAGE, "nothing");
	OK_ERROR(ask(expectation, (siglet_verify_options) { .bundle_path = BUNDLE }),
		 SIGLET_E_USAGE, "no artifact");
	OK_ERROR(ask(expectation, (siglet_verify_options) { .digest = digest }), SIGLET_E_USAGE,
		 "no bundle");
	OK_ERROR(ask(expectation, (siglet_verify_options) { .path = ARTIFACT, .digest = digest }),
		 SIGLET_E_USAGE, "two artifacts");
	OK_ERROR(ask(expectation, (siglet_verify_options) { .path = ARTIFACT,
							    .bundle_path = BUNDLE,
							    .bundle = bundle.ptr,
							    .bundle_len = bundle.len }),
		 SIGLET_E_USAGE, "two bundles");
	OK_ERROR(ask(statement_only, (siglet_verify_options) { .path = ARTIFACT }), SIGLET_E_USAGE,
		 "an artifact with statement-only");
	OK_ERROR(ask(expectation,
		     (siglet_verify_options) { .digest = "sha256:00", .bundle_path = BUNDLE }),
		 SIGLET_E_USAGE, "a digest that is none");
	OK_ERROR(ask(expectation,
		     (siglet_verify_options) { .path = "no/such", .bundle_path = BUNDLE }),
		 SIGLET_E_IO, "no such file");
	OK_ERROR(ask(expectation,
		     (siglet_verify_options) { .path = ARTIFACT, .bundle_path = "no/such" }),
		 SIGLET_E_IO, "no such bundle");
}

/* The bytes wait at standard input, and nobody reads them. */
static void a_dash_is_a_file(void)
{
	int ends[2] = { -1, -1 };
	const int kept = dup(STDIN_FILENO);

	if (kept < 0 || pipe(ends) != 0 || dup2(ends[0], STDIN_FILENO) < 0) {
		SKIP("no pipe");
		return;
	}
	(void)close(ends[1]);
	OK_ERROR(ask(expectation, (siglet_verify_options) { .path = "-", .bundle_path = BUNDLE }),
		 SIGLET_E_IO, "- is a file, and there is none");
	OK_ERROR(ask(expectation, (siglet_verify_options) { .path = ARTIFACT, .bundle_path = "-" }),
		 SIGLET_E_IO, "so it is as a bundle");
	(void)dup2(kept, STDIN_FILENO);
	(void)close(kept);
	(void)close(ends[0]);
}

/* With all, the second bundle that is no good spoils it. */
static void all_means_all(void)
{
	static const char other[] = "{\"mediaType\":\"application/vnd.dev.sigstore.bundle+json;"
				    "version=0.1\",\"verificationMaterial\":{\"publicKey\":{}},"
				    "\"messageSignature\":{\"signature\":\"AAAA\"}}";
	siglet_verify_options options = { .digest = digest };
	siglet_bundles *parsed = NULL;
	char *line = NULL;
	siglet_buf both;

	siglet_buf_init(&both, MAX_BYTES);
	OK_SUCCESS(siglet_bundles_parse(bundle.ptr, bundle.len, "demo", &parsed), "parsed");
	OK_SUCCESS(siglet_bundles_write(parsed, 0, &line), "written on a line");
	OK_SUCCESS(siglet_buf_printf(&both, "%s\n%s\n", line, other), "and another");
	options.bundle = both.ptr;
	options.bundle_len = both.len;
	OK(accepts(options), "one of two is enough");
	options.all = true;
	OK(!accepts(options), "but not where all must be good");
	siglet_bundles_free(parsed);
	siglet_string_free(line);
	siglet_buf_clear(&both);
}

static void a_report_may_have_no_name(void)
{
	siglet_verify_options options = { .path = ARTIFACT };
	siglet_result *result = NULL;
	char *json = NULL;

	OK_SUCCESS(siglet_verify_with_options(trust, expectation, &options, &result), "verified");
	OK_SUCCESS(siglet_result_json(result, NULL, &json), "a report");
	OK(json != NULL && strstr(json, "\"file\"") == NULL && json[0] == '{', "without a name");
	siglet_string_free(json);
	siglet_result_free(result);
}

static void an_error_has_a_code(void)
{
	siglet_err *err = ask(expectation, (siglet_verify_options) { 0 });

	OK(strcmp(siglet_error_code(err), "usage") == 0, "its name");
	OK(siglet_error_code(NULL)[0] == '\0', "and success has none");
	siglet_error_free(err);
}

int main(void)
{
	set_up();
	it_takes_any_artifact_with_any_bundle();
	all_means_all();
	what_is_another_is_refused();
	what_cannot_be_meant_is_usage();
	a_dash_is_a_file();
	a_report_may_have_no_name();
	an_error_has_a_code();
	siglet_expectation_free(expectation);
	siglet_expectation_free(statement_only);
	siglet_trust_free(trust);
	siglet_buf_clear(&data);
	siglet_buf_clear(&bundle);
	return tap_done();
}
