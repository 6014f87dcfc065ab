#include "log.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/x509.h>

#include "sys/sys.h"

/*
 * Entries by the number: pseudo-random from a seed and an index, so that they need not be kept to
 * be made again. What is planted among them has real keys and signatures, which are not the same
 * twice: that is kept.
 */

#define WORKFLOWS 64
#define DIGEST_BYTES 32
#define SIGNATURE_BYTES 70 /* DER: two numbers of 32 bytes */
#define MAX_CERT_BYTES 65536

struct entry_maker {
	instance *in, *stranger; /* stranger: an authority that nobody trusts; NULL until needed */
	entry_options *o;
	siglet_buf entry, verifiers[WORKFLOWS];
};

/* ---- pseudo-random bytes (splitmix64) ---- */

static uint64_t next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static uint64_t begin(const entry_options *o, uint64_t index)
{
	uint64_t state = o->seed, salt;

	salt = next(&state);
	state = index;
	salt ^= next(&state);
	return o->forks && index >= o->fork_at ? ~salt : salt;
}

static void put_random(siglet_buf *out, uint64_t *state, size_t count)
{
	uint64_t words[64];

	while (count > 0) {
		const size_t piece = count < sizeof(words) ? count : sizeof(words);

		for (size_t i = 0; i < (piece + 7) / 8; i++)
			words[i] = next(state);
		WELL(siglet_buf_append(out, siglet_slice_of(words, piece)));
		count -= piece;
	}
}

/* ---- hashedrekord, in the order of RFC 8785 ---- */

static void put_body(siglet_buf *out, siglet_slice digest, siglet_slice signature,
		     siglet_slice verifier)
{
	static const char head[] = "{\"apiVersion\":\"0.0.2\",\"kind\":\"hashedrekord\",\"spec\":{"
				   "\"hashedRekordV002\":{\"data\":{\"algorithm\":\"SHA2_256\","
				   "\"digest\":\"";
	static const char middle[] = "\"},\"signature\":{\"content\":\"";

	WELL(siglet_buf_append_str(out, head));
	put_base64(out, digest);
	WELL(siglet_buf_append_str(out, middle));
	put_base64(out, signature);
	WELL(siglet_buf_append(out, verifier));
}

/* All behind the signature. */
static void put_verifier(siglet_buf *out, const char *kind, siglet_slice raw)
{
	put(out,
	    "\",\"verifier\":{\"keyDetails\":\"PKIX_ECDSA_P256_SHA_256\",\"%s\":{\"rawBytes\":\"",
	    kind);
	put_base64(out, raw);
	put(out, "\"}}}}}}");
}

/* A signature that is none, in the form of one. */
static void make_signature(uint64_t *state, uint8_t ret_der[SIGNATURE_BYTES])
{
	static const uint8_t head[] = { 0x30, SIGNATURE_BYTES - 2, 0x02, 32 };
	siglet_buf numbers;

	siglet_buf_init(&numbers, 64);
	put_random(&numbers, state, 64);
	memcpy(ret_der, head, sizeof(head));
	memcpy(ret_der + 4, numbers.ptr, 32);
	ret_der[36] = 0x02;
	ret_der[37] = 32;
	memcpy(ret_der + 38, numbers.ptr + 32, 32);
	ret_der[4] = (uint8_t)((ret_der[4] & 0x7f) | 0x40);
	ret_der[38] = (uint8_t)((ret_der[38] & 0x7f) | 0x40);
	siglet_buf_clear(&numbers);
}

static void make_hashedrekord(entry_maker *m, uint64_t state)
{
	const siglet_buf *verifier = &m->verifiers[next(&state) % WORKFLOWS];
	uint8_t signature[SIGNATURE_BYTES];
	siglet_buf digest;

	siglet_buf_init(&digest, DIGEST_BYTES);
	put_random(&digest, &state, DIGEST_BYTES);
	make_signature(&state, signature);
	put_body(&m->entry, siglet_buf_slice(&digest),
		 siglet_slice_of(signature, sizeof(signature)), siglet_buf_slice(verifier));
	siglet_buf_clear(&digest);
}

/* ---- certificates ---- */

static X509 *certify(instance *in, const siglet_signer *key, const char *identity)
{
	const char *colon = strchr(identity, ':');
	char shape[32];
	siglet_json_doc *claims;
	X509 *cert;

	(void)snprintf(shape, sizeof(shape), "%.*s",
		       colon == NULL ? (int)strlen(identity) : (int)(colon - identity), identity);
	claims = oidc_make_claims(in, shape, colon == NULL ? NULL : colon + 1);
	MUST(claims != NULL);
	cert = fulcio_issue(in, siglet_signer_key(key), siglet_json_root(claims));
	siglet_json_doc_free(claims);
	return cert;
}

static siglet_signer *make_key(void)
{
	return state_key(NULL, "", "ecdsa-sha2-256-nistp256");
}

static void make_workflow(entry_maker *m, unsigned number)
{
	char name[32], identity[64];
	siglet_buf der;
	X509 *cert;

	(void)snprintf(name, sizeof(name), "workflow-%02u", number);
	(void)snprintf(identity, sizeof(identity), "github:builder-%u/project-%u", number % 7,
		       number);
	cert = state_cert(m->o->keys, name);
	if (cert == NULL) {
		siglet_signer *key = make_key();

		cert = state_keep_cert(m->o->keys, name, certify(m->in, key, identity));
		siglet_signer_free(key);
	}
	siglet_buf_init(&der, MAX_CERT_BYTES);
	x509_der(cert, &der);
	put_verifier(&m->verifiers[number], "x509Certificate", siglet_buf_slice(&der));
	siglet_buf_clear(&der);
	X509_free(cert);
}

/* ---- what is planted ---- */

#define STRANGER "stranger:"

static bool is_identity(const char *what)
{
	static const char *const shapes[] = { "github:", "gitlab:", "email:" };

	for (size_t i = 0; i < SIGLET_COUNT(shapes); i++)
		if (strncmp(what, shapes[i], strlen(shapes[i])) == 0 &&
		    what[strlen(shapes[i])] != '\0')
			return true;
	return false;
}

bool entries_can_plant(const char *what)
{
	return strcmp(what, "key") == 0 || strcmp(what, "garbage") == 0 ||
	       strcmp(what, "copy") == 0 || is_identity(what) ||
	       (strncmp(what, STRANGER, strlen(STRANGER)) == 0 &&
		is_identity(what + strlen(STRANGER)));
}

static void put_signed(siglet_buf *out, const siglet_signer *key, const char *kind,
		       siglet_slice raw, uint64_t index)
{
	siglet_buf artifact, signature, verifier;
	siglet_digest digest;
	siglet_slice data;

	siglet_buf_init(&artifact, 64);
	siglet_buf_init(&signature, 1024);
	siglet_buf_init(&verifier, MAX_ENTRY_BYTES);
	put(&artifact, "planted at %" PRIu64, index);
	data = siglet_buf_slice(&artifact);
	WELL(siglet_crypto_sha256(&data, 1, &digest));
	sign_bytes(key, data, &signature);
	put_verifier(&verifier, kind, raw);
	put_body(out, siglet_digest_slice(&digest), siglet_buf_slice(&signature),
		 siglet_buf_slice(&verifier));
	siglet_buf_clear(&verifier);
	siglet_buf_clear(&signature);
	siglet_buf_clear(&artifact);
}

static void put_certified(entry_maker *m, instance *in, const plant *p, const char *identity)
{
	siglet_signer *key = make_key();
	X509 *cert = certify(in, key, identity);
	siglet_buf der;

	siglet_buf_init(&der, MAX_CERT_BYTES);
	x509_der(cert, &der);
	put_signed(&m->entry, key, "x509Certificate", siglet_buf_slice(&der), p->index);
	siglet_buf_clear(&der);
	X509_free(cert);
	siglet_signer_free(key);
}

static instance *get_stranger(entry_maker *m)
{
	if (m->stranger == NULL) {
		m->stranger =
			instance_new_bare(&m->in->faults, NULL, m->in->v2_name, m->in->v2_url);
		memcpy(m->stranger->url, m->in->url, sizeof(m->in->url));
	}
	return m->stranger;
}

static void make_planted(entry_maker *m, const plant *p)
{
	if (strcmp(p->what, "key") == 0) {
		siglet_signer *key = state_key(m->o->keys, "planted", "ecdsa-sha2-256-nistp256");

		put_signed(&m->entry, key, "publicKey", siglet_key_spki(siglet_signer_key(key)),
			   p->index);
		siglet_signer_free(key);
	} else if (strncmp(p->what, STRANGER, strlen(STRANGER)) == 0) {
		put_certified(m, get_stranger(m), p, p->what + strlen(STRANGER));
	} else {
		put_certified(m, m->in, p, p->what);
	}
}

/* By its index and what it is, so that another plant there is another entry. */
static void name_planted(const entry_maker *m, const plant *p, char ret_path[MAX_STATE_PATH])
{
	const siglet_slice text = siglet_slice_str(p->what);
	siglet_digest digest;
	uint64_t id;

	WELL(siglet_crypto_sha256(&text, 1, &digest));
	memcpy(&id, digest.bytes, sizeof(id));
	const int len = snprintf(ret_path, MAX_STATE_PATH, "%s/planted-%" PRIu64 "-%016" PRIx64,
				 m->o->keys, p->index, id);
	MUST(len > 0 && len < MAX_STATE_PATH);
}

/* Planted once, it stays as it is: the log may be made again. */
static void keep_planted(entry_maker *m, const plant *p)
{
	char path[MAX_STATE_PATH];

	if (m->o->keys == NULL) {
		make_planted(m, p);
		return;
	}
	name_planted(m, p, path);
	if (siglet_sys_is_there(path)) {
		WELL(siglet_sys_read_file(path, &m->entry));
		return;
	}
	make_planted(m, p);
	WELL(siglet_sys_write_kept(path, siglet_buf_slice(&m->entry)));
}

static const plant *find_plant(const entry_options *o, uint64_t index)
{
	size_t low = 0, high = o->plant_count;

	while (low < high) {
		const size_t middle = (low + high) / 2;

		if (o->plants[middle].index < index)
			low = middle + 1;
		else
			high = middle;
	}
	return low < o->plant_count && o->plants[low].index == index ? &o->plants[low] : NULL;
}

/* ---- the maker ---- */

static int compare_plants(const void *a, const void *b)
{
	const plant *left = a, *right = b;

	return left->index < right->index ? -1 : left->index > right->index;
}

entry_maker *entries_new(instance *in, entry_options *o)
{
	entry_maker *m = siglet_calloc(1, sizeof(*m));

	MUST(m != NULL);
	m->in = in;
	m->o = o;
	qsort(o->plants, o->plant_count, sizeof(*o->plants), compare_plants);
	siglet_buf_init(&m->entry, MAX_ENTRY_BYTES);
	for (unsigned i = 0; i < WORKFLOWS; i++) {
		siglet_buf_init(&m->verifiers[i], MAX_ENTRY_BYTES);
		if (o->kind == ENTRY_HASHEDREKORD)
			make_workflow(m, i);
	}
	return m;
}

void entries_free(entry_maker *m)
{
	if (m == NULL)
		return;
	for (unsigned i = 0; i < WORKFLOWS; i++)
		siglet_buf_clear(&m->verifiers[i]);
	siglet_buf_clear(&m->entry);
	if (m->stranger != NULL)
		instance_free(m->stranger);
	free(m);
}

siglet_slice entries_make(entry_maker *m, uint64_t index)
{
	const plant *p = m->o->plant_count > 0 ? find_plant(m->o, index) : NULL;
	uint64_t state;

	if (p != NULL && strcmp(p->what, "copy") == 0 && index > 0)
		return entries_make(m, index - 1);
	siglet_buf_truncate(&m->entry, 0);
	state = begin(m->o, index);
	if (p != NULL && strcmp(p->what, "garbage") == 0)
		put_random(&m->entry, &state, 100);
	else if (p != NULL && strcmp(p->what, "copy") != 0)
		keep_planted(m, p);
	else if (m->o->kind == ENTRY_HASHEDREKORD)
		make_hashedrekord(m, state);
	else
		put_random(&m->entry, &state, m->o->bytes);
	return siglet_buf_slice(&m->entry);
}
