#include "verify.h"

#include <string.h>

/* From options to a trust root and an expectation. */

#define MAX_THRESHOLD 100

/* Options whose value the library takes as it is. */
static const struct {
	cli_id id;
	siglet_expect what;
} plain[] = {
	{ CLI_GITHUB, SIGLET_EXPECT_GITHUB },
	{ CLI_GITLAB, SIGLET_EXPECT_GITLAB },
	{ CLI_EMAIL, SIGLET_EXPECT_EMAIL },
	{ CLI_IDENTITY, SIGLET_EXPECT_IDENTITY },
	{ CLI_ISSUER, SIGLET_EXPECT_ISSUER },
	{ CLI_WORKFLOW, SIGLET_EXPECT_WORKFLOW },
	{ CLI_REF, SIGLET_EXPECT_REF },
	{ CLI_REQUIRE, SIGLET_EXPECT_REQUIRE },
	{ CLI_TYPE, SIGLET_EXPECT_TYPE },
	{ CLI_SIGNED_AFTER, SIGLET_EXPECT_SIGNED_AFTER },
	{ CLI_KEY_NOT_BEFORE, SIGLET_EXPECT_KEY_NOT_BEFORE },
	{ CLI_KEY_NOT_AFTER, SIGLET_EXPECT_KEY_NOT_AFTER },
	{ CLI_SUBJECT, SIGLET_EXPECT_SUBJECT },
};

static const struct {
	cli_id id;
	siglet_threshold which;
} thresholds[] = {
	{ CLI_TLOG_THRESHOLD, SIGLET_THRESHOLD_TLOG },
	{ CLI_TIMESTAMP_THRESHOLD, SIGLET_THRESHOLD_TIMESTAMP },
	{ CLI_SCT_THRESHOLD, SIGLET_THRESHOLD_SCT },
	{ CLI_WITNESS_THRESHOLD, SIGLET_THRESHOLD_WITNESS },
	{ CLI_SCITT_THRESHOLD, SIGLET_THRESHOLD_RECEIPT },
};

/* What only a statement has, and what it has not. */
static siglet_err *check_scitt(const cli_arguments *arguments)
{
	static const cli_id others[] = {
		CLI_INSTANCE,	  CLI_TRUSTED_ROOT,   CLI_TRUST_CONFIG,
		CLI_RECURSIVE,	  CLI_FILES_FROM,     CLI_MANIFEST,
		CLI_BUNDLE,	  CLI_TLOG_THRESHOLD, CLI_TIMESTAMP_THRESHOLD,
		CLI_SCT_THRESHOLD
	};

	if (cli_has(arguments, CLI_SCITT_THRESHOLD) && !cli_has(arguments, CLI_SCITT_KEYS))
		return siglet_err_new(SIGLET_E_USAGE,
				      "--scitt-threshold needs --scitt-keys: whose receipts would "
				      "count?");
	if (!cli_has(arguments, CLI_SCITT))
		return cli_has(arguments, CLI_SUBJECT)
			       ? siglet_err_new(SIGLET_E_USAGE, "--subject needs --scitt")
			       : NULL;
	for (size_t i = 0; i < SIGLET_COUNT(others); i++)
		if (cli_has(arguments, others[i]))
			return siglet_err_hint(
				siglet_err_new(SIGLET_E_USAGE,
					       "--scitt judges one statement, by nothing of a "
					       "trusted root's"),
				"siglet verify --scitt STATEMENT [ARTIFACT]");
	return NULL;
}

/* Before anything is read: somebody must be expected, and only one. */
static siglet_err *check_signer(const cli_arguments *arguments)
{
	static const cli_id signers[] = { CLI_GITHUB, CLI_GITLAB, CLI_EMAIL, CLI_IDENTITY,
					  CLI_IDENTITY_REGEX };
	static const cli_id any[] = { CLI_GITHUB,	  CLI_GITLAB, CLI_EMAIL, CLI_IDENTITY,
				      CLI_IDENTITY_REGEX, CLI_ISSUER, CLI_KEY,	 CLI_ISSUER_REGEX };
	static const cli_id issuers[] = { CLI_ISSUER, CLI_ISSUER_REGEX };
	static const cli_id identities[] = { CLI_EMAIL, CLI_IDENTITY, CLI_IDENTITY_REGEX };
	static const cli_id forges[] = { CLI_GITHUB, CLI_GITLAB };
	bool found = false;
	siglet_err *err;

	for (size_t i = 0; i < SIGLET_COUNT(any); i++)
		found = found || cli_has(arguments, any[i]);
	/* A service's word may be all that is wanted; the verdict says so. */
	found = found || (cli_has(arguments, CLI_SCITT) && cli_has(arguments, CLI_SCITT_KEYS));
	if (!found)
		return siglet_err_hint(
			siglet_err_new(SIGLET_E_USAGE, "no identity: who must have signed it?"),
			"say --github OWNER/REPO, or --identity and --issuer, or "
			"--key FILE; siglet inspect BUNDLE shows who claims to have");
	for (size_t i = 0; cli_has(arguments, CLI_KEY) && i < SIGLET_COUNT(signers); i++)
		if (cli_has(arguments, signers[i]))
			return siglet_err_new(SIGLET_E_USAGE,
					      "--key and an identity contradict each other");
	err = check_scitt(arguments);
	if (err != NULL)
		return err;
	if (cli_has(arguments, CLI_WITNESS_THRESHOLD) && !cli_has(arguments, CLI_WITNESS_POLICY))
		return siglet_err_new(
			SIGLET_E_USAGE,
			"--witness-threshold needs --witness-policy: whose word would "
			"count?");
	err = cli_check_exclusive(arguments, issuers, SIGLET_COUNT(issuers));
	if (err == NULL)
		err = cli_check_exclusive(arguments, identities, SIGLET_COUNT(identities));
	if (err == NULL)
		err = cli_check_exclusive(arguments, forges, SIGLET_COUNT(forges));
	return err;
}

/* "ISSUER=FILE" or "FILE"; a file whose name has such a sign is "=FILE". */
static siglet_err *add_service_keys(siglet_expectation *expectation, const char *value)
{
	const char *equals = strchr(value, '=');
	char *issuer = NULL;
	siglet_err *err = NULL;

	if (equals != NULL && equals != value)
		err = siglet_strndup(siglet_slice_of(value, (size_t)(equals - value)), &issuer);
	if (err == NULL)
		err = siglet_expectation_add_service_keys_file(expectation, issuer,
							       equals == NULL ? value : equals + 1);
	siglet_string_free(issuer);
	return err;
}

/* One option that was given, as the library understands it. */
static siglet_err *set_option(const cli_given *given, siglet_expectation *expectation)
{
	for (size_t i = 0; i < SIGLET_COUNT(plain); i++)
		if (plain[i].id == given->option->id)
			return siglet_expectation_set(expectation, plain[i].what, given->value);
	if (given->option->id == CLI_IDENTITY_REGEX)
		return siglet_expectation_set_pattern(expectation, SIGLET_EXPECT_IDENTITY,
						      given->value);
	if (given->option->id == CLI_ISSUER_REGEX)
		return siglet_expectation_set_pattern(expectation, SIGLET_EXPECT_ISSUER,
						      given->value);
	if (given->option->id == CLI_KEY)
		return siglet_expectation_set_key_file(expectation, given->value);
	if (given->option->id == CLI_SCITT)
		return siglet_expectation_set_scitt(expectation);
	if (given->option->id == CLI_SCITT_KEYS)
		return add_service_keys(expectation, given->value);
	if (given->option->id == CLI_WITNESS_POLICY)
		return siglet_expectation_set_witness_policy_file(expectation, given->value);
	return NULL;
}

static siglet_err *set_all(const cli_arguments *arguments, siglet_expectation *expectation)
{
	for (size_t i = 0; i < arguments->given_count; i++) {
		siglet_err *err = set_option(&arguments->given[i], expectation);

		if (err != NULL)
			return siglet_err_wrap(err, "--%s", arguments->given[i].option->name);
	}
	for (size_t i = 0; i < SIGLET_COUNT(thresholds); i++) {
		unsigned count = 0;
		siglet_err *err = NULL;

		if (!cli_has(arguments, thresholds[i].id))
			continue;
		err = cli_number(arguments, thresholds[i].id, 0, MAX_THRESHOLD, &count);
		if (err == NULL)
			err = siglet_expectation_set_threshold(expectation, thresholds[i].which,
							       count);
		if (err != NULL)
			return err;
	}
	return NULL;
}

siglet_err *verify_expect(const cli_arguments *arguments, verify_ask *ask)
{
	siglet_err *err = check_signer(arguments);

	/* No root of Sigstore's has a say in a statement of SCITT. */
	if (err == NULL && !cli_has(arguments, CLI_SCITT))
		err = cli_open_trust(arguments, SIGLET_TRUST_TO_VERIFY, &ask->trust);
	if (err == NULL)
		err = siglet_expectation_new(ask->trust, &ask->expectation);
	if (err == NULL)
		err = set_all(arguments, ask->expectation);
	if (err == NULL && ask->statement_only)
		err = siglet_expectation_set_statement_only(ask->expectation);
	return err != NULL ? err : siglet_expectation_check(ask->expectation);
}

void verify_ask_clear(verify_ask *ask)
{
	siglet_expectation_free(ask->expectation);
	siglet_trust_free(ask->trust);
	*ask = (verify_ask) { 0 };
}
