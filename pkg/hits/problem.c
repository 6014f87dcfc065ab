#include "hits/hits_internal.h"

#include <string.h>

/* What SQLite's refusals mean to a person. */

static siglet_err *io(siglet_hits *hits, const char *what)
{
	return siglet_err_new(SIGLET_E_IO, "%s: %s", siglet_buf_text(&hits->shown), what);
}

/* The system's words where it refused, else SQLite's. */
static siglet_err *refused(siglet_hits *hits, const char *what)
{
	const siglet_db_problem *problem = hits->db->problem(hits->handle);
	const char *name = siglet_buf_text(&hits->shown);
	char why[256] = "";

	if (problem->system_number == 0 ||
	    strerror_r(problem->system_number, why, sizeof(why)) != 0 || why[0] == '\0')
		return siglet_err_new(SIGLET_E_IO, "%s: %s: %s", name, what, problem->text);
	return siglet_err_new(SIGLET_E_IO, "%s: %s: %s", name, what, why);
}

siglet_err *siglet_hits_damaged(siglet_hits *hits, const char *what)
{
	hits->is_spoilt = true;
	return siglet_err_hint(
		siglet_err_new(SIGLET_E_IO, "%s: is damaged: %s", siglet_buf_text(&hits->shown),
			       what),
		"put a copy from a backup in its place, or move it away to begin another one");
}

static siglet_err *explain(siglet_hits *hits, siglet_db_outcome outcome)
{
	const char *text = hits->db->problem(hits->handle)->text;

	switch (outcome) {
	case SIGLET_DB_LOCKED:
		return siglet_err_hint(io(hits, "is locked by another process"),
				       "try again when the program that writes to it has ended");
	case SIGLET_DB_FULL:
		return siglet_err_hint(io(hits, "no space left on its disk"),
				       "make room there; what was committed is whole");
	case SIGLET_DB_DAMAGED:
		return siglet_hits_damaged(hits, text);
	case SIGLET_DB_TOO_LARGE:
		return siglet_hits_damaged(hits, "a row is larger than any that siglet writes");
	case SIGLET_DB_NO_DATABASE:
		return siglet_err_hint(io(hits, "is not an SQLite database"),
				       "name another file: this one is left as it is");
	case SIGLET_DB_CANT_OPEN:
		return refused(hits, "can't be opened");
	case SIGLET_DB_READ_ONLY:
		return io(hits, "can't be written");
	case SIGLET_DB_IO:
		return refused(hits, "can't be read or written");
	case SIGLET_DB_CONSTRAINT:
		return refused(hits, "refuses a row");
	case SIGLET_DB_NO_MEMORY:
		return siglet_err_nomem();
	case SIGLET_DB_UNSUPPORTED:
		return siglet_err_hint(siglet_err_new(SIGLET_E_UNSUPPORTED, "no database: %s",
						      text),
				       "install SQLite 3.31 or later");
	case SIGLET_DB_FAILED:
	case SIGLET_DB_DONE:
	case SIGLET_DB_ROW:
		break;
	}
	return siglet_err_new(SIGLET_E_INTERNAL, "%s: %s", siglet_buf_text(&hits->shown), text);
}

siglet_err *siglet_hits_problem(siglet_hits *hits, siglet_db_outcome outcome)
{
	hits->is_spoilt = true;
	/* The first allocation of all may be the one that failed. */
	return hits->handle == NULL ? siglet_err_nomem() : explain(hits, outcome);
}
