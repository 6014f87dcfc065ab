#define _GNU_SOURCE /* memmem */
#include "../lib/fake_around.h"
#include "../lib/fake_http.h"
#include "oidc/oidc_internal.h"

/* Wherever a token comes from, and whatever fails: no copy of it is in memory that is given back. */

#if defined(__has_feature)
#define HAS_FEATURE(x) __has_feature(x)
#else
#define HAS_FEATURE(x) 0
#endif

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && \
	!HAS_FEATURE(address_sanitizer) && !HAS_FEATURE(thread_sanitizer)
#define CAN_WATCH 1

#include <malloc.h>

void __libc_free(void *ptr);

#define SECRET "c2VjcmV0LXNpZ25hdHVyZS1vZi1hLXRva2Vu"
static volatile long frees, spilled;

/* In the place of the C library's, for json-c and OpenSSL too. */
__attribute__((visibility("default"))) void free(void *ptr)
{
	frees = frees + 1;
	if (ptr != NULL && memmem(ptr, malloc_usable_size(ptr), SECRET, sizeof(SECRET) - 1) != NULL)
		spilled = spilled + 1;
	__libc_free(ptr);
}

/* Of these claims, with a signature that is watched. Static memory. */
static const char *token(const char *claims)
{
	static char text[8192];

	(void)snprintf(text, sizeof(text), "%s-" SECRET, fake_jwt(claims));
	return text;
}

#define CLAIMS FAKE_CLAIMS("")
#define ISSUER "https://login.example"
#define METADATA \
	"http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/"

static const char *answer(const char *before, const char *text, const char *after)
{
	static char texts[4][8192];
	static unsigned next;
	char *to = texts[next++ % 4];

	(void)snprintf(to, sizeof(texts[0]), "%s%s%s", before, text, after);
	return to;
}

static void ambient(const char *claim, fake_around around, fake_http http, bool gives)
{
	const siglet_surroundings surroundings = fake_surroundings(&around);
	const siglet_transport transport = fake_transport(&http);
	const char *provider = NULL;
	siglet_token *found = NULL;

	around.now_s = FAKE_NOW;
	spilled = 0;
	siglet_err *err =
		siglet_oidc_ambient(&surroundings, &transport, "sigstore", &found, &provider);
	OK((err == NULL && found != NULL) == gives, "%s", claim);
	siglet_err_free(err);
	siglet_token_free(found);
	OK(spilled == 0, "leaves nothing");
}

static void of_a_service(const char *claim, const char *body, bool gives)
{
	fake_around github = { .variables = { { "GITHUB_ACTIONS", "true" },
					      { "ACTIONS_ID_TOKEN_REQUEST_URL", "https://a/?b" },
					      { "ACTIONS_ID_TOKEN_REQUEST_TOKEN", SECRET } } };
	fake_http http = { .count = 0 };

	fake_add(&http, (fake_answer) { .url = "https://a", .status = 200, .body = body });
	ambient(claim, github, http, gives);
}

static void of_google(void)
{
	fake_around around = {
		.variables = { { "GOOGLE_SERVICE_ACCOUNT_NAME", "a@b.example" } },
	};
	fake_http http = { .count = 0 };

	fake_add(&http, (fake_answer) { .url = METADATA "token",
					.status = 200,
					.headers = "metadata-flavor: Google\n",
					.body = "{\"access_token\":\"" SECRET "\"}" });
	fake_add(&http, (fake_answer) { .url = "https://iamcredentials",
					.status = 200,
					.body = answer("{\"token\":\"", token(CLAIMS), "\"}") });
	ambient("Google, in another's name", around, http, true);
}

static void of_an_agent(void)
{
	fake_around around = { .variables = { { "SPIFFE_ENDPOINT_SOCKET", "/x" } },
			       .program = "spire-agent",
			       .output = answer("[{\"svids\":[{\"svid\":\"", token(CLAIMS),
						"\"}]}]") };

	ambient("SPIFFE", around, (fake_http) { .count = 0 }, true);
}

static void tell(void *context, const char *line)
{
	(void)context;
	(void)line;
}

static void by_device(void)
{
	const siglet_oidc_client client = {
		.issuer = ISSUER, .client_id = "sigstore", .audience = "sigstore", .tell = tell
	};
	fake_around around = { .now_s = FAKE_NOW };
	const siglet_surroundings surroundings = fake_surroundings(&around);
	fake_http http = { .count = 0 };
	const siglet_transport transport = fake_transport(&http);
	siglet_token *found = NULL;

	fake_add(&http, (fake_answer) { .url = "/.well-known",
					.status = 200,
					.body = "{\"issuer\":\"" ISSUER
						"\",\"authorization_endpoint\":\"" ISSUER
						"/a\",\"token_endpoint\":\"" ISSUER
						"/t\",\"device_authorization_endpoint\":\"" ISSUER
						"/d\",\"code_challenge_methods_supported\":"
						"[\"S256\"]}" });
	fake_add(&http,
		 (fake_answer) { .url = "/d",
				 .status = 200,
				 .body = "{\"device_code\":\"" SECRET "\",\"user_code\":\"A\","
					 "\"verification_uri\":\"https://a\",\"expires_in\":60}" });
	fake_add(
		&http,
		(fake_answer) {
			.url = "/t",
			.status = 200,
			.body = answer(
				"{\"id_token\":\"",
				token("{\"iss\":\"" ISSUER
				      "\",\"sub\":\"me\",\"aud\":\"sigstore\",\"exp\":1800000600}"),
				"\",\"access_token\":\"" SECRET "\"}") });
	spilled = 0;
	OK_SUCCESS(siglet_oidc_device(&client, &surroundings, &transport, &found), "a login");
	siglet_token_free(found);
	OK(spilled == 0, "leaves nothing");
}

int main(void)
{
	free(strdup("x " SECRET));
	if (frees == 0 || spilled != 1) {
		SKIP("what is freed can't be watched here");
		return tap_done();
	}
	of_a_service("a service", answer("{\"value\":\"", token(CLAIMS), "\"}"), true);
	of_a_service("one that escapes", answer("{\"value\":\"\\u0065", token(CLAIMS) + 1, "\"}"),
		     true);
	of_a_service("one that ends too early", answer("{\"value\":\"", token(CLAIMS), ""), false);
	of_a_service("one with another member", answer("{\"token\":\"", token(CLAIMS), "\"}"),
		     false);
	of_google();
	of_an_agent();
	by_device();
	return tap_done();
}
#else
int main(void)
{
	SKIP("what is freed can't be watched in this build");
	return tap_done();
}
#endif
