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

/* ---- the question ---- */

/* The imprint of a request in JSON; false: there is none. */
static bool set_imprint(const siglet_json *root, TS_REQ *asked)
{
	static const int digests[] = { NID_sha256, NID_sha384, NID_sha512 };
	const siglet_slice name = siglet_json_string(siglet_json_object_get(root, "hashAlgorithm"));
	siglet_hash hash = SIGLET_SHA256;
	TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
	X509_ALGOR *algorithm = X509_ALGOR_new();
	siglet_buf bytes;
	bool good;

	siglet_buf_init(&bytes, 64);
	siglet_err *err = siglet_base64_decode_any(
		siglet_json_string(siglet_json_object_get(root, "artifactHash")), &bytes);
	good = err == NULL && (name.len == 0 || siglet_hash_find(name, &hash)) &&
	       bytes.len == siglet_hash_size(hash);
	if (good) {
		MUST(imprint != NULL && algorithm != NULL);
		MUST(X509_ALGOR_set0(algorithm, OBJ_nid2obj(digests[hash]), V_ASN1_NULL, NULL) ==
		     1);
		MUST(TS_MSG_IMPRINT_set_algo(imprint, algorithm) == 1 &&
		     TS_MSG_IMPRINT_set_msg(imprint, bytes.ptr, (int)bytes.len) == 1 &&
		     TS_REQ_set_msg_imprint(asked, imprint) == 1);
	}
	siglet_err_free(err);
	siglet_buf_clear(&bytes);
	X509_ALGOR_free(algorithm);
	TS_MSG_IMPRINT_free(imprint);
	return good;
}

/* The timestamp authority of the public instance takes JSON, too. */
static TS_REQ *request_of_json(siglet_slice body)
{
	siglet_json_doc *doc = NULL;
	siglet_err *err = siglet_json_parse(body, MAX_BODY_BYTES, &doc);
	const siglet_json *root = err == NULL ? siglet_json_root(doc) : NULL;
	TS_REQ *asked = TS_REQ_new();
	int64_t nonce = 0;

	MUST(asked != NULL && TS_REQ_set_version(asked, 1) == 1);
	if (err == NULL)
		err = siglet_proto_int64(root, "nonce", &nonce);
	if (err != NULL || nonce < 0 || !set_imprint(root, asked)) {
		TS_REQ_free(asked);
		asked = NULL;
	} else if (nonce > 0) {
		ASN1_INTEGER *number = ASN1_INTEGER_new();

		MUST(number != NULL && ASN1_INTEGER_set_uint64(number, (uint64_t)nonce) == 1 &&
		     TS_REQ_set_nonce(asked, number) == 1);
		ASN1_INTEGER_free(number);
	}
	if (asked != NULL)
		MUST(TS_REQ_set_cert_req(asked, siglet_json_bool(siglet_json_object_get(
							root, "certificates"))) == 1);
	siglet_err_free(err);
	siglet_json_doc_free(doc);
	return asked;
}

/* As DER, with what the answer is to be wrong about. False: it is no question. */
static bool read_question(const faults *f, siglet_slice body, siglet_buf *query)
{
	const unsigned char *at = body.ptr;
	TS_REQ *asked = body.len > 0 && body.ptr[0] == '{' ? request_of_json(body)
							   : d2i_TS_REQ(NULL, &at, (long)body.len);
	unsigned char *der = NULL;
	int len;

	if (asked == NULL)
		return false;
	if (f->wrong_nonce && TS_REQ_get_nonce(asked) != NULL) {
		ASN1_INTEGER *other = ASN1_INTEGER_new();

		MUST(other != NULL && ASN1_INTEGER_set_uint64(other, 12345) == 1 &&
		     TS_REQ_set_nonce(asked, other) == 1);
		ASN1_INTEGER_free(other);
	}
	len = i2d_TS_REQ(asked, &der);
	MUST(len > 0);
	WELL(siglet_buf_append(query, siglet_slice_of(der, (size_t)len)));
	OPENSSL_free(der);
	TS_REQ_free(asked);
	if (f->wrong_imprint)
		for (size_t i = 0; i + 34 < query->len; i++)
			if (query->ptr[i] == 0x04 && query->ptr[i + 1] == 0x20) {
				query->ptr[i + 5] ^= 1;
				break;
			}
	return true;
}

void tsa_answer(instance *in, const request *q, response *r)
{
	TS_RESP_CTX *ctx = make_context(in);
	TS_RESP *answer = NULL;
	unsigned char *der = NULL;
	siglet_buf query;
	BIO *input = NULL;
	int len;

	r->service = SERVICE_TSA;
	siglet_buf_init(&query, MAX_BODY_BYTES);
	if (read_question(&in->faults, q->body, &query)) {
		input = BIO_new_mem_buf(query.ptr, (int)query.len);
		MUST(input != NULL);
		answer = TS_RESP_create_response(ctx, input);
	}
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
