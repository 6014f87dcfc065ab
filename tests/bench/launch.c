/*
 * launch: how long do whole processes take, and how much memory do they hold?
 *
 * Runs each command in turn, RUNS times (A B A B …), with stdout and stderr thrown away, and prints for
 * each run a line "COMMAND MICROSECONDS KIBIBYTES STATUS": the command's index, wall time, peak resident
 * memory and wait status. A small program, since a child's peak begins with what its parent held.
 *
 * Usage: launch RUNS COMMAND [ARGUMENT…] [-- COMMAND [ARGUMENT…]]…
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_COMMANDS 4

extern char **environ;

/* On its own, since glibc declares it for BSD programs only. */
extern pid_t wait4(pid_t pid, int *status, int options, struct rusage *usage);

static void die(const char *what)
{
	perror(what);
	exit(2);
}

static double now_us(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
		die("clock_gettime");
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void run(int index, char **command, posix_spawn_file_actions_t *files)
{
	struct rusage usage;
	int status = 0;
	pid_t pid;
	const double start = now_us();

	if (posix_spawnp(&pid, command[0], files, NULL, command, environ) != 0)
		die(command[0]);
	if (wait4(pid, &status, 0, &usage) != pid)
		die("wait4");
	printf("%d %.0f %ld %d\n", index, now_us() - start, usage.ru_maxrss, status);
}

int main(int argc, char **argv)
{
	char **commands[MAX_COMMANDS];
	posix_spawn_file_actions_t files;
	int count = 0;
	const int runs = argc > 2 ? atoi(argv[1]) : 0;

	if (runs < 1) {
		fprintf(stderr,
			"usage: launch RUNS COMMAND [ARGUMENT...] [-- COMMAND [ARGUMENT...]]...\n");
		return 2;
	}
	for (int i = 2; i < argc && count < MAX_COMMANDS; i++) {
		commands[count++] = argv + i;
		while (i < argc && strcmp(argv[i], "--") != 0)
			i++;
		argv[i] = NULL;
	}
	if (posix_spawn_file_actions_init(&files) != 0 ||
	    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0) !=
		    0 ||
	    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0) != 0)
		die("posix_spawn");
	for (int i = 0; i < runs; i++)
		for (int j = 0; j < count; j++)
			run(j, commands[j], &files);
	return 0;
}
