#include "../lib/check.h"
#include "../lib/forge.h"
#include "repo/repo.h"

/* Does a bundle belong to a file? Who signed it does not matter. */

static forge *instance;

static siglet_digests digests_of(siglet_slice text)
{
	siglet_digests digests = { 0 };
	siglet_hasher *hasher = NULL;
	siglet_err *err = siglet_hasher_new(7, &hasher);

	if (err == NULL)
		err = siglet_hasher_update(hasher, text);
	if (err == NULL)
		err = siglet_hasher_finish(hasher, &digests);
	siglet_hasher_free(hasher);
	if (err != NULL)
		exit(3);
	return digests;
}

static siglet_err *check_json(siglet_slice json, const siglet_digests *digests)
{
	siglet_bundle *bundle = NULL;
	siglet_err *err = siglet_bundle_parse(json, &bundle);

	if (err == NULL)
		err = siglet_repo_check_about(bundle, digests);
	siglet_bundle_free(bundle);
	return err;
}

static siglet_err *check(const forge_options *options, const siglet_digests *digests)
{
	siglet_buf json = forge_bundle(instance, options);
	siglet_err *err = check_json(siglet_buf_slice(&json), digests);

	siglet_buf_clear(&json);
	return err;
}

/* The same with a text of the JSON taken out. */
static siglet_err *check_without(const forge_options *options, const char *from, const char *to,
				 const siglet_digests *digests)
{
	siglet_buf json = forge_bundle(instance, options);
	char *start = strstr((char *)json.ptr, from), *end = NULL;
	siglet_err *err;

	if (start != NULL)
		end = strstr(start, to);
	if (end == NULL)
		exit(3);
	end += strlen(to);
	memmove(start, end, strlen(end) + 1);
	err = check_json(siglet_slice_str((char *)json.ptr), digests);
	siglet_buf_clear(&json);
	return err;
}

#define DIGEST "\"messageDigest\":{", "},"

static void signatures(void)
{
	static const forge_key_type types[] = { FORGE_P256,    FORGE_P384,	  FORGE_P384_SHA256,
						FORGE_P521,    FORGE_P521_SHA256, FORGE_RSA_3072,
						FORGE_PSS_3072 };
	const siglet_digests right = digests_of(forge_artifact());
	const siglet_digests wrong = digests_of(siglet_slice_str("hello, siglet!\n"));

	for (size_t i = 0; i < SIGLET_COUNT(types); i++) {
		const forge_options options = { .key = types[i] };

		OK_SUCCESS(check(&options, &right), "key type %d", (int)types[i]);
		OK_ERROR(check(&options, &wrong), SIGLET_E_MISMATCH, "another file");
		OK_SUCCESS(check_without(&options, DIGEST, &right), "without a digest");
		OK_ERROR(check_without(&options, DIGEST, &wrong), SIGLET_E_MISMATCH,
			 "another file, by the signature alone");
	}
}

/* A digest that lies refutes it, and so does a signature that does. */
static void each_must_fit(void)
{
	const siglet_digests right = digests_of(forge_artifact());
	const forge_options lies = { .defect = FORGE_NO_DEFECT };
	siglet_buf json = forge_bundle(instance, &lies);
	char *digest = strstr((char *)json.ptr, "\"digest\":\"");

	if (digest == NULL)
		exit(3);
	digest += strlen("\"digest\":\"");
	*digest = *digest == 'A' ? 'B' : 'A';
	OK_ERROR(check_json(siglet_buf_slice(&json), &right), SIGLET_E_MISMATCH,
		 "a messageDigest of another file");
	siglet_buf_clear(&json);
}

static void keys(void)
{
	const siglet_digests right = digests_of(forge_artifact());
	const siglet_digests wrong = digests_of(siglet_slice_str("x"));
	const forge_options managed = { .material = FORGE_PUBLIC_KEY };

	OK_SUCCESS(check(&managed, &right), "a managed key, by the digest");
	OK_ERROR(check(&managed, &wrong), SIGLET_E_MISMATCH, "another file");
	OK_ERROR(check_without(&managed, DIGEST, &right), SIGLET_E_MISSING,
		 "without a digest nothing says what it is about");
}

static void statements(void)
{
	const siglet_digests right = digests_of(forge_artifact());
	const siglet_digests wrong = digests_of(siglet_slice_str("x"));
	const forge_options statement = { .is_dsse = true };
	const forge_options other = { .is_dsse = true, .payload_type = "text/plain" };
	const forge_options none = { .is_dsse = true, .statement = siglet_slice_str("{}") };

	OK_SUCCESS(check(&statement, &right), "a statement about it");
	OK_ERROR(check(&statement, &wrong), SIGLET_E_MISMATCH, "about another");
	OK_ERROR(check(&other, &right), SIGLET_E_UNSUPPORTED, "an envelope of another type");
	OK_ERROR(check(&none, &right), SIGLET_E_MISSING, "one that is no statement");
}

int main(void)
{
	const forge_config config = { .is_fast = true };

	instance = forge_new(&config);
	signatures();
	each_must_fit();
	keys();
	statements();
	forge_free(instance);
	return tap_done();
}
