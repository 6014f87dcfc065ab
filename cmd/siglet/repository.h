/*
 * repository: what do the verbs that publish and fetch share?
 */
#ifndef SIGLET_CLI_REPOSITORY_H
#define SIGLET_CLI_REPOSITORY_H

#include "cli.h"

#define REPOSITORY_OPTIONS                                                                     \
	{ .help = "With which credentials, one of these at most" },                            \
		{ .name = "netrc-file",                                                        \
		  .value = "FILE",                                                             \
		  .choices = CLI_FILES,                                                        \
		  .id = CLI_NETRC_FILE,                                                        \
		  .help = "the host's login and password in a netrc file, such as ~/.netrc" }, \
		{ .name = "auth-env",                                                          \
		  .value = "NAME",                                                             \
		  .id = CLI_AUTH_ENV,                                                          \
		  .help = "USER:PASSWORD, or a bearer token, in the variable of this name" },  \
		{ .name = "auth-file",                                                         \
		  .value = "SOURCE",                                                           \
		  .choices = CLI_FILES,                                                        \
		  .id = CLI_AUTH_FILE,                                                         \
		  .help = "the same in the first line of a file, or of fd:N" },                \
	{                                                                                      \
		.name = "timeout", .value = "SECONDS", .id = CLI_TIMEOUT,                      \
		.help = "give up when nothing moved for so long (60)"                          \
	}

/*
 * The repository at a URL, with the credentials that the options name; what they were read from is
 * wiped. Errors: SIGLET_E_USAGE, SIGLET_E_IO, SIGLET_E_NOMEM.
 */
SIGLET_MUST_USE siglet_err *repository_open(const cli_arguments *arguments, const char *url,
					    unsigned connections,
					    siglet_repository **ret_repository);

/* A bar for one transfer, which the library's thread moves: a siglet_transfer_progress. */
void repository_draw(void *context, uint64_t done, uint64_t total);

#endif
