#include <signal.h>
#include <sys/wait.h>

#include "../lib/check.h"
#include "sys/sys.h"
#include "sys_scratch.h"

/* A program that is told something; copies that are put in place; a lock that says who has it. */

static void put_program(const char *name, const char *text)
{
	put_file(name, text, strlen(text));
	if (chmod(in_scratch(name), 0755) != 0)
		abort();
}

static siglet_err *hand(const char *name, const char *input)
{
	return siglet_sys_hand_over(in_scratch(name), siglet_slice_str(input));
}

static bool holds(const char *name, const char *text)
{
	return file_holds(name, text);
}

static void what_it_gets(void)
{
	char script[1024];

	(void)snprintf(script, sizeof(script),
		       "#!/bin/sh\ncat >%s/input\necho \"$#\" >%s/arguments\nls -l /proc/$$/fd | "
		       "grep -c memfd "
		       ">%s/open\n",
		       scratch, scratch, scratch);
	put_program("get", script);
	OK_SUCCESS(hand("get", "line\n$(touch x) ; `y`\n"), "a program ends well");
	OK(holds("input", "line\n$(touch x) ; `y`\n"), "it had its input, as it was");
	OK(holds("arguments", "0\n"), "and no argument");
	if (access("/proc/self/fd", F_OK) == 0) {
		OK_SUCCESS(hand("get", ""), "nothing is an input too");
		/* Once: as its standard input. */
		OK(holds("input", "") && holds("open", "1\n"), "and no file of ours stays open");
	} else {
		SKIP("open files are counted where /proc is");
	}
}

static void how_it_fails(void)
{
	siglet_buf large;

	put_program("fail", "#!/bin/sh\nexit 3\n");
	put_program("die", "#!/bin/sh\nkill -TERM $$\n");
	put_program("deaf", "#!/bin/sh\nexec <&-\nexit 0\n");
	put_program("text", "echo no interpreter\n");
	put_file("plain", "#!/bin/sh\n", 10);
	OK_ERROR(hand("fail", "x"), SIGLET_E_IO, "a status");
	OK_ERROR(hand("die", "x"), SIGLET_E_IO, "a signal");
	OK_ERROR(hand("none", "x"), SIGLET_E_IO, "no such program");
	OK_ERROR(hand("plain", "x"), SIGLET_E_IO, "one without the right to be run");
	OK_ERROR(hand("text", "x"), SIGLET_E_IO, "no shell reads what is no program");
	OK_ERROR(siglet_sys_hand_over("true; true", siglet_slice_str("x")), SIGLET_E_IO,
		 "nor what a name says");
	OK_SUCCESS(siglet_sys_hand_over("true", siglet_slice_str("x")), "PATH is looked through");
	siglet_buf_init(&large, 8u << 20);
	for (size_t i = 0; i < 200000; i++)
		if (siglet_buf_append_str(&large, "0123456789012345678901234567890\n") != NULL)
			abort();
	OK_SUCCESS(siglet_sys_hand_over(in_scratch("deaf"), siglet_buf_slice(&large)),
		   "one that does not read 6 MB");
	siglet_buf_clear(&large);
}

static void signals_are_those_of_a_shell(void)
{
	void (*before)(int) = signal(SIGPIPE, SIG_IGN);

	put_program("pipe", "#!/bin/sh\nkill -PIPE $$\nexit 0\n");
	OK_ERROR(hand("pipe", "x"), SIGLET_E_IO, "that we ignore SIGPIPE is our own affair");
	(void)signal(SIGPIPE, before);
}

/* ---- copies ---- */

static siglet_err *copy(const char *name, const char *text)
{
	return siglet_sys_write_copy(in_scratch(name), siglet_slice_str(text));
}

static unsigned left_over(void)
{
	char command[256];
	FILE *pipe;
	unsigned count = 0;
	int c;

	(void)snprintf(command, sizeof(command), "find %s -name '*.tmp'", scratch);
	pipe = popen(command, "r");
	while (pipe != NULL && (c = fgetc(pipe)) != EOF)
		count += c == '\n';
	if (pipe != NULL)
		(void)pclose(pipe);
	return count;
}

static void copies(void)
{
	struct stat info;
	char path[5000];

	(void)umask(022);
	OK_SUCCESS(copy("a/b/c/d", "one"), "folders are made");
	OK(holds("a/b/c/d", "one"), "it is there");
	OK(stat(in_scratch("a/b/c/d"), &info) == 0 && (info.st_mode & 0777) == 0644 &&
		   stat(in_scratch("a/b"), &info) == 0 && (info.st_mode & 0777) == 0755,
	   "for everybody to read");
	OK_SUCCESS(copy("a/b/c/d", "two"), "it is replaced");
	OK(holds("a/b/c/d", "two"), "whole");
	put_file("outside", "kept", 4);
	put_link("a/link", in_scratch("outside"));
	OK_SUCCESS(copy("a/link", "here"), "a link is replaced");
	OK(holds("outside", "kept") && holds("a/link", "here"), "and not followed");
	OK_ERROR(copy("outside/d", "x"), SIGLET_E_IO, "a file where a folder should be");
	OK_ERROR(copy("a/b", "x"), SIGLET_E_IO, "a folder where the file should be");
	memset(path, 'a', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	OK_ERROR(siglet_sys_write_copy(path, SIGLET_SLICE_NONE), SIGLET_E_USAGE, "a path too long");
	OK(left_over() == 0, "nothing is left of what failed");
	OK_SUCCESS(siglet_sys_sync_copies(in_scratch("a")), "they are put on disk");
	OK_ERROR(siglet_sys_sync_copies(in_scratch("none")), SIGLET_E_IO, "where there are any");
}

/* ---- a lock ---- */

static void a_lock_says_who_has_it(void)
{
	int lock = -1, second = -1, status = 0;
	char pid[32];
	siglet_err *err;

	OK_SUCCESS(siglet_sys_lock_alone(in_scratch("lock"), &lock), "a lock");
	(void)snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	OK(holds("lock", pid), "has our number");
	err = siglet_sys_lock_alone(in_scratch("lock"), &second);
	OK(err != NULL && siglet_err_code(err) == SIGLET_E_IO &&
		   siglet_err_hint_text(err) != NULL &&
		   strstr(siglet_err_hint_text(err), pid) != NULL,
	   "the next one hears of it");
	siglet_err_free(err);
	OK(holds("lock", pid), "and leaves it");
	siglet_sys_unlock(lock);
	/* One that ends, however, gives it back. */
	const pid_t child = fork();

	if (child == 0) {
		err = siglet_sys_lock_alone(in_scratch("lock"), &lock);
		(void)kill(getpid(), SIGKILL);
		_exit(err == NULL ? 0 : 1);
	}
	OK(waitpid(child, &status, 0) == child && WIFSIGNALED(status), "a process is killed");
	OK_SUCCESS(siglet_sys_lock_alone(in_scratch("lock"), &lock), "its lock is free");
	siglet_sys_unlock(lock);
	put_link("linked", in_scratch("lock"));
	OK_ERROR(siglet_sys_lock_alone(in_scratch("linked"), &lock), SIGLET_E_IO,
		 "a link is not followed");
	siglet_sys_unlock(-1);
}

int main(void)
{
	scratch_make();
	what_it_gets();
	how_it_fails();
	signals_are_those_of_a_shell();
	copies();
	a_lock_says_who_has_it();
	return tap_done();
}
