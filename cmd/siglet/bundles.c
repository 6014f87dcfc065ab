#include "cli.h"

#include <stdlib.h>
#include <string.h>

/* Bundles beside their files: what a pattern like a folder's * brings along is no file to sign. */

static const char *const suffixes[] = { ".sigstore.json", ".cose", ".sigstore", ".sigstore.jsonl" };

/* The first are what signing writes, so that they decide, or nothing else beside the file does. */
#define DECIDING 2

/* Is name the file's, with one of the first suffixes behind it? */
static bool is_bundle_of(const char *name, const char *file, size_t suffix_count)
{
	const size_t len = strlen(file);

	if (len == 0 || strncmp(name, file, len) != 0)
		return false;
	for (size_t i = 0; i < suffix_count; i++)
		if (strcmp(name + len, suffixes[i]) == 0)
			return true;
	return false;
}

static bool is_bundle_of_another(const cli_arguments *arguments, const char *name,
				 size_t suffix_count)
{
	for (size_t i = 0; i < arguments->operand_count; i++)
		if (is_bundle_of(name, arguments->operands[i], suffix_count))
			return true;
	return false;
}

void cli_leave_out_bundles(cli_arguments *arguments, bool only_deciding)
{
	const size_t suffix_count = only_deciding ? DECIDING : SIGLET_COUNT(suffixes);
	bool *leaves = siglet_calloc(arguments->operand_count, sizeof(*leaves));
	size_t kept = 0, left_out;

	/* Without memory nothing is left out: then what is no file to sign is refused later. */
	if (leaves == NULL)
		return;
	for (size_t i = 0; i < arguments->operand_count; i++)
		leaves[i] = is_bundle_of_another(arguments, arguments->operands[i], suffix_count);
	for (size_t i = 0; i < arguments->operand_count; i++)
		if (!leaves[i])
			arguments->operands[kept++] = arguments->operands[i];
	left_out = arguments->operand_count - kept;
	arguments->operand_count = kept;
	free(leaves);
	if (left_out > 0 && !cli_has(arguments, CLI_QUIET))
		(void)fprintf(stderr, "siglet: %zu bundle%s left out: their files are named too\n",
			      left_out, left_out == 1 ? " is" : "s are");
}
