/*
 * sys_scratch: a folder of its own for each test of sys, removed at the end.
 */
#ifndef SIGLET_TEST_SYS_SCRATCH_H
#define SIGLET_TEST_SYS_SCRATCH_H

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char scratch[64] = "/tmp/siglet-sys-XXXXXX";

static inline int scratch_remove_one(const char *path, const struct stat *info, int kind,
				     struct FTW *where)
{
	(void)info;
	(void)kind;
	(void)where;
	return remove(path);
}

static inline void scratch_remove(void)
{
	(void)nftw(scratch, scratch_remove_one, 32, FTW_DEPTH | FTW_PHYS);
}

static inline void scratch_make(void)
{
	if (mkdtemp(scratch) == NULL || atexit(scratch_remove) != 0) {
		printf("Bail out! no scratch folder\n");
		exit(1);
	}
}

/* The path of a name in the folder; one of four buffers in turn. */
static inline const char *in_scratch(const char *name)
{
	static char paths[4][512];
	static unsigned at;
	char *path = paths[at++ % 4];

	(void)snprintf(path, sizeof(paths[0]), "%s/%s", scratch, name);
	return path;
}

static inline void put_file(const char *name, const void *data, size_t len)
{
	const int fd = open(in_scratch(name), O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (fd < 0 || write(fd, data, len) != (ssize_t)len || close(fd) != 0) {
		printf("Bail out! %s can't be written\n", name);
		exit(1);
	}
}

static inline void put_link(const char *name, const char *target)
{
	if (symlink(target, in_scratch(name)) != 0) {
		printf("Bail out! %s can't be linked\n", name);
		exit(1);
	}
}

static inline bool file_holds(const char *name, const char *text)
{
	char data[256] = "";
	const int fd = open(in_scratch(name), O_RDONLY);
	const ssize_t len = fd < 0 ? -1 : read(fd, data, sizeof(data) - 1);

	if (fd >= 0)
		(void)close(fd);
	return len >= 0 && strcmp(data, text) == 0;
}

#endif
