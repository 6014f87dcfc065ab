#include "scitt/scitt_internal.h"

/* Signed statements, and what a service registered of them. */

/* What a statement's reader acts upon. */
static const int64_t labels[] = { SIGLET_COSE_CWT_CLAIMS,
				  SIGLET_COSE_X5CHAIN,
				  SIGLET_COSE_X5T,
				  SIGLET_COSE_PAYLOAD_HASH_ALG,
				  SIGLET_COSE_PREIMAGE_CONTENT_TYPE,
				  SIGLET_COSE_PAYLOAD_LOCATION };
static const siglet_cose_understood understood = { labels, SIGLET_COUNT(labels) };

/* RFC 3986 section 3.1: a scheme, and a colon behind it. */
static bool is_uri(siglet_slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		const uint8_t c = text.ptr[i], lower = c | 0x20;
		const bool letter = lower >= 'a' && lower <= 'z';

		if (c == ':')
			return i > 0;
		if (!letter &&
		    (i == 0 || !((c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.')))
			return false;
	}
	return false;
}

/* Whoever signed it must be named by something that is signed. */
static siglet_err *check_key_material(siglet_scitt_statement *s)
{
	const siglet_cose_sign1 *m = &s->message;
	const bool bound = siglet_cose_protected(m, SIGLET_COSE_X5CHAIN) != NULL ||
			   siglet_cose_protected(m, SIGLET_COSE_X5T) != NULL;

	s->has_certificates = bound || siglet_cose_unprotected(m, SIGLET_COSE_X5CHAIN) != NULL;
	if (s->has_certificates && !bound)
		return siglet_cbor_error(m->item, SIGLET_E_MISSING,
					 "certificates that the signature does not cover");
	if (!s->has_certificates && siglet_cose_protected(m, SIGLET_COSE_KID) == NULL)
		return siglet_cbor_error(siglet_cbor_at(m->item, 0), SIGLET_E_MISSING,
					 "neither certificates nor a key's id in the protected "
					 "header");
	if (s->has_certificates && !is_uri(s->claims.issuer))
		return siglet_cbor_error(siglet_cose_protected(m, SIGLET_COSE_CWT_CLAIMS),
					 SIGLET_E_MALFORMED,
					 "with certificates the issuer is a URI");
	return NULL;
}

static siglet_err *check_claims(const siglet_scitt_statement *s)
{
	if (s->claims.issuer.len > 0 && s->claims.subject.len > 0)
		return NULL;
	return siglet_cbor_error(s->message.item, SIGLET_E_MISSING,
				 "no %s (CWT claims) in the protected header",
				 s->claims.issuer.len == 0 ? "issuer" : "subject");
}

static siglet_err *find_receipts(siglet_scitt_statement *s)
{
	const siglet_cbor *list = siglet_cose_unprotected(&s->message, SIGLET_COSE_RECEIPTS);
	siglet_err *err;

	if (list == NULL)
		return NULL;
	if (siglet_cbor_count(list) > SIGLET_MAX_RECEIPTS)
		return siglet_cbor_error(list, SIGLET_E_LIMIT, "%zu receipts, more than %d",
					 siglet_cbor_count(list), SIGLET_MAX_RECEIPTS);
	err = siglet_cbor_need_array(list, 1, SIGLET_MAX_RECEIPTS);
	for (size_t i = 0; err == NULL && i < siglet_cbor_count(list); i++) {
		s->receipts[i] = siglet_cbor_at(list, i);
		err = siglet_cbor_need(s->receipts[i], SIGLET_CBOR_BYTES);
	}
	if (err == NULL)
		s->receipt_count = siglet_cbor_count(list);
	return err;
}

siglet_err *siglet_scitt_statement_read(siglet_cbor_doc *doc, const siglet_cbor *item,
					siglet_scitt_statement *ret_statement)
{
	siglet_scitt_statement s = { .receipt_count = 0 };
	const siglet_cose_algorithm *algorithm = NULL;
	siglet_err *err = siglet_cose_sign1_read(doc, item, &s.message);

	if (err != NULL)
		return err;
	if (!s.message.has_tag)
		return siglet_cbor_error(item, SIGLET_E_MALFORMED, "a statement without its tag");
	err = siglet_cose_check(&s.message, &understood, &algorithm);
	if (err == NULL)
		err = siglet_cose_claims_read(&s.message, &s.claims);
	if (err == NULL)
		err = check_claims(&s);
	if (err == NULL)
		err = check_key_material(&s);
	if (err == NULL)
		err = siglet_cose_envelope_read(&s.message, &s.is_envelope, &s.envelope);
	if (err == NULL)
		err = find_receipts(&s);
	if (err == NULL)
		*ret_statement = s;
	return err;
}

/*
 * Receipts are carried in the unprotected header, which nothing signs: it was empty when the
 * statement was registered. The rest is put together as it was received.
 */
siglet_err *siglet_scitt_registered(const siglet_cbor_heads *heads,
				    const siglet_scitt_statement *statement, siglet_buf *ret_bytes)
{
	const siglet_cose_sign1 *m = &statement->message;
	const siglet_cbor *header = siglet_cbor_at(m->item, 0);
	siglet_cbor_writer writer;

	siglet_cbor_writer_init(&writer, heads, ret_bytes);
	siglet_cbor_write_tag(&writer, SIGLET_COSE_TAG_SIGN1);
	siglet_cbor_write_begin_array(&writer);
	siglet_cbor_write_bytes(&writer, siglet_cbor_bytes(header));
	siglet_cbor_write_begin_map(&writer);
	siglet_cbor_write_end_map(&writer);
	if (m->has_payload)
		siglet_cbor_write_bytes(&writer, m->payload);
	else
		siglet_cbor_write_null(&writer);
	siglet_cbor_write_bytes(&writer, m->signature);
	siglet_cbor_write_end_array(&writer);
	return siglet_cbor_writer_finish(&writer);
}

siglet_err *siglet_scitt_statement_verify(const siglet_scitt_statement *statement,
					  const siglet_cbor_heads *heads, const siglet_key *key,
					  const siglet_slice *detached_payload)
{
	const siglet_cose_context context = {
		.is_detached = detached_payload != NULL,
		.payload = detached_payload == NULL ? SIGLET_SLICE_NONE : *detached_payload,
		.understood = understood,
	};

	return siglet_cose_verify(&statement->message, heads, key, &context);
}
