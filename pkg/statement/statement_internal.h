/* What the files of this room share. */
#ifndef SIGLET_STATEMENT_INTERNAL_H
#define SIGLET_STATEMENT_INTERNAL_H

#include "statement/statement.h"

#include "json/json.h"

/*
 * The bytes of the predicate member of payload, which has been parsed into statement. Borrows from
 * payload; empty when there is no such member.
 */
SIGLET_MUST_USE siglet_err *siglet_statement_find_predicate(const siglet_json *statement,
							    siglet_slice payload,
							    siglet_slice *ret_json);

#endif
