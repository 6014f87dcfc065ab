#define _GNU_SOURCE /* posix_spawn_file_actions_addclosefrom_np */
#include "sys/sys_internal.h"

#include <signal.h>
#include <unistd.h>

/* How programs are started. */

#ifdef __GLIBC_PREREQ
#if __GLIBC_PREREQ(2, 34)
#define CAN_CLOSE_OTHERS 1
#endif
#endif

static int set_signals(posix_spawnattr_t *attributes)
{
	sigset_t none, defaults;
	int result;

	(void)sigemptyset(&none);
	(void)sigemptyset(&defaults);
	(void)sigaddset(&defaults, SIGPIPE);
	result = posix_spawnattr_setsigmask(attributes, &none);
	if (result == 0)
		result = posix_spawnattr_setsigdefault(attributes, &defaults);
	if (result == 0)
		result = posix_spawnattr_setflags(attributes,
						  POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	return result;
}

int siglet_sys_close_others(posix_spawn_file_actions_t *actions)
{
#ifdef CAN_CLOSE_OTHERS
	return posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
#else
	(void)actions;
	return 0;
#endif
}

int siglet_sys_spawn(char *const *argv, char *const *environment,
		     const posix_spawn_file_actions_t *actions, pid_t *ret_pid)
{
	posix_spawnattr_t attributes;
	int result = posix_spawnattr_init(&attributes);

	if (result != 0)
		return result;
	result = set_signals(&attributes);
	if (result == 0)
		result = posix_spawnp(ret_pid, argv[0], actions, &attributes, argv, environment);
	(void)posix_spawnattr_destroy(&attributes);
	return result;
}
