#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "../lib/check.h"
#include "sys/sys.h"
#include "sys_scratch.h"

/* Lines of a log that is rotated under its writers, and of the system's. */

static siglet_err *append(const char *text)
{
	return siglet_sys_append_line(in_scratch("log"), siglet_slice_str(text));
}

/* A writer that waits for the lock, while the file is renamed and, or not, made anew. */
static int append_meanwhile(bool remake)
{
	const int fd = open(in_scratch("log"), O_RDWR);
	int status = 0;
	pid_t child;

	if (fd < 0 || flock(fd, LOCK_EX) != 0)
		exit(3);
	child = fork();
	if (child == 0) {
		/* The lock is the parent's alone. */
		siglet_err *err = close(fd) == 0 ? append("behind\n") : siglet_err_nomem();

		_exit(err == NULL ? 0 : 1);
	}
	/* It is certain to wait only once the lock says so; renaming early does no harm either. */
	siglet_sys_sleep_ms(100);
	if (rename(in_scratch("log"), in_scratch("log.1")) != 0)
		exit(3);
	if (remake)
		put_file("log", "new\n", 4);
	(void)close(fd);
	if (waitpid(child, &status, 0) != child)
		exit(3);
	return status;
}

static void a_log_is_rotated(void)
{
	OK_SUCCESS(append("before\n"), "a line");
	OK(append_meanwhile(true) == 0, "one that waits while the log is rotated");
	OK(file_holds("log.1", "before\n"), "does not go to the one that was");
	OK(file_holds("log", "new\nbehind\n"), "but to the one that is");
	OK(append_meanwhile(false) == 0, "one that waits while it is taken away");
	OK(file_holds("log", "behind\n"), "makes it anew");
}

/* Many processes, many lines: each is there once, whole. */
static void lines_do_not_mix(void)
{
	enum { WRITERS = 8, LINES = 25, WIDTH = 3000 };
	static char line[WIDTH + 2], text[WIDTH * 2];
	unsigned whole = 0, broken = 0;
	FILE *log;

	(void)remove(in_scratch("log"));
	for (int w = 0; w < WRITERS; w++) {
		if (fork() != 0)
			continue;
		memset(line, 'a' + w, WIDTH);
		line[WIDTH] = '\n';
		for (int i = 0; i < LINES; i++) {
			siglet_err *err = append(line);

			if (err != NULL)
				_exit(1);
		}
		_exit(0);
	}
	while (wait(NULL) > 0)
		;
	log = fopen(in_scratch("log"), "r");
	if (log == NULL)
		exit(3);
	while (fgets(text, sizeof(text), log) != NULL) {
		const size_t len = strcspn(text, "\n");

		if (len == WIDTH && strspn(text, (char[]) { text[0], '\0' }) == WIDTH)
			whole++;
		else
			broken++;
	}
	(void)fclose(log);
	OK(whole == WRITERS * LINES && broken == 0, "%u whole lines, %u broken", whole, broken);
}

static int listen_at(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", in_scratch(name));
	if (fd < 0 ||
	    bind(fd, (const struct sockaddr *)(const void *)&address, sizeof(address)) != 0)
		exit(3);
	return fd;
}

static bool got(int server, const char *begin, const char *end)
{
	static char text[65536];
	const ssize_t len = recv(server, text, sizeof(text) - 1, MSG_DONTWAIT);

	text[len < 0 ? 0 : len] = '\0';
	if (len >= 0 && strncmp(text, begin, strlen(begin)) == 0 && strlen(text) >= strlen(end) &&
	    strcmp(text + len - strlen(end), end) == 0)
		return true;
	printf("# got: %.200s\n", text);
	return false;
}

static void the_system_log(void)
{
	static char huge[300 << 10];
	char path[200];
	const int server = listen_at("syslog");
	int fd = -1;

	OK_SUCCESS(siglet_sys_open_syslog(in_scratch("syslog"), &fd), "connected");
	OK_SUCCESS(siglet_sys_write_syslog(fd, false, siglet_slice_str("{\"a\":1}")), "a line");
	OK(got(server, "<86>siglet[", "]: {\"a\":1}"), "comes as info of authpriv");
	OK_SUCCESS(siglet_sys_write_syslog(fd, true, siglet_slice_str("x")), "a warning");
	OK(got(server, "<84>siglet[", "]: x"), "as a warning");
	memset(huge, 'x', sizeof(huge) - 1);
	OK_ERROR(siglet_sys_write_syslog(fd, false, siglet_slice_str(huge)), SIGLET_E_IO,
		 "a line that is longer than it takes");
	(void)close(server);
	OK_ERROR(siglet_sys_write_syslog(fd, false, siglet_slice_str("x")), SIGLET_E_IO,
		 "one that nobody takes");
	siglet_sys_close_syslog(fd);
	siglet_sys_close_syslog(-1);
	OK_ERROR(siglet_sys_open_syslog(in_scratch("syslog"), &fd), SIGLET_E_IO,
		 "nobody is there any more");
	OK_ERROR(siglet_sys_open_syslog(in_scratch("nothing"), &fd), SIGLET_E_IO, "nor here");
	memset(path, 'x', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	OK_ERROR(siglet_sys_open_syslog(path, &fd), SIGLET_E_IO, "nor at too long a name");
}

int main(void)
{
	scratch_make();
	a_log_is_rotated();
	lines_do_not_mix();
	the_system_log();
	return tap_done();
}
