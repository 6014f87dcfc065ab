#include "cose/cose.h"

#include <inttypes.h>

/* COSE_Sign1 by its form. */

const char *const siglet_cose_sign1_names[] = { "protected", "unprotected", "payload", "signature",
						NULL };

/* ---- labels ---- */

/* "33", "-1": another reader may take it for the number. */
static bool looks_like_integer(siglet_slice text)
{
	size_t at = 0;

	if (at < text.len && (text.ptr[at] == '-' || text.ptr[at] == '+'))
		at++;
	if (at == text.len)
		return false;
	for (; at < text.len; at++)
		if (text.ptr[at] < '0' || text.ptr[at] > '9')
			return false;
	return true;
}

static siglet_err *check_label(const siglet_cbor *key)
{
	int64_t number = 0;

	if (siglet_cbor_kind_of(key) != SIGLET_CBOR_TEXT)
		return siglet_cbor_need_int64(key, &number);
	if (looks_like_integer(siglet_cbor_text(key)))
		return siglet_cbor_error(key, SIGLET_E_MALFORMED,
					 "a label in text that looks like a number");
	return NULL;
}

static siglet_err *check_labels(const siglet_cbor *header)
{
	siglet_err *err = NULL;

	for (size_t i = 0; err == NULL && i < siglet_cbor_count(header); i++)
		err = check_label(siglet_cbor_key(header, i));
	return err;
}

/* RFC 9052 section 3: a label must not occur in both. Which of the two would count? */
static siglet_err *check_disjoint(const siglet_cbor *a, const siglet_cbor *b)
{
	for (size_t i = 0; i < siglet_cbor_count(b); i++) {
		const siglet_cbor *label = siglet_cbor_key(b, i);

		for (size_t k = 0; k < siglet_cbor_count(a); k++)
			if (siglet_cbor_same_key(siglet_cbor_key(a, k), label))
				return siglet_cbor_error(label, SIGLET_E_MALFORMED,
							 "this label is in the protected header "
							 "too");
	}
	return NULL;
}

/* ---- the four ---- */

/* A byte string with a map in it, or nothing: both are ways to write an empty map. */
static siglet_err *read_protected(siglet_cbor_doc *doc, siglet_cose_sign1 *m)
{
	const siglet_cbor *item = siglet_cbor_at(m->item, 0), *map = NULL;
	siglet_slice bytes = SIGLET_SLICE_NONE;
	siglet_err *err = siglet_cbor_need_bytes(item, &bytes);

	if (err != NULL || bytes.len == 0)
		return err;
	err = siglet_cbor_open(doc, item, NULL, &map);
	if (err == NULL)
		err = siglet_cbor_need(map, SIGLET_CBOR_MAP);
	if (err == NULL)
		err = check_labels(map);
	if (err != NULL || siglet_cbor_count(map) == 0)
		return err;
	m->is_protected = map;
	m->protected_bytes = bytes;
	return NULL;
}

static siglet_err *read_unprotected(siglet_cose_sign1 *m)
{
	siglet_err *err;

	m->unprotected = siglet_cbor_at(m->item, 1);
	err = siglet_cbor_need(m->unprotected, SIGLET_CBOR_MAP);
	return err == NULL ? check_labels(m->unprotected) : err;
}

static siglet_err *read_payload(siglet_cose_sign1 *m)
{
	const siglet_cbor *item = siglet_cbor_at(m->item, 2);

	if (siglet_cbor_kind_of(item) == SIGLET_CBOR_NULL)
		return NULL;
	m->has_payload = true;
	return siglet_cbor_need_bytes(item, &m->payload);
}

static siglet_err *read_signature(siglet_cose_sign1 *m)
{
	const siglet_cbor *item = siglet_cbor_at(m->item, 3);
	siglet_err *err = siglet_cbor_need_bytes(item, &m->signature);

	if (err == NULL && m->signature.len == 0)
		return siglet_cbor_error(item, SIGLET_E_MALFORMED, "an empty signature");
	return err;
}

static siglet_err *take_off_tag(const siglet_cbor *item, siglet_cose_sign1 *m)
{
	m->item = item;
	if (siglet_cbor_kind_of(item) != SIGLET_CBOR_TAG)
		return NULL;
	if (siglet_cbor_tag(item) != SIGLET_COSE_TAG_SIGN1)
		return siglet_cbor_error(item, SIGLET_E_UNSUPPORTED,
					 "tag %" PRIu64 ", not the %d of a COSE_Sign1",
					 siglet_cbor_tag(item), SIGLET_COSE_TAG_SIGN1);
	m->has_tag = true;
	m->item = siglet_cbor_tagged(item);
	return NULL;
}

siglet_err *siglet_cose_sign1_read(siglet_cbor_doc *doc, const siglet_cbor *item,
				   siglet_cose_sign1 *ret_message)
{
	siglet_cose_sign1 m = { 0 };
	siglet_err *err = take_off_tag(item, &m);

	if (err == NULL)
		err = siglet_cbor_need_array(m.item, 4, 4);
	if (err == NULL)
		err = read_protected(doc, &m);
	if (err == NULL)
		err = read_unprotected(&m);
	if (err == NULL)
		err = check_disjoint(m.is_protected, m.unprotected);
	if (err == NULL)
		err = read_payload(&m);
	if (err == NULL)
		err = read_signature(&m);
	if (err == NULL)
		*ret_message = m;
	return err;
}

siglet_err *siglet_cose_sign1_parse(const siglet_cbor_heads *heads, siglet_slice bytes,
				    siglet_cbor_doc **ret_doc, siglet_cose_sign1 *ret_message)
{
	siglet_cbor_doc *doc = NULL;
	siglet_err *err = siglet_cbor_parse(heads, bytes, SIGLET_MAX_CBOR_BYTES,
					    siglet_cose_sign1_names, &doc);

	if (err != NULL)
		return err;
	err = siglet_cose_sign1_read(doc, siglet_cbor_root(doc), ret_message);
	if (err != NULL) {
		siglet_cbor_doc_free(doc);
		return err;
	}
	*ret_doc = doc;
	return NULL;
}

const siglet_cbor *siglet_cose_protected(const siglet_cose_sign1 *message, int64_t label)
{
	return siglet_cbor_get(message->is_protected, label);
}

const siglet_cbor *siglet_cose_unprotected(const siglet_cose_sign1 *message, int64_t label)
{
	return siglet_cbor_get(message->unprotected, label);
}
