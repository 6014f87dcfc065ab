#include "../lib/check.h"
#include "../lib/heads.h"
#include "cose/cose.h"

/* What is signed verifies, and nothing next to it does. */

typedef struct algorithm {
	const char *details; /* of the key, as PublicKeyDetails has it */
	int64_t number;
	size_t size; /* of a signature */
} algorithm;

static const algorithm algorithms[] = {
	{ "PKIX_ECDSA_P256_SHA_256", -7, 64 },	  { "PKIX_ECDSA_P384_SHA_384", -35, 96 },
	{ "PKIX_ECDSA_P521_SHA_512", -36, 132 },  { "PKIX_ED25519", -8, 64 },
	{ "PKIX_RSA_PSS_3072_SHA256", -37, 384 },
};

static const siglet_cose_context attached = { { NULL, 0 }, false, { NULL, 0 }, { NULL, 0 } };

static siglet_signer *make_signer(const char *name)
{
	const siglet_key_details *details = siglet_key_details_find(siglet_slice_str(name));
	siglet_signer *signer = NULL;
	siglet_err *err = details == NULL ? siglet_err_new(SIGLET_E_USAGE, "unknown")
					  : siglet_signer_generate(details, &signer);

	if (err != NULL) {
		printf("Bail out! %s: %s\n", name, siglet_err_message(err));
		exit(3);
	}
	return signer;
}

/* {1: number} */
static siglet_buf header_with(int64_t number)
{
	siglet_cbor_writer writer;
	siglet_buf map;

	siglet_buf_init(&map, 64);
	siglet_cbor_writer_init(&writer, heads(), &map);
	siglet_cbor_write_begin_map(&writer);
	siglet_cbor_write_int(&writer, SIGLET_COSE_ALG);
	siglet_cbor_write_int(&writer, number);
	siglet_cbor_write_end_map(&writer);
	siglet_err *err = siglet_cbor_writer_finish(&writer);

	if (err != NULL)
		exit(3);
	return map;
}

static siglet_err *make(const siglet_signer *signer, const siglet_cose_draft *draft,
			siglet_buf *ret_message)
{
	siglet_buf signature;
	siglet_err *err;

	siglet_buf_init(&signature, 1024);
	siglet_buf_init(ret_message, 1u << 20);
	err = siglet_cose_sign(heads(), signer, draft, &signature);
	if (err == NULL)
		err = siglet_cose_write(heads(), draft, siglet_buf_slice(&signature), ret_message);
	siglet_buf_clear(&signature);
	return err;
}

static siglet_err *verify(siglet_slice bytes, const siglet_key *key,
			  const siglet_cose_context *context)
{
	siglet_cbor_doc *doc = NULL;
	siglet_cose_sign1 message;
	siglet_err *err = siglet_cose_sign1_parse(heads(), bytes, &doc, &message);

	if (err == NULL)
		err = siglet_cose_verify(&message, heads(), key, context);
	siglet_cbor_doc_free(doc);
	return err;
}

/* No bit may change; where it does, there is one error or another. */
static void every_bit_counts(siglet_buf *message, const siglet_key *key,
			     const siglet_cose_context *context)
{
	size_t accepted = 0;

	for (size_t i = 0; i < message->len * 8; i++) {
		message->ptr[i / 8] ^= (uint8_t)(1u << i % 8);
		siglet_err *err = verify(siglet_buf_slice(message), key, context);

		accepted += err == NULL;
		siglet_err_free(err);
		message->ptr[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	OK(accepted == 0, "… and each of %zu bits counts", message->len * 8);
}

static void signed_and_verified(const algorithm *a, bool is_detached, siglet_slice aad)
{
	siglet_signer *signer = make_signer(a->details), *other = make_signer(a->details);
	siglet_buf map = header_with(a->number), message;
	const siglet_slice payload = siglet_slice_str("what is signed");
	const siglet_cose_draft draft = { .protected_map = siglet_buf_slice(&map),
					  .external_aad = aad,
					  .payload = payload,
					  .is_detached = is_detached };
	const siglet_cose_context context = { .external_aad = aad,
					      .is_detached = is_detached,
					      .payload =
						      is_detached ? payload : SIGLET_SLICE_NONE };
	siglet_cose_context changed = context;

	OK_SUCCESS(make(signer, &draft, &message), "%s, %s, %zu bytes beside it", a->details,
		   is_detached ? "detached" : "attached", aad.len);
	OK_SUCCESS(verify(siglet_buf_slice(&message), siglet_signer_key(signer), &context),
		   "… verifies");
	OK_ERROR(verify(siglet_buf_slice(&message), siglet_signer_key(other), &context),
		 SIGLET_E_MISMATCH, "… not under another key");
	changed.external_aad = siglet_slice_str("b");
	OK_ERROR(verify(siglet_buf_slice(&message), siglet_signer_key(signer), &changed),
		 SIGLET_E_MISMATCH, "… not with something else beside it");
	changed = context;
	changed.is_detached = !is_detached;
	OK_ERROR(verify(siglet_buf_slice(&message), siglet_signer_key(signer), &changed),
		 SIGLET_E_USAGE, "… nor taken for %s", is_detached ? "attached" : "detached");
	if (is_detached) {
		changed = context;
		changed.payload = siglet_slice_str("what is not signed");
		OK_ERROR(verify(siglet_buf_slice(&message), siglet_signer_key(signer), &changed),
			 SIGLET_E_MISMATCH, "… nor over another payload");
	}
	if (a->number == -7 || a->number == -8)
		every_bit_counts(&message, siglet_signer_key(signer), &context);
	siglet_buf_clear(&message);
	siglet_buf_clear(&map);
	siglet_signer_free(other);
	siglet_signer_free(signer);
}

/* ---- signatures of other lengths, and r or s zero ---- */

static void refuses_signature(const siglet_cose_draft *draft, const siglet_key *key,
			      siglet_slice signature, siglet_code code, const char *claim)
{
	siglet_buf message;

	siglet_buf_init(&message, 4096);
	OK_SUCCESS(siglet_cose_write(heads(), draft, signature, &message), "%s, %s",
		   siglet_key_describe(key), claim);
	OK_ERROR(verify(siglet_buf_slice(&message), key, &attached), code, "… is refused");
	siglet_buf_clear(&message);
}

static void signatures_have_one_length(const algorithm *a)
{
	static const uint8_t zeros[385], ones[385] = { 1 };
	siglet_signer *signer = make_signer(a->details);
	const siglet_key *key = siglet_signer_key(signer);
	siglet_buf map = header_with(a->number), signature, halved;
	const siglet_cose_draft draft = { .protected_map = siglet_buf_slice(&map) };

	siglet_buf_init(&signature, 1024);
	OK_SUCCESS(siglet_cose_sign(heads(), signer, &draft, &signature), "%s", a->details);
	OK(signature.len == a->size, "… signs with %zu bytes", a->size);
	refuses_signature(&draft, key, siglet_slice_of(signature.ptr, a->size - 1), SIGLET_E_LENGTH,
			  "a byte less");
	refuses_signature(&draft, key, siglet_slice_of(ones, a->size + 1), SIGLET_E_LENGTH,
			  "a byte more");
	refuses_signature(&draft, key, siglet_slice_of(zeros, a->size), SIGLET_E_MISMATCH, "zeros");
	if (siglet_ecdsa_half(siglet_key_type_of(key)) > 0) {
		siglet_buf_init(&halved, 1024);
		siglet_err_free(siglet_buf_append(&halved, siglet_buf_slice(&signature)));
		memset(halved.ptr, 0, a->size / 2);
		refuses_signature(&draft, key, siglet_buf_slice(&halved), SIGLET_E_MISMATCH,
				  "r is zero");
		memcpy(halved.ptr, signature.ptr, a->size / 2);
		memset(halved.ptr + a->size / 2, 0, a->size / 2);
		refuses_signature(&draft, key, siglet_buf_slice(&halved), SIGLET_E_MISMATCH,
				  "s is zero");
		siglet_buf_clear(&halved);
	}
	siglet_buf_clear(&signature);
	siglet_buf_clear(&map);
	siglet_signer_free(signer);
}

/* DER is what OpenSSL makes, and what COSE does not take. */
static void der_is_no_cose_signature(void)
{
	siglet_signer *signer = make_signer(algorithms[0].details);
	siglet_buf map = header_with(-7), tbs, der;
	const siglet_cose_draft draft = { .protected_map = siglet_buf_slice(&map) };

	siglet_buf_init(&tbs, 1024);
	siglet_buf_init(&der, 1024);
	OK_SUCCESS(siglet_cose_tbs_head(heads(), siglet_buf_slice(&map), SIGLET_SLICE_NONE, 0,
					&tbs),
		   "what is signed");
	OK_SUCCESS(siglet_signer_sign(signer, siglet_buf_slice(&tbs), &der), "signed, in DER");
	refuses_signature(&draft, siglet_signer_key(signer), siglet_buf_slice(&der),
			  SIGLET_E_LENGTH, "DER");
	siglet_buf_clear(&der);
	siglet_buf_clear(&tbs);
	siglet_buf_clear(&map);
	siglet_signer_free(signer);
}

/* ---- the algorithm must be the key's ---- */

static void keys_take_their_own_algorithm_only(void)
{
	siglet_signer *signers[SIGLET_COUNT(algorithms)];
	static const uint8_t bytes[384] = { 1 };

	for (size_t i = 0; i < SIGLET_COUNT(algorithms); i++)
		signers[i] = make_signer(algorithms[i].details);
	for (size_t i = 0; i < SIGLET_COUNT(algorithms) * SIGLET_COUNT(algorithms); i++) {
		const size_t k = i % SIGLET_COUNT(algorithms), a = i / SIGLET_COUNT(algorithms);
		siglet_buf map = header_with(algorithms[a].number), signature;
		const siglet_cose_draft draft = { .protected_map = siglet_buf_slice(&map) };

		siglet_buf_init(&signature, 1024);
		if (k == a)
			OK_SUCCESS(siglet_cose_sign(heads(), signers[k], &draft, &signature),
				   "a key signs with its own algorithm");
		else
			OK_ERROR(siglet_cose_sign(heads(), signers[k], &draft, &signature),
				 SIGLET_E_USAGE, "with another it does not");
		if (k != a)
			refuses_signature(&draft, siglet_signer_key(signers[k]),
					  siglet_slice_of(bytes, algorithms[k].size),
					  SIGLET_E_MISMATCH, "another's algorithm");
		siglet_buf_clear(&signature);
		siglet_buf_clear(&map);
	}
	for (size_t i = 0; i < SIGLET_COUNT(algorithms); i++) {
		const siglet_cose_algorithm *own =
			siglet_cose_algorithm_for(siglet_signer_key(signers[i]));

		OK(own != NULL && own->number == algorithms[i].number, "%s is %s",
		   algorithms[i].details, own == NULL ? "nothing" : own->name);
		siglet_signer_free(signers[i]);
	}
}

/* A key that signs in another way than the algorithm has it, though it is of the right type or hash. */
static void keys_sign_in_the_algorithm_s_way(void)
{
	static const struct {
		const char *made, *details;
		int64_t number;
	} wrong[] = {
		{ "PKIX_RSA_PSS_3072_SHA256", "PKIX_RSA_PKCS1V5", -37 },
		{ "PKIX_RSA_PSS_3072_SHA256", "PKIX_RSA_PSS", -38 },
		{ "PKIX_ECDSA_P384_SHA_384", "PKIX_ECDSA_P384_SHA_256", -7 },
		{ "PKIX_ECDSA_P384_SHA_384", "PKIX_ECDSA_P384_SHA_256", -35 },
		{ "PKIX_ED25519", "PKIX_ED25519_PH", -8 },
	};

	for (size_t i = 0; i < SIGLET_COUNT(wrong); i++) {
		siglet_signer *made = make_signer(wrong[i].made), *signer = NULL;
		siglet_buf map = header_with(wrong[i].number), signature;
		const siglet_cose_draft draft = { .protected_map = siglet_buf_slice(&map) };

		siglet_buf_init(&signature, 1024);
		OK_SUCCESS(siglet_signer_from_pkey(
				   siglet_signer_pkey(made),
				   siglet_key_details_find(siglet_slice_str(wrong[i].details)),
				   &signer),
			   "%s", wrong[i].details);
		if (signer == NULL)
			exit(1);
		OK_ERROR(siglet_cose_sign(heads(), signer, &draft, &signature), SIGLET_E_USAGE,
			 "… does not sign as %d", (int)wrong[i].number);
		siglet_buf_clear(&signature);
		siglet_buf_clear(&map);
		siglet_signer_free(signer);
		siglet_signer_free(made);
	}
}

/* RFC 9864's numbers name the same. */
static void fully_specified_numbers_are_the_same(void)
{
	static const struct {
		size_t of;
		int64_t number;
	} same[] = { { 0, -9 }, { 1, -51 }, { 2, -52 }, { 3, -19 } };

	for (size_t i = 0; i < SIGLET_COUNT(same); i++) {
		siglet_signer *signer = make_signer(algorithms[same[i].of].details);
		siglet_buf map = header_with(same[i].number), message;
		const siglet_cose_draft draft = { .protected_map = siglet_buf_slice(&map) };

		OK_SUCCESS(make(signer, &draft, &message), "%d signs", (int)same[i].number);
		OK_SUCCESS(verify(siglet_buf_slice(&message), siglet_signer_key(signer), &attached),
			   "… and verifies");
		siglet_buf_clear(&message);
		siglet_buf_clear(&map);
		siglet_signer_free(signer);
	}
}

/* ---- what is written ---- */

static void drafts_that_are_none_are_refused(void)
{
	static const char *const maps[] = {
		"", "a0", "80", "a101", "a10126a0", "a1016131", "a1041a00000000"
	};
	siglet_signer *signer = make_signer(algorithms[0].details);

	for (size_t i = 0; i < SIGLET_COUNT(maps); i++) {
		siglet_buf map = unhex(maps[i]), signature;
		const siglet_cose_draft draft = { .protected_map = siglet_buf_slice(&map) };

		siglet_buf_init(&signature, 1024);
		OK_ERROR(siglet_cose_sign(heads(), signer, &draft, &signature), SIGLET_E_USAGE,
			 "no protected header: %s", maps[i]);
		OK(signature.len == 0, "… and no signature");
		siglet_buf_clear(&signature);
		siglet_buf_clear(&map);
	}
	siglet_signer_free(signer);
}

static void messages_that_are_none_are_not_written(void)
{
	siglet_buf map = unhex("a10126"), array = unhex("80"), again = unhex("a10126"), message;
	siglet_cose_draft draft = { .protected_map = siglet_buf_slice(&map),
				    .unprotected_map = siglet_buf_slice(&array) };
	const siglet_slice signature = siglet_slice_str("s");

	siglet_buf_init(&message, 1024);
	OK_ERROR(siglet_cose_write(heads(), &draft, signature, &message), SIGLET_E_USAGE,
		 "an array for a header");
	draft.unprotected_map = siglet_buf_slice(&again);
	OK_ERROR(siglet_cose_write(heads(), &draft, signature, &message), SIGLET_E_USAGE,
		 "a label in both");
	draft.unprotected_map = SIGLET_SLICE_NONE;
	OK_ERROR(siglet_cose_write(heads(), &draft, SIGLET_SLICE_NONE, &message), SIGLET_E_USAGE,
		 "no signature");
	OK(message.len == 0, "nothing was written");
	OK_SUCCESS(siglet_cose_write(heads(), &draft, signature, &message), "with all of it");
	OK(siglet_slice_equal(siglet_buf_slice(&message),
			      siglet_slice_of("\xd2\x84\x43\xa1\x01\x26\xa0\x40\x41s", 10)),
	   "… it is tagged and deterministic");
	siglet_buf_clear(&message);
	siglet_buf_clear(&again);
	siglet_buf_clear(&array);
	siglet_buf_clear(&map);
}

/* The protected header is signed as it was received, however it was written. */
static void a_header_is_never_written_again(void)
{
	siglet_signer *signer = make_signer(algorithms[0].details);
	siglet_buf map = unhex("b802 04 4131 1801 26"), message;
	const siglet_cose_draft draft = { .protected_map = siglet_buf_slice(&map) };

	OK_SUCCESS(make(signer, &draft, &message), "keys out of order, and long heads");
	OK_SUCCESS(verify(siglet_buf_slice(&message), siglet_signer_key(signer), &attached),
		   "… verify");
	siglet_buf_clear(&message);
	siglet_buf_clear(&map);
	siglet_signer_free(signer);
}

int main(void)
{
	if (heads() == NULL) {
		SKIP("built without COSE");
		return tap_done();
	}
	for (size_t i = 0; i < SIGLET_COUNT(algorithms); i++) {
		signed_and_verified(&algorithms[i], false, SIGLET_SLICE_NONE);
		signed_and_verified(&algorithms[i], true, SIGLET_SLICE_NONE);
		signed_and_verified(&algorithms[i], i % 2 == 0, siglet_slice_str("beside it"));
		signatures_have_one_length(&algorithms[i]);
	}
	der_is_no_cose_signature();
	keys_take_their_own_algorithm_only();
	keys_sign_in_the_algorithm_s_way();
	fully_specified_numbers_are_the_same();
	drafts_that_are_none_are_refused();
	messages_that_are_none_are_not_written();
	a_header_is_never_written_again();
	return tap_done();
}
