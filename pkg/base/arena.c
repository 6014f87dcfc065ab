#include "base/base.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES 4096

struct siglet_arena_block {
	struct siglet_arena_block *next;
	size_t size; /* of data */
	size_t used;
	max_align_t data[];
};

void siglet_arena_init(siglet_arena *arena, size_t max)
{
	*arena = (siglet_arena) { .max = max };
}

void siglet_arena_clear(siglet_arena *arena)
{
	while (arena->blocks != NULL) {
		struct siglet_arena_block *next = arena->blocks->next;

		free(arena->blocks);
		arena->blocks = next;
	}
	arena->used = 0;
}

static struct siglet_arena_block *add_block(siglet_arena *arena, size_t size)
{
	struct siglet_arena_block *block = malloc(sizeof(*block) + size);

	if (block == NULL)
		return NULL;
	block->size = size;
	block->used = 0;
	block->next = arena->blocks;
	arena->blocks = block;
	return block;
}

/* NULL, and why, when there is none to be had. */
static void *take(siglet_arena *arena, size_t count, size_t size, siglet_err **ret_err)
{
	const size_t align = sizeof(max_align_t);
	struct siglet_arena_block *block = arena->blocks;

	if (size != 0 && count > (SIZE_MAX / 2 - align) / size) {
		*ret_err = siglet_err_new(SIGLET_E_LIMIT, "%zu items", count);
		return NULL;
	}
	const size_t want = (count * size + align - 1) / align * align;
	if (want > arena->max - arena->used) {
		*ret_err = siglet_err_new(SIGLET_E_LIMIT, "more than %zu bytes of decoded data",
					  arena->max);
		return NULL;
	}
	if (block == NULL || want > block->size - block->used) {
		block = add_block(arena, want > BLOCK_BYTES ? want : BLOCK_BYTES);
		if (block == NULL) {
			*ret_err = siglet_err_nomem();
			return NULL;
		}
	}

	void *memory = (uint8_t *)block->data + block->used;
	memset(memory, 0, want);
	block->used += want;
	arena->used += want;
	return memory;
}

/*
 * ret_pointer is the address of a pointer to any type, so its bytes are set. They come from a slice
 * because gcc's analyser takes those of a plain local for uninitialised.
 */
siglet_err *siglet_arena_alloc(siglet_arena *arena, size_t count, size_t size, void *ret_pointer)
{
	siglet_err *err = SIGLET_ERR_UNSET;
	const siglet_slice memory = { take(arena, count, size, &err), count };

	if (memory.ptr == NULL)
		return err;
	memcpy(ret_pointer, &memory.ptr, sizeof(memory.ptr));
	return NULL;
}

siglet_err *siglet_arena_copy(siglet_arena *arena, siglet_slice data, siglet_slice *ret_copy)
{
	siglet_err *err = SIGLET_ERR_UNSET;

	if (data.len == SIZE_MAX)
		return siglet_err_nomem();
	void *copy = take(arena, data.len + 1, 1, &err);
	if (copy == NULL)
		return err;
	if (data.len > 0)
		memcpy(copy, data.ptr, data.len);
	*ret_copy = siglet_slice_of(copy, data.len);
	return NULL;
}
