#include "cert/cert_internal.h"

/*
 * Which paths lead to an authority's anchor?
 *
 * A signature by an authority's own certificate over another of its own says the same every time, so
 * it is checked once (recall, below). A leaf then costs one public-key operation: its signature by
 * the certificate that issued it, which is made the only trusted one of a store for that purpose.
 * Every other rule is applied anew to the whole path, since the leaf's part of it can break them.
 */

static siglet_err *verify_leaf(const siglet_chain *chain, const siglet_cert *leaf,
			       const siglet_cert *const *untrusted, size_t count,
			       siglet_path *ret_path);

/* From one of the authority's certificates to its anchor, by signatures and names. */
static siglet_err *climb(const siglet_chain *chain, size_t index, siglet_path *ret_path)
{
	const size_t anchor = chain->count - 1;
	const siglet_cert *between[SIGLET_MAX_CHAIN] = { NULL };
	size_t count = 0;

	if (index < chain->first_ca)
		return verify_leaf(chain, chain->certs[index], NULL, 0, ret_path);
	if (index == anchor) {
		*ret_path = (siglet_path) { .certs = { chain->certs[anchor] }, .count = 1 };
		return NULL;
	}
	for (size_t i = chain->first_ca; i < anchor; i++)
		if (i != index)
			between[count++] = chain->certs[i];
	return siglet_path_build(chain->stores[anchor], chain->certs[anchor], chain->certs[index],
				 between, count, ret_path);
}

/*
 * The same, found out once. The lock of a signer is held while those of CA certificates are taken, never the
 * other way round.
 */
static siglet_err *recall(const siglet_chain *chain, size_t index, siglet_path *ret_path)
{
	siglet_memo *known = &chain->memos[index];
	siglet_err *err = NULL;

	if (pthread_mutex_lock(&known->lock) != 0)
		return siglet_err_new(SIGLET_E_INTERNAL, "a lock failed");
	if (!known->known) {
		err = climb(chain, index, &known->path);
		known->known = err == NULL;
	}
	if (err == NULL)
		*ret_path = known->path;
	(void)pthread_mutex_unlock(&known->lock);
	return err;
}

/*
 * Names below a constrained CA were checked up to the certificate at `seen`. A constraint further up
 * binds the leaf as well, so let OpenSSL see that very path as a whole.
 */
static siglet_err *check_name_constraints(const siglet_chain *chain, const siglet_path *path,
					  size_t seen)
{
	const size_t anchor = chain->count - 1;
	siglet_path whole = { .count = 0 };
	bool constrained = false;

	for (size_t i = seen + 1; i < path->count; i++)
		constrained = constrained || path->certs[i]->has_name_constraints;
	if (!constrained)
		return NULL;

	siglet_err *err =
		siglet_path_build(chain->stores[anchor], chain->certs[anchor], path->certs[0],
				  path->certs + 1, path->count - 2, &whole);
	if (err == NULL && whole.count != path->count)
		err = siglet_err_new(SIGLET_E_UNTRUSTED, "name constraints: no single path");
	return err;
}

/* Leaf to the authority's certificate at index, and on to the anchor. */
static siglet_err *verify_under(const siglet_chain *chain, size_t index, const siglet_cert *leaf,
				const siglet_cert *const *untrusted, size_t count,
				siglet_path *ret_path)
{
	siglet_path path = { .count = 0 }, upper = { .count = 0 };
	siglet_err *err = siglet_path_build(chain->stores[index], chain->certs[index], leaf,
					    untrusted, count, &path);

	if (err == NULL)
		err = recall(chain, index, &upper);
	if (err != NULL)
		return err;
	const size_t seen = path.count - 1;
	for (size_t i = 1; i < upper.count && err == NULL; i++)
		err = siglet_path_append(&path, upper.certs[i]);
	if (err == NULL)
		err = siglet_path_check_rules(&path, chain->purpose);
	if (err == NULL)
		err = check_name_constraints(chain, &path, seen);
	if (err == NULL)
		*ret_path = path;
	return err;
}

static bool may_lead_to(const siglet_cert *issuer, const siglet_cert *leaf,
			const siglet_cert *const *untrusted, size_t count)
{
	if (siglet_cert_issued_by_name(leaf, issuer))
		return true;
	for (size_t i = 0; i < count; i++)
		if (siglet_cert_issued_by_name(untrusted[i], issuer))
			return true;
	return false;
}

/* Several certificates may bear one name (a cross-signed key, a renewed root): try them all. */
static siglet_err *verify_leaf(const siglet_chain *chain, const siglet_cert *leaf,
			       const siglet_cert *const *untrusted, size_t count,
			       siglet_path *ret_path)
{
	siglet_err *why = siglet_err_new(SIGLET_E_UNTRUSTED, "not issued by this authority");

	for (size_t i = chain->first_ca; i < chain->count; i++) {
		if (!may_lead_to(chain->certs[i], leaf, untrusted, count))
			continue;
		siglet_err_free(why);
		why = verify_under(chain, i, leaf, untrusted, count, ret_path);
		if (why == NULL || siglet_err_code(why) != SIGLET_E_UNTRUSTED)
			return why;
	}
	return why;
}

siglet_err *siglet_chain_verify(const siglet_chain *chain, const siglet_cert *leaf,
				const siglet_cert *const *untrusted, size_t count,
				siglet_path *ret_path)
{
	const siglet_cert *signer;
	siglet_err *err = SIGLET_ERR_UNSET;

	err = siglet_chain_open(chain);
	if (err != NULL)
		return err;
	signer = siglet_chain_signer(chain);
	switch (chain->purpose) {
	case SIGLET_PURPOSE_CODE_SIGNING:
		err = siglet_cert_check_signer(leaf);
		break;
	case SIGLET_PURPOSE_TIMESTAMPING:
		err = siglet_cert_check_timestamper(leaf);
		break;
	case SIGLET_PURPOSE_SIGNING:
		err = siglet_cert_check_any_signer(leaf);
		break;
	}
	if (err != NULL)
		return err;
	/* What others add can't make a path of the authority's own worse, but may be its missing part. */
	if (signer != NULL && siglet_cert_equal(leaf, signer)) {
		err = recall(chain, 0, ret_path);
		if (err == NULL)
			ret_path->certs[0] = leaf;
		if (err == NULL || count == 0 || siglet_err_code(err) != SIGLET_E_UNTRUSTED)
			return err;
		siglet_err_free(err);
	}
	return verify_leaf(chain, leaf, untrusted, count, ret_path);
}
