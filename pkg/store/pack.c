#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/json.h"
#include "store/store.h"

/*
 * One file with all that is kept of an instance: replaced whole, it can't be half old and half new.
 *
 *	{ "mediaType": …, "instance": NAME, "refreshed": RFC 3339,
 *	  "metadata": { "17.root.json": base64, "timestamp.json": … },
 *	  "seen": { … }, "targets": { "trusted_root.json": base64, … } }
 */

#define MEDIA_TYPE "application/vnd.siglet.trust-pack.v1+json"
#define MAX_ENTRIES 1024
#define MAX_NAME_BYTES 4096
#define MAX_CONTENT_BYTES ((size_t)16 << 20)
#define MAX_JSON_BYTES ((size_t)24 << 20)

static const char *const part_names[SIGLET_PACK_PARTS] = { "metadata", "seen", "targets" };

typedef struct entry {
	siglet_pack_part part;
	char *name;
	siglet_buf bytes;
} entry;

struct siglet_pack {
	entry *entries;
	size_t count;
	size_t total; /* bytes of all entries */
	char instance[SIGLET_STORE_MAX_NAME + 1];
	int64_t refreshed_s;
};

siglet_err *siglet_pack_new(siglet_pack **ret_pack)
{
	*ret_pack = siglet_calloc(1, sizeof(**ret_pack));
	return *ret_pack == NULL ? siglet_err_nomem() : NULL;
}

void siglet_pack_free(siglet_pack *pack)
{
	if (pack == NULL)
		return;
	for (size_t i = 0; i < pack->count; i++) {
		siglet_buf_clear(&pack->entries[i].bytes);
		free(pack->entries[i].name);
	}
	free(pack->entries);
	free(pack);
}

static entry *find(const siglet_pack *pack, siglet_pack_part part, const char *name)
{
	for (size_t i = 0; i < pack->count; i++)
		if (pack->entries[i].part == part && strcmp(pack->entries[i].name, name) == 0)
			return &pack->entries[i];
	return NULL;
}

siglet_slice siglet_pack_get(const siglet_pack *pack, siglet_pack_part part, const char *name)
{
	const entry *found = pack == NULL ? NULL : find(pack, part, name);

	return found == NULL ? SIGLET_SLICE_NONE : siglet_buf_slice(&found->bytes);
}

/* Room for one entry more, which counts only once it is whole. NULL without memory. */
static entry *add(siglet_pack *pack, siglet_pack_part part, const char *name)
{
	entry *grown = realloc(pack->entries, (pack->count + 1) * sizeof(*grown));
	entry *added;
	siglet_err *err;

	if (grown == NULL)
		return NULL;
	pack->entries = grown;
	added = &grown[pack->count];
	added->part = part;
	siglet_buf_init(&added->bytes, MAX_CONTENT_BYTES);
	err = siglet_strndup(siglet_slice_str(name), &added->name);
	if (err == NULL)
		return added;
	siglet_err_free(err);
	return NULL;
}

static siglet_err *fill(siglet_pack *pack, entry *e, siglet_slice bytes)
{
	siglet_err *err;

	if (bytes.len > MAX_CONTENT_BYTES - pack->total)
		return siglet_err_new(SIGLET_E_LIMIT, "a trust pack of more than %zu bytes",
				      MAX_CONTENT_BYTES);
	pack->total -= e->bytes.len;
	siglet_buf_truncate(&e->bytes, 0);
	err = siglet_buf_append(&e->bytes, bytes);
	pack->total += e->bytes.len;
	return err;
}

siglet_err *siglet_pack_put(siglet_pack *pack, siglet_pack_part part, const char *name,
			    siglet_slice bytes)
{
	entry *e = find(pack, part, name);
	siglet_err *err;

	if (e != NULL)
		return fill(pack, e, bytes);
	if (pack->count >= MAX_ENTRIES)
		return siglet_err_new(SIGLET_E_LIMIT, "more than %d files in a trust pack",
				      MAX_ENTRIES);
	e = add(pack, part, name);
	if (e == NULL)
		return siglet_err_nomem();
	err = fill(pack, e, bytes);
	if (err != NULL)
		free(e->name);
	else
		pack->count++;
	return err;
}

siglet_err *siglet_pack_each(const siglet_pack *pack, siglet_pack_part part,
			     siglet_pack_visit *visit, void *context)
{
	siglet_err *err = NULL;

	for (size_t i = 0; err == NULL && pack != NULL && i < pack->count; i++)
		if (pack->entries[i].part == part)
			err = visit(context, pack->entries[i].name,
				    siglet_buf_slice(&pack->entries[i].bytes));
	return err;
}

typedef struct copying {
	siglet_pack *to;
	siglet_pack_part part;
} copying;

static siglet_err *copy_entry(void *context, const char *name, siglet_slice bytes)
{
	const copying *c = context;

	return siglet_pack_put(c->to, c->part, name, bytes);
}

siglet_err *siglet_pack_copy(const siglet_pack *from, siglet_pack_part part, siglet_pack *to)
{
	copying c = { to, part };

	return siglet_pack_each(from, part, copy_entry, &c);
}

const char *siglet_pack_instance(const siglet_pack *pack)
{
	return pack->instance;
}

int64_t siglet_pack_refreshed_s(const siglet_pack *pack)
{
	return pack->refreshed_s;
}

siglet_err *siglet_pack_set(siglet_pack *pack, const char *instance, int64_t refreshed_s)
{
	if (!siglet_instance_name_is_valid(instance))
		return siglet_err_new(SIGLET_E_USAGE, "no name of an instance");
	(void)snprintf(pack->instance, sizeof(pack->instance), "%s", instance);
	pack->refreshed_s = refreshed_s;
	return NULL;
}

siglet_err *siglet_pack_name(const siglet_tuf_request *request, siglet_buf *ret_name)
{
	/* A delegated role may have the name of another. */
	if (request->role == SIGLET_TUF_DELEGATED)
		return siglet_buf_printf(ret_name, SIGLET_PACK_DELEGATED "%s", request->path);
	if (request->role == SIGLET_TUF_ROOT)
		return siglet_buf_append_str(ret_name, request->path);
	return siglet_buf_printf(ret_name, "%s.json", siglet_tuf_role_name(request->role));
}

/* ---- reading ---- */

typedef struct reading {
	siglet_pack *pack;
	siglet_pack_part part;
} reading;

static siglet_err *read_entry(void *context, siglet_slice name, const siglet_json *value)
{
	const reading *r = context;
	siglet_buf bytes;
	siglet_err *err;

	if (name.len > MAX_NAME_BYTES)
		return siglet_err_new(SIGLET_E_LIMIT, "a name of %zu bytes", name.len);
	if (find(r->pack, r->part, (const char *)name.ptr) != NULL)
		return siglet_err_new(SIGLET_E_MALFORMED, "a file twice");
	siglet_buf_init(&bytes, MAX_CONTENT_BYTES);
	err = siglet_base64_decode(siglet_json_string(value), &bytes);
	if (err == NULL)
		err = siglet_pack_put(r->pack, r->part, (const char *)name.ptr,
				      siglet_buf_slice(&bytes));
	siglet_buf_clear(&bytes);
	return err;
}

static siglet_err *read_head(const siglet_json *root, siglet_pack *pack)
{
	siglet_slice type = SIGLET_SLICE_NONE, instance = SIGLET_SLICE_NONE;
	siglet_slice refreshed = SIGLET_SLICE_NONE;
	int64_t refreshed_ms = 0;
	siglet_err *err = siglet_json_need_string(root, "mediaType", &type);

	if (err == NULL && !siglet_slice_is(type, MEDIA_TYPE))
		err = siglet_err_new(SIGLET_E_UNSUPPORTED, "media type \"%s\"",
				     siglet_text_printable(type).text);
	if (err == NULL)
		err = siglet_json_need_string(root, "instance", &instance);
	if (err == NULL)
		err = siglet_json_need_string(root, "refreshed", &refreshed);
	if (err == NULL)
		err = siglet_time_parse(refreshed, &refreshed_ms);
	if (err == NULL)
		err = siglet_pack_set(pack, (const char *)instance.ptr, refreshed_ms / 1000);
	return err != NULL && siglet_err_code(err) == SIGLET_E_USAGE
		       ? siglet_err_recode(err, SIGLET_E_MALFORMED)
		       : err;
}

static siglet_err *read_pack(const siglet_json *root, siglet_pack *pack)
{
	siglet_err *err = read_head(root, pack);

	for (int i = 0; err == NULL && i < SIGLET_PACK_PARTS; i++) {
		reading r = { pack, (siglet_pack_part)i };
		const siglet_json *part = NULL;

		err = siglet_json_need_object(root, part_names[i], &part);
		if (err == NULL)
			err = siglet_json_object_each(part, read_entry, &r);
		if (err != NULL)
			err = siglet_err_wrap(err, "%s", part_names[i]);
	}
	return err;
}

siglet_err *siglet_pack_parse(siglet_slice json, siglet_pack **ret_pack)
{
	siglet_json_doc *doc = NULL;
	siglet_pack *pack = NULL;
	siglet_err *err = siglet_json_parse(json, MAX_JSON_BYTES, &doc);

	if (err == NULL)
		err = siglet_pack_new(&pack);
	if (err == NULL)
		err = read_pack(siglet_json_root(doc), pack);
	siglet_json_doc_free(doc);
	if (err != NULL) {
		siglet_pack_free(pack);
		return siglet_err_wrap(err, "no trust pack of this version");
	}
	*ret_pack = pack;
	return NULL;
}

/* ---- writing ---- */

static siglet_err *write_entry(void *context, const char *name, siglet_slice bytes)
{
	siglet_json_write_base64(context, name, bytes);
	return NULL;
}

siglet_err *siglet_pack_write(const siglet_pack *pack, siglet_buf *ret_json)
{
	siglet_json_writer w;
	siglet_err *err = NULL;

	siglet_json_writer_init(&w, ret_json, 1);
	siglet_json_write_begin_object(&w, NULL);
	siglet_json_write_text(&w, "mediaType", MEDIA_TYPE);
	siglet_json_write_text(&w, "instance", pack->instance);
	siglet_json_write_text(&w, "refreshed", siglet_time_format(pack->refreshed_s).text);
	for (int i = 0; err == NULL && i < SIGLET_PACK_PARTS; i++) {
		siglet_json_write_begin_object(&w, part_names[i]);
		err = siglet_pack_each(pack, (siglet_pack_part)i, write_entry, &w);
		siglet_json_write_end_object(&w);
	}
	siglet_json_write_end_object(&w);
	siglet_err *finish = siglet_json_writer_finish(&w);
	if (err == NULL)
		return finish;
	siglet_err_free(finish);
	return err;
}
