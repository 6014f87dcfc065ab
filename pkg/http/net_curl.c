#define _GNU_SOURCE /* secure_getenv */
#include "http/net.h"

#include <curl/curl.h>
#ifdef __linux__
#include <malloc.h>
#endif
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/*
 * libcurl's multi interface, driven by one thread: connections are kept and shared by whoever
 * sends. Built into libsiglet-net.so alone.
 */

#define MAX_HEADER_BYTES ((size_t)256 << 10)
#define WARM_TIMEOUT_MS 10000
#define POLL_MS 1000
#define STREAM_BYTES (256L << 10) /* of what is streamed, at once */
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Bytes that come piece by piece, with a NUL behind; they may be secret. */
typedef struct pile {
	unsigned char *data;
	size_t len, room;
} pile;

/* One exchange on its way through the engine. */
typedef struct job {
	siglet_net_exchange *exchange; /* NULL: a connection is made for later */
	CURL *easy;
	struct curl_slist *headers;
	char error[CURL_ERROR_SIZE];
	pile answer, answer_headers, redirect;
	uint64_t sent; /* of the body, in this attempt */
	bool too_large, no_memory, stopped;
	bool is_done;
	pthread_cond_t done;
	struct job *next;
} job;

struct siglet_net_engine {
	CURLM *multi;
	pthread_t thread;
	pthread_mutex_t lock; /* over what follows */
	job *first, *last;    /* waiting for their turn */
	job *warming;	      /* on their way for nobody */
	unsigned in_flight, max_in_flight;
	bool is_closing;
	char *user_agent;
	const char *ca_file, *ca_folder;
};

/* ---- what libcurl hands over ---- */

static void free_pile(pile *p)
{
	if (p->data != NULL)
		explicit_bzero(p->data, p->room);
	free(p->data);
	*p = (pile) { .data = NULL };
}

static bool append(pile *p, const void *piece, size_t more)
{
	if (p->room - p->len < more + 1) {
		pile grown = { .room = (p->len + more + 1) * 2 };

		grown.data = malloc(grown.room);
		if (grown.data == NULL)
			return false;
		if (p->len > 0)
			memcpy(grown.data, p->data, p->len);
		grown.len = p->len;
		free_pile(p);
		*p = grown;
	}
	memcpy(p->data + p->len, piece, more);
	p->len += more;
	p->data[p->len] = '\0';
	return true;
}

/* A piece for whoever waits for it; an error's text is collected in any case. */
static bool hand_on(job *j, const char *piece, size_t len, bool *ret_taken)
{
	const siglet_net_exchange *x = j->exchange;
	long status = 0;

	if (x->take == NULL ||
	    curl_easy_getinfo(j->easy, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK ||
	    status < 200 || status > 299)
		return false;
	*ret_taken = x->take(x->stream, (int)status, (const char *)j->answer_headers.data,
			     j->answer_headers.len, piece, len);
	j->stopped = !*ret_taken;
	return true;
}

static size_t take_body(char *piece, size_t one, size_t len, void *context)
{
	bool taken = false;
	job *j = context;

	(void)one;
	if (j->exchange == NULL)
		return len;
	if (hand_on(j, piece, len, &taken))
		return taken ? len : 0;
	if (len > j->exchange->max_answer - j->answer.len) {
		j->too_large = true;
		return 0;
	}
	if (append(&j->answer, piece, len))
		return len;
	j->no_memory = true;
	return 0;
}

/* One header, "Name: value\r\n", kept with its name in lower case. */
static bool keep_header(job *j, const char *line, size_t len)
{
	pile *kept = &j->answer_headers;
	size_t colon = 0;

	while (len > 0 && (line[len - 1] == '\r' || line[len - 1] == '\n'))
		len--;
	while (colon < len && line[colon] != ':')
		colon++;
	if (colon == len)
		return true;
	if (kept->len + len + 1 > MAX_HEADER_BYTES) {
		j->too_large = true;
		return false;
	}
	if (!append(kept, line, len) || !append(kept, "\n", 1)) {
		j->no_memory = true;
		return false;
	}
	for (unsigned char *c = kept->data + kept->len - len - 1; *c != ':'; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (unsigned char)(*c - 'A' + 'a');
	return true;
}

static size_t take_header(char *line, size_t one, size_t len, void *context)
{
	job *j = context;

	(void)one;
	if (j->exchange == NULL)
		return len;
	/* A proxy's answer, or a 100, comes before: only the last one's headers count. */
	if (len >= 5 && memcmp(line, "HTTP/", 5) == 0) {
		j->answer_headers.len = 0;
		return len;
	}
	return keep_header(j, line, len) ? len : 0;
}

/* ---- what libcurl asks for ---- */

static size_t read_memory(const siglet_net_exchange *x, uint64_t offset, char *room, size_t len)
{
	const uint64_t left = x->body_len - offset;

	if (left < len)
		len = (size_t)left;
	if (len > 0)
		memcpy(room, (const char *)x->body + offset, len);
	return len;
}

static size_t give_body(char *room, size_t one, size_t len, void *context)
{
	job *j = context;
	const siglet_net_exchange *x = j->exchange;
	size_t given;

	(void)one;
	if (j->sent >= x->body_len)
		return 0;
	if (len > x->body_len - j->sent)
		len = (size_t)(x->body_len - j->sent);
	given = x->read == NULL ? read_memory(x, j->sent, room, len)
				: x->read(x->stream, j->sent, room, len);
	if (given == 0 || given > len) {
		j->stopped = true;
		return CURL_READFUNC_ABORT;
	}
	j->sent += given;
	return given;
}

/* It is sent from its beginning, or not again. */
static int rewind_body(void *context, curl_off_t offset, int origin)
{
	job *j = context;

	if (origin != SEEK_SET || offset != 0)
		return CURL_SEEKFUNC_CANTSEEK;
	j->sent = 0;
	return CURL_SEEKFUNC_OK;
}

/* ---- one request ---- */

static bool set_options(const siglet_net_engine *engine, job *j, const char *url, bool no_proxy)
{
	CURL *easy = j->easy;
	bool good = curl_easy_setopt(easy, CURLOPT_URL, url) == CURLE_OK &&
		    curl_easy_setopt(easy, CURLOPT_USERAGENT, engine->user_agent) == CURLE_OK &&
		    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
		    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
		    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
		    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
		    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
		    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) ==
			    CURLE_OK &&
		    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS) ==
			    CURLE_OK &&
		    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip") == CURLE_OK &&
		    /* Without TLS there is no HTTP/2, for which alone it is worth to wait. */
		    curl_easy_setopt(easy, CURLOPT_PIPEWAIT,
				     strncmp(url, "https:", 6) == 0 ? 1L : 0L) == CURLE_OK &&
		    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body) == CURLE_OK &&
		    curl_easy_setopt(easy, CURLOPT_WRITEDATA, j) == CURLE_OK &&
		    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header) == CURLE_OK &&
		    curl_easy_setopt(easy, CURLOPT_HEADERDATA, j) == CURLE_OK &&
		    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, j->error) == CURLE_OK &&
		    curl_easy_setopt(easy, CURLOPT_PRIVATE, j) == CURLE_OK;

	if (good && no_proxy)
		good = curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK;
	if (good && engine->ca_file != NULL)
		good = curl_easy_setopt(easy, CURLOPT_CAINFO, engine->ca_file) == CURLE_OK;
	if (good && engine->ca_folder != NULL)
		good = curl_easy_setopt(easy, CURLOPT_CAPATH, engine->ca_folder) == CURLE_OK;
	return good;
}

static bool add_headers(job *j, const siglet_net_exchange *x)
{
	/* What libcurl would add by itself to a POST, and services may stumble over. */
	static const char *const own[] = { "Expect:", "Content-Type:" };
	bool has_type = false;

	for (const char *const *header = x->headers; *header != NULL; header++) {
		struct curl_slist *longer = curl_slist_append(j->headers, *header);

		if (longer == NULL)
			return false;
		j->headers = longer;
		has_type = has_type || strncasecmp(*header, "content-type:", 13) == 0;
	}
	for (size_t i = 0; i < COUNT(own); i++) {
		struct curl_slist *longer;

		/* Before much is sent, a server may say that it will not have it. */
		if (own[i][0] == 'E' ? strcmp(x->method, "PUT") == 0 : has_type)
			continue;
		longer = curl_slist_append(j->headers, own[i]);
		if (longer == NULL)
			return false;
		j->headers = longer;
	}
	return curl_easy_setopt(j->easy, CURLOPT_HTTPHEADER, j->headers) == CURLE_OK;
}

static bool set_upload(job *j, const siglet_net_exchange *x)
{
	return curl_easy_setopt(j->easy, CURLOPT_UPLOAD, 1L) == CURLE_OK &&
	       curl_easy_setopt(j->easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)x->body_len) ==
		       CURLE_OK &&
	       curl_easy_setopt(j->easy, CURLOPT_READFUNCTION, give_body) == CURLE_OK &&
	       curl_easy_setopt(j->easy, CURLOPT_READDATA, j) == CURLE_OK &&
	       curl_easy_setopt(j->easy, CURLOPT_SEEKFUNCTION, rewind_body) == CURLE_OK &&
	       curl_easy_setopt(j->easy, CURLOPT_SEEKDATA, j) == CURLE_OK;
}

/* Larger pieces for what may be large: fewer calls of whoever gives and takes them. */
static bool set_pieces(job *j, const siglet_net_exchange *x)
{
	return (x->take == NULL ||
		curl_easy_setopt(j->easy, CURLOPT_BUFFERSIZE, STREAM_BYTES) == CURLE_OK) &&
	       (x->read == NULL ||
		curl_easy_setopt(j->easy, CURLOPT_UPLOAD_BUFFERSIZE, STREAM_BYTES) == CURLE_OK);
}

static bool set_method(job *j, const siglet_net_exchange *x)
{
	if (strcmp(x->method, "POST") == 0)
		return curl_easy_setopt(j->easy, CURLOPT_POST, 1L) == CURLE_OK &&
		       curl_easy_setopt(j->easy, CURLOPT_POSTFIELDSIZE_LARGE,
					(curl_off_t)x->body_len) == CURLE_OK &&
		       curl_easy_setopt(j->easy, CURLOPT_POSTFIELDS,
					x->body_len == 0 ? "" : x->body) == CURLE_OK;
	if (strcmp(x->method, "PUT") == 0)
		return set_upload(j, x);
	if (strcmp(x->method, "HEAD") == 0)
		return curl_easy_setopt(j->easy, CURLOPT_NOBODY, 1L) == CURLE_OK;
	return strcmp(x->method, "GET") == 0 &&
	       curl_easy_setopt(j->easy, CURLOPT_HTTPGET, 1L) == CURLE_OK;
}

static bool set_request(job *j, const siglet_net_exchange *x)
{
	if (!add_headers(j, x) ||
	    curl_easy_setopt(j->easy, CURLOPT_TIMEOUT_MS, (long)x->timeout_ms) != CURLE_OK ||
	    curl_easy_setopt(j->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)x->connect_timeout_ms) !=
		    CURLE_OK ||
	    curl_easy_setopt(j->easy, CURLOPT_LOW_SPEED_LIMIT, x->stall_s > 0 ? 1L : 0L) !=
		    CURLE_OK ||
	    curl_easy_setopt(j->easy, CURLOPT_LOW_SPEED_TIME, (long)x->stall_s) != CURLE_OK ||
	    curl_easy_setopt(j->easy, CURLOPT_FRESH_CONNECT, x->once ? 1L : 0L) != CURLE_OK ||
	    (x->raw && curl_easy_setopt(j->easy, CURLOPT_ACCEPT_ENCODING, NULL) != CURLE_OK))
		return false;
	return set_pieces(j, x) && set_method(j, x);
}

static bool set_warming(job *j)
{
	return curl_easy_setopt(j->easy, CURLOPT_NOBODY, 1L) == CURLE_OK &&
	       curl_easy_setopt(j->easy, CURLOPT_TIMEOUT_MS, (long)WARM_TIMEOUT_MS) == CURLE_OK;
}

/*
 * libcurl's copies of the headers go over memory that is freed: overwrite what may hold a token.
 */
static void free_headers(struct curl_slist *headers)
{
	for (struct curl_slist *h = headers; h != NULL; h = h->next)
		explicit_bzero(h->data, strlen(h->data));
	curl_slist_free_all(headers);
}

static void free_job(job *j)
{
	if (j == NULL)
		return;
	if (j->easy != NULL)
		curl_easy_cleanup(j->easy);
	free_headers(j->headers);
	free_pile(&j->answer);
	free_pile(&j->answer_headers);
	free_pile(&j->redirect);
	(void)pthread_cond_destroy(&j->done);
	free(j);
}

static job *new_job(const siglet_net_engine *engine, siglet_net_exchange *x, const char *url,
		    bool no_proxy)
{
	job *j = calloc(1, sizeof(*j));

	if (j == NULL)
		return NULL;
	if (pthread_cond_init(&j->done, NULL) != 0) {
		free(j);
		return NULL;
	}
	j->exchange = x;
	j->easy = curl_easy_init();
	if (j->easy == NULL || !set_options(engine, j, url, no_proxy) ||
	    !(x == NULL ? set_warming(j) : set_request(j, x))) {
		free_job(j);
		return NULL;
	}
	return j;
}

/* ---- how it ended ---- */

static bool was_sent(CURL *easy)
{
	curl_off_t up = 0;
	long bytes = 0;

	(void)curl_easy_getinfo(easy, CURLINFO_SIZE_UPLOAD_T, &up);
	(void)curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &bytes);
	return up > 0 || bytes > 0;
}

/*
 * libcurl's words, unless they might hold the password of a proxy's URL: it shows the whole of one
 * that it can't use.
 */
static const char *problem_of(const job *j, CURLcode result)
{
	if (strncmp(j->error, "Unsupported proxy", 17) == 0)
		return "the proxy that the environment names is none that can be used";
	return j->error[0] == '\0' || strchr(j->error, '@') != NULL ? curl_easy_strerror(result)
								    : j->error;
}

/* Where it would go on, if it were to. */
static bool keep_redirect(job *j)
{
	const char *url = NULL;

	(void)curl_easy_getinfo(j->easy, CURLINFO_REDIRECT_URL, &url);
	j->no_memory = url != NULL && !append(&j->redirect, url, strlen(url));
	return !j->no_memory;
}

static void conclude(job *j, CURLcode result)
{
	siglet_net_exchange *x = j->exchange;
	long status = 0;

	(void)curl_easy_getinfo(j->easy, CURLINFO_RESPONSE_CODE, &status);
	if (result == CURLE_OK && status >= 100 && status <= 599 && keep_redirect(j)) {
		x->status = (int)status;
		x->stage = SIGLET_NET_ANSWERED;
		return;
	}
	if (j->stopped)
		x->stage = SIGLET_NET_STOPPED;
	else if (j->too_large)
		x->stage = SIGLET_NET_TOO_LARGE;
	else if (j->no_memory || result == CURLE_OUT_OF_MEMORY)
		x->stage = SIGLET_NET_UNTRIED;
	else
		x->stage = was_sent(j->easy) ? SIGLET_NET_LOST : SIGLET_NET_NOT_CONNECTED;
	(void)snprintf(x->problem, sizeof(x->problem), "%s", problem_of(j, result));
}

/* In the engine's thread, with the lock held. */
static void finish(siglet_net_engine *engine, job *j, CURLcode result)
{
	(void)curl_multi_remove_handle(engine->multi, j->easy);
	if (j->exchange == NULL) {
		job **link = &engine->warming;

		while (*link != j)
			link = &(*link)->next;
		*link = j->next;
		free_job(j);
		return;
	}
	engine->in_flight--;
	conclude(j, result);
	j->is_done = true;
	(void)pthread_cond_signal(&j->done);
}

/* ---- the thread ---- */

static void start_waiting(siglet_net_engine *engine)
{
	while (engine->first != NULL &&
	       (engine->first->exchange == NULL || engine->in_flight < engine->max_in_flight)) {
		job *j = engine->first;

		engine->first = j->next;
		if (engine->first == NULL)
			engine->last = NULL;
		if (j->exchange != NULL) {
			engine->in_flight++;
		} else {
			j->next = engine->warming;
			engine->warming = j;
		}
		if (curl_multi_add_handle(engine->multi, j->easy) != CURLM_OK)
			finish(engine, j, CURLE_OUT_OF_MEMORY);
	}
}

static void finish_ended(siglet_net_engine *engine)
{
	CURLMsg *message;
	int left = 0;

	while ((message = curl_multi_info_read(engine->multi, &left)) != NULL) {
		char *private = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		const CURLcode result = message->data.result;
		(void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private);
		finish(engine, (job *)(void *)private, result);
	}
}

/* Warming connections may still be on their way when nobody needs them any more. */
static void abandon(siglet_net_engine *engine)
{
	while (engine->warming != NULL)
		finish(engine, engine->warming, CURLE_ABORTED_BY_CALLBACK);
	while (engine->first != NULL) {
		job *j = engine->first;

		engine->first = j->next;
		free_job(j);
	}
}

static void *drive(void *context)
{
	siglet_net_engine *engine = context;
	int running = 0;

	(void)pthread_mutex_lock(&engine->lock);
	while (!engine->is_closing) {
		start_waiting(engine);
		(void)pthread_mutex_unlock(&engine->lock);
		(void)curl_multi_perform(engine->multi, &running);
		(void)pthread_mutex_lock(&engine->lock);
		finish_ended(engine);
		if (engine->first != NULL && engine->in_flight < engine->max_in_flight)
			continue;
		(void)pthread_mutex_unlock(&engine->lock);
		(void)curl_multi_poll(engine->multi, NULL, 0, POLL_MS, NULL);
		(void)pthread_mutex_lock(&engine->lock);
	}
	abandon(engine);
	(void)pthread_mutex_unlock(&engine->lock);
	return NULL;
}

/* Waits, unless it is for nobody: then the engine has it. */
static void submit(siglet_net_engine *engine, job *j)
{
	const bool waits = j->exchange != NULL;

	(void)pthread_mutex_lock(&engine->lock);
	if (engine->last != NULL)
		engine->last->next = j;
	else
		engine->first = j;
	engine->last = j;
	(void)curl_multi_wakeup(engine->multi);
	while (waits && !j->is_done)
		(void)pthread_cond_wait(&j->done, &engine->lock);
	(void)pthread_mutex_unlock(&engine->lock);
}

/* ---- the table ---- */

static void net_exchange(siglet_net_engine *engine, siglet_net_exchange *x)
{
	job *j;

	x->stage = SIGLET_NET_UNTRIED;
	x->status = 0;
	x->problem[0] = '\0';
	x->answer_headers = NULL;
	x->answer = NULL;
	x->redirect = NULL;
	x->answer_headers_len = x->answer_len = 0;
	j = new_job(engine, x, x->url, x->no_proxy);
	if (j == NULL) {
		(void)snprintf(x->problem, sizeof(x->problem), "out of memory");
		return;
	}
	submit(engine, j);
	x->answer = j->answer.data;
	x->answer_len = j->answer.len;
	x->answer_headers = (char *)j->answer_headers.data;
	x->answer_headers_len = j->answer_headers.len;
	x->redirect = (char *)j->redirect.data;
	j->answer.data = j->answer_headers.data = j->redirect.data = NULL;
	free_job(j);
}

static void net_release(siglet_net_exchange *x)
{
	if (x->answer != NULL)
		explicit_bzero(x->answer, x->answer_len);
	if (x->answer_headers != NULL)
		explicit_bzero(x->answer_headers, x->answer_headers_len);
	free(x->answer);
	free(x->answer_headers);
	free(x->redirect);
	x->answer = NULL;
	x->answer_headers = NULL;
	x->redirect = NULL;
}

static void net_warm(siglet_net_engine *engine, const char *url, bool no_proxy)
{
	job *j = new_job(engine, NULL, url, no_proxy);

	if (j != NULL)
		submit(engine, j);
}

static void free_engine(siglet_net_engine *engine)
{
	if (engine->multi != NULL)
		(void)curl_multi_cleanup(engine->multi);
	free(engine->user_agent);
	free(engine);
}

/* ---- libcurl's memory ---- */

static pthread_once_t once = PTHREAD_ONCE_INIT;
static CURLcode started = CURLE_FAILED_INIT;

#ifdef __linux__
/*
 * What libcurl sends and gets goes through buffers of its own: requests with a token in them, answers
 * that are one. It does not wipe them, so its memory is wiped as it comes back.
 */
static void wiping_free(void *ptr)
{
	if (ptr != NULL)
		explicit_bzero(ptr, malloc_usable_size(ptr));
	free(ptr);
}

/* Never in place, since what would be cut off or moved away is out of reach then. */
static void *wiping_realloc(void *old, size_t size)
{
	const size_t before = old == NULL ? 0 : malloc_usable_size(old);
	void *ptr = malloc(size);

	if (ptr == NULL)
		return NULL;
	if (before > 0)
		memcpy(ptr, old, before < size ? before : size);
	wiping_free(old);
	return ptr;
}

/* A program that started libcurl before us has chosen its memory, and this changes nothing. */
static void start_curl(void)
{
	started = curl_global_init_mem(CURL_GLOBAL_DEFAULT, malloc, wiping_free, wiping_realloc,
				       strdup, calloc);
}
#else
static void start_curl(void)
{
	started = curl_global_init(CURL_GLOBAL_DEFAULT);
}
#endif

/* ---- the engine ---- */

/* The caller's signals are none of its business; nor may a lost peer end the process (SIGPIPE). */
static bool start_thread(siglet_net_engine *engine)
{
	sigset_t all, before;
	bool started_it;

	(void)sigfillset(&all);
	if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0)
		return false;
	started_it = pthread_create(&engine->thread, NULL, drive, engine) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return started_it;
}

static siglet_net_engine *net_open(const char *user_agent, unsigned max_in_flight)
{
	siglet_net_engine *engine;

	if (pthread_once(&once, start_curl) != 0 || started != CURLE_OK)
		return NULL;
	engine = calloc(1, sizeof(*engine));
	if (engine == NULL)
		return NULL;
	engine->max_in_flight = max_in_flight;
	engine->user_agent = strdup(user_agent);
	engine->multi = curl_multi_init();
	/* libcurl heeds these by itself only as a program. */
	engine->ca_file = secure_getenv("SSL_CERT_FILE");
	engine->ca_folder = secure_getenv("SSL_CERT_DIR");
	if (engine->user_agent == NULL || engine->multi == NULL ||
	    pthread_mutex_init(&engine->lock, NULL) != 0) {
		free_engine(engine);
		return NULL;
	}
	if (!start_thread(engine)) {
		(void)pthread_mutex_destroy(&engine->lock);
		free_engine(engine);
		return NULL;
	}
	return engine;
}

static void net_close(siglet_net_engine *engine)
{
	if (engine == NULL)
		return;
	(void)pthread_mutex_lock(&engine->lock);
	engine->is_closing = true;
	(void)curl_multi_wakeup(engine->multi);
	(void)pthread_mutex_unlock(&engine->lock);
	(void)pthread_join(engine->thread, NULL);
	(void)pthread_mutex_destroy(&engine->lock);
	free_engine(engine);
}

__attribute__((visibility("default"))) const siglet_net_table *siglet_net_functions(void);

const siglet_net_table *siglet_net_functions(void)
{
	static const siglet_net_table table = {
		.abi = SIGLET_NET_ABI,
		.open = net_open,
		.close = net_close,
		.exchange = net_exchange,
		.release = net_release,
		.warm = net_warm,
	};

	return &table;
}
