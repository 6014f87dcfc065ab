/*
 * allocation: what happens when the n-th allocation fails, for every n?
 *
 * This program's own malloc, calloc and realloc take the place of the C library's in siglet. A whole verification, from reading the trusted root to the explained report,
 * runs again and again, with the first allocation failing, then the second, and so on until none fails any more.
 * It must never crash, never accept what is refused with memory, and give back all it took.
 *
 * Usage: allocation BUNDLE TRUSTED_ROOT ARTIFACT IDENTITY ISSUER
 */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "siglet/siglet.h"

#include "../lib/tap.h"
#include "../lib/text.h"

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *ptr, size_t size);
extern void __libc_free(void *ptr);

/*
 * Hidden in this program: the failing allocations are those of siglet's own code. json-c 0.16 crashes by
 * itself where it can't copy a key; json_memory_test fails its allocations, each in a process of its own.
 */
void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *old, size_t size);
void free(void *ptr);

static bool armed;	  /* count, and fail when the count is reached */
static uint64_t until;	  /* allocations that still succeed */
static bool failed;	  /* one was made to fail */
static int64_t live;	  /* allocations not given back, of the whole process */

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

typedef struct input {
	const char *bundle, *root, *artifact, *identity, *issuer;
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

static answer verify(const input *in)
{
	siglet_trust *trust = NULL;
	siglet_expectation *expect = NULL;
	siglet_result *result = NULL;
	answer got = ERROR;
	siglet_error *error = siglet_trust_parse(in->root, strlen(in->root), "root", &trust);

	if (error == NULL)
		error = siglet_expectation_new(trust, &expect);
	if (error == NULL)
		error = siglet_expectation_set(expect, SIGLET_EXPECT_IDENTITY, in->identity);
	if (error == NULL)
		error = siglet_expectation_set(expect, SIGLET_EXPECT_ISSUER, in->issuer);
	if (error == NULL)
		error = siglet_verify_bytes(trust, expect, in->artifact, in->artifact_size,
					    in->bundle, strlen(in->bundle), &result);
	if (error == NULL)
		got = siglet_result_accepted(result) ? ACCEPTED : REFUSED;
	if (error == NULL) {
		error = look(result);
		if (error != NULL && got == ACCEPTED)
			got = ERROR;
	}
	siglet_error_free(error);
	siglet_result_free(result);
	siglet_expectation_free(expect);
	siglet_trust_free(trust);
	return got;
}

/* Fail each allocation in turn; what libraries keep for good on the way is there after a first round. */
static void sweep(const input *in, answer with_memory, const char *claim)
{
	uint64_t count = 0, accepted = 0, refused = 0, errors = 0, leaks = 0;
	bool wrong = false;

	for (int round = 0; round < 2; round++) {
		accepted = refused = errors = 0;
		for (count = 0;; count++) {
			const int64_t before = live;

			failed = false;
			until = count;
			armed = true;
			const answer got = verify(in);
			armed = false;
			if (round == 1 && live > before) {
				if (leaks++ < 5)
					printf("# allocation %llu: %lld not given back\n",
					       (unsigned long long)count, (long long)(live - before));
			}
			accepted += got == ACCEPTED;
			refused += got == REFUSED;
			errors += got == ERROR;
			wrong |= got == ACCEPTED && with_memory != ACCEPTED;
			if (!failed)
				break;
		}
	}
	OK(verify(in) == with_memory, "%s: the answer with memory", claim);
	OK(!wrong, "%s: no failure turns it into an accept (%llu failed in turn: %llu accepted all the "
	   "same, %llu refused, %llu errors)",
	   claim, (unsigned long long)count, (unsigned long long)accepted, (unsigned long long)refused,
	   (unsigned long long)errors);
	OK(leaks == 0, "%s: nothing leaks", claim);
}

int main(int argc, char **argv)
{
	if (argc != 6) {
		fprintf(stderr, "usage: allocation BUNDLE TRUSTED_ROOT ARTIFACT IDENTITY ISSUER\n");
		return 2;
	}
	char *bundle = text_read(argv[1]), *root = text_read(argv[2]);
	size_t size = 0;
	char *artifact = text_read_sized(argv[3], &size), *other = text_read(argv[3]);
	input in = { bundle, root, artifact, argv[4], argv[5], size };

	sweep(&in, ACCEPTED, "an accepted bundle");
	other[0] ^= 1;
	in.artifact = other;
	sweep(&in, REFUSED, "another artifact");
	in.artifact = artifact;
	in.identity = "https://github.com/acme/app/.github/workflows/release.yml@refs/tags/v1";
	sweep(&in, REFUSED, "another identity");
	free(other);
	free(artifact);
	free(root);
	free(bundle);
	return tap_done();
}
