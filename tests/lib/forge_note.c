/* Checkpoints: C2SP signed-note and tlog-cosignature, and how they go wrong. */
#include "forge_internal.h"

#include <stdio.h>
#include <string.h>

#define DASH "\xe2\x80\x94"
#define KEY_ID_BYTES 4
#define SIGNATURE_TYPE 1
#define COSIGNATURE_TYPE 4
#define RAW_BYTES 32
#define MANY_LINES 1000

/* One signature line: "— name base64(key id, signature)". */
static void put_line(siglet_buf *note, const char *name, const uint8_t *key_id,
		     siglet_slice signature)
{
	siglet_buf blob = forge_copy(siglet_slice_of(key_id, KEY_ID_BYTES));

	forge_put_bytes(&blob, signature);
	forge_put(note, DASH " %s ", name);
	forge_put_base64(note, siglet_buf_slice(&blob));
	forge_put(note, "\n");
	siglet_buf_clear(&blob);
}

/* The hash of name, type and key, and the latter two alone. */
static forge_digest hash_key(const forge_key *key, const char *name, uint8_t type,
			     siglet_buf *ret_typed)
{
	siglet_buf input = forge_buf();
	uint8_t raw[RAW_BYTES];
	size_t raw_len = sizeof(raw);
	forge_digest id;

	MUST(EVP_PKEY_get_raw_public_key(key->pkey, raw, &raw_len) == 1);
	forge_put_uint(ret_typed, type, 1);
	forge_put_bytes(ret_typed, siglet_slice_of(raw, raw_len));
	forge_put(&input, "%s\n", name);
	forge_put_bytes(&input, siglet_buf_slice(ret_typed));
	id = forge_hash(EVP_sha256(), siglet_buf_slice(&input));
	siglet_buf_clear(&input);
	return id;
}

static siglet_buf make_vkey(const forge_key *key, const char *name, uint8_t type)
{
	siglet_buf vkey = forge_buf(), typed = forge_buf();
	const forge_digest id = hash_key(key, name, type, &typed);

	forge_put(&vkey, "%s+", name);
	forge_put_hex(&vkey, siglet_slice_of(id.bytes, KEY_ID_BYTES));
	forge_put(&vkey, "+");
	forge_put_base64(&vkey, siglet_buf_slice(&typed));
	siglet_buf_clear(&typed);
	return vkey;
}

siglet_buf forge_witness_vkey(const forge *instance, const char *name)
{
	forge_key key = forge_key_make(instance->seed, name, FORGE_ED25519);
	siglet_buf vkey = make_vkey(&key, name, COSIGNATURE_TYPE);

	forge_key_clear(&key);
	return vkey;
}

siglet_buf forge_log_vkey(forge *instance, forge_which which)
{
	const forge_log *log = forge_log_of(instance, true, which);

	return make_vkey(&log->key, log->name, SIGNATURE_TYPE);
}

/* tlog-cosignature: a witness saw this checkpoint at a time. */
static void put_witness(const forge_making *making, siglet_buf *note, const char *name,
			siglet_slice text)
{
	forge_key key = forge_key_make(making->instance->seed, name, FORGE_ED25519);
	siglet_buf message = forge_buf(), typed = forge_buf(), blob = forge_buf();
	const forge_digest id = hash_key(&key, name, COSIGNATURE_TYPE, &typed);

	forge_put(&message, "cosignature/v1\ntime %lld\n", (long long)making->time_s);
	forge_put_bytes(&message, text);
	siglet_buf signature = forge_sign(&key, siglet_buf_slice(&message));
	forge_put_uint(&blob, (uint64_t)making->time_s, 8);
	forge_put_bytes(&blob, siglet_buf_slice(&signature));
	put_line(note, name, id.bytes, siglet_buf_slice(&blob));
	siglet_buf_clear(&signature);
	siglet_buf_clear(&blob);
	siglet_buf_clear(&typed);
	siglet_buf_clear(&message);
	forge_key_clear(&key);
}

/* The signed text. */
static siglet_buf make_text(const forge_making *making, const char *origin, uint64_t size,
			    siglet_slice root)
{
	const char *end = forge_is(making, FORGE_DEFECT_CHECKPOINT_CRLF) ? "\r\n" : "\n";
	siglet_buf text = forge_buf();

	forge_put(&text, "%s%s", forge_is(making, FORGE_DEFECT_CHECKPOINT_NO_ORIGIN) ? "" : origin,
		  end);
	if (!forge_is(making, FORGE_DEFECT_CHECKPOINT_NO_SIZE))
		forge_put(&text, "%s%llu%s",
			  forge_is(making, FORGE_DEFECT_CHECKPOINT_LEADING_ZERO) ? "0" : "",
			  (unsigned long long)size, end);
	if (forge_is(making, FORGE_DEFECT_CHECKPOINT_ROOT_LENGTH))
		root.len--;
	if (!forge_is(making, FORGE_DEFECT_CHECKPOINT_NO_ROOT)) {
		forge_put_base64(&text, root);
		forge_put(&text, "%s", end);
	}
	if (forge_varies(making, FORGE_VARIATION_CHECKPOINT_EXTENSION))
		forge_put(&text, "Timestamp: %lld000000000\n", (long long)making->time_s);
	return text;
}

/* The log's own line. */
static void put_own(const forge_making *making, const forge_log *log, siglet_buf *note,
		    siglet_slice text)
{
	forge *instance = making->instance;
	const forge_key *key = &log->key;
	const char *name = log->name;
	siglet_buf said = forge_copy(text);
	uint8_t key_id[KEY_ID_BYTES];

	memcpy(key_id, log->id, sizeof(key_id));
	if (forge_is(making, FORGE_DEFECT_CHECKPOINT_KEY_ID))
		key_id[0] ^= 1;
	if (forge_is(making, FORGE_DEFECT_CHECKPOINT_NAME))
		name = forge_log_of(instance, log->is_v2, FORGE_SECOND)->name;
	if (forge_is(making, FORGE_DEFECT_CHECKPOINT_OTHER_KEY))
		key = &forge_log_of(instance, log->is_v2, FORGE_STRANGER)->key;
	if (forge_is(making, FORGE_DEFECT_CHECKPOINT_SIGNATURE) ||
	    forge_is(making, FORGE_DEFECT_CHECKPOINT_SIGNATURE_V2))
		forge_put(&said, "and more\n");
	siglet_buf signature = forge_sign(key, siglet_buf_slice(&said));
	put_line(note, name, key_id, siglet_buf_slice(&signature));
	siglet_buf_clear(&signature);
	siglet_buf_clear(&said);
}

/* Lines of keys that nobody knows; of one byte, so that their number alone is too large. */
static void put_strangers(siglet_buf *note, const char *name, size_t count)
{
	static const uint8_t bytes[KEY_ID_BYTES + 1] = { 0xa5, 0x5a, 0xa5, 0x5a, 0xff };

	for (size_t i = 0; i < count; i++)
		put_line(note, name, bytes, siglet_slice_of(bytes + KEY_ID_BYTES, 1));
}

siglet_buf forge_note_make(forge_making *making, const forge_log *log, uint64_t size,
			   const forge_digest *root)
{
	const forge_log *signer = log, *named = log;
	siglet_buf note = forge_buf();

	if (forge_is(making, FORGE_DEFECT_CHECKPOINT_OTHER_LOG) ||
	    forge_is(making, FORGE_DEFECT_CHECKPOINT_OTHER_LOG_V2))
		signer = named = forge_log_of(making->instance, log->is_v2, FORGE_SECOND);
	if (forge_is(making, FORGE_DEFECT_CHECKPOINT_ORIGIN))
		named = forge_log_of(making->instance, log->is_v2, FORGE_SECOND);
	siglet_buf text = make_text(making, named->origin, size, forge_digest_slice(root));
	const siglet_slice said = siglet_buf_slice(&text);

	forge_put_bytes(&note, said);
	forge_put(&note, "\n");
	if (forge_is(making, FORGE_DEFECT_CHECKPOINT_NO_LINES))
		goto out;
	if (forge_varies(making, FORGE_VARIATION_WITNESS_FIRST) ||
	    forge_is(making, FORGE_DEFECT_CHECKPOINT_UNSIGNED))
		put_witness(making, &note, FORGE_WITNESS_FIRST, said);
	if (forge_is(making, FORGE_DEFECT_CHECKPOINT_MANY_LINES))
		put_strangers(&note, "stranger.example", MANY_LINES);
	if (!forge_is(making, FORGE_DEFECT_CHECKPOINT_UNSIGNED))
		put_own(making, signer, &note, said);
	if (forge_varies(making, FORGE_VARIATION_WITNESSES) ||
	    (forge_varies(making, FORGE_VARIATION_WITNESS_OF_ONE_LOG) &&
	     log == forge_log_of(making->instance, log->is_v2, FORGE_FIRST))) {
		put_witness(making, &note, FORGE_WITNESS_FIRST, said);
		put_witness(making, &note, FORGE_WITNESS_SECOND, said);
	}
	if (forge_varies(making, FORGE_VARIATION_WITNESS_BAD)) {
		put_witness(making, &note, FORGE_WITNESS_FIRST, said);
		put_witness(making, &note, FORGE_WITNESS_SECOND, siglet_slice_str("else\n"));
	}
	if (forge_varies(making, FORGE_VARIATION_CHECKPOINT_SECOND_LINE))
		put_strangers(&note, log->name, 1);
	if (forge_is(making, FORGE_DEFECT_CHECKPOINT_TRAILING))
		forge_put(&note, "and then some\n");
out:
	siglet_buf_clear(&text);
	return note;
}
