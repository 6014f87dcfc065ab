#include "../lib/check.h"
#include "tiles/tiles.h"

/* A bundle of entries is split where its lengths say, and nowhere else. */

static siglet_buf bundle;

static void add(const char *text)
{
	const siglet_slice entry = siglet_slice_str(text);

	if (siglet_buf_append_uint(&bundle, entry.len, 2) != NULL ||
	    siglet_buf_append(&bundle, entry) != NULL)
		abort();
}

static void fill(unsigned count)
{
	char text[32];

	siglet_buf_truncate(&bundle, 0);
	for (unsigned i = 0; i < count; i++) {
		(void)snprintf(text, sizeof(text), "%u", i);
		add(i == 3 ? "" : text);
	}
}

static siglet_err *split(unsigned width, siglet_entries *entries)
{
	return siglet_entries_split(siglet_buf_slice(&bundle), width, entries);
}

static bool are_the_numbers(const siglet_entries *entries)
{
	for (size_t i = 0; i < entries->count; i++) {
		char text[32];

		(void)snprintf(text, sizeof(text), "%zu", i);
		if (!siglet_slice_is(entries->of[i], i == 3 ? "" : text))
			return false;
	}
	return true;
}

static void widths(void)
{
	static const unsigned some[] = { 1, 2, 4, 5, 127, 128, 255, 256 };
	siglet_entries entries;

	for (size_t i = 0; i < SIGLET_COUNT(some); i++) {
		fill(some[i]);
		OK_SUCCESS(split(some[i], &entries), "%u entries", some[i]);
		OK(entries.count == some[i] && are_the_numbers(&entries), "are what they are");
		if (some[i] < 256)
			OK_ERROR(split(some[i] + 1, &entries), SIGLET_E_MALFORMED, "one too few");
		if (some[i] > 1 && some[i] < 256)
			OK_ERROR(split(some[i] - 1, &entries), SIGLET_E_MALFORMED, "one too many");
	}
	fill(256);
	OK_SUCCESS(split(17, &entries), "the first 17 of a full one");
	OK(entries.count == 17 && are_the_numbers(&entries), "are 17");
	add("more");
	OK_ERROR(split(256, &entries), SIGLET_E_MALFORMED, "257 entries");
	OK_ERROR(split(17, &entries), SIGLET_E_MALFORMED, "also for some of them");
}

static void cuts(void)
{
	siglet_entries entries;
	bool refused = true;

	fill(5);
	for (size_t len = 0; len < bundle.len; len++) {
		siglet_err *err =
			siglet_entries_split(siglet_slice_of(bundle.ptr, len), 5, &entries);

		refused = refused && err != NULL && siglet_err_code(err) == SIGLET_E_MALFORMED;
		siglet_err_free(err);
	}
	OK(refused, "cut anywhere it is refused");
	OK_ERROR(siglet_entries_split(SIGLET_SLICE_NONE, 1, &entries), SIGLET_E_MALFORMED,
		 "nothing");
	bundle.ptr[0] = 0xff;
	OK_ERROR(split(5, &entries), SIGLET_E_MALFORMED, "a length beyond the end");
}

int main(void)
{
	siglet_buf_init(&bundle, SIGLET_MAX_BUNDLE_TILE_BYTES + 8);
	widths();
	cuts();
	siglet_buf_clear(&bundle);
	return tap_done();
}
