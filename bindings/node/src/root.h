/*
 * root: a trust root that JavaScript holds. Counted: it is freed when neither JavaScript nor a
 * verification holds it any more. Used by the thread of its env alone, but for the trust in it.
 */
#ifndef ROOT_H
#define ROOT_H

#include "value.h"

typedef struct root {
	const library *lib;
	siglet_trust *trust;
	unsigned users;
} root;

/* What a JavaScript object holds. False, with an exception: it is closed, or none of ours. */
bool root_get(napi_env env, napi_value value, root **ret_root);
void root_hold(root *held);
void root_release(root *held);

/* The functions that make and use them, into exports; data is the library. */
bool root_export(napi_env env, napi_value exports, const library *lib);

#endif
