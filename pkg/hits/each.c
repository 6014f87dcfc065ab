#include "hits/hits_internal.h"

#include <string.h>

/*
 * Rows one by one, each by a query of its own that begins behind the last: no lock is held and one
 * row is in memory while the caller looks at it, whatever it does and however long that takes.
 */

/* A row may hold as much as was let in, and what the arena adds. */
#define MAX_ROW_BYTES ((size_t)4 << 20)

/* ---- one row ---- */

/* Columns from left to right, copied; the first error stays. */
typedef struct row_reader {
	siglet_hits *hits;
	siglet_db_query *row;
	siglet_arena *arena;
	unsigned at;
	siglet_err *err;
} row_reader;

static int64_t read_number(row_reader *r)
{
	siglet_db_column column = { .integer = 0 };

	if (r->err == NULL)
		r->err = siglet_hits_read(r->hits, r->row, r->at++, SIGLET_DB_INTEGER, &column);
	return column.integer;
}

/* What is not NULL; *ret_is_there says whether. */
static int64_t read_optional(row_reader *r, bool *ret_is_there)
{
	siglet_db_column column = { .type = SIGLET_DB_NULL };
	siglet_db_outcome outcome = SIGLET_DB_DONE;

	if (r->err == NULL)
		outcome = r->hits->db->column(r->row, r->at, &column);
	if (outcome != SIGLET_DB_DONE)
		r->err = siglet_hits_problem(r->hits, outcome);
	*ret_is_there = r->err == NULL && column.type != SIGLET_DB_NULL;
	if (*ret_is_there)
		return read_number(r);
	r->at++;
	return 0;
}

static siglet_slice read_bytes(row_reader *r, int type)
{
	siglet_db_column column = { .type = SIGLET_DB_NULL };
	siglet_slice copy = SIGLET_SLICE_NONE;

	if (r->err == NULL)
		r->err = siglet_hits_read(r->hits, r->row, r->at++, type, &column);
	if (r->err == NULL)
		r->err = siglet_arena_copy(r->arena, siglet_slice_of(column.bytes, column.len),
					   &copy);
	return copy;
}

static siglet_slice read_text(row_reader *r)
{
	return read_bytes(r, SIGLET_DB_TEXT);
}

static siglet_slice read_hash(row_reader *r)
{
	const siglet_slice hash = read_bytes(r, SIGLET_DB_BYTES);

	if (r->err == NULL && hash.len != SIGLET_HITS_LEAF_BYTES)
		r->err = siglet_hits_damaged(r->hits, "a hash that has not 32 bytes");
	return hash;
}

/* In the order of MATCH_COLUMNS in statement.c. */
static void read_match(row_reader *r, siglet_match_record *m)
{
	siglet_db_column certificate = { .type = SIGLET_DB_NULL };
	siglet_slice chain;
	bool is_there;

	m->index = (uint64_t)read_number(r);
	m->rule = read_text(r);
	m->leaf = read_hash(r);
	m->kind = read_text(r);
	m->api_version = read_text(r);
	m->digest = read_text(r);
	m->identity = read_text(r);
	m->issuer = read_text(r);
	if (r->err == NULL && r->hits->db->column(r->row, r->at, &certificate) == SIGLET_DB_DONE &&
	    certificate.type == SIGLET_DB_NULL)
		r->at++;
	else
		m->cert_sha256 = read_hash(r);
	m->not_before_s = read_optional(r, &is_there);
	chain = read_text(r);
	m->chain_ok = siglet_slice_is(chain, "ok");
	m->known = read_number(r) == 1;
	m->json = read_text(r);
	m->found_s = read_number(r);
	m->delivered_s = read_optional(r, &m->is_delivered);
	m->acknowledged_s = read_optional(r, &m->is_acknowledged);
}

/* In the order of SKIPPED_COLUMNS in statement.c. */
static void read_skipped(row_reader *r, siglet_skipped_record *s)
{
	s->index = (uint64_t)read_number(r);
	s->leaf = read_hash(r);
	s->reason = read_text(r);
	s->found_s = read_number(r);
	s->acknowledged_s = read_optional(r, &s->is_acknowledged);
}

static void read_run(row_reader *r, siglet_run_record *run)
{
	run->kind = read_text(r);
	run->started_s = read_number(r);
	run->ended_s = read_number(r);
	run->from = (uint64_t)read_number(r);
	run->to = (uint64_t)read_number(r);
	run->entries = (uint64_t)read_number(r);
	run->verdict = read_text(r);
}

/* ---- the rows of one log ---- */

/* Where a walk is, and who looks. */
typedef struct walk {
	siglet_hits *hits;
	const siglet_hits_filter *filter;
	siglet_slice origin;
	int64_t log_id;
	int64_t number; /* the index of the row at hand, or the run's own */
	siglet_buf rule;
	siglet_arena arena; /* what the row holds */
	union {
		siglet_match_record match;
		siglet_skipped_record skipped;
		siglet_run_record run;
	} row; /* at hand */
	siglet_hits_match_visit *match;
	siglet_hits_skipped_visit *skipped;
	siglet_hits_run_visit *run;
	void *context;
} walk;

static siglet_err *visit_match(walk *w, row_reader *r)
{
	siglet_match_record *match = &w->row.match;

	*match = (siglet_match_record) { .origin = w->origin };
	read_match(r, match);
	w->hits->db->reset(r->row);
	if (r->err != NULL)
		return r->err;
	w->number = (int64_t)match->index;
	siglet_buf_clear(&w->rule);
	r->err = siglet_buf_append(&w->rule, match->rule);
	return r->err == NULL ? w->match(w->context, match) : r->err;
}

static siglet_err *visit_skipped(walk *w, row_reader *r)
{
	siglet_skipped_record *skipped = &w->row.skipped;

	*skipped = (siglet_skipped_record) { .origin = w->origin };
	read_skipped(r, skipped);
	w->hits->db->reset(r->row);
	if (r->err != NULL)
		return r->err;
	w->number = (int64_t)skipped->index;
	return w->skipped(w->context, skipped);
}

static siglet_err *visit_run(walk *w, row_reader *r)
{
	siglet_run_record *run = &w->row.run;
	const int64_t number = read_number(r);

	*run = (siglet_run_record) { .origin = w->origin };
	read_run(r, run);
	w->hits->db->reset(r->row);
	if (r->err != NULL)
		return r->err;
	w->number = number;
	return w->run(w->context, run);
}

/* The statement that gives the next row, with its values. */
static siglet_err *ask_next(walk *w, siglet_db_query **ret_row)
{
	const siglet_hits_filter *f = w->filter;
	const siglet_db_column values[] = {
		siglet_hits_number(w->log_id),
		siglet_hits_number(w->number),
		siglet_hits_text(siglet_buf_slice(&w->rule)),
		siglet_hits_number(f->unacknowledged_only ? 1 : 0),
	};

	if (w->match != NULL)
		return siglet_hits_ask(w->hits,
				       f->undelivered_only ? SIGLET_HITS_NEXT_UNDELIVERED
							   : SIGLET_HITS_NEXT_MATCH,
				       values, 4, ret_row);
	if (w->skipped != NULL)
		return siglet_hits_ask(w->hits,
				       f->unacknowledged_only ? SIGLET_HITS_NEXT_UNACKNOWLEDGED
							      : SIGLET_HITS_NEXT_SKIPPED,
				       values, 2, ret_row);
	return siglet_hits_ask(w->hits, SIGLET_HITS_NEXT_RUN, values, 2, ret_row);
}

static siglet_err *walk_log(walk *w)
{
	siglet_err *err = NULL;

	w->number = -1;
	siglet_buf_clear(&w->rule);
	while (err == NULL) {
		row_reader r = { .hits = w->hits, .arena = &w->arena };

		siglet_arena_clear(&w->arena);
		err = ask_next(w, &r.row);
		if (err != NULL || r.row == NULL)
			break;
		if (w->match != NULL)
			err = visit_match(w, &r);
		else if (w->skipped != NULL)
			err = visit_skipped(w, &r);
		else
			err = visit_run(w, &r);
	}
	return err;
}

/* ---- the logs ---- */

/* The log behind the one whose origin stands in origin, which becomes its origin. */
static siglet_err *next_log(walk *w, siglet_buf *origin, bool *ret_found)
{
	const siglet_db_column value = siglet_hits_text(siglet_buf_slice(origin));
	siglet_db_column id = { .integer = 0 }, name = { .len = 0 };
	siglet_db_query *row = NULL;
	siglet_err *err = siglet_hits_ask(w->hits, SIGLET_HITS_NEXT_LOG, &value, 1, &row);

	if (err != NULL)
		return err;
	*ret_found = row != NULL;
	if (row == NULL)
		return NULL;
	err = siglet_hits_read(w->hits, row, 0, SIGLET_DB_INTEGER, &id);
	if (err == NULL)
		err = siglet_hits_read(w->hits, row, 1, SIGLET_DB_TEXT, &name);
	if (err == NULL) {
		siglet_buf_clear(origin);
		err = siglet_buf_append(origin, siglet_slice_of(name.bytes, name.len));
	}
	w->hits->db->reset(row);
	w->log_id = id.integer;
	w->origin = siglet_buf_slice(origin);
	return err;
}

static siglet_err *walk_all(walk *w)
{
	siglet_buf origin;
	bool found = true;
	siglet_err *err = NULL;

	siglet_buf_init(&origin, SIGLET_HITS_MAX_NAME_BYTES);
	while (err == NULL) {
		err = next_log(w, &origin, &found);
		if (err != NULL || !found)
			break;
		err = walk_log(w);
	}
	siglet_buf_clear(&origin);
	return err;
}

static siglet_err *start(walk *w)
{
	bool found = false;
	siglet_err *err = NULL;

	siglet_buf_init(&w->rule, SIGLET_HITS_MAX_TEXT_BYTES);
	siglet_arena_init(&w->arena, MAX_ROW_BYTES);
	w->origin = w->filter->origin;
	if (w->origin.len == 0)
		err = walk_all(w);
	else {
		err = siglet_hits_find_log(w->hits, w->origin, &found, &w->log_id);
		if (err == NULL && found)
			err = walk_log(w);
	}
	siglet_arena_clear(&w->arena);
	siglet_buf_clear(&w->rule);
	return err;
}

siglet_err *siglet_hits_each_match(siglet_hits *hits, const siglet_hits_filter *filter,
				   siglet_hits_match_visit *visit, void *context)
{
	walk w = { .hits = hits, .filter = filter, .match = visit, .context = context };

	return start(&w);
}

siglet_err *siglet_hits_each_skipped(siglet_hits *hits, const siglet_hits_filter *filter,
				     siglet_hits_skipped_visit *visit, void *context)
{
	walk w = { .hits = hits, .filter = filter, .skipped = visit, .context = context };

	return start(&w);
}

siglet_err *siglet_hits_each_run(siglet_hits *hits, const siglet_hits_filter *filter,
				 siglet_hits_run_visit *visit, void *context)
{
	walk w = { .hits = hits, .filter = filter, .run = visit, .context = context };

	return start(&w);
}
