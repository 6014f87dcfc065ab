#include "hits_scene.h"

#include <sys/stat.h>

#include "hits/hits_internal.h"
#include "sys/sys.h"

/* Files that are none of ours, or no longer: each is refused by its name, and left as it was. */

/* SQLite itself, as another program would use it. */
static void other_program(const char *name, const char *const *statements, size_t count)
{
	const siglet_db_options options = { .max_value = 1u << 23 };
	const siglet_db_table *db = NULL;
	siglet_db *handle = NULL;
	siglet_buf path;
	bool good;

	siglet_buf_init(&path, 4096);
	need(siglet_hits_load(&db));
	need(siglet_sys_make_kept(in_scratch(name), &path));
	good = db->open(siglet_buf_text(&path), &options, &handle) == SIGLET_DB_DONE;
	for (size_t i = 0; good && i < count; i++) {
		good = db->run(handle, statements[i]) == SIGLET_DB_DONE;
		if (!good)
			printf("# %s: %s\n", statements[i], db->problem(handle)->text);
	}
	db->close(handle);
	siglet_buf_clear(&path);
	if (!good)
		need(siglet_err_new(SIGLET_E_INTERNAL, "%s can't be made", name));
}

#define AS_OTHER(name, ...)                                        \
	do {                                                       \
		static const char *const all_[] = { __VA_ARGS__ }; \
		other_program(name, all_, SIGLET_COUNT(all_));     \
	} while (0)

/* Refused with these words, and not changed by that. */
static void refuses(const char *name, const char *words, const char *claim)
{
	siglet_buf before, after;
	siglet_hits *hits = NULL;

	siglet_buf_init(&before, 1u << 22);
	siglet_buf_init(&after, 1u << 22);
	need(siglet_sys_read_file(in_scratch(name), &before));
	OK_REFUSED(siglet_hits_open(in_scratch(name), 0, &hits), words, name, "%s", claim);
	need(siglet_sys_read_file(in_scratch(name), &after));
	OK(hits == NULL && siglet_slice_equal(siglet_buf_slice(&before), siglet_buf_slice(&after)),
	   "... and left as it was");
	siglet_buf_clear(&before);
	siglet_buf_clear(&after);
}

static void made(const char *name)
{
	siglet_hits *hits = open_hits(name);

	add_match(hits, 1);
	siglet_hits_close(hits);
}

/* ---- whose file is it? ---- */

static void a_file_of_others_is_left_alone(void)
{
	static char zeros[8192];

	AS_OTHER("foreign", "CREATE TABLE matches (a)");
	refuses("foreign", "another program", "another program's tables");
	AS_OTHER("foreign-id", "PRAGMA application_id = 252006673");
	refuses("foreign-id", "another program", "another program's number");
	AS_OTHER("foreign-version", "PRAGMA user_version = 1");
	refuses("foreign-version", "another program", "a version without our number");
	put_file("text", "hello, this is no database at all\n", 34);
	refuses("text", "is not an SQLite database", "a text");
	put_file("zeros", zeros, sizeof(zeros));
	refuses("zeros", "is not an SQLite database", "zeros");
}

static void a_newer_one_is_for_a_newer_siglet(void)
{
	siglet_hits *hits = NULL;
	siglet_err *err;

	made("newer");
	AS_OTHER("newer", "PRAGMA user_version = 2");
	err = siglet_hits_open(in_scratch("newer"), 0, &hits);
	OK(err != NULL && siglet_err_code(err) == SIGLET_E_IO &&
		   strstr(siglet_err_message(err), "newer: is of version 2") != NULL &&
		   siglet_err_hint_text(err) != NULL,
	   "a newer schema, with a hint");
	siglet_err_free(err);
	refuses("newer", "this siglet knows 1", "a newer schema");
	made("older");
	AS_OTHER("older", "PRAGMA user_version = 0");
	refuses("older", "is damaged", "a version that never was");
}

/* What would make a statement of ours do something else, or nothing. */
static void a_changed_schema_is_damage(void)
{
	siglet_hits *hits;

	made("column");
	AS_OTHER("column", "ALTER TABLE matches ADD COLUMN more TEXT");
	refuses("column", "its schema was changed", "one more column");
	made("table");
	AS_OTHER("table", "DROP TABLE runs");
	refuses("table", "its schema was changed", "one table less");
	made("index");
	AS_OTHER("index", "DROP INDEX matches_undelivered");
	refuses("index", "its schema was changed", "one index less");
	AS_OTHER("utf-16", "PRAGMA encoding = 'UTF-16'", "CREATE TABLE logs (a)", "DROP TABLE logs",
		 "PRAGMA application_id = 1397181524", "PRAGMA user_version = 1");
	refuses("utf-16", "its schema was changed", "another encoding");
	made("trigger");
	AS_OTHER("trigger",
		 "CREATE TRIGGER t BEFORE INSERT ON matches BEGIN SELECT raise(ignore); END",
		 "CREATE VIEW newest AS SELECT * FROM matches", "CREATE TABLE notes (a)");
	hits = open_hits("trigger");
	OK(add_match(hits, 2) && matches_in(hits) == 2, "a trigger swallows no row");
	siglet_hits_close(hits);
}

static void another_programs_rule_is_no_repetition(void)
{
	const siglet_match_record match = match_at(2);
	siglet_hits *hits;
	bool is_new = false;

	made("rule");
	AS_OTHER("rule", "CREATE UNIQUE INDEX u ON matches (issuer)");
	hits = open_hits("rule");
	OK_REFUSED(siglet_hits_add_match(hits, &match, &is_new), "refuses a row", "rule",
		   "a row that another's index refuses is an error");
	need(siglet_hits_begin(hits));
	siglet_err_free(siglet_hits_add_match(hits, &match, &is_new));
	OK_REFUSED(siglet_hits_commit(hits), "nothing of this block was kept", "rule",
		   "also for the block, if the caller goes on");
	siglet_hits_close(hits);
}

/* ---- what stands in the way ---- */

static void links_and_folders_are_refused(void)
{
	siglet_hits *hits = NULL;
	struct stat info;

	made("target");
	put_link("link", "target");
	OK_REFUSED(siglet_hits_open(in_scratch("link"), 0, &hits), "is a symbolic link", "link",
		   "a link to a database");
	put_link("dangling", "nowhere");
	OK_REFUSED(siglet_hits_open(in_scratch("dangling"), 0, &hits), "is a symbolic link",
		   "dangling", "a link to nothing");
	OK(stat(in_scratch("nowhere"), &info) != 0, "makes nothing there");
	OK(mkdir(in_scratch("folder"), 0700) == 0, "a folder");
	OK_REFUSED(siglet_hits_open(in_scratch("folder"), 0, &hits), "is not a regular file",
		   "folder", "is refused");
	OK(mkfifo(in_scratch("fifo"), 0600) == 0, "a FIFO");
	OK_REFUSED(siglet_hits_open(in_scratch("fifo"), 0, &hits), "is not a regular file", "fifo",
		   "is refused, not waited for");
	OK_REFUSED(siglet_hits_open(in_scratch("no/such"), 0, &hits), "no such file", "no/such",
		   "a folder that is not there");
	put_link("way", "folder");
	OK_SUCCESS(siglet_hits_open(in_scratch("way/hits"), 0, &hits), "a folder behind a link");
	siglet_hits_close(hits);
	hits = NULL;
	OK(stat(in_scratch("folder/hits"), &info) == 0, "is as good as the folder");
	put_file("precious", "precious", 8);
	made("wal");
	put_link("wal-wal", "precious");
	OK_REFUSED(siglet_hits_open(in_scratch("wal"), 0, &hits), "wal", "wal",
		   "a link where its log belongs");
	OK(file_holds("precious", "precious"), "is not written through");
}

static void a_name_is_never_more_than_a_name(void)
{
	static char deep[1024];
	siglet_hits *hits = NULL;
	struct stat info;

	OK_SUCCESS(siglet_hits_open(in_scratch("file:x?mode=memory"), 0, &hits), "a URI");
	siglet_hits_close(hits);
	OK(stat(in_scratch("file:x?mode=memory"), &info) == 0 && info.st_size > 0,
	   "is the name of a file");
	if (chdir(scratch) == 0) {
		OK_SUCCESS(siglet_hits_open(":memory:", 0, &hits), "so is :memory:");
		siglet_hits_close(hits);
		OK(stat(in_scratch(":memory:"), &info) == 0, "in this folder");
		OK(chdir("/") == 0, "back");
	}
	hits = NULL;
	OK_REFUSED(siglet_hits_open("", 0, &hits), "is not a regular file", "", "no name");
	(void)snprintf(deep, sizeof(deep), "%s", scratch);
	for (int i = 0; i < 3; i++) {
		(void)snprintf(deep + strlen(deep), sizeof(deep) - strlen(deep), "/%0200d", i);
		need(siglet_sys_make_folder(deep));
	}
	(void)snprintf(deep + strlen(deep), sizeof(deep) - strlen(deep), "/hits");
	OK_REFUSED(siglet_hits_open(deep, 0, &hits), "too long for SQLite", "hits",
		   "a name that SQLite has no room for");
}

static bool is_refused(const char *name, const char *words)
{
	siglet_hits *hits = NULL;
	siglet_err *err = siglet_hits_open(in_scratch(name), 0, &hits);
	const bool good = err != NULL && siglet_err_code(err) == SIGLET_E_IO &&
			  strstr(siglet_err_message(err), words) != NULL &&
			  strstr(siglet_err_message(err), name) != NULL;

	if (!good)
		printf("# %s: %s\n", name, err == NULL ? "success" : siglet_err_message(err));
	siglet_err_free(err);
	siglet_hits_close(hits);
	return good;
}

static void without_rights(void *context)
{
	(void)context;
	if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) {
		say('s');
		return;
	}
	say(is_refused("read-only/new", "ermission denied") ? '+' : '-');
	say(is_refused("read-only/hits", "can't be written") ? '+' : '-');
	say(is_refused("open/hits", "can't be written") ? '+' : '-');
	say(is_refused("read-only/free", "can't be written") ? '+' : '-');
	say(is_refused("read-only/closed", "can't be opened: Permission denied") ? '+' : '-');
}

static void rights_are_missing(void)
{
	OK(mkdir(in_scratch("read-only"), 0700) == 0 && mkdir(in_scratch("open"), 0700) == 0,
	   "two folders");
	made("open/hits");
	made("read-only/hits");
	made("read-only/free");
	made("read-only/closed");
	OK(chmod(in_scratch("open/hits"), 0444) == 0 && chmod(in_scratch("open"), 0777) == 0 &&
		   chmod(in_scratch("read-only/hits"), 0444) == 0 &&
		   chmod(in_scratch("read-only/free"), 0666) == 0 &&
		   chmod(in_scratch("read-only/closed"), 0) == 0 &&
		   chmod(in_scratch("read-only"), 0555) == 0 && chmod(scratch, 0755) == 0,
	   "a file, or a folder, that others may not write to");
	const child nobody = run_child(without_rights, NULL);
	if (strcmp(nobody.all, "s") == 0)
		SKIP("no other user can be had here");
	else
		OK(strcmp(nobody.all, "+++++") == 0,
		   "a folder, a file and both without rights are told: %s", nobody.all);
	OK(chmod(in_scratch("read-only"), 0700) == 0, "and again");
}

/* ---- damage ---- */

static siglet_err *ignore(void *context, const siglet_match_record *match)
{
	(void)context;
	(void)match;
	return NULL;
}

/* All that is asked of a database whose bytes were changed: it may fail, by name, and never crash. */
static bool survives(const char *name, unsigned *ret_refused)
{
	const siglet_match_record match = match_at(400);
	siglet_hits *hits = NULL;
	bool is_new = false;
	uint64_t count = 0;
	siglet_err *err = siglet_hits_open(in_scratch(name), 0, &hits);

	if (err == NULL)
		err = siglet_hits_each_match(hits, &everything, ignore, NULL);
	if (err == NULL)
		err = siglet_hits_count_matches(hits, &everything, &count);
	if (err == NULL)
		err = siglet_hits_begin(hits);
	if (err == NULL)
		err = siglet_hits_add_match(hits, &match, &is_new);
	if (err == NULL)
		err = siglet_hits_commit(hits);
	const bool good = err == NULL || (siglet_err_code(err) == SIGLET_E_IO &&
					  strstr(siglet_err_message(err), name) != NULL);
	if (!good)
		printf("# %s: %s\n", siglet_code_name(siglet_err_code(err)),
		       siglet_err_message(err));
	*ret_refused += err != NULL;
	siglet_err_free(err);
	siglet_hits_close(hits);
	return good;
}

/* Page after page overwritten. */
static void damage_is_named(void)
{
	unsigned refused = 0, tried = 0, bad = 0;
	siglet_hits *hits = open_hits("whole");
	siglet_buf file;

	need(siglet_hits_begin(hits));
	for (uint64_t i = 0; i < 300; i++)
		add_match(hits, i);
	need(siglet_hits_commit(hits));
	siglet_hits_close(hits);
	siglet_buf_init(&file, 1u << 22);
	need(siglet_sys_read_file(in_scratch("whole"), &file));
	for (size_t at = 0; at + 4096 <= file.len; at += 4096) {
		siglet_buf torn;

		siglet_buf_init(&torn, 1u << 22);
		need(siglet_buf_append(&torn, siglet_buf_slice(&file)));
		memset(torn.ptr + at, 0x5a, 4096);
		put_file("torn", torn.ptr, torn.len);
		siglet_buf_clear(&torn);
		bad += !survives("torn", &refused);
		tried++;
	}
	OK(bad == 0 && refused > tried / 2, "of %u torn pages %u are found out, by name", tried,
	   refused);
	put_file("torn", file.ptr, file.len / 2);
	refused = 0;
	OK(survives("torn", &refused) && refused == 1, "half a file is found out");
	siglet_buf_clear(&file);
}

/* Columns that hold what siglet never writes, where SQLite lets another program put it. */
static void odd_columns_are_damage(void)
{
	static const char *const changes[] = {
		"UPDATE matches SET found = 'x'",
		"UPDATE matches SET not_before = x'00'",
		"UPDATE matches SET identity = x'00'",
		"UPDATE matches SET leaf = '12345678901234567890123456789012'",
		"UPDATE matches SET delivered = 1.5",
		"UPDATE matches SET json = hex(zeroblob(1500000))",
		"UPDATE matches SET leaf = x'00'",
		"UPDATE matches SET cert_sha256 = x'00'",
	};

	for (size_t i = 0; i < SIGLET_COUNT(changes); i++) {
		const char *statements[] = { "PRAGMA ignore_check_constraints = ON", changes[i] };
		siglet_hits *hits;
		char name[16];

		(void)snprintf(name, sizeof(name), "odd-%zu", i);
		made(name);
		other_program(name, statements, 2);
		hits = open_hits(name);
		OK_REFUSED(siglet_hits_each_match(hits, &everything, ignore, NULL), "is damaged",
			   name, "%s", changes[i]);
		siglet_hits_close(hits);
	}
}

static void connections_are_set_up(void)
{
	static const struct {
		const char *sql;
		int64_t is;
	} settings[] = {
		{ "PRAGMA synchronous", 2 },	{ "PRAGMA foreign_keys", 1 },
		{ "PRAGMA mmap_size", 0 },	{ "PRAGMA cell_size_check", 1 },
		{ "PRAGMA temp_store", 2 },	{ "PRAGMA fullfsync", 1 },
		{ "PRAGMA trusted_schema", 0 }, { "PRAGMA busy_timeout", 1234 },
	};
	siglet_hits *hits = NULL;

	need(siglet_hits_open(in_scratch("settings"), 1234, &hits));
	for (size_t i = 0; i < SIGLET_COUNT(settings); i++) {
		siglet_db_column column = { .integer = -1 };
		siglet_db_query *query = NULL;

		OK(hits->db->prepare(hits->handle, settings[i].sql, &query) == SIGLET_DB_DONE &&
			   hits->db->step(query) == SIGLET_DB_ROW &&
			   hits->db->column(query, 0, &column) == SIGLET_DB_DONE &&
			   column.type == SIGLET_DB_INTEGER && column.integer == settings[i].is,
		   "%s is %d", settings[i].sql, (int)settings[i].is);
		hits->db->end(query);
	}
	OK(hits->db->run(hits->handle,
			 "INSERT INTO skipped (log_id, log_index, leaf, reason, found)"
			 " VALUES (99, 0, zeroblob(32), 'x', 0)") == SIGLET_DB_CONSTRAINT,
	   "a row of no log can't be");
	siglet_hits_close(hits);
}

int main(void)
{
	scratch_make();
	a_file_of_others_is_left_alone();
	a_newer_one_is_for_a_newer_siglet();
	a_changed_schema_is_damage();
	another_programs_rule_is_no_repetition();
	links_and_folders_are_refused();
	a_name_is_never_more_than_a_name();
	rights_are_missing();
	damage_is_named();
	odd_columns_are_damage();
	connections_are_set_up();
	return tap_done();
}
