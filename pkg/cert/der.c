#include "cert/cert_internal.h"

/*
 * OpenSSL decodes; this looks at headers alone (read by OpenSSL too), for what its decoder lets pass:
 * BER where DER is called for, and bytes behind what was decoded.
 */

#define MAX_DEPTH 32 /* a certificate has some ten levels */

siglet_slice siglet_asn1_slice(const ASN1_STRING *string)
{
	const int len = ASN1_STRING_length(string);

	return siglet_slice_of(ASN1_STRING_get0_data(string), len > 0 ? (size_t)len : 0);
}

bool siglet_der_next(siglet_slice *left, siglet_der *ret_element)
{
	const uint8_t *at = left->ptr;
	int tag = 0, class = 0;
	long len = 0;

	if (left->len == 0 || left->len > SIGLET_MAX_CERT_BYTES)
		return false;
	const int form = ASN1_get_object(&at, &len, &tag, &class, (long)left->len);

	/* 0x80: cut off; odd: of indefinite length. */
	if ((form & 0x80) != 0 || (form & 1) != 0 || len < 0) {
		siglet_crypto_clear_errors();
		return false;
	}
	const bool constructed = (form & V_ASN1_CONSTRUCTED) != 0;
	const size_t used = (size_t)(at - left->ptr) + (size_t)len;

	/* X.690 section 10.1: the shortest length. */
	if (used > left->len || ASN1_object_size(constructed, (int)len, tag) != (int)used)
		return false;
	*ret_element = (siglet_der) {
		.tag = tag,
		.class = class,
		.constructed = constructed,
		.whole = { left->ptr, used },
		.content = { at, (size_t)len },
	};
	*left = siglet_slice_of(left->ptr + used, left->len - used);
	return true;
}

/* X.690 sections 10.2 and 11.1: strings in one piece, one value of true. */
static bool is_der_element(const siglet_der *element)
{
	if (element->class != V_ASN1_UNIVERSAL)
		return true;
	if (element->constructed)
		return element->tag == V_ASN1_SEQUENCE || element->tag == V_ASN1_SET;
	if (element->tag == V_ASN1_BOOLEAN)
		return element->content.len == 1 &&
		       (element->content.ptr[0] == 0 || element->content.ptr[0] == 0xff);
	return element->tag != V_ASN1_SEQUENCE && element->tag != V_ASN1_SET;
}

static bool are_der_elements(siglet_slice left, unsigned depth)
{
	siglet_der element;

	if (depth > MAX_DEPTH)
		return false;
	while (left.len > 0) {
		if (!siglet_der_next(&left, &element) || !is_der_element(&element))
			return false;
		if (element.constructed && !are_der_elements(element.content, depth + 1))
			return false;
	}
	return true;
}

bool siglet_der_is_canonical(siglet_slice der)
{
	siglet_slice left = der;
	siglet_der element;

	return siglet_der_next(&left, &element) && left.len == 0 && are_der_elements(der, 0);
}

bool siglet_der_string(siglet_slice der, int tag, siglet_slice *ret_content)
{
	siglet_slice left = der;
	siglet_der element;

	if (!siglet_der_next(&left, &element) || left.len != 0 || element.constructed ||
	    element.class != V_ASN1_UNIVERSAL || element.tag != tag)
		return false;
	*ret_content = element.content;
	return true;
}
