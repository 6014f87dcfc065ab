#include "store/store.h"
#include "store/store_internal.h"

/* An update from the repository: TUF section 5, with what was kept as the memory of earlier ones. */

typedef struct update {
	const siglet_store_source *source;
	const siglet_pack *kept;
	siglet_tuf *tuf;
	siglet_pack *fresh;	/* complete or not, what came of it */
	siglet_store_file file; /* that is being fetched */
} update;

/* ---- memory ---- */

static siglet_err *feed_root_of(update *u, siglet_pack_part part, const char *name, bool *ret_fed)
{
	const siglet_slice root = siglet_pack_get(u->kept, part, name);
	siglet_err *err;

	if (root.len == 0)
		return NULL;
	err = siglet_tuf_feed_known(u->tuf, root);
	*ret_fed = err == NULL;
	if (err == NULL)
		return siglet_pack_put(u->fresh, SIGLET_PACK_METADATA, name, root);
	if (siglet_err_is_fault(err))
		return err;
	siglet_err_free(err);
	return NULL;
}

/* *ret_fed: it was kept, and chains. As begin does, the good one first. */
static siglet_err *feed_kept_root(update *u, const char *path, bool *ret_fed)
{
	siglet_buf name;
	siglet_err *err;

	*ret_fed = false;
	siglet_buf_init(&name, SIGLET_STORE_MAX_PATH);
	err = siglet_buf_append_str(&name, path);
	if (err == NULL)
		err = feed_root_of(u, SIGLET_PACK_METADATA, siglet_buf_text(&name), ret_fed);
	if (err == NULL && !*ret_fed)
		err = feed_root_of(u, SIGLET_PACK_SEEN, siglet_buf_text(&name), ret_fed);
	siglet_buf_clear(&name);
	return err;
}

/*
 * The roots that were kept are walked first. Where one does not chain, the repository is asked for
 * that version anew.
 */
static siglet_err *walk_kept_roots(update *u)
{
	siglet_tuf_request request;
	bool fed = true;
	siglet_err *err = NULL;

	while (err == NULL && fed) {
		err = siglet_tuf_next(u->tuf, &request);
		if (err == NULL)
			err = feed_kept_root(u, request.path, &fed);
	}
	return err;
}

static siglet_err *recall_part(update *u, siglet_pack_part part)
{
	return siglet_tuf_recall(u->tuf, siglet_pack_get(u->kept, part, "timestamp.json"),
				 siglet_pack_get(u->kept, part, "snapshot.json"),
				 siglet_pack_get(u->kept, part, "targets.json"));
}

static siglet_err *begin(update *u)
{
	siglet_err *err = walk_kept_roots(u);

	if (err != NULL)
		return err;
	/* The good one first, then what is newer; one that does not verify takes no other's place. */
	err = recall_part(u, SIGLET_PACK_METADATA);
	return err == NULL ? recall_part(u, SIGLET_PACK_SEEN) : err;
}

/* ---- metadata ---- */

/* At most as many bytes as ret_bytes has room for. */
static siglet_err *fetch(update *u, siglet_pack_part part, const char *name, const char *path,
			 bool *ret_found, siglet_buf *ret_bytes)
{
	const siglet_instance *instance = u->source->instance;
	siglet_buf url;
	siglet_err *err;

	siglet_buf_init(&url, SIGLET_STORE_MAX_PATH);
	err = siglet_buf_printf(
		&url, "%s%s",
		part == SIGLET_PACK_TARGETS ? instance->targets_url : instance->metadata_url, path);
	u->file = (siglet_store_file) { .url = siglet_buf_text(&url),
					.part = part,
					.name = name,
					.max_bytes = ret_bytes->max };
	if (err == NULL)
		err = u->source->fetch(u->source->context, &u->file, ret_found, ret_bytes);
	siglet_buf_clear(&url);
	return err;
}

static siglet_err *step(update *u, const siglet_tuf_request *request)
{
	siglet_buf name, bytes;
	bool found = false;
	siglet_err *err;

	siglet_buf_init(&name, SIGLET_STORE_MAX_PATH);
	siglet_buf_init(&bytes, request->max_bytes);
	err = siglet_pack_name(request, &name);
	if (err == NULL)
		err = fetch(u, SIGLET_PACK_METADATA, siglet_buf_text(&name), request->path, &found,
			    &bytes);
	if (err == NULL && !found)
		err = siglet_tuf_absent(u->tuf);
	else if (err == NULL)
		err = siglet_tuf_feed(u->tuf, siglet_buf_slice(&bytes));
	if (err == NULL && found)
		err = siglet_pack_put(u->fresh, SIGLET_PACK_METADATA, siglet_buf_text(&name),
				      siglet_buf_slice(&bytes));
	siglet_buf_clear(&bytes);
	siglet_buf_clear(&name);
	return err;
}

static siglet_err *run(update *u)
{
	siglet_tuf_request request;
	siglet_err *err = siglet_tuf_next(u->tuf, &request);

	while (err == NULL && request.path != NULL) {
		err = step(u, &request);
		if (err == NULL)
			err = siglet_tuf_next(u->tuf, &request);
	}
	return err;
}

/* ---- files ---- */

static siglet_err *get_target(update *u, const char *name, const siglet_tuf_target *target)
{
	siglet_slice kept = siglet_pack_get(u->kept, SIGLET_PACK_TARGETS, name);
	siglet_buf bytes;
	bool found = false;
	siglet_err *err = kept.len == 0 ? NULL : siglet_tuf_target_check(target, kept);

	if (kept.len > 0 && err == NULL)
		return siglet_pack_put(u->fresh, SIGLET_PACK_TARGETS, name, kept);
	siglet_err_free(err);
	if (target->length > SIGLET_STORE_MAX_TARGET_BYTES)
		return siglet_err_new(SIGLET_E_LIMIT, "%s: of %zu bytes", name, target->length);
	siglet_buf_init(&bytes, target->length);
	err = fetch(u, SIGLET_PACK_TARGETS, name, target->path, &found, &bytes);
	if (err == NULL && !found)
		err = siglet_err_new(SIGLET_E_MISSING, "%s: there is no such file", target->path);
	if (err == NULL)
		err = siglet_tuf_target_check(target, siglet_buf_slice(&bytes));
	if (err == NULL)
		err = siglet_pack_put(u->fresh, SIGLET_PACK_TARGETS, name,
				      siglet_buf_slice(&bytes));
	else
		err = siglet_err_wrap(err, "%s", name);
	siglet_buf_clear(&bytes);
	return err;
}

/* Where the top level does not list it, roles that it delegates to may. */
static siglet_err *get_wanted(update *u, const char *names)
{
	siglet_tuf_target target;
	bool found = false;
	siglet_buf name;
	siglet_err *err;

	siglet_buf_init(&name, SIGLET_STORE_MAX_PATH);
	err = siglet_store_choose(u->tuf, names, &name);
	if (err == NULL)
		err = siglet_tuf_find(u->tuf, siglet_buf_slice(&name), &found, &target);
	while (err == NULL && !found) {
		siglet_tuf_request request;

		err = siglet_tuf_next(u->tuf, &request);
		if (err != NULL || request.path == NULL)
			break;
		err = step(u, &request);
		if (err == NULL)
			err = siglet_tuf_find(u->tuf, siglet_buf_slice(&name), &found, &target);
	}
	if (err == NULL && found)
		err = get_target(u, siglet_buf_text(&name), &target);
	siglet_buf_clear(&name);
	return err;
}

/* ---- the outcome ---- */

/* The metadata that is in force, also where it was not fetched because it had not changed. */
static siglet_err *complete(update *u)
{
	static const char *const names[] = { NULL, "timestamp.json", "snapshot.json",
					     "targets.json" };
	siglet_err *err = siglet_pack_set(u->fresh, u->source->instance->name, u->source->now_s);

	for (int i = SIGLET_TUF_TIMESTAMP; err == NULL && i < SIGLET_TUF_ROLE_COUNT; i++)
		err = siglet_pack_put(u->fresh, SIGLET_PACK_METADATA, names[i],
				      siglet_tuf_bytes(u->tuf, (siglet_tuf_role)i));
	return err;
}

static siglet_err *copy_seen(void *context, const char *name, siglet_slice bytes)
{
	return siglet_pack_put(context, SIGLET_PACK_SEEN, name, bytes);
}

/*
 * What was good stays as it was; what was seen of the new is remembered beside it, so that nobody
 * can go back behind it.
 */
static siglet_err *remember(const update *u, siglet_pack **ret_pack)
{
	siglet_pack *pack = NULL;
	siglet_err *err = siglet_pack_new(&pack);
	const char *name = u->source->instance->name;

	if (err == NULL)
		err = siglet_pack_set(pack, name,
				      u->kept == NULL ? 0 : siglet_pack_refreshed_s(u->kept));
	for (int i = 0; err == NULL && i < SIGLET_PACK_PARTS; i++)
		err = siglet_pack_copy(u->kept, (siglet_pack_part)i, pack);
	if (err == NULL)
		err = siglet_pack_each(u->fresh, SIGLET_PACK_METADATA, copy_seen, pack);
	if (err != NULL) {
		siglet_pack_free(pack);
		return err;
	}
	*ret_pack = pack;
	return NULL;
}

/* What a repository answers that can't be reached is not its own; all else it has to answer for. */
static siglet_err *judge(siglet_err *err)
{
	static const siglet_code foreign[] = { SIGLET_E_NETWORK, SIGLET_E_MALFORMED,
					       SIGLET_E_MISSING, SIGLET_E_LIMIT };

	if (err == NULL || siglet_err_is_fault(err))
		return err;
	for (size_t i = 0; i < SIGLET_COUNT(foreign); i++)
		if (siglet_err_code(err) == foreign[i])
			return siglet_err_recode(err, SIGLET_E_NETWORK);
	return siglet_store_as_untrusted(err);
}

static siglet_err *update_all(update *u)
{
	siglet_err *err = begin(u);

	if (err == NULL)
		err = run(u);
	for (size_t i = 0; err == NULL && u->source->wanted[i] != NULL; i++)
		err = get_wanted(u, u->source->wanted[i]);
	return err == NULL ? complete(u) : err;
}

siglet_err *siglet_store_update(const siglet_store_source *source, const siglet_pack *kept,
				siglet_pack **ret_pack)
{
	update u = { .source = source, .kept = kept };
	siglet_err *err =
		siglet_tuf_new(source->instance->anchor, source->now_s, source->age, &u.tuf);

	*ret_pack = NULL;
	if (err != NULL)
		return siglet_store_as_untrusted(err);
	err = siglet_pack_new(&u.fresh);
	if (err == NULL)
		err = judge(update_all(&u));
	if (err == NULL) {
		*ret_pack = u.fresh;
		u.fresh = NULL;
	} else if (u.fresh != NULL) {
		siglet_err_free(remember(&u, ret_pack));
	}
	siglet_pack_free(u.fresh);
	siglet_tuf_free(u.tuf);
	return err;
}
