/*
 * repo_scene: a repository in memory, as a transport: what it keeps, what it was asked, and how it misbehaves.
 */
#ifndef SIGLET_TEST_REPO_SCENE_H
#define SIGLET_TEST_REPO_SCENE_H

#include <inttypes.h>

#include "../lib/check.h"
#include "repo/repo.h"

#define SCENE_FILES 8
#define SCENE_BYTES 4096

typedef struct scene_file {
	char url[256];
	uint8_t data[SCENE_BYTES];
	size_t len;
} scene_file;

typedef struct scene {
	scene_file files[SCENE_FILES];
	size_t count;
	/* "METHOD NAME STATUS;" of each request, by the last part of its URL; ! behind: with credentials */
	char log[2048];
	char etag[64];	       /* of GET; "" for none */
	size_t break_after;    /* bytes of an answer, and then the connection breaks; 0: never */
	unsigned breaks;       /* so often */
	bool no_ranges;	       /* answers 200 to all */
	const char *part_etag; /* of a 206, in place of etag; NULL */
	size_t short_by;       /* bytes that are missing at the end of an answer */
	const char *range;     /* a Content-Range in place of the right one */
	int status;	       /* of GET, in place of the right one; 0 */
	const char *location;  /* where a GET leads, from the first URL alone; NULL */
	bool ignores_conditions;
	int put_status;	      /* of PUT; 0 */
	const char *rival_at; /* a name that somebody else takes just before our PUT of it */
	siglet_err *(*on_put)(struct scene *s, const char *name); /* something happens then */
	bool no_length;
	unsigned endless; /* so often a body comes again behind itself */
	unsigned pauses;
} scene;

__attribute__((unused)) static const char *scene_name(const char *url)
{
	const char *slash = strrchr(url, '/');

	return slash == NULL ? url : slash + 1;
}

__attribute__((unused)) static scene_file *scene_find(scene *s, const char *url)
{
	for (size_t i = 0; i < s->count; i++)
		if (strcmp(s->files[i].url, url) == 0)
			return &s->files[i];
	return NULL;
}

__attribute__((unused)) static void scene_put(scene *s, const char *url, const void *data,
					      size_t len)
{
	scene_file *file = scene_find(s, url);

	if (file == NULL && s->count == SCENE_FILES)
		exit(3);
	if (file == NULL)
		file = &s->files[s->count++];
	if (len > SCENE_BYTES)
		exit(3);
	(void)snprintf(file->url, sizeof(file->url), "%s", url);
	memcpy(file->data, data, len);
	file->len = len;
}

__attribute__((unused)) static void scene_text(scene *s, const char *url, const char *text)
{
	scene_put(s, url, text, strlen(text));
}

__attribute__((unused)) static bool scene_keeps(scene *s, const char *url, const char *text)
{
	const scene_file *file = scene_find(s, url);

	return file != NULL && file->len == strlen(text) &&
	       memcmp(file->data, text, file->len) == 0;
}

__attribute__((unused)) static const char *scene_header(const siglet_http_request *r,
							const char *name)
{
	for (size_t i = 0; i < r->header_count; i++)
		if (strcmp(r->headers[i].name, name) == 0)
			return r->headers[i].value;
	return NULL;
}

__attribute__((unused)) static void scene_note(scene *s, const siglet_http_request *r, int status)
{
	const size_t at = strlen(s->log);

	(void)snprintf(s->log + at, sizeof(s->log) - at, "%s %s %d%s;", r->method,
		       scene_name(r->url), status,
		       scene_header(r, "Authorization") != NULL ? "!" : "");
}

__attribute__((unused)) static siglet_err *scene_answer(const siglet_http_request *r,
							siglet_http_response *response, int status,
							const char *headers)
{
	(void)r;
	response->status = status;
	siglet_buf_clear(&response->headers);
	siglet_buf_clear(&response->body);
	siglet_buf_clear(&response->redirect);
	return siglet_buf_append_str(&response->headers, headers);
}

/* In pieces of three bytes, up to where the connection breaks. */
__attribute__((unused)) static siglet_err *scene_stream(scene *s, const siglet_http_request *r,
							siglet_http_response *response,
							siglet_slice body)
{
	const bool breaks = s->breaks > 0 && s->break_after > 0 && body.len > s->break_after;
	const size_t end = breaks ? s->break_after : body.len;
	siglet_err *err = NULL;

	for (unsigned n = 0; err == NULL && n <= s->endless; n++)
		for (size_t at = 0; err == NULL && at < end; at += 3)
			err = r->sink->take(r->sink->context, response,
					    siglet_slice_of(body.ptr + at,
							    end - at < 3 ? end - at : 3));
	if (err != NULL || !breaks)
		return err;
	s->breaks--;
	response->status = 0;
	return siglet_err_new(SIGLET_E_NETWORK, "the connection broke");
}

__attribute__((unused)) static siglet_err *scene_get(scene *s, const siglet_http_request *r,
						     siglet_http_response *response)
{
	const scene_file *file = scene_find(s, r->url);
	const char *range = scene_header(r, "Range"), *match = scene_header(r, "If-Range");
	const bool is_part =
		range != NULL && !s->no_ranges && match != NULL && strcmp(match, s->etag) == 0;
	const size_t from = is_part ? (size_t)strtoull(range + 6, NULL, 10) : 0;
	int status = file == NULL ? 404 : is_part ? 206 : 200;
	char headers[512], length[64] = "";
	const char *etag = is_part && s->part_etag != NULL ? s->part_etag : s->etag;
	siglet_err *err;

	if (file != NULL && is_part && from >= file->len)
		status = 416;
	if (s->status != 0)
		status = s->status;
	scene_note(s, r, status);
	if (!s->no_length && file != NULL && status != 416)
		(void)snprintf(length, sizeof(length), "content-length: %zu\n", file->len - from);
	(void)snprintf(headers, sizeof(headers), "content-type: text/plain\n%s%s%s%s", length,
		       etag[0] == '\0' ? "" : "etag: ", etag, etag[0] == '\0' ? "" : "\n");
	err = scene_answer(r, response, status, headers);
	if (err == NULL && status == 206 && s->range != NULL)
		err = siglet_buf_printf(&response->headers, "content-range: %s\n", s->range);
	else if (err == NULL && status == 206)
		err = siglet_buf_printf(&response->headers, "content-range: bytes %zu-%zu/%zu\n",
					from, file->len - 1, file->len);
	else if (err == NULL && status == 416)
		err = siglet_buf_printf(&response->headers, "content-range: bytes */%zu\n",
					file->len);
	if (err != NULL || file == NULL || status >= 300 || strcmp(r->method, "HEAD") == 0)
		return err;
	if (r->sink != NULL)
		return scene_stream(s, r, response,
				    siglet_slice_of(file->data + from,
						    file->len - from - s->short_by));
	if (file->len > r->max_answer)
		return siglet_err_new(SIGLET_E_LIMIT, "too large");
	return siglet_buf_append(&response->body, siglet_slice_of(file->data, file->len));
}

/* The body, in pieces of five bytes. */
__attribute__((unused)) static siglet_err *scene_read(const siglet_http_request *r, uint8_t *data,
						      size_t *ret_len)
{
	size_t at = 0;

	if (r->source == NULL) {
		if (r->body.len > SCENE_BYTES)
			exit(3);
		memcpy(data, r->body.ptr, r->body.len);
		*ret_len = r->body.len;
		return NULL;
	}
	while (at < r->source->size) {
		size_t len = 0;
		const uint64_t left = r->source->size - at;
		siglet_err *err = r->source->read(r->source->context, at, data + at,
						  left < 5 ? (size_t)left : 5, &len);

		if (err != NULL)
			return err;
		at += len;
	}
	*ret_len = at;
	return NULL;
}

__attribute__((unused)) static siglet_err *scene_take(scene *s, const siglet_http_request *r,
						      siglet_http_response *response)
{
	const char *name = scene_name(r->url), *match = scene_header(r, "If-None-Match");
	uint8_t data[SCENE_BYTES];
	size_t len = 0;
	siglet_err *err = scene_read(r, data, &len);

	if (err != NULL)
		return err;
	if (s->rival_at != NULL && strcmp(s->rival_at, name) == 0) {
		scene_text(s, r->url, "a rival's");
		s->rival_at = NULL;
	}
	if (s->put_status != 0) {
		scene_note(s, r, s->put_status);
		return scene_answer(r, response, s->put_status, "");
	}
	if (match != NULL && !s->ignores_conditions && scene_find(s, r->url) != NULL) {
		scene_note(s, r, 412);
		return scene_answer(r, response, 412, "");
	}
	scene_put(s, r->url, data, len);
	scene_note(s, r, 201);
	err = s->on_put == NULL ? NULL : s->on_put(s, name);
	return err == NULL ? scene_answer(r, response, 201, "") : err;
}

__attribute__((unused)) static siglet_err *scene_send(void *context, const siglet_http_request *r,
						      siglet_http_response *response)
{
	scene *s = context;

	if (strcmp(r->method, "PUT") == 0)
		return scene_take(s, r, response);
	if (s->location != NULL && strstr(r->url, "/moved/") != NULL) {
		siglet_err *err = scene_answer(r, response, 302, "");

		scene_note(s, r, 302);
		return err == NULL ? siglet_buf_append_str(&response->redirect, s->location) : err;
	}
	return scene_get(s, r, response);
}

__attribute__((unused)) static void scene_pause(void *context, unsigned next)
{
	scene *s = context;

	(void)next;
	s->pauses++;
}

__attribute__((unused)) static siglet_repo scene_repo(scene *s)
{
	return (siglet_repo) { .transport = { .send = scene_send, .context = s },
			       .stall_s = 60,
			       .pause = scene_pause,
			       .pause_context = s };
}

/* What was asked since the last time is this. */
__attribute__((unused)) static bool scene_did(scene *s, const char *log)
{
	const bool same = strcmp(s->log, log) == 0;

	if (!same)
		printf("# did: %s\n", s->log);
	s->log[0] = '\0';
	return same;
}

#endif
