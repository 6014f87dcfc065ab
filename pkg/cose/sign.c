#include "cose/cose_internal.h"

/* Messages made: signed and written. */

#define MAX_SIGNATURE_BYTES 8192

/* The algorithm that the map names, by the rules of who reads it. */
static siglet_err *algorithm_of(const siglet_cbor_heads *heads, siglet_slice map,
				const siglet_cose_algorithm **ret_algorithm)
{
	siglet_cbor_doc *doc = NULL;
	siglet_err *err = siglet_cbor_parse(heads, map, SIGLET_MAX_CBOR_BYTES, NULL, &doc);
	int64_t number = 0;

	if (err == NULL)
		err = siglet_cbor_need_int64(
			siglet_cbor_get(siglet_cbor_root(doc), SIGLET_COSE_ALG), &number);
	if (err == NULL)
		*ret_algorithm = siglet_cose_algorithm_find(number);
	siglet_cbor_doc_free(doc);
	if (err != NULL && !siglet_err_is_fault(err))
		return siglet_err_recode(siglet_err_wrap(err, "protected header"), SIGLET_E_USAGE);
	return err;
}

static bool signs_by(const siglet_signer *signer, const siglet_cose_algorithm *algorithm)
{
	return algorithm->key_type == siglet_key_type_of(siglet_signer_key(signer)) &&
	       algorithm->scheme == siglet_signer_scheme(signer);
}

static siglet_err *sign_tbs(const siglet_signer *signer, const siglet_cose_tbs_parts *tbs,
			    siglet_buf *ret_signature)
{
	if (tbs->is_hashed)
		return siglet_signer_sign_digest(signer, &tbs->digest, ret_signature);
	return siglet_signer_sign(signer, siglet_buf_slice(&tbs->bytes), ret_signature);
}

static siglet_err *append_signature(const siglet_signer *signer, const siglet_cose_tbs_parts *tbs,
				    siglet_buf *ret_signature)
{
	const siglet_key_type type = siglet_key_type_of(siglet_signer_key(signer));
	siglet_buf signature;
	siglet_err *err;

	siglet_buf_init(&signature, MAX_SIGNATURE_BYTES);
	err = sign_tbs(signer, tbs, &signature);
	if (err == NULL && siglet_ecdsa_half(type) > 0)
		err = siglet_ecdsa_from_der(type, siglet_buf_slice(&signature), ret_signature);
	else if (err == NULL)
		err = siglet_buf_append(ret_signature, siglet_buf_slice(&signature));
	siglet_buf_clear(&signature);
	return err;
}

siglet_err *siglet_cose_sign(const siglet_cbor_heads *heads, const siglet_signer *signer,
			     const siglet_cose_draft *draft, siglet_buf *ret_signature)
{
	const siglet_cose_algorithm *algorithm = NULL;
	siglet_cose_tbs_parts tbs;
	siglet_err *err = algorithm_of(heads, draft->protected_map, &algorithm);

	if (err != NULL)
		return err;
	if (algorithm == NULL || !signs_by(signer, algorithm))
		return siglet_err_new(SIGLET_E_USAGE, "%s is not how this key (%s) signs",
				      algorithm == NULL ? "the algorithm" : algorithm->name,
				      siglet_scheme_name(siglet_signer_scheme(signer)));
	err = siglet_cose_tbs(heads, algorithm->scheme, draft->protected_map, draft->external_aad,
			      draft->payload, &tbs);
	if (err != NULL)
		return err;
	err = append_signature(signer, &tbs, ret_signature);
	siglet_buf_clear(&tbs.bytes);
	return err;
}

/* ---- writing ---- */

static void write_unprotected(siglet_cbor_writer *writer, siglet_slice map)
{
	if (map.len > 0) {
		siglet_cbor_write_raw(writer, map);
		return;
	}
	siglet_cbor_write_begin_map(writer);
	siglet_cbor_write_end_map(writer);
}

/* What was written must be read: a map that is none, or a label in both headers, is found then. */
static siglet_err *check_written(const siglet_cbor_heads *heads, siglet_slice message)
{
	siglet_cbor_doc *doc = NULL;
	siglet_cose_sign1 read;
	siglet_err *err = siglet_cose_sign1_parse(heads, message, &doc, &read);

	siglet_cbor_doc_free(doc);
	if (err != NULL && !siglet_err_is_fault(err))
		return siglet_err_recode(err, SIGLET_E_USAGE);
	return err;
}

siglet_err *siglet_cose_write(const siglet_cbor_heads *heads, const siglet_cose_draft *draft,
			      siglet_slice signature, siglet_buf *ret_message)
{
	const size_t before = ret_message->len;
	siglet_cbor_writer writer;
	siglet_err *err;

	siglet_cbor_writer_init(&writer, heads, ret_message);
	siglet_cbor_write_tag(&writer, SIGLET_COSE_TAG_SIGN1);
	siglet_cbor_write_begin_array(&writer);
	siglet_cbor_write_bytes(&writer, draft->protected_map);
	write_unprotected(&writer, draft->unprotected_map);
	if (draft->is_detached)
		siglet_cbor_write_null(&writer);
	else
		siglet_cbor_write_bytes(&writer, draft->payload);
	siglet_cbor_write_bytes(&writer, signature);
	siglet_cbor_write_end_array(&writer);
	err = siglet_cbor_writer_finish(&writer);
	if (err == NULL)
		err = check_written(heads, siglet_slice_of(ret_message->ptr + before,
							   ret_message->len - before));
	if (err != NULL)
		siglet_buf_truncate(ret_message, before);
	return err;
}
