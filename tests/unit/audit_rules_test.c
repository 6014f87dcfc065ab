#include "../lib/check.h"
#include "audit/audit_internal.h"
#include "cert_maker.h"

/* Which entries concern whoever watches: those that could, and those of others not. */

static EVP_PKEY *key;
static siglet_key *public_key, *other_key;

#define OID "1.3.6.1.4.1.57264.1."
#define GITHUB_ISSUER "https://token.actions.githubusercontent.com"

/* A certificate with that name, and up to four extensions "N=VALUE". */
static siglet_buf make(const char *name, const char *const *extensions)
{
	const maker_plan plan = { .key = key,
				  .extensions = with(MAKER_LEAF, "subjectAltName", name) };
	X509 *cert = make_x509(&plan);
	siglet_buf der;

	for (size_t i = 0; extensions != NULL && extensions[i] != NULL; i++) {
		const char *value = strchr(extensions[i], '=') + 1;
		const int number = atoi(extensions[i]);
		char oid[64], text[512];

		(void)snprintf(oid, sizeof(oid), OID "%d", number);
		if (number < 8) {
			size_t at = (size_t)snprintf(text, sizeof(text), "DER:");

			for (const char *c = value; *c != '\0'; c++)
				at += (size_t)snprintf(text + at, sizeof(text) - at, "%02x",
						       (unsigned)(unsigned char)*c);
		} else {
			(void)snprintf(text, sizeof(text), "ASN1:UTF8String:%s", value);
		}
		extend(cert, NULL, oid, text);
	}
	sign_cert(cert, &plan);
	der = x509_der(cert);
	X509_free(cert);
	return der;
}

static const char *rule_of(const siglet_audit_rules *rules, const audit_content *content)
{
	audit_hit hit;
	siglet_err *err = siglet_audit_rules_match(rules, content, &hit);
	const char *rule = err != NULL ? "error" : hit.rule == NULL ? "" : hit.rule;

	siglet_err_free(err);
	return rule;
}

static const char *rule_of_cert(const siglet_audit_rules *rules, const char *name,
				const char *const *extensions)
{
	siglet_buf der = make(name, extensions);
	audit_content content;
	const char *rule;

	siglet_audit_content_init(&content);
	content.certs[content.cert_count++] = siglet_buf_slice(&der);
	rule = rule_of(rules, &content);
	siglet_audit_content_clear(&content);
	siglet_buf_clear(&der);
	return rule;
}

#define MATCHES(wanted, name, ...)                                                  \
	OK(strcmp(rule_of_cert(&(siglet_audit_rules) { .policy = &(wanted) }, name, \
			       (const char *const[]) { __VA_ARGS__, NULL }),        \
		  "identity") == 0,                                                 \
	   "concerns: %s", name)
#define MATCHES_NOT(wanted, name, ...)                                              \
	OK(strcmp(rule_of_cert(&(siglet_audit_rules) { .policy = &(wanted) }, name, \
			       (const char *const[]) { __VA_ARGS__, NULL }),        \
		  "") == 0,                                                         \
	   "does not: %s", name)

static void github(void)
{
	siglet_policy repo = { .forge = SIGLET_FORGE_GITHUB,
			       .forge_url = (char *)(uintptr_t) "https://github.com",
			       .forge_owner = (char *)(uintptr_t) "acme",
			       .forge_repository = (char *)(uintptr_t) "app" };
	siglet_policy owner = repo;

	owner.forge_repository = NULL;
	MATCHES(repo, "URI:https://github.com/acme/app/.github/workflows/a.yml@refs/heads/main",
		NULL);
	MATCHES(repo, "URI:https://github.com/ACME/App/.github/workflows/a.yml@refs/heads/main",
		NULL);
	MATCHES(repo, "URI:https://github.com/acme/app", NULL);
	MATCHES_NOT(repo, "URI:https://github.com/acme/app2/.github/workflows/a.yml@x", NULL);
	MATCHES_NOT(repo, "URI:https://github.com/acme/ap", NULL);
	MATCHES_NOT(repo, "URI:https://github.com/acme2/app/x", NULL);
	MATCHES_NOT(repo, "URI:https://github.com.evil.example/acme/app/x", NULL);
	MATCHES_NOT(repo, "URI:https://elsewhere.example/?https://github.com/acme/app/x", NULL);
	MATCHES_NOT(repo, "email:acme/app@github.com", NULL);
	/* Somebody's reusable workflow, run in our repository. */
	MATCHES(repo, "URI:https://github.com/others/w/.github/workflows/r.yml@v1",
		"12=https://github.com/acme/app");
	MATCHES(repo, "URI:https://github.com/others/w/x", "5=acme/app");
	MATCHES(repo, "URI:https://github.com/others/w/x", "9=https://github.com/acme/app/x@y");
	MATCHES(repo, "URI:https://github.com/others/w/x", "18=https://github.com/acme/app/x@y");
	MATCHES(repo, "URI:https://github.com/others/w/x",
		"21=https://github.com/acme/app/actions/runs/1");
	MATCHES_NOT(repo, "URI:https://github.com/others/w/x",
		    "12=https://github.com/acme/app-fork");
	MATCHES_NOT(repo, "URI:https://github.com/others/w/x", "5=acme/app2");
	MATCHES_NOT(repo, "URI:https://github.com/others/w/x", "5=xacme/app");
	MATCHES_NOT(repo, "URI:https://github.com/others/w/x", "16=https://github.com/acme");
	MATCHES(owner, "URI:https://github.com/acme/anything/x", NULL);
	MATCHES(owner, "URI:https://github.com/others/w/x", "16=https://github.com/acme");
	MATCHES(owner, "URI:https://github.com/others/w/x", "5=acme/anything");
	MATCHES_NOT(owner, "URI:https://github.com/acme-corp/anything/x", NULL);
	MATCHES_NOT(owner, "URI:https://github.com/others/w/x", "16=https://github.com/acme2");
}

static void names_and_issuers(void)
{
	siglet_policy mail = { .identity = { .text = "a@x.example" } };
	siglet_policy both = { .identity = { .text = "a@x.example" },
			       .issuer = { .text = "https://i.example" } };
	siglet_policy issuer = { .issuer = { .text = "https://i.example" } };
	siglet_policy only_mail = { .identity = { .text = "a@x.example" }, .email_only = true };
	siglet_policy required = { .issuer = { .text = "https://i.example" },
				   .requirement_count = 2 };

	required.requirements[0] =
		(siglet_requirement) { 14, (char *)(uintptr_t) "refs/heads/main" };
	required.requirements[1] = (siglet_requirement) { 20, (char *)(uintptr_t) "push" };
	MATCHES(mail, "email:a@x.example", NULL);
	MATCHES_NOT(mail, "email:b@x.example", NULL);
	MATCHES(mail, "email:b@x.example,email:a@x.example", NULL);
	MATCHES(mail, "URI:a@x.example", NULL);
	MATCHES(mail, "otherName:" OID "7;UTF8:a@x.example", NULL);
	MATCHES_NOT(only_mail, "URI:a@x.example", NULL);
	MATCHES(only_mail, "URI:b,email:a@x.example", NULL);
	MATCHES(both, "email:a@x.example", "8=https://i.example");
	MATCHES(both, "email:a@x.example", "1=https://i.example");
	MATCHES(both, "email:a@x.example", "1=https://i.example", "8=https://other.example");
	MATCHES_NOT(both, "email:a@x.example", "8=https://i.example/");
	MATCHES_NOT(both, "email:a@x.example", NULL);
	MATCHES_NOT(both, "email:b@x.example", "8=https://i.example");
	MATCHES(issuer, "email:b@x.example", "8=https://i.example");
	MATCHES(required, "email:b@x.example", "8=https://i.example", "14=refs/heads/main",
		"20=push");
	MATCHES_NOT(required, "email:b@x.example", "8=https://i.example", "14=refs/heads/main",
		    "20=pull");
	MATCHES_NOT(required, "email:b@x.example", "8=https://i.example", "14=refs/heads/main");
}

static void subjects(void)
{
	const char *const parts[] = { "Acme" };
	const siglet_audit_rules rules = { .subjects = parts, .subject_count = 1 };

	OK(strcmp(rule_of_cert(&rules, "email:it@ACME.example", NULL), "subject") == 0, "a part");
	OK(strcmp(rule_of_cert(&rules, "email:acme", NULL), "subject") == 0, "all of it");
	OK(strcmp(rule_of_cert(&rules, "email:acm@e.example", NULL), "") == 0, "none of it");
	OK(strcmp(rule_of_cert(&rules, "email:x", NULL), "") == 0, "one that is shorter");
}

/* ---- keys and digests ---- */

static audit_digest digest_of(const char *algorithm, const char *digits, bool is_base64)
{
	return (audit_digest) { siglet_slice_str(algorithm), siglet_slice_str(digits), is_base64 };
}

static void keys_and_digests(void)
{
	const siglet_key *keys[] = { other_key, public_key };
	const siglet_key *others[] = { other_key };
	const siglet_slice artifact = siglet_slice_str("hello");
	siglet_digest digest;
	siglet_audit_rules by_key = { .keys = keys, .key_count = 2 };
	siglet_audit_rules by_other = { .keys = others, .key_count = 1 };
	siglet_audit_rules by_digest = { .digests = &digest, .digest_count = 1 };
	audit_content content;

	MAKER_NEED(siglet_crypto_hash(SIGLET_SHA256, &artifact, 1, &digest) == NULL);
	siglet_audit_content_init(&content);
	content.keys[content.key_count++] = siglet_key_spki(public_key);
	OK(strcmp(rule_of(&by_key, &content), "key") == 0, "the key");
	OK(strcmp(rule_of(&by_other, &content), "") == 0, "another one");
	OK(strcmp(rule_of_cert(&by_key, "email:x", NULL), "key") == 0, "that of a certificate");
	content.digests[content.digest_count++] = digest_of("sha256", "00", false);
	OK(strcmp(rule_of(&by_digest, &content), "") == 0, "another digest");
	content.digests[content.digest_count++] =
		digest_of("anything",
			  "2CF24DBA5FB0A30E26E83B2AC5B9E29E1B161E5C1FA7425E73043362938B9824",
			  false);
	OK(strcmp(rule_of(&by_digest, &content), "digest") == 0,
	   "the digest, as a second one, of any name");
	content.digests[1] =
		digest_of("SHA2_256", "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=", true);
	OK(strcmp(rule_of(&by_digest, &content), "digest") == 0, "in base64");
	content.digests[1] =
		digest_of("SHA2_256", "LPJNul-wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ", true);
	OK(strcmp(rule_of(&by_digest, &content), "digest") == 0, "in any");
	content.digests[0] = digest_of("sha256", "xyz", false);
	OK(strcmp(rule_of(&by_digest, &content), "error") == 0, "one that can't be read is said");
	OK(strcmp(rule_of(&by_key, &content), "key") == 0, "where somebody asks for it");
	siglet_audit_content_clear(&content);
}

static void what_can_not_be_read_hides_nothing(void)
{
	siglet_policy mail = { .identity = { .text = "a@x.example" } };
	const siglet_audit_rules rules = { .policy = &mail };
	siglet_buf ours = make("email:a@x.example", NULL), theirs = make("email:b@x", NULL);
	audit_content content;

	siglet_audit_content_init(&content);
	content.certs[0] = siglet_slice_str("none");
	content.certs[1] = siglet_buf_slice(&theirs);
	content.cert_count = 2;
	OK(strcmp(rule_of(&rules, &content), "error") == 0,
	   "one that can't be read could be the one that is meant");
	content.certs[2] = siglet_buf_slice(&ours);
	content.cert_count = 3;
	OK(strcmp(rule_of(&rules, &content), "identity") == 0,
	   "and keeps no other from being found");
	siglet_audit_content_clear(&content);
	siglet_buf_clear(&theirs);
	siglet_buf_clear(&ours);
}

/* ---- rules that can match nothing ---- */

static siglet_err *check(const char *identity, const char *issuer)
{
	siglet_policy policy = { .identity = { .text = identity }, .issuer = { .text = issuer } };

	return siglet_audit_rules_check(&(siglet_audit_rules) { .policy = &policy });
}

static siglet_err *check_forge(const char *identity, const char *issuer, bool email_only)
{
	siglet_policy policy = { .identity = { .text = identity },
				 .issuer = { .text = issuer },
				 .email_only = email_only,
				 .forge = SIGLET_FORGE_GITHUB,
				 .forge_url = (char *)(uintptr_t) "https://github.com",
				 .forge_owner = (char *)(uintptr_t) "acme" };

	return siglet_audit_rules_check(&(siglet_audit_rules) { .policy = &policy });
}

static siglet_err *matches_any(void *pattern, siglet_slice value, bool *ret_matches)
{
	(void)pattern;
	(void)value;
	*ret_matches = true;
	return NULL;
}

static void rules_that_match_nothing(void)
{
	siglet_policy empty = { .forge = SIGLET_FORGE_NONE };
	siglet_policy pattern = { .identity = { .text = ".*@x", .matches = matches_any },
				  .issuer = { .text = GITHUB_ISSUER } };

	OK_ERROR(siglet_audit_rules_check(&(siglet_audit_rules) { .policy = NULL }), SIGLET_E_USAGE,
		 "no rule");
	OK_ERROR(siglet_audit_rules_check(&(siglet_audit_rules) { .policy = &empty }),
		 SIGLET_E_USAGE, "none in a policy either");
	OK_ERROR(check("a@x.example", GITHUB_ISSUER), SIGLET_E_USAGE, "an address of a workflow");
	OK_ERROR(check("a@x.example", GITHUB_ISSUER "/enterprise"), SIGLET_E_USAGE,
		 "of a company's");
	OK_ERROR(check("https://github.com/a/b", "https://gitlab.com"), SIGLET_E_USAGE,
		 "another forge's");
	OK_ERROR(check("https://github.com/a/b", "https://accounts.google.com"), SIGLET_E_USAGE,
		 "a URL where there are addresses");
	OK_ERROR(check(NULL, GITHUB_ISSUER "/"), SIGLET_E_USAGE, "an issuer with a slash behind");
	OK_ERROR(check_forge(NULL, GITHUB_ISSUER "/", false), SIGLET_E_USAGE,
		 "in a short form too");
	OK_SUCCESS(check(NULL, "https://issuer.example/"), "which others may have");
	OK_SUCCESS(check("https://github.com/a/b", GITHUB_ISSUER), "a workflow");
	OK_SUCCESS(check("a@x.example", "https://accounts.google.com"), "an address");
	OK_SUCCESS(check("a@x.example", "https://issuer.example"), "an issuer that we don't know");
	OK_SUCCESS(check("a@x.example", NULL), "no issuer");
	OK_SUCCESS(check("a@x.example", GITHUB_ISSUER ".example"),
		   "one that begins like a known one");
	OK_SUCCESS(siglet_audit_rules_check(&(siglet_audit_rules) { .policy = &pattern }),
		   "patterns are not judged");
	OK_SUCCESS(check_forge(NULL, NULL, false), "a short form");
	OK_SUCCESS(check_forge(NULL, GITHUB_ISSUER, false), "with its issuer");
	OK_SUCCESS(check_forge("https://github.com/acme/x", GITHUB_ISSUER, false), "and a name");
	OK_ERROR(check_forge(NULL, "https://gitlab.com", false), SIGLET_E_USAGE,
		 "with another's issuer");
	OK_ERROR(check_forge(NULL, "https://accounts.google.com", false), SIGLET_E_USAGE,
		 "with one of people");
	OK_ERROR(check_forge("a@x.example", NULL, false), SIGLET_E_USAGE, "with an address");
	OK_ERROR(check_forge(NULL, NULL, true), SIGLET_E_USAGE, "with any address");
}

/* ---- what is kept of a match ---- */

static audit_found *find_in(const siglet_audit_rules *rules, siglet_slice body, siglet_err **err)
{
	const siglet_hash32 leaf = { { 7 } };
	audit_content content;
	audit_found *found = NULL;

	siglet_audit_content_init(&content);
	*err = siglet_audit_find(rules, 42, body, &leaf, &content, &found);
	siglet_audit_content_clear(&content);
	return found;
}

static void texts_are_cut_and_harmless(void)
{
	const char *const parts[] = { "a" };
	const siglet_audit_rules rules = { .subjects = parts, .subject_count = 1 };
	static char kind[9000], name[9000];
	siglet_buf der, base64, body;
	siglet_err *err;
	audit_found *found;

	memset(kind, '\x01', sizeof(kind) - 1);
	(void)snprintf(name, sizeof(name), "email:");
	memset(name + 6, 'a', 8000);
	der = make(name, NULL);
	siglet_buf_init(&base64, 1u << 20);
	siglet_buf_init(&body, 1u << 20);
	MAKER_NEED(siglet_base64_encode(siglet_buf_slice(&der), &base64) == NULL);
	MAKER_NEED(siglet_buf_append_str(&body, "{\"apiVersion\":\"1\",\"kind\":\"") == NULL);
	for (size_t i = 0; i < 5000; i++)
		MAKER_NEED(siglet_buf_append_str(&body, "\\u0001") == NULL);
	MAKER_NEED(siglet_buf_printf(&body, "\",\"x\":\"%s\"}", siglet_buf_text(&base64)) == NULL);
	found = find_in(&rules, siglet_buf_slice(&body), &err);
	OK(err == NULL && found != NULL && found->reason == NULL, "a match with long names");
	/* What the database takes: hits.h. */
	OK(found != NULL && strlen(found->kind) < 1024 && strlen(found->identity) < 65536,
	   "which are cut");
	OK(found != NULL && strchr(found->kind, '\x01') == NULL, "and printable");
	OK(siglet_audit_found_weight(found) > 8000, "it knows what it weighs");
	siglet_audit_found_free(found);
	siglet_err_free(err);
	found = find_in(&rules, siglet_slice_str("garbage"), &err);
	OK(err == NULL && found != NULL && found->reason != NULL && found->index == 42 &&
		   found->leaf.bytes[0] == 7,
	   "what can't be read is found too");
	siglet_audit_found_free(found);
	found = find_in(&rules, siglet_slice_str("{\"kind\":\"a\",\"apiVersion\":\"1\"}"), &err);
	OK(err == NULL && found == NULL, "what concerns nobody is not");
	siglet_buf_clear(&body);
	siglet_buf_clear(&base64);
	siglet_buf_clear(&der);
}

static siglet_key *public_of(EVP_PKEY *secret)
{
	uint8_t *bytes = NULL;
	const int len = i2d_PUBKEY(secret, &bytes);
	siglet_key *made = NULL;

	MAKER_NEED(len > 0 &&
		   siglet_key_from_spki(siglet_slice_of(bytes, (size_t)len), &made) == NULL);
	OPENSSL_free(bytes);
	return made;
}

int main(void)
{
	EVP_PKEY *other = ec_key("P-256");

	key = ec_key("P-256");
	public_key = public_of(key);
	other_key = public_of(other);
	github();
	names_and_issuers();
	subjects();
	keys_and_digests();
	what_can_not_be_read_hides_nothing();
	rules_that_match_nothing();
	texts_are_cut_and_harmless();
	siglet_key_free(public_key);
	siglet_key_free(other_key);
	EVP_PKEY_free(other);
	EVP_PKEY_free(key);
	return tap_done();
}
