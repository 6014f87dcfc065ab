#include "tuf/tuf_internal.h"

#include <string.h>

/* TUF section 4.4 to 4.6: what timestamp, snapshot and targets say about other files. */

#define META_SUFFIX ".json"
#define MAX_ROLE_NAME 1024

static siglet_err *read_length(const siglet_json *object, siglet_tuf_file *file)
{
	siglet_err *err;

	if (siglet_json_object_get(object, "length") == NULL)
		return NULL;
	err = siglet_json_need_int64(object, "length", &file->length);
	if (err == NULL && file->length < 0)
		err = siglet_err_new(SIGLET_E_UNTRUSTED, "a length below 0");
	file->has_length = err == NULL;
	return err;
}

static siglet_err *add_hash(void *context, siglet_slice name, const siglet_json *value)
{
	siglet_digests *hashes = context;
	siglet_hash hash = SIGLET_SHA256;
	siglet_buf bytes;
	siglet_err *err;

	if (!siglet_hash_find(name, &hash))
		return NULL;
	siglet_buf_init(&bytes, SIGLET_MAX_HASH_SIZE);
	err = siglet_hex_decode(siglet_json_string(value), &bytes);
	if (err == NULL)
		err = siglet_digest_from(hash, siglet_buf_slice(&bytes), &hashes->of[hash]);
	if (err == NULL)
		hashes->mask |= SIGLET_HASH_BIT(hash);
	siglet_buf_clear(&bytes);
	if (err != NULL && siglet_err_code(err) == SIGLET_E_LIMIT)
		err = siglet_err_recode(err, SIGLET_E_UNTRUSTED);
	return err == NULL ? NULL : siglet_err_wrap(err, "hashes");
}

static siglet_err *read_hashes(const siglet_json *object, siglet_tuf_file *file)
{
	const siglet_json *hashes = NULL;
	siglet_err *err;

	if (siglet_json_object_get(object, "hashes") == NULL)
		return NULL;
	err = siglet_json_need_object(object, "hashes", &hashes);
	if (err == NULL)
		err = siglet_json_object_each(hashes, add_hash, &file->hashes);
	if (err == NULL && file->hashes.mask == 0)
		err = siglet_err_new(SIGLET_E_UNTRUSTED, "no hash of a kind that is known here");
	return err;
}

siglet_err *siglet_tuf_file_read_metadata(const siglet_json *object, siglet_tuf_file *ret_file)
{
	siglet_tuf_file file = { 0 };
	siglet_err *err = siglet_json_need_int64(object, "version", &file.version);

	if (err == NULL && file.version < 1)
		err = siglet_err_new(SIGLET_E_UNTRUSTED, "a version below 1");
	if (err == NULL)
		err = read_length(object, &file);
	if (err == NULL)
		err = read_hashes(object, &file);
	if (err == NULL)
		*ret_file = file;
	return siglet_tuf_as_untrusted(err);
}

siglet_err *siglet_tuf_file_read_target(const siglet_json *object, siglet_tuf_file *ret_file)
{
	siglet_tuf_file file = { 0 };
	siglet_err *err = read_length(object, &file);

	if (err == NULL)
		err = read_hashes(object, &file);
	if (err == NULL && (!file.has_length || file.hashes.mask == 0))
		err = siglet_err_new(SIGLET_E_UNTRUSTED, "a target without length and hashes");
	if (err == NULL)
		*ret_file = file;
	return siglet_tuf_as_untrusted(err);
}

/* Every hash that is known must hold. */
static siglet_err *check_hashes(const siglet_digests *hashes, siglet_slice bytes)
{
	for (int i = 0; i < SIGLET_HASH_COUNT; i++) {
		siglet_digest found;

		if ((hashes->mask & SIGLET_HASH_BIT(i)) == 0)
			continue;
		siglet_err *err = siglet_crypto_hash((siglet_hash)i, &bytes, 1, &found);
		if (err != NULL)
			return err;
		if (!siglet_digest_equal(&found, &hashes->of[i]))
			return siglet_err_new(SIGLET_E_MISMATCH,
					      "its %s is not the one that was announced",
					      siglet_hash_name((siglet_hash)i));
	}
	return NULL;
}

siglet_err *siglet_tuf_file_check(const siglet_tuf_file *file, siglet_slice bytes)
{
	if (file->has_length && (uint64_t)file->length != bytes.len)
		return siglet_err_new(SIGLET_E_MISMATCH, "has %zu bytes, not %lld as announced",
				      bytes.len, (long long)file->length);
	return check_hashes(&file->hashes, bytes);
}

siglet_err *siglet_tuf_file_entry(const siglet_tuf_metadata *m, siglet_slice role,
				  const siglet_json **ret_entry)
{
	const siglet_json *meta = NULL;
	siglet_err *err = siglet_json_need_object(m->content, "meta", &meta);
	siglet_buf name;

	if (err != NULL)
		return siglet_tuf_as_untrusted(err);
	if (memchr(role.ptr, '\0', role.len) != NULL) {
		*ret_entry = NULL;
		return NULL;
	}
	siglet_buf_init(&name, MAX_ROLE_NAME);
	err = siglet_buf_append(&name, role);
	if (err == NULL)
		err = siglet_buf_append_str(&name, META_SUFFIX);
	if (err == NULL)
		*ret_entry = siglet_json_object_get(meta, siglet_buf_text(&name));
	siglet_buf_clear(&name);
	return err;
}
