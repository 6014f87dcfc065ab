/*
 * audit: what do the files of siglet audit share?
 */
#ifndef SIGLET_CLI_AUDIT_H
#define SIGLET_CLI_AUDIT_H

#include "cli.h"

typedef struct audit_run {
	const cli_arguments *arguments;
	cli_style style;
	bool needs_no_trust;
	siglet_trust *trust;
	siglet_auditor *auditor;
	size_t told;
	siglet_status status;	 /* the worst of what was told */
	siglet_err *err;	 /* of telling it */
	siglet_sys_progress bar; /* of entries that are read */
	const void *verb;	 /* what the check has of its own */
} audit_run;

/* What the verb runs. (audit.c) */
siglet_status audit_main(const cli_verb *verb, int argc, char **argv);

/* Trust, auditor and its options. (audit.c) Errors: those of opening them. */
SIGLET_MUST_USE siglet_err *audit_set_up(audit_run *run);
void audit_tear_down(audit_run *run);
/* Where reports and matches go. (audit.c) */
FILE *audit_output(const audit_run *run);
/* Print a report, and remember how it ended: a siglet_audit_visit. context: the run. */
void audit_tell(void *context, const siglet_audit_report *report);

/* The checks, each with what is on the command line. (audit_checks.c) */
SIGLET_MUST_USE siglet_err *audit_consistency(audit_run *run);
SIGLET_MUST_USE siglet_err *audit_inclusion(audit_run *run);
SIGLET_MUST_USE siglet_err *audit_get(audit_run *run);
SIGLET_MUST_USE siglet_err *audit_compare(audit_run *run);
SIGLET_MUST_USE siglet_err *audit_sample(audit_run *run);
SIGLET_MUST_USE siglet_err *audit_status(audit_run *run);
SIGLET_MUST_USE siglet_err *audit_evidence(audit_run *run);

/* (audit_trail.c) */
SIGLET_MUST_USE siglet_err *audit_trail(audit_run *run);

/* (audit_recompute.c) */
SIGLET_MUST_USE siglet_err *audit_log(audit_run *run);
SIGLET_MUST_USE siglet_err *audit_combine(audit_run *run);

/* Is there anything to look for among the options? (audit_watch.c) */
bool audit_has_rules(const cli_arguments *arguments);
/* Look for it in what came since the last time, or in all of a log while that is recomputed. */
SIGLET_MUST_USE siglet_err *audit_watch(audit_run *run, bool in_all);

/* --shard env: which shard of how many (audit_shard.c). Errors: SIGLET_E_USAGE. */
SIGLET_MUST_USE siglet_err *audit_find_shard(const cli_arguments *arguments, unsigned *ret_index,
					     unsigned *ret_count);

#endif
