#include "verify/verify_internal.h"

#include <string.h>

/* Step 9: is the certificate's holder who was asked for? Every criterion that is given must hold. */

#define GITHUB_ISSUER "https://token.actions.githubusercontent.com"
#define GITHUB_WORKFLOWS ".github/workflows/"

/* A printable for each of two values in one message. */
static siglet_err *mismatch(const char *what, siglet_slice have, const char *wanted)
{
	const siglet_printable h = siglet_text_printable(have);
	const siglet_printable w = siglet_text_printable(siglet_slice_str(wanted));

	return siglet_err_new(SIGLET_E_MISMATCH, "%s %s, not %s", what,
			      have.len == 0 ? "(none)" : h.text, w.text);
}

siglet_err *siglet_verify_match(const siglet_match *match, siglet_slice value, const char *what)
{
	bool matches = false;
	siglet_err *err = NULL;

	if (match->text == NULL)
		return NULL;
	if (match->matches == NULL)
		matches = siglet_slice_is(value, match->text);
	else
		err = match->matches(match->pattern, value, &matches);
	if (err != NULL)
		return siglet_err_wrap(err, "%s", what);
	return matches ? NULL : mismatch(what, value, match->text);
}

/* A cursor over the parts of an identity: take what must come next. */
static bool take(siglet_slice *text, siglet_slice wanted, bool nocase)
{
	if (text->len < wanted.len)
		return false;
	const siglet_slice head = { text->ptr, wanted.len };
	if (!(nocase ? siglet_slice_equal_nocase(head, wanted) : siglet_slice_equal(head, wanted)))
		return false;
	*text = siglet_slice_of(text->ptr + wanted.len, text->len - wanted.len);
	return true;
}

static bool take_str(siglet_slice *text, const char *wanted)
{
	return take(text, siglet_slice_str(wanted), false);
}

static bool take_name(siglet_slice *text, const char *wanted)
{
	return take(text, siglet_slice_str(wanted), true);
}

/* One path segment, not empty. */
static bool take_segment(siglet_slice *text, siglet_slice *ret_segment)
{
	size_t len = 0;

	while (len < text->len && text->ptr[len] != '/')
		len++;
	if (len == 0)
		return false;
	*ret_segment = siglet_slice_of(text->ptr, len);
	*text = siglet_slice_of(text->ptr + len, text->len - len);
	return true;
}

/* "URL/OWNER/REPO" (or, for GitLab, "URL/GROUP/…/PROJECT") is the repository that was asked for. */
static bool is_repository(const siglet_policy *policy, siglet_slice uri)
{
	siglet_slice segment;

	if (!take_str(&uri, policy->forge_url) || !take_str(&uri, "/"))
		return false;
	if (policy->forge_owner != NULL) {
		if (!take_name(&uri, policy->forge_owner) || !take_str(&uri, "/"))
			return false;
		if (policy->forge_repository == NULL)
			return take_segment(&uri, &segment) && uri.len == 0;
	}
	return take_name(&uri, policy->forge_repository) && uri.len == 0;
}

/* .5 says "OWNER/REPO", .12 the same with the forge's URL in front: they must not contradict. */
static siglet_err *check_old_repository(const siglet_policy *policy,
					const siglet_identity *identity)
{
	const siglet_slice old = identity->value[SIGLET_FULCIO_REPOSITORY];
	siglet_slice uri = identity->value[SIGLET_FULCIO_SOURCE_REPOSITORY_URI];

	if (!take_str(&uri, policy->forge_url) || !take_str(&uri, "/") ||
	    !siglet_slice_equal(uri, old))
		return siglet_err_new(SIGLET_E_MISMATCH,
				      "the certificate contradicts itself on its repository");
	return NULL;
}

static siglet_err *check_owner_extension(const siglet_policy *policy,
					 const siglet_identity *identity)
{
	siglet_slice uri = identity->value[SIGLET_FULCIO_SOURCE_REPOSITORY_OWNER_URI];

	if (policy->forge_owner == NULL ||
	    !identity->has[SIGLET_FULCIO_SOURCE_REPOSITORY_OWNER_URI])
		return NULL;
	if (take_str(&uri, policy->forge_url) && take_str(&uri, "/") &&
	    take_name(&uri, policy->forge_owner) && uri.len == 0)
		return NULL;
	return mismatch("the repository's owner is",
			identity->value[SIGLET_FULCIO_SOURCE_REPOSITORY_OWNER_URI],
			policy->forge_owner);
}

static siglet_err *check_repository(const siglet_policy *policy, const siglet_identity *identity)
{
	const bool has_uri = identity->has[SIGLET_FULCIO_SOURCE_REPOSITORY_URI];
	const bool has_old = identity->has[SIGLET_FULCIO_REPOSITORY];
	const siglet_slice uri = identity->value[SIGLET_FULCIO_SOURCE_REPOSITORY_URI];
	const siglet_slice old = identity->value[SIGLET_FULCIO_REPOSITORY];
	siglet_buf full;
	siglet_err *err = NULL;

	if (has_uri && has_old) {
		err = check_old_repository(policy, identity);
		if (err != NULL)
			return err;
	}
	siglet_buf_init(&full, SIGLET_MAX_CERT_BYTES + 1024);
	if (has_uri)
		err = siglet_buf_append(&full, uri);
	else if (has_old)
		err = siglet_buf_printf(&full, "%s/%.*s", policy->forge_url, (int)old.len,
					(const char *)old.ptr);
	else
		err = siglet_err_new(SIGLET_E_MISSING, "the certificate names no repository");
	if (err == NULL && !is_repository(policy, siglet_buf_slice(&full)))
		err = siglet_err_new(
			SIGLET_E_MISMATCH, "it comes from the repository %s, not from %s/%s%s%s",
			siglet_text_printable(siglet_buf_slice(&full)).text, policy->forge_url,
			policy->forge_owner == NULL ? "" : policy->forge_owner,
			policy->forge_owner == NULL ? "" : "/",
			policy->forge_repository == NULL ? "…" : policy->forge_repository);
	siglet_buf_clear(&full);
	return err != NULL ? err : check_owner_extension(policy, identity);
}

/* How many slashes: FILE has none, OWNER/REPO/PATH at least two. */
static bool names_other_repository(const char *workflow)
{
	const char *slash = strchr(workflow, '/');

	return strncmp(workflow, ".github/", strlen(".github/")) != 0 && slash != NULL &&
	       strchr(slash + 1, '/') != NULL;
}

/* SAN after "URL/": OWNER/REPO of the source, then the path of a workflow in it, then @REF. */
static bool is_own_workflow(const siglet_policy *policy, siglet_slice san)
{
	siglet_slice segment;

	if (!take_name(&san, policy->forge_owner) || !take_str(&san, "/"))
		return false;
	if (policy->forge_repository != NULL ? !take_name(&san, policy->forge_repository)
					     : !take_segment(&san, &segment))
		return false;
	if (!take_str(&san, "/"))
		return false;
	if (policy->workflow == NULL)
		return take_str(&san, GITHUB_WORKFLOWS);
	if (strchr(policy->workflow, '/') == NULL && !take_str(&san, GITHUB_WORKFLOWS))
		return false;
	return take_str(&san, policy->workflow) && take_str(&san, "@");
}

/* A reusable workflow elsewhere: owner and repository without regard to case, the path exactly. */
static bool is_named_workflow(const char *workflow, siglet_slice san)
{
	const char *owner_end = strchr(workflow, '/');
	const char *repository_end = strchr(owner_end + 1, '/');
	const siglet_slice name = siglet_slice_of(workflow, (size_t)(repository_end - workflow));

	return take(&san, name, true) && take_str(&san, repository_end) && take_str(&san, "@");
}

static siglet_err *check_github_workflow(const siglet_policy *policy,
					 const siglet_identity *identity)
{
	siglet_slice san = identity->san;
	bool good = identity->san_type == SIGLET_SAN_URI && take_str(&san, policy->forge_url) &&
		    take_str(&san, "/");
	siglet_err *err;

	if (good && policy->workflow != NULL && names_other_repository(policy->workflow))
		good = is_named_workflow(policy->workflow, san);
	else
		good = good && is_own_workflow(policy, san);
	if (good)
		return NULL;

	err = siglet_err_new(SIGLET_E_MISMATCH, "signed by the workflow %s, not by %s",
			     siglet_text_printable(identity->san).text,
			     policy->workflow != NULL ? policy->workflow
						      : "one of that repository");
	if (policy->workflow == NULL && san.len > 0) {
		size_t len = 0;

		while (len < san.len && san.ptr[len] != '@')
			len++;
		err = siglet_err_hint(err, "if that reusable workflow is meant, pass --workflow %s",
				      siglet_text_printable(siglet_slice_of(san.ptr, len)).text);
	}
	return err;
}

/* GitLab's SAN: URL/PROJECT//PATH@REF, the project being the one that holds the configuration. */
static siglet_err *check_gitlab_workflow(const siglet_policy *policy,
					 const siglet_identity *identity)
{
	siglet_slice san = identity->san;
	bool good = identity->san_type == SIGLET_SAN_URI && take_str(&san, policy->forge_url) &&
		    take_str(&san, "/");

	if (policy->workflow != NULL && strstr(policy->workflow, "//") != NULL)
		good = good && take_str(&san, policy->workflow) && take_str(&san, "@");
	else
		good = good && take_name(&san, policy->forge_repository) && take_str(&san, "//") &&
		       (policy->workflow == NULL ||
			(take_str(&san, policy->workflow) && take_str(&san, "@")));
	if (good)
		return NULL;
	return siglet_err_new(SIGLET_E_MISMATCH, "signed by the pipeline %s, not by %s",
			      siglet_text_printable(identity->san).text,
			      policy->workflow != NULL ? policy->workflow : "one of that project");
}

static siglet_err *check_ref(const siglet_policy *policy, const siglet_identity *identity)
{
	const siglet_slice ref = identity->has[SIGLET_FULCIO_SOURCE_REPOSITORY_REF]
					 ? identity->value[SIGLET_FULCIO_SOURCE_REPOSITORY_REF]
					 : identity->value[SIGLET_FULCIO_REF];

	if (policy->ref == NULL || siglet_slice_is(ref, policy->ref))
		return NULL;
	return mismatch("built from the ref", ref, policy->ref);
}

static siglet_err *check_forge(const siglet_policy *policy, const siglet_identity *identity,
			       siglet_rule *ret_rule)
{
	const char *issuer =
		policy->forge == SIGLET_FORGE_GITHUB ? GITHUB_ISSUER : policy->forge_url;
	siglet_err *err;

	if (policy->forge == SIGLET_FORGE_NONE)
		return NULL;
	*ret_rule = SIGLET_RULE_ISSUER;
	if (!siglet_slice_is(identity->issuer, issuer))
		return mismatch("the issuer is", identity->issuer, issuer);
	*ret_rule = SIGLET_RULE_REPOSITORY;
	err = check_repository(policy, identity);
	if (err != NULL)
		return err;
	*ret_rule = SIGLET_RULE_WORKFLOW;
	err = policy->forge == SIGLET_FORGE_GITHUB ? check_github_workflow(policy, identity)
						   : check_gitlab_workflow(policy, identity);
	if (err != NULL)
		return err;
	*ret_rule = SIGLET_RULE_REF;
	return check_ref(policy, identity);
}

static siglet_err *check_requirements(const siglet_policy *policy, const siglet_identity *identity)
{
	for (size_t i = 0; i < policy->requirement_count; i++) {
		const siglet_requirement *r = &policy->requirements[i];

		if (!identity->has[r->number])
			return siglet_err_new(SIGLET_E_MISSING, "the certificate has no %s",
					      siglet_fulcio_name(r->number));
		if (!siglet_slice_is(identity->value[r->number], r->value))
			return mismatch(siglet_fulcio_name(r->number), identity->value[r->number],
					r->value);
	}
	return NULL;
}

siglet_err *siglet_policy_match_identity(const siglet_policy *policy,
					 const siglet_identity *identity, siglet_rule *ret_rule)
{
	siglet_err *err;

	*ret_rule = SIGLET_RULE_ISSUER;
	err = siglet_verify_match(&policy->issuer, identity->issuer, "the issuer is");
	if (err != NULL)
		return err;
	*ret_rule = SIGLET_RULE_IDENTITY;
	err = siglet_verify_match(&policy->identity, identity->san, "signed by");
	if (err == NULL && policy->email_only && identity->san_type != SIGLET_SAN_EMAIL)
		err = siglet_err_new(SIGLET_E_MISMATCH, "the identity is no e-mail address but %s",
				     siglet_san_type_name(identity->san_type));
	if (err != NULL)
		return err;
	err = check_forge(policy, identity, ret_rule);
	if (err != NULL)
		return err;
	*ret_rule = SIGLET_RULE_EXTENSION;
	err = check_requirements(policy, identity);
	if (err == NULL)
		*ret_rule = SIGLET_RULE_IDENTITY;
	return err;
}

static siglet_err *check_signed_after(verification *v)
{
	siglet_err *err = NULL;

	if (!v->policy->has_signed_after)
		return NULL;
	if (v->report->time_count == 0)
		err = siglet_err_new(SIGLET_E_MISSING, "no verified time says when it was signed");
	for (size_t i = 0; err == NULL && i < v->report->time_count; i++)
		if (v->report->times[i].time_s < v->policy->signed_after_s)
			err = siglet_err_new(SIGLET_E_EXPIRED, "signed at %s, before %s",
					     siglet_time_format(v->report->times[i].time_s).text,
					     siglet_time_format(v->policy->signed_after_s).text);
	if (err != NULL)
		return siglet_verify_fail(v, SIGLET_RULE_SIGNED_AFTER, -1, err);
	return siglet_verify_note(v, SIGLET_RULE_SIGNED_AFTER, -1, SIGLET_OUTCOME_PASSED,
				  "not before %s",
				  siglet_time_format(v->policy->signed_after_s).text);
}

/* A managed key counts only inside its own window, at every verified time. */
static siglet_err *check_key_window(verification *v)
{
	const siglet_policy *policy = v->policy;

	if (!policy->has_key_not_before && !policy->has_key_not_after)
		return NULL;
	for (size_t i = 0; i < v->report->time_count; i++) {
		const int64_t time_s = v->report->times[i].time_s;

		if ((policy->has_key_not_before && time_s < policy->key_not_before_s) ||
		    (policy->has_key_not_after && time_s > policy->key_not_after_s))
			return siglet_verify_fail(
				v, SIGLET_RULE_KEY_WINDOW, -1,
				siglet_err_new(SIGLET_E_EXPIRED,
					       "signed at %s, outside the key's window",
					       siglet_time_format(time_s).text));
	}
	return siglet_verify_note(v, SIGLET_RULE_KEY_WINDOW, -1, SIGLET_OUTCOME_PASSED,
				  "every verified time is inside the key's window");
}

siglet_err *siglet_verify_bounds(verification *v)
{
	siglet_err *err = check_key_window(v);

	return err != NULL ? err : check_signed_after(v);
}

siglet_err *siglet_verify_policy(verification *v)
{
	const siglet_identity *identity = siglet_report_identity(v->report);
	siglet_rule rule = SIGLET_RULE_IDENTITY;
	siglet_err *err;

	if (v->leaf == NULL)
		return siglet_verify_bounds(v);
	if (identity == NULL)
		err = siglet_verify_fail(v, rule, -1,
					 siglet_err_new(SIGLET_E_INTERNAL, "no identity was read"));
	else {
		err = siglet_policy_match_identity(v->policy, identity, &rule);
		err = err != NULL
			      ? siglet_verify_fail(v, rule, -1, err)
			      : siglet_verify_note(v, rule, -1, SIGLET_OUTCOME_PASSED,
						   "%s (issuer %s)",
						   siglet_text_printable(identity->san).text,
						   siglet_text_printable(identity->issuer).text);
	}
	return err != NULL ? err : check_signed_after(v);
}
