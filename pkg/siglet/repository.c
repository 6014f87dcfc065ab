#include "siglet/repository_internal.h"

#include <stdlib.h>
#include <string.h>

#include "sys/sys.h"

/* A repository with its credentials, and publishing to it. */

#define DEFAULT_STALL_S 60
#define MAX_STALL_S 86400
#define DEFAULT_CONNECTIONS 8
#define MAX_CONNECTIONS 64

static void wait_for(void *context, unsigned next)
{
	(void)context;
	siglet_sys_sleep_ms(siglet_http_pause_ms(next));
}

static siglet_err *take_secrets(const siglet_repository_options *options,
				siglet_repository *repository)
{
	siglet_buf *value = &repository->authorization;
	siglet_err *err = NULL;

	if (options->credential != NULL)
		err = siglet_repo_read_credential(siglet_slice_str(options->credential), value);
	if (err != NULL || options->netrc == NULL)
		return err;
	err = siglet_buf_append_str(&repository->netrc, options->netrc);
	/* What is wrong with it is said before anything is sent. */
	if (err == NULL) {
		siglet_buf unused;

		siglet_buf_init_secret(&unused, (size_t)2 * SIGLET_REPO_MAX_SECRET_BYTES);
		err = siglet_repo_find_netrc(siglet_buf_slice(&repository->netrc),
					     siglet_slice_str("\n"), &unused);
		siglet_buf_clear(&unused);
	}
	return err == NULL ? NULL : siglet_as_unreadable(err);
}

static siglet_err *connect_to(const siglet_repository_options *options,
			      siglet_repository *repository)
{
	const siglet_http_options http = {
		.max_in_flight =
			options->connections == 0 ? DEFAULT_CONNECTIONS : options->connections,
		.trace = options->trace,
		.trace_context = options->trace_context,
	};
	siglet_err *err = siglet_http_new(&http, &repository->http);

	if (err != NULL)
		return siglet_err_code(err) == SIGLET_E_UNSUPPORTED
			       ? siglet_err_recode(err, SIGLET_E_IO)
			       : err;
	repository->repo = (siglet_repo) {
		.transport = siglet_http_transport(repository->http),
		.stall_s = options->timeout_s == 0 ? DEFAULT_STALL_S : options->timeout_s,
		.authorization = repository->authorization.len == 0
					 ? NULL
					 : siglet_buf_text(&repository->authorization),
		.authorized_url = repository->url,
		.netrc = siglet_buf_slice(&repository->netrc),
		.pause = wait_for,
	};
	return NULL;
}

siglet_error *siglet_repository_open(const siglet_repository_options *options,
				     siglet_repository **ret_repository)
{
	siglet_repository *repository;
	siglet_err *err = siglet_repo_check_url(options->url);

	if (err == NULL &&
	    (options->timeout_s > MAX_STALL_S || options->connections > MAX_CONNECTIONS))
		err = siglet_err_new(SIGLET_E_USAGE, "more seconds or connections than there are");
	if (err != NULL)
		return err;
	repository = siglet_calloc(1, sizeof(*repository));
	if (repository == NULL)
		return siglet_err_nomem();
	siglet_buf_init_secret(&repository->authorization,
			       (size_t)2 * SIGLET_REPO_MAX_SECRET_BYTES);
	siglet_buf_init_secret(&repository->netrc, SIGLET_REPO_MAX_NETRC_BYTES);
	err = siglet_strndup(siglet_slice_str(options->url), &repository->url);
	if (err == NULL)
		err = take_secrets(options, repository);
	if (err == NULL)
		err = connect_to(options, repository);
	if (err != NULL) {
		siglet_repository_free(repository);
		return err;
	}
	*ret_repository = repository;
	return NULL;
}

void siglet_repository_free(siglet_repository *repository)
{
	if (repository == NULL)
		return;
	siglet_http_free(repository->http);
	siglet_buf_clear(&repository->authorization);
	siglet_buf_clear(&repository->netrc);
	free(repository->url);
	free(repository);
}

/* ---- parcels ---- */

siglet_error *siglet_parcel_open(const char *path, const char *bundle, siglet_parcel **ret_parcel)
{
	return siglet_repo_pack(path, bundle, siglet_load_heads, ret_parcel);
}

void siglet_parcel_free(siglet_parcel *parcel)
{
	siglet_repo_unpack(parcel);
}

uint64_t siglet_parcel_size(const siglet_parcel *parcel)
{
	return siglet_repo_parcel_sums(parcel)->size;
}

const char *siglet_parcel_bundle(const siglet_parcel *parcel)
{
	return siglet_repo_parcel_bundle(parcel);
}

siglet_error *siglet_parcel_describe_json(const siglet_parcel *parcel, char **ret_json)
{
	const siglet_slice bytes = siglet_repo_parcel_bytes(parcel);
	const char *source = siglet_repo_parcel_bundle(parcel);
	siglet_bundles *bundles = NULL;
	siglet_err *err =
		siglet_bundle_is_cose(bytes)
			? siglet_bundles_parse_cose(bytes.ptr, bytes.len, source, &bundles)
			: siglet_bundles_parse(bytes.ptr, bytes.len, source, &bundles);

	if (err == NULL)
		err = siglet_bundles_describe_json(bundles, ret_json);
	siglet_bundles_free(bundles);
	return err;
}

siglet_error *siglet_parcel_sha256(const siglet_parcel *parcel, char **ret_digest)
{
	siglet_buf text;
	siglet_err *err;

	siglet_buf_init(&text, sizeof("sha256:") + (size_t)2 * SIGLET_SHA256_SIZE);
	err = siglet_buf_append_str(&text, "sha256:");
	if (err == NULL)
		err = siglet_hex_encode(
			siglet_digest_slice(&siglet_repo_parcel_sums(parcel)->sha256), &text);
	if (err == NULL)
		err = siglet_strndup(siglet_buf_slice(&text), ret_digest);
	siglet_buf_clear(&text);
	return err;
}

/* ---- publishing ---- */

struct siglet_receipt {
	siglet_published published;
};

/* The room tells what was sent; who looks wants to know of how much, too. */
typedef struct watcher {
	const siglet_publish_options *options;
	uint64_t total;
} watcher;

static void tell(void *context, uint64_t sent)
{
	const watcher *w = context;

	w->options->progress(w->options->progress_context, sent, w->total);
}

siglet_error *siglet_repository_publish(const siglet_repository *repository,
					const siglet_parcel *parcel,
					const siglet_publish_options *options,
					siglet_receipt **ret_receipt)
{
	watcher w = { options, siglet_parcel_size(parcel) };
	const siglet_publication what = {
		.folder = options->folder == NULL ? repository->url : options->folder,
		.name = options->name,
		.replace = options->replace,
		.read_back = options->read_back,
		.progress = options->progress == NULL ? NULL : tell,
		.progress_context = &w,
	};
	siglet_receipt *receipt = siglet_calloc(1, sizeof(*receipt));
	siglet_err *err;

	if (receipt == NULL)
		return siglet_err_nomem();
	siglet_published_init(&receipt->published);
	err = siglet_repo_publish(&repository->repo, parcel, &what, &receipt->published);
	if (err != NULL) {
		siglet_receipt_free(receipt);
		return err;
	}
	*ret_receipt = receipt;
	return NULL;
}

const char *siglet_receipt_url(const siglet_receipt *receipt)
{
	return siglet_buf_text(&receipt->published.url);
}

const char *siglet_receipt_bundle_url(const siglet_receipt *receipt)
{
	return siglet_buf_text(&receipt->published.bundle_url);
}

bool siglet_receipt_sent(const siglet_receipt *receipt)
{
	return receipt->published.sent_artifact || receipt->published.sent_bundle;
}

const char *siglet_receipt_checked(const siglet_receipt *receipt)
{
	return receipt->published.checked;
}

void siglet_receipt_free(siglet_receipt *receipt)
{
	if (receipt == NULL)
		return;
	siglet_published_clear(&receipt->published);
	free(receipt);
}
