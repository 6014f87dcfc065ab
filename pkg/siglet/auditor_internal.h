/* What the files about auditors share. */
#ifndef SIGLET_AUDITOR_INTERNAL_H
#define SIGLET_AUDITOR_INTERNAL_H

#include "audit/audit.h"
#include "http/http.h"
#include "siglet/siglet.h"

#define SIGLET_AUDITOR_MAX_SHARDS 65536

struct siglet_auditor {
	siglet_audit audit;
	siglet_http_options http_options;
	siglet_http *http; /* made with the first audit that needs it */
	siglet_transport transport;
	siglet_witness_policy *policy;
	siglet_note_key *log_key;
	siglet_key *key;
	char *state, *from, *log, *contact, *checkpoint, *part, *mirror;
	siglet_audit_span span;
	bool offline;
	siglet_audit_visit *visit;
	void *context;
	siglet_audit_progress *progress;
	void *progress_context;
};

/*
 * Begin an audit whose reports go to visit, with the state folder where it is needed. Errors: USAGE,
 * IO (no folder for the state), NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_auditor_start(siglet_auditor *auditor, siglet_audit_visit *visit,
						 void *context, bool needs_state);
/* With the network, where the log is asked over it. Errors: NETWORK (no library), NOMEM. */
SIGLET_MUST_USE siglet_err *siglet_auditor_ask(siglet_auditor *auditor);
/* With the network. */
SIGLET_MUST_USE siglet_err *siglet_auditor_connect(siglet_auditor *auditor);
/* A decimal number; most is below 2^60. Errors: USAGE. */
SIGLET_MUST_USE siglet_err *siglet_auditor_read_number(const char *value, uint64_t least,
						       uint64_t most, uint64_t *ret_number);

/* siglet_audit_check_log, with what is looked for on the way; watch may be NULL. */
SIGLET_MUST_USE siglet_err *siglet_auditor_check_log(siglet_auditor *auditor,
						     const siglet_audit_watch *watch,
						     siglet_audit_visit *visit, void *context);

#endif
