#include "repo/repo_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/*
 * A file that comes in as many pieces as it takes. A piece is added to what is at hand only where the
 * server says that both are of the same version; what came is judged by who asked, whole.
 */

#define WHAT SIGLET_REPO_WHAT
#define MAX_ATTEMPTS 5			 /* in a row that bring little */
#define ENOUGH_BYTES ((uint64_t)1 << 20) /* not little */

typedef struct run {
	const siglet_repo *repo;
	const siglet_repo_download *ask;
	uint64_t have, total; /* total: UINT64_MAX where it is not known */
	char etag
		[SIGLET_REPO_MAX_ETAG_BYTES]; /* of what is at hand; "": it can't be gone on with */
	bool has_begun;			      /* with the answer at hand */
	bool asked_part;
} run;

/* ---- what an answer is a part of ---- */

static bool read_number(siglet_slice *text, uint64_t *ret_value)
{
	uint64_t value = 0;
	size_t digits = 0;

	while (digits < text->len && text->ptr[digits] >= '0' && text->ptr[digits] <= '9') {
		if (digits == 18)
			return false;
		value = value * 10 + (uint64_t)(text->ptr[digits++] - '0');
	}
	*text = siglet_slice_of(text->ptr + digits, text->len - digits);
	*ret_value = value;
	return digits > 0;
}

static bool read_sign(siglet_slice *text, char sign)
{
	if (text->len == 0 || text->ptr[0] != (uint8_t)sign)
		return false;
	*text = siglet_slice_of(text->ptr + 1, text->len - 1);
	return true;
}

/* RFC 9110 section 14.4: "bytes 5-9/10", or with * for the size. */
bool siglet_repo_read_range(siglet_slice text, uint64_t *ret_first, uint64_t *ret_total)
{
	uint64_t last = 0;

	*ret_total = UINT64_MAX;
	if (!siglet_slice_has_prefix(text, "bytes "))
		return false;
	text = siglet_slice_of(text.ptr + 6, text.len - 6);
	if (!read_number(&text, ret_first) || !read_sign(&text, '-') ||
	    !read_number(&text, &last) || !read_sign(&text, '/') || last < *ret_first)
		return false;
	if (read_sign(&text, '*'))
		return text.len == 0;
	return read_number(&text, ret_total) && text.len == 0 && *ret_total > last;
}

static uint64_t size_of(const siglet_http_response *head)
{
	siglet_slice text = siglet_http_header_of(head, "content-length");
	uint64_t size = 0;

	return read_number(&text, &size) && text.len == 0 ? size : UINT64_MAX;
}

/* A weak one says only that two versions mean the same. */
static siglet_slice strong_etag(const siglet_http_response *head)
{
	const siglet_slice etag = siglet_http_header_of(head, "etag");

	if (etag.len < 3 || etag.len >= SIGLET_REPO_MAX_ETAG_BYTES || etag.ptr[0] != '"' ||
	    etag.ptr[etag.len - 1] != '"')
		return SIGLET_SLICE_NONE;
	for (size_t i = 0; i < etag.len; i++)
		if (etag.ptr[i] <= ' ' || etag.ptr[i] >= 0x7f)
			return SIGLET_SLICE_NONE;
	return etag;
}

static siglet_err *too_large(const run *r)
{
	return siglet_err_hint(siglet_err_new(SIGLET_E_LIMIT,
					      "%s sends more than %" PRIu64 " bytes", WHAT,
					      r->ask->max_bytes),
			       "--max-size allows for more");
}

static siglet_err *begin_whole(run *r, const siglet_http_response *head)
{
	const siglet_slice etag = strong_etag(head);

	r->have = 0;
	r->total = size_of(head);
	if (r->total != UINT64_MAX && r->total > r->ask->max_bytes)
		return too_large(r);
	if (etag.len > 0)
		memcpy(r->etag, etag.ptr, etag.len);
	r->etag[etag.len] = '\0';
	return r->ask->restart(r->ask->context, etag, r->total);
}

static siglet_err *begin_part(run *r, const siglet_http_response *head)
{
	const siglet_slice range = siglet_http_header_of(head, "content-range");
	const siglet_slice etag = siglet_http_header_of(head, "etag");
	uint64_t first = 0, total = UINT64_MAX;

	if (!r->asked_part || !siglet_repo_read_range(range, &first, &total) || first != r->have ||
	    (etag.len > 0 && !siglet_slice_is(etag, r->etag))) {
		r->etag[0] = '\0'; /* not again */
		return siglet_err_new(SIGLET_E_NETWORK, "%s sends another part than was asked for",
				      WHAT);
	}
	r->total = total;
	return total != UINT64_MAX && total > r->ask->max_bytes ? too_large(r) : NULL;
}

static siglet_err *begin(run *r, const siglet_http_response *head)
{
	r->has_begun = true;
	if (head->status == 206)
		return begin_part(r, head);
	if (head->status == 200)
		return begin_whole(r, head);
	return siglet_err_new(SIGLET_E_NETWORK, "%s answered %d, which is no file", WHAT,
			      head->status);
}

static siglet_err *take(void *context, const siglet_http_response *head, siglet_slice piece)
{
	run *r = context;
	siglet_err *err = r->has_begun ? NULL : begin(r, head);

	if (err == NULL && piece.len > r->ask->max_bytes - r->have)
		err = too_large(r);
	if (err == NULL && r->total != UINT64_MAX && piece.len > r->total - r->have)
		err = siglet_err_new(SIGLET_E_NETWORK, "%s sends more than it said", WHAT);
	if (err == NULL)
		err = r->ask->take(r->ask->context, piece);
	if (err == NULL)
		r->have += piece.len;
	return err;
}

/* ---- one attempt ---- */

static void ask_for_part(run *r, siglet_http_request *request, char *range, size_t room)
{
	r->asked_part = r->have > 0 && r->etag[0] != '\0';
	if (!r->asked_part)
		return;
	(void)snprintf(range, room, "bytes=%" PRIu64 "-", r->have);
	request->headers[request->header_count++] = (siglet_http_header) { "Range", range, false };
	request->headers[request->header_count++] =
		(siglet_http_header) { "If-Range", r->etag, false };
}

/* All of it was at hand already, if it is as long as that. */
static bool was_whole(const run *r, const siglet_http_response *answer)
{
	siglet_slice range = siglet_http_header_of(answer, "content-range");
	uint64_t total = 0;

	if (!r->asked_part || !siglet_slice_has_prefix(range, "bytes */"))
		return false;
	range = siglet_slice_of(range.ptr + 8, range.len - 8);
	return read_number(&range, &total) && range.len == 0 && total == r->have;
}

static siglet_err *settle(run *r, const siglet_http_request *request,
			  const siglet_http_response *answer)
{
	siglet_err *err;

	if (answer->status == 416 && was_whole(r, answer))
		return NULL;
	if (answer->status == 416)
		r->etag[0] = '\0'; /* then all of it */
	if (answer->status < 200 || answer->status > 299)
		return siglet_repo_refuse(request, answer);
	err = r->has_begun ? NULL : begin(r, answer); /* nothing in it */
	if (err == NULL && r->total != UINT64_MAX && r->have < r->total)
		err = siglet_err_new(SIGLET_E_NETWORK, "%s sent %" PRIu64 " of %" PRIu64 " bytes",
				     WHAT, r->have, r->total);
	return err;
}

static siglet_err *attempt(run *r, siglet_http_response *answer)
{
	const siglet_http_sink sink = { take, r };
	siglet_http_request request = {
		.what = WHAT, .method = "GET", .url = r->ask->url, .sink = &sink
	};
	char range[40];
	siglet_err *err;

	r->has_begun = false;
	answer->status = 0;
	ask_for_part(r, &request, range, sizeof(range));
	err = siglet_repo_ask(r->repo, &request, answer);
	return err == NULL ? settle(r, &request, answer) : err;
}

/*
 * A broken connection is gone on with; what a server says clearly is not asked again, nor is one that
 * gave nothing yet: the client has tried often enough then.
 */
static bool may_go_on(const run *r, const siglet_err *err, int status)
{
	if (siglet_err_code(err) != SIGLET_E_NETWORK || !(r->has_begun || r->asked_part))
		return false;
	return status == 0 || status == 200 || status == 206 || status == 416 || status >= 500;
}

siglet_err *siglet_repo_get(const siglet_repo *repo, const siglet_repo_download *download,
			    siglet_buf *ret_type)
{
	run r = { .repo = repo, .ask = download, .total = UINT64_MAX };
	siglet_http_response answer;
	siglet_err *err = SIGLET_ERR_UNSET;

	if (download->etag.len > 0 && download->etag.len < sizeof(r.etag) &&
	    download->have <= download->max_bytes) {
		memcpy(r.etag, download->etag.ptr, download->etag.len);
		r.have = download->have;
	}
	siglet_http_response_init(&answer);
	for (unsigned n = 1;; n++) {
		const uint64_t before = r.have;

		err = attempt(&r, &answer);
		if (err == NULL || !may_go_on(&r, err, answer.status))
			break;
		if (r.have > before && r.have - before >= ENOUGH_BYTES)
			n = 1;
		if (n == MAX_ATTEMPTS)
			break;
		siglet_err_free(err);
		repo->pause(repo->pause_context, n);
	}
	if (err == NULL)
		err = siglet_buf_append(ret_type, siglet_http_header_of(&answer, "content-type"));
	siglet_http_response_clear(&answer);
	return err;
}

siglet_err *siglet_repo_get_bundle(const siglet_repo *repo, const char *url, siglet_buf *ret_json)
{
	const siglet_http_request request = {
		.what = WHAT, .method = "GET", .url = url, .max_answer = SIGLET_MAX_BUNDLE_BYTES
	};
	siglet_http_response answer;
	siglet_err *err;

	siglet_http_response_init(&answer);
	err = siglet_repo_ask(repo, &request, &answer);
	if (err == NULL && answer.status != 200)
		err = siglet_repo_refuse(&request, &answer);
	if (err == NULL)
		err = siglet_repo_check_no_page(&request, &answer);
	if (err == NULL)
		err = siglet_buf_append(ret_json, siglet_buf_slice(&answer.body));
	siglet_http_response_clear(&answer);
	return err;
}
