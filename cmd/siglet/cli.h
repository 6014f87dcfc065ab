/*
 * cli: what do the verbs of siglet share?
 *
 * A table of options for each verb, from which its arguments are read and its help and completions
 * are printed; how results and errors are written; the exit status of a run.
 */
#ifndef SIGLET_CLI_H
#define SIGLET_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/base.h"
#include "json/json.h"
#include "siglet/siglet.h"
#include "sys/sys.h"

/* ---- options (options.c) ---- */

typedef enum cli_id {
	CLI_HELP = 1,
	CLI_JSON,
	CLI_VERBOSE,
	CLI_QUIET,
	CLI_COLOR,
	CLI_GITHUB,
	CLI_GITLAB,
	CLI_WORKFLOW,
	CLI_REF,
	CLI_EMAIL,
	CLI_IDENTITY,
	CLI_ISSUER,
	CLI_IDENTITY_REGEX,
	CLI_ISSUER_REGEX,
	CLI_REQUIRE,
	CLI_KEY,
	CLI_KEY_NOT_BEFORE,
	CLI_KEY_NOT_AFTER,
	CLI_SIGNED_AFTER,
	CLI_TYPE,
	CLI_BUNDLE,
	CLI_ALL,
	CLI_DIGEST,
	CLI_STATEMENT_ONLY,
	CLI_RECURSIVE,
	CLI_FILES_FROM,
	CLI_MANIFEST,
	CLI_JOBS,
	CLI_INSTANCE,
	CLI_TRUSTED_ROOT,
	CLI_TRUST_CONFIG,
	CLI_OFFLINE,
	CLI_TLOG_THRESHOLD,
	CLI_TIMESTAMP_THRESHOLD,
	CLI_SCT_THRESHOLD,
	CLI_WITNESS_POLICY,
	CLI_WITNESS_THRESHOLD,
	CLI_SCITT,
	CLI_SCITT_KEYS,
	CLI_SCITT_THRESHOLD,
	CLI_OUTPUT,
	CLI_PREDICATE_OUT,
	CLI_EXPLAIN,
	CLI_IDENTITY_TOKEN,
	CLI_NO_AMBIENT,
	CLI_OIDC_ISSUER,
	CLI_OIDC_CLIENT_ID,
	CLI_AUDIENCE,
	CLI_DEVICE,
	CLI_YES,
	CLI_PUBLISH_PRIVATE,
	CLI_SIGNING_CONFIG,
	CLI_FULCIO_URL,
	CLI_REKOR_URL,
	CLI_REKOR_VERSION,
	CLI_TSA_URL,
	CLI_NO_TLOG,
	CLI_NO_TIMESTAMP,
	CLI_OUTPUT_DIR,
	CLI_FORCE,
	CLI_ALGORITHM,
	CLI_CERTIFICATE,
	CLI_PASSPHRASE_FILE,
	CLI_AUDIT_LOG,
	CLI_DRY_RUN,
	CLI_TIMEOUT,
	CLI_PREDICATE,
	CLI_STATEMENT,
	CLI_NAME,
	CLI_CACHE_DIR,
	CLI_MAX_STALE,
	CLI_URL,
	CLI_ROOT,
	CLI_PACK,
	CLI_STATE,
	CLI_FROM,
	CLI_LOG,
	CLI_LOG_KEY,
	CLI_MAX_AGE,
	CLI_RATE,
	CLI_CONTACT,
	CLI_RANGE,
	CLI_SHARD,
	CLI_SHARDS,
	CLI_LIST_SHARDS,
	CLI_CHECKPOINT,
	CLI_PART,
	CLI_MIRROR,
	CLI_ENTRIES_ONLY,
	CLI_SUBJECT,
	CLI_SINCE,
	CLI_DB,
	CLI_KNOWN,
	CLI_CANARY,
	CLI_CT,
	CLI_ON_MATCH,
	CLI_REPORT_ONLY,
	CLI_FOLLOW,
	CLI_ONCE,
	CLI_INTERVAL,
	CLI_ACKNOWLEDGE,
	CLI_INDEX,
	CLI_UUID,
	CLI_LEAF_HASH,
	CLI_COUNT,
	CLI_SEED,
	CLI_WITNESSES,
	CLI_TO,
	CLI_READ_BACK,
	CLI_NETRC_FILE,
	CLI_AUTH_ENV,
	CLI_AUTH_FILE,
	CLI_MAX_SIZE,
	CLI_NO_RESUME,
	CLI_BUNDLE_OUT,
	CLI_FORMAT,
	CLI_PAYLOAD,
	CLI_ENTRY,
} cli_id;

/* What completes a value, where it is no list of words. */
#define CLI_FILES "<files>"
#define CLI_FOLDERS "<folders>"

/* One option, or a heading in the help: then only help is set. */
typedef struct cli_option {
	const char *name;    /* without its dashes */
	const char *value;   /* what help calls its value; NULL for a switch */
	const char *choices; /* words with spaces between, CLI_FILES, CLI_FOLDERS, or NULL */
	const char *help;    /* plain words: no quotes, brackets or colons */
	cli_id id;
	char letter; /* 0: none */
	bool repeats;
} cli_option;

/* The last ones of most verbs. */
#define CLI_LAST_OPTIONS                                                                         \
	{ .name = "quiet", .letter = 'q', .id = CLI_QUIET, .help = "print only what is wrong" }, \
		{ .name = "color",                                                               \
		  .value = "WHEN",                                                               \
		  .choices = "auto always never",                                                \
		  .id = CLI_COLOR,                                                               \
		  .help = "auto, always or never; auto heeds NO_COLOR" },                        \
	{                                                                                        \
		.name = "help", .letter = 'h', .id = CLI_HELP, .help = "show this page"          \
	}

typedef struct cli_verb cli_verb;
struct cli_verb {
	const char *name;
	const char *operands; /* as help shows them */
	const char *choices;  /* what completes an operand, as in cli_option */
	const char *summary;
	const char *about; /* lines of at most 80 columns */
	const cli_option *options;
	size_t option_count;
	const char *const *later; /* options of later versions, NULL at the end; may be NULL */
	bool uses_crypto;
	bool keeps_secrets; /* a token, a key: no core files, and a heap that is not swapped out */
	siglet_status (*run)(const cli_verb *verb, int argc, char **argv);
};

extern const cli_verb *const cli_verbs[]; /* NULL at the end */
extern const char cli_prefix[]; /* what stands before a verb where a command is shown: "siglet " */
extern const cli_verb cli_sign, cli_attest, cli_verify, cli_publish, cli_fetch, cli_inspect,
	cli_convert, cli_audit, cli_trust, cli_whoami, cli_help, cli_version, cli_completion;

const cli_verb *cli_find_verb(const char *name); /* NULL when there is none */

typedef struct cli_given {
	const cli_option *option;
	const char *value; /* NULL for a switch */
} cli_given;

/* What was on the command line, in order; borrows from argv. */
typedef struct cli_arguments {
	cli_given *given;
	const char **operands;
	size_t given_count, operand_count;
	bool wants_help;
	int syslog; /* connected to the system's log, where --audit-log asks for it; 0: not */
} cli_arguments;

/* The arguments behind a verb. Errors: SIGLET_E_USAGE, SIGLET_E_NOMEM. */
SIGLET_MUST_USE siglet_err *cli_parse(const cli_verb *verb, int argc, char **argv,
				      cli_arguments *ret_arguments);
void cli_arguments_clear(cli_arguments *arguments);

bool cli_has(const cli_arguments *arguments, cli_id id);
const char *cli_value(const cli_arguments *arguments, cli_id id); /* the first; NULL for none */

/* A decimal number from least to most. Errors: SIGLET_E_USAGE. */
SIGLET_MUST_USE siglet_err *cli_number(const cli_arguments *arguments, cli_id id, unsigned least,
				       unsigned most, unsigned *ret_number);

/*
 * Leave out operands that are bundles of other operands, and say so unless --quiet. only_deciding:
 * none but FILE.sigstore.json, without which FILE can't be accepted. (bundles.c)
 */
void cli_leave_out_bundles(cli_arguments *arguments, bool only_deciding);

/*
 * The start of every verb: read the arguments, and do what needs no verb: help and errors. True
 * when the verb has work to do; else *ret_status is how it ended.
 */
bool cli_begin(const cli_verb *verb, int argc, char **argv, cli_arguments *ret_arguments,
	       siglet_status *ret_status);

/* ---- help (help.c) ---- */

void cli_print_help(const cli_verb *verb, FILE *stream);
void cli_print_overview(FILE *stream);

/* ---- writing (write.c) ---- */

/* How a run writes. Colours are decided once, for each stream. */
typedef struct cli_style {
	bool json, quiet, verbose, color_out, color_err;
} cli_style;

/* From --json, --quiet, --verbose, --color. Errors: SIGLET_E_USAGE. */
SIGLET_MUST_USE siglet_err *cli_style_from(const cli_arguments *arguments, cli_style *ret_style);

/* Append a name from outside, harmless for a terminal. */
SIGLET_MUST_USE siglet_err *cli_append_name(siglet_buf *out, const char *name);

/*
 * Append text of the library's: what is harmless already stays as it is, anything else (a file's
 * name in a message) is made so. Line breaks stay where lines says so.
 */
SIGLET_MUST_USE siglet_err *cli_append_text(siglet_buf *out, const char *text, bool lines);

/*
 * Append "siglet: NAME: VERDICT: MESSAGE" and "  hint: HINT"; name, verdict and hint may be NULL.
 * Where the message begins with the name itself, that is said once.
 */
SIGLET_MUST_USE siglet_err *cli_append_error(siglet_buf *out, const char *name, const char *verdict,
					     const char *message, const char *hint, bool color);

/* Print an error on standard error, as above. Frees err; gives its status. */
siglet_status cli_fail(const char *name, siglet_err *err);

/* Print a wrong command line of a verb. Frees err. */
siglet_status cli_fail_usage(const cli_verb *verb, siglet_err *err);

/*
 * A run that came to nothing: as cli_fail_usage for a wrong command line, with --json as an object,
 * else as cli_fail. Frees err.
 */
siglet_status cli_fail_run(const cli_verb *verb, const cli_arguments *arguments, siglet_err *err);

/* The members of an object about an error: verdict, exit, code, message, hint. */
void cli_write_error(siglet_json_writer *w, const siglet_err *err);

/* Of several statuses the one that counts: refused before unreadable before the rest. */
siglet_status cli_worst(siglet_status a, siglet_status b);

/*
 * The first line of a file, or of the descriptor "fd:N", without its end. (setup.c) ret_secret is
 * initialised by the caller. Errors: SIGLET_E_USAGE, SIGLET_E_IO, SIGLET_E_LIMIT.
 */
SIGLET_MUST_USE siglet_err *cli_read_secret(const char *source, siglet_buf *ret_secret);

/* Print a request that was made, for --verbose. context is not used. */
void cli_trace(void *context, const char *method, const char *url, int status, unsigned ms,
	       const char *problem);

/*
 * Make a file of bytes, whole or not at all; mode is siglet_sys_new_file_mode's. What is there is
 * replaced, or else an error. Errors: SIGLET_E_IO, SIGLET_E_NOMEM.
 */
SIGLET_MUST_USE siglet_err *cli_write_file(const char *path, siglet_slice bytes, unsigned mode,
					   bool replaces);
/* The same for --output, which is also "-", standard output; by the main thread alone. */
SIGLET_MUST_USE siglet_err *cli_write_output(const char *path, siglet_slice bytes, bool replaces);

/* Flush standard output: what could not be written must not pass for success. */
siglet_status cli_finish(siglet_status status);

/* ---- whose word counts (instance.c) ---- */

/* The options of all verbs that ask an instance's store. */
#define CLI_STORE_OPTIONS                                                  \
	{ .name = "cache-dir",                                             \
	  .value = "DIR",                                                  \
	  .choices = CLI_FOLDERS,                                          \
	  .id = CLI_CACHE_DIR,                                             \
	  .help = "keep trust material there" },                           \
	{                                                                  \
		.name = "max-stale", .value = "DAYS", .id = CLI_MAX_STALE, \
		.help = "refuse trust material that expired longer ago"    \
	}

/*
 * The store of the instance that --instance names, or public, set up by --cache-dir, --max-stale,
 * --offline and --verbose. Errors: SIGLET_E_USAGE, SIGLET_E_TRUST, SIGLET_E_NOMEM.
 */
SIGLET_MUST_USE siglet_err *cli_open_store(const cli_arguments *arguments, const char *instance,
					   siglet_trust_store **ret_store);

/* The same of a store that is there. Errors: SIGLET_E_USAGE, SIGLET_E_NOMEM. */
SIGLET_MUST_USE siglet_err *cli_set_store(const cli_arguments *arguments,
					  siglet_trust_store *store);

/*
 * The trust root that --instance, --trusted-root, --trust-config or SIGLET_TRUST_CONFIG name; else
 * the public one: an instance's is refreshed where that is due, and a warning is printed.
 * Errors: SIGLET_E_USAGE (two of them), SIGLET_E_IO, SIGLET_E_TRUST, SIGLET_E_NOMEM.
 */
SIGLET_MUST_USE siglet_err *cli_open_trust(const cli_arguments *arguments, siglet_trust_use use,
					   siglet_trust **ret_trust);
/* What the store has to say, on standard error. */
void cli_warn_of_store(const cli_arguments *arguments, const siglet_trust_store *store);

/* Two of these options contradict each other: SIGLET_E_USAGE. */
SIGLET_MUST_USE siglet_err *cli_check_exclusive(const cli_arguments *arguments, const cli_id *ids,
						size_t count);

/* ---- signals (signals.c) ---- */

/*
 * While output is guarded, a signal that ends the program discards it. At most two at a time, by
 * one thread; NULL is nothing to guard.
 */
void cli_guard(const siglet_sys_output *output);
void cli_unguard(const siglet_sys_output *output);

#endif
