#include "verify/verify.h"

#include <stdlib.h>
#include <string.h>

#include "../lib/check.h"

/*
 * Step 9 alone: an identity as a certificate would give it, against policies. Every refusal is one
 * change away from what is accepted, and must come from the rule that it breaks.
 */

#define ISSUER "https://token.actions.githubusercontent.com"
#define WORKFLOW "https://github.com/acme/app/.github/workflows/release.yml@refs/tags/v1"

static void set(siglet_identity *identity, unsigned number, const char *value)
{
	identity->has[number] = value != NULL;
	identity->value[number] = siglet_slice_str(value);
}

static siglet_identity github_identity(void)
{
	siglet_identity identity = { .san_type = SIGLET_SAN_URI };

	identity.san = siglet_slice_str(WORKFLOW);
	identity.issuer = siglet_slice_str(ISSUER);
	set(&identity, SIGLET_FULCIO_REPOSITORY, "acme/app");
	set(&identity, SIGLET_FULCIO_REF, "refs/tags/v1");
	set(&identity, SIGLET_FULCIO_SOURCE_REPOSITORY_URI, "https://github.com/acme/app");
	set(&identity, SIGLET_FULCIO_SOURCE_REPOSITORY_REF, "refs/tags/v1");
	set(&identity, SIGLET_FULCIO_SOURCE_REPOSITORY_OWNER_URI, "https://github.com/acme");
	set(&identity, SIGLET_FULCIO_BUILD_TRIGGER, "push");
	return identity;
}

static char *copy(const char *text)
{
	char *ret = NULL;

	if (text != NULL)
		siglet_err_free(siglet_strndup(siglet_slice_str(text), &ret));
	return ret;
}

static siglet_policy github_policy(const char *owner, const char *repository)
{
	siglet_policy policy;

	siglet_policy_init(&policy);
	policy.forge = SIGLET_FORGE_GITHUB;
	policy.forge_url = copy("https://github.com");
	policy.forge_owner = copy(owner);
	policy.forge_repository = copy(repository);
	return policy;
}

/* Takes policy. */
static void accepts(siglet_policy policy, const siglet_identity *identity, const char *claim)
{
	siglet_rule rule = SIGLET_RULE_COUNT;

	OK_SUCCESS(siglet_policy_match_identity(&policy, identity, &rule), "accepts %s", claim);
	siglet_policy_clear(&policy);
}

static void refuses(siglet_policy policy, const siglet_identity *identity, siglet_rule wanted,
		    const char *claim)
{
	siglet_rule rule = SIGLET_RULE_COUNT;
	siglet_err *err = siglet_policy_match_identity(&policy, identity, &rule);

	OK(err != NULL && rule == wanted, "refuses %s, by %s", claim, siglet_rule_name(wanted));
	if (err != NULL && rule != wanted)
		printf("# by %s: %s\n", siglet_rule_name(rule), siglet_err_message(err));
	siglet_err_free(err);
	siglet_policy_clear(&policy);
}

static siglet_policy exact(const char *identity, const char *issuer)
{
	siglet_policy policy;

	siglet_policy_init(&policy);
	policy.identity.text = identity;
	policy.issuer.text = issuer;
	return policy;
}

static void exact_means_every_byte(void)
{
	siglet_identity identity = github_identity();

	accepts(exact(WORKFLOW, ISSUER), &identity, "the very identity and issuer");
	refuses(exact(WORKFLOW "2", ISSUER), &identity, SIGLET_RULE_IDENTITY, "one that is longer");
	refuses(exact("https://github.com/acme/app", ISSUER), &identity, SIGLET_RULE_IDENTITY,
		"a prefix");
	refuses(exact("HTTPS" WORKFLOW, ISSUER), &identity, SIGLET_RULE_IDENTITY, "another case");
	refuses(exact(WORKFLOW "\n", ISSUER), &identity, SIGLET_RULE_IDENTITY, "a line end more");
	refuses(exact(WORKFLOW, ISSUER "/"), &identity, SIGLET_RULE_ISSUER,
		"an issuer with a slash");
	refuses(exact(WORKFLOW, "https://accounts.google.com"), &identity, SIGLET_RULE_ISSUER,
		"another issuer");
	identity.issuer = SIGLET_SLICE_NONE;
	refuses(exact(WORKFLOW, ISSUER), &identity, SIGLET_RULE_ISSUER, "no issuer");
}

static void email_must_be_one(void)
{
	siglet_identity identity = github_identity();
	siglet_policy policy = exact("jane@example.com", ISSUER);

	identity.san = siglet_slice_str("jane@example.com");
	identity.san_type = SIGLET_SAN_EMAIL;
	policy.email_only = true;
	accepts(policy, &identity, "an e-mail address");
	identity.san_type = SIGLET_SAN_OTHER_NAME;
	refuses(policy, &identity, SIGLET_RULE_IDENTITY,
		"another kind of name that reads the same");
}

static void short_form_owner_and_repository(void)
{
	siglet_identity identity = github_identity();

	accepts(github_policy("acme", "app"), &identity, "the repository");
	accepts(github_policy("acme", NULL), &identity, "the owner");
	accepts(github_policy("ACME", "App"), &identity, "either in another case");
	refuses(github_policy("acme", "ap"), &identity, SIGLET_RULE_REPOSITORY, "a shorter name");
	refuses(github_policy("acme", "app2"), &identity, SIGLET_RULE_REPOSITORY, "a longer name");
	refuses(github_policy("acm", NULL), &identity, SIGLET_RULE_REPOSITORY, "a shorter owner");
	refuses(github_policy("acme2", NULL), &identity, SIGLET_RULE_REPOSITORY, "a longer owner");
	identity.issuer = siglet_slice_str("https://evil.example");
	refuses(github_policy("acme", "app"), &identity, SIGLET_RULE_ISSUER, "another issuer");
}

static void repository_extensions_must_agree(void)
{
	siglet_identity identity = github_identity();

	set(&identity, SIGLET_FULCIO_REPOSITORY, "evil/app");
	refuses(github_policy("acme", "app"), &identity, SIGLET_RULE_REPOSITORY,
		".5 that contradicts .12");
	set(&identity, SIGLET_FULCIO_REPOSITORY, NULL);
	accepts(github_policy("acme", "app"), &identity, ".12 alone");
	set(&identity, SIGLET_FULCIO_REPOSITORY, "acme/app");
	set(&identity, SIGLET_FULCIO_SOURCE_REPOSITORY_URI, NULL);
	accepts(github_policy("acme", "app"), &identity, ".5 alone, as old certificates have it");
	set(&identity, SIGLET_FULCIO_REPOSITORY, NULL);
	refuses(github_policy("acme", "app"), &identity, SIGLET_RULE_REPOSITORY, "neither of them");
	identity = github_identity();
	set(&identity, SIGLET_FULCIO_SOURCE_REPOSITORY_OWNER_URI, "https://github.com/evil");
	refuses(github_policy("acme", NULL), &identity, SIGLET_RULE_REPOSITORY,
		"an owner extension that contradicts");
	identity = github_identity();
	set(&identity, SIGLET_FULCIO_SOURCE_REPOSITORY_URI,
	    "https://github.com.evil.example/acme/app");
	set(&identity, SIGLET_FULCIO_REPOSITORY, NULL);
	refuses(github_policy("acme", "app"), &identity, SIGLET_RULE_REPOSITORY, "another host");
	set(&identity, SIGLET_FULCIO_SOURCE_REPOSITORY_URI, "https://github.com/acme/app/..");
	refuses(github_policy("acme", "app"), &identity, SIGLET_RULE_REPOSITORY, "a longer path");
	set(&identity, SIGLET_FULCIO_SOURCE_REPOSITORY_URI, "https://github.com/acme/");
	refuses(github_policy("acme", NULL), &identity, SIGLET_RULE_REPOSITORY, "an empty name");
}

static siglet_policy with_workflow(siglet_policy policy, const char *workflow)
{
	policy.workflow = copy(workflow);
	return policy;
}

static void workflow_is_of_the_repository(void)
{
	siglet_identity identity = github_identity();

	accepts(with_workflow(github_policy("acme", "app"), "release.yml"), &identity, "its file");
	accepts(with_workflow(github_policy("acme", "app"), ".github/workflows/release.yml"),
		&identity, "its path");
	refuses(with_workflow(github_policy("acme", "app"), "release.yaml"), &identity,
		SIGLET_RULE_WORKFLOW, "another file");
	refuses(with_workflow(github_policy("acme", "app"), "release"), &identity,
		SIGLET_RULE_WORKFLOW, "half a file name");
	refuses(with_workflow(github_policy("acme", "app"), "Release.yml"), &identity,
		SIGLET_RULE_WORKFLOW, "a file in another case");
	identity.san = siglet_slice_str("https://github.com/acme/tools/.github/workflows/r.yml@v1");
	refuses(github_policy("acme", "app"), &identity, SIGLET_RULE_WORKFLOW,
		"a workflow of another repository");
	accepts(github_policy("acme", NULL), &identity, "it, when any of the owner's is asked for");
	identity.san = siglet_slice_str("https://github.com/acme/app/other/place.yml@v1");
	refuses(github_policy("acme", "app"), &identity, SIGLET_RULE_WORKFLOW,
		"what is no workflow at all");
	identity.san =
		siglet_slice_str("https://github.com/acme/apparat/.github/workflows/r.yml@v1");
	refuses(github_policy("acme", "app"), &identity, SIGLET_RULE_WORKFLOW,
		"a repository whose name only begins so");
	identity.san_type = SIGLET_SAN_EMAIL;
	refuses(github_policy("acme", NULL), &identity, SIGLET_RULE_WORKFLOW,
		"a SAN that is no URI");
}

static void reusable_workflow_must_be_named(void)
{
	siglet_identity identity = github_identity();
	const char *named = "acme/tools/.github/workflows/build.yml";

	identity.san =
		siglet_slice_str("https://github.com/acme/tools/.github/workflows/build.yml@v1");
	refuses(github_policy("acme", "app"), &identity, SIGLET_RULE_WORKFLOW, "one not named");
	accepts(with_workflow(github_policy("acme", "app"), named), &identity,
		"the one that is named");
	accepts(with_workflow(github_policy("acme", "app"),
			      "ACME/Tools/.github/workflows/build.yml"),
		&identity, "its owner and repository in another case");
	refuses(with_workflow(github_policy("acme", "app"),
			      "acme/tools/.github/workflows/Build.yml"),
		&identity, SIGLET_RULE_WORKFLOW, "its path in another case");
	refuses(with_workflow(github_policy("acme", "app"), "acme/tools/.github/workflows/build"),
		&identity, SIGLET_RULE_WORKFLOW, "half its path");
	refuses(with_workflow(github_policy("acme", "app"),
			      "acme/tool/.github/workflows/build.yml"),
		&identity, SIGLET_RULE_WORKFLOW, "another repository's");
}

static void reusable_workflow_hint_names_the_flag(void)
{
	siglet_identity identity = github_identity();
	siglet_policy policy = github_policy("acme", "app");
	siglet_rule rule = SIGLET_RULE_COUNT;

	identity.san =
		siglet_slice_str("https://github.com/acme/tools/.github/workflows/build.yml@v1");
	siglet_err *err = siglet_policy_match_identity(&policy, &identity, &rule);
	OK(err != NULL && siglet_err_hint_text(err) != NULL &&
		   strstr(siglet_err_hint_text(err),
			  "--workflow acme/tools/.github/workflows/build.yml") != NULL,
	   "the hint prints the flag that would name it");
	siglet_err_free(err);
	siglet_policy_clear(&policy);
}

static void ref_is_the_source_ref(void)
{
	siglet_identity identity = github_identity();
	siglet_policy policy = github_policy("acme", "app");

	policy.ref = copy("refs/tags/v1");
	accepts(policy, &identity, "the ref");
	policy = github_policy("acme", "app");
	policy.ref = copy("refs/tags/v");
	refuses(policy, &identity, SIGLET_RULE_REF, "a prefix of the ref");
	set(&identity, SIGLET_FULCIO_SOURCE_REPOSITORY_REF, NULL);
	policy = github_policy("acme", "app");
	policy.ref = copy("refs/tags/v1");
	accepts(policy, &identity, "the old extension where the new one is absent");
	set(&identity, SIGLET_FULCIO_REF, NULL);
	policy = github_policy("acme", "app");
	policy.ref = copy("refs/tags/v1");
	refuses(policy, &identity, SIGLET_RULE_REF, "no ref");
}

static siglet_policy gitlab_policy(const char *url, const char *project)
{
	siglet_policy policy;

	siglet_policy_init(&policy);
	policy.forge = SIGLET_FORGE_GITLAB;
	policy.forge_url = copy(url);
	policy.forge_repository = copy(project);
	return policy;
}

static void gitlab_likewise(void)
{
	siglet_identity identity = { .san_type = SIGLET_SAN_URI };

	identity.san = siglet_slice_str(
		"https://gitlab.com/group/sub/app//.gitlab-ci.yml@refs/heads/main");
	identity.issuer = siglet_slice_str("https://gitlab.com");
	set(&identity, SIGLET_FULCIO_SOURCE_REPOSITORY_URI, "https://gitlab.com/group/sub/app");
	set(&identity, SIGLET_FULCIO_SOURCE_REPOSITORY_REF, "refs/heads/main");
	accepts(gitlab_policy("https://gitlab.com", "group/sub/app"), &identity,
		"a GitLab project");
	accepts(with_workflow(gitlab_policy("https://gitlab.com", "group/sub/app"),
			      ".gitlab-ci.yml"),
		&identity, "with its pipeline file");
	refuses(with_workflow(gitlab_policy("https://gitlab.com", "group/sub/app"), "ci.yml"),
		&identity, SIGLET_RULE_WORKFLOW, "with another pipeline file");
	refuses(gitlab_policy("https://gitlab.com", "group/sub"), &identity, SIGLET_RULE_REPOSITORY,
		"a shorter path");
	refuses(gitlab_policy("https://gitlab.example", "group/sub/app"), &identity,
		SIGLET_RULE_ISSUER, "another host");
	identity.san =
		siglet_slice_str("https://gitlab.com/group/ci//.gitlab-ci.yml@refs/heads/main");
	refuses(gitlab_policy("https://gitlab.com", "group/sub/app"), &identity,
		SIGLET_RULE_WORKFLOW, "the pipeline of another project");
	accepts(with_workflow(gitlab_policy("https://gitlab.com", "group/sub/app"),
			      "group/ci//.gitlab-ci.yml"),
		&identity, "which can be named");
}

static void requirements_hold_exactly(void)
{
	siglet_identity identity = github_identity();
	siglet_policy policy = github_policy("acme", "app");

	policy.requirements[0] = (siglet_requirement) { SIGLET_FULCIO_BUILD_TRIGGER, copy("push") };
	policy.requirement_count = 1;
	accepts(policy, &identity, "an extension with its value");
	policy = github_policy("acme", "app");
	policy.requirements[0] = (siglet_requirement) { SIGLET_FULCIO_BUILD_TRIGGER, copy("pus") };
	policy.requirement_count = 1;
	refuses(policy, &identity, SIGLET_RULE_EXTENSION, "a part of its value");
	policy = github_policy("acme", "app");
	policy.requirements[0] =
		(siglet_requirement) { SIGLET_FULCIO_RUNNER_ENVIRONMENT, copy("") };
	policy.requirement_count = 1;
	refuses(policy, &identity, SIGLET_RULE_EXTENSION,
		"an absent one, even if nothing is wanted");
}

static void usage(siglet_policy policy, const char *claim)
{
	OK_ERROR(siglet_policy_check(&policy), SIGLET_E_USAGE, "can't ask for %s", claim);
	siglet_policy_clear(&policy);
}

static void policies_that_make_no_sense(void)
{
	siglet_policy policy;

	siglet_policy_init(&policy);
	usage(policy, "nothing");
	usage(exact(WORKFLOW, NULL), "an identity without an issuer");
	usage(exact(NULL, ISSUER), "an issuer without an identity");
	usage(exact("", ISSUER), "an empty identity");
	usage(exact(WORKFLOW, ""), "an empty issuer");
	policy = exact(WORKFLOW, ISSUER);
	OK_SUCCESS(siglet_policy_check(&policy), "both are a policy");
	policy.thresholds.timestamp = 0;
	usage(policy, "a certificate without a time");
	policy = exact(WORKFLOW, ISSUER);
	policy.workflow = copy("release.yml");
	usage(policy, "a workflow without a repository");
	policy = exact(WORKFLOW, ISSUER);
	policy.has_key_not_after = true;
	usage(policy, "a key's window without a key");
	policy = exact(WORKFLOW, ISSUER);
	policy.predicate_type = copy("");
	usage(policy, "an empty type");
	policy = exact(WORKFLOW, ISSUER);
	policy.predicate_type = copy("signature");
	policy.statement_only = true;
	usage(policy, "a signature's statement");
}

int main(void)
{
	exact_means_every_byte();
	email_must_be_one();
	short_form_owner_and_repository();
	repository_extensions_must_agree();
	workflow_is_of_the_repository();
	reusable_workflow_must_be_named();
	reusable_workflow_hint_names_the_flag();
	ref_is_the_source_ref();
	gitlab_likewise();
	requirements_hold_exactly();
	policies_that_make_no_sense();
	return tap_done();
}
