#include "timestamp/timestamp_internal.h"

#include <string.h>

#include <openssl/asn1.h>

#include "timestamp_authority.h"

/*
 * A token with any one bit flipped is refused, or no signature covers that bit. Which bytes these
 * are is written down here, and no others may come to light.
 */

/* ---- where things are ---- */

/* The whole of one DER value in a response. */
typedef struct span {
	size_t start; /* of the header */
	size_t body;
	size_t end;
} span;

static span read_span(siglet_slice der, size_t start)
{
	const uint8_t *p = der.ptr + start;
	long len = 0;
	int tag = 0, class = 0;

	if ((ASN1_get_object(&p, &len, &tag, &class, (long)(der.len - start)) & 0x80) != 0)
		abort();
	const size_t body = (size_t)(p - der.ptr);
	return (span) { start, body, body + (size_t)len };
}

static span child(siglet_slice der, span parent, size_t index)
{
	span at = read_span(der, parent.body);

	for (size_t i = 0; i < index; i++)
		at = read_span(der, at.end);
	return at;
}

typedef struct region {
	span where;
	const char *reason;
} region;

#define REGIONS 5

/* TimeStampResp { status { 0 }, token { oid, [0] { SignedData } } }, RFC 5652 section 5.1. */
static void find_regions(siglet_slice der, region ret_regions[REGIONS])
{
	const span response = read_span(der, 0);
	const span status = child(der, response, 0), token = child(der, response, 1);
	const span data = child(der, child(der, token, 1), 0);
	const span infos = child(der, data, 4), signer_info = child(der, infos, 0);

	ret_regions[0] = (region) { child(der, status, 0), "PKIStatus: granted or with mods" };
	ret_regions[1] = (region) { child(der, data, 0), "SignedData version: says nothing" };
	ret_regions[2] = (region) { child(der, data, 1), "digestAlgorithms: a hint for one pass" };
	ret_regions[3] = (region) { child(der, data, 3), "embedded certificates: not needed" };
	ret_regions[4] =
		(region) { child(der, signer_info, 0), "SignerInfo version: says nothing" };
}

static const char *reason_for(const region *regions, size_t at)
{
	for (size_t i = 0; i < REGIONS; i++)
		if (at >= regions[i].where.start && at < regions[i].where.end)
			return regions[i].reason;
	return NULL;
}

/* ---- flips ---- */

static bool is_accepted(siglet_slice response, const siglet_chain *chain)
{
	siglet_timestamp *timestamp = NULL;
	siglet_err *err = siglet_timestamp_parse(response, &timestamp);

	if (err == NULL)
		err = siglet_timestamp_check_imprint(timestamp, siglet_slice_str("data"));
	if (err == NULL)
		err = siglet_timestamp_verify(timestamp, chain);
	siglet_timestamp_free(timestamp);
	const bool accepted = err == NULL;
	siglet_err_free(err);
	return accepted;
}

/* Which bits of byte i may be flipped? */
static unsigned free_bits(const siglet_buf *response, size_t i, const siglet_chain *chain)
{
	unsigned bits = 0;

	for (unsigned bit = 0; bit < 8; bit++) {
		response->ptr[i] ^= (uint8_t)(1u << bit);
		if (is_accepted(siglet_buf_slice(response), chain))
			bits |= 1u << bit;
		response->ptr[i] ^= (uint8_t)(1u << bit);
	}
	return bits;
}

/* Prints each byte that may change, and why; how many there is no reason for. */
static size_t count_unexplained(const siglet_buf *response, const region *regions,
				const siglet_chain *chain)
{
	const char *reason = NULL;
	size_t unexplained = 0;

	for (size_t i = 0; i < response->len; i++) {
		const unsigned bits = free_bits(response, i, chain);
		const char *before = reason;

		if (bits == 0)
			continue;
		reason = reason_for(regions, i);
		unexplained += reason == NULL;
		if (reason == NULL)
			printf("\n# offset %zu, bits 0x%02x: NO REASON", i, bits);
		else if (reason != before)
			printf("\n# %s:\n#  %zu", reason, i);
		else
			printf(" %zu", i);
	}
	printf("\n");
	return unexplained;
}

static void flipped_bits_are_refused(const char *what, const tsa_options *options,
				     const siglet_chain *chain, bool may_embed)
{
	siglet_buf response = tsa_respond(options);
	region regions[REGIONS];

	find_regions(siglet_buf_slice(&response), regions);
	if (!may_embed)
		regions[3].where = (span) { 0, 0, 0 };
	OK(is_accepted(siglet_buf_slice(&response), chain), "%s: as made it is accepted", what);
	const size_t unexplained = count_unexplained(&response, regions, chain);
	OK(unexplained == 0, "%s: of %zu bytes, %zu may change without a reason", what,
	   response.len, unexplained);
	siglet_buf_clear(&response);
}

/* ---- encodings ---- */

/* A SEQUENCE whose body is this, with the header bytes before it and the trailer behind. */
static siglet_buf rewrapped(siglet_slice body, const char *header, size_t header_len,
			    const char *trailer, size_t trailer_len)
{
	siglet_buf buf;

	siglet_buf_init(&buf, SIGLET_MAX_TIMESTAMP_BYTES);
	if (siglet_buf_append(&buf, siglet_slice_of(header, header_len)) != NULL ||
	    siglet_buf_append(&buf, body) != NULL ||
	    siglet_buf_append(&buf, siglet_slice_of(trailer, trailer_len)) != NULL)
		abort();
	return buf;
}

/* Lengths that BER allows and DER does not; for bodies of 256 bytes and more. */
static void one_encoding_is_refused(const char *what, siglet_slice der, bool is_token)
{
	const span whole = read_span(der, 0);
	const siglet_slice body = siglet_slice_of(der.ptr + whole.body, whole.end - whole.body);
	const char longer[] = { 0x30, (char)0x83, 0, (char)(body.len >> 8), (char)body.len };
	const char minimal[] = { 0x30, (char)0x82, (char)(body.len >> 8), (char)body.len };
	const struct {
		const char *name;
		siglet_buf made;
		bool is_der;
	} cases[] = {
		{ "DER", rewrapped(body, minimal, sizeof(minimal), "", 0), true },
		{ "a length with a zero before it", rewrapped(body, longer, sizeof(longer), "", 0),
		  false },
		{ "no length", rewrapped(body, "0\x80", 2, "\0", 2), false },
	};

	for (size_t i = 0; i < SIGLET_COUNT(cases); i++) {
		siglet_buf made = cases[i].made;
		siglet_timestamp *timestamp = NULL;
		siglet_buf response = { 0 };

		if (is_token)
			response = tsa_response(&(tsa_options) { 0 }, siglet_buf_slice(&made));
		const siglet_slice input = siglet_buf_slice(is_token ? &response : &made);
		if (cases[i].is_der)
			OK_SUCCESS(siglet_timestamp_parse(input, &timestamp), "%s: %s", what,
				   cases[i].name);
		else
			OK_ERROR(siglet_timestamp_parse(input, &timestamp), SIGLET_E_MALFORMED,
				 "%s: %s", what, cases[i].name);
		siglet_timestamp_free(timestamp);
		siglet_buf_clear(&response);
		siglet_buf_clear(&made);
	}
}

static void other_encodings_are_refused(const authority *a)
{
	tsa_options options = options_of(a);
	siglet_buf response = tsa_respond(&options);
	const siglet_slice der = siglet_buf_slice(&response);
	const span token = child(der, read_span(der, 0), 1);

	one_encoding_is_refused("response", der, false);
	one_encoding_is_refused(
		"token", siglet_slice_of(der.ptr + token.start, token.end - token.start), true);
	siglet_buf_clear(&response);
}

static void certificates_may_stand_in_any_order(const authority *a)
{
	tsa_options options = options_of(a);
	options.embed[0] = a->signer;
	options.embed[1] = a->ca;
	siglet_buf response = tsa_respond(&options), swapped;
	region regions[REGIONS];

	siglet_buf_init(&swapped, response.len);
	if (siglet_buf_append(&swapped, siglet_buf_slice(&response)) != NULL)
		abort();
	find_regions(siglet_buf_slice(&response), regions);
	const span set = regions[3].where, first = read_span(siglet_buf_slice(&response), set.body);
	const size_t first_len = first.end - first.start, second_len = set.end - first.end;

	memcpy(swapped.ptr + set.body, response.ptr + first.end, second_len);
	memcpy(swapped.ptr + set.body + second_len, response.ptr + first.start, first_len);
	OK(is_accepted(siglet_buf_slice(&response), a->root_alone), "sorted, as DER wants");
	OK(is_accepted(siglet_buf_slice(&swapped), a->root_alone), "as authorities do it");
	siglet_buf_clear(&swapped);
	siglet_buf_clear(&response);
}

/* CMS_add1_cert() refuses to embed a certificate twice: its copy takes the place of a sibling. */
static void a_signer_may_be_embedded_twice(const authority *a)
{
	tsa_options options = options_of(a);
	X509 *sibling = NULL;
	const int want = i2d_X509(a->signer, NULL);

	/* The length of an ECDSA signature varies. */
	while (sibling == NULL || i2d_X509(sibling, NULL) != want) {
		X509_free(sibling);
		sibling = tsa_cert(a->key,
				   &(tsa_cert_options) { .name = "tsa",
							 .serial = 8,
							 .eku = TSA_EKU,
							 .key_usage = signer_options.key_usage },
				   a->ca, a->ca_key);
	}
	options.embed[0] = a->signer;
	options.embed[1] = sibling;
	siglet_buf response = tsa_respond(&options);
	region regions[REGIONS];
	find_regions(siglet_buf_slice(&response), regions);
	const size_t start = regions[3].where.body, len = (size_t)want;
	siglet_buf signer = tsa_cert_der(a->signer);

	OK(is_accepted(siglet_buf_slice(&response), a->root_alone), "once");
	memcpy(response.ptr + start, signer.ptr, len);
	memcpy(response.ptr + start + len, signer.ptr, len);
	OK(is_accepted(siglet_buf_slice(&response), a->root_alone), "twice the same");
	siglet_buf_clear(&signer);
	siglet_buf_clear(&response);
	X509_free(sibling);
}

int main(void)
{
	authority a = authority_of(&signer_options);
	tsa_options options = options_of(&a);

	options.embed[0] = a.signer;
	flipped_bits_are_refused("known signer", &options, a.chain, true);
	flipped_bits_are_refused("embedded signer", &options, a.root_alone, false);
	options.signer_flags = CMS_USE_KEYID;
	flipped_bits_are_refused("named by key id", &options, a.chain, true);
	other_encodings_are_refused(&a);
	certificates_may_stand_in_any_order(&a);
	a_signer_may_be_embedded_twice(&a);
	authority_clear(&a);
	return tap_done();
}
