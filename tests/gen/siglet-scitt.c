/*
 * siglet-scitt: statements of SCITT, and services that registered them, for tests of the program.
 *
 * Usage: siglet-scitt FOLDER
 *
 * Into the folder go artifact, statement.cose (its author's certificates; a receipt of each service),
 * one.cose (of the ledger alone), none.cose, bad.cose (the tiles' receipt is of another entry),
 * hash.cose (the artifact's hash), detached.cose, by-key.cose with author.pem, and did (the author's
 * name); ledger.cbor and tiles.cbor, the services' keys.
 */
#include "../unit/statement_maker.h"

#if SIGLET_COSE

static const char *folder;

static void write_file(const char *name, siglet_slice bytes)
{
	char path[4096];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "wb");
	if (file == NULL || fwrite(bytes.ptr, 1, bytes.len, file) != bytes.len ||
	    fclose(file) != 0) {
		perror(path);
		exit(3);
	}
}

static void write_statement(const char *name, const plan *p, const registration *registrations,
			    size_t count)
{
	siglet_buf message = statement_of(p, SIGLET_SLICE_NONE);
	siglet_buf whole = with_receipts(siglet_buf_slice(&message), registrations, count);

	write_file(name, siglet_buf_slice(&whole));
	siglet_buf_clear(&whole);
	siglet_buf_clear(&message);
}

static void write_keys(const char *name, const service *s)
{
	siglet_buf set = service_keys(s);

	write_file(name, siglet_buf_slice(&set));
	siglet_buf_clear(&set);
}

static void write_author(void)
{
	siglet_buf pem = maker_buf();

	MAKER_DO(siglet_pem_encode("PUBLIC KEY", siglet_key_spki(siglet_signer_key(author)), &pem));
	write_file("author.pem", siglet_buf_slice(&pem));
	write_file("did", siglet_slice_str(did));
	write_file("artifact", siglet_slice_str(stated));
	siglet_buf_clear(&pem);
}

int main(int argc, char **argv)
{
	static const registration good[] = { { &ledger, RECEIPT_PLAIN },
					     { &tiles, RECEIPT_PLAIN } };
	static const registration bad[] = { { &ledger, RECEIPT_PLAIN },
					    { &tiles, RECEIPT_OTHER_ENTRY } };
	const plan plain = { .issuer = NULL }, hash = { .has_hash = true };
	const plan detached = { .is_detached = true },
		   by_key = { .issuer = "acme", .by_key = true };

	if (argc != 2) {
		fprintf(stderr, "usage: siglet-scitt FOLDER\n");
		return 2;
	}
	folder = argv[1];
	make_author();
	make_services();
	write_author();
	write_keys("ledger.cbor", &ledger);
	write_keys("tiles.cbor", &tiles);
	write_statement("statement.cose", &plain, good, 2);
	write_statement("one.cose", &plain, good, 1);
	write_statement("none.cose", &plain, NULL, 0);
	write_statement("bad.cose", &plain, bad, 2);
	write_statement("hash.cose", &hash, good, 2);
	write_statement("detached.cose", &detached, good, 2);
	write_statement("by-key.cose", &by_key, good, 2);
	clear_makers();
	return 0;
}

#else

int main(void)
{
	fprintf(stderr, "siglet-scitt: built without COSE\n");
	return 77;
}

#endif
