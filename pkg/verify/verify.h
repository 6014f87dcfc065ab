/*
 * verify: is this artifact what that identity signed?
 *
 * The algorithm, the policy, and the report of every check. A function of bytes: bundle, trusted
 * root, artifact digests, policy. No clock, no I/O, no state: any number of threads may verify
 * against one trusted root and one policy; a report belongs to one thread.
 *
 * Spec: Sigstore client specification section 4; docs/checks.md lists every rule with its test.
 */
#ifndef SIGLET_VERIFY_H
#define SIGLET_VERIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/base.h"
#include "bundle/bundle.h"
#include "cert/cert.h"
#include "crypto/crypto.h"
#include "json/json.h"
#include "note/note.h"
#include "scitt/scitt.h"
#include "trustroot/trustroot.h"

/* ---- policy (policy.c) ---- */

/*
 * A text that must match: byte equality, or a pattern that the embedder matches over the whole
 * text. The core knows no patterns, so that it needs no pattern library.
 */
typedef struct siglet_match {
	const char *text; /* NULL: not asked for */
	/* NULL: text is compared exactly. Else: does pattern accept the whole value? */
	siglet_err *(*matches)(void *pattern, siglet_slice value, bool *ret_matches);
	void *pattern;
} siglet_match;

/* One --require NAME=VALUE. */
typedef struct siglet_requirement {
	unsigned number; /* of the Fulcio extension */
	char *value;
} siglet_requirement;

#define SIGLET_MAX_REQUIREMENTS 32

/* Where a short form looks: GitHub or a GitLab. */
typedef enum siglet_forge {
	SIGLET_FORGE_NONE = 0,
	SIGLET_FORGE_GITHUB,
	SIGLET_FORGE_GITLAB,
} siglet_forge;

typedef struct siglet_thresholds {
	unsigned tlog;	    /* distinct logs that hold the entry */
	unsigned timestamp; /* distinct observers of the time: tokens and promises */
	unsigned sct;	    /* distinct CT logs */
	unsigned witness;   /* distinct witnesses on a checkpoint; needs a witness policy */
	unsigned receipt;   /* distinct services of SCITT with a receipt; needs their keys */
} siglet_thresholds;

/* What is asked of a bundle. Plain data; every string is owned by it, see siglet_policy_clear. */
typedef struct siglet_policy {
	/*
	 * identity: all that is given must hold; without a key at least a SAN and an issuer
	 * criterion
	 */
	siglet_match identity, issuer;
	bool email_only; /* the SAN must be an e-mail address */
	siglet_forge forge;
	char *forge_url;	/* "https://github.com", "https://gitlab.com", a self-managed one */
	char *forge_owner;	/* GitHub: the owner */
	char *forge_repository; /* GitHub: NULL for any of the owner; GitLab: the project's path */
	char *workflow;		/* NULL, FILE, or OWNER/REPO/PATH of a reusable workflow */
	char *ref;		/* NULL, or the source ref */
	siglet_requirement requirements[SIGLET_MAX_REQUIREMENTS];
	size_t requirement_count;
	/* managed key in place of an identity; borrowed */
	const siglet_key *key;
	bool has_key_not_before, has_key_not_after;
	int64_t key_not_before_s, key_not_after_s;
	/* content */
	char *predicate_type; /* NULL: any; "signature": no attestations; else the predicate's URI */
	bool statement_only;  /* judge the envelope without an artifact */
	bool has_signed_after;
	int64_t signed_after_s; /* every verified time must be at or after it */
	siglet_thresholds thresholds;
	/*
	 * Whose cosignatures make a checkpoint count; NULL: it needs none. Borrowed. Then as many
	 * logs as thresholds.tlog says, which is 1 at least, need a proof under such a checkpoint.
	 */
	const siglet_witness_policy *witnesses;
	/* Whose receipts count (RFC 9942); NULL: none is asked for. Borrowed. */
	const siglet_scitt_keys *services;
	/*
	 * Judge a signed statement (RFC 9943) by what it says itself: issuer is its CWT claim, and named
	 * by an authority's certificate (did:x509) where no key is given. No trusted root counts, and no
	 * identity or log but these. issuer may be open: then the services' word is all there is.
	 */
	bool is_statement;
	siglet_match subject; /* of such a statement: its CWT claim */
} siglet_policy;

/* Zero policy with thresholds 1, 1, 1, 0, 0. It accepts nothing until an identity or key is set. */
void siglet_policy_init(siglet_policy *policy);
void siglet_policy_clear(siglet_policy *policy);

/*
 * Is the policy one that can be asked? Errors: SIGLET_E_USAGE: neither identity nor key, only half
 * an identity, both, an empty pattern, a time threshold of 0 without a key, contradicting forms,
 * witnesses for no log, more witnesses than there are; receipts of no service; of a statement what only
 * Sigstore's certificates have, or nobody at all.
 */
SIGLET_MUST_USE siglet_err *siglet_policy_check(const siglet_policy *policy);

/* ---- report (report.c) ---- */

/* What can be asked of a bundle; each has one name in reports and one row in docs/checks.md. */
typedef enum siglet_rule {
	SIGLET_RULE_POLICY = 0,	     /* policy */
	SIGLET_RULE_BUNDLE,	     /* bundle */
	SIGLET_RULE_MATERIAL,	     /* material: certificate or key, as was asked */
	SIGLET_RULE_TIMESTAMP,	     /* time.timestamp */
	SIGLET_RULE_PROMISE,	     /* log.promise */
	SIGLET_RULE_TIME_THRESHOLD,  /* time.threshold */
	SIGLET_RULE_CERT_SIGNER,     /* certificate.signer: fit for code signing */
	SIGLET_RULE_CERT_CHAIN,	     /* certificate.chain */
	SIGLET_RULE_CERT_TIME,	     /* certificate.time */
	SIGLET_RULE_SCT,	     /* certificate.sct */
	SIGLET_RULE_SCT_THRESHOLD,   /* certificate.sct-threshold */
	SIGLET_RULE_ENTRY,	     /* log.entry: belongs to this signature */
	SIGLET_RULE_CHECKPOINT,	     /* log.checkpoint */
	SIGLET_RULE_INCLUSION,	     /* log.inclusion */
	SIGLET_RULE_INTEGRATED_TIME, /* log.integrated-time */
	SIGLET_RULE_TLOG_THRESHOLD,  /* log.threshold */
	SIGLET_RULE_WITNESS,	     /* log.witness: others saw the checkpoint too */
	SIGLET_RULE_ARTIFACT,	     /* artifact: what is needed to judge was given */
	SIGLET_RULE_SIGNATURE,	     /* signature */
	SIGLET_RULE_DIGEST,	     /* digest: messageDigest equals the artifact's */
	SIGLET_RULE_STATEMENT,	     /* statement: well-formed in-toto */
	SIGLET_RULE_SUBJECT,	     /* statement.subject */
	SIGLET_RULE_TYPE,	     /* statement.type: what --type asks */
	SIGLET_RULE_KEY_WINDOW,	     /* key.window */
	SIGLET_RULE_IDENTITY,	     /* identity.san */
	SIGLET_RULE_ISSUER,	     /* identity.issuer */
	SIGLET_RULE_REPOSITORY,	     /* identity.repository: a short form's */
	SIGLET_RULE_WORKFLOW,	     /* identity.workflow */
	SIGLET_RULE_REF,	     /* identity.ref */
	SIGLET_RULE_EXTENSION,	     /* identity.extension */
	SIGLET_RULE_SIGNED_AFTER,    /* time.signed-after */
	SIGLET_RULE_SCITT_STATEMENT, /* scitt.statement: is one */
	SIGLET_RULE_RECEIPT,	     /* scitt.receipt */
	SIGLET_RULE_RECEIPT_COUNT,   /* scitt.threshold */
	SIGLET_RULE_SCITT_ISSUER,    /* scitt.issuer: who states it */
	SIGLET_RULE_SCITT_SUBJECT,   /* scitt.subject: of what */
	SIGLET_RULE_COUNT,
} siglet_rule;

const char *siglet_rule_name(siglet_rule rule);

/*
 * Does a certificate's identity meet the policy's identity part? *ret_rule is set in any case: the
 * rule that failed, or SIGLET_RULE_IDENTITY.
 * Errors: SIGLET_E_MISMATCH (says what it is and what was asked), SIGLET_E_MISSING, NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_policy_match_identity(const siglet_policy *policy,
							 const siglet_identity *identity,
							 siglet_rule *ret_rule);

/* The zero value is failure: what was not set was not passed. */
typedef enum siglet_outcome {
	SIGLET_OUTCOME_FAILED = 0,
	SIGLET_OUTCOME_PASSED,
	SIGLET_OUTCOME_NOT_CHECKED, /* of an unknown log, authority or witness: counts for nothing */
	SIGLET_OUTCOME_NOT_NEEDED,  /* a threshold of 0 */
} siglet_outcome;

typedef struct siglet_check {
	siglet_rule rule;
	siglet_outcome outcome;
	int item; /* which entry, timestamp or SCT of the bundle; -1 where there is one thing only */
	char *detail; /* what was compared, or why it failed; printable text; never NULL */
} siglet_check;

/* A time that somebody vouched for. */
typedef struct siglet_verified_time {
	int64_t time_s;
	bool from_log;	     /* a promise of a log, else a timestamp token … */
	bool from_service;   /* … or a receipt of a service of SCITT */
	siglet_slice voter;  /* siglet_log_voter or siglet_authority_voter */
	siglet_slice source; /* base URL or URI, for people */
} siglet_verified_time;

/* A verified log entry. */
typedef struct siglet_report_entry {
	const siglet_entry *entry;
	const siglet_log *log;	    /* NULL: unknown, not counted */
	bool inclusion_proven;	    /* false: a promise alone (v0.1) */
	siglet_inclusion inclusion; /* only where inclusion_proven */
	/* Who cosigned the checkpoint; NULL: no witness policy, or inclusion is not proven. */
	const siglet_witness_result *witness;
	bool witnessed; /* as the policy and its threshold ask */
} siglet_report_entry;

typedef struct siglet_report siglet_report;

/* The verdict. Anything but true is a refusal; only the last line of the algorithm sets it. */
bool siglet_report_accepted(const siglet_report *report);

/* Where it is refused: the rule and the error that decided; NULL error when accepted. */
siglet_rule siglet_report_rule(const siglet_report *report);
const siglet_err *siglet_report_error(const siglet_report *report);

size_t siglet_report_check_count(const siglet_report *report);
const siglet_check *siglet_report_check(const siglet_report *report, size_t index);

size_t siglet_report_time_count(const siglet_report *report);
const siglet_verified_time *siglet_report_time(const siglet_report *report, size_t index);
size_t siglet_report_entry_count(const siglet_report *report);
const siglet_report_entry *siglet_report_entry_at(const siglet_report *report, size_t index);
/* NULL before the certificate's chain was verified, and for a managed key. */
const siglet_identity *siglet_report_identity(const siglet_report *report);
const siglet_path *siglet_report_path(const siglet_report *report); /* NULL likewise */
const siglet_policy *siglet_report_policy(const siglet_report *report);
const siglet_bundle *siglet_report_bundle(const siglet_report *report);
/*
 * "signature" or "attestation"; the predicate type is only in the second. Verified only if
 * accepted.
 */
bool siglet_report_is_attestation(const siglet_report *report);
siglet_slice siglet_report_predicate_type(const siglet_report *report);
/* Of a policy with services, or for statements; NULL before it was read. */
const siglet_scitt_statement *siglet_report_scitt(const siglet_report *report);
const siglet_scitt_findings *siglet_report_receipts(const siglet_report *report);
siglet_scheme siglet_report_scheme(
	const siglet_report *report); /* 0 before the signature verified */
/* The predicate; only of an accepted report. Errors: SIGLET_E_USAGE, SIGLET_E_MISSING, NOMEM. */
SIGLET_MUST_USE siglet_err *siglet_report_predicate(const siglet_report *report,
						    siglet_buf *ret_json);
void siglet_report_free(siglet_report *report);

/* ---- the algorithm (verify.c) ---- */

/*
 * The artifact: its digests, and the whole of it where a scheme needs that (pure Ed25519, ML-DSA).
 */
typedef struct siglet_verify_input {
	const siglet_digests *digests; /* NULL with statement_only */
	bool has_message;
	siglet_slice message;
} siglet_verify_input;

/*
 * Run every check. The report is made whatever the verdict, and borrows from bundle, root and
 * policy, which must outlive it. root may be NULL: nothing is trusted then, which only a key with
 * all thresholds 0 survives.
 *
 * Returns an error only where no verdict could be reached (SIGLET_E_NOMEM, SIGLET_E_USAGE for a
 * policy that siglet_policy_check refuses); ret_report is then untouched. Otherwise ask
 * siglet_report_accepted.
 */
SIGLET_MUST_USE siglet_err *siglet_verify(const siglet_bundle *bundle, const siglet_trustroot *root,
					  const siglet_verify_input *artifact,
					  const siglet_policy *policy, siglet_report **ret_report);

/*
 * The certificate's part alone, for who signs: would a signature made at time_s be accepted as far
 * as the leaf goes? Its fitness, path and window at that time, and SCTs. ret_identity borrows from
 * the leaf.
 * Errors: those of the checks; SIGLET_E_NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_verify_leaf(const siglet_cert *leaf,
					       const siglet_trustroot *root, int64_t time_s,
					       unsigned sct_threshold,
					       siglet_identity *ret_identity);

/* ---- views (view_text.c, view_json.c, view_explain.c) ---- */

/* Append the report as one JSON object's members, by the schema in docs/json.md. */
void siglet_report_write(const siglet_report *report, siglet_json_writer *writer);
/* Append every check, its evidence, and the path from leaf hash to signed root, for people. */
SIGLET_MUST_USE siglet_err *siglet_report_explain(const siglet_report *report,
						  siglet_buf *ret_text);

/* What a bundle says, without deciding (inspect): text and JSON members. */
SIGLET_MUST_USE siglet_err *siglet_bundle_describe(const siglet_bundle *bundle,
						   siglet_buf *ret_text);
void siglet_bundle_describe_json(const siglet_bundle *bundle, siglet_json_writer *writer);

#endif
