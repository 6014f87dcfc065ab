#include "sandbox.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Rekor v1 and v2: what is sent is checked as the real ones do, and kept for good. */

typedef struct proof {
	size_t index, size;
	siglet_hash32 nodes[64], root;
	size_t count;
} proof;

/* The caller holds the lock. */
static proof prove(const instance *in, const tree *t, size_t index)
{
	proof p = { .index = index, .size = t->count };

	p.count = tree_path(t, index, p.size, p.nodes);
	tree_hash(t, 0, p.size, &p.root);
	if (in->faults.wrong_proof && p.count > 0)
		p.nodes[0].bytes[0] ^= 1;
	return p;
}

/* A stale checkpoint is of the tree before the entry came. */
static void put_checkpoint(const instance *in, bool is_v2, const tree *t, const proof *p,
			   siglet_buf *out)
{
	siglet_hash32 root = p->root;
	size_t size = p->size;

	if (in->faults.stale_checkpoint) {
		size = p->index;
		tree_hash(t, 0, size, &root);
	}
	write_checkpoint(in, is_v2, size, &root, out);
}

static siglet_slice member(const siglet_json *object, const char *name)
{
	return siglet_json_string(siglet_json_object_get(object, name));
}

static const siglet_json *inside(const siglet_json *object, const char *name)
{
	return siglet_json_object_get(object, name);
}

static bool decode(siglet_slice text, siglet_buf *ret_bytes)
{
	siglet_err *err = siglet_base64_decode(text, ret_bytes);
	const bool good = err == NULL;

	siglet_err_free(err);
	return good;
}

/* ---- v1: what is logged ---- */

static siglet_key *verifier_of(siglet_slice base64_pem)
{
	siglet_key *key = NULL;
	siglet_buf pem;

	siglet_buf_init(&pem, 131072);
	if (decode(base64_pem, &pem))
		key = key_of_pem(siglet_buf_slice(&pem));
	siglet_buf_clear(&pem);
	return key;
}

static bool digest_of_hex(siglet_slice algorithm, siglet_slice hex, siglet_digest *ret_digest)
{
	siglet_hash hash = SIGLET_SHA256;
	siglet_buf bytes;
	siglet_err *err;
	bool good;

	if (!siglet_hash_find(algorithm, &hash))
		return false;
	siglet_buf_init(&bytes, 64);
	err = siglet_hex_decode(hex, &bytes);
	if (err == NULL)
		err = siglet_digest_from(hash, siglet_buf_slice(&bytes), ret_digest);
	good = err == NULL;
	siglet_err_free(err);
	siglet_buf_clear(&bytes);
	return good;
}

/* The request is its own canonical body, once its keys are sorted. */
static bool read_hashedrekord(const siglet_json *root, siglet_buf *ret_body)
{
	const siglet_json *spec = inside(root, "spec");
	const siglet_json *hash = inside(inside(spec, "data"), "hash");
	const siglet_json *signature = inside(spec, "signature");
	siglet_key *key = verifier_of(member(inside(signature, "publicKey"), "content"));
	siglet_digest digest = { .hash = SIGLET_SHA256 };
	siglet_buf bytes;
	bool good;

	siglet_buf_init(&bytes, 16384);
	good = key != NULL &&
	       digest_of_hex(member(hash, "algorithm"), member(hash, "value"), &digest) &&
	       decode(member(signature, "content"), &bytes) &&
	       verifies(key, &digest, siglet_buf_slice(&bytes));
	if (good)
		WELL(siglet_json_canonicalize(root, ret_body));
	siglet_buf_clear(&bytes);
	siglet_key_free(key);
	return good;
}

static void put_hash(siglet_buf *out, const char *name, siglet_slice data)
{
	siglet_digest digest;

	WELL(siglet_crypto_sha256(&data, 1, &digest));
	put(out, "\"%s\":{\"algorithm\":\"sha256\",\"value\":\"", name);
	WELL(siglet_hex_encode(siglet_digest_slice(&digest), out));
	put(out, "\"}");
}

/* DSSE's pre-authentication encoding. */
static void put_pae(siglet_buf *out, siglet_slice type, siglet_slice payload)
{
	put(out, "DSSEv1 %zu ", type.len);
	WELL(siglet_buf_append(out, type));
	put(out, " %zu ", payload.len);
	WELL(siglet_buf_append(out, payload));
}

static bool check_envelope(const siglet_json *envelope, const siglet_key *key, siglet_buf *payload)
{
	const siglet_json *first = siglet_json_array_item(inside(envelope, "signatures"), 0);
	siglet_buf signature, pae;
	siglet_digest digest;
	siglet_slice data;
	bool good;

	siglet_buf_init(&signature, 16384);
	siglet_buf_init(&pae, 2 * MAX_BODY_BYTES);
	good = decode(member(envelope, "payload"), payload) &&
	       decode(member(first, "sig"), &signature);
	if (good) {
		put_pae(&pae, member(envelope, "payloadType"), siglet_buf_slice(payload));
		data = siglet_buf_slice(&pae);
		WELL(siglet_crypto_sha256(&data, 1, &digest));
		good = siglet_key_type_of(key) == SIGLET_KEY_ED25519
			       ? verifies_message(key, data, siglet_buf_slice(&signature))
			       : verifies(key, &digest, siglet_buf_slice(&signature));
	}
	siglet_buf_clear(&pae);
	siglet_buf_clear(&signature);
	return good;
}

/* Of an envelope only hashes, signature and verifier are kept. */
static bool read_dsse(const siglet_json *root, siglet_buf *ret_body)
{
	const siglet_json *proposed = inside(inside(root, "spec"), "proposedContent");
	const siglet_slice text = member(proposed, "envelope");
	const siglet_slice verifier =
		siglet_json_string(siglet_json_array_item(inside(proposed, "verifiers"), 0));
	siglet_key *key = verifier_of(verifier);
	siglet_json_doc *doc = NULL;
	siglet_buf payload;
	bool good;

	siglet_buf_init(&payload, MAX_BODY_BYTES);
	siglet_err *err = siglet_json_parse(text, MAX_BODY_BYTES, &doc);
	good = err == NULL && key != NULL && check_envelope(siglet_json_root(doc), key, &payload);
	if (good) {
		const siglet_json *first =
			siglet_json_array_item(inside(siglet_json_root(doc), "signatures"), 0);

		put(ret_body, "{\"apiVersion\":\"0.0.1\",\"kind\":\"dsse\",\"spec\":{");
		put_hash(ret_body, "envelopeHash", text);
		put(ret_body, ",");
		put_hash(ret_body, "payloadHash", siglet_buf_slice(&payload));
		put(ret_body, ",\"signatures\":[{\"signature\":\"");
		WELL(siglet_buf_append(ret_body, member(first, "sig")));
		put(ret_body, "\",\"verifier\":\"");
		WELL(siglet_buf_append(ret_body, verifier));
		put(ret_body, "\"}]}}");
	}
	siglet_err_free(err);
	siglet_buf_clear(&payload);
	siglet_json_doc_free(doc);
	siglet_key_free(key);
	return good;
}

/* ---- v1: what is answered ---- */

static void put_id(const instance *in, size_t index, siglet_buf *out)
{
	put(out, "%016" PRIx64, (uint64_t)V1_TREE_ID);
	WELL(siglet_hex_encode(siglet_hash32_slice(&in->v1_log.leaves[index]), out));
}

static void put_promise(const instance *in, siglet_slice body, size_t index, int64_t time_s,
			siglet_buf *out)
{
	siglet_buf payload, signature;

	siglet_buf_init(&payload, 2 * MAX_BODY_BYTES);
	siglet_buf_init(&signature, 1024);
	put(&payload, "{\"body\":\"");
	put_base64(&payload, body);
	put(&payload, "\",\"integratedTime\":%" PRId64 ",\"logID\":\"", time_s);
	WELL(siglet_hex_encode(siglet_digest_slice(siglet_key_id(siglet_signer_key(in->v1))),
			       &payload));
	put(&payload, "\",\"logIndex\":%zu}", index);
	sign_bytes(in->v1, siglet_buf_slice(&payload), &signature);
	if (in->faults.wrong_promise)
		signature.ptr[signature.len - 1] ^= 1;
	put_base64(out, siglet_buf_slice(&signature));
	siglet_buf_clear(&signature);
	siglet_buf_clear(&payload);
}

static void write_v1_entry(const instance *in, size_t index, siglet_buf *out)
{
	const siglet_slice body = siglet_buf_slice(&in->v1_log.entries[index]);
	const int64_t time_s = instance_now_s(in);
	const proof p = prove(in, &in->v1_log, index);
	siglet_buf note;

	siglet_buf_init(&note, 65536);
	put_checkpoint(in, false, &in->v1_log, &p, &note);
	put(out, "{\"");
	put_id(in, index, out);
	put(out, "\":{\"body\":\"");
	put_base64(out, body);
	put(out, "\",\"integratedTime\":%" PRId64 ",\"logID\":\"", time_s);
	WELL(siglet_hex_encode(siglet_digest_slice(siglet_key_id(siglet_signer_key(in->v1))), out));
	put(out,
	    "\",\"logIndex\":%zu,\"verification\":{\"inclusionProof\":{\"checkpoint\":", index);
	WELL(siglet_json_quote(siglet_buf_slice(&note), out));
	put(out, ",\"hashes\":[");
	for (size_t i = 0; i < p.count; i++) {
		put(out, i > 0 ? ",\"" : "\"");
		WELL(siglet_hex_encode(siglet_hash32_slice(&p.nodes[i]), out));
		put(out, "\"");
	}
	put(out, "],\"logIndex\":%zu,\"rootHash\":\"", index);
	WELL(siglet_hex_encode(siglet_hash32_slice(&p.root), out));
	put(out, "\",\"treeSize\":%zu},\"signedEntryTimestamp\":\"", p.size);
	put_promise(in, body, index, time_s, out);
	put(out, "\"}}}");
	siglet_buf_clear(&note);
}

static void answer_conflict(const instance *in, size_t index, response *r)
{
	siglet_buf id;

	siglet_buf_init(&id, 128);
	put_id(in, index, &id);
	response_error(r, 409, 409,
		       "an equivalent entry already exists in the transparency log with UUID %s",
		       siglet_buf_text(&id));
	r->header = "Location";
	(void)snprintf(r->value_text, sizeof(r->value_text), "/api/v1/log/entries/%s",
		       siglet_buf_text(&id));
	r->value = r->value_text;
	siglet_buf_clear(&id);
}

/* By which clients find the entry in its answer. */
static void put_etag(const instance *in, size_t index, response *r)
{
	siglet_buf id;

	siglet_buf_init(&id, 128);
	put_id(in, index, &id);
	r->header = "ETag";
	(void)snprintf(r->value_text, sizeof(r->value_text), "%s", siglet_buf_text(&id));
	r->value = r->value_text;
	siglet_buf_clear(&id);
}

static void post_v1(instance *in, const request *q, response *r)
{
	siglet_json_doc *doc = NULL;
	siglet_buf body;
	size_t index = 0;
	siglet_err *err = siglet_json_parse(q->body, MAX_BODY_BYTES, &doc);
	const siglet_json *root = err == NULL ? siglet_json_root(doc) : NULL;
	bool good = false;

	siglet_buf_init(&body, MAX_BODY_BYTES);
	if (siglet_slice_is(member(root, "kind"), "hashedrekord"))
		good = read_hashedrekord(root, &body);
	else if (siglet_slice_is(member(root, "kind"), "dsse"))
		good = read_dsse(root, &body);
	if (!good) {
		response_error(r, 400, 400, "error processing entry: invalid signature or form");
	} else if (tree_find(&in->v1_log, siglet_buf_slice(&body), &index)) {
		answer_conflict(in, index, r);
	} else {
		index = tree_add(&in->v1_log, siglet_buf_slice(&body));
		write_v1_entry(in, in->faults.wrong_entry ? index - 1 : index, &r->body);
		r->status = 201;
		put_etag(in, index, r);
	}
	siglet_err_free(err);
	siglet_buf_clear(&body);
	siglet_json_doc_free(doc);
}

static void get_v1(const instance *in, const request *q, response *r)
{
	const char *id = q->path + strlen("/api/v1/log/entries/");

	for (size_t i = 0; i < in->v1_log.count; i++) {
		siglet_buf own;
		bool same;

		siglet_buf_init(&own, 128);
		put_id(in, i, &own);
		same = strcmp(siglet_buf_text(&own), id) == 0 ||
		       (own.len == 80 && strcmp(siglet_buf_text(&own) + 16, id) == 0);
		siglet_buf_clear(&own);
		if (same) {
			write_v1_entry(in, i, &r->body);
			return;
		}
	}
	response_error(r, 404, 404, "not found");
}

static void get_log(const instance *in, response *r)
{
	siglet_hash32 root;
	siglet_buf note;

	siglet_buf_init(&note, 65536);
	tree_hash(&in->v1_log, 0, in->v1_log.count, &root);
	write_checkpoint(in, false, in->v1_log.count, &root, &note);
	put(&r->body, "{\"inactiveShards\":[],\"rootHash\":\"");
	WELL(siglet_hex_encode(siglet_hash32_slice(&root), &r->body));
	put(&r->body, "\",\"signedTreeHead\":");
	WELL(siglet_json_quote(siglet_buf_slice(&note), &r->body));
	put(&r->body, ",\"treeID\":\"%" PRId64 "\",\"treeSize\":%zu}", V1_TREE_ID,
	    in->v1_log.count);
	siglet_buf_clear(&note);
}

void rekor_v1_answer(instance *in, const request *q, response *r)
{
	r->service = SERVICE_REKOR;
	MUST(pthread_mutex_lock(&in->lock) == 0);
	if (strcmp(q->path, "/api/v1/log/entries") == 0 && strcmp(q->method, "POST") == 0)
		post_v1(in, q, r);
	else if (strncmp(q->path, "/api/v1/log/entries/", 20) == 0)
		get_v1(in, q, r);
	else if (strcmp(q->path, "/api/v1/log") == 0)
		get_log(in, r);
	else
		response_error(r, 404, 404, "not found");
	MUST(pthread_mutex_unlock(&in->lock) == 0);
}

/* ---- v2 ---- */

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

static void write_v2_entry(const instance *in, size_t index, siglet_buf *out)
{
	const proof p = prove(in, &in->v2_log, index);
	siglet_buf note;

	siglet_buf_init(&note, 65536);
	put_checkpoint(in, true, &in->v2_log, &p, &note);
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
	put_base64(out, siglet_buf_slice(&in->v2_log.entries[index]));
	put(out, "\"}");
	siglet_buf_clear(&note);
}

static void post_v2(instance *in, const request *q, response *r)
{
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
	} else if (tree_find(&in->v2_log, siglet_buf_slice(&body), &index)) {
		response_error(r, 409, 6, "an equivalent entry already exists with index %zu",
			       index);
		r->header = "x-log-index";
		(void)snprintf(r->value_text, sizeof(r->value_text), "%zu", index);
		r->value = r->value_text;
	} else {
		index = tree_add(&in->v2_log, siglet_buf_slice(&body));
		write_v2_entry(in, in->faults.wrong_entry ? index - 1 : index, &r->body);
		r->status = 201;
	}
	siglet_err_free(err);
	siglet_buf_clear(&body);
	siglet_json_doc_free(doc);
}

/* "x001/x234/067" with or without ".p/W". */
static bool read_tile_number(const char *text, uint64_t *ret_number, unsigned *ret_width)
{
	uint64_t number = 0;

	*ret_width = 256;
	for (; *text != '\0'; text++) {
		if (strncmp(text, ".p/", 3) == 0) {
			*ret_width = (unsigned)strtoul(text + 3, NULL, 10);
			break;
		}
		if (*text >= '0' && *text <= '9')
			number = number * 10 + (uint64_t)(*text - '0');
		else if (*text != 'x' && *text != '/')
			return false;
	}
	*ret_number = number;
	return true;
}

static void get_entries(const instance *in, const char *path, response *r)
{
	const tree *t = &in->v2_log;
	uint64_t number = 0;
	unsigned width = 0;

	r->type = "application/octet-stream";
	if (!read_tile_number(path, &number, &width) || number * 256 + width > t->count) {
		response_text(r, 404, "no such tile");
		return;
	}
	for (size_t i = 0; i < width; i++) {
		const siglet_slice entry = siglet_buf_slice(&t->entries[number * 256 + i]);

		WELL(siglet_buf_append_uint(&r->body, entry.len, 2));
		WELL(siglet_buf_append(&r->body, entry));
	}
}

static void get_tile(const instance *in, const char *path, response *r)
{
	const tree *t = &in->v2_log;
	char *rest = NULL;
	const unsigned level = (unsigned)strtoul(path, &rest, 10);
	uint64_t number = 0;
	unsigned width = 0;

	r->type = "application/octet-stream";
	if (*rest != '/' || level > 7 || !read_tile_number(rest + 1, &number, &width) ||
	    ((number * 256 + width) << (8 * level)) > t->count) {
		response_text(r, 404, "no such tile");
		return;
	}
	for (size_t i = 0; i < width; i++) {
		const size_t begin = (number * 256 + i) << (8 * level);
		siglet_hash32 hash;

		tree_hash(t, begin, begin + ((size_t)1 << (8 * level)), &hash);
		WELL(siglet_buf_append(&r->body, siglet_hash32_slice(&hash)));
	}
}

static void get_checkpoint(const instance *in, response *r)
{
	siglet_hash32 root;

	r->type = "text/plain; charset=utf-8";
	tree_hash(&in->v2_log, 0, in->v2_log.count, &root);
	write_checkpoint(in, true, in->v2_log.count, &root, &r->body);
}

void rekor_v2_answer(instance *in, const request *q, response *r)
{
	r->service = SERVICE_REKOR;
	MUST(pthread_mutex_lock(&in->lock) == 0);
	if (strcmp(q->path, "/api/v2/log/entries") == 0 && strcmp(q->method, "POST") == 0)
		post_v2(in, q, r);
	else if (strcmp(q->path, "/api/v2/checkpoint") == 0)
		get_checkpoint(in, r);
	else if (strncmp(q->path, "/api/v2/tile/entries/", 21) == 0)
		get_entries(in, q->path + 21, r);
	else if (strncmp(q->path, "/api/v2/tile/", 13) == 0)
		get_tile(in, q->path + 13, r);
	else
		response_error(r, 404, 5, "Not Found");
	MUST(pthread_mutex_unlock(&in->lock) == 0);
}
