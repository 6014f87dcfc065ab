#ifndef SIGLET_TRUST_STORE_INTERNAL_H
#define SIGLET_TRUST_STORE_INTERNAL_H

#include "siglet/siglet_internal.h"
#include "store/store.h"

/* The same instance with its anchor and repository. (anchors.c) */
SIGLET_MUST_USE siglet_err *siglet_anchored_instance(const siglet_shipped *shipped,
						     siglet_instance *ret_instance);

#endif
