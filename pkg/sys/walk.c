#include "sys/sys.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/sys_internal.h"

#define MAX_WALKED_PATH_BYTES ((size_t)1 << 20)

/* The names in one folder. */
typedef struct names {
	char **items;
	size_t count, room;
} names;

static void names_clear(names *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
	*list = (names) { 0 };
}

static siglet_err *names_add(names *list, const char *name)
{
	siglet_err *err;

	if (list->count == list->room) {
		const size_t room = list->room == 0 ? 64 : list->room * 2;
		char **items = room > SIZE_MAX / sizeof(*items)
				       ? NULL
				       : realloc(list->items, room * sizeof(*items));

		if (items == NULL)
			return siglet_err_nomem();
		list->items = items;
		list->room = room;
	}
	err = siglet_strndup(siglet_slice_str(name), &list->items[list->count]);
	if (err == NULL)
		list->count++;
	return err;
}

/* The order of bytes, the same in every locale. */
static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Takes fd. */
static siglet_err *list_folder(int fd, const char *path, names *ret_list)
{
	DIR *folder = fdopendir(fd);
	siglet_err *err = NULL;

	if (folder == NULL) {
		err = siglet_sys_errno(path, errno);
		(void)close(fd);
		return err;
	}
	while (err == NULL) {
		errno = 0;
		const struct dirent *entry = readdir(folder);

		if (entry == NULL) {
			if (errno != 0)
				err = siglet_sys_errno(path, errno);
			break;
		}
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			err = names_add(ret_list, entry->d_name);
	}
	(void)closedir(folder);
	if (err == NULL && ret_list->count > 1)
		qsort(ret_list->items, ret_list->count, sizeof(*ret_list->items), by_bytes);
	return err;
}

typedef struct walk {
	siglet_sys_visit *visit;
	void *context;
	siglet_buf path; /* of the folder or file at hand */
} walk;

static siglet_err *walk_folder(walk *w, int fd, unsigned depth);

/* One name in a folder: what it is now decides, and a folder is opened only if it still is one. */
static siglet_err *walk_entry(walk *w, int folder_fd, const char *name, unsigned depth)
{
	struct stat info;

	if (fstatat(folder_fd, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
		return siglet_sys_errno(siglet_buf_text(&w->path), errno);
	if (S_ISREG(info.st_mode))
		return w->visit(w->context, siglet_buf_text(&w->path));
	if (!S_ISDIR(info.st_mode))
		return NULL;
	if (depth == SIGLET_SYS_MAX_DEPTH)
		return siglet_sys_refuse(SIGLET_E_IO, siglet_buf_text(&w->path),
					 "too many folders in each other");
	const int fd = openat(folder_fd, name, O_RDONLY | O_CLOEXEC | O_DIRECTORY | O_NOFOLLOW);
	if (fd < 0)
		return siglet_sys_errno(siglet_buf_text(&w->path), errno);
	siglet_err *err = walk_folder(w, fd, depth + 1);
	(void)close(fd);
	return err;
}

static siglet_err *walk_folder(walk *w, int fd, unsigned depth)
{
	const size_t before = w->path.len;
	const int listed_fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	names list = { 0 };
	siglet_err *err;

	if (listed_fd < 0)
		return siglet_sys_errno(siglet_buf_text(&w->path), errno);
	err = list_folder(listed_fd, siglet_buf_text(&w->path), &list);
	for (size_t i = 0; err == NULL && i < list.count; i++) {
		if (before > 0 && w->path.ptr[before - 1] != '/')
			err = siglet_buf_append_byte(&w->path, '/');
		if (err == NULL)
			err = siglet_buf_append_str(&w->path, list.items[i]);
		if (err == NULL)
			err = walk_entry(w, fd, list.items[i], depth);
		siglet_buf_truncate(&w->path, before);
	}
	names_clear(&list);
	return err;
}

siglet_err *siglet_sys_walk(const char *folder, siglet_sys_visit *visit, void *context)
{
	const int fd = open(folder, O_RDONLY | O_CLOEXEC | O_DIRECTORY);
	walk w = { .visit = visit, .context = context };
	siglet_err *err;

	if (fd < 0)
		return siglet_sys_errno(folder, errno);
	siglet_buf_init(&w.path, MAX_WALKED_PATH_BYTES);
	err = siglet_buf_append_str(&w.path, folder);
	if (err == NULL)
		err = walk_folder(&w, fd, 1);
	siglet_buf_clear(&w.path);
	(void)close(fd);
	return err;
}

siglet_err *siglet_sys_list(const char *folder, siglet_sys_visit *visit, void *context)
{
	const int fd = open(folder, O_RDONLY | O_CLOEXEC | O_DIRECTORY);
	names list = { 0 };
	siglet_err *err;

	if (fd < 0)
		return errno == ENOENT ? NULL : siglet_sys_errno(folder, errno);
	err = list_folder(fd, folder, &list);
	for (size_t i = 0; err == NULL && i < list.count; i++)
		err = visit(context, list.items[i]);
	names_clear(&list);
	return err;
}
