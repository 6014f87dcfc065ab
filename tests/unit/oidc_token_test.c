#include "../lib/fake_token.h"
#include "oidc/oidc.h"

/* What is read in a token, and what makes it unfit. */

static siglet_err *parse(const char *jwt, siglet_token **ret_token)
{
	return siglet_token_parse(siglet_slice_str(jwt), ret_token);
}

static void forms(void)
{
	static const char *const bad[] = {
		"",
		".",
		"..",
		"a",
		"a.b",
		"a.b.c.d",
		"e30..c2ln",
		".e30.c2ln",
		"e30.e30.",
		"e30.e30=.c2ln",
		"e3 0.e30.c2ln",
		"e30.e30.c2\nln",
		"e30.bm90.c2ln",
		"e30.W10.c2ln",
	};
	siglet_token *token = NULL;

	for (size_t i = 0; i < SIGLET_COUNT(bad); i++) {
		siglet_err *err = parse(bad[i], &token);

		OK(err != NULL && token == NULL, "not a token, %zu", i);
		siglet_err_free(err);
	}
	OK_SUCCESS(parse(fake_jwt(FAKE_CLAIMS("")), &token), "a token");
	OK(siglet_slice_is(siglet_token_issuer(token), "https://issuer.example") &&
		   siglet_slice_is(siglet_token_subject(token), "me") &&
		   siglet_token_expires_s(token) == 1800000600,
	   "says who and how long");
	siglet_token_free(token);
}

static void claims_must_be_what_they_are(void)
{
	static const struct {
		const char *claims;
		siglet_code code;
	} cases[] = {
		{ "[]", SIGLET_E_MALFORMED },
		{ "{\"iss\":\"i\",\"iss\":\"i\",\"sub\":\"s\",\"aud\":\"a\",\"exp\":1}",
		  SIGLET_E_MALFORMED },
		{ "{\"sub\":\"s\",\"aud\":\"a\",\"exp\":1}", SIGLET_E_MISSING },
		{ "{\"iss\":\"\",\"sub\":\"s\",\"aud\":\"a\",\"exp\":1}", SIGLET_E_MISSING },
		{ "{\"iss\":1,\"sub\":\"s\",\"aud\":\"a\",\"exp\":1}", SIGLET_E_MALFORMED },
		{ "{\"iss\":\"i\",\"aud\":\"a\",\"exp\":1}", SIGLET_E_MISSING },
		{ "{\"iss\":\"i\",\"sub\":\"s\",\"exp\":1}", SIGLET_E_MISSING },
		{ "{\"iss\":\"i\",\"sub\":\"s\",\"aud\":7,\"exp\":1}", SIGLET_E_MALFORMED },
		{ "{\"iss\":\"i\",\"sub\":\"s\",\"aud\":[\"a\",7],\"exp\":1}", SIGLET_E_MALFORMED },
		{ "{\"iss\":\"i\",\"sub\":\"s\",\"aud\":\"a\"}", SIGLET_E_MISSING },
		{ "{\"iss\":\"i\",\"sub\":\"s\",\"aud\":\"a\",\"exp\":\"1\"}", SIGLET_E_MALFORMED },
		{ "{\"iss\":\"i\",\"sub\":\"s\",\"aud\":\"a\",\"exp\":-1}", SIGLET_E_MALFORMED },
		{ "{\"iss\":\"i\",\"sub\":\"s\",\"aud\":\"a\",\"exp\":1e300}", SIGLET_E_MALFORMED },
		{ "{\"iss\":\"i\",\"sub\":\"s\",\"aud\":\"a\",\"exp\":1,\"email\":7}",
		  SIGLET_E_MALFORMED },
		{ "{\"iss\":\"i\",\"sub\":\"s\",\"aud\":\"a\",\"exp\":1,\"email_verified\":1}",
		  SIGLET_E_MALFORMED },
		{ "{\"iss\":\"i\",\"sub\":\"s\",\"aud\":\"a\",\"exp\":1,\"email_verified\":"
		  "\"yes\"}",
		  SIGLET_E_MALFORMED },
		{ "{\"iss\":\"i\",\"sub\":\"s\",\"aud\":\"a\",\"exp\":1,\"federated_claims\":[]}",
		  SIGLET_E_MALFORMED },
		{ "{\"iss\":\"i\",\"sub\":\"s\",\"aud\":\"a\",\"exp\":1,\"federated_claims\":{"
		  "\"connector_id\":7}}",
		  SIGLET_E_MALFORMED },
	};

	for (size_t i = 0; i < SIGLET_COUNT(cases); i++) {
		siglet_token *token = NULL;

		OK_ERROR(parse(fake_jwt(cases[i].claims), &token), cases[i].code, "claims, %zu", i);
	}
}

static siglet_code check(const char *claims, int64_t now_s)
{
	siglet_token *token = NULL;
	siglet_err *err = parse(fake_jwt(claims), &token);
	siglet_code code;

	if (err == NULL)
		err = siglet_token_check(token, "sigstore", now_s);
	code = err == NULL ? (siglet_code)0 : siglet_err_code(err);
	siglet_err_free(err);
	siglet_token_free(token);
	return code;
}

static void fitness(void)
{
	OK(check(FAKE_CLAIMS(""), FAKE_NOW) == 0, "a good one");
	OK(check(FAKE_CLAIMS(""), FAKE_NOW + 599) == 0, "to its last second");
	OK(check(FAKE_CLAIMS(""), FAKE_NOW + 600) == SIGLET_E_EXPIRED, "and no longer");
	OK(check(FAKE_CLAIMS(""), FAKE_NOW - 5) == 0, "clocks may differ a little");
	OK(check(FAKE_CLAIMS(""), FAKE_NOW - 6) == SIGLET_E_EXPIRED, "but not more");
	OK(check(FAKE_CLAIMS(",\"nbf\":1800000100"), FAKE_NOW) == SIGLET_E_EXPIRED,
	   "not valid yet");
	OK(check(FAKE_CLAIMS(",\"nbf\":1800000004.5"), FAKE_NOW) == 0, "a time as a float");
	OK(check("{\"iss\":\"i\",\"sub\":\"s\",\"aud\":[\"x\",\"sigstore\"],\"exp\":1800000600}",
		 FAKE_NOW) == 0,
	   "one of several audiences");
	OK(check("{\"iss\":\"i\",\"sub\":\"s\",\"aud\":[\"x\",\"sigstore2\"],\"exp\":1800000600}",
		 FAKE_NOW) == SIGLET_E_MISMATCH,
	   "none of several");
	OK(check("{\"iss\":\"i\",\"sub\":\"s\",\"aud\":[],\"exp\":1800000600}", FAKE_NOW) ==
		   SIGLET_E_MISMATCH,
	   "none at all");
#define DEX \
	",\"federated_claims\":{\"connector_id\":\"https://c.example\"},\"email\":\"a@b.example\""
	OK(check(FAKE_CLAIMS(DEX), FAKE_NOW) == SIGLET_E_UNTRUSTED, "an address nobody verified");
	OK(check(FAKE_CLAIMS(DEX ",\"email_verified\":false"), FAKE_NOW) == SIGLET_E_UNTRUSTED,
	   "nor did they say so");
	OK(check(FAKE_CLAIMS(DEX ",\"email_verified\":\"False\""), FAKE_NOW) == SIGLET_E_UNTRUSTED,
	   "in words");
	OK(check(FAKE_CLAIMS(DEX ",\"email_verified\":true"), FAKE_NOW) == 0, "one that is");
	OK(check(FAKE_CLAIMS(DEX ",\"email_verified\":\"True\""), FAKE_NOW) == 0, "in words");
}

static void becomes(const char *claims, const char *san, const char *issuer)
{
	siglet_token *token = NULL;
	siglet_buf got;

	siglet_buf_init(&got, 4096);
	OK_SUCCESS(parse(fake_jwt(claims), &token), "%s", san);
	OK_SUCCESS(siglet_token_expected_san(token, &got), "its name");
	OK(siglet_slice_is(siglet_buf_slice(&got), san), "is %s", san);
	OK(siglet_slice_is(siglet_token_certificate_issuer(token), issuer), "by %s", issuer);
	siglet_buf_clear(&got);
	siglet_token_free(token);
}

static void names(void)
{
#define REST "\"sub\":\"s\",\"aud\":\"sigstore\",\"exp\":1800000600"
	becomes("{\"iss\":\"https://token.actions.githubusercontent.com\",\"job_workflow_ref\":\"a/"
		"b/"
		".github/workflows/c.yml@refs/heads/main\"," REST "}",
		"https://github.com/a/b/.github/workflows/c.yml@refs/heads/main",
		"https://token.actions.githubusercontent.com");
	becomes("{\"iss\":\"https://gitlab.com\",\"ci_config_ref_uri\":\"gitlab.com/a/b//"
		".gitlab-ci.yml@refs/heads/main\",\"email\":\"x@y.example\"," REST "}",
		"https://gitlab.com/a/b//.gitlab-ci.yml@refs/heads/main", "https://gitlab.com");
	becomes("{\"iss\":\"https://agent.buildkite.com\",\"organization_slug\":\"o\","
		"\"pipeline_slug\":\"p\"," REST "}",
		"https://buildkite.com/o/p", "https://agent.buildkite.com");
	becomes("{\"iss\":\"https://accounts.google.com\",\"email\":\"a@b.example\","
		"\"email_verified\":true," REST "}",
		"a@b.example", "https://accounts.google.com");
	becomes("{\"iss\":\"https://oauth2.sigstore.dev/auth\",\"email\":\"a@b.example\","
		"\"email_verified\":true,\"federated_claims\":{\"connector_id\":\"https://"
		"github.com/"
		"login/oauth\"}," REST "}",
		"a@b.example", "https://github.com/login/oauth");
	becomes("{\"iss\":\"https://x.example\",\"sub\":\"spiffe://x.example/"
		"w\",\"aud\":\"sigstore\","
		"\"exp\":1}",
		"spiffe://x.example/w", "https://x.example");
	becomes("{\"iss\":\"https://x.example\"," REST "}", "", "https://x.example");
}

/* What the older form of the request signs (protocol/oidc.md 2). */
static void proves(const char *claims, const char *subject)
{
	siglet_token *token = NULL;

	OK_SUCCESS(parse(fake_jwt(claims), &token), "a token");
	OK(siglet_slice_is(siglet_token_challenge(token), subject), "proves %s", subject);
	siglet_token_free(token);
}

static void challenges(void)
{
	proves("{\"iss\":\"https://accounts.google.com\",\"email\":\"a@b.example\","
	       "\"email_verified\":true," REST "}",
	       "a@b.example");
	proves("{\"iss\":\"https://token.actions.githubusercontent.com\",\"email\":\"a@b.example\","
	       "\"email_verified\":true,\"job_workflow_ref\":\"x\"," REST "}",
	       "s");
	proves("{\"iss\":\"https://"
	       "gitlab.com\",\"ci_config_ref_uri\":\"x\",\"email\":\"x@y.example\","
	       "\"email_verified\":true," REST "}",
	       "s");
	proves("{\"iss\":\"https://"
	       "x.example\",\"email\":\"a@b.example\",\"email_verified\":true," REST "}",
	       "a@b.example");
	proves("{\"iss\":\"https://x.example\"," REST "}", "s");
}

int main(void)
{
	forms();
	claims_must_be_what_they_are();
	fitness();
	names();
	challenges();
	return tap_done();
}
