/*
 * replay: run a fuzz target without a fuzzer, over each seed and over fixed changes of it: cut short, one bit
 * flipped, a piece repeated. The same every time.
 *
 * Usage: fuzz_NAME SEED...
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_SEED_BYTES (1u << 20)
#define CHANGES 400

static uint64_t state;

static size_t below(size_t bound)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return bound == 0 ? 0 : (size_t)(state >> 33) % bound;
}

/* A copy of its own size on the heap, so that a read past its end is seen. */
static void run(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size == 0 ? 1 : size);

	if (copy == NULL)
		exit(3);
	if (size > 0)
		memcpy(copy, data, size);
	(void)LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

static void change_and_run(const uint8_t *seed, size_t size)
{
	uint8_t *changed = malloc(2 * size + 1);

	if (changed == NULL)
		exit(3);
	for (unsigned i = 0; i < CHANGES; i++) {
		size_t len = size;

		memcpy(changed, seed, size);
		switch (i % 4) {
		case 0:
			len = below(size);
			break;
		case 1:
			changed[below(size)] ^= (uint8_t)(1u << below(8));
			break;
		case 2:
			changed[below(size)] = (uint8_t)below(256);
			break;
		default: {
			const size_t from = below(size), count = below(size - from);

			memcpy(changed + size, seed + from, count);
			len = size + count;
			break;
		}
		}
		run(changed, len);
	}
	free(changed);
}

int main(int argc, char **argv)
{
	static uint8_t seed[MAX_SEED_BYTES];

	run(seed, 0);
	for (int i = 1; i < argc; i++) {
		FILE *file = fopen(argv[i], "rb");

		if (file == NULL) {
			perror(argv[i]);
			return 2;
		}
		const size_t size = fread(seed, 1, sizeof(seed), file);
		fclose(file);
		state = size;
		run(seed, size);
		if (size > 0)
			change_and_run(seed, size);
	}
	return 0;
}
