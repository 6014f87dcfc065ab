#include "cose/cose.h"

/*
 * IANA's numbers. Each algorithm is taken from one type of key only, although RFC 9053 would let
 * ES256 come from any curve: nothing that Sigstore or SCITT writes crosses them.
 */
static const siglet_cose_algorithm algorithms[] = {
	{ -7, "ES256", SIGLET_KEY_P256, SIGLET_SCHEME_ECDSA_SHA256 },
	{ -35, "ES384", SIGLET_KEY_P384, SIGLET_SCHEME_ECDSA_SHA384 },
	{ -36, "ES512", SIGLET_KEY_P521, SIGLET_SCHEME_ECDSA_SHA512 },
	{ -8, "EdDSA", SIGLET_KEY_ED25519, SIGLET_SCHEME_ED25519 },
	{ -37, "PS256", SIGLET_KEY_RSA, SIGLET_SCHEME_RSA_PSS_SHA256 },
	{ -38, "PS384", SIGLET_KEY_RSA, SIGLET_SCHEME_RSA_PSS_SHA384 },
	{ -39, "PS512", SIGLET_KEY_RSA, SIGLET_SCHEME_RSA_PSS_SHA512 },
	/* RFC 9864: the same, with the curve in the number. */
	{ -9, "ESP256", SIGLET_KEY_P256, SIGLET_SCHEME_ECDSA_SHA256 },
	{ -51, "ESP384", SIGLET_KEY_P384, SIGLET_SCHEME_ECDSA_SHA384 },
	{ -52, "ESP512", SIGLET_KEY_P521, SIGLET_SCHEME_ECDSA_SHA512 },
	{ -19, "Ed25519", SIGLET_KEY_ED25519, SIGLET_SCHEME_ED25519 },
};

static const struct {
	int64_t number;
	siglet_hash hash;
	const char *name;
} hashes[] = {
	{ -16, SIGLET_SHA256, "SHA-256" },
	{ -43, SIGLET_SHA384, "SHA-384" },
	{ -44, SIGLET_SHA512, "SHA-512" },
};

/* Known by name only. */
static const struct {
	int64_t number;
	const char *name;
} others[] = {
	{ -257, "RS256" },	{ -258, "RS384" },  { -259, "RS512" },	  { -65535, "RS1" },
	{ -47, "ES256K" },	{ -53, "Ed448" },   { -48, "ML-DSA-44" }, { -49, "ML-DSA-65" },
	{ -50, "ML-DSA-87" },	{ -46, "HSS-LMS" }, { -14, "SHA-1" },	  { -15, "SHA-256/64" },
	{ -17, "SHA-512/256" },
};

const siglet_cose_algorithm *siglet_cose_algorithm_find(int64_t number)
{
	for (size_t i = 0; i < SIGLET_COUNT(algorithms); i++)
		if (algorithms[i].number == number)
			return &algorithms[i];
	return NULL;
}

const siglet_cose_algorithm *siglet_cose_algorithm_for(const siglet_key *key)
{
	for (size_t i = 0; i < SIGLET_COUNT(algorithms); i++)
		if (algorithms[i].key_type == siglet_key_type_of(key))
			return &algorithms[i];
	return NULL;
}

const char *siglet_cose_algorithm_name(int64_t number)
{
	const siglet_cose_algorithm *known = siglet_cose_algorithm_find(number);

	if (known != NULL)
		return known->name;
	for (size_t i = 0; i < SIGLET_COUNT(hashes); i++)
		if (hashes[i].number == number)
			return hashes[i].name;
	for (size_t i = 0; i < SIGLET_COUNT(others); i++)
		if (others[i].number == number)
			return others[i].name;
	return NULL;
}

bool siglet_cose_hash_find(int64_t number, siglet_hash *ret_hash)
{
	for (size_t i = 0; i < SIGLET_COUNT(hashes); i++)
		if (hashes[i].number == number) {
			*ret_hash = hashes[i].hash;
			return true;
		}
	return false;
}

int64_t siglet_cose_hash_number(siglet_hash hash)
{
	for (size_t i = 0; i < SIGLET_COUNT(hashes); i++)
		if (hashes[i].hash == hash)
			return hashes[i].number;
	return 0;
}
