/*
 * fake_http: a transport that answers what a test wrote down.
 *
 * Each expectation names a part of the URL; the first one that fits and was not used yet answers.
 * A request that nobody expects is a network error.
 */
#ifndef SIGLET_TEST_FAKE_HTTP_H
#define SIGLET_TEST_FAKE_HTTP_H

#include <string.h>

#include "check.h"
#include "http/http.h"

#define FAKE_MAX 64

typedef struct fake_answer {
	const char *url; /* a part of it */
	int status;	 /* 0: no connection */
	const char *headers;
	const void *body;
	size_t len; /* 0: of the text in body */
	bool again; /* may be used more than once */
} fake_answer;

typedef struct fake_http {
	fake_answer answers[FAKE_MAX];
	bool used[FAKE_MAX];
	size_t count;
	/* The last request. */
	char method[8], url[2048], headers[4096], body[16384];
	unsigned requests;
} fake_http;

__attribute__((unused)) static void fake_remember(fake_http *f, const siglet_http_request *r)
{
	size_t at = 0;

	f->requests++;
	(void)snprintf(f->method, sizeof(f->method), "%s", r->method);
	(void)snprintf(f->url, sizeof(f->url), "%s", r->url);
	(void)snprintf(f->body, sizeof(f->body), "%.*s", (int)r->body.len,
		       r->body.len == 0 ? "" : (const char *)r->body.ptr);
	f->headers[0] = '\0';
	for (size_t i = 0; i < r->header_count && at < sizeof(f->headers); i++)
		at += (size_t)snprintf(f->headers + at, sizeof(f->headers) - at, "%s%s: %s\n",
				       r->headers[i].secret ? "(secret) " : "", r->headers[i].name,
				       r->headers[i].value);
}

__attribute__((unused)) static siglet_err *fake_send(void *context, const siglet_http_request *r,
						     siglet_http_response *response)
{
	fake_http *f = context;

	fake_remember(f, r);
	for (size_t i = 0; i < f->count; i++) {
		const fake_answer *a = &f->answers[i];
		siglet_err *err = NULL;

		if ((f->used[i] && !a->again) || strstr(r->url, a->url) == NULL)
			continue;
		f->used[i] = true;
		if (a->status == 0)
			break;
		response->status = a->status;
		siglet_buf_clear(&response->headers);
		siglet_buf_clear(&response->body);
		response->body.secret = r->secret_answer;
		if (a->headers != NULL)
			err = siglet_buf_append_str(&response->headers, a->headers);
		if (err == NULL && a->body != NULL)
			err = siglet_buf_append(
				&response->body,
				siglet_slice_of(a->body, a->len > 0 ? a->len : strlen(a->body)));
		return err;
	}
	return siglet_err_new(SIGLET_E_NETWORK, "%s: nobody is there", r->url);
}

__attribute__((unused)) static void fake_add(fake_http *f, fake_answer answer)
{
	if (f->count == FAKE_MAX)
		exit(1);
	f->answers[f->count++] = answer;
}

__attribute__((unused)) static siglet_transport fake_transport(fake_http *f)
{
	return (siglet_transport) { .send = fake_send, .context = f };
}

#endif
