#include "sign/sign_internal.h"

/* One signature as a COSE_Sign1: a hash envelope (RFC 9995), or around the artifact itself. */

#define MAX_SIGNATURE_BYTES 8192
#define MAX_HEADER_BYTES ((size_t)1 << 20)
/* Beside it there is room in a message for who signed, and for what every service says of it. */
#define MAX_ATTACHED_BYTES (SIGLET_MAX_BUNDLE_BYTES - (1u << 20))

/* Before anybody is asked: what a log has of a message that can't be written, it has for good. */
static siglet_err *check_size(const siglet_cose_wish *choice, siglet_slice artifact)
{
	if (!choice->is_whole || choice->is_detached || artifact.len <= MAX_ATTACHED_BYTES)
		return NULL;
	return siglet_err_hint(siglet_err_new(SIGLET_E_USAGE,
					      "%zu bytes to be attached, more than %u",
					      artifact.len, MAX_ATTACHED_BYTES),
			       "sign their hash, or with a detached payload");
}

static siglet_err *find_payload(const siglet_content *content, siglet_slice *ret_payload)
{
	const siglet_verify_input *artifact = &content->artifact;
	const siglet_digest *digest =
		artifact->digests == NULL ? NULL
					  : siglet_digests_get(artifact->digests, SIGLET_SHA256);

	if (content->payload_type.len > 0)
		return siglet_err_new(SIGLET_E_USAGE, "an envelope of DSSE is no COSE message");
	if (content->cose->is_whole && !artifact->has_message)
		return siglet_err_new(SIGLET_E_USAGE,
				      "the whole artifact is wanted for a payload, and only a "
				      "digest of it is there");
	if (digest == NULL)
		return siglet_err_new(SIGLET_E_USAGE, "no sha256 digest is there");
	*ret_payload = content->cose->is_whole ? artifact->message : siglet_digest_slice(digest);
	return check_size(content->cose, artifact->message);
}

/* ---- the protected header ---- */

/* Whose word it is, and since when (CWT claims): what the certificate says, once more. */
static void write_claims(const siglet_session *session, siglet_cbor_writer *w)
{
	const siglet_session_options *o = &session->options;

	siglet_cbor_write_int(w, SIGLET_COSE_CWT_CLAIMS);
	siglet_cbor_write_begin_map(w);
	if (session->leaf != NULL) {
		siglet_cbor_write_int(w, SIGLET_CWT_ISS);
		siglet_cbor_write_text(w, siglet_slice_str(session->issuer));
		siglet_cbor_write_int(w, SIGLET_CWT_SUB);
		siglet_cbor_write_text(w, siglet_slice_str(session->san));
	}
	siglet_cbor_write_int(w, SIGLET_CWT_IAT);
	siglet_cbor_write_int(w, o->now_s(o->context));
	siglet_cbor_write_end_map(w);
}

/* The certificate and its hash, or the hash of the key for its id. */
static siglet_err *write_signer(const siglet_session *session, siglet_cbor_writer *w)
{
	const siglet_key *key = siglet_signer_key(session->signer);
	siglet_slice der = SIGLET_SLICE_NONE;
	siglet_digest digest;
	siglet_err *err;

	if (session->leaf == NULL) {
		siglet_cbor_write_int(w, SIGLET_COSE_KID);
		siglet_cbor_write_bytes(w, siglet_digest_slice(siglet_key_id(key)));
		return NULL;
	}
	der = siglet_cert_der(session->leaf);
	err = siglet_crypto_sha256(&der, 1, &digest);
	if (err != NULL)
		return err;
	siglet_cbor_write_int(w, SIGLET_COSE_X5CHAIN);
	siglet_cbor_write_bytes(w, der);
	siglet_cbor_write_int(w, SIGLET_COSE_X5T);
	siglet_cbor_write_begin_array(w);
	siglet_cbor_write_int(w, siglet_cose_hash_number(SIGLET_SHA256));
	siglet_cbor_write_bytes(w, siglet_digest_slice(&digest));
	siglet_cbor_write_end_array(w);
	return NULL;
}

static siglet_err *write_header(const siglet_sign_work *s, siglet_buf *ret_map)
{
	const siglet_key *key = siglet_signer_key(s->session->signer);
	const siglet_cose_algorithm *algorithm = siglet_cose_algorithm_for(key);
	siglet_cbor_writer w;
	siglet_err *err, *failed;

	if (algorithm == NULL)
		return siglet_err_new(SIGLET_E_UNSUPPORTED, "COSE has no algorithm for %s",
				      siglet_key_describe(key));
	siglet_cbor_writer_init(&w, s->content->cose->heads, ret_map);
	siglet_cbor_write_begin_map(&w);
	siglet_cbor_write_int(&w, SIGLET_COSE_ALG);
	siglet_cbor_write_int(&w, algorithm->number);
	write_claims(s->session, &w);
	err = write_signer(s->session, &w);
	if (!s->content->cose->is_whole) {
		siglet_cbor_write_int(&w, SIGLET_COSE_PAYLOAD_HASH_ALG);
		siglet_cbor_write_int(&w, siglet_cose_hash_number(SIGLET_SHA256));
	}
	siglet_cbor_write_end_map(&w);
	failed = siglet_cbor_writer_finish(&w);
	if (err == NULL)
		return failed;
	siglet_err_free(failed);
	return err;
}

/* ---- the signature ---- */

/* As services want it: ECDSA in DER. */
static siglet_err *keep_signature(siglet_sign_work *s, siglet_slice raw)
{
	const siglet_key_type type = siglet_key_type_of(siglet_signer_key(s->session->signer));

	return siglet_ecdsa_half(type) > 0 ? siglet_ecdsa_to_der(type, raw, &s->signature)
					   : siglet_buf_append(&s->signature, raw);
}

/* What is signed, hashed: to a log it is the artifact. Empty where the key signs no digest. */
static siglet_err *hash_signed(const siglet_sign_work *s, const siglet_cose_draft *draft,
			       siglet_digests *ret_digests)
{
	siglet_hash hash = SIGLET_SHA256;
	siglet_digest digest = { .hash = SIGLET_SHA256 };
	siglet_buf head;
	siglet_err *err;

	if (!siglet_scheme_hash(siglet_signer_scheme(s->session->signer), &hash))
		return NULL;
	siglet_buf_init(&head, MAX_HEADER_BYTES + 64);
	err = siglet_cose_tbs_head(s->content->cose->heads, draft->protected_map,
				   draft->external_aad, draft->payload.len, &head);
	if (err == NULL) {
		const siglet_slice parts[] = { siglet_buf_slice(&head), draft->payload };

		err = siglet_crypto_hash(hash, parts, SIGLET_COUNT(parts), &digest);
	}
	siglet_buf_clear(&head);
	if (err != NULL)
		return err;
	ret_digests->mask = SIGLET_HASH_BIT(hash);
	ret_digests->of[hash] = digest;
	return NULL;
}

/* ---- all of it ---- */

static siglet_err *write_message(const siglet_sign_work *s, const siglet_cose_draft *draft,
				 siglet_slice raw, siglet_buf *ret_message)
{
	const siglet_cbor_heads *heads = s->content->cose->heads;
	siglet_entry entries[SIGLET_MAX_SERVICES];
	siglet_slice timestamps[SIGLET_MAX_SERVICES];
	siglet_bundle_data data = { .entry_count = 0 };
	siglet_cose_draft whole = *draft;
	siglet_buf carried;
	siglet_err *err;

	siglet_sign_gather(s, entries, timestamps, &data);
	siglet_buf_init(&carried, SIGLET_MAX_BUNDLE_BYTES);
	err = siglet_bundle_write_carried(heads, &data, &carried);
	whole.unprotected_map = siglet_buf_slice(&carried);
	if (err == NULL)
		err = siglet_cose_write(heads, &whole, raw, ret_message);
	siglet_buf_clear(&carried);
	return err;
}

static siglet_err *verify_message(const siglet_sign_work *s, siglet_signed *made)
{
	siglet_bundle *bundle = NULL;
	siglet_err *err = siglet_bundle_parse_cose(s->content->cose->heads,
						   siglet_buf_slice(&made->bundle), &bundle);

	if (err != NULL)
		return siglet_sign_blame(err, "what the services gave makes no message");
	err = siglet_sign_check(s, bundle, made);
	siglet_bundle_free(bundle);
	return err;
}

static siglet_err *make(siglet_sign_work *s, siglet_buf *header, siglet_buf *raw,
			siglet_signed *made)
{
	siglet_cose_draft draft = { .is_detached = s->content->cose->is_detached };
	siglet_digests digests = { 0 };
	siglet_err *err = find_payload(s->content, &draft.payload);

	if (err == NULL)
		err = write_header(s, header);
	draft.protected_map = siglet_buf_slice(header);
	if (err == NULL)
		err = siglet_cose_sign(s->content->cose->heads, s->session->signer, &draft, raw);
	if (err == NULL)
		err = keep_signature(s, siglet_buf_slice(raw));
	if (err == NULL)
		err = hash_signed(s, &draft, &digests);
	if (err == NULL)
		err = siglet_sign_ask(s, &digests);
	if (err == NULL)
		err = write_message(s, &draft, siglet_buf_slice(raw), &made->bundle);
	return err == NULL ? verify_message(s, made) : err;
}

siglet_err *siglet_sign_cose(siglet_sign_work *s, siglet_signed *made)
{
	siglet_buf header, raw;
	siglet_err *err;

	siglet_buf_init(&header, MAX_HEADER_BYTES);
	siglet_buf_init(&raw, MAX_SIGNATURE_BYTES);
	err = make(s, &header, &raw, made);
	siglet_buf_clear(&raw);
	siglet_buf_clear(&header);
	return err;
}
