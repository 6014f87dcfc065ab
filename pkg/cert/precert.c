#include "cert/cert_internal.h"

/*
 * RFC 6962 section 3.2: a log signs the TBSCertificate as it was before the log's own promise went
 * into it. The promise is cut out of the bytes, which leaves all others as the issuer wrote them.
 */

/* A TBSCertificate in pieces that stay as they are. */
typedef struct tbs_pieces {
	siglet_slice fields; /* all before the extensions */
	siglet_slice before; /* the extensions before the one that goes, and behind it */
	siglet_slice behind;
} tbs_pieces;

/* The parser found all of it well-formed, so that this can't happen. */
static siglet_err *unreadable(void)
{
	return siglet_err_new(SIGLET_E_INTERNAL, "certificate: can't be taken apart");
}

static siglet_err *find_tbs(const siglet_cert *cert, siglet_der *ret_tbs)
{
	siglet_slice left = siglet_cert_der(cert);
	siglet_der whole;

	if (!siglet_der_next(&left, &whole) || !siglet_der_next(&whole.content, ret_tbs))
		return unreadable();
	return NULL;
}

/* index: of the extension to leave out, counted as OpenSSL does. */
static siglet_err *split_list(siglet_slice list, int index, tbs_pieces *pieces)
{
	siglet_slice left = list;
	siglet_der extension = { .tag = 0 };

	for (int i = 0; i <= index; i++)
		if (!siglet_der_next(&left, &extension))
			return unreadable();
	pieces->before = siglet_slice_of(list.ptr, (size_t)(extension.whole.ptr - list.ptr));
	pieces->behind = left;
	return NULL;
}

/* extensions [3] EXPLICIT is the last field. */
static siglet_err *split_tbs(const siglet_der *tbs, int index, tbs_pieces *pieces)
{
	siglet_slice left = tbs->content;
	siglet_der field = { .tag = 0 }, list = { .tag = 0 };

	do {
		if (!siglet_der_next(&left, &field))
			return unreadable();
	} while (field.class != V_ASN1_CONTEXT_SPECIFIC || field.tag != 3);
	if (left.len != 0 || !siglet_der_next(&field.content, &list))
		return unreadable();
	pieces->fields =
		siglet_slice_of(tbs->content.ptr, (size_t)(field.whole.ptr - tbs->content.ptr));
	return split_list(list.content, index, pieces);
}

static siglet_err *append_header(siglet_buf *out, int tag, int class, size_t len)
{
	uint8_t header[16], *at = header;

	ASN1_put_object(&at, 1, (int)len, tag, class);
	return siglet_buf_append(out, siglet_slice_of(header, (size_t)(at - header)));
}

/* Three lengths change. There is no empty list of extensions: without any the field goes. */
static siglet_err *join_tbs(const tbs_pieces *pieces, siglet_buf *out)
{
	const size_t list = pieces->before.len + pieces->behind.len;
	const size_t sequence = (size_t)ASN1_object_size(1, (int)list, V_ASN1_SEQUENCE);
	const size_t field = list == 0 ? 0 : (size_t)ASN1_object_size(1, (int)sequence, 3);
	siglet_err *err =
		append_header(out, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL, pieces->fields.len + field);

	if (err == NULL)
		err = siglet_buf_append(out, pieces->fields);
	if (err != NULL || list == 0)
		return err;
	err = append_header(out, 3, V_ASN1_CONTEXT_SPECIFIC, sequence);
	if (err == NULL)
		err = append_header(out, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL, list);
	if (err == NULL)
		err = siglet_buf_append(out, pieces->before);
	return err != NULL ? err : siglet_buf_append(out, pieces->behind);
}

siglet_err *siglet_cert_precert_tbs(const siglet_cert *cert, siglet_buf *ret_tbs)
{
	const int index = X509_get_ext_by_NID(cert->x509, NID_ct_precert_scts, -1);
	const size_t start = ret_tbs->len;
	tbs_pieces pieces = { .fields = SIGLET_SLICE_NONE };
	siglet_der tbs = { .tag = 0 };
	siglet_err *err = find_tbs(cert, &tbs);

	if (err != NULL)
		return err;
	if (index < 0)
		return siglet_buf_append(ret_tbs, tbs.whole);
	err = split_tbs(&tbs, index, &pieces);
	if (err == NULL)
		err = join_tbs(&pieces, ret_tbs);
	if (err != NULL)
		siglet_buf_truncate(ret_tbs, start);
	return err;
}
