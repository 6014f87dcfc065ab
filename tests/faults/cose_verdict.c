/*
 * cose_verdict: a COSE message is judged while the n-th allocation fails, for every n.
 *
 * What is refused with memory is never accepted without; each defect of the forge has its turn.
 */
#include "../lib/check.h"
#include "../lib/judge.h"
#include "../lib/deny.h"

#if defined(CAN_DENY) && SIGLET_COSE

typedef struct scene {
	siglet_slice root, message, artifact;
	const siglet_policy *policy;
} scene;

typedef struct tally {
	unsigned long failures, accepted, leaks;
} tally;

static siglet_err *judge_scene(const scene *s, bool *ret_accepted)
{
	siglet_digests digests = { 0 };
	siglet_trustroot *root = NULL;
	siglet_bundle *bundle = NULL;
	siglet_report *report = NULL;
	siglet_err *err = siglet_trustroot_parse(s->root, &root);

	if (err == NULL)
		err = judge_read(s->message, &bundle);
	if (err == NULL)
		err = judge_hash(s->artifact, &digests);
	const siglet_verify_input input = { &digests, true, s->artifact };
	if (err == NULL)
		err = siglet_verify(bundle, root, &input, s->policy, &report);
	*ret_accepted = err == NULL && siglet_report_accepted(report);
	siglet_report_free(report);
	siglet_bundle_free(bundle);
	siglet_trustroot_free(root);
	return err;
}

static bool fail_at(const scene *s, uint64_t index, bool *ret_accepted, int64_t *ret_kept)
{
	const int64_t before = live;
	siglet_err *err;

	failed = false;
	until = index;
	armed = true;
	err = judge_scene(s, ret_accepted);
	armed = false;
	siglet_err_free(err);
	*ret_kept = live - before;
	return failed;
}

static void fail_each(const scene *s, uint64_t first, uint64_t step, tally *t)
{
	int64_t kept = 0;
	bool accepted = false;

	for (uint64_t n = first; fail_at(s, n, &accepted, &kept); n += step) {
		t->failures++;
		t->accepted += accepted;
		if (kept > 0 && fail_at(s, n, &accepted, &kept) && kept > 0)
			t->leaks++;
	}
}

static bool is_accepted(const scene *s)
{
	bool accepted = false;

	siglet_err_free(judge_scene(s, &accepted));
	return accepted;
}

static scene scene_of(const forge_product *product, const siglet_buf *root, siglet_policy *policy,
		      siglet_key **key)
{
	siglet_policy_init(policy);
	policy->identity.text = product->identity;
	policy->issuer.text = product->issuer;
	if (product->identity == NULL) {
		if (siglet_key_from_pem(siglet_buf_slice(&product->public_key), key) != NULL)
			exit(3);
		policy->key = *key;
		policy->thresholds.timestamp = 0;
	}
	return (scene) { siglet_buf_slice(root), siglet_buf_slice(&product->json),
			 siglet_buf_slice(&product->artifact), policy };
}

/* The message as it is, and with another artifact. */
static void sweep(forge *instance, const forge_options *options, const char *claim)
{
	siglet_buf root = forge_trusted_root(instance, NULL);
	forge_product product = forge_make(instance, options);
	siglet_policy policy;
	siglet_key *key = NULL;
	scene s = scene_of(&product, &root, &policy, &key);
	tally good = { 0 }, bad = { 0 };

	OK(is_accepted(&s), "%s: accepted with memory", claim);
	fail_each(&s, 0, 1, &good);
	OK(is_accepted(&s), "%s: and after %lu failures", claim, good.failures);
	s.artifact = siglet_slice_str("another");
	OK(!is_accepted(&s), "%s: another artifact is refused", claim);
	fail_each(&s, 0, 5, &bad);
	OK(bad.failures > 50 && bad.accepted == 0, "… without memory, too (of %lu: %lu accepted)",
	   bad.failures, bad.accepted);
	OK(good.leaks == 0 && bad.leaks == 0, "%s: nothing leaks", claim);
	siglet_key_free(key);
	forge_product_clear(&product);
	siglet_buf_clear(&root);
}

static void fail_defect(forge *instance, forge_defect defect, uint64_t step, tally *t)
{
	forge_options options = { .cose = FORGE_COSE_HASH };
	forge_root_options root_options = { 0 };

	forge_defect_prepare(defect, &options, &root_options);
	if (forge_options_problem(&options) != NULL)
		return;
	siglet_buf root = forge_trusted_root(instance, &root_options);
	forge_product product = forge_make(instance, &options);
	siglet_policy policy;
	siglet_key *key = NULL;
	const scene s = scene_of(&product, &root, &policy, &key);
	const unsigned long before = t->accepted;

	t->accepted += is_accepted(&s);
	/* Each defect begins elsewhere, so that together they come to every place. */
	fail_each(&s, (uint64_t)defect * 7 % step, step, t);
	if (t->accepted != before)
		printf("# %s: accepted\n", forge_defect_about(defect)->name);
	siglet_key_free(key);
	forge_product_clear(&product);
	siglet_buf_clear(&root);
}

int main(int argc, char **argv)
{
	static const forge_options V1 = { .cose = FORGE_COSE_HASH },
				   V2 = { .cose = FORGE_COSE_DETACHED, .is_v2 = true },
				   KEY = { .cose = FORGE_COSE_ATTACHED,
					   .material = FORGE_PUBLIC_KEY };
	const forge_config config = { .is_fast = true };
	forge *instance = forge_new(&config);
	tally t = { 0 };

	(void)argv;
	sweep(instance, &V1, "a digest, in Rekor v1");
	sweep(instance, &V2, "detached, in Rekor v2");
	sweep(instance, &KEY, "attached, by a managed key");
	for (int i = 1; i < FORGE_DEFECTS; i++)
		fail_defect(instance, (forge_defect)i, argc > 1 ? 5 : 311, &t);
	OK(t.failures > 200 && t.accepted == 0, "no defect is accepted (of %lu: %lu)", t.failures,
	   t.accepted);
	OK(t.leaks == 0, "… and nothing leaks");
	forge_free(instance);
	return tap_done();
}

#else

int main(void)
{
	SKIP("built without COSE, or allocations can't be made to fail");
	return tap_done();
}

#endif
