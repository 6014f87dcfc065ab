#include "audit.h"

/* siglet audit log --shard env: which of several equal jobs this is, as batch systems say it. */

#define MAX_SHARDS 65536
#define MAX_INDEX 99999999

/* The variables of one batch system; NULL: it has none such. */
typedef struct batch {
	const char *index, *count;
	const char *first, *step; /* of the indexes, which are 0 and 1 elsewhere */
} batch;

static const batch batches[] = {
	{ "JOB_COMPLETION_INDEX", NULL, NULL, NULL }, /* Kubernetes: an indexed job */
	{ "SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT", "SLURM_ARRAY_TASK_MIN",
	  "SLURM_ARRAY_TASK_STEP" },
	{ "AWS_BATCH_JOB_ARRAY_INDEX", "AWS_BATCH_JOB_ARRAY_SIZE", NULL, NULL },
};

static const char *value_of(const char *name)
{
	return name == NULL ? NULL : siglet_sys_environment(name);
}

/* A variable that is not set leaves the number as it is. */
static siglet_err *read_variable(const char *name, unsigned *ret_number)
{
	const char *value = value_of(name);
	unsigned number = 0;

	if (value == NULL)
		return NULL;
	for (const char *c = value; *c != '\0'; c++) {
		if (*c < '0' || *c > '9' || number > MAX_INDEX / 10)
			return siglet_err_new(SIGLET_E_USAGE, "%s is no number", name);
		number = number * 10 + (unsigned)(*c - '0');
	}
	if (value[0] == '\0')
		return siglet_err_new(SIGLET_E_USAGE, "%s is empty", name);
	*ret_number = number;
	return NULL;
}

static siglet_err *find_count(const cli_arguments *arguments, const batch *b, unsigned *ret_count)
{
	if (cli_has(arguments, CLI_SHARDS))
		return cli_number(arguments, CLI_SHARDS, 1, MAX_SHARDS, ret_count);
	if (value_of(b->count) == NULL)
		return siglet_err_new(SIGLET_E_USAGE,
				      "%s says which shard, --shards must say of how many",
				      b->index);
	return read_variable(b->count, ret_count);
}

static siglet_err *find_index(const batch *b, unsigned count, unsigned *ret_index)
{
	unsigned index = 0, first = 0, step = 1;
	siglet_err *err = read_variable(b->index, &index);

	if (err == NULL)
		err = read_variable(b->first, &first);
	if (err == NULL)
		err = read_variable(b->step, &step);
	if (err != NULL)
		return err;
	/* A list of indexes with gaps says nothing of how many came before. */
	if (step == 0 || index < first || (index - first) % step != 0 ||
	    (index - first) / step >= count)
		return siglet_err_new(SIGLET_E_USAGE, "%s is %u, which is none of %u shards",
				      b->index, index, count);
	*ret_index = (index - first) / step;
	return NULL;
}

siglet_err *audit_find_shard(const cli_arguments *arguments, unsigned *ret_index,
			     unsigned *ret_count)
{
	for (size_t i = 0; i < SIGLET_COUNT(batches); i++) {
		siglet_err *err;

		if (value_of(batches[i].index) == NULL)
			continue;
		err = find_count(arguments, &batches[i], ret_count);
		return err == NULL ? find_index(&batches[i], *ret_count, ret_index) : err;
	}
	return siglet_err_new(SIGLET_E_USAGE, "--shard env: no batch system says which shard");
}
