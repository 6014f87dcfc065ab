#include "sys/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/auxv.h>
#endif

#include "sys/sys_internal.h"

siglet_err *siglet_sys_keep_standard_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
			continue;
		/* The wrong way round, so that using it fails as using a closed one does. */
		const int way = fd == STDIN_FILENO ? O_WRONLY : O_RDONLY;
		const int opened = open("/dev/null", way);

		if (opened < 0)
			return siglet_sys_errno("/dev/null", errno);
		if (opened != fd)
			return siglet_err_new(SIGLET_E_IO, "descriptor %d is closed", fd);
	}
	return NULL;
}

/* Set-user-id, set-group-id, or capabilities that the file gave (Linux's AT_SECURE). */
static bool has_more_rights_than_user(void)
{
#ifdef __linux__
	if (getauxval(AT_SECURE) != 0)
		return true;
#endif
	return getuid() != geteuid() || getgid() != getegid();
}

const char *siglet_sys_environment(const char *name)
{
	const char *value = has_more_rights_than_user() ? NULL : getenv(name);

	return value == NULL || value[0] == '\0' ? NULL : value;
}

unsigned siglet_sys_processors(void)
{
	const long count = sysconf(_SC_NPROCESSORS_ONLN);

	return count < 1 ? 1 : count > 4096 ? 4096 : (unsigned)count;
}

int64_t siglet_sys_now_s(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec;
}

int64_t siglet_sys_monotonic_ms(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void siglet_sys_sleep_ms(unsigned ms)
{
	struct timespec left = { (time_t)(ms / 1000), (long)(ms % 1000) * 1000000 };

	while (nanosleep(&left, &left) != 0 && errno == EINTR)
		continue;
}
