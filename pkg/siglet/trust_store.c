#include "siglet/trust_store_internal.h"

#include <stdlib.h>
#include <string.h>

#include "sys/sys.h"

/* Trust that is kept current: the store room behind a handle, with its clock, folder and client. */

#define MAX_PATH_BYTES 4096
#define MAX_PACK_BYTES ((size_t)24 << 20)
#define MAX_ATTEMPTS 2 /* what is at hand serves on, so nobody should wait for long */

struct siglet_download {
	siglet_buf *bytes;
	bool failed;
};

struct siglet_trust_store {
	siglet_instance instance;
	siglet_private_instance private_instance;
	bool is_private;
	siglet_buf folder; /* empty: nothing is kept */
	bool offline, has_max_stale;
	unsigned max_stale_days;
	siglet_fetch *fetch;
	void *fetch_context;
	siglet_trust_trace *trace;
	void *trace_context;
	siglet_http *http;
	siglet_transport transport;
	char *warning;
};

/* ---- the handle ---- */

static siglet_err *find_instance(const char *name, siglet_trust_store *store)
{
	const siglet_shipped *shipped = siglet_shipped_find(name);
	siglet_err *err;

	if (shipped != NULL)
		return siglet_anchored_instance(shipped, &store->instance);
	err = siglet_private_instance_open(name, &store->private_instance);
	if (err != NULL && siglet_err_code(err) == SIGLET_E_MISSING)
		return siglet_err_hint(siglet_err_recode(err, SIGLET_E_USAGE),
				       "siglet trust list names those that are");
	if (err != NULL)
		return err;
	store->is_private = true;
	store->instance = store->private_instance.instance;
	return NULL;
}

/* Where no folder can be found, nothing is kept; that is no error. */
static siglet_err *find_folder(siglet_trust_store *store)
{
	siglet_err *err = siglet_store_cache_folder(&store->folder);

	if (err == NULL || siglet_err_code(err) != SIGLET_E_MISSING)
		return err;
	siglet_err_free(err);
	siglet_buf_clear(&store->folder);
	return NULL;
}

static siglet_err *new_store(siglet_trust_store **ret_store)
{
	siglet_trust_store *store = siglet_calloc(1, sizeof(*store));
	siglet_err *err;

	if (store == NULL)
		return siglet_err_nomem();
	siglet_buf_init(&store->folder, MAX_PATH_BYTES);
	err = find_folder(store);
	if (err != NULL) {
		siglet_trust_store_free(store);
		return err;
	}
	*ret_store = store;
	return NULL;
}

siglet_error *siglet_trust_store_open(const char *instance, siglet_trust_store **ret_store)
{
	siglet_trust_store *store = NULL;
	siglet_err *err = new_store(&store);

	if (err == NULL)
		err = find_instance(instance, store);
	if (err != NULL) {
		siglet_trust_store_free(store);
		return err;
	}
	*ret_store = store;
	return NULL;
}

void siglet_trust_store_free(siglet_trust_store *store)
{
	if (store == NULL)
		return;
	if (store->is_private)
		siglet_private_instance_clear(&store->private_instance);
	siglet_http_free(store->http);
	siglet_buf_clear(&store->folder);
	free(store->warning);
	free(store);
}

siglet_error *siglet_trust_store_set_folder(siglet_trust_store *store, const char *folder)
{
	siglet_buf_clear(&store->folder);
	return folder == NULL ? NULL : siglet_buf_append_str(&store->folder, folder);
}

void siglet_trust_store_set_offline(siglet_trust_store *store)
{
	store->offline = true;
}

void siglet_trust_store_set_max_stale(siglet_trust_store *store, unsigned days)
{
	store->has_max_stale = true;
	store->max_stale_days = days;
}

void siglet_trust_store_set_fetch(siglet_trust_store *store, siglet_fetch *fetch, void *context)
{
	store->fetch = fetch;
	store->fetch_context = context;
}

void siglet_trust_store_set_trace(siglet_trust_store *store, siglet_trust_trace *trace,
				  void *context)
{
	store->trace = trace;
	store->trace_context = context;
}

const char *siglet_trust_store_warning(const siglet_trust_store *store)
{
	return store->warning;
}

bool siglet_trust_store_is_private(const siglet_trust_store *store)
{
	return store->is_private;
}

const char *siglet_trust_store_url(const siglet_trust_store *store)
{
	return store->instance.metadata_url;
}

/* ---- fetching ---- */

bool siglet_download_add(siglet_download *download, const void *data, size_t len)
{
	siglet_err *err = siglet_buf_append(download->bytes, siglet_slice_of(data, len));

	download->failed = download->failed || err != NULL;
	siglet_err_free(err);
	return !download->failed;
}

static siglet_err *fetch_by_caller(void *context, const siglet_store_file *file, bool *ret_found,
				   siglet_buf *ret_bytes)
{
	const siglet_trust_store *store = context;
	siglet_download download = { ret_bytes, false };
	const siglet_fetched found =
		store->fetch(store->fetch_context, file->url, file->max_bytes, &download);

	*ret_found = found == SIGLET_FETCHED;
	if (found == SIGLET_FETCH_NOT_FOUND || (found == SIGLET_FETCHED && !download.failed))
		return NULL;
	return siglet_err_new(SIGLET_E_NETWORK, "%s: can't be had", file->url);
}

/* The client is made for the first request: most runs need none. */
static siglet_err *fetch_by_itself(void *context, const siglet_store_file *file, bool *ret_found,
				   siglet_buf *ret_bytes)
{
	siglet_trust_store *store = context;

	if (store->http == NULL) {
		const siglet_http_options options = { .max_attempts = MAX_ATTEMPTS,
						      .trace = store->trace,
						      .trace_context = store->trace_context };
		siglet_err *err = siglet_http_new(&options, &store->http);

		if (err != NULL)
			return siglet_err_code(err) == SIGLET_E_UNSUPPORTED
				       ? siglet_err_recode(err, SIGLET_E_NETWORK)
				       : err;
		store->transport = siglet_http_transport(store->http);
	}
	return siglet_store_fetch_by_http(&store->transport, file, ret_found, ret_bytes);
}

static siglet_err *check_root(siglet_slice json)
{
	siglet_trustroot *root = NULL;
	siglet_err *err = siglet_trustroot_parse(json, &root);

	siglet_trustroot_free(root);
	return err;
}

static siglet_store_question ask(siglet_trust_store *store)
{
	return (siglet_store_question) {
		.instance = &store->instance,
		.folder = store->folder.len > 0 ? siglet_buf_text(&store->folder) : NULL,
		.now_s = siglet_sys_now_s(),
		.fetch = store->offline		? NULL
			 : store->fetch != NULL ? fetch_by_caller
						: fetch_by_itself,
		.context = store,
		.check_root = check_root,
		.has_max_stale = store->has_max_stale,
		.max_stale_days = store->max_stale_days,
	};
}

/* ---- from material to trust ---- */

static const char *origin_name(siglet_store_origin origin)
{
	switch (origin) {
	case SIGLET_STORE_SHIPPED:
		return "shipped";
	case SIGLET_STORE_KEPT:
		return "kept";
	case SIGLET_STORE_FETCHED:
		return "fetched";
	}
	return "unknown";
}

static siglet_err *read_config(const siglet_buf *json, const char *name,
			       siglet_signing_config **ret_config)
{
	siglet_err *err;

	if (json->len == 0)
		return NULL;
	err = siglet_signing_config_parse(siglet_buf_slice(json), ret_config);
	return err == NULL ? NULL : siglet_err_wrap(err, "the signing config of %s", name);
}

/* A signing config that this build can't read matters to who signs only. */
static siglet_err *set_configs(const siglet_store_material *m, siglet_trust *trust)
{
	siglet_err *err = read_config(&m->config, trust->source, &trust->config);

	if (err != NULL && siglet_err_is_fault(err))
		return err;
	trust->config_err = err;
	err = read_config(&m->config_v2, trust->source, &trust->config_v2);
	if (err != NULL && siglet_err_is_fault(err))
		return err;
	siglet_err_free(err);
	return NULL;
}

static siglet_err *set_provenance(const siglet_store_material *m, siglet_trust *trust)
{
	siglet_provenance *p = &trust->provenance;
	siglet_err *err = siglet_strndup(siglet_buf_slice(&m->root), &trust->owned_json);

	if (err != NULL)
		return err;
	trust->json = siglet_slice_of(trust->owned_json, m->root.len);
	p->origin = origin_name(m->origin);
	p->refreshed_s = m->refreshed_s;
	p->expires_s = m->expires_s;
	for (size_t i = 0; i < SIGLET_COUNT(p->versions); i++)
		p->versions[i] = m->versions[i];
	return set_configs(m, trust);
}

static siglet_err *make_trust(const siglet_trust_store *store, const siglet_store_material *m,
			      siglet_trust **ret_trust)
{
	const char *name = store->instance.name;
	siglet_trustroot *root = NULL;
	siglet_trust *trust = NULL;
	siglet_err *err = siglet_trustroot_parse(siglet_buf_slice(&m->root), &root);

	if (err != NULL && !siglet_err_is_fault(err))
		err = siglet_err_hint(siglet_err_wrap(siglet_err_recode(err, SIGLET_E_TRUST),
						      "the trusted root of %s", name),
				      "a newer siglet may be able to read it");
	if (err == NULL)
		err = siglet_trust_new(root, NULL, name, siglet_shipped_find(name), &trust);
	if (err == NULL)
		err = set_provenance(m, trust);
	if (err != NULL) {
		siglet_trust_free(trust);
		return err;
	}
	*ret_trust = trust;
	return NULL;
}

static siglet_err *keep_warning(siglet_trust_store *store, const siglet_store_material *m)
{
	free(store->warning);
	store->warning = NULL;
	return m->warning == NULL ? NULL
				  : siglet_strndup(siglet_slice_str(siglet_err_message(m->warning)),
						   &store->warning);
}

/* Takes err and the material, which is cleared. */
static siglet_err *answer(siglet_trust_store *store, siglet_err *err, siglet_store_material *m,
			  siglet_trust **ret_trust)
{
	if (err == NULL)
		err = keep_warning(store, m);
	if (err == NULL)
		err = make_trust(store, m, ret_trust);
	siglet_store_material_clear(m);
	return err;
}

/* ---- questions ---- */

siglet_error *siglet_trust_store_get(siglet_trust_store *store, siglet_trust_use use,
				     siglet_trust **ret_trust)
{
	siglet_store_question question = ask(store);
	siglet_store_material material;

	question.for_signing = use == SIGLET_TRUST_TO_SIGN;
	siglet_store_material_init(&material);
	return answer(store, siglet_store_current(&question, &material), &material, ret_trust);
}

siglet_error *siglet_trust_store_update(siglet_trust_store *store, siglet_trust **ret_trust)
{
	siglet_store_question question = ask(store);
	siglet_store_material material;

	if (store->offline)
		return siglet_err_new(SIGLET_E_USAGE, "an update needs the network");
	question.always_refresh = true;
	siglet_store_material_init(&material);
	return answer(store, siglet_store_current(&question, &material), &material, ret_trust);
}

/* ---- packs ---- */

/* What is exported has been verified as what is imported will be. */
static siglet_err *check_pack(const siglet_store_question *question, const siglet_pack *pack)
{
	siglet_store_material material;
	siglet_err *err;

	siglet_store_material_init(&material);
	err = siglet_store_load(question->instance, pack, question->now_s, &material);
	siglet_store_material_clear(&material);
	return err == NULL || siglet_err_is_fault(err) ? err
						       : siglet_err_recode(err, SIGLET_E_TRUST);
}

siglet_error *siglet_trust_store_export(siglet_trust_store *store, char **ret_pack)
{
	const siglet_store_question question = ask(store);
	siglet_pack *pack = NULL;
	siglet_buf json;
	siglet_err *err = siglet_store_read_pack(&question, &pack);

	siglet_buf_init(&json, MAX_PACK_BYTES);
	if (err != NULL)
		err = siglet_err_recode(err, SIGLET_E_TRUST);
	if (err == NULL)
		err = check_pack(&question, pack);
	if (err == NULL)
		err = siglet_pack_write(pack, &json);
	if (err == NULL)
		err = siglet_buf_append_byte(&json, '\n');
	if (err == NULL)
		err = siglet_strndup(siglet_buf_slice(&json), ret_pack);
	else
		err = siglet_err_hint(siglet_err_wrap(err, "there is no metadata of %s to export",
						      store->instance.name),
				      "siglet trust update fetches it");
	siglet_buf_clear(&json);
	siglet_pack_free(pack);
	return err;
}

static siglet_err *parse_pack(const void *json, size_t len, siglet_pack **ret_pack)
{
	siglet_err *err = siglet_pack_parse(siglet_slice_of(json, len), ret_pack);

	return err == NULL ? NULL : siglet_as_unreadable(err);
}

siglet_error *siglet_trust_store_import(siglet_trust_store *store, const void *pack, size_t len,
					siglet_trust **ret_trust)
{
	const siglet_store_question question = ask(store);
	siglet_store_material material;
	siglet_pack *parsed = NULL;
	siglet_err *err;

	if (question.folder == NULL)
		return siglet_err_new(SIGLET_E_IO, "there is no folder to keep it in");
	err = parse_pack(pack, len, &parsed);
	if (err == NULL && strcmp(siglet_pack_instance(parsed), store->instance.name) != 0)
		err = siglet_err_new(SIGLET_E_TRUST, "the pack is of the instance %s, not of %s",
				     siglet_pack_instance(parsed), store->instance.name);
	siglet_store_material_init(&material);
	if (err == NULL)
		err = siglet_store_import(&question, parsed, &material);
	siglet_pack_free(parsed);
	return answer(store, err, &material, ret_trust);
}

siglet_error *siglet_trust_pack_instance(const void *pack, size_t len, char **ret_name)
{
	siglet_pack *parsed = NULL;
	siglet_err *err = parse_pack(pack, len, &parsed);

	if (err == NULL)
		err = siglet_strndup(siglet_slice_str(siglet_pack_instance(parsed)), ret_name);
	siglet_pack_free(parsed);
	return err;
}

/* ---- instances ---- */

/* The root is one that signed itself. */
static siglet_err *check_anchor(const siglet_instance *instance)
{
	siglet_tuf *tuf = NULL;
	siglet_err *err =
		siglet_tuf_new(instance->anchor, siglet_sys_now_s(), SIGLET_TUF_ANY_AGE, &tuf);

	siglet_tuf_free(tuf);
	return err == NULL ? NULL
			   : siglet_err_wrap(siglet_err_recode(err, SIGLET_E_TRUST),
					     "the root of %s", instance->name);
}

siglet_error *siglet_trust_store_make(const char *name, const char *url, const void *root_json,
				      size_t len, siglet_trust_store **ret_store)
{
	siglet_trust_store *store = NULL;
	siglet_err *err;

	if (siglet_shipped_find(name) != NULL)
		return siglet_err_new(SIGLET_E_USAGE, "%s is shipped, and can't be set up anew",
				      name);
	err = new_store(&store);
	if (err == NULL)
		err = siglet_private_instance_make(name, url, siglet_slice_of(root_json, len),
						   &store->private_instance);
	if (err == NULL) {
		store->is_private = true;
		store->instance = store->private_instance.instance;
		err = check_anchor(&store->instance);
	}
	if (err != NULL) {
		siglet_trust_store_free(store);
		return err;
	}
	*ret_store = store;
	return NULL;
}

siglet_error *siglet_trust_store_save(const siglet_trust_store *store, bool replace)
{
	siglet_private_instance before;
	siglet_err *err;

	if (!store->is_private)
		return siglet_err_new(SIGLET_E_USAGE, "a shipped instance is not set up");
	if (replace)
		return siglet_private_instance_write(&store->private_instance);
	err = siglet_private_instance_open(store->instance.name, &before);
	if (err != NULL && siglet_err_code(err) == SIGLET_E_MISSING) {
		siglet_err_free(err);
		return siglet_private_instance_write(&store->private_instance);
	}
	if (err != NULL)
		return err;
	siglet_private_instance_clear(&before);
	return siglet_err_hint(siglet_err_new(SIGLET_E_USAGE, "%s is set up already",
					      store->instance.name),
			       "--force replaces what it trusts");
}

typedef struct listing {
	siglet_trust_instance_visit *visit;
	void *context;
	bool ended;
} listing;

static siglet_err *list_private(void *context, const char *name)
{
	listing *l = context;

	/* A folder that some other program made is passed over in silence; ours can't be. */
	if (!l->ended && siglet_shipped_find(name) == NULL)
		l->ended = !l->visit(l->context, name, true);
	return NULL;
}

siglet_error *siglet_trust_store_each(siglet_trust_instance_visit *visit, void *context)
{
	listing l = { visit, context, false };

	for (size_t i = 0; i < siglet_shipped_count && !l.ended; i++)
		l.ended = !visit(context, siglet_shipped_roots[i].name, false);
	return l.ended ? NULL : siglet_private_instance_each(list_private, &l);
}
