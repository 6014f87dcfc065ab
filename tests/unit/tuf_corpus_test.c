#include "../lib/check.h"
#include "../lib/corpus.h"
#include "json/json.h"
#include "tuf/tuf.h"

/*
 * Updates of real repositories and of attacked ones: the clock stands still at the time of the case,
 * and the outcome is what other clients found. The files are read where they lie.
 */

static const siglet_json *member(const siglet_json *object, const char *name)
{
	return siglet_json_object_get(object, name);
}

/* A file below the folder that a member of the case names; false where there is none. */
static bool read_below(const siglet_json *item, const char *name, const char *path, siglet_buf *ret)
{
	char file[1024];
	const siglet_slice folder = siglet_json_string(member(item, name));

	if (folder.len == 0)
		return false;
	(void)snprintf(file, sizeof(file), "%s%s%s", (const char *)folder.ptr,
		       path[0] == '\0' ? "" : "/", path);
	return corpus_read(file, ret);
}

static siglet_err *recall(siglet_tuf *tuf, const siglet_json *item)
{
	static const char *const names[] = { "timestamp.json", "snapshot.json", "targets.json" };
	siglet_slice kept[3] = { { NULL, 0 } };
	siglet_buf files[3];

	for (size_t i = 0; i < 3; i++)
		if (read_below(item, "local_dir", names[i], &files[i]))
			kept[i] = siglet_buf_slice(&files[i]);
		else
			siglet_buf_init(&files[i], 0);
	siglet_err *err = siglet_tuf_recall(tuf, kept[0], kept[1], kept[2]);
	for (size_t i = 0; i < 3; i++)
		siglet_buf_clear(&files[i]);
	return err;
}

static siglet_err *step(siglet_tuf *tuf, const siglet_json *item, const char *path)
{
	siglet_buf file;
	siglet_err *err;

	if (!read_below(item, "metadata_dir", path, &file))
		return siglet_tuf_absent(tuf);
	err = siglet_tuf_feed(tuf, siglet_buf_slice(&file));
	siglet_buf_clear(&file);
	return err;
}

/* Up to the last role that the case runs; *ret_stage is where it stopped. */
static siglet_err *update(siglet_tuf *tuf, const siglet_json *item, siglet_tuf_role *ret_stage)
{
	const siglet_slice until = siglet_json_string(member(item, "until"));
	siglet_tuf_request request;
	siglet_err *err = recall(tuf, item);

	while (err == NULL) {
		err = siglet_tuf_next(tuf, &request);
		if (err != NULL || request.path == NULL)
			break;
		*ret_stage = request.role;
		if (request.role > SIGLET_TUF_ROOT &&
		    siglet_slice_is(until,
				    siglet_tuf_role_name((siglet_tuf_role)(request.role - 1))))
			return NULL;
		err = step(tuf, item, request.path);
	}
	return err;
}

static siglet_err *fetch(siglet_tuf *tuf, const siglet_json *item, siglet_slice name)
{
	siglet_tuf_target target;
	siglet_tuf_request request;
	siglet_buf file;
	bool found = false;
	siglet_err *err = siglet_tuf_find(tuf, name, &found, &target);

	while (err == NULL && !found) {
		err = siglet_tuf_next(tuf, &request);
		if (err != NULL || request.path == NULL)
			break;
		err = step(tuf, item, request.path);
		if (err == NULL)
			err = siglet_tuf_find(tuf, name, &found, &target);
	}
	if (err != NULL)
		return err;
	if (!found)
		return siglet_err_new(SIGLET_E_MISSING, "no such target");
	if (!read_below(item, "targets_dir", target.path, &file))
		return siglet_err_new(SIGLET_E_MISSING, "no file %s", target.path);
	err = siglet_tuf_target_check(&target, siglet_buf_slice(&file));
	siglet_buf_clear(&file);
	return err;
}

static siglet_err *run(siglet_tuf *tuf, const siglet_json *item, const char **ret_stage)
{
	const siglet_json *paths = member(item, "target_paths");
	siglet_tuf_role stage = SIGLET_TUF_ROOT;
	siglet_err *err = update(tuf, item, &stage);

	*ret_stage = siglet_tuf_role_name(stage);
	for (size_t i = 0; err == NULL && i < siglet_json_array_count(paths); i++) {
		*ret_stage = "download";
		err = fetch(tuf, item, siglet_json_string(siglet_json_array_item(paths, i)));
	}
	return err;
}

static void try_case(const siglet_json *item)
{
	const char *id = (const char *)siglet_json_string(member(item, "id")).ptr;
	const bool pass = siglet_slice_is(siglet_json_string(member(item, "expect")), "pass");
	const siglet_slice where = siglet_json_string(member(item, "fails_at"));
	const char *stage = "root";
	int64_t now_ms = 0, version = 0;
	siglet_tuf *tuf = NULL;
	siglet_buf root;
	siglet_err *err = siglet_time_parse(siglet_json_string(member(item, "time")), &now_ms);

	if (!OK(err == NULL && read_below(item, "initial_root", "", &root), "%s is there", id))
		exit(1);
	err = siglet_tuf_new(siglet_buf_slice(&root), now_ms / 1000, SIGLET_TUF_CURRENT, &tuf);
	if (err == NULL)
		err = run(tuf, item, &stage);
	OK((err == NULL) == pass, "%s: %s", id, pass ? "passes" : "is refused");
	if (err != NULL)
		printf("# %s: %s\n", stage, siglet_err_message(err));
	if (where.len > 0)
		OK(siglet_slice_is(where, stage), "%s: at %s", id, (const char *)where.ptr);
	siglet_err_free(err);
	err = siglet_json_need_int64(item, "final_root_version", &version);
	if (err == NULL)
		OK(siglet_tuf_version(tuf, SIGLET_TUF_ROOT) == version, "%s: at root %d", id,
		   (int)version);
	siglet_err_free(err);
	siglet_tuf_free(tuf);
	siglet_buf_clear(&root);
}

int main(void)
{
	siglet_json_doc *doc = NULL;
	siglet_buf manifest;
	const siglet_json *cases;
	int count = 0;

	if (!corpus_available()) {
		SKIP("the shared corpus is not here");
		return tap_done();
	}
	if (!corpus_read("manifest.json", &manifest))
		return 1;
	OK_SUCCESS(siglet_json_parse(siglet_buf_slice(&manifest), CORPUS_MAX_BYTES, &doc),
		   "the manifest");
	cases = member(siglet_json_root(doc), "cases");
	for (size_t i = 0; i < siglet_json_array_count(cases); i++) {
		const siglet_json *item = siglet_json_array_item(cases, i);

		if (!siglet_slice_is(siglet_json_string(member(item, "type")), "tuf-update"))
			continue;
		try_case(item);
		count++;
	}
	OK(count > 0, "%d updates", count);
	siglet_json_doc_free(doc);
	siglet_buf_clear(&manifest);
	return tap_done();
}
