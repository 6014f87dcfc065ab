#ifndef SIGLET_STORE_INTERNAL_H
#define SIGLET_STORE_INTERNAL_H

#include "store/store.h"

#define SIGLET_STORE_MAX_PATH 8192

/* The files that every instance is asked for: names as in siglet_store_source. (load.c) */
enum { SIGLET_STORE_ROOT, SIGLET_STORE_CONFIG, SIGLET_STORE_CONFIG_V2, SIGLET_STORE_WANTED };
extern const char *const siglet_store_wanted[];

/* The first of the names, with spaces between, that targets lists; the last where it lists none. */
SIGLET_MUST_USE siglet_err *siglet_store_choose(siglet_tuf *tuf, const char *names,
						siglet_buf *ret_name);

/*
 * What an error means that comes of what was compiled in or kept: SIGLET_E_TRUST, unless it is a
 * fault. Takes err; NULL is fine. (load.c)
 */
SIGLET_MUST_USE siglet_err *siglet_store_as_untrusted(siglet_err *err);

#endif
