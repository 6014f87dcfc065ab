#include "../lib/check.h"
#include "../lib/heads.h"
#include "siglet/siglet_internal.h"

/* libcbor by way of the object that is loaded when it is needed, where one was built. */

static void it_reads_what_the_linked_one_reads(const siglet_cbor_heads *loaded)
{
	static const char *const items[] = {
		"00",	  "1903e8", "3863",   "4401020304", "6161", "83010203",
		"a10102", "d201",   "d81201", "f4",	    "f5",   "f6",
		"f7",	  "f90000", "5fff",   "1c",	    "1901", "9bffffffffffffffff"
	};

	for (size_t i = 0; i < SIGLET_COUNT(items); i++) {
		siglet_buf bytes = unhex(items[i]);
		siglet_cbor_head a = { SIGLET_CBOR_MAJOR_UINT, 0, 0 }, b = a;
		const bool same = loaded->decode(bytes.ptr, bytes.len, &a) ==
				  heads()->decode(bytes.ptr, bytes.len, &b);

		OK(same && a.major == b.major && a.value == b.value && a.size == b.size, "%s",
		   items[i]);
		siglet_buf_clear(&bytes);
	}
}

int main(void)
{
	const siglet_cbor_heads *loaded = NULL;
	siglet_err *err = siglet_load_heads(&loaded);

	if (heads() == NULL) {
		OK(err != NULL && siglet_err_code(err) == SIGLET_E_UNSUPPORTED &&
			   strstr(siglet_err_message(err), "built without it") != NULL,
		   "without libcbor the build says so");
		siglet_err_free(err);
		return tap_done();
	}
	OK_SUCCESS(err, "%s is loaded", SIGLET_COSE_LIBRARY);
	if (loaded != NULL)
		it_reads_what_the_linked_one_reads(loaded);
	return tap_done();
}
