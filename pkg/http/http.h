/*
 * http: what did that server answer?
 *
 * One HTTP client for every service: TLS verified, proxies and SSL_CERT_FILE honoured, HTTP/2
 * where the server has it, limits on time and size, retries that can't do harm, requests in
 * parallel over connections that are kept, bodies that are streamed in both directions. libcurl does
 * the work, in a shared object of ours that is loaded when the first client is made: a process that
 * sends nothing never pays for it.
 *
 * What talks to a service takes a siglet_transport, so that tests and callers can bring their own.
 *
 * Spec: RFC 9110, RFC 9112, RFC 9113; RFC 9110 section 10.2.3 (Retry-After).
 */
#ifndef SIGLET_HTTP_H
#define SIGLET_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/base.h"

#define SIGLET_HTTP_MAX_HEADERS 16

typedef struct siglet_http_header {
	const char *name;
	const char *value;
	/* A token: never shown; goes to https or loopback only, and is not sent on by a redirect. */
	bool secret;
} siglet_http_header;

/* When may a request be sent again? 429, 503 and a connection that was never made: always. */
typedef enum siglet_http_repeat {
	SIGLET_HTTP_REPEAT_SAFE =
		0, /* a GET or PUT, or a POST whose repetition shows: on 5xx and lost connections too */
	SIGLET_HTTP_REPEAT_UNSENT, /* once it was sent whole, what became of it is not known: never again */
} siglet_http_repeat;

typedef struct siglet_http_response {
	int status; /* 100 to 599 */
	siglet_buf
		headers; /* "name: value\n" a line, names in lower case, those of the last answer only */
	siglet_buf body;
	siglet_buf
		redirect; /* where a 3xx leads, absolute; empty: nowhere. It is never followed. */
} siglet_http_response;

/*
 * A body that is read while it is sent. read is called by a thread of the client's: from offset 0 on
 * in order, and again from 0 whenever it is sent again. It gives up to len bytes, 1 at least; its
 * error gives up the request, and is what send returns.
 */
typedef struct siglet_http_source {
	siglet_err *(*read)(void *context, uint64_t offset, void *ret_bytes, size_t len,
			    size_t *ret_len);
	void *context;
	uint64_t size; /* in bytes */
} siglet_http_source;

/*
 * Where the body of an answer with a status of 200 to 299 goes while it comes; any other's is
 * collected. take is called by a thread of the client's with the status and the headers, and pieces
 * that live until it returns; its error gives up the request, and is what send returns. Once it was
 * called the request is not sent again.
 */
typedef struct siglet_http_sink {
	siglet_err *(*take)(void *context, const siglet_http_response *head, siglet_slice piece);
	void *context;
} siglet_http_sink;

typedef struct siglet_http_request {
	const char *what;   /* names the service in messages: "the certificate authority" */
	const char *method; /* "GET", "HEAD", "POST" or "PUT" */
	const char *url;    /* https, or http to a loopback address */
	siglet_http_header headers[SIGLET_HTTP_MAX_HEADERS];
	size_t header_count;
	siglet_slice body;
	const siglet_http_source *source; /* of a PUT, in place of body; NULL */
	const siglet_http_sink *sink;	  /* NULL: the answer is collected */
	bool secret_body;		  /* is, or holds, a secret: as a secret header */
	bool secret_answer;		  /* the answer holds a token: its memory is wiped */
	bool raw;	       /* the bytes as they are kept: no compression on the way */
	bool allow_plain_http; /* a cloud's metadata server: http to an address that is not loopback */
	siglet_http_repeat repeat;
	size_t max_answer;	     /* bytes of body, once decoded; 0: 1 MiB */
	unsigned timeout_ms;	     /* of one attempt; 0: the client's */
	unsigned connect_timeout_ms; /* 0: the client's */
	/*
	 * In place of timeout_ms, for what may be of any size: give up when nothing moved for so many
	 * seconds; 0: not used
	 */
	unsigned stall_s;
} siglet_http_request;

void siglet_http_response_init(siglet_http_response *response);
void siglet_http_response_clear(siglet_http_response *response);

/*
 * The value of the first such header (lower-case name), without space around it; empty: none.
 * Borrows.
 */
siglet_slice siglet_http_header_of(const siglet_http_response *response, const char *name);

/*
 * What sends requests. send may be called by several threads at once and blocks until there is an
 * answer.
 */
typedef struct siglet_transport {
	/*
	 * NULL when a server answered, whatever its status; ret_response must be initialised.
	 * Errors: SIGLET_E_NETWORK   no connection, TLS, time-out, an answer that is cut off
	 *                            (after retries)
	 *         SIGLET_E_LIMIT     an answer larger than max_answer
	 *         SIGLET_E_USAGE     a URL that may not be used (scheme, credentials in it, a
	 *                            secret in the clear)
	 *         SIGLET_E_UNSUPPORTED  libsiglet-net could not be loaded
	 *         SIGLET_E_NOMEM, those of the source and the sink
	 */
	siglet_err *(*send)(void *context, const siglet_http_request *request,
			    siglet_http_response *ret_response);
	/*
	 * Begin to connect to the server of that URL, for requests to come. Never waits, never
	 * fails.
	 */
	void (*warm)(void *context, const char *url);
	void *context;
} siglet_transport;

/* As send; a web page in place of what was asked for is SIGLET_E_NETWORK too. */
SIGLET_MUST_USE siglet_err *siglet_transport_send(const siglet_transport *transport,
						  const siglet_http_request *request,
						  siglet_http_response *ret_response);
void siglet_transport_warm(const siglet_transport *transport, const char *url);

/*
 * An error of code NETWORK about an answer with an unwelcome status: names the service, the host,
 * the status and, made printable and cut short, what the server says about it ("message" or
 * "error_description" of a JSON body, else the start of a text body that is not HTML).
 */
SIGLET_MUST_USE SIGLET_NEVER_NULL siglet_err *siglet_http_status_error(
	const siglet_http_request *request, const siglet_http_response *response);

/* ---- the client (client.c, retry.c, load.c; net_curl.c is libsiglet-net.so) ---- */

typedef struct siglet_http_options {
	unsigned connect_timeout_ms; /* 0: 10 s */
	unsigned timeout_ms;	     /* of one attempt; 0: 30 s */
	unsigned max_in_flight;	     /* requests at once; 0: 8 */
	unsigned max_attempts;	     /* 0: 4 */
	const char *contact; /* NULL, or who to turn to: goes into the User-Agent; borrowed */
	/*
	 * NULL, or told of each attempt: method, URL without its query, status or 0, milliseconds,
	 * why it failed
	 */
	void (*trace)(void *context, const char *method, const char *url, int status, unsigned ms,
		      const char *problem);
	void *trace_context;
} siglet_http_options;

typedef struct siglet_http siglet_http;

/*
 * Errors: SIGLET_E_UNSUPPORTED (libsiglet-net.so: not there, or another version), SIGLET_E_NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_http_new(const siglet_http_options *options,
					    siglet_http **ret_http);
void siglet_http_free(siglet_http *http); /* once no request is in flight */
siglet_transport siglet_http_transport(siglet_http *http);

/* Is it https, or http to a loopback host, without user or fragment? */
bool siglet_http_url_is_allowed(const char *url);

/*
 * For messages: without a user and password that stand in it, and without its query. For any text,
 * since it is shown when it is no good URL.
 */
siglet_printable siglet_http_url_shown(const char *url);

/* The host of such a URL, without its port; empty: it has none. Borrows. */
siglet_slice siglet_http_host_of(const char *url);

/* "https://host:1" of a URL: what is behind may say more than a log should keep. */
siglet_slice siglet_http_origin_of(const char *url);

/*
 * May a reader go on from one URL to where an answer led? From https to https only, from a loopback
 * address to either. Says nothing about secrets: those stay with the origin they are meant for.
 */
bool siglet_http_may_follow(const char *from, const char *to);

/*
 * How long to wait before attempt number `next` (1: the second), when the last one came to nothing:
 * a random time up to 250 ms, doubled each time up to 8 s. For who repeats by himself.
 */
unsigned siglet_http_pause_ms(unsigned next);

#endif
