/*
 * What a repository, its URL and the file of credentials for it may hold: a netrc, a token, a name, an answer's headers.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "repo/repo.h"
#include "repo/repo_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

/* Whatever comes of it is one line of a header. */
static void require_header(const siglet_buf *value, bool is_good)
{
	require(is_good || value->len == 0);
	for (size_t i = 0; i < value->len; i++)
		require(value->ptr[i] >= ' ' && value->ptr[i] < 0x7f);
	if (value->len > 0)
		require(siglet_slice_has_prefix(siglet_buf_slice(value), "Basic ") ||
			siglet_slice_has_prefix(siglet_buf_slice(value), "Bearer "));
}

static void read_secrets(siglet_slice input)
{
	siglet_buf value;
	siglet_err *err;

	siglet_buf_init_secret(&value, (size_t)2 * SIGLET_REPO_MAX_SECRET_BYTES);
	err = siglet_repo_find_netrc(input, siglet_slice_str("a.example"), &value);
	require_header(&value, err == NULL);
	siglet_err_free(err);
	siglet_buf_clear(&value);
	err = siglet_repo_read_credential(input, &value);
	require_header(&value, err == NULL && value.len > 0);
	siglet_err_free(err);
	siglet_buf_clear(&value);
}

static bool is_name(siglet_slice name)
{
	return name.len > 0 && name.len <= SIGLET_REPO_MAX_NAME_BYTES &&
	       memchr(name.ptr, '/', name.len) == NULL &&
	       memchr(name.ptr, '\0', name.len) == NULL && !siglet_slice_is(name, ".") &&
	       !siglet_slice_is(name, "..");
}

/* A name becomes a URL that names it again; and a URL names a file that can be none elsewhere. */
static void read_names(const char *text)
{
	siglet_buf url, name;
	siglet_err *err;

	siglet_buf_init(&url, SIGLET_REPO_MAX_URL_BYTES);
	siglet_buf_init(&name, SIGLET_REPO_MAX_NAME_BYTES);
	err = siglet_repo_join("https://a.example/b", text, &url);
	if (err == NULL) {
		require(siglet_repo_check_url(siglet_buf_text(&url)) == NULL);
		require(siglet_repo_name_of(siglet_buf_text(&url), &name) == NULL);
		require(strcmp(siglet_buf_text(&name), text) == 0);
	}
	siglet_err_free(err);
	siglet_buf_clear(&url);
	siglet_buf_clear(&name);
	err = siglet_repo_name_of(text, &name);
	require(err != NULL || is_name(siglet_buf_slice(&name)));
	siglet_err_free(err);
	siglet_buf_clear(&name);
	err = siglet_repo_join(text, "file", &url);
	require(err != NULL || siglet_slice_has_suffix(siglet_buf_slice(&url), "/file"));
	siglet_err_free(err);
	siglet_buf_clear(&url);
}

/* SAME is only what one of the checksums says. */
static void read_answer(siglet_slice input)
{
	const siglet_slice text = siglet_slice_str("hello");
	siglet_repo_sums ours = { .size = text.len };
	siglet_http_response answer;
	const char *by = NULL;
	uint64_t first = 0, total = 0;
	siglet_err *err = siglet_crypto_sha256(&text, 1, &ours.sha256);

	siglet_http_response_init(&answer);
	if (err == NULL)
		err = siglet_buf_append(&answer.headers, input);
	if (err == NULL) {
		const siglet_likeness likeness = siglet_repo_compare(&answer, &ours, &by);

		require(likeness == SIGLET_LIKENESS_UNKNOWN || by != NULL);
		require(likeness != SIGLET_LIKENESS_SAME || strcmp(by, "sha256") == 0);
	}
	siglet_err_free(err);
	siglet_http_response_clear(&answer);
	if (siglet_repo_read_range(input, &first, &total))
		require(total > first);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (text == NULL)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	read_secrets(siglet_slice_of(data, size));
	read_names(text);
	read_answer(siglet_slice_of(data, size));
	free(text);
	return 0;
}
