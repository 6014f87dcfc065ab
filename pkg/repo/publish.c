#include "repo/repo_internal.h"

/*
 * Two files that belong together, put where neither can be seen to belong to another. The order and
 * the looks between are what keeps a reader from a half, and two publishers from each other.
 */

void siglet_published_init(siglet_published *published)
{
	*published = (siglet_published) { .checked = NULL };
	siglet_buf_init(&published->url, SIGLET_REPO_MAX_URL_BYTES);
	siglet_buf_init(&published->bundle_url, SIGLET_REPO_MAX_URL_BYTES);
}

void siglet_published_clear(siglet_published *published)
{
	siglet_buf_clear(&published->url);
	siglet_buf_clear(&published->bundle_url);
	siglet_published_init(published);
}

siglet_err *siglet_publish_taken(const siglet_buf *url, bool alone)
{
	siglet_err *err = siglet_err_new(SIGLET_E_MISMATCH, "%s is there already, and is another",
					 siglet_text_printable(siglet_buf_slice(url)).text);

	return siglet_err_hint(
		err, "%s",
		alone ? "a bundle without its artifact: another job is publishing it now, or one "
			"broke off; --force goes on"
		      : "give what is new a new name, or replace it with --force");
}

/* ---- the order ---- */

/*
 * Names that nobody has. The bundle is put first and then read: whose bundle it is, his is the name.
 * Of two publishers at a server that heeds no condition one finds the other's here or at the end.
 */
static siglet_err *publish_new(const publish_run *r, publish_state bundle, publish_state artifact)
{
	siglet_err *err = NULL;

	if (bundle.is_there && bundle.likeness != SIGLET_LIKENESS_SAME)
		return siglet_publish_taken(&r->done->bundle_url, !artifact.is_there);
	if (artifact.is_there && artifact.likeness != SIGLET_LIKENESS_SAME)
		return siglet_publish_taken(&r->done->url, false);
	if (!bundle.is_there) {
		err = siglet_publish_put_bundle(r);
		if (err == NULL)
			err = siglet_publish_look_at_bundle(r, &bundle);
		if (err == NULL && bundle.is_there && bundle.likeness != SIGLET_LIKENESS_SAME)
			err = siglet_publish_taken(&r->done->bundle_url, false);
		if (err == NULL && !artifact.is_there)
			err = siglet_publish_look_at_artifact(r, true, &artifact);
		if (err == NULL && artifact.is_there && artifact.likeness != SIGLET_LIKENESS_SAME)
			err = siglet_publish_taken(&r->done->url, false);
	}
	if (err != NULL || artifact.is_there)
		return err;
	err = siglet_publish_put_artifact(r);
	if (err != NULL && siglet_err_code(err) != SIGLET_E_MISMATCH)
		err = siglet_err_wrap(err, "its bundle is there, the artifact is not");
	return err;
}

/*
 * Over a pair: the long upload first, which shows only once it is whole, then at once the small one.
 * Over anything less, the bundle first.
 */
static siglet_err *publish_over(const publish_run *r, publish_state bundle, publish_state artifact)
{
	const bool is_pair = bundle.is_there && artifact.is_there;
	const bool bundle_differs = bundle.likeness != SIGLET_LIKENESS_SAME;
	const bool artifact_differs = artifact.likeness != SIGLET_LIKENESS_SAME;
	siglet_err *err = NULL;

	if (bundle_differs && !is_pair)
		err = siglet_publish_put_bundle(r);
	if (err == NULL && artifact_differs)
		err = siglet_publish_put_artifact(r);
	if (err == NULL && bundle_differs && is_pair) {
		err = siglet_publish_put_bundle(r);
		if (err != NULL && artifact_differs)
			err = siglet_err_wrap(err, "the artifact is replaced and its bundle is "
						   "not, so that readers refuse it");
	}
	return err;
}

/* ---- afterwards ---- */

static siglet_err *replaced_meanwhile(const siglet_buf *url)
{
	return siglet_err_hint(
		siglet_err_new(SIGLET_E_MISMATCH, "%s is not what was sent",
			       siglet_text_printable(siglet_buf_slice(url)).text),
		"another job published the same name at the same time, or the server changed it");
}

static siglet_err *gone(const siglet_buf *url)
{
	return siglet_err_new(SIGLET_E_NETWORK, "%s was taken, and is not there",
			      siglet_text_printable(siglet_buf_slice(url)).text);
}

static siglet_err *check(const publish_run *r)
{
	publish_state bundle, artifact;
	siglet_err *err = siglet_publish_look_at_bundle(r, &bundle);

	if (err == NULL)
		err = siglet_publish_look_at_artifact(r, r->what->read_back, &artifact);
	if (err != NULL)
		return siglet_err_wrap(err, "sent, and could not be looked at");
	if (!bundle.is_there && !bundle.is_hidden)
		return gone(&r->done->bundle_url);
	if (bundle.likeness == SIGLET_LIKENESS_DIFFERENT)
		return replaced_meanwhile(&r->done->bundle_url);
	if (!artifact.is_there && !artifact.is_hidden)
		return gone(&r->done->url);
	if (artifact.likeness == SIGLET_LIKENESS_DIFFERENT)
		return replaced_meanwhile(&r->done->url);
	r->done->checked = artifact.by;
	return NULL;
}

/* A bundle by a name that readers try before ours would be taken for it. */
static siglet_err *check_no_other(publish_run *r)
{
	const char *ours = r->parcel->suffix;
	siglet_err *err = NULL;

	for (size_t i = 0; err == NULL && siglet_repo_suffixes[i] != ours; i++) {
		publish_state other;

		siglet_buf_clear(&r->done->bundle_url);
		err = siglet_repo_beside(siglet_buf_text(&r->done->url), siglet_repo_suffixes[i],
					 &r->done->bundle_url);
		if (err == NULL)
			err = siglet_publish_look_at_bundle(r, &other);
		if (err == NULL && other.is_there)
			err = siglet_err_hint(
				siglet_err_new(SIGLET_E_MISMATCH,
					       "%s is there, and readers would take it for the "
					       "bundle",
					       siglet_text_printable(
						       siglet_buf_slice(&r->done->bundle_url))
						       .text),
				"remove it, or publish a bundle of that name");
	}
	siglet_buf_clear(&r->done->bundle_url);
	return err;
}

static siglet_err *publish(publish_run *r)
{
	publish_state bundle, artifact;
	siglet_err *err = siglet_repo_join(r->what->folder, r->what->name, &r->done->url);

	if (err == NULL)
		err = check_no_other(r);
	if (err == NULL)
		err = siglet_repo_beside(siglet_buf_text(&r->done->url), r->parcel->suffix,
					 &r->done->bundle_url);
	if (err == NULL)
		err = siglet_publish_look_at_artifact(r, true, &artifact);
	if (err == NULL)
		err = siglet_publish_look_at_bundle(r, &bundle);
	if (err == NULL)
		err = r->what->replace ? publish_over(r, bundle, artifact)
				       : publish_new(r, bundle, artifact);
	return err == NULL ? check(r) : err;
}

siglet_err *siglet_repo_publish(const siglet_repo *repo, const siglet_parcel *parcel,
				const siglet_publication *what, siglet_published *ret_published)
{
	publish_run r = { repo, parcel, what, ret_published };

	siglet_published_clear(ret_published);
	return publish(&r);
}
