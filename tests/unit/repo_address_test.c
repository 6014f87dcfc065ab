#include "../lib/check.h"
#include "repo/repo.h"

/* URLs of files, and names of URLs. */

static bool is_text(siglet_buf *buf, const char *text)
{
	const bool same = strcmp(siglet_buf_text(buf), text) == 0;

	if (!same)
		printf("# got: %s\n", siglet_buf_text(buf));
	siglet_buf_clear(buf);
	return same;
}

static void files_in_folders(void)
{
	static const struct {
		const char *folder, *name, *url;
	} good[] = {
		{ "https://a.example", "x", "https://a.example/x" },
		{ "https://a.example/", "x", "https://a.example/x" },
		{ "https://a.example/b/c/", "x-1.0_~.tgz", "https://a.example/b/c/x-1.0_~.tgz" },
		{ "https://a.example/b",
		  "a b%20+&#?;=", "https://a.example/b/a%20b%2520%2B%26%23%3F%3B%3D" },
		{ "https://a.example/b", "\xc3\xbc", "https://a.example/b/%C3%BC" },
		{ "https://a.example/b", "...", "https://a.example/b/..." },
		{ "https://a.example/b", "\\..\\x", "https://a.example/b/%5C..%5Cx" },
	};
	static const char *const bad_names[] = { "", ".", "..", "a/b", "/", "a\nb", "a\x7f" };
	static const char *const bad_folders[] = {
		"",
		"a.example",
		"ftp://a.example/",
		"http://a.example/",
		"https://a.example/?q",
		"https://a.example/b?q=1",
		"https://a.example/#f",
		"https://a.example//",
		"https://a.example//b",
		"https://a.example/b//",
		"https://a.example/b//c",
		"https://a.example/.",
		"https://a.example/..",
		"https://a.example/b/../c",
		"https://a.example/b/./c",
		"https://a.example/b/..",
		"https://me:secret@a.example/b",
		"https://me@a.example/b",
		"https://a.example/b c",
	};
	char long_name[SIGLET_REPO_MAX_NAME_BYTES + 2];
	siglet_buf url;

	siglet_buf_init(&url, SIGLET_REPO_MAX_URL_BYTES);
	for (size_t i = 0; i < SIGLET_COUNT(good); i++) {
		OK_SUCCESS(siglet_repo_join(good[i].folder, good[i].name, &url), "folder %zu", i);
		OK(is_text(&url, good[i].url), "is %s", good[i].url);
	}
	for (size_t i = 0; i < SIGLET_COUNT(bad_names); i++)
		OK_ERROR(siglet_repo_join("https://a.example/b", bad_names[i], &url),
			 SIGLET_E_USAGE, "name %zu", i);
	for (size_t i = 0; i < SIGLET_COUNT(bad_folders); i++)
		OK_ERROR(siglet_repo_join(bad_folders[i], "x", &url), SIGLET_E_USAGE, "folder %s",
			 bad_folders[i]);
	memset(long_name, 'x', sizeof(long_name));
	long_name[SIGLET_REPO_MAX_NAME_BYTES] = '\0';
	OK_SUCCESS(siglet_repo_join("https://a.example", long_name, &url), "the longest name");
	siglet_buf_clear(&url);
	long_name[SIGLET_REPO_MAX_NAME_BYTES] = 'x';
	long_name[SIGLET_REPO_MAX_NAME_BYTES + 1] = '\0';
	OK_ERROR(siglet_repo_join("https://a.example", long_name, &url), SIGLET_E_USAGE,
		 "one longer");
}

static void what_stands_beside(void)
{
	siglet_buf url;

	siglet_buf_init(&url, SIGLET_REPO_MAX_URL_BYTES);
	OK_SUCCESS(siglet_repo_beside("https://a.example/x", ".sigstore.json", &url), "beside");
	OK(is_text(&url, "https://a.example/x.sigstore.json"), "a file");
	OK_SUCCESS(siglet_repo_beside("https://a.example/x?t=1&u", ".sigstore", &url), "beside");
	OK(is_text(&url, "https://a.example/x.sigstore?t=1&u"), "one with a query");
}

static void names_of_urls(void)
{
	static const struct {
		const char *url, *name;
	} good[] = {
		{ "https://a.example/x", "x" },
		{ "https://a.example/b/x?c/d", "x" },
		{ "https://a.example/b/a%20b%25", "a b%" },
		{ "https://a.example/b/%c3%BC", "\xc3\xbc" },
		{ "https://a.example/b/...", "..." },
	};
	static const char *const bad[] = {
		"https://a.example",	   "https://a.example/",     "https://a.example/b/",
		"https://a.example/b/?x",  "https://a.example/.",    "https://a.example/%2e%2E",
		"https://a.example/a%2fb", "https://a.example/a%00", "https://a.example/a%0a",
		"https://a.example/a%",	   "https://a.example/a%2",  "https://a.example/a%zz",
		"https://a.example/%2g",
	};
	siglet_buf name;

	siglet_buf_init(&name, SIGLET_REPO_MAX_NAME_BYTES);
	for (size_t i = 0; i < SIGLET_COUNT(good); i++) {
		OK_SUCCESS(siglet_repo_name_of(good[i].url, &name), "%s", good[i].url);
		OK(is_text(&name, good[i].name), "is named %s", good[i].name);
	}
	for (size_t i = 0; i < SIGLET_COUNT(bad); i++)
		OK_ERROR(siglet_repo_name_of(bad[i], &name), SIGLET_E_USAGE, "%s names none",
			 bad[i]);
	OK(name.len == 0, "and nothing is written then");
}

static void a_password_is_not_shown(void)
{
	siglet_err *err = siglet_repo_check_url("https://ci:hunter2@a.example/x");

	OK(siglet_err_code(err) == SIGLET_E_USAGE, "a URL with a password is refused");
	OK(strstr(siglet_err_message(err), "hunter2") == NULL &&
		   strstr(siglet_err_hint_text(err), "hunter2") == NULL,
	   "and not shown");
	siglet_err_free(err);
	OK_ERROR(siglet_repo_check_url("x://ci:hunter2@a"), SIGLET_E_USAGE, "of any kind");
	OK_SUCCESS(siglet_repo_check_url("https://a.example/x@y"), "an @ in the path is none");
}

int main(void)
{
	files_in_folders();
	what_stands_beside();
	names_of_urls();
	a_password_is_not_shown();
	return tap_done();
}
