#include "sys/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/sys_internal.h"

/* Lines that several processes add to one file, which may be rotated at any time. */

#define MAX_ROTATIONS 16

#define FLAGS (O_RDWR | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW)

static siglet_err *sync_folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = NULL;
	siglet_err *err;

	if (slash == NULL)
		return siglet_sys_sync_folder(".");
	/* With the slash: "/a" lies in "/". */
	err = siglet_strndup(siglet_slice_of(path, (size_t)(slash - path) + 1), &folder);
	if (err == NULL)
		err = siglet_sys_sync_folder(folder);
	free(folder);
	return err;
}

/* Whoever can put a link in our way would choose which of our files is written. */
static siglet_err *open_log(const char *path, int *ret_fd)
{
	struct stat info;
	bool is_new = false;
	siglet_err *err = NULL;
	int fd = open(path, FLAGS);

	if (fd < 0 && errno == ENOENT) {
		fd = open(path, FLAGS | O_CREAT, S_IRUSR | S_IWUSR);
		is_new = fd >= 0;
	}
	if (fd < 0 && errno == ELOOP)
		return siglet_sys_refuse(SIGLET_E_IO, path,
					 "is a symbolic link, which is not followed");
	if (fd < 0)
		return siglet_sys_errno(path, errno);
	if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
		err = siglet_sys_refuse(SIGLET_E_IO, path, "is not a regular file");
	/* A line in a file that a crash takes back is lost, too. */
	if (err == NULL && is_new)
		err = sync_folder_of(path);
	if (err != NULL)
		(void)close(fd);
	else
		*ret_fd = fd;
	return err;
}

static siglet_err *lock(int fd, const char *path)
{
	int result;

	do
		result = flock(fd, LOCK_EX);
	while (result != 0 && errno == EINTR);
	return result == 0 ? NULL : siglet_sys_errno(path, errno);
}

static bool write_whole(int fd, siglet_slice line)
{
	while (line.len > 0) {
		const ssize_t len = write(fd, line.ptr, line.len);

		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			return false;
		line = siglet_slice_of(line.ptr + len, line.len - (size_t)len);
	}
	return true;
}

/* What a crash of somebody cut off is given its end, so that the next line stands by itself. */
static siglet_err *end_last_line(int fd, const char *path, off_t size)
{
	char last = '\n';

	if (size > 0 && pread(fd, &last, 1, size - 1) != 1)
		return siglet_sys_errno(path, errno);
	if (last == '\n' || write_whole(fd, siglet_slice_str("\n")))
		return NULL;
	return siglet_sys_errno(path, errno);
}

static siglet_err *append(int fd, const char *path, siglet_slice line)
{
	struct stat info;
	siglet_err *err;

	if (fstat(fd, &info) != 0)
		return siglet_sys_errno(path, errno);
	err = end_last_line(fd, path, info.st_size);
	if (err != NULL)
		return err;
	if (write_whole(fd, line) && fsync(fd) == 0)
		return NULL;
	err = siglet_sys_errno(path, errno);
	/* Half a line is worse than none. */
	if (ftruncate(fd, info.st_size) != 0)
		err = siglet_err_wrap(err, "and a part of a line is left");
	return err;
}

/* While we waited for the lock it may have been rotated away: then another has its name. */
static bool is_current(int fd, const char *path)
{
	struct stat opened, named;

	return fstat(fd, &opened) == 0 && lstat(path, &named) == 0 &&
	       opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

/* The file that has the name now, under the lock. */
static siglet_err *open_locked(const char *path, int *ret_fd)
{
	for (unsigned i = 0; i < MAX_ROTATIONS; i++) {
		int fd = -1;
		siglet_err *err = open_log(path, &fd);

		if (err != NULL)
			return err;
		err = lock(fd, path);
		if (err == NULL && is_current(fd, path)) {
			*ret_fd = fd;
			return NULL;
		}
		(void)close(fd);
		if (err != NULL)
			return err;
	}
	return siglet_sys_refuse(SIGLET_E_IO, path, "is replaced all the time");
}

siglet_err *siglet_sys_append_line(const char *path, siglet_slice line)
{
	int fd = -1;
	siglet_err *err = open_locked(path, &fd);

	if (err != NULL)
		return err;
	err = append(fd, path, line);
	if (close(fd) != 0 && err == NULL)
		err = siglet_sys_errno(path, errno);
	return err;
}
