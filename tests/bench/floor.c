/*
 * floor: what one offline verification must cost at least.
 *
 * Loads the same libraries as siglet, parses the same bundle and trusted root, and does the public-key
 * operations that no verifier can leave out: the chain, the SCT's and the log's signatures, the artifact's,
 * and a timestamp's where there is one. It compares nothing and decides nothing.
 *
 * Usage: floor BUNDLE TRUSTED_ROOT ARTIFACT
 */
#include <json-c/json.h>
#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/ts.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct bytes {
	unsigned char *ptr;
	size_t len;
} bytes;

static void die(const char *what)
{
	fprintf(stderr, "floor: %s\n", what);
	exit(2);
}

static bytes read_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	bytes data = { NULL, 0 };

	if (file == NULL || fseek(file, 0, SEEK_END) != 0)
		die(path);
	data.len = (size_t)ftell(file);
	rewind(file);
	data.ptr = malloc(data.len + 1);
	if (data.ptr == NULL || fread(data.ptr, 1, data.len, file) != data.len)
		die(path);
	data.ptr[data.len] = '\0';
	fclose(file);
	return data;
}

static json_object *get(json_object *object, const char *name)
{
	json_object *value = NULL;

	if (!json_object_object_get_ex(object, name, &value))
		die(name);
	return value;
}

static bytes base64(json_object *value)
{
	const char *text = json_object_get_string(value);
	const size_t len = strlen(text);
	bytes data = { malloc(len + 1), 0 };
	const int decoded = EVP_DecodeBlock(data.ptr, (const unsigned char *)text, (int)len);

	if (decoded < 0)
		die("base64");
	data.len = (size_t)decoded - (len > 0 && text[len - 1] == '=') -
		   (len > 1 && text[len - 2] == '=');
	return data;
}

static X509 *certificate(json_object *holder)
{
	const bytes der = base64(get(holder, "rawBytes"));
	const unsigned char *p = der.ptr;
	X509 *cert = d2i_X509(NULL, &p, (long)der.len);

	if (cert == NULL)
		die("certificate");
	free(der.ptr);
	return cert;
}

static void load_authorities(json_object *list, X509_STORE *store, STACK_OF(X509) * others)
{
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		json_object *chain =
			get(get(json_object_array_get_idx(list, i), "certChain"), "certificates");
		const size_t count = json_object_array_length(chain);

		for (size_t j = 0; j < count; j++) {
			X509 *cert = certificate(json_object_array_get_idx(chain, j));

			if (j + 1 == count)
				X509_STORE_add_cert(store, cert);
			else
				sk_X509_push(others, cert);
		}
	}
}

static void verify_chain(X509 *leaf, json_object *root)
{
	X509_STORE *store = X509_STORE_new();
	STACK_OF(X509) *others = sk_X509_new_null();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();

	load_authorities(get(root, "certificateAuthorities"), store, others);
	X509_STORE_CTX_init(ctx, store, leaf, others);
	X509_VERIFY_PARAM_set_flags(X509_STORE_CTX_get0_param(ctx), X509_V_FLAG_NO_CHECK_TIME);
	if (X509_verify_cert(ctx) != 1)
		die("chain");
}

static int verify(EVP_PKEY *key, const EVP_MD *md, bytes signature, const void *data, size_t len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int good = EVP_DigestVerifyInit(ctx, NULL, md, NULL, key) == 1 &&
		   EVP_DigestVerify(ctx, signature.ptr, signature.len, data, len) == 1;

	EVP_MD_CTX_free(ctx);
	return good;
}

static EVP_PKEY *public_key(json_object *log)
{
	const bytes der = base64(get(get(log, "publicKey"), "rawBytes"));
	const unsigned char *p = der.ptr;

	return d2i_PUBKEY(NULL, &p, (long)der.len);
}

static json_object *log_by_id(json_object *logs, const char *id)
{
	for (size_t i = 0; i < json_object_array_length(logs); i++) {
		json_object *log = json_object_array_get_idx(logs, i);

		if (strcmp(json_object_get_string(get(get(log, "logId"), "keyId")), id) == 0)
			return log;
	}
	die("log");
	return NULL;
}

/* The checkpoint's signature, and for a promise one more of the same cost; the inclusion proof's hashes. */
static void verify_log(json_object *entry, json_object *root)
{
	const char *note = json_object_get_string(
		get(get(get(entry, "inclusionProof"), "checkpoint"), "envelope"));
	const char *blank = strstr(note, "\n\n");
	const size_t text = (size_t)(blank + 1 - note);
	const char *line = strrchr(blank + 2, ' ') + 1;
	EVP_PKEY *key = public_key(log_by_id(
		get(root, "tlogs"), json_object_get_string(get(get(entry, "logId"), "keyId"))));
	const EVP_MD *md = EVP_PKEY_get_id(key) == EVP_PKEY_ED25519 ? NULL : EVP_sha256();
	json_object *promise = NULL;
	json_object *copy = json_object_new_string_len(line, (int)strcspn(line, "\n"));
	bytes blob = base64(copy);
	unsigned char node[65] = { 1 };
	json_object *hashes = get(get(entry, "inclusionProof"), "hashes");

	blob.ptr += 4;
	blob.len -= 4;
	if (!verify(key, md, blob, note, text))
		die("checkpoint");
	if (json_object_object_get_ex(entry, "inclusionPromise", &promise) &&
	    !verify(key, md, blob, note, text))
		die("promise");
	for (size_t i = 0; i <= json_object_array_length(hashes); i++)
		EVP_Digest(node, sizeof(node), node + 1, NULL, EVP_sha256(), NULL);
}

/* A P-256 verification that stands in for the SCT's: same cost, and the key is parsed the same way. */
static void verify_sct(X509 *leaf, json_object *root, bytes signature, bytes artifact)
{
	json_object *logs = get(root, "ctlogs");
	EVP_PKEY *key =
		public_key(json_object_array_get_idx(logs, json_object_array_length(logs) - 1));

	(void)leaf;
	(void)verify(key, EVP_sha256(), signature, artifact.ptr, artifact.len);
}

static void verify_timestamp(json_object *item, json_object *root, bytes signature)
{
	const bytes der = base64(get(item, "signedTimestamp"));
	const unsigned char *p = der.ptr;
	TS_RESP *response = d2i_TS_RESP(NULL, &p, (long)der.len);
	X509_STORE *store = X509_STORE_new();
	STACK_OF(X509) *others = sk_X509_new_null();
	TS_VERIFY_CTX *ctx = TS_VERIFY_CTX_new();
	X509_VERIFY_PARAM *param = X509_STORE_get0_param(store);

	load_authorities(get(root, "timestampAuthorities"), store, others);
	X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_NO_CHECK_TIME);
	TS_VERIFY_CTX_set_flags(ctx, TS_VFY_SIGNATURE | TS_VFY_VERSION | TS_VFY_DATA);
	TS_VERIFY_CTX_set_store(ctx, store);
	TS_VERIFY_CTX_set_certs(ctx, others);
	TS_VERIFY_CTX_set_data(ctx, BIO_new_mem_buf(signature.ptr, (int)signature.len));
	if (TS_RESP_verify_response(ctx, response) != 1)
		die("timestamp");
}

int main(int argc, char **argv)
{
	json_object *bundle, *root, *material, *data = NULL;
	bytes artifact, signature;
	X509 *leaf;

	if (argc != 4)
		die("usage: floor BUNDLE TRUSTED_ROOT ARTIFACT");
	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	bundle = json_tokener_parse((const char *)read_file(argv[1]).ptr);
	root = json_tokener_parse((const char *)read_file(argv[2]).ptr);
	artifact = read_file(argv[3]);
	material = get(bundle, "verificationMaterial");
	leaf = certificate(get(material, "certificate"));
	signature = base64(get(get(bundle, "messageSignature"), "signature"));
	verify_chain(leaf, root);
	verify_sct(leaf, root, signature, artifact);
	if (!verify(X509_get0_pubkey(leaf), EVP_sha256(), signature, artifact.ptr, artifact.len))
		die("signature");
	verify_log(json_object_array_get_idx(get(material, "tlogEntries"), 0), root);
	if (json_object_object_get_ex(material, "timestampVerificationData", &data) &&
	    json_object_object_get_ex(data, "rfc3161Timestamps", &data) &&
	    json_object_array_length(data) > 0)
		verify_timestamp(json_object_array_get_idx(data, 0), root, signature);
	puts("ok");
	return 0;
}
