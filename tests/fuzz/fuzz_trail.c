/*
 * A line of an audit log, and the entry that it is compared with: the input up to the first newline, and behind it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "audit/trail_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void compare(const audit_trail_line *line, siglet_slice entry)
{
	audit_trail_line any = *line;
	siglet_err *err = siglet_audit_trail_compare(line, entry), *unread;

	/* Where a line says less, no fewer entries are its own. */
	any.has_key = any.has_digest = false;
	any.identity = SIGLET_SLICE_NONE;
	unread = siglet_audit_trail_compare(&any, entry);
	require(err != NULL || unread == NULL);
	siglet_err_free(unread);
	siglet_err_free(err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = size == 0 ? NULL : memchr(data, '\n', size);
	const size_t len = end == NULL ? size : (size_t)(end - data);
	audit_trail_line line = { .index = 0 };
	siglet_json_doc *doc = NULL;
	siglet_err *err = siglet_json_parse(siglet_slice_of(data, len), 1 << 20, &doc);

	if (err == NULL)
		err = siglet_audit_trail_read(siglet_json_root(doc), &line);
	if (err == NULL && line.is_logged) {
		require(line.log.len > 0 && line.index <= INT64_MAX);
		compare(&line,
			end == NULL ? SIGLET_SLICE_NONE : siglet_slice_of(end + 1, size - len - 1));
	}
	siglet_err_free(err);
	siglet_json_doc_free(doc);
	return 0;
}
