#include "sys/sys.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/sys_internal.h"

/* A file that is read again must be the one that was read before: a name can be given to another. */

struct siglet_sys_held {
	char *path; /* for messages */
	int fd;
	struct stat opened;
};

siglet_err *siglet_sys_hold_file(const char *path, siglet_sys_held **ret_held)
{
	siglet_sys_held *held = siglet_calloc(1, sizeof(*held));
	siglet_err *err;

	if (held == NULL)
		return siglet_err_nomem();
	held->fd = -1;
	err = siglet_strndup(siglet_slice_str(path), &held->path);
	if (err == NULL)
		err = siglet_sys_open_regular(path, &held->fd);
	if (err == NULL && fstat(held->fd, &held->opened) != 0)
		err = siglet_sys_errno(path, errno);
	if (err != NULL) {
		siglet_sys_release_file(held);
		return err;
	}
	*ret_held = held;
	return NULL;
}

uint64_t siglet_sys_held_size(const siglet_sys_held *held)
{
	return (uint64_t)held->opened.st_size;
}

siglet_err *siglet_sys_held_read(const siglet_sys_held *held, uint64_t offset, void *ret_bytes,
				 size_t len, size_t *ret_len)
{
	uint8_t *room = ret_bytes;
	size_t done = 0;

	while (done < len) {
		const ssize_t more =
			pread(held->fd, room + done, len - done, (off_t)(offset + done));

		if (more < 0 && errno == EINTR)
			continue;
		if (more < 0)
			return siglet_sys_errno(held->path, errno);
		if (more == 0)
			break;
		done += (size_t)more;
	}
	*ret_len = done;
	return NULL;
}

siglet_err *siglet_sys_held_check(const siglet_sys_held *held)
{
	struct stat now;

	if (fstat(held->fd, &now) != 0)
		return siglet_sys_errno(held->path, errno);
	if (siglet_sys_is_unchanged(&held->opened, &now))
		return NULL;
	return siglet_sys_refuse(SIGLET_E_IO, held->path, "changed while it was read");
}

void siglet_sys_release_file(siglet_sys_held *held)
{
	if (held == NULL)
		return;
	if (held->fd >= 0)
		(void)close(held->fd);
	free(held->path);
	free(held);
}
