/*
 * audit_scene: a log that lives in memory, and lies where a test says so.
 *
 * Tiles below https://tiled.example, the API of Rekor v1 with two trees below https://v1.example.
 * What it says is made of the leaves alone; a test may put another answer before it.
 */
#ifndef SIGLET_TEST_AUDIT_SCENE_H
#define SIGLET_TEST_AUDIT_SCENE_H

#include "audit/audit_internal.h"

#include <pthread.h>

#include "sys/sys.h"

#include "note_witness.h"
#include "sys_scratch.h"

#define SCENE_NOW 1800000000
#define SCENE_MAX 1200
#define SCENE_TREES 2
#define SCENE_OTHERS 16

/* The entries from fork_at on are others than those of a log without. */
typedef struct scene_tree {
	uint64_t size, fork_at;
	int64_t id; /* of Rekor v1 */
} scene_tree;

/* An answer in place of the log's: to the first so many requests whose URL has that in it. */
typedef struct scene_other {
	const char *url;
	int times;
	bool from_cache; /* not to one that wants to go past caches */
	int status;	 /* 0: nobody is there */
	char *body;	 /* NULL: what the log says, after change */
	void (*change)(siglet_buf *body);
	const scene_tree *tree; /* as if this were the tree */
} scene_other;

static struct {
	witness key;
	siglet_note_key *vkey;
	scene_tree tree;	       /* tiled */
	scene_tree trees[SCENE_TREES]; /* of Rekor v1; the last one grows */
	scene_other others[SCENE_OTHERS];
	size_t other_count;
	unsigned requests;
	/* What its entries are, where they are not some text. */
	void (*make)(const scene_tree *t, uint64_t index, siglet_buf *out);
	void (*pause)(bool is_paused); /* while the log works, and not what is tested; or NULL */
	/* What was told. */
	siglet_audit_verdict verdict, worst;
	siglet_code code;    /* 0: no error */
	unsigned told, good; /* reports, and those that say yes */
	bool has_index;
	uint64_t index, checked;
	siglet_audit_head from, to;
	char evidence[512], entry[64], message[512];
} scene;

/* ---- a tree ---- */

static void scene_entry(const scene_tree *t, uint64_t index, siglet_buf *out)
{
	const bool is_other = index >= t->fork_at;

	if (scene.make != NULL) {
		scene.make(t, index, out);
		return;
	}
	well(siglet_buf_printf(out, "%s entry %" PRIu64 " of %" PRId64, is_other ? "other" : "an",
			       index, t->id));
}

static void scene_leaf(const scene_tree *t, uint64_t index, siglet_hash32 *ret_leaf)
{
	siglet_buf entry;

	siglet_buf_init(&entry, SIGLET_MAX_ENTRY_BYTES);
	scene_entry(t, index, &entry);
	well(siglet_merkle_hash_leaf(siglet_buf_slice(&entry), ret_leaf));
	siglet_buf_clear(&entry);
}

static siglet_err *scene_look_up(void *context, unsigned level, uint64_t index,
				 siglet_hash32 *ret_hash)
{
	const scene_tree *t = context;
	siglet_range range;
	siglet_hash32 leaf;

	siglet_range_init(&range, 0);
	for (uint64_t i = 0; i < (uint64_t)1 << level; i++) {
		scene_leaf(t, (index << level) + i, &leaf);
		well(siglet_range_push(&range, 0, &leaf));
	}
	return siglet_range_root(&range, ret_hash);
}

static void scene_root(const scene_tree *t, siglet_hash32 *ret_root)
{
	scene_tree copy = *t;

	well(siglet_merkle_root_of(t->size, scene_look_up, &copy, ret_root));
}

static void scene_note(const scene_tree *t, bool is_v1, siglet_buf *out)
{
	siglet_hash32 root;
	siglet_buf text;

	siglet_buf_init(&text, 1000);
	scene_root(t, &root);
	well(siglet_buf_append_str(&text, scene.key.name));
	if (is_v1)
		well(siglet_buf_printf(&text, " - %" PRId64, t->id));
	well(siglet_buf_printf(&text, "\n%" PRIu64 "\n", t->size));
	well(siglet_base64_encode(siglet_hash32_slice(&root), &text));
	well(siglet_buf_append_byte(&text, '\n'));
	well(siglet_buf_append(out, siglet_buf_slice(&text)));
	well(siglet_buf_append_byte(out, '\n'));
	witness_put_signature(&scene.key, siglet_buf_text(&text), out);
	siglet_buf_clear(&text);
}

/* ---- tiles ---- */

static int scene_tile(const scene_tree *t, const char *path, siglet_buf *out)
{
	const bool is_entries = strncmp(path, "entries/", 8) == 0;
	const unsigned level = is_entries ? 0 : (unsigned)(path[0] - '0');
	const char *name = path + (is_entries ? 8 : 2), *part = strstr(name, ".p/");
	const uint64_t number = (uint64_t)atoi(name);
	const uint64_t width = part == NULL ? 256 : (uint64_t)atoi(part + 3);
	scene_tree copy = *t;

	if ((number * 256 + width) << (8 * level) > t->size)
		return 404;
	for (uint64_t i = number * 256; i < number * 256 + width; i++) {
		siglet_hash32 hash;

		if (is_entries) {
			siglet_buf entry;

			siglet_buf_init(&entry, SIGLET_MAX_ENTRY_BYTES);
			scene_entry(t, i, &entry);
			well(siglet_buf_append_uint(out, entry.len, 2));
			well(siglet_buf_append(out, siglet_buf_slice(&entry)));
			siglet_buf_clear(&entry);
			continue;
		}
		well(scene_look_up(&copy, 8 * level, i, &hash));
		well(siglet_buf_append(out, siglet_hash32_slice(&hash)));
	}
	return 200;
}

static int scene_answer_tiled(const scene_tree *t, const char *path, siglet_buf *out)
{
	if (strcmp(path, "/checkpoint") == 0)
		return scene_note(t, false, out), 200;
	if (strncmp(path, "/tile/", 6) == 0)
		return scene_tile(t, path + 6, out);
	return 404;
}

/* ---- Rekor v1 ---- */

static void scene_hashes(const siglet_merkle_list *list, siglet_json_writer *w)
{
	siglet_json_write_begin_array(w, "hashes");
	for (size_t i = 0; i < list->count; i++)
		siglet_json_write_hex(w, NULL, siglet_hash32_slice(&list->nodes[i]));
	siglet_json_write_end_array(w);
}

static void scene_write_shard(const scene_tree *t, siglet_json_writer *w)
{
	siglet_buf note;
	char id[32];

	siglet_buf_init(&note, 2000);
	scene_note(t, true, &note);
	(void)snprintf(id, sizeof(id), "%" PRId64, t->id);
	siglet_json_write_text(w, "treeID", id);
	siglet_json_write_int(w, "treeSize", (int64_t)t->size);
	siglet_json_write_string(w, "signedTreeHead", siglet_buf_slice(&note));
	siglet_buf_clear(&note);
}

static int scene_write_log(const scene_tree *active, siglet_json_writer *w)
{
	siglet_json_write_begin_object(w, NULL);
	scene_write_shard(active, w);
	siglet_json_write_begin_array(w, "inactiveShards");
	siglet_json_write_begin_object(w, NULL);
	scene_write_shard(&scene.trees[0], w);
	siglet_json_write_end_object(w);
	siglet_json_write_end_array(w);
	siglet_json_write_end_object(w);
	return 200;
}

static int scene_write_growth(const scene_tree *t, const char *query, siglet_json_writer *w)
{
	const uint64_t old = (uint64_t)atoll(strstr(query, "firstSize=") + 10);
	const uint64_t new = (uint64_t)atoll(strstr(query, "lastSize=") + 9);
	scene_tree copy = atoll(strstr(query, "treeID=") + 7) == t->id ? *t : scene.trees[0];
	siglet_merkle_list list;

	if (new > copy.size)
		return 400;
	well(siglet_merkle_prove_consistency(old, new, scene_look_up, &copy, &list));
	siglet_json_write_begin_object(w, NULL);
	scene_hashes(&list, w);
	siglet_json_write_end_object(w);
	return 200;
}

static void scene_write_proof(const scene_tree *t, uint64_t index, siglet_json_writer *w)
{
	scene_tree copy = *t;
	siglet_merkle_list list;
	siglet_buf note;

	siglet_buf_init(&note, 2000);
	well(siglet_merkle_prove_inclusion(index, t->size, scene_look_up, &copy, &list));
	scene_note(t, true, &note);
	siglet_json_write_begin_object(w, "inclusionProof");
	siglet_json_write_int(w, "logIndex", (int64_t)index);
	siglet_json_write_int(w, "treeSize", (int64_t)t->size);
	scene_hashes(&list, w);
	siglet_json_write_string(w, "checkpoint", siglet_buf_slice(&note));
	siglet_json_write_end_object(w);
	siglet_buf_clear(&note);
}

static int scene_write_entry(const scene_tree *t, uint64_t index, uint64_t global,
			     siglet_json_writer *w)
{
	siglet_hash32 leaf;
	siglet_buf entry, id;

	siglet_buf_init(&entry, SIGLET_MAX_ENTRY_BYTES);
	siglet_buf_init(&id, 100);
	scene_entry(t, index, &entry);
	scene_leaf(t, index, &leaf);
	well(siglet_buf_printf(&id, "%016" PRIx64, (uint64_t)t->id));
	well(siglet_hex_encode(siglet_hash32_slice(&leaf), &id));
	siglet_json_write_begin_object(w, NULL);
	siglet_json_write_begin_object(w, siglet_buf_text(&id));
	siglet_json_write_base64(w, "body", siglet_buf_slice(&entry));
	siglet_json_write_int(w, "integratedTime", SCENE_NOW);
	siglet_json_write_int(w, "logIndex", (int64_t)global);
	siglet_json_write_begin_object(w, "verification");
	scene_write_proof(t, index, w);
	siglet_json_write_end_object(w);
	siglet_json_write_end_object(w);
	siglet_json_write_end_object(w);
	siglet_buf_clear(&id);
	siglet_buf_clear(&entry);
	return 200;
}

static int scene_find_entry(const scene_tree *active, const char *which, siglet_json_writer *w)
{
	const scene_tree *trees[] = { &scene.trees[0], active };
	uint64_t offset = 0;

	for (size_t i = 0; i < SCENE_TREES; i++) {
		for (uint64_t k = 0; k < trees[i]->size; k++) {
			char name[100] = "?logIndex=", hex[100];
			siglet_hash32 leaf;

			scene_leaf(trees[i], k, &leaf);
			for (size_t b = 0; b < sizeof(leaf.bytes); b++)
				(void)snprintf(hex + 2 * b, 3, "%02x", leaf.bytes[b]);
			(void)snprintf(name, sizeof(name), "?logIndex=%" PRIu64, offset + k);
			/* By its leaf, whatever tree is named before it: a log may be wrong there. */
			if (strcmp(which, name) == 0 || strstr(which, hex) != NULL)
				return scene_write_entry(trees[i], k, offset + k, w);
		}
		offset += trees[i]->size;
	}
	return 404;
}

static int scene_answer_v1(const scene_tree *t, const char *path, siglet_buf *out)
{
	siglet_json_writer w;
	int status = 404;

	siglet_json_writer_init(&w, out, 0);
	if (strcmp(path, "/api/v1/log") == 0)
		status = scene_write_log(t, &w);
	else if (strncmp(path, "/api/v1/log/proof?", 18) == 0)
		status = scene_write_growth(t, path + 18, &w);
	else if (strncmp(path, "/api/v1/log/entries", 19) == 0)
		status = scene_find_entry(t, path + 19, &w);
	if (status != 200)
		well(siglet_buf_append_str(out, "{}"));
	else
		well(siglet_json_writer_finish(&w));
	return status;
}

/* ---- the transport ---- */

static scene_other *scene_find_other(const siglet_http_request *request)
{
	const bool is_fresh =
		request->header_count > 0 && strcmp(request->headers[0].name, "Cache-Control") == 0;

	for (size_t i = 0; i < scene.other_count; i++) {
		scene_other *other = &scene.others[i];

		if (strstr(request->url, other->url) == NULL || other->times == 0 ||
		    (other->from_cache && is_fresh))
			continue;
		other->times--;
		return other;
	}
	return NULL;
}

static siglet_err *scene_send(void *context, const siglet_http_request *request,
			      siglet_http_response *response)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	const char *tiled = "https://tiled.example", *v1 = "https://v1.example";
	const scene_other *other;

	(void)context;
	(void)pthread_mutex_lock(&lock);
	if (scene.pause != NULL)
		scene.pause(true);
	scene.requests++;
	other = scene_find_other(request);
	response->body.max = 1u << 20;
	if (other != NULL && other->tree == NULL && other->change == NULL) {
		response->status = other->status;
		if (other->body != NULL)
			well(siglet_buf_append_str(&response->body, other->body));
	} else if (strncmp(request->url, tiled, strlen(tiled)) == 0) {
		response->status = scene_answer_tiled(
			other != NULL && other->tree != NULL ? other->tree : &scene.tree,
			request->url + strlen(tiled), &response->body);
	} else {
		response->status = scene_answer_v1(
			other != NULL && other->tree != NULL ? other->tree : &scene.trees[1],
			request->url + strlen(v1), &response->body);
	}
	if (other != NULL && other->change != NULL)
		other->change(&response->body);
	if (scene.pause != NULL)
		scene.pause(false);
	(void)pthread_mutex_unlock(&lock);
	return response->status == 0 ? siglet_err_new(SIGLET_E_NETWORK, "nobody is there") : NULL;
}

__attribute__((unused)) static void scene_put(scene_other other)
{
	if (scene.other_count == SCENE_OTHERS)
		exit(3);
	scene.others[scene.other_count++] = other;
}

/* ---- the auditor ---- */

static void scene_tell(void *context, const siglet_audit_report *report)
{
	(void)context;
	scene.told++;
	scene.good += siglet_audit_verdict_is_good(report->verdict);
	scene.verdict = report->verdict;
	if (siglet_audit_verdict_is_refusal(report->verdict))
		scene.worst = report->verdict;
	scene.code = report->error == NULL ? 0 : siglet_err_code(report->error);
	(void)snprintf(scene.message, sizeof(scene.message), "%s",
		       report->error == NULL ? "" : siglet_err_message(report->error));
	scene.has_index = report->has_index;
	scene.index = report->index;
	scene.checked = report->checked;
	scene.from = report->from;
	scene.to = report->to;
	(void)snprintf(scene.evidence, sizeof(scene.evidence), "%s",
		       report->evidence == NULL ? "" : report->evidence);
	(void)snprintf(scene.entry, sizeof(scene.entry), "%.*s", (int)report->entry.len,
		       report->entry.len == 0 ? "" : (const char *)report->entry.ptr);
}

/* An auditor whose state is the scratch folder of that name. */
__attribute__((unused)) static siglet_audit scene_audit(const char *from, const char *state)
{
	static siglet_transport transport = { .send = scene_send };

	scene.told = scene.good = 0;
	scene.worst = SIGLET_AUDIT_INCOMPLETE;
	return (siglet_audit) {
		.log_key = scene.vkey,
		.transport = &transport,
		.state = state == NULL ? NULL : in_scratch(state),
		.from = from,
		.now_s = SCENE_NOW,
		.tell = scene_tell,
	};
}

static void scene_honest(void)
{
	for (size_t i = 0; i < scene.other_count; i++)
		free(scene.others[i].body);
	scene.other_count = 0;
}

static void scene_begin(void)
{
	siglet_buf vkey;

	scratch_make();
	scene.key = witness_new("log.example");
	siglet_buf_init(&vkey, 1000);
	witness_put_vkey(&scene.key, 0x01, &vkey);
	well(siglet_note_key_parse(siglet_buf_slice(&vkey), &scene.vkey));
	siglet_buf_clear(&vkey);
	scene.tree = (scene_tree) { .size = 500, .fork_at = UINT64_MAX };
	scene.trees[0] = (scene_tree) { .size = 5, .fork_at = UINT64_MAX, .id = 4711 };
	scene.trees[1] = (scene_tree) { .size = 20, .fork_at = UINT64_MAX, .id = 4712 };
}

static void scene_end(void)
{
	scene_honest();
	siglet_note_key_free(scene.vkey);
	witness_free(&scene.key);
}

#endif
