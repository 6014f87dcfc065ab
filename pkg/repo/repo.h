/*
 * repo: how does a file come into an artifact repository, and out of it?
 *
 * A repository is what takes a file by HTTP PUT and gives it back by GET: JFrog Artifactory, Sonatype
 * Nexus (raw), any WebDAV server. What is published is an artifact with its bundle beside it; what is
 * downloaded is not trusted by this room: who asked verifies it.
 *
 * A siglet_repo is read-only once it is set up, and may be shared by threads. Credentials go to the
 * origin they are meant for and nowhere else, and are part of no message.
 *
 * Spec: RFC 9110 (PUT, HEAD, conditions, ranges), RFC 4918 (WebDAV), RFC 7617 and 6750 (Basic, Bearer).
 */
#ifndef SIGLET_REPO_H
#define SIGLET_REPO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/base.h"
#include "bundle/bundle.h"
#include "crypto/crypto.h"
#include "http/http.h"

#define SIGLET_REPO_MAX_URL_BYTES 8192
#define SIGLET_REPO_MAX_NAME_BYTES 255
#define SIGLET_REPO_MAX_SECRET_BYTES 16384
#define SIGLET_REPO_MAX_NETRC_BYTES ((size_t)256 << 10)

/* What a bundle's name ends with behind its artifact's, in the order of the search; NULL at the end. */
extern const char *const siglet_repo_suffixes[];

/* ---- addresses (address.c) ---- */

/*
 * May it be asked? Errors: SIGLET_E_USAGE, without the password that may stand in it.
 */
SIGLET_MUST_USE siglet_err *siglet_repo_check_url(const char *url);
/*
 * Append the URL of a file in a folder. Errors: SIGLET_E_USAGE (a folder's URL with a query, a name
 * that names no file), SIGLET_E_LIMIT, SIGLET_E_NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_repo_join(const char *folder, const char *name,
					     siglet_buf *ret_url);
/* Append the URL with suffix behind its path: a query stays behind. Errors: LIMIT, NOMEM. */
SIGLET_MUST_USE siglet_err *siglet_repo_beside(const char *url, const char *suffix,
					       siglet_buf *ret_url);
/*
 * Append the name of the file at a URL: the last part of its path. Errors: SIGLET_E_USAGE where that
 * can't be a file's name here; SIGLET_E_NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_repo_name_of(const char *url, siglet_buf *ret_name);

/* ---- credentials (credential.c, netrc.c) ---- */

/*
 * Append the value of an Authorization header for "USER:PASSWORD" (Basic), a token without a colon
 * (Bearer), or either with its scheme in front. Space around it is left out. Errors:
 * SIGLET_E_USAGE, never with the text; SIGLET_E_LIMIT, SIGLET_E_NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_repo_read_credential(siglet_slice text, siglet_buf *ret_value);

/*
 * Append the same of the entry for a host (or the default one) in the text of a netrc file; nothing
 * where there is none. Errors: SIGLET_E_MALFORMED with the line, never with a word of the text;
 * SIGLET_E_LIMIT, SIGLET_E_NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_repo_find_netrc(siglet_slice text, siglet_slice host,
						   siglet_buf *ret_value);

/* ---- requests (ask.c) ---- */

typedef struct siglet_repo {
	siglet_transport transport;
	unsigned stall_s; /* give up when nothing moved for so long */
	/* The value of an Authorization header, and the URL whose origin alone may see it; or NULL. */
	const char *authorization, *authorized_url;
	siglet_slice netrc; /* the text of a netrc file, for any host that is named; may be empty */
	/* Wait before attempt number next of something (1: the second). */
	void (*pause)(void *context, unsigned next);
	void *pause_context;
} siglet_repo;

/*
 * Send a request with the credentials for its origin. A GET or HEAD is sent on where a redirect leads,
 * up to ten times and never from https to http; what leaves the origin is sent without. ret_response
 * must be initialised. Errors: those of siglet_transport.send; SIGLET_E_NETWORK for a redirect that
 * may not be followed; SIGLET_E_MALFORMED (netrc).
 */
SIGLET_MUST_USE siglet_err *siglet_repo_ask(const siglet_repo *repo,
					    const siglet_http_request *request,
					    siglet_http_response *ret_response);

/* What an unwelcome answer means, and what to do about it: SIGLET_E_NETWORK. */
SIGLET_MUST_USE SIGLET_NEVER_NULL siglet_err *siglet_repo_refuse(
	const siglet_http_request *request, const siglet_http_response *response);

/* ---- is it the same file? (sums.c) ---- */

typedef struct siglet_repo_sums {
	uint64_t size; /* in bytes */
	siglet_digest sha256;
	siglet_checksum weak[SIGLET_CHECKSUM_COUNT];
} siglet_repo_sums;

typedef enum siglet_likeness {
	SIGLET_LIKENESS_UNKNOWN = 0, /* nothing speaks against it, and no checksum for it */
	SIGLET_LIKENESS_SAME,
	SIGLET_LIKENESS_DIFFERENT,
} siglet_likeness;

/*
 * What the headers of an answer say of the file: X-Checksum-Sha256, -Sha1 and -Md5, Repr-Digest,
 * Digest, Content-MD5, an ETag in the manner of Nexus, Content-Length. ret_by (static) is what it
 * rests on: "sha256", "sha1", "md5" or "size"; NULL: nothing.
 */
siglet_likeness siglet_repo_compare(const siglet_http_response *answer,
				    const siglet_repo_sums *ours, const char **ret_by);

/* ---- an artifact with its bundle (parcel.c, about.c) ---- */

typedef struct siglet_parcel siglet_parcel; /* read-only once it is there */

/* What reads COSE, loaded when the first COSE message is met. Errors: SIGLET_E_UNSUPPORTED. */
typedef siglet_err *siglet_repo_load_heads(const siglet_cbor_heads **ret_heads);

/*
 * Open a file and its bundle (bundle NULL: the first that lies beside it), hash the file, and see that
 * each bundle is about it: siglet_repo_check_about. The file stays open. load NULL: COSE is not read.
 * Errors: SIGLET_E_IO, SIGLET_E_MISSING (no bundle), those of load, siglet_bundle_parse and
 *         check_about.
 */
SIGLET_MUST_USE siglet_err *siglet_repo_pack(const char *path, const char *bundle,
					     siglet_repo_load_heads *load,
					     siglet_parcel **ret_parcel);
void siglet_repo_unpack(siglet_parcel *parcel);
const siglet_repo_sums *siglet_repo_parcel_sums(const siglet_parcel *parcel);
const char *siglet_repo_parcel_bundle(const siglet_parcel *parcel);
siglet_slice siglet_repo_parcel_bytes(const siglet_parcel *parcel); /* the bundle's file */

/*
 * Is the bundle about an artifact with these digests? A signature must be one of its certificate's key
 * over it, or, where there is no certificate or the key signs whole files, its messageDigest must be
 * the artifact's; of a statement the artifact is a subject; the payload of a COSE message is the
 * artifact or its digest. Who signed is not asked.
 * Errors: SIGLET_E_MISMATCH; SIGLET_E_MISSING (it does not say what it is about), SIGLET_E_MALFORMED,
 *         SIGLET_E_UNSUPPORTED.
 */
SIGLET_MUST_USE siglet_err *siglet_repo_check_about(const siglet_bundle *bundle,
						    const siglet_digests *digests);

/* ---- publishing (publish.c) ---- */

typedef struct siglet_publication {
	const char *folder; /* its URL */
	const char *name;   /* of the artifact there; the bundle's ends with its suffix */
	bool replace;	    /* what is there under these names */
	bool read_back;	    /* compare by download what the server gives no checksum of */
	/* NULL, or told by another thread how many bytes of the artifact have been sent. */
	void (*progress)(void *context, uint64_t sent);
	void *progress_context;
} siglet_publication;

typedef struct siglet_published {
	siglet_buf url, bundle_url;
	bool sent_artifact, sent_bundle; /* false: the same was there already */
	const char *checked; /* "sha256", "sha1", "md5", "content", "size", or NULL: could not be */
} siglet_published;

void siglet_published_init(siglet_published *published);
void siglet_published_clear(siglet_published *published);

/*
 * Put a parcel's bundle and artifact side by side, so that no reader ever finds the artifact without a
 * bundle. New names: the bundle first, which also claims the name, then the artifact; each under the
 * condition that nothing is there, and looked at before and after for servers that heed none. Over an
 * older pair: the artifact, then at once its bundle; in between a reader finds two that do not belong
 * together, and refuses. What is there already and the same is left. What is sent is hashed on the way,
 * and the last piece is kept back unless the whole is what the bundle is about.
 * ret_published is initialised by the caller.
 * Errors: SIGLET_E_MISMATCH   another file is there by that name, or came to be there
 *         SIGLET_E_IO         the file changed since it was opened
 *         SIGLET_E_NETWORK, SIGLET_E_USAGE, SIGLET_E_NOMEM
 */
SIGLET_MUST_USE siglet_err *siglet_repo_publish(const siglet_repo *repo,
						const siglet_parcel *parcel,
						const siglet_publication *what,
						siglet_published *ret_published);

/* ---- downloading (download.c) ---- */

#define SIGLET_REPO_MAX_ETAG_BYTES 256

typedef struct siglet_repo_download {
	const char *url;
	uint64_t max_bytes;
	uint64_t have;	   /* bytes of it that are at hand from before */
	siglet_slice etag; /* that those belong to; empty: they are of no use */
	/*
	 * Begin anew: what is at hand is of another file. etag (empty: it can't be gone on with) and
	 * size (UINT64_MAX: not known) are of what comes. Called before the first byte, if nothing was at
	 * hand, too; by another thread, as take.
	 */
	siglet_err *(*restart)(void *context, siglet_slice etag, uint64_t size);
	siglet_err *(*take)(void *context, siglet_slice piece); /* the next bytes */
	void *context;
} siglet_repo_download;

/*
 * Get a file, going on from what is at hand (Range with If-Range, where the server gave a strong
 * ETag), and again when the connection breaks. ret_type gets the Content-Type; it is initialised by
 * the caller. Nothing is said of what came.
 * Errors: SIGLET_E_NETWORK, SIGLET_E_LIMIT (larger than max_bytes), SIGLET_E_MISSING (404, 410), those
 *         of restart and take.
 */
SIGLET_MUST_USE siglet_err *siglet_repo_get(const siglet_repo *repo,
					    const siglet_repo_download *download,
					    siglet_buf *ret_type);

/*
 * Get a bundle's file into memory: at most SIGLET_MAX_BUNDLE_BYTES. A web page in its place is an
 * error. Errors: as siglet_repo_get.
 */
SIGLET_MUST_USE siglet_err *siglet_repo_get_bundle(const siglet_repo *repo, const char *url,
						   siglet_buf *ret_json);

#endif
