#include "../lib/check.h"
#include "repo/repo.h"

/* What goes into an Authorization header, from a text or a netrc file. */

static siglet_buf value;

static bool is_basic_of(const char *pair)
{
	siglet_buf text;
	bool same;

	siglet_buf_init(&text, 1024);
	same = siglet_slice_has_prefix(siglet_buf_slice(&value), "Basic ");
	if (same) {
		siglet_err *err =
			siglet_base64_decode(siglet_slice_of(value.ptr + 6, value.len - 6), &text);

		same = err == NULL && siglet_slice_is(siglet_buf_slice(&text), pair);
		siglet_err_free(err);
	}
	if (!same)
		printf("# got: %s\n", siglet_buf_text(&value));
	siglet_buf_clear(&text);
	siglet_buf_clear(&value);
	return same;
}

static bool is_value(const char *text)
{
	const bool same = strcmp(siglet_buf_text(&value), text) == 0;

	siglet_buf_clear(&value);
	return same;
}

static siglet_err *read(const char *text)
{
	return siglet_repo_read_credential(siglet_slice_str(text), &value);
}

static void texts(void)
{
	static const char *const bad[] = { "",		 " \n",	     "two words", "t\xc3\xbcken",
					   "a:b\nc",	 "a\x01:b",  "Bearer ",	  "Bearer a b",
					   "Bearer a:b", "Basic a b" };

	OK_SUCCESS(read("ci:secret"), "a user with a password");
	OK(is_basic_of("ci:secret"), "is Basic");
	OK_SUCCESS(read("ci:pa:ss w\xc3\xb6rd\n"), "a password of any letters");
	OK(is_basic_of("ci:pa:ss w\xc3\xb6rd"), "too, without the line's end");
	OK_SUCCESS(read(":x"), "no user");
	OK(is_basic_of(":x"), "is one");
	OK_SUCCESS(read("  eyJ.a-b_c~+/= \r\n"), "a token");
	OK(is_value("Bearer eyJ.a-b_c~+/="), "is a Bearer");
	OK_SUCCESS(read("bearer abc"), "with its scheme");
	OK(is_value("Bearer abc"), "once");
	OK_SUCCESS(read("Basic Y2k6eA=="), "Basic with its scheme");
	OK(is_value("Basic Y2k6eA=="), "as it stands");
	for (size_t i = 0; i < SIGLET_COUNT(bad); i++) {
		siglet_err *err = read(bad[i]);

		OK(err != NULL && siglet_err_code(err) == SIGLET_E_USAGE, "bad text %zu", i);
		OK(bad[i][0] == '\0' || err == NULL ||
			   strstr(siglet_err_message(err), bad[i]) == NULL,
		   "is not shown");
		siglet_err_free(err);
		OK(value.len == 0, "and nothing is written");
	}
}

static siglet_err *find(const char *text, const char *host)
{
	return siglet_repo_find_netrc(siglet_slice_str(text), siglet_slice_str(host), &value);
}

static void netrc_entries(void)
{
	static const char two[] = "machine a.example login me password one\n"
				  "machine b.example login you password two";

	OK_SUCCESS(find(two, "a.example"), "the first");
	OK(is_basic_of("me:one"), "is found");
	OK_SUCCESS(find(two, "B.EXAMPLE"), "the second, in any case");
	OK(is_basic_of("you:two"), "is found");
	OK_SUCCESS(find(two, "c.example"), "another");
	OK(is_value(""), "is not");
	OK_SUCCESS(find(two, "a.exampl"), "nor a part");
	OK(is_value(""), "of one");
	OK_SUCCESS(find("", "a.example"), "nothing in an empty file");
	OK(is_value(""), "is found");
	OK_SUCCESS(find("machine\n\ta.example\n\tpassword\n\tone\n\tlogin\n\tme\n", "a.example"),
		   "words on lines of their own, in any order");
	OK(is_basic_of("me:one"), "are read");
	OK_SUCCESS(find("# machine a.example\nmachine a.example # mine\nlogin me#1 password p#2",
			"a.example"),
		   "comments");
	OK(is_basic_of("me#1:p#2"), "begin where words do");
	OK_SUCCESS(find("machine a.example login me password \"two \\\"words\\\" \\\\ \\t.\"",
			"a.example"),
		   "a quoted word");
	OK(is_basic_of("me:two \"words\" \\ \t."), "may hold anything");
	OK_SUCCESS(find("machine a.example login me password \"\"", "a.example"), "even nothing");
	OK(is_basic_of("me:"), "at all");
	OK_SUCCESS(find("machine a.example login machine password default", "a.example"),
		   "words that mean something");
	OK(is_basic_of("machine:default"), "mean nothing as values");
	OK_SUCCESS(find("machine a.example login me password one account x", "a.example"),
		   "an account");
	OK(is_basic_of("me:one"), "is passed over");
	OK_SUCCESS(find("machine c.example login x password y\nmacdef init\ncd /pub\nmachine "
			"a.example login no password no\n\nmachine a.example login me password one",
			"a.example"),
		   "a macro");
	OK(is_basic_of("me:one"), "is passed over up to an empty line");
	OK_SUCCESS(find("default login anybody password any", "a.example"), "a default entry");
	OK(is_basic_of("anybody:any"), "is for any host");
	OK_SUCCESS(find("machine a.example login me password one\ndefault login x password y",
			"a.example"),
		   "the first that fits");
	OK(is_basic_of("me:one"), "counts");
}

static void netrc_faults(void)
{
	static const struct {
		const char *text, *line;
	} bad[] = {
		{ "machine a.example login me\n", "line 2" },
		{ "machine a.example password hunter2", "line 1" },
		{ "machine a.example\nlogin me\npasword hunter2", "line 3" },
		{ "hunter2", "line 1" },
		{ "machine a.example login me password hunter2 hunter2", "line 1" },
		{ "machine a.example login me login hunter2 password x", "line 1" },
		{ "machine a.example login me password hunter2 password hunter2", "line 1" },
		{ "machine a.example login me password", "line 1" },
		{ "machine", "line 1" },
		{ "machine a.example login", "line 1" },
		{ "macdef", "line 1" },
		{ "machine a.example login me password \"hunter2", "line 1" },
		{ "machine a.example login me password \"hunter2\nx\"", "line 2" },
		{ "machine a.example login \"a:b\" password hunter2", "line 1" },
	};
	char *large = calloc(1, SIGLET_REPO_MAX_NETRC_BYTES + 2);
	char word[5000];

	for (size_t i = 0; i < SIGLET_COUNT(bad); i++) {
		siglet_err *err = find(bad[i].text, "a.example");

		OK(err != NULL && siglet_err_code(err) == SIGLET_E_MALFORMED, "fault %zu", i);
		OK(err != NULL && strstr(siglet_err_message(err), bad[i].line) != NULL, "is in %s",
		   bad[i].line);
		OK(err == NULL || strstr(siglet_err_message(err), "hunter2") == NULL,
		   "and not shown");
		siglet_err_free(err);
		OK(is_value(""), "nothing is found");
	}
	OK_ERROR(siglet_repo_find_netrc(siglet_slice_of("machine a\0b", 11), siglet_slice_str("a"),
					&value),
		 SIGLET_E_MALFORMED, "a NUL");
	memset(word, 'x', sizeof(word));
	word[4999] = '\0';
	OK_ERROR(find(word, "a"), SIGLET_E_MALFORMED, "too long a word");
	if (large == NULL)
		exit(3);
	memset(large, ' ', SIGLET_REPO_MAX_NETRC_BYTES);
	OK_SUCCESS(find(large, "a.example"), "the largest file");
	large[SIGLET_REPO_MAX_NETRC_BYTES] = ' ';
	OK_ERROR(find(large, "a.example"), SIGLET_E_LIMIT, "one larger");
	free(large);
}

int main(void)
{
	siglet_buf_init_secret(&value, (size_t)2 * SIGLET_REPO_MAX_SECRET_BYTES);
	texts();
	netrc_entries();
	netrc_faults();
	siglet_buf_clear(&value);
	return tap_done();
}
