#define _GNU_SOURCE /* syscall */
#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <utime.h>

#include "../lib/check.h"
#include "sys/sys.h"
#include "sys_scratch.h"

/* What signing needs of the system: files that hold still, logs, outputs, helpers, secrets. */

/* In the place of the C library's: which folders are put on disk? */
static int synced_folders;

int fsync(int fd)
{
	struct stat info;

	if (fstat(fd, &info) == 0 && S_ISDIR(info.st_mode))
		synced_folders++;
	return fdatasync(fd);
}

/* And a clock on which, when there is no time to wait, each look takes ten seconds. */
static bool hurries;

int clock_gettime(clockid_t clock, struct timespec *ret_time)
{
	static time_t ahead_s;
	const int result = (int)syscall(SYS_clock_gettime, clock, ret_time);

	ahead_s += hurries ? 10 : 0;
	ret_time->tv_sec += ahead_s;
	return result;
}

/* ---- files that change while they are read ---- */

typedef struct reader {
	void (*change)(void);
	size_t len;
} reader;

static siglet_err *consume(void *context, siglet_slice piece)
{
	reader *r = context;

	r->len += piece.len;
	if (r->change != NULL)
		r->change();
	r->change = NULL;
	return NULL;
}

static void append_to_it(void)
{
	const int fd = open(in_scratch("file"), O_WRONLY | O_APPEND);

	if (fd < 0 || write(fd, "more", 4) != 4 || close(fd) != 0)
		exit(1);
}

static void shorten_it(void)
{
	if (truncate(in_scratch("file"), 10) != 0)
		exit(1);
}

static void rewrite_it(void)
{
	const struct utimbuf later = { 2000000000, 2000000000 };
	const int fd = open(in_scratch("file"), O_WRONLY);

	if (fd < 0 || write(fd, "X", 1) != 1 || close(fd) != 0 ||
	    utime(in_scratch("file"), &later) != 0)
		exit(1);
}

static void replace_it(void)
{
	put_file("other", "another file of the same length", 31);
	if (rename(in_scratch("other"), in_scratch("file")) != 0)
		exit(1);
}

static void remove_it(void)
{
	if (unlink(in_scratch("file")) != 0)
		exit(1);
}

static void files_hold_still(void)
{
	static const struct {
		void (*change)(void);
		const char *claim;
	} changes[] = { { append_to_it, "grew" },
			{ shorten_it, "shrank" },
			{ rewrite_it, "was written to" },
			{ replace_it, "was replaced" },
			{ remove_it, "was removed" } };
	reader still = { NULL, 0 };

	put_file("file", "what is in the file, thirty-one", 31);
	OK_SUCCESS(siglet_sys_stream_unchanged(in_scratch("file"), consume, &still),
		   "a file that holds still is read");
	OK(still.len == 31, "whole");
	for (size_t i = 0; i < SIGLET_COUNT(changes); i++) {
		reader r = { changes[i].change, 0 };

		put_file("file", "what is in the file, thirty-one", 31);
		OK_ERROR(siglet_sys_stream_unchanged(in_scratch("file"), consume, &r), SIGLET_E_IO,
			 "one that %s meanwhile is not", changes[i].claim);
	}
}

/* ---- logs ---- */

static bool file_is(const char *name, const char *content)
{
	siglet_buf data;
	siglet_err *err;
	bool same;

	siglet_buf_init(&data, 1 << 20);
	err = siglet_sys_read_file(in_scratch(name), &data);
	same = err == NULL && siglet_slice_is(siglet_buf_slice(&data), content);
	siglet_err_free(err);
	siglet_buf_clear(&data);
	return same;
}

/* Many processes, and no line is torn. */
static bool lines_are_whole(unsigned processes, unsigned each)
{
	siglet_buf data;
	siglet_err *err;
	unsigned lines = 0;

	siglet_buf_init(&data, 1 << 24);
	err = siglet_sys_read_file(in_scratch("many"), &data);
	siglet_err_free(err);
	for (size_t at = 0; at < data.len; lines++) {
		const uint8_t *end = memchr(data.ptr + at, '\n', data.len - at);
		const size_t len = end == NULL ? 0 : (size_t)(end - data.ptr) - at;

		if (len != 3000 || memcmp(data.ptr + at, data.ptr + at + 1, len - 1) != 0)
			break;
		at += len + 1;
	}
	siglet_buf_clear(&data);
	return lines == processes * each;
}

static void logs_are_shared(void)
{
	struct stat info;
	char line[3001];

	synced_folders = 0;
	OK_SUCCESS(siglet_sys_append_line(in_scratch("log"), SIGLET_SLICE_NONE), "a log is made");
	OK(synced_folders == 1, "and its folder put on disk, or a crash would take it back");
	OK(stat(in_scratch("log"), &info) == 0 && (info.st_mode & 0777) == 0600 &&
		   info.st_size == 0,
	   "for its owner alone, and empty");
	OK_SUCCESS(siglet_sys_append_line(in_scratch("log"), siglet_slice_str("one\n")), "a line");
	OK_SUCCESS(siglet_sys_append_line(in_scratch("log"), siglet_slice_str("two\n")), "another");
	OK(file_is("log", "one\ntwo\n"), "are both there");
	OK(synced_folders == 1, "the folder stays as it is");
	put_link("link", in_scratch("log"));
	OK_ERROR(siglet_sys_append_line(in_scratch("link"), siglet_slice_str("x\n")), SIGLET_E_IO,
		 "a symbolic link is not followed");
	put_link("dangling", in_scratch("elsewhere"));
	OK_ERROR(siglet_sys_append_line(in_scratch("dangling"), siglet_slice_str("x\n")),
		 SIGLET_E_IO, "nor one that leads nowhere");
	OK(file_is("log", "one\ntwo\n") && access(in_scratch("elsewhere"), F_OK) != 0,
	   "so nothing is written elsewhere");
	put_file("torn", "one\nhal", 7);
	OK_SUCCESS(siglet_sys_append_line(in_scratch("torn"), siglet_slice_str("two\n")),
		   "behind half a line");
	OK(file_is("torn", "one\nhal\ntwo\n"), "a line stands by itself");
	OK_ERROR(siglet_sys_append_line(scratch, siglet_slice_str("x\n")), SIGLET_E_IO,
		 "a folder is no log");
	OK_ERROR(siglet_sys_append_line("/dev/null", siglet_slice_str("x\n")), SIGLET_E_IO,
		 "nor is a device");
	OK_ERROR(siglet_sys_append_line(in_scratch("none/log"), SIGLET_SLICE_NONE), SIGLET_E_IO,
		 "nor what lies in no folder");
	for (int p = 0; p < 8; p++) {
		if (fork() != 0)
			continue;
		memset(line, 'a' + p, 3000);
		line[3000] = '\n';
		for (int i = 0; i < 20; i++)
			siglet_err_free(siglet_sys_append_line(in_scratch("many"),
							       siglet_slice_of(line, 3001)));
		_exit(0);
	}
	while (wait(NULL) > 0) {
	}
	OK(lines_are_whole(8, 20), "lines of many processes are whole");
}

/* ---- outputs ---- */

static void new_files_replace_nothing(void)
{
	siglet_sys_output *output = NULL;
	struct stat info;

	OK_SUCCESS(siglet_sys_output_begin(in_scratch("new"), &output), "an output");
	OK_SUCCESS(siglet_sys_output_reserve(output, 100000), "with room");
	OK_SUCCESS(siglet_sys_output_write(output, siglet_slice_str("ours")), "and less in it");
	put_file("new", "theirs", 6);
	OK_ERROR(siglet_sys_output_commit_new(output, 0644), SIGLET_E_IO,
		 "what came to be there is not replaced");
	OK(file_is("new", "theirs"), "and unharmed");
	OK_SUCCESS(siglet_sys_output_commit(output, 0640), "unless that is meant");
	OK(file_is("new", "ours"), "then it is ours, and as long as what was written");
	OK(stat(in_scratch("new"), &info) == 0 && (info.st_mode & 0777) == 0640,
	   "for whom it should be");
	siglet_sys_output_free(output);
	OK_SUCCESS(siglet_sys_output_begin(in_scratch("given-up"), &output),
		   "one that is given up");
	siglet_sys_output_free(output);
	OK(!siglet_sys_is_there(in_scratch("given-up")), "leaves nothing");
}

/* ---- helpers ---- */

static siglet_err *run(const char *script, const char *const *variables, siglet_buf *ret_output)
{
	const char *const argv[] = { "sh", "-c", script, NULL };

	siglet_buf_init(ret_output, 1000);
	return siglet_sys_run(argv, variables, ret_output);
}

static void helpers_see_what_they_need(void)
{
	static const char *const variables[] = { "PATH", "WANTED", "MISSING", NULL };
	const char *const nobody[] = { "siglet-no-such-program", NULL };
	siglet_buf output;

	(void)setenv("WANTED", "yes", 1);
	(void)setenv("UNWANTED", "no", 1);
	OK_SUCCESS(run("printf '%s.%s.%s' \"$WANTED\" \"$UNWANTED\" \"$HOME\"", variables, &output),
		   "a helper");
	OK(siglet_slice_is(siglet_buf_slice(&output), "yes.."),
	   "has the variables that are listed alone");
	siglet_buf_clear(&output);
	OK_SUCCESS(run("cat", variables, &output), "it has no input to wait for");
	siglet_buf_clear(&output);
	siglet_err *err = run("echo first >&2; echo second >&2; exit 3", variables, &output);
	OK(err != NULL && siglet_err_code(err) == SIGLET_E_IO &&
		   strstr(siglet_err_message(err), "status 3: first") != NULL,
	   "its failure is told: %s", err == NULL ? "" : siglet_err_message(err));
	siglet_err_free(err);
	siglet_buf_clear(&output);
	OK_ERROR(run("kill -KILL $$", variables, &output), SIGLET_E_IO, "so is a violent end");
	siglet_buf_clear(&output);
	OK_ERROR(run("head -c 5000 /dev/zero", variables, &output), SIGLET_E_LIMIT,
		 "too much output is an error");
	siglet_buf_clear(&output);
	siglet_buf_init(&output, 100);
	OK_ERROR(siglet_sys_run(nobody, variables, &output), SIGLET_E_MISSING, "no such program");
	siglet_buf_clear(&output);
	(void)setenv("PATH", "", 1);
	siglet_buf_init(&output, 100);
	OK_ERROR(siglet_sys_run(nobody, variables, &output), SIGLET_E_MISSING, "an empty PATH");
	siglet_buf_clear(&output);
}

/* A helper whose output has ended may still be there, for ever. */
static void helpers_end(void)
{
	static const char *const variables[] = { "PATH", "SCRATCH", NULL };
	siglet_buf output, pid;

	(void)setenv("PATH", "/usr/bin:/bin", 1);
	(void)setenv("SCRATCH", scratch, 1);
	hurries = true;
	OK_ERROR(run("echo $$ >\"$SCRATCH/pid\"; echo token; exec sleep 3 >&- 2>&-", variables,
		     &output),
		 SIGLET_E_IO, "a helper that closes its output and goes on");
	hurries = false;
	siglet_buf_clear(&output);
	siglet_buf_init(&pid, 32);
	OK_SUCCESS(siglet_sys_read_file(in_scratch("pid"), &pid), "that was there");
	OK(pid.len > 0 && kill((pid_t)atol(siglet_buf_text(&pid)), 0) != 0 && errno == ESRCH,
	   "is ended");
	siglet_buf_clear(&pid);
}

/* What we ignore or block is our own affair. */
static void helpers_get_their_signals(void)
{
	static const char *const variables[] = { "PATH", NULL };
	sigset_t all, before;
	siglet_buf output;

	(void)signal(SIGHUP, SIG_DFL); /* under nohup it is ignored, and helpers are not to mind */
	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, &before);
	OK_SUCCESS(run("grep -cE '^Sig(Ign|Blk):.[0-9a-f]*0000000$' /proc/self/status", variables,
		       &output),
		   "a helper");
	OK(siglet_slice_is(siglet_buf_slice(&output), "2\n"), "ignores and blocks no signal: %s",
	   siglet_buf_text(&output));
	siglet_buf_clear(&output);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	(void)signal(SIGPIPE, SIG_DFL);
}

/* libcurl's connections are closed on exec by nobody. */
static void programs_get_no_descriptors(void)
{
	static const char *const variables[] = { "PATH", NULL };
	siglet_buf output;
	const int left_open = dup2(0, 57);

	OK_SUCCESS(run("ls /proc/self/fd", variables, &output), "a helper");
	OK(left_open == 57 && !siglet_slice_contains(siglet_buf_slice(&output), "57") &&
		   siglet_slice_contains(siglet_buf_slice(&output), "2"),
	   "has the standard streams alone");
	siglet_buf_clear(&output);
	(void)close(left_open);
}

/* A browser lives for long, and every page of it may run programs. */
static void browsers_get_no_token(void)
{
	static const char opener[] = "#!/bin/sh\n/usr/bin/env >\"${0%/*}/env\"\n"
				     "echo \"$1\" >\"${0%/*}/url\"\n"
				     "/usr/bin/test ! -e /proc/$$/fd/57 || "
				     "echo it >\"${0%/*}/url\"\n";
	siglet_buf seen;

	put_file("xdg-open", opener, sizeof(opener) - 1);
	if (chmod(in_scratch("xdg-open"), 0700) != 0)
		exit(1);
	(void)setenv("PATH", scratch, 1);
	(void)setenv("DISPLAY", ":7", 1);
	(void)setenv("SIGSTORE_ID_TOKEN", "hush", 1);
	(void)setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "hush", 1);
	(void)setenv("SIGSTORE_ID_TOKEN_OTHER", "kept", 1);
	const int left_open = dup2(0, 57);
	OK(siglet_sys_open_browser("https://login.example/"), "a browser");
	(void)close(left_open);
	OK(file_is("url", "https://login.example/\n"), "opens the page");
	siglet_buf_init(&seen, 65536);
	OK_SUCCESS(siglet_sys_read_file(in_scratch("env"), &seen), "its environment");
	OK(siglet_slice_contains(siglet_buf_slice(&seen), "DISPLAY=:7") &&
		   siglet_slice_contains(siglet_buf_slice(&seen), "SIGSTORE_ID_TOKEN_OTHER=kept"),
	   "is ours");
	OK(!siglet_slice_contains(siglet_buf_slice(&seen), "hush"), "without tokens");
	OK(getenv("SIGSTORE_ID_TOKEN") != NULL, "which we still have");
	siglet_buf_clear(&seen);
	(void)setenv("PATH", "/usr/bin:/bin", 1);
}

/* ---- secrets ---- */

static void secrets_are_wiped(void)
{
	static char variable[] = "SIGLET_SECRET=hush";
	int ends[2];
	siglet_buf data;

	if (putenv(variable) != 0 || pipe(ends) != 0)
		exit(1);
	siglet_sys_wipe_environment("SIGLET_SECRET");
	OK(strcmp(variable, "SIGLET_SECRET=hush") != 0 && strstr(variable, "hush") == NULL,
	   "a variable is overwritten where it stands");
	siglet_sys_wipe_environment("SIGLET_NONE");
	OK(siglet_sys_environment("SIGLET_SECRET") == NULL, "and counts as not set");

	siglet_buf_init(&data, 10);
	OK(write(ends[1], "12345", 5) == 5 && close(ends[1]) == 0, "a pipe");
	OK_SUCCESS(siglet_sys_read_descriptor(ends[0], &data), "is read by its descriptor");
	OK(siglet_slice_is(siglet_buf_slice(&data), "12345"), "to its end");
	siglet_buf_clear(&data);
	OK_ERROR(siglet_sys_read_descriptor(999, &data), SIGLET_E_IO, "one that is not open");
}

int main(void)
{
	scratch_make();
	files_hold_still();
	logs_are_shared();
	new_files_replace_nothing();
	secrets_are_wiped();
	helpers_see_what_they_need();
	helpers_end();
	helpers_get_their_signals();
	programs_get_no_descriptors();
	browsers_get_no_token();
	return tap_done();
}
