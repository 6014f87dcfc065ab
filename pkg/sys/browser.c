#include "sys/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sys/sys_internal.h"

/* A person's browser. */

#define PATIENCE_MS 1000 /* an opener that finds no browser says so at once */
#define STEP_MS 50

extern char **environ;

/* What stands for whoever has it, in the environment of a CI job. */
static const char *const tokens[] = {
	"SIGSTORE_ID_TOKEN",  "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "ACTIONS_RUNTIME_TOKEN",
	"SYSTEM_ACCESSTOKEN", "BITBUCKET_STEP_OIDC_TOKEN",	"BUILDKITE_AGENT_ACCESS_TOKEN",
	"CIRCLE_OIDC_TOKEN",  "CIRCLE_OIDC_TOKEN_V2",
};

static bool is_token(const char *entry)
{
	for (size_t i = 0; i < SIGLET_COUNT(tokens); i++) {
		const size_t len = strlen(tokens[i]);

		if (strncmp(entry, tokens[i], len) == 0 && entry[len] == '=')
			return true;
	}
	return false;
}

/* Of ours, which is not changed; a browser needs more of it than could be listed. NULL: no memory. */
static char **environment_of_browser(void)
{
	size_t count = 0, kept = 0;
	char **entries;

	while (environ != NULL && environ[count] != NULL)
		count++;
	entries = siglet_calloc(count + 1, sizeof(*entries));
	for (size_t i = 0; entries != NULL && i < count; i++)
		if (!is_token(environ[i]))
			entries[kept++] = environ[i];
	return entries;
}

static bool start(const char *opener, const char *url, char **environment, pid_t *ret_pid)
{
	char *argv[] = { (char *)(uintptr_t)opener, (char *)(uintptr_t)url, NULL };
	posix_spawn_file_actions_t quiet;
	bool started = false;

	if (posix_spawn_file_actions_init(&quiet) != 0)
		return false;
	if (posix_spawn_file_actions_addopen(&quiet, STDIN_FILENO, "/dev/null", O_RDONLY, 0) == 0 &&
	    posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0) ==
		    0 &&
	    posix_spawn_file_actions_addopen(&quiet, STDERR_FILENO, "/dev/null", O_WRONLY, 0) ==
		    0 &&
	    siglet_sys_close_others(&quiet) == 0)
		started = siglet_sys_spawn(argv, environment, &quiet, ret_pid) == 0;
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
	char **environment = environment_of_browser();
	bool opened = false;

	for (size_t i = 0; environment != NULL && !opened && i < SIGLET_COUNT(openers); i++) {
		pid_t pid = 0;

		opened = start(openers[i], url, environment, &pid) && seems_well(pid);
	}
	free(environment);
	return opened;
}
