#include "siglet/siglet_internal.h"

#include <stdlib.h>
#include <string.h>

#include "statement/statement.h"

/* Statements to sign. */

#define MAX_STATEMENT_BYTES SIGLET_MAX_PAYLOAD_BYTES
#define STATEMENT_TYPE "https://in-toto.io/Statement/v1"

static siglet_err *write_subject(siglet_json_writer *w, const char *name, const char *digest)
{
	const char *colon = strchr(digest, ':');
	siglet_artifact *artifact = NULL;
	siglet_err *err = siglet_artifact_from_digest(digest, &artifact); /* for its checks */

	siglet_artifact_free(artifact);
	if (err != NULL)
		return err;
	siglet_json_write_begin_object(w, NULL);
	siglet_json_write_text(w, "name", name);
	siglet_json_write_begin_object(w, "digest");
	char algorithm[16] = "";

	memcpy(algorithm, digest, (size_t)(colon - digest)); /* one of three short names */
	siglet_json_write_text(w, algorithm, colon + 1);
	siglet_json_write_end_object(w);
	siglet_json_write_end_object(w);
	return NULL;
}

static siglet_err *write_head(const char *const *names, const char *const *digests, size_t count,
			      const char *type, siglet_buf *ret_json)
{
	siglet_json_writer w;
	siglet_err *err = NULL;

	siglet_json_writer_init(&w, ret_json, 0);
	siglet_json_write_begin_object(&w, NULL);
	siglet_json_write_text(&w, "_type", STATEMENT_TYPE);
	siglet_json_write_begin_array(&w, "subject");
	for (size_t i = 0; err == NULL && i < count; i++)
		err = write_subject(&w, names[i], digests[i]);
	siglet_json_write_end_array(&w);
	siglet_json_write_text(&w, "predicateType", siglet_predicate_uri(type));
	siglet_json_write_end_object(&w);
	siglet_err *failed = siglet_json_writer_finish(&w);
	if (err == NULL)
		return failed;
	siglet_err_free(failed);
	return err;
}

/*
 * The predicate goes in as it is, byte for byte: it is the caller's text, and was found to be one
 * value.
 */
static siglet_err *add_predicate(siglet_slice predicate, siglet_buf *json)
{
	siglet_err *err;

	siglet_buf_truncate(json, json->len - 1); /* the closing brace */
	err = siglet_buf_append_str(json, ",\"predicate\":");
	if (err == NULL)
		err = siglet_buf_append(json, predicate);
	return err == NULL ? siglet_buf_append_byte(json, '}') : err;
}

static siglet_err *check_predicate(siglet_slice predicate)
{
	siglet_json_doc *doc = NULL;
	siglet_err *err = siglet_json_parse(predicate, MAX_STATEMENT_BYTES, &doc);

	if (err == NULL && siglet_json_kind_of(siglet_json_root(doc)) != SIGLET_JSON_OBJECT)
		err = siglet_err_new(SIGLET_E_MALFORMED, "not an object");
	siglet_json_doc_free(doc);
	return err == NULL ? NULL : siglet_as_unreadable(siglet_err_wrap(err, "the predicate"));
}

siglet_error *siglet_statement_make(const char *const *names, const char *const *digests,
				    size_t count, const char *type, const void *predicate,
				    size_t len, char **ret_json)
{
	const siglet_slice text = siglet_slice_of(predicate, len);
	siglet_buf json;
	siglet_err *err;

	if (count == 0 || count > SIGLET_MAX_SUBJECTS)
		return siglet_err_new(SIGLET_E_USAGE, "%zu subjects, not 1 to %d", count,
				      SIGLET_MAX_SUBJECTS);
	siglet_buf_init(&json, MAX_STATEMENT_BYTES);
	err = siglet_predicate_check(type);
	if (err == NULL)
		err = check_predicate(text);
	if (err == NULL)
		err = write_head(names, digests, count, type, &json);
	if (err == NULL)
		err = add_predicate(text, &json);
	if (err == NULL)
		err = siglet_strndup(siglet_buf_slice(&json), ret_json);
	siglet_buf_clear(&json);
	return err;
}
