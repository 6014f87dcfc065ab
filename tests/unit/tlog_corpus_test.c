#include "tlog_fixture.h"

#include "../lib/corpus.h"

/*
 * Real entries: the API answers of the corpus, and the first entry of every bundle that must verify.
 * Each must be read, belong to its bundle's signature and to no other's, and hold under its log's
 * key.
 */

/* What a bundle says, as far as its entries must repeat it. */
typedef struct claim {
	const char *id;
	siglet_entry entry;
	siglet_entry_subject subject;
	siglet_digests artifact;
	siglet_key *key;
} claim;

static siglet_json_doc *open_json(const char *path)
{
	siglet_json_doc *doc = NULL;
	siglet_buf text;

	if (!corpus_read(path, &text))
		bail_out(path);
	must(siglet_json_parse(siglet_buf_slice(&text), CORPUS_MAX_BYTES, &doc));
	siglet_buf_clear(&text);
	return doc;
}

static const siglet_json *member(const siglet_json *object, const char *name)
{
	return object == NULL ? NULL : siglet_json_object_get(object, name);
}

static siglet_slice text_member(const siglet_json *object, const char *name)
{
	const siglet_json *value = member(object, name);

	return value == NULL ? SIGLET_SLICE_NONE : keep(siglet_json_string(value));
}

static bool member_is(const siglet_json *object, const char *name, const char *wanted)
{
	return siglet_slice_is(text_member(object, name), wanted);
}

static siglet_slice bytes_member(const siglet_json *object, const char *name)
{
	siglet_slice bytes = SIGLET_SLICE_NONE;

	if (object != NULL)
		must(siglet_proto_bytes(object, name, &pool, &bytes));
	return bytes;
}

/* ---- logs of a trusted root ---- */

typedef struct log_key {
	siglet_key *key;
	siglet_note_verifier verifier;
} log_key;

/* The key name of a v2 log: the base URL without its scheme and a slash at its end. */
static siglet_slice log_name(const siglet_json *log)
{
	const char *url = text_of(text_member(log, "baseUrl"));
	const char *host = strstr(url, "://");
	size_t len;

	host = host == NULL ? url : host + 3;
	len = strlen(host);
	return siglet_slice_of(host, len > 0 && host[len - 1] == '/' ? len - 1 : len);
}

static bool read_log(const siglet_json *log, const siglet_entry *entry, log_key *ret_log)
{
	const siglet_json *holder = member(log, "publicKey");
	const siglet_slice id = bytes_member(member(log, "logId"), "keyId");
	const siglet_key_details *details =
		siglet_key_details_find(text_member(holder, "keyDetails"));

	if (!siglet_slice_equal(id, entry->log_id) || details == NULL)
		return false;
	must(siglet_key_from_details(details, bytes_member(holder, "rawBytes"), &ret_log->key));
	ret_log->verifier.key = ret_log->key;
	ret_log->verifier.scheme = details->scheme;
	ret_log->verifier.name = siglet_entry_is_v2(entry) ? log_name(log) : SIGLET_SLICE_NONE;
	memcpy(ret_log->verifier.id, id.ptr, sizeof(ret_log->verifier.id));
	return true;
}

static siglet_err *check_under(const siglet_entry *entry, siglet_slice body, const log_key *log)
{
	siglet_inclusion inclusion;
	siglet_err *err = NULL;

	if (entry->promise.len > 0)
		err = siglet_entry_check_promise(entry, log->key, log->verifier.scheme);
	if (err == NULL && entry->has_proof)
		err = siglet_entry_check_inclusion(entry, body, &log->verifier, &pool, &inclusion);
	return err;
}

/* Everything that the entry carries, under the log of this trusted root that it names. */
static siglet_err *check_by_root(const siglet_entry *entry, siglet_slice body, const char *path)
{
	siglet_json_doc *doc = open_json(path);
	const siglet_json *logs = member(siglet_json_root(doc), "tlogs");
	siglet_err *err = siglet_err_new(SIGLET_E_UNTRUSTED, "an unknown log");

	for (size_t i = 0; logs != NULL && i < siglet_json_array_count(logs); i++) {
		log_key log = { 0 };

		if (!read_log(siglet_json_array_item(logs, i), entry, &log))
			continue;
		siglet_err_free(err);
		err = check_under(entry, body, &log);
		siglet_key_free(log.key);
		break;
	}
	siglet_json_doc_free(doc);
	return err;
}

/* ---- answers of the API ---- */

static siglet_slice hex_bytes(siglet_slice hex)
{
	siglet_buf bytes;
	siglet_slice kept;

	siglet_buf_init(&bytes, 4096);
	must(siglet_hex_decode(hex, &bytes));
	kept = keep(siglet_buf_slice(&bytes));
	siglet_buf_clear(&bytes);
	return kept;
}

static siglet_err *take_only_entry(void *context, siglet_slice name, const siglet_json *value)
{
	(void)name;
	*(const siglet_json **)context = value;
	return NULL;
}

static int64_t number_member(const siglet_json *object, const char *name)
{
	int64_t value = 0;

	must(siglet_proto_int64(object, name, &value));
	return value;
}

/* As a signer converts an answer for its bundle: hex becomes bytes. */
static siglet_entry convert(const siglet_json *answer)
{
	const siglet_json *verification = member(answer, "verification");
	const siglet_json *proof = member(verification, "inclusionProof");
	const siglet_json *hashes = member(proof, "hashes");
	siglet_hash32 *nodes = NULL;
	siglet_entry entry = {
		.kind_name = siglet_slice_str("hashedrekord"),
		.kind_version = siglet_slice_str("0.0.1"),
		.log_index = number_member(answer, "logIndex"),
		.log_id = hex_bytes(text_member(answer, "logID")),
		.integrated_time_s = number_member(answer, "integratedTime"),
		.promise = bytes_member(verification, "signedEntryTimestamp"),
		.body = bytes_member(answer, "body"),
		.has_proof = true,
		.proof_index = number_member(proof, "logIndex"),
		.proof_size = number_member(proof, "treeSize"),
		.proof_root = hex_bytes(text_member(proof, "rootHash")),
		.proof_count = siglet_json_array_count(hashes),
		.checkpoint = text_member(proof, "checkpoint"),
	};

	must(siglet_arena_alloc(&pool, entry.proof_count, sizeof(*nodes), &nodes));
	for (size_t i = 0; i < entry.proof_count; i++)
		memcpy(nodes[i].bytes,
		       hex_bytes(siglet_json_string(siglet_json_array_item(hashes, i))).ptr,
		       sizeof(nodes[i].bytes));
	entry.proof_nodes = nodes;
	return entry;
}

/* Written and read again, as the bundle's reader would see it. */
static siglet_err *through_a_bundle(const siglet_entry *entry, siglet_entry *ret_entry)
{
	siglet_json_writer writer;
	siglet_json_doc *doc = NULL;
	siglet_buf text;
	siglet_err *err;

	siglet_buf_init(&text, 1u << 20);
	siglet_json_writer_init(&writer, &text, 0);
	siglet_entry_write(entry, &writer, NULL);
	err = siglet_json_writer_finish(&writer);
	if (err == NULL)
		err = siglet_json_parse(siglet_buf_slice(&text), 1u << 20, &doc);
	if (err == NULL)
		err = siglet_entry_read(siglet_json_root(doc), &pool, ret_entry);
	siglet_json_doc_free(doc);
	siglet_buf_clear(&text);
	return err;
}

static void try_entry_case(const siglet_json *item)
{
	const char *id = text_of(text_member(item, "id"));
	const bool pass = member_is(item, "expect", "pass");
	siglet_json_doc *doc = open_json(text_of(text_member(item, "entry")));
	const siglet_json *answer = NULL;
	siglet_entry entry = { 0 };
	siglet_err *err = siglet_json_object_each(siglet_json_root(doc), take_only_entry, &answer);

	if (!member_is(item, "format", "rekor-v1-response"))
		answer = siglet_json_root(doc);
	if (err == NULL && member_is(item, "format", "rekor-v1-response")) {
		const siglet_entry converted = convert(answer);

		err = through_a_bundle(&converted, &entry);
	} else if (err == NULL) {
		err = siglet_entry_read(answer, &pool, &entry);
	}
	if (err == NULL)
		err = check_by_root(&entry, entry.body, text_of(text_member(item, "trusted_root")));
	if (!member_is(item, "level", "must"))
		printf("# %s: %s, expected to %s (may)\n", id,
		       err == NULL ? "accepted" : siglet_err_message(err), pass ? "pass" : "fail");
	else
		OK((err == NULL) == pass, "corpus %s: %s", id,
		   err == NULL ? "accepted" : siglet_err_message(err));
	siglet_err_free(err);
	siglet_json_doc_free(doc);
}

/* ---- bundles ---- */

static siglet_key *key_of_certificate(siglet_slice der)
{
	const unsigned char *at = der.ptr;
	X509 *cert = d2i_X509(NULL, &at, (long)der.len);
	siglet_key *key;

	if (cert == NULL)
		bail_out("no certificate");
	key = public_of(X509_get0_pubkey(cert));
	X509_free(cert);
	return key;
}

static siglet_slice leaf_of(const siglet_json *material)
{
	const siglet_json *chain = member(material, "x509CertificateChain");

	if (chain != NULL)
		return bytes_member(siglet_json_array_item(member(chain, "certificates"), 0),
				    "rawBytes");
	return bytes_member(member(material, "certificate"), "rawBytes");
}

static void add_digest(siglet_digests *digests, siglet_slice bytes)
{
	for (unsigned i = 0; i < SIGLET_HASH_COUNT; i++) {
		if (bytes.len != siglet_hash_size((siglet_hash)i))
			continue;
		must(siglet_digest_from((siglet_hash)i, bytes, &digests->of[i]));
		digests->mask |= SIGLET_HASH_BIT(i);
	}
}

static void read_artifact(const siglet_json *item, claim *c)
{
	const siglet_slice path = text_member(item, "artifact");
	siglet_hasher *hasher = NULL;
	siglet_buf data;

	add_digest(&c->artifact, hex_bytes(text_member(member(item, "digest"), "hex")));
	if (path.len == 0)
		return;
	if (!corpus_read(text_of(path), &data))
		bail_out(text_of(path));
	must(siglet_hasher_new(7, &hasher));
	must(siglet_hasher_update(hasher, siglet_buf_slice(&data)));
	must(siglet_hasher_finish(hasher, &c->artifact));
	siglet_hasher_free(hasher);
	siglet_buf_clear(&data);
}

static void read_content(const siglet_json *bundle, const siglet_json *item, claim *c)
{
	const siglet_json *envelope = member(bundle, "dsseEnvelope");
	const siglet_json *message = member(bundle, "messageSignature");

	if (envelope != NULL) {
		c->subject.is_dsse = true;
		c->subject.payload = bytes_member(envelope, "payload");
		c->subject.payload_type = text_member(envelope, "payloadType");
		c->subject.signature = bytes_member(
			siglet_json_array_item(member(envelope, "signatures"), 0), "sig");
		return;
	}
	c->subject.signature = bytes_member(message, "signature");
	read_artifact(item, c);
	add_digest(&c->artifact, bytes_member(member(message, "messageDigest"), "digest"));
	c->subject.artifact = &c->artifact;
}

/* The first entry of the bundle and what it must repeat; false when there is none. */
static bool read_claim(const siglet_json *item, claim *c)
{
	siglet_json_doc *doc = open_json(text_of(text_member(item, "bundle")));
	const siglet_json *bundle = siglet_json_root(doc);
	const siglet_json *material = member(bundle, "verificationMaterial");
	const siglet_json *entries = member(material, "tlogEntries");
	const siglet_slice key_path = text_member(item, "key");
	siglet_err *err = NULL;
	siglet_buf pem_text;

	if (entries == NULL || siglet_json_array_count(entries) == 0) {
		siglet_json_doc_free(doc);
		return false;
	}
	err = siglet_entry_read(siglet_json_array_item(entries, 0), &pool, &c->entry);
	c->id = text_of(text_member(item, "id"));
	read_content(bundle, item, c);
	if (key_path.len > 0) {
		if (!corpus_read(text_of(key_path), &pem_text))
			bail_out(text_of(key_path));
		must(siglet_key_from_pem(siglet_buf_slice(&pem_text), &c->key));
		siglet_buf_clear(&pem_text);
	} else {
		c->subject.cert_der = leaf_of(material);
		c->key = key_of_certificate(c->subject.cert_der);
	}
	c->subject.key = c->key;
	siglet_json_doc_free(doc);
	OK_SUCCESS(err, "%s: its entry is read", c->id);
	return true;
}

static void try_claim(const siglet_json *item, const claim *c, const claim *before)
{
	siglet_buf body, unused;

	siglet_buf_init(&body, SIGLET_MAX_ENTRY_BODY_BYTES);
	siglet_buf_init(&unused, SIGLET_MAX_ENTRY_BODY_BYTES);
	OK_SUCCESS(siglet_entry_match(&c->entry, &c->subject, &body),
		   "%s: the entry is of this signature", c->id);
	OK_SUCCESS(check_by_root(&c->entry, siglet_buf_slice(&body),
				 text_of(text_member(item, "trusted_root"))),
		   "%s: it holds", c->id);
	if (before->key != NULL &&
	    !siglet_slice_equal(before->subject.signature, c->subject.signature)) {
		siglet_err *err = siglet_entry_match(&before->entry, &c->subject, &unused);

		OK(err != NULL && unused.len == 0, "%s: the entry of %s is not", c->id, before->id);
		siglet_err_free(err);
	}
	siglet_buf_clear(&unused);
	siglet_buf_clear(&body);
}

static void each_case(const siglet_json *cases)
{
	claim last = { 0 };
	size_t entries = 0, bundles = 0;

	for (size_t i = 0; i < siglet_json_array_count(cases); i++) {
		const siglet_json *item = siglet_json_array_item(cases, i);
		claim c = { 0 };

		if (member_is(item, "type", "rekor-entry")) {
			try_entry_case(item);
			entries++;
		}
		if (!member_is(item, "type", "bundle-verify") ||
		    !member_is(item, "expect", "pass") || !member_is(item, "level", "must") ||
		    !read_claim(item, &c))
			continue;
		try_claim(item, &c, &last);
		bundles++;
		siglet_key_free(last.key);
		last = c;
		/* c is the loop's own; an artifact belongs to the claim that is kept. */
		last.subject.artifact = c.subject.artifact == NULL ? NULL : &last.artifact;
	}
	siglet_key_free(last.key);
	OK(entries >= 5, "%zu entries of the corpus were tried", entries);
	OK(bundles >= 100, "%zu bundles of the corpus were tried", bundles);
}

/* The known value of rekor happy-path: what its promise covers. */
static void promise_payload_is_that_of_the_log(void)
{
	siglet_json_doc *doc = open_json("verify/conf-happy-path-v0.2/bundle.sigstore.json");
	const siglet_json *material = member(siglet_json_root(doc), "verificationMaterial");
	siglet_entry entry = { 0 };
	siglet_digest digest;
	siglet_buf payload;

	siglet_buf_init(&payload, 1u << 16);
	must(siglet_entry_read(siglet_json_array_item(member(material, "tlogEntries"), 0), &pool,
			       &entry));
	must(siglet_entry_promise_payload(&entry, &payload));
	digest = sha256(siglet_buf_slice(&payload));
	OK(payload.len == 5662, "the promise of happy-path covers 5662 bytes");
	OK(strcmp(hex_text(siglet_digest_slice(&digest)),
		  "27efbfabc1e0adf55195b8ea71281af661f782d8982d3cbeacc94cf7a6ade23d") == 0,
	   "and these are they");
	siglet_buf_clear(&payload);
	siglet_json_doc_free(doc);
}

int main(void)
{
	siglet_json_doc *manifest;

	if (!corpus_available()) {
		SKIP("no corpus: rekor-entry, and the entries of bundles");
		return fixture_end();
	}
	manifest = open_json("manifest.json");
	each_case(member(siglet_json_root(manifest), "cases"));
	promise_payload_is_that_of_the_log();
	siglet_json_doc_free(manifest);
	return fixture_end();
}
