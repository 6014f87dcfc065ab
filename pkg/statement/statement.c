#include "statement/statement.h"

#include <stdlib.h>
#include <string.h>

#include "statement/statement_internal.h"

/* The texts of a payload are no longer than it; 1024 subjects come on top. */
#define MAX_COPIED_BYTES (SIGLET_MAX_PAYLOAD_BYTES + (1u << 20))

typedef struct subject {
	siglet_slice name;
	siglet_digests digests;
} subject;

struct siglet_statement {
	siglet_arena arena;
	siglet_slice type, predicate_type;
	siglet_slice predicate; /* borrowed from the payload; empty: none */
	subject *subjects;
	size_t count;
	unsigned hashes;
};

/*
 * Some writers spell _type as the protobuf field is called, type. Both together would let one
 * reader see another type than the next.
 */
static siglet_err *read_type(const siglet_json *object, siglet_statement *statement)
{
	const bool underscore = siglet_json_object_get(object, "_type") != NULL;
	const bool plain = siglet_json_object_get(object, "type") != NULL;
	siglet_slice type = SIGLET_SLICE_NONE;
	siglet_err *err;

	if (underscore && plain)
		return siglet_err_new(SIGLET_E_MALFORMED, "both _type and type");
	err = siglet_json_need_string(object, plain ? "type" : "_type", &type);
	if (err != NULL)
		return err;
	if (!siglet_slice_is(type, "https://in-toto.io/Statement/v1") &&
	    !siglet_slice_is(type, "https://in-toto.io/Statement/v0.1"))
		return siglet_err_new(SIGLET_E_UNSUPPORTED, "a statement of type \"%s\"",
				      siglet_text_printable(type).text);
	return siglet_arena_copy(&statement->arena, type, &statement->type);
}

/* A member that may be left out, but is a string where it is given. */
static siglet_err *read_optional_text(const siglet_json *object, const char *name,
				      siglet_arena *arena, siglet_slice *ret_text)
{
	siglet_slice text = SIGLET_SLICE_NONE;
	siglet_err *err;

	if (siglet_json_object_get(object, name) == NULL)
		return NULL;
	err = siglet_json_need_string(object, name, &text);
	if (err != NULL && siglet_err_code(err) == SIGLET_E_MISSING) {
		siglet_err_free(err); /* null */
		return NULL;
	}
	return err != NULL ? err : siglet_arena_copy(arena, text, ret_text);
}

typedef struct digest_reader {
	siglet_digests *digests;
	size_t count;
} digest_reader;

/*
 * One member of a digest set. Hashes that we do not know, and values that can be no digest, are
 * passed over: they can match nothing, and the others may still name the artifact.
 */
static siglet_err *read_digest(void *context, siglet_slice name, const siglet_json *value)
{
	digest_reader *reader = context;
	siglet_hash hash = SIGLET_SHA256;
	siglet_digest digest;
	siglet_buf bytes;
	siglet_err *err;

	if (++reader->count > SIGLET_MAX_SUBJECT_DIGESTS)
		return siglet_err_new(SIGLET_E_LIMIT, "more than %d digests",
				      SIGLET_MAX_SUBJECT_DIGESTS);
	if (siglet_json_kind_of(value) != SIGLET_JSON_STRING)
		return siglet_err_new(SIGLET_E_MALFORMED, "digest %s is not a string",
				      siglet_text_printable(name).text);
	const siglet_slice hex = siglet_json_string(value);
	if (!siglet_hash_find(name, &hash) || hex.len != 2 * siglet_hash_size(hash))
		return NULL;
	siglet_buf_init(&bytes, SIGLET_MAX_HASH_SIZE);
	err = siglet_hex_decode(hex, &bytes);
	if (err != NULL && siglet_err_code(err) == SIGLET_E_MALFORMED) {
		siglet_err_free(err);
		err = NULL;
		goto out;
	}
	if (err == NULL)
		err = siglet_digest_from(hash, siglet_buf_slice(&bytes), &digest);
	if (err == NULL) {
		reader->digests->mask |= SIGLET_HASH_BIT(hash);
		reader->digests->of[hash] = digest;
	}
out:
	siglet_buf_clear(&bytes);
	return err;
}

static siglet_err *read_subject(const siglet_json *value, siglet_arena *arena, subject *ret_subject)
{
	digest_reader reader = { .digests = &ret_subject->digests };
	const siglet_json *set;
	siglet_err *err;

	if (siglet_json_kind_of(value) != SIGLET_JSON_OBJECT)
		return siglet_err_new(SIGLET_E_MALFORMED, "not an object");
	err = read_optional_text(value, "name", arena, &ret_subject->name);
	if (err != NULL)
		return err;
	set = siglet_json_object_get(value, "digest");
	if (set == NULL || siglet_json_kind_of(set) != SIGLET_JSON_OBJECT)
		return siglet_err_new(SIGLET_E_MALFORMED, "no digest object");
	return siglet_json_object_each(set, read_digest, &reader);
}

static siglet_err *read_subjects(const siglet_json *object, siglet_statement *statement)
{
	const siglet_json *array = NULL;
	siglet_err *err = siglet_json_need_array(object, "subject", &array);

	if (err != NULL)
		return err;
	const size_t count = siglet_json_array_count(array);
	if (count == 0)
		return siglet_err_new(SIGLET_E_MALFORMED, "subject: empty");
	if (count > SIGLET_MAX_SUBJECTS)
		return siglet_err_new(SIGLET_E_LIMIT, "subject: %zu, at most %d are read", count,
				      SIGLET_MAX_SUBJECTS);
	err = siglet_arena_alloc(&statement->arena, count, sizeof(*statement->subjects),
				 &statement->subjects);
	for (size_t i = 0; err == NULL && i < count; i++) {
		err = read_subject(siglet_json_array_item(array, i), &statement->arena,
				   &statement->subjects[i]);
		if (err != NULL)
			return siglet_err_wrap(err, "subject[%zu]", i);
		statement->hashes |= statement->subjects[i].digests.mask;
	}
	if (err == NULL)
		statement->count = count;
	return err;
}

static siglet_err *read_statement(const siglet_json *object, siglet_slice payload,
				  siglet_statement *statement)
{
	siglet_err *err;

	if (siglet_json_kind_of(object) != SIGLET_JSON_OBJECT)
		return siglet_err_new(SIGLET_E_MALFORMED, "not an object");
	err = read_type(object, statement);
	if (err == NULL)
		err = read_subjects(object, statement);
	if (err == NULL)
		err = read_optional_text(object, "predicateType", &statement->arena,
					 &statement->predicate_type);
	if (err == NULL)
		err = siglet_statement_find_predicate(object, payload, &statement->predicate);
	return err;
}

siglet_err *siglet_statement_parse(siglet_slice payload, siglet_statement **ret_statement)
{
	siglet_statement *statement = NULL;
	siglet_json_doc *doc = NULL;
	siglet_err *err = siglet_json_parse(payload, SIGLET_MAX_PAYLOAD_BYTES, &doc);

	if (err != NULL)
		goto out;
	statement = siglet_calloc(1, sizeof(*statement));
	if (statement == NULL) {
		err = siglet_err_nomem();
		goto out;
	}
	siglet_arena_init(&statement->arena, MAX_COPIED_BYTES);
	err = read_statement(siglet_json_root(doc), payload, statement);
	if (err != NULL)
		goto out;
	*ret_statement = statement;
	statement = NULL;
	err = NULL; /* success */
out:
	siglet_statement_free(statement);
	siglet_json_doc_free(doc);
	return err;
}

void siglet_statement_free(siglet_statement *statement)
{
	if (statement == NULL)
		return;
	siglet_arena_clear(&statement->arena);
	free(statement);
}

siglet_slice siglet_statement_type(const siglet_statement *statement)
{
	return statement->type;
}

siglet_slice siglet_statement_predicate_type(const siglet_statement *statement)
{
	return statement->predicate_type;
}

size_t siglet_statement_subject_count(const siglet_statement *statement)
{
	return statement->count;
}

siglet_slice siglet_statement_subject_name(const siglet_statement *statement, size_t index)
{
	return index < statement->count ? statement->subjects[index].name : SIGLET_SLICE_NONE;
}

const siglet_digests *siglet_statement_subject_digests(const siglet_statement *statement,
						       size_t index)
{
	return index < statement->count ? &statement->subjects[index].digests : NULL;
}

unsigned siglet_statement_hashes(const siglet_statement *statement)
{
	return statement->hashes;
}

siglet_err *siglet_statement_predicate(const siglet_statement *statement, siglet_buf *ret_json)
{
	if (statement->predicate.len == 0)
		return siglet_err_new(SIGLET_E_MISSING, "the statement has no predicate");
	return siglet_buf_append(ret_json, statement->predicate);
}
