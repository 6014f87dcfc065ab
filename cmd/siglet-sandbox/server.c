#include "log.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

/* HTTP by libmicrohttpd: a thread a connection, and faults on the way out. */

#define MAX_CONNECTIONS 256
#define IDLE_S 60

static struct MHD_Daemon *server; /* the one of this process */

void response_text(response *r, int status, const char *text)
{
	r->status = status;
	r->type = "text/plain; charset=utf-8";
	put(&r->body, "%s", text);
}

void response_error(response *r, int status, int code, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	r->status = status;
	put(&r->body, "{\"code\":%d,\"message\":", code);
	WELL(siglet_json_quote(siglet_slice_str(text), &r->body));
	put(&r->body, ",\"details\":[]}");
}

/* ---- what is asked ---- */

static const char *query_of(void *connection, const char *name)
{
	return MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, name);
}

/* The log of v2 by its own URL, with or without the API's path. */
static void answer_log(instance *in, const request *q, response *r)
{
	request inner = *q;
	char path[512];
	const int len = snprintf(path, sizeof(path), "/api/v2/%s",
				 log_server_path(q->path + strlen(V2_PATH)));

	if (len < 0 || (size_t)len >= sizeof(path)) {
		response_text(r, 404, "not found");
		return;
	}
	inner.path = path;
	rekor_v2_answer(in, &inner, r);
}

static void route(instance *in, const request *q, response *r)
{
	if (strcmp(q->path, "/api/v2/signingCert") == 0)
		fulcio_answer(in, q, r);
	else if (strncmp(q->path, "/ct/v1/", 7) == 0 || strncmp(q->path, "/ctlog/", 7) == 0)
		ct_answer(in, q, r);
	else if (strcmp(q->path, "/api/v1/timestamp") == 0)
		tsa_answer(in, q, r);
	else if (strncmp(q->path, "/tuf/", 5) == 0)
		tuf_answer(in, q, r);
	else if (strncmp(q->path, "/api/v1/log", 11) == 0)
		rekor_v1_answer(in, q, r);
	else if (strncmp(q->path, V2_PATH "/", strlen(V2_PATH) + 1) == 0)
		answer_log(in, q, r);
	else if (strncmp(q->path, "/api/v2/", 8) == 0)
		rekor_v2_answer(in, q, r);
	else
		oidc_answer(in, q, r);
}

/* ---- what goes wrong ---- */

static void replace_body(response *r, int status, const char *type, const char *text)
{
	siglet_buf_truncate(&r->body, 0);
	r->status = status;
	r->type = type;
	r->header = NULL;
	put(&r->body, "%s", text);
}

static bool refuses_now(instance *in)
{
	bool now;

	MUST(pthread_mutex_lock(&in->requests) == 0);
	now = in->faults.times == 0 || in->refused < in->faults.times;
	in->refused += now;
	MUST(pthread_mutex_unlock(&in->requests) == 0);
	return now;
}

static void apply_faults(instance *in, response *r)
{
	const faults *f = &in->faults;

	if (r->service == SERVICE_NONE)
		return;
	if (f->html == r->service)
		replace_body(r, 200, "text/html", "<html><body>Please log in</body></html>");
	if (f->garble == r->service)
		for (size_t i = r->body.len / 3; i < r->body.len; i += 7)
			r->body.ptr[i] ^= 0x15;
	if (f->refuse == r->service && refuses_now(in))
		replace_body(r, f->refuse_status, "application/json",
			     "{\"code\":14,\"message\":\"the sandbox was told to refuse\"}");
}

/* ---- the answer ---- */

/* A body that is cut off: its length was promised. */
typedef struct cut {
	siglet_buf body;
	size_t after;
} cut;

static ssize_t read_cut(void *context, uint64_t at, char *piece, size_t room)
{
	const cut *c = context;
	const size_t left = at < c->after ? c->after - (size_t)at : 0;

	if (left == 0 || at >= c->body.len)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (room > left)
		room = left;
	if (room > c->body.len - (size_t)at)
		room = c->body.len - (size_t)at;
	memcpy(piece, c->body.ptr + at, room);
	return (ssize_t)room;
}

static void free_cut(void *context)
{
	cut *c = context;

	siglet_buf_clear(&c->body);
	free(c);
}

/* Takes the file. */
static struct MHD_Response *make_file_response(int file)
{
	struct stat status;

	MUST(fstat(file, &status) == 0);
	return MHD_create_response_from_fd((uint64_t)status.st_size, file);
}

static struct MHD_Response *make_response(const instance *in, response *r)
{
	if (r->file >= 0)
		return make_file_response(r->file);
	if (in->faults.drop != SERVICE_NONE && in->faults.drop == r->service) {
		cut *c = siglet_calloc(1, sizeof(*c));

		MUST(c != NULL);
		c->body = r->body;
		c->after = in->faults.drop_after;
		siglet_buf_init(&r->body, MAX_RESPONSE_BYTES);
		return MHD_create_response_from_callback(c->body.len, 4096, read_cut, c, free_cut);
	}
	return MHD_create_response_from_buffer(r->body.len, r->body.ptr, MHD_RESPMEM_MUST_COPY);
}

static enum MHD_Result send_response(const instance *in, struct MHD_Connection *connection,
				     response *r)
{
	struct MHD_Response *made = make_response(in, r);
	enum MHD_Result queued;

	MUST(made != NULL);
	(void)MHD_add_response_header(made, "Content-Type", r->type);
	if (r->header != NULL)
		(void)MHD_add_response_header(made, r->header, r->value);
	queued = MHD_queue_response(connection, (unsigned)r->status, made);
	MHD_destroy_response(made);
	return queued;
}

static void note_request(instance *in, const request *q, int status)
{
	FILE *log;

	if (in->log_path == NULL)
		return;
	MUST(pthread_mutex_lock(&in->requests) == 0);
	log = fopen(in->log_path, "a");
	if (log != NULL) {
		(void)fprintf(log, "%s %s %d\n", q->method, q->path, status);
		(void)fclose(log);
	}
	MUST(pthread_mutex_unlock(&in->requests) == 0);
}

static void wait_ms(unsigned ms)
{
	const struct timespec time = { (time_t)(ms / 1000), (long)(ms % 1000) * 1000000 };

	if (ms > 0)
		(void)nanosleep(&time, NULL);
}

static enum MHD_Result answer(instance *in, struct MHD_Connection *connection, const char *method,
			      const char *path, const siglet_buf *body)
{
	const request q = {
		.method = method,
		.path = path,
		.authorization =
			MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Authorization"),
		.query = query_of,
		.connection = connection,
		.body = siglet_buf_slice(body),
	};
	response r = { .status = 200, .type = "application/json", .file = -1 };
	enum MHD_Result result;

	siglet_buf_init(&r.body, MAX_RESPONSE_BYTES);
	wait_ms(in->faults.delay_ms);
	if (strncmp(path, MISBEHAVE_PATH, strlen(MISBEHAVE_PATH)) == 0) {
		misbehave_answer(in, &q, &r);
	} else if (strcmp(path, POLICY_PATH) == 0 ||
		   strncmp(path, WITNESS_PATH, strlen(WITNESS_PATH)) == 0) {
		MUST(pthread_rwlock_rdlock(&in->keys) == 0);
		witness_answer(in, path, &r);
		MUST(pthread_rwlock_unlock(&in->keys) == 0);
	} else if (in->answer == NULL && strncmp(path, ROTATE_PATH, strlen(ROTATE_PATH)) == 0) {
		rotate_answer(in, &q, &r);
	} else {
		MUST(pthread_rwlock_rdlock(&in->keys) == 0);
		if (in->answer != NULL)
			in->answer(in, &q, &r);
		else
			route(in, &q, &r);
		MUST(pthread_rwlock_unlock(&in->keys) == 0);
	}
	apply_faults(in, &r);
	note_request(in, &q, r.status);
	result = send_response(in, connection, &r);
	siglet_buf_clear(&r.body);
	return result;
}

/*
 * Called several times a request: first to begin, then with each piece of the body, then at its
 * end.
 */
static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *path,
			      const char *method, const char *version, const char *piece,
			      size_t *piece_len, void **state)
{
	siglet_buf *body = *state;

	(void)version;
	if (body == NULL) {
		body = siglet_calloc(1, sizeof(*body));
		if (body == NULL)
			return MHD_NO;
		siglet_buf_init(body, MAX_BODY_BYTES);
		*state = body;
		return MHD_YES;
	}
	if (*piece_len > 0) {
		siglet_err *err = siglet_buf_append(body, siglet_slice_of(piece, *piece_len));
		const bool fits = err == NULL;

		siglet_err_free(err);
		*piece_len = 0;
		return fits ? MHD_YES : MHD_NO;
	}
	return answer(context, connection, method, path, body);
}

static void completed(void *context, struct MHD_Connection *connection, void **state,
		      enum MHD_RequestTerminationCode code)
{
	siglet_buf *body = *state;

	(void)context;
	(void)connection;
	(void)code;
	if (body != NULL)
		siglet_buf_clear(body);
	free(body);
	*state = NULL;
}

void server_start(instance *in, unsigned port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	const union MHD_DaemonInfo *info;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	server = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION,
				  0, NULL, NULL, handle, in, MHD_OPTION_SOCK_ADDR,
				  (struct sockaddr *)&address, MHD_OPTION_CONNECTION_LIMIT,
				  (unsigned)MAX_CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT,
				  (unsigned)IDLE_S, MHD_OPTION_NOTIFY_COMPLETED, completed, NULL,
				  MHD_OPTION_END);
	if (server == NULL) {
		(void)fprintf(stderr, "siglet-sandbox: port %u can't be listened on: %s\n", port,
			      strerror(errno));
		exit(3);
	}
	info = MHD_get_daemon_info(server, MHD_DAEMON_INFO_BIND_PORT);
	MUST(info != NULL);
	(void)snprintf(in->url, sizeof(in->url), "http://127.0.0.1:%u", (unsigned)info->port);
}

void server_stop(void)
{
	MHD_stop_daemon(server);
}
