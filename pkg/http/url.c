#include "http/http_internal.h"

#include <stdio.h>
#include <string.h>

/* Which URLs may be asked. */

#define MAX_URL_BYTES 8192

/* The authority of "SCHEME://AUTHORITY/…"; empty where there is none. */
static siglet_slice authority_of(const char *url, const char *scheme)
{
	const size_t len = strlen(scheme);

	if (strncmp(url, scheme, len) != 0)
		return SIGLET_SLICE_NONE;
	return siglet_slice_of(url + len, strcspn(url + len, "/?#"));
}

static bool is_number(siglet_slice text)
{
	if (text.len == 0 || text.len > 5)
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return false;
	return true;
}

/* "host", "host:1", "[::1]:1"; *ret_host without the port. */
static bool split_host(siglet_slice authority, siglet_slice *ret_host)
{
	size_t end = 0;

	if (authority.len > 0 && authority.ptr[0] == '[') {
		const uint8_t *close = memchr(authority.ptr, ']', authority.len);

		if (close == NULL)
			return false;
		end = (size_t)(close - authority.ptr) + 1;
	} else {
		const uint8_t *colon = memchr(authority.ptr, ':', authority.len);

		end = colon == NULL ? authority.len : (size_t)(colon - authority.ptr);
	}
	*ret_host = siglet_slice_of(authority.ptr, end);
	if (end == 0)
		return false;
	return end == authority.len ||
	       (authority.ptr[end] == ':' &&
		is_number(siglet_slice_of(authority.ptr + end + 1, authority.len - end - 1)));
}

/* 127.x.y.z in its usual spelling. */
static bool is_127(siglet_slice host)
{
	unsigned dots = 0;

	if (!siglet_slice_has_prefix(host, "127.") || host.len > 15)
		return false;
	for (size_t i = 0; i < host.len; i++) {
		if (host.ptr[i] == '.')
			dots++;
		else if (host.ptr[i] < '0' || host.ptr[i] > '9')
			return false;
	}
	return dots == 3;
}

static bool is_loopback(siglet_slice host)
{
	return siglet_slice_is(host, "localhost") || siglet_slice_is(host, "[::1]") || is_127(host);
}

/* Printable ASCII without what has no place in a URL. */
static bool is_clean(const char *url)
{
	const size_t len = strlen(url);

	if (len == 0 || len > MAX_URL_BYTES)
		return false;
	for (size_t i = 0; i < len; i++)
		if (url[i] <= ' ' || url[i] > '~' || strchr("\"<>\\^`{|}#", url[i]) != NULL)
			return false;
	return true;
}

siglet_url_kind siglet_http_kind_of(const char *url)
{
	siglet_slice authority = authority_of(url, "https://"), host = SIGLET_SLICE_NONE;
	const bool is_https = authority.len > 0;

	if (!is_https)
		authority = authority_of(url, "http://");
	if (!is_clean(url) || authority.len == 0 ||
	    memchr(authority.ptr, '@', authority.len) != NULL || !split_host(authority, &host))
		return SIGLET_URL_REFUSED;
	if (is_loopback(host))
		return SIGLET_URL_LOOPBACK;
	return is_https ? SIGLET_URL_HTTPS : SIGLET_URL_PLAIN;
}

bool siglet_http_url_is_allowed(const char *url)
{
	const siglet_url_kind kind = siglet_http_kind_of(url);

	return kind == SIGLET_URL_HTTPS || kind == SIGLET_URL_LOOPBACK;
}

siglet_printable siglet_http_url_shown(const char *url)
{
	const char *at = strrchr(url, '@'), *rest = at == NULL ? url : at + 1;
	const size_t letters = strspn(url, "abcdefghijklmnopqrstuvwxyz");
	const bool has_scheme = strncmp(url + letters, "://", 3) == 0;
	char text[sizeof(((siglet_printable *)NULL)->text)];

	(void)snprintf(text, sizeof(text), "%.*s%s%.*s",
		       at == NULL || !has_scheme ? 0 : (int)letters + 3, url,
		       at == NULL ? "" : "...@", (int)strcspn(rest, "?"), rest);
	return siglet_text_printable(siglet_slice_str(text));
}

siglet_slice siglet_http_host_of(const char *url)
{
	siglet_slice authority = authority_of(url, "https://"), host = SIGLET_SLICE_NONE;

	if (authority.len == 0)
		authority = authority_of(url, "http://");
	return authority.len > 0 && split_host(authority, &host) ? host : SIGLET_SLICE_NONE;
}

bool siglet_http_may_follow(const char *from, const char *to)
{
	const siglet_url_kind a = siglet_http_kind_of(from), b = siglet_http_kind_of(to);

	if (b == SIGLET_URL_HTTPS)
		return a == SIGLET_URL_HTTPS || a == SIGLET_URL_LOOPBACK;
	return a == SIGLET_URL_LOOPBACK && b == SIGLET_URL_LOOPBACK &&
	       (strncmp(from, "https:", 6) != 0 || strncmp(to, "https:", 6) == 0);
}

siglet_slice siglet_http_origin_of(const char *url)
{
	const char *slashes = strstr(url, "://");

	if (slashes == NULL)
		return siglet_slice_str("?");
	return siglet_slice_of(url, (size_t)(slashes - url) + 3 + strcspn(slashes + 3, "/?#"));
}
