#include "tlog_fixture.h"

/* One signature of each content, and the bodies of the entries that are its own. */

#define PAYLOAD "{\"_type\":\"x\"}"
#define PAYLOAD_TYPE "application/vnd.in-toto+json"

static uint8_t cert_bytes[700], other_cert_bytes[700], signature_bytes[71];
static siglet_slice cert, other_cert, signature;
static siglet_key *key, *other_key;
static siglet_digests artifact; /* all three of "artifact" */

static siglet_entry_subject message(void)
{
	return (siglet_entry_subject) {
		.signature = signature, .cert_der = cert, .key = key, .artifact = &artifact
	};
}

static siglet_entry_subject envelope(void)
{
	return (siglet_entry_subject) { .signature = signature,
					.cert_der = cert,
					.key = key,
					.is_dsse = true,
					.payload = siglet_slice_str(PAYLOAD),
					.payload_type = siglet_slice_str(PAYLOAD_TYPE) };
}

static void set_up(void)
{
	const siglet_slice text = siglet_slice_str("artifact");
	EVP_PKEY *secret = secret_new("P-256"), *other = secret_new("P-256");

	for (size_t i = 0; i < sizeof(cert_bytes); i++)
		cert_bytes[i] = other_cert_bytes[i] = (uint8_t)(i * 7);
	other_cert_bytes[699] ^= 1;
	for (size_t i = 0; i < sizeof(signature_bytes); i++)
		signature_bytes[i] = (uint8_t)(200 - i);
	cert = siglet_slice_of(cert_bytes, sizeof(cert_bytes));
	other_cert = siglet_slice_of(other_cert_bytes, sizeof(other_cert_bytes));
	signature = siglet_slice_of(signature_bytes, sizeof(signature_bytes));
	key = public_of(secret);
	other_key = public_of(other);
	EVP_PKEY_free(other);
	EVP_PKEY_free(secret);
	artifact.mask = 7;
	for (unsigned i = 0; i < SIGLET_HASH_COUNT; i++)
		must(siglet_crypto_hash((siglet_hash)i, &text, 1, &artifact.of[i]));
}

static void tear_down(void)
{
	siglet_key_free(key);
	siglet_key_free(other_key);
}

static siglet_err *match(const char *kind, const char *version, siglet_slice body,
			 const siglet_entry_subject *subject)
{
	const bool v2 = strcmp(kind, "hashedrekord") == 0 && strcmp(version, "0.0.2") == 0;
	siglet_entry entry = { .kind_name = siglet_slice_str(kind),
			       .kind_version = siglet_slice_str(version),
			       .body = body };
	siglet_buf proven;
	siglet_err *err;

	entry.kind = v2				   ? SIGLET_ENTRY_HASHEDREKORD_V002
		     : strcmp(kind, "dsse") == 0   ? SIGLET_ENTRY_DSSE_V001
		     : strcmp(kind, "intoto") == 0 ? SIGLET_ENTRY_INTOTO_V002
						   : SIGLET_ENTRY_HASHEDREKORD_V001;
	siglet_buf_init(&proven, 1u << 20);
	must(siglet_buf_append_str(&proven, "before"));
	err = siglet_entry_match(&entry, subject, &proven);
	/* What was there stays; what is proven is the body, and only on success. */
	if (err == NULL) {
		const siglet_slice added = siglet_slice_of(proven.ptr + 6, proven.len - 6);

		if (!siglet_slice_equal(added, body) && body.len > 0)
			bail_out("another body is to be proven");
		if (added.len == 0)
			bail_out("no body is to be proven");
	} else if (proven.len != 6) {
		bail_out("a body was given with an error");
	}
	siglet_buf_clear(&proven);
	return err;
}

static siglet_err *match_text(const char *kind, const char *version, const char *body,
			      const siglet_entry_subject *subject)
{
	return match(kind, version, siglet_slice_str(body), subject);
}

static const char *cert_pem(siglet_slice der)
{
	return base64_text(pem("CERTIFICATE", der));
}

static const char *key_pem(const siglet_key *public_key)
{
	return base64_text(pem("PUBLIC KEY", siglet_key_spki(public_key)));
}

static const char *twice(siglet_slice bytes)
{
	return base64_text(base64(bytes));
}

static const char *hash_hex(siglet_hash hash)
{
	return hex_text(siglet_digest_slice(&artifact.of[hash]));
}

static const char *payload_hex(void)
{
	const siglet_digest digest = sha256(siglet_slice_str(PAYLOAD));

	return hex_text(siglet_digest_slice(&digest));
}

static const char *hashedrekord(const char *verifier)
{
	return format("{\"apiVersion\":\"0.0.1\",\"kind\":\"hashedrekord\",\"spec\":{\"data\":{"
		      "\"hash\":{\"algorithm\":\"sha256\",\"value\":\"%s\"}},\"signature\":{"
		      "\"content\":\"%s\",\"publicKey\":{\"content\":\"%s\"}}}}",
		      hash_hex(SIGLET_SHA256), base64_text(signature), verifier);
}

static const char *dsse(const char *verifier)
{
	return format("{\"apiVersion\":\"0.0.1\",\"kind\":\"dsse\",\"spec\":{\"envelopeHash\":{"
		      "\"algorithm\":\"sha256\",\"value\":\"00\"},\"payloadHash\":{"
		      "\"algorithm\":\"sha256\",\"value\":\"%s\"},\"signatures\":[{"
		      "\"signature\":\"%s\",\"verifier\":\"%s\"}]}}",
		      payload_hex(), base64_text(signature), verifier);
}

static const char *intoto(const char *verifier)
{
	return format("{\"apiVersion\":\"0.0.2\",\"kind\":\"intoto\",\"spec\":{\"content\":{"
		      "\"envelope\":{\"payload\":\"%s\",\"payloadType\":\"" PAYLOAD_TYPE "\","
		      "\"signatures\":[{\"publicKey\":\"%s\",\"sig\":\"%s\"}]},\"hash\":{"
		      "\"algorithm\":\"sha256\",\"value\":\"00\"},\"payloadHash\":{"
		      "\"algorithm\":\"sha256\",\"value\":\"%s\"}}}}",
		      twice(siglet_slice_str(PAYLOAD)), verifier, twice(signature), payload_hex());
}

/* One change of an accepted body. */
typedef struct change {
	const char *from, *to, *claim;
	siglet_code code; /* 0: still accepted */
} change;

static void try_changes(const char *kind, const char *version, const char *body,
			const siglet_entry_subject *subject, const change *changes, size_t count)
{
	OK_SUCCESS(match_text(kind, version, body, subject), "%s %s: the entry of this signature",
		   kind, version);
	for (size_t i = 0; i < count; i++) {
		siglet_err *err = match_text(
			kind, version, replace(body, changes[i].from, changes[i].to), subject);

		if (changes[i].code == 0)
			OK_SUCCESS(err, "%s %s accepted: %s", kind, version, changes[i].claim);
		else
			OK_ERROR(err, changes[i].code, "%s %s refused: %s", kind, version,
				 changes[i].claim);
	}
}

/*
 * Every single bit of a body between two marks must matter, but the case of a hex digit. Only the
 * first failure is told, and the number tried.
 */
static void every_bit_matters(const char *kind, const char *version, const char *body,
			      const siglet_entry_subject *subject, const char *hex,
			      const char *ignored, size_t ignored_len)
{
	const size_t len = strlen(body);
	const size_t hex_at = hex == NULL ? len : (size_t)(strstr(body, hex) - body);
	const size_t hex_end = hex == NULL ? len : hex_at + strlen(hex);
	const size_t ignored_at = ignored == NULL ? len : (size_t)(strstr(body, ignored) - body);
	size_t accepted = 0;

	for (size_t bit = 0; bit < 8 * len; bit++) {
		const size_t at = bit / 8;
		uint8_t text[16384];

		if (at >= ignored_at && at < ignored_at + ignored_len)
			continue;
		if (at >= hex_at && at < hex_end && bit % 8 == 5 && body[at] > '9')
			continue;
		memcpy(text, body, len);
		text[at] ^= (uint8_t)(1u << bit % 8);
		siglet_err *err = match(kind, version, siglet_slice_of(text, len), subject);
		if (err == NULL && accepted++ == 0)
			printf("# bit %zu of byte %zu, \"%.20s\"\n", bit % 8, at, body + at);
		siglet_err_free(err);
	}
	OK(accepted == 0, "%s %s: each of its %zu bits matters", kind, version, 8 * len);
}

static void hashedrekord_entries_belong_to_one_signature(void)
{
	const siglet_entry_subject subject = message();
	const char *ours = base64_text(signature), *verifier = cert_pem(cert);
	const siglet_slice block = pem("CERTIFICATE", cert);
	const siglet_slice cut = siglet_slice_of(signature.ptr, signature.len - 1);
	const change changes[] = {
		{ hash_hex(SIGLET_SHA256), payload_hex(), "another artifact", SIGLET_E_MISMATCH },
		{ hash_hex(SIGLET_SHA256), hash_hex(SIGLET_SHA384), "a longer hash",
		  SIGLET_E_MALFORMED },
		{ hash_hex(SIGLET_SHA256), "", "no hash", SIGLET_E_MALFORMED },
		{ hash_hex(SIGLET_SHA256) + 2, "", "one byte of hash", SIGLET_E_MALFORMED },
		{ "sha256", "sha1", "an unknown hash", SIGLET_E_UNSUPPORTED },
		{ "sha256", "SHA256", "another spelling of the hash", SIGLET_E_UNSUPPORTED },
		{ "sha256", "sha512", "a hash of another length", SIGLET_E_MALFORMED },
		{ ours, base64_text(siglet_slice_str("another")), "another signature",
		  SIGLET_E_MISMATCH },
		{ ours, base64_text(cut), "a signature that is a part", SIGLET_E_MISMATCH },
		{ ours, "", "an empty signature", SIGLET_E_MALFORMED },
		{ ours, format("%s\\n", ours), "base64 with a line break", SIGLET_E_MALFORMED },
		{ format("\"%s\"", ours), "null", "a null signature", SIGLET_E_MALFORMED },
		{ verifier, cert_pem(other_cert), "another certificate", SIGLET_E_MISMATCH },
		{ verifier, key_pem(key), "the key in place of the certificate",
		  SIGLET_E_MISMATCH },
		{ verifier, base64_text(cert), "DER in place of PEM", SIGLET_E_MALFORMED },
		{ verifier, base64_text(pem("X", cert)), "PEM of another label",
		  SIGLET_E_MALFORMED },
		{ verifier, "", "no certificate", SIGLET_E_MALFORMED },
		{ verifier,
		  base64_text(siglet_slice_str(format("%s%s", text_of(block), text_of(block)))),
		  "two certificates", SIGLET_E_MALFORMED },
		{ verifier, base64_text(siglet_slice_str(format("%s\n", text_of(block)))),
		  "an empty line behind the certificate", SIGLET_E_MALFORMED },
		{ verifier, base64_text(siglet_slice_str(format("x\n%s", text_of(block)))),
		  "a line before the certificate", SIGLET_E_MALFORMED },
		{ verifier, base64_text(siglet_slice_of(block.ptr, block.len - 1)),
		  "no final newline, as old entries have it", 0 },
		{ "\"data\"", "\"date\"", "no data", SIGLET_E_MALFORMED },
		{ "\"content\"", "\"contents\"", "no signature content", SIGLET_E_MALFORMED },
		{ "\"publicKey\"", "\"publickey\"", "no publicKey", SIGLET_E_MALFORMED },
		{ "\"spec\"", "\"spex\"", "no spec", SIGLET_E_MALFORMED },
		{ "\"kind\"", "\"kinds\"", "no kind", SIGLET_E_MALFORMED },
		{ "\"0.0.1\"", "\"0.0.2\"", "another version inside", SIGLET_E_MISMATCH },
		{ "\"0.0.1\"", "1", "a version that is a number", SIGLET_E_MALFORMED },
		{ "\"hashedrekord\"", "\"rekord\"", "another kind inside", SIGLET_E_MISMATCH },
		{ "{\"apiVersion\"", "{\"spec\":{},\"apiVersion\"", "spec twice",
		  SIGLET_E_MALFORMED },
		{ "}}}}", "}}}} ", "a space at the end", 0 },
		{ "}}}}", "}}}}x", "trailing bytes", SIGLET_E_MALFORMED },
		{ "}}}}", "}}}", "a body that is cut off", SIGLET_E_MALFORMED },
	};

	try_changes("hashedrekord", "0.0.1", hashedrekord(verifier), &subject, changes,
		    SIGLET_COUNT(changes));
	every_bit_matters("hashedrekord", "0.0.1", hashedrekord(verifier), &subject,
			  hash_hex(SIGLET_SHA256), NULL, 0);
}

static void hashedrekord_entries_may_have_any_known_hash(void)
{
	siglet_entry_subject subject = message();
	siglet_digests only256 = artifact;
	const char *body = hashedrekord(cert_pem(cert));
	siglet_err *err;

	for (unsigned i = SIGLET_SHA384; i < SIGLET_HASH_COUNT; i++) {
		const char *changed = replace(body, "sha256", siglet_hash_name((siglet_hash)i));

		changed = replace(changed, hash_hex(SIGLET_SHA256), hash_hex((siglet_hash)i));
		OK_SUCCESS(match_text("hashedrekord", "0.0.1", changed, &subject), "%s",
			   siglet_hash_name((siglet_hash)i));
		only256.mask = SIGLET_HASH_BIT(SIGLET_SHA256);
		subject.artifact = &only256;
		err = match_text("hashedrekord", "0.0.1", changed, &subject);
		OK(err != NULL && siglet_err_code(err) == SIGLET_E_MISSING &&
			   strstr(siglet_err_message(err), siglet_hash_name((siglet_hash)i)) !=
				   NULL,
		   "which the caller must know; the message names it");
		siglet_err_free(err);
		subject.artifact = &artifact;
	}
	subject.artifact = NULL;
	OK_ERROR(match_text("hashedrekord", "0.0.1", body, &subject), SIGLET_E_MISSING,
		 "nothing known of the artifact");
	body = replace(body, hash_hex(SIGLET_SHA256), "");
	OK_ERROR(match_text("hashedrekord", "0.0.1", body, &subject), SIGLET_E_MALFORMED,
		 "a body that is bad all the same");
}

static void dsse_entries_belong_to_one_signature(void)
{
	const siglet_entry_subject subject = envelope();
	const char *ours = base64_text(signature), *verifier = cert_pem(cert);
	const char *item = format("{\"signature\":\"%s\",\"verifier\":\"%s\"}", ours, verifier);
	const char *ignored = "\"envelopeHash\":{\"algorithm\":\"sha256\",\"value\":\"00\"}";
	const change changes[] = {
		{ payload_hex(), hash_hex(SIGLET_SHA256), "another payload", SIGLET_E_MISMATCH },
		{ "\"payloadHash\":{\"algorithm\":\"sha256\"",
		  "\"payloadHash\":{\"algorithm\":\"sha1\"", "an unknown hash",
		  SIGLET_E_UNSUPPORTED },
		{ "\"payloadHash\"", "\"payloadhash\"", "no payloadHash", SIGLET_E_MALFORMED },
		{ "\"value\":\"00\"", "\"value\":\"01\"", "envelopeHash, which no one can check",
		  0 },
		{ ours, base64_text(siglet_slice_str("another")), "another signature",
		  SIGLET_E_MISMATCH },
		{ ours, "A", "a signature that is not base64", SIGLET_E_MALFORMED },
		{ verifier, cert_pem(other_cert), "another certificate", SIGLET_E_MISMATCH },
		{ verifier, key_pem(key), "the key in place of the certificate",
		  SIGLET_E_MISMATCH },
		{ "\"verifier\"", "\"publicKey\"", "no verifier", SIGLET_E_MALFORMED },
		{ item, format("%s,%s", item, item), "two signatures", SIGLET_E_MISMATCH },
		{ item, "", "no signature", SIGLET_E_MISMATCH },
		{ item, "1", "a signature that is a number", SIGLET_E_MALFORMED },
		{ "\"signatures\"", "\"signature\"", "no signatures", SIGLET_E_MALFORMED },
		{ "\"dsse\"", "\"intoto\"", "another kind inside", SIGLET_E_MISMATCH },
	};
	const char *body = dsse(verifier);

	try_changes("dsse", "0.0.1", body, &subject, changes, SIGLET_COUNT(changes));
	every_bit_matters("dsse", "0.0.1", body, &subject, payload_hex(), ignored, strlen(ignored));
	body = replace(body, payload_hex(), hash_hex(SIGLET_SHA384));
	body = replace(body, "\"payloadHash\":{\"algorithm\":\"sha256\"",
		       "\"payloadHash\":{\"algorithm\":\"sha384\"");
	OK_ERROR(match_text("dsse", "0.0.1", body, &subject), SIGLET_E_UNSUPPORTED,
		 "a payloadHash that is no SHA-256");
}

static void intoto_entries_belong_to_one_signature(void)
{
	const siglet_entry_subject subject = envelope();
	const char *ours = twice(signature), *verifier = cert_pem(cert);
	const char *payload = twice(siglet_slice_str(PAYLOAD));
	const char *item = format("{\"publicKey\":\"%s\",\"sig\":\"%s\"}", verifier, ours);
	const char *ignored = "\"hash\":{\"algorithm\":\"sha256\",\"value\":\"00\"}";
	const change changes[] = {
		{ payload_hex(), hash_hex(SIGLET_SHA256), "another payloadHash",
		  SIGLET_E_MISMATCH },
		{ payload, twice(siglet_slice_str("{}")), "another payload", SIGLET_E_MISMATCH },
		{ payload, base64_text(siglet_slice_str(PAYLOAD)), "a payload encoded once",
		  SIGLET_E_MALFORMED },
		{ format("\"payload\":\"%s\",", payload), "", "no payload, as most have it", 0 },
		{ "\"payloadType\":\"" PAYLOAD_TYPE "\",", "", "no payloadType", 0 },
		{ "vnd.in-toto", "vnd.in-tot0", "another payloadType", SIGLET_E_MISMATCH },
		{ "\"" PAYLOAD_TYPE "\"", "1", "payloadType a number", SIGLET_E_MALFORMED },
		{ "\"value\":\"00\"", "\"value\":\"01\"", "the hash of the envelope's JSON", 0 },
		{ "{\"publicKey\"", "{\"keyid\":\"x\",\"publicKey\"", "a keyid", 0 },
		{ ours, twice(siglet_slice_str("another")), "another signature",
		  SIGLET_E_MISMATCH },
		{ ours, base64_text(signature), "a signature encoded once", SIGLET_E_MALFORMED },
		{ verifier, cert_pem(other_cert), "another certificate", SIGLET_E_MISMATCH },
		{ verifier, key_pem(key), "the key in place of the certificate",
		  SIGLET_E_MISMATCH },
		{ item, format("%s,%s", item, item), "two signatures", SIGLET_E_MISMATCH },
		{ item, "", "no signature", SIGLET_E_MISMATCH },
		{ "\"envelope\"", "\"envelop\"", "no envelope", SIGLET_E_MALFORMED },
		{ "\"content\"", "\"contents\"", "no content", SIGLET_E_MALFORMED },
		{ "\"payloadHash\"", "\"payloadhash\"", "no payloadHash", SIGLET_E_MALFORMED },
		{ "\"0.0.2\"", "\"0.0.1\"", "another version inside", SIGLET_E_MISMATCH },
	};
	const char *body = intoto(verifier);
	const char *bare = replace(replace(body, "\"payloadType\":\"" PAYLOAD_TYPE "\",", ""),
				   format("\"payload\":\"%s\",", payload), "");

	try_changes("intoto", "0.0.2", body, &subject, changes, SIGLET_COUNT(changes));
	every_bit_matters("intoto", "0.0.2", bare, &subject, payload_hex(), ignored,
			  strlen(ignored));
}

/* The same body for a managed key: it names the key and nothing else will do. */
static void key_entries_name_the_key(void)
{
	siglet_entry_subject file = message(), letter = envelope();
	const struct {
		const char *kind, *version, *with_key, *with_other, *with_cert;
		const siglet_entry_subject *subject;
	} cases[] = {
		{ "hashedrekord", "0.0.1", hashedrekord(key_pem(key)),
		  hashedrekord(key_pem(other_key)), hashedrekord(cert_pem(cert)), &file },
		{ "dsse", "0.0.1", dsse(key_pem(key)), dsse(key_pem(other_key)),
		  dsse(cert_pem(cert)), &letter },
		{ "intoto", "0.0.2", intoto(key_pem(key)), intoto(key_pem(other_key)),
		  intoto(cert_pem(cert)), &letter },
	};

	file.cert_der = letter.cert_der = SIGLET_SLICE_NONE;
	for (size_t i = 0; i < SIGLET_COUNT(cases); i++) {
		OK_SUCCESS(match_text(cases[i].kind, cases[i].version, cases[i].with_key,
				      cases[i].subject),
			   "%s: the key's entry", cases[i].kind);
		OK_ERROR(match_text(cases[i].kind, cases[i].version, cases[i].with_other,
				    cases[i].subject),
			 SIGLET_E_MISMATCH, "%s: another key's", cases[i].kind);
		OK_ERROR(match_text(cases[i].kind, cases[i].version, cases[i].with_cert,
				    cases[i].subject),
			 SIGLET_E_MISMATCH, "%s: a certificate's", cases[i].kind);
	}
}

static void kinds_log_one_content_only(void)
{
	const siglet_entry_subject file = message(), letter = envelope();
	siglet_entry_subject unsigned_file = message();

	OK_ERROR(match_text("hashedrekord", "0.0.1", hashedrekord(cert_pem(cert)), &letter),
		 SIGLET_E_UNSUPPORTED, "a hashedrekord 0.0.1 entry of an envelope");
	OK_ERROR(match_text("dsse", "0.0.1", dsse(cert_pem(cert)), &file), SIGLET_E_UNSUPPORTED,
		 "a dsse entry of a file");
	OK_ERROR(match_text("intoto", "0.0.2", intoto(cert_pem(cert)), &file), SIGLET_E_UNSUPPORTED,
		 "an intoto entry of a file");
	unsigned_file.signature = SIGLET_SLICE_NONE;
	OK_ERROR(match_text("hashedrekord", "0.0.1", hashedrekord(cert_pem(cert)), &unsigned_file),
		 SIGLET_E_MISMATCH, "an entry of no signature");
	OK_ERROR(match("hashedrekord", "0.0.2", SIGLET_SLICE_NONE, &unsigned_file),
		 SIGLET_E_MISMATCH, "nor of v2");
}

/* ---- Rekor v2 ---- */

static const char *rekor2(siglet_hash hash, const siglet_digest *digest, const char *details,
			  const char *verifier)
{
	static const char *const names[] = { "SHA2_256", "SHA2_384", "SHA2_512" };

	return format("{\"apiVersion\":\"0.0.2\",\"kind\":\"hashedrekord\",\"spec\":{"
		      "\"hashedRekordV002\":{\"data\":{\"algorithm\":\"%s\",\"digest\":\"%s\"},"
		      "\"signature\":{\"content\":\"%s\",\"verifier\":{\"keyDetails\":\"%s\",%s"
		      "}}}}}",
		      names[hash], base64_text(siglet_digest_slice(digest)), base64_text(signature),
		      details, verifier);
}

static const char *cert_member(siglet_slice der)
{
	return format("\"x509Certificate\":{\"rawBytes\":\"%s\"}", base64_text(der));
}

static const char *key_member(const siglet_key *public_key)
{
	return format("\"publicKey\":{\"rawBytes\":\"%s\"}",
		      base64_text(siglet_key_spki(public_key)));
}

static void rekor2_differences_are_named(void)
{
	const siglet_entry_subject subject = message();
	const char *body = rekor2(SIGLET_SHA256, &artifact.of[SIGLET_SHA256],
				  "PKIX_ECDSA_P256_SHA_256", cert_member(cert));
	const siglet_digest other = sha256(siglet_slice_str("x"));
	const struct {
		const char *from, *to, *word;
	} cases[] = {
		{ cert_member(cert), cert_member(other_cert), "certificate is another" },
		{ cert_member(cert), key_member(key), "hides the identity" },
		{ cert_member(cert), format("%s,%s", key_member(key), cert_member(cert)), "both" },
		{ base64_text(signature), base64_text(cert), "signature" },
		{ "PKIX_ECDSA_P256_SHA_256", "PKIX_ED25519_PH", "keyDetails" },
		{ "SHA2_256", "SHA2_512", "SHA2_512" },
		{ base64_text(siglet_digest_slice(&artifact.of[SIGLET_SHA256])),
		  base64_text(siglet_digest_slice(&other)), "digest" },
		{ ":{", ": {", "canonical" },
		{ "{\"apiVersion\"", "{\"more\":1,\"apiVersion\"", "canonical" },
	};

	OK_SUCCESS(match_text("hashedrekord", "0.0.2", body, &subject), "a v2 body is rebuilt");
	OK_SUCCESS(match("hashedrekord", "0.0.2", SIGLET_SLICE_NONE, &subject),
		   "where there is none, too");
	for (size_t i = 0; i < SIGLET_COUNT(cases); i++) {
		siglet_err *err = match_text("hashedrekord", "0.0.2",
					     replace(body, cases[i].from, cases[i].to), &subject);

		OK(err != NULL && siglet_err_code(err) == SIGLET_E_MISMATCH &&
			   strstr(siglet_err_message(err), cases[i].word) != NULL,
		   "v2 refused: %s", err == NULL ? "NOT AT ALL" : siglet_err_message(err));
		siglet_err_free(err);
	}
	OK_ERROR(match_text("hashedrekord", "0.0.2", replace(body, "\"spec\"", "\"spex\""),
			    &subject),
		 SIGLET_E_MALFORMED, "v2 refused: no spec");
	OK_ERROR(match_text("hashedrekord", "0.0.2", "{}", &subject), SIGLET_E_MALFORMED,
		 "v2 refused: an empty object");
	OK_ERROR(match_text("hashedrekord", "0.0.2", "x", &subject), SIGLET_E_MALFORMED,
		 "v2 refused: no JSON");
	OK_ERROR(match_text("hashedrekord", "0.0.2", hashedrekord(cert_pem(cert)), &subject),
		 SIGLET_E_MALFORMED, "v2 refused: a body of v1");
	every_bit_matters("hashedrekord", "0.0.2", body, &subject, NULL, NULL, 0);
}

static void rekor2_key_entries_name_the_key(void)
{
	siglet_entry_subject subject = message();
	const siglet_digest *digest = &artifact.of[SIGLET_SHA256];
	const char *details = "PKIX_ECDSA_P256_SHA_256";

	subject.cert_der = SIGLET_SLICE_NONE;
	OK_SUCCESS(match_text("hashedrekord", "0.0.2",
			      rekor2(SIGLET_SHA256, digest, details, key_member(key)), &subject),
		   "a v2 body of a managed key");
	OK_ERROR(match_text("hashedrekord", "0.0.2",
			    rekor2(SIGLET_SHA256, digest, details, key_member(other_key)),
			    &subject),
		 SIGLET_E_MISMATCH, "of another key");
	OK_ERROR(match_text("hashedrekord", "0.0.2",
			    rekor2(SIGLET_SHA256, digest, details, cert_member(cert)), &subject),
		 SIGLET_E_MISMATCH, "of a certificate");
}

static void rekor2_bodies_follow_the_key(void)
{
	static const struct {
		const char *type, *details;
		siglet_hash hash;
	} cases[] = {
		{ "P-256", "PKIX_ECDSA_P256_SHA_256", SIGLET_SHA256 },
		{ "P-384", "PKIX_ECDSA_P384_SHA_384", SIGLET_SHA384 },
		{ "P-521", "PKIX_ECDSA_P521_SHA_512", SIGLET_SHA512 },
		{ "ED25519", "PKIX_ED25519_PH", SIGLET_SHA512 },
		{ "RSA", "PKIX_RSA_PKCS1V15_2048_SHA256", SIGLET_SHA256 },
	};

	for (size_t i = 0; i < SIGLET_COUNT(cases); i++) {
		EVP_PKEY *secret = secret_new(cases[i].type);
		siglet_entry_subject file = message(), letter = envelope();
		siglet_digests others = artifact;
		siglet_digest pae = { 0 };
		const siglet_slice text =
			siglet_slice_str("DSSEv1 28 " PAYLOAD_TYPE " 13 " PAYLOAD);

		file.key = letter.key = public_of(secret);
		must(siglet_crypto_hash(cases[i].hash, &text, 1, &pae));
		OK_SUCCESS(match_text("hashedrekord", "0.0.2",
				      rekor2(cases[i].hash, &artifact.of[cases[i].hash],
					     cases[i].details, cert_member(cert)),
				      &file),
			   "%s: %s of a file", cases[i].type, cases[i].details);
		OK_SUCCESS(
			match_text("hashedrekord", "0.0.2",
				   rekor2(cases[i].hash, &pae, cases[i].details, cert_member(cert)),
				   &letter),
			"%s: of an envelope the hash of its PAE", cases[i].type);
		letter.payload_type = siglet_slice_str("text/plain");
		OK_ERROR(
			match_text("hashedrekord", "0.0.2",
				   rekor2(cases[i].hash, &pae, cases[i].details, cert_member(cert)),
				   &letter),
			SIGLET_E_MISMATCH, "which has the payload's type in it");
		others.mask &= ~SIGLET_HASH_BIT(cases[i].hash);
		file.artifact = &others;
		OK_ERROR(match("hashedrekord", "0.0.2", SIGLET_SLICE_NONE, &file), SIGLET_E_MISSING,
			 "%s: the digest it needs is not known", cases[i].type);
		file.artifact = NULL;
		OK_ERROR(match("hashedrekord", "0.0.2", SIGLET_SLICE_NONE, &file), SIGLET_E_MISSING,
			 "%s: no digest is", cases[i].type);
		siglet_key_free((siglet_key *)(uintptr_t)file.key);
		EVP_PKEY_free(secret);
	}
}

static void rekor2_knows_no_odd_rsa(void)
{
	EVP_PKEY *secret = EVP_RSA_gen(2056);
	siglet_entry_subject subject = message();
	siglet_key *odd;

	if (secret == NULL)
		bail_out("no key");
	odd = public_of(secret);
	subject.key = odd;
	OK_ERROR(match("hashedrekord", "0.0.2", SIGLET_SLICE_NONE, &subject), SIGLET_E_UNSUPPORTED,
		 "RSA of 2056 bits");
	siglet_key_free(odd);
	EVP_PKEY_free(secret);
}

static unsigned hashes(siglet_entry_kind kind, const char *body)
{
	const siglet_entry entry = { .kind = kind, .body = siglet_slice_str(body) };

	return siglet_entry_hashes(&entry);
}

static void hashes_are_named_ahead(void)
{
	const char *v1 = hashedrekord(cert_pem(cert));
	const char *v2 = rekor2(SIGLET_SHA384, &artifact.of[SIGLET_SHA384], "x", cert_member(cert));

	OK(hashes(SIGLET_ENTRY_HASHEDREKORD_V001, v1) == 1, "sha256");
	OK(hashes(SIGLET_ENTRY_HASHEDREKORD_V001, replace(v1, "sha256", "sha384")) == 2, "sha384");
	OK(hashes(SIGLET_ENTRY_HASHEDREKORD_V001, replace(v1, "sha256", "sha512")) == 4, "sha512");
	OK(hashes(SIGLET_ENTRY_HASHEDREKORD_V001, replace(v1, "sha256", "md5")) == 0, "md5");
	OK(hashes(SIGLET_ENTRY_HASHEDREKORD_V001, "\"sha384\" \"sha512\"") == 6, "two");
	OK(hashes(SIGLET_ENTRY_HASHEDREKORD_V001, "\"SHA2_384\"") == 0, "another kind's word");
	OK(hashes(SIGLET_ENTRY_HASHEDREKORD_V001, "x") == 0, "no JSON");
	OK(hashes(SIGLET_ENTRY_HASHEDREKORD_V001, "[]") == 0, "an array");
	OK(hashes(SIGLET_ENTRY_HASHEDREKORD_V002, v2) == 2, "SHA2_384");
	OK(hashes(SIGLET_ENTRY_HASHEDREKORD_V002, replace(v2, "SHA2_384", "SHA2_512")) == 4,
	   "SHA2_512");
	OK(hashes(SIGLET_ENTRY_HASHEDREKORD_V002, "") == 0, "no body");
	OK(hashes(SIGLET_ENTRY_DSSE_V001, dsse(cert_pem(cert))) == 0, "an envelope's needs none");
	OK(hashes(SIGLET_ENTRY_INTOTO_V002, intoto(cert_pem(cert))) == 0, "nor intoto's");
}

int main(void)
{
	set_up();
	hashedrekord_entries_belong_to_one_signature();
	hashedrekord_entries_may_have_any_known_hash();
	dsse_entries_belong_to_one_signature();
	intoto_entries_belong_to_one_signature();
	key_entries_name_the_key();
	kinds_log_one_content_only();
	rekor2_differences_are_named();
	rekor2_key_entries_name_the_key();
	rekor2_bodies_follow_the_key();
	rekor2_knows_no_odd_rsa();
	hashes_are_named_ahead();
	tear_down();
	return fixture_end();
}
