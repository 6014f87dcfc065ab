#include "http/http_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/crypto.h"
#include "sys/sys.h"

/* The client: what may be sent, over the engine, as often as is sensible. */

#define USER_AGENT "siglet/" SIGLET_VERSION
#define CONNECT_TIMEOUT_MS 10000
#define TIMEOUT_MS 30000
#define MAX_IN_FLIGHT 8
#define MAX_ATTEMPTS 4
#define MAX_ANSWER_BYTES ((size_t)1 << 20)
#define MAX_HEADER_LINE 131072 /* a token, and its name */

struct siglet_http {
	siglet_http_options options;
	const siglet_net_table *net;
	siglet_net_engine *engine;
};

/* A contact that would end the header is none. */
static siglet_err *write_user_agent(const char *contact, char *ret_text, size_t room)
{
	for (const char *c = contact; c != NULL && *c != '\0'; c++)
		if ((unsigned char)*c <= ' ' || (unsigned char)*c >= 0x7f || *c == '(' || *c == ')')
			return siglet_err_new(SIGLET_E_USAGE,
					      "a contact is a mail address or a URL");
	const int len = contact == NULL ? snprintf(ret_text, room, "%s", USER_AGENT)
					: snprintf(ret_text, room, USER_AGENT " (+%s)", contact);
	return len < (int)room ? NULL : siglet_err_new(SIGLET_E_USAGE, "too long a contact");
}

siglet_err *siglet_http_new(const siglet_http_options *options, siglet_http **ret_http)
{
	siglet_http *http = siglet_calloc(1, sizeof(*http));
	siglet_http_options *o;
	char agent[256];
	siglet_err *err;

	if (http == NULL)
		return siglet_err_nomem();
	o = &http->options;
	*o = *options;
	o->connect_timeout_ms =
		o->connect_timeout_ms == 0 ? CONNECT_TIMEOUT_MS : o->connect_timeout_ms;
	o->timeout_ms = o->timeout_ms == 0 ? TIMEOUT_MS : o->timeout_ms;
	o->max_in_flight = o->max_in_flight == 0 ? MAX_IN_FLIGHT : o->max_in_flight;
	o->max_attempts = o->max_attempts == 0 ? MAX_ATTEMPTS : o->max_attempts;
	err = write_user_agent(o->contact, agent, sizeof(agent));
	if (err == NULL)
		err = siglet_http_load(&http->net);
	if (err == NULL) {
		http->engine = http->net->open(agent, o->max_in_flight);
		if (http->engine == NULL)
			err = siglet_err_new(SIGLET_E_UNSUPPORTED, "libcurl did not start");
	}
	if (err != NULL) {
		free(http);
		return err;
	}
	*ret_http = http;
	return NULL;
}

void siglet_http_free(siglet_http *http)
{
	if (http == NULL)
		return;
	http->net->close(http->engine);
	free(http);
}

/* ---- what may be sent ---- */

static bool has_secret(const siglet_http_request *request)
{
	bool found = request->secret_body || request->secret_answer;

	for (size_t i = 0; i < request->header_count; i++)
		found = found || request->headers[i].secret;
	return found;
}

static siglet_err *check_url(const siglet_http_request *request)
{
	const siglet_url_kind kind = siglet_http_kind_of(request->url);

	if (kind == SIGLET_URL_HTTPS || kind == SIGLET_URL_LOOPBACK)
		return NULL;
	if (kind == SIGLET_URL_PLAIN && request->allow_plain_http)
		return NULL;
	if (kind == SIGLET_URL_PLAIN)
		return siglet_err_hint(
			siglet_err_new(SIGLET_E_USAGE, "%s: %s would go over plain http%s",
				       request->what, siglet_http_url_shown(request->url).text,
				       has_secret(request) ? ", with a secret" : ""),
			"use its https URL");
	return siglet_err_new(SIGLET_E_USAGE, "%s: not a URL to ask: %s", request->what,
			      siglet_http_url_shown(request->url).text);
}

/* A line break in a value would start another header. */
static bool is_header_text(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return false;
	return true;
}

/* "Name: value" lines in lines, which are secret buffers. */
static siglet_err *write_headers(const siglet_http_request *request,
				 siglet_buf lines[SIGLET_HTTP_MAX_HEADERS],
				 const char *ret_headers[SIGLET_HTTP_MAX_HEADERS + 1])
{
	for (size_t i = 0; i < request->header_count; i++) {
		const siglet_http_header *header = &request->headers[i];
		siglet_err *err;

		if (!is_header_text(header->name) || !is_header_text(header->value))
			return siglet_err_new(SIGLET_E_USAGE, "%s: a header that is no text",
					      request->what);
		err = siglet_buf_append_str(&lines[i], header->name);
		if (err == NULL)
			err = siglet_buf_append_str(&lines[i], ": ");
		if (err == NULL)
			err = siglet_buf_append_str(&lines[i], header->value);
		if (err != NULL)
			return err;
		ret_headers[i] = siglet_buf_text(&lines[i]);
	}
	ret_headers[request->header_count] = NULL;
	return NULL;
}

/* ---- one attempt ---- */

static void tell(const siglet_http *http, const siglet_http_request *request,
		 const siglet_net_exchange *x, int64_t began_ms)
{
	char shown[512];
	const int len = (int)strcspn(request->url, "?");

	if (http->options.trace == NULL)
		return;
	(void)snprintf(shown, sizeof(shown), "%.*s", len < 500 ? len : 500, request->url);
	http->options.trace(http->options.trace_context, request->method, shown,
			    x->stage == SIGLET_NET_ANSWERED ? x->status : 0,
			    (unsigned)(siglet_sys_monotonic_ms() - began_ms),
			    x->stage == SIGLET_NET_ANSWERED ? NULL : x->problem);
}

static siglet_err *failed(const siglet_http_request *request, const siglet_net_exchange *x)
{
	const siglet_printable problem = siglet_text_printable(siglet_slice_str(x->problem));
	const siglet_printable origin = siglet_text_printable(siglet_http_origin_of(request->url));

	switch (x->stage) {
	case SIGLET_NET_UNTRIED:
		return siglet_err_nomem();
	case SIGLET_NET_TOO_LARGE:
		return siglet_err_new(SIGLET_E_LIMIT, "%s (%s) sends more than %zu bytes",
				      request->what, origin.text, x->max_answer);
	case SIGLET_NET_NOT_CONNECTED:
		return siglet_err_hint(siglet_err_new(SIGLET_E_NETWORK,
						      "%s (%s) can't be reached: %s", request->what,
						      origin.text, problem.text),
				       "is there a network? A proxy is named by HTTPS_PROXY");
	case SIGLET_NET_LOST:
		return siglet_err_new(SIGLET_E_NETWORK, "%s (%s) did not answer: %s", request->what,
				      origin.text, problem.text);
	case SIGLET_NET_STOPPED:
	case SIGLET_NET_ANSWERED:
		break;
	}
	return NULL;
}

static siglet_err *keep_answer(const siglet_http_request *request, const siglet_net_exchange *x,
			       siglet_http_response *response)
{
	siglet_err *err;

	response->status = x->status;
	siglet_buf_clear(&response->headers);
	siglet_buf_clear(&response->body);
	siglet_buf_clear(&response->redirect);
	response->body.max = x->max_answer;
	response->body.secret = request->secret_answer;
	response->headers.secret = has_secret(request);
	err = siglet_buf_append(&response->headers,
				siglet_slice_of(x->answer_headers, x->answer_headers_len));
	if (err == NULL && x->redirect != NULL)
		err = siglet_buf_append_str(&response->redirect, x->redirect);
	return err != NULL ? err
			   : siglet_buf_append(&response->body,
					       siglet_slice_of(x->answer, x->answer_len));
}

/* ---- what is streamed ---- */

/* Carries the errors of a source and a sink past libcurl, which knows only that they failed. */
typedef struct stream {
	const siglet_http_request *request;
	siglet_http_response head; /* of the answer, once a piece of it came */
	bool has_head;
	siglet_err *err;
} stream;

static size_t read_source(void *context, uint64_t offset, void *ret_bytes, size_t len)
{
	stream *s = context;
	const siglet_http_source *source = s->request->source;
	size_t given = 0;
	siglet_err *err = source->read(source->context, offset, ret_bytes, len, &given);

	if (err == NULL)
		return given;
	siglet_err_free(s->err);
	s->err = err;
	return 0;
}

static siglet_err *take_piece(stream *s, int status, siglet_slice headers, siglet_slice piece)
{
	const siglet_http_sink *sink = s->request->sink;
	siglet_err *err = NULL;

	if (!s->has_head) {
		s->head.status = status;
		err = siglet_buf_append(&s->head.headers, headers);
		s->has_head = err == NULL;
	}
	return err == NULL ? sink->take(sink->context, &s->head, piece) : err;
}

static bool take_answer(void *context, int status, const char *headers, size_t headers_len,
			const void *piece, size_t len)
{
	stream *s = context;
	siglet_err *err = take_piece(s, status, siglet_slice_of(headers, headers_len),
				     siglet_slice_of(piece, len));

	if (err == NULL)
		return true;
	siglet_err_free(s->err);
	s->err = err;
	return false;
}

static siglet_err *stopped(stream *s)
{
	siglet_err *err = s->err;

	s->err = NULL;
	return err != NULL
		       ? err
		       : siglet_err_new(SIGLET_E_IO, "%s: nothing more to send", s->request->what);
}

static siglet_net_exchange exchange_of(const siglet_http *http, const siglet_http_request *request,
				       const char *const *headers, stream *s)
{
	const siglet_http_options *o = &http->options;

	return (siglet_net_exchange) {
		.method = request->method,
		.url = request->url,
		.headers = headers,
		.body = request->body.ptr,
		.body_len = request->source != NULL ? request->source->size : request->body.len,
		.read = request->source != NULL ? read_source : NULL,
		.take = request->sink != NULL ? take_answer : NULL,
		.stream = s,
		.max_answer = request->max_answer == 0 ? MAX_ANSWER_BYTES : request->max_answer,
		.timeout_ms = request->stall_s != 0	 ? 0
			      : request->timeout_ms == 0 ? o->timeout_ms
							 : request->timeout_ms,
		.stall_s = request->stall_s,
		.raw = request->raw,
		.connect_timeout_ms = request->connect_timeout_ms == 0
					      ? o->connect_timeout_ms
					      : request->connect_timeout_ms,
		.once = request->repeat == SIGLET_HTTP_REPEAT_UNSENT,
		.no_proxy = request->allow_plain_http ||
			    siglet_http_kind_of(request->url) == SIGLET_URL_LOOPBACK,
	};
}

static siglet_err *attempt(const siglet_http *http, const siglet_http_request *request,
			   const char *const *headers, siglet_http_response *response,
			   siglet_attempt *ret_attempt)
{
	const int64_t began_ms = siglet_sys_monotonic_ms();
	stream s = { .request = request };
	siglet_net_exchange x = exchange_of(http, request, headers, &s);
	siglet_err *err;

	siglet_http_response_init(&s.head);
	http->net->exchange(http->engine, &x);
	tell(http, request, &x, began_ms);
	ret_attempt->stage = x.stage;
	ret_attempt->status = x.status;
	ret_attempt->streamed = s.has_head;
	if (x.stage == SIGLET_NET_ANSWERED)
		err = keep_answer(request, &x, response);
	else
		err = x.stage == SIGLET_NET_STOPPED ? stopped(&s) : failed(request, &x);
	siglet_http_response_clear(&s.head);
	siglet_err_free(s.err);
	http->net->release(&x);
	if (x.stage == SIGLET_NET_ANSWERED)
		ret_attempt->retry_after = siglet_http_header_of(response, "retry-after");
	return err;
}

unsigned siglet_http_pause_ms(unsigned next)
{
	const siglet_attempt nothing = { .stage = SIGLET_NET_LOST };
	uint16_t random = 0;
	siglet_err *unlucky = siglet_crypto_random((uint8_t *)&random, sizeof(random));

	siglet_err_free(unlucky);
	return siglet_http_wait_ms(&nothing, next, random, 0);
}

static siglet_err *send_headers(const siglet_http *http, const siglet_http_request *request,
				const char *const *headers, siglet_http_response *response)
{
	for (unsigned n = 1;; n++) {
		siglet_attempt last = { .stage = SIGLET_NET_UNTRIED };
		siglet_err *err = attempt(http, request, headers, response, &last);
		uint16_t random = 0;

		if (n >= http->options.max_attempts ||
		    !siglet_http_may_repeat(&last, request->repeat))
			return err;
		siglet_err *unlucky = siglet_crypto_random((uint8_t *)&random, sizeof(random));
		siglet_err_free(unlucky);
		siglet_sys_sleep_ms(siglet_http_wait_ms(&last, n, random, siglet_sys_now_s()));
		siglet_err_free(err);
	}
}

static siglet_err *send_request(void *context, const siglet_http_request *request,
				siglet_http_response *ret_response)
{
	const siglet_http *http = context;
	const char *headers[SIGLET_HTTP_MAX_HEADERS + 1] = { NULL };
	siglet_buf lines[SIGLET_HTTP_MAX_HEADERS];
	siglet_err *err = check_url(request);

	if (err != NULL)
		return err;
	if (request->header_count > SIGLET_HTTP_MAX_HEADERS)
		return siglet_err_new(SIGLET_E_USAGE, "%s: too many headers", request->what);
	for (size_t i = 0; i < request->header_count; i++)
		siglet_buf_init_secret(&lines[i], MAX_HEADER_LINE);
	err = write_headers(request, lines, headers);
	if (err == NULL)
		err = send_headers(http, request, headers, ret_response);
	for (size_t i = 0; i < request->header_count; i++)
		siglet_buf_clear(&lines[i]);
	return err;
}

static void warm_url(void *context, const char *url)
{
	const siglet_http *http = context;
	const siglet_slice origin = siglet_http_origin_of(url);
	char root[512];

	if (!siglet_http_url_is_allowed(url) || origin.len + 2 > sizeof(root))
		return;
	/* The server alone is meant: its services would take a request for a mistake. */
	(void)snprintf(root, sizeof(root), "%.*s/", (int)origin.len, (const char *)origin.ptr);
	http->net->warm(http->engine, root, siglet_http_kind_of(url) == SIGLET_URL_LOOPBACK);
}

siglet_transport siglet_http_transport(siglet_http *http)
{
	return (siglet_transport) { .send = send_request, .warm = warm_url, .context = http };
}
