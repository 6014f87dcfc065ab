#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "../lib/check.h"
#include "sys/sys.h"
#include "sys_scratch.h"

/* Reading and walking. */

static siglet_err *read_name(const char *path, size_t max, siglet_buf *ret)
{
	siglet_buf_init(ret, max);
	return siglet_sys_read_file(path, ret);
}

static void a_file_is_read_whole(void)
{
	static char big[300000];
	siglet_buf data;

	put_file("hello", "hello", 5);
	OK_SUCCESS(read_name(in_scratch("hello"), 100, &data), "a small file is read");
	OK(siglet_slice_is(siglet_buf_slice(&data), "hello"), "its bytes are there");
	siglet_buf_clear(&data);
	put_file("empty", "", 0);
	OK_SUCCESS(read_name(in_scratch("empty"), 100, &data), "an empty file is read");
	OK(data.len == 0, "as no bytes");
	siglet_buf_clear(&data);
	memset(big, 'b', sizeof(big));
	put_file("big", big, sizeof(big));
	OK_SUCCESS(read_name(in_scratch("big"), sizeof(big) * 2, &data), "a large file is read");
	OK(data.len == sizeof(big) && memcmp(data.ptr, big, sizeof(big)) == 0, "to its end");
	siglet_buf_clear(&data);
	OK_SUCCESS(read_name("/proc/self/status", 1 << 20, &data), "a file without a size is read");
	OK(data.len > 100, "to its end");
	siglet_buf_clear(&data);
}

static void the_ceiling_is_exact(void)
{
	siglet_buf data;

	put_file("five", "12345", 5);
	OK_SUCCESS(read_name(in_scratch("five"), 5, &data), "five bytes fit five");
	OK(data.len == 5, "all five are there");
	siglet_buf_clear(&data);
	OK_ERROR(read_name(in_scratch("five"), 4, &data), SIGLET_E_LIMIT, "but not four");
	OK(data.ptr == NULL, "and nothing is left in the buffer");
	OK_ERROR(read_name("/dev/null", 4, &data), SIGLET_E_IO, "a device is no regular file");
}

static void only_regular_files_are_read(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	siglet_buf data;

	(void)alarm(20); /* waiting for a writer would be the failure */
	OK(mkfifo(in_scratch("fifo"), 0600) == 0, "a FIFO is made");
	OK_ERROR(read_name(in_scratch("fifo"), 10, &data), SIGLET_E_IO, "a FIFO is refused");
	OK_ERROR(siglet_sys_check_file(in_scratch("fifo")), SIGLET_E_IO, "by the check too");
	(void)alarm(0);
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket", scratch);
	OK(bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0, "a socket is made");
	OK_ERROR(read_name(in_scratch("socket"), 10, &data), SIGLET_E_IO, "a socket is refused");
	(void)close(fd);
	OK_ERROR(read_name(scratch, 10, &data), SIGLET_E_IO, "a directory is refused");
	OK_ERROR(read_name(in_scratch("nothing"), 10, &data), SIGLET_E_IO, "what is missing too");
	OK_ERROR(read_name("", 10, &data), SIGLET_E_IO, "and an empty name");
	put_file("plain", "x", 1);
	OK_SUCCESS(siglet_sys_check_file(in_scratch("plain")), "a regular file could be streamed");
}

static bool says(siglet_err *err, const char *text)
{
	const bool same = err != NULL && strcmp(siglet_err_message(err), text) == 0;

	if (!same)
		printf("# got: %s\n", err == NULL ? "success" : siglet_err_message(err));
	siglet_err_free(err);
	return same;
}

static void messages_name_the_file_and_the_reason(void)
{
	siglet_buf data;
	char want[256];

	OK(says(read_name("no-such-file", 9, &data), "no-such-file: no such file or directory"),
	   "the system's words begin small");
	OK(says(read_name("/dev/null", 9, &data), "/dev/null: is a device, not a regular file"),
	   "what it is instead is said");
	OK(says(read_name("a\x1b[31m\n", 9, &data), "a\\x1b[31m\\x0a: no such file or directory"),
	   "a name is made harmless");
	(void)snprintf(want, sizeof(want), "%s: is a directory", scratch);
	OK(says(read_name(scratch, 9, &data), want), "a directory is called one");
}

typedef struct collected {
	size_t bytes, pieces, largest;
	size_t fail_at;
} collected;

static siglet_err *collect(void *context, siglet_slice piece)
{
	collected *c = context;

	c->bytes += piece.len;
	c->pieces++;
	if (piece.len > c->largest)
		c->largest = piece.len;
	if (c->pieces == c->fail_at)
		return siglet_err_new(SIGLET_E_RANGE, "enough");
	return NULL;
}

static void a_stream_has_every_byte(void)
{
	static char big[(1 << 20) + 7];
	collected c = { 0 };

	put_file("stream", big, sizeof(big));
	OK_SUCCESS(siglet_sys_stream_file(in_scratch("stream"), collect, &c), "a file is streamed");
	OK(c.bytes == sizeof(big), "every byte once");
	OK(c.pieces == 2 && c.largest == 1 << 20, "in pieces of a MiB");
	c = (collected) { .fail_at = 1 };
	OK_ERROR(siglet_sys_stream_file(in_scratch("stream"), collect, &c), SIGLET_E_RANGE,
		 "an error of the consumer is returned");
	OK(c.pieces == 1, "and ends the reading");
	OK_ERROR(siglet_sys_stream_file(scratch, collect, &c), SIGLET_E_IO, "no directory");
	OK(siglet_sys_file_size(in_scratch("stream")) == sizeof(big), "the size is known");
	OK(siglet_sys_file_size(scratch) == 0, "of regular files only");
}

static void standard_input_is_read(void)
{
	const int before = dup(STDIN_FILENO);
	siglet_buf data;
	collected c = { 0 };
	int ends[2];

	OK(pipe(ends) == 0 && write(ends[1], "piped", 5) == 5 && close(ends[1]) == 0 &&
		   dup2(ends[0], STDIN_FILENO) == STDIN_FILENO && close(ends[0]) == 0,
	   "a pipe is standard input");
	siglet_buf_init(&data, 5);
	OK_SUCCESS(siglet_sys_read_stdin(&data), "a pipe is read");
	OK(siglet_slice_is(siglet_buf_slice(&data), "piped"), "to its end");
	siglet_buf_clear(&data);
	OK_SUCCESS(siglet_sys_stream_stdin(collect, &c), "and streamed");
	OK(c.bytes == 0, "as nothing, at its end");

	OK(pipe(ends) == 0 && write(ends[1], "piped", 5) == 5 && close(ends[1]) == 0 &&
		   dup2(ends[0], STDIN_FILENO) == STDIN_FILENO && close(ends[0]) == 0,
	   "again");
	siglet_buf_init(&data, 4);
	OK_ERROR(siglet_sys_read_stdin(&data), SIGLET_E_LIMIT, "within the ceiling");
	(void)dup2(before, STDIN_FILENO);
	(void)close(before);
}

static siglet_err *beneath(const char *name)
{
	collected c = { 0 };

	return siglet_sys_stream_beneath(scratch, name, collect, &c);
}

static void nothing_outside_a_folder_is_read(void)
{
	char absolute[512];

	(void)mkdir(in_scratch("in"), 0700);
	(void)mkdir(in_scratch("in/deep"), 0700);
	put_file("in/deep/file", "x", 1);
	put_link("in/folderlink", "deep");
	put_link("in/deep/filelink", "file");
	(void)mkfifo(in_scratch("in/fifo"), 0600);
	(void)snprintf(absolute, sizeof(absolute), "%s/in/deep/file", scratch);
	OK_SUCCESS(beneath("in/deep/file"), "a file below is read");
	OK_ERROR(beneath("in/folderlink/file"), SIGLET_E_IO, "not through a link to a folder");
	OK_ERROR(beneath("in/deep/filelink"), SIGLET_E_IO, "not a link to a file");
	OK_ERROR(beneath("in/../in/deep/file"), SIGLET_E_USAGE, "not by \"..\"");
	OK_ERROR(beneath(".."), SIGLET_E_USAGE, "not \"..\" itself");
	OK_ERROR(beneath(absolute), SIGLET_E_USAGE, "not an absolute name");
	OK_ERROR(beneath("in//deep/file"), SIGLET_E_USAGE, "not an empty part");
	OK_ERROR(beneath("in/deep/file/"), SIGLET_E_IO, "not a file as a folder");
	OK_ERROR(beneath(""), SIGLET_E_USAGE, "not nothing");
	OK_ERROR(beneath("in/deep"), SIGLET_E_IO, "not a folder");
	(void)alarm(20);
	OK_ERROR(beneath("in/fifo"), SIGLET_E_IO, "not a FIFO");
	(void)alarm(0);
	OK_ERROR(beneath("in/deep/none"), SIGLET_E_MISSING, "what is missing is told apart");
	OK_ERROR(siglet_sys_stream_beneath(in_scratch("none"), "x", collect, NULL), SIGLET_E_IO,
		 "a folder that is missing is an error of its own");
}

static void what_is_there_is_known(void)
{
	put_file("there", "x", 1);
	put_link("dangling", "nowhere");
	OK(siglet_sys_is_there(in_scratch("there")), "a file is there");
	OK(siglet_sys_is_there(in_scratch("dangling")), "a link is, wherever it leads");
	OK(!siglet_sys_is_there(in_scratch("nowhere")), "what is missing is not");
	OK(!siglet_sys_is_there(in_scratch("there/below")), "nor anything below a file");
}

typedef struct seen {
	char text[1024];
	const char *fail_at;
} seen;

static siglet_err *note_path(void *context, const char *path)
{
	seen *s = context;
	const size_t used = strlen(s->text);

	(void)snprintf(s->text + used, sizeof(s->text) - used, "%s ", path + strlen(scratch) + 1);
	return s->fail_at != NULL && strstr(path, s->fail_at) != NULL
		       ? siglet_err_new(SIGLET_E_RANGE, "enough")
		       : NULL;
}

static void a_folder_is_walked_in_order(void)
{
	seen s = { 0 };

	(void)mkdir(in_scratch("w"), 0700);
	(void)mkdir(in_scratch("w/b"), 0700);
	(void)mkdir(in_scratch("w/empty"), 0700);
	put_file("w/c", "", 0);
	put_file("w/a", "", 0);
	put_file("w/.hidden", "", 0);
	put_file("w/b/2", "", 0);
	put_file("w/b/10", "", 0);
	(void)mkfifo(in_scratch("w/fifo"), 0600);
	put_link("w/link", "b");
	put_link("w/filelink", "a");
	OK_SUCCESS(siglet_sys_walk(in_scratch("w"), note_path, &s), "a folder is walked");
	OK(strcmp(s.text, "w/.hidden w/a w/b/10 w/b/2 w/c ") == 0,
	   "every regular file by its path, in byte order, no link followed");
	s = (seen) { 0 };
	OK_SUCCESS(siglet_sys_walk(in_scratch("w/b/"), note_path, &s),
		   "a slash at the end is fine");
	OK(strcmp(s.text, "w/b/10 w/b/2 ") == 0, "and not doubled");
	s = (seen) { .fail_at = "w/b/10" };
	OK_ERROR(siglet_sys_walk(in_scratch("w"), note_path, &s), SIGLET_E_RANGE,
		 "an error of the visitor ends the walk");
	OK(strstr(s.text, "w/b/2") == NULL, "at once");
	OK_ERROR(siglet_sys_walk(in_scratch("w/a"), note_path, &s), SIGLET_E_IO,
		 "a file is no folder");
	OK_ERROR(siglet_sys_walk(in_scratch("none"), note_path, &s), SIGLET_E_IO,
		 "nor what is missing");
}

static void a_walk_has_a_bottom(void)
{
	char before[512] = "";
	seen s = { 0 };

	OK(getcwd(before, sizeof(before)) != NULL && mkdir(in_scratch("deep"), 0700) == 0 &&
		   chdir(in_scratch("deep")) == 0,
	   "a folder for folders");
	for (int i = 1; i < SIGLET_SYS_MAX_DEPTH; i++)
		if (mkdir("d", 0700) != 0 || chdir("d") != 0)
			break;
	OK_SUCCESS(siglet_sys_walk(in_scratch("deep"), note_path, &s), "the deepest allowed");
	OK(mkdir("d", 0700) == 0, "one more");
	OK_ERROR(siglet_sys_walk(in_scratch("deep"), note_path, &s), SIGLET_E_IO, "is too deep");
	OK(chdir(before) == 0, "and back");
}

int main(void)
{
	scratch_make();
	a_file_is_read_whole();
	the_ceiling_is_exact();
	only_regular_files_are_read();
	messages_name_the_file_and_the_reason();
	a_stream_has_every_byte();
	standard_input_is_read();
	nothing_outside_a_folder_is_read();
	what_is_there_is_known();
	a_folder_is_walked_in_order();
	a_walk_has_a_bottom();
	return tap_done();
}
