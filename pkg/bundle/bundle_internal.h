/*
 * What the files of bundle share.
 */
#ifndef SIGLET_BUNDLE_INTERNAL_H
#define SIGLET_BUNDLE_INTERNAL_H

#include "bundle/bundle.h"
#include "json/json.h"

/* What a bundle decodes to is smaller than its text; the arrays of entries and proofs come on top. */
#define SIGLET_MAX_BUNDLE_DECODED_BYTES (SIGLET_MAX_BUNDLE_BYTES + (1u << 20))

struct siglet_bundle {
	siglet_arena arena;
	siglet_bundle_data data;
	siglet_cert *leaf;
	/* of a COSE_Sign1 */
	siglet_slice input;
	siglet_cbor_doc *doc; /* NULL: JSON */
	siglet_bundle_cose cose;
};

/*
 * The paths of members that the proto does not have, printable and comma-separated, into arena; cut
 * off with "…" past a few hundred bytes. Nothing reads such members: only inspect shows them.
 */
SIGLET_MUST_USE siglet_err *siglet_bundle_find_unknown(const siglet_json *bundle,
						       siglet_arena *arena,
						       siglet_slice *ret_names);

#endif
