#include "log.h"

#include <stdio.h>

#include "sys/sys.h"

/* What makes others trust a log: files beside it. */

#define MAX_CONFIG_BYTES ((size_t)4 << 20)

void write_file(const char *path, siglet_slice text)
{
	siglet_sys_output *output = NULL;
	siglet_err *err;

	err = siglet_sys_output_begin(path, &output);
	if (err == NULL)
		err = siglet_sys_output_write(output, text);
	if (err == NULL)
		err = siglet_sys_output_commit(output, 0644);
	if (err != NULL)
		fail_at(path, siglet_err_message(err));
	siglet_sys_output_free(output);
}

void write_beside(const char *folder, const char *name, siglet_slice text)
{
	char path[MAX_STATE_PATH];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	write_file(path, text);
}

/* C2SP signed-note: a verifier key. */
static void put_vkey(siglet_buf *out, const char *name, const uint8_t id[4], uint8_t type,
		     const siglet_signer *key)
{
	siglet_buf blob;

	siglet_buf_init(&blob, 64);
	WELL(siglet_buf_append_byte(&blob, type));
	WELL(siglet_buf_append(&blob, siglet_key_raw(siglet_signer_key(key))));
	put(out, "%s+", name);
	WELL(siglet_hex_encode(siglet_slice_of(id, 4), out));
	put(out, "+");
	put_base64(out, siglet_buf_slice(&blob));
	siglet_buf_clear(&blob);
}

static void put_log(const instance *in, const siglet_signer *key, const uint8_t *id,
		    siglet_buf *out)
{
	put(out, "log ");
	put_vkey(out, in->v2_name, id, NOTE_LOG, key);
	put(out, " %s\n", in->v2_url);
}

static void put_witnesses(const instance *in, siglet_buf *out)
{
	for (size_t i = 0; i < in->witness_count; i++) {
		const cosigner *witness = &in->witnesses[i];

		put(out, "witness w%zu ", i + 1);
		put_vkey(out, witness->name, witness->id, NOTE_WITNESS, witness->key);
		if (in->url[0] != '\0' && !in->is_log)
			put(out, " %s/witness", in->url);
		put(out, "\n");
	}
}

void put_policy(const instance *in, siglet_buf *out)
{
	put_log(in, in->v2, in->v2_id, out);
	for (size_t i = 0; i < in->retired_count; i++)
		if (in->retired[i].kind == RETIRED_V2)
			put_log(in, in->retired[i].key, in->retired[i].id, out);
	put_witnesses(in, out);
	if (in->witness_count > 1) {
		put(out, "group witnesses all");
		for (size_t i = 0; i < in->witness_count; i++)
			put(out, " w%zu", i + 1);
		put(out, "\nquorum witnesses\n");
	} else {
		put(out, "quorum %s\n", in->witness_count == 1 ? "w1" : "none");
	}
}

static void write_keys(const instance *in, const char *folder)
{
	const cosigner *witness = &in->witnesses[0];
	siglet_buf text;

	siglet_buf_init(&text, 4096);
	put_vkey(&text, in->v2_name, in->v2_id, NOTE_LOG, in->v2);
	put(&text, "\n");
	write_beside(folder, "log.vkey", siglet_buf_slice(&text));
	siglet_buf_truncate(&text, 0);
	put_vkey(&text, witness->name, witness->id, NOTE_WITNESS, witness->key);
	put(&text, "\n");
	write_beside(folder, "witness.vkey", siglet_buf_slice(&text));
	siglet_buf_truncate(&text, 0);
	put_policy(in, &text);
	write_beside(folder, "policy", siglet_buf_slice(&text));
	siglet_buf_clear(&text);
}

void write_public(const instance *in, const char *folder)
{
	siglet_signer *planted = state_key(folder, "planted", "ecdsa-sha2-256-nistp256");
	siglet_buf text;

	siglet_buf_init(&text, MAX_CONFIG_BYTES);
	instance_write_config(in, 2, &text);
	write_beside(folder, "trust_config.json", siglet_buf_slice(&text));
	siglet_buf_truncate(&text, 0);
	instance_write_root(in, &text);
	write_beside(folder, "trusted_root.json", siglet_buf_slice(&text));
	siglet_buf_truncate(&text, 0);
	WELL(siglet_pem_encode("PUBLIC KEY", siglet_key_spki(siglet_signer_key(planted)), &text));
	write_beside(folder, "planted.pub", siglet_buf_slice(&text));
	siglet_buf_clear(&text);
	siglet_signer_free(planted);
	write_keys(in, folder);
}
