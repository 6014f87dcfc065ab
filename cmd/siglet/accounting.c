#include "sign.h"

/* A line of the audit log about a signature of ours. */

siglet_err *sign_account_for(const sign_run *run, const sign_account *about,
			     const siglet_signature *signature)
{
	account line = {
		.action = about->is_attestation ? "attest" : "sign",
		.verdict = about->is_attestation ? "attested" : "signed",
		.file = siglet_slice_str(about->file),
		.digest = siglet_slice_str(about->digest),
		.type = siglet_slice_str(about->type),
		.bundle = siglet_slice_str(about->bundle),
		.identity = siglet_slice_str(siglet_signing_identity(run->signing)),
		.issuer = siglet_slice_str(siglet_signing_issuer(run->signing)),
		.key_id = siglet_slice_str(siglet_signing_key_id(run->signing)),
		.names = about->names,
		.digests = about->digests,
		.count = about->count,
		.log_index = -1,
		.trust_root = siglet_slice_str(siglet_trust_source(run->trust)),
	};
	const char *format = cli_value(run->arguments, CLI_FORMAT);
	const char *url = NULL, *log_id = NULL, *leaf = NULL;

	if (account_log(run->arguments) == NULL)
		return NULL;
	if (format != NULL)
		line.format = siglet_slice_str(format);
	if (!siglet_signature_time(signature, &line.time_s))
		line.time_s = 0;
	if (siglet_signature_log(signature, &url, &line.log_index))
		line.log = siglet_slice_str(url);
	if (siglet_signature_entry(signature, &log_id, &leaf)) {
		line.log_id = siglet_slice_str(log_id);
		line.leaf = siglet_slice_str(leaf);
	}
	return account_add(run->arguments, &line);
}
