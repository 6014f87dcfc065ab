#include "sys/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sys/sys_internal.h"

/* A person's browser. */

#define PATIENCE_MS 1000 /* an opener that finds no browser says so at once */
#define STEP_MS 50

extern char **environ;

static bool start(const char *opener, const char *url, pid_t *ret_pid)
{
	char *argv[] = { (char *)(uintptr_t)opener, (char *)(uintptr_t)url, NULL };
	posix_spawn_file_actions_t quiet;
	bool started = false;

	if (posix_spawn_file_actions_init(&quiet) != 0)
		return false;
	if (posix_spawn_file_actions_addopen(&quiet, STDIN_FILENO, "/dev/null", O_RDONLY, 0) == 0 &&
	    posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0) ==
		    0 &&
	    posix_spawn_file_actions_addopen(&quiet, STDERR_FILENO, "/dev/null", O_WRONLY, 0) == 0)
		started = siglet_sys_spawn(argv, environ, &quiet, ret_pid) == 0;
	(void)posix_spawn_file_actions_destroy(&quiet);
	return started;
}

/* Still running after a while, or done and content: a browser is being opened. */
static bool seems_well(pid_t pid)
{
	for (int waited = 0; waited < PATIENCE_MS; waited += STEP_MS) {
		const struct timespec step = { .tv_nsec = STEP_MS * 1000000L };
		int status = 0;
		const pid_t ended = waitpid(pid, &status, WNOHANG);

		if (ended == pid)
			return WIFEXITED(status) && WEXITSTATUS(status) == 0;
		if (ended < 0 && errno != EINTR)
			return false;
		(void)nanosleep(&step, NULL);
	}
	return true;
}

bool siglet_sys_open_browser(const char *url)
{
	static const char *const openers[] = { "xdg-open", "sensible-browser", "open" };

	for (size_t i = 0; i < SIGLET_COUNT(openers); i++) {
		pid_t pid = 0;

		if (start(openers[i], url, &pid) && seems_well(pid))
			return true;
	}
	return false;
}
