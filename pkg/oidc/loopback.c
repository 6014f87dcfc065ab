#define _GNU_SOURCE /* accept4 */
#include "oidc/loopback_internal.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sys/sys.h"

/*
 * Where the browser brings the code back to (RFC 8252 section 7.3): one small page on this
 * machine, for one visit. It reads one line of a request, within limits, and believes nothing of
 * it.
 */

#define MAX_REQUEST_BYTES 8192
#define CLIENT_PATIENCE_MS 2000
#define PATH "/auth/callback"
#define MAX_PORTS 16 /* that are tried */

static const char good_page[] = "<!doctype html><meta charset=utf-8><title>siglet</title><p>Done. "
				"You can close this window.";
static const char other_page[] = "Nothing here.";

/* Both families, since "localhost" may mean either. -1, and errno says why. */
static int listen_on(int family, uint16_t port)
{
	const struct sockaddr_in v4 = { .sin_family = AF_INET,
					.sin_port = htons(port),
					.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	const struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
					 .sin6_port = htons(port),
					 .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	const int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	if (fd < 0)
		return -1;
	if ((family == AF_INET6 &&
	     setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) != 0) ||
	    (family == AF_INET6 ? bind(fd, (const struct sockaddr *)&v6, sizeof(v6))
				: bind(fd, (const struct sockaddr *)&v4, sizeof(v4))) != 0 ||
	    listen(fd, 4) != 0) {
		const int number = errno;

		(void)close(fd);
		errno = number;
		return -1;
	}
	return fd;
}

/* The port of one that was just opened; 0: that can't be found out. */
static uint16_t port_of(int fd)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t len = sizeof(address);

	return getsockname(fd, (struct sockaddr *)&address, &len) == 0 ? ntohs(address.sin_port)
								       : 0;
}

/*
 * False: this port can't be had. A machine may be without IPv6; but where somebody else has the port
 * there, a browser may well bring the code to them.
 */
static bool open_port(siglet_loopback *loopback)
{
	loopback->fds[1] = -1;
	loopback->fds[0] = listen_on(AF_INET, 0);
	loopback->port = loopback->fds[0] < 0 ? 0 : port_of(loopback->fds[0]);
	if (loopback->port == 0)
		return false;
	loopback->fds[1] = listen_on(AF_INET6, loopback->port);
	return loopback->fds[1] >= 0 || errno != EADDRINUSE;
}

siglet_err *siglet_loopback_open(siglet_loopback *ret_loopback)
{
	for (int i = 0; i < MAX_PORTS; i++) {
		if (open_port(ret_loopback))
			return NULL;
		siglet_loopback_close(ret_loopback);
		ret_loopback->fds[0] = ret_loopback->fds[1] = -1;
	}
	return siglet_err_new(SIGLET_E_NETWORK, "no port of this machine can be had");
}

void siglet_loopback_close(siglet_loopback *loopback)
{
	for (size_t i = 0; i < SIGLET_COUNT(loopback->fds); i++)
		if (loopback->fds[i] >= 0)
			(void)close(loopback->fds[i]);
}

/* ---- one visit ---- */

/*
 * The request line, up to its line break; false when it does not come in time or is too long. The
 * time is for the whole of it: others wait behind whoever says one byte at a time.
 */
static bool read_line(int fd, char line[MAX_REQUEST_BYTES])
{
	const int64_t until_ms = siglet_sys_monotonic_ms() + CLIENT_PATIENCE_MS;
	size_t len = 0;

	while (len + 1 < MAX_REQUEST_BYTES) {
		struct pollfd ready = { .fd = fd, .events = POLLIN };
		const int64_t left_ms = until_ms - siglet_sys_monotonic_ms();
		ssize_t got;

		if (left_ms <= 0 || poll(&ready, 1, (int)left_ms) != 1)
			return false;
		got = recv(fd, line + len, MAX_REQUEST_BYTES - 1 - len, 0);
		if (got <= 0)
			return false;
		len += (size_t)got;
		line[len] = '\0';
		char *end = memchr(line, '\r', len);
		if (end == NULL)
			end = memchr(line, '\n', len);
		if (end != NULL) {
			*end = '\0';
			return true;
		}
	}
	return false;
}

static void reply(int fd, int status, const char *page)
{
	char text[512];
	const int len = snprintf(text, sizeof(text),
				 "HTTP/1.1 %d %s\r\nContent-Type: text/html; charset=utf-8\r\n"
				 "Content-Length: %zu\r\nCache-Control: no-store\r\n"
				 "Connection: close\r\n\r\n%s",
				 status, status == 200 ? "OK" : "Not Found", strlen(page), page);

	if (len > 0)
		(void)send(fd, text, (size_t)len, MSG_NOSIGNAL);
	(void)shutdown(fd, SHUT_WR);
}

/* "GET /auth/callback?QUERY HTTP/1.1": the query, in place; NULL for anything else. */
static char *find_query(char *line)
{
	static const char begin[] = "GET " PATH "?";
	char *query, *end;

	if (strncmp(line, begin, sizeof(begin) - 1) != 0)
		return NULL;
	query = line + sizeof(begin) - 1;
	end = strchr(query, ' ');
	if (end == NULL || strncmp(end, " HTTP/1.", 8) != 0)
		return NULL;
	*end = '\0';
	return query;
}

/* True: it was the visit that is waited for. */
static bool serve(int fd, siglet_buf *ret_query, siglet_err **ret_err)
{
	char line[MAX_REQUEST_BYTES];
	char *query = read_line(fd, line) ? find_query(line) : NULL;

	if (query != NULL)
		*ret_err = siglet_buf_append_str(ret_query, query);
	reply(fd, query != NULL ? 200 : 404, query != NULL ? good_page : other_page);
	siglet_wipe(line, sizeof(line));
	return query != NULL;
}

siglet_err *siglet_loopback_wait(const siglet_loopback *loopback, int64_t until_ms,
				 int64_t (*now_ms)(void *context), void *context,
				 siglet_buf *ret_query)
{
	for (;;) {
		struct pollfd ready[2] = { { .fd = loopback->fds[0], .events = POLLIN },
					   { .fd = loopback->fds[1], .events = POLLIN } };
		const int64_t left_ms = until_ms - now_ms(context);

		if (left_ms <= 0)
			return siglet_err_new(SIGLET_E_MISSING, "nobody logged in in time");
		if (poll(ready, 2, left_ms < 1000 ? (int)left_ms : 1000) < 0 && errno != EINTR)
			return siglet_err_new(SIGLET_E_NETWORK, "waiting for the browser failed");
		for (size_t i = 0; i < 2; i++) {
			siglet_err *err = NULL;
			bool is_done;
			int fd;

			if ((ready[i].revents & POLLIN) == 0)
				continue;
			fd = accept4(loopback->fds[i], NULL, NULL, SOCK_CLOEXEC);
			if (fd < 0)
				continue;
			is_done = serve(fd, ret_query, &err);
			(void)close(fd);
			if (is_done)
				return err;
		}
	}
}
