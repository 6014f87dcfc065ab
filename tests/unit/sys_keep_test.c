#include "sys/sys.h"

#include "../lib/check.h"
#include "sys_scratch.h"

/* Files that a library opens by name. */

static bool is_private(const char *name)
{
	struct stat info;

	return stat(in_scratch(name), &info) == 0 && (info.st_mode & 07777) == 0600 &&
	       info.st_size == 0;
}

static void a_file_is_made_once(void)
{
	siglet_buf path;

	siglet_buf_init(&path, 4096);
	OK_SUCCESS(siglet_sys_make_kept(in_scratch("new"), &path), "a new file");
	OK(is_private("new"), "is empty and its owner's alone");
	OK(path.ptr != NULL && path.ptr[0] == '/' &&
		   siglet_slice_has_suffix(siglet_buf_slice(&path), "/new"),
	   "its whole name is told");
	siglet_buf_clear(&path);
	put_file("old", "content", 7);
	OK_SUCCESS(siglet_sys_make_kept(in_scratch("old"), &path), "one that is there");
	OK(file_holds("old", "content"), "stays as it is");
	siglet_buf_clear(&path);
}

static void its_name_has_no_link(void)
{
	siglet_buf path, other;

	siglet_buf_init(&path, 4096);
	siglet_buf_init(&other, 4096);
	OK(mkdir(in_scratch("folder"), 0700) == 0, "a folder");
	put_link("way", "folder");
	OK_SUCCESS(siglet_sys_make_kept(in_scratch("way/../way/a"), &path), "by a link to it");
	OK_SUCCESS(siglet_sys_make_kept(in_scratch("folder/a"), &other), "and by its name");
	OK(path.len > 0 && siglet_slice_equal(siglet_buf_slice(&path), siglet_buf_slice(&other)),
	   "is one file: %s", siglet_buf_text(&path));
	siglet_buf_clear(&path);
	siglet_buf_clear(&other);
	OK(chdir(scratch) == 0, "without a folder");
	OK_SUCCESS(siglet_sys_make_kept("here", &path), "it is where the process is");
	OK(is_private("here"), "and made there");
	siglet_buf_clear(&path);
}

static void what_is_no_file_is_refused(void)
{
	siglet_buf path, small;

	siglet_buf_init(&path, 4096);
	siglet_buf_init(&small, 8);
	put_link("link", "new");
	OK_ERROR(siglet_sys_make_kept(in_scratch("link"), &path), SIGLET_E_IO, "a symbolic link");
	put_link("dangling", "nowhere");
	OK_ERROR(siglet_sys_make_kept(in_scratch("dangling"), &path), SIGLET_E_IO, "to nothing");
	OK(!siglet_sys_is_there(in_scratch("nowhere")), "makes nothing there");
	OK_ERROR(siglet_sys_make_kept(in_scratch("folder"), &path), SIGLET_E_IO, "a folder");
	OK_ERROR(siglet_sys_make_kept(in_scratch("none/a"), &path), SIGLET_E_IO,
		 "in a folder that is not there");
	OK_ERROR(siglet_sys_make_kept("/", &path), SIGLET_E_IO, "the root");
	OK_ERROR(siglet_sys_make_kept("", &path), SIGLET_E_IO, "no name");
	OK(path.len == 0, "no name is told then");
	OK_ERROR(siglet_sys_make_kept(in_scratch("long"), &small), SIGLET_E_LIMIT,
		 "a name without room for it");
	OK(!siglet_sys_is_there(in_scratch("long")), "makes no file");
	siglet_buf_clear(&path);
}

int main(void)
{
	scratch_make();
	a_file_is_made_once();
	its_name_has_no_link();
	what_is_no_file_is_refused();
	return tap_done();
}
