/* From what options leave open, and from a defect's name, to what exactly is to be made. */
#include "forge_internal.h"

#include <string.h>

#define IN_TOTO "application/vnd.in-toto+json"

/* ---- the lists ---- */

#define ABOUT(name, text, needs, time, about) { text, about, needs, time },

static const forge_twist defects[] = { FORGE_DEFECT_LIST(ABOUT) };
static const forge_twist variations[] = { FORGE_VARIATION_LIST(ABOUT) };

const forge_twist *forge_defect_about(forge_defect defect)
{
	return defect == FORGE_NO_DEFECT || defect >= FORGE_DEFECTS ? NULL : &defects[defect - 1];
}

const forge_twist *forge_variation_about(forge_variation variation)
{
	return variation == FORGE_NO_VARIATION || variation >= FORGE_VARIATIONS
		       ? NULL
		       : &variations[variation - 1];
}

static void prepare(const forge_twist *twist, forge_options *options, forge_root_options *root)
{
	if (root != NULL && (twist->needs & FORGE_NEED_MORE) != 0)
		root->more = true;
	if (options == NULL)
		return;
	options->is_v2 = options->is_v2 || (twist->needs & FORGE_NEED_V2) != 0;
	options->is_dsse = options->is_dsse || (twist->needs & FORGE_NEED_DSSE) != 0;
	if ((twist->needs & FORGE_NEED_KEY) != 0)
		options->material = FORGE_PUBLIC_KEY;
	if ((twist->needs & FORGE_NEED_CHAIN) != 0)
		options->version = FORGE_V02;
	if ((twist->needs & FORGE_NEED_V01) != 0)
		options->version = FORGE_V01;
	if ((twist->needs & (FORGE_NEED_STAMP | FORGE_NEED_EMBEDDED)) != 0 &&
	    options->stamp_count == 0)
		options->stamp_count = 1;
	if ((twist->needs & FORGE_NEED_EMBEDDED) != 0)
		options->stamps[0].embeds = true;
	if (twist->time_s != 0)
		options->time_s = twist->time_s;
}

void forge_defect_prepare(forge_defect defect, forge_options *options, forge_root_options *root)
{
	const forge_twist *twist = forge_defect_about(defect);

	if (options != NULL)
		options->defect = defect;
	if (twist != NULL)
		prepare(twist, options, root);
}

void forge_variation_prepare(forge_variation variation, forge_options *options,
			     forge_root_options *root)
{
	const forge_twist *twist = forge_variation_about(variation);

	if (options != NULL)
		options->variation = variation;
	if (twist != NULL)
		prepare(twist, options, root);
}

/* ---- what can't be had together ---- */

static bool has_v2(const forge_options *options)
{
	return options->is_v2 ||
	       (options->entry_count > 0 && options->entries[0].kind == FORGE_HASHEDREKORD_002);
}

static const char *unmet(const forge_twist *twist, const forge_options *options)
{
	const bool is_managed = options->material == FORGE_PUBLIC_KEY;
	const bool has_stamp = options->stamp_count > 0 || (has_v2(options) && !is_managed);
	const unsigned needs = twist->needs;

	if ((needs & FORGE_NEED_V2) != 0 && (!has_v2(options) || !has_stamp))
		return "that takes a Rekor v2 entry and a timestamp";
	if ((needs & FORGE_NEED_V1) != 0 && has_v2(options))
		return "that takes a Rekor v1 entry";
	if ((needs & FORGE_NEED_DSSE) != 0 && !options->is_dsse)
		return "that takes a DSSE envelope";
	if ((needs & FORGE_NEED_MESSAGE) != 0 && options->is_dsse)
		return "that takes a message signature";
	if ((needs & FORGE_NEED_KEY) != 0 && !is_managed)
		return "that takes a managed key";
	if ((needs & FORGE_NEED_CERT) != 0 && is_managed)
		return "that takes a certificate";
	if ((needs & FORGE_NEED_STAMP) != 0 && !has_stamp)
		return "that takes a timestamp";
	if ((needs & FORGE_NEED_CHAIN) != 0 && options->version != FORGE_V02)
		return "that takes a bundle of version 0.2";
	if ((needs & FORGE_NEED_V01) != 0 && options->version != FORGE_V01)
		return "that takes a bundle of version 0.1";
	if ((needs & FORGE_NEED_JSON) != 0 && options->cose != FORGE_NO_COSE)
		return "that takes a bundle in JSON";
	return NULL;
}

/* Algorithms that COSE has, and files to sign. */
static bool fits_cose(const forge_options *options)
{
	const bool has_algorithm = options->key <= FORGE_P384 || options->key == FORGE_P521 ||
				   options->key == FORGE_ED25519 || options->key >= FORGE_PSS_2048;

	return has_algorithm && !options->is_dsse && options->version == FORGE_V03 &&
	       options->digest.ptr == NULL;
}

/* These take an ECDSA signature apart, or make a second one that differs. */
static bool needs_p256(const forge_options *options)
{
	const forge_defect defect = options->defect;

	return defect == FORGE_DEFECT_SIGNATURE_TRAILING || defect == FORGE_DEFECT_SIGNATURE_BER ||
	       defect == FORGE_DEFECT_BASE64_MIXED ||
	       defect == FORGE_DEFECT_ENTRY_OTHER_SIGNATURE ||
	       defect == FORGE_DEFECT_ENTRY_OTHER_SIGNATURE_V2 ||
	       options->variation == FORGE_VARIATION_HIGH_S;
}

const char *forge_options_problem(const forge_options *options)
{
	const forge_twist *defect = forge_defect_about(options->defect);
	const forge_twist *variation = forge_variation_about(options->variation);
	const bool is_p256 = options->key == FORGE_KEY_ORDINARY || options->key == FORGE_P256;
	const char *problem = NULL;

	if (options->cose != FORGE_NO_COSE && !fits_cose(options))
		return "a COSE message can't be made of that";
	if (options->key == FORGE_ED25519 && !options->is_dsse && options->cose == FORGE_NO_COSE)
		return "pure Ed25519 signs DSSE envelopes only";
	if (options->key == FORGE_ED25519 && has_v2(options))
		return "Rekor v2 takes no pure Ed25519";
	if (needs_p256(options) && !is_p256)
		return "that takes a P-256 key";
	if (options->entry_count > FORGE_MAX_ENTRIES || options->stamp_count > FORGE_MAX_STAMPS)
		return "so many entries or timestamps can't be had";
	if (defect != NULL)
		problem = unmet(defect, options);
	if (problem == NULL && variation != NULL)
		problem = unmet(variation, options);
	return problem;
}

/* ---- ordinary values ---- */

static void settle_entries(forge_options *options)
{
	if (options->entry_count == 0)
		options->entry_count = 1;
	for (size_t i = 0; i < options->entry_count; i++) {
		if (options->entries[i].kind != FORGE_ENTRY_ORDINARY)
			continue;
		options->entries[i].kind = options->is_v2     ? FORGE_HASHEDREKORD_002
					   : options->is_dsse ? FORGE_DSSE_001
							      : FORGE_HASHEDREKORD_001;
	}
}

static void settle_ordinary(forge_making *making)
{
	forge_options *options = &making->options;

	making->is_managed = options->material == FORGE_PUBLIC_KEY;
	if (options->material == FORGE_MATERIAL_ORDINARY)
		options->material =
			options->version == FORGE_V03 || options->version == FORGE_V03_OLD
				? FORGE_CERTIFICATE
				: FORGE_CHAIN;
	if (options->artifact.ptr == NULL)
		options->artifact = forge_artifact();
	if (options->payload_type == NULL)
		options->payload_type = IN_TOTO;
	if (options->key_id == NULL)
		options->key_id = "";
	if (options->key_label == NULL)
		options->key_label = "managed";
	making->time_s = options->time_s != 0 ? options->time_s : FORGE_TIME_S;
	settle_entries(options);
	if (options->stamp_count == 0 && !making->is_managed &&
	    options->entries[0].kind == FORGE_HASHEDREKORD_002)
		options->stamp_count = 1;
}

/* ---- what a defect or variation is made of, where an option says it all ---- */

static bool one_of(const forge_options *options, forge_defect a, forge_defect b)
{
	return options->defect == a || options->defect == b;
}

static void settle_entry_defect(forge_options *options)
{
	options->no_entries |= options->defect == FORGE_DEFECT_NO_ENTRIES;
	options->no_checkpoint |= options->defect == FORGE_DEFECT_NO_CHECKPOINT;
	options->no_proof |= one_of(options, FORGE_DEFECT_NO_PROOF, FORGE_DEFECT_NO_PROOF_V2) ||
			     options->defect == FORGE_DEFECT_SET_ALONE_RECENT ||
			     options->variation == FORGE_VARIATION_SET_ALONE_OLD;
	options->no_promise |=
		one_of(options, FORGE_DEFECT_NO_PROMISE, FORGE_DEFECT_SET_MISSING_V01) ||
		options->defect == FORGE_DEFECT_INTEGRATED_UNSIGNED_LATE;
	if (options->defect == FORGE_DEFECT_INTEGRATED_EARLY)
		options->integrated_late_s = -(FORGE_LEAF_BEFORE_S + 1);
	if (one_of(options, FORGE_DEFECT_INTEGRATED_LATE, FORGE_DEFECT_INTEGRATED_LATE_STAMPED) ||
	    options->defect == FORGE_DEFECT_INTEGRATED_UNSIGNED_LATE)
		options->integrated_late_s = FORGE_LEAF_AFTER_S + 1;
	if (one_of(options, FORGE_DEFECT_LOG_UNKNOWN, FORGE_DEFECT_LOG_UNKNOWN_V2))
		options->entries[0].log = FORGE_STRANGER;
	if (options->defect == FORGE_DEFECT_ENTRY_DSSE_FOR_MESSAGE)
		options->entries[0].kind = FORGE_DSSE_001;
	if (options->defect == FORGE_DEFECT_ENTRY_MESSAGE_FOR_DSSE)
		options->entries[0].kind = FORGE_HASHEDREKORD_001;
}

static void settle_stamp_defect(forge_options *options)
{
	options->no_stamps |= options->defect == FORGE_DEFECT_NO_STAMP;
	if (options->defect == FORGE_DEFECT_STAMP_EARLY)
		options->stamps[0].late_s = -(FORGE_LEAF_BEFORE_S + 1);
	if (one_of(options, FORGE_DEFECT_STAMP_LATE, FORGE_DEFECT_STAMP_LATE_V1))
		options->stamps[0].late_s = FORGE_LEAF_AFTER_S + 1;
	if (one_of(options, FORGE_DEFECT_STAMP_UNKNOWN, FORGE_DEFECT_STAMP_UNKNOWN_EMBEDDED))
		options->stamps[0].tsa = FORGE_STRANGER;
	if (one_of(options, FORGE_DEFECT_STAMP_IMPOSTOR, FORGE_DEFECT_STAMP_IMPOSTOR_EMBEDDED))
		options->stamps[0].tsa = FORGE_IMPOSTOR;
	if (options->variation == FORGE_VARIATION_STAMP_UNKNOWN_SECOND &&
	    options->stamp_count < FORGE_MAX_STAMPS)
		options->stamps[options->stamp_count++] =
			(forge_stamp) { .tsa = FORGE_STRANGER, .embeds = true };
}

static void settle_certificate_defect(forge_options *options)
{
	if (options->defect == FORGE_DEFECT_CHAIN_IN_V03)
		options->material = FORGE_CHAIN;
	if (options->defect == FORGE_DEFECT_CERTIFICATE_IN_V02)
		options->material = FORGE_CERTIFICATE;
	if (options->variation == FORGE_VARIATION_CHAIN_TO_ROOT)
		options->material = FORGE_CHAIN_TO_ROOT;
	if (options->defect == FORGE_DEFECT_CERT_RSA_1024)
		options->key = FORGE_RSA_1024;
	if (options->defect == FORGE_DEFECT_CERT_UNKNOWN_CA)
		options->ca = FORGE_STRANGER;
	if (options->defect == FORGE_DEFECT_CERT_IMPOSTOR_CA)
		options->ca = FORGE_IMPOSTOR;
	if (options->defect == FORGE_DEFECT_CERT_ISSUER_EXPIRED)
		options->ca = FORGE_EXPIRED;
	options->no_sct |= options->defect == FORGE_DEFECT_SCT_MISSING;
	options->second_sct |= options->defect == FORGE_DEFECT_SCT_SECOND_BAD;
	if (options->defect == FORGE_DEFECT_PAYLOAD_TYPE_OTHER)
		options->payload_type = "application/json";
	if (options->defect == FORGE_DEFECT_KEY_ID_CONFLICT)
		options->key_id = "another key";
	if (options->variation == FORGE_VARIATION_INTOTO_WITH_KEY_ID)
		options->key_id = "a key";
}

void forge_settle(forge_making *making)
{
	const char *problem = forge_options_problem(&making->options);

	if (problem != NULL)
		forge_die(__FILE__, __LINE__, problem);
	settle_ordinary(making);
	settle_entry_defect(&making->options);
	settle_stamp_defect(&making->options);
	settle_certificate_defect(&making->options);
}
