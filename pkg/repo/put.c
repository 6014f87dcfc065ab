#include "repo/repo_internal.h"

/* Sending a file, so that the server can tell whether it came whole, and nobody's is overwritten. */

#define WHAT SIGLET_REPO_WHAT

/* The artifact on its way: hashed again, so that what is sent is what was hashed. */
typedef struct feed {
	const publish_run *r;
	siglet_hasher *hasher;
	uint64_t at;
} feed;

static siglet_err *check_whole(feed *f)
{
	const siglet_parcel *parcel = f->r->parcel;
	siglet_digests digests = { 0 };
	siglet_err *err = siglet_hasher_finish(f->hasher, &digests);

	if (err != NULL || siglet_digest_equal(&digests.of[SIGLET_SHA256], &parcel->sums.sha256))
		return err;
	return siglet_err_new(SIGLET_E_IO,
			      "%s: changed since it was hashed; the upload was given up",
			      siglet_text_printable(siglet_slice_str(parcel->path)).text);
}

static siglet_err *begin_feed(feed *f)
{
	siglet_hasher_free(f->hasher);
	f->hasher = NULL;
	f->at = 0;
	return siglet_hasher_new(SIGLET_HASH_BIT(SIGLET_SHA256), &f->hasher);
}

/* The last piece is given only once the whole is known to be right: else nothing comes of it. */
static siglet_err *read_feed(void *context, uint64_t offset, void *ret_bytes, size_t len,
			     size_t *ret_len)
{
	feed *f = context;
	const siglet_parcel *parcel = f->r->parcel;
	siglet_err *err = offset == 0 ? begin_feed(f) : NULL;

	if (err == NULL && offset != f->at)
		err = siglet_err_new(SIGLET_E_INTERNAL, "asked for bytes out of order");
	if (err == NULL)
		err = siglet_sys_held_read(parcel->file, offset, ret_bytes, len, ret_len);
	if (err == NULL && *ret_len == 0)
		err = siglet_err_new(
			SIGLET_E_IO,
			"%s: became shorter while it was sent; the upload was given up",
			siglet_text_printable(siglet_slice_str(parcel->path)).text);
	if (err == NULL)
		err = siglet_hasher_update(f->hasher, siglet_slice_of(ret_bytes, *ret_len));
	if (err == NULL)
		f->at += *ret_len;
	if (err == NULL && f->at == parcel->sums.size)
		err = check_whole(f);
	if (err == NULL && f->r->what->progress != NULL)
		f->r->what->progress(f->r->what->progress_context, f->at);
	return err;
}

/* X-Checksum-…: the server compares, and refuses what arrived as another. */
typedef struct checksum_texts {
	siglet_buf of[1 + SIGLET_CHECKSUM_COUNT];
} checksum_texts;

static siglet_err *add_checksum(siglet_http_request *request, const char *name, siglet_slice bytes,
				siglet_buf *text)
{
	siglet_err *err = siglet_hex_encode(bytes, text);

	if (err == NULL && bytes.len > 0)
		request->headers[request->header_count++] =
			(siglet_http_header) { name, siglet_buf_text(text), false };
	return err;
}

static siglet_err *add_checksums(siglet_http_request *request, const siglet_repo_sums *sums,
				 checksum_texts *texts)
{
	static const char *const names[SIGLET_CHECKSUM_COUNT] = {
		[SIGLET_CHECKSUM_MD5] = "X-Checksum-Md5",
		[SIGLET_CHECKSUM_SHA1] = "X-Checksum-Sha1",
	};
	siglet_err *err = add_checksum(request, "X-Checksum-Sha256",
				       siglet_digest_slice(&sums->sha256), &texts->of[0]);

	for (size_t i = 0; err == NULL && i < SIGLET_CHECKSUM_COUNT; i++)
		err = add_checksum(request, names[i],
				   siglet_slice_of(sums->weak[i].bytes, sums->weak[i].len),
				   &texts->of[1 + i]);
	return err;
}

/* Of the bundle the same sums are made from memory. */
static siglet_err *sum_bundle(const siglet_parcel *parcel, siglet_repo_sums *ret_sums)
{
	const siglet_slice bytes = siglet_buf_slice(&parcel->bundle);
	siglet_checksummer *checksummer = NULL;
	siglet_err *err = siglet_crypto_sha256(&bytes, 1, &ret_sums->sha256);

	if (err == NULL)
		err = siglet_checksummer_new(&checksummer);
	if (err == NULL)
		err = siglet_checksummer_update(checksummer, bytes);
	if (err == NULL)
		err = siglet_checksummer_finish(checksummer, ret_sums->weak);
	siglet_checksummer_free(checksummer);
	ret_sums->size = bytes.len;
	return err;
}

/*
 * Send it; *ret_taken: the name is somebody's already. A server that lost its answer may say so of what
 * we sent before, too: whoever gets this looks.
 */
static siglet_err *put(const publish_run *r, siglet_http_request request,
		       const siglet_repo_sums *sums, bool *ret_taken)
{
	checksum_texts texts;
	siglet_http_response answer;
	siglet_err *err;

	request.what = WHAT;
	request.method = "PUT";
	siglet_http_response_init(&answer);
	for (size_t i = 0; i < SIGLET_COUNT(texts.of); i++)
		siglet_buf_init(&texts.of[i], (size_t)2 * SIGLET_MAX_HASH_SIZE);
	err = add_checksums(&request, sums, &texts);
	if (!r->what->replace)
		request.headers[request.header_count++] =
			(siglet_http_header) { "If-None-Match", "*", false };
	if (err == NULL)
		err = siglet_repo_ask(r->repo, &request, &answer);
	*ret_taken = err == NULL && (answer.status == 409 || answer.status == 412);
	if (err == NULL && answer.status != 200 && answer.status != 201 && answer.status != 204)
		err = siglet_repo_refuse(&request, &answer);
	for (size_t i = 0; i < SIGLET_COUNT(texts.of); i++)
		siglet_buf_clear(&texts.of[i]);
	siglet_http_response_clear(&answer);
	return err;
}

/* After a refusal: what is there may be ours. Takes err, which says what was answered. */
static siglet_err *settle_taken(const publish_state *now, const siglet_buf *url, bool alone,
				siglet_err *err)
{
	if (!now->is_there)
		return err;
	siglet_err_free(err);
	return now->likeness == SIGLET_LIKENESS_SAME ? NULL : siglet_publish_taken(url, alone);
}

siglet_err *siglet_publish_put_bundle(const publish_run *r)
{
	const siglet_http_request request = { .url = siglet_buf_text(&r->done->bundle_url),
					      .body = siglet_buf_slice(&r->parcel->bundle) };
	siglet_repo_sums sums = { .size = 0 };
	bool is_taken = false;
	publish_state now = { .is_there = false };
	siglet_err *err = sum_bundle(r->parcel, &sums);

	if (err == NULL)
		err = put(r, request, &sums, &is_taken);
	if (is_taken) {
		siglet_err *unseen = siglet_publish_look_at_bundle(r, &now);

		siglet_err_free(unseen);
		return settle_taken(&now, &r->done->bundle_url, true, err);
	}
	r->done->sent_bundle = err == NULL;
	return err;
}

siglet_err *siglet_publish_put_artifact(const publish_run *r)
{
	feed f = { .r = r };
	const siglet_http_source source = { read_feed, &f, r->parcel->sums.size };
	const siglet_http_request request = { .url = siglet_buf_text(&r->done->url),
					      .source = &source };
	bool is_taken = false;
	publish_state now = { .is_there = false };
	siglet_err *err = put(r, request, &r->parcel->sums, &is_taken);

	siglet_hasher_free(f.hasher);
	if (is_taken) {
		siglet_err *unseen = siglet_publish_look_at_artifact(r, true, &now);

		siglet_err_free(unseen);
		return settle_taken(&now, &r->done->url, false, err);
	}
	r->done->sent_artifact = err == NULL;
	return err;
}
