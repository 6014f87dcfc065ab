#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "http/http.h"
#include "store/store.h"
#include "sys/sys.h"

/*
 * The client protocol of the TUF conformance suite, over the update that siglet does itself:
 *
 *	siglet-tuf --metadata-dir DIR init ROOT
 *	siglet-tuf --metadata-dir DIR --metadata-url URL refresh
 *	siglet-tuf … --target-name NAME… --target-base-url URL --target-dir DIR download
 *
 * Between runs it keeps what siglet keeps, one pack; the suite finds the metadata beside it.
 */

#define MAX_PATH 4096
#define MAX_TARGETS 64

typedef struct client {
	const char *metadata_dir, *metadata_url, *target_url, *target_dir;
	const char *names[MAX_TARGETS + 1];
	size_t name_count;
	siglet_buf anchor, metadata_base, target_base;
	siglet_instance instance;
	siglet_pack *kept;
} client;

static void stop_if(siglet_err *err)
{
	if (err == NULL)
		return;
	(void)fprintf(stderr, "siglet-tuf: %s: %s\n", siglet_code_name(siglet_err_code(err)),
		      siglet_err_message(err));
	exit(1);
}

static const char *path_in(const char *folder, const char *name)
{
	static char path[MAX_PATH];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

/* ---- what is kept ---- */

static void open_state(client *c)
{
	siglet_buf json;
	siglet_err *err;

	siglet_buf_init(&c->anchor, SIGLET_TUF_MAX_ROOT_BYTES);
	stop_if(siglet_sys_read_file(path_in(c->metadata_dir, ".anchor"), &c->anchor));
	siglet_buf_init(&json, 32u << 20);
	err = siglet_sys_read_kept(path_in(c->metadata_dir, ".pack"), &json);
	if (err == NULL)
		stop_if(siglet_pack_parse(siglet_buf_slice(&json), &c->kept));
	siglet_err_free(err);
	siglet_buf_clear(&json);
}

static void save_pack(const client *c, const siglet_pack *pack)
{
	siglet_buf json;

	siglet_buf_init(&json, 32u << 20);
	stop_if(siglet_pack_write(pack, &json));
	stop_if(siglet_sys_write_kept(path_in(c->metadata_dir, ".pack"), siglet_buf_slice(&json)));
	siglet_buf_clear(&json);
}

/* "17.root.json" is told as root.json: versions come in order, the last one stays. */
static siglet_err *tell(void *context, const char *name, siglet_slice bytes)
{
	static const char prefix[] = SIGLET_PACK_DELEGATED;
	size_t digits;

	if (strncmp(name, prefix, sizeof(prefix) - 1) == 0)
		name += sizeof(prefix) - 1;
	digits = strspn(name, "0123456789");

	return siglet_sys_write_kept(
		path_in(context, name[digits] == '.' && digits > 0 ? name + digits + 1 : name),
		bytes);
}

static void tell_metadata(client *c, const siglet_pack *pack)
{
	char *folder = NULL;

	stop_if(siglet_strndup(siglet_slice_str(c->metadata_dir), &folder));
	stop_if(siglet_pack_each(pack, SIGLET_PACK_METADATA, tell, folder));
	stop_if(siglet_pack_each(pack, SIGLET_PACK_SEEN, tell, folder));
	free(folder);
}

/* ---- commands ---- */

static void init(client *c, const char *root)
{
	siglet_buf bytes;

	siglet_buf_init(&bytes, SIGLET_TUF_MAX_ROOT_BYTES);
	stop_if(siglet_sys_read_file(root, &bytes));
	stop_if(siglet_sys_write_kept(path_in(c->metadata_dir, ".anchor"),
				      siglet_buf_slice(&bytes)));
	stop_if(siglet_sys_write_kept(path_in(c->metadata_dir, "root.json"),
				      siglet_buf_slice(&bytes)));
	siglet_buf_clear(&bytes);
}

static const char *base_url(const char *url, siglet_buf *ret_url)
{
	siglet_buf_init(ret_url, MAX_PATH);
	stop_if(siglet_buf_append_str(ret_url, url));
	if (!siglet_slice_has_suffix(siglet_buf_slice(ret_url), "/"))
		stop_if(siglet_buf_append_byte(ret_url, '/'));
	return siglet_buf_text(ret_url);
}

static siglet_pack *refresh(client *c)
{
	const siglet_http_options options = { .max_attempts = 1 };
	siglet_http *http = NULL;
	siglet_pack *pack = NULL;
	siglet_err *err;

	stop_if(siglet_http_new(&options, &http));
	siglet_transport transport = siglet_http_transport(http);
	c->instance = (siglet_instance) {
		.name = "conformance",
		.metadata_url = base_url(c->metadata_url, &c->metadata_base),
		.targets_url =
			base_url(c->target_url == NULL ? "" : c->target_url, &c->target_base),
		.anchor = siglet_buf_slice(&c->anchor),
	};
	const siglet_store_source source = { .instance = &c->instance,
					     .fetch = siglet_store_fetch_by_http,
					     .context = &transport,
					     .now_s = siglet_sys_now_s(),
					     .wanted = c->names };
	err = siglet_store_update(&source, c->kept, &pack);
	siglet_http_free(http);
	if (pack != NULL) {
		save_pack(c, pack);
		tell_metadata(c, pack);
	}
	stop_if(err);
	return pack;
}

static void write_target(const client *c, const siglet_pack *pack, const char *name)
{
	const siglet_slice bytes = siglet_pack_get(pack, SIGLET_PACK_TARGETS, name);
	siglet_buf file;

	if (bytes.len == 0)
		stop_if(siglet_err_new(SIGLET_E_MISSING, "%s: no such target", name));
	siglet_buf_init(&file, MAX_PATH);
	stop_if(siglet_hex_encode(siglet_slice_str(name), &file));
	stop_if(siglet_sys_write_kept(path_in(c->target_dir, siglet_buf_text(&file)), bytes));
	siglet_buf_clear(&file);
}

static void run(client *c, const char *command)
{
	siglet_pack *pack;

	open_state(c);
	if (strcmp(command, "refresh") == 0)
		c->names[0] = NULL;
	else if (strcmp(command, "download") != 0)
		stop_if(siglet_err_new(SIGLET_E_USAGE, "no command %s", command));
	pack = refresh(c);
	for (size_t i = 0; c->names[i] != NULL; i++)
		write_target(c, pack, c->names[i]);
	siglet_pack_free(pack);
	siglet_pack_free(c->kept);
	siglet_buf_clear(&c->anchor);
	siglet_buf_clear(&c->metadata_base);
	siglet_buf_clear(&c->target_base);
}

int main(int argc, char **argv)
{
	client c = { 0 };
	int i = 1;

	for (; i + 1 < argc && strncmp(argv[i], "--", 2) == 0; i += 2) {
		if (strcmp(argv[i], "--metadata-dir") == 0)
			c.metadata_dir = argv[i + 1];
		else if (strcmp(argv[i], "--metadata-url") == 0)
			c.metadata_url = argv[i + 1];
		else if (strcmp(argv[i], "--target-base-url") == 0)
			c.target_url = argv[i + 1];
		else if (strcmp(argv[i], "--target-dir") == 0)
			c.target_dir = argv[i + 1];
		else if (strcmp(argv[i], "--target-name") == 0 && c.name_count < MAX_TARGETS)
			c.names[c.name_count++] = argv[i + 1];
		else
			return 2;
	}
	if (i >= argc || c.metadata_dir == NULL)
		return 2;
	if (strcmp(argv[i], "init") == 0 && i + 1 < argc)
		init(&c, argv[i + 1]);
	else
		run(&c, argv[i]);
	return 0;
}
