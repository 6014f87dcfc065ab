#include "fulcio/fulcio.h"

#include <string.h>

/* What a CA sends back. */

#define MAX_ANSWER_BYTES ((size_t)1 << 20)
#define MAX_SCT_BYTES 65535

void siglet_fulcio_answer_init(siglet_fulcio_answer *answer)
{
	memset(answer, 0, sizeof(*answer));
	siglet_arena_init(&answer->arena, 2 * MAX_ANSWER_BYTES);
}

void siglet_fulcio_answer_clear(siglet_fulcio_answer *answer)
{
	siglet_arena_clear(&answer->arena);
	siglet_fulcio_answer_init(answer);
}

static bool is_space(siglet_slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (strchr(" \t\r\n", text.ptr[i]) == NULL || text.ptr[i] == 0)
			return false;
	return true;
}

/* Exactly one block, and nothing around it. */
static siglet_err *read_pem(siglet_slice text, siglet_arena *arena, siglet_slice *ret_der)
{
	siglet_slice left = text;
	bool found = false;
	siglet_buf der;
	siglet_err *err;

	siglet_buf_init(&der, SIGLET_MAX_CERT_BYTES);
	if (!siglet_slice_has_prefix(text, "-----BEGIN CERTIFICATE-----"))
		return siglet_err_new(SIGLET_E_MALFORMED, "not a PEM certificate");
	err = siglet_pem_next(&left, "CERTIFICATE", &der, &found);
	if (err == NULL && (!found || !is_space(left)))
		err = siglet_err_new(SIGLET_E_MALFORMED, "not one PEM certificate");
	if (err == NULL)
		err = siglet_arena_copy(arena, siglet_buf_slice(&der), ret_der);
	siglet_buf_clear(&der);
	return err;
}

static siglet_err *read_chain(const siglet_json *signed_, siglet_fulcio_answer *answer)
{
	const siglet_json *chain = NULL, *list = NULL;
	siglet_err *err = siglet_proto_object(signed_, "chain", &chain);

	if (err == NULL && chain != NULL)
		err = siglet_proto_array(chain, "certificates", SIGLET_MAX_CHAIN, &list);
	if (err != NULL)
		return err;
	if (list == NULL || siglet_json_array_count(list) == 0)
		return siglet_err_new(SIGLET_E_MALFORMED, "no certificates");
	for (size_t i = 0; i < siglet_json_array_count(list); i++) {
		err = read_pem(siglet_json_string(siglet_json_array_item(list, i)), &answer->arena,
			       &answer->chain[i]);
		if (err != NULL)
			return siglet_err_wrap(err, "certificates[%zu]", i);
		answer->count++;
	}
	return NULL;
}

static siglet_err *read_signed(const siglet_json *root, siglet_fulcio_answer *answer)
{
	const siglet_json *embedded = NULL, *detached = NULL;
	siglet_err *err = siglet_proto_object(root, "signedCertificateEmbeddedSct", &embedded);

	if (err == NULL)
		err = siglet_proto_object(root, "signedCertificateDetachedSct", &detached);
	if (err != NULL)
		return err;
	if ((embedded == NULL) == (detached == NULL))
		return siglet_err_new(SIGLET_E_MALFORMED, "neither or both kinds of certificate");
	err = read_chain(embedded != NULL ? embedded : detached, answer);
	if (err == NULL && detached != NULL)
		err = siglet_proto_bytes(detached, "signedCertificateTimestamp", &answer->arena,
					 &answer->detached_sct);
	return err;
}

siglet_err *siglet_fulcio_read_answer(siglet_slice json, siglet_fulcio_answer *ret_answer)
{
	siglet_fulcio_answer answer;
	siglet_json_doc *doc = NULL;
	siglet_err *err = siglet_json_parse(json, MAX_ANSWER_BYTES, &doc);

	siglet_fulcio_answer_init(&answer);
	if (err == NULL && siglet_json_kind_of(siglet_json_root(doc)) != SIGLET_JSON_OBJECT)
		err = siglet_err_new(SIGLET_E_MALFORMED, "not an object");
	if (err == NULL)
		err = read_signed(siglet_json_root(doc), &answer);
	siglet_json_doc_free(doc);
	if (err != NULL) {
		siglet_fulcio_answer_clear(&answer);
		return siglet_err_wrap(err, "the certificate authority's answer");
	}
	siglet_fulcio_answer_clear(ret_answer);
	*ret_answer = answer;
	return NULL;
}

/* ---- a detached SCT ---- */

/* RFC 6962 section 4.1: an AddChainResponse. */
static siglet_err *write_sct(const siglet_json *root, siglet_arena *arena, siglet_buf *ret_sct)
{
	siglet_slice id = SIGLET_SLICE_NONE, extensions = SIGLET_SLICE_NONE,
		     signature = SIGLET_SLICE_NONE;
	int64_t version = 0, timestamp = 0;
	siglet_err *err = siglet_proto_int64(root, "sct_version", &version);

	if (err == NULL)
		err = siglet_proto_bytes(root, "id", arena, &id);
	if (err == NULL)
		err = siglet_proto_int64(root, "timestamp", &timestamp);
	if (err == NULL)
		err = siglet_proto_bytes(root, "extensions", arena, &extensions);
	if (err == NULL)
		err = siglet_proto_bytes(root, "signature", arena, &signature);
	if (err == NULL && (version < 0 || version > 255 || timestamp < 0 || id.len != 32))
		err = siglet_err_new(SIGLET_E_MALFORMED, "not an SCT");
	if (err == NULL)
		err = siglet_buf_append_uint(ret_sct, (uint64_t)version, 1);
	if (err == NULL)
		err = siglet_buf_append(ret_sct, id);
	if (err == NULL)
		err = siglet_buf_append_uint(ret_sct, (uint64_t)timestamp, 8);
	if (err == NULL)
		err = siglet_buf_append_uint(ret_sct, extensions.len, 2);
	if (err == NULL)
		err = siglet_buf_append(ret_sct, extensions);
	/* The signature comes with its two algorithm bytes and length. */
	return err == NULL ? siglet_buf_append(ret_sct, signature) : err;
}

siglet_err *siglet_fulcio_detached_sct(siglet_slice json, siglet_buf *ret_sct)
{
	siglet_json_doc *doc = NULL;
	siglet_arena arena;
	siglet_err *err = siglet_json_parse(json, MAX_SCT_BYTES, &doc);

	siglet_arena_init(&arena, (size_t)4 * MAX_SCT_BYTES);
	if (err == NULL && siglet_json_kind_of(siglet_json_root(doc)) != SIGLET_JSON_OBJECT)
		err = siglet_err_new(SIGLET_E_MALFORMED, "not an object");
	if (err == NULL)
		err = write_sct(siglet_json_root(doc), &arena, ret_sct);
	siglet_arena_clear(&arena);
	siglet_json_doc_free(doc);
	return err;
}
