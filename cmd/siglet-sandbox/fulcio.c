#include "ct.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

/*
 * The certificate authority: a token and a key in, a ten-minute certificate with a promise of the
 * CT log out.
 */

#define LIFETIME_S 600
#define SCT_LIST_OID "1.3.6.1.4.1.11129.2.4.2"
#define POISON_OID "1.3.6.1.4.1.11129.2.4.3"
#define FULCIO_OID "1.3.6.1.4.1.57264.1."
#define GITHUB_ISSUER "https://token.actions.githubusercontent.com"

/* ---- whose certificate ---- */

static siglet_slice claim(const siglet_json *claims, const char *name)
{
	return siglet_json_string(siglet_json_object_get(claims, name));
}

static bool is_github(const siglet_json *claims)
{
	return siglet_slice_has_prefix(claim(claims, "iss"), GITHUB_ISSUER);
}

static bool is_gitlab(const siglet_json *claims)
{
	return claim(claims, "ci_config_ref_uri").len > 0;
}

static bool is_person(const siglet_json *claims)
{
	return claim(claims, "email").len > 0;
}

/* The value of a subjectAltName in OpenSSL's configuration form; its text must hold no comma. */
static void put_san(const instance *in, const siglet_json *claims, siglet_buf *out)
{
	siglet_slice name = claim(claims, "email");

	if (is_github(claims)) {
		put(out, "critical,URI:https://github.com/");
		name = claim(claims, "job_workflow_ref");
	} else if (is_gitlab(claims)) {
		put(out, "critical,URI:https://");
		name = claim(claims, "ci_config_ref_uri");
	} else if (is_person(claims)) {
		put(out, "critical,email:");
	} else {
		put(out, "critical,URI:");
		name = claim(claims, "sub");
	}
	WELL(siglet_buf_append(out, name));
	if (in->faults.wrong_identity)
		put(out, "x");
}

/* Extensions up to .6 are raw text, later ones a DER UTF8String. */
static void add_fulcio(X509 *cert, unsigned number, siglet_slice before, siglet_slice value)
{
	char oid[64];
	siglet_buf text, der;

	if (value.len == 0)
		return;
	siglet_buf_init(&text, 8192);
	siglet_buf_init(&der, 8192);
	WELL(siglet_buf_append(&text, before));
	WELL(siglet_buf_append(&text, value));
	(void)snprintf(oid, sizeof(oid), FULCIO_OID "%u", number);
	if (number < 8) {
		x509_add_raw(cert, oid, false, siglet_buf_slice(&text));
	} else {
		unsigned char header[16], *at = header;

		ASN1_put_object(&at, 0, (int)text.len, V_ASN1_UTF8STRING, V_ASN1_UNIVERSAL);
		WELL(siglet_buf_append(&der, siglet_slice_of(header, (size_t)(at - header))));
		WELL(siglet_buf_append(&der, siglet_buf_slice(&text)));
		x509_add_raw(cert, oid, false, siglet_buf_slice(&der));
	}
	siglet_buf_clear(&der);
	siglet_buf_clear(&text);
}

typedef struct mapping {
	unsigned number;
	const char *before, *claim;
} mapping;

static const mapping github[] = {
	{ 2, "", "event_name" },
	{ 3, "", "sha" },
	{ 4, "", "workflow" },
	{ 5, "", "repository" },
	{ 6, "", "ref" },
	{ 9, "https://github.com/", "job_workflow_ref" },
	{ 10, "", "job_workflow_sha" },
	{ 11, "", "runner_environment" },
	{ 12, "https://github.com/", "repository" },
	{ 13, "", "sha" },
	{ 14, "", "ref" },
	{ 15, "", "repository_id" },
	{ 16, "https://github.com/", "repository_owner" },
	{ 17, "", "repository_owner_id" },
	{ 18, "https://github.com/", "workflow_ref" },
	{ 19, "", "workflow_sha" },
	{ 20, "", "event_name" },
	{ 22, "", "repository_visibility" },
	{ 24, "", "sub" },
};

static const mapping gitlab[] = {
	{ 9, "https://", "ci_config_ref_uri" },
	{ 10, "", "ci_config_sha" },
	{ 11, "", "runner_environment" },
	{ 12, "https://gitlab.com/", "project_path" },
	{ 13, "", "sha" },
	{ 14, "refs/heads/", "ref" },
	{ 15, "", "project_id" },
	{ 18, "https://", "ci_config_ref_uri" },
	{ 20, "", "pipeline_source" },
	{ 22, "", "project_visibility" },
	{ 24, "", "sub" },
};

static void add_claims(X509 *cert, const siglet_json *claims)
{
	const mapping *list = is_github(claims) ? github : gitlab;
	const size_t count = is_github(claims)	 ? SIGLET_COUNT(github)
			     : is_gitlab(claims) ? SIGLET_COUNT(gitlab)
						 : 0;

	add_fulcio(cert, 1, SIGLET_SLICE_NONE, claim(claims, "iss"));
	add_fulcio(cert, 8, SIGLET_SLICE_NONE, claim(claims, "iss"));
	for (size_t i = 0; i < count; i++)
		add_fulcio(cert, list[i].number, siglet_slice_str(list[i].before),
			   claim(claims, list[i].claim));
}

/* ---- the promise of the CT log ---- */

/* The same certificate with the poison that makes it one for the log alone. */
static void make_precert(const instance *in, X509 *cert, siglet_buf *ret_der)
{
	X509 *precert = X509_dup(cert);

	MUST(precert != NULL);
	x509_add_raw(precert, POISON_OID, true, siglet_slice_of("\x05\x00", 2));
	x509_sign(precert, in->ca_key);
	x509_der(precert, ret_der);
	X509_free(precert);
}

/* The extension: an OCTET STRING of a list of one. */
static void embed_sct(instance *in, X509 *cert)
{
	X509 *const chain[] = { in->ca, in->root };
	unsigned char *tbs = NULL, header[16], *at = header;
	const int tbs_len = i2d_re_X509_tbs(cert, &tbs);
	siglet_buf precert, sct, list;

	MUST(tbs_len > 0);
	siglet_buf_init(&precert, 65536);
	siglet_buf_init(&sct, 2048);
	siglet_buf_init(&list, 4096);
	make_precert(in, cert, &precert);
	ct_promise p = ct_add(in, in->ca, siglet_slice_of(tbs, (size_t)tbs_len),
			      siglet_buf_slice(&precert), chain, SIGLET_COUNT(chain));
	WELL(siglet_buf_append_uint(&sct, 0, 1));
	WELL(siglet_buf_append(&sct, ct_id(in)));
	WELL(siglet_buf_append_uint(&sct, (uint64_t)p.time_ms, 8));
	WELL(siglet_buf_append_uint(&sct, sizeof(p.extensions), 2));
	WELL(siglet_buf_append(&sct, siglet_slice_of(p.extensions, sizeof(p.extensions))));
	WELL(siglet_buf_append(&sct, siglet_buf_slice(&p.signature)));
	ASN1_put_object(&at, 0, (int)sct.len + 4, V_ASN1_OCTET_STRING, V_ASN1_UNIVERSAL);
	WELL(siglet_buf_append(&list, siglet_slice_of(header, (size_t)(at - header))));
	WELL(siglet_buf_append_uint(&list, sct.len + 2, 2));
	WELL(siglet_buf_append_uint(&list, sct.len, 2));
	WELL(siglet_buf_append(&list, siglet_buf_slice(&sct)));
	x509_add_raw(cert, SCT_LIST_OID, false, siglet_buf_slice(&list));
	siglet_buf_clear(&p.signature);
	siglet_buf_clear(&list);
	siglet_buf_clear(&sct);
	siglet_buf_clear(&precert);
	OPENSSL_free(tbs);
}

/* Beside the final certificate, in place of one in it. */
static void write_detached(instance *in, X509 *cert, siglet_buf *ret_json)
{
	X509 *const chain[] = { in->ca, in->root };
	siglet_buf der;

	siglet_buf_init(&der, 65536);
	x509_der(cert, &der);
	ct_promise p = ct_add(in, NULL, siglet_buf_slice(&der), SIGLET_SLICE_NONE, chain,
			      SIGLET_COUNT(chain));
	ct_write_promise(in, &p, ret_json);
	siglet_buf_clear(&p.signature);
	siglet_buf_clear(&der);
}

/* ---- the certificate ---- */

X509 *fulcio_issue(instance *in, const siglet_key *key, const siglet_json *claims)
{
	const int64_t now_s = instance_now_s(in);
	X509 *cert = x509_new(in->faults.wrong_key ? siglet_signer_key(in->ct) : key, in->ca, now_s,
			      now_s + LIFETIME_S, instance_next_serial(in));
	siglet_buf san;

	siglet_buf_init(&san, 8192);
	put_san(in, claims, &san);
	x509_add(cert, in->ca, NID_key_usage, "critical,digitalSignature");
	x509_add(cert, in->ca, NID_ext_key_usage, "codeSigning");
	x509_add(cert, in->ca, NID_subject_key_identifier, "hash");
	x509_add(cert, in->ca, NID_authority_key_identifier, "keyid");
	x509_add(cert, in->ca, NID_subject_alt_name, siglet_buf_text(&san));
	add_claims(cert, claims);
	/* Signed once without the SCT, so that its TBS names the algorithm. */
	x509_sign(cert, in->ca_key);
	if (!in->faults.no_sct && !in->faults.detached_sct) {
		embed_sct(in, cert);
		x509_sign(cert, in->ca_key);
	}
	siglet_buf_clear(&san);
	return cert;
}

static void write_answer(instance *in, X509 *cert, response *r)
{
	X509 *const chain[] = { cert, in->ca, in->root };
	siglet_json_writer w;
	siglet_buf sct;

	siglet_buf_init(&sct, 8192);
	siglet_json_writer_init(&w, &r->body, 0);
	siglet_json_write_begin_object(&w, NULL);
	siglet_json_write_begin_object(&w, in->faults.detached_sct
						   ? "signedCertificateDetachedSct"
						   : "signedCertificateEmbeddedSct");
	siglet_json_write_begin_object(&w, "chain");
	siglet_json_write_begin_array(&w, "certificates");
	for (size_t i = 0; i < SIGLET_COUNT(chain); i++) {
		siglet_buf pem;

		siglet_buf_init(&pem, 65536);
		x509_pem(chain[i], &pem);
		siglet_json_write_string(&w, NULL, siglet_buf_slice(&pem));
		siglet_buf_clear(&pem);
	}
	siglet_json_write_end_array(&w);
	siglet_json_write_end_object(&w);
	if (in->faults.detached_sct) {
		write_detached(in, cert, &sct);
		siglet_json_write_base64(&w, "signedCertificateTimestamp", siglet_buf_slice(&sct));
	}
	siglet_json_write_end_object(&w);
	siglet_json_write_end_object(&w);
	WELL(siglet_json_writer_finish(&w));
	siglet_buf_clear(&sct);
}

/* ---- the request ---- */

static siglet_key *key_of_csr(siglet_slice pem)
{
	BIO *in = BIO_new_mem_buf(pem.ptr, (int)pem.len);
	X509_REQ *csr = in == NULL ? NULL : PEM_read_bio_X509_REQ(in, NULL, NULL, NULL);
	EVP_PKEY *pkey = csr == NULL ? NULL : X509_REQ_get0_pubkey(csr);
	unsigned char *der = NULL;
	siglet_key *key = NULL;

	if (pkey != NULL && X509_REQ_verify(csr, pkey) == 1) {
		const int len = i2d_PUBKEY(pkey, &der);

		if (len > 0)
			siglet_err_free(
				siglet_key_from_spki(siglet_slice_of(der, (size_t)len), &key));
	}
	OPENSSL_free(der);
	X509_REQ_free(csr);
	BIO_free(in);
	siglet_crypto_clear_errors();
	return key;
}

static siglet_slice proof_subject(const siglet_json *claims)
{
	return is_person(claims) ? claim(claims, "email") : claim(claims, "sub");
}

static siglet_key *read_request(const siglet_json *root, const siglet_json *claims)
{
	const siglet_json *csr = siglet_json_object_get(root, "certificateSigningRequest");
	const siglet_json *asked = siglet_json_object_get(root, "publicKeyRequest");
	siglet_key *key = NULL;
	siglet_buf bytes;

	siglet_buf_init(&bytes, 65536);
	if (csr != NULL) {
		siglet_err *err = siglet_base64_decode_any(siglet_json_string(csr), &bytes);

		if (err == NULL)
			key = key_of_csr(siglet_buf_slice(&bytes));
		siglet_err_free(err);
	} else if (asked != NULL) {
		const siglet_json *public = siglet_json_object_get(asked, "publicKey");
		siglet_err *err = siglet_base64_decode_any(
			siglet_json_string(siglet_json_object_get(asked, "proofOfPossession")),
			&bytes);

		key = key_of_pem(siglet_json_string(siglet_json_object_get(public, "content")));
		if (err != NULL || key == NULL ||
		    !verifies_message(key, proof_subject(claims), siglet_buf_slice(&bytes))) {
			siglet_key_free(key);
			key = NULL;
		}
		siglet_err_free(err);
	}
	siglet_buf_clear(&bytes);
	return key;
}

/* In a header; or, as older clients have it, in the request. */
static siglet_slice find_token(const request *q, const siglet_json *root)
{
	static const char bearer[] = "Bearer ";

	if (q->authorization != NULL && strncmp(q->authorization, bearer, sizeof(bearer) - 1) == 0)
		return siglet_slice_str(q->authorization + sizeof(bearer) - 1);
	return siglet_json_string(siglet_json_object_get(
		siglet_json_object_get(root, "credentials"), "oidcIdentityToken"));
}

static void answer_certificate(instance *in, const request *q, response *r)
{
	siglet_json_doc *doc = NULL, *claims = NULL;
	siglet_key *key = NULL;
	siglet_err *err = siglet_json_parse(q->body, MAX_BODY_BYTES, &doc);

	if (err == NULL)
		claims = oidc_check_token(in, find_token(q, siglet_json_root(doc)));
	if (claims != NULL)
		key = read_request(siglet_json_root(doc), siglet_json_root(claims));
	if (err == NULL && claims == NULL) {
		response_error(r, 400, 3, "There was an error processing the identity token");
	} else if (key == NULL) {
		response_error(r, 400, 3, "The certificate signing request could not be parsed");
	} else {
		X509 *cert = fulcio_issue(in, key, siglet_json_root(claims));

		write_answer(in, cert, r);
		X509_free(cert);
	}
	siglet_err_free(err);
	siglet_key_free(key);
	siglet_json_doc_free(doc);
	siglet_json_doc_free(claims);
}

void fulcio_answer(instance *in, const request *q, response *r)
{
	r->service = SERVICE_FULCIO;
	if (strcmp(q->method, "POST") == 0)
		answer_certificate(in, q, r);
	else
		response_error(r, 405, 12, "Method Not Allowed");
}
