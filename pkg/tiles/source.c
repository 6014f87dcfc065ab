#include "tiles/tiles.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "sys/sys.h"

/* A log's files, from a web server or a folder. */

#define MAX_WHERE_BYTES 4096
#define NOT_FOUND 404
#define GONE 410

struct siglet_source {
	char *where; /* without a slash at its end */
	char *base;  /* where, and the prefix behind it */
	siglet_transport transport;
	char *mirror; /* a folder of copies; NULL: none */
	bool is_remote;
	unsigned interval_ms; /* between two requests; 0: none */
	pthread_mutex_t lock; /* over next_ms */
	int64_t next_ms;
	atomic_uint_fast64_t requests, bytes;
};

bool siglet_source_is_url(const char *where)
{
	return strncmp(where, "https://", 8) == 0 || strncmp(where, "http://", 7) == 0;
}

static siglet_err *join(const char *where, const char *prefix, char **ret_base)
{
	siglet_buf base;
	siglet_err *err;

	siglet_buf_init(&base, MAX_WHERE_BYTES);
	err = siglet_buf_printf(&base, "%s%s", where, prefix);
	if (err == NULL)
		err = siglet_strndup(siglet_buf_slice(&base), ret_base);
	siglet_buf_clear(&base);
	return err;
}

static siglet_err *check_where(const char *where, const siglet_transport *transport)
{
	if (where[0] == '\0')
		return siglet_err_new(SIGLET_E_USAGE, "no place to read the log from");
	if (siglet_source_is_url(where) && transport == NULL)
		return siglet_err_new(SIGLET_E_USAGE, "%s needs the network",
				      siglet_text_printable(siglet_slice_str(where)).text);
	return NULL;
}

siglet_err *siglet_source_new(const char *where, const siglet_transport *transport, unsigned rate,
			      siglet_source **ret_source)
{
	siglet_slice text = siglet_slice_str(where);
	siglet_err *err = check_where(where, transport);
	siglet_source *source;

	if (err != NULL)
		return err;
	source = siglet_calloc(1, sizeof(*source));
	if (source == NULL)
		return siglet_err_nomem();
	if (pthread_mutex_init(&source->lock, NULL) != 0) {
		free(source);
		return siglet_err_nomem();
	}
	while (text.len > 1 && text.ptr[text.len - 1] == '/')
		text.len--;
	source->is_remote = siglet_source_is_url(where);
	source->interval_ms = rate == 0 ? 0 : (1000 + rate - 1) / rate;
	if (transport != NULL)
		source->transport = *transport;
	err = siglet_strndup(text, &source->where);
	if (err == NULL)
		err = siglet_strndup(text, &source->base);
	if (err != NULL) {
		siglet_source_free(source);
		return err;
	}
	*ret_source = source;
	return NULL;
}

void siglet_source_free(siglet_source *source)
{
	if (source == NULL)
		return;
	(void)pthread_mutex_destroy(&source->lock);
	free(source->where);
	free(source->base);
	free(source->mirror);
	free(source);
}

const char *siglet_source_where(const siglet_source *source)
{
	return source->where;
}

bool siglet_source_is_remote(const siglet_source *source)
{
	return source->is_remote;
}

bool siglet_source_has_copies(const siglet_source *source)
{
	return source->is_remote || source->mirror != NULL;
}

siglet_err *siglet_source_set_prefix(siglet_source *source, const char *prefix)
{
	char *base = NULL;
	siglet_err *err = join(source->where, prefix, &base);

	if (err != NULL)
		return err;
	free(source->base);
	source->base = base;
	return NULL;
}

siglet_source_counts siglet_source_counts_of(const siglet_source *source)
{
	if (source == NULL)
		return (siglet_source_counts) { 0, 0 };
	return (siglet_source_counts) {
		.requests = atomic_load_explicit(&source->requests, memory_order_relaxed),
		.bytes = atomic_load_explicit(&source->bytes, memory_order_relaxed),
	};
}

/* ---- one file ---- */

/* Each takes the next turn, and waits for it: no more than so many a second, whoever asks. */
static void wait_for_turn(siglet_source *source)
{
	int64_t now, turn;

	if (source->interval_ms == 0)
		return;
	(void)pthread_mutex_lock(&source->lock);
	now = siglet_sys_monotonic_ms();
	turn = source->next_ms > now ? source->next_ms : now;
	source->next_ms = turn + source->interval_ms;
	(void)pthread_mutex_unlock(&source->lock);
	if (turn > now)
		siglet_sys_sleep_ms((unsigned)(turn - now));
}

static void count(siglet_source *source, size_t bytes)
{
	(void)atomic_fetch_add_explicit(&source->requests, 1, memory_order_relaxed);
	(void)atomic_fetch_add_explicit(&source->bytes, bytes, memory_order_relaxed);
}

static siglet_err *send_counted(void *context, const siglet_http_request *request,
				siglet_http_response *ret_response)
{
	siglet_source *source = context;
	siglet_err *err;

	if (!source->is_remote)
		return siglet_err_new(SIGLET_E_USAGE, "a folder answers no questions");
	wait_for_turn(source);
	err = source->transport.send(source->transport.context, request, ret_response);
	if (err == NULL)
		count(source, ret_response->body.len);
	return err;
}

siglet_transport siglet_source_transport(siglet_source *source)
{
	return (siglet_transport) { .send = send_counted, .context = source };
}

static siglet_err *download(siglet_source *source, const char *url, siglet_freshness freshness,
			    siglet_buf *ret_data)
{
	const siglet_http_request request = {
		.what = "the transparency log",
		.method = "GET",
		.url = url,
		.headers = { { .name = "Cache-Control", .value = "no-cache" } },
		.header_count = freshness == SIGLET_FRESH_COPY ? 1 : 0,
		.max_answer = ret_data->max - ret_data->len,
	};
	siglet_http_response response;
	siglet_err *err;

	wait_for_turn(source);
	siglet_http_response_init(&response);
	err = siglet_transport_send(&source->transport, &request, &response);
	if (err == NULL && (response.status == NOT_FOUND || response.status == GONE))
		err = siglet_err_new(SIGLET_E_MISSING, "the transparency log does not serve it");
	else if (err == NULL && response.status != 200)
		err = siglet_http_status_error(&request, &response);
	if (err == NULL && ret_data->ptr == NULL) {
		/* What came is handed over, not copied. */
		response.body.max = ret_data->max;
		siglet_buf_clear(ret_data);
		*ret_data = response.body;
		siglet_buf_init(&response.body, 0);
	} else if (err == NULL) {
		err = siglet_buf_append(ret_data, siglet_buf_slice(&response.body));
	}
	siglet_http_response_clear(&response);
	return err;
}

static siglet_err *read_from(siglet_source *source, const char *path, siglet_freshness freshness,
			     siglet_buf *ret_data)
{
	siglet_buf name;
	siglet_err *err;

	siglet_buf_init(&name, MAX_WHERE_BYTES);
	err = siglet_buf_printf(&name, "%s/%s", source->base, path);
	if (err == NULL && source->is_remote)
		err = download(source, siglet_buf_text(&name), freshness, ret_data);
	else if (err == NULL)
		err = siglet_sys_read_kept(siglet_buf_text(&name), ret_data);
	siglet_buf_clear(&name);
	/* A service that fails is named already, and fails for any path. */
	return err == NULL || siglet_err_code(err) == SIGLET_E_NETWORK
		       ? err
		       : siglet_err_wrap(err, "%s", path);
}

siglet_err *siglet_source_fetch(siglet_source *source, const char *path, siglet_freshness freshness,
				siglet_buf *ret_data)
{
	const size_t before = ret_data->len;
	siglet_err *err = read_from(source, path, freshness, ret_data);

	if (err != NULL)
		return err;
	count(source, ret_data->len - before);
	return NULL;
}

/* ---- copies ---- */

siglet_err *siglet_source_set_mirror(siglet_source *source, const char *folder)
{
	char *copy = NULL;
	siglet_err *err = siglet_strndup(siglet_slice_str(folder), &copy);

	if (err != NULL)
		return err;
	free(source->mirror);
	source->mirror = copy;
	return NULL;
}

static siglet_err *name_copy(const siglet_source *source, const char *path, siglet_buf *ret_name)
{
	return siglet_buf_printf(ret_name, "%s/%s", source->mirror, path);
}

/*
 * A copy that is not there or can't be read is as good as none; one that is too large is none that
 * would come in another size.
 */
static siglet_err *read_copy(const siglet_source *source, const char *path, siglet_buf *ret_data,
			     bool *ret_there)
{
	siglet_buf name;
	siglet_err *err;

	siglet_buf_init(&name, MAX_WHERE_BYTES);
	err = name_copy(source, path, &name);
	if (err == NULL)
		err = siglet_sys_read_kept(siglet_buf_text(&name), ret_data);
	siglet_buf_clear(&name);
	*ret_there = err == NULL && ret_data->len > 0;
	if (err == NULL || siglet_err_is_fault(err) || siglet_err_code(err) == SIGLET_E_LIMIT)
		return err;
	siglet_err_free(err);
	return NULL;
}

static siglet_err *write_copy(const siglet_source *source, const char *path, siglet_slice data)
{
	siglet_buf name;
	siglet_err *err;

	siglet_buf_init(&name, MAX_WHERE_BYTES);
	err = name_copy(source, path, &name);
	if (err == NULL)
		err = siglet_sys_write_copy(siglet_buf_text(&name), data);
	siglet_buf_clear(&name);
	return err;
}

siglet_err *siglet_source_mirror_checkpoint(const siglet_source *source, siglet_slice note)
{
	return source->mirror == NULL ? NULL : write_copy(source, "checkpoint", note);
}

static siglet_err *fetch_one(siglet_source *source, const char *path, siglet_freshness freshness,
			     siglet_buf *ret_data)
{
	bool is_there = false;
	siglet_err *err = NULL;

	if (source->mirror == NULL)
		return siglet_source_fetch(source, path, freshness, ret_data);
	if (freshness == SIGLET_ANY_COPY)
		err = read_copy(source, path, ret_data, &is_there);
	if (err != NULL || is_there)
		return err;
	siglet_buf_clear(ret_data);
	err = siglet_source_fetch(source, path, freshness, ret_data);
	return err == NULL ? write_copy(source, path, siglet_buf_slice(ret_data)) : err;
}

/* ---- tiles ---- */

static bool is_missing(const siglet_err *err)
{
	return err != NULL && siglet_err_code(err) == SIGLET_E_MISSING;
}

siglet_err *siglet_source_fetch_tile(siglet_source *source, const siglet_tile *tile,
				     siglet_freshness freshness, siglet_buf *ret_data)
{
	siglet_tile whole = *tile;
	siglet_err *err = fetch_one(source, siglet_tile_path_of(tile).text, freshness, ret_data);

	if (!is_missing(err))
		return err;
	whole.width = SIGLET_TILE_WIDTH;
	if (tile->width == SIGLET_TILE_WIDTH &&
	    (freshness == SIGLET_FRESH_COPY || !source->is_remote))
		return err;
	siglet_err_free(err);
	return fetch_one(source, siglet_tile_path_of(&whole).text, SIGLET_FRESH_COPY, ret_data);
}
