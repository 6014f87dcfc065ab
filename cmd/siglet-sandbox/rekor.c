#include "rekor.h"

/* What Rekor v1 and v2 share: proofs, and reading what is sent. */

proof rekor_prove(const instance *in, const tree *t, size_t index)
{
	proof p = { .index = index, .size = t->count };

	p.count = tree_path(t, index, p.size, p.nodes);
	tree_hash(t, 0, p.size, &p.root);
	if (in->faults.wrong_proof && p.count > 0)
		p.nodes[0].bytes[0] ^= 1;
	return p;
}

/* A stale checkpoint is of the tree before the entry came. */
void rekor_put_checkpoint(const instance *in, int64_t v1_tree, const tree *t, const proof *p,
			  siglet_buf *out)
{
	siglet_hash32 root = p->root;
	size_t size = p->size;

	if (in->faults.stale_checkpoint) {
		size = p->index;
		tree_hash(t, 0, size, &root);
	}
	write_checkpoint(in, v1_tree, size, &root, out);
}

siglet_slice member(const siglet_json *object, const char *name)
{
	return siglet_json_string(siglet_json_object_get(object, name));
}

const siglet_json *inside(const siglet_json *object, const char *name)
{
	return siglet_json_object_get(object, name);
}

bool decode(siglet_slice text, siglet_buf *ret_bytes)
{
	siglet_err *err = siglet_base64_decode(text, ret_bytes);
	const bool good = err == NULL;

	siglet_err_free(err);
	return good;
}
