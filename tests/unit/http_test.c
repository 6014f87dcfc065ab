#include "../lib/fake_http.h"
#include "http/http_internal.h"

/* Which URLs may be asked, when one is asked again, and what an answer says. */

static void urls(void)
{
	static const struct {
		const char *url;
		siglet_url_kind kind;
	} cases[] = {
		{ "https://example.com", SIGLET_URL_HTTPS },
		{ "https://example.com/a?b=c", SIGLET_URL_HTTPS },
		{ "https://example.com:8443/", SIGLET_URL_HTTPS },
		{ "https://[2001:db8::1]:1/", SIGLET_URL_HTTPS },
		{ "http://example.com", SIGLET_URL_PLAIN },
		{ "http://127.0.0.1.example.com/", SIGLET_URL_PLAIN },
		{ "http://1270.0.0.1/", SIGLET_URL_PLAIN },
		{ "http://localhost.example.com", SIGLET_URL_PLAIN },
		{ "http://128.0.0.1/", SIGLET_URL_PLAIN },
		{ "http://127.0.0.1", SIGLET_URL_LOOPBACK },
		{ "http://127.8.9.10:80/x", SIGLET_URL_LOOPBACK },
		{ "http://localhost:1/", SIGLET_URL_LOOPBACK },
		{ "http://[::1]:1/", SIGLET_URL_LOOPBACK },
		{ "https://localhost/", SIGLET_URL_LOOPBACK },
		{ "", SIGLET_URL_REFUSED },
		{ "https://", SIGLET_URL_REFUSED },
		{ "https:///path", SIGLET_URL_REFUSED },
		{ "https://:1/", SIGLET_URL_REFUSED },
		{ "https://user@example.com/", SIGLET_URL_REFUSED },
		{ "http://127.0.0.1@example.com/", SIGLET_URL_REFUSED },
		{ "https://example.com/#x", SIGLET_URL_REFUSED },
		{ "https://example.com:x/", SIGLET_URL_REFUSED },
		{ "https://example.com:123456/", SIGLET_URL_REFUSED },
		{ "https://example.com:/", SIGLET_URL_REFUSED },
		{ "https://[::1/", SIGLET_URL_REFUSED },
		{ "https://exa mple.com/", SIGLET_URL_REFUSED },
		{ "https://example.com/\n", SIGLET_URL_REFUSED },
		{ "https://example.com/\\x", SIGLET_URL_REFUSED },
		{ "https://ex\xc3\xa4mple.com/", SIGLET_URL_REFUSED },
		{ "HTTPS://example.com/", SIGLET_URL_REFUSED },
		{ "ftp://example.com/", SIGLET_URL_REFUSED },
		{ "file:///etc/passwd", SIGLET_URL_REFUSED },
	};

	for (size_t i = 0; i < SIGLET_COUNT(cases); i++) {
		OK(siglet_http_kind_of(cases[i].url) == cases[i].kind, "URL %zu", i);
		OK(siglet_http_url_is_allowed(cases[i].url) ==
			   (cases[i].kind == SIGLET_URL_HTTPS ||
			    cases[i].kind == SIGLET_URL_LOOPBACK),
		   "and whether it may be asked");
	}
	OK(siglet_slice_is(siglet_http_origin_of("https://a.example:1/b/c?d"),
			   "https://a.example:1"),
	   "the origin of a URL");
	OK(siglet_slice_is(siglet_http_origin_of("x"), "?"), "of what is none");
	OK(strcmp(siglet_http_url_shown("https://me:pass@a.example/b?c=d").text,
		  "https://...@a.example/b") == 0,
	   "a URL as it is shown");
	OK(strcmp(siglet_http_url_shown("me:p@ss://x@a").text, "...@a") == 0 &&
		   strcmp(siglet_http_url_shown("").text, "") == 0,
	   "and what is none");
	OK(siglet_slice_is(siglet_http_host_of("https://a.example:1/b@c"), "a.example"),
	   "the host of a URL");
	OK(siglet_slice_is(siglet_http_host_of("http://[::1]:1"), "[::1]"), "an address");
	OK(siglet_http_host_of("ftp://a").len == 0 && siglet_http_host_of("https://:1").len == 0,
	   "and none");
}

static void following(void)
{
	static const struct {
		const char *from, *to;
		bool may;
	} cases[] = {
		{ "https://a.example/x", "https://a.example/y", true },
		{ "https://a.example/x", "https://b.example/", true },
		{ "https://a.example/x", "http://a.example/x", false },
		{ "https://a.example/x", "http://127.0.0.1/", false },
		{ "https://a.example/x", "https://localhost/", false },
		{ "https://a.example/x", "https://me@b.example/", false },
		{ "https://a.example/x", "ftp://a.example/x", false },
		{ "https://a.example/x", "", false },
		{ "http://127.0.0.1:1/", "http://127.0.0.1:2/", true },
		{ "http://127.0.0.1:1/", "https://127.0.0.1:2/", true },
		{ "http://127.0.0.1:1/", "https://a.example/", true },
		{ "http://127.0.0.1:1/", "http://a.example/", false },
		{ "https://localhost/", "http://localhost/", false },
		{ "https://localhost/", "https://localhost:1/", true },
		{ "http://a.example/", "https://a.example/", false },
	};

	for (size_t i = 0; i < SIGLET_COUNT(cases); i++)
		OK(siglet_http_may_follow(cases[i].from, cases[i].to) == cases[i].may,
		   "from %s to %s", cases[i].from, cases[i].to);
}

static bool again(siglet_net_stage stage, int status, siglet_http_repeat repeat)
{
	const siglet_attempt attempt = { .stage = stage, .status = status };

	return siglet_http_may_repeat(&attempt, repeat);
}

static void repetition(void)
{
	static const int busy[] = { 429, 503 }, failed[] = { 500, 502, 504 },
			 final[] = { 200, 201, 301, 400, 401, 403, 404, 409, 501 };

	for (size_t i = 0; i < SIGLET_COUNT(busy); i++)
		OK(again(SIGLET_NET_ANSWERED, busy[i], SIGLET_HTTP_REPEAT_SAFE) &&
			   again(SIGLET_NET_ANSWERED, busy[i], SIGLET_HTTP_REPEAT_UNSENT),
		   "%d: always again", busy[i]);
	for (size_t i = 0; i < SIGLET_COUNT(failed); i++)
		OK(again(SIGLET_NET_ANSWERED, failed[i], SIGLET_HTTP_REPEAT_SAFE) &&
			   !again(SIGLET_NET_ANSWERED, failed[i], SIGLET_HTTP_REPEAT_UNSENT),
		   "%d: again where that is safe", failed[i]);
	for (size_t i = 0; i < SIGLET_COUNT(final); i++)
		OK(!again(SIGLET_NET_ANSWERED, final[i], SIGLET_HTTP_REPEAT_SAFE), "%d: not again",
		   final[i]);
	OK(again(SIGLET_NET_NOT_CONNECTED, 0, SIGLET_HTTP_REPEAT_UNSENT), "never connected: again");
	OK(again(SIGLET_NET_LOST, 0, SIGLET_HTTP_REPEAT_SAFE), "lost: again where that is safe");
	OK(!again(SIGLET_NET_LOST, 0, SIGLET_HTTP_REPEAT_UNSENT), "and not where it is not");
	OK(!again(SIGLET_NET_UNTRIED, 0, SIGLET_HTTP_REPEAT_SAFE), "no memory: not again");
	OK(!again(SIGLET_NET_TOO_LARGE, 0, SIGLET_HTTP_REPEAT_SAFE), "too much: not again");
	OK(!again(SIGLET_NET_STOPPED, 0, SIGLET_HTTP_REPEAT_SAFE), "given up: not again");
	const siglet_attempt seen = { .stage = SIGLET_NET_LOST, .streamed = true };
	OK(!siglet_http_may_repeat(&seen, SIGLET_HTTP_REPEAT_SAFE),
	   "somebody has a part of the answer: not again");
}

#define NOW 1793620800 /* 2026-11-02T12:00:00Z, a Monday */

static unsigned wait_ms(const char *retry_after, unsigned next, unsigned random)
{
	const siglet_attempt attempt = { .retry_after = siglet_slice_str(retry_after) };

	return siglet_http_wait_ms(&attempt, next, random, NOW);
}

static void waiting(void)
{
	static const char *const odd[] = { "",
					   "soon",
					   "-1",
					   "1.5",
					   "Mon, 02 Nov 2026 12:00:05",
					   "Mon, 02 Nov 2026 12:00:05 UTC",
					   "Mon, 02 Nox 2026 12:00:05 GMT",
					   "Mon, 32 Nov 2026 12:00:05 GMT",
					   "Mon, 02 Nov 2026 24:00:05 GMT",
					   "Mon, 02 Nov 2026 12:60:05 GMT",
					   "Mon, 02 Nov 1969 12:00:05 GMT",
					   "Mon, 0x Nov 2026 12:00:05 GMT",
					   "Mon. 02 Nov 2026 12:00:05 GMT",
					   "Monday, 02-Nov-26 12:00:05 GMT",
					   "00000000000000000000000000000000000000000000000000" };

	OK(wait_ms("5", 1, 0) == 5000, "so many seconds as the server says");
	OK(wait_ms("0", 1, 0xffff) == 0, "none, too");
	OK(wait_ms("3600", 1, 0) == 30000, "but not for ever");
	OK(wait_ms("99999999999999999999999999", 1, 0) == 30000, "nor longer than numbers go");
	OK(wait_ms("Mon, 02 Nov 2026 12:00:05 GMT", 1, 0) == 5000, "until a date");
	OK(wait_ms("Sun, 01 Nov 2026 12:00:05 GMT", 1, 0xffff) == 0, "one that is past");
	for (size_t i = 0; i < SIGLET_COUNT(odd); i++)
		OK(wait_ms(odd[i], 1, 0xffff) == 250, "nothing to heed, %zu", i);
	OK(wait_ms("", 2, 0xffff) == 500 && wait_ms("", 3, 0xffff) == 1000,
	   "twice as long each time");
	OK(wait_ms("", 30, 0xffff) == 8000, "up to a limit");
	OK(wait_ms("", 3, 0) == 0 && wait_ms("", 3, 0x7fff) < 501, "at random");
}

static void headers(void)
{
	siglet_http_response response;

	siglet_http_response_init(&response);
	OK_SUCCESS(siglet_buf_append_str(&response.headers,
					 "content-type:  text/plain \nlocation: a:b\nx-empty:\n"
					 "location: second\n"),
		   "headers");
	OK(siglet_slice_is(siglet_http_header_of(&response, "content-type"), "text/plain"),
	   "a value, without space around");
	OK(siglet_slice_is(siglet_http_header_of(&response, "location"), "a:b"), "the first one");
	OK(siglet_http_header_of(&response, "x-empty").len == 0, "an empty one");
	OK(siglet_http_header_of(&response, "content").len == 0, "a part of a name is no name");
	OK(siglet_http_header_of(&response, "none").len == 0, "none");
	siglet_http_response_clear(&response);
}

static void says(const char *body, bool is_secret, const char *wanted)
{
	const siglet_http_request request = { .what = "the log",
					      .url = "https://log.example/api/x?y",
					      .secret_answer = is_secret };
	siglet_http_response response;
	siglet_err *err;

	siglet_http_response_init(&response);
	response.status = 400;
	OK_SUCCESS(siglet_buf_append_str(&response.body, body), "an answer");
	err = siglet_http_status_error(&request, &response);
	OK(siglet_err_code(err) == SIGLET_E_NETWORK && strcmp(siglet_err_message(err), wanted) == 0,
	   "%s", wanted);
	siglet_err_free(err);
	siglet_http_response_clear(&response);
}

static void unwelcome_answers(void)
{
#define WHO "the log (https://log.example) answered 400"
	says("{\"code\":400,\"message\":\"no good\"}", false, WHO ": no good");
	says("{\"error\":\"bad\",\"error_description\":\"worse\"}", false, WHO ": worse");
	says("{\"message\":7}", false, WHO);
	says("plain words\n", false, WHO ": plain words");
	says("<html>a page</html>", false, WHO);
	says("", false, WHO);
	says("\x1b[31mred", false, WHO ": \\x1b[31mred");
	says("{\"message\":\"a token\"}", true, WHO);
}

/* A service, or something before it, that shows what it was sent. */
static void echoes(const char *body, const char *wanted)
{
	const siglet_http_request request = {
		.what = "the log",
		.url = "https://log.example/api/x?y",
		.headers = { { "Accept", "text/plain", false },
			     { "Authorization", "Bearer abc.def.ghi", true } },
		.header_count = 2,
	};
	siglet_http_response response;
	siglet_err *err;

	siglet_http_response_init(&response);
	response.status = 400;
	OK_SUCCESS(siglet_buf_append_str(&response.body, body), "an answer");
	err = siglet_http_status_error(&request, &response);
	OK(strcmp(siglet_err_message(err), wanted) == 0, "%s", siglet_err_message(err));
	siglet_err_free(err);
	siglet_http_response_clear(&response);
}

static void echoed_secrets(void)
{
	echoes("no such header: Accept: text/plain", WHO ": no such header: Accept: text/plain");
	echoes("refused: Authorization: Bearer abc.def.ghi", WHO);
	echoes("{\"message\":\"bad token abc.def.ghi\"}", WHO);
	echoes("{\"message\":\"bad token abc\\u002edef.ghi\"}", WHO);
	echoes("bad token abc.def", WHO ": bad token abc.def");
}

/* The client itself refuses before anything is loaded or sent; what it sends, the CLI tests see. */
static void requests_that_are_not_sent(void)
{
	const siglet_http_options options = { .max_attempts = 1 };
	siglet_http *http = NULL;
	siglet_err *err = siglet_http_new(&options, &http);
	siglet_http_response response;

	if (err != NULL) {
		SKIP("libsiglet-net is not beside this test: %s", siglet_err_message(err));
		siglet_err_free(err);
		return;
	}
	const siglet_transport transport = siglet_http_transport(http);
	siglet_http_request request = { .what = "it",
					.method = "GET",
					.url = "http://192.0.2.1/",
					.header_count = 1,
					.headers = { { "A", "b", true } } };
	siglet_http_response_init(&response);
	err = siglet_transport_send(&transport, &request, &response);
	OK(err != NULL && strstr(siglet_err_message(err), "with a secret") != NULL,
	   "no secret in the clear");
	siglet_err_free(err);
	request.url = "http://192.0.2.1/";
	request.header_count = 0;
	OK_ERROR(siglet_transport_send(&transport, &request, &response), SIGLET_E_USAGE,
		 "nor anything else");
	request.url = "https://a@b/";
	OK_ERROR(siglet_transport_send(&transport, &request, &response), SIGLET_E_USAGE,
		 "no user in a URL");
	request.url = "http://127.0.0.1:1/";
	request.headers[0] = (siglet_http_header) { "A", "b\r\nC: d", false };
	request.header_count = 1;
	OK_ERROR(siglet_transport_send(&transport, &request, &response), SIGLET_E_USAGE,
		 "no second header in a value");
	request.header_count = 0;
	OK_ERROR(siglet_transport_send(&transport, &request, &response), SIGLET_E_NETWORK,
		 "nobody there");
	siglet_http_response_clear(&response);
	siglet_http_free(http);
}

int main(void)
{
	urls();
	following();
	repetition();
	waiting();
	headers();
	unwelcome_answers();
	echoed_secrets();
	requests_that_are_not_sent();
	return tap_done();
}
