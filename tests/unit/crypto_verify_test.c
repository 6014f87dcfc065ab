#include "crypto_keys.h"

#include "crypto_ml_dsa.h"

static siglet_slice message_of(const char *text)
{
	return siglet_slice_str(text);
}

/* The claim of a good signature, and of each neighbour that it has: all others must be refused. */
static void verifies_only(const siglet_key *key, siglet_scheme scheme, siglet_slice message,
			  siglet_slice signature, const char *what)
{
	const siglet_slice longer = joined(message, unhex("00"));
	const siglet_slice trailing = joined(signature, unhex("00"));
	size_t wrong = 0;

	OK_SUCCESS(siglet_key_verify(key, scheme, message, signature), "%s: verifies", what);
	OK(queue_is_empty(), "OpenSSL's error queue is empty");
	OK_ERROR(siglet_key_verify(key, scheme, longer, signature), SIGLET_E_MISMATCH,
		 "%s: not of a longer message", what);
	OK_ERROR(siglet_key_verify(key, scheme, message, trailing), SIGLET_E_MISMATCH,
		 "%s: not with a trailing byte", what);
	OK_ERROR(siglet_key_verify(key, scheme, message, SIGLET_SLICE_NONE), SIGLET_E_MISMATCH,
		 "%s: not an empty signature", what);
	OK(queue_is_empty(), "OpenSSL's error queue is empty");
	/* Of a long signature, some of the bytes: a prime number is in step with nothing. */
	for (size_t i = 0; i<signature.len; i += signature.len> 600 ? 61 : 1) {
		siglet_err *err =
			siglet_key_verify(key, scheme, message, flipped(signature, (long)i));

		wrong += err == NULL || siglet_err_code(err) != SIGLET_E_MISMATCH;
		siglet_err_free(err);
		err = siglet_key_verify(key, scheme, message, siglet_slice_of(signature.ptr, i));
		wrong += err == NULL || siglet_err_code(err) != SIGLET_E_MISMATCH;
		siglet_err_free(err);
	}
	OK(wrong == 0, "%s: each change and each cut is refused", what);
	OK(queue_is_empty(), "OpenSSL's error queue is empty");
}

static void digest_agrees(const siglet_key *key, siglet_scheme scheme, siglet_slice message,
			  siglet_slice signature)
{
	siglet_hash hash = SIGLET_SHA256;
	siglet_digest digest = { 0 };

	OK(siglet_scheme_hash(scheme, &hash), "%s has a hash", siglet_scheme_name(scheme));
	OK_SUCCESS(siglet_crypto_hash(hash, &message, 1, &digest), "which is taken");
	OK_SUCCESS(siglet_key_verify_digest(key, scheme, &digest, signature), "and verifies");
	digest.bytes[0] ^= 1;
	OK_ERROR(siglet_key_verify_digest(key, scheme, &digest, signature), SIGLET_E_MISMATCH,
		 "another digest does not");
	OK(queue_is_empty(), "OpenSSL's error queue is empty");
}

/* RFC 6979 sections A.2.5 and A.2.6, message "sample". */
static void ecdsa_verifies_the_vectors_of_rfc_6979(void)
{
	static const struct {
		siglet_scheme scheme;
		const char *spki, *signature, *what;
	} vectors[] = {
		{ SIGLET_SCHEME_ECDSA_SHA256,
		  "3059301306072a8648ce3d020106082a8648ce3d03010703420004"
		  "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
		  "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
		  "3046022100efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
		  "022100f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
		  "P-256 SHA-256" },
		{ SIGLET_SCHEME_ECDSA_SHA384,
		  "3076301006072a8648ce3d020106052b8104002203620004"
		  "ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64"
		  "def8f0ea9055866064a254515480bc13"
		  "8015d9b72d7d57244ea8ef9ac0c621896708a59367f9dfb9f54ca84b3f1c9db1"
		  "288b231c3ae0d4fe7344fd2533264720",
		  "306602310094edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c"
		  "81a648152e44acf96e36dd1e80fabe46"
		  "02310099ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329"
		  "c145786e679e7b82c71a38628ac8",
		  "P-384 SHA-384" },
		{ SIGLET_SCHEME_ECDSA_SHA256,
		  "3076301006072a8648ce3d020106052b8104002203620004"
		  "ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64"
		  "def8f0ea9055866064a254515480bc13"
		  "8015d9b72d7d57244ea8ef9ac0c621896708a59367f9dfb9f54ca84b3f1c9db1"
		  "288b231c3ae0d4fe7344fd2533264720",
		  "3065023021b13d1e013c7fa1392d03c5f99af8b30c570c6f98d4ea8e354b63a21d3daa33bd"
		  "e1e888e63355d92fa2b3c36d8fb2cd"
		  "023100f3aa443fb107745bf4bd77cb3891674632068a10ca67e3d45db2266fa7d1feebefdc"
		  "63eccd1ac42ec0cb8668a4fa0ab0",
		  "P-384 SHA-256" },
	};

	for (size_t i = 0; i < SIGLET_COUNT(vectors); i++) {
		siglet_key *key = key_of_spki(unhex(vectors[i].spki));
		const siglet_slice signature = unhex(vectors[i].signature);

		verifies_only(key, vectors[i].scheme, message_of("sample"), signature,
			      vectors[i].what);
		digest_agrees(key, vectors[i].scheme, message_of("sample"), signature);
		siglet_key_free(key);
	}
}

/* RFC 8032 section 7.1, TEST 1 and TEST 2. */
static void ed25519_verifies_the_vectors_of_rfc_8032(void)
{
	siglet_key *one = key_of_spki(
		unhex("302a300506032b6570032100"
		      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"));
	siglet_key *two = key_of_spki(
		unhex("302a300506032b6570032100"
		      "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"));

	verifies_only(
		one, SIGLET_SCHEME_ED25519, SIGLET_SLICE_NONE,
		unhex("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb88215"
		      "90a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
		"TEST 1, the empty message");
	verifies_only(
		two, SIGLET_SCHEME_ED25519, unhex("72"),
		unhex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e4"
		      "3e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
		"TEST 2");
	siglet_key_free(one);
	siglet_key_free(two);
}

/* 2 is no y of any point on the curve; OpenSSL finds out when it decodes the key to verify. */
static void ed25519_refuses_keys_off_the_curve(void)
{
	siglet_key *key = key_of_spki(
		unhex("302a300506032b6570032100"
		      "0200000000000000000000000000000000000000000000000000000000000000"));
	const siglet_slice zero = keys_keep(siglet_slice_of((uint8_t[64]) { 0 }, 64));

	OK_ERROR(siglet_key_verify(key, SIGLET_SCHEME_ED25519, message_of("m"), zero),
		 SIGLET_E_MISMATCH, "no signature is this key's");
	siglet_key_free(key);
}

#define PH_KEY                     \
	"302a300506032b6570032100" \
	"ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf"

/* RFC 8032 section 7.3, message "abc"; and what the same key signs of it as plain Ed25519. */
static void ed25519_ph_verifies_or_is_unsupported(void)
{
	siglet_key *key = key_of_spki(unhex(PH_KEY));
	const siglet_slice abc = message_of("abc");
	const siglet_slice prehashed =
		unhex("98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae4131f850424"
		      "63c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406");
	const siglet_slice pure =
		unhex("c9446c82f4235087613364b1e2c31aed0ae9f11a6982859914bdd8565e119d26cd47423c2"
		      "6c2a49d5f60d847f75120f4bada1a01063aafef8fecb9a07e32e707");
	siglet_digest digest = { 0 };

	OK_SUCCESS(siglet_key_verify(key, SIGLET_SCHEME_ED25519, abc, pure), "pure as pure");
	OK_ERROR(siglet_key_verify(key, SIGLET_SCHEME_ED25519, abc, prehashed), SIGLET_E_MISMATCH,
		 "prehashed is not pure");
	OK_SUCCESS(siglet_crypto_hash(SIGLET_SHA512, &abc, 1, &digest), "SHA-512");

#if OPENSSL_VERSION_NUMBER >= 0x30500000L
	verifies_only(key, SIGLET_SCHEME_ED25519_PH, abc, prehashed, "Ed25519ph");
	digest_agrees(key, SIGLET_SCHEME_ED25519_PH, abc, prehashed);
	OK_ERROR(siglet_key_verify(key, SIGLET_SCHEME_ED25519_PH, abc, pure), SIGLET_E_MISMATCH,
		 "pure is not prehashed");
#else
	/* The pure signature too: were the prefix forgotten, it would be the one that verifies. */
	OK_ERROR(siglet_key_verify(key, SIGLET_SCHEME_ED25519_PH, abc, prehashed),
		 SIGLET_E_UNSUPPORTED, "no Ed25519ph here");
	OK_ERROR(siglet_key_verify(key, SIGLET_SCHEME_ED25519_PH, abc, pure), SIGLET_E_UNSUPPORTED,
		 "pure is not prehashed");
	OK_ERROR(siglet_key_verify_digest(key, SIGLET_SCHEME_ED25519_PH, &digest, prehashed),
		 SIGLET_E_UNSUPPORTED, "nor from a digest");
#endif
	digest.hash = SIGLET_SHA256;
	OK_ERROR(siglet_key_verify_digest(key, SIGLET_SCHEME_ED25519_PH, &digest, prehashed),
		 SIGLET_E_USAGE, "Ed25519ph wants SHA-512");
	siglet_key_free(key);
}

static siglet_slice of_lines(const char *const *lines, size_t count)
{
	siglet_slice all = SIGLET_SLICE_NONE;

	for (size_t i = 0; i < count; i++)
		all = joined(all, unhex(lines[i]));
	return all;
}

#if OPENSSL_VERSION_NUMBER >= 0x30500000L
static void ml_dsa_of_size(const char *name, siglet_key_type type, unsigned bits)
{
	EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, name);

	keys_need(pkey != NULL, name);

	siglet_key *key = key_of_spki(spki_of_pkey(pkey));

	OK(siglet_key_type_of(key) == type && siglet_key_bits(key) == bits, "%s", name);
	OK(strcmp(siglet_key_describe(key), name) == 0, "is %s", siglet_key_describe(key));
	verifies_only(key, SIGLET_SCHEME_ML_DSA, message_of("m"),
		      sign(pkey, NULL, NULL, message_of("m")), name);
	for (int s = 0; s < SIGLET_SCHEME_ML_DSA; s++)
		OK_ERROR(siglet_key_verify(key, (siglet_scheme)s, message_of("m"), message_of("m")),
			 SIGLET_E_USAGE, "%s is not for it", siglet_scheme_name((siglet_scheme)s));
	OK_ERROR(siglet_key_verify_digest(key, SIGLET_SCHEME_ML_DSA, siglet_key_id(key),
					  message_of("m")),
		 SIGLET_E_USAGE, "the message is needed");
	siglet_key_free(key);
	EVP_PKEY_free(pkey);
}
#endif

static void ml_dsa_verifies_or_is_unsupported(void)
{
	const siglet_slice spki = of_lines(ml_dsa_44_spki, SIGLET_COUNT(ml_dsa_44_spki));
	const siglet_slice signature =
		of_lines(ml_dsa_44_signature, SIGLET_COUNT(ml_dsa_44_signature));
	siglet_key *key = NULL;

#if OPENSSL_VERSION_NUMBER >= 0x30500000L
	key = key_of_spki(spki);
	verifies_only(key, SIGLET_SCHEME_ML_DSA, message_of("siglet"), signature, "ML-DSA-44");
	siglet_key_free(key);
	ml_dsa_of_size("ML-DSA-44", SIGLET_KEY_ML_DSA_44, 8 * 1312);
	ml_dsa_of_size("ML-DSA-65", SIGLET_KEY_ML_DSA_65, 8 * 1952);
	ml_dsa_of_size("ML-DSA-87", SIGLET_KEY_ML_DSA_87, 8 * 2592);
#else
	static const struct {
		const char *algorithm;
		size_t size;
		const char *name;
	} sizes[] = {
		{ "300b0609608648016503040311", 1312, "ML-DSA-44" },
		{ "300b0609608648016503040312", 1952, "ML-DSA-65" },
		{ "300b0609608648016503040313", 2592, "ML-DSA-87" },
	};
	static const uint8_t zeros[2592];

	(void)signature;
	OK_ERROR(siglet_key_from_spki(spki, &key), SIGLET_E_UNSUPPORTED, "no ML-DSA-44 here");
	for (size_t i = 0; i < SIGLET_COUNT(sizes); i++) {
		siglet_err *err = siglet_key_from_spki(
			spki_of(unhex(sizes[i].algorithm), siglet_slice_of(zeros, sizes[i].size)),
			&key);

		OK(err != NULL && siglet_err_code(err) == SIGLET_E_UNSUPPORTED &&
			   strstr(siglet_err_message(err), sizes[i].name) != NULL,
		   "unsupported: %s", err == NULL ? "" : siglet_err_message(err));
		siglet_err_free(err);
		OK(queue_is_empty(), "OpenSSL's error queue is empty");
	}
	OK(key == NULL, "no key is made");
#endif
	OK_ERROR(siglet_key_from_spki(joined(spki, unhex("00")), &key), SIGLET_E_MALFORMED,
		 "a trailing byte");
}

static void ecdsa_verifies_what_openssl_signs(void)
{
	static const struct {
		const char *group;
		siglet_scheme scheme;
		const char *md;
	} pairs[] = {
		{ "P-256", SIGLET_SCHEME_ECDSA_SHA256, "SHA256" },
		{ "P-256", SIGLET_SCHEME_ECDSA_SHA512, "SHA512" },
		{ "P-384", SIGLET_SCHEME_ECDSA_SHA384, "SHA384" },
		{ "P-384", SIGLET_SCHEME_ECDSA_SHA256, "SHA256" },
		{ "P-521", SIGLET_SCHEME_ECDSA_SHA512, "SHA512" },
		{ "P-521", SIGLET_SCHEME_ECDSA_SHA256, "SHA256" },
	};

	for (size_t i = 0; i < SIGLET_COUNT(pairs); i++) {
		EVP_PKEY *pkey = make_ec(pairs[i].group);
		siglet_key *key = key_of_spki(spki_of_pkey(pkey));
		const siglet_slice signature =
			sign(pkey, EVP_get_digestbyname(pairs[i].md), NULL, message_of("m"));

		OK_SUCCESS(siglet_key_verify(key, pairs[i].scheme, message_of("m"), signature),
			   "%s %s", pairs[i].group, pairs[i].md);
		digest_agrees(key, pairs[i].scheme, message_of("m"), signature);
		siglet_key_free(key);
		EVP_PKEY_free(pkey);
	}
}

/* The vector of RFC 6979 again, written in every way but DER's one. */
static void ecdsa_refuses_every_other_encoding(void)
{
	siglet_key *key = key_of_spki(
		unhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004"
		      "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
		      "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"));
#define R "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
#define S "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
	static const char *const others[] = {
		R S,
		"308146022100" R "022100" S,
		"3080022100" R "022100" S "0000",
		"304702220000" R "022100" S,
		"304702820021"
		"00" R "022100" S,
		"30440220" R "0220" S,
		"3046022100" R "022100" S "00",
		"3048022100" R "022100" S "0500",
		"3146022100" R "022100" S,
		"3006020100020100",
		"3006020101020101",
		"3000",
	};

	for (size_t i = 0; i < SIGLET_COUNT(others); i++)
		OK_ERROR(siglet_key_verify(key, SIGLET_SCHEME_ECDSA_SHA256, message_of("sample"),
					   unhex(others[i])),
			 SIGLET_E_MISMATCH, "%.16s...", others[i]);
	OK(queue_is_empty(), "OpenSSL's error queue is empty");
	siglet_key_free(key);
}

static void rsa_verifies_only_its_own_scheme(void)
{
	EVP_PKEY *pkey = make_rsa();
	siglet_key *key = key_of_spki(spki_of_pkey(pkey));
	const siglet_slice m = message_of("m");
	const siglet_slice pkcs1 = sign(pkey, EVP_sha256(), NULL, m);
	const siglet_slice pss_good =
		sign(pkey, EVP_sha256(), &(pss) { .salt_len = 32, .mgf1 = EVP_sha256() }, m);

	verifies_only(key, SIGLET_SCHEME_RSA_PKCS1_SHA256, m, pkcs1, "PKCS#1 v1.5");
	verifies_only(key, SIGLET_SCHEME_RSA_PSS_SHA256, m, pss_good, "PSS");
	digest_agrees(key, SIGLET_SCHEME_RSA_PKCS1_SHA256, m, pkcs1);
	digest_agrees(key, SIGLET_SCHEME_RSA_PSS_SHA256, m, pss_good);
	OK_ERROR(siglet_key_verify(key, SIGLET_SCHEME_RSA_PSS_SHA256, m, pkcs1), SIGLET_E_MISMATCH,
		 "PKCS#1 is not PSS");
	OK_ERROR(siglet_key_verify(key, SIGLET_SCHEME_RSA_PKCS1_SHA256, m, pss_good),
		 SIGLET_E_MISMATCH, "PSS is not PKCS#1");
	OK_ERROR(siglet_key_verify(key, SIGLET_SCHEME_RSA_PKCS1_SHA256, m,
				   sign(pkey, EVP_sha512(), NULL, m)),
		 SIGLET_E_MISMATCH, "PKCS#1 with SHA-512");
	OK_ERROR(siglet_key_verify(key, SIGLET_SCHEME_RSA_PSS_SHA256, m,
				   sign(pkey, EVP_sha256(),
					&(pss) { .salt_len = 32, .mgf1 = EVP_sha1() }, m)),
		 SIGLET_E_MISMATCH, "PSS with MGF1 of SHA-1");
	for (int salt_len = 0; salt_len <= 64; salt_len++) {
		const pss with = { .salt_len = salt_len, .mgf1 = EVP_sha256() };

		if (salt_len != 32)
			OK_ERROR(siglet_key_verify(key, SIGLET_SCHEME_RSA_PSS_SHA256, m,
						   sign(pkey, EVP_sha256(), &with, m)),
				 SIGLET_E_MISMATCH, "PSS with a salt of %d bytes", salt_len);
	}
	siglet_key_free(key);
	EVP_PKEY_free(pkey);
}

static siglet_key *key_of_type(siglet_key_type type)
{
	EVP_PKEY *pkey = NULL;
	siglet_key *key = NULL;

	if (type == SIGLET_KEY_RSA)
		return key_of_spki(rsa_of_size(2048, EXPONENT_F4));
	pkey = type == SIGLET_KEY_ED25519 ? make_ed25519()
					  : make_ec(type == SIGLET_KEY_P256   ? "P-256"
						    : type == SIGLET_KEY_P384 ? "P-384"
									      : "P-521");
	key = key_of_spki(spki_of_pkey(pkey));
	EVP_PKEY_free(pkey);
	return key;
}

/* What a scheme is for, told from the enums' order: ECDSA, Ed25519, RSA, ML-DSA. */
static bool is_for(siglet_scheme scheme, siglet_key_type type)
{
	if (scheme <= SIGLET_SCHEME_ECDSA_SHA512)
		return type <= SIGLET_KEY_P521;
	if (scheme <= SIGLET_SCHEME_ED25519_PH)
		return type == SIGLET_KEY_ED25519;
	return scheme != SIGLET_SCHEME_ML_DSA && type == SIGLET_KEY_RSA;
}

static void schemes_fit_only_their_keys(void)
{
	const siglet_slice m = message_of("m");

	for (int t = SIGLET_KEY_P256; t <= SIGLET_KEY_RSA; t++) {
		siglet_key *key = key_of_type((siglet_key_type)t);

		for (int s = 0; s <= SIGLET_SCHEME_RSA_PSS_SHA256_ANY_SALT + 1; s++) {
			const siglet_scheme scheme = (siglet_scheme)s;
			const bool fits = s != 0 && s <= SIGLET_SCHEME_RSA_PSS_SHA256_ANY_SALT &&
					  is_for(scheme, (siglet_key_type)t);
			siglet_err *err = siglet_key_verify(key, scheme, m, m);

			OK(err != NULL && (siglet_err_code(err) == SIGLET_E_USAGE) == !fits,
			   "%s with %s", siglet_key_describe(key), siglet_scheme_name(scheme));
			siglet_err_free(err);
		}
		siglet_key_free(key);
	}
}

static void digests_fit_only_their_schemes(void)
{
	siglet_key *p256 = key_of_type(SIGLET_KEY_P256);
	siglet_key *ed25519 = key_of_type(SIGLET_KEY_ED25519);
	const siglet_slice m = message_of("m");

	for (unsigned i = 0; i < SIGLET_HASH_COUNT; i++) {
		const siglet_digest digest = { .hash = (siglet_hash)i };

		OK_ERROR(siglet_key_verify_digest(p256, SIGLET_SCHEME_ECDSA_SHA256, &digest, m),
			 i == SIGLET_SHA256 ? SIGLET_E_MISMATCH : SIGLET_E_USAGE,
			 "ECDSA SHA-256 of a %s digest", siglet_hash_name(digest.hash));
		OK_ERROR(siglet_key_verify_digest(ed25519, SIGLET_SCHEME_ED25519, &digest, m),
			 SIGLET_E_USAGE, "Ed25519 needs the message");
	}
	siglet_key_free(p256);
	siglet_key_free(ed25519);
}

static void verify_refuses_endless_signatures(void)
{
	siglet_key *key = key_of_type(SIGLET_KEY_ED25519);
	const siglet_slice endless = keys_keep(siglet_slice_of((uint8_t[8193]) { 0 }, 8193));

	OK_ERROR(siglet_key_verify(key, SIGLET_SCHEME_ED25519, message_of("m"), endless),
		 SIGLET_E_MISMATCH, "8193 bytes");
	siglet_key_free(key);
}

int main(void)
{
	ecdsa_verifies_the_vectors_of_rfc_6979();
	ed25519_verifies_the_vectors_of_rfc_8032();
	ed25519_refuses_keys_off_the_curve();
	ed25519_ph_verifies_or_is_unsupported();
	ml_dsa_verifies_or_is_unsupported();
	ecdsa_verifies_what_openssl_signs();
	ecdsa_refuses_every_other_encoding();
	rsa_verifies_only_its_own_scheme();
	schemes_fit_only_their_keys();
	digests_fit_only_their_schemes();
	verify_refuses_endless_signatures();
	return keys_done();
}
