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

/* The metadata of a pack, as what was seen, into another. (update.c) */
SIGLET_MUST_USE siglet_err *siglet_store_copy_seen(const siglet_pack *from, siglet_pack *to);

#endif
