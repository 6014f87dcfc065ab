/*
 * corpus: test cases that other projects made, read where they lie.
 *
 * The folder is that of SIGLET_CORPUS, or ../shared/corpus; it may be absent.
 */
#ifndef SIGLET_TEST_CORPUS_H
#define SIGLET_TEST_CORPUS_H

#include <stdio.h>
#include <stdlib.h>

#include "base/base.h"

#define CORPUS_MAX_BYTES (64u << 20)

static inline FILE *corpus_open(const char *relative)
{
	const char *folder = getenv("SIGLET_CORPUS");
	char path[4096];

	if (folder == NULL || *folder == '\0')
		folder = "../shared/corpus";
	const int len = snprintf(path, sizeof(path), "%s/%s", folder, relative);
	return len > 0 && (size_t)len < sizeof(path) ? fopen(path, "rb") : NULL;
}

static inline bool corpus_available(void)
{
	FILE *file = corpus_open("manifest.json");

	if (file != NULL)
		(void)fclose(file);
	return file != NULL;
}

/* The whole file, in a buffer that the caller clears. */
static inline bool corpus_read(const char *relative, siglet_buf *ret)
{
	FILE *file = corpus_open(relative);
	uint8_t piece[4096];
	size_t len = 0;
	bool fine = file != NULL;

	siglet_buf_init(ret, CORPUS_MAX_BYTES);
	while (fine && (len = fread(piece, 1, sizeof(piece), file)) > 0) {
		siglet_err *err = siglet_buf_append(ret, siglet_slice_of(piece, len));

		fine = err == NULL;
		siglet_err_free(err);
	}
	fine = fine && ferror(file) == 0;
	if (file != NULL)
		(void)fclose(file);
	return fine;
}

#endif
