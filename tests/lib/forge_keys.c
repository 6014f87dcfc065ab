#include "forge_internal.h"

#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#define PSS_SALT_BYTES 32

typedef struct key_facts {
	const char *curve; /* EC only */
	int curve_nid;
	int rsa_bits; /* RSA only */
	bool is_pss;
	int hash_bits; /* 0: none */
	const char *details;
} key_facts;

static const key_facts facts[FORGE_KEY_TYPES] = {
	[FORGE_P256] = { "P-256", NID_X9_62_prime256v1, 0, false, 256, "PKIX_ECDSA_P256_SHA_256" },
	[FORGE_P384] = { "P-384", NID_secp384r1, 0, false, 384, "PKIX_ECDSA_P384_SHA_384" },
	[FORGE_P384_SHA256] = { "P-384", NID_secp384r1, 0, false, 256, "PKIX_ECDSA_P384_SHA_256" },
	[FORGE_P521] = { "P-521", NID_secp521r1, 0, false, 512, "PKIX_ECDSA_P521_SHA_512" },
	[FORGE_P521_SHA256] = { "P-521", NID_secp521r1, 0, false, 256, "PKIX_ECDSA_P521_SHA_256" },
	[FORGE_ED25519] = { NULL, 0, 0, false, 0, "PKIX_ED25519" },
	[FORGE_RSA_1024] = { NULL, 0, 1024, false, 256, "PKIX_RSA_PKCS1V5" },
	[FORGE_RSA_2048] = { NULL, 0, 2048, false, 256, "PKIX_RSA_PKCS1V15_2048_SHA256" },
	[FORGE_RSA_3072] = { NULL, 0, 3072, false, 256, "PKIX_RSA_PKCS1V15_3072_SHA256" },
	[FORGE_RSA_4096] = { NULL, 0, 4096, false, 256, "PKIX_RSA_PKCS1V15_4096_SHA256" },
	[FORGE_PSS_2048] = { NULL, 0, 2048, true, 256, "PKIX_RSA_PSS_2048_SHA256" },
	[FORGE_PSS_3072] = { NULL, 0, 3072, true, 256, "PKIX_RSA_PSS_3072_SHA256" },
	[FORGE_PSS_4096] = { NULL, 0, 4096, true, 256, "PKIX_RSA_PSS_4096_SHA256" },
};

/*
 * The primes of one RSA key of each size. They protect nothing, here or anywhere: to find primes
 * from a seed would cost each test seconds.
 */
typedef struct rsa_primes {
	int bits;
	const char *p, *q;
} rsa_primes;

static const rsa_primes primes[] = {
	{ 1024,
	  "fc8373acfeb77dc47cedf678b04980f97dbbc6aa4a13ed5d9fe50e6799c8676ee52d66c410d0e254313e"
	  "d611325d7a0ae948379d67f7ef3b10200c429a6b2721",
	  "cbb136a3a8dd3e083d0945af00c051f959ae62206163dfc7d1aa75d62d7860b6705f90ca72c9fc868659"
	  "4c8196e305566b0c7cc97dfbea2d1c398cbe956fbccb" },
	{ 2048,
	  "f9a10c18473961cacc97f37baa40eae76e656fb067f2475a9adf4f51568fd2383304b0fb8d82dc9d2e56"
	  "327cd74f11b03a78a112413f8013a981ffb1cc540953f645f7a2b6735f5a34cf5d12adda876522187f23"
	  "fe03faed89b928f99f3b8094fcbcbd368da52c0f19d576252b0434562f2e886517bb35490574c61357bf"
	  "8fe3",
	  "e470d31dd216bc63982bbdd9b446b85ab508c33750411741a544d3dd810afba4527e5a42f9ea4e8fdf2c"
	  "39962f0d9b54b94027d9a215f9e16d0052342e6cda92da70c421504f9b5a4cc878406c235ff4165d0c3f"
	  "9e3229b6b7e0da7b676240ba86510aad270eac4b36770c6b2cd18d531e17975d248b9f52e68deddf636c"
	  "9587" },
	{ 3072,
	  "d9097fdba11aa7f2fa7950417d2aac0bc33edd3850174a98b6d013df1ae873390c04cdab24cb0e47e9ad"
	  "d54535f8925180b509e1429c063b7ca806a01caab9721de97d9cd1515f784139f1321cf19f20de3de9b7"
	  "48bf5da0dada7c324196f240fc0c7a88d3d602d64076308be72cf8ea606e50f742a35e58ad0c8d9ac0a1"
	  "eaa16582ee965968a2fa082570ad4343b8f1f18db3575fdb83bcc235baa400fd18554e5bdd9d54ef5c59"
	  "66d3995cd92ccede2be2bb32fc0b0ee5fb28f7c091dbe6ab",
	  "d47ee32b8fe62b9cd05f9a548f8622b8f16330be7f0e711aac08500e53db1c50a805779b1e1a9563a988"
	  "793106ae1aa647e43424e7c5ed50f7c8035e98e9452fdc304c08c10f4ce5b8ebcdbee4a1c027b296bb4a"
	  "9d6bd96af5c02639f2503d109aea89aabab048e2e7d5009efa8c0b102b7bc39e45b37201127f75a5495b"
	  "d42eda3e1aac6e72d2ebb52e076c8d4f7c247e0f5f8589d7f62c930bc87cc83532f6b4b5a13309d79a95"
	  "c93f362aa2120f7b5163e9584c535da67e286425dff01e53" },
	{ 4096,
	  "dcf53847c621d5fc060d6dccaf70e634d61709f50eb70749a40a7ccb2abfd936c97383452dc03afa3016"
	  "0552a376789007d70795ae01d40b1a712130ad4cc88b98d0be286d9e000bf3bcf59a93ef03a5670a3cf3"
	  "9cfae6448dce42bc61f54100ef9fd42beab3781f8eebb0115d01a73371bd717cff71837c09b70e6de7b1"
	  "1c7a77d6cdfe13b087087753eb102d2285e7a8e51210c0bd673dda6b2a36e300b2fe14520f70b77078d7"
	  "6065acd8e89411d0827493cf07871f7e98e746e377aa23813a1fadcca1ffe47ce6a5951c34c870e34df5"
	  "bbf3dd47f68279c7ed6060daeef0f21c39e0b25a952dffac59968b43b2b2695f4d3164fb42cb92a8e55c"
	  "fff7fe0f",
	  "b5f26c1a40ba4c0f42ad933cd23d84771d2b4033386afa29514abb99c6c02d94d0de411d9fa982c6370e"
	  "b8f9968f53fa3b7b71a6675222d11a5cbbdb7f837132d747170a05ea60c2b6f3e0c40fafed7a3b8c0439"
	  "dd27e9c4fb052fbb731000a89ff3afa27cc65f29841d6b96c019d13e05fe88e7409a157282e871937352"
	  "e5261f350d8f31189528ca7cbe29d21e56fad6dabef762bfdd248891b355e6e40d0dc3eec8b67338194f"
	  "05537e5766998229d635cfbd97aadf68ce89de0ce632cacb5f7b7f75b5b03a973699d40f7f5ee8265965"
	  "b0959d74440d23e2167d43ddfeebc4f64f69b3ed4aeb4f38d396ef9f8011fec42d25bf7aa6c6fba3dbd4"
	  "7f20b2c3" },
};

/* SHA-256(seed, label, counter) as often as it takes. */
static void expand(const char *seed, const char *label, uint8_t *out, size_t len)
{
	for (uint8_t counter = 0; len > 0; counter++) {
		siglet_buf input = forge_buf();

		forge_put(&input, "%s", seed);
		forge_put_uint(&input, 0, 1);
		forge_put(&input, "%s", label);
		forge_put_uint(&input, counter, 2);
		const forge_digest block = forge_hash(EVP_sha256(), siglet_buf_slice(&input));
		const size_t part = len < block.len ? len : block.len;
		memcpy(out, block.bytes, part);
		out += part;
		len -= part;
		siglet_buf_clear(&input);
	}
}

static EVP_PKEY *from_params(const char *algorithm, OSSL_PARAM_BLD *builder)
{
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(builder);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, algorithm, NULL);
	EVP_PKEY *key = NULL;

	MUST(params != NULL && ctx != NULL && EVP_PKEY_fromdata_init(ctx) == 1);
	MUST(EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, params) == 1 && key != NULL);
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_free(params);
	return key;
}

static EVP_PKEY *ec_key(const char *seed, const char *label, const key_facts *about)
{
	EC_GROUP *group = EC_GROUP_new_by_curve_name(about->curve_nid);
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *scalar = NULL, *limit = NULL;
	uint8_t seedling[80], point[256]; /* far wider than any order: no bias to speak of */

	MUST(group != NULL && ctx != NULL);
	expand(seed, label, seedling, sizeof(seedling));
	scalar = BN_bin2bn(seedling, sizeof(seedling), NULL);
	limit = BN_dup(EC_GROUP_get0_order(group));
	MUST(scalar != NULL && limit != NULL && BN_sub_word(limit, 1) == 1);
	MUST(BN_mod(scalar, scalar, limit, ctx) == 1 && BN_add_word(scalar, 1) == 1);

	EC_POINT *public = EC_POINT_new(group);
	MUST(public != NULL && EC_POINT_mul(group, public, scalar, NULL, NULL, ctx) == 1);
	const size_t len = EC_POINT_point2oct(group, public, POINT_CONVERSION_UNCOMPRESSED, point,
					      sizeof(point), ctx);
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	MUST(len > 0 && builder != NULL);
	MUST(OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, about->curve,
					     0) == 1);
	MUST(OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, scalar) == 1);
	MUST(OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, len) == 1);
	EVP_PKEY *key = from_params("EC", builder);

	OSSL_PARAM_BLD_free(builder);
	EC_POINT_free(public);
	BN_free(limit);
	BN_free(scalar);
	BN_CTX_free(ctx);
	EC_GROUP_free(group);
	return key;
}

enum { RSA_N, RSA_E, RSA_D, RSA_P, RSA_Q, RSA_DP, RSA_DQ, RSA_QINV, RSA_PARTS };

/* RFC 8017 section 3.2: all of a key from its primes. */
static void rsa_parts(const rsa_primes *from, BIGNUM *part[RSA_PARTS])
{
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *p1 = BN_new(), *q1 = BN_new(), *phi = BN_new();

	for (int i = 0; i < RSA_PARTS; i++)
		part[i] = BN_new();
	MUST(BN_hex2bn(&part[RSA_P], from->p) > 0 && BN_hex2bn(&part[RSA_Q], from->q) > 0);
	MUST(BN_mul(part[RSA_N], part[RSA_P], part[RSA_Q], ctx) == 1);
	MUST(BN_set_word(part[RSA_E], 65537) == 1);
	MUST(BN_sub(p1, part[RSA_P], BN_value_one()) == 1);
	MUST(BN_sub(q1, part[RSA_Q], BN_value_one()) == 1);
	MUST(BN_mul(phi, p1, q1, ctx) == 1);
	MUST(BN_mod_inverse(part[RSA_D], part[RSA_E], phi, ctx) != NULL);
	MUST(BN_mod(part[RSA_DP], part[RSA_D], p1, ctx) == 1);
	MUST(BN_mod(part[RSA_DQ], part[RSA_D], q1, ctx) == 1);
	MUST(BN_mod_inverse(part[RSA_QINV], part[RSA_Q], part[RSA_P], ctx) != NULL);
	BN_free(phi);
	BN_free(q1);
	BN_free(p1);
	BN_CTX_free(ctx);
}

static EVP_PKEY *rsa_key(int bits)
{
	static const char *const names[RSA_PARTS] = {
		[RSA_N] = OSSL_PKEY_PARAM_RSA_N,
		[RSA_E] = OSSL_PKEY_PARAM_RSA_E,
		[RSA_D] = OSSL_PKEY_PARAM_RSA_D,
		[RSA_P] = OSSL_PKEY_PARAM_RSA_FACTOR1,
		[RSA_Q] = OSSL_PKEY_PARAM_RSA_FACTOR2,
		[RSA_DP] = OSSL_PKEY_PARAM_RSA_EXPONENT1,
		[RSA_DQ] = OSSL_PKEY_PARAM_RSA_EXPONENT2,
		[RSA_QINV] = OSSL_PKEY_PARAM_RSA_COEFFICIENT1,
	};
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	BIGNUM *part[RSA_PARTS];
	size_t i = 0;

	while (i < SIGLET_COUNT(primes) && primes[i].bits != bits)
		i++;
	MUST(builder != NULL && i < SIGLET_COUNT(primes));
	rsa_parts(&primes[i], part);
	for (int j = 0; j < RSA_PARTS; j++)
		MUST(OSSL_PARAM_BLD_push_BN(builder, names[j], part[j]) == 1);
	EVP_PKEY *key = from_params("RSA", builder);
	for (int j = 0; j < RSA_PARTS; j++)
		BN_free(part[j]);
	OSSL_PARAM_BLD_free(builder);
	return key;
}

forge_key forge_key_make(const char *seed, const char *label, forge_key_type type)
{
	forge_key key = { 0 };
	uint8_t raw[32], *der = NULL;

	key.type = type == FORGE_KEY_ORDINARY ? FORGE_P256 : type;
	const key_facts *about = &facts[key.type];
	if (about->curve != NULL) {
		key.pkey = ec_key(seed, label, about);
	} else if (about->rsa_bits > 0) {
		key.pkey = rsa_key(about->rsa_bits);
	} else {
		expand(seed, label, raw, sizeof(raw));
		key.pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, raw, sizeof(raw));
	}
	MUST(key.pkey != NULL);
	const int len = i2d_PUBKEY(key.pkey, &der);
	key.spki = forge_taken(der, len);
	return key;
}

void forge_key_clear(forge_key *key)
{
	EVP_PKEY_free(key->pkey);
	key->pkey = NULL;
	siglet_buf_clear(&key->spki);
}

const EVP_MD *forge_key_md(forge_key_type type)
{
	const int bits = facts[type].hash_bits;

	return bits == 0     ? NULL
	       : bits == 256 ? EVP_sha256()
	       : bits == 384 ? EVP_sha384()
			     : EVP_sha512();
}

const char *forge_key_hash_name(forge_key_type type)
{
	const int bits = facts[type].hash_bits;

	return bits == 384 ? "sha384" : bits == 512 ? "sha512" : "sha256";
}

const char *forge_key_hash_enum(forge_key_type type)
{
	const int bits = facts[type].hash_bits;

	return bits == 384 ? "SHA2_384" : bits == 512 ? "SHA2_512" : "SHA2_256";
}

const char *forge_key_details(forge_key_type type)
{
	return facts[type].details;
}

siglet_buf forge_key_pem(const forge_key *key)
{
	siglet_buf pem = forge_buf();

	MUST(siglet_pem_encode("PUBLIC KEY", siglet_buf_slice(&key->spki), &pem) == NULL);
	return pem;
}

static void set_padding(const forge_key *key, EVP_PKEY_CTX *ctx)
{
	if (!facts[key->type].is_pss)
		return;
	MUST(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1);
	MUST(EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, PSS_SALT_BYTES) == 1);
}

siglet_buf forge_sign(const forge_key *key, siglet_slice data)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *key_ctx = NULL;
	uint8_t bytes[1024];
	size_t len = sizeof(bytes);

	MUST(ctx != NULL);
	MUST(EVP_DigestSignInit(ctx, &key_ctx, forge_key_md(key->type), NULL, key->pkey) == 1);
	set_padding(key, key_ctx);
	MUST(EVP_DigestSign(ctx, bytes, &len, data.ptr, data.len) == 1);
	EVP_MD_CTX_free(ctx);
	return forge_copy(siglet_slice_of(bytes, len));
}

siglet_buf forge_sign_digest(const forge_key *key, siglet_slice digest)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key->pkey, NULL);
	uint8_t bytes[1024];
	size_t len = sizeof(bytes);

	MUST(ctx != NULL && EVP_PKEY_sign_init(ctx) == 1);
	set_padding(key, ctx);
	MUST(EVP_PKEY_CTX_set_signature_md(ctx, forge_key_md(key->type)) == 1);
	MUST(EVP_PKEY_sign(ctx, bytes, &len, digest.ptr, digest.len) == 1);
	EVP_PKEY_CTX_free(ctx);
	return forge_copy(siglet_slice_of(bytes, len));
}
