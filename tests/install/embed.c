/* Is this file what that repository signed? The whole of a C program that asks. */
#include <siglet/siglet.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	siglet_trust *trust = NULL;
	siglet_expectation *expect = NULL;
	siglet_result *result = NULL;
	siglet_error *error;

	if (argc != 4) {
		fprintf(stderr, "usage: embed FILE IDENTITY ISSUER\n");
		return 2;
	}
	error = siglet_trust_shipped("public", &trust);
	if (error == NULL)
		error = siglet_expectation_new(trust, &expect);
	if (error == NULL)
		error = siglet_expectation_set(expect, SIGLET_EXPECT_IDENTITY, argv[2]);
	if (error == NULL)
		error = siglet_expectation_set(expect, SIGLET_EXPECT_ISSUER, argv[3]);
	if (error == NULL)
		error = siglet_verify_file(trust, expect, argv[1], NULL, &result);
	if (error != NULL)
		fprintf(stderr, "%s\n", siglet_error_message(error));
	else
		printf("%s\n", siglet_result_line(result));

	const int status =
		error != NULL ? (int)siglet_error_status(error) : !siglet_result_accepted(result);
	siglet_error_free(error);
	siglet_result_free(result);
	siglet_expectation_free(expect);
	siglet_trust_free(trust);
	return status;
}
