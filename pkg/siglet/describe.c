#include "siglet/siglet.h"

#include <inttypes.h>

#include "json/json.h"
#include "siglet/siglet_internal.h"

/* What a trust root holds, told to people and to programs. */

#define MAX_TEXT_BYTES ((size_t)8 << 20)
#define LABEL "%-13s"

/* One authority or log, in the same words for both readers. */
typedef struct item {
	siglet_slice url, operator_;
	const siglet_window *window;
	const char *algorithm;	  /* NULL: its key can't be read */
	const siglet_digest *key; /* SHA-256 of its SPKI; NULL likewise */
	siglet_slice subject;	  /* of an authority's certificate; empty for logs */
	siglet_slice log_id;	  /* of a log */
	bool in_use;
} item;

typedef struct kind {
	const char *title, *member;
	size_t (*count)(const siglet_trustroot *root);
	siglet_err *(*get)(const siglet_trustroot *root, size_t index, item *ret_item);
} kind;

/* ---- items ---- */

/* The certificate that speaks for it: the timestamp's signer, or the CA that issues. */
static siglet_err *of_authority(const siglet_authority *authority, item *ret_item)
{
	const siglet_cert *cert;
	const siglet_key *key;
	siglet_err *err = siglet_chain_open(authority->chain);

	*ret_item = (item) { .url = authority->uri,
			     .operator_ = authority->operator_,
			     .window = &authority->window };
	if (err != NULL) {
		const bool ours = siglet_err_code(err) != SIGLET_E_UNTRUSTED;

		if (ours)
			return err;
		siglet_err_free(err);
		return NULL;
	}
	cert = siglet_chain_cert(authority->chain, 0);
	key = cert == NULL ? NULL : siglet_cert_key(cert);
	if (cert != NULL)
		ret_item->subject = siglet_cert_subject(cert);
	if (key != NULL) {
		ret_item->algorithm = siglet_key_describe(key);
		ret_item->key = siglet_key_id(key);
	}
	return NULL;
}

static siglet_err *of_log(const siglet_log *log, item *ret_item)
{
	*ret_item = (item) {
		.url = log->base_url,
		.operator_ = log->operator_,
		.window = &log->window,
		.algorithm = siglet_key_describe(log->key),
		.key = siglet_key_id(log->key),
		.log_id = log->log_id,
	};
	return NULL;
}

static siglet_err *get_ca(const siglet_trustroot *root, size_t index, item *ret_item)
{
	return of_authority(siglet_trustroot_ca(root, index), ret_item);
}

static siglet_err *get_tsa(const siglet_trustroot *root, size_t index, item *ret_item)
{
	return of_authority(siglet_trustroot_tsa(root, index), ret_item);
}

static siglet_err *get_tlog(const siglet_trustroot *root, size_t index, item *ret_item)
{
	return of_log(siglet_trustroot_tlog(root, index), ret_item);
}

static siglet_err *get_ctlog(const siglet_trustroot *root, size_t index, item *ret_item)
{
	return of_log(siglet_trustroot_ctlog(root, index), ret_item);
}

static const kind kinds[] = {
	{ "certificate authorities", "certificateAuthorities", siglet_trustroot_ca_count, get_ca },
	{ "CT logs", "ctlogs", siglet_trustroot_ctlog_count, get_ctlog },
	{ "transparency logs", "tlogs", siglet_trustroot_tlog_count, get_tlog },
	{ "timestamp authorities", "timestampAuthorities", siglet_trustroot_tsa_count, get_tsa },
};

static siglet_err *get_item(const kind *k, const siglet_trustroot *root, size_t index,
			    int64_t now_s, item *ret_item)
{
	siglet_err *err = k->get(root, index, ret_item);

	if (err == NULL)
		ret_item->in_use = siglet_window_contains_s(ret_item->window, now_s);
	return err;
}

/* ---- text ---- */

static siglet_err *put_line(siglet_buf *out, const char *label, siglet_slice value)
{
	siglet_err *err;

	if (value.len == 0)
		return NULL;
	err = siglet_buf_printf(out, "    " LABEL, label);
	if (err == NULL)
		err = siglet_text_print(value, out);
	return err == NULL ? siglet_buf_append_byte(out, '\n') : err;
}

static siglet_err *put_window(siglet_buf *out, const item *i, int64_t now_s)
{
	const siglet_window *w = i->window;
	const char *state = i->in_use			 ? "in use"
			    : now_s < w->start_ms / 1000 ? "not yet in use"
							 : "no longer in use";

	return siglet_buf_printf(out, "    " LABEL "from %s%s%s, %s\n", "window",
				 siglet_time_format(w->start_ms / 1000).text,
				 w->has_end ? " to " : "",
				 w->has_end ? siglet_time_format(w->end_ms / 1000).text : "",
				 state);
}

static siglet_err *put_item(siglet_buf *out, const item *i, int64_t now_s)
{
	siglet_err *err = siglet_buf_append_str(out, "  ");

	if (err == NULL)
		err = siglet_text_print(i->url, out);
	if (err == NULL)
		err = siglet_buf_append_byte(out, '\n');
	if (err == NULL)
		err = put_line(out, "operator", i->operator_);
	if (err == NULL)
		err = put_line(out, "certificate", i->subject);
	if (err == NULL)
		err = put_window(out, i, now_s);
	if (err == NULL)
		err = put_line(out, "algorithm",
			       siglet_slice_str(i->algorithm == NULL ? "can't be used by this build"
								     : i->algorithm));
	if (err == NULL && i->key != NULL) {
		err = siglet_buf_printf(out, "    " LABEL, "key id");
		if (err == NULL)
			err = siglet_hex_encode(siglet_digest_slice(i->key), out);
		if (err == NULL)
			err = siglet_buf_append_byte(out, '\n');
	}
	return err;
}

static siglet_err *put_time(siglet_buf *out, const char *label, int64_t time_s)
{
	return time_s == 0 ? NULL
			   : siglet_buf_printf(out, LABEL "%s\n", label,
					       siglet_time_format(time_s).text);
}

static const char *origin_text(const siglet_trust *trust)
{
	static const struct {
		const char *origin, *text;
	} texts[] = {
		{ "shipped", "shipped with siglet" },
		{ "kept", "fetched earlier, verified again now" },
		{ "fetched", "fetched and verified now" },
	};

	for (size_t i = 0; i < SIGLET_COUNT(texts); i++)
		if (siglet_slice_is(siglet_slice_str(trust->provenance.origin), texts[i].origin))
			return texts[i].text;
	return trust->provenance.origin;
}

static siglet_err *put_head(siglet_buf *out, const siglet_trust *trust)
{
	const siglet_provenance *p = &trust->provenance;
	siglet_err *err = siglet_buf_printf(out, LABEL, "trust root");

	if (err == NULL)
		err = siglet_text_print(siglet_slice_str(trust->source), out);
	if (err == NULL)
		err = siglet_buf_printf(out, "\n" LABEL "%s\n", "from", origin_text(trust));
	if (err == NULL)
		err = put_time(out,
			       siglet_slice_is(siglet_slice_str(p->origin), "shipped")
				       ? "of"
				       : "refreshed",
			       p->refreshed_s);
	if (err == NULL)
		err = put_time(out, "expires", p->expires_s);
	if (err == NULL && p->versions[1] != 0)
		err = siglet_buf_printf(out,
					LABEL "root %" PRId64 ", timestamp %" PRId64
					      ", snapshot %" PRId64 ", targets %" PRId64 "\n",
					"versions", p->versions[0], p->versions[1], p->versions[2],
					p->versions[3]);
	else if (err == NULL && p->versions[0] != 0)
		err = siglet_buf_printf(out, LABEL "root %" PRId64 "\n", "versions",
					p->versions[0]);
	return err;
}

static siglet_err *put_kind(siglet_buf *out, const kind *k, const siglet_trustroot *root,
			    int64_t now_s)
{
	siglet_err *err = k->count(root) == 0 ? NULL : siglet_buf_printf(out, "\n%s\n", k->title);
	item found = { .in_use = false };

	for (size_t i = 0; err == NULL && i < k->count(root); i++) {
		err = get_item(k, root, i, now_s, &found);
		if (err == NULL)
			err = put_item(out, &found, now_s);
	}
	return err;
}

siglet_error *siglet_trust_describe(const siglet_trust *trust, int64_t now_s, char **ret_text)
{
	siglet_buf out;
	siglet_err *err;

	siglet_buf_init(&out, MAX_TEXT_BYTES);
	err = put_head(&out, trust);
	for (size_t i = 0; err == NULL && i < SIGLET_COUNT(kinds); i++)
		err = put_kind(&out, &kinds[i], trust->root, now_s);
	if (err == NULL)
		err = siglet_strndup(siglet_buf_slice(&out), ret_text);
	siglet_buf_clear(&out);
	return err;
}

/* ---- JSON ---- */

static void write_time(siglet_json_writer *w, const char *name, int64_t time_s)
{
	if (time_s != 0)
		siglet_json_write_text(w, name, siglet_time_format(time_s).text);
}

static void write_item(siglet_json_writer *w, const item *i)
{
	siglet_json_write_begin_object(w, NULL);
	siglet_json_write_string(w, "url", i->url);
	if (i->operator_.len > 0)
		siglet_json_write_string(w, "operator", i->operator_);
	if (i->subject.len > 0)
		siglet_json_write_string(w, "certificate", i->subject);
	siglet_json_write_text(w, "start", siglet_time_format(i->window->start_ms / 1000).text);
	if (i->window->has_end)
		siglet_json_write_text(w, "end", siglet_time_format(i->window->end_ms / 1000).text);
	siglet_json_write_bool(w, "inUse", i->in_use);
	if (i->algorithm != NULL)
		siglet_json_write_text(w, "algorithm", i->algorithm);
	if (i->key != NULL)
		siglet_json_write_hex(w, "keyId", siglet_digest_slice(i->key));
	if (i->log_id.len > 0)
		siglet_json_write_base64(w, "logId", i->log_id);
	siglet_json_write_end_object(w);
}

static siglet_err *write_kind(siglet_json_writer *w, const kind *k, const siglet_trustroot *root,
			      int64_t now_s)
{
	siglet_err *err = NULL;
	item found = { .in_use = false };

	siglet_json_write_begin_array(w, k->member);
	for (size_t i = 0; err == NULL && i < k->count(root); i++) {
		err = get_item(k, root, i, now_s, &found);
		if (err == NULL)
			write_item(w, &found);
	}
	siglet_json_write_end_array(w);
	/* cppcheck-suppress returnDanglingLifetime ; an error borrows nothing */
	return err;
}

static void write_head(siglet_json_writer *w, const siglet_trust *trust)
{
	static const char *const roles[] = { "root", "timestamp", "snapshot", "targets" };
	const siglet_provenance *p = &trust->provenance;

	siglet_json_write_text(w, "trustRoot", trust->source);
	siglet_json_write_text(w, "origin", p->origin);
	write_time(w, "refreshed", p->refreshed_s);
	write_time(w, "expires", p->expires_s);
	siglet_json_write_begin_object(w, "versions");
	for (size_t i = 0; i < SIGLET_COUNT(roles); i++)
		if (p->versions[i] != 0)
			siglet_json_write_int(w, roles[i], p->versions[i]);
	siglet_json_write_end_object(w);
}

siglet_error *siglet_trust_describe_json(const siglet_trust *trust, int64_t now_s, char **ret_json)
{
	siglet_json_writer w;
	siglet_err *err = NULL, *finish;
	siglet_buf out;

	siglet_buf_init(&out, MAX_TEXT_BYTES);
	siglet_json_writer_init(&w, &out, 0);
	siglet_json_write_begin_object(&w, NULL);
	write_head(&w, trust);
	for (size_t i = 0; err == NULL && i < SIGLET_COUNT(kinds); i++)
		err = write_kind(&w, &kinds[i], trust->root, now_s);
	siglet_json_write_end_object(&w);
	finish = siglet_json_writer_finish(&w);
	if (err == NULL)
		err = finish;
	else
		siglet_err_free(finish);
	if (err == NULL)
		err = siglet_strndup(siglet_buf_slice(&out), ret_json);
	siglet_buf_clear(&out);
	return err;
}
