/*
 * loopback: the page that a browser brings its answer to.
 */
#ifndef SIGLET_OIDC_LOOPBACK_INTERNAL_H
#define SIGLET_OIDC_LOOPBACK_INTERNAL_H

#include "oidc/oidc_internal.h"

typedef struct siglet_loopback {
	int fds[2]; /* IPv4, IPv6; -1: none */
	uint16_t port;
} siglet_loopback;

/* Errors: SIGLET_E_NETWORK; nothing is open then. */
SIGLET_MUST_USE siglet_err *siglet_loopback_open(siglet_loopback *ret_loopback);
void siglet_loopback_close(siglet_loopback *loopback);

/*
 * Wait for GET /auth/callback?QUERY, and append QUERY as it stands. Anything else is answered with
 * 404.
 * Errors: SIGLET_E_MISSING (nobody came in time), SIGLET_E_NETWORK, SIGLET_E_NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_loopback_wait(const siglet_loopback *loopback, int64_t until_ms,
						 int64_t (*now_ms)(void *context), void *context,
						 siglet_buf *ret_query);

#endif
