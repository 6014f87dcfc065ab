#include "log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * What a log does wrong on demand, by name: for auditors, who must find it. The names go with
 * --fault and with POST /sandbox/log/NAME; "v1-" and "ct-" before one are for those logs.
 */

#define HUGE_BYTES ((size_t)20 << 20) /* more than 256 entries can have */

static const struct {
	const char *name;
	log_fault fault;
} switches[] = {
	{ "bad-signature", FAULT_BAD_SIGNATURE },
	{ "no-cosignature", FAULT_NO_COSIGNATURE },
	{ "wrong-consistency", FAULT_WRONG_CONSISTENCY },
	{ "truncated-tile", FAULT_TRUNCATED_TILE },
	{ "swapped-tile", FAULT_SWAPPED_TILE },
	{ "wrong-tile", FAULT_WRONG_TILE },
	{ "wrong-partial", FAULT_WRONG_PARTIAL },
	{ "huge-tile", FAULT_HUGE_TILE },
	{ "missing-tile", FAULT_MISSING_TILE },
	{ "no-partial", FAULT_NO_PARTIAL },
	{ "truncated-bundle", FAULT_TRUNCATED_BUNDLE },
	{ "wrong-bundle", FAULT_WRONG_BUNDLE },
	{ "huge-bundle", FAULT_HUGE_BUNDLE },
	{ "missing-bundle", FAULT_MISSING_BUNDLE },
	{ "duplicate-entry", FAULT_DUPLICATE_ENTRY },
};

const char *log_fault_list(void)
{
	return "of the log, with v1- or ct- before it of those: frozen rollback=SIZE "
	       "other-origin=NAME fork=INDEX[:SIZE] grow=SIZE "
	       "bad-signature no-cosignature wrong-consistency truncated-tile swapped-tile "
	       "wrong-tile "
	       "wrong-partial huge-tile missing-tile no-partial truncated-bundle wrong-bundle "
	       "huge-bundle missing-bundle duplicate-entry tile-status=STATUS "
	       "retry-after=SECONDS only-at=TILE only-times=N";
}

/* ---- reading ---- */

static bool set_fork(const char *value, log_faults *f)
{
	const char *colon = strchr(value, ':');
	char index[32];

	(void)snprintf(index, sizeof(index), "%.*s",
		       colon == NULL ? (int)strlen(value) : (int)(colon - value), value);
	f->fork_size = 0;
	f->fork_at = 0;
	f->is_new_fork = true;
	f->forks = *value == '\0' ||
		   (read_number(index, MAX_LOG_SIZE, &f->fork_at) &&
		    (colon == NULL || read_number(colon + 1, MAX_LOG_SIZE, &f->fork_size)));
	return f->forks;
}

static bool set_text(const char *value, char *field, size_t size)
{
	const int len = snprintf(field, size, "%s", value);

	return len > 0 && (size_t)len < size;
}

static bool set_status(const char *value, uint64_t max, int *field)
{
	uint64_t number = 0;

	if (!read_number(value, max, &number))
		return false;
	*field = (int)number;
	return true;
}

static bool set_value(const char *name, const char *value, log_faults *f)
{
	if (strcmp(name, "frozen") == 0)
		return f->is_frozen = true;
	if (strcmp(name, "rollback") == 0)
		return f->has_size = read_number(value, MAX_LOG_SIZE, &f->size);
	if (strcmp(name, "grow") == 0)
		return f->grows = read_number(value, MAX_LOG_SIZE, &f->grown_size);
	if (strcmp(name, "other-origin") == 0)
		return set_text(*value == '\0' ? "other.sandbox.example" : value, f->origin,
				sizeof(f->origin));
	if (strcmp(name, "fork") == 0)
		return set_fork(value, f);
	if (strcmp(name, "tile-status") == 0)
		return set_status(value, 599, &f->status) && f->status >= 400;
	if (strcmp(name, "retry-after") == 0)
		return set_status(value, 86400, &f->retry_after_s);
	if (strcmp(name, "only-at") == 0)
		return set_text(value, f->at, sizeof(f->at));
	if (strcmp(name, "only-times") == 0)
		return read_number(value, UINT32_MAX, &f->times);
	return false;
}

bool log_fault_set(const char *name, const char *value, log_faults logs[LOGS])
{
	static const char *const prefixes[LOGS] = { "", "v1-", "ct-" };
	log_faults *f = &logs[LOG_V2];

	for (int i = LOG_V1; i < LOGS; i++)
		if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0) {
			f = &logs[i];
			name += strlen(prefixes[i]);
		}
	for (size_t i = 0; i < SIGLET_COUNT(switches); i++)
		if (strcmp(name, switches[i].name) == 0) {
			f->kinds |= (unsigned)switches[i].fault;
			return true;
		}
	return set_value(name, value, f);
}

bool log_fault_read(const char *text, log_faults logs[LOGS])
{
	const char *sign = strchr(text, '=');
	char name[64];

	(void)snprintf(name, sizeof(name), "%.*s",
		       sign == NULL ? (int)strlen(text) : (int)(sign - text), text);
	return log_fault_set(name, sign == NULL ? "" : sign + 1, logs);
}

/* ---- doing ---- */

bool log_fault_is(const log_faults *f, log_fault kind)
{
	return (f->kinds & (unsigned)kind) != 0;
}

uint64_t log_fault_size(const log_faults *f, uint64_t size)
{
	return f->has_size && f->size < size ? f->size : size;
}

/* Which of them go with what is asked. */
static unsigned fitting(const log_faults *f, const tile_path *t)
{
	const unsigned tiles = FAULT_TRUNCATED_TILE | FAULT_SWAPPED_TILE | FAULT_WRONG_TILE |
			       FAULT_HUGE_TILE | FAULT_MISSING_TILE;
	const unsigned partial = FAULT_WRONG_PARTIAL | FAULT_NO_PARTIAL;
	const unsigned bundles = FAULT_TRUNCATED_BUNDLE | FAULT_WRONG_BUNDLE | FAULT_HUGE_BUNDLE |
				 FAULT_MISSING_BUNDLE | FAULT_DUPLICATE_ENTRY;
	unsigned kinds = f->kinds & (t->is_entries ? bundles : tiles | partial);

	if (t->is_entries)
		kinds |= f->kinds & FAULT_NO_PARTIAL;
	if (t->width == TILE_WIDTH)
		kinds &= ~partial;
	return kinds;
}

static bool is_there(const log_faults *f, const tile_path *t)
{
	char name[MAX_TILE_NAME + 16], number[MAX_TILE_NAME];

	if (f->at[0] == '\0')
		return true;
	tile_name(t->number, TILE_WIDTH, number);
	if (t->is_entries)
		(void)snprintf(name, sizeof(name), "entries/%s", number);
	else
		(void)snprintf(name, sizeof(name), "%u/%s", t->level, number);
	return strcmp(name, f->at) == 0;
}

static bool happens(instance *in, log_faults *f)
{
	bool now;

	MUST(pthread_mutex_lock(&in->requests) == 0);
	now = f->times == 0 || f->done < f->times;
	f->done += now;
	MUST(pthread_mutex_unlock(&in->requests) == 0);
	return now;
}

static void replace(response *r, int status, const char *text)
{
	siglet_buf_truncate(&r->body, 0);
	response_text(r, status, text);
}

static void swap(siglet_buf *body)
{
	uint8_t first[32];

	if (body->len < 64)
		return;
	memcpy(first, body->ptr, 32);
	memcpy(body->ptr, body->ptr + body->len - 32, 32);
	memcpy(body->ptr + body->len - 32, first, 32);
}

/* The first entry of a bundle takes the place of the second. */
static void duplicate(siglet_buf *body)
{
	const size_t first = body->len < 2 ? 0 : 2 + (size_t)body->ptr[0] * 256 + body->ptr[1];
	siglet_buf made;

	if (first == 0 || first + 2 > body->len)
		return;
	const uint8_t *second = body->ptr + first;
	const size_t rest = first + 2 + (size_t)second[0] * 256 + second[1];

	if (rest > body->len)
		return;
	siglet_buf_init(&made, MAX_RESPONSE_BYTES);
	WELL(siglet_buf_append(&made, siglet_slice_of(body->ptr, first)));
	WELL(siglet_buf_append(&made, siglet_slice_of(body->ptr, first)));
	WELL(siglet_buf_append(&made, siglet_slice_of(body->ptr + rest, body->len - rest)));
	siglet_buf_clear(body);
	*body = made;
}

static void fill(siglet_buf *body)
{
	static const uint8_t zeros[65536];

	while (body->len < HUGE_BYTES)
		WELL(siglet_buf_append(body, siglet_slice_of(zeros, sizeof(zeros))));
}

static void change(unsigned kinds, response *r)
{
	siglet_buf *body = &r->body;

	if (kinds & FAULT_SWAPPED_TILE)
		swap(body);
	if (kinds & FAULT_DUPLICATE_ENTRY)
		duplicate(body);
	if (kinds & (FAULT_WRONG_TILE | FAULT_WRONG_PARTIAL | FAULT_WRONG_BUNDLE) && body->len > 0)
		body->ptr[body->len - 1] ^= 1;
	if (kinds & FAULT_TRUNCATED_TILE)
		siglet_buf_truncate(body, body->len - 32);
	if (kinds & FAULT_TRUNCATED_BUNDLE)
		siglet_buf_truncate(body, body->len - 1);
	if (kinds & (FAULT_HUGE_TILE | FAULT_HUGE_BUNDLE))
		fill(body);
	if (kinds & (FAULT_MISSING_TILE | FAULT_MISSING_BUNDLE | FAULT_NO_PARTIAL))
		replace(r, 404, "no such tile");
}

bool log_fault_touches(const log_faults *f, const tile_path *t)
{
	return (fitting(f, t) != 0 || f->status != 0) && is_there(f, t);
}

void log_fault_apply(instance *in, log_faults *f, const tile_path *t, response *r)
{
	if (!log_fault_touches(f, t) || !happens(in, f))
		return;
	change(fitting(f, t), r);
	if (f->status == 0)
		return;
	replace(r, f->status, "the sandbox was told to refuse");
	if (f->retry_after_s != 0) {
		r->header = "Retry-After";
		(void)snprintf(r->value_text, sizeof(r->value_text), "%d", f->retry_after_s);
		r->value = r->value_text;
	}
}
