#include <poll.h>
#include <dirent.h>
#include <errno.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include "../lib/check.h"
#include "sys/sys.h"
#include "sys_scratch.h"

/* Writing, the process, the terminal. */

static siglet_err *write_file(const char *name, const char *text, bool commit)
{
	siglet_sys_output *output = NULL;
	siglet_err *err = siglet_sys_output_begin(in_scratch(name), &output);

	if (err == NULL)
		err = siglet_sys_output_write(output, siglet_slice_str(text));
	if (err == NULL && commit)
		err = siglet_sys_output_commit(output, 0640);
	siglet_sys_output_free(output);
	return err;
}

/* The name of the only temporary, or NULL. */
static const char *temporary(void)
{
	static char name[256];
	DIR *folder = opendir(scratch);
	const struct dirent *entry;

	name[0] = '\0';
	while ((entry = readdir(folder)) != NULL)
		if (strncmp(entry->d_name, ".siglet-", 8) == 0)
			(void)snprintf(name, sizeof(name), "%s", entry->d_name);
	(void)closedir(folder);
	return name[0] == '\0' ? NULL : name;
}

static void an_output_is_whole_or_absent(void)
{
	struct stat info = { 0 };

	OK_SUCCESS(write_file("out", "new", true), "a file is written");
	OK(file_holds("out", "new"), "with its bytes");
	OK(stat(in_scratch("out"), &info) == 0 && (info.st_mode & 07777) == 0640,
	   "and the permissions that were asked for");
	OK_SUCCESS(write_file("out", "newer", true), "a regular file is replaced");
	OK(file_holds("out", "newer"), "by the new bytes");
	OK_SUCCESS(write_file("out", "newest", false), "what is not committed");
	OK(file_holds("out", "newer"), "changes nothing");
	OK_SUCCESS(write_file("never", "x", false), "and makes");
	OK(!siglet_sys_is_there(in_scratch("never")), "nothing");
	OK(temporary() == NULL, "no temporary is left");
}

static void a_temporary_is_private(void)
{
	siglet_sys_output *output = NULL;
	struct stat info = { 0 };
	const char *name;

	OK_SUCCESS(siglet_sys_output_begin(in_scratch("private"), &output), "begun");
	name = temporary();
	OK(name == NULL || (stat(in_scratch(name), &info) == 0 && (info.st_mode & 07777) == 0600),
	   "it has no name, or only its owner can read it");
	OK(!siglet_sys_is_there(in_scratch("private")), "the target is not there yet");
	siglet_sys_output_discard(output);
	OK(temporary() == NULL, "discarding removes it");
	siglet_sys_output_free(output);
	OK(!siglet_sys_is_there(in_scratch("private")), "and nothing came of it");
}

static void what_is_there_may_be_kept(void)
{
	siglet_sys_output *output = NULL;

	OK_SUCCESS(siglet_sys_output_begin(in_scratch("kept"), &output), "begun");
	OK_SUCCESS(siglet_sys_output_write(output, siglet_slice_str("first")), "written");
	OK_SUCCESS(siglet_sys_output_commit_new(output, 0600), "nothing is in the way");
	siglet_sys_output_free(output);
	OK(file_holds("kept", "first"), "it is there");
	OK_SUCCESS(siglet_sys_output_begin(in_scratch("kept"), &output), "a second");
	OK_ERROR(siglet_sys_output_commit_new(output, 0600), SIGLET_E_IO, "does not replace it");
	siglet_sys_output_free(output);
	OK(file_holds("kept", "first"), "it is as it was");
	OK(temporary() == NULL, "no temporary is left");
}

static void room_can_be_reserved(void)
{
	siglet_sys_output *output = NULL;
	struct stat info = { 0 };

	OK_SUCCESS(siglet_sys_output_begin(in_scratch("room"), &output), "begun");
	OK_SUCCESS(siglet_sys_output_reserve(output, 65536), "64 KiB");
	OK_SUCCESS(siglet_sys_output_write(output, siglet_slice_str("few")), "three bytes");
	OK_SUCCESS(siglet_sys_output_commit(output, 0600), "committed");
	siglet_sys_output_free(output);
	OK(stat(in_scratch("room"), &info) == 0 && info.st_size == 3,
	   "it is as long as what was written");
	OK_SUCCESS(siglet_sys_output_begin(in_scratch("huge"), &output), "another");
	OK_ERROR(siglet_sys_output_reserve(output, (uint64_t)1 << 60), SIGLET_E_IO,
		 "more than any disk");
	siglet_sys_output_free(output);
}

static void old_temporaries_are_passed_over(void)
{
	char name[64];

	(void)snprintf(name, sizeof(name), ".siglet-%ld-0.tmp", (long)getpid());
	put_link(name, "elsewhere");
	OK_SUCCESS(write_file("beside", "x", true), "a link with the temporary's name");
	OK(!siglet_sys_is_there(in_scratch("elsewhere")), "is not written through");
	OK(file_holds("beside", "x"), "and not in the way");
	(void)unlink(in_scratch(name));
}

static void only_regular_files_are_replaced(void)
{
	siglet_sys_output *output = NULL;
	siglet_err *err;

	(void)mkdir(in_scratch("folder"), 0700);
	put_file("target", "old", 3);
	put_link("link", "target");
	(void)mkfifo(in_scratch("pipe"), 0600);
	OK_ERROR(write_file("folder", "x", true), SIGLET_E_IO, "no folder");
	OK_ERROR(write_file("folder/", "x", true), SIGLET_E_IO, "however it is written");
	OK_ERROR(write_file("link", "x", true), SIGLET_E_IO, "no link");
	OK_ERROR(write_file("pipe", "x", true), SIGLET_E_IO, "no FIFO");
	OK_ERROR(write_file("none/file", "x", true), SIGLET_E_IO, "no file in a missing folder");
	OK_ERROR(write_file("target/file", "x", true), SIGLET_E_IO, "nor below a file");
	OK_ERROR(siglet_sys_output_begin("/dev/null", &output), SIGLET_E_IO, "no device");
	OK_ERROR(siglet_sys_output_begin("/dev/stdout", &output), SIGLET_E_IO,
		 "no standard output");
	OK_ERROR(siglet_sys_output_begin("", &output), SIGLET_E_IO, "no empty name");

	err = siglet_sys_output_begin(in_scratch("late"), &output);
	OK(err == NULL && symlink("target", in_scratch("late")) == 0, "a link that comes later");
	OK_ERROR(siglet_sys_output_commit(output, 0600), SIGLET_E_IO, "is not replaced either");
	siglet_sys_output_free(output);
	OK(file_holds("target", "old"), "and its target is as it was");
	OK(temporary() == NULL, "no temporary is left");
}

static void a_file_is_committed_once(void)
{
	siglet_sys_output *output = NULL;
	char name[64];

	OK_SUCCESS(siglet_sys_output_begin(in_scratch("once"), &output), "begun");
	OK_SUCCESS(siglet_sys_output_commit(output, 0600), "committed");
	OK_ERROR(siglet_sys_output_commit(output, 0600), SIGLET_E_USAGE, "not twice");
	OK_ERROR(siglet_sys_output_write(output, siglet_slice_str("x")), SIGLET_E_IO,
		 "and takes no more bytes");
	(void)snprintf(name, sizeof(name), ".siglet-%ld-0.tmp", (long)getpid());
	put_file(name, "another's", 9);
	siglet_sys_output_free(output);
	OK(siglet_sys_is_there(in_scratch("once")), "freeing it keeps the file");
	OK(file_holds(name, "another's"), "and what has the temporary's name by now");
	(void)unlink(in_scratch(name));
	siglet_sys_output_free(NULL);
}

static void a_new_file_heeds_the_umask(void)
{
	const mode_t before = umask(027);

	OK(siglet_sys_new_file_mode() == 0640, "0666 without 027");
	OK(umask(before) == 027, "and the umask is as it was");
}

/* In a child: close the descriptors, keep them, say what became of each. */
static int closed_streams(void)
{
	int status = -1;
	const pid_t child = fork();

	if (child == 0) {
		char byte;
		siglet_err *err;

		(void)close(0);
		(void)close(1);
		(void)close(2);
		err = siglet_sys_keep_standard_streams();
		const int next = open("/dev/null", O_RDONLY);
		_exit(err == NULL && next == 3 && read(0, &byte, 1) < 0 && write(1, "x", 1) < 0 &&
				      write(2, "x", 1) < 0
			      ? 0
			      : 1);
	}
	if (waitpid(child, &status, 0) != child || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

static void the_process_is_known(void)
{
	const int64_t earlier = siglet_sys_monotonic_ms();

	(void)fflush(stdout);
	OK(closed_streams() == 0, "no file takes the place of a closed stream, which still fails");
	OK_SUCCESS(siglet_sys_keep_standard_streams(), "open streams are left alone");
	OK(siglet_sys_processors() >= 1, "there is a processor");
	OK(siglet_sys_monotonic_ms() >= earlier, "the clock goes forward");
	OK(siglet_sys_now_s() > INT64_C(1700000000), "it is after 2023");
	(void)setenv("SIGLET_TEST", "value", 1);
	OK(siglet_sys_environment("SIGLET_TEST") != NULL, "a variable is read");
	(void)setenv("SIGLET_TEST", "", 1);
	OK(siglet_sys_environment("SIGLET_TEST") == NULL, "an empty one counts as none");
	(void)unsetenv("SIGLET_TEST");
	OK(siglet_sys_environment("SIGLET_TEST") == NULL, "a missing one too");
}

/* What was drawn. A terminal hands it on in its own time and in pieces: all until it is quiet. */
static size_t drain(int fd, char *text, size_t size, bool is_some)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	int patience_ms = is_some ? 10000 : 0;
	size_t len = 0;

	while (len + 1 < size && poll(&ready, 1, patience_ms) == 1) {
		const ssize_t got = read(fd, text + len, size - 1 - len);

		if (got <= 0)
			break;
		len += (size_t)got;
		patience_ms = 100;
	}
	text[len] = '\0';
	return len;
}

static void the_bar_is_drawn(int master, int terminal)
{
	siglet_sys_progress bar;
	char text[512];

	siglet_sys_progress_start(&bar, terminal, "a\x1b", 200, false);
	siglet_sys_progress_add(&bar, 50);
	OK(drain(master, text, sizeof(text), false) == 0, "nothing is drawn in the first second");
	bar.next_ms = 0;
	siglet_sys_progress_add(&bar, 50);
	OK(drain(master, text, sizeof(text), true) > 0 &&
		   strstr(text, " 50%  100 of 200  a\\x1b") != NULL,
	   "then half of it, under a harmless name");
	OK(bar.next_ms > 0, "the next time is fixed");
	bar.next_ms += 1000000; /* however slow this machine is */
	siglet_sys_progress_add(&bar, 50);
	OK(drain(master, text, sizeof(text), false) == 0, "not before it");
	siglet_sys_progress_wipe(&bar);
	OK(drain(master, text, sizeof(text), true) > 0, "what is drawn is wiped");
	siglet_sys_progress_wipe(&bar);
	OK(drain(master, text, sizeof(text), false) == 0, "once");
	siglet_sys_progress_start(&bar, terminal, "b", 0, true);
	bar.next_ms = 0;
	siglet_sys_progress_add(&bar, 7000000);
	OK(drain(master, text, sizeof(text), true) > 0 && strstr(text, "7 MB  b") != NULL,
	   "without a total there is only an amount");
}

static void a_terminal_is_known(void)
{
	const int master = posix_openpt(O_RDWR | O_NOCTTY);
	const char *name = master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0
				   ? ptsname(master)
				   : NULL;
	const int terminal = name == NULL ? -1 : open(name, O_RDWR | O_NOCTTY);
	struct winsize size = { .ws_col = 33, .ws_row = 9 };

	if (terminal < 0) {
		SKIP("no pseudo-terminal here");
		return;
	}
	(void)unsetenv("NO_COLOR");
	(void)setenv("TERM", "xterm", 1);
	OK(siglet_sys_is_terminal(terminal), "a terminal is one");
	OK(siglet_sys_wants_color(terminal), "and takes colour");
	(void)setenv("NO_COLOR", "1", 1);
	OK(!siglet_sys_wants_color(terminal), "unless NO_COLOR is set");
	(void)setenv("NO_COLOR", "", 1);
	OK(siglet_sys_wants_color(terminal), "to something");
	(void)setenv("TERM", "dumb", 1);
	OK(!siglet_sys_wants_color(terminal), "or it is dumb");
	(void)setenv("TERM", "xterm", 1);
	OK(siglet_sys_terminal_width(terminal) == 80, "an unknown width is 80");
	the_bar_is_drawn(master, terminal);
	OK(ioctl(terminal, TIOCSWINSZ, &size) == 0 && siglet_sys_terminal_width(terminal) == 33,
	   "a known one is used");
	(void)close(terminal);
	(void)close(master);
}

static void a_file_is_no_terminal(void)
{
	const int fd = open(in_scratch("no-terminal"), O_RDWR | O_CREAT, 0600);
	siglet_sys_progress bar;

	OK(!siglet_sys_is_terminal(fd) && !siglet_sys_wants_color(fd), "a file is no terminal");
	OK(siglet_sys_terminal_width(fd) == 80, "and has an ordinary width");
	siglet_sys_progress_start(&bar, fd, "x", 10, true);
	bar.next_ms = 0;
	siglet_sys_progress_add(&bar, 5);
	siglet_sys_progress_wipe(&bar);
	OK(file_holds("no-terminal", ""), "no bar is drawn into it");
	(void)close(fd);
}

int main(void)
{
	scratch_make();
	an_output_is_whole_or_absent();
	a_temporary_is_private();
	what_is_there_may_be_kept();
	room_can_be_reserved();
	old_temporaries_are_passed_over();
	only_regular_files_are_replaced();
	a_file_is_committed_once();
	a_new_file_heeds_the_umask();
	the_process_is_known();
	a_terminal_is_known();
	a_file_is_no_terminal();
	return tap_done();
}
