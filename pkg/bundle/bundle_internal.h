/*
 * What the files of bundle share.
 */
#ifndef SIGLET_BUNDLE_INTERNAL_H
#define SIGLET_BUNDLE_INTERNAL_H

#include "bundle/bundle.h"
#include "json/json.h"

/*
 * The paths of members that the proto does not have, printable and comma-separated, into arena; cut
 * off with "…" past a few hundred bytes. Nothing reads such members: only inspect shows them.
 */
SIGLET_MUST_USE siglet_err *siglet_bundle_find_unknown(const siglet_json *bundle,
						       siglet_arena *arena,
						       siglet_slice *ret_names);

#endif
