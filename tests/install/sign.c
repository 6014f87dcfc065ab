/*
 * Sign from a program: one certificate, several threads, and each bundle verified as others would.
 * Usage: sign TRUST_CONFIG [csr|public-key]; the token is in SIGSTORE_ID_TOKEN.
 */
#include <pthread.h>
#include <siglet/siglet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define THREADS 4
#define EACH 5

typedef struct work {
	const siglet_trust *trust;
	const siglet_signing *signing;
	const siglet_expectation *expect;
	int number, good;
} work;

static siglet_error *sign_one(const work *w, const char *text, int *ret_good)
{
	siglet_signature *signature = NULL;
	siglet_result *result = NULL;
	size_t len = 0;
	siglet_error *error = siglet_sign_bytes(w->signing, text, strlen(text), &signature);

	if (error == NULL) {
		const char *bundle = siglet_signature_bundle(signature, &len);

		error = siglet_verify_digest(w->trust, w->expect,
					     siglet_signature_sha256(signature), bundle, len,
					     &result);
	}
	*ret_good += error == NULL && siglet_result_accepted(result);
	siglet_result_free(result);
	siglet_signature_free(signature);
	return error;
}

static void *sign_some(void *context)
{
	work *w = context;

	for (int i = 0; i < EACH; i++) {
		char text[64];

		snprintf(text, sizeof(text), "thread %d, text %d\n", w->number, i);
		siglet_error *error = sign_one(w, text, &w->good);
		if (error != NULL)
			fprintf(stderr, "%s\n", siglet_error_message(error));
		siglet_error_free(error);
	}
	return NULL;
}

static siglet_error *start(const siglet_trust *trust, const char *proof,
			   siglet_signing **ret_signing)
{
	const char *token = getenv("SIGSTORE_ID_TOKEN");
	siglet_credential *credential = NULL;
	siglet_error *error = siglet_signing_new(trust, ret_signing);

	if (error == NULL)
		error = siglet_signing_set(*ret_signing, SIGLET_SIGN_PROOF, proof);
	if (error == NULL)
		error = siglet_credential_parse(token == NULL ? "" : token,
						token == NULL ? 0 : strlen(token), &credential);
	if (error == NULL)
		error = siglet_credential_check(credential, "sigstore");
	if (error == NULL)
		error = siglet_signing_start(*ret_signing, credential);
	siglet_credential_free(credential);
	return error;
}

int main(int argc, char **argv)
{
	siglet_trust *trust = NULL;
	siglet_signing *signing = NULL;
	siglet_expectation *expect = NULL;
	pthread_t threads[THREADS];
	work works[THREADS];
	int good = 0, begun = 0;
	siglet_error *error = siglet_trust_open_config(argc > 1 ? argv[1] : "", &trust);

	if (error == NULL)
		error = start(trust, argc > 2 ? argv[2] : "csr", &signing);
	if (error == NULL)
		error = siglet_expectation_new(trust, &expect);
	if (error == NULL)
		error = siglet_expectation_set(expect, SIGLET_EXPECT_IDENTITY,
					       siglet_signing_identity(signing));
	if (error == NULL)
		error = siglet_expectation_set(expect, SIGLET_EXPECT_ISSUER,
					       siglet_signing_issuer(signing));
	for (; error == NULL && begun < THREADS; begun++) {
		works[begun] = (work) { trust, signing, expect, begun, 0 };
		if (pthread_create(&threads[begun], NULL, sign_some, &works[begun]) != 0)
			break;
	}
	for (int i = 0; i < begun; i++) {
		pthread_join(threads[i], NULL);
		good += works[i].good;
	}
	if (error != NULL)
		fprintf(stderr, "%s\n", siglet_error_message(error));
	else
		printf("%d of %d signed and verified\n", good, THREADS * EACH);
	siglet_error_free(error);
	siglet_expectation_free(expect);
	siglet_signing_free(signing);
	siglet_trust_free(trust);
	return good == THREADS * EACH ? 0 : 1;
}
