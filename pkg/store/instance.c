#include <string.h>

#include "json/json.h"
#include "store/store.h"
#include "store/store_internal.h"
#include "sys/sys.h"

/* Private instances: a folder each, with the root to trust and where its repository is. */

#define MEDIA_TYPE "application/vnd.siglet.instance.v1+json"
#define INSTANCES "/instances"
#define MAX_SETTINGS_BYTES 65536
#define MAX_URL_BYTES 2048

bool siglet_instance_name_is_valid(const char *name)
{
	const size_t len = strlen(name);

	return len >= 1 && len <= SIGLET_STORE_MAX_NAME &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len && name[0] != '-';
}

static void init(siglet_private_instance *p)
{
	*p = (siglet_private_instance) { .instance = { .name = "" } };
	siglet_buf_init(&p->name, SIGLET_STORE_MAX_NAME);
	siglet_buf_init(&p->metadata_url, MAX_URL_BYTES);
	siglet_buf_init(&p->targets_url, MAX_URL_BYTES);
	siglet_buf_init(&p->anchor, SIGLET_TUF_MAX_ROOT_BYTES);
}

void siglet_private_instance_clear(siglet_private_instance *p)
{
	siglet_buf_clear(&p->anchor);
	siglet_buf_clear(&p->targets_url);
	siglet_buf_clear(&p->metadata_url);
	siglet_buf_clear(&p->name);
}

static siglet_err *folder_of(const char *name, const char *file, siglet_buf *ret_path)
{
	siglet_err *err = siglet_store_config_folder(ret_path);

	return err == NULL ? siglet_buf_printf(ret_path, INSTANCES "/%s%s", name, file) : err;
}

/* URLs end with a slash, so that files can be named behind it. */
static siglet_err *set_urls(siglet_private_instance *p, siglet_slice url)
{
	siglet_err *err = siglet_buf_append(&p->metadata_url, url);

	if (err == NULL && !siglet_slice_has_suffix(url, "/"))
		err = siglet_buf_append_byte(&p->metadata_url, '/');
	if (err == NULL && (!siglet_http_url_is_allowed(siglet_buf_text(&p->metadata_url)) ||
			    siglet_slice_contains(url, "?")))
		err = siglet_err_hint(
			siglet_err_new(
				SIGLET_E_USAGE, "%s: no URL of a repository",
				siglet_http_url_shown(siglet_buf_text(&p->metadata_url)).text),
			"it must be https, or http to this machine");
	if (err == NULL)
		err = siglet_buf_printf(&p->targets_url, "%stargets/",
					siglet_buf_text(&p->metadata_url));
	return err;
}

static siglet_err *fill(siglet_private_instance *p, const char *name, siglet_slice url)
{
	siglet_err *err = siglet_buf_append_str(&p->name, name);

	if (err == NULL)
		err = set_urls(p, url);
	p->instance = (siglet_instance) {
		.name = siglet_buf_text(&p->name),
		.metadata_url = siglet_buf_text(&p->metadata_url),
		.targets_url = siglet_buf_text(&p->targets_url),
		.anchor = siglet_buf_slice(&p->anchor),
	};
	return err;
}

/* ---- reading ---- */

static siglet_err *read_settings(siglet_slice json, const char *name, siglet_private_instance *p)
{
	siglet_slice type = SIGLET_SLICE_NONE, url = SIGLET_SLICE_NONE;
	siglet_json_doc *doc = NULL;
	siglet_err *err = siglet_json_parse(json, MAX_SETTINGS_BYTES, &doc);

	if (err == NULL)
		err = siglet_json_need_string(siglet_json_root(doc), "mediaType", &type);
	if (err == NULL && !siglet_slice_is(type, MEDIA_TYPE))
		err = siglet_err_new(SIGLET_E_UNSUPPORTED, "media type \"%s\"",
				     siglet_text_printable(type).text);
	if (err == NULL)
		err = siglet_json_need_string(siglet_json_root(doc), "url", &url);
	if (err == NULL)
		err = fill(p, name, url);
	siglet_json_doc_free(doc);
	return err;
}

static siglet_err *read_kept(const char *name, const char *file, siglet_buf *ret_bytes)
{
	siglet_buf path;
	siglet_err *err;

	siglet_buf_init(&path, SIGLET_STORE_MAX_PATH);
	err = folder_of(name, file, &path);
	if (err == NULL)
		err = siglet_sys_read_kept(siglet_buf_text(&path), ret_bytes);
	siglet_buf_clear(&path);
	return err;
}

siglet_err *siglet_private_instance_open(const char *name, siglet_private_instance *ret_instance)
{
	siglet_buf settings;
	siglet_err *err;

	if (!siglet_instance_name_is_valid(name))
		return siglet_err_new(SIGLET_E_MISSING, "\"%s\" is no name of an instance",
				      siglet_text_printable(siglet_slice_str(name)).text);
	init(ret_instance);
	siglet_buf_init(&settings, MAX_SETTINGS_BYTES);
	err = read_kept(name, "/instance.json", &settings);
	if (err != NULL && siglet_err_code(err) == SIGLET_E_MISSING) {
		siglet_err_free(err);
		siglet_buf_clear(&settings);
		return siglet_err_new(SIGLET_E_MISSING, "no instance \"%s\" is set up", name);
	}
	if (err == NULL)
		err = read_kept(name, "/root.json", &ret_instance->anchor);
	if (err == NULL)
		err = read_settings(siglet_buf_slice(&settings), name, ret_instance);
	siglet_buf_clear(&settings);
	if (err == NULL)
		return NULL;
	siglet_private_instance_clear(ret_instance);
	return siglet_err_wrap(siglet_err_recode(err, SIGLET_E_TRUST), "instance %s", name);
}

/* ---- writing ---- */

siglet_err *siglet_private_instance_make(const char *name, const char *url, siglet_slice anchor,
					 siglet_private_instance *ret_instance)
{
	siglet_err *err;

	if (!siglet_instance_name_is_valid(name))
		return siglet_err_hint(
			siglet_err_new(SIGLET_E_USAGE, "\"%s\" is no name of an instance",
				       siglet_text_printable(siglet_slice_str(name)).text),
			"up to %d of a-z, 0-9 and -, not - in front", SIGLET_STORE_MAX_NAME);
	init(ret_instance);
	err = siglet_buf_append(&ret_instance->anchor, anchor);
	if (err == NULL)
		err = fill(ret_instance, name, siglet_slice_str(url));
	if (err != NULL)
		siglet_private_instance_clear(ret_instance);
	return err;
}

static siglet_err *write_kept(const siglet_private_instance *p, const char *file,
			      siglet_slice bytes)
{
	siglet_buf path;
	siglet_err *err;

	siglet_buf_init(&path, SIGLET_STORE_MAX_PATH);
	err = folder_of(p->instance.name, "", &path);
	if (err != NULL && siglet_err_code(err) == SIGLET_E_MISSING)
		err = siglet_err_recode(err, SIGLET_E_IO);
	if (err == NULL)
		err = siglet_sys_make_folder(siglet_buf_text(&path));
	if (err == NULL)
		err = siglet_buf_append_str(&path, file);
	if (err == NULL)
		err = siglet_sys_write_kept(siglet_buf_text(&path), bytes);
	siglet_buf_clear(&path);
	return err;
}

/* The settings come last: without them there is no instance. */
siglet_err *siglet_private_instance_write(const siglet_private_instance *p)
{
	siglet_json_writer w;
	siglet_buf settings;
	siglet_err *err;

	siglet_buf_init(&settings, MAX_SETTINGS_BYTES);
	siglet_json_writer_init(&w, &settings, 2);
	siglet_json_write_begin_object(&w, NULL);
	siglet_json_write_text(&w, "mediaType", MEDIA_TYPE);
	siglet_json_write_text(&w, "url", p->instance.metadata_url);
	siglet_json_write_end_object(&w);
	err = siglet_json_writer_finish(&w);
	if (err == NULL)
		err = write_kept(p, "/root.json", siglet_buf_slice(&p->anchor));
	if (err == NULL)
		err = write_kept(p, "/instance.json", siglet_buf_slice(&settings));
	siglet_buf_clear(&settings);
	return err;
}

/* ---- all of them ---- */

typedef struct listing {
	siglet_private_instance_visit *visit;
	void *context;
} listing;

static siglet_err *list_one(void *context, const char *name)
{
	const listing *l = context;

	siglet_buf path;
	siglet_err *err;
	bool whole = false;

	/* A folder without its settings was never finished, or is somebody else's. */
	if (!siglet_instance_name_is_valid(name))
		return NULL;
	siglet_buf_init(&path, SIGLET_STORE_MAX_PATH);
	err = folder_of(name, "/instance.json", &path);
	whole = err == NULL && siglet_sys_is_there(siglet_buf_text(&path));
	siglet_buf_clear(&path);
	return whole ? l->visit(l->context, name) : err;
}

siglet_err *siglet_private_instance_each(siglet_private_instance_visit *visit, void *context)
{
	listing l = { visit, context };
	siglet_buf path;
	siglet_err *err;

	siglet_buf_init(&path, SIGLET_STORE_MAX_PATH);
	err = siglet_store_config_folder(&path);
	if (err == NULL)
		err = siglet_buf_append_str(&path, INSTANCES);
	if (err == NULL)
		err = siglet_sys_list(siglet_buf_text(&path), list_one, &l);
	else if (siglet_err_code(err) == SIGLET_E_MISSING) {
		siglet_err_free(err); /* nowhere to keep any */
		err = NULL;
	}
	siglet_buf_clear(&path);
	return err;
}
