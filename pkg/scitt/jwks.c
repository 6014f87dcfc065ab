#include "scitt/scitt_internal.h"

#include <string.h>

#include "cert/cert.h"
#include "json/json.h"

/* Keys in JSON: JWK and JWKS (RFC 7517, RFC 7518 section 6, RFC 8037), and CCF's list. */

#define MAX_NUMBER_BYTES 4096

typedef struct source {
	siglet_scitt_keys *keys;
	siglet_slice issuer;
	const siglet_json *jwk;
	siglet_arena arena;
} source;

/* ---- members ---- */

static siglet_err *text_member(const siglet_json *jwk, const char *name, siglet_slice *ret_text)
{
	if (siglet_json_kind_of(siglet_json_object_get(jwk, name)) == SIGLET_JSON_NULL) {
		*ret_text = SIGLET_SLICE_NONE;
		return NULL;
	}
	return siglet_json_need_string(jwk, name, ret_text);
}

/* base64url without padding; siglet_proto_bytes_value takes more, so the difference is refused here. */
static siglet_err *number_member(source *s, const char *name, siglet_slice *ret_bytes)
{
	const siglet_json *value = siglet_json_object_get(s->jwk, name);
	siglet_slice text = SIGLET_SLICE_NONE;
	siglet_err *err = siglet_json_need_string(s->jwk, name, &text);

	if (err != NULL)
		return err;
	if (text.len == 0 || text.len > MAX_NUMBER_BYTES || siglet_slice_contains(text, "=") ||
	    siglet_slice_contains(text, "+") || siglet_slice_contains(text, "/"))
		return siglet_err_new(SIGLET_E_MALFORMED, "%s: not base64url", name);
	return siglet_proto_bytes_value(value, name, &s->arena, ret_bytes);
}

/* ---- keys ---- */

static const struct {
	const char *name;
	siglet_key_type type;
	size_t size;
} curves[] = {
	{ "P-256", SIGLET_KEY_P256, 32 },
	{ "P-384", SIGLET_KEY_P384, 48 },
	{ "P-521", SIGLET_KEY_P521, 66 },
};

static siglet_err *coordinate(source *s, const char *name, size_t size, uint8_t *ret_bytes)
{
	siglet_slice bytes = SIGLET_SLICE_NONE;
	siglet_err *err = number_member(s, name, &bytes);

	if (err != NULL)
		return err;
	if (bytes.ptr == NULL || bytes.len != size)
		return siglet_err_new(SIGLET_E_LENGTH, "%s of %zu bytes, not %zu", name, bytes.len,
				      size);
	memcpy(ret_bytes, bytes.ptr, size);
	return NULL;
}

static siglet_err *read_ec(source *s, siglet_slice crv, siglet_key **ret_key)
{
	uint8_t point[1 + 2 * 66] = { 0x04 };

	for (size_t i = 0; i < SIGLET_COUNT(curves); i++) {
		const size_t size = curves[i].size;
		siglet_err *err;

		if (!siglet_slice_is(crv, curves[i].name))
			continue;
		err = coordinate(s, "x", size, point + 1);
		if (err == NULL)
			err = coordinate(s, "y", size, point + 1 + size);
		if (err != NULL)
			return err;
		return siglet_key_from_raw(curves[i].type, siglet_slice_of(point, 1 + 2 * size),
					   ret_key);
	}
	return siglet_err_new(SIGLET_E_UNSUPPORTED, "curve %s, which is not used here",
			      siglet_text_printable(crv).text);
}

static siglet_err *read_okp(source *s, siglet_slice crv, siglet_key **ret_key)
{
	uint8_t key[32];
	siglet_err *err;

	if (!siglet_slice_is(crv, "Ed25519"))
		return siglet_err_new(SIGLET_E_UNSUPPORTED, "curve %s, which is not used here",
				      siglet_text_printable(crv).text);
	err = coordinate(s, "x", sizeof(key), key);
	return err == NULL ? siglet_key_from_raw(SIGLET_KEY_ED25519,
						 siglet_slice_of(key, sizeof(key)), ret_key)
			   : err;
}

static siglet_err *read_rsa(source *s, siglet_key **ret_key)
{
	siglet_slice n = SIGLET_SLICE_NONE, e = SIGLET_SLICE_NONE;
	siglet_err *err = number_member(s, "n", &n);

	if (err == NULL)
		err = number_member(s, "e", &e);
	return err == NULL ? siglet_key_from_rsa(n, e, ret_key) : err;
}

static siglet_err *read_key(source *s, siglet_key **ret_key)
{
	siglet_slice kty = SIGLET_SLICE_NONE, crv = SIGLET_SLICE_NONE;
	siglet_err *err = siglet_json_need_string(s->jwk, "kty", &kty);

	if (err == NULL)
		err = text_member(s->jwk, "crv", &crv);
	if (err != NULL)
		return err;
	if (siglet_slice_is(kty, "EC"))
		return read_ec(s, crv, ret_key);
	if (siglet_slice_is(kty, "OKP"))
		return read_okp(s, crv, ret_key);
	if (siglet_slice_is(kty, "RSA"))
		return read_rsa(s, ret_key);
	return siglet_err_new(SIGLET_E_UNSUPPORTED, "a key of type %s, which is not used here",
			      siglet_text_printable(kty).text);
}

/* ---- what a key is for ---- */

/* RFC 7517 section 4.3: where operations are named, verifying must be among them. */
static siglet_err *check_operations(const siglet_json *jwk)
{
	const siglet_json *list = NULL;
	bool verifies = false;
	siglet_err *err;

	if (siglet_json_object_get(jwk, "key_ops") == NULL)
		return NULL;
	err = siglet_json_need_array(jwk, "key_ops", &list);
	for (size_t i = 0; err == NULL && i < siglet_json_array_count(list); i++) {
		const siglet_json *operation = siglet_json_array_item(list, i);

		if (siglet_json_kind_of(operation) != SIGLET_JSON_STRING)
			err = siglet_err_new(SIGLET_E_MALFORMED, "key_ops: not a string");
		verifies |= siglet_slice_is(siglet_json_string(operation), "verify");
	}
	if (err == NULL && !verifies)
		return siglet_err_new(SIGLET_E_UNSUPPORTED, "a key that is not for verifying");
	return err;
}

static siglet_err *check_use(const siglet_json *jwk)
{
	siglet_slice use = SIGLET_SLICE_NONE;
	siglet_err *err = text_member(jwk, "use", &use);

	if (err != NULL)
		return err;
	if (siglet_json_object_get(jwk, "d") != NULL)
		return siglet_err_new(SIGLET_E_USAGE, "a private key where a public one belongs");
	if (use.len > 0 && !siglet_slice_is(use, "sig"))
		return siglet_err_new(SIGLET_E_UNSUPPORTED, "a key that is not for signatures");
	return check_operations(jwk);
}

/* JOSE and COSE have the same names for these; one without a number here is not for us. */
static siglet_err *read_algorithm(const siglet_json *jwk, const siglet_key *key,
				  const siglet_cose_algorithm **ret_algorithm)
{
	static const int64_t numbers[] = { -7, -35, -36, -8, -37, -38, -39, -19 };
	siglet_slice alg = SIGLET_SLICE_NONE;
	siglet_err *err = text_member(jwk, "alg", &alg);

	if (err != NULL || alg.len == 0)
		return err;
	for (size_t i = 0; i < SIGLET_COUNT(numbers); i++) {
		const siglet_cose_algorithm *algorithm = siglet_cose_algorithm_find(numbers[i]);

		if (algorithm == NULL || !siglet_slice_is(alg, algorithm->name))
			continue;
		if (algorithm->key_type != siglet_key_type_of(key))
			return siglet_err_new(SIGLET_E_MISMATCH, "%s is not for a key of type %s",
					      algorithm->name, siglet_key_describe(key));
		*ret_algorithm = algorithm;
		return NULL;
	}
	return siglet_err_new(SIGLET_E_UNSUPPORTED, "algorithm %s, which is not used here",
			      siglet_text_printable(alg).text);
}

static siglet_err *add_jwk(siglet_scitt_keys *keys, siglet_slice issuer, const siglet_json *jwk)
{
	source s = { .keys = keys, .issuer = issuer, .jwk = jwk };
	const siglet_cose_algorithm *algorithm = NULL;
	siglet_slice kid = SIGLET_SLICE_NONE;
	siglet_key *key = NULL;
	siglet_err *err = check_use(jwk);

	siglet_arena_init(&s.arena, (size_t)8 * MAX_NUMBER_BYTES);
	if (err == NULL)
		err = text_member(jwk, "kid", &kid);
	if (err == NULL)
		err = read_key(&s, &key);
	if (err == NULL)
		err = read_algorithm(jwk, key, &algorithm);
	siglet_arena_clear(&s.arena);
	if (err != NULL) {
		siglet_key_free(key);
		return err;
	}
	return siglet_scitt_keys_put(keys, issuer, kid, key, algorithm);
}

/* RFC 7517 section 5: what is not understood in a set is ignored. */
static siglet_err *add_jwk_set(siglet_scitt_keys *keys, siglet_slice issuer,
			       const siglet_json *list)
{
	const size_t count = siglet_json_array_count(list);
	siglet_err *err = NULL;

	for (size_t i = 0; err == NULL && i < count; i++) {
		const siglet_json *jwk = siglet_json_array_item(list, i);

		if (siglet_json_kind_of(jwk) != SIGLET_JSON_OBJECT)
			err = siglet_err_new(SIGLET_E_MALFORMED, "not an object");
		else
			err = add_jwk(keys, issuer, jwk);
		if (err != NULL && siglet_err_code(err) == SIGLET_E_UNSUPPORTED) {
			siglet_err_free(err);
			err = NULL;
		}
		if (err != NULL)
			err = siglet_err_wrap(err, "key %zu", i);
	}
	return err;
}

/* ---- CCF's list of service certificates ---- */

static siglet_err *add_service(siglet_scitt_keys *keys, siglet_slice issuer,
			       const siglet_json *service)
{
	siglet_arena arena;
	siglet_slice der = SIGLET_SLICE_NONE, text = SIGLET_SLICE_NONE;
	siglet_cert *cert = NULL;
	siglet_key *key = NULL;
	siglet_err *err = siglet_json_need_string(service, "serviceCertificate", &text);

	siglet_arena_init(&arena, (size_t)2 * SIGLET_MAX_CERT_BYTES);
	if (err == NULL)
		err = siglet_proto_bytes_value(siglet_json_object_get(service,
								      "serviceCertificate"),
					       "serviceCertificate", &arena, &der);
	if (err == NULL)
		err = siglet_cert_parse(der, &cert);
	if (err == NULL)
		err = siglet_key_from_spki(siglet_cert_spki(cert), &key);
	siglet_cert_free(cert);
	siglet_arena_clear(&arena);
	return err == NULL ? siglet_scitt_keys_put(keys, issuer, SIGLET_SLICE_NONE, key, NULL)
			   : err;
}

static siglet_err *add_services(siglet_scitt_keys *keys, siglet_slice issuer,
				const siglet_json *list)
{
	siglet_err *err = NULL;

	for (size_t i = 0; err == NULL && i < siglet_json_array_count(list); i++) {
		err = add_service(keys, issuer, siglet_json_array_item(list, i));
		if (err != NULL)
			err = siglet_err_wrap(err, "service %zu", i);
	}
	return err;
}

siglet_err *siglet_scitt_add_json(siglet_scitt_keys *keys, siglet_slice issuer, siglet_slice text)
{
	siglet_json_doc *doc = NULL;
	const siglet_json *root = NULL, *set = NULL, *services = NULL;
	siglet_err *err = siglet_json_parse(text, SIGLET_MAX_SCITT_KEY_BYTES, &doc);

	if (err != NULL)
		return err;
	root = siglet_json_root(doc);
	set = siglet_json_object_get(root, "keys");
	services = siglet_json_object_get(root, "parameters");
	if (siglet_json_kind_of(set) == SIGLET_JSON_ARRAY)
		err = add_jwk_set(keys, issuer, set);
	else if (siglet_json_kind_of(services) == SIGLET_JSON_ARRAY)
		err = add_services(keys, issuer, services);
	else if (siglet_json_object_get(root, "kty") != NULL)
		err = add_jwk(keys, issuer, root);
	else
		err = siglet_err_new(SIGLET_E_MALFORMED, "neither a JWK nor a set of them");
	siglet_json_doc_free(doc);
	return err;
}
