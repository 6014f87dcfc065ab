/*
 * cose: COSE messages where the n-th allocation fails, for every n.
 *
 * What is refused with memory must never be accepted without; what is accepted may fail, and gives
 * back all it took.
 */
#include "../lib/check.h"
#include "../lib/deny.h"
#include "../lib/heads.h"
#include "bundle/bundle.h"
#include "cose/cose.h"
#include "sys/sys.h"

#include "../unit/cose_vectors.h"

#ifdef CAN_DENY

typedef struct scene scene;

struct scene {
	const char *claim;
	siglet_err *(*act)(const scene *s);
	siglet_slice input, aad;
	const siglet_key *key;
	const siglet_signer *signer;
};

static siglet_err *verify(const scene *s)
{
	const siglet_cose_context context = { .external_aad = s->aad };
	siglet_cbor_doc *doc = NULL;
	siglet_cose_sign1 message;
	siglet_err *err = siglet_cose_sign1_parse(heads(), s->input, &doc, &message);

	if (err == NULL)
		err = siglet_cose_verify(&message, heads(), s->key, &context);
	siglet_cbor_doc_free(doc);
	return err;
}

static siglet_err *read_key(const scene *s)
{
	siglet_cbor_doc *doc = NULL;
	siglet_cose_key key = { 0 };
	siglet_err *err = siglet_cbor_parse(heads(), s->input, s->input.len, NULL, &doc);

	if (err == NULL)
		err = siglet_cose_key_read(siglet_cbor_root(doc), &key);
	siglet_key_free(key.key);
	siglet_cbor_doc_free(doc);
	return err;
}

static siglet_err *read_chain(const scene *s)
{
	siglet_cbor_doc *doc = NULL;
	siglet_cose_sign1 message;
	siglet_cose_chain chain = { .count = 0 };
	siglet_err *err = siglet_cose_sign1_parse(heads(), s->input, &doc, &message);

	if (err == NULL)
		err = siglet_cose_chain_read(&message, &chain);
	siglet_cose_chain_clear(&chain);
	siglet_cbor_doc_free(doc);
	return err;
}

static siglet_err *print(const scene *s)
{
	siglet_cbor_doc *doc = NULL;
	siglet_cose_sign1 message;
	siglet_buf text;
	siglet_err *err = siglet_cose_sign1_parse(heads(), s->input, &doc, &message);

	siglet_buf_init(&text, 65536);
	if (err == NULL)
		err = siglet_cose_print(doc, 0, &text);
	siglet_buf_clear(&text);
	siglet_cbor_doc_free(doc);
	return err;
}

/* The input is the protected header. */
static siglet_err *sign(const scene *s)
{
	const siglet_cose_draft draft = { .protected_map = s->input, .external_aad = s->aad };
	siglet_buf signature, message;
	siglet_err *err;

	siglet_buf_init(&signature, 1024);
	siglet_buf_init(&message, 4096);
	err = siglet_cose_sign(heads(), s->signer, &draft, &signature);
	if (err == NULL)
		err = siglet_cose_write(heads(), &draft, siglet_buf_slice(&signature), &message);
	siglet_buf_clear(&message);
	siglet_buf_clear(&signature);
	return err;
}

/* The input is a bundle in JSON. */
static siglet_err *convert(const scene *s)
{
	siglet_bundle *bundle = NULL;
	siglet_buf cbor;
	siglet_err *err = siglet_bundle_parse(s->input, &bundle);

	siglet_buf_init(&cbor, 65536);
	if (err == NULL)
		err = siglet_bundle_write_rekor_proof(heads(), siglet_bundle_get(bundle)->entries,
						      &cbor);
	siglet_buf_clear(&cbor);
	siglet_bundle_free(bundle);
	return err;
}

static bool fail_at(const scene *s, uint64_t index, bool *ret_accepted, int64_t *ret_kept)
{
	const int64_t before = live;
	siglet_err *err;

	failed = false;
	until = index;
	armed = true;
	err = s->act(s);
	armed = false;
	*ret_accepted = err == NULL;
	siglet_err_free(err);
	*ret_kept = live - before;
	return failed;
}

static void sweep(const scene *s, bool good)
{
	unsigned long failures = 0, accepted = 0, leaks = 0;
	siglet_err *err = s->act(s);
	int64_t kept = 0;
	bool yes = false;

	OK((err == NULL) == good, "%s: %s with memory", s->claim, good ? "accepted" : "refused");
	if (err != NULL)
		printf("# %s\n", siglet_err_message(err));
	siglet_err_free(err);
	for (uint64_t n = 0; fail_at(s, n, &yes, &kept); n++) {
		failures++;
		accepted += yes;
		if (kept > 0 && fail_at(s, n, &yes, &kept) && kept > 0)
			leaks++;
	}
	OK(failures > 1, "… %lu allocations fail in turn", failures);
	OK(good || accepted == 0, "… %lu times accepted", accepted);
	OK(leaks == 0, "… %lu leaks", leaks);
	err = s->act(s);
	OK((err == NULL) == good, "… afterwards the answer is the same");
	siglet_err_free(err);
}

static siglet_key *key_of(const char *hex)
{
	siglet_buf bytes = unhex(hex);
	siglet_cbor_doc *doc = NULL;
	siglet_cose_key read = { 0 };
	siglet_err *err =
		siglet_cbor_parse(heads(), siglet_buf_slice(&bytes), bytes.len, NULL, &doc);

	if (err == NULL)
		err = siglet_cose_key_read(siglet_cbor_root(doc), &read);
	if (err != NULL) {
		printf("Bail out! %s\n", siglet_err_message(err));
		exit(3);
	}
	siglet_cbor_doc_free(doc);
	siglet_buf_clear(&bytes);
	return read.key;
}

#define P256 "a4 0102 2001 215820" VECTOR_P256_X "225820" VECTOR_P256_Y
#define RSA "a3 0103 20590100" VECTOR_RSA_N "2143" VECTOR_RSA_E

static void sweep_hex(scene *s, const char *claim, siglet_err *(*act)(const scene *s),
		      const char *hex, bool good)
{
	siglet_buf bytes = unhex(hex);

	s->claim = claim;
	s->act = act;
	s->input = siglet_buf_slice(&bytes);
	sweep(s, good);
	siglet_buf_clear(&bytes);
}

static void sweep_vectors(void)
{
	siglet_key *keys[VECTOR_RSA + 1] = { 0 };

	keys[VECTOR_P256] = key_of(P256);
	keys[VECTOR_P384] = key_of("a4 0102 2002 215830" VECTOR_P384_X "225830" VECTOR_P384_Y);
	keys[VECTOR_P521] = key_of("a4 0102 2003 215842" VECTOR_P521_X "225842" VECTOR_P521_Y);
	keys[VECTOR_ED25519] = key_of("a3 0101 2006 215820" VECTOR_ED25519_X);
	keys[VECTOR_RSA] = key_of(RSA);
	for (size_t i = 0; i < SIGLET_COUNT(vectors); i++) {
		siglet_buf aad = unhex(vectors[i].aad);
		scene s = { .aad = siglet_buf_slice(&aad), .key = keys[vectors[i].key] };

		sweep_hex(&s, vectors[i].name, verify, vectors[i].message, vectors[i].code == 0);
		siglet_buf_clear(&aad);
	}
	for (size_t i = 0; i < SIGLET_COUNT(keys); i++)
		siglet_key_free(keys[i]);
}

static void sweep_signing(const char *name, const char *map)
{
	const siglet_key_details *details = siglet_key_details_find(siglet_slice_str(name));
	siglet_signer *signer = NULL;
	siglet_err *err = siglet_signer_generate(details, &signer);
	scene s = { .aad = SIGLET_SLICE_NONE };

	if (err != NULL) {
		printf("Bail out! %s\n", siglet_err_message(err));
		exit(3);
	}
	s.signer = signer;
	sweep_hex(&s, name, sign, map, true);
	sweep_hex(&s, "an algorithm that is not the key's", sign, "a1013822", false);
	siglet_signer_free(signer);
}

/* A real bundle, and one whose proof leads elsewhere. */
static void sweep_conversion(void)
{
	static const char path[] =
		"testdata/demo/signed-package-2.1.0-hb0f4dca_0.conda.sigstore.json";
	siglet_buf json;
	siglet_err *err;
	scene s = { .claim = "a bundle's inclusion as CBOR", .act = convert };
	char *hash;

	siglet_buf_init(&json, 65536);
	err = siglet_sys_read_file(path, &json);
	hash = err == NULL ? strstr(siglet_buf_text(&json), "\"hashes\":") : NULL;
	if (hash == NULL) {
		printf("Bail out! %s\n", path);
		exit(3);
	}
	s.input = siglet_buf_slice(&json);
	sweep(&s, true);
	hash = strchr(hash, '[');
	hash = hash == NULL ? NULL : strchr(hash, '"');
	if (hash == NULL)
		exit(3);
	hash[1] = hash[1] == 'A' ? 'B' : 'A';
	s.claim = "one whose path leads elsewhere";
	sweep(&s, false);
	siglet_buf_clear(&json);
}

int main(void)
{
	scene s = { .key = NULL };

	if (heads() == NULL) {
		SKIP("built without COSE");
		return tap_done();
	}
	sweep_vectors();
	sweep_hex(&s, "a key", read_key, P256, true);
	sweep_hex(&s, "an RSA key", read_key, RSA, true);
	sweep_hex(&s, "a point off its curve", read_key,
		  "a4 0102 2001 215820" VECTOR_P256_X "225820" VECTOR_P256_X, false);
	sweep_hex(&s, "an even RSA modulus", read_key,
		  "a3 0103 20590100" VECTOR_RSA_N "2142"
		  "0100",
		  false);
	sweep_hex(&s, "a chain that is none", read_chain, "84 43a10126 a1 1821 4101 f6 41ff",
		  false);
	sweep_hex(&s, "a receipt for people", print,
		  "84 43a10126 a1 19018a 81 58 22 d284 47a2012619018b01 a1 19018c a1 20 81 4d "
		  "83 05 03 81 48 0001020304050607 f6 41ff f6 41ff",
		  true);
	sweep_conversion();
	sweep_signing("PKIX_ECDSA_P256_SHA_256", "a10126");
	sweep_signing("PKIX_ED25519", "a10127");
	return tap_done();
}

#else

int main(void)
{
	SKIP("allocations can't be made to fail in this build");
	return tap_done();
}

#endif
