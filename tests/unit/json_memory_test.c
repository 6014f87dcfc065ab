#define _GNU_SOURCE /* memmem */
#include "../lib/check.h"
#include "json/json.h"

/*
 * Each allocation fails in its turn, json-c's too: no document may come out that says less than its
 * text, and nothing may be kept.
 */

#if defined(__has_feature)
#define HAS_FEATURE(x) __has_feature(x)
#else
#define HAS_FEATURE(x) 0
#endif

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && \
	!HAS_FEATURE(address_sanitizer) && !HAS_FEATURE(thread_sanitizer)
#define CAN_FAIL 1

#include <malloc.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void __libc_free(void *ptr);

/*
 * Allocations to go until one fails; negative: none does. Volatile, since compilers know that no
 * malloc reads them.
 */
static volatile long countdown = -1;
static volatile long failures; /* how many fail from there on */
static volatile long live;     /* not given back yet */

static bool fails_now(void)
{
	if (countdown < 0)
		return false;
	if (countdown > 0) {
		countdown--;
		return false;
	}
	if (failures == 0)
		return false;
	failures--;
	return true;
}

/* These take the place of the C library's, for json-c as well: they must be seen from there. */
#define EVERYWHERE __attribute__((visibility("default")))

EVERYWHERE void *malloc(size_t size)
{
	void *ptr = fails_now() ? NULL : __libc_malloc(size);

	live = live + (ptr != NULL);
	return ptr;
}

EVERYWHERE void *calloc(size_t count, size_t size)
{
	void *ptr = fails_now() ? NULL : __libc_calloc(count, size);

	live = live + (ptr != NULL);
	return ptr;
}

EVERYWHERE void *realloc(void *old, size_t size)
{
	void *ptr = fails_now() ? NULL : __libc_realloc(old, size);

	live = live + (old == NULL && ptr != NULL);
	return ptr;
}

/* What must not stand in memory that is given back, and how often it did. */
#define SECRET "hunter2-hunter2"
static volatile bool watches;
static volatile long spilled;

EVERYWHERE void free(void *ptr)
{
	live = live - (ptr != NULL);
	if (watches && ptr != NULL &&
	    memmem(ptr, malloc_usable_size(ptr), SECRET, sizeof(SECRET) - 1) != NULL)
		spilled = spilled + 1;
	__libc_free(ptr);
}

static const char TEXT[] =
	"{\"name\":\"a string that is too long for any buffer that json-c has from its start: "
	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\","
	"\"\\u006best\":[null,true,false,1,-1,1.5,99999999999999999999,\"\\ud83d\\ude00\",[],{}],"
	"\"more\":[0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6],"
	"\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1,\"j\":1,\"k\":1}";

/* A memory checker may put its own allocator in front of ours. */
static bool can_fail(void)
{
	void *volatile ptr;

	countdown = 0;
	failures = 1;
	ptr = malloc(1);
	countdown = -1;
	free(ptr);
	return ptr == NULL;
}

enum { DONE = 0, REFUSED = 1, WRONG = 2, LEAKED = 3 };

/* The n-th allocation and count - 1 behind it fail while text is read and written again. */
static int attempt(const char *text, long n, long count, const siglet_buf *want)
{
	const long before = live;
	siglet_json_doc *doc = NULL;
	siglet_buf got;
	int result = REFUSED;

	siglet_buf_init(&got, 4096);
	countdown = n;
	failures = count;
	siglet_err *err = siglet_json_parse(siglet_slice_str(text), 4096, &doc);
	if (err == NULL)
		err = siglet_json_canonicalize(siglet_json_root(doc), &got);
	const bool untouched = failures == count;
	countdown = -1;
	if (err == NULL && !siglet_slice_equal(siglet_buf_slice(&got), siglet_buf_slice(want)))
		result = WRONG;
	else if (err == NULL)
		result = untouched ? DONE : REFUSED; /* it did without */
	else if (siglet_err_code(err) != SIGLET_E_NOMEM)
		result = WRONG;
	siglet_err_free(err);
	siglet_json_doc_free(doc);
	siglet_buf_clear(&got);
	return live == before ? result : LEAKED;
}

static void documents_are_whole_or_none(const char *text, const char *what)
{
	siglet_json_doc *doc = NULL;
	siglet_buf want;
	unsigned wrong = 0, leaked = 0;
	long n = 0;

	siglet_buf_init(&want, 4096);
	OK_SUCCESS(siglet_json_parse(siglet_slice_str(text), 4096, &doc), "%s", what);
	OK_SUCCESS(siglet_json_canonicalize(siglet_json_root(doc), &want), "has a form");
	siglet_json_doc_free(doc);
	for (int once = 0; once < 2; once++) {
		int result = REFUSED;

		for (n = 0; n < 5000 && result != DONE; n++) {
			result = attempt(text, n, once ? 1 : 1000000, &want);
			wrong += result == WRONG;
			leaked += result == LEAKED;
		}
		OK(result == DONE && n > 2, "%ld allocations, %s", n,
		   once ? "one of which fails" : "all of which fail from one on");
		OK(wrong == 0, "never a document that says something else");
		OK(leaked == 0, "and nothing is kept");
	}
	siglet_buf_clear(&want);
}
/* ---- secret documents ---- */

static long spills_of(const char *text, long n, siglet_err **ret_err)
{
	siglet_json_doc *doc = NULL;

	spilled = 0;
	watches = true;
	countdown = n;
	failures = 1;
	*ret_err = siglet_json_parse_secret(siglet_slice_str(text), 4096, &doc);
	countdown = -1;
	siglet_json_doc_free(doc);
	watches = false;
	return spilled;
}

static void secrets_are_wiped(void)
{
	static const char *const good[] = {
		"\"" SECRET "\"",
		"{\"a\":\"" SECRET "\",\"b\":[{\"c\":\"" SECRET " and more of it\"}]}",
		"{\"a\":\"\\u0068unter2-hunter2, \\\"which needs more room than a short text has, "
		"so that what is unescaped moves: " SECRET "\"}",
	};
	static const char *const bad[] = {
		"{\"a\":\"" SECRET "\",\"b\":}",
		"{\"a\":[\"" SECRET "\",\"" SECRET "\"",
		"{\"a\":\"\\u0068unter2-hunter2\",\"a\":1}",
		"{\"a\":\"" SECRET "\"} x",
		"{\"a\":\"\\u0068unter2-hunter2\\x\"}",
	};
	siglet_err *err = NULL;

	for (size_t i = 0; i < SIGLET_COUNT(good); i++) {
		long n = 0, spills = 0;

		do {
			siglet_err_free(err);
			spills += spills_of(good[i], n++, &err);
		} while (err != NULL && n < 1000);
		OK(err == NULL && spills == 0, "text %zu is wiped, whatever fails of it", i);
	}
	for (size_t i = 0; i < SIGLET_COUNT(bad); i++) {
		OK(spills_of(bad[i], -1, &err) == 0 && err != NULL, "and text %zu, which is none",
		   i);
		siglet_err_free(err);
	}
}
#endif

int main(void)
{
#ifdef CAN_FAIL
	if (!can_fail()) {
		SKIP("allocations can't be made to fail here");
		return tap_done();
	}
	documents_are_whole_or_none(TEXT, "a document of all kinds");
	documents_are_whole_or_none("[[[\"deep\"]]]", "nested arrays");
	documents_are_whole_or_none("12345678901234567890123", "a number alone");
	documents_are_whole_or_none("\"text\"", "a string alone");
	documents_are_whole_or_none("null", "null alone");
	secrets_are_wiped();
#else
	SKIP("allocations can't be made to fail in this build");
#endif
	return tap_done();
}
