#include "../lib/check.h"
#include "repo/repo.h"

/* What a server says of a file that it keeps. "hello" is the file. */

static siglet_repo_sums ours;

static void make_sums(void)
{
	const siglet_slice text = siglet_slice_str("hello");
	siglet_checksummer *checksummer = NULL;

	ours.size = text.len;
	OK_SUCCESS(siglet_crypto_sha256(&text, 1, &ours.sha256), "SHA-256");
	OK_SUCCESS(siglet_checksummer_new(&checksummer), "checksums");
	OK_SUCCESS(siglet_checksummer_update(checksummer, siglet_slice_str("he")), "in");
	OK_SUCCESS(siglet_checksummer_update(checksummer, SIGLET_SLICE_NONE), "several");
	OK_SUCCESS(siglet_checksummer_update(checksummer, siglet_slice_str("llo")), "pieces");
	OK_SUCCESS(siglet_checksummer_finish(checksummer, ours.weak), "are made");
	siglet_checksummer_free(checksummer);
	siglet_checksummer_free(NULL);
}

#define SHA256 "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
#define SHA256_BASE64 "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="
#define SHA1 "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d"
#define MD5 "5d41402abc4b2a76b9719d911017c592"
#define MD5_BASE64 "XUFAKrxLKna5cZ2REBfFkg=="
#define SHA256_OTHER "3cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"

static const struct {
	const char *headers;
	siglet_likeness likeness;
	const char *by;
} cases[] = {
	{ "", SIGLET_LIKENESS_UNKNOWN, NULL },
	{ "content-length: 5\n", SIGLET_LIKENESS_UNKNOWN, "size" },
	{ "content-length: 6\n", SIGLET_LIKENESS_DIFFERENT, "size" },
	{ "content-length: 6\ncontent-encoding: gzip\n", SIGLET_LIKENESS_UNKNOWN, NULL },
	{ "content-length: five\n", SIGLET_LIKENESS_UNKNOWN, NULL },
	{ "content-length: 5x\n", SIGLET_LIKENESS_UNKNOWN, NULL },
	{ "content-length: 99999999999999999999999\n", SIGLET_LIKENESS_UNKNOWN, NULL },
	{ "content-length: 6\nx-checksum-sha256: " SHA256 "\n", SIGLET_LIKENESS_DIFFERENT, "size" },
	{ "x-checksum-sha256: " SHA256 "\n", SIGLET_LIKENESS_SAME, "sha256" },
	{ "content-length: 5\nx-checksum-sha256: 2CF24DBA5FB0A30E26E83B2AC5B9E29E1B161E5C1FA7425E73"
	  "043362938B9824\n",
	  SIGLET_LIKENESS_SAME, "sha256" },
	{ "content-length: 5\nx-checksum-sha256: " SHA256_OTHER "\n", SIGLET_LIKENESS_DIFFERENT,
	  "sha256" },
	{ "x-checksum-sha256: 2cf2\n", SIGLET_LIKENESS_UNKNOWN, NULL },
	{ "x-checksum-sha256: none\n", SIGLET_LIKENESS_UNKNOWN, NULL },
	{ "repr-digest: sha-256=:" SHA256_BASE64 ":\n", SIGLET_LIKENESS_SAME, "sha256" },
	{ "repr-digest: sha-512=:AAAA:, sha-256=:" SHA256_BASE64 ":\n", SIGLET_LIKENESS_SAME,
	  "sha256" },
	{ "repr-digest: sha-256=:AAJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:\n",
	  SIGLET_LIKENESS_DIFFERENT, "sha256" },
	{ "repr-digest: sha-256=" SHA256_BASE64 "\n", SIGLET_LIKENESS_UNKNOWN, NULL },
	{ "digest: SHA-256=" SHA256_BASE64 "\n", SIGLET_LIKENESS_SAME, "sha256" },
	{ "digest: sha-256=:" SHA256_BASE64 ":\n", SIGLET_LIKENESS_UNKNOWN, NULL },
	{ "x-checksum-sha1: " SHA1 "\n", SIGLET_LIKENESS_SAME, "sha1" },
	{ "x-checksum-sha1: " SHA1 "\nx-checksum-sha256: " SHA256_OTHER "\n",
	  SIGLET_LIKENESS_DIFFERENT, "sha256" },
	{ "x-checksum-sha256: " SHA256 "\nx-checksum-md5: 00000000000000000000000000000000\n",
	  SIGLET_LIKENESS_DIFFERENT, "md5" },
	{ "x-checksum-sha256: " SHA256 "\nx-checksum-sha1: " SHA1 "\nx-checksum-md5: " MD5 "\n",
	  SIGLET_LIKENESS_SAME, "sha256" },
	{ "etag: \"{SHA1{" SHA1 "}}\"\n", SIGLET_LIKENESS_SAME, "sha1" },
	{ "etag: \"{SHA1{0af4c61ddcc5e8a2dabede0f3b482cd9aea9434d}}\"\n", SIGLET_LIKENESS_DIFFERENT,
	  "sha1" },
	{ "etag: \"" SHA1 "\"\n", SIGLET_LIKENESS_UNKNOWN, NULL },
	{ "etag: \"{SHA1{}}\"\n", SIGLET_LIKENESS_UNKNOWN, NULL },
	{ "etag: \"{SHA1{\"\n", SIGLET_LIKENESS_UNKNOWN, NULL },
	{ "x-checksum-md5: " MD5 "\n", SIGLET_LIKENESS_SAME, "md5" },
	{ "content-md5: " MD5_BASE64 "\n", SIGLET_LIKENESS_SAME, "md5" },
	{ "content-md5: AAFAKrxLKna5cZ2REBfFkg==\n", SIGLET_LIKENESS_DIFFERENT, "md5" },
};

static void answers(void)
{
	siglet_http_response answer;

	siglet_http_response_init(&answer);
	for (size_t i = 0; i < SIGLET_COUNT(cases); i++) {
		const char *by = "untouched";
		siglet_likeness likeness;

		siglet_buf_clear(&answer.headers);
		OK_SUCCESS(siglet_buf_append_str(&answer.headers, cases[i].headers), "answer %zu",
			   i);
		likeness = siglet_repo_compare(&answer, &ours, &by);
		OK(likeness == cases[i].likeness, "answer %zu is %d", i, (int)likeness);
		OK(cases[i].by == NULL ? by == NULL : by != NULL && strcmp(by, cases[i].by) == 0,
		   "by %s", cases[i].by == NULL ? "nothing" : cases[i].by);
	}
	siglet_http_response_clear(&answer);
}

/* An OpenSSL that does without MD5 has nothing to compare. */
static void without_md5(void)
{
	siglet_http_response answer;
	const char *by = NULL;

	ours.weak[SIGLET_CHECKSUM_MD5].len = 0;
	siglet_http_response_init(&answer);
	OK_SUCCESS(siglet_buf_append_str(&answer.headers, "x-checksum-md5: \nx-checksum-md5: " MD5),
		   "without MD5");
	OK(siglet_repo_compare(&answer, &ours, &by) == SIGLET_LIKENESS_UNKNOWN && by == NULL,
	   "nothing is known by it");
	siglet_http_response_clear(&answer);
}

int main(void)
{
	make_sums();
	answers();
	without_md5();
	return tap_done();
}
