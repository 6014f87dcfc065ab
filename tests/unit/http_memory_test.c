#define _GNU_SOURCE /* memmem */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../lib/check.h"
#include "http/http.h"

/* Of a token that is sent, or that comes back, no copy is in memory that is given back. */

#if defined(__has_feature)
#define HAS_FEATURE(x) __has_feature(x)
#else
#define HAS_FEATURE(x) 0
#endif

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && \
	!HAS_FEATURE(address_sanitizer) && !HAS_FEATURE(thread_sanitizer)
#define CAN_WATCH 1

#include <malloc.h>

void *__libc_realloc(void *old, size_t size);
void __libc_free(void *ptr);

/* As long as tokens are; what is sent and what comes back differ. */
#define SENT "c2VjcmV0LXRoYXQtaXMtc2VudA"
#define CAME "c2VjcmV0LXRoYXQtY2FtZQ"
#define FOUR(text) text "." text "." text "." text
#define LONG(text) FOUR(FOUR(text)) "." FOUR(FOUR(text))

static _Atomic long spilled_sent, spilled_came;

static void look(const void *ptr)
{
	const size_t len = ptr == NULL ? 0 : malloc_usable_size((void *)(uintptr_t)ptr);

	if (len > 0 && memmem(ptr, len, SENT, sizeof(SENT) - 1) != NULL)
		spilled_sent++;
	if (len > 0 && memmem(ptr, len, CAME, sizeof(CAME) - 1) != NULL)
		spilled_came++;
}

/* In the place of the C library's, for libcurl too. */
#define EVERYWHERE __attribute__((visibility("default")))

EVERYWHERE void free(void *ptr)
{
	look(ptr);
	__libc_free(ptr);
}

/* What is moved is given back; what grows in its place is not. */
EVERYWHERE void *realloc(void *old, size_t size)
{
	const long sent = spilled_sent, came = spilled_came;
	const uintptr_t before = (uintptr_t)old;

	look(old);
	void *ptr = __libc_realloc(old, size);
	if ((uintptr_t)ptr == before) {
		spilled_sent = sent;
		spilled_came = came;
	}
	return ptr;
}

/* ---- a service ---- */

static char answer[8192];

/* One request a connection, of which it believes that the body comes with the last piece. */
static void *serve(void *context)
{
	const int listening = *(const int *)context;

	for (;;) {
		char piece[16384];
		size_t len = 0;
		const int fd = accept(listening, NULL, NULL);

		if (fd < 0)
			return NULL;
		while (len < sizeof(piece)) {
			const ssize_t got = recv(fd, piece + len, sizeof(piece) - len, 0);

			if (got <= 0)
				break;
			len += (size_t)got;
			if (memmem(piece, len, "\r\n\r\n", 4) != NULL && piece[len - 1] == '!')
				break;
		}
		(void)send(fd, answer, strlen(answer), MSG_NOSIGNAL);
		(void)close(fd);
	}
}

static int open_service(unsigned *ret_port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);
	const int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
	    listen(fd, 8) != 0 || getsockname(fd, (struct sockaddr *)&address, &len) != 0)
		exit(1);
	*ret_port = ntohs(address.sin_port);
	return fd;
}

/* ---- the client ---- */

static void exchange(const siglet_transport *transport, const char *url, int status, size_t most,
		     const char *claim)
{
	static const char body[] = "{\"token\":\"" LONG(SENT) "\"}!";
	const siglet_http_request request = {
		.what = "it",
		.method = "POST",
		.url = url,
		.headers = { { "Authorization", "Bearer " LONG(SENT), true } },
		.header_count = 1,
		.body = siglet_slice_of(body, sizeof(body) - 1),
		.secret_body = true,
		.secret_answer = true,
		.max_answer = most,
	};
	siglet_http_response response;

	siglet_http_response_init(&response);
	siglet_err *err = siglet_transport_send(transport, &request, &response);
	OK(status == 0 ? err != NULL : err == NULL && response.status == status, "%s", claim);
	siglet_err_free(err);
	siglet_http_response_clear(&response);
}

static void use(siglet_http *http)
{
	static const char whole[] = "{\"value\":\"" LONG(CAME) "\"}";
	const siglet_transport transport = siglet_http_transport(http);
	unsigned port = 0;
	int fd = open_service(&port);
	pthread_t thread;
	char url[64];

	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/x", port);
	if (pthread_create(&thread, NULL, serve, &fd) != 0)
		exit(1);
	(void)snprintf(answer, sizeof(answer), "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s",
		       sizeof(whole) - 1, whole);
	exchange(&transport, url, 200, 0, "an answer");
	exchange(&transport, url, 0, 100, "one that is too large");
	(void)snprintf(answer, sizeof(answer), "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s",
		       sizeof(whole), whole);
	exchange(&transport, url, 0, 0, "one that is cut off");
	(void)snprintf(answer, sizeof(answer), "HTTP/1.1 400 No\r\nX-Echo: %s\r\n\r\n", LONG(SENT));
	exchange(&transport, url, 400, 0, "a refusal that says the token again");
	(void)shutdown(fd, SHUT_RDWR);
	(void)pthread_join(thread, NULL);
	(void)close(fd);
}

int main(void)
{
	const siglet_http_options options = { .max_attempts = 1 };
	siglet_http *http = NULL;

	free(strdup("x " SENT CAME));
	if (spilled_sent != 1 || spilled_came != 1) {
		SKIP("what is freed can't be watched here");
		return tap_done();
	}
	spilled_sent = spilled_came = 0;
	siglet_err *err = siglet_http_new(&options, &http);
	if (err != NULL) {
		SKIP("libsiglet-net is not beside this test: %s", siglet_err_message(err));
		siglet_err_free(err);
		return tap_done();
	}
	use(http);
	siglet_http_free(http);
	OK(spilled_sent == 0, "nothing is left of what was sent (%ld)", (long)spilled_sent);
	OK(spilled_came == 0, "nor of what came back (%ld)", (long)spilled_came);
	return tap_done();
}
#else
int main(void)
{
	SKIP("what is freed can't be watched in this build");
	return tap_done();
}
#endif
