/*
 * A file that says a log contradicts itself, as anybody may have made it. Of the log that is known only
 * one note is: no two of them contradict each other.
 */
#include <stdint.h>
#include <stdlib.h>

#include "../unit/note_vectors.h"
#include "audit/audit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void tell(void *context, const siglet_audit_report *report)
{
	siglet_buf text;
	siglet_err *err;

	(void)context;
	require(report->verdict != SIGLET_AUDIT_PROVEN);
	siglet_buf_init(&text, 1u << 20);
	err = siglet_audit_report_text(report, &text);
	require(err == NULL);
	siglet_buf_clear(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	siglet_note_key *key = NULL;
	siglet_err *err = siglet_note_key_parse(siglet_slice_str(VECTOR_LOG_VKEY), &key);
	const siglet_audit audit = { .log_key = key, .tell = tell };

	require(err == NULL);
	err = siglet_audit_evidence(&audit, "evidence", siglet_slice_of(data, size));
	siglet_err_free(err);
	siglet_note_key_free(key);
	return 0;
}
