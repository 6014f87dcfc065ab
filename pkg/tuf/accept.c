#include "tuf/tuf_internal.h"

/* TUF section 5.3 to 5.6: what each kind of metadata must fulfil to replace the one before. */

/* Takes metadata on success only. */
static void put(siglet_tuf *tuf, siglet_tuf_role role, siglet_tuf_metadata *metadata)
{
	siglet_tuf_metadata_free(tuf->of[role]);
	tuf->of[role] = metadata;
}

static siglet_err *check_signed(const siglet_tuf *tuf, siglet_tuf_role role,
				siglet_tuf_metadata *metadata)
{
	const siglet_json *content = tuf->of[SIGLET_TUF_ROOT]->content;
	const siglet_json *roles = siglet_json_object_get(content, "roles");

	return siglet_tuf_check_signatures(metadata, siglet_json_object_get(content, "keys"),
					   siglet_json_object_get(roles,
								  siglet_tuf_role_name(role)));
}

static siglet_err *check_time(const siglet_tuf *tuf, const siglet_tuf_metadata *metadata)
{
	return tuf->age == SIGLET_TUF_ANY_AGE
		       ? NULL
		       : siglet_tuf_metadata_check_time(metadata, tuf->now_ms);
}

/* ---- root (5.3) ---- */

/* Every role must be there, so that nothing after this is without a rule. */
static siglet_err *check_roles(const siglet_tuf_metadata *root)
{
	const siglet_json *roles = NULL, *keys = NULL, *role = NULL;
	siglet_err *err = siglet_json_need_object(root->content, "roles", &roles);

	if (err == NULL)
		err = siglet_json_need_object(root->content, "keys", &keys);
	for (int i = 0; err == NULL && i < SIGLET_TUF_ROLE_COUNT; i++)
		err = siglet_json_need_object(roles, siglet_tuf_role_name((siglet_tuf_role)i),
					      &role);
	return siglet_tuf_as_untrusted(err);
}

static siglet_err *check_own_signatures(siglet_tuf_metadata *root)
{
	const siglet_json *roles = siglet_json_object_get(root->content, "roles");

	return siglet_tuf_check_signatures(root, siglet_json_object_get(root->content, "keys"),
					   siglet_json_object_get(roles, "root"));
}

/* By the one before, unless it is the first; by itself; and without a gap. */
static siglet_err *check_root(const siglet_tuf *tuf, siglet_tuf_metadata *root)
{
	const siglet_tuf_metadata *old = tuf->of[SIGLET_TUF_ROOT];
	siglet_err *err = check_roles(root);

	if (err == NULL && old != NULL)
		err = check_signed(tuf, SIGLET_TUF_ROOT, root);
	if (err == NULL)
		err = check_own_signatures(root);
	if (err == NULL && old != NULL && root->version != old->version + 1)
		err = siglet_err_new(SIGLET_E_MISMATCH, "has version %lld, not %lld",
				     (long long)root->version, (long long)old->version + 1);
	return err;
}

siglet_err *siglet_tuf_accept_root(siglet_tuf *tuf, siglet_slice bytes)
{
	siglet_tuf_metadata *root = NULL;
	siglet_err *err;

	if (tuf->of[SIGLET_TUF_ROOT] != NULL && tuf->rotations >= SIGLET_TUF_MAX_ROTATIONS)
		return siglet_err_new(SIGLET_E_LIMIT, "more than %d roots in one update",
				      SIGLET_TUF_MAX_ROTATIONS);
	err = siglet_tuf_metadata_parse(bytes, SIGLET_TUF_MAX_ROOT_BYTES, "root", &root);
	if (err == NULL)
		err = check_root(tuf, root);
	if (err != NULL) {
		siglet_tuf_metadata_free(root);
		return err;
	}
	if (tuf->of[SIGLET_TUF_ROOT] != NULL)
		tuf->rotations++;
	put(tuf, SIGLET_TUF_ROOT, root);
	return NULL;
}

bool siglet_tuf_is_consistent(const siglet_tuf *tuf)
{
	return siglet_json_bool(
		siglet_json_object_get(tuf->of[SIGLET_TUF_ROOT]->content, "consistent_snapshot"));
}

/* ---- timestamp (5.4) ---- */

static siglet_err *refuse_older(const char *what, int64_t version, int64_t before)
{
	return siglet_err_new(SIGLET_E_RANGE,
			      "%s of version %lld, where version %lld was seen before", what,
			      (long long)version, (long long)before);
}

static siglet_err *count_member(void *context, siglet_slice name, const siglet_json *value)
{
	(void)name;
	(void)value;
	(*(size_t *)context)++;
	return NULL;
}

/* It tells of the snapshot, and of nothing else. */
static siglet_err *read_announced(const siglet_tuf_metadata *timestamp, siglet_tuf_file *ret_file)
{
	const siglet_json *entry = NULL;
	size_t members = 0;
	siglet_err *err = siglet_tuf_file_entry(timestamp, siglet_slice_str("snapshot"), &entry);

	if (err == NULL)
		err = siglet_json_object_each(siglet_json_object_get(timestamp->content, "meta"),
					      count_member, &members);
	if (err == NULL && (entry == NULL || members != 1))
		err = siglet_err_new(SIGLET_E_UNTRUSTED, "does not name the snapshot alone");
	return err == NULL ? siglet_tuf_file_read_metadata(entry, ret_file) : err;
}

/* *ret_same: it is the version that was accepted before, which stays. */
static siglet_err *check_not_older(const siglet_tuf *tuf, const siglet_tuf_metadata *timestamp,
				   bool *ret_same)
{
	const siglet_tuf_metadata *before = tuf->before[SIGLET_TUF_TIMESTAMP];
	siglet_tuf_file announced = { 0 }, announced_before = { 0 };
	siglet_err *err = read_announced(timestamp, &announced);

	*ret_same = false;
	if (err != NULL || before == NULL)
		return err;
	if (timestamp->version < before->version)
		return refuse_older("a timestamp", timestamp->version, before->version);
	*ret_same = timestamp->version == before->version;
	if (*ret_same)
		return NULL;
	err = read_announced(before, &announced_before);
	if (err == NULL && announced.version < announced_before.version)
		err = refuse_older("a snapshot", announced.version, announced_before.version);
	return err;
}

siglet_err *siglet_tuf_accept_timestamp(siglet_tuf *tuf, siglet_slice bytes)
{
	siglet_tuf_metadata *timestamp = NULL;
	bool same = false;
	siglet_err *err = siglet_tuf_metadata_parse(bytes, SIGLET_TUF_MAX_TIMESTAMP_BYTES,
						    "timestamp", &timestamp);

	if (err == NULL)
		err = check_signed(tuf, SIGLET_TUF_TIMESTAMP, timestamp);
	if (err == NULL)
		err = check_not_older(tuf, timestamp, &same);
	if (err == NULL && same) {
		siglet_tuf_metadata_free(timestamp);
		timestamp = tuf->before[SIGLET_TUF_TIMESTAMP];
		tuf->before[SIGLET_TUF_TIMESTAMP] = NULL;
	}
	if (err == NULL)
		err = check_time(tuf, timestamp);
	if (err != NULL && same) {
		tuf->before[SIGLET_TUF_TIMESTAMP] = timestamp;
		return err;
	}
	if (err != NULL) {
		siglet_tuf_metadata_free(timestamp);
		return err;
	}
	put(tuf, SIGLET_TUF_TIMESTAMP, timestamp);
	tuf->stage = SIGLET_TUF_SNAPSHOT;
	return NULL;
}

/* ---- snapshot (5.5) ---- */

typedef struct comparison {
	const siglet_json *now; /* "meta" of the new snapshot */
} comparison;

/* Every file that was listed before still is, and none is older. */
static siglet_err *compare_entry(void *context, siglet_slice name, const siglet_json *old)
{
	const comparison *c = context;
	const siglet_json *entry = siglet_json_object_get(c->now, (const char *)name.ptr);
	siglet_tuf_file file = { 0 }, file_before = { 0 };
	siglet_err *err = siglet_tuf_file_read_metadata(old, &file_before);

	if (err != NULL)
		return err;
	if (entry == NULL)
		return siglet_err_new(SIGLET_E_RANGE, "no longer lists %s, which it did before",
				      siglet_text_printable(name).text);
	err = siglet_tuf_file_read_metadata(entry, &file);
	if (err == NULL && file.version < file_before.version)
		err = refuse_older(siglet_text_printable(name).text, file.version,
				   file_before.version);
	return err;
}

static siglet_err *compare_snapshots(const siglet_tuf *tuf, const siglet_tuf_metadata *snapshot)
{
	const siglet_tuf_metadata *before = tuf->before[SIGLET_TUF_SNAPSHOT];
	comparison c = { NULL };
	siglet_err *err = siglet_json_need_object(snapshot->content, "meta", &c.now);

	if (err != NULL)
		return siglet_tuf_as_untrusted(err);
	if (before == NULL)
		return NULL;
	return siglet_json_object_each(siglet_json_object_get(before->content, "meta"),
				       compare_entry, &c);
}

static siglet_err *check_version(const siglet_tuf_metadata *metadata, const siglet_tuf_file *file)
{
	if (metadata->version == file->version)
		return NULL;
	return siglet_err_new(SIGLET_E_MISMATCH, "has version %lld, not %lld as announced",
			      (long long)metadata->version, (long long)file->version);
}

siglet_err *siglet_tuf_accept_snapshot(siglet_tuf *tuf, siglet_slice bytes)
{
	siglet_tuf_metadata *snapshot = NULL;
	siglet_tuf_file file = { 0 };
	siglet_err *err = read_announced(tuf->of[SIGLET_TUF_TIMESTAMP], &file);

	if (err == NULL)
		err = siglet_tuf_metadata_parse(bytes, SIGLET_TUF_MAX_SNAPSHOT_BYTES, "snapshot",
						&snapshot);
	if (err == NULL)
		err = siglet_tuf_file_check(&file, bytes);
	if (err == NULL)
		err = check_signed(tuf, SIGLET_TUF_SNAPSHOT, snapshot);
	if (err == NULL)
		err = check_version(snapshot, &file);
	if (err == NULL)
		err = compare_snapshots(tuf, snapshot);
	if (err == NULL)
		err = check_time(tuf, snapshot);
	if (err != NULL) {
		siglet_tuf_metadata_free(snapshot);
		return err;
	}
	put(tuf, SIGLET_TUF_SNAPSHOT, snapshot);
	tuf->stage = SIGLET_TUF_TARGETS;
	return NULL;
}

siglet_err *siglet_tuf_snapshot_file(const siglet_tuf *tuf, siglet_slice role,
				     siglet_tuf_file *ret_file)
{
	const siglet_json *entry = NULL;
	siglet_err *err = siglet_tuf_file_entry(tuf->of[SIGLET_TUF_SNAPSHOT], role, &entry);

	if (err != NULL)
		return err;
	if (entry == NULL)
		return siglet_err_new(SIGLET_E_MISSING, "the snapshot does not list the role %s",
				      siglet_text_printable(role).text);
	return siglet_tuf_file_read_metadata(entry, ret_file);
}

/* ---- targets (5.6) ---- */

static siglet_err *check_target(void *context, siglet_slice name, const siglet_json *entry)
{
	siglet_tuf_file file = { 0 };
	siglet_err *err = siglet_tuf_file_read_target(entry, &file);

	(void)context;
	return err == NULL ? NULL : siglet_err_wrap(err, "%s", siglet_text_printable(name).text);
}

/* All that it lists is well-formed, also what nobody asks for. */
static siglet_err *check_list(const siglet_tuf_metadata *targets)
{
	const siglet_json *listed = NULL;
	siglet_err *err = siglet_json_need_object(targets->content, "targets", &listed);

	if (err == NULL)
		err = siglet_json_object_each(listed, check_target, NULL);
	return siglet_tuf_as_untrusted(err);
}

/* Parsed and checked, but for who signed it. */
static siglet_err *read_targets(const siglet_tuf *tuf, siglet_slice role, siglet_slice bytes,
				siglet_tuf_file *ret_file, siglet_tuf_metadata **ret_targets)
{
	siglet_err *err = siglet_tuf_snapshot_file(tuf, role, ret_file);

	if (err == NULL)
		err = siglet_tuf_metadata_parse(bytes, SIGLET_TUF_MAX_TARGETS_BYTES, "targets",
						ret_targets);
	if (err == NULL)
		err = siglet_tuf_file_check(ret_file, bytes);
	return err;
}

static siglet_err *check_rest(const siglet_tuf *tuf, const siglet_tuf_metadata *targets,
			      const siglet_tuf_file *file)
{
	siglet_err *err = check_version(targets, file);

	if (err == NULL)
		err = check_time(tuf, targets);
	return err == NULL ? check_list(targets) : err;
}

siglet_err *siglet_tuf_accept_targets(siglet_tuf *tuf, siglet_slice bytes)
{
	siglet_tuf_metadata *targets = NULL;
	siglet_tuf_file file = { 0 };
	siglet_err *err = read_targets(tuf, siglet_slice_str("targets"), bytes, &file, &targets);

	if (err == NULL)
		err = check_signed(tuf, SIGLET_TUF_TARGETS, targets);
	if (err == NULL)
		err = check_rest(tuf, targets, &file);
	if (err != NULL) {
		siglet_tuf_metadata_free(targets);
		return err;
	}
	put(tuf, SIGLET_TUF_TARGETS, targets);
	tuf->stage = SIGLET_TUF_DELEGATED;
	return NULL;
}

static siglet_err *keep_delegated(siglet_tuf *tuf, siglet_tuf_metadata *metadata)
{
	siglet_tuf_delegated *d;
	siglet_err *err;

	if (tuf->delegated_count >= SIGLET_TUF_MAX_DELEGATIONS)
		return siglet_err_new(SIGLET_E_LIMIT, "more than %d delegated roles",
				      SIGLET_TUF_MAX_DELEGATIONS);
	d = &tuf->delegated[tuf->delegated_count];
	siglet_buf_init(&d->name, tuf->wanted.max);
	err = siglet_buf_append(&d->name, siglet_buf_slice(&tuf->wanted));
	if (err != NULL) {
		siglet_buf_clear(&d->name);
		return err;
	}
	d->metadata = metadata;
	tuf->delegated_count++;
	siglet_buf_clear(&tuf->wanted);
	return NULL;
}

siglet_err *siglet_tuf_accept_delegated(siglet_tuf *tuf, siglet_slice bytes)
{
	siglet_tuf_metadata *targets = NULL;
	siglet_tuf_file file = { 0 };
	siglet_err *err = read_targets(tuf, siglet_buf_slice(&tuf->wanted), bytes, &file, &targets);

	if (err == NULL)
		err = siglet_tuf_check_signatures(targets, tuf->wanted_keys, tuf->wanted_role);
	if (err == NULL)
		err = check_rest(tuf, targets, &file);
	if (err == NULL)
		err = keep_delegated(tuf, targets);
	if (err != NULL)
		siglet_tuf_metadata_free(targets);
	return err;
}
