/* What is signed, and the signature over it. */
#include "forge_internal.h"

#include <stdio.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/obj_mac.h>

#define STATEMENT_V1 "https://in-toto.io/Statement/v1"
#define STATEMENT_V01 "https://in-toto.io/Statement/v0.1"

siglet_slice forge_artifact(void)
{
	return siglet_slice_str("hello, siglet\n");
}

siglet_slice forge_other_artifact(void)
{
	return siglet_slice_str("farewell, siglet\n");
}

/* ---- the statement ---- */

static void put_subject(siglet_buf *out, const char *name, const char *algorithm,
			siglet_slice digest)
{
	forge_put(out, "{\"name\":\"%s\",\"digest\":{\"%s\":\"", name, algorithm);
	forge_put_hex(out, digest);
	forge_put(out, "\"}}");
}

static void put_subjects(const forge_making *making, siglet_buf *out)
{
	const forge_digest other = forge_hash(EVP_sha256(), forge_other_artifact());
	const siglet_slice given = making->options.digest;
	const bool is_given = given.ptr != NULL;
	const char *algorithm = is_given ? forge_key_hash_name(making->key.type) : "sha256";
	const forge_digest own = forge_hash(EVP_sha256(), siglet_buf_slice(&making->artifact));
	siglet_slice digest = is_given ? given : forge_digest_slice(&own);

	if (forge_is(making, FORGE_DEFECT_SUBJECT_NONE))
		return;
	if (forge_is(making, FORGE_DEFECT_SUBJECT_OTHER))
		digest = forge_digest_slice(&other);
	if (forge_is(making, FORGE_DEFECT_SUBJECT_SHORT))
		digest.len /= 2;
	if (forge_is(making, FORGE_DEFECT_SUBJECT_NO_DIGEST)) {
		algorithm = "gitCommit";
		digest.len = 20;
	}
	if (forge_varies(making, FORGE_VARIATION_STATEMENT_MORE_SUBJECTS)) {
		put_subject(out, "farewell", "sha256", forge_digest_slice(&other));
		forge_put(out, ",");
		put_subject(out, "commit", "gitCommit", siglet_slice_of(other.bytes, 20));
		forge_put(out, ",");
	}
	put_subject(out, "artifact", algorithm, digest);
}

static siglet_buf make_statement(const forge_making *making, const char *builder)
{
	const siglet_slice given = making->options.statement;
	siglet_buf out = forge_buf();

	if (forge_is(making, FORGE_DEFECT_STATEMENT_NOT_JSON)) {
		forge_put(&out, "no statement, only words");
		return out;
	}
	if (given.ptr != NULL) {
		forge_put_bytes(&out, given);
		return out;
	}
	forge_put(&out, "{\"_type\":\"%s\",\"subject\":[",
		  forge_is(making, FORGE_DEFECT_STATEMENT_TYPE) ? "https://in-toto.io/Statement/v9"
		  : forge_varies(making, FORGE_VARIATION_STATEMENT_V01) ? STATEMENT_V01
									: STATEMENT_V1);
	put_subjects(making, &out);
	forge_put(&out,
		  "],\"predicateType\":\"https://slsa.dev/provenance/v1\",\"predicate\":{"
		  "\"buildDefinition\":{\"buildType\":\"https://actions.github.io/buildtypes/"
		  "workflow/v1\","
		  "\"externalParameters\":{\"number\":%llu}},"
		  "\"runDetails\":{\"builder\":{\"id\":\"%s\"}}}}",
		  (unsigned long long)making->number, builder);
	return out;
}

/* DSSE: "DSSEv1" SP len(type) SP type SP len(payload) SP payload. */
static siglet_buf make_pae(const char *type, siglet_slice payload)
{
	siglet_buf pae = forge_buf();

	forge_put(&pae, "DSSEv1 %zu %s %zu ", strlen(type), type, payload.len);
	forge_put_bytes(&pae, payload);
	return pae;
}

/* ---- the signature ---- */

/* The bytes that are really signed: the message, unless the defect is that they are not. */
static siglet_buf signed_bytes(const forge_making *making)
{
	const char *type = making->options.payload_type;
	siglet_buf payload = { 0 }, bytes;

	if (!making->options.is_dsse)
		return forge_copy(forge_is(making, FORGE_DEFECT_SIGNATURE_OTHER_BYTES)
					  ? forge_other_artifact()
					  : siglet_buf_slice(&making->message));
	if (forge_is(making, FORGE_DEFECT_PAYLOAD_NOT_PAE))
		return forge_copy(siglet_buf_slice(&making->payload));
	if (forge_is(making, FORGE_DEFECT_PAYLOAD_CHANGED) ||
	    forge_is(making, FORGE_DEFECT_SIGNATURE_OTHER_BYTES))
		payload = make_statement(making, "https://builder.signed.example");
	else
		payload = forge_copy(siglet_buf_slice(&making->payload));
	if (forge_is(making, FORGE_DEFECT_PAYLOAD_TYPE_CHANGED))
		type = "application/vnd.signed+json";
	bytes = make_pae(type, siglet_buf_slice(&payload));
	siglet_buf_clear(&payload);
	return bytes;
}

static siglet_buf sign_content(const forge_making *making)
{
	const forge_key *key = forge_is(making, FORGE_DEFECT_SIGNATURE_OTHER_KEY)
				       ? &making->other_key
				       : &making->key;
	siglet_buf bytes, signature;

	if (making->options.digest.ptr != NULL && !making->options.is_dsse)
		return forge_sign_digest(key, making->options.digest);
	bytes = signed_bytes(making);
	signature = forge_sign(key, siglet_buf_slice(&bytes));
	siglet_buf_clear(&bytes);
	return signature;
}

/* (r, n - s) verifies as (r, s) does. */
static void use_high_s(siglet_buf *signature, int curve_nid)
{
	const uint8_t *at = signature->ptr;
	ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &at, (long)signature->len);
	EC_GROUP *group = EC_GROUP_new_by_curve_name(curve_nid);
	uint8_t *der = NULL;

	MUST(pair != NULL && group != NULL);
	BIGNUM *r = BN_dup(ECDSA_SIG_get0_r(pair)), *s = BN_dup(ECDSA_SIG_get0_s(pair));
	BIGNUM *other = BN_new();
	MUST(r != NULL && s != NULL && other != NULL);
	MUST(BN_sub(other, EC_GROUP_get0_order(group), s) == 1);
	MUST(ECDSA_SIG_set0(pair, r, BN_cmp(other, s) > 0 ? other : s) == 1);
	BN_free(BN_cmp(other, s) > 0 ? s : other);
	const int len = i2d_ECDSA_SIG(pair, &der);
	siglet_buf_clear(signature);
	*signature = forge_taken(der, len);
	EC_GROUP_free(group);
	ECDSA_SIG_free(pair);
}

/* The length of the outer SEQUENCE in two bytes where one does. */
static void use_ber(siglet_buf *signature)
{
	siglet_buf ber = forge_buf();

	MUST(signature->len > 2 && signature->ptr[1] < 0x80);
	forge_put_uint(&ber, signature->ptr[0], 1);
	forge_put_uint(&ber, 0x81, 1);
	forge_put_bytes(&ber, siglet_slice_of(signature->ptr + 1, signature->len - 1));
	siglet_buf_clear(signature);
	*signature = ber;
}

/* Has its base64 two letters that the two alphabets spell differently? */
static bool has_two_special(const siglet_buf *signature)
{
	siglet_buf text = forge_buf();
	size_t count = 0;

	forge_put_base64(&text, siglet_buf_slice(signature));
	for (size_t i = 0; i < text.len; i++)
		count += text.ptr[i] == '+' || text.ptr[i] == '/' ? 1 : 0;
	siglet_buf_clear(&text);
	return count >= 2;
}

static void make_signature(forge_making *making)
{
	making->signature = sign_content(making);
	while (forge_is(making, FORGE_DEFECT_BASE64_MIXED) &&
	       !has_two_special(&making->signature)) {
		siglet_buf_clear(&making->signature);
		making->signature = sign_content(making);
	}
	if (forge_varies(making, FORGE_VARIATION_HIGH_S))
		use_high_s(&making->signature, NID_X9_62_prime256v1);
	if (forge_is(making, FORGE_DEFECT_SIGNATURE_EMPTY) && making->options.cose == FORGE_NO_COSE)
		siglet_buf_truncate(&making->signature, 0);
	if (forge_is(making, FORGE_DEFECT_SIGNATURE_TRAILING) &&
	    making->options.cose == FORGE_NO_COSE)
		forge_put_uint(&making->signature, 0, 1);
	if (forge_is(making, FORGE_DEFECT_SIGNATURE_BER))
		use_ber(&making->signature);
}

void forge_content_make(forge_making *making)
{
	const forge_options *options = &making->options;
	const EVP_MD *md = forge_key_md(making->key.type);

	if (options->digest.ptr == NULL)
		making->artifact = forge_copy(options->artifact);
	if (options->cose != FORGE_NO_COSE) {
		forge_cose_content(making);
	} else if (options->is_dsse) {
		making->payload = make_statement(making, "https://builder.example");
		making->message =
			make_pae(options->payload_type, siglet_buf_slice(&making->payload));
	} else {
		making->message = forge_copy(siglet_buf_slice(&making->artifact));
	}
	if (options->digest.ptr != NULL && !options->is_dsse) {
		MUST(options->digest.len <= sizeof(making->digest.bytes));
		memcpy(making->digest.bytes, options->digest.ptr, options->digest.len);
		making->digest.len = options->digest.len;
	} else {
		making->digest = forge_hash(md != NULL ? md : EVP_sha256(),
					    siglet_buf_slice(&making->message));
	}
	make_signature(making);
}

/* ---- as the bundle shows it ---- */

static void write_signature(const forge_making *making, siglet_buf *json)
{
	if (!forge_is(making, FORGE_DEFECT_BASE64_NEWLINE) &&
	    !forge_is(making, FORGE_DEFECT_BASE64_MIXED)) {
		forge_write_bytes(making, json, siglet_buf_slice(&making->signature));
		return;
	}
	siglet_buf text = forge_buf();
	forge_put_base64(&text, siglet_buf_slice(&making->signature));
	const siglet_slice all = siglet_buf_slice(&text);
	if (forge_is(making, FORGE_DEFECT_BASE64_NEWLINE)) {
		forge_put(json, "\"%.*s\\n%s\"", 40, siglet_buf_text(&text),
			  siglet_buf_text(&text) + 40);
	} else {
		/* The first such letter URL-safe, the others standard. */
		bool is_first = true;
		forge_put(json, "\"");
		for (size_t i = 0; i < all.len; i++) {
			const bool is_62_or_63 = all.ptr[i] == '+' || all.ptr[i] == '/';
			const char url_safe = all.ptr[i] == '+' ? '-' : '_';

			forge_put(json, "%c", is_62_or_63 && is_first ? url_safe : all.ptr[i]);
			is_first = is_first && !is_62_or_63;
		}
		forge_put(json, "\"");
	}
	siglet_buf_clear(&text);
}

static void write_digest(const forge_making *making, siglet_buf *json)
{
	forge_digest digest = making->digest;
	const char *algorithm = forge_key_hash_enum(making->key.type);

	if (forge_is(making, FORGE_DEFECT_DIGEST_MISMATCH))
		digest = forge_hash(forge_key_md(making->key.type), forge_other_artifact());
	if (forge_is(making, FORGE_DEFECT_DIGEST_LENGTH))
		algorithm = "SHA2_512";
	if (forge_is(making, FORGE_DEFECT_DIGEST_ALGORITHM))
		algorithm = "SHA9_256";
	forge_put(json, "\"messageDigest\":{\"algorithm\":\"%s\",\"digest\":", algorithm);
	forge_write_bytes(making, json, forge_digest_slice(&digest));
	forge_put(json, "},");
}

static void write_message(const forge_making *making, siglet_buf *json)
{
	forge_put(json, "\"messageSignature\":{");
	if (!forge_varies(making, FORGE_VARIATION_NO_DIGEST))
		write_digest(making, json);
	forge_put(json, "\"signature\":");
	write_signature(making, json);
	forge_put(json, "}");
}

static void write_envelope(const forge_making *making, siglet_buf *json)
{
	forge_put(json, "\"dsseEnvelope\":{\"payload\":");
	forge_write_bytes(making, json, siglet_buf_slice(&making->payload));
	forge_put(json, ",\"payloadType\":");
	forge_put_json(json, making->options.payload_type);
	forge_put(json, ",\"signatures\":[");
	if (!forge_is(making, FORGE_DEFECT_NO_SIGNATURES)) {
		forge_put(json, "{\"sig\":");
		write_signature(making, json);
		forge_put(json, ",\"keyid\":");
		forge_put_json(json, making->options.key_id);
		forge_put(json, "}");
	}
	if (forge_is(making, FORGE_DEFECT_TWO_SIGNATURES)) {
		siglet_buf second = forge_sign(&making->key, siglet_buf_slice(&making->message));
		forge_put(json, ",{\"sig\":");
		forge_write_bytes(making, json, siglet_buf_slice(&second));
		forge_put(json, "}");
		siglet_buf_clear(&second);
	}
	forge_put(json, "]}");
}

void forge_content_write(const forge_making *making, siglet_buf *json)
{
	if (forge_is(making, FORGE_DEFECT_NO_CONTENT))
		return;
	forge_put(json, ",");
	if (forge_is(making, FORGE_DEFECT_DUPLICATE_KEY))
		forge_put(json, "\"messageSignature\":{\"signature\":\"\"},");
	if (forge_is(making, FORGE_DEFECT_TWO_CONTENTS))
		forge_put(json,
			  "\"dsseEnvelope\":{\"payload\":\"e30=\",\"payloadType\":\"text/plain\","
			  "\"signatures\":[{\"sig\":\"AAAA\"}]},");
	if (making->options.is_dsse)
		write_envelope(making, json);
	else
		write_message(making, json);
}

siglet_buf forge_envelope(const forge_making *making)
{
	siglet_buf json = forge_buf();

	forge_put(&json, "{\"payload\":\"");
	forge_put_base64(&json, siglet_buf_slice(&making->payload));
	forge_put(&json, "\",\"payloadType\":");
	forge_put_json(&json, making->options.payload_type);
	forge_put(&json, ",\"signatures\":[{\"keyid\":\"\",\"sig\":\"");
	forge_put_base64(&json, siglet_buf_slice(&making->signature));
	forge_put(&json, "\"}]}");
	return json;
}
