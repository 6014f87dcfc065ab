/*
 * judge: a verification, done by a thread of Node's pool.
 */
#ifndef JUDGE_H
#define JUDGE_H

#include "value.h"

bool judge_export(napi_env env, napi_value exports, const library *lib);

#endif
