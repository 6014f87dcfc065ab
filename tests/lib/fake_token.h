/*
 * fake_token: tokens with the claims that a test wants. Nobody here looks at signatures.
 */
#ifndef SIGLET_TEST_FAKE_TOKEN_H
#define SIGLET_TEST_FAKE_TOKEN_H

#include "check.h"

#define FAKE_NOW 1800000000

/* "HEADER.CLAIMS.SIGNATURE" of these claims; static memory of which there are four. */
__attribute__((unused)) static const char *fake_jwt(const char *claims)
{
	static char texts[4][8192];
	static unsigned next;
	char *text = texts[next++ % 4];
	siglet_buf encoded;

	siglet_buf_init(&encoded, 8000);
	siglet_err *err = siglet_base64_encode(siglet_slice_str(claims), &encoded);
	if (err != NULL)
		exit(1);
	for (size_t i = 0; i < encoded.len; i++)
		if (encoded.ptr[i] == '+')
			encoded.ptr[i] = '-';
		else if (encoded.ptr[i] == '/')
			encoded.ptr[i] = '_';
	while (encoded.len > 0 && encoded.ptr[encoded.len - 1] == '=')
		encoded.len--;
	(void)snprintf(text, sizeof(texts[0]), "e30.%.*s.c2ln", (int)encoded.len, encoded.ptr);
	siglet_buf_clear(&encoded);
	return text;
}

/* A good token's claims, and more behind. */
#define FAKE_CLAIMS(more)                                                          \
	"{\"iss\":\"https://"                                                      \
	"issuer.example\",\"sub\":\"me\",\"aud\":\"sigstore\",\"iat\":1800000000," \
	"\"exp\":1800000600" more "}"

#endif
