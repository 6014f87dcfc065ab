#include "ct.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/x509v3.h>

/* The CT log: adding to it. */

siglet_slice ct_id(const instance *in)
{
	return siglet_digest_slice(siglet_key_id(siglet_signer_key(in->ct)));
}

/* ---- entries ---- */

/*
 * RFC 6962 section 3.4: a MerkleTreeLeaf. What a promise signs (section 3.2) are the same bytes.
 */
static void put_leaf(siglet_buf *out, const ct_promise *p, X509 *issuer, siglet_slice content)
{
	WELL(siglet_buf_append_uint(out, 0, 2));
	WELL(siglet_buf_append_uint(out, (uint64_t)p->time_ms, 8));
	WELL(siglet_buf_append_uint(out, issuer != NULL ? 1 : 0, 2));
	if (issuer != NULL) {
		unsigned char *spki = NULL;
		const int len = i2d_PUBKEY(X509_get0_pubkey(issuer), &spki);
		const siglet_slice key = siglet_slice_of(spki, (size_t)len);
		siglet_digest digest;

		MUST(len > 0);
		WELL(siglet_crypto_sha256(&key, 1, &digest));
		WELL(siglet_buf_append(out, siglet_digest_slice(&digest)));
		OPENSSL_free(spki);
	}
	WELL(siglet_buf_append_uint(out, content.len, 3));
	WELL(siglet_buf_append(out, content));
	WELL(siglet_buf_append_uint(out, sizeof(p->extensions), 2));
	WELL(siglet_buf_append(out, siglet_slice_of(p->extensions, sizeof(p->extensions))));
}

static void put_extra(siglet_buf *out, siglet_slice precert, X509 *const *chain, size_t count)
{
	siglet_buf list, der;

	siglet_buf_init(&list, MAX_CT_BYTES);
	siglet_buf_init(&der, MAX_CT_BYTES);
	for (size_t i = 0; i < count; i++) {
		siglet_buf_truncate(&der, 0);
		x509_der(chain[i], &der);
		WELL(siglet_buf_append_uint(&list, der.len, 3));
		WELL(siglet_buf_append(&list, siglet_buf_slice(&der)));
	}
	if (precert.len > 0) {
		WELL(siglet_buf_append_uint(out, precert.len, 3));
		WELL(siglet_buf_append(out, precert));
	}
	WELL(siglet_buf_append_uint(out, list.len, 3));
	WELL(siglet_buf_append(out, siglet_buf_slice(&list)));
	siglet_buf_clear(&der);
	siglet_buf_clear(&list);
}

bool ct_is_precert(siglet_slice leaf)
{
	return leaf.len > 11 && leaf.ptr[11] == 1;
}

bool ct_next_cert(siglet_slice *list, siglet_slice *ret_cert)
{
	siglet_reader reader = { *list };
	uint64_t len = 0;

	if (list->len == 0)
		return false;
	WELL(siglet_reader_uint(&reader, 3, &len));
	WELL(siglet_reader_bytes(&reader, (size_t)len, ret_cert));
	*list = reader.left;
	return true;
}

siglet_slice ct_chain(siglet_slice extra, bool is_precert, siglet_slice *ret_precert)
{
	siglet_slice chain = SIGLET_SLICE_NONE;

	*ret_precert = SIGLET_SLICE_NONE;
	if (is_precert)
		MUST(ct_next_cert(&extra, ret_precert));
	MUST(ct_next_cert(&extra, &chain));
	return chain;
}

siglet_slice ct_extra(const instance *in, size_t index)
{
	return siglet_buf_slice(&in->ct_extras[index]);
}

/* ---- what is kept ---- */

/* The caller holds the lock. */
static void keep_entry(instance *in, siglet_slice leaf, siglet_slice extra)
{
	siglet_buf *grown = realloc(in->ct_extras, (in->ct_extra_count + 1) * sizeof(*grown));

	MUST(grown != NULL);
	in->ct_extras = grown;
	siglet_buf_init(&grown[in->ct_extra_count], MAX_CT_BYTES);
	WELL(siglet_buf_append(&grown[in->ct_extra_count++], extra));
	(void)tree_add(&in->ct_log.honest, leaf);
}

static void keep_line(void *context, siglet_slice line)
{
	siglet_slice leaf = SIGLET_SLICE_NONE;

	MUST(ct_next_cert(&line, &leaf));
	keep_entry(context, leaf, line);
}

void ct_open(instance *in, const char *folder)
{
	state_lines(folder, "ct", in->ct_path, keep_line, in);
}

void ct_free(instance *in)
{
	for (size_t i = 0; i < in->ct_extra_count; i++)
		siglet_buf_clear(&in->ct_extras[i]);
	free(in->ct_extras);
	log_clear(&in->ct_log);
}

static void save_entry(const instance *in, siglet_slice leaf, siglet_slice extra)
{
	siglet_buf record;

	if (in->ct_path[0] == '\0')
		return;
	siglet_buf_init(&record, (size_t)2 * MAX_CT_BYTES);
	WELL(siglet_buf_append_uint(&record, leaf.len, 3));
	WELL(siglet_buf_append(&record, leaf));
	WELL(siglet_buf_append(&record, extra));
	state_append(in->ct_path, siglet_buf_slice(&record));
	siglet_buf_clear(&record);
}

/* ---- promises ---- */

void ct_sign(const instance *in, siglet_slice data, siglet_buf *ret_signature)
{
	siglet_buf signature;

	siglet_buf_init(&signature, 1024);
	sign_bytes(in->ct, data, &signature);
	WELL(siglet_buf_append_uint(ret_signature, 0x0403, 2)); /* SHA-256, ECDSA */
	WELL(siglet_buf_append_uint(ret_signature, signature.len, 2));
	WELL(siglet_buf_append(ret_signature, siglet_buf_slice(&signature)));
	siglet_buf_clear(&signature);
}

/* static-ct-api: type 0, five bytes, the index. */
static void set_index(ct_promise *p, size_t index)
{
	p->extensions[2] = 5;
	for (unsigned i = 0; i < 5; i++)
		p->extensions[7 - i] = (uint8_t)((uint64_t)index >> (8 * i));
}

ct_promise ct_add(instance *in, X509 *issuer, siglet_slice content, siglet_slice precert,
		  X509 *const *chain, size_t chain_count)
{
	ct_promise p = { .time_ms = instance_now_s(in) * 1000 };
	siglet_buf leaf, extra;

	siglet_buf_init(&leaf, MAX_CT_BYTES);
	siglet_buf_init(&extra, MAX_CT_BYTES);
	siglet_buf_init(&p.signature, 1024);
	put_extra(&extra, precert, chain, chain_count);
	MUST(pthread_mutex_lock(&in->lock) == 0);
	set_index(&p, in->ct_log.honest.count);
	put_leaf(&leaf, &p, issuer, content);
	keep_entry(in, siglet_buf_slice(&leaf), siglet_buf_slice(&extra));
	save_entry(in, siglet_buf_slice(&leaf), siglet_buf_slice(&extra));
	MUST(pthread_mutex_unlock(&in->lock) == 0);
	ct_sign(in, siglet_buf_slice(&leaf), &p.signature);
	if (in->faults.wrong_sct)
		p.signature.ptr[p.signature.len - 1] ^= 1;
	siglet_buf_clear(&extra);
	siglet_buf_clear(&leaf);
	return p;
}

void ct_write_promise(const instance *in, const ct_promise *p, siglet_buf *ret_json)
{
	siglet_json_writer w;

	siglet_json_writer_init(&w, ret_json, 0);
	siglet_json_write_begin_object(&w, NULL);
	siglet_json_write_int(&w, "sct_version", 0);
	siglet_json_write_base64(&w, "id", ct_id(in));
	siglet_json_write_int(&w, "timestamp", p->time_ms);
	siglet_json_write_base64(&w, "extensions",
				 siglet_slice_of(p->extensions, sizeof(p->extensions)));
	siglet_json_write_base64(&w, "signature", siglet_buf_slice(&p->signature));
	siglet_json_write_end_object(&w);
	WELL(siglet_json_writer_finish(&w));
}

/* ---- what others submit ---- */

#define MAX_CHAIN 8

static X509 *cert_of(const siglet_json *base64)
{
	X509 *cert = NULL;
	siglet_buf der;

	siglet_buf_init(&der, 65536);
	siglet_err *err = siglet_base64_decode(siglet_json_string(base64), &der);
	if (err == NULL) {
		const unsigned char *at = der.ptr;

		cert = d2i_X509(NULL, &at, (long)der.len);
	}
	siglet_err_free(err);
	siglet_buf_clear(&der);
	siglet_crypto_clear_errors();
	return cert;
}

/* A precertificate, without the poison that makes it one. */
static ct_promise add_precert(instance *in, X509 *precert, int poison, X509 *const *chain,
			      size_t count)
{
	unsigned char *tbs = NULL;
	siglet_buf der;
	ct_promise p;
	int len;

	siglet_buf_init(&der, MAX_CT_BYTES);
	x509_der(precert, &der);
	X509_EXTENSION_free(X509_delete_ext(precert, poison));
	len = i2d_re_X509_tbs(precert, &tbs);
	MUST(len > 0);
	p = ct_add(in, chain[0], siglet_slice_of(tbs, (size_t)len), siglet_buf_slice(&der), chain,
		   count);
	OPENSSL_free(tbs);
	siglet_buf_clear(&der);
	return p;
}

static ct_promise add_cert(instance *in, X509 *cert, X509 *const *chain, size_t count)
{
	siglet_buf der;
	ct_promise p;

	siglet_buf_init(&der, MAX_CT_BYTES);
	x509_der(cert, &der);
	p = ct_add(in, NULL, siglet_buf_slice(&der), SIGLET_SLICE_NONE, chain, count);
	siglet_buf_clear(&der);
	return p;
}

/* It promises whatever is, or is not, a precertificate, as the path says. */
static void add_chain(instance *in, X509 *const *certs, size_t count, bool is_precert, response *r)
{
	const int poison =
		count == 0 ? -1 : X509_get_ext_by_NID(certs[0], NID_ct_precert_poison, -1);
	ct_promise p;

	if (count < 2 || (poison >= 0) != is_precert) {
		response_text(r, 400, "no such certificate and its issuer");
		return;
	}
	p = is_precert ? add_precert(in, certs[0], poison, certs + 1, count - 1)
		       : add_cert(in, certs[0], certs + 1, count - 1);
	ct_write_promise(in, &p, &r->body);
	siglet_buf_clear(&p.signature);
}

static void answer_submission(instance *in, const request *q, bool is_precert, response *r)
{
	X509 *certs[MAX_CHAIN] = { NULL };
	size_t count = 0;
	siglet_json_doc *doc = NULL;
	siglet_err *err = siglet_json_parse(q->body, MAX_BODY_BYTES, &doc);
	const siglet_json *chain =
		err == NULL ? siglet_json_object_get(siglet_json_root(doc), "chain") : NULL;

	while (count < MAX_CHAIN) {
		certs[count] = cert_of(siglet_json_array_item(chain, count));
		if (certs[count] == NULL)
			break;
		count++;
	}
	add_chain(in, certs, count, is_precert, r);
	for (size_t i = 0; i < count; i++)
		X509_free(certs[i]);
	siglet_err_free(err);
	siglet_json_doc_free(doc);
}

void ct_answer(instance *in, const request *q, response *r)
{
	const char *path = q->path;

	r->service = SERVICE_FULCIO;
	if (strncmp(path, CT_PATH, strlen(CT_PATH)) == 0)
		path += strlen(CT_PATH);
	if (strcmp(path, "/ct/v1/add-pre-chain") == 0) {
		answer_submission(in, q, true, r);
		return;
	}
	if (strcmp(path, "/ct/v1/add-chain") == 0) {
		answer_submission(in, q, false, r);
		return;
	}
	r->service = SERVICE_CT;
	MUST(pthread_mutex_lock(&in->lock) == 0);
	if (strncmp(path, "/ct/v1/", 7) == 0)
		ct_read_answer(in, q, path + 7, r);
	else
		ct_static_answer(in, *path == '/' ? path + 1 : path, r);
	MUST(pthread_mutex_unlock(&in->lock) == 0);
}

/* ---- changes ---- */

/* Somebody else's certificates; the log is not locked. */
static void grow(instance *in, uint64_t size)
{
	while (in->ct_log.honest.count < size) {
		siglet_signer *key = state_key(NULL, "", "ecdsa-sha2-256-nistp256");
		char who[64];

		(void)snprintf(who, sizeof(who), "somebody/else-%zu", in->ct_log.honest.count);
		siglet_json_doc *claims = oidc_make_claims(in, "github", who);

		MUST(claims != NULL);
		X509_free(fulcio_issue(in, siglet_signer_key(key), siglet_json_root(claims)));
		siglet_json_doc_free(claims);
		siglet_signer_free(key);
	}
}

void ct_misbehave(instance *in)
{
	log_faults *f = &in->faults.logs[LOG_CT];

	if (f->grows && !in->faults.no_sct)
		grow(in, f->grown_size);
	f->grows = false;
	/* A fork has no certificates of its own. */
	if (f->is_new_fork)
		grow(in, f->fork_size);
	MUST(pthread_mutex_lock(&in->lock) == 0);
	log_misbehave(&in->ct_log, f);
	MUST(pthread_mutex_unlock(&in->lock) == 0);
}
