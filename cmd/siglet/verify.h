/*
 * verify: what do the files of the verb verify share?
 *
 * What one run was asked, and what it answers about each file. An ask is read-only once made and
 * is shared by threads; answers are made by threads and written by one, in the order of the files.
 */
#ifndef SIGLET_CLI_VERIFY_H
#define SIGLET_CLI_VERIFY_H

#include "cli.h"

/* Everything about a run but its files. Borrows the texts from argv; owns the two handles. */
typedef struct verify_ask {
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
