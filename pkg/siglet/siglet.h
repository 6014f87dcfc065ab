/*
 * siglet: is this file what that identity signed?
 *
 * The public interface of libsiglet, and the only header that is installed. It verifies Sigstore
 * bundles offline, and signs. It never changes the process (locale, signals, OpenSSL's
 * configuration), and only the functions under "trust that is kept current", "credentials",
 * "signing", "repositories" and "audit" use the network or read the environment.
 *
 * Handles are opaque. A siglet_trust and a siglet_expectation are immutable once in use and may be
 * shared by any number of threads; every other handle belongs to one thread at a time. Text that
 * is returned is UTF-8, NUL-terminated, and lives as long as the handle it was asked of, unless
 * the function says "owned": then free it with siglet_string_free.
 *
 * Functions that can fail return a siglet_error *: NULL is success, anything else is owned by the
 * caller. Outputs are named ret_… and are written on success only. A refusal is no error: the call
 * succeeds and siglet_result_accepted says false.
 *
 *	siglet_trust *trust = NULL;
 *	siglet_expectation *expect = NULL;
 *	siglet_result *result = NULL;
 *	siglet_error *error = siglet_trust_shipped("public", &trust);
 *	if (error == NULL)
 *		error = siglet_expectation_new(trust, &expect);
 *	if (error == NULL)
 *		error = siglet_expectation_set(expect, SIGLET_EXPECT_GITHUB, "acme/app");
 *	if (error == NULL)
 *		error = siglet_verify_file(trust, expect, "app.tar.gz", NULL, &result);
 *	puts(error == NULL && siglet_result_accepted(result) ? "good" : "bad");
 *
 * Spec: Sigstore client specification section 4; docs/checks.md lists every rule that is checked.
 */
#ifndef SIGLET_SIGLET_H
#define SIGLET_SIGLET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__) || defined(__clang__)
#define SIGLET_API __attribute__((visibility("default")))
#define SIGLET_CHECKED __attribute__((visibility("default"), warn_unused_result))
#else
#define SIGLET_API
#define SIGLET_CHECKED
#endif

/* The library's version, such as "0.1.0". */
SIGLET_API const char *siglet_version(void);

/* ---- errors ---- */

/* What an error means to who runs a program; the command line's exit codes. */
typedef enum siglet_status {
	SIGLET_STATUS_OK = 0,
	SIGLET_STATUS_REFUSED = 1,    /* the answer is no; a malformed or unsupported bundle too */
	SIGLET_STATUS_USAGE = 2,      /* the call makes no sense */
	SIGLET_STATUS_UNREADABLE = 3, /* an input is missing, unreadable or not what it should be */
	SIGLET_STATUS_SERVICE = 4,    /* a service failed or can't be reached */
	SIGLET_STATUS_IDENTITY = 5,   /* no identity to sign with */
	SIGLET_STATUS_TRUST = 6,      /* no usable trust root */
	SIGLET_STATUS_INTERNAL = 70,  /* out of memory, or a fault of ours */
} siglet_status;

typedef struct siglet_err siglet_error;

SIGLET_API siglet_status siglet_error_status(const siglet_error *error); /* NULL: OK */
/* The kind of fault, as docs/json.md has it: "malformed", "io" …; "" for NULL. */
SIGLET_API const char *siglet_error_code(const siglet_error *error);
SIGLET_API const char *siglet_error_message(const siglet_error *error); /* what, where, why */
SIGLET_API const char *siglet_error_hint(const siglet_error *error);	/* what to do, or NULL */
SIGLET_API void siglet_error_free(siglet_error *error);

SIGLET_API void siglet_string_free(char *text); /* for text that is "owned"; NULL is fine */

/* ---- trust: whose word counts ---- */

typedef struct siglet_trust siglet_trust;

/*
 * A trust root that is compiled in: "public", "staging" or "github".
 * Errors: USAGE for another name; TRUST, INTERNAL.
 */
SIGLET_CHECKED siglet_error *siglet_trust_shipped(const char *instance, siglet_trust **ret_trust);

/* A trusted_root.json in memory; source names it in messages. Errors: UNREADABLE, INTERNAL. */
SIGLET_CHECKED siglet_error *siglet_trust_parse(const void *json, size_t len, const char *source,
						siglet_trust **ret_trust);

/* A file: a trusted_root.json. Errors: UNREADABLE, INTERNAL. */
SIGLET_CHECKED siglet_error *siglet_trust_open(const char *path, siglet_trust **ret_trust);

/* A file: a ClientTrustConfig, whose trusted root is taken. Errors: UNREADABLE, INTERNAL. */
SIGLET_CHECKED siglet_error *siglet_trust_open_config(const char *path, siglet_trust **ret_trust);

/* "public", "staging", "github", a private instance's name, or the file it was read from. */
SIGLET_API const char *siglet_trust_source(const siglet_trust *trust);
/* "shipped", "kept" (by an earlier run), "fetched" (just now), "file" or "memory". */
SIGLET_API const char *siglet_trust_origin(const siglet_trust *trust);
/* When it was fetched (of what is shipped: taken from its source), seconds since 1970 UTC. */
SIGLET_API bool siglet_trust_refreshed(const siglet_trust *trust, int64_t *ret_time_s);
/* The earliest expiry of the metadata that proves it. False: it has no age. */
SIGLET_API bool siglet_trust_expires(const siglet_trust *trust, int64_t *ret_time_s);
/* The trusted_root.json itself, of an instance; NULL and 0 where it is not kept. */
SIGLET_API const char *siglet_trust_root_json(const siglet_trust *trust, size_t *ret_len);
/*
 * What it holds: each authority and log with operator, key id, window, algorithm, and whether it is
 * in use at now_s (seconds since 1970 UTC). Text for people, or a JSON object (docs/json.md).
 * Owned.
 */
SIGLET_CHECKED siglet_error *siglet_trust_describe(const siglet_trust *trust, int64_t now_s,
						   char **ret_text);
SIGLET_CHECKED siglet_error *siglet_trust_describe_json(const siglet_trust *trust, int64_t now_s,
							char **ret_json);
SIGLET_API void siglet_trust_free(siglet_trust *trust);

/* ---- trust that is kept current (not in libsiglet-verify) ---- */

/*
 * The trust material of one instance: shipped, kept in a folder, refreshed from the operator's TUF
 * repository when that is due. What was kept is verified again whenever it is used. Processes may
 * share a folder.
 */
typedef struct siglet_trust_store siglet_trust_store;

/*
 * "public", "staging", "github", or a private instance that was added. The folder is that of the
 * command line: $XDG_CACHE_HOME/siglet. Errors: USAGE (no such instance), TRUST, INTERNAL.
 */
SIGLET_CHECKED siglet_error *siglet_trust_store_open(const char *instance,
						     siglet_trust_store **ret_store);
SIGLET_API void siglet_trust_store_free(siglet_trust_store *store);

/* Keep it in another folder, which is made where it is missing; NULL: keep nothing. */
SIGLET_CHECKED siglet_error *siglet_trust_store_set_folder(siglet_trust_store *store,
							   const char *folder);
/* Never ask; the newest that was verified serves at any age. */
SIGLET_API void siglet_trust_store_set_offline(siglet_trust_store *store);
/* Refuse what expired more than so many days ago. Without: 30 days, and offline any age. */
SIGLET_API void siglet_trust_store_set_max_stale(siglet_trust_store *store, unsigned days);

/* What a fetch callback found. */
typedef enum siglet_fetched {
	SIGLET_FETCHED = 0,
	SIGLET_FETCH_NOT_FOUND, /* there is certainly no such file (HTTP 404) */
	SIGLET_FETCH_FAILED,	/* nobody answered, or not as should be */
} siglet_fetched;

typedef struct siglet_download siglet_download;
/* Add bytes of a file that is being fetched. False: it is too large, or memory ran out. */
SIGLET_API bool siglet_download_add(siglet_download *download, const void *data, size_t len);
/*
 * Get the file at url: give its bytes, at most max_bytes, to siglet_download_add. What is fetched
 * need not be trusted.
 */
typedef siglet_fetched siglet_fetch(void *context, const char *url, size_t max_bytes,
				    siglet_download *download);
/* Fetch in the caller's way; without, siglet does it by itself. */
SIGLET_API void siglet_trust_store_set_fetch(siglet_trust_store *store, siglet_fetch *fetch,
					     void *context);

/* Told of every request: as siglet_sign_trace. */
typedef void siglet_trust_trace(void *context, const char *method, const char *url, int status,
				unsigned ms, const char *problem);
SIGLET_API void siglet_trust_store_set_trace(siglet_trust_store *store, siglet_trust_trace *trace,
					     void *context);

typedef enum siglet_trust_use {
	SIGLET_TRUST_TO_VERIFY = 0,
	SIGLET_TRUST_TO_SIGN, /* what has expired is refused */
} siglet_trust_use;

/*
 * The material that is in force. It is refreshed first when a role has expired or the last refresh
 * is a day old; when nobody answers the last good one serves, until 30 days past its expiry.
 * Errors: TRUST    there is none, it is too old, or an update breaks a rule
 *         INTERNAL
 */
SIGLET_CHECKED siglet_error *siglet_trust_store_get(siglet_trust_store *store, siglet_trust_use use,
						    siglet_trust **ret_trust);
/* The same, refreshed now. Errors also: SERVICE (nobody answered), USAGE (offline). */
SIGLET_CHECKED siglet_error *siglet_trust_store_update(siglet_trust_store *store,
						       siglet_trust **ret_trust);
/* Of the last get: something a person should know, such as why it could not be refreshed; or NULL. */
SIGLET_API const char *siglet_trust_store_warning(const siglet_trust_store *store);

/*
 * For a machine without a network: one JSON text with the material and the metadata that proves it.
 * Owned. Errors: TRUST (nothing was fetched yet), INTERNAL.
 */
SIGLET_CHECKED siglet_error *siglet_trust_store_export(siglet_trust_store *store, char **ret_pack);
/*
 * Take one in: verified as an update would be, and never back to what is older; it may have
 * expired on the way. Errors: TRUST (it does not verify, or is older), UNREADABLE (no pack, or it
 * can't be kept), INTERNAL.
 */
SIGLET_CHECKED siglet_error *siglet_trust_store_import(siglet_trust_store *store, const void *pack,
						       size_t len, siglet_trust **ret_trust);
/* The instance that a pack says it is of; nothing is verified. Owned. Errors: UNREADABLE. */
SIGLET_CHECKED siglet_error *siglet_trust_pack_instance(const void *pack, size_t len,
							char **ret_name);

/*
 * A store of a private instance that is not set up yet: its name, the URL of its TUF repository,
 * and the root.json to trust. Update it to see that its repository chains to that root, then save
 * it in $XDG_CONFIG_HOME/siglet/instances/NAME, to be opened by name from then on.
 * Errors: USAGE (a name or URL that can't be), TRUST (the root is none), INTERNAL; of save:
 * USAGE (set up already, and replace is false), UNREADABLE (it can't be written).
 */
SIGLET_CHECKED siglet_error *siglet_trust_store_make(const char *name, const char *url,
						     const void *root_json, size_t len,
						     siglet_trust_store **ret_store);
SIGLET_CHECKED siglet_error *siglet_trust_store_save(const siglet_trust_store *store, bool replace);
/* The names of all instances, shipped ones first. The visitor's answer false ends it. */
typedef bool siglet_trust_instance_visit(void *context, const char *name, bool is_private);
SIGLET_CHECKED siglet_error *siglet_trust_store_each(siglet_trust_instance_visit *visit,
						     void *context);
/* Is it one that was set up here, and none that is shipped? */
SIGLET_API bool siglet_trust_store_is_private(const siglet_trust_store *store);
/* Where the instance's repository is. */
SIGLET_API const char *siglet_trust_store_url(const siglet_trust_store *store);

/* ---- expectation: what is asked ---- */

typedef struct siglet_expectation siglet_expectation;

/*
 * An expectation that accepts nothing yet, with the thresholds that go with trust (the instance's
 * own; else one log, one time, one SCT). trust may be NULL. An identity and an issuer, a short
 * form for both, or a key must be set.
 */
SIGLET_CHECKED siglet_error *siglet_expectation_new(const siglet_trust *trust,
						    siglet_expectation **ret_expectation);
SIGLET_API void siglet_expectation_free(siglet_expectation *expectation);

typedef enum siglet_expect {
	SIGLET_EXPECT_IDENTITY = 1, /* the certificate's SAN, exactly */
	SIGLET_EXPECT_ISSUER,	    /* the OIDC issuer, exactly */
	SIGLET_EXPECT_GITHUB,	    /* OWNER or OWNER/REPO */
	SIGLET_EXPECT_GITLAB,	    /* GROUP/PROJECT, or a self-managed project's https URL */
	SIGLET_EXPECT_EMAIL,	    /* an address; needs an issuer too */
	SIGLET_EXPECT_WORKFLOW, /* with a short form: FILE, or OWNER/REPO/PATH of a reusable one */
	SIGLET_EXPECT_REF,	/* with a short form: the source ref */
	SIGLET_EXPECT_REQUIRE,	/* NAME=VALUE of a certificate extension; may be repeated */
	SIGLET_EXPECT_TYPE,	/* predicate type (short name or URI), or "signature" */
	SIGLET_EXPECT_SIGNED_AFTER,   /* RFC 3339: refuse older signatures */
	SIGLET_EXPECT_KEY_PEM,	      /* PEM text of a managed key in place of an identity */
	SIGLET_EXPECT_KEY_NOT_BEFORE, /* RFC 3339 */
	SIGLET_EXPECT_KEY_NOT_AFTER,  /* RFC 3339 */
	SIGLET_EXPECT_SUBJECT,	      /* of a statement of SCITT, exactly */
} siglet_expect;

/*
 * Ask for something; each at most once, except REQUIRE. Errors: USAGE; UNREADABLE for a KEY_PEM
 * that is no public key; INTERNAL.
 */
SIGLET_CHECKED siglet_error *siglet_expectation_set(siglet_expectation *expectation,
						    siglet_expect what, const char *value);

/*
 * Ask that the identity (or issuer) match by a rule of the caller's: matches is given the whole
 * value, which may hold any byte, and says yes or no; description is shown to people. The context
 * must outlive the expectation and bear use by several threads. what is SIGLET_EXPECT_IDENTITY or
 * _ISSUER.
 */
typedef bool siglet_matcher(void *context, const char *value, size_t len);
SIGLET_CHECKED siglet_error *siglet_expectation_set_matcher(siglet_expectation *expectation,
							    siglet_expect what,
							    const char *description,
							    siglet_matcher *matches, void *context);

/*
 * The same by a PCRE2 pattern, always anchored at both ends, with match limits; a pattern that
 * accepts any text leaves a siglet_expectation_warning. Not in libsiglet-verify.
 * Errors: USAGE for a bad or empty pattern, or where PCRE2 is not installed; INTERNAL.
 */
SIGLET_CHECKED siglet_error *siglet_expectation_set_pattern(siglet_expectation *expectation,
							    siglet_expect what,
							    const char *pattern);

/* A managed key from a PEM file. Not in libsiglet-verify. Errors: USAGE, UNREADABLE, INTERNAL. */
SIGLET_CHECKED siglet_error *siglet_expectation_set_key_file(siglet_expectation *expectation,
							     const char *path);

/*
 * Ask that witnesses saw the log's checkpoint: text is a C2SP tlog-policy, which is copied. Only
 * logs whose checkpoint proves the entry and meets the policy's quorum (and signed by one of its
 * logs, where it names any) count then, one at least. Errors: USAGE for a second one; UNREADABLE,
 * with the number of the line, for a text that is no policy; INTERNAL.
 */
SIGLET_CHECKED siglet_error *siglet_expectation_set_witness_policy(siglet_expectation *expectation,
								   const void *text, size_t len);
/* The same from a file. Not in libsiglet-verify. Errors: USAGE, UNREADABLE, INTERNAL. */
SIGLET_CHECKED siglet_error *siglet_expectation_set_witness_policy_file(
	siglet_expectation *expectation, const char *path);

/*
 * Whose receipts (RFC 9942) count: the keys that a service of SCITT shows, a COSE_Key set, a JWKS, or
 * PEM; may be called for each service. issuer NULL: whatever name receipts give it. One service at
 * least must have registered what is verified then, see SIGLET_THRESHOLD_RECEIPT. libcbor is loaded.
 * Not in libsiglet-verify. Errors: UNREADABLE (no usable key; libcbor can't be loaded), INTERNAL.
 */
SIGLET_CHECKED siglet_error *siglet_expectation_add_service_keys(siglet_expectation *expectation,
								 const char *issuer,
								 const void *keys, size_t len);
SIGLET_CHECKED siglet_error *siglet_expectation_add_service_keys_file(
	siglet_expectation *expectation, const char *issuer, const char *path);

/*
 * Judge COSE messages as signed statements of SCITT (RFC 9943): by the services whose keys were
 * added, and by an issuer (SIGLET_EXPECT_ISSUER, which an authority's certificate must name in
 * did:x509) or a key, or by the services alone. Trust may then be NULL: nothing of it is used.
 */
SIGLET_CHECKED siglet_error *siglet_expectation_set_scitt(siglet_expectation *expectation);

/*
 * What a service shows as its keys: GET url, where url names a server alone its
 * /.well-known/scitt-keys. TLS is all that vouches for them: keep them, and compare before they are
 * used. ret_keys is freed by siglet_string_free. Not in libsiglet-verify. Errors: USAGE, SERVICE,
 * REFUSED (no usable key), UNREADABLE, INTERNAL.
 */
SIGLET_CHECKED siglet_error *siglet_service_keys_fetch(
	const char *url,
	void (*trace)(void *context, const char *method, const char *url, int status, unsigned ms,
		      const char *problem),
	void *context, char **ret_keys, size_t *ret_len);
/*
 * Such keys as a JSON array of objects: kid (as text, or else in hexadecimal), key, algorithm, sha256 (of
 * the SubjectPublicKeyInfo); the first and third may be absent. Owned. Errors: REFUSED, UNREADABLE.
 */
SIGLET_CHECKED siglet_error *siglet_service_keys_describe(const void *keys, size_t len,
							  char **ret_json);

typedef enum siglet_threshold {
	SIGLET_THRESHOLD_TLOG = 1,  /* distinct transparency logs */
	SIGLET_THRESHOLD_TIMESTAMP, /* distinct observers of the time */
	SIGLET_THRESHOLD_SCT,	    /* distinct CT logs */
	SIGLET_THRESHOLD_WITNESS,   /* distinct witnesses on a checkpoint; with a witness policy */
	SIGLET_THRESHOLD_RECEIPT,   /* distinct services of SCITT; with their keys */
} siglet_threshold;

/* Ask for at least so many of them, in place of what goes with the trust. Errors: USAGE. */
SIGLET_CHECKED siglet_error *siglet_expectation_set_threshold(siglet_expectation *expectation,
							      siglet_threshold which,
							      unsigned count);

/* Judge only the envelope; the verdict says that no artifact was checked. */
SIGLET_CHECKED siglet_error *siglet_expectation_set_statement_only(siglet_expectation *expectation);

/*
 * Is it whole? Every verification asks this first; a program may ask before it reads files.
 * Errors: USAGE.
 */
SIGLET_CHECKED siglet_error *siglet_expectation_check(const siglet_expectation *expectation);

/* Something a person should know, such as a pattern that accepts any text; or NULL. */
SIGLET_API const char *siglet_expectation_warning(const siglet_expectation *expectation);

/* ---- bundles ---- */

/* One bundle, or the up to 64 bundles of a .sigstore.jsonl. */
typedef struct siglet_bundles siglet_bundles;

/*
 * Parse bundles; source names them in messages. Nothing is verified.
 * Errors: REFUSED (malformed, unsupported or larger than a limit), INTERNAL.
 */
SIGLET_CHECKED siglet_error *siglet_bundles_parse(const void *json, size_t len, const char *source,
						  siglet_bundles **ret_bundles);
/*
 * The same of a COSE_Sign1 (docs/cose.md): it stands for a bundle wherever one is taken. libcbor is
 * loaded for it. Not in libsiglet-verify. Errors also: UNREADABLE (it can't be loaded).
 */
SIGLET_CHECKED siglet_error *siglet_bundles_parse_cose(const void *cose, size_t len,
						       const char *source,
						       siglet_bundles **ret_bundles);
/*
 * What a COSE message, a SCITT receipt or statement, or any CBOR says, in diagnostic notation with
 * words for labels; nothing of it is verified. Strings are cut behind max_string bytes (0: none is).
 * Not in libsiglet-verify. Owned. Errors: REFUSED (not CBOR, or larger than a limit), UNREADABLE
 * (libcbor can't be loaded), INTERNAL.
 */
SIGLET_CHECKED siglet_error *siglet_cose_describe(const void *cose, size_t len, size_t max_string,
						  char **ret_text);
/* Either from a file, or "-" for standard input. Errors: UNREADABLE too. */
SIGLET_CHECKED siglet_error *siglet_bundles_open(const char *path, siglet_bundles **ret_bundles);
/* How many there are, and what messages call them. */
SIGLET_API size_t siglet_bundles_count(const siglet_bundles *bundles);
SIGLET_API const char *siglet_bundles_source(const siglet_bundles *bundles);

/*
 * What they say, without deciding: text for people, or one JSON object a bundle in an array.
 * Owned.
 */
SIGLET_CHECKED siglet_error *siglet_bundles_describe(const siglet_bundles *bundles,
						     char **ret_text);
SIGLET_CHECKED siglet_error *siglet_bundles_describe_json(const siglet_bundles *bundles,
							  char **ret_json);
/*
 * Bundle number index written again as bundle JSON, with what siglet does not know left out.
 * Owned.
 */
SIGLET_CHECKED siglet_error *siglet_bundles_write(const siglet_bundles *bundles, size_t index,
						  char **ret_json);
/* How many log entries bundle number index has. */
SIGLET_API size_t siglet_bundles_entry_count(const siglet_bundles *bundles, size_t index);
/*
 * The inclusion of such an entry in its log as a Rekor proof in CBOR (docs/cose.md), which is no
 * receipt. Checked is that the proof leads from the entry to its checkpoint; not who signed that.
 * Freed by siglet_string_free. Not in libsiglet-verify. Errors: USAGE (no such bundle or entry),
 * REFUSED (no proof, or a wrong one; a COSE message, which carries its own), UNREADABLE (libcbor
 * can't be loaded), INTERNAL.
 */
SIGLET_CHECKED siglet_error *siglet_bundles_rekor_proof(const siglet_bundles *bundles, size_t index,
							size_t entry, char **ret_cbor,
							size_t *ret_len);
SIGLET_API void siglet_bundles_free(siglet_bundles *bundles);

/* ---- artifacts ---- */

typedef struct siglet_artifact siglet_artifact;

/* "sha256:HEX", "sha384:HEX" or "sha512:HEX". Errors: USAGE. */
SIGLET_CHECKED siglet_error *siglet_artifact_from_digest(const char *digest,
							 siglet_artifact **ret_artifact);

/* Bytes in memory; borrowed until the artifact is freed. */
SIGLET_CHECKED siglet_error *siglet_artifact_from_bytes(const void *data, size_t len,
							siglet_artifact **ret_artifact);

/*
 * A stream: begin with the bundles that it will be verified against (they say which hashes are
 * needed; the expectation names the key, may be NULL), add the bytes in order, finish. Memory does
 * not grow with the artifact, except where a signature is over the whole of it (pure Ed25519,
 * ML-DSA): it is then kept, up to 256 MiB.
 */
SIGLET_CHECKED siglet_error *siglet_artifact_begin(const siglet_bundles *bundles,
						   const siglet_expectation *expectation,
						   siglet_artifact **ret_artifact);
SIGLET_CHECKED siglet_error *siglet_artifact_add(siglet_artifact *artifact, const void *data,
						 size_t len);
SIGLET_CHECKED siglet_error *siglet_artifact_finish(siglet_artifact *artifact);

/*
 * A file, read once in pieces. A directory, FIFO, socket or device is refused. Errors: UNREADABLE.
 */
SIGLET_CHECKED siglet_error *siglet_artifact_open(const char *path, const siglet_bundles *bundles,
						  const siglet_expectation *expectation,
						  siglet_artifact **ret_artifact);
/* How many bytes were hashed; 0 for a digest. */
SIGLET_API uint64_t siglet_artifact_size(const siglet_artifact *artifact);
/* "sha256:HEX" of what is known, or NULL. */
SIGLET_API const char *siglet_artifact_sha256(const siglet_artifact *artifact);
SIGLET_API void siglet_artifact_free(siglet_artifact *artifact);

/* ---- verification ---- */

typedef struct siglet_result siglet_result;

/*
 * Verify. One of the bundles alone must meet everything that is asked; with all, every one must.
 * artifact is NULL for statement-only. The result borrows from every argument: free it first.
 * Errors: USAGE, INTERNAL. A refusal is no error.
 */
SIGLET_CHECKED siglet_error *siglet_verify_artifact(const siglet_trust *trust,
						    const siglet_expectation *expectation,
						    const siglet_bundles *bundles,
						    const siglet_artifact *artifact, bool all,
						    siglet_result **ret_result);

/*
 * The short way for a file: bundle_path NULL looks for FILE.sigstore.json, FILE.sigstore,
 * FILE.sigstore.jsonl, FILE.cose, in this order; the first that exists decides. The result owns what it
 * needs. A malformed bundle is a refusal. Errors: USAGE, UNREADABLE, INTERNAL.
 */
SIGLET_CHECKED siglet_error *siglet_verify_file(const siglet_trust *trust,
						const siglet_expectation *expectation,
						const char *path, const char *bundle_path,
						siglet_result **ret_result);

/*
 * Bytes in memory and a bundle in memory. A malformed bundle is a refusal. Errors: USAGE,
 * INTERNAL.
 */
SIGLET_CHECKED siglet_error *siglet_verify_bytes(const siglet_trust *trust,
						 const siglet_expectation *expectation,
						 const void *data, size_t len,
						 const void *bundle_json, size_t bundle_len,
						 siglet_result **ret_result);

/* A digest ("sha256:HEX") and a bundle in memory. A malformed bundle is a refusal. */
SIGLET_CHECKED siglet_error *siglet_verify_digest(const siglet_trust *trust,
						  const siglet_expectation *expectation,
						  const char *digest, const void *bundle_json,
						  size_t bundle_len, siglet_result **ret_result);

/* What is asked about, and where its bundle is. All is borrowed until the result is freed. */
typedef struct siglet_verify_options {
	/* one of three, or none for statement-only */
	const char *path;   /* a file; "-" is one too, not standard input */
	const char *digest; /* "sha256:HEX" */
	const void *data;   /* bytes in memory; not NULL, also where data_len is 0 */
	size_t data_len;
	/* one of two, or neither: look beside path, as siglet_verify_file does */
	const char *bundle_path;
	const void *bundle;
	size_t bundle_len;
	bool all; /* every bundle must be good; else one is enough */
} siglet_verify_options;

/*
 * Any artifact with any bundle, in one call: for bindings, and whoever would else choose among the
 * functions above. A malformed bundle is a refusal. Errors: USAGE, UNREADABLE, INTERNAL.
 */
SIGLET_CHECKED siglet_error *siglet_verify_with_options(const siglet_trust *trust,
							const siglet_expectation *expectation,
							const siglet_verify_options *options,
							siglet_result **ret_result);

/* Is the answer yes? */
SIGLET_API bool siglet_result_accepted(const siglet_result *result);

/*
 * Of a refusal: the rule's stable name ("log.checkpoint"), why, and what to do. NULL when
 * accepted.
 */
SIGLET_API const char *siglet_result_rule(const siglet_result *result);
SIGLET_API const char *siglet_result_message(const siglet_result *result);
SIGLET_API const char *siglet_result_hint(const siglet_result *result); /* may be NULL */

/* One line for people: who signed what, when, how it was logged; or why it is refused. */
SIGLET_API const char *siglet_result_line(const siglet_result *result);

/* "signed" or "attested: TYPE"; of an accepted result. NULL otherwise. */
SIGLET_API const char *siglet_result_kind(const siglet_result *result);

/*
 * The certificate's SAN and issuer, once its chain was verified; NULL otherwise and for a key. Of an
 * accepted statement of SCITT its subject and issuer.
 */
SIGLET_API const char *siglet_result_identity(const siglet_result *result);
SIGLET_API const char *siglet_result_issuer(const siglet_result *result);
/* A certificate extension by name ("source-repository-uri"), likewise. */
SIGLET_API const char *siglet_result_extension(const siglet_result *result, const char *name);

/* The earliest verified time, seconds since 1970 UTC. False when there is none. */
SIGLET_API bool siglet_result_time(const siglet_result *result, int64_t *ret_time_s);

/*
 * The whole report as a JSON object (schema: docs/json.md), or as text for people. file is what to
 * call the artifact in it; NULL: it has no name. Owned.
 */
SIGLET_CHECKED siglet_error *siglet_result_json(const siglet_result *result, const char *file,
						char **ret_json);
SIGLET_CHECKED siglet_error *siglet_result_explain(const siglet_result *result, char **ret_text);

/* The predicate of an accepted attestation, as JSON. Owned. Errors: USAGE, REFUSED. */
SIGLET_CHECKED siglet_error *siglet_result_predicate(const siglet_result *result, char **ret_json,
						     size_t *ret_len);

SIGLET_API void siglet_result_free(siglet_result *result);

/* ---- credentials: whose identity signs (not in libsiglet-verify) ---- */

/* An OIDC identity token. A secret: wiped when freed, never part of a message. */
typedef struct siglet_credential siglet_credential;

/* A token that the caller got from somewhere. Errors: IDENTITY (no such token). */
SIGLET_CHECKED siglet_error *siglet_credential_parse(const void *jwt, size_t len,
						     siglet_credential **ret_credential);

/*
 * The identity of the CI job or cloud machine that this process runs in: reads the environment,
 * files and helper programs of the known providers, and asks the provider's service. Token
 * variables are overwritten in the environment once they are read. ret_credential NULL and no
 * error: there is none here.
 * Errors: IDENTITY (a provider that grants none: the hint says what to change), SERVICE, INTERNAL.
 */
SIGLET_CHECKED siglet_error *siglet_credential_ambient(const char *audience,
						       siglet_credential **ret_credential);

/*
 * Told of every request: what was asked of whom (the URL without its query), status (0: none),
 * milliseconds, and what went wrong or NULL.
 */
typedef void siglet_sign_trace(void *context, const char *method, const char *url, int status,
			       unsigned ms, const char *problem);
/* The same as siglet_credential_ambient, with trace (may be NULL) told of the requests. */
SIGLET_CHECKED siglet_error *siglet_credential_ambient_traced(const char *audience,
							      siglet_sign_trace *trace,
							      void *context,
							      siglet_credential **ret_credential);

/* How a person is asked. */
typedef struct siglet_login {
	const char *issuer;    /* the OIDC issuer's URL */
	const char *client_id; /* NULL: "sigstore" */
	const char *audience;  /* NULL: the client id */
	unsigned timeout_s;    /* 0: 120 */
	bool device;	       /* a code to type elsewhere, in place of a browser here */
	/* Show a line: what to open, what to type. */
	void (*tell)(void *context, const char *line);
	/* Open a URL in a browser; false: there is none. Not used with device. */
	bool (*browse)(void *context, const char *url);
	void *context;
} siglet_login;

/* Errors: IDENTITY (refused, or nobody came), SERVICE, INTERNAL. */
SIGLET_CHECKED siglet_error *siglet_credential_login(const siglet_login *login,
						     siglet_credential **ret_credential);

/*
 * Would a CA take it now? Errors: IDENTITY: expired, not yet valid, another audience, e-mail not
 * verified.
 */
SIGLET_CHECKED siglet_error *siglet_credential_check(const siglet_credential *credential,
						     const char *audience);

/* "GitHub Actions" …; "token" for one that was given, "login" for a person. */
SIGLET_API const char *siglet_credential_source(const siglet_credential *credential);
/* As the token has them: any characters but NUL. */
SIGLET_API const char *siglet_credential_issuer(const siglet_credential *credential);
SIGLET_API const char *siglet_credential_subject(const siglet_credential *credential);
/*
 * The issuer and the identity (SAN) that the certificate will have; identity NULL: only the CA
 * knows.
 */
SIGLET_API const char *siglet_credential_certificate_issuer(const siglet_credential *credential);
SIGLET_API const char *siglet_credential_identity(const siglet_credential *credential);
SIGLET_API const char *siglet_credential_email(const siglet_credential *credential); /* or NULL */
SIGLET_API int64_t
siglet_credential_expires(const siglet_credential *credential); /* s since 1970 */
/* A text claim by name, or NULL. Lives as long as the credential. */
SIGLET_API const char *siglet_credential_claim(const siglet_credential *credential,
					       const char *name);
/* All claims as JSON. Owned. Errors: INTERNAL. */
SIGLET_CHECKED siglet_error *siglet_credential_claims(const siglet_credential *credential,
						      char **ret_json);
SIGLET_API void siglet_credential_free(siglet_credential *credential);

/* ---- signing (not in libsiglet-verify) ---- */

/*
 * One signing run: services, a key, and the certificate for it. Set up by one thread; once it is
 * started any number of threads may sign with it.
 */
typedef struct siglet_signing siglet_signing;

/*
 * trust is what the bundles will verify under, and says (where it came from a ClientTrustConfig)
 * which services to use; it must outlive the handle.
 */
SIGLET_CHECKED siglet_error *siglet_signing_new(const siglet_trust *trust,
						siglet_signing **ret_signing);
SIGLET_API void siglet_signing_free(siglet_signing *signing); /* wipes the key */

typedef enum siglet_sign_option {
	SIGLET_SIGN_ALGORITHM = 1, /* registry name; default "ecdsa-sha2-256-nistp256" */
	SIGLET_SIGN_CONFIG_JSON,   /* a signing_config.json in place of the trust config's */
	SIGLET_SIGN_FULCIO_URL,
	SIGLET_SIGN_REKOR_URL,
	SIGLET_SIGN_REKOR_VERSION, /* "1" or "2" */
	SIGLET_SIGN_TSA_URL,
	SIGLET_SIGN_OIDC_URL,
	SIGLET_SIGN_PROOF,     /* "csr" (default) or "public-key": what is sent to the CA */
	SIGLET_SIGN_TIMEOUT,   /* seconds for one request */
	SIGLET_SIGN_IN_FLIGHT, /* requests at once; default "8" */
	SIGLET_SIGN_FORMAT,    /* "bundle" (default), or "cose" for COSE_Sign1 (docs/cose.md) */
	SIGLET_SIGN_PAYLOAD,   /* of COSE: "hash" (default), "attached" or "detached" */
} siglet_sign_option;

/* Each at most once, before the start. Errors: USAGE, UNREADABLE (a config), INTERNAL. */
SIGLET_CHECKED siglet_error *siglet_signing_set(siglet_signing *signing, siglet_sign_option what,
						const char *value);
/* Sign without a log entry, without a timestamp; verifiers then need thresholds of 0. */
SIGLET_API void siglet_signing_skip_tlog(siglet_signing *signing);
SIGLET_API void siglet_signing_skip_timestamp(siglet_signing *signing);

/* Have trace told of every request. */
SIGLET_API void siglet_signing_set_trace(siglet_signing *signing, siglet_sign_trace *trace,
					 void *context);

/*
 * A managed key in place of a credential: PEM text, encrypted or not; certificate_pem may be NULL.
 * Errors: UNREADABLE (no key, a wrong passphrase, an algorithm that is not used), INTERNAL.
 */
SIGLET_CHECKED siglet_error *siglet_signing_set_key_pem(siglet_signing *signing, const char *pem,
							const char *passphrase,
							const char *certificate_pem);

/*
 * The same of a key in a PKCS#11 token, by its URI (RFC 7512; "?module-path=…" names the module
 * where p11-kit does not). pin may be NULL. Errors also: USAGE (a PIN in the URI).
 */
SIGLET_CHECKED siglet_error *siglet_signing_set_key_pkcs11(siglet_signing *signing, const char *uri,
							   const char *pin,
							   const char *certificate_pem);

/* The issuer to log in at, as the services are set; NULL when none is known. */
SIGLET_CHECKED siglet_error *siglet_signing_oidc_issuer(const siglet_signing *signing,
							char **ret_issuer);

/*
 * Would a service of Sigstore's public or staging instance be told of the identity: its CA, which logs
 * certificates, or its log? As the options are set, whatever the trust was named by.
 */
SIGLET_API bool siglet_signing_is_public(const siglet_signing *signing);

/*
 * Choose the services, make the key and get it certified. credential is NULL with a managed key;
 * it is not needed any more once this returns.
 * Errors: USAGE, IDENTITY (the CA does not take it), SERVICE, TRUST, INTERNAL.
 */
SIGLET_CHECKED siglet_error *siglet_signing_start(siglet_signing *signing,
						  const siglet_credential *credential);

/* Once it is started: the identity and issuer of the certificate; NULL for a key. */
SIGLET_API const char *siglet_signing_identity(const siglet_signing *signing);
SIGLET_API const char *siglet_signing_issuer(const siglet_signing *signing);
/* Once it is started: SHA-256 of the key's SubjectPublicKeyInfo, in hex; "" before. */
SIGLET_API const char *siglet_signing_key_id(const siglet_signing *signing);
/*
 * The thresholds that verifiers need to accept what is made, as siglet_expectation_set_threshold
 * has them.
 */
SIGLET_API unsigned siglet_signing_threshold(const siglet_signing *signing, siglet_threshold which);

typedef struct siglet_signature siglet_signature; /* what was made */

/*
 * Sign bytes, a digest ("sha256:HEX", where the algorithm signs one) or a file, which is read once
 * in pieces; one that changes while it is read is an error. What is returned has been verified.
 * Errors: USAGE, UNREADABLE, IDENTITY (the certificate ran out), SERVICE, INTERNAL.
 */
SIGLET_CHECKED siglet_error *siglet_sign_bytes(const siglet_signing *signing, const void *data,
					       size_t len, siglet_signature **ret_signature);
SIGLET_CHECKED siglet_error *siglet_sign_digest(const siglet_signing *signing, const char *digest,
						siglet_signature **ret_signature);
SIGLET_CHECKED siglet_error *siglet_sign_file(const siglet_signing *signing, const char *path,
					      siglet_signature **ret_signature);
/*
 * The long way, for a stream: begin here (once the signing is started), siglet_artifact_add,
 * siglet_artifact_finish, sign.
 */
SIGLET_CHECKED siglet_error *siglet_signing_begin_artifact(const siglet_signing *signing,
							   siglet_artifact **ret_artifact);
SIGLET_CHECKED siglet_error *siglet_sign_artifact(const siglet_signing *signing,
						  const siglet_artifact *artifact,
						  siglet_signature **ret_signature);
/*
 * An in-toto statement, as it stands; it is checked for its form. artifact is the file that it is
 * about, to be sure that it is; NULL for none at hand.
 */
SIGLET_CHECKED siglet_error *siglet_sign_statement(const siglet_signing *signing, const void *json,
						   size_t len, const siglet_artifact *artifact,
						   siglet_signature **ret_signature);

/* The bundle: JSON of so many bytes. */
SIGLET_API const void *siglet_signature_bundle(const siglet_signature *signature, size_t *ret_len);
/* "sha256:HEX" of the artifact; NULL for a statement. */
SIGLET_API const char *siglet_signature_sha256(const siglet_signature *signature);
/* Where and when it was logged. False: it was not. */
SIGLET_API bool siglet_signature_log(const siglet_signature *signature, const char **ret_url,
				     int64_t *ret_index);
/*
 * The log's id (SHA-256 of its key) and the hash of the entry, in hex, as it was proven to be there.
 * False: it was not.
 */
SIGLET_API bool siglet_signature_entry(const siglet_signature *signature, const char **ret_log_id,
				       const char **ret_leaf);
SIGLET_API bool siglet_signature_time(const siglet_signature *signature, int64_t *ret_time_s);
SIGLET_API void siglet_signature_free(siglet_signature *signature);

/*
 * Make an in-toto Statement v1. names and digests ("sha256:HEX") of count subjects; predicate is
 * JSON; type a short name (slsaprovenance1 …) or a URI. Owned. Errors: USAGE, INTERNAL.
 */
SIGLET_CHECKED siglet_error *siglet_statement_make(const char *const *names,
						   const char *const *digests, size_t count,
						   const char *type, const void *predicate,
						   size_t len, char **ret_json);

/* ---- repositories: publish and fetch (not in libsiglet-verify) ---- */

/* Told how many of how many bytes moved (total UINT64_MAX: not known); by another thread. */
typedef void siglet_transfer_progress(void *context, uint64_t done, uint64_t total);

/* What takes files by HTTP PUT and gives them back: Artifactory, Nexus (raw), any WebDAV server. */
typedef struct siglet_repository siglet_repository;

typedef struct siglet_repository_options {
	const char *url; /* https, or http to this machine; its origin alone gets the credential */
	/*
	 * "USER:PASSWORD" (sent as Basic), or a token without a colon (as Bearer); NULL: none. It is
	 * copied, wiped when the handle is freed, and never part of a message.
	 */
	const char *credential;
	const char *
		netrc; /* the text of a netrc file, for who has no credential; NULL: none. Copied. */
	unsigned timeout_s;	   /* give up when nothing moved for so long; 0: 60 */
	unsigned connections;	   /* at once; 0: 8 */
	siglet_trust_trace *trace; /* NULL, or told of every request */
	void *trace_context;
} siglet_repository_options;

/*
 * Once it is open, any number of threads may use it. Nothing is sent yet.
 * Errors: USAGE, UNREADABLE (a netrc text that is none), INTERNAL.
 */
SIGLET_CHECKED siglet_error *siglet_repository_open(const siglet_repository_options *options,
						    siglet_repository **ret_repository);
SIGLET_API void siglet_repository_free(siglet_repository *repository);

/* A file that is open and hashed, with the bundle that is about it: ready to be published. */
typedef struct siglet_parcel siglet_parcel;

/*
 * bundle NULL: the first of those that lie beside the file. That the two belong together is checked
 * (the signature is the certificate's over this file, or the statement names it), and who signed is not.
 * Errors: UNREADABLE; REFUSED (there is no bundle, it is malformed, or about another file), INTERNAL.
 */
SIGLET_CHECKED siglet_error *siglet_parcel_open(const char *path, const char *bundle,
						siglet_parcel **ret_parcel);
SIGLET_API void siglet_parcel_free(siglet_parcel *parcel);
SIGLET_API uint64_t siglet_parcel_size(const siglet_parcel *parcel);	  /* in bytes */
SIGLET_API const char *siglet_parcel_bundle(const siglet_parcel *parcel); /* its path */
/* What its bundle says, unverified: as siglet_bundles_describe_json. Owned. Errors: INTERNAL. */
SIGLET_CHECKED siglet_error *siglet_parcel_describe_json(const siglet_parcel *parcel,
							 char **ret_json);
/* "sha256:HEX" of the file. Owned. Errors: INTERNAL. */
SIGLET_CHECKED siglet_error *siglet_parcel_sha256(const siglet_parcel *parcel, char **ret_digest);

typedef struct siglet_publish_options {
	const char *folder; /* a URL; NULL: the repository's */
	const char *name;   /* of the file there */
	bool replace;	    /* what has these names; else that is REFUSED, unless it is the same */
	bool read_back;	    /* download and compare what the server gives no checksum of */
	siglet_transfer_progress *progress; /* NULL: nobody looks */
	void *progress_context;
} siglet_publish_options;

typedef struct siglet_receipt siglet_receipt; /* what was published */

/*
 * Put bundle and file side by side, so that no reader finds the file without a bundle, and nobody's
 * file is overwritten unheard; then see that they are there. What is sent is hashed again, and comes
 * to nothing if it is not what was opened.
 * Errors: REFUSED (another file has the name, or came to have it), UNREADABLE (the file changed),
 *         SERVICE, USAGE, INTERNAL.
 */
SIGLET_CHECKED siglet_error *siglet_repository_publish(const siglet_repository *repository,
						       const siglet_parcel *parcel,
						       const siglet_publish_options *options,
						       siglet_receipt **ret_receipt);
/* Where the file and its bundle are now. */
SIGLET_API const char *siglet_receipt_url(const siglet_receipt *receipt);
SIGLET_API const char *siglet_receipt_bundle_url(const siglet_receipt *receipt);
/* Was anything sent? False: both were there already, and the same. */
SIGLET_API bool siglet_receipt_sent(const siglet_receipt *receipt);
/*
 * What the server showed of the file that it keeps: "sha256", "sha1", "md5" (checksums), "content"
 * (it was read back), "size", or NULL: nothing.
 */
SIGLET_API const char *siglet_receipt_checked(const siglet_receipt *receipt);
SIGLET_API void siglet_receipt_free(siglet_receipt *receipt);

/*
 * The name that a file at a URL has: the last part of its path. Owned. Errors: USAGE (it names none
 * that a file here can have), INTERNAL.
 */
SIGLET_CHECKED siglet_error *siglet_url_file_name(const char *url, char **ret_name);
/*
 * The URL of a file in a folder, whose name may hold what must be escaped there. Owned. Errors: USAGE (a
 * folder's URL that is none, a name that can be no file's), INTERNAL.
 */
SIGLET_CHECKED siglet_error *siglet_url_of_file(const char *folder, const char *name,
						char **ret_url);

typedef struct siglet_fetch_options {
	const char *url;
	const char
		*bundle; /* a URL or file; NULL: the URL with .sigstore.json and so on behind it */
	const char *output;		    /* the file that is to be made */
	bool all;			    /* every bundle must be good */
	bool restart;			    /* do not go on with what an earlier run left */
	uint64_t max_bytes;		    /* of the file; 0: 16 GiB */
	siglet_transfer_progress *progress; /* NULL: nobody looks */
	void *progress_context;
} siglet_fetch_options;

typedef struct siglet_arrival siglet_arrival; /* what was fetched, and no file yet */

/*
 * Download a file and its bundle and verify them. What comes lies beside output in a temporary of its
 * own and goes on where an earlier run broke off, if the server says that it is still the same file.
 * Credentials do not follow a redirect to another host, nor anything from https to http.
 * Errors: USAGE, SERVICE, UNREADABLE (there is no such file, or it can't be written), REFUSED (there
 * is no bundle), INTERNAL. That the file is refused is no error.
 */
SIGLET_CHECKED siglet_error *siglet_repository_fetch(const siglet_repository *repository,
						     const siglet_trust *trust,
						     const siglet_expectation *expectation,
						     const siglet_fetch_options *options,
						     siglet_arrival **ret_arrival);
/* The verdict, and what was verified. */
SIGLET_API const siglet_result *siglet_arrival_result(const siglet_arrival *arrival);
SIGLET_API const siglet_artifact *siglet_arrival_artifact(const siglet_arrival *arrival);
/* The bundle's URL, or file, without the query that a URL may have. */
SIGLET_API const char *siglet_arrival_source(const siglet_arrival *arrival);
SIGLET_API const char *siglet_arrival_type(const siglet_arrival *arrival); /* Content-Type, or "" */
/* The bundle's file as it came; where the bundle was a file of ours, that. */
SIGLET_API const void *siglet_arrival_bundle(const siglet_arrival *arrival, size_t *ret_len);
/*
 * Make the file that options.output named, with these permissions: on disk, then in its place.
 * Errors: USAGE (it is not accepted, or was kept before), UNREADABLE.
 */
SIGLET_CHECKED siglet_error *siglet_arrival_keep(siglet_arrival *arrival, unsigned mode);
SIGLET_API void siglet_arrival_free(siglet_arrival *arrival); /* with what was not kept */

/* ---- audit: does the log tell everybody the same? (not in libsiglet-verify) ---- */

/*
 * Whoever audits the logs of a trust root: where what is remembered of them lies, whom to ask, and
 * which witnesses must have seen what the logs show. Every audit calls visit with a report for each
 * log (or bundle, or file), and returns an error only where it could not begin.
 */
typedef struct siglet_auditor siglet_auditor;

/* trust may be NULL, with a log key or a witness policy that names logs; it must outlive this. */
SIGLET_CHECKED siglet_error *siglet_auditor_new(const siglet_trust *trust,
						siglet_auditor **ret_auditor);
SIGLET_API void siglet_auditor_free(siglet_auditor *auditor);

typedef enum siglet_auditor_option {
	SIGLET_AUDITOR_STATE = 1,	  /* a folder, which is made where there is none */
	SIGLET_AUDITOR_FROM,		  /* a log's URL or folder in place of its own URL */
	SIGLET_AUDITOR_LOG,		  /* only the log with this name */
	SIGLET_AUDITOR_LOG_KEY,		  /* a vkey (C2SP signed-note): the log that is meant */
	SIGLET_AUDITOR_WITNESS_POLICY,	  /* text of a policy (C2SP tlog-policy) */
	SIGLET_AUDITOR_WITNESS_THRESHOLD, /* at least so many of its witnesses */
	SIGLET_AUDITOR_MAX_AGE,		  /* seconds: refuse an older view */
	SIGLET_AUDITOR_JOBS,		  /* threads or requests at once */
	SIGLET_AUDITOR_RATE,		  /* requests a second, at most */
	SIGLET_AUDITOR_CONTACT,		  /* a mail address or URL that operators see */
	SIGLET_AUDITOR_TIMEOUT,		  /* seconds, of each request */
	/* for siglet_audit_check_log */
	SIGLET_AUDITOR_RANGE,	   /* "A:B": entries from A up to, without, B; B may be left out */
	SIGLET_AUDITOR_SHARD,	   /* "I/N": the I-th, from 0 on, of N about equal ranges */
	SIGLET_AUDITOR_CHECKPOINT, /* a file: go by this signed checkpoint, not by a fresh one */
	SIGLET_AUDITOR_PART, /* a file for the outcome of a range, to be combined; "-": the report */
	SIGLET_AUDITOR_MIRROR, /* a folder: keep what is read there, and read it from there */
	SIGLET_AUDITOR_KEY,    /* PEM text: who signed the bundles that have no certificate */
} siglet_auditor_option;

/* Errors: USAGE; UNREADABLE (a policy that is none), INTERNAL. */
SIGLET_CHECKED siglet_error *siglet_auditor_set(siglet_auditor *auditor, siglet_auditor_option what,
						const char *value);
/* Use what is in files and folders alone. */
SIGLET_API void siglet_auditor_set_offline(siglet_auditor *auditor);
/* Audit the logs of certificates of the trust root, not those where signatures go. */
SIGLET_API void siglet_auditor_set_ct(siglet_auditor *auditor);
/* Have trace told of every request. */
SIGLET_API void siglet_auditor_set_trace(siglet_auditor *auditor, siglet_trust_trace *trace,
					 void *context);

/* Told now and then, by the caller's thread, how many of how many entries of a log were read. */
typedef void siglet_audit_progress(void *context, uint64_t done, uint64_t total);
SIGLET_API void siglet_auditor_set_progress(siglet_auditor *auditor,
					    siglet_audit_progress *progress, void *context);

/* What an audit found. Lives while it is told. */
typedef struct siglet_audit_report siglet_audit_report;
typedef void siglet_audit_visit(void *context, const siglet_audit_report *report);

/* OK: checked and true. REFUSED: refuted. Any other: it could not be checked. */
SIGLET_API siglet_status siglet_audit_report_status(const siglet_audit_report *report);
/* The same, where a match is no refusal: OK only if all was looked at, and nothing was in the way. */
SIGLET_API siglet_status siglet_audit_report_status_beside_match(const siglet_audit_report *report);
/* "consistent", "fork" … (docs/json.md). */
SIGLET_API const char *siglet_audit_report_verdict(const siglet_audit_report *report);
/* The outcome of a range, where it was asked for as "-"; else NULL. A line of JSON. */
SIGLET_API const char *siglet_audit_report_part(const siglet_audit_report *report);
/* The entry that was asked for. False: there is none. Borrows. */
SIGLET_API bool siglet_audit_report_entry(const siglet_audit_report *report, const void **ret_entry,
					  size_t *ret_len);
/* Lines for people, or a JSON object. Owned. */
SIGLET_CHECKED siglet_error *siglet_audit_report_describe(const siglet_audit_report *report,
							  char **ret_text);
SIGLET_CHECKED siglet_error *siglet_audit_report_describe_json(const siglet_audit_report *report,
							       char **ret_json);

/*
 * Has each log only grown since it was last looked at? What contradicts is kept in the state
 * folder as evidence, in one file. Errors: USAGE, TRUST, UNREADABLE, INTERNAL.
 */
SIGLET_CHECKED siglet_error *siglet_audit_check_consistency(siglet_auditor *auditor,
							    siglet_audit_visit *visit,
							    void *context);
/* For siglet_audit_check_log: the entries alone, not each tile of hashes. */
SIGLET_API void siglet_auditor_skip_tiles(siglet_auditor *auditor);
/*
 * Compute the root of each log from its entries, and compare every tile with them; of a whole log
 * from where the last run came to. Errors: USAGE, TRUST, UNREADABLE, INTERNAL.
 */
SIGLET_CHECKED siglet_error *siglet_audit_check_log(siglet_auditor *auditor,
						    siglet_audit_visit *visit, void *context);
/* Do these files of parts make up the tree of the checkpoint that was set? Errors: as above. */
SIGLET_CHECKED siglet_error *siglet_audit_combine_parts(siglet_auditor *auditor,
							const char *const *paths, size_t count,
							siglet_audit_visit *visit, void *context);
/*
 * "A:B" of each of so many shards of the one log that is meant, a line each, by the checkpoint that
 * was set, else a fresh one; empty ones are left out. Owned. Errors also: SERVICE, REFUSED.
 */
SIGLET_CHECKED siglet_error *siglet_audit_list_shards(siglet_auditor *auditor, unsigned shards,
						      char **ret_lines);
/*
 * What to watch a log for: entries that use an identity, a key, or are about an artifact. All
 * conditions of an expectation must be met by one certificate; a short form is taken in its widest
 * sense. A digest, a key or a subject is enough by itself.
 */
typedef struct siglet_watch siglet_watch;
SIGLET_CHECKED siglet_error *siglet_watch_new(siglet_watch **ret_watch);
SIGLET_API void siglet_watch_free(siglet_watch *watch);

/* Its identity, issuer, short form and requirements; it must outlive the watch. */
SIGLET_API void siglet_watch_set_expectation(siglet_watch *watch,
					     const siglet_expectation *expectation);

typedef enum siglet_watch_option {
	SIGLET_WATCH_DIGEST = 1, /* "sha256:HEX"; may be repeated */
	SIGLET_WATCH_SUBJECT,	 /* a part of a name in a certificate, in any case; repeated */
	SIGLET_WATCH_KEY_PEM,	 /* PEM text of a public key; repeated */
	/* where to begin: "begin", "head", an index, or a time in RFC 3339; later runs go on */
	SIGLET_WATCH_SINCE,
	SIGLET_WATCH_DATABASE, /* an SQLite file (docs/audit-db.md); else one in the state */
	/*
	 * a file with bundles or lines of an audit log, or a folder of such: our own entries; repeated
	 */
	SIGLET_WATCH_KNOWN,
	SIGLET_WATCH_CANARY, /* the index of an entry that must match, else the rules are wrong */
} siglet_watch_option;
/* Errors: USAGE, UNREADABLE, INTERNAL. */
SIGLET_CHECKED siglet_error *siglet_watch_set(siglet_watch *watch, siglet_watch_option what,
					      const char *value);

/*
 * Take a match: a line for people, and a JSON object. False: it could not be handed over, and will be
 * again, now or by a later run. Each is handed over at least once.
 */
typedef bool siglet_watch_deliver(void *context, const char *line, const char *json, bool known);

/*
 * Look through what each log got since these rules were last watched. Every entry is hashed against
 * the signed root. REFUSED: there was a match that is not known. Errors: USAGE, TRUST, UNREADABLE,
 * INTERNAL.
 */
SIGLET_CHECKED siglet_error *siglet_audit_run_watch(siglet_auditor *auditor,
						    const siglet_watch *watch,
						    siglet_watch_deliver *deliver,
						    siglet_audit_visit *visit, void *context);
/*
 * siglet_audit_check_log, and look for what the watch says on the way; nothing of it is remembered.
 * What the watch knows of where to begin, of a database and of a canary is not asked.
 */
SIGLET_CHECKED siglet_error *siglet_audit_search_log(siglet_auditor *auditor,
						     const siglet_watch *watch,
						     siglet_watch_deliver *deliver,
						     siglet_audit_visit *visit, void *context);
/*
 * Somebody has looked at what was found of an entry: "ORIGIN:INDEX". Errors: USAGE, UNREADABLE (or
 * nothing is known of it), INTERNAL.
 */
SIGLET_CHECKED siglet_error *siglet_audit_acknowledge_entry(siglet_auditor *auditor,
							    const siglet_watch *watch,
							    const char *id);
/*
 * Is the signature of each of these bundles in the log: under the bundle's own checkpoint, and,
 * unless the auditor is offline, under what the log shows now? A report for each log entry. Errors:
 * USAGE, TRUST, UNREADABLE, INTERNAL.
 */
SIGLET_CHECKED siglet_error *siglet_audit_check_inclusion(siglet_auditor *auditor,
							  const char *const *paths, size_t count,
							  siglet_audit_visit *visit, void *context);

/*
 * Is each signature that these audit logs (docs/audit-log.md; "-": standard input) tell of in its log,
 * as they tell it? A report for each line that is wrong, and one for each file. Errors: USAGE, TRUST,
 * UNREADABLE, INTERNAL.
 */
SIGLET_CHECKED siglet_error *siglet_audit_check_trail(siglet_auditor *auditor,
						      const char *const *paths, size_t count,
						      siglet_audit_visit *visit, void *context);

/* One entry of one log, which SIGLET_AUDITOR_LOG names where several are known. */
typedef struct siglet_audit_entry {
	const char *index;     /* NULL, or decimal: its place in the log */
	const char *uuid;      /* NULL, or its id in Rekor v1: 64 or 80 hexadecimal digits */
	const char *leaf_hash; /* NULL, or the hash of its leaf: 64 hexadecimal digits */
} siglet_audit_entry;
/* Is it in the log? All that is given must hold. Errors: USAGE, TRUST, UNREADABLE, INTERNAL. */
SIGLET_CHECKED siglet_error *siglet_audit_find_entry(siglet_auditor *auditor,
						     const siglet_audit_entry *entry,
						     siglet_audit_visit *visit, void *context);
/* The same, and what it says: siglet_audit_report_entry. */
SIGLET_CHECKED siglet_error *siglet_audit_get_entry(siglet_auditor *auditor,
						    const siglet_audit_entry *entry,
						    siglet_audit_visit *visit, void *context);

/*
 * Do these checkpoints, and those in these bundles, agree with what is remembered of their logs and
 * what those show now? A report for each. Errors: USAGE, UNREADABLE, INTERNAL.
 */
SIGLET_CHECKED siglet_error *siglet_audit_compare_files(siglet_auditor *auditor,
							const char *const *paths, size_t count,
							siglet_audit_visit *visit, void *context);
/* The same of what the witnesses of the policy serve. Errors: USAGE, TRUST, UNREADABLE, INTERNAL. */
SIGLET_CHECKED siglet_error *siglet_audit_compare_witnesses(siglet_auditor *auditor,
							    siglet_audit_visit *visit,
							    void *context);
/*
 * Are so many entries of each log, drawn at random, those that its root covers? count is decimal;
 * seed any text, of which the same entries follow, or NULL for one of the system's. The last report
 * of each log is about all of them, and says which seed. Errors: USAGE, TRUST, UNREADABLE, INTERNAL.
 */
SIGLET_CHECKED siglet_error *siglet_audit_check_sample(siglet_auditor *auditor, const char *count,
						       const char *seed, siglet_audit_visit *visit,
						       void *context);
/*
 * A report for each log that something is remembered of. Nobody is asked, nothing is verified or
 * written. Errors: UNREADABLE, INTERNAL.
 */
SIGLET_CHECKED siglet_error *siglet_audit_show_state(siglet_auditor *auditor,
						     siglet_audit_visit *visit, void *context);

/* Does a file of evidence show what it claims? Errors: UNREADABLE, INTERNAL. */
SIGLET_CHECKED siglet_error *siglet_audit_check_evidence(siglet_auditor *auditor, const char *path,
							 siglet_audit_visit *visit, void *context);

#ifdef __cplusplus
}
#endif

#endif
