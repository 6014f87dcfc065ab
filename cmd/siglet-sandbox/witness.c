#include "log.h"

#include <stdio.h>
#include <string.h>

/*
 * The witnesses of a log: they cosign whatever it says, and saw it as it is, whatever it shows since
 * (C2SP tlog-witness, the part that is read); and the policy that asks for them.
 */

void witness_make_all(instance *in, size_t count, const char *folder)
{
	MUST(count <= MAX_WITNESSES);
	for (size_t i = 0; i < count; i++) {
		cosigner *witness = &in->witnesses[i];
		char file[32] = "witness";
		uint8_t id[32];

		if (i > 0)
			(void)snprintf(file, sizeof(file), "witness-%zu", i + 1);
		(void)snprintf(witness->name, sizeof(witness->name), "%s.sandbox.example", file);
		witness->key = state_key(folder, file, "ed25519");
		note_id(witness->name, NOTE_WITNESS, witness->key, id);
		memcpy(witness->id, id, sizeof(witness->id));
	}
	in->witness_count = count;
}

void witness_free_all(instance *in)
{
	for (size_t i = 0; i < in->witness_count; i++)
		siglet_signer_free(in->witnesses[i].key);
}

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
	if (in->witness_count == 0 || !is_origin(in, path + strlen(WITNESS_PATH))) {
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
