/*
 * rekor: what do the two versions of Rekor share?
 */
#ifndef SIGLET_SANDBOX_REKOR_H
#define SIGLET_SANDBOX_REKOR_H

#include "log.h"

typedef struct proof {
	size_t index, size;
	siglet_hash32 nodes[64], root;
	size_t count;
} proof;

/* The caller holds the lock, as for all of these that have a tree. */
proof rekor_prove(const instance *in, const tree *t, size_t index);
/* The checkpoint that comes with an entry; v1_tree 0: of v2. */
void rekor_put_checkpoint(const instance *in, int64_t v1_tree, const tree *t, const proof *p,
			  siglet_buf *out);

siglet_slice member(const siglet_json *object, const char *name);
const siglet_json *inside(const siglet_json *object, const char *name);
bool decode(siglet_slice base64, siglet_buf *ret_bytes);

/* The canonical body of an entry that is proposed to v1; false: it is none. (rekor_v1_body.c) */
bool rekor_v1_body(const siglet_json *root, siglet_buf *ret_body);

#endif
