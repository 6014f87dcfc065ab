#include "verify/verify.h"

#include <stdlib.h>

#include "../lib/check.h"
#include "../lib/judge.h"
#include "note_vectors.h"

/*
 * log.witness: which checkpoints count under a witness policy. In the texts of this test @1 and @2 stand for
 * the vkeys of the forge's witnesses, @L and @S for those of its first and second log, @M for an ML-DSA key.
 */

#define W1 "witness one @1\n"
#define W2 "witness two @2\n"
#define BOTH W1 W2 "group g all one two\nquorum g\n"
#define EITHER W1 W2 "group g any one two\nquorum g\n"

static forge *instance;

static void need(siglet_err *err)
{
	if (err == NULL)
		return;
	printf("Bail out! %s\n", siglet_err_message(err));
	exit(3);
}

static void put_vkey(char letter, siglet_buf *out)
{
	siglet_buf vkey;

	if (letter == 'M') {
		need(siglet_buf_append_str(out, VECTOR_ML_DSA_VKEY));
		return;
	}
	vkey = letter == '1' ? forge_witness_vkey(instance, FORGE_WITNESS_FIRST)
	       : letter == '2'
		       ? forge_witness_vkey(instance, FORGE_WITNESS_SECOND)
		       : forge_log_vkey(instance, letter == 'L' ? FORGE_FIRST : FORGE_SECOND);
	need(siglet_buf_append(out, siglet_buf_slice(&vkey)));
	siglet_buf_clear(&vkey);
}

static siglet_witness_policy *witnesses_of(const char *text)
{
	siglet_witness_policy *policy = NULL;
	siglet_buf whole;

	siglet_buf_init(&whole, 1u << 20);
	for (; *text != '\0'; text++) {
		if (*text == '@')
			put_vkey(*++text, &whole);
		else
			need(siglet_buf_append_byte(&whole, (uint8_t)*text));
	}
	need(siglet_witness_policy_parse(siglet_buf_slice(&whole), &policy));
	siglet_buf_clear(&whole);
	return policy;
}

/* A question: the witness policy and the two thresholds; options and root of the bundle. */
typedef struct question {
	const char *witnesses;
	unsigned witness_threshold, tlog_threshold;
	forge_options options;
	forge_root_options root;
} question;

static judged ask(const question *q, siglet_witness_policy **ret_witnesses)
{
	siglet_policy policy;

	siglet_policy_init(&policy);
	*ret_witnesses = witnesses_of(q->witnesses);
	policy.witnesses = *ret_witnesses;
	policy.thresholds.witness = q->witness_threshold;
	policy.thresholds.tlog = q->tlog_threshold == 0 ? 1 : q->tlog_threshold;
	if (q->options.material == FORGE_PUBLIC_KEY)
		policy.thresholds.timestamp = 0;
	return judge_options(instance, &q->options, &q->root, &policy);
}

static void accepts(question q, const char *claim)
{
	siglet_witness_policy *witnesses = NULL;
	judged j = ask(&q, &witnesses);

	if (!OK(j.accepted, "accepts %s", claim))
		printf("# %s: %s\n", j.rule < SIGLET_RULE_COUNT ? siglet_rule_name(j.rule) : "?",
		       j.message);
	judged_clear(&j);
	siglet_witness_policy_free(witnesses);
}

static void refuses(question q, siglet_rule rule, const char *says, const char *claim)
{
	siglet_witness_policy *witnesses = NULL;
	judged j = ask(&q, &witnesses);

	if (!OK(!j.accepted && j.rule == rule && strstr(j.message, says) != NULL,
		"refuses %s, by %s", claim, siglet_rule_name(rule)))
		printf("# %s: %s\n",
		       j.accepted		    ? "ACCEPTED"
		       : j.rule < SIGLET_RULE_COUNT ? siglet_rule_name(j.rule)
						    : "?",
		       j.message);
	judged_clear(&j);
	siglet_witness_policy_free(witnesses);
}

#define WITNESSED                                                     \
	{                                                             \
		.is_v2 = true, .variation = FORGE_VARIATION_WITNESSES \
	}
#define BY_FIRST                                                          \
	{                                                                 \
		.is_v2 = true, .variation = FORGE_VARIATION_WITNESS_FIRST \
	}

static void quorums_decide(void)
{
	accepts((question) { .witnesses = BOTH, .options = WITNESSED }, "two of two witnesses");
	accepts((question) { .witnesses = EITHER, .options = BY_FIRST }, "one of two");
	refuses((question) { .witnesses = BOTH, .options = BY_FIRST }, SIGLET_RULE_WITNESS,
		"the quorum \"g\" is not met: cosigned by 1 of 2",
		"one witness where two are asked");
	refuses((question) { .witnesses = EITHER, .options = { .is_v2 = true } },
		SIGLET_RULE_WITNESS, "cosigned by 0 of 2", "a checkpoint without a witness");
	refuses((question) { .witnesses = W2 "quorum two\n", .options = BY_FIRST },
		SIGLET_RULE_WITNESS, "cosigned by 0 of 1", "another witness in its place");
	accepts((question) { .witnesses = "quorum none\n", .options = { .is_v2 = true } },
		"any checkpoint where none is asked");
	accepts((question) { .witnesses = BOTH,
			     .options = { .is_v2 = true,
					  .is_dsse = true,
					  .variation = FORGE_VARIATION_WITNESSES } },
		"an attestation that was witnessed");
	accepts((question) { .witnesses = BOTH,
			     .options = { .is_v2 = true,
					  .material = FORGE_PUBLIC_KEY,
					  .stamp_count = 1,
					  .variation = FORGE_VARIATION_WITNESSES } },
		"a managed key's signature that was");
	refuses((question) { .witnesses = BOTH,
			     .options = { .is_v2 = true, .material = FORGE_PUBLIC_KEY } },
		SIGLET_RULE_WITNESS, "cosigned by 0 of 2", "one that was not");
}

static void thresholds_count_witnesses(void)
{
	static const char none[] = W1 W2 "quorum none\n";
	static const char one[] = W1 W2 "quorum one\n";

	accepts((question) { .witnesses = none, .witness_threshold = 2, .options = WITNESSED },
		"two witnesses without a quorum");
	refuses((question) { .witnesses = none, .witness_threshold = 2, .options = BY_FIRST },
		SIGLET_RULE_WITNESS, "cosigned by 1 witness, 2 needed", "one of them");
	accepts((question) { .witnesses = one, .witness_threshold = 1, .options = BY_FIRST },
		"the one that the quorum wants");
	refuses((question) { .witnesses = one, .witness_threshold = 2, .options = BY_FIRST },
		SIGLET_RULE_WITNESS, "cosigned by 1 witness, 2 needed",
		"it alone where one more is wanted");
}

static void bad_lines_refuse(void)
{
	const forge_options bad = { .is_v2 = true, .variation = FORGE_VARIATION_WITNESS_BAD };

	refuses((question) { .witnesses = EITHER, .options = bad }, SIGLET_RULE_WITNESS,
		"witness \"two\": signature line",
		"a known witness's bad line, though the other's is enough");
	accepts((question) { .witnesses = W1 "quorum one\n", .options = bad },
		"an unknown one's bad line");
}

static void logs_of_the_policy_count(void)
{
	accepts((question) { .witnesses = "log @L\n" BOTH, .options = WITNESSED },
		"a log that the policy names");
	refuses((question) { .witnesses = "log @S\n" BOTH, .options = WITNESSED },
		SIGLET_RULE_WITNESS, "not signed by a log that the witness policy allows",
		"one that it does not");
}

static void every_log_that_counts_is_witnessed(void)
{
	const forge_root_options more = { .more = true, .is_v02 = true, .has_operators = true };
	forge_options two = { .is_v2 = true,
			      .entries = { { .log = FORGE_FIRST }, { .log = FORGE_SECOND } },
			      .entry_count = 2,
			      .variation = FORGE_VARIATION_WITNESSES };

	accepts((question) { .witnesses = BOTH, .tlog_threshold = 2, .options = two, .root = more },
		"two witnessed logs where two are asked");
	two.variation = FORGE_VARIATION_WITNESS_OF_ONE_LOG;
	accepts((question) { .witnesses = BOTH, .tlog_threshold = 1, .options = two, .root = more },
		"one of two logs that is witnessed");
	refuses((question) { .witnesses = BOTH, .tlog_threshold = 2, .options = two, .root = more },
		SIGLET_RULE_WITNESS, "witnessed in 1 log, 2 needed: the quorum",
		"one witnessed log where two are asked");
	two.entries[0].log = FORGE_SECOND;
	two.entry_count = 1;
	refuses((question) { .witnesses = BOTH, .options = two, .root = more }, SIGLET_RULE_WITNESS,
		"witnessed in 0 logs, 1 needed", "a log that nobody witnessed");
	two.entries[0].log = FORGE_FIRST;
	two.entries[1].log = FORGE_FIRST;
	two.entry_count = 2;
	refuses((question) { .witnesses = BOTH, .tlog_threshold = 2, .options = two, .root = more },
		SIGLET_RULE_TLOG_THRESHOLD, "in 1 known log", "two entries of one witnessed log");
	two.entries[2].log = FORGE_SECOND;
	two.entry_count = 3;
	refuses((question) { .witnesses = BOTH, .tlog_threshold = 2, .options = two, .root = more },
		SIGLET_RULE_WITNESS, "witnessed in 1 log, 2 needed",
		"two witnessed entries of one log, and another log");
}

static void a_promise_is_no_checkpoint(void)
{
	forge_options options = { 0 };
	forge_root_options root = { 0 };

	forge_variation_prepare(FORGE_VARIATION_SET_ALONE_OLD, &options, &root);
	refuses((question) { .witnesses = "quorum none\n", .options = options, .root = root },
		SIGLET_RULE_WITNESS, "no other inclusion is proven", "a promise alone");
}

/* Both rules hold: the log's own signature and the witnesses'. */
static void witnesses_replace_no_other_rule(void)
{
	forge_options options = WITNESSED;
	forge_root_options root = { 0 };

	options.defect = FORGE_DEFECT_CHECKPOINT_SIGNATURE_V2;
	refuses((question) { .witnesses = BOTH, .options = options, .root = root },
		SIGLET_RULE_CHECKPOINT, "", "a checkpoint that its log did not sign");
	options.defect = FORGE_DEFECT_PROOF_HASH_V2;
	refuses((question) { .witnesses = BOTH, .options = options, .root = root },
		SIGLET_RULE_INCLUSION, "", "a witnessed tree that the entry is not in");
	refuses((question) { .witnesses = BOTH,
			     .options = WITNESSED,
			     .root = { .no_rekor_v2 = true } },
		SIGLET_RULE_TLOG_THRESHOLD, "", "a witnessed log that the root does not know");
}

static size_t count_checks(const siglet_report *report, siglet_outcome outcome, const char *says)
{
	size_t count = 0;

	for (size_t i = 0; i < siglet_report_check_count(report); i++) {
		const siglet_check *check = siglet_report_check(report, i);

		count += check->rule == SIGLET_RULE_WITNESS && check->outcome == outcome &&
			 strstr(check->detail, says) != NULL;
	}
	return count;
}

static void reports_tell_of_each_witness(void)
{
	const question q = { .witnesses = W1 W2 "witness three @M\ngroup g any one two three\n"
						"quorum g\n",
			     .options = BY_FIRST };
	siglet_witness_policy *witnesses = NULL;
	judged j = ask(&q, &witnesses);
	siglet_json_writer writer;
	siglet_buf text, json;

	if (!OK(j.accepted, "accepts one of three witnesses")) {
		printf("# %s\n", j.message);
		return;
	}
	const siglet_report_entry *entry = siglet_report_entry_at(j.report, 0);
	OK(entry->witness != NULL && entry->witnessed && entry->witness->cosigned == 1 &&
		   entry->witness->quorum_s == FORGE_TIME_S,
	   "the entry is witnessed, as of that time");
	OK(count_checks(j.report, SIGLET_OUTCOME_PASSED,
			"witness \"one\" (" FORGE_WITNESS_FIRST ") saw it at "
			"2026-01-15T12:00:00Z") == 1,
	   "the first witness passed");
	OK(count_checks(j.report, SIGLET_OUTCOME_NOT_CHECKED, "witness \"two\"") == 1 &&
		   count_checks(j.report, SIGLET_OUTCOME_NOT_CHECKED, "witness \"three\"") == 1,
	   "the others are named");
	OK(count_checks(j.report, SIGLET_OUTCOME_PASSED, "witnessed in 1 log, 1 needed") == 1,
	   "and the logs are counted");
	siglet_buf_init(&text, 1u << 20);
	need(siglet_report_explain(j.report, &text));
	OK(strstr(siglet_buf_text(&text),
		  "signature line " FORGE_WITNESS_FIRST ": verified, a witness") != NULL,
	   "the explanation says whose line is whose");
	OK(strstr(siglet_buf_text(&text), "keys that are not known") == NULL,
	   "and no line is left over");
	siglet_buf_init(&json, 1u << 20);
	siglet_json_writer_init(&writer, &json, 0);
	siglet_json_write_begin_object(&writer, NULL);
	siglet_report_write(j.report, &writer);
	siglet_json_write_end_object(&writer);
	need(siglet_json_writer_finish(&writer));
	OK(strstr(siglet_buf_text(&json), "\"witnessed\":true") != NULL &&
		   strstr(siglet_buf_text(&json), "\"witnessedAt\":\"2026-01-15T12:00:00Z\"") !=
			   NULL &&
		   strstr(siglet_buf_text(&json), "\"state\":\"cosigned\"") != NULL &&
		   strstr(siglet_buf_text(&json), "\"state\":\"absent\"") != NULL,
	   "as JSON does");
	siglet_buf_clear(&json);
	siglet_buf_clear(&text);
	judged_clear(&j);
	siglet_witness_policy_free(witnesses);
}

static void policies_that_contradict_themselves(void)
{
	siglet_witness_policy *witnesses = witnesses_of(BOTH);
	siglet_policy policy;

	siglet_policy_init(&policy);
	policy.identity.text = policy.issuer.text = "x";
	OK_SUCCESS(siglet_policy_check(&policy), "a policy");
	policy.thresholds.witness = 1;
	OK_ERROR(siglet_policy_check(&policy), SIGLET_E_USAGE, "a threshold of nobody's");
	policy.witnesses = witnesses;
	OK_SUCCESS(siglet_policy_check(&policy), "a threshold of somebody's");
	policy.thresholds.witness = 2;
	OK_SUCCESS(siglet_policy_check(&policy), "of all of them");
	policy.thresholds.witness = 3;
	OK_ERROR(siglet_policy_check(&policy), SIGLET_E_USAGE, "of more than there are");
	policy.thresholds.witness = 0;
	OK_SUCCESS(siglet_policy_check(&policy), "the quorum alone");
	policy.thresholds.tlog = 0;
	OK_ERROR(siglet_policy_check(&policy), SIGLET_E_USAGE, "witnesses, and no log");
	siglet_witness_policy_free(witnesses);
}

int main(void)
{
	const forge_config config = { .is_fast = true };

	instance = forge_new(&config);
	quorums_decide();
	thresholds_count_witnesses();
	bad_lines_refuse();
	logs_of_the_policy_count();
	every_log_that_counts_is_witnessed();
	a_promise_is_no_checkpoint();
	witnesses_replace_no_other_rule();
	reports_tell_of_each_witness();
	policies_that_contradict_themselves();
	forge_free(instance);
	return tap_done();
}
