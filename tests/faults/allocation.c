/*
 * allocation: what happens when the n-th allocation fails, for every n?
 *
 * This program's own malloc, calloc and realloc take the place of the C library's, for siglet, json-c and OpenSSL. A
 * whole verification, from reading the trusted root to the explained report and the bundle written again, runs again
 * and again, with the first allocation failing, then the second, and so on until none fails any more. It must never
 * crash, never accept what is refused with memory, and give back all it took.
 *
 * Usage: allocation BUNDLE TRUSTED_ROOT ARTIFACT IDENTITY ISSUER [all]
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "siglet/siglet.h"

#include "../lib/forge.h"
#include "../lib/tap.h"
#include "../lib/text.h"

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *ptr, size_t size);
extern void __libc_free(void *ptr);

/*
 * These take the place of the C library's for the libraries too: OpenSSL's and json-c's allocations fail as
 * well, so they must be seen from there.
 */
#define EVERYWHERE __attribute__((visibility("default")))
EVERYWHERE void *malloc(size_t size);
EVERYWHERE void *calloc(size_t count, size_t size);
EVERYWHERE void *realloc(void *old, size_t size);
EVERYWHERE void free(void *ptr);

static bool armed;     /* count, and fail when the count is reached */
static uint64_t until; /* allocations that still succeed */
static bool failed;    /* one was made to fail */
static int64_t live;   /* allocations not given back, of the whole process */

static bool deny(void)
{
	if (!armed)
		return false;
	if (until > 0) {
		until--;
		return false;
	}
	failed = true;
	armed = false; /* one failure each time: what follows must still be right */
	return true;
}

void *malloc(size_t size)
{
	void *ptr = deny() ? NULL : __libc_malloc(size);

	live += ptr != NULL;
	return ptr;
}

void *calloc(size_t count, size_t size)
{
	void *ptr = deny() ? NULL : __libc_calloc(count, size);

	live += ptr != NULL;
	return ptr;
}

void *realloc(void *old, size_t size)
{
	void *ptr = deny() ? NULL : __libc_realloc(old, size);

	live += old == NULL && ptr != NULL;
	return ptr;
}

void free(void *ptr)
{
	live -= ptr != NULL;
	__libc_free(ptr);
}

/* What is verified, by whom it should be signed: an identity and its issuer, or a key. */
typedef struct input {
	const char *bundle, *root, *artifact, *identity, *issuer, *key;
	size_t artifact_size;
} input;

typedef enum answer { ACCEPTED, REFUSED, ERROR } answer;

/* Every view of the result is made too: a report must not accept, crash or leak while it is printed. */
static siglet_error *look(const siglet_result *result)
{
	char *text = NULL, *json = NULL;
	siglet_error *error = siglet_result_explain(result, &text);

	if (error == NULL)
		error = siglet_result_json(result, "artifact", &json);
	siglet_string_free(text);
	siglet_string_free(json);
	return error;
}

/* Written again, a bundle is the same or none. */
static siglet_error *rewrite(const input *in)
{
	siglet_bundles *bundles = NULL;
	char *json = NULL;
	siglet_error *error =
		siglet_bundles_parse(in->bundle, strlen(in->bundle), "bundle", &bundles);

	if (error == NULL)
		error = siglet_bundles_write(bundles, 0, &json);
	siglet_string_free(json);
	siglet_bundles_free(bundles);
	return error;
}

static siglet_error *expect(const input *in, const siglet_trust *trust, siglet_expectation **ret)
{
	siglet_error *error = siglet_expectation_new(trust, ret);

	if (error == NULL && in->key != NULL)
		return siglet_expectation_set(*ret, SIGLET_EXPECT_KEY_PEM, in->key);
	if (error == NULL)
		error = siglet_expectation_set(*ret, SIGLET_EXPECT_IDENTITY, in->identity);
	if (error == NULL)
		error = siglet_expectation_set(*ret, SIGLET_EXPECT_ISSUER, in->issuer);
	return error;
}

static answer verify(const input *in)
{
	siglet_trust *trust = NULL;
	siglet_expectation *expectation = NULL;
	siglet_result *result = NULL;
	answer got = ERROR;
	siglet_error *error = siglet_trust_parse(in->root, strlen(in->root), "root", &trust);

	if (error == NULL)
		error = expect(in, trust, &expectation);
	if (error == NULL)
		error = siglet_verify_bytes(trust, expectation, in->artifact, in->artifact_size,
					    in->bundle, strlen(in->bundle), &result);
	if (error == NULL)
		got = siglet_result_accepted(result) ? ACCEPTED : REFUSED;
	if (error == NULL)
		error = look(result);
	if (error == NULL)
		error = rewrite(in);
	if (error != NULL && got == ACCEPTED)
		got = ERROR;
	siglet_error_free(error);
	siglet_result_free(result);
	siglet_expectation_free(expectation);
	siglet_trust_free(trust);
	return got;
}

/* One allocation fails. *ret_kept: how many are there more than before. False when there was none left to fail. */
static bool fail_at(const input *in, uint64_t index, answer *ret_answer, int64_t *ret_kept)
{
	const int64_t before = live;

	failed = false;
	until = index;
	armed = true;
	*ret_answer = verify(in);
	armed = false;
	*ret_kept = live - before;
	return failed;
}

static void sweep(const input *in, answer with_memory, const char *claim)
{
	uint64_t count = 0, answers[3] = { 0 }, leaks = 0;
	int64_t kept = 0, kept_again = 0;
	answer got = ERROR;

	/* OpenSSL starts up here: an allocation that fails then would leave it unfit for good. */
	OK(verify(in) == with_memory, "%s: the answer with memory", claim);
	for (; fail_at(in, count, &got, &kept); count++) {
		answers[got]++;
		/* What a library keeps for later it takes once; a leak is there each time. */
		if (kept <= 0 || !fail_at(in, count, &got, &kept_again) || kept_again <= 0)
			continue;
		if (leaks++ < 5)
			printf("# allocation %llu: %lld not given back\n",
			       (unsigned long long)count, (long long)kept_again);
	}
	OK(count > 100 && (with_memory == ACCEPTED || answers[ACCEPTED] == 0),
	   "%s: no failure turns it into an accept (%llu failed in turn: %llu accepted all the "
	   "same, %llu refused, "
	   "%llu errors)",
	   claim, (unsigned long long)count, (unsigned long long)answers[ACCEPTED],
	   (unsigned long long)answers[REFUSED], (unsigned long long)answers[ERROR]);
	OK(leaks == 0, "%s: nothing leaks", claim);
	OK(verify(in) == with_memory, "%s: afterwards the answer is the same", claim);
}

static const char OTHER_IDENTITY[] =
	"https://github.com/acme/app/.github/workflows/release.yml@refs/heads/other";

/* A bundle of the forge, as it is and with another artifact. */
static void sweep_forged(const forge_options *options, const char *claim)
{
	const forge_config config = { .is_fast = true };
	forge *instance = forge_new(&config);
	siglet_buf root = forge_trusted_root(instance, NULL);
	forge_product product = forge_make(instance, options);
	char refused[128];
	input in = { siglet_buf_text(&product.json),
		     siglet_buf_text(&root),
		     siglet_buf_text(&product.artifact),
		     product.identity,
		     product.issuer,
		     product.identity == NULL ? siglet_buf_text(&product.public_key) : NULL,
		     product.artifact.len };

	sweep(&in, ACCEPTED, claim);
	(void)snprintf(refused, sizeof(refused), "%s, another artifact", claim);
	product.artifact.ptr[0] ^= 1;
	sweep(&in, REFUSED, refused);
	forge_product_clear(&product);
	siglet_buf_clear(&root);
	forge_free(instance);
}

int main(int argc, char **argv)
{
	if (argc < 6) {
		fprintf(stderr,
			"usage: allocation BUNDLE TRUSTED_ROOT ARTIFACT IDENTITY ISSUER [all]\n");
		return 2;
	}
	char *bundle = text_read(argv[1]), *root = text_read(argv[2]);
	size_t size = 0;
	char *artifact = text_read_sized(argv[3], &size);
	input in = { bundle, root, artifact, argv[4], argv[5], NULL, size };

	sweep(&in, ACCEPTED, "a real bundle");
	in.identity = OTHER_IDENTITY;
	sweep(&in, REFUSED, "a real bundle, another identity");
	sweep_forged(&(forge_options) { .is_v2 = true }, "Rekor v2");
	sweep_forged(&(forge_options) { .material = FORGE_PUBLIC_KEY }, "a managed key");
	if (argc > 6) {
		sweep_forged(&(forge_options) { .stamp_count = 1 }, "Rekor v1 with a timestamp");
		sweep_forged(&(forge_options) { .is_v2 = true, .is_dsse = true }, "an attestation");
	}
	free(artifact);
	free(root);
	free(bundle);
	return tap_done();
}
