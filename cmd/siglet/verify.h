/*
 * verify: what do the files of the verb verify share?
 *
 * What one run was asked, and what it answers about each file. An ask is read-only once made and
 * is shared by threads; answers are made by threads and written by one, in the order of the files.
 */
#ifndef SIGLET_CLI_VERIFY_H
#define SIGLET_CLI_VERIFY_H

#include "account.h"

/* ---- options: tables of the verbs are put together from these ---- */

#define VERIFY_WHOM_OPTIONS                                                                      \
	{ .help = "Whom to expect, one of these at least" },                                     \
		{ .name = "github",                                                              \
		  .value = "OWNER[/REPO]",                                                       \
		  .id = CLI_GITHUB,                                                              \
		  .help = "a GitHub Actions workflow of this owner or repository" },             \
		{ .name = "gitlab",                                                              \
		  .value = "PROJECT",                                                            \
		  .id = CLI_GITLAB,                                                              \
		  .help = "a GitLab pipeline of GROUP/PROJECT, or of a self-managed project by " \
			  "its "                                                                 \
			  "https address" },                                                     \
		{ .name = "email",                                                               \
		  .value = "ADDRESS",                                                            \
		  .id = CLI_EMAIL,                                                               \
		  .help = "a person, together with --issuer" },                                  \
		{ .name = "identity",                                                            \
		  .value = "NAME",                                                               \
		  .id = CLI_IDENTITY,                                                            \
		  .help = "exactly this name in the certificate, together with an issuer" },     \
		{ .name = "issuer",                                                              \
		  .value = "URL",                                                                \
		  .id = CLI_ISSUER,                                                              \
		  .help = "exactly this issuer, who knew the signer" },                          \
		{ .name = "identity-regex",                                                      \
		  .value = "PATTERN",                                                            \
		  .id = CLI_IDENTITY_REGEX,                                                      \
		  .help = "a name that matches from its first to its last character" },          \
		{ .name = "issuer-regex",                                                        \
		  .value = "PATTERN",                                                            \
		  .id = CLI_ISSUER_REGEX,                                                        \
		  .help = "an issuer that does" },                                               \
		{ .name = "key",                                                                 \
		  .value = "FILE",                                                               \
		  .choices = CLI_FILES,                                                          \
		  .id = CLI_KEY,                                                                 \
		  .help = "a public key (PEM) in place of an identity" },                        \
		{ .help = "What else must hold" },                                               \
		{ .name = "workflow",                                                            \
		  .value = "FILE",                                                               \
		  .id = CLI_WORKFLOW,                                                            \
		  .help = "with --github or --gitlab, this workflow; OWNER/REPO/PATH for a "     \
			  "reusable one" },                                                      \
		{ .name = "ref",                                                                 \
		  .value = "REF",                                                                \
		  .id = CLI_REF,                                                                 \
		  .help = "with --github or --gitlab, built from this ref, such as "             \
			  "refs/tags/v1" },                                                      \
		{ .name = "require",                                                             \
		  .value = "NAME=VALUE",                                                         \
		  .id = CLI_REQUIRE,                                                             \
		  .repeats = true,                                                               \
		  .help = "an extension of the certificate, such as build-trigger=push; may be " \
			  "repeated" },                                                          \
		{ .name = "type",                                                                \
		  .value = "TYPE",                                                               \
		  .choices =                                                                     \
			  "signature slsaprovenance1 slsaprovenance02 spdx cyclonedx vuln link", \
		  .id = CLI_TYPE,                                                                \
		  .help = "an attestation of this type, by short name or URI; or signature for " \
			  "none" },                                                              \
		{ .name = "signed-after",                                                        \
		  .value = "TIME",                                                               \
		  .id = CLI_SIGNED_AFTER,                                                        \
		  .help = "no older signature (RFC 3339)" },                                     \
		{ .name = "key-not-before",                                                      \
		  .value = "TIME",                                                               \
		  .id = CLI_KEY_NOT_BEFORE,                                                      \
		  .help = "with --key, it was not valid earlier" },                              \
	{                                                                                        \
		.name = "key-not-after", .value = "TIME", .id = CLI_KEY_NOT_AFTER,               \
		.help = "with --key, it was not valid later"                                     \
	}

#define VERIFY_TRUST_OPTIONS                                                                   \
	{ .name = "instance",                                                                  \
	  .value = "NAME",                                                                     \
	  .choices = "public staging github",                                                  \
	  .id = CLI_INSTANCE,                                                                  \
	  .help = "public (unless given), staging, github for private repositories, or a "     \
		  "private one" },                                                             \
		{ .name = "trusted-root",                                                      \
		  .value = "FILE",                                                             \
		  .choices = CLI_FILES,                                                        \
		  .id = CLI_TRUSTED_ROOT,                                                      \
		  .help = "a trusted_root.json" },                                             \
		{ .name = "trust-config",                                                      \
		  .value = "FILE",                                                             \
		  .choices = CLI_FILES,                                                        \
		  .id = CLI_TRUST_CONFIG,                                                      \
		  .help = "a ClientTrustConfig; without, the one that SIGLET_TRUST_CONFIG "    \
			  "names" },                                                           \
		{ .name = "tlog-threshold",                                                    \
		  .value = "N",                                                                \
		  .id = CLI_TLOG_THRESHOLD,                                                    \
		  .help = "so many distinct logs" },                                           \
		{ .name = "timestamp-threshold",                                               \
		  .value = "N",                                                                \
		  .id = CLI_TIMESTAMP_THRESHOLD,                                               \
		  .help = "so many distinct sources of the time" },                            \
		{ .name = "sct-threshold",                                                     \
		  .value = "N",                                                                \
		  .id = CLI_SCT_THRESHOLD,                                                     \
		  .help = "so many distinct certificate logs" },                               \
		{ .name = "witness-policy",                                                    \
		  .value = "FILE",                                                             \
		  .choices = CLI_FILES,                                                        \
		  .id = CLI_WITNESS_POLICY,                                                    \
		  .help = "only logs whose checkpoint the witnesses of this C2SP tlog-policy " \
			  "cosigned" },                                                        \
	{                                                                                      \
		.name = "witness-threshold", .value = "N", .id = CLI_WITNESS_THRESHOLD,        \
		.help = "and so many distinct witnesses of it"                                 \
	}

/* Everything about a run but its files. Borrows the texts from argv; owns the two handles. */
typedef struct verify_ask {
	const cli_arguments *arguments; /* for the audit log; NULL: nothing goes there */
	siglet_trust *trust;
	siglet_expectation *expectation;
	const char *bundle;	   /* NULL: beside each file */
	const char *digest;	   /* NULL: none */
	const char *output;	   /* NULL: none */
	const char *predicate_out; /* NULL: none */
	bool all, statement_only, explain;
	unsigned new_file_mode;
	cli_style style;
} verify_ask;

/* ---- expect.c ---- */

/*
 * The trust root and the expectation that the options describe. What was made until an error is
 * freed with the ask. Errors: SIGLET_E_USAGE, SIGLET_E_IO, SIGLET_E_NOMEM.
 */
SIGLET_MUST_USE siglet_err *verify_expect(const cli_arguments *arguments, verify_ask *ask);
void verify_ask_clear(verify_ask *ask);

/* ---- answer.c ---- */

/* What is written about one file, and the exit status it alone would give. */
typedef struct verify_answer {
	siglet_buf out; /* for standard output */
	siglet_buf err; /* for standard error */
	siglet_status status;
} verify_answer;

void verify_answer_init(verify_answer *answer); /* its status: not OK yet */
void verify_answer_clear(verify_answer *answer);
void verify_answer_print(const verify_answer *answer);

/*
 * The four ways to answer. Each sets the status; takes err where there is one. Without memory the
 * answer is SIGLET_STATUS_INTERNAL.
 */
void verify_answer_result(const verify_ask *ask, const char *name, const siglet_result *result,
			  verify_answer *answer);
void verify_answer_error(const verify_ask *ask, const char *name, const char *rule, siglet_err *err,
			 verify_answer *answer);
/* A file that matches the verified list it is named in. digest is "sha256:HEX". */
void verify_answer_listed(const verify_ask *ask, const char *name, const char *list,
			  const char *digest, verify_answer *answer);
/* With --verbose, one more line about a file. */
void verify_answer_tell(const verify_ask *ask, const char *name, verify_answer *answer,
			const char *format, ...) SIGLET_PRINTF(4, 5);

/* ---- judge.c ---- */

/* The names of bundles end so; the order is that of the search beside a file. NULL at the end. */
extern const char *const verify_suffixes[];

/* What an accepted attestation says, in the file that was asked for. Errors: those of writing it. */
SIGLET_MUST_USE siglet_err *verify_write_predicate(const verify_ask *ask,
						   const siglet_result *result);

/*
 * The bundles to verify name against: the ones asked for, else those beside it. Errors also:
 * MISSING.
 */
SIGLET_MUST_USE siglet_err *verify_find_bundles(const verify_ask *ask, const char *name,
						siglet_bundles **ret_bundles);

/*
 * One file; or, where the ask says so, a digest, standard input, or no artifact. progress may be
 * NULL.
 */
void verify_judge(const verify_ask *ask, const char *name, siglet_sys_progress *progress,
		  verify_answer *answer);

/* ---- list.c ---- */

/* Names that are owned. */
typedef struct verify_list {
	char **names;
	size_t count, room;
} verify_list;

SIGLET_MUST_USE siglet_err *verify_list_add(verify_list *list, const char *name, size_t len);
void verify_list_clear(verify_list *list);

/* The operands, what --files-from lists, and what lies below --recursive. */
SIGLET_MUST_USE siglet_err *verify_list_gather(const cli_arguments *arguments,
					       verify_list *ret_list);

/* ---- jobs.c ---- */

typedef void verify_work(void *context, size_t index, verify_answer *answer);

typedef struct verify_tally {
	size_t accepted, refused, failed;
	siglet_status status; /* the worst */
} verify_tally;

/* Do work 0 to count-1 with this many threads, and print the answers in order. */
void verify_run_all(bool quiet, unsigned jobs, size_t count, verify_work *work, void *context,
		    verify_tally *ret_tally);

/* Each file of many may have a descriptor open from start to end: allow for as many as there may be. */
void verify_allow_many_files(void);

/*
 * Do work 0 to count-1 with this many threads, print the answers in order, then a summary of
 * files. Gives the worst status; unreadable where there is nothing to do.
 */
siglet_status verify_run_jobs(const verify_ask *ask, unsigned jobs, size_t count, verify_work *work,
			      void *context);

/* ---- manifest.c ---- */

/* SUMS first, by its own bundle; then every file that it lists. */
siglet_status verify_manifest(const verify_ask *ask, const char *sums, unsigned jobs);

#endif
