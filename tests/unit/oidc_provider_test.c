#include "../lib/fake_around.h"
#include "../lib/fake_http.h"

/* Where tokens come from, one provider after the other. */

#define JWT fake_jwt(FAKE_CLAIMS(""))
#define METADATA \
	"http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/"

static siglet_err *search(fake_around *around, fake_http *http, const char **ret_provider,
			  siglet_token **ret_token)
{
	const siglet_surroundings surroundings = fake_surroundings(around);
	const siglet_transport transport = fake_transport(http);

	*ret_provider = "";
	*ret_token = NULL;
	around->now_s = FAKE_NOW;
	return siglet_oidc_ambient(&surroundings, &transport, "sigstore", ret_token, ret_provider);
}

static void finds(fake_around *around, fake_http *http, const char *who)
{
	const char *provider;
	siglet_token *token = NULL;

	OK_SUCCESS(search(around, http, &provider, &token), "%s", who);
	OK(token != NULL && strcmp(provider, who) == 0, "is the one that was asked (%s)", provider);
	siglet_token_free(token);
}

static void fails(fake_around *around, fake_http *http, siglet_code code, const char *hint,
		  const char *claim)
{
	const char *provider;
	siglet_token *token = NULL;
	siglet_err *err = search(around, http, &provider, &token);

	OK(err != NULL && siglet_err_code(err) == code, "%s: %s", claim,
	   err == NULL ? "no error" : siglet_err_message(err));
	OK(hint == NULL || (err != NULL && siglet_err_hint_text(err) != NULL &&
			    strstr(siglet_err_hint_text(err), hint) != NULL),
	   "with what to change");
	OK(token == NULL, "and no token");
	siglet_err_free(err);
	siglet_token_free(token);
}

static void nobody(void)
{
	const char *provider;
	siglet_token *token = NULL;
	fake_around around = { .now_s = 0 };
	fake_http http = { .count = 0 };

	OK_SUCCESS(search(&around, &http, &provider, &token), "nothing is here");
	OK(token == NULL && http.requests == 0, "so nobody is asked");
}

static void variables(void)
{
	fake_around around = { .variables = { { "SIGSTORE_ID_TOKEN", JWT },
					      { "GITLAB_CI", "true" } } };
	fake_around bitbucket = { .variables = { { "BITBUCKET_BUILD_NUMBER", "7" },
						 { "BITBUCKET_STEP_OIDC_TOKEN", JWT } } };
	fake_around bad = { .variables = { { "SIGSTORE_ID_TOKEN", "x" },
					   { "GITHUB_ACTIONS", "true" } } };
	fake_around gitlab = { .variables = { { "GITLAB_CI", "true" },
					      { "SIGSTORE_ID_TOKEN", "" } } };
	fake_http http = { .count = 0 };
	char spaced[8192];

	finds(&around, &http, "SIGSTORE_ID_TOKEN");
	OK(around.wiped == 1 && http.requests == 0, "which is wiped");
	finds(&bitbucket, &http, "Bitbucket Pipelines");
	OK(bitbucket.wiped == 1, "which is wiped");
	fails(&bad, &http, SIGLET_E_MALFORMED, NULL, "a bad one is an error");
	OK(bad.wiped == 1, "and wiped all the same");
	fails(&gitlab, &http, SIGLET_E_MISSING, "id_tokens", "an empty one is none");
	(void)snprintf(spaced, sizeof(spaced), "%s \r\n", JWT);
	around.variables[0][1] = spaced;
	finds(&around, &http, "SIGSTORE_ID_TOKEN");
}

static void github(void)
{
	fake_around around = { .variables = { { "GITHUB_ACTIONS", "true" },
					      { "ACTIONS_ID_TOKEN_REQUEST_URL",
						"https://t.example/x?a=b" },
					      { "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "hush" } } };
	fake_http http = { .count = 0 };
	char answer[8192];

	(void)snprintf(answer, sizeof(answer), "{\"value\":\"%s\"}", JWT);
	fake_add(&http, (fake_answer) { .url = "t.example", .status = 200, .body = answer });
	finds(&around, &http, "GitHub Actions");
	OK(strcmp(http.url, "https://t.example/x?a=b&audience=sigstore") == 0, "asked for %s",
	   http.url);
	OK(strstr(http.headers, "(secret) Authorization: bearer hush\n") != NULL,
	   "with a secret that is marked as one");
	OK(around.wiped == 1, "and wiped then");
}

static void google(void)
{
	fake_around machine = { .files = { { "/sys/class/dmi/id/product_name",
					     "Google Compute Engine\n" } } };
	fake_around other = { .files = { { "/sys/class/dmi/id/product_name", "Somebody's\n" } } };
	fake_around account = { .variables = {
					{ "GOOGLE_SERVICE_ACCOUNT_NAME", "me@p.iam.example" } } };
	const char *provider;
	siglet_token *token = NULL;
	fake_http good = { .count = 0 }, stranger = { .count = 0 }, denied = { .count = 0 },
		  two = { .count = 0 }, no_role = { .count = 0 }, html = { .count = 0 };
	char answer[8192];

	fake_add(&good,
		 (fake_answer) { METADATA, 200, "metadata-flavor: Google\n", JWT, 0, false });
	finds(&machine, &good, "Google Cloud");
	OK(strcmp(good.url, METADATA "identity?format=full&audience=sigstore") == 0, "asked for %s",
	   good.url);
	OK(strstr(good.headers, "Metadata-Flavor: Google\n") != NULL, "as Google wants it");
	fake_add(&stranger, (fake_answer) { METADATA, 200, "server: x\n", JWT, 0, false });
	fails(&machine, &stranger, SIGLET_E_MALFORMED, NULL, "somebody else at that address");
	fake_add(&denied,
		 (fake_answer) { METADATA, 404, "metadata-flavor: Google\n", "no", 0, false });
	fails(&machine, &denied, SIGLET_E_NETWORK, "service account",
	      "a machine without an account");
	fake_add(&html,
		 (fake_answer) { METADATA, 200, "metadata-flavor: Google\n", "<html>", 0, false });
	fails(&machine, &html, SIGLET_E_MALFORMED, NULL, "a page for people");
	OK_SUCCESS(search(&other, &good, &provider, &token), "another maker's machine");
	OK(token == NULL, "is not asked");

	fake_add(&two, (fake_answer) { METADATA "token", 200, "metadata-flavor: Google\n",
				       "{\"access_token\":\"hush\"}", 0, false });
	(void)snprintf(answer, sizeof(answer), "{\"token\":\"%s\"}", JWT);
	fake_add(&two,
		 (fake_answer) { "iamcredentials.googleapis.com", 200, NULL, answer, 0, false });
	finds(&account, &two, "Google Cloud");
	OK(strstr(two.url, "/serviceAccounts/me%40p.iam.example:generateIdToken") != NULL,
	   "asked for %s", two.url);
	OK(strcmp(two.body, "{\"audience\":\"sigstore\",\"includeEmail\":true}") == 0, "with %s",
	   two.body);
	OK(strstr(two.headers, "(secret) Authorization: Bearer hush\n") != NULL, "as the machine");
	fake_add(&no_role, (fake_answer) { METADATA "token", 200, "metadata-flavor: Google\n",
					   "{\"access_token\":\"hush\"}", 0, false });
	fake_add(&no_role,
		 (fake_answer) { "iamcredentials", 403, NULL, "{\"error\":{}}", 0, false });
	fails(&account, &no_role, SIGLET_E_MISSING, "serviceAccountTokenCreator",
	      "without the role");
}

static void workloads(void)
{
	fake_around kubernetes = { .files = { { "/var/run/sigstore/cosign/oidc-token", JWT } } };
	fake_around stale = { .files = { { "/var/run/sigstore/cosign/oidc-token", "rubbish" } } };
	fake_around spiffe = { .variables = { { "SPIFFE_ENDPOINT_SOCKET", "unix:///run/s.sock" } },
			       .program = "spire-agent" };
	fake_around absent = { .variables = { { "SPIFFE_ENDPOINT_SOCKET", "/run/s.sock" } } };
	fake_around buildkite = { .variables = { { "BUILDKITE", "true" } },
				  .program = "buildkite-agent",
				  .output = JWT };
	fake_http http = { .count = 0 };
	char answer[8192];

	finds(&kubernetes, &http, "a projected token file");
	fails(&stale, &http, SIGLET_E_MALFORMED, NULL, "rubbish in that file");
	(void)snprintf(answer, sizeof(answer),
		       "[{\"svids\":[{\"spiffe_id\":\"x\",\"svid\":\"%s\"}]}]", JWT);
	spiffe.output = answer;
	finds(&spiffe, &http, "SPIFFE");
	OK(strstr(spiffe.ran, "-socketPath /run/s.sock ") != NULL, "by %s", spiffe.ran);
	spiffe.output = "{}";
	fails(&spiffe, &http, SIGLET_E_MISSING, "spire-agent", "an agent that says something else");
	fails(&absent, &http, SIGLET_E_MISSING, "spire-agent", "no agent");
	finds(&buildkite, &http, "Buildkite");
}

int main(void)
{
	nobody();
	variables();
	github();
	google();
	workloads();
	return tap_done();
}
