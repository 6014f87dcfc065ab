#include "statement/statement_internal.h"

#include <string.h>

/*
 * Where does the predicate stand in the payload? It is given out byte for byte, for numbers and
 * escapes change when they are written anew. The payload has been parsed strictly, so this scan
 * need not check it; it counts members, since a name may be spelled with escapes.
 */

typedef struct member_search {
	size_t count; /* of members passed */
	bool found;
} member_search;

static siglet_err *count_to_predicate(void *context, siglet_slice name, const siglet_json *value)
{
	member_search *search = context;

	(void)value;
	search->found = search->found || siglet_slice_is(name, "predicate");
	if (!search->found)
		search->count++;
	return NULL;
}

static bool is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The index behind the string whose opening quote is at start. */
static size_t skip_string(siglet_slice json, size_t start)
{
	size_t i = start + 1;

	while (i < json.len && json.ptr[i] != '"')
		i += json.ptr[i] == '\\' ? 2 : 1;
	return i < json.len ? i + 1 : json.len;
}

/* The index of the next of two separators that is not inside a string, array or object. */
static size_t skip_to(siglet_slice json, size_t start, uint8_t separator, uint8_t closing)
{
	size_t depth = 0, i = start;

	while (i < json.len) {
		const uint8_t c = json.ptr[i];

		if (c == '"') {
			i = skip_string(json, i);
			continue;
		}
		if (depth == 0 && (c == separator || c == closing))
			return i;
		if (c == '{' || c == '[')
			depth++;
		else if ((c == '}' || c == ']') && depth > 0)
			depth--;
		i++;
	}
	return json.len;
}

static siglet_slice trim(siglet_slice text)
{
	while (text.len > 0 && is_space(text.ptr[0]))
		text = siglet_slice_of(text.ptr + 1, text.len - 1);
	while (text.len > 0 && is_space(text.ptr[text.len - 1]))
		text.len--;
	return text;
}

siglet_err *siglet_statement_find_predicate(const siglet_json *statement, siglet_slice payload,
					    siglet_slice *ret_json)
{
	member_search search = { 0 };
	siglet_err *err = siglet_json_object_each(statement, count_to_predicate, &search);
	size_t at = 0;

	if (err != NULL)
		return err;
	if (!search.found) {
		*ret_json = SIGLET_SLICE_NONE;
		return NULL;
	}
	at = skip_to(payload, 0, '{', '{') + 1;
	for (size_t i = 0; i < search.count; i++)
		at = skip_to(payload, at, ',', '}') + 1;
	at = skip_to(payload, at, ':', ':') + 1;
	const size_t end = skip_to(payload, at, ',', '}');
	if (at >= end)
		return siglet_err_new(SIGLET_E_INTERNAL, "the predicate is not where it was");
	*ret_json = trim(siglet_slice_of(payload.ptr + at, end - at));
	return NULL;
}

static const struct {
	const char *name, *uri;
} known[] = {
	{ "slsaprovenance1", "https://slsa.dev/provenance/v1" },
	{ "slsaprovenance02", "https://slsa.dev/provenance/v0.2" },
	{ "spdx", "https://spdx.dev/Document" },
	{ "cyclonedx", "https://cyclonedx.org/bom" },
	{ "vuln", "https://cosign.sigstore.dev/attestation/vuln/v1" },
	{ "link", "https://in-toto.io/Link/v1" },
};

const char *siglet_predicate_uri(const char *name)
{
	for (size_t i = 0; i < SIGLET_COUNT(known); i++)
		if (strcmp(name, known[i].name) == 0)
			return known[i].uri;
	return name;
}

/* RFC 3986 section 3.1 */
static bool has_scheme(const char *text)
{
	const size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					"0123456789+-.");

	return len > 0 && text[len] == ':' && text[len + 1] != '\0' &&
	       strchr("0123456789+-.", text[0]) == NULL;
}

/* Other tools' words for what has another name here. */
static const char *likely_name(const char *name)
{
	if (strcmp(name, "slsaprovenance") == 0 || strcmp(name, "slsa") == 0)
		return "slsaprovenance1, or slsaprovenance02 for the older form";
	if (strcmp(name, "spdxjson") == 0)
		return "spdx";
	return NULL;
}

siglet_err *siglet_predicate_check(const char *name)
{
	const char *likely = likely_name(name);
	siglet_err *err;

	if (siglet_predicate_uri(name) != name || has_scheme(name))
		return NULL;
	err = siglet_err_new(SIGLET_E_USAGE, "\"%s\" is no predicate type",
			     siglet_text_printable(siglet_slice_str(name)).text);
	if (likely != NULL)
		return siglet_err_hint(err, "did you mean %s?", likely);
	return siglet_err_hint(err, "it is a URI, or slsaprovenance1, slsaprovenance02, spdx, "
				    "cyclonedx, vuln or link");
}
