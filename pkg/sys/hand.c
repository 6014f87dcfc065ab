#define _GNU_SOURCE /* memfd_create */
#include "sys/sys.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/sys_internal.h"

/*
 * A program of the user's that is told something. What it is told comes from outside, so it is in
 * no argument and no variable: it lies on its standard input, in memory that it may leave unread.
 */

#define PATIENCE_MS 600000
#define POLL_MS 10

extern char **environ;

static siglet_err *fill(int fd, siglet_slice input)
{
	while (input.len > 0) {
		const ssize_t len = write(fd, input.ptr, input.len);

		if (len < 0 && errno == EINTR)
			continue;
		if (len <= 0)
			return siglet_err_new(SIGLET_E_IO, "its input: %s", strerror(errno));
		input = siglet_slice_of(input.ptr + len, input.len - (size_t)len);
	}
	return lseek(fd, 0, SEEK_SET) == 0
		       ? NULL
		       : siglet_err_new(SIGLET_E_IO, "its input: %s", strerror(errno));
}

/* Our results are on standard output: what it prints goes to standard error. */
static int spawn(const char *program, int input, pid_t *ret_pid)
{
	char *const argv[] = { (char *)(uintptr_t)program, NULL };
	posix_spawn_file_actions_t actions;
	int result = posix_spawn_file_actions_init(&actions);

	if (result != 0)
		return result;
	result = posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
	if (result == 0)
		result = posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
	if (result == 0)
		result = siglet_sys_spawn(argv, environ, &actions, ret_pid);
	(void)posix_spawn_file_actions_destroy(&actions);
	return result;
}

static siglet_err *wait_for_end(pid_t pid)
{
	const int64_t until_ms = siglet_sys_monotonic_ms() + PATIENCE_MS;
	int status = 0;
	pid_t ended;

	while ((ended = waitpid(pid, &status, WNOHANG)) == 0 || (ended < 0 && errno == EINTR)) {
		if (siglet_sys_monotonic_ms() > until_ms) {
			(void)kill(pid, SIGKILL);
			(void)waitpid(pid, &status, 0);
			return siglet_err_new(SIGLET_E_IO, "it does not end");
		}
		siglet_sys_sleep_ms(POLL_MS);
	}
	if (ended < 0)
		return siglet_err_new(SIGLET_E_IO, "waitpid: %s", strerror(errno));
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return NULL;
	if (WIFEXITED(status))
		return siglet_err_new(SIGLET_E_IO, "ended with status %d", WEXITSTATUS(status));
	return siglet_err_new(SIGLET_E_IO, "was ended by a signal");
}

siglet_err *siglet_sys_hand_over(const char *program, siglet_slice input)
{
	const int fd = memfd_create("siglet", MFD_CLOEXEC);
	pid_t pid = 0;
	siglet_err *err = fd < 0 ? siglet_err_new(SIGLET_E_IO, "memory: %s", strerror(errno))
				 : fill(fd, input);

	if (err == NULL) {
		const int result = spawn(program, fd, &pid);

		err = result == 0
			      ? wait_for_end(pid)
			      : siglet_err_new(SIGLET_E_IO, "can't be run: %s", strerror(result));
	}
	if (fd >= 0)
		(void)close(fd);
	return err == NULL ? NULL
			   : siglet_err_wrap(err, "%s",
					     siglet_text_printable(siglet_slice_str(program)).text);
}
