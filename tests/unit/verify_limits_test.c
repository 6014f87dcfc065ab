#include "verify/verify.h"

#include "../lib/check.h"
#include "../lib/judge.h"

/* Every ceiling of a bundle: at it, and one past it. Those of its size stand in bundle_test.c. */

static forge *instance;

static siglet_err *parse(const forge_options *options)
{
	siglet_buf json = forge_bundle(instance, options);
	siglet_bundle *bundle = NULL;
	siglet_err *err = siglet_bundle_parse(siglet_buf_slice(&json), &bundle);

	siglet_bundle_free(bundle);
	siglet_buf_clear(&json);
	return err;
}

static void entries_are_counted(void)
{
	forge_options options = { .entry_count = SIGLET_MAX_ENTRIES };

	OK_SUCCESS(parse(&options), "32 entries");
	options.entry_count++;
	OK_ERROR(parse(&options), SIGLET_E_LIMIT, "one entry too many");
}

static void timestamps_are_counted(void)
{
	forge_options options = { .stamp_count = SIGLET_MAX_TIMESTAMPS };

	for (int i = 0; i < FORGE_MAX_STAMPS; i++)
		options.stamps[i].late_s = i;
	OK_SUCCESS(parse(&options), "32 timestamps");
	options.stamp_count++;
	OK_ERROR(parse(&options), SIGLET_E_LIMIT, "one timestamp too many");
}

static void many_entries_are_verified(void)
{
	const forge_options options = { .entry_count = SIGLET_MAX_ENTRIES };
	judged j = judge_options(instance, &options, NULL, NULL);

	OK(j.accepted, "a bundle of 32 entries is verified");
	OK(j.report != NULL && siglet_report_entry_count(j.report) == SIGLET_MAX_ENTRIES &&
		   siglet_report_time_count(j.report) == SIGLET_MAX_ENTRIES,
	   "with each of them in the report");
	judged_clear(&j);
}

int main(void)
{
	const forge_config config = { .is_fast = true };

	instance = forge_new(&config);
	entries_are_counted();
	timestamps_are_counted();
	many_entries_are_verified();
	forge_free(instance);
	return tap_done();
}
