#include "store/store.h"
#include "sys/sys.h"

/* XDG Base Directory specification: a path that is not absolute counts as none. */

static siglet_err *folder(const char *variable, const char *below_home, siglet_buf *ret_path)
{
	const char *base = siglet_sys_environment(variable);
	const char *home = siglet_sys_environment("HOME");

	if (base != NULL && base[0] == '/')
		return siglet_buf_printf(ret_path, "%s/siglet", base);
	if (home != NULL && home[0] == '/')
		return siglet_buf_printf(ret_path, "%s/%s/siglet", home, below_home);
	return siglet_err_new(SIGLET_E_MISSING, "neither %s nor HOME is set", variable);
}

siglet_err *siglet_store_cache_folder(siglet_buf *ret_path)
{
	return folder("XDG_CACHE_HOME", ".cache", ret_path);
}

siglet_err *siglet_store_config_folder(siglet_buf *ret_path)
{
	return folder("XDG_CONFIG_HOME", ".config", ret_path);
}

siglet_err *siglet_store_state_folder(siglet_buf *ret_path)
{
	return folder("XDG_STATE_HOME", ".local/state", ret_path);
}
