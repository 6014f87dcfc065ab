#include "cose/cose.h"

#include <inttypes.h>
#include <string.h>

/* COSE_Key: public keys in CBOR (RFC 9052 section 7, RFC 9053 section 7, RFC 8230). */

#define KEY_KTY 1
#define KEY_KID 2
#define KEY_ALG 3
#define KEY_OPS 4
#define KEY_PRIVATE (-4) /* d, of EC2 and OKP */
#define RSA_PRIVATE (-3) /* d; p, q and more are below it */

#define KTY_OKP 1
#define KTY_EC2 2
#define KTY_RSA 3

#define OPS_VERIFY 2

#define MAX_HALF_BYTES 66

/* ---- EC2 ---- */

static const struct {
	int64_t number;
	siglet_key_type type;
	size_t size; /* of a coordinate */
} curves[] = {
	{ 1, SIGLET_KEY_P256, 32 },
	{ 2, SIGLET_KEY_P384, 48 },
	{ 3, SIGLET_KEY_P521, MAX_HALF_BYTES },
};

static siglet_err *need_member(const siglet_cbor *map, int64_t label, const char *name,
			       const siglet_cbor **ret_value)
{
	const siglet_cbor *value = siglet_cbor_get(map, label);

	if (value == NULL)
		return siglet_cbor_error(map, SIGLET_E_MISSING, "a key without %s", name);
	*ret_value = value;
	return NULL;
}

/* Types, curves and algorithms may have names in place of numbers; those that are used here have not. */
static siglet_err *need_number(const siglet_cbor *value, int64_t *ret_number)
{
	if (siglet_cbor_kind_of(value) == SIGLET_CBOR_TEXT)
		return siglet_cbor_error(value, SIGLET_E_UNSUPPORTED,
					 "a name in text, which is not used here");
	return siglet_cbor_need_int64(value, ret_number);
}

static siglet_err *need_coordinate(const siglet_cbor *map, int64_t label, const char *name,
				   size_t size, uint8_t *ret_bytes)
{
	const siglet_cbor *value = NULL;
	siglet_slice bytes = SIGLET_SLICE_NONE;
	siglet_err *err = need_member(map, label, name, &value);

	if (err != NULL)
		return err;
	if (siglet_cbor_kind_of(value) == SIGLET_CBOR_BOOL)
		return siglet_cbor_error(value, SIGLET_E_UNSUPPORTED, "a compressed point");
	err = siglet_cbor_need_bytes(value, &bytes);
	if (err != NULL)
		return err;
	if (bytes.len != size)
		return siglet_cbor_error(value, SIGLET_E_LENGTH, "%s of %zu bytes, not %zu", name,
					 bytes.len, size);
	memcpy(ret_bytes, bytes.ptr, size);
	return NULL;
}

static siglet_err *unknown_curve(const siglet_cbor *map, int64_t number)
{
	return siglet_cbor_error(siglet_cbor_get(map, -1), SIGLET_E_UNSUPPORTED,
				 "curve %" PRId64 ", which is not used here", number);
}

static siglet_err *read_ec2(const siglet_cbor *map, siglet_key **ret_key)
{
	uint8_t point[1 + 2 * MAX_HALF_BYTES] = { 0x04 };
	const siglet_cbor *value = NULL;
	int64_t number = 0;
	siglet_err *err = need_member(map, -1, "crv", &value);

	if (err == NULL)
		err = need_number(value, &number);
	if (err != NULL)
		return err;
	for (size_t i = 0; i < SIGLET_COUNT(curves); i++) {
		const size_t size = curves[i].size;

		if (curves[i].number != number)
			continue;
		err = need_coordinate(map, -2, "x", size, point + 1);
		if (err == NULL)
			err = need_coordinate(map, -3, "y", size, point + 1 + size);
		if (err != NULL)
			return err;
		return siglet_key_from_raw(curves[i].type, siglet_slice_of(point, 1 + 2 * size),
					   ret_key);
	}
	return unknown_curve(map, number);
}

/* ---- OKP and RSA ---- */

static siglet_err *read_okp(const siglet_cbor *map, siglet_key **ret_key)
{
	const int64_t ed25519 = 6;
	uint8_t key[32];
	const siglet_cbor *value = NULL;
	int64_t number = 0;
	siglet_err *err = need_member(map, -1, "crv", &value);

	if (err == NULL)
		err = need_number(value, &number);
	if (err == NULL && number != ed25519)
		err = unknown_curve(map, number);
	if (err == NULL)
		err = need_coordinate(map, -2, "x", sizeof(key), key);
	if (err != NULL)
		return err;
	return siglet_key_from_raw(SIGLET_KEY_ED25519, siglet_slice_of(key, sizeof(key)), ret_key);
}

static siglet_err *read_rsa(const siglet_cbor *map, siglet_key **ret_key)
{
	const siglet_cbor *modulus = NULL, *exponent = NULL;
	siglet_slice n = SIGLET_SLICE_NONE, e = SIGLET_SLICE_NONE;
	siglet_err *err = need_member(map, -1, "n", &modulus);

	if (err == NULL)
		err = need_member(map, -2, "e", &exponent);
	if (err == NULL)
		err = siglet_cbor_need_bytes(modulus, &n);
	if (err == NULL)
		err = siglet_cbor_need_bytes(exponent, &e);
	return err == NULL ? siglet_key_from_rsa(n, e, ret_key) : err;
}

/* ---- any key ---- */

/* A file of pinned keys is handed around; what is secret has no place in it. */
static siglet_err *check_public(const siglet_cbor *map, int64_t kty)
{
	if (siglet_cbor_get(map, kty == KTY_RSA ? RSA_PRIVATE : KEY_PRIVATE) != NULL)
		return siglet_cbor_error(map, SIGLET_E_USAGE,
					 "a private key where a public one belongs");
	return NULL;
}

static siglet_err *read_material(const siglet_cbor *map, siglet_key **ret_key)
{
	const siglet_cbor *value = NULL;
	int64_t kty = 0;
	siglet_err *err = need_member(map, KEY_KTY, "kty", &value);

	if (err == NULL)
		err = need_number(value, &kty);
	if (err == NULL)
		err = check_public(map, kty);
	if (err != NULL)
		return err;
	switch (kty) {
	case KTY_EC2:
		return read_ec2(map, ret_key);
	case KTY_OKP:
		return read_okp(map, ret_key);
	case KTY_RSA:
		return read_rsa(map, ret_key);
	default:
		return siglet_cbor_error(value, SIGLET_E_UNSUPPORTED,
					 "a key of type %" PRId64 ", which is not used here", kty);
	}
}

/* Where it is said what a key is for, verifying must be among it. */
static siglet_err *check_operations(const siglet_cbor *map)
{
	const siglet_cbor *ops = siglet_cbor_get(map, KEY_OPS);
	siglet_err *err;

	if (ops == NULL)
		return NULL;
	err = siglet_cbor_need_array(ops, 1, SIGLET_CBOR_MAX_PAIRS);
	if (err != NULL)
		return err;
	for (size_t i = 0; i < siglet_cbor_count(ops); i++)
		if (siglet_cbor_kind_of(siglet_cbor_at(ops, i)) == SIGLET_CBOR_UINT &&
		    siglet_cbor_argument(siglet_cbor_at(ops, i)) == OPS_VERIFY)
			return NULL;
	return siglet_cbor_error(ops, SIGLET_E_UNSUPPORTED, "a key that is not for verifying");
}

static siglet_err *read_algorithm(const siglet_cbor *map, const siglet_key *key,
				  const siglet_cose_algorithm **ret_algorithm)
{
	const siglet_cbor *value = siglet_cbor_get(map, KEY_ALG);
	int64_t number = 0;
	siglet_err *err;

	if (value == NULL)
		return NULL;
	err = need_number(value, &number);
	if (err != NULL)
		return err;
	*ret_algorithm = siglet_cose_algorithm_find(number);
	if (*ret_algorithm == NULL)
		return siglet_cbor_error(value, SIGLET_E_UNSUPPORTED,
					 "algorithm %" PRId64 ", which is not used here", number);
	if ((*ret_algorithm)->key_type != siglet_key_type_of(key))
		return siglet_cbor_error(value, SIGLET_E_MISMATCH, "%s is not for a key of type %s",
					 (*ret_algorithm)->name, siglet_key_describe(key));
	return NULL;
}

siglet_err *siglet_cose_key_read(const siglet_cbor *item, siglet_cose_key *ret_key)
{
	siglet_cose_key read = { 0 };
	const siglet_cbor *kid = siglet_cbor_get(item, KEY_KID);
	siglet_err *err = siglet_cbor_need(item, SIGLET_CBOR_MAP);

	if (err == NULL && kid != NULL)
		err = siglet_cbor_need_bytes(kid, &read.kid);
	if (err == NULL)
		err = check_operations(item);
	if (err == NULL)
		err = read_material(item, &read.key);
	if (err == NULL)
		err = read_algorithm(item, read.key, &read.algorithm);
	if (err != NULL) {
		siglet_key_free(read.key);
		return err;
	}
	*ret_key = read;
	return NULL;
}
