#include "cli.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include <openssl/crypto.h>

#define SECURE_HEAP_BYTES 65536
#define SECURE_HEAP_LEAST 32

const char cli_prefix[] = "siglet ";
const cli_verb *const cli_verbs[] = {
	&cli_sign,    &cli_attest,  &cli_verify,     &cli_publish, &cli_fetch,
	&cli_inspect, &cli_convert, &cli_audit,	     &cli_trust,   &cli_whoami,
	&cli_version, &cli_help,    &cli_completion, NULL,
};

/*
 * OpenSSL's configuration file could bring in another provider's algorithms: it is never read.
 * What it holds at the end goes with the process: giving it back piece by piece takes longer than
 * --help. Where there were secrets it wipes them.
 */
static bool start_crypto(bool keeps_secrets)
{
	const uint64_t ending = keeps_secrets ? 0 : OPENSSL_INIT_NO_ATEXIT;

	return OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | ending, NULL) == 1;
}

/*
 * Before a secret is there: a heap for keys that is neither swapped out nor dumped, and no core
 * files. A limit of one byte is what also keeps a crash handler behind a pipe from getting one.
 * Where memory can't be locked the key is in ordinary memory: that is no reason not to sign.
 */
static void protect_secrets(void)
{
	const struct rlimit no_core = { 1, 1 };

	(void)setrlimit(RLIMIT_CORE, &no_core);
	(void)CRYPTO_secure_malloc_init(SECURE_HEAP_BYTES, SECURE_HEAP_LEAST);
}

static siglet_status run_verb(const char *name, int argc, char **argv)
{
	const cli_verb *verb = cli_find_verb(name);

	if (verb == NULL) {
		siglet_err *err =
			siglet_err_new(SIGLET_E_USAGE,
				       name[0] == '-' ? "unknown option %s: options follow a verb"
						      : "unknown verb \"%s\"",
				       siglet_text_printable(siglet_slice_str(name)).text);

		return cli_fail(NULL, siglet_err_hint(err, "siglet help lists the verbs"));
	}
	if (verb->uses_crypto && !start_crypto(verb->keeps_secrets))
		return cli_fail(NULL, siglet_err_new(SIGLET_E_INTERNAL, "OpenSSL did not start"));
	if (verb->keeps_secrets)
		protect_secrets();
	return verb->run(verb, argc, argv);
}

int main(int argc, char **argv)
{
	siglet_err *err = siglet_sys_keep_standard_streams();
	siglet_status status;

	if (err != NULL)
		return (int)cli_fail(NULL, err);
	/* Writing to a pipe that nobody reads is an error that is reported, not a silent end. */
	(void)signal(SIGPIPE, SIG_IGN);
	if (argc < 2) {
		cli_print_overview(stderr);
		return (int)SIGLET_STATUS_USAGE;
	}
	const char *name = argv[1];
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
		name = "help";
	else if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0)
		name = "version";
	status = run_verb(name, argc - 2, argv + 2);
	return (int)cli_finish(status);
}
