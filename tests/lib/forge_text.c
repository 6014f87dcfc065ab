#include "forge_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>

#define MAX_MADE (256u << 20)

_Noreturn void forge_die(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: the forge failed: %s\n", file, line, what);
	ERR_print_errors_fp(stderr);
	abort();
}

siglet_buf forge_buf(void)
{
	siglet_buf buf;

	siglet_buf_init(&buf, MAX_MADE);
	return buf;
}

siglet_buf forge_copy(siglet_slice data)
{
	siglet_buf buf = forge_buf();

	forge_put_bytes(&buf, data);
	return buf;
}

siglet_buf forge_taken(uint8_t *der, int len)
{
	MUST(der != NULL && len > 0);
	siglet_buf buf = forge_copy(siglet_slice_of(der, (size_t)len));
	OPENSSL_free(der);
	return buf;
}

void forge_put(siglet_buf *out, const char *format, ...)
{
	char text[2048];
	va_list args;

	va_start(args, format);
	const int len = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	MUST(len >= 0 && (size_t)len < sizeof(text));
	forge_put_bytes(out, siglet_slice_of(text, (size_t)len));
}

void forge_put_bytes(siglet_buf *out, siglet_slice data)
{
	MUST(siglet_buf_append(out, data) == NULL);
}

void forge_put_uint(siglet_buf *out, uint64_t value, size_t width)
{
	MUST(siglet_buf_append_uint(out, value, width) == NULL);
}

void forge_put_base64(siglet_buf *out, siglet_slice data)
{
	MUST(siglet_base64_encode(data, out) == NULL);
}

void forge_put_hex(siglet_buf *out, siglet_slice data)
{
	MUST(siglet_hex_encode(data, out) == NULL);
}

void forge_put_json(siglet_buf *out, const char *text)
{
	forge_put_uint(out, '"', 1);
	for (; *text != '\0'; text++) {
		const unsigned char c = (unsigned char)*text;

		if (c == '\n')
			forge_put(out, "\\n");
		else if (c < 0x20)
			forge_put(out, "\\u%04x", c);
		else if (c == '"' || c == '\\')
			forge_put(out, "\\%c", c);
		else
			forge_put_uint(out, c, 1);
	}
	forge_put_uint(out, '"', 1);
}

void forge_damage(siglet_buf *data)
{
	MUST(data->len > 0);
	data->ptr[data->len / 2] ^= 1;
}

forge_digest forge_hash(const EVP_MD *md, siglet_slice data)
{
	forge_digest digest;
	unsigned len = 0;

	MUST(EVP_Digest(data.ptr, data.len, digest.bytes, &len, md, NULL) == 1);
	digest.len = len;
	return digest;
}

siglet_slice forge_digest_slice(const forge_digest *digest)
{
	return siglet_slice_of(digest->bytes, digest->len);
}
