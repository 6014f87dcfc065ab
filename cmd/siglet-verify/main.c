#include "../siglet/cli.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

/*
 * siglet-verify: `siglet verify --offline` as a program of its own, in which everything is linked:
 * for a bootstrap script, a container without a file system, a machine where nothing is installed.
 */

const char cli_prefix[] = "siglet-";
const cli_verb *const cli_verbs[] = { &cli_verify, NULL };

static const char about[] =
	"Each file is verified against the Sigstore bundle beside it: FILE.sigstore.json,\n"
	"FILE.sigstore or FILE.sigstore.jsonl. It is siglet verify --offline: no\n"
	"connection can be opened, no library is needed.\n\n"
	"  siglet-verify app.tar.gz --github acme/app\n"
	"  siglet-verify --manifest SHA256SUMS --github acme/app\n"
	"  siglet-verify --version\n\n"
	"The exit status is 0 when every file verified, 1 when the answer is no, 2 for a\n"
	"wrong command line, 3 when a file is missing or unreadable.\n";

/* As if --offline had been typed first. */
static siglet_status verify(int argc, char **argv)
{
	static char offline[] = "--offline";
	char **arguments = siglet_calloc((size_t)argc + 1, sizeof(*arguments));
	cli_verb verb = cli_verify;
	siglet_status status;

	if (arguments == NULL)
		return cli_fail(NULL, siglet_err_nomem());
	arguments[0] = offline;
	for (int i = 1; i < argc; i++)
		arguments[i] = argv[i];
	verb.about = about;
	status = verb.run(&verb, argc < 1 ? 1 : argc, arguments);
	free(arguments);
	return status;
}

int main(int argc, char **argv)
{
	siglet_err *err = siglet_sys_keep_standard_streams();

	if (err != NULL)
		return (int)cli_fail(NULL, err);
	(void)signal(SIGPIPE, SIG_IGN);
	if (argc == 2 && (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0)) {
		(void)printf("siglet-verify %s\n", siglet_version());
		return (int)cli_finish(SIGLET_STATUS_OK);
	}
	/* As in siglet: no configuration file brings in other algorithms. */
	if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT, NULL) != 1)
		return (int)cli_fail(NULL,
				     siglet_err_new(SIGLET_E_INTERNAL, "OpenSSL did not start"));
	return (int)cli_finish(verify(argc, argv));
}
