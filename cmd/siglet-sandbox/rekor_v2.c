#include "rekor.h"

#include <stdio.h>
#include <string.h>

/* Rekor v2: what is sent is checked as the real one does, and kept for good. */

static siglet_key *v2_key(const siglet_json *verifier, siglet_buf *raw, bool *ret_is_cert)
{
	const siglet_json *cert = inside(verifier, "x509Certificate");
	const siglet_json *public = inside(verifier, "publicKey");
	siglet_key *key = NULL;

	*ret_is_cert = cert != NULL;
	if (!decode(member(cert != NULL ? cert : public, "rawBytes"), raw))
		return NULL;
	if (cert != NULL)
		return key_of_cert_der(siglet_buf_slice(raw));
	siglet_err_free(siglet_key_from_spki(siglet_buf_slice(raw), &key));
	return key;
}

static bool v2_body(const siglet_json *asked, siglet_buf *ret_body)
{
	static const char *const names[] = { "SHA2_256", "SHA2_384", "SHA2_512" };
	const siglet_json *signature = inside(asked, "signature");
	const siglet_json *verifier = inside(signature, "verifier");
	const siglet_key_details *details = siglet_key_details_find(member(verifier, "keyDetails"));
	siglet_digest digest = { .hash = SIGLET_SHA256 };
	siglet_buf raw, bytes, hash;
	siglet_key *key;
	bool is_cert = false, good = false;

	siglet_buf_init(&raw, 65536);
	siglet_buf_init(&bytes, 16384);
	siglet_buf_init(&hash, 64);
	key = v2_key(verifier, &raw, &is_cert);
	if (key != NULL && details != NULL && details == siglet_key_details_default(key) &&
	    siglet_scheme_hash(details->scheme, &digest.hash) &&
	    decode(member(asked, "digest"), &hash) &&
	    decode(member(signature, "content"), &bytes)) {
		siglet_err *err = siglet_digest_from(digest.hash, siglet_buf_slice(&hash), &digest);

		if (err == NULL)
			err = siglet_key_verify_digest(key, details->scheme, &digest,
						       siglet_buf_slice(&bytes));
		good = err == NULL;
		siglet_err_free(err);
	}
	if (good) {
		put(ret_body,
		    "{\"apiVersion\":\"0.0.2\",\"kind\":\"hashedrekord\",\"spec\":{"
		    "\"hashedRekordV002\":{\"data\":{\"algorithm\":\"%s\",\"digest\":\"",
		    names[digest.hash]);
		put_base64(ret_body, siglet_buf_slice(&hash));
		put(ret_body, "\"},\"signature\":{\"content\":\"");
		put_base64(ret_body, siglet_buf_slice(&bytes));
		put(ret_body, "\",\"verifier\":{\"keyDetails\":\"%s\",\"%s\":{\"rawBytes\":\"",
		    details->name, is_cert ? "x509Certificate" : "publicKey");
		put_base64(ret_body, siglet_buf_slice(&raw));
		put(ret_body, "\"}}}}}}");
	}
	siglet_key_free(key);
	siglet_buf_clear(&hash);
	siglet_buf_clear(&bytes);
	siglet_buf_clear(&raw);
	return good;
}

static void write_v2_entry(const instance *in, const tree *t, size_t index, siglet_buf *out)
{
	const proof p = rekor_prove(in, t, index);
	siglet_buf note;

	siglet_buf_init(&note, 65536);
	rekor_put_checkpoint(in, 0, t, &p, &note);
	put(out, "{\"logIndex\":\"%zu\",\"logId\":{\"keyId\":\"", index);
	put_base64(out, siglet_slice_of(in->v2_id, 32));
	put(out,
	    "\"},\"kindVersion\":{\"kind\":\"hashedrekord\",\"version\":\"0.0.2\"},"
	    "\"integratedTime\":\"0\",\"inclusionPromise\":null,\"inclusionProof\":{\"logIndex\":"
	    "\"%zu\",\"rootHash\":\"",
	    index);
	put_base64(out, siglet_hash32_slice(&p.root));
	put(out, "\",\"treeSize\":\"%zu\",\"hashes\":[", p.size);
	for (size_t i = 0; i < p.count; i++) {
		put(out, i > 0 ? ",\"" : "\"");
		put_base64(out, siglet_hash32_slice(&p.nodes[i]));
		put(out, "\"");
	}
	put(out, "],\"checkpoint\":{\"envelope\":");
	WELL(siglet_json_quote(siglet_buf_slice(&note), out));
	put(out, "}},\"canonicalizedBody\":\"");
	put_base64(out, siglet_buf_slice(&t->entries[index]));
	put(out, "\"}");
	siglet_buf_clear(&note);
}

static void post_v2(instance *in, const request *q, response *r)
{
	tree *t = log_shown(&in->v2_log);
	siglet_json_doc *doc = NULL;
	siglet_buf body;
	size_t index = 0;
	siglet_err *err = siglet_json_parse(q->body, MAX_BODY_BYTES, &doc);
	const siglet_json *asked =
		err == NULL ? inside(siglet_json_root(doc), "hashedRekordRequestV002") : NULL;

	siglet_buf_init(&body, MAX_BODY_BYTES);
	if (asked == NULL) {
		response_error(r, 400, 3, "invalid type, must be hashedrekord");
	} else if (!v2_body(asked, &body)) {
		response_error(r, 400, 3, "invalid hashedrekord request");
	} else if (tree_find(t, siglet_buf_slice(&body), &index)) {
		response_error(r, 409, 6, "an equivalent entry already exists with index %zu",
			       index);
		r->header = "x-log-index";
		(void)snprintf(r->value_text, sizeof(r->value_text), "%zu", index);
		r->value = r->value_text;
	} else {
		index = tree_add(t, siglet_buf_slice(&body));
		write_v2_entry(in, t, in->faults.wrong_entry ? index - 1 : index, &r->body);
		r->status = 201;
	}
	siglet_err_free(err);
	siglet_buf_clear(&body);
	siglet_json_doc_free(doc);
}

/* ---- reading ---- */

static void hash_of(void *context, unsigned level, uint64_t index, siglet_hash32 *ret_hash)
{
	tree_hash(context, (size_t)index << (8 * level), ((size_t)index + 1) << (8 * level),
		  ret_hash);
}

static void entry_of(void *context, uint64_t index, siglet_buf *out)
{
	const tree *t = context;
	const siglet_slice entry = siglet_buf_slice(&t->entries[index]);

	WELL(siglet_buf_append_uint(out, entry.len, 2));
	WELL(siglet_buf_append(out, entry));
}

static void checkpoint_of(const instance *in, uint64_t size, const siglet_hash32 *root,
			  siglet_buf *ret_note)
{
	write_checkpoint(in, 0, (size_t)size, root, ret_note);
}

static tile_log view(instance *in, tree *t)
{
	return (tile_log) { .in = in,
			    .faults = &in->faults.logs[LOG_V2],
			    .size = t->count,
			    .entries = "entries",
			    .context = t,
			    .hash = hash_of,
			    .entry = entry_of,
			    .checkpoint = checkpoint_of };
}

static void answer_reading(instance *in, const char *path, response *r)
{
	const tile_log log = view(in, log_shown(&in->v2_log));

	tile_log_answer(&log, path, r);
}

void rekor_v2_witness(instance *in, siglet_buf *ret_note)
{
	const tile_log log = view(in, &in->v2_log.honest);

	witness_note(&log, ret_note);
}

void rekor_v2_misbehave(instance *in)
{
	log_misbehave(&in->v2_log, &in->faults.logs[LOG_V2]);
}

void rekor_v2_answer(instance *in, const request *q, response *r)
{
	r->service = SERVICE_REKOR;
	MUST(pthread_mutex_lock(&in->lock) == 0);
	if (strcmp(q->path, "/api/v2/log/entries") == 0 && strcmp(q->method, "POST") == 0)
		post_v2(in, q, r);
	else if (strcmp(q->path, "/api/v2/checkpoint") == 0 ||
		 strncmp(q->path, "/api/v2/tile/", 13) == 0)
		answer_reading(in, q->path + strlen("/api/v2/"), r);
	else
		response_error(r, 404, 5, "Not Found");
	MUST(pthread_mutex_unlock(&in->lock) == 0);
}
