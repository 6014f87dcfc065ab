#include "sign/sign.h"

#include <stdlib.h>
#include <string.h>

/*
 * Which of the services that a signing config lists will be asked? (protocol: signing_config v0.2)
 */

#define MAX_URL_BYTES 4096
#define MAX_ARENA_BYTES ((size_t)64 * MAX_URL_BYTES)

void siglet_services_init(siglet_services *services)
{
	memset(services, 0, sizeof(*services));
	siglet_arena_init(&services->arena, MAX_ARENA_BYTES);
}

void siglet_services_clear(siglet_services *services)
{
	siglet_arena_clear(&services->arena);
	siglet_services_init(services);
}

/* ---- one URL ---- */

static siglet_err *keep_url(siglet_services *services, siglet_slice url, const char **ret_url)
{
	char *copy = NULL;
	siglet_err *err;

	if (url.len == 0 || url.len > MAX_URL_BYTES || memchr(url.ptr, 0, url.len) != NULL)
		return siglet_err_new(SIGLET_E_MALFORMED, "a service without a usable URL");
	err = siglet_arena_alloc(&services->arena, url.len + 1, 1, &copy);
	if (err != NULL)
		return err;
	memcpy(copy, url.ptr, url.len);
	copy[url.len] = '\0';
	if (!siglet_http_url_is_allowed(copy))
		return siglet_err_hint(
			siglet_err_new(SIGLET_E_USAGE, "%s: not a service URL",
				       siglet_http_url_shown(copy).text),
			"it must be https (plain http to this machine only), without "
			"user or fragment");
	*ret_url = copy;
	return NULL;
}

static siglet_err *keep_wish(siglet_services *services, const char *url, const char **ret_url)
{
	return url == NULL ? NULL : keep_url(services, siglet_slice_str(url), ret_url);
}

/* ---- a list ---- */

typedef struct listing {
	const siglet_signing_config *config; /* NULL: lists nothing */
	siglet_service_kind kind;
	int64_t highest; /* the newest API version that we speak */
	const char *what;
} listing;

typedef struct candidates {
	const siglet_service **items; /* newest first */
	size_t count;
	bool any; /* the config lists some, usable now or not */
} candidates;

static bool is_newer(const siglet_service *a, const siglet_service *b)
{
	return a->window.start_ms > b->window.start_ms;
}

static void insert(candidates *found, const siglet_service *service)
{
	size_t at = found->count++;

	for (; at > 0 && is_newer(service, found->items[at - 1]); at--)
		found->items[at] = found->items[at - 1];
	found->items[at] = service;
}

/* Those that are valid now, of that version. */
static void gather(const listing *list, int64_t version, int64_t now_ms, candidates *found)
{
	const size_t count = siglet_signing_config_count(list->config, list->kind);

	found->count = 0;
	for (size_t i = 0; i < count; i++) {
		const siglet_service *service =
			siglet_signing_config_service(list->config, list->kind, i);

		if (service->major_api_version == version &&
		    siglet_window_contains(&service->window, now_ms))
			insert(found, service);
	}
}

/* The highest version (not above list->highest) that has any: versions are never mixed. */
static siglet_err *find_newest(const listing *list, int64_t now_ms, candidates *found,
			       int64_t *ret_version)
{
	const size_t count =
		list->config == NULL ? 0 : siglet_signing_config_count(list->config, list->kind);

	memset(found, 0, sizeof(*found));
	found->any = count > 0;
	if (count == 0)
		return NULL;
	found->items = siglet_calloc(count, sizeof(siglet_service *));
	if (found->items == NULL)
		return siglet_err_nomem();
	for (int64_t version = list->highest; version > 0 && found->count == 0; version--) {
		gather(list, version, now_ms, found);
		*ret_version = version;
	}
	return NULL;
}

static siglet_err *none_found(const listing *list, bool any)
{
	if (any)
		return siglet_err_hint(
			siglet_err_new(SIGLET_E_EXPIRED,
				       "no %s of the signing config is valid now, of a version "
				       "that siglet speaks",
				       list->what),
			"get the instance's current signing config, or a newer siglet");
	return siglet_err_hint(siglet_err_new(SIGLET_E_MISSING, "no %s is known", list->what),
			       "give a --signing-config or --trust-config, or name the service");
}

/* CA and issuer: the newest one. */
static siglet_err *choose_single(const listing *list, int64_t now_ms, bool is_needed,
				 siglet_services *services, const char **ret_url)
{
	candidates found;
	int64_t version = 0;
	siglet_err *err = find_newest(list, now_ms, &found, &version);

	if (err == NULL && found.count > 0)
		err = keep_url(services, found.items[0]->url, ret_url);
	else if (err == NULL && is_needed)
		err = none_found(list, found.any);
	free(found.items);
	return err;
}

/* The first of each operator stays. */
static void one_each(candidates *found)
{
	size_t kept = 0;

	for (size_t i = 0; i < found->count; i++) {
		size_t j = 0;

		while (j < kept &&
		       !siglet_slice_equal(found->items[j]->operator_, found->items[i]->operator_))
			j++;
		if (j == kept)
			found->items[kept++] = found->items[i];
	}
	found->count = kept;
}

/* The first `count` become a random choice of all. */
static siglet_err *shuffle(candidates *found, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint32_t random = 0;
		siglet_err *err = siglet_crypto_random((uint8_t *)&random, sizeof(random));

		if (err != NULL)
			return err;
		const size_t j = i + random % (found->count - i);
		const siglet_service *other = found->items[j];

		found->items[j] = found->items[i];
		found->items[i] = other;
	}
	return NULL;
}

static siglet_err *select_some(const listing *list, candidates *found)
{
	uint64_t exact = 0;
	size_t count = found->count;

	switch (siglet_signing_config_selector(list->config, list->kind, &exact)) {
	case SIGLET_SELECT_ALL:
		break;
	case SIGLET_SELECT_ANY:
		count = 1;
		break;
	case SIGLET_SELECT_EXACT:
		if (exact == 0 || exact > found->count)
			return siglet_err_new(SIGLET_E_MISSING,
					      "the signing config wants %llu of its %ss, and %zu "
					      "can be used now",
					      (unsigned long long)exact, list->what, found->count);
		count = (size_t)exact;
		break;
	case SIGLET_SELECT_UNDEFINED:
		return siglet_err_new(SIGLET_E_UNSUPPORTED,
				      "the signing config does not say how many %ss to use",
				      list->what);
	}
	siglet_err *err = count < found->count ? shuffle(found, count) : NULL;
	found->count = count;
	if (err == NULL && count > SIGLET_MAX_SERVICES)
		err = siglet_err_new(SIGLET_E_LIMIT, "%zu %ss, at most %d", count, list->what,
				     SIGLET_MAX_SERVICES);
	return err;
}

static siglet_err *choose_several(const listing *list, int64_t now_ms, siglet_services *services,
				  const char **ret_urls, size_t *ret_count, int64_t *ret_version)
{
	candidates found;
	siglet_err *err = find_newest(list, now_ms, &found, ret_version);

	if (err == NULL && found.count == 0 && found.any)
		err = none_found(list, true);
	if (err == NULL && found.count > 0) {
		one_each(&found);
		err = select_some(list, &found);
	}
	for (size_t i = 0; err == NULL && i < found.count; i++)
		err = keep_url(services, found.items[i]->url, &ret_urls[i]);
	if (err == NULL)
		*ret_count = found.count;
	free(found.items);
	return err;
}

/* ---- logs and authorities ---- */

static siglet_err *choose_logs(const siglet_signing_config *config,
			       const siglet_service_wishes *wishes, int64_t now_ms,
			       siglet_services *services)
{
	const listing list = { config, SIGLET_SERVICE_TLOG,
			       wishes->rekor_version == 0 ? 2 : wishes->rekor_version,
			       "transparency log" };
	const char *urls[SIGLET_MAX_SERVICES] = { NULL };
	int64_t version = wishes->rekor_version == 0 ? 1 : wishes->rekor_version;
	siglet_err *err = NULL;

	if (wishes->no_tlog)
		return NULL;
	if (wishes->rekor_url != NULL) {
		services->log_count = 1;
		err = keep_wish(services, wishes->rekor_url, &urls[0]);
	} else {
		err = choose_several(&list, now_ms, services, urls, &services->log_count, &version);
	}
	if (err == NULL && services->log_count == 0)
		return none_found(&list, false);
	if (err == NULL && wishes->rekor_version != 0 && version != wishes->rekor_version)
		return siglet_err_new(SIGLET_E_MISSING,
				      "no log of the signing config speaks Rekor v%d now",
				      wishes->rekor_version);
	for (size_t i = 0; err == NULL && i < services->log_count; i++)
		services->logs[i] = (siglet_log_service) { urls[i], (int)version };
	return err;
}

static siglet_err *choose_tsas(const siglet_signing_config *config,
			       const siglet_service_wishes *wishes, int64_t now_ms,
			       siglet_services *services)
{
	const listing list = { config, SIGLET_SERVICE_TSA, 1, "timestamp authority" };
	int64_t version = 0;

	if (wishes->no_timestamp)
		return NULL;
	if (wishes->tsa_url != NULL) {
		services->tsa_count = 1;
		return keep_wish(services, wishes->tsa_url, &services->tsas[0]);
	}
	return choose_several(&list, now_ms, services, services->tsas, &services->tsa_count,
			      &version);
}

/*
 * A certificate is good for minutes: without an observer of the time nobody could ever verify it.
 */
static siglet_err *check_time(const siglet_service_wishes *wishes, const siglet_services *services)
{
	bool has_promise = false;

	for (size_t i = 0; i < services->log_count; i++)
		has_promise = has_promise || services->logs[i].version == 1;
	if (wishes->managed_key || services->tsa_count > 0 || has_promise)
		return NULL;
	if (wishes->no_timestamp)
		return siglet_err_hint(
			siglet_err_new(SIGLET_E_USAGE,
				       "without a timestamp nothing says when the certificate was "
				       "used: nobody could ever verify this"),
			"leave out --no-timestamp, or use a Rekor v1 log");
	return siglet_err_hint(
		siglet_err_new(SIGLET_E_MISSING,
			       "no timestamp authority is known, and without one nothing says when "
			       "the certificate was used"),
		"name one with --tsa-url, or use a signing config that lists one");
}

siglet_err *siglet_services_choose(const siglet_signing_config *config,
				   const siglet_service_wishes *wishes, int64_t now_ms,
				   siglet_services *services)
{
	const listing cas = { config, SIGLET_SERVICE_CA, 1, "certificate authority" };
	const listing issuers = { config, SIGLET_SERVICE_OIDC, 1, "OIDC issuer" };
	siglet_err *err = NULL;

	if (wishes->fulcio_url != NULL)
		err = keep_wish(services, wishes->fulcio_url, &services->fulcio);
	else if (!wishes->managed_key)
		err = choose_single(&cas, now_ms, true, services, &services->fulcio);
	if (err == NULL && wishes->oidc_url != NULL)
		err = keep_wish(services, wishes->oidc_url, &services->oidc);
	else if (err == NULL)
		err = choose_single(&issuers, now_ms, false, services, &services->oidc);
	if (err == NULL)
		err = choose_logs(config, wishes, now_ms, services);
	if (err == NULL)
		err = choose_tsas(config, wishes, now_ms, services);
	if (err == NULL)
		err = check_time(wishes, services);
	if (err != NULL)
		siglet_services_clear(services);
	return err;
}
