#include "siglet/siglet.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "siglet/siglet_internal.h"
#include "statement/statement.h"

#define GITHUB_URL "https://github.com"
#define GITLAB_URL "https://gitlab.com"

siglet_error *siglet_expectation_new(const siglet_trust *trust,
				     siglet_expectation **ret_expectation)
{
	siglet_expectation *expectation = siglet_calloc(1, sizeof(*expectation));

	if (expectation == NULL)
		return siglet_err_nomem();
	siglet_policy_init(&expectation->policy);
	if (trust != NULL)
		expectation->policy.thresholds = trust->thresholds;
	*ret_expectation = expectation;
	return NULL;
}

static void clear_criterion(siglet_criterion *criterion)
{
	if (criterion->free_context != NULL)
		criterion->free_context(criterion->context);
	free(criterion->text);
}

void siglet_expectation_free(siglet_expectation *expectation)
{
	if (expectation == NULL)
		return;
	siglet_policy_clear(&expectation->policy);
	clear_criterion(&expectation->identity);
	clear_criterion(&expectation->issuer);
	clear_criterion(&expectation->subject);
	siglet_key_free(expectation->key);
	siglet_witness_policy_free(expectation->witnesses);
	siglet_scitt_keys_free(expectation->services);
	free(expectation->warning);
	free(expectation);
}

/* Each criterion once: the second would silently replace the first. */
static siglet_err *mark_set(siglet_expectation *expectation, siglet_expect what)
{
	const unsigned bit = 1u << what;

	if (what != SIGLET_EXPECT_REQUIRE && (expectation->set & bit) != 0)
		return siglet_err_new(SIGLET_E_USAGE, "the same thing is asked twice");
	expectation->set |= bit;
	return NULL;
}

static siglet_err *call_matcher(void *pattern, siglet_slice value, bool *ret_matches)
{
	const siglet_criterion *criterion = pattern;

	*ret_matches = criterion->matches(
		criterion->context, value.ptr == NULL ? "" : (const char *)value.ptr, value.len);
	return NULL;
}

siglet_err *siglet_expectation_add_matcher(siglet_expectation *expectation, siglet_expect what,
					   const char *description, siglet_matcher *matches,
					   void *context, void (*free_context)(void *context))
{
	const bool is_issuer = what == SIGLET_EXPECT_ISSUER;
	siglet_criterion *criterion = is_issuer ? &expectation->issuer : &expectation->identity;
	siglet_match *match =
		is_issuer ? &expectation->policy.issuer : &expectation->policy.identity;
	siglet_err *err = NULL;

	if (!is_issuer && what != SIGLET_EXPECT_IDENTITY)
		return siglet_err_new(SIGLET_E_USAGE, "only an identity or issuer can be matched");
	if (!is_issuer && (expectation->set & 1u << SIGLET_EXPECT_EMAIL) != 0)
		return siglet_err_new(SIGLET_E_USAGE, "two identities to expect");
	err = mark_set(expectation, what);
	if (err == NULL)
		err = siglet_strndup(siglet_slice_str(description), &criterion->text);
	if (err != NULL)
		return err;
	criterion->matches = matches;
	criterion->context = context;
	criterion->free_context = free_context;
	match->text = criterion->text;
	match->matches = call_matcher;
	match->pattern = criterion;
	return NULL;
}

siglet_error *siglet_expectation_set_matcher(siglet_expectation *expectation, siglet_expect what,
					     const char *description, siglet_matcher *matches,
					     void *context)
{
	return siglet_expectation_add_matcher(expectation, what, description, matches, context,
					      NULL);
}

static siglet_err *set_exact(siglet_criterion *criterion, siglet_match *match, const char *value)
{
	siglet_err *err;

	if (value[0] == '\0')
		return siglet_err_new(SIGLET_E_USAGE, "an empty value matches nothing");
	err = siglet_strndup(siglet_slice_str(value), &criterion->text);
	if (err == NULL)
		match->text = criterion->text;
	return err;
}

/* "OWNER" or "OWNER/REPO": no URL, no empty part, nothing that could reach into the next part. */
static siglet_err *check_path_name(const char *value, size_t min_parts, size_t max_parts)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._-";
	size_t parts = 0;

	for (const char *p = value;; p++) {
		const size_t len = strspn(p, allowed);

		if (len == 0 || (p[len] != '\0' && p[len] != '/'))
			return siglet_err_new(SIGLET_E_USAGE, "\"%s\" is no name of a repository",
					      siglet_text_printable(siglet_slice_str(value)).text);
		parts++;
		p += len;
		if (*p == '\0')
			break;
	}
	if (parts < min_parts || parts > max_parts)
		return siglet_err_new(SIGLET_E_USAGE, "\"%s\" has %zu parts", value, parts);
	return NULL;
}

static siglet_err *set_forge(siglet_policy *policy, siglet_forge forge, siglet_slice url)
{
	if (policy->forge != SIGLET_FORGE_NONE)
		return siglet_err_new(SIGLET_E_USAGE, "two short forms for the identity");
	policy->forge = forge;
	return siglet_strndup(url, &policy->forge_url);
}

static siglet_err *set_github(siglet_policy *policy, const char *value)
{
	const char *slash = strchr(value, '/');
	siglet_err *err = check_path_name(value, 1, 2);

	if (err != NULL)
		return siglet_err_hint(err, "say OWNER or OWNER/REPO, as in github.com/OWNER/REPO");
	err = set_forge(policy, SIGLET_FORGE_GITHUB, siglet_slice_str(GITHUB_URL));
	if (err == NULL)
		err = siglet_strndup(slash == NULL
					     ? siglet_slice_str(value)
					     : siglet_slice_of(value, (size_t)(slash - value)),
				     &policy->forge_owner);
	if (err == NULL && slash != NULL)
		err = siglet_strndup(siglet_slice_str(slash + 1), &policy->forge_repository);
	return err;
}

/* GROUP/PROJECT on gitlab.com, or https://HOST/GROUP/PROJECT. */
static siglet_err *set_gitlab(siglet_policy *policy, const char *value)
{
	static const char scheme[] = "https://";
	siglet_slice url = siglet_slice_str(GITLAB_URL);
	const char *path = value;
	siglet_err *err = NULL;

	if (strncmp(value, scheme, strlen(scheme)) == 0) {
		const char *slash = strchr(value + strlen(scheme), '/');

		if (slash == NULL || slash == value + strlen(scheme))
			err = siglet_err_new(SIGLET_E_USAGE, "\"%s\" names no project", value);
		else {
			url = siglet_slice_of(value, (size_t)(slash - value));
			path = slash + 1;
		}
	}
	if (err == NULL)
		err = check_path_name(path, 2, 20);
	if (err != NULL)
		return siglet_err_hint(err, "say GROUP/PROJECT, or https://HOST/GROUP/PROJECT");
	err = set_forge(policy, SIGLET_FORGE_GITLAB, url);
	return err != NULL ? err
			   : siglet_strndup(siglet_slice_str(path), &policy->forge_repository);
}

static siglet_err *set_requirement(siglet_policy *policy, const char *value)
{
	const char *equals = strchr(value, '=');
	siglet_requirement *requirement = &policy->requirements[policy->requirement_count];
	siglet_err *err;

	if (equals == NULL)
		return siglet_err_new(SIGLET_E_USAGE, "\"%s\" is not NAME=VALUE",
				      siglet_text_printable(siglet_slice_str(value)).text);
	if (policy->requirement_count == SIGLET_MAX_REQUIREMENTS)
		return siglet_err_new(SIGLET_E_USAGE, "more than %d requirements",
				      SIGLET_MAX_REQUIREMENTS);
	const siglet_slice name = siglet_slice_of(value, (size_t)(equals - value));
	requirement->number = siglet_fulcio_find(name);
	if (requirement->number == 0)
		return siglet_err_hint(siglet_err_new(SIGLET_E_USAGE, "no extension \"%s\"",
						      siglet_text_printable(name).text),
				       "names are such as source-repository-uri, build-trigger, "
				       "runner-environment");
	err = siglet_strndup(siglet_slice_str(equals + 1), &requirement->value);
	if (err == NULL)
		policy->requirement_count++;
	return err;
}

static siglet_err *set_type(siglet_policy *policy, const char *value)
{
	siglet_err *err = strcmp(value, "signature") == 0 ? NULL : siglet_predicate_check(value);

	if (err != NULL)
		return err;
	return siglet_strndup(siglet_slice_str(siglet_predicate_uri(value)),
			      &policy->predicate_type);
}

/* A bound in whole seconds: a start is rounded up, an end down, so that neither grows. */
static siglet_err *set_time(const char *value, bool is_start, bool *has, int64_t *ret_time_s)
{
	int64_t ms = 0;
	siglet_err *err = siglet_time_parse(siglet_slice_str(value), &ms);

	if (err != NULL) {
		siglet_err *usage = siglet_err_new(SIGLET_E_USAGE, "%s", siglet_err_message(err));

		siglet_err_free(err);
		return usage;
	}
	const int64_t rest = ((ms % 1000) + 1000) % 1000;
	*ret_time_s = (ms - rest) / 1000 + (is_start && rest > 0 ? 1 : 0);
	*has = true;
	return NULL;
}

static siglet_err *set_key(siglet_expectation *expectation, const char *pem)
{
	siglet_err *err = siglet_key_from_pem(siglet_slice_str(pem), &expectation->key);

	if (err != NULL)
		return siglet_err_wrap(siglet_as_unreadable(err), "the public key");
	expectation->policy.key = expectation->key;
	/*
	 * A key's own defaults: one log, and no time unless it has a window (which verify sees
	 * to).
	 */
	if ((expectation->set_thresholds & 1u << SIGLET_THRESHOLD_TLOG) == 0)
		expectation->policy.thresholds.tlog = 1;
	if ((expectation->set_thresholds & 1u << SIGLET_THRESHOLD_TIMESTAMP) == 0)
		expectation->policy.thresholds.timestamp = 0;
	return NULL;
}

siglet_error *siglet_expectation_set(siglet_expectation *expectation, siglet_expect what,
				     const char *value)
{
	siglet_policy *policy = &expectation->policy;
	siglet_err *err = mark_set(expectation, what);

	if (err != NULL)
		return err;
	switch (what) {
	case SIGLET_EXPECT_EMAIL:
		if ((expectation->set & 1u << SIGLET_EXPECT_IDENTITY) != 0)
			return siglet_err_new(SIGLET_E_USAGE, "two identities to expect");
		policy->email_only = true;
		return set_exact(&expectation->identity, &policy->identity, value);
	case SIGLET_EXPECT_IDENTITY:
		if ((expectation->set & 1u << SIGLET_EXPECT_EMAIL) != 0)
			return siglet_err_new(SIGLET_E_USAGE, "two identities to expect");
		return set_exact(&expectation->identity, &policy->identity, value);
	case SIGLET_EXPECT_ISSUER:
		return set_exact(&expectation->issuer, &policy->issuer, value);
	case SIGLET_EXPECT_GITHUB:
		return set_github(policy, value);
	case SIGLET_EXPECT_GITLAB:
		return set_gitlab(policy, value);
	case SIGLET_EXPECT_WORKFLOW:
		if (value[0] == '\0')
			return siglet_err_new(SIGLET_E_USAGE, "an empty workflow");
		return siglet_strndup(siglet_slice_str(value), &policy->workflow);
	case SIGLET_EXPECT_REF:
		if (value[0] == '\0')
			return siglet_err_new(SIGLET_E_USAGE, "an empty ref");
		return siglet_strndup(siglet_slice_str(value), &policy->ref);
	case SIGLET_EXPECT_REQUIRE:
		return set_requirement(policy, value);
	case SIGLET_EXPECT_TYPE:
		return set_type(policy, value);
	case SIGLET_EXPECT_SIGNED_AFTER:
		return set_time(value, true, &policy->has_signed_after, &policy->signed_after_s);
	case SIGLET_EXPECT_KEY_PEM:
		return set_key(expectation, value);
	case SIGLET_EXPECT_KEY_NOT_BEFORE:
		return set_time(value, true, &policy->has_key_not_before,
				&policy->key_not_before_s);
	case SIGLET_EXPECT_KEY_NOT_AFTER:
		return set_time(value, false, &policy->has_key_not_after, &policy->key_not_after_s);
	case SIGLET_EXPECT_SUBJECT:
		return set_exact(&expectation->subject, &policy->subject, value);
	}
	return siglet_err_new(SIGLET_E_USAGE, "no such criterion");
}

siglet_error *siglet_expectation_set_threshold(siglet_expectation *expectation,
					       siglet_threshold which, unsigned count)
{
	siglet_thresholds *thresholds = &expectation->policy.thresholds;

	expectation->set_thresholds |= 1u << which;
	switch (which) {
	case SIGLET_THRESHOLD_TLOG:
		thresholds->tlog = count;
		return NULL;
	case SIGLET_THRESHOLD_TIMESTAMP:
		thresholds->timestamp = count;
		return NULL;
	case SIGLET_THRESHOLD_SCT:
		thresholds->sct = count;
		return NULL;
	case SIGLET_THRESHOLD_WITNESS:
		thresholds->witness = count;
		return NULL;
	case SIGLET_THRESHOLD_RECEIPT:
		thresholds->receipt = count;
		return NULL;
	}
	return siglet_err_new(SIGLET_E_USAGE, "no such threshold");
}

siglet_error *siglet_expectation_set_witness_policy(siglet_expectation *expectation,
						    const void *text, size_t len)
{
	siglet_err *err;

	if (expectation->witnesses != NULL)
		return siglet_err_new(SIGLET_E_USAGE, "two witness policies");
	err = siglet_witness_policy_parse(siglet_slice_of(text, len), &expectation->witnesses);
	if (err != NULL)
		return siglet_as_unreadable(err);
	expectation->policy.witnesses = expectation->witnesses;
	return NULL;
}

siglet_error *siglet_expectation_set_statement_only(siglet_expectation *expectation)
{
	expectation->policy.statement_only = true;
	return NULL;
}

siglet_error *siglet_expectation_set_scitt(siglet_expectation *expectation)
{
	expectation->policy.is_statement = true;
	return NULL;
}

siglet_error *siglet_expectation_check(const siglet_expectation *expectation)
{
	return siglet_policy_check(&expectation->policy);
}

siglet_err *siglet_expectation_warn(siglet_expectation *expectation, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	free(expectation->warning);
	expectation->warning = NULL;
	return siglet_strndup(siglet_slice_str(text), &expectation->warning);
}

const char *siglet_expectation_warning(const siglet_expectation *expectation)
{
	return expectation->warning;
}
