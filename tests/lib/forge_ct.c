/* Signed certificate timestamps: RFC 6962 sections 3.2 and 3.3. */
#include "forge_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { X509_ENTRY = 0, PRECERT_ENTRY = 1 };
enum { HASH_SHA1 = 2, HASH_SHA256 = 4, SIGNATURE_RSA = 1, SIGNATURE_ECDSA = 3 };

#define BEFORE_WINDOW_MS ((uint64_t)1000 * (FORGE_AUTHORITIES_START_S - 86400))

forge_ct *forge_ct_of(forge *instance, forge_which which)
{
	forge_ct *ct = instance->ct[which];
	char label[32];

	if (ct != NULL)
		return ct;
	ct = calloc(1, sizeof(*ct));
	MUST(ct != NULL);
	(void)snprintf(label, sizeof(label), "ct log %d", (int)which);
	ct->key = forge_key_make(instance->seed, label, instance->config.ct_key);
	const forge_digest id = forge_hash(EVP_sha256(), siglet_buf_slice(&ct->key.spki));
	memcpy(ct->id, id.bytes, sizeof(ct->id));
	instance->ct[which] = ct;
	return ct;
}

void forge_ct_free(forge_ct *ct)
{
	if (ct == NULL)
		return;
	forge_key_clear(&ct->key);
	free(ct);
}

/* What one SCT says, and by whom. */
typedef struct sct_plan {
	const forge_ct *log;  /* whose id it has */
	const forge_key *key; /* who signs it */
	uint64_t time_ms;
	uint64_t signed_time_ms;
	siglet_buf extensions;
	uint8_t entry_type;
	siglet_buf entry; /* without its type: what stands for the certificate */
	uint8_t version, hash, signature;
} sct_plan;

static void put_vector(siglet_buf *out, size_t width, siglet_slice data)
{
	forge_put_uint(out, data.len, width);
	forge_put_bytes(out, data);
}

static siglet_buf sct_signature(const sct_plan *plan)
{
	siglet_buf data = forge_buf();

	forge_put_uint(&data, 0, 1); /* v1 */
	forge_put_uint(&data, 0, 1); /* certificate_timestamp */
	forge_put_uint(&data, plan->signed_time_ms, 8);
	forge_put_uint(&data, plan->entry_type, 2);
	forge_put_bytes(&data, siglet_buf_slice(&plan->entry));
	put_vector(&data, 2, siglet_buf_slice(&plan->extensions));
	siglet_buf signature = forge_sign(plan->key, siglet_buf_slice(&data));
	siglet_buf_clear(&data);
	return signature;
}

static siglet_buf sct_bytes(const sct_plan *plan)
{
	siglet_buf signature = sct_signature(plan), sct = forge_buf();

	forge_put_uint(&sct, plan->version, 1);
	forge_put_bytes(&sct, siglet_slice_of(plan->log->id, sizeof(plan->log->id)));
	forge_put_uint(&sct, plan->time_ms, 8);
	put_vector(&sct, 2, siglet_buf_slice(&plan->extensions));
	forge_put_uint(&sct, plan->hash, 1);
	forge_put_uint(&sct, plan->signature, 1);
	put_vector(&sct, 2, siglet_buf_slice(&signature));
	siglet_buf_clear(&signature);
	return sct;
}

static sct_plan plan_for(const forge_making *making, const forge_ct *log)
{
	const bool is_rsa = log->key.type >= FORGE_RSA_1024;
	sct_plan plan = {
		.log = log,
		.key = &log->key,
		.time_ms = (uint64_t)making->time_s * 1000 - 4321,
		.extensions = forge_buf(),
		.entry_type = PRECERT_ENTRY,
		.hash = HASH_SHA256,
		.signature = is_rsa ? SIGNATURE_RSA : SIGNATURE_ECDSA,
	};

	if (forge_is(making, FORGE_DEFECT_SCT_WINDOW))
		plan.time_ms = BEFORE_WINDOW_MS;
	plan.signed_time_ms = plan.time_ms;
	if (forge_varies(making, FORGE_VARIATION_SCT_EXTENSIONS)) {
		/* A leaf index, as static-ct logs write it: type 0, 40 bits. */
		forge_put_uint(&plan.extensions, 0, 1);
		forge_put_uint(&plan.extensions, 5, 2);
		forge_put_uint(&plan.extensions, 112, 5);
	}
	return plan;
}

/* RFC 6962 section 3.2: the issuer's key hash and the TBSCertificate without SCT list. */
static siglet_buf precert_entry(X509 *precert, siglet_slice issuer_spki)
{
	siglet_buf entry = forge_buf();
	uint8_t *der = NULL;
	const int len = i2d_re_X509_tbs(precert, &der);
	siglet_buf tbs = forge_taken(der, len);
	const forge_digest issuer = forge_hash(EVP_sha256(), issuer_spki);

	forge_put_bytes(&entry, forge_digest_slice(&issuer));
	put_vector(&entry, 3, siglet_buf_slice(&tbs));
	siglet_buf_clear(&tbs);
	return entry;
}

static siglet_buf leaf_entry(siglet_slice leaf_der)
{
	siglet_buf entry = forge_buf();

	put_vector(&entry, 3, leaf_der);
	return entry;
}

/* The SCT of the bundle's first CT log, with whatever defect there is. */
static siglet_buf first_sct(forge_making *making, X509 *precert)
{
	forge *instance = making->instance;
	const forge_ct *stranger = forge_ct_of(instance, FORGE_STRANGER);
	const bool is_self = forge_is(making, FORGE_DEFECT_CERT_SELF_SIGNED);
	const forge_key *issuer = is_self ? &making->key : forge_issuing_key(making->ca);
	sct_plan plan = plan_for(making, forge_is(making, FORGE_DEFECT_SCT_UNKNOWN_LOG)
						 ? stranger
						 : forge_ct_of(instance, FORGE_FIRST));

	if (forge_is(making, FORGE_DEFECT_SCT_OTHER_ISSUER))
		issuer = &stranger->key;
	plan.entry = precert_entry(precert, siglet_buf_slice(&issuer->spki));
	if (forge_is(making, FORGE_DEFECT_SCT_OTHER_CERTIFICATE))
		forge_damage(&plan.entry);
	if (forge_is(making, FORGE_DEFECT_SCT_FINAL_CERTIFICATE)) {
		siglet_buf_clear(&plan.entry);
		siglet_buf der = forge_cert_der(precert);
		plan.entry_type = X509_ENTRY;
		plan.entry = leaf_entry(siglet_buf_slice(&der));
		siglet_buf_clear(&der);
	}
	if (forge_is(making, FORGE_DEFECT_SCT_SIGNATURE))
		plan.signed_time_ms++;
	if (forge_is(making, FORGE_DEFECT_SCT_OTHER_KEY))
		plan.key = &stranger->key;
	if (forge_is(making, FORGE_DEFECT_SCT_VERSION))
		plan.version = 1; /* v2 */
	if (forge_is(making, FORGE_DEFECT_SCT_ALGORITHM))
		plan.signature = plan.signature == SIGNATURE_RSA ? SIGNATURE_ECDSA : SIGNATURE_RSA;
	if (forge_is(making, FORGE_DEFECT_SCT_HASH))
		plan.hash = HASH_SHA1;
	siglet_buf sct = sct_bytes(&plan);
	siglet_buf_clear(&plan.entry);
	siglet_buf_clear(&plan.extensions);
	return sct;
}

static siglet_buf second_sct(forge_making *making, X509 *precert, forge_which which)
{
	const forge_key *issuer = forge_issuing_key(making->ca);
	sct_plan plan = plan_for(making, forge_ct_of(making->instance, which));

	plan.entry = precert_entry(precert, siglet_buf_slice(&issuer->spki));
	if (forge_is(making, FORGE_DEFECT_SCT_SECOND_BAD))
		plan.signed_time_ms++;
	siglet_buf sct = sct_bytes(&plan);
	siglet_buf_clear(&plan.entry);
	siglet_buf_clear(&plan.extensions);
	return sct;
}

siglet_buf forge_ct_list(forge_making *making, X509 *precert)
{
	const bool is_unknown = forge_varies(making, FORGE_VARIATION_SCT_UNKNOWN_SECOND);
	siglet_buf scts = forge_buf(), list = forge_buf();

	if (!forge_is(making, FORGE_DEFECT_SCT_EMPTY_LIST)) {
		siglet_buf sct = first_sct(making, precert);
		put_vector(&scts, 2, siglet_buf_slice(&sct));
		siglet_buf_clear(&sct);
	}
	if (making->options.second_sct || is_unknown) {
		siglet_buf sct =
			second_sct(making, precert, is_unknown ? FORGE_STRANGER : FORGE_SECOND);
		put_vector(&scts, 2, siglet_buf_slice(&sct));
		siglet_buf_clear(&sct);
	}
	put_vector(&list, 2, siglet_buf_slice(&scts));
	if (forge_is(making, FORGE_DEFECT_SCT_TRAILING))
		forge_put_uint(&list, 0, 2);
	siglet_buf_clear(&scts);
	return list;
}

siglet_buf forge_ct_detached(forge_making *making, siglet_slice leaf_der)
{
	const forge_ct *log = forge_ct_of(making->instance, FORGE_FIRST);
	sct_plan plan = plan_for(making, log);
	siglet_buf json = forge_buf(), block = forge_buf();

	plan.entry_type = X509_ENTRY;
	plan.entry = leaf_entry(leaf_der);
	siglet_buf signature = sct_signature(&plan);
	forge_put_uint(&block, plan.hash, 1);
	forge_put_uint(&block, plan.signature, 1);
	put_vector(&block, 2, siglet_buf_slice(&signature));
	forge_put(&json, "{\"sct_version\":0,\"id\":\"");
	forge_put_base64(&json, siglet_slice_of(log->id, sizeof(log->id)));
	forge_put(&json, "\",\"timestamp\":%llu,\"extensions\":\"",
		  (unsigned long long)plan.time_ms);
	forge_put_base64(&json, siglet_buf_slice(&plan.extensions));
	forge_put(&json, "\",\"signature\":\"");
	forge_put_base64(&json, siglet_buf_slice(&block));
	forge_put(&json, "\"}");
	siglet_buf_clear(&signature);
	siglet_buf_clear(&block);
	siglet_buf_clear(&plan.entry);
	siglet_buf_clear(&plan.extensions);
	return json;
}
