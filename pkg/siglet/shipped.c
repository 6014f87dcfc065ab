#include "siglet/siglet_internal.h"

#include "shipped_roots.h"

/*
 * The instances whose trust roots are compiled in, with what each of them offers: GitHub's own has
 * neither a log nor CT logs, so that there a timestamp alone has to do, and names no services to
 * sign at.
 */
const siglet_shipped siglet_shipped_roots[] = {
	{ "public",
	  { public_root, sizeof(public_root) },
	  { public_config, sizeof(public_config) },
	  { .tlog = 1, .timestamp = 1, .sct = 1 } },
	{ "staging",
	  { staging_root, sizeof(staging_root) },
	  { staging_config, sizeof(staging_config) },
	  { .tlog = 1, .timestamp = 1, .sct = 1 } },
	{ "github",
	  { github_root, sizeof(github_root) },
	  { NULL, 0 },
	  { .tlog = 0, .timestamp = 1, .sct = 0 } },
};

const size_t siglet_shipped_count = SIGLET_COUNT(siglet_shipped_roots);
