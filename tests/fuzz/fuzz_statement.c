/* The payload of an envelope: an in-toto statement. */
#include <stdint.h>
#include <stdlib.h>

#include "json/json.h"
#include "statement/statement.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

/* What is given out as the predicate is the member of that name: it parses, alone, to the same. */
static void check_predicate(siglet_slice payload, const siglet_statement *statement)
{
	siglet_json_doc *whole = NULL, *alone = NULL;
	siglet_buf predicate, wanted, given;
	siglet_err *err;

	siglet_buf_init(&predicate, payload.len);
	siglet_buf_init(&wanted, 1u << 24);
	siglet_buf_init(&given, 1u << 24);
	err = siglet_statement_predicate(statement, &predicate);
	if (err != NULL)
		goto out;
	err = siglet_json_parse(siglet_buf_slice(&predicate), SIGLET_MAX_PAYLOAD_BYTES, &alone);
	require(err == NULL);
	err = siglet_json_parse(payload, SIGLET_MAX_PAYLOAD_BYTES, &whole);
	require(err == NULL);
	err = siglet_json_canonicalize(siglet_json_object_get(siglet_json_root(whole), "predicate"),
				       &wanted);
	if (err == NULL) {
		err = siglet_json_canonicalize(siglet_json_root(alone), &given);
		require(err == NULL);
		require(siglet_slice_equal(siglet_buf_slice(&wanted), siglet_buf_slice(&given)));
	}
out:
	siglet_err_free(err);
	siglet_json_doc_free(whole);
	siglet_json_doc_free(alone);
	siglet_buf_clear(&predicate);
	siglet_buf_clear(&wanted);
	siglet_buf_clear(&given);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const siglet_slice payload = siglet_slice_of(data, size);
	const siglet_digests artifact = { .mask = 7 };
	siglet_statement *statement = NULL;
	siglet_hash hash = SIGLET_SHA256;
	size_t subject = 0;
	siglet_err *err = siglet_statement_parse(payload, &statement);

	if (err == NULL) {
		check_predicate(payload, statement);
		err = siglet_statement_match(statement, &artifact, &subject, &hash);
		require(err != NULL || subject < siglet_statement_subject_count(statement));
	}
	siglet_err_free(err);
	siglet_statement_free(statement);
	return 0;
}
