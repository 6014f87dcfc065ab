#include "tiles_log.h"

#include <stdatomic.h>

/* Many entries, by several threads: in order, without a gap, none that the root does not cover. */

typedef struct seen {
	const mem_log *l;
	uint64_t next; /* entry that is to be taken next */
	bool in_order, is_authentic;
	uint64_t taken, blocks, problems;
	char problem[256]; /* the last one */
	uint64_t fail_at;  /* take fails with this entry */
	uint64_t see_fails_at;
	size_t weight; /* of each finding */
	atomic_uint_fast64_t made, dropped;
	atomic_size_t held, most_held;
} seen;

typedef struct finding {
	seen *s;
	uint64_t first;
	size_t count;
} finding;

static siglet_err *see(void *context, uint64_t first, const siglet_entries *entries,
		       const siglet_hash32 *leaves, void **ret_finding)
{
	seen *s = context;
	finding *f = siglet_calloc(1, sizeof(*f));
	size_t held, most;

	(void)leaves;
	if (s->see_fails_at >= first && s->see_fails_at < first + entries->count) {
		free(f);
		return siglet_err_new(SIGLET_E_CRYPTO, "see fails");
	}
	*f = (finding) { s, first, entries->count };
	(void)atomic_fetch_add(&s->made, 1);
	held = atomic_fetch_add(&s->held, s->weight) + s->weight;
	most = atomic_load(&s->most_held);
	while (held > most && !atomic_compare_exchange_weak(&s->most_held, &most, held))
		;
	*ret_finding = f;
	return NULL;
}

static void drop(void *found)
{
	finding *f = found;

	(void)atomic_fetch_add(&f->s->dropped, 1);
	(void)atomic_fetch_sub(&f->s->held, f->s->weight);
	free(f);
}

static size_t weigh(const void *found)
{
	return ((const finding *)found)->s->weight;
}

static siglet_err *take(void *context, const siglet_scan_block *block)
{
	seen *s = context;
	siglet_range want;
	uint64_t at = block->begin;

	s->blocks++;
	s->in_order = s->in_order && block->begin == s->next && block->end > block->begin &&
		      block->begin / SIGLET_SCAN_BLOCK == (block->end - 1) / SIGLET_SCAN_BLOCK;
	siglet_range_init(&want, block->begin);
	for (uint64_t i = block->begin; i < block->end; i++)
		if (siglet_range_push(&want, 0, &s->l->levels[0][i]) != NULL)
			abort();
	s->is_authentic =
		s->is_authentic && want.count == block->range.count &&
		want.end == block->range.end &&
		memcmp(want.nodes, block->range.nodes, want.count * sizeof(want.nodes[0])) == 0;
	for (size_t i = 0; i < block->count; i++) {
		const finding *f = block->findings[i];

		/* Of a bundle that is wrong nothing is taken, where that is borne. */
		if (f == NULL && s->problems > 0) {
			at = (at / SIGLET_TILE_WIDTH + 1) * SIGLET_TILE_WIDTH;
			continue;
		}
		s->in_order = s->in_order && f != NULL && f->first == at;
		at += f == NULL ? 0 : f->count;
		s->taken += f == NULL ? 0 : f->count;
	}
	s->in_order = s->in_order && (s->problems > 0 || at == block->end);
	s->next = block->end;
	if (s->fail_at >= block->begin && s->fail_at < block->end)
		return siglet_err_new(SIGLET_E_IO, "take fails");
	return NULL;
}

static siglet_err *bear(void *context, siglet_err *err)
{
	seen *s = context;

	if (siglet_err_code(err) == SIGLET_E_NETWORK)
		return err;
	s->problems++;
	(void)snprintf(s->problem, sizeof(s->problem), "%s: %s",
		       siglet_code_name(siglet_err_code(err)), siglet_err_message(err));
	siglet_err_free(err);
	return NULL;
}

typedef struct setting {
	uint64_t size, begin, end;
	unsigned jobs;
	size_t memory, weight;
	bool checks_tiles, bears;
	uint64_t fail_at, see_fails_at; /* 0: never */
	const char *mirror;
} setting;

static siglet_err *scan_from(siglet_source *source, mem_log *l, const setting *how, seen *s)
{
	const siglet_hash32 root = log_root(l, how->size);
	siglet_tree *tree = NULL;
	siglet_err *err = siglet_tree_open(source, how->size, &root, &tree);

	memset(s, 0, sizeof(*s));
	s->l = l;
	s->next = how->begin;
	s->in_order = s->is_authentic = true;
	s->fail_at = how->fail_at == 0 ? UINT64_MAX : how->fail_at;
	s->see_fails_at = how->see_fails_at == 0 ? UINT64_MAX : how->see_fails_at;
	s->weight = how->weight;
	if (err == NULL) {
		const siglet_scan scan = {
			.source = source,
			.tree = tree,
			.begin = how->begin,
			.end = how->end,
			.jobs = how->jobs == 0 ? 4 : how->jobs,
			.memory = how->memory == 0 ? (size_t)40 << 20 : how->memory,
			.checks_tiles = how->checks_tiles,
			.context = s,
			.see = see,
			.drop = drop,
			.weigh = weigh,
			.take = take,
			.bear = how->bears ? bear : NULL,
		};

		err = siglet_scan_run(&scan);
	}
	siglet_tree_free(tree);
	if (atomic_load(&s->made) != atomic_load(&s->dropped))
		printf("# FINDINGS LEAK\n");
	s->in_order = s->in_order && atomic_load(&s->made) == atomic_load(&s->dropped);
	return err;
}

static siglet_err *scan_log(mem_log *l, const setting *how, seen *s)
{
	siglet_source *source = log_source(l);
	siglet_err *err = how->mirror == NULL
				  ? NULL
				  : siglet_source_set_mirror(source, in_scratch(how->mirror));

	if (err == NULL)
		err = scan_from(source, l, how, s);
	siglet_source_free(source);
	return err;
}

static bool is_well(const seen *s, const setting *how)
{
	return s->in_order && s->is_authentic && s->next == how->end &&
	       s->taken == how->end - how->begin;
}

static void sizes_and_ranges(void)
{
	static const uint64_t sizes[] = { 0, 1, 2, 255, 256, 257, 511, 512, 513, 600, 1025 };
	bool good = true;
	mem_log l;
	seen s;

	log_make(&l, 1025, 20);
	for (size_t i = 0; i < SIGLET_COUNT(sizes); i++)
		for (size_t a = 0; a < SIGLET_COUNT(sizes); a++)
			for (size_t b = a; b < SIGLET_COUNT(sizes) && sizes[b] <= sizes[i]; b++) {
				const setting how = { .size = sizes[i],
						      .begin = sizes[a],
						      .end = sizes[b],
						      .jobs = 1 + (unsigned)(a + b) % 5,
						      .checks_tiles = (a + b) % 2 == 0 };
				siglet_err *err = scan_log(&l, &how, &s);

				if (err != NULL || !is_well(&s, &how)) {
					printf("# %d %d of %d: %s\n", (int)how.begin, (int)how.end,
					       (int)how.size,
					       err == NULL ? "" : siglet_err_message(err));
					good = false;
				}
				siglet_err_free(err);
			}
	OK(good, "all of it, in order, from anywhere to anywhere");
	OK_ERROR(scan_log(&l, &(setting) { .size = 600, .begin = 10, .end = 601 }, &s),
		 SIGLET_E_RANGE, "no further than the tree");
	OK_ERROR(scan_log(&l, &(setting) { .size = 600, .begin = 11, .end = 10 }, &s),
		 SIGLET_E_RANGE, "nor backwards");
	log_free(&l);
}

static mem_log large;
#define LARGE 263000

static void many_blocks(void)
{
	static const setting hows[] = {
		{ .size = LARGE, .end = LARGE, .jobs = 1, .checks_tiles = true },
		{ .size = LARGE, .end = LARGE, .jobs = 16, .checks_tiles = true },
		{ .size = 262144, .end = 262144, .checks_tiles = true },
		{ .size = 65536, .end = 65536, .checks_tiles = true },
		{ .size = 65537, .end = 65537 },
		{ .size = 65535, .end = 65535 },
		{ .size = LARGE, .begin = 70001, .end = 200003, .checks_tiles = true },
		{ .size = LARGE, .begin = 65536, .end = 131072 },
		{ .size = LARGE, .begin = 196607, .end = 196609 },
		{ .size = LARGE, .end = LARGE, .jobs = 64, .memory = 1 },
	};
	seen s;

	for (size_t i = 0; i < SIGLET_COUNT(hows); i++) {
		OK_SUCCESS(scan_log(&large, &hows[i], &s), "%d to %d of %d, %u threads",
			   (int)hows[i].begin, (int)hows[i].end, (int)hows[i].size, hows[i].jobs);
		OK(is_well(&s, &hows[i]), "in order, whole");
	}
}

static void what_is_found_does_not_fill_the_memory(void)
{
	const setting how = { .size = LARGE,
			      .end = LARGE,
			      .jobs = 8,
			      .memory = (size_t)40 << 20,
			      .weight = (size_t)1 << 20 };
	seen s;

	OK_SUCCESS(scan_log(&large, &how, &s), "each bundle has a MiB of findings");
	OK(is_well(&s, &how), "all is taken, in order");
	printf("# at most %zu KiB\n", atomic_load(&s.most_held) >> 10);
	OK(atomic_load(&s.most_held) <= how.memory + 9 * how.weight,
	   "there are never more of them than may be, and one a thread");
	OK(s.blocks > LARGE / 65536 + 1, "blocks are taken in pieces");
	large.stale = true;
	OK_SUCCESS(scan_log(&large, &how, &s), "also where each is read twice");
	OK(is_well(&s, &how), "all is taken, in order");
	large.stale = false;
}

static void errors_end_it(void)
{
	seen s;
	setting how = { .size = LARGE, .end = LARGE, .fail_at = 70000 };

	OK_ERROR(scan_log(&large, &how, &s), SIGLET_E_IO, "an error of take");
	OK(s.in_order && s.next == 131072, "comes after what was taken before");
	how = (setting) { .size = LARGE, .end = LARGE, .see_fails_at = 70000 };
	OK_ERROR(scan_log(&large, &how, &s), SIGLET_E_CRYPTO, "an error of see");
	OK(s.in_order && s.is_authentic && s.next <= 70000 && s.next >= 65536,
	   "what lies before is taken");
	how.bears = true;
	OK_ERROR(scan_log(&large, &how, &s), SIGLET_E_CRYPTO, "is not borne");
	OK(s.problems == 0, "nor told as the log's");
}

/* The service fails: its clients wait for each answer, so that each request more is minutes more. */
static void a_failure_of_the_network_ends_it_soon(void)
{
	const setting how = { .size = LARGE, .end = LARGE, .jobs = 4, .bears = true };
	unsigned before;
	seen s;

	large.faults[0] = (fault) { "tile/entries/010", FAULT_NETWORK, false };
	before = large.requests;
	OK_ERROR(scan_log(&large, &how, &s), SIGLET_E_NETWORK, "no answer");
	OK(s.in_order && s.next == 2560, "what lies before is taken");
	OK(large.requests - before < 40, "and no block more is asked for");
	large.faults[0].path = NULL;
}

static void wrong_bundles(void)
{
	static const struct {
		fault_kind kind;
		siglet_code code;
		const char *name;
	} faults[] = { { FAULT_FLIP, SIGLET_E_MISMATCH, "a bit" },
		       { FAULT_TWICE, SIGLET_E_MISMATCH, "an entry twice" },
		       { FAULT_CUT, SIGLET_E_MALFORMED, "cut" },
		       { FAULT_EMPTY, SIGLET_E_MALFORMED, "empty" },
		       { FAULT_HUGE, SIGLET_E_LIMIT, "huge" },
		       { FAULT_MISSING, SIGLET_E_MISSING, "missing" } };
	setting how = { .size = 70000, .end = 70000, .checks_tiles = true };
	seen s;

	for (size_t i = 0; i < SIGLET_COUNT(faults); i++) {
		large.faults[0] = (fault) { "tile/entries/000", faults[i].kind, false };
		how.bears = false;
		OK_ERROR(scan_log(&large, &how, &s), faults[i].code, "a bundle: %s",
			 faults[i].name);
		OK(s.next == 0 && s.in_order, "nothing is taken");
		how.bears = true;
		OK_SUCCESS(scan_log(&large, &how, &s), "where it is borne");
		OK(s.problems == 1 && strstr(s.problem, siglet_code_name(faults[i].code)) != NULL &&
			   strstr(s.problem, "tile/entries/000") != NULL,
		   "it is named, and is all (%s)", s.problem);
		OK(s.in_order && s.is_authentic && s.next == 70000 && s.taken == 70000 - 256,
		   "all the rest is taken");
		large.faults[0].only_cached = true;
		OK_SUCCESS(scan_log(&large, &how, &s), "in a cache alone");
		OK(is_well(&s, &how) && s.problems == 0, "it is none");
	}
	large.faults[0] = (fault) { "tile/entries/020", FAULT_CUT, false };
	how.bears = false;
	OK_ERROR(scan_log(&large, &how, &s), SIGLET_E_MALFORMED, "one in the middle of a block");
	OK(s.in_order && s.is_authentic && s.next == 5120 && s.taken == 5120,
	   "does not hide what lies before it");
	how.bears = true;
	large.faults[0].path = NULL;
	large.forged = 69999;
	OK_SUCCESS(scan_log(&large, &how, &s), "the last entry is another");
	OK(s.problems == 1 && strstr(s.problem, "tile/entries/273.p/112") != NULL, "%s", s.problem);
	large.forged = 66000;
	how = (setting) { .size = 70000, .begin = 66000, .end = 66001, .bears = true };
	OK_SUCCESS(scan_log(&large, &how, &s), "the only one that is asked for");
	OK(s.problems == 1 && s.taken == 0, "%s", s.problem);
	large.forged = UINT64_MAX;
}

static void wrong_tiles(void)
{
	static const struct {
		const char *path;
		fault_kind kind;
	} faults[] = { { "tile/0/005", FAULT_FLIP },   { "tile/0/005", FAULT_SHORT },
		       { "tile/0/005", FAULT_SWAP },   { "tile/0/005", FAULT_MISSING },
		       { "tile/0/005", FAULT_HUGE },   { "tile/1/000", FAULT_FLIP },
		       { "tile/1/000", FAULT_SHORT },  { "tile/1/000", FAULT_SWAP },
		       { "tile/1/000", FAULT_MISSING } };
	setting how = { .size = 70000, .end = 70000, .checks_tiles = true, .bears = true };
	seen s;

	for (size_t i = 0; i < SIGLET_COUNT(faults); i++) {
		large.faults[0] = (fault) { faults[i].path, faults[i].kind, false };
		OK_SUCCESS(scan_log(&large, &how, &s), "a tile, %d", (int)faults[i].kind);
		OK(s.problems == 1 && strstr(s.problem, faults[i].path) != NULL,
		   "is named, and is all (%s)", s.problem);
		OK(s.in_order && s.taken == 70000, "its entries are taken");
		large.faults[0].only_cached = true;
		OK_SUCCESS(scan_log(&large, &how, &s), "in a cache alone");
		OK(is_well(&s, &how) && s.problems == 0, "it is none");
	}
	how.checks_tiles = false;
	large.faults[0] = (fault) { "tile/0/005", FAULT_FLIP, false };
	OK_SUCCESS(scan_log(&large, &how, &s), "who does not look does not see");
	OK(s.problems == 0, "that");
	/* The bundle is a cache's, the tile is right: only one of the two is looked at again. */
	how.checks_tiles = true;
	large.faults[0] = (fault) { "tile/entries/005", FAULT_FLIP, true };
	OK_SUCCESS(scan_log(&large, &how, &s), "a bundle that a cache spoilt");
	OK(s.problems == 0, "says nothing of its tile (%s)", s.problem);
	large.faults[0].path = NULL;
}

static void bundles_of_any_size(void)
{
	const setting how = { .size = 600, .end = 600, .checks_tiles = true, .memory = 1 << 20 };
	mem_log l;
	seen s;

	log_make(&l, 600, 65000);
	OK_SUCCESS(scan_log(&l, &how, &s), "bundles of 5 MiB, where one was thought enough");
	OK(is_well(&s, &how), "whole");
	log_free(&l);
}

/* ---- a mirror ---- */

static void spoil_file(const char *path, const char *how)
{
	const int fd = open(in_scratch(path), O_RDWR);

	if (fd < 0 || (strcmp(how, "cut") == 0 && ftruncate(fd, 100) != 0) ||
	    (strcmp(how, "empty") == 0 && ftruncate(fd, 0) != 0) ||
	    (strcmp(how, "flip") == 0 && pwrite(fd, "x", 1, 50) != 1) ||
	    (strcmp(how, "long") == 0 && ftruncate(fd, (off_t)17 << 20) != 0))
		abort();
	(void)close(fd);
}

static bool is_tile(const mem_log *l, const char *folder, const siglet_tile *tile)
{
	char path[256];
	siglet_buf have, want;
	siglet_err *err;
	bool good;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, siglet_tile_path_of(tile).text);
	siglet_buf_init(&have, SIGLET_MAX_BUNDLE_TILE_BYTES);
	siglet_buf_init(&want, SIGLET_MAX_BUNDLE_TILE_BYTES);
	err = siglet_sys_read_kept(in_scratch(path), &have);
	log_tile(l, tile, &want);
	good = err == NULL && siglet_slice_equal(siglet_buf_slice(&have), siglet_buf_slice(&want));
	siglet_err_free(err);
	siglet_buf_clear(&want);
	siglet_buf_clear(&have);
	return good;
}

static bool is_mirror(const mem_log *l, const char *folder, uint64_t size)
{
	bool good = true;

	for (unsigned level = 0; size >> (8 * level) > 0; level++)
		for (uint64_t n = 0; siglet_tile_width(level, n, size) > 0; n++) {
			siglet_tile tile = { SIGLET_TILE_HASHES, level, n,
					     siglet_tile_width(level, n, size) };

			good = good && is_tile(l, folder, &tile);
			tile.kind = SIGLET_TILE_ENTRIES;
			good = good && (level > 0 || is_tile(l, folder, &tile));
		}
	return good;
}

static void a_mirror_is_a_log(void)
{
	static const char *const spoilt[] = { "mirror/tile/entries/003", "mirror/tile/0/003",
					      "mirror/tile/1/000", "mirror/tile/1/001.p/17",
					      "mirror/tile/entries/273.p/112" };
	static const char *const hows[] = { "cut", "empty", "flip", "long" };
	setting how = {
		.size = 70000, .end = 70000, .checks_tiles = true, .bears = true, .mirror = "mirror"
	};
	siglet_source *folder = NULL;
	unsigned before;
	seen s;

	OK_SUCCESS(scan_log(&large, &how, &s), "a mirror is made");
	OK(is_mirror(&large, "mirror", 70000), "with every tile in its place");
	before = large.requests;
	OK_SUCCESS(scan_log(&large, &how, &s), "the next time");
	OK(large.requests == before && is_well(&s, &how), "nothing is asked for");
	OK_SUCCESS(siglet_source_new(in_scratch("mirror"), NULL, 0, &folder), "as a folder");
	OK_SUCCESS(scan_from(folder, &large, &how, &s), "it is a log");
	OK(is_well(&s, &how) && s.problems == 0, "all of it");
	siglet_source_free(folder);
	for (size_t f = 0; f < SIGLET_COUNT(spoilt); f++)
		for (size_t i = 0; i < SIGLET_COUNT(hows); i++) {
			before = large.requests;
			spoil_file(spoilt[f], hows[i]);
			OK_SUCCESS(scan_log(&large, &how, &s), "%s: %s", spoilt[f], hows[i]);
			OK(is_well(&s, &how) && s.problems == 0, "nothing is wrong with the log");
			OK(large.requests > before && is_mirror(&large, "mirror", 70000),
			   "the copy is replaced");
		}
	how.size = how.end = 131200;
	OK_SUCCESS(scan_log(&large, &how, &s), "the log has grown");
	OK(is_well(&s, &how) && is_mirror(&large, "mirror", 131200), "and so does the mirror");
	OK(access(in_scratch("mirror/tile/entries/273"), F_OK) == 0, "partial tiles became full");
}

static void a_mirror_of_a_log_without_partial_tiles(void)
{
	const setting how = {
		.size = 300, .end = 300, .checks_tiles = true, .bears = true, .mirror = "whole"
	};
	setting later = how;
	seen s;

	large.no_partial = true;
	/* The full tile is stored before all of it is known to be right: here it is not. */
	large.forged = 400;
	OK_SUCCESS(scan_log(&large, &how, &s), "full tiles stand for partial ones");
	OK(is_well(&s, &how) && s.problems == 0, "as far as they are meant");
	large.forged = UINT64_MAX;
	later.size = later.end = 600;
	OK_SUCCESS(scan_log(&large, &later, &s), "what else they hold");
	OK(is_well(&s, &later) && s.problems == 0, "is read again when it is not the log's");
	large.no_partial = false;
}

static void a_folder_with_a_mirror(void)
{
	const setting how = { .size = 1000, .end = 1000, .checks_tiles = true, .bears = true };
	siglet_source *source = NULL;
	seen s;

	log_write(&large, "folder", 1000);
	OK_SUCCESS(siglet_source_new(in_scratch("folder"), NULL, 0, &source), "a folder");
	OK_SUCCESS(siglet_source_set_mirror(source, in_scratch("copy")), "with a mirror");
	OK_SUCCESS(scan_from(source, &large, &how, &s), "scanned");
	OK(is_well(&s, &how) && is_mirror(&large, "copy", 1000), "and copied");
	spoil_file("copy/tile/entries/001", "cut");
	spoil_file("copy/tile/0/002", "flip");
	OK_SUCCESS(scan_from(source, &large, &how, &s), "copies that are spoilt");
	OK(is_well(&s, &how) && s.problems == 0 && is_mirror(&large, "copy", 1000), "are replaced");
	spoil_file("folder/tile/entries/001", "cut");
	spoil_file("copy/tile/entries/001", "cut");
	OK_SUCCESS(scan_from(source, &large, &how, &s), "where the folder is spoilt too");
	OK(s.problems == 1, "that is said: %s", s.problem);
	siglet_source_free(source);
}

int main(void)
{
	/* Threads that wait for each other wait for good. */
	(void)alarm(300);
	scratch_make();
	log_make(&large, LARGE, 3);
	sizes_and_ranges();
	many_blocks();
	what_is_found_does_not_fill_the_memory();
	errors_end_it();
	a_failure_of_the_network_ends_it_soon();
	wrong_bundles();
	wrong_tiles();
	bundles_of_any_size();
	a_mirror_is_a_log();
	a_mirror_of_a_log_without_partial_tiles();
	a_folder_with_a_mirror();
	log_free(&large);
	return tap_done();
}
