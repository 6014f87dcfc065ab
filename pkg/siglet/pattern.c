#include "siglet/siglet.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "siglet/siglet_internal.h"

/*
 * Patterns over identities, by PCRE2: loaded when the first pattern is asked for, so that who uses
 * none neither waits for the library nor needs it. Always the whole value, with limits on the
 * work.
 */

#define PCRE2_LIBRARY "libpcre2-8.so.0"
#define MAX_PATTERN_BYTES 4096
#define MAX_MATCH_STEPS 100000
#define MAX_MATCH_DEPTH 1000
#define MAX_MATCH_HEAP_KIB 4096

typedef struct pattern {
	void *library;
	pcre2_code *code;
	pcre2_match_context *limits;
	__typeof__(pcre2_compile) *compile;
	__typeof__(pcre2_code_free) *code_free;
	__typeof__(pcre2_match) *match;
	__typeof__(pcre2_match_context_create) *context_create;
	__typeof__(pcre2_match_context_free) *context_free;
	__typeof__(pcre2_set_match_limit) *set_match_limit;
	__typeof__(pcre2_set_depth_limit) *set_depth_limit;
	__typeof__(pcre2_set_heap_limit) *set_heap_limit;
	__typeof__(pcre2_match_data_create_from_pattern) *data_create;
	__typeof__(pcre2_match_data_free) *data_free;
	__typeof__(pcre2_get_ovector_pointer) *get_ovector;
	__typeof__(pcre2_get_error_message) *get_error_message;
} pattern;

#define STRING_OF(name) #name
#define SYMBOL(name) STRING_OF(name)

static void pattern_free(void *context)
{
	pattern *p = context;

	if (p == NULL)
		return;
	if (p->limits != NULL)
		p->context_free(p->limits);
	if (p->code != NULL)
		p->code_free(p->code);
	if (p->library != NULL)
		(void)dlclose(p->library);
	free(p);
}

/* POSIX lets a symbol's address pass for a function's, ISO C has no cast for it. */
static bool find(const pattern *p, const char *name, void *ret_function)
{
	void *const symbol = dlsym(p->library, name);

	if (symbol != NULL)
		memcpy(ret_function, &symbol, sizeof(symbol));
	return symbol != NULL;
}

static siglet_err *load(pattern *p)
{
	p->library = dlopen(PCRE2_LIBRARY, RTLD_NOW | RTLD_LOCAL);
	if (p->library != NULL && find(p, SYMBOL(pcre2_compile), &p->compile) &&
	    find(p, SYMBOL(pcre2_code_free), &p->code_free) &&
	    find(p, SYMBOL(pcre2_match), &p->match) &&
	    find(p, SYMBOL(pcre2_match_context_create), &p->context_create) &&
	    find(p, SYMBOL(pcre2_match_context_free), &p->context_free) &&
	    find(p, SYMBOL(pcre2_set_match_limit), &p->set_match_limit) &&
	    find(p, SYMBOL(pcre2_set_depth_limit), &p->set_depth_limit) &&
	    find(p, SYMBOL(pcre2_set_heap_limit), &p->set_heap_limit) &&
	    find(p, SYMBOL(pcre2_match_data_create_from_pattern), &p->data_create) &&
	    find(p, SYMBOL(pcre2_match_data_free), &p->data_free) &&
	    find(p, SYMBOL(pcre2_get_ovector_pointer), &p->get_ovector) &&
	    find(p, SYMBOL(pcre2_get_error_message), &p->get_error_message))
		return NULL;
	return siglet_err_hint(siglet_err_new(SIGLET_E_USAGE,
					      "patterns need PCRE2, which is not installed"),
			       "install libpcre2-8-0, or ask for an exact identity");
}

static siglet_err *compile(pattern *p, const char *text)
{
	const uint32_t options = PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_DOLLAR_ENDONLY |
				 PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C;
	PCRE2_SIZE offset = 0;
	PCRE2_UCHAR why[128] = "";
	int number = 0;

	p->code = p->compile((PCRE2_SPTR)text, strlen(text), options, &number, &offset, NULL);
	if (p->code == NULL) {
		(void)p->get_error_message(number, why, sizeof(why));
		return siglet_err_new(SIGLET_E_USAGE, "pattern, at character %zu: %s",
				      (size_t)offset, (const char *)why);
	}
	p->limits = p->context_create(NULL);
	if (p->limits == NULL)
		return siglet_err_nomem();
	(void)p->set_match_limit(p->limits, MAX_MATCH_STEPS);
	(void)p->set_depth_limit(p->limits, MAX_MATCH_DEPTH);
	(void)p->set_heap_limit(p->limits, MAX_MATCH_HEAP_KIB);
	return NULL;
}

/*
 * The whole value, no less: verbs and \K in a pattern may move a match's ends, so they are
 * compared with the value's. A limit that is met, like every failure, is no match.
 */
static bool pattern_matches(void *context, const char *value, size_t len)
{
	const pattern *p = context;
	pcre2_match_data *data = p->data_create(p->code, NULL);
	bool whole = false;

	if (data == NULL)
		return false;
	if (p->match(p->code, (PCRE2_SPTR)value, len, 0, 0, data, p->limits) > 0) {
		const PCRE2_SIZE *ends = p->get_ovector(data);

		whole = ends[0] == 0 && ends[1] == len;
	}
	p->data_free(data);
	return whole;
}

/* Nobody means to accept these. */
static bool accepts_anything(pattern *p)
{
	static const char *const absurd[] = { "~", "\x01 ?", "zq:7//..%%@@" };

	for (size_t i = 0; i < SIGLET_COUNT(absurd); i++)
		if (!pattern_matches(p, absurd[i], strlen(absurd[i])))
			return false;
	return true;
}

siglet_error *siglet_expectation_set_pattern(siglet_expectation *expectation, siglet_expect what,
					     const char *text)
{
	pattern *p = NULL;
	siglet_err *err = NULL;

	if (text[0] == '\0')
		return siglet_err_new(SIGLET_E_USAGE, "an empty pattern matches nothing");
	if (strlen(text) > MAX_PATTERN_BYTES)
		return siglet_err_new(SIGLET_E_USAGE, "a pattern of over %d bytes",
				      MAX_PATTERN_BYTES);
	p = siglet_calloc(1, sizeof(*p));
	if (p == NULL)
		return siglet_err_nomem();
	err = load(p);
	if (err == NULL)
		err = compile(p, text);
	if (err == NULL && accepts_anything(p))
		err = siglet_expectation_warn(expectation, "the pattern \"%s\" accepts any %s",
					      siglet_text_printable(siglet_slice_str(text)).text,
					      what == SIGLET_EXPECT_ISSUER ? "issuer" : "identity");
	if (err == NULL)
		err = siglet_expectation_add_matcher(expectation, what, text, pattern_matches, p,
						     pattern_free);
	if (err != NULL)
		pattern_free(p);
	return err;
}
