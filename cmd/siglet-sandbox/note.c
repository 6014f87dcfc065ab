#include "sandbox.h"

#include <inttypes.h>
#include <string.h>

/*
 * Checkpoints: what a log says of itself, signed (C2SP signed-note, tlog-checkpoint,
 * tlog-cosignature).
 */

static void put_line(siglet_buf *note, const char *name, const uint8_t id[4],
		     siglet_slice signature)
{
	siglet_buf blob;

	siglet_buf_init(&blob, 1024);
	WELL(siglet_buf_append(&blob, siglet_slice_of(id, 4)));
	WELL(siglet_buf_append(&blob, signature));
	put(note, "\xe2\x80\x94 %s ", name);
	put_base64(note, siglet_buf_slice(&blob));
	put(note, "\n");
	siglet_buf_clear(&blob);
}

/* Ed25519 cosignature: a time, and a signature over it and the text. */
static void put_cosignature(const instance *in, const cosigner *witness, siglet_slice text,
			    siglet_buf *note)
{
	const int64_t now_s = instance_now_s(in);
	siglet_buf message, blob;

	siglet_buf_init(&message, 65536);
	siglet_buf_init(&blob, 1024);
	put(&message, "cosignature/v1\ntime %" PRId64 "\n", now_s);
	WELL(siglet_buf_append(&message, text));
	WELL(siglet_buf_append_uint(&blob, (uint64_t)now_s, 8));
	sign_bytes(witness->key, siglet_buf_slice(&message), &blob);
	put_line(note, witness->name, witness->id, siglet_buf_slice(&blob));
	siglet_buf_clear(&blob);
	siglet_buf_clear(&message);
}

/* What the log says, before it is signed. */
static void put_text(const instance *in, const log_faults *f, int64_t v1_tree, size_t size,
		     const siglet_hash32 *root, siglet_buf *text)
{
	if (f->origin[0] != '\0')
		put(text, "%s\n%zu\n", f->origin, size);
	else if (v1_tree == 0)
		put(text, "%s\n%zu\n", in->v2_name, size);
	else
		put(text, "%s - %" PRId64 "\n%zu\n", in->v1_name, v1_tree, size);
	put_base64(text, siglet_hash32_slice(root));
	put(text, "\n");
}

static void write_note(const instance *in, const log_faults *f, int64_t v1_tree, size_t size,
		       const siglet_hash32 *root, siglet_buf *ret_note)
{
	const bool is_v2 = v1_tree == 0;
	const bool is_cosigned = is_v2 && (f->kinds & FAULT_NO_COSIGNATURE) == 0;
	const siglet_signer *key = is_v2 ? in->v2 : in->v1;
	const uint8_t *id = is_v2 ? in->v2_id : siglet_key_id(siglet_signer_key(in->v1))->bytes;
	siglet_buf text, signature;

	siglet_buf_init(&text, 4096);
	siglet_buf_init(&signature, 1024);
	put_text(in, f, v1_tree, size, root, &text);
	sign_bytes(key, siglet_buf_slice(&text), &signature);
	if ((f->kinds & FAULT_BAD_SIGNATURE) != 0)
		signature.ptr[signature.len - 1] ^= 1;
	WELL(siglet_buf_append(ret_note, siglet_buf_slice(&text)));
	put(ret_note, "\n");
	put_line(ret_note, is_v2 ? in->v2_name : in->v1_name, id, siglet_buf_slice(&signature));
	for (size_t i = 0; is_cosigned && i < in->witness_count; i++) {
		if (in->faults.wrong_cosignature && i + 1 == in->witness_count)
			put(&text, "what the log did not say\n");
		put_cosignature(in, &in->witnesses[i], siglet_buf_slice(&text), ret_note);
	}
	siglet_buf_clear(&signature);
	siglet_buf_clear(&text);
}

void write_checkpoint(const instance *in, int64_t v1_tree, size_t size, const siglet_hash32 *root,
		      siglet_buf *ret_note)
{
	write_note(in, &in->faults.logs[v1_tree == 0 ? LOG_V2 : LOG_V1], v1_tree, size, root,
		   ret_note);
}

void write_honest_checkpoint(const instance *in, uint64_t size, const siglet_hash32 *root,
			     siglet_buf *ret_note)
{
	static const log_faults none;

	write_note(in, &none, 0, (size_t)size, root, ret_note);
}
