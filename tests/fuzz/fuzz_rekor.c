/*
 * What a log answers, in both versions; then the input as everything that a v2 log publishes, out of which
 * an entry is put together.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "rekor/rekor_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void read_answer(int version, siglet_slice input)
{
	siglet_rekor_entry entry;
	siglet_err *err;

	siglet_rekor_entry_init(&entry);
	err = siglet_rekor_read_answer(version, input, &entry);
	require(err == NULL || (entry.entry.body.len == 0 && entry.entry.proof_count == 0));
	require(entry.entry.proof_count <= SIGLET_MERKLE_MAX_PROOF);
	siglet_err_free(err);
	siglet_rekor_entry_clear(&entry);
}

static siglet_err *publish(void *context, const siglet_http_request *request,
			   siglet_http_response *response)
{
	const siglet_slice *input = context;

	(void)request;
	response->status = 200;
	siglet_buf_clear(&response->body);
	return siglet_buf_append(&response->body, *input);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	siglet_slice input = siglet_slice_of(data, size);
	const siglet_transport transport = { .send = publish, .context = &input };
	siglet_rekor_entry entry;
	siglet_err *err;

	read_answer(1, input);
	read_answer(2, input);
	siglet_rekor_entry_init(&entry);
	/* Without a root nobody signed the checkpoint. */
	err = siglet_rekor_entry_from_tiles(&transport, "https://log.example", NULL, 1, &entry);
	require(err != NULL);
	siglet_err_free(err);
	siglet_rekor_entry_clear(&entry);
	return 0;
}
