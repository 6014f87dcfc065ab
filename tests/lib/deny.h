/*
 * deny: an allocator that fails at a chosen call, for this program, siglet, json-c and OpenSSL.
 *
 * It takes the place of the C library's. CAN_DENY is defined where that works.
 */
#ifndef SIGLET_TEST_DENY_H
#define SIGLET_TEST_DENY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#if defined(__has_feature)
#define HAS_FEATURE(x) __has_feature(x)
#else
#define HAS_FEATURE(x) 0
#endif

/* The sanitizers have an allocator of their own, and other C libraries no names behind malloc. */
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && \
	!HAS_FEATURE(address_sanitizer) && !HAS_FEATURE(thread_sanitizer)
#define CAN_DENY

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *ptr, size_t size);
extern void __libc_free(void *ptr);

/* These take the place of the C library's for the libraries too: they must be seen from there. */
#define EVERYWHERE __attribute__((visibility("default")))
EVERYWHERE void *malloc(size_t size);
EVERYWHERE void *calloc(size_t count, size_t size);
EVERYWHERE void *realloc(void *old, size_t size);
EVERYWHERE void free(void *ptr);

/*
 * What the allocator looks at, in any thread. Volatile, since compilers know that no malloc reads a
 * program's variables.
 */
static volatile _Atomic bool armed;	/* count, and fail when the count is reached */
static volatile _Atomic uint64_t until; /* allocations that still succeed */
static volatile _Atomic bool failed;	/* one was made to fail */
static volatile _Atomic int64_t live;	/* allocations not given back, of the whole process */
static volatile _Atomic bool lasts;	/* after one failure all others fail too */

static bool deny(void)
{
	if (!armed)
		return false;
	uint64_t left = until;

	while (left > 0)
		if (atomic_compare_exchange_weak(&until, &left, left - 1))
			return false;
	failed = true;
	armed = lasts;
	return true;
}

void *malloc(size_t size)
{
	void *ptr = deny() ? NULL : __libc_malloc(size);

	live += ptr != NULL;
	return ptr;
}

void *calloc(size_t count, size_t size)
{
	void *ptr = deny() ? NULL : __libc_calloc(count, size);

	live += ptr != NULL;
	return ptr;
}

void *realloc(void *old, size_t size)
{
	void *ptr = deny() ? NULL : __libc_realloc(old, size);

	live += old == NULL && ptr != NULL;
	return ptr;
}

void free(void *ptr)
{
	live -= ptr != NULL;
	__libc_free(ptr);
}

#endif

#endif
