/*
 * fake_around: a process and machine as a test wants them, for what looks for identities.
 */
#ifndef SIGLET_TEST_FAKE_AROUND_H
#define SIGLET_TEST_FAKE_AROUND_H

#include "fake_token.h"
#include "oidc/oidc.h"

typedef struct fake_around {
	const char *variables[8][2]; /* name, value; wiped ones have an empty value */
	const char *files[2][2];     /* path, content */
	const char *program, *output;
	int64_t now_s;
	unsigned wiped, slept_ms;
	char ran[512];
} fake_around;

__attribute__((unused)) static const char *fake_getenv(void *context, const char *name)
{
	fake_around *f = context;

	for (size_t i = 0; i < SIGLET_COUNT(f->variables); i++)
		if (f->variables[i][0] != NULL && strcmp(f->variables[i][0], name) == 0)
			return f->variables[i][1];
	return NULL;
}

__attribute__((unused)) static void fake_wipe(void *context, const char *name)
{
	fake_around *f = context;

	for (size_t i = 0; i < SIGLET_COUNT(f->variables); i++)
		if (f->variables[i][0] != NULL && strcmp(f->variables[i][0], name) == 0) {
			f->variables[i][1] = "";
			f->wiped++;
		}
}

__attribute__((unused)) static siglet_err *fake_read(void *context, const char *path,
						     siglet_buf *ret_data)
{
	fake_around *f = context;

	for (size_t i = 0; i < SIGLET_COUNT(f->files); i++)
		if (f->files[i][0] != NULL && strcmp(f->files[i][0], path) == 0)
			return siglet_buf_append_str(ret_data, f->files[i][1]);
	return siglet_err_new(SIGLET_E_MISSING, "%s: no such file", path);
}

__attribute__((unused)) static siglet_err *fake_run(void *context, const char *const *argv,
						    const char *const *variables,
						    siglet_buf *ret_output)
{
	fake_around *f = context;
	size_t at = 0;

	(void)variables;
	for (; *argv != NULL && at < sizeof(f->ran); argv++)
		at += (size_t)snprintf(f->ran + at, sizeof(f->ran) - at, "%s%s", at > 0 ? " " : "",
				       *argv);
	if (f->program == NULL || strncmp(f->ran, f->program, strlen(f->program)) != 0)
		return siglet_err_new(SIGLET_E_MISSING, "no such program");
	return siglet_buf_append_str(ret_output, f->output);
}

__attribute__((unused)) static int64_t fake_now(void *context)
{
	fake_around *f = context;

	return f->now_s;
}

__attribute__((unused)) static void fake_sleep(void *context, unsigned ms)
{
	fake_around *f = context;

	f->slept_ms += ms;
	f->now_s += ms / 1000;
}

__attribute__((unused)) static siglet_surroundings fake_surroundings(fake_around *f)
{
	return (siglet_surroundings) { fake_getenv, fake_wipe,	fake_read, fake_run,
				       fake_now,    fake_sleep, f };
}

#endif
