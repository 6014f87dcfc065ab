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

/*
 * A file that comes in parts, over several runs. Its temporary has a name, and a lock that keeps two
 * processes from writing to it; beside it a note says what it is a part of.
 */

#define PIECE_BYTES ((size_t)1 << 20)
#define MAX_TRIES 8

static siglet_err *name_files(siglet_sys_output *output)
{
	const int part =
		snprintf(output->temporary, sizeof(output->temporary), ".%s.part", output->name);
	const int note =
		snprintf(output->note, sizeof(output->note), ".%s.part.note", output->name);

	if (part > 0 && note > 0 && (size_t)note < sizeof(output->note))
		return NULL;
	output->temporary[0] = output->note[0] = '\0';
	return siglet_sys_refuse(SIGLET_E_IO, output->path, "has too long a name");
}

/* What lies there must be ours alone: another name of it, or another owner, could change it later. */
static siglet_err *check_ours(const siglet_sys_output *output, const struct stat *info)
{
	if (!S_ISREG(info->st_mode) || info->st_nlink > 1 || info->st_uid != geteuid())
		return siglet_sys_refuse(SIGLET_E_IO, output->path,
					 "what lies beside it as .NAME.part is not ours");
	return NULL;
}

/* Of two processes one has it; and it may have become the file itself before it was locked. */
static siglet_err *lock_part(siglet_sys_output *output, bool *ret_is_ours)
{
	struct stat opened, named;

	if (flock(output->fd, LOCK_EX | LOCK_NB) != 0)
		return errno == EWOULDBLOCK ? siglet_sys_refuse(SIGLET_E_IO, output->path,
								"another process is fetching it")
					    : siglet_sys_errno(output->path, errno);
	if (fstat(output->fd, &opened) != 0)
		return siglet_sys_errno(output->path, errno);
	*ret_is_ours =
		fstatat(output->folder_fd, output->temporary, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
		opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
	return *ret_is_ours ? check_ours(output, &opened) : NULL;
}

static siglet_err *open_part(siglet_sys_output *output)
{
	for (unsigned i = 0; i < MAX_TRIES; i++) {
		bool is_ours = false;
		siglet_err *err;

		output->fd = openat(output->folder_fd, output->temporary,
				    O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
				    S_IRUSR | S_IWUSR);
		if (output->fd < 0)
			return siglet_sys_errno(output->path, errno);
		err = lock_part(output, &is_ours);
		if (err != NULL || is_ours)
			return err;
		(void)close(output->fd);
		output->fd = -1;
	}
	return siglet_sys_refuse(SIGLET_E_IO, output->path, "other processes are fetching it");
}

/* ---- the note ---- */

/* A note that can't be read is none: then what is there is of no use. */
static siglet_err *read_note(const siglet_sys_output *output, siglet_buf *ret_note)
{
	const int fd = openat(output->folder_fd, output->note,
			      O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	uint8_t text[SIGLET_SYS_MAX_NOTE_BYTES];
	ssize_t len;

	if (fd < 0)
		return NULL;
	len = read(fd, text, sizeof(text));
	(void)close(fd);
	return len > 0 ? siglet_buf_append(ret_note, siglet_slice_of(text, (size_t)len)) : NULL;
}

static siglet_err *write_note(const siglet_sys_output *output, siglet_slice note)
{
	siglet_err *err;
	int fd;

	if (unlinkat(output->folder_fd, output->note, 0) != 0 && errno != ENOENT)
		return siglet_sys_errno(output->path, errno);
	if (note.len == 0)
		return NULL;
	fd = openat(output->folder_fd, output->note,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
	if (fd < 0)
		return siglet_sys_errno(output->path, errno);
	err = siglet_sys_write_all(fd, output->path, note);
	if (close(fd) != 0 && err == NULL)
		err = siglet_sys_errno(output->path, errno);
	return err;
}

/* ---- what was left ---- */

static siglet_err *find_left(const siglet_sys_output *output, siglet_buf *ret_note,
			     uint64_t *ret_size)
{
	const off_t end = lseek(output->fd, 0, SEEK_END);
	siglet_err *err = read_note(output, ret_note);

	if (err != NULL)
		return err;
	if (end < 0)
		return siglet_sys_errno(output->path, errno);
	*ret_size = (uint64_t)end;
	return NULL;
}

siglet_err *siglet_sys_output_resume(const char *path, siglet_buf *ret_note, uint64_t *ret_size,
				     siglet_sys_output **ret_output)
{
	siglet_sys_output *output = NULL;
	siglet_err *err = siglet_sys_output_open(path, &output);

	if (err == NULL)
		err = name_files(output);
	if (err == NULL)
		err = open_part(output);
	if (err == NULL)
		err = find_left(output, ret_note, ret_size);
	if (err != NULL) {
		/* Whosever it is, it is not ours to remove. */
		if (output != NULL)
			siglet_sys_output_leave(output);
		siglet_sys_output_free(output);
		return err;
	}
	output->written = *ret_size;
	*ret_output = output;
	return NULL;
}

static siglet_err *replay(siglet_sys_output *output, uint8_t *piece, siglet_sys_consume *consume,
			  void *context)
{
	uint64_t at = 0;

	for (;;) {
		const ssize_t len = pread(output->fd, piece, PIECE_BYTES, (off_t)at);
		siglet_err *err;

		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			return siglet_sys_errno(output->path, errno);
		if (len == 0)
			return NULL;
		err = consume(context, siglet_slice_of(piece, (size_t)len));
		if (err != NULL)
			return err;
		at += (uint64_t)len;
	}
}

siglet_err *siglet_sys_output_replay(siglet_sys_output *output, siglet_sys_consume *consume,
				     void *context)
{
	uint8_t *piece = malloc(PIECE_BYTES);
	siglet_err *err;

	if (piece == NULL)
		return siglet_err_nomem();
	err = replay(output, piece, consume, context);
	free(piece);
	return err;
}

siglet_err *siglet_sys_output_restart(siglet_sys_output *output, siglet_slice note)
{
	if (note.len > SIGLET_SYS_MAX_NOTE_BYTES)
		note = SIGLET_SLICE_NONE;
	if (ftruncate(output->fd, 0) != 0 || lseek(output->fd, 0, SEEK_SET) != 0)
		return siglet_sys_errno(output->path, errno);
	output->written = 0;
	return write_note(output, note);
}

void siglet_sys_output_leave(siglet_sys_output *output)
{
	output->temporary[0] = output->note[0] = '\0';
}
