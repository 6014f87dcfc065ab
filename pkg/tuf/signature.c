#include "tuf/tuf_internal.h"

#include <stdlib.h>
#include <string.h>

/*
 * TUF section 4.2 and 5: a threshold of signatures. Unknown ids, keys of kinds that we do not know,
 * bad and empty signatures do not count, and do no harm; a key that has several ids counts once.
 */

#define MAX_SIGNATURE_BYTES 2048

/* ---- what the file offers ---- */

static siglet_slice text_of(const siglet_json *object, const char *name)
{
	return siglet_json_string(siglet_json_object_get(object, name));
}

/* Section 4.2: an id must be unique among the signatures. */
static siglet_err *check_list(const siglet_json *signatures)
{
	const size_t count = siglet_json_array_count(signatures);

	if (count > SIGLET_TUF_MAX_SIGNATURES)
		return siglet_err_new(SIGLET_E_LIMIT, "%zu signatures", count);
	for (size_t i = 0; i < count; i++) {
		const siglet_json *signature = siglet_json_array_item(signatures, i);
		siglet_slice id = SIGLET_SLICE_NONE, sig = SIGLET_SLICE_NONE;
		siglet_err *err = siglet_json_need_string(signature, "keyid", &id);

		if (err == NULL)
			err = siglet_json_need_string(signature, "sig", &sig);
		if (err != NULL)
			return siglet_tuf_as_untrusted(
				siglet_err_wrap(err, "signature %zu", i + 1));
		for (size_t k = 0; k < i; k++)
			if (siglet_slice_equal(id, text_of(siglet_json_array_item(signatures, k),
							   "keyid")))
				return siglet_err_new(SIGLET_E_UNTRUSTED,
						      "two signatures of one key id");
	}
	return NULL;
}

/* NULL: none by that id. */
static const siglet_json *find_signature(const siglet_json *signatures, siglet_slice id)
{
	for (size_t i = 0; i < siglet_json_array_count(signatures); i++) {
		const siglet_json *signature = siglet_json_array_item(signatures, i);

		if (siglet_slice_equal(text_of(signature, "keyid"), id))
			return signature;
	}
	return NULL;
}

/* ---- what the role asks ---- */

static siglet_err *check_role(const siglet_json *role, const siglet_json **ret_ids,
			      int64_t *ret_threshold)
{
	siglet_err *err = siglet_json_need_array(role, "keyids", ret_ids);

	if (err == NULL)
		err = siglet_json_need_int64(role, "threshold", ret_threshold);
	if (err == NULL && *ret_threshold < 1)
		err = siglet_err_new(SIGLET_E_UNTRUSTED, "a threshold below 1");
	if (err == NULL && siglet_json_array_count(*ret_ids) > SIGLET_TUF_MAX_SIGNATURES)
		err = siglet_err_new(SIGLET_E_LIMIT, "%zu keys", siglet_json_array_count(*ret_ids));
	return err == NULL ? NULL : siglet_err_wrap(siglet_tuf_as_untrusted(err), "who must sign");
}

/* ---- one signature ---- */

static bool has_signed(const siglet_tuf_metadata *m, const siglet_key *key, size_t *ret_index)
{
	for (size_t i = 0; i < m->signer_count; i++)
		if (siglet_key_equal(m->signers[i], key)) {
			*ret_index = i;
			return true;
		}
	return false;
}

static siglet_err *add_signer(siglet_tuf_metadata *m, siglet_key **key)
{
	siglet_key **grown;

	if (m->signer_count >= SIGLET_TUF_MAX_SIGNATURES)
		return siglet_err_new(SIGLET_E_LIMIT, "signed by too many keys");
	grown = realloc(m->signers, (m->signer_count + 1) * sizeof(*m->signers));
	if (grown == NULL)
		return siglet_err_nomem();
	m->signers = grown;
	m->signers[m->signer_count++] = *key;
	*key = NULL;
	return NULL;
}

/* Is hex a signature of key? Not being one is no error. */
static siglet_err *is_good(const siglet_tuf_metadata *m, const siglet_key *key,
			   siglet_scheme scheme, siglet_slice hex, bool *ret_good)
{
	siglet_buf signature;
	siglet_err *err;

	siglet_buf_init(&signature, MAX_SIGNATURE_BYTES);
	err = siglet_hex_decode(hex, &signature);
	if (err == NULL)
		err = siglet_key_verify(key, scheme, siglet_buf_slice(&m->canonical),
					siglet_buf_slice(&signature));
	siglet_buf_clear(&signature);
	*ret_good = err == NULL;
	if (err != NULL && siglet_err_is_fault(err))
		return err;
	siglet_err_free(err);
	return NULL;
}

/*
 * By which of the file's signers was the signature of that id made? A key is asked once, also where
 * two roles want it.
 */
static siglet_err *try_signature(siglet_tuf_metadata *m, const siglet_json *key_object,
				 siglet_slice hex, bool *ret_good, size_t *ret_signer)
{
	siglet_scheme scheme = SIGLET_SCHEME_ED25519;
	siglet_key *key = NULL;
	siglet_err *err = siglet_tuf_key_read(key_object, &key, &scheme);

	*ret_good = false;
	if (err != NULL || key == NULL)
		return err;
	if (has_signed(m, key, ret_signer)) {
		*ret_good = true;
	} else {
		err = is_good(m, key, scheme, hex, ret_good);
		*ret_signer = m->signer_count;
		if (err == NULL && *ret_good)
			err = add_signer(m, &key);
	}
	siglet_key_free(key);
	return err;
}

/* ---- the threshold ---- */

/* Ids come from JSON, whose strings may hold NUL; those of keys can't. */
static const siglet_json *find_key(const siglet_json *keys, siglet_slice id)
{
	return id.len == 0 || memchr(id.ptr, '\0', id.len) != NULL
		       ? NULL
		       : siglet_json_object_get(keys, (const char *)id.ptr);
}

static siglet_err *count_signers(siglet_tuf_metadata *m, const siglet_json *keys,
				 const siglet_json *ids, int64_t threshold, int64_t *ret_count)
{
	bool counted[SIGLET_TUF_MAX_SIGNATURES] = { false };

	*ret_count = 0;
	for (size_t i = 0; i < siglet_json_array_count(ids) && *ret_count < threshold; i++) {
		const siglet_slice id = siglet_json_string(siglet_json_array_item(ids, i));
		const siglet_json *signature = find_signature(m->signatures, id);
		const siglet_json *key = find_key(keys, id);
		size_t signer = 0;
		bool good = false;

		if (signature == NULL || key == NULL)
			continue;
		siglet_err *err = try_signature(m, key, text_of(signature, "sig"), &good, &signer);
		if (err != NULL)
			return err;
		if (!good || counted[signer])
			continue;
		counted[signer] = true;
		(*ret_count)++;
	}
	return NULL;
}

siglet_err *siglet_tuf_check_signatures(siglet_tuf_metadata *m, const siglet_json *keys,
					const siglet_json *role)
{
	const siglet_json *ids = NULL;
	int64_t threshold = 0, count = 0;
	siglet_err *err = check_list(m->signatures);

	if (err == NULL)
		err = check_role(role, &ids, &threshold);
	if (err == NULL)
		err = count_signers(m, keys, ids, threshold, &count);
	if (err == NULL && count < threshold)
		err = siglet_err_new(SIGLET_E_UNTRUSTED,
				     "signed by %lld of the keys that may sign it, not by %lld",
				     (long long)count, (long long)threshold);
	return err;
}
