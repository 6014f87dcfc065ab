#include "tlog_fixture.h"

/* A log of our own: 7 entries, "entry 0" to "entry 6", of which the third is ours. */

#define SIZE 7
#define INDEX 2
#define ORIGIN_V2 "log.example"
#define ORIGIN_V1 "log.example - 1234"

static EVP_PKEY *ecdsa_secret, *ed25519_secret, *other_secret;
static siglet_key *ecdsa_key, *ed25519_key;
static siglet_hash32 leaves[SIZE + 1], root, nodes[8];
static size_t node_count;

static siglet_slice body_of(size_t index)
{
	return siglet_slice_str(format("entry %zu", index));
}

/* RFC 6962 section 2.1: the hash of leaves [from, to), and the path to index when it is there. */
static siglet_hash32 hash_tree(size_t from, size_t to, size_t index)
{
	siglet_hash32 left, right, hash = leaves[from];
	size_t half = 1;

	if (to - from == 1)
		return hash;
	while (half * 2 < to - from)
		half *= 2;
	left = hash_tree(from, from + half, index);
	right = hash_tree(from + half, to, index);
	if (index >= from && index < to)
		nodes[node_count++] = index < from + half ? right : left;
	must(siglet_merkle_hash_node(&left, &right, &hash));
	return hash;
}

static void set_up(void)
{
	ecdsa_secret = secret_new("P-256");
	ed25519_secret = secret_new("ED25519");
	other_secret = secret_new("P-256");
	ecdsa_key = public_of(ecdsa_secret);
	ed25519_key = public_of(ed25519_secret);
	for (size_t i = 0; i < SIZE; i++)
		must(siglet_merkle_hash_leaf(body_of(i), &leaves[i]));
	root = hash_tree(0, SIZE, INDEX);
}

static void tear_down(void)
{
	siglet_key_free(ecdsa_key);
	siglet_key_free(ed25519_key);
	EVP_PKEY_free(ecdsa_secret);
	EVP_PKEY_free(ed25519_secret);
	EVP_PKEY_free(other_secret);
}

static siglet_note_verifier verifier(bool v2)
{
	siglet_note_verifier result = { .key = v2 ? ed25519_key : ecdsa_key,
					.scheme = v2 ? SIGLET_SCHEME_ED25519
						     : SIGLET_SCHEME_ECDSA_SHA256,
					.id = { 1, 2, 3, 4 } };

	if (v2)
		result.name = siglet_slice_str(ORIGIN_V2);
	return result;
}

/* A checkpoint signed by the log, its parts as given. */
static siglet_slice checkpoint(bool v2, const char *origin, const char *size,
			       const siglet_hash32 *tree_root)
{
	const char *text =
		format("%s\n%s\n%s\n", origin, size, base64_text(siglet_hash32_slice(tree_root)));
	const siglet_slice signature =
		v2 ? sign(ed25519_secret, NULL, siglet_slice_str(text))
		   : sign(ecdsa_secret, EVP_sha256(), siglet_slice_str(text));

	return siglet_slice_str(note_of(text, "log.example", verifier(v2).id, signature));
}

static siglet_entry entry(bool v2)
{
	return (siglet_entry) {
		.kind = v2 ? SIGLET_ENTRY_HASHEDREKORD_V002 : SIGLET_ENTRY_HASHEDREKORD_V001,
		.log_index = v2 ? INDEX : 1000 + INDEX,
		.log_id = siglet_slice_of("\1\2\3\4", 4),
		.body = body_of(INDEX),
		.has_proof = true,
		.proof_index = INDEX,
		.proof_size = SIZE,
		.proof_root = siglet_hash32_slice(&root),
		.proof_nodes = nodes,
		.proof_count = node_count,
		.checkpoint = checkpoint(v2, v2 ? ORIGIN_V2 : ORIGIN_V1, "7", &root),
	};
}

static siglet_err *check(const siglet_entry *e, siglet_inclusion *ret_inclusion)
{
	const siglet_note_verifier by = verifier(siglet_entry_is_v2(e));

	return siglet_entry_check_inclusion(e, e->body, &by, &pool, ret_inclusion);
}

static void included_entries_are_proven(void)
{
	for (int v2 = 0; v2 <= 1; v2++) {
		const siglet_entry e = entry(v2 == 1);
		siglet_inclusion inclusion = { 0 };

		OK_SUCCESS(check(&e, &inclusion), "Rekor v%d: the entry is in the log", v2 + 1);
		OK(siglet_slice_is(inclusion.checkpoint.origin, v2 ? ORIGIN_V2 : ORIGIN_V1) &&
			   inclusion.checkpoint.size == SIZE &&
			   siglet_hash32_equal(&inclusion.checkpoint.root, &root),
		   "its checkpoint is given");
		OK(inclusion.note.count == 1, "with its signatures");
		OK(siglet_hash32_equal(&inclusion.leaf, &leaves[INDEX]), "and the leaf");
	}
}

static void v2_takes_the_tree_from_the_checkpoint(void)
{
	siglet_inclusion inclusion = { 0 };
	siglet_entry e = entry(true);

	e.proof_root = SIGLET_SLICE_NONE;
	e.proof_size = 0;
	OK_SUCCESS(check(&e, &inclusion), "Rekor v2: neither root nor size in the proof");
	e = entry(false);
	e.proof_root = SIGLET_SLICE_NONE;
	OK_ERROR(check(&e, &inclusion), SIGLET_E_MISMATCH, "Rekor v1: no root in the proof");
	e = entry(false);
	e.proof_size = 0;
	OK_ERROR(check(&e, &inclusion), SIGLET_E_MISMATCH, "Rekor v1: no size in the proof");
}

static void what_is_missing_is_said(void)
{
	for (int v2 = 0; v2 <= 1; v2++) {
		siglet_entry e = entry(v2 == 1);
		siglet_inclusion inclusion = { .note = { .count = 42 } };

		e.has_proof = false;
		OK_ERROR(check(&e, &inclusion), SIGLET_E_MISSING, "no proof");
		OK_ERROR(siglet_entry_check_proof(&e, e.body, &inclusion), SIGLET_E_MISSING,
			 "no proof to be checked alone");
		e = entry(v2 == 1);
		e.checkpoint = SIGLET_SLICE_NONE;
		OK_ERROR(check(&e, &inclusion), SIGLET_E_MISSING, "no checkpoint");
		OK(inclusion.note.count == 42, "and nothing was written");
	}
}

static void other_trees_are_refused(void)
{
	siglet_hash32 other = root;
	siglet_inclusion inclusion;

	other.bytes[31] ^= 1;
	for (int v2 = 0; v2 <= 1; v2++) {
		const char *origin = v2 ? ORIGIN_V2 : ORIGIN_V1;
		siglet_entry e = entry(v2 == 1);

		e.checkpoint = checkpoint(v2 == 1, origin, "7", &other);
		OK_ERROR(check(&e, &inclusion), SIGLET_E_MISMATCH,
			 "a checkpoint with another root");
		e.proof_root = siglet_hash32_slice(&other);
		OK_ERROR(check(&e, &inclusion), SIGLET_E_MISMATCH, "and the proof with it");
		e = entry(v2 == 1);
		e.proof_root = siglet_hash32_slice(&other);
		OK_ERROR(check(&e, &inclusion), SIGLET_E_MISMATCH, "a proof with another root");
		e = entry(v2 == 1);
		e.checkpoint = checkpoint(v2 == 1, origin, "8", &root);
		OK_ERROR(check(&e, &inclusion), SIGLET_E_MISMATCH, "a checkpoint of another size");
		e = entry(v2 == 1);
		e.proof_size = 8;
		OK_ERROR(check(&e, &inclusion), SIGLET_E_MISMATCH, "a proof of another size");
		e.proof_size = -7;
		OK_ERROR(check(&e, &inclusion), SIGLET_E_MISMATCH, "a size below zero");
	}
}

static void other_paths_are_refused(void)
{
	siglet_hash32 changed[8];
	siglet_inclusion inclusion;

	for (int v2 = 0; v2 <= 1; v2++) {
		siglet_entry e = entry(v2 == 1);

		for (size_t i = 0; i < node_count; i++) {
			memcpy(changed, nodes, sizeof(nodes));
			changed[i].bytes[0] ^= 0x80;
			e.proof_nodes = changed;
			OK_ERROR(check(&e, &inclusion), SIGLET_E_MISMATCH, "hash %zu is another",
				 i);
		}
		e = entry(v2 == 1);
		e.proof_count--;
		OK_ERROR(check(&e, &inclusion), SIGLET_E_LENGTH, "a hash too few");
		e.proof_count += 2;
		OK_ERROR(check(&e, &inclusion), SIGLET_E_LENGTH, "a hash too many");
		e = entry(v2 == 1);
		e.body = body_of(INDEX + 1);
		OK_ERROR(check(&e, &inclusion), SIGLET_E_MISMATCH, "another body");
		e = entry(v2 == 1);
		e.proof_index = e.log_index = INDEX + 1;
		OK_ERROR(check(&e, &inclusion), SIGLET_E_MISMATCH, "another index");
		e.proof_index = e.log_index = SIZE;
		OK_ERROR(check(&e, &inclusion), SIGLET_E_RANGE, "an index past the tree");
		e.proof_index = e.log_index = -1;
		OK_ERROR(check(&e, &inclusion), SIGLET_E_RANGE, "an index below zero");
	}
}

static void v2_has_one_index(void)
{
	siglet_inclusion inclusion;
	siglet_entry e = entry(true);

	e.log_index++;
	OK_ERROR(check(&e, &inclusion), SIGLET_E_MISMATCH, "Rekor v2: another index outside");
	e = entry(false);
	e.log_index++;
	OK_SUCCESS(check(&e, &inclusion), "Rekor v1: it counts across shards");
}

static void checkpoints_must_be_the_logs(void)
{
	siglet_note_verifier by = verifier(true);
	siglet_inclusion inclusion;
	siglet_entry e = entry(true);
	const char *text, *note = text_of(e.checkpoint);

	e.checkpoint = checkpoint(true, "other.example", "7", &root);
	OK_ERROR(check(&e, &inclusion), SIGLET_E_MISMATCH, "Rekor v2: another origin");
	e.checkpoint = siglet_slice_str(replace(note, "log.example\n7", "log.example\n8"));
	OK_ERROR(check(&e, &inclusion), SIGLET_E_MISMATCH, "a text that was not signed");
	e.checkpoint = siglet_slice_str(replace(note, "\x94 log.", "\x94 lag."));
	OK_ERROR(check(&e, &inclusion), SIGLET_E_MISSING, "Rekor v2: a line of another name");
	e.checkpoint = siglet_slice_str(replace(note, "\n\n", "\n"));
	OK_ERROR(check(&e, &inclusion), SIGLET_E_MALFORMED, "no note");
	e.checkpoint = checkpoint(true, ORIGIN_V2, "07", &root);
	OK_ERROR(check(&e, &inclusion), SIGLET_E_MALFORMED, "no checkpoint");
	e.checkpoint = checkpoint(true, ORIGIN_V2, "9223372036854775808", &root);
	OK_ERROR(check(&e, &inclusion), SIGLET_E_RANGE, "a tree too large");
	e = entry(true);
	by.name = SIGLET_SLICE_NONE;
	OK_ERROR(siglet_entry_check_checkpoint(&e, &by, &pool, &inclusion), SIGLET_E_MISMATCH,
		 "Rekor v2: no name to compare the origin with");

	e = entry(false);
	text = format("%s\n7\n%s\n", ORIGIN_V1, base64_text(siglet_hash32_slice(&root)));
	e.checkpoint =
		siglet_slice_str(note_of(text, "log.example", verifier(false).id,
					 sign(other_secret, EVP_sha256(), siglet_slice_str(text))));
	OK_ERROR(check(&e, &inclusion), SIGLET_E_MISMATCH, "signed by another key");
	e = entry(false);
	e.checkpoint = siglet_slice_str(replace(text_of(e.checkpoint), "\x94 log.", "\x94 lag."));
	OK_SUCCESS(check(&e, &inclusion), "Rekor v1: the name on the line is not signed");
}

static void checkpoints_have_a_limit(void)
{
	siglet_inclusion inclusion;
	siglet_entry e = entry(false);
	siglet_buf text;

	siglet_buf_init(&text, SIGLET_MAX_NOTE_BYTES + 1);
	while (text.len <= SIGLET_MAX_NOTE_BYTES)
		must(siglet_buf_append_byte(&text, 'x'));
	e.checkpoint = siglet_buf_slice(&text);
	OK_ERROR(check(&e, &inclusion), SIGLET_E_LIMIT, "a note too large");
	siglet_buf_clear(&text);
}

static void one_entry_is_a_tree(void)
{
	siglet_inclusion inclusion;
	siglet_entry e = entry(false);

	e.proof_index = 0;
	e.proof_size = 1;
	e.proof_root = siglet_hash32_slice(&leaves[INDEX]);
	e.proof_nodes = NULL;
	e.proof_count = 0;
	e.checkpoint = checkpoint(false, ORIGIN_V1, "1", &leaves[INDEX]);
	OK_SUCCESS(check(&e, &inclusion), "a tree of one entry needs no hashes");
	e.checkpoint = checkpoint(false, ORIGIN_V1, "0", &leaves[INDEX]);
	e.proof_size = 0;
	OK_ERROR(check(&e, &inclusion), SIGLET_E_RANGE, "a tree of none holds nothing");
}

/* ---- promises ---- */

static siglet_entry promised(void)
{
	siglet_entry e = entry(false);
	siglet_buf payload;

	e.integrated_time_s = 1689177396;
	siglet_buf_init(&payload, 4096);
	must(siglet_entry_promise_payload(&e, &payload));
	e.promise = sign(ecdsa_secret, EVP_sha256(), siglet_buf_slice(&payload));
	siglet_buf_clear(&payload);
	return e;
}

static siglet_err *check_promise(const siglet_entry *e)
{
	return siglet_entry_check_promise(e, ecdsa_key, SIGLET_SCHEME_ECDSA_SHA256);
}

static void promises_cover_four_members(void)
{
	const siglet_entry e = promised();
	siglet_buf payload;

	siglet_buf_init(&payload, 4096);
	OK_SUCCESS(siglet_entry_promise_payload(&e, &payload), "what a promise covers");
	OK(siglet_slice_is(siglet_buf_slice(&payload),
			   "{\"body\":\"ZW50cnkgMg==\",\"integratedTime\":1689177396,"
			   "\"logID\":\"01020304\",\"logIndex\":1002}"),
	   "is canonical JSON");
	siglet_buf_clear(&payload);
	siglet_buf_init(&payload, 20);
	OK_ERROR(siglet_entry_promise_payload(&e, &payload), SIGLET_E_LIMIT,
		 "too much for a buffer");
	OK(payload.len == 0, "appends nothing");
	siglet_buf_clear(&payload);
}

static void promises_are_verified(void)
{
	siglet_entry e = promised();

	OK_SUCCESS(check_promise(&e), "a promise holds");
	e.log_index++;
	OK_ERROR(check_promise(&e), SIGLET_E_MISMATCH, "not for another index");
	e = promised();
	e.integrated_time_s++;
	OK_ERROR(check_promise(&e), SIGLET_E_MISMATCH, "not for another time");
	e = promised();
	e.log_id = siglet_slice_of("\1\2\3\5", 4);
	OK_ERROR(check_promise(&e), SIGLET_E_MISMATCH, "not of another log");
	e = promised();
	e.body = body_of(INDEX + 1);
	OK_ERROR(check_promise(&e), SIGLET_E_MISMATCH, "not for another body");
	e = promised();
	e.promise = siglet_slice_str("no signature");
	OK_ERROR(check_promise(&e), SIGLET_E_MISMATCH, "no signature at all");
	e.promise = SIGLET_SLICE_NONE;
	OK_ERROR(check_promise(&e), SIGLET_E_MISSING, "no promise");
	e = promised();
	e.kind = SIGLET_ENTRY_HASHEDREKORD_V002;
	OK_ERROR(check_promise(&e), SIGLET_E_MISSING, "Rekor v2 makes none");
	e = promised();
	OK_ERROR(siglet_entry_check_promise(&e, ed25519_key, SIGLET_SCHEME_ED25519),
		 SIGLET_E_MISMATCH, "of another key");
}

int main(void)
{
	set_up();
	included_entries_are_proven();
	v2_takes_the_tree_from_the_checkpoint();
	what_is_missing_is_said();
	other_trees_are_refused();
	other_paths_are_refused();
	v2_has_one_index();
	checkpoints_must_be_the_logs();
	checkpoints_have_a_limit();
	one_entry_is_a_tree();
	promises_cover_four_members();
	promises_are_verified();
	tear_down();
	return fixture_end();
}
