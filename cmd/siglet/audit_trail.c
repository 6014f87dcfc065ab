#include "audit.h"

/* Is everything that an audit log tells of in its transparency log? */

siglet_err *audit_trail(audit_run *run)
{
	return siglet_audit_check_trail(run->auditor, run->arguments->operands + 1,
					run->arguments->operand_count - 1, audit_tell, run);
}
