#include "verify.h"

#include <stdlib.h>
#include <string.h>

/* Which files? */

#define MAX_LIST_BYTES ((size_t)64 << 20)

siglet_err *verify_list_add(verify_list *list, const char *name, size_t len)
{
	siglet_err *err;

	if (list->count == list->room) {
		const size_t room = list->room == 0 ? 16 : list->room * 2;
		char **names = room > SIZE_MAX / sizeof(*names)
				       ? NULL
				       : realloc(list->names, room * sizeof(*names));

		if (names == NULL)
			return siglet_err_nomem();
		list->names = names;
		list->room = room;
	}
	err = siglet_strndup(siglet_slice_of(name, len), &list->names[list->count]);
	if (err == NULL)
		list->count++;
	return err;
}

void verify_list_clear(verify_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->names[i]);
	free(list->names);
	*list = (verify_list) { 0 };
}

static bool is_bundle(const char *path)
{
	for (size_t i = 0; verify_suffixes[i] != NULL; i++)
		if (siglet_slice_has_suffix(siglet_slice_str(path), verify_suffixes[i]))
			return true;
	return false;
}

static siglet_err *add_walked(void *context, const char *path)
{
	return is_bundle(path) ? NULL : verify_list_add(context, path, strlen(path));
}

/* A name a line; empty lines are nothing. */
static siglet_err *add_lines(siglet_slice text, verify_list *list)
{
	siglet_err *err = NULL;

	if (text.len > 0 && memchr(text.ptr, '\0', text.len) != NULL)
		return siglet_err_new(SIGLET_E_IO, "is no list of names: it holds a NUL");
	while (err == NULL && text.len > 0) {
		const uint8_t *end = memchr(text.ptr, '\n', text.len);
		const size_t len = end == NULL ? text.len : (size_t)(end - text.ptr);

		if (len == 1 && text.ptr[0] == '-')
			err = siglet_err_new(SIGLET_E_USAGE, "standard input goes alone");
		else if (len > 0)
			err = verify_list_add(list, (const char *)text.ptr, len);
		const size_t step = end == NULL ? len : len + 1;
		text = siglet_slice_of(text.ptr + step, text.len - step);
	}
	return err;
}

static siglet_err *add_file_list(const char *path, verify_list *list)
{
	siglet_err *err;
	siglet_buf text;

	siglet_buf_init(&text, MAX_LIST_BYTES);
	err = strcmp(path, "-") == 0 ? siglet_sys_read_stdin(&text)
				     : siglet_sys_read_file(path, &text);
	if (err == NULL) {
		err = add_lines(siglet_buf_slice(&text), list);
		if (err != NULL)
			err = siglet_err_wrap(err, "--files-from");
	}
	siglet_buf_clear(&text);
	return err;
}

siglet_err *verify_list_gather(const cli_arguments *arguments, verify_list *ret_list)
{
	verify_list list = { 0 };
	siglet_err *err = NULL;

	for (size_t i = 0; err == NULL && i < arguments->operand_count; i++)
		err = verify_list_add(&list, arguments->operands[i],
				      strlen(arguments->operands[i]));
	for (size_t i = 0; err == NULL && i < arguments->given_count; i++) {
		const cli_given *given = &arguments->given[i];

		if (given->option->id == CLI_FILES_FROM)
			err = add_file_list(given->value, &list);
		else if (given->option->id == CLI_RECURSIVE)
			err = siglet_sys_walk(given->value, add_walked, &list);
	}
	if (err != NULL) {
		verify_list_clear(&list);
		return err;
	}
	*ret_list = list;
	return NULL;
}
