/*
 * text: read a file of the project, and change a text in one place.
 */
#ifndef SIGLET_TEST_TEXT_H
#define SIGLET_TEST_TEXT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The whole file with a NUL behind it; the test ends when it can't be read. Free it. */
__attribute__((unused)) static char *text_read_sized(const char *path, size_t *ret_size)
{
	FILE *file = fopen(path, "rb");
	char *text = NULL;

	if (file != NULL && fseek(file, 0, SEEK_END) == 0) {
		const long size = ftell(file);

		rewind(file);
		text = size < 0 ? NULL : calloc((size_t)size + 1, 1);
		if (text != NULL && fread(text, 1, (size_t)size, file) != (size_t)size) {
			free(text);
			text = NULL;
		}
		*ret_size = size < 0 ? 0 : (size_t)size;
	}
	if (file != NULL)
		(void)fclose(file);
	if (text == NULL) {
		printf("Bail out! %s can't be read\n", path);
		exit(3);
	}
	return text;
}

__attribute__((unused)) static char *text_read(const char *path)
{
	size_t size = 0;

	return text_read_sized(path, &size);
}

/* A copy in which the first `from` is `to`; the test ends when there is none. Free it. */
__attribute__((unused)) static char *text_replace(const char *text, const char *from,
						  const char *to)
{
	const char *at = strstr(text, from);
	char *changed;

	if (at == NULL) {
		printf("Bail out! nothing like %s to replace\n", from);
		exit(3);
	}
	const size_t before = (size_t)(at - text), tail = strlen(at + strlen(from));
	changed = malloc(before + strlen(to) + tail + 1);
	if (changed == NULL)
		exit(3);
	memcpy(changed, text, before);
	memcpy(changed + before, to, strlen(to));
	memcpy(changed + before + strlen(to), at + strlen(from), tail + 1);
	return changed;
}

#endif
