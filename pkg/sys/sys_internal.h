/*
 * What the files of sys share: how the system's refusals become errors, and what is put on disk.
 */
#ifndef SIGLET_SYS_INTERNAL_H
#define SIGLET_SYS_INTERNAL_H

#include <spawn.h>

#include "base/base.h"

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

#endif
