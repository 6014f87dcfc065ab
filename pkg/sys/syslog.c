#include "sys/sys.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "sys/sys_internal.h"

/*
 * The system's log. Not by syslog(3), which tells nobody that a line was lost, and opens its socket
 * when it likes.
 */

#ifdef __APPLE__
#define USUAL_PATH "/var/run/syslog"
#else
#define USUAL_PATH "/dev/log"
#endif
#define NAME "the system log"
#define FACILITY (10 << 3) /* authpriv: RFC 5424 section 6.2.1 */
#define WARNING 4
#define INFO 6
#define MAX_LINE_BYTES ((size_t)256 << 10) /* more than any that listens takes */
#define WAIT_S 10

/* A log that has stopped reading must not stop us for ever. */
static siglet_err *connect_to(int fd, const struct sockaddr_un *address)
{
	const struct timeval wait = { .tv_sec = WAIT_S };

	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait)) != 0 ||
	    connect(fd, (const struct sockaddr *)(const void *)address, sizeof(*address)) != 0)
		return siglet_sys_errno(address->sun_path, errno);
	return NULL;
}

siglet_err *siglet_sys_open_syslog(const char *path, int *ret_fd)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	siglet_err *err;
	int fd;

	if (path == NULL)
		path = USUAL_PATH;
	if (strlen(path) >= sizeof(address.sun_path))
		return siglet_sys_refuse(SIGLET_E_IO, path, "has too long a name");
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return siglet_sys_errno(NAME, errno);
	err = connect_to(fd, &address);
	if (err != NULL) {
		(void)close(fd);
		return siglet_err_hint(siglet_err_wrap(err, NAME),
				       "does a syslog or journal run here? --audit-log FILE needs "
				       "none");
	}
	*ret_fd = fd;
	return NULL;
}

static siglet_err *write_message(int fd, siglet_slice message)
{
	ssize_t len;

	do
		len = write(fd, message.ptr, message.len);
	while (len < 0 && errno == EINTR);
	if (len < 0)
		return siglet_sys_errno(NAME, errno);
	return (size_t)len == message.len
		       ? NULL
		       : siglet_sys_refuse(SIGLET_E_IO, NAME, "took a part of a line only");
}

/* By write(): a process that may use no socket any more may still do that with one it has. */
siglet_err *siglet_sys_write_syslog(int fd, bool is_warning, siglet_slice line)
{
	siglet_buf message;
	siglet_err *err;

	siglet_buf_init(&message, MAX_LINE_BYTES);
	err = siglet_buf_printf(&message,
				"<%d>siglet[%ld]: ", FACILITY | (is_warning ? WARNING : INFO),
				(long)getpid());
	if (err == NULL)
		err = siglet_buf_append(&message, line);
	if (err == NULL)
		err = write_message(fd, siglet_buf_slice(&message));
	else if (siglet_err_code(err) == SIGLET_E_LIMIT) {
		siglet_err_free(err);
		err = siglet_sys_refuse(SIGLET_E_IO, NAME, "the line is too long for it");
	}
	siglet_buf_clear(&message);
	return err;
}

void siglet_sys_close_syslog(int fd)
{
	if (fd >= 0)
		(void)close(fd);
}
