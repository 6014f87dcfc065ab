/*
 * What the files of sys share: how the system's refusals become errors, and what is put on disk.
 */
#ifndef SIGLET_SYS_INTERNAL_H
#define SIGLET_SYS_INTERNAL_H

#include "base/base.h"

/* "PATH: why" for an errno value: SIGLET_E_IO. */
SIGLET_MUST_USE siglet_err *siglet_sys_errno(const char *path, int number);

/* "PATH: text", likewise. */
SIGLET_MUST_USE siglet_err *siglet_sys_refuse(siglet_code code, const char *path, const char *text);

/* Put the names in a folder on disk, where the file system can. Errors: SIGLET_E_IO. */
SIGLET_MUST_USE siglet_err *siglet_sys_sync_folder(const char *folder);

#endif
