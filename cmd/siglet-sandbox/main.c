#include "log.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "sys/sys.h"

/* siglet-sandbox: run a command beside a whole instance, or keep one running. */

#define MAX_CONFIG_BYTES ((size_t)4 << 20)

extern char **environ;

static const char usage[] =
	"siglet-sandbox: a whole Sigstore instance on this machine, for trying and testing\n\n"
	"Usage: siglet-sandbox run [OPTION]... -- COMMAND [ARGUMENT]...\n"
	"       siglet-sandbox serve [OPTION]... [--port N] [--config-out FILE]\n"
	"       siglet-sandbox make-log --out DIR --size N [OPTION]...\n"
	"       siglet-sandbox serve-log DIR [--fork DIR] [OPTION]...\n"
	"       siglet-sandbox simulate-log --size N [OPTION]...\n\n"
	"run starts an instance, runs the command with SIGLET_TRUST_CONFIG set and an\n"
	"identity at hand (SIGSTORE_ID_TOKEN), and ends with its status: siglet sign FILE\n"
	"just works in it. serve keeps one running until it is interrupted. All is gone\n"
	"when it ends, unless --state keeps it; nothing of it is ever trusted by anybody\n"
	"else.\n\n"
	"  --as SHAPE[:NAME]     the identity: github:OWNER/REPO, gitlab:PROJECT,\n"
	"                        email:ADDRESS[,ISSUER], uri:NAME[,ISSUER] or none\n"
	"  --audience NAME       of tokens, and of no others are certificates made (sigstore)\n"
	"  --rekor-version 1|2   the log that is written to (2)\n"
	"  --fault NAME[=VALUE]  something that goes wrong; may be repeated\n"
	"  --witnesses N         so many cosign what the log says (1, at most 8)\n"
	"  --log FILE            append a line for each request\n"
	"  --log-names NAMES     how the trust config names the logs of Rekor: example (by\n"
	"                        names that lead nowhere), or url: where they are\n"
	"  --state DIR           keep keys and logs there, and go on with them next time\n"
	"  --port N              serve: on this port\n"
	"  --config-out FILE     serve: write the trust config there\n"
	"  --witness-policy-out FILE  serve: write the witnesses' tlog-policy there\n"
	"  --help                show this page\n\n"
	"make-log writes a tile log, as one of Rekor v2 is served, into a folder; with a\n"
	"larger size later, it grows. Its keys, trust config and policy lie beside it.\n\n"
	"  --size N              entries\n"
	"  --kind KIND           plain: pseudo-random bytes (unless given); hashedrekord\n"
	"  --entry-bytes B       of a plain entry (600)\n"
	"  --seed S              of what is pseudo-random (1)\n"
	"  --plant INDEX=WHAT    an entry there by an identity (as for --as), by one of an\n"
	"                        unknown authority (stranger:SHAPE:NAME), or: key, garbage,\n"
	"                        copy; may be repeated\n"
	"  --fork-at INDEX       entries from there on are others\n"
	"  --keys DIR            keys and trust config (the log's folder and .keys)\n"
	"  --name NAME           the log's, in its checkpoints\n"
	"  --url URL             of the log, in the trust config\n\n"
	"serve-log serves such a folder below / and /api/v2/, and with the fault fork the\n"
	"other one. simulate-log serves a log that is nowhere: of any size, all of whose\n"
	"entries are the same. Both take --port, --fault, --log, --keys and --config-out.\n\n"
	"A POST to /sandbox/log/NAME?value=VALUE sets a fault of a log while it runs, and\n"
	"one to /sandbox/log/honest ends them all. Those of the log are, with v1- or ct-\n"
	"before the name for the other logs:\n\n"
	"  frozen rollback=SIZE grow=SIZE fork=INDEX[:SIZE] other-origin=NAME\n"
	"  bad-signature no-cosignature wrong-consistency truncated-tile swapped-tile\n"
	"  wrong-tile wrong-partial no-partial huge-tile missing-tile truncated-bundle\n"
	"  wrong-bundle huge-bundle missing-bundle duplicate-entry\n"
	"  tile-status=STATUS retry-after=SECONDS only-at=TILE only-times=N\n";

typedef struct options {
	bool is_run;
	const char *shape, *who, *audience, *log, *config_out, *policy_out, *state;
	char shape_text[32];
	int rekor_version;
	bool has_identity, names_urls;
	unsigned port;
	size_t witnesses;
	faults faults;
	char **command;
} options;

int complain(const char *what, const char *about)
{
	(void)fprintf(stderr, "siglet-sandbox: %s%s%s\n  hint: siglet-sandbox --help\n", what,
		      about == NULL ? "" : ": ", about == NULL ? "" : about);
	return 2;
}

int complain_of_fault(const char *value)
{
	(void)fprintf(stderr, "siglet-sandbox: no fault \"%s\"\n  hint: %s\n  hint: %s\n", value,
		      fault_list(), log_fault_list());
	return 2;
}

static bool set_identity(const char *value, options *o)
{
	const char *colon = strchr(value, ':');
	const size_t len = colon == NULL ? strlen(value) : (size_t)(colon - value);

	if (len >= sizeof(o->shape_text))
		return false;
	memcpy(o->shape_text, value, len);
	o->shape_text[len] = '\0';
	o->shape = o->shape_text;
	o->who = colon == NULL ? NULL : colon + 1;
	return true;
}

static int set_names(const char *value, options *o)
{
	o->names_urls = strcmp(value, "url") == 0;
	return o->names_urls || strcmp(value, "example") == 0 ? 0
							      : complain("no such names", value);
}

static int set_witnesses(const char *value, options *o)
{
	uint64_t count = 0;

	if (!read_number(value, MAX_WITNESSES, &count))
		return complain("no such number of witnesses", value);
	o->witnesses = (size_t)count;
	return 0;
}

static int set_option(const char *name, const char *value, options *o)
{
	o->has_identity = o->has_identity || strcmp(name, "--as") == 0;
	if (strcmp(name, "--as") == 0)
		return set_identity(value, o) ? 0 : complain("no such identity", value);
	if (strcmp(name, "--rekor-version") == 0) {
		o->rekor_version = strcmp(value, "1") == 0 ? 1 : 2;
		return o->rekor_version == 1 || strcmp(value, "2") == 0
			       ? 0
			       : complain("no such version", value);
	}
	if (strcmp(name, "--fault") == 0) {
		if (fault_read(value, &o->faults))
			return 0;
		return complain_of_fault(value);
	}
	if (strcmp(name, "--log") == 0)
		o->log = value;
	else if (strcmp(name, "--audience") == 0)
		o->audience = value;
	else if (strcmp(name, "--port") == 0)
		return read_port(value, &o->port) ? 0 : complain("no such port", value);
	else if (strcmp(name, "--log-names") == 0)
		return set_names(value, o);
	else if (strcmp(name, "--witnesses") == 0)
		return set_witnesses(value, o);
	else if (strcmp(name, "--config-out") == 0)
		o->config_out = value;
	else if (strcmp(name, "--witness-policy-out") == 0)
		o->policy_out = value;
	else if (strcmp(name, "--state") == 0)
		o->state = value;
	else
		return complain(name[0] == '-' ? "unknown option"
					       : "put -- before the command: it is no option",
				name);
	return 0;
}

/* 0 to go on, else the exit status plus one. */
static int read_options(int argc, char **argv, options *o)
{
	if (argc < 2)
		return complain("say run or serve", NULL) + 1;
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    strcmp(argv[1], "help") == 0) {
		(void)fputs(usage, stdout);
		return 1;
	}
	o->is_run = strcmp(argv[1], "run") == 0;
	if (!o->is_run && strcmp(argv[1], "serve") != 0)
		return complain("say run or serve, not", argv[1]) + 1;
	for (int i = 2; i < argc; i++) {
		if (strcmp(argv[i], "--") == 0) {
			o->command = argv + i + 1;
			break;
		}
		if (i + 1 >= argc || set_option(argv[i], argv[i + 1], o) != 0)
			return i + 1 >= argc ? complain("a value is missing", argv[i]) + 1 : 3;
		i++;
	}
	if (o->faults.wrong_promise && o->rekor_version != 1)
		return complain("only a log of --rekor-version 1 makes promises", "wrong-promise") +
		       1;
	if (!o->is_run && o->has_identity)
		return complain("--as is for run: serve gives tokens to whoever logs in", NULL) + 1;
	if (o->is_run && (o->command == NULL || o->command[0] == NULL))
		return complain("no command to run", NULL) + 1;
	return 0;
}

/* ---- what makes others trust it ---- */

/* The trust config and the witness policy; where a path is NULL, not. */
static void write_files(const instance *in, const options *o, const char *config,
			const char *policy)
{
	siglet_buf text;

	siglet_buf_init(&text, MAX_CONFIG_BYTES);
	if (config != NULL) {
		instance_write_config(in, o->rekor_version, &text);
		write_file(config, siglet_buf_slice(&text));
	}
	siglet_buf_truncate(&text, 0);
	if (policy != NULL) {
		put_policy(in, &text);
		write_file(policy, siglet_buf_slice(&text));
	}
	siglet_buf_clear(&text);
}

/* ---- run ---- */

static pid_t child;

static void pass_on(int number)
{
	if (child > 0)
		(void)kill(child, number);
}

static void set_environment(instance *in, const options *o, const char *config, const char *policy)
{
	siglet_buf jwt;

	MUST(setenv("SIGLET_TRUST_CONFIG", config, 1) == 0);
	MUST(setenv("SIGLET_SANDBOX_URL", in->url, 1) == 0);
	MUST(setenv("SIGLET_SANDBOX_WITNESS_POLICY", policy, 1) == 0);
	(void)unsetenv("SIGSTORE_ID_TOKEN");
	if (strcmp(o->shape, "none") == 0)
		return;
	siglet_buf_init_secret(&jwt, 65536);
	MUST(oidc_make_token(in, o->shape, o->who, NULL, &jwt));
	MUST(setenv("SIGSTORE_ID_TOKEN", siglet_buf_text(&jwt), 1) == 0);
	siglet_buf_clear(&jwt);
}

static int wait_for(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return 70;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int run_command(instance *in, const options *o)
{
	char folder[] = "/tmp/siglet-sandbox-XXXXXX", config[64], policy[64];
	int status, failed;

	MUST(mkdtemp(folder) != NULL);
	(void)snprintf(config, sizeof(config), "%s/trust_config.json", folder);
	(void)snprintf(policy, sizeof(policy), "%s/witness_policy.txt", folder);
	write_files(in, o, config, policy);
	set_environment(in, o, config, policy);
	(void)signal(SIGINT, pass_on);
	(void)signal(SIGTERM, pass_on);
	failed = posix_spawnp(&child, o->command[0], NULL, NULL, o->command, environ);
	if (failed != 0) {
		(void)fprintf(stderr, "siglet-sandbox: %s: %s\n", o->command[0], strerror(failed));
		status = 127;
	} else {
		status = wait_for(child);
	}
	(void)unlink(config);
	(void)unlink(policy);
	(void)rmdir(folder);
	return status;
}

/* ---- serve ---- */

static int serve(instance *in, const options *o)
{
	write_files(in, o, o->config_out, o->policy_out);
	serve_until_end(in);
	return 0;
}

int main(int argc, char **argv)
{
	options o = { .shape = "github", .rekor_version = 2, .witnesses = 1 };
	int early;
	instance *in;
	siglet_buf jwt;
	int status;

	if (argc > 1 && strcmp(argv[1], "make-log") == 0)
		return make_log(argc - 2, argv + 2);
	if (argc > 1 && strcmp(argv[1], "serve-log") == 0)
		return serve_log(argc - 2, argv + 2);
	if (argc > 1 && strcmp(argv[1], "simulate-log") == 0)
		return simulate_log(argc - 2, argv + 2);
	early = read_options(argc, argv, &o);
	if (early != 0)
		return early - 1;
	MUST(OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) == 1);
	keep_signals(true);
	in = instance_new(&o.faults, o.witnesses, o.state);
	in->log_path = o.log;
	in->audience = o.audience;
	siglet_buf_init_secret(&jwt, 65536);
	if (strcmp(o.shape, "none") != 0 && !oidc_make_token(in, o.shape, o.who, NULL, &jwt)) {
		siglet_buf_clear(&jwt);
		instance_free(in);
		return complain("no such identity", o.shape);
	}
	siglet_buf_clear(&jwt);
	server_start(in, o.port);
	if (o.names_urls)
		instance_name_logs(in);
	(void)tuf_new(in, o.rekor_version, o.state);
	if (o.is_run)
		keep_signals(false);
	status = o.is_run ? run_command(in, &o) : serve(in, &o);
	server_stop();
	instance_free(in);
	return status;
}
