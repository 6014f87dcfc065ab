#include "scitt.h"

#include <string.h>

#include "json/json.h"

/* siglet trust: the keys this machine trusts, seen, refreshed, set up, and carried elsewhere. */

#define MAX_ROOT_BYTES ((size_t)1 << 20)
#define MAX_PACK_BYTES ((size_t)24 << 20)
#define MAX_LINE_BYTES 65536
#define DAY_S 86400

static const cli_option trust_options[] = {
	{ .help = "Of which instance" },
	{ .name = "instance",
	  .value = "NAME",
	  .choices = "public staging github",
	  .id = CLI_INSTANCE,
	  .help = "public (unless given), staging, github, or a private one" },
	CLI_STORE_OPTIONS,
	{ .name = "offline",
	  .id = CLI_OFFLINE,
	  .help = "open no connection, and use trust material of any age" },

	{ .help = "For show" },
	{ .name = "trusted-root",
	  .value = "FILE",
	  .choices = CLI_FILES,
	  .id = CLI_TRUSTED_ROOT,
	  .help = "a trusted_root.json in place of an instance" },
	{ .name = "trust-config",
	  .value = "FILE",
	  .choices = CLI_FILES,
	  .id = CLI_TRUST_CONFIG,
	  .help = "a ClientTrustConfig likewise; without, the one that SIGLET_TRUST_CONFIG names" },

	{ .help = "For init, and scitt-keys" },
	{ .name = "name", .value = "NAME", .id = CLI_NAME, .help = "call the instance so" },
	{ .name = "url",
	  .value = "URL",
	  .id = CLI_URL,
	  .help = "where its TUF repository is; the service, or its keys" },
	{ .name = "root",
	  .value = "FILE",
	  .choices = CLI_FILES,
	  .id = CLI_ROOT,
	  .help = "the root.json of that repository, got from somebody you trust" },
	{ .name = "force",
	  .id = CLI_FORCE,
	  .help = "replace the root of an instance that is set up already, or other keys" },

	{ .help = "For export, and scitt-keys" },
	{ .name = "output",
	  .value = "FILE",
	  .choices = CLI_FILES,
	  .letter = 'o',
	  .id = CLI_OUTPUT,
	  .help = "write the trusted_root.json, or the keys, there; - is standard output" },
	{ .name = "pack",
	  .value = "FILE",
	  .choices = CLI_FILES,
	  .id = CLI_PACK,
	  .help = "write it with the signing config and the metadata that proves both" },

	{ .help = "Output" },
	{ .name = "json", .id = CLI_JSON, .help = "print an object, or one a line" },
	{ .name = "verbose", .letter = 'v', .id = CLI_VERBOSE, .help = "tell of each request" },
	CLI_LAST_OPTIONS,
};

typedef struct trust_run {
	const cli_arguments *arguments;
	cli_style style;
} trust_run;

static const char *instance_of(const trust_run *run)
{
	const char *name = cli_value(run->arguments, CLI_INSTANCE);

	return name == NULL ? "public" : name;
}

/* ---- one line about a root ---- */

/* "expires in 12 days", or since when it has. */
static siglet_err *append_age(const siglet_trust *trust, siglet_buf *out)
{
	const int64_t now = siglet_sys_now_s();
	int64_t refreshed = 0, expires = 0;
	siglet_err *err = NULL;

	if (siglet_trust_refreshed(trust, &refreshed) && refreshed <= now)
		err = siglet_buf_printf(out, ", of %s (%lld days ago)",
					siglet_time_format(refreshed).text,
					(long long)((now - refreshed) / DAY_S));
	if (err == NULL && siglet_trust_expires(trust, &expires))
		err = siglet_buf_printf(out, ", %s %s", now < expires ? "expires" : "EXPIRED",
					siglet_time_format(expires).text);
	return err;
}

static void write_times(siglet_json_writer *w, const siglet_trust *trust)
{
	int64_t refreshed = 0, expires = 0;

	siglet_json_write_text(w, "origin", siglet_trust_origin(trust));
	if (siglet_trust_refreshed(trust, &refreshed))
		siglet_json_write_text(w, "refreshed", siglet_time_format(refreshed).text);
	if (siglet_trust_expires(trust, &expires))
		siglet_json_write_text(w, "expires", siglet_time_format(expires).text);
}

static siglet_err *append_line(const trust_run *run, const siglet_trust *trust,
			       const siglet_trust_store *store, siglet_buf *out)
{
	const char *url = siglet_trust_store_url(store);
	const char *name = siglet_trust_source(trust);
	siglet_json_writer w;
	siglet_err *err;

	if (run->style.json) {
		siglet_json_writer_init(&w, out, 0);
		siglet_json_write_begin_object(&w, NULL);
		siglet_json_write_text(&w, "instance", name);
		siglet_json_write_text(&w, "url", url);
		siglet_json_write_bool(&w, "private", siglet_trust_store_is_private(store));
		write_times(&w, trust);
		siglet_json_write_end_object(&w);
		err = siglet_json_writer_finish(&w);
	} else {
		err = siglet_buf_printf(out, "%s: %s", name, siglet_trust_origin(trust));
		if (err == NULL)
			err = append_age(trust, out);
		if (err == NULL)
			err = siglet_buf_printf(out, ", %s", url);
	}
	return err == NULL ? siglet_buf_append_byte(out, '\n') : err;
}

static siglet_err *print_line(const trust_run *run, const siglet_trust *trust,
			      const siglet_trust_store *store)
{
	siglet_buf out;
	siglet_err *err;

	siglet_buf_init(&out, MAX_LINE_BYTES);
	err = append_line(run, trust, store, &out);
	if (err == NULL && !run->style.quiet)
		(void)fwrite(out.ptr, 1, out.len, stdout);
	siglet_buf_clear(&out);
	return err;
}

/* ---- show ---- */

static siglet_err *show(const trust_run *run)
{
	siglet_trust *trust = NULL;
	char *text = NULL;
	siglet_err *err = cli_open_trust(run->arguments, SIGLET_TRUST_TO_VERIFY, &trust);

	if (err == NULL)
		err = run->style.json ? siglet_trust_describe_json(trust, siglet_sys_now_s(), &text)
				      : siglet_trust_describe(trust, siglet_sys_now_s(), &text);
	if (err == NULL && !run->style.quiet)
		(void)printf("%s%s", text, run->style.json ? "\n" : "");
	siglet_string_free(text);
	siglet_trust_free(trust);
	return err;
}

/* ---- update ---- */

static siglet_err *update(const trust_run *run)
{
	siglet_trust_store *store = NULL;
	siglet_trust *trust = NULL;
	siglet_err *err;

	if (cli_has(run->arguments, CLI_OFFLINE))
		return siglet_err_new(SIGLET_E_USAGE, "update and --offline contradict each other");
	err = cli_open_store(run->arguments, instance_of(run), &store);
	if (err == NULL)
		err = siglet_trust_store_update(store, &trust);
	if (err == NULL)
		cli_warn_of_store(run->arguments, store);
	if (err == NULL)
		err = print_line(run, trust, store);
	siglet_trust_free(trust);
	siglet_trust_store_free(store);
	return err;
}

/* ---- init ---- */

/*
 * Its repository is asked first: nothing is set up that would not work. Nothing of that is kept:
 * an instance of that name may have a cache already, which is not ours while we may be refused.
 */
static siglet_err *set_up(const trust_run *run, siglet_trust_store *store)
{
	siglet_trust *trust = NULL;
	siglet_err *err = cli_set_store(run->arguments, store);

	if (err == NULL)
		err = siglet_trust_store_set_folder(store, NULL);
	if (err == NULL && !cli_has(run->arguments, CLI_OFFLINE))
		err = siglet_trust_store_update(store, &trust);
	if (err == NULL)
		err = siglet_trust_store_save(store, cli_has(run->arguments, CLI_FORCE));
	siglet_trust_free(trust);
	return err;
}

/* What it offers is at hand from now on. That it can't be had again now is no failure of init. */
static void fill_cache(const trust_run *run, const char *name)
{
	siglet_trust_store *store = NULL;
	siglet_trust *trust = NULL;
	siglet_err *err = cli_open_store(run->arguments, name, &store);

	if (err == NULL)
		err = siglet_trust_store_update(store, &trust);
	siglet_err_free(err);
	siglet_trust_free(trust);
	siglet_trust_store_free(store);
}

static siglet_err *init(const trust_run *run)
{
	const char *name = cli_value(run->arguments, CLI_NAME);
	const char *url = cli_value(run->arguments, CLI_URL);
	const char *root = cli_value(run->arguments, CLI_ROOT);
	siglet_trust_store *store = NULL;
	siglet_buf json;
	siglet_err *err;

	if (name == NULL || url == NULL || root == NULL)
		return siglet_err_new(SIGLET_E_USAGE, "init needs --name, --url and --root");
	siglet_buf_init(&json, MAX_ROOT_BYTES);
	err = siglet_sys_read_file(root, &json);
	if (err == NULL)
		err = siglet_trust_store_make(name, url, json.ptr, json.len, &store);
	if (err == NULL)
		err = set_up(run, store);
	siglet_trust_store_free(store);
	siglet_buf_clear(&json);
	if (err == NULL && !cli_has(run->arguments, CLI_OFFLINE))
		fill_cache(run, name);
	if (err == NULL && !run->style.quiet)
		(void)printf("%s: set up; use it with --instance %s\n", name, name);
	return err;
}

/* ---- export ---- */

static siglet_err *export_root(const trust_run *run, siglet_trust_store *store, const char *path)
{
	siglet_trust *trust = NULL;
	siglet_err *err = siglet_trust_store_get(store, SIGLET_TRUST_TO_VERIFY, &trust);
	size_t len = 0;

	if (err == NULL) {
		const char *json = siglet_trust_root_json(trust, &len);

		cli_warn_of_store(run->arguments, store);
		err = cli_write_output(path, siglet_slice_of(json, len), true);
	}
	siglet_trust_free(trust);
	return err;
}

static siglet_err *export_pack(siglet_trust_store *store, const char *path)
{
	char *pack = NULL;
	siglet_err *err = siglet_trust_store_export(store, &pack);

	if (err == NULL)
		err = cli_write_output(path, siglet_slice_str(pack), true);
	siglet_string_free(pack);
	return err;
}

/* What is due for a refresh is refreshed first, also for a pack. */
static siglet_err *export(const trust_run *run)
{
	const char *root = cli_value(run->arguments, CLI_OUTPUT);
	const char *pack = cli_value(run->arguments, CLI_PACK);
	siglet_trust_store *store = NULL;
	siglet_trust *trust = NULL;
	siglet_err *err;

	if (root == NULL && pack == NULL)
		return siglet_err_new(SIGLET_E_USAGE, "export needs --output or --pack");
	if (root != NULL && pack != NULL &&
	    (strcmp(root, pack) == 0 || siglet_sys_is_same_place(root, pack)))
		return siglet_err_new(SIGLET_E_USAGE, "--output and --pack name the same file");
	err = cli_open_store(run->arguments, instance_of(run), &store);
	if (err == NULL && root != NULL)
		err = export_root(run, store, root);
	if (err == NULL && pack != NULL && root == NULL)
		err = siglet_trust_store_get(store, SIGLET_TRUST_TO_VERIFY, &trust);
	if (err == NULL && trust != NULL)
		cli_warn_of_store(run->arguments, store);
	if (err == NULL && pack != NULL)
		err = export_pack(store, pack);
	siglet_trust_free(trust);
	siglet_trust_store_free(store);
	return err;
}

/* ---- import ---- */

static siglet_err *read_pack(const char *path, siglet_buf *ret_pack)
{
	return strcmp(path, "-") == 0 ? siglet_sys_read_stdin(ret_pack)
				      : siglet_sys_read_file(path, ret_pack);
}

/* The pack says of which instance it is; which root it must chain to is not its to say. */
static siglet_err *import_into(const trust_run *run, const siglet_buf *pack, const char *name)
{
	siglet_trust_store *store = NULL;
	siglet_trust *trust = NULL;
	siglet_err *err = cli_open_store(run->arguments, name, &store);

	if (err == NULL)
		err = siglet_trust_store_import(store, pack->ptr, pack->len, &trust);
	if (err == NULL)
		err = print_line(run, trust, store);
	siglet_trust_free(trust);
	siglet_trust_store_free(store);
	return err;
}

static siglet_err *import(const trust_run *run)
{
	const char *path = run->arguments->operands[1];
	const char *given = cli_value(run->arguments, CLI_INSTANCE);
	char *name = NULL;
	siglet_buf pack;
	siglet_err *err;

	siglet_buf_init(&pack, MAX_PACK_BYTES);
	err = read_pack(path, &pack); /* names the file by itself */
	if (err == NULL) {
		err = siglet_trust_pack_instance(pack.ptr, pack.len, &name);
		if (err == NULL)
			err = import_into(run, &pack, given == NULL ? name : given);
		if (err != NULL)
			err = siglet_err_wrap(err, "%s",
					      siglet_text_printable(siglet_slice_str(path)).text);
	}
	siglet_string_free(name);
	siglet_buf_clear(&pack);
	return err;
}

/* ---- list ---- */

typedef struct listing {
	const trust_run *run;
	siglet_err *err;
} listing;

/* What it is at hand, without asking anybody. */
static bool list_one(void *context, const char *name, bool is_private)
{
	listing *l = context;
	siglet_trust_store *store = NULL;
	siglet_trust *trust = NULL;
	siglet_err *err = cli_open_store(l->run->arguments, name, &store);

	(void)is_private;
	if (err == NULL) {
		siglet_trust_store_set_offline(store);
		err = siglet_trust_store_get(store, SIGLET_TRUST_TO_VERIFY, &trust);
	}
	if (err == NULL)
		err = print_line(l->run, trust, store);
	else if (siglet_err_code(err) == SIGLET_E_TRUST) {
		(void)cli_fail(name, err);
		err = NULL;
	}
	siglet_trust_free(trust);
	siglet_trust_store_free(store);
	l->err = err;
	return err == NULL;
}

static siglet_err *list(const trust_run *run)
{
	listing l = { run, NULL };
	siglet_err *err = siglet_trust_store_each(list_one, &l);

	if (err != NULL) {
		siglet_err_free(l.err);
		return err;
	}
	return l.err;
}

static siglet_err *pin_service_keys(const trust_run *run)
{
	return cli_pin_service_keys(run->arguments, &run->style);
}

/* ---- the verb ---- */

#define MAX_TAKEN 6

static const struct {
	const char *name;
	size_t operands; /* with the name */
	siglet_err *(*run)(const trust_run *run);
	cli_id takes[MAX_TAKEN]; /* beside what all take */
} actions[] = {
	{ "show", 1, show, { CLI_INSTANCE, CLI_TRUSTED_ROOT, CLI_TRUST_CONFIG, CLI_MAX_STALE } },
	{ "update", 1, update, { CLI_INSTANCE } },
	{ "init", 1, init, { CLI_NAME, CLI_URL, CLI_ROOT, CLI_FORCE } },
	{ "export", 1, export, { CLI_INSTANCE, CLI_OUTPUT, CLI_PACK, CLI_MAX_STALE } },
	{ "import", 2, import, { CLI_INSTANCE } },
	{ "list", 1, list, { 0 } },
	{ "scitt-keys", 1, pin_service_keys, { CLI_URL, CLI_OUTPUT, CLI_FORCE } },
};

static bool takes(size_t action, cli_id id)
{
	static const cli_id all_take[] = { CLI_CACHE_DIR, CLI_OFFLINE, CLI_JSON, CLI_VERBOSE,
					   CLI_QUIET,	  CLI_COLOR,   CLI_HELP };

	for (size_t i = 0; i < SIGLET_COUNT(all_take); i++)
		if (all_take[i] == id)
			return true;
	for (size_t i = 0; i < MAX_TAKEN; i++)
		if (actions[action].takes[i] == id)
			return true;
	return false;
}

/* An option that means nothing here was meant for something. */
static siglet_err *check_options(const cli_arguments *arguments, size_t action)
{
	for (size_t i = 0; i < arguments->given_count; i++) {
		const cli_option *option = arguments->given[i].option;

		if (!takes(action, option->id))
			return siglet_err_new(SIGLET_E_USAGE, "%s does not take --%s",
					      actions[action].name, option->name);
	}
	return NULL;
}

static siglet_err *act(const trust_run *run)
{
	const cli_arguments *a = run->arguments;

	if (a->operand_count == 0)
		return siglet_err_new(SIGLET_E_USAGE,
				      "say what: show, update, init, export, import, list or "
				      "scitt-keys");
	for (size_t i = 0; i < SIGLET_COUNT(actions); i++) {
		if (strcmp(actions[i].name, a->operands[0]) != 0)
			continue;
		if (a->operand_count != actions[i].operands)
			return siglet_err_new(SIGLET_E_USAGE, "%s takes %s", actions[i].name,
					      actions[i].operands == 1 ? "no argument"
								       : "one file");
		siglet_err *err = check_options(a, i);
		return err == NULL ? actions[i].run(run) : err;
	}
	return siglet_err_new(SIGLET_E_USAGE,
			      "\"%s\" is none of show, update, init, export, import, list, "
			      "scitt-keys",
			      siglet_text_printable(siglet_slice_str(a->operands[0])).text);
}

static siglet_status run(const cli_verb *verb, int argc, char **argv)
{
	cli_arguments arguments;
	trust_run r = { .arguments = &arguments };
	siglet_status status;
	siglet_err *err;

	if (!cli_begin(verb, argc, argv, &arguments, &status))
		return status;
	status = SIGLET_STATUS_OK;
	err = cli_style_from(&arguments, &r.style);
	if (err == NULL)
		err = act(&r);
	if (err != NULL)
		status = cli_fail_run(verb, &arguments, err);
	cli_arguments_clear(&arguments);
	return status;
}

const cli_verb cli_trust = {
	.name = "trust",
	.operands = "VERB [FILE]",
	.choices = "show update init export import list scitt-keys",
	.summary = "the keys this machine trusts: seen, refreshed, set up, passed on",
	.about = "show        each authority and log: who, until when, from where\n"
		 "update      ask the operator for newer trust material now\n"
		 "init        set up a private instance: --name, --url, --root\n"
		 "export      write what is trusted: --output, --pack\n"
		 "import      take in a pack from another machine\n"
		 "list        all instances, and how old what is at hand is\n"
		 "scitt-keys  the keys of a transparency service into a file: --url, --output\n",
	.options = trust_options,
	.option_count = SIGLET_COUNT(trust_options),
	.uses_crypto = true,
	.run = run,
};
