#include "audit/audit_internal.h"

#include <stdlib.h>
#include <string.h>

#include "rekor/rekor.h"
#include "sys/sys.h"

/* A log that is asked: of which kind it is, and what it shows. */

#define REMOTE_JOBS 32 /* 800 kB each in 50 ms: half a gigabyte a second */

/* Rekor v2 serves below /api/v2, other logs at their URL itself. */
static const char *const prefixes[] = { "/api/v2", "" };

typedef struct asking {
	const siglet_audit *audit;
	const audit_log *log;
	siglet_source *source;
	siglet_audit_tree_visit *visit;
	void *context;
	siglet_buf *bad;
	bool asks_head; /* a CT log that has no checkpoint but a tree head */
} asking;

/* ---- tiles ---- */

static siglet_err *read_fresh(const asking *a, siglet_freshness freshness, audit_view *view)
{
	siglet_buf text;
	siglet_err *err;

	siglet_buf_init(&text, SIGLET_MAX_NOTE_BYTES);
	err = a->asks_head ? siglet_audit_ct_head(a->source, a->log, freshness, &text)
			   : siglet_source_fetch(a->source, "checkpoint", freshness, &text);
	if (err == NULL) {
		siglet_buf_clear(a->bad);
		err = siglet_buf_append(a->bad, siglet_buf_slice(&text));
	}
	if (err == NULL)
		err = siglet_audit_view_read(a->log, siglet_buf_slice(&text), view);
	if (err == NULL)
		err = siglet_audit_view_check_whole(a->log, view);
	if (err == NULL)
		siglet_buf_clear(a->bad);
	siglet_buf_clear(&text);
	return err;
}

/* What is bad may be a cache's. */
static siglet_err *read_view(const asking *a, audit_view *view)
{
	siglet_err *err = read_fresh(a, SIGLET_ANY_COPY, view);

	if (err == NULL || siglet_err_is_fault(err) || siglet_err_code(err) == SIGLET_E_NETWORK ||
	    siglet_err_code(err) == SIGLET_E_IO || a->bad->len == 0)
		return err;
	siglet_err_free(err);
	return read_fresh(a, SIGLET_FRESH_COPY, view);
}

static siglet_err *visit_one(const asking *a, audit_kind kind)
{
	audit_tree tree = {
		.audit = a->audit,
		.log = a->log,
		.kind = kind,
		.source = a->source,
		.url = siglet_source_where(a->source),
		.is_active = true,
	};
	siglet_err *err;

	siglet_audit_view_init(&tree.fresh);
	err = read_view(a, &tree.fresh);
	if (err == NULL)
		err = a->visit(a->context, &tree);
	siglet_tree_free(tree.hashes);
	siglet_audit_view_clear(&tree.fresh);
	/* cppcheck-suppress returnDanglingLifetime ; an error borrows nothing */
	return err;
}

bool siglet_audit_has_tiles(const audit_tree *tree)
{
	return tree->kind == AUDIT_TILED || tree->kind == AUDIT_CT_TILED;
}

siglet_err *siglet_audit_open_tiles(const audit_tree *tree, const audit_view *view,
				    siglet_tree **ret_hashes)
{
	siglet_err *err = siglet_tree_open(tree->source, view->checkpoint.size,
					   &view->checkpoint.root, ret_hashes);

	if (err == NULL && tree->kind == AUDIT_CT_TILED)
		siglet_tree_set_format(*ret_hashes, &siglet_audit_ct_tiles);
	return err;
}

siglet_err *siglet_audit_tree_hashes(audit_tree *tree, siglet_tree **ret_hashes)
{
	siglet_err *err = NULL;

	if (tree->hashes == NULL)
		err = siglet_audit_open_tiles(tree, &tree->fresh, &tree->hashes);
	if (err == NULL)
		*ret_hashes = tree->hashes;
	return err;
}

static void replace_fresh(audit_tree *tree, audit_view *view)
{
	siglet_tree_free(tree->hashes);
	tree->hashes = NULL;
	siglet_audit_view_clear(&tree->fresh);
	tree->fresh = *view;
	siglet_audit_view_init(view);
}

siglet_err *siglet_audit_tree_refresh(audit_tree *tree)
{
	asking a = { .audit = tree->audit, .log = tree->log, .source = tree->source };
	audit_view view;
	siglet_buf bad;
	siglet_err *err;

	/* No cache is known to keep what Rekor v1 says, nor does a folder have one. */
	if (tree->kind == AUDIT_REKOR_V1 || !siglet_source_is_remote(tree->source))
		return NULL;
	a.asks_head = tree->kind == AUDIT_CT_API;
	siglet_buf_init(&bad, SIGLET_MAX_NOTE_BYTES);
	siglet_audit_view_init(&view);
	a.bad = &bad;
	err = read_fresh(&a, SIGLET_FRESH_COPY, &view);
	if (err == NULL && view.checkpoint.size > tree->fresh.checkpoint.size)
		replace_fresh(tree, &view);
	siglet_audit_view_clear(&view);
	siglet_buf_clear(&bad);
	if (err == NULL || siglet_err_is_fault(err))
		return err;
	siglet_err_free(err);
	return NULL;
}

typedef enum place {
	PLACE_EMPTY = 0,
	PLACE_OTHER, /* a checkpoint, which is not the log's */
	PLACE_ITS,
} place;

/* What is below that prefix? The source reads from there then. */
static siglet_err *look_below(const asking *a, const char *prefix, place *ret_place)
{
	siglet_err *err = siglet_source_set_prefix(a->source, prefix);
	audit_view view;

	if (err != NULL)
		return err;
	siglet_audit_view_init(&view);
	siglet_buf_clear(a->bad);
	err = read_fresh(a, SIGLET_ANY_COPY, &view);
	siglet_audit_view_clear(&view);
	/* What has its key's id is its, or is meant to pass for it. */
	if (err == NULL || siglet_err_code(err) == SIGLET_E_MISMATCH ||
	    siglet_err_code(err) == SIGLET_E_UNTRUSTED) {
		siglet_err_free(err);
		siglet_buf_clear(a->bad);
		*ret_place = PLACE_ITS;
		return NULL;
	}
	if (siglet_err_is_fault(err) ||
	    (a->bad->len == 0 && siglet_err_code(err) != SIGLET_E_MISSING))
		return err;
	*ret_place = a->bad->len > 0 ? PLACE_OTHER : PLACE_EMPTY;
	siglet_err_free(err);
	siglet_buf_clear(a->bad);
	return NULL;
}

/* One host may serve several logs: the place that has what this one signed is meant. */
static siglet_err *find_prefix(const asking *a, place *ret_place)
{
	const char *other = NULL;

	*ret_place = PLACE_EMPTY;
	for (size_t i = 0; i < SIGLET_COUNT(prefixes) && *ret_place != PLACE_ITS; i++) {
		siglet_err *err = look_below(a, prefixes[i], ret_place);

		if (err != NULL)
			return err;
		if (*ret_place == PLACE_OTHER && other == NULL)
			other = prefixes[i];
	}
	if (*ret_place == PLACE_ITS || other == NULL)
		return NULL;
	*ret_place = PLACE_OTHER;
	return siglet_source_set_prefix(a->source, other);
}

/* ---- Rekor v1 ---- */

static siglet_err *visit_shard(const asking *a, const siglet_rekor_shard *shard, uint64_t total,
			       uint64_t *offset)
{
	audit_tree tree = {
		.audit = a->audit,
		.log = a->log,
		.kind = AUDIT_REKOR_V1,
		.source = a->source,
		.url = siglet_source_where(a->source),
		.tree_id = shard->tree_id,
		.offset = *offset,
		.total = total,
		.is_active = shard->is_active,
	};
	siglet_err *err;

	siglet_audit_view_init(&tree.fresh);
	siglet_buf_clear(a->bad);
	err = siglet_buf_append(a->bad, shard->checkpoint);
	if (err == NULL)
		err = siglet_audit_view_read(a->log, shard->checkpoint, &tree.fresh);
	if (err == NULL) {
		siglet_buf_clear(a->bad);
		err = a->visit(a->context, &tree);
	}
	/* Later trees begin where this one ends, by its signed size. */
	if (err == NULL)
		*offset += tree.fresh.checkpoint.size;
	siglet_audit_view_clear(&tree.fresh);
	/* cppcheck-suppress returnDanglingLifetime ; an error borrows nothing */
	return err;
}

static siglet_err *visit_shards(const asking *a)
{
	const siglet_transport transport = siglet_source_transport(a->source);
	siglet_rekor_shards shards;
	uint64_t offset = 0, total = 0;
	siglet_err *err;

	siglet_rekor_shards_init(&shards);
	err = siglet_rekor_read_shards(&transport, siglet_source_where(a->source), &shards);
	for (size_t i = 0; err == NULL && i < shards.count; i++)
		total += shards.of[i].size;
	for (size_t i = 0; err == NULL && i < shards.count; i++)
		err = visit_shard(a, &shards.of[i], total, &offset);
	siglet_rekor_shards_clear(&shards);
	return err;
}

/* ---- CT logs ---- */

/* Static files where there are such, else the API. *ret_kind says which. */
static siglet_err *find_ct(asking *a, audit_kind *ret_kind)
{
	place found = PLACE_EMPTY;
	siglet_err *err = look_below(a, "", &found);

	*ret_kind = AUDIT_CT_TILED;
	if (err == NULL && found == PLACE_EMPTY && siglet_source_is_remote(a->source)) {
		a->asks_head = true;
		*ret_kind = AUDIT_CT_API;
	}
	return err;
}

static siglet_err *visit_ct(asking *a)
{
	audit_kind kind = AUDIT_CT_TILED;
	siglet_err *err = find_ct(a, &kind);

	return err == NULL ? visit_one(a, kind) : err;
}

/* ---- any ---- */

unsigned siglet_audit_jobs(const audit_tree *tree)
{
	if (tree->audit->jobs > 0)
		return tree->audit->jobs;
	return siglet_source_is_remote(tree->source) ? REMOTE_JOBS : siglet_sys_processors();
}

static siglet_err *visit_any(const asking *a)
{
	const bool is_remote = siglet_source_is_remote(a->source);
	place found = PLACE_EMPTY;
	siglet_err *err = find_prefix(a, &found);

	if (err == NULL && found != PLACE_ITS && is_remote) {
		err = visit_shards(a);
		/* Then what is there is all that there is. */
		if (found == PLACE_OTHER && err != NULL && a->bad->len == 0 &&
		    siglet_err_code(err) == SIGLET_E_MISSING) {
			siglet_err_free(err);
			err = visit_one(a, AUDIT_TILED);
		}
		return err;
	}
	if (err != NULL || found != PLACE_EMPTY)
		return err == NULL ? visit_one(a, AUDIT_TILED) : err;
	return siglet_err_new(
		SIGLET_E_MISSING, "%s: no checkpoint in this folder",
		siglet_text_printable(siglet_slice_str(siglet_source_where(a->source))).text);
}

siglet_err *siglet_audit_each_tree(const siglet_audit *audit, const audit_log *log,
				   siglet_audit_tree_visit *visit, void *context,
				   siglet_buf *ret_bad)
{
	asking a = { audit, log, NULL, visit, context, ret_bad, false };
	char *where = NULL;
	siglet_err *err = siglet_strndup(
		audit->from != NULL ? siglet_slice_str(audit->from) : log->url, &where);

	if (err == NULL && where[0] == '\0')
		err = siglet_err_hint(siglet_err_new(SIGLET_E_USAGE, "%s: no URL is known",
						     siglet_text_printable(log->name).text),
				      "--from names its URL or folder");
	if (err == NULL)
		err = siglet_source_new(where, audit->transport, audit->rate, &a.source);
	if (err == NULL)
		err = log->is_ct ? visit_ct(&a) : visit_any(&a);
	siglet_source_free(a.source);
	free(where);
	return err;
}

/* ---- under a checkpoint that is given ---- */

typedef struct under {
	const siglet_audit *audit;
	siglet_slice text;
	siglet_audit_tree_visit *visit;
	void *context;
	bool is_found;
	siglet_err *why_not; /* of the last log whose checkpoint it is not */
} under;

/* The prefix is the one that answers; where none does, the first request says so. */
static siglet_err *visit_given(const under *u, const audit_log *log, audit_view *view)
{
	siglet_buf bad;
	asking a = { u->audit, log, NULL, u->visit, u->context, &bad, false };
	audit_tree tree = { .audit = u->audit, .log = log, .is_active = true, .fresh = *view };
	place found = PLACE_EMPTY;
	char *where = NULL;
	siglet_err *err = siglet_strndup(
		u->audit->from != NULL ? siglet_slice_str(u->audit->from) : log->url, &where);

	tree.kind = log->is_ct ? AUDIT_CT_TILED : AUDIT_TILED;
	siglet_buf_init(&bad, SIGLET_MAX_NOTE_BYTES);
	if (err == NULL && where[0] != '\0' &&
	    (u->audit->transport != NULL || !siglet_source_is_url(where))) {
		err = siglet_source_new(where, u->audit->transport, u->audit->rate, &a.source);
		if (err == NULL)
			err = log->is_ct ? find_ct(&a, &tree.kind) : find_prefix(&a, &found);
	}
	tree.source = a.source;
	tree.url = where;
	if (err == NULL)
		err = u->visit(u->context, &tree);
	siglet_tree_free(tree.hashes);
	*view = tree.fresh;
	siglet_buf_clear(&bad);
	siglet_source_free(a.source);
	free(where);
	/* cppcheck-suppress returnDanglingLifetime ; an error borrows nothing */
	return err;
}

static siglet_err *try_log(void *context, const audit_log *log)
{
	under *u = context;
	audit_view view;
	siglet_err *err;

	if (u->is_found)
		return NULL;
	siglet_audit_view_init(&view);
	err = siglet_audit_view_read(log, u->text, &view);
	if (err == NULL)
		err = siglet_audit_view_check_whole(log, &view);
	if (err != NULL && !siglet_err_is_fault(err)) {
		siglet_err_free(u->why_not);
		u->why_not = err;
		return NULL;
	}
	u->is_found = err == NULL;
	if (err == NULL)
		err = visit_given(u, log, &view);
	siglet_audit_view_clear(&view);
	return err;
}

siglet_err *siglet_audit_tree_under(const siglet_audit *audit, const char *checkpoint,
				    siglet_audit_tree_visit *visit, void *context)
{
	siglet_audit every = *audit;
	under u = { .audit = audit, .visit = visit, .context = context };
	siglet_buf text;
	siglet_err *err;

	siglet_buf_init(&text, SIGLET_MAX_NOTE_BYTES);
	err = siglet_sys_read_file(checkpoint, &text);
	u.text = siglet_buf_slice(&text);
	/* Which log it is, its signature says. */
	every.from = NULL;
	if (err == NULL)
		err = siglet_audit_each_log(&every, try_log, &u);
	if (err == NULL && !u.is_found) {
		err = siglet_err_wrap(u.why_not, "%s",
				      siglet_text_printable(siglet_slice_str(checkpoint)).text);
		u.why_not = NULL;
	}
	siglet_err_free(u.why_not);
	siglet_buf_clear(&text);
	return err;
}
