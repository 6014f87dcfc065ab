#define _GNU_SOURCE /* flock, syncfs */
#include "sys/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/sys_internal.h"

/* Folders and files of the program's own: nobody else writes them, links in the way are refused. */

#define PRIVATE_FILE (S_IRUSR | S_IWUSR)
#define POLL_MS 20

static siglet_err *make_one(const char *path, bool is_last)
{
	struct stat info;

	if (mkdir(path, S_IRWXU) == 0)
		return NULL;
	if (errno != EEXIST)
		return siglet_sys_errno(path, errno);
	if ((is_last ? lstat(path, &info) : stat(path, &info)) != 0)
		return siglet_sys_errno(path, errno);
	if (S_ISLNK(info.st_mode))
		return siglet_sys_refuse(SIGLET_E_IO, path,
					 "is a symbolic link, which is not followed");
	if (!S_ISDIR(info.st_mode))
		return siglet_sys_refuse(SIGLET_E_IO, path, "is not a folder");
	return NULL;
}

siglet_err *siglet_sys_make_folder(const char *path)
{
	char *part = NULL;
	siglet_err *err = siglet_strndup(siglet_slice_str(path), &part);

	if (err != NULL)
		return err;
	for (char *slash = strchr(part + 1, '/'); err == NULL && slash != NULL;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		err = make_one(part, false);
		*slash = '/';
	}
	if (err == NULL)
		err = make_one(part, true);
	free(part);
	return err;
}

siglet_err *siglet_sys_write_kept(const char *path, siglet_slice data)
{
	siglet_sys_output *output = NULL;
	siglet_err *err = siglet_sys_output_begin_alone(path, &output);

	if (err == NULL)
		err = siglet_sys_output_write(output, data);
	if (err == NULL)
		err = siglet_sys_output_commit(output, PRIVATE_FILE);
	siglet_sys_output_free(output);
	return err;
}

/* ---- files that a library opens by name ---- */

/* Put a name that was just made on disk with its folder, or a crash takes it back. */
siglet_err *siglet_sys_sync_folder(const char *folder)
{
	const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	siglet_err *err = NULL;

	if (fd < 0)
		return siglet_sys_errno(folder, errno);
	/* Some file systems can't put a folder on disk by itself, and say EINVAL. */
	if (fsync(fd) != 0 && errno != EINVAL && errno != ENOTSUP)
		err = siglet_sys_errno(folder, errno);
	(void)close(fd);
	return err;
}

/*
 * A file that is there is not opened: its last close would take the locks that this process has on
 * it. One that was just made has none.
 */
static siglet_err *make_file(const char *path, const char *real_path, const char *folder)
{
	const int fd =
		open(real_path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, PRIVATE_FILE);
	struct stat info;

	if (fd >= 0) {
		(void)close(fd);
		return siglet_sys_sync_folder(folder);
	}
	if (errno != EEXIST || lstat(real_path, &info) != 0)
		return siglet_sys_errno(path, errno);
	if (S_ISLNK(info.st_mode))
		return siglet_sys_refuse(SIGLET_E_IO, path,
					 "is a symbolic link, which is not followed");
	if (!S_ISREG(info.st_mode))
		return siglet_sys_refuse(SIGLET_E_IO, path, "is not a regular file");
	return NULL;
}

siglet_err *siglet_sys_make_kept(const char *path, siglet_buf *ret_real_path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash == NULL ? path : slash + 1;
	const siglet_slice folder = slash == NULL   ? siglet_slice_str(".")
				    : slash == path ? siglet_slice_str("/")
						    : siglet_slice_of(path, (size_t)(slash - path));
	const size_t before = ret_real_path->len;
	char *given = NULL, *real = NULL;
	int number;
	siglet_err *err = siglet_strndup(folder, &given);

	if (err != NULL)
		return err;
	real = realpath(given, NULL);
	number = errno;
	free(given);
	if (real == NULL)
		return siglet_sys_errno(path, number);
	err = siglet_buf_printf(ret_real_path, "%s/%s", strcmp(real, "/") == 0 ? "" : real, name);
	if (err == NULL)
		err = make_file(path, siglet_buf_text(ret_real_path) + before, real);
	if (err != NULL)
		siglet_buf_truncate(ret_real_path, before);
	free(real);
	return err;
}

/* ---- copies ---- */

static siglet_err *make_folders_above(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = NULL;
	siglet_err *err;

	if (slash == NULL || slash == path)
		return NULL;
	err = siglet_strndup(siglet_slice_of(path, (size_t)(slash - path)), &folder);
	if (err != NULL)
		return err;
	for (char *part = strchr(folder + 1, '/'); part != NULL; part = strchr(part + 1, '/')) {
		*part = '\0';
		if (mkdir(folder, 0777) != 0 && errno != EEXIST)
			err = siglet_sys_errno(folder, errno);
		*part = '/';
		if (err != NULL)
			break;
	}
	if (err == NULL && mkdir(folder, 0777) != 0 && errno != EEXIST)
		err = siglet_sys_errno(folder, errno);
	free(folder);
	return err;
}

static siglet_err *write_all(int fd, const char *path, siglet_slice data)
{
	while (data.len > 0) {
		const ssize_t len = write(fd, data.ptr, data.len);

		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			return siglet_sys_errno(path, errno);
		data = siglet_slice_of(data.ptr + len, data.len - (size_t)len);
	}
	return NULL;
}

static int open_temporary(const char *name)
{
	return open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW, 0666);
}

siglet_err *siglet_sys_write_copy(const char *path, siglet_slice data)
{
	char name[4096];
	siglet_err *err;
	int fd;

	/* Threads of this process, and other processes, may be writing the same. */
	if (snprintf(name, sizeof(name), "%s.%ld-%p.tmp", path, (long)getpid(), (void *)&err) >=
	    (int)sizeof(name))
		return siglet_err_new(SIGLET_E_USAGE, "too long a path");
	fd = open_temporary(name);
	if (fd < 0 && errno == ENOENT) {
		err = make_folders_above(path);
		if (err != NULL)
			return err;
		fd = open_temporary(name);
	}
	if (fd < 0)
		return siglet_sys_errno(path, errno);
	err = write_all(fd, path, data);
	if (close(fd) != 0 && err == NULL)
		err = siglet_sys_errno(path, errno);
	if (err == NULL && rename(name, path) != 0)
		err = siglet_sys_errno(path, errno);
	if (err != NULL)
		(void)unlink(name);
	return err;
}

siglet_err *siglet_sys_sync_copies(const char *folder)
{
	const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	siglet_err *err = NULL;

	if (fd < 0)
		return siglet_sys_errno(folder, errno);
#ifdef __linux__
	if (syncfs(fd) != 0)
		err = siglet_sys_errno(folder, errno);
#else
	sync();
#endif
	(void)close(fd);
	return err;
}

/* ---- locks ---- */

/* A lock that is had at once, or after a while; never longer than it was waited for. */
static siglet_err *wait_for(int fd, const char *path, unsigned wait_ms)
{
	const int64_t until = siglet_sys_monotonic_ms() + wait_ms;

	while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno == EINTR)
			continue;
		if (errno != EWOULDBLOCK)
			return siglet_sys_errno(path, errno);
		if (siglet_sys_monotonic_ms() >= until)
			return siglet_sys_refuse(SIGLET_E_IO, path, "is locked by another process");
		siglet_sys_sleep_ms(POLL_MS);
	}
	return NULL;
}

siglet_err *siglet_sys_lock(const char *path, unsigned wait_ms, int *ret_lock)
{
	const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW,
			    PRIVATE_FILE);
	siglet_err *err;

	if (fd < 0)
		return siglet_sys_errno(path, errno);
	err = wait_for(fd, path, wait_ms);
	if (err != NULL)
		(void)close(fd);
	else
		*ret_lock = fd;
	return err;
}

/* Whoever has the lock wrote its number there; it may have ended since. */
static siglet_err *name_holder(const char *path, siglet_err *err)
{
	siglet_buf text;
	siglet_err *unread;

	siglet_buf_init(&text, 32);
	unread = siglet_sys_read_kept(path, &text);
	if (unread == NULL && text.len > 0)
		err = siglet_err_hint(err, "process %s has it",
				      siglet_text_printable(siglet_buf_slice(&text)).text);
	siglet_err_free(unread);
	siglet_buf_clear(&text);
	return err;
}

siglet_err *siglet_sys_lock_alone(const char *path, int *ret_lock)
{
	char pid[32];
	int lock = -1;
	siglet_err *err = siglet_sys_lock(path, 0, &lock);

	if (err != NULL)
		return name_holder(path, err);
	const int len = snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	/* For people only: the lock holds without it. */
	if (ftruncate(lock, 0) == 0)
		(void)!pwrite(lock, pid, (size_t)len, 0);
	*ret_lock = lock;
	return NULL;
}

void siglet_sys_unlock(int lock)
{
	if (lock >= 0)
		(void)close(lock);
}
