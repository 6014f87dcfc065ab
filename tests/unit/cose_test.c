#include "../lib/check.h"
#include "../lib/heads.h"
#include "cose/cose.h"

/* The form of a COSE_Sign1, and headers that make sense. */

static siglet_cbor_doc *doc;
static siglet_cose_sign1 message;

static siglet_err *read_message(const char *hex, siglet_buf *ret_bytes)
{
	siglet_cbor_doc_free(doc);
	doc = NULL;
	*ret_bytes = unhex(hex);
	return siglet_cose_sign1_parse(heads(), siglet_buf_slice(ret_bytes), &doc, &message);
}

static void wrong(siglet_err *err, siglet_code code, const char *text)
{
	if (!OK(err != NULL && siglet_err_code(err) == code &&
			strcmp(siglet_err_message(err), text) == 0,
		"refused: %s", text))
		printf("# got: %s: %s\n", err == NULL ? "" : siglet_code_name(siglet_err_code(err)),
		       err == NULL ? "success" : siglet_err_message(err));
	siglet_err_free(err);
}

static void refuses(const char *hex, siglet_code code, const char *text)
{
	siglet_buf bytes;

	wrong(read_message(hex, &bytes), code, text);
	OK(doc == NULL, "… and leaves no document");
	siglet_buf_clear(&bytes);
}

/* The message must outlive the call: its bytes are kept until the next one. */
static siglet_buf kept;

static void accepts(const char *hex, const char *claim)
{
	siglet_buf_clear(&kept);
	OK_SUCCESS(read_message(hex, &kept), "%s", claim);
	if (doc == NULL)
		exit(1);
}

/* ---- form ---- */

static void the_four_are_of_their_kinds(void)
{
	accepts("d2 84 43a10126 a0 4101 41ff", "a COSE_Sign1");
	OK(message.has_tag && message.has_payload && message.payload.len == 1 &&
		   message.signature.len == 1 && message.protected_bytes.len == 3,
	   "… and its parts");
	accepts("84 43a10126 a0 f6 41ff", "without a tag, detached");
	OK(!message.has_tag && !message.has_payload && message.payload.len == 0, "… is what it is");
	accepts("84 43a10126 a0 40 41ff", "with an empty payload");
	OK(message.has_payload && message.payload.len == 0, "… which is one");
	accepts("d812 84 43a10126 a0 40 41ff", "a tag in two bytes");
	OK(message.has_tag, "… is a tag");
	accepts("d90012 84 43a10126 a0 40 41ff", "a tag in three bytes");
	refuses("a0", SIGLET_E_MALFORMED, "byte 0: a map, not an array");
	refuses("d2 43a10126", SIGLET_E_MALFORMED, "byte 1: a byte string, not an array");
	refuses("83 43a10126 a0 40", SIGLET_E_LENGTH, "byte 0: an array of 3, not 4");
	refuses("85 43a10126 a0 40 41ff 00", SIGLET_E_LENGTH, "byte 0: an array of 5, not 4");
	refuses("d862 84 43a10126 a0 40 41ff", SIGLET_E_UNSUPPORTED,
		"byte 0: tag 98, not the 18 of a COSE_Sign1");
	refuses("d2d2 84 43a10126 a0 40 41ff", SIGLET_E_MALFORMED, "byte 1: a tag, not an array");
	refuses("84 a10126 a0 40 41ff", SIGLET_E_MALFORMED,
		"byte 1: protected: a map, not a byte string");
	refuses("84 63a10126 a0 40 41ff", SIGLET_E_MALFORMED,
		"byte 2: protected: text that is not UTF-8");
	refuses("84 43810126 a0 40 41ff", SIGLET_E_MALFORMED,
		"byte 4: protected: 1 bytes too many behind the item");
	refuses("84 42810126 40 41ff", SIGLET_E_MALFORMED,
		"byte 2: protected: an array, not a map");
	refuses("84 44a1012600 a0 40 41ff", SIGLET_E_MALFORMED,
		"byte 5: protected: 1 bytes too many behind the item");
	refuses("84 42a101 a0 40 41ff", SIGLET_E_MALFORMED,
		"byte 2: protected: 1 pairs in the 1 bytes that are left");
	refuses("84 43a10126 80 40 41ff", SIGLET_E_MALFORMED,
		"byte 5: unprotected: an array, not a map");
	refuses("84 43a10126 a0 60 41ff", SIGLET_E_MALFORMED,
		"byte 6: payload: text, not a byte string");
	refuses("84 43a10126 a0 f7 41ff", SIGLET_E_MALFORMED,
		"byte 6: payload: undefined, not a byte string");
	refuses("84 43a10126 a0 40 61ff", SIGLET_E_MALFORMED,
		"byte 8: signature: text that is not UTF-8");
	refuses("84 43a10126 a0 40 f6", SIGLET_E_MALFORMED,
		"byte 7: signature: null, not a byte string");
	refuses("84 43a10126 a0 40 40", SIGLET_E_MALFORMED,
		"byte 7: signature: an empty signature");
}

static void an_empty_map_has_two_spellings(void)
{
	static const char *const spellings[] = { "84 40 a0 40 41ff", "84 41a0 a0 40 41ff",
						 "84 5800 a0 40 41ff", "84 5801a0 a0 40 41ff",
						 "84 42b800 a0 40 41ff" };

	for (size_t i = 0; i < SIGLET_COUNT(spellings); i++) {
		const siglet_cose_understood none = { NULL, 0 };
		const siglet_cose_algorithm *algorithm = NULL;

		accepts(spellings[i], "an empty protected header");
		OK(message.is_protected == NULL && message.protected_bytes.len == 0,
		   "… is signed as the empty byte string");
		wrong(siglet_cose_check(&message, &none, &algorithm), SIGLET_E_MISSING,
		      "byte 1: protected: no alg in it");
	}
	refuses("84 f6 a0 40 41ff", SIGLET_E_MALFORMED,
		"byte 1: protected: null, not a byte string");
	refuses("84 41f6 a0 40 41ff", SIGLET_E_MALFORMED, "byte 2: protected: null, not a map");
}

static void labels_are_integers_or_words(void)
{
	accepts("84 40 a2 616100 616200 40 41ff", "labels in text");
	accepts("84 40 a1 1b7fffffffffffffff 00 40 41ff", "the largest label");
	accepts("84 40 a1 3b7fffffffffffffff 00 40 41ff", "the least label");
	accepts("84 40 a1 612d 00 40 41ff", "\"-\" for a label");
	accepts("84 40 a1 60 00 40 41ff", "\"\" for a label");
	accepts("84 40 a1 63312e30 00 40 41ff", "\"1.0\" for a label");
	refuses("84 40 a1 1b8000000000000000 00 40 41ff", SIGLET_E_RANGE,
		"byte 3: unprotected/9223372036854775808: an integer of more than 64 bits");
	refuses("84 40 a1 3b8000000000000000 00 40 41ff", SIGLET_E_RANGE,
		"byte 3: unprotected/-9223372036854775809: an integer of more than 64 bits");
	refuses("84 40 a1 4101 00 40 41ff", SIGLET_E_MALFORMED,
		"byte 3: unprotected/a byte string: a byte string, not an integer");
	refuses("84 40 a1 6131 00 40 41ff", SIGLET_E_MALFORMED,
		"byte 3: unprotected/\"1\": a label in text that looks like a number");
	refuses("84 47a20126623333 00 a0 40 41ff", SIGLET_E_MALFORMED,
		"byte 5: protected/\"33\": a label in text that looks like a number");
	refuses("84 40 a1 622d37 00 40 41ff", SIGLET_E_MALFORMED,
		"byte 3: unprotected/\"-7\": a label in text that looks like a number");
	refuses("84 40 a1 622b37 00 40 41ff", SIGLET_E_MALFORMED,
		"byte 3: unprotected/\"+7\": a label in text that looks like a number");
}

static void a_label_is_in_one_header(void)
{
	refuses("84 46a20126044131 a1 044132 40 41ff", SIGLET_E_MALFORMED,
		"byte 9: unprotected/4: this label is in the protected header too");
	refuses("84 46a20126044131 a1 18044132 40 41ff", SIGLET_E_MALFORMED,
		"byte 9: unprotected/4: this label is in the protected header too");
	refuses("84 44a1616100 a1 616100 40 41ff", SIGLET_E_MALFORMED,
		"byte 7: unprotected/\"a\": this label is in the protected header too");
	accepts("84 43a10126 a1 044132 40 41ff", "each label once");
}

/* A message of so many bytes: its payload fills it up. */
static siglet_err *read_size(size_t size)
{
	siglet_buf bytes = unhex("d284 43a10126 a0 5a"), end = unhex("4101");
	const size_t payload = size - bytes.len - 4 - end.len;
	siglet_err *err = NULL;

	for (unsigned shift = 32; err == NULL && shift > 0; shift -= 8)
		err = siglet_buf_append_byte(&bytes, (uint8_t)(payload >> (shift - 8)));
	while (err == NULL && bytes.len < size - end.len)
		err = siglet_buf_append_byte(&bytes, 0);
	if (err == NULL)
		err = siglet_buf_append(&bytes, siglet_buf_slice(&end));
	siglet_cbor_doc_free(doc);
	doc = NULL;
	if (err == NULL)
		err = siglet_cose_sign1_parse(heads(), siglet_buf_slice(&bytes), &doc, &message);
	siglet_cbor_doc_free(doc);
	doc = NULL;
	siglet_buf_clear(&end);
	siglet_buf_clear(&bytes);
	return err;
}

static void messages_have_a_size(void)
{
	OK_SUCCESS(read_size(16u << 20), "a message of 16 MiB");
	wrong(read_size((16u << 20) + 1), SIGLET_E_LIMIT, "16777217 bytes, more than 16777216");
}

/* ---- headers that make sense ---- */

static siglet_err *check(const char *hex, const int64_t *labels, size_t count)
{
	const siglet_cose_understood understood = { labels, count };
	const siglet_cose_algorithm *algorithm = NULL;

	accepts(hex, hex);
	siglet_err *err = siglet_cose_check(&message, &understood, &algorithm);

	OK((err == NULL) == (algorithm != NULL), "… an algorithm or an error");
	return err;
}

static void algorithms_are_numbers_that_we_use(void)
{
	static const struct {
		const char *hex, *name;
	} used[] = {
		{ "84 43a10126 a0 40 41ff", "ES256" },	  { "84 44a1013822 a0 40 41ff", "ES384" },
		{ "84 44a1013823 a0 40 41ff", "ES512" },  { "84 43a10127 a0 40 41ff", "EdDSA" },
		{ "84 44a1013824 a0 40 41ff", "PS256" },  { "84 44a1013825 a0 40 41ff", "PS384" },
		{ "84 44a1013826 a0 40 41ff", "PS512" },  { "84 43a10128 a0 40 41ff", "ESP256" },
		{ "84 44a1013832 a0 40 41ff", "ESP384" }, { "84 44a1013833 a0 40 41ff", "ESP512" },
		{ "84 43a10132 a0 40 41ff", "Ed25519" },
	};
	const siglet_cose_understood none = { NULL, 0 };

	for (size_t i = 0; i < SIGLET_COUNT(used); i++) {
		const siglet_cose_algorithm *algorithm = NULL;

		accepts(used[i].hex, used[i].name);
		OK_SUCCESS(siglet_cose_check(&message, &none, &algorithm), "… is used");
		OK(algorithm != NULL && strcmp(algorithm->name, used[i].name) == 0,
		   "… under its name");
	}
	wrong(check("84 40 a0 40 41ff", NULL, 0), SIGLET_E_MISSING,
	      "byte 1: protected: no alg in it");
	wrong(check("84 44a1044131 a0 40 41ff", NULL, 0), SIGLET_E_MISSING,
	      "byte 1: protected: no alg in it");
	wrong(check("84 45a101390100 a0 40 41ff", NULL, 0), SIGLET_E_UNSUPPORTED,
	      "byte 4: protected/1: algorithm -257 (RS256), which is not used here");
	wrong(check("84 44a1013834 a0 40 41ff", NULL, 0), SIGLET_E_UNSUPPORTED,
	      "byte 4: protected/1: algorithm -53 (Ed448), which is not used here");
	wrong(check("84 43a10105 a0 40 41ff", NULL, 0), SIGLET_E_UNSUPPORTED,
	      "byte 4: protected/1: algorithm 5, which is not used here");
	wrong(check("84 48a101654553323536 a0 40 41ff", NULL, 0), SIGLET_E_UNSUPPORTED,
	      "byte 4: protected/1: an algorithm in text");
	wrong(check("84 43a101f5 a0 40 41ff", NULL, 0), SIGLET_E_MALFORMED,
	      "byte 4: protected/1: a boolean, not an integer");
	wrong(check("84 4ba1011b8000000000000000 a0 40 41ff", NULL, 0), SIGLET_E_RANGE,
	      "byte 4: protected/1: an integer of more than 64 bits");
}

static void some_labels_are_never_unprotected(void)
{
	static const struct {
		const char *label, *text;
	} labels[] = {
		{ "02", "byte 7: unprotected/2: crit counts only in the protected header" },
		{ "0f", "byte 7: unprotected/15: CWT claims counts only in the protected header" },
		{ "190102",
		  "byte 9: unprotected/258: payload-hash-alg counts only in the protected header" },
		{ "190103", "byte 9: unprotected/259: preimage-content-type counts only in the "
			    "protected header" },
		{ "190104",
		  "byte 9: unprotected/260: payload-location counts only in the protected header" },
		{ "19018b", "byte 9: unprotected/395: vds counts only in the protected header" },
	};

	for (size_t i = 0; i < SIGLET_COUNT(labels); i++) {
		char hex[128];

		(void)snprintf(hex, sizeof(hex), "84 43a10126 a1 %s 00 40 41ff", labels[i].label);
		wrong(check(hex, NULL, 0), SIGLET_E_MALFORMED, labels[i].text);
	}
	wrong(check("84 40 a1 0126 40 41ff", NULL, 0), SIGLET_E_MALFORMED,
	      "byte 4: unprotected/1: alg counts only in the protected header");
	OK_SUCCESS(check("84 43a10126 a1 18214100 40 41ff", NULL, 0),
		   "certificates may be unprotected");
}

static void values_are_of_their_kinds(void)
{
	OK_SUCCESS(check("84 4aa4012603000440101832 a0 40 41ff", NULL, 0), "numbers for types");
	OK_SUCCESS(check("84 4ba4012603616104401061 62 a0 40 41ff", NULL, 0), "and words");
	wrong(check("84 45a201260401 a0 40 41ff", NULL, 0), SIGLET_E_MALFORMED,
	      "byte 6: protected/4: an unsigned integer, not a byte string");
	wrong(check("84 43a10126 a1 04616b 40 41ff", NULL, 0), SIGLET_E_MALFORMED,
	      "byte 7: unprotected/4: text, not a byte string");
	wrong(check("84 45a201260320 a0 40 41ff", NULL, 0), SIGLET_E_MALFORMED,
	      "byte 6: protected/3: a negative integer, not a media type or its number");
	wrong(check("84 43a10126 a1 0341 61 40 41ff", NULL, 0), SIGLET_E_MALFORMED,
	      "byte 7: unprotected/3: a byte string, not a media type or its number");
	wrong(check("84 45a2012610f6 a0 40 41ff", NULL, 0), SIGLET_E_MALFORMED,
	      "byte 6: protected/16: null, not a media type or its number");
}

static void what_is_critical_is_understood(void)
{
	static const int64_t labels[] = { 33, 258 };

	OK_SUCCESS(check("84 4aa3012602811821182140 a0 40 41ff", labels, 2),
		   "a label that is understood");
	wrong(check("84 4aa3012602811821182140 a0 40 41ff", NULL, 0), SIGLET_E_UNSUPPORTED,
	      "byte 7: protected/2/0: label 33 must be understood, and is not");
	wrong(check("84 4aa3012602811822182240 a0 40 41ff", labels, 2), SIGLET_E_UNSUPPORTED,
	      "byte 7: protected/2/0: label 34 must be understood, and is not");
	OK_SUCCESS(check("84 4aa3012602820104044131 a0 40 41ff", NULL, 0),
		   "alg and kid always are");
	/* IV, Partial IV and the first countersignature have numbers next to those. */
	wrong(check("84 48a3012602810505 40 a0 40 41ff", NULL, 0), SIGLET_E_UNSUPPORTED,
	      "byte 7: protected/2/0: label 5 must be understood, and is not");
	wrong(check("84 48a3012602810000 40 a0 40 41ff", NULL, 0), SIGLET_E_UNSUPPORTED,
	      "byte 7: protected/2/0: label 0 must be understood, and is not");
	wrong(check("84 48a3012602812020 40 a0 40 41ff", NULL, 0), SIGLET_E_UNSUPPORTED,
	      "byte 7: protected/2/0: label -1 must be understood, and is not");
	wrong(check("84 48a201260282011821 a0 40 41ff", labels, 2), SIGLET_E_MALFORMED,
	      "byte 8: protected/2/1: label 33 is critical and not protected");
	wrong(check("84 47a2012602811821 a1 182140 40 41ff", labels, 2), SIGLET_E_MALFORMED,
	      "byte 7: protected/2/0: label 33 is critical and not protected");
	wrong(check("84 45a201260280 a0 40 41ff", NULL, 0), SIGLET_E_LENGTH,
	      "byte 6: protected/2: an array of 0, not 1 to 256");
	wrong(check("84 45a201260221 a0 40 41ff", NULL, 0), SIGLET_E_MALFORMED,
	      "byte 6: protected/2: a negative integer, not an array");
	wrong(check("84 4aa3012602816161616100 a0 40 41ff", NULL, 0), SIGLET_E_UNSUPPORTED,
	      "byte 7: protected/2/0: a label that must be understood, and is not");
	wrong(check("84 47a2012602814101 a0 40 41ff", NULL, 0), SIGLET_E_MALFORMED,
	      "byte 7: protected/2/0: a byte string, not an integer");
}

static siglet_err *read_claims(const char *hex)
{
	siglet_cose_claims claims;

	accepts(hex, hex);
	return siglet_cose_claims_read(&message, &claims);
}

/* Who must be able to judge a claim, and can't, must not go on (RFC 8392 section 3.1). */
static void claims_that_limit_are_refused(void)
{
	OK_SUCCESS(read_claims("84 4b a201260fa2016161074162 a0 40 41ff"), "iss and cti");
	wrong(read_claims("84 48a201260fa1036161 a0 40 41ff"), SIGLET_E_UNSUPPORTED,
	      "byte 8: protected/15/3: the claim aud (whom it is for) is not judged here");
	wrong(read_claims("84 48a201260fa1041864 a0 40 41ff"), SIGLET_E_UNSUPPORTED,
	      "byte 8: protected/15/4: the claim exp (when it ends) is not judged here");
	wrong(read_claims("84 48a201260fa1051864 a0 40 41ff"), SIGLET_E_UNSUPPORTED,
	      "byte 8: protected/15/5: the claim nbf (when it begins) is not judged here");
}

static void claims_are_of_their_kinds(void)
{
	siglet_cose_claims claims;

	OK_SUCCESS(read_claims("84 43a10126 a0 40 41ff"), "no claims at all");
	OK_SUCCESS(read_claims("84 4ca201260fa106c11a0001e240 a0 40 41ff"), "a time with tag 1");
	OK(siglet_cose_claims_read(&message, &claims) == NULL && claims.has_issued_at &&
		   claims.issued_at_s == 123456,
	   "… is that time");
	OK_SUCCESS(read_claims("84 47a201260fa10620 a0 40 41ff"), "a time before 1970");
	OK(siglet_cose_claims_read(&message, &claims) == NULL && claims.issued_at_s == -1,
	   "… is that time");
	wrong(read_claims("84 48a201260fa106c200 a0 40 41ff"), SIGLET_E_MALFORMED,
	      "byte 8: protected/15/6: a tag, not an integer");
	wrong(read_claims("84 49a201260fa106c1c100 a0 40 41ff"), SIGLET_E_MALFORMED,
	      "byte 9: protected/15/6: a tag, not an integer");
	wrong(read_claims("84 47a201260fa10660 a0 40 41ff"), SIGLET_E_MALFORMED,
	      "byte 8: protected/15/6: text, not an integer");
	wrong(read_claims("84 46a201260f6161 a0 40 41ff"), SIGLET_E_MALFORMED,
	      "byte 6: protected/15: text, not a map");
	wrong(read_claims("84 45a201260f80 a0 40 41ff"), SIGLET_E_MALFORMED,
	      "byte 6: protected/15: an array, not a map");
	wrong(read_claims("84 47a201260fa10100 a0 40 41ff"), SIGLET_E_MALFORMED,
	      "byte 8: protected/15/1: an unsigned integer, not text");
	wrong(read_claims("84 47a201260fa10260 a0 40 41ff"), SIGLET_E_LENGTH,
	      "byte 8: protected/15/2: a claim of 0 bytes, not 1 to 8192");
	wrong(read_claims("84 49a201260fa102626100 a0 40 41ff"), SIGLET_E_MALFORMED,
	      "byte 8: protected/15/2: a claim with a NUL in it");
}

/* An issuer of so many bytes. */
static siglet_err *read_issuer(size_t len)
{
	char hex[2 * 8400];
	size_t at =
		(size_t)snprintf(hex, sizeof(hex), "84 59%04zx a201260fa10179%04zx", len + 9, len);

	for (size_t i = 0; i < len; i++)
		at += (size_t)snprintf(hex + at, sizeof(hex) - at, "61");
	(void)snprintf(hex + at, sizeof(hex) - at, "a0 40 41ff");
	siglet_buf_clear(&kept);
	OK_SUCCESS(read_message(hex, &kept), "an issuer of %zu bytes", len);
	if (doc == NULL)
		exit(1);
	siglet_cose_claims claims;

	return siglet_cose_claims_read(&message, &claims);
}

static void claims_have_a_size(void)
{
	OK_SUCCESS(read_issuer(SIGLET_MAX_CWT_TEXT), "as long as may be");
	wrong(read_issuer(SIGLET_MAX_CWT_TEXT + 1), SIGLET_E_LENGTH,
	      "byte 10: protected/15/1: a claim of 8193 bytes, not 1 to 8192");
}

/* ---- hash envelopes ---- */

static bool is_envelope;
static siglet_cose_envelope envelope;

static siglet_err *read_envelope(const char *hex)
{
	accepts(hex, hex);
	is_envelope = false;
	return siglet_cose_envelope_read(&message, &is_envelope, &envelope);
}

#define TAIL "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define DIGEST "00" TAIL

static void payloads_are_digests(void)
{
	OK_SUCCESS(read_envelope("84 43a10126 a0 40 41ff"), "no envelope");
	OK(!is_envelope, "… is none");
	OK_SUCCESS(read_envelope("84 47a201261901022f a0 5820" DIGEST "41ff"), "an envelope");
	OK(is_envelope && envelope.has_digest && envelope.hash == SIGLET_SHA256 &&
		   envelope.digest.bytes[31] == 0x1f,
	   "… with a digest");
	OK_SUCCESS(read_envelope("84 47a201261901022f a0 f6 41ff"), "a detached one");
	OK(is_envelope && !envelope.has_digest, "… without");
	OK_SUCCESS(
		read_envelope("84 56a4012619010238 2a190103 18 32 19010465 6c6f63616c a0 f6 41ff"),
		"with all that can be said");
	OK(envelope.hash == SIGLET_SHA384 && envelope.content_type.len == 0 &&
		   siglet_slice_is(envelope.location, "local"),
	   "… of what was hashed");
	wrong(read_envelope("84 47a201261901022f a0 581f" TAIL "41ff"), SIGLET_E_LENGTH,
	      "byte 10: payload: 31 bytes, not the 32 of a sha256 digest");
	wrong(read_envelope("84 47a201261901022f a0 5821" DIGEST "20 41ff"), SIGLET_E_LENGTH,
	      "byte 10: payload: 33 bytes, not the 32 of a sha256 digest");
	wrong(read_envelope("84 47a201261901022d a0 f6 41ff"), SIGLET_E_UNSUPPORTED,
	      "byte 8: protected/258: a payload hashed by algorithm -14, which is not used here");
	wrong(read_envelope("84 4e a2012619010267 5348412d323536 a0 f6 41ff"), SIGLET_E_MALFORMED,
	      "byte 8: protected/258: text, not an integer");
}

/* Label 3 would be the type of the digest; of what was hashed, 259 tells. */
static void envelopes_have_no_content_type(void)
{
	wrong(read_envelope("84 49a301260300 1901022f a0 f6 41ff"), SIGLET_E_MALFORMED,
	      "byte 6: protected/3: a content type in a hash envelope");
	wrong(read_envelope("84 47a201261901022f a10300 f6 41ff"), SIGLET_E_MALFORMED,
	      "byte 11: unprotected/3: a content type in a hash envelope");
	wrong(read_envelope("84 4ba301261901022f19010320 a0 f6 41ff"), SIGLET_E_RANGE,
	      "byte 12: protected/259: a negative number");
	wrong(read_envelope("84 4ba301261901022f19010440 a0 f6 41ff"), SIGLET_E_MALFORMED,
	      "byte 12: protected/260: a byte string, not text");
}

/* They speak of what was hashed. Where nothing says that anything was, is the payload it, or its hash? */
static void what_was_hashed_needs_a_hash(void)
{
	wrong(read_envelope("84 47a2012619010300 a0 40 41ff"), SIGLET_E_MISSING,
	      "byte 8: protected/259: what was hashed is described, and no hash (258)");
	wrong(read_envelope("84 48a201261901046161 a0 40 41ff"), SIGLET_E_MISSING,
	      "byte 8: protected/260: what was hashed is described, and no hash (258)");
}

static void algorithms_have_names_and_hashes_numbers(void)
{
	siglet_hash hash = SIGLET_SHA512;

	OK(strcmp(siglet_cose_algorithm_name(-7), "ES256") == 0, "-7");
	OK(strcmp(siglet_cose_algorithm_name(-43), "SHA-384") == 0, "-43");
	OK(strcmp(siglet_cose_algorithm_name(-257), "RS256") == 0, "-257");
	OK(siglet_cose_algorithm_name(0) == NULL, "0");
	for (int i = 0; i < SIGLET_HASH_COUNT; i++)
		OK(siglet_cose_hash_find(siglet_cose_hash_number((siglet_hash)i), &hash) &&
			   hash == (siglet_hash)i,
		   "%s", siglet_hash_name((siglet_hash)i));
	OK(!siglet_cose_hash_find(-14, &hash), "not SHA-1");
}

/* ---- for people ---- */

static void prints_with_words(const char *hex, const char *wanted)
{
	siglet_buf text;

	accepts(hex, "to be printed");
	siglet_buf_init(&text, 65536);
	OK_SUCCESS(siglet_cose_print(doc, 8, &text), "… prints");
	if (!OK(strcmp(siglet_buf_text(&text), wanted) == 0, "… with words"))
		printf("# got: %s\n", siglet_buf_text(&text));
	siglet_buf_clear(&text);
}

static void messages_are_readable(void)
{
	prints_with_words(
		"d2 84 58 23 a5 0126 028104 0fa30163612f62026173061a6553f100 190102 2f "
		"1822822f 4400010203 a2 044131 1903e7f5 f6 49000102030405060708",
		"18([\n  <<{\n    / alg / 1: -7 / ES256 /,\n    / crit / 2: [\n      4 / kid /\n"
		"    ],\n    / CWT claims / 15: {\n      / iss / 1: \"a/b\",\n      / sub / 2: "
		"\"s\",\n      / iat / 6: 1700000000\n    },\n    / payload-hash-alg / 258: -16 "
		"/ SHA-256 /,\n    / x5t / 34: [\n      -16 / SHA-256 /,\n      h'00010203'\n    "
		"]\n  }>>,\n  {\n    / kid / 4: h'31',\n    999: true\n  },\n  null,\n  "
		"h'0001020304050607...' / 9 bytes /\n])");
	/* A receipt in a message, with a proof in it. */
	prints_with_words(
		"84 43a10126 a1 19018a 81 58 22 d284 47a2012619018b01 a1 19018c a1 20 81 4d "
		"83 05 03 81 48 0001020304050607 f6 41ff f6 41ff",
		"[\n"
		"  <<{\n"
		"    / alg / 1: -7 / ES256 /\n"
		"  }>>,\n"
		"  {\n"
		"    / receipts / 394: [\n"
		"      <<18([\n"
		"        <<{\n"
		"          / alg / 1: -7 / ES256 /,\n"
		"          / vds / 395: 1 / RFC9162_SHA256 /\n"
		"        }>>,\n"
		"        {\n"
		"          / vdp / 396: {\n"
		"            / inclusion / -1: [\n"
		"              <<[\n"
		"                5 / tree size /,\n"
		"                3 / leaf index /,\n"
		"                [\n"
		"                  h'0001020304050607'\n"
		"                ]\n"
		"              ]>>\n"
		"            ]\n"
		"          }\n"
		"        },\n"
		"        null,\n"
		"        h'ff'\n"
		"      ])>>\n"
		"    ]\n"
		"  },\n"
		"  null,\n"
		"  h'ff'\n"
		"]");
}

int main(void)
{
	if (heads() == NULL) {
		SKIP("built without COSE");
		return tap_done();
	}
	the_four_are_of_their_kinds();
	an_empty_map_has_two_spellings();
	labels_are_integers_or_words();
	a_label_is_in_one_header();
	messages_have_a_size();
	algorithms_are_numbers_that_we_use();
	some_labels_are_never_unprotected();
	values_are_of_their_kinds();
	what_is_critical_is_understood();
	claims_that_limit_are_refused();
	claims_are_of_their_kinds();
	claims_have_a_size();
	payloads_are_digests();
	envelopes_have_no_content_type();
	what_was_hashed_needs_a_hash();
	algorithms_have_names_and_hashes_numbers();
	messages_are_readable();
	siglet_cbor_doc_free(doc);
	siglet_buf_clear(&kept);
	return tap_done();
}
