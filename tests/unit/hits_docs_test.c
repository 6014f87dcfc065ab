#include "hits_scene.h"

#include "hits/hits_internal.h"
#include "sys/sys.h"

/* docs/audit-db.md: its tables are the schema's, and its queries say something. */

static siglet_buf page;
static siglet_hits *hits;

/* Behind a line that begins with this, or NULL. */
static const char *line_after(const char *text, const char *start)
{
	const char *at = text;

	while (at != NULL && strncmp(at, start, strlen(start)) != 0) {
		at = strchr(at, '\n');
		at = at == NULL ? NULL : at + 1;
	}
	if (at == NULL)
		return NULL;
	at = strchr(at, '\n');
	return at == NULL ? NULL : at + 1;
}

/* ---- tables ---- */

/* "| `name` | TYPE |" for each row, until the table ends. */
static void documented_columns(const char *table, siglet_buf *ret_columns)
{
	char heading[64];
	const char *at;

	(void)snprintf(heading, sizeof(heading), "### %s\n", table);
	at = line_after(siglet_buf_text(&page), heading);
	at = at == NULL ? NULL : line_after(at, "| --- ");
	while (at != NULL && strncmp(at, "| `", 3) == 0) {
		const char *end = strchr(strchr(at + 2, '|') + 1, '|');

		need(siglet_buf_append(ret_columns, siglet_slice_of(at, (size_t)(end - at))));
		need(siglet_buf_append_str(ret_columns, "\n"));
		at = strchr(at, '\n');
		at = at == NULL ? NULL : at + 1;
	}
}

static void columns_of(const char *table, siglet_buf *ret_columns)
{
	siglet_db_query *query = NULL;
	siglet_db_column name, type;
	char sql[128];

	(void)snprintf(sql, sizeof(sql), "SELECT name, type FROM pragma_table_info('%s')", table);
	if (hits->db->prepare(hits->handle, sql, &query) != SIGLET_DB_DONE)
		return;
	while (hits->db->step(query) == SIGLET_DB_ROW) {
		(void)hits->db->column(query, 0, &name);
		(void)hits->db->column(query, 1, &type);
		need(siglet_buf_printf(ret_columns, "| `%.*s` | %.*s \n", (int)name.len,
				       (const char *)name.bytes, (int)type.len,
				       (const char *)type.bytes));
	}
	hits->db->end(query);
}

static void every_column_is_documented(const char *table)
{
	siglet_buf documented, real;

	siglet_buf_init(&documented, 65536);
	siglet_buf_init(&real, 65536);
	documented_columns(table, &documented);
	columns_of(table, &real);
	if (!OK(real.len > 0 &&
			siglet_slice_equal(siglet_buf_slice(&documented), siglet_buf_slice(&real)),
		"the page lists the columns of %s", table))
		printf("# page:\n%s# file:\n%s", siglet_buf_text(&documented),
		       siglet_buf_text(&real));
	siglet_buf_clear(&documented);
	siglet_buf_clear(&real);
}

/* The page speaks of each table and index that there is. */
static void nothing_is_left_out(void)
{
	siglet_db_query *query = NULL;
	siglet_db_column name;
	unsigned count = 0, missing = 0;

	if (hits->db->prepare(hits->handle, "SELECT name FROM sqlite_master WHERE sql IS NOT NULL",
			      &query) != SIGLET_DB_DONE)
		return;
	while (hits->db->step(query) == SIGLET_DB_ROW) {
		char word[64];

		(void)hits->db->column(query, 0, &name);
		(void)snprintf(word, sizeof(word), "%.*s", (int)name.len, (const char *)name.bytes);
		count++;
		missing += strstr(siglet_buf_text(&page), word) == NULL;
	}
	hits->db->end(query);
	OK(count == 7 && missing == 0, "of %u tables and indexes %u are not on it", count, missing);
	OK(strstr(siglet_buf_text(&page), "`application_id` 1397181524") != NULL &&
		   SIGLET_HITS_APPLICATION == 1397181524,
	   "the number that tells our files is");
	OK(strstr(siglet_buf_text(&page), "`user_version` 1)") != NULL && SIGLET_HITS_VERSION == 1,
	   "the version is");
}

/* ---- queries ---- */

static unsigned rows_of(const char *sql, const char **ret_problem)
{
	siglet_db_query *query = NULL;
	siglet_db_outcome outcome = hits->db->prepare(hits->handle, sql, &query);
	unsigned rows = 0;

	if (outcome == SIGLET_DB_DONE)
		while ((outcome = hits->db->step(query)) == SIGLET_DB_ROW)
			rows++;
	*ret_problem = outcome == SIGLET_DB_DONE ? "" : hits->db->problem(hits->handle)->text;
	hits->db->end(query);
	return rows;
}

static void every_query_answers(void)
{
	const char *at = siglet_buf_text(&page);
	unsigned queries = 0;

	while ((at = line_after(at, "```sql")) != NULL) {
		const char *end = strstr(at, "```"), *problem = "";
		char sql[2048];

		if (end == NULL)
			break;
		(void)snprintf(sql, sizeof(sql), "%.*s", (int)(end - at), at);
		const unsigned rows = rows_of(sql, &problem);
		queries++;
		if (!OK(rows > 0 && problem[0] == '\0', "query %u: %u rows", queries, rows))
			printf("# %s\n", problem);
		at = strchr(end, '\n');
	}
	OK(queries >= 10, "%u queries", queries);
}

/* ---- statements of ours ---- */

/* How SQLite would find the rows of a query: no walk through a table, nothing put in order. */
static void every_row_is_found_by_an_index(void)
{
	static const siglet_hits_statement walks[] = {
		SIGLET_HITS_FIND_LOG,
		SIGLET_HITS_NEXT_LOG,
		SIGLET_HITS_FIND_OTHER_LEAF,
		SIGLET_HITS_DELIVER,
		SIGLET_HITS_ACKNOWLEDGE_MATCHES,
		SIGLET_HITS_ACKNOWLEDGE_SKIPPED,
		SIGLET_HITS_NEXT_MATCH,
		SIGLET_HITS_NEXT_UNDELIVERED,
		SIGLET_HITS_NEXT_SKIPPED,
		SIGLET_HITS_NEXT_UNACKNOWLEDGED,
		SIGLET_HITS_NEXT_RUN,
	};

	for (size_t i = 0; i < SIGLET_COUNT(walks); i++) {
		siglet_db_query *query = NULL;
		siglet_db_column step = { .len = 0 };
		char sql[2048], plan[512] = "";

		(void)snprintf(sql, sizeof(sql), "EXPLAIN QUERY PLAN %s",
			       siglet_hits_statement_text(walks[i]));
		if (hits->db->prepare(hits->handle, sql, &query) == SIGLET_DB_DONE)
			while (hits->db->step(query) == SIGLET_DB_ROW &&
			       hits->db->column(query, 3, &step) == SIGLET_DB_DONE)
				(void)snprintf(plan + strlen(plan), sizeof(plan) - strlen(plan),
					       "%.*s; ", (int)step.len, (const char *)step.bytes);
		hits->db->end(query);
		OK(strstr(plan, "SEARCH") != NULL && strstr(plan, "SCAN") == NULL &&
			   strstr(plan, "TEMP") == NULL,
		   "statement %d: %s", (int)walks[i], plan);
	}
}

static void put_rows(void)
{
	siglet_match_record match = match_at(1);
	siglet_skipped_record skipped = skipped_at(2);
	const siglet_run_record run = run_of(0, 512);
	bool is_new = false;

	need(siglet_hits_add_match(hits, &match, &is_new));
	match.rule = siglet_slice_str("another");
	need(siglet_hits_add_match(hits, &match, &is_new));
	need(siglet_hits_add_skipped(hits, &skipped, &is_new));
	need(siglet_hits_add_run(hits, &run));
}

int main(void)
{
	scratch_make();
	hits = open_hits("docs");
	put_rows();
	siglet_buf_init(&page, 1u << 20);
	need(siglet_sys_read_file("docs/audit-db.md", &page));
	every_column_is_documented("logs");
	every_column_is_documented("matches");
	every_column_is_documented("skipped");
	every_column_is_documented("runs");
	nothing_is_left_out();
	every_query_answers();
	every_row_is_found_by_an_index();
	siglet_hits_close(hits);
	siglet_buf_clear(&page);
	return tap_done();
}
