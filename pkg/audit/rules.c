#include "audit/audit_internal.h"

#include <string.h>

/* Does this entry concern whoever watches? When in doubt, yes. */

/* ---- pairs that never occur together ---- */

#define MAIL "" /* an address, and no URL */

/* Which names an issuer's certificates have, as Fulcio writes them. */
static const struct {
	const char *issuer; /* with what may follow behind a slash */
	const char *names;  /* how they begin */
} shapes[] = {
	{ "https://token.actions.githubusercontent.com", "https://github.com/" },
	{ "https://gitlab.com", "https://gitlab.com/" },
	{ "https://agent.buildkite.com", "https://buildkite.com/" },
	{ "https://oidc.circleci.com", "https://circleci.com/" },
	{ "https://oidc.codefresh.io", "https://g.codefresh.io/" },
	{ "https://accounts.google.com", MAIL },
	{ "https://github.com/login/oauth", MAIL },
	{ "https://login.microsoftonline.com", MAIL },
	{ "https://oauth2.sigstore.dev/auth", MAIL },
};

static bool is_issuer(const char *issuer, const char *known)
{
	const size_t len = strlen(known);

	return strncmp(issuer, known, len) == 0 && (issuer[len] == '\0' || issuer[len] == '/');
}

static bool is_mail(const char *name)
{
	return strchr(name, '@') != NULL && strncmp(name, "https://", 8) != 0;
}

static siglet_err *no_match(const char *issuer, const char *identity, const char *names)
{
	return siglet_err_hint(
		siglet_err_new(SIGLET_E_USAGE, "nothing can match: %s gives nobody the name %s",
			       siglet_text_printable(siglet_slice_str(issuer)).text,
			       siglet_text_printable(siglet_slice_str(identity)).text),
		"its names are %s%s", names[0] == '\0' ? "mail addresses" : "", names);
}

static siglet_err *check_pair(const char *identity, const char *issuer)
{
	for (size_t i = 0; i < SIGLET_COUNT(shapes); i++) {
		const char *names = shapes[i].names;

		if (!is_issuer(issuer, shapes[i].issuer))
			continue;
		if (names[0] == '\0' ? is_mail(identity)
				     : strncmp(identity, names, strlen(names)) == 0)
			return NULL;
		return no_match(issuer, identity, names);
	}
	return NULL;
}

/* People copy it with a slash behind, which no certificate has. */
static siglet_err *check_issuer(const char *issuer)
{
	for (size_t i = 0; i < SIGLET_COUNT(shapes); i++) {
		const size_t len = strlen(shapes[i].issuer);

		if (is_issuer(issuer, shapes[i].issuer) && strcmp(issuer + len, "/") == 0)
			return siglet_err_hint(
				siglet_err_new(SIGLET_E_USAGE,
					       "nothing can match: no certificate is of %s",
					       issuer),
				"without the slash: %s", shapes[i].issuer);
	}
	return NULL;
}

static bool is_exact(const siglet_match *match)
{
	return match->text != NULL && match->matches == NULL;
}

/* What a forge certifies has a URL there for a name, and that forge for an issuer. */
static siglet_err *check_forge(const siglet_policy *policy)
{
	siglet_buf name;
	siglet_err *err = NULL;

	if (policy->forge == SIGLET_FORGE_NONE)
		return NULL;
	siglet_buf_init(&name, 65536);
	err = siglet_buf_printf(&name, "%s/", policy->forge_url);
	if (err == NULL && is_exact(&policy->issuer))
		err = check_pair(siglet_buf_text(&name), policy->issuer.text);
	if (err == NULL && is_exact(&policy->identity) && is_mail(policy->identity.text))
		err = no_match(policy->forge_url, policy->identity.text, siglet_buf_text(&name));
	if (err == NULL && policy->email_only)
		err = siglet_err_new(SIGLET_E_USAGE,
				     "nothing can match: a workflow has no mail address");
	siglet_buf_clear(&name);
	return err;
}

static bool has_condition(const siglet_policy *policy)
{
	return policy != NULL && (policy->identity.text != NULL || policy->issuer.text != NULL ||
				  policy->email_only || policy->forge != SIGLET_FORGE_NONE ||
				  policy->requirement_count > 0);
}

siglet_err *siglet_audit_rules_check(const siglet_audit_rules *rules)
{
	const siglet_policy *policy = rules->policy;
	siglet_err *err = NULL;

	if (!has_condition(policy) && rules->digest_count == 0 && rules->key_count == 0 &&
	    rules->subject_count == 0)
		return siglet_err_new(SIGLET_E_USAGE, "nothing to watch for: an identity, a short "
						      "form, a subject, a digest or a key");
	if (policy == NULL)
		return NULL;
	if (is_exact(&policy->issuer))
		err = check_issuer(policy->issuer.text);
	if (err == NULL && is_exact(&policy->identity) && is_exact(&policy->issuer))
		err = check_pair(policy->identity.text, policy->issuer.text);
	return err == NULL ? check_forge(policy) : err;
}

siglet_err *siglet_audit_rules_check_for(const siglet_audit_rules *rules, const siglet_audit *audit)
{
	siglet_err *err = siglet_audit_rules_check(rules);

	if (err != NULL || !audit->is_ct || has_condition(rules->policy) || rules->key_count > 0 ||
	    rules->subject_count > 0)
		return err;
	return siglet_err_hint(siglet_err_new(SIGLET_E_USAGE, "a CT log has certificates, and "
							      "digests of no artifact"),
			       "watch for an identity, a subject or a key");
}

/* ---- conditions on a certificate ---- */

static siglet_err *match_text(const siglet_match *match, siglet_slice value, bool *ret_matches)
{
	if (match->text == NULL) {
		*ret_matches = true;
		return NULL;
	}
	if (match->matches != NULL)
		return match->matches(match->pattern, value, ret_matches);
	*ret_matches = siglet_slice_is(value, match->text);
	return NULL;
}

/* Old certificates have the issuer in .1, new ones in both; either will do. */
static siglet_err *match_issuer(const siglet_policy *policy, const siglet_glance *glance,
				bool *ret_matches)
{
	siglet_err *err =
		match_text(&policy->issuer, glance->value[SIGLET_FULCIO_ISSUER_V2], ret_matches);

	if (err != NULL || *ret_matches)
		return err;
	return match_text(&policy->issuer, glance->value[SIGLET_FULCIO_ISSUER_V1], ret_matches);
}

static siglet_err *match_names(const siglet_policy *policy, const siglet_glance *glance,
			       bool *ret_matches)
{
	siglet_err *err = NULL;

	*ret_matches = policy->identity.text == NULL && !policy->email_only;
	for (size_t i = 0; err == NULL && !*ret_matches && i < glance->name_count; i++)
		if (!policy->email_only || glance->names[i].type == SIGLET_SAN_EMAIL)
			err = match_text(&policy->identity, glance->names[i].text, ret_matches);
	return err;
}

/* Is text base, or something below it? In any case: GitHub's and GitLab's names have none. */
static bool is_at_or_below(siglet_slice text, siglet_slice base)
{
	return text.len >= base.len &&
	       siglet_slice_equal_nocase(siglet_slice_of(text.ptr, base.len), base) &&
	       (text.len == base.len || text.ptr[base.len] == '/' || text.ptr[base.len] == '@');
}

static const unsigned places[] = {
	SIGLET_FULCIO_SOURCE_REPOSITORY_URI, SIGLET_FULCIO_SOURCE_REPOSITORY_OWNER_URI,
	SIGLET_FULCIO_BUILD_SIGNER_URI,	     SIGLET_FULCIO_BUILD_CONFIG_URI,
	SIGLET_FULCIO_RUN_INVOCATION_URI,
};

/* Wherever the repository or owner may stand. */
static siglet_err *match_forge(const siglet_policy *policy, const siglet_glance *glance,
			       bool *ret_matches)
{
	const char *repository = policy->forge_repository, *owner = policy->forge_owner;
	siglet_slice base, path;
	siglet_buf text;
	siglet_err *err;

	*ret_matches = policy->forge == SIGLET_FORGE_NONE;
	if (*ret_matches)
		return NULL;
	siglet_buf_init(&text, 65536);
	err = siglet_buf_printf(&text, "%s/%s%s%s", policy->forge_url, owner == NULL ? "" : owner,
				owner != NULL && repository != NULL ? "/" : "",
				repository == NULL ? "" : repository);
	base = siglet_buf_slice(&text);
	if (err == NULL) {
		path = siglet_slice_of(base.ptr + strlen(policy->forge_url) + 1,
				       base.len - strlen(policy->forge_url) - 1);
		for (size_t i = 0; i < SIGLET_COUNT(places); i++)
			*ret_matches =
				*ret_matches || is_at_or_below(glance->value[places[i]], base);
		for (size_t i = 0; i < glance->name_count; i++)
			*ret_matches = *ret_matches || is_at_or_below(glance->names[i].text, base);
		*ret_matches = *ret_matches ||
			       is_at_or_below(glance->value[SIGLET_FULCIO_REPOSITORY], path);
	}
	siglet_buf_clear(&text);
	return err;
}

static bool match_requirements(const siglet_policy *policy, const siglet_glance *glance)
{
	for (size_t i = 0; i < policy->requirement_count; i++) {
		const siglet_requirement *r = &policy->requirements[i];

		if (!siglet_slice_is(glance->value[r->number], r->value))
			return false;
	}
	return true;
}

static siglet_err *match_policy(const siglet_policy *policy, const siglet_glance *glance,
				bool *ret_matches)
{
	siglet_err *err = NULL;

	*ret_matches = has_condition(policy) && match_requirements(policy, glance);
	if (*ret_matches)
		err = match_issuer(policy, glance, ret_matches);
	if (err == NULL && *ret_matches)
		err = match_names(policy, glance, ret_matches);
	if (err == NULL && *ret_matches)
		err = match_forge(policy, glance, ret_matches);
	return err;
}

/* ---- the other rules ---- */

static char lower(uint8_t c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static bool contains_nocase(siglet_slice text, const char *part)
{
	const size_t len = strlen(part);

	for (size_t at = 0; len <= text.len && at <= text.len - len; at++) {
		size_t i = 0;

		while (i < len && lower(text.ptr[at + i]) == lower((uint8_t)part[i]))
			i++;
		if (i == len)
			return true;
	}
	return false;
}

static bool match_subjects(const siglet_audit_rules *rules, const siglet_glance *glance)
{
	for (size_t i = 0; i < rules->subject_count; i++)
		for (size_t n = 0; n < glance->name_count; n++)
			if (contains_nocase(glance->names[n].text, rules->subjects[i]))
				return true;
	return false;
}

static bool is_key(const siglet_audit_rules *rules, siglet_slice spki)
{
	for (size_t i = 0; i < rules->key_count; i++)
		if (siglet_slice_equal(siglet_key_spki(rules->keys[i]), spki))
			return true;
	return false;
}

/* Whatever the algorithm is called. One that can't be read could be the one that is meant. */
static siglet_err *match_digest(const siglet_audit_rules *rules, const audit_content *content,
				bool *ret_matches)
{
	siglet_buf have;
	siglet_err *err = NULL;

	*ret_matches = false;
	if (rules->digest_count == 0)
		return NULL;
	siglet_buf_init(&have, SIGLET_MAX_ENTRY_BYTES);
	for (size_t n = 0; err == NULL && n < content->digest_count; n++) {
		siglet_buf_truncate(&have, 0);
		err = siglet_audit_digest_bytes(&content->digests[n], &have);
		for (size_t i = 0; err == NULL && i < rules->digest_count; i++)
			*ret_matches = *ret_matches ||
				       siglet_slice_equal(siglet_buf_slice(&have),
							  siglet_digest_slice(&rules->digests[i]));
	}
	siglet_buf_clear(&have);
	return err;
}

/* ---- an entry ---- */

static siglet_err *match_cert(const siglet_audit_rules *rules, siglet_slice der, bool is_tbs,
			      audit_hit *hit)
{
	bool matches = false;
	siglet_err *err = siglet_cert_glance(der, is_tbs, &hit->glance);

	if (err == NULL && rules->policy != NULL)
		err = match_policy(rules->policy, &hit->glance, &matches);
	if (err != NULL)
		return err;
	if (matches)
		hit->rule = "identity";
	else if (match_subjects(rules, &hit->glance))
		hit->rule = "subject";
	else if (is_key(rules, hit->glance.spki))
		hit->rule = "key";
	return NULL;
}

/* The first certificate that matches; else the last one, with what is wrong with one of them. */
static siglet_err *match_certs(const siglet_audit_rules *rules, const audit_content *content,
			       audit_hit *hit)
{
	siglet_err *wrong = NULL;

	for (size_t i = 0; hit->rule == NULL && i < content->cert_count; i++) {
		siglet_err *err = match_cert(rules, content->certs[i], content->is_tbs, hit);

		if (err != NULL && siglet_err_is_fault(err)) {
			siglet_err_free(wrong);
			return err;
		}
		if (err == NULL) {
			hit->has_cert = true;
			hit->cert = i;
		} else if (wrong == NULL) {
			wrong = err;
		} else {
			siglet_err_free(err);
		}
	}
	return wrong;
}

static siglet_err *match_others(const siglet_audit_rules *rules, const audit_content *content,
				audit_hit *hit)
{
	bool matches = false;
	siglet_err *err;

	for (size_t i = 0; i < content->key_count; i++)
		if (is_key(rules, content->keys[i]))
			hit->rule = "key";
	if (hit->rule != NULL)
		return NULL;
	err = match_digest(rules, content, &matches);
	if (matches)
		hit->rule = "digest";
	return err;
}

siglet_err *siglet_audit_rules_match(const siglet_audit_rules *rules, const audit_content *content,
				     audit_hit *ret_hit)
{
	siglet_err *err, *other = NULL;

	ret_hit->rule = NULL;
	ret_hit->has_cert = false;
	err = match_certs(rules, content, ret_hit);
	if (ret_hit->rule == NULL && (err == NULL || !siglet_err_is_fault(err)))
		other = match_others(rules, content, ret_hit);
	if (err == NULL || (other != NULL && siglet_err_is_fault(other))) {
		siglet_err_free(err);
		err = other;
	} else {
		siglet_err_free(other);
	}
	/* What matches does so whatever else is there. */
	if (err != NULL && ret_hit->rule != NULL && !siglet_err_is_fault(err)) {
		siglet_err_free(err);
		err = NULL;
	}
	return err;
}
