/*
 * What a certificate authority answers, and an SCT beside a certificate.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cert/cert.h"
#include "fulcio/fulcio.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const siglet_slice input = siglet_slice_of(data, size);
	siglet_fulcio_answer answer;
	siglet_sct parsed;
	siglet_buf sct;
	siglet_err *err;

	siglet_fulcio_answer_init(&answer);
	err = siglet_fulcio_read_answer(input, &answer);
	require(err != NULL ? answer.count == 0
			    : answer.count > 0 && answer.count <= SIGLET_MAX_CHAIN);
	for (size_t i = 0; i < answer.count; i++)
		require(answer.chain[i].len > 0);
	siglet_err_free(err);
	siglet_fulcio_answer_clear(&answer);

	siglet_buf_init(&sct, UINT16_MAX);
	err = siglet_fulcio_detached_sct(input, &sct);
	if (err == NULL)
		err = siglet_sct_parse(siglet_buf_slice(&sct), &parsed);
	siglet_err_free(err);
	siglet_buf_clear(&sct);
	return 0;
}
