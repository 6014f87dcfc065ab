#include "repo/repo_internal.h"

#include <string.h>

/* Requests with credentials, which go to the origin they are for, and redirects, which are followed. */

#define MAX_REDIRECTS 10

/* "host" of "https://host:1/…", without the brackets of an address. */
static siglet_slice host_of(const char *url)
{
	const siglet_slice origin = siglet_http_origin_of(url);
	const char *start = strstr(url, "://");
	siglet_slice host = SIGLET_SLICE_NONE;
	size_t end;

	if (start == NULL)
		return host;
	start += 3;
	host = siglet_slice_of(start, origin.len - (size_t)(start - url));
	if (host.len > 0 && host.ptr[0] == '[') {
		const uint8_t *close = memchr(host.ptr, ']', host.len);

		end = close == NULL ? host.len : (size_t)(close - host.ptr);
		return siglet_slice_of(host.ptr + 1, end - 1);
	}
	for (end = 0; end < host.len && host.ptr[end] != ':'; end++)
		;
	return siglet_slice_of(host.ptr, end);
}

static bool is_same_origin(const char *a, const char *b)
{
	return siglet_slice_equal_nocase(siglet_http_origin_of(a), siglet_http_origin_of(b));
}

/* Of a URL that was named. Where a redirect leads was named by somebody else. */
static siglet_err *find_credential(const siglet_repo *repo, const char *url, siglet_buf *ret_value)
{
	if (repo->authorization != NULL)
		return is_same_origin(url, repo->authorized_url)
			       ? siglet_buf_append_str(ret_value, repo->authorization)
			       : NULL;
	return repo->netrc.len == 0 ? NULL
				    : siglet_repo_find_netrc(repo->netrc, host_of(url), ret_value);
}

static siglet_err *send(const siglet_repo *repo, const siglet_http_request *request,
			siglet_http_response *ret_response)
{
	return repo->transport.send(repo->transport.context, request, ret_response);
}

static bool leads_on(const siglet_http_request *request, const siglet_http_response *response)
{
	return response->status >= 300 && response->status < 400 && response->redirect.len > 0 &&
	       (strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0);
}

/* What it leads to may hold a secret of the server's, and others read what a job says. */
static siglet_err *check_step(const siglet_http_request *request, const char *to)
{
	const siglet_printable shown = siglet_http_url_shown(to);
	const siglet_slice where = strlen(to) > SIGLET_REPO_MAX_URL_BYTES
					   ? siglet_slice_str("too long a URL")
					   : siglet_http_origin_of(shown.text);

	if (siglet_http_may_follow(request->url, to))
		return NULL;
	return siglet_err_new(SIGLET_E_NETWORK, "%s (%s) leads to %s, which is not followed",
			      request->what,
			      siglet_text_printable(siglet_http_origin_of(request->url)).text,
			      siglet_text_printable(where).text);
}

/* The URL that an answer leads to in url, which is the request's from then on. */
static siglet_err *step(siglet_http_request *request, const siglet_http_response *response,
			siglet_buf *url)
{
	siglet_buf next;
	siglet_err *err;

	siglet_buf_init(&next, response->redirect.max);
	/* A fragment is for whoever looks at what comes. */
	err = siglet_buf_append(
		&next, siglet_slice_of(response->redirect.ptr,
				       strcspn(siglet_buf_text(&response->redirect), "#")));
	if (err == NULL)
		err = check_step(request, siglet_buf_text(&next));
	if (err != NULL) {
		siglet_buf_clear(&next);
		return err;
	}
	siglet_buf_clear(url);
	*url = next;
	request->url = siglet_buf_text(url);
	return NULL;
}

static siglet_err *follow(const siglet_repo *repo, siglet_http_request request,
			  const char *credential, siglet_http_response *ret_response)
{
	const char *first = request.url;
	const size_t plain = request.header_count;
	siglet_buf url;
	siglet_err *err = SIGLET_ERR_UNSET;

	siglet_buf_init(&url, SIGLET_REPO_MAX_URL_BYTES);
	request.stall_s = repo->stall_s;
	request.raw = true;
	for (unsigned i = 0;; i++) {
		request.header_count = plain;
		if (credential[0] != '\0' && is_same_origin(first, request.url))
			request.headers[request.header_count++] =
				(siglet_http_header) { "Authorization", credential, true };
		err = send(repo, &request, ret_response);
		if (err != NULL || !leads_on(&request, ret_response))
			break;
		err = i == MAX_REDIRECTS
			      ? siglet_err_new(SIGLET_E_NETWORK, "%s leads on and on", request.what)
			      : step(&request, ret_response, &url);
		if (err != NULL)
			break;
	}
	siglet_buf_clear(&url);
	return err;
}

/* The password of "Basic …", or else what stands behind the scheme. */
static siglet_err *find_secret(const char *credential, siglet_buf *ret_secret)
{
	const char *space = strchr(credential, ' ');
	const char *text = space == NULL ? credential : space + 1;
	const uint8_t *colon;
	siglet_err *err;

	if (strncmp(credential, "Basic ", 6) != 0)
		return siglet_buf_append_str(ret_secret, text);
	err = siglet_base64_decode(siglet_slice_str(text), ret_secret);
	if (err != NULL && !siglet_err_is_fault(err)) {
		siglet_err_free(err);
		return NULL;
	}
	if (err != NULL)
		return err;
	colon = ret_secret->len == 0 ? NULL : memchr(ret_secret->ptr, ':', ret_secret->len);
	if (colon != NULL) {
		const size_t front = (size_t)(colon - ret_secret->ptr) + 1;

		memmove(ret_secret->ptr, colon + 1, ret_secret->len - front);
		siglet_buf_truncate(ret_secret, ret_secret->len - front);
	}
	return NULL;
}

/* A server that shows what it was sent, in an error, is not repeated. */
static siglet_err *hide_secret(const char *credential, siglet_http_response *response)
{
	const char *space = strchr(credential, ' ');
	siglet_buf secret;
	siglet_err *err = NULL;

	if (credential[0] == '\0' || response->status < 300)
		return NULL;
	siglet_buf_init_secret(&secret, SIGLET_REPO_MAX_SECRET_BYTES);
	err = find_secret(credential, &secret);
	if (err == NULL &&
	    (siglet_slice_contains(siglet_buf_slice(&response->body),
				   space == NULL ? credential : space + 1) ||
	     (secret.len > 0 &&
	      siglet_slice_contains(siglet_buf_slice(&response->body), siglet_buf_text(&secret)))))
		siglet_buf_clear(&response->body);
	siglet_buf_clear(&secret);
	return err;
}

siglet_err *siglet_repo_ask(const siglet_repo *repo, const siglet_http_request *request,
			    siglet_http_response *ret_response)
{
	siglet_buf credential;
	siglet_err *err;

	siglet_buf_init_secret(&credential, (size_t)2 * SIGLET_REPO_MAX_SECRET_BYTES);
	err = siglet_repo_check_url(request->url);
	if (err == NULL && request->header_count >= SIGLET_HTTP_MAX_HEADERS)
		err = siglet_err_new(SIGLET_E_INTERNAL, "too many headers");
	if (err == NULL)
		err = find_credential(repo, request->url, &credential);
	if (err == NULL)
		err = follow(repo, *request, siglet_buf_text(&credential), ret_response);
	if (err == NULL)
		err = hide_secret(siglet_buf_text(&credential), ret_response);
	siglet_buf_clear(&credential);
	return err;
}

/* ---- an unwelcome answer ---- */

/* Whatever type it is said to have: no JSON begins so. */
static bool begins_as_page(siglet_slice body)
{
	while (body.len > 0 && (body.ptr[0] == ' ' || (body.ptr[0] >= '\t' && body.ptr[0] <= '\r')))
		body = siglet_slice_of(body.ptr + 1, body.len - 1);
	return siglet_slice_has_prefix(body, "<");
}

siglet_err *siglet_repo_check_no_page(const siglet_http_request *request,
				      const siglet_http_response *answer)
{
	if (!siglet_slice_has_prefix(siglet_http_header_of(answer, "content-type"), "text/html") &&
	    !begins_as_page(siglet_buf_slice(&answer->body)))
		return NULL;
	return siglet_err_hint(
		siglet_err_new(SIGLET_E_NETWORK,
			       "%s (%s) answered with a web page in place of a bundle",
			       request->what,
			       siglet_text_printable(siglet_http_origin_of(request->url)).text),
		"is it the right address, and does it want credentials? A portal in between "
		"answers so, too");
}

static const char *advice(const siglet_http_request *request, int status)
{
	const bool is_put = strcmp(request->method, "PUT") == 0;

	switch (status) {
	case 401:
		return "are there credentials for this host, and are they right? --netrc-file, "
		       "--auth-env or --auth-file gives them";
	case 403:
		return is_put ? "whoever these credentials are may not write there"
			      : "whoever these credentials are may not read there";
	case 404:
		return is_put ? "is there a repository of that name, and may it be written to?"
			      : NULL;
	case 405:
	case 501:
		return is_put ? "does this address take PUT? A WebDAV, raw or generic repository "
				"does"
			      : NULL;
	case 409:
		return "is its folder there (WebDAV wants it made first), and did the upload "
		       "arrive as it was sent?";
	case 413:
		return "it is larger than the server takes; there is a limit to be raised, such "
		       "as client_max_body_size";
	case 416:
		return "what lies there is shorter than what was got before";
	default:
		return NULL;
	}
}

/*
 * Where a PUT is led to is not for a server to decide. Without its query: that of storage's signed URLs
 * lets anybody write there who reads it in a log.
 */
static siglet_err *tell_redirect(const siglet_http_response *response, siglet_err *err)
{
	if (response->redirect.len == 0)
		return err;
	return siglet_err_hint(err, "it leads to %s: name that, if it is right",
			       siglet_http_url_shown(siglet_buf_text(&response->redirect)).text);
}

siglet_err *siglet_repo_refuse(const siglet_http_request *request,
			       const siglet_http_response *response)
{
	siglet_err *err = siglet_http_status_error(request, response);
	const char *hint = advice(request, response->status);

	if (response->status == 404 || response->status == 410)
		err = siglet_err_recode(err, strcmp(request->method, "PUT") == 0
						     ? SIGLET_E_NETWORK
						     : SIGLET_E_MISSING);
	err = tell_redirect(response, err);
	return hint == NULL ? err : siglet_err_hint(err, "%s", hint);
}
