#include "statement/statement.h"

/* DSSE protocol, section "signature definition": lengths are decimal counts of bytes. */
siglet_err *siglet_dsse_pae(siglet_slice payload_type, siglet_slice payload, siglet_buf *ret_pae)
{
	const size_t before = ret_pae->len;
	siglet_err *err = siglet_buf_printf(ret_pae, "DSSEv1 %zu ", payload_type.len);

	if (err == NULL)
		err = siglet_buf_append(ret_pae, payload_type);
	if (err == NULL)
		err = siglet_buf_printf(ret_pae, " %zu ", payload.len);
	if (err == NULL)
		err = siglet_buf_append(ret_pae, payload);
	if (err != NULL)
		ret_pae->len = before;
	return err;
}
