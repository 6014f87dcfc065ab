/*
 * regions: bytes of a bundle or a message that nothing signs, with the reasons.
 *
 * Whoever flips bits there and is accepted has found nothing.
 */
#ifndef SIGLET_TEST_REGIONS_H
#define SIGLET_TEST_REGIONS_H

#include <openssl/asn1.h>

#include "subject.h"

#define MAX_REGIONS 16

/* Bytes of a field in which accepted bits are no surprise. */
typedef struct region {
	const char *reason;
	size_t from, to;
} region;

typedef struct regions {
	region list[MAX_REGIONS];
	size_t count;
} regions;

static inline void add_region(regions *r, const char *reason, size_t from, size_t to)
{
	subject_need(r->count < MAX_REGIONS, "too many regions");
	r->list[r->count++] = (region) { reason, from, to };
}

/* One DER element at offset `at`: where its content begins and ends. */
static inline bool der_at(siglet_slice der, size_t at, size_t *ret_content, size_t *ret_end)
{
	const uint8_t *p = der.ptr + at;
	long len = 0;
	int tag = 0, class = 0;

	if (at >= der.len ||
	    (ASN1_get_object(&p, &len, &tag, &class, (long)(der.len - at)) & 0x80) != 0)
		return false;
	*ret_content = (size_t)(p - der.ptr);
	*ret_end = *ret_content + (size_t)len;
	return true;
}

/* The element by its indices from the outermost: {1, 0} is the first in the second. */
static inline bool der_find(siglet_slice der, const int *path, size_t *ret_from, size_t *ret_to)
{
	size_t at = 0, content = 0, end = 0;

	for (; *path >= 0; path++) {
		if (!der_at(der, at, &content, &end))
			return false;
		at = content;
		for (int i = 0; i < *path; i++) {
			if (!der_at(der, at, &content, &end))
				return false;
			at = end;
		}
	}
	*ret_from = at;
	return der_at(der, at, &content, ret_to);
}

static inline void add_der(regions *r, siglet_slice der, const int *path, const char *reason)
{
	size_t from = 0, to = 0;

	if (der_find(der, path, &from, &to))
		add_region(r, reason, from, to);
}

/* TimeStampResp { PKIStatusInfo, ContentInfo { OID, [0] SignedData { version, digestAlgorithms, … } } } */
static inline void timestamp_regions(siglet_slice der, regions *r)
{
	static const int status[] = { 0, 0, -1 }, version[] = { 1, 1, 0, 0, -1 },
			 algorithms[] = { 1, 1, 0, 1, -1 }, fourth[] = { 1, 1, 0, 3, -1 },
			 fifth[] = { 1, 1, 0, 4, -1 }, signer[] = { 1, 1, 0, 3, 0, 0, -1 },
			 signer_behind[] = { 1, 1, 0, 4, 0, 0, -1 };
	size_t from = 0, to = 0;
	const bool has_certificates = der_find(der, fifth, &from, &to);

	add_der(r, der, status, "status granted or granted with modifications");
	add_der(r, der, version, "version of the SignedData");
	add_der(r, der, algorithms, "list of digest algorithms");
	if (has_certificates)
		add_der(r, der, fourth, "embedded certificates: the root has the signer");
	add_der(r, der, has_certificates ? signer_behind : signer, "version of the SignerInfo");
}

/* "\n— NAME SIGNATURE\n": a Rekor v1 log is known by its key id, whatever name stands there. */
static inline void checkpoint_regions(siglet_slice text, bool is_v2, regions *r)
{
	const char *note = (const char *)text.ptr;
	const char *line = strstr(note, "\n\n");
	bool is_first = true;

	for (line = line == NULL ? NULL : line + 2; line != NULL && *line != '\0';
	     is_first = false) {
		const char *end = strchr(line, '\n'), *name = line + 4;
		const char *space = strchr(name, ' ');

		if (end == NULL || space == NULL || space > end)
			return;
		if (!is_first)
			add_region(r, "another's line on a checkpoint", (size_t)(line - note),
				   (size_t)(end - note));
		else if (!is_v2)
			add_region(r, "key name on a Rekor v1 checkpoint", (size_t)(name - note),
				   (size_t)(space - note));
		line = end + 1;
	}
}

static inline const char *find_reason(const regions *r, size_t byte)
{
	for (size_t i = 0; i < r->count; i++)
		if (byte >= r->list[i].from && byte < r->list[i].to)
			return r->list[i].reason;
	return NULL;
}

#endif
