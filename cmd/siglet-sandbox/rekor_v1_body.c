#include "rekor.h"

/* What Rekor v1 logs: what is sent is checked as the real one does. */

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

bool rekor_v1_body(const siglet_json *root, siglet_buf *ret_body)
{
	if (siglet_slice_is(member(root, "kind"), "hashedrekord"))
		return read_hashedrekord(root, ret_body);
	return siglet_slice_is(member(root, "kind"), "dsse") && read_dsse(root, ret_body);
}
