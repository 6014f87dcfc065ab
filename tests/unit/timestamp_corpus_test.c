#include "timestamp/timestamp.h"

#include <string.h>

#include <json-c/json.h>

#include "../lib/check.h"
#include "../lib/corpus.h"

/* ---- authorities ---- */

typedef struct authority {
	siglet_chain *chain;
	int64_t start_ms, end_ms;
} authority;

#define MAX_AUTHORITIES 8

typedef struct trust {
	authority of[MAX_AUTHORITIES];
	size_t count;
} trust;

static void trust_clear(trust *t)
{
	for (size_t i = 0; i < t->count; i++)
		siglet_chain_free(t->of[i].chain);
	t->count = 0;
}

static bool add_authority(trust *t, siglet_buf *ders, size_t count, int64_t start_ms,
			  int64_t end_ms)
{
	siglet_slice certs[SIGLET_MAX_CHAIN] = { SIGLET_SLICE_NONE };
	siglet_chain *chain = NULL;

	for (size_t i = 0; i < count; i++)
		certs[i] = siglet_buf_slice(&ders[i]);
	siglet_err *err = siglet_chain_new(SIGLET_PURPOSE_TIMESTAMPING, certs, count, &chain);
	for (size_t i = 0; i < count; i++)
		siglet_buf_clear(&ders[i]);
	if (err != NULL || t->count == MAX_AUTHORITIES) {
		siglet_err_free(err);
		siglet_chain_free(chain);
		return false;
	}
	t->of[t->count++] = (authority) { chain, start_ms, end_ms };
	return true;
}

static bool read_pem_chain(const char *path, trust *ret)
{
	siglet_buf text, ders[SIGLET_MAX_CHAIN];
	size_t count = 0;
	bool found = corpus_read(path, &text);
	siglet_slice left = siglet_buf_slice(&text);

	while (found && count < SIGLET_MAX_CHAIN) {
		siglet_buf_init(&ders[count], SIGLET_MAX_CERT_BYTES);
		siglet_err *err = siglet_pem_next(&left, "CERTIFICATE", &ders[count], &found);

		found = err == NULL && found;
		siglet_err_free(err);
		count += found;
	}
	siglet_buf_clear(&text);
	return add_authority(ret, ders, count, INT64_MIN, INT64_MAX);
}

static const char *member(struct json_object *object, const char *name)
{
	return json_object_get_string(json_object_object_get(object, name));
}

static int64_t time_or(struct json_object *object, const char *name, int64_t otherwise)
{
	const char *text = member(object, name);
	int64_t ms = otherwise;
	siglet_err *err = text != NULL ? siglet_time_parse(siglet_slice_str(text), &ms) : NULL;

	siglet_err_free(err);
	return ms;
}

static bool read_authority(struct json_object *from, trust *ret)
{
	struct json_object *certs =
		json_object_object_get(json_object_object_get(from, "certChain"), "certificates");
	struct json_object *window = json_object_object_get(from, "validFor");
	siglet_buf ders[SIGLET_MAX_CHAIN];
	const size_t count = json_object_array_length(certs);

	for (size_t i = 0; i < count && i < SIGLET_MAX_CHAIN; i++) {
		const char *text = member(json_object_array_get_idx(certs, i), "rawBytes");

		siglet_buf_init(&ders[i], SIGLET_MAX_CERT_BYTES);
		siglet_err *err = siglet_base64_decode_any(siglet_slice_str(text), &ders[i]);
		siglet_err_free(err);
	}
	return add_authority(ret, ders, count, time_or(window, "start", INT64_MIN),
			     time_or(window, "end", INT64_MAX));
}

static bool read_trusted_root(const char *path, trust *ret)
{
	struct json_object *root = NULL;
	siglet_buf text;
	bool fine = corpus_read(path, &text);

	if (fine)
		root = json_tokener_parse(siglet_buf_text(&text));
	struct json_object *list = json_object_object_get(root, "timestampAuthorities");
	const size_t count = list != NULL ? json_object_array_length(list) : 0;
	for (size_t i = 0; i < count && fine; i++)
		fine = read_authority(json_object_array_get_idx(list, i), ret);
	json_object_put(root);
	siglet_buf_clear(&text);
	return fine;
}

/* ---- verdicts ---- */

/* As a verification does it: parse, imprint, then an authority whose it is, in its window. */
static siglet_err *judge(siglet_slice tsr, siglet_slice data, const trust *t, bool ask_is_of)
{
	siglet_timestamp *token = NULL;
	siglet_err *err = siglet_timestamp_parse(tsr, &token);

	if (err == NULL)
		err = siglet_timestamp_check_imprint(token, data);
	if (err != NULL)
		goto out;
	err = siglet_err_new(SIGLET_E_UNTRUSTED, "of no authority");
	for (size_t i = 0; i < t->count && err != NULL; i++) {
		const authority *a = &t->of[i];
		bool is_of = false;

		if (siglet_timestamp_time_s(token) * 1000 < a->start_ms ||
		    siglet_timestamp_end_ms(token) > a->end_ms)
			continue;
		siglet_err_free(err);
		err = siglet_timestamp_is_of(token, a->chain, &is_of);
		if (err == NULL && ask_is_of && !is_of)
			err = siglet_err_new(SIGLET_E_UNTRUSTED, "not of authority %zu", i);
		if (err == NULL)
			err = siglet_timestamp_verify(token, a->chain);
	}
out:
	siglet_timestamp_free(token);
	return err;
}

static void try_case(struct json_object *from)
{
	const char *id = member(from, "id"), *expect = member(from, "expect");
	const bool must = strcmp(member(from, "level"), "must") == 0;
	const char *chain = member(from, "chain"), *root = member(from, "trusted_root");
	siglet_buf tsr, data;
	trust t = { .count = 0 };
	bool fine = corpus_read(member(from, "tsr"), &tsr);

	fine = corpus_read(member(from, "data"), &data) && fine;
	fine = fine && (chain != NULL ? read_pem_chain(chain, &t) : read_trusted_root(root, &t));
	if (!OK(fine, "%s: its files are there", id))
		goto out;
	/* A bare chain says outright whose the token is said to be. */
	siglet_err *err = judge(siglet_buf_slice(&tsr), siglet_buf_slice(&data), &t, chain == NULL);
	const bool passed = err == NULL, as_expected = passed == (strcmp(expect, "pass") == 0);
	if (must)
		OK(as_expected, "%s: %s", id, expect);
	printf("# %s (%s): expected %s, %s%s\n", id, must ? "must" : "may", expect,
	       passed ? "passed" : "failed: ", passed ? "" : siglet_err_message(err));
	siglet_err_free(err);
out:
	trust_clear(&t);
	siglet_buf_clear(&data);
	siglet_buf_clear(&tsr);
}

static void tokens_of_other_projects_get_their_verdicts(void)
{
	struct json_object *manifest = NULL;
	siglet_buf text;
	size_t tried = 0;

	if (corpus_read("manifest.json", &text))
		manifest = json_tokener_parse(siglet_buf_text(&text));
	struct json_object *cases = json_object_object_get(manifest, "cases");
	const size_t count = cases != NULL ? json_object_array_length(cases) : 0;
	for (size_t i = 0; i < count; i++) {
		struct json_object *item = json_object_array_get_idx(cases, i);

		if (strcmp(member(item, "type"), "timestamp-token") != 0)
			continue;
		try_case(item);
		tried++;
	}
	OK(tried > 0, "there were %zu timestamp tokens", tried);
	json_object_put(manifest);
	siglet_buf_clear(&text);
}

int main(void)
{
	if (corpus_available())
		tokens_of_other_projects_get_their_verdicts();
	else
		SKIP("the corpus is not there: set SIGLET_CORPUS");
	return tap_done();
}
