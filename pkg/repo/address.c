#include "repo/repo.h"

#include <string.h>

/* From names to URLs and back. */

const char *const siglet_repo_suffixes[] = { ".sigstore.json", ".sigstore", ".sigstore.jsonl",
					     ".cose", NULL };

/* Does something stand before the host that may be a password? */
static bool has_user(const char *url)
{
	const char *slashes = strstr(url, "://");
	const char *host = slashes == NULL ? url : slashes + 3;

	return memchr(host, '@', strcspn(host, "/?#")) != NULL;
}

siglet_err *siglet_repo_check_url(const char *url)
{
	if (has_user(url))
		return siglet_err_hint(
			siglet_err_new(SIGLET_E_USAGE,
				       "the URL holds a user, and others can read a command line"),
			"leave it out; --netrc-file, --auth-env or --auth-file gives credentials");
	if (siglet_http_url_is_allowed(url))
		return NULL;
	return siglet_err_hint(siglet_err_new(SIGLET_E_USAGE, "%s: not a URL to use",
					      siglet_http_url_shown(url).text),
			       "it must be https, or http to this machine, and have no fragment");
}

/* What a file can be called both here and there. */
static bool is_file_name(siglet_slice name)
{
	if (name.len == 0 || name.len > SIGLET_REPO_MAX_NAME_BYTES || siglet_slice_is(name, ".") ||
	    siglet_slice_is(name, ".."))
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (name.ptr[i] < ' ' || name.ptr[i] == 0x7f || name.ptr[i] == '/')
			return false;
	return true;
}

/* RFC 3986 section 2.3: what means itself anywhere. */
static bool is_unreserved(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '.' || c == '_' || c == '~';
}

static siglet_err *append_escaped(siglet_slice name, siglet_buf *ret_url)
{
	siglet_err *err = NULL;

	for (size_t i = 0; err == NULL && i < name.len; i++)
		err = is_unreserved(name.ptr[i])
			      ? siglet_buf_append_byte(ret_url, name.ptr[i])
			      : siglet_buf_printf(ret_url, "%%%02X", name.ptr[i]);
	return err;
}

/* Each part of its path must name a folder: libcurl, like any client, would leave "." and ".." out. */
static siglet_err *check_parts(const char *folder)
{
	const char *at = strstr(folder, "://") + 3;

	for (at += strcspn(at, "/"); *at != '\0'; at += strcspn(at, "/")) {
		const size_t len = strcspn(++at, "/");

		if (len == 0 && *at != '\0')
			return siglet_err_hint(siglet_err_new(SIGLET_E_USAGE,
							      "the folder's URL has an empty "
							      "part"),
					       "is a variable in it unset?");
		if ((len == 1 && at[0] == '.') || (len == 2 && at[0] == '.' && at[1] == '.'))
			return siglet_err_new(SIGLET_E_USAGE,
					      "the folder's URL has a part that is . or ..");
	}
	return NULL;
}

siglet_err *siglet_repo_join(const char *folder, const char *name, siglet_buf *ret_url)
{
	size_t len = strlen(folder);
	siglet_err *err = siglet_repo_check_url(folder);

	if (err != NULL)
		return err;
	if (strchr(folder, '?') != NULL)
		return siglet_err_new(SIGLET_E_USAGE, "a folder's URL has no query");
	err = check_parts(folder);
	if (err != NULL)
		return err;
	if (!is_file_name(siglet_slice_str(name)))
		return siglet_err_new(SIGLET_E_USAGE, "\"%s\" can't be a file's name",
				      siglet_text_printable(siglet_slice_str(name)).text);
	while (len > 0 && folder[len - 1] == '/')
		len--;
	err = siglet_buf_append(ret_url, siglet_slice_of(folder, len));
	if (err == NULL)
		err = siglet_buf_append_byte(ret_url, '/');
	return err == NULL ? append_escaped(siglet_slice_str(name), ret_url) : err;
}

siglet_err *siglet_repo_beside(const char *url, const char *suffix, siglet_buf *ret_url)
{
	const size_t path = strcspn(url, "?");
	siglet_err *err = siglet_buf_append(ret_url, siglet_slice_of(url, path));

	if (err == NULL)
		err = siglet_buf_append_str(ret_url, suffix);
	return err == NULL ? siglet_buf_append_str(ret_url, url + path) : err;
}

/* ---- and back ---- */

static int hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static siglet_err *append_unescaped(siglet_slice part, siglet_buf *ret_name)
{
	siglet_err *err = NULL;

	for (size_t i = 0; err == NULL && i < part.len; i++) {
		uint8_t c = part.ptr[i];

		if (c == '%') {
			const int high = part.len - i > 2 ? hex_value(part.ptr[i + 1]) : -1;
			const int low = part.len - i > 2 ? hex_value(part.ptr[i + 2]) : -1;

			if (high < 0 || low < 0)
				return siglet_err_new(SIGLET_E_USAGE, "a %% that escapes nothing");
			c = (uint8_t)(high * 16 + low);
			i += 2;
		}
		err = siglet_buf_append_byte(ret_name, c);
	}
	return err;
}

/* The last part of the path; empty where there is none. */
static siglet_slice last_part(const char *url)
{
	const char *slashes = strstr(url, "://");
	const char *host = slashes == NULL ? url : slashes + 3;
	const char *path = host + strcspn(host, "/?#");
	const size_t len = strcspn(path, "?#");
	size_t start = len;

	while (start > 0 && path[start - 1] != '/')
		start--;
	return siglet_slice_of(path + start, len - start);
}

siglet_err *siglet_repo_name_of(const char *url, siglet_buf *ret_name)
{
	siglet_buf name;
	siglet_err *err;

	siglet_buf_init(&name, SIGLET_REPO_MAX_URL_BYTES);
	err = append_unescaped(last_part(url), &name);
	if (err == NULL && !is_file_name(siglet_buf_slice(&name)))
		err = siglet_err_new(SIGLET_E_USAGE, "the URL names no file");
	if (err == NULL)
		err = siglet_buf_append(ret_name, siglet_buf_slice(&name));
	siglet_buf_clear(&name);
	return err == NULL ? NULL : siglet_err_hint(err, "--output FILE names one");
}
