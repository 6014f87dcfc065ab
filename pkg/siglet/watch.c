#include "siglet/siglet.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "siglet/auditor_internal.h"
#include "siglet/siglet_internal.h"
#include "sys/sys.h"
#include "tlog/tlog.h"

/* What to watch a log for, put together from a caller's options. */

#define MAX_RULES_BYTES ((size_t)1 << 20)
#define MAX_KNOWN_BYTES ((size_t)64 << 20)
#define MAX_LINE_BYTES ((size_t)256 << 10)
#define MAX_ITEMS ((size_t)1 << 20)

/* An entry by its log and index, as a line of an audit log names it. */
typedef struct known_line {
	char *url;
	uint64_t index;
	siglet_hash32 key;
} known_line;

struct siglet_watch {
	const siglet_expectation *expectation;
	siglet_digest *digests;
	size_t digest_count;
	siglet_key **keys;
	size_t key_count;
	char **subjects;
	size_t subject_count;
	siglet_hash32 *leaves; /* of entries that are known */
	size_t leaf_count;
	siglet_hash32 *certs; /* what is known of certificates, by hashes of either kind */
	size_t cert_count;
	known_line *lines;
	size_t line_count;
	siglet_audit_since since;
	uint64_t since_index;
	int64_t since_time_s;
	char *database;
	bool has_canary;
	uint64_t canary;
};

siglet_err *siglet_watch_new(siglet_watch **ret_watch)
{
	siglet_watch *watch = siglet_calloc(1, sizeof(*watch));

	if (watch == NULL)
		return siglet_err_nomem();
	*ret_watch = watch;
	return NULL;
}

void siglet_watch_free(siglet_watch *watch)
{
	if (watch == NULL)
		return;
	for (size_t i = 0; i < watch->key_count; i++)
		siglet_key_free(watch->keys[i]);
	for (size_t i = 0; i < watch->subject_count; i++)
		free(watch->subjects[i]);
	for (size_t i = 0; i < watch->line_count; i++)
		free(watch->lines[i].url);
	free(watch->digests);
	free(watch->keys);
	free(watch->subjects);
	free(watch->leaves);
	free(watch->certs);
	free(watch->lines);
	free(watch->database);
	free(watch);
}

void siglet_watch_set_expectation(siglet_watch *watch, const siglet_expectation *expectation)
{
	watch->expectation = expectation;
}

/* Room for one item more; the caller counts it. */
static siglet_err *grow(void *items, size_t count, size_t size)
{
	void **array = items;
	void *grown;

	if (count >= MAX_ITEMS)
		return siglet_err_new(SIGLET_E_USAGE, "more than %zu of them", MAX_ITEMS);
	/* In steps of powers of two. */
	if ((count & (count - 1)) != 0)
		return NULL;
	grown = realloc(*array, (count == 0 ? 1 : 2 * count) * size);
	if (grown == NULL)
		return siglet_err_nomem();
	*array = grown;
	return NULL;
}

/* ---- rules ---- */

static siglet_err *add_digest(siglet_watch *watch, const char *value)
{
	siglet_err *err = grow(&watch->digests, watch->digest_count, sizeof(*watch->digests));

	if (err == NULL)
		err = siglet_parse_digest(siglet_slice_str(value),
					  &watch->digests[watch->digest_count]);
	if (err == NULL)
		watch->digest_count++;
	return err;
}

static siglet_err *add_key(siglet_watch *watch, const char *pem)
{
	siglet_err *err = grow(&watch->keys, watch->key_count, sizeof(siglet_key *));

	if (err == NULL)
		err = siglet_key_from_pem(siglet_slice_str(pem), &watch->keys[watch->key_count]);
	if (err != NULL)
		return siglet_as_unreadable(err);
	watch->key_count++;
	return NULL;
}

static siglet_err *add_subject(siglet_watch *watch, const char *value)
{
	siglet_err *err;

	if (value[0] == '\0')
		return siglet_err_new(SIGLET_E_USAGE, "an empty subject is a part of any name");
	err = grow(&watch->subjects, watch->subject_count, sizeof(char *));
	if (err == NULL)
		err = siglet_strndup(siglet_slice_str(value),
				     &watch->subjects[watch->subject_count]);
	if (err == NULL)
		watch->subject_count++;
	return err;
}

/* ---- where to begin ---- */

static bool is_number(const char *value, uint64_t *ret_number)
{
	uint64_t number = 0;

	for (const char *c = value; *c != '\0'; c++) {
		if (*c < '0' || *c > '9' || number > (uint64_t)INT64_MAX / 10 - 1)
			return false;
		number = number * 10 + (uint64_t)(*c - '0');
	}
	*ret_number = number;
	return value[0] != '\0';
}

/* A day alone is its beginning. */
static siglet_err *set_since_time(siglet_watch *watch, const char *value)
{
	char text[64];
	int64_t time_ms = 0;
	siglet_err *err;

	(void)snprintf(text, sizeof(text), "%s%s", value,
		       strlen(value) == strlen("2026-01-01") ? "T00:00:00Z" : "");
	err = siglet_time_parse(siglet_slice_str(text), &time_ms);
	if (err != NULL) {
		siglet_err_free(err);
		return siglet_err_new(SIGLET_E_USAGE,
				      "\"%s\" is neither begin, head, an index nor a time such as "
				      "2026-01-31 or 2026-01-31T12:00:00Z",
				      siglet_text_printable(siglet_slice_str(value)).text);
	}
	watch->since = SIGLET_SINCE_TIME;
	watch->since_time_s = time_ms / 1000;
	return NULL;
}

static siglet_err *set_since(siglet_watch *watch, const char *value)
{
	watch->since_index = 0;
	if (strcmp(value, "begin") == 0)
		watch->since = SIGLET_SINCE_BEGIN;
	else if (strcmp(value, "head") == 0)
		watch->since = SIGLET_SINCE_HEAD;
	else if (is_number(value, &watch->since_index))
		watch->since = SIGLET_SINCE_INDEX;
	else
		return set_since_time(watch, value);
	return NULL;
}

/* ---- what is known ---- */

static siglet_err *add_leaf(siglet_watch *watch, siglet_slice body)
{
	siglet_err *err = grow(&watch->leaves, watch->leaf_count, sizeof(*watch->leaves));

	if (err == NULL)
		err = siglet_merkle_hash_leaf(body, &watch->leaves[watch->leaf_count]);
	if (err == NULL)
		watch->leaf_count++;
	return err;
}

/* The leaf that the log has for this bundle's entry, rebuilt where the bundle does not have it. */
static siglet_err *add_entry(siglet_watch *watch, const siglet_bundle *bundle,
			     const siglet_entry *entry)
{
	const siglet_bundle_data *data = siglet_bundle_get(bundle);
	const siglet_cert *leaf = siglet_bundle_leaf(bundle);
	siglet_digests digests = { 0 };
	siglet_buf body;
	siglet_err *err;

	if (entry->body.len > 0)
		return add_leaf(watch, entry->body);
	if (leaf == NULL || siglet_cert_key(leaf) == NULL)
		return NULL;
	if (data->has_digest) {
		digests.mask = SIGLET_HASH_BIT(data->digest.hash);
		digests.of[data->digest.hash] = data->digest;
	}
	const siglet_entry_subject subject = {
		.signature = data->signature,
		.cert_der = siglet_cert_der(leaf),
		.key = siglet_cert_key(leaf),
		.is_dsse = data->is_dsse,
		.payload = data->payload,
		.payload_type = data->payload_type,
		.artifact = data->is_dsse ? NULL : &digests,
	};

	siglet_buf_init(&body, SIGLET_MAX_ENTRY_BODY_BYTES);
	err = siglet_entry_match(entry, &subject, &body);
	if (err == NULL)
		err = add_leaf(watch, siglet_buf_slice(&body));
	siglet_buf_clear(&body);
	return err;
}

static siglet_err *add_cert_hash(siglet_watch *watch, siglet_slice bytes)
{
	siglet_err *err = grow(&watch->certs, watch->cert_count, sizeof(*watch->certs));

	if (err == NULL)
		err = siglet_sha256(&bytes, 1, watch->certs[watch->cert_count].bytes);
	if (err == NULL)
		watch->cert_count++;
	return err;
}

/* As a CT log has it: the certificate itself, or what was signed before the log's promise was in it. */
static siglet_err *add_cert(siglet_watch *watch, const siglet_cert *cert)
{
	siglet_buf tbs;
	siglet_err *err;

	if (cert == NULL)
		return NULL;
	siglet_buf_init(&tbs, SIGLET_MAX_CERT_BYTES);
	err = add_cert_hash(watch, siglet_cert_der(cert));
	if (err == NULL)
		err = siglet_cert_precert_tbs(cert, &tbs);
	if (err == NULL)
		err = add_cert_hash(watch, siglet_buf_slice(&tbs));
	siglet_buf_clear(&tbs);
	return err;
}

static siglet_err *add_bundle(siglet_watch *watch, siglet_slice json)
{
	siglet_bundle *bundle = NULL;
	siglet_err *err = siglet_bundle_parse(json, &bundle);
	const siglet_bundle_data *data = err == NULL ? siglet_bundle_get(bundle) : NULL;

	for (size_t i = 0; err == NULL && i < data->entry_count; i++)
		err = add_entry(watch, bundle, &data->entries[i]);
	if (err == NULL)
		err = add_cert(watch, siglet_bundle_leaf(bundle));
	siglet_bundle_free(bundle);
	return err;
}

static siglet_err *read_key_id(const siglet_json *line, siglet_hash32 *ret_id)
{
	siglet_slice hex = SIGLET_SLICE_NONE;
	siglet_buf id;
	siglet_err *err = siglet_json_need_string(line, "keyId", &hex);

	if (err != NULL)
		return err;
	siglet_buf_init(&id, SIGLET_SHA256_SIZE);
	err = siglet_hex_decode(hex, &id);
	if (err == NULL && id.len != SIGLET_SHA256_SIZE)
		err = siglet_err_new(SIGLET_E_MALFORMED, "keyId of %zu bytes", id.len);
	if (err == NULL)
		memcpy(ret_id->bytes, id.ptr, id.len);
	siglet_buf_clear(&id);
	return err;
}

/* Of what was merely judged or moved nothing is ours: anybody may have signed it. */
static bool is_ours(const siglet_json *line)
{
	const siglet_slice action = siglet_json_string(siglet_json_object_get(line, "action"));

	return action.len == 0 || siglet_slice_is(action, "sign") ||
	       siglet_slice_is(action, "attest");
}

/* A key that is made for one signature stands for its certificate. */
static siglet_err *add_key_id(siglet_watch *watch, const siglet_hash32 *id)
{
	siglet_err *err = grow(&watch->certs, watch->cert_count, sizeof(*watch->certs));

	if (err == NULL)
		watch->certs[watch->cert_count++] = *id;
	return err;
}

/* The entry itself, where the line has the hash of its leaf. */
static siglet_err *add_leaf_hash(siglet_watch *watch, siglet_slice hex)
{
	siglet_buf leaf;
	siglet_err *err;

	if (hex.len == 0)
		return NULL;
	siglet_buf_init(&leaf, SIGLET_SHA256_SIZE);
	err = siglet_hex_decode(hex, &leaf);
	if (err == NULL && leaf.len != SIGLET_SHA256_SIZE)
		err = siglet_err_new(SIGLET_E_MALFORMED, "leaf of %zu bytes", leaf.len);
	if (err == NULL)
		err = grow(&watch->leaves, watch->leaf_count, sizeof(*watch->leaves));
	if (err == NULL)
		memcpy(watch->leaves[watch->leaf_count++].bytes, leaf.ptr, leaf.len);
	siglet_buf_clear(&leaf);
	return err;
}

/*
 * What siglet sign --audit-log writes; a line without a log is of a signature that is in none. The
 * index is what the log said then: that it is our signature there, the key says.
 */
static siglet_err *add_line(siglet_watch *watch, const siglet_json *line)
{
	const siglet_slice url = siglet_json_string(siglet_json_object_get(line, "log"));
	siglet_hash32 key;
	int64_t index = 0;
	siglet_err *err;

	if (!is_ours(line))
		return NULL;
	err = read_key_id(line, &key);
	if (err == NULL)
		err = add_key_id(watch, &key);
	if (err == NULL)
		err = add_leaf_hash(watch,
				    siglet_json_string(siglet_json_object_get(line, "leaf")));
	if (err != NULL || url.len == 0)
		return err;
	err = siglet_json_need_int64(line, "logIndex", &index);
	if (err == NULL && index < 0)
		err = siglet_err_new(SIGLET_E_RANGE, "logIndex");
	if (err == NULL)
		err = grow(&watch->lines, watch->line_count, sizeof(*watch->lines));
	if (err == NULL)
		err = siglet_strndup(url, &watch->lines[watch->line_count].url);
	if (err != NULL)
		return err;
	watch->lines[watch->line_count].key = key;
	watch->lines[watch->line_count++].index = (uint64_t)index;
	return NULL;
}

static siglet_err *add_json(siglet_watch *watch, siglet_slice json)
{
	siglet_json_doc *doc = NULL;
	siglet_err *err = siglet_json_parse(json, MAX_KNOWN_BYTES, &doc);
	const siglet_json *root = err == NULL ? siglet_json_root(doc) : NULL;
	const bool is_line = siglet_json_object_get(root, "mediaType") == NULL &&
			     siglet_json_object_get(root, "media_type") == NULL;

	if (err == NULL && is_line)
		err = add_line(watch, root);
	siglet_json_doc_free(doc);
	return err == NULL && !is_line ? add_bundle(watch, json) : err;
}

static bool is_blank(siglet_slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (strchr(" \t\r\n", text.ptr[i]) == NULL || text.ptr[i] == '\0')
			return false;
	return true;
}

/* One JSON text, or one a line; an audit log to which nothing was appended yet has none. */
static siglet_err *add_text(siglet_watch *watch, siglet_slice text)
{
	siglet_slice line;

	if (is_blank(text))
		return NULL;
	siglet_err *err = add_json(watch, text);
	size_t number = 0;

	if (err == NULL || siglet_err_is_fault(err) || siglet_slice_contains(text, "\n") == false)
		return err;
	siglet_err_free(err);
	err = NULL;
	while (err == NULL && siglet_bundle_next_line(&text, &line)) {
		number++;
		err = add_json(watch, line);
	}
	return err == NULL ? NULL : siglet_err_wrap(err, "line %zu", number);
}

static siglet_err *add_file(void *context, const char *path)
{
	siglet_buf text;
	siglet_err *err;

	siglet_buf_init(&text, MAX_KNOWN_BYTES);
	err = siglet_sys_read_file(path, &text);
	if (err == NULL) {
		err = add_text(context, siglet_buf_slice(&text));
		if (err != NULL)
			err = siglet_err_wrap(siglet_as_unreadable(err), "%s",
					      siglet_text_printable(siglet_slice_str(path)).text);
	}
	siglet_buf_clear(&text);
	return err;
}

/* Of a folder what has the name of a bundle, or of lines. */
static siglet_err *add_from_folder(void *context, const char *path)
{
	static const char *const suffixes[] = { ".sigstore.json", ".sigstore", ".jsonl" };

	for (size_t i = 0; i < SIGLET_COUNT(suffixes); i++)
		if (siglet_slice_has_suffix(siglet_slice_str(path), suffixes[i]))
			return add_file(context, path);
	return NULL;
}

static siglet_err *add_known(siglet_watch *watch, const char *path)
{
	return siglet_sys_is_folder(path) ? siglet_sys_walk(path, add_from_folder, watch)
					  : add_file(watch, path);
}

/* ---- options ---- */

static siglet_err *set_database(siglet_watch *watch, const char *value)
{
	char *copy = NULL;
	siglet_err *err = siglet_strndup(siglet_slice_str(value), &copy);

	if (err != NULL)
		return err;
	free(watch->database);
	watch->database = copy;
	return NULL;
}

static siglet_err *set_canary(siglet_watch *watch, const char *value)
{
	if (!is_number(value, &watch->canary))
		return siglet_err_new(SIGLET_E_USAGE, "a canary is the index of an entry");
	watch->has_canary = true;
	return NULL;
}

siglet_err *siglet_watch_set(siglet_watch *watch, siglet_watch_option what, const char *value)
{
	switch (what) {
	case SIGLET_WATCH_DIGEST:
		return add_digest(watch, value);
	case SIGLET_WATCH_SUBJECT:
		return add_subject(watch, value);
	case SIGLET_WATCH_KEY_PEM:
		return add_key(watch, value);
	case SIGLET_WATCH_SINCE:
		return set_since(watch, value);
	case SIGLET_WATCH_DATABASE:
		return set_database(watch, value);
	case SIGLET_WATCH_KNOWN:
		return add_known(watch, value);
	case SIGLET_WATCH_CANARY:
		return set_canary(watch, value);
	}
	return siglet_err_new(SIGLET_E_USAGE, "no such option");
}

/* ---- the name of the rules ---- */

static siglet_err *name_match(const siglet_match *match, const char *what, siglet_buf *name)
{
	if (match->text == NULL)
		return NULL;
	return siglet_buf_printf(name, "%s%s%s\n", what, match->matches != NULL ? "~" : "=",
				 match->text);
}

static siglet_err *name_policy(const siglet_policy *p, siglet_buf *name)
{
	siglet_err *err = name_match(&p->identity, "identity", name);

	if (err == NULL)
		err = name_match(&p->issuer, "issuer", name);
	if (err == NULL && p->email_only)
		err = siglet_buf_append_str(name, "email\n");
	if (err == NULL && p->forge != SIGLET_FORGE_NONE)
		err = siglet_buf_printf(name, "forge=%s/%s/%s\n", p->forge_url,
					p->forge_owner == NULL ? "" : p->forge_owner,
					p->forge_repository == NULL ? "" : p->forge_repository);
	for (size_t i = 0; err == NULL && i < p->requirement_count; i++)
		err = siglet_buf_printf(name, "require=%u=%s\n", p->requirements[i].number,
					p->requirements[i].value);
	return err;
}

/* The same for the same rules, so that each set of them has a cursor of its own. */
static siglet_err *name_rules(const siglet_watch *watch, siglet_buf *name)
{
	siglet_err *err = NULL;

	if (watch->expectation != NULL)
		err = name_policy(&watch->expectation->policy, name);
	for (size_t i = 0; err == NULL && i < watch->digest_count; i++) {
		err = siglet_buf_append_str(name, "digest=");
		if (err == NULL)
			err = siglet_hex_encode(siglet_digest_slice(&watch->digests[i]), name);
		if (err == NULL)
			err = siglet_buf_append_byte(name, '\n');
	}
	for (size_t i = 0; err == NULL && i < watch->key_count; i++) {
		err = siglet_buf_append_str(name, "key=");
		if (err == NULL)
			err = siglet_hex_encode(siglet_digest_slice(siglet_key_id(watch->keys[i])),
						name);
		if (err == NULL)
			err = siglet_buf_append_byte(name, '\n');
	}
	for (size_t i = 0; err == NULL && i < watch->subject_count; i++)
		err = siglet_buf_printf(name, "subject=%s\n", watch->subjects[i]);
	return err;
}

/* ---- running ---- */

typedef struct delivery {
	siglet_watch_deliver *deliver;
	void *context;
} delivery;

static siglet_err *append_match(const siglet_audit_match *match, siglet_buf *line)
{
	siglet_err *err = siglet_text_print(match->origin, line);

	if (err == NULL)
		err = siglet_buf_printf(line, ":%" PRIu64 ": %s", match->index,
					match->known ? "known: " : "MATCH: ");
	if (err == NULL)
		err = siglet_buf_append(line,
					match->identity.len > 0 ? match->identity : match->digest);
	if (err == NULL && match->issuer.len > 0)
		err = siglet_buf_append_str(line, ", issuer ");
	if (err == NULL)
		err = siglet_buf_append(line, match->issuer);
	if (err == NULL && match->identity.len > 0 && !match->chain_ok)
		err = siglet_buf_append_str(line, ", BY A CERTIFICATE OF NO TRUSTED AUTHORITY");
	if (err == NULL)
		err = siglet_buf_printf(line, " (%.*s%s%.*s, rule: %.*s)", (int)match->kind.len,
					(const char *)match->kind.ptr,
					match->api_version.len > 0 ? " " : "",
					(int)match->api_version.len,
					(const char *)match->api_version.ptr, (int)match->rule.len,
					(const char *)match->rule.ptr);
	return err;
}

static siglet_err *deliver(void *context, const siglet_audit_match *match)
{
	const delivery *d = context;
	siglet_buf line, json;
	siglet_err *err;

	siglet_buf_init(&line, MAX_LINE_BYTES);
	siglet_buf_init(&json, MAX_LINE_BYTES);
	err = append_match(match, &line);
	if (err == NULL)
		err = siglet_buf_append(&json, match->json);
	if (err == NULL &&
	    !d->deliver(d->context, siglet_buf_text(&line), siglet_buf_text(&json), match->known))
		err = siglet_err_new(SIGLET_E_IO, "entry %" PRIu64, match->index);
	siglet_buf_clear(&json);
	siglet_buf_clear(&line);
	return err;
}

/* Arrays of what is known by index, in the form that the audit wants. */
typedef struct line_lists {
	siglet_slice *urls;
	uint64_t *indexes;
	siglet_hash32 *keys;
} line_lists;

static void free_lists(line_lists *lists)
{
	free(lists->urls);
	free(lists->indexes);
	free(lists->keys);
}

/* What was made is the caller's to free, also after an error. */
static siglet_err *list_lines(const siglet_watch *watch, line_lists *lists)
{
	lists->urls = siglet_calloc(watch->line_count, sizeof(*lists->urls));
	lists->indexes = siglet_calloc(watch->line_count, sizeof(*lists->indexes));
	lists->keys = siglet_calloc(watch->line_count, sizeof(*lists->keys));
	if (lists->urls == NULL || lists->indexes == NULL || lists->keys == NULL)
		return siglet_err_nomem();
	for (size_t i = 0; i < watch->line_count; i++) {
		lists->urls[i] = siglet_slice_str(watch->lines[i].url);
		lists->indexes[i] = watch->lines[i].index;
		lists->keys[i] = watch->lines[i].key;
	}
	return NULL;
}

/* What the audit room is asked; the lists belong to the caller. */
static siglet_audit_watch describe(const siglet_watch *watch, siglet_slice rules_name,
				   const line_lists *lists, delivery *d)
{
	return (siglet_audit_watch) {
		.rules = { .policy =
				   watch->expectation == NULL ? NULL : &watch->expectation->policy,
			   .digests = watch->digests,
			   .digest_count = watch->digest_count,
			   .keys = (const siglet_key *const *)watch->keys,
			   .key_count = watch->key_count,
			   .subjects = (const char *const *)watch->subjects,
			   .subject_count = watch->subject_count },
		.rules_name = rules_name,
		.since = watch->since,
		.since_index = watch->since_index,
		.since_time_s = watch->since_time_s,
		.database = watch->database,
		.known_leaves = watch->leaves,
		.known_leaf_count = watch->leaf_count,
		.known_certs = watch->certs,
		.known_cert_count = watch->cert_count,
		.known_urls = lists->urls,
		.known_indexes = lists->indexes,
		.known_keys = lists->keys,
		.known_index_count = watch->line_count,
		.has_canary = watch->has_canary,
		.canary = watch->canary,
		.deliver = deliver,
		.context = d,
	};
}

/* The log as a whole, or what came since the last time. */
static siglet_err *look(siglet_auditor *auditor, const siglet_watch *watch, bool in_all,
			siglet_watch_deliver *deliver_match, siglet_audit_visit *visit,
			void *context)
{
	delivery d = { deliver_match, context };
	line_lists lists = { NULL, NULL, NULL };
	siglet_buf name;
	siglet_err *err;

	siglet_buf_init(&name, MAX_RULES_BYTES);
	err = name_rules(watch, &name);
	if (err == NULL)
		err = list_lines(watch, &lists);
	if (err == NULL) {
		const siglet_audit_watch w = describe(watch, siglet_buf_slice(&name), &lists, &d);

		if (in_all) {
			err = siglet_auditor_check_log(auditor, &w, visit, context);
		} else {
			err = siglet_auditor_start(auditor, visit, context, true);
			if (err == NULL)
				err = siglet_auditor_ask(auditor);
			if (err == NULL)
				err = siglet_audit_watch_run(&auditor->audit, &w);
		}
	}
	free_lists(&lists);
	siglet_buf_clear(&name);
	return err;
}

siglet_err *siglet_audit_run_watch(siglet_auditor *auditor, const siglet_watch *watch,
				   siglet_watch_deliver *deliver_match, siglet_audit_visit *visit,
				   void *context)
{
	return look(auditor, watch, false, deliver_match, visit, context);
}

siglet_err *siglet_audit_search_log(siglet_auditor *auditor, const siglet_watch *watch,
				    siglet_watch_deliver *deliver_match, siglet_audit_visit *visit,
				    void *context)
{
	return look(auditor, watch, true, deliver_match, visit, context);
}

siglet_err *siglet_audit_acknowledge_entry(siglet_auditor *auditor, const siglet_watch *watch,
					   const char *id)
{
	const char *colon = strrchr(id, ':');
	uint64_t index = 0;
	char *origin = NULL;
	siglet_err *err = siglet_auditor_start(auditor, NULL, NULL, true);

	if (err == NULL && (colon == NULL || !is_number(colon + 1, &index)))
		err = siglet_err_new(SIGLET_E_USAGE, "\"%s\" is not ORIGIN:INDEX",
				     siglet_text_printable(siglet_slice_str(id)).text);
	if (err == NULL)
		err = siglet_strndup(siglet_slice_of(id, (size_t)(colon - id)), &origin);
	if (err == NULL)
		err = siglet_audit_acknowledge(&auditor->audit, watch->database, origin, index);
	free(origin);
	if (err != NULL && siglet_err_code(err) == SIGLET_E_MISSING)
		err = siglet_err_recode(err, SIGLET_E_IO);
	return err;
}
