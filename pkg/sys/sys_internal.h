/*
 * What the files of sys share: how the system's refusals become errors, programs that are started,
 * files that are open, and what is put on disk.
 */
#ifndef SIGLET_SYS_INTERNAL_H
#define SIGLET_SYS_INTERNAL_H

#include <spawn.h>
#include <sys/stat.h>

#include "base/base.h"
#include "sys/sys.h"

/* "PATH: why" for an errno value: SIGLET_E_IO. */
SIGLET_MUST_USE siglet_err *siglet_sys_errno(const char *path, int number);

/* "PATH: text", likewise. */
SIGLET_MUST_USE siglet_err *siglet_sys_refuse(siglet_code code, const char *path, const char *text);

/*
 * posix_spawnp of argv[0], with no signal blocked, and with SIGPIPE as it is by default: that we
 * ignore it is our own affair. 0, or an errno value.
 */
int siglet_sys_spawn(char *const *argv, char *const *environment,
		     const posix_spawn_file_actions_t *actions, pid_t *ret_pid);

/*
 * Have a program get the standard streams alone of what is open, where the system can: libraries
 * open connections that are not closed on exec. 0, or an errno value.
 */
int siglet_sys_close_others(posix_spawn_file_actions_t *actions);

/* Put the names in a folder on disk, where the file system can. Errors: SIGLET_E_IO. */
SIGLET_MUST_USE siglet_err *siglet_sys_sync_folder(const char *folder);

/* Open a regular file to read it, without waiting for anything else. (read.c) Errors: SIGLET_E_IO. */
SIGLET_MUST_USE siglet_err *siglet_sys_open_regular(const char *path, int *ret_fd);

/* Was nothing written between the two looks: size and both times? (read.c) */
bool siglet_sys_is_unchanged(const struct stat *before, const struct stat *after);

/* A name in the folder of an output: of a part of a file it is as long as that. */
#define SIGLET_SYS_MAX_TEMPORARY 264

/* The folder is held open, so that its name may come to mean another one meanwhile. */
struct siglet_sys_output {
	char *path;				  /* as it was given, for messages */
	const char *name;			  /* its last part, in path */
	char temporary[SIGLET_SYS_MAX_TEMPORARY]; /* a name in the folder; "" when there is none */
	char note[SIGLET_SYS_MAX_TEMPORARY];	  /* what the temporary is; "" when there is none */
	int folder_fd;
	int fd;
	uint64_t written;
	bool reserved; /* the file is longer than what was written */
};

/*
 * The folder of a path, opened, and that nothing but a regular file is in the way. (output.c) Free
 * the output also after an error.
 */
SIGLET_MUST_USE siglet_err *siglet_sys_output_open(const char *path,
						   siglet_sys_output **ret_output);
/* All of data, from where the descriptor stands. (output.c) */
SIGLET_MUST_USE siglet_err *siglet_sys_write_all(int fd, const char *path, siglet_slice data);

#endif
