#define _GNU_SOURCE /* pipe2 */
#include "sys/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/sys_internal.h"

/* A helper program, without a shell, that sees no more of the environment than it needs. */

#define PATIENCE_MS 30000
#define POLL_MS 5
#define MAX_VARIABLES 32
#define MAX_COMPLAINT_BYTES 4096

extern char **environ;

/* Points at the entry in environ itself: nothing is copied. */
static char *find_entry(const char *name)
{
	const size_t len = strlen(name);

	for (char **entry = environ; entry != NULL && *entry != NULL; entry++)
		if (strncmp(*entry, name, len) == 0 && (*entry)[len] == '=')
			return *entry;
	return NULL;
}

void siglet_sys_wipe_environment(const char *name)
{
	char *entry = find_entry(name);
	char *value = entry == NULL ? NULL : entry + strlen(name) + 1;

	if (value != NULL)
		siglet_wipe(value, strlen(value));
}

typedef struct pipes {
	int out[2], err[2];
} pipes;

static void close_end(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

/* Closed on exec from the start: a program that another thread starts would hold them open. */
static bool open_pipes(pipes *p)
{
	*p = (pipes) { { -1, -1 }, { -1, -1 } };
	if (pipe2(p->out, O_CLOEXEC) != 0)
		return false;
	if (pipe2(p->err, O_CLOEXEC) != 0) {
		close_end(&p->out[0]);
		close_end(&p->out[1]);
		return false;
	}
	return true;
}

static int spawn(const char *const *argv, const char *const *variables, const pipes *p,
		 pid_t *ret_pid)
{
	char *environment[MAX_VARIABLES + 1] = { NULL };
	posix_spawn_file_actions_t actions;
	size_t count = 0;
	int result;

	for (; *variables != NULL && count < MAX_VARIABLES; variables++) {
		char *entry = find_entry(*variables);

		if (entry != NULL)
			environment[count++] = entry;
	}
	result = posix_spawn_file_actions_init(&actions);
	if (result != 0)
		return result;
	result = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (result == 0)
		result = posix_spawn_file_actions_adddup2(&actions, p->out[1], STDOUT_FILENO);
	if (result == 0)
		result = posix_spawn_file_actions_adddup2(&actions, p->err[1], STDERR_FILENO);
	if (result == 0)
		result = siglet_sys_close_others(&actions);
	if (result == 0)
		result = siglet_sys_spawn((char *const *)(uintptr_t)argv, environment, &actions,
					  ret_pid);
	(void)posix_spawn_file_actions_destroy(&actions);
	return result;
}

/* False at the end of the stream. */
static bool drain(int fd, siglet_buf *data, bool keeps_all, siglet_err **ret_err)
{
	char piece[4096];
	const ssize_t len = read(fd, piece, sizeof(piece));

	if (len < 0 && errno == EINTR)
		return true;
	if (len <= 0)
		return false;
	if (keeps_all || data->len + (size_t)len <= data->max) {
		siglet_err *err = siglet_buf_append(data, siglet_slice_of(piece, (size_t)len));

		if (err != NULL && *ret_err == NULL)
			*ret_err = err;
		else
			siglet_err_free(err);
	}
	siglet_wipe(piece, sizeof(piece));
	return *ret_err == NULL;
}

static siglet_err *collect(pipes *p, int64_t until_ms, siglet_buf *output, siglet_buf *complaint)
{
	siglet_err *err = NULL;

	while (p->out[0] >= 0 || p->err[0] >= 0) {
		struct pollfd ready[2] = { { .fd = p->out[0], .events = POLLIN },
					   { .fd = p->err[0], .events = POLLIN } };
		const int64_t left_ms = until_ms - siglet_sys_monotonic_ms();

		if (left_ms <= 0)
			return siglet_err_new(SIGLET_E_IO, "it does not end");
		if (poll(ready, 2, (int)left_ms) < 0 && errno != EINTR)
			return siglet_err_new(SIGLET_E_IO, "poll: %s", strerror(errno));
		if (ready[0].revents != 0 && !drain(p->out[0], output, true, &err))
			close_end(&p->out[0]);
		if (ready[1].revents != 0 && !drain(p->err[0], complaint, false, &err))
			close_end(&p->err[0]);
		if (err != NULL)
			return err;
	}
	return NULL;
}

/* Output may end long before the program does. False: it is still there. */
static bool ends_in_time(pid_t pid, int64_t until_ms, int *ret_status)
{
	pid_t ended;

	while ((ended = waitpid(pid, ret_status, WNOHANG)) == 0 || (ended < 0 && errno == EINTR)) {
		if (siglet_sys_monotonic_ms() >= until_ms)
			return false;
		siglet_sys_sleep_ms(POLL_MS);
	}
	return true;
}

static siglet_err *failed(int status, const siglet_buf *complaint)
{
	const char *text = siglet_buf_text(complaint);
	const siglet_slice first = siglet_slice_of(text, strcspn(text, "\n"));

	if (WIFEXITED(status))
		return siglet_err_new(SIGLET_E_IO, "ended with status %d%s%s", WEXITSTATUS(status),
				      first.len > 0 ? ": " : "", siglet_text_printable(first).text);
	return siglet_err_new(SIGLET_E_IO, "was ended by a signal");
}

/* What it prints, until it has ended. Whatever goes wrong: it is gone then. */
static siglet_err *wait_for(pid_t pid, pipes *p, siglet_buf *output, siglet_buf *complaint,
			    int *ret_status)
{
	const int64_t until_ms = siglet_sys_monotonic_ms() + PATIENCE_MS;
	siglet_err *err = collect(p, until_ms, output, complaint);

	if (err == NULL && ends_in_time(pid, until_ms, ret_status))
		return NULL;
	(void)kill(pid, SIGKILL);
	while (waitpid(pid, ret_status, 0) < 0 && errno == EINTR)
		continue;
	return err != NULL ? err : siglet_err_new(SIGLET_E_IO, "it does not end");
}

siglet_err *siglet_sys_run(const char *const *argv, const char *const *variables,
			   siglet_buf *ret_output)
{
	siglet_buf complaint;
	siglet_err *err;
	int status = 0;
	pid_t pid = 0;
	pipes p;

	if (!open_pipes(&p))
		return siglet_err_new(SIGLET_E_IO, "pipe: %s", strerror(errno));
	siglet_buf_init(&complaint, MAX_COMPLAINT_BYTES);
	const int result = spawn(argv, variables, &p, &pid);
	close_end(&p.out[1]);
	close_end(&p.err[1]);
	if (result != 0) {
		err = siglet_err_new(result == ENOENT ? SIGLET_E_MISSING : SIGLET_E_IO,
				     "can't be run: %s", strerror(result));
	} else {
		err = wait_for(pid, &p, ret_output, &complaint, &status);
		if (err == NULL && (!WIFEXITED(status) || WEXITSTATUS(status) != 0))
			err = failed(status, &complaint);
	}
	close_end(&p.out[0]);
	close_end(&p.err[0]);
	siglet_buf_clear(&complaint);
	return err;
}
