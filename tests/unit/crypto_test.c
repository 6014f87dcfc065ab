#include "crypto_keys.h"

static siglet_slice hex_of(siglet_slice bytes)
{
	siglet_buf text;

	siglet_buf_init(&text, 1024);
	keys_need(siglet_hex_encode(bytes, &text) == NULL, "hex");

	const siglet_slice copy = keys_keep(siglet_buf_slice(&text));

	siglet_buf_clear(&text);
	return copy;
}

/* FIPS 180-4 examples: the messages "abc" and "". */
static const struct {
	siglet_hash hash;
	const char *name;
	const char *abc;
	const char *empty;
} vectors[] = {
	{ SIGLET_SHA256, "sha256",
	  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
	  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ SIGLET_SHA384, "sha384",
	  "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
	  "8086072ba1e7cc2358baeca134c825a7",
	  "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da"
	  "274edebfe76f65fbd51ad2f14898b95b" },
	{ SIGLET_SHA512, "sha512",
	  "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
	  "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
	  "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
	  "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e" },
};

static void hash_gives_the_published_digests(void)
{
	for (size_t i = 0; i < SIGLET_COUNT(vectors); i++) {
		const siglet_slice abc = siglet_slice_str("abc");
		const siglet_slice parts[] = { siglet_slice_str("a"), SIGLET_SLICE_NONE,
					       siglet_slice_str("bc") };
		const char *name = vectors[i].name;
		siglet_digest digest = { 0 };

		OK_SUCCESS(siglet_crypto_hash(vectors[i].hash, &abc, 1, &digest), "%s", name);
		OK(siglet_slice_is(hex_of(siglet_digest_slice(&digest)), vectors[i].abc),
		   "%s of abc", name);
		OK_SUCCESS(siglet_crypto_hash(vectors[i].hash, parts, 3, &digest), "%s", name);
		OK(siglet_slice_is(hex_of(siglet_digest_slice(&digest)), vectors[i].abc),
		   "%s of abc in parts", name);
		OK_SUCCESS(siglet_crypto_hash(vectors[i].hash, NULL, 0, &digest), "%s", name);
		OK(siglet_slice_is(hex_of(siglet_digest_slice(&digest)), vectors[i].empty),
		   "%s of nothing", name);
	}
}

static void hash_knows_its_names_and_sizes(void)
{
	siglet_hash hash = SIGLET_SHA512;

	for (size_t i = 0; i < SIGLET_COUNT(vectors); i++) {
		const char *name = vectors[i].name;

		OK(strcmp(siglet_hash_name(vectors[i].hash), name) == 0, "%s has its name", name);
		OK(siglet_hash_find(siglet_slice_str(name), &hash) && hash == vectors[i].hash,
		   "%s is found", name);
		OK(siglet_hash_size(vectors[i].hash) == strlen(vectors[i].abc) / 2, "%s: size",
		   name);
	}
	OK(!siglet_hash_find(siglet_slice_str("SHA256"), &hash), "names are exact");
	OK(!siglet_hash_find(siglet_slice_str("sha25"), &hash), "a part of a name is none");
	OK(!siglet_hash_find(siglet_slice_str("sha1"), &hash), "no SHA-1");
	OK(!siglet_hash_find(SIGLET_SLICE_NONE, &hash), "no name, no hash");
	OK(siglet_hash_size((siglet_hash)3) == 0, "an unknown hash has no size");
	OK(siglet_hash_name((siglet_hash)3) != NULL, "nor a NULL name");
}

static void hash_refuses_one_that_there_is_not(void)
{
	siglet_digest digest = { .bytes = { 7 } };

	OK_ERROR(siglet_crypto_hash((siglet_hash)3, NULL, 0, &digest), SIGLET_E_USAGE,
		 "an unknown hash");
	OK(digest.bytes[0] == 7, "the output is not written on failure");
}

static void digest_from_wants_the_exact_length(void)
{
	static const uint8_t bytes[65] = { 1 };
	siglet_digest digest = { .hash = SIGLET_SHA512 };

	for (unsigned i = 0; i < SIGLET_HASH_COUNT; i++) {
		const siglet_hash hash = (siglet_hash)i;
		const size_t size = siglet_hash_size(hash);

		OK_SUCCESS(siglet_digest_from(hash, siglet_slice_of(bytes, size), &digest),
			   "%zu bytes", size);
		OK(digest.hash == hash && digest.bytes[0] == 1, "are taken over");
		OK_ERROR(siglet_digest_from(hash, siglet_slice_of(bytes, size - 1), &digest),
			 SIGLET_E_LENGTH, "one byte less");
		OK_ERROR(siglet_digest_from(hash, siglet_slice_of(bytes, size + 1), &digest),
			 SIGLET_E_LENGTH, "one byte more");
	}
	OK_ERROR(siglet_digest_from((siglet_hash)3, SIGLET_SLICE_NONE, &digest), SIGLET_E_LENGTH,
		 "an unknown hash");
}

static void digest_equal_compares_hash_and_bytes(void)
{
	siglet_digest a = { .hash = SIGLET_SHA256 }, b = a;

	OK(siglet_digest_equal(&a, &b), "the same");
	b.bytes[31] = 1;
	OK(!siglet_digest_equal(&a, &b), "the last byte differs");
	b = a;
	b.bytes[32] = 1;
	OK(siglet_digest_equal(&a, &b), "bytes past the digest do not count");
	b = a;
	b.hash = SIGLET_SHA384;
	OK(!siglet_digest_equal(&a, &b), "another hash");
	a.hash = b.hash = (siglet_hash)3;
	OK(!siglet_digest_equal(&a, &b), "unknown hashes equal nothing");
}

static void hasher_agrees_with_the_one_shot(void)
{
	const siglet_slice abc = siglet_slice_str("abc");

	for (unsigned mask = 1; mask < 8; mask++) {
		siglet_hasher *hasher = NULL;
		siglet_digests digests = { 0 };
		siglet_digest one = { 0 };

		OK_SUCCESS(siglet_hasher_new(mask, &hasher), "hashes %u", mask);
		for (size_t i = 0; i < abc.len; i++)
			OK_SUCCESS(siglet_hasher_update(hasher, siglet_slice_of(abc.ptr + i, 1)),
				   "byte %zu", i);
		OK_SUCCESS(siglet_hasher_update(hasher, SIGLET_SLICE_NONE), "no byte");
		OK_SUCCESS(siglet_hasher_finish(hasher, &digests), "finish");
		OK(digests.mask == mask, "exactly the hashes that were asked for");
		for (unsigned i = 0; i < SIGLET_HASH_COUNT; i++) {
			const siglet_digest *have = siglet_digests_get(&digests, (siglet_hash)i);

			OK_SUCCESS(siglet_crypto_hash((siglet_hash)i, &abc, 1, &one), "one-shot");
			OK((have != NULL) == ((mask & SIGLET_HASH_BIT(i)) != 0), "hash %u", i);
			OK(have == NULL || siglet_digest_equal(have, &one), "is the same");
		}
		OK(siglet_digests_get(&digests, (siglet_hash)3) == NULL, "no unknown hash");
		OK_ERROR(siglet_hasher_finish(hasher, &digests), SIGLET_E_USAGE, "finish twice");
		OK_ERROR(siglet_hasher_update(hasher, abc), SIGLET_E_USAGE, "update too late");
		siglet_hasher_free(hasher);
	}
}

static void hasher_refuses_masks_without_sense(void)
{
	siglet_hasher *hasher = NULL;

	OK_ERROR(siglet_hasher_new(0, &hasher), SIGLET_E_USAGE, "no hash");
	OK_ERROR(siglet_hasher_new(8, &hasher), SIGLET_E_USAGE, "a hash that there is not");
	OK_ERROR(siglet_hasher_new(9, &hasher), SIGLET_E_USAGE, "among others");
	OK(hasher == NULL, "nothing is made");
	siglet_hasher_free(NULL);
}

static void error_takes_the_cause_and_leaves_nothing(void)
{
	siglet_err *err;

	siglet_crypto_clear_errors();
	err = siglet_crypto_error(SIGLET_E_CRYPTO, "what");
	OK(siglet_err_code(err) == SIGLET_E_CRYPTO && strcmp(siglet_err_message(err), "what") == 0,
	   "without a reason: what was tried");
	siglet_err_free(err);

	ERR_raise(ERR_LIB_ASN1, ASN1_R_WRONG_TAG);
	ERR_raise(ERR_LIB_ASN1, ERR_R_NESTED_ASN1_ERROR);
	err = siglet_crypto_error(SIGLET_E_MALFORMED, "what");
	OK(siglet_err_code(err) == SIGLET_E_MALFORMED &&
		   strcmp(siglet_err_message(err), "what: wrong tag") == 0,
	   "the first entry is the reason");
	siglet_err_free(err);
	OK(queue_is_empty(), "the queue is empty");

	ERR_raise(ERR_LIB_ASN1, ASN1_R_WRONG_TAG);
	ERR_raise(ERR_LIB_EVP, ERR_R_MALLOC_FAILURE);
	err = siglet_crypto_error(SIGLET_E_MISMATCH, "what");
	OK(siglet_err_code(err) == SIGLET_E_NOMEM, "want of memory is no verdict");
	siglet_err_free(err);

	ERR_raise(ERR_LIB_USER, 99);
	err = siglet_crypto_error(SIGLET_E_CRYPTO, "what");
	OK(strstr(siglet_err_message(err), "what: ") != NULL, "a reason without text");
	siglet_err_free(err);
	OK(queue_is_empty(), "the queue is empty");
}

int main(void)
{
	hash_gives_the_published_digests();
	hash_knows_its_names_and_sizes();
	hash_refuses_one_that_there_is_not();
	digest_from_wants_the_exact_length();
	digest_equal_compares_hash_and_bytes();
	hasher_agrees_with_the_one_shot();
	hasher_refuses_masks_without_sense();
	error_takes_the_cause_and_leaves_nothing();
	return keys_done();
}
