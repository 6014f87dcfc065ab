/*
 * siglet-forge: write a Sigstore instance's trusted root and the bundles that it made.
 *
 * For tests, benches and fuzzing: tests/lib/forge.h says what the options mean. Into the folder go
 * trusted_root.json, identity, issuer (or key.pub), and for each bundle artifact-NNNNN with
 * artifact-NNNNN.sigstore.json beside it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../lib/forge.h"

#define MAX_COUNT 1000000

typedef struct job {
	const char *out;
	unsigned long count;
	bool lists;
	const char *artifact_path;
	forge_config config;
	forge_options options;
	forge_root_options root;
} job;

static _Noreturn void die(const char *what, const char *about)
{
	fprintf(stderr, "siglet-forge: %s%s%s\n", what, about != NULL ? ": " : "",
		about != NULL ? about : "");
	exit(2);
}

/* ---- options ---- */

static const char usage[] =
	"usage: siglet-forge --out DIR [--count N] [--seed TEXT] [OPTIONS]\n"
	"       siglet-forge --list-defects | --list-variations\n"
	"  --v1 | --v2            the version of Rekor (v1)\n"
	"  --dsse | --intoto      a DSSE envelope, logged as such or as intoto 0.0.2\n"
	"  --version V            of the bundle: 0.1, 0.2, 0.3, 0.3-old\n"
	"  --key                  a managed key in place of a certificate\n"
	"  --key-type T           p256 p384 p384-sha256 p521 p521-sha256 ed25519\n"
	"                         rsa2048 rsa3072 rsa4096 pss2048 pss3072 pss4096\n"
	"  --timestamps N         how many, each of the same authority\n"
	"  --no-promise --no-proof\n"
	"  --identity TEXT --san-type uri|email|dns|username --issuer TEXT --plain\n"
	"  --time SECONDS         of signing, since 1970 UTC\n"
	"  --artifact FILE        for every bundle, in place of ones made up\n"
	"  --defect NAME --variation NAME\n"
	"  --more                 a second service of each kind in the trusted root\n"
	"  --operators            name the services' operators (trusted root v0.2)\n"
	"  --tree-size N          entries of others before the first\n"
	"  --fast                 P-256 authorities\n";

typedef struct choice {
	const char *name;
	int value;
} choice;

static const choice key_types[] = {
	{ "p256", FORGE_P256 },
	{ "p384", FORGE_P384 },
	{ "p384-sha256", FORGE_P384_SHA256 },
	{ "p521", FORGE_P521 },
	{ "p521-sha256", FORGE_P521_SHA256 },
	{ "ed25519", FORGE_ED25519 },
	{ "rsa1024", FORGE_RSA_1024 },
	{ "rsa2048", FORGE_RSA_2048 },
	{ "rsa3072", FORGE_RSA_3072 },
	{ "rsa4096", FORGE_RSA_4096 },
	{ "pss2048", FORGE_PSS_2048 },
	{ "pss3072", FORGE_PSS_3072 },
	{ "pss4096", FORGE_PSS_4096 },
	{ NULL, 0 },
};
static const choice versions[] = {
	{ "0.1", FORGE_V01 },	      { "0.2", FORGE_V02 }, { "0.3", FORGE_V03 },
	{ "0.3-old", FORGE_V03_OLD }, { NULL, 0 },
};
static const choice san_types[] = {
	{ "uri", FORGE_SAN_URI },
	{ "email", FORGE_SAN_EMAIL },
	{ "dns", FORGE_SAN_DNS },
	{ "username", FORGE_SAN_OTHER_NAME },
	{ NULL, 0 },
};

static int choose(const choice *choices, const char *name)
{
	for (; choices->name != NULL; choices++)
		if (strcmp(choices->name, name) == 0)
			return choices->value;
	die("no such choice", name);
}

static unsigned long number(const char *text, unsigned long max)
{
	char *end = NULL;

	errno = 0;
	const unsigned long value = strtoul(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || *text == '-' || value > max)
		die("no such number", text);
	return value;
}

static void use_defect(job *to_do, const char *name)
{
	for (int i = 1; i < FORGE_DEFECTS; i++)
		if (strcmp(forge_defect_about((forge_defect)i)->name, name) == 0) {
			forge_defect_prepare((forge_defect)i, &to_do->options, &to_do->root);
			return;
		}
	die("no such defect", name);
}

static void use_variation(job *to_do, const char *name)
{
	for (int i = 1; i < FORGE_VARIATIONS; i++)
		if (strcmp(forge_variation_about((forge_variation)i)->name, name) == 0) {
			forge_variation_prepare((forge_variation)i, &to_do->options, &to_do->root);
			return;
		}
	die("no such variation", name);
}

static void list(const forge_twist *(*about)(int), int end)
{
	for (int i = 1; i < end; i++)
		printf("%-28s %s\n", about(i)->name, about(i)->text);
}

static const forge_twist *defect_at(int i)
{
	return forge_defect_about((forge_defect)i);
}

static const forge_twist *variation_at(int i)
{
	return forge_variation_about((forge_variation)i);
}

/* An option without value. */
static bool take_flag(job *to_do, const char *name)
{
	forge_options *options = &to_do->options;

	if (strcmp(name, "--v1") == 0)
		options->is_v2 = false;
	else if (strcmp(name, "--v2") == 0)
		options->is_v2 = true;
	else if (strcmp(name, "--dsse") == 0)
		options->is_dsse = true;
	else if (strcmp(name, "--intoto") == 0) {
		options->is_dsse = true;
		options->entries[0].kind = FORGE_INTOTO_002;
		options->entry_count = 1;
	} else if (strcmp(name, "--key") == 0)
		options->material = FORGE_PUBLIC_KEY;
	else if (strcmp(name, "--no-promise") == 0)
		options->no_promise = true;
	else if (strcmp(name, "--no-proof") == 0)
		options->no_proof = true;
	else if (strcmp(name, "--plain") == 0)
		options->identity.is_plain = true;
	else if (strcmp(name, "--more") == 0)
		to_do->root.more = true;
	else if (strcmp(name, "--operators") == 0)
		to_do->root.is_v02 = to_do->root.has_operators = true;
	else if (strcmp(name, "--fast") == 0)
		to_do->config.is_fast = true;
	else
		return false;
	return true;
}

static void take_value(job *to_do, const char *name, const char *value)
{
	forge_options *options = &to_do->options;

	if (strcmp(name, "--out") == 0)
		to_do->out = value;
	else if (strcmp(name, "--count") == 0)
		to_do->count = number(value, MAX_COUNT);
	else if (strcmp(name, "--seed") == 0)
		to_do->config.seed = value;
	else if (strcmp(name, "--version") == 0)
		options->version = (forge_version)choose(versions, value);
	else if (strcmp(name, "--key-type") == 0)
		options->key = (forge_key_type)choose(key_types, value);
	else if (strcmp(name, "--timestamps") == 0) {
		options->stamp_count = number(value, FORGE_MAX_STAMPS);
		options->no_stamps = options->stamp_count == 0;
	} else if (strcmp(name, "--identity") == 0)
		options->identity.san = value;
	else if (strcmp(name, "--san-type") == 0)
		options->identity.san_type = (forge_san_type)choose(san_types, value);
	else if (strcmp(name, "--issuer") == 0)
		options->identity.issuer = value;
	else if (strcmp(name, "--time") == 0)
		options->time_s = (int64_t)number(value, 1ul << 36);
	else if (strcmp(name, "--artifact") == 0)
		to_do->artifact_path = value;
	else if (strcmp(name, "--defect") == 0)
		use_defect(to_do, value);
	else if (strcmp(name, "--variation") == 0)
		use_variation(to_do, value);
	else if (strcmp(name, "--tree-size") == 0)
		to_do->config.tree_size = number(value, 1ul << 24);
	else
		die("no such option", name);
}

static void take_options(job *to_do, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0) {
			printf("%s", usage);
			exit(0);
		} else if (strcmp(argv[i], "--list-defects") == 0) {
			list(defect_at, FORGE_DEFECTS);
			to_do->lists = true;
		} else if (strcmp(argv[i], "--list-variations") == 0) {
			list(variation_at, FORGE_VARIATIONS);
			to_do->lists = true;
		} else if (!take_flag(to_do, argv[i])) {
			if (i + 1 == argc)
				die("no such option, or no value for it", argv[i]);
			take_value(to_do, argv[i], argv[i + 1]);
			i++;
		}
	}
}

/* ---- files ---- */

static void write_file(const char *folder, const char *name, siglet_slice data)
{
	char path[4096];
	const int len = snprintf(path, sizeof(path), "%s/%s", folder, name);

	if (len < 0 || (size_t)len >= sizeof(path))
		die("the path is too long", folder);
	FILE *file = fopen(path, "wb");
	if (file == NULL)
		die(strerror(errno), path);
	if (fwrite(data.ptr, 1, data.len, file) != data.len || fclose(file) != 0)
		die("can't be written", path);
}

static void write_line(const char *folder, const char *name, const char *text)
{
	siglet_buf line;

	siglet_buf_init(&line, 1 << 16);
	if (siglet_buf_printf(&line, "%s\n", text) != NULL)
		die("out of memory", NULL);
	write_file(folder, name, siglet_buf_slice(&line));
	siglet_buf_clear(&line);
}

static siglet_buf read_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t piece[65536];
	size_t len;
	siglet_buf data;

	if (file == NULL)
		die(strerror(errno), path);
	siglet_buf_init(&data, 256u << 20);
	while ((len = fread(piece, 1, sizeof(piece), file)) > 0)
		if (siglet_buf_append(&data, siglet_slice_of(piece, len)) != NULL)
			die("too large", path);
	if (ferror(file) != 0)
		die("can't be read", path);
	(void)fclose(file);
	return data;
}

static void make_one(forge *instance, job *to_do, unsigned long i)
{
	char name[64], text[64];

	/* Artifacts that differ, so that one bundle does not pass for another. */
	const int len = snprintf(text, sizeof(text), "hello, siglet %lu\n", i);
	if (to_do->artifact_path == NULL && i > 0)
		to_do->options.artifact = siglet_slice_of(text, (size_t)len);
	forge_product product = forge_make(instance, &to_do->options);

	(void)snprintf(name, sizeof(name), "artifact-%05lu", i);
	write_file(to_do->out, name, siglet_buf_slice(&product.artifact));
	(void)snprintf(name, sizeof(name), "artifact-%05lu.sigstore.json", i);
	write_file(to_do->out, name, siglet_buf_slice(&product.json));
	if (i == 0 && product.identity != NULL) {
		write_line(to_do->out, "identity", product.identity);
		write_line(to_do->out, "issuer", product.issuer);
	} else if (i == 0) {
		write_file(to_do->out, "key.pub", siglet_buf_slice(&product.public_key));
	}
	forge_product_clear(&product);
}

int main(int argc, char **argv)
{
	job to_do = { .count = 1 };
	siglet_buf artifact = { 0 };

	take_options(&to_do, argc, argv);
	if (to_do.lists)
		return 0;
	if (to_do.out == NULL)
		die("--out is missing", NULL);
	const char *problem = forge_options_problem(&to_do.options);
	if (problem != NULL)
		die(problem, NULL);
	if (mkdir(to_do.out, 0777) != 0 && errno != EEXIST)
		die(strerror(errno), to_do.out);
	if (to_do.artifact_path != NULL) {
		artifact = read_file(to_do.artifact_path);
		to_do.options.artifact = siglet_slice_of(
			artifact.ptr != NULL ? (const void *)artifact.ptr : "", artifact.len);
	}
	forge *instance = forge_new(&to_do.config);
	siglet_buf root = forge_trusted_root(instance, &to_do.root);
	write_file(to_do.out, "trusted_root.json", siglet_buf_slice(&root));
	for (unsigned long i = 0; i < to_do.count; i++)
		make_one(instance, &to_do, i);
	siglet_buf_clear(&root);
	siglet_buf_clear(&artifact);
	forge_free(instance);
	return 0;
}
