#include "audit/audit_internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* An entry that matched or could not be read, kept until its block is known to be the log's. */

#define MAX_NAME_BYTES 240 /* of a kind: printed it is four times as long, or less */
#define MAX_TEXT_BYTES 4096

void siglet_audit_found_free(audit_found *found)
{
	while (found != NULL) {
		audit_found *next = found->next;

		free(found->reason);
		free(found->kind);
		free(found->api_version);
		free(found->digest);
		free(found->identity);
		free(found->issuer);
		siglet_buf_clear(&found->cert);
		free(found);
		found = next;
	}
}

static size_t weigh_text(const char *text)
{
	return text == NULL ? 0 : strlen(text) + 1 + 2 * sizeof(size_t);
}

size_t siglet_audit_found_weight(const audit_found *found)
{
	size_t bytes = 0;

	for (; found != NULL; found = found->next)
		bytes += sizeof(*found) + 2 * sizeof(size_t) + found->cert.cap +
			 weigh_text(found->reason) + weigh_text(found->kind) +
			 weigh_text(found->api_version) + weigh_text(found->digest) +
			 weigh_text(found->identity) + weigh_text(found->issuer);
	return bytes;
}

/* Made harmless for a terminal and for any program that reads it; what is too long is cut. */
static siglet_err *keep_text(siglet_slice text, size_t max, char **ret_text)
{
	siglet_buf printed;
	siglet_err *err;

	if (text.len > max)
		text.len = max;
	siglet_buf_init(&printed, 8 * max);
	err = siglet_text_print(text, &printed);
	if (err == NULL)
		err = siglet_strndup(siglet_buf_slice(&printed), ret_text);
	siglet_buf_clear(&printed);
	return err;
}

static audit_found *new_found(uint64_t index, const siglet_hash32 *leaf)
{
	audit_found *found = siglet_calloc(1, sizeof(*found));

	if (found == NULL)
		return NULL;
	found->index = index;
	found->leaf = *leaf;
	siglet_buf_init(&found->cert, SIGLET_MAX_CERT_BYTES);
	return found;
}

static siglet_err *keep_key(siglet_slice spki, audit_found *found)
{
	siglet_err *err = siglet_sha256(&spki, 1, found->key_hash.bytes);

	found->has_key = err == NULL;
	return err;
}

/* Of several names the first: the line is for people, the certificate has them all. */
static siglet_err *keep_cert(const audit_content *content, const audit_hit *hit, audit_found *found)
{
	const siglet_glance *glance = &hit->glance;
	const siglet_slice v2 = glance->value[SIGLET_FULCIO_ISSUER_V2];
	siglet_err *err = siglet_buf_append(&found->cert, content->certs[hit->cert]);

	found->not_before_s = glance->not_before_s;
	found->is_tbs = content->is_tbs;
	if (content->issuer_key_hash.len == sizeof(found->issuer_key_hash.bytes))
		memcpy(found->issuer_key_hash.bytes, content->issuer_key_hash.ptr,
		       content->issuer_key_hash.len);
	if (err == NULL)
		err = keep_key(glance->spki, found);
	if (err == NULL)
		err = siglet_sha256(&content->certs[hit->cert], 1, found->cert_hash.bytes);
	if (err == NULL && glance->name_count > 0)
		err = keep_text(glance->names[0].text, MAX_TEXT_BYTES, &found->identity);
	if (err == NULL)
		err = keep_text(v2.len > 0 ? v2 : glance->value[SIGLET_FULCIO_ISSUER_V1],
				MAX_TEXT_BYTES, &found->issuer);
	return err;
}

static siglet_err *keep_match(const audit_content *content, const audit_hit *hit,
			      audit_found *found)
{
	siglet_buf digest;
	siglet_err *err;

	found->rule = hit->rule;
	siglet_buf_init(&digest, 1024);
	err = keep_text(content->kind, MAX_NAME_BYTES, &found->kind);
	if (err == NULL)
		err = keep_text(content->version, MAX_NAME_BYTES, &found->api_version);
	if (err == NULL)
		err = siglet_audit_content_digest(content, &digest);
	if (err != NULL && !siglet_err_is_fault(err)) {
		/* A digest that is none does not make the match less of one. */
		siglet_err_free(err);
		siglet_buf_truncate(&digest, 0);
		err = NULL;
	}
	if (err == NULL)
		err = keep_text(siglet_buf_slice(&digest), MAX_NAME_BYTES, &found->digest);
	if (err == NULL && hit->has_cert)
		err = keep_cert(content, hit, found);
	else if (err == NULL && content->key_count > 0)
		err = keep_key(content->keys[0], found);
	siglet_buf_clear(&digest);
	return err;
}

/* What can't be read is found too: it could be anything. */
static siglet_err *keep_skipped(siglet_err *why, audit_found *found)
{
	siglet_err *err = keep_text(siglet_slice_str(siglet_err_message(why)), MAX_TEXT_BYTES,
				    &found->reason);

	siglet_err_free(why);
	return err;
}

siglet_err *siglet_audit_find(const siglet_audit_rules *rules, uint64_t index, siglet_slice body,
			      const siglet_hash32 *leaf, audit_content *content,
			      audit_found **ret_found)
{
	audit_hit hit;
	audit_found *found;
	siglet_err *err = siglet_audit_content_read(body, content);

	*ret_found = NULL;
	hit.rule = NULL;
	if (err == NULL && content->has_index && content->index != index)
		err = siglet_err_new(SIGLET_E_MALFORMED, "it says that it is entry %llu",
				     (unsigned long long)content->index);
	if (err == NULL)
		err = siglet_audit_rules_match(rules, content, &hit);
	if ((err == NULL && hit.rule == NULL) || (err != NULL && siglet_err_is_fault(err)))
		return err;
	found = new_found(index, leaf);
	if (found == NULL) {
		siglet_err_free(err);
		return siglet_err_nomem();
	}
	err = err != NULL ? keep_skipped(err, found) : keep_match(content, &hit, found);
	if (err != NULL) {
		siglet_audit_found_free(found);
		return err;
	}
	*ret_found = found;
	return NULL;
}

siglet_err *siglet_audit_find_all(const siglet_audit_rules *rules, const audit_log *log,
				  uint64_t first, const siglet_entries *entries,
				  const siglet_hash32 *leaves, audit_found **ret_list)
{
	audit_found *list = NULL, **end = &list;
	audit_content content;
	siglet_err *err = NULL;

	siglet_audit_content_init(&content);
	content.is_ct = log->is_ct;
	for (size_t i = 0; err == NULL && i < entries->count; i++) {
		err = siglet_audit_find(rules, first + i, entries->of[i], &leaves[i], &content,
					end);
		if (err == NULL && *end != NULL)
			end = &(*end)->next;
	}
	siglet_audit_content_clear(&content);
	if (err != NULL)
		siglet_audit_found_free(list);
	else
		*ret_list = list;
	return err;
}

/* ---- who issued it ---- */

static siglet_err *try_authority(const siglet_authority *authority, const siglet_cert *leaf,
				 int64_t time_s, bool *ret_ok)
{
	siglet_path path;
	siglet_err *err;

	if (!siglet_window_contains_s(&authority->window, time_s))
		return NULL;
	err = siglet_chain_verify(authority->chain, leaf, NULL, 0, &path);
	if (err == NULL)
		err = siglet_path_check_time(&path, time_s);
	*ret_ok = err == NULL;
	if (err != NULL && siglet_err_is_fault(err))
		return err;
	siglet_err_free(err);
	return NULL;
}

/* Is the issuer that a precertificate names by its key one of this authority's certificates? */
static siglet_err *try_issuer(const siglet_authority *authority, const audit_found *found,
			      bool *ret_ok)
{
	siglet_err *err;

	if (!siglet_window_contains_s(&authority->window, found->not_before_s))
		return NULL;
	err = siglet_chain_open(authority->chain);
	if (err != NULL && !siglet_err_is_fault(err)) {
		siglet_err_free(err);
		return NULL;
	}
	for (size_t i = 0; err == NULL && !*ret_ok && i < siglet_chain_count(authority->chain);
	     i++) {
		const siglet_cert *cert = siglet_chain_cert(authority->chain, i);
		const siglet_slice spki = siglet_cert_spki(cert);
		siglet_hash32 hash = { { 0 } };

		err = siglet_sha256(&spki, 1, hash.bytes);
		*ret_ok = err == NULL && siglet_cert_is_ca(cert) &&
			  siglet_hash32_equal(&hash, &found->issuer_key_hash);
	}
	return err;
}

static siglet_err *check_issuer(const siglet_trustroot *root, const audit_found *found,
				bool *ret_ok)
{
	siglet_err *err = NULL;

	for (size_t i = 0; err == NULL && !*ret_ok && i < siglet_trustroot_ca_count(root); i++)
		err = try_issuer(siglet_trustroot_ca(root, i), found, ret_ok);
	return err;
}

siglet_err *siglet_audit_check_chain(const siglet_trustroot *root, const audit_found *found,
				     bool *ret_ok)
{
	const size_t count = root == NULL ? 0 : siglet_trustroot_ca_count(root);
	siglet_cert *leaf = NULL;
	siglet_err *err;

	*ret_ok = false;
	if (found->cert.len == 0 || count == 0)
		return NULL;
	if (found->is_tbs)
		return check_issuer(root, found, ret_ok);
	err = siglet_cert_parse(siglet_buf_slice(&found->cert), &leaf);
	for (size_t i = 0; err == NULL && !*ret_ok && i < count; i++)
		err = try_authority(siglet_trustroot_ca(root, i), leaf, found->not_before_s,
				    ret_ok);
	siglet_cert_free(leaf);
	if (err == NULL || siglet_err_is_fault(err))
		return err;
	siglet_err_free(err);
	return NULL;
}

/* ---- what is known ---- */

/*
 * In a CT log it is the certificate that is ours. That is no word for an entry of Rekor: who stole the
 * key of a certificate of ours would sign with just that one.
 */
static bool is_known_cert(const audit_tree *tree, const siglet_audit_watch *watch,
			  const audit_found *found)
{
	if (!tree->log->is_ct || found->cert.len == 0)
		return false;
	for (size_t i = 0; i < watch->known_cert_count; i++)
		if (siglet_hash32_equal(&watch->known_certs[i], &found->cert_hash) ||
		    siglet_hash32_equal(&watch->known_certs[i], &found->key_hash))
			return true;
	return false;
}

static bool is_known(const audit_tree *tree, const siglet_audit_watch *watch,
		     const audit_found *found)
{
	for (size_t i = 0; i < watch->known_leaf_count; i++)
		if (siglet_hash32_equal(&watch->known_leaves[i], &found->leaf))
			return true;
	if (is_known_cert(tree, watch, found))
		return true;
	for (size_t i = 0; found->has_key && i < watch->known_index_count; i++)
		if (watch->known_indexes[i] == found->index &&
		    siglet_slice_equal(watch->known_urls[i], tree->log->url) &&
		    siglet_hash32_equal(&watch->known_keys[i], &found->key_hash))
			return true;
	return false;
}

/* ---- for programs ---- */

static void write_cert(const audit_found *found, bool chain_ok, siglet_json_writer *w)
{
	if (found->cert.len == 0)
		return;
	siglet_json_write_text(w, "identity", found->identity == NULL ? "" : found->identity);
	siglet_json_write_text(w, "issuer", found->issuer == NULL ? "" : found->issuer);
	siglet_json_write_hex(w, found->is_tbs ? "tbs_sha256" : "cert_sha256",
			      siglet_hash32_slice(&found->cert_hash));
	siglet_json_write_text(w, "not_before", siglet_time_format(found->not_before_s).text);
	siglet_json_write_text(w, "chain", chain_ok ? "ok" : "unknown");
}

static siglet_err *write_members(siglet_slice origin, const audit_found *found, bool chain_ok,
				 bool known, siglet_json_writer *w)
{
	siglet_buf id;
	siglet_err *err;

	siglet_buf_init(&id, (size_t)2 * SIGLET_AUDIT_MAX_ORIGIN);
	err = siglet_buf_append(&id, origin);
	if (err == NULL)
		err = siglet_buf_printf(&id, ":%" PRIu64, found->index);
	siglet_json_write_string(w, "id", siglet_buf_slice(&id));
	siglet_json_write_string(w, "origin", origin);
	siglet_json_write_int(w, "index", (int64_t)found->index);
	siglet_json_write_hex(w, "leaf", siglet_hash32_slice(&found->leaf));
	siglet_json_write_text(w, "kind", found->kind);
	if (found->api_version[0] != '\0')
		siglet_json_write_text(w, "apiVersion", found->api_version);
	if (found->digest[0] != '\0')
		siglet_json_write_text(w, "digest", found->digest);
	write_cert(found, chain_ok, w);
	siglet_json_write_text(w, "matched_rule", found->rule);
	siglet_json_write_bool(w, "known", known);
	siglet_buf_clear(&id);
	return err;
}

siglet_err *siglet_audit_found_describe(const audit_tree *tree, const siglet_audit_watch *watch,
					const audit_found *found, bool *ret_known,
					bool *ret_chain_ok, siglet_buf *ret_json)
{
	siglet_json_writer w;
	siglet_err *err = siglet_audit_check_chain(tree->audit->root, found, ret_chain_ok);
	siglet_err *unwritten;

	if (err != NULL)
		return err;
	*ret_known = is_known(tree, watch, found);
	siglet_json_writer_init(&w, ret_json, 0);
	siglet_json_write_begin_object(&w, NULL);
	err = write_members(tree->fresh.checkpoint.origin, found, *ret_chain_ok, *ret_known, &w);
	siglet_json_write_end_object(&w);
	unwritten = siglet_json_writer_finish(&w);
	if (err == NULL)
		return unwritten;
	siglet_err_free(unwritten);
	return err;
}

siglet_err *siglet_audit_found_hand_over(const audit_tree *tree, const siglet_audit_watch *watch,
					 const audit_found *found, bool *ret_known)
{
	siglet_audit_match match = {
		.origin = tree->fresh.checkpoint.origin,
		.index = found->index,
		.rule = siglet_slice_str(found->rule),
		.kind = siglet_slice_str(found->kind),
		.api_version = siglet_slice_str(found->api_version),
		.digest = siglet_slice_str(found->digest),
		.identity = siglet_slice_str(found->identity),
		.issuer = siglet_slice_str(found->issuer),
	};
	siglet_buf json;
	siglet_err *err;

	siglet_buf_init(&json, SIGLET_AUDIT_MAX_LINE);
	err = siglet_audit_found_describe(tree, watch, found, &match.known, &match.chain_ok, &json);
	match.json = siglet_buf_slice(&json);
	if (err == NULL)
		err = watch->deliver(watch->context, &match);
	siglet_buf_clear(&json);
	*ret_known = match.known;
	/* cppcheck-suppress returnDanglingLifetime ; an error borrows nothing */
	return err;
}
