#include "siglet/signing_internal.h"

#include "sys/sys.h"

/* This process and this machine, as the providers of identities ask for them. */

static const char *get_variable(void *context, const char *name)
{
	(void)context;
	return siglet_sys_environment(name);
}

static void wipe_variable(void *context, const char *name)
{
	(void)context;
	siglet_sys_wipe_environment(name);
}

static siglet_err *read_file(void *context, const char *path, siglet_buf *ret_data)
{
	(void)context;
	if (!siglet_sys_is_there(path))
		return siglet_err_new(SIGLET_E_MISSING, "%s: no such file", path);
	return siglet_sys_read_file(path, ret_data);
}

static siglet_err *run(void *context, const char *const *argv, const char *const *variables,
		       siglet_buf *ret_output)
{
	(void)context;
	return siglet_sys_run(argv, variables, ret_output);
}

static int64_t now_s(void *context)
{
	(void)context;
	return siglet_sys_now_s();
}

static void sleep_ms(void *context, unsigned ms)
{
	(void)context;
	siglet_sys_sleep_ms(ms);
}

const siglet_surroundings *siglet_own_surroundings(void)
{
	static const siglet_surroundings own = {
		.getenv = get_variable,
		.wipe_env = wipe_variable,
		.read_file = read_file,
		.run = run,
		.now_s = now_s,
		.sleep_ms = sleep_ms,
	};

	return &own;
}
