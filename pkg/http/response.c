#include "http/http_internal.h"

#include <string.h>

#include "json/json.h"

/* What came back, and what to say when it is unwelcome. */

#define MAX_HEADER_BYTES ((size_t)1 << 20)
#define DEFAULT_ANSWER_BYTES ((size_t)1 << 20)
#define MAX_SHOWN_BYTES 300
#define MAX_REDIRECT_BYTES ((size_t)64 << 10)

void siglet_http_response_init(siglet_http_response *response)
{
	response->status = 0;
	siglet_buf_init(&response->headers, MAX_HEADER_BYTES);
	siglet_buf_init(&response->body, DEFAULT_ANSWER_BYTES);
	siglet_buf_init(&response->redirect, MAX_REDIRECT_BYTES);
}

void siglet_http_response_clear(siglet_http_response *response)
{
	siglet_buf_clear(&response->headers);
	siglet_buf_clear(&response->body);
	siglet_buf_clear(&response->redirect);
	siglet_http_response_init(response);
}

static siglet_slice trim(siglet_slice text)
{
	while (text.len > 0 && (text.ptr[0] == ' ' || text.ptr[0] == '\t'))
		text = siglet_slice_of(text.ptr + 1, text.len - 1);
	while (text.len > 0 && (text.ptr[text.len - 1] == ' ' || text.ptr[text.len - 1] == '\t'))
		text.len--;
	return text;
}

siglet_slice siglet_http_header_of(const siglet_http_response *response, const char *name)
{
	const size_t len = strlen(name);
	siglet_slice left = siglet_buf_slice(&response->headers);

	while (left.len > 0) {
		const uint8_t *end = memchr(left.ptr, '\n', left.len);
		const size_t line = end == NULL ? left.len : (size_t)(end - left.ptr);

		if (line > len && memcmp(left.ptr, name, len) == 0 && left.ptr[len] == ':')
			return trim(siglet_slice_of(left.ptr + len + 1, line - len - 1));
		left = end == NULL ? SIGLET_SLICE_NONE
				   : siglet_slice_of(end + 1, left.len - line - 1);
	}
	return SIGLET_SLICE_NONE;
}

siglet_err *siglet_transport_send(const siglet_transport *transport,
				  const siglet_http_request *request,
				  siglet_http_response *ret_response)
{
	siglet_err *err = transport->send(transport->context, request, ret_response);

	if (err == NULL && ret_response->status == 200 &&
	    siglet_slice_has_prefix(siglet_http_header_of(ret_response, "content-type"),
				    "text/html"))
		err = siglet_err_hint(
			siglet_err_new(
				SIGLET_E_NETWORK, "%s (%s) answered with a web page", request->what,
				siglet_text_printable(siglet_http_origin_of(request->url)).text),
			"is it the right address, and no proxy or portal in between?");
	return err;
}

void siglet_transport_warm(const siglet_transport *transport, const char *url)
{
	if (transport->warm != NULL)
		transport->warm(transport->context, url);
}

/* ---- an unwelcome status ---- */

static siglet_slice json_message(const siglet_json_doc *doc)
{
	static const char *const names[] = { "message", "error_description", "error" };

	for (size_t i = 0; i < SIGLET_COUNT(names); i++) {
		const siglet_slice text =
			siglet_json_string(siglet_json_object_get(siglet_json_root(doc), names[i]));

		if (text.len > 0)
			return text;
	}
	return SIGLET_SLICE_NONE;
}

static siglet_slice cut(siglet_slice text)
{
	text = trim(text);
	if (text.len > MAX_SHOWN_BYTES)
		text.len = MAX_SHOWN_BYTES;
	while (text.len > 0 && (text.ptr[text.len - 1] == '\n' || text.ptr[text.len - 1] == '\r'))
		text.len--;
	return text;
}

/* A service, or something before it, may show what it was sent: a token has no place in a message. */
static bool shows_secret(const siglet_http_request *request, siglet_slice said)
{
	for (size_t i = 0; i < request->header_count; i++) {
		const siglet_http_header *header = &request->headers[i];
		const char *space = strrchr(header->value, ' '); /* behind "Bearer" */

		if (header->secret &&
		    siglet_slice_contains(said, space == NULL ? header->value : space + 1))
			return true;
	}
	return false;
}

siglet_err *siglet_http_status_error(const siglet_http_request *request,
				     const siglet_http_response *response)
{
	const siglet_slice body = siglet_buf_slice(&response->body);
	siglet_json_doc *doc = NULL;
	siglet_err *unread = siglet_json_parse(body, DEFAULT_ANSWER_BYTES, &doc);
	siglet_slice said = unread == NULL ? json_message(doc) : body;
	siglet_err *err;

	/* A web page is for browsers; and an answer that may hold a token is shown to nobody. */
	if (request->secret_answer || shows_secret(request, said) ||
	    (unread != NULL && siglet_slice_contains(said, "<")))
		said = SIGLET_SLICE_NONE;
	said = cut(said);
	err = siglet_err_new(SIGLET_E_NETWORK, "%s (%s) answered %d%s%s", request->what,
			     siglet_text_printable(siglet_http_origin_of(request->url)).text,
			     response->status, said.len > 0 ? ": " : "",
			     siglet_text_printable(said).text);
	siglet_err_free(unread);
	siglet_json_doc_free(doc);
	if (response->status == 507)
		return siglet_err_hint(err, "its disk or quota is full");
	return response->status == 429 || response->status >= 500
		       ? siglet_err_hint(err, "the service is busy or in trouble: try again later")
		       : err;
}
