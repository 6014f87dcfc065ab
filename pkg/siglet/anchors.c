#include "siglet/trust_store_internal.h"

#include <string.h>

#include "shipped_anchors.h"

/* Where the trust of the shipped instances begins, and where their operators publish. */

typedef struct anchor {
	siglet_instance instance;
	const char *expires;
} anchor;

static const anchor anchors[] = {
	{ { .name = "public",
	    .metadata_url = "https://tuf-repo-cdn.sigstore.dev/",
	    .targets_url = "https://tuf-repo-cdn.sigstore.dev/targets/",
	    .anchor = { public_anchor, sizeof(public_anchor) },
	    .anchor_version = PUBLIC_VERSION },
	  PUBLIC_EXPIRES },
	{ { .name = "staging",
	    .metadata_url = "https://tuf-repo-cdn.sigstage.dev/",
	    .targets_url = "https://tuf-repo-cdn.sigstage.dev/targets/",
	    .anchor = { staging_anchor, sizeof(staging_anchor) },
	    .anchor_version = STAGING_VERSION },
	  STAGING_EXPIRES },
	{ { .name = "github",
	    .metadata_url = "https://tuf-repo.github.com/",
	    .targets_url = "https://tuf-repo.github.com/targets/",
	    .anchor = { github_anchor, sizeof(github_anchor) },
	    .anchor_version = GITHUB_VERSION },
	  GITHUB_EXPIRES },
};

static siglet_err *time_of(const char *text, int64_t *ret_time_s)
{
	int64_t ms = 0;
	siglet_err *err = siglet_time_parse(siglet_slice_str(text), &ms);

	*ret_time_s = ms / 1000;
	return err;
}

siglet_err *siglet_anchored_instance(const siglet_shipped *shipped, siglet_instance *ret_instance)
{
	for (size_t i = 0; i < SIGLET_COUNT(anchors); i++) {
		siglet_instance *instance = ret_instance;

		if (strcmp(anchors[i].instance.name, shipped->name) != 0)
			continue;
		*instance = anchors[i].instance;
		instance->root = shipped->root;
		instance->config = shipped->config;
		siglet_err *err = time_of(anchors[i].expires, &instance->anchor_expires_s);
		return err == NULL ? time_of(RETRIEVED, &instance->shipped_s) : err;
	}
	return siglet_err_new(SIGLET_E_INTERNAL, "no anchor of %s", shipped->name);
}
