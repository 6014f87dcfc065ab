#include "tuf/tuf_internal.h"

#include <stdlib.h>

/* TUF section 5: the order of an update, and what is wanted next. */

#define MAX_PATH_BYTES 8192
#define MAX_ROLE_NAME 1024
#define MAX_KEYS_BYTES ((size_t)1 << 20)

const char *siglet_tuf_role_name(siglet_tuf_role role)
{
	static const char *const names[] = { "root", "timestamp", "snapshot", "targets" };

	return role < SIGLET_TUF_ROLE_COUNT ? names[role] : "delegated";
}

/* ---- beginning and end ---- */

siglet_err *siglet_tuf_new(siglet_slice root, int64_t now_s, siglet_tuf_age age,
			   siglet_tuf **ret_tuf)
{
	siglet_tuf *tuf = siglet_calloc(1, sizeof(*tuf));
	siglet_err *err;

	if (tuf == NULL)
		return siglet_err_nomem();
	tuf->now_ms = now_s > INT64_MAX / 1000 ? INT64_MAX : now_s * 1000;
	tuf->age = age;
	tuf->stage = SIGLET_TUF_ROOT;
	siglet_buf_init(&tuf->before_keys, MAX_KEYS_BYTES);
	siglet_buf_init(&tuf->wanted, MAX_ROLE_NAME);
	siglet_buf_init(&tuf->path, MAX_PATH_BYTES);
	err = siglet_tuf_accept_root(tuf, root);
	if (err != NULL) {
		siglet_tuf_free(tuf);
		return err;
	}
	*ret_tuf = tuf;
	return NULL;
}

static void forget(siglet_tuf *tuf)
{
	for (int i = 0; i < SIGLET_TUF_ROLE_COUNT; i++) {
		siglet_tuf_metadata_free(tuf->before[i]);
		tuf->before[i] = NULL;
	}
}

void siglet_tuf_free(siglet_tuf *tuf)
{
	if (tuf == NULL)
		return;
	forget(tuf);
	for (size_t i = 0; i < tuf->delegated_count; i++) {
		siglet_tuf_metadata_free(tuf->delegated[i].metadata);
		siglet_buf_clear(&tuf->delegated[i].name);
	}
	for (int i = 0; i < SIGLET_TUF_ROLE_COUNT; i++)
		siglet_tuf_metadata_free(tuf->of[i]);
	siglet_buf_clear(&tuf->path);
	siglet_buf_clear(&tuf->wanted);
	siglet_buf_clear(&tuf->before_keys);
	free(tuf);
}

/* ---- what was accepted before ---- */

static siglet_err *recall(siglet_tuf *tuf, siglet_tuf_role role, siglet_slice bytes,
			  size_t max_bytes)
{
	const siglet_json *root = tuf->of[SIGLET_TUF_ROOT]->content;
	const siglet_json *roles = siglet_json_object_get(root, "roles");
	const char *name = siglet_tuf_role_name(role);
	siglet_tuf_metadata *metadata = NULL;
	siglet_err *err;

	if (bytes.len == 0)
		return NULL;
	err = siglet_tuf_metadata_parse(bytes, max_bytes, name, &metadata);
	if (err == NULL)
		err = siglet_tuf_check_signatures(metadata, siglet_json_object_get(root, "keys"),
						  siglet_json_object_get(roles, name));
	/* Of two that were seen, the newer one guards. */
	if (err == NULL &&
	    (tuf->before[role] == NULL || metadata->version >= tuf->before[role]->version)) {
		siglet_tuf_metadata_free(tuf->before[role]);
		tuf->before[role] = metadata;
		return NULL;
	}
	siglet_tuf_metadata_free(metadata);
	if (err == NULL)
		return NULL;
	if (siglet_err_is_fault(err))
		return err;
	siglet_err_free(err);
	return NULL;
}

/* Who signs timestamp and snapshot, in one text. */
static siglet_err *write_keys(const siglet_tuf *tuf, siglet_buf *out)
{
	const siglet_json *root = tuf->of[SIGLET_TUF_ROOT]->content;
	const siglet_json *roles = siglet_json_object_get(root, "roles");
	const siglet_json *keys = siglet_json_object_get(root, "keys");
	siglet_err *err = NULL;

	for (int i = SIGLET_TUF_TIMESTAMP; err == NULL && i <= SIGLET_TUF_SNAPSHOT; i++) {
		const siglet_json *role =
			siglet_json_object_get(roles, siglet_tuf_role_name((siglet_tuf_role)i));
		const siglet_json *ids = siglet_json_object_get(role, "keyids");

		err = siglet_json_canonicalize_olpc(role, out);
		for (size_t k = 0; err == NULL && k < siglet_json_array_count(ids); k++) {
			const siglet_slice id = siglet_json_string(siglet_json_array_item(ids, k));
			const siglet_json *key =
				id.len == 0 ? NULL
					    : siglet_json_object_get(keys, (const char *)id.ptr);

			if (key != NULL)
				err = siglet_json_canonicalize_olpc(key, out);
		}
	}
	return err;
}

siglet_err *siglet_tuf_recall(siglet_tuf *tuf, siglet_slice timestamp, siglet_slice snapshot,
			      siglet_slice targets)
{
	siglet_err *err;

	siglet_buf_clear(&tuf->before_keys);
	err = write_keys(tuf, &tuf->before_keys);
	if (err == NULL)
		err = recall(tuf, SIGLET_TUF_TIMESTAMP, timestamp, SIGLET_TUF_MAX_TIMESTAMP_BYTES);
	if (err == NULL)
		err = recall(tuf, SIGLET_TUF_SNAPSHOT, snapshot, SIGLET_TUF_MAX_SNAPSHOT_BYTES);
	if (err == NULL)
		err = recall(tuf, SIGLET_TUF_TARGETS, targets, SIGLET_TUF_MAX_TARGETS_BYTES);
	return err;
}

/*
 * 5.3.11: a repository that was broken into and recovered has new keys, and may have to go back
 * to lower versions than the thief published.
 */
static siglet_err *forget_when_rotated(siglet_tuf *tuf)
{
	siglet_buf now;
	siglet_err *err;

	siglet_buf_init(&now, MAX_KEYS_BYTES);
	err = write_keys(tuf, &now);
	if (err == NULL &&
	    !siglet_slice_equal(siglet_buf_slice(&now), siglet_buf_slice(&tuf->before_keys)))
		forget(tuf);
	siglet_buf_clear(&now);
	return err;
}

/* What is unchanged need not be fetched: it has to pass as if it had been. */
static siglet_err *adopt(siglet_tuf *tuf, siglet_tuf_role role,
			 siglet_err *(*accept)(siglet_tuf *tuf, siglet_slice bytes))
{
	const siglet_tuf_metadata *before = tuf->before[role];
	siglet_err *err;

	if (before == NULL)
		return NULL;
	err = accept(tuf, siglet_buf_slice(&before->bytes));
	if (err == NULL || siglet_err_is_fault(err))
		return err;
	siglet_err_free(err);
	return NULL;
}

static siglet_err *adopt_unchanged(siglet_tuf *tuf)
{
	siglet_err *err = NULL;

	if (tuf->stage == SIGLET_TUF_SNAPSHOT)
		err = adopt(tuf, SIGLET_TUF_SNAPSHOT, siglet_tuf_accept_snapshot);
	if (err == NULL && tuf->stage == SIGLET_TUF_TARGETS)
		err = adopt(tuf, SIGLET_TUF_TARGETS, siglet_tuf_accept_targets);
	return err;
}

/* ---- the next file ---- */

/* VERSION.NAME.json, where versions are part of names. */
static siglet_err *put_path(siglet_tuf *tuf, bool numbered, int64_t version, siglet_slice name)
{
	siglet_err *err = NULL;

	siglet_buf_truncate(&tuf->path, 0);
	if (numbered)
		err = siglet_buf_printf(&tuf->path, "%lld.", (long long)version);
	if (err == NULL)
		err = siglet_tuf_path_encode(name, false, &tuf->path);
	return err == NULL ? siglet_buf_append_str(&tuf->path, ".json") : err;
}

/* By what was announced of it; the announced length is its ceiling. */
static siglet_err *want_announced(siglet_tuf *tuf, siglet_slice name, size_t ceiling,
				  size_t *ret_max)
{
	siglet_tuf_file file = { 0 };
	siglet_err *err;

	if (tuf->stage == SIGLET_TUF_SNAPSHOT) {
		const siglet_json *entry = NULL;

		err = siglet_tuf_file_entry(tuf->of[SIGLET_TUF_TIMESTAMP], name, &entry);
		if (err == NULL)
			err = siglet_tuf_file_read_metadata(entry, &file);
	} else {
		err = siglet_tuf_snapshot_file(tuf, name, &file);
	}
	if (err != NULL)
		return err;
	*ret_max =
		file.has_length && (uint64_t)file.length < ceiling ? (size_t)file.length : ceiling;
	return put_path(tuf, siglet_tuf_is_consistent(tuf), file.version, name);
}

static siglet_err *want(siglet_tuf *tuf, siglet_tuf_request *request)
{
	const siglet_slice name = siglet_slice_str(siglet_tuf_role_name(tuf->stage));

	request->role = tuf->stage;
	switch (tuf->stage) {
	case SIGLET_TUF_ROOT:
		request->max_bytes = SIGLET_TUF_MAX_ROOT_BYTES;
		return put_path(tuf, true, tuf->of[SIGLET_TUF_ROOT]->version + 1, name);
	case SIGLET_TUF_TIMESTAMP:
		request->max_bytes = SIGLET_TUF_MAX_TIMESTAMP_BYTES;
		return put_path(tuf, false, 0, name);
	case SIGLET_TUF_SNAPSHOT:
		return want_announced(tuf, name, SIGLET_TUF_MAX_SNAPSHOT_BYTES,
				      &request->max_bytes);
	case SIGLET_TUF_TARGETS:
		return want_announced(tuf, name, SIGLET_TUF_MAX_TARGETS_BYTES, &request->max_bytes);
	case SIGLET_TUF_DELEGATED:
		break;
	}
	return want_announced(tuf, siglet_buf_slice(&tuf->wanted), SIGLET_TUF_MAX_TARGETS_BYTES,
			      &request->max_bytes);
}

siglet_err *siglet_tuf_next(siglet_tuf *tuf, siglet_tuf_request *ret_request)
{
	siglet_err *err;

	*ret_request = (siglet_tuf_request) { .role = tuf->stage };
	if (tuf->stage == SIGLET_TUF_DELEGATED && tuf->wanted.len == 0)
		return NULL;
	err = want(tuf, ret_request);
	if (err == NULL)
		ret_request->path = siglet_buf_text(&tuf->path);
	return err;
}

/* What is fed, or told to be absent, must be wanted. */
static siglet_err *need_request(siglet_tuf *tuf, siglet_tuf_request *ret_request)
{
	siglet_err *err = siglet_tuf_next(tuf, ret_request);

	return err == NULL && ret_request->path == NULL
		       ? siglet_err_new(SIGLET_E_USAGE, "no metadata is wanted")
		       : err;
}

static siglet_err *accept(siglet_tuf *tuf, siglet_slice bytes)
{
	switch (tuf->stage) {
	case SIGLET_TUF_ROOT:
		return siglet_tuf_accept_root(tuf, bytes);
	case SIGLET_TUF_TIMESTAMP:
		return siglet_tuf_accept_timestamp(tuf, bytes);
	case SIGLET_TUF_SNAPSHOT:
		return siglet_tuf_accept_snapshot(tuf, bytes);
	case SIGLET_TUF_TARGETS:
		return siglet_tuf_accept_targets(tuf, bytes);
	case SIGLET_TUF_DELEGATED:
		break;
	}
	return siglet_tuf_accept_delegated(tuf, bytes);
}

siglet_err *siglet_tuf_feed(siglet_tuf *tuf, siglet_slice bytes)
{
	siglet_tuf_request request;
	siglet_err *err = need_request(tuf, &request);

	if (err != NULL)
		return err;
	err = accept(tuf, bytes);
	if (err != NULL)
		return siglet_err_wrap(err, "%s", request.path);
	return adopt_unchanged(tuf);
}

siglet_err *siglet_tuf_feed_known(siglet_tuf *tuf, siglet_slice bytes)
{
	const unsigned rotations = tuf->rotations;
	siglet_err *err;

	tuf->rotations = 0;
	err = siglet_tuf_feed(tuf, bytes);
	tuf->rotations = rotations;
	return err;
}

siglet_err *siglet_tuf_absent(siglet_tuf *tuf)
{
	siglet_tuf_request request;
	siglet_err *err = need_request(tuf, &request);

	if (err != NULL)
		return err;
	if (tuf->stage != SIGLET_TUF_ROOT)
		return siglet_err_new(SIGLET_E_MISSING, "%s: there is no such file", request.path);
	if (tuf->age == SIGLET_TUF_CURRENT)
		err = siglet_tuf_metadata_check_time(tuf->of[SIGLET_TUF_ROOT], tuf->now_ms);
	if (err != NULL)
		return siglet_err_wrap(err, "root.json, version %lld",
				       (long long)tuf->of[SIGLET_TUF_ROOT]->version);
	err = forget_when_rotated(tuf);
	if (err == NULL)
		tuf->stage = SIGLET_TUF_TIMESTAMP;
	return err;
}

/* ---- what is there ---- */

siglet_slice siglet_tuf_bytes(const siglet_tuf *tuf, siglet_tuf_role role)
{
	return role < SIGLET_TUF_ROLE_COUNT && tuf->of[role] != NULL
		       ? siglet_buf_slice(&tuf->of[role]->bytes)
		       : SIGLET_SLICE_NONE;
}

int64_t siglet_tuf_version(const siglet_tuf *tuf, siglet_tuf_role role)
{
	return role < SIGLET_TUF_ROLE_COUNT && tuf->of[role] != NULL ? tuf->of[role]->version : 0;
}

/* Rounded down: an expiry of …59.9 is over at …59. */
int64_t siglet_tuf_expires_s(const siglet_tuf *tuf, siglet_tuf_role role)
{
	return role < SIGLET_TUF_ROLE_COUNT && tuf->of[role] != NULL
		       ? tuf->of[role]->expires_ms / 1000
		       : 0;
}

bool siglet_tuf_is_complete(const siglet_tuf *tuf, int64_t *ret_expires_s)
{
	int64_t earliest = INT64_MAX;

	if (tuf->stage != SIGLET_TUF_DELEGATED)
		return false;
	for (int i = 0; i < SIGLET_TUF_ROLE_COUNT; i++) {
		const int64_t expires = siglet_tuf_expires_s(tuf, (siglet_tuf_role)i);

		if (expires < earliest)
			earliest = expires;
	}
	for (size_t i = 0; i < tuf->delegated_count; i++) {
		const int64_t expires = tuf->delegated[i].metadata->expires_ms / 1000;

		if (expires < earliest)
			earliest = expires;
	}
	*ret_expires_s = earliest;
	return true;
}
