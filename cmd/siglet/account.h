/*
 * account: what is written down about each signature that was made, judged or moved?
 *
 * One line of JSON each, to a file that is appended to or to the system's log: the trail that
 * docs/audit-log.md describes and siglet audit trail reads. Any thread may add to it.
 */
#ifndef SIGLET_CLI_ACCOUNT_H
#define SIGLET_CLI_ACCOUNT_H

#include "cli.h"

#define ACCOUNT_SCHEMA 1

#define ACCOUNT_OPTION                                                                           \
	{                                                                                        \
		.name = "audit-log", .value = "FILE", .choices = CLI_FILES, .id = CLI_AUDIT_LOG, \
		.help = "append a line of JSON for each file, to a file or, as syslog:, to the " \
			"system's log"                                                           \
	}

/* What a line says. Empty or NULL: nothing of it. Borrows. */
typedef struct account {
	const char *action;  /* "sign", "attest", "verify", "publish" or "fetch" */
	const char *verdict; /* "signed", "attested", "accepted", "refused", "published", "error" */
	int64_t time_s;	     /* 0: now, by this machine */
	siglet_slice file, digest, type, bundle, identity, issuer, key_id;
	/* The subjects of an attestation, where there are several. */
	const char *const *names, *const *digests;
	size_t count;
	siglet_slice log_id; /* SHA-256 of its key, hex */
	siglet_slice log;    /* its URL */
	int64_t log_index;   /* -1: none */
	siglet_slice leaf;   /* the hash of the log's entry, hex */
	bool is_claimed;     /* identity, issuer and index are the bundle's own word */
	siglet_slice format, trust_root, manifest, url, bundle_url, checked;
	siglet_slice rule, code, message; /* of a refusal or error */
} account;

/* The log as --audit-log names it; NULL: there is none. */
const char *account_log(const cli_arguments *arguments);
bool account_is_syslog(const char *log);

/*
 * Is it none of the files that are read or named, and can it be written? For the start of a run.
 * Errors: SIGLET_E_USAGE, SIGLET_E_IO.
 */
SIGLET_MUST_USE siglet_err *account_check(const cli_arguments *arguments);

/* Add a line, where there is a log. Errors: SIGLET_E_IO, SIGLET_E_NOMEM. */
SIGLET_MUST_USE siglet_err *account_add(const cli_arguments *arguments, const account *line);

/* What a line says beside a verdict. */
typedef struct account_context {
	const char *action, *file;
	const char *digest; /* NULL: not known */
	const char *bundle; /* NULL: none was found */
	const char *url;    /* NULL: it is no download */
} account_context;

/*
 * Add what came of a verification: the result, or err, which is given back. That a verdict could not
 * be written down takes its place: then there is none. Takes err.
 */
SIGLET_MUST_USE siglet_err *account_verdict(const cli_arguments *arguments,
					    const account_context *context,
					    const siglet_result *result, siglet_err *err);
/*
 * Take from what siglet_bundles_describe_json says of one bundle who signed, and where that was logged:
 * its own word, unverified. Borrows from doc.
 */
void account_take_claims(const siglet_json_doc *doc, account *line);

/* The same of what is no verification; verdict is that of success. Takes err. */
SIGLET_MUST_USE siglet_err *account_outcome(const cli_arguments *arguments, account *line,
					    siglet_err *err);

#endif
