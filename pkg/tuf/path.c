#include "tuf/tuf_internal.h"

/*
 * Paths of targets and of files. fnmatch would follow the locale, know brackets and classes that
 * TUF does not have, and take exponential time for some patterns.
 */

bool siglet_tuf_path_matches(siglet_slice pattern, siglet_slice path)
{
	size_t p = 0, t = 0;
	size_t star = SIZE_MAX, resume = 0; /* the last "*", and what it may take in next */

	while (t < path.len) {
		if (p < pattern.len && pattern.ptr[p] == '*') {
			star = p++;
			resume = t;
		} else if (p < pattern.len && (pattern.ptr[p] == path.ptr[t] ||
					       (pattern.ptr[p] == '?' && path.ptr[t] != '/'))) {
			p++;
			t++;
		} else if (star != SIZE_MAX && path.ptr[resume] != '/') {
			p = star + 1;
			t = ++resume;
		} else {
			return false;
		}
	}
	while (p < pattern.len && pattern.ptr[p] == '*')
		p++;
	return p == pattern.len;
}

static bool is_plain(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '.' || c == '_' || c == '~';
}

siglet_err *siglet_tuf_path_encode(siglet_slice text, bool keep_slash, siglet_buf *ret_path)
{
	siglet_err *err = NULL;

	for (size_t i = 0; err == NULL && i < text.len; i++) {
		const uint8_t c = text.ptr[i];

		err = is_plain(c) || (keep_slash && c == '/')
			      ? siglet_buf_append_byte(ret_path, c)
			      : siglet_buf_printf(ret_path, "%%%02X", (unsigned)c);
	}
	return err;
}
