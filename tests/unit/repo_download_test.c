#include "repo_scene.h"
#include "repo/repo_internal.h"

/* A file that comes in parts, and where a server leads. */

#define URL "https://a.example/b/file"
#define TEXT "0123456789abcdefghij"
#define ETAG "\"v1\""

typedef struct taken {
	char data[256];
	size_t len;
	char etag[64];
	uint64_t size;
	unsigned restarts;
	bool is_full;
} taken;

static siglet_err *restart(void *context, siglet_slice etag, uint64_t size)
{
	taken *t = context;

	t->len = 0;
	t->size = size;
	t->restarts++;
	memcpy(t->etag, etag.ptr == NULL ? (const void *)"" : etag.ptr, etag.len);
	t->etag[etag.len] = '\0';
	return NULL;
}

static siglet_err *take(void *context, siglet_slice piece)
{
	taken *t = context;

	if (t->is_full)
		return siglet_err_new(SIGLET_E_IO, "the disk is full");
	memcpy(t->data + t->len, piece.ptr, piece.len);
	t->len += piece.len;
	t->data[t->len] = '\0';
	return NULL;
}

static siglet_err *get(scene *s, taken *t, const char *url, uint64_t max, const char *etag)
{
	const siglet_repo repo = scene_repo(s);
	const siglet_repo_download download = { .url = url,
						.max_bytes = max,
						.have = t->len,
						.etag = siglet_slice_str(etag),
						.restart = restart,
						.take = take,
						.context = t };
	siglet_buf type;
	siglet_err *err;

	siglet_buf_init(&type, 64);
	err = siglet_repo_get(&repo, &download, &type);
	siglet_buf_clear(&type);
	return err;
}

static bool came(const taken *t, const char *text)
{
	return t->len == strlen(text) && memcmp(t->data, text, t->len) == 0;
}

static scene fresh(void)
{
	scene s = { .etag = ETAG };

	scene_text(&s, URL, TEXT);
	return s;
}

static void all_at_once(void)
{
	scene s = fresh();
	taken t = { .len = 0 };

	OK_SUCCESS(get(&s, &t, URL, 100, ""), "a file");
	OK(came(&t, TEXT) && t.restarts == 1 && t.size == 20 && strcmp(t.etag, ETAG) == 0,
	   "comes whole, with its size and version");
	OK(scene_did(&s, "GET file 200;"), "by one request");
	OK_SUCCESS(get(&s, &(taken) { .len = 0 }, URL, 20, ""), "as large as allowed");
	OK_ERROR(get(&s, &t, URL, 19, ""), SIGLET_E_LIMIT, "larger");
	OK(came(&t, TEXT) && t.restarts == 1, "is found out before anything is begun");
	s.no_length = true;
	OK_ERROR(get(&s, &(taken) { .len = 0 }, URL, 19, ""), SIGLET_E_LIMIT,
		 "larger, and it does not say so");
	t = (taken) { .is_full = true };
	OK_ERROR(get(&s, &t, URL, 100, ""), SIGLET_E_IO, "a full disk is told");
	scene_text(&s, URL, "");
	t = (taken) { .len = 0 };
	OK_SUCCESS(get(&s, &t, URL, 100, ""), "an empty file");
	OK(t.restarts == 1 && t.len == 0, "is a file");
	s = fresh();
	OK_ERROR(get(&s, &t, "https://a.example/other", 100, ""), SIGLET_E_MISSING, "none");
	s.status = 403;
	OK_ERROR(get(&s, &t, URL, 100, ""), SIGLET_E_NETWORK, "one that may not be read");
	s.log[0] = '\0';
	s.status = 500;
	OK_ERROR(get(&s, &t, URL, 100, ""), SIGLET_E_NETWORK, "a server in trouble");
	OK(scene_did(&s, "GET file 500;"), "was asked often enough by the client");
	s.status = 204;
	OK_ERROR(get(&s, &t, URL, 100, ""), SIGLET_E_NETWORK, "an answer that is no file");
}

static void going_on(void)
{
	scene s = fresh();
	taken t = { .len = 0 };

	s.break_after = 7;
	s.breaks = 2;
	OK_SUCCESS(get(&s, &t, URL, 100, ""), "a connection that breaks twice");
	OK(came(&t, TEXT) && t.restarts == 1 && s.pauses == 2, "is gone on with");
	OK(scene_did(&s, "GET file 200;GET file 206;GET file 206;"), "where it broke");
	t = (taken) { .data = "0123456789", .len = 10 };
	OK_SUCCESS(get(&s, &t, URL, 100, ETAG), "what an earlier run left");
	OK(came(&t, TEXT) && t.restarts == 0, "is gone on with");
	t = (taken) { .data = "xxxxxxxxxx", .len = 10 };
	OK_SUCCESS(get(&s, &t, URL, 100, "\"v0\""), "another version");
	OK(came(&t, TEXT) && t.restarts == 1, "is begun anew");
	t = (taken) { .data = "xxxxxxxxxx", .len = 10 };
	OK_SUCCESS(get(&s, &t, URL, 100, ""), "what is of no known version, too");
	OK(came(&t, TEXT) && t.restarts == 1, "is begun anew");
	t = (taken) { .data = TEXT, .len = 20 };
	s.log[0] = '\0';
	OK_SUCCESS(get(&s, &t, URL, 100, ETAG), "what was whole");
	OK(came(&t, TEXT) && t.restarts == 0 && scene_did(&s, "GET file 416;"),
	   "needs nothing more");
	t = (taken) { .data = TEXT "x", .len = 21 };
	OK_SUCCESS(get(&s, &t, URL, 100, ETAG), "what was too long");
	OK(came(&t, TEXT) && t.restarts == 1, "is begun anew");
	t = (taken) { .data = TEXT, .len = 20 };
	OK_SUCCESS(get(&s, &t, URL, 100, "\"version of more bytes than there may be"),
		   "an odd one");
	t = (taken) { .data = "0123456789", .len = 10 };
	OK_ERROR(get(&s, &t, URL, 9, ETAG), SIGLET_E_LIMIT, "more at hand than is allowed");
	s.range = "bytes 10-19/*";
	t = (taken) { .data = "0123456789", .len = 10 };
	OK_ERROR(get(&s, &t, URL, 9, ETAG), SIGLET_E_LIMIT, "and of what has no size");
	t = (taken) { .data = "0123456789", .len = 10 };
	OK_SUCCESS(get(&s, &t, URL, 20, ETAG), "a part of what has no size");
	OK(came(&t, TEXT) && t.restarts == 0, "is one");
	s.range = NULL;
	s.part_etag = "\"v2\"";
	t = (taken) { .data = "0123456789", .len = 10 };
	OK_SUCCESS(get(&s, &t, URL, 100, ETAG), "a part of another version");
	OK(came(&t, TEXT) && t.restarts == 1, "is none");
	s.part_etag = NULL;
	s.no_ranges = true;
	t = (taken) { .data = "0123456789", .len = 10 };
	OK_SUCCESS(get(&s, &t, URL, 100, ETAG), "a server that has no parts");
	OK(came(&t, TEXT) && t.restarts == 1, "gives all of it");
}

static void no_sense_in_going_on(void)
{
	static const char *const ranges[] = { "bytes 0-19/20",
					      "bytes 9-19/20",
					      "bytes 11-19/20",
					      "bytes 10-9/20",
					      "bytes 10-19/19",
					      "bytes 10-19",
					      "bytes 10-19/20x",
					      "bits 10-19/20",
					      "bytes */20",
					      "bytes 10-/20",
					      "" };
	scene s = fresh();
	taken t = { .len = 0 };

	s.break_after = 2;
	s.breaks = 1000;
	OK_ERROR(get(&s, &t, URL, 100, ""), SIGLET_E_NETWORK, "one that breaks for ever");
	OK(came(&t, "0123456789") && s.pauses == 4, "is given up, and leaves what came");
	s = fresh();
	s.etag[0] = '\0';
	s.break_after = 7;
	s.breaks = 1000;
	t = (taken) { .len = 0 };
	OK_ERROR(get(&s, &t, URL, 100, ""), SIGLET_E_NETWORK, "without a version");
	OK(t.restarts == 5 && t.etag[0] == '\0', "it is begun anew each time");
	s = fresh();
	s.short_by = 1;
	t = (taken) { .len = 0 };
	OK_ERROR(get(&s, &t, URL, 100, ""), SIGLET_E_NETWORK, "fewer bytes than it said");
	s = fresh();
	(void)snprintf(s.etag, sizeof(s.etag), "W/\"v1\"");
	t = (taken) { .len = 0 };
	OK_SUCCESS(get(&s, &t, URL, 100, ""), "a weak version");
	OK(t.etag[0] == '\0', "is none");
	for (size_t i = 0; i < SIGLET_COUNT(ranges); i++) {
		s = fresh();
		s.range = ranges[i];
		t = (taken) { .data = "0123456789", .len = 10 };
		OK_SUCCESS(get(&s, &t, URL, 100, ETAG), "part %s", ranges[i]);
		OK(came(&t, TEXT) && t.restarts == 1, "is not the one that was asked for");
	}
}

static void content_ranges(void)
{
	uint64_t first = 0, total = 0;

	OK(siglet_repo_read_range(siglet_slice_str("bytes 5-9/10"), &first, &total) && first == 5 &&
		   total == 10,
	   "a range");
	OK(siglet_repo_read_range(siglet_slice_str("bytes 5-9/*"), &first, &total) && first == 5 &&
		   total == UINT64_MAX,
	   "of no known size");
	OK(!siglet_repo_read_range(siglet_slice_str("bytes 5-9/9"), &first, &total),
	   "behind the end");
	OK(!siglet_repo_read_range(siglet_slice_str("bytes 5-9999999999999999999/*"), &first,
				   &total),
	   "of more bytes than there are");
}

static void redirects(void)
{
	static char longest[SIGLET_REPO_MAX_URL_BYTES + 10];
	siglet_repo repo;
	siglet_err *err;
	scene s = fresh();
	siglet_http_response answer;
	const siglet_http_request request = {
		.what = "it", .method = "GET", .url = "https://a.example/moved/x", .max_answer = 100
	};
	const siglet_http_request head = { .what = "it",
					   .method = "HEAD",
					   .url = "https://a.example/moved/x" };
	const siglet_http_request plain = {
		.what = "it", .method = "GET", .url = URL, .max_answer = 100
	};

	siglet_http_response_init(&answer);
	repo = scene_repo(&s);
	repo.authorization = "Bearer secret";
	repo.authorized_url = "https://A.example/other";
	OK_SUCCESS(siglet_repo_ask(&repo, &plain, &answer), "asked directly");
	OK(scene_did(&s, "GET file 200!;"), "with credentials");
	s.location = URL "#part";
	OK_SUCCESS(siglet_repo_ask(&repo, &request, &answer), "led on within the origin");
	OK(scene_did(&s, "GET x 302!;GET file 200!;"), "with credentials");
	OK_SUCCESS(siglet_repo_ask(&repo, &head, &answer), "HEAD");
	OK(scene_did(&s, "HEAD x 302!;HEAD file 200!;"), "likewise");
	s.location = "https://b.example/file";
	scene_text(&s, "https://b.example/file", "elsewhere");
	OK_SUCCESS(siglet_repo_ask(&repo, &request, &answer), "led to another");
	OK(scene_did(&s, "GET x 302!;GET file 200;"), "without");
	s.location = "https://a.example:444/file";
	OK_SUCCESS(siglet_repo_ask(&repo, &request, &answer), "another port");
	OK(scene_did(&s, "GET x 302!;GET file 404;"), "is another origin");
	s.location = "http://a.example/b/file";
	OK_ERROR(siglet_repo_ask(&repo, &request, &answer), SIGLET_E_NETWORK, "never to http");
	s.location = "https://me:pw@a.example/b/file";
	OK_ERROR(siglet_repo_ask(&repo, &request, &answer), SIGLET_E_NETWORK, "nor with a user");
	err = siglet_repo_ask(&repo, &request, &answer);
	OK(err != NULL && strstr(siglet_err_message(err), "pw") == NULL &&
		   strstr(siglet_err_message(err), "leads to https://...@a.example,") != NULL,
	   "whose password is not told");
	siglet_err_free(err);
	(void)snprintf(longest, sizeof(longest), "https://a.example/%0*d",
		       (int)sizeof(longest) - 20, 0);
	s.location = longest;
	err = siglet_repo_ask(&repo, &request, &answer);
	OK(err != NULL && siglet_err_code(err) == SIGLET_E_NETWORK &&
		   strstr(siglet_err_message(err), "leads to too long a URL") != NULL,
	   "nor to a URL without end");
	siglet_err_free(err);
	s.location = "https://a.example/moved/y";
	s.log[0] = '\0';
	OK_ERROR(siglet_repo_ask(&repo, &request, &answer), SIGLET_E_NETWORK, "nor for ever");
	OK(strstr(s.log, "y 302!;y") == NULL && strlen(s.log) == strlen("GET x 302!;") * 11,
	   "but ten times");
	repo.authorized_url = "https://b.example/";
	s.log[0] = '\0';
	OK_SUCCESS(siglet_repo_ask(&repo, &plain, &answer), "a host that they are not for");
	OK(scene_did(&s, "GET file 200;"), "gets none");
	repo.authorization = NULL;
	repo.netrc = siglet_slice_str("machine a.example login me password x");
	OK_SUCCESS(siglet_repo_ask(&repo, &plain, &answer), "netrc's");
	OK(scene_did(&s, "GET file 200!;"), "go to the host that is named");
	s.location = "https://b.example/file";
	repo.netrc = siglet_slice_str("default login me password x");
	OK_SUCCESS(siglet_repo_ask(&repo, &request, &answer), "those for anybody");
	OK(scene_did(&s, "GET x 302!;GET file 200;"), "do not go where that leads");
	OK_ERROR(siglet_repo_ask(&repo,
				 &(siglet_http_request) { .what = "it",
							  .method = "GET",
							  .url = "http://a.example/" },
				 &answer),
		 SIGLET_E_USAGE, "plain http is not asked");
	siglet_http_response_clear(&answer);
}

static void bundles(void)
{
	scene s = fresh();
	const siglet_repo repo = scene_repo(&s);
	siglet_buf json;

	siglet_buf_init(&json, 1000);
	OK_SUCCESS(siglet_repo_get_bundle(&repo, URL, &json), "a bundle's file");
	OK(siglet_slice_is(siglet_buf_slice(&json), TEXT), "is got");
	siglet_buf_clear(&json);
	scene_text(&s, URL, " \n<html>");
	OK_ERROR(siglet_repo_get_bundle(&repo, URL, &json), SIGLET_E_NETWORK, "a web page");
	OK_ERROR(siglet_repo_get_bundle(&repo, "https://a.example/none", &json), SIGLET_E_MISSING,
		 "none");
	OK(json.len == 0, "are none");
}

int main(void)
{
	all_at_once();
	going_on();
	no_sense_in_going_on();
	content_ranges();
	redirects();
	bundles();
	return tap_done();
}
