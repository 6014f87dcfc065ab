/* What a CT log publishes. The first byte says which of its formats the rest is. */
#include <stdint.h>
#include <stdlib.h>

#include "ctlog/ctlog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static bool lies_in(siglet_slice part, siglet_slice whole)
{
	return part.len == 0 ||
	       (part.ptr >= whole.ptr && part.ptr + part.len <= whole.ptr + whole.len);
}

static void read_entry(siglet_slice input)
{
	siglet_ct_entry entry;
	siglet_hash32 hash;
	siglet_err *err = siglet_ct_entry_parse(input, &entry);

	if (err == NULL) {
		require(entry.cert.len > 0 && lies_in(entry.cert, input));
		require(lies_in(entry.extensions, input) && entry.timestamp_ms <= INT64_MAX);
		require(entry.issuer_key_hash.len == (entry.kind == SIGLET_CT_PRECERT ? 32U : 0U));
		require(!entry.has_index || entry.index < UINT64_C(1) << 40);
		err = siglet_ct_hash_leaf(input, &hash);
	}
	siglet_err_free(err);
}

/* Each entry of a tile is one by itself. */
static void read_tile(siglet_slice input)
{
	siglet_reader reader = { input };
	siglet_err *err = NULL;

	while (err == NULL && reader.left.len > 0) {
		const size_t before = reader.left.len;
		siglet_slice entry = SIGLET_SLICE_NONE;

		err = siglet_ct_next_tile_leaf(&reader, &entry);
		require(err == NULL ? reader.left.len < before : reader.left.len == before);
		if (err == NULL) {
			siglet_ct_entry parsed;

			require(lies_in(entry, input));
			err = siglet_ct_entry_parse(entry, &parsed);
			require(err == NULL);
		}
	}
	siglet_err_free(err);
}

static siglet_err *take_leaf(void *context, siglet_slice leaf)
{
	siglet_slice entry = SIGLET_SLICE_NONE;
	siglet_err *err = siglet_ct_leaf_parse(leaf, &entry);

	(void)context;
	if (err == NULL)
		read_entry(entry);
	siglet_err_free(err);
	return NULL;
}

/* What is written of a tree head is a note that says the same; nobody signed it. */
static void read_head(siglet_slice json)
{
	const siglet_slice name = siglet_slice_str("log.example");
	const uint8_t id[SIGLET_NOTE_ID_SIZE] = { 1, 2, 3, 4 };
	siglet_checkpoint checkpoint = { .size = 0 };
	siglet_ct_head head = { .size = 0 };
	siglet_note note = { .count = 0 };
	siglet_arena arena;
	siglet_buf text;
	siglet_err *err;

	siglet_arena_init(&arena, (size_t)1 << 20);
	siglet_buf_init(&text, SIGLET_MAX_NOTE_BYTES);
	err = siglet_ct_head_parse(json, &arena, &head);
	if (err == NULL)
		err = siglet_ct_head_write(&head, name, id, &text);
	if (err == NULL)
		err = siglet_note_parse(siglet_buf_slice(&text), &arena, &note);
	if (err == NULL)
		err = siglet_checkpoint_parse(&note, &checkpoint);
	if (err == NULL)
		require(checkpoint.size == head.size &&
			siglet_hash32_equal(&checkpoint.root, &head.root));
	siglet_err_free(err);
	siglet_buf_clear(&text);
	siglet_arena_clear(&arena);
}

static void verify_note(siglet_slice text)
{
	const siglet_note_verifier verifier = { .name = SIGLET_SLICE_NONE,
						.id = { 1, 2, 3, 4 },
						.scheme = SIGLET_SCHEME_ECDSA_SHA256 };
	siglet_checkpoint checkpoint = { .size = 0 };
	siglet_note note = { .count = 0 };
	siglet_signer *signer = NULL;
	siglet_note_verifier whole = verifier;
	siglet_arena arena;
	siglet_err *err;

	siglet_arena_init(&arena, (size_t)1 << 20);
	err = siglet_note_parse(text, &arena, &note);
	if (err == NULL)
		err = siglet_checkpoint_parse(&note, &checkpoint);
	if (err == NULL)
		err = siglet_signer_generate(
			siglet_key_details_registry(siglet_slice_str("ecdsa-sha2-256-nistp256")),
			&signer);
	if (err == NULL) {
		whole.key = siglet_signer_key(signer);
		err = siglet_ct_note_verify(&note, &checkpoint, &whole);
		require(err != NULL);
	}
	siglet_signer_free(signer);
	siglet_err_free(err);
	siglet_arena_clear(&arena);
}

static void read_answers(siglet_slice json)
{
	siglet_merkle_list list = { .count = 0 };
	siglet_buf leaf;

	siglet_buf_init(&leaf, (size_t)1 << 20);
	siglet_err_free(siglet_ct_each_entry(json, take_leaf, NULL));
	siglet_err_free(siglet_ct_growth_parse(json, &list));
	require(list.count <= SIGLET_MERKLE_MAX_PROOF);
	siglet_err_free(siglet_ct_inclusion_parse(json, &leaf, &list));
	require(list.count <= SIGLET_MERKLE_MAX_PROOF);
	siglet_buf_clear(&leaf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	siglet_slice input;

	if (size == 0)
		return 0;
	input = siglet_slice_of(data + 1, size - 1);
	switch (data[0] % 5) {
	case 0:
		(void)take_leaf(NULL, input);
		break;
	case 1:
		read_tile(input);
		break;
	case 2:
		read_head(input);
		break;
	case 3:
		verify_note(input);
		break;
	default:
		read_answers(input);
		break;
	}
	return 0;
}
