#define _GNU_SOURCE /* O_TMPFILE */
#include "sys/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/sys_internal.h"

#define MAX_TEMPORARIES 1000

static siglet_err *open_folder(siglet_sys_output *output)
{
	const char *slash = strrchr(output->path, '/');
	char *folder = NULL;
	siglet_err *err;

	output->name = slash == NULL ? output->path : slash + 1;
	if (output->name[0] == '\0')
		return siglet_sys_refuse(SIGLET_E_IO, output->path, "names no file");
	/* With the slash: "/a" lies in "/". */
	err = slash == NULL ? siglet_strndup(siglet_slice_str("."), &folder)
			    : siglet_strndup(siglet_slice_of(output->path,
							     (size_t)(slash - output->path) + 1),
					     &folder);
	if (err != NULL)
		return err;
	output->folder_fd = open(folder, O_RDONLY | O_CLOEXEC | O_DIRECTORY);
	if (output->folder_fd < 0)
		err = errno == ENOENT	 ? siglet_sys_refuse(SIGLET_E_IO, output->path,
							     "its folder is not there")
		      : errno == ENOTDIR ? siglet_sys_refuse(SIGLET_E_IO, output->path,
							     "what should be its folder is none")
					 : siglet_sys_errno(output->path, errno);
	free(folder);
	return err;
}

/* rename() would replace a device or a link without a word. */
static siglet_err *check_target(const siglet_sys_output *output)
{
	struct stat info;

	if (fstatat(output->folder_fd, output->name, &info, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? NULL : siglet_sys_errno(output->path, errno);
	if (S_ISREG(info.st_mode))
		return NULL;
	return siglet_sys_refuse(SIGLET_E_IO, output->path,
				 S_ISDIR(info.st_mode) ? "is a directory"
				 : S_ISLNK(info.st_mode)
					 ? "is a symbolic link, which is not replaced"
					 : "is no regular file, and not replaced");
}

/*
 * A file without a name, where the file system has such: whatever becomes of this process, nothing
 * is left behind. It can be given its name only by way of /proc.
 */
static bool open_nameless(siglet_sys_output *output)
{
#ifdef O_TMPFILE
	if (access("/proc/self/fd", X_OK) == 0)
		output->fd = openat(output->folder_fd, ".", O_WRONLY | O_TMPFILE | O_CLOEXEC,
				    S_IRUSR | S_IWUSR);
#endif
	return output->fd >= 0;
}

/* Call make with the name of a temporary until there was nothing by that name. */
static siglet_err *name_temporary(siglet_sys_output *output, int (*make)(siglet_sys_output *output))
{
	for (unsigned i = 0; i < MAX_TEMPORARIES; i++) {
		(void)snprintf(output->temporary, sizeof(output->temporary), ".siglet-%ld-%u.tmp",
			       (long)getpid(), i);
		if (make(output) >= 0)
			return NULL;
		const int number = errno;
		output->temporary[0] = '\0';
		if (number != EEXIST)
			return siglet_sys_errno(output->path, number);
	}
	return siglet_sys_refuse(SIGLET_E_IO, output->path,
				 "old temporary files (.siglet-*.tmp) are in the way");
}

static int make_file(siglet_sys_output *output)
{
	output->fd =
		openat(output->folder_fd, output->temporary,
		       O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
	return output->fd;
}

static int link_nameless(const siglet_sys_output *output, const char *name)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", output->fd);
	return linkat(AT_FDCWD, path, output->folder_fd, name, AT_SYMLINK_FOLLOW);
}

static int make_link(siglet_sys_output *output)
{
	return link_nameless(output, output->temporary);
}

/* What a crash left of the last one is taken over. */
static siglet_err *open_named(siglet_sys_output *output)
{
	const int len =
		snprintf(output->temporary, sizeof(output->temporary), ".%s.new", output->name);

	if (len < 0 || (size_t)len >= sizeof(output->temporary)) {
		output->temporary[0] = '\0';
		return siglet_sys_refuse(SIGLET_E_IO, output->path, "has too long a name");
	}
	output->fd = openat(output->folder_fd, output->temporary,
			    O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
			    S_IRUSR | S_IWUSR);
	return output->fd >= 0 ? NULL : siglet_sys_errno(output->path, errno);
}

static siglet_err *open_temporary(siglet_sys_output *output, bool is_alone)
{
	if (is_alone)
		return open_named(output);
	return open_nameless(output) ? NULL : name_temporary(output, make_file);
}

siglet_err *siglet_sys_output_open(const char *path, siglet_sys_output **ret_output)
{
	siglet_sys_output *output = siglet_calloc(1, sizeof(*output));
	siglet_err *err;

	if (output == NULL)
		return siglet_err_nomem();
	*ret_output = output;
	output->fd = output->folder_fd = -1;
	err = siglet_strndup(siglet_slice_str(path), &output->path);
	if (err == NULL)
		err = open_folder(output);
	return err == NULL ? check_target(output) : err;
}

static siglet_err *begin(const char *path, bool is_alone, siglet_sys_output **ret_output)
{
	siglet_sys_output *output = NULL;
	siglet_err *err = siglet_sys_output_open(path, &output);

	if (err == NULL)
		err = open_temporary(output, is_alone);
	if (err != NULL) {
		siglet_sys_output_free(output);
		return err;
	}
	*ret_output = output;
	return NULL;
}

siglet_err *siglet_sys_output_begin(const char *path, siglet_sys_output **ret_output)
{
	return begin(path, false, ret_output);
}

siglet_err *siglet_sys_output_begin_alone(const char *path, siglet_sys_output **ret_output)
{
	return begin(path, true, ret_output);
}

siglet_err *siglet_sys_write_all(int fd, const char *path, siglet_slice data)
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

siglet_err *siglet_sys_output_write(siglet_sys_output *output, siglet_slice data)
{
	siglet_err *err = siglet_sys_write_all(output->fd, output->path, data);

	if (err == NULL)
		output->written += data.len;
	return err;
}

siglet_err *siglet_sys_output_reserve(siglet_sys_output *output, uint64_t bytes)
{
	int number;

	do
		number = posix_fallocate(output->fd, 0, (off_t)bytes);
	while (number == EINTR);
	if (number == EINVAL || number == EOPNOTSUPP)
		return NULL; /* a file system that can't promise */
	if (number != 0)
		return siglet_sys_errno(output->path, number);
	output->reserved = true;
	return NULL;
}

/* Everything but the name. */
static siglet_err *complete(siglet_sys_output *output, unsigned mode)
{
	const int fd = output->fd;

	if (fd < 0)
		return siglet_err_new(SIGLET_E_USAGE, "the file is in its place already");
	if ((output->reserved && ftruncate(fd, (off_t)output->written) != 0) ||
	    fchmod(fd, (mode_t)mode) != 0 || fsync(fd) != 0)
		return siglet_sys_errno(output->path, errno);
	return check_target(output);
}

/* Where nothing may be replaced, a second name beside the temporary one is made, or none. */
static siglet_err *put_in_place(siglet_sys_output *output, bool replace)
{
	siglet_err *err = NULL;

	if (output->temporary[0] == '\0') {
		if (link_nameless(output, output->name) == 0)
			return NULL;
		if (errno != EEXIST || !replace)
			return siglet_sys_errno(output->path, errno);
		err = name_temporary(output, make_link);
		if (err != NULL)
			return err;
	}
	if (!replace &&
	    linkat(output->folder_fd, output->temporary, output->folder_fd, output->name, 0) != 0)
		return siglet_sys_errno(output->path, errno);
	if (!replace)
		siglet_sys_output_discard(output);
	else if (renameat(output->folder_fd, output->temporary, output->folder_fd, output->name) !=
		 0)
		return siglet_sys_errno(output->path, errno);
	output->temporary[0] = '\0';
	siglet_sys_output_discard(output); /* the note */
	return NULL;
}

static siglet_err *commit(siglet_sys_output *output, unsigned mode, bool replace)
{
	siglet_err *err = complete(output, mode);
	int fd;

	if (err == NULL)
		err = put_in_place(output, replace);
	if (err != NULL)
		return err;
	fd = output->fd;
	output->fd = -1;
	if (close(fd) != 0)
		return siglet_sys_errno(output->path, errno);
	/* Some file systems can't put a folder on disk by itself, and say EINVAL. */
	if (fsync(output->folder_fd) != 0 && errno != EINVAL && errno != ENOTSUP)
		return siglet_err_wrap(siglet_sys_errno(output->path, errno),
				       "written, but its folder could not be put on disk");
	return NULL;
}

siglet_err *siglet_sys_output_commit(siglet_sys_output *output, unsigned mode)
{
	return commit(output, mode, true);
}

siglet_err *siglet_sys_output_commit_new(siglet_sys_output *output, unsigned mode)
{
	return commit(output, mode, false);
}

void siglet_sys_output_discard(const siglet_sys_output *output)
{
	if (output->temporary[0] != '\0')
		(void)unlinkat(output->folder_fd, output->temporary, 0);
	if (output->note[0] != '\0')
		(void)unlinkat(output->folder_fd, output->note, 0);
}

void siglet_sys_output_free(siglet_sys_output *output)
{
	if (output == NULL)
		return;
	siglet_sys_output_discard(output);
	if (output->fd >= 0)
		(void)close(output->fd);
	if (output->folder_fd >= 0)
		(void)close(output->folder_fd);
	free(output->path);
	free(output);
}

unsigned siglet_sys_new_file_mode(void)
{
	const mode_t mask = umask(0);

	(void)umask(mask);
	return 0666u & ~(unsigned)mask;
}
