/*
 * siglet-cose: COSE_Sign1 with external data, which the program has no use for and the library's
 * cose room has, for tests with peers.
 *
 * Usage: siglet-cose sign KEY.pem PAYLOAD AAD attached|detached MESSAGE
 *        siglet-cose verify PUBLIC.pem PAYLOAD AAD MESSAGE
 *
 * PAYLOAD and MESSAGE are files, AAD is text. Exit status 1: the signature does not verify.
 */
#include <string.h>

#include "../lib/heads.h"
#include "cose/cose.h"

#define MAX_BYTES ((size_t)1 << 20)

static void must(siglet_err *err)
{
	if (err == NULL)
		return;
	fprintf(stderr, "siglet-cose: %s\n", siglet_err_message(err));
	exit(3);
}

static siglet_buf read_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	siglet_buf bytes;
	int c;

	siglet_buf_init(&bytes, MAX_BYTES);
	if (file == NULL) {
		perror(path);
		exit(3);
	}
	while ((c = getc(file)) != EOF)
		must(siglet_buf_append_byte(&bytes, (uint8_t)c));
	(void)fclose(file);
	return bytes;
}

static void write_file(const char *path, siglet_slice bytes)
{
	FILE *file = fopen(path, "wb");

	if (file == NULL || fwrite(bytes.ptr, 1, bytes.len, file) != bytes.len ||
	    fclose(file) != 0) {
		perror(path);
		exit(3);
	}
}

/* The key, signing as COSE has it. */
static siglet_signer *read_signer(const char *path)
{
	siglet_buf pem = read_file(path);
	siglet_signer *read = NULL, *signer = NULL;
	const siglet_key_details *details;

	must(siglet_signer_from_pem(siglet_buf_slice(&pem), SIGLET_SLICE_NONE, &read));
	details = siglet_signer_details(read);
	if (details->type == SIGLET_KEY_RSA)
		details = siglet_key_details_find(siglet_slice_str("PKIX_RSA_PSS"));
	else if (details->type == SIGLET_KEY_ED25519)
		details = siglet_key_details_find(siglet_slice_str("PKIX_ED25519"));
	must(siglet_signer_from_pkey(siglet_signer_pkey(read), details, &signer));
	siglet_signer_free(read);
	siglet_buf_clear(&pem);
	return signer;
}

static void write_header(const siglet_signer *signer, siglet_buf *ret_map)
{
	siglet_cbor_writer w;

	siglet_cbor_writer_init(&w, heads(), ret_map);
	siglet_cbor_write_begin_map(&w);
	siglet_cbor_write_int(&w, SIGLET_COSE_ALG);
	siglet_cbor_write_int(&w, siglet_cose_algorithm_for(siglet_signer_key(signer))->number);
	siglet_cbor_write_end_map(&w);
	must(siglet_cbor_writer_finish(&w));
}

static int sign(char **arguments)
{
	siglet_signer *signer = read_signer(arguments[0]);
	siglet_buf payload = read_file(arguments[1]), map, signature, message;
	siglet_cose_draft draft = { .external_aad = siglet_slice_str(arguments[2]),
				    .payload = siglet_buf_slice(&payload),
				    .is_detached = strcmp(arguments[3], "detached") == 0 };

	siglet_buf_init(&map, MAX_BYTES);
	siglet_buf_init(&signature, MAX_BYTES);
	siglet_buf_init(&message, 2 * MAX_BYTES);
	write_header(signer, &map);
	draft.protected_map = siglet_buf_slice(&map);
	must(siglet_cose_sign(heads(), signer, &draft, &signature));
	must(siglet_cose_write(heads(), &draft, siglet_buf_slice(&signature), &message));
	write_file(arguments[4], siglet_buf_slice(&message));
	siglet_buf_clear(&message);
	siglet_buf_clear(&signature);
	siglet_buf_clear(&map);
	siglet_buf_clear(&payload);
	siglet_signer_free(signer);
	return 0;
}

static int verify(char **arguments)
{
	siglet_buf pem = read_file(arguments[0]), payload = read_file(arguments[1]);
	siglet_buf bytes = read_file(arguments[3]);
	siglet_cose_context context = { .external_aad = siglet_slice_str(arguments[2]),
					.payload = siglet_buf_slice(&payload) };
	siglet_cbor_doc *doc = NULL;
	siglet_cose_sign1 message;
	siglet_key *key = NULL;
	siglet_err *err;

	must(siglet_key_from_pem(siglet_buf_slice(&pem), &key));
	must(siglet_cose_sign1_parse(heads(), siglet_buf_slice(&bytes), &doc, &message));
	context.is_detached = !message.has_payload;
	err = siglet_cose_verify(&message, heads(), key, &context);
	if (err != NULL)
		fprintf(stderr, "siglet-cose: %s\n", siglet_err_message(err));
	const int status = err != NULL ? 1 : 0;

	siglet_err_free(err);
	siglet_cbor_doc_free(doc);
	siglet_key_free(key);
	siglet_buf_clear(&bytes);
	siglet_buf_clear(&payload);
	siglet_buf_clear(&pem);
	return status;
}

int main(int argc, char **argv)
{
	if (heads() == NULL) {
		fprintf(stderr, "siglet-cose: built without COSE\n");
		return 3;
	}
	if (argc == 7 && strcmp(argv[1], "sign") == 0)
		return sign(argv + 2);
	if (argc == 6 && strcmp(argv[1], "verify") == 0)
		return verify(argv + 2);
	fprintf(stderr, "usage: siglet-cose sign KEY.pem PAYLOAD AAD attached|detached MESSAGE\n"
			"       siglet-cose verify PUBLIC.pem PAYLOAD AAD MESSAGE\n");
	return 2;
}
