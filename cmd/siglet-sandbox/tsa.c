#include "sandbox.h"

#include <string.h>

#include <openssl/ts.h>

/* The timestamp authority, by OpenSSL's own. */

#define POLICY_OID "1.3.6.1.4.1.57264.2"

/* OpenSSL asks for these; the instance is the context. */
static ASN1_INTEGER *next_serial(struct TS_resp_ctx *ctx, void *context)
{
	ASN1_INTEGER *serial = ASN1_INTEGER_new();

	(void)ctx;
	MUST(serial != NULL && ASN1_INTEGER_set_uint64(serial, instance_next_serial(context)) == 1);
	return serial;
}

static int now(struct TS_resp_ctx *ctx, void *context, long *seconds, long *micro)
{
	(void)ctx;
	*seconds = (long)instance_now_s(context);
	*micro = 0;
	return 1;
}

static TS_RESP_CTX *make_context(instance *in)
{
	TS_RESP_CTX *ctx = TS_RESP_CTX_new();
	ASN1_OBJECT *policy = OBJ_txt2obj(POLICY_OID, 1);

	MUST(ctx != NULL && policy != NULL);
	MUST(TS_RESP_CTX_set_signer_cert(ctx, in->tsa) == 1);
	MUST(TS_RESP_CTX_set_signer_key(ctx, siglet_signer_pkey(in->tsa_key)) == 1);
	MUST(TS_RESP_CTX_set_signer_digest(ctx, EVP_sha256()) == 1);
	MUST(TS_RESP_CTX_set_ess_cert_id_digest(ctx, EVP_sha256()) == 1);
	MUST(TS_RESP_CTX_set_def_policy(ctx, policy) == 1);
	MUST(TS_RESP_CTX_add_md(ctx, EVP_sha256()) == 1 &&
	     TS_RESP_CTX_add_md(ctx, EVP_sha384()) == 1 &&
	     TS_RESP_CTX_add_md(ctx, EVP_sha512()) == 1);
	MUST(TS_RESP_CTX_set_accuracy(ctx, 1, 0, 0) == 1);
	TS_RESP_CTX_set_serial_cb(ctx, next_serial, in);
	TS_RESP_CTX_set_time_cb(ctx, now, in);
	ASN1_OBJECT_free(policy);
	return ctx;
}

/* The question, with what the answer is to be wrong about. */
static void change(const faults *f, siglet_buf *query)
{
	const unsigned char *at = query->ptr;
	TS_REQ *asked = d2i_TS_REQ(NULL, &at, (long)query->len);
	unsigned char *der = NULL;
	int len;

	if (asked == NULL)
		return;
	if (f->wrong_nonce && TS_REQ_get_nonce(asked) != NULL) {
		ASN1_INTEGER *other = ASN1_INTEGER_new();

		MUST(other != NULL && ASN1_INTEGER_set_uint64(other, 12345) == 1 &&
		     TS_REQ_set_nonce(asked, other) == 1);
		ASN1_INTEGER_free(other);
	}
	len = i2d_TS_REQ(asked, &der);
	MUST(len > 0);
	siglet_buf_truncate(query, 0);
	WELL(siglet_buf_append(query, siglet_slice_of(der, (size_t)len)));
	OPENSSL_free(der);
	TS_REQ_free(asked);
	if (f->wrong_imprint)
		for (size_t i = 0; i + 34 < query->len; i++)
			if (query->ptr[i] == 0x04 && query->ptr[i + 1] == 0x20) {
				query->ptr[i + 5] ^= 1;
				break;
			}
}

void tsa_answer(instance *in, const request *q, response *r)
{
	TS_RESP_CTX *ctx = make_context(in);
	TS_RESP *answer = NULL;
	unsigned char *der = NULL;
	siglet_buf query;
	BIO *input;
	int len;

	r->service = SERVICE_TSA;
	siglet_buf_init(&query, MAX_BODY_BYTES);
	WELL(siglet_buf_append(&query, q->body));
	change(&in->faults, &query);
	input = BIO_new_mem_buf(query.ptr, (int)query.len);
	MUST(input != NULL);
	if (query.len > 0)
		answer = TS_RESP_create_response(ctx, input);
	len = answer == NULL ? -1 : i2d_TS_RESP(answer, &der);
	if (len <= 0) {
		response_error(r, 400, 400, "not a timestamp request");
	} else {
		r->type = "application/timestamp-reply";
		WELL(siglet_buf_append(&r->body, siglet_slice_of(der, (size_t)len)));
	}
	OPENSSL_free(der);
	TS_RESP_free(answer);
	BIO_free(input);
	siglet_buf_clear(&query);
	TS_RESP_CTX_free(ctx);
	siglet_crypto_clear_errors();
}
