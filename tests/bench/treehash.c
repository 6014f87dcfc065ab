/*
 * treehash: what hashing a log's entries must cost at least.
 *
 * Leaf and node hashes of RFC 6962 over one bundle of entries in memory, again and again, by OpenSSL's
 * quickest functions; nothing is read, compared or kept.
 *
 * Usage: treehash ENTRY_BYTES ENTRIES THREADS
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH 256
#define HASH 32

static size_t entry_bytes;
static unsigned long bundles; /* of each thread */
static unsigned char *entries;

static void hash_leaf(const unsigned char *entry, unsigned char *hash)
{
	static const unsigned char prefix = 0;
	SHA256_CTX ctx;

	SHA256_Init(&ctx);
	SHA256_Update(&ctx, &prefix, 1);
	SHA256_Update(&ctx, entry, entry_bytes);
	SHA256_Final(hash, &ctx);
}

static void hash_node(const unsigned char *children, unsigned char *hash)
{
	unsigned char node[1 + 2 * HASH] = { 1 };
	SHA256_CTX ctx;

	memcpy(node + 1, children, (size_t)2 * HASH);
	SHA256_Init(&ctx);
	SHA256_Update(&ctx, node, sizeof(node));
	SHA256_Final(hash, &ctx);
}

static void *work(void *sum)
{
	unsigned char hashes[WIDTH * HASH];

	for (unsigned long n = 0; n < bundles; n++) {
		for (size_t i = 0; i < WIDTH; i++)
			hash_leaf(entries + i * entry_bytes, hashes + i * HASH);
		for (size_t width = WIDTH / 2; width > 0; width /= 2)
			for (size_t i = 0; i < width; i++)
				hash_node(hashes + 2 * i * HASH, hashes + i * HASH);
		*(unsigned char *)sum ^= hashes[0];
	}
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t threads[64];
	unsigned char sums[64] = { 0 };
	long count;

	if (argc != 4)
		return 2;
	entry_bytes = strtoul(argv[1], NULL, 10);
	count = strtol(argv[3], NULL, 10);
	if (entry_bytes == 0 || count < 1 || count > 64)
		return 2;
	bundles = strtoul(argv[2], NULL, 10) / WIDTH / (unsigned long)count;
	entries = calloc(WIDTH, entry_bytes);
	if (entries == NULL)
		return 2;
	for (size_t i = 0; i < WIDTH * entry_bytes; i++)
		entries[i] = (unsigned char)(i * 31);
	for (long i = 0; i < count; i++)
		if (pthread_create(&threads[i], NULL, work, &sums[i]) != 0)
			return 2;
	for (long i = 0; i < count; i++)
		if (pthread_join(threads[i], NULL) != 0)
			return 2;
	/* The result is used, so that no compiler leaves the work out. */
	printf("%d\n", sums[0]);
	free(entries);
	return 0;
}
