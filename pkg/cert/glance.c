#include "cert/cert_internal.h"

#include <string.h>

/*
 * What a certificate says of its holder, without OpenSSL's objects: they take a hundred times as
 * long, most of it for the key. For whoever looks through millions of certificates, nearly all of
 * which do not concern him. It verifies nothing.
 */

#define TAG_VERSION 0
#define TAG_EXTENSIONS 3
#define TAG_OTHER_NAME 0
#define TAG_EMAIL 1
#define TAG_DNS 2
#define TAG_URI 6
#define FULCIO_OTHER_NAME 7

static const uint8_t san_oid[] = { 0x55, 0x1d, 0x11 };
static const uint8_t fulcio_arc[] = { 0x2b, 0x06, 0x01, 0x04, 0x01, 0x83, 0xbf, 0x30, 0x01 };

static bool is_oid(siglet_slice oid, const uint8_t *bytes, size_t len)
{
	return oid.len == len && memcmp(oid.ptr, bytes, len) == 0;
}

static unsigned fulcio_number(siglet_slice oid)
{
	return oid.len == sizeof(fulcio_arc) + 1 &&
			       memcmp(oid.ptr, fulcio_arc, sizeof(fulcio_arc)) == 0
		       ? oid.ptr[sizeof(fulcio_arc)]
		       : 0;
}

static bool is_universal(const siglet_der *element, int tag)
{
	return element->class == V_ASN1_UNIVERSAL && element->tag == tag;
}

static bool is_context(const siglet_der *element, int tag)
{
	return element->class == V_ASN1_CONTEXT_SPECIFIC && element->tag == tag;
}

/* The next element, which must be of that universal type. */
static bool next_of(siglet_slice *left, int tag, siglet_der *ret_element)
{
	return siglet_der_next(left, ret_element) && is_universal(ret_element, tag);
}

/* ---- names ---- */

static bool add_name(siglet_glance *glance, siglet_san_type type, siglet_slice text)
{
	if (glance->name_count == SIGLET_MAX_GLANCE_NAMES)
		return false;
	glance->names[glance->name_count++] = (siglet_glance_name) { type, text };
	return true;
}

/* SEQUENCE { type-id, [0] EXPLICIT value }; only Fulcio's has a name that we know. */
static bool read_other_name(siglet_slice content, siglet_glance *glance)
{
	siglet_der type, tagged, text;

	if (!next_of(&content, V_ASN1_OBJECT, &type) || !siglet_der_next(&content, &tagged))
		return false;
	if (fulcio_number(type.content) != FULCIO_OTHER_NAME)
		return true;
	return next_of(&tagged.content, V_ASN1_UTF8STRING, &text) &&
	       add_name(glance, SIGLET_SAN_OTHER_NAME, text.content);
}

static bool read_names(siglet_slice value, siglet_glance *glance)
{
	siglet_der sequence, name;
	bool good = next_of(&value, V_ASN1_SEQUENCE, &sequence) && value.len == 0;

	while (good && sequence.content.len > 0) {
		good = siglet_der_next(&sequence.content, &name);
		if (!good)
			break;
		if (is_context(&name, TAG_OTHER_NAME))
			good = read_other_name(name.content, glance);
		else if (is_context(&name, TAG_EMAIL))
			good = add_name(glance, SIGLET_SAN_EMAIL, name.content);
		else if (is_context(&name, TAG_DNS))
			good = add_name(glance, SIGLET_SAN_DNS, name.content);
		else if (is_context(&name, TAG_URI))
			good = add_name(glance, SIGLET_SAN_URI, name.content);
	}
	return good;
}

/* ---- extensions ---- */

static bool read_fulcio(unsigned number, siglet_slice value, siglet_glance *glance)
{
	siglet_der text;

	if (number >= SIGLET_FULCIO_COUNT)
		return true;
	if (glance->value[number].ptr != NULL)
		return false;
	if (number < SIGLET_FULCIO_ISSUER_V2) {
		glance->value[number] = value;
		return true;
	}
	if (!next_of(&value, V_ASN1_UTF8STRING, &text) || value.len != 0)
		return false;
	glance->value[number] = text.content;
	return true;
}

/* SEQUENCE { extnID, critical DEFAULT FALSE, extnValue } */
static bool read_extension(siglet_slice content, siglet_glance *glance)
{
	siglet_der oid, value;
	unsigned number;

	if (!next_of(&content, V_ASN1_OBJECT, &oid) || !siglet_der_next(&content, &value))
		return false;
	if (is_universal(&value, V_ASN1_BOOLEAN) && !siglet_der_next(&content, &value))
		return false;
	if (!is_universal(&value, V_ASN1_OCTET_STRING) || content.len != 0)
		return false;
	if (is_oid(oid.content, san_oid, sizeof(san_oid)))
		return read_names(value.content, glance);
	number = fulcio_number(oid.content);
	return number == 0 || read_fulcio(number, value.content, glance);
}

static bool read_extensions(siglet_slice content, siglet_glance *glance)
{
	siglet_der sequence, extension;
	bool good = next_of(&content, V_ASN1_SEQUENCE, &sequence) && content.len == 0;

	while (good && sequence.content.len > 0)
		good = next_of(&sequence.content, V_ASN1_SEQUENCE, &extension) &&
		       read_extension(extension.content, glance);
	return good;
}

/* ---- the certificate ---- */

/* YYMMDDHHMMSSZ, or with four digits of the year. */
static bool read_time(const siglet_der *element, int64_t *ret_time_s)
{
	const bool is_short = is_universal(element, V_ASN1_UTCTIME);
	const size_t year_digits = is_short ? 2 : 4;
	const siglet_slice text = element->content;
	int parts[6] = { 0 };
	size_t at = 0;

	if (!is_short && !is_universal(element, V_ASN1_GENERALIZEDTIME))
		return false;
	if (text.len != year_digits + 11 || text.ptr[text.len - 1] != 'Z')
		return false;
	for (size_t i = 0; i < SIGLET_COUNT(parts); i++)
		for (size_t n = i == 0 ? year_digits : 2; n > 0; n--, at++) {
			if (text.ptr[at] < '0' || text.ptr[at] > '9')
				return false;
			parts[i] = parts[i] * 10 + (text.ptr[at] - '0');
		}
	if (is_short)
		parts[0] += parts[0] < 50 ? 2000 : 1900;
	if (parts[1] < 1 || parts[1] > 12 || parts[2] < 1 || parts[2] > 31 || parts[3] > 23 ||
	    parts[4] > 59 || parts[5] > 59)
		return false;
	*ret_time_s =
		siglet_time_from_civil(parts[0], parts[1], parts[2], parts[3], parts[4], parts[5]);
	return true;
}

static bool read_validity(siglet_slice content, siglet_glance *glance)
{
	siglet_der not_before;

	return siglet_der_next(&content, &not_before) &&
	       read_time(&not_before, &glance->not_before_s);
}

/* version, serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo, … */
static bool read_tbs(siglet_slice content, siglet_glance *glance)
{
	siglet_der element, version, spki;
	bool good = siglet_der_next(&content, &version) && is_context(&version, TAG_VERSION) &&
		    next_of(&content, V_ASN1_INTEGER, &element) &&
		    next_of(&content, V_ASN1_SEQUENCE, &element) &&
		    next_of(&content, V_ASN1_SEQUENCE, &element) &&
		    next_of(&content, V_ASN1_SEQUENCE, &element) &&
		    read_validity(element.content, glance) &&
		    next_of(&content, V_ASN1_SEQUENCE, &element) &&
		    next_of(&content, V_ASN1_SEQUENCE, &spki);

	if (good)
		glance->spki = spki.whole;
	while (good && content.len > 0) {
		good = siglet_der_next(&content, &element);
		if (good && is_context(&element, TAG_EXTENSIONS))
			good = read_extensions(element.content, glance);
	}
	return good;
}

siglet_err *siglet_cert_glance(siglet_slice der, bool is_tbs, siglet_glance *ret_glance)
{
	siglet_glance glance = { .name_count = 0 };
	siglet_slice left = der;
	siglet_der outer, tbs;
	bool good = next_of(&left, V_ASN1_SEQUENCE, &outer) && left.len == 0;

	if (good && is_tbs)
		good = read_tbs(outer.content, &glance);
	else if (good)
		good = next_of(&outer.content, V_ASN1_SEQUENCE, &tbs) &&
		       read_tbs(tbs.content, &glance);
	if (!good)
		return siglet_err_new(SIGLET_E_MALFORMED, "not a certificate in DER");
	*ret_glance = glance;
	return NULL;
}

bool siglet_cert_is_spki(siglet_slice der)
{
	siglet_slice left = der;
	siglet_der outer, algorithm, key;

	return next_of(&left, V_ASN1_SEQUENCE, &outer) && left.len == 0 &&
	       next_of(&outer.content, V_ASN1_SEQUENCE, &algorithm) &&
	       next_of(&outer.content, V_ASN1_BIT_STRING, &key) && outer.content.len == 0;
}
