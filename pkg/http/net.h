/*
 * net: what crosses the border to libsiglet-net.so.
 *
 * That shared object has libcurl behind it and none of siglet's rooms, so only plain C crosses: no
 * siglet_err, no buffer. Whoever loads it asks siglet_net_functions for the table and looks at abi
 * before anything else.
 */
#ifndef SIGLET_HTTP_NET_H
#define SIGLET_HTTP_NET_H

#include <stdbool.h>
#include <stddef.h>

#define SIGLET_NET_ABI 2
#define SIGLET_NET_LIBRARY "libsiglet-net.so.0"
#define SIGLET_NET_ENTRY "siglet_net_functions"

/* How far an exchange came. */
typedef enum siglet_net_stage {
	SIGLET_NET_UNTRIED = 0,	  /* out of memory, or the engine is closing */
	SIGLET_NET_NOT_CONNECTED, /* nothing was sent: no name, no route, no TLS */
	SIGLET_NET_LOST,	  /* something was sent, and no whole answer came */
	SIGLET_NET_TOO_LARGE,	  /* the answer is larger than allowed */
	SIGLET_NET_ANSWERED,
} siglet_net_stage;

typedef struct siglet_net_exchange {
	/* in; borrowed until the call returns */
	const char *method, *url;
	const char *const *headers; /* "Name: value", NULL at the end */
	const void *body;
	size_t body_len;
	size_t max_answer;
	unsigned timeout_ms, connect_timeout_ms;
	bool no_proxy;
	/*
	 * Over a connection of its own: on one that had been used before, libcurl would send it again
	 * when the server closes it.
	 */
	bool once;
	/* out; given back by release */
	siglet_net_stage stage;
	int status;
	char problem[256];    /* of a stage other than ANSWERED */
	char *answer_headers; /* "name: value\n" each, names in lower case; may be NULL */
	size_t answer_headers_len;
	unsigned char *answer; /* may be NULL when empty */
	size_t answer_len;
} siglet_net_exchange;

typedef struct siglet_net_engine siglet_net_engine;

typedef struct siglet_net_table {
	unsigned abi;
	/* NULL without memory or threads. */
	siglet_net_engine *(*open)(const char *user_agent, unsigned max_in_flight);
	void (*close)(siglet_net_engine *engine); /* once no exchange is under way */
	/* Send and wait. Any number of threads at once. */
	void (*exchange)(siglet_net_engine *engine, siglet_net_exchange *exchange);
	void (*release)(siglet_net_exchange *exchange); /* wipes and frees what came */
	/* Begin to connect, for exchanges to come; waits for nothing. */
	void (*warm)(siglet_net_engine *engine, const char *url, bool no_proxy);
} siglet_net_table;

#endif
