#include "tiles_log.h"

/* A tree gives out nothing that its root does not cover. */

static siglet_err *open_tree(mem_log *l, siglet_source *source, uint64_t size, siglet_tree **tree)
{
	const siglet_hash32 root = log_root(l, size);

	return siglet_tree_open(source, size, &root, tree);
}

static bool is_hash(mem_log *l, siglet_tree *tree, unsigned level, uint64_t index)
{
	siglet_hash32 hash;
	siglet_err *err = siglet_tree_look_up(tree, level, index, &hash);
	const bool good = err == NULL && siglet_hash32_equal(&hash, &l->levels[level][index]);

	siglet_err_free(err);
	return good;
}

static void every_whole_subtree_is_found(void)
{
	bool opened = true, found = true, refused = true;
	mem_log l;

	log_make(&l, 1025, 0);
	for (uint64_t size = 0; size <= 1025; size += size < 20 || size > 500 ? 1 : 37) {
		siglet_source *source = log_source(&l);
		siglet_tree *tree = NULL;
		siglet_err *err = open_tree(&l, source, size, &tree);
		siglet_hash32 hash;

		opened = opened && err == NULL;
		siglet_err_free(err);
		for (unsigned level = 0; err == NULL && level < 11; level++) {
			const uint64_t count = size >> level;

			if (count > 0)
				found = is_hash(&l, tree, level, 0) &&
					is_hash(&l, tree, level, count - 1) &&
					is_hash(&l, tree, level, count / 2) && found;
			err = siglet_tree_look_up(tree, level, count, &hash);
			refused = refused && err != NULL && siglet_err_code(err) == SIGLET_E_RANGE;
			siglet_err_free(err);
			err = NULL;
		}
		siglet_tree_free(tree);
		siglet_source_free(source);
	}
	OK(opened, "trees of many sizes open");
	OK(found, "their hashes are the log's");
	OK(refused, "what is not whole is refused");
	log_free(&l);
}

static void ends_of_numbers(void)
{
	mem_log l;
	siglet_source *source;
	siglet_tree *tree = NULL;
	siglet_hash32 hash;

	log_make(&l, 3, 0);
	source = log_source(&l);
	OK_ERROR(siglet_tree_open(source, UINT64_MAX, &l.levels[0][0], &tree), SIGLET_E_RANGE,
		 "a tree too large");
	OK_SUCCESS(open_tree(&l, source, 3, &tree), "a small one");
	OK_ERROR(siglet_tree_look_up(tree, 63, 0, &hash), SIGLET_E_RANGE, "no such level");
	OK_ERROR(siglet_tree_look_up(tree, UINT32_MAX, 0, &hash), SIGLET_E_RANGE, "nor that");
	OK_ERROR(siglet_tree_look_up(tree, 0, UINT64_MAX, &hash), SIGLET_E_RANGE, "no such index");
	siglet_tree_free(tree);
	siglet_source_free(source);
	log_free(&l);
}

/* What happens to a tree of 70,000 entries whose tile is spoilt so. */
static siglet_err *with_fault(const char *path, fault_kind kind, bool only_cached, unsigned level,
			      uint64_t index)
{
	static mem_log l;
	static bool is_made;
	siglet_source *source;
	siglet_tree *tree = NULL;
	siglet_hash32 hash;
	siglet_err *err;

	if (!is_made)
		log_make(&l, 70000, 0);
	is_made = true;
	l.faults[0] = (fault) { path, kind, only_cached };
	source = log_source(&l);
	err = open_tree(&l, source, 70000, &tree);
	if (err == NULL)
		err = siglet_tree_look_up(tree, level, index, &hash);
	if (err == NULL && !siglet_hash32_equal(&hash, &l.levels[level][index]))
		err = siglet_err_new(SIGLET_E_INTERNAL, "ANOTHER HASH WAS GIVEN OUT");
	siglet_tree_free(tree);
	siglet_source_free(source);
	return err;
}

static void what_is_wrong_is_refused(void)
{
	static const struct {
		const char *path;
		const char *name;
	} tiles[] = { { "tile/0/273.p/112", "a partial tile at the edge" },
		      { "tile/2/000.p/1", "the topmost tile" },
		      { "tile/1/001.p/17", "a tile above the edge" },
		      { "tile/1/000", "a full tile above" },
		      { "tile/0/100", "a full tile of leaves" } };
	static const struct {
		fault_kind kind;
		siglet_code code;
		const char *name;
	} faults[] = { { FAULT_FLIP, SIGLET_E_MISMATCH, "a bit" },
		       { FAULT_SHORT, SIGLET_E_MALFORMED, "a hash missing" },
		       { FAULT_CUT, SIGLET_E_MALFORMED, "a byte missing" },
		       { FAULT_EMPTY, SIGLET_E_MALFORMED, "empty" },
		       { FAULT_HUGE, SIGLET_E_LIMIT, "huge" },
		       { FAULT_MISSING, SIGLET_E_MISSING, "missing" },
		       { FAULT_NETWORK, SIGLET_E_NETWORK, "no answer" } };

	for (size_t t = 0; t < SIGLET_COUNT(tiles); t++)
		for (size_t f = 0; f < SIGLET_COUNT(faults); f++) {
			OK_ERROR(with_fault(tiles[t].path, faults[f].kind, false, 0, 25600),
				 faults[f].code, "%s: %s", tiles[t].name, faults[f].name);
			if (faults[f].kind != FAULT_NETWORK)
				OK_SUCCESS(
					with_fault(tiles[t].path, faults[f].kind, true, 0, 25600),
					"%s: %s in a cache alone", tiles[t].name, faults[f].name);
		}
	OK_ERROR(with_fault("tile/0/100", FAULT_SWAP, false, 0, 25600), SIGLET_E_MISMATCH,
		 "swapped hashes");
	OK_ERROR(with_fault("tile/1/000", FAULT_SWAP, false, 8, 100), SIGLET_E_MISMATCH,
		 "of inner nodes too");
}

static void a_full_tile_stands_for_a_partial_one(void)
{
	mem_log l;
	siglet_source *source;
	siglet_tree *tree = NULL;

	log_make(&l, 1025, 0);
	l.no_partial = true;
	source = log_source(&l);
	OK_SUCCESS(open_tree(&l, source, 300, &tree), "the log has grown since, and cleaned up");
	OK(is_hash(&l, tree, 0, 299) && is_hash(&l, tree, 3, 36), "its hashes are those of then");
	siglet_tree_free(tree);
	tree = NULL;
	l.faults[0] = (fault) { "tile/0/004.p/1", FAULT_MISSING, false };
	OK_ERROR(open_tree(&l, source, 1025, &tree), SIGLET_E_MISSING,
		 "of what is not full yet there is nothing else");
	siglet_source_free(source);
	log_free(&l);
}

static void many_tiles_are_read_once_and_forgotten_in_turn(void)
{
	mem_log l;
	siglet_source *source;
	siglet_tree *tree = NULL;
	bool good = true;
	unsigned requests;

	log_make(&l, 30000, 0);
	source = log_source(&l);
	OK_SUCCESS(open_tree(&l, source, 30000, &tree), "open");
	for (uint64_t i = 0; i < 30000; i += 97)
		good = is_hash(&l, tree, 0, i) && good;
	for (uint64_t i = 30000; i > 0; i -= 200)
		good = is_hash(&l, tree, 0, i - 1) && good;
	OK(good, "more tiles than are kept");
	requests = l.requests;
	for (uint64_t i = 0; i < 100; i++)
		good = is_hash(&l, tree, 0, i) && good;
	OK(good && l.requests <= requests + 1, "one that is kept is not asked for again");
	siglet_tree_free(tree);
	siglet_source_free(source);
	log_free(&l);
}

static void entries_are_those_of_the_tree(void)
{
	mem_log l;
	siglet_source *source;
	siglet_tree *tree = NULL;
	siglet_buf entry, want;
	bool good = true;

	log_make(&l, 600, 50);
	source = log_source(&l);
	siglet_buf_init(&entry, SIGLET_MAX_ENTRY_BYTES);
	siglet_buf_init(&want, SIGLET_MAX_ENTRY_BYTES);
	OK_SUCCESS(open_tree(&l, source, 600, &tree), "open");
	for (uint64_t i = 0; i < 600; i += 13) {
		siglet_err *err = siglet_tree_entry(tree, i, &entry);

		log_entry(&l, i, &want);
		good = good && err == NULL &&
		       siglet_slice_equal(siglet_buf_slice(&entry), siglet_buf_slice(&want));
		siglet_err_free(err);
		siglet_buf_truncate(&entry, 0);
		siglet_buf_truncate(&want, 0);
	}
	OK(good, "each is the one that was logged");
	OK_ERROR(siglet_tree_entry(tree, 600, &entry), SIGLET_E_RANGE, "there is no more");
	l.forged = 5;
	OK_ERROR(siglet_tree_entry(tree, 5, &entry), SIGLET_E_MISMATCH, "another one in its place");
	OK_SUCCESS(siglet_tree_entry(tree, 6, &entry), "the one beside it");
	l.forged = UINT64_MAX;
	l.faults[0] = (fault) { "tile/entries/000", FAULT_CUT, false };
	OK_ERROR(siglet_tree_entry(tree, 5, &entry), SIGLET_E_MALFORMED, "a bundle that is cut");
	l.faults[0].only_cached = true;
	OK_SUCCESS(siglet_tree_entry(tree, 5, &entry), "in a cache alone");
	l.faults[0] = (fault) { "tile/entries/000", FAULT_TWICE, false };
	OK_ERROR(siglet_tree_entry(tree, 1, &entry), SIGLET_E_MISMATCH, "an entry twice");
	siglet_buf_clear(&want);
	siglet_buf_clear(&entry);
	siglet_tree_free(tree);
	siglet_source_free(source);
	log_free(&l);
}

int main(void)
{
	every_whole_subtree_is_found();
	ends_of_numbers();
	what_is_wrong_is_refused();
	a_full_tile_stands_for_a_partial_one();
	many_tiles_are_read_once_and_forgotten_in_turn();
	entries_are_those_of_the_tree();
	return tap_done();
}
