#include "sys/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/sys_internal.h"

#define PIECE_BYTES ((size_t)1 << 20)
#define PAGE_BYTES 4096
#define STDIN_NAME "standard input"

static const char *kind_name(mode_t mode)
{
	if (S_ISDIR(mode))
		return "is a directory";
	if (S_ISFIFO(mode))
		return "is a FIFO, not a regular file";
	if (S_ISSOCK(mode))
		return "is a socket, not a regular file";
	if (S_ISCHR(mode) || S_ISBLK(mode))
		return "is a device, not a regular file";
	return "is not a regular file";
}

/*
 * Without O_NONBLOCK, opening a FIFO would wait for a writer; on a regular file it means nothing.
 */
#define OPEN_FILE (O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)

/* What was opened is looked at, not what the name stood for before. */
static siglet_err *check_regular(int fd, const char *shown)
{
	struct stat info;

	if (fstat(fd, &info) != 0)
		return siglet_sys_errno(shown, errno);
	if (!S_ISREG(info.st_mode))
		return siglet_sys_refuse(SIGLET_E_IO, shown, kind_name(info.st_mode));
	return NULL;
}

/* A socket can't be opened at all: ENXIO. */
static siglet_err *cannot_open(const char *shown, int number)
{
	return number == ENXIO ? siglet_sys_refuse(SIGLET_E_IO, shown, kind_name(S_IFSOCK))
			       : siglet_sys_errno(shown, number);
}

static siglet_err *open_with(const char *path, int flags, int *ret_fd)
{
	const int fd = open(path, OPEN_FILE | flags);
	siglet_err *err;

	if (fd < 0)
		return cannot_open(path, errno);
	err = check_regular(fd, path);
	if (err == NULL)
		*ret_fd = fd;
	else
		(void)close(fd);
	return err;
}

siglet_err *siglet_sys_open_regular(const char *path, int *ret_fd)
{
	return open_with(path, 0, ret_fd);
}

static siglet_err *read_some(int fd, const char *shown, void *piece, size_t room, size_t *ret_len)
{
	ssize_t len;

	do
		len = read(fd, piece, room);
	while (len < 0 && errno == EINTR);
	if (len < 0)
		return siglet_sys_errno(shown, errno);
	*ret_len = (size_t)len;
	return NULL;
}

static siglet_err *too_large(const char *shown, size_t max)
{
	siglet_err *err = siglet_err_new(SIGLET_E_LIMIT, "larger than %zu bytes", max);

	return siglet_err_wrap(err, "%s", siglet_text_printable(siglet_slice_str(shown)).text);
}

/*
 * Read straight into the buffer; one byte past the ceiling tells a full file from one too large. A
 * regular file gives less than was asked for only at its end.
 */
static siglet_err *read_up_to(int fd, const char *shown, size_t want, bool is_regular,
			      siglet_buf *ret_data)
{
	for (;;) {
		const size_t left = ret_data->max - ret_data->len;
		uint8_t beyond;
		size_t len = 0;
		siglet_err *err;

		if (left == 0) {
			err = read_some(fd, shown, &beyond, 1, &len);
			return err == NULL && len > 0 ? too_large(shown, ret_data->max) : err;
		}
		if (want > left)
			want = left;
		err = siglet_buf_reserve(ret_data, want);
		if (err == NULL)
			err = read_some(fd, shown, ret_data->ptr + ret_data->len, want, &len);
		if (err != NULL || len == 0)
			return err;
		ret_data->len += len;
		ret_data->ptr[ret_data->len] = '\0';
		if (is_regular && len < want)
			return NULL;
		want = ret_data->cap > ret_data->len ? ret_data->cap - ret_data->len
						     : PIECE_BYTES / 16;
	}
}

/* From its start, when its size is known: in one go. */
static siglet_err *read_whole(int fd, const char *shown, siglet_buf *ret_data)
{
	struct stat info;
	size_t want = PIECE_BYTES / 16;
	bool is_regular;

	if (fstat(fd, &info) != 0)
		return siglet_sys_errno(shown, errno);
	is_regular = S_ISREG(info.st_mode);
	if (is_regular && info.st_size > 0 && (uintmax_t)info.st_size < SIZE_MAX)
		want = (size_t)info.st_size + 1;
	return read_up_to(fd, shown, want, is_regular, ret_data);
}

static siglet_err *read_opened(const char *path, int flags, siglet_buf *ret_data)
{
	int fd = -1;
	siglet_err *err = open_with(path, flags, &fd);

	if (err != NULL)
		return err;
	err = read_whole(fd, path, ret_data);
	(void)close(fd);
	if (err != NULL)
		siglet_buf_clear(ret_data);
	return err;
}

siglet_err *siglet_sys_read_file(const char *path, siglet_buf *ret_data)
{
	return read_opened(path, 0, ret_data);
}

/* The two in one look at it: a log has millions of files. */
static siglet_err *read_regular(int fd, const char *path, siglet_buf *ret_data)
{
	struct stat info;

	if (fstat(fd, &info) != 0)
		return siglet_sys_errno(path, errno);
	if (!S_ISREG(info.st_mode))
		return siglet_sys_refuse(SIGLET_E_IO, path, kind_name(info.st_mode));
	return read_up_to(fd, path,
			  info.st_size > 0 && (uintmax_t)info.st_size < SIZE_MAX
				  ? (size_t)info.st_size + 1
				  : PIECE_BYTES / 16,
			  true, ret_data);
}

siglet_err *siglet_sys_read_kept(const char *path, siglet_buf *ret_data)
{
	const int fd = open(path, OPEN_FILE | O_NOFOLLOW);
	siglet_err *err;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return siglet_sys_refuse(SIGLET_E_MISSING, path, "no such file");
	if (fd < 0 && errno == ELOOP)
		return siglet_sys_refuse(SIGLET_E_IO, path,
					 "is a symbolic link, which is not followed");
	if (fd < 0)
		return cannot_open(path, errno);
	err = read_regular(fd, path, ret_data);
	(void)close(fd);
	if (err != NULL)
		siglet_buf_clear(ret_data);
	return err;
}

siglet_err *siglet_sys_read_stdin(siglet_buf *ret_data)
{
	siglet_err *err = read_whole(STDIN_FILENO, STDIN_NAME, ret_data);

	if (err != NULL)
		siglet_buf_clear(ret_data);
	return err;
}

siglet_err *siglet_sys_read_descriptor(int fd, siglet_buf *ret_data)
{
	char shown[32];
	siglet_err *err;

	(void)snprintf(shown, sizeof(shown), "descriptor %d", fd);
	err = read_whole(fd, shown, ret_data);
	if (err != NULL)
		siglet_buf_clear(ret_data);
	return err;
}

/*
 * A small file, as most are in a batch, is not worth fresh pages from the kernel and their return.
 */
static size_t piece_bytes(int fd)
{
	struct stat info;

	if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode) || info.st_size < 0 ||
	    (uintmax_t)info.st_size >= PIECE_BYTES)
		return PIECE_BYTES;
	return ((size_t)info.st_size / PAGE_BYTES + 1) * PAGE_BYTES;
}

/*
 * Large pieces in one aligned buffer: the kernel's copy and the hash each run at their own full
 * speed.
 */
static siglet_err *stream(int fd, const char *shown, siglet_sys_consume *consume, void *context)
{
	const size_t room = piece_bytes(fd);
	void *piece = NULL;
	siglet_err *err = NULL;
	size_t len = 0;

	if (posix_memalign(&piece, PAGE_BYTES, room) != 0)
		return siglet_err_nomem();
	if (room == PIECE_BYTES)
		(void)posix_fadvise(fd, 0, 0,
				    POSIX_FADV_SEQUENTIAL); /* advice; a pipe takes none */
	do {
		err = read_some(fd, shown, piece, room, &len);
		if (err == NULL && len > 0)
			err = consume(context, siglet_slice_of(piece, len));
	} while (err == NULL && len > 0);
	free(piece);
	return err;
}

siglet_err *siglet_sys_stream_file(const char *path, siglet_sys_consume *consume, void *context)
{
	int fd = -1;
	siglet_err *err = siglet_sys_open_regular(path, &fd);

	if (err != NULL)
		return err;
	err = stream(fd, path, consume, context);
	(void)close(fd);
	return err;
}

bool siglet_sys_is_unchanged(const struct stat *before, const struct stat *after)
{
	return before->st_size == after->st_size &&
	       before->st_mtim.tv_sec == after->st_mtim.tv_sec &&
	       before->st_mtim.tv_nsec == after->st_mtim.tv_nsec &&
	       before->st_ctim.tv_sec == after->st_ctim.tv_sec &&
	       before->st_ctim.tv_nsec == after->st_ctim.tv_nsec;
}

/* What is read, and how much of it there was. */
typedef struct counted {
	siglet_sys_consume *consume;
	void *context;
	uintmax_t bytes;
} counted;

static siglet_err *count(void *context, siglet_slice piece)
{
	counted *c = context;

	c->bytes += piece.len;
	return c->consume(c->context, piece);
}

siglet_err *siglet_sys_stream_unchanged(const char *path, siglet_sys_consume *consume,
					void *context)
{
	counted c = { consume, context, 0 };
	struct stat before, after;
	int fd = -1;
	siglet_err *err = siglet_sys_open_regular(path, &fd);

	if (err != NULL)
		return err;
	if (fstat(fd, &before) != 0)
		err = siglet_sys_errno(path, errno);
	if (err == NULL)
		err = stream(fd, path, count, &c);
	if (err == NULL && fstat(fd, &after) != 0)
		err = siglet_sys_errno(path, errno);
	if (err == NULL &&
	    (!siglet_sys_is_unchanged(&before, &after) || c.bytes != (uintmax_t)before.st_size))
		err = siglet_sys_refuse(SIGLET_E_IO, path, "changed while it was read");
	(void)close(fd);
	return err;
}

siglet_err *siglet_sys_stream_stdin(siglet_sys_consume *consume, void *context)
{
	return stream(STDIN_FILENO, STDIN_NAME, consume, context);
}

static siglet_err *cannot_step(const char *name, int number)
{
	if (number == ENOENT)
		return siglet_sys_refuse(SIGLET_E_MISSING, name, "no such file or directory");
	if (number == ELOOP || number == ENOTDIR)
		return siglet_sys_refuse(SIGLET_E_IO, name,
					 "a part of it is a symbolic link or no directory");
	return cannot_open(name, number);
}

/* The next part of a name, which must lead further down. */
static siglet_err *next_part(const char *name, const char *rest, char part[NAME_MAX + 1])
{
	const size_t len = strcspn(rest, "/");

	if (len == 0 || (len == 2 && memcmp(rest, "..", 2) == 0))
		return siglet_sys_refuse(SIGLET_E_USAGE, name, "may lead out of its folder");
	if (len > NAME_MAX)
		return siglet_sys_errno(name, ENAMETOOLONG);
	memcpy(part, rest, len);
	part[len] = '\0';
	return NULL;
}

/*
 * Step into each folder of the name by itself, so that no link is followed on the way. Takes at.
 */
static siglet_err *open_beneath(int at, const char *name, int *ret_fd)
{
	char part[NAME_MAX + 1];
	const char *rest = name;

	for (;;) {
		siglet_err *err = next_part(name, rest, part);

		if (err != NULL) {
			(void)close(at);
			return err;
		}
		rest += strlen(part);
		const int kind = *rest == '\0' ? OPEN_FILE : O_RDONLY | O_CLOEXEC | O_DIRECTORY;
		const int next = openat(at, part, kind | O_NOFOLLOW);
		const int number = errno;

		(void)close(at);
		if (next < 0)
			return cannot_step(name, number);
		at = next;
		if (*rest == '\0')
			break;
		rest++;
	}
	*ret_fd = at;
	return NULL;
}

siglet_err *siglet_sys_stream_beneath(const char *folder, const char *name,
				      siglet_sys_consume *consume, void *context)
{
	const int folder_fd = open(folder, O_RDONLY | O_CLOEXEC | O_DIRECTORY);
	int fd = -1;
	siglet_err *err;

	if (folder_fd < 0)
		return siglet_sys_errno(folder, errno);
	err = open_beneath(folder_fd, name, &fd);
	if (err != NULL)
		return err;
	err = check_regular(fd, name);
	if (err == NULL)
		err = stream(fd, name, consume, context);
	(void)close(fd);
	return err;
}

siglet_err *siglet_sys_check_file(const char *path)
{
	int fd = -1;
	siglet_err *err = siglet_sys_open_regular(path, &fd);

	if (err == NULL)
		(void)close(fd);
	return err;
}

bool siglet_sys_is_folder(const char *path)
{
	struct stat info;

	return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

bool siglet_sys_is_same_file(const char *a, const char *b)
{
	struct stat first, second;

	return stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_dev == second.st_dev &&
	       first.st_ino == second.st_ino;
}

static bool stat_folder_of(const char *path, struct stat *ret_info)
{
	const char *slash = strrchr(path, '/');
	char *folder = NULL;
	bool known;

	if (slash == NULL)
		return stat(".", ret_info) == 0;
	siglet_err *err =
		siglet_strndup(siglet_slice_of(path, (size_t)(slash - path) + 1), &folder);
	known = err == NULL && stat(folder, ret_info) == 0;
	siglet_err_free(err);
	free(folder);
	return known;
}

bool siglet_sys_is_same_place(const char *a, const char *b)
{
	const char *last_a = strrchr(a, '/'), *last_b = strrchr(b, '/');
	struct stat first, second;

	if (strcmp(last_a == NULL ? a : last_a + 1, last_b == NULL ? b : last_b + 1) != 0)
		return false;
	return stat_folder_of(a, &first) && stat_folder_of(b, &second) &&
	       first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

siglet_err *siglet_sys_check_absent(const char *path)
{
	struct stat info;

	if (lstat(path, &info) == 0)
		return siglet_sys_refuse(SIGLET_E_IO, path, "is there already");
	/* A missing folder is told of by who writes. */
	return errno == ENOENT || errno == ENOTDIR ? NULL : siglet_sys_errno(path, errno);
}

bool siglet_sys_is_there(const char *path)
{
	struct stat info;

	return lstat(path, &info) == 0 ||
	       (errno != ENOENT && errno != ENOTDIR && errno != ENAMETOOLONG);
}

uint64_t siglet_sys_file_size(const char *path)
{
	struct stat info;

	return stat(path, &info) == 0 && S_ISREG(info.st_mode) ? (uint64_t)info.st_size : 0;
}
