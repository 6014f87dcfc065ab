/*
 * What an OIDC issuer answers: about itself, to a device, and for a code; and what a browser brings back.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "oidc/oidc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static const char *const nothing = NULL;

static const char *get_variable(void *context, const char *name)
{
	(void)context;
	(void)name;
	return nothing;
}

static int64_t now_s(void *context)
{
	int64_t *now = context;

	return *now;
}

static void sleep_ms(void *context, unsigned ms)
{
	int64_t *now = context;

	*now += ms / 1000 + 1;
}

static void tell(void *context, const char *line)
{
	(void)context;
	require(line != NULL);
}

#define ISSUER "https://login.example"
static const char discovery[] =
	"{\"issuer\":\"" ISSUER "\",\"authorization_endpoint\":\"" ISSUER
	"/a\",\"token_endpoint\":\"" ISSUER "/t\",\"device_authorization_endpoint\":\"" ISSUER
	"/d\",\"code_challenge_methods_supported\":[\"S256\"]}";
static const char grant[] = "{\"device_code\":\"c\",\"user_code\":\"u\",\"verification_uri\":"
			    "\"v\",\"expires_in\":9,\"interval\":3}";

typedef struct answers {
	siglet_slice input;
	const char *fuzzed; /* the end of the URL whose answer is the input */
} answers;

static siglet_err *answer(void *context, const siglet_http_request *request,
			  siglet_http_response *response)
{
	const answers *a = context;
	const size_t len = strlen(request->url);
	siglet_slice body = siglet_slice_str(request->url[len - 1] == 'd' ? grant : discovery);

	if (len >= strlen(a->fuzzed) &&
	    strcmp(request->url + len - strlen(a->fuzzed), a->fuzzed) == 0)
		body = a->input;
	response->status = 200;
	siglet_buf_clear(&response->body);
	return siglet_buf_append(&response->body, body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const fuzzed[] = { "configuration", "/d", "/t" };
	const siglet_oidc_client client = { .issuer = ISSUER,
					    .client_id = "sigstore",
					    .audience = "sigstore",
					    .timeout_s = 60,
					    .tell = tell };

	for (size_t i = 0; i < SIGLET_COUNT(fuzzed); i++) {
		int64_t now = 1800000000;
		const siglet_surroundings around = { .getenv = get_variable,
						     .now_s = now_s,
						     .sleep_ms = sleep_ms,
						     .context = &now };
		answers a = { siglet_slice_of(data, size), fuzzed[i] };
		const siglet_transport transport = { .send = answer, .context = &a };
		siglet_token *token = NULL;
		siglet_err *err = siglet_oidc_device(&client, &around, &transport, &token);

		require((err == NULL) == (token != NULL));
		siglet_err_free(err);
		siglet_token_free(token);
	}
	return 0;
}
