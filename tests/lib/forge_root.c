/* The trusted root that names an instance's services. */
#include "forge_internal.h"

#include <stdio.h>

static void put_window(siglet_buf *json, forge_window given, int64_t start_s, int64_t end_s,
		       bool no_start)
{
	if (given.start_s != 0) {
		start_s = given.start_s;
		end_s = given.end_s;
	}
	forge_put(json, "\"validFor\":{");
	if (!no_start)
		forge_put(json, "\"start\":\"%s\"", siglet_time_format(start_s).text);
	if (end_s != 0)
		forge_put(json, "%s\"end\":\"%s\"", no_start ? "" : ",",
			  siglet_time_format(end_s).text);
	forge_put(json, "}");
}

static void put_operator(siglet_buf *json, const forge_root_options *options, forge_which which)
{
	if (options->has_operators)
		forge_put(json, ",\"operator\":\"%s\"",
			  forge_domain(options->one_operator ? FORGE_FIRST : which));
}

/* ---- logs ---- */

typedef struct log_facts {
	char url[128];
	const forge_key *key;
	siglet_slice id;
	forge_window given;
	int64_t start_s;
	bool no_start;
	bool has_checkpoints;
} log_facts;

static void put_log(siglet_buf *json, const forge_root_options *options, forge_which which,
		    const log_facts *facts)
{
	if (json->ptr[json->len - 1] == '}')
		forge_put(json, ",");
	forge_put(
		json,
		"{\"baseUrl\":\"%s\",\"hashAlgorithm\":\"SHA2_256\",\"publicKey\":{\"rawBytes\":\"",
		facts->url);
	forge_put_base64(json, siglet_buf_slice(&facts->key->spki));
	forge_put(json, "\",\"keyDetails\":\"%s\",", forge_key_details(facts->key->type));
	put_window(json, facts->given, facts->start_s, 0, facts->no_start);
	forge_put(json, "},\"logId\":{\"keyId\":\"");
	forge_put_base64(json, facts->id);
	forge_put(json, "\"}");
	if (options->is_v02 && facts->has_checkpoints) {
		forge_put(json, ",\"checkpointKeyId\":{\"keyId\":\"");
		forge_put_base64(json, siglet_slice_of(facts->id.ptr, 4));
		forge_put(json, "\"}");
	}
	put_operator(json, options, which);
	forge_put(json, "}");
}

static void put_tlog(siglet_buf *json, forge *instance, const forge_root_options *options,
		     bool is_v2, forge_which which)
{
	const forge_log *log = forge_log_of(instance, is_v2, which);
	log_facts facts = {
		.key = &log->key,
		.id = siglet_slice_of(log->id, sizeof(log->id)),
		.start_s = is_v2 ? FORGE_AUTHORITIES_START_S : FORGE_REKOR_START_S,
		.no_start = options->no_start && !is_v2,
		.has_checkpoints = true,
	};

	if (which == FORGE_FIRST)
		facts.given = is_v2 ? options->rekor_v2 : options->rekor_v1;
	(void)snprintf(facts.url, sizeof(facts.url), "https://%s", log->name);
	put_log(json, options, which, &facts);
}

static void put_ctlog(siglet_buf *json, forge *instance, const forge_root_options *options,
		      forge_which which)
{
	const forge_ct *ct = forge_ct_of(instance, which);
	log_facts facts = {
		.key = &ct->key,
		.id = siglet_slice_of(ct->id, sizeof(ct->id)),
		.start_s = FORGE_AUTHORITIES_START_S,
	};

	if (which == FORGE_FIRST)
		facts.given = options->ct;
	(void)snprintf(facts.url, sizeof(facts.url), "https://ctfe.%s/2026", forge_domain(which));
	put_log(json, options, which, &facts);
}

/* ---- authorities ---- */

static void put_certificate(siglet_buf *json, X509 *cert)
{
	siglet_buf der = forge_cert_der(cert);

	if (json->ptr[json->len - 1] == '}')
		forge_put(json, ",");
	forge_put(json, "{\"rawBytes\":\"");
	forge_put_base64(json, siglet_buf_slice(&der));
	forge_put(json, "\"}");
	siglet_buf_clear(&der);
}

static void begin_authority(siglet_buf *json, forge_which which, const char *name, const char *url)
{
	if (json->ptr[json->len - 1] == '}')
		forge_put(json, ",");
	forge_put(json,
		  "{\"subject\":{\"organization\":\"%s\",\"commonName\":\"%s\"},\"uri\":\"%s\","
		  "\"certChain\":{\"certificates\":[",
		  forge_domain(which), name, url);
}

static void put_ca(siglet_buf *json, forge *instance, const forge_root_options *options,
		   forge_which which)
{
	const forge_ca *ca = forge_ca_of(instance, which);
	char url[128];

	(void)snprintf(url, sizeof(url), "https://fulcio.%s", forge_domain(which));
	begin_authority(json, which, "fulcio-root", url);
	if (ca->issuer != ca->root)
		put_certificate(json, ca->issuer);
	put_certificate(json, ca->root);
	forge_put(json, "]},");
	put_window(json, which == FORGE_FIRST ? options->ca : (forge_window) { 0, 0 },
		   FORGE_AUTHORITIES_START_S, which == FORGE_EXPIRED ? 0 : FORGE_CA_END_S, false);
	put_operator(json, options, which);
	forge_put(json, "}");
}

static void put_tsa(siglet_buf *json, forge *instance, const forge_root_options *options,
		    forge_which which)
{
	const forge_tsa *tsa = forge_tsa_of(instance, which);
	char url[128];

	(void)snprintf(url, sizeof(url), "https://timestamp.%s/api/v1/timestamp",
		       forge_domain(which));
	begin_authority(json, which, "tsa-root", url);
	if (!instance->config.tsa_leaf_not_in_root)
		put_certificate(json, tsa->leaf);
	put_certificate(json, tsa->root);
	forge_put(json, "]},");
	put_window(json, which == FORGE_FIRST ? options->tsa : (forge_window) { 0, 0 },
		   FORGE_AUTHORITIES_START_S, FORGE_TSA_END_S, false);
	put_operator(json, options, which);
	forge_put(json, "}");
}

siglet_buf forge_trusted_root(forge *instance, const forge_root_options *given)
{
	const forge_root_options options = given != NULL ? *given : (forge_root_options) { 0 };
	const forge_which last = options.more ? FORGE_SECOND : FORGE_FIRST;
	siglet_buf json = forge_buf();

	forge_put(&json,
		  "{\"mediaType\":\"application/vnd.dev.sigstore.trustedroot%s\",\"tlogs\":[",
		  options.is_v02 ? ".v0.2+json" : "+json;version=0.1");
	for (forge_which which = FORGE_FIRST; which <= last; which++) {
		if (!options.no_rekor_v1)
			put_tlog(&json, instance, &options, false, which);
		if (!options.no_rekor_v2)
			put_tlog(&json, instance, &options, true, which);
	}
	forge_put(&json, "],\"certificateAuthorities\":[");
	for (forge_which which = FORGE_FIRST; !options.no_ca && which <= last; which++)
		put_ca(&json, instance, &options, which);
	if (options.more && !options.no_ca)
		put_ca(&json, instance, &options, FORGE_EXPIRED);
	forge_put(&json, "],\"ctlogs\":[");
	for (forge_which which = FORGE_FIRST; !options.no_ct && which <= last; which++)
		put_ctlog(&json, instance, &options, which);
	forge_put(&json, "],\"timestampAuthorities\":[");
	for (forge_which which = FORGE_FIRST; !options.no_tsa && which <= last; which++)
		put_tsa(&json, instance, &options, which);
	forge_put(&json, "]}");
	return json;
}
