#include "ct.h"

#include <string.h>

/* The CT log as static files (C2SP static-ct-api). The caller holds the lock. */

#define SIGNATURE_TYPE 0x05

static void hash_of(void *context, unsigned level, uint64_t index, siglet_hash32 *ret_hash)
{
	instance *in = context;

	tree_hash(log_shown(&in->ct_log), (size_t)index << (8 * level),
		  ((size_t)index + 1) << (8 * level), ret_hash);
}

/* A TileLeaf: the entry without what all have, and the chain by its hashes. */
static void entry_of(void *context, uint64_t index, siglet_buf *out)
{
	instance *in = context;
	const siglet_slice leaf = siglet_buf_slice(&log_shown(&in->ct_log)->entries[(size_t)index]);
	siglet_slice precert, cert = SIGLET_SLICE_NONE;
	siglet_slice chain = ct_chain(ct_extra(in, (size_t)index), ct_is_precert(leaf), &precert);
	siglet_buf prints;

	siglet_buf_init(&prints, 1024);
	while (ct_next_cert(&chain, &cert)) {
		siglet_digest digest;

		WELL(siglet_crypto_sha256(&cert, 1, &digest));
		WELL(siglet_buf_append(&prints, siglet_digest_slice(&digest)));
	}
	WELL(siglet_buf_append(out, siglet_slice_of(leaf.ptr + 2, leaf.len - 2)));
	if (ct_is_precert(leaf)) {
		WELL(siglet_buf_append_uint(out, precert.len, 3));
		WELL(siglet_buf_append(out, precert));
	}
	WELL(siglet_buf_append_uint(out, prints.len, 2));
	WELL(siglet_buf_append(out, siglet_buf_slice(&prints)));
	siglet_buf_clear(&prints);
}

/* The submission prefix without its scheme. */
static void put_name(const instance *in, siglet_buf *out)
{
	put(out, "%s" CT_PATH, strstr(in->url, "://") + 3);
}

static void put_signature(const instance *in, uint64_t size, const siglet_hash32 *root,
			  siglet_buf *note)
{
	const int64_t time_ms = instance_now_s(in) * 1000;
	const uint8_t type = SIGNATURE_TYPE;
	siglet_buf name, blob;
	siglet_digest id;

	siglet_buf_init(&name, 256);
	siglet_buf_init(&blob, 1024);
	put_name(in, &name);
	const siglet_slice parts[] = { siglet_buf_slice(&name), siglet_slice_str("\n"),
				       siglet_slice_of(&type, 1), ct_id(in) };
	WELL(siglet_crypto_sha256(parts, SIGLET_COUNT(parts), &id));
	WELL(siglet_buf_append(&blob, siglet_slice_of(id.bytes, 4)));
	WELL(siglet_buf_append_uint(&blob, (uint64_t)time_ms, 8));
	ct_sign_head(in, time_ms, size, root, &blob);
	put(note, "\xe2\x80\x94 %s ", siglet_buf_text(&name));
	put_base64(note, siglet_buf_slice(&blob));
	put(note, "\n");
	siglet_buf_clear(&blob);
	siglet_buf_clear(&name);
}

static void checkpoint_of(const instance *in, uint64_t size, const siglet_hash32 *root,
			  siglet_buf *ret_note)
{
	const char *other = in->faults.logs[LOG_CT].origin;

	if (other[0] != '\0')
		put(ret_note, "%s", other);
	else
		put_name(in, ret_note);
	put(ret_note, "\n%zu\n", (size_t)size);
	put_base64(ret_note, siglet_hash32_slice(root));
	put(ret_note, "\n\n");
	put_signature(in, size, root, ret_note);
}

/* An issuer of some entry, by the hash of its certificate. */
static void answer_issuer(const instance *in, const char *print, response *r)
{
	for (size_t i = 0; i < in->ct_extra_count; i++) {
		const siglet_slice leaf = siglet_buf_slice(&in->ct_log.honest.entries[i]);
		siglet_slice precert, cert = SIGLET_SLICE_NONE;
		siglet_slice chain = ct_chain(ct_extra(in, i), ct_is_precert(leaf), &precert);

		while (ct_next_cert(&chain, &cert)) {
			siglet_digest digest;
			siglet_buf hex;
			bool same;

			siglet_buf_init(&hex, 64);
			WELL(siglet_crypto_sha256(&cert, 1, &digest));
			WELL(siglet_hex_encode(siglet_digest_slice(&digest), &hex));
			same = strcmp(siglet_buf_text(&hex), print) == 0;
			siglet_buf_clear(&hex);
			if (!same)
				continue;
			r->type = "application/pkix-cert";
			WELL(siglet_buf_append(&r->body, cert));
			return;
		}
	}
	response_text(r, 404, "no such issuer");
}

void ct_static_answer(instance *in, const char *path, response *r)
{
	const tile_log log = { .in = in,
			       .faults = &in->faults.logs[LOG_CT],
			       .size = log_shown(&in->ct_log)->count,
			       .entries = "data",
			       .context = in,
			       .hash = hash_of,
			       .entry = entry_of,
			       .checkpoint = checkpoint_of };

	if (strncmp(path, "issuer/", 7) == 0)
		answer_issuer(in, path + 7, r);
	else
		tile_log_answer(&log, path, r);
}
