#include "sandbox.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/pem.h>

#include "sys/sys.h"

/*
 * What an instance keeps in a folder, so that it is the same one when it starts again: keys and
 * certificates in PEM, and each log as lines of base64. Without a folder everything is in memory.
 */

#define MAX_FILE_BYTES ((size_t)256 << 20)
#define MAX_PEM_BYTES 65536

void state_open(const char *folder)
{
	if (mkdir(folder, S_IRWXU) == 0 || errno == EEXIST)
		return;
	(void)fprintf(stderr, "siglet-sandbox: %s: %s\n", folder, strerror(errno));
	exit(3);
}

/* False: there is no such file yet. */
static bool read_file(const char *path, siglet_buf *ret_data)
{
	if (!siglet_sys_is_there(path))
		return false;
	WELL(siglet_sys_read_file(path, ret_data));
	return true;
}

static void write_pem(const char *path, BIO *content)
{
	siglet_sys_output *output = NULL;
	char *text = NULL;
	const long len = BIO_get_mem_data(content, &text);

	MUST(len > 0);
	WELL(siglet_sys_output_begin(path, &output));
	WELL(siglet_sys_output_write(output, siglet_slice_of(text, (size_t)len)));
	WELL(siglet_sys_output_commit(output, S_IRUSR | S_IWUSR));
	siglet_sys_output_free(output);
}

static void name_file(char ret_path[MAX_STATE_PATH], const char *folder, const char *name,
		      const char *kind)
{
	const int len = snprintf(ret_path, MAX_STATE_PATH, "%s/%s.%s", folder, name, kind);

	MUST(len > 0 && len < MAX_STATE_PATH);
}

/* ---- keys ---- */

static void save_key(const char *path, const siglet_signer *key)
{
	BIO *out = BIO_new(BIO_s_mem());

	MUST(out != NULL);
	MUST(PEM_write_bio_PrivateKey(out, siglet_signer_pkey(key), NULL, NULL, 0, NULL, NULL) ==
	     1);
	write_pem(path, out);
	BIO_free(out);
}

static siglet_signer *load_key(siglet_slice pem, const siglet_key_details *details)
{
	BIO *in = BIO_new_mem_buf(pem.ptr, (int)pem.len);
	EVP_PKEY *pkey = in == NULL ? NULL : PEM_read_bio_PrivateKey(in, NULL, NULL, NULL);
	siglet_signer *key = NULL;

	MUST(pkey != NULL);
	WELL(siglet_signer_from_pkey(pkey, details, &key));
	EVP_PKEY_free(pkey);
	BIO_free(in);
	return key;
}

siglet_signer *state_key(const char *folder, const char *name, const char *algorithm)
{
	const siglet_key_details *details =
		siglet_key_details_registry(siglet_slice_str(algorithm));
	siglet_signer *key = NULL;
	char path[MAX_STATE_PATH];
	siglet_buf pem;

	siglet_buf_init_secret(&pem, MAX_PEM_BYTES);
	if (folder != NULL) {
		name_file(path, folder, name, "key");
		if (read_file(path, &pem))
			key = load_key(siglet_buf_slice(&pem), details);
	}
	if (key == NULL) {
		WELL(siglet_signer_generate(details, &key));
		if (folder != NULL)
			save_key(path, key);
	}
	siglet_buf_clear(&pem);
	return key;
}

/* ---- certificates ---- */

X509 *state_cert(const char *folder, const char *name)
{
	char path[MAX_STATE_PATH];
	X509 *cert = NULL;
	siglet_buf pem;

	if (folder == NULL)
		return NULL;
	siglet_buf_init(&pem, MAX_PEM_BYTES);
	name_file(path, folder, name, "crt");
	if (read_file(path, &pem)) {
		BIO *in = BIO_new_mem_buf(pem.ptr, (int)pem.len);

		cert = in == NULL ? NULL : PEM_read_bio_X509(in, NULL, NULL, NULL);
		MUST(cert != NULL);
		BIO_free(in);
	}
	siglet_buf_clear(&pem);
	return cert;
}

X509 *state_keep_cert(const char *folder, const char *name, X509 *cert)
{
	char path[MAX_STATE_PATH];
	BIO *out;

	if (folder == NULL)
		return cert;
	name_file(path, folder, name, "crt");
	out = BIO_new(BIO_s_mem());
	MUST(out != NULL && PEM_write_bio_X509(out, cert) == 1);
	write_pem(path, out);
	BIO_free(out);
	return cert;
}

/* ---- logs ---- */

static void read_lines(siglet_slice text, state_take *take, void *context)
{
	while (text.len > 0) {
		const uint8_t *end = memchr(text.ptr, '\n', text.len);
		siglet_buf entry;

		MUST(end != NULL);
		siglet_buf_init(&entry, MAX_BODY_BYTES);
		WELL(siglet_base64_decode(siglet_slice_of(text.ptr, (size_t)(end - text.ptr)),
					  &entry));
		take(context, siglet_buf_slice(&entry));
		siglet_buf_clear(&entry);
		text.len -= (size_t)(end - text.ptr) + 1;
		text.ptr = end + 1;
	}
}

void state_lines(const char *folder, const char *name, char ret_path[MAX_STATE_PATH],
		 state_take *take, void *context)
{
	char path[MAX_STATE_PATH];
	siglet_buf text;

	if (folder == NULL)
		return;
	siglet_buf_init(&text, MAX_FILE_BYTES);
	name_file(path, folder, name, "log");
	if (read_file(path, &text))
		read_lines(siglet_buf_slice(&text), take, context);
	/* Only now: what is read is not written again. */
	memcpy(ret_path, path, sizeof(path));
	siglet_buf_clear(&text);
}

static void take_entry(void *context, siglet_slice entry)
{
	(void)tree_add(context, entry);
}

void state_log(const char *folder, const char *name, tree *t)
{
	state_lines(folder, name, t->path, take_entry, t);
}

void state_append(const char *path, siglet_slice entry)
{
	siglet_buf line;

	siglet_buf_init(&line, 2 * MAX_BODY_BYTES);
	WELL(siglet_base64_encode(entry, &line));
	WELL(siglet_buf_append_byte(&line, '\n'));
	WELL(siglet_sys_append_line(path, siglet_buf_slice(&line)));
	siglet_buf_clear(&line);
}
