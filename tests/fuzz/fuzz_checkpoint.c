/* A signed note and the checkpoint in it, as a log's answer or a bundle has it. */
#include <stdint.h>
#include <stdlib.h>

#include "note/note.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check_note(siglet_slice input, const siglet_note *note)
{
	require(note->count > 0 && note->count <= SIGLET_MAX_NOTE_SIGNATURES);
	require(note->text.ptr == input.ptr && note->text.len < input.len);
	require(note->text.len > 0 && note->text.ptr[note->text.len - 1] == '\n');
	for (size_t i = 0; i < note->count; i++) {
		require(note->signatures[i].name.len > 0);
		require(note->signatures[i].signature.len > 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const siglet_slice input = siglet_slice_of(data, size);
	siglet_checkpoint checkpoint = { 0 };
	siglet_note note = { 0 };
	siglet_arena arena;
	siglet_err *err;

	siglet_arena_init(&arena, 1u << 20);
	err = siglet_note_parse(input, &arena, &note);
	if (err == NULL) {
		check_note(input, &note);
		err = siglet_checkpoint_parse(&note, &checkpoint);
	}
	if (err == NULL)
		require(checkpoint.origin.len > 0 && checkpoint.size <= INT64_MAX);
	siglet_err_free(err);
	siglet_arena_clear(&arena);
	return 0;
}
