#include "audit.h"

#include <string.h>

/* siglet audit log and combine: a log as a whole, in ranges, and put together again. */

static siglet_err *set_shard(const audit_run *run)
{
	const char *value = cli_value(run->arguments, CLI_SHARD);
	unsigned index = 0, count = 0;
	char text[64];
	siglet_err *err = NULL;

	if (cli_has(run->arguments, CLI_SHARDS) && (value == NULL || strcmp(value, "env") != 0))
		return siglet_err_new(SIGLET_E_USAGE, "--shards goes with --shard env");
	if (value == NULL)
		return NULL;
	if (strcmp(value, "env") == 0) {
		err = audit_find_shard(run->arguments, &index, &count);
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
