#include "repo/repo_internal.h"

#include <string.h>

/* What a server says of a file that it holds, against what we know of ours. */

/* One claim of a checksum: the same, another, or none that is understood. */
static siglet_likeness compare_bytes(siglet_slice claimed, siglet_slice ours)
{
	if (claimed.len != ours.len || ours.len == 0)
		return SIGLET_LIKENESS_UNKNOWN;
	return siglet_slice_equal(claimed, ours) ? SIGLET_LIKENESS_SAME : SIGLET_LIKENESS_DIFFERENT;
}

typedef siglet_err *decode(siglet_slice text, siglet_buf *ret_bytes);

static siglet_likeness compare_text(siglet_slice text, decode *decode_it, siglet_slice ours)
{
	siglet_likeness likeness = SIGLET_LIKENESS_UNKNOWN;
	siglet_buf bytes;
	siglet_err *err;

	if (text.len == 0)
		return likeness;
	siglet_buf_init(&bytes, SIGLET_MAX_HASH_SIZE);
	err = decode_it(text, &bytes);
	if (err == NULL)
		likeness = compare_bytes(siglet_buf_slice(&bytes), ours);
	siglet_err_free(err);
	siglet_buf_clear(&bytes);
	return likeness;
}

/* The value behind "name=" in a list with commas between; empty: none. */
static siglet_slice item_of(siglet_slice list, const char *name)
{
	const siglet_slice wanted = siglet_slice_str(name);

	while (list.len > 0) {
		const uint8_t *comma = memchr(list.ptr, ',', list.len);
		const size_t len = comma == NULL ? list.len : (size_t)(comma - list.ptr);
		siglet_slice item = siglet_slice_of(list.ptr, len);

		while (item.len > 0 && item.ptr[0] == ' ')
			item = siglet_slice_of(item.ptr + 1, item.len - 1);
		if (item.len > wanted.len &&
		    siglet_slice_equal_nocase(siglet_slice_of(item.ptr, wanted.len), wanted))
			return siglet_slice_of(item.ptr + wanted.len, item.len - wanted.len);
		list = comma == NULL ? SIGLET_SLICE_NONE
				     : siglet_slice_of(comma + 1, list.len - len - 1);
	}
	return SIGLET_SLICE_NONE;
}

/* RFC 9530: bytes of a structured field stand between colons. */
static siglet_slice between_colons(siglet_slice text)
{
	if (text.len < 2 || text.ptr[0] != ':' || text.ptr[text.len - 1] != ':')
		return SIGLET_SLICE_NONE;
	return siglet_slice_of(text.ptr + 1, text.len - 2);
}

/* Nexus: an ETag such as "{SHA1{2fd4e1c6…}}". */
static siglet_slice nexus_sha1(siglet_slice etag)
{
	static const char start[] = "\"{SHA1{";
	const size_t front = sizeof(start) - 1;

	if (!siglet_slice_has_prefix(etag, start) || !siglet_slice_has_suffix(etag, "}}\"") ||
	    etag.len < front + 3)
		return SIGLET_SLICE_NONE;
	return siglet_slice_of(etag.ptr + front, etag.len - front - 3);
}

static siglet_slice weak(const siglet_repo_sums *ours, siglet_checksum_kind kind)
{
	return siglet_slice_of(ours->weak[kind].bytes, ours->weak[kind].len);
}

/* "123" in digits alone. */
static siglet_likeness compare_size(siglet_slice text, uint64_t size)
{
	uint64_t value = 0;

	if (text.len == 0 || text.len > 19)
		return SIGLET_LIKENESS_UNKNOWN;
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return SIGLET_LIKENESS_UNKNOWN;
		value = value * 10 + (uint64_t)(text.ptr[i] - '0');
	}
	return value == size ? SIGLET_LIKENESS_SAME : SIGLET_LIKENESS_DIFFERENT;
}

siglet_likeness siglet_repo_compare(const siglet_http_response *answer,
				    const siglet_repo_sums *ours, const char **ret_by)
{
	const siglet_slice sha256 = siglet_digest_slice(&ours->sha256);
	const siglet_slice md5 = weak(ours, SIGLET_CHECKSUM_MD5);
	const siglet_slice sha1 = weak(ours, SIGLET_CHECKSUM_SHA1);
	const struct {
		siglet_slice text;
		decode *decode_it;
		siglet_slice ours;
		const char *by;
	} claims[] = {
		{ siglet_http_header_of(answer, "x-checksum-sha256"), siglet_hex_decode, sha256,
		  "sha256" },
		{ between_colons(item_of(siglet_http_header_of(answer, "repr-digest"), "sha-256=")),
		  siglet_base64_decode, sha256, "sha256" },
		{ item_of(siglet_http_header_of(answer, "digest"), "sha-256="),
		  siglet_base64_decode, sha256, "sha256" },
		{ siglet_http_header_of(answer, "x-checksum-sha1"), siglet_hex_decode, sha1,
		  "sha1" },
		{ nexus_sha1(siglet_http_header_of(answer, "etag")), siglet_hex_decode, sha1,
		  "sha1" },
		{ siglet_http_header_of(answer, "x-checksum-md5"), siglet_hex_decode, md5, "md5" },
		{ siglet_http_header_of(answer, "content-md5"), siglet_base64_decode, md5, "md5" },
	};
	const bool is_encoded = siglet_http_header_of(answer, "content-encoding").len > 0;
	siglet_likeness size =
		is_encoded
			? SIGLET_LIKENESS_UNKNOWN
			: compare_size(siglet_http_header_of(answer, "content-length"), ours->size);
	siglet_likeness best = SIGLET_LIKENESS_UNKNOWN;

	*ret_by = size == SIGLET_LIKENESS_UNKNOWN ? NULL : "size";
	if (size == SIGLET_LIKENESS_DIFFERENT)
		return size;
	for (size_t i = 0; i < SIGLET_COUNT(claims); i++) {
		const siglet_likeness one =
			compare_text(claims[i].text, claims[i].decode_it, claims[i].ours);

		if (one == SIGLET_LIKENESS_UNKNOWN ||
		    (one == SIGLET_LIKENESS_SAME && best == SIGLET_LIKENESS_SAME))
			continue;
		best = one;
		*ret_by = claims[i].by;
		if (one == SIGLET_LIKENESS_DIFFERENT)
			break;
	}
	return best;
}
