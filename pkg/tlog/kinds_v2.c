#include "tlog/tlog_internal.h"

#include "statement/statement.h"

/*
 * The body of Rekor v2. It is rebuilt from the signature in hand, and what is proven to be in the
 * log is the rebuilt one: no field can be overlooked in a comparison.
 */

static const char *hash_enum(siglet_hash hash)
{
	switch (hash) {
	case SIGLET_SHA256:
		return "SHA2_256";
	case SIGLET_SHA384:
		return "SHA2_384";
	case SIGLET_SHA512:
		return "SHA2_512";
	}
	return "HASH_ALGORITHM_UNSPECIFIED";
}

/* Of an envelope the log has the hash of what was signed, the PAE. */
static siglet_err *hash_envelope(siglet_slice type, siglet_slice payload, siglet_hash hash,
				 siglet_digest *ret_digest)
{
	siglet_buf pae;
	siglet_err *err;

	siglet_buf_init(&pae, SIZE_MAX / 2);
	err = siglet_dsse_pae(type, payload, &pae);
	if (err == NULL) {
		const siglet_slice part = siglet_buf_slice(&pae);

		err = siglet_crypto_hash(hash, &part, 1, ret_digest);
	}
	siglet_buf_clear(&pae);
	return err;
}

static siglet_err *find_digest(const siglet_entry_subject *subject, siglet_hash hash,
			       siglet_digest *ret_digest)
{
	const siglet_digest *known;

	if (subject->is_dsse)
		return hash_envelope(subject->payload_type, subject->payload, hash, ret_digest);
	known = subject->artifact == NULL ? NULL : siglet_digests_get(subject->artifact, hash);
	if (known == NULL)
		return siglet_err_new(SIGLET_E_MISSING,
				      "the entry is about the artifact's %s, which is not known",
				      siglet_hash_name(hash));
	*ret_digest = *known;
	return NULL;
}

/* Canonical JSON (RFC 8785): keys in order; base64 and enum names need no escapes. */
static siglet_err *write_body(const siglet_entry_subject *subject, const siglet_digest *digest,
			      const char *details, siglet_buf *out)
{
	const bool certificate = subject->cert_der.len > 0;
	siglet_err *err = siglet_buf_printf(out,
					    "{\"apiVersion\":\"0.0.2\",\"kind\":\"hashedrekord\","
					    "\"spec\":{\"hashedRekordV002\":{\"data\":{"
					    "\"algorithm\":\"%s\",\"digest\":\"",
					    hash_enum(digest->hash));

	if (err == NULL)
		err = siglet_base64_encode(siglet_digest_slice(digest), out);
	if (err == NULL)
		err = siglet_buf_append_str(out, "\"},\"signature\":{\"content\":\"");
	if (err == NULL)
		err = siglet_base64_encode(subject->signature, out);
	if (err == NULL)
		err = siglet_buf_printf(out,
					"\",\"verifier\":{\"keyDetails\":\"%s\",\"%s\":"
					"{\"rawBytes\":\"",
					details, certificate ? "x509Certificate" : "publicKey");
	if (err == NULL)
		err = siglet_base64_encode(
			certificate ? subject->cert_der : siglet_key_spki(subject->key), out);
	if (err == NULL)
		err = siglet_buf_append_str(out, "\"}}}}}}");
	return err;
}

siglet_err *siglet_tlog_rebuild(const siglet_entry_subject *subject, siglet_buf *ret_body)
{
	const siglet_key_details *details = siglet_key_details_default(subject->key);
	const size_t before = ret_body->len;
	siglet_hash hash = SIGLET_SHA256;
	siglet_digest digest = { 0 };
	siglet_err *err;

	if (details == NULL || !siglet_scheme_hash(details->scheme, &hash))
		return siglet_err_new(SIGLET_E_UNSUPPORTED, "Rekor v2 logs no signatures by %s",
				      siglet_key_describe(subject->key));
	err = find_digest(subject, hash, &digest);
	if (err == NULL)
		err = write_body(subject, &digest, details->name, ret_body);
	if (err != NULL)
		ret_body->len = before;
	return err;
}

/* ---- why a logged body is not the rebuilt one ---- */

typedef struct body_fields {
	siglet_slice algorithm, digest, signature, details, verifier;
	bool has_certificate, has_key;
} body_fields;

static siglet_err *read_verifier(const siglet_json *verifier, body_fields *ret_fields)
{
	const siglet_json *holder = NULL;
	siglet_err *err = siglet_tlog_need_string(verifier, "keyDetails", &ret_fields->details);

	ret_fields->has_certificate = siglet_json_object_get(verifier, "x509Certificate") != NULL;
	ret_fields->has_key = siglet_json_object_get(verifier, "publicKey") != NULL;
	if (err == NULL)
		err = siglet_tlog_need_object(
			verifier, ret_fields->has_certificate ? "x509Certificate" : "publicKey",
			&holder);
	if (err == NULL)
		err = siglet_tlog_need_string(holder, "rawBytes", &ret_fields->verifier);
	return err;
}

static siglet_err *read_fields(const siglet_json *root, body_fields *ret_fields)
{
	const siglet_json *spec = NULL, *entry = NULL, *data = NULL, *signature = NULL;
	const siglet_json *verifier = NULL;
	siglet_err *err = siglet_tlog_need_object(root, "spec", &spec);

	if (err == NULL)
		err = siglet_tlog_need_object(spec, "hashedRekordV002", &entry);
	if (err == NULL)
		err = siglet_tlog_need_object(entry, "data", &data);
	if (err == NULL)
		err = siglet_tlog_need_string(data, "algorithm", &ret_fields->algorithm);
	if (err == NULL)
		err = siglet_tlog_need_string(data, "digest", &ret_fields->digest);
	if (err == NULL)
		err = siglet_tlog_need_object(entry, "signature", &signature);
	if (err == NULL)
		err = siglet_tlog_need_string(signature, "content", &ret_fields->signature);
	if (err == NULL)
		err = siglet_tlog_need_object(signature, "verifier", &verifier);
	if (err == NULL)
		err = read_verifier(verifier, ret_fields);
	return err;
}

/* Base64 texts are compared as they stand: a canonical body has but one spelling. */
static siglet_err *name_difference(const body_fields *have, const body_fields *wanted)
{
	if (wanted->has_certificate && !have->has_certificate)
		return siglet_err_hint(
			siglet_err_new(
				SIGLET_E_MISMATCH,
				"the entry names the public key in place of the certificate: "
				"it hides the identity from those who watch the log"),
			"have it signed again by a client that logs the certificate");
	if (have->has_certificate && have->has_key)
		return siglet_err_new(SIGLET_E_MISMATCH,
				      "the entry names both a certificate and a public key");
	if (have->has_certificate != wanted->has_certificate)
		return siglet_err_new(SIGLET_E_MISMATCH,
				      "the entry names a certificate in place of the public key");
	if (!siglet_slice_equal(have->signature, wanted->signature))
		return siglet_err_new(SIGLET_E_MISMATCH, "the entry's signature is another one");
	if (!siglet_slice_equal(have->verifier, wanted->verifier))
		return siglet_err_new(SIGLET_E_MISMATCH, "the entry's %s is another one",
				      wanted->has_certificate ? "certificate" : "public key");
	if (!siglet_slice_equal(have->details, wanted->details))
		return siglet_err_new(SIGLET_E_MISMATCH, "the entry's keyDetails is \"%s\", not %s",
				      siglet_text_printable(have->details).text,
				      siglet_text_printable(wanted->details).text);
	if (!siglet_slice_equal(have->algorithm, wanted->algorithm))
		return siglet_err_new(SIGLET_E_MISMATCH, "the entry's digest is of \"%s\", not %s",
				      siglet_text_printable(have->algorithm).text,
				      siglet_text_printable(wanted->algorithm).text);
	if (!siglet_slice_equal(have->digest, wanted->digest))
		return siglet_err_new(SIGLET_E_MISMATCH, "the entry's digest is another one");
	return siglet_err_new(SIGLET_E_MISMATCH, "canonicalizedBody is not in its canonical form");
}

static siglet_err *parse_fields(siglet_slice body, siglet_json_doc **ret_doc,
				body_fields *ret_fields)
{
	siglet_err *err = siglet_json_parse(body, SIGLET_MAX_ENTRY_BODY_BYTES, ret_doc);

	return err != NULL ? err : read_fields(siglet_json_root(*ret_doc), ret_fields);
}

siglet_err *siglet_tlog_explain(siglet_slice body, siglet_slice rebuilt)
{
	siglet_json_doc *have_doc = NULL, *wanted_doc = NULL;
	body_fields have = { 0 }, wanted = { 0 };
	siglet_err *err = parse_fields(body, &have_doc, &have);

	if (err == NULL)
		err = parse_fields(rebuilt, &wanted_doc, &wanted);
	if (err == NULL)
		err = name_difference(&have, &wanted);
	siglet_json_doc_free(wanted_doc);
	siglet_json_doc_free(have_doc);
	return err;
}
