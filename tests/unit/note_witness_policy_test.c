#include "note/note.h"

#include <stdlib.h>
#include <string.h>

#include "note_vectors.h"
#include "note_witness.h"

/*
 * tlog-policy: every rule of the file, and what a quorum is. In the texts of this test @A to @H
 * stand for vkeys of witnesses, @I and @J for those of logs, @a for A's under another name, @i for
 * I's; @M for an ML-DSA key.
 */

#define KEYS 10
#define TEXT VECTOR_TEXT

static witness keys[KEYS];
static siglet_arena arena;

static void put_key(char letter, siglet_buf *out)
{
	const bool is_other = letter >= 'a' && letter <= 'j';
	const size_t index = (size_t)(letter - (is_other ? 'a' : 'A'));

	if (letter == 'M') {
		well(siglet_buf_append_str(out, VECTOR_ML_DSA_VKEY));
		return;
	}
	witness w = keys[index];
	if (is_other)
		w.name = "another.example";
	witness_put_vkey(&w, index >= 8 ? 0x01 : 0x04, out);
}

static siglet_err *parse_bytes(siglet_slice text, siglet_witness_policy **ret_policy)
{
	siglet_buf whole;
	siglet_err *err;

	siglet_buf_init(&whole, 8u << 20);
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '@' && i + 1 < text.len)
			put_key((char)text.ptr[++i], &whole);
		else
			well(siglet_buf_append_byte(&whole, text.ptr[i]));
	}
	err = siglet_witness_policy_parse(siglet_buf_slice(&whole), ret_policy);
	siglet_buf_clear(&whole);
	return err;
}

static siglet_err *try(const char *text)
{
	siglet_witness_policy *policy = NULL;
	siglet_err *err = parse_bytes(siglet_slice_str(text), &policy);

	siglet_witness_policy_free(policy);
	return err;
}

static siglet_witness_policy *policy_of(const char *text)
{
	siglet_witness_policy *policy = NULL;

	well(parse_bytes(siglet_slice_str(text), &policy));
	return policy;
}

static void good_files_are_read(void)
{
	static const char *const files[] = {
		"quorum none\n",
		"log @I\nquorum none\n",
		"log @I https://log.example/\nlog @J\nquorum none\n",
		"witness a @A\nquorum a\n",
		"witness a @A https://w.example/\nquorum a\n",
		" \t witness\ta \t@A \t\nquorum \t a\t \n",
		"# a comment\n\n \t \n  # another\nquorum none\n",
		"#\n#quorum a\nquorum none\n",
		"witness a @A\nwitness b @B\ngroup g all a b\nquorum g\n",
		"witness a @A\nwitness b @B\ngroup g any a b\nquorum g\n",
		"witness a @A\nwitness b @B\ngroup g 1 a b\nquorum g\n",
		"witness a @A\nwitness b @B\ngroup g 2 a b\nquorum g\n",
		"witness a @A\ngroup g all a\nquorum g\n",
		"witness a @A\ngroup g all a\ngroup h any g\nquorum g\n",
		"witness a @A\ngroup g all a\nquorum a\n",
		"quorum none\nwitness a @A\nlog @I\n",
		"witness a @A\nquorum a\nwitness b @B\ngroup g all a b\n",
		"witness all @A\nwitness any @B\nwitness 2 @C\ngroup group 2 all any 2\nquorum "
		"group\n",
		"witness log @A\nquorum log\n",
		"witness a# @A\nquorum a#\n",
		"witness \xc3\xa9\xff @A \xc3\xbc\xfe\nquorum \xc3\xa9\xff\n",
		"witness K @A\nwitness \xe2\x84\xaa @B\ngroup g all K \xe2\x84\xaa\nquorum g\n",
		"witness m @M\nquorum m\n",
		"log @M\nquorum none\n",
		"log @I\nwitness a @A\nquorum a\n",
	};

	for (size_t i = 0; i < SIGLET_COUNT(files); i++)
		OK_SUCCESS(try(files[i]), "read: file %zu", i);
}

static void bad_files_are_refused(void)
{
	static const struct {
		const char *text;
		siglet_code code;
		const char *says; /* the message holds it */
	} cases[] = {
		{ "", SIGLET_E_MALFORMED, "no quorum line" },
		{ "witness a @A\n", SIGLET_E_MALFORMED, "no quorum line" },
		{ "#quorum none\n", SIGLET_E_MALFORMED, "no quorum line" },
		{ "quorum none", SIGLET_E_MALFORMED, "was it cut" },
		{ "witness a @A\nquorum a\n#", SIGLET_E_MALFORMED, "was it cut" },
		{ "quorum none\nquorum none\n", SIGLET_E_MALFORMED, "line 2: quorum: a second" },
		{ "witness a @A\nquorum a\nquorum a\n", SIGLET_E_MALFORMED,
		  "line 3: quorum: a second" },
		{ "quorum\n", SIGLET_E_MALFORMED, "line 1: quorum: no name" },
		{ "quorum a\nwitness a @A\n", SIGLET_E_MALFORMED,
		  "line 1: quorum: no witness or group" },
		{ "witness a @A\nquorum A\n", SIGLET_E_MALFORMED,
		  "line 2: quorum: no witness or group" },
		{ "witness a @A\nquorum a b\n", SIGLET_E_MALFORMED, "\"b\" is one word too many" },
		{ "quorum none none\n", SIGLET_E_MALFORMED, "one word too many" },
		{ "quorum none # why\n", SIGLET_E_MALFORMED, "one word too many" },
		{ "quorum None\n", SIGLET_E_MALFORMED, "no witness or group \"None\"" },
		{ "Quorum none\n", SIGLET_E_MALFORMED, "line 1: \"Quorum\" is none of" },
		{ "policy none\nquorum none\n", SIGLET_E_MALFORMED,
		  "line 1: \"policy\" is none of" },
		{ "log\nquorum none\n", SIGLET_E_MALFORMED, "line 1: log: no vkey" },
		{ "log x\nquorum none\n", SIGLET_E_MALFORMED,
		  "line 1: log: vkey: not NAME+ID+KEY" },
		{ "log l @I\nquorum none\n", SIGLET_E_MALFORMED, "vkey" },
		{ "log @I u v\nquorum none\n", SIGLET_E_MALFORMED, "\"v\" is one word too many" },
		{ "log @I\nlog @I\nquorum none\n", SIGLET_E_MALFORMED,
		  "line 2: log: the same key" },
		{ "log @I\nlog @J\nlog @i\nquorum none\n", SIGLET_E_MALFORMED,
		  "line 3: log: the same key" },
		{ "log @A\nquorum none\n", SIGLET_E_UNSUPPORTED, "a witness's, not a log's" },
		{ "witness a @I\nquorum a\n", SIGLET_E_UNSUPPORTED, "does not cosign" },
		{ "witness\nquorum none\n", SIGLET_E_MALFORMED, "line 1: witness: no name" },
		{ "witness a\nquorum a\n", SIGLET_E_MALFORMED, "line 1: witness: no vkey" },
		{ "witness a @A u v\nquorum a\n", SIGLET_E_MALFORMED,
		  "\"v\" is one word too many" },
		{ "witness none @A\nquorum none\n", SIGLET_E_MALFORMED, "a meaning of its own" },
		{ "witness a @A\nwitness a @B\nquorum a\n", SIGLET_E_MALFORMED,
		  "line 2: witness: the name \"a\" is taken" },
		{ "witness a @A\nwitness b @A\nquorum a\n", SIGLET_E_MALFORMED,
		  "the same key as witness \"a\"" },
		{ "witness a @A\nwitness b @B\nwitness c @a\nquorum a\n", SIGLET_E_MALFORMED,
		  "line 3: witness: the same key as witness \"a\"" },
		{ "group\nquorum none\n", SIGLET_E_MALFORMED, "line 1: group: no name" },
		{ "group g\nquorum none\n", SIGLET_E_MALFORMED, "line 1: group: no number" },
		{ "group g all\nquorum g\n", SIGLET_E_MALFORMED, "without a member" },
		{ "group g any\nquorum g\n", SIGLET_E_MALFORMED, "without a member" },
		{ "group g 0\nquorum g\n", SIGLET_E_MALFORMED, "without a member" },
		{ "witness a @A\ngroup none all a\nquorum none\n", SIGLET_E_MALFORMED,
		  "a meaning of its own" },
		{ "witness a @A\ngroup a all a\nquorum a\n", SIGLET_E_MALFORMED,
		  "the name \"a\" is taken" },
		{ "witness a @A\ngroup g all a\nwitness g @B\nquorum g\n", SIGLET_E_MALFORMED,
		  "line 3: witness: the name \"g\" is taken" },
		{ "witness a @A\nwitness b @B\ngroup g all a\ngroup g all b\nquorum g\n",
		  SIGLET_E_MALFORMED, "line 4: group: the name \"g\" is taken" },
		{ "witness a @A\ngroup g all g\nquorum g\n", SIGLET_E_MALFORMED,
		  "no witness or group \"g\"" },
		{ "witness a @A\ngroup g all a none\nquorum g\n", SIGLET_E_MALFORMED,
		  "no witness or group \"none\"" },
		{ "group g all a\nwitness a @A\nquorum g\n", SIGLET_E_MALFORMED,
		  "line 1: group: no witness or group \"a\"" },
		{ "witness a @A\ngroup g all h\ngroup h all a\nquorum g\n", SIGLET_E_MALFORMED,
		  "line 2: group: no witness or group \"h\"" },
		{ "witness a @A\ngroup g all a a\nquorum g\n", SIGLET_E_MALFORMED,
		  "\"a\" is a member of a group already" },
		{ "witness a @A\nwitness b @B\ngroup g all a\ngroup h all a b\nquorum h\n",
		  SIGLET_E_MALFORMED, "line 4: group: \"a\" is a member of a group already" },
		{ "witness a @A\ngroup g all a\ngroup h all g a\nquorum h\n", SIGLET_E_MALFORMED,
		  "\"a\" is a member of a group already" },
		{ "witness a @A\ngroup g all a\ngroup h all g\ngroup i all g\nquorum h\n",
		  SIGLET_E_MALFORMED, "line 4: group: \"g\" is a member" },
		{ "witness a @A\ngroup g 0 a\nquorum g\n", SIGLET_E_MALFORMED, "\"0\" is neither" },
		{ "witness a @A\ngroup g 01 a\nquorum g\n", SIGLET_E_MALFORMED,
		  "\"01\" is neither" },
		{ "witness a @A\ngroup g +1 a\nquorum g\n", SIGLET_E_MALFORMED,
		  "\"+1\" is neither" },
		{ "witness a @A\ngroup g -1 a\nquorum g\n", SIGLET_E_MALFORMED,
		  "\"-1\" is neither" },
		{ "witness a @A\ngroup g 1x a\nquorum g\n", SIGLET_E_MALFORMED,
		  "\"1x\" is neither" },
		{ "witness a @A\ngroup g All a\nquorum g\n", SIGLET_E_MALFORMED,
		  "\"All\" is neither" },
		{ "witness a @A\ngroup g 2 a\nquorum g\n", SIGLET_E_MALFORMED,
		  "2 of 1 members can never" },
		{ "witness a @A\ngroup g 18446744073709551617 a\nquorum g\n", SIGLET_E_MALFORMED,
		  "can never be met" },
		{ "witness a @A\r\nquorum a\n", SIGLET_E_MALFORMED,
		  "line 1: control character 0x0d" },
		{ "# a\x7f\nquorum none\n", SIGLET_E_MALFORMED,
		  "control character 0x7f in column 4" },
		{ "\n\x01\nquorum none\n", SIGLET_E_MALFORMED, "line 2: control character 0x01" },
		{ "quorum\vnone\n", SIGLET_E_MALFORMED, "control character 0x0b" },
		{ "quorum\xc2\xa0none\n", SIGLET_E_MALFORMED, "is none of log" },
	};

	for (size_t i = 0; i < SIGLET_COUNT(cases); i++) {
		siglet_err *err = try(cases[i].text);

		if (!OK(err != NULL && siglet_err_code(err) == cases[i].code &&
				strstr(siglet_err_message(err), cases[i].says) != NULL,
			"refused: %s (file %zu)", cases[i].says, i))
			printf("# got: %s\n", err == NULL ? "success" : siglet_err_message(err));
		siglet_err_free(err);
	}
	siglet_witness_policy *policy = NULL;
	OK_ERROR(parse_bytes(siglet_slice_of("quorum none\0\n", 13), &policy), SIGLET_E_MALFORMED,
		 "refused: a NUL");
	OK(policy == NULL, "and the output is left alone");
}

/* Fresh keys, as many as wanted: a log, witness or group line each. */
static siglet_err *try_many(const char *kind, size_t count)
{
	siglet_witness_policy *policy = NULL;
	siglet_buf text;
	siglet_err *err;

	siglet_buf_init(&text, 1u << 20);
	for (size_t i = 0; i < count; i++) {
		witness w = witness_new("name.example");

		if (strcmp(kind, "log") == 0)
			well(siglet_buf_append_str(&text, "log "));
		else
			well(siglet_buf_printf(&text, "witness w%zu ", i));
		witness_put_vkey(&w, strcmp(kind, "log") == 0 ? 0x01 : 0x04, &text);
		well(siglet_buf_append_str(&text, "\n"));
		if (strcmp(kind, "group") == 0)
			well(siglet_buf_printf(&text, "group g%zu all w%zu\n", i, i));
		witness_free(&w);
	}
	well(siglet_buf_append_str(&text, "quorum none\n"));
	err = siglet_witness_policy_parse(siglet_buf_slice(&text), &policy);
	siglet_witness_policy_free(policy);
	siglet_buf_clear(&text);
	return err;
}

static siglet_err *try_long(size_t bytes)
{
	static const char end[] = "\nquorum none\n";
	siglet_witness_policy *policy = NULL;
	siglet_buf text;
	siglet_err *err;

	siglet_buf_init(&text, 4u << 20);
	while (text.len + strlen(end) < bytes)
		well(siglet_buf_append_byte(&text, '#'));
	well(siglet_buf_append_str(&text, end));
	err = siglet_witness_policy_parse(siglet_buf_slice(&text), &policy);
	siglet_witness_policy_free(policy);
	siglet_buf_clear(&text);
	return err;
}

static void limits_hold(void)
{
	OK_SUCCESS(try_many("log", SIGLET_MAX_POLICY_LOGS), "as many logs as may be");
	OK_ERROR(try_many("log", SIGLET_MAX_POLICY_LOGS + 1), SIGLET_E_LIMIT, "one more");
	OK_SUCCESS(try_many("witness", SIGLET_MAX_WITNESSES), "as many witnesses as may be");
	OK_ERROR(try_many("witness", SIGLET_MAX_WITNESSES + 1), SIGLET_E_LIMIT, "one more");
	OK_SUCCESS(try_many("group", SIGLET_MAX_WITNESS_GROUPS), "as many groups as may be");
	OK_ERROR(try_many("group", SIGLET_MAX_WITNESS_GROUPS + 1), SIGLET_E_LIMIT, "one more");
	OK_SUCCESS(try_long(SIGLET_MAX_WITNESS_POLICY_BYTES), "as many bytes as may be");
	OK_ERROR(try_long(SIGLET_MAX_WITNESS_POLICY_BYTES + 1), SIGLET_E_LIMIT, "one more");
	OK(SIGLET_MAX_POLICY_LOGS >= 32 && SIGLET_MAX_WITNESSES >= 32 &&
		   SIGLET_MAX_WITNESS_GROUPS >= 32,
	   "and no fewer than tlog-policy recommends");
}

static void what_was_read_can_be_asked(void)
{
	siglet_witness_policy *policy =
		policy_of("log @I https://log.example/a\nlog @J\nwitness a @A\n"
			  "witness b @B https://b.example\ngroup g any a b\nquorum g\n");
	siglet_note_verifier verifier = { 0 };

	OK(siglet_witness_policy_log_count(policy) == 2, "two logs");
	OK(siglet_witness_policy_witness_count(policy) == 2, "two witnesses");
	OK(siglet_slice_is(siglet_witness_policy_quorum(policy), "g"), "the quorum's name");
	const siglet_policy_log *log = siglet_witness_policy_log(policy, 0);
	OK(siglet_slice_is(log->url, "https://log.example/a") &&
		   siglet_slice_is(siglet_note_key_name(log->key), VECTOR_ORIGIN),
	   "a log's URL and origin");
	OK_SUCCESS(siglet_note_key_verifier(log->key, &verifier), "and a verifier for it");
	OK(siglet_witness_policy_log(policy, 1)->url.len == 0, "the other has no URL");
	const siglet_policy_witness *b = siglet_witness_policy_witness(policy, 1);
	OK(siglet_slice_is(b->name, "b") && siglet_slice_is(b->url, "https://b.example") &&
		   siglet_slice_is(siglet_note_key_name(b->key), "b.example"),
	   "a witness's name, URL and key name");
	siglet_witness_policy_free(policy);
	policy = policy_of("quorum none\n");
	OK(siglet_slice_is(siglet_witness_policy_quorum(policy), "none"), "no quorum is none");
	siglet_witness_policy_free(policy);
}

/* A checkpoint with lines by these keys: letters as above, each at its time: "A10 I B20". */
static siglet_note note_by(const char *lines)
{
	siglet_slice copy = SIGLET_SLICE_NONE;
	siglet_note note = { 0 };
	siglet_buf text;

	siglet_buf_init(&text, MAX_WITNESS_TEXT);
	well(siglet_buf_append_str(&text, TEXT "\n"));
	for (const char *p = lines; *p != '\0'; p++) {
		char *end = NULL;
		uint64_t time_s;

		if (*p < 'A' || *p > 'M')
			continue;
		if (*p == 'M') {
			well(siglet_buf_append_str(&text, DASH " " VECTOR_WITNESS " "));
			well(siglet_buf_append_str(&text, VECTOR_ML_DSA_LINE));
			well(siglet_buf_append_byte(&text, '\n'));
		} else if (*p >= 'I') {
			witness_put_signature(&keys[*p - 'A'], TEXT, &text);
		} else {
			time_s = strtoull(p + 1, &end, 10);
			/* X after the time: over another text */
			witness_put_cosignature(&keys[*p - 'A'], *end == 'X' ? "x\n" : TEXT, time_s,
						time_s, &text);
			p = end - 1;
		}
	}
	well(siglet_arena_copy(&arena, siglet_buf_slice(&text), &copy));
	well(siglet_note_parse(copy, &arena, &note));
	siglet_buf_clear(&text);
	return note;
}

static siglet_err *check(const char *policy_text, const char *lines, siglet_witness_result *ret)
{
	siglet_witness_policy *policy = policy_of(policy_text);
	const siglet_note note = note_by(lines);
	siglet_err *err = siglet_witness_policy_check(policy, &note, ret);

	siglet_witness_policy_free(policy);
	return err;
}

static void met(const char *policy_text, const char *lines, bool expected, const char *claim)
{
	siglet_witness_result result = { 0 };
	siglet_err *err = check(policy_text, lines, &result);

	if (!OK(err == NULL && result.satisfied == expected && result.quorum_met == expected,
		"%s%s", claim, expected ? "" : ": not met"))
		printf("# %s\n", err == NULL ? "the other way" : siglet_err_message(err));
	siglet_err_free(err);
}

#define SIX                                                                                     \
	"witness x1 @A\nwitness x2 @B\nwitness x3 @C\ngroup X 2 x1 x2 x3\n"                     \
	"witness y1 @D\nwitness y2 @E\nwitness y3 @F\ngroup Y any y1 y2 y3\ngroup XY all X Y\n" \
	"quorum XY\n"

static void quorums_are_counted(void)
{
	met("quorum none\n", "I", true, "none");
	met("witness a @A\nquorum a\n", "I A1", true, "one witness");
	met("witness a @A\nquorum a\n", "I", false, "one witness, absent");
	met("witness a @A\nquorum a\n", "I B1", false, "another one in its place");
	met("witness a @A\nwitness b @B\nquorum a\n", "I B1", false, "one that is not asked for");
	met("witness a @A\nwitness b @B\ngroup g all a b\nquorum g\n", "A1 B1", true, "all of 2");
	met("witness a @A\nwitness b @B\ngroup g all a b\nquorum g\n", "A1", false, "1 of all");
	met("witness a @A\nwitness b @B\ngroup g any a b\nquorum g\n", "B1", true, "any of 2");
	met("witness a @A\nwitness b @B\ngroup g any a b\nquorum g\n", "I", false, "none of any");
	met("witness a @A\nwitness b @B\nwitness c @C\ngroup g 2 a b c\nquorum g\n", "A1 C1", true,
	    "2 of 3");
	met("witness a @A\nwitness b @B\nwitness c @C\ngroup g 2 a b c\nquorum g\n", "A1 B1 C1",
	    true, "3 where 2 of 3 are asked");
	met("witness a @A\nwitness b @B\nwitness c @C\ngroup g 2 a b c\nquorum g\n", "C1", false,
	    "1 where 2 of 3 are asked");
	met("witness a @A\nwitness b @B\nwitness c @C\ngroup g 2 a b c\nquorum g\n", "C1 C2 C3",
	    false, "one witness three times");
	met("witness a @A\nwitness b @B\ngroup g all a b\nquorum a\n", "A1", true,
	    "a member of a group as the quorum");
	met("witness a @A\nwitness b @B\ngroup g all a\ngroup h all b\nquorum g\n", "B1", false,
	    "the other group");
	met(SIX, "A1 B1 D1", true, "2 of X and 1 of Y");
	met(SIX, "A1 B1 C1", false, "X without Y");
	met(SIX, "D1 E1 F1 C1", false, "Y, and one of X");
	met(SIX, "A1 B1 C1 D1 E1 F1", true, "everybody");
}

static void lines_that_do_not_hold_refuse_the_note(void)
{
	siglet_witness_result result = { .cosigned = 77 };

	OK_ERROR(check("witness a @A\nwitness b @B\ngroup g any a b\nquorum g\n", "A1 B1X",
		       &result),
		 SIGLET_E_MISMATCH, "a known witness's bad line, though another's is enough");
	OK_ERROR(check("witness a @A\nwitness b @B\nquorum a\n", "A1 B1X", &result),
		 SIGLET_E_MISMATCH, "even of a witness that is in no quorum");
	OK_ERROR(check("witness a @A\nquorum a\n", "A1 A2X", &result), SIGLET_E_MISMATCH,
		 "or its second line");
	OK_ERROR(check("witness a @A\nquorum none\n", "A1X", &result), SIGLET_E_MISMATCH,
		 "or with no quorum at all");
	OK_ERROR(check("witness a @A\nquorum a\n", "A9223372036854775808", &result), SIGLET_E_RANGE,
		 "or a time that can't be");
	OK(result.cosigned == 77, "and the output is left alone");
	OK_SUCCESS(check("witness a @A\nquorum a\n", "A1 B1X", &result),
		   "an unknown one's bad line is nothing to us");
}

static void logs_are_those_of_the_policy(void)
{
	siglet_witness_result result = { 0 };
	siglet_witness_policy *policy = policy_of("log @J\nwitness a @A\nquorum a\n");
	siglet_note note = note_by("J A1");

	OK_SUCCESS(check("log @I\nwitness a @A\nquorum a\n", "I A1", &result), "its log");
	OK(result.satisfied && result.log == 0, "is named");
	OK_SUCCESS(check("log @J\nlog @I\nwitness a @A\nquorum a\n", "I A1", &result),
		   "any of them");
	OK(result.satisfied && result.log == 1, "is named");
	OK_SUCCESS(check("log @I\nwitness a @A\nquorum a\n", "A1", &result), "no log at all");
	OK(!result.satisfied && result.quorum_met, "is not satisfied, though the quorum is met");
	OK_SUCCESS(check("witness a @A\nquorum a\n", "A1", &result), "a policy without logs");
	OK(result.satisfied && result.log == SIGLET_NO_POLICY_LOG, "leaves the log to the caller");
	OK_SUCCESS(siglet_witness_policy_check(policy, &note, &result), "a key of another origin");
	OK(!result.satisfied, "signs nothing here");
	OK_ERROR(siglet_witness_result_require(policy, &result, 0), SIGLET_E_UNTRUSTED,
		 "which is what the refusal says");
	siglet_witness_policy_free(policy);
}

static void times(const char *policy_text, const char *lines, int64_t newest_s, int64_t oldest_s,
		  int64_t quorum_s, const char *claim)
{
	siglet_witness_result result = { 0 };

	OK_SUCCESS(check(policy_text, lines, &result), "%s", claim);
	if (!OK(result.quorum_met && result.newest_s == newest_s && result.oldest_s == oldest_s &&
			result.quorum_s == quorum_s,
		"its times"))
		printf("# %" PRId64 " %" PRId64 " %" PRId64 "\n", result.newest_s, result.oldest_s,
		       result.quorum_s);
}

static void a_view_is_as_old_as_its_quorum(void)
{
	static const char two_of_three[] =
		"witness a @A\nwitness b @B\nwitness c @C\ngroup g 2 a b c\nquorum g\n";

	times("witness a @A\nquorum a\n", "A5", 5, 5, 5, "one witness");
	times("witness a @A\nquorum a\n", "A5 A9", 9, 9, 9, "one witness twice: its newest");
	times(two_of_three, "A10 B20", 20, 10, 10, "2 of 2: when the second had seen it");
	times(two_of_three, "A10 B30 C20", 30, 10, 20, "2 of 3: one alone makes it no newer");
	times(two_of_three, "A10 B20 C20", 20, 10, 20, "two at once");
	times("witness a @A\nwitness b @B\nquorum a\n", "A10 B30", 30, 10, 10,
	      "a witness outside of the quorum makes it no newer");
	times(SIX, "A40 B30 C20 D10", 40, 10, 10, "both groups: the older one");
	times(SIX, "A40 B30 C20 D50", 50, 20, 30, "the second of X");
	times("witness a @A\nwitness b @B\nquorum none\n", "A10 B20", 20, 10, 20,
	      "no quorum: the newest");
}

static void results_are_told_apart(void)
{
	siglet_witness_policy *policy = policy_of(
		"witness a @A\nwitness b @B\nwitness m @M\ngroup g any a b m\nquorum g\n");
	siglet_witness_result result = { 0 };
	siglet_note note = note_by("B7 M");
	const bool has_ml_dsa =
		siglet_note_key_is_usable(siglet_witness_policy_witness(policy, 2)->key);
	const size_t cosigned = has_ml_dsa ? 2 : 1;

	OK_SUCCESS(siglet_witness_policy_check(policy, &note, &result), "a mixed note");
	OK(result.states[0] == SIGLET_WITNESS_ABSENT, "one witness is absent");
	OK(result.states[1] == SIGLET_WITNESS_COSIGNED && result.times_s[1] == 7, "one cosigned");
	OK(result.states[2] == (has_ml_dsa ? SIGLET_WITNESS_COSIGNED : SIGLET_WITNESS_UNCHECKED),
	   "the ML-DSA line is %s", has_ml_dsa ? "verified" : "not checked");
	OK(result.cosigned == cosigned && result.unchecked == 2 - cosigned, "they are counted");
	OK_SUCCESS(siglet_witness_result_require(policy, &result, (unsigned)cosigned),
		   "as many as cosigned may be asked for");
	OK_ERROR(siglet_witness_result_require(policy, &result, (unsigned)cosigned + 1),
		 SIGLET_E_MISSING, "and not one more");

	note = note_by("I M");
	OK_SUCCESS(siglet_witness_policy_check(policy, &note, &result), "the ML-DSA line alone");
	OK(result.quorum_met == has_ml_dsa, "what can't be verified meets no quorum");
	if (!has_ml_dsa) {
		siglet_err *err = siglet_witness_result_require(policy, &result, 0);

		OK(err != NULL && strstr(siglet_err_message(err), "1 more can't be verified"),
		   "and the refusal says so");
		siglet_err_free(err);
	}
	siglet_witness_policy_free(policy);
}

static void refusals_say_what_is_missing(void)
{
	siglet_witness_policy *policy =
		policy_of("witness a @A\nwitness b @B\ngroup g all a b\nquorum g\n");
	siglet_witness_policy *none = policy_of("witness a @A\nquorum none\n");
	siglet_witness_result result = { 0 };
	siglet_note note = note_by("A1");
	siglet_err *err;

	OK_ERROR(siglet_witness_result_require(none, &result, 0), SIGLET_E_MISSING,
		 "a result of zeros is no yes, even where no quorum is needed");
	OK_SUCCESS(siglet_witness_policy_check(policy, &note, &result), "1 of 2");
	err = siglet_witness_result_require(policy, &result, 0);
	OK(err != NULL && strcmp(siglet_err_message(err),
				 "the quorum \"g\" is not met: cosigned by 1 of 2 witnesses") == 0,
	   "the refusal names quorum and numbers");
	siglet_err_free(err);
	note = note_by("I");
	OK_SUCCESS(siglet_witness_policy_check(none, &note, &result), "no quorum");
	OK(result.satisfied && result.cosigned == 0, "is satisfied by nobody");
	OK_SUCCESS(siglet_witness_result_require(none, &result, 0),
		   "unless somebody asks for more");
	OK_ERROR(siglet_witness_result_require(none, &result, 1), SIGLET_E_MISSING, "as here");
	siglet_witness_policy_free(none);
	siglet_witness_policy_free(policy);
}

static void other_notes_are_refused(void)
{
	siglet_witness_policy *policy = policy_of("quorum none\n");
	siglet_witness_result result = { 0 };
	siglet_note note = { 0 };

	well(siglet_note_parse(siglet_slice_str("a note\n\n" DASH " n AAAAAAA=\n"), &arena, &note));
	OK_ERROR(siglet_witness_policy_check(policy, &note, &result), SIGLET_E_MALFORMED,
		 "a note that is no checkpoint");
	siglet_witness_policy_free(policy);
}

int main(void)
{
	static const char *const names[KEYS] = { "a.example",	       "b.example", "c.example",
						 "d.example",	       "e.example", "f.example",
						 "g.example",	       "h.example", VECTOR_ORIGIN,
						 "another-log.example" };

	siglet_arena_init(&arena, 64u << 20);
	for (size_t i = 0; i < KEYS; i++)
		keys[i] = witness_new(names[i]);
	good_files_are_read();
	bad_files_are_refused();
	limits_hold();
	what_was_read_can_be_asked();
	quorums_are_counted();
	lines_that_do_not_hold_refuse_the_note();
	logs_are_those_of_the_policy();
	a_view_is_as_old_as_its_quorum();
	results_are_told_apart();
	refusals_say_what_is_missing();
	other_notes_are_refused();
	for (size_t i = 0; i < KEYS; i++)
		witness_free(&keys[i]);
	siglet_arena_clear(&arena);
	return tap_done();
}
