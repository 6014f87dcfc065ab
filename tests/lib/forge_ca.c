#include "forge_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/x509v3.h>

#define ROOT_START_S 1546300800	  /* 2019-01-01 */
#define ROOT_END_S 2366841600	  /* 2045-01-01 */
#define ISSUER_END_S 2335219200	  /* 2044-01-01 */
#define TSA_LEAF_END_S 2082758400 /* 2036-01-01 */

const char *forge_domain(forge_which which)
{
	static const char *const domains[FORGE_WHICH] = {
		[FORGE_FIRST] = "sigstore.example",    [FORGE_SECOND] = "second.example",
		[FORGE_EXPIRED] = "expired.example",   [FORGE_STRANGER] = "stranger.example",
		[FORGE_IMPOSTOR] = "sigstore.example",
	};

	return domains[which];
}

static forge_key make_key(const forge *instance, const char *role, forge_which which,
			  forge_key_type type)
{
	char label[64];

	(void)snprintf(label, sizeof(label), "%s %d", role, (int)which);
	return forge_key_make(instance->seed, label, type);
}

static forge_key_type authority_type(const forge *instance)
{
	return instance->config.is_fast ? FORGE_P256 : FORGE_P384;
}

static X509 *make_root(const forge *instance, const char *name, const char *domain,
		       const forge_key *key)
{
	const forge_cert_plan plan = {
		.organization = domain,
		.common_name = name,
		.serial_label = domain,
		.not_before_s = ROOT_START_S,
		.not_after_s = ROOT_END_S,
	};
	X509 *root = forge_cert_new(instance->seed, &plan, key);

	forge_cert_extend(root, NULL, NID_key_usage, "critical,keyCertSign,cRLSign");
	forge_cert_extend(root, NULL, NID_basic_constraints, "critical,CA:TRUE");
	forge_cert_extend(root, NULL, NID_subject_key_identifier, "hash");
	forge_cert_sign(root, key);
	return root;
}

static void make_issuer(const forge *instance, forge_which which, forge_ca *ca)
{
	const forge_cert_plan plan = {
		.organization = forge_domain(which),
		.common_name = "fulcio-intermediate",
		.issuer = ca->root,
		.serial_label = "fulcio-intermediate",
		.not_before_s = ROOT_START_S,
		.not_after_s = which == FORGE_EXPIRED ? FORGE_EXPIRED_CA_END_S : ISSUER_END_S,
	};

	ca->issuer_key = make_key(instance, "fulcio intermediate", which, authority_type(instance));
	ca->issuer = forge_cert_new(instance->seed, &plan, &ca->issuer_key);
	forge_cert_extend(ca->issuer, ca->root, NID_key_usage, "critical,keyCertSign,cRLSign");
	forge_cert_extend(ca->issuer, ca->root, NID_ext_key_usage, "codeSigning");
	forge_cert_extend(ca->issuer, ca->root, NID_basic_constraints,
			  "critical,CA:TRUE,pathlen:0");
	forge_cert_extend(ca->issuer, ca->root, NID_subject_key_identifier, "hash");
	forge_cert_extend(ca->issuer, ca->root, NID_authority_key_identifier, "keyid");
	forge_cert_sign(ca->issuer, &ca->root_key);
}

forge_ca *forge_ca_of(forge *instance, forge_which which)
{
	forge_ca *ca = instance->ca[which];

	if (ca != NULL)
		return ca;
	ca = calloc(1, sizeof(*ca));
	MUST(ca != NULL);
	ca->root_key = make_key(instance, "fulcio root", which, authority_type(instance));
	ca->root = make_root(instance, "fulcio-root", forge_domain(which), &ca->root_key);
	if (instance->config.no_intermediate && which != FORGE_EXPIRED) {
		MUST(X509_up_ref(ca->root) == 1);
		ca->issuer = ca->root;
	} else {
		make_issuer(instance, which, ca);
	}
	instance->ca[which] = ca;
	return ca;
}

void forge_ca_free(forge_ca *ca)
{
	if (ca == NULL)
		return;
	X509_free(ca->issuer);
	X509_free(ca->root);
	forge_key_clear(&ca->issuer_key);
	forge_key_clear(&ca->root_key);
	free(ca);
}

/* ---- the timestamp authority's certificates ---- */

static X509 *make_stamper(const forge *instance, forge_which which, const forge_tsa *tsa,
			  const char *name, const forge_key *key)
{
	const forge_cert_plan plan = {
		.organization = forge_domain(which),
		.common_name = name,
		.issuer = tsa->root,
		.serial_label = name,
		.not_before_s = FORGE_TSA_LEAF_START_S,
		.not_after_s = TSA_LEAF_END_S,
	};
	X509 *leaf = forge_cert_new(instance->seed, &plan, key);

	forge_cert_extend(leaf, tsa->root, NID_key_usage, "critical,digitalSignature");
	forge_cert_extend(leaf, tsa->root, NID_ext_key_usage, "critical,timeStamping");
	forge_cert_extend(leaf, tsa->root, NID_subject_key_identifier, "hash");
	forge_cert_extend(leaf, tsa->root, NID_authority_key_identifier, "keyid");
	forge_cert_sign(leaf, &tsa->root_key);
	return leaf;
}

forge_tsa *forge_tsa_of(forge *instance, forge_which which)
{
	forge_tsa *tsa = instance->tsa[which];
	const forge_key_type type = authority_type(instance);

	if (tsa != NULL)
		return tsa;
	tsa = calloc(1, sizeof(*tsa));
	MUST(tsa != NULL);
	tsa->root_key = make_key(instance, "tsa root", which, type);
	tsa->root = make_root(instance, "tsa-root", forge_domain(which), &tsa->root_key);
	tsa->leaf_key = make_key(instance, "tsa leaf", which, type);
	tsa->leaf = make_stamper(instance, which, tsa, "tsa-leaf", &tsa->leaf_key);
	tsa->other_key = make_key(instance, "tsa other leaf", which, type);
	tsa->other = make_stamper(instance, which, tsa, "tsa-other-leaf", &tsa->other_key);
	instance->tsa[which] = tsa;
	return tsa;
}

void forge_tsa_free(forge_tsa *tsa)
{
	if (tsa == NULL)
		return;
	X509_free(tsa->other);
	X509_free(tsa->leaf);
	X509_free(tsa->root);
	forge_key_clear(&tsa->other_key);
	forge_key_clear(&tsa->leaf_key);
	forge_key_clear(&tsa->root_key);
	free(tsa);
}
