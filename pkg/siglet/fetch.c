#include "siglet/repository_internal.h"

#include <stdlib.h>
#include <string.h>

#include "sys/sys.h"

/*
 * A download that becomes a file only when it is accepted. The bundle comes first: it says which hashes
 * are made while the file comes.
 */

#define DEFAULT_MAX_BYTES ((uint64_t)16 << 30)
#define MAX_TYPE_BYTES 1024
#define NOTE_TITLE "siglet part 1\n"

struct siglet_arrival {
	const siglet_repository *repository;
	const siglet_expectation *expectation;
	const siglet_fetch_options *options;
	char *bundle_url; /* NULL: it was a file */
	siglet_buf bundle, type;
	siglet_buf url_id; /* of the note: the hash of the URL, which may hold a secret */
	siglet_bundles *bundles;
	siglet_artifact *artifact;
	siglet_result *result;
	siglet_sys_output *output;
	uint64_t have, total;
	bool may_resume; /* what is at hand can be gone on with later */
};

/* ---- the bundle ---- */

static siglet_err *get_bundle_at(siglet_arrival *a, const char *url)
{
	siglet_err *err;

	siglet_buf_clear(&a->bundle);
	err = siglet_repo_get_bundle(&a->repository->repo, url, &a->bundle);
	if (err == NULL)
		err = siglet_strndup(siglet_slice_str(url), &a->bundle_url);
	return err;
}

static siglet_err *none_beside(const char *url)
{
	return siglet_err_hint(
		siglet_err_new(SIGLET_E_MISSING, "no bundle beside %s",
			       siglet_http_url_shown(url).text),
		"looked for .sigstore.json, .sigstore, .sigstore.jsonl and .cose; --bundle "
		"names another URL, or a file");
}

/* The first that is there decides, as beside a file. */
static siglet_err *get_beside(siglet_arrival *a)
{
	for (size_t i = 0; siglet_repo_suffixes[i] != NULL; i++) {
		siglet_buf url;
		siglet_err *err;

		siglet_buf_init(&url, SIGLET_REPO_MAX_URL_BYTES);
		err = siglet_repo_beside(a->options->url, siglet_repo_suffixes[i], &url);
		if (err == NULL)
			err = get_bundle_at(a, siglet_buf_text(&url));
		siglet_buf_clear(&url);
		if (err == NULL || siglet_err_code(err) != SIGLET_E_MISSING)
			return err;
		siglet_err_free(err);
	}
	return none_beside(a->options->url);
}

static siglet_err *read_bundle(siglet_arrival *a, const char *path)
{
	return strcmp(path, "-") == 0 ? siglet_sys_read_stdin(&a->bundle)
				      : siglet_sys_read_file(path, &a->bundle);
}

static siglet_err *parse_bundle(const siglet_arrival *a, siglet_bundles **ret_bundles)
{
	const char *named = a->options->bundle == NULL ? "" : a->options->bundle;
	/* A query may hold a secret, and a source is shown. */
	const siglet_printable shown =
		siglet_http_url_shown(a->bundle_url == NULL ? "" : a->bundle_url);
	const char *source = a->bundle_url != NULL ? shown.text : named;

	if (strcmp(source, "-") == 0)
		source = "(standard input)";
	if (siglet_bundle_is_cose(siglet_buf_slice(&a->bundle)))
		return siglet_bundles_parse_cose(a->bundle.ptr, a->bundle.len, source, ret_bundles);
	return siglet_bundles_parse(a->bundle.ptr, a->bundle.len, source, ret_bundles);
}

static siglet_err *find_bundle(siglet_arrival *a)
{
	const char *named = a->options->bundle;
	siglet_err *err;

	if (named == NULL)
		err = get_beside(a);
	else if (strstr(named, "://") != NULL)
		err = get_bundle_at(a, named);
	else
		err = read_bundle(a, named);
	return err == NULL ? parse_bundle(a, &a->bundles) : err;
}

/* ---- what an earlier run left ---- */

static siglet_err *hash_url(siglet_arrival *a)
{
	const siglet_slice url = siglet_slice_str(a->options->url);
	siglet_digest digest = { .hash = SIGLET_SHA256 };
	siglet_err *err = siglet_crypto_sha256(&url, 1, &digest);

	return err == NULL ? siglet_hex_encode(siglet_digest_slice(&digest), &a->url_id) : err;
}

/* The ETag of a note that is about this URL; empty: it is about another, or none. */
static siglet_slice etag_of(const siglet_arrival *a, siglet_slice note)
{
	siglet_reader reader = { note };
	siglet_slice title = SIGLET_SLICE_NONE, id = title, etag = title;
	siglet_err *err = siglet_reader_line(&reader, &title);

	if (err == NULL)
		err = siglet_reader_line(&reader, &id);
	if (err == NULL)
		err = siglet_reader_line(&reader, &etag);
	if (err == NULL)
		err = siglet_reader_end(&reader);
	const bool is_ours = err == NULL && siglet_slice_is(title, "siglet part 1") &&
			     siglet_slice_equal(id, siglet_buf_slice(&a->url_id));
	siglet_err_free(err);
	return is_ours ? etag : SIGLET_SLICE_NONE;
}

static siglet_err *write_note(const siglet_arrival *a, siglet_slice etag, siglet_buf *ret_note)
{
	siglet_err *err;

	if (etag.len == 0)
		return NULL;
	err = siglet_buf_printf(ret_note, NOTE_TITLE "%s\n", siglet_buf_text(&a->url_id));
	if (err == NULL)
		err = siglet_buf_append(ret_note, etag);
	return err == NULL ? siglet_buf_append_byte(ret_note, '\n') : err;
}

/* ---- the file ---- */

static siglet_err *start_artifact(siglet_arrival *a, const siglet_bundles *bundles)
{
	siglet_artifact_free(a->artifact);
	a->artifact = NULL;
	return siglet_artifact_begin(bundles, a->expectation, &a->artifact);
}

static siglet_err *add_piece(void *context, siglet_slice piece)
{
	siglet_arrival *a = context;

	return siglet_artifact_add(a->artifact, piece.ptr, piece.len);
}

static siglet_err *restart(void *context, siglet_slice etag, uint64_t size)
{
	siglet_arrival *a = context;
	siglet_buf note;
	siglet_err *err = start_artifact(a, a->bundles);

	a->have = 0;
	a->total = size;
	a->may_resume = etag.len > 0;
	siglet_buf_init(&note, SIGLET_SYS_MAX_NOTE_BYTES);
	if (err == NULL)
		err = write_note(a, etag, &note);
	if (err == NULL)
		err = siglet_sys_output_restart(a->output, siglet_buf_slice(&note));
	siglet_buf_clear(&note);
	return err;
}

static siglet_err *take(void *context, siglet_slice piece)
{
	siglet_arrival *a = context;
	siglet_err *err = add_piece(a, piece);

	if (err == NULL)
		err = siglet_sys_output_write(a->output, piece);
	a->have += piece.len;
	if (err == NULL && a->options->progress != NULL)
		a->options->progress(a->options->progress_context, a->have, a->total);
	return err;
}

/* What is left of an earlier run, hashed; *ret_etag is empty where there is nothing of use. */
static siglet_err *open_output(siglet_arrival *a, siglet_buf *note, siglet_slice *ret_etag)
{
	siglet_err *err = siglet_sys_output_resume(a->options->output, note, &a->have, &a->output);

	*ret_etag = SIGLET_SLICE_NONE;
	if (err == NULL)
		err = start_artifact(a, a->bundles);
	if (err != NULL || a->options->restart || a->have == 0)
		return err;
	*ret_etag = etag_of(a, siglet_buf_slice(note));
	a->may_resume = ret_etag->len > 0;
	return a->may_resume ? siglet_sys_output_replay(a->output, add_piece, a) : NULL;
}

static siglet_err *get_file(siglet_arrival *a)
{
	siglet_slice etag = SIGLET_SLICE_NONE;
	siglet_buf note;
	siglet_err *err;

	siglet_buf_init(&note, SIGLET_SYS_MAX_NOTE_BYTES);
	err = open_output(a, &note, &etag);
	const siglet_repo_download download = {
		.url = a->options->url,
		.max_bytes = a->options->max_bytes == 0 ? DEFAULT_MAX_BYTES : a->options->max_bytes,
		.have = a->have,
		.etag = etag,
		.restart = restart,
		.take = take,
		.context = a,
	};
	if (err == NULL)
		err = siglet_repo_get(&a->repository->repo, &download, &a->type);
	/* Like a file that is not there. */
	if (err != NULL && siglet_err_code(err) == SIGLET_E_MISSING)
		err = siglet_err_recode(err, SIGLET_E_IO);
	siglet_buf_clear(&note);
	/* A broken connection leaves what can be gone on with; anything else leaves nothing. */
	if (err != NULL && a->output != NULL && a->may_resume && a->have > 0 &&
	    siglet_err_code(err) == SIGLET_E_NETWORK) {
		siglet_sys_output_leave(a->output);
		err = siglet_err_hint(
			err, "what came is kept beside %s: run it again to go on",
			siglet_text_printable(siglet_slice_str(a->options->output)).text);
	}
	return err == NULL ? siglet_artifact_finish(a->artifact) : err;
}

/* ---- the verdict ---- */

static siglet_err *judge(siglet_arrival *a, const siglet_trust *trust)
{
	return siglet_verify_artifact(trust, a->expectation, a->bundles, a->artifact,
				      a->options->all, &a->result);
}

/* With the bundle that is there now; the bytes of the file are read again for its hashes. */
static siglet_err *judge_again(siglet_arrival *a, const siglet_trust *trust)
{
	siglet_bundles *bundles = NULL;
	siglet_err *err = parse_bundle(a, &bundles);

	if (err != NULL)
		return err;
	siglet_result_free(a->result);
	a->result = NULL;
	err = start_artifact(a, bundles);
	siglet_bundles_free(a->bundles);
	a->bundles = bundles;
	if (err == NULL)
		err = siglet_sys_output_replay(a->output, add_piece, a);
	if (err == NULL)
		err = siglet_artifact_finish(a->artifact);
	return err == NULL ? judge(a, trust) : err;
}

/*
 * Both may have been replaced while the file came: then the bundle that came before is another's.
 */
static siglet_err *look_again(siglet_arrival *a, const siglet_trust *trust)
{
	siglet_buf now;
	siglet_err *err;
	bool is_another;

	siglet_buf_init(&now, SIGLET_MAX_BUNDLE_BYTES);
	err = siglet_repo_get_bundle(&a->repository->repo, a->bundle_url, &now);
	is_another = err == NULL &&
		     !siglet_slice_equal(siglet_buf_slice(&now), siglet_buf_slice(&a->bundle));
	siglet_err_free(err); /* then the verdict stands as it is */
	if (is_another) {
		siglet_buf_clear(&a->bundle);
		a->bundle = now;
		return judge_again(a, trust);
	}
	siglet_buf_clear(&now);
	return NULL;
}

siglet_error *siglet_url_file_name(const char *url, char **ret_name)
{
	siglet_buf name;
	siglet_err *err = siglet_repo_check_url(url);

	siglet_buf_init(&name, SIGLET_REPO_MAX_NAME_BYTES);
	if (err == NULL)
		err = siglet_repo_name_of(url, &name);
	if (err == NULL)
		err = siglet_strndup(siglet_buf_slice(&name), ret_name);
	siglet_buf_clear(&name);
	return err;
}

siglet_error *siglet_url_of_file(const char *folder, const char *name, char **ret_url)
{
	siglet_buf url;
	siglet_err *err;

	siglet_buf_init(&url, SIGLET_REPO_MAX_URL_BYTES);
	err = siglet_repo_join(folder, name, &url);
	if (err == NULL)
		err = siglet_strndup(siglet_buf_slice(&url), ret_url);
	siglet_buf_clear(&url);
	return err;
}

static siglet_err *fetch(siglet_arrival *a, const siglet_trust *trust)
{
	siglet_err *err = siglet_expectation_check(a->expectation);

	if (err == NULL)
		err = siglet_repo_check_url(a->options->url);
	if (err == NULL)
		err = hash_url(a);
	if (err == NULL)
		err = find_bundle(a);
	if (err == NULL)
		err = get_file(a);
	if (err == NULL)
		err = judge(a, trust);
	if (err == NULL && !siglet_result_accepted(a->result) && a->bundle_url != NULL)
		err = look_again(a, trust);
	return err;
}

siglet_error *siglet_repository_fetch(const siglet_repository *repository,
				      const siglet_trust *trust,
				      const siglet_expectation *expectation,
				      const siglet_fetch_options *options,
				      siglet_arrival **ret_arrival)
{
	siglet_arrival *a = siglet_calloc(1, sizeof(*a));
	siglet_err *err;

	if (a == NULL)
		return siglet_err_nomem();
	a->repository = repository;
	a->expectation = expectation;
	a->options = options;
	siglet_buf_init(&a->bundle, SIGLET_MAX_BUNDLE_BYTES);
	siglet_buf_init(&a->type, MAX_TYPE_BYTES);
	siglet_buf_init(&a->url_id, (size_t)2 * SIGLET_SHA256_SIZE);
	err = fetch(a, trust);
	if (err != NULL) {
		siglet_arrival_free(a);
		return err;
	}
	*ret_arrival = a;
	return NULL;
}

const siglet_result *siglet_arrival_result(const siglet_arrival *arrival)
{
	return arrival->result;
}

const siglet_artifact *siglet_arrival_artifact(const siglet_arrival *arrival)
{
	return arrival->artifact;
}

const char *siglet_arrival_source(const siglet_arrival *arrival)
{
	return siglet_bundles_source(arrival->bundles);
}

const char *siglet_arrival_type(const siglet_arrival *arrival)
{
	return siglet_buf_text(&arrival->type);
}

const void *siglet_arrival_bundle(const siglet_arrival *arrival, size_t *ret_len)
{
	*ret_len = arrival->bundle.len;
	return arrival->bundle.ptr;
}

siglet_error *siglet_arrival_keep(siglet_arrival *arrival, unsigned mode)
{
	if (!siglet_result_accepted(arrival->result))
		return siglet_err_new(SIGLET_E_USAGE, "what is not accepted is not kept");
	return siglet_sys_output_commit(arrival->output, mode);
}

void siglet_arrival_free(siglet_arrival *arrival)
{
	if (arrival == NULL)
		return;
	siglet_result_free(arrival->result);
	siglet_artifact_free(arrival->artifact);
	siglet_bundles_free(arrival->bundles);
	siglet_sys_output_free(arrival->output);
	siglet_buf_clear(&arrival->bundle);
	siglet_buf_clear(&arrival->type);
	siglet_buf_clear(&arrival->url_id);
	free(arrival->bundle_url);
	free(arrival);
}
