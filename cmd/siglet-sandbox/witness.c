#include "log.h"

#include <string.h>

/*
 * The witness of a log: it saw the log as it is, whatever the log shows since (C2SP tlog-witness,
 * the part that is read), and the policy that asks for it.
 */

static bool is_origin(const instance *in, const char *path)
{
	const siglet_slice name = siglet_slice_str(in->v2_name);
	siglet_digest digest;
	siglet_buf hex;
	bool same;

	siglet_buf_init(&hex, 128);
	WELL(siglet_crypto_sha256(&name, 1, &digest));
	WELL(siglet_hex_encode(siglet_digest_slice(&digest), &hex));
	WELL(siglet_buf_append_str(&hex, "/checkpoint"));
	same = strcmp(siglet_buf_text(&hex), path) == 0;
	siglet_buf_clear(&hex);
	return same;
}

void witness_answer(instance *in, const char *path, response *r)
{
	r->type = "text/plain; charset=utf-8";
	if (strcmp(path, POLICY_PATH) == 0) {
		put_policy(in, &r->body);
		return;
	}
	if (!is_origin(in, path + strlen(WITNESS_PATH))) {
		response_text(r, 404, "the witness never saw that");
		return;
	}
	MUST(pthread_mutex_lock(&in->lock) == 0);
	in->saw(in, &r->body);
	MUST(pthread_mutex_unlock(&in->lock) == 0);
}

void witness_note(const tile_log *log, siglet_buf *ret_note)
{
	siglet_hash32 root;

	tile_log_root(log, log->size, &root);
	write_honest_checkpoint(log->in, log->size, &root, ret_note);
}
