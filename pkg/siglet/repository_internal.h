/*
 * repository_internal: what the files about repositories share.
 */
#ifndef SIGLET_REPOSITORY_INTERNAL_H
#define SIGLET_REPOSITORY_INTERNAL_H

#include "http/http.h"
#include "repo/repo.h"
#include "siglet/siglet_internal.h"

struct siglet_repository {
	siglet_http *http;
	siglet_repo repo; /* borrows from what follows */
	char *url;
	siglet_buf authorization, netrc; /* secret */
};

#endif
