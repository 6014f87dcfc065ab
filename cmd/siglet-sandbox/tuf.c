#include "sandbox.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * A TUF repository (TUF specification 1.0) with what clients need to trust and use this instance:
 * a root for each rotation, consistent snapshots, an offline key (root, targets) and an online one (snapshot,
 * timestamp), both Ed25519. What is signed is written as it is hashed: keys sorted, no space, and
 * no character that canonical JSON would write otherwise.
 */

#define BASE "/tuf/"
#define SPEC_VERSION "1.0.31"
#define DAY_S ((int64_t)86400)
#define MAX_METADATA_BYTES ((size_t)1 << 20)

enum { ROOT, TARGETS, SNAPSHOT, TIMESTAMP, ROLES };

typedef struct target {
	const char *name;
	siglet_buf content;
	char sha256[65];
} target;

/* What was published once stays, for clients that are half way through an update. */
typedef struct published {
	char name[256];
	siglet_buf bytes;
} published;

struct tuf_repository {
	int64_t version; /* of all roles but root: later starts have a higher one */
	int rekor_version;
	siglet_signer *offline, *online, *before; /* before: signed the last root */
	size_t root_count;
	published *files;
	size_t file_count;
	target targets[2]; /* in the order of their names */
};

/* ---- keys ---- */

static void put_hex(siglet_buf *out, siglet_slice data)
{
	WELL(siglet_hex_encode(data, out));
}

static void put_key(siglet_buf *out, const siglet_signer *key)
{
	put(out, "{\"keytype\":\"ed25519\",\"keyval\":{\"public\":\"");
	put_hex(out, siglet_key_raw(siglet_signer_key(key)));
	put(out, "\"},\"scheme\":\"ed25519\"}");
}

static void hash_hex(siglet_slice data, char ret_hex[65])
{
	siglet_digest digest;
	siglet_buf hex;

	siglet_buf_init(&hex, 64);
	WELL(siglet_crypto_sha256(&data, 1, &digest));
	put_hex(&hex, siglet_digest_slice(&digest));
	memcpy(ret_hex, siglet_buf_text(&hex), 65);
	siglet_buf_clear(&hex);
}

static void key_id(const siglet_signer *key, char ret_id[65])
{
	siglet_buf text;

	siglet_buf_init(&text, 4096);
	put_key(&text, key);
	hash_hex(siglet_buf_slice(&text), ret_id);
	siglet_buf_clear(&text);
}

/* ---- metadata ---- */

static void put_signature(siglet_buf *out, const siglet_signer *key, siglet_slice content)
{
	siglet_buf signature;
	char id[65];

	siglet_buf_init(&signature, 1024);
	key_id(key, id);
	sign_bytes(key, content, &signature);
	put(out, "{\"keyid\":\"%s\",\"sig\":\"", id);
	put_hex(out, siglet_buf_slice(&signature));
	put(out, "\"}");
	siglet_buf_clear(&signature);
}

/* The envelope around what is signed, by one key or two. */
static void put_envelope(siglet_buf *out, const siglet_signer *key, const siglet_signer *other,
			 siglet_slice content)
{
	put(out, "{\"signatures\":[");
	put_signature(out, key, content);
	if (other != NULL) {
		put(out, ",");
		put_signature(out, other, content);
	}
	put(out, "],\"signed\":");
	WELL(siglet_buf_append(out, content));
	put(out, "}");
}

static void put_role(siglet_buf *out, const char *name, const char *id, bool is_last)
{
	put(out, "\"%s\":{\"keyids\":[\"%s\"],\"threshold\":1}%s", name, id, is_last ? "" : ",");
}

static void put_expiry(siglet_buf *out, const instance *in, int64_t days)
{
	put(out, "\"expires\":\"%s\"", siglet_time_format(instance_now_s(in) + days * DAY_S).text);
}

static void put_root(siglet_buf *out, const instance *in, const tuf_repository *r)
{
	const siglet_signer *first = r->offline, *second = r->online;
	char offline[65], online[65];

	key_id(r->offline, offline);
	key_id(r->online, online);
	if (strcmp(online, offline) < 0) {
		first = r->online;
		second = r->offline;
	}
	put(out, "{\"_type\":\"root\",\"consistent_snapshot\":true,");
	put_expiry(out, in, 365);
	put(out, ",\"keys\":{\"%s\":", first == r->offline ? offline : online);
	put_key(out, first);
	put(out, ",\"%s\":", first == r->offline ? online : offline);
	put_key(out, second);
	put(out, "},\"roles\":{");
	put_role(out, "root", offline, false);
	put_role(out, "snapshot", online, false);
	put_role(out, "targets", offline, false);
	put_role(out, "timestamp", online, true);
	put(out, "},\"spec_version\":\"" SPEC_VERSION "\",\"version\":%zu}", r->root_count + 1);
}

static void put_targets(siglet_buf *out, const instance *in, const tuf_repository *r)
{
	put(out, "{\"_type\":\"targets\",");
	put_expiry(out, in, 365);
	put(out, ",\"spec_version\":\"" SPEC_VERSION "\",\"targets\":{");
	for (size_t i = 0; i < SIGLET_COUNT(r->targets); i++)
		put(out, "%s\"%s\":{\"hashes\":{\"sha256\":\"%s\"},\"length\":%zu}",
		    i > 0 ? "," : "", r->targets[i].name, r->targets[i].sha256,
		    r->targets[i].content.len);
	put(out, "},\"version\":%" PRId64 "}", r->version);
}

static void put_list(siglet_buf *out, const instance *in, int64_t version, const char *type,
		     const char *listed)
{
	put(out, "{\"_type\":\"%s\",", type);
	put_expiry(out, in, 7);
	put(out,
	    ",\"meta\":{\"%s.json\":{\"version\":%" PRId64 "}},\"spec_version\":\"" SPEC_VERSION
	    "\",\"version\":%" PRId64 "}",
	    listed, version, version);
}

/* Takes the bytes. */
static void publish(tuf_repository *r, const char *name, siglet_buf bytes)
{
	published *grown = realloc(r->files, (r->file_count + 1) * sizeof(*grown));

	MUST(grown != NULL);
	r->files = grown;
	(void)snprintf(grown[r->file_count].name, sizeof(grown->name), "%s", name);
	grown[r->file_count++].bytes = bytes;
}

static void add_root(const instance *in, tuf_repository *r)
{
	siglet_buf content, file;
	char name[64];

	siglet_buf_init(&content, MAX_METADATA_BYTES);
	siglet_buf_init(&file, MAX_METADATA_BYTES);
	put_root(&content, in, r);
	put_envelope(&file, r->offline, r->before, siglet_buf_slice(&content));
	(void)snprintf(name, sizeof(name), "%zu.root.json", ++r->root_count);
	publish(r, name, file);
	siglet_buf_clear(&content);
}

static void put_content(siglet_buf *out, const instance *in, const tuf_repository *r, int role)
{
	if (role == TARGETS)
		put_targets(out, in, r);
	else if (role == SNAPSHOT)
		put_list(out, in, r->version, "snapshot", "targets");
	else
		put_list(out, in, r->version, "timestamp", "snapshot");
}

/* A timestamp has no number: it is what a client begins with. */
static void add_role(const instance *in, tuf_repository *r, int role)
{
	static const char *const names[ROLES] = { "root", "targets", "snapshot", "timestamp" };
	siglet_buf content, file;
	char name[64];

	siglet_buf_init(&content, MAX_METADATA_BYTES);
	siglet_buf_init(&file, MAX_METADATA_BYTES);
	put_content(&content, in, r, role);
	put_envelope(&file, role == TARGETS ? r->offline : r->online, NULL,
		     siglet_buf_slice(&content));
	if (role == TIMESTAMP)
		(void)snprintf(name, sizeof(name), "%s.json", names[role]);
	else
		(void)snprintf(name, sizeof(name), "%" PRId64 ".%s.json", r->version, names[role]);
	publish(r, name, file);
	siglet_buf_clear(&content);
}

/* ---- the repository ---- */

static void add_target(tuf_repository *r, target *t, const char *name)
{
	siglet_buf copy;
	char path[256];

	t->name = name;
	hash_hex(siglet_buf_slice(&t->content), t->sha256);
	siglet_buf_init(&copy, MAX_METADATA_BYTES);
	WELL(siglet_buf_append(&copy, siglet_buf_slice(&t->content)));
	(void)snprintf(path, sizeof(path), "targets/%s.%s", t->sha256, name);
	publish(r, path, copy);
}

void tuf_publish(const instance *in)
{
	tuf_repository *r = in->tuf;

	r->version++;
	for (size_t i = 0; i < SIGLET_COUNT(r->targets); i++)
		siglet_buf_truncate(&r->targets[i].content, 0);
	instance_write_services(in, r->rekor_version, &r->targets[0].content);
	instance_write_root(in, &r->targets[1].content);
	add_target(r, &r->targets[0], "signing_config.v0.2.json");
	add_target(r, &r->targets[1], "trusted_root.json");
	for (int role = TARGETS; role < ROLES; role++)
		add_role(in, r, role);
}

void tuf_rotate_root(const instance *in)
{
	tuf_repository *r = in->tuf;

	siglet_signer_free(r->before);
	r->before = r->offline;
	r->offline = state_key(NULL, "tuf-offline", "ed25519");
	add_root(in, r);
}

tuf_repository *tuf_new(instance *in, int rekor_version, const char *folder)
{
	tuf_repository *r = siglet_calloc(1, sizeof(*r));

	MUST(r != NULL);
	r->offline = state_key(folder, "tuf-offline", "ed25519");
	r->online = state_key(folder, "tuf-online", "ed25519");
	r->rekor_version = rekor_version;
	r->version = instance_now_s(in);
	for (size_t i = 0; i < SIGLET_COUNT(r->targets); i++)
		siglet_buf_init(&r->targets[i].content, MAX_METADATA_BYTES);
	in->tuf = r;
	add_root(in, r);
	tuf_publish(in);
	return r;
}

void tuf_free(tuf_repository *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < r->file_count; i++)
		siglet_buf_clear(&r->files[i].bytes);
	free(r->files);
	for (size_t i = 0; i < SIGLET_COUNT(r->targets); i++)
		siglet_buf_clear(&r->targets[i].content);
	siglet_signer_free(r->before);
	siglet_signer_free(r->offline);
	siglet_signer_free(r->online);
	free(r);
}

/* ---- requests ---- */

/* The newest of that name. */
static const siglet_buf *find_file(const tuf_repository *r, const char *name)
{
	for (size_t i = r->file_count; i > 0; i--)
		if (strcmp(r->files[i - 1].name, name) == 0)
			return &r->files[i - 1].bytes;
	return NULL;
}

void tuf_answer(const instance *in, const request *q, response *r)
{
	const siglet_buf *file = find_file(in->tuf, q->path + strlen(BASE));

	r->service = SERVICE_TUF;
	if (file == NULL)
		response_text(r, 404, "not found");
	else
		WELL(siglet_buf_append(&r->body, siglet_buf_slice(file)));
}
