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

typedef struct options {
	const char *out, *name, *url;
	char keys[MAX_STATE_PATH], made_url[MAX_URL];
	uint64_t size;
	bool has_size;
	entry_options entries;
} options;

/* ---- options ---- */

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
	bool good = entry_option(name, value, &o->entries);

	if (good)
		return 0;
	if (strcmp(name, "--out") == 0)
		good = set_name(value, &o->out);
	else if (strcmp(name, "--size") == 0)
		good = o->has_size = read_number(value, MAX_LOG_SIZE, &o->size);
	else if (strcmp(name, "--keys") == 0)
		good = set_keys(value, o);
	else if (strcmp(name, "--name") == 0)
		good = set_name(value, &o->name);
	else if (strcmp(name, "--url") == 0)
		good = set_name(value, &o->url);
	else
		return complain("unknown option, or it can't be", name);
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
	write_checkpoint(in, 0, (size_t)o->size, &root, &note);
	write_beside(o->out, "checkpoint", siglet_buf_slice(&note));
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
	present = tile_files_size(o.out);
	if (present > o.size)
		return complain("the log there is larger", o.out);
	in = instance_new_bare(&none, o.keys, o.name, o.url);
	in->is_log = true;
	witness_make_all(in, 1, o.keys);
	(void)snprintf(in->url, sizeof(in->url), "https://sandbox.example");
	maker = entries_new(in, &o.entries);
	write_log(in, maker, &o, present);
	write_public(in, o.keys);
	entries_free(maker);
	instance_free(in);
	return 0;
}
