#include "audit/audit_internal.h"

#include <string.h>

/*
 * Certificates and keys, however an entry dresses them. Some reader of base64 passes over line ends,
 * another over any character, some take either alphabet, or bits that are left over: here each
 * character that is a digit counts, and none other. Who signs with a stolen identity will try them.
 */

#define MAX_DEPTH 3 /* the base64 of the base64 of a PEM */
#define LEAST_BYTES 32
#define BEGIN "-----BEGIN "
#define DASHES "-----"

/* ---- base64 ---- */

static int digit_of(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	return c == '/' || c == '_' ? 63 : -1;
}

/* What all digits up to the first padding stand for: some readers pass over one that pads nothing. */
static siglet_err *decode(siglet_slice text, siglet_buf *ret_bytes)
{
	uint32_t bits = 0;
	unsigned count = 0, digits = 0;
	siglet_err *err = siglet_buf_reserve(ret_bytes, text.len / 4 * 3 + 3);

	for (size_t i = 0; err == NULL && i < text.len; i++) {
		const int digit = digit_of(text.ptr[i]);

		/* Two digits of four at least are there. */
		if (text.ptr[i] == '=' && digits % 4 >= 2)
			break;
		if (digit < 0)
			continue;
		bits = bits << 6 | (uint32_t)digit;
		digits++;
		count += 6;
		if (count < 8)
			continue;
		count -= 8;
		err = siglet_buf_append_byte(ret_bytes, (uint8_t)(bits >> count & 0xff));
	}
	return err;
}

/* ---- what it is ---- */

static siglet_err *add(siglet_arena *arena, siglet_slice der, const char *what, siglet_slice *list,
		       size_t *count)
{
	for (size_t i = 0; i < *count; i++)
		if (siglet_slice_equal(list[i], der))
			return NULL;
	if (*count == AUDIT_MAX_CERTS)
		return siglet_err_new(SIGLET_E_LIMIT, "more than %d %s", AUDIT_MAX_CERTS, what);
	return siglet_arena_copy(arena, der, &list[(*count)++]);
}

static siglet_err *add_cert(audit_content *content, siglet_slice der)
{
	return add(&content->arena, der, "certificates", content->certs, &content->cert_count);
}

static siglet_err *add_key(audit_content *content, siglet_slice der)
{
	return add(&content->arena, der, "keys", content->keys, &content->key_count);
}

static bool contains_bytes(siglet_slice text, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; len <= text.len && i <= text.len - len; i++)
		if (memcmp(text.ptr + i, bytes, len) == 0)
			return true;
	return false;
}

/* An ASN.1 SEQUENCE with an alternative name of a subject in it: a certificate, if we can read it or not. */
static bool may_be_cert(siglet_slice bytes)
{
	static const uint8_t san[] = { 0x06, 0x03, 0x55, 0x1d, 0x11 };

	return bytes.len > LEAST_BYTES && bytes.ptr[0] == 0x30 &&
	       contains_bytes(bytes, san, sizeof(san));
}

static siglet_err *take_der(audit_content *content, siglet_slice bytes, bool *ret_taken)
{
	siglet_glance glance;
	siglet_err *err = siglet_cert_glance(bytes, false, &glance);

	*ret_taken = err == NULL;
	if (err == NULL)
		return add_cert(content, bytes);
	if (siglet_err_is_fault(err))
		return err;
	siglet_err_free(err);
	*ret_taken = siglet_cert_is_spki(bytes);
	if (*ret_taken)
		return add_key(content, bytes);
	if (may_be_cert(bytes))
		return siglet_err_new(SIGLET_E_MALFORMED,
				      "what looks like a certificate can't be read");
	return NULL;
}

/* ---- PEM ---- */

static const uint8_t *find(siglet_slice text, const char *part)
{
	const size_t len = strlen(part);

	while (text.len >= len) {
		const uint8_t *at = memchr(text.ptr, part[0], text.len - len + 1);

		if (at == NULL || memcmp(at, part, len) == 0)
			return at;
		text.len -= (size_t)(at + 1 - text.ptr);
		text.ptr = at + 1;
	}
	return NULL;
}

/* What stands before part, if it is there; text is what stands behind it then. */
static bool cut(siglet_slice *text, const char *part, siglet_slice *ret_before)
{
	const uint8_t *at = find(*text, part);
	const size_t len = strlen(part);

	if (at == NULL)
		return false;
	*ret_before = siglet_slice_of(text->ptr, (size_t)(at - text->ptr));
	text->len -= ret_before->len + len;
	text->ptr = at + len;
	return true;
}

/* Of other labels, such as PGP's, no signature of Sigstore is verified with what they have. */
static bool is_wanted(siglet_slice label)
{
	return siglet_slice_has_suffix(label, "CERTIFICATE") ||
	       siglet_slice_has_suffix(label, "PUBLIC KEY");
}

static siglet_err *take_block(audit_content *content, siglet_slice label, siglet_slice digits)
{
	bool is_taken = false;
	siglet_buf der;
	siglet_err *err;

	siglet_buf_init(&der, digits.len + 4);
	err = decode(digits, &der);
	if (err == NULL)
		err = take_der(content, siglet_buf_slice(&der), &is_taken);
	if (err == NULL && !is_taken)
		err = siglet_err_new(SIGLET_E_MALFORMED, "the %s in PEM can't be read",
				     siglet_text_printable(label).text);
	siglet_buf_clear(&der);
	return err;
}

/* Every block, wherever in a line it begins, and whatever stands around it. */
static siglet_err *take_pem(audit_content *content, siglet_slice text)
{
	siglet_slice label = SIGLET_SLICE_NONE;
	siglet_err *err = NULL;

	while (err == NULL && cut(&text, BEGIN, &label)) {
		siglet_slice digits;
		const uint8_t *end;

		if (!cut(&text, DASHES, &label))
			return siglet_err_new(SIGLET_E_MALFORMED, "PEM that is cut off");
		digits = text;
		end = find(text, DASHES);
		if (end != NULL)
			digits.len = (size_t)(end - text.ptr);
		if (is_wanted(label))
			err = take_block(content, label, digits);
	}
	return err;
}

/* ---- a text ---- */

static siglet_err *look(siglet_slice text, unsigned depth, audit_content *content)
{
	bool is_taken = false;
	siglet_buf decoded;
	siglet_err *err;

	if (find(text, BEGIN) != NULL)
		return take_pem(content, text);
	if (depth == MAX_DEPTH || text.len < LEAST_BYTES)
		return NULL;
	siglet_buf_init(&decoded, text.len + 4);
	err = decode(text, &decoded);
	if (err == NULL)
		err = take_der(content, siglet_buf_slice(&decoded), &is_taken);
	if (err == NULL && !is_taken)
		err = look(siglet_buf_slice(&decoded), depth + 1, content);
	siglet_buf_clear(&decoded);
	return err;
}

siglet_err *siglet_audit_look_at(siglet_slice text, audit_content *content)
{
	return look(text, 0, content);
}
