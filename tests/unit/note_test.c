#include "note/note.h"

#include <stdlib.h>
#include <string.h>

#include "json/json.h"

#include "../lib/check.h"
#include "../lib/corpus.h"

#define DASH "\xe2\x80\x94"

/* The example of C2SP signed-note, with its verifier key's parts. */
static const char EXAMPLE[] = "This is an example message.\n\n" DASH " example.com/foo "
			      "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3"
			      "mFXmRKuwHjG1Yu72IneyaQM=\n";
static const char EXAMPLE_NAME[] = "example.com/foo";
static const uint8_t EXAMPLE_ID[4] = { 0x53, 0x0d, 0x90, 0x3a };
static const char EXAMPLE_SPKI[] =
	"302a300506032b6570032100"
	"e932791ae6e7a840a46164c904786426d5e7821dd8b29a00d61cae72afdd4da4";

#define ROOT "60ll7idWI1jYRZzxc+jKflYoW+4jWxgZaGR15ASsWt4="
#define SIGNED "\n" DASH " log.example AAAAAAA=\n"

static siglet_arena arena;

static siglet_err *parse(const char *text)
{
	siglet_note note;

	return siglet_note_parse(siglet_slice_str(text), &arena, &note);
}

static void well_formed_notes_are_read(void)
{
	static const char text[] =
		"a\n\nb\n\n" DASH " one AAECAwQ=\n" DASH " two/\xc3\xa9 BQYHCAkK\n";
	siglet_note note = { 0 };

	OK_SUCCESS(siglet_note_parse(siglet_slice_str(text), &arena, &note), "a note is read");
	OK(siglet_slice_is(note.text, "a\n\nb\n"), "its text ends before the last empty line");
	if (!OK(note.count == 2, "it has two signatures"))
		return;
	OK(siglet_slice_is(note.signatures[0].name, "one") &&
		   memcmp(note.signatures[0].id, "\0\1\2\3", 4) == 0 &&
		   siglet_slice_equal(note.signatures[0].signature, siglet_slice_of("\4", 1)),
	   "name, id and signature of the first");
	OK(siglet_slice_is(note.signatures[1].name, "two/\xc3\xa9") &&
		   note.signatures[1].signature.len == 2,
	   "and of the second, its name not ASCII");
	OK_SUCCESS(parse("a\x7f\n" SIGNED), "DEL is no control character of the format");
}

static void malformed_notes_are_refused(void)
{
	static const struct {
		const char *text, *claim;
	} cases[] = {
		{ "", "nothing" },
		{ "a\n", "no empty line" },
		{ "a\n" DASH " n AAAAAAA=\n", "signatures right behind the text" },
		{ "a\n\n", "no signature line" },
		{ "a\r\n" SIGNED, "a carriage return" },
		{ "a\tb\n" SIGNED, "a tab" },
		{ "\001a\n" SIGNED, "a control character at the start" },
		{ "a\x1f\n" SIGNED, "the last control character" },
		{ "a\xff\n" SIGNED, "not UTF-8" },
		{ "a\xed\xa0\x80\n" SIGNED, "a surrogate" },
		{ "a\n\n" DASH " n AAAAAAA=", "no newline at the end" },
		{ "a\n" SIGNED " ", "a space behind" },
		{ "a\n" SIGNED "x\n", "another line behind" },
		{ "a\n" SIGNED "\n", "an empty line behind" },
		{ "a\n\n- n AAAAAAA=\n", "a hyphen" },
		{ "a\n\n\xe2\x80\x93 n AAAAAAA=\n", "an en dash" },
		{ "a\n\n" DASH "n AAAAAAA=\n", "no space behind the dash" },
		{ "a\n\n" DASH "  AAAAAAA=\n", "an empty name" },
		{ "a\n\n" DASH " n\n", "no signature behind the name" },
		{ "a\n\n" DASH " n \n", "an empty signature" },
		{ "a\n\n" DASH "\n", "the dash alone" },
		{ "a\n\n" DASH " n  AAAAAAA=\n", "two spaces" },
		{ "a\n\n" DASH " n AAAAAAA= \n", "a space behind the signature" },
		{ "a\n\n" DASH " n AAAAAAA= x\n", "a word behind the signature" },
		{ "a\n\n" DASH " n+m AAAAAAA=\n", "a plus in the name" },
		{ "a\n\n" DASH " +n AAAAAAA=\n", "a plus at its start" },
		{ "a\n\n" DASH " \xc2\xa0 AAAAAAA=\n", "a no-break space as name" },
		{ "a\n\n" DASH " n\xc2\xa0m AAAAAAA=\n", "a no-break space in the name" },
		{ "a\n\n" DASH " n\xc2\x85 AAAAAAA=\n", "a next-line character in the name" },
		{ "a\n\n" DASH " n\xe1\x9a\x80 AAAAAAA=\n", "an ogham space in the name" },
		{ "a\n\n" DASH " n\xe2\x80\x80 AAAAAAA=\n", "U+2000 in the name" },
		{ "a\n\n" DASH " n\xe2\x80\x8a AAAAAAA=\n", "U+200A in the name" },
		{ "a\n\n" DASH " n\xe2\x80\xa8 AAAAAAA=\n", "a line separator in the name" },
		{ "a\n\n" DASH " n\xe2\x80\xaf AAAAAAA=\n", "a narrow space in the name" },
		{ "a\n\n" DASH " n\xe2\x81\x9f AAAAAAA=\n", "a mathematical space in the name" },
		{ "a\n\n" DASH " n\xe3\x80\x80 AAAAAAA=\n", "an ideographic space in the name" },
		{ "a\n\n" DASH " n AAAAAA==\n", "an id without a signature" },
		{ "a\n\n" DASH " n AAAAAAA\n", "base64 without padding" },
		{ "a\n\n" DASH " n AAAAAAB=\n", "base64 with unused bits" },
		{ "a\n\n" DASH " n AAAA_AA=\n", "base64 of the other alphabet" },
	};

	for (size_t i = 0; i < SIGLET_COUNT(cases); i++)
		OK_ERROR(parse(cases[i].text), SIGLET_E_MALFORMED, "refused: %s", cases[i].claim);
	OK_SUCCESS(parse("a\n\n" DASH " n\xe2\x80\x8b AAAAAAA=\n"),
		   "U+200B is no space of Unicode, so a name may hold it");
}

static siglet_err *parse_with(size_t lines, size_t bytes)
{
	static const char line[] = DASH " n AAAAAAA=\n";
	siglet_buf text;
	siglet_err *err = NULL;

	siglet_buf_init(&text, 1u << 20);
	while (err == NULL && text.len + 2 + lines * (sizeof(line) - 1) < bytes)
		err = siglet_buf_append_byte(&text, 'x');
	if (err == NULL)
		err = siglet_buf_append_str(&text, "\n\n");
	for (size_t i = 0; err == NULL && i < lines; i++)
		err = siglet_buf_append_str(&text, line);
	if (err == NULL)
		err = parse(siglet_buf_text(&text));
	siglet_buf_clear(&text);
	return err;
}

static void limits_hold(void)
{
	OK_SUCCESS(parse_with(SIGLET_MAX_NOTE_SIGNATURES, 0), "as many signatures as may be");
	OK_ERROR(parse_with(SIGLET_MAX_NOTE_SIGNATURES + 1, 0), SIGLET_E_LIMIT, "one more");
	OK_SUCCESS(parse_with(1, SIGLET_MAX_NOTE_BYTES), "as many bytes as may be");
	OK_ERROR(parse_with(1, SIGLET_MAX_NOTE_BYTES + 1), SIGLET_E_LIMIT, "one more");
}

static siglet_err *parse_checkpoint(const char *text, siglet_checkpoint *ret_checkpoint)
{
	siglet_note note = { 0 };
	siglet_err *err = siglet_note_parse(siglet_slice_str(text), &arena, &note);

	return err != NULL ? err : siglet_checkpoint_parse(&note, ret_checkpoint);
}

static void checkpoints_are_read(void)
{
	siglet_checkpoint checkpoint = { 0 };

	OK_SUCCESS(parse_checkpoint("log.example - 12\n37795272\n" ROOT
				    "\nTimestamp: 1\nx\n" SIGNED,
				    &checkpoint),
		   "a checkpoint is read");
	OK(siglet_slice_is(checkpoint.origin, "log.example - 12"), "its origin");
	OK(checkpoint.size == 37795272, "its size");
	OK(checkpoint.root.bytes[0] == 0xeb && checkpoint.root.bytes[31] == 0xde, "its root");
	OK(siglet_slice_is(checkpoint.extensions, "Timestamp: 1\nx\n"), "its extension lines");
	OK_SUCCESS(parse_checkpoint("o\n0\n" ROOT "\n" SIGNED, &checkpoint), "of an empty tree");
	OK(checkpoint.size == 0 && checkpoint.extensions.len == 0, "with nothing more");
	OK_SUCCESS(parse_checkpoint("o\n9223372036854775807\n" ROOT "\n" SIGNED, &checkpoint),
		   "of the largest tree");
	OK(checkpoint.size == INT64_MAX, "with its size whole");
}

static void bad_checkpoints_are_refused(void)
{
	static const struct {
		const char *text, *claim;
		siglet_code code;
	} cases[] = {
		{ "o\n1\n" SIGNED, "no root line", SIGLET_E_MALFORMED },
		{ "o\n" SIGNED, "no size line", SIGLET_E_MALFORMED },
		{ "\n1\n" ROOT "\n" SIGNED, "an empty origin", SIGLET_E_MALFORMED },
		{ "o\n\n" ROOT "\n" SIGNED, "an empty size", SIGLET_E_MALFORMED },
		{ "o\n01\n" ROOT "\n" SIGNED, "a leading zero", SIGLET_E_MALFORMED },
		{ "o\n00\n" ROOT "\n" SIGNED, "two zeros", SIGLET_E_MALFORMED },
		{ "o\n-1\n" ROOT "\n" SIGNED, "a sign", SIGLET_E_MALFORMED },
		{ "o\n+1\n" ROOT "\n" SIGNED, "a plus", SIGLET_E_MALFORMED },
		{ "o\n1 \n" ROOT "\n" SIGNED, "a space behind the size", SIGLET_E_MALFORMED },
		{ "o\n1e3\n" ROOT "\n" SIGNED, "an exponent", SIGLET_E_MALFORMED },
		{ "o\n0x1\n" ROOT "\n" SIGNED, "hex", SIGLET_E_MALFORMED },
		{ "o\n9223372036854775808\n" ROOT "\n" SIGNED, "a size past 2^63", SIGLET_E_RANGE },
		{ "o\n18446744073709551617\n" ROOT "\n" SIGNED, "a size that wraps",
		  SIGLET_E_RANGE },
		{ "o\n1\n\n" SIGNED, "an empty root", SIGLET_E_MALFORMED },
		{ "o\n1\n" ROOT " \n" SIGNED, "a space behind the root", SIGLET_E_MALFORMED },
		{ "o\n1\nAAAA\n" SIGNED, "a short root", SIGLET_E_MALFORMED },
		{ "o\n1\n60ll7idWI1jYRZzxc+jKflYoW+4jWxgZaGR15ASsWt7e\n" SIGNED,
		  "a root of 33 bytes", SIGLET_E_MALFORMED },
		{ "o\n1\n60ll7idWI1jYRZzxc-jKflYoW-4jWxgZaGR15ASsWt4=\n" SIGNED,
		  "a root in the other alphabet", SIGLET_E_MALFORMED },
		{ "o\n1\n60ll7idWI1jYRZzxc+jKflYoW+4jWxgZaGR15ASsWt5=\n" SIGNED,
		  "a root with unused bits", SIGLET_E_MALFORMED },
		{ "o\n1\n" ROOT "\n\n" SIGNED, "an empty extension line", SIGLET_E_MALFORMED },
		{ "o\n1\n" ROOT "\nx\n\ny\n" SIGNED, "an empty line among the extensions",
		  SIGLET_E_MALFORMED },
	};

	for (size_t i = 0; i < SIGLET_COUNT(cases); i++) {
		siglet_checkpoint checkpoint = { .size = 42 };

		OK_ERROR(parse_checkpoint(cases[i].text, &checkpoint), cases[i].code, "refused: %s",
			 cases[i].claim);
		OK(checkpoint.size == 42, "and nothing was written");
	}
}

static siglet_key *example_key(void)
{
	siglet_key *key = NULL;
	siglet_buf der;
	siglet_err *err;

	siglet_buf_init(&der, 64);
	err = siglet_hex_decode(siglet_slice_str(EXAMPLE_SPKI), &der);
	if (err == NULL)
		err = siglet_key_from_spki(siglet_buf_slice(&der), &key);
	siglet_buf_clear(&der);
	OK_SUCCESS(err, "the example's key is read");
	return key;
}

static siglet_err *verify(const char *text, const siglet_note_verifier *verifier)
{
	siglet_note note = { 0 };
	siglet_err *err = siglet_note_parse(siglet_slice_str(text), &arena, &note);

	return err != NULL ? err : siglet_note_verify(&note, verifier);
}

/* The example with one more line, before or behind its own. */
static siglet_err *verify_with(const char *before, const char *behind,
			       const siglet_note_verifier *verifier)
{
	char text[1024];
	const char *line = strstr(EXAMPLE, DASH);

	(void)snprintf(text, sizeof(text), "%.*s%s%s%s", (int)(line - EXAMPLE), EXAMPLE, before,
		       line, behind);
	return verify(text, verifier);
}

static void signatures_are_verified(void)
{
	siglet_key *key = example_key();
	siglet_note_verifier verifier = { .name = siglet_slice_str(EXAMPLE_NAME),
					  .key = key,
					  .scheme = SIGLET_SCHEME_ED25519 };
	char text[sizeof(EXAMPLE)];

	if (key == NULL)
		return;
	memcpy(verifier.id, EXAMPLE_ID, sizeof(EXAMPLE_ID));
	OK_SUCCESS(verify(EXAMPLE, &verifier), "the example verifies");
	memcpy(text, EXAMPLE, sizeof(EXAMPLE));
	text[0] = 't';
	OK_ERROR(verify(text, &verifier), SIGLET_E_MISMATCH, "not with another text");
	memcpy(text, EXAMPLE, sizeof(EXAMPLE));
	*strstr(text, "Uw2Q") = 'V';
	OK_ERROR(verify(text, &verifier), SIGLET_E_MISSING, "not with another id on the line");
	memcpy(text, EXAMPLE, sizeof(EXAMPLE));
	*strstr(text, "n8s") = 'o';
	OK_ERROR(verify(text, &verifier), SIGLET_E_MISMATCH, "not with another signature");
	memcpy(text, EXAMPLE, sizeof(EXAMPLE));
	*strstr(text, "foo ") = 'g';
	OK_ERROR(verify(text, &verifier), SIGLET_E_MISSING, "not under another name");
	verifier.name = SIGLET_SLICE_NONE;
	OK_SUCCESS(verify(text, &verifier), "which does not matter where no name is asked for");
	verifier.id[3] ^= 1;
	OK_ERROR(verify(EXAMPLE, &verifier), SIGLET_E_MISSING, "but the id does");
	siglet_key_free(key);
}

static void every_line_of_the_verifier_must_hold(void)
{
	static const char bad[] = DASH " example.com/foo Uw2QOgA=\n";
	static const char stranger[] = DASH " example.org/bar Uw2QOgA=\n";
	static const char other_id[] = DASH " example.com/foo Uw2QOwA=\n";
	siglet_key *key = example_key();
	siglet_note_verifier verifier = { .name = siglet_slice_str(EXAMPLE_NAME),
					  .key = key,
					  .scheme = SIGLET_SCHEME_ED25519 };

	if (key == NULL)
		return;
	memcpy(verifier.id, EXAMPLE_ID, sizeof(EXAMPLE_ID));
	OK_ERROR(verify_with(bad, "", &verifier), SIGLET_E_MISMATCH, "a bad line before");
	OK_ERROR(verify_with("", bad, &verifier), SIGLET_E_MISMATCH, "a bad line behind");
	OK_SUCCESS(verify_with(stranger, other_id, &verifier), "lines of others are passed over");
	OK_ERROR(verify(strstr(EXAMPLE, "\n\n") - 1, &verifier), SIGLET_E_MISMATCH,
		 "a text cut short");
	verifier.name = SIGLET_SLICE_NONE;
	OK_ERROR(verify_with(stranger, "", &verifier), SIGLET_E_MISMATCH,
		 "without a name, every line with the id is the verifier's");
	verifier.scheme = SIGLET_SCHEME_ECDSA_SHA256;
	OK_ERROR(verify(EXAMPLE, &verifier), SIGLET_E_USAGE, "a scheme that does not fit the key");
	siglet_key_free(key);
}

/* The members of a case that this test needs. */
static void corpus_case(const siglet_json *item)
{
	const siglet_json *fields = siglet_json_object_get(item, "expected_fields");
	const siglet_slice id = siglet_json_string(siglet_json_object_get(item, "id"));
	const bool pass =
		siglet_slice_is(siglet_json_string(siglet_json_object_get(item, "expect")), "pass");
	siglet_slice file = SIGLET_SLICE_NONE, origin = SIGLET_SLICE_NONE;
	siglet_checkpoint checkpoint = { 0 };
	int64_t size = 0;
	siglet_buf text;
	siglet_err *err = siglet_json_need_string(item, "checkpoint", &file);

	siglet_buf_init(&text, 0);
	if (err == NULL)
		err = siglet_arena_copy(&arena, file, &file); /* with a NUL behind it */
	if (err == NULL && corpus_read((const char *)file.ptr, &text))
		err = parse_checkpoint(siglet_buf_text(&text), &checkpoint);
	OK((err == NULL) == pass, "corpus: %s", siglet_text_printable(id).text);
	siglet_err_free(err);
	if (pass && fields != NULL) {
		err = siglet_proto_string(fields, "origin", &origin);
		if (err == NULL)
			err = siglet_proto_int64(fields, "tree_size", &size);
		OK(err == NULL && siglet_slice_equal(checkpoint.origin, origin) &&
			   checkpoint.size == (uint64_t)size,
		   "with its origin and size");
		siglet_err_free(err);
	}
	siglet_buf_clear(&text);
}

static void corpus_checkpoints(void)
{
	siglet_json_doc *doc = NULL;
	const siglet_json *cases = NULL;
	siglet_buf manifest;
	siglet_err *err = NULL;
	size_t seen = 0;

	if (!corpus_available()) {
		SKIP("no corpus: checkpoint-parse");
		return;
	}
	if (corpus_read("manifest.json", &manifest))
		err = siglet_json_parse(siglet_buf_slice(&manifest), CORPUS_MAX_BYTES, &doc);
	if (err == NULL)
		err = siglet_json_need_array(siglet_json_root(doc), "cases", &cases);
	for (size_t i = 0; err == NULL && i < siglet_json_array_count(cases); i++) {
		const siglet_json *item = siglet_json_array_item(cases, i);

		if (siglet_slice_is(siglet_json_string(siglet_json_object_get(item, "type")),
				    "checkpoint-parse")) {
			corpus_case(item);
			seen++;
		}
	}
	OK_SUCCESS(err, "the corpus manifest is read");
	OK(seen >= 5, "it has checkpoint cases");
	siglet_json_doc_free(doc);
	siglet_buf_clear(&manifest);
}

/* vkey: name+id in hex+base64 of the type and the raw key. */
static void corpus_example(void)
{
	siglet_json_doc *doc = NULL;
	siglet_slice note = SIGLET_SLICE_NONE;
	siglet_key *key;
	siglet_buf text;
	siglet_err *err = NULL;

	if (!corpus_available() || !corpus_read("signed-note/example.json", &text)) {
		SKIP("no corpus: signed-note-example");
		return;
	}
	err = siglet_json_parse(siglet_buf_slice(&text), CORPUS_MAX_BYTES, &doc);
	if (err == NULL)
		err = siglet_json_need_string(siglet_json_root(doc), "note", &note);
	if (err == NULL)
		err = siglet_arena_copy(&arena, note, &note);
	OK_SUCCESS(err, "the corpus example is read");
	key = example_key();
	if (key != NULL) {
		siglet_note_verifier verifier = { .name = siglet_slice_str(EXAMPLE_NAME),
						  .key = key,
						  .scheme = SIGLET_SCHEME_ED25519 };

		memcpy(verifier.id, EXAMPLE_ID, sizeof(EXAMPLE_ID));
		OK_SUCCESS(verify((const char *)note.ptr, &verifier), "and verifies");
	}
	siglet_key_free(key);
	siglet_json_doc_free(doc);
	siglet_buf_clear(&text);
}

static void message_has(siglet_err *err, const char *words)
{
	if (!OK(err != NULL && strstr(siglet_err_message(err), words) != NULL, "it says: %s",
		words))
		printf("# got: %s\n", err == NULL ? "success" : siglet_err_message(err));
	siglet_err_free(err);
}

static void errors_say_where_and_whose(void)
{
	siglet_key *key = example_key();
	siglet_note_verifier verifier = { .name = siglet_slice_str("example.org"),
					  .key = key,
					  .scheme = SIGLET_SCHEME_ED25519 };

	if (key == NULL)
		return;
	memcpy(verifier.id, EXAMPLE_ID, sizeof(EXAMPLE_ID));
	message_has(parse("a\n" SIGNED "x\n"), "signature line 2: ");
	message_has(verify(EXAMPLE, &verifier), "\"example.org\" with id 530d903a");
	verifier.name = SIGLET_SLICE_NONE;
	message_has(verify_with("", DASH " x Uw2QOgA=\n", &verifier), "signature line 2, \"x\": ");
	verifier.id[0] = 0;
	message_has(verify(EXAMPLE, &verifier), "any name with id 000d903a");
	siglet_key_free(key);
}

int main(void)
{
	siglet_arena_init(&arena, 16u << 20);
	well_formed_notes_are_read();
	malformed_notes_are_refused();
	limits_hold();
	checkpoints_are_read();
	bad_checkpoints_are_refused();
	signatures_are_verified();
	every_line_of_the_verifier_must_hold();
	errors_say_where_and_whose();
	corpus_checkpoints();
	corpus_example();
	siglet_arena_clear(&arena);
	return tap_done();
}
