/*
 * crypto_wycheproof: the signature vectors of C2SP/wycheproof, as they lie in the corpus.
 *
 * Each public key must load, each "valid" signature verify and each "invalid" one be refused.
 * "acceptable" ones are counted and named: either answer is allowed.
 */
#include "crypto_keys.h"

#include <json-c/json.h>

#include "../lib/corpus.h"

typedef struct suite {
	const char *name;
	siglet_scheme scheme;
	bool is_p1363; /* signatures are r and s side by side */
} suite;

static const suite suites[] = {
	{ "ecdsa_secp256r1_sha256_test", SIGLET_SCHEME_ECDSA_SHA256, false },
	{ "ecdsa_secp256r1_sha256_p1363_test", SIGLET_SCHEME_ECDSA_SHA256, true },
	{ "ecdsa_secp256r1_sha512_test", SIGLET_SCHEME_ECDSA_SHA512, false },
	{ "ecdsa_secp384r1_sha384_test", SIGLET_SCHEME_ECDSA_SHA384, false },
	{ "ecdsa_secp384r1_sha256_test", SIGLET_SCHEME_ECDSA_SHA256, false },
	{ "ecdsa_secp521r1_sha512_test", SIGLET_SCHEME_ECDSA_SHA512, false },
	{ "ed25519_test", SIGLET_SCHEME_ED25519, false },
	{ "rsa_signature_2048_sha256_test", SIGLET_SCHEME_RSA_PKCS1_SHA256, false },
	{ "rsa_signature_4096_sha256_test", SIGLET_SCHEME_RSA_PKCS1_SHA256, false },
	{ "rsa_pss_2048_sha256_mgf1_32_test", SIGLET_SCHEME_RSA_PSS_SHA256, false },
};

typedef struct tally {
	size_t tests, wrong, acceptable_taken, acceptable_refused;
} tally;

static const char *text_of(json_object *object, const char *member)
{
	json_object *value = NULL;

	keys_need(json_object_object_get_ex(object, member, &value) != 0, member);
	return json_object_get_string(value);
}

static json_object *list_of(json_object *object, const char *member)
{
	json_object *value = NULL;

	keys_need(json_object_object_get_ex(object, member, &value) != 0 &&
			  json_object_is_type(value, json_type_array) != 0,
		  member);
	return value;
}

/* To DER, which alone is verified; and no other length than the curve's is one. */
static siglet_err *verify_halves(const suite *of, const siglet_key *key, siglet_slice message,
				 siglet_slice halves)
{
	siglet_buf der;
	siglet_err *err;

	siglet_buf_init(&der, 1024);
	err = siglet_ecdsa_to_der(siglet_key_type_of(key), halves, &der);
	if (err == NULL)
		err = siglet_key_verify(key, of->scheme, message, siglet_buf_slice(&der));
	else if (siglet_err_code(err) == SIGLET_E_LENGTH)
		err = siglet_err_recode(err, SIGLET_E_MISMATCH);
	siglet_buf_clear(&der);
	return err;
}

static bool verifies(const suite *of, const siglet_key *key, json_object *test)
{
	const siglet_slice message = unhex(text_of(test, "msg")), sig = unhex(text_of(test, "sig"));
	siglet_err *err = of->is_p1363 ? verify_halves(of, key, message, sig)
				       : siglet_key_verify(key, of->scheme, message, sig);
	const bool taken = err == NULL;

	if (!taken && siglet_err_code(err) != SIGLET_E_MISMATCH)
		printf("# not a verdict: %s\n", siglet_err_message(err));
	siglet_err_free(err);
	return taken;
}

static void run_test(const suite *of, const siglet_key *key, json_object *test, tally *sum)
{
	const char *result = text_of(test, "result");
	const bool taken = verifies(of, key, test);

	sum->tests++;
	if (strcmp(result, "acceptable") == 0) {
		printf("# acceptable, %s: %s, %s\n", taken ? "taken" : "refused", of->name,
		       text_of(test, "comment"));
		*(taken ? &sum->acceptable_taken : &sum->acceptable_refused) += 1;
		return;
	}
	if (taken == (strcmp(result, "valid") == 0))
		return;
	printf("# wrong: %s %s: %s\n", of->name, text_of(test, "tcId"), text_of(test, "comment"));
	sum->wrong++;
}

static void run_group(const suite *of, json_object *group, tally *sum)
{
	json_object *tests = list_of(group, "tests");
	siglet_key *key = NULL;
	siglet_err *err = siglet_key_from_spki(unhex(text_of(group, "publicKeyDer")), &key);

	if (err != NULL) {
		printf("# %s: key refused: %s\n", of->name, siglet_err_message(err));
		siglet_err_free(err);
		sum->wrong++;
		return;
	}
	for (size_t i = 0; i < json_object_array_length(tests); i++)
		run_test(of, key, json_object_array_get_idx(tests, i), sum);
	siglet_key_free(key);
}

static void run_suite(const suite *of)
{
	siglet_buf text;
	char path[128];
	tally sum = { 0 };

	(void)snprintf(path, sizeof(path), "wycheproof/%s.json", of->name);
	if (!OK(corpus_read(path, &text), "%s is read", path)) {
		siglet_buf_clear(&text);
		return;
	}

	json_object *file = json_tokener_parse(siglet_buf_text(&text));

	keys_need(file != NULL, path);

	json_object *groups = list_of(file, "testGroups");

	for (size_t i = 0; i < json_object_array_length(groups); i++)
		run_group(of, json_object_array_get_idx(groups, i), &sum);
	OK(sum.wrong == 0 && sum.tests > 0, "%s: %zu tests, %zu acceptable taken, %zu refused",
	   of->name, sum.tests, sum.acceptable_taken, sum.acceptable_refused);
	OK(queue_is_empty(), "OpenSSL's error queue is empty");
	json_object_put(file);
	siglet_buf_clear(&text);
	siglet_arena_clear(&keys_memory);
}

int main(void)
{
	for (size_t i = 0; i < SIGLET_COUNT(suites); i++) {
		if (corpus_available())
			run_suite(&suites[i]);
		else
			SKIP("no corpus: wycheproof %s", suites[i].name);
	}
	return keys_done();
}
