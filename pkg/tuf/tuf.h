/*
 * tuf: is this what the repository's owners signed, and the newest that they have?
 *
 * The metadata of The Update Framework and the rules of an update, as a state machine: it says
 * which file it wants next, is fed with the bytes, and refuses what breaks a rule. It fetches and
 * keeps nothing. The time is fixed when it is made. Pure; belongs to one thread at a time.
 *
 *	siglet_tuf_request request;
 *	siglet_err *err = siglet_tuf_new(root, now_s, SIGLET_TUF_CURRENT, &tuf);
 *	if (err == NULL)
 *		err = siglet_tuf_next(tuf, &request);
 *	while (err == NULL && request.path != NULL) {
 *		err = there is such a file ? siglet_tuf_feed(tuf, bytes) : siglet_tuf_absent(tuf);
 *		if (err == NULL)
 *			err = siglet_tuf_next(tuf, &request);
 *	}
 *
 * Spec: The Update Framework specification 1.0.x, sections 4 (formats) and 5 (the client's
 *       workflow).
 */
#ifndef SIGLET_TUF_H
#define SIGLET_TUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/base.h"
#include "crypto/crypto.h"

/* Ceilings on the files, in bytes, as other clients have them. */
#define SIGLET_TUF_MAX_ROOT_BYTES 512000
#define SIGLET_TUF_MAX_TIMESTAMP_BYTES 16384
#define SIGLET_TUF_MAX_SNAPSHOT_BYTES 2000000
#define SIGLET_TUF_MAX_TARGETS_BYTES 5000000

#define SIGLET_TUF_MAX_ROTATIONS 256   /* new roots in one update */
#define SIGLET_TUF_MAX_DELEGATIONS 32  /* roles that are visited for one target */
#define SIGLET_TUF_MAX_SIGNATURES 1024 /* of one file; as many keys of a role */

typedef enum siglet_tuf_role {
	SIGLET_TUF_ROOT = 0,
	SIGLET_TUF_TIMESTAMP,
	SIGLET_TUF_SNAPSHOT,
	SIGLET_TUF_TARGETS,
	SIGLET_TUF_DELEGATED,
} siglet_tuf_role;

#define SIGLET_TUF_ROLE_COUNT 4 /* without the delegated */

const char *siglet_tuf_role_name(siglet_tuf_role role); /* "root" … */

/* May metadata have expired? */
typedef enum siglet_tuf_age {
	SIGLET_TUF_CURRENT = 0, /* no: for an update */
	SIGLET_TUF_ANY_AGE,	/* yes: to read again what was accepted once */
} siglet_tuf_age;

typedef struct siglet_tuf siglet_tuf;

/*
 * Begin from a root that is trusted: compiled in, or given by the user. It must be signed by its
 * own keys.
 *
 * Errors of all that read metadata:
 *   SIGLET_E_MALFORMED    no TUF metadata at all, such as a web page
 *   SIGLET_E_UNTRUSTED    too few good signatures; or signed, but not in its format
 *   SIGLET_E_UNSUPPORTED  another major version of the specification
 *   SIGLET_E_EXPIRED      expired at the time of the update
 *   SIGLET_E_RANGE        older than what was accepted before
 *   SIGLET_E_MISMATCH     not the version, length or hash that was announced
 *   SIGLET_E_LIMIT        larger than a ceiling, or one rotation too many
 *   SIGLET_E_MISSING      something that must be there is not
 *   SIGLET_E_CRYPTO, SIGLET_E_NOMEM
 * After an error nothing has changed, and the same file may be fed again.
 */
SIGLET_MUST_USE siglet_err *siglet_tuf_new(siglet_slice root, int64_t now_s, siglet_tuf_age age,
					   siglet_tuf **ret_tuf);
void siglet_tuf_free(siglet_tuf *tuf);

/*
 * What was accepted before, by an earlier run: it guards against a return to older versions, and
 * spares the fetching of what is unchanged. Call it when every root that was kept has been fed,
 * before any new one. What is not signed by the keys of this root is passed over; so is everything
 * when a later root changes the keys of timestamp or snapshot (section 5.3.11). Any may be empty.
 * Called again, the newer of two stays.
 * Errors: SIGLET_E_CRYPTO, SIGLET_E_NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_tuf_recall(siglet_tuf *tuf, siglet_slice timestamp,
					      siglet_slice snapshot, siglet_slice targets);

/* A file that is wanted: its path below the metadata URL, at most so many bytes of it. */
typedef struct siglet_tuf_request {
	siglet_tuf_role role;
	const char *path; /* percent-encoded, until the next call; NULL: nothing is wanted */
	size_t max_bytes;
} siglet_tuf_request;

/*
 * What is wanted next; ret_request->path is NULL when nothing is any more.
 * Errors: SIGLET_E_MISSING when it is not announced, SIGLET_E_LIMIT, SIGLET_E_NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_tuf_next(siglet_tuf *tuf, siglet_tuf_request *ret_request);
SIGLET_MUST_USE siglet_err *siglet_tuf_feed(siglet_tuf *tuf, siglet_slice bytes);
/* The same of a file that was kept: it does not count towards SIGLET_TUF_MAX_ROTATIONS. */
SIGLET_MUST_USE siglet_err *siglet_tuf_feed_known(siglet_tuf *tuf, siglet_slice bytes);
/*
 * There is no such file. Of a next root it means that the last one was the newest: it must not have
 * expired. Errors: SIGLET_E_MISSING for any other file; SIGLET_E_EXPIRED.
 */
SIGLET_MUST_USE siglet_err *siglet_tuf_absent(siglet_tuf *tuf);

/* Of what was accepted so far; empty and 0 where nothing was. */
siglet_slice siglet_tuf_bytes(const siglet_tuf *tuf, siglet_tuf_role role);
int64_t siglet_tuf_version(const siglet_tuf *tuf, siglet_tuf_role role);
int64_t siglet_tuf_expires_s(const siglet_tuf *tuf, siglet_tuf_role role);
/*
 * All four roles are there; the earliest expiry of them and of the delegated ones that were fed,
 * in seconds since 1970 UTC.
 */
bool siglet_tuf_is_complete(const siglet_tuf *tuf, int64_t *ret_expires_s);

/* A file that the repository offers. */
typedef struct siglet_tuf_target {
	const char *path; /* below the targets URL, percent-encoded; lives until the next call */
	size_t length;	  /* in bytes */
	siglet_digests hashes;
} siglet_tuf_target;

/*
 * Look for a file by its name, in targets and then in the roles that it delegates to, once all four
 * roles are there. Not found: siglet_tuf_next may want the metadata of a delegated role; feed it and
 * ask again.
 */
SIGLET_MUST_USE siglet_err *siglet_tuf_find(siglet_tuf *tuf, siglet_slice name, bool *ret_found,
					    siglet_tuf_target *ret_target);

/* Do the top-level targets list it? */
bool siglet_tuf_lists(const siglet_tuf *tuf, const char *name);

/* Errors: SIGLET_E_MISMATCH when the bytes are not of that length and hash. */
SIGLET_MUST_USE siglet_err *siglet_tuf_target_check(const siglet_tuf_target *target,
						    siglet_slice bytes);

#endif
