/*
 * allocation: what happens when the n-th allocation fails, for every n?
 *
 * This program's own malloc, calloc and realloc take the place of the C library's, for siglet,
 * json-c and OpenSSL. A whole verification, from reading the trusted root to the explained report
 * and the bundle written again, runs again and again, with the first allocation failing, then the
 * second, and so on until none fails any more. It must never crash, never accept what is refused
 * with memory, and give back all it took. Every defect of the forge has its turn, too, with some of
 * its allocations: no rule may be left out for want of memory. With "all" there are more kinds,
 * more of each defect, and a second round where all allocations behind the first one fail too.
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
#include "../lib/deny.h"

#ifdef CAN_DENY

/* What is verified, by whom it should be signed: an identity and its issuer, or a key. */
typedef struct input {
	const char *bundle, *root, *artifact, *identity, *issuer, *key;
	size_t artifact_size;
	const char *witnesses; /* a witness policy, or NULL */
} input;

/* UNREPORTED: accepted, then an error while that was told. */
typedef enum answer { ACCEPTED, UNREPORTED, REFUSED, ERROR, ANSWERS } answer;

/* Every view of the result is made too: printing a report must not crash or leak either. */
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

	if (error == NULL && in->witnesses != NULL)
		error = siglet_expectation_set_witness_policy(*ret, in->witnesses,
							      strlen(in->witnesses));
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
	if (error != NULL)
		got = got == ACCEPTED ? UNREPORTED : ERROR;
	siglet_error_free(error);
	siglet_result_free(result);
	siglet_expectation_free(expectation);
	siglet_trust_free(trust);
	return got;
}

/*
 * One allocation fails. False when there was none left to fail. *ret_kept: how many are there more
 * than before.
 */
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

typedef struct tally {
	unsigned long failures, answers[ANSWERS], leaks;
} tally;

static unsigned long accepts(const tally *t)
{
	return t->answers[ACCEPTED] + t->answers[UNREPORTED];
}

/* Every step-th allocation from the first one on fails in its turn. */
static void fail_each(const input *in, uint64_t first, uint64_t step, tally *t)
{
	int64_t kept = 0, kept_again = 0;
	answer got = ERROR;

	for (uint64_t n = first; fail_at(in, n, &got, &kept); n += step) {
		t->failures++;
		t->answers[got]++;
		/* What a library keeps for later it takes once; a leak is there each time. */
		if (kept <= 0)
			continue;
		const bool again = fail_at(in, n, &got, &kept_again);
		t->answers[got]++;
		if (again && kept_again > 0 && t->leaks++ < 5)
			printf("# allocation %lu: %ld not given back\n", (unsigned long)n,
			       (long)kept_again);
	}
}

static void sweep(const input *in, answer with_memory, uint64_t step, const char *claim)
{
	tally t = { 0 };

	/* OpenSSL starts up here: an allocation that fails then leaves it unfit for good. */
	OK(verify(in) == with_memory, "%s: the answer with memory", claim);
	fail_each(in, 0, step, &t);
	OK(t.failures > 100 && (with_memory == ACCEPTED || accepts(&t) == 0),
	   "%s: no failure turns it into an accept (of %lu: %lu accepted all the same, %lu "
	   "refused, %lu errors)",
	   claim, t.failures, accepts(&t), t.answers[REFUSED], t.answers[ERROR]);
	OK(t.leaks == 0, "%s: nothing leaks", claim);
	OK(verify(in) == with_memory, "%s: afterwards the answer is the same", claim);
}

/* ---- what the forge makes ---- */

static input input_of(const forge_product *product, const siglet_buf *root)
{
	return (input) { siglet_buf_text(&product->json),
			 siglet_buf_text(root),
			 siglet_buf_text(&product->artifact),
			 product->identity,
			 product->issuer,
			 product->identity == NULL ? siglet_buf_text(&product->public_key) : NULL,
			 product->artifact.len,
			 NULL };
}

/* A bundle as it is and with another artifact. */
static void sweep_forged(forge *instance, const forge_options *options, uint64_t refused_step,
			 const char *claim)
{
	siglet_buf root = forge_trusted_root(instance, NULL);
	forge_product product = forge_make(instance, options);
	const input in = input_of(&product, &root);
	char refused[128];

	sweep(&in, ACCEPTED, 1, claim);
	(void)snprintf(refused, sizeof(refused), "%s, another artifact", claim);
	product.artifact.ptr[0] ^= 1;
	sweep(&in, REFUSED, refused_step, refused);
	forge_product_clear(&product);
	siglet_buf_clear(&root);
}

/* A quorum of both witnesses: met, not met, and one of them with a line that does not hold. */
static void sweep_witnessed(forge *instance, uint64_t accepted_step, uint64_t refused_step)
{
	static const struct {
		forge_variation variation;
		answer answer;
		const char *claim;
	} cases[] = {
		{ FORGE_VARIATION_WITNESSES, ACCEPTED, "two witnesses" },
		{ FORGE_VARIATION_WITNESS_FIRST, REFUSED, "one witness of two" },
		{ FORGE_VARIATION_WITNESS_BAD, REFUSED, "one bad witness of two" },
	};
	siglet_buf root = forge_trusted_root(instance, NULL);
	siglet_buf log = forge_log_vkey(instance, FORGE_FIRST);
	siglet_buf first = forge_witness_vkey(instance, FORGE_WITNESS_FIRST);
	siglet_buf second = forge_witness_vkey(instance, FORGE_WITNESS_SECOND);
	char policy[1024];

	(void)snprintf(policy, sizeof(policy),
		       "log %s\nwitness a %s\nwitness b %s\ngroup g all a b\nquorum g\n",
		       siglet_buf_text(&log), siglet_buf_text(&first), siglet_buf_text(&second));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const forge_options options = { .is_v2 = true, .variation = cases[i].variation };
		forge_product product = forge_make(instance, &options);
		input in = input_of(&product, &root);

		in.witnesses = policy;
		sweep(&in, cases[i].answer,
		      cases[i].answer == ACCEPTED ? accepted_step : refused_step, cases[i].claim);
		forge_product_clear(&product);
	}
	siglet_buf_clear(&second);
	siglet_buf_clear(&first);
	siglet_buf_clear(&log);
	siglet_buf_clear(&root);
}

static void fail_defect(forge *instance, forge_defect defect, uint64_t step, tally *t)
{
	forge_options options = { 0 };
	forge_root_options root_options = { 0 };
	const unsigned long accepted = accepts(t), leaks = t->leaks;

	forge_defect_prepare(defect, &options, &root_options);
	siglet_buf root = forge_trusted_root(instance, &root_options);
	forge_product product = forge_make(instance, &options);
	const input in = input_of(&product, &root);
	t->answers[verify(&in)]++;
	/* Each defect begins elsewhere, so that together they come to every place. */
	fail_each(&in, (uint64_t)defect * 7 % step, step, t);
	if (accepts(t) != accepted || t->leaks != leaks)
		printf("# %s: accepted, or a leak\n", forge_defect_about(defect)->name);
	forge_product_clear(&product);
	siglet_buf_clear(&root);
}

/* Beside a good time a bad one need only be overlooked: these are looked at more closely. */
static bool is_backed(int defect)
{
	return defect == FORGE_DEFECT_STAMP_LATE_V1 ||
	       defect == FORGE_DEFECT_INTEGRATED_LATE_STAMPED;
}

static void no_rule_is_left_out(forge *instance, uint64_t step)
{
	tally t = { 0 };

	for (int i = 1; i < FORGE_DEFECTS; i++)
		fail_defect(instance, (forge_defect)i, is_backed(i) && step > 7 ? 7 : step, &t);
	OK(t.failures > 200 && t.answers[REFUSED] > 0 && accepts(&t) == 0,
	   "%d defects: no failure turns one into an accept (of %lu: %lu accepted)",
	   FORGE_DEFECTS - 1, t.failures, accepts(&t));
	OK(t.leaks == 0, "%d defects: nothing leaks", FORGE_DEFECTS - 1);
}

static void sweep_forge(bool all)
{
	static const forge_options V2 = { .is_v2 = true }, KEY = { .material = FORGE_PUBLIC_KEY },
				   STAMPED = { .stamp_count = 1 },
				   DSSE = { .is_v2 = true, .is_dsse = true };
	const forge_config config = { .is_fast = true };
	forge *instance = forge_new(&config);

	sweep_forged(instance, &V2, all ? 1 : 19, "Rekor v2");
	sweep_forged(instance, &KEY, 1, "a managed key");
	if (all) {
		sweep_forged(instance, &STAMPED, 1, "Rekor v1 with a timestamp");
		sweep_forged(instance, &DSSE, 1, "an attestation");
	}
	sweep_witnessed(instance, all ? 1 : 7, all ? 1 : 19);
	no_rule_is_left_out(instance, all ? 5 : 499);
	forge_free(instance);
}

static const char OTHER_IDENTITY[] =
	"https://github.com/acme/app/.github/workflows/release.yml@refs/heads/other";

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
	input in = { bundle, root, artifact, argv[4], argv[5], NULL, size, NULL };

	const bool all = argc > 6;

	for (int i = 0; i < (all ? 2 : 1); i++) {
		lasts = i == 1;
		printf("# %s\n", lasts ? "memory is out for good" : "one allocation fails");
		in.identity = argv[4];
		sweep(&in, ACCEPTED, 1, "a real bundle");
		in.identity = OTHER_IDENTITY;
		sweep(&in, REFUSED, 1, "a real bundle, another identity");
		sweep_forge(all);
	}
	free(artifact);
	free(root);
	free(bundle);
	return tap_done();
}

#else

int main(void)
{
	SKIP("allocations can't be made to fail in this build");
	return tap_done();
}

#endif
