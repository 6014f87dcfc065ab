#include "pkcs11/pkcs11_internal.h"

#include <string.h>

/* What we read in a PKCS#11 URI (RFC 7512 section 2.3); the rest is the engine's business. */

#define SCHEME "pkcs11:"
#define MODULE "module-path"

static int digit(char c)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char *at = c == '\0' ? NULL : strchr(digits, c);

	return at == NULL ? -1 : (int)((at - digits) % 16);
}

/* A value with its %XX read. */
static siglet_err *unescape(siglet_slice value, siglet_buf *ret_text)
{
	siglet_err *err = NULL;

	for (size_t i = 0; err == NULL && i < value.len; i++) {
		uint8_t byte = value.ptr[i];

		if (byte == '%') {
			const int high = i + 2 < value.len ? digit((char)value.ptr[i + 1]) : -1;
			const int low = high < 0 ? -1 : digit((char)value.ptr[i + 2]);

			if (low < 0 || high * 16 + low == 0)
				return siglet_err_new(SIGLET_E_USAGE, MODULE ": not an escape");
			byte = (uint8_t)(high * 16 + low);
			i += 2;
		}
		err = siglet_buf_append_byte(ret_text, byte);
	}
	return err;
}

/* The next attribute, "name=value", of a query. */
static siglet_slice next_attribute(siglet_slice *left)
{
	const uint8_t *end = left->len == 0 ? NULL : memchr(left->ptr, '&', left->len);
	const size_t len = end == NULL ? left->len : (size_t)(end - left->ptr);
	const siglet_slice attribute = siglet_slice_of(left->ptr, len);

	*left = end == NULL ? SIGLET_SLICE_NONE
			    : siglet_slice_of(left->ptr + len + 1, left->len - len - 1);
	return attribute;
}

/* Wherever an attribute might begin: the engine reads a URI less strictly than the standard. */
static siglet_err *refuse_pin(const char *uri)
{
	static const char name[] = "pin-value";

	for (const char *at = strstr(uri, name); at != NULL; at = strstr(at + 1, name))
		if (at > uri && strchr(":;?&", at[-1]) != NULL)
			return siglet_err_hint(siglet_err_new(SIGLET_E_USAGE,
							      "a PIN in the URI (pin-value) is "
							      "there for others to read"),
					       "--passphrase-file FILE or fd:N");
	return NULL;
}

static siglet_err *read_query(siglet_slice query, siglet_buf *ret_uri, siglet_buf *ret_module)
{
	char separator = '?';
	siglet_err *err = NULL;

	while (err == NULL && query.len > 0) {
		const siglet_slice attribute = next_attribute(&query);
		const size_t len = sizeof(MODULE "=") - 1;

		if (siglet_slice_has_prefix(attribute, MODULE "=")) {
			siglet_buf_truncate(ret_module, 0);
			err = unescape(siglet_slice_of(attribute.ptr + len, attribute.len - len),
				       ret_module);
			continue;
		}
		err = siglet_buf_append_byte(ret_uri, (uint8_t)separator);
		if (err == NULL)
			err = siglet_buf_append(ret_uri, attribute);
		separator = '&';
	}
	return err;
}

siglet_err *siglet_pkcs11_read_uri(const char *uri, siglet_buf *ret_uri, siglet_buf *ret_module)
{
	const char *question = strchr(uri, '?');
	const siglet_slice path =
		siglet_slice_of(uri, question == NULL ? strlen(uri) : (size_t)(question - uri));
	siglet_err *err;

	if (strncmp(uri, SCHEME, sizeof(SCHEME) - 1) != 0)
		return siglet_err_new(SIGLET_E_USAGE, "not a " SCHEME " URI");
	err = refuse_pin(uri);
	if (err == NULL)
		err = siglet_buf_append(ret_uri, path);
	if (err == NULL && question != NULL)
		err = read_query(siglet_slice_str(question + 1), ret_uri, ret_module);
	return err;
}
