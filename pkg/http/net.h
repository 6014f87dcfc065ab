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
#include <stdint.h>

#define SIGLET_NET_ABI 3
#define SIGLET_NET_LIBRARY SIGLET_LOADED("libsiglet-net.so.0")
#define SIGLET_NET_ENTRY "siglet_net_functions"

/* How far an exchange came. */
typedef enum siglet_net_stage {
	SIGLET_NET_UNTRIED = 0,	  /* out of memory, or the engine is closing */
	SIGLET_NET_NOT_CONNECTED, /* nothing was sent: no name, no route, no TLS */
	SIGLET_NET_LOST,	  /* something was sent, and no whole answer came */
	SIGLET_NET_TOO_LARGE,	  /* the answer is larger than allowed */
	SIGLET_NET_STOPPED,	  /* read or take gave up */
	SIGLET_NET_ANSWERED,
} siglet_net_stage;

/*
 * Write up to len bytes of the body that is sent, from offset on, 1 at least; 0 gives the exchange up.
 * Called by the engine's thread: from offset 0 on in order, and again from 0 when it must be sent again.
 */
typedef size_t siglet_net_read(void *context, uint64_t offset, void *ret_bytes, size_t len);

/*
 * Take a piece of the body of an answer with a status of 200 to 299, as it comes; false gives the
 * exchange up. headers as in the exchange. Called by the engine's thread.
 */
typedef bool siglet_net_take(void *context, int status, const char *headers, size_t headers_len,
			     const void *piece, size_t len);

typedef struct siglet_net_exchange {
	/* in; borrowed until the call returns */
	const char *method, *url;
	const char *const *headers; /* "Name: value", NULL at the end */
	const void *body;
	uint64_t body_len;
	siglet_net_read *read; /* of a PUT: where its body comes from; NULL: it is in body */
	siglet_net_take *take; /* NULL: the answer is collected */
	void *stream;	       /* their context */
	size_t max_answer;
	unsigned timeout_ms, connect_timeout_ms; /* timeout 0: none */
	unsigned stall_s; /* give up when nothing moved for so long; 0: never */
	bool raw;	  /* ask for the bytes as they are, and decode nothing */
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
	char *redirect; /* where a 3xx leads, absolute; NULL: nowhere */
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
