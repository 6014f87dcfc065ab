#include "trustroot/trustroot.h"

#include <stdlib.h>

#include "trustroot/trustroot_internal.h"

#define SERVICE_KINDS 4
#define MAX_DECODED_BYTES ((size_t)2 * SIGLET_MAX_TRUSTROOT_BYTES)

struct siglet_signing_config {
	siglet_arena arena;
	struct {
		siglet_service *items;
		size_t count;
		siglet_selector selector;
		uint64_t wanted;
	} services[SERVICE_KINDS];
};

static const char *const LISTS[SERVICE_KINDS] = { "caUrls", "oidcUrls", "rekorTlogUrls",
						  "tsaUrls" };
static const char *const CONFIGS[SERVICE_KINDS] = { NULL, NULL, "rekorTlogConfig", "tsaConfig" };

static siglet_err *read_service(const siglet_json *object, siglet_arena *arena,
				siglet_service *ret_service)
{
	siglet_service service = { 0 };
	siglet_err *err;

	if (siglet_json_kind_of(object) != SIGLET_JSON_OBJECT)
		return siglet_err_new(SIGLET_E_MALFORMED, "not an object");
	err = siglet_trustroot_read_text(object, "url", arena, &service.url);
	if (err == NULL && service.url.len == 0)
		err = siglet_err_new(SIGLET_E_MISSING, "no url");
	if (err == NULL)
		err = siglet_proto_int64(object, "majorApiVersion", &service.major_api_version);
	if (err == NULL)
		err = siglet_trustroot_read_window(object, &service.window);
	if (err == NULL)
		err = siglet_trustroot_read_text(object, "operator", arena, &service.operator_);
	if (err == NULL)
		*ret_service = service;
	return err;
}

static siglet_err *read_services(const siglet_json *object, siglet_service_kind kind,
				 siglet_signing_config *config)
{
	const siglet_json *array = NULL;
	siglet_err *err =
		siglet_proto_array(object, LISTS[kind], SIGLET_MAX_TRUSTROOT_ITEMS, &array);

	if (err != NULL || array == NULL)
		return err;
	const size_t count = siglet_json_array_count(array);
	err = siglet_arena_alloc(&config->arena, count, sizeof(siglet_service),
				 &config->services[kind].items);
	for (size_t i = 0; err == NULL && i < count; i++) {
		err = read_service(siglet_json_array_item(array, i), &config->arena,
				   &config->services[kind].items[i]);
		if (err != NULL)
			return siglet_err_wrap(err, "%s[%zu]", LISTS[kind], i);
	}
	config->services[kind].count = count;
	return err;
}

static siglet_err *read_selector(const siglet_json *object, siglet_service_kind kind,
				 siglet_signing_config *config)
{
	static const siglet_proto_enum selectors[] = { { "SERVICE_SELECTOR_UNDEFINED", 0 },
						       { "ALL", SIGLET_SELECT_ALL },
						       { "ANY", SIGLET_SELECT_ANY },
						       { "EXACT", SIGLET_SELECT_EXACT } };
	const siglet_json *holder = NULL;
	int64_t wanted = 0;
	int selector = 0;
	siglet_err *err = siglet_proto_object(object, CONFIGS[kind], &holder);

	if (err != NULL || holder == NULL)
		return err;
	err = siglet_proto_enum_value(holder, "selector", selectors, SIGLET_COUNT(selectors),
				      &selector);
	if (err == NULL)
		err = siglet_proto_int64(holder, "count", &wanted);
	if (err == NULL && (wanted < 0 || wanted > UINT32_MAX))
		err = siglet_err_new(SIGLET_E_RANGE, "count");
	if (err != NULL)
		return siglet_err_wrap(err, "%s", CONFIGS[kind]);
	config->services[kind].selector = (siglet_selector)selector;
	config->services[kind].wanted = (uint64_t)wanted;
	return NULL;
}

siglet_err *siglet_signing_config_read(const siglet_json *object,
				       siglet_signing_config **ret_config)
{
	static const char *const media_types[] = {
		"application/vnd.dev.sigstore.signingconfig.v0.2+json",
	};
	siglet_signing_config *config;
	siglet_err *err;

	if (siglet_json_kind_of(object) != SIGLET_JSON_OBJECT)
		return siglet_err_new(SIGLET_E_MALFORMED, "not an object");
	config = siglet_calloc(1, sizeof(*config));
	if (config == NULL)
		return siglet_err_nomem();
	siglet_arena_init(&config->arena, MAX_DECODED_BYTES);

	err = siglet_trustroot_check_media_type(object, media_types, SIGLET_COUNT(media_types));
	for (int kind = 0; err == NULL && kind < SERVICE_KINDS; kind++) {
		err = read_services(object, (siglet_service_kind)kind, config);
		if (err == NULL && CONFIGS[kind] != NULL)
			err = read_selector(object, (siglet_service_kind)kind, config);
	}
	if (err != NULL) {
		siglet_signing_config_free(config);
		return err;
	}
	*ret_config = config;
	return NULL;
}

siglet_err *siglet_signing_config_parse(siglet_slice json, siglet_signing_config **ret_config)
{
	siglet_json_doc *doc = NULL;
	siglet_err *err = siglet_json_parse(json, SIGLET_MAX_TRUSTROOT_BYTES, &doc);

	if (err == NULL)
		err = siglet_signing_config_read(siglet_json_root(doc), ret_config);
	siglet_json_doc_free(doc);
	return err;
}

void siglet_signing_config_free(siglet_signing_config *config)
{
	if (config == NULL)
		return;
	siglet_arena_clear(&config->arena);
	free(config);
}

size_t siglet_signing_config_count(const siglet_signing_config *config, siglet_service_kind kind)
{
	return config->services[kind].count;
}

const siglet_service *siglet_signing_config_service(const siglet_signing_config *config,
						    siglet_service_kind kind, size_t index)
{
	return &config->services[kind].items[index];
}

siglet_selector siglet_signing_config_selector(const siglet_signing_config *config,
					       siglet_service_kind kind, uint64_t *ret_count)
{
	*ret_count = config->services[kind].wanted;
	return config->services[kind].selector;
}
