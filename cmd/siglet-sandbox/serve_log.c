#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sys/sys.h"

/*
 * siglet-sandbox serve-log: a folder with a tile log over HTTP. A file is sent as it is, unless it
 * is one that a fault is about; what a fault signs is signed with the keys beside the folder.
 */

#define MAX_NAME 256

typedef struct served {
	const char *folder, *fork; /* fork: shown in its place from some time on; or NULL */
	const char *shown;
} served;

/* ---- the log in the folder ---- */

static bool name_file(const served *s, const char *path, char ret_path[MAX_STATE_PATH])
{
	const int len = snprintf(ret_path, MAX_STATE_PATH, "%s/%s", s->shown, path);

	return len > 0 && len < MAX_STATE_PATH;
}

static bool name_tile(const served *s, const tile_path *t, char ret_path[MAX_STATE_PATH])
{
	char name[MAX_TILE_NAME], path[MAX_TILE_NAME + 32];

	tile_name(t->number, t->width, name);
	if (t->is_entries)
		(void)snprintf(path, sizeof(path), "tile/entries/%s", name);
	else
		(void)snprintf(path, sizeof(path), "tile/%u/%s", t->level, name);
	return name_file(s, path, ret_path);
}

/* One hash, for the root of another checkpoint than the one there is. */
static void read_hash(void *context, unsigned level, uint64_t index, siglet_hash32 *ret_hash)
{
	const served *s = context;
	const uint64_t count = tile_files_size(s->shown) >> (8 * level);
	const uint64_t left = count - index / TILE_WIDTH * TILE_WIDTH;
	const tile_path t = { .level = level,
			      .number = index / TILE_WIDTH,
			      .width = left < TILE_WIDTH ? (unsigned)left : TILE_WIDTH };
	char path[MAX_STATE_PATH];
	siglet_buf tile;

	siglet_buf_init(&tile, TILE_WIDTH * sizeof(*ret_hash));
	MUST(name_tile(s, &t, path));
	WELL(siglet_sys_read_file(path, &tile));
	MUST(tile.len == t.width * sizeof(*ret_hash));
	memcpy(ret_hash, tile.ptr + index % TILE_WIDTH * sizeof(*ret_hash), sizeof(*ret_hash));
	siglet_buf_clear(&tile);
}

static void put_checkpoint(const instance *in, uint64_t size, const siglet_hash32 *root,
			   siglet_buf *ret_note)
{
	write_checkpoint(in, 0, (size_t)size, root, ret_note);
}

/* ---- answers ---- */

static void send_file(const char *path, response *r)
{
	r->file = open(path, O_RDONLY | O_CLOEXEC);
	if (r->file < 0)
		response_text(r, 404, "no such file");
}

static tile_log view(instance *in, served *s)
{
	return (tile_log) { .in = in,
			    .faults = &in->faults.logs[LOG_V2],
			    .size = tile_files_size(s->shown),
			    .entries = "entries",
			    .context = s,
			    .hash = read_hash,
			    .checkpoint = put_checkpoint };
}

/* A fork is not what it saw. */
static void show_witness(instance *in, siglet_buf *ret_note)
{
	const served *s = in->context;
	served honest = { .folder = s->folder, .shown = s->folder };
	const tile_log log = view(in, &honest);

	witness_note(&log, ret_note);
}

static void answer_checkpoint(instance *in, served *s, response *r)
{
	const log_faults *f = &in->faults.logs[LOG_V2];
	const tile_log log = view(in, s);
	char path[MAX_STATE_PATH];

	r->type = "text/plain; charset=utf-8";
	if (f->has_size || f->origin[0] != '\0' || log_fault_is(f, FAULT_BAD_SIGNATURE) ||
	    log_fault_is(f, FAULT_NO_COSIGNATURE) || in->faults.wrong_cosignature)
		tile_log_answer(&log, "checkpoint", r);
	else if (name_file(s, "checkpoint", path))
		send_file(path, r);
}

/* Several kinds of answers are changed, so the file goes through memory. */
static void answer_changed(instance *in, const char *path, const tile_path *t, response *r)
{
	siglet_err *err = siglet_sys_read_file(path, &r->body);

	if (err != NULL)
		response_text(r, 404, "no such file");
	else
		log_fault_apply(in, &in->faults.logs[LOG_V2], t, r);
	siglet_err_free(err);
}

static void answer(instance *in, const request *q, response *r)
{
	served *s = in->context;
	const char *what = log_server_path(q->path);
	char path[MAX_STATE_PATH];
	tile_path t;

	r->service = SERVICE_REKOR;
	if (strcmp(what, "checkpoint") == 0) {
		answer_checkpoint(in, s, r);
		return;
	}
	if (strncmp(what, "tile/", 5) != 0 || !tile_path_read(what + 5, "entries", &t) ||
	    !name_tile(s, &t, path)) {
		response_text(r, 404, "no such tile");
		return;
	}
	r->type = "application/octet-stream";
	if (in->faults.garble == SERVICE_REKOR || in->faults.drop == SERVICE_REKOR ||
	    log_fault_touches(&in->faults.logs[LOG_V2], &t))
		answer_changed(in, path, &t, r);
	else
		send_file(path, r);
}

static void misbehave(instance *in)
{
	served *s = in->context;
	log_faults *f = &in->faults.logs[LOG_V2];

	s->shown = f->forks && s->fork != NULL ? s->fork : s->folder;
	if (f->is_frozen && !f->has_size) {
		f->has_size = true;
		f->size = tile_files_size(s->shown);
	}
}

/* ---- the verb ---- */

static int read_options(int argc, char **argv, served *s, log_server_options *o)
{
	if (argc < 1)
		return complain("serve-log needs a folder", NULL);
	s->folder = s->shown = argv[0];
	for (int i = 1; i < argc; i += 2) {
		int status = 0;

		if (i + 1 == argc)
			return complain("a value is missing", argv[i]);
		if (strcmp(argv[i], "--fork") == 0)
			s->fork = argv[i + 1];
		else
			status = log_server_option(argv[i], argv[i + 1], o);
		if (status != 0)
			return status;
	}
	return 0;
}

/* The first line of its checkpoint. */
static void read_name(const char *folder, char ret_name[MAX_NAME])
{
	char path[MAX_STATE_PATH];
	siglet_buf note;
	siglet_err *err;
	size_t len;

	(void)snprintf(path, sizeof(path), "%s/checkpoint", folder);
	siglet_buf_init(&note, 65536);
	err = siglet_sys_read_file(path, &note);
	len = strcspn(siglet_buf_text(&note), "\n");
	if (err != NULL || len == 0 || len >= MAX_NAME) {
		siglet_err_free(err);
		fail_at(path, "no checkpoint");
	}
	memcpy(ret_name, note.ptr, len);
	ret_name[len] = '\0';
	siglet_buf_clear(&note);
}

int serve_log(int argc, char **argv)
{
	char keys[MAX_STATE_PATH], name[MAX_NAME], url[MAX_NAME + 16];
	log_server_options o = { 0 };
	served s = { 0 };
	int status = read_options(argc, argv, &s, &o);
	instance *in;

	if (status != 0)
		return status;
	(void)snprintf(keys, sizeof(keys), "%s.keys", s.folder);
	read_name(s.folder, name);
	(void)snprintf(url, sizeof(url), "https://%s", name);
	if (o.keys == NULL && siglet_sys_is_folder(keys))
		o.keys = keys;
	in = instance_new_bare(&o.faults, o.keys, name, url);
	witness_make_all(in, 1, o.keys);
	in->answer = answer;
	in->misbehave = misbehave;
	in->saw = show_witness;
	in->context = &s;
	status = log_server_run(in, &o);
	instance_free(in);
	return status;
}
