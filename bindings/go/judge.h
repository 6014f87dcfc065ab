/*
 * judge: a verification from question to answer in one call, so that what is Go's is borrowed for that call
 * alone and C keeps no pointer to it.
 */
#ifndef JUDGE_H
#define JUDGE_H

#include <siglet/siglet.h>

typedef struct judge_answer {
	bool accepted, has_time;
	int64_t time_s;
	char *line, *json, *explanation;
	char *predicate; /* NULL: there is none */
	size_t predicate_len;
} judge_answer;

/* Arguments as in siglet_verify_options. ret_answer is to be cleared on success. */
siglet_error *judge(const siglet_trust *trust, const siglet_expectation *expectation,
		    const char *path, const char *digest, const void *data, size_t data_len,
		    const char *bundle_path, const void *bundle, size_t bundle_len, bool all,
		    judge_answer *ret_answer);
void judge_clear(judge_answer *answer);

#endif
