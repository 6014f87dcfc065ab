#include "scitt/scitt_internal.h"

#include <stdlib.h>
#include <string.h>

#include "cert/cert.h"

/* Keys of services: pinned by somebody, from files of several forms. */

typedef struct pinned {
	char *issuer, *kid; /* NUL behind them */
	size_t issuer_len, kid_len;
	siglet_key *key;
	const siglet_cose_algorithm *algorithm;
	size_t file;
} pinned;

struct siglet_scitt_keys {
	pinned of[SIGLET_MAX_SCITT_KEYS];
	size_t count;
	size_t files; /* that were added before */
};

siglet_err *siglet_scitt_keys_new(siglet_scitt_keys **ret_keys)
{
	siglet_scitt_keys *keys = siglet_calloc(1, sizeof(*keys));

	if (keys == NULL)
		return siglet_err_nomem();
	*ret_keys = keys;
	return NULL;
}

static void clear(pinned *p)
{
	siglet_key_free(p->key);
	free(p->issuer);
	free(p->kid);
	*p = (pinned) { .key = NULL };
}

void siglet_scitt_keys_free(siglet_scitt_keys *keys)
{
	if (keys == NULL)
		return;
	for (size_t i = 0; i < keys->count; i++)
		clear(&keys->of[i]);
	free(keys);
}

size_t siglet_scitt_keys_count(const siglet_scitt_keys *keys)
{
	return keys->count;
}

siglet_scitt_key siglet_scitt_keys_at(const siglet_scitt_keys *keys, size_t index)
{
	const pinned *p = &keys->of[index];

	return (siglet_scitt_key) { .issuer = siglet_slice_of(p->issuer, p->issuer_len),
				    .kid = siglet_slice_of(p->kid, p->kid_len),
				    .key = p->key,
				    .algorithm = p->algorithm,
				    .file = p->file };
}

siglet_err *siglet_scitt_keys_put(siglet_scitt_keys *keys, siglet_slice issuer, siglet_slice kid,
				  siglet_key *key, const siglet_cose_algorithm *algorithm)
{
	pinned p = {
		.key = key,
		.issuer_len = issuer.len,
		.kid_len = kid.len,
		.algorithm = algorithm,
		.file = keys->files,
	};
	siglet_err *err = NULL;

	if (keys->count == SIGLET_MAX_SCITT_KEYS)
		err = siglet_err_new(SIGLET_E_LIMIT, "more than %d keys", SIGLET_MAX_SCITT_KEYS);
	if (err == NULL)
		err = siglet_strndup(issuer, &p.issuer);
	if (err == NULL)
		err = siglet_strndup(kid, &p.kid);
	if (err != NULL) {
		clear(&p);
		return err;
	}
	keys->of[keys->count++] = p;
	return NULL;
}

/* ---- COSE_Key ---- */

static siglet_err *add_cose_key(siglet_scitt_keys *keys, siglet_slice issuer,
				const siglet_cbor *item)
{
	siglet_cose_key read = { 0 };
	siglet_err *err = siglet_cose_key_read(item, &read);

	if (err != NULL)
		return err;
	return siglet_scitt_keys_put(keys, issuer, read.kid, read.key, read.algorithm);
}

/* RFC 9052 section 7: a key in a set that is not understood is ignored. */
static siglet_err *add_cose_set(siglet_scitt_keys *keys, siglet_slice issuer,
				const siglet_cbor *array)
{
	siglet_err *err = siglet_cbor_need_array(array, 1, SIGLET_MAX_SCITT_KEYS);

	for (size_t i = 0; err == NULL && i < siglet_cbor_count(array); i++) {
		err = add_cose_key(keys, issuer, siglet_cbor_at(array, i));
		if (err != NULL && siglet_err_code(err) == SIGLET_E_UNSUPPORTED) {
			siglet_err_free(err);
			err = NULL;
		}
	}
	return err;
}

static siglet_err *add_cbor(siglet_scitt_keys *keys, const siglet_cbor_heads *heads,
			    siglet_slice issuer, siglet_slice bytes)
{
	siglet_cbor_doc *doc = NULL;
	siglet_err *err = siglet_cbor_parse(heads, bytes, SIGLET_MAX_SCITT_KEY_BYTES, NULL, &doc);

	if (err != NULL)
		return err;
	if (siglet_cbor_kind_of(siglet_cbor_root(doc)) == SIGLET_CBOR_MAP)
		err = add_cose_key(keys, issuer, siglet_cbor_root(doc));
	else
		err = add_cose_set(keys, issuer, siglet_cbor_root(doc));
	siglet_cbor_doc_free(doc);
	return err;
}

/* ---- PEM ---- */

static siglet_err *add_certificate(siglet_scitt_keys *keys, siglet_slice issuer, siglet_slice der)
{
	siglet_cert *cert = NULL;
	siglet_key *key = NULL;
	siglet_err *err = siglet_cert_parse(der, &cert);

	if (err == NULL)
		err = siglet_key_from_spki(siglet_cert_spki(cert), &key);
	siglet_cert_free(cert);
	return err == NULL ? siglet_scitt_keys_put(keys, issuer, SIGLET_SLICE_NONE, key, NULL)
			   : err;
}

static siglet_err *add_public_key(siglet_scitt_keys *keys, siglet_slice issuer, siglet_slice der)
{
	siglet_key *key = NULL;
	siglet_err *err = siglet_key_from_spki(der, &key);

	return err == NULL ? siglet_scitt_keys_put(keys, issuer, SIGLET_SLICE_NONE, key, NULL)
			   : err;
}

/* Blocks of one kind; siglet_pem_next refuses another label. */
static siglet_err *add_pem(siglet_scitt_keys *keys, siglet_slice issuer, siglet_slice text)
{
	const bool certs = siglet_slice_contains(text, "-----BEGIN CERTIFICATE-----");
	const char *label = certs ? "CERTIFICATE" : "PUBLIC KEY";
	siglet_err *err = NULL;
	bool found = true;

	while (err == NULL && found) {
		siglet_buf der;

		siglet_buf_init(&der, SIGLET_MAX_CERT_BYTES);
		err = siglet_pem_next(&text, label, &der, &found);
		if (err == NULL && found)
			err = certs ? add_certificate(keys, issuer, siglet_buf_slice(&der))
				    : add_public_key(keys, issuer, siglet_buf_slice(&der));
		siglet_buf_clear(&der);
	}
	return err;
}

/* ---- any of them ---- */

/* Keys in DER or PEM begin with letters, dashes or white space; CBOR with a map or an array. */
static bool is_cbor(siglet_slice bytes)
{
	return bytes.len > 0 && bytes.ptr[0] >= 0x80;
}

static bool is_space(uint8_t byte)
{
	return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static siglet_slice skip_space(siglet_slice text)
{
	while (text.len > 0 && is_space(text.ptr[0]))
		text = siglet_slice_of(text.ptr + 1, text.len - 1);
	return text;
}

siglet_err *siglet_scitt_keys_add(siglet_scitt_keys *keys, const siglet_cbor_heads *heads,
				  siglet_slice issuer, siglet_slice bytes)
{
	const size_t before = keys->count;
	const siglet_slice text = skip_space(bytes);
	siglet_err *err = NULL;

	if (bytes.len > SIGLET_MAX_SCITT_KEY_BYTES)
		err = siglet_err_new(SIGLET_E_LIMIT, "%zu bytes of keys, more than %u", bytes.len,
				     SIGLET_MAX_SCITT_KEY_BYTES);
	else if (is_cbor(bytes))
		err = add_cbor(keys, heads, issuer, bytes);
	else if (text.len > 0 && (text.ptr[0] == '{' || text.ptr[0] == '['))
		err = siglet_scitt_add_json(keys, issuer, bytes);
	else
		err = add_pem(keys, issuer, bytes);
	if (err == NULL && keys->count == before)
		err = siglet_err_hint(siglet_err_new(SIGLET_E_MISSING,
						     "not one key that can be used here"),
				      "service keys are a COSE_Key set, a JWKS, or certificates or "
				      "public keys in "
				      "PEM");
	for (size_t i = before; err != NULL && i < SIGLET_COUNT(keys->of) && i < keys->count; i++)
		clear(&keys->of[i]);
	if (err != NULL)
		keys->count = before;
	keys->files++;
	return err;
}
