#include "statement/statement.h"

#include <stdlib.h>
#include <string.h>

#include "json/json.h"

#include "../lib/check.h"
#include "../lib/corpus.h"

#define ZERO32 "0000000000000000000000000000000000000000000000000000000000000000"
#define ONE32 "1111111111111111111111111111111111111111111111111111111111111111"
#define ONE48 ONE32 "11111111111111111111111111111111"
#define ONE64 ONE32 ONE32
#define TYPE1 "\"_type\":\"https://in-toto.io/Statement/v1\""
#define SUBJECT "\"subject\":[{\"name\":\"a\",\"digest\":{\"sha256\":\"" ZERO32 "\"}}]"

static siglet_err *parse(const char *text)
{
	siglet_statement *statement = NULL;
	siglet_err *err = siglet_statement_parse(siglet_slice_str(text), &statement);

	siglet_statement_free(statement);
	return err;
}

static void pae_counts_bytes(void)
{
	siglet_buf pae;

	siglet_buf_init(&pae, 100);
	OK_SUCCESS(siglet_dsse_pae(siglet_slice_str("http://example.com/HelloWorld"),
				   siglet_slice_str("hello world"), &pae),
		   "the example of the DSSE protocol");
	OK(siglet_slice_is(siglet_buf_slice(&pae),
			   "DSSEv1 29 http://example.com/HelloWorld 11 hello world"),
	   "gives its encoding");
	siglet_buf_clear(&pae);
	OK_SUCCESS(siglet_dsse_pae(siglet_slice_str("\xc3\xa9"), siglet_slice_of("\0\n", 2), &pae),
		   "a type beyond ASCII and a binary payload");
	OK(siglet_slice_equal(siglet_buf_slice(&pae),
			      siglet_slice_of("DSSEv1 2 \xc3\xa9 2 \0\n", 16)),
	   "are counted in bytes");
	siglet_buf_clear(&pae);
	OK_SUCCESS(siglet_dsse_pae(SIGLET_SLICE_NONE, SIGLET_SLICE_NONE, &pae), "nothing at all");
	OK(siglet_slice_is(siglet_buf_slice(&pae), "DSSEv1 0  0 "), "keeps its spaces");
	siglet_buf_clear(&pae);
	siglet_buf_init(&pae, 20);
	OK_ERROR(siglet_dsse_pae(siglet_slice_str("type"), siglet_slice_str("payload"), &pae),
		 SIGLET_E_LIMIT, "more than the buffer takes");
	OK(pae.len == 0, "appends nothing");
	siglet_buf_clear(&pae);
}

static void statements_are_read(void)
{
	static const char text[] =
		"{\"_type\":\"https://in-toto.io/Statement/v0.1\",\"subject\":["
		"{\"name\":\"a\",\"digest\":{\"sha256\":\"" ONE32 "\",\"sha512\":\"" ONE64 "\"}},"
		"{\"digest\":{\"md5\":\"00\",\"sha384\":\"" ONE48 "\"},\"uri\":\"x\"}],"
		"\"predicateType\":\"https://example.com/p\",\"predicate\":{},\"more\":1}";
	siglet_statement *s = NULL;

	OK_SUCCESS(siglet_statement_parse(siglet_slice_str(text), &s), "a statement is read");
	if (s == NULL)
		return;
	OK(siglet_slice_is(siglet_statement_type(s), "https://in-toto.io/Statement/v0.1"), "_type");
	OK(siglet_slice_is(siglet_statement_predicate_type(s), "https://example.com/p"),
	   "predicateType");
	OK(siglet_statement_subject_count(s) == 2, "two subjects");
	OK(siglet_slice_is(siglet_statement_subject_name(s, 0), "a"), "the name of the first");
	OK(siglet_statement_subject_name(s, 1).len == 0, "the second has none");
	OK(siglet_statement_subject_digests(s, 0)->mask ==
		   (SIGLET_HASH_BIT(SIGLET_SHA256) | SIGLET_HASH_BIT(SIGLET_SHA512)),
	   "the digests of the first");
	OK(siglet_statement_subject_digests(s, 0)->of[SIGLET_SHA512].bytes[63] == 0x11 &&
		   siglet_statement_subject_digests(s, 0)->of[SIGLET_SHA512].hash == SIGLET_SHA512,
	   "decoded whole");
	OK(siglet_statement_subject_digests(s, 1)->mask == SIGLET_HASH_BIT(SIGLET_SHA384),
	   "of the second only the one that is known");
	OK(siglet_statement_hashes(s) == 7, "all hashes of any subject");
	OK(siglet_statement_subject_name(s, 2).len == 0 &&
		   siglet_statement_subject_digests(s, 2) == NULL,
	   "there is no third subject");
	siglet_statement_free(s);
}

static void other_forms_are_read(void)
{
	OK_SUCCESS(parse("{" TYPE1 "," SUBJECT "}"), "without a predicate");
	OK_SUCCESS(parse("{\"type\":\"https://in-toto.io/Statement/v1\"," SUBJECT "}"),
		   "type in place of _type");
	OK_SUCCESS(parse("{" TYPE1 ",\"predicateType\":null," SUBJECT "}"), "a null predicateType");
	OK_SUCCESS(parse("{" TYPE1 ",\"subject\":[{\"name\":null,\"digest\":{}}]}"),
		   "a null name and an empty digest set");
	OK_SUCCESS(parse("{" TYPE1 ",\"subject\":[{\"digest\":{}},{\"digest\":{}}]}"),
		   "a subject twice");
}

static void bad_statements_are_refused(void)
{
	static const struct {
		const char *text, *claim;
		siglet_code code;
	} cases[] = {
		{ "", "nothing", SIGLET_E_MALFORMED },
		{ "[]", "an array", SIGLET_E_MALFORMED },
		{ "{" TYPE1 "," SUBJECT "}x", "trailing bytes", SIGLET_E_MALFORMED },
		{ "{" TYPE1 "," SUBJECT "," SUBJECT "}", "subject twice", SIGLET_E_MALFORMED },
		{ "{" TYPE1 ",\"type\":\"https://in-toto.io/Statement/v1\"," SUBJECT "}",
		  "_type and type", SIGLET_E_MALFORMED },
		{ "{" TYPE1 ",\"type\":null," SUBJECT "}", "_type and a null type",
		  SIGLET_E_MALFORMED },
		{ "{" SUBJECT "}", "no _type", SIGLET_E_MISSING },
		{ "{\"_type\":null," SUBJECT "}", "a null _type", SIGLET_E_MISSING },
		{ "{\"_type\":1," SUBJECT "}", "a number as _type", SIGLET_E_MALFORMED },
		{ "{\"_type\":\"https://in-toto.io/Statement/v1.0\"," SUBJECT "}", "another _type",
		  SIGLET_E_UNSUPPORTED },
		{ "{\"_type\":\"\"," SUBJECT "}", "an empty _type", SIGLET_E_UNSUPPORTED },
		{ "{" TYPE1 "}", "no subject", SIGLET_E_MISSING },
		{ "{" TYPE1 ",\"subject\":null}", "a null subject", SIGLET_E_MISSING },
		{ "{" TYPE1 ",\"subject\":[]}", "an empty subject", SIGLET_E_MALFORMED },
		{ "{" TYPE1 ",\"subject\":{}}", "an object as subject", SIGLET_E_MALFORMED },
		{ "{" TYPE1 ",\"subject\":[1]}", "a number in subject", SIGLET_E_MALFORMED },
		{ "{" TYPE1 ",\"subject\":[{\"name\":\"a\"}]}", "no digest", SIGLET_E_MALFORMED },
		{ "{" TYPE1 ",\"subject\":[{\"digest\":null}]}", "a null digest",
		  SIGLET_E_MALFORMED },
		{ "{" TYPE1 ",\"subject\":[{\"digest\":[]}]}", "an array as digest",
		  SIGLET_E_MALFORMED },
		{ "{" TYPE1 ",\"subject\":[{\"digest\":{\"sha256\":1}}]}", "a number as hex",
		  SIGLET_E_MALFORMED },
		{ "{" TYPE1 ",\"subject\":[{\"name\":1,\"digest\":{}}]}", "a number as name",
		  SIGLET_E_MALFORMED },
		{ "{" TYPE1 ",\"predicateType\":1," SUBJECT "}", "a number as predicateType",
		  SIGLET_E_MALFORMED },
	};

	for (size_t i = 0; i < SIGLET_COUNT(cases); i++)
		OK_ERROR(parse(cases[i].text), cases[i].code, "refused: %s", cases[i].claim);
}

static siglet_err *parse_counts(size_t subjects, size_t digests)
{
	siglet_buf text;
	siglet_err *err;

	siglet_buf_init(&text, 1u << 20);
	err = siglet_buf_append_str(&text, "{" TYPE1 ",\"subject\":[");
	for (size_t i = 0; err == NULL && i < subjects; i++) {
		err = siglet_buf_printf(&text, "%s{\"digest\":{", i == 0 ? "" : ",");
		for (size_t j = 0; err == NULL && j < digests; j++)
			err = siglet_buf_printf(&text, "%s\"h%zu\":\"\"", j == 0 ? "" : ",", j);
		if (err == NULL)
			err = siglet_buf_append_str(&text, "}}");
	}
	if (err == NULL)
		err = siglet_buf_append_str(&text, "]}");
	if (err == NULL)
		err = parse(siglet_buf_text(&text));
	siglet_buf_clear(&text);
	return err;
}

static void limits_hold(void)
{
	siglet_buf text;
	siglet_err *err;

	OK_SUCCESS(parse_counts(SIGLET_MAX_SUBJECTS, 1), "as many subjects as may be");
	OK_ERROR(parse_counts(SIGLET_MAX_SUBJECTS + 1, 1), SIGLET_E_LIMIT, "one more");
	OK_SUCCESS(parse_counts(1, SIGLET_MAX_SUBJECT_DIGESTS), "as many digests as may be");
	OK_ERROR(parse_counts(1, SIGLET_MAX_SUBJECT_DIGESTS + 1), SIGLET_E_LIMIT, "one more");

	siglet_buf_init(&text, SIGLET_MAX_PAYLOAD_BYTES + 1);
	err = siglet_buf_append_str(&text, "{" TYPE1 "," SUBJECT "}");
	while (err == NULL && text.len < SIGLET_MAX_PAYLOAD_BYTES)
		err = siglet_buf_append_byte(&text, ' ');
	OK_SUCCESS(err != NULL ? err : parse(siglet_buf_text(&text)), "as many bytes as may be");
	err = siglet_buf_append_byte(&text, ' ');
	OK_ERROR(err != NULL ? err : parse(siglet_buf_text(&text)), SIGLET_E_LIMIT, "one more");
	siglet_buf_clear(&text);
}

/* The mask of the only subject's digests, whose set has these members. */
static unsigned mask_of(const char *members)
{
	siglet_statement *s = NULL;
	unsigned mask = 99;
	char text[1024];

	(void)snprintf(text, sizeof(text), "{" TYPE1 ",\"subject\":[{\"digest\":{%s}}]}", members);
	OK_SUCCESS(siglet_statement_parse(siglet_slice_str(text), &s), "a digest set is read");
	if (s != NULL)
		mask = siglet_statement_subject_digests(s, 0)->mask;
	siglet_statement_free(s);
	return mask;
}

static void digests_that_can_be_none_are_passed_over(void)
{
	OK(mask_of("\"sha256\":\"" ONE32 "\"") == 1, "a sha256");
	OK(mask_of("\"sha256\":\"AB"
		   "1111111111111111111111111111111111111111111111111111111111111"
		   "1\"") == 1,
	   "hex in upper case");
	OK(mask_of("\"sha256\":\"" ONE48 "\"") == 0, "a sha256 of 48 bytes");
	OK(mask_of("\"sha384\":\"" ONE32 "\"") == 0, "a sha384 of 32 bytes");
	OK(mask_of("\"sha512\":\"" ONE48 "\"") == 0, "a sha512 of 48 bytes");
	OK(mask_of("\"sha256\":\"g"
		   "111111111111111111111111111111111111111111111111111111111111"
		   "111\"") == 0,
	   "a letter that is not hex");
	OK(mask_of("\"sha256\":\"\"") == 0, "an empty one");
	OK(mask_of("\"SHA256\":\"" ONE32 "\"") == 0, "another spelling of the name");
	OK(mask_of("\"sha256\":\"x\",\"sha512\":\"" ONE64 "\"") == 4, "and the good one is kept");
}

static siglet_digests digests(unsigned mask, uint8_t byte256, uint8_t byte512)
{
	siglet_digests result = { .mask = mask };

	for (unsigned i = 0; i < SIGLET_HASH_COUNT; i++) {
		result.of[i].hash = (siglet_hash)i;
		memset(result.of[i].bytes, i == SIGLET_SHA256 ? byte256 : byte512,
		       siglet_hash_size((siglet_hash)i));
	}
	return result;
}

static siglet_err *match(const char *subjects, siglet_digests artifact, size_t *ret_subject,
			 siglet_hash *ret_hash)
{
	siglet_statement *s = NULL;
	char text[2048];
	siglet_err *err;

	(void)snprintf(text, sizeof(text), "{" TYPE1 ",\"subject\":[%s]}", subjects);
	err = siglet_statement_parse(siglet_slice_str(text), &s);
	if (err == NULL)
		err = siglet_statement_match(s, &artifact, ret_subject, ret_hash);
	siglet_statement_free(s);
	return err;
}

static void mismatch_says(siglet_err *err, const char *words)
{
	if (!OK(err != NULL && siglet_err_code(err) == SIGLET_E_MISMATCH &&
			siglet_slice_has_suffix(siglet_slice_str(siglet_err_message(err)), words),
		"it says: %s", words))
		printf("# got: %s\n", err == NULL ? "success" : siglet_err_message(err));
	siglet_err_free(err);
}

#define SHA256_OF(hex) "{\"digest\":{\"sha256\":\"" hex "\"}}"
#define SHA512_OF(hex) "{\"digest\":{\"sha512\":\"" hex "\"}}"
#define BOTH_OF(a, b) "{\"digest\":{\"sha256\":\"" a "\",\"sha512\":\"" b "\"}}"

static void artifacts_are_found_among_the_subjects(void)
{
	const unsigned only256 = SIGLET_HASH_BIT(SIGLET_SHA256);
	const unsigned only512 = SIGLET_HASH_BIT(SIGLET_SHA512);
	siglet_hash hash = SIGLET_SHA384;
	size_t subject = 99;

	OK_SUCCESS(match(SHA256_OF(ZERO32) "," SHA256_OF(ONE32), digests(only256, 0x11, 0),
			 &subject, &hash),
		   "the second subject is the artifact");
	OK(subject == 1 && hash == SIGLET_SHA256, "and named with its hash");
	OK_SUCCESS(match(BOTH_OF(ZERO32, ONE64), digests(only512, 0, 0x11), &subject, &hash),
		   "one digest in common suffices");
	OK(subject == 0 && hash == SIGLET_SHA512, "whichever it is");
	OK_SUCCESS(match(BOTH_OF(ONE32, ONE64), digests(only256 | only512, 0x11, 0x11), &subject,
			 &hash),
		   "all that are known may agree");
	subject = 99;
	OK_ERROR(match(SHA256_OF(ZERO32) "," SHA256_OF(ONE32), digests(only256, 0x22, 0), &subject,
		       &hash),
		 SIGLET_E_MISMATCH, "no subject is the artifact");
	OK_ERROR(match(BOTH_OF(ONE32, ONE64), digests(only256 | only512, 0x11, 0x22), &subject,
		       &hash),
		 SIGLET_E_MISMATCH, "one digest of a subject contradicts");
	mismatch_says(match(BOTH_OF(ONE32, ONE64) "," SHA256_OF(ZERO32),
			    digests(only256 | only512, 0x11, 0x22), &subject, &hash),
		      "and contradicts another");
	mismatch_says(match(SHA256_OF(ZERO32), digests(only256, 0x11, 0), &subject, &hash),
		      "the statement is about another file");
	mismatch_says(match(SHA256_OF(ZERO32) "," SHA256_OF(ZERO32), digests(only256, 0x11, 0),
			    &subject, &hash),
		      "none of the 2 subjects");
	OK_SUCCESS(match(BOTH_OF(ONE32, ONE64) "," SHA256_OF(ONE32),
			 digests(only256 | only512, 0x11, 0x22), &subject, &hash),
		   "which does not keep another from matching");
	OK(subject == 1, "that one is named");
	OK_ERROR(match(SHA512_OF(ONE64), digests(only256, 0x11, 0), &subject, &hash),
		 SIGLET_E_MISSING, "no digest in common");
	OK_ERROR(match(SHA256_OF(ZERO32), digests(0, 0, 0), &subject, &hash), SIGLET_E_MISSING,
		 "an artifact without digests");
	OK_ERROR(match("{\"digest\":{\"md5\":\"00\"}}", digests(only256, 0, 0), &subject, &hash),
		 SIGLET_E_UNSUPPORTED, "no digest that is known");
	OK_ERROR(match("{\"digest\":{\"sha256\":\"zz\"}}", digests(only256, 0, 0), &subject, &hash),
		 SIGLET_E_UNSUPPORTED, "a broken digest matches nothing");
}

static void predicate_is(const char *members, const char *wanted, const char *claim)
{
	siglet_statement *s = NULL;
	char text[1024];
	siglet_buf json;
	siglet_err *err;

	(void)snprintf(text, sizeof(text), " {%s}\n", members);
	siglet_buf_init(&json, sizeof(text));
	err = siglet_statement_parse(siglet_slice_str(text), &s);
	if (err == NULL)
		err = siglet_statement_predicate(s, &json);
	OK_SUCCESS(err, "a predicate: %s", claim);
	if (!OK(siglet_slice_is(siglet_buf_slice(&json), wanted), "byte for byte"))
		printf("# got: %s\n", siglet_buf_text(&json));
	siglet_buf_clear(&json);
	siglet_statement_free(s);
}

static void predicates_are_given_as_they_stand(void)
{
	siglet_statement *s = NULL;
	siglet_buf json;

	predicate_is(TYPE1 "," SUBJECT ",\"predicate\":{}", "{}", "the last member");
	predicate_is("\"predicate\" : { \"n\": 1.50e1 } ," TYPE1 "," SUBJECT, "{ \"n\": 1.50e1 }",
		     "the first, with its spaces and numbers");
	predicate_is(TYPE1 ",\"predicate\":[1,{\"a\":\"}],\"}],\"x\":{\"predicate\":0}," SUBJECT,
		     "[1,{\"a\":\"}],\"}]", "with brackets inside strings");
	predicate_is("\"x\":{\"predicate\":0,\"y\":[\",\"]}," TYPE1 "," SUBJECT
		     ",\"predicate\":\"a\\\",\\\\\"",
		     "\"a\\\",\\\\\"", "a string with quotes, not the one deeper inside");
	predicate_is(TYPE1 ",\"a,b:\\\"\":\":,{\"," SUBJECT ",\"\\u0070redicate\":{\"a\\u0062\":0}",
		     "{\"a\\u0062\":0}", "its name spelled with an escape");
	predicate_is(TYPE1 ",\"\":\"\"," SUBJECT ",\"predicate\":\t\r\n \"\"\t\r\n ", "\"\"",
		     "empty strings, white space of every kind");
	predicate_is("\t\"predicate\"\r:\n\t[ ]\r\n\t,\n" TYPE1 "," SUBJECT, "[ ]",
		     "white space between other members");
	predicate_is(TYPE1 ",\"x\":\"predicate\",\"predicate\":null," SUBJECT, "null", "null");

	siglet_buf_init(&json, 3);
	OK_SUCCESS(siglet_statement_parse(siglet_slice_str("{" TYPE1 "," SUBJECT "}"), &s),
		   "a statement without one");
	if (s != NULL)
		OK_ERROR(siglet_statement_predicate(s, &json), SIGLET_E_MISSING, "has none");
	siglet_statement_free(s);
	s = NULL;
	OK_SUCCESS(siglet_statement_parse(
			   siglet_slice_str("{" TYPE1 "," SUBJECT ",\"predicate\":1234}"), &s),
		   "a statement with a longer one");
	if (s != NULL)
		OK_ERROR(siglet_statement_predicate(s, &json), SIGLET_E_LIMIT,
			 "gives it only into a buffer that takes it");
	siglet_statement_free(s);
	siglet_buf_clear(&json);
}

static void short_names_stand_for_uris(void)
{
	static const char *const names[][2] = {
		{ "slsaprovenance1", "https://slsa.dev/provenance/v1" },
		{ "slsaprovenance02", "https://slsa.dev/provenance/v0.2" },
		{ "spdx", "https://spdx.dev/Document" },
		{ "cyclonedx", "https://cyclonedx.org/bom" },
		{ "vuln", "https://cosign.sigstore.dev/attestation/vuln/v1" },
		{ "link", "https://in-toto.io/Link/v1" },
		{ "https://example.com/p", "https://example.com/p" },
		{ "SPDX", "SPDX" },
	};

	for (size_t i = 0; i < SIGLET_COUNT(names); i++)
		OK(strcmp(siglet_predicate_uri(names[i][0]), names[i][1]) == 0, "%s", names[i][0]);
}

static void corpus_example(void)
{
	siglet_slice payload = SIGLET_SLICE_NONE, type = SIGLET_SLICE_NONE;
	siglet_slice wanted = SIGLET_SLICE_NONE;
	siglet_json_doc *doc = NULL;
	siglet_buf text, pae;
	siglet_err *err;

	if (!corpus_available() || !corpus_read("dsse-vectors/protocol-example.json", &text)) {
		SKIP("no corpus: dsse-protocol-example");
		return;
	}
	siglet_buf_init(&pae, 4096);
	err = siglet_json_parse(siglet_buf_slice(&text), CORPUS_MAX_BYTES, &doc);
	if (err == NULL)
		err = siglet_json_need_string(siglet_json_root(doc), "payload", &payload);
	if (err == NULL)
		err = siglet_json_need_string(siglet_json_root(doc), "payloadType", &type);
	if (err == NULL)
		err = siglet_json_need_string(siglet_json_root(doc), "pae", &wanted);
	if (err == NULL)
		err = siglet_dsse_pae(type, payload, &pae);
	OK_SUCCESS(err, "the corpus example is encoded");
	OK(wanted.len > 0 && siglet_slice_equal(siglet_buf_slice(&pae), wanted), "as it says");
	siglet_buf_clear(&pae);
	siglet_json_doc_free(doc);
	siglet_buf_clear(&text);
}

int main(void)
{
	pae_counts_bytes();
	statements_are_read();
	other_forms_are_read();
	bad_statements_are_refused();
	limits_hold();
	digests_that_can_be_none_are_passed_over();
	artifacts_are_found_among_the_subjects();
	predicates_are_given_as_they_stand();
	short_names_stand_for_uris();
	corpus_example();
	return tap_done();
}
