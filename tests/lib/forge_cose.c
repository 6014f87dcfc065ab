/* A COSE_Sign1 with what a bundle carries; its CBOR is written here by hand, head by head. */
#include "forge_internal.h"

#include <string.h>

#include <openssl/bn.h>
#include <openssl/ecdsa.h>

#define UINT 0
#define NEGATIVE 1
#define BYTES 2
#define TEXT 3
#define ARRAY 4
#define MAP 5
#define TAG 6

#define COSE_SIGN1_TAG 18
#define LOG_ENTRIES (-65537)
#define TIMESTAMPS (-65538)
#define SHA_256 (-16)
#define MAX_HALF 66

/* ---- CBOR ---- */

static void put_head(siglet_buf *out, unsigned major, uint64_t argument)
{
	const size_t width = argument < 24	      ? 0
			     : argument <= 0xff	      ? 1
			     : argument <= 0xffff     ? 2
			     : argument <= UINT32_MAX ? 4
						      : 8;
	const unsigned about = width == 0   ? (unsigned)argument
			       : width == 1 ? 24
			       : width == 2 ? 25
			       : width == 4 ? 26
					    : 27;

	forge_put_uint(out, major << 5 | about, 1);
	if (width > 0)
		forge_put_uint(out, argument, width);
}

void forge_cbor_int(siglet_buf *out, int64_t value)
{
	if (value < 0)
		put_head(out, NEGATIVE, (uint64_t)(-1 - value));
	else
		put_head(out, UINT, (uint64_t)value);
}

void forge_cbor_bytes(siglet_buf *out, siglet_slice data)
{
	put_head(out, BYTES, data.len);
	forge_put_bytes(out, data);
}

void forge_cbor_text(siglet_buf *out, siglet_slice text)
{
	put_head(out, TEXT, text.len);
	forge_put_bytes(out, text);
}

void forge_cbor_array(siglet_buf *out, size_t count)
{
	put_head(out, ARRAY, count);
}

void forge_cbor_map(siglet_buf *out, size_t pairs)
{
	put_head(out, MAP, pairs);
}

/* ---- what is signed ---- */

static int64_t algorithm(forge_key_type type)
{
	static const int64_t numbers[FORGE_KEY_TYPES] = {
		[FORGE_P256] = -7,	[FORGE_P384] = -35,	[FORGE_P521] = -36,
		[FORGE_ED25519] = -8,	[FORGE_PSS_2048] = -37, [FORGE_PSS_3072] = -37,
		[FORGE_PSS_4096] = -37,
	};

	MUST(numbers[type] != 0);
	return numbers[type];
}

static bool has_hash(const forge_making *making)
{
	return making->options.cose == FORGE_COSE_HASH;
}

/* They decide nothing, and need not be the certificate's. */
static void put_claims(const forge_making *making, siglet_buf *map)
{
	forge_cbor_int(map, 15); /* CWT claims */
	forge_cbor_map(map, 3);
	forge_cbor_int(map, 1); /* iss */
	forge_cbor_text(map, siglet_slice_str("https://issuer.example"));
	forge_cbor_int(map, 2); /* sub */
	forge_cbor_text(map, siglet_slice_str("a subject"));
	forge_cbor_int(map, 6); /* iat */
	forge_cbor_int(map, making->time_s);
}

static void put_certificate(const forge_making *making, siglet_buf *map)
{
	const siglet_slice leaf = siglet_buf_slice(&making->leaf_der);
	const forge_digest hash = forge_hash(EVP_sha256(), leaf);

	forge_cbor_int(map, 33); /* x5chain */
	forge_cbor_bytes(map, leaf);
	forge_cbor_int(map, 34); /* x5t */
	forge_cbor_array(map, 2);
	forge_cbor_int(map, SHA_256);
	forge_cbor_bytes(map, forge_digest_slice(&hash));
}

static siglet_buf make_protected(const forge_making *making)
{
	const forge_digest id = forge_hash(EVP_sha256(), siglet_buf_slice(&making->key.spki));
	siglet_buf map = forge_buf();

	forge_cbor_map(&map, 1 + (making->is_managed ? 1u : 3u) + (has_hash(making) ? 1u : 0u));
	forge_cbor_int(&map, 1); /* alg */
	forge_cbor_int(&map, algorithm(making->key.type));
	if (making->is_managed) {
		forge_cbor_int(&map, 4); /* kid */
		forge_cbor_bytes(&map, forge_digest_slice(&id));
	} else {
		put_claims(making, &map);
		put_certificate(making, &map);
	}
	if (has_hash(making)) {
		forge_cbor_int(&map, 258); /* payload-hash-alg */
		forge_cbor_int(&map, SHA_256);
	}
	return map;
}

static siglet_buf make_payload(const forge_making *making)
{
	const siglet_slice artifact = forge_is(making, FORGE_DEFECT_DIGEST_MISMATCH)
					      ? forge_other_artifact()
					      : siglet_buf_slice(&making->artifact);
	const forge_digest digest = forge_hash(EVP_sha256(), artifact);

	return forge_copy(has_hash(making) ? forge_digest_slice(&digest) : artifact);
}

void forge_cose_content(forge_making *making)
{
	making->protected_map = make_protected(making);
	making->payload = make_payload(making);
	making->message = forge_buf();
	forge_cbor_array(&making->message, 4);
	forge_cbor_text(&making->message, siglet_slice_str("Signature1"));
	forge_cbor_bytes(&making->message, siglet_buf_slice(&making->protected_map));
	forge_cbor_bytes(&making->message, SIGLET_SLICE_NONE);
	forge_cbor_bytes(&making->message, siglet_buf_slice(&making->payload));
}

/* ---- the message ---- */

/* r and s, each as long as the curve's order. */
static siglet_buf split_signature(const forge_making *making)
{
	const int half = making->key.type == FORGE_P256	  ? 32
			 : making->key.type == FORGE_P384 ? 48
							  : MAX_HALF;
	const uint8_t *at = making->signature.ptr;
	ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &at, (long)making->signature.len);
	uint8_t raw[2 * MAX_HALF];

	MUST(pair != NULL);
	MUST(BN_bn2binpad(ECDSA_SIG_get0_r(pair), raw, half) == half);
	MUST(BN_bn2binpad(ECDSA_SIG_get0_s(pair), raw + half, half) == half);
	ECDSA_SIG_free(pair);
	return forge_copy(siglet_slice_of(raw, 2 * (size_t)half));
}

static void write_signature(const forge_making *making, siglet_buf *out)
{
	const bool is_ecdsa = making->key.type <= FORGE_P521_SHA256;
	siglet_buf signature = { 0 };

	if (!forge_is(making, FORGE_DEFECT_SIGNATURE_EMPTY))
		signature = is_ecdsa ? split_signature(making)
				     : forge_copy(siglet_buf_slice(&making->signature));
	if (forge_is(making, FORGE_DEFECT_SIGNATURE_TRAILING))
		forge_put_uint(&signature, 0, 1);
	forge_cbor_bytes(out, siglet_buf_slice(&signature));
	siglet_buf_clear(&signature);
}

static void write_entries(forge_making *making, siglet_buf *out)
{
	const forge_options *options = &making->options;
	const bool twice = forge_is(making, FORGE_DEFECT_ENTRY_TWICE);

	forge_cbor_int(out, LOG_ENTRIES);
	forge_cbor_array(out, options->entry_count * (twice ? 2 : 1));
	for (size_t i = 0; i < options->entry_count; i++) {
		siglet_buf one = forge_buf();

		forge_entry_write(making, &options->entries[i], &one);
		forge_put_bytes(out, siglet_buf_slice(&one));
		if (twice)
			forge_put_bytes(out, siglet_buf_slice(&one));
		siglet_buf_clear(&one);
	}
}

static void write_stamps(forge_making *making, siglet_buf *out)
{
	const forge_options *options = &making->options;

	forge_cbor_int(out, TIMESTAMPS);
	forge_cbor_array(out, options->stamp_count);
	for (size_t i = 0; i < options->stamp_count; i++) {
		siglet_buf stamp = forge_stamp_make(making, &options->stamps[i]);

		forge_cbor_bytes(out, siglet_buf_slice(&stamp));
		siglet_buf_clear(&stamp);
	}
}

siglet_buf forge_cose_write(forge_making *making)
{
	const forge_options *options = &making->options;
	const bool has_stamps = !options->no_stamps && options->stamp_count > 0;
	const bool has_more = forge_varies(making, FORGE_VARIATION_UNKNOWN_FIELD);
	siglet_buf out = forge_buf();

	put_head(&out, TAG, COSE_SIGN1_TAG);
	forge_cbor_array(&out, 4);
	forge_cbor_bytes(&out, siglet_buf_slice(&making->protected_map));
	forge_cbor_map(&out, (has_more ? 1u : 0u) + (options->no_entries ? 0u : 1u) +
				     (has_stamps ? 1u : 0u));
	if (has_more) {
		forge_cbor_int(&out, 1000);
		forge_cbor_text(&out, siglet_slice_str("a label of tomorrow"));
	}
	if (!options->no_entries)
		write_entries(making, &out);
	if (has_stamps)
		write_stamps(making, &out);
	if (options->cose == FORGE_COSE_DETACHED)
		forge_put_uint(&out, 0xf6, 1); /* null */
	else
		forge_cbor_bytes(&out, siglet_buf_slice(&making->payload));
	write_signature(making, &out);
	if (forge_is(making, FORGE_DEFECT_TRAILING_TEXT))
		forge_put_uint(&out, 0xf6, 1);
	return out;
}
