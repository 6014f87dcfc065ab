/* What the files about audits share. */
#ifndef SIGLET_AUDITOR_INTERNAL_H
#define SIGLET_AUDITOR_INTERNAL_H

#include "audit/audit.h"
#include "http/http.h"
#include "siglet/siglet.h"

struct siglet_auditor {
	siglet_audit audit;
	siglet_http_options http_options;
	siglet_http *http; /* made with the first audit that needs it */
	siglet_transport transport;
	siglet_witness_policy *policy;
	siglet_note_key *log_key;
	char *state, *from, *log, *contact, *checkpoint, *part, *mirror;
	siglet_audit_span span;
	bool offline;
	siglet_audit_visit *visit;
	void *context;
};

/* Set up the audit from the options; state too, where it is needed. Errors: USAGE, IO, NOMEM. */
SIGLET_MUST_USE siglet_err *siglet_auditor_start(siglet_auditor *auditor, siglet_audit_visit *visit,
						 void *context, bool needs_state);
/* A log that lies in a folder needs no network, and no library for it. Errors: NETWORK, NOMEM. */
SIGLET_MUST_USE siglet_err *siglet_auditor_start_http(siglet_auditor *auditor);

/* siglet_audit_check_log, with what is looked for on the way; watch may be NULL. */
SIGLET_MUST_USE siglet_err *siglet_auditor_check_log(siglet_auditor *auditor,
						     const siglet_audit_watch *watch,
						     siglet_audit_visit *visit, void *context);

#endif
