#include "verify/verify.h"

#include <stdlib.h>

#include "../lib/check.h"
#include "../lib/judge.h"

/*
 * Every rule is broken by a bundle that breaks nothing else, and must be the one that refuses it;
 * what may differ and still be right is accepted. docs/checks.md names these cases.
 *
 * With the argument "learn" it prints which rule refuses what.
 */

typedef struct expected {
	forge_defect defect;
	siglet_rule rule;
} expected;

#define R(defect, rule)                                   \
	{                                                 \
		FORGE_DEFECT_##defect, SIGLET_RULE_##rule \
	}

static const expected EXPECTED[] = {
#include "verify_defects.inc"
};

static siglet_rule rule_of(forge_defect defect)
{
	for (size_t i = 0; i < SIGLET_COUNT(EXPECTED); i++)
		if (EXPECTED[i].defect == defect)
			return EXPECTED[i].rule;
	return SIGLET_RULE_COUNT;
}

static judged judge_defect(forge *instance, forge_defect defect)
{
	forge_options options = { 0 };
	forge_root_options root = { 0 };

	forge_defect_prepare(defect, &options, &root);
	return judge_options(instance, &options, &root, NULL);
}

static judged judge_variation(forge *instance, forge_variation variation)
{
	forge_options options = { 0 };
	forge_root_options root = { 0 };

	forge_variation_prepare(variation, &options, &root);
	return judge_options(instance, &options, &root, NULL);
}

static void defects_are_refused_by_their_rule(forge *instance, bool learn)
{
	for (int i = 1; i < FORGE_DEFECTS; i++) {
		const forge_twist *about = forge_defect_about((forge_defect)i);
		judged j = judge_defect(instance, (forge_defect)i);
		const siglet_rule wanted = rule_of((forge_defect)i);

		if (learn) {
			printf("%s\t%s\t%s\t# %s\n", about->name,
			       j.accepted ? "ACCEPTED" : siglet_rule_name(j.rule), j.message,
			       about->text);
		} else if (!OK(!j.accepted && j.rule == wanted, "%s is refused by %s", about->name,
			       wanted == SIGLET_RULE_COUNT ? "?" : siglet_rule_name(wanted))) {
			printf("# %s: %s: %s\n", about->text,
			       j.accepted ? "ACCEPTED" : siglet_rule_name(j.rule), j.message);
		}
		judged_clear(&j);
	}
}

static void variations_are_accepted(forge *instance)
{
	for (int i = 1; i < FORGE_VARIATIONS; i++) {
		const forge_twist *about = forge_variation_about((forge_variation)i);
		judged j = judge_variation(instance, (forge_variation)i);

		if (!OK(j.accepted, "%s is accepted", about->name))
			printf("# %s: %s: %s\n", about->text, siglet_rule_name(j.rule), j.message);
		judged_clear(&j);
	}
}

int main(int argc, char **argv)
{
	const forge_config config = { .is_fast = true };
	forge *instance = forge_new(&config);
	const bool learn = argc > 1 && strcmp(argv[1], "learn") == 0;

	defects_are_refused_by_their_rule(instance, learn);
	if (!learn)
		variations_are_accepted(instance);
	forge_free(instance);
	return learn ? 0 : tap_done();
}
