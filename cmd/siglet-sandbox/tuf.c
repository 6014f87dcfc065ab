#include "sandbox.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * A TUF repository (TUF specification 1.0) with what clients need to trust and use this instance:
 * one root, consistent snapshots, an offline key (root, targets) and an online one (snapshot,
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

struct tuf_repository {
	int64_t version; /* of all roles but root: later starts have a higher one */
	siglet_signer *offline, *online;
	siglet_buf roles[ROLES];
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

/* The envelope around what is signed. */
static void put_envelope(siglet_buf *out, const siglet_signer *key, siglet_slice content)
{
	siglet_buf signature;
	char id[65];

	siglet_buf_init(&signature, 1024);
	key_id(key, id);
	sign_bytes(key, content, &signature);
	put(out, "{\"signatures\":[{\"keyid\":\"%s\",\"sig\":\"", id);
	put_hex(out, siglet_buf_slice(&signature));
	put(out, "\"}],\"signed\":");
	WELL(siglet_buf_append(out, content));
	put(out, "}");
	siglet_buf_clear(&signature);
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
	put(out, "},\"spec_version\":\"" SPEC_VERSION "\",\"version\":1}");
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

static void make_role(const instance *in, tuf_repository *r, int role)
{
	siglet_buf content;

	siglet_buf_init(&content, MAX_METADATA_BYTES);
	siglet_buf_init(&r->roles[role], MAX_METADATA_BYTES);
	switch (role) {
	case ROOT:
		put_root(&content, in, r);
		break;
	case TARGETS:
		put_targets(&content, in, r);
		break;
	case SNAPSHOT:
		put_list(&content, in, r->version, "snapshot", "targets");
		break;
	default:
		put_list(&content, in, r->version, "timestamp", "snapshot");
		break;
	}
	put_envelope(&r->roles[role], role == ROOT || role == TARGETS ? r->offline : r->online,
		     siglet_buf_slice(&content));
	siglet_buf_clear(&content);
}

/* ---- the repository ---- */

static void make_target(target *t, const char *name)
{
	t->name = name;
	hash_hex(siglet_buf_slice(&t->content), t->sha256);
}

tuf_repository *tuf_new(const instance *in, int rekor_version, const char *folder)
{
	tuf_repository *r = siglet_calloc(1, sizeof(*r));

	MUST(r != NULL);
	r->offline = state_key(folder, "tuf-offline", "ed25519");
	r->online = state_key(folder, "tuf-online", "ed25519");
	r->version = instance_now_s(in);
	for (size_t i = 0; i < SIGLET_COUNT(r->targets); i++)
		siglet_buf_init(&r->targets[i].content, MAX_METADATA_BYTES);
	instance_write_services(in, rekor_version, &r->targets[0].content);
	instance_write_root(in, &r->targets[1].content);
	make_target(&r->targets[0], "signing_config.v0.2.json");
	make_target(&r->targets[1], "trusted_root.json");
	for (int role = 0; role < ROLES; role++)
		make_role(in, r, role);
	return r;
}

void tuf_free(tuf_repository *r)
{
	if (r == NULL)
		return;
	for (int role = 0; role < ROLES; role++)
		siglet_buf_clear(&r->roles[role]);
	for (size_t i = 0; i < SIGLET_COUNT(r->targets); i++)
		siglet_buf_clear(&r->targets[i].content);
	siglet_signer_free(r->offline);
	siglet_signer_free(r->online);
	free(r);
}

/* ---- requests ---- */

static const siglet_buf *find_file(const tuf_repository *r, const char *name)
{
	static const char *const names[ROLES] = { "root.json", "targets.json", "snapshot.json",
						  "timestamp.json" };
	char path[256];

	for (int role = 0; role < ROLES; role++) {
		/* A timestamp has no number: it is what a client begins with. */
		if (role == TIMESTAMP)
			(void)snprintf(path, sizeof(path), "%s", names[role]);
		else
			(void)snprintf(path, sizeof(path), "%" PRId64 ".%s",
				       role == ROOT ? 1 : r->version, names[role]);
		if (strcmp(name, path) == 0)
			return &r->roles[role];
	}
	for (size_t i = 0; i < SIGLET_COUNT(r->targets); i++) {
		(void)snprintf(path, sizeof(path), "targets/%s.%s", r->targets[i].sha256,
			       r->targets[i].name);
		if (strcmp(name, path) == 0)
			return &r->targets[i].content;
	}
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
