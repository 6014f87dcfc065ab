#include "judge.h"

#include <stdlib.h>
#include <string.h>

static siglet_error *read_result(const siglet_result *result, const char *path,
				 judge_answer *answer)
{
	siglet_error *error = siglet_result_json(result, path, &answer->json);

	if (error == NULL)
		error = siglet_result_explain(result, &answer->explanation);
	if (error == NULL && siglet_result_accepted(result) &&
	    strcmp(siglet_result_kind(result), "signed") != 0)
		error = siglet_result_predicate(result, &answer->predicate, &answer->predicate_len);
	if (error != NULL)
		return error;
	answer->line = strdup(siglet_result_line(result)); /* NULL: Go says that memory ran out */
	answer->has_time = siglet_result_time(result, &answer->time_s);
	answer->accepted = siglet_result_accepted(result);
	return NULL;
}

siglet_error *judge(const siglet_trust *trust, const siglet_expectation *expectation,
		    const char *path, const char *digest, const void *data, size_t data_len,
		    const char *bundle_path, const void *bundle, size_t bundle_len, bool all,
		    judge_answer *ret_answer)
{
	const siglet_verify_options options = {
		.path = path,
		.digest = digest,
		.data = data,
		.data_len = data_len,
		.bundle_path = bundle_path,
		.bundle = bundle,
		.bundle_len = bundle_len,
		.all = all,
	};
	judge_answer answer = { 0 };
	siglet_result *result = NULL;
	siglet_error *error = siglet_verify_with_options(trust, expectation, &options, &result);

	if (error == NULL)
		error = read_result(result, path, &answer);
	siglet_result_free(result);
	if (error != NULL) {
		judge_clear(&answer);
		return error;
	}
	*ret_answer = answer;
	return NULL;
}

void judge_clear(judge_answer *answer)
{
	free(answer->line);
	siglet_string_free(answer->json);
	siglet_string_free(answer->explanation);
	siglet_string_free(answer->predicate);
	*answer = (judge_answer) { 0 };
}
