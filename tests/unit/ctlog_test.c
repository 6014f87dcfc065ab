#include "ctlog/ctlog.h"

#include <stdlib.h>
#include <string.h>

#include "../lib/check.h"

#define ORIGIN "log.example/2026"
#define ROOM ((size_t)1 << 20)

static void need(siglet_err *err)
{
	if (err == NULL)
		return;
	printf("Bail out! %s\n", siglet_err_message(err));
	exit(1);
}

/* ---- entries ---- */

typedef struct parts {
	uint64_t timestamp_ms, type;
	const char *cert, *extensions;
	size_t extension_len;
} parts;

static const parts x509 = { .timestamp_ms = 1700000000123, .type = 0, .cert = "certificate" };
static const parts precert = { .timestamp_ms = 1, .type = 1, .cert = "tbs" };

static siglet_buf make_entry(parts p)
{
	siglet_buf out;

	siglet_buf_init(&out, ROOM);
	need(siglet_buf_append_uint(&out, p.timestamp_ms, 8));
	need(siglet_buf_append_uint(&out, p.type, 2));
	for (unsigned i = 0; p.type == 1 && i < 32; i++)
		need(siglet_buf_append_byte(&out, (uint8_t)i));
	need(siglet_buf_append_uint(&out, strlen(p.cert), 3));
	need(siglet_buf_append_str(&out, p.cert));
	need(siglet_buf_append_uint(&out, p.extension_len, 2));
	need(siglet_buf_append(&out, siglet_slice_of(p.extensions, p.extension_len)));
	return out;
}

static siglet_err *parse(parts p, siglet_ct_entry *ret_entry)
{
	siglet_buf bytes = make_entry(p);
	siglet_err *err = siglet_ct_entry_parse(siglet_buf_slice(&bytes), ret_entry);

	siglet_buf_clear(&bytes);
	return err;
}

static void entries_are_read(void)
{
	siglet_buf bytes = make_entry(x509);
	siglet_ct_entry entry;

	OK_SUCCESS(siglet_ct_entry_parse(siglet_buf_slice(&bytes), &entry), "a certificate");
	OK(entry.kind == SIGLET_CT_X509 && entry.timestamp_ms == 1700000000123 &&
		   siglet_slice_is(entry.cert, "certificate") && entry.issuer_key_hash.len == 0 &&
		   !entry.has_index,
	   "and what it is");
	siglet_buf_clear(&bytes);
	bytes = make_entry(precert);
	OK_SUCCESS(siglet_ct_entry_parse(siglet_buf_slice(&bytes), &entry), "a precertificate");
	OK(entry.kind == SIGLET_CT_PRECERT && siglet_slice_is(entry.cert, "tbs") &&
		   entry.issuer_key_hash.len == 32 && entry.issuer_key_hash.ptr[31] == 31,
	   "and what it is");
	siglet_buf_clear(&bytes);
}

static void entries_that_are_none_are_refused(void)
{
	parts p = x509;
	siglet_ct_entry entry;

	p.type = 2;
	OK_ERROR(parse(p, &entry), SIGLET_E_UNSUPPORTED, "another type of entry");
	p = x509;
	p.timestamp_ms = INT64_MAX;
	OK_SUCCESS(parse(p, &entry), "the last of all times");
	p.timestamp_ms++;
	OK_ERROR(parse(p, &entry), SIGLET_E_RANGE, "one behind it");
	p = x509;
	p.cert = "";
	OK_ERROR(parse(p, &entry), SIGLET_E_MALFORMED, "no certificate");
	p = precert;
	p.cert = "";
	OK_ERROR(parse(p, &entry), SIGLET_E_MALFORMED, "nor TBSCertificate");
}

/* Each cut of it, and a byte more. */
static void entries_are_whole(void)
{
	const parts kinds[] = { x509, precert };

	for (size_t k = 0; k < SIGLET_COUNT(kinds); k++) {
		siglet_buf bytes = make_entry(kinds[k]);
		siglet_ct_entry entry;
		size_t refused = 0;

		for (size_t len = 0; len < bytes.len; len++) {
			siglet_err *err =
				siglet_ct_entry_parse(siglet_slice_of(bytes.ptr, len), &entry);

			refused += err != NULL && siglet_err_code(err) == SIGLET_E_MALFORMED;
			siglet_err_free(err);
		}
		OK(refused == bytes.len, "each cut is refused");
		need(siglet_buf_append_byte(&bytes, 0));
		OK_ERROR(siglet_ct_entry_parse(siglet_buf_slice(&bytes), &entry),
			 SIGLET_E_MALFORMED, "a byte too many");
		siglet_buf_clear(&bytes);
	}
}

static void indexes_are_found_in_extensions(void)
{
#define INDEX "\0\0\5\0\0\1\0\2"
	static const struct {
		const char *bytes;
		size_t len;
		bool has;
		const char *what;
	} cases[] = {
		{ INDEX, 8, true, "an index" },
		{ "\7\0\1x" INDEX, 12, true, "behind another extension" },
		{ INDEX INDEX, 16, false, "two of them" },
		{ "\0\0\4\0\0\1\0", 7, false, "one of four bytes" },
		{ "\7\0\1x", 4, false, "another extension" },
		{ INDEX "\7", 9, false, "a list that is cut off" },
		{ "opaque", 6, false, "what is no list" },
	};

	for (size_t i = 0; i < SIGLET_COUNT(cases); i++) {
		siglet_ct_entry entry;
		parts p = x509;

		p.extensions = cases[i].bytes;
		p.extension_len = cases[i].len;
		OK_SUCCESS(parse(p, &entry), "%s is read", cases[i].what);
		OK(entry.has_index == cases[i].has && (!cases[i].has || entry.index == 65538), "%s",
		   cases[i].what);
	}
#undef INDEX
}

static void leaves_are_unwrapped_and_hashed(void)
{
	siglet_buf bytes = make_entry(x509), leaf;
	siglet_slice entry = SIGLET_SLICE_NONE;
	siglet_hash32 want, have;

	siglet_buf_init(&leaf, ROOM);
	need(siglet_buf_append_uint(&leaf, 0, 2));
	need(siglet_buf_append(&leaf, siglet_buf_slice(&bytes)));
	OK_SUCCESS(siglet_ct_leaf_parse(siglet_buf_slice(&leaf), &entry), "a leaf");
	OK(siglet_slice_equal(entry, siglet_buf_slice(&bytes)), "has its entry");
	need(siglet_merkle_hash_leaf(siglet_buf_slice(&leaf), &want));
	need(siglet_ct_hash_leaf(entry, &have));
	OK(siglet_hash32_equal(&want, &have), "whose hash is that of the leaf");
	leaf.ptr[0] = 1;
	OK_ERROR(siglet_ct_leaf_parse(siglet_buf_slice(&leaf), &entry), SIGLET_E_UNSUPPORTED,
		 "another version");
	leaf.ptr[0] = 0;
	leaf.ptr[1] = 1;
	OK_ERROR(siglet_ct_leaf_parse(siglet_buf_slice(&leaf), &entry), SIGLET_E_UNSUPPORTED,
		 "another type of leaf");
	OK_ERROR(siglet_ct_leaf_parse(siglet_slice_of(leaf.ptr, 1), &entry), SIGLET_E_MALFORMED,
		 "half a head");
	siglet_buf_clear(&leaf);
	siglet_buf_clear(&bytes);
}

/* ---- tiles ---- */

static void put_tile_leaf(siglet_buf *tile, parts p, const char *submitted, size_t chain_len)
{
	siglet_buf entry = make_entry(p);

	need(siglet_buf_append(tile, siglet_buf_slice(&entry)));
	if (p.type == 1) {
		need(siglet_buf_append_uint(tile, strlen(submitted), 3));
		need(siglet_buf_append_str(tile, submitted));
	}
	need(siglet_buf_append_uint(tile, chain_len, 2));
	for (size_t i = 0; i < chain_len; i++)
		need(siglet_buf_append_byte(tile, 'c'));
	siglet_buf_clear(&entry);
}

static void tiles_are_taken_apart(void)
{
	siglet_buf tile, first = make_entry(precert), second = make_entry(x509);
	siglet_slice entry = SIGLET_SLICE_NONE;
	siglet_reader reader;

	siglet_buf_init(&tile, ROOM);
	put_tile_leaf(&tile, precert, "submitted", 64);
	put_tile_leaf(&tile, x509, NULL, 0);
	reader = (siglet_reader) { siglet_buf_slice(&tile) };
	OK_SUCCESS(siglet_ct_next_tile_leaf(&reader, &entry), "a precertificate of a tile");
	OK(siglet_slice_equal(entry, siglet_buf_slice(&first)), "is its entry alone");
	OK_SUCCESS(siglet_ct_next_tile_leaf(&reader, &entry), "then a certificate");
	OK(siglet_slice_equal(entry, siglet_buf_slice(&second)) && reader.left.len == 0,
	   "which is the last");
	OK_ERROR(siglet_ct_next_tile_leaf(&reader, &entry), SIGLET_E_MALFORMED, "then nothing");
	siglet_buf_clear(&second);
	siglet_buf_clear(&first);
	siglet_buf_clear(&tile);
}

static siglet_err *parse_tile_leaf(parts p, const char *submitted, size_t chain_len)
{
	siglet_slice entry = SIGLET_SLICE_NONE;
	siglet_reader reader;
	siglet_buf tile;
	siglet_err *err;

	siglet_buf_init(&tile, ROOM);
	put_tile_leaf(&tile, p, submitted, chain_len);
	reader = (siglet_reader) { siglet_buf_slice(&tile) };
	err = siglet_ct_next_tile_leaf(&reader, &entry);
	if (err != NULL && reader.left.len != tile.len)
		printf("Bail out! the reader moved\n");
	siglet_buf_clear(&tile);
	return err;
}

static void tiles_that_are_none_are_refused(void)
{
	parts p = x509;
	siglet_buf tile;
	size_t refused = 0;

	OK_ERROR(parse_tile_leaf(x509, NULL, 33), SIGLET_E_MALFORMED, "half a hash in a chain");
	OK_ERROR(parse_tile_leaf(precert, "", 0), SIGLET_E_MALFORMED, "no precertificate");
	p.type = 9;
	OK_ERROR(parse_tile_leaf(p, NULL, 0), SIGLET_E_UNSUPPORTED, "another type of entry");
	siglet_buf_init(&tile, ROOM);
	put_tile_leaf(&tile, precert, "submitted", 64);
	for (size_t len = 0; len < tile.len; len++) {
		siglet_reader reader = { siglet_slice_of(tile.ptr, len) };
		siglet_slice entry = SIGLET_SLICE_NONE;
		siglet_err *err = siglet_ct_next_tile_leaf(&reader, &entry);

		refused += err != NULL && siglet_err_code(err) == SIGLET_E_MALFORMED &&
			   reader.left.len == len;
		siglet_err_free(err);
	}
	OK(refused == tile.len, "each cut is refused, and moves nothing");
	siglet_buf_clear(&tile);
}

/* ---- tree heads ---- */

#define ROOT_BASE64 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

static siglet_err *parse_head(const char *json, siglet_ct_head *ret_head)
{
	static siglet_arena arena;
	siglet_err *err;

	siglet_arena_clear(&arena);
	siglet_arena_init(&arena, ROOM);
	err = siglet_ct_head_parse(siglet_slice_str(json), &arena, ret_head);
	return err;
}

#define HEAD(size, time, root, signature)                                           \
	"{\"tree_size\":" size ",\"timestamp\":" time ",\"sha256_root_hash\":" root \
	",\"tree_head_signature\":" signature "}"
#define ROOT_TEXT "\"" ROOT_BASE64 "\""

static void tree_heads_are_read(void)
{
	siglet_ct_head head;

	OK_SUCCESS(parse_head(HEAD("7", "1700000000123", ROOT_TEXT, "\"BAMAAA==\",\"more\":1"),
			      &head),
		   "a tree head");
	OK(head.size == 7 && head.timestamp_ms == 1700000000123 && head.root.bytes[31] == 31 &&
		   siglet_slice_equal(head.signature, siglet_slice_of("\4\3\0\0", 4)),
	   "and what it says");
	OK_ERROR(parse_head(HEAD("-7", "1", ROOT_TEXT, "\"BAMAAA==\""), &head), SIGLET_E_RANGE,
		 "a negative size");
	OK_ERROR(parse_head(HEAD("7", "-1", ROOT_TEXT, "\"BAMAAA==\""), &head), SIGLET_E_RANGE,
		 "a negative time");
	OK_ERROR(parse_head(HEAD("7.5", "1", ROOT_TEXT, "\"BAMAAA==\""), &head), SIGLET_E_MALFORMED,
		 "half an entry");
	OK_ERROR(parse_head(HEAD("7", "1", "\"AAEC\"", "\"BAMAAA==\""), &head), SIGLET_E_MALFORMED,
		 "a short root");
	OK_ERROR(parse_head(HEAD("7", "1", "\"*\"", "\"BAMAAA==\""), &head), SIGLET_E_MALFORMED,
		 "a root that is no base64");
	OK_ERROR(parse_head(HEAD("7", "1", ROOT_TEXT, "7"), &head), SIGLET_E_MALFORMED,
		 "a number for a signature");
	OK_ERROR(parse_head("{\"tree_size\":7}", &head), SIGLET_E_MISSING, "no time");
	OK_ERROR(parse_head("{}", &head), SIGLET_E_MISSING, "nothing");
	OK_ERROR(parse_head("[]", &head), SIGLET_E_MALFORMED, "no object");
	OK_ERROR(parse_head("", &head), SIGLET_E_MALFORMED, "no JSON");
}

static void keys_have_an_id_of_their_own(void)
{
	uint8_t log_id[33], id[SIGLET_NOTE_ID_SIZE];

	for (uint8_t i = 0; i < sizeof(log_id); i++)
		log_id[i] = i;
	OK_SUCCESS(siglet_ct_key_id(siglet_slice_str(ORIGIN), siglet_slice_of(log_id, 32), id),
		   "the id of a key");
	OK(memcmp(id, "\xfb\x10\x91\x74", 4) == 0, "is the hash of name, type and LogID");
	OK_ERROR(siglet_ct_key_id(siglet_slice_str(ORIGIN), siglet_slice_of(log_id, 33), id),
		 SIGLET_E_LENGTH, "a LogID that is none");
}

/* ---- signatures ---- */

typedef struct scene {
	siglet_signer *signer;
	siglet_note_verifier verifier;
	siglet_ct_head head;
	siglet_buf signature; /* a digitally-signed struct */
} scene;

static void sign(scene *s, uint64_t hash, uint64_t algorithm, uint8_t first)
{
	siglet_buf signed_, signature;

	siglet_buf_init(&signed_, 128);
	siglet_buf_init(&signature, 1024);
	need(siglet_buf_append_uint(&signed_, first, 1));
	need(siglet_buf_append_uint(&signed_, 1, 1));
	need(siglet_buf_append_uint(&signed_, s->head.timestamp_ms, 8));
	need(siglet_buf_append_uint(&signed_, s->head.size, 8));
	need(siglet_buf_append(&signed_, siglet_hash32_slice(&s->head.root)));
	need(siglet_signer_sign(s->signer, siglet_buf_slice(&signed_), &signature));
	siglet_buf_clear(&s->signature);
	need(siglet_buf_append_uint(&s->signature, hash, 1));
	need(siglet_buf_append_uint(&s->signature, algorithm, 1));
	need(siglet_buf_append_uint(&s->signature, signature.len, 2));
	need(siglet_buf_append(&s->signature, siglet_buf_slice(&signature)));
	s->head.signature = siglet_buf_slice(&s->signature);
	siglet_buf_clear(&signature);
	siglet_buf_clear(&signed_);
}

static void set_scene(scene *s, const char *algorithm)
{
	const siglet_key *key;

	*s = (scene) { .head = { .size = 7, .timestamp_ms = 1700000000123 } };
	siglet_buf_init(&s->signature, 2048);
	need(siglet_signer_generate(siglet_key_details_registry(siglet_slice_str(algorithm)),
				    &s->signer));
	key = siglet_signer_key(s->signer);
	s->verifier = (siglet_note_verifier) {
		.name = siglet_slice_str(ORIGIN),
		.key = key,
		.scheme = siglet_signer_scheme(s->signer),
	};
	need(siglet_ct_key_id(s->verifier.name, siglet_digest_slice(siglet_key_id(key)),
			      s->verifier.id));
	memset(s->head.root.bytes, 5, sizeof(s->head.root.bytes));
}

static void end_scene(scene *s)
{
	siglet_signer_free(s->signer);
	siglet_buf_clear(&s->signature);
}

static siglet_err *verify_text(const scene *s, siglet_slice text)
{
	siglet_checkpoint checkpoint;
	siglet_arena arena;
	siglet_note note;
	siglet_err *err;

	siglet_arena_init(&arena, ROOM);
	err = siglet_note_parse(text, &arena, &note);
	if (err == NULL)
		err = siglet_checkpoint_parse(&note, &checkpoint);
	need(err);
	err = siglet_ct_note_verify(&note, &checkpoint, &s->verifier);
	siglet_arena_clear(&arena);
	return err;
}

static siglet_err *verify(const scene *s, const siglet_ct_head *head)
{
	siglet_buf text;
	siglet_err *err;

	siglet_buf_init(&text, ROOM);
	need(siglet_ct_head_write(head, s->verifier.name, s->verifier.id, &text));
	err = verify_text(s, siglet_buf_slice(&text));
	siglet_buf_clear(&text);
	return err;
}

static void heads_are_signed_for_what_they_say(void)
{
	siglet_ct_head other;
	scene s;

	set_scene(&s, "ecdsa-sha2-256-nistp256");
	sign(&s, 4, 3, 0);
	OK_SUCCESS(verify(&s, &s.head), "a tree head, as a note");
	other = s.head;
	other.size++;
	OK_ERROR(verify(&s, &other), SIGLET_E_MISMATCH, "another size");
	other = s.head;
	other.timestamp_ms++;
	OK_ERROR(verify(&s, &other), SIGLET_E_MISMATCH, "another time");
	other = s.head;
	other.root.bytes[31] ^= 1;
	OK_ERROR(verify(&s, &other), SIGLET_E_MISMATCH, "another root");
	sign(&s, 4, 3, 1);
	OK_ERROR(verify(&s, &s.head), SIGLET_E_MISMATCH, "another version");
	sign(&s, 5, 3, 0);
	OK_ERROR(verify(&s, &s.head), SIGLET_E_MISMATCH, "another hash");
	sign(&s, 4, 1, 0);
	OK_ERROR(verify(&s, &s.head), SIGLET_E_MISMATCH, "another algorithm than its key's");
	end_scene(&s);
}

static void signatures_are_whole(void)
{
	scene s;
	siglet_ct_head other;
	size_t refused = 0, tried = 0;

	set_scene(&s, "ecdsa-sha2-256-nistp256");
	sign(&s, 4, 3, 0);
	other = s.head;
	for (size_t len = 0; len < s.signature.len; len++, tried++) {
		siglet_err *err;

		other.signature = siglet_slice_of(s.signature.ptr, len);
		err = verify(&s, &other);
		refused += err != NULL && siglet_err_code(err) == SIGLET_E_MISMATCH;
		siglet_err_free(err);
	}
	OK(refused == tried, "each cut is refused");
	need(siglet_buf_append_byte(&s.signature, 0));
	other.signature = siglet_buf_slice(&s.signature);
	OK_ERROR(verify(&s, &other), SIGLET_E_MISMATCH, "a byte too many");
	end_scene(&s);
}

/* Where the empty line begins. */
static const uint8_t *text_end(const siglet_buf *note)
{
	const char *text = siglet_buf_text(note);

	return note->ptr + (strstr(text, "\n\n") - text);
}

static void notes_say_no_more_than_is_signed(void)
{
	siglet_buf text, more;
	const uint8_t *at;
	scene s;

	set_scene(&s, "ecdsa-sha2-256-nistp256");
	sign(&s, 4, 3, 0);
	siglet_buf_init(&text, ROOM);
	siglet_buf_init(&more, ROOM);
	need(siglet_ct_head_write(&s.head, s.verifier.name, s.verifier.id, &text));
	at = text_end(&text);
	need(siglet_buf_append(&more, siglet_slice_of(text.ptr, (size_t)(at - text.ptr) + 1)));
	need(siglet_buf_append_str(&more, "more\n"));
	need(siglet_buf_append(&more,
			       siglet_slice_of(at + 1, text.len - (size_t)(at - text.ptr) - 1)));
	OK_ERROR(verify_text(&s, siglet_buf_slice(&more)), SIGLET_E_MALFORMED,
		 "lines behind the root");
	text.ptr[0] = 'L';
	OK_ERROR(verify_text(&s, siglet_buf_slice(&text)), SIGLET_E_UNTRUSTED,
		 "another name in the first line");
	text.ptr[0] = 'l';
	s.verifier.id[0] ^= 1;
	OK_ERROR(verify_text(&s, siglet_buf_slice(&text)), SIGLET_E_MISSING, "no line of this key");
	s.verifier.id[0] ^= 1;
	/* A second line of it, with another time. */
	s.head.timestamp_ms++;
	siglet_buf_clear(&more);
	need(siglet_ct_head_write(&s.head, s.verifier.name, s.verifier.id, &more));
	at = text_end(&more);
	need(siglet_buf_append(&text,
			       siglet_slice_of(at + 2, more.len - (size_t)(at - more.ptr) - 2)));
	OK_ERROR(verify_text(&s, siglet_buf_slice(&text)), SIGLET_E_MISMATCH,
		 "a second line that does not hold");
	siglet_buf_clear(&more);
	siglet_buf_clear(&text);
	end_scene(&s);
}

static void keys_of_rsa_sign_too(void)
{
	scene s;

	set_scene(&s, "rsa-sign-pkcs1-3072-sha256");
	sign(&s, 4, 1, 0);
	OK_SUCCESS(verify(&s, &s.head), "a tree head by RSA");
	sign(&s, 4, 3, 0);
	OK_ERROR(verify(&s, &s.head), SIGLET_E_MISMATCH, "that says it is ECDSA");
	end_scene(&s);
}

/* ---- answers ---- */

static siglet_err *collect(void *context, siglet_slice leaf)
{
	return siglet_buf_append(context, leaf);
}

static siglet_err *stop(void *context, siglet_slice leaf)
{
	(void)context;
	(void)leaf;
	return siglet_err_new(SIGLET_E_INTERNAL, "stop");
}

static siglet_err *each(const char *json, siglet_buf *ret_leaves)
{
	siglet_buf_clear(ret_leaves);
	return siglet_ct_each_entry(siglet_slice_str(json), collect, ret_leaves);
}

static void entries_are_visited(void)
{
	siglet_buf leaves;

	siglet_buf_init(&leaves, 64);
	OK_SUCCESS(each("{\"entries\":[{\"leaf_input\":\"YQ==\",\"extra_data\":\"eA==\"},"
			"{\"leaf_input\":\"YmM=\"}]}",
			&leaves),
		   "entries");
	OK(siglet_slice_is(siglet_buf_slice(&leaves), "abc"), "in order");
	OK_SUCCESS(each("{\"entries\":[]}", &leaves), "none");
	OK_ERROR(each("{}", &leaves), SIGLET_E_MISSING, "no array");
	OK_ERROR(each("{\"entries\":7}", &leaves), SIGLET_E_MALFORMED, "another kind of value");
	OK_ERROR(each("{\"entries\":[{}]}", &leaves), SIGLET_E_MISSING, "an entry without a leaf");
	OK_ERROR(each("{\"entries\":[7]}", &leaves), SIGLET_E_MALFORMED, "no entry");
	OK_ERROR(each("{\"entries\":[{\"leaf_input\":\"YQ\"}]}", &leaves), SIGLET_E_MALFORMED,
		 "a leaf that is no base64");
	OK_ERROR(siglet_ct_each_entry(siglet_slice_str("{\"entries\":[{\"leaf_input\":\"YQ==\"}]}"),
				      stop, NULL),
		 SIGLET_E_INTERNAL, "what the visitor says");
	siglet_buf_clear(&leaves);
}

/* {"NAME":[hash …]}, and what else is given. */
static siglet_buf hashes(const char *name, size_t count, const char *hash, const char *more)
{
	siglet_buf json;

	siglet_buf_init(&json, ROOM);
	need(siglet_buf_printf(&json, "{\"%s\":[", name));
	for (size_t i = 0; i < count; i++)
		need(siglet_buf_printf(&json, "%s\"%s\"", i == 0 ? "" : ",", hash));
	need(siglet_buf_printf(&json, "]%s}", more));
	return json;
}

static siglet_err *parse_growth(siglet_buf json, siglet_merkle_list *ret_list)
{
	siglet_err *err = siglet_ct_growth_parse(siglet_buf_slice(&json), ret_list);

	siglet_buf_clear(&json);
	return err;
}

static void proofs_are_read(void)
{
	siglet_merkle_list list;
	siglet_buf json = hashes("audit_path", 2, ROOT_BASE64, ",\"leaf_input\":\"YQ==\""), leaf;

	OK_SUCCESS(parse_growth(hashes("consistency", 64, ROOT_BASE64, ""), &list),
		   "a proof of 64 hashes");
	OK(list.count == 64 && list.nodes[63].bytes[31] == 31, "and all of them");
	OK_SUCCESS(parse_growth(hashes("consistency", 0, "", ""), &list), "of none");
	OK_ERROR(parse_growth(hashes("consistency", 65, ROOT_BASE64, ""), &list), SIGLET_E_LIMIT,
		 "of one more");
	OK_ERROR(parse_growth(hashes("consistency", 1, "AAEC", ""), &list), SIGLET_E_MALFORMED,
		 "of a short one");
	OK_ERROR(parse_growth(hashes("consistency", 1, "*", ""), &list), SIGLET_E_MALFORMED,
		 "of what is no base64");
	OK_ERROR(parse_growth(hashes("proof", 1, ROOT_BASE64, ""), &list), SIGLET_E_MISSING,
		 "no proof");
	siglet_buf_init(&leaf, 64);
	OK_SUCCESS(siglet_ct_inclusion_parse(siglet_buf_slice(&json), &leaf, &list),
		   "an entry and its proof");
	OK(list.count == 2 && siglet_slice_is(siglet_buf_slice(&leaf), "a"), "both");
	siglet_buf_clear(&json);
	json = hashes("audit_path", 2, ROOT_BASE64, "");
	OK_ERROR(siglet_ct_inclusion_parse(siglet_buf_slice(&json), &leaf, &list), SIGLET_E_MISSING,
		 "without the entry");
	siglet_buf_clear(&json);
	json = hashes("path", 2, ROOT_BASE64, ",\"leaf_input\":\"YQ==\"");
	OK_ERROR(siglet_ct_inclusion_parse(siglet_buf_slice(&json), &leaf, &list), SIGLET_E_MISSING,
		 "without the proof");
	siglet_buf_clear(&json);
	siglet_buf_clear(&leaf);
}

int main(void)
{
	entries_are_read();
	entries_that_are_none_are_refused();
	entries_are_whole();
	indexes_are_found_in_extensions();
	leaves_are_unwrapped_and_hashed();
	tiles_are_taken_apart();
	tiles_that_are_none_are_refused();
	tree_heads_are_read();
	keys_have_an_id_of_their_own();
	heads_are_signed_for_what_they_say();
	signatures_are_whole();
	notes_say_no_more_than_is_signed();
	keys_of_rsa_sign_too();
	entries_are_visited();
	proofs_are_read();
	return tap_done();
}
