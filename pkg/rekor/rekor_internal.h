/*
 * What the files of rekor share.
 */
#ifndef SIGLET_REKOR_INTERNAL_H
#define SIGLET_REKOR_INTERNAL_H

#include "rekor/rekor.h"

#define SIGLET_MAX_REKOR_ANSWER ((size_t)32 << 20)

/* A URL below base_url, whose trailing slashes do not count. Appends. */
SIGLET_MUST_USE siglet_err *siglet_rekor_url(const char *base_url, const char *path,
					     siglet_buf *ret_url);

/* GET it; ret_response is initialised. Errors: NETWORK for any status but 200. */
SIGLET_MUST_USE siglet_err *siglet_rekor_get(const siglet_transport *transport,
					     const char *base_url, const char *path,
					     const char *accept,
					     siglet_http_response *ret_response);

/*
 * Entry number index of a Rekor v2 log, put together from its checkpoint and tiles. That the
 * checkpoint is signed and covers the entry is verified again with every entry. Errors: NETWORK,
 * MALFORMED, MISMATCH, UNTRUSTED (no log of root signed the checkpoint), RANGE.
 */
SIGLET_MUST_USE siglet_err *siglet_rekor_entry_from_tiles(const siglet_transport *transport,
							  const char *base_url,
							  const siglet_trustroot *root,
							  uint64_t index,
							  siglet_rekor_entry *ret_entry);

/* The hash of a proposal that its entry is about: of the artifact, or of the envelope's PAE. */
SIGLET_MUST_USE siglet_err *siglet_rekor_digest(const siglet_rekor_proposal *proposal,
						siglet_digest *ret_digest);

#endif
