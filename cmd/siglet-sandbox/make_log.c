#include "log.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sys/sys.h"

/*
 * siglet-sandbox make-log: a tile log as files, and beside it the keys, and what makes others trust
 * it. Done again with a larger size, the log grows.
 */

#define MAX_URL 256
#define MAX_CONFIG_BYTES ((size_t)4 << 20)

typedef struct options {
	const char *out, *name, *url;
	char keys[MAX_STATE_PATH], made_url[MAX_URL];
	uint64_t size;
	bool has_size;
	entry_options entries;
} options;

/* ---- options ---- */

static bool set_plant(const char *value, entry_options *o)
{
	const char *sign = strchr(value, '=');
	plant *p = &o->plants[o->plant_count];
	char index[32];

	if (sign == NULL || (size_t)(sign - value) >= sizeof(index) ||
	    o->plant_count == MAX_PLANTS || !entries_can_plant(sign + 1))
		return false;
	(void)snprintf(index, sizeof(index), "%.*s", (int)(sign - value), value);
	p->what = sign + 1;
	o->plant_count++;
	return read_number(index, MAX_LOG_SIZE, &p->index);
}

static bool set_kind(const char *value, entry_options *o)
{
	o->kind = strcmp(value, "plain") == 0 ? ENTRY_PLAIN : ENTRY_HASHEDREKORD;
	return o->kind == ENTRY_PLAIN || strcmp(value, "hashedrekord") == 0;
}

static bool set_bytes(const char *value, entry_options *o)
{
	uint64_t bytes = 0;

	if (!read_number(value, MAX_ENTRY_BYTES, &bytes))
		return false;
	o->bytes = (size_t)bytes;
	return true;
}

static bool set_name(const char *value, const char **field)
{
	*field = value;
	return *value != '\0' && strlen(value) < MAX_URL && strpbrk(value, " +\n") == NULL;
}

static bool set_keys(const char *value, options *o)
{
	const int len = snprintf(o->keys, sizeof(o->keys), "%s", value);

	return len > 0 && (size_t)len < sizeof(o->keys);
}

static int set_option(const char *name, const char *value, options *o)
{
	entry_options *e = &o->entries;
	bool good;

	if (strcmp(name, "--out") == 0)
		good = set_name(value, &o->out);
	else if (strcmp(name, "--size") == 0)
		good = o->has_size = read_number(value, MAX_LOG_SIZE, &o->size);
	else if (strcmp(name, "--kind") == 0)
		good = set_kind(value, e);
	else if (strcmp(name, "--entry-bytes") == 0)
		good = set_bytes(value, e);
	else if (strcmp(name, "--seed") == 0)
		good = read_number(value, UINT64_MAX, &e->seed);
	else if (strcmp(name, "--plant") == 0)
		good = set_plant(value, e);
	else if (strcmp(name, "--fork-at") == 0)
		good = e->forks = read_number(value, MAX_LOG_SIZE, &e->fork_at);
	else if (strcmp(name, "--keys") == 0)
		good = set_keys(value, o);
	else if (strcmp(name, "--name") == 0)
		good = set_name(value, &o->name);
	else if (strcmp(name, "--url") == 0)
		good = set_name(value, &o->url);
	else
		return complain("unknown option", name);
	return good ? 0 : complain(name, value);
}

/* The log's name is its URL without the scheme, unless both are given. */
static void name_log(options *o)
{
	if (o->url == NULL) {
		(void)snprintf(o->made_url, sizeof(o->made_url), "https://%s",
			       o->name == NULL ? V2_HOST : o->name);
		o->url = o->made_url;
	}
	if (o->name == NULL) {
		const char *slashes = strstr(o->url, "://");

		o->name = slashes == NULL ? o->url : slashes + 3;
	}
}

static int read_options(int argc, char **argv, options *o)
{
	int status;

	for (int i = 0; i < argc; i += 2) {
		if (i + 1 == argc)
			return complain("a value is missing", argv[i]);
		status = set_option(argv[i], argv[i + 1], o);
		if (status != 0)
			return status;
	}
	if (o->out == NULL || !o->has_size)
		return complain("make-log needs --out and --size", NULL);
	if (o->keys[0] == '\0') {
		const int len = snprintf(o->keys, sizeof(o->keys), "%s.keys", o->out);

		if (len < 0 || (size_t)len >= sizeof(o->keys))
			return complain("too long", o->out);
	}
	o->entries.keys = o->keys;
	name_log(o);
	return 0;
}

/* ---- what is there already ---- */

/* The second line of a checkpoint is the size. */
static uint64_t size_in(siglet_slice note, const char *path)
{
	siglet_reader lines = { note };
	siglet_slice line = SIGLET_SLICE_NONE;
	char number[32];
	uint64_t size = 0;
	siglet_err *err = siglet_reader_line(&lines, &line);

	if (err == NULL)
		err = siglet_reader_line(&lines, &line);
	if (err != NULL)
		fail_at(path, "no checkpoint");
	(void)snprintf(number, sizeof(number), "%.*s", (int)line.len, (const char *)line.ptr);
	if (!read_number(number, MAX_LOG_SIZE, &size))
		fail_at(path, "no checkpoint");
	return size;
}

static uint64_t present_size(const char *folder)
{
	char path[MAX_STATE_PATH];
	siglet_buf note;
	uint64_t size = 0;

	(void)snprintf(path, sizeof(path), "%s/checkpoint", folder);
	siglet_buf_init(&note, 65536);
	if (siglet_sys_is_there(path)) {
		WELL(siglet_sys_read_file(path, &note));
		size = size_in(siglet_buf_slice(&note), path);
	}
	siglet_buf_clear(&note);
	return size;
}

/* ---- files beside the log ---- */

static void write_text(const char *folder, const char *name, siglet_slice text)
{
	siglet_sys_output *output = NULL;
	char path[MAX_STATE_PATH];
	siglet_err *err;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	err = siglet_sys_output_begin(path, &output);
	if (err == NULL)
		err = siglet_sys_output_write(output, text);
	if (err == NULL)
		err = siglet_sys_output_commit(output, 0644);
	if (err != NULL)
		fail_at(path, siglet_err_message(err));
	siglet_sys_output_free(output);
}

/* C2SP signed-note: a verifier key. */
static void put_vkey(siglet_buf *out, const char *name, const uint8_t id[4], uint8_t type,
		     const siglet_signer *key)
{
	siglet_buf blob;

	siglet_buf_init(&blob, 64);
	WELL(siglet_buf_append_byte(&blob, type));
	WELL(siglet_buf_append(&blob, siglet_key_raw(siglet_signer_key(key))));
	put(out, "%s+", name);
	WELL(siglet_hex_encode(siglet_slice_of(id, 4), out));
	put(out, "+");
	put_base64(out, siglet_buf_slice(&blob));
	siglet_buf_clear(&blob);
}

/* C2SP tlog-policy: the log, and its witness. */
static void write_policy(const instance *in, const char *folder)
{
	siglet_buf text;

	siglet_buf_init(&text, 4096);
	put_vkey(&text, in->v2_name, in->v2_id, 0x01, in->v2);
	put(&text, "\n");
	write_text(folder, "log.vkey", siglet_buf_slice(&text));
	siglet_buf_truncate(&text, 0);
	put_vkey(&text, WITNESS_NAME, in->witness_id, 0x04, in->witness);
	put(&text, "\n");
	write_text(folder, "witness.vkey", siglet_buf_slice(&text));
	siglet_buf_truncate(&text, 0);
	put(&text, "log ");
	put_vkey(&text, in->v2_name, in->v2_id, 0x01, in->v2);
	put(&text, " %s\nwitness w1 ", in->v2_url);
	put_vkey(&text, WITNESS_NAME, in->witness_id, 0x04, in->witness);
	put(&text, "\nquorum w1\n");
	write_text(folder, "policy", siglet_buf_slice(&text));
	siglet_buf_clear(&text);
}

static void write_public(const instance *in, const char *folder)
{
	siglet_signer *planted = state_key(folder, "planted", "ecdsa-sha2-256-nistp256");
	siglet_buf text;

	siglet_buf_init(&text, MAX_CONFIG_BYTES);
	instance_write_config(in, 2, &text);
	write_text(folder, "trust_config.json", siglet_buf_slice(&text));
	siglet_buf_truncate(&text, 0);
	instance_write_root(in, &text);
	write_text(folder, "trusted_root.json", siglet_buf_slice(&text));
	siglet_buf_truncate(&text, 0);
	WELL(siglet_pem_encode("PUBLIC KEY", siglet_key_spki(siglet_signer_key(planted)), &text));
	write_text(folder, "planted.pub", siglet_buf_slice(&text));
	siglet_buf_clear(&text);
	siglet_signer_free(planted);
	write_policy(in, folder);
}

/* ---- the log ---- */

static void write_log(const instance *in, entry_maker *m, const options *o, uint64_t present)
{
	tile_files *tiles = tile_files_new(o->out, present);
	siglet_hash32 root;
	siglet_buf note;

	for (uint64_t i = present; i < o->size; i++)
		tile_files_add(tiles, entries_make(m, i));
	tile_files_finish(tiles, &root);
	siglet_buf_init(&note, 65536);
	write_checkpoint(in, true, (size_t)o->size, &root, &note);
	write_text(o->out, "checkpoint", siglet_buf_slice(&note));
	siglet_buf_clear(&note);
	tile_files_free(tiles);
}

int make_log(int argc, char **argv)
{
	static options o = { .entries = { .bytes = 600, .seed = 1 } };
	const faults none = { 0 };
	int status = read_options(argc, argv, &o);
	entry_maker *maker;
	uint64_t present;
	instance *in;

	if (status != 0)
		return status;
	state_open(o.out);
	present = present_size(o.out);
	if (present > o.size)
		return complain("the log there is larger", o.out);
	in = instance_new_bare(&none, o.keys, o.name, o.url);
	in->is_log = true;
	(void)snprintf(in->url, sizeof(in->url), "https://sandbox.example");
	maker = entries_new(in, &o.entries);
	write_log(in, maker, &o, present);
	write_public(in, o.keys);
	entries_free(maker);
	instance_free(in);
	return 0;
}
