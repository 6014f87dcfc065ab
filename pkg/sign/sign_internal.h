/*
 * What the files of sign share.
 */
#ifndef SIGLET_SIGN_INTERNAL_H
#define SIGLET_SIGN_INTERNAL_H

#include <pthread.h>

#include "sign/sign.h"

#define SIGLET_MAX_SIGN_TASKS (2 * SIGLET_MAX_SERVICES)

struct siglet_session {
	siglet_session_options options;
	siglet_signer *signer;
	siglet_cert *leaf; /* NULL: a managed key without a certificate */
	bool has_identity;
	siglet_identity identity; /* borrows from leaf */
	char *san, *issuer;	  /* its texts, for a policy */
};

/* What one service is asked, in a thread of its own. */
typedef struct siglet_sign_task {
	const siglet_session *session;
	const siglet_log_service *log; /* NULL: a timestamp authority */
	const char *tsa;
	const siglet_rekor_proposal *proposal;
	siglet_rekor_entry entry;
	siglet_buf timestamp;
	siglet_err *err;
	pthread_t thread;
	bool is_running;
} siglet_sign_task;

/* One signing under way. */
typedef struct siglet_sign_work {
	const siglet_session *session;
	const siglet_content *content;
	siglet_buf signature; /* as services are given it */
	siglet_rekor_proposal proposal;
	siglet_sign_task tasks[SIGLET_MAX_SIGN_TASKS];
	size_t task_count;
} siglet_sign_work;

/*
 * The steps that every format has: ask the services about proposal, put what they gave into data
 * (entries and timestamps have room for SIGLET_MAX_SERVICES), verify the whole as a stranger.
 */
SIGLET_MUST_USE siglet_err *siglet_sign_ask(siglet_sign_work *s, const siglet_digests *digests);
void siglet_sign_gather(const siglet_sign_work *s, siglet_entry *entries, siglet_slice *timestamps,
			siglet_bundle_data *data);
SIGLET_MUST_USE siglet_err *siglet_sign_check(const siglet_sign_work *s,
					      const siglet_bundle *bundle, siglet_signed *made);

/* All of it, as a COSE_Sign1. (cose.c) */
SIGLET_MUST_USE siglet_err *siglet_sign_cose(siglet_sign_work *s, siglet_signed *made);

/* The error as one of that service: it failed, whatever its answer was unfit for. Takes err. */
SIGLET_MUST_USE SIGLET_NEVER_NULL siglet_err *siglet_sign_blame(siglet_err *err,
								const char *service);

#endif
