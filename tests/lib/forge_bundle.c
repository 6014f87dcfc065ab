/* A bundle: its parts in the order in which Sigstore's services make them, then its JSON. */
#include "forge_internal.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* ---- spelling ---- */

void forge_write_bytes(const forge_making *making, siglet_buf *json, siglet_slice data)
{
	siglet_buf text = forge_buf();

	forge_put_base64(&text, data);
	if (forge_varies(making, FORGE_VARIATION_BASE64_URL_SAFE)) {
		while (text.len > 0 && text.ptr[text.len - 1] == '=')
			siglet_buf_truncate(&text, text.len - 1);
		for (size_t i = 0; i < text.len; i++)
			text.ptr[i] = text.ptr[i] == '+'   ? '-'
				      : text.ptr[i] == '/' ? '_'
							   : text.ptr[i];
	}
	forge_put(json, "\"");
	forge_put_bytes(json, siglet_buf_slice(&text));
	forge_put(json, "\"");
	siglet_buf_clear(&text);
}

void forge_write_number(const forge_making *making, siglet_buf *json, int64_t number)
{
	const char *quote = forge_varies(making, FORGE_VARIATION_NUMBERS) ? "" : "\"";

	forge_put(json, "%s%lld%s", quote, (long long)number, quote);
}

/* The end of the string that begins at this quote. */
static size_t string_end(const siglet_buf *json, size_t at)
{
	for (at++; json->ptr[at] != '"'; at++)
		at += json->ptr[at] == '\\' ? 1 : 0;
	return at;
}

/* Every member's name from lowerCamelCase to snake_case. */
static siglet_buf to_snake_case(const siglet_buf *json)
{
	siglet_buf out = forge_buf();

	for (size_t at = 0; at < json->len; at++) {
		const size_t end = json->ptr[at] == '"' ? string_end(json, at) : at;
		const bool is_name = end > at && json->ptr[end + 1] == ':';

		for (size_t i = at; i <= end; i++) {
			const uint8_t c = json->ptr[i];

			if (is_name && c >= 'A' && c <= 'Z')
				forge_put(&out, "_%c", c - 'A' + 'a');
			else
				forge_put_uint(&out, c, 1);
		}
		at = end;
	}
	return out;
}

/* ---- verification material ---- */

static void write_certificate(const forge_making *making, siglet_buf *json, X509 *cert)
{
	siglet_buf der = forge_cert_der(cert);

	forge_put(json, "{\"rawBytes\":");
	forge_write_bytes(making, json, siglet_buf_slice(&der));
	forge_put(json, "}");
	siglet_buf_clear(&der);
}

static void write_chain(const forge_making *making, siglet_buf *json)
{
	const forge_ca *ca = making->ca;
	const forge_material material = making->options.material;
	X509 *chain[3] = { making->leaf, ca->issuer, ca->root };
	size_t count = material == FORGE_CHAIN_TO_ROOT	     ? 3
		       : material == FORGE_CHAIN_WITH_ISSUER ? 2
							     : 1;

	if (ca->issuer == ca->root && count == 3)
		count = 2;
	if (forge_is(making, FORGE_DEFECT_CHAIN_EMPTY))
		count = 0;
	if (forge_is(making, FORGE_DEFECT_CHAIN_ORDER)) {
		chain[1] = ca->root;
		chain[2] = ca->issuer;
		count = 3;
	}
	if (forge_is(making, FORGE_DEFECT_CHAIN_CA_FIRST)) {
		chain[0] = ca->issuer;
		chain[1] = ca->root;
		count = 2;
	}
	forge_put(json, "\"x509CertificateChain\":{\"certificates\":[");
	for (size_t i = 0; i < count; i++) {
		forge_put(json, "%s", i > 0 ? "," : "");
		write_certificate(making, json, chain[i]);
	}
	forge_put(json, "]},");
}

static void write_hint(const forge_making *making, siglet_buf *json)
{
	const forge_digest hash = forge_hash(EVP_sha256(), siglet_buf_slice(&making->key.spki));

	forge_put(json, "\"publicKey\":{\"hint\":");
	if (making->options.hint != NULL)
		forge_put_json(json, making->options.hint);
	else {
		forge_put(json, "\"");
		forge_put_base64(json, forge_digest_slice(&hash));
		forge_put(json, "\"");
	}
	forge_put(json, "},");
}

static void write_signer(const forge_making *making, siglet_buf *json)
{
	if (forge_is(making, FORGE_DEFECT_NO_MATERIAL))
		return;
	if (making->is_managed || forge_is(making, FORGE_DEFECT_TWO_MATERIALS))
		write_hint(making, json);
	if (making->is_managed)
		return;
	if (making->options.material != FORGE_CERTIFICATE) {
		write_chain(making, json);
		return;
	}
	forge_put(json, "\"certificate\":");
	write_certificate(making, json, making->leaf);
	forge_put(json, ",");
}

static void write_entries(forge_making *making, siglet_buf *json)
{
	const forge_options *options = &making->options;

	forge_put(json, "\"tlogEntries\":[");
	for (size_t i = 0; !options->no_entries && i < options->entry_count; i++) {
		siglet_buf one = forge_buf();

		forge_entry_write(making, &options->entries[i], &one);
		forge_put(json, "%s", i > 0 ? "," : "");
		forge_put_bytes(json, siglet_buf_slice(&one));
		if (forge_is(making, FORGE_DEFECT_ENTRY_TWICE)) {
			forge_put(json, ",");
			forge_put_bytes(json, siglet_buf_slice(&one));
		}
		siglet_buf_clear(&one);
	}
	forge_put(json, "]");
}

static void write_stamps(forge_making *making, siglet_buf *json)
{
	const forge_options *options = &making->options;

	if (options->no_stamps || options->stamp_count == 0)
		return;
	forge_put(json, ",\"timestampVerificationData\":{\"rfc3161Timestamps\":[");
	for (size_t i = 0; i < options->stamp_count; i++) {
		siglet_buf stamp = forge_stamp_make(making, &options->stamps[i]);

		forge_put(json, "%s{\"signedTimestamp\":", i > 0 ? "," : "");
		forge_write_bytes(making, json, siglet_buf_slice(&stamp));
		forge_put(json, "}");
		siglet_buf_clear(&stamp);
	}
	forge_put(json, "]}");
}

/* ---- the whole ---- */

static const char *media_type(const forge_making *making)
{
	static const char *const types[] = {
		[FORGE_V03] = "application/vnd.dev.sigstore.bundle.v0.3+json",
		[FORGE_V03_OLD] = "application/vnd.dev.sigstore.bundle+json;version=0.3",
		[FORGE_V02] = "application/vnd.dev.sigstore.bundle+json;version=0.2",
		[FORGE_V01] = "application/vnd.dev.sigstore.bundle+json;version=0.1",
	};

	if (forge_is(making, FORGE_DEFECT_MEDIA_TYPE_UNKNOWN))
		return "application/vnd.dev.sigstore.bundle.v99.9+json";
	return types[making->options.version];
}

static siglet_buf write_bundle(forge_making *making)
{
	siglet_buf json = forge_buf();

	forge_put(&json, "{");
	if (!forge_is(making, FORGE_DEFECT_MEDIA_TYPE_MISSING))
		forge_put(&json, "\"mediaType\":\"%s\",", media_type(making));
	if (forge_varies(making, FORGE_VARIATION_UNKNOWN_FIELD))
		forge_put(&json, "\"fieldOfTomorrow\":{\"list\":[1,null]},");
	forge_put(&json, "\"verificationMaterial\":{");
	write_signer(making, &json);
	write_entries(making, &json);
	write_stamps(making, &json);
	forge_put(&json, "}");
	forge_content_write(making, &json);
	forge_put(&json, "}");
	if (forge_is(making, FORGE_DEFECT_TRAILING_TEXT))
		forge_put(&json, "{}");
	if (forge_varies(making, FORGE_VARIATION_SNAKE_CASE)) {
		siglet_buf snake = to_snake_case(&json);
		siglet_buf_clear(&json);
		json = snake;
	}
	return json;
}

static void make_keys(forge_making *making)
{
	const forge_options *options = &making->options;
	char label[256];

	if (making->is_managed)
		(void)snprintf(label, sizeof(label), "key %s", options->key_label);
	else
		(void)snprintf(label, sizeof(label), "leaf %llu",
			       (unsigned long long)making->number);
	making->key = forge_key_make(making->instance->seed, label, options->key);
	if (forge_is(making, FORGE_DEFECT_SIGNATURE_OTHER_KEY) ||
	    forge_is(making, FORGE_DEFECT_ENTRY_OTHER_KEY))
		making->other_key =
			forge_key_make(making->instance->seed, "another key", options->key);
}

static void make_leaf(forge_making *making)
{
	making->ca = forge_ca_of(making->instance, making->options.ca);
	if (making->is_managed)
		return;
	making->leaf = forge_leaf_issue(making, &making->key, "");
	making->leaf_der = forge_cert_der(making->leaf);
}

forge_product forge_make(forge *instance, const forge_options *options)
{
	forge_making making = { .instance = instance, .number = instance->made++ };
	forge_product product = { 0 };

	if (options != NULL)
		making.options = *options;
	forge_settle(&making);
	make_keys(&making);
	make_leaf(&making);
	forge_content_make(&making);
	product.json = making.options.cose != FORGE_NO_COSE ? forge_cose_write(&making)
							    : write_bundle(&making);
	product.public_key = forge_key_pem(&making.key);
	if (!making.is_managed) {
		product.identity = forge_leaf_san(&making);
		product.issuer = forge_leaf_issuer(&making);
		product.detached_sct =
			forge_ct_detached(&making, siglet_buf_slice(&making.leaf_der));
	}
	product.artifact = making.artifact;
	product.certificate = making.leaf_der;
	product.signature = making.signature;
	product.payload = making.payload;
	siglet_buf_clear(&making.protected_map);
	siglet_buf_clear(&making.message);
	X509_free(making.leaf);
	forge_key_clear(&making.other_key);
	forge_key_clear(&making.key);
	return product;
}

void forge_product_clear(forge_product *product)
{
	siglet_buf_clear(&product->json);
	siglet_buf_clear(&product->artifact);
	siglet_buf_clear(&product->certificate);
	siglet_buf_clear(&product->public_key);
	siglet_buf_clear(&product->signature);
	siglet_buf_clear(&product->payload);
	siglet_buf_clear(&product->detached_sct);
}

siglet_buf forge_bundle(forge *instance, const forge_options *options)
{
	forge_product product = forge_make(instance, options);
	const siglet_buf json = product.json;

	product.json = forge_buf();
	forge_product_clear(&product);
	return json;
}
