/* Any bytes as CBOR: what is read is printed, written again in the one form, and read once more. */
#include <stdint.h>
#include <stdlib.h>

#include "../lib/heads.h"
#include "cbor/cbor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void write_again(const siglet_cbor *item, siglet_buf *ret_bytes)
{
	siglet_cbor_writer writer;

	siglet_cbor_writer_init(&writer, heads(), ret_bytes);
	siglet_cbor_write_item(&writer, item);
	siglet_err *err = siglet_cbor_writer_finish(&writer);

	/* Sixteen levels of arrays may be read, and are written too. */
	require(err == NULL);
}

/* Every byte string is opened; what that leaves of the budget is what there is. */
static void open_all(siglet_cbor_doc *doc, const siglet_cbor *item, unsigned depth)
{
	const siglet_cbor *inner = NULL;

	if (siglet_cbor_kind_of(item) == SIGLET_CBOR_BYTES) {
		siglet_err *err = siglet_cbor_open(doc, item, NULL, &inner);

		require((err == NULL) == (inner != NULL));
		siglet_err_free(err);
	}
	if (depth == 0)
		return;
	open_all(doc, inner, depth - 1);
	open_all(doc, siglet_cbor_tagged(item), depth - 1);
	for (size_t i = 0; i < siglet_cbor_count(item); i++) {
		open_all(doc, siglet_cbor_at(item, i), depth - 1);
		open_all(doc, siglet_cbor_value(item, i), depth - 1);
	}
}

static void read_again(const siglet_cbor *item, siglet_slice again)
{
	siglet_cbor_doc *doc = NULL;
	siglet_err *err = siglet_cbor_parse(heads(), again, SIGLET_MAX_CBOR_BYTES, NULL, &doc);

	require(err == NULL && siglet_cbor_is_deterministic(siglet_cbor_root(doc)));
	require(!siglet_cbor_is_deterministic(item) ||
		siglet_slice_equal(again, siglet_cbor_raw(item)));
	siglet_cbor_doc_free(doc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const siglet_cbor_style style = { .indent = 2, .max_string = 64 };
	siglet_cbor_doc *doc = NULL;
	siglet_buf text, again;
	siglet_err *err;

	if (heads() == NULL)
		return 0;
	siglet_buf_init(&text, 64u << 20);
	siglet_buf_init(&again, SIGLET_MAX_CBOR_BYTES);
	err = siglet_cbor_parse(heads(), siglet_slice_of(data, size), SIGLET_MAX_CBOR_BYTES, NULL,
				&doc);
	if (err == NULL) {
		require(siglet_cbor_raw(siglet_cbor_root(doc)).len == size);
		write_again(siglet_cbor_root(doc), &again);
		read_again(siglet_cbor_root(doc), siglet_buf_slice(&again));
		open_all(doc, siglet_cbor_root(doc), SIGLET_CBOR_MAX_DEPTH);
		err = siglet_cbor_print(siglet_cbor_root(doc), &style, &text);
		require(err == NULL && siglet_utf8_is_valid(siglet_buf_slice(&text)));
	}
	siglet_err_free(err);
	siglet_cbor_doc_free(doc);
	siglet_buf_clear(&again);
	siglet_buf_clear(&text);
	return 0;
}
