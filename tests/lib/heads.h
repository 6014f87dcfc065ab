/*
 * heads: libcbor for tests, linked in; and bytes from hexadecimal.
 */
#ifndef SIGLET_TEST_HEADS_H
#define SIGLET_TEST_HEADS_H

#include <stdio.h>
#include <stdlib.h>

#include "base/base.h"
#include "cbor/heads.h"

#include "cose_build.h"

#if SIGLET_COSE
const siglet_cbor_heads *siglet_cose_functions(void);
#endif

/* NULL where siglet was built without libcbor. */
__attribute__((unused)) static const siglet_cbor_heads *heads(void)
{
#if SIGLET_COSE
	return siglet_cose_functions();
#else
	return NULL;
#endif
}

/* Spaces between the digits are fine. Clear it; the test ends when it is no hexadecimal. */
__attribute__((unused)) static siglet_buf unhex(const char *hex)
{
	siglet_buf bytes, digits;
	siglet_err *err = NULL;

	siglet_buf_init(&bytes, SIZE_MAX / 4);
	siglet_buf_init(&digits, SIZE_MAX / 4);
	for (; err == NULL && *hex != '\0'; hex++)
		if (*hex != ' ' && *hex != '\n')
			err = siglet_buf_append_byte(&digits, (uint8_t)*hex);
	if (err == NULL)
		err = siglet_hex_decode(siglet_buf_slice(&digits), &bytes);
	if (err != NULL) {
		printf("Bail out! %.40s: %s\n", hex, siglet_err_message(err));
		exit(3);
	}
	siglet_buf_clear(&digits);
	return bytes;
}

#endif
