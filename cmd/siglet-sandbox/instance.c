#include "ct.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Keys and certificates of one instance, and the file that makes others trust it. */

/* What was there before: more than a tile holds, so that proofs have something to prove. */
#define OTHERS 300 /* entries */
#define START "2020-01-01T00:00:00Z"

int64_t instance_now_s(const instance *in)
{
	return (int64_t)time(NULL) + in->faults.skew_s;
}

uint64_t instance_next_serial(instance *in)
{
	uint64_t serial;

	MUST(pthread_mutex_lock(&in->lock) == 0);
	serial = ++in->serial;
	MUST(pthread_mutex_unlock(&in->lock) == 0);
	return serial;
}

void note_id(const char *name, uint8_t type, const siglet_signer *key, uint8_t ret_id[32])
{
	const siglet_slice parts[] = { siglet_slice_str(name), siglet_slice_str("\n"),
				       siglet_slice_of(&type, 1),
				       siglet_key_raw(siglet_signer_key(key)) };
	siglet_digest digest;

	WELL(siglet_crypto_sha256(parts, SIGLET_COUNT(parts), &digest));
	memcpy(ret_id, digest.bytes, 32);
}

static void make_keys(instance *in, const char *folder)
{
	in->oidc = state_key(folder, "oidc", "ecdsa-sha2-256-nistp256");
	in->ct = state_key(folder, "ct", "ecdsa-sha2-256-nistp256");
	in->tsa_root_key = state_key(folder, "tsa-root", "ecdsa-sha2-384-nistp384");
	in->tsa_key = state_key(folder, "tsa", "ecdsa-sha2-384-nistp384");
	in->v1 = state_key(folder, "rekor-v1", "ecdsa-sha2-256-nistp256");
}

void instance_make_ca(instance *in, const char *folder)
{
	const int64_t now_s = (int64_t)time(NULL);

	in->root_key = state_key(folder, "ca-root", "ecdsa-sha2-384-nistp384");
	in->ca_key = state_key(folder, "ca", "ecdsa-sha2-384-nistp384");
	in->root = state_cert(folder, "ca-root");
	in->ca = state_cert(folder, "ca");
	if (in->root == NULL)
		in->root = state_keep_cert(folder, "ca-root",
					   x509_make_ca(in->root_key, "sandbox root", NULL, NULL,
							now_s, 1));
	if (in->ca == NULL)
		in->ca = state_keep_cert(folder, "ca",
					 x509_make_ca(in->ca_key, "sandbox intermediate", in->root,
						      in->root_key, now_s, 2));
}

void instance_make_v2(instance *in, const char *folder)
{
	in->v2 = state_key(folder, "rekor-v2", "ed25519");
	note_id(in->v2_name, NOTE_LOG, in->v2, in->v2_id);
}

static void make_tsa(instance *in, const char *folder)
{
	const int64_t now_s = (int64_t)time(NULL);

	in->tsa_root = state_cert(folder, "tsa-root");
	in->tsa = state_cert(folder, "tsa");
	if (in->tsa_root == NULL)
		in->tsa_root =
			state_keep_cert(folder, "tsa-root",
					x509_make_ca(in->tsa_root_key, "sandbox timestamp root",
						     NULL, NULL, now_s, 3));
	if (in->tsa == NULL)
		in->tsa = state_keep_cert(folder, "tsa",
					  x509_make_tsa(in->tsa_key, in->tsa_root, in->tsa_root_key,
							now_s, 4));
}

instance *instance_new_bare(const faults *f, const char *folder, const char *name, const char *url)
{
	instance *in = siglet_calloc(1, sizeof(*in));

	MUST(in != NULL && pthread_mutex_init(&in->lock, NULL) == 0 &&
	     pthread_mutex_init(&in->requests, NULL) == 0);
	in->faults = *f;
	in->serial = (uint64_t)time(NULL) << 20;
	in->v1_name = V1_HOST;
	in->v1_url = "https://" V1_HOST;
	in->v2_name = name;
	in->v2_url = url;
	if (folder != NULL)
		state_open(folder);
	in->is_kept = folder != NULL;
	MUST(pthread_rwlock_init(&in->keys, NULL) == 0);
	make_keys(in, folder);
	instance_make_ca(in, folder);
	instance_make_v2(in, folder);
	make_tsa(in, folder);
	return in;
}

static void misbehave(instance *in)
{
	MUST(pthread_mutex_lock(&in->lock) == 0);
	rekor_v1_misbehave(in);
	rekor_v2_misbehave(in);
	MUST(pthread_mutex_unlock(&in->lock) == 0);
	ct_misbehave(in);
}

instance *instance_new(const faults *f, size_t witnesses, const char *folder)
{
	instance *in = instance_new_bare(f, folder, V2_HOST, "https://" V2_HOST);

	witness_make_all(in, witnesses, folder);
	in->shards[0].id = V1_TREE_ID;
	in->shard_count = 1;
	state_log(folder, "rekor-v1", &in->shards[0].log.honest);
	state_log(folder, "rekor-v2", &in->v2_log.honest);
	if (in->shards[0].log.honest.count == 0)
		tree_grow(&in->shards[0].log.honest, OTHERS);
	if (in->v2_log.honest.count == 0)
		tree_grow(&in->v2_log.honest, OTHERS);
	ct_open(in, folder);
	in->misbehave = misbehave;
	in->saw = rekor_v2_witness;
	misbehave(in);
	return in;
}

void instance_name_logs(instance *in)
{
	(void)snprintf(in->own_url, sizeof(in->own_url), "%s" V2_PATH, in->url);
	in->v1_url = in->url;
	in->v1_name = strstr(in->v1_url, "://") + 3;
	in->v2_url = in->own_url;
	in->v2_name = strstr(in->v2_url, "://") + 3;
	note_id(in->v2_name, NOTE_LOG, in->v2, in->v2_id);
}

void instance_free(instance *in)
{
	siglet_signer *const keys[] = { in->oidc,	  in->root_key, in->ca_key, in->ct,
					in->tsa_root_key, in->tsa_key,	in->v1,	    in->v2 };

	for (size_t i = 0; i < SIGLET_COUNT(keys); i++)
		siglet_signer_free(keys[i]);
	witness_free_all(in);
	X509_free(in->root);
	X509_free(in->ca);
	X509_free(in->tsa_root);
	X509_free(in->tsa);
	for (size_t i = 0; i < in->shard_count; i++)
		log_clear(&in->shards[i].log);
	log_clear(&in->v2_log);
	ct_free(in);
	tuf_free(in->tuf);
	rotate_free(in);
	(void)pthread_rwlock_destroy(&in->keys);
	(void)pthread_mutex_destroy(&in->lock);
	(void)pthread_mutex_destroy(&in->requests);
	free(in);
}

/* ---- the trust config ---- */

/* end_s 0: none. */
static void write_window(siglet_json_writer *w, int64_t end_s)
{
	siglet_json_write_begin_object(w, "validFor");
	siglet_json_write_text(w, "start", START);
	if (end_s != 0)
		siglet_json_write_text(w, "end", siglet_time_format(end_s).text);
	siglet_json_write_end_object(w);
}

static void write_log(siglet_json_writer *w, const char *url, const siglet_signer *key,
		      siglet_slice id, const char *details, int64_t end_s)
{
	siglet_json_write_begin_object(w, NULL);
	siglet_json_write_text(w, "baseUrl", url);
	siglet_json_write_text(w, "hashAlgorithm", "SHA2_256");
	siglet_json_write_begin_object(w, "publicKey");
	siglet_json_write_base64(w, "rawBytes", siglet_key_spki(siglet_signer_key(key)));
	siglet_json_write_text(w, "keyDetails", details);
	write_window(w, end_s);
	siglet_json_write_end_object(w);
	siglet_json_write_begin_object(w, "logId");
	siglet_json_write_base64(w, "keyId", id);
	siglet_json_write_end_object(w);
	siglet_json_write_end_object(w);
}

/* A certificate and its issuer. */
static void write_authority(siglet_json_writer *w, const char *uri, X509 *cert, X509 *root,
			    int64_t end_s)
{
	X509 *const certs[] = { cert, root };

	siglet_json_write_begin_object(w, NULL);
	siglet_json_write_begin_object(w, "subject");
	siglet_json_write_text(w, "organization", "sandbox.example");
	siglet_json_write_text(w, "commonName", "sandbox");
	siglet_json_write_end_object(w);
	siglet_json_write_text(w, "uri", uri);
	siglet_json_write_begin_object(w, "certChain");
	siglet_json_write_begin_array(w, "certificates");
	for (size_t i = 0; i < SIGLET_COUNT(certs); i++) {
		siglet_buf der;

		siglet_buf_init(&der, 65536);
		x509_der(certs[i], &der);
		siglet_json_write_begin_object(w, NULL);
		siglet_json_write_base64(w, "rawBytes", siglet_buf_slice(&der));
		siglet_json_write_end_object(w);
		siglet_buf_clear(&der);
	}
	siglet_json_write_end_array(w);
	siglet_json_write_end_object(w);
	write_window(w, end_s);
	siglet_json_write_end_object(w);
}

static siglet_slice key_id(const siglet_signer *key)
{
	return siglet_digest_slice(siglet_key_id(siglet_signer_key(key)));
}

#define CA_URI "https://fulcio.sandbox.example"

static void write_tlogs(const instance *in, siglet_json_writer *w)
{
	siglet_json_write_begin_array(w, "tlogs");
	write_log(w, in->v1_url, in->v1, key_id(in->v1), "PKIX_ECDSA_P256_SHA_256", 0);
	for (size_t i = 0; i < in->retired_count; i++)
		if (in->retired[i].kind == RETIRED_V2)
			write_log(w, in->v2_url, in->retired[i].key,
				  siglet_slice_of(in->retired[i].id, 32), "PKIX_ED25519",
				  in->retired[i].end_s);
	write_log(w, in->v2_url, in->v2, siglet_slice_of(in->v2_id, 32), "PKIX_ED25519", 0);
	siglet_json_write_end_array(w);
}

static void write_cas(const instance *in, siglet_json_writer *w)
{
	siglet_json_write_begin_array(w, "certificateAuthorities");
	for (size_t i = 0; i < in->retired_count; i++)
		if (in->retired[i].kind == RETIRED_CA)
			write_authority(w, CA_URI, in->retired[i].cert, in->retired[i].root,
					in->retired[i].end_s);
	write_authority(w, CA_URI, in->ca, in->root, 0);
	siglet_json_write_end_array(w);
}

static void write_root(const instance *in, const char *name, siglet_json_writer *w)
{
	char url[128];

	(void)snprintf(url, sizeof(url), "%s" CT_PATH, in->url);
	siglet_json_write_begin_object(w, name);
	siglet_json_write_text(w, "mediaType",
			       "application/vnd.dev.sigstore.trustedroot+json;version=0.1");
	write_tlogs(in, w);
	write_cas(in, w);
	siglet_json_write_begin_array(w, "ctlogs");
	write_log(w, url, in->ct, key_id(in->ct), "PKIX_ECDSA_P256_SHA_256", 0);
	siglet_json_write_end_array(w);
	siglet_json_write_begin_array(w, "timestampAuthorities");
	write_authority(w, "https://tsa.sandbox.example", in->tsa, in->tsa_root, 0);
	siglet_json_write_end_array(w);
	siglet_json_write_end_object(w);
}

static void write_service(siglet_json_writer *w, const char *list, const char *url,
			  const char *path, int version)
{
	char whole[256];

	(void)snprintf(whole, sizeof(whole), "%s%s", url, path);
	siglet_json_write_begin_array(w, list);
	siglet_json_write_begin_object(w, NULL);
	siglet_json_write_text(w, "url", whole);
	siglet_json_write_int(w, "majorApiVersion", version);
	write_window(w, 0);
	siglet_json_write_text(w, "operator", "sandbox.example");
	siglet_json_write_end_object(w);
	siglet_json_write_end_array(w);
}

static void write_any(siglet_json_writer *w, const char *name)
{
	siglet_json_write_begin_object(w, name);
	siglet_json_write_text(w, "selector", "ANY");
	siglet_json_write_end_object(w);
}

static void write_services(const instance *in, int version, const char *name, siglet_json_writer *w)
{
	siglet_json_write_begin_object(w, name);
	siglet_json_write_text(w, "mediaType",
			       "application/vnd.dev.sigstore.signingconfig.v0.2+json");
	write_service(w, "caUrls", in->url, "", 1);
	write_service(w, "oidcUrls", in->url, "", 1);
	write_service(w, "rekorTlogUrls", in->is_log ? in->v2_url : in->url, "", version);
	write_service(w, "tsaUrls", in->url, "/api/v1/timestamp", 1);
	write_any(w, "rekorTlogConfig");
	write_any(w, "tsaConfig");
	siglet_json_write_end_object(w);
}

void instance_write_root(const instance *in, siglet_buf *ret_json)
{
	siglet_json_writer w;

	siglet_json_writer_init(&w, ret_json, 2);
	write_root(in, NULL, &w);
	WELL(siglet_json_writer_finish(&w));
}

void instance_write_services(const instance *in, int version, siglet_buf *ret_json)
{
	siglet_json_writer w;

	siglet_json_writer_init(&w, ret_json, 2);
	write_services(in, version, NULL, &w);
	WELL(siglet_json_writer_finish(&w));
}

void instance_write_config(const instance *in, int version, siglet_buf *ret_json)
{
	siglet_json_writer w;

	siglet_json_writer_init(&w, ret_json, 2);
	siglet_json_write_begin_object(&w, NULL);
	siglet_json_write_text(&w, "mediaType",
			       "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json");
	write_root(in, "trustedRoot", &w);
	write_services(in, version, "signingConfig", &w);
	siglet_json_write_end_object(&w);
	WELL(siglet_json_writer_finish(&w));
}
