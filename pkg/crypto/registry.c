#include "crypto/crypto.h"

/*
 * sigstore_common.proto, enum PublicKeyDetails, without LMS (14, 15), which nothing here verifies.
 * Rows 1 to 4, 6, 19 and 20 are deprecated, yet stand in published trust roots and log entries. 6
 * makes its nonce by RFC 6979: that concerns only the signer.
 */
static const siglet_key_details table[] = {
	{ "PKCS1_RSA_PKCS1V5", 1, SIGLET_KEY_RSA, 0, true, SIGLET_SCHEME_RSA_PKCS1_SHA256 },
	{ "PKCS1_RSA_PSS", 2, SIGLET_KEY_RSA, 0, true, SIGLET_SCHEME_RSA_PSS_SHA256 },
	{ "PKIX_RSA_PKCS1V5", 3, SIGLET_KEY_RSA, 0, false, SIGLET_SCHEME_RSA_PKCS1_SHA256 },
	{ "PKIX_RSA_PSS", 4, SIGLET_KEY_RSA, 0, false, SIGLET_SCHEME_RSA_PSS_SHA256 },
	{ "PKIX_ECDSA_P256_SHA_256", 5, SIGLET_KEY_P256, 0, false, SIGLET_SCHEME_ECDSA_SHA256 },
	{ "PKIX_ECDSA_P256_HMAC_SHA_256", 6, SIGLET_KEY_P256, 0, false,
	  SIGLET_SCHEME_ECDSA_SHA256 },
	{ "PKIX_ED25519", 7, SIGLET_KEY_ED25519, 0, false, SIGLET_SCHEME_ED25519 },
	{ "PKIX_ED25519_PH", 8, SIGLET_KEY_ED25519, 0, false, SIGLET_SCHEME_ED25519_PH },
	{ "PKIX_RSA_PKCS1V15_2048_SHA256", 9, SIGLET_KEY_RSA, 2048, false,
	  SIGLET_SCHEME_RSA_PKCS1_SHA256 },
	{ "PKIX_RSA_PKCS1V15_3072_SHA256", 10, SIGLET_KEY_RSA, 3072, false,
	  SIGLET_SCHEME_RSA_PKCS1_SHA256 },
	{ "PKIX_RSA_PKCS1V15_4096_SHA256", 11, SIGLET_KEY_RSA, 4096, false,
	  SIGLET_SCHEME_RSA_PKCS1_SHA256 },
	{ "PKIX_ECDSA_P384_SHA_384", 12, SIGLET_KEY_P384, 0, false, SIGLET_SCHEME_ECDSA_SHA384 },
	{ "PKIX_ECDSA_P521_SHA_512", 13, SIGLET_KEY_P521, 0, false, SIGLET_SCHEME_ECDSA_SHA512 },
	{ "PKIX_RSA_PSS_2048_SHA256", 16, SIGLET_KEY_RSA, 2048, false,
	  SIGLET_SCHEME_RSA_PSS_SHA256 },
	{ "PKIX_RSA_PSS_3072_SHA256", 17, SIGLET_KEY_RSA, 3072, false,
	  SIGLET_SCHEME_RSA_PSS_SHA256 },
	{ "PKIX_RSA_PSS_4096_SHA256", 18, SIGLET_KEY_RSA, 4096, false,
	  SIGLET_SCHEME_RSA_PSS_SHA256 },
	{ "PKIX_ECDSA_P384_SHA_256", 19, SIGLET_KEY_P384, 0, false, SIGLET_SCHEME_ECDSA_SHA256 },
	{ "PKIX_ECDSA_P521_SHA_256", 20, SIGLET_KEY_P521, 0, false, SIGLET_SCHEME_ECDSA_SHA256 },
	{ "ML_DSA_65", 21, SIGLET_KEY_ML_DSA_65, 0, false, SIGLET_SCHEME_ML_DSA },
	{ "ML_DSA_87", 22, SIGLET_KEY_ML_DSA_87, 0, false, SIGLET_SCHEME_ML_DSA },
	{ "ML_DSA_44", 23, SIGLET_KEY_ML_DSA_44, 0, false, SIGLET_SCHEME_ML_DSA },
};

const siglet_key_details *siglet_key_details_find(siglet_slice name)
{
	for (size_t i = 0; i < SIGLET_COUNT(table); i++)
		if (siglet_slice_is(name, table[i].name))
			return &table[i];
	return NULL;
}

const siglet_key_details *siglet_key_details_number(int number)
{
	for (size_t i = 0; i < SIGLET_COUNT(table); i++)
		if (table[i].number == number)
			return &table[i];
	return NULL;
}

/* The algorithm registry's names, which are what people say. */
static const struct {
	const char *name;
	int number;
} registry[] = {
	{ "ecdsa-sha2-256-nistp256", 5 },
	{ "ecdsa-sha2-384-nistp384", 12 },
	{ "ecdsa-sha2-512-nistp521", 13 },
	{ "ed25519", 7 },
	{ "ed25519-ph", 8 },
	{ "rsa-sign-pkcs1-2048-sha256", 9 },
	{ "rsa-sign-pkcs1-3072-sha256", 10 },
	{ "rsa-sign-pkcs1-4096-sha256", 11 },
	{ "rsa-sign-pss-2048-sha256", 16 },
	{ "rsa-sign-pss-3072-sha256", 17 },
	{ "rsa-sign-pss-4096-sha256", 18 },
	{ "ml-dsa-44", 23 },
	{ "ml-dsa-65", 21 },
	{ "ml-dsa-87", 22 },
};

const siglet_key_details *siglet_key_details_registry(siglet_slice name)
{
	for (size_t i = 0; i < SIGLET_COUNT(registry); i++)
		if (siglet_slice_is(name, registry[i].name))
			return siglet_key_details_number(registry[i].number);
	return NULL;
}

bool siglet_key_details_may_sign(const siglet_key_details *details)
{
	for (size_t i = 0; i < SIGLET_COUNT(registry); i++)
		if (registry[i].number == details->number)
			return details->type != SIGLET_KEY_RSA || details->bits >= 3072;
	return false;
}

static int default_rsa_number(unsigned bits)
{
	switch (bits) {
	case 2048:
		return 9;
	case 3072:
		return 10;
	case 4096:
		return 11;
	default:
		return 0;
	}
}

static int default_number(siglet_key_type type, unsigned bits)
{
	switch (type) {
	case SIGLET_KEY_P256:
		return 5;
	case SIGLET_KEY_P384:
		return 12;
	case SIGLET_KEY_P521:
		return 13;
	case SIGLET_KEY_ED25519:
		return 8; /* hashedrekord has but a digest to check: the prehashed kind */
	case SIGLET_KEY_RSA:
		return default_rsa_number(bits);
	case SIGLET_KEY_ML_DSA_44:
		return 23;
	case SIGLET_KEY_ML_DSA_65:
		return 21;
	case SIGLET_KEY_ML_DSA_87:
		return 22;
	}
	return 0;
}

const siglet_key_details *siglet_key_details_default(const siglet_key *key)
{
	return siglet_key_details_number(
		default_number(siglet_key_type_of(key), siglet_key_bits(key)));
}

const char *siglet_scheme_name(siglet_scheme scheme)
{
	switch (scheme) {
	case SIGLET_SCHEME_ECDSA_SHA256:
		return "ECDSA SHA-256";
	case SIGLET_SCHEME_ECDSA_SHA384:
		return "ECDSA SHA-384";
	case SIGLET_SCHEME_ECDSA_SHA512:
		return "ECDSA SHA-512";
	case SIGLET_SCHEME_ED25519:
		return "Ed25519";
	case SIGLET_SCHEME_ED25519_PH:
		return "Ed25519ph";
	case SIGLET_SCHEME_RSA_PKCS1_SHA256:
		return "RSA PKCS#1 v1.5 SHA-256";
	case SIGLET_SCHEME_RSA_PSS_SHA256:
		return "RSA PSS SHA-256";
	case SIGLET_SCHEME_RSA_PSS_SHA384:
		return "RSA PSS SHA-384";
	case SIGLET_SCHEME_RSA_PSS_SHA512:
		return "RSA PSS SHA-512";
	case SIGLET_SCHEME_ML_DSA:
		return "ML-DSA";
	case SIGLET_SCHEME_RSA_PSS_SHA256_ANY_SALT:
		return "RSA PSS SHA-256, any salt";
	}
	return "(unknown scheme)";
}

bool siglet_scheme_hash(siglet_scheme scheme, siglet_hash *ret_hash)
{
	switch (scheme) {
	case SIGLET_SCHEME_ECDSA_SHA256:
	case SIGLET_SCHEME_RSA_PKCS1_SHA256:
	case SIGLET_SCHEME_RSA_PSS_SHA256:
	case SIGLET_SCHEME_RSA_PSS_SHA256_ANY_SALT:
		*ret_hash = SIGLET_SHA256;
		return true;
	case SIGLET_SCHEME_ECDSA_SHA384:
	case SIGLET_SCHEME_RSA_PSS_SHA384:
		*ret_hash = SIGLET_SHA384;
		return true;
	case SIGLET_SCHEME_ECDSA_SHA512:
	case SIGLET_SCHEME_RSA_PSS_SHA512:
	case SIGLET_SCHEME_ED25519_PH:
		*ret_hash = SIGLET_SHA512;
		return true;
	case SIGLET_SCHEME_ED25519:
	case SIGLET_SCHEME_ML_DSA:
		return false;
	}
	return false;
}

static size_t two(siglet_scheme first, siglet_scheme second,
		  siglet_scheme ret_schemes[SIGLET_MAX_SCHEMES])
{
	ret_schemes[0] = first;
	ret_schemes[1] = second;
	return 2;
}

static size_t one(siglet_scheme only, siglet_scheme ret_schemes[SIGLET_MAX_SCHEMES])
{
	ret_schemes[0] = only;
	return 1;
}

size_t siglet_key_schemes(const siglet_key *key, siglet_scheme ret_schemes[SIGLET_MAX_SCHEMES])
{
	switch (siglet_key_type_of(key)) {
	case SIGLET_KEY_P256:
		return one(SIGLET_SCHEME_ECDSA_SHA256, ret_schemes);
	case SIGLET_KEY_P384:
		return two(SIGLET_SCHEME_ECDSA_SHA384, SIGLET_SCHEME_ECDSA_SHA256, ret_schemes);
	case SIGLET_KEY_P521:
		return two(SIGLET_SCHEME_ECDSA_SHA512, SIGLET_SCHEME_ECDSA_SHA256, ret_schemes);
	case SIGLET_KEY_ED25519:
		return two(SIGLET_SCHEME_ED25519, SIGLET_SCHEME_ED25519_PH, ret_schemes);
	case SIGLET_KEY_RSA:
		return two(SIGLET_SCHEME_RSA_PKCS1_SHA256, SIGLET_SCHEME_RSA_PSS_SHA256,
			   ret_schemes);
	case SIGLET_KEY_ML_DSA_44:
	case SIGLET_KEY_ML_DSA_65:
	case SIGLET_KEY_ML_DSA_87:
		return one(SIGLET_SCHEME_ML_DSA, ret_schemes);
	}
	return 0;
}
