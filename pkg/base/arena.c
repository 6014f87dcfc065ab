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
	*arena = (siglet_arena){ .max = max };
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

static siglet_err *take(siglet_arena *arena, size_t count, size_t size, void **ret_memory)
{
	const size_t align = sizeof(max_align_t);
	struct siglet_arena_block *block = arena->blocks;

	if (size != 0 && count > (SIZE_MAX / 2 - align) / size)
		return siglet_err_new(SIGLET_E_LIMIT, "%zu items", count);
	const size_t want = (count * size + align - 1) / align * align;
	if (want > arena->max - arena->used)
		return siglet_err_new(SIGLET_E_LIMIT, "more than %zu bytes of decoded data",
				      arena->max);
	if (block == NULL || want > block->size - block->used) {
		block = add_block(arena, want > BLOCK_BYTES ? want : BLOCK_BYTES);
		if (block == NULL)
			return siglet_err_nomem();
	}

	*ret_memory = (uint8_t *)block->data + block->used;
	memset(*ret_memory, 0, want);
	block->used += want;
	arena->used += want;
	return NULL;
}

/* ret_pointer is the address of a pointer to any type: its bytes are set, not a void pointer. */
siglet_err *siglet_arena_alloc(siglet_arena *arena, size_t count, size_t size, void *ret_pointer)
{
	void *memory = NULL;
	siglet_err *err = take(arena, count, size, &memory);

	if (err == NULL)
		memcpy(ret_pointer, &memory, sizeof(memory));
	return err;
}

siglet_err *siglet_arena_copy(siglet_arena *arena, siglet_slice data, siglet_slice *ret_copy)
{
	void *copy = NULL;

	if (data.len == SIZE_MAX)
		return siglet_err_nomem();
	siglet_err *err = take(arena, data.len + 1, 1, &copy);
	if (err != NULL)
		return err;
	if (data.len > 0)
		memcpy(copy, data.ptr, data.len);
	*ret_copy = siglet_slice_of(copy, data.len);
	return NULL;
}
