#include "tiles/tiles_internal.h"

#include <string.h>

/*
 * Bundles that were read, against the tree. Where what is wrong is borne, what the tree has is given
 * out in its place: what comes behind it can so be checked too.
 */

static scanned_bundle *bundle_at(scanned_bundle *block, uint64_t number)
{
	return &block[number % SIGLET_SCAN_BUNDLES];
}

/* ---- hashes ---- */

static siglet_err *push_bundle(const scanned_bundle *bundle, siglet_range *range)
{
	siglet_err *err = NULL;

	if (bundle->leaves == NULL)
		return siglet_range_push(range, SIGLET_TILE_BITS, &bundle->node);
	for (unsigned i = 0; err == NULL && i < bundle->count; i++)
		err = siglet_range_push(range, 0, &bundle->leaves[i]);
	return err;
}

static siglet_err *build_range(scanned_bundle *block, scan_extent e, siglet_range *ret_range)
{
	siglet_err *err = NULL;

	siglet_range_init(ret_range, bundle_at(block, e.first)->first);
	for (uint64_t n = e.first; err == NULL && n < e.last; n++)
		err = push_bundle(bundle_at(block, n), ret_range);
	return err;
}

static bool are_equal(const siglet_range *a, const siglet_range *b)
{
	if (a->begin != b->begin || a->end != b->end || a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!siglet_hash32_equal(&a->nodes[i].hash, &b->nodes[i].hash))
			return false;
	return true;
}

/* What the tree has there, and whether these bundles say the same. */
static siglet_err *compare(const siglet_scan *scan, scanned_bundle *block, scan_extent e,
			   bool *ret_is_same)
{
	siglet_range have, want;
	siglet_err *err = build_range(block, e, &have);

	if (err == NULL)
		err = siglet_range_of(have.begin, have.end, siglet_tree_look_up, scan->tree, &want);
	if (err == NULL)
		*ret_is_same = are_equal(&have, &want);
	return err;
}

/* ---- what is wrong ---- */

static siglet_err *bear(const siglet_scan *scan, siglet_err *err)
{
	if (err == NULL || scan->bear == NULL || siglet_err_is_fault(err))
		return err;
	return scan->bear(scan->context, err);
}

static siglet_err *no_match(const siglet_scan *scan, uint64_t number)
{
	const siglet_tile tile = {
		.kind = siglet_tree_format(scan->tree)->kind,
		.number = number,
		.width = siglet_tile_width(0, number, siglet_tree_size(scan->tree)),
	};

	return siglet_err_new(SIGLET_E_MISMATCH,
			      "%s: its entries are not those that the signed root covers",
			      siglet_tile_path_of(&tile).text);
}

/* ret_wrong: what is wrong with the bundle itself, or NULL. */
static siglet_err *examine(const siglet_scan *scan, scanned_bundle *block, uint64_t number,
			   siglet_err **ret_wrong)
{
	scanned_bundle *bundle = bundle_at(block, number);
	siglet_err *err = bundle->err;
	bool is_same = false;

	bundle->err = NULL;
	*ret_wrong = NULL;
	if (err != NULL && !siglet_tiles_is_wrong(err))
		return err;
	if (err != NULL) {
		*ret_wrong = err;
		return NULL;
	}
	err = compare(scan, block, (scan_extent) { number, number + 1 }, &is_same);
	if (err == NULL && !is_same)
		*ret_wrong = no_match(scan, number);
	return err;
}

/* A bundle that is wrong is read once more, past caches and copies. */
static siglet_err *mend_bundle(const siglet_scan *scan, scanned_bundle *block, uint64_t number,
			       siglet_err **ret_wrong)
{
	scanned_bundle *bundle = bundle_at(block, number);
	const size_t weight = bundle->weight;
	size_t bytes = 0;
	siglet_err *err = examine(scan, block, number, ret_wrong);

	if (err != NULL || *ret_wrong == NULL ||
	    !siglet_tiles_may_be_stale(scan->source, *ret_wrong))
		return err;
	siglet_err_free(*ret_wrong);
	siglet_scan_bundle_clear(scan, bundle);
	siglet_scan_bundle_read(scan, number, SIGLET_FRESH_COPY, SIGLET_MAX_BUNDLE_TILE_BYTES,
				bundle, &bytes);
	/* What was counted is what will be counted off. */
	bundle->weight = weight;
	return examine(scan, block, number, ret_wrong);
}

/* Nothing that was made of a wrong bundle is given out. */
static void empty_bundle(const siglet_scan *scan, scanned_bundle *bundle)
{
	const size_t weight = bundle->weight;

	siglet_scan_bundle_clear(scan, bundle);
	bundle->weight = weight;
}

/*
 * Something in there is wrong: which bundles? ret_is_good: none any more. ret_at: where it ended, all
 * before which was looked at.
 */
static siglet_err *mend(const siglet_scan *scan, scanned_bundle *block, scan_extent e,
			bool *ret_is_good, uint64_t *ret_at)
{
	siglet_err *err = NULL;
	uint64_t n = e.first;

	*ret_is_good = true;
	for (; err == NULL && n < e.last; n++) {
		siglet_err *wrong = NULL;

		*ret_at = n;
		err = mend_bundle(scan, block, n, &wrong);
		if (err == NULL && wrong != NULL) {
			*ret_is_good = false;
			empty_bundle(scan, bundle_at(block, n));
			err = bear(scan, wrong);
		}
	}
	return err;
}

/* ---- tiles ---- */

/* The tile above the block's bundles, which nothing else has read. */
static siglet_err *check_tile_above(const siglet_scan *scan, const scanned_bundle *block,
				    uint64_t number)
{
	siglet_hash32 nodes[SIGLET_TILE_WIDTH];
	const siglet_tile tile = { .level = 1, .number = number, .width = SIGLET_TILE_WIDTH };
	siglet_buf data;
	siglet_err *err = NULL;

	for (unsigned i = 0; i < SIGLET_SCAN_BUNDLES; i++)
		nodes[i] = block[i].node;
	for (int try = 0; try < 2; try++) {
		siglet_err_free(err);
		siglet_buf_init(&data, SIGLET_TILE_BYTES);
		err = siglet_source_fetch_tile(
			scan->source, &tile, try == 0 ? SIGLET_ANY_COPY : SIGLET_FRESH_COPY, &data);
		if (err == NULL &&
		    (data.len != sizeof(nodes) || memcmp(data.ptr, nodes, sizeof(nodes)) != 0))
			err = siglet_err_new(SIGLET_E_MISMATCH,
					     "%s: its hashes are not those of the entries",
					     siglet_tile_path_of(&tile).text);
		siglet_buf_clear(&data);
		if (err == NULL || !siglet_tiles_may_be_stale(scan->source, err))
			break;
	}
	return err;
}

/* Of a part of a block not all nodes are known; there the tree has read, and checked, that tile. */
static bool is_whole_block(const scanned_bundle *block, scan_extent e)
{
	return e.last - e.first == SIGLET_SCAN_BUNDLES && block[0].leaves == NULL &&
	       block[SIGLET_SCAN_BUNDLES - 1].leaves == NULL;
}

/* is_good: the bundles are those of the tree, so that they say what is in its tiles. */
static siglet_err *check_tiles(const siglet_scan *scan, scanned_bundle *block, scan_extent e,
			       bool is_good)
{
	siglet_err *err = NULL;

	for (uint64_t n = e.first; err == NULL && n < e.last; n++) {
		scanned_bundle *bundle = bundle_at(block, n);

		err = bear(scan, bundle->tile_err);
		bundle->tile_err = NULL;
	}
	if (err == NULL && is_good && scan->checks_tiles && is_whole_block(block, e))
		err = bear(scan, check_tile_above(scan, block, e.first / SIGLET_SCAN_BUNDLES));
	return err;
}

/* ---- giving out ---- */

static siglet_err *give_out(const siglet_scan *scan, scanned_bundle *block, scan_extent e)
{
	const uint64_t begin = e.first * SIGLET_TILE_WIDTH, end = e.last * SIGLET_TILE_WIDTH;
	void *findings[SIGLET_SCAN_BUNDLES];
	siglet_scan_block given = {
		.begin = begin < scan->begin ? scan->begin : begin,
		.end = end > scan->end ? scan->end : end,
		.count = (size_t)(e.last - e.first),
		.findings = findings,
	};
	siglet_err *err = siglet_range_of(given.begin, given.end, siglet_tree_look_up, scan->tree,
					  &given.range);

	for (uint64_t n = e.first; n < e.last; n++)
		findings[n - e.first] = bundle_at(block, n)->finding;
	return err == NULL ? scan->take(scan->context, &given) : err;
}

static bool has_error(scanned_bundle *block, scan_extent e)
{
	for (uint64_t n = e.first; n < e.last; n++)
		if (bundle_at(block, n)->err != NULL)
			return true;
	return false;
}

/* What lies before the end is given out: nobody hides it with what he spoils behind it. */
static siglet_err *end_at(const siglet_scan *scan, scanned_bundle *block, scan_extent e,
			  siglet_err *err)
{
	siglet_err *other;

	if (e.first == e.last || siglet_err_is_fault(err))
		return err;
	other = give_out(scan, block, e);
	if (other == NULL)
		return err;
	siglet_err_free(err);
	return other;
}

siglet_err *siglet_scan_judge(const siglet_scan *scan, scanned_bundle *block, scan_extent e)
{
	bool is_good = false;
	uint64_t at = e.first;
	siglet_err *err = NULL;

	if (!has_error(block, e))
		err = compare(scan, block, e, &is_good);
	if (err == NULL && !is_good) {
		err = mend(scan, block, e, &is_good, &at);
		if (err != NULL)
			return end_at(scan, block, (scan_extent) { e.first, at }, err);
	}
	if (err == NULL)
		err = check_tiles(scan, block, e, is_good);
	/* The same hashes either way. */
	return err == NULL ? give_out(scan, block, e) : err;
}
