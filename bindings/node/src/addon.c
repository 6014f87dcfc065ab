#include "judge.h"
#include "root.h"

static napi_value init(napi_env env, napi_value exports)
{
	const char *problem = NULL;
	const library *lib = library_open(&problem);

	if (lib == NULL) {
		(void)napi_throw_error(env, "ERR_SIGLET_LIBRARY", problem);
		return NULL;
	}
	if (!root_export(env, exports, lib) || !judge_export(env, exports, lib) ||
	    !value_set_text(env, exports, "libraryVersion", lib->version()))
		return NULL;
	return exports;
}

NAPI_MODULE(siglet, init)
