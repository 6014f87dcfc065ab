/*
 * http_internal: what the files of this room share.
 */
#ifndef SIGLET_HTTP_INTERNAL_H
#define SIGLET_HTTP_INTERNAL_H

#include "http/http.h"
#include "http/net.h"

/* ---- url.c ---- */

typedef enum siglet_url_kind {
	SIGLET_URL_REFUSED = 0, /* another scheme, a user, a fragment, no host, odd characters */
	SIGLET_URL_PLAIN,	/* http to another machine */
	SIGLET_URL_HTTPS,
	SIGLET_URL_LOOPBACK, /* this machine, either way */
} siglet_url_kind;

siglet_url_kind siglet_http_kind_of(const char *url);

/* ---- retry.c ---- */

/* How an attempt ended. */
typedef struct siglet_attempt {
	siglet_net_stage stage;
	int status; /* of an answer */
	siglet_slice retry_after;
	bool streamed; /* somebody has seen a part of the answer */
} siglet_attempt;

/* Is there any sense, and no harm, in another attempt? */
bool siglet_http_may_repeat(const siglet_attempt *attempt, siglet_http_repeat repeat);

/*
 * How long to wait before attempt number `next` (1: the second): what the server asked for, up to
 * 30 s, else a random time up to 250 ms, doubled each time. random is 0 to 65535.
 */
unsigned siglet_http_wait_ms(const siglet_attempt *attempt, unsigned next, unsigned random,
			     int64_t now_s);

/* ---- load.c ---- */

/* libsiglet-net.so's table. Errors: SIGLET_E_UNSUPPORTED. */
SIGLET_MUST_USE siglet_err *siglet_http_load(const siglet_net_table **ret_table);

#endif
