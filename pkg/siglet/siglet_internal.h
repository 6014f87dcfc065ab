/*
 * What the files of siglet share: the handles, and how an error's code becomes a status.
 */
#ifndef SIGLET_SIGLET_INTERNAL_H
#define SIGLET_SIGLET_INTERNAL_H

#include "base/base.h"
#include "bundle/bundle.h"
#include "cbor/heads.h"
#include "crypto/crypto.h"
#include "siglet/siglet.h"
#include "trustroot/trustroot.h"
#include "verify/verify.h"

#define SIGLET_MAX_SOURCE_BYTES 4096

/* Of JSON, or where heads is given of a COSE message. Errors: those of siglet_bundles_parse. */
SIGLET_MUST_USE siglet_err *siglet_bundles_make(const siglet_cbor_heads *heads, siglet_slice text,
						const char *source, siglet_bundles **ret_bundles);

/* libcbor's part in reading COSE, loaded when it is first asked for. Errors: SIGLET_E_IO. */
SIGLET_MUST_USE siglet_err *siglet_load_heads(const siglet_cbor_heads **ret_heads);

/* What is compiled in of an instance, with the thresholds that go with it. */
typedef struct siglet_shipped {
	const char *name;
	siglet_slice root;   /* its trusted_root.json */
	siglet_slice config; /* its signing_config.json; empty: none */
	siglet_thresholds thresholds;
} siglet_shipped;

extern const siglet_shipped siglet_shipped_roots[];
extern const size_t siglet_shipped_count;

/* Where trust came from, and how old it is; times in seconds since 1970 UTC, 0: not known. */
typedef struct siglet_provenance {
	const char *origin; /* static: "file", "memory", "shipped", "kept", "fetched" */
	int64_t refreshed_s, expires_s;
	int64_t versions[4]; /* of the TUF roles: root, timestamp, snapshot, targets */
} siglet_provenance;

struct siglet_trust {
	siglet_trustroot *root;
	siglet_signing_config *config; /* where to sign; NULL: not said, or see config_err */
	siglet_err
		*config_err; /* why the file's config can't be used; who verifies need not care */
	siglet_signing_config *config_v2; /* another, for Rekor v2; NULL: none */
	char *source;
	const siglet_shipped *shipped; /* NULL for a file and for a private instance */
	siglet_thresholds thresholds;
	siglet_provenance provenance;
	siglet_slice json; /* the trusted_root.json; empty where it is not kept */
	char *owned_json;
};

const siglet_shipped *siglet_shipped_find(const char *instance); /* NULL: there is none */

/* Takes root and config (which may be NULL), also when it fails. */
SIGLET_MUST_USE siglet_err *siglet_trust_new(siglet_trustroot *root, siglet_signing_config *config,
					     const char *source, const siglet_shipped *shipped,
					     siglet_trust **ret_trust);

/* What belongs to one criterion of an expectation: a caller's or a pattern's matcher. */
typedef struct siglet_criterion {
	char *text;
	siglet_matcher *matches;
	void *context;
	void (*free_context)(void *context);
} siglet_criterion;

struct siglet_expectation {
	siglet_policy policy;
	siglet_criterion identity, issuer, subject;
	siglet_key *key;
	siglet_witness_policy *witnesses;
	siglet_scitt_keys *services;
	char *warning;
	unsigned set;		 /* a bit for each siglet_expect that was set */
	unsigned set_thresholds; /* a bit for each siglet_threshold that was set */
};

/* Takes context (by free_context) when it succeeds. */
SIGLET_MUST_USE siglet_err *siglet_expectation_add_matcher(siglet_expectation *expectation,
							   siglet_expect what,
							   const char *description,
							   siglet_matcher *matches, void *context,
							   void (*free_context)(void *context));
SIGLET_MUST_USE siglet_err *siglet_expectation_warn(siglet_expectation *expectation,
						    const char *format, ...) SIGLET_PRINTF(2, 3);

/* The bundles of one file. */
struct siglet_bundles {
	siglet_bundle **items;
	size_t count;
	char *source;
};

struct siglet_artifact {
	siglet_digests digests;
	siglet_hasher *hasher; /* while it is being read */
	bool has_message;
	siglet_slice message;
	siglet_buf owned; /* the message, where we had to read it */
	uint64_t size;
	char sha256[sizeof("sha256:") + 2 * SIGLET_SHA256_SIZE];
};

SIGLET_MUST_USE siglet_err *siglet_artifact_new(siglet_artifact **ret_artifact);
SIGLET_MUST_USE siglet_err *siglet_artifact_start(unsigned hashes, bool needs_message,
						  siglet_artifact **ret_artifact);

/* Does verifying these bundles need the whole artifact in memory? And under which hashes? */
bool siglet_artifact_needs_message(const siglet_bundles *bundles,
				   const siglet_expectation *expectation);
unsigned siglet_artifact_hashes(const siglet_bundles *bundles,
				const siglet_expectation *expectation);

struct siglet_result {
	siglet_report **reports; /* one a bundle that was judged */
	size_t count;
	size_t decisive; /* which report speaks for the result */
	bool accepted;
	bool all;
	/* a refusal before any report: the bundle could not be read */
	siglet_err *unreadable;
	char *line, *kind, *identity, *issuer, *hint;
	char *extensions[SIGLET_FULCIO_COUNT];
	const siglet_trust *trust;
	/* what the short forms made, freed with the result */
	siglet_bundles *owned_bundles;
	siglet_artifact *owned_artifact;
};

/*
 * Make the texts of a result whose reports are there. bundles, input, policy: NULL when
 * unreadable.
 */
SIGLET_MUST_USE siglet_err *siglet_result_finish(siglet_result *result,
						 const siglet_bundles *bundles,
						 const siglet_verify_input *input,
						 const siglet_policy *policy);

/* A result that refuses because the bundle could not be read. Takes err. */
SIGLET_MUST_USE siglet_err *siglet_result_unreadable(siglet_err *err, siglet_result **ret_result);

/*
 * Judge bundles and an artifact (NULL: statement-only) that end with the result. Takes both, and err:
 * what went wrong when the artifact was made.
 */
SIGLET_MUST_USE siglet_err *siglet_judge_owned(const siglet_trust *trust,
					       const siglet_expectation *expectation,
					       siglet_bundles *bundles, siglet_artifact *artifact,
					       bool all, siglet_err *err,
					       siglet_result **ret_result);

/* "sha256:HEX" to a digest; what is wrong with it is the caller's fault: USAGE. (artifact.c) */
SIGLET_MUST_USE siglet_err *siglet_parse_digest(siglet_slice text, siglet_digest *ret_digest);

/* Errors about the caller's own inputs are SIGLET_E_IO, so that they end as "unreadable". */
SIGLET_MUST_USE siglet_err *siglet_as_unreadable(siglet_err *err);

/* Is it about the bundle itself, and so a refusal? (Not memory, files or the call.) */
bool siglet_is_refusal(const siglet_err *err);

#endif
