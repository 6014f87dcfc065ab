/*
 * audit: what do the files of siglet audit share?
 */
#ifndef SIGLET_AUDIT_CLI_H
#define SIGLET_AUDIT_CLI_H

#include "cli.h"

typedef struct audit_run {
	const cli_arguments *arguments;
	cli_style style;
	siglet_trust *trust;
	siglet_auditor *auditor;
	siglet_status status; /* the worst of what was told */
	siglet_err *err;      /* of telling it */
	const void *verb;     /* what the check has of its own */
} audit_run;

/* Trust, auditor and its options. (audit.c) Errors: those of opening them. */
SIGLET_MUST_USE siglet_err *audit_set_up(audit_run *run);
void audit_tear_down(audit_run *run);
/* A siglet_audit_visit: print a report, and keep its status. context: the run. */
void audit_tell(void *context, const siglet_audit_report *report);

/* ---- siglet audit watch (audit_watch.c) ---- */

/* Is there anything to look for among the options? */
bool audit_has_rules(const cli_arguments *arguments);
/* Look for it in what came since the last time, or in all of a log while that is recomputed. */
SIGLET_MUST_USE siglet_err *audit_watch(audit_run *run, bool in_all);

#endif
