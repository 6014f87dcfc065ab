#include "audit.h"

#include <string.h>

/* siglet audit watch: who used my identity since I last looked? */

#define MAX_PEM_BYTES 65536
#define DEFAULT_INTERVAL_S 60
#define MAX_INTERVAL_S 86400

typedef struct watching {
	audit_run *run;
	siglet_expectation *expectation;
	siglet_watch *watch;
	const char *program; /* NULL: matches are printed alone */
} watching;

/* ---- what to look for ---- */

static const struct {
	cli_id id;
	siglet_expect what;
} conditions[] = {
	{ CLI_GITHUB, SIGLET_EXPECT_GITHUB }, { CLI_GITLAB, SIGLET_EXPECT_GITLAB },
	{ CLI_EMAIL, SIGLET_EXPECT_EMAIL },   { CLI_IDENTITY, SIGLET_EXPECT_IDENTITY },
	{ CLI_ISSUER, SIGLET_EXPECT_ISSUER }, { CLI_REQUIRE, SIGLET_EXPECT_REQUIRE },
};

static const struct {
	cli_id id;
	siglet_watch_option what;
} options[] = {
	{ CLI_SUBJECT, SIGLET_WATCH_SUBJECT }, { CLI_DIGEST, SIGLET_WATCH_DIGEST },
	{ CLI_SINCE, SIGLET_WATCH_SINCE },     { CLI_DB, SIGLET_WATCH_DATABASE },
	{ CLI_KNOWN, SIGLET_WATCH_KNOWN },     { CLI_CANARY, SIGLET_WATCH_CANARY },
};

static siglet_err *set_key(siglet_watch *watch, const char *path)
{
	siglet_buf pem;
	siglet_err *err;

	siglet_buf_init(&pem, MAX_PEM_BYTES);
	err = siglet_sys_read_file(path, &pem);
	if (err == NULL) {
		err = siglet_watch_set(watch, SIGLET_WATCH_KEY_PEM, siglet_buf_text(&pem));
		if (err != NULL)
			err = siglet_err_wrap(err, "%s",
					      siglet_text_printable(siglet_slice_str(path)).text);
	}
	siglet_buf_clear(&pem);
	return err;
}

static siglet_err *set_one(const watching *w, const cli_given *given)
{
	const cli_id id = given->option->id;

	for (size_t i = 0; i < SIGLET_COUNT(conditions); i++)
		if (conditions[i].id == id)
			return siglet_expectation_set(w->expectation, conditions[i].what,
						      given->value);
	for (size_t i = 0; i < SIGLET_COUNT(options); i++)
		if (options[i].id == id)
			return siglet_watch_set(w->watch, options[i].what, given->value);
	if (id == CLI_KEY)
		return set_key(w->watch, given->value);
	if (id == CLI_IDENTITY_REGEX)
		return siglet_expectation_set_pattern(w->expectation, SIGLET_EXPECT_IDENTITY,
						      given->value);
	if (id == CLI_ISSUER_REGEX)
		return siglet_expectation_set_pattern(w->expectation, SIGLET_EXPECT_ISSUER,
						      given->value);
	return NULL;
}

static siglet_err *set_all(watching *w)
{
	static const cli_id issuers[] = { CLI_ISSUER, CLI_ISSUER_REGEX };
	static const cli_id identities[] = { CLI_EMAIL, CLI_IDENTITY, CLI_IDENTITY_REGEX };
	static const cli_id forges[] = { CLI_GITHUB, CLI_GITLAB };
	static const cli_id ways[] = { CLI_ONCE, CLI_FOLLOW };
	const cli_arguments *a = w->run->arguments;
	siglet_err *err = cli_check_exclusive(a, issuers, SIGLET_COUNT(issuers));

	if (err == NULL)
		err = cli_check_exclusive(a, identities, SIGLET_COUNT(identities));
	if (err == NULL)
		err = cli_check_exclusive(a, forges, SIGLET_COUNT(forges));
	if (err == NULL)
		err = cli_check_exclusive(a, ways, SIGLET_COUNT(ways));
	if (err == NULL)
		err = siglet_expectation_new(NULL, &w->expectation);
	if (err == NULL)
		err = siglet_watch_new(&w->watch);
	for (size_t i = 0; err == NULL && i < a->given_count; i++) {
		err = set_one(w, &a->given[i]);
		if (err != NULL)
			err = siglet_err_wrap(err, "--%s", a->given[i].option->name);
	}
	if (err == NULL)
		siglet_watch_set_expectation(w->watch, w->expectation);
	return err;
}

/* ---- a match ---- */

static bool hand_over(const watching *w, const char *json)
{
	siglet_buf line;
	siglet_err *err;

	siglet_buf_init(&line, strlen(json) + 1);
	err = siglet_buf_printf(&line, "%s\n", json);
	if (err == NULL)
		err = siglet_sys_hand_over(w->program, siglet_buf_slice(&line));
	siglet_buf_clear(&line);
	if (err == NULL)
		return true;
	(void)cli_fail("--on-match", err);
	return false;
}

/* It is delivered once it is printed and, where there is a program, that ended well. */
static bool take_match(void *context, const char *line, const char *json, bool known)
{
	audit_run *run = context;
	const watching *w = run->verb;
	FILE *out = audit_output(run);

	if (!known || !run->style.quiet)
		(void)fprintf(out, "%s\n", run->style.json ? json : line);
	if (fflush(out) != 0 || ferror(out) != 0)
		return false;
	return known || w->program == NULL || hand_over(w, json);
}

/* ---- looking ---- */

static siglet_err *acknowledge(const watching *w)
{
	const cli_arguments *a = w->run->arguments;
	siglet_err *err = NULL;

	for (size_t i = 0; err == NULL && i < a->given_count; i++)
		if (a->given[i].option->id == CLI_ACKNOWLEDGE)
			err = siglet_audit_acknowledge_entry(w->run->auditor, w->watch,
							     a->given[i].value);
	return err;
}

static void forget(watching *w)
{
	siglet_watch_free(w->watch);
	siglet_expectation_free(w->expectation);
	w->watch = NULL;
	w->expectation = NULL;
}

static siglet_err *look(const watching *w)
{
	return siglet_audit_run_watch(w->run->auditor, w->watch, take_match, audit_tell, w->run);
}

/* Who is trusted, who is asked and what is known may all have changed since the last look. */
static siglet_err *look_anew(watching *w)
{
	siglet_err *err;

	audit_tear_down(w->run);
	forget(w);
	err = audit_set_up(w->run);
	if (err == NULL)
		err = set_all(w);
	return err == NULL ? look(w) : err;
}

/*
 * Until a signal ends it, which loses nothing. What fails after the first look is told, and tried
 * again: who follows a log wants to know of what it gets when it can be asked again.
 */
static siglet_err *follow(watching *w)
{
	unsigned interval_s = DEFAULT_INTERVAL_S;
	siglet_err *err = NULL;

	if (cli_has(w->run->arguments, CLI_INTERVAL))
		err = cli_number(w->run->arguments, CLI_INTERVAL, 1, MAX_INTERVAL_S, &interval_s);
	if (err == NULL)
		err = look(w);
	if (err != NULL && siglet_err_code(err) != SIGLET_E_NETWORK &&
	    siglet_err_code(err) != SIGLET_E_TRUST)
		return err;
	for (;;) {
		if (err == NULL) {
			err = w->run->err;
			w->run->err = NULL;
		}
		if (err != NULL)
			(void)cli_fail(NULL, err);
		siglet_sys_sleep_ms(interval_s * 1000);
		err = look_anew(w);
	}
}

bool audit_has_rules(const cli_arguments *arguments)
{
	static const cli_id others[] = { CLI_SUBJECT, CLI_DIGEST, CLI_KEY, CLI_IDENTITY_REGEX,
					 CLI_ISSUER_REGEX };

	for (size_t i = 0; i < SIGLET_COUNT(conditions); i++)
		if (cli_has(arguments, conditions[i].id))
			return true;
	for (size_t i = 0; i < SIGLET_COUNT(others); i++)
		if (cli_has(arguments, others[i]))
			return true;
	return false;
}

static siglet_err *act(watching *w, bool in_all)
{
	const cli_arguments *a = w->run->arguments;

	if (in_all)
		return siglet_audit_search_log(w->run->auditor, w->watch, take_match, audit_tell,
					       w->run);
	if (cli_has(a, CLI_ACKNOWLEDGE))
		return acknowledge(w);
	return cli_has(a, CLI_FOLLOW) ? follow(w) : look(w);
}

siglet_err *audit_watch(audit_run *run, bool in_all)
{
	watching w = { .run = run, .program = cli_value(run->arguments, CLI_ON_MATCH) };
	siglet_err *err = set_all(&w);

	run->verb = &w;
	if (err == NULL)
		err = act(&w, in_all);
	forget(&w);
	run->verb = NULL;
	return err;
}
