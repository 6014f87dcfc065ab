/*
 * subject: a good bundle as a tree that can be changed, and the verdict on what it became.
 *
 * The thresholds ask for everything that the bundle has, so that an item which stops counting is missed.
 */
#ifndef SIGLET_TEST_SUBJECT_H
#define SIGLET_TEST_SUBJECT_H

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forge.h"
#include "judge.h"

typedef struct subject {
	struct json_object *tree;
	siglet_trustroot *root;
	siglet_policy policy;
	siglet_key *key; /* NULL: an identity is asked for */
	siglet_digests digests;
	siglet_slice artifact; /* borrowed */
} subject;

static inline void subject_need(bool condition, const char *what)
{
	if (condition)
		return;
	(void)fprintf(stderr, "subject: %s\n", what);
	exit(3);
}

static inline bool subject_accepts_text(const subject *s, siglet_slice json)
{
	const siglet_verify_input input = { &s->digests, true, s->artifact };
	siglet_bundle *bundle = NULL;
	siglet_report *report = NULL;
	siglet_err *err = siglet_bundle_parse(json, &bundle);

	if (err == NULL)
		err = siglet_verify(bundle, s->root, &input, &s->policy, &report);
	const bool accepted = err == NULL && siglet_report_accepted(report);
	siglet_err_free(err);
	siglet_report_free(report);
	siglet_bundle_free(bundle);
	return accepted;
}

static inline bool subject_accepts(const subject *s)
{
	size_t len = 0;
	const char *text = json_object_to_json_string_length(
		s->tree, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &len);

	subject_need(text != NULL, "out of memory");
	return subject_accepts_text(s, siglet_slice_of(text, len));
}

/* How many verified times, logs and SCTs there are becomes how many there must be. */
static inline void subject_ask_for_everything(subject *s, siglet_slice json)
{
	const siglet_verify_input input = { &s->digests, true, s->artifact };
	siglet_bundle *bundle = NULL;
	siglet_report *report = NULL;

	subject_need(siglet_bundle_parse(json, &bundle) == NULL, "no bundle");
	subject_need(siglet_verify(bundle, s->root, &input, &s->policy, &report) == NULL &&
			     siglet_report_accepted(report),
		     "the bundle is not accepted as it is");
	s->policy.thresholds.tlog = (unsigned)siglet_report_entry_count(report);
	s->policy.thresholds.timestamp = (unsigned)siglet_report_time_count(report);
	siglet_report_free(report);
	siglet_bundle_free(bundle);
	subject_need(subject_accepts_text(s, json), "the bundle is not accepted with all it has");
}

/* The texts are borrowed. public_key NULL: identity and issuer are asked for. */
static inline subject subject_new(siglet_slice json, siglet_slice root, siglet_slice artifact,
				  const char *identity, const char *issuer, siglet_slice public_key)
{
	subject s = { .artifact = artifact };
	char *text = NULL;

	subject_need(siglet_strndup(json, &text) == NULL, "out of memory");
	s.tree = json_tokener_parse(text);
	free(text);
	subject_need(s.tree != NULL, "no JSON");
	subject_need(siglet_trustroot_parse(root, &s.root) == NULL, "no trusted root");
	subject_need(judge_hash(artifact, &s.digests) == NULL, "no digest");
	siglet_policy_init(&s.policy);
	if (identity == NULL) {
		subject_need(siglet_key_from_pem(public_key, &s.key) == NULL, "no key");
		s.policy.key = s.key;
		s.policy.thresholds.timestamp = 0;
	} else {
		s.policy.identity.text = identity;
		s.policy.issuer.text = issuer;
	}
	subject_ask_for_everything(&s, json);
	return s;
}

static inline subject subject_of(const forge_product *product, siglet_slice root)
{
	return subject_new(siglet_buf_slice(&product->json), root,
			   siglet_buf_slice(&product->artifact), product->identity, product->issuer,
			   siglet_buf_slice(&product->public_key));
}

static inline void subject_clear(subject *s)
{
	(void)json_object_put(s->tree);
	siglet_trustroot_free(s->root);
	siglet_key_free(s->key);
}

#endif
