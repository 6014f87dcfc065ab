#include "log.h"

#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>

#include "sys/sys.h"

/* What serve-log and simulate-log share: options, the instance behind them, and changing it. */

#define MAX_CONFIG_BYTES ((size_t)4 << 20)

int log_server_option(const char *name, const char *value, log_server_options *o)
{
	if (strcmp(name, "--port") == 0)
		return read_port(value, &o->port) ? 0 : complain("no such port", value);
	if (strcmp(name, "--fault") == 0)
		return fault_read(value, &o->faults) ? 0 : complain_of_fault(value);
	if (strcmp(name, "--log") == 0)
		o->log = value;
	else if (strcmp(name, "--keys") == 0)
		o->keys = value;
	else if (strcmp(name, "--config-out") == 0)
		o->config_out = value;
	else
		return complain("unknown option", name);
	return 0;
}

static void write_config(const instance *in, const char *path)
{
	siglet_buf json;

	siglet_buf_init(&json, MAX_CONFIG_BYTES);
	instance_write_config(in, 2, &json);
	write_file(path, siglet_buf_slice(&json));
	siglet_buf_clear(&json);
}

int log_server_run(instance *in, const log_server_options *o)
{
	MUST(OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) == 1);
	in->log_path = o->log;
	if (in->misbehave != NULL)
		in->misbehave(in);
	keep_signals(true);
	server_start(in, o->port);
	/* A log that is named after this very place. */
	if (strncmp(in->v2_name, in->url + strlen("http://"),
		    strlen(in->url + strlen("http://"))) == 0) {
		(void)snprintf(in->own_url, sizeof(in->own_url), "http://%.64s", in->v2_name);
		in->v2_url = in->own_url;
	}
	if (o->config_out != NULL)
		write_config(in, o->config_out);
	serve_until_end(in);
	server_stop();
	return 0;
}

const char *log_server_path(const char *path)
{
	static const char *const prefixes[] = { "/log/", "/api/v2/" };

	for (size_t i = 0; i < SIGLET_COUNT(prefixes); i++)
		if (strncmp(path, prefixes[i], strlen(prefixes[i])) == 0)
			path += strlen(prefixes[i]) - 1;
	return path + (*path == '/');
}

/* ---- misbehaviour ---- */

static bool misbehave(instance *in, const char *what, const char *value)
{
	if (strcmp(what, "honest") == 0) {
		memset(in->faults.logs, 0, sizeof(in->faults.logs));
	} else {
		if (!log_fault_set(what, value, in->faults.logs))
			return false;
		for (int i = 0; i < LOGS; i++)
			in->faults.logs[i].done = 0;
	}
	if (in->misbehave != NULL)
		in->misbehave(in);
	return true;
}

void misbehave_answer(instance *in, const request *q, response *r)
{
	const char *value = q->query(q->connection, "value");
	bool done;

	if (strcmp(q->method, "POST") != 0) {
		response_text(r, 405, "changes are POSTed");
		return;
	}
	MUST(pthread_rwlock_wrlock(&in->keys) == 0);
	done = misbehave(in, q->path + strlen(MISBEHAVE_PATH), value == NULL ? "" : value);
	MUST(pthread_rwlock_unlock(&in->keys) == 0);
	response_text(r, done ? 200 : 404, done ? "as you wish" : log_fault_list());
}
