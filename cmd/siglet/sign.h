/*
 * sign: what do the verbs that sign share?
 *
 * Options, a run that is set up from them, and where the token comes from.
 */
#ifndef SIGLET_CLI_SIGN_H
#define SIGLET_CLI_SIGN_H

#include "account.h"

/* ---- options: tables of the verbs are put together from these ---- */

#define SIGN_IDENTITY_OPTIONS                                                           \
	{ .help = "Who signs" },                                                        \
		{ .name = "identity-token",                                             \
		  .value = "SOURCE",                                                    \
		  .id = CLI_IDENTITY_TOKEN,                                             \
		  .help = "an OIDC token from @FILE, - (standard input) or fd:N; else " \
			  "SIGSTORE_ID_TOKEN, "                                         \
			  "the CI job's own, or on a terminal a login" },               \
		{ .name = "no-ambient",                                                 \
		  .id = CLI_NO_AMBIENT,                                                 \
		  .help = "do not look for the identity of a CI job" },                 \
		{ .name = "device",                                                     \
		  .id = CLI_DEVICE,                                                     \
		  .help = "log in by a code that is typed elsewhere" },                 \
		{ .name = "oidc-issuer",                                                \
		  .value = "URL",                                                       \
		  .id = CLI_OIDC_ISSUER,                                                \
		  .help = "log in there" },                                             \
		{ .name = "oidc-client-id",                                             \
		  .value = "ID",                                                        \
		  .id = CLI_OIDC_CLIENT_ID,                                             \
		  .help = "as this client (sigstore)" },                                \
	{                                                                               \
		.name = "audience", .value = "NAME", .id = CLI_AUDIENCE,                \
		.help = "ask for a token for this audience (sigstore)"                  \
	}

#define SIGN_KEY_OPTIONS                                                                           \
	{ .name = "key",                                                                           \
	  .value = "FILE",                                                                         \
	  .choices = CLI_FILES,                                                                    \
	  .id = CLI_KEY,                                                                           \
	  .help = "a private key in place of an identity: PEM, or a pkcs11: URI" },                \
		{ .name = "passphrase-file",                                                       \
		  .value = "SOURCE",                                                               \
		  .choices = CLI_FILES,                                                            \
		  .id = CLI_PASSPHRASE_FILE,                                                       \
		  .help = "its passphrase or PIN, the first line of a file or of fd:N" },          \
		{ .name = "certificate",                                                           \
		  .value = "FILE",                                                                 \
		  .choices = CLI_FILES,                                                            \
		  .id = CLI_CERTIFICATE,                                                           \
		  .help = "its certificate (PEM)" },                                               \
	{                                                                                          \
		.name = "algorithm", .value = "NAME",                                              \
		.choices =                                                                         \
			"ecdsa-sha2-256-nistp256 ecdsa-sha2-384-nistp384 ecdsa-sha2-512-nistp521 " \
			"ed25519-ph rsa-sign-pkcs1-3072-sha256 rsa-sign-pkcs1-4096-sha256",        \
		.id = CLI_ALGORITHM, .help = "of the key that is made (ecdsa-sha2-256-nistp256)"   \
	}

#define SIGN_TRUST_OPTIONS                                                                  \
	{ .help = "Which services" },                                                       \
		{ .name = "instance",                                                       \
		  .value = "NAME",                                                          \
		  .choices = "public staging github",                                       \
		  .id = CLI_INSTANCE,                                                       \
		  .help = "public (unless given), staging, github, or a private one" },     \
		{ .name = "trust-config",                                                   \
		  .value = "FILE",                                                          \
		  .choices = CLI_FILES,                                                     \
		  .id = CLI_TRUST_CONFIG,                                                   \
		  .help = "a ClientTrustConfig; without, the one that SIGLET_TRUST_CONFIG " \
			  "names" },                                                        \
		{ .name = "signing-config",                                                 \
		  .value = "FILE",                                                          \
		  .choices = CLI_FILES,                                                     \
		  .id = CLI_SIGNING_CONFIG,                                                 \
		  .help = "a signing_config.json, which says where to sign" },              \
		CLI_STORE_OPTIONS,                                                          \
	{                                                                                   \
		.name = "timeout", .value = "SECONDS", .id = CLI_TIMEOUT,                   \
		.help = "for one request (30)"                                              \
	}

#define SIGN_SERVICE_OPTIONS                                                                       \
	SIGN_TRUST_OPTIONS,                                                                        \
		{ .name = "trusted-root",                                                          \
		  .value = "FILE",                                                                 \
		  .choices = CLI_FILES,                                                            \
		  .id = CLI_TRUSTED_ROOT,                                                          \
		  .help = "a trusted_root.json, under which what is made must "                    \
			  "verify" },                                                              \
		{ .name = "fulcio-url", .value = "URL", .id = CLI_FULCIO_URL, .help = "this CA" }, \
		{ .name = "rekor-url", .value = "URL", .id = CLI_REKOR_URL, .help = "this log" },  \
		{ .name = "rekor-version",                                                         \
		  .value = "N",                                                                    \
		  .choices = "1 2",                                                                \
		  .id = CLI_REKOR_VERSION,                                                         \
		  .help = "a log of this version" },                                               \
		{ .name = "tsa-url",                                                               \
		  .value = "URL",                                                                  \
		  .id = CLI_TSA_URL,                                                               \
		  .help = "this timestamp authority" },                                            \
		{ .name = "no-tlog", .id = CLI_NO_TLOG, .help = "log nothing" },                   \
	{                                                                                          \
		.name = "no-timestamp", .id = CLI_NO_TIMESTAMP, .help = "ask for no timestamp"     \
	}

#define SIGN_PRIVACY_OPTIONS                                                    \
	{ .name = "yes",                                                        \
	  .letter = 'y',                                                        \
	  .id = CLI_YES,                                                        \
	  .help = "do not ask before an e-mail address goes to a public log" }, \
	{                                                                       \
		.name = "publish-private", .id = CLI_PUBLISH_PRIVATE,           \
		.help = "let a public log name a private repository"            \
	}

#define SIGN_OUTPUT_OPTIONS                                                                      \
	{ .help = "Output" },                                                                    \
		{ .name = "output",                                                              \
		  .value = "FILE",                                                               \
		  .choices = CLI_FILES,                                                          \
		  .letter = 'o',                                                                 \
		  .id = CLI_OUTPUT,                                                              \
		  .help = "the bundle goes here, - for standard output; else beside the file" }, \
		{ .name = "force", .id = CLI_FORCE, .help = "replace a bundle that is there" },  \
		ACCOUNT_OPTION,                                                                  \
		{ .name = "dry-run",                                                             \
		  .id = CLI_DRY_RUN,                                                             \
		  .help = "everything but the first request to the CA" },                        \
		{ .name = "json",                                                                \
		  .id = CLI_JSON,                                                                \
		  .help = "print an object a file, each on one line" },                          \
		{ .name = "verbose",                                                             \
		  .letter = 'v',                                                                 \
		  .id = CLI_VERBOSE,                                                             \
		  .help = "tell of each request" },                                              \
		CLI_LAST_OPTIONS

/* ---- identity.c ---- */

/*
 * Take a token that is itself on the command line, where it is overwritten; the first thing to do.
 * ret_token is made secret, and stays empty where there is none. Errors: SIGLET_E_LIMIT,
 * SIGLET_E_NOMEM.
 */
SIGLET_MUST_USE siglet_err *sign_take_argument(const cli_arguments *arguments,
					       siglet_buf *ret_token);

/*
 * The token that the options and the surroundings give. Errors: SIGLET_E_IDENTITY (there is none,
 * with what to do), SIGLET_E_NETWORK, SIGLET_E_USAGE, SIGLET_E_IO. signing names the place to log
 * in; taken is what was on the command line.
 */
SIGLET_MUST_USE siglet_err *sign_find_identity(const cli_arguments *arguments, siglet_slice taken,
					       const siglet_signing *signing,
					       siglet_credential **ret_credential);

/* The audience that tokens are asked for. */
const char *sign_audience(const cli_arguments *arguments);

/* ---- places.c ---- */

/*
 * Is this, where something is to be written, none of the files that are read?
 * Errors: SIGLET_E_USAGE.
 */
SIGLET_MUST_USE siglet_err *sign_check_place(const cli_arguments *arguments, const char *path);
/* No bundle may be there; else the ways out are named. Errors: SIGLET_E_IO. */
SIGLET_MUST_USE siglet_err *sign_check_absent(const char *bundle);
/* The same of the audit log, which must not be the bundle either (NULL: standard output). */
SIGLET_MUST_USE siglet_err *sign_check_audit_log(const cli_arguments *arguments,
						 const char *bundle);

/* ---- setup.c ---- */

/* Everything of a run that signs, but what it signs. */
typedef struct sign_run {
	const cli_arguments *arguments;
	cli_style style;
	siglet_buf taken_token; /* from the command line */
	siglet_trust *trust;
	siglet_signing *signing;
	siglet_credential *credential; /* NULL with a key, and once it was used */
	unsigned new_file_mode;
	bool force;
	bool only_shows; /* signs nothing: trust may have expired */
} sign_run;

/*
 * Trust, services and options. Errors: SIGLET_E_USAGE, SIGLET_E_IO, SIGLET_E_TRUST,
 * SIGLET_E_NOMEM.
 */
SIGLET_MUST_USE siglet_err *sign_set_up(const cli_arguments *arguments, sign_run *run);
/*
 * Find the identity and look at what a public log would learn of it. Errors also:
 * SIGLET_E_IDENTITY, SIGLET_E_UNTRUSTED (something that should not be published).
 */
SIGLET_MUST_USE siglet_err *sign_identify(sign_run *run);
/* Get the certificate; the token is wiped. */
SIGLET_MUST_USE siglet_err *sign_start(sign_run *run);
void sign_clear(sign_run *run);

/* What was signed, for the command that verifies it. */
typedef struct sign_named {
	const char *const *names; /* none: standard input */
	size_t count;
	const char *bundle; /* NULL: beside each file */
	const char *type;   /* of an attestation; NULL */
} sign_named;

/* Say on standard error what a stranger should type. */
void sign_print_command(const sign_run *run, const sign_named *named);

/* ---- accounting.c ---- */

/* What a line says of what was signed; each may be NULL. */
typedef struct sign_account {
	const char *file;   /* as it was named */
	const char *digest; /* "sha256:HEX" */
	const char *bundle;
	const char *type; /* of an attestation */
	/* The subjects of an attestation, where there are several. */
	const char *const *names, *const *digests;
	size_t count;
	bool is_attestation;
} sign_account;

/* Add a line about a signature. Errors: SIGLET_E_IO, SIGLET_E_NOMEM. */
SIGLET_MUST_USE siglet_err *sign_account_for(const sign_run *run, const sign_account *about,
					     const siglet_signature *signature);

#endif
