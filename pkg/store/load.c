#include <string.h>

#include "store/store.h"
#include "store/store_internal.h"

/* A pack that was kept, verified as if it came from the repository, but at any age. */

void siglet_store_material_init(siglet_store_material *m)
{
	*m = (siglet_store_material) { .origin = SIGLET_STORE_SHIPPED };
	siglet_buf_init(&m->root, SIGLET_STORE_MAX_TARGET_BYTES);
	siglet_buf_init(&m->config, SIGLET_STORE_MAX_TARGET_BYTES);
	siglet_buf_init(&m->config_v2, SIGLET_STORE_MAX_TARGET_BYTES);
}

void siglet_store_material_clear(siglet_store_material *m)
{
	siglet_err_free(m->warning);
	siglet_buf_clear(&m->config_v2);
	siglet_buf_clear(&m->config);
	siglet_buf_clear(&m->root);
	siglet_store_material_init(m);
}

/*
 * The newest versions that this build understands come first; the plain name is what all operators
 * publish today.
 */
const char *const siglet_store_wanted[] = {
	[SIGLET_STORE_ROOT] = "trusted_root.v0.2.json trusted_root.v0.1.json trusted_root.json",
	[SIGLET_STORE_CONFIG] = "signing_config.v0.2.json",
	[SIGLET_STORE_CONFIG_V2] = "signing_config_rekor_v2.v0.2.json",
	[SIGLET_STORE_WANTED] = NULL,
};

static siglet_err *feed_one(siglet_tuf *tuf, const siglet_tuf_request *request,
			    const siglet_pack *pack)
{
	siglet_buf name;
	siglet_err *err;

	siglet_buf_init(&name, SIGLET_STORE_MAX_PATH);
	err = siglet_pack_name(request, &name);
	if (err == NULL) {
		const siglet_slice bytes =
			siglet_pack_get(pack, SIGLET_PACK_METADATA, siglet_buf_text(&name));

		err = bytes.len == 0 ? siglet_tuf_absent(tuf) : siglet_tuf_feed_known(tuf, bytes);
	}
	siglet_buf_clear(&name);
	return err;
}

static siglet_err *feed_from(siglet_tuf *tuf, const siglet_pack *pack)
{
	siglet_tuf_request request;
	siglet_err *err = siglet_tuf_next(tuf, &request);

	while (err == NULL && request.path != NULL) {
		err = feed_one(tuf, &request, pack);
		if (err == NULL)
			err = siglet_tuf_next(tuf, &request);
	}
	return err;
}

/* What is named is there, and what it should be; *ret_bytes is empty where nothing is named. */
static siglet_err *load_target(siglet_tuf *tuf, const siglet_pack *pack, const char *name,
			       siglet_buf *ret_bytes)
{
	siglet_tuf_request request;
	siglet_tuf_target target;
	bool found = false;
	siglet_err *err = siglet_tuf_find(tuf, siglet_slice_str(name), &found, &target);
	siglet_slice bytes;

	/* Each delegated role that is fed may lead to another. */
	while (err == NULL && !found) {
		err = siglet_tuf_next(tuf, &request);
		if (err != NULL || request.path == NULL)
			break;
		err = feed_one(tuf, &request, pack);
		if (err == NULL)
			err = siglet_tuf_find(tuf, siglet_slice_str(name), &found, &target);
	}
	if (err != NULL || !found)
		return err;
	bytes = siglet_pack_get(pack, SIGLET_PACK_TARGETS, name);
	err = siglet_tuf_target_check(&target, bytes);
	if (err != NULL)
		return siglet_err_wrap(err, "%s", name);
	return siglet_buf_append(ret_bytes, bytes);
}

static siglet_err *load_wanted(siglet_tuf *tuf, const siglet_pack *pack, const char *names,
			       siglet_buf *ret_bytes)
{
	siglet_buf name;
	siglet_err *err;

	siglet_buf_init(&name, SIGLET_STORE_MAX_PATH);
	err = siglet_store_choose(tuf, names, &name);
	if (err == NULL)
		err = load_target(tuf, pack, siglet_buf_text(&name), ret_bytes);
	siglet_buf_clear(&name);
	return err;
}

siglet_err *siglet_store_choose(siglet_tuf *tuf, const char *names, siglet_buf *ret_name)
{
	siglet_err *err = NULL;

	while (err == NULL) {
		const size_t len = strcspn(names, " ");

		siglet_buf_truncate(ret_name, 0);
		err = siglet_buf_append(ret_name, siglet_slice_of(names, len));
		if (err == NULL &&
		    (names[len] == '\0' || siglet_tuf_lists(tuf, siglet_buf_text(ret_name))))
			return NULL;
		names += len + 1;
	}
	return err;
}

static siglet_err *load(siglet_tuf *tuf, const siglet_pack *pack, siglet_store_material *m)
{
	siglet_buf *const files[] = { &m->root, &m->config, &m->config_v2 };
	siglet_err *err = feed_from(tuf, pack);

	for (size_t i = 0; err == NULL && i < SIGLET_STORE_WANTED; i++)
		err = load_wanted(tuf, pack, siglet_store_wanted[i], files[i]);
	if (err == NULL && m->root.len == 0)
		err = siglet_err_new(SIGLET_E_MISSING, "it has no trusted_root.json");
	if (err != NULL)
		return err;
	for (int i = 0; i < SIGLET_TUF_ROLE_COUNT; i++)
		m->versions[i] = siglet_tuf_version(tuf, (siglet_tuf_role)i);
	m->timestamp_expires_s = siglet_tuf_expires_s(tuf, SIGLET_TUF_TIMESTAMP);
	m->refreshed_s = siglet_pack_refreshed_s(pack);
	m->origin = SIGLET_STORE_KEPT;
	return siglet_tuf_is_complete(tuf, &m->expires_s)
		       ? NULL
		       : siglet_err_new(SIGLET_E_INTERNAL, "an incomplete update");
}

siglet_err *siglet_store_as_untrusted(siglet_err *err)
{
	return err == NULL || siglet_err_is_fault(err) ? err
						       : siglet_err_recode(err, SIGLET_E_TRUST);
}

siglet_err *siglet_store_load(const siglet_instance *instance, const siglet_pack *pack,
			      int64_t now_s, siglet_store_material *ret_material)
{
	siglet_tuf *tuf = NULL;
	siglet_err *err = siglet_tuf_new(instance->anchor, now_s, SIGLET_TUF_ANY_AGE, &tuf);

	siglet_store_material_clear(ret_material);
	if (err == NULL)
		err = load(tuf, pack, ret_material);
	siglet_tuf_free(tuf);
	if (err != NULL)
		siglet_store_material_clear(ret_material);
	return err;
}
