#include "tlog_fixture.h"

#define HASH "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define OTHER_HASH "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
#define SHORT_HASH "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="
#define KEY_ID "wNI9atQGlz+VWfO6LRygH4QUfY/8W4RFwiT5i5WRgB0="
#define PROMISE "\"inclusionPromise\":{\"signedEntryTimestamp\":\"AAEC\"}"
#define CHECKPOINT "\"checkpoint\":{\"envelope\":\"note\\n\"}"
#define PROOF                                                                     \
	"\"inclusionProof\":{\"logIndex\":\"5\",\"rootHash\":\"" OTHER_HASH "\"," \
	"\"treeSize\":\"7\",\"hashes\":[\"" HASH "\",\"" OTHER_HASH "\"]," CHECKPOINT "}"
#define HEAD                                                           \
	"{\"logIndex\":\"1234\",\"logId\":{\"keyId\":\"" KEY_ID "\"}," \
	"\"kindVersion\":{\"kind\":\"hashedrekord\",\"version\":\""

static const char V1[] = HEAD "0.0.1\"},\"integratedTime\":\"1689177396\"," PROMISE "," PROOF
			      ",\"canonicalizedBody\":\"e30=\"}";
static const char V2[] = HEAD "0.0.2\"}," PROOF ",\"canonicalizedBody\":\"e30=\"}";

static siglet_err *read_entry(const char *text, siglet_entry *ret_entry)
{
	siglet_json_doc *doc = NULL;
	siglet_err *err = siglet_json_parse(siglet_slice_str(text), 1u << 20, &doc);

	if (err == NULL)
		err = siglet_entry_read(siglet_json_root(doc), &pool, ret_entry);
	siglet_json_doc_free(doc);
	return err;
}

static void entries_are_read(void)
{
	siglet_entry e = { 0 };

	OK_SUCCESS(read_entry(V1, &e), "an entry of Rekor v1 is read");
	OK(e.kind == SIGLET_ENTRY_HASHEDREKORD_V001 && !siglet_entry_is_v2(&e), "its kind");
	OK(siglet_slice_is(e.kind_name, "hashedrekord") && siglet_slice_is(e.kind_version, "0.0.1"),
	   "the names of its kind");
	OK(e.log_index == 1234 && e.integrated_time_s == 1689177396, "its numbers");
	OK(e.log_id.len == 32 && e.log_id.ptr[0] == 0xc0, "its log");
	OK(siglet_slice_equal(e.promise, siglet_slice_of("\0\1\2", 3)), "its promise");
	OK(siglet_slice_is(e.body, "{}"), "its body");
	OK(e.has_proof && e.proof_index == 5 && e.proof_size == 7, "its proof");
	OK(e.proof_root.len == 32 && e.proof_root.ptr[0] == 1, "the proof's root");
	OK(e.proof_count == 2 && e.proof_nodes[0].bytes[0] == 0 && e.proof_nodes[1].bytes[31] == 1,
	   "the proof's hashes");
	OK(siglet_slice_is(e.checkpoint, "note\n"), "its checkpoint");
	OK_SUCCESS(read_entry(V2, &e), "an entry of Rekor v2 is read");
	OK(e.kind == SIGLET_ENTRY_HASHEDREKORD_V002 && siglet_entry_is_v2(&e), "its kind");
	OK(e.promise.len == 0 && e.integrated_time_s == 0, "it has no promise and no time");
}

static void kinds_are_told_apart(void)
{
	static const struct {
		const char *kind, *version;
		siglet_entry_kind wanted; /* 0: unsupported */
	} cases[] = {
		{ "hashedrekord", "0.0.1", SIGLET_ENTRY_HASHEDREKORD_V001 },
		{ "hashedrekord", "0.0.2", SIGLET_ENTRY_HASHEDREKORD_V002 },
		{ "dsse", "0.0.1", SIGLET_ENTRY_DSSE_V001 },
		{ "intoto", "0.0.2", SIGLET_ENTRY_INTOTO_V002 },
		{ "dsse", "0.0.2", 0 },
		{ "intoto", "0.0.1", 0 },
		{ "hashedrekord", "0.0.3", 0 },
		{ "hashedrekord", "0.0.10", 0 },
		{ "hashedrekord", "", 0 },
		{ "HashedRekord", "0.0.1", 0 },
		{ "rekord", "0.0.1", 0 },
		{ "", "0.0.1", 0 },
	};

	for (size_t i = 0; i < SIGLET_COUNT(cases); i++) {
		const char *kind = format("\"kind\":\"%s\",\"version\":\"%s\"", cases[i].kind,
					  cases[i].version);
		const char *text =
			replace(V1, "\"kind\":\"hashedrekord\",\"version\":\"0.0.1\"", kind);
		siglet_entry e = { 0 };

		text = replace(text, PROMISE ",",
			       cases[i].wanted == SIGLET_ENTRY_HASHEDREKORD_V002 ? ""
										 : PROMISE ",");
		if (cases[i].wanted == 0)
			OK_ERROR(read_entry(text, &e), SIGLET_E_UNSUPPORTED, "%s is unsupported",
				 kind);
		else
			OK_SUCCESS(read_entry(text, &e), "%s is read", kind);
		OK(e.kind == cases[i].wanted, "as its kind");
	}
}

static void refusals_name_the_kind(void)
{
	siglet_entry e;
	siglet_err *err = read_entry(replace(V1, "0.0.1", "0.\\u001b.9"), &e);

	OK(err != NULL && strstr(siglet_err_message(err), "hashedrekord 0.\\x1b.9") != NULL,
	   "kind and version, printable");
	siglet_err_free(err);
	err = read_entry(replace(V1, "hashedrekord", "intoto"), &e);
	OK(err != NULL && strstr(siglet_err_message(err), "does not hold the signature") != NULL,
	   "and why intoto 0.0.1 is refused");
	siglet_err_free(err);
	err = read_entry(replace(V1, "hashedrekord", "rekord"), &e);
	OK(err != NULL && strstr(siglet_err_message(err), "signature") == NULL,
	   "which is not why another kind is");
	siglet_err_free(err);
}

static void left_out_members_have_their_defaults(void)
{
	siglet_entry e = { 0 };

	OK_SUCCESS(read_entry(replace(V1, "\"logIndex\":\"1234\",", ""), &e), "no logIndex");
	OK(e.log_index == 0, "is the first entry");
	OK_SUCCESS(read_entry(replace(replace(V1, "\"logIndex\":\"5\",", ""),
				      "\"hashes\":[\"" HASH "\",\"" OTHER_HASH "\"],", ""),
			      &e),
		   "no index and no hashes in the proof");
	OK(e.proof_index == 0 && e.proof_count == 0, "is the first of a tree, alone");
	OK_SUCCESS(read_entry(replace(V1, "," PROOF, ""), &e), "Rekor v1: a promise alone");
	OK(!e.has_proof && e.checkpoint.len == 0, "has no proof");
	OK_SUCCESS(read_entry(replace(V1, PROMISE ",", ""), &e), "Rekor v1: a proof alone");
	OK_SUCCESS(read_entry(replace(V1, PROMISE ",", "\"inclusionPromise\":null,"), &e),
		   "a promise that is null");
	OK(e.promise.len == 0, "is none");
	OK_SUCCESS(read_entry(replace(replace(V2, "\"rootHash\":\"" OTHER_HASH "\",", ""),
				      "\"treeSize\":\"7\",", ""),
			      &e),
		   "Rekor v2: neither root nor size");
	OK(e.proof_root.len == 0 && e.proof_size == 0, "leaves them to the checkpoint");
	OK_SUCCESS(read_entry(replace(V2, ",\"canonicalizedBody\":\"e30=\"", ""), &e),
		   "Rekor v2: no body");
	OK(e.body.len == 0, "leaves it to be rebuilt");
	OK_SUCCESS(read_entry(replace(V1, "\"logIndex\":\"1234\"", "\"log_index\":1234"), &e),
		   "a snake_case name and a bare number");
	OK(e.log_index == 1234, "are read as well");
}

static void bad_entries_are_refused(void)
{
	static const struct {
		const char *from, *to, *claim;
		siglet_code code;
	} cases[] = {
		{ "\"kindVersion\"", "\"x\"", "no kindVersion", SIGLET_E_MISSING },
		{ "{\"kind\":\"hashedrekord\",\"version\":\"0.0.1\"}", "1", "kindVersion a number",
		  SIGLET_E_MALFORMED },
		{ "\"hashedrekord\"", "1", "kind a number", SIGLET_E_MALFORMED },
		{ "\"0.0.1\"", "1", "version a number", SIGLET_E_MALFORMED },
		{ "\"1234\"", "\"-1\"", "logIndex below zero", SIGLET_E_RANGE },
		{ "\"1234\"", "\"9223372036854775808\"", "logIndex past 2^63", SIGLET_E_RANGE },
		{ "\"1234\"", "\"x\"", "logIndex no number", SIGLET_E_MALFORMED },
		{ "\"logId\"", "\"x\"", "no logId", SIGLET_E_MISSING },
		{ "\"keyId\"", "\"x\"", "no keyId", SIGLET_E_MISSING },
		{ "\"" KEY_ID "\"", "\"\"", "an empty keyId", SIGLET_E_MISSING },
		{ "\"" KEY_ID "\"", "\"*\"", "a keyId that is not base64", SIGLET_E_MALFORMED },
		{ "{\"keyId\":\"" KEY_ID "\"}", "[]", "logId an array", SIGLET_E_MALFORMED },
		{ "\"1689177396\"", "\"-1\"", "integratedTime below zero", SIGLET_E_RANGE },
		{ "\"1689177396\"", "\"1.5\"", "integratedTime a fraction", SIGLET_E_MALFORMED },
		{ "\"AAEC\"", "\"A\"", "a promise that is not base64", SIGLET_E_MALFORMED },
		{ "{\"signedEntryTimestamp\":\"AAEC\"}", "\"AAEC\"", "a promise as a string",
		  SIGLET_E_MALFORMED },
		{ "\"e30=\"", "\"\"", "an empty body", SIGLET_E_MISSING },
		{ ",\"canonicalizedBody\":\"e30=\"", "", "no body", SIGLET_E_MISSING },
		{ "\"e30=\"", "\"e3\\n0=\"", "a body with a line break", SIGLET_E_MALFORMED },
		{ PROMISE "," PROOF ",", "", "neither promise nor proof", SIGLET_E_MISSING },
		{ PROMISE "," PROOF, "\"inclusionPromise\":{},\"inclusionProof\":null",
		  "an empty promise and a null proof", SIGLET_E_MISSING },
		{ "\"inclusionProof\":{", "\"inclusionProof\":[],\"x\":{", "a proof as an array",
		  SIGLET_E_MALFORMED },
		{ "\"logIndex\":\"5\"", "\"logIndex\":\"-1\"", "the proof's index below zero",
		  SIGLET_E_RANGE },
		{ "\"logIndex\":\"5\"", "\"logIndex\":\"7\"", "the proof's index past its tree",
		  SIGLET_E_RANGE },
		{ "\"treeSize\":\"7\"", "\"treeSize\":\"-7\"", "treeSize below zero",
		  SIGLET_E_RANGE },
		{ "\"treeSize\":\"7\"", "\"treeSize\":\"0\"", "treeSize zero", SIGLET_E_RANGE },
		{ "\"treeSize\":\"7\",", "", "no treeSize", SIGLET_E_RANGE },
		{ "\"rootHash\":\"" OTHER_HASH "\",", "", "no rootHash", SIGLET_E_MISSING },
		{ "\"rootHash\":\"" OTHER_HASH "\"", "\"rootHash\":\"" SHORT_HASH "\"",
		  "a rootHash of 31 bytes", SIGLET_E_MALFORMED },
		{ "[\"" HASH "\"", "[\"" SHORT_HASH "\"", "a hash of 31 bytes",
		  SIGLET_E_MALFORMED },
		{ "[\"" HASH "\"", "[\"\"", "an empty hash", SIGLET_E_MALFORMED },
		{ "[\"" HASH "\"", "[null", "a null hash", SIGLET_E_MALFORMED },
		{ "[\"" HASH "\"", "[1", "a hash that is a number", SIGLET_E_MALFORMED },
		{ "," CHECKPOINT, "", "a proof without a checkpoint", SIGLET_E_MISSING },
		{ CHECKPOINT, "\"checkpoint\":{}", "an empty checkpoint", SIGLET_E_MISSING },
		{ CHECKPOINT, "\"checkpoint\":\"note\"", "a checkpoint as a string",
		  SIGLET_E_MALFORMED },
	};
	siglet_entry e = { .log_index = 42 };

	for (size_t i = 0; i < SIGLET_COUNT(cases); i++)
		OK_ERROR(read_entry(replace(V1, cases[i].from, cases[i].to), &e), cases[i].code,
			 "refused: %s", cases[i].claim);
	OK(e.log_index == 42, "and nothing was written");
	OK_ERROR(read_entry("[]", &e), SIGLET_E_MALFORMED, "refused: an array");
	OK_ERROR(read_entry("null", &e), SIGLET_E_MALFORMED, "refused: null");
}

static void bad_v2_entries_are_refused(void)
{
	static const struct {
		const char *from, *to, *claim;
		siglet_code code;
	} cases[] = {
		{ PROOF, PROMISE "," PROOF, "a promise", SIGLET_E_MALFORMED },
		{ PROOF, "\"inclusionPromise\":{}," PROOF, "an empty promise", SIGLET_E_MALFORMED },
		{ PROOF ",", "", "no proof", SIGLET_E_MISSING },
		{ "," CHECKPOINT, "", "no checkpoint", SIGLET_E_MISSING },
		{ "\"rootHash\":\"" OTHER_HASH "\"", "\"rootHash\":\"" SHORT_HASH "\"",
		  "a rootHash of 31 bytes", SIGLET_E_MALFORMED },
		{ "\"logIndex\":\"5\"", "\"logIndex\":\"7\"", "an index past its tree",
		  SIGLET_E_RANGE },
	};
	siglet_entry e;

	for (size_t i = 0; i < SIGLET_COUNT(cases); i++)
		OK_ERROR(read_entry(replace(V2, cases[i].from, cases[i].to), &e), cases[i].code,
			 "v2 refused: %s", cases[i].claim);
}

static siglet_err *read_with_hashes(size_t count)
{
	const char *hashes = "\"" HASH "\"";
	siglet_entry e;

	for (size_t i = 1; i < count; i++)
		hashes = format("%s,\"" HASH "\"", hashes);
	return read_entry(replace(V1, "\"" HASH "\",\"" OTHER_HASH "\"", hashes), &e);
}

static void limits_hold(void)
{
	siglet_arena small = { .max = 64 };
	siglet_json_doc *doc = NULL;
	siglet_entry e;

	OK_SUCCESS(read_with_hashes(SIGLET_MERKLE_MAX_PROOF), "as many hashes as may be");
	OK_ERROR(read_with_hashes(SIGLET_MERKLE_MAX_PROOF + 1), SIGLET_E_LIMIT, "one more");
	must(siglet_json_parse(siglet_slice_str(V1), 1u << 20, &doc));
	OK_ERROR(siglet_entry_read(siglet_json_root(doc), &small, &e), SIGLET_E_LIMIT,
		 "more than the arena gives out");
	siglet_json_doc_free(doc);
	siglet_arena_clear(&small);
}

static siglet_err *read_with_body(size_t len)
{
	siglet_arena arena = { .max = 2 * SIGLET_MAX_ENTRY_BODY_BYTES };
	siglet_json_doc *doc = NULL;
	siglet_buf body, text;
	siglet_entry e;

	siglet_buf_init(&body, len);
	siglet_buf_init(&text, 2 * SIGLET_MAX_ENTRY_BODY_BYTES);
	for (size_t i = 0; i < len; i++)
		must(siglet_buf_append_byte(&body, 'x'));
	must(siglet_buf_append(&text, siglet_slice_of(V2, (size_t)(strstr(V2, "e30=") - V2))));
	must(siglet_base64_encode(siglet_buf_slice(&body), &text));
	must(siglet_buf_append_str(&text, "\"}"));
	must(siglet_json_parse(siglet_buf_slice(&text), text.len, &doc));
	siglet_err *err = siglet_entry_read(siglet_json_root(doc), &arena, &e);
	siglet_json_doc_free(doc);
	siglet_buf_clear(&text);
	siglet_buf_clear(&body);
	siglet_arena_clear(&arena);
	return err;
}

static void bodies_have_a_limit(void)
{
	OK_SUCCESS(read_with_body(SIGLET_MAX_ENTRY_BODY_BYTES), "as large a body as may be");
	OK_ERROR(read_with_body(SIGLET_MAX_ENTRY_BODY_BYTES + 1), SIGLET_E_LIMIT, "one byte more");
}

static const char *written(const siglet_entry *entry)
{
	siglet_json_writer writer;
	siglet_buf out;
	const char *text;

	siglet_buf_init(&out, 1u << 16);
	siglet_json_writer_init(&writer, &out, 0);
	siglet_entry_write(entry, &writer, NULL);
	must(siglet_json_writer_finish(&writer));
	text = text_of(siglet_buf_slice(&out));
	siglet_buf_clear(&out);
	return text;
}

static bool same_entry(const siglet_entry *a, const siglet_entry *b)
{
	return a->kind == b->kind && siglet_slice_equal(a->kind_name, b->kind_name) &&
	       siglet_slice_equal(a->kind_version, b->kind_version) &&
	       a->log_index == b->log_index && siglet_slice_equal(a->log_id, b->log_id) &&
	       a->integrated_time_s == b->integrated_time_s &&
	       siglet_slice_equal(a->promise, b->promise) && siglet_slice_equal(a->body, b->body) &&
	       a->has_proof == b->has_proof && a->proof_index == b->proof_index &&
	       a->proof_size == b->proof_size && siglet_slice_equal(a->proof_root, b->proof_root) &&
	       a->proof_count == b->proof_count &&
	       (a->proof_count == 0 || memcmp(a->proof_nodes, b->proof_nodes,
					      a->proof_count * sizeof(*a->proof_nodes)) == 0) &&
	       siglet_slice_equal(a->checkpoint, b->checkpoint);
}

static void what_is_written_is_read_again(void)
{
	const char *const texts[] = {
		V1,
		V2,
		replace(V1, "," PROOF, ""),
		replace(V1, PROMISE ",", ""),
		replace(V2, ",\"canonicalizedBody\":\"e30=\"", ""),
		replace(replace(V2, "\"rootHash\":\"" OTHER_HASH "\",", ""), "\"treeSize\":\"7\",",
			""),
		replace(V1, "\"logIndex\":\"1234\",", ""),
		replace(V1, "note\\n", "\xe2\x80\x94 \\\"n\\\\ote\\n"),
	};

	for (size_t i = 0; i < SIGLET_COUNT(texts); i++) {
		siglet_entry first = { 0 }, again = { 0 };

		OK_SUCCESS(read_entry(texts[i], &first), "entry %zu is read", i);
		OK_SUCCESS(read_entry(written(&first), &again), "what is written of it is read");
		OK(same_entry(&first, &again), "and is the same");
	}
}

static void unset_members_are_not_written(void)
{
	siglet_entry e = { 0 };
	const char *text;

	OK_SUCCESS(read_entry(replace(V2, ",\"canonicalizedBody\":\"e30=\"", ""), &e), "an entry");
	text = written(&e);
	OK(strstr(text, "integratedTime") == NULL, "no integratedTime");
	OK(strstr(text, "inclusionPromise") == NULL, "no inclusionPromise");
	OK(strstr(text, "canonicalizedBody") == NULL, "no canonicalizedBody");
	OK(strstr(text, "\"1234\"") != NULL, "numbers are strings");
	e.proof_root = SIGLET_SLICE_NONE;
	e.proof_size = 0;
	e.checkpoint = SIGLET_SLICE_NONE;
	text = written(&e);
	OK(strstr(text, "rootHash") == NULL, "no rootHash");
	OK(strstr(text, "treeSize") == NULL, "no treeSize");
	OK(strstr(text, "checkpoint") == NULL, "no checkpoint");
	OK(strstr(text, "\"hashes\":[") != NULL, "but hashes");
}

int main(void)
{
	entries_are_read();
	kinds_are_told_apart();
	refusals_name_the_kind();
	left_out_members_have_their_defaults();
	bad_entries_are_refused();
	bad_v2_entries_are_refused();
	limits_hold();
	bodies_have_a_limit();
	what_is_written_is_read_again();
	unset_members_are_not_written();
	return fixture_end();
}
