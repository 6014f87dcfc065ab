#include "sandbox.h"

#include <string.h>

/*
 * Rotations, as operators have them from time to time: new keys come into use, the old ones stay
 * trusted for what they made, and the TUF repository says so. What is kept in a folder does not
 * rotate.
 */

static retired *retire(instance *in, retired_kind kind)
{
	retired *old = &in->retired[in->retired_count++];

	*old = (retired) { .kind = kind, .end_s = instance_now_s(in) };
	return old;
}

static void rotate_ca(instance *in)
{
	retired *old = retire(in, RETIRED_CA);

	old->key = in->ca_key;
	old->root_key = in->root_key;
	old->cert = in->ca;
	old->root = in->root;
	instance_make_ca(in, NULL);
}

static void rotate_log(instance *in)
{
	retired *old = retire(in, RETIRED_V2);

	old->key = in->v2;
	memcpy(old->id, in->v2_id, sizeof(old->id));
	instance_make_v2(in, NULL);
}

static bool rotate(instance *in, const char *what)
{
	if (strcmp(what, "root") == 0)
		tuf_rotate_root(in);
	else if (strcmp(what, "ca") == 0)
		rotate_ca(in);
	else if (strcmp(what, "log") == 0)
		rotate_log(in);
	else if (strcmp(what, "shard") == 0)
		return rekor_v1_rotate(in); /* the same key: nobody trusts anything new */
	else
		return false;
	tuf_publish(in);
	return true;
}

void rotate_answer(instance *in, const request *q, response *r)
{
	bool done = false;

	if (strcmp(q->method, "POST") != 0) {
		response_text(r, 405, "rotations are POSTed");
		return;
	}
	if (in->is_kept || in->retired_count == MAX_RETIRED) {
		response_text(r, 409, "not with --state, and not for ever");
		return;
	}
	MUST(pthread_rwlock_wrlock(&in->keys) == 0);
	done = rotate(in, q->path + strlen(ROTATE_PATH));
	MUST(pthread_rwlock_unlock(&in->keys) == 0);
	response_text(r, done ? 200 : 404, done ? "rotated" : "root, ca, log or shard");
}

void rotate_free(instance *in)
{
	for (size_t i = 0; i < in->retired_count; i++) {
		siglet_signer_free(in->retired[i].key);
		siglet_signer_free(in->retired[i].root_key);
		X509_free(in->retired[i].cert);
		X509_free(in->retired[i].root);
	}
}
