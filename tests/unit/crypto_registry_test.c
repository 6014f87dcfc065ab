#include "crypto_keys.h"

/* sigstore_common.proto, PublicKeyDetails, from 0 on; NULL where nothing is supported. */
static const char *const proto[] = {
	NULL,
	"PKCS1_RSA_PKCS1V5",
	"PKCS1_RSA_PSS",
	"PKIX_RSA_PKCS1V5",
	"PKIX_RSA_PSS",
	"PKIX_ECDSA_P256_SHA_256",
	"PKIX_ECDSA_P256_HMAC_SHA_256",
	"PKIX_ED25519",
	"PKIX_ED25519_PH",
	"PKIX_RSA_PKCS1V15_2048_SHA256",
	"PKIX_RSA_PKCS1V15_3072_SHA256",
	"PKIX_RSA_PKCS1V15_4096_SHA256",
	"PKIX_ECDSA_P384_SHA_384",
	"PKIX_ECDSA_P521_SHA_512",
	NULL,
	NULL,
	"PKIX_RSA_PSS_2048_SHA256",
	"PKIX_RSA_PSS_3072_SHA256",
	"PKIX_RSA_PSS_4096_SHA256",
	"PKIX_ECDSA_P384_SHA_256",
	"PKIX_ECDSA_P521_SHA_256",
	"ML_DSA_65",
	"ML_DSA_87",
	"ML_DSA_44",
	NULL,
};

static void details_are_those_of_the_proto(void)
{
	for (size_t i = 0; i < SIGLET_COUNT(proto); i++) {
		const siglet_key_details *row = siglet_key_details_number((int)i);

		if (proto[i] == NULL) {
			OK(row == NULL, "%zu is not supported", i);
			continue;
		}
		OK(row != NULL && row->number == (int)i && strcmp(row->name, proto[i]) == 0,
		   "%zu is %s", i, proto[i]);
		OK(siglet_key_details_find(siglet_slice_str(proto[i])) == row, "and found by name");
		OK(row != NULL && row->pkcs1 == (strncmp(proto[i], "PKCS1_", 6) == 0), "encoding");
		OK(row != NULL && row->bits == (unsigned)(strstr(proto[i], "2048") != NULL   ? 2048
							  : strstr(proto[i], "3072") != NULL ? 3072
							  : strstr(proto[i], "4096") != NULL ? 4096
											     : 0),
		   "bits");
	}
}

/* The name says which scheme: one rule for all rows, other than the table's own column. */
static siglet_scheme scheme_in(const char *name)
{
	if (strstr(name, "PSS") != NULL)
		return SIGLET_SCHEME_RSA_PSS_SHA256;
	if (strstr(name, "RSA") != NULL)
		return SIGLET_SCHEME_RSA_PKCS1_SHA256;
	if (strstr(name, "SHA_256") != NULL)
		return SIGLET_SCHEME_ECDSA_SHA256;
	if (strstr(name, "SHA_384") != NULL)
		return SIGLET_SCHEME_ECDSA_SHA384;
	if (strstr(name, "SHA_512") != NULL)
		return SIGLET_SCHEME_ECDSA_SHA512;
	if (strstr(name, "ED25519_PH") != NULL)
		return SIGLET_SCHEME_ED25519_PH;
	return strstr(name, "ED25519") != NULL ? SIGLET_SCHEME_ED25519 : SIGLET_SCHEME_ML_DSA;
}

static siglet_key_type type_in(const char *name)
{
	static const struct {
		const char *part;
		siglet_key_type type;
	} parts[] = {
		{ "P256", SIGLET_KEY_P256 },	    { "P384", SIGLET_KEY_P384 },
		{ "P521", SIGLET_KEY_P521 },	    { "ED25519", SIGLET_KEY_ED25519 },
		{ "DSA_44", SIGLET_KEY_ML_DSA_44 }, { "DSA_65", SIGLET_KEY_ML_DSA_65 },
		{ "DSA_87", SIGLET_KEY_ML_DSA_87 },
	};

	for (size_t i = 0; i < SIGLET_COUNT(parts); i++)
		if (strstr(name, parts[i].part) != NULL)
			return parts[i].type;
	return SIGLET_KEY_RSA;
}

static void details_choose_the_type_and_scheme_of_their_name(void)
{
	for (size_t i = 0; i < SIGLET_COUNT(proto); i++) {
		const siglet_key_details *row = siglet_key_details_number((int)i);

		if (row == NULL)
			continue;
		OK(row->type == type_in(row->name), "%s: type", row->name);
		OK(row->scheme == scheme_in(row->name), "%s: %s", row->name,
		   siglet_scheme_name(row->scheme));
	}
}

static void details_know_no_other_names(void)
{
	OK(siglet_key_details_find(siglet_slice_str("PKIX_ED2551")) == NULL, "a part of a name");
	OK(siglet_key_details_find(siglet_slice_str("PKIX_ED25519 ")) == NULL, "a space");
	OK(siglet_key_details_find(siglet_slice_str("pkix_ed25519")) == NULL, "small letters");
	OK(siglet_key_details_find(siglet_slice_of("PKIX_ED25519\0", 13)) == NULL, "a NUL");
	OK(siglet_key_details_find(siglet_slice_str("LMS_SHA256")) == NULL, "LMS");
	OK(siglet_key_details_find(SIGLET_SLICE_NONE) == NULL, "no name");
	OK(siglet_key_details_number(-1) == NULL, "-1");
}

static void check_choice(siglet_key *key, const char *details, siglet_scheme first,
			 siglet_scheme second)
{
	const siglet_key_details *row = siglet_key_details_default(key);
	siglet_scheme schemes[SIGLET_MAX_SCHEMES];
	const size_t count = siglet_key_schemes(key, schemes);

	if (details == NULL)
		OK(row == NULL, "%s: no row", siglet_key_describe(key));
	else
		OK(row != NULL && strcmp(row->name, details) == 0, "%s: %s",
		   siglet_key_describe(key), details);
	OK(count == (second == 0 ? 1 : 2), "%s: %zu schemes", siglet_key_describe(key), count);
	OK(schemes[0] == first, "first %s", siglet_scheme_name(first));
	OK(second == 0 || schemes[1] == second, "then %s", siglet_scheme_name(second));
	siglet_key_free(key);
}

static void check_curve(const char *group, const char *details, siglet_scheme first,
			siglet_scheme second)
{
	EVP_PKEY *pkey = make_ec(group);

	check_choice(key_of_spki(spki_of_pkey(pkey)), details, first, second);
	EVP_PKEY_free(pkey);
}

static void key_decides_which_schemes_may_be_accepted(void)
{
	static const struct {
		unsigned bits;
		const char *details;
	} rsa[] = {
		{ 2048, "PKIX_RSA_PKCS1V15_2048_SHA256" },
		{ 3072, "PKIX_RSA_PKCS1V15_3072_SHA256" },
		{ 4096, "PKIX_RSA_PKCS1V15_4096_SHA256" },
		{ 2056, NULL },
		{ 8192, NULL },
	};
	EVP_PKEY *ed25519 = make_ed25519();

	check_curve("P-256", "PKIX_ECDSA_P256_SHA_256", SIGLET_SCHEME_ECDSA_SHA256, 0);
	check_curve("P-384", "PKIX_ECDSA_P384_SHA_384", SIGLET_SCHEME_ECDSA_SHA384,
		    SIGLET_SCHEME_ECDSA_SHA256);
	check_curve("P-521", "PKIX_ECDSA_P521_SHA_512", SIGLET_SCHEME_ECDSA_SHA512,
		    SIGLET_SCHEME_ECDSA_SHA256);
	check_choice(key_of_spki(spki_of_pkey(ed25519)), "PKIX_ED25519_PH", SIGLET_SCHEME_ED25519,
		     SIGLET_SCHEME_ED25519_PH);
	for (size_t i = 0; i < SIGLET_COUNT(rsa); i++)
		check_choice(key_of_spki(rsa_of_size(rsa[i].bits, EXPONENT_F4)), rsa[i].details,
			     SIGLET_SCHEME_RSA_PKCS1_SHA256, SIGLET_SCHEME_RSA_PSS_SHA256);
	EVP_PKEY_free(ed25519);
}

static void scheme_knows_its_hash(void)
{
	static const struct {
		siglet_scheme scheme;
		bool hashed;
		siglet_hash hash;
	} schemes[] = {
		{ SIGLET_SCHEME_ECDSA_SHA256, true, SIGLET_SHA256 },
		{ SIGLET_SCHEME_ECDSA_SHA384, true, SIGLET_SHA384 },
		{ SIGLET_SCHEME_ECDSA_SHA512, true, SIGLET_SHA512 },
		{ SIGLET_SCHEME_ED25519, false, SIGLET_SHA256 },
		{ SIGLET_SCHEME_ED25519_PH, true, SIGLET_SHA512 },
		{ SIGLET_SCHEME_RSA_PKCS1_SHA256, true, SIGLET_SHA256 },
		{ SIGLET_SCHEME_RSA_PSS_SHA256, true, SIGLET_SHA256 },
		{ SIGLET_SCHEME_RSA_PSS_SHA384, true, SIGLET_SHA384 },
		{ SIGLET_SCHEME_RSA_PSS_SHA512, true, SIGLET_SHA512 },
		{ SIGLET_SCHEME_ML_DSA, false, SIGLET_SHA256 },
		{ (siglet_scheme)0, false, SIGLET_SHA256 },
	};

	for (size_t i = 0; i < SIGLET_COUNT(schemes); i++) {
		siglet_hash hash = SIGLET_SHA384;
		const bool hashed = siglet_scheme_hash(schemes[i].scheme, &hash);

		OK(hashed == schemes[i].hashed, "%s", siglet_scheme_name(schemes[i].scheme));
		OK(hash == (hashed ? schemes[i].hash : SIGLET_SHA384), "its hash");
	}
}

int main(void)
{
	details_are_those_of_the_proto();
	details_choose_the_type_and_scheme_of_their_name();
	details_know_no_other_names();
	key_decides_which_schemes_may_be_accepted();
	scheme_knows_its_hash();
	return keys_done();
}
