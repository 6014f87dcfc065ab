#define _DEFAULT_SOURCE /* syscall */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "../lib/fake_around.h"
#include "../lib/fake_http.h"
#include "oidc/loopback_internal.h"
#include "oidc/oidc_internal.h"

/* A person logs in: what comes back by the browser or on another device is believed only so far. */

#define ISSUER "https://login.example"
#define DISCOVERY                                                         \
	"{\"issuer\":\"" ISSUER "\",\"authorization_endpoint\":\"" ISSUER \
	"/auth\",\"token_endpoint\":\"" ISSUER                            \
	"/token\",\"device_authorization_endpoint\":\"" ISSUER            \
	"/device\",\"code_challenge_methods_supported\":[\"S256\"]}"

typedef struct person {
	fake_http *http;
	const char *query; /* of the redirect: S stands for the right state */
	const char *visit; /* a path that is visited first, or NULL */
	const char *nonce; /* NULL: the right one */
	const char *issuer;
	int fds[2];
	char url[4096], challenge[128], told[4096];
} person;

/* The value of a parameter in the URL that the browser gets. */
static void parameter(const char *url, const char *name, char *ret_value, size_t size)
{
	char wanted[64];
	const char *at;

	(void)snprintf(wanted, sizeof(wanted), "%s=", name);
	at = strstr(url, wanted);
	ret_value[0] = '\0';
	if (at != NULL)
		(void)snprintf(ret_value, size, "%.*s", (int)strcspn(at + strlen(wanted), "&"),
			       at + strlen(wanted));
}

/* A request for a path, or the beginning of one ("/"). */
static int visit(unsigned port, const char *path)
{
	const struct sockaddr_in address = { .sin_family = AF_INET,
					     .sin_port = htons((uint16_t)port),
					     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	const int fd = socket(AF_INET, SOCK_STREAM, 0);
	char request[2048];
	const int len = strcmp(path, "/") == 0
				? snprintf(request, sizeof(request), "GET /")
				: snprintf(request, sizeof(request),
					   "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", path);

	if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof(address)) != 0 ||
	    send(fd, request, (size_t)len, 0) != len)
		exit(1);
	return fd;
}

static void add_token(person *p, const char *nonce)
{
	static char answer[8192];
	char claims[1024];

	(void)snprintf(claims, sizeof(claims),
		       "{\"iss\":\"%s\",\"sub\":\"me\",\"aud\":\"sigstore\",\"exp\":1800000600,"
		       "\"nonce\":\"%s\"}",
		       p->issuer == NULL ? ISSUER : p->issuer, nonce);
	(void)snprintf(answer, sizeof(answer), "{\"id_token\":\"%s\"}", fake_jwt(claims));
	fake_add(p->http, (fake_answer) { "/token", 200, NULL, answer, 0, false });
}

static bool browse(void *context, const char *url)
{
	person *p = context;
	char state[128], nonce[128], redirect[256], path[1024];
	const char *s = strchr(p->query, 'S');
	unsigned port = 0;

	(void)snprintf(p->url, sizeof(p->url), "%s", url);
	parameter(url, "state", state, sizeof(state));
	parameter(url, "nonce", nonce, sizeof(nonce));
	parameter(url, "redirect_uri", redirect, sizeof(redirect));
	parameter(url, "code_challenge", p->challenge, sizeof(p->challenge));
	if (sscanf(redirect, "http%%3A%%2F%%2Flocalhost%%3A%u%%2Fauth%%2Fcallback", &port) != 1)
		exit(1);
	if (s == NULL)
		(void)snprintf(path, sizeof(path), "/auth/callback?%s", p->query);
	else
		(void)snprintf(path, sizeof(path), "/auth/callback?%.*s%s%s", (int)(s - p->query),
			       p->query, state, s + 1);
	if (p->visit != NULL)
		p->fds[0] = visit(port, p->visit);
	p->fds[1] = visit(port, path);
	add_token(p, p->nonce == NULL ? nonce : p->nonce);
	return true;
}

static void tell(void *context, const char *line)
{
	person *p = context;
	const size_t len = strlen(p->told);

	(void)snprintf(p->told + len, sizeof(p->told) - len, "%s\n", line);
}

static siglet_err *log_in(person *p, siglet_token **ret_token)
{
	const siglet_oidc_client client = { .issuer = ISSUER,
					    .client_id = "sigstore",
					    .audience = "sigstore",
					    .timeout_s = 5,
					    .tell = tell,
					    .browse = browse,
					    .context = p };
	fake_around around = { .now_s = FAKE_NOW };
	const siglet_surroundings surroundings = fake_surroundings(&around);
	const siglet_transport transport = fake_transport(p->http);
	siglet_err *err;

	p->fds[0] = p->fds[1] = -1;
	*ret_token = NULL;
	err = siglet_oidc_browser(&client, &surroundings, &transport, ret_token);
	for (size_t i = 0; i < 2; i++)
		if (p->fds[i] >= 0)
			(void)close(p->fds[i]);
	return err;
}

static fake_http issuer(const char *discovery)
{
	fake_http http = { .count = 0 };

	fake_add(&http, (fake_answer) { "/.well-known/openid-configuration", 200, NULL, discovery,
					0, false });
	return http;
}

static void refuses(const char *discovery, person p, siglet_code code, const char *claim)
{
	fake_http http = issuer(discovery);
	siglet_token *token = NULL;

	p.http = &http;
	OK_ERROR(log_in(&p, &token), code, "%s", claim);
	OK(token == NULL, "no token");
	siglet_token_free(token);
}

static void by_browser(void)
{
	fake_http http = issuer(DISCOVERY);
	person p = { .http = &http, .query = "code=abc%2Bd&state=S", .visit = "/favicon.ico" };
	siglet_token *token = NULL;
	char verifier[128], challenge[64];

	OK_SUCCESS(log_in(&p, &token), "a login");
	OK(token != NULL, "gives a token");
	siglet_token_free(token);
	OK(strncmp(p.url,
		   ISSUER "/auth?response_type=code&client_id=sigstore&scope=openid%20email&",
		   strlen(ISSUER) + 60) == 0,
	   "the page is %s", p.url);
	OK(strstr(p.url, "&code_challenge_method=S256") != NULL, "with PKCE");
	OK(strstr(p.told, p.url) != NULL, "and told, should no window open");
	OK(strcmp(http.method, "POST") == 0 && strstr(http.url, "/token") != NULL &&
		   strstr(http.body, "grant_type=authorization_code&code=abc%2Bd&redirect_uri="
				     "http%3A%2F%2Flocalhost%3A") == http.body,
	   "the code is redeemed: %s", http.body);
	parameter(http.body, "code_verifier", verifier, sizeof(verifier));
	OK_SUCCESS(siglet_oidc_challenge(verifier, challenge), "with the verifier");
	OK(strlen(verifier) >= 43 && strcmp(challenge, p.challenge) == 0, "of that challenge");

	refuses(DISCOVERY, (person) { .query = "code=abc&state=x" }, SIGLET_E_MISMATCH,
		"another state");
	refuses(DISCOVERY, (person) { .query = "code=abc" }, SIGLET_E_MISMATCH, "no state");
	refuses(DISCOVERY, (person) { .query = "code=abc&state=Sx" }, SIGLET_E_MISMATCH,
		"a longer state");
	refuses(DISCOVERY, (person) { .query = "code=abc&xstate=S" }, SIGLET_E_MISMATCH,
		"another parameter");
	refuses(DISCOVERY, (person) { .query = "error=access_denied&state=x" }, SIGLET_E_MISMATCH,
		"an error by a stranger");
	refuses(DISCOVERY, (person) { .query = "error=access_denied&state=S" }, SIGLET_E_UNTRUSTED,
		"an error");
	refuses(DISCOVERY, (person) { .query = "state=S" }, SIGLET_E_MALFORMED, "no code");
	refuses(DISCOVERY, (person) { .query = "state=S&code=" }, SIGLET_E_MALFORMED,
		"an empty code");
	refuses(DISCOVERY, (person) { .query = "state=S&code=%4" }, SIGLET_E_MALFORMED,
		"half an escape");
	refuses(DISCOVERY, (person) { .query = "state=S&code=%00" }, SIGLET_E_MALFORMED, "a NUL");
	refuses(DISCOVERY, (person) { .query = "state=S&code=a", .nonce = "other" },
		SIGLET_E_MISMATCH, "another nonce");
	refuses(DISCOVERY,
		(person) { .query = "state=S&code=a", .issuer = "https://other.example" },
		SIGLET_E_MISMATCH, "a token of another issuer");
}

/* Whatever the token endpoint says in place of a token. */
static void no_token(const char *answer, int status, siglet_code code)
{
	fake_http http = issuer(DISCOVERY);
	person p = { .http = &http, .query = "state=S&code=a" };
	siglet_token *token = NULL;

	fake_add(&http, (fake_answer) { "/token", status, NULL, answer, 0, false });
	OK_ERROR(log_in(&p, &token), code, "%d: %s", status, answer);
	OK(token == NULL, "no token");
	siglet_token_free(token);
}

static void no_tokens(void)
{
	no_token("{\"error\":\"invalid_grant\"}", 400, SIGLET_E_UNTRUSTED);
	no_token("{\"error\":\"invalid_grant\",\"id_token\":\"e30.e30.e30\"}", 200,
		 SIGLET_E_UNTRUSTED);
	no_token("{\"error\":\"\\u0000\"}", 400, SIGLET_E_UNTRUSTED);
	no_token("{\"access_token\":\"e30.e30.e30\"}", 200, SIGLET_E_NETWORK);
	no_token("{\"id_token\":\"\"}", 200, SIGLET_E_NETWORK);
	no_token("{\"id_token\":7}", 200, SIGLET_E_NETWORK);
	no_token("{\"id_token\":\"x\"}", 200, SIGLET_E_MALFORMED);
	no_token("<html>", 502, SIGLET_E_NETWORK);
	no_token("", 200, SIGLET_E_NETWORK);
}

static void issuers(void)
{
	const person p = { .query = "state=S&code=a" };

	refuses("{\"issuer\":\"https://other.example\"}", p, SIGLET_E_MISMATCH, "another's name");
	refuses("{}", p, SIGLET_E_MISMATCH, "no name");
	refuses("<html>", p, SIGLET_E_MALFORMED, "a page for people");
	refuses("{\"issuer\":\"" ISSUER "\",\"authorization_endpoint\":\"" ISSUER "/auth\"}", p,
		SIGLET_E_MALFORMED, "no token endpoint");
	refuses("{\"issuer\":\"" ISSUER "\",\"authorization_endpoint\":\"" ISSUER
		"/auth\",\"token_endpoint\":\"http://login.example/token\"}",
		p, SIGLET_E_MALFORMED, "an endpoint in the clear");
	refuses("{\"issuer\":\"" ISSUER "\",\"authorization_endpoint\":\"" ISSUER
		"/auth\",\"token_endpoint\":\"" ISSUER "/token\"}",
		p, SIGLET_E_UNSUPPORTED, "no PKCE");
	refuses("{\"issuer\":\"" ISSUER "\",\"authorization_endpoint\":\"" ISSUER
		"/auth\",\"token_endpoint\":\"" ISSUER
		"/token\",\"code_challenge_methods_supported\":[\"plain\"]}",
		p, SIGLET_E_UNSUPPORTED, "none that is worth it");
}

/* ---- visitors ---- */

/* A clock on which, when there is no time to wait, each look takes half a second. */
static _Atomic bool hurries;

int clock_gettime(clockid_t clock, struct timespec *ret_time)
{
	static _Atomic int64_t ahead_ms;
	const int result = (int)syscall(SYS_clock_gettime, clock, ret_time);

	if (hurries)
		ahead_ms += 500;
	ret_time->tv_sec += ahead_ms / 1000;
	return result;
}

/* In the place of the C library's: somebody else has the IPv6 port, so many times. */
static int others;

int bind(int fd, const struct sockaddr *address, socklen_t len)
{
	if (address->sa_family == AF_INET6 && others != 0) {
		others -= others > 0;
		errno = others >= 0 ? EADDRINUSE : EADDRNOTAVAIL;
		return -1;
	}
	return (int)syscall(SYS_bind, fd, address, len);
}

/* "localhost" may mean either address: whoever has the other one would get the code. */
static void neighbours(void)
{
	siglet_loopback loopback;

	others = 2;
	OK_SUCCESS(siglet_loopback_open(&loopback), "a port that is had of one family only");
	OK(others == 0, "is passed over");
	if (loopback.fds[1] < 0)
		SKIP("there is no IPv6 here");
	siglet_loopback_close(&loopback);
	others = 1000;
	OK_ERROR(siglet_loopback_open(&loopback), SIGLET_E_NETWORK, "but not for ever");
	OK(others > 900, "not even for long");
	others = -1;
	OK_SUCCESS(siglet_loopback_open(&loopback), "a machine without IPv6");
	OK(loopback.fds[0] >= 0 && loopback.fds[1] < 0, "needs none");
	others = 0;
	siglet_loopback_close(&loopback);
}

typedef struct visitor {
	int fd;
	bool is_turned_away;
	pthread_t thread;
} visitor;

/* Says a byte at a time, and never comes to an end. */
static void *stammer(void *context)
{
	visitor *v = context;
	unsigned said = 0;

	while (said++ < 400 && !v->is_turned_away) {
		struct pollfd answer = { .fd = v->fd, .events = POLLIN };

		v->is_turned_away =
			send(v->fd, "a", 1, MSG_NOSIGNAL) != 1 || poll(&answer, 1, 20) != 0;
	}
	(void)close(v->fd);
	return NULL;
}

static int64_t no_time(void *context)
{
	(void)context;
	return 0;
}

static void slow_visitors(void)
{
	siglet_loopback loopback;
	siglet_buf query;
	visitor v = { .fd = -1 };

	OK_SUCCESS(siglet_loopback_open(&loopback), "a place to come to");
	siglet_buf_init(&query, 1000);
	v.fd = visit(loopback.port, "/");
	const int fd = visit(loopback.port, "/auth/callback?a=b");
	hurries = true;
	if (pthread_create(&v.thread, NULL, stammer, &v) != 0)
		exit(1);
	OK_SUCCESS(siglet_loopback_wait(&loopback, 60000, no_time, NULL, &query),
		   "whoever comes behind a slow visitor");
	hurries = false;
	OK(siglet_slice_is(siglet_buf_slice(&query), "a=b"), "is heard");
	(void)pthread_join(v.thread, NULL);
	OK(v.is_turned_away, "who is sent away in the middle of a word");
	siglet_buf_clear(&query);
	siglet_loopback_close(&loopback);
	(void)close(fd);
}

/* ---- device ---- */

#define GRANT(rest)                                                                               \
	"{\"device_code\":\"dc\",\"user_code\":\"AB-CD\",\"verification_uri\":\"" ISSUER "/go\"," \
	"\"expires_in\":60" rest "}"

static siglet_err *by_code(fake_http *http, person *p, fake_around *around,
			   siglet_token **ret_token)
{
	const siglet_oidc_client client = { .issuer = ISSUER,
					    .client_id = "sigstore",
					    .audience = "sigstore",
					    .tell = tell,
					    .context = p };
	const siglet_surroundings surroundings = fake_surroundings(around);
	const siglet_transport transport = fake_transport(http);

	around->now_s = FAKE_NOW;
	*ret_token = NULL;
	p->http = http;
	return siglet_oidc_device(&client, &surroundings, &transport, ret_token);
}

static void by_device(void)
{
	fake_http good = issuer(DISCOVERY), denied = issuer(DISCOVERY), late = issuer(DISCOVERY),
		  other = issuer(DISCOVERY), without = issuer(DISCOVERY);
	fake_around around = { .now_s = 0 }, patient = { .now_s = 0 }, third = { .now_s = 0 },
		    fourth = { .now_s = 0 };
	person p = { .query = "" }, q = { .query = "", .issuer = "https://other.example" };
	siglet_token *token = NULL;

	fake_add(&good, (fake_answer) { "/device", 200, NULL, GRANT(",\"interval\":2"), 0, false });
	fake_add(&good, (fake_answer) { "/token", 400, NULL,
					"{\"error\":\"authorization_pending\"}", 0, false });
	fake_add(&good,
		 (fake_answer) { "/token", 400, NULL, "{\"error\":\"slow_down\"}", 0, false });
	p.http = &good;
	add_token(&p, "");
	OK_SUCCESS(by_code(&good, &p, &around, &token), "a login");
	OK(token != NULL, "gives a token");
	siglet_token_free(token);
	OK(around.slept_ms == 2000 + 2000 + 7000, "as patient as it was told to be (%u)",
	   around.slept_ms);
	OK(strstr(p.told, ISSUER "/go") != NULL && strstr(p.told, "AB-CD") != NULL, "told: %s",
	   p.told);

	fake_add(&denied, (fake_answer) { "/device", 200, NULL, GRANT(""), 0, false });
	fake_add(&denied,
		 (fake_answer) { "/token", 400, NULL, "{\"error\":\"access_denied\"}", 0, false });
	OK_ERROR(by_code(&denied, &p, &third, &token), SIGLET_E_UNTRUSTED, "a no");

	fake_add(&late,
		 (fake_answer) { "/device", 200, NULL, GRANT(",\"interval\":-1"), 0, false });
	fake_add(&late, (fake_answer) { "/token", 400, NULL,
					"{\"error\":\"authorization_pending\"}", 0, true });
	OK_ERROR(by_code(&late, &p, &patient, &token), SIGLET_E_MISSING, "nobody came");
	OK(patient.slept_ms == 60000, "within the time that there was");

	memset(&late, 0, sizeof(late));
	late = issuer(DISCOVERY);
	patient = (fake_around) { .now_s = 0 };
	fake_add(&late,
		 (fake_answer) { "/device", 200, NULL, GRANT(",\"interval\":1700"), 0, false });
	fake_add(&late, (fake_answer) { "/token", 400, NULL,
					"{\"error\":\"authorization_pending\"}", 0, true });
	OK_ERROR(by_code(&late, &p, &patient, &token), SIGLET_E_MISSING,
		 "an issuer that wants to be asked after the end");
	OK(patient.slept_ms == 60000, "makes nobody wait longer (%u)", patient.slept_ms);

	fake_add(&other, (fake_answer) { "/device", 200, NULL, GRANT(""), 0, false });
	q.http = &other;
	add_token(&q, "");
	OK_ERROR(by_code(&other, &q, &fourth, &token), SIGLET_E_MISMATCH, "another issuer's token");

	fake_add(&without,
		 (fake_answer) { "/device", 200, NULL, "{\"device_code\":\"x\"}", 0, false });
	OK_ERROR(by_code(&without, &p, &fourth, &token), SIGLET_E_MALFORMED, "no code to type");
}

static void challenge_of_rfc_7636(void)
{
	char challenge[64];

	OK_SUCCESS(siglet_oidc_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", challenge),
		   "appendix B");
	OK(strcmp(challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM") == 0, "its challenge");
}

int main(void)
{
	challenge_of_rfc_7636();
	by_browser();
	no_tokens();
	issuers();
	by_device();
	neighbours();
	slow_visitors();
	return tap_done();
}
