/* Canonical entry bodies: RFC 8785 by hand, since every member is known and no escape occurs. */
#include "forge_internal.h"

#include <string.h>

#define UNKNOWN_KIND "parchment"

const char *forge_kind_name(forge_entry_kind kind)
{
	return kind == FORGE_DSSE_001	  ? "dsse"
	       : kind == FORGE_INTOTO_002 ? "intoto"
					  : "hashedrekord";
}

const char *forge_kind_version(forge_entry_kind kind)
{
	return kind == FORGE_INTOTO_002 || kind == FORGE_HASHEDREKORD_002 ? "0.0.2" : "0.0.1";
}

/* What an entry claims: the bundle's own facts, unless the defect is that they differ. */
typedef struct claim {
	const forge_making *making;
	forge_digest digest;	   /* of the artifact or PAE, by the key's hash */
	forge_digest payload_hash; /* SHA-256 */
	siglet_buf signature;
	bool by_certificate;
	siglet_buf verifier; /* DER certificate, or SPKI */
} claim;

static bool either(const forge_making *making, forge_defect v1, forge_defect v2)
{
	return forge_is(making, v1) || forge_is(making, v2);
}

static void claim_verifier(forge_making *making, claim *made)
{
	const bool key_only =
		either(making, FORGE_DEFECT_ENTRY_KEY_ONLY, FORGE_DEFECT_ENTRY_KEY_ONLY_V2);

	made->by_certificate = !making->is_managed && !key_only;
	if (!made->by_certificate) {
		const forge_key *key = forge_is(making, FORGE_DEFECT_ENTRY_OTHER_KEY)
					       ? &making->other_key
					       : &making->key;
		made->verifier = forge_copy(siglet_buf_slice(&key->spki));
	} else if (either(making, FORGE_DEFECT_ENTRY_OTHER_CERTIFICATE,
			  FORGE_DEFECT_ENTRY_OTHER_CERTIFICATE_V2)) {
		X509 *other = forge_leaf_issue(making, &making->key, "other");
		made->verifier = forge_cert_der(other);
		X509_free(other);
	} else {
		made->verifier = forge_copy(siglet_buf_slice(&making->leaf_der));
	}
}

static claim claim_make(forge_making *making)
{
	const EVP_MD *md = forge_key_md(making->key.type);
	claim made = { .making = making, .digest = making->digest };

	made.payload_hash = forge_hash(EVP_sha256(), siglet_buf_slice(making->options.is_dsse
									      ? &making->payload
									      : &making->message));
	if (either(making, FORGE_DEFECT_ENTRY_OTHER_ARTIFACT,
		   FORGE_DEFECT_ENTRY_OTHER_ARTIFACT_V2) ||
	    forge_is(making, FORGE_DEFECT_ENTRY_OTHER_PAYLOAD)) {
		made.digest = forge_hash(md != NULL ? md : EVP_sha256(), forge_other_artifact());
		made.payload_hash = forge_hash(EVP_sha256(), forge_other_artifact());
	}
	if (forge_is(making, FORGE_DEFECT_ENTRY_PAE_HASH))
		made.payload_hash = forge_hash(EVP_sha256(), siglet_buf_slice(&making->message));
	if (either(making, FORGE_DEFECT_ENTRY_OTHER_SIGNATURE,
		   FORGE_DEFECT_ENTRY_OTHER_SIGNATURE_V2))
		made.signature = forge_sign(&making->key, siglet_buf_slice(&making->message));
	else
		made.signature = forge_copy(siglet_buf_slice(&making->signature));
	claim_verifier(making, &made);
	return made;
}

static void claim_clear(claim *made)
{
	siglet_buf_clear(&made->signature);
	siglet_buf_clear(&made->verifier);
}

/* ---- pieces ---- */

static void put_hash(siglet_buf *out, const char *algorithm, const forge_digest *digest)
{
	forge_put(out, "{\"algorithm\":\"%s\",\"value\":\"", algorithm);
	forge_put_hex(out, forge_digest_slice(digest));
	forge_put(out, "\"}");
}

/* base64 of the PEM text, as all of Rekor v1 has it. */
static void put_pem(siglet_buf *out, const claim *from)
{
	siglet_buf pem = forge_buf();

	MUST(siglet_pem_encode(from->by_certificate ? "CERTIFICATE" : "PUBLIC KEY",
			       siglet_buf_slice(&from->verifier), &pem) == NULL);
	forge_put_base64(out, siglet_buf_slice(&pem));
	siglet_buf_clear(&pem);
}

static void put_hashedrekord_001(siglet_buf *out, const claim *from)
{
	forge_put(out, "{\"data\":{\"hash\":");
	put_hash(out, forge_key_hash_name(from->making->key.type), &from->digest);
	forge_put(out, "},\"signature\":{\"content\":\"");
	forge_put_base64(out, siglet_buf_slice(&from->signature));
	forge_put(out, "\",\"publicKey\":{\"content\":\"");
	put_pem(out, from);
	forge_put(out, "\"}}}");
}

static void put_dsse_signature(siglet_buf *out, const claim *from, siglet_slice signature)
{
	forge_put(out, "{\"signature\":\"");
	forge_put_base64(out, signature);
	forge_put(out, "\",\"verifier\":\"");
	put_pem(out, from);
	forge_put(out, "\"}");
}

static void put_dsse_001(siglet_buf *out, const claim *from)
{
	siglet_buf envelope = forge_envelope(from->making);
	const forge_digest envelope_hash = forge_hash(EVP_sha256(), siglet_buf_slice(&envelope));

	forge_put(out, "{\"envelopeHash\":");
	put_hash(out, "sha256", &envelope_hash);
	forge_put(out, ",\"payloadHash\":");
	put_hash(out, "sha256", &from->payload_hash);
	forge_put(out, ",\"signatures\":[");
	put_dsse_signature(out, from, siglet_buf_slice(&from->signature));
	if (forge_is(from->making, FORGE_DEFECT_ENTRY_TWO_SIGNATURES)) {
		siglet_buf second =
			forge_sign(&from->making->key, siglet_buf_slice(&from->making->message));
		forge_put(out, ",");
		put_dsse_signature(out, from, siglet_buf_slice(&second));
		siglet_buf_clear(&second);
	}
	forge_put(out, "]}");
	siglet_buf_clear(&envelope);
}

static void put_intoto_002(siglet_buf *out, const claim *from)
{
	siglet_buf envelope = forge_envelope(from->making), text = forge_buf();
	const forge_digest envelope_hash = forge_hash(EVP_sha256(), siglet_buf_slice(&envelope));

	forge_put_base64(&text, siglet_buf_slice(&from->signature));
	forge_put(out, "{\"content\":{\"envelope\":{\"payloadType\":");
	forge_put_json(out, from->making->options.payload_type);
	forge_put(out, ",\"signatures\":[{\"publicKey\":\"");
	put_pem(out, from);
	forge_put(out, "\",\"sig\":\"");
	forge_put_base64(out, siglet_buf_slice(&text));
	forge_put(out, "\"}]},\"hash\":");
	put_hash(out, "sha256", &envelope_hash);
	forge_put(out, ",\"payloadHash\":");
	put_hash(out, "sha256", &from->payload_hash);
	forge_put(out, "}}");
	siglet_buf_clear(&text);
	siglet_buf_clear(&envelope);
}

static void put_verifier_v2(siglet_buf *out, const claim *from)
{
	const forge_making *making = from->making;
	forge_key_type type = making->key.type;

	if (forge_is(making, FORGE_DEFECT_ENTRY_KEY_DETAILS))
		type = type == FORGE_P384 ? FORGE_P256 : FORGE_P384;
	forge_put(out, "{\"keyDetails\":\"%s\",\"%s\":{\"rawBytes\":\"", forge_key_details(type),
		  from->by_certificate ? "x509Certificate" : "publicKey");
	forge_put_base64(out, siglet_buf_slice(&from->verifier));
	forge_put(out, "\"}}");
}

static void put_hashedrekord_002(siglet_buf *out, const claim *from)
{
	const forge_making *making = from->making;
	const char *algorithm = forge_is(making, FORGE_DEFECT_ENTRY_ALGORITHM)
					? "SHA2_512"
					: forge_key_hash_enum(making->key.type);

	forge_put(out, "{\"hashedRekordV002\":{\"data\":{\"algorithm\":\"%s\",\"digest\":\"",
		  algorithm);
	forge_put_base64(out, forge_digest_slice(&from->digest));
	forge_put(out, "\"},\"signature\":{\"content\":\"");
	forge_put_base64(out, siglet_buf_slice(&from->signature));
	forge_put(out, "\",\"verifier\":");
	put_verifier_v2(out, from);
	forge_put(out, "}}}");
}

/* The form that Rekor v2 took until v2.3.0. */
static void put_dsse_002(siglet_buf *out, const claim *from)
{
	forge_put(out, "{\"dsseV002\":{\"payloadHash\":{\"algorithm\":\"SHA2_256\",\"digest\":\"");
	forge_put_base64(out, forge_digest_slice(&from->payload_hash));
	forge_put(out, "\"},\"signatures\":[{\"content\":\"");
	forge_put_base64(out, siglet_buf_slice(&from->signature));
	forge_put(out, "\",\"verifier\":");
	put_verifier_v2(out, from);
	forge_put(out, "}]}}");
}

siglet_buf forge_body_make(forge_making *making, forge_entry_kind kind)
{
	claim made = claim_make(making);
	siglet_buf body = forge_buf();
	const bool is_old_dsse = forge_is(making, FORGE_DEFECT_ENTRY_DSSE_V2);
	const bool is_unknown = forge_is(making, FORGE_DEFECT_ENTRY_UNKNOWN_KIND);

	forge_put(&body,
		  "{\"apiVersion\":\"%s\",\"kind\":\"%s\",\"spec\":", forge_kind_version(kind),
		  is_unknown	? UNKNOWN_KIND
		  : is_old_dsse ? "dsse"
				: forge_kind_name(kind));
	switch (kind) {
	case FORGE_HASHEDREKORD_001:
		put_hashedrekord_001(&body, &made);
		break;
	case FORGE_DSSE_001:
		put_dsse_001(&body, &made);
		break;
	case FORGE_INTOTO_002:
		put_intoto_002(&body, &made);
		break;
	case FORGE_HASHEDREKORD_002:
		if (is_old_dsse)
			put_dsse_002(&body, &made);
		else
			put_hashedrekord_002(&body, &made);
		break;
	case FORGE_ENTRY_ORDINARY:
		MUST(kind != FORGE_ENTRY_ORDINARY);
	}
	forge_put(&body, "}");
	if (forge_is(making, FORGE_DEFECT_ENTRY_BODY_NOT_JSON)) {
		siglet_buf_truncate(&body, 0);
		forge_put(&body, "an entry, but in words");
	}
	claim_clear(&made);
	return body;
}
