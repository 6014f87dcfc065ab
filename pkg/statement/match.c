#include "statement/statement.h"

/* How the digests of a subject and those of the artifact compare. */
typedef enum comparison {
	NOTHING_IN_COMMON,
	DIFFERENT,
	CONTRADICTION, /* one equal, another not */
	EQUAL,
} comparison;

static comparison compare(const siglet_digests *subject, const siglet_digests *artifact,
			  siglet_hash *ret_hash)
{
	size_t equal = 0, different = 0;

	for (unsigned i = 0; i < SIGLET_HASH_COUNT; i++) {
		const siglet_hash hash = (siglet_hash)i;
		const siglet_digest *a = siglet_digests_get(subject, hash);
		const siglet_digest *b = siglet_digests_get(artifact, hash);

		if (a == NULL || b == NULL)
			continue;
		if (!siglet_digest_equal(a, b)) {
			different++;
			continue;
		}
		if (equal++ == 0)
			*ret_hash = hash;
	}
	if (equal > 0)
		return different == 0 ? EQUAL : CONTRADICTION;
	return different > 0 ? DIFFERENT : NOTHING_IN_COMMON;
}

static siglet_err *explain(const siglet_statement *statement, bool compared, bool contradicted)
{
	static const char *const names[1u << SIGLET_HASH_COUNT] = {
		"",	  "sha256",	      "sha384",		  "sha256 or sha384",
		"sha512", "sha256 or sha512", "sha384 or sha512", "sha256, sha384 or sha512",
	};
	const unsigned hashes = siglet_statement_hashes(statement);

	if (hashes == 0)
		return siglet_err_new(SIGLET_E_UNSUPPORTED,
				      "no subject has a sha256, sha384 or sha512 digest");
	if (!compared)
		return siglet_err_new(SIGLET_E_MISSING,
				      "the subjects are named by %s, which is not known of the "
				      "artifact",
				      names[hashes]);
	if (contradicted)
		return siglet_err_new(SIGLET_E_MISMATCH,
				      "a subject has one of the artifact's digests and contradicts "
				      "another");
	if (siglet_statement_subject_count(statement) == 1)
		return siglet_err_new(SIGLET_E_MISMATCH, "the statement is about another file");
	return siglet_err_new(SIGLET_E_MISMATCH, "the artifact is none of the %zu subjects",
			      siglet_statement_subject_count(statement));
}

siglet_err *siglet_statement_match(const siglet_statement *statement,
				   const siglet_digests *artifact, size_t *ret_subject,
				   siglet_hash *ret_hash)
{
	bool compared = false, contradicted = false;

	for (size_t i = 0; i < siglet_statement_subject_count(statement); i++) {
		siglet_hash hash = SIGLET_SHA256;
		const comparison result =
			compare(siglet_statement_subject_digests(statement, i), artifact, &hash);

		if (result == EQUAL) {
			*ret_subject = i;
			*ret_hash = hash;
			return NULL;
		}
		compared = compared || result != NOTHING_IN_COMMON;
		contradicted = contradicted || result == CONTRADICTION;
	}
	return explain(statement, compared, contradicted);
}
