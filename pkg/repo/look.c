#include "repo/repo_internal.h"

/* What is there, of what we are about to publish or have published. */

#define WHAT SIGLET_REPO_WHAT

/*
 * May this status stand for what can't be seen? Some may write and not read; who may replace need not
 * know what is there.
 */
static bool is_hidden(const publish_run *r, int status)
{
	return r->what->replace && (status == 401 || status == 403 || status == 405);
}

static siglet_err *cannot_look(const siglet_http_request *request,
			       const siglet_http_response *answer)
{
	if (answer->status != 403)
		return siglet_repo_refuse(request, answer);
	return siglet_err_hint(siglet_http_status_error(request, answer),
			       "only who may read sees that nothing is overwritten; --force does "
			       "not look");
}

/* Of any other status than 200: it is not there, or can't be seen. */
static siglet_err *settle_unseen(const publish_run *r, const siglet_http_request *request,
				 const siglet_http_response *answer, publish_state *ret_state)
{
	if (answer->status == 404 || answer->status == 410)
		return NULL;
	ret_state->is_hidden = is_hidden(r, answer->status);
	return ret_state->is_hidden ? NULL : cannot_look(request, answer);
}

static publish_state known(bool is_same, const char *by)
{
	return (publish_state) { .is_there = true,
				 .likeness =
					 is_same ? SIGLET_LIKENESS_SAME : SIGLET_LIKENESS_DIFFERENT,
				 .by = by };
}

/* Bundles are small: their bytes are compared. */
siglet_err *siglet_publish_look_at_bundle(const publish_run *r, publish_state *ret_state)
{
	const siglet_slice ours = siglet_buf_slice(&r->parcel->bundle);
	const siglet_http_request request = {
		.what = WHAT,
		.method = "GET",
		.url = siglet_buf_text(&r->done->bundle_url),
		.max_answer = SIGLET_MAX_BUNDLE_BYTES,
	};
	siglet_http_response answer;
	siglet_err *err;

	*ret_state = (publish_state) { .is_there = false };
	siglet_http_response_init(&answer);
	err = siglet_repo_ask(r->repo, &request, &answer);
	if (err != NULL && siglet_err_code(err) == SIGLET_E_LIMIT) {
		siglet_err_free(err);
		err = NULL;
		*ret_state = known(false, "size");
	} else if (err == NULL && answer.status == 200) {
		err = siglet_repo_check_no_page(&request, &answer);
		*ret_state =
			known(siglet_slice_equal(siglet_buf_slice(&answer.body), ours), "content");
	} else if (err == NULL) {
		err = settle_unseen(r, &request, &answer, ret_state);
	}
	siglet_http_response_clear(&answer);
	return err;
}

typedef struct reading {
	siglet_hasher *hasher;
	uint64_t left; /* of what ours has */
} reading;

static siglet_err *hash_piece(void *context, const siglet_http_response *head, siglet_slice piece)
{
	reading *r = context;

	(void)head;
	if (piece.len > r->left)
		return siglet_err_new(SIGLET_E_LIMIT, "longer than ours");
	r->left -= piece.len;
	return siglet_hasher_update(r->hasher, piece);
}

/* The whole of it, for servers that give no checksum. */
static siglet_err *read_back(const publish_run *r, publish_state *ret_state)
{
	reading ours = { .left = r->parcel->sums.size };
	siglet_digests digests = { 0 };
	siglet_err *err = siglet_hasher_new(SIGLET_HASH_BIT(SIGLET_SHA256), &ours.hasher);
	const siglet_http_sink sink = { hash_piece, &ours };
	const siglet_http_request request = {
		.what = WHAT, .method = "GET", .url = siglet_buf_text(&r->done->url), .sink = &sink
	};
	siglet_http_response answer;

	siglet_http_response_init(&answer);
	if (err == NULL)
		err = siglet_repo_ask(r->repo, &request, &answer);
	if (err == NULL && answer.status != 200)
		err = siglet_repo_refuse(&request, &answer);
	if (err == NULL)
		err = siglet_hasher_finish(ours.hasher, &digests);
	if (err == NULL)
		*ret_state = known(siglet_digest_equal(&digests.of[SIGLET_SHA256],
						       &r->parcel->sums.sha256),
				   "content");
	siglet_http_response_clear(&answer);
	siglet_hasher_free(ours.hasher);
	if (err != NULL && siglet_err_code(err) == SIGLET_E_LIMIT) {
		siglet_err_free(err);
		err = NULL;
		*ret_state = known(false, "size");
	}
	return err;
}

/* exactly: an answer without a checksum is not enough. */
siglet_err *siglet_publish_look_at_artifact(const publish_run *r, bool exactly,
					    publish_state *ret_state)
{
	const siglet_http_request request = {
		.what = WHAT,
		.method = "HEAD",
		.url = siglet_buf_text(&r->done->url),
	};
	siglet_http_response answer;
	siglet_err *err;

	*ret_state = (publish_state) { .is_there = false };
	siglet_http_response_init(&answer);
	err = siglet_repo_ask(r->repo, &request, &answer);
	if (err == NULL && answer.status == 200) {
		ret_state->is_there = true;
		ret_state->likeness =
			siglet_repo_compare(&answer, &r->parcel->sums, &ret_state->by);
		if (exactly && ret_state->likeness == SIGLET_LIKENESS_UNKNOWN)
			err = read_back(r, ret_state);
	} else if (err == NULL) {
		err = settle_unseen(r, &request, &answer, ret_state);
	}
	siglet_http_response_clear(&answer);
	return err;
}
