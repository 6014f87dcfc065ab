/* A bundle: read, written, read again: what was accepted must come back equal. */
#include <stdint.h>
#include <stdlib.h>

#include "bundle/bundle.h"
#include "verify/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(siglet_err *err)
{
	if (err != NULL && siglet_err_code(err) != SIGLET_E_NOMEM)
		abort();
	siglet_err_free(err);
}

static void round_trip(const siglet_bundle *bundle)
{
	siglet_bundle *again = NULL;
	siglet_buf first, second, text;

	siglet_buf_init(&first, 64u << 20);
	siglet_buf_init(&second, 64u << 20);
	siglet_buf_init(&text, 64u << 20);
	must(siglet_bundle_write(siglet_bundle_get(bundle), &first));
	must(siglet_bundle_parse(siglet_buf_slice(&first), &again));
	must(siglet_bundle_write(siglet_bundle_get(again), &second));
	if (!siglet_slice_equal(siglet_buf_slice(&first), siglet_buf_slice(&second)))
		abort();
	must(siglet_bundle_describe(bundle, &text));
	siglet_bundle_free(again);
	siglet_buf_clear(&first);
	siglet_buf_clear(&second);
	siglet_buf_clear(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	siglet_bundle *bundle = NULL;
	siglet_err *err = siglet_bundle_parse(siglet_slice_of(data, size), &bundle);

	if (err == NULL) {
		(void)siglet_bundle_hashes(bundle, NULL);
		round_trip(bundle);
	}
	siglet_err_free(err);
	siglet_bundle_free(bundle);
	return 0;
}
