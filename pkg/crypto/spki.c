#include "crypto/crypto_internal.h"

#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/objects.h>
#include <openssl/param_build.h>
#include <openssl/params.h>
#include <openssl/x509.h>

/*
 * Every SPKI of these types begins with the same bytes and has the same length: DER leaves no
 * choice, once the point is uncompressed (RFC 5480 section 2.2, RFC 8410 section 4, RFC 9881
 * section 4). Comparing them costs nothing; OpenSSL's general decoder takes longer than a
 * verification.
 */
typedef struct form {
	siglet_key_type type;
	unsigned bits;
	const char *algorithm; /* OpenSSL's name */
	const char *group;     /* NULL but for curves */
	const char *prefix;    /* up to the key proper, which for curves begins with 0x04 */
	size_t prefix_len;
	size_t key_len;
} form;

#define MAX_FORM_KEY 2592 /* of ML-DSA-87 */
#define PREFIX(text) (text), sizeof(text) - 1

static const form forms[] = {
	{ SIGLET_KEY_P256, 256, "EC", "P-256",
	  PREFIX("\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d"
		 "\x03\x01\x07\x03\x42\x00"),
	  65 },
	{ SIGLET_KEY_P384, 384, "EC", "P-384",
	  PREFIX("\x30\x76\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x22"
		 "\x03\x62\x00"),
	  97 },
	{ SIGLET_KEY_P521, 521, "EC", "P-521",
	  PREFIX("\x30\x81\x9b\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00"
		 "\x23\x03\x81\x86\x00"),
	  133 },
	{ SIGLET_KEY_ED25519, 256, "ED25519", NULL,
	  PREFIX("\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00"), 32 },
	{ SIGLET_KEY_ML_DSA_44, 8 * 1312, "ML-DSA-44", NULL,
	  PREFIX("\x30\x82\x05\x32\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x03\x11\x03\x82\x05"
		 "\x21\x00"),
	  1312 },
	{ SIGLET_KEY_ML_DSA_65, 8 * 1952, "ML-DSA-65", NULL,
	  PREFIX("\x30\x82\x07\xb2\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x03\x12\x03\x82\x07"
		 "\xa1\x00"),
	  1952 },
	{ SIGLET_KEY_ML_DSA_87, 8 * MAX_FORM_KEY, "ML-DSA-87", NULL,
	  PREFIX("\x30\x82\x0a\x32\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x03\x13\x03\x82\x0a"
		 "\x21\x00"),
	  MAX_FORM_KEY },
};

static const form *find_form(siglet_slice der)
{
	for (size_t i = 0; i < SIGLET_COUNT(forms); i++) {
		const form *f = &forms[i];

		if (der.len == f->prefix_len + f->key_len &&
		    memcmp(der.ptr, f->prefix, f->prefix_len) == 0 &&
		    (f->group == NULL || der.ptr[f->prefix_len] == 0x04))
			return f;
	}
	return NULL;
}

/*
 * Importing a point checks that it lies on its curve; an Ed25519 key is decoded at each signature,
 * which fails then. OSSL_PARAM has no room for const: OpenSSL gets copies that it could write to.
 */
static siglet_err *import_with(EVP_PKEY_CTX *ctx, const form *f, siglet_slice raw,
			       EVP_PKEY **ret_pkey)
{
	uint8_t key[MAX_FORM_KEY];
	char group[8] = "";
	OSSL_PARAM params[3];
	size_t n = 0;

	memcpy(key, raw.ptr, raw.len);
	params[n++] = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, key, raw.len);
	if (f->group != NULL) {
		memcpy(group, f->group, strlen(f->group) + 1);
		params[n++] =
			OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0);
	}
	params[n] = OSSL_PARAM_construct_end();

	if (EVP_PKEY_fromdata_init(ctx) != 1)
		return siglet_crypto_error(SIGLET_E_CRYPTO, f->algorithm);
	if (EVP_PKEY_fromdata(ctx, ret_pkey, EVP_PKEY_PUBLIC_KEY, params) != 1)
		return siglet_crypto_error(SIGLET_E_MALFORMED, "public key");
	return NULL;
}

static siglet_err *share(EVP_PKEY *decoded, EVP_PKEY **ret_pkey)
{
	if (EVP_PKEY_up_ref(decoded) != 1)
		return siglet_crypto_error(SIGLET_E_CRYPTO, "public key");
	*ret_pkey = decoded;
	return NULL;
}

static siglet_err *import(const form *f, siglet_slice raw, EVP_PKEY **ret_pkey)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, f->algorithm, NULL);
	EVP_PKEY *pkey = NULL;

	if (ctx == NULL)
		return siglet_err_wrap(siglet_crypto_error(SIGLET_E_UNSUPPORTED,
							   "this build's OpenSSL has none"),
				       "%s", f->algorithm);

	siglet_err *err = import_with(ctx, f, raw, &pkey);

	EVP_PKEY_CTX_free(ctx);
	if (err != NULL) {
		EVP_PKEY_free(pkey);
		return err;
	}
	*ret_pkey = pkey;
	return NULL;
}

/* Whole and DER, but neither RSA nor one of the fixed forms: another type, curve, point form. */
static siglet_err *refuse_algorithm(const ASN1_OBJECT *oid)
{
	char name[80] = "?";

	(void)OBJ_obj2txt(name, sizeof(name), oid, 0);
	return siglet_err_new(SIGLET_E_UNSUPPORTED,
			      "a key of type %s that is neither RSA, Ed25519, ML-DSA nor an "
			      "uncompressed point on P-256, P-384 or P-521",
			      name);
}

/* What a careful signer uses; the ceilings bound the work of a verification. */
static siglet_err *check_rsa(const EVP_PKEY *pkey, unsigned *ret_bits)
{
	siglet_err *err = SIGLET_ERR_UNSET;
	BIGNUM *n = NULL, *e = NULL;

	if (EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_N, &n) != 1 ||
	    EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_E, &e) != 1) {
		err = siglet_crypto_error(SIGLET_E_CRYPTO, "RSA key");
		goto out;
	}

	const int bits = BN_num_bits(n);

	if (bits < SIGLET_MIN_RSA_BITS || bits > SIGLET_MAX_RSA_BITS) {
		err = siglet_err_new(SIGLET_E_UNSUPPORTED, "RSA key of %d bits, not %d to %d", bits,
				     SIGLET_MIN_RSA_BITS, SIGLET_MAX_RSA_BITS);
		goto out;
	}
	if (BN_is_odd(n) != 1) {
		err = siglet_err_new(SIGLET_E_MALFORMED, "RSA modulus is even");
		goto out;
	}
	if (BN_is_odd(e) != 1 || BN_is_one(e) == 1 || BN_num_bits(e) > 32) {
		err = siglet_err_new(SIGLET_E_UNSUPPORTED,
				     "RSA exponent is not odd and from 3 to 2^32");
		goto out;
	}
	*ret_bits = (unsigned)bits;
	err = NULL; /* success */
out:
	BN_free(n);
	BN_free(e);
	return err;
}

/* One comparison finds trailing bytes and every encoding that is not DER. */
static siglet_err *check_same(siglet_slice der, const uint8_t *again, int len, const char *what)
{
	if (len < 0)
		return siglet_crypto_error(SIGLET_E_MALFORMED, what);
	if (!siglet_slice_equal(der, siglet_slice_of(again, (size_t)len)))
		return siglet_err_new(SIGLET_E_MALFORMED, "%s is not whole DER", what);
	return NULL;
}

static siglet_err *decode_rsa(siglet_slice der, X509_PUBKEY *spki, EVP_PKEY **ret_pkey,
			      unsigned *ret_bits)
{
	siglet_err *err = SIGLET_ERR_UNSET;
	EVP_PKEY *pkey = X509_PUBKEY_get(spki);
	unsigned char *again = NULL;
	int len = 0;

	if (pkey == NULL) {
		err = siglet_crypto_error(SIGLET_E_MALFORMED, "RSA public key");
		goto out;
	}
	len = i2d_PUBKEY(pkey, &again);
	err = check_same(der, again, len, "RSA public key");
	if (err != NULL)
		goto out;
	err = check_rsa(pkey, ret_bits);
	if (err != NULL)
		goto out;
	*ret_pkey = pkey;
	pkey = NULL;
out:
	OPENSSL_free(again);
	EVP_PKEY_free(pkey);
	return err;
}

/*
 * X509_PUBKEY reads the outer structure even of an unknown algorithm, and so tells it from none.
 */
static siglet_err *decode_other(siglet_slice der, EVP_PKEY **ret_pkey, unsigned *ret_bits)
{
	siglet_err *err = SIGLET_ERR_UNSET;
	const unsigned char *p = der.ptr;
	unsigned char *again = NULL;
	ASN1_OBJECT *oid = NULL;
	X509_PUBKEY *spki = d2i_X509_PUBKEY(NULL, &p, (long)der.len);
	int len = 0;

	if (spki == NULL) {
		err = siglet_crypto_error(SIGLET_E_MALFORMED, "not a SubjectPublicKeyInfo");
		goto out;
	}
	len = i2d_X509_PUBKEY(spki, &again);
	err = check_same(der, again, len, "SubjectPublicKeyInfo");
	if (err != NULL)
		goto out;
	if (X509_PUBKEY_get0_param(&oid, NULL, NULL, NULL, spki) != 1) {
		err = siglet_crypto_error(SIGLET_E_CRYPTO, "algorithm of the public key");
		goto out;
	}
	if (OBJ_obj2nid(oid) != NID_rsaEncryption) {
		err = refuse_algorithm(oid);
		goto out;
	}
	err = decode_rsa(der, spki, ret_pkey, ret_bits);
out:
	OPENSSL_free(again);
	X509_PUBKEY_free(spki);
	return err;
}

static siglet_err *decode_once(siglet_slice der, EVP_PKEY *decoded, EVP_PKEY **ret_pkey,
			       siglet_key_type *ret_type, unsigned *ret_bits)
{
	const form *f = find_form(der);
	siglet_err *err = SIGLET_ERR_UNSET;

	if (f == NULL) {
		err = decode_other(der, ret_pkey, ret_bits);
		if (err == NULL)
			*ret_type = SIGLET_KEY_RSA;
	} else {
		const siglet_slice raw = { der.ptr + f->prefix_len, f->key_len };

		err = decoded != NULL ? share(decoded, ret_pkey) : import(f, raw, ret_pkey);
		if (err == NULL) {
			*ret_type = f->type;
			*ret_bits = f->bits;
		}
	}
	siglet_crypto_clear_errors();
	return err;
}

/*
 * Out of memory, OpenSSL may answer as if the key were wrong, and leave no word of why. Who passes
 * over keys that are wrong must not pass over that: a key is wrong only when it is so twice.
 */
siglet_err *siglet_spki_decode(siglet_slice der, EVP_PKEY *decoded, EVP_PKEY **ret_pkey,
			       siglet_key_type *ret_type, unsigned *ret_bits)
{
	if (der.len == 0)
		return siglet_err_new(SIGLET_E_MALFORMED, "empty public key");
	if (der.len > SIGLET_MAX_SPKI_BYTES)
		return siglet_err_new(SIGLET_E_UNSUPPORTED, "public key of %zu bytes", der.len);

	siglet_crypto_clear_errors();

	siglet_err *err = decode_once(der, decoded, ret_pkey, ret_type, ret_bits);

	if (err == NULL || siglet_err_is_fault(err))
		return err;
	siglet_err_free(err);
	return decode_once(der, decoded, ret_pkey, ret_type, ret_bits);
}

siglet_err *siglet_spki_from_raw(siglet_key_type type, siglet_slice raw, siglet_buf *ret_spki)
{
	for (size_t i = 0; i < SIGLET_COUNT(forms); i++) {
		const form *f = &forms[i];

		if (f->type != type)
			continue;
		if (raw.len != f->key_len)
			return siglet_err_new(SIGLET_E_MALFORMED, "a %s key of %zu bytes, not %zu",
					      f->group == NULL ? f->algorithm : f->group, raw.len,
					      f->key_len);
		siglet_err *err =
			siglet_buf_append(ret_spki, siglet_slice_of(f->prefix, f->prefix_len));
		return err == NULL ? siglet_buf_append(ret_spki, raw) : err;
	}
	return siglet_err_new(SIGLET_E_USAGE, "keys of this type have no bare form");
}

siglet_err *siglet_spki_from_pkcs1(siglet_slice der, siglet_buf *ret_spki)
{
	siglet_err *err = SIGLET_ERR_UNSET;
	const unsigned char *p = der.ptr;
	unsigned char *again = NULL, *spki = NULL;
	EVP_PKEY *pkey = NULL;
	int len = 0;

	if (der.len == 0 || der.len > SIGLET_MAX_SPKI_BYTES)
		return siglet_err_new(SIGLET_E_MALFORMED, "RSAPublicKey of %zu bytes", der.len);

	siglet_crypto_clear_errors();
	pkey = d2i_PublicKey(EVP_PKEY_RSA, NULL, &p, (long)der.len);
	if (pkey == NULL) {
		err = siglet_crypto_error(SIGLET_E_MALFORMED, "not an RSAPublicKey");
		goto out;
	}
	len = i2d_PublicKey(pkey, &again);
	err = check_same(der, again, len, "RSAPublicKey");
	if (err != NULL)
		goto out;
	len = i2d_PUBKEY(pkey, &spki);
	if (len <= 0) {
		err = siglet_crypto_error(SIGLET_E_CRYPTO, "RSAPublicKey");
		goto out;
	}
	err = siglet_buf_append(ret_spki, siglet_slice_of(spki, (size_t)len));
out:
	OPENSSL_free(spki);
	OPENSSL_free(again);
	EVP_PKEY_free(pkey);
	siglet_crypto_clear_errors();
	return err;
}

/* Unsigned, big-endian, and in one way only. */
static siglet_err *check_number(siglet_slice number, size_t most, const char *name)
{
	if (number.len == 0 || number.ptr[0] == 0)
		return siglet_err_new(SIGLET_E_MALFORMED, "RSA %s is empty or begins with a zero",
				      name);
	if (number.len > most)
		return siglet_err_new(SIGLET_E_UNSUPPORTED, "RSA %s of %zu bytes", name,
				      number.len);
	return NULL;
}

/* siglet_spki_decode asks all else of it. */
static siglet_err *make_rsa(OSSL_PARAM *params, EVP_PKEY **ret_pkey)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	siglet_err *err = NULL;

	if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1)
		err = siglet_crypto_error(SIGLET_E_CRYPTO, "RSA key");
	else if (EVP_PKEY_fromdata(ctx, ret_pkey, EVP_PKEY_PUBLIC_KEY, params) != 1)
		err = siglet_crypto_error(SIGLET_E_MALFORMED, "RSA public key");
	EVP_PKEY_CTX_free(ctx);
	return err;
}

static siglet_err *append_spki(const EVP_PKEY *pkey, siglet_buf *ret_spki)
{
	unsigned char *spki = NULL;
	const int len = i2d_PUBKEY(pkey, &spki);
	siglet_err *err;

	if (len <= 0)
		return siglet_crypto_error(SIGLET_E_CRYPTO, "RSA public key");
	err = siglet_buf_append(ret_spki, siglet_slice_of(spki, (size_t)len));
	OPENSSL_free(spki);
	return err;
}

siglet_err *siglet_spki_from_rsa(siglet_slice modulus, siglet_slice exponent, siglet_buf *ret_spki)
{
	siglet_err *err = SIGLET_ERR_UNSET;
	OSSL_PARAM_BLD *build = NULL;
	OSSL_PARAM *params = NULL;
	EVP_PKEY *pkey = NULL;
	BIGNUM *n = NULL, *e = NULL;

	err = check_number(modulus, SIGLET_MAX_RSA_BITS / 8, "modulus");
	if (err == NULL)
		err = check_number(exponent, 8, "exponent");
	if (err != NULL)
		return err;
	siglet_crypto_clear_errors();
	n = BN_bin2bn(modulus.ptr, (int)modulus.len, NULL);
	e = BN_bin2bn(exponent.ptr, (int)exponent.len, NULL);
	build = OSSL_PARAM_BLD_new();
	if (n == NULL || e == NULL || build == NULL ||
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) != 1 ||
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) != 1) {
		err = siglet_crypto_error(SIGLET_E_CRYPTO, "RSA key");
		goto out;
	}
	params = OSSL_PARAM_BLD_to_param(build);
	if (params == NULL) {
		err = siglet_crypto_error(SIGLET_E_CRYPTO, "RSA key");
		goto out;
	}
	err = make_rsa(params, &pkey);
	if (err != NULL && !siglet_err_is_fault(err)) {
		/* Wrong only when it is so twice, see siglet_spki_decode. */
		siglet_err_free(err);
		err = make_rsa(params, &pkey);
	}
	if (err != NULL)
		goto out;
	err = append_spki(pkey, ret_spki);
out:
	EVP_PKEY_free(pkey);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	BN_free(e);
	BN_free(n);
	siglet_crypto_clear_errors();
	return err;
}
