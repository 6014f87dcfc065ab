#include "log.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool read_number(const char *text, uint64_t max, uint64_t *ret_number)
{
	uint64_t number = 0;

	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		const uint64_t digit = (uint64_t)(*text - '0');

		if (*text < '0' || *text > '9' || number > (max - digit) / 10)
			return false;
		number = number * 10 + digit;
	}
	*ret_number = number;
	return number <= max;
}

void fail_at(const char *path, const char *why)
{
	(void)fprintf(stderr, "siglet-sandbox: %s: %s\n", path, why);
	exit(3);
}

bool read_port(const char *text, unsigned *ret_port)
{
	uint64_t port = 0;

	if (!read_number(text, 65535, &port))
		return false;
	*ret_port = (unsigned)port;
	return true;
}

static void list_ends(sigset_t *ret_ends)
{
	(void)sigemptyset(ret_ends);
	(void)sigaddset(ret_ends, SIGINT);
	(void)sigaddset(ret_ends, SIGTERM);
}

void keep_signals(bool keeps)
{
	sigset_t ends;

	list_ends(&ends);
	(void)pthread_sigmask(keeps ? SIG_BLOCK : SIG_UNBLOCK, &ends, NULL);
}

void serve_until_end(const instance *in)
{
	sigset_t ends;
	int number = 0;

	list_ends(&ends);
	(void)printf("%s\n", in->url);
	(void)fflush(stdout);
	(void)sigwait(&ends, &number);
}

/* ---- entries ---- */

static bool set_plant(const char *value, entry_options *o)
{
	const char *sign = strchr(value, '=');
	plant *p = &o->plants[o->plant_count];
	char index[32];

	if (sign == NULL || (size_t)(sign - value) >= sizeof(index) ||
	    o->plant_count == MAX_PLANTS || !entries_can_plant(sign + 1))
		return false;
	(void)snprintf(index, sizeof(index), "%.*s", (int)(sign - value), value);
	p->what = sign + 1;
	o->plant_count++;
	return read_number(index, MAX_LOG_SIZE, &p->index);
}

static bool set_kind(const char *value, entry_options *o)
{
	o->kind = strcmp(value, "plain") == 0 ? ENTRY_PLAIN : ENTRY_HASHEDREKORD;
	return o->kind == ENTRY_PLAIN || strcmp(value, "hashedrekord") == 0;
}

static bool set_bytes(const char *value, entry_options *o)
{
	uint64_t bytes = 0;

	if (!read_number(value, MAX_ENTRY_BYTES, &bytes))
		return false;
	o->bytes = (size_t)bytes;
	return true;
}

bool entry_option(const char *name, const char *value, entry_options *o)
{
	if (strcmp(name, "--kind") == 0)
		return set_kind(value, o);
	if (strcmp(name, "--entry-bytes") == 0)
		return set_bytes(value, o);
	if (strcmp(name, "--seed") == 0)
		return read_number(value, UINT64_MAX, &o->seed);
	if (strcmp(name, "--plant") == 0)
		return set_plant(value, o);
	if (strcmp(name, "--fork-at") == 0)
		return o->forks = read_number(value, MAX_LOG_SIZE, &o->fork_at);
	return false;
}
