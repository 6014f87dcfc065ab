#include <stdlib.h>

#include "store/store.h"
#include "store/store_internal.h"
#include "sys/sys.h"

/* Which material is in force, and when to look for newer. */

#define MAX_PACK_BYTES ((size_t)24 << 20)
#define LOCK_WAIT_MS 30000
#define TRIED_MS 1000
#define DAY_S ((int64_t)86400)

/* What is at hand before anybody is asked. */
typedef struct state {
	const siglet_store_question *question;
	siglet_pack *pack; /* as it was kept; NULL: none that can be read */
	siglet_store_material material;
	int lock;
	siglet_err *unlocked; /* why the lock can't be had */
} state;

/* ---- files ---- */

static siglet_err *path_of(const siglet_store_question *q, const char *suffix, siglet_buf *ret_path)
{
	return siglet_buf_printf(ret_path, "%s/%s%s", q->folder, q->instance->name, suffix);
}

siglet_err *siglet_store_read_pack(const siglet_store_question *q, siglet_pack **ret_pack)
{
	siglet_buf path, json;
	siglet_err *err;

	if (q->folder == NULL)
		return siglet_err_new(SIGLET_E_MISSING, "nothing is kept");
	siglet_buf_init(&path, SIGLET_STORE_MAX_PATH);
	siglet_buf_init(&json, MAX_PACK_BYTES);
	err = path_of(q, ".json", &path);
	if (err == NULL)
		err = siglet_sys_read_kept(siglet_buf_text(&path), &json);
	if (err == NULL) {
		err = siglet_pack_parse(siglet_buf_slice(&json), ret_pack);
		if (err != NULL)
			err = siglet_err_wrap(err, "%s",
					      siglet_text_printable(siglet_buf_slice(&path)).text);
	}
	siglet_buf_clear(&json);
	siglet_buf_clear(&path);
	return err;
}

static siglet_err *write_pack(const siglet_store_question *q, const siglet_pack *pack)
{
	siglet_buf path, json;
	siglet_err *err;

	siglet_buf_init(&path, SIGLET_STORE_MAX_PATH);
	siglet_buf_init(&json, MAX_PACK_BYTES);
	err = siglet_pack_write(pack, &json);
	if (err == NULL)
		err = path_of(q, ".json", &path);
	if (err == NULL)
		err = siglet_sys_write_kept(siglet_buf_text(&path), siglet_buf_slice(&json));
	siglet_buf_clear(&json);
	siglet_buf_clear(&path);
	return err;
}

/* One process asks for news at a time; who waited finds them kept. */
static siglet_err *lock(state *s)
{
	siglet_buf path;
	siglet_err *err;

	siglet_buf_init(&path, SIGLET_STORE_MAX_PATH);
	err = siglet_sys_make_folder(s->question->folder);
	if (err == NULL)
		err = path_of(s->question, ".lock", &path);
	if (err == NULL)
		err = siglet_sys_lock(siglet_buf_text(&path), LOCK_WAIT_MS, &s->lock);
	siglet_buf_clear(&path);
	return err;
}

/* ---- what is at hand ---- */

static siglet_err *take_shipped(state *s)
{
	const siglet_instance *instance = s->question->instance;
	siglet_store_material *m = &s->material;
	siglet_err *err = siglet_buf_append(&m->root, instance->root);

	if (err == NULL)
		err = siglet_buf_append(&m->config, instance->config);
	m->origin = SIGLET_STORE_SHIPPED;
	m->refreshed_s = instance->shipped_s;
	m->versions[SIGLET_TUF_ROOT] = instance->anchor_version;
	m->expires_s = instance->anchor_expires_s;
	return err;
}

/* Its timestamp had expired before what is compiled in was taken from its source. */
static bool is_older_than_shipped(const state *s)
{
	const siglet_instance *instance = s->question->instance;

	return instance->root.len > 0 && s->material.timestamp_expires_s < instance->shipped_s;
}

/*
 * What was kept, if it still verifies; and if nothing newer was compiled in since: its timestamp
 * had expired before that was taken from its source.
 */
static siglet_err *take_kept(state *s, bool *ret_taken)
{
	const siglet_store_question *q = s->question;
	siglet_err *err;

	*ret_taken = false;
	err = siglet_store_read_pack(q, &s->pack);
	if (err == NULL &&
	    siglet_pack_get(s->pack, SIGLET_PACK_METADATA, "timestamp.json").len == 0)
		return NULL;
	if (err == NULL)
		err = siglet_store_load(q->instance, s->pack, q->now_s, &s->material);
	if (err == NULL && q->check_root != NULL)
		err = q->check_root(siglet_buf_slice(&s->material.root));
	if (err == NULL && is_older_than_shipped(s)) {
		siglet_store_material_clear(&s->material);
		return NULL;
	}
	*ret_taken = err == NULL;
	if (err == NULL || siglet_err_is_fault(err))
		return err;
	if (siglet_err_code(err) == SIGLET_E_MISSING && s->pack == NULL) {
		siglet_err_free(err);
		return NULL;
	}
	siglet_store_material_clear(&s->material);
	s->material.warning =
		siglet_err_wrap(err, "what was kept of %s is not used", q->instance->name);
	return NULL;
}

static siglet_err *look(state *s)
{
	bool taken = false;
	siglet_err *err;

	siglet_pack_free(s->pack);
	s->pack = NULL;
	siglet_store_material_clear(&s->material);
	err = take_kept(s, &taken);
	return err == NULL && !taken ? take_shipped(s) : err;
}

/* A time of the last look that lies in the future is none. */
static bool is_fresh(const state *s)
{
	const siglet_store_material *m = &s->material;
	const int64_t now = s->question->now_s;

	return m->origin != SIGLET_STORE_SHIPPED && now < m->expires_s && m->refreshed_s <= now &&
	       now - m->refreshed_s < SIGLET_STORE_REFRESH_S;
}

/* ---- verdicts on age ---- */

static siglet_err *too_old(const state *s, siglet_err *why, const char *hint)
{
	const siglet_store_material *m = &s->material;
	siglet_err *err;

	if (m->root.len == 0)
		err = siglet_err_new(SIGLET_E_TRUST, "there is no trust root of %s yet",
				     s->question->instance->name);
	else
		err = siglet_err_new(SIGLET_E_TRUST, "the trust root of %s expired at %s%s%s",
				     s->question->instance->name,
				     siglet_time_format(m->expires_s).text,
				     why == NULL ? "" : ", and ",
				     why == NULL ? "" : siglet_err_message(why));
	siglet_err_free(why);
	return siglet_err_hint(err, "%s", hint);
}

static siglet_err *check_offline(const state *s)
{
	const siglet_store_question *q = s->question;
	const int64_t most = (int64_t)q->max_stale_days * DAY_S;

	if (s->material.root.len == 0)
		return too_old(s, NULL,
			       "siglet trust update fetches one, siglet trust import brings one");
	if (q->for_signing && q->now_s >= s->material.expires_s)
		return too_old(s, NULL, "signing needs a current one: siglet trust update");
	if (q->has_max_stale && q->now_s - s->material.expires_s > most)
		return too_old(s, NULL, "that is longer ago than --max-stale allows");
	return NULL;
}

/* Nobody answered: what is at hand serves on for a while, and that is said. */
static siglet_err *fall_back(state *s, siglet_err *why)
{
	const siglet_store_question *q = s->question;
	const int64_t expires = s->material.expires_s;
	const int64_t grace = q->for_signing	 ? 0
			      : q->has_max_stale ? (int64_t)q->max_stale_days * DAY_S
						 : SIGLET_STORE_GRACE_S;

	if (s->material.root.len == 0 || q->now_s - expires >= grace)
		return too_old(s, why,
			       q->for_signing ? "signing needs a current one: try again later"
					      : "--offline uses it all the same");
	siglet_err_free(s->material.warning);
	s->material.warning = siglet_err_wrap(why, "the trust root of %s could not be refreshed",
					      q->instance->name);
	return NULL;
}

/* ---- news ---- */

static siglet_err *check_readable(const siglet_store_question *q, const siglet_store_material *m)
{
	siglet_err *err = q->check_root == NULL ? NULL : q->check_root(siglet_buf_slice(&m->root));

	return err == NULL || siglet_err_is_fault(err)
		       ? err
		       : siglet_err_wrap(siglet_err_recode(err, SIGLET_E_NETWORK),
					 "this siglet is too old for its trusted root");
}

/* What is at hand stays where the new can't be used. */
static siglet_err *use_update(state *s, const siglet_pack *pack)
{
	const siglet_store_question *q = s->question;
	siglet_store_material fresh;
	siglet_err *err;

	siglet_store_material_init(&fresh);
	err = siglet_store_as_untrusted(siglet_store_load(q->instance, pack, q->now_s, &fresh));
	if (err == NULL)
		err = check_readable(q, &fresh);
	if (err != NULL) {
		siglet_store_material_clear(&fresh);
		return err;
	}
	siglet_store_material_clear(&s->material);
	s->material = fresh;
	s->material.origin = SIGLET_STORE_FETCHED;
	return NULL;
}

/*
 * Keys that are rotated in the middle of an update look like a broken rule: whoever began with the
 * old root meets what the new one's keys have signed. Asked once more, it finds that root.
 */
static siglet_err *update_patiently(const siglet_store_source *source, const siglet_pack *kept,
				    siglet_pack **ret_pack)
{
	siglet_pack *first = NULL;
	siglet_err *err = siglet_store_update(source, kept, &first);

	if (err == NULL || siglet_err_code(err) != SIGLET_E_TRUST || first == NULL) {
		*ret_pack = first;
		return err;
	}
	siglet_err_free(err);
	err = siglet_store_update(source, first, ret_pack);
	siglet_pack_free(first);
	return err;
}

/* Only who has the lock writes. */
static siglet_err *keep_pack(state *s, const siglet_pack *pack)
{
	siglet_err *unlocked = s->unlocked;

	s->unlocked = NULL;
	return s->question->folder == NULL || unlocked != NULL ? unlocked
							       : write_pack(s->question, pack);
}

static siglet_err *refresh(state *s)
{
	const siglet_store_question *q = s->question;
	const siglet_store_source source = { .instance = q->instance,
					     .fetch = q->fetch,
					     .context = q->context,
					     .now_s = q->now_s,
					     .wanted = siglet_store_wanted };
	siglet_pack *pack = NULL;
	siglet_err *err = update_patiently(&source, s->pack, &pack);
	siglet_err *unkept = NULL;
	bool keep = pack != NULL;

	if (err == NULL) {
		err = use_update(s, pack);
		keep = err == NULL;
	}
	if (keep)
		unkept = keep_pack(s, pack);
	siglet_pack_free(pack);
	/* That it can't be kept is no reason not to use it, unless it was all that was asked. */
	if (err != NULL || unkept == NULL) {
		siglet_err_free(unkept);
		return err;
	}
	unkept = siglet_err_wrap(unkept, "what was fetched can't be kept");
	if (q->always_refresh)
		return unkept;
	siglet_err_free(s->material.warning);
	s->material.warning = unkept;
	return NULL;
}

/*
 * Who waited for another that found nothing new, as when the network swallows everything, does not
 * make the next one wait as long again, while what is at hand is good.
 */
static bool was_tried(const state *s, int64_t waited_ms)
{
	return waited_ms >= TRIED_MS && !s->question->always_refresh && s->material.root.len > 0 &&
	       s->question->now_s < s->material.expires_s;
}

static siglet_err *ask_once(state *s, bool *ret_done)
{
	const int64_t begun_ms = siglet_sys_monotonic_ms();
	siglet_err *err;

	s->unlocked = lock(s);
	err = s->lock >= 0 ? look(s) : NULL;
	*ret_done = err != NULL || (is_fresh(s) && !s->question->always_refresh);
	if (*ret_done || !was_tried(s, siglet_sys_monotonic_ms() - begun_ms))
		return err;
	*ret_done = true;
	return fall_back(s, siglet_err_new(SIGLET_E_NETWORK,
					   "another process has just tried in vain"));
}

static siglet_err *look_for_news(state *s)
{
	const siglet_store_question *q = s->question;
	bool done = false;
	siglet_err *err = q->folder == NULL ? NULL : ask_once(s, &done);

	if (err != NULL || done)
		return err;
	err = refresh(s);
	if (err == NULL || siglet_err_code(err) != SIGLET_E_NETWORK)
		return err;
	return q->always_refresh ? err : fall_back(s, err);
}

/* Gives the lock back and, where there is no error, the material. */
static siglet_err *finish(state *s, siglet_err *err, siglet_store_material *ret_material)
{
	siglet_sys_unlock(s->lock);
	siglet_err_free(s->unlocked);
	siglet_pack_free(s->pack);
	if (err != NULL) {
		siglet_store_material_clear(&s->material);
		return err;
	}
	siglet_store_material_clear(ret_material);
	*ret_material = s->material;
	return NULL;
}

siglet_err *siglet_store_current(const siglet_store_question *question,
				 siglet_store_material *ret_material)
{
	state s = { .question = question, .lock = -1 };
	siglet_err *err;

	siglet_store_material_init(&s.material);
	err = look(&s);
	if (err == NULL && question->fetch == NULL)
		err = check_offline(&s);
	else if (err == NULL && (question->always_refresh || !is_fresh(&s)))
		err = look_for_news(&s);
	return finish(&s, err, ret_material);
}

/* ---- across an air gap ---- */

/* The pack stands for the repository; what it holds may have expired on the way. */
static siglet_err *import(state *s, const siglet_pack *pack)
{
	const siglet_store_question *q = s->question;
	const siglet_store_source source = { .instance = q->instance,
					     .fetch = siglet_store_fetch_from_pack,
					     .context = &pack,
					     .now_s = q->now_s,
					     .age = SIGLET_TUF_ANY_AGE,
					     .wanted = siglet_store_wanted };
	siglet_pack *fresh = NULL;
	siglet_err *err = siglet_store_update(&source, s->pack, &fresh);

	if (err == NULL)
		err = siglet_pack_set(fresh, q->instance->name, siglet_pack_refreshed_s(pack));
	if (err == NULL)
		err = use_update(s, fresh);
	if (err == NULL && is_older_than_shipped(s))
		err = siglet_err_new(SIGLET_E_TRUST, "it is older than what this siglet ships");
	if (err == NULL)
		err = write_pack(q, fresh);
	s->material.origin = SIGLET_STORE_KEPT;
	siglet_pack_free(fresh);
	/* What is missing in a pack is its fault. */
	if (err != NULL && siglet_err_code(err) == SIGLET_E_NETWORK)
		err = siglet_err_recode(err, SIGLET_E_TRUST);
	return err;
}

siglet_err *siglet_store_import(const siglet_store_question *question, const siglet_pack *pack,
				siglet_store_material *ret_material)
{
	state s = { .question = question, .lock = -1 };
	siglet_err *err;

	siglet_store_material_init(&s.material);
	err = lock(&s);
	if (err == NULL)
		err = look(&s);
	if (err == NULL)
		err = import(&s, pack);
	return finish(&s, err, ret_material);
}
