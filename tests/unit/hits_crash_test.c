#define _DEFAULT_SOURCE /* the file systems of Linux */
#include "hits_scene.h"

#include <sys/resource.h>
#ifdef __linux__
#include <sys/mount.h>
#endif

#include "hits/hits_internal.h"
#include "sys/sys.h"

/* Blocks are whole or not there, whatever happens: to the process, to the disk, to the lock. */

/* ---- transactions ---- */

static void a_block_is_whole_or_not_there(void)
{
	siglet_hits *hits = open_hits("block");

	OK_SUCCESS(siglet_hits_begin(hits), "a block begins");
	OK_ERROR(siglet_hits_begin(hits), SIGLET_E_USAGE, "no other one within it");
	add_match(hits, 1);
	siglet_hits_rollback(hits);
	OK(matches_in(hits) == 0, "undone, nothing is there");
	OK_ERROR(siglet_hits_commit(hits), SIGLET_E_USAGE, "nothing is left to commit");
	need(siglet_hits_begin(hits));
	OK(add_match(hits, 1), "the same row is new then");
	OK_SUCCESS(siglet_hits_commit(hits), "committed");
	need(siglet_hits_begin(hits));
	add_match(hits, 2);
	siglet_hits_close(hits);
	hits = open_hits("block");
	OK(matches_in(hits) == 1, "closed without a commit, only what was committed is there");
	siglet_hits_close(hits);
}

/* A log's row that was undone must not be believed to be there. */
static void a_log_is_undone_too(void)
{
	siglet_hits *hits = open_hits("log");
	siglet_match_record match = match_at(1);
	bool is_new = false;

	need(siglet_hits_begin(hits));
	add_match(hits, 1);
	siglet_hits_rollback(hits);
	match.origin = siglet_slice_str(OTHER_ORIGIN);
	need(siglet_hits_add_match(hits, &match, &is_new));
	OK(add_match(hits, 1) && matches_in(hits) == 2, "each match is of its own log");
	const siglet_hits_filter filter = { .origin = siglet_slice_str(ORIGIN) };
	uint64_t count = 0;
	need(siglet_hits_count_matches(hits, &filter, &count));
	OK(count == 1, "also when it is asked for");
	siglet_hits_close(hits);
}

static void many_rows_fit_in_a_block(void)
{
	siglet_hits *hits = open_hits("many");

	need(siglet_hits_begin(hits));
	for (uint64_t i = 0; i < 10000; i++)
		add_match(hits, i);
	OK_SUCCESS(siglet_hits_commit(hits), "10,000 rows in one block");
	siglet_hits_close(hits);
	hits = open_hits("many");
	OK(matches_in(hits) == 10000, "are there");
	need(siglet_hits_begin(hits));
	bool any_new = false;
	for (uint64_t i = 0; i < 10000; i++)
		any_new = add_match(hits, i) || any_new;
	OK_SUCCESS(siglet_hits_commit(hits), "the block again");
	OK(!any_new && matches_in(hits) == 10000, "adds nothing");
	siglet_hits_close(hits);
}

/* ---- the end of the process ---- */

/* One block of four rows with some text, so that a few blocks are many pages. */
static siglet_err *put_block(siglet_hits *hits, uint64_t block)
{
	static char json[3000];
	siglet_err *err = siglet_hits_begin(hits);
	bool is_new;

	memset(json, 'a', sizeof(json));
	for (uint64_t i = 0; err == NULL && i < 4; i++) {
		siglet_match_record match = match_at(block * 4 + i);

		match.json = siglet_slice_of(json, sizeof(json));
		err = siglet_hits_add_match(hits, &match, &is_new);
		if (err != NULL)
			siglet_hits_rollback(hits);
	}
	return err == NULL ? siglet_hits_commit(hits) : err;
}

#define BLOCKS 8

/* Where a child writes, and how large a file may be. */
typedef struct task {
	const char *name;
	rlim_t limit;
	bool dies; /* by the first write that goes beyond it; else that write fails */
	uint64_t first;
	unsigned wait_ms;
} task;

/* Blocks: a '+' for each that is said to be kept, then '.', or 'r' for an error as it should be. */
static void write_blocks(void *context)
{
	const task *t = context;
	const struct rlimit size = { t->limit, t->limit };
	const char *path = in_scratch(t->name);
	siglet_hits *hits = NULL;
	siglet_err *err;

	(void)signal(SIGXFSZ, t->dies ? SIG_DFL : SIG_IGN);
	if (t->limit > 0 && setrlimit(RLIMIT_FSIZE, &size) != 0)
		return;
	err = siglet_hits_open(path, t->wait_ms, &hits);
	for (uint64_t i = 0; err == NULL && i < BLOCKS; i++) {
		err = put_block(hits, t->first + i);
		if (err == NULL)
			say('+');
	}
	siglet_hits_close(hits);
	if (err == NULL)
		say('.');
	else if (siglet_err_code(err) == SIGLET_E_IO && strstr(siglet_err_message(err), path))
		say('r');
	else
		printf("# %s\n", siglet_err_message(err));
}

/* How many blocks a child said it had kept, and its last word. */
static uint64_t kept_by(const child *c, char *ret_last)
{
	const size_t plus = strspn(c->all, "+");

	*ret_last = c->all[plus];
	return plus;
}

/* What was said to be kept is there; of what was not, a whole block or none. */
static bool holds(const char *name, uint64_t blocks)
{
	siglet_hits *hits = open_hits(name);
	const uint64_t count = matches_in(hits);
	const bool good = count % 4 == 0 && count >= blocks * 4 && count <= blocks * 4 + 4;

	if (!good)
		printf("# %u rows of %u blocks\n", (unsigned)count, (unsigned)blocks);
	need(put_block(hits, BLOCKS)); /* and it works on */
	siglet_hits_close(hits);
	return good;
}

/*
 * A process is ended by the system (SIGXFSZ) in the middle of a write, for every page that it
 * writes: while the file is made, in each block, in the checkpoint at the end.
 */
static void killed_anywhere_nothing_is_lost(void)
{
	unsigned killed = 0, bad = 0;
	char last = '\0';

	for (rlim_t limit = 1; limit < 1 << 20 && last != '.'; limit += 3001) {
		char name[32];
		task t = { .name = name, .limit = limit, .dies = true };

		(void)snprintf(name, sizeof(name), "killed-%u", (unsigned)limit);
		const child c = run_child(write_blocks, &t);
		const uint64_t kept = kept_by(&c, &last);
		killed += WIFSIGNALED(c.status) && WTERMSIG(c.status) == SIGXFSZ;
		bad += last == 'r' || !holds(name, kept);
	}
	OK(killed > 20 && last == '.' && bad == 0,
	   "ended in the middle of a write %u times, what was committed is there", killed);
}

/* The same, where the write fails instead. */
static void refused_anywhere_nothing_is_lost(void)
{
	unsigned refused = 0, bad = 0;
	char last = 'r';

	for (rlim_t limit = 1; limit < 1 << 20 && last == 'r'; limit += 3001) {
		char name[32];
		task t = { .name = name, .limit = limit };

		(void)snprintf(name, sizeof(name), "refused-%u", (unsigned)limit);
		const child c = run_child(write_blocks, &t);
		const uint64_t kept = kept_by(&c, &last);
		refused += last == 'r';
		bad += !holds(name, kept);
	}
	OK(refused > 20 && last == '.' && bad == 0,
	   "refused a write %u times, by name, what was committed is there", refused);
}

/* More than SQLite's cache: part of it is in the log already. */
static void die_in_a_block(void *context)
{
	siglet_hits *hits = open_hits("kill-9");

	(void)context;
	need(siglet_hits_begin(hits));
	for (uint64_t i = 100; i < 10000; i++)
		add_match(hits, i);
	say('+');
}

static void killed_within_a_block_it_is_gone(void)
{
	siglet_hits *hits = open_hits("kill-9");

	need(put_block(hits, 0));
	siglet_hits_close(hits);
	const child c = run_child(die_in_a_block, NULL);
	OK(strcmp(c.all, "+") == 0 && WIFSIGNALED(c.status) && WTERMSIG(c.status) == SIGKILL,
	   "a process is killed within a block of thousands");
	hits = open_hits("kill-9");
	OK(matches_in(hits) == 4, "the block before is there, and nothing else");
	OK(add_match(hits, 100), "its rows are new");
	siglet_hits_close(hits);
}

static void an_empty_file_is_a_beginning(void)
{
	siglet_hits *hits;

	put_file("empty", "", 0);
	hits = open_hits("empty");
	OK(add_match(hits, 1), "a file that was made and no more is used");
	siglet_hits_close(hits);
}

/* ---- a disk that is full ---- */

/* Blocks until one fails: that one is an error, and not there. */
static void fill(const char *name, const char *words)
{
	siglet_hits *hits = NULL;
	siglet_err *err = siglet_hits_open(in_scratch(name), 0, &hits);
	uint64_t kept = 0;

	need(err);
	while (err == NULL && kept < 10000) {
		err = put_block(hits, kept);
		kept += err == NULL;
	}
	OK(kept > 0 && err != NULL && siglet_err_code(err) == SIGLET_E_IO &&
		   strstr(siglet_err_message(err), words) != NULL &&
		   strstr(siglet_err_message(err), name) != NULL,
	   "after %u blocks the disk is full", (unsigned)kept);
	if (err != NULL)
		printf("# %s\n", siglet_err_message(err));
	siglet_err_free(err);
	OK(matches_in(hits) == kept * 4, "what was committed is there");
	siglet_hits_close(hits);
	hits = open_hits(name);
	OK(matches_in(hits) == kept * 4, "also when it is opened again");
	siglet_hits_close(hits);
}

static void a_full_disk_is_told(void)
{
#ifdef __linux__
	siglet_hits *hits = NULL;

	need(siglet_sys_make_folder(in_scratch("small")));
	if (mount("tmpfs", in_scratch("small"), "tmpfs", 0, "size=512k") == 0) {
		fill("small/hits", "no space left");
		OK(umount(in_scratch("small")) == 0 &&
			   mount("tmpfs", in_scratch("small"), "tmpfs", 0, "size=4k") == 0,
		   "a disk without room for a database");
		OK_REFUSED(siglet_hits_open(in_scratch("small/none"), 0, &hits), "small/none",
			   "none", "is told when it is made");
		(void)umount(in_scratch("small"));
		return;
	}
#endif
	SKIP("no small file system can be made here");
}

/* The caller goes on whatever is answered: '+' when all that follows the first failure fails. */
static void write_half_a_block(void *context)
{
	static char json[60000];
	const struct rlimit size = { 1u << 20, 1u << 20 };
	siglet_hits *hits = open_hits("half");
	unsigned failed = 0;
	bool good = true;

	(void)context;
	need(put_block(hits, 0));
	(void)signal(SIGXFSZ, SIG_IGN);
	need(siglet_hits_begin(hits));
	if (setrlimit(RLIMIT_FSIZE, &size) != 0)
		return;
	memset(json, 'a', sizeof(json));
	for (uint64_t i = 100; i < 200; i++) {
		siglet_match_record match = match_at(i);
		bool is_new = false;

		match.json = siglet_slice_of(json, sizeof(json));
		siglet_err *err = siglet_hits_add_match(hits, &match, &is_new);
		failed += err != NULL;
		good = good && (err != NULL) == (failed > 0) && is_new == (err == NULL);
		siglet_err_free(err);
	}
	siglet_err *err = siglet_hits_commit(hits);
	good = good && failed > 0 && err != NULL && siglet_err_code(err) == SIGLET_E_IO &&
	       strstr(siglet_err_message(err), "nothing of this block was kept") != NULL;
	siglet_err_free(err);
	say(good && matches_in(hits) == 4 ? '+' : '-');
	need(put_block(hits, 1));
	say(matches_in(hits) == 8 ? '+' : '-');
}

static void half_a_block_is_none(void)
{
	const child c = run_child(write_half_a_block, NULL);

	OK(strcmp(c.all, "++") == 0, "of a block of which some rows failed, none is there: %s",
	   c.all);
}

/* ---- another process ---- */

/* A child that does something to the database, says so, and then does nothing until it is ended. */
typedef struct other {
	const char *name;
	void (*act)(siglet_hits *hits);
} other;

static void act_and_stay(void *context)
{
	const other *o = context;

	o->act(open_hits(o->name));
	say('+');
	(void)pause();
}

static child start_other(const char *name, void (*act)(siglet_hits *hits))
{
	other o = { name, act };
	child c = start_child(act_and_stay, &o);

	if (read(c.said, c.all, 1) != 1)
		need(siglet_err_new(SIGLET_E_IO, "no other process"));
	return c;
}

static void end_other(child *c)
{
	(void)kill(c->pid, SIGKILL);
	end_child(c);
}

static void begin_and_stay(siglet_hits *hits)
{
	need(siglet_hits_begin(hits));
	add_match(hits, 77);
}

static void take_it_all(siglet_hits *hits)
{
	if (hits->db->run(hits->handle, "PRAGMA locking_mode = EXCLUSIVE") != SIGLET_DB_DONE ||
	    hits->db->run(hits->handle, "BEGIN EXCLUSIVE") != SIGLET_DB_DONE ||
	    hits->db->run(hits->handle, "UPDATE logs SET origin = origin") != SIGLET_DB_DONE)
		_exit(1);
}

static void a_locked_one_is_told(void)
{
	siglet_hits *hits = open_hits("locked");
	const siglet_match_record match = match_at(2);
	bool is_new = false;

	add_match(hits, 1);
	child o = start_other("locked", begin_and_stay);
	OK_REFUSED(siglet_hits_begin(hits), "is locked by another process", "locked", "a block");
	OK_REFUSED(siglet_hits_add_match(hits, &match, &is_new), "is locked by another process",
		   "locked", "a single row");
	OK(!is_new && matches_in(hits) == 1, "reading goes on, of what is committed");
	end_other(&o);
	OK(add_match(hits, 2), "when it has ended, writing does");
	siglet_hits_close(hits);
	o = start_other("locked", take_it_all);
	hits = NULL;
	OK_REFUSED(siglet_hits_open(in_scratch("locked"), 0, &hits), "is locked by another process",
		   "locked", "one that is locked as a whole");
	end_other(&o);
	hits = open_hits("locked");
	OK(matches_in(hits) == 2, "is as it was");
	siglet_hits_close(hits);
}

static void try_to_begin(void *context)
{
	siglet_hits *hits = NULL;
	siglet_err *err = siglet_hits_open(in_scratch("twice"), 0, &hits);

	(void)context;
	if (err == NULL)
		err = siglet_hits_begin(hits);
	say(err != NULL && strstr(siglet_err_message(err), "is locked") != NULL ? '+' : '-');
}

/* POSIX takes all locks of a process on a file when it closes the file, by whichever descriptor. */
static void a_second_opening_unlocks_nothing(void)
{
	siglet_hits *first = open_hits("twice"), *second;

	need(siglet_hits_begin(first));
	add_match(first, 1);
	second = open_hits("twice");
	OK_REFUSED(siglet_hits_begin(second), "is locked", "twice", "one block at a time");
	siglet_hits_close(second);
	const child c = run_child(try_to_begin, NULL);
	OK(strcmp(c.all, "+") == 0, "the first still has the lock, for another process too");
	OK_SUCCESS(siglet_hits_commit(first), "and commits");
	siglet_hits_close(first);
}

/* Several begin at once, where there is no file yet. */
static void many_may_make_it(void)
{
	child children[6];
	task tasks[SIGLET_COUNT(children)];
	unsigned good = 0;
	siglet_hits *hits;

	for (size_t i = 0; i < SIGLET_COUNT(children); i++) {
		tasks[i] = (task) { .name = "race", .first = BLOCKS * i, .wait_ms = 60000 };
		children[i] = start_child(write_blocks, &tasks[i]);
	}
	for (size_t i = 0; i < SIGLET_COUNT(children); i++) {
		char last = '\0';

		end_child(&children[i]);
		good += kept_by(&children[i], &last) == BLOCKS && last == '.';
	}
	OK(good == SIGLET_COUNT(children), "%u processes make one database at once", good);
	hits = open_hits("race");
	OK(matches_in(hits) == 4 * BLOCKS * SIGLET_COUNT(children), "with all of their rows");
	siglet_hits_close(hits);
}

int main(void)
{
	scratch_make();
	a_block_is_whole_or_not_there();
	a_log_is_undone_too();
	many_rows_fit_in_a_block();
	killed_anywhere_nothing_is_lost();
	refused_anywhere_nothing_is_lost();
	killed_within_a_block_it_is_gone();
	an_empty_file_is_a_beginning();
	a_full_disk_is_told();
	half_a_block_is_none();
	a_locked_one_is_told();
	a_second_opening_unlocks_nothing();
	many_may_make_it();
	return tap_done();
}
