#include "audit.h"

#include <string.h>

/* siglet audit log and combine: a log as a whole, in ranges, and put together again. */

/* Where batch systems say which of several equal jobs this is, and how many there are. */
static const struct {
	const char *index, *count, *first;
} batches[] = {
	{ "JOB_COMPLETION_INDEX", NULL, NULL }, /* Kubernetes: an indexed job */
	{ "SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT", "SLURM_ARRAY_TASK_MIN" },
	{ "AWS_BATCH_JOB_ARRAY_INDEX", NULL, NULL },
};

static siglet_err *read_variable(const char *name, const char *value, unsigned *ret_number)
{
	unsigned number = 0;

	for (const char *c = value; *c != '\0'; c++) {
		if (*c < '0' || *c > '9' || number > 99999999)
			return siglet_err_new(SIGLET_E_USAGE, "%s is no number", name);
		number = number * 10 + (unsigned)(*c - '0');
	}
	*ret_number = number;
	return NULL;
}

static siglet_err *find_shard(const cli_arguments *arguments, unsigned *ret_index,
			      unsigned *ret_count)
{
	for (size_t i = 0; i < SIGLET_COUNT(batches); i++) {
		const char *index = siglet_sys_environment(batches[i].index);
		const char *count =
			batches[i].count == NULL ? NULL : siglet_sys_environment(batches[i].count);
		const char *first =
			batches[i].first == NULL ? NULL : siglet_sys_environment(batches[i].first);
		unsigned begin = 0;
		siglet_err *err;

		if (index == NULL)
			continue;
		err = read_variable(batches[i].index, index, ret_index);
		if (err == NULL && first != NULL)
			err = read_variable(batches[i].first, first, &begin);
		if (err == NULL && count != NULL && !cli_has(arguments, CLI_SHARDS))
			return read_variable(batches[i].count, count, ret_count) == NULL &&
					       *ret_index >= begin
				       ? (*ret_index -= begin, NULL)
				       : siglet_err_new(SIGLET_E_USAGE, "%s", batches[i].count);
		if (err == NULL && !cli_has(arguments, CLI_SHARDS))
			err = siglet_err_new(SIGLET_E_USAGE,
					     "%s says which shard, --shards must "
					     "say of how many",
					     batches[i].index);
		if (err == NULL)
			err = cli_number(arguments, CLI_SHARDS, 1, 65536, ret_count);
		*ret_index -= err == NULL && *ret_index >= begin ? begin : 0;
		return err;
	}
	return siglet_err_new(SIGLET_E_USAGE, "--shard env: no batch system says which shard");
}

static siglet_err *set_shard(const audit_run *run)
{
	const char *value = cli_value(run->arguments, CLI_SHARD);
	unsigned index = 0, count = 0;
	char text[64];
	siglet_err *err = NULL;

	if (value == NULL)
		return NULL;
	if (strcmp(value, "env") == 0) {
		err = find_shard(run->arguments, &index, &count);
		if (err != NULL)
			return err;
		(void)snprintf(text, sizeof(text), "%u/%u", index, count);
		value = text;
	}
	err = siglet_auditor_set(run->auditor, SIGLET_AUDITOR_SHARD, value);
	return err == NULL ? NULL : siglet_err_wrap(err, "--shard %s", value);
}

static siglet_err *list_shards(const audit_run *run)
{
	unsigned shards = 0;
	char *lines = NULL;
	siglet_err *err = cli_number(run->arguments, CLI_LIST_SHARDS, 1, 65536, &shards);

	if (err == NULL)
		err = siglet_audit_list_shards(run->auditor, shards, &lines);
	if (err == NULL)
		(void)printf("%s", lines);
	siglet_string_free(lines);
	return err;
}

siglet_err *audit_log(audit_run *run)
{
	siglet_err *err = set_shard(run);

	if (err != NULL)
		return err;
	if (cli_has(run->arguments, CLI_LIST_SHARDS))
		return list_shards(run);
	if (cli_has(run->arguments, CLI_ENTRIES_ONLY))
		siglet_auditor_skip_tiles(run->auditor);
	if (audit_has_rules(run->arguments))
		return audit_watch(run, true);
	return siglet_audit_check_log(run->auditor, audit_tell, run);
}

siglet_err *audit_combine(audit_run *run)
{
	return siglet_audit_combine_parts(run->auditor, run->arguments->operands + 1,
					  run->arguments->operand_count - 1, audit_tell, run);
}
