#include "trustroot/trustroot.h"

#include <stdlib.h>
#include <string.h>

#include "trustroot/trustroot_internal.h"

/* Ceiling of the decoded copy; base64 only shrinks. */
#define MAX_DECODED_BYTES ((size_t)2 * SIGLET_MAX_TRUSTROOT_BYTES)

typedef struct log_list {
	siglet_log *items;
	size_t count;
} log_list;

typedef struct authority_list {
	siglet_authority *items;
	size_t count;
} authority_list;

struct siglet_trustroot {
	siglet_arena arena;
	log_list tlogs, ctlogs;
	authority_list cas, tsas;
	siglet_skipped_log *skipped;
	size_t skipped_count, skipped_room;
};

static const siglet_proto_enum TREE_HASHES[] = { { "SHA2_256", 1 } };

/* keyDetails by name or number; *ret_details NULL for one that no build supports. */
static siglet_err *read_key_details(const siglet_json *key, siglet_arena *arena,
				    siglet_slice *ret_name, const siglet_key_details **ret_details)
{
	const siglet_json *value = siglet_json_object_get(key, "keyDetails");
	int64_t number = 0;

	if (value == NULL)
		value = siglet_json_object_get(key, "key_details");
	if (value != NULL && siglet_json_kind_of(value) == SIGLET_JSON_STRING) {
		siglet_err *err = siglet_trustroot_read_text(key, "keyDetails", arena, ret_name);

		if (err == NULL)
			*ret_details = siglet_key_details_find(*ret_name);
		return err;
	}
	siglet_err *err = siglet_proto_int64(key, "keyDetails", &number);
	if (err != NULL)
		return err;
	*ret_name = siglet_slice_str("given by number");
	*ret_details =
		number > 0 && number <= INT32_MAX ? siglet_key_details_number((int)number) : NULL;
	return NULL;
}

/* The key name of a v2 checkpoint: the base URL without its scheme and a slash at the end. */
static siglet_slice name_of_url(siglet_slice url)
{
	for (size_t i = 0; i + 3 <= url.len; i++) {
		if (memcmp(url.ptr + i, "://", 3) == 0) {
			url = siglet_slice_of(url.ptr + i + 3, url.len - i - 3);
			break;
		}
	}
	while (url.len > 0 && url.ptr[url.len - 1] == '/')
		url.len--;
	return url;
}

static siglet_err *read_log_id(const siglet_json *object, const char *member, siglet_arena *arena,
			       siglet_slice *ret_id)
{
	const siglet_json *holder = NULL;
	siglet_err *err = siglet_proto_object(object, member, &holder);

	*ret_id = SIGLET_SLICE_NONE;
	if (err != NULL || holder == NULL)
		return err;
	err = siglet_proto_bytes(holder, "keyId", arena, ret_id);
	if (err != NULL)
		return siglet_err_wrap(err, "%s", member);
	if (ret_id->len > 0 && ret_id->len < SIGLET_SHA256_SIZE &&
	    !siglet_slice_is(siglet_slice_str(member), "checkpointKeyId"))
		return siglet_err_new(SIGLET_E_LENGTH, "%s: %zu bytes, not %d", member, ret_id->len,
				      SIGLET_SHA256_SIZE);
	return NULL;
}

static siglet_err *read_log_ids(const siglet_json *object, siglet_arena *arena, siglet_log *log)
{
	siglet_slice checkpoint_id;
	siglet_err *err = read_log_id(object, "logId", arena, &log->log_id);

	if (err == NULL)
		err = read_log_id(object, "checkpointKeyId", arena, &checkpoint_id);
	if (err != NULL)
		return err;
	if (log->log_id.len == 0)
		return siglet_err_new(SIGLET_E_MISSING, "no logId");
	if (checkpoint_id.len == 0)
		checkpoint_id = log->log_id;
	if (checkpoint_id.len < sizeof(log->checkpoint_id))
		return siglet_err_new(SIGLET_E_LENGTH, "checkpointKeyId: under 4 bytes");
	memcpy(log->checkpoint_id, checkpoint_id.ptr, sizeof(log->checkpoint_id));
	return NULL;
}

/*
 * The key of a log. *ret_usable false: an algorithm that this build can't verify, which is no fault
 * of the file (new algorithms will come).
 */
static siglet_err *read_log_key(const siglet_json *public_key, siglet_arena *arena,
				siglet_slice *ret_details_name, siglet_log *log, bool *ret_usable)
{
	const siglet_key_details *details = NULL;
	siglet_slice raw = SIGLET_SLICE_NONE;
	siglet_key *key = NULL;
	siglet_err *err = read_key_details(public_key, arena, ret_details_name, &details);

	*ret_usable = false;
	if (err == NULL)
		err = siglet_proto_bytes(public_key, "rawBytes", arena, &raw);
	if (err != NULL || details == NULL)
		return err;
	err = siglet_key_from_details(details, raw, &key);
	if (err != NULL && siglet_err_code(err) == SIGLET_E_UNSUPPORTED) {
		siglet_err_free(err);
		return NULL;
	}
	if (err != NULL)
		return siglet_err_wrap(err, "rawBytes");
	log->key = key;
	log->scheme = details->scheme;
	log->key_details = details->name;
	*ret_usable = true;
	return NULL;
}

static void remember_skipped(siglet_trustroot *root, const siglet_log *log, siglet_slice details,
			     bool is_ct)
{
	if (root->skipped_count < root->skipped_room)
		root->skipped[root->skipped_count++] =
			(siglet_skipped_log) { log->base_url, details, log->log_id, is_ct };
}

static siglet_err *read_log(const siglet_json *object, siglet_trustroot *root, log_list *list)
{
	siglet_log log = { 0 };
	const siglet_json *public_key = NULL;
	siglet_slice details = SIGLET_SLICE_NONE;
	int tree_hash = 0;
	bool usable = false;
	siglet_err *err;

	if (siglet_json_kind_of(object) != SIGLET_JSON_OBJECT)
		return siglet_err_new(SIGLET_E_MALFORMED, "not an object");
	err = siglet_trustroot_read_text(object, "baseUrl", &root->arena, &log.base_url);
	if (err == NULL)
		err = siglet_trustroot_read_text(object, "operator", &root->arena, &log.operator_);
	if (err == NULL)
		err = siglet_proto_enum_value(object, "hashAlgorithm", TREE_HASHES,
					      SIGLET_COUNT(TREE_HASHES), &tree_hash);
	if (err == NULL && tree_hash == 0)
		err = siglet_err_new(SIGLET_E_MISSING, "no hashAlgorithm");
	if (err == NULL)
		err = read_log_ids(object, &root->arena, &log);
	if (err == NULL)
		err = siglet_proto_object(object, "publicKey", &public_key);
	if (err != NULL)
		return err;
	if (public_key == NULL)
		return siglet_err_new(SIGLET_E_MISSING, "no publicKey");
	err = siglet_trustroot_read_window(public_key, &log.window);
	if (err == NULL)
		err = read_log_key(public_key, &root->arena, &details, &log, &usable);
	if (err != NULL)
		return siglet_err_wrap(err, "publicKey");
	log.name = name_of_url(log.base_url);
	if (usable)
		list->items[list->count++] = log;
	else
		remember_skipped(root, &log, details, list == &root->ctlogs);
	return NULL;
}

static siglet_err *read_logs(const siglet_json *object, const char *member, siglet_trustroot *root,
			     log_list *list)
{
	const siglet_json *array = NULL;
	siglet_err *err = siglet_proto_array(object, member, SIGLET_MAX_TRUSTROOT_ITEMS, &array);

	if (err != NULL || array == NULL)
		return err;
	const size_t count = siglet_json_array_count(array);
	err = siglet_arena_alloc(&root->arena, count, sizeof(*list->items), &list->items);
	for (size_t i = 0; err == NULL && i < count; i++) {
		err = read_log(siglet_json_array_item(array, i), root, list);
		if (err != NULL)
			err = siglet_err_wrap(err, "%s[%zu]", member, i);
	}
	return err;
}

static siglet_err *read_chain(const siglet_json *object, siglet_purpose purpose,
			      siglet_arena *arena, siglet_chain **ret_chain)
{
	const siglet_json *holder = NULL, *array = NULL;
	siglet_slice certs[SIGLET_MAX_CHAIN];
	siglet_chain *chain = NULL;
	siglet_err *err = siglet_proto_object(object, "certChain", &holder);

	if (err != NULL)
		return err;
	if (holder == NULL)
		return siglet_err_new(SIGLET_E_MISSING, "no certChain");
	err = siglet_proto_array(holder, "certificates", SIGLET_MAX_CHAIN, &array);
	if (err != NULL)
		return siglet_err_wrap(err, "certChain");

	const size_t count = array == NULL ? 0 : siglet_json_array_count(array);
	for (size_t i = 0; i < count; i++) {
		const siglet_json *item = siglet_json_array_item(array, i);

		if (siglet_json_kind_of(item) != SIGLET_JSON_OBJECT)
			return siglet_err_new(SIGLET_E_MALFORMED,
					      "certChain: certificates[%zu]: not an object", i);
		err = siglet_proto_bytes(item, "rawBytes", arena, &certs[i]);
		if (err != NULL)
			return siglet_err_wrap(err, "certChain: certificates[%zu]", i);
	}
	err = siglet_chain_new(purpose, certs, count, &chain);
	if (err != NULL)
		return siglet_err_wrap(err, "certChain");
	*ret_chain = chain;
	return NULL;
}

static siglet_err *read_subject(const siglet_json *object, siglet_arena *arena,
				siglet_authority *authority)
{
	const siglet_json *subject = NULL;
	siglet_err *err = siglet_proto_object(object, "subject", &subject);

	if (err != NULL || subject == NULL)
		return err;
	err = siglet_trustroot_read_text(subject, "organization", arena, &authority->organization);
	if (err == NULL)
		err = siglet_trustroot_read_text(subject, "commonName", arena,
						 &authority->common_name);
	return err;
}

static siglet_err *read_authority(const siglet_json *object, siglet_purpose purpose,
				  siglet_arena *arena, authority_list *list)
{
	siglet_authority authority = { 0 };
	siglet_err *err;

	if (siglet_json_kind_of(object) != SIGLET_JSON_OBJECT)
		return siglet_err_new(SIGLET_E_MALFORMED, "not an object");
	err = siglet_trustroot_read_text(object, "uri", arena, &authority.uri);
	if (err == NULL)
		err = siglet_trustroot_read_text(object, "operator", arena, &authority.operator_);
	if (err == NULL)
		err = read_subject(object, arena, &authority);
	if (err == NULL)
		err = siglet_trustroot_read_window(object, &authority.window);
	if (err == NULL)
		err = read_chain(object, purpose, arena, &authority.chain);
	if (err != NULL)
		return err;
	list->items[list->count++] = authority;
	return NULL;
}

static siglet_err *read_authorities(const siglet_json *object, const char *member,
				    siglet_purpose purpose, siglet_arena *arena,
				    authority_list *list)
{
	const siglet_json *array = NULL;
	siglet_err *err = siglet_proto_array(object, member, SIGLET_MAX_TRUSTROOT_ITEMS, &array);

	if (err != NULL || array == NULL)
		return err;
	const size_t count = siglet_json_array_count(array);
	err = siglet_arena_alloc(arena, count, sizeof(*list->items), &list->items);
	for (size_t i = 0; err == NULL && i < count; i++) {
		err = read_authority(siglet_json_array_item(array, i), purpose, arena, list);
		if (err != NULL)
			err = siglet_err_wrap(err, "%s[%zu]", member, i);
	}
	return err;
}

siglet_err *siglet_trustroot_read(const siglet_json *object, siglet_trustroot **ret_root)
{
	static const char *const media_types[] = {
		"application/vnd.dev.sigstore.trustedroot+json;version=0.1",
		"application/vnd.dev.sigstore.trustedroot.v0.1+json",
		"application/vnd.dev.sigstore.trustedroot.v0.2+json",
	};
	siglet_trustroot *root = NULL;
	siglet_err *err = SIGLET_ERR_UNSET;

	if (siglet_json_kind_of(object) != SIGLET_JSON_OBJECT)
		return siglet_err_new(SIGLET_E_MALFORMED, "not an object");
	root = siglet_calloc(1, sizeof(*root));
	if (root == NULL)
		return siglet_err_nomem();
	siglet_arena_init(&root->arena, MAX_DECODED_BYTES);
	root->skipped_room = (size_t)2 * SIGLET_MAX_TRUSTROOT_ITEMS;

	err = siglet_trustroot_check_media_type(object, media_types, SIGLET_COUNT(media_types));
	if (err == NULL)
		err = siglet_arena_alloc(&root->arena, root->skipped_room, sizeof(*root->skipped),
					 &root->skipped);
	if (err == NULL)
		err = read_logs(object, "tlogs", root, &root->tlogs);
	if (err == NULL)
		err = read_logs(object, "ctlogs", root, &root->ctlogs);
	if (err == NULL)
		err = read_authorities(object, "certificateAuthorities",
				       SIGLET_PURPOSE_CODE_SIGNING, &root->arena, &root->cas);
	if (err == NULL)
		err = read_authorities(object, "timestampAuthorities", SIGLET_PURPOSE_TIMESTAMPING,
				       &root->arena, &root->tsas);
	if (err != NULL) {
		siglet_trustroot_free(root);
		return err;
	}
	*ret_root = root;
	return NULL;
}

siglet_err *siglet_trustroot_parse(siglet_slice json, siglet_trustroot **ret_root)
{
	siglet_json_doc *doc = NULL;
	siglet_err *err = siglet_json_parse(json, SIGLET_MAX_TRUSTROOT_BYTES, &doc);

	if (err == NULL)
		err = siglet_trustroot_read(siglet_json_root(doc), ret_root);
	siglet_json_doc_free(doc);
	return err;
}

static void free_logs(log_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		siglet_key_free(list->items[i].key);
}

static void free_authorities(authority_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		siglet_chain_free(list->items[i].chain);
}

void siglet_trustroot_free(siglet_trustroot *root)
{
	if (root == NULL)
		return;
	free_logs(&root->tlogs);
	free_logs(&root->ctlogs);
	free_authorities(&root->cas);
	free_authorities(&root->tsas);
	siglet_arena_clear(&root->arena);
	free(root);
}

size_t siglet_trustroot_tlog_count(const siglet_trustroot *root)
{
	return root->tlogs.count;
}

const siglet_log *siglet_trustroot_tlog(const siglet_trustroot *root, size_t index)
{
	return &root->tlogs.items[index];
}

size_t siglet_trustroot_ctlog_count(const siglet_trustroot *root)
{
	return root->ctlogs.count;
}

const siglet_log *siglet_trustroot_ctlog(const siglet_trustroot *root, size_t index)
{
	return &root->ctlogs.items[index];
}

size_t siglet_trustroot_ca_count(const siglet_trustroot *root)
{
	return root->cas.count;
}

const siglet_authority *siglet_trustroot_ca(const siglet_trustroot *root, size_t index)
{
	return &root->cas.items[index];
}

size_t siglet_trustroot_tsa_count(const siglet_trustroot *root)
{
	return root->tsas.count;
}

const siglet_authority *siglet_trustroot_tsa(const siglet_trustroot *root, size_t index)
{
	return &root->tsas.items[index];
}

size_t siglet_trustroot_skipped_count(const siglet_trustroot *root)
{
	return root->skipped_count;
}

const siglet_skipped_log *siglet_trustroot_skipped(const siglet_trustroot *root, size_t index)
{
	return &root->skipped[index];
}

siglet_slice siglet_log_voter(const siglet_log *log)
{
	return log->operator_.len > 0 ? log->operator_ : log->log_id;
}

siglet_slice siglet_authority_voter(const siglet_authority *authority)
{
	return authority->operator_.len > 0 ? authority->operator_ : authority->uri;
}
