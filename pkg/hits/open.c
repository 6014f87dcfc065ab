#include "hits/hits_internal.h"

#include <stdlib.h>

#include "sys/sys.h"

/* A database from its file's name to its end. */

#define MAX_PATH_BYTES ((size_t)16 << 10)
#define MAX_SHOWN_BYTES (4 * MAX_PATH_BYTES)

/* A row holds every text it may, and some room; a value that claims more is not read. */
#define MAX_VALUE_BYTES                                                           \
	((unsigned)(SIGLET_HITS_MAX_JSON_BYTES + 8 * SIGLET_HITS_MAX_TEXT_BYTES + \
		    16 * SIGLET_HITS_MAX_NAME_BYTES))

void siglet_hits_close(siglet_hits *hits)
{
	if (hits == NULL)
		return;
	if (hits->handle != NULL) {
		for (size_t i = 0; i < SIGLET_COUNT(hits->queries); i++)
			hits->db->end(hits->queries[i]);
		hits->db->close(hits->handle);
	}
	siglet_buf_clear(&hits->origin);
	siglet_buf_clear(&hits->shown);
	free(hits);
}

static siglet_err *open_file(siglet_hits *hits, const char *path, unsigned wait_ms)
{
	const siglet_db_options options = { .wait_ms = wait_ms, .max_value = MAX_VALUE_BYTES };
	siglet_db_outcome outcome;
	siglet_buf real_path;
	siglet_err *err;

	siglet_buf_init(&real_path, MAX_PATH_BYTES);
	err = siglet_sys_make_kept(path, &real_path);
	if (err == NULL) {
		outcome = hits->db->open(siglet_buf_text(&real_path), &options, &hits->handle);
		if (outcome != SIGLET_DB_DONE)
			err = siglet_hits_problem(hits, outcome);
		/* SQLite settles for reading where it may not write. */
		else if (hits->db->is_read_only(hits->handle))
			err = siglet_hits_problem(hits, SIGLET_DB_READ_ONLY);
	}
	siglet_buf_clear(&real_path);
	return err;
}

siglet_err *siglet_hits_open(const char *path, unsigned wait_ms, siglet_hits **ret_hits)
{
	static const siglet_hits_statement first[] = { SIGLET_HITS_BEGIN, SIGLET_HITS_COMMIT,
						       SIGLET_HITS_ROLLBACK };
	siglet_hits *hits = siglet_calloc(1, sizeof(*hits));
	siglet_err *err;

	if (hits == NULL)
		return siglet_err_nomem();
	siglet_buf_init(&hits->shown, MAX_SHOWN_BYTES);
	siglet_buf_init(&hits->origin, SIGLET_HITS_MAX_NAME_BYTES);
	err = siglet_text_print(siglet_slice_str(path), &hits->shown);
	/* First of all: without it no file is made. */
	if (err == NULL)
		err = siglet_hits_load(&hits->db);
	if (err == NULL)
		err = open_file(hits, path, wait_ms);
	for (size_t i = 0; err == NULL && i < SIGLET_COUNT(first); i++)
		err = siglet_hits_prepare(hits, first[i]);
	if (err == NULL)
		err = siglet_hits_settle_schema(hits);
	if (err != NULL) {
		siglet_hits_close(hits);
		return err;
	}
	*ret_hits = hits;
	return NULL;
}
